"""The rows of a table of relations, looked at one by one: what each tells, or what is wrong with it.

What rows tell is kept by what it is of (a relation between these actors in this conflict, a conflict, a participation), so that
memory grows with those and not with the rows; which rows tell it in which years goes through DuckDB, which sorts it.

Invariant: every row is told, set aside with the reason, or outside with the reason; none is two of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, product
from pathlib import Path
from typing import IO, NamedTuple

from kg.tables.aside import Aside
from kg.tables.engine import plain_file, quoted
from kg.tables.parties import NOBODY, Parties, Reading, split
from kg.tables.relational import MEMBERS, Estimate, Relational, RelationRule, applies
from kg.tables.spells import YEARS
from kg.tables.staging import Table

Cells = Mapping[str, str]
_NULL = "\\N"
"""What stands for nothing in a plain file; here there is always something."""
MAX_NAMES = 200
"""Actors in one cell. Everybody on one side stands in a relation to everybody on the other."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that rows tell: paths of actors by property."""

    cls: str
    kind: str
    fillers: tuple[tuple[str, str], ...]
    conflict: str


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in a conflict."""

    conflict: str
    role: str
    actor: str


@dataclass(frozen=True, slots=True)
class Number:
    """The estimates of one row, as low, best and high."""

    row: int
    year: int
    column: str
    kind: str
    numbers: tuple[tuple[str, int], ...]
    actors: tuple[str, ...] = ()


@dataclass(slots=True)
class Conflict:
    """What the rows of a conflict say of it: the first of them its begin, the row of the last year its end."""

    id: str
    label: str
    begin: tuple[date, str] | None = None
    ends: dict[int, tuple[date, str]] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of actors that a row tells."""

    row: int
    rule: int
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]


Key = Relation | Part | str
"""What rows tell: a relation, a part, or a conflict by its id."""


class State(NamedTuple):
    """A row that tells something, with its year, and from which cells, as a number of :attr:`Told.cells`."""

    year: int
    row: int
    cells: int


@dataclass(slots=True)
class Told:
    """All that the rows tell. ``cells`` are the columns from which something is read, with its number among what they tell.

    ``named`` are the actors of rows that were not set aside; ``bare`` counts rows that name somebody by a code alone.
    """

    keys: dict[Key, int] = field(default_factory=dict)
    cells: dict[tuple[tuple[str, ...], int], int] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    years: range = range(0)
    mapped: int = 0
    outside: dict[str, int] = field(default_factory=dict)
    bare: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Means:
    """The rules that are for rows with the same codes: relations, changes by their number, why they are outside."""

    relations: tuple[RelationRule, ...]
    changes: tuple[int, ...]
    outside: str


class Rows:
    """The rows of one table, read once. ``wrong`` are what is wrong with them, by row."""

    def __init__(self, table: Table, said: Relational, reading: Reading, folder: Path) -> None:
        self.table, self.said, self.reading, self.path = table, said, reading, folder / "told.csv"
        self.told = Told()
        self.wrong: list[tuple[int, Aside]] = []
        self.aside = 0
        self._parties = {p.slot: p for p in said.parties}
        self._columns = dict.fromkeys(said.used)
        self._coded = said.coded
        self._meant: dict[tuple[str, ...], Means] = {}

    def cells(self) -> Iterator[tuple[int, Cells]]:
        """Row numbers with the cells that are used, empty where there is nothing."""
        columns = ", ".join(f"coalesce({self.table.column(c)}, '') AS {quoted(c)}" for c in self._columns)
        names = tuple(self._columns)
        for row, *cells in self.table.engine.rows(f"SELECT row, {columns} FROM raw ORDER BY row"):
            yield row, dict(zip(names, cells, strict=True))

    def read(self) -> Told:
        """Looks at each row."""
        again = self._again()
        low, high = 10_000, 0
        with self.path.open("w", encoding="ascii", newline="\n") as file:
            for row, cells in self.cells():
                wrong = again.get(row) or self._look(row, cells, file)
                if isinstance(wrong, Aside):
                    self.wrong.append((row, wrong))
                    self.aside += 1
                elif wrong is not None:
                    low, high = min(low, wrong), max(high, wrong)
        self.told.years = range(low, high + 1)
        self.table.engine.execute(
            'CREATE OR REPLACE TABLE told AS SELECT key::BIGINT AS key, year::INTEGER AS year, "row"::BIGINT AS "row", '
            f"cells::INTEGER AS cells FROM {plain_file(self.path, ('key', 'year', 'row', 'cells'), _NULL)}"
        )
        self.path.unlink()
        return self.told

    def years(self) -> Iterator[tuple[int, list[State]]]:
        """The years and rows of each key, in the order of keys and years."""
        rows = self.table.engine.rows("SELECT key, year, row, cells FROM told ORDER BY key, year, row")
        for key, told in groupby(rows, lambda r: int(r[0])):
            yield key, [State(year, row, cells) for _, year, row, cells in told]

    def _again(self) -> dict[int, Aside]:
        """Rows that have what only one row may have."""
        if not self.said.unique:
            return {}
        columns = ", ".join(self.table.column(c) for c in self.said.unique)
        present = " AND ".join(f"{self.table.column(c)} IS NOT NULL" for c in self.said.unique)
        name = ", ".join(self.said.unique)
        found = self.table.engine.rows(
            f"SELECT row, min(row) OVER (PARTITION BY {columns}) AS before, concat_ws(', ', {columns}) FROM raw "
            f"WHERE {present} QUALIFY row > before ORDER BY row"
        )
        return {row: Aside(name, said, f"{name} that no row before has; row {before} has it") for row, before, said in found}

    # -- one row

    def _look(self, row: int, cells: Cells, file: IO[str]) -> int | Aside | None:
        """The year of a row that tells something; what is wrong with it; or nothing, where it is outside."""
        for column in self.said.unique:
            if not cells[column]:
                return Aside(column, "", "something: no row goes without it")
        year: int | None = None
        if self.said.year:
            year = _year(cells[self.said.year])
            if year is None:
                return Aside(self.said.year, cells[self.said.year], f"a year from {YEARS[0]} to {YEARS[-1]}")
        means = self._means(cells)
        if means.outside:
            self.told.outside[means.outside] = self.told.outside.get(means.outside, 0) + 1
            return None
        for party in self._parties.values():
            for column in (party.name, party.parts):
                if column and (several := cells[column].count(",") + 1) > MAX_NAMES:
                    return Aside(column, f"{several:,} names", f"no more than {MAX_NAMES}")
        parties = {slot: self.reading.of(p, cells, year) for slot, p in self._parties.items()}
        found = self._relations(cells, means, parties)
        if isinstance(found, Aside):
            return found
        if (conflict := self._conflict(row, cells, year, parties)) is not None:
            return conflict
        if not found and self.said.conflicts is None and not self.said.described:
            conditions = [c for rule in self.said.relations for c, _ in rule.when]
            columns = ", ".join(dict.fromkeys(conditions)) or ", ".join(p.name for p in self.said.parties)
            return Aside(columns, ", ".join(cells[c] for c in conditions), "codes or names that the configuration knows")
        seen: set[Key] = set()
        for key, named, number in (*found, *self._parts(cells, parties)):
            if key not in seen:  # two rules may tell the same
                seen.add(key)
                at = self.told.cells.setdefault((named, number), len(self.told.cells))
                file.write(f"{self.told.keys.setdefault(key, len(self.told.keys))},{year or 0},{row},{at}\n")
        self._changes(row, means, parties)
        for p in parties.values():
            self.told.named.update(p.actors, p.members)
            for code in p.bare:
                self.told.bare[code] = self.told.bare.get(code, 0) + 1
        self.told.mapped += 1
        return year or 0

    def _means(self, cells: Cells) -> Means:
        """Which rules are for a row; found once for all rows with the same codes."""
        codes = tuple(cells[c] for c in self._coded)
        if codes not in self._meant:
            said = self.said
            self._meant[codes] = Means(
                tuple(r for r in said.relations if applies(r.when, cells)),
                tuple(n for n, c in enumerate(said.changes) if applies(c.when, cells)),
                next((o.reason for o in said.outside if applies(o.when, cells)), ""),
            )
        return self._meant[codes]

    def _relations(
        self, cells: Cells, means: Means, parties: Mapping[str, Parties]
    ) -> list[tuple[Key, tuple[str, ...], int]] | Aside:
        found: list[tuple[Key, tuple[str, ...], int]] = []
        conflict = cells[self.said.conflicts.id] if self.said.conflicts else ""
        for rule in means.relations:
            slots = [(prop, slot) for prop, named in rule.fillers.items() for slot in named]
            columns = tuple(self._column(slot) for _, slot in slots)
            told: dict[Key, None] = {}
            for pair in product(*(self._in(slot, parties) for _, slot in slots)):
                if len(set(pair)) == len(pair):
                    told[Relation(rule.cls, rule.kind, _fillers(rule, slots, pair), conflict)] = None
            if not told and all(self._in(slot, parties) for _, slot in slots):
                return Aside(columns[-1], cells[columns[-1]], f"somebody else than in {columns[0]}")
            found += [(key, columns, number) for number, key in enumerate(told)]
        return found

    def _in(self, slot: str, parties: Mapping[str, Parties]) -> tuple[str, ...]:
        named, members, _ = slot.partition(MEMBERS)
        found = parties.get(named, NOBODY)
        return found.members if members else found.actors

    def _column(self, slot: str) -> str:
        named, members, _ = slot.partition(MEMBERS)
        party = self._parties[named]
        return party.parts if members else party.name

    def _parts(self, cells: Cells, parties: Mapping[str, Parties]) -> Iterator[tuple[Key, tuple[str, ...], int]]:
        said = self.said.conflicts
        if said is None:
            return
        conflict = cells[said.id]
        yield conflict, (said.id,), 0
        for role, slots in (("belligerent", said.belligerents), ("supporter", said.supporters)):
            for slot in slots:
                for number, actor in enumerate(parties[slot].actors):
                    yield Part(conflict, role, actor), (self._parties[slot].name,), number

    def _changes(self, row: int, means: Means, parties: Mapping[str, Parties]) -> None:
        for n in means.changes:
            rule = self.said.changes[n]
            before, after = parties[rule.predecessor].actors, parties[rule.successor].actors
            if before and after:
                self.told.changes.append(Change(row, n, before, after))

    # -- conflicts

    def _conflict(self, row: int, cells: Cells, year: int | None, parties: Mapping[str, Parties]) -> Aside | None:
        """Takes note of what a row says of its conflict; what is wrong with it, if anything is."""
        said = self.said.conflicts
        if said is None:
            return None
        if not cells[said.id]:
            return Aside(said.id, "", "the id of a conflict")
        begin = self._day(cells, said.begin, said.begin_precision)
        end = self._day(cells, said.end, said.end_precision)
        for day in (begin, end):
            if isinstance(day, Aside):
                return day
        assert not isinstance(begin, Aside)
        assert not isinstance(end, Aside)
        if begin and end and end[0] < begin[0]:
            return Aside(said.end, cells[said.end], f"a day that is not before {said.begin} {cells[said.begin]}")
        numbers: list[Number] = []
        for n in said.casualties:
            read = self._numbers(row, year or 0, n, cells, parties)
            if isinstance(read, Aside):
                return read
            numbers += read
        identifier = cells[said.id]
        label = ": ".join(cells[c] for c in said.labels if cells[c]) or identifier
        known = self.told.conflicts.setdefault(identifier, Conflict(identifier, label))
        known.begin = known.begin or begin
        if end:
            known.ends[year or 0] = end
        known.countries |= dict.fromkeys(split(cells[said.countries])) if said.countries else {}
        known.numbers += numbers
        return None

    def _day(self, cells: Cells, column: str, precision: str) -> tuple[date, str] | Aside | None:
        said = self.said.conflicts
        assert said is not None
        if not column or not cells[column]:
            return None
        try:
            day = date.fromisoformat(cells[column])
        except ValueError:
            day = date.max
        if day.year >= YEARS[-1]:
            return Aside(column, cells[column], "a date as YYYY-MM-DD")
        if not precision or not cells[precision]:
            return day, ""
        unit = said.units.get(cells[precision])
        return (day, unit) if unit else Aside(precision, cells[precision], f"one of {', '.join(said.units)}")

    def _numbers(
        self, row: int, year: int, said: Estimate, cells: Cells, parties: Mapping[str, Parties]
    ) -> list[Number] | Aside:
        """Numbers as told: 0 is no estimate, a bound that contradicts the best number is one of its own, and told a person."""
        values: dict[str, int] = {}
        for name, column in (("low", said.low), ("best", said.best), ("high", said.high)):
            cell = cells[column] if column else ""
            if cell and (not cell.isascii() or not cell.isdigit() or len(cell) > 15):
                return Aside(column, cell, "a whole number, not below 0")
            if cell:
                values[name] = int(cell)
        best = values.get("best")
        actors = parties[said.slot].actors if said.slot else ()
        found: list[Number] = []
        fitting = dict(values)
        for name, column, against in (("low", said.low, 1), ("high", said.high, -1)):
            value = values.get(name)
            if value is None or best is None or value == best:
                fitting.pop(name, None) if value == best else None
            elif (value - best) * against > 0:
                del fitting[name]
                expected = f"no {'more' if against > 0 else 'less'} than {said.best} {best}; kept as an estimate of its own"
                self.wrong.append((row, Aside(column, cells[column], expected, kept=True)))
                if value:
                    found.append(Number(row, year, column, said.kind, ((name, value),), actors))
        if any(fitting.values()):
            numbers = tuple((k, fitting[k]) for k in ("low", "best", "high") if k in fitting)
            found.insert(0, Number(row, year, said.columns[0], said.kind, numbers, actors))
        return found


def _fillers(rule: RelationRule, slots: list[tuple[str, str]], pair: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Fillers in the order of the rule; parties, which are equals, in the order of their paths."""
    found = [(prop, actor) for (prop, _), actor in zip(slots, pair, strict=True)]
    return tuple(sorted(found)) if "party" in rule.fillers else tuple(found)


def _year(cell: str) -> int | None:
    if not cell.isascii() or not cell.isdigit() or len(cell) > 4:
        return None
    return int(cell) if int(cell) in YEARS else None
