"""What rows tell of relations, conflicts and changes of actors, as lines of N-Quads (specification, sections 2, 5 and 6).

A situation rests on blocks of neighbouring rows, and a mention selects a block as a whole (RFC 7111 has ranges, ``row=12-57``):
forty years of an alliance are one mention that shows forty rows, not forty mentions. Relations and conflicts are told in the
table's graph alone; the view of them is made with that of all reports. A change of actors is an event of this table, and its
view is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg.extent import Bounds
from kg.iri import Digests, h20
from kg.tables import times
from kg.tables.naming import CONFORMS_TO, RFC7111, Names, cell, integer
from kg.tables.nquads import Graph
from kg.tables.standing import Standing
from kg.vocab import CLASSES, DCTERMS, OA, PROPERTIES, RDF, RDFS, SG, code

Block = tuple[int, int]
Fillers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Telling:
    """The lines of one table. Mentions and times that several situations share are written once.

    ``before`` is the number of rows before the first row of data, which RFC 7111 counts.
    """

    names: Names
    certainty: str
    standing: Standing
    before: int
    graph: Graph = field(init=False)
    digests: Digests = field(default_factory=Digests)
    counts: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    claims: int = 0
    _mentions: set[str] = field(default_factory=set)
    _denoted: set[tuple[str, str]] = field(default_factory=set)
    _selected: set[str] = field(default_factory=set)
    _times: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.graph = self.names.graph

    @property
    def mentions(self) -> int:
        """How many there are."""
        return len(self._mentions)

    def path(self, cls: str, triggers: Sequence[Block], fillers: Sequence[object], *more: object) -> str:
        """The path of a situation as told: its rows stand for the trigger, cells for who fills its roles."""
        cells = [[row, ""] for block in triggers for row in sorted(set(block))]
        kind, *rest = self.names.situation_inputs(cls, [cells], list(fillers))
        return self.names.situation(self.digests(str(kind), *rest, *more))

    def participation(self, row: int, column: str, role: str, event: str, number: int) -> str:
        """The path of a participation as told; the second and later actors of a cell carry their number."""
        fillers: list[object] = [[role, cell(row, column)], ["ofEvent", event.rpartition("/")[2]]]
        kind, *rest = self.names.situation_inputs("Participation", [cell(row)], fillers)
        return self.names.situation(self.digests(str(kind), *rest, *([number] if number else [])))

    def situation(self, path: str, cls: str, fillers: Fillers, bounds: Bounds | None = None) -> Iterator[str]:
        """A situation with what fills its properties: paths of entities and of other situations."""
        self.counts[cls] = self.counts.get(cls, 0) + 1
        node = str(self.names.node(path))
        yield self.graph.line(node, RDF.type, CLASSES[cls])
        for prop, filler in fillers:
            yield self.graph.line(node, PROPERTIES[prop], self.names.node(filler))
        if bounds is not None:
            dated = times.dated(bounds)
            yield self.graph.line(node, SG.time, self.names.node(f"{self.names.report}/time/{dated.local}"))
            if dated.local not in self._times:
                self._times.add(dated.local)
                yield from times.local_lines(dated, self.names)

    def kind(self, path: str, scheme: str, value: str) -> str:
        """The code that refines the class of a situation."""
        return self.graph.line(str(self.names.node(path)), SG.kind, code(scheme, value))

    def identified(self, path: str, identifier: str) -> str:
        """The id under which the table knows something."""
        return self.graph.line(str(self.names.node(path)), DCTERMS.identifier, Literal(identifier))

    def numbers(self, path: str, numbers: Mapping[str, int]) -> Iterator[str]:
        """The numbers of an estimate."""
        for prop, value in numbers.items():
            yield self.graph.line(str(self.names.node(path)), PROPERTIES[prop], integer(value))

    def claim(self, situation: str, cls: str, blocks: Sequence[Block], label: str = "") -> Iterator[str]:
        """The narrator's claim of a situation, grounded in the rows that tell it."""
        self.claims += 1
        node, line = str(self.names.node(self._claim(situation))), self.graph.line
        yield line(node, RDF.type, SG.Claim)
        yield line(node, SG.asserts, self.names.node(situation))
        yield line(node, SG.inReport, self.names.node(self.names.report))
        yield line(node, SG.attributedTo, self.names.node(self.names.narrator))
        for prop, scheme, value in (
            (SG.polarity, "polarity", "asserted"), (SG.modality, "modality", "actual"),
            (SG.certainty, "certainty", self.certainty), (SG.attributionKind, "attribution-kind", "narration"),
        ):  # fmt: skip
            yield line(node, prop, code(scheme, value))
        for block in blocks:
            mention = f"{self.names.report}/mention/{cls}-{_rows(block)}"
            yield line(node, SG.groundedIn, self.names.node(mention))
            yield from self.mention(cls, block, situation, label)

    def mention(self, cls: str, block: Block, denoted: str, label: str = "") -> Iterator[str]:
        """A block of rows that names something."""
        path = f"{self.names.report}/mention/{cls}-{_rows(block)}"
        node, line = self.names.node(path), self.graph.line
        if path not in self._mentions:
            self._mentions.add(path)
            yield from self._selection(node, cls, block)
            if label:
                yield line(node, RDFS.label, Literal(label))
        if (path, denoted) not in self._denoted:
            self._denoted.add((path, denoted))
            yield line(node, SG.denotes, self.names.node(denoted))

    def _selection(self, node: NamedNode, cls: str, block: Block) -> Iterator[str]:
        line = self.graph.line
        target = self.names.node(f"{self.names.report}/text/{_rows(block)}")
        selector = NamedNode(target.value + "/fragment")
        yield line(node, RDF.type, OA.Annotation)
        yield line(node, RDF.type, SG.Mention)
        yield line(node, SG.inReport, self.names.node(self.names.report))
        yield line(node, OA.hasBody, CLASSES[cls])
        yield line(node, OA.hasTarget, target)
        if target.value in self._selected:
            return
        self._selected.add(target.value)
        yield line(target, OA.hasSource, self.names.node(f"{self.names.report}/text"))
        yield line(target, OA.hasSelector, selector)
        yield line(selector, RDF.type, OA.FragmentSelector)
        yield line(selector, CONFORMS_TO, RFC7111)
        first, last = (row + self.before for row in block)
        yield line(selector, RDF.value, Literal(f"row={first}" if first == last else f"row={first}-{last}"))

    def _claim(self, situation: str) -> str:
        return f"claim/{h20('claim', situation, self.names.narrator, 'asserted', 'actual', self.certainty)}"

    # -- events

    def event(self, path: str, cls: str, kind: str, fillers: Fillers) -> Iterator[str]:
        """The view of an event that this table alone tells, and the way to it from what is told."""
        canonical = self.names.node(f"situation/{h20('situation', path)}")
        status, row = self.standing.status(self.certainty, tuple(filler for _, filler in fillers))
        self.statuses[status] = self.statuses.get(status, 0) + 1
        yield self.graph.line(str(self.names.node(path)), SG.describes, canonical)
        line = Graph().line
        yield line(canonical, RDF.type, CLASSES[cls])
        yield line(canonical, SG.status, code("claim-status", status))
        yield line(canonical, SG.rule, Literal(f"R3.{row}"))
        if not self.standing.retracted:
            yield line(canonical, SG.basis, self.names.node(self._claim(path)))
        yield line(canonical, SG.kind, code("event-kind", kind))
        for prop, filler in fillers:
            yield line(canonical, PROPERTIES[prop], self.names.node(filler))


def _rows(block: Block) -> str:
    first, last = block
    return f"row-{first}" if first == last else f"rows-{first}-{last}"
