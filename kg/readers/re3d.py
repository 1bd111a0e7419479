"""re3d: a folder of JSON Lines, ``documents.json`` with ``entities.json`` and ``relations.json`` beside it.

Follows the data set's own description (https://github.com/dstl/re3d): offsets are code points of a document's ``text``. An
entity is a mention; a relation is a mention of the words that state it, linked to its ``source`` and its ``target``. A relation
names a span and not an entity, so it is linked to every entity on that span; the scheme chooses. A relation without words of
its own is grounded in both spans. The format has no dates: a ``metadata.csv`` beside it, with a row per document id, may give
them.

Invariant: each row is in an annotated report, or a problem with its line says why not. ``value`` repeats the text badly (white
space, quotes), so the text at the offsets counts and the differences are counted, once per file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Report, TextSpan, quote_of
from kg.readers._metadata import TABLE, metadata_by_id
from kg.readers._source import decode_strictly, is_encodable, read_bounded, refuse_many_lines

FORMAT = "re3d"
SCHEME = "re3d"

DOCUMENTS, ENTITIES, RELATIONS = "documents.json", "entities.json", "relations.json"

_STRINGS = {
    DOCUMENTS: ("_id", "text"),
    ENTITIES: ("_id", "type", "value", "documentId"),
    RELATIONS: ("_id", "type", "value", "documentId", "source", "target"),
}
_OPTIONAL_STRINGS: dict[str, tuple[str, ...]] = {DOCUMENTS: ("title", "sourceName", "sourceUrl"), ENTITIES: (), RELATIONS: ()}
_OTHER_KEYS = {
    DOCUMENTS: ("wordCount", "sentenceCount"),  # not kept: both can be counted in the text
    ENTITIES: ("begin", "end", "confidence"),
    RELATIONS: ("begin", "end", "sourceBegin", "sourceEnd", "targetBegin", "targetEnd", "confidence"),
}


def detect(path: Path) -> bool:
    """Whether the file is a ``documents.json`` with its two siblings."""
    return path.name == DOCUMENTS and all(path.with_name(name).is_file() for name in (ENTITIES, RELATIONS))


def companions(path: Path) -> Iterable[Path]:
    """The files of annotations, and the metadata that a user may add."""
    return (path.with_name(name) for name in (ENTITIES, RELATIONS, TABLE))


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """One report for each document, which has an id of its own; then what belongs to no report."""
    if path.name != DOCUMENTS:
        yield Problem(str(path), 0, f"re3d is read from {DOCUMENTS}, which names {ENTITIES} and {RELATIONS} beside it")
        return
    try:
        documents, general = _documents(path)
        general += _annotate(documents, path)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)
        return
    for document in documents.values():
        try:
            yield document.annotated(path)
        except ReadError as error:
            yield Problem(error.path, error.line or 0, error.message, where=document.id)
    yield from general


class _Unusable(Exception):
    """A row that cannot be used; never leaves this module."""


@dataclass(slots=True)
class _Document:
    """A document while its annotations are collected."""

    id: str
    row: Mapping[str, str]
    text: str
    mentions: dict[str, Mention] = field(default_factory=dict)
    entities_at: dict[TextSpan, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def annotated(self, path: Path) -> AnnotatedReport:
        """The finished report."""
        meta = metadata_by_id(
            path.parent, Report(self.id, self._get("title"), self._get("sourceName"), "en", url=self._get("sourceUrl"))
        )
        return AnnotatedReport(
            report=meta.report,
            text=self.text,
            mentions=tuple(self.mentions.values()),
            links=tuple(self.links),
            scheme=meta.scheme or SCHEME,
            path=str(path),
            format=FORMAT,
            problems=(*meta.problems, *self.problems),
        )

    def span(self, row: Mapping[str, object], begin: str, end: str) -> TextSpan:
        """A span of the row, which may be empty but lies in the text."""
        first, last = _whole(row, begin), _whole(row, end)
        if not 0 <= first <= last:
            raise _Unusable(f"{begin} {first}, {end} {last} is no span")
        if last > len(self.text):
            raise _Unusable(f"{end} {last} is beyond the end of the text ({len(self.text)} code points)")
        return TextSpan(first, last)

    def _get(self, key: str) -> str:
        return self.row.get(key) or ""


class _Differences:
    """How often what a row repeats of the text differs from the text, told once per file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._white, self._words = 0, 0
        self._first: tuple[int, str] | None = None

    def compare(self, line: int, key: str, value: str, text: str) -> bool:
        """Whether the value is the text, to the letter."""
        if value == text:
            return True
        only_white = value.split() == text.split()
        self._white += only_white
        self._words += not only_white
        self._first = self._first or (line, f"{key} {value!r}, text {text!r}")
        return False

    def problems(self) -> list[Problem]:
        """One warning, or none."""
        if self._first is None:
            return []
        line, example = self._first
        message = (
            f"{self._white + self._words} values differ from the text, {self._white} in white space only and {self._words} in "
            f"wording; the text counts; the first: {example}"
        )
        return [Problem(str(self._path), line, message, "warning")]


def _documents(path: Path) -> tuple[dict[str, _Document], list[Problem]]:
    documents: dict[str, _Document] = {}
    problems: list[Problem] = []
    for line, row in _rows(path, problems):
        ident = str(row["_id"])
        if ident in documents:
            problems.append(Problem(str(path), line, "this id is taken, by a document above", where=ident))
            continue
        strings = {k: v for k, v in row.items() if isinstance(v, str)}
        documents[ident] = _Document(ident, strings, strings.pop("text"))
    if not documents:
        problems.append(Problem(str(path), 0, "holds no document that can be read"))
    return documents, problems


def _annotate(documents: Mapping[str, _Document], path: Path) -> list[Problem]:
    """Put all entities, then all relations, into their documents; return the problems that are of no document."""
    general: list[Problem] = []
    for name, add in ((ENTITIES, _add_entity), (RELATIONS, _add_relation)):
        file = path.with_name(name)
        differences = _Differences(file)
        for line, row in _rows(file, general):
            ident = str(row["_id"])
            document = documents.get(str(row["documentId"]))
            if document is None:
                message = f"there is no document {row['documentId']}, or it was set aside"
                general.append(Problem(str(file), line, message, where=ident))
                continue
            try:
                if ident in document.mentions:
                    raise _Unusable(f"this id is taken, by line {document.mentions[ident].line}")
                add(document, row, line, differences)
            except _Unusable as error:
                document.problems.append(Problem(str(file), line, str(error), where=ident))
        general += differences.problems()
    return general


def _add_entity(document: _Document, row: Mapping[str, object], line: int, differences: _Differences) -> None:
    ident, value, span = str(row["_id"]), str(row["value"]), document.span(row, "begin", "end")
    if span.start == span.end:
        raise _Unusable(f"the span {span.start} {span.end} is empty")
    quote = quote_of(document.text, (span,))
    attributes = {"confidence": _decimal(row["confidence"])}
    if not differences.compare(line, "value", value, quote):
        attributes["value"] = value
    document.mentions[ident] = Mention(ident, str(row["type"]), (span,), quote, tuple(sorted(attributes.items())), line=line)
    document.entities_at[span].append(ident)


def _add_relation(document: _Document, row: Mapping[str, object], line: int, differences: _Differences) -> None:
    ident, trigger = str(row["_id"]), document.span(row, "begin", "end")
    ends = {end: document.span(row, f"{end}Begin", f"{end}End") for end in ("source", "target")}
    for end, span in ends.items():
        if span not in document.entities_at:
            raise _Unusable(f"no entity that could be read is on its {end} span {span.start} {span.end}")
    for key, span in (("value", trigger), *ends.items()):
        differences.compare(line, key, str(row[key]), quote_of(document.text, (span,)))
    stated = bool(quote_of(document.text, (trigger,)).strip())
    fragments = (trigger,) if stated else _merged(ends.values())
    quote = quote_of(document.text, fragments)
    confidence = (("confidence", _decimal(row["confidence"])),)
    document.mentions[ident] = Mention(ident, str(row["type"]), fragments, quote, confidence, line=line)
    document.links += [Link(end, ident, entity, line) for end, span in ends.items() for entity in document.entities_at[span]]


def _merged(spans: Iterable[TextSpan]) -> tuple[TextSpan, ...]:
    """The spans in text order; those that overlap or touch are one."""
    merged: list[TextSpan] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = TextSpan(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _decimal(value: object) -> str:
    """A number as digits that are the same for 1 and 1.0, and without an exponent."""
    number = Decimal(repr(value)).normalize()
    return format(number, "f") if number else "0"


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows of a file that are whole; what is wrong with the others, and keys that are not read, go to ``problems``."""
    known = {*_STRINGS[path.name], *_OPTIONAL_STRINGS[path.name], *_OTHER_KEYS[path.name]}
    unread: dict[str, int] = {}
    stored = read_bounded(path, "MAX_TEXT_BYTES")
    refuse_many_lines(path, stored)
    for number, data in enumerate(stored.split(b"\n"), 1):
        if not data.strip():
            continue
        try:
            row = _object(path, data)
            _check_row(path.name, row)
        except _Unusable as error:
            problems.append(Problem(str(path), number, str(error)))
            continue
        for key in row.keys() - known:
            unread.setdefault(key, number)
        yield number, row
    for key, number in sorted(unread.items()):
        problems.append(
            Problem(str(path), number, f"the key {key!r} is not read; this is the first row that has it", "warning")
        )


def _object(path: Path, data: bytes) -> Mapping[str, object]:
    try:
        row = json.loads(decode_strictly(path, data).removeprefix("\ufeff"), parse_constant=_no_number)
    except ReadError as error:
        raise _Unusable(f"{error.message} of the line") from error
    except json.JSONDecodeError as error:
        raise _Unusable(f"not JSON: {error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise _Unusable(f"not JSON that can be used: {error}") from error
    if not isinstance(row, dict):
        raise _Unusable("a row is a JSON object")
    return row


def _no_number(name: str) -> NoReturn:
    raise _Unusable(f"{name} is not a number in JSON")


def _check_row(name: str, row: Mapping[str, object]) -> None:
    for key in _STRINGS[name]:
        _check_string(row, key)
    for key in _OPTIONAL_STRINGS[name]:
        if row.get(key) is not None:
            _check_string(row, key)
    if name != DOCUMENTS:
        confidence = row.get("confidence")
        if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
            raise _Unusable(f"confidence must be a number from 0 to 1, found {_shown(row, 'confidence')}")
    if not row["_id"]:
        raise _Unusable("_id is empty")


def _check_string(row: Mapping[str, object], key: str) -> None:
    value = row.get(key)
    if not isinstance(value, str):
        raise _Unusable(f"{key} must be a string, found {_shown(row, key)}")
    if not is_encodable(value):
        raise _Unusable(f"{key} holds half of a surrogate pair, which is no text")


def _whole(row: Mapping[str, object], key: str) -> int:
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Unusable(f"{key} must be a whole number, found {_shown(row, key)}")
    return value


def _shown(row: Mapping[str, object], key: str) -> str:
    return json.dumps(row[key])[:60] if key in row else "nothing"
