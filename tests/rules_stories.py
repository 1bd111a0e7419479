"""Made-up wars for the tests of the rules: situations as the consolidation hands them over, without texts.

A :class:`Story` is a value that prints as what it says, so that a failing example can be read. The cast is fixed and small: two
fighters, a bloc, an organization, a crowd, two sides, three places. With few names and few days, all that is said interacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, product

from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from kg.extent import Bounds
from kg.iri import Space
from kg.view.canonical import RELATION_SLOTS, Canonical
from kg.view.local import Claim, Report
from kg.view.triples import situation_triples
from kg.vocab import CLASSES, RDF, SG, code

SPACE = Space("http://test.example/")
CAST = {
    "army": "ArmedForce", "band": "ArmedGroup", "bloc": "Alliance", "body": "Organization", "crowd": "Collective",
    "red": "Side", "blue": "Side",
}  # fmt: skip
PLACES = ("hill", "town", "land")
DAYS = 7
SCHEMES = {"Control": "control-kind", "Support": "support-kind", "SpatialRelation": "spatial-kind"}


def day(n: int) -> date:
    """The days of a story are numbers."""
    return date(2016, 8, 1) + timedelta(n)


def during(first: int | None, last: int | None) -> Bounds:
    """Exactly from the first day to the last; ``None``: on one of the sides it is open."""
    begin, end = (None if first is None else day(first)), (None if last is None else day(last + 1))
    return Bounds(begin, begin, end, end)


@dataclass(frozen=True)
class Relation:
    """One thing related to another; ``claims`` by number, so that several situations can share one."""

    cls: str
    one: str
    other: str
    kind: str = ""
    status: str = "accepted"
    time: Bounds | None = None
    claims: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Part:
    """Who takes part in an event, and how."""

    role: str
    actor: str
    status: str = "accepted"
    time: Bounds | None = None
    claims: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Event:
    """What happened; ``links`` to other events by property and their number."""

    cls: str
    parts: tuple[Part, ...] = ()
    status: str = "accepted"
    time: Bounds | None = None
    claims: tuple[int, ...] = (2,)
    links: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Story:
    """All that is told, and the day as of which it is asked about. ``said`` is what the default graph says before any rule."""

    told: tuple[Relation | Event, ...]
    as_of: int | None = None
    crowd: str = ""
    said: tuple[tuple[str, str, str], ...] = ()

    @property
    def asked(self) -> date | None:
        """The as-of date."""
        return None if self.as_of is None else day(self.as_of)

    def situations(self) -> dict[str, Canonical]:
        """The canonical situations by IRI."""
        events = [n for n, told in enumerate(self.told) if isinstance(told, Event)]
        found: list[Canonical] = []
        for n, told in enumerate(self.told):
            if isinstance(told, Event):
                links = tuple((p, _situation(events[k])) for p, k in told.links if k < len(events) and events[k] != n)
                found.append(_canonical(_situation(n), told, situations=links))
                found += (_part(_situation(n), f"{n}-{m}", part) for m, part in enumerate(told.parts))
            else:
                found.append(_relation(_situation(n), told))
        return {s.iri: s for s in found}

    def actors(self) -> Iterator[Triple]:
        """The cast, the places, and what is said."""
        for name, cls in CAST.items():
            yield Triple(NamedNode(actor(name)), RDF.type, CLASSES[cls])
        for name in PLACES:
            yield Triple(NamedNode(place(name)), RDF.type, SG.Settlement)
        if self.crowd:
            yield Triple(NamedNode(actor("crowd")), SG.kind, code("actor-kind", self.crowd))
        for one, name, other in self.said:
            yield Triple(NamedNode(_thing(one)), getattr(SG, name), NamedNode(_thing(other)))

    def graph(self) -> list[Triple]:
        """The default graph before any rule has run, without the ontology."""
        described = (t for s in self.situations().values() for t in situation_triples(s, SPACE))
        return [*dict.fromkeys((*self.actors(), *described))]


def actor(name: str) -> str:
    """The IRI of one of the cast."""
    return SPACE.id(f"actor/{name}")


def place(name: str) -> str:
    """The IRI of a place."""
    return SPACE.id(f"place/{name}")


def _situation(n: int | str) -> str:
    return SPACE.id(f"situation/s{n}")


def _claims(numbers: Iterable[int]) -> tuple[Claim, ...]:
    report = Report(SPACE.id("report/a"), "a", "2016-08-15", "Test Wire", "a", "en")
    return tuple(
        Claim(SPACE.id(f"claim/c{n}"), report, "", "", "asserted", "actual", "certain", "narration", (), ()) for n in numbers
    )


def _canonical(
    iri: str,
    told: Relation | Event | Part,
    kinds: tuple[str, ...] = (),
    role: str = "",
    entities: tuple[tuple[str, str], ...] = (),
    situations: tuple[tuple[str, str], ...] = (),
) -> Canonical:
    return Canonical(
        iri, "Participation" if isinstance(told, Part) else told.cls, (), kinds, role, entities, situations, (), told.time,
        claims=_claims(told.claims), status=told.status, status_rule="7",
    )  # fmt: skip


def _part(event: str, n: str, part: Part) -> Canonical:
    return _canonical(
        _situation(n), part, role=part.role, entities=(("actor", actor(part.actor)),), situations=(("ofEvent", event),)
    )


def _relation(iri: str, told: Relation) -> Canonical:
    one, *others = RELATION_SLOTS[told.cls]
    other = others[0] if others else one
    fillers = ((one, _thing(told.one)), (other, _thing(told.other)))
    kinds = (code(SCHEMES[told.cls], told.kind).value,) if told.kind else ()
    return _canonical(iri, told, kinds, entities=tuple(dict.fromkeys(fillers)))


def _thing(name: str) -> str:
    return place(name) if name in PLACES else actor(name)


# -- stories that Hypothesis tells; each choice begins with the plainest, to which it shrinks

_RANGE = (None, *(day(n) for n in range(DAYS)))
_ALL_BOUNDS = sorted(
    (b for four in product(_RANGE, repeat=4) if not (b := Bounds(*four)).is_empty),
    key=lambda b: (sum(d is not None for d in (b.earliest_begin, b.latest_begin, b.earliest_end, b.latest_end)), str(b)),
)
_EXACT = [during(a, b) for a in range(DAYS) for b in (a, a + 2, a + 4, None) if b is None or b < DAYS]

times = st.one_of(st.none(), st.none(), st.sampled_from(_EXACT), st.sampled_from(_ALL_BOUNDS))
statuses = st.sampled_from(
    [*["accepted"] * 24, "reported", "reported", "disputed", "denied", "prospective", "retracted"],
)
claims = st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True).map(tuple)
_fighters = st.sampled_from([*["army", "band"] * 5, "bloc", "bloc", "body", "crowd", "red", "blue"])
_groups = st.sampled_from([*["bloc"] * 5, "body", "army", "band", "red"])
_sides = st.sampled_from([*["red"] * 5, "blue"])
_places = st.sampled_from(PLACES)


def _related(
    cls: str,
    one: st.SearchStrategy[str],
    other: st.SearchStrategy[str],
    *kinds: str,
    when: st.SearchStrategy[Bounds | None] = times,
) -> st.SearchStrategy[Relation]:
    return st.builds(Relation, st.just(cls), one, other, st.sampled_from(kinds or ("",)), statuses, when, claims)


def _dated(cls: str, one: str, other: str) -> st.SearchStrategy[Relation]:
    return _related(cls, st.just(one), st.just(other), when=st.sampled_from(_EXACT))


_distinct_places = st.lists(_places, min_size=2, max_size=2, unique=True)
spatial = _related("SpatialRelation", _places, _places, "within", "part-of", "near", "co-located")
_aligned = _related("SideAlignment", _fighters, _sides)
_member = _related("Membership", _fighters, _groups)
_helped = _related("Support", _fighters, _fighters, "", "air")
_held = _related(
    "Control", _fighters, _places, "full", "partial", "garrison", "contested", "presence", "former", "besieged", ""
)  # fmt: skip
relations = st.one_of(
    _aligned, _member, _helped, _related("AllianceTie", _fighters, _fighters), _related("Opposition", _fighters, _fighters),
    _held, spatial,
)  # fmt: skip
_through_bloc = st.tuples(
    _related("Membership", _fighters, st.just("bloc")), _related("SideAlignment", st.just("bloc"), _sides)
)
_helped_bloc = st.tuples(
    _related("Membership", st.just("band"), st.just("bloc")),
    _related("SideAlignment", st.just("bloc"), _sides),
    _related("Support", _fighters, st.just("band")),
)
_two_sided = st.tuples(_aligned, st.one_of(_aligned, _related("Support", _fighters, _sides), _helped))
_backed = st.tuples(_dated("Support", "army", "red"), _dated("SideAlignment", "band", "red"))
_backing = st.tuples(_dated("SideAlignment", "army", "red"), _dated("Support", "band", "red"))
_tied = st.tuples(_dated("AllianceTie", "army", "band"))
_several = st.one_of(
    st.tuples(relations), st.tuples(spatial), _through_bloc, _helped_bloc, _two_sided, _backed, _backing, _tied
)  # fmt: skip
"""What is told together, so that rules which need two relations find them."""
_roles = st.sampled_from(
    ["attacker"] * 4
    + ["defender", "defender", "target", "target", "belligerent", "belligerent", "supporter", "issuer", "accused"]
)
_parts = st.lists(
    st.builds(Part, _roles, _fighters, statuses, st.one_of(st.none(), st.none(), times), claims),
    max_size=4,
    unique_by=lambda p: (p.role, p.actor),
).map(tuple)
_attacks = st.builds(
    lambda one, other, way, more: (Part("attacker", one), Part(way, other), *more),
    st.sampled_from(["army", "army", "army", "bloc"]),
    st.sampled_from(["band", "band", "band", "crowd", "red"]),
    st.sampled_from(["defender", "target"]),
    st.lists(st.builds(Part, st.just("belligerent"), _fighters), max_size=1),
)
_clashes = st.lists(
    st.builds(Part, st.just("belligerent"), _fighters, statuses), min_size=2, max_size=3, unique_by=lambda p: p.actor
).map(tuple)
_classes = st.sampled_from(
    ["Engagement", "Assault", "AirStrike", "Shelling", "SiegeBreak", "Bombing", "VehicleBomb"] * 2
    + ["Capture", "ViolenceAgainstCivilians", "Operation", "Communication"]
)
_links = st.lists(st.tuples(st.sampled_from(["subEventOf", "precedes"]), st.integers(0, 2)), max_size=2, unique=True).map(tuple)
events = st.one_of(
    st.builds(Event, _classes, st.one_of(_parts, _clashes), statuses, times, claims, _links),
    st.builds(Event, _classes, _attacks, statuses, st.one_of(st.none(), st.sampled_from(_EXACT)), claims, _links),
)
_gazetteer = _distinct_places.map(lambda two: (two[0], "within", two[1]))


def _story(
    told: list[tuple[Relation, ...]], happened: list[Event], as_of: int | None, crowd: str, said: list[tuple[str, str, str]]
) -> Story:
    return Story((*chain(*told), *happened), as_of, crowd, tuple(said))


_days = st.one_of(st.none(), st.integers(0, DAYS), st.just(DAYS))
_crowds = st.sampled_from(["", "civilians", "protesters", "unidentified"])
_said = st.lists(_gazetteer, max_size=2, unique=True)
_both = st.tuples(_dated("SideAlignment", "army", "red"), _dated("SideAlignment", "band", "red"))
_attack = st.builds(
    Event, _classes, st.just((Part("attacker", "army"), Part("defender", "band"))), st.just("accepted"), st.sampled_from(_EXACT)
)
_feuds = st.builds(
    _story,
    st.tuples(st.one_of(_tied, _both, _backed, _backing), st.tuples(relations)).map(list),
    st.lists(_attack, min_size=1, max_size=2),
    _days, _crowds, _said,
)  # fmt: skip
"""Two who fought once, and were friends once."""
_wars = st.builds(_story, st.lists(_several, max_size=8), st.lists(events, max_size=3), _days, _crowds, _said)
stories = st.one_of(_wars, _feuds)
