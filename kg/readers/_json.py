"""JSON of annotation tools: read strictly, and looked at from its beginning to tell one format from another.

Invariant: what is not JSON is refused with its line and column; nothing is repaired. Numbers too long to be offsets, duplicate
keys and nesting too deep for the parser are errors of the file, never of the program.
"""

from __future__ import annotations

import json
from pathlib import Path

from kg.errors import ReadError
from kg.readers._source import decode_strictly, is_encodable, read_bounded

BEGINNING = 64 * 1024
"""How many bytes of a file ``detect`` may look at."""


def beginning(path: Path) -> str:
    """The first bytes as text, for :meth:`~kg.readers.Reader.detect`; empty if they cannot be read or are not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(BEGINNING)
    except OSError:
        return ""
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        cut = error.start >= len(data) - 3  # a character that the limit cut in two
        return data[: error.start].decode("utf-8").removeprefix("\ufeff") if cut else ""


def read_json(path: Path) -> object:
    """The one JSON value of a file. Raises :class:`~kg.errors.ReadError`."""
    data = read_bounded(path, "MAX_ANNOTATION_BYTES")
    return parsed(decode_strictly(path, data).removeprefix("\ufeff"), path)


def parsed(text: str, path: Path, line: int = 1) -> object:
    """The value of a text that begins at a line of the file. Raises :class:`~kg.errors.ReadError`."""
    try:
        value: object = json.loads(text, object_pairs_hook=_object, parse_constant=_refused)
        surrogate = "\\u" in text and not is_encodable(repr_of(value))
    except json.JSONDecodeError as error:
        raise ReadError(str(path), f"not JSON: {error.msg} at column {error.colno}", line + error.lineno - 1) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(str(path), f"not JSON that can be used: {error or type(error).__name__}", line) from error
    if surrogate:
        raise ReadError(str(path), "holds a lone surrogate, which is no text", line)
    return value


def repr_of(value: object) -> str:
    """A value as JSON without escapes, as it is shown in messages."""
    return json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} twice in one object")
    return found


def _refused(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
