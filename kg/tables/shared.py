"""What the rows of a table share: the report, time extents, conflicts, opposed pairs, nearness, and who and what only tables
know.

Conflicts and relations are told in the table's graph alone, each with a claim grounded in the first row that tells it; the
view of them is made with that of all reports. A dyad is said to oppose whoever stands on its sides, from its first event to
its last; one conflict began by its first event and goes on at least to its last, whatever part of it the table has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import product

from pyoxigraph import Literal, NamedNode

from kg.extent import Bounds
from kg.iri import h20, segment
from kg.model import Report
from kg.tables import times
from kg.tables.dictionaries import Understood
from kg.tables.naming import CONFORMS_TO, CSVW_TABLE, RFC7111, Names, cell
from kg.tables.staging import Table, issued_instant
from kg.vocab import CLASSES, DCTERMS, OA, RDF, RDFS, SG, XSD, code

_EVENTS = (
    "SELECT {key}, min(g.row), arg_min(c.cls, g.row), arg_min({extra}, g.row), min(t.eb), min(t.lb), max(t.ee), max(t.le) "
    "FROM good g JOIN d_code c ON c.key = g.code_key JOIN d_time t ON t.key = g.time_key {join} "
    "WHERE {when} GROUP BY {key} ORDER BY min(g.row), 1"
)
"""Times are ISO dates of four digits, so their order is that of their text."""


@dataclass(frozen=True, slots=True)
class First:
    """The first row that tells something, with the class of its event, and the bounds of all rows that tell it."""

    row: int
    event: str
    bounds: Bounds


class Shared:
    """The lines of one table that are not of single rows."""

    def __init__(self, table: Table, names: Names, found: Understood) -> None:
        self.table, self.names, self.found, self.graph = table, names, found, names.graph
        self.counts: dict[str, int] = {}
        self.claims = self.mentions = 0

    def conflicts(self) -> None:
        """The table ``conflicts``: the paths of each, as told and in the view."""
        engine = self.table.engine
        engine.execute(
            "CREATE OR REPLACE TABLE conflicts (id VARCHAR, name VARCHAR, row BIGINT, local VARCHAR, canonical VARCHAR)"
        )
        found = []
        for identifier, row, name in engine.rows(
            "SELECT conflict, min(row), arg_min(conflict_name, row) FROM good WHERE conflict IS NOT NULL "
            "GROUP BY 1 ORDER BY 2, 1"
        ):
            inputs = self.names.situation_inputs("Conflict", [cell(row, self.table.config.conflict[0])], [])
            path = self.names.situation(_digest(inputs))
            found.append([identifier, name, row, path, f"situation/{h20('situation', path)}"])
        for values in found:
            engine.execute("INSERT INTO conflicts VALUES (?, ?, ?, ?, ?)", values)

    def lines(self) -> Iterator[str]:
        """All of it, in an order that the content gives."""
        yield from report_lines(self.table.report, self.names)
        yield from self._extents()
        yield from self._conflicts()
        if self.table.config.dyad:
            yield from self._dyads()
        yield from self._near()
        yield from self.found.descriptions.lines(self.names)

    def _extents(self) -> Iterator[str]:
        used = {key for (key,) in self.table.engine.rows("SELECT DISTINCT time_key FROM good")}
        for key in sorted(used):
            yield from times.local_lines(self.found.extents[key], self.names)
        for _, dated in sorted({d.canonical: d for k, d in self.found.extents.items() if k in used}.items()):
            yield from times.canonical_lines(dated, self.names)

    # -- relations and conflicts

    def _firsts(self, key: str, when: str, extra: str = "NULL", join: str = "") -> Iterator[tuple[str, str, First]]:
        sql = _EVENTS.format(key=key, when=when, extra=extra, join=join)
        for value, row, event, told, *days in self.table.engine.rows(sql):
            yield value, told or "", First(row, event, Bounds(*(date.fromisoformat(d) if d else None for d in days)))

    def _conflicts(self) -> Iterator[str]:
        column, names_column = self.table.config.conflict
        if not column:
            return
        for identifier, name, first in self._firsts("g.conflict", "g.conflict IS NOT NULL", "g.conflict_name"):
            inputs = self.names.situation_inputs("Conflict", [cell(first.row, column)], [])
            bounds = Bounds(latest_begin=first.bounds.latest_begin, earliest_end=first.bounds.earliest_end)
            path = self.names.situation(_digest(inputs))
            mention = self.names.mention("Conflict", first.row, column)
            yield from self._situation(path, "Conflict", bounds, {})
            yield self.graph.line(str(self.names.node(path)), DCTERMS.identifier, Literal(identifier))
            yield from self._mention(mention, first.row, names_column or column, name or identifier, path)
            yield from self._claim(path, mention)

    def _mention(self, path: str, row: int, column: str, label: str, thing: str) -> Iterator[str]:
        """A cell that names a conflict, with the name in it."""
        self.mentions += 1
        line, s = self.graph.line, str(self.names.node(path))
        target = self.names.node(f"{self.names.report}/text/row-{row}-{segment(column)}")
        selector = NamedNode(target.value + "/fragment")
        yield line(s, RDF.type, OA.Annotation)
        yield line(s, RDF.type, SG.Mention)
        yield line(s, SG.inReport, self.names.node(self.names.report))
        yield line(s, OA.hasBody, SG.Conflict)
        yield line(s, RDFS.label, Literal(label))
        yield line(s, SG.denotes, self.names.node(thing))
        yield line(s, OA.hasTarget, target)
        yield line(str(target), OA.hasSource, self.names.node(f"{self.names.report}/text"))
        yield line(str(target), OA.hasSelector, selector)
        yield line(str(selector), RDF.type, OA.FragmentSelector)
        yield line(str(selector), CONFORMS_TO, RFC7111)
        cell = f"cell={row + self.table.config.recognised.before},{self.table.positions[column]}"
        yield line(str(selector), RDF.value, Literal(cell))

    def _dyads(self) -> Iterator[str]:
        """One Opposition for a dyad; where a side is joint, one for each pair, since a relation has two parties."""
        slots = [a for a in self.table.config.actors if a.slot in self.found.slots][:2]
        if len(slots) < 2:
            return
        one, other = slots
        extra = f"concat_ws(chr(30), g.key_{one.slot}, g.key_{other.slot}, coalesce(g.conflict, ''))"
        for identifier, keys, first in self._firsts("g.dyad", "g.dyad IS NOT NULL AND c.opposed = '1'", extra):
            left, right, conflict = keys.split("\x1e")
            pairs = product(self.found.slots[one.slot].get(left, ()), self.found.slots[other.slot].get(right, ()))
            opposed = [pair for pair in dict.fromkeys(tuple(sorted(p)) for p in pairs) if pair[0] != pair[1]]
            for n, pair in enumerate(opposed):
                fillers: list[object] = [["party", cell(first.row, one.name)], ["party", cell(first.row, other.name)]]
                triggers: list[object] = [cell(first.row, self.table.config.dyad)]
                inputs = self.names.situation_inputs("Opposition", triggers, fillers)
                path = self.names.situation(_digest([*inputs, *([n] if n else [])]))
                yield from self._situation(path, "Opposition", first.bounds, {"party": pair})
                yield self.graph.line(str(self.names.node(path)), DCTERMS.identifier, Literal(identifier))
                if conflict:
                    local = self.table.engine.execute("SELECT local FROM conflicts WHERE id = ?", [conflict]).fetchone()
                    yield self.graph.line(str(self.names.node(path)), SG.inConflict, self.names.node(local[0]))
                yield from self._claim(path, self.names.mention(first.event, first.row))

    def _near(self) -> Iterator[str]:
        """An area that is only known to be near a place stands in that relation to it (section 9)."""
        places = self.table.config.places
        if places is None:
            return
        for path, _, first in self._firsts("p.place", "true", "NULL", "JOIN d_place p ON p.key = g.place_key"):
            if path not in self.found.near:
                continue
            fillers: list[object] = [["figure", cell(first.row, places.name)], ["ground", cell(first.row, places.name)]]
            inputs = self.names.situation_inputs("SpatialRelation", [cell(first.row, places.precision)], fillers)
            situation = self.names.situation(_digest(inputs))
            yield from self._situation(
                situation, "SpatialRelation", None, {"figure": (path,), "ground": (self.found.near[path],)}
            )
            yield self.graph.line(str(self.names.node(situation)), SG.kind, code("spatial-kind", "near"))
            yield from self._claim(situation, self.names.mention(first.event, first.row))

    def _situation(self, path: str, cls: str, bounds: Bounds | None, fillers: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        self.counts[cls] = self.counts.get(cls, 0) + 1
        s = str(self.names.node(path))
        yield self.graph.line(s, RDF.type, CLASSES[cls])
        for prop, paths in fillers.items():
            for filler in paths:
                yield self.graph.line(s, getattr(SG, prop), self.names.node(filler))
        if bounds is not None:
            dated = times.dated(bounds)
            yield self.graph.line(s, SG.time, self.names.node(f"{self.names.report}/time/{dated.local}"))
            yield from times.local_lines(dated, self.names)

    def _claim(self, situation: str, mention: str) -> Iterator[str]:
        self.claims += 1
        certainty = self.table.config.certainty
        path = f"claim/{h20('claim', situation, self.names.narrator, 'asserted', 'actual', certainty)}"
        s = str(self.names.node(path))
        line = self.graph.line
        yield line(s, RDF.type, SG.Claim)
        yield line(s, SG.asserts, self.names.node(situation))
        yield line(s, SG.inReport, self.names.node(self.names.report))
        yield line(s, SG.attributedTo, self.names.node(self.names.narrator))
        for prop, scheme, value in (
            (SG.polarity, "polarity", "asserted"), (SG.modality, "modality", "actual"), (SG.certainty, "certainty", certainty),
            (SG.attributionKind, "attribution-kind", "narration"),
        ):  # fmt: skip
            yield line(s, prop, code(scheme, value))
        yield line(s, SG.groundedIn, self.names.node(mention))


def report_lines(report: Report, names: Names) -> Iterator[str]:
    """What a report is, in its graph, with the mark of a table."""
    s, line = str(names.node(names.report)), names.graph.line
    yield line(s, RDF.type, SG.Report)
    yield line(s, RDF.type, CSVW_TABLE)
    yield line(s, DCTERMS.identifier, Literal(report.id))
    if report.title:
        yield line(s, DCTERMS.title, Literal(report.title, language=report.language or None))
    if report.publisher:
        yield line(s, DCTERMS.publisher, Literal(report.publisher))
    if report.url:
        yield line(s, DCTERMS.source, Literal(report.url))
    if report.rights:
        license = _web_address(report.rights)
        yield line(s, DCTERMS.license, license) if license else line(s, DCTERMS.rights, Literal(report.rights))
    if issued := issued_instant(report):
        yield line(s, DCTERMS.issued, Literal(issued, datatype=XSD.dateTime))


def _web_address(said: str) -> NamedNode | None:
    with suppress(ValueError):  # words, or no address after all
        return NamedNode(said) if said.startswith(("http://", "https://")) else None
    return None


def _digest(inputs: list[object]) -> str:
    kind, *rest = inputs
    return h20(str(kind), *rest)
