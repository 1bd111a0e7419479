"""The store inside this process: pyoxigraph, on disk or in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
)

from kg.errors import QueryError, StoreError
from kg.store import GraphName

Term = NamedNode | Literal

_MANY = 50_000
"""Above this the bulk loader is faster than a transaction."""


class EmbeddedStore:
    """A :class:`kg.store.Store` over pyoxigraph."""

    def __init__(self, inner: pyoxigraph.Store) -> None:
        self._inner = inner

    @staticmethod
    def in_memory() -> EmbeddedStore:
        """A store that is gone with the process."""
        return EmbeddedStore(pyoxigraph.Store())

    @staticmethod
    def open(path: Path) -> EmbeddedStore:
        """Opens for writing; one process at a time (RocksDB holds a lock)."""
        return _opened(pyoxigraph.Store, path)

    @staticmethod
    def open_read_only(path: Path) -> EmbeddedStore:
        """Opens a checkpoint that nobody writes to."""
        return _opened(pyoxigraph.Store.read_only, path)

    def query(
        self,
        text: str,
        prefixes: Mapping[str, str] | None = None,
        default_graph: NamedNode | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """See :meth:`kg.store.Store.query`.

        ``default_graph`` and ``named_graphs`` are the dataset of the SPARQL 1.1 Protocol: when ``named_graphs`` is given, even
        empty, they replace what the query says, and a default graph that is not given is empty.
        """
        known = dict(prefixes or {})
        try:
            if named_graphs is None:
                return self._inner.query(text, prefixes=known)
            default: list[NamedNode | BlankNode | DefaultGraph] = [default_graph] if default_graph else []
            return self._inner.query(text, prefixes=known, default_graph=default, named_graphs=list(named_graphs))
        except SyntaxError as error:
            raise query_error(error) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(str(error)) from error

    def update(self, text: str) -> None:
        """See :meth:`kg.store.Store.update`."""
        try:
            self._inner.update(text)
        except SyntaxError as error:
            raise query_error(error) from error

    def get_graph(self, graph: GraphName) -> Iterable[Triple]:
        """See :meth:`kg.store.Store.get_graph`."""
        return (q.triple for q in self._inner.quads_for_pattern(None, None, None, graph))

    def put_graph(self, graph: GraphName, triples: Iterable[Triple]) -> bool:
        """See :meth:`kg.store.Store.put_graph`. Only what differs is written."""
        before = set(self.get_graph(graph))
        after = set(triples)
        self.change(graph, before - after, after - before)
        if not after and isinstance(graph, NamedNode):
            self._inner.remove_graph(graph)
        return before != after

    def add(self, graph: GraphName, triples: Iterable[Triple]) -> None:
        """Adds triples to a graph, in bulk."""
        self._inner.bulk_extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    def extend(self, quads: Iterable[Quad]) -> None:
        """Adds quads, whole or not at all."""
        self._inner.extend(quads)

    def take(self, lines: Iterable[str], graph: str) -> bool:
        """Adds lines of N-Triples (subject, predicate, object) to the graph of this IRI, or to the default graph (empty).

        For lines of this program alone: they are not validated again. Says whether there were any.
        """
        end, some = f" <{graph}> .\n" if graph else " .\n", False
        lines = iter(lines)
        while several := list(islice(lines, _MANY)):
            some = self.take_quads("".join([line + end for line in several]))
        return some

    def take_quads(self, text: str) -> bool:
        """Adds an N-Quads document of this program; whether there was anything in it."""
        if text:
            self._inner.bulk_load(text.encode(), RdfFormat.N_QUADS, lenient=True)
        return bool(text)

    def change(self, graph: GraphName, removed: Iterable[Triple], added: Iterable[Triple]) -> None:
        """Takes triples out of a graph and adds others."""
        for t in removed:
            self._inner.remove(Quad(t.subject, t.predicate, t.object, graph))
        quads = [Quad(t.subject, t.predicate, t.object, graph) for t in added]
        (self._inner.bulk_extend if len(quads) > _MANY else self._inner.extend)(quads)

    def delete_graph(self, graph: GraphName) -> None:
        """See :meth:`kg.store.Store.delete_graph`."""
        if isinstance(graph, DefaultGraph):
            self._inner.clear_graph(graph)
        else:
            self._inner.remove_graph(graph)

    def graph_names(self) -> list[NamedNode]:
        """See :meth:`kg.store.Store.graph_names`."""
        return sorted((g for g in self._inner.named_graphs() if isinstance(g, NamedNode)), key=lambda g: g.value)

    def load(self, path: Path, trusted: bool = False) -> None:
        """See :meth:`kg.store.Store.load`. A file that this program wrote is trusted: its IRIs are not validated again."""
        quads = path.suffix == ".nq"
        self._inner.bulk_load(path=path, format=RdfFormat.N_QUADS if quads else RdfFormat.N_TRIPLES, lenient=trusted)

    def __len__(self) -> int:
        return len(self._inner)

    def matching(
        self, subject: NamedNode | None, predicate: NamedNode | None, object: Term | None, graph: GraphName | None
    ) -> Iterator[Quad]:
        """The quads of a pattern, in all graphs where none is named."""
        return self._inner.quads_for_pattern(subject, predicate, object, graph)

    def checkpoint(self, directory: Path) -> None:
        """See :meth:`kg.store.Store.checkpoint`. On one file system it costs hard links only."""
        self._inner.flush()
        self._inner.backup(directory)

    def quads(self) -> Iterable[Quad]:
        """Everything, in no order."""
        return self._inner.quads_for_pattern(None, None, None, None)


def _opened(opener: object, path: Path) -> EmbeddedStore:
    assert callable(opener)
    try:
        return EmbeddedStore(opener(str(path)))
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(f"{path}: cannot be opened as a store: {error}") from error


_WHERE = re.compile(r"error at (\d+):(\d+): ")
_CHARACTER_CLASS = re.compile(r"""(?<!")\[(?:'[^']*'|[^\]'])*\](?:, )?""")


def query_error(error: SyntaxError) -> QueryError:
    """A syntax error of the engine, with its line and column, which are the caller's when nothing was put before the text."""
    text = " ".join(str(error.msg).split())
    found = _WHERE.search(text)
    if not found:
        return QueryError(text)
    said = text[: found.start()] + text[found.end() :]
    if "Prefix not found" in said:
        said = "this prefix is not declared"
    said = _CHARACTER_CLASS.sub("", said).rstrip(", ")
    if said in ("expected", "expected one of"):
        said = "expected something else here"
    return QueryError(said, int(found[1]), int(found[2]))
