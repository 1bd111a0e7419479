"""brat stand-off: a text, and beside it a ``.ann`` with one annotation a line.

Follows https://brat.nlplab.org/standoff.html; what becomes of each line stands in section 12 of the specification. A span (T)
is a mention unless an event (E) uses it as trigger: then the event is the mention, with the words of its trigger, and what is
said about the trigger is said about its events. Arguments and relations (R) are links, an equivalence (``*``) chains its
members with links. Attributes (A, M), normalisations (N) and notes (#) are parts of the mention they are about.

Invariants: offsets count code points of the text exactly as stored, and the third column must be what they select; each line of
the file is in the annotated report, or a problem with its line says why not, and so is all that depends on it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Reference, quote_of
from kg.readers._metadata import TABLE, Metadata, meta_file, metadata_beside
from kg.readers._source import decode_strictly, read_bounded, refuse_many_lines
from kg.readers._standoff import About, Event, Lines, Relation, Span
from kg.readers._wording import loosely

FORMAT = "brat"
DEFAULT_SCHEME = "sitgraph-1"

_CONFIGURATION = ("annotation.conf", "visual.conf", "tools.conf", "kb_shortcuts.conf")
_BOM = "\ufeff"
# What annotators write where the knowledge base has no such item; as a reference it would make all of them one thing.
_NO_ITEM = {"null", "none", "nil"}


def detect(path: Path) -> bool:
    """Whether the file is called ``*.ann``."""
    return path.suffix == ".ann"


def companions(path: Path) -> Iterable[Path]:
    """The text, the metadata and brat's configuration, which may stand in any folder above."""
    yield path.with_suffix(".txt")
    yield meta_file(path)
    yield path.with_name(TABLE)
    for folder in path.parents:
        yield from (folder / name for name in _CONFIGURATION)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The one report of ``path``, with the lines that were set aside; or one problem, if the report cannot be read."""
    try:
        yield _report(path, default_id or path.stem)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)


def _report(path: Path, default_id: str) -> AnnotatedReport:
    text_path = path.with_suffix(".txt")
    if path == text_path:
        raise ReadError(str(path), "is a text; the annotation file is the one that ends in .ann")
    if not text_path.is_file():
        raise ReadError(str(path), f"the text it annotates, {text_path.name}, is not beside it")
    meta = metadata_beside(path, default_id)
    data = read_bounded(text_path, "MAX_TEXT_BYTES")
    text = decode_strictly(text_path, data)
    _check_hash(meta, text_path, data)
    annotation = read_bounded(path, "MAX_ANNOTATION_BYTES")
    refuse_many_lines(path, annotation)
    stored = decode_strictly(path, annotation).removeprefix(_BOM)
    lines = Lines(str(path))
    lines.parse(stored)
    problems = list(meta.problems)
    if text.startswith(_BOM):
        text, about = _choose_bom(text, lines.spans)
        problems.append(Problem(str(text_path), 1, about, "warning"))
    if not stored.strip():
        problems.append(Problem(str(path), 0, "holds no annotation", "warning"))
    content = _Content(str(path), text, lines)
    return AnnotatedReport(
        report=meta.report,
        text=text,
        mentions=content.mentions(),
        links=tuple(content.links),
        scheme=meta.scheme or DEFAULT_SCHEME,
        path=str(path),
        format=FORMAT,
        problems=(*problems, *sorted(lines.problems + content.problems, key=lambda p: p.line)),
    )


def _check_hash(meta: Metadata, path: Path, data: bytes) -> None:
    """The hash of the metadata is of the bytes as stored, or without the byte order mark, which an editor may have added."""
    if not meta.text_sha256:
        return
    found = [hashlib.sha256(d).hexdigest() for d in (data, data.removeprefix(_BOM.encode()))]
    if meta.text_sha256 not in found:
        raise ReadError(str(path), f"not the text that was annotated: SHA-256 {found[0]}, expected {meta.text_sha256}")


def _choose_bom(text: str, spans: Iterable[Span]) -> tuple[str, str]:
    """The text with or without its byte order mark, whichever the offsets were counted in."""
    bare = text[1:]
    ranged = list(spans)
    if sum(_agreement(bare, s) < 2 for s in ranged) >= sum(_agreement(text, s) < 2 for s in ranged):
        return bare, "begins with a byte order mark, which is not counted: the offsets are right without it"
    return text, "begins with a byte order mark, which is counted: the offsets are right only with it"


def _agreement(text: str, span: Span) -> int:
    """How the third column agrees with the text: 0 in full, 1 but for white space and the style of quotes, 2 not at all."""
    if max(f.end for f in span.fragments) > len(text):
        return 2
    covered = quote_of(text, span.fragments)
    if span.surface in (covered.replace("\n", " "), covered.replace("\r\n", " ").replace("\n", " ")):
        return 0
    return 1 if loosely(covered) == loosely(span.surface) else 2


class _Content:
    """What the lines of a file say together: what depends on a line that was set aside is set aside with it."""

    def __init__(self, path: str, text: str, lines: Lines) -> None:
        self.path, self.text = path, text
        self.problems: list[Problem] = []
        self.links: list[Link] = []
        self._ids, self._aside = lines.ids, dict(lines.aside)
        self._spans = {s.id: s for s in lines.spans if self._is_grounded(s)}
        self._events = {e.id: e for e in lines.events if self._has_trigger(e)}
        self._events_of: dict[str, list[str]] = defaultdict(list)
        for event in self._events.values():
            self._events_of[event.trigger].append(event.id)
        self._attributes: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        self._references: dict[str, set[Reference]] = defaultdict(set)
        self._notes: dict[str, set[str]] = defaultdict(set)
        self._without_item: list[About] = []
        self._link_events()
        for relation in lines.relations:
            self._link_members(relation)
        for about in lines.about:
            self._describe(about)
        self._tell_without_item()

    def mentions(self) -> tuple[Mention, ...]:
        """The spans that trigger nothing, and the events on the others, in the order of their lines."""
        alone = [self._mention(s.id, s.label, s, s.line) for s in self._spans.values() if s.id not in self._events_of]
        events = [self._mention(e.id, e.label, self._spans[e.trigger], e.line) for e in self._events.values()]
        return tuple(sorted(alone + events, key=lambda m: m.line))

    def _mention(self, ident: str, label: str, span: Span, line: int) -> Mention:
        fragments = tuple(sorted(span.fragments))
        return Mention(
            id=ident,
            label=label,
            fragments=fragments,
            quote=quote_of(self.text, fragments),
            attributes=tuple(sorted((name, value) for name, (value, _) in self._attributes.get(ident, {}).items())),
            references=tuple(sorted(self._references.get(ident, ()))),
            notes=tuple(sorted(self._notes.get(ident, ()))),
            line=line,
        )

    def _reject(self, line: int, ident: str, message: str) -> None:
        self.problems.append(Problem(self.path, line, message, where=ident))

    def _warn(self, line: int, ident: str, message: str) -> None:
        self.problems.append(Problem(self.path, line, message, "warning", ident))

    def _set_aside(self, record: Span | Event, message: str) -> bool:
        self._aside[record.id] = record.line
        self._reject(record.line, record.id, message)
        return False

    def _absent(self, ident: str) -> str:
        if ident in self._aside:
            return f"{ident} was set aside (line {self._aside[ident]})"
        return f"{ident} is not a span or an event" if ident in self._ids else f"there is no {ident}"

    def _is_grounded(self, span: Span) -> bool:
        last = max(f.end for f in span.fragments)
        if last > len(self.text):
            return self._set_aside(span, f"offset {last} is beyond the end of the text ({len(self.text)} code points)")
        agreement = _agreement(self.text, span)
        if agreement:
            covered = _shortened(quote_of(self.text, span.fragments))
            difference = f"the text at these offsets is {covered}, the third column {_shortened(span.surface)}"
            if agreement == 2:
                return self._set_aside(span, difference)
            self._warn(span.line, span.id, f"{difference}: only white space or quote marks differ, the text is kept")
        return True

    def _has_trigger(self, event: Event) -> bool:
        span = self._spans.get(event.trigger)
        if span is None:
            is_other = event.trigger in self._ids and event.trigger not in self._aside
            reason = f"{event.trigger} is not a span" if is_other else self._absent(event.trigger)
            return self._set_aside(event, f"without its trigger: {reason}")
        if span.label != event.label:
            self._warn(event.line, event.id, f"{event.label} on the trigger {span.id}, which is labelled {span.label}")
        return True

    def _mentions_of(self, ident: str) -> Sequence[str]:
        """The mentions that an id of the file stands for: a trigger stands for its events."""
        if ident in self._events:
            return (ident,)
        return self._events_of.get(ident) or ((ident,) if ident in self._spans else ())

    def _link_events(self) -> None:
        for event in self._events.values():
            for role, filler in event.arguments:
                found = self._mentions_of(filler)
                if not found:
                    self._reject(event.line, event.id, f"without its {role}: {self._absent(filler)}")
                self.links += [Link(role, event.id, ident, event.line) for ident in found]

    def _link_members(self, relation: Relation) -> None:
        present = [m for m in relation.members if self._mentions_of(m)]
        for member in relation.members:
            if member not in present:
                without = "without" if len(present) > 1 else f"{relation.label} without"
                self._reject(relation.line, relation.id, f"{without} {member}: {self._absent(member)}")
        for one, next_one in pairwise(present):
            for source in self._mentions_of(one):
                for target in self._mentions_of(next_one):
                    self.links.append(Link(relation.label, source, target, relation.line))

    def _describe(self, about: About) -> None:
        found, kind = self._mentions_of(about.target), about.id[0]
        if not found and kind == "#" and about.target in self._ids and about.target not in self._aside:
            self._warn(about.line, about.id, f"a note on {about.target} is not kept: only spans and events carry notes")
        elif not found:
            self._reject(about.line, about.id, f"it is about nothing: {self._absent(about.target)}")
        elif kind == "#":
            self._annotate(about, found)
        elif kind == "N":
            self._refer(about, found)
        else:
            self._attribute(about, found)

    def _annotate(self, about: About, found: Sequence[str]) -> None:
        kind, note = about.said
        if not note:
            self._warn(about.line, about.id, "the note is empty")
            return
        for ident in found:
            self._notes[ident].add(note if kind == "AnnotatorNotes" else f"{kind}: {note}")

    def _refer(self, about: About, found: Sequence[str]) -> None:
        iri, name = about.said
        if iri.partition(":")[2].lower() in _NO_ITEM:
            self._without_item.append(about)
            return
        for ident in found:
            self._references[ident].add(Reference(iri, name))

    def _attribute(self, about: About, found: Sequence[str]) -> None:
        name, value = about.said
        for ident in found:
            before, line = self._attributes[ident].setdefault(name, (value, about.line))
            if line == about.line:
                continue
            if before != value:
                self._reject(about.line, about.id, f"{ident} cannot be {name} {value}: it is {before} (line {line})")
            else:
                self._warn(about.line, about.id, f"says again what line {line} says")

    def _tell_without_item(self) -> None:
        if self._without_item:
            first = self._without_item[0]
            message = f"{len(self._without_item)} normalisations name no item ({first.said[0]}), this is the first: not kept"
            self._warn(first.line, first.id, message)


def _shortened(words: str) -> str:
    return repr(words if len(words) <= 80 else words[:79] + "…")
