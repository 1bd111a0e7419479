"""Annotated reports as plain JSON of our own, for programs that write annotations.

Follows ``annotated-report.schema.json``: one report, a list of reports, or JSON Lines with a report on each line. Beyond the
schema, offsets must lie in the text, a quote must be what they select, and a link must name mentions of its report.

Invariant: what breaks the schema at the top of a report refuses that report; a mention or a link that cannot be used is set
aside alone, with its JSON Pointer. JSON Lines are read line by line, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TextSpan, quote_of, text_sha256
from kg.readers._json import beginning, parsed, read_json
from kg.readers._metadata import REPORT_FIELDS, TABLE, is_date, metadata_by_id
from kg.readers._source import MAX_ANNOTATION_BYTES, decode_strictly
from kg.readers.sitgraph_json.schema import Schema, Violation, definition, shown, violations

FORMAT = "sitgraph-json"
DEFAULT_SCHEME = "sitgraph-1"

MAX_ITEMS = 200_000
"""The most reports of a list, and the most mentions, and links, of a report."""

MAX_QUOTED = 64 * 2**20
"""How many code points the mentions of a report may select in all: each may select the whole text."""

MAX_VIOLATIONS = 20
"""How much of what breaks the schema in one place is counted."""

MAX_BAD_LINES = 10_000
"""After so many lines that hold no report, a file of JSON Lines is not read further."""

_LINES = (".jsonl", ".ndjson")
_MARK = re.compile(r'"format"\s*:\s*"sitgraph-annotated-report/')


def detect(path: Path) -> bool:
    """Whether a ``*.json``, ``*.jsonl`` or ``*.ndjson`` names the format near its beginning."""
    return path.suffix in (".json", *_LINES) and _MARK.search(beginning(path)) is not None


def companions(path: Path) -> Iterable[Path]:
    """The metadata of the folder."""
    yield path.with_name(TABLE)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The reports of ``path``; their ids are their own, so ``default_id`` is not used."""
    try:
        if path.suffix in _LINES:
            yield from _lines(path)
        else:
            value = read_json(path)
            if isinstance(value, list):
                _refuse_many(path, value, "the list")
                yield from (_report(path, document, f"/{n}", 0) for n, document in enumerate(value))
            else:
                yield _report(path, value, "", 0)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)


def _lines(path: Path) -> Iterator[AnnotatedReport | Problem]:
    bad = 0
    for number, line in _raw_lines(path):
        try:
            if isinstance(line, ReadError):
                raise line
            text = decode_strictly(path, line).removeprefix("\ufeff" if number == 1 else "")
            found = _report(path, parsed(text, path, number), "", number) if text.strip() else None
        except ReadError as error:
            found = Problem(str(path), number, error.message)
        if found is not None:
            yield found
        bad += isinstance(found, Problem)
        if bad == MAX_BAD_LINES:
            yield Problem(str(path), number, f"MAX_BAD_LINES ({MAX_BAD_LINES:,}) lines hold no report: the rest is not read")
            return


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes | ReadError]]:
    """The lines of a file with their numbers, each bounded."""
    try:
        with path.open("rb") as file:
            number = 1
            while line := file.readline(MAX_ANNOTATION_BYTES + 1):
                if len(line) <= MAX_ANNOTATION_BYTES:
                    yield number, line
                else:
                    message = f"the line is longer than MAX_ANNOTATION_BYTES ({MAX_ANNOTATION_BYTES:,} bytes)"
                    yield number, ReadError(str(path), message, number)
                    while line and not line.endswith(b"\n"):
                        line = file.readline(MAX_ANNOTATION_BYTES)
                number += 1
    except OSError as error:
        raise ReadError(str(path), f"cannot be read: {error.strerror or error}") from error


def _report(path: Path, document: object, pointer: str, line: int) -> AnnotatedReport | Problem:
    """A report, with what of it was set aside; or the problem that refuses it."""
    found = _violations_at_top(document, pointer)
    if found:
        more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
        return Problem(str(path), line, found[0].message + more, where=found[0].pointer)
    assert isinstance(document, dict)
    try:
        return _Document(path, document, pointer, line).report()
    except ReadError as error:
        where = f"{pointer}/report" if isinstance(error, _BadMetadata) else pointer
        return Problem(error.path, error.line or 0, error.message, where=where)


def _violations_at_top(document: object, pointer: str) -> list[Violation]:
    """What refuses the whole report: all but what mentions and links hold."""
    if not isinstance(document, dict):
        return [Violation(pointer, f"expected an annotated report, found {shown(document)}")]
    bare = {k: [] if k in ("mentions", "links") and isinstance(v, list) else v for k, v in document.items()}
    return list(islice(violations(bare, definition("report"), pointer), MAX_VIOLATIONS))


def _refuse_many(path: Path, values: list[object], what: str) -> None:
    if len(values) > MAX_ITEMS:
        raise ReadError(str(path), f"{what} holds {len(values):,}, more than MAX_ITEMS ({MAX_ITEMS:,})")


class _BadMetadata(ReadError):
    """What is said of the report cannot be used."""


class _Document:
    """One report that keeps to the schema at its top."""

    def __init__(self, path: Path, document: Mapping[str, object], pointer: str, line: int) -> None:
        self.path, self.document, self.pointer, self.line = path, document, pointer, line
        self.text = str(document["text"])
        self.problems: list[Problem] = []
        self._mentions: dict[str, Mention] = {}
        self._aside: set[str] = set()
        self._quoted = 0

    def report(self) -> AnnotatedReport:
        said = self.document["report"]
        assert isinstance(said, dict)
        report = self._metadata(said)
        metadata = metadata_by_id(self.path.parent, report)
        for expected in filter(None, (str(said.get("textSha256", "")).lower(), metadata.text_sha256)):
            if (found := text_sha256(self.text)) != expected:
                message = f"not the text that was annotated: SHA-256 {found}, expected {expected}"
                raise _BadMetadata(str(self.path), message, self.line)
        for pointer, value in self._each("mentions"):
            self._mention(pointer, value)
        links = [link for pointer, value in self._each("links") if (link := self._link(pointer, value))]
        return AnnotatedReport(
            report=metadata.report,
            text=self.text,
            mentions=tuple(self._mentions.values()),
            links=tuple(dict.fromkeys(links)),
            scheme=str(self.document.get("scheme") or metadata.scheme or DEFAULT_SCHEME),
            path=str(self.path),
            format=FORMAT,
            problems=(*metadata.problems, *self.problems),
        )

    def _metadata(self, said: Mapping[str, object]) -> Report:
        """What is said of the report (section 17 of the specification)."""
        values = {field: str(said[key]) for key, field in REPORT_FIELDS.items() if key in said}
        if not values["id"].isprintable() or not values["id"].strip():
            raise _BadMetadata(str(self.path), f"id must be printable, found {shown(values['id'])}", self.line)
        for key in ("issued", "retrieved"):
            if key in values and not is_date(values[key]):
                message = f"{key} must be an ISO 8601 date or date-time, found {shown(values[key])}"
                raise _BadMetadata(str(self.path), message, self.line)
        return replace(Report(values["id"]), **values)

    def _each(self, key: str) -> Iterator[tuple[str, object]]:
        """The mentions or links, with their pointers."""
        values = self.document.get(key, [])
        assert isinstance(values, list)
        _refuse_many(self.path, values, key)
        yield from ((f"{self.pointer}/{key}/{n}", value) for n, value in enumerate(values))

    def _reject(self, pointer: str, message: str) -> None:
        self.problems.append(Problem(str(self.path), self.line, message, where=pointer))

    def _is_valid(self, pointer: str, value: object, of: Schema) -> bool:
        found = list(islice(violations(value, of, pointer), MAX_VIOLATIONS))
        if found:
            where = found[0].pointer.removeprefix(pointer)
            self._reject(pointer + where, found[0].message + (f"; and {len(found) - 1} more" if len(found) > 1 else ""))
        return not found

    def _mention(self, pointer: str, value: object) -> None:
        ident = str(value.get("id", pointer)) if isinstance(value, dict) else pointer
        known = ident in self._mentions or ident in self._aside
        if not self._is_valid(pointer, value, definition("mention")):
            self._aside.add(ident)
            return
        assert isinstance(value, dict)
        if known:
            self._reject(f"{pointer}/id", f"the id {shown(ident)} is taken by another mention")
            return
        fragments = self._fragments(pointer, value)
        if not fragments:
            self._aside.add(ident)
            return
        self._mentions[ident] = Mention(
            id=ident,
            label=value["label"],
            fragments=fragments,
            quote=quote_of(self.text, fragments),
            attributes=_attributes(value.get("attributes", {})),
            references=tuple(sorted({_reference(r) for r in value.get("references", [])})),
            notes=tuple(sorted(set(value.get("notes", [])))),
            line=self.line,
        )

    def _fragments(self, pointer: str, value: Mapping[str, object]) -> tuple[TextSpan, ...]:
        """The parts of the text, proved by the quote; none if a problem says why."""
        parts = value.get("fragments", [value])
        assert isinstance(parts, list)
        spans = tuple(sorted(TextSpan(int(part["start"]), int(part["end"])) for part in parts))
        last = max(s.end for s in spans)
        if empty := [s for s in spans if s.start >= s.end]:
            kind = "empty" if empty[0].start == empty[0].end else "reversed"
            self._reject(pointer, f"the span {empty[0].start} {empty[0].end} is {kind}")
        elif last > len(self.text):
            self._reject(pointer, f"offset {last} is beyond the end of the text ({len(self.text)} code points)")
        elif any(a.end > b.start for a, b in pairwise(spans)):
            self._reject(pointer, f"the fragments overlap: {', '.join(f'{s.start} {s.end}' for s in spans)}")
        elif value.get("quote", covered := quote_of(self.text, spans)) != covered:
            difference = f"the text at these offsets is {shown(covered)}, the quote {shown(value['quote'])}"
            self._reject(f"{pointer}/quote", difference)
        else:
            self._quoted += len(covered)
            if self._quoted > MAX_QUOTED:
                raise ReadError(str(self.path), f"mentions select more than MAX_QUOTED ({MAX_QUOTED:,}) code points", self.line)
            return spans
        return ()

    def _link(self, pointer: str, value: object) -> Link | None:
        if not self._is_valid(pointer, value, definition("link")):
            return None
        assert isinstance(value, dict)
        for end in ("source", "target"):
            if value[end] not in self._mentions:
                why = "was set aside" if value[end] in self._aside else "is no mention of this report"
                self._reject(f"{pointer}/{end}", f"{shown(value[end])} {why}")
                return None
        return Link(value["label"], value["source"], value["target"], self.line)


def _attributes(said: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, "true" if v is True else str(v)) for name, v in said.items() if v is not False))


def _reference(said: object) -> Reference:
    return Reference(said["id"], said.get("name", "")) if isinstance(said, dict) else Reference(str(said))
