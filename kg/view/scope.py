"""Which part of the default graph is the view: what reports brought in, as against the ontology and the unused reference rows.

Canonical situations and their times; entities that reports mention, and what these lead to (a place's containers, an actor's
state, a source's voice); narrators, sources and publishers; and the old names that lead to any of these.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, Triple

from kg import queries
from kg.store import Store
from kg.vocab import DCTERMS, GEO, SG

_LEADS = (SG.within, SG.ofState, SG.embodies, SG.time, GEO.hasGeometry)


def view_triples(store: Store) -> Iterator[Triple]:
    """The triples of the view, in no order."""
    everything = [t for t in store.get_graph(DefaultGraph()) if isinstance(t.subject, NamedNode)]
    found = store.query(queries.load("view-roots"))
    assert isinstance(found, QuerySolutions)
    inside = {n for row in found if isinstance(n := row["root"], NamedNode)}
    leads: dict[NamedNode, list[NamedNode]] = {}
    for t in everything:
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
            if t.predicate in _LEADS:
                leads.setdefault(t.subject, []).append(t.object)
            elif t.predicate == DCTERMS.isReplacedBy:
                leads.setdefault(t.object, []).append(t.subject)
    todo = list(inside)
    while todo:
        for reached in leads.get(todo.pop(), ()):
            if reached not in inside:
                inside.add(reached)
                todo.append(reached)
    return (t for t in everything if t.subject in inside)
