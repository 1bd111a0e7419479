"""Judgements on pairs -> clusters. Entities and events are judged alike; ids are ``sitgraph:`` paths or IRIs below the base.

A positive judgement joins, a negative one forbids. The representative of a cluster of entities is the curated one, else the
first in order; that of a cluster of events is found by consolidation, which knows the dates of issue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.iri import Space
from kg.resolver.reference import DECISION_TYPES, Decision, Reference

_EVENTS = ("same-event", "different-event")


@dataclass(frozen=True, slots=True)
class Judgements:
    """All live decisions. ``events`` are pairs of situation paths that are one event; ``apart`` pairs that never are."""

    representative: dict[str, str]
    forbidden: frozenset[frozenset[str]]
    events: tuple[tuple[str, str, str], ...]
    apart: frozenset[frozenset[str]]

    def entity(self, path: str) -> str:
        """The canonical path of an entity."""
        return self.representative.get(path, path)

    def forbids(self, left: str, right: str) -> bool:
        """Whether somebody judged that these two are not the same."""
        return frozenset((left, right)) in self.forbidden


def judgements(decisions: Iterable[Decision], space: Space, reference: Reference) -> Judgements:
    """Clusters from decisions."""
    clusters: dict[str, set[str]] = {}
    forbidden, apart, events = set(), set(), []
    for d in decisions:
        left, right = (_path(x, space) for x in (d.left, d.right))
        same = DECISION_TYPES[d.type]
        if d.type in _EVENTS:
            if same:
                events.append((left, right, d.decision_id))
            else:
                apart.add(frozenset((left, right)))
        elif same:
            joined = clusters.get(left, {left}) | clusters.get(right, {right})
            clusters |= dict.fromkeys(joined, joined)
        else:
            forbidden.add(frozenset((left, right)))
    representative = {path: min(cluster, key=lambda p: (not reference.cls(p), p)) for path, cluster in clusters.items()}
    return Judgements(representative, frozenset(forbidden), tuple(sorted(events)), frozenset(apart))


def _path(identity: str, space: Space) -> str:
    return space.path(identity.removeprefix("sitgraph:"))
