"""The vocabulary of expressions of time: months, weekdays, units, numerals, Arabic; and the one spelling all are read in.

The tables of expressions match text that is :func:`normalised`, so they know one spelling of each word: English, lower case.
Invariant: a word that is not known stays as it is, so that no expression comes to mean more than it says.
Section 8 of the specification; the lengths of units are its row of durations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3650}
"""Their days."""
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
"""The first month of each; winter ends in the next year."""
WEEKDAYS = {d: i for i, d in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
MONTHS = {
    m: i
    for i, m in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
MONTH, WEEKDAY, UNIT, SEASON = "|".join(MONTHS), "|".join(WEEKDAYS), "|".join(UNITS), "|".join(SEASONS)
NUMBER, YEAR, SHORT_YEAR = r"\d{1,4}(?:\.\d+)?", r"[12]\d{3}", r"'?\d\d"
ABOUT = r"(?:(?:more than|less than|at least|over|nearly|almost|about|around|some|roughly|approximately|up to) )*"

_ABBREVIATED = {name[:3]: name for name in (*MONTHS, *WEEKDAYS) if name not in ("may", "saturday", "sunday", "wednesday")}
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
_ARABIC |= dict(zip(("الاثنين", "الثلاثاء", "الاربعاء", "الخميس", "الجمعة", "السبت", "الاحد"), WEEKDAYS, strict=True))
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
