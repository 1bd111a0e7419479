"""The mapping of sitgraph alone, and the columns it stages as sources for other programs.

``python -m benchmarks.peers.staged map TABLE FOLDER`` is what is measured: from the file to N-Quads files, nothing loaded.
``… stage …`` writes the sources and the templates besides, as CSV and as Parquet, for each program the one it reads faster.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from benchmarks.peers import ged
from benchmarks.peers.templates import SOURCES, Template, Term, write
from kg.config import DEFAULT_BASE
from kg.iri import Space
from kg.resolver import reference
from kg.resolver.decisions import judgements
from kg.resources import reference_dir
from kg.tables import Chunk, Table, detect, map_table, open_table
from kg.tables.engine import Engine, text
from kg.tables.naming import Names
from kg.vocab import RDF, XSD

SPACE = Space(DEFAULT_BASE)
QUADS = "quads"
Seen = Callable[[Table, Chunk], None]


def mapped(path: Path, folder: Path, seen: Seen = lambda table, chunk: None) -> int:
    """Writes all chunk files of a table to ``folder/quads``; how many quads."""
    config, known = detect(path), reference.load(reference_dir())
    if config is None:
        raise ValueError(f"{path}: is no table that is known")
    quads = folder / QUADS
    quads.mkdir(parents=True)
    found = 0
    with open_table(path, config, quads) as table:
        for chunk in map_table(table, SPACE, known, judgements(known.decisions, SPACE, known), quads):
            seen(table, chunk)
            found += chunk.quads
    for left in quads.iterdir():
        if left.suffix != ".nq":
            left.unlink()
    return found


def staged(path: Path, folder: Path) -> int:
    """Writes sources and templates to ``folder``; how many quads there must be of them."""
    sources = folder / SOURCES
    sources.mkdir(parents=True)
    templates: list[Template] = []

    def seen(table: Table, chunk: Chunk) -> None:
        if chunk.number == 0:
            templates.extend(ged.templates(Names(SPACE, table.report.id, table.digest)))
            templates.extend(_shared(chunk.path, sources))
            return
        for name, query in ged.sources(SPACE.id(""), table.config.recognised.before).items():
            _copy(table.engine, query, sources / f"{name}-{chunk.number:06}.parquet", "FORMAT parquet")

    found = mapped(path, folder, seen)
    some = _joined(sources, sorted({t.source for t in templates}))
    write((t for t in templates if t.source in some), folder)
    return found


def _copy(engine: Engine, query: str, path: Path, how: str) -> None:
    engine.execute(f"COPY ({query}) TO {text(str(path))} ({how})")


def _joined(sources: Path, names: list[str]) -> set[str]:
    """One file for each source, in both formats; the sources that have a row."""
    import duckdb

    engine = Engine(duckdb.connect(), duckdb.Error, sources)
    for name in names:
        parts, one = sorted(sources.glob(f"{name}-??????.parquet")), sources / f"{name}.parquet"
        if parts:
            every = "[" + ", ".join(text(str(p)) for p in parts) + "]"
            _copy(engine, f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({every})", one, "FORMAT parquet")
        else:
            read = (
                f"read_csv({text(str(sources / f'{name}.csv'))}, header=true, auto_detect=false, delim=',', quote='\"', "
                "escape='\"', columns={'s': 'VARCHAR', 'o': 'VARCHAR'})"
            )
            _copy(engine, f"SELECT * FROM {read}", one, "FORMAT parquet")
        _copy(engine, f"SELECT * FROM read_parquet({text(str(one))})", sources / f"{name}.csv", "FORMAT csv, HEADER true")
        for part in parts:
            part.unlink()
    some = {
        name for name in names if engine.one(f"SELECT count(*) FROM read_parquet({text(str(sources / f'{name}.parquet'))})")
    }
    engine.close()
    return some


def _shared(path: Path, sources: Path) -> Iterator[Template]:
    """What rows share: a source of subjects and objects for each graph, property and kind of object."""
    found: dict[tuple[str, str, bool, str, str], list[tuple[str, str]]] = {}
    for quad in parse(path=path, format=RdfFormat.N_QUADS):
        key, pair = _sorted(quad)
        found.setdefault(key, []).append(pair)
    for n, (key, pairs) in enumerate(sorted(found.items())):
        graph, predicate, literal, datatype, language = key
        name = f"shared-{n:02}"
        with (sources / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("s", "o"), *pairs])
        yield Template(name, graph, Term("{s}"), predicate, Term("{o}", literal, datatype, language))


def _sorted(quad: Quad) -> tuple[tuple[str, str, bool, str, str], tuple[str, str]]:
    assert isinstance(quad.subject, NamedNode)
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)[1:-1]
    if isinstance(quad.object, Literal):
        language = quad.object.language or ""
        datatype = "" if quad.object.datatype in (XSD.string, RDF.langString) else quad.object.datatype.value
        return (graph, quad.predicate.value, True, datatype, language), (quad.subject.value, quad.object.value)
    assert isinstance(quad.object, NamedNode)
    return (graph, quad.predicate.value, False, "", ""), (quad.subject.value, quad.object.value)


if __name__ == "__main__":
    do = {"map": mapped, "stage": staged}[sys.argv[1]]
    sys.stdout.write(f'{{"quads": {do(Path(sys.argv[2]), Path(sys.argv[3]))}}}')
