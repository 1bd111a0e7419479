"""The view: what is consolidated from all reports, in the default graph.

``rebuild`` is a function of the reports' graphs, the reference tables and the judgements: dropping the view and building it
again gives the same. The order is consolidation (R1), contradictions (R2), status (R3), then the rules R4 to R10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import StoreError
from kg.extent import parse_issued
from kg.iri import Space, h20, segment
from kg.quads import day_literal
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Assessment, Reference
from kg.store.embedded import EmbeddedStore
from kg.view import context as contexts
from kg.view import contradictions, entities, local, rules, sealed, status, triples
from kg.view.canonical import Consolidated
from kg.view.consolidate import consolidate
from kg.view.written import Writing, withdrawn
from kg.vocab import CODES, DCTERMS, PROPERTIES, RDF, RDFS, SG, code


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: counts for people, notes on decisions that wait or disagree, whether it changed the store."""

    as_of: date | None
    conflicts: int
    notes: tuple[str, ...]
    changed: bool
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """All that is said of what all reports say together, before it is written. What is long is told line by line."""

    consolidated: Consolidated
    given: triples.Lines
    derived: rules.Derived
    conflicts: Sequence[contradictions.Conflict]
    assessments: Sequence[Triple]
    as_of: date | None
    notes: tuple[str, ...]
    space: Space

    def statuses(self) -> dict[str, int]:
        """How many situations have each status."""
        return dict(Counter(s.status for s in self.consolidated.situations.values()))

    def write(self, writing: Writing) -> bool:
        """Makes the store hold it; whether that changed anything."""
        space, view = self.space, self.consolidated
        described = triples.describing(view.situations.values())
        conflict = triples.conflict_lines(self.conflicts, contradictions.corroborations(view))
        changed = [
            writing.default(chain(self.given.lines, self.derived.lines())),
            writing.graph(space.graph("conflict"), conflict),
            writing.graph(space.graph("inferred"), self.derived.inference_lines()),
            writing.graph(space.graph("assessment"), (str(t) for t in self.assessments)),
            writing.describes({space.report_graph(r.id): described.get(r.iri, []) for r in view.reports}),
        ]
        writing.finish()
        return any(changed)


def rebuild(
    store: EmbeddedStore,
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
    view = viewed(stored(store, space), ontology, reference, judgements, space, step, of_rows(store, reference, space))
    step("writing the view")
    return rebuilt(view, view.write(Writing(store)))


def rebuilt(view: View, changed: bool) -> Rebuilt:
    """What is told of a view that was written."""
    return Rebuilt(view.as_of, len(view.conflicts), view.notes, changed, view.statuses())


def stored(store: EmbeddedStore, space: Space, but: Container[str] = ()) -> list[local.ReportGraph]:
    """The graphs of reports in a store, but for those of these IRIs."""
    prefix, tables = space.graph("report/"), sealed.tables(store)
    names = [g for g in store.graph_names() if g.value.startswith(prefix) and g.value not in but]
    there = (name for name in names if not withdrawn(store, name))
    return [_table(store, name, space) if name in tables else _graph(name, store.get_graph(name)) for name in there]


def _graph(name: NamedNode, triples: Iterable[Triple]) -> local.ReportGraph:
    try:
        found = local.read(triples)
        if found.report.issued:
            parse_issued(found.report.issued)
    except (LookupError, ValueError) as error:
        what = "something is missing" if isinstance(error, LookupError) else error
        raise StoreError(f"{name.value}: the graph of this report is damaged: {what}") from error
    return found


def _table(store: EmbeddedStore, name: NamedNode, space: Space) -> local.ReportGraph:
    found = _graph(name, sealed.triples(store, name))
    narrator = space.id(f"source/narrator-{segment(found.report.id)}")
    return replace(found, narrator=narrator) if sealed.narrates(store, narrator, name) else found


def viewed(
    graphs: Iterable[local.ReportGraph],
    ontology: Iterable[Triple],
    reference: Reference,
    judgements: Judgements,
    space: Space,
    step: Callable[[str], None] = lambda _: None,
    rows: Collection[str] = (),
) -> View:
    """What all these reports say together. The order in which they are given is of no meaning.

    ``rows`` are the IRIs among those that reviewers name which are of rows of tables: they are there, and not consolidated.
    """
    by_name = sorted(graphs, key=lambda g: g.report.iri)
    retracted, closed, overrides = _assessed(reference, space)
    view = consolidate(by_name, judgements, space, lambda place: _containers(place, reference, space), retracted, rows)
    step("comparing accounts")
    about = contexts.context(view, reference, space)
    terms = list(ontology)
    excludes = contradictions.excluding_codes(
        (t.subject, t.object)
        for t in terms
        if t.predicate == SG.excludes and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    )
    found = contradictions.conflicts(view, about, space, excludes, closed)
    status.set_statuses(view, about, found, overrides)
    step("applying rules")
    given = triples.Lines([*(str(t) for t in terms), *_described(view, about, reference, judgements, space)])
    as_of = max((parse_issued(r.issued) for r in view.reports if r.issued), default=None)
    derived = rules.derive(given, view.situations, as_of, space)
    notes = (*view.notes, *_waiting(reference, view, {*rows, *(c.iri for c in found)}, space))
    return View(view, given, derived, found, list(_assessments(reference, space)), as_of, notes, space)


def _described(
    view: Consolidated, about: contexts.Context, reference: Reference, judgements: Judgements, space: Space
) -> Iterator[str]:
    for s in view.situations.values():
        yield from triples.situation_lines(s, space)
    for bounds in {s.bounds for s in view.situations.values() if s.bounds is not None}:
        yield from triples.extent_lines(bounds, space)
    yield from entities.all_lines(entities.described(view, about, reference, space).values())
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


def of_rows(store: EmbeddedStore, reference: Reference, space: Space) -> frozenset[str]:
    """What of that which reviewers judged is of rows of tables, by IRI."""
    pairs = (x for d in reference.decisions if d.type.endswith("-event") for x in (d.left, d.right))
    named = {_named(x, space) for x in (*pairs, *(a.about for a in reference.assessments))}
    return sealed.of_rows(store, named)


def _waiting(reference: Reference, view: Consolidated, others: Collection[str], space: Space) -> Iterator[str]:
    """Assessments of what is not in the store, or no longer."""
    known = {iri for s in view.situations.values() for iri in s.names} | view.claims.keys() | set(others)
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
