"""Selectors of text: which code points an annotation is about.

Follows the Web Annotation Data Model, section 4.2, and RFC 5147 (``char=``, ``line=``). Selectors beside each other select the
same, so a position is proved by a quote. Where the two differ, the quote counts: it must be found once, with what stands before
and after it.

Invariant: what is selected is what the quote says, but for white space and the style of quotation marks, and then a note says
so; what cannot be found, or not for certain, is refused with the reason. The work is bounded, however many quotes have moved.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kg.model import TextSpan
from kg.readers._utf16 import Utf16
from kg.readers._wording import loosely
from kg.readers.web_annotation.validity import listed, shown, types_of

MAX_SEARCHED = 1_000_000_000
"""How many code points of text are searched for quotes of one file that are not where their positions say."""

_RFC_5147 = re.compile(r"(char|line)=([0-9]{0,18})(?:,([0-9]{0,18}))?((?:;(?:length|md5)=[^;]*)*)")
MAX_LOOSE = 4_000_000
"""The longest text in which a quote is searched without regard to white space: that takes an index of the text."""

Selector = Mapping[str, object]


class NotSelected(Exception):
    """Why a selector selects nothing here."""


@dataclass(slots=True, frozen=True)
class Selected:
    """A part of the text, and what a person should know about how it was found."""

    span: TextSpan
    note: str = ""
    proved: bool = True


@dataclass
class Selection:
    """A text in which selectors select. ``data`` are its bytes as stored."""

    text: str
    data: bytes = b""
    searched: int = field(default=0)

    def select(self, selectors: Sequence[object]) -> Selected:
        """The part that selectors, each saying the same, select. Raises :class:`NotSelected`."""
        return self._select(selectors, TextSpan(0, len(self.text)))

    def _select(self, selectors: Sequence[object], within: TextSpan) -> Selected:
        refined = [s for s in selectors if isinstance(s, dict) and listed(s.get("refinedBy"))]
        if refined:
            try:
                return self._refined(refined[0], within)
            except NotSelected:
                if len(refined) == len(selectors):
                    raise
            selectors = [s for s in selectors if s not in refined]
        spans, quotes, reasons = list[TextSpan](), list[Selector](), list[str]()
        units = [p for s in selectors if (p := _positions(s))]
        for selector in selectors:
            try:
                if isinstance(selector, dict) and "TextQuoteSelector" in types_of(selector):
                    quotes.append(selector)
                else:
                    spans.append(self._span(selector, within))
            except NotSelected as reason:
                reasons.append(str(reason))
        if not quotes:
            return self._unproved(spans, reasons)
        return self._proved(spans, units, quotes) or self._moved(spans, quotes, reasons, within)

    def _refined(self, selector: Selector, within: TextSpan) -> Selected:
        outer = self._select([{k: v for k, v in selector.items() if k != "refinedBy"}], within)
        inner = self._select(listed(selector["refinedBy"]), outer.span)
        return Selected(inner.span, "; ".join(filter(None, (outer.note, inner.note))), outer.proved and inner.proved)

    # -- positions

    def _span(self, selector: object, within: TextSpan) -> TextSpan:
        if not isinstance(selector, dict):
            raise NotSelected(f"the selector {shown(selector)} stands elsewhere, and is not fetched")
        kinds = types_of(selector)
        if "TextPositionSelector" in kinds:
            start, end = selector["start"], selector["end"]
            assert isinstance(start, int)
            assert isinstance(end, int)
            return self._checked(start, end, within)
        if "RangeSelector" in kinds:
            first, last = (self._select([selector[key]], within).span for key in ("startSelector", "endSelector"))
            return self._checked(first.start - within.start, last.start - within.start, within)
        if "FragmentSelector" in kinds and (match := _RFC_5147.fullmatch(str(selector["value"]).removeprefix("#"))):
            return self._plain_text(match, within)
        raise NotSelected(_of_other_media(selector))

    def _checked(self, start: int, end: int, within: TextSpan) -> TextSpan:
        size = within.end - within.start
        if end > size:
            raise NotSelected(f"offset {end} is beyond the end of the text ({size} code points)")
        if start >= end:
            raise NotSelected(f"the span {start} {end} is {'empty' if start == end else 'reversed'}")
        return TextSpan(within.start + start, within.start + end)

    def _plain_text(self, match: re.Match[str], within: TextSpan) -> TextSpan:
        """A fragment identifier of text/plain (RFC 5147), with its checks of integrity."""
        for check in filter(None, match[4].split(";")):
            self._check_integrity(check)
        if match[3] is None:
            raise NotSelected(f"{match[0]} is a position between two characters, and selects none (RFC 5147)")
        start, end = int(match[2] or 0), int(match[3]) if match[3] else None
        if match[1] == "line":
            lines = self._line_starts
            if start >= len(lines) or (end is not None and end >= len(lines)):
                raise NotSelected(f"{match[0]} is beyond the end of the text ({len(lines) - 1} lines)")
            start, end = lines[start], lines[-1] if end is None else lines[end]
        return self._checked(start, within.end - within.start if end is None else end, within)

    def _check_integrity(self, check: str) -> None:
        name, _, said = check.partition("=")
        value = said.partition(",")[0]
        found = str(len(self.text)) if name == "length" else self._md5
        if value != found:
            raise NotSelected(f"not the text that was annotated: its {name} is {found}, expected {value[:40]}")

    @cached_property
    def _md5(self) -> str:
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()

    @cached_property
    def _line_starts(self) -> list[int]:
        """Position n is where line n, counted from 0, begins; the last is the end of the text."""
        starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", self.text))]
        return starts if starts[-1] == len(self.text) else [*starts, len(self.text)]

    def _unproved(self, spans: list[TextSpan], reasons: list[str]) -> Selected:
        if not spans:
            raise NotSelected("; ".join(dict.fromkeys(reasons)) or "there is no selector")
        note = "its positions select different parts, the first is taken" if len(set(spans)) > 1 else ""
        return Selected(spans[0], note, proved=False)

    # -- quotes

    def _agrees(self, span: TextSpan, quotes: Sequence[Selector]) -> Selected | None:
        covered = (
            self.text[span.start : span.end] if span.end - span.start < 4 * max(len(_exact(q)) for q in quotes) + 64 else ""
        )
        if all(covered == _exact(q) for q in quotes):
            return Selected(span)
        if covered and all(loosely(covered) == loosely(_exact(q)) for q in quotes):
            note = f"the text is {shown(covered)}, the quote {shown(_exact(quotes[0]))}: only white space or quote marks differ"
            return Selected(span, note)
        return None

    def _proved(self, spans: list[TextSpan], units: list[tuple[int, int]], quotes: list[Selector]) -> Selected | None:
        """The first position at which the quotes stand: counted in code points, else in units of UTF-16."""
        for span in spans:
            if selected := self._agrees(span, quotes):
                return selected
        if self._utf16 is None:
            return None
        for first, last in units:
            start, end = self._utf16.code_point(first), self._utf16.code_point(last)
            if start is not None and end is not None and (selected := self._agrees(TextSpan(start, end), quotes)):
                note = f"the positions {first} {last} count UTF-16 units; in code points they are {start} {end}"
                return Selected(selected.span, "; ".join(filter(None, (note, selected.note))))
        return None

    @cached_property
    def _utf16(self) -> Utf16 | None:
        """``None`` where both units count the same."""
        counted = Utf16(self.text)
        return counted if counted.units != len(self.text) else None

    def _moved(self, spans: list[TextSpan], quotes: list[Selector], reasons: list[str], within: TextSpan) -> Selected:
        """Where the quote stands, if that is one place."""
        quote = quotes[0]
        found = self._occurrences(quote, within)
        if spans:
            covered = self.text[spans[0].start : min(spans[0].end, spans[0].start + 80)]
            reasons.append(f"the text at {spans[0].start} {spans[0].end} is {shown(covered)}, the quote {shown(_exact(quote))}")
        if len(found) != 1:
            count = "more than once" if found else "nowhere"
            told = [*reasons, f"{shown(_exact(quote))} stands {count} in the text{_between(quote)}"]
            raise NotSelected("; ".join(dict.fromkeys(told)))
        selected = self._agrees(found[0], quotes)
        if selected is None:
            raise NotSelected("its quotes are of different parts of the text")
        moved = f"{reasons[0]}: found by its quote, at {found[0].start} {found[0].end}" if reasons else ""
        return Selected(found[0], "; ".join(filter(None, (moved, selected.note))))

    def _occurrences(self, quote: Selector, within: TextSpan) -> list[TextSpan]:
        """Up to two places where a quote stands between its prefix and its suffix: to the letter, else loosely."""
        exact, prefix, suffix = _exact(quote), _beside(quote, "prefix"), _beside(quote, "suffix")
        if not loosely(exact):
            raise NotSelected("its quote is empty")
        self._spend(0)
        found = self._find(self.text, exact, prefix, suffix, within)
        if found or len(self.text) > MAX_LOOSE:
            return [TextSpan(at, at + len(exact)) for at in found]
        loose, index = self._loose
        exact = loosely(exact)
        everywhere = TextSpan(0, len(loose))
        found = self._find(loose, exact, loosely(prefix), loosely(suffix), everywhere)
        spans = [TextSpan(index[at], index[at + len(exact) - 1] + 1) for at in found]
        return [s for s in spans if within.start <= s.start and s.end <= within.end]

    def _find(self, text: str, exact: str, prefix: str, suffix: str, within: TextSpan) -> list[int]:
        found, at = list[int](), within.start - 1
        while len(found) < 2:
            before, at = at, text.find(exact, at + 1, within.end)
            self._spend((at if at >= 0 else within.end) - before + 1000)
            if at < 0:
                break
            stands_after = at >= len(prefix) and text.startswith(prefix, at - len(prefix))
            if stands_after and text.startswith(suffix, at + len(exact)):
                found.append(at)
        return found

    @cached_property
    def _loose(self) -> tuple[str, array[int]]:
        """The text without white space and with straight quotation marks, and where each of its characters stands."""
        index = array("I", (n for n, c in enumerate(self.text) if not c.isspace()))
        return loosely(self.text), index

    def _spend(self, code_points: int) -> None:
        self.searched += max(code_points, 0)
        if self.searched > MAX_SEARCHED:
            raise NotSelected("its quote was not searched: too many quotes of this file are not where their positions say")


def _exact(quote: Selector) -> str:
    return str(quote["exact"])


def _beside(quote: Selector, key: str) -> str:
    value = quote.get(key)
    return value if isinstance(value, str) else ""


def _between(quote: Selector) -> str:
    told = [
        f" {word} {shown(said)}" for word, key in (("after", "prefix"), ("before", "suffix")) if (said := _beside(quote, key))
    ]
    return " and".join(told)


def _positions(selector: object) -> tuple[int, int] | None:
    if not isinstance(selector, dict) or "TextPositionSelector" not in types_of(selector):
        return None
    return selector["start"], selector["end"]


def plain_text_fragment(fragment: str) -> bool:
    """Whether a fragment of an IRI selects a part of a plain text (RFC 5147)."""
    return _RFC_5147.fullmatch(fragment) is not None


def refuse_other_media(selectors: Sequence[object]) -> None:
    """Nothing, unless no selector is of a text at all, whatever text it is. Raises :class:`NotSelected`."""
    others = [_of_other_media(s) for s in selectors]
    if all(others):
        raise NotSelected("; ".join(dict.fromkeys(others)))


def _of_other_media(selector: object) -> str:
    """Why a selector selects no code points, whatever the text; empty if it may."""
    if not isinstance(selector, Mapping):
        return f"the selector {shown(selector)} stands elsewhere, and is not fetched"
    kinds, value = types_of(selector), selector.get("value")
    if not kinds:
        return f"the selector {shown(selector.get('id'))} stands elsewhere, and is not fetched"
    if any(k in ("TextPositionSelector", "TextQuoteSelector") for k in kinds):
        return ""
    if "RangeSelector" in kinds:
        return _of_other_media(selector["startSelector"]) or _of_other_media(selector["endSelector"])
    if "FragmentSelector" in kinds and plain_text_fragment(str(value).removeprefix("#")):
        return ""
    said = f" {shown(value)}" if value is not None else ""
    return f"the {', '.join(kinds)}{said} selects no code points of a text"
