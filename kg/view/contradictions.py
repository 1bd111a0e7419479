"""Contradictions K1 to K8 and corroboration C1 (rule R2; ontology specification, section 7).

Each function yields one :class:`Conflict` per set of canonical situations that cannot all be as claimed. They compare live
claims only; nobody contradicts himself within one report. A conflict is a proposal: a reviewer may close it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from pyoxigraph import NamedNode

from kg.extent import UNBOUNDED, Bounds
from kg.iri import Space, h20
from kg.view.canonical import Canonical, Consolidated
from kg.view.context import Context
from kg.view.local import Claim
from kg.vocab import ancestors

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Claims that cannot all be true together: the rule, the situations they are about, and the pairs that clash."""

    iri: str
    kind: str
    rule: str
    situations: tuple[str, ...]
    pairs: frozenset[Pair]
    open: bool = True

    @property
    def members(self) -> frozenset[str]:
        """The claims that take part."""
        return frozenset(c for pair in self.pairs for c in pair)


def conflicts(
    view: Consolidated, context: Context, space: Space, excludes: frozenset[frozenset[str]], closed: frozenset[str]
) -> list[Conflict]:
    """All conflicts of a consolidation, by IRI. ``excludes`` are pairs of outcome codes, ``closed`` what reviewers closed."""
    found: dict[str, Conflict] = {}
    stated = set()
    for kind, rule, search in _KINDS:
        for situations, pairs in search(view, context, excludes):
            about = tuple(sorted(situations))
            if rule == "K7":
                stated.add(frozenset(about))
            elif rule == "K2" and frozenset(about) in stated:
                continue
            iri = space.id(f"conflict/{h20('conflict', rule, [space.path(i) for i in about])}")
            if pairs:
                found[iri] = Conflict(iri, kind, rule, about, frozenset(pairs), iri not in closed)
    return [found[iri] for iri in sorted(found)]


def corroborations(view: Consolidated) -> Iterator[Pair]:
    """C1: two claims that assert one canonical situation as actual, by different sources."""
    for s in view.situations.values():
        own = [c for c in s.asserted if c.iri not in s.covering]
        yield from (_pair(a, b) for a, b in combinations(own, 2) if a.source != b.source)


def _pair(a: Claim, b: Claim) -> Pair:
    return (a.iri, b.iri) if a.iri < b.iri else (b.iri, a.iri)


def _apart(a: Claim, b: Claim) -> bool:
    """Of different sources or reports: nobody's correction of himself."""
    return a.source != b.source or a.report.iri != b.report.iri


def _clashes(left: Iterable[Claim], right: Iterable[Claim]) -> set[Pair]:
    right = list(right)
    return {_pair(a, b) for a in left for b in right if a.iri != b.iri and _apart(a, b)}


Found = Iterator[tuple[tuple[str, ...], set[Pair]]]


def _polarity(view: Consolidated, _c: Context, _x: object) -> Found:
    """Two claims that merely cover a participation are about its event, which has this conflict itself."""
    for s in view.situations.values():
        if s.denied:
            asserted = [c for c in s.claims if c.polarity == "asserted"]
            pairs = {
                _pair(a, d)
                for a in asserted
                for d in s.denied
                if _apart(a, d) and (a.modality == "actual") == (d.modality == "actual") and not {a.iri, d.iri} <= s.covering
            }
            yield (s.iri,), pairs


def _exclusive_outcome(view: Consolidated, context: Context, excludes: frozenset[frozenset[str]]) -> Found:
    for event in list(view.parts):
        outcomes = [o for o in view.parts_of(event, "Outcome") if o.asserted]
        for a, b in combinations(outcomes, 2):
            if any(frozenset((x, y)) in excludes for x in a.kinds for y in b.kinds) and _places_agree(a, b, context):
                yield (a.iri, b.iri), _clashes(a.asserted, b.asserted)


def _places_agree(a: Canonical, b: Canonical, context: Context) -> bool:
    left, right = a.fillers("place"), b.fillers("place")
    return not left or not right or any(context.nested(x, y) for x in left for y in right)


def _disjoint_time(view: Consolidated, _c: Context, _x: object) -> Found:
    for s in view.situations.values():
        if s.times_differ and "Event" in ancestors(s.cls):
            about: dict[str, list[Claim]] = defaultdict(list)
            for c in s.asserted:
                about[c.situation].append(c)
            pairs: set[Pair] = set()
            for a, b in combinations(s.members, 2):
                if a.report.iri != b.report.iri and a.bounds and b.bounds and a.bounds.meet(b.bounds) is None:
                    pairs |= _clashes(about[a.iri], about[b.iri])
            yield (s.iri,), pairs


def _rival_control(view: Consolidated, context: Context, _x: object) -> Found:
    held: dict[str, list[Canonical]] = defaultdict(list)
    for s in view.of_class("Control"):
        if s.kind == "full" and s.asserted:
            for place in s.fillers("controlled"):
                held[place].append(s)
    for controls in held.values():
        for a, b in combinations(controls, 2):
            rivals = not any(context.related(x, y) for x in a.fillers("controller") for y in b.fillers("controller"))
            if rivals and _certainly_together(a, b):
                yield (a.iri, b.iri), _clashes(a.asserted, b.asserted)


def _certainly_together(a: Canonical, b: Canonical) -> bool:
    """There is a day on which both certainly hold, and not just the day on which the one gave way to the other."""
    one, other = a.bounds or UNBOUNDED, b.bounds or UNBOUNDED
    return one.certainly_overlaps(other) and not _gives_way(one, other) and not _gives_way(other, one)


def _gives_way(before: Bounds, after: Bounds) -> bool:
    last, first = before.latest_end, after.earliest_begin
    return last is not None and first is not None and last <= first + timedelta(1)


def _disjoint_casualties(view: Consolidated, _c: Context, _x: object) -> Found:
    for event in list(view.parts):
        alike: dict[object, list[Canonical]] = defaultdict(list)
        for estimate in view.parts_of(event, "CasualtyEstimate"):
            if estimate.asserted and estimate.numbers:
                alike[estimate.kinds, estimate.fillers("actor")].append(estimate)
        for estimates in alike.values():
            for a, b in combinations(estimates, 2):
                (low_a, high_a), (low_b, high_b) = _range(a), _range(b)
                if high_a < low_b or high_b < low_a:
                    yield (a.iri, b.iri), _clashes(a.asserted, b.asserted)


def _range(estimate: Canonical) -> tuple[float, float]:
    numbers = dict(estimate.numbers)
    best = numbers.get("best")
    low = numbers.get("low", best)
    high = numbers.get("high", best)
    return (0 if low is None else low, float("inf") if high is None else high)


def _rival_responsibility(view: Consolidated, context: Context, _x: object) -> Found:
    for event in list(view.parts):
        attackers = [p for p in view.parts_of(event, "Participation") if p.role == "attacker" and p.asserted]
        by_source: dict[str, set[str]] = defaultdict(set)
        for p in attackers:
            for c in p.asserted:
                by_source[c.source] |= set(p.fillers("actor"))
        for a, b in combinations(attackers, 2):
            (x,), (y,) = a.fillers("actor"), b.fillers("actor")
            if not context.related(x, y):
                left = [c for c in a.asserted if y not in by_source[c.source]]
                right = [c for c in b.asserted if x not in by_source[c.source]]
                yield (a.iri, b.iri), _clashes(left, right)


def _rival_sides(view: Consolidated, _c: Context, _x: object) -> Found:
    opposed = _opposed(view)
    by_member: dict[str, list[Canonical]] = defaultdict(list)
    for s in view.of_class("SideAlignment"):
        if s.asserted:
            for member in s.fillers("member"):
                by_member[member].append(s)
    for alignments in by_member.values():
        for a, b in combinations(alignments, 2):
            rivals = any(frozenset((x, y)) in opposed for x in a.fillers("group") for y in b.fillers("group"))
            one_conflict = (
                not a.linked("inConflict")
                or not b.linked("inConflict")
                or set(a.linked("inConflict")) & set(b.linked("inConflict"))
            )
            if rivals and one_conflict and _certainly_together(a, b):
                yield (a.iri, b.iri), _clashes(a.asserted, b.asserted)


def _opposed(view: Consolidated) -> set[frozenset[str]]:
    """Pairs that are said to be adversaries, or to have fought."""
    found = {frozenset(s.fillers("party")) for s in view.of_class("Opposition") if s.asserted}
    for event, parts in view.parts.items():
        if "Engagement" not in (view.situations[event].cls, *ancestors(view.situations[event].cls)):
            continue
        by_role: Mapping[str, set[str]] = defaultdict(set)
        for p in parts:
            if p.cls == "Participation" and p.asserted:
                by_role[p.role].update(p.fillers("actor"))
        found |= {frozenset((x, y)) for x in by_role["attacker"] for y in by_role["defender"] | by_role["target"] if x != y}
        if len(by_role["belligerent"]) == 2:
            found.add(frozenset(by_role["belligerent"]))
    return found


def _stated(view: Consolidated, _c: Context, _x: object) -> Found:
    found: dict[tuple[str, ...], set[Pair]] = defaultdict(set)
    for claim in view.claims.values():
        for other in claim.contradicts:
            if other in view.claims and not {claim.iri, other} & view.retracted:
                about = tuple(sorted({view.canonical[claim.situation], view.canonical[view.claims[other].situation]}))
                found[about].add(_pair(claim, view.claims[other]))
    yield from found.items()


_KINDS = (
    ("stated", "K7", _stated),
    ("polarity", "K1", _polarity),
    ("exclusive-outcome", "K2", _exclusive_outcome),
    ("disjoint-time", "K3", _disjoint_time),
    ("rival-control", "K4", _rival_control),
    ("disjoint-casualties", "K5", _disjoint_casualties),
    ("rival-responsibility", "K6", _rival_responsibility),
    ("rival-sides", "K8", _rival_sides),
)


def excluding_codes(pairs: Iterable[tuple[NamedNode, NamedNode]]) -> frozenset[frozenset[str]]:
    """Pairs of outcome codes that cannot both hold of one event, as IRIs."""
    return frozenset(frozenset((a.value, b.value)) for a, b in pairs)
