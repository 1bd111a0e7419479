"""Numbers of people or pieces, as a report words them: "at least 20", "up to thirty", "between 5 and 7".

Ontology specification, section 12: ``n`` is the best figure, "at least n" a low one, "more than n" is low n+1, "up to
n" a high one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = (
    {w: n for n, w in enumerate(_UNITS)}
    | {w: 10 * n for n, w in enumerate(_TENS, 2)}
    | {"a": 1, "an": 1, "both": 2, "dozen": 12}
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_SCALE = "|".join(_SCALES)
_NUMBER = (
    rf"(?:\d[\d, \u00a0\u202f]*\d|\d)(?:\s*(?:{_SCALE})\b)?"
    rf"|(?:\b(?:{'|'.join([*_WORDS, *_SCALES, 'and'])})\b[\s-]*)+"
)
_LEAST = r"at least|no (?:fewer|less) than|a minimum of|minimum|ما لا يقل عن|لا يقل عن|على الأقل"
_MORE = r"more than|over|above|upwards of|in excess of|أكثر من"
_MOST = r"up to|at most|no more than|as many as|a maximum of|maximum|حتى"
_LESS = r"fewer than|less than|under|below|أقل من"


@dataclass(frozen=True, slots=True)
class Quantity:
    """The lowest number given, the number given or thought best, the highest."""

    low: int | None = None
    best: int | None = None
    high: int | None = None


def parse(words: str) -> Quantity | None:
    """The figures in the words of a report; ``None`` when none can be told ("dozens", "many")."""
    text = words.translate(_DIGITS).lower().strip()
    if pair := re.fullmatch(rf"(?:between|from)?\s*({_NUMBER})\s*(?:-|–|—|to|and|or)\s*({_NUMBER})\D*", text):
        low, high = _number(pair[1]), _number(pair[2])
        if low is not None and high is not None and low <= high:
            return Quantity(low=low, high=high)
    match = re.search(rf"({_LEAST})?\s*({_MORE})?\s*({_MOST})?\s*({_LESS})?\s*\b({_NUMBER})", text)
    if match is None or (n := _number(match[5])) is None:
        return None
    if match[1] or "على الأقل" in text or "at least" in text:
        return Quantity(low=n)
    if match[2]:
        return Quantity(low=n + 1)
    if match[3]:
        return Quantity(high=n)
    if match[4]:
        return Quantity(high=max(n - 1, 0))
    return Quantity(best=n)


def of_note(note: str) -> Quantity | None:
    """The figures of an annotator's note ``low=… best=… high=…``; ``None`` when the note is about something else.

    Raises :class:`ValueError` when the figures contradict each other.
    """
    found = {name: int(number) for name, number in re.findall(r"\b(low|best|high)\s*=\s*(\d+)", note)}
    if not found:
        return None
    in_order = [found[k] for k in ("low", "best", "high") if k in found]
    if in_order != sorted(in_order):
        raise ValueError(f"low, best, high are not in order: {note}")
    return Quantity(**found)


def _number(words: str) -> int | None:
    if digits := re.match(r"\d[\d, \u00a0\u202f]*", words):
        scale = words[digits.end() :].strip()
        return int(re.sub(r"\D", "", digits.group())) * _SCALES.get(scale, 1)
    total = current = 0
    seen = False
    for word in re.split(r"[\s-]+", words.strip()):
        if word in _WORDS:
            current = current * 12 if word == "dozen" and current else current + _WORDS[word]
            seen = True
        elif word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
            seen = True
        elif word != "and":
            return None
    return total + current if seen else None
