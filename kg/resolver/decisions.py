"""Judgements on pairs -> clusters. Entities and events are judged alike; ids are ``sitgraph:`` paths or IRIs below the base.

A positive judgement joins, a negative one forbids. The representative of a cluster of entities is the curated one, else the
first in order; that of a cluster of events is found by consolidation, which knows the dates of issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.errors import ReferenceTableError
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
    """Clusters from decisions. Raises :class:`ReferenceTableError` when they contradict each other, even by way of others."""
    clusters: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    different: dict[bool, dict[frozenset[str], str]] = {True: {}, False: {}}
    events = []
    for d in decisions:
        left, right = (_path(x, space) for x in (d.left, d.right))
        of_events = d.type in _EVENTS
        if not DECISION_TYPES[d.type]:
            different[of_events][frozenset((left, right))] = d.decision_id
            continue
        known = clusters[of_events]
        joined = known.get(left, {left}) | known.get(right, {right})
        known |= dict.fromkeys(joined, joined)
        if of_events:
            events.append((left, right, d.decision_id))
    for of_events, pairs in different.items():
        _check_apart(clusters[of_events], pairs, reference)
    representative = {path: min(cluster, key=lambda p: (not reference.cls(p), p)) for path, cluster in clusters[False].items()}
    return Judgements(representative, frozenset(different[False]), tuple(sorted(events)), frozenset(different[True]))


def _check_apart(clusters: Mapping[str, set[str]], different: Mapping[frozenset[str], str], reference: Reference) -> None:
    for pair, decision in different.items():
        left = min(pair)
        if pair <= clusters.get(left, {left}):
            path, row = reference.where.get(decision, ("decisions.csv", 0))
            one = " and ".join(sorted(pair))
            raise ReferenceTableError(path, row, f"{decision} contradicts the decisions that make {one} one")


def _path(identity: str, space: Space) -> str:
    return space.path(identity.removeprefix("sitgraph:"))
