"""The restrictions of OWL 2 DL (Structural Specification, sections 3, 4, 5.7, 5.8 and 11; mapping to RDF graphs, section 3).

Each rule is a function on the graph of all files together; its docstring says what it asks for, and where that is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.ontology.lint.documents import OWL, RDF, RDFS, XSD, Document, Finding, Found, Term, is_, placed, short, text_of
from kg.ontology.lint.owl2 import (
    AXIOMS,
    BUILT_IN,
    CARDINALITIES,
    CHARACTERS,
    DATATYPES,
    KINDS,
    LEXICAL,
    PROPERTIES,
    RESERVED,
    SIMPLE_ONLY,
    STRUCTURAL,
    STRUCTURES,
    TYPES,
)


@dataclass
class _Graph:
    """All triples of several files, with what is declared in any of them."""

    documents: Sequence[Document]
    kinds: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for iri, kind in BUILT_IN.items():
            self.kinds.setdefault(iri, set()).add(kind)
        for t in self.triples:
            if is_(t.predicate, RDF + "type") and isinstance(t.object, NamedNode) and t.object.value in KINDS:
                self.kinds.setdefault(text_of(t.subject), set()).add(KINDS[t.object.value])
            elif t.predicate.value in CARDINALITIES or t.predicate.value.startswith(OWL + "on"):
                self.kinds.setdefault(text_of(t.subject), set()).add("class")  # a restriction without its type is told apart
        for t in self.triples:
            if is_(t.predicate, RDF + "type") and is_(t.object, OWL + "Restriction"):
                self.kinds.setdefault(text_of(t.subject), set()).add("class")

    @cached_property
    def triples(self) -> list[Triple]:
        return [t for d in self.documents for t in d.triples]

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        return self._index.get((text_of(subject), predicate), [])

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[Term]]:
        found: dict[tuple[str, str], list[Term]] = {}
        for t in self.triples:
            found.setdefault((text_of(t.subject), t.predicate.value), []).append(t.object)
        return found

    def listed(self, head: Term) -> list[Term]:
        """The members of an RDF list; a list that leads back into itself ends there."""
        members: list[Term] = []
        seen = set()
        while not is_(head, RDF + "nil") and text_of(head) not in seen:
            seen.add(text_of(head))
            members += self.objects(head, RDF + "first")
            head = next(iter(self.objects(head, RDF + "rest")), NamedNode(RDF + "nil"))
        return members

    def property(self, term: Term) -> str:
        """A property, or what an anonymous inverse is the inverse of: both are simple or neither is."""
        inverse = self.objects(term, OWL + "inverseOf") if isinstance(term, BlankNode) else []
        return text_of(inverse[0]) if inverse else text_of(term)


Rule = Callable[[_Graph], Iterator[Found]]


def _header(graph: _Graph) -> Iterator[Found]:
    """One named ontology in a file, with one version (section 3.1)."""
    if not any(is_(t.object, OWL + "Ontology") for t in graph.triples):
        yield Found("header", NamedNode(OWL + "Ontology"), "no ontology is declared: a owl:Ontology")
    for document in graph.documents:
        headers = [t for t in document.triples if is_(t.predicate, RDF + "type") and is_(t.object, OWL + "Ontology")]
        for t in headers[1:]:
            yield Found("header", t.subject, f"a second ontology header in one file, after {short(headers[0].subject)}", t)
        for t in headers:
            versions = graph.objects(t.subject, OWL + "versionIRI")
            if not isinstance(t.subject, NamedNode) or t.subject.value.startswith(RESERVED):
                yield Found("header", t.subject, "the ontology needs an IRI of its own", t)
            elif len(versions) != 1 or not isinstance(versions[0], NamedNode):
                yield Found("header", t.subject, f"expected one owl:versionIRI, found {len(versions)}", t)


def _undeclared(graph: _Graph) -> Iterator[Found]:
    """Every class, property and datatype that is used is declared, and every individual has a type (sections 5.8.1, 5.8.2)."""
    for t in graph.triples:
        for term, wanted in _uses(graph, t):
            if isinstance(term, NamedNode) and not term.value.startswith(RESERVED) and not graph.kinds.get(term.value):
                yield Found("undeclared", term, f"{short(term)} is used as {wanted}, and is not declared", t)
        if _kind(graph, t.predicate) == "object property" and isinstance(t.object, NamedNode):
            for term in (t.subject, t.object):
                if isinstance(term, NamedNode) and not graph.objects(term, RDF + "type"):
                    yield Found("undeclared", term, f"the individual {short(term)} has no type", t)


def _uses(graph: _Graph, t: Triple) -> Iterator[tuple[Term, str]]:
    predicate = t.predicate.value
    if predicate == RDF + "type":
        yield t.object, "a class"
    elif predicate in AXIOMS:
        subject, object_ = AXIOMS[predicate]
        yield t.subject if isinstance(t.subject, NamedNode) else BlankNode(), _or(subject)
        if not (predicate in (RDFS + "domain", RDFS + "range") and _kind(graph, t.subject) == "annotation property"):
            yield t.object, _or(object_)
    elif predicate == OWL + "onProperty":
        yield t.object, "a property"
    elif predicate in (OWL + "someValuesFrom", OWL + "allValuesFrom", OWL + "onClass"):
        yield t.object, "a class"
    elif not predicate.startswith(RESERVED):
        yield t.predicate, "a property"


def _punned_property(graph: _Graph) -> Iterator[Found]:
    """No name is an object property, a data property and an annotation property at once (section 5.8.1)."""
    for name, kinds in graph.kinds.items():
        if len(several := [k for k in PROPERTIES if k in kinds]) > 1:
            yield Found("punned-property", NamedNode(name), f"{short(NamedNode(name))} is {_both(several)} at once")


def _punned_class(graph: _Graph) -> Iterator[Found]:
    """No name is a class and a datatype at once (section 5.8.1). Class and individual it may be."""
    for name, kinds in graph.kinds.items():
        if {"class", "datatype"} <= kinds:
            yield Found("punned-class", NamedNode(name), f"{short(NamedNode(name))} is a class and a datatype at once")


def _reserved(graph: _Graph) -> Iterator[Found]:
    """The vocabularies of RDF, RDFS, XSD and OWL are used as they are, and nothing is said about them (section 2.4)."""
    known = TYPES | AXIOMS.keys() | STRUCTURAL | BUILT_IN.keys() | {RDF + "type", RDF + "nil"}
    others = (RDF, RDFS, OWL)  # which datatypes there are is a rule of its own
    for t in graph.triples:
        if isinstance(t.subject, NamedNode) and t.subject.value.startswith(RESERVED):
            yield Found("reserved", t.subject, f"{short(t.subject)} is reserved, and no term of ours to describe", t)
        for term in (t.predicate, t.object):
            if isinstance(term, NamedNode) and term.value.startswith(others) and term.value not in known:
                yield Found("reserved", term, f"{short(term)} is no term of OWL 2 DL", t)


def _datatype(graph: _Graph) -> Iterator[Found]:
    """Datatypes are those of the OWL 2 map (section 4), so that a reasoner can read every value."""
    for t in graph.triples:
        if isinstance(t.object, Literal):
            used: str | None = t.object.datatype.value
        elif _kind(graph, t.object) == "datatype" or (isinstance(t.object, NamedNode) and t.object.value.startswith(XSD)):
            used = text_of(t.object)
        else:
            used = None
        if used is not None and used not in DATATYPES:
            yield Found("datatype", NamedNode(used), f"{short(NamedNode(used))} is not a datatype of the OWL 2 map", t)


def _lexical(graph: _Graph) -> Iterator[Found]:
    """A literal is in the lexical space of its datatype (section 5.7)."""
    for t in graph.triples:
        if isinstance(t.object, Literal):
            pattern = LEXICAL.get(t.object.datatype.value)
            if pattern and not re.fullmatch(pattern, t.object.value):
                message = f"“{t.object.value}” is no {short(t.object.datatype)}"
                yield Found("lexical", t.subject, message, t)


def _mistyped(graph: _Graph) -> Iterator[Found]:
    """What stands on either side of an axiom is of the right kind, else no axiom has the triple (mapping to RDF, section 3)."""
    for t in graph.triples:
        axiom = AXIOMS.get(t.predicate.value)
        if axiom is not None:
            yield from _sides(graph, t, *axiom)
        elif is_(t.predicate, RDF + "type") and isinstance(t.object, NamedNode) and t.object.value in CHARACTERS:
            kinds = graph.kinds.get(text_of(t.subject), set())
            if kinds and not kinds & set(CHARACTERS[t.object.value]):
                yield Found("mistyped", t.subject, f"{short(t.object)} is for another kind of property", t)


def _sides(graph: _Graph, t: Triple, subject: Sequence[str], object_: Sequence[str]) -> Iterator[Found]:
    left, right = graph.kinds.get(text_of(t.subject), set()), graph.kinds.get(text_of(t.object), set())
    annotates = "annotation property" in left
    if left and not left & set(subject):
        yield Found("mistyped", t.subject, f"{short(t.subject)} is {_or(left)}; {short(t.predicate)} is for {_or(subject)}", t)
    elif isinstance(t.object, Literal):
        yield Found("mistyped", t.subject, f"{short(t.predicate)} leads to a text, and not to {_or(object_)}", t)
    elif right and not right & set(object_) and not (annotates and "any IRI" in object_):
        yield Found("mistyped", t.subject, f"{short(t.predicate)} leads to {short(t.object)}, which is {_or(right)}", t)
    elif {*subject} == {*object_} and left and right and not left & right:
        yield Found("mistyped", t.subject, f"{short(t.predicate)} between {_or(left)} and {_or(right)}", t)
    elif (
        is_(t.predicate, RDFS + "range")
        and (left and right and not annotates)
        and (("data property" in left) != ("datatype" in right))
    ):
        yield Found("mistyped", t.subject, f"the range of {_or(left)} is {short(t.object)}, {_or(right)}", t)


def _value(graph: _Graph) -> Iterator[Found]:
    """Object properties lead to things, data properties to literals."""
    for t in graph.triples:
        kind = _kind(graph, t.predicate)
        if kind == "object property" and isinstance(t.object, Literal):
            yield Found("value", t.subject, f"the object property {short(t.predicate)} leads to a literal", t)
        elif kind == "data property" and not isinstance(t.object, Literal):
            yield Found("value", t.subject, f"the data property {short(t.predicate)} leads to a thing", t)


def _blank(graph: _Graph) -> Iterator[Found]:
    """A node without a name is part of a class expression, a list or an axiom; there are no anonymous individuals."""
    seen = set()
    for t in graph.triples:
        for node in (t.subject, t.object):
            if isinstance(node, BlankNode) and node not in seen:
                seen.add(node)
                types = {text_of(k) for k in graph.objects(node, RDF + "type")}
                if not (types & STRUCTURES or graph.objects(node, RDF + "first") or graph.objects(node, OWL + "inverseOf")):
                    yield Found("blank-node", t.subject, f"a thing without a name, in {short(t.predicate)}", t)


def _stray(graph: _Graph) -> Iterator[Found]:
    """Parts of expressions and of axioms belong to one; else no axiom explains them (mapping to RDF, section 3)."""
    parts = {
        OWL + "onProperty",
        OWL + "hasValue",
        OWL + "someValuesFrom",
        OWL + "allValuesFrom",
        OWL + "hasSelf",
    } | CARDINALITIES
    for t in graph.triples:
        types = {text_of(k) for k in graph.objects(t.subject, RDF + "type")}
        if t.predicate.value in parts and OWL + "Restriction" not in types:
            yield Found("stray", t.subject, f"{short(t.predicate)} outside a restriction", t)
        elif t.predicate.value == OWL + "members" and not any("AllDisjoint" in k or k == OWL + "AllDifferent" for k in types):
            yield Found("stray", t.subject, f"{short(t.predicate)} outside an axiom with members", t)
        elif t.predicate.value in (RDF + "first", RDF + "rest") and isinstance(t.subject, NamedNode):
            yield Found("stray", t.subject, f"{short(t.predicate)} of a thing that is no list", t)
        elif t.predicate.value in (OWL + "imports", OWL + "versionIRI") and OWL + "Ontology" not in types:
            yield Found("stray", t.subject, f"{short(t.predicate)} of a thing that is no ontology", t)


def _simple(graph: _Graph) -> Iterator[Found]:
    """A property that is transitive, or above one that is, is not simple, and may not be counted, made functional, irreflexive,
    asymmetric or disjoint (section 11.2)."""
    composite = _composite(graph)

    def refused(term: Term, what: str, t: Triple) -> Iterator[Found]:
        name = graph.property(term)
        if name in composite:
            yield Found(
                "not-simple", NamedNode(name), f"{short(NamedNode(name))} is transitive or above one that is: {what}", t
            )

    for t in graph.triples:
        if is_(t.predicate, RDF + "type") and isinstance(t.object, NamedNode) and t.object.value in SIMPLE_ONLY:
            yield from refused(t.subject, f"it cannot be {short(t.object)}", t)
        elif t.predicate.value == OWL + "propertyDisjointWith":
            yield from (f for term in (t.subject, t.object) for f in refused(term, "it cannot be disjoint", t))
        elif t.predicate.value in CARDINALITIES or t.predicate.value == OWL + "hasSelf":
            for prop in graph.objects(t.subject, OWL + "onProperty"):
                yield from refused(prop, f"it cannot stand under {short(t.predicate)}", t)
        elif is_(t.object, OWL + "AllDisjointProperties"):
            for head in graph.objects(t.subject, OWL + "members"):
                yield from (f for term in graph.listed(head) for f in refused(term, "it cannot be disjoint", t))


def _composite(graph: _Graph) -> set[str]:
    """The properties that are not simple: transitive, the result of a chain, or above such a one."""
    found = {graph.property(t.subject) for t in graph.triples if is_(t.object, OWL + "TransitiveProperty")}
    found |= {graph.property(t.subject) for t in graph.triples if t.predicate.value == OWL + "propertyChainAxiom"}
    above = _above(graph)
    todo = list(found)
    while todo:
        for upper in above.get(todo.pop(), ()):
            if upper not in found:
                found.add(upper)
                todo.append(upper)
    return found


def _above(graph: _Graph) -> dict[str, set[str]]:
    """Property to those directly above it; an equivalent or inverse one is above and below."""
    above: dict[str, set[str]] = {}
    for t in graph.triples:
        if t.predicate.value in (RDFS + "subPropertyOf", OWL + "equivalentProperty", OWL + "inverseOf"):
            if t.predicate.value == OWL + "inverseOf" and isinstance(t.subject, BlankNode):
                continue
            a, b = graph.property(t.subject), graph.property(t.object)
            above.setdefault(a, set()).add(b)
            if t.predicate.value != RDFS + "subPropertyOf":
                above.setdefault(b, set()).add(a)
    return above


def _regular(graph: _Graph) -> Iterator[Found]:
    """There is a strict order in which every part of a property chain stands below what the chain gives (section 11.2)."""
    above = _above(graph)
    below: dict[str, set[str]] = {}
    chains = [t for t in graph.triples if t.predicate.value == OWL + "propertyChainAxiom"]
    for t in chains:
        whole = graph.property(t.subject)
        parts = [graph.property(p) for p in graph.listed(t.object)]
        rest = [] if parts == [whole, whole] else parts[1:] if parts[:1] == [whole] else parts
        rest = rest[:-1] if rest and parts[:1] != [whole] and rest[-1] == whole else rest
        for part in rest:
            below.setdefault(whole, set()).add(part)
    for t in chains:
        whole = graph.property(t.subject)
        if any(part == whole or part in _reachable(whole, above) for part in _reachable(whole, below)):
            yield Found("regularity", t.subject, f"the property chain of {short(t.subject)} leads back to it", t)


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for step in edges.get(todo.pop(), ()):
            if step not in found:
                found.add(step)
                todo.append(step)
    return found


def _top(graph: _Graph) -> Iterator[Found]:
    """``owl:topDataProperty`` stands only above others (section 11.2)."""
    for t in graph.triples:
        below = t.predicate.value == RDFS + "subPropertyOf" and not is_(t.subject, OWL + "topDataProperty")
        terms = (t.subject, t.predicate) if below else (t.subject, t.predicate, t.object)
        if any(is_(term, OWL + "topDataProperty") for term in terms):
            yield Found(
                "top-property", NamedNode(OWL + "topDataProperty"), "owl:topDataProperty may only stand above others", t
            )


def _owned(graph: _Graph) -> Iterator[Found]:
    """A restriction has one property and one filler; nobody can say otherwise what it means (mapping to RDF, section 3.2.4)."""
    fillers = {OWL + "hasValue", OWL + "someValuesFrom", OWL + "allValuesFrom", OWL + "hasSelf"} | CARDINALITIES
    for t in graph.triples:
        if is_(t.object, OWL + "Restriction"):
            properties = len(graph.objects(t.subject, OWL + "onProperty"))
            given = len([o for f in fillers for o in graph.objects(t.subject, f)])
            if (properties, given) != (1, 1):
                message = f"a restriction has one property and one filler, and here are {properties} and {given}"
                yield Found("restriction", t.subject, message, t)


DL: Mapping[str, Rule] = {
    "header": _header,
    "undeclared": _undeclared,
    "punned-property": _punned_property,
    "punned-class": _punned_class,
    "reserved": _reserved,
    "datatype": _datatype,
    "lexical": _lexical,
    "mistyped": _mistyped,
    "value": _value,
    "blank-node": _blank,
    "stray": _stray,
    "restriction": _owned,
    "not-simple": _simple,
    "regularity": _regular,
    "top-property": _top,
}
"""The rules of OWL 2 DL by name. The docstring of each says what it asks for, and where that is written."""


def dl(documents: Sequence[Document]) -> list[Finding]:
    """What keeps these files, taken together, from being OWL 2 DL."""
    graph = _Graph(documents)
    return placed((found for rule in DL.values() for found in rule(graph)), documents)


def _kind(graph: _Graph, term: object) -> str:
    """The one kind of a term that is declared as one thing."""
    kinds = graph.kinds.get(text_of(term), set()) if isinstance(term, NamedNode) else set()
    return next(iter(kinds)) if len(kinds) == 1 else ""


def _or(kinds: Iterable[str]) -> str:
    return " or ".join(_a(k) for k in kinds if k != "any IRI")


def _both(kinds: Iterable[str]) -> str:
    return " and ".join(_a(k) for k in kinds)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
