"""Event tables on their way into a store: chunk by chunk through the bulk loader, and on from there after an interruption.

Which files are tables is told by :mod:`kg.tables`; each becomes one report. Its graph and the view of its rows are loaded while
it is mapped; its relations and conflicts are consolidated afterwards with those of all reports. A table is kept in the inputs
of the store as it was read, so that all can be made again from them.

Invariant: a run that was stopped leaves the chunks that were loaded and says how many; the same command goes on behind them,
another one starts from the last generation. Either way the store is the one that a run without a stop makes.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg import readers, tables
from kg.errors import Problem, ReadError
from kg.iri import Space, canonical_json
from kg.model import Report
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Writer
from kg.store.inputs import Entry, Inputs
from kg.tables.companions import beside as companion
from kg.view import sealed
from kg.vocab import SKOS

FORMAT = "table"
"""What the journal says of a table where it names the reader of a report; its scheme is the name of the configuration."""

Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that is a table, what reads it, and its report as far as it is told without the rows."""

    path: Path
    config: tables.Config
    report: Report
    encoding: str = ""
    separator: str = ""
    own: bytes = b""
    """The configuration as the user wrote it, if it is none that ships."""

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read: the file itself, and the companion that knows its names, if one stands beside it."""
        names = companion(self.path, self.config)
        return (self.path, names) if names else (self.path,)

    @property
    def beside(self) -> list[Path]:
        """What may say when this table was issued, and by whom."""
        return tables.meta_files(self.path)

    @property
    def called(self) -> frozenset[str]:
        """What ``metadata.csv`` may call it."""
        plain = tables.plain_stem(self.path)
        return frozenset((self.report.id, self.path.name, self.path.stem, plain, f"{plain}.csv"))

    @property
    def order(self) -> tuple[str, str]:
        """Tables are loaded by date of issue, then by id: what two call by different names is called as the first has it."""
        return order(self.report)


@dataclass(frozen=True, slots=True)
class TableRead:
    """What became of a table. ``mapped`` are the rows that gave something, ``aside`` those that could not be read."""

    report: str
    path: str
    config: str
    state: str
    digest: str = ""
    rows: int = 0
    mapped: int = 0
    aside: int = 0
    claims: int = 0
    mentions: int = 0
    quads: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def order(report: Report) -> tuple[str, str]:
    """Where the table of a report stands among the tables of a store."""
    return report.issued or "9999", report.id


def found(walk: readers.Walk, choice: Choice) -> list[TableFile]:
    """The tables among what no reader takes, in their order; a configuration of the user's takes every file that was given."""
    places = [(path, config) for path in (Path(u.path) for u in walk.unclaimed) if (config := choice.config(path))]
    plain = {path: path.with_name(tables.plain_stem(path)) for path, _ in places}
    ids = readers.default_ids(list(dict.fromkeys(plain.values())))
    files = [
        TableFile(p, config, _report(p, config, ids[plain[p]]), choice.encoding, choice.separator, choice.own)
        for p, config in places
    ]
    return sorted(files, key=lambda file: file.order)


@dataclass(frozen=True, slots=True)
class Choice:
    """How the user wants tables to be read.

    ``given`` are the paths of the command; ``name`` is a configuration that ships, or the path of one of the user's own.
    """

    given: tuple[Path, ...]
    name: str = ""
    encoding: str = ""
    separator: str = ""

    @staticmethod
    def names(format: str | None) -> bool:
        """Whether what was given as the format is a table's configuration."""
        return format is not None and (format in tables.names() or format.endswith(".toml"))

    @property
    def own(self) -> bytes:
        """The configuration as the user wrote it."""
        return Path(self.name).read_bytes() if self.name.endswith(".toml") else b""

    def config(self, path: Path) -> tables.Config | None:
        """What reads a file, if it is a table."""
        return tables.load(self.name) if self.name and path in self.given else tables.detect(path)


def token(files: Iterable[TableFile], program: str) -> str:
    """What a run over these tables depends on, by the bytes of the files: only an equal run may go on where one stopped."""
    hashed = hashlib.sha256(program.encode())
    for file in files:
        content = [_content(path) for path in file.files]
        parts = (str(file.path.absolute()), content, repr(file.report), repr(file.config), file.encoding, file.separator)
        hashed.update(canonical_json(parts).encode())
    return hashed.hexdigest()


def _content(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Loading:
    """Tables on their way into the store of one writer."""

    writer: Writer
    inputs: Inputs
    reference: Reference
    judgements: Judgements
    step: Step = lambda what, done, of: None

    @property
    def space(self) -> Space:
        """Where the IRIs of this store begin."""
        return Space(self.writer.directory.base)

    def load(self, files: Sequence[TableFile], known: Mapping[str, Entry], everything: bool) -> tuple[list[TableRead], bool]:
        """Loads the tables that are new; and says whether the database was emptied, so that all else has to be made again.

        That is where a table changed, where all is made again, and where one comes before one that is there.
        """
        there = {i: e for i, e in known.items() if e.format == FORMAT}
        clashing = [f for f in files if f.report.id in known.keys() - there.keys()]
        if clashing:
            reads, afresh = self.load([f for f in files if f not in clashing], known, everything)
            return [*(_clashes(f) for f in clashing), *reads], afresh
        latest = max((self.kept(e).order for e in there.values()), default=("", ""))
        between = any(f.order < latest and f.report.id not in there for f in files)
        if there and (everything or between):
            return self._all(files, there), True
        taken: dict[str, TableRead] = {}
        reads = [self._read(f, there, taken) for f in files]
        if any(r.state == "changed" for r in reads):
            return self._all(files, there), True
        return reads, False

    def _all(self, files: Sequence[TableFile], there: Mapping[str, Entry]) -> list[TableRead]:
        """Every table into an empty database, those that were kept among those of this run."""
        self.writer.start_afresh()
        given = {f.report.id for f in files}
        again = [self.kept(e) for i, e in there.items() if i not in given]
        taken: dict[str, TableRead] = {}
        reads = [self._read(f, {}, taken) for f in sorted([*files, *again], key=lambda f: f.order)]
        return [_compared(r, there[r.report]) if r.report in there else r for r in reads if r.report in given]

    def _read(self, file: TableFile, there: Mapping[str, Entry], taken: dict[str, TableRead]) -> TableRead:
        """Loads a table, unless the store or this run has it already."""
        self.step(f"reading {file.path.name}", 0, 0)
        about = TableRead(file.report.id, str(file.path), file.config.name, "refused")
        try:
            with TemporaryDirectory(dir=self.writer.loading) as folder, _opened(file, Path(folder)) as table:
                about = replace(about, digest=_digest(table), rows=table.rows)
                if (first := taken.setdefault(about.report, about)) is not about:
                    return _said_twice(about, first)
                if entry := there.get(about.report):
                    return _compared(replace(about, state="new"), entry)
                self.inputs.keep_table(about.digest, file.path, table.report, file.files[1:], file.own)
                return self._load(table, about, Path(folder))
        except ReadError as error:
            return replace(about, problems=(Problem(error.path, error.line or 0, error.message),))

    def kept(self, entry: Entry) -> TableFile:
        """A table as it was kept."""
        path, report, own = self.inputs.table(entry.digest)
        return TableFile(path, tables.load(own or entry.scheme), report, own=own.read_bytes() if own else b"")

    def _load(self, table: tables.Table, about: TableRead, folder: Path) -> TableRead:
        start, counts, watch = self.writer.reached(about.report), _Counts(), _Watch(self.step, about.report, table.rows)
        labels = called(self.writer.store, self.space)
        for chunk in tables.map_table(table, self.space, self.reference, self.judgements, folder, called=labels):
            if chunk.number >= start:  # those before were loaded by the run that was stopped, and are only counted
                self.writer.store.load(chunk.path, trusted=True)
                self.writer.reach(about.report, chunk.number + 1)
            chunk.path.unlink()
            counts.add(chunk)
            watch.done(chunk.first + chunk.rows)
        of = counts.of
        return replace(
            about, state="new", mapped=of["mapped"], aside=of["aside"] + table.refused, claims=of["claims"],
            mentions=of["mentions"], quads=of["quads"], classes=dict(counts.classes), statuses=dict(counts.statuses),
            outside=dict(counts.outside), problems=(*table.problems, *counts.problems),
        )  # fmt: skip


def _clashes(file: TableFile) -> TableRead:
    message = f"the report {file.report.id!r} is an annotated report in this store; metadata.csv gives the table another id"
    problem = Problem(str(file.path), 0, message)
    return TableRead(file.report.id, str(file.path), file.config.name, "refused", problems=(problem,))


def _compared(read: TableRead, entry: Entry) -> TableRead:
    """What was read, beside what the store had under the same id."""
    if read.state == "refused":
        return read
    return replace(read, state="unchanged" if entry.digest == read.digest else "changed")


def _said_twice(read: TableRead, first: TableRead) -> TableRead:
    """The second table of one id in one run: taken once if it is the same, else refused."""
    if read.digest == first.digest:
        return replace(read, state="unchanged")
    message = f"the report {read.report!r} was also read from {first.path}, with other content; that one is taken"
    return replace(read, problems=(Problem(read.path, 0, message),))


def called(store: EmbeddedStore, space: Space) -> Mapping[str, str]:
    """The preferred labels of what tables alone know, as they stand in the store, by path."""
    labels = store.matching(None, SKOS.prefLabel, None, DefaultGraph())
    return {
        space.path(q.subject.value): q.object.value
        for q in labels
        if isinstance(q.subject, NamedNode) and isinstance(q.object, Literal) and sealed.is_sealed(q.subject.value)
    }


def _report(path: Path, config: tables.Config, default_id: str) -> Report:
    """What is said of a table beside it; what is wrong there is told when the table is read."""
    try:
        return tables.report_of(path, config, default_id, [])
    except ReadError:
        return Report(default_id)


def _opened(file: TableFile, folder: Path) -> tables.Table:
    table = tables.open_table(file.path, file.config, folder, file.report.id, file.encoding, file.separator)
    table.report = file.report  # of a table that was kept, nothing stands beside it any more
    return table


def _digest(table: tables.Table) -> str:
    """The name of a table's content: its cells, what is said of it, and what reads it."""
    report = {name: getattr(table.report, name) for name in Report.__slots__}
    return hashlib.sha256(canonical_json([table.digest, report, repr(table.config)]).encode()).hexdigest()


@dataclass(slots=True)
class _Counts:
    """The sums over chunks."""

    of: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def add(self, chunk: tables.Chunk) -> None:
        for name in ("mapped", "aside", "claims", "mentions", "quads"):
            self.of[name] += getattr(chunk, name)
        self.classes.update(chunk.classes)
        self.statuses.update(chunk.statuses)
        self.outside.update(chunk.outside)
        self.problems += chunk.problems


class _Watch:
    """Rows done, and by the pace so far how long the rest takes."""

    def __init__(self, step: Step, report: str, rows: int) -> None:
        self.step, self.report, self.rows, self.began = step, report, rows, time.monotonic()

    def done(self, rows: int) -> None:
        rows = min(rows, self.rows)
        passed = time.monotonic() - self.began
        left = f", {_clock(passed / rows * (self.rows - rows))} left" if rows else ""
        self.step(f"loading {self.report}{left}", rows, self.rows)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
