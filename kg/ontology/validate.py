"""A store, checked: shapes, laws of hygiene and consistency, with the words of the reports that each finding is about.

Every report's graph is checked by itself, as it would be before it is loaded; the default graph, the contradictions,
inferences, assessments and the provenance are checked together, because they refer to each other (specification, sections 5
and 14).

Invariant: nothing is written, and equal generations give equal findings in equal order, errors first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal as OneOf
from urllib.parse import unquote

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Triple, parse

from kg import queries
from kg.errors import ReasonerUnavailable, TermError
from kg.iri import Space
from kg.ontology import laws, reason, shapes
from kg.resolver import reference as tables
from kg.resolver.reference import Reference
from kg.resources import ontology_dir
from kg.store import GraphName, Store
from kg.store.generations import StoreDirectory
from kg.store.inputs import Inputs
from kg.view import entities
from kg.vocab import SG

Check = OneOf["shape", "law", "consistency"]
Step = Callable[[str, int, int], None]
"""Told what is being checked, and how many of how many graphs are done."""

CONSOLIDATED = ("conflict", "inferred", "assessment", "provenance")
"""The graphs that are checked together with the default graph."""
REASONED = 50_000
"""Statements of reports that are told to HermiT at most: it takes some seconds for them, and much longer for many more."""
PASSAGES = 3
"""Passages that are shown with a finding; an actor may have hundreds of mentions."""


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """Words of a report, by code points; as much of it as a damaged mention still says."""

    report: str
    mention: str
    fragments: tuple[tuple[int, int], ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong: how bad, in which graph, by which shape or law, at which node, and the passages that it rests on.

    ``graph`` is empty for the default graph, and ``report`` where the finding is about no report's own graph.
    """

    severity: shapes.Severity
    report: str
    node: str
    check: Check
    rule: str
    message: str
    graph: str = ""
    passages: tuple[Passage, ...] = ()


@dataclass(slots=True)
class Validation:
    """What was checked and what was found. ``notes`` say what was left out and why."""

    generation: int
    reports: tuple[str, ...] = ()
    statements: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    consistent: bool | None = None
    """``None`` where HermiT did not decide."""

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 something found. That it could not be run at all is an error."""
        return 1 if self.findings else 0


def validate(directory: StoreDirectory, report: str = "", step: Step = lambda what, done, of: None) -> Validation:
    """Checks the current generation, or what concerns one report of it.

    Raises :class:`~kg.errors.StoreError` where there is no store, :class:`~kg.errors.TermError` where it has no such report.
    """
    generation = directory.current()
    reference = tables.load(*Inputs(directory.path).reference_in_force(generation.number))
    work = _Validating(generation.open(), Space(directory.base), reference, step)
    return work.run(generation.number, generation.manifest, report)


class _Validating:
    def __init__(self, store: Store, space: Space, reference: Reference, step: Step) -> None:
        self.store, self.space, self.reference, self.step = store, space, reference, step
        prefix = space.graph("report/")
        self.graphs = {unquote(g.value.removeprefix(prefix)): g for g in store.graph_names() if g.value.startswith(prefix)}

    def run(self, number: int, manifest: Mapping[str, object], report: str) -> Validation:
        ids = tuple(self.graphs) if not report else (self._known(report),)
        self.done = Validation(number, ids)
        found: list[Finding] = []
        of = len(ids) + (2 if report else 3)
        for n, ident in enumerate(ids):
            self.step(f"checking {ident}", n, of)
            found += self._shapes(self.store.get_graph(self.graphs[ident]), ident, self.graphs[ident].value)
        if not report:
            self.step("checking the view", of - 3, of)
            found += self._shapes(self._consolidated())
        self.step("checking the laws", of - 2, of)
        found += self._laws(ids if report else (), {(f.report, f.node, f.rule) for f in found})
        self.step("reasoning", of - 1, of)
        found += self._consistency([report] if report else _changed(manifest, self.graphs))
        self.done.findings = self._with_passages(sorted(found))
        return self.done

    def _known(self, report: str) -> str:
        if report in self.graphs:
            return report
        close = dict.fromkeys((*difflib.get_close_matches(report, self.graphs), *(i for i in self.graphs if report in i)))
        known = f"close to it: {', '.join(islice(close, 10))}" if close else f"there are: {', '.join(islice(self.graphs, 10))}"
        raise TermError(f"no report {report!r} in this store; {known if self.graphs else 'it has none'}")

    # -- shapes

    def _consolidated(self) -> Iterator[Triple]:
        names: Sequence[GraphName] = (DefaultGraph(), *(NamedNode(self.space.graph(name)) for name in CONSOLIDATED))
        for name in names:
            yield from self.store.get_graph(name)

    def _shapes(self, data: Iterable[Triple], report: str = "", graph: str = "") -> Iterator[Finding]:
        triples = list(data)
        self.done.statements += len(triples)
        for f in shapes.findings(triples):
            yield Finding(f.severity, report, f.node, "shape", f.shape.removeprefix(shapes.SHAPES), f.message, graph)

    # -- laws

    def _laws(self, only: Iterable[str], told: Set[tuple[str, str, str]]) -> Iterator[Finding]:
        """What breaks a law and was not told by a shape; where only some reports are asked about, what is in their graphs."""
        by_graph = {graph.value: ident for ident, graph in self.graphs.items()}
        wanted = {self.graphs[ident].value for ident in only}
        for law in laws.load(over="store"):
            for v in laws.violations(self.store, [law]):
                report = by_graph.get(v.graph, "")
                if any((report, v.node, shape) in told for shape in law.shapes) or (wanted and v.graph not in wanted):
                    continue
                yield Finding(law.severity, report, v.node, "law", law.name, _readable(v.message), v.graph)

    # -- consistency

    def _consistency(self, changed: Sequence[str]) -> Iterator[Finding]:
        told: list[Triple] = []
        if not changed and self.graphs:
            self.done.notes.append(
                "consistency: this generation changed no report, so none was told to HermiT; ask for one by --report"
            )
        for taken, ident in enumerate(changed):
            graph = list(self.store.get_graph(self.graphs[ident]))
            if taken and len(told) + len(graph) > REASONED:
                self.done.notes.append(
                    f"consistency: only the first {taken} of {len(changed)} changed reports were told to HermiT, "
                    f"{len(told):,} statements; ask for another one by --report"
                )
                break
            told += graph
        try:
            curated = entities.all_triples(entities.curated(self.reference, self.space).values())
            answer = reason.consistency(told, self._described(told), curated, _alignment())
        except ReasonerUnavailable as error:
            self.done.notes.append(str(error))
            return
        self.done.consistent = answer.consistent
        if not answer.consistent:
            report = changed[0] if len(changed) == 1 else ""
            first = next(iter(answer.culprits), "")
            yield Finding("error", report, first, "consistency", "HermiT", answer.explanation)

    def _described(self, told: Iterable[Triple]) -> Iterator[Triple]:
        """What the default graph says of the actors, places and sources that reports name, and of what these lead to."""
        about: dict[str, list[Triple]] = {}
        for t in self.store.get_graph(DefaultGraph()):
            if isinstance(t.subject, NamedNode):
                about.setdefault(t.subject.value, []).append(t)
        groups = tuple(self.space.id(f"{group}/") for group in ("actor", "place", "source"))
        todo = [t.object.value for t in told if isinstance(t.object, NamedNode)]
        seen: set[str] = set()
        while todo:
            iri = todo.pop()
            if iri not in seen and iri.startswith(groups):
                seen.add(iri)
                yield from about.get(iri, ())
                todo += [
                    t.object.value for t in about.get(iri, ()) if t.predicate in _LEADS and isinstance(t.object, NamedNode)
                ]

    # -- words

    def _with_passages(self, found: list[Finding]) -> list[Finding]:
        nodes = sorted({f.node for f in found if f.node.startswith(self.space.base)})
        rests: dict[str, list[str]] = {}
        for row in self._rows("evidence-of", "node", nodes):
            node, mention = row["node"], row["mention"]
            if isinstance(node, NamedNode) and isinstance(mention, NamedNode):
                rests.setdefault(node.value, []).append(mention.value)
        passages = self._passages(sorted({m for mentions in rests.values() for m in mentions}))
        shown = []
        for f in found:
            of_node = sorted(passages[m] for m in rests.get(f.node, ()) if m in passages)
            own = [p for p in of_node if not f.report or p.report == f.report]
            shown.append(replace(f, passages=tuple(own[:PASSAGES])))
        return shown

    def _passages(self, mentions: Iterable[str]) -> dict[str, Passage]:
        prefix = self.space.graph("report/")
        found: dict[str, Passage] = {}
        for row in self._rows("passages-of", "mention", mentions):
            mention, graph = row["mention"], row["graph"]
            if not isinstance(mention, NamedNode) or not isinstance(graph, NamedNode):
                continue
            start, end, exact = (value.value if isinstance(value := row[n], Literal) else "" for n in ("start", "end", "exact"))
            name = unquote(mention.value.rpartition("/mention/")[2])
            p = found.get(mention.value, Passage(unquote(graph.value.removeprefix(prefix)), name))
            fragment = ((int(start), int(end)),) if start.isdecimal() and end.isdecimal() else ()
            if fragment and fragment[0] in p.fragments:
                continue
            quote = " ".join(words for words in (p.quote, exact) if words)
            found[mention.value] = replace(p, fragments=p.fragments + fragment, quote=quote)
        return found

    def _rows(self, query: str, slot: str, iris: Iterable[str]) -> QuerySolutions:
        nodes = [NamedNode(iri) for iri in iris]
        solutions = self.store.query(queries.bind(queries.load(query), {slot: nodes}))
        assert isinstance(solutions, QuerySolutions)
        return solutions


_LEADS = (SG.within, SG.ofState, SG.embodies, SG.memberOf, SG.onSide)


def _readable(message: str) -> str:
    """A message as a sentence, its addresses as short as those of the shapes."""
    words = re.sub(r"https?://[^\s,;”>]+", lambda address: shapes.short(address[0]), message)
    return words[:1].upper() + words[1:]


def _changed(manifest: Mapping[str, object], graphs: Mapping[str, NamedNode]) -> list[str]:
    """The reports that the generation brought in or changed, and that are there."""
    entries = manifest.get("changed")
    ids = [e["report"] for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    return [i for i in dict.fromkeys(ids) if i in graphs]


def _alignment() -> list[Triple]:
    """The alignment with other vocabularies, where the ontology has one."""
    path = ontology_dir() / "alignment.ttl"
    return [q.triple for q in parse(path=path, format=RdfFormat.TURTLE)] if path.is_file() else []
