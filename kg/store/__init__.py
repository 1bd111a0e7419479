"""What a store is: the five W3C verbs, and two of our own.

``query`` and ``update`` are the SPARQL 1.1 Protocol, ``get_graph``, ``put_graph`` and ``delete_graph`` the SPARQL 1.1 Graph
Store HTTP Protocol. ``load`` takes a file in bulk and ``checkpoint`` leaves a copy that stays as it is. Everything else is
a function over these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from pyoxigraph import DefaultGraph, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

GraphName = NamedNode | DefaultGraph


class Store(Protocol):
    """A dataset that can be read and written. Raises :class:`kg.errors.QueryError` and :class:`kg.errors.StoreError`."""

    def query(self, text: str, prefixes: Mapping[str, str] | None = None) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answers a SPARQL 1.1 query over the default graph and, by ``GRAPH``, the named graphs.

        ``prefixes`` are declared before the text begins; what the text declares itself wins.
        """

    def update(self, text: str) -> None:
        """Runs a SPARQL 1.1 update, whole or not at all."""

    def get_graph(self, graph: GraphName) -> Iterable[Triple]:
        """The triples of a graph; none if there is no such graph."""

    def put_graph(self, graph: GraphName, triples: Iterable[Triple]) -> bool:
        """Makes a graph hold exactly these triples; whether that changed anything."""

    def delete_graph(self, graph: GraphName) -> None:
        """Removes a graph and all in it."""

    def graph_names(self) -> list[NamedNode]:
        """The named graphs, in order."""

    def load(self, path: Path) -> None:
        """Adds a file of N-Triples or N-Quads in bulk."""

    def checkpoint(self, directory: Path) -> None:
        """Leaves a copy in a directory that is not there yet; later writes do not reach it."""
