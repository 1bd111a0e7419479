"""The bytes of a file, bounded and strictly decoded.

Invariant: nothing is translated. Line ends stay as stored, because annotations count code points of the text exactly as stored;
bytes that are not UTF-8 are refused with their place, never replaced.
"""

from __future__ import annotations

from pathlib import Path

from kg.errors import ReadError

MAX_TEXT_BYTES = 64 * 2**20
"""The longest text of a report. A text of this size is read in less than 1 GiB of memory."""

MAX_ANNOTATION_BYTES = 16 * 2**20
"""The longest file of annotations: each of its lines becomes objects some thirty times its size."""

MAX_ANNOTATION_LINES = 1_000_000
"""The most lines of a file of annotations: each may become a mention or a problem, however short it is."""


def read_bounded(path: Path, limit: str) -> bytes:
    """The bytes of ``path``, which may not be more than the limit of this module named ``limit``."""
    most: int = globals()[limit]
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
            size = file.seek(0, 2)
    except OSError as error:
        raise ReadError(str(path), f"cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise ReadError(str(path), f"is {size:,} bytes long, more than {limit} ({most:,} bytes)")
    return data


def refuse_many_lines(path: Path, data: bytes) -> None:
    """Nothing, unless the file has more than ``MAX_ANNOTATION_LINES``."""
    lines = data.count(b"\n")
    if lines > MAX_ANNOTATION_LINES:
        raise ReadError(str(path), f"has {lines:,} lines, more than MAX_ANNOTATION_LINES ({MAX_ANNOTATION_LINES:,})")


def decode_strictly(path: Path, data: bytes) -> str:
    """``data`` as UTF-8, or an error that names the line and the byte offset of what is not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at byte offset {error.start}"
        raise ReadError(str(path), message, line) from error


def is_encodable(text: str) -> bool:
    """Whether a string that came out of JSON is text: a lone surrogate escape is not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
