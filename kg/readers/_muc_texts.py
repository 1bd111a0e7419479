"""The text files of MUC-3 and MUC-4: messages one after the other, each with its dateline; and where words stand in one.

Follows ``text-headers-info`` of the corpus: ``PLACE, DD MMM YY (SOURCE) -- [TEXT]``. The words of a key are compared with those
of the text as letters and digits only, so that wrapped lines, quotes and full stops do not matter.

Invariant: a message is the text exactly as stored, from its dateline to its last line; spans are found there, never made up.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from kg import extent
from kg.model import TextSpan

CENTURY = "19"
"""Of the years of two digits: the corpus is of 1988 to 1991, with some older incidents."""

MAX_CHARACTERS = 262_144
"""The longest message: the corpus has none over 20,000 characters, and each filler is looked for in all of it."""

_NEXT = re.compile(r"^([A-Z0-9]{1,12}-MUC\d-\d{4})(?=[ \t(]|$).*\n?", re.MULTILINE)
_DATELINE = re.compile(
    r"\s*(?P<place>[^,\n]{1,80}?),\s+(?P<date>NO DATE|\d{1,2}\s+[A-Z]{3,9}(?:\s+\d\d)?|[A-Z]{3,9}\s+\d{1,2}\s+\d\d)"
    r"\s*(?:[(\[](?P<source>(?s:.{1,200}?))[)\]])?\s*--"
)
_DATE = re.compile(r"(\d{1,2}) ([A-Z]+) (\d\d)|([A-Z]+) (\d{1,2}) (\d\d)")
_TOKEN = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[.!?][\"'\])]*\s+|\n[ \t]*\n")
_CLOSING = {"]": "[", ")": "("}
_MOST_OCCURRENCES = 50
_MOST_TRIED = 2000
"""Of one word in one text. The corpus is far below both; they bound the work on a text that is made to be hard."""
_REACH = 12
"""How many words may stand between those of a filler that the annotators put together from a list."""


@dataclass(frozen=True, slots=True)
class Message:
    """One text of the file: its id, the line where it begins, and the text from the dateline on."""

    id: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Dateline:
    """What the head of a message says; ``issued`` is empty when it gives no date, ``span`` is where it stands."""

    place: str
    issued: str
    source: str
    span: TextSpan


def messages(text: str) -> Iterator[Message]:
    """The messages of a file, one at a time."""
    line, place, opened = 1, 0, None
    for m in _NEXT.finditer(text):
        line += text.count("\n", place, m.start())
        if opened is not None:
            yield Message(opened[0], opened[1], text[opened[2] : m.start()].strip("\r\n"))
        place, opened = m.start(), (m[1], line, m.end())
    if opened is not None:
        yield Message(opened[0], opened[1], text[opened[2] :].strip("\r\n"))


def dateline(text: str) -> Dateline | None:
    """The dateline of a message; ``None`` when it begins in another way."""
    m = _DATELINE.match(text)
    if m is None:
        return None
    words = [" ".join((m[name] or "").split()) for name in ("place", "date", "source")]
    return Dateline(words[0], _day(words[1]), words[2], TextSpan(m.start("place"), m.end("date")))


def _day(date: str) -> str:
    m = _DATE.fullmatch(date)
    found = extent.window(f"{m[1] or m[5]} {m[2] or m[4]} {CENTURY}{m[3] or m[6]}", None) if m else None
    return found.first.isoformat() if found and found.first and found.first == found.last else ""


def tokens_of(words: str) -> list[str]:
    """The words that are compared: letters and digits, in upper case."""
    return [t.upper() for t in _TOKEN.findall(words)]


Range = tuple[int, int]
"""The first token, and the one after the last."""


def away(words: Range, home: Range) -> int:
    """How many words lie between the two; 0 when they touch or overlap, or one is in the other."""
    return max(home[0] - words[1], words[0] - home[1], -1) + 1


class Words:
    """Where words stand in a text. Places are counted in tokens until a span is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
        self.starts = [s for s, _ in found]
        self.ends = [e for _, e in found]
        self.tokens = [text[s:e].upper() for s, e in found]
        self.joined = f" {' '.join(self.tokens)} "
        self._known: dict[str, tuple[tuple[Range, ...], ...]] = {}

    @cached_property
    def _offsets(self) -> list[int]:
        offsets, place = [], 1
        for token in self.tokens:
            offsets.append(place)
            place += len(token) + 1
        return offsets

    @cached_property
    def _by_token(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for n, token in enumerate(self.tokens):
            found.setdefault(token, []).append(n)
        return found

    @cached_property
    def sentences(self) -> list[int]:
        """The first token of each sentence."""
        cuts = [0] if self.tokens else []
        for m in _SENTENCE.finditer(self.text):
            first = bisect_right(self.starts, m.end() - 1)
            if cuts and cuts[-1] < first < len(self.tokens):
                cuts.append(first)
        return cuts

    def sentence(self, token: int) -> Range:
        """The sentence that a token is in."""
        n = bisect_right(self.sentences, token)
        return self.sentences[n - 1], self.sentences[n] if n < len(self.sentences) else len(self.tokens)

    def places(self, words: str) -> tuple[tuple[Range, ...], ...]:
        """Where words stand in one piece; where they stand nowhere so, in several within a few words of each other."""
        if words not in self._known:
            wanted = tokens_of(words)
            self._known[words] = tuple(((p, p + len(wanted)),) for p in self._whole(wanted)) or tuple(self._parted(wanted))
        return self._known[words]

    def matching(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """The tokens that match: which group of the pattern does, and the token."""
        for m in pattern.finditer(self.joined):
            yield m.lastindex or 0, bisect_right(self._offsets, m.start()) - 1

    def _whole(self, wanted: list[str]) -> Iterator[int]:
        known = [self._by_token.get(token, ()) for token in wanted]
        if not known or not all(known):
            return
        rarest = min(range(len(known)), key=lambda n: len(known[n]))
        starts = (n - rarest for n in known[rarest][:_MOST_TRIED] if n >= rarest)
        yield from islice((n for n in starts if self.tokens[n : n + len(wanted)] == wanted), _MOST_OCCURRENCES)

    def _parted(self, wanted: list[str]) -> Iterator[tuple[Range, ...]]:
        """The first place where the words stand in their order, with others between them."""
        if len(wanted) < 2 or any(t not in self._by_token for t in wanted):
            return
        for start in self._by_token[wanted[0]][:_MOST_OCCURRENCES]:
            taken = [start]
            end = self.sentence(start)[1]
            for token in wanted[1:]:
                after = next(
                    (n for n in range(taken[-1] + 1, min(taken[-1] + 2 + _REACH, end)) if self.tokens[n] == token), None
                )
                if after is None:
                    break
                taken.append(after)
            if len(taken) == len(wanted):
                yield tuple(_runs(taken))
                return

    def spans(self, place: tuple[Range, ...]) -> tuple[TextSpan, ...]:
        """The spans of a place, with a bracket or quote that pairs with one inside them."""
        spans = [TextSpan(self.starts[a], self.ends[b - 1]) for a, b in place]
        first, last = spans[0], spans[-1]
        inside = self.text[first.start : last.end]
        following = self.text[last.end : last.end + 1]
        odd_quote = inside.count('"') % 2 == 1
        unclosed = following in _CLOSING and inside.count(_CLOSING[following]) > inside.count(following)
        if unclosed or (odd_quote and following == '"'):
            spans[-1] = TextSpan(last.start, last.end + 1)
        elif odd_quote and self.text[first.start - 1 : first.start] == '"':
            spans[0] = TextSpan(first.start - 1, first.end)
        return tuple(spans)


def _runs(taken: list[int]) -> Iterator[Range]:
    first = last = taken[0]
    for n in taken[1:]:
        if n != last + 1:
            yield first, last + 1
            first = n
        last = n
    yield first, last + 1
