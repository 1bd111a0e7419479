"""Days relative to the day of issue: yesterday, last week, three months ago, next Friday, the past few days.

The rows of :data:`RELATIVE` are those of section 8 of the specification in their order, then what is said in their spirit.
Invariant: nothing here is read without an anchor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil, floor

from kg.extent.gregorian import Days, latest, months_on, single, whole_month, whole_season, whole_year
from kg.extent.words import ABOUT, MONTH, MONTHS, NUMBER, SEASON, SEASONS, UNIT, UNITS, WEEKDAY, WEEKDAYS


def _back(n: date, first: int, last: int) -> Days:
    """From so many days before the anchor to so many; negative is after it."""
    return n - timedelta(first), n - timedelta(last)


def whole_days(number: str, unit: str) -> int:
    """A duration in whole days, rounded down (section 17)."""
    return floor(float(number) * UNITS[unit])


def _tolerance(days: int) -> int:
    return max(1, ceil(days / 5))


def around(n: date, days: int) -> Days:
    """The days about so many days before the anchor, within the tolerance of section 8."""
    return _back(n, abs(days) + _tolerance(abs(days)), abs(days) - _tolerance(abs(days)))


def _ago(m: re.Match[str], n: date) -> Days:
    days = whole_days(m[1], m[2])
    return _back(n, days, days) if m[2] == "day" else around(n, days)


def _ahead(m: re.Match[str], n: date) -> Days:
    days, tol = whole_days(m[1], m[2]), _tolerance(whole_days(m[1], m[2]))
    return _back(n, -days, -days) if m[2] == "day" else _back(n, tol - days, -tol - days)


def _calendar(n: date, unit: str, shift: int) -> Days:
    if unit == "year":
        return whole_year(n.year + shift)
    first = months_on(n.year, n.month, shift)
    return whole_month(first.year, first.month)


def _weekday(name: str, anchor: date) -> date:
    return anchor - timedelta((anchor.weekday() - WEEKDAYS[name]) % 7)


def _weekend(n: date) -> Days:
    saturday = _weekday("saturday", n)
    return saturday, saturday + timedelta(1)


def _coming(make: Callable[[int], tuple[date, date]], anchor: date) -> Days | None:
    return next((d for y in (anchor.year, anchor.year + 1) if (d := make(y))[0] > anchor), None)


def _next_named(name: str, n: date) -> Days | None:
    if name in WEEKDAYS:
        return single(_weekday(name, n) + timedelta(7))
    return _coming(
        (lambda y: whole_month(y, MONTHS[name])) if name in MONTHS else (lambda y: whole_season(y, SEASONS[name])), n
    )


_RECENT = {"day": 6, "week": 30, "month": 182, "year": 1825}
Relative = Callable[[re.Match[str], date], Days | None]
RELATIVE: tuple[tuple[str, Relative], ...] = (
    (r"(?:earlier |later |late |early )?today|this (?:morning|afternoon|evening|day)", lambda m, n: single(n)),
    (r"yesterday|previous day|day before|day earlier", lambda m, n: _back(n, 1, 1)),
    (r"day before yesterday", lambda m, n: _back(n, 2, 2)),
    (r"tomorrow", lambda m, n: _back(n, -1, -1)),
    (r"day after tomorrow", lambda m, n: _back(n, -2, -2)),
    (rf"(?:this )?({WEEKDAY})", lambda m, n: single(_weekday(m[1], n))),
    (rf"(?:last|previous) ({WEEKDAY})", lambda m, n: single(_weekday(m[1], n - timedelta(1)))),
    (rf"(?:next|coming) ({WEEKDAY}|{MONTH}|{SEASON})", lambda m, n: _next_named(m[1], n)),
    (rf"this ({MONTH})", lambda m, n: latest(lambda y: whole_month(y, MONTHS[m[1]]), n)),
    (r"(?:last|previous) week|week before", lambda m, n: _back(n, 14, 1)),
    (r"(?:earlier )?this week", lambda m, n: _back(n, 6, 0)),
    (r"(?:next|coming) week", lambda m, n: _back(n, -1, -14)),
    (r"(?:last|previous) (month|year)", lambda m, n: _calendar(n, m[1], -1)),
    (r"(?:this|current) (month|year)", lambda m, n: _calendar(n, m[1], 0)),
    (r"next (month|year)", lambda m, n: _calendar(n, m[1], 1)),
    (r"earlier this (month|year)", lambda m, n: (_calendar(n, m[1], 0)[0], n)),
    (r"later this (month|year)", lambda m, n: (n, _calendar(n, m[1], 0)[1])),
    (r"later this week|coming days", lambda m, n: _back(n, 0, -6)),
    (r"coming (week|month)s", lambda m, n: _back(n, 0, -_RECENT[m[1]])),
    (r"last night|overnight", lambda m, n: _back(n, 1, 0)),
    (r"tonight", lambda m, n: _back(n, 0, -1)),
    (r"(?:(?:this|last) )?weekend", lambda m, n: _weekend(n)),
    (r"recent(ly)?", lambda m, n: _back(n, _RECENT["week"], 0)),
    (r"(?:recent|past few|last few) (day|week|month|year)s", lambda m, n: _back(n, _RECENT[m[1]], 0)),
    (rf"(?:past|last|previous) {ABOUT}({NUMBER})(?:[ -]plus)?[ -]({UNIT})s?", lambda m, n: _back(n, whole_days(m[1], m[2]), 0)),
    (rf"past ({UNIT})", lambda m, n: _back(n, UNITS[m[1]], 0)),
    (rf"(?:past|last) ({NUMBER}) hours?", lambda m, n: _back(n, ceil(float(m[1]) / 24), 0)),
    (rf"(?:next|coming) ({NUMBER})[ -]({UNIT})s?", lambda m, n: _back(n, 0, -whole_days(m[1], m[2]))),
    (rf"({NUMBER})[ -]({UNIT})s? (?:ago|earlier|before|previously)", _ago),
    (rf"({NUMBER})[ -]({UNIT})s?'?(?: time| from now)", _ahead),
)
