"""The line of arrows. Start reading here.

::

    annotated report -> mentions and links -> claims -> resolver -> quads -> store -> view -> generation

A store is a function of its inputs: reports, schemes, judgements, ontology. So :func:`ingest` keeps what it reads, writes the
graphs of the reports that are new or changed (of all, when the reference tables or this program changed), builds the view
again, and commits. When nothing changed there is no new generation.

Event tables go another way (:mod:`kg.pipeline.tabular`): column by column, into the bulk loader, with the view of their rows.
Only their relations and conflicts come into the view with the reports.

The arrows of one report stand in :mod:`kg.pipeline.account`; :mod:`kg.pipeline.workers` has them done in several processes.
Graphs that the store does not have go through files into its bulk loader while the view is made (:mod:`kg.store.bulk`); of one
that it has, only what differs is written. Memory holds what the view needs of each report, never texts or quads of all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Triple, parse

from kg import queries, readers, schemes
from kg.config import DEFAULT_BASE
from kg.errors import Problem, SchemeError, StoreError
from kg.extent import parse_issued
from kg.iri import Space
from kg.pipeline import tabular
from kg.pipeline.account import Account, Setting
from kg.pipeline.manifest import Clock, activities, instant, manifest, now, program_digest
from kg.pipeline.places import Place, files_of, text_of
from kg.pipeline.tabular import Choice, Loading, TableFile, TableRead
from kg.pipeline.workers import Item, accounts, made_again
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Reference
from kg.resources import ontology_dir, reference_dir
from kg.schemes import Tally
from kg.store.bulk import Bulk
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Generation, StoreDirectory, Writer
from kg.store.inputs import Entry, Inputs
from kg.view import Rebuilt, of_rows, rebuild, rebuilt, sealed, stored, viewed
from kg.view.written import Writing
from kg.view.written import replace as replace_graph

_ROWS_IN_MEMORY = 100_000

Step = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are done (0 of 0 when that is not known)."""


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
    tables: list[TableRead] = field(default_factory=list)
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
        if all(state == "refused" for state in (*(r.state for r in self.reads), *(t.state for t in self.tables))):
            return 2
        return 1 if self.rejected else 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for. ``base`` is only needed by a new store; ``scheme`` overrides what the files say.

    ``format`` is a reader, or the configuration of a table (a name, or the path of a TOML file); ``encoding`` and
    ``separator`` are of tables. ``workers`` are the processes that read; 0 is this one alone, ``None`` as many as are worth it.
    """

    base: str | None = None
    reference: Path | None = None
    format: str | None = None
    scheme: str | None = None
    annotator: str = ""
    encoding: str = ""
    separator: str = ""
    workers: int | None = None


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
    walk, files = _to_read(given, options)
    ours = tuple(p.resolve() for p in (store, options.reference) if p)
    own = options.reference or inputs.own_reference(directory.number()) if directory.exists() else options.reference
    reference = _tables(own)
    if not walk.readable and not files:  # nothing to store: no store is made, none is touched
        nothing = (item for item in walk if isinstance(item, Problem | readers.Unclaimed))
        deque(_followed(nothing, 0, ours, outcome, step), maxlen=0)
        outcome.generation = directory.number() if directory.exists() else 0
        return outcome
    base = options.base if directory.exists() else options.base or DEFAULT_BASE
    program = program_digest(reference)
    with directory.writing(base, tabular.token(files, program) if files else "") as writer:
        known, number = inputs.reports(writer.number), writer.number
        everything = writer.last_manifest().get("program", program) != program
        judged = judgements(reference.decisions, Space(directory.base), reference)
        loading = Loading(writer, inputs, reference, judged, step)
        outcome.tables, afresh = loading.load(files, known, everything)
        outcome.problems += (p for t in outcome.tables for p in t.problems)
        everything = everything or afresh
        digests = {i: e.digest for i, e in known.items()}
        setting = Setting(store, directory.base, reference, judged, digests, everything, options.scheme)
        found = accounts(walk, setting, writer.loading, options.workers)
        tabled = {i for i, e in known.items() if e.format == tabular.FORMAT}
        tabled |= {t.report for t in outcome.tables if t.state != "refused"}
        taken = _taken(_followed(found, len(walk.readable), ours, outcome, step), tabled, outcome, inputs)
        if everything:
            others = [e for i, e in sorted(known.items()) if i not in taken and e.format != tabular.FORMAT]
            taken |= {a.report: a for a in made_again(others, setting, writer.loading, options.workers)}
        by_id = _told([taken[i] for i in sorted(taken)], outcome)
        visited = {*given, *(f for r in walk.readable for f in r.files), *(Path(u.path) for u in walk.unclaimed)}
        inputs.keep_rejects(visited | {path for f in files for path in f.files}, outcome.problems)
        made = [a for a in by_id if a.graph is not None]
        if made or any(t.state in ("new", "changed") for t in outcome.tables) or everything:
            entries = [_entry(a, number + 1, clock) for a in made if a.state != "unchanged"]
            entries += [_table_entry(t, number + 1, clock) for t in outcome.tables if t.state in ("new", "changed")]
            writer.no_way_back()
            outcome.view = _written(writer, made, setting, step)
            outcome.problems += [Problem("decisions.csv", 0, note, "warning") for note in outcome.view.notes]
            _provenance(writer, [*inputs.entries(number), *entries])
            step("committing", 0, 0)
            inputs.keep_reference(reference_dir(), own, number + 1)
            inputs.note(entries, number)
            writer.commit(manifest(writer, entries, program, clock, outcome.view.as_of))
            outcome.committed = True
        else:
            writer.keep()
        outcome.generation = writer.number
    return outcome


def _to_read(given: tuple[Path, ...], options: Options) -> tuple[readers.Walk, list[TableFile]]:
    """What readers take, and the tables among the rest."""
    named = options.format if Choice.names(options.format) else None
    walk = readers.walk(given, None if named else options.format, annotator=options.annotator)
    if named:  # the files given are tables, whoever else would read them
        walk = readers.Walk(
            tuple(
                readers.Unclaimed(str(e.path), "read as a table") if isinstance(e, readers.Readable) and e.path in given else e
                for e in walk.entries
            )
        )
    elif options.format:
        return walk, []
    files = tabular.found(walk, Choice(given, named or "", options.encoding, options.separator))
    paths = {path for f in files for path in (*f.files, *f.beside)}
    rest = tuple(e for e in walk.entries if not (isinstance(e, readers.Unclaimed) and Path(e.path) in paths))
    elsewhere: dict[Path, frozenset[str]] = {}
    for f in files:
        elsewhere[f.path.parent] = elsewhere.get(f.path.parent, frozenset()) | f.called
    return readers.Walk(rest, elsewhere), files


def rebuild_view(store: Path, clock: Clock = now, step: Step = lambda what, done, of: None) -> Outcome:
    """Drops the view and what was inferred, and makes them again from the graphs of the reports, as rules R1 to R10 have it.

    There is a new generation only if that changed anything. Raises :class:`~kg.errors.StoreError` (none, locked, damaged).
    """
    directory, inputs = StoreDirectory(store), Inputs(store)
    number = directory.current().number  # a store that is not there is not made
    with directory.writing(None) as writer:
        own = inputs.own_reference(number)
        reference = _tables(own)
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
            writer.commit(manifest(writer, [], program, clock, view.as_of))
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
    """A generation's view over the reports issued up to a day, as if there were no others; undated reports are left out.

    It is made in memory. Raises :class:`~kg.errors.StoreError` for a table of that time with more rows than fit there.
    """
    whole, space = generation.open(), Space(directory.base)
    tabled = sealed.tables(whole)
    earlier = EmbeddedStore.in_memory()
    solutions = whole.query(queries.load("report-index"))
    assert isinstance(solutions, QuerySolutions)
    for row in solutions:
        graph, issued = row["graph"], row["issued"]
        if isinstance(graph, NamedNode) and isinstance(issued, Literal) and parse_issued(issued.value) <= day:
            if graph in tabled:
                if sealed.rows(whole, graph, _ROWS_IN_MEMORY) >= _ROWS_IN_MEMORY:
                    raise StoreError(f"{graph.value}: has {_ROWS_IN_MEMORY:,} rows or more, too many for a view of another day")
                earlier.add(DefaultGraph(), sealed.copied(whole, graph))
            earlier.add(graph, whole.get_graph(graph))
    reference = tables.load(*Inputs(directory.path).reference_in_force(generation.number))
    judged = judgements(reference.decisions, space, reference)
    return earlier, rebuild(earlier, ontology(), reference, judged, space)


def _tables(own: Path | None) -> Reference:
    return tables.load(*(p for p in (reference_dir(), own) if p))


def _followed(found: Iterable[Item], of: int, ours: Sequence[Path], outcome: Outcome, step: Step) -> Iterator[Account]:
    """The accounts. What nobody reads is listed, unless it lies in a folder of ours: the store, the reference tables."""
    done = 0
    for item in found:
        if isinstance(item, readers.Unclaimed):
            if not any(Path(item.path).resolve().is_relative_to(folder) for folder in ours):
                outcome.unclaimed.append(item)
        elif isinstance(item, Problem):
            outcome.problems.append(item)
        else:
            done += 1
            step(f"reading {item.report}", done, max(done, of))
            outcome.problems += item.read
            yield item


def _taken(found: Iterable[Account], tabled: Container[str], outcome: Outcome, inputs: Inputs) -> dict[str, Account]:
    """One account per report. Equal content is taken once, of unequal content under one id the first; never a table."""
    taken: dict[str, Account] = {}
    for account in found:
        if account.state == "refused":
            outcome.reads.append(_read(account))
            continue
        if account.report in tabled:
            message = f"the report {account.report!r} is a table in this store; metadata give this one another id"
        elif (first := taken.setdefault(account.report, account)).digest != account.digest:
            message = f"the report {account.report!r} was also read from {first.path}, with other content; that one is taken"
        else:
            continue
        outcome.problems.append(Problem(account.path, 0, message))
        outcome.reads.append(Read(account.report, account.path, account.format, "refused"))
        if account.kept:
            inputs.forget(account.digest)
    return taken


def _told(accounts: list[Account], outcome: Outcome) -> list[Account]:
    for account in accounts:
        outcome.problems += account.noted
        outcome.reads.append(_read(account))
    return accounts


def _read(a: Account) -> Read:
    return Read(a.report, a.path, a.format, a.state, a.mentions, a.situations, a.claims, a.tally)


def _entry(a: Account, generation: int, clock: Clock) -> Entry:
    action = "change" if a.state == "changed" else "add"
    return Entry(generation, instant(clock), action, a.report, a.digest, Path(a.path).name, a.format, a.scheme)


def _table_entry(t: TableRead, generation: int, clock: Clock) -> Entry:
    action = "change" if t.state == "changed" else "add"
    return Entry(generation, instant(clock), action, t.report, t.digest, Path(t.path).name, tabular.FORMAT, t.config)


def _written(writer: Writer, made: Sequence[Account], setting: Setting, step: Step) -> Rebuilt:
    """The graphs of reports and the view of all, in the store."""
    space, store = Space(setting.base), writer.store
    there, new = {g.value for g in store.graph_names()}, dict[str, Place]()
    graphs = {space.report_graph(a.report): a for a in made}
    for n, (iri, account) in enumerate(graphs.items()):
        step(f"writing {account.report}", n, len(graphs))
        assert account.place is not None
        if iri in there:
            quads = parse(text_of(account.place), RdfFormat.N_QUADS)
            replace_graph(store, NamedNode(iri), (q.triple for q in quads))
        else:
            new[iri] = account.place
    step("consolidating", 0, 0)
    told = [*stored(store, space, graphs), *(a.graph for a in made if a.graph)]
    with Bulk(store, writer.loading) as bulk:
        for file in files_of(new.values()):
            bulk.file(file)
        rows = of_rows(store, setting.reference, space)
        view = viewed(told, ontology(), setting.reference, setting.judgements, space, lambda what: step(what, 0, 0), rows)
        step("writing the view", 0, 0)
        changed = view.write(Writing(store, bulk, new.keys()))
        step("loading", 0, 0)
        bulk.done()
    return rebuilt(view, changed)


def _provenance(writer: Writer, journal: Sequence[Entry]) -> None:
    space = Space(writer.directory.base)
    Writing(writer.store).graph(space.graph("provenance"), activities(journal, space))
