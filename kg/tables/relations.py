"""A table of relations -> one file of N-Quads: the report's graph, and of the view what only tables describe.

Specification, sections 2, 3, 8 and 13. Rows of consecutive years are one relation with a begin and an end; a conflict is one
situation however many years it has rows for, with who fought in it; a state's support of a side is support, never membership
of it (section 1). All of these are consolidated with what other reports say. Changes of actors are events of this table, and
the names of actors that only tables know are theirs alone: these are written into the view here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal

from kg.errors import Problem
from kg.extent import Bounds
from kg.iri import Space, h20
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.tables import companions, shared
from kg.tables.actors import Actors
from kg.tables.curated import Curated
from kg.tables.described import Described, Descriptions
from kg.tables.naming import Names, cell
from kg.tables.nquads import Graph
from kg.tables.parties import Reading, line, split
from kg.tables.relational import Relational
from kg.tables.spells import Spell, bounds_of_conflict, bounds_of_years, spells
from kg.tables.staging import MAX_PROBLEMS, Table
from kg.tables.standing import standing
from kg.tables.telling import Telling
from kg.tables.yearly import Conflict, Number, Part, Relation, Rows, State, Told
from kg.vocab import DCTERMS, SG, SKOS, code


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the file. ``mapped`` are rows that tell something, ``outside`` those that tell nothing, by reason."""

    quads: int
    mapped: int
    aside: int
    claims: int
    mentions: int
    classes: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def write(
    table: Table, space: Space, reference: Reference, judgements: Judgements, path: Path, called: Mapping[str, str]
) -> Written:
    """Writes the quads of a table to ``path``."""
    run = _Run(table, space, reference, judgements, path.parent, called)
    quads = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for quad in run.lines():
            file.write(quad)
            quads += 1
    told, telling = run.told, run.telling
    return Written(
        quads, told.mapped, run.rows.aside, telling.claims, telling.mentions, dict(sorted(telling.counts.items())),
        dict(sorted(telling.statuses.items())), dict(sorted(told.outside.items())), tuple(run.problems()),
    )  # fmt: skip


class _Run:
    def __init__(
        self, table: Table, space: Space, reference: Reference, judgements: Judgements, folder: Path, called: Mapping[str, str]
    ) -> None:
        said = table.config.relational
        assert said is not None
        self.table, self.said, self.reference, self.judgements = table, said, reference, judgements
        self.names = Names(space, table.report.id, table.digest)
        told_by = standing(table.report, self.names, reference, space)
        self.telling = Telling(self.names, table.config.certainty, told_by, table.config.recognised.before)
        self.curated = Curated.of(reference)
        self.descriptions = Descriptions(called, judged=judgements.representative)
        self.noted: list[Problem] = []
        self.companion = companions.read(table.path, table.config, self.noted)
        actors = Actors(table.config, table.report.id, self.curated, judgements, self.descriptions)
        self.reading = Reading(actors, self.companion, *_known(table, said))
        self.rows = Rows(table, said, self.reading, folder)
        self._introduce()
        self.told: Told = self.rows.read()
        self.paths: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        """All quads, in an order that the content gives."""
        yield from shared.report_lines(self.table.report, self.names)
        keys, every = list(self.told.keys), list(self.told.cells)
        # conflicts first, since the others point to them; the years are asked for again rather than held
        for number, years in self.rows.years():
            if isinstance(conflict := keys[number], str):
                yield from self._conflict(self.told.conflicts[conflict], years)
        for number, years in self.rows.years():
            match keys[number]:
                case Part() as part:
                    yield from self._part(part, years, every[years[0].cells])
                case Relation() as relation:
                    cells = {s.row: s.cells for s in years}
                    for spell in spells((s.year, s.row) for s in years):
                        yield from self._relation(relation, spell, every[cells[spell.rows[0]]])
        yield from self._changes()
        if self.said.described:
            yield from self._described()
        found = self.descriptions.found.items()
        self.descriptions.found = {p: d for p, d in found if p in self.told.named or p.startswith("place/")}
        yield from self.descriptions.lines(self.names)

    def _introduce(self) -> None:
        """Who has a row is what that row says, whatever rows before it call them."""
        for party in (p for p in self.said.parties if p.slot == self.said.described):
            for _, cells in self.rows.cells():
                self.reading.of(party, cells, None)

    def problems(self) -> Iterator[Problem]:
        """What was set aside, and what a person should know, up to ``MAX_PROBLEMS``."""
        path = str(self.table.path)
        yield from self.noted
        for name, count in sorted(self.told.bare.items()):
            what = f"{count:,} rows name {name}, which {self.companion.path.name if self.companion.path else 'nothing'} "
            yield Problem(path, 0, what + "has no name for, or not in that year; kept", "warning")
        for row, aside in sorted(self.rows.wrong, key=lambda w: (w[0], w[1].column))[:MAX_PROBLEMS]:
            message, where = f"found {aside.found!r}, expected {aside.expected}", f"row {row}, column {aside.column}"
            yield Problem(path, 0, message, "warning" if aside.kept else "rejected", where)

    # -- conflicts

    def _conflict(self, conflict: Conflict, years: list[State]) -> Iterator[str]:
        spell = Spell(years[0].year, years[-1].year, tuple(sorted(s.row for s in years)))
        path = self.paths[conflict.id] = self.telling.path("Conflict", spell.blocks, [])
        end = conflict.ends.get(spell.last)
        bounds = bounds_of_conflict(conflict.begin, end, spell.first, spell.last) if self.said.year else None
        places = [("place", self._country(c)) for c in sorted(conflict.countries)]
        yield from self.telling.situation(path, "Conflict", places, bounds)
        yield self.telling.identified(path, conflict.id)
        yield from self.telling.claim(path, "Conflict", spell.blocks, line(conflict.label))
        for number in conflict.numbers:
            yield from self._number(path, number)

    def _number(self, event: str, number: Number) -> Iterator[str]:
        fillers: list[object] = [["ofEvent", event.rpartition("/")[2]]]
        path = self.telling.path("CasualtyEstimate", ((number.row, number.row),), fillers, number.column)
        told = [("ofEvent", event), *(("actor", a) for a in number.actors)]
        bounds = bounds_of_years(number.year, number.year, range(number.year - 1, number.year + 2)) if number.year else None
        yield from self.telling.situation(path, "CasualtyEstimate", told, bounds)
        yield self.telling.kind(path, "casualty-kind", number.kind)
        yield from self.telling.numbers(path, dict(number.numbers))

    def _part(self, part: Part, years: list[State], cells: tuple[tuple[str, ...], int]) -> Iterator[str]:
        """Somebody's part in a conflict, from the first to the last year that rows tell; covered by the conflict's claim."""
        (column,), number = cells
        event = self.paths[part.conflict]
        path = self.telling.participation(years[0].row, column, part.role, event, number)
        bounds = self._bounds(part.conflict, years[0].year, years[-1].year)
        yield from self.telling.situation(path, "Participation", [("ofEvent", event), ("actor", part.actor)], bounds)
        yield self.telling.graph.line(str(self.names.node(path)), SG.role, code("role", part.role))

    def _country(self, name: str) -> str:
        """A country by its name."""
        known = [p for p in self.curated.named(name) if (row := self.reference.places.get(p)) and row.kind == "country"]
        if len(known) == 1:
            return self.judgements.entity(known[0])
        path = f"place/t-{h20('place', 'country', [name])}"
        described = Described(path, "Area", name, self.table.config.language, "place-kind", "country")
        return self.descriptions.add(described)

    # -- relations

    def _relation(self, relation: Relation, spell: Spell, told: tuple[tuple[str, ...], int]) -> Iterator[str]:
        columns, number = told
        cells: list[object] = [[p, cell(spell.rows[0], c)] for (p, _), c in zip(relation.fillers, columns, strict=True)]
        path = self.telling.path(relation.cls, spell.blocks, cells, *([number] if number else []))
        conflict = [("inConflict", self.paths[relation.conflict])] if relation.conflict else []
        bounds = self._bounds(relation.conflict, spell.first, spell.last)
        yield from self.telling.situation(path, relation.cls, [*relation.fillers, *conflict], bounds)
        if relation.kind:
            yield self.telling.kind(path, "support-kind", relation.kind)
        yield from self.telling.claim(path, relation.cls, spell.blocks)

    def _bounds(self, conflict: str, first: int, last: int) -> Bounds | None:
        if not self.said.year:
            return None
        end = self.told.conflicts[conflict].ends.get(last) if conflict else None
        return bounds_of_years(first, last, self.told.years, end[0] if end and end[1] in ("", "day") else None)

    # -- actors

    def _changes(self) -> Iterator[str]:
        for change in self.told.changes:
            rule = self.said.changes[change.rule]
            block = (change.row, change.row)
            columns = {p.slot: p.name for p in self.said.parties}
            cells: list[object] = [
                ["predecessor", cell(change.row, columns[rule.predecessor])],
                ["successor", cell(change.row, columns[rule.successor])],
            ]
            path = self.telling.path("ActorChange", (block,), cells, rule.kind)
            fillers = [("predecessor", a) for a in change.predecessors] + [("successor", a) for a in change.successors]
            yield from self.telling.situation(path, "ActorChange", fillers)
            yield self.telling.kind(path, "event-kind", rule.kind)
            yield from self.telling.claim(path, "ActorChange", (block,))
            yield from self.telling.event(path, "ActorChange", rule.kind, fillers)

    def _described(self) -> Iterator[str]:
        """The actor that each row is of: a mention, the id, and for one that only tables know all its names."""
        party = next(p for p in self.said.parties if p.slot == self.said.described)
        aside = {row for row, wrong in self.rows.wrong if not wrong.kept}
        for row, cells in self.rows.cells():
            if row in aside:
                continue
            for path in self.reading.of(party, cells, None).actors:
                known = self.descriptions.found.get(path)
                cls = known.cls if known else self.reference.cls(path) or "Organization"
                name = line(cells[party.name])
                yield from self.telling.mention(cls, (row, row), path, name)
                identifier = Literal(f"{self.table.config.authority}:{cells[party.id]}")
                if known is None:
                    yield self.telling.graph.line(str(self.names.node(path)), DCTERMS.identifier, identifier)
                else:
                    yield from self._names(known, cells)

    def _names(self, known: Described, cells: Mapping[str, str]) -> Iterator[str]:
        node, preferred = str(self.names.node(known.path)), self.descriptions.called.get(known.path, known.label)
        told: dict[tuple[str, str], None] = {}
        for label in self.said.labels:
            several = split(cells[label.column]) if label.separator else [cells[label.column]]
            told |= {(line(name), label.language): None for name in several if name}
        for name, language in told:
            if name not in (preferred, known.label):
                yield Graph().line(node, SKOS.altLabel, Literal(name, language=language) if language else Literal(name))


def _known(table: Table, said: Relational) -> tuple[dict[str, str], dict[str, str]]:
    """Ids by the name that bears them alone in a cell, and the names of those ids; a name with two ids is nobody's."""
    ids: dict[str, set[str]] = {}
    called: dict[str, str] = {}
    for party in said.parties:
        if not party.id:
            continue
        name, identifier = table.column(party.name), table.column(party.id)
        pairs = (
            f"SELECT DISTINCT {name}, {identifier} FROM raw WHERE {name} IS NOT NULL AND {identifier} IS NOT NULL ORDER BY 1, 2"
        )
        for found, i in table.engine.all(pairs):
            if len(split(i)) == 1 and (not party.joined or len(split(found)) == 1):
                ids.setdefault(found, set()).add(i)
                called.setdefault(i, line(found))
    return {name: found.pop() for name, found in ids.items() if len(found) == 1}, called
