"""The standing of a canonical situation, computed from its claims and never overwritten (rule R3; specification, section 6).

The table is walked from the top; the first row that applies wins. A row is (number, status, what it says in words).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kg.resolver.reference import Assessment
from kg.view.canonical import Canonical, Consolidated
from kg.view.consolidate import COVERED
from kg.view.context import Context
from kg.view.contradictions import Conflict
from kg.view.local import Claim

ROWS: Mapping[str, str] = {
    "1": "a reviewer has set the status",
    "2": "all claims were taken back by a reviewer",
    "3": "somebody asserts it as a fact, and somebody denies it or an open contradiction concerns it",
    "4": "somebody denies it, and somebody plans or expects it",
    "5": "it is only denied",
    "6": "nobody says that it is a fact: it is planned, intended, expected or possible",
    "7": "the narrator of a report says so himself",
    "8": "two or more independent sources say so",
    "9": "only one source, or sources that are not independent, say so",
}
"""Row number to its reason in words."""


def set_statuses(
    view: Consolidated, context: Context, conflicts: Iterable[Conflict], overrides: Mapping[str, Assessment]
) -> None:
    """Computes ``status`` and ``status_rule`` of every situation.

    ``overrides`` are the latest live ones by the IRI of a situation: the canonical one, or any that it replaced or describes.
    """
    contested: dict[str, set[str]] = defaultdict(set)
    for conflict in conflicts:
        if conflict.open:
            for situation in conflict.situations:
                contested[situation] |= conflict.members
    by_class = sorted(view.situations.values(), key=lambda s: s.cls in COVERED)
    for s in by_class:
        given = [o for iri in s.names if (o := overrides.get(iri))]
        override = max(given, key=lambda o: (o.date, o.assessment_id), default=None)
        if override is not None:
            s.status, s.status_rule = override.value, "1"
        elif (event := _covering_event(s, view)) and not contested[s.iri]:
            s.status, s.status_rule = event.status, event.status_rule
        else:
            s.status, s.status_rule = _row(s, view, context, contested[s.iri])


def _covering_event(s: Canonical, view: Consolidated) -> Canonical | None:
    """The event of a part without claims of its own, if all of the event's claims cover it.

    Of an event told by several reports, only the claims of those that name the actor do; the others must not vouch for him.
    """
    if s.cls not in COVERED or not s.linked("ofEvent") or {c.iri for c in s.claims} != s.covering:
        return None
    if not s.covering and s.cls != "Participation":
        return None  # its own claims were taken back
    event = view.situations[s.linked("ofEvent")[0]]
    return event if {c.iri for c in event.claims} == s.covering else None


def _row(s: Canonical, view: Consolidated, context: Context, contested: set[str]) -> tuple[str, str]:
    if not s.claims:
        return "retracted", "2"
    asserted, denied, prospective = s.asserted, s.denied, s.prospective
    if asserted and (any(c.modality == "actual" for c in denied) or any(c.iri in contested for c in asserted)):
        return "disputed", "3"
    if not asserted and denied and prospective:
        return "disputed", "4"
    if not asserted and denied:
        return "denied", "5"
    if not asserted:
        return "prospective", "6"
    sure = [c for c in asserted if c.certainty != "possible"]
    participants = _participants(s, view)
    if any(_is_trusted_narrator(c, context, participants) for c in sure):
        return "accepted", "7"
    if len({context.voice(c) for c in sure}) >= 2:
        return "accepted", "8"
    return "reported", "9"


def _participants(s: Canonical, view: Consolidated) -> set[str]:
    """The actors a situation is about: its own, and those of its event."""
    found = {iri for _, iri in s.entities}
    for event in (s.iri, *s.linked("ofEvent")):
        for part in view.parts_of(event, "Participation"):
            found |= set(part.fillers("actor"))
    return found


def _is_trusted_narrator(claim: Claim, context: Context, participants: set[str]) -> bool:
    if not claim.source.rsplit("/", 1)[-1].startswith("narrator-"):
        return False
    publisher = context.publishers.get(claim.report.publisher, "")
    return context.ratings.get(publisher, "") not in ("D", "E", "F") and context.embodies.get(publisher) not in participants
