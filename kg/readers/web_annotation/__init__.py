"""W3C Web Annotations in JSON-LD, about one text or table that lies beside them.

Follows the Web Annotation Data Model (https://www.w3.org/TR/annotation-model/) and, for what reports need beyond it, the terms
of :mod:`~kg.readers.web_annotation.profile`. ``x.annotations.jsonld``, ``x.jsonld`` or ``x.json`` annotates ``x.txt``.

Invariant: nothing is fetched. Each annotation of the file is in the annotated report, or a problem says why not; a file in
which nothing is valid gives problems alone. Who made annotations serves to choose among annotators, and goes no further.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Report
from kg.readers._annotators import chosen, is_curated
from kg.readers._json import beginning, read_json
from kg.readers._metadata import TABLE, Metadata, meta_file, metadata_beside
from kg.readers._source import decode_strictly, read_bounded
from kg.readers.web_annotation.content import Annotated, Content
from kg.readers.web_annotation.context import ANNO
from kg.readers.web_annotation.entries import Entries, Entry
from kg.readers.web_annotation.selection import Selection
from kg.readers.web_annotation.table import read_table
from kg.readers.web_annotation.validity import listed

FORMAT = "web-annotation"
DEFAULT_SCHEME = "sitgraph-1"

_SUFFIXES = (".jsonld", ".json")
_INFIX = ".annotations"
_TYPE = re.compile(r'"type"\s*:\s*\[?\s*"Annotation(Page|Collection)?"')
_BOM = "\ufeff"


def detect(path: Path) -> bool:
    """Whether a ``*.json`` or ``*.jsonld`` begins with the context of Web Annotations, or the type of one."""
    if path.suffix not in _SUFFIXES:
        return False
    head = beginning(path).lstrip()
    return head[:1] in ("{", "[") and (f'"{ANNO}"' in head or _TYPE.search(head) is not None)


def companions(path: Path) -> Iterable[Path]:
    """The text or table, and the metadata."""
    beside = _beside(path)
    yield from (beside.with_name(_stem(path) + suffix) for suffix in (".txt", ".csv"))
    yield meta_file(beside)
    yield path.with_name(TABLE)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The one report of ``path``, with what was set aside; or problems alone, if nothing of it can be read."""
    try:
        yield from _read(path, default_id.removesuffix(_INFIX) or _stem(path), annotator)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message, hint=error.hint)


def _read(path: Path, default_id: str, annotator: str) -> Iterator[AnnotatedReport | Problem]:
    entries = Entries(str(path))
    entries.take(read_json(path))
    if not entries.understood:
        yield from entries.problems
        return
    metadata = _metadata(path, default_id)
    wanted, problems = _by_one(path, entries.found, annotator)
    about, more = _annotated(path, metadata, wanted)
    content = Content(str(path), wanted, about)
    yield AnnotatedReport(
        report=_titled(metadata.report, entries.title),
        text=about.text.text if about.text else "",
        mentions=tuple(content.mentions),
        links=tuple(dict.fromkeys(content.links)),
        scheme=metadata.scheme or entries.scheme or DEFAULT_SCHEME,
        path=str(path),
        format=FORMAT,
        problems=(*metadata.problems, *more, *entries.problems, *problems, *content.problems),
    )


def _stem(path: Path) -> str:
    return path.stem.removesuffix(_INFIX) or path.stem


def _beside(path: Path) -> Path:
    """A path with the stem of the text, for what is called after it."""
    return path.with_name(_stem(path) + ".jsonld")


def _metadata(path: Path, default_id: str) -> Metadata:
    """What the meta file of the text says; else the row of the text, else that of the file itself."""
    beside = metadata_beside(_beside(path), default_id)
    found_nothing = beside == Metadata(Report(default_id))
    return metadata_beside(path, default_id) if found_nothing else beside


def _titled(report: Report, title: str) -> Report:
    return report if report.title or not title else replace(report, title=title)


def _annotated(path: Path, metadata: Metadata, entries: Sequence[Entry]) -> tuple[Annotated, Sequence[Problem]]:
    """The text or table beside the file, checked against its metadata."""
    text_path, table_path = path.with_name(_stem(path) + ".txt"), path.with_name(_stem(path) + ".csv")
    table = cache(lambda: read_table(table_path)) if table_path.is_file() else None
    names = frozenset({_stem(path), text_path.name, table_path.name, metadata.report.id})
    if not text_path.is_file():
        return Annotated(None, table, names, f"the text, {text_path.name}, is not beside the file"), ()
    data = read_bounded(text_path, "MAX_TEXT_BYTES")
    text = decode_strictly(text_path, data)
    digests = [hashlib.sha256(d).hexdigest() for d in (data, data.removeprefix(_BOM.encode()))]
    if metadata.text_sha256 and metadata.text_sha256 not in digests:
        message = f"not the text that was annotated: SHA-256 {digests[0]}, expected {metadata.text_sha256}"
        raise ReadError(str(text_path), message)
    if not text.startswith(_BOM):
        return Annotated(Selection(text, data), table, names), ()
    about, counted = _choose_bom(str(path), text, data, metadata.text_sha256 == digests[0], entries, names)
    return Annotated(about, table, names), (Problem(str(text_path), 1, counted, "warning"),)


def _choose_bom(
    path: str, text: str, data: bytes, counted: bool, entries: Sequence[Entry], names: frozenset[str]
) -> tuple[Selection, str]:
    """The text with or without its byte order mark, whichever the positions were counted in; else as its hash was taken."""
    with_mark, without = Selection(text, data), Selection(text[1:], data)
    wrong = [len(Content(path, entries, Annotated(s, None, names)).problems) for s in (with_mark, without)]
    if wrong[0] < wrong[1] or (wrong[0] == wrong[1] and counted):
        return Selection(text, data), "begins with a byte order mark, which is counted"
    return Selection(text[1:], data), "begins with a byte order mark, which is not counted"


# -- several annotators


def _by_one(path: Path, entries: Sequence[Entry], annotator: str) -> tuple[list[Entry], list[Problem]]:
    """The annotations of the annotator who is read, and those that name none."""
    makers = [_maker(e) for e in entries]
    names = {m[0] for m in makers if m}
    if not names:
        return list(entries), []
    wanted = next((m[0] for m in makers if annotator and annotator in m), annotator)
    taken = chosen(path, names, wanted)
    kept = [e for e, m in zip(entries, makers, strict=True) if not m or m[0] == taken]
    if len(kept) == len(entries):
        return kept, []
    message = f"{len(entries) - len(kept)} annotations of other annotators are not read"
    return kept, [Problem(str(path), 0, message, "warning")]


def _maker(entry: Entry) -> tuple[str, ...]:
    """What the annotator is called: first as annotators are told apart, then in other ways."""
    called = list[str]()
    for creator in listed(entry.value.get("creator")):
        said = [creator.get(key) for key in ("id", "name", "nickname")] if isinstance(creator, dict) else [creator]
        called += [name for name in said if isinstance(name, str)]
    curated = [name for name in called if is_curated(name)]
    return tuple(dict.fromkeys(curated + called))
