"""The view: what is consolidated from all reports, in the default graph.

``rebuild`` is a function of the reports' graphs, the reference tables and the judgements: dropping the view and building it
again gives the same. The order is consolidation (R1), contradictions (R2), status (R3), then the rules R4 to R10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.errors import StoreError
from kg.extent import parse_issued
from kg.iri import Space, h20
from kg.quads import day_literal
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Assessment, Reference
from kg.store import Store
from kg.view import context as contexts
from kg.view import contradictions, entities, local, rules, status, triples
from kg.view.canonical import Consolidated
from kg.view.consolidate import consolidate
from kg.vocab import CODES, DCTERMS, PROPERTIES, RDF, RDFS, SG, code


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: counts for people, notes on decisions that wait or disagree, whether it changed the store."""

    as_of: date | None
    conflicts: int
    notes: tuple[str, ...]
    changed: bool
    statuses: dict[str, int] = field(default_factory=dict)


def rebuild(
    store: Store,
    ontology: list[Triple],
    reference: Reference,
    judgements: Judgements,
    space: Space,
    step: Callable[[str], None] = lambda _: None,
) -> Rebuilt:
    """Consolidates all reports of a store and writes default graph, contradictions, inferences and assessments.

    Raises :class:`~kg.errors.StoreError` for a report's graph that is damaged.
    """
    step("consolidating")
    prefix = space.graph("report/")
    names = [g for g in store.graph_names() if g.value.startswith(prefix)]
    graphs = [_graph(store, name) for name in names]
    retracted, closed, overrides = _assessed(reference, space)
    view = consolidate(graphs, judgements, space, lambda place: _containers(place, reference, space), retracted)
    step("comparing accounts")
    about = contexts.context(view, reference, space)
    excludes = contradictions.excluding_codes(
        (t.subject, t.object)
        for t in ontology
        if t.predicate == SG.excludes and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    )
    found = contradictions.conflicts(view, about, space, excludes, closed)
    status.set_statuses(view, about, found, overrides)
    step("applying rules")
    given = [*ontology, *_described(view, about, reference, judgements, space)]
    as_of = max((parse_issued(r.issued) for r in view.reports if r.issued), default=None)
    derived = rules.derive(given, view.situations, as_of, space)
    step("writing the view")
    conflict = triples.conflict_triples(found, contradictions.corroborations(view))
    changed = [
        store.put_graph(DefaultGraph(), [*given, *derived.triples]),
        store.put_graph(NamedNode(space.graph("conflict")), conflict),
        store.put_graph(NamedNode(space.graph("inferred")), derived.inferences),
        store.put_graph(NamedNode(space.graph("assessment")), _assessments(reference, space)),
    ]
    described = triples.describes(view)
    for name, graph in zip(names, graphs, strict=True):
        kept = [t for t in store.get_graph(name) if t.predicate != SG.describes]
        changed.append(store.put_graph(name, [*kept, *described[graph.report.iri]]))
    counts: dict[str, int] = {}
    for s in view.situations.values():
        counts[s.status] = counts.get(s.status, 0) + 1
    notes = (*view.notes, *_waiting(reference, view, [c.iri for c in found], space))
    return Rebuilt(as_of, len(found), notes, any(changed), counts)


def _graph(store: Store, name: NamedNode) -> local.ReportGraph:
    try:
        found = local.read(store.get_graph(name))
        if found.report.issued:
            parse_issued(found.report.issued)
    except (LookupError, ValueError) as error:
        what = "something is missing" if isinstance(error, LookupError) else error
        raise StoreError(f"{name.value}: the graph of this report is damaged: {what}") from error
    return found


def _described(
    view: Consolidated, about: contexts.Context, reference: Reference, judgements: Judgements, space: Space
) -> Iterator[Triple]:
    for s in view.situations.values():
        yield from triples.situation_triples(s, space)
    yield from entities.all_triples(entities.described(view, about, reference, space).values())
    yield from entities.replaced(judgements, view, space)


def _containers(place: str, reference: Reference, space: Space) -> Iterator[str]:
    return (space.id(p) for p in reference.within(space.path(place)))


def _named(identity: str, space: Space) -> str:
    """The IRI of what a row of the tables names: ``sitgraph:actor/russia`` or an IRI."""
    return space.id(space.path(identity.removeprefix("sitgraph:")))


def _assessed(reference: Reference, space: Space) -> tuple[frozenset[str], frozenset[str], dict[str, Assessment]]:
    """What reviewers took back, which contradictions they closed, and which status they set (the latest by date)."""
    by_date = sorted(reference.assessments, key=lambda a: (a.date, a.assessment_id))
    retracted = frozenset(_named(a.about, space) for a in by_date if a.kind == "retraction")
    closed = frozenset(_named(a.about, space) for a in by_date if a.kind == "close-conflict")
    return retracted, closed, {_named(a.about, space): a for a in by_date if a.kind == "status-override"}


def _waiting(reference: Reference, view: Consolidated, conflicts: Iterable[str], space: Space) -> Iterator[str]:
    """Assessments of what is not in the store, or no longer."""
    known = {iri for s in view.situations.values() for iri in s.names} | view.claims.keys() | set(conflicts)
    known |= {c.source for c in view.claims.values()} | {r.iri for r in view.reports} | {space.id(s) for s in reference.sources}
    for a in reference.assessments:
        if _named(a.about, space) not in known:
            yield f"assessment {a.assessment_id}: {a.about} is not in the store; it waits until it is"


def _assessments(reference: Reference, space: Space) -> Iterator[Triple]:
    """The graph of assessments and decisions, as the append-only tables have them: what, of what, by whom, when and why."""
    for a in reference.assessments:
        node = NamedNode(space.id(f"assessment/{h20('assessment', a.kind, space.path(a.about), a.value, a.reviewer, a.date)}"))
        yield from _judged(node, a.assessment_id, a.reviewer, a.date, a.reason, (_named(a.about, space),))
        yield Triple(node, SG.kind, code("assessment-kind", a.kind))
        if a.kind == "status-override":
            yield Triple(node, RDF.value, code("claim-status", a.value))
        elif a.kind == "rating":
            scale = "reliability" if a.value in CODES["reliability"] else "credibility"
            yield Triple(node, PROPERTIES[scale], code(scale, a.value))
    for d in reference.decisions:
        pair = (_named(d.left, space), _named(d.right, space))
        node = NamedNode(
            space.id(f"assessment/{h20('assessment', d.type, [space.path(x) for x in pair], '', d.reviewer, d.date)}")
        )
        yield from _judged(node, d.decision_id, d.reviewer, d.date, d.comment or d.evidence, pair)
        yield Triple(node, DCTERMS.type, Literal(d.type))


def _judged(node: NamedNode, row: str, reviewer: str, day: str, reason: str, about: Iterable[str]) -> Iterator[Triple]:
    yield Triple(node, RDF.type, SG.Assessment)
    yield Triple(node, DCTERMS.identifier, Literal(row))
    yield Triple(node, DCTERMS.creator, Literal(reviewer))
    yield Triple(node, DCTERMS.created, day_literal(parse_issued(day)))
    for iri in about:
        yield Triple(node, SG.assesses, NamedNode(iri))
    if reason:
        yield Triple(node, RDFS.comment, Literal(reason))
