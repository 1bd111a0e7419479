"""The rules R4 to R10 once more, as plainly as the specification words them: what the engine is compared with.

Section 10 and "Time of an inference". Nothing here is fast or clever: every rule is a loop over everything, two extents meet if
some day is possible for both, and closures grow until they do not. Neither SPARQL nor :mod:`kg.view.rules` is used.

Invariant: the outcome is a function of the situations, of what is said of actors, and of the as-of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations, product

from kg.extent import Bounds
from kg.view.canonical import Canonical

Fact = tuple[str, str, str]
"""Subject, local name of the property, object."""

TOLD = ("accepted", "reported")
BY_ROLE = {"attacker": "attacker", "defender": "defender", "target": "targets", "supporter": "aidedBy", "issuer": "issuer"}
ENGAGEMENTS = ("Engagement", "Assault", "AirStrike", "Shelling", "SiegeBreak", "Bombing", "VehicleBomb")
EVENTS = (
    *ENGAGEMENTS, "Event", "Conflict", "Operation", "Siege", "RouteCut", "Capture", "Withdrawal", "Deployment", "Ceasefire",
    "Communication", "ActorChange", "ViolenceAgainstCivilians",
)  # fmt: skip
HOLDING = ("full", "partial", "garrison")
UNARMED = ("civilians", "protesters")
TIES = ("memberOf", "onSide", "alliedWith", "supports", "backs")
CLOSED = ("within", "subEventOf", "precedes")
PREDICATES = frozenset(
    (*CLOSED, *BY_ROLE.values(), *TIES, "involves", "opposes", "controls"),
)
"""The properties that rules write."""


@dataclass(frozen=True)
class Record:
    """An inference as it must stand in its graph."""

    rule: str
    subject: str
    predicate: str
    object: str
    premises: frozenset[str]
    basis: frozenset[str]
    time: Bounds | None


@dataclass(frozen=True)
class Step:
    """A derivation: what follows, by which rule, from which situations."""

    rule: str
    fact: Fact
    premises: frozenset[str]


@dataclass(frozen=True)
class World:
    """All that rules read: situations, classes and kinds of actors, what the default graph says already, the as-of date."""

    situations: Mapping[str, Canonical]
    classes: frozenset[tuple[str, str]]
    kinds: frozenset[tuple[str, str]]
    given: frozenset[Fact]
    as_of: date | None


@dataclass
class Outcome:
    """The facts of the default graph under :data:`PREDICATES`, the records, and what happened on the way there."""

    facts: set[Fact]
    records: set[Record]
    happened: Counter[str] = field(default_factory=Counter)


# -- time


def possible_days(extents: Iterable[Bounds]) -> set[date]:
    """The days on which nothing known forbids that all hold: a day beyond all bounds stands for what lies without end."""
    extents = list(extents)
    known = [d for b in extents for d in (b.earliest_begin, b.latest_begin, b.earliest_end, b.latest_end) if d]
    if not known:
        return {date(2000, 1, 1)}
    first, last = min(known) - timedelta(1), max(known) + timedelta(1)
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return {d for d in days if all(_possible(b, d) for b in extents)}


def _possible(b: Bounds, day: date) -> bool:
    return (b.earliest_begin is None or b.earliest_begin <= day) and (b.latest_end is None or day < b.latest_end)


def meet(extents: Iterable[Bounds]) -> Bounds:
    """The four bounds of what several extents have in common, by the formula. Whether there is any such day is not asked."""
    extents = list(extents)

    def of(pick: Callable[[list[date]], date], days: list[date | None], needs_all: bool) -> date | None:
        known = [d for d in days if d is not None]
        return None if not known or (needs_all and len(known) < len(days)) else pick(known)

    return Bounds(
        of(max, [b.earliest_begin for b in extents], False),
        of(max, [b.latest_begin for b in extents], True),
        of(min, [b.earliest_end for b in extents], True),
        of(min, [b.latest_end for b in extents], False),
    )


# -- the rules


def derive(world: World) -> Outcome:
    """All that follows."""
    return _Deriving(world).run()


class _Deriving:
    def __init__(self, world: World) -> None:
        self.world = world
        self.situations = world.situations
        self.all = list(world.situations.values())
        self.facts = set(world.given)
        self.steps: list[Step] = []
        self.happened: Counter[str] = Counter()

    def run(self) -> Outcome:
        for rule in (self.r4, self.r5, self.r6, self.r7, self.r8, self.r9):
            found = [step for step in rule() if self.together(step.premises)]
            self.steps += found
            self.happened.update(step.rule for step in found)
            self.facts |= {step.fact for step in found if self.stands(step)}
        self.r10()
        return Outcome(self.facts, {self.record(step) for step in self.steps}, self.happened)

    # -- extents of premises

    def extents(self, premises: Iterable[str]) -> list[Bounds]:
        return [b for m in premises if (b := self.situations[m].bounds) is not None]

    def together(self, *premises: Iterable[str]) -> bool:
        return bool(possible_days(self.extents({m for several in premises for m in several})))

    def holds(self, premises: Iterable[str]) -> bool:
        """As of the as-of date."""
        end = meet(self.extents(premises)).latest_end
        return self.world.as_of is None or end is None or end > self.world.as_of

    def stands(self, step: Step) -> bool:
        if step.rule in ("R4", "R5"):
            return True
        if step.rule == "R9":
            s, _, o = step.fact
            return not any(self.together(e) and self.holds(e) for _, e in self.friendship(s, o))
        return self.holds(step.premises)

    def record(self, step: Step) -> Record:
        time = meet(self.extents(step.premises))
        basis = frozenset(c.iri for m in step.premises for c in self.situations[m].claims)
        return Record(step.rule, *step.fact, step.premises, basis, None if time == Bounds() else time)

    # -- what the rules look for

    def of(self, *classes: str, status: tuple[str, ...] = ("accepted",)) -> Iterator[Canonical]:
        return (s for s in self.all if s.cls in classes and s.status in status)

    def is_a(self, actor: str, cls: str) -> bool:
        return (actor, cls) in self.world.classes

    def inferred(self, *rules: str) -> Iterator[Step]:
        return (step for step in self.steps if step.rule in rules)

    def r4(self) -> Iterator[Step]:
        for s in self.of("SpatialRelation", status=TOLD):
            if {k.rsplit("/", 1)[-1] for k in s.kinds} & {"within", "part-of"}:
                for figure, ground in product(s.fillers("figure"), s.fillers("ground")):
                    if figure != ground:
                        yield Step("R4", (figure, "within", ground), frozenset((s.iri,)))

    def r5(self) -> Iterator[Step]:
        for event, part in product(self.of(*EVENTS, status=TOLD), self.of("Participation", status=TOLD)):
            if event.iri in part.linked("ofEvent"):
                for actor in part.fillers("actor"):
                    for name in {"involves", BY_ROLE.get(part.role, "involves")}:
                        yield Step("R5", (event.iri, name, actor), frozenset((event.iri, part.iri)))

    def r6(self) -> Iterator[Step]:
        for s in self.all:
            if s.status in TOLD:
                for one, name, other in _said(s):
                    if one != other:
                        yield Step("R6", (one, name, other), frozenset((s.iri,)))

    def r7(self) -> Iterator[Step]:
        for membership, alignment in product(self.of("Membership"), self.of("SideAlignment")):
            for x, bloc in product(membership.fillers("member"), membership.fillers("group")):
                if bloc in alignment.fillers("member") and self.is_a(bloc, "Alliance"):
                    for side in alignment.fillers("group"):
                        if x != side:
                            premises = frozenset((membership.iri, alignment.iri))
                            yield Step("R7", (x, "onSide", side), premises)
                            yield Step("R7", (x, "memberOf", side), premises)

    def r8(self) -> Iterator[Step]:
        for support in self.of("Support"):
            for x, r in product(support.fillers("provider"), support.fillers("recipient")):
                for side, others in self.sides_of(r):
                    premises = frozenset((support.iri, *others))
                    if x == side or not self.together(premises):
                        continue
                    if any(self.together(premises, step.premises) for step in self.on_side(x, side)):
                        self.happened["R8 not: the provider is on it"] += 1
                        continue
                    self.happened[f"R8 from {len(premises)}"] += 1
                    yield Step("R8", (x, "backs", side), premises)

    def sides_of(self, r: str) -> Iterator[tuple[str, frozenset[str]]]:
        if self.is_a(r, "Side"):
            yield r, frozenset()
        for alignment in self.of("SideAlignment"):
            if r in alignment.fillers("member"):
                for side in alignment.fillers("group"):
                    yield side, frozenset((alignment.iri,))
        for step in self.inferred("R7"):
            if step.fact[:2] == (r, "onSide"):
                yield step.fact[2], step.premises

    def on_side(self, x: str, side: str) -> Iterator[Step]:
        return (step for step in self.inferred("R6", "R7") if step.fact == (x, "onSide", side))

    def r9(self) -> Iterator[Step]:
        for event in self.of(*ENGAGEMENTS):
            parts = [p for p in self.of("Participation") if event.iri in p.linked("ofEvent")]
            for one, other in _adversaries(parts):
                s, o = one.fillers("actor")[0], other.fillers("actor")[0]
                premises = frozenset((event.iri, one.iri, other.iri))
                if s == o or not self.together(premises):
                    continue
                if any((o, kind) in self.world.kinds for kind in UNARMED):
                    self.happened["R9 not: unarmed"] += 1
                elif why := {why for why, e in self.friendship(s, o) if self.together(premises, e)}:
                    self.happened.update(f"R9 not: {w}" for w in why)
                else:
                    step = Step("R9", (s, "opposes", o), premises)
                    held = {self.holds(e) for _, e in self.friendship(s, o) if self.together(e)}
                    self.happened.update("R9 recorded alone" if still else "R9 in spite of" for still in held)
                    yield step

    def friendship(self, s: str, o: str) -> Iterator[tuple[str, frozenset[str]]]:
        """Each reason why one of the two does not fight the other, and the situations that it rests on."""
        ties = list(self.inferred("R6", "R7", "R8"))
        for tie in ties:
            one, name, other = tie.fact
            if {one, other} == {s, o} and name in TIES:
                yield name, tie.premises
        for a, b in product(ties, ties):
            (one, first, side), (other, second, same) = a.fact, b.fact
            if (one, other) == (s, o) and side == same:
                names = (first, second)
                if names in (("onSide", "onSide"), ("backs", "onSide"), ("onSide", "backs")):
                    yield " and ".join(names), a.premises | b.premises

    def r10(self) -> None:
        while found := {f for f in self.entailed() if f[0] != f[2]} - self.facts:
            self.happened.update(f"R10 {name}" for _, name, _ in found)
            self.facts |= found

    def entailed(self) -> Iterator[Fact]:
        for s, p, o in self.facts:
            if p in CLOSED:
                yield from ((s, p, far) for near, q, far in self.facts if (near, q) == (o, p))
            if p == "onSide":
                yield s, "memberOf", o
            if p in BY_ROLE.values():
                yield s, "involves", o
            if p == "alliedWith":
                yield o, p, s


def _said(s: Canonical) -> Iterator[Fact]:
    """What a relation says between its two fillers (R6)."""
    if s.cls in ("Membership", "SideAlignment"):
        for member, group in product(s.fillers("member"), s.fillers("group")):
            yield member, "memberOf", group
            if s.cls == "SideAlignment":
                yield member, "onSide", group
    if s.cls in ("AllianceTie", "Opposition"):
        for one, other in permutations(s.fillers("party"), 2):
            yield one, "alliedWith" if s.cls == "AllianceTie" else "opposes", other
    if s.cls == "Support":
        yield from ((x, "supports", r) for x, r in product(s.fillers("provider"), s.fillers("recipient")))
    if s.cls == "Control" and {k.rsplit("/", 1)[-1] for k in s.kinds} & set(HOLDING):
        yield from ((x, "controls", place) for x, place in product(s.fillers("controller"), s.fillers("controlled")))


def _adversaries(parts: list[Canonical]) -> Iterator[tuple[Canonical, Canonical]]:
    """Who acted against whom, as participations of one event."""
    for one, other in permutations(parts, 2):
        if one.role == "attacker" and other.role in ("defender", "target"):
            yield one, other
    fighters = [p for p in parts if p.role == "belligerent"]
    if len({p.fillers("actor")[0] for p in fighters}) == 2:
        yield from permutations(fighters, 2)
