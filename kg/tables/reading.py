"""The bytes of a table -> rows of cells, as they stand in the file: CSV with any separator, gzip, Parquet.

RFC 4180 for CSV. Rows are counted as the house counts them: 1 is the first row of data, whatever the line it stands on, since a
cell may hold line ends. The cells pass through one reader, one after the other, so a row number never depends on threads.

Invariant: nothing is guessed in silence. An encoding that was not told and is not UTF-8, or a byte that is not in it, is a
problem with its place; a row with too few or too many cells is set aside with its number, and the rows after it keep theirs.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg.errors import ReadError

SEPARATORS = (",", "\t", ";", "|")
BEGINNING = 256 * 2**10
"""Bytes that are looked at to find encoding, separator and columns."""
MAX_TABLE_BYTES = 32 * 2**30
"""The longest table, unpacked. A gzip file can be a thousand times what it looks like."""
MAX_CELL_CHARACTERS = 2**17
"""The longest cell; what is longer is a quote that was never closed."""
MAX_COLUMNS = 4096
_LINE = 2**22
"""Characters of a line that are looked at: more than a row may have, with all its quotes doubled."""
_BATCH = 2048
_BATCH_BYTES = 2**23
"""Bytes after which a batch ends, however few its rows are."""
_CONTROL = frozenset("\0\x01\x1e\x1f")
"""Characters that no table of text has; three of them separate values on the way."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes are to be read: told, or found at the beginning. ``note`` says what was found where it was not told."""

    encoding: str
    separator: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of data: its number from 1, the line of the file it begins on, its cells; ``wrong`` says why it has none."""

    number: int
    line: int
    cells: Sequence[str]
    wrong: str = ""


def beginning(path: Path) -> bytes:
    """The first bytes of a table, unpacked."""
    with opened(path) as file:
        try:
            return file.read(BEGINNING)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(str(path), f"cannot be unpacked: {error}") from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked if they are gzip (by their first bytes, not by the name)."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            yield gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[misc]  # both are read as bytes
    except OSError as error:
        raise ReadError(str(path), f"cannot be read: {error.strerror or error}") from error


def is_parquet(head: bytes) -> bool:
    """Whether these are the first bytes of a Parquet file."""
    return head.startswith(b"PAR1")


def dialect_of(head: bytes, encoding: str = "", separator: str = "") -> Dialect:
    """Encoding and separator: as told, else as the beginning of the file has them."""
    found, note = (encoding, "") if encoding else _encoding(head)
    text = head.decode(found, errors="replace").lstrip("\ufeff")
    return Dialect(found, separator or _separator(text), note)


def _encoding(head: bytes) -> tuple[str, str]:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return name, ""
    for name, other in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(other) > 8 and other.count(0) > 0.4 * len(other):
            return name, f"read as {name.upper()}, which no byte order mark says"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        name = "cp1252" if any(0x80 <= b <= 0x9F for b in head) else "iso-8859-1"
        return name, f"read as {name}: byte 0x{head[error.start]:02x} at offset {error.start} is not UTF-8"
    return "utf-8", ""


def separates(separator: str) -> bool:
    """Whether this can stand between cells."""
    return len(separator) == 1 and separator not in '"\r\n'


def _separator(text: str) -> str:
    """The one that makes the first record longest; a comma where none makes two cells."""
    return max(SEPARATORS, key=lambda s: len(_first_record(text, s)))


def header_of(head: bytes, dialect: Dialect) -> list[str]:
    """The cells of the first record."""
    text = head.decode(dialect.encoding, errors="replace").lstrip("\ufeff")
    return [c.strip() for c in _first_record(text, dialect.separator)]


def _first_record(text: str, separator: str) -> list[str]:
    """The cells of the first record; none where these are no records."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def csv_rows(path: Path, dialect: Dialect, has_header: bool) -> Iterator[list[Row]]:
    """All rows of data, in batches. Bytes that cannot be decoded stay in their cells, as :func:`unreadable` finds them."""
    with opened(path) as raw:
        counted = _Bounded(raw, path)
        lines = io.TextIOWrapper(io.BufferedReader(counted, 2**20), dialect.encoding, "surrogateescape", newline="")
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        number, line, batch, before = 0, 1, list[Row](), 0
        try:
            for line, cells, wrong in _records(lines, dialect.separator):
                if (has_header and line == 1) or not (cells or wrong):
                    continue
                number += 1
                if len(cells) > MAX_COLUMNS:
                    cells, wrong = [], f"found {len(cells):,} cells, expected no more than MAX_COLUMNS ({MAX_COLUMNS:,})"
                batch.append(Row(number, line, cells, wrong))
                if len(batch) == _BATCH or counted.read_so_far - before > _BATCH_BYTES:
                    yield batch
                    batch, before = [], counted.read_so_far
        except UnicodeError as error:
            raise ReadError(str(path), f"is not {dialect.encoding}: {error}", line) from error
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(str(path), f"cannot be unpacked: {error}", line) from error
        yield batch


def _records(lines: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, list[str], str]]:
    """The line on which each record begins, its cells, and what is wrong with it.

    After a quote that is never closed, the record ends where its cell gets too long, and the next one begins on the next line.
    """
    reader = csv.reader(_clean(lines), delimiter=separator)
    while True:
        begins = reader.line_num + 1
        try:
            yield begins, next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield begins, [], f"cannot be read as CSV up to line {reader.line_num}: {error}; is a quote never closed?"


def _clean(lines: io.TextIOWrapper) -> Iterator[str]:
    """Lines without the mark of byte order that some programs write once more; of one longer than any row, the beginning."""
    first = True
    while line := lines.readline(_LINE):
        yield line.lstrip("\ufeff") if first else line
        first = False
        while len(line) == _LINE and not line.endswith(("\n", "\r")):
            line = lines.readline(_LINE)


def unreadable(cell: str) -> str:
    """What is wrong with the characters of a cell, or nothing."""
    for c in cell:
        if "\ud800" <= c <= "\udfff":
            return f"byte 0x{ord(c) & 0xFF:02x}, which is not in the encoding"
        if c in _CONTROL:
            return f"the control character 0x{ord(c):02x}"
    return ""


class _Bounded(io.RawIOBase):
    """The bytes of a file, no more than ``MAX_TABLE_BYTES`` of them."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.file, self.path, self.read_so_far = file, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed says Buffer; it is called with this
        data = self.file.read(len(buffer))
        self.read_so_far += len(data)
        if self.read_so_far > MAX_TABLE_BYTES:
            raise ReadError(str(self.path), f"is longer than MAX_TABLE_BYTES ({MAX_TABLE_BYTES:,} bytes), unpacked")
        buffer[: len(data)] = data
        return len(data)
