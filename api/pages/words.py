"""Codes, bounds and rules in words, for people. What is not listed here is called by its code, hyphens read as spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from api.models import Time
from api.phrases import class_words
from kg.vocab import CLASSES, ancestors

STATUS_MARKS: Mapping[str, str] = {
    "accepted": "●", "reported": "◐", "disputed": "⇄", "denied": "✕", "prospective": "▷", "retracted": "⊘",
}  # fmt: skip
"""Status is shown by word and mark, never by colour alone."""

STATUS_MEANINGS: Mapping[str, str] = {
    "accepted": "a narrator says so himself, or two independent sources do",
    "reported": "one source says so, or sources that are not independent",
    "disputed": "asserted by some, denied or contradicted by others",
    "denied": "only denied",
    "prospective": "planned, expected or possible; nobody says that it is so",
    "retracted": "all claims were taken back by a reviewer",
}

CONFLICT_KINDS: Mapping[str, str] = {
    "polarity": "One says that it is so, another that it is not",
    "exclusive-outcome": "Two outcomes of one event that exclude each other",
    "disjoint-time": "Two times of one event that cannot meet",
    "rival-control": "Two actors in full control of one place at the same time",
    "disjoint-casualties": "Two counts of the same people that cannot both be right",
    "rival-responsibility": "Two different attackers of one event",
    "rival-sides": "One actor on two opposed sides at the same time",
    "stated": "The report itself sets the accounts against each other",
}

RULES: Mapping[str, str] = {
    "K1": "one claim asserts and one denies the same situation, by another source or in another report",
    "K2": "the outcomes of one event have codes that exclude each other",
    "K3": "two reports give one event bounds of time that cannot meet",
    "K4": "full control of one place, certainly overlapping, by actors that belong neither to one side nor to each other",
    "K5": "the ranges of two estimates for the same event, kind and people do not overlap",
    "K6": "two sources name different attackers, which belong neither to one side nor to each other",
    "K7": "the annotation marks the two accounts as contradicting each other",
    "K8": "one actor on two sides that oppose each other, at certainly overlapping times",
    "R1": "consolidation", "R2": "contradictions", "R3": "status", "R4": "containment", "R5": "roles",
    "R6": "relations that hold",
    "R7": "sides through blocs", "R8": "backing", "R9": "opposition through attacks", "R10": "closure",
    "reference": "the reference tables", "mention": "the words themselves",
}  # fmt: skip

SHORTCUTS: Mapping[str, tuple[str, str]] = {
    "memberOf": ("member of", "members"),
    "onSide": ("on the side of", "on this side"),
    "alliedWith": ("allied with", "allied with"),
    "opposes": ("opposes", "opposed by"),
    "supports": ("supports", "supported by"),
    "backs": ("backs the side", "backed by"),
    "controls": ("controls", "controlled by"),
}
"""A shortcut property in words, from its subject and from its object."""

GROUPS: Mapping[str, str] = {
    "actor": "actor", "place": "place", "time": "time", "source": "source", "trigger": "what happens or holds",
    "other": "number, thing",
}  # fmt: skip
"""The groups of mentions, with their words; each has a colour and a line of its own in the style sheet."""

_GROUP_OF = {"Actor": "actor", "Place": "place", "TimeExtent": "time", "Source": "source", "Situation": "trigger"}


def words(code: str) -> str:
    """A code as words: ``rival-control`` is "rival control"."""
    return code.replace("-", " ")


def cls_words(name: str | None) -> str:
    """A class as words, in lower case."""
    found = class_words(name) if name else ""
    return found[:1].lower() + found[1:]


def group_of(bodies: list[str]) -> str:
    """The group of a mention, from the classes that it was annotated with."""
    for body in bodies:
        name = body.removeprefix("sg:")
        if name in CLASSES:
            for above in (name, *ancestors(name)):
                if above in _GROUP_OF:
                    return _GROUP_OF[above]
    return "other"


def direction(language: str | None, text: str = "") -> str:
    """``rtl`` or ``ltr``: by the language's script, else by the first strong letters of the text."""
    tag = (language or "").lower()
    if tag and tag != "@none":
        return "rtl" if re.match(r"(ar|fa|he|ur|ps|ckb|syr)(?!.*latn)(-|$)", tag) else "ltr"
    letter = re.search(r"[A-Za-z\u00c0-\u024f\u0590-\u08ff]", text)
    return "rtl" if letter and letter[0] >= "\u0590" else "ltr"


def day(moment: str | None, back: int = 0) -> str:
    """The day of an instant, some days back."""
    return (date.fromisoformat(moment[:10]) - timedelta(days=back)).isoformat() if moment else ""


def bounds(time: Time) -> str:
    """The four bounds as a sentence. End bounds are the first instant after a last day, so they are shown a day earlier."""
    begin = _between("began", day(time.earliest_begin), day(time.latest_begin))
    end = _between("ended", day(time.earliest_end, 1), day(time.latest_end, 1))
    if begin and end and begin.removeprefix("began ") == end.removeprefix("ended "):
        return f"began and ended {begin.removeprefix('began ')}"
    return "; ".join(part for part in (begin or "begin unknown", end or "no end known"))


def _between(verb: str, first: str, last: str) -> str:
    if first and last:
        return f"{verb} on {first}" if first == last else f"{verb} between {first} and {last}"
    if first:
        return f"{verb} on {first} or later"
    return f"{verb} by {last}" if last else ""
