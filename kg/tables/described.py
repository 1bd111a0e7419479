"""What the view says of an actor, a place or a source that only tables know.

Their slugs begin with ``t-``, so that a view can be made again without looking at them. The same thing may be named by several
tables: what was called something before keeps its preferred label, and a new name is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg.tables.naming import Names
from kg.tables.nquads import Graph
from kg.vocab import CLASSES, DCTERMS, GEO, RDF, SG, SKOS, code

_WAITING = 10_000
"""Lines that are written at once."""


@dataclass(slots=True)
class Described:
    """A description. ``kind`` is a code of ``scheme``; ``within`` are all containing places, nearest first."""

    path: str
    cls: str
    label: str
    language: str = ""
    scheme: str = ""
    kind: str = ""
    identifier: str = ""
    others: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    precision: str = ""
    point: tuple[str, str] | None = None
    """Longitude and latitude, as told."""


@dataclass(slots=True)
class Descriptions:
    """All of one table. ``called`` are preferred labels that stand in the store already, by path.

    ``judged`` says what is something else by a reviewer's judgement. With a ``spool``, what cannot change any more is
    written there at once, so that memory does not grow with the number of places.
    """

    called: Mapping[str, str] = field(default_factory=dict)
    found: dict[str, Described] = field(default_factory=dict)
    judged: Mapping[str, str] = field(default_factory=dict)
    names: Names | None = None
    spool: Path | None = None
    written: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)

    def add(self, described: Described) -> str:
        """Remembers a description, the first of a thing; the path of what it is by the judgements.

        What is judged to be something else is described there.
        """
        path = self.judged.get(described.path, described.path)
        if path != described.path or path in self.written or path in self.found:
            return path
        if self.spool is None or self.names is None or described.cls == "Source":  # a source may get a better spelling yet
            self.found[path] = described
            return path
        self.written.add(path)
        self.waiting += self._lines(described, self.names)
        if len(self.waiting) > _WAITING:
            self._spool()
        return path

    def _spool(self) -> None:
        if self.spool is not None:
            with self.spool.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(self.waiting)
            self.waiting.clear()

    def lines(self, names: Names) -> Iterator[str]:
        """Their quads, in the view."""
        self._spool()
        if self.spool is not None and self.spool.exists():
            with self.spool.open(encoding="utf-8", newline="\n") as file:
                yield from file
            self.spool.unlink()
        for path in sorted(self.found):
            yield from self._lines(self.found[path], names)

    def _lines(self, d: Described, names: Names) -> Iterator[str]:
        graph, node = Graph(), str(names.node(d.path))
        called = self.called.get(d.path, d.label)
        yield graph.line(node, RDF.type, CLASSES[d.cls])
        yield graph.line(node, SKOS.prefLabel, _literal(called, d.language))
        for other in dict.fromkeys((d.label, *d.others)):
            if other != called:
                yield graph.line(node, SKOS.altLabel, _literal(other, d.language))
        if d.kind:
            yield graph.line(node, SG.kind, code(d.scheme, d.kind))
        if d.identifier:
            yield graph.line(node, DCTERMS.identifier, Literal(d.identifier))
        for container in d.within:
            yield graph.line(node, SG.within, names.node(container))
        if d.precision:
            yield graph.line(node, SG.geoPrecision, code("geo-precision", d.precision))
        if d.point:
            geometry = NamedNode(names.space.id(d.path) + "/geometry")
            yield graph.line(node, GEO.hasGeometry, geometry)
            yield graph.line(str(geometry), GEO.asWKT, Literal(f"POINT({d.point[0]} {d.point[1]})", datatype=GEO.wktLiteral))


def _literal(text: str, language: str) -> Literal:
    return Literal(text, language=language) if language else Literal(text)
