"""RDF syntaxes: one value per format, which knows its name, media type, and whether it can say graphs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, serialize

from kg.errors import QueryError
from kg.store.embedded import EmbeddedStore
from kg.view.scope import view_triples
from kg.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class Syntax:
    """A serialisation of RDF."""

    name: str
    format: RdfFormat

    @property
    def media_type(self) -> str:
        """Its media type."""
        return self.format.media_type

    @property
    def has_graphs(self) -> bool:
        """Whether it can say in which graph a triple is."""
        return self.format.supports_datasets


SYNTAXES = {
    s.name: s
    for s in (
        Syntax("trig", RdfFormat.TRIG),
        Syntax("nq", RdfFormat.N_QUADS),
        Syntax("ttl", RdfFormat.TURTLE),
        Syntax("nt", RdfFormat.N_TRIPLES),
        Syntax("jsonld", RdfFormat.JSON_LD),
        Syntax("rdfxml", RdfFormat.RDF_XML),
    )
}
"""The formats by the name that ``--format`` takes."""


def export_graph(store: EmbeddedStore, graph: NamedNode, syntax: Syntax, out: IO[bytes]) -> int:
    """One named graph; a syntax with graphs names it. The number of triples; :class:`QueryError` if there is no such graph."""
    triples = sorted(store.get_graph(graph), key=str)
    if not triples:
        raise QueryError(
            f"there is no graph {graph.value}; "
            "`sitgraph query` with SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } lists those there are"
        )
    return _write(triples, graph, syntax, out)


def export_view(store: EmbeddedStore, syntax: Syntax, out: IO[bytes]) -> int:
    """The consolidated view: what reports brought into the default graph."""
    return _write(sorted(view_triples(store), key=str), DefaultGraph(), syntax, out)


def export_all(store: EmbeddedStore, syntax: Syntax, out: IO[bytes]) -> int:
    """Every graph. A syntax without graphs is refused: denied events would become facts."""
    if not syntax.has_graphs:
        kinds = ", ".join(s.name for s in SYNTAXES.values() if s.has_graphs)
        raise QueryError(
            f"{syntax.name} has no graphs, so that denied and planned events would read as facts; "
            f"use {kinds}, or --view, or --graph"
        )
    quads = sorted(store.quads(), key=str)
    serialize(quads, out, syntax.format, prefixes=_prefixes(syntax))
    return len(quads)


def _write(triples: Iterable[Triple], graph: NamedNode | DefaultGraph, syntax: Syntax, out: IO[bytes]) -> int:
    rows: list[Triple] | list[Quad] = list(triples)
    if syntax.has_graphs:
        rows = [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
    serialize(rows, out, syntax.format, prefixes=_prefixes(syntax))
    return len(rows)


def _prefixes(syntax: Syntax) -> dict[str, str] | None:
    return dict(PREFIXES) if syntax.format in (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML) else None
