"""Local situations of all reports and the judgements on them -> canonical situations (rule R1).

Ontology specification, sections 2, 6 and 11. Events of different reports are one only by judgement, events of one report never
by themselves; relations of one class, kind and fillers are one where their bounds meet; a participation is one per event, actor
and role. Everything is a function of the set of reports: no result depends on the order in which they were read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from kg.extent import Bounds
from kg.iri import Digests, Space, h20
from kg.resolver.decisions import Judgements
from kg.view.canonical import RELATION_SLOTS, Canonical, Consolidated
from kg.view.local import Claim, ReportGraph, Situation
from kg.vocab import ancestors

Within = Callable[[str], Iterable[str]]
"""The places that contain a place, nearest first."""
_PARTS = ("Outcome", "CasualtyEstimate", "MaterielUse")
COVERED = frozenset(("Participation", *_PARTS))
"""What is covered by the claims on its event where it has none of its own."""


def consolidate(
    graphs: Sequence[ReportGraph], judgements: Judgements, space: Space, within: Within,
    retracted: frozenset[str] = frozenset(), rows: Collection[str] = (),
) -> Consolidated:  # fmt: skip
    """The canonical situations of all reports, without status.

    ``retracted`` are the claims, situations, sources and reports that reviewers took back; ``rows`` what of that which they
    judged is of rows of tables.
    """
    return _Consolidating(graphs, judgements, space, within, retracted, rows).run()


def order(s: Situation) -> tuple[str, str, str]:
    """First member first: by date of issue, report id, IRI; reports without a date come last."""
    return (s.report.issued or "9999", s.report.id, s.iri)


class _Consolidating:
    def __init__(
        self, graphs: Sequence[ReportGraph], judgements: Judgements, space: Space, within: Within,
        retracted: frozenset[str], rows: Collection[str],
    ) -> None:  # fmt: skip
        self.rows = rows
        self.graphs, self.judgements, self.space, self.within, self.retracted = graphs, judgements, space, within, retracted
        self.locals = sorted((s for g in graphs for s in g.situations), key=order)
        self.claims = {c.iri: c for g in graphs for c in g.claims}
        self.digests = Digests()
        self.situations: dict[str, Canonical] = {}
        self.canonical: dict[str, str] = {}
        self.notes: list[str] = []

    def run(self) -> Consolidated:
        by_class: dict[str, list[Situation]] = defaultdict(list)
        for s in self.locals:
            above = {s.cls, *ancestors(s.cls)}
            by_class["Event" if "Event" in above else s.cls].append(s)
        for cluster in self._events(by_class["Event"]):
            self._add(cluster)
        for cls, slots in RELATION_SLOTS.items():
            for cluster in _relations(by_class[cls], slots):
                self._add(cluster)
        for cls in _PARTS:
            for cluster in self._parts(by_class[cls]):
                self._add(cluster)
        for (event, actor, role), members in self._participations(by_class["Participation"]).items():
            alone = tuple(self._would_be_participation(s, event, actor) for s in members)
            self._add(members, self._participation_iri(event, actor, role), alone)
        self._point_at_canonical()
        self.retracted = self._retracted_claims()
        self._attach_claims()
        parts: dict[str, list[Canonical]] = defaultdict(list)
        for situation in self.situations.values():
            for event in situation.linked("ofEvent"):
                parts[event].append(situation)
        mentions = tuple(m for g in self.graphs for m in g.mentions)
        reports = tuple(g.report for g in self.graphs)
        notes = tuple(self.notes)
        narrators = tuple(g.narrator for g in self.graphs if g.narrator)
        return Consolidated(
            self.situations, self.canonical, self.claims, mentions, reports, narrators, self.retracted, notes, dict(parts)
        )

    # -- clusters

    def _would_be(self, s: Situation) -> str:
        """What a situation is called when it is the first of its cluster."""
        return self.space.id(f"situation/{self.digests('situation', self.space.path(s.iri))}")

    def _participation_iri(self, event: str, actor: str, role: str) -> str:
        return self.space.id(f"situation/{self.digests('participation', self.space.path(event), self.space.path(actor), role)}")

    def _would_be_participation(self, s: Situation, event: str, actor: str) -> str:
        """What a participation is called while its event is not merged with another."""
        own = next(e for p, e in s.situations if p == "ofEvent" and self.canonical.get(e) == event)
        return self._participation_iri(self.space.id(f"situation/{h20('situation', self.space.path(own))}"), actor, s.role)

    def _events(self, events: list[Situation]) -> list[list[Situation]]:
        names = {self.space.path(iri): s.iri for s in events for iri in (s.iri, self._would_be(s))}
        cluster = {s.iri: {s.iri} for s in events}
        for left, right, decision in self.judgements.events:
            if left not in names or right not in names:
                unknown = left if left not in names else right
                of_row = self.space.id(unknown) in self.rows
                waits = "is not in the store; it waits until it is"
                why = "is of a row of a table, and such events are not joined; it has no effect" if of_row else waits
                self.notes.append(f"decision {decision}: {unknown} {why}")
                continue
            a, b = cluster[names[left]], cluster[names[right]]
            if any(frozenset((self.space.path(x), self.space.path(y))) in self.judgements.apart for x in a for y in b):
                self.notes.append(f"decision {decision}: other decisions say that these are different events")
                continue
            joined = a | b
            cluster |= dict.fromkeys(joined, joined)
        return _grouped(events, lambda s: min(cluster[s.iri]))

    def _parts(self, parts: list[Situation]) -> list[list[Situation]]:
        """Parts of one event that two reports tell alike are one; estimates are never merged, nor parts of one report."""
        seen: dict[object, int] = defaultdict(int)

        def identity(s: Situation) -> object:
            if s.cls == "CasualtyEstimate":
                return s.iri
            events = tuple(sorted(self.canonical[e] for p, e in s.situations if p == "ofEvent"))
            alike = (s.cls, s.kinds, events, s.entities, s.numbers)
            seen[alike, s.report.iri] += 1
            return (*alike, seen[alike, s.report.iri])

        return _grouped(parts, identity)

    def _participations(self, parts: list[Situation]) -> Mapping[tuple[str, str, str], list[Situation]]:
        found: dict[tuple[str, str, str], list[Situation]] = defaultdict(list)
        for s in parts:
            events = [self.canonical[e] for p, e in s.situations if p == "ofEvent" and e in self.canonical]
            for event in events:
                for actor in s.fillers("actor"):
                    found[event, actor, s.role].append(s)
        return found

    # -- values

    def _add(self, members: list[Situation], iri: str = "", alone: tuple[str, ...] = ()) -> None:
        alone = alone or tuple(self._would_be(s) for s in members)
        iri = iri or alone[0]
        would_be = tuple(sorted(set(alone) - {iri}))
        bounds, differ = _meet([s.bounds for s in members if s.bounds])
        cls = max((s.cls for s in members), key=lambda c: len(ancestors(c)))
        self.situations[iri] = Canonical(
            iri, cls, tuple(members), tuple(sorted({k for s in members for k in s.kinds})), members[0].role,
            self._entities(members), (), tuple(sorted({n for s in members for n in s.numbers})), bounds, differ, would_be,
        )  # fmt: skip
        for s in members:
            self.canonical[s.iri] = iri

    def _entities(self, members: list[Situation]) -> tuple[tuple[str, str], ...]:
        found = {f for s in members for f in s.entities if f[0] != "place"}
        places = [set(s.fillers("place")) for s in members if s.fillers("place")]
        found |= {("place", p) for p in self._common_place(places)}
        return tuple(sorted(found))

    def _common_place(self, places: list[set[str]]) -> set[str]:
        """The most specific common container of what the members say, or all of it."""
        everything = set().union(*places) if places else set()
        if len(places) < 2 or all(p == places[0] for p in places) or any(len(p) > 1 for p in places):
            return everything
        containers = [[p, *self.within(p)] for (p,) in places]
        common = next((c for c in containers[0] if all(c in chain for chain in containers)), None)
        return {common} if common in everything else everything

    def _point_at_canonical(self) -> None:
        for s in self.situations.values():
            linked = {(p, self.canonical[t]) for m in s.members for p, t in m.situations if t in self.canonical}
            s.situations = tuple(sorted((p, t) for p, t in linked if t != s.iri))

    def _retracted_claims(self) -> frozenset[str]:
        """The claims that were taken back: themselves, or with their situation, source or report, by any of its names."""
        back = {m.iri for s in self.situations.values() if s.names & self.retracted for m in s.members}
        return frozenset(
            c.iri for c in self.claims.values() if c.situation in back or {c.iri, c.source, c.report.iri} & self.retracted
        )

    def _attach_claims(self) -> None:
        about: dict[str, list[Claim]] = defaultdict(list)
        claimed = {c.situation for c in self.claims.values()}
        for c in self.claims.values():
            if c.iri not in self.retracted:
                about[c.situation].append(c)
        for s in self.situations.values():
            own = {c.iri: c for m in s.members for c in about[m.iri]}
            covering: dict[str, Claim] = {}
            if s.cls in COVERED:
                for m in s.members:
                    if m.iri not in claimed:
                        covering |= {c.iri: c for p, e in m.situations if p == "ofEvent" for c in about[e]}
            s.claims = tuple(c for _, c in sorted((own | covering).items()))
            s.covering = frozenset(covering) - frozenset(own)


def _grouped(situations: Iterable[Situation], identity: Callable[[Situation], object]) -> list[list[Situation]]:
    groups: dict[object, list[Situation]] = {}
    for s in situations:
        groups.setdefault(identity(s), []).append(s)
    return list(groups.values())


def _relations(relations: list[Situation], slots: tuple[str, ...]) -> list[list[Situation]]:
    """One relation per class, kind and fillers where all bounds meet, so that what ended and what began anew stay two.

    An undated one joins the dated ones if these are one.
    """
    clusters: list[list[Situation]] = []
    for alike in _grouped(relations, lambda s: (s.kinds, tuple(f for f in s.entities if f[0] in slots))):
        dated: list[list[Situation]] = []
        for s in alike:
            if s.bounds is not None:
                meeting = next((c for c in dated if all(o.bounds and o.bounds.meet(s.bounds) for o in c)), None)
                if meeting is None:
                    dated.append([s])
                else:
                    meeting.append(s)
        undated = [s for s in alike if s.bounds is None]
        if undated:
            dated = [dated[0] + undated] if len(dated) == 1 else [*dated, undated]
        clusters += [sorted(c, key=order) for c in dated]
    return clusters


def _meet(bounds: list[Bounds]) -> tuple[Bounds | None, bool]:
    """The meet, or the union where it is empty; and whether it was."""
    if not bounds:
        return None, False
    met: Bounds | None = bounds[0]
    for b in bounds[1:]:
        met = met.meet(b) if met else None
    if met is not None:
        return met, False
    union = bounds[0]
    for b in bounds[1:]:
        union = union.union(b)
    return union, True
