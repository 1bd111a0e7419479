"""WebAnno TSV 3: the header and the cells, each looked at alone.

What the cells say together is for :mod:`kg.readers._tsv3`.

Invariant: a character after a backslash never separates, ends or numbers anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.errors import ReadError

NOTHING = "_"
"""A cell on which there is no annotation."""

UNSET = "*"
"""A value that is not set."""

MAX_COLUMNS = 1000
"""The most columns that a header may declare."""

_FORMAT = re.compile(r"#FORMAT=WebAnno TSV (3)(?:\.([0-9]{1,3}))?\s*")
_OTHER = re.compile(r"#FORMAT=(WebAnno TSV \S{1,12})")
_LAYER = re.compile(r"#T_(SP|RL|CH)=([^|]+)(.*)")
_ROLE = re.compile(r"ROLE_[^:|]*:(.+?)_([^_|]*\.[^|]*)")
_UNIT = re.compile(r"[0-9]{1,9}-[0-9]{1,9}(?:\.[0-9]{1,9})?")
_PAIR = re.compile(r"([0-9]{1,9})_([0-9]{1,9})")
_POSITION = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_NUMBER = re.compile(r"[0-9]{1,9}")
_OFFSETS = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_ESCAPED_VALUE = re.compile(r"\\(->|[\\\[\]|_;tn*])")
_ESCAPED_TEXT = re.compile(r"\\([tnfrb\\\x00-\x07\x0e-\x1f])")
_ESCAPED_JAVA = re.compile(r"\\(u+[0-9A-Fa-f]{4}|[0-3]?[0-7]{1,2}|.)", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}


@dataclass(frozen=True, slots=True)
class SlotColumns:
    """A slot feature: the column of its roles, the column of their targets, and the type these have."""

    feature: str
    column: int
    target_column: int
    target: str


@dataclass(frozen=True, slots=True)
class SpanLayer:
    """A layer of spans: its features by column; without any it has one column, which says only that there is an annotation."""

    type: str
    features: tuple[tuple[int, str], ...]
    slots: tuple[SlotColumns, ...]
    all_columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RelationLayer:
    """A layer of relations: its features by column, the column that says from where, and the type of both ends."""

    type: str
    features: tuple[tuple[int, str], ...]
    reference: int
    base: str


@dataclass(frozen=True, slots=True)
class ChainLayer:
    """A layer of chains: the column of what an element is, and the column of its place and its relation to the next."""

    type: str
    kind: int
    relation: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the header declares. ``version`` is the number after «3.»; ``lines`` is how many lines the header has."""

    version: int
    spans: tuple[SpanLayer, ...]
    relations: tuple[RelationLayer, ...]
    chains: tuple[ChainLayer, ...]
    columns: int
    lines: int

    @property
    def declared(self) -> dict[str, Sequence[str]]:
        """The features of each layer, by its type."""
        spans = {layer.type: [name for _, name in layer.features] for layer in self.spans}
        relations = {layer.type: [name for _, name in layer.features] for layer in self.relations}
        chains = {layer.type: ["referenceType", "referenceRelation"] for layer in self.chains}
        return {**spans, **relations, **chains}


class Row(NamedTuple):
    """The first three columns: name of the unit, offsets, words."""

    name: str
    begin: int
    end: int
    surface: str


def header(lines: Sequence[str], path: str) -> Header:
    """The header of a file. Raises :class:`~kg.errors.ReadError`."""
    match = _FORMAT.fullmatch(lines[0])
    if not match:
        other = _OTHER.match(lines[0])
        found = other[1] if other else repr(lines[0][:60])
        raise ReadError(path, f"expected the first line #FORMAT=WebAnno TSV 3.0 to 3.3, found {found}", 1)
    spans: list[SpanLayer] = []
    relations: list[RelationLayer] = []
    chains: list[ChainLayer] = []
    column, number = 0, 1
    while number < len(lines) and (declared := _LAYER.fullmatch(lines[number])):
        if column + declared[3].count("|") > MAX_COLUMNS:
            raise ReadError(path, f"declares more than MAX_COLUMNS ({MAX_COLUMNS:,}) columns", number + 1)
        kind, name, columns = declared[1], declared[2].strip(), declared[3].removeprefix("|").split("|")
        at = list(enumerate(columns, column))
        if kind == "SP":
            spans.append(_span_layer(name, at, path, number + 1))
        elif kind == "RL":
            relations.append(_relation_layer(name, at, path, number + 1))
        else:
            chains.append(_chain_layer(name, at, path, number + 1))
        column += len(columns)
        number += 1
    if number < len(lines) and lines[number].startswith("#T_"):
        raise ReadError(path, f"no layer is declared like this: {lines[number][:80]!r}", number + 1)
    return Header(int(match[2] or 0), tuple(spans), tuple(relations), tuple(chains), column, number)


def _span_layer(name: str, columns: Sequence[tuple[int, str]], path: str, line: int) -> SpanLayer:
    features: list[tuple[int, str]] = []
    slots: list[SlotColumns] = []
    remaining: Iterator[tuple[int, str]] = iter(columns)
    for column, declared in remaining:
        if not declared.startswith("ROLE_"):
            features.append((column, declared))
            continue
        role = _ROLE.fullmatch(declared)
        target = next(remaining, None)
        if role is None or target is None:
            raise ReadError(path, f"the slot {declared[:80]!r} of {name} has no name, or no column of targets", line)
        slots.append(SlotColumns(role[1], column, target[0], target[1].strip()))
    named = tuple((column, feature) for column, feature in features if feature)
    return SpanLayer(name, named, tuple(slots), tuple(column for column, _ in columns))


def _relation_layer(name: str, columns: Sequence[tuple[int, str]], path: str, line: int) -> RelationLayer:
    *features, (reference, base) = columns
    if not base.startswith("BT_"):
        raise ReadError(
            path, f"the last column of the relations {name} must be BT_ and the type of their ends, found {base!r}", line
        )
    named = tuple((column, feature) for column, feature in features if feature)
    return RelationLayer(name, named, reference, base.removeprefix("BT_"))


def _chain_layer(name: str, columns: Sequence[tuple[int, str]], path: str, line: int) -> ChainLayer:
    at = {feature: column for column, feature in columns}
    if set(at) != {"referenceType", "referenceRelation"} or len(columns) != 2:
        raise ReadError(path, f"the chains {name} must have referenceType and referenceRelation, found {sorted(at)}", line)
    return ChainLayer(name, at["referenceType"], at["referenceRelation"])


def unit_and_offsets(cells: Sequence[str]) -> Row | None:
    """The first three columns of a row, if it is one of a token or of a part of one."""
    if len(cells) < 3 or not _UNIT.fullmatch(cells[0]):
        return None
    offsets = _OFFSETS.fullmatch(cells[1])
    return Row(cells[0], int(offsets[1]), int(offsets[2]), cells[2]) if offsets else None


def stacked(cell: str, separator: str = "|") -> list[str]:
    """The values of a cell, still escaped."""
    if "\\" not in cell:
        return cell.split(separator)
    values, begin, at = [], 0, 0
    while at < len(cell):
        if cell[at] == "\\":
            at += 1
        elif cell[at] == separator:
            values.append(cell[begin:at])
            begin = at + 1
        at += 1
    return [*values, cell[begin:]]


def numbered(value: str) -> tuple[str, int]:
    """A value without the number in brackets that ends it, and that number; 0 without one."""
    before, number = _bracketed(value)
    return (before, int(number)) if _NUMBER.fullmatch(number) else (value, 0)


def pair_of_numbers(value: str) -> tuple[str, tuple[int, int]]:
    """A unit without the two numbers that end it, of the source and of the target; 0 where there is none."""
    before, numbers = _bracketed(value)
    match = _PAIR.fullmatch(numbers)
    return (before, (int(match[1]), int(match[2]))) if match else (value, (0, 0))


def chain_position(value: str) -> tuple[str, int, int] | None:
    """The relation to the next element, the number of the chain, and the place in it."""
    before, arrow, position = value.rpartition("->")
    match = _POSITION.fullmatch(position)
    return (before, int(match[1]), int(match[2])) if arrow and match and not _is_escaping(before) else None


def _bracketed(value: str) -> tuple[str, str]:
    """A value without the brackets at its end, and what stands in them."""
    before, bracket, inside = value.rpartition("[")
    if not bracket or not inside.endswith("]") or _is_escaping(before):
        return value, ""
    return before, inside[:-1]


def _is_escaping(before: str) -> bool:
    """Whether a string ends in a backslash that escapes what follows it."""
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def unescaped_value(value: str) -> str:
    """A value as it was before reserved characters were escaped."""
    if "\\" not in value:
        return value
    return _ESCAPED_VALUE.sub(lambda m: _CONTROL.get(m[1], m[1]), value)


def unescaped_text(words: str, version: int) -> str:
    """The words of a sentence as they were; up to 3.1 they are escaped as in Java, later only control characters are."""
    if "\\" not in words:
        return words
    if version >= 2:
        return _ESCAPED_TEXT.sub(lambda m: _CONTROL.get(m[1], m[1]), words)
    unescaped = _ESCAPED_JAVA.sub(_java, words)
    return unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # \ud83d\ude00 is one character


def _java(match: re.Match[str]) -> str:
    what = match[1]
    if what[0] == "u" and len(what) > 1:
        return chr(int(what.lstrip("u"), 16))
    if what[0] in "01234567":
        return chr(int(what, 8))
    return _CONTROL.get(what, what)
