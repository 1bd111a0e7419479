"""Canonical situations: what all reports together say of one situation, before and after its standing is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.extent import Bounds
from kg.view.local import Claim, Mention, Report, Situation

RELATION_SLOTS: Mapping[str, tuple[str, ...]] = {
    "Membership": ("member", "group"),
    "SideAlignment": ("member", "group"),
    "AllianceTie": ("party",),
    "Opposition": ("party",),
    "Support": ("provider", "recipient"),
    "Command": ("commander", "subordinate"),
    "Control": ("controller", "controlled"),
    "SpatialRelation": ("figure", "ground"),
}
"""The properties that say between whom a relation is: its identity."""


@dataclass(slots=True)
class Canonical:
    """One canonical situation. ``members`` are its local ones, first to last (date of issue, report id, IRI).

    ``claims`` are the live claims about it; ``covering`` those among them that are about the event of a part.
    ``status`` is empty until computed; ``status_rule`` says which row of the table gave it.
    """

    iri: str
    cls: str
    members: tuple[Situation, ...]
    kinds: tuple[str, ...]
    role: str
    entities: tuple[tuple[str, str], ...]
    situations: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, int], ...]
    bounds: Bounds | None
    times_differ: bool = False
    would_be: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    covering: frozenset[str] = frozenset()
    status: str = ""
    status_rule: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every IRI under which somebody may have assessed it: its own, those it replaced, those of its members."""
        return frozenset((self.iri, *self.would_be, *(m.iri for m in self.members)))

    def fillers(self, name: str) -> tuple[str, ...]:
        """The entities under a property."""
        return tuple(iri for p, iri in self.entities if p == name)

    def linked(self, name: str) -> tuple[str, ...]:
        """The situations under a property."""
        return tuple(iri for p, iri in self.situations if p == name)

    @property
    def kind(self) -> str:
        """The last segment of its first kind; empty without one."""
        return self.kinds[0].rsplit("/", 1)[-1] if self.kinds else ""

    @property
    def asserted(self) -> tuple[Claim, ...]:
        """Claims that assert it as actual."""
        return tuple(c for c in self.claims if c.polarity == "asserted" and c.modality == "actual")

    @property
    def denied(self) -> tuple[Claim, ...]:
        """Claims that deny it."""
        return tuple(c for c in self.claims if c.polarity == "denied")

    @property
    def prospective(self) -> tuple[Claim, ...]:
        """Claims that assert it as anything but actual."""
        return tuple(c for c in self.claims if c.polarity == "asserted" and c.modality != "actual")


@dataclass(slots=True)
class Consolidated:
    """All canonical situations by IRI, where each local one went, and what they rest on."""

    situations: dict[str, Canonical]
    canonical: dict[str, str]
    claims: dict[str, Claim]
    mentions: tuple[Mention, ...]
    reports: tuple[Report, ...]
    narrators: tuple[str, ...] = ()
    retracted: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    parts: dict[str, list[Canonical]] = field(default_factory=dict)

    def of_class(self, *names: str) -> Iterator[Canonical]:
        """The situations of exactly these classes."""
        return (s for s in self.situations.values() if s.cls in names)

    def parts_of(self, event: str, cls: str) -> list[Canonical]:
        """Participations, outcomes, … of an event."""
        return [p for p in self.parts.get(event, ()) if p.cls == cls]
