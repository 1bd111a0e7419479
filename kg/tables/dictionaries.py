"""The distinct values of a table, each understood once, as tables that rows are joined with.

A dictionary table has the cells it is about joined to one key, what was understood of them as text for SQL, or what is wrong
with them. Every list is in the order of its keys, so that the same table gives the same dictionaries.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.tables import times
from kg.tables.actors import Actors, alone
from kg.tables.aside import Aside
from kg.tables.config import Rule
from kg.tables.curated import Curated
from kg.tables.described import Descriptions
from kg.tables.engine import plain_file
from kg.tables.naming import ROW, Names, cell, json_template
from kg.tables.nquads import Graph
from kg.tables.places import Gazetteer, where
from kg.tables.sources import Named
from kg.tables.staging import Table
from kg.vocab import PROV, SG, code

SEPARATOR = "\x1f"
"""Between the cells of a key."""
_NULL = "\\N"
MAX_NAMES = 200
"""The most actors or sources in one cell; more is no list of names."""


@dataclass(slots=True)
class Understood:
    """What was understood: descriptions for the view, extents by key, nearness by place, slots by name."""

    descriptions: Descriptions
    extents: dict[str, times.Dated] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    slots: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)


def key_of(table: Table, columns: Iterable[str]) -> str:
    """An SQL expression for the key of some columns."""
    parts = ", ".join(f"coalesce({table.column(c)}, '')" for c in columns)
    return f"concat_ws(chr(31), {parts})" if parts else "''"


class Dictionaries:
    """The dictionary tables ``d_code``, ``d_time``, ``d_place``, ``d_source``, ``d_<slot>`` and ``g_<group>`` of one table.

    They are made in steps, since who and where is only asked of rows that can be used: what nobody tells is not described.
    """

    def __init__(
        self,
        table: Table,
        names: Names,
        reference: Reference,
        judgements: Judgements,
        called: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.table, self.names, self.reference, self.judgements = table, names, reference, judgements
        self.folder, self.config = folder, table.config
        spool = folder / "described.nq"
        spool.unlink(missing_ok=True)
        self.found = Understood(Descriptions(called, judged=judgements.representative, names=names, spool=spool))
        self.curated = Curated.of(reference)

    def _keys(self, column: str, source: str = "good") -> Iterator[tuple[str, list[str]]]:
        for (joined,) in self.table.engine.rows(
            f"SELECT DISTINCT {column} FROM {source} WHERE {column} IS NOT NULL ORDER BY 1"
        ):
            yield joined, joined.split(SEPARATOR)

    def _write(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
        """A dictionary table: columns of text, and what is wrong."""
        every = ("key", "bad_column", "bad_found", "bad_expected", "bad_kept", *columns)
        path = self.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
                [_NULL if v is None else v for v in row] for row in rows
            )
        self.table.engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {plain_file(path, every, _NULL)}")
        path.unlink()

    # -- what happened

    def codes(self) -> None:
        """What happened, and how sure the table is: of all rows."""
        columns = (*self.config.coded, *(c for c, _ in self.config.certainties))
        slots = [a.slot for a in self.config.actors]
        rows = [self._code(joined, cells, columns, slots) for joined, cells in self._keys("code_key", "typed")]
        roles = [f"role_{s}" for s in slots]
        self._write(
            "d_code", ["cls", "certainty", "inputs", "kinds_local", "kinds_view", "outcome", "opposed", "outside", *roles], rows
        )

    def _code(self, joined: str, cells: list[str], columns: Sequence[str], slots: Sequence[str]) -> list[str | None]:
        """``cells`` are the codes, then for each slot and for the place whether there is something in it."""
        values, present = dict(zip(columns, cells, strict=False)), cells[len(columns) :]
        rule = next((r for r in self.config.rules if r.applies(values)), None)
        nothing: list[str | None] = [None] * (8 + len(slots))
        if rule is None:
            found = ", ".join(f"{c} {values[c]!r}" for c in self.config.coded)
            return [joined, *_wrong(Aside(self.config.coded[0], found, "a code that the configuration knows")), *nothing]
        if rule.outside:
            self.found.outside[joined] = f"{', '.join(f'{c} {values[c]}' for c, _ in rule.when)}: {rule.outside}"
            return [joined, *_right(), *nothing[:7], rule.outside, *nothing[8:]]
        certainty = self.config.certainty
        for column, codes in self.config.certainties:
            if values[column] and values[column] not in codes:
                return [joined, *_wrong(Aside(column, values[column], f"one of {', '.join(codes)}")), *nothing]
            certainty = codes.get(values[column], certainty)
        told = dict(zip((*slots, "place"), (p == "1" for p in present), strict=True))
        roles = [rule.roles.get(s) for s in slots]
        local, view = self.names.graph, Graph()
        kinds = [code("event-kind", k) for k in rule.kinds]
        return [
            joined, *_right(), rule.cls, certainty, self._inputs(rule, told),
            "".join(local.open_line(SG.kind, k) for k in kinds), "".join(view.open_line(SG.kind, k) for k in kinds),
            rule.outcome or None, "1" if rule.opposed else None, None, *roles,
        ]  # fmt: skip

    def _inputs(self, rule: Rule, told: Mapping[str, bool]) -> str:
        """The inputs of the digest of an event, by what its row has."""
        fillers: list[object] = [
            [rule.roles[a.slot], cell(ROW, a.name)] for a in self.config.actors if told[a.slot] and a.slot in rule.roles
        ]
        if told["place"] and self.config.places is not None:
            fillers.append(["place", cell(ROW, self.config.places.name)])
        return json_template(self.names.situation_inputs(rule.cls, [cell(ROW)], sorted(fillers, key=str)))

    # -- when

    def times(self) -> None:
        """When: of all rows."""
        rows: list[list[str | None]] = []
        for joined, (first, last, precision) in self._keys("time_key", "typed"):
            dated = times.understood(self.config.times, first, last or first, precision)
            if isinstance(dated, Aside):
                rows.append([joined, *_wrong(dated), *[None] * 6])
            else:
                self.found.extents[joined] = dated
                days = [d.isoformat() if d else None for d in times.days_of(dated.bounds)]
                rows.append([joined, *_right(), dated.local, dated.canonical, *days])
        self._write("d_time", ["local", "canonical", "eb", "lb", "ee", "le"], rows)

    # -- where

    def places(self) -> None:
        """Where: of the rows whose codes, dates and numbers can be used."""
        self._write("d_place", ["place"], self._located() if self.config.places else ())

    def _located(self) -> Iterator[list[str | None]]:
        places = self.config.places
        if places is None:
            return
        gazetteer = Gazetteer(places, self.curated, self.judgements, self.found.descriptions, self.config.language)
        gazetteer.learn(where(places, cells) for _, cells in self._keys("place_key"))
        for joined, cells in self._keys("place_key"):
            located = gazetteer.of(where(places, cells))
            if isinstance(located, Aside):
                yield [joined, *_wrong(located), None]
                continue
            if located.near:
                self.found.near[located.path] = located.near
            yield [joined, *_wrong(located.warning), located.path or None]

    # -- who

    def actors(self) -> None:
        """Who: of the rows that can be used."""
        cells = self.config.actors
        pairs = ((values[0], values[1]) for a in cells for _, values in self._keys(f"key_{a.slot}") if values[0])
        actors = Actors(
            self.config, self.names.report_id, self.curated, self.judgements, self.found.descriptions,
            alone(pairs, {a.separator for a in cells}),
        )  # fmt: skip
        per = self.config.per
        frequent = self._frequent_names()
        for a in cells:
            rows: list[list[str | None]] = []
            known = self.found.slots[a.slot] = {}
            for joined, cells_ in self._keys(f"key_{a.slot}"):
                name, identifier, *rest = cells_
                kind, scopes = " ".join(rest[: len(a.kind)]), rest[len(a.kind) :]
                name = frequent.get(identifier, name) if a.one_name else name
                who = actors.of(a, name, identifier, kind, dict(zip(per, scopes, strict=True))) if name else ()
                known[joined] = who
                wrong = Aside(a.name, f"{len(who):,} names", f"no more than {MAX_NAMES}") if len(who) > MAX_NAMES else None
                rows.append([joined, *_wrong(wrong), *self._listed(() if wrong else who)])
            self._write(f"d_{a.slot}", ["actors", "lines_local", "lines_view"], rows)
        for name, group in self.config.groups.items():
            listed = [[joined, *_right(), *self._listed((actors.group(group, {group.per: values[0]}),))]
                      for joined, values in self._group_keys(name)]  # fmt: skip
            self._write(f"g_{name}", ["actors", "lines_local", "lines_view"], listed)

    def _frequent_names(self) -> dict[str, str]:
        """For each id its most frequent name, the first of equals, where the configuration says that ids go by several."""
        selects = [
            f"SELECT {self.table.column(a.id)} AS id, {self.table.column(a.name)} AS name FROM raw JOIN good USING (row)"
            for a in self.config.actors
            if a.one_name
        ]
        if not selects:
            return {}
        told = f"({' UNION ALL '.join(selects)}) WHERE id IS NOT NULL AND name IS NOT NULL"
        sql = f"SELECT id, name, count(*) FROM {told} GROUP BY 1, 2"
        found: dict[str, str] = {}
        for identifier, name, _ in sorted(self.table.engine.rows(sql), key=lambda r: (-r[2], r[1])):
            found.setdefault(identifier, name)
        return found

    def _group_keys(self, name: str) -> Iterator[tuple[str, list[str]]]:
        """The values by which there is a group, of rows that tell a number of it."""
        numbers = [n for n, c in enumerate(self.config.casualties) if c.group == name]
        some = " OR ".join(f"({self.config.told(n)})" for n in numbers) or "false"
        sql = f"SELECT DISTINCT gkey_{name} FROM good WHERE {some} ORDER BY 1"
        for (value,) in self.table.engine.rows(sql):
            yield value, [value]

    def _listed(self, who: tuple[str, ...]) -> list[str | None]:
        nodes = [self.names.node(p) for p in who]
        local, view = self.names.graph, Graph()
        return [
            SEPARATOR.join(who), "".join(local.open_line(SG.actor, n) for n in nodes),
            "".join(view.open_line(SG.actor, n) for n in nodes),
        ]  # fmt: skip

    # -- who says so

    def sources(self) -> None:
        """Whom the table has it from: of the rows that can be used."""
        c = self.config.sources
        named = Named(
            self.names.report_id, self.reference, self.judgements, self.found.descriptions, self.config.language, c.separators
        )
        graph = self.names.graph
        rows: list[list[str | None]] = []
        for joined, _ in self._keys("source_key"):
            who = named.of(joined)
            wrong = Aside(c.names, f"{len(who):,} names", f"no more than {MAX_NAMES}") if len(who) > MAX_NAMES else None
            lines = [graph.open_line(PROV.hadPrimarySource, self.names.node(p)) for p in (() if wrong else who)]
            rows.append([joined, *_wrong(wrong), "".join(lines)])
        self._write("d_source", ["lines_local"], rows)


def _right() -> list[str | None]:
    return [None, None, None, None]


def _wrong(aside: Aside | None) -> list[str | None]:
    if aside is None:
        return _right()
    return [aside.column, aside.found, aside.expected, "1" if aside.kept else None]
