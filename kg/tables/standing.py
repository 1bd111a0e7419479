"""How far what a table says by itself is accepted: what reviewers and the reference tables say of its publisher and narrator.

Rows 2, 7 and 9 of the table of section 6 of the specification; the others need a second claim, or one that is not asserted as
actual.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.iri import Space
from kg.model import Report
from kg.resolver.reference import Reference
from kg.tables.naming import Names

_BAD = ("D", "E", "F")


@dataclass(frozen=True, slots=True)
class Standing:
    """``embodied`` is the path of the actor that the publisher speaks for, or empty."""

    embodied: str = ""
    trusted: bool = True
    retracted: bool = False

    def status(self, certainty: str, participants: tuple[str, ...]) -> tuple[str, str]:
        """Status and row of the table, of what the narrator claims of these actors."""
        if self.retracted:
            return "retracted", "2"
        doubted = certainty == "possible" or not self.trusted or (self.embodied in participants and bool(self.embodied))
        return ("reported", "9") if doubted else ("accepted", "7")


def standing(report: Report, names: Names, reference: Reference, space: Space) -> Standing:
    """The standing of a table."""
    publisher = reference.source_named(report.publisher) if report.publisher else None
    rating = publisher.reliability if publisher else ""
    retracted = False
    for a in sorted(reference.assessments, key=lambda a: (a.date, a.assessment_id)):
        about = space.path(a.about.removeprefix("sitgraph:"))
        if a.kind == "rating" and publisher and about == publisher.id:
            rating = a.value
        retracted = retracted or (a.kind == "retraction" and about in (names.report, names.narrator))
    return Standing(publisher.embodies if publisher else "", rating not in _BAD, retracted)
