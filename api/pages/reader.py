"""The report reader: a text with everything that was annotated in it, as nested marks.

Mentions may nest and cross. The text is cut at every boundary; a piece belongs to all mentions that cover it. Pieces are put
into marks that nest, longest outside; where two cross, the later one is closed and opened again, and keeps its name.

Invariants: the pieces in their order are the text; the pieces of a mention are its fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from api.models import Mention, Ref
from api.pages.words import group_of

_BREAK = re.compile(r"\n\s*\n")
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention as it is drawn: its anchor, group, height above the innermost mark, and what it became."""

    anchor: str
    group: str
    level: int
    words: str
    things: tuple[Ref, ...]
    fragments: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A step of drawing a paragraph: ``open`` or ``close`` a mark, a piece of ``text``, or the number of a ``note``.

    ``anchors`` are the names that are given here for the first time; ``fragment`` says which part of a mention begins.
    """

    kind: str
    text: str = ""
    mark: Mark | None = None
    thing: Ref | None = None
    anchors: tuple[str, ...] = ()
    fragment: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What the words of one place in the text became, where that is more than one thing."""

    number: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as steps of drawing, with its notes."""

    tokens: tuple[Token, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """A fragment of a mention; parts sort as they nest."""

    start: int
    minus_end: int
    anchor: str
    index: int

    @property
    def end(self) -> int:
        return -self.minus_end


def marks(mentions: Iterable[Mention], times: Mapping[str, str]) -> list[Mark]:
    """The mentions of a report as marks. ``times`` are the EDTF values of its time extents."""
    found = []
    for mention in mentions:
        quote = mention.quotes[0]
        things = tuple(
            ref.model_copy(update={"name": times[ref.id], "type": "TimeExtent"}) if ref.id in times else ref
            for ref in mention.about or mention.denotes or ()
        )
        anchor = unquote(quote.url.partition("#")[2])
        found.append(Mark(anchor, group_of(mention.has_body), 0, quote.text, things, tuple(quote.fragments)))
    return found


def paragraphs(text: str, found: Sequence[Mark]) -> list[Paragraph]:
    """The text as paragraphs with marks and notes."""
    levels = _levels(text, found)
    leveled = {m.anchor: Mark(m.anchor, m.group, levels[m.anchor], m.words, m.things, m.fragments) for m in found}
    parts = sorted(_Part(a, -b, m.anchor, n) for m in found for n, (a, b) in enumerate(m.fragments))
    drawing = _Drawing(text, leveled)
    drawn, start = [], 0
    for end, after in [*((m.start(), m.end()) for m in _BREAK.finditer(text)), (len(text), len(text))]:
        drawn.append(drawing.paragraph(start, end, [p for p in parts if p.start < end and p.end > start]))
        start = after
    return drawn


def _clusters(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Sorted parts in runs that overlap one another; so the work grows with the text, not with its square."""
    found: list[list[_Part]] = []
    reach = -1
    for part in parts:
        if part.start >= reach:
            found.append([])
        found[-1].append(part)
        reach = max(reach, part.end)
    return found


def _pieces(start: int, end: int, parts: Sequence[_Part]) -> list[tuple[int, int, list[_Part]]]:
    """The pieces between boundaries, each with the parts that cover it, outermost first."""
    found: list[tuple[int, int, list[_Part]]] = []
    here = start
    for cluster in _clusters(parts):
        cuts = sorted({min(max(c, start), end) for p in cluster for c in (p.start, p.end)})
        if cuts[0] > here:
            found.append((here, cuts[0], []))
        found += [(a, b, [p for p in cluster if p.start <= a and p.end >= b]) for a, b in pairwise(cuts)]
        here = cuts[-1]
    return [*found, (here, end, [])] if here < end else found


def _levels(text: str, found: Sequence[Mark]) -> dict[str, int]:
    levels = dict.fromkeys((m.anchor for m in found), 0)
    parts = sorted(_Part(a, -b, m.anchor, n) for m in found for n, (a, b) in enumerate(m.fragments))
    for _, _, covering in _pieces(0, len(text), parts):
        for depth, p in enumerate(reversed(covering)):
            levels[p.anchor] = max(levels[p.anchor], min(depth, _DEEPEST))
    return levels


class _Drawing:
    """Draws one paragraph after the other; numbers of notes and names run on."""

    def __init__(self, text: str, found: Mapping[str, Mark]) -> None:
        self._text = text
        self._marks = found
        self._named: set[str] = set()
        self._notes = 0

    def paragraph(self, start: int, end: int, parts: Sequence[_Part]) -> Paragraph:
        tokens: list[Token] = []
        notes: list[Note] = []
        stack: list[_Part] = []
        cluster: dict[str, None] = {}
        for a, b, covering in _pieces(start, end, parts):
            kept = 0
            while kept < min(len(stack), len(covering)) and stack[kept] == covering[kept]:
                kept += 1
            tokens += [Token("close")] * (len(stack) - kept)
            if not {p.anchor for p in covering} & cluster.keys():
                self._note(cluster, tokens, notes)
            tokens += [self._open(p) for p in covering[kept:]]
            stack = covering
            cluster |= dict.fromkeys(p.anchor for p in covering)
            tokens.append(Token("text", self._text[a:b], thing=self._thing(covering)))
        tokens += [Token("close")] * len(stack)
        self._note(cluster, tokens, notes)
        return Paragraph(tuple(tokens), tuple(notes))

    def _open(self, part: _Part) -> Token:
        names = (part.anchor, f"m-{part.start}-{part.end}")
        fresh = tuple(n for n in names if n not in self._named)
        self._named.update(fresh)
        return Token("open", mark=self._marks[part.anchor], anchors=fresh, fragment=part.index)

    def _thing(self, covering: Sequence[_Part]) -> Ref | None:
        """What a piece is linked to: the first thing of the innermost mention that became something with a page."""
        for part in reversed(covering):
            for thing in self._marks[part.anchor].things:
                if thing.url and thing.type != "TimeExtent":
                    return thing
        return None

    def _note(self, cluster: dict[str, None], tokens: list[Token], notes: list[Note]) -> None:
        several = [self._marks[a] for a in cluster]
        cluster.clear()
        shown = {(m.words, tuple(t.id for t in m.things)): m for m in several if m.things}
        simple = sum(len(m.things) for m in shown.values()) <= 1 and not any(m.group == "time" for m in several)
        if simple:
            return
        self._notes += 1
        tokens.append(Token("note", number=self._notes))
        notes.append(Note(self._notes, tuple(shown.values())))
