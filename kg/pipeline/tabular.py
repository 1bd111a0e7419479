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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
    """How the user wants tables to be read. ``name`` is a configuration that ships, or the path of one of the user's own."""

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
        with file.path.open("rb") as data:
            content = hashlib.file_digest(data, "sha256").hexdigest()
        parts = (str(file.path.absolute()), content, repr(file.report), repr(file.config), file.encoding, file.separator)
        hashed.update(canonical_json(parts).encode())
    return hashed.hexdigest()


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

    def digest(self, file: TableFile) -> str:
        """The name of a table's content. Raises :class:`~kg.errors.ReadError`."""
        with TemporaryDirectory(dir=self.writer.loading) as folder, _opened(file, Path(folder)) as table:
            return _digest(table)

    def read(self, file: TableFile, known: Mapping[str, Entry]) -> TableRead:
        """Loads a table, unless the store has it already, with the same content or with another (``changed``)."""
        self.step(f"reading {file.path.name}", 0, 0)
        try:
            with TemporaryDirectory(dir=self.writer.loading) as folder, _opened(file, Path(folder)) as table:
                digest = _digest(table)
                entry = known.get(table.report.id)
                if entry is not None:
                    state = "unchanged" if entry.digest == digest else "changed"
                    return TableRead(table.report.id, str(file.path), file.config.name, state, digest, table.rows)
                names = companion(file.path, file.config)
                self.inputs.keep_table(digest, file.path, table.report, [names] if names else [], file.own)
                return self._load(table, file, digest, Path(folder))
        except ReadError as error:
            problem = Problem(error.path, error.line or 0, error.message)
            return TableRead(file.report.id, str(file.path), file.config.name, "refused", problems=(problem,))

    def kept(self, entry: Entry) -> TableFile:
        """A table as it was kept."""
        path, report, own = self.inputs.table(entry.digest)
        return TableFile(path, tables.load(own or entry.scheme), report, own=own.read_bytes() if own else b"")

    def _load(self, table: tables.Table, file: TableFile, digest: str, folder: Path) -> TableRead:
        report, counts = table.report.id, _Counts()
        start = self.writer.reached(report)
        watch = _Watch(self.step, report, table.rows)
        chunks = tables.map_table(
            table, self.space, self.reference, self.judgements, folder, called=called(self.writer.store, self.space)
        )
        for chunk in chunks:
            if chunk.number >= start:
                self.writer.store.load(chunk.path, trusted=True)
                self.writer.reach(report, chunk.number + 1)
            chunk.path.unlink()
            counts.add(chunk)
            watch.done(chunk.first + chunk.rows)
        return TableRead(
            report, str(file.path), file.config.name, "new", digest, table.rows, counts.of["mapped"],
            counts.of["aside"] + table.refused, counts.of["claims"], counts.of["mentions"], counts.of["quads"],
            dict(counts.classes), dict(counts.statuses), dict(counts.outside), (*table.problems, *counts.problems),
        )  # fmt: skip


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
    return tables.open_table(file.path, file.config, folder, file.report.id, file.encoding, file.separator)


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
