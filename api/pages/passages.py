"""The sentence around a quote, with the quoted words marked.

Invariant: text beyond a few words is taken from a report only where its metadata say under which rights it may be given; else a
passage is the quote with the words kept beside it in the store, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.models import Quote
from api.pages.words import direction
from api.stores import View
from kg.model import Report
from kg.store.inputs import Entry, Inputs
from kg.view.explain import part_of_table

_END = re.compile(r"(?:[.!?؟。][\"'”’»)\]]*(?=\s)|\n)\s*")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Dr|Gen|Col|Lt|St|No|vs))\.$")
_LONGEST = 600
"""Characters of one passage; a longer sentence is cut around its quotes."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a report as far as it may be shown, with its language."""

    text: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Parts of a text in order, marked or not, and the address of the first marked words in the reader."""

    parts: tuple[tuple[str, bool], ...]
    language: str
    direction: str
    url: str
    capped: bool
    rows: str = ""
    """Where the words are in a table, which has no text around them."""


class Passages:
    """Makes passages from one view; each text is read once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._inputs = Inputs(view.directory)
        self._entries: dict[str, Entry] | None = None
        self._texts: dict[str, Text] = {}

    def text(self, report: str) -> Text:
        """A report's text, by the report's identifier."""
        if self._entries is None:
            self._entries = dict(self._inputs.reports(self._view.number))
        if report not in self._texts:
            entry = self._entries.get(report)
            about, words = self._inputs.told(entry) if entry else (Report(report), None)
            self._texts[report] = Text(words if about.rights else None, about.language)
        return self._texts[report]

    def of(self, quotes: Iterable[Quote] | None) -> list[Passage]:
        """The passages that quotes stand in: one for each sentence, in the order of the text."""
        grouped: dict[tuple[str, int, int], list[Quote]] = {}
        capped: list[Quote] = []
        for quote in quotes or ():
            text = self.text(quote.report).text
            if text is None or quote.start is None or quote.end is None:
                capped.append(quote)
            else:
                start, end = sentence(text, quote.start, quote.end)
                grouped.setdefault((quote.report, start, end), []).append(quote)
        found = [self._passage(report, start, end, several) for (report, start, end), several in sorted(grouped.items())]
        return found + [self._capped(q) for q in capped]

    def _passage(self, report: str, start: int, end: int, quotes: Sequence[Quote]) -> Passage:
        known = self.text(report)
        assert known.text is not None
        marked = _merged(f for q in quotes for f in q.fragments)
        first, last = marked[0][0], marked[-1][1]
        cut_start = start if end - start <= _LONGEST else max(start, first - _LONGEST // 3)
        cut_end = end if end - start <= _LONGEST else min(end, max(last, cut_start + _LONGEST))
        parts: list[tuple[str, bool]] = [("… ", False)] if cut_start > start else []
        here = cut_start
        for a, b in marked:
            parts += [(known.text[here:a], False), (known.text[a:b], True)]
            here = b
        parts += [(known.text[here:cut_end].rstrip(), False), (" …" if cut_end < end else "", False)]
        return Passage(
            tuple(p for p in parts if p[0]), known.language, direction(known.language, known.text[start:end]),
            min(quotes, key=lambda q: q.start or 0).url, False,
        )  # fmt: skip

    def _capped(self, quote: Quote) -> Passage:
        language = self.text(quote.report).language
        if quote.rows:
            words = ((quote.text, True),) if quote.text else ()
            return Passage(words, language, direction(language, quote.text), quote.url, True, part_of_table(quote.rows))
        parts = ((f"… {quote.before}", False), (quote.text, True), (f"{quote.after} …", False))
        return Passage(parts, language, direction(language, quote.text), quote.url, True)


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence, or sentences, that hold ``text[start:end]``."""
    first, last = 0, len(text)
    for match in _END.finditer(text):
        if _ABBREVIATED.search(text[max(0, match.start() - 4) : match.start() + 1]):
            continue
        if match.end() <= start:
            first = match.end()
        elif match.start() + 1 >= end:
            last = match.end()
            break
    return first, last


def _merged(fragments: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(fragments):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
