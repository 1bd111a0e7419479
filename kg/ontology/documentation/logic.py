"""What is done with the terms: rules, laws, shapes, alignment and mappings, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.ontology.documentation.elements import Html, block, code, el, facts, folded, items, join, link, table, text
from kg.ontology.documentation.reading import Graph, Node, Query, Sources, iri, short
from kg.ontology.documentation.terms import Terms
from kg.ontology.source import CODE_BASE, PREFIXES

_OURS = (PREFIXES["sg"], CODE_BASE)
_MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch")
_INVERSE = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}
_TOLD = frozenset(iri(name).value for name in ("rdf:type", "rdfs:isDefinedBy", "rdfs:label", "rdfs:comment", "skos:prefLabel"))
_SECTIONS = re.compile(r"^Sections? [^:]+: ")
"""What cites the specification in a comment, for whoever reads the file; the page is for readers who do not have it."""
_NOTHING = iri("shape:nothing")
"""A property that nobody uses: none or one of it is the node itself."""
_ASKED = {"ontology": "the ontology", "store": "a store"}
_SHOWN = 5
"""Rows of an answer that are shown."""


def rules(sources: Sources, terms: Terms) -> Iterator[Html]:
    """The rules with what their heads say of time and of exceptions, and with their queries."""
    for rule in sources.rules:
        exceptions = items(_pattern(value, terms) for value in rule.head("unless")) if rule.head("unless") else ""
        told = facts((("Its triples stand", "; ".join(rule.head("stands"))), ("Exceptions", exceptions)))
        yield _query(rule, f"rule-{rule.number}", told)


def _pattern(pattern: str, terms: Terms) -> Html:
    """A pattern of triples as a sentence: names lead to their terms, a path of several reads as a choice."""
    words = (_word(word, terms) for word in re.findall(r"[?\w:]+|[^\s?\w:]", pattern))
    return join(words, " ")


def _word(word: str, terms: Terms) -> Html:
    if word.startswith("sg:"):
        return terms.to(iri(word).value)
    return text({"|": "or", ".": "and"}[word]) if word in "|." else code(word)


def laws(sources: Sources) -> Iterator[Html]:
    """The laws of hygiene with their queries."""
    for law in sources.laws:
        name = law.name.removesuffix("-violation")
        told = facts((("Asked of", ", ".join(_ASKED.get(over, over) for over in law.head("over"))),))
        yield _query(law, f"law-{name}", told, title=name.replace("-", " "))


def questions(sources: Sources) -> Iterator[Html]:
    """The competency questions, with the first rows of their answers on the examples."""
    for question in sources.questions:
        rows = sources.answer(question)
        answer: list[Html] = []
        if rows:
            more = f", {_SHOWN} of {len(rows) - 1} rows" if len(rows) - 1 > _SHOWN else ""
            shown = [[_cell(value) for value in row] for row in rows[1 : _SHOWN + 1]]
            answer.append(table(f"The answer on the examples{more}", rows[0], shown))
        yield _query(question, question.number, *answer)


def _query(query: Query, name: str, *parts: str, title: str = "") -> Html:
    head = el("h3", link(f"#{name}", title or query.number), class_="term-name")
    asked = el("p", query.summary, class_="definition")
    return el("section", head, asked, *parts, folded("The query", block(query.text)), class_="term", id=name)


def _cell(value: str) -> Html:
    return code(value.rpartition("/")[2] or value) if value.startswith(("http://", "https://")) else el("bdi", value)


# -- shapes


def shapes(graph: Graph, terms: Terms) -> Iterator[Html]:
    """The node shapes, with what each of them says when it is broken."""
    for shape in graph.a("sh:NodeShape"):
        told = list(_messages(graph, shape, set()))
        targets = [terms.to(v) for v in graph.iris(shape, "sh:targetClass")]
        targets += [join(("what has ", terms.to(v))) for v in graph.iris(shape, "sh:targetSubjectsOf")]
        targets += [join(("values of ", terms.to(v))) for v in graph.iris(shape, "sh:targetObjectsOf")]
        if not targets and not told:
            continue
        name = f"shape-{_local(shape.value)}"
        about = el("p", "For ", join(targets, ", "), "." if targets else "", class_="definition") if targets else Html()
        why = _SECTIONS.sub("", graph.text(shape, "rdfs:comment"))
        rows = [(_path(graph, path, terms), message, severity) for path, message, severity in told]
        yield el(
            "section", el("h3", link(f"#{name}", _local(shape.value)), class_="term-name"), about,
            el("p", f"{why[0].upper()}{why[1:]}", class_="where") if why else Html(),
            table("What it says", ("Of", "Message", "Severity"), rows) if rows else Html(),
            class_="term", id=name,
        )  # fmt: skip


def _messages(graph: Graph, shape: Node, seen: set[Node]) -> Iterator[tuple[Node | None, str, str]]:
    if shape in seen:
        return
    seen.add(shape)
    severity = next((_local(v) for v in graph.iris(shape, "sh:severity")), "Violation")
    if message := graph.text(shape, "sh:message"):
        yield next(iter(graph.values(shape, "sh:path")), None), message, severity.lower()
    for name in ("sh:property", "sh:node"):
        for part in graph.values(shape, name):
            if name == "sh:property" or isinstance(part, BlankNode):
                yield from _messages(graph, part, seen)


def _path(graph: Graph, path: Node | None, terms: Terms) -> Html:
    if path is None:
        return Html("the node itself")
    if isinstance(path, NamedNode):
        return terms.to(path.value)
    for name, words in (
        ("sh:inversePath", "^"),
        ("sh:zeroOrMorePath", "*"),
        ("sh:oneOrMorePath", "+"),
        ("sh:zeroOrOnePath", "?"),
    ):
        for inner in graph.values(path, name):
            if inner == _NOTHING:
                return _path(graph, None, terms)
            shown = _path(graph, inner, terms)
            return join((words, shown) if words == "^" else (shown, words))
    for inner in graph.values(path, "sh:alternativePath"):
        return join((_path(graph, p, terms) for p in graph.members(inner)), " | ")
    return join((_path(graph, p, terms) for p in graph.members(path)), " / ")


# -- other vocabularies


def other(document: str, graph: Graph, terms: Terms) -> Html:
    """A document that says what our terms are elsewhere: what it is, its caveats, and its statements as a table."""
    about = next(iter(graph.a("owl:Ontology")), None)
    title = graph.text(about, "dcterms:title") if about else ""
    rows = list(dict.fromkeys(_relations(graph, terms)))
    name = document.removeprefix("ontology/").replace("/", "-")
    caveats = [v.value for v in graph.values(about, "skos:scopeNote") if isinstance(v, Literal)] if about else []
    heading = title.removeprefix("sitgraph ").removeprefix("mapping: ") or document
    shown = table(f"{heading}: {len(rows)} statements", ("sitgraph", "", "there"), rows) if rows else Html()
    return el(
        "section", el("h3", link(f"#{name}", heading), class_="term-name"),
        el("p", graph.text(about, "dcterms:description") if about else "", class_="definition"),
        *(el("p", caveat, class_="where") for caveat in caveats),
        folded(f"{len(rows)} statements", shown) if len(rows) > 40 else shown, class_="term", id=name,
    )  # fmt: skip


def _relations(graph: Graph, terms: Terms) -> Iterator[tuple[str, str, str]]:
    for subject in graph:
        if not isinstance(subject, NamedNode):
            continue
        conditions = {short(p): v for p, v in graph.facts(subject).items() if short(p).startswith("m:")}
        if subject.value.startswith(_OURS):
            yield from _of_ours(graph, subject, terms)
        elif "m:situationClass" in conditions or "m:situationKind" in conditions:
            when = "; ".join(_condition(name, values) for name, values in conditions.items())
            theirs = [_words(graph, v) for v in graph.values(subject, "skos:closeMatch")]
            yield when, "is close to" if theirs else "", ", ".join(theirs) or "– (not coded there)"
        else:
            for match in _MATCHES:
                for value in graph.values(subject, match):
                    if isinstance(value, NamedNode) and value.value.startswith(_OURS):
                        yield _of(terms, value), _words_of(_INVERSE.get(match, match)), _words(graph, subject)


def _of_ours(graph: Graph, subject: NamedNode, terms: Terms) -> Iterator[tuple[str, str, str]]:
    for predicate, values in graph.facts(subject).items():
        for value in values:
            if isinstance(value, NamedNode) and predicate not in _TOLD and not value.value.startswith(_OURS):
                yield _of(terms, subject), _words_of(short(predicate)), _words(graph, value)


def _of(terms: Terms, node: NamedNode) -> Html:
    scheme = node.value.removeprefix(CODE_BASE).partition("/")[0] if node.value.startswith(CODE_BASE) else ""
    return join((terms.to(node.value), f" ({scheme})" if scheme else ""))


def _condition(name: str, values: list[Node]) -> str:
    words = {"m:situationClass": "", "m:situationKind": "kind ", "m:outcomeKind": "outcome ", "m:unless": "unless "}
    lead = words.get(name, f"{name.removeprefix('m:')} ")
    return lead + " or ".join(_local(v.value) for v in values)


def _words_of(predicate: str) -> str:
    words = {
        "rdfs:subClassOf": "is a", "rdfs:subPropertyOf": "is a kind of", "skos:closeMatch": "is close to",
        "skos:exactMatch": "is the same as", "skos:broadMatch": "is narrower than", "skos:narrowMatch": "is broader than",
        "skos:relatedMatch": "is related to", "owl:equivalentClass": "is the same as",
        "owl:equivalentProperty": "is the same as",
    }  # fmt: skip
    return words.get(predicate, predicate)


def _words(graph: Graph, node: Node) -> str:
    name = graph.text(node, "skos:prefLabel") or graph.text(node, "rdfs:label")
    notation = graph.text(node, "skos:notation", None)
    if not name and not notation:
        return short(node.value)
    return " ".join(dict.fromkeys(part for part in (notation, name) if part))


def _local(value: str) -> str:
    return value.rpartition("#")[2].rpartition("/")[2]
