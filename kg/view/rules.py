"""The rules R4 to R10, each a file of ``ontology/rules``, and the record of every derivation (specification, section 10).

A rule is a ``SELECT ?s ?p ?o ?m1 [?m2 ?m3]`` whose rows are its derivations from the premises ``?m…``. Rules run in the order
of their numbers over the default graph, each seeing what the ones before it gave. R10 is the closure and leaves no record: it
is explained by the triples it follows from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Triple

from kg.extent import Bounds
from kg.iri import Space, h20
from kg.quads import day_literal
from kg.queries import bind, slots
from kg.resources import rules_dir
from kg.store.embedded import EmbeddedStore
from kg.view.canonical import Canonical
from kg.view.triples import extent_triples, time_node
from kg.vocab import RDF, SG


@dataclass(frozen=True, slots=True)
class Derived:
    """What rules gave: triples for the default graph, and the graph of inferences."""

    triples: tuple[Triple, ...]
    inferences: tuple[Triple, ...]


def rules() -> Mapping[str, str]:
    """The rules by their id (``R4``), in the order in which they run."""
    found = sorted(rules_dir().glob("r*.rq"))
    return {f"R{int(p.name[1:3])}": p.read_text(encoding="utf-8") for p in found}


def derive(given: Iterable[Triple], situations: Mapping[str, Canonical], as_of: date | None, space: Space) -> Derived:
    """All that the rules derive from a default graph, as of a day; without one, every relation counts as current."""
    scratch = EmbeddedStore.in_memory()
    scratch.put_graph(DefaultGraph(), given)
    inferred = NamedNode(space.graph("inferred"))
    triples: set[Triple] = set()
    records: set[Triple] = set()
    times: set[Bounds] = set()
    for rule, text in rules().items():
        query = bind(text, {"asof": day_literal(as_of)}) if as_of and "asof" in slots(text) else text
        found: set[Triple] = set()
        noted: set[Triple] = set()
        for conclusion, premises in _rows(scratch.query(query)):
            several = [b for m in premises if (b := situations[m.value].bounds)]
            when = intersection(several)
            if len(several) > 1 and when is None:
                continue  # the premises never held together
            found.add(conclusion)
            if premises:
                noted.update(_record(rule, conclusion, premises, situations, when, space))
                times |= {when} if when else set()
        scratch.extend(Quad(t.subject, t.predicate, t.object) for t in found)
        scratch.extend(Quad(t.subject, t.predicate, t.object, inferred) for t in noted)
        triples |= found
        records |= noted
    extents = (t for b in times for t in extent_triples(b, space))
    return Derived((*triples, *extents), tuple(records))


def _rows(solutions: object) -> Iterator[tuple[Triple, tuple[NamedNode, ...]]]:
    assert isinstance(solutions, QuerySolutions)
    premises = [v.value for v in solutions.variables if v.value.startswith("m") and v.value[1:].isdigit()]
    for row in solutions:
        s, p, o = row["s"], row["p"], row["o"]
        if isinstance(s, NamedNode) and isinstance(p, NamedNode) and isinstance(o, NamedNode):
            given = {m for name in premises if isinstance(m := row[name], NamedNode)}
            yield Triple(s, p, o), tuple(sorted(given, key=lambda m: m.value))


def _record(
    rule: str,
    conclusion: Triple,
    premises: tuple[NamedNode, ...],
    situations: Mapping[str, Canonical],
    when: Bounds | None,
    space: Space,
) -> Iterator[Triple]:
    parts = [
        space.path(str(x.value))
        for x in (conclusion.subject, conclusion.predicate, conclusion.object)
        if isinstance(x, NamedNode)
    ]
    node = NamedNode(space.id(f"inference/{h20('inference', rule, *parts, [space.path(m.value) for m in premises])}"))
    yield Triple(node, RDF.type, SG.Inference)
    yield Triple(node, RDF.subject, conclusion.subject)
    yield Triple(node, RDF.predicate, conclusion.predicate)
    yield Triple(node, RDF.object, conclusion.object)
    yield Triple(node, SG.rule, Literal(rule))
    for m in premises:
        yield Triple(node, SG.premise, m)
        for claim in situations[m.value].claims:
            yield Triple(node, SG.basis, NamedNode(claim.iri))
    if when is not None:
        yield Triple(node, SG.time, time_node(when, space))


def intersection(several: list[Bounds]) -> Bounds | None:
    """When all of several extents hold: from the last begin to the first end; ``None`` when never, or unknown."""
    if len(several) < 2:
        return several[0] if several else None

    def least(days: list[date | None], absent_wins: bool) -> date | None:
        return None if absent_wins and None in days else min((d for d in days if d), default=None)

    def greatest(days: list[date | None], absent_wins: bool) -> date | None:
        return None if absent_wins and None in days else max((d for d in days if d), default=None)

    common = Bounds(
        greatest([b.earliest_begin for b in several], False),
        greatest([b.latest_begin for b in several], True),
        least([b.earliest_end for b in several], True),
        least([b.latest_end for b in several], False),
    )
    return None if common.is_empty else common
