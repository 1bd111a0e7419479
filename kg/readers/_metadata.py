"""What is said about a report beside its text: ``<stem>.meta.json``, or its row in the folder's ``metadata.csv``.

Follows section 17 of the specification («Reports»). A meta file wins over a row. A row is found by its ``file`` (the name of
the annotation file or the text, or their stem) or, without one, by its ``id``. Without either, the default id is the id.

Invariant: wrong types, an impossible date or a row that cannot be told from another reject the report; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import Report
from kg.readers._source import decode_strictly, is_encodable, read_bounded

TABLE = "metadata.csv"
META = ".meta.json"

REPORT_FIELDS = {
    "id": "id",
    "title": "title",
    "publisher": "publisher",
    "language": "language",
    "issued": "issued",
    "url": "url",
    "retrieved": "retrieved",
    "archivedUrl": "archived_url",
    "originalSha256": "original_sha256",
    "collector": "collector",
    "rights": "rights",
    "access": "access",
}
"""The keys of metadata, as files have them, and the fields of a :class:`~kg.model.Report` that they are."""

# Said for people, or checked; the rest of the keys is reported as unknown, since a misspelt `issued` loses every date.
_OTHER_KEYS = {"textSha256", "scheme", "offsetUnit", "issuedBasis", "textFile", "characters", "bytes", "file"}
_OFFSET_UNIT = "unicode-code-point"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the meta file or the row said; ``scheme`` and ``text_sha256`` are empty when it did not."""

    report: Report
    scheme: str = ""
    text_sha256: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``metadata.csv``: where it stands, its cells by column, and whether it has more cells than the header."""

    line: int
    cells: Mapping[str, str]
    overfull: bool

    def names(self) -> str:
        """What the row is about, as it says it."""
        return self.cells.get("file") or self.cells.get("id") or ""


def meta_file(path: Path) -> Path:
    """The meta file that belongs to an annotation file."""
    return path.with_name(path.stem + META)


def metadata_beside(path: Path, default_id: str) -> Metadata:
    """What is said about the report whose annotations are in ``path``."""
    default = Report(id=default_id)
    meta = meta_file(path)
    if meta.exists():
        return _metadata(default, _object(meta), str(meta), 0)
    return _from_table(path.with_name(TABLE), default, {path.name, path.stem, path.stem + ".txt"}, {default_id, path.stem})


def metadata_by_id(folder: Path, default: Report) -> Metadata:
    """What the folder's table says about a report that has no file of its own, laid over ``default``."""
    return _from_table(folder / TABLE, default, (), {default.id})


def rows(table: Path) -> tuple[Row, ...]:
    """The rows of a ``metadata.csv``."""
    stat = table.stat()
    return _rows(table, stat.st_mtime_ns, stat.st_size)


def _object(meta: Path) -> dict[str, object]:
    text = decode_strictly(meta, read_bounded(meta, "MAX_ANNOTATION_BYTES")).removeprefix("\ufeff")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(str(meta), f"not JSON: {error.msg} at column {error.colno}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(str(meta), f"not JSON that can be used: {error}") from error
    if not isinstance(value, dict):
        raise ReadError(str(meta), "the metadata of a report are a JSON object")
    return value


def _from_table(table: Path, default: Report, names: Container[str], ids: Container[str]) -> Metadata:
    if not table.exists():
        return Metadata(default)
    found = [r for r in rows(table) if (r.cells["file"] in names if r.cells.get("file") else r.cells.get("id") in ids)]
    if not found:
        return Metadata(default)
    row = found[0]
    if len(found) > 1:
        raise ReadError(str(table), f"{row.names()} has a row already, at line {row.line}", found[1].line)
    if row.overfull:
        raise ReadError(str(table), f"the row of {row.names()} has more cells than the header", row.line)
    return _metadata(default, row.cells, str(table), row.line)


def _metadata(default: Report, said: Mapping[str, object], where: str, line: int) -> Metadata:
    values: dict[str, str] = {}
    for key, value in said.items():
        if key not in REPORT_FIELDS and key not in _OTHER_KEYS:
            continue
        if value is None or value == "" or key in ("characters", "bytes"):
            continue
        if not isinstance(value, str) or not is_encodable(value):
            raise ReadError(where, f"{key} must be a string of text, found {json.dumps(value)[:80]}", line or None)
        values[key] = value
    _check_values(values, where, line)
    unknown = [k for k in said if k not in REPORT_FIELDS and k not in _OTHER_KEYS]
    return Metadata(
        report=replace(default, **{REPORT_FIELDS[k]: v for k, v in values.items() if k in REPORT_FIELDS}),
        scheme=values.get("scheme", ""),
        text_sha256=values.get("textSha256", "").lower(),
        problems=tuple(Problem(where, line, f"unknown key {k!r}: not used", "warning") for k in unknown),
    )


def _check_values(values: Mapping[str, str], where: str, line: int) -> None:
    for key in ("issued", "retrieved"):
        if key in values and not is_date(values[key]):
            raise ReadError(where, f"{key} must be an ISO 8601 date or date-time, found {values[key]!r}", line or None)
    if "id" in values and (not values["id"].isprintable() or not values["id"].strip()):
        raise ReadError(where, f"id must be printable, found {values['id']!r}", line or None)
    if "language" in values and not is_language(values["language"]):
        raise ReadError(where, f"language must be a tag of BCP 47, such as en, found {values['language']!r}", line or None)
    unit = values.get("offsetUnit", _OFFSET_UNIT)
    if unit != _OFFSET_UNIT:
        raise ReadError(where, f"offsetUnit must be {_OFFSET_UNIT}, found {unit!r}", line or None)


def is_date(value: str) -> bool:
    """Whether this is a day or a time of ISO 8601, as the metadata of a report give it."""
    if not _DATE.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_language(value: str) -> bool:
    """Whether a literal of RDF can have this language."""
    from pyoxigraph import Literal  # readers are light to import

    try:
        Literal("", language=value)
    except ValueError:
        return False
    return True


# A folder of ten thousand reports asks ten thousand times; the stamps make a changed table a new question.
@lru_cache(maxsize=4)
def _rows(table: Path, _modified: int, _size: int) -> tuple[Row, ...]:
    text = decode_strictly(table, read_bounded(table, "MAX_ANNOTATION_BYTES")).removeprefix("\ufeff")
    return tuple(_parsed(table, text))


def _parsed(table: Path, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not {"id", "file"} & set(header):
            raise ReadError(str(table), f"the header needs a column id or file, found {', '.join(header) or 'nothing'}", 1)
        if len(set(header)) < len(header):
            raise ReadError(str(table), "two columns have one name", 1)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                named = dict(zip(header, (c.strip() for c in cells), strict=False))
                yield Row(line, named, len(cells) > len(header))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReadError(str(table), f"not CSV: {error}", reader.line_num) from error
