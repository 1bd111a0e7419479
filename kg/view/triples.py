"""The consolidated view as triples: the default graph's canonical situations, and the graph of contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg import extent
from kg.iri import Space, h20
from kg.quads import bounds_key, time_triples
from kg.view.canonical import Canonical, Consolidated
from kg.view.contradictions import Conflict, Pair
from kg.vocab import CLASSES, RDF, SG, XSD, code


def time_node(bounds: extent.Bounds, space: Space) -> NamedNode:
    """The canonical time extent with these bounds; equal bounds are one node."""
    return NamedNode(space.id(f"time/{h20('time', extent.edtf_of(bounds), bounds_key(bounds))}"))


def extent_triples(bounds: extent.Bounds, space: Space) -> Iterator[Triple]:
    """A canonical time extent."""
    node = time_node(bounds, space)
    yield Triple(node, RDF.type, SG.TimeExtent)
    for t in time_triples(node, bounds):
        yield Triple(*t)


def situation_triples(s: Canonical, space: Space) -> Iterator[Triple]:
    """A canonical situation with its values, its status and the claims it rests on."""
    node = NamedNode(s.iri)
    yield Triple(node, RDF.type, CLASSES[s.cls])
    yield Triple(node, SG.status, code("claim-status", s.status))
    yield Triple(node, SG.rule, Literal(f"R3.{s.status_rule}"))
    for kind in s.kinds:
        yield Triple(node, SG.kind, NamedNode(kind))
    if s.role:
        yield Triple(node, SG.role, code("role", s.role))
    for prop, iri in (*s.entities, *s.situations):
        yield Triple(node, getattr(SG, prop), NamedNode(iri))
    for prop, number in s.numbers:
        yield Triple(node, getattr(SG, prop), Literal(str(number), datatype=XSD.integer))
    if s.bounds is not None:
        yield Triple(node, SG.time, time_node(s.bounds, space))
        yield from extent_triples(s.bounds, space)
    for claim in s.claims:
        yield Triple(node, SG.basis, NamedNode(claim.iri))


def conflict_triples(conflicts: Iterable[Conflict], corroborations: Iterable[Pair]) -> Iterator[Triple]:
    """The graph of contradictions. What the annotation itself states stays in the report's graph alone."""
    for c in conflicts:
        node = NamedNode(c.iri)
        yield Triple(node, RDF.type, SG.ClaimConflict)
        yield Triple(node, SG.kind, code("conflict-kind", c.kind))
        yield Triple(node, SG.status, code("conflict-status", "open" if c.open else "closed"))
        yield Triple(node, SG.rule, Literal(c.rule))
        for member in c.members:
            yield Triple(node, SG.conflictMember, NamedNode(member))
        if c.rule != "K7":
            for a, b in c.pairs:
                yield from _both_ways(SG.contradicts, a, b)
    for a, b in corroborations:
        yield from _both_ways(SG.corroborates, a, b)


def _both_ways(prop: NamedNode, a: str, b: str) -> Iterator[Triple]:
    yield Triple(NamedNode(a), prop, NamedNode(b))
    yield Triple(NamedNode(b), prop, NamedNode(a))


def describes(view: Consolidated) -> dict[str, list[Triple]]:
    """By report: which canonical situation each local one describes. A participation has one per event it became part of."""
    found: dict[str, list[Triple]] = {r.iri: [] for r in view.reports}
    for s in view.situations.values():
        for member in s.members:
            found[member.report.iri].append(Triple(NamedNode(member.iri), SG.describes, NamedNode(s.iri)))
    return found
