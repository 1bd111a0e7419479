"""WebAnno TSV 3.0 to 3.3, as WebAnno and INCEpTION write it, also compressed by gzip.

The lines of the format are read by :mod:`kg.readers._tsv3`, its layers by :mod:`kg.readers._layers`. The format names neither
the report nor the annotator: the report has the metadata beside the file, or those of the layer ``SitgraphReport``. A folder
whose files are all of one text, or one below ``annotation`` or ``curation``, is how the tools export several annotators of one
report, a file for each; then the folder names the report. TSV 1 and 2 have no offsets and do not tell where one annotation ends
and the next begins: they are refused.

Invariant: each file gives one report, or is one of several annotators' whose text is read from the chosen one; no name of an
annotator is in a report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, text_sha256
from kg.readers import _inception
from kg.readers._annotators import chosen, others_told
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
    if (copies := _copies(path)) is not None:
        yield from _inception.others(path, copies)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The one report of the file; of several annotators' files, that of the curator or of the annotator who is asked for."""
    try:
        yield _report(path, default_id or _stem(path), annotator)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message, hint=error.hint)


def _report(path: Path, default_id: str, annotator: str) -> AnnotatedReport:
    if not detect(path) and (reason := recognise(path)).startswith(("WebAnno TSV 1", "WebAnno TSV 2")):
        raise ReadError(str(path), reason, 1)
    copies = _copies(path)
    shown = str(path.parent if copies else path)  # the names of the files are those of people
    told: tuple[Problem, ...] = ()
    if copies is not None:
        default_id = copies.id if _inception.laid_out(path, _SUFFIXES) else folder_id(default_id, path)
        if _inception.is_first(path, copies):  # else it was given itself, and is meant
            name = chosen(path.parent, copies.by_annotator, annotator)
            told = others_told(path.parent, copies.by_annotator, name, copies.document)
            path = Path(copies.by_annotator[name])
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
        problems=(*meta.problems, *told, *problems, *read.content.problems),
    )


def _stored(path: Path) -> str:
    """What the file says, uncompressed; bounded either way."""
    data = read_unzipped(path, "MAX_ANNOTATION_BYTES")
    refuse_many_lines(path, data)
    return decode_strictly(path, data)


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".tsv")


def _copies(path: Path) -> _inception.Copies | None:
    """What several annotators made of this file's text, or the one whose name it bears; ``None`` if it stands alone."""
    copies = _inception.laid_out(path, _SUFFIXES)
    if copies is None and (files := copies_in_folder(path, detect, _text_key)):
        copies = _inception.Copies(path.absolute().parent.name, {_stem(p): str(p) for p in files})
    return copies


def _text_key(path: Path) -> frozenset[str]:
    """A key of the words of the sentences; files that cannot be read have none."""
    try:
        stored = _stored(path)
    except ReadError:
        return frozenset()
    words = "\n".join(line for line in stored.split("\n") if line.startswith("#Text="))
    return frozenset({hashlib.sha256(words.encode()).hexdigest()})
