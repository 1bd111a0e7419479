"""The day of an incident of MUC, and what a text may call it.

Follows section 7.3 of the task documentation: ``19 MAR 89``, ``- 02 NOV 89`` (by that day), ``19 MAR 89 - 20 MAR 89`` (one of
the days), and section 8 of the specification. Invariant: a day that cannot be, or that no year can be told of, is no window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kg import extent
from kg.readers._muc_texts import CENTURY

_SHORT_YEAR = re.compile(r"(?<=[A-Z] )(\d\d)\b")
_EARLIEST_YEAR = int(CENTURY) * 100 + 50


@dataclass(frozen=True, slots=True)
class Day:
    """The DATE of a template: as written, what it means if it is understood, and its other readings."""

    value: str
    window: extent.Window | None
    others: str

    @property
    def edtf(self) -> str:
        """The window as EDTF."""
        return extent.edtf_of(extent.bounds(self.window, "event", None)) if self.window else ""

    def phrases(self, issued: date | None) -> Iterator[str]:
        """What a text of this day of issue may call it, in words."""
        found = self.window
        for day in sorted({d for d in (found.first, found.last) if d} if found else ()):
            month = f"{day:%B}".upper()
            yield from (f"{day.day} {month}", f"{month} {day.day}", f"{day.day} {month[:3]}")
            if found and found.first == found.last and issued:
                yield from _relative(day, issued)


def day_of(value: str, issued: date | None) -> Day:
    """The first reading of a DATE; a year of two digits is told from the day of issue, else by the century of the corpus."""
    readings = [r.strip(" ()") for r in value.split("/") if r.strip(" ()")]
    if not readings:
        return Day("", None, "")
    found = extent.window(readings[0] if issued else _SHORT_YEAR.sub(rf"{CENTURY}\1", readings[0]), issued)
    if found and any(d and d.year < _EARLIEST_YEAR for d in (found.first, found.last)):
        found = None
    return Day(readings[0], found, " / ".join(readings[1:]))


def _relative(day: date, issued: date) -> Iterator[str]:
    ago = (issued - day).days
    if ago == 0:
        yield from ("TODAY", "TONIGHT", "THIS MORNING", "THIS AFTERNOON", "THIS EVENING")
    elif ago == 1:
        yield from ("YESTERDAY", "LAST NIGHT")
    if 0 <= ago < timedelta(7).days:
        yield f"{day:%A}".upper()
