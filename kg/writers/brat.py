"""brat stand-off: ``.txt``, ``.ann`` and ``.meta.json``.

Follows https://brat.nlplab.org/standoff.html and ``docs/annotation/brat``. In the sitgraph scheme a situation is an event (E)
on a trigger (T) with its roles as arguments, and other links are relations (R); in other schemes, whose roles nobody knows
here, each mention is a span and each link a relation, which our reader does not tell apart. Events on one trigger share its T
line.

Invariant: as for all writers, what is written reads back as an equal annotated report, or a problem says what does not. brat
ends a span at each line end, so a span that goes on has a part for each line.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, Reference, TextSpan, quote_of
from kg.readers import brat as reader
from kg.schemes.grammar import Grammar
from kg.writers import Written
from kg.writers._beside import file_stem, write_text_and_metadata
from kg.writers._proof import Sayable, lost

FORMAT = "brat"

_WORD = re.compile(r"\S+")
_LINE_END = re.compile(r"[\r\n]+")
_OF_A_ROLE = re.compile(r"\S*[^\s0-9]")


def write(report: AnnotatedReport, folder: Path) -> Written:
    """Write the text, its metadata and the annotation."""
    stem = file_stem(report.report.id)
    path = folder / f"{stem}.ann"
    lines = _Lines(report, path)
    path.write_text("".join(f"{line}\n" for line in lines.all()), encoding="utf-8", newline="\n")
    text, meta = write_text_and_metadata(report, folder, stem)
    problems = (*lines.sayable.problems, *lines.problems)
    return Written((text, meta, path), (*problems, *lost(report, path, reader.read, bool(problems) or not report.mentions)))


class _Lines:
    """The lines of one report."""

    def __init__(self, report: AnnotatedReport, path: Path) -> None:
        self._text, self._path = report.text, str(path)
        self.problems: list[Problem] = []
        grammar = Grammar.load()
        ours = report.scheme.startswith("sitgraph")
        self._situations = grammar.groups["situation"] if ours else frozenset[str]()
        self._relations = frozenset(grammar.links)
        self.sayable = Sayable(report, path, lambda m: self._unseen(m) or _lacks(m), _bars)
        self._mentions = [self._in_lines(m) for m in self.sayable.mentions]
        self._count: Counter[str] = Counter()
        self._names: dict[str, str] = {}

    def all(self) -> Iterator[str]:
        """Spans, events, relations, then what is said about spans and events."""
        triggers: dict[tuple[object, str], str] = {}
        events: list[tuple[Mention, str]] = []
        for m in self._mentions:
            shared = triggers.get((m.fragments, m.label)) if m.label in self._situations else None
            span = shared or self._next("T")
            if not shared:
                yield self._span(span, m)
            if m.label in self._situations:
                triggers[m.fragments, m.label] = span
                self._names[m.id] = self._next("E")
                events.append((m, span))
            else:
                self._names[m.id] = span
        roles: dict[str, list[Link]] = defaultdict(list)
        relations: list[Link] = []
        situations = {m.id for m, _ in events}
        for k in self.sayable.links:
            is_role = k.source in situations and k.label not in self._relations and _OF_A_ROLE.fullmatch(k.label)
            (roles[k.source] if is_role else relations).append(k)
        for m, span in events:
            yield f"{self._names[m.id]}\t{' '.join((f'{m.label}:{span}', *self._arguments(roles[m.id])))}"
        for k in relations:
            yield f"{self._next('R')}\t{k.label} Arg1:{self._names[k.source]} Arg2:{self._names[k.target]}"
        for m in self._mentions:
            yield from self._said(m, self._names[m.id])

    def _next(self, kind: str) -> str:
        self._count[kind] += 1
        return f"{kind}{self._count[kind]}"

    def _span(self, ident: str, m: Mention) -> str:
        spans = [f for f in m.fragments if isinstance(f, TextSpan)]
        offsets = ";".join(f"{f.start} {f.end}" for f in spans)
        return f"{ident}\t{m.label} {offsets}\t{quote_of(self._text, spans)}"

    def _arguments(self, links: list[Link]) -> Iterator[str]:
        """The fillers of an event: a role that comes again has a number."""
        times: Counter[str] = Counter()
        for k in links:
            times[k.label] += 1
            number = times[k.label] if times[k.label] > 1 else ""
            yield f"{k.label}{number}:{self._names[k.target]}"

    def _said(self, m: Mention, ident: str) -> Iterator[str]:
        for name, value in m.attributes:
            yield f"{self._next('A')}\t{name} {ident}{'' if value == 'true' else f' {value}'}"
        for r in m.references:
            yield f"{self._next('N')}\tReference {ident} {r.iri}\t{r.name}"
        for note in m.notes:
            yield f"{self._next('#')}\tAnnotatorNotes {ident}\t{note}"

    def _in_lines(self, m: Mention) -> Mention:
        """The mention with no line end in any of its parts."""
        spans = [f for f in sorted(m.fragments) if isinstance(f, TextSpan)]
        parts = tuple(part for f in spans for part in self._within_lines(f))
        if parts == tuple(spans):
            return replace(m, fragments=parts)
        message = f"brat ends a span at a line end: written in {len(parts)} parts instead of {len(spans)}"
        self.problems.append(Problem(self._path, 0, message, "warning", m.id))
        return replace(m, fragments=parts)

    def _unseen(self, m: Mention) -> str:
        spans = [f for f in m.fragments if isinstance(f, TextSpan)]
        return (
            "" if any(True for f in spans for _ in self._within_lines(f)) else "a span of nothing but line ends cannot be said"
        )

    def _within_lines(self, span: TextSpan) -> Iterator[TextSpan]:
        start = span.start
        for end in _LINE_END.finditer(self._text, span.start, span.end):
            if end.start() > start:
                yield TextSpan(start, end.start())
            start = end.end()
        if start < span.end:
            yield TextSpan(start, span.end)


def _lacks(m: Mention) -> str:
    if not _WORD.fullmatch(m.label):
        return f"the label {m.label!r} is no single word"
    if len(dict(m.attributes)) < len(m.attributes):
        return "one attribute with two values cannot be said"
    for name, value in m.attributes:
        if not _WORD.fullmatch(name) or not _WORD.fullmatch(value):
            return f"the attribute {name!r} with the value {value!r} cannot be said: both must be single words"
    if bad := [r for r in m.references if not _is_sayable(r)]:
        return f"the reference {bad[0].iri!r} with the name {bad[0].name!r} cannot be said"
    if any(not n or n != n.strip() or _LINE_END.search(n) for n in m.notes):
        return "a note that is empty, has several lines, or begins or ends with white space cannot be said"
    return ""


def _is_sayable(r: Reference) -> bool:
    is_item = _WORD.fullmatch(r.iri) and ":" in r.iri.strip(":")
    return bool(is_item) and r.name == r.name.strip() and not re.search(r"[\t\r\n]", r.name)


def _bars(k: Link) -> str:
    return "" if _WORD.fullmatch(k.label) else f"the label {k.label!r} is no single word"
