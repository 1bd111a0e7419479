"""Gold standard records of PLOVER: sentences coded as events, in JSON, with the spans marked in a second copy of the sentence.

The records (https://github.com/openeventdata/PLOVER) have no offsets. ``textInfo.markup`` is the sentence with brackets around
what was coded: ``(SRC: Jordan) has (EVT: agreed) …``; marks may be nested. The sentence is the report, the words of the event
are its trigger, actors and places are linked to it; codes are attributes. The scheme is ``plover``. Of the words that say where
something was, the place is the name that the record gives (``eventLoc``), where it is among them.

Invariant: without its brackets the marked copy is the text, up to white space; a record of which that is not so is refused, and
never repaired. The placeholder of a date, 2000-01-01, dates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, Report, TextSpan, quote_of
from kg.readers._json import beginning
from kg.readers._json_values import values_of

FORMAT = "plover-gsr"
SCHEME = "plover"

_MARK = re.compile(r"\(([A-Z]{2,4}(?:/[A-Z]{2,4})*): ?")
_ROLES = {"SRC": "source", "TAR": "target", "LOC": "location"}
_EVENT, _DOCUMENTATION, _PLACEHOLDER = "EVT", "DOCUMENT", "2000-01-01"
_NUMBERS = ("dead", "injured", "size")


class _Unusable(Exception):
    """Why a record cannot be read."""


def detect(path: Path) -> bool:
    """Whether the file is JSON that begins with records of an event, its words, and marked text."""
    return path.suffix == ".json" and all(f'"{key}"' in beginning(path) for key in ("eventText", "textInfo", "markup"))


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """One report for each record, or why it cannot be read."""
    for number, (line, value) in enumerate(values_of(path), 1):
        if isinstance(value, Problem):
            yield value
        elif not isinstance(value, dict):
            yield Problem(str(path), line, f"expected a record, found {type(value).__name__}")
        elif value.get("event") == _DOCUMENTATION:
            yield Problem(str(path), line, "documentation of the file, no event", "warning", str(value.get("id", "")))
        else:
            ident = value.get("id")
            name = ident if isinstance(ident, str) and ident else f"{default_id or path.stem}-{number}"
            try:
                yield _Record(path, line, name, value).report()
            except _Unusable as why:
                yield Problem(str(path), line, str(why), where=name)


class _Record:
    """One record on its way to a report."""

    def __init__(self, path: Path, line: int, name: str, value: Mapping[str, object]) -> None:
        self.path, self.line, self.name, self.value = path, line, name, value
        self.problems: list[Problem] = []

    def report(self) -> AnnotatedReport:
        text, event = self._string("text"), self._string("event")
        info = self.value.get("textInfo")
        markup = info.get("markup") if isinstance(info, dict) else None
        if not isinstance(markup, str):
            raise _Unusable("textInfo has no markup: no words of the text are marked")
        plain, marks = _unmarked(markup)
        spans = [(kind, TextSpan(*span)) for kind, span in _placed(marks, plain, text)]
        words = _joined([span for kind, span in spans if kind == _EVENT])
        if not words:
            raise _Unusable(f"no words of the event are marked ({_EVENT})")
        trigger = Mention("e", event, words, quote_of(text, words), self._codes(), line=self.line)
        mentions, links = [trigger], []
        for n, (kind, span) in enumerate((s for s in spans if s[0] != _EVENT), 1):
            roles = kind.split("/")
            if strange := [r for r in roles if r not in _ROLES]:
                self._warn(f"the mark {strange[0]} is not kept; known are {_EVENT}, {', '.join(_ROLES)}")
                continue
            label = "LOCATION" if roles == ["LOC"] else "ACTOR"
            span = self._named(span, text) if roles == ["LOC"] else span
            quote = text[span.start : span.end]
            mentions.append(Mention(f"m{n}", label, (span,), quote, self._actor_codes(quote), line=self.line))
            links += [Link(_ROLES[r], "e", f"m{n}", self.line) for r in roles]
        self._tell_unmarked({m.quote for m in mentions})
        said = {key: str(self.value.get(key, "")) for key in ("publication", "language", "date")}
        issued = "" if said["date"] == _PLACEHOLDER else said["date"]
        about = Report(self.name, publisher=said["publication"], language=said["language"], issued=issued)
        return AnnotatedReport(
            about, text, tuple(mentions), tuple(links), SCHEME, str(self.path), FORMAT, tuple(self.problems)
        )  # fmt: skip

    def _string(self, key: str) -> str:
        value = self.value.get(key)
        if not isinstance(value, str) or not value:
            raise _Unusable(f"expected a string under {key!r}, found {type(value).__name__}")
        return value

    def _codes(self) -> tuple[tuple[str, str], ...]:
        """Mode, contexts (several with commas) and numbers of the event."""
        found = [("mode", str(self.value.get("mode") or ""))]
        found += [("context", part.strip()) for part in str(self.value.get("context") or "").split(",")]
        found += [(name, str(self.value.get(name) or "")) for name in _NUMBERS]
        return tuple(sorted({(name, value) for name, value in found if value}))

    def _named(self, span: TextSpan, text: str) -> TextSpan:
        """The name of the place inside the words marked as where it was, if the record gives that name."""
        place = self.value.get("eventLoc")
        name = place.get("name") if isinstance(place, dict) else None
        words = text[span.start : span.end]
        if not isinstance(name, str) or words.count(name) != 1 or not name:
            return span
        start = span.start + words.index(name)
        return TextSpan(start, start + len(name))

    def _actors(self) -> Iterator[Mapping[str, object]]:
        for side in ("source", "target"):
            listed = self.value.get(side)
            yield from (a for a in (listed if isinstance(listed, list) else ()) if isinstance(a, dict))

    def _actor_codes(self, quote: str) -> tuple[tuple[str, str], ...]:
        coded = [a for a in self._actors() if a.get("actorText") == quote]
        return tuple(sorted({(key, str(a[key])) for a in coded for key in ("code", "sector") if a.get(key)}))

    def _tell_unmarked(self, marked: set[str]) -> None:
        for name in dict.fromkeys(str(a.get("actorText", "")) for a in self._actors()):
            if name not in marked:
                self._warn(f"the actor {name!r} is not marked with these words; its codes are not kept")

    def _warn(self, message: str) -> None:
        self.problems.append(Problem(str(self.path), self.line, message, "warning", self.name))


def _unmarked(markup: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its marks, and each mark with its first character there and the first one after it."""
    out: list[str] = []
    marks: list[tuple[str, int, int]] = []
    opened: list[tuple[str, int]] = []
    at = 0
    while at < len(markup):
        if found := _MARK.match(markup, at):
            opened.append((found[1], len(out)))
            at = found.end()
            continue
        char = markup[at]
        at += 1
        if char == "(":
            opened.append(("", 0))  # a bracket of the text itself
        elif char == ")" and opened:
            kind, start = opened.pop()
            if kind:
                marks.append((kind, start, len(out)))
                continue
        out.append(char)
    if unclosed := [kind for kind, _ in opened if kind]:
        raise _Unusable(f"the mark {unclosed[0]} is not closed")
    return "".join(out), marks


def _placed(marks: list[tuple[str, int, int]], plain: str, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The marks with offsets of the text, in its order, without white space at their ends."""
    ours, theirs = ([n for n, c in enumerate(s) if not c.isspace()] for s in (plain, text))
    for a, b in zip(ours, theirs, strict=False):  # that one is longer is told below
        if plain[a] != text[b]:
            raise _Unusable(f"the marked text differs from the text at character {b}: {_near(plain, a)}, not {_near(text, b)}")
    if len(ours) != len(theirs):
        raise _Unusable(f"the marked text has {len(ours)} characters without white space, the text {len(theirs)}")
    number = {place: n for n, place in enumerate(ours)}
    for kind, start, end in sorted(marks, key=lambda m: (m[1], -m[2])):
        inside = [number[place] for place in range(start, end) if place in number]
        if inside:
            yield kind, (theirs[inside[0]], theirs[inside[-1]] + 1)


def _near(text: str, at: int) -> str:
    return repr(text[at : at + 20])


def _joined(spans: list[TextSpan]) -> tuple[TextSpan, ...]:
    """Spans in text order, those that overlap as one."""
    joined: list[TextSpan] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = TextSpan(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
