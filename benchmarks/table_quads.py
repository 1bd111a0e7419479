"""What a row of an event table costs: quads by kind, and bytes on disk after the bulk load.

``python -m benchmarks.table_quads FILE…`` prints the table of ``docs/tables.md``.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.config import DEFAULT_BASE
from kg.iri import Space
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resources import reference_dir
from kg.tables import detect, map_table, open_table
from kg.vocab import RDF, SG

_SPACE = Space(DEFAULT_BASE)
_RELATIONS = ("Conflict", "Opposition", "SpatialRelation")
_SHORTCUTS = (SG.involves, SG.attacker, SG.defender, SG.targets, SG.aidedBy, SG.issuer)
_PATTERNS = (
    (re.compile(r"/mention/Conflict-|/text/row-\d+-"), "conflicts and relations"),
    (re.compile(r"/mention/|/text/"), "mention with its selector"),
    (re.compile(r"/time/"), "time extents"),
    (re.compile(r"/(place|actor|source)/"), "places, actors, sources"),
)


def kinds(quads: Iterable[Quad]) -> Counter[tuple[str, str]]:
    """How many quads of which kind, in the table's graph and in the view."""
    every = list(quads)
    cls = {
        q.subject: q.object.value.rsplit("#", 1)[-1]
        for q in every
        if q.predicate == RDF.type and isinstance(q.object, NamedNode)
    }
    about = {q.subject: q.object for q in every if q.predicate == SG.asserts}
    return Counter((_where(q), _kind(q, cls, about)) for q in every)


def _where(q: Quad) -> str:
    return "view" if q.graph_name == DefaultGraph() else "graph"


def _kind(q: Quad, cls: Mapping[Any, str], about: Mapping[Any, object]) -> str:
    if q.predicate in _SHORTCUTS:
        return "shortcuts of R5"
    name = cls.get(about.get(q.subject, q.subject), "")
    if name in _RELATIONS:
        return "conflicts and relations"
    if q.subject in about:
        return "claim"
    if name in ("Participation", "CasualtyEstimate", "Outcome"):
        return {"Participation": "participations", "CasualtyEstimate": "casualty estimates", "Outcome": "outcomes"}[name]
    subject = str(q.subject)
    return next(
        (kind for pattern, kind in _PATTERNS if pattern.search(subject)), "report" if name in ("Report", "Table") else "event"
    )


def mapped(path: Path, folder: Path) -> Iterator[tuple[Path, int]]:
    """The chunk files of a table, and how many rows each is of."""
    reference = tables.load(reference_dir())
    config = detect(path)
    if config is None:
        raise SystemExit(f"{path}: no table that is known")
    with open_table(path, config, folder) as table:
        for chunk in map_table(table, _SPACE, reference, judgements(reference.decisions, _SPACE, reference), folder):
            yield chunk.path, chunk.mapped


def main(paths: list[Path]) -> None:
    """Prints quads a row by kind, and bytes on disk a row."""
    total: Counter[tuple[str, str]] = Counter()
    rows = size = 0
    for path in paths:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "work").mkdir()
            store = Store(folder / "store")
            for chunk, count in list(mapped(path, folder / "work")):
                store.bulk_load(path=str(chunk), format=RdfFormat.N_QUADS)
                rows += count
            total += kinds(store)
            store.optimize()
            store.flush()
            del store
            size += sum(f.stat().st_size for f in (folder / "store").rglob("*") if f.is_file())
    lines = ["| kind | in the graph | in the view |", "|---|---:|---:|"]
    for kind in sorted({k for _, k in total}, key=lambda k: -sum(total[w, k] for w in ("graph", "view"))):
        lines.append(f"| {kind} | {total['graph', kind] / rows:.2f} | {total['view', kind] / rows:.2f} |")
    graph, view = (sum(n for (w, _), n in total.items() if w == where) / rows for where in ("graph", "view"))
    lines.append(f"| **together {graph + view:.2f}** | {graph:.2f} | {view:.2f} |")
    lines.append(f"\n{rows:,} rows, {sum(total.values()):,} quads, {size / rows:,.0f} bytes on disk a row")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main([Path(p) for p in sys.argv[1:]])
