"""SHACL over a graph: what breaks a shape of ``ontology/shapes.ttl``, in words for people (specification, section 14).

Invariant: a finding is a function of the triples and the shapes; equal data give equal findings in equal order, and no data,
however damaged, make the engine fail.

The engine is pySHACL. It was compared with pyrudof (Rust) on these shapes: both find the same in all that the tests plant.
pyrudof needs half the time (22 thousand triples 1.0 s against 2.3 s, 100 thousand 5.5 s against 11 s; a single report 0.2 s
either way) and ten times the memory (1.3 GB against 0.13 GB at 100 thousand), it gives terms and paths as text, and its wheels
need a recent system; pySHACL grows with the data alone and runs wherever Python does. So pyrudof is the second opinion of the
tests.

pySHACL fails where ``sh:lessThan`` meets a blank node, or two literals that rdflib cannot compare. Such a value breaks its
``sh:datatype`` anyway, so it is handed over as a string: then the comparison says what SHACL says, that it does not hold.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal as OneOf

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.collection import Collection
from rdflib.namespace import SH, XSD

from kg.errors import SitgraphError
from kg.ontology.source import PREFIXES, triples
from kg.resources import ontology_dir

FILE = "shapes.ttl"
SHAPES = "https://w3id.org/sitgraph/shapes#"
_BESIDE_THE_DATA = (PREFIXES["rdfs"] + "subClassOf", PREFIXES["skos"] + "inScheme")
"""The properties of the ontology that shapes look at: the class tree, and which scheme a code is in."""
_COUNTED = frozenset((SH.MinCountConstraintComponent, SH.MaxCountConstraintComponent, SH.HasValueConstraintComponent))
_PAIRED: Mapping[rdflib.URIRef, rdflib.URIRef] = {
    SH.LessThanConstraintComponent: SH.lessThan,
    SH.LessThanOrEqualsConstraintComponent: SH.lessThanOrEquals,
}

_USUAL = frozenset((None, XSD.string, XSD.dateTime, XSD.integer, XSD.double, rdflib.URIRef(PREFIXES["geo"] + "wktLiteral")))
"""Datatypes that go without saying."""

Severity = OneOf["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A node that breaks a shape, with the values that do, as they are shown to a person."""

    severity: Severity
    node: str
    shape: str
    path: str
    values: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What is said of a shape that can be broken."""

    iri: str
    message: str
    path: str
    severity: Severity


def findings(data: Iterable[Triple], folder: Path | None = None) -> list[Finding]:
    """What in a graph breaks a shape: one finding for each node and shape, errors first."""
    loaded = _load(folder or ontology_dir())
    graph, originals = _graph((*data, *loaded.beside), loaded.compared)
    with _quiet():
        _, report, _ = pyshacl.validate(
            graph, shacl_graph=loaded.graph, inference="none", advanced=False, do_owl_imports=False, inplace=True
        )
    if not isinstance(report, rdflib.Graph):
        raise SitgraphError(f"the SHACL engine could not validate: {report}")
    broken: dict[tuple[rdflib.term.Node, rdflib.term.Node], list[rdflib.term.Node]] = {}
    for result in report.objects(None, SH.result):
        at = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
        if at[0] is not None and at[1] is not None:
            broken.setdefault((at[0], at[1]), []).append(result)
    found = (_finding(report, graph, loaded, at, results, originals) for at, results in broken.items())
    return sorted(found)


def shapes(folder: Path | None = None) -> Mapping[str, Shape]:
    """The shapes that can be broken, by IRI: those with a message."""
    return _load(folder or ontology_dir()).shapes


# -- the shapes


@dataclass(frozen=True, slots=True)
class _Loaded:
    graph: rdflib.Graph
    shapes: Mapping[str, Shape]
    beside: tuple[Triple, ...]
    compared: Mapping[str, str]
    """Each property that is compared with another, and the datatype that its values must have."""


@lru_cache(maxsize=4)
def _load(folder: Path) -> _Loaded:
    graph = rdflib.Graph()
    try:
        graph.parse(folder / FILE, format="turtle")
    except (OSError, SyntaxError) as error:
        raise SitgraphError(f"{folder / FILE}: {error}") from error
    beside = tuple(t for t in triples(folder) if t.predicate.value in _BESIDE_THE_DATA)
    found = {str(shape): _shape(graph, shape) for shape in graph.subjects(SH.message)}
    return _Loaded(graph, found, beside, dict(_compared(graph)))


def _shape(graph: rdflib.Graph, shape: rdflib.term.Node) -> Shape:
    path = graph.value(shape, SH.path)
    severity: Severity = "warning" if graph.value(shape, SH.severity) == SH.Warning else "error"
    return Shape(str(shape), str(graph.value(shape, SH.message)), _path(graph, path) if path is not None else "", severity)


def _path(graph: rdflib.Graph, path: rdflib.term.Node) -> str:
    """A path as SPARQL writes it; empty for the path that says "not itself"."""
    if isinstance(path, rdflib.URIRef):
        return short(str(path))
    if (inverse := graph.value(path, SH.inversePath)) is not None:
        return "^" + _path(graph, inverse)
    if (several := graph.value(path, SH.alternativePath)) is not None:
        return "|".join(_path(graph, step) for step in Collection(graph, several))
    if graph.value(path, SH.zeroOrOnePath) is not None:
        return ""
    return "/".join(_path(graph, step) for step in Collection(graph, path))


def _compared(graph: rdflib.Graph) -> Iterator[tuple[str, str]]:
    properties = {
        end
        for pair in _PAIRED.values()
        for shape, other in graph.subject_objects(pair)
        for end in (graph.value(shape, SH.path), other)
    }
    for shape, datatype in graph.subject_objects(SH.datatype):
        if (path := graph.value(shape, SH.path)) in properties:
            yield str(path), str(datatype)


# -- the data


_Originals = Mapping[tuple[rdflib.term.Node, rdflib.term.Node], rdflib.term.Node]
_OF_DATATYPE: Mapping[str, object] = {str(XSD.dateTime): datetime(2016, 8, 6, tzinfo=UTC), str(XSD.integer): 1}
"""A value of each datatype whose literals are compared."""


def _graph(data: Iterable[Triple], compared: Mapping[str, str]) -> tuple[rdflib.Graph, _Originals]:
    """The data for the engine; and what the literals that it cannot compare were."""
    graph, originals = rdflib.Graph(), dict[tuple[rdflib.term.Node, rdflib.term.Node], rdflib.term.Node]()
    with _quiet():
        for t in data:
            subject, value = _term(t.subject), _term(t.object)
            datatype = compared.get(t.predicate.value)
            if datatype and not _comparable(value, datatype):
                originals[subject, plain := rdflib.Literal(str(value))] = value
                value = plain
            graph.add((subject, rdflib.URIRef(t.predicate.value), value))
    return graph, originals


def _comparable(value: rdflib.term.Node, datatype: str) -> bool:
    """Whether the engine can compare a value with those of a datatype."""
    if not isinstance(value, rdflib.Literal):
        return isinstance(value, rdflib.URIRef)
    try:
        return bool(value.value < _OF_DATATYPE[datatype]) or True
    except TypeError:  # other types, dates without a zone; an ill-typed literal has no value at all
        return False


def _term(term: object) -> rdflib.term.Node:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal):
        raise SitgraphError(f"the SHACL engine reads no quoted triples, but found {term}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    # Not normalised: what is shown is what was written.
    datatype = None if term.datatype.value == PREFIXES["xsd"] + "string" else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """rdflib logs every ill-typed literal with its traceback; here they become findings."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


# -- the findings


def _finding(
    report: rdflib.Graph,
    data: rdflib.Graph,
    loaded: _Loaded,
    at: tuple[rdflib.term.Node, rdflib.term.Node],
    results: list[rdflib.term.Node],
    originals: _Originals,
) -> Finding:
    focus, shape = at
    about = loaded.shapes[str(shape)]
    components = {report.value(result, SH.sourceConstraintComponent) for result in results}
    values = {value for result in results if (value := report.value(result, SH.value)) is not None and value != focus}
    path = loaded.graph.value(shape, SH.path)
    counted = bool(components & _COUNTED)
    if counted and path is not None:
        values.update(_at(data, focus, loaded.graph, path))
    rivals = {
        value
        for component, parameter in _PAIRED.items()
        if component in components
        for other in loaded.graph.objects(shape, parameter)
        for value in data.objects(focus, other)
    }
    shown, against = (tuple(sorted(_shown(originals.get((focus, v), v)) for v in vs)) for vs in (values, rivals))
    found = _found(shown, against, counted)
    return Finding(about.severity, str(focus), about.iri, about.path, shown, about.message + found)


def _found(shown: tuple[str, ...], against: tuple[str, ...], counted: bool) -> str:
    """What was found instead, where that says something."""
    if not shown:
        return "; found none" if counted else ""
    number = f"{len(shown)}: " if counted and len(shown) > 1 else ""
    return f"; found {number}{', '.join(shown)}" + (f" against {', '.join(against)}" if against else "")


def _at(data: rdflib.Graph, focus: rdflib.term.Node, graph: rdflib.Graph, path: rdflib.term.Node) -> Iterator[rdflib.term.Node]:
    """The values at a path: SHACL reports how many are wrong, and not what there is."""
    if isinstance(path, rdflib.URIRef):
        yield from data.objects(focus, path)
    elif (inverse := graph.value(path, SH.inversePath)) is not None:
        yield from data.subjects(inverse, focus)
    elif (several := graph.value(path, SH.alternativePath)) is not None:
        for step in Collection(graph, several):
            yield from _at(data, focus, graph, step)
    else:
        first, *rest = Collection(graph, path)
        reached = set(_at(data, focus, graph, first))
        for step in rest:
            reached = {value for node in reached for value in _at(data, node, graph, step)}
        yield from reached


def _shown(term: rdflib.term.Node) -> str:
    """A term for people: a prefixed name, the last steps of an address, the words of a literal."""
    if not isinstance(term, rdflib.Literal):
        return short(str(term))
    note = term.language or ("" if term.datatype in _USUAL else short(str(term.datatype)))
    return f"“{term}”" + (f" ({note})" if note else "")


def short(iri: str) -> str:
    """An IRI for people: with a prefix of the house, or the steps below ``/id/``."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.partition("/id/")[2] or iri
