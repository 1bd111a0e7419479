"""EDTF values and expressions of time, as the four bounds of a time extent.

An expression is first read as a :class:`Window` of days, then becomes :class:`Bounds` by what it dates, as the two tables of
ONTOLOGY.md section 8 say; the patterns below stand in the order of its rows, then what is said in their spirit.
Begin bounds are the first instant of a day, end bounds the first instant *after* a day; ``None`` is unbounded.

Invariant: earliest begin <= latest begin, earliest end <= latest end, earliest begin < latest end, for every value that is
returned. What cannot be derived is ``None``, never a guess: a relative time without an anchor, ``06/08/2016``, hours.

Choices where the tables are silent: "several", "a few" are 2 to 7; a plural alone ("for weeks") is two or more; the beginning
and the end of a month are 7 days, of a year January and December; a night touches two days; winter ends in the next year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from typing import Literal

Case = Literal["event", "campaign", "relation", "begin", "end"]
Days = tuple[date | None, date | None]


def _after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(1)


def _before(day: date | None) -> date | None:
    return None if day is None or day == date.min else day - timedelta(1)


def _greatest(*days: date | None) -> date | None:
    return max((d for d in days if d is not None), default=None)


def _least(*days: date | None) -> date | None:
    return min((d for d in days if d is not None), default=None)


def _ordered(low: date | None, high: date | None, strictly: bool = False) -> bool:
    return low is None or high is None or low < high or (low == high and not strictly)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days that a situation touches: four bounds, each ``None`` when unbounded."""

    earliest_begin: date | None = None
    latest_begin: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no extent of days fits these bounds."""
        return not (
            _ordered(self.earliest_begin, self.latest_begin)
            and _ordered(self.earliest_end, self.latest_end)
            and _ordered(self.earliest_begin, self.latest_end, strictly=True)
        )

    def meet(self, other: Bounds) -> Bounds | None:
        """What holds by both; ``None`` when they contradict each other."""
        met = Bounds(
            _greatest(self.earliest_begin, other.earliest_begin),
            _least(self.latest_begin, other.latest_begin),
            _greatest(self.earliest_end, other.earliest_end),
            _least(self.latest_end, other.latest_end),
        )
        return None if met.is_empty else met

    def union(self, other: Bounds) -> Bounds:
        """The narrowest bounds that contain both; unbounded wins."""

        def both(pick: Callable[[date, date], date], one: date | None, two: date | None) -> date | None:
            return None if one is None or two is None else pick(one, two)

        return Bounds(
            both(min, self.earliest_begin, other.earliest_begin),
            both(max, self.latest_begin, other.latest_begin),
            both(min, self.earliest_end, other.earliest_end),
            both(max, self.latest_end, other.latest_end),
        )

    def possibly_on(self, day: date) -> bool:
        """Nothing known forbids that it goes on on this day."""
        return _ordered(self.earliest_begin, day) and _ordered(day, self.latest_end, strictly=True)

    def certainly_on(self, day: date) -> bool:
        """It had begun by this day, and had not ended before the day was over."""
        begin, end = self.latest_begin, self.earliest_end
        return begin is not None and end is not None and begin <= day < end

    def certainly_overlaps(self, other: Bounds) -> bool:
        """There is a day on which both certainly go on."""
        begins, ends = (self.latest_begin, other.latest_begin), (self.earliest_end, other.earliest_end)
        if None in begins or None in ends:
            return False
        return _ordered(_greatest(*begins), _least(*ends), strictly=True)

    def possibly_overlaps(self, other: Bounds) -> bool:
        """There is a day on which both possibly go on."""
        begin = _greatest(self.earliest_begin, other.earliest_begin)
        return _ordered(begin, _least(self.latest_end, other.latest_end), strictly=True)

    def capped(self, issued: date) -> Bounds:
        """An actual situation, reported on this day: it did not begin later and, if it has ended, it ended by then."""
        last = None if self.latest_end is None else _least(self.latest_end, _after(issued))
        return Bounds(
            None if self.earliest_begin is None else min(self.earliest_begin, issued),
            _least(self.latest_begin, issued),
            self.earliest_end if last is None else (self.earliest_end and min(self.earliest_end, last)),
            last,
        )


UNBOUNDED = Bounds()


@dataclass(frozen=True, slots=True)
class Window:
    """What an expression says: days [first, last], and what kind of days these are.

    ``ongoing``: began in them and goes on at the anchor. ``ended``: was over after the last of them. ``until``: ended in
    them. ``span``: began in them and ended in [end_first, end_last]. At most one of the four holds.
    """

    first: date | None
    last: date | None
    ongoing: bool = False
    ended: bool = False
    until: bool = False
    span: bool = False
    end_first: date | None = None
    end_last: date | None = None

    @property
    def plain(self) -> bool:
        """Whether it is just a window of days, which can stand inside another expression."""
        return not (self.ongoing or self.ended or self.until or self.span)


def bounds(w: Window, case: Case, anchor: date | None) -> Bounds:
    """The second table of section 8: the window as bounds, by what it dates."""
    a, b = w.first, w.last
    if w.ended:
        return Bounds(latest_end=_after(b))
    if w.span:
        return Bounds(a, b, _after(w.end_first), _after(w.end_last))
    if w.ongoing:
        return Bounds(a, b, _after(_greatest(a, anchor)), None)
    if w.until or case == "end":
        return Bounds(None, b, _after(a), _after(b))
    if case == "relation":
        return Bounds(None, b, _after(a), None)
    return Bounds(a, b, _after(a), _after(b) if case == "event" else None)


def bounds_of_expression(expression: str, case: Case, anchor: date | None) -> Bounds | None:
    """The bounds that an expression gives to what it dates; ``None`` when they cannot be derived."""
    found = window(expression, anchor)
    return None if found is None else bounds(found, case, anchor)


@lru_cache(maxsize=4096)
def window(expression: str, anchor: date | None) -> Window | None:
    """The window of an expression of time, relative to the day of issue; ``None`` when it is not derivable."""
    if re.match(r"\s*\d{4}-\d\d-\d\d[Tt ]\d", expression):
        try:
            return Window(*_single(parse_issued(expression)))
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
    days = _days(text, anchor)
    return Window(*days) if days else _range(text, anchor)


def _days(text: str, anchor: date | None) -> Days | None:
    text = re.sub(r"^(?:(?:on|in|at|of|during|over|within|throughout|as of|as at)\b ?)+", "", text)
    for pattern, read in ABSOLUTE:
        if m := re.fullmatch(pattern, text):
            return read(m, anchor)
    for pattern, relative in RELATIVE if anchor else ():
        if m := re.fullmatch(pattern, text):
            assert anchor is not None  # the table is empty otherwise
            return relative(m, anchor)
    return None


# --- words ---------------------------------------------------------------------------------------------------------------

UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3650}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
DAYS = {d: i for i, d in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
MONTHS = {
    m: i
    for i, m in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
_ABBREVIATED = {name[:3]: name for name in (*MONTHS, *DAYS) if name not in ("may", "saturday", "sunday", "wednesday")}
_ABBREVIATED |= {"sept": "september", "tues": "tuesday", "thur": "thursday", "thurs": "thursday", "fall": "autumn"}
_ARABIC = {
    name: month
    for month, names in zip(
        MONTHS,
        (
            "يناير/كانون الثاني",
            "فبراير/شباط",
            "مارس/اذار",
            "ابريل/نيسان",
            "مايو/ايار",
            "يونيو/حزيران",
            "يوليو/تموز",
            "اغسطس/اب",
            "سبتمبر/ايلول",
            "اكتوبر/تشرين الاول",
            "نوفمبر/تشرين الثاني",
            "ديسمبر/كانون الاول",
        ),
        strict=True,
    )
    for name in names.split("/")
}
_ARABIC |= dict(zip(("الاثنين", "الثلاثاء", "الاربعاء", "الخميس", "الجمعة", "السبت", "الاحد"), DAYS, strict=True))
_ARABIC |= {
    "امس": "yesterday",
    "غدا": "tomorrow",
    "اليوم": "today",
    "الان": "now",
    "حاليا": "currently",
    "سابقا": "formerly",
    "منذ": "since",
    "حتى": "until",
    "في": "in",
    "يوم": "",
    "شهر": "",
    "عام": "",
    "سنة": "",
    "الماضية": "",
    "نهاية": "end of",
    "بداية": "beginning of",
    "اوائل": "early",
    "مطلع": "early",
    "منتصف": "mid",
    "اواسط": "mid",
    "اواخر": "late",
    "من": "from",
    "الاسبوع الماضي": "last week",
    "الشهر الماضي": "last month",
    "العام الماضي": "last year",
    "السنة الماضية": "last year",
    "هذا الاسبوع": "this week",
    "الاسبوع المقبل": "next week",
    "الشهر المقبل": "next month",
    "اول امس": "day before yesterday",
    "الى": "to",
    "بين": "between",
    "قبل": "before",
    "بعد": "after",
    "الماضي": "",
}
_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_FRACTIONS = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}
_MARKS = {ord(c): "-" for c in "‐‑‒–—―−"} | {ord(c): "'" for c in "‘’ʼ"} | {ord(c): None for c in "\u0640\u200e\u200f"}


def _number(m: re.Match[str]) -> str:
    return str(_TENS[m[1]] + (_ONES[m[2]] if m[2] else 0))


def _fraction(m: re.Match[str]) -> str:
    whole, top, below = int(m[1] or 0), int(m[2]), int(m[3])
    return f"{whole + top / below:g}" if 0 < top < below else m[0]


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda w: (-len(w), w)))


def normalised(text: str) -> str:
    """Lower case, one kind of dash and space, numerals as digits, names of days and months in full English."""
    for sign, plain in _FRACTIONS.items():
        text = text.replace(sign, plain)
    text = unicodedata.normalize("NFKC", text).translate(_MARKS).lower()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text if not unicodedata.combining(c))
    text = re.sub("[أإآ]", "ا", text)
    text = re.sub(rf"\b(?:{_alternatives(_ARABIC)})\b", lambda m: _ARABIC[m[0]], text)
    text = re.sub(
        r"\b(?:at )?(?:\d{1,2}(?:[:.]\d\d)? ?[ap]\.? ?m\b\.?|\d{1,2}:\d\d(?: ?(?:gmt|utc|local time))?"
        r"|noon|midnight|dawn|dusk)"
        r"(?: on\b)?",
        " ",
        text,
    )
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|(?<=[a-z])\.|[,،]|\b(?:the|a\.?d|ce)\b", " ", text)
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b|(?<=[a-z])'s\b", r"\1", text)
    text = re.sub(rf"\b({_alternatives(_ABBREVIATED)})\b", lambda m: _ABBREVIATED[m[0]], text)
    text = re.sub(r"\b(?:a )?couple(?: of)?\b", "2", text)
    text = re.sub(rf"\b({'|'.join(_TENS)})(?:[- ]({'|'.join(list(_ONES)[1:10])}))?\b", _number, text)
    text = re.sub(rf"\b({_alternatives(_ONES)})\b", lambda m: str(_ONES[m[0]]), text)
    text = re.sub(r"\b(\d+)[- ]and[- ]an?[- ]half\b", r"\1.5", text)
    text = re.sub(r"(?:\b(\d+)[- ])?\b(\d)[/⁄](\d)\b(?![/⁄\d])", _fraction, text)
    units = "|".join(UNITS)
    text = re.sub(rf"\b(?:an? )?({units}) and an? half\b", r"1.5 \1", text)
    text = re.sub(rf"\bhalf[- ]an?[- ]({units})\b", r"0.5 \1", text)
    text = re.sub(r"\ban? (?=few|several)|\b(few|several|recent|coming|\d) of\b", r"\1", text)
    text = re.sub(rf"\ban? (?=(?:{units})\b(?!-?long))", "1 ", text)
    text = re.sub(rf"\ban? (?=(?:{units})\b)", "", text)
    return re.sub(r"\s+", " ", text).strip(" ;:()'\"")


# --- days, months, years -------------------------------------------------------------------------------------------------

_M, _D, _U = "|".join(MONTHS), "|".join(DAYS), "|".join(UNITS)
_S, _NUM = "|".join(SEASONS), r"\d{1,4}(?:\.\d+)?"


def _single(day: date) -> tuple[date, date]:
    return day, day


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), _months_on(year, month, 1) - timedelta(1)


def _months_on(year: int, month: int, count: int) -> date:
    """The first day of the month that follows after so many months (of December 9999: none, ValueError)."""
    return date(year + (month - 1 + count) // 12, (month - 1 + count) % 12 + 1, 1)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _season(year: int, first_month: int) -> tuple[date, date]:
    return date(year, first_month, 1), _months_on(year, first_month, 3) - timedelta(1)


def _latest(make: Callable[[int], tuple[date, date]], anchor: date | None) -> Days | None:
    """The last such days that begin by the anchor; 29 February may be eight years away."""
    for year in range(anchor.year, max(anchor.year - 9, 0), -1) if anchor else ():
        try:
            days = make(year)
        except ValueError:
            continue
        if anchor and days[0] <= anchor:
            return days
    return None


def _coming(make: Callable[[int], tuple[date, date]], anchor: date) -> Days | None:
    return next((d for y in (anchor.year, anchor.year + 1) if (d := make(y))[0] > anchor), None)


def _day_month(day: str, month: str, year: str | None, anchor: date | None) -> Days | None:
    if year:
        return _single(date(int(year), MONTHS[month], int(day)))
    return _latest(lambda y: _single(date(y, MONTHS[month], int(day))), anchor)


def _month_year(month: str, year: str | None, anchor: date | None) -> Days | None:
    return _month(int(year), MONTHS[month]) if year else _latest(lambda y: _month(y, MONTHS[month]), anchor)


def _season_year(season: str, year: str | None, anchor: date | None) -> Days | None:
    return _season(int(year), SEASONS[season]) if year else _latest(lambda y: _season(y, SEASONS[season]), anchor)


def _weekday(name: str, anchor: date) -> date:
    return anchor - timedelta((anchor.weekday() - DAYS[name]) % 7)


def _part(part: str, inner: str, anchor: date | None) -> Days | None:
    """Early, mid, late, the beginning, end, half or n-th week of a calendar month, year or decade."""
    first, last = _days(inner, anchor) or (None, None)
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
        return (date(y, low, 1), _month(y, high)[1]) if low else None
    years = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get(part) if days > 3000 else None
    return (date(y + years[0], 1, 1), date(y + years[1], 12, 31)) if years else None


def _night(inner: str, anchor: date | None) -> Days | None:
    first, last = _days(inner, anchor) or (None, None)
    return (first, _after(last)) if first is not None and first == last else None


Absolute = Callable[[re.Match[str], date | None], Days | None]
_YEAR = r"[12]\d{3}"
ABSOLUTE: tuple[tuple[str, Absolute], ...] = (
    (r"(\d{4})-(\d\d)-(\d\d)", lambda m, n: _single(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"(\d{4})-(0[1-9]|1[0-2])", lambda m, n: _month(int(m[1]), int(m[2]))),
    (rf"(?:year )?({_YEAR})", lambda m, n: _year(int(m[1]))),
    (r"([12]\d\d0)'?s", lambda m, n: (date(int(m[1]), 1, 1), date(int(m[1]) + 9, 12, 31))),
    (rf"(?:(?:{_D}) )?(\d\d?)(?: of)?[ -]({_M})(?:[ -]({_YEAR}))?", lambda m, n: _day_month(m[1], m[2], m[3], n)),
    (rf"(?:(?:{_D}) )?({_M}) (\d\d?)(?: ({_YEAR}))?", lambda m, n: _day_month(m[2], m[1], m[3], n)),
    (rf"(?:last )?({_M})", lambda m, n: _month_year(m[1], None, n)),
    (rf"({_M})(?: of)? ({_YEAR})", lambda m, n: _month_year(m[1], m[2], n)),
    (rf"(?:last )?({_S})", lambda m, n: _season_year(m[1], None, n)),
    (rf"({_S})(?: of)? ({_YEAR})", lambda m, n: _season_year(m[1], m[2], n)),
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


def _early_day(inner: str, anchor: date | None) -> Days | None:
    """Early on Sunday, Monday morning: the day itself."""
    days = _days(inner, anchor)
    return days if days and days[0] is not None and days[0] == days[1] else None


# --- relative to the day of issue ----------------------------------------------------------------------------------------


def _back(n: date, first: int, last: int) -> Days:
    """From so many days before the anchor to so many; negative is after it."""
    return n - timedelta(first), n - timedelta(last)


def _whole(number: str, unit: str) -> int:
    """A duration in whole days, rounded down (section 17)."""
    return floor(float(number) * UNITS[unit])


def _tolerance(days: int) -> int:
    return max(1, ceil(days / 5))


def _around(n: date, days: int) -> Days:
    return _back(n, abs(days) + _tolerance(abs(days)), abs(days) - _tolerance(abs(days)))


def _ago(m: re.Match[str], n: date) -> Days:
    days = _whole(m[1], m[2])
    return _back(n, days, days) if m[2] == "day" else _around(n, days)


def _ahead(m: re.Match[str], n: date) -> Days:
    days, tol = _whole(m[1], m[2]), _tolerance(_whole(m[1], m[2]))
    return _back(n, -days, -days) if m[2] == "day" else _back(n, tol - days, -tol - days)


def _calendar(n: date, unit: str, shift: int) -> Days:
    if unit == "year":
        return _year(n.year + shift)
    first = _months_on(n.year, n.month, shift)
    return _month(first.year, first.month)


def _weekend(n: date) -> Days:
    saturday = _weekday("saturday", n)
    return saturday, saturday + timedelta(1)


def _next_named(name: str, n: date) -> Days | None:
    if name in DAYS:
        return _single(_weekday(name, n) + timedelta(7))
    return _coming((lambda y: _month(y, MONTHS[name])) if name in MONTHS else (lambda y: _season(y, SEASONS[name])), n)


_ABOUT = r"(?:(?:more than|less than|at least|over|nearly|almost|about|around|some|roughly|approximately|up to) )*"
_RECENT = {"day": 6, "week": 30, "month": 182, "year": 1825}
Relative = Callable[[re.Match[str], date], Days | None]
RELATIVE: tuple[tuple[str, Relative], ...] = (
    (r"(?:earlier |later |late |early )?today|this (?:morning|afternoon|evening|day)", lambda m, n: _single(n)),
    (r"yesterday|previous day|day before|day earlier", lambda m, n: _back(n, 1, 1)),
    (r"day before yesterday", lambda m, n: _back(n, 2, 2)),
    (r"tomorrow", lambda m, n: _back(n, -1, -1)),
    (r"day after tomorrow", lambda m, n: _back(n, -2, -2)),
    (rf"(?:this )?({_D})", lambda m, n: _single(_weekday(m[1], n))),
    (rf"(?:last|previous) ({_D})", lambda m, n: _single(_weekday(m[1], n - timedelta(1)))),
    (rf"(?:next|coming) ({_D}|{_M}|{_S})", lambda m, n: _next_named(m[1], n)),
    (rf"this ({_M})", lambda m, n: _month_year(m[1], None, n)),
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
    (rf"(?:past|last|previous) {_ABOUT}({_NUM})(?:[ -]plus)?[ -]({_U})s?", lambda m, n: _back(n, _whole(m[1], m[2]), 0)),
    (rf"past ({_U})", lambda m, n: _back(n, UNITS[m[1]], 0)),
    (rf"(?:past|last) ({_NUM}) hours?", lambda m, n: _back(n, ceil(float(m[1]) / 24), 0)),
    (rf"(?:next|coming) ({_NUM})[ -]({_U})s?", lambda m, n: _back(n, 0, -_whole(m[1], m[2]))),
    (rf"({_NUM})[ -]({_U})s? (?:ago|earlier|before|previously)", _ago),
    (rf"({_NUM})[ -]({_U})s?'?(?: time| from now)", _ahead),
)

# --- expressions that frame others: durations, since, until, before, after, ranges ---------------------------------------


def _duration(m: re.Match[str], anchor: date | None) -> Window | None:
    """Since N - d, give or take the tolerance; of two numbers ("two or three weeks") the wider window."""
    low, high = sorted((_whole(m["n"], m["u"]), _whole(m["n2"] or m["n"], m["u"])))
    if anchor is None or low == 0:
        return None
    return Window(_around(anchor, high)[0], _around(anchor, low)[1], ongoing=True)


def _several(m: re.Match[str], anchor: date | None) -> Window | None:
    unit = UNITS[m["u"]]
    first = anchor - timedelta(7 * unit) if anchor and m["several"] else None
    return Window(first, anchor - timedelta(2 * unit), ongoing=True) if anchor else None


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
    return Window(None, _before(found.first)) if found and found.first and found.first > date.min else None


def _later(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return Window(_after(found.last), None) if found and found.last and found.last < date.max else None


def _from(m: re.Match[str], anchor: date | None) -> Window | None:
    found = _inner(m[1], anchor)
    return replace(found, span=True, end_first=found.first) if found else None


Frame = Callable[[re.Match[str], date | None], Window | None]
FRAMES: tuple[tuple[str, Frame], ...] = (
    (r"previously|formerly|in past|once|no longer|former", lambda m, n: Window(None, _before(n), ended=True) if n else None),
    (r"(?:right |until )?now|currently|ongoing|still|at present", lambda m, n: Window(None, n, ongoing=True) if n else None),
    (
        rf"(?:(?:for|lasting|after) )?(?:(?:past|last) (?=.))?{_ABOUT}(?P<n>{_NUM})(?:[ -](?:or|to|-)[ -](?P<n2>{_NUM}))?"
        rf"(?:[ -]plus)?[ -](?:long |more |straight )*(?P<u>{_U})s?(?:'|[ -](?:long|old))*",
        lambda m, n: None if m[0].startswith(("past", "last", "after")) else _duration(m, n),
    ),
    (rf"(?:for )?(?:(?:past|last) )?(?P<n>)(?P<n2>)(?P<u>{_U})-?long", lambda m, n: _unit_long(m["u"], n)),
    (rf"(?:for )(?:past|last) (?P<u>{_U})", lambda m, n: _unit_long(m["u"], n)),
    (
        rf"(?:for )?{_ABOUT}(?:past |last )?(?P<several>several |few |many )?(?P<u>{_U})s",
        lambda m, n: _several(m, n) if m["several"] is None or not re.match(r"past|last", m[0]) else None,
    ),
    (r"(?:ever )?since (.+)|from (?=.+ on)", lambda m, n: _since(m, n) if m[1] else None),
    (r"(?:from|starting|beginning)(?: in| on)? (.+?) (?:on|onwards?|to (?:now|present|this day|today))", _since),
    (r"(?:up )?(?:until|till|up to|ending)(?: on| in)? (.+)", _until),
    (r"(?:by|no later than)(?: time of)? (.+)", _by),
    (r"(?:before|prior to) (.+)", _earlier),
    (r"(?:after|following) (.+)", _later),
    (r"from (.+)", lambda m, n: _range(m[1], n) or _from(m, n)),
    (r"between (.+)", lambda m, n: _range(m[1], n)),
)


def _unit_long(unit: str, anchor: date | None) -> Window | None:
    return Window(*_around(anchor, UNITS[unit]), ongoing=True) if anchor else None


def _range(text: str, anchor: date | None) -> Window | None:
    """X to Y: began in X, ended in Y. What one side leaves out (month, year) it has from the other."""
    if years := re.fullmatch(r"([12]\d)(\d\d)-(\d\d)", text):
        text = f"{years[1]}{years[2]} to {years[1]}{years[3]}"
    for cut in re.finditer(r" ?- ?| (?:to|and|until|till|through) ", text):
        x, y = re.sub(r"^in ", "", text[: cut.start()]), text[cut.end() :]
        months = re.findall(rf"\b(?:{_M})\b", x), re.findall(rf"\b(?:{_M})\b", y)
        if re.fullmatch(r"\d\d?", x) and months[1]:
            x = f"{x} {months[1][0]}"
        if (day := re.fullmatch(r"(\d\d?)( \d{4})?", y)) and months[0]:
            y = f"{day[1]} {months[0][-1]}{day[2] or ''}"
        if found := _between(x, y, anchor):
            return found
    return None


def _between(x: str, y: str, anchor: date | None) -> Window | None:
    yearless = rf"(?!.*\b{_YEAR}\b)(?!.*\b(?:last|next|this)\b).*\b(?:{_M}|{_D}|{_S})\b.*"
    begin = _days(x, anchor)
    if re.fullmatch(yearless, y) and not re.fullmatch(yearless, x) and begin and begin[0]:
        end = _days(y, begin[0] + timedelta(364))
    else:
        end = _days(y, anchor)
    if end and re.fullmatch(yearless, x):
        begin = _days(x, end[1])
    if not begin or not end or not _ordered(begin[0], end[1]) or not _ordered(begin[0], end[0]):
        return None
    return Window(*begin, span=True, end_first=end[0], end_last=end[1])


def parse_issued(text: str) -> date:
    """The day, in UTC, of an ISO 8601 date or date-time; a time without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).date()
    except (ValueError, OverflowError):
        raise ValueError(f"found {text!r}, expected an ISO 8601 date or date-time") from None


# --- EDTF (ISO 8601-2, levels 0 and 1, sets of level 2) ------------------------------------------------------------------

_TERM = re.compile(r"([\dX]{4})(?:-([\dX]{2})(?:-([\dX]{2}))?)?([?~%]?)")
_SUBYEAR = {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3), 40: (1, 6), 41: (7, 6)}
_SUBYEAR |= {33 + q: (1 + 3 * q, 3) for q in range(4)}


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
                return _single(parse_issued(text))
        except ValueError:
            pass
        raise _unreadable(text)
    years = int(m[1].replace("X", "0")), int(m[1].replace("X", "9"))
    if years[1] == 0 or (m[3] and m[4]):
        raise _unreadable(text, "a year from 0001, and no ? ~ % at the precision of a day")
    low, high = max(years[0], 1), years[1]
    try:
        if m[2] and not m[3] and "X" not in m[2] and int(m[2]) in _SUBYEAR:
            month, count = _SUBYEAR[int(m[2])]
            return date(low, month, 1), _months_on(high, month, count) - timedelta(1)
        if m[3]:
            days = _matching_days(low, high, m[2], m[3])
            return days[0], days[-1]
        months = _matching(m[2] or "XX", range(1, 13))
        return date(low, months[0], 1), _last_of(high, months[-1])
    except (IndexError, ValueError):
        raise _unreadable(text, "a date that the calendar has") from None


def _last_of(year: int, month: int) -> date:
    return date.max if (year, month) == (9999, 12) else _months_on(year, month, 1) - timedelta(1)


def _matching_days(low: int, high: int, month: str, day: str) -> list[date]:
    """The first and last days that fit; nine years from either end hold every day of the calendar."""
    years = sorted({*range(low, min(low + 9, high + 1)), *range(max(high - 8, low), high + 1)})
    return [
        date(y, mo, d)
        for y in years
        for mo in _matching(month, range(1, 13))
        for d in _matching(day, range(1, _last_of(y, mo).day + 1))
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
    found = _closed(Bounds(a, b, _after(c), _after(d)))
    if found.is_empty:
        raise _unreadable(text, "an interval that ends after it begins")
    return found


def _bounds_of_set(text: str, members: str, every: bool, case: Case) -> Bounds:
    parts = re.split(r"\.\.|,", members)
    days = [_open_term(p.strip()) for p in parts]
    if "" in (p.strip() for p in (parts if "," in members and ".." not in members else ())) or not any(parts):
        raise _unreadable(text)
    first = None if parts[0] == "" else _least(*(d[0] for d in days))
    last = None if parts[-1] == "" else _greatest(*(d[1] for d in days))
    if not _ordered(first, last) or not _ordered(days[0][0], days[-1][1]):
        raise _unreadable(text, "a set whose first member is not after its last")
    if every:
        return bounds(Window(*days[0], span=True, end_first=days[-1][0], end_last=days[-1][1]), case, None)
    return bounds(Window(first, last), case, None)


def _closed(b: Bounds) -> Bounds:
    """The bounds with what they imply: it begins before it ends."""
    last = _before(b.latest_end)
    first = _after(b.earliest_begin)
    return replace(b, latest_begin=_least(b.latest_begin, last), earliest_end=_greatest(b.earliest_end, first))


def _cover(first: date, last: date) -> str:
    """The narrowest EDTF date that covers these days; ``..`` when that is more than a century."""
    low, high = first.isoformat(), last.isoformat()
    for length, rest in ((10, ""), (7, ""), (4, ""), (3, "X"), (2, "XX")):
        if low[:length] == high[:length]:
            return low[:length] + rest
    return ".."


def edtf_of(b: Bounds) -> str:
    """The narrowest EDTF value that contains the bounds, equal where EDTF can say them; empty when they are unbounded."""
    c = _closed(b)
    eb, lb, ee, last = c.earliest_begin, c.latest_begin, _before(c.earliest_end), _before(c.latest_end)
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
