"""WebAnno TSV 3.0 to 3.3, as WebAnno and INCEpTION write it, also compressed by gzip.

The lines of the format are read by :mod:`kg.readers._tsv3`, its layers by :mod:`kg.readers._layers`. The format names neither
the report nor the annotator: the report has the metadata beside the file, or those of the layer ``SitgraphReport``. A folder
whose files are all of one text is how the tools export several annotators of one report, a file for each; then the folder names
the report. TSV 1 and 2 have no offsets and do not tell where one annotation ends and the next begins: they are refused.

Invariant: each file gives one report, or is one of several annotators' whose text is read from the chosen one; no name of an
annotator is in a report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, text_sha256
from kg.readers._annotators import chosen
from kg.readers._copies import copies_in_folder, folder_id
from kg.readers._foreign import recognise
from kg.readers._gzip import beginning_unzipped, read_unzipped
from kg.readers._layers import described
from kg.readers._metadata import TABLE, meta_file, metadata_beside
from kg.readers._source import decode_strictly, refuse_many_lines
from kg.readers._tsv3 import tsv3

FORMAT = "webanno-tsv"
DEFAULT_SCHEME = "sitgraph-1"

_FIRST_LINE = b"#FORMAT=WebAnno TSV 3"
_SUFFIXES = (".tsv", ".tsv.gz")


def detect(path: Path) -> bool:
    """Whether the file is called ``*.tsv`` or ``*.tsv.gz`` and its first line says WebAnno TSV 3."""
    if not path.name.endswith(_SUFFIXES):
        return False
    return beginning_unzipped(path, 4096).removeprefix(b"\xef\xbb\xbf").startswith(_FIRST_LINE)


def companions(path: Path) -> Iterable[Path]:
    """The metadata; and, of the first of several annotators, what the others made of the same text."""
    yield meta_file(path)
    yield path.with_name(TABLE)
    group = _annotators(path)
    if group and path == group[0]:
        yield from group[1:]


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The one report of the file; of several annotators' files, that of the curator or of the annotator who is asked for."""
    try:
        yield _report(path, default_id or _stem(path), annotator)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message, hint=error.hint)


def _report(path: Path, default_id: str, annotator: str) -> AnnotatedReport:
    if not detect(path) and (reason := recognise(path)).startswith(("WebAnno TSV 1", "WebAnno TSV 2")):
        raise ReadError(str(path), reason, 1)
    group = {_stem(p): p for p in _annotators(path)}
    shown = str(path.parent if group else path)  # the names of the files are those of people
    if group:
        default_id = folder_id(default_id, path)
        path = group[chosen(path, group, annotator)]
    read = tsv3(_stored(path), shown)
    meta = metadata_beside(path, read.content.report.get("reportId") or default_id.removesuffix(".tsv"))
    report, problems = described(meta.report, read.content.report, shown)
    if meta.text_sha256 and meta.text_sha256 != text_sha256(read.text):
        found = text_sha256(read.text)
        message = f"the text has the SHA-256 {found}, the metadata say {meta.text_sha256}: TSV does not keep all space"
        problems = (*problems, Problem(shown, 0, message, "warning"))
    if not read.content.mentions and not read.content.problems:
        problems = (*problems, Problem(shown, 0, "holds no annotation", "warning"))
    return AnnotatedReport(
        report=report,
        text=read.text,
        mentions=read.content.mentions,
        links=read.content.links,
        scheme=meta.scheme or DEFAULT_SCHEME,
        path=shown,
        format=FORMAT,
        problems=(*meta.problems, *problems, *read.content.problems),
    )


def _stored(path: Path) -> str:
    """What the file says, uncompressed; bounded either way."""
    data = read_unzipped(path, "MAX_ANNOTATION_BYTES")
    refuse_many_lines(path, data)
    return decode_strictly(path, data)


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".tsv")


def _annotators(path: Path) -> tuple[Path, ...]:
    """The files of the annotators of this file's text, the curator's first; empty when there is only this one."""
    return copies_in_folder(path, detect, _text_key)


def _text_key(path: Path) -> frozenset[str]:
    """A key of the words of the sentences; files that cannot be read have none."""
    try:
        stored = _stored(path)
    except ReadError:
        return frozenset()
    words = "\n".join(line for line in stored.split("\n") if line.startswith("#Text="))
    return frozenset({hashlib.sha256(words.encode()).hexdigest()})
