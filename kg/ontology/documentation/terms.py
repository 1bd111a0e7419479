"""The terms: classes, properties, and schemes with their codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from kg.ontology.documentation.elements import Html, arabic, block, code, el, facts, folded, items, join, link, table
from kg.ontology.documentation.reading import SG, Query, Sources, anchor, iri, short
from kg.ontology.generated import SCHEME_OF_PROPERTY, SCHEMES_OF_CLASS
from kg.ontology.source import CODE_BASE
from kg.schemes.grammar import Grammar

_CHARACTERS = (
    ("owl:TransitiveProperty", "transitive"),
    ("owl:SymmetricProperty", "symmetric"),
    ("owl:AsymmetricProperty", "asymmetric"),
    ("owl:FunctionalProperty", "functional"),
    ("owl:InverseFunctionalProperty", "inverse functional"),
    ("owl:IrreflexiveProperty", "irreflexive"),
)
_SEVERAL = {"?": "at most one", "*": "any number", "+": "at least one", "": "exactly one"}
_DERIVED = "written by consolidation only"
_EXAMPLES: Mapping[str, str] = {
    "Situation": "SELECT ?it ?status { ?it a/rdfs:subClassOf* sg:NAME ; sg:status ?status }",
    "Actor": "SELECT ?it ?name { ?it a/rdfs:subClassOf* sg:NAME ; skos:prefLabel ?name }",
    "Place": "SELECT ?it ?name { ?it a/rdfs:subClassOf* sg:NAME ; skos:prefLabel ?name }",
    "Source": "SELECT ?it ?name { ?it a/rdfs:subClassOf* sg:NAME ; skos:prefLabel ?name }",
    "TimeExtent": "SELECT ?it ?edtf { ?it a sg:NAME ; sg:edtf ?edtf }",
}
_ANYWHERE = "SELECT ?graph ?it { GRAPH ?graph { ?it a sg:NAME } }"


def example(name: str, lineage: Iterable[str]) -> str:
    """A query for the things of a class, to be run on a store."""
    query = next((_EXAMPLES[step] for step in lineage if step in _EXAMPLES), _ANYWHERE).replace("NAME", name)
    used = [p for p in ("sg", "rdfs", "skos") if f"{p}:" in query]
    prefixes = "".join(f"PREFIX {p}: <{iri(p + ':').value}>\n" for p in used)
    return prefixes + query


@dataclass(frozen=True)
class Terms:
    """The terms of the ontology, as the page shows them."""

    sources: Sources

    @cached_property
    def classes(self) -> list[str]:
        """Classes by local name."""
        return [s.value.removeprefix(SG) for s in self.sources.ontology.a("owl:Class") if s.value.startswith(SG)]

    @cached_property
    def properties(self) -> list[str]:
        """Properties by local name."""
        kinds = ("owl:ObjectProperty", "owl:DatatypeProperty")
        wanted = {s for kind in kinds for s in self.sources.ontology.a(kind)}
        return [s.value.removeprefix(SG) for s in self.sources.ontology if s in wanted and s.value.startswith(SG)]

    @cached_property
    def schemes(self) -> list[str]:
        """Schemes by name."""
        return [s.value.removeprefix(CODE_BASE) for s in self.sources.ontology.a("skos:ConceptScheme")]

    def codes(self, scheme: str) -> list[NamedNode]:
        """The codes of a scheme, in its order."""
        return self.sources.ontology.having("skos:inScheme", NamedNode(CODE_BASE + scheme))

    def parents(self, name: str) -> list[str]:
        """The classes, or properties, right above one."""
        found = self.sources.ontology.iris(iri(f"sg:{name}"), "rdfs:subClassOf")
        found += self.sources.ontology.iris(iri(f"sg:{name}"), "rdfs:subPropertyOf")
        return [value.removeprefix(SG) for value in found if value.startswith(SG)]

    def children(self, name: str) -> list[str]:
        """The classes, or properties, right below one."""
        return [other for other in (*self.classes, *self.properties) if name in self.parents(other)]

    def lineage(self, name: str) -> list[str]:
        """The class itself and all above it, nearest first."""
        found, todo = [name], [name]
        while todo:
            above = [p for p in self.parents(todo.pop(0)) if p not in found]
            found += above
            todo += above
        return found

    # -- as HTML

    def to(self, value: str) -> Html:
        """A link to a term: to its place on the page, or out."""
        if (name := anchor(value)) is not None and self._known(value):
            return link(
                f"#{name}", value.removeprefix(SG) if value.startswith(SG) else value.removeprefix(CODE_BASE).partition("/")[2]
            )
        return link(value, short(value)) if value.startswith(("http://", "https://")) else code(short(value))

    def named(self, names: Iterable[str]) -> Html:
        """Links to terms of the ontology, in a row."""
        return join((link(f"#{name}", name) for name in names), ", ")

    def _known(self, value: str) -> bool:
        return bool(self.sources.ontology.facts(NamedNode(value)))

    def tree(self) -> Html:
        """All classes as a tree."""

        def branch(name: str) -> Html:
            below = self.children(name)
            return el("li", link(f"#{name}", name), el("ul", *(branch(c) for c in below)) if below else Html())

        return el("ul", *(branch(name) for name in self.classes if not self.parents(name)), class_="tree")

    def class_(self, name: str) -> Html:
        """One class."""
        node = iri(f"sg:{name}")
        scheme = next((s for step in self.lineage(name) for s in (SCHEMES_OF_CLASS.get(step),) if s), {})
        inherited = [(step, self._with("rdfs:domain", step)) for step in self.lineage(name)[1:]]
        rows = (
            ("Is a", self.named(self.parents(name))),
            ("Sub-classes", self.named(self.children(name))),
            ("Disjoint with", self.named(self._disjoint(name))),
            ("Properties", self.named(self._with("rdfs:domain", name))),
            ("Inherited", join((join((self.named(p), f" (of {step})")) for step, p in inherited if p), "; ")),
            ("Value of", self.named(self._with("rdfs:range", name))),
            ("Codes", join((join((code(f"sg:{p}"), " from ", link(f"#scheme-{s}", s))) for p, s in scheme.items()), "; ")),
            ("Roles in annotations", self._roles(name)),
            ("Elsewhere", self._elsewhere(node)),
            ("Used by", self._used(name)),
            ("Note", self._notes(node)),
        )
        asked = folded("A query for it", block(example(name, self.lineage(name))))
        return self._term(name, "class", facts(rows), asked)

    def property_(self, name: str) -> Html:
        """One property."""
        node, graph = iri(f"sg:{name}"), self.sources.ontology
        kinds = graph.values(node, "rdf:type")
        kind = "datatype property" if iri("owl:DatatypeProperty") in kinds else "object property"
        character = [words for term, words in _CHARACTERS if iri(term) in kinds]
        scheme = SCHEME_OF_PROPERTY.get(name)
        rows = (
            ("Of", join((self.to(v) for v in graph.iris(node, "rdfs:domain")), ", ") or Html("anything")),
            ("Value", join((self.to(v) for v in graph.iris(node, "rdfs:range")), ", ") or Html("anything")),
            ("Character", ", ".join(character)),
            ("Sub-property of", self.named(self.parents(name))),
            ("Sub-properties", self.named(self.children(name))),
            ("Inverse of", join((self.to(v) for v in graph.iris(node, "owl:inverseOf")), ", ")),
            ("Codes", link(f"#scheme-{scheme}", scheme) if scheme else ""),
            ("Elsewhere", self._elsewhere(node)),
            ("Used by", self._used(name)),
            ("Note", self._notes(node)),
        )
        return self._term(name, kind, facts(rows))

    def derived(self, name: str) -> bool:
        """Whether only consolidation writes a property."""
        return self.sources.ontology.text(iri(f"sg:{name}"), "skos:scopeNote").startswith(_DERIVED)

    def scheme(self, name: str) -> Html:
        """One scheme with its codes."""
        node, graph = NamedNode(CODE_BASE + name), self.sources.ontology
        users = [self.to(SG + p) for p, s in SCHEME_OF_PROPERTY.items() if s == name]
        for of, given in SCHEMES_OF_CLASS.items():
            users += [join((self.to(SG + p), " of ", self.to(SG + of))) for p, s in given.items() if s == name]
        rows = (("IRI", code(node.value)), ("Used by", join(users, ", ")))
        codes = self.codes(name)
        title = graph.text(node, "dcterms:title") or name
        return el(
            "section",
            el("h3", link(f"#scheme-{name}", name), " ", arabic(graph.text(node, "dcterms:title", "ar")), class_="term-name"),
            el("p", graph.text(node, "skos:definition"), class_="definition"),
            facts(rows),
            table(
                f"{title[0].upper()}{title[1:]}: {len(codes)} codes", ("Notation", "English", "Arabic", "Definition"),
                (tuple(self._code(c)) for c in codes), (anchor(c.value) or "" for c in codes),
            ),
            class_="term", id=f"scheme-{name}",
        )  # fmt: skip

    def index(self) -> Html:
        """All terms by the alphabet."""
        names = sorted((*self.classes, *self.properties), key=lambda n: (n.lower(), n))
        letters: dict[str, list[str]] = {}
        for name in names:
            letters.setdefault(name[0].upper(), []).append(name)
        rows = (
            join((el("b", letter), " ", join((link(f"#{n}", n) for n in found), " · "))) for letter, found in letters.items()
        )
        return items(rows, class_="index")

    # -- parts

    def _term(self, name: str, kind: str, *parts: str) -> Html:
        node, graph = iri(f"sg:{name}"), self.sources.ontology
        label, in_arabic = graph.text(node, "rdfs:label"), graph.text(node, "rdfs:label", "ar")
        marks = [kind, *(["derived"] if self.derived(name) else []), *(["deprecated"] if self._deprecated(node) else [])]
        head = el(
            "h3", link(f"#{name}", name), *([Html(" "), arabic(in_arabic)] if in_arabic else []), " ",
            join((el("span", mark, class_=f"mark {mark.split()[0]}") for mark in marks), " "), class_="term-name",
        )  # fmt: skip
        said = el("p", self._sentence(node), class_="definition")
        where = el("p", el("span", f"“{label}”"), " ", code(node.value), class_="where")
        return el("section", head, said, where, self._successor(node), *parts, class_="term", id=name)

    def _sentence(self, node: NamedNode) -> str:
        words = self.sources.ontology.text(node, "skos:definition")
        return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}" if words else ""

    def _notes(self, node: NamedNode) -> str:
        notes = [self.sources.ontology.text(node, name) for name in ("skos:scopeNote", "skos:note")]
        return " ".join(f"{n[:1].upper()}{n[1:]}{'' if n.endswith('.') else '.'}" for n in notes if n)

    def _deprecated(self, node: NamedNode) -> bool:
        return any(isinstance(v, Literal) and v.value == "true" for v in self.sources.ontology.values(node, "owl:deprecated"))

    def _successor(self, node: NamedNode) -> Html:
        words = self._use_instead(node)
        return el("p", words, class_="warning") if words else Html()

    def _use_instead(self, node: NamedNode) -> Html:
        new = self.sources.ontology.iris(node, "dcterms:isReplacedBy")
        return join(("Use ", join((self.to(v) for v in new), ", "), " instead.")) if new else Html()

    def _code(self, node: NamedNode) -> Iterator[str]:
        graph = self.sources.ontology
        yield code(graph.text(node, "skos:notation", None) or short(node.value))
        yield graph.text(node, "skos:prefLabel")
        yield arabic(graph.text(node, "skos:prefLabel", "ar"))
        excludes = join((self.to(v) for v in graph.iris(node, "sg:excludes")), ", ")
        told: list[str] = [p for p in (graph.text(node, "skos:definition"), self._notes(node)) if p]
        if excludes:
            told.append(join(("Excludes ", excludes, ".")))
        if self._deprecated(node):
            told = [el("span", "deprecated", class_="mark deprecated"), *told, self._use_instead(node)]
        yield join(filter(None, told), " ")

    def _with(self, predicate: str, name: str) -> list[str]:
        found = self.sources.ontology.having(predicate, iri(f"sg:{name}"))
        return [s.value.removeprefix(SG) for s in found if s.value.startswith(SG)]

    def _disjoint(self, name: str) -> list[str]:
        stated = {v.removeprefix(SG) for v in self.sources.ontology.iris(iri(f"sg:{name}"), "owl:disjointWith")}
        stated |= set(self._with("owl:disjointWith", name))
        return [c for c in self.classes if c in stated]

    def _roles(self, name: str) -> Html:
        grammar = Grammar.load()
        if name not in grammar.situations:
            return Html()
        return join((self._role(role, number) for role, number in grammar.situations[name].items()), ", ")

    def _role(self, role: str, number: str) -> Html:
        grammar = Grammar.load()
        if role in grammar.participation:
            target = f"#role-{grammar.participation[role]}"
        elif (
            role in grammar.properties
            and f"sg:{grammar.properties[role][0]}"
            and grammar.properties[role][0] in self.properties
        ):
            target = f"#{grammar.properties[role][0]}"
        else:
            target = ""
        shown = link(target, role) if target else Html(role)
        return el("span", shown, el("sup", number), title=_SEVERAL.get(number, "")) if number else shown

    def _elsewhere(self, node: NamedNode) -> Html:
        found = self.sources.documents.get("ontology/alignment")
        if found is None:
            return Html()
        rows = [(short(p), v) for p, values in found.facts(node).items() for v in values if isinstance(v, NamedNode)]
        wanted = [(p, v) for p, v in rows if not v.value.startswith(("https://w3id.org/sitgraph/", iri("owl:").value))]
        return join((join((code(p), " ", self.to(v.value))) for p, v in wanted), "; ")

    def _used(self, name: str) -> Html:
        def links(queries: Iterable[Query], prefix: str) -> list[Html]:
            return [link(f"#{prefix}{q.number}", q.number) for q in queries if q.uses(f"sg:{name}")]

        return join([*links(self.sources.rules, "rule-"), *links(self.sources.questions, "")], " ")
