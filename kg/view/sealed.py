"""The border between what event tables say of themselves and what is consolidated with everything else.

The graph of a table is told by its report node, which is a ``csvw:Table`` too. The rows' events, with their parts and the
entities that tables alone know (slugs ``t-…``), are written into the default graph together with the table: **sealed**.
Consolidation neither reads nor changes them, so its cost does not grow with the rows. What a table says of relations and of
whole conflicts is consolidated like any report's.

Invariant: no subject of the default graph is written by both sides, but for the shortcuts of relations on ``t-`` entities,
whose properties are consolidation's, and time extents, which are the same whoever writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.store.embedded import EmbeddedStore
from kg.view.canonical import RELATION_SLOTS
from kg.vocab import CLASSES, RDF, SG

TABLE = NamedNode("http://www.w3.org/ns/csvw#Table")
"""Model for Tabular Data and Metadata on the Web: what the report of a table is besides ``sg:Report``."""
SHORTCUTS = (SG.memberOf, SG.onSide, SG.alliedWith, SG.opposes, SG.supports, SG.backs, SG.controls)
"""What the rules make of relations (R6 to R9): consolidation's on every subject."""
_OF_TABLES = re.compile(r"/id/(?:actor|place|source)/t-[0-9a-f]{20}(?:/geometry)?$")
CONSOLIDATED = tuple(CLASSES[name] for name in (*RELATION_SLOTS, "Conflict"))
"""The classes of what a table tells and consolidation makes the view of."""


def is_sealed(iri: str) -> bool:
    """Whether an IRI is that of an entity which tables alone know, or of its geometry."""
    return "/t-" in iri and bool(_OF_TABLES.search(iri))


def tables(store: EmbeddedStore) -> frozenset[NamedNode]:
    """The graphs of tables."""
    return frozenset(q.graph_name for q in store.matching(None, RDF.type, TABLE, None) if isinstance(q.graph_name, NamedNode))


def consolidated(store: EmbeddedStore, graph: NamedNode) -> list[NamedNode]:
    """The local situations of a table that are consolidated: relations, conflicts, and the parts of these conflicts."""
    found = [n for cls in CONSOLIDATED for n in _subjects(store, RDF.type, cls, graph)]
    return [*found, *(part for n in found for part in _subjects(store, SG.ofEvent, n, graph))]


def triples(store: EmbeddedStore, graph: NamedNode) -> Iterator[Triple]:
    """What is consolidated of the graph of a table: those situations, their times, the claims and mentions they rest on."""
    reports = _subjects(store, RDF.type, SG.Report, graph)
    situations = consolidated(store, graph)
    claims = [c for s in situations for c in _subjects(store, SG.asserts, s, graph)]
    todo: list[NamedNode] = [*reports, *situations, *claims]
    seen = set(todo)
    while todo:
        for t in _about(store, todo.pop(), graph):
            yield t
            if t.predicate in _LEADING and isinstance(t.object, NamedNode) and t.object not in seen:
                seen.add(t.object)
                todo.append(t.object)


def of_rows(store: EmbeddedStore, named: Iterable[str]) -> frozenset[str]:
    """Which of these IRIs are of events that rows tell, or of their parts or claims: as told, or as the view has them."""
    graphs = tables(store)
    return frozenset(iri for iri in named if any(_tells(store, NamedNode(iri), graph) for graph in graphs))


def _tells(store: EmbeddedStore, node: NamedNode, graph: NamedNode) -> bool:
    found = (store.matching(node, None, None, graph), store.matching(None, SG.describes, node, graph))
    return any(next(quads, None) is not None for quads in found)


def narrates(store: EmbeddedStore, narrator: str, graph: NamedNode) -> bool:
    """Whether any row is claimed by the narrator of a table."""
    return next(store.matching(None, SG.attributedTo, NamedNode(narrator), graph), None) is not None


_LEADING = frozenset((SG.time, SG.groundedIn))
"""From situations to their times, from claims to their mentions."""


def _subjects(store: EmbeddedStore, predicate: NamedNode, object: NamedNode | Literal, graph: NamedNode) -> list[NamedNode]:
    return [q.subject for q in store.matching(None, predicate, object, graph) if isinstance(q.subject, NamedNode)]


def _about(store: EmbeddedStore, subject: NamedNode, graph: NamedNode) -> Iterator[Triple]:
    return (q.triple for q in store.matching(subject, None, None, graph))


def rows(store: EmbeddedStore, graph: NamedNode, most: int) -> int:
    """How many rows of a table are mentioned; counted up to so many."""
    return sum(1 for _ in islice(store.matching(None, RDF.type, SG.Mention, graph), most))


def copied(store: EmbeddedStore, graph: NamedNode) -> Iterator[Triple]:
    """The view of a table's rows, as it stands in the default graph: their situations, and whom and what tables alone know."""
    seen: set[NamedNode] = set()
    todo = [q.object for q in store.matching(None, SG.describes, None, graph) if isinstance(q.object, NamedNode)]
    told = (q.object for q in store.matching(None, None, None, graph))
    todo += (o for o in told if isinstance(o, NamedNode) and is_sealed(o.value))
    while todo:
        subject = todo.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for q in store.matching(subject, None, None, DefaultGraph()):
            yield q.triple
            if isinstance(q.object, NamedNode) and (q.predicate == SG.time or is_sealed(q.object.value)):
                todo.append(q.object)
