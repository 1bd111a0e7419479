"""Expressions of time as windows, then bounds: the days they name, and what frames these: durations, since, until, ranges.

The first table of section 8 of the specification. :data:`FRAMES` is asked first, then plain days, then ranges.
Invariant: what cannot be derived is ``None``, never a guess: a relative time without an anchor, hours.

Choices where the table is silent: "several", "a few" are 2 to 7; a plural alone ("for weeks") is two or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from kg.extent.days import days_of
from kg.extent.gregorian import after, before, ordered, parse_issued, single
from kg.extent.relative import around, whole_days
from kg.extent.time_extent import Bounds, Case, Window, bounds
from kg.extent.words import ABOUT, MONTH, NUMBER, SEASON, SHORT_YEAR, UNIT, UNITS, WEEKDAY, YEAR, normalised


def bounds_of_expression(expression: str, case: Case, anchor: date | None) -> Bounds | None:
    """The bounds that an expression gives to what it dates; ``None`` when they cannot be derived."""
    found = window(expression, anchor)
    return None if found is None else bounds(found, case, anchor)


@lru_cache(maxsize=4096)
def window(expression: str, anchor: date | None) -> Window | None:
    """The window of an expression of time, relative to the day of issue; ``None`` when it is not derivable."""
    if re.match(r"\s*\d{4}-\d\d-\d\d[Tt ]\d", expression):
        try:
            return Window(*single(parse_issued(expression)))
        except ValueError:
            pass  # a date with a clock time in words: "2016-08-06 4 a.m."
    try:
        return _window(normalised(expression), anchor)
    except (OverflowError, ValueError):  # a day that the calendar does not have: 30 February, the year 0
        return None


def _window(text: str, anchor: date | None) -> Window | None:
    for pattern, read in FRAMES:
        if (m := re.fullmatch(pattern, text)) and (found := read(m, anchor)):
            return found
    days = days_of(text, anchor)
    return Window(*days) if days else _range(text, anchor)


def _duration(m: re.Match[str], anchor: date | None) -> Window | None:
    """Since N - d, give or take the tolerance; of two numbers ("two or three weeks") the wider window."""
    low, high = sorted((whole_days(m["n"], m["u"]), whole_days(m["n2"] or m["n"], m["u"])))
    if anchor is None or low == 0:
        return None
    return Window(around(anchor, high)[0], around(anchor, low)[1], ongoing=True)


def _several(m: re.Match[str], anchor: date | None) -> Window | None:
    unit = UNITS[m["u"]]
    first = anchor - timedelta(7 * unit) if anchor and m["several"] else None
    return Window(first, anchor - timedelta(2 * unit), ongoing=True) if anchor else None


def _unit_long(unit: str, anchor: date | None) -> Window | None:
    return Window(*around(anchor, UNITS[unit]), ongoing=True) if anchor else None


def _inner(text: str, anchor: date | None) -> Window | None:
    found = _window(text, anchor)
    return found if found and found.plain else None


def _since(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return replace(found, ongoing=True) if found else None


def _until(m: re.Match[str], anchor: date | None) -> Window | None:
    if re.fullmatch(r"now|present|this day", m[1]):
        return Window(anchor, anchor, until=True) if anchor else None
    found = _inner(m[1], anchor)
    return replace(found, until=True) if found else None


def _by(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return Window(None, found.last) if found and found.last else None


def _earlier(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return Window(None, before(found.first)) if found and found.first and found.first > date.min else None


def _later(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return Window(after(found.last), None) if found and found.last and found.last < date.max else None


def _from(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return replace(found, span=True, end_first=found.first) if found else None


def _range(text: str, anchor: date | None) -> Window | None:
    """X to Y: began in X, ended in Y. What one side leaves out (month, year) it has from the other."""
    if years := re.fullmatch(r"([12]\d)(\d\d)-(\d\d)", text):
        text = f"{years[1]}{years[2]} to {years[1]}{years[3]}"
    for cut in re.finditer(r" ?- ?| (?:to|and|until|till|through) ", text):
        x, y = re.sub(r"^in ", "", text[: cut.start()]), text[cut.end() :]
        months = re.findall(rf"\b(?:{MONTH})\b", x), re.findall(rf"\b(?:{MONTH})\b", y)
        if re.fullmatch(r"\d\d?", x) and months[1]:
            x = f"{x} {months[1][0]}"
        if (day := re.fullmatch(r"(\d\d?)( \d{4})?", y)) and months[0]:
            y = f"{day[1]} {months[0][-1]}{day[2] or ''}"
        if found := _between(x, y, anchor):
            return found
    return None


def _somewhere(span: Window | None) -> Window | None:
    """One of the days of a range, not all of them: "between 5 and 7 August"."""
    return Window(span.first, span.end_last) if span and span.span else span


def _between(x: str, y: str, anchor: date | None) -> Window | None:
    yearless = rf"(?!.*\b{YEAR}\b)(?!.*\b(?:last|next|this)\b).*\b(?:{MONTH}|{WEEKDAY}|{SEASON})\b.*"
    begin = days_of(x, anchor)
    if re.fullmatch(yearless, y) and not re.fullmatch(yearless, x) and begin and begin[0]:
        end = days_of(y, begin[0] + timedelta(364))
    else:
        end = days_of(y, anchor)
    if end and re.fullmatch(yearless, x):
        begin = days_of(x, end[1])
    if not begin or not end or not ordered(begin[0], end[1]) or not ordered(begin[0], end[0]):
        return None
    return Window(*begin, span=True, end_first=end[0], end_last=end[1])


Frame = Callable[[re.Match[str], date | None], Window | None]
FRAMES: tuple[tuple[str, Frame], ...] = (
    (r"previously|formerly|in past|once|no longer|former", lambda m, n: Window(None, before(n), ended=True) if n else None),
    (r"(?:right |until )?now|currently|ongoing|still|at present", lambda m, n: Window(None, n, ongoing=True) if n else None),
    (
        rf"(?:(?:for|lasting|after) )?(?:(?:past|last) (?=.))?{ABOUT}(?P<n>{NUMBER})(?:[ -](?:or|to|-)[ -](?P<n2>{NUMBER}))?"
        rf"(?:[ -]plus)?[ -](?:long |more |straight )*(?P<u>{UNIT})s?(?:'|[ -](?:long|old))*",
        lambda m, n: None if m[0].startswith(("past", "last", "after")) else _duration(m, n),
    ),
    (rf"(?:for )?(?:(?:past|last) )?(?P<n>)(?P<n2>)(?P<u>{UNIT})-?long", lambda m, n: _unit_long(m["u"], n)),
    (rf"(?:for )(?:past|last) (?P<u>{UNIT})", lambda m, n: _unit_long(m["u"], n)),
    (
        rf"(?:for )?{ABOUT}(?:past |last )?(?P<several>several |few |many )?(?P<u>{UNIT})s",
        lambda m, n: _several(m, n) if m["several"] is None or not re.match(r"past|last", m[0]) else None,
    ),
    (r"(?:ever )?since (.+)|from (?=.+ on)", lambda m, n: _since(m, n) if m[1] else None),
    (r"(?:from|starting|beginning)(?: in| on)? (.+?) (?:on|onwards?|to (?:now|present|this day|today))", _since),
    (r"(.+?) ?- ?(?:present|ongoing|now|today|this day)", _since),
    (rf"(.+?) \((?:\d+ (?:{UNIT})s?(?: and)? ?)+", lambda m, n: _window(m[1], n)),  # its own length in brackets behind a range
    (r"(?:up )?(?:until|till|up to|ending)(?: on| in)? (.+)", _until),
    (r"(?:by|no later than)(?: time of)? (.+)", _by),
    (r"(?:before|prior to) (.+)", _earlier),
    (r"(?:after|following) (.+)", _later),
    (r"from (.+)", lambda m, n: _range(m[1], n) or _from(m, n)),
    (rf"(\d\d? (?:{MONTH}) {SHORT_YEAR} - \d\d? (?:{MONTH}) {SHORT_YEAR})", lambda m, n: _somewhere(_range(m[1], n))),  # MUC
    (r"- ?(?!\d{4}\b)(.+)", _by),  # MUC: "- 02 NOV 89" is on or before that day
    (r"between (.+)", lambda m, n: _somewhere(_range(m[1], n))),
)
