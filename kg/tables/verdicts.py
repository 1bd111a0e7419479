"""What reviewers said of single rows: a status set by hand, a claim or a situation taken back (specification, section 6).

They name a situation as it is told or as the view has it, or the claim of a row. Rows that nobody judged cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.iri import Space
from kg.resolver.reference import Reference
from kg.tables.engine import text
from kg.tables.naming import Names

SHOWN = "('accepted', 'reported')"
"""The statuses of what has shortcuts."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The latest status set, and what was taken back, by paths."""

    report: str
    statuses: tuple[tuple[str, str], ...] = ()
    retracted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.statuses or self.retracted)

    def status(self, local: str, canonical: str) -> str:
        """An SQL expression for the status that a reviewer set of the situation with these digests; NULL where none did."""
        cases = [
            f"WHEN {condition} THEN {text(value)}"
            for path, value in reversed(self.statuses)
            if (condition := self._condition((path,), local, canonical))
        ]
        return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"

    def taken_back(self, local: str, canonical: str, claim: str) -> str:
        """An SQL condition: the claim of a row was taken back, by itself or with its event."""
        return self._condition(self.retracted, local, canonical, claim) or "false"

    def _condition(self, paths: Iterable[str], local: str, canonical: str, claim: str = "") -> str:
        found = []
        known = [(f"{self.report}/situation/", local), ("situation/", canonical), *([("claim/", claim)] if claim else [])]
        for prefix, column in known:
            digests = [text(p.removeprefix(prefix)) for p in paths if p.startswith(prefix)]
            if digests:
                found.append(f"{column} IN ({', '.join(digests)})")
        return " OR ".join(found)


def verdicts(names: Names, reference: Reference, space: Space) -> Verdicts:
    """What the live assessments say of rows."""
    by_date = sorted(reference.assessments, key=lambda a: (a.date, a.assessment_id))
    about = [(space.path(a.about.removeprefix("sitgraph:")), a) for a in by_date]
    return Verdicts(
        names.report,
        tuple((path, a.value) for path, a in about if a.kind == "status-override"),
        tuple(path for path, a in about if a.kind == "retraction"),
    )
