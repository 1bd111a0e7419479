"""JSON values one after another: a list, JSON Lines, or objects of many lines each; and the first of them, for ``detect``.

Invariant: each value has the line at which it begins; what is not JSON is refused with its place, and in JSON Lines, where a
line feed ends what is wrong, only that line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.readers._json import BEGINNING, beginning, parsed
from kg.readers._source import decode_strictly, read_bounded, refuse_many_lines

MAX_VALUES = 1_000_000
"""The most values of a file, each of which may become a report or a problem."""

_BETWEEN = re.compile(r"[\s,]*")
_KEY = re.compile(r'[\s,]*("(?:[^"\\]|\\.){0,200}")\s*:\s*')
_FARTHER = 2 * 2**20


def values_of(path: Path) -> Iterator[tuple[int, object | Problem]]:
    """The values of a file with the lines at which they begin; a line of JSON Lines that is no JSON is a problem."""
    data = read_bounded(path, "MAX_ANNOTATION_BYTES")
    refuse_many_lines(path, data)
    text = decode_strictly(path, data).removeprefix("\ufeff")
    begin = len(text) - len(text.lstrip())
    if text[begin : begin + 1] == "[":
        parsed(text, path)  # the whole is JSON, or refused with its place
        found = _one_after_another(text, begin + 1, path)
    else:
        found = _in_lines(text, path) if _is_in_lines(text) else _one_after_another(text, begin, path)
    for number, value in enumerate(found, 1):
        if number > MAX_VALUES:
            raise ReadError(str(path), f"has more than MAX_VALUES ({MAX_VALUES:,}) values")
        yield value


def _is_in_lines(text: str) -> bool:
    """Whether the lines at the beginning are JSON each, but for some that may be damaged."""
    first = [line for line in text[:BEGINNING].split("\n")[:12] if line.strip()] or [""]
    if len(first[0]) == BEGINNING:
        first = [text.partition("\n")[0]]
    return 2 * sum(map(_is_json, first)) >= len(first)


def _in_lines(text: str, path: Path) -> Iterator[tuple[int, object | Problem]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, parsed(line, path, number)
            except ReadError as error:
                yield number, Problem(error.path, error.line or number, error.message)


def _one_after_another(text: str, at: int, path: Path) -> Iterator[tuple[int, object | Problem]]:
    """The values from a place on: of a list, or of many lines each."""
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    while match := _BETWEEN.match(text, at):
        at = match.end()
        line, counted = line + text.count("\n", counted, at), at
        if at == len(text) or text[at] == "]":
            return
        try:
            end = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            end = len(text)  # refused below, with its place
        yield line, parsed(text[at:end], path, line)
        at = end


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def first_object(path: Path, awaited: Iterable[str]) -> Mapping[str, object]:
    """The first object of a file, or as many of its keys as are near its beginning; farther, if none is ``awaited``."""
    found = keys_of_first(beginning(path))
    if found is None or any(key in found for key in awaited):
        return found or {}
    try:
        with path.open("rb") as file:
            return keys_of_first(file.read(_FARTHER).decode("utf-8", "ignore").removeprefix("\ufeff")) or {}
    except OSError:
        return {}


def keys_of_first(text: str) -> Mapping[str, object] | None:
    """The keys of the object with which a text begins, or its list, up to where it is cut off; ``None`` without one."""
    begin = len(text) - len(text.lstrip(" \t\r\n["))
    return _keys(text[begin:]) if text[begin : begin + 1] == "{" else None


def _keys(text: str) -> dict[str, object]:
    """The keys of an object with their values, up to where it ends or is cut off."""
    decoder = json.JSONDecoder()
    found: dict[str, object] = {}
    at = 1
    try:
        while match := _KEY.match(text, at):
            key = json.loads(match[1])
            found[key], at = decoder.raw_decode(text, match.end())
    except (ValueError, RecursionError):
        pass  # cut off, or no JSON: what was found counts
    return found
