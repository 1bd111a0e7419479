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

from kg.errors import Problem, ReadError

SEPARATORS = (",", "\t", ";", "|")
BEGINNING = 256 * 2**10
"""Bytes that are looked at to find encoding, separator and columns."""
MAX_TABLE_BYTES = 32 * 2**30
"""The longest table, unpacked. A gzip file can be a thousand times what it looks like."""
MAX_CELL_CHARACTERS = 2**17
"""The longest cell; what is longer is a quote that was never closed."""
MAX_COLUMNS = 4096
_BATCH = 2048
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
    """A row of data: its number from 1, the line of the file it begins on, its cells."""

    number: int
    line: int
    cells: Sequence[str]


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


def _separator(text: str) -> str:
    """The one that makes the first record longest; a comma where none makes two cells."""
    counts = {s: len(next(csv.reader(io.StringIO(text), delimiter=s), [])) for s in SEPARATORS}
    return max(SEPARATORS, key=lambda s: counts[s])


def header_of(head: bytes, dialect: Dialect) -> list[str]:
    """The cells of the first record."""
    text = head.decode(dialect.encoding, errors="replace").lstrip("\ufeff")
    try:
        return [c.strip() for c in next(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator), [])]
    except csv.Error:
        return []


def csv_rows(path: Path, dialect: Dialect, has_header: bool, problems: list[Problem]) -> Iterator[list[Row]]:
    """All rows of data, in batches. Bytes that cannot be decoded set their row aside: its cells are an empty list."""
    with opened(path) as raw:
        counted = _Bounded(raw, path)
        lines = io.TextIOWrapper(io.BufferedReader(counted, 2**20), dialect.encoding, "surrogateescape", newline="")
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        reader = csv.reader(_clean(lines), delimiter=dialect.separator)
        number, line, batch = 0, 1, []
        try:
            for cells in reader:
                begins, line = line, reader.line_num + 1
                if has_header and begins == 1:
                    continue
                if not cells:
                    continue
                number += 1
                batch.append(Row(number, begins, cells))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
        except csv.Error as error:
            message = f"cannot be read as CSV from here on: {error}; is a quote never closed?"
            problems.append(Problem(str(path), line, message, "rejected", f"row {number + 1}"))
        except UnicodeError as error:
            raise ReadError(str(path), f"is not {dialect.encoding}: {error}", line) from error
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(str(path), f"cannot be unpacked: {error}", line) from error
        yield batch


def _clean(lines: io.TextIOWrapper) -> Iterator[str]:
    """Lines without the mark of byte order that some programs write once more."""
    for n, line in enumerate(lines):
        yield line.lstrip("\ufeff") if n == 0 else line


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
