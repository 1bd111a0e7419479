"""The consolidated view as lines of N-Triples: the default graph's canonical situations, and the graph of contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg import extent
from kg.iri import Space, h20
from kg.quads import CLASS_TEXT, INTEGER, PROPERTY_TEXT, TYPE, bounds_key, code_text, extent_tails, quads_of
from kg.view.canonical import Canonical
from kg.view.contradictions import Conflict, Pair
from kg.vocab import SG

_STATUS, _RULE, _KIND, _ROLE, _TIME, _BASIS = (f" {p} " for p in (SG.status, SG.rule, SG.kind, SG.role, SG.time, SG.basis))
_CONTRADICTS, _CORROBORATES, _MEMBER = (f" {p} " for p in (SG.contradicts, SG.corroborates, SG.conflictMember))
_AN_EXTENT, _A_CONFLICT = (f"{TYPE}{cls}" for cls in (SG.TimeExtent, SG.ClaimConflict))


def triples_of(lines: Iterable[str]) -> Iterator[Triple]:
    """Lines as triples."""
    return (q.triple for q in parse(quads_of(lines, ""), format=RdfFormat.N_TRIPLES))


@dataclass(frozen=True, slots=True)
class Lines:
    """A graph kept as lines, of which most are only passed on; iterated, it is its triples."""

    lines: Sequence[str]

    def __iter__(self) -> Iterator[Triple]:
        return triples_of(self.lines)

    def __len__(self) -> int:
        return len(self.lines)


@lru_cache(maxsize=65536)
def time_iri(bounds: extent.Bounds, space: Space) -> str:
    """The IRI of the canonical time extent with these bounds; equal bounds are one node."""
    return space.id(f"time/{h20('time', extent.edtf_of(bounds), bounds_key(bounds))}")


def time_node(bounds: extent.Bounds, space: Space) -> NamedNode:
    """The canonical time extent with these bounds."""
    return NamedNode(time_iri(bounds, space))


def extent_lines(bounds: extent.Bounds, space: Space) -> Iterator[str]:
    """A canonical time extent."""
    node = f"<{time_iri(bounds, space)}>"
    yield f"{node}{_AN_EXTENT}"
    for tail in extent_tails(bounds):
        yield f"{node} {tail}"


def extent_triples(bounds: extent.Bounds, space: Space) -> Iterator[Triple]:
    """A canonical time extent."""
    return triples_of(extent_lines(bounds, space))


def situation_lines(s: Canonical, space: Space) -> Iterator[str]:
    """A canonical situation with its values, its status and the claims it rests on; what its time is stands elsewhere."""
    node = f"<{s.iri}>"
    yield f"{node}{TYPE}{CLASS_TEXT[s.cls]}"
    yield f"{node}{_STATUS}{code_text('claim-status', s.status)}"
    yield f'{node}{_RULE}"R3.{s.status_rule}"'
    for kind in s.kinds:
        yield f"{node}{_KIND}<{kind}>"
    if s.role:
        yield f"{node}{_ROLE}{code_text('role', s.role)}"
    for prop, iri in (*s.entities, *s.situations):
        yield f"{node}{PROPERTY_TEXT[prop]}<{iri}>"
    for prop, number in s.numbers:
        yield f'{node}{PROPERTY_TEXT[prop]}"{number}"{INTEGER}'
    if s.bounds is not None:
        yield f"{node}{_TIME}<{time_iri(s.bounds, space)}>"
    for claim in s.claims:
        yield f"{node}{_BASIS}<{claim.iri}>"


def situation_triples(s: Canonical, space: Space) -> Iterator[Triple]:
    """A canonical situation with its time."""
    when = () if s.bounds is None else extent_lines(s.bounds, space)
    return triples_of((*situation_lines(s, space), *when))


def conflict_lines(conflicts: Iterable[Conflict], corroborations: Iterable[Pair]) -> Iterator[str]:
    """The graph of contradictions. What the annotation itself states stays in the report's graph alone."""
    for c in conflicts:
        node = f"<{c.iri}>"
        yield f"{node}{_A_CONFLICT}"
        yield f"{node}{_KIND}{code_text('conflict-kind', c.kind)}"
        yield f"{node}{_STATUS}{code_text('conflict-status', 'open' if c.open else 'closed')}"
        yield f'{node}{_RULE}"{c.rule}"'
        for member in c.members:
            yield f"{node}{_MEMBER}<{member}>"
        if c.rule != "K7":
            for a, b in c.pairs:
                yield from _both_ways(_CONTRADICTS, a, b)
    for a, b in corroborations:
        yield from _both_ways(_CORROBORATES, a, b)


def _both_ways(prop: str, a: str, b: str) -> Iterator[str]:
    yield f"<{a}>{prop}<{b}>"
    yield f"<{b}>{prop}<{a}>"


def describing(situations: Iterable[Canonical]) -> dict[str, list[str]]:
    """By report: which canonical situation each local one describes. A participation has one per event it became part of."""
    found: dict[str, list[str]] = {}
    for s in situations:
        for member in s.members:
            found.setdefault(member.report.iri, []).append(f"<{member.iri}> {SG.describes} <{s.iri}>")
    return found
