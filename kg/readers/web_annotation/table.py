"""Fragment identifiers of tables: which rows and cells an annotation is about.

Follows RFC 7111. It counts the header of a table as row 1; a cell of the model counts rows of data.

Invariant: each cell that is selected is there, and is data.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg.errors import ReadError
from kg.model import TableCell
from kg.readers._source import decode_strictly, read_bounded, refuse_many_lines
from kg.readers.web_annotation.selection import NotSelected
from kg.readers.web_annotation.validity import shown

_FRAGMENT = re.compile(r"(row|col|cell)=([0-9,*;-]+)")

MAX_CELLS = 10_000
"""How many cells or rows one annotation may select."""


def table_fragment(fragment: str) -> bool:
    """Whether a fragment of an IRI selects a part of a table."""
    return _FRAGMENT.fullmatch(fragment) is not None


def read_table(path: Path) -> TableText:
    """A table with a header, as CSV. Raises :class:`~kg.errors.ReadError`."""
    data = read_bounded(path, "MAX_ANNOTATION_BYTES")
    refuse_many_lines(path, data)
    text = decode_strictly(path, data).removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        rows = list(reader)
    except csv.Error as error:
        raise ReadError(str(path), f"not CSV: {error}", reader.line_num) from error
    if not header or len(set(header)) < len(header) or "" in header:
        raise ReadError(str(path), "the columns of a table need names that differ", 1)
    return TableText(header, rows)


@dataclass(slots=True)
class TableText:
    """A table as RFC 7111 counts it: its header is row 1."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def cells(self, fragment: str) -> tuple[TableCell, ...]:
        """What a fragment identifier selects: whole rows, or single cells."""
        match = _FRAGMENT.fullmatch(fragment)
        if not match or match[1] == "col":
            raise NotSelected(f"{shown(fragment)} selects no rows or cells (RFC 7111)")
        select = self._rows if match[1] == "row" else self._cells
        found = (cell for part in match[2].split(";") for cell in select(part))
        selected = dict.fromkeys(islice(found, MAX_CELLS + 1))
        if len(selected) > MAX_CELLS:
            raise NotSelected(f"{shown(fragment)} selects more than MAX_CELLS ({MAX_CELLS:,}) rows or cells")
        return self.ordered(selected)

    def ordered(self, cells: Iterable[TableCell]) -> tuple[TableCell, ...]:
        """Cells as they stand in the table, each once."""
        place = {column: n for n, column in enumerate(("", *self.header))}
        return tuple(sorted(set(cells), key=lambda cell: (cell.row, place[cell.column])))

    def words(self, cell: TableCell) -> str:
        """What stands in a cell; of a row, its cells with a comma between."""
        row = self.rows[cell.row - 1]
        return row[self.header.index(cell.column)] if cell.column else ",".join(row)

    def _rows(self, part: str) -> Iterator[TableCell]:
        first, dash, last = part.partition("-")
        for row in self._numbers(first, last if dash else first, len(self.rows) + 1, "row"):
            yield self._cell(row, "")

    def _cells(self, part: str) -> Iterator[TableCell]:
        one, dash, other = part.partition("-")
        (top, left), (bottom, right) = (p.partition(",")[::2] for p in (one, other if dash else one))
        for row in self._numbers(top, bottom, len(self.rows) + 1, "row"):
            for column in self._numbers(left, right, len(self.header), "column"):
                if column > len(self.rows[row - 2]) and row > 1:
                    raise NotSelected(f"row {row} of the table has no column {column}")
                yield self._cell(row, self.header[column - 1])

    def _cell(self, row: int, column: str) -> TableCell:
        if row == 1:
            raise NotSelected("selects the header of the table, which is no row of data (RFC 7111 counts it as row 1)")
        return TableCell(row - 1, column)

    def _numbers(self, first: str, last: str, count: int, what: str) -> range:
        last = str(count) if last == "*" else last
        if not (re.fullmatch("[0-9]{1,9}", first) and re.fullmatch("[0-9]{1,9}", last)) or not 0 < int(first) <= int(last):
            raise NotSelected(f"{shown(f'{first}-{last}')} are no {what}s to select (RFC 7111)")
        if int(last) > count:
            raise NotSelected(f"{what} {last} is beyond the end of the table ({count})")
        return range(int(first), int(last) + 1)
