"""States of single years -> spells: runs of consecutive years, with their bounds (specification, section 8).

A row says that something held at some time of a year. Rows of consecutive years are one state that began in the first and
ended in the last of them; a year without a row is a gap, after which it is another state. The bounds are those of an EDTF
interval of years. A table looks at some years only: what held in its first year may have begun before, what held in its last
may go on.

Invariant: the years of the spells of one state are the years that rows tell, each in one spell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kg.extent import Bounds
from kg.extent.gregorian import last_of, whole_year

_DAY = timedelta(1)
YEARS = range(1, 9999)
"""What a year can be: the day after its last one is still a date."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A run of years, and the rows that tell it, in the order of the table."""

    first: int
    last: int
    rows: tuple[int, ...]

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """The rows as blocks of neighbours: first and last row of each."""
        found: list[list[int]] = []
        for row in self.rows:
            if found and row == found[-1][1] + 1:
                found[-1][1] = row
            else:
                found.append([row, row])
        return tuple((a, b) for a, b in found)


def spells(told: Iterable[tuple[int, int]]) -> Iterator[Spell]:
    """The spells of one state. ``told`` are years and rows, in the order of years."""
    years: list[int] = []
    rows: list[int] = []
    for year, row in told:
        if years and year > years[-1] + 1:
            yield Spell(years[0], years[-1], tuple(sorted(rows)))
            years, rows = [], []
        years.append(year)
        rows.append(row)
    if years:
        yield Spell(years[0], years[-1], tuple(sorted(rows)))


def bounds_of_years(first: int, last: int, looked_at: range, ended: date | None = None) -> Bounds:
    """The bounds of a spell in a table that looks at these years. ``ended`` is the last possible day, where one is told."""
    latest_end = ended + _DAY if ended else None if last == looked_at[-1] else date(last + 1, 1, 1)
    latest_begin = date(first, 12, 31)
    if latest_end is not None:
        latest_begin = min(latest_begin, latest_end - _DAY)
    return Bounds(None if first == looked_at[0] else date(first, 1, 1), latest_begin, date(last, 1, 1) + _DAY, latest_end)


def bounds_of_conflict(begin: tuple[date, str] | None, end: tuple[date, str] | None, first: int, last: int) -> Bounds:
    """The bounds of a conflict: dates with the unit that is known of each, and the first and last year in which it was fought.

    An end without a unit is a last possible day; without an end it goes on.
    """
    from_day, to_day = _window(*begin) if begin is not None else (date(first, 1, 1), date(first, 12, 31))
    earliest_begin = None if begin is not None and begin[1] == "open" else from_day
    earliest_end, latest_end = date(last, 1, 1), None
    if end is not None:
        day, unit = end
        possible, latest = _window(day, unit)
        earliest_end = possible if unit in ("day", "month") else min(earliest_end, latest)
        latest_end = (latest if unit else day) + _DAY
        to_day = min(to_day, latest_end - _DAY)
    if earliest_begin is not None:
        earliest_end = max(earliest_end, earliest_begin)
    return Bounds(earliest_begin, to_day, earliest_end + _DAY, latest_end)


def _window(day: date, unit: str) -> tuple[date, date]:
    """The days that a date with this unit may stand for."""
    match unit:
        case "month":
            return day.replace(day=1), last_of(day.year, day.month)
        case "year" | "open":
            return whole_year(day.year)
        case _:
            return day, day
