"""A file as stored, or what its gzip holds: bounded either way, so that a small file cannot unfold into a large one.

Invariant: never more than the limit is unpacked; what is cut off, damaged or longer is refused, never read in part (RFC 1952).
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from kg.errors import ReadError
from kg.readers import _source
from kg.readers._source import read_bounded

MAGIC = b"\x1f\x8b"


def read_unzipped(path: Path, limit: str) -> bytes:
    """The bytes of a file, unpacked if it is gzip; not more than the limit of ``_source`` that has this name."""
    data = read_bounded(path, limit)
    if not data.startswith(MAGIC):
        return data
    most: int = getattr(_source, limit)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(str(path), f"is gzip, and damaged: {error}") from error
    if len(unpacked) > most:
        raise ReadError(str(path), f"is gzip, and unpacked more than {limit} ({most:,} bytes)")
    return unpacked


def beginning_unzipped(path: Path, size: int) -> bytes:
    """The first bytes, unpacked if the file is gzip, for a reader's ``detect``; none if they cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(size)
        if not head.startswith(MAGIC):
            return head
        return zlib.decompressobj(wbits=31).decompress(head, size)
    except (OSError, zlib.error):
        return b""
