"""Event tables: what the columns say, held to an oracle that works row by row, on slices of real tables."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse

from kg.config import DEFAULT_BASE
from kg.iri import Space
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resources import reference_dir
from kg.tables import Chunk, Table, detect, load, map_table, open_table
from tests import table_oracle as oracle

pytest.importorskip("duckdb", reason="not here: the extra tables")

SPACE = Space(DEFAULT_BASE)
REFERENCE = tables.load(reference_dir())
JUDGED = judgements(REFERENCE.decisions, SPACE, REFERENCE)
Cells = list[list[str]]


def cells_of(path: Path, separator: str = ",") -> Cells:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def written(cells: Cells, path: Path, separator: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(cells)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def mapped(path: Path, folder: Path, name: str = "", **options: object) -> tuple[Table, list[Chunk], list[str]]:
    """A table, its chunks, and its quads as sorted lines."""
    folder.mkdir()
    config = load(name) if name else detect(path)
    assert config is not None
    table = open_table(path, config, folder)
    try:
        chunks = list(map_table(table, SPACE, REFERENCE, JUDGED, folder, **options))  # type: ignore[arg-type]
    finally:
        table.close()
    return table, chunks, sorted({q for c in chunks for q in quads(c.path.read_bytes())})


def quads(data: bytes) -> list[str]:
    """Quads in the one spelling of the library."""
    return [
        f"{q.subject} {q.predicate} {q.object}{'' if q.graph_name == DefaultGraph() else f' {q.graph_name}'} ."
        for q in parse(data, RdfFormat.N_QUADS)
    ]


def spelled(lines: list[str]) -> list[str]:
    return sorted(quads("\n".join(lines).encode()))


def difference(one: list[str], other: list[str]) -> str:
    left, right = set(one), set(other)
    extra, missing = sorted(left - right), sorted(right - left)
    return f"{len(extra)} too many: {extra[:6]}\n{len(missing)} missing: {missing[:6]}"


@pytest.mark.parametrize(
    ("file", "start", "count"),
    [
        ("ged191-syria-2016-2018", 0, 400),
        ("ged191-syria-2016-2018", 9000, 300),
        ("ged-mexico", 0, 300),
        ("ged-mexico", 12000, 300),
    ],
)
def test_columns_say_what_the_oracle_says_row_by_row(shared: Path, tmp_path: Path, file: str, start: int, count: int) -> None:
    header, *rows = cells_of(shared / f"data/ucdp/{file}.csv.gz")
    rows = rows[start : start + count]
    path = written([header, *rows], tmp_path / "slice.csv")
    _, chunks, found = mapped(path, tmp_path / "work", chunk_rows=128)
    expected = spelled(oracle.ged(DEFAULT_BASE, "slice", header, rows, reference_dir()))
    assert found == expected, difference(found, expected)
    assert sum(c.mapped for c in chunks) == count


def test_columns_of_acled_say_what_the_oracle_says(project: Path, tmp_path: Path) -> None:
    path = project / "tests/data/tables/acled/slice.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    _, chunks, found = mapped(path, tmp_path / "work")
    expected = spelled(oracle.acled(DEFAULT_BASE, "slice", header, rows, reference_dir()))
    assert found == expected, difference(found, expected)
    assert (sum(c.mapped for c in chunks), len(rows)) == (16, 18)


def test_columns_of_gdelt_say_what_the_oracle_says(shared: Path, tmp_path: Path) -> None:
    name = "20191024143000.export.CSV"
    rows = cells_of(shared / f"data/gdelt/{name}.gz", "\t")[:500]
    path = tmp_path / name
    path.write_text("".join("\t".join(r) + "\n" for r in rows), encoding="utf-8")
    _, _, found = mapped(path, tmp_path / "work")
    header = list(load("gdelt").columns)
    expected = oracle.gdelt(DEFAULT_BASE, "20191024143000", "2019-10-24T00:00:00Z", header, rows, reference_dir())
    assert found == spelled(expected), difference(found, spelled(expected))
