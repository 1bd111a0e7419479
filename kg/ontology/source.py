"""Reading the ontology: the terms that ``sitgraph.ttl`` and ``concepts.ttl`` define (specification, sections 3 and 4).

:mod:`kg.vocab` is not imported here, so that a damaged one can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import SitgraphError

SOURCES = ("sitgraph.ttl", "concepts.ttl")
CODE_BASE = "https://w3id.org/sitgraph/code/"

PREFIXES: Mapping[str, str] = {
    "sg": "https://w3id.org/sitgraph/ontology#",
    "c": CODE_BASE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the context needs it: the IRI of its range, if it has one, and whether its values are things."""

    of_things: bool
    range: str | None
    definition: str


@dataclass(frozen=True, slots=True)
class Ontology:
    """The terms by local name, in the order in which the files give them."""

    classes: Mapping[str, str]
    """Class to definition."""
    parent: Mapping[str, str | None]
    properties: Mapping[str, Property]
    codes: Mapping[str, tuple[str, ...]]
    """Scheme to codes."""

    def lineage(self, name: str) -> Iterator[str]:
        """The class itself, then its ancestors, nearest first."""
        step: str | None = name
        while step is not None:
            yield step
            step = self.parent[step]


def triples(folder: Path) -> list[Triple]:
    """The ontology and its codes, in the order of the files."""
    found: list[Triple] = []
    for name in SOURCES:
        try:
            found += (quad.triple for quad in parse(path=folder / name, format=RdfFormat.TURTLE))
        except (OSError, SyntaxError) as error:
            raise SitgraphError(f"{folder / name}: {error}") from error
    return found


def read(folder: Path) -> Ontology:
    """The terms of the ontology in a folder."""
    index: dict[str, dict[str, list[NamedNode | str]]] = {}
    for triple in triples(folder):
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode | Literal):
            raise SitgraphError(f"{folder}: no blank nodes in the ontology, but found {triple}")
        value = triple.object if isinstance(triple.object, NamedNode) else triple.object.value
        index.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(value)
    return Ontology(*_terms(index), _codes(index))


def ntriples(folder: Path) -> bytes:
    """Ontology and codes as sorted N-Triples.

    Codes are declared as named individuals here and nowhere else: owlready2 lists no others.
    """
    statements = triples(folder)
    concept, named = NamedNode(PREFIXES["skos"] + "Concept"), NamedNode(PREFIXES["owl"] + "NamedIndividual")
    a = NamedNode(PREFIXES["rdf"] + "type")
    statements += [Triple(t.subject, a, named) for t in statements if t.predicate == a and t.object == concept]
    return "".join(sorted({f"{statement} .\n" for statement in statements})).encode()


_Index = Mapping[str, Mapping[str, Sequence[NamedNode | str]]]


def _iris(facts: Mapping[str, Sequence[NamedNode | str]], term: str) -> list[str]:
    prefix, _, name = term.partition(":")
    return [value.value for value in facts.get(PREFIXES[prefix] + name, ()) if isinstance(value, NamedNode)]


def _text(facts: Mapping[str, Sequence[NamedNode | str]], term: str) -> str:
    prefix, _, name = term.partition(":")
    return next((value for value in facts.get(PREFIXES[prefix] + name, ()) if isinstance(value, str)), "")


def _terms(index: _Index) -> tuple[dict[str, str], dict[str, str | None], dict[str, Property]]:
    classes: dict[str, str] = {}
    parent: dict[str, str | None] = {}
    properties: dict[str, Property] = {}
    for iri, facts in index.items():
        if not iri.startswith(PREFIXES["sg"]):
            continue
        name, kinds, definition = iri.removeprefix(PREFIXES["sg"]), _iris(facts, "rdf:type"), _text(facts, "skos:definition")
        if PREFIXES["owl"] + "Class" in kinds:
            classes[name] = definition
            above = [sup.removeprefix(PREFIXES["sg"]) for sup in _iris(facts, "rdfs:subClassOf")]
            if len(above) > 1:
                raise SitgraphError(f"{iri}: a class has one parent, not {above}")
            parent[name] = above[0] if above else None
        else:
            range_ = next(iter(_iris(facts, "rdfs:range")), None)
            properties[name] = Property(PREFIXES["owl"] + "ObjectProperty" in kinds, range_, definition)
    if unknown := {above for above in parent.values() if above is not None} - classes.keys():
        raise SitgraphError(f"parents that are no classes: {sorted(unknown)}")
    return classes, parent, properties


def _codes(index: _Index) -> dict[str, tuple[str, ...]]:
    codes: dict[str, list[str]] = {}
    for iri, facts in index.items():
        kinds = _iris(facts, "rdf:type")
        if PREFIXES["skos"] + "ConceptScheme" in kinds and iri.startswith(CODE_BASE):
            codes.setdefault(iri.removeprefix(CODE_BASE), [])
        elif PREFIXES["skos"] + "Concept" in kinds:
            scheme, _, name = iri.removeprefix(CODE_BASE).partition("/")
            if scheme not in codes or _iris(facts, "skos:inScheme") != [CODE_BASE + scheme]:
                raise SitgraphError(f"{iri}: a code is in the one scheme that its IRI names")
            codes[scheme].append(name)
    return {scheme: tuple(names) for scheme, names in codes.items()}
