"""Which days a phrase names: by the calendar (6 August 2016, mid-July, the night of Monday) or, failing that, by the anchor.

The rows of :data:`ABSOLUTE` are those of section 8 of the specification in their order, then what is said in their spirit.
Invariant: what the words leave open is ``None``, never a guess; a month without a year and without an anchor, ``06/08/2016``.

Choices where the table is silent: the beginning and the end of a month are 7 days, of a year January and December; a night
touches two days; a year of two digits is the last one by the anchor's that ends in them, and at most :data:`_SHORT_MEMORY`
years back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from kg.extent.gregorian import Days, after, latest, single, whole_month, whole_season, whole_year
from kg.extent.relative import RELATIVE
from kg.extent.words import MONTH, MONTHS, SEASON, SEASONS, SHORT_YEAR, WEEKDAY, YEAR


def days_of(text: str, anchor: date | None) -> Days | None:
    """The first and last day that a phrase names; ``None`` when it names none, or none that can be derived."""
    text = re.sub(r"^(?:(?:on|in|at|of|during|over|within|throughout|as of|as at)\b ?)+", "", text)
    for pattern, read in ABSOLUTE:
        if m := re.fullmatch(pattern, text):
            return read(m, anchor)
    for pattern, relative in RELATIVE if anchor else ():
        if m := re.fullmatch(pattern, text):
            assert anchor is not None  # the table is empty otherwise
            return relative(m, anchor)
    return None


def _day_month(day: str, month: str, year: str | None, anchor: date | None) -> Days | None:
    if year:
        return single(date(int(year), MONTHS[month], int(day)))
    return latest(lambda y: single(date(y, MONTHS[month], int(day))), anchor)


_SHORT_MEMORY = 50


def _short_year(digits: str, anchor: date | None) -> str:
    """The year of ``19 MAR 89``; without an anchor, or further back than people write it so, there is none."""
    ago = (anchor.year - int(digits.strip("'"))) % 100 if anchor else _SHORT_MEMORY
    if anchor is None or ago >= _SHORT_MEMORY:
        raise ValueError(f"found {digits}, expected a year that the day of issue makes clear")
    return str(anchor.year - ago)


def _month_year(month: str, year: str | None, anchor: date | None) -> Days | None:
    return whole_month(int(year), MONTHS[month]) if year else latest(lambda y: whole_month(y, MONTHS[month]), anchor)


def _season_year(season: str, year: str | None, anchor: date | None) -> Days | None:
    return whole_season(int(year), SEASONS[season]) if year else latest(lambda y: whole_season(y, SEASONS[season]), anchor)


def _part(part: str, inner: str, anchor: date | None) -> Days | None:
    """Early, mid, late, the beginning, end, half or n-th week of a calendar month, year, decade or century."""
    first, last = days_of(inner, anchor) or (None, None)
    if first is None or last is None or first.day != 1 or (last + timedelta(1)).day != 1:
        return None
    days, y = (last - first).days + 1, first.year
    if (half := re.fullmatch(r"(first|second) half", part)) and days < 370:
        middle = first + timedelta(15 if days <= 31 else (date(y, 7, 1) - first).days)
        return (first, middle - timedelta(1)) if half[1] == "first" else (middle, last)
    if days <= 31:
        cuts = {"early": (1, 10), "mid": (11, 20), "late": (21, 31), "beginning": (1, 7), "end": (days - 6, days)}
        cuts |= {"first week": (1, 7), "second week": (8, 14), "third week": (15, 21), "fourth week": (22, 28)}
        low, high = cuts.get("end" if part == "last week" else part, (0, 0))
        return (first.replace(day=low), first.replace(day=min(high, days))) if low else None
    if 365 <= days <= 366:
        cuts = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "beginning": (1, 1), "end": (12, 12)}
        low, high = cuts.get(part, (0, 0))
        return (date(y, low, 1), whole_month(y, high)[1]) if low else None
    years = _THIRDS.get(last.year - y + 1, {}).get(part)
    return (date(y + years[0], 1, 1), date(y + years[1], 12, 31)) if years else None


_THIRDS = {
    10: {"early": (0, 3), "mid": (4, 6), "late": (7, 9)},
    100: {"early": (0, 32), "mid": (33, 65), "late": (66, 99)},
}
"""Of a decade and of a century: the first and the last year."""


def _night(inner: str, anchor: date | None) -> Days | None:
    first, last = days_of(inner, anchor) or (None, None)
    return (first, after(last)) if first is not None and first == last else None


def _early_day(inner: str, anchor: date | None) -> Days | None:
    """Early on Sunday, Monday morning: the day itself."""
    days = days_of(inner, anchor)
    return days if days and days[0] is not None and days[0] == days[1] else None


Absolute = Callable[[re.Match[str], date | None], Days | None]
ABSOLUTE: tuple[tuple[str, Absolute], ...] = (
    (r"(\d{4})-(\d\d)-(\d\d)", lambda m, n: single(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"(\d{4})-(0[1-9]|1[0-2])", lambda m, n: whole_month(int(m[1]), int(m[2]))),
    (rf"(?:year )?({YEAR})", lambda m, n: whole_year(int(m[1]))),
    (r"([12]\d\d0)'?s", lambda m, n: (date(int(m[1]), 1, 1), date(int(m[1]) + 9, 12, 31))),
    (r"([1-9]\d?) century", lambda m, n: (date(int(m[1]) * 100 - 99, 1, 1), date(int(m[1]) * 100, 12, 31))),
    (rf"(?:(?:{WEEKDAY}) )?(\d\d?)(?: of)?[ -]({MONTH})(?:[ -]({YEAR}))?", lambda m, n: _day_month(m[1], m[2], m[3], n)),
    (rf"(?:(?:{WEEKDAY}) )?({MONTH}) (\d\d?)(?: ({YEAR}))?", lambda m, n: _day_month(m[2], m[1], m[3], n)),
    (rf"(\d\d?)[ -]({MONTH})[ -]({SHORT_YEAR})", lambda m, n: _day_month(m[1], m[2], _short_year(m[3], n), n)),
    (rf"({MONTH}) (\d\d?) ({SHORT_YEAR})", lambda m, n: _day_month(m[2], m[1], _short_year(m[3], n), n)),
    (rf"(?:last )?({MONTH})", lambda m, n: _month_year(m[1], None, n)),
    (rf"({MONTH})(?: of)? ({YEAR})", lambda m, n: _month_year(m[1], m[2], n)),
    (rf"(?:last )?({SEASON})", lambda m, n: _season_year(m[1], None, n)),
    (rf"({SEASON})(?: of)? ({YEAR})", lambda m, n: _season_year(m[1], m[2], n)),
    (r"(early|mid|late)(?: in|[ -])? ?(\S.*)", lambda m, n: _part(m[1], m[2], n) or _early_day(m[2], n)),
    (r"(?:beginning|start|first days) of (.+)", lambda m, n: _part("beginning", m[1], n)),
    (r"(?:very )?(?:end|last days) of (.+)", lambda m, n: _part("end", m[1], n)),
    (r"middle of (.+)", lambda m, n: _part("mid", m[1], n)),
    (r"((?:first|second|third|fourth|last) (?:week|half)) (?:of|in) (.+)", lambda m, n: _part(m[1], m[2], n)),
    (
        r"(?:morning|afternoon|evening) of (.+)|(?!this )(.+) (?:morning|afternoon|evening)",
        lambda m, n: _early_day(m[1] or m[2], n),
    ),
    (r"night of (.+)|(.+) night", lambda m, n: _night(m[1] or m[2], n)),
)
