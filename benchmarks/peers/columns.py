"""The templates by the writer of sitgraph: ``python -m benchmarks.peers.columns FOLDER OUT`` writes a file for each source.

Text joined by DuckDB, as ``kg.tables`` does last and by its functions, from the very sources that the other programs read. So
it is the mapping step alone, without what sitgraph does before it and they are spared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode

from benchmarks.peers.templates import SOURCES, Template, Term, read
from kg.tables.engine import Engine, connect, text
from kg.tables.nquads import Graph, Text, escaped, lines, statement


def mapped(folder: Path, out: Path) -> None:
    """Writes the files in ``out/quads``."""
    (out / "quads").mkdir()
    engine = connect(folder, out)
    engine.execute("SET preserve_insertion_order = false")  # else a whole source would wait in memory for its turn
    for source, several in groupby(sorted(read(folder), key=lambda t: t.source), lambda t: t.source):
        rows = f"read_parquet({text(str(folder / SOURCES / f'{source}.parquet'))})"
        engine.execute(
            f"COPY (SELECT {_all(list(several), _sometimes_empty(engine, rows))} AS nq FROM {rows}) "
            f"TO {text(str(out / 'quads' / f'{source}.nq'))} "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
    engine.close()


def _sometimes_empty(engine: Engine, rows: str) -> set[str]:
    """The columns that are empty in some row."""
    (counts,) = engine.all(f"SELECT count(*), count(COLUMNS(*)) FROM {rows}")
    columns = [name for name, *_ in engine.all(f"DESCRIBE SELECT * FROM {rows}")]
    return {name for name, count in zip(columns, counts[1:], strict=True) if count < counts[0]}


def _all(templates: Iterable[Template], empty: set[str]) -> str:
    return lines(
        statement(Graph(t.graph), _text(t.subject, empty), NamedNode(t.predicate), _text(t.object, empty)) for t in templates
    )


def _text(term: Term, empty: set[str]) -> Text:
    """A term as text, only where its columns have something."""
    written = Text((_literal(term) if term.literal else Text.spliced(f"<{term.pattern}>")).pieces)
    unsure = [c for c in term.columns if c in empty]
    return written.only(" AND ".join(f"{c} IS NOT NULL" for c in unsure)) if unsure else written


def _literal(term: Term) -> Text:
    end = f"^^<{term.datatype}>" if term.datatype else f"@{term.language}" if term.language else ""
    plain = escaped(term.column) if term.column and not term.datatype else Text.spliced(f'"{term.pattern}"')
    return plain + Text.constant(end) if end else plain


if __name__ == "__main__":
    mapped(Path(sys.argv[1]), Path(sys.argv[2]))
