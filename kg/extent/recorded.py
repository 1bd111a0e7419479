"""Dates as tables record them: a first and a last possible day with a code of precision, or one day that stands for more.

Sections 8 and 13 of the specification. UCDP gives the first and the last *possible* day and says with ``date_prec`` how wide
that is: 1 the day itself, 2 two to six days, 3 a week, 4 up to a month, 5 up to a year. ACLED gives one day and says with
``time_precision`` whether it is that day (1), a day of the week around it (2) or of its month (3).

Invariant: precision never narrows what the days say and never widens it beyond them; a code or an order of days that the
code book does not have is a ValueError that says what was found, never a neighbouring one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from kg.extent.gregorian import last_of, whole_year
from kg.extent.time_extent import Bounds, Case, Window, bounds

Unit = Literal["day", "week", "month", "year"]
UCDP_PRECISIONS = range(1, 6)
ACLED_UNITS: tuple[Unit, ...] = ("day", "week", "month")
"""By ``time_precision`` 1, 2, 3."""

_HALF_A_WEEK = timedelta(3)


def bounds_of_record(first: date, last: date, precision: int, case: Case = "event") -> Bounds:
    """The bounds of a UCDP event: ``date_start``, ``date_end`` and ``date_prec``.

    With precision 1 it is known to have touched every day from the first to the last; with any other it was some time in them.
    """
    if precision not in UCDP_PRECISIONS:
        raise ValueError(f"found date_prec {precision}, expected 1 to 5")
    if first > last:
        raise ValueError(f"found {first} to {last}, expected a first day that is not after the last")
    if precision == 1 and first < last:
        return bounds(Window(first, first, span=True, end_first=last, end_last=last), case, None)
    return bounds(Window(first, last), case, None)


def bounds_of_rounded(day: date, unit: Unit, case: Case = "event") -> Bounds:
    """The bounds of what happened some time in the day, the seven days around it, its month or its year."""
    return bounds(Window(*_days_around(day, unit)), case, None)


def bounds_of_acled(day: date, precision: int) -> Bounds:
    """The bounds of an ACLED event: ``event_date`` and ``time_precision``."""
    if not 1 <= precision <= len(ACLED_UNITS):
        raise ValueError(f"found time_precision {precision}, expected 1 to {len(ACLED_UNITS)}")
    return bounds_of_rounded(day, ACLED_UNITS[precision - 1])


def _days_around(day: date, unit: Unit) -> tuple[date, date]:
    match unit:
        case "day":
            return day, day
        case "week":
            return max(day, date.min + _HALF_A_WEEK) - _HALF_A_WEEK, min(day, date.max - _HALF_A_WEEK) + _HALF_A_WEEK
        case "month":
            return day.replace(day=1), last_of(day.year, day.month)
        case "year":
            return whole_year(day.year)
