"""The templates in Python, by rdflib: ``python -m benchmarks.peers.in_rdflib FOLDER OUT`` writes one N-Quads file.

Graphs of their own for every so many rows, since all quads together would not fit memory; terms that repeat are made once.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import IO

from rdflib import Dataset, Graph, Literal, URIRef

from benchmarks.peers.templates import SOURCES, Template, Term, read

ROWS = 5_000
_Row = Mapping[str, str]
_Make = Callable[[_Row], URIRef | Literal | None]


def mapped(folder: Path, out: Path) -> None:
    """Writes ``out/quads/all.nq``."""
    (out / "quads").mkdir()
    with (out / "quads" / "all.nq").open("wb") as file:
        for source, several in groupby(sorted(read(folder), key=lambda t: (t.source, t.graph)), lambda t: t.source):
            templates = list(several)
            for rows in _batches(folder / SOURCES / f"{source}.csv"):
                _written(templates, rows, file)


def _batches(path: Path) -> Iterator[Sequence[_Row]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        while batch := list(islice(rows, ROWS)):
            yield batch


def _written(templates: Iterable[Template], rows: Sequence[_Row], file: IO[bytes]) -> None:
    for name, several in groupby(templates, lambda t: t.graph):
        dataset = Dataset()
        # rdflib gives its default graph a name in N-Quads; lines of N-Triples are the quads that are meant
        graph = dataset.graph(URIRef(name)) if name else Graph()
        for t in several:
            subject, predicate, object_ = _maker(t.subject), URIRef(t.predicate), _maker(t.object)
            graph.addN(
                (s, predicate, o, graph) for row in rows if (s := subject(row)) is not None and (o := object_(row)) is not None
            )
        if name:
            dataset.serialize(file, format="nquads", encoding="utf-8")
        else:
            graph.serialize(file, format="nt", encoding="utf-8")


def _maker(term: Term) -> _Make:
    if not term.columns:
        constant = _made(term.pattern, term)
        return lambda row: constant
    if column := term.column:
        return lambda row: _made(row[column], term) if row[column] else None
    columns, pattern = term.columns, term.pattern
    return lambda row: _made(pattern.format_map(row), term) if all(row[c] for c in columns) else None


@lru_cache(100_000)
def _made(value: str, term: Term) -> URIRef | Literal:
    if not term.literal:
        return URIRef(value)
    return Literal(value, lang=term.language or None, datatype=URIRef(term.datatype) if term.datatype else None)


if __name__ == "__main__":
    mapped(Path(sys.argv[1]), Path(sys.argv[2]))
