"""What the rules on status and contradictions ask of the rest: who is on which side, who belongs to whom, what lies within
what, who speaks for whom. Read from what is asserted as actual, before any status is known, so that nothing is circular.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from kg.iri import Space, h20
from kg.names import key
from kg.resolver.reference import Reference
from kg.view.canonical import Canonical, Consolidated
from kg.view.local import Claim


@dataclass(frozen=True, slots=True)
class Context:
    """Look-ups over one consolidation. ``embodies`` maps a source to the actor that speaks through it.

    ``sides`` also holds what follows from membership in a bloc (as R7 has it), and that a side is on itself.
    """

    sides: Mapping[str, frozenset[str]]
    belongs: frozenset[tuple[str, str]]
    containers: Mapping[str, frozenset[str]]
    embodies: Mapping[str, str]
    publishers: Mapping[str, str]
    ratings: Mapping[str, str]

    def sides_of(self, actor: str) -> frozenset[str]:
        """The sides an actor is on; a side is on itself."""
        return self.sides.get(actor, frozenset()) | {actor}

    def related(self, a: str, b: str) -> bool:
        """Of one side, or one a member of the other."""
        return a == b or bool(self.sides_of(a) & self.sides_of(b)) or (a, b) in self.belongs or (b, a) in self.belongs

    def nested(self, a: str, b: str) -> bool:
        """Whether two places are the same or one contains the other."""
        return a == b or a in self.containers.get(b, ()) or b in self.containers.get(a, ())

    def voice(self, claim: Claim) -> tuple[str, str]:
        """What counts once when independent sources are counted (specification, section 6)."""
        source = claim.source
        name = source.rsplit("/", 1)[-1]
        if name.startswith("narrator-"):
            return ("publisher", claim.report.publisher or claim.report.id)
        if actor := self.embodies.get(source):
            sides = sorted(self.sides.get(actor, ()))
            return ("side", sides[0]) if sides else ("actor", actor)
        return ("unnamed", "") if name.startswith("r-") else ("source", source)


def publisher_iri(name: str, reference: Reference, space: Space) -> str:
    """The IRI of a publisher: the curated one, else one of its name."""
    row = reference.source_named(name)
    return space.id(row.id if row else f"source/x-{h20('source', 'source', key(name))}")


def context(view: Consolidated, reference: Reference, space: Space) -> Context:
    """The look-ups for a consolidation."""
    asserted = [s for s in view.situations.values() if s.asserted]
    belongs = {
        (m, g)
        for s in asserted
        if s.cls in ("Membership", "SideAlignment")
        for m in s.fillers("member")
        for g in s.fillers("group")
    }
    sides = _sides(asserted, _blocs(view, reference, space))
    embodies = _embodiments(view, reference, space)
    publishers = {r.publisher: publisher_iri(r.publisher, reference, space) for r in view.reports if r.publisher}
    ratings = {space.id(s.id): s.reliability for s in reference.sources.values() if s.reliability}
    for a in sorted(reference.assessments, key=lambda a: (a.date, a.assessment_id)):
        if a.kind == "rating":
            ratings[space.id(space.path(a.about.removeprefix("sitgraph:")))] = a.value
    return Context(
        {k: frozenset(v) for k, v in sides.items()}, frozenset(belongs), _containers(asserted, reference, space), embodies,
        publishers, ratings,
    )  # fmt: skip


def _sides(asserted: Iterable[Canonical], blocs: frozenset[str]) -> dict[str, set[str]]:
    sides: dict[str, set[str]] = defaultdict(set)
    for s in asserted:
        if s.cls == "SideAlignment":
            for member, side in product(s.fillers("member"), s.fillers("group")):
                sides[member].add(side)
                sides[side].add(side)
    passed_on = [
        (member, frozenset(sides.get(bloc, ())))
        for s in asserted
        if s.cls == "Membership"
        for member, bloc in product(s.fillers("member"), s.fillers("group"))
        if bloc in blocs
    ]
    for member, through in passed_on:
        sides[member] |= through
    return sides


def _blocs(view: Consolidated, reference: Reference, space: Space) -> frozenset[str]:
    """The alliances among the actors: only they pass their side on to their members."""
    curated = {space.id(a.id) for a in reference.actors.values() if a.cls == "Alliance"}
    return frozenset(curated | {iri for m in view.mentions if m.cls == "Alliance" for iri in m.denotes})


def _embodiments(view: Consolidated, reference: Reference, space: Space) -> dict[str, str]:
    """A mention that denotes a source and an actor: the actor speaks through the source."""
    found = {space.id(s.id): space.id(s.embodies) for s in reference.sources.values() if s.embodies}
    prefix = space.id("source/")
    for m in view.mentions:
        spoken = [i for i in m.denotes if i.startswith(prefix)]
        actors = [i for i in m.denotes if i.startswith(space.id("actor/"))]
        if spoken and actors:
            found[spoken[0]] = actors[0]
    return found


def _containers(asserted: Iterable[Canonical], reference: Reference, space: Space) -> dict[str, frozenset[str]]:
    direct: dict[str, set[str]] = defaultdict(set)
    for p in reference.places.values():
        if p.within:
            direct[space.id(p.id)].add(space.id(p.within))
    for s in asserted:
        if s.cls == "SpatialRelation" and s.kind in ("within", "part-of"):
            for figure in s.fillers("figure"):
                direct[figure] |= set(s.fillers("ground"))
    closed: dict[str, frozenset[str]] = {}
    for place in direct:
        seen: set[str] = set()
        todo = list(direct[place])
        while todo:
            container = todo.pop()
            if container not in seen:
                seen.add(container)
                todo += direct.get(container, ())
        closed[place] = frozenset(seen)
    return closed
