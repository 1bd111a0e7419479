"""WebAnno TSV 3: what the rows say of the text, together.

A token or a part of one (``1-2.1``) is a unit. An annotation of several units, or one of several on a unit, has a number, the
same on each of its rows; an element of a chain has the number of its chain and its place there.

Invariant: each unit's offsets select its words in the text, or the unit and all annotations on it are set aside with its line;
each value of a row is in a span or a link, or a problem says why not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.errors import Problem, ReadError
from kg.readers._layers import Chain, Content, Layers, Relation, Slot, Span, is_structure, mapped, short_name
from kg.readers._tsv3_cells import (
    NOTHING,
    UNSET,
    ChainLayer,
    Header,
    RelationLayer,
    SpanLayer,
    chain_position,
    numbered,
    pair_of_numbers,
    stacked,
    unescaped_text,
    unescaped_value,
    unit_and_offsets,
)
from kg.readers._utf16 import Utf16

MAX_ANNOTATIONS = 500_000
"""The most annotations of a file: two bytes of a stack are one, and becomes objects a thousand times its size."""

_TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
_ANY = ("uima.tcas.Annotation", "uima.cas.AnnotationBase", "uima.cas.TOP")


class _Unit(NamedTuple):
    """A row that is read: its name, its place in the text, its line. ``start`` is -1 where the row was set aside."""

    name: str
    start: int
    end: int
    line: int


@dataclass(slots=True)
class _Marked:
    """A span while the rows that belong to it are read."""

    id: str
    type: str
    start: int
    end: int
    line: int
    features: dict[str, str] = field(default_factory=dict)
    slots: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_aside: bool = False


class _Reference(NamedTuple):
    """The end of a link, as a cell names it: unit, number (0 without one), type that is expected."""

    unit: str
    number: int
    type: str


class _Unusable(Exception):
    """A cell that cannot be used; never leaves this module."""


class Rows:
    """The rows of a file, read in their order; what refers to other rows is resolved when all are there."""

    def __init__(self, head: Header, text: str, path: str) -> None:
        self.head, self.text, self.path = head, text, path
        self.utf16 = Utf16(text)
        self.problems: list[Problem] = []
        self.spans: list[_Marked] = []
        self.by_number: dict[tuple[str, int], _Marked] = {}
        self.numbered_at: dict[tuple[str, int], dict[str, _Marked]] = defaultdict(dict)
        self.at: dict[str, list[_Marked]] = defaultdict(list)
        self.typed: dict[tuple[str, str], list[_Marked]] = defaultdict(list)
        self.tokens: dict[str, tuple[int, int, int]] = {}
        self.token_spans: dict[str, _Marked] = {}
        self.chains: dict[tuple[str, int], dict[int, _Marked]] = defaultdict(dict)
        self.relations: list[tuple[RelationLayer, _Unit, str, dict[str, str]]] = []
        self.lines: dict[str, int] = {}
        self.annotations = 0
        self.slots_of = {layer.type: layer.slots for layer in head.spans}
        self.keeps_tokens = any(layer.base == _TOKEN for layer in head.relations) or any(
            slot.target == _TOKEN for layer in head.spans for slot in layer.slots
        )

    def add(self, line: int, row: str) -> None:
        """Take a row."""
        cells = row.split("\t")
        found = unit_and_offsets(cells)
        if found is None:
            self._reject(line, "", f"is no row of a token: {row[:60]!r}; expected «1-1, tab, begin-end, tab, words»")
            return
        expected = 3 + self.head.columns
        if len(cells) < expected:
            self._reject(line, found.name, f"has {len(cells)} columns, and the header declares {expected}")
            return
        if any(cells[expected:]):
            self._reject(line, found.name, f"has more columns than the header declares ({expected}): {cells[expected:]!r:.80}")
        if self.lines.setdefault(found.name, line) != line:
            self._reject(line, found.name, f"this unit stands in line {self.lines[found.name]} already: set aside")
            return
        unit = self._proved(found.name, found.begin, found.end, found.surface, line)
        if unit.start >= 0 and self.keeps_tokens:
            self.tokens[unit.name] = (unit.start, unit.end, line)
        for layer in self.head.spans:
            self._spans(layer, unit, cells)
        for chain in self.head.chains:
            self._elements(chain, unit, cells)
        for relation in self.head.relations:
            self._relations(relation, unit, cells)

    def content(self) -> Content:
        """Everything, once all rows are there."""
        layers = Layers(declared=self.head.declared)
        layers.relations = [
            r for layer, unit, reference, values in self.relations for r in self._related(layer, unit, reference, values)
        ]
        layers.slots = [slot for span in self.spans for slot in self._slotted(span)]
        layers.chains = [Chain(tuple(e.id for _, e in sorted(chain.items()))) for chain in self.chains.values()]
        layers.spans = [
            Span(s.id, s.type, s.start, s.end, tuple(s.features.items()), s.line)
            for s in (*self.spans, *self.token_spans.values())
            if not s.is_aside
        ]
        content = mapped(layers, self.text, self.path, self.utf16.code_point)
        problems = sorted((*self.problems, *content.problems), key=lambda p: p.line)
        return Content(content.mentions, content.links, content.report, content.is_sitgraph, tuple(problems))

    def _reject(self, line: int, where: str, message: str) -> None:
        self.problems.append(Problem(self.path, line, message, where=where))

    def _proved(self, name: str, begin: int, end: int, surface: str, line: int) -> _Unit:
        """The unit with code points, if they select its words."""
        start, stop = self.utf16.code_point(begin), self.utf16.code_point(end)
        if start is None or stop is None or start > stop:
            reason = f"{begin}-{end} is no span of the text, which has {self.utf16.units} UTF-16 units"
        elif (words := self.text[start:stop]) == surface or words == unescaped_text(surface, self.head.version):
            return _Unit(name, start, stop, line)
        else:
            reason = f"the text at {begin}-{end} is {words[:60]!r}, the row says {surface[:60]!r}"
        self._reject(line, name, f"{reason}: the row and all annotations on it are set aside")
        return _Unit(name, -1, -1, line)

    # -- spans, and their slots

    def _spans(self, layer: SpanLayer, unit: _Unit, cells: Sequence[str]) -> None:
        columns = {column: stacked(cells[3 + column]) for column in layer.all_columns if cells[3 + column] != NOTHING}
        if not columns:
            return
        depth = max(len(stack) for stack in columns.values())
        for column in [c for c, stack in columns.items() if len(stack) < depth]:
            message = f"{cells[3 + column][:60]!r} has {len(columns[column])} values for {depth} annotations: not kept"
            self._reject(unit.line, unit.name, message)
            del columns[column]
        for n in range(depth):
            self._annotation(layer, unit, {column: stack[n] for column, stack in columns.items()})

    def _annotation(self, layer: SpanLayer, unit: _Unit, values: dict[int, str]) -> None:
        """One annotation on a unit, given the values of its columns."""
        targets = {slot.target_column for slot in layer.slots}
        parts = {column: (value, 0) if column in targets else numbered(value) for column, value in values.items()}
        numbers = {number for _, number in parts.values() if number}
        if len(numbers) > 1:
            message = f"one {short_name(layer.type)} with two numbers, {sorted(numbers)}: the lowest counts"
            self._reject(unit.line, unit.name, message)
        span = self._marked(layer.type, unit, min(numbers, default=0))
        for column, feature in layer.features:
            raw = parts.get(column, (UNSET, 0))[0]
            if raw not in (UNSET, ""):
                self._set(span, feature, unescaped_value(raw), unit)
        for slot in layer.slots:
            roles, goals = parts.get(slot.column, (NOTHING, 0))[0], values.get(slot.target_column, UNSET)
            if roles != NOTHING or goals not in (UNSET, NOTHING):
                before = span.slots.setdefault(slot.feature, (roles, goals))
                if before != (roles, goals):
                    self._reject(
                        unit.line, unit.name, f"{slot.feature} {roles[:40]} {goals[:40]}: line {span.line} says otherwise"
                    )

    def _marked(self, name: str, unit: _Unit, number: int) -> _Marked:
        """The span of this type and number, which now reaches to this unit; or a new one."""
        span = self.by_number.get((name, number)) if number else None
        if span is None:
            span = self._new(name, unit)
            if number:
                self.by_number[name, number] = span
        if number:
            self.numbered_at[unit.name, number][name] = span
        self._reach(span, unit)
        return span

    def _new(self, name: str, unit: _Unit) -> _Marked:
        self._count(unit)
        self.spans.append(_Marked(f"{unit.name}#{len(self.spans)}", name, unit.start, unit.end, unit.line))
        return self.spans[-1]

    def _count(self, unit: _Unit) -> None:
        self.annotations += 1
        if self.annotations > MAX_ANNOTATIONS:
            raise ReadError(self.path, f"has more than MAX_ANNOTATIONS ({MAX_ANNOTATIONS:,}) annotations", unit.line)

    def _reach(self, span: _Marked, unit: _Unit) -> None:
        """Let a span reach to a unit, and be found there."""
        if unit.start < 0:
            span.is_aside = True
        span.start, span.end = min(span.start, unit.start), max(span.end, unit.end)
        for here in (self.at[unit.name], self.typed[unit.name, span.type]):
            if not here or here[-1] is not span:
                here.append(span)

    def _set(self, span: _Marked, feature: str, value: str, unit: _Unit) -> None:
        if span.features.setdefault(feature, value) != value:
            message = f"{feature} {value[:60]!r}: line {span.line} says {span.features[feature][:60]!r} of the same annotation"
            self._reject(unit.line, unit.name, message)

    def _slotted(self, span: _Marked) -> Iterator[Slot]:
        """The slots of a span, each with the span at its end."""
        for slot in self.slots_of.get(span.type, ()) if not span.is_aside else ():
            roles, goals = span.slots.get(slot.feature, (NOTHING, UNSET))
            if goals in (UNSET, NOTHING) and roles == NOTHING:
                continue
            names, ends = stacked(roles, ";"), stacked(goals, ";")
            if len(names) != len(ends):
                self._reject(
                    span.line, "", f"{slot.feature}: {len(names)} roles ({roles[:40]}) for {len(ends)} targets ({goals[:40]})"
                )
                continue
            for name, end in zip(names, ends, strict=True):
                self._count(_Unit("", 0, 0, span.line))
                try:
                    unit, number = numbered(end)
                    target = self._resolved(_Reference(unit, number, slot.target))
                except _Unusable as error:
                    self._reject(span.line, "", f"without the {slot.feature} {name} {end[:40]}: {error}")
                else:
                    role = "" if name == UNSET else unescaped_value(name)
                    yield Slot(span.id, slot.feature, role, target.id, span.line)

    # -- chains

    def _elements(self, layer: ChainLayer, unit: _Unit, cells: Sequence[str]) -> None:
        links, kinds = cells[3 + layer.relation], cells[3 + layer.kind]
        if links == kinds == NOTHING:
            return
        positions, labels = stacked(links), stacked(kinds)
        if len(positions) != len(labels):
            self._reject(unit.line, unit.name, f"a chain with {len(positions)} links ({links[:40]}) and {len(labels)} types")
            return
        for position, label in zip(positions, labels, strict=True):
            found = chain_position(position)
            if found is None:
                self._reject(unit.line, unit.name, f"{position[:40]!r} is no element of a chain: expected value->chain-element")
                continue
            value, chain, index = found
            chained = self.chains[layer.type, chain]
            if index not in chained:
                chained[index] = self._new(layer.type, unit)
            self._reach(chained[index], unit)
            for feature, raw in (("referenceType", numbered(label)[0]), ("referenceRelation", value)):
                if raw not in (UNSET, NOTHING, ""):
                    self._set(chained[index], feature, unescaped_value(raw), unit)

    # -- relations

    def _relations(self, layer: RelationLayer, unit: _Unit, cells: Sequence[str]) -> None:
        references = cells[3 + layer.reference]
        columns = {feature: cells[3 + column] for column, feature in layer.features if cells[3 + column] != NOTHING}
        if references == NOTHING:
            if columns:
                self._reject(unit.line, unit.name, f"{short_name(layer.type)} {columns} comes from nowhere: not kept")
            return
        ends = stacked(references)
        values = {feature: stacked(cell) for feature, cell in columns.items()}
        for feature in [f for f, stack in values.items() if len(stack) != len(ends)]:
            message = f"{feature} has {len(values[feature])} values for {len(ends)} {short_name(layer.type)}: not kept"
            self._reject(unit.line, unit.name, message)
            del values[feature]
        for n, end in enumerate(ends):
            self._count(unit)
            said = {f: unescaped_value(stack[n]) for f, stack in values.items() if stack[n] not in (UNSET, "")}
            self.relations.append((layer, unit, end, said))

    def _related(self, layer: RelationLayer, unit: _Unit, end: str, values: dict[str, str]) -> Iterator[Relation]:
        features = tuple(values.items())
        if is_structure(layer.type):  # its ends are tokens, whatever the header says
            yield Relation(layer.type, "", "", features, unit.line)
            return
        try:
            source, (governor, dependent) = pair_of_numbers(end)
            yield Relation(
                layer.type,
                self._resolved(_Reference(source, governor, layer.base)).id,
                self._resolved(_Reference(unit.name, dependent, layer.base)).id,
                features,
                unit.line,
            )
        except _Unusable as error:
            self._reject(unit.line, unit.name, f"without the {short_name(layer.type)} from {end[:40]}: {error}")

    # -- references

    def _resolved(self, reference: _Reference) -> _Marked:
        """The span that a reference means. Raises :class:`_Unusable`."""
        if reference.type == _TOKEN:
            return self._token(reference.unit)
        if reference.number:
            by_type = self.numbered_at.get((reference.unit, reference.number), {})
            found = [by_type[reference.type]] if reference.type in by_type else list(by_type.values())
        else:
            found = self.typed.get((reference.unit, reference.type), [])
            if not found and reference.type in _ANY:
                found = self.at.get(reference.unit, [])
        if len(found) != 1:
            what = f"{short_name(reference.type)}{f' with the number {reference.number}' if reference.number else ''}"
            raise _Unusable(f"there is {'more than one' if found else 'no'} {what} on the unit {reference.unit[:20]!r}")
        return found[0]

    def _token(self, unit: str) -> _Marked:
        if unit not in self.tokens:
            raise _Unusable(f"there is no token {unit[:20]!r}")
        start, end, line = self.tokens[unit]
        return self.token_spans.setdefault(unit, _Marked(unit, _TOKEN, start, end, line))
