"""Zip archives, opened without trust: what is in one is read into memory, bounded, and never written anywhere.

Follows PKWARE's APPNOTE 6.3 as far as :mod:`zipfile` does. Sizes are bounded as declared and as met, since a bomb declares what
it likes; the central directory is bounded before it is read.

Invariant: a member that cannot be read is a :class:`~kg.errors.ReadError`, and the others stay readable.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kg.errors import ReadError
from kg.readers import _source

MAX_ARCHIVE_BYTES = 1024 * 2**20
"""The longest archive. Members are read one at a time, so this bounds time and not memory."""

MAX_DIRECTORY_BYTES = 8 * 2**20
"""The longest central directory: some hundred thousand members."""

MAX_UNPACKED_BYTES = 1024 * 2**20
"""How much is unpacked of one archive in all."""

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class Archive:
    """An open archive: its members by name. A name that is there twice means the last."""

    def __init__(self, zipped: zipfile.ZipFile, path: str) -> None:
        self._zipped, self.path = zipped, path
        self._unpacked = 0
        self.names = tuple(sorted({n for n in zipped.namelist() if n and not n.endswith("/")}))

    def read(self, name: str) -> bytes:
        """The bytes of a member, which may not be more than ``MAX_ANNOTATION_BYTES``."""
        most = _source.MAX_ANNOTATION_BYTES
        try:
            declared = self._zipped.getinfo(name).file_size
            if declared > most:
                raise ReadError(self.path, f"a member is {declared:,} bytes long, more than MAX_ANNOTATION_BYTES ({most:,})")
            with self._zipped.open(name) as member:
                data = member.read(most + 1)
        except (*_BROKEN, KeyError, struct.error) as error:
            raise ReadError(self.path, f"a member cannot be unpacked: {error or type(error).__name__}") from error
        if len(data) > most:
            raise ReadError(self.path, f"a member unpacks to more than MAX_ANNOTATION_BYTES ({most:,} bytes)")
        self._unpacked += len(data)
        if self._unpacked > MAX_UNPACKED_BYTES:
            raise ReadError(self.path, f"unpacks to more than MAX_UNPACKED_BYTES ({MAX_UNPACKED_BYTES:,} bytes)")
        return data

    def inner(self, name: str) -> Archive:
        """An archive that is a member of this one, whole in memory."""
        data = self.read(name)
        return _opened(io.BytesIO(data), len(data), self.path)


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """The archive in a file. Raises :class:`~kg.errors.ReadError`."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ReadError(str(path), f"cannot be read: {error.strerror or error}") from error
    with file:
        yield _opened(file, path.stat().st_size, str(path))


def _opened(file: BinaryIO, size: int, path: str) -> Archive:
    if size > MAX_ARCHIVE_BYTES:
        raise ReadError(path, f"is {size:,} bytes long, more than MAX_ARCHIVE_BYTES ({MAX_ARCHIVE_BYTES:,} bytes)")
    _check_directory(file, size, path)
    try:
        return Archive(zipfile.ZipFile(file), path)
    except (*_BROKEN, struct.error) as error:
        raise ReadError(path, f"not a zip archive that can be opened: {error or type(error).__name__}") from error


def _check_directory(file: BinaryIO, size: int, path: str) -> None:
    """Nothing, unless the archive is none, or has more members than are read at once."""
    file.seek(max(0, size - 66_000))  # the record at the end is 22 bytes, and a comment of at most 64 KiB
    tail = file.read(66_000)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise ReadError(path, "not a zip archive: it has no end of a central directory")
    (length,) = struct.unpack_from("<L", tail, at + 12)
    if length > MAX_DIRECTORY_BYTES or _END_64 in tail[max(0, at - 20) : at]:
        raise ReadError(path, f"its directory is longer than MAX_DIRECTORY_BYTES ({MAX_DIRECTORY_BYTES:,} bytes)")
    file.seek(0)
