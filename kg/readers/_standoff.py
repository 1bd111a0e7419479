"""The lines of a brat stand-off file, each looked at alone.

Follows https://brat.nlplab.org/standoff.html. What the lines say together is for :mod:`kg.readers.brat`.

Invariant: each line that is not blank becomes one record or one problem; an id belongs to the first line that has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.errors import Problem
from kg.model import TextSpan

_ID = re.compile(r"[TERAMN#][0-9]+[\w.-]*")
_SPAN = re.compile(r"(\S+) +(\S.*)")
_OFFSETS = re.compile(r"([0-9]{1,30}) ([0-9]{1,30})")
_DIGITS_AT_END = re.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True)
class Span:
    """A T line: its fragments in the order written, and its third column."""

    id: str
    line: int
    label: str
    fragments: tuple[TextSpan, ...]
    surface: str


@dataclass(frozen=True, slots=True)
class Event:
    """An E line: its arguments as pairs of role, without the digits of a repeated one, and id."""

    id: str
    line: int
    label: str
    trigger: str
    arguments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """An R line (two members) or a ``*`` line (two or more), whose members are linked one to the next."""

    id: str
    line: int
    label: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What an A, M, N or # line says about ``target``: a pair of strings whose meaning depends on the kind."""

    id: str
    line: int
    target: str
    said: tuple[str, str]


class _Malformed(Exception):
    """A line that is not what its first letter promises; never leaves this module."""


class Lines:
    """The lines of a file by kind, each looked at alone; ``aside`` holds the ids of those that cannot be used."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.spans: list[Span] = []
        self.events: list[Event] = []
        self.relations: list[Relation] = []
        self.about: list[About] = []
        self.problems: list[Problem] = []
        self.ids: dict[str, int] = {}
        self.aside: dict[str, int] = {}

    def parse(self, stored: str) -> None:
        """Take the lines of a file."""
        # Only a line feed ends a line: the third column may hold any other separator that Unicode has.
        for number, line in enumerate(stored.split("\n"), 1):
            line = line.removesuffix("\r")
            if line.strip():
                self._line(number, line)

    def _line(self, number: int, line: str) -> None:
        ident, tab, rest = line.partition("\t")
        known = self.ids.get(ident)
        try:
            if ident != "*" and not _ID.fullmatch(ident):
                raise _Malformed(f"not an annotation: no line type of brat begins with {ident[:40]!r}")
            if not tab:
                raise _Malformed("no tab follows the id")
            if known is not None:
                raise _Malformed(f"this id is taken, by line {known}")
            if ident != "*":
                self.ids[ident] = number
            self._record(ident, number, rest)
        except _Malformed as error:
            if known is None and ident in self.ids:
                self.aside[ident] = number
            where = ident if _ID.fullmatch(ident) or ident == "*" else ""
            self.problems.append(Problem(self.path, number, str(error), where=where))

    def _record(self, ident: str, number: int, rest: str) -> None:
        kind = ident[0]
        if kind == "T":
            self.spans.append(_span(ident, number, rest))
        elif kind == "E":
            self.events.append(_event(ident, number, rest))
        elif kind == "R":
            self.relations.append(_relation(ident, number, rest))
        elif kind == "*":
            self.relations.append(_equivalence(number, rest))
        elif kind in "AM":
            self.about.append(_attribute(ident, number, rest))
        elif kind == "N":
            self.about.append(_normalisation(ident, number, rest))
        else:
            self.about.append(_note(ident, number, rest))


def _span(ident: str, number: int, rest: str) -> Span:
    first, tab, surface = rest.partition("\t")
    match = _SPAN.fullmatch(first)
    if not match or not tab:
        raise _Malformed("a text span has the form «T1, tab, label start end, tab, text»")
    fragments = tuple(_fragment(part) for part in match[2].split(";"))
    ordered = sorted(fragments)
    if any(a.end > b.start for a, b in pairwise(ordered)):
        raise _Malformed(f"the fragments {match[2]} overlap")
    return Span(ident, number, match[1], fragments, surface)


def _fragment(part: str) -> TextSpan:
    match = _OFFSETS.fullmatch(part)
    if not match:
        raise _Malformed(f"the offsets {part[:40]!r} are not two numbers")
    start, end = int(match[1]), int(match[2])
    if start >= end:
        raise _Malformed(f"the span {start} {end} is {'empty' if start == end else 'reversed'}")
    return TextSpan(start, end)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for word in words:
        name, colon, ident = word.rpartition(":")
        if not colon or not name or not ident:
            raise _Malformed(f"{word[:40]!r} is not of the form role:id")
        pairs.append((name, ident))
    return pairs


def _words(rest: str) -> list[str]:
    first, _, more = rest.partition("\t")
    if more.strip():
        raise _Malformed(f"nothing is expected after {first[:40]!r}")
    return [word for word in first.split(" ") if word]


def _event(ident: str, number: int, rest: str) -> Event:
    words = _words(rest)
    if not words:
        raise _Malformed("an event has the form «E1, tab, label:trigger role:id …»")
    (label, trigger), *arguments = _pairs(words)
    roles = [(_DIGITS_AT_END.sub("", role), filler) for role, filler in arguments]
    if not all(role for role, _ in roles):
        raise _Malformed("a role is more than a number")
    return Event(ident, number, label, trigger, tuple(dict.fromkeys(roles)))


def _relation(ident: str, number: int, rest: str) -> Relation:
    label, *arguments = _words(rest) or [""]
    if len(arguments) != 2:
        raise _Malformed("a relation has the form «R1, tab, label Arg1:id Arg2:id»")
    (first, source), (second, target) = _pairs(arguments)
    if first == second:
        raise _Malformed(f"both arguments are {first}")
    members = (target, source) if (first, second) == ("Arg2", "Arg1") else (source, target)
    return Relation(ident, number, label, members)


def _equivalence(number: int, rest: str) -> Relation:
    label, *members = _words(rest) or [""]
    if len(members) < 2 or len(set(members)) < len(members):
        raise _Malformed("an equivalence names two or more different ids")
    return Relation("*", number, "Coref" if label == "Equiv" else label, tuple(members))


def _attribute(ident: str, number: int, rest: str) -> About:
    words = _words(rest)
    if len(words) not in (2, 3):
        raise _Malformed("an attribute has the form «A1, tab, name id», or «A1, tab, name id value»")
    return About(ident, number, words[1], (words[0], words[2] if len(words) == 3 else "true"))


def _normalisation(ident: str, number: int, rest: str) -> About:
    first, _, name = rest.partition("\t")
    words = [word for word in first.split(" ") if word]
    if len(words) != 3 or words[0] != "Reference" or ":" not in words[2].strip(":") or "\t" in name.strip():
        raise _Malformed("a normalisation has the form «N1, tab, Reference id base:item, tab, name»")
    return About(ident, number, words[1], (words[2], name.strip()))


def _note(ident: str, number: int, rest: str) -> About:
    first, _, note = rest.partition("\t")
    words = [word for word in first.split(" ") if word]
    if len(words) != 2:
        raise _Malformed("a note has the form «#1, tab, AnnotatorNotes id, tab, text»")
    return About(ident, number, words[1], (words[0], note.strip()))
