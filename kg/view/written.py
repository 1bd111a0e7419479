"""The view as it stands in a store, and how it becomes another one: only what differs is written.

A graph that the store does not have yet is written as a file and loaded in bulk; of one that it has, the lines of before and
after are compared. In the default graph these are the lines of consolidation alone: what is sealed (:mod:`kg.view.sealed`) is
not looked at. A time extent goes when nothing points to it any more, whoever wrote it.

What consolidation wrote beside a table is found by what the reports' graphs describe. So a graph is changed by :func:`replace`
and taken out by :func:`withdraw`, which leave there what it describes until the view is written.

Invariant: afterwards the store holds the view and what is sealed, whatever it held before; a second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from kg.quads import quads_of
from kg.store import GraphName
from kg.store.bulk import Bulk
from kg.store.embedded import EmbeddedStore
from kg.view import sealed
from kg.view.triples import triples_of
from kg.vocab import CLASSES, DCTERMS, GEO, OWL, PREFIXES, RDF, SG, SKOS, ancestors

_DEFAULT = DefaultGraph()
_ENTITIES = tuple(node for name, node in CLASSES.items() if {name, *ancestors(name)} & {"Actor", "Place", "Source"})
_ANNOTATION_PROPERTY = NamedNode(f"{PREFIXES['owl']}AnnotationProperty")
_ONTOLOGY = (
    OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, _ANNOTATION_PROPERTY, SKOS.Concept, SKOS.ConceptScheme,
)  # fmt: skip


def replace(store: EmbeddedStore, graph: NamedNode, triples: Iterable[Triple]) -> None:
    """Makes the graph of a report hold these triples, and what the last view said that it describes."""
    before = {q.triple for q in store.matching(None, None, None, graph) if q.predicate != SG.describes}
    after = set(triples)
    store.change(graph, before - after, after - before)


def withdraw(store: EmbeddedStore, graph: NamedNode) -> None:
    """Takes a report out; the next view leaves no trace of it."""
    replace(store, graph, ())


def withdrawn(store: EmbeddedStore, graph: NamedNode) -> bool:
    """Whether nothing is left of a report but what the last view said that it describes."""
    return all(q.predicate == SG.describes for q in store.matching(None, None, None, graph))


class Writing:
    """The writing of one view. What is new goes by ``bulk`` where there is one; it must be done before all of it is there.

    ``fresh`` are the graphs of reports that hold nothing yet but what they were, or are just being, written with.
    """

    def __init__(self, store: EmbeddedStore, bulk: Bulk | None = None, fresh: Collection[str] = frozenset()) -> None:
        self.store, self.bulk, self.fresh = store, bulk, fresh
        self.tables = sealed.tables(store)
        self._relations = list(self._canonical_relations()) if self.tables else []
        self._extents: list[Triple] = []

    def default(self, lines: Iterable[str]) -> bool:
        """The default graph; whether that changed anything."""
        if next(self.store.matching(None, None, None, _DEFAULT), None) is None:
            self._load(lines, "")
            return True
        wanted = set(lines)
        before = self._consolidated() if self.tables else self.store.matching(None, None, None, _DEFAULT)
        removed = _differences(before, wanted)
        if self.tables:
            wanted = {str(t) for t in triples_of(wanted) if not self._holds(t)}  # a time extent, say, that a row has too
        kept = self._times(removed) if self.tables else frozenset()
        self._extents = [t for t in removed if t.subject in kept]
        self._change(_DEFAULT, [t for t in removed if t.subject not in kept], wanted)
        return bool(removed or wanted)

    def finish(self) -> None:
        """Takes out the time extents that nothing points to any more, after all else is written."""
        self._change(_DEFAULT, [t for t in self._extents if not self._is_used(t.subject)], ())

    def graph(self, iri: str, lines: Iterable[str]) -> bool:
        """A named graph that is consolidation's alone."""
        name = NamedNode(iri)
        if next(self.store.matching(None, None, None, name), None) is None:
            return self._load(lines, iri)
        wanted = set(lines)
        removed = _differences(self.store.matching(None, None, None, name), wanted)
        self._change(name, removed, wanted)
        return bool(removed or wanted)

    def describes(self, by_graph: Mapping[str, list[str]]) -> bool:
        """Which canonical situation each local one describes, in the graphs of the reports, given by the IRIs of these."""
        changed = False
        for iri, lines in by_graph.items():
            if iri in self.fresh:
                continue
            graph, wanted = NamedNode(iri), set(lines)
            removed = _differences(self._described(graph), wanted)
            self._change(graph, removed, wanted)
            changed |= bool(removed or wanted)
        for graph in self.store.graph_names():
            if graph.value not in by_graph and withdrawn(self.store, graph):
                self.store.delete_graph(graph)
                changed = True
        new = (quads_of(lines, iri) for iri, lines in by_graph.items() if iri in self.fresh and lines)
        return (self.bulk.documents(new) if self.bulk is not None else self.store.take_quads("".join(new))) or changed

    # -- what stands there

    def _described(self, graph: NamedNode) -> Iterator[Quad]:
        if graph not in self.tables:
            yield from self.store.matching(None, SG.describes, None, graph)
            return
        for canonical in self._relations:
            yield from self.store.matching(None, SG.describes, canonical, graph)

    def _canonical_relations(self) -> Iterator[NamedNode]:
        """Relations and conflicts, with the parts of these: consolidation's, whoever told them."""
        for cls in sealed.CONSOLIDATED:
            for q in self.store.matching(None, RDF.type, cls, _DEFAULT):
                if isinstance(q.subject, NamedNode):
                    yield q.subject
                    for part in self.store.matching(None, SG.ofEvent, q.subject, _DEFAULT):
                        if isinstance(part.subject, NamedNode):
                            yield part.subject

    def _consolidated(self) -> Iterator[Quad]:
        """The default graph without what is sealed, by subject."""
        found: list[object] = [*self._situations(), *(q.subject for q in self._of(DCTERMS.isReplacedBy))]
        for cls in (*_ENTITIES, *_ONTOLOGY):
            found += (q.subject for q in self.store.matching(None, RDF.type, cls, _DEFAULT))
        found += (q.object for q in self._of(GEO.hasGeometry))
        subjects = {n for n in found if isinstance(n, NamedNode) and not sealed.is_sealed(n.value)}
        times = {q.object for s in subjects for q in self.store.matching(s, SG.time, None, _DEFAULT)}
        for graph in self.store.graph_names():
            if graph.value.endswith("/graph/inferred"):
                times |= {q.object for q in self.store.matching(None, SG.time, None, graph)}
        for subject in subjects | {t for t in times if isinstance(t, NamedNode)}:
            yield from self.store.matching(subject, None, None, _DEFAULT)
        for shortcut in sealed.SHORTCUTS:
            yield from (q for q in self._of(shortcut) if _is_sealed(q.subject))

    def _situations(self) -> Iterator[NamedNode]:
        """The canonical situations that anything but a row describes."""
        yield from self._relations
        for graph in self.store.graph_names():
            for q in self._described(graph):
                if isinstance(q.object, NamedNode):
                    yield q.object

    def _holds(self, t: Triple) -> bool:
        assert isinstance(t.subject, NamedNode)
        assert isinstance(t.object, NamedNode | Literal)
        return next(self.store.matching(t.subject, t.predicate, t.object, _DEFAULT), None) is not None

    def _of(self, predicate: NamedNode) -> Iterator[Quad]:
        return self.store.matching(None, predicate, None, _DEFAULT)

    def _times(self, triples: Iterable[Triple]) -> frozenset[object]:
        """The time extents among the subjects: beside a table, others may point to them."""
        subjects = {t.subject for t in triples if isinstance(t.subject, NamedNode)}
        return frozenset(s for s in subjects if next(self.store.matching(s, RDF.type, SG.TimeExtent, _DEFAULT), None))

    def _is_used(self, extent: object) -> bool:
        return isinstance(extent, NamedNode) and next(self.store.matching(None, SG.time, extent, None), None) is not None

    # -- how it is changed

    def _change(self, graph: GraphName, removed: Collection[Triple], added: Collection[str]) -> None:
        if removed or added:
            self.store.change(graph, removed, triples_of(added))

    def _load(self, lines: Iterable[str], iri: str) -> bool:
        if self.bulk is not None:
            return self.bulk.lines(lines, iri)
        return self.store.take(lines, iri)


def _is_sealed(node: object) -> bool:
    return isinstance(node, NamedNode) and sealed.is_sealed(node.value)


def _differences(before: Iterable[Quad], wanted: set[str]) -> list[Triple]:
    """What is there and not wanted; of what is wanted, only what is not there stays in the set."""
    removed: list[Triple] = []
    for q in before:
        line = f"{q.subject} {q.predicate} {q.object}"
        try:
            wanted.remove(line)
        except KeyError:
            removed.append(q.triple)
    return removed
