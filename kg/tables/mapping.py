"""A table -> chunk files of N-Quads for the bulk loader: the report's graph and the view of its rows.

Chunk 0 holds what rows share, chunk n the rows (n-1)·N+1 to n·N. Each is a function of the table and of what it is read
with, so a run that ended early goes on at the chunk that it did not load. Memory is that of one chunk; what does not fit
DuckDB spills.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import Problem
from kg.iri import Space
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.tables import relations, rows
from kg.tables.dictionaries import Understood
from kg.tables.engine import text
from kg.tables.naming import Names
from kg.tables.shared import Shared
from kg.tables.staging import MAX_PROBLEMS, Table
from kg.tables.standing import standing
from kg.tables.statements import Statements
from kg.tables.verdicts import verdicts

CHUNK_ROWS = 5_000
Step = Callable[[int, int], None]
"""Told how many of how many rows are done."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One file of quads. ``rows`` are the rows it is of, ``mapped`` those among them that gave an event.

    ``classes`` and ``statuses`` count situations of the view; ``outside`` rows that are no event of ours, by the reason.
    """

    number: int
    path: Path
    first: int
    rows: int
    mapped: int
    aside: int
    claims: int
    mentions: int
    quads: int
    classes: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def map_table(
    table: Table, space: Space, reference: Reference, judgements: Judgements, folder: Path, chunk_rows: int = CHUNK_ROWS,
    start: int = 0, step: Step = lambda done, of: None, called: Mapping[str, str] | None = None,
) -> Iterator[Chunk]:  # fmt: skip
    """The chunks of a table from number ``start`` on, written to ``folder`` one after the other, as they are asked for.

    ``called`` are the preferred labels of things with a slug ``t-`` that the store has already, by path. The file of a chunk
    is the caller's to load and to delete. The problems of the table as a whole are in ``table.problems``.
    """
    if table.config.relational is not None:
        if start == 0:
            yield _relations(table, space, reference, judgements, folder, step, called or {})
        return
    names = Names(space, table.report.id, table.digest)
    found = rows.prepare(table, names, reference, judgements, called or {}, folder)
    shared = Shared(table, names, found)
    shared.conflicts()
    said = standing(table.report, names, reference, space), verdicts(names, reference, space)
    run = _Run(table, names, found, Statements(table.config, names, *said), folder)
    if start == 0:
        yield run.shared(shared)
    for number in range(max(start, 1), -(-table.rows // chunk_rows) + 1):
        first = (number - 1) * chunk_rows + 1
        step(first - 1, table.rows)
        yield run.chunk(number, first, min(number * chunk_rows, table.rows))
    step(table.rows, table.rows)


def _relations(
    table: Table,
    space: Space,
    reference: Reference,
    judgements: Judgements,
    folder: Path,
    step: Step,
    called: Mapping[str, str],
) -> Chunk:
    """A table of relations as one chunk: what it tells grows with relations, not with rows."""
    step(0, table.rows)
    path = folder / f"chunk-{0:06}.nq"
    w = relations.write(table, space, reference, judgements, path, called)
    step(table.rows, table.rows)
    return Chunk(
        0, path, 1, table.rows, w.mapped, w.aside, w.claims, w.mentions, w.quads, w.classes, w.statuses, w.outside, w.problems
    )


def fingerprint(table: Table, reference: Reference, chunk_rows: int = CHUNK_ROWS) -> str:
    """What the chunks of a table depend on, beside the program: a run may only go on with chunks of an equal one."""
    inputs = (table.digest, repr(table.report), repr(table.config), reference.digest, str(chunk_rows))
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()


@dataclass(slots=True)
class _Run:
    table: Table
    names: Names
    found: Understood
    statements: Statements
    folder: Path

    def shared(self, shared: Shared) -> Chunk:
        path = self._path(0)
        quads = 0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for line in shared.lines():
                file.write(line)
                quads += 1
        counts = {cls: n for cls, n in shared.counts.items() if n}
        return Chunk(0, path, 0, 0, 0, 0, shared.claims, shared.mentions, quads, counts)

    def chunk(self, number: int, first: int, last: int) -> Chunk:
        engine, s = self.table.engine, self.statements
        for sql in (s.events(first, last), s.participations(), s.numbers()):
            engine.execute(sql)
        path = self._path(number)
        engine.execute(
            f"COPY ({s.row_lines()} UNION ALL {s.participation_lines()} UNION ALL {s.number_lines()}) TO {text(str(path))} "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
        quads = _line_ends(path)
        mapped = int(engine.one("SELECT count(*) FROM ev"))
        problems, aside = self._problems(first, last)
        return Chunk(
            number, path, first, last - first + 1, mapped, aside, mapped, mapped, quads, self._counts("cls", "pcls"),
            self._counts("st", "st"), self._outside(first, last), problems,
        )  # fmt: skip

    def _path(self, number: int) -> Path:
        return self.folder / f"chunk-{number:06}.nq"

    def _counts(self, of_events: str, of_numbers: str) -> dict[str, int]:
        part = "'Participation'" if of_events == "cls" else of_events
        sql = (
            f"SELECT x, count(*) FROM (SELECT {of_events} AS x FROM ev UNION ALL SELECT {part} FROM pt WHERE first "
            f"UNION ALL SELECT {of_numbers} FROM es) GROUP BY 1 ORDER BY 1"
        )
        return {str(name): int(n) for name, n in self.table.engine.all(sql)}

    def _outside(self, first: int, last: int) -> dict[str, int]:
        sql = (
            "SELECT t.code_key, count(*) FROM typed t JOIN d_code c ON c.key = t.code_key "
            f"WHERE c.outside IS NOT NULL AND t.row BETWEEN {first} AND {last} "
            "AND t.row NOT IN (SELECT row FROM aside WHERE NOT kept) GROUP BY 1 ORDER BY 1"
        )
        counts: dict[str, int] = {}
        for key, n in self.table.engine.rows(sql):
            reason = self.found.outside[key]
            counts[reason] = counts.get(reason, 0) + int(n)
        return counts

    def _problems(self, first: int, last: int) -> tuple[tuple[Problem, ...], int]:
        """What is wrong with the rows, up to ``MAX_PROBLEMS``, and how many rows were set aside."""
        where = f"WHERE row BETWEEN {first} AND {last}"
        aside = int(self.table.engine.one(f"SELECT count(DISTINCT row) FROM aside {where} AND NOT kept"))
        sql = f'SELECT row, "column", found, expected, kept FROM aside {where} ORDER BY 1, 2, 4 LIMIT {MAX_PROBLEMS}'
        problems = tuple(
            Problem(
                str(self.table.path), 0, f"found {found!r}, expected {expected}", "warning" if kept else "rejected",
                f"row {row}, column {column}",
            )
            for row, column, found, expected, kept in self.table.engine.rows(sql)
        )  # fmt: skip
        return problems, aside


def _line_ends(path: Path) -> int:
    """How many lines a file has: as many as it has quads."""
    with path.open("rb") as file:
        return sum(data.count(b"\n") for data in iter(lambda: file.read(2**20), b""))
