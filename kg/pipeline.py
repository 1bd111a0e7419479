"""The line of arrows. Start reading here.

::

    annotated report -> mentions and links -> claims -> resolver -> quads -> store -> view -> generation

A store is a function of its inputs: reports, schemes, judgements, ontology. So :func:`ingest` keeps what it reads, writes the
graphs of the reports that are new or changed (of all, when the reference tables or this program changed), builds the view
again, and commits. When nothing changed there is no new generation.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Triple, parse

from kg import queries, readers, schemes
from kg.claims import ReportClaims, claims_of
from kg.config import DEFAULT_BASE
from kg.errors import Problem, SchemeError, StoreError
from kg.extent import parse_issued
from kg.iri import Space, report_path
from kg.model import AnnotatedReport
from kg.quads import report_quads
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Reference
from kg.resolver.resolve import resolve
from kg.resources import ontology_dir, reference_dir, rules_dir
from kg.schemes import Tally
from kg.store import Store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Generation, StoreDirectory, Writer
from kg.store.inputs import Entry, Inputs
from kg.view import Rebuilt, rebuild
from kg.vocab import DCTERMS, PROV, RDF, XSD

Clock = Callable[[], datetime]
Step = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are done (0 of 0 when that is not known)."""


def now() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one report: ``state`` is ``new``, ``changed``, ``unchanged`` or ``refused``."""

    report: str
    path: str
    format: str
    state: str
    mentions: int = 0
    situations: int = 0
    claims: int = 0
    tally: Tally = ()


@dataclass(slots=True)
class Outcome:
    """What an ingest did. ``generation`` is the current one after it, 0 if there is none yet."""

    generation: int = 0
    committed: bool = False
    reads: list[Read] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unclaimed: list[readers.Unclaimed] = field(default_factory=list)
    view: Rebuilt | None = None

    @property
    def rejected(self) -> list[Problem]:
        """What is not in the store."""
        return [p for p in self.problems if p.severity == "rejected"]

    @property
    def exit_code(self) -> int:
        """0 all read, 1 something rejected (the rest is stored), 2 nothing could be done."""
        if not any(r.state != "refused" for r in self.reads):
            return 2
        return 1 if self.rejected else 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for. ``base`` is only needed by a new store; ``scheme`` overrides what the files say."""

    base: str | None = None
    reference: Path | None = None
    format: str | None = None
    scheme: str | None = None
    annotator: str = ""


def ingest(
    store: Path, paths: Iterable[Path], options: Options, clock: Clock = now, step: Step = lambda what, done, of: None
) -> Outcome:
    """Reads files and folders into a store; makes the store if it is not there.

    Raises :class:`~kg.errors.StoreError` (locked, another base, damaged), :class:`~kg.errors.ReferenceTableError`,
    :class:`~kg.errors.ReadError` (unknown format) and :class:`~kg.errors.SchemeError`, before anything is written.
    """
    directory, inputs, outcome = StoreDirectory(store), Inputs(store), Outcome()
    given = tuple(paths)
    if options.scheme is not None and options.scheme not in schemes.names():
        raise SchemeError(f"unknown scheme {options.scheme!r}; there are {', '.join(schemes.names())}")
    walk = readers.walk(given, options.format, annotator=options.annotator)
    ours = tuple(p for p in (store, options.reference) if p)
    if options.reference is not None:
        tables.load(reference_dir(), options.reference)
    if not walk.readable:  # nothing to store: no store is made, none is touched
        deque(_read(walk, options, ours, outcome, step), maxlen=0)
        outcome.generation = directory.number() if directory.exists() else 0
        return outcome
    base = options.base if directory.exists() else options.base or DEFAULT_BASE
    with directory.writing(base) as writer:
        own = options.reference or inputs.own_reference(writer.number)
        reference = tables.load(*(p for p in (reference_dir(), own) if p))
        space = Space(directory.base)
        known = inputs.reports(writer.number)
        batch = _batch(_read(walk, options, ours, outcome, step), outcome)
        digests = {i: r.digest() for i, r in batch.items()}
        entries = [_entry(batch[i], d, known, writer.number + 1, clock) for i, d in digests.items() if not _known(i, d, known)]
        program = _program_digest(reference)
        everything = writer.last_manifest().get("program", program) != program
        fresh = {e.report for e in entries}
        judged = judgements(reference.decisions, space, reference)
        todo = sorted(batch.keys() | (known.keys() if everything else set()))
        for n, i in enumerate(todo):
            step(f"{'writing' if everything or i in fresh else 'checking'} {i}", n, len(todo))
            report = batch[i] if i in batch else inputs.report(known[i])
            claims = _claims(report, outcome, "unchanged" if i not in fresh else "changed" if i in known else "new")
            if everything or i in fresh:
                resolution = resolve(claims, reference, judged)
                outcome.problems += resolution.problems
                graph = NamedNode(space.report_graph(i))
                writer.store.put_graph(graph, (q.triple for q in report_quads(claims, resolution, space)))
        visited = {*given, *(f for r in walk.readable for f in r.files), *(Path(u.path) for u in walk.unclaimed)}
        inputs.keep_rejects(visited, outcome.problems)
        if entries or everything:
            outcome.view = rebuild(writer.store, ontology(), reference, judged, space, lambda what: step(what, 0, 0))
            outcome.problems += [Problem("decisions.csv", 0, note, "warning") for note in outcome.view.notes]
            _provenance(writer.store, [*inputs.entries(writer.number), *entries], space)
            step("committing", 0, 0)
            for entry in entries:
                inputs.keep(batch[entry.report], entry.digest)
            inputs.keep_reference(reference_dir(), own, writer.number + 1)
            inputs.note(entries, writer.number)
            writer.commit(_manifest(writer, entries, program, clock, outcome.view))
            outcome.committed = True
        else:
            writer.keep()
        outcome.generation = writer.number
    return outcome


def rebuild_view(store: Path, clock: Clock = now, step: Step = lambda what, done, of: None) -> Outcome:
    """Drops the view and what was inferred, and makes them again from the graphs of the reports, as rules R1 to R10 have it.

    There is a new generation only if that changed anything. Raises :class:`~kg.errors.StoreError` (none, locked, damaged).
    """
    directory, inputs = StoreDirectory(store), Inputs(store)
    number = directory.current().number  # a store that is not there is not made
    with directory.writing(None) as writer:
        own = inputs.own_reference(number)
        reference = tables.load(*(p for p in (reference_dir(), own) if p))
        space = Space(directory.base)
        judged = judgements(reference.decisions, space, reference)
        try:
            view = rebuild(writer.store, ontology(), reference, judged, space, lambda what: step(what, 0, 0))
        except (LookupError, ValueError) as error:  # values that no ingest writes
            raise StoreError(f"{store}: a report's graph is damaged: {error}; `sitgraph validate` tells which") from error
        outcome = Outcome(view=view, problems=[Problem("decisions.csv", 0, note, "warning") for note in view.notes])
        if view.changed:
            step("committing", 0, 0)
            inputs.keep_reference(reference_dir(), own, writer.number + 1)
            program = str(writer.last_manifest().get("program", ""))
            writer.commit(_manifest(writer, [], program, clock, view))
            outcome.committed = True
        else:
            writer.keep()
        outcome.generation = writer.number
    return outcome


def ontology() -> list[Triple]:
    """The ontology and its codes, as they stand in the default graph of every store."""
    paths = [ontology_dir() / name for name in ("sitgraph.ttl", "concepts.ttl")]
    return [q.triple for path in paths for q in parse(path=path, format=RdfFormat.TURTLE)]


def as_reported(directory: StoreDirectory, generation: Generation, day: date) -> tuple[EmbeddedStore, Rebuilt]:
    """A generation's view over the reports issued up to a day, as if there were no others; undated reports are left out."""
    whole, space = generation.open(), Space(directory.base)
    earlier = EmbeddedStore.in_memory()
    solutions = whole.query(queries.load("report-index"))
    assert isinstance(solutions, QuerySolutions)
    for row in solutions:
        graph, issued = row["graph"], row["issued"]
        if isinstance(graph, NamedNode) and isinstance(issued, Literal) and parse_issued(issued.value) <= day:
            earlier.put_graph(graph, whole.get_graph(graph))
    reference = tables.load(*Inputs(directory.path).reference_in_force(generation.number))
    judged = judgements(reference.decisions, space, reference)
    return earlier, rebuild(earlier, ontology(), reference, judged, space)


def _program_digest(reference: Reference) -> str:
    """Changes when the same reports would give other graphs: this version, the ontology, the rules, the reference tables."""
    files = [*(ontology_dir() / name for name in ("sitgraph.ttl", "concepts.ttl")), *sorted(rules_dir().glob("*.rq"))]
    parts = [version("sitgraph"), reference.digest, *(hashlib.sha256(p.read_bytes()).hexdigest() for p in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(
    walk: readers.Walk, options: Options, ours: Iterable[Path], outcome: Outcome, step: Step
) -> Iterator[AnnotatedReport]:
    """The reports. What nobody reads is listed, unless it lies in a folder of ours: the store, the reference tables."""
    hidden = [folder.resolve() for folder in ours]
    done, of = 0, len(walk.readable)
    for item in walk:
        if isinstance(item, readers.Unclaimed):
            if not any(Path(item.path).resolve().is_relative_to(folder) for folder in hidden):
                outcome.unclaimed.append(item)
        elif isinstance(item, Problem):
            outcome.problems.append(item)
        else:
            done += 1
            step(f"reading {item.report.id}", done, max(done, of))
            outcome.problems += item.problems
            yield replace(item, scheme=options.scheme) if options.scheme else item


def _batch(found: Iterable[AnnotatedReport], outcome: Outcome) -> dict[str, AnnotatedReport]:
    """One report per id. Equal content is taken once; of unequal content under one id only the first."""
    batch: dict[str, AnnotatedReport] = {}
    for report in found:
        ident = report.report.id
        if report.scheme not in schemes.names():
            message = f"unknown scheme {report.scheme!r}; there are {', '.join(schemes.names())}"
            outcome.problems.append(Problem(report.path, 0, message))
            outcome.reads.append(Read(ident, report.path, report.format, "refused"))
        elif (first := batch.setdefault(ident, report)) is not report and first.digest() != report.digest():
            message = f"the report {ident!r} was also read from {first.path}, with other content; that one is taken"
            outcome.problems.append(Problem(report.path, 0, message))
            outcome.reads.append(Read(ident, report.path, report.format, "refused"))
    return batch


def _known(report: str, digest: str, known: Mapping[str, Entry]) -> bool:
    return report in known and known[report].digest == digest


def _entry(report: AnnotatedReport, digest: str, known: Mapping[str, Entry], generation: int, clock: Clock) -> Entry:
    action = "change" if report.report.id in known else "add"
    file = Path(report.path).name
    return Entry(generation, _instant(clock), action, report.report.id, digest, file, report.format, report.scheme)


def _instant(clock: Clock) -> str:
    return clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _claims(report: AnnotatedReport, outcome: Outcome, state: str) -> ReportClaims:
    """What a report claims; what was set aside on the way, and the counts, go to the outcome."""
    mapped = schemes.apply(report)
    claims = claims_of(mapped.report)
    outcome.problems += [*mapped.problems, *claims.problems]
    counts = (len(report.mentions), len(claims.situations), len(claims.claims))
    outcome.reads.append(Read(report.report.id, report.path, report.format, state, *counts, mapped.tally))
    return claims


def _provenance(store: Store, entries: Iterable[Entry], space: Space) -> None:
    """Which file, reader, scheme and run gave a report's graph, and when. No other graph holds a time of ingest."""
    store.put_graph(NamedNode(space.graph("provenance")), _activities(entries, space))


def _activities(entries: Iterable[Entry], space: Space) -> Iterator[Triple]:
    for e in entries:
        activity = NamedNode(space.id(f"{report_path(e.report)}/ingest/{e.generation}"))
        yield Triple(activity, RDF.type, PROV.Activity)
        yield Triple(activity, PROV.endedAtTime, Literal(e.at, datatype=XSD.dateTime))
        yield Triple(activity, PROV.used, NamedNode(f"urn:sha256:{e.digest}"))
        yield Triple(activity, DCTERMS.source, Literal(e.file))
        yield Triple(activity, DCTERMS.description, Literal(f"{e.action}: read by {e.format}, scheme {e.scheme}"))
        yield Triple(NamedNode(space.report_graph(e.report)), PROV.wasGeneratedBy, activity)


def _manifest(writer: Writer, entries: list[Entry], program: str, clock: Clock, view: Rebuilt) -> Mapping[str, object]:
    return {
        "at": _instant(clock),
        "base": writer.directory.base,
        "program": program,
        "version": version("sitgraph"),
        "as_of": view.as_of.isoformat() if view.as_of else None,
        "changed": [{"report": e.report, "action": e.action, "digest": e.digest} for e in entries],
        "counts": counts(writer.store),
    }


def counts(store: Store) -> Mapping[str, object]:
    """What a store holds. Counting scans, so a commit does it once and readers look into the manifest."""
    scalars = {name: _rows(store, f"count-{name}") for name in ("reports", "claims", "mentions", "contradictions", "quads")}
    return {
        **{name: rows[0][1] if rows else 0 for name, rows in scalars.items()},
        "by_class": dict(_rows(store, "count-by-class")),
        "by_status": dict(_rows(store, "count-by-status")),
    }


def _rows(store: Store, name: str) -> list[tuple[str, int]]:
    """The rows of a counting query: ``?what`` (the last part of an IRI) and ``?n``."""
    solutions = store.query(queries.load(name))
    assert isinstance(solutions, QuerySolutions)
    found = []
    for row in solutions:
        what, n = row["what"], row["n"]
        assert isinstance(n, Literal)
        found.append((what.value.replace("#", "/").rsplit("/", 1)[-1] if isinstance(what, NamedNode) else "", int(n.value)))
    return found
