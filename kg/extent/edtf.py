"""EDTF (ISO 8601-2, levels 0 to 2) in and out, and the precision of a time extent.

Section 8 of the specification: an interval is a row of its own, any other value is a window. What is uncertain or approximate
(``? ~ %``, of the whole or of a part) has the bounds of the value without the mark where these are wide, of a year, season or
month; at the precision of a day it is refused, since its bounds would say more than is known. ``1950S2`` is some year of that
century. Years before 1 and after 9999 (``Y17E7``, ``-0044``) are refused: bounds are days of a calendar that has none.
Invariant: the EDTF value of bounds contains them, and is equal to them where EDTF can say them; the bounds are authoritative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from kg.extent.gregorian import Days, after, before, greatest, last_of, least, months_on, ordered, parse_issued, single
from kg.extent.time_extent import UNBOUNDED, Bounds, Case, Window, bounds

_MARK = "[?~%]?"
_TERM = re.compile(rf"{_MARK}([\dX]{{4}})(?:S([1-4]))?{_MARK}(?:-{_MARK}([\dX]{{2}}){_MARK}(?:-{_MARK}([\dX]{{2}}){_MARK})?)?")
_SUBYEAR = {first + n: (3 + 3 * n, 3) for first in (21, 25) for n in range(4)}  # seasons; of the northern hemisphere
_SUBYEAR |= {29: (9, 3), 30: (12, 3), 31: (3, 3), 32: (6, 3)}  # of the southern
_SUBYEAR |= {33 + n: (1 + 3 * n, 3) for n in range(4)} | {37 + n: (1 + 4 * n, 4) for n in range(3)}
_SUBYEAR |= {40 + n: (1 + 6 * n, 6) for n in range(2)}
"""Codes in the place of a month: the first month, and how many."""


def _matching(pattern: str, values: Iterable[int]) -> list[int]:
    """The values whose digits fit a pattern with unspecified digits (``201X``, ``XX``)."""
    fits = re.compile(pattern.replace("X", r"\d"))
    return [v for v in values if fits.fullmatch(f"{v:0{len(pattern)}d}")]


def _unreadable(found: str, why: str = "a date, month, year, season, interval x/y or set [a..b]") -> ValueError:
    return ValueError(f"found {found!r}, expected EDTF: {why}")


def _term(text: str) -> tuple[date, date]:
    """First and last day of one EDTF date."""
    m = _TERM.fullmatch(text)
    if not m:
        try:
            if "T" in text:
                return single(parse_issued(text))
        except ValueError:
            pass
        raise _unreadable(text)
    year, significant, month, day = m.groups()
    if significant:
        if month or "X" in year:
            raise _unreadable(text, "significant digits of a year that stands alone and has all digits")
        year = year[: int(significant)].ljust(4, "X")
    years = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if years[1] == 0 or (day and re.search("[?~%]", text)):
        raise _unreadable(text, "a year from 0001, and no ? ~ % at the precision of a day")
    low, high = max(years[0], 1), years[1]
    try:
        if month and not day and "X" not in month and int(month) in _SUBYEAR:
            first, count = _SUBYEAR[int(month)]
            return date(low, first, 1), months_on(high, first, count) - timedelta(1)
        if day:
            days = _matching_days(low, high, month, day)
            return days[0], days[-1]
        months = _matching(month or "XX", range(1, 13))
        return date(low, months[0], 1), last_of(high, months[-1])
    except (IndexError, ValueError):
        raise _unreadable(text, "a date that the calendar has") from None


def _matching_days(low: int, high: int, month: str, day: str) -> list[date]:
    """The first and last days that fit; nine years from either end hold every day of the calendar."""
    years = sorted({*range(low, min(low + 9, high + 1)), *range(max(high - 8, low), high + 1)})
    return [
        date(y, mo, d)
        for y in years
        for mo in _matching(month, range(1, 13))
        for d in _matching(day, range(1, last_of(y, mo).day + 1))
    ]


def _open_term(text: str) -> Days:
    return (None, None) if text in ("", "..") else _term(text)


def bounds_of_edtf(edtf: str, case: Case = "event") -> Bounds:
    """The bounds of an EDTF value: an interval by its own row of the table, anything else as a window by its case."""
    text = edtf.strip()
    if "/" in text:
        return _bounds_of_interval(text)
    if m := re.fullmatch(r"([\[{])(.+)[\]}]", text):
        if (m[1] == "[") != text.endswith("]"):
            raise _unreadable(edtf)
        return _bounds_of_set(text, m[2], m[1] == "{", case)
    return bounds(Window(*_term(text)), case, None)


def _bounds_of_interval(text: str) -> Bounds:
    if text.count("/") != 1 or not text.strip("/."):
        raise _unreadable(text)
    x, y = text.split("/")
    (a, b), (c, d) = _open_term(x), _open_term(y)
    found = _closed(Bounds(a, b, after(c), after(d)))
    if found.is_empty:
        raise _unreadable(text, "an interval that ends after it begins")
    return found


def _bounds_of_set(text: str, members: str, every: bool, case: Case) -> Bounds:
    parts = re.split(r"\.\.|,", members)
    days = [_open_term(p.strip()) for p in parts]
    if "" in (p.strip() for p in (parts if "," in members and ".." not in members else ())) or not any(parts):
        raise _unreadable(text)
    first = None if parts[0] == "" else least(*(d[0] for d in days))
    last = None if parts[-1] == "" else greatest(*(d[1] for d in days))
    if not ordered(first, last) or not ordered(days[0][0], days[-1][1]):
        raise _unreadable(text, "a set whose first member is not after its last")
    if every:
        return bounds(Window(*days[0], span=True, end_first=days[-1][0], end_last=days[-1][1]), case, None)
    return bounds(Window(first, last), case, None)


def _closed(b: Bounds) -> Bounds:
    """The bounds with what they imply: it begins before it ends."""
    last = before(b.latest_end)
    first = after(b.earliest_begin)
    return replace(b, latest_begin=least(b.latest_begin, last), earliest_end=greatest(b.earliest_end, first))


def _cover(first: date, last: date) -> str:
    """The narrowest EDTF date that covers these days; ``..`` when that is more than a century."""
    low, high = first.isoformat(), last.isoformat()
    for length, rest in ((10, ""), (7, ""), (4, ""), (3, "X"), (2, "XX")):
        if low[:length] == high[:length]:
            return low[:length] + rest
    return ".."


@lru_cache(maxsize=65_536)  # a view has far fewer different times than situations
def edtf_of(b: Bounds) -> str:
    """The narrowest EDTF value that contains the bounds, equal where EDTF can say them; empty when they are unbounded."""
    c = _closed(b)
    eb, lb, ee, last = c.earliest_begin, c.latest_begin, before(c.earliest_end), before(c.latest_end)
    one_day = (eb, lb) == (ee, last) or (eb is None and ee is None) or (lb is None and last is None)
    if one_day and (eb or last):
        return _edtf_of_window(eb, last)
    begin = _cover(eb, lb) if eb and lb else ".."
    end = _cover(ee, last) if ee and last else ".."
    return "" if begin == end == ".." else f"{begin}/{end}"


def _edtf_of_window(first: date | None, last: date | None) -> str:
    if first and last:
        cover = _cover(first, last)
        if cover != ".." and _term(cover) == (first, last):
            return cover
    return f"[{first or ''}..{last or ''}]"


def precision_of(b: Bounds) -> str:
    """The code of scheme ``time-precision``, by the width of the wider of the two bounds; beyond a year there is only open."""
    if b == UNBOUNDED:
        return "unknown"
    if b.earliest_begin is None or b.latest_begin is None or b.earliest_end is None or b.latest_end is None:
        return "open"
    width = max(b.latest_begin - b.earliest_begin, b.latest_end - b.earliest_end).days + 1
    codes = ((1, "day"), (6, "several-days"), (14, "week"), (31, "month"), (366, "year"))
    return next((code for limit, code in codes if width <= limit), "open")
