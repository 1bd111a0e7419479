"""The rules R4 to R10, each a file of ``ontology/rules``, and the record of every derivation (specification, section 10).

A rule is a ``SELECT ?s ?p ?o ?m1 [?m2 ?m3]``. A row is a derivation of ``?s ?p ?o`` from the premises ``?m…``. Rules run in the
order of their numbers over the default graph, each seeing what the ones before it gave.

Time stands in no query. Premises that never held together give nothing; what they give holds while all of them do, and is
recorded with that time whatever the date: foes of 2014 who are allies in 2016 oppose each other in 2014. The head of a rule
says the rest:

``#+ stands:``
    which of its conclusions are triples of the default graph, as of a date (:class:`Stands`);
``#+ unless:``
    an exception, as a pattern over what earlier rules inferred: ``?s sg:onSide ?side . ?o sg:onSide ?side``. It speaks against
    a derivation if it held together with the premises; against the conclusion as of the date, if it has not ended by then.

R10 is the closure and leaves no record: it is explained by the triples it follows from.
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import lru_cache

from pyoxigraph import NamedNode, Quad, QuerySolutions, Triple

from kg.errors import SitgraphError
from kg.extent import Bounds
from kg.iri import Space, h20
from kg.quads import TYPE
from kg.resources import rules_dir
from kg.store.embedded import EmbeddedStore
from kg.view.canonical import Canonical
from kg.view.triples import Lines, extent_lines, time_iri, triples_of
from kg.vocab import PREFIXES, PROPERTIES, RDF, SG

UNBOUNDED = Bounds()
Terms = tuple[NamedNode, ...]


class Stands(Enum):
    """When the conclusion of a rule is a triple of the default graph, and not only a record of when it held."""

    ALWAYS = "always"
    """What was once so remains so: who took part in a battle."""
    WITH_PREMISES = "while its premises do"
    """Not after the day on which one of them has ended: a membership."""
    WITHOUT_EXCEPTION = "unless an exception does"
    """An act is not undone by time, but by what holds now: who attacked an ally of today opposed him then."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One triple pattern of an exception: one of several properties between two variables."""

    subject: str
    properties: frozenset[NamedNode]
    object: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id (``R4``), its summary in words, when its conclusions stand, what is excepted, and its query."""

    id: str
    summary: str
    stands: Stands
    exceptions: tuple[tuple[Atom, ...], ...]
    text: str

    @property
    def reads(self) -> frozenset[NamedNode]:
        """Every term that the query names, so that nothing else has to be put before it."""
        return frozenset(_term(name) for name in re.findall(r"\b(?:sg|rdf|rdfs):\w+", self.text)) | {RDF.type}


@dataclass(frozen=True, slots=True)
class Record:
    """One derivation: a rule made ``conclusion`` of ``premises``, which rest on claims; it held ``when`` all of them did."""

    node: NamedNode
    rule: str
    conclusion: Triple
    premises: Terms
    basis: frozenset[str]
    when: Bounds

    def lines(self) -> Iterator[str]:
        """The record as an ``sg:Inference``, without its time."""
        node = str(self.node)
        yield f"{node}{_AN_INFERENCE}"
        yield f"{node}{_SUBJECT}{self.conclusion.subject}"
        yield f"{node}{_PREDICATE}{self.conclusion.predicate}"
        yield f"{node}{_OBJECT}{self.conclusion.object}"
        yield f'{node}{_RULE}"{self.rule}"'
        for premise in self.premises:
            yield f"{node}{_PREMISE}{premise}"
        for claim in self.basis:
            yield f"{node}{_BASIS}<{claim}>"


_AN_INFERENCE = f"{TYPE}{SG.Inference}"
_SUBJECT, _PREDICATE, _OBJECT = (f" {p} " for p in (RDF.subject, RDF.predicate, RDF.object))
_RULE, _PREMISE, _BASIS, _TIME = (f" {p} " for p in (SG.rule, SG.premise, SG.basis, SG.time))


@dataclass(frozen=True, slots=True)
class Derived:
    """What rules gave: triples for the default graph, and the records for the graph of inferences."""

    standing: frozenset[Triple]
    records: tuple[Record, ...]
    space: Space

    def lines(self) -> Iterator[str]:
        """The default graph's part: what stands, and the times of the records."""
        yield from (str(t) for t in self.standing)
        for when in {r.when for r in self.records} - {UNBOUNDED}:
            yield from extent_lines(when, self.space)

    def inference_lines(self) -> Iterator[str]:
        """The graph of inferences."""
        for r in self.records:
            yield from r.lines()
            if r.when != UNBOUNDED:
                yield f"{r.node}{_TIME}<{time_iri(r.when, self.space)}>"

    @property
    def triples(self) -> tuple[Triple, ...]:
        """:meth:`lines` as triples."""
        return tuple(triples_of(self.lines()))

    @property
    def inferences(self) -> tuple[Triple, ...]:
        """:meth:`inference_lines` as triples."""
        return tuple(triples_of(self.inference_lines()))


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The rules in the order in which they run. Raises :class:`~kg.errors.SitgraphError` for a head that cannot be read."""
    return tuple(_rule(path.name, path.read_text(encoding="utf-8")) for path in sorted(rules_dir().glob("r*.rq")))


def _rule(file: str, text: str) -> Rule:
    try:
        head = [_line(line) for line in text.splitlines() if line.startswith("#+")]
        summary, stands = (_once(head, key) for key in ("summary", "stands"))
        exceptions = tuple(_exception(value) for key, value in head if key == "unless")
        return Rule(f"R{int(file[1:3])}", summary, Stands(stands), exceptions, text)
    except ValueError as error:
        known = ", ".join(repr(s.value) for s in Stands)
        raise SitgraphError(
            f"{file}: {error}; expected '#+ summary: …', '#+ stands: …' with one of {known}, and any '#+ unless: ?s sg:… ?o'"
        ) from error


def _line(line: str) -> tuple[str, str]:
    """A line of a head. None is passed over: a rule without its exception would say too much."""
    found = re.fullmatch(r"#\+ (summary|stands|unless): (.+)", line.rstrip())
    if found is None:
        raise ValueError(f"{line!r} cannot be read")
    return found[1], found[2]


def _once(head: Sequence[tuple[str, str]], key: str) -> str:
    values = [value for known, value in head if known == key]
    if len(values) != 1:
        raise ValueError(f"{len(values)} lines '#+ {key}:'")
    return values[0]


_ATOM = re.compile(r"\?(\w+) (sg:\w+(?:\|sg:\w+)*) \?(\w+)")


def _exception(pattern: str) -> tuple[Atom, ...]:
    """Atoms in an order in which the subject of each is known when its turn comes."""
    atoms: list[Atom] = []
    known = {"s", "o"}
    for part in pattern.split(" . "):
        found = _ATOM.fullmatch(part.strip())
        if found is None or found[1] not in known:
            raise ValueError(f"{pattern!r} cannot be read at {part!r}")
        names = found[2].replace("sg:", "").split("|")
        if unknown := [name for name in names if name not in PROPERTIES]:
            raise ValueError(f"{pattern!r} names {unknown[0]!r}, which is no property")
        atoms.append(Atom(found[1], frozenset(PROPERTIES[name] for name in names), found[3]))
        known.add(found[3])
    return tuple(atoms)


def _term(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Without the collector of cyclic garbage: a million small values are made that refer to nothing above them.

    Looking through them again and again took two fifths of the time.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def derive(given: Iterable[Triple], situations: Mapping[str, Canonical], as_of: date | None, space: Space) -> Derived:
    """All that the rules derive from a default graph, as of a day; without one, everything counts as going on.

    ``given`` is the default graph without what follows from rules, ``situations`` are the canonical ones in it, by IRI.
    """
    read = _read_by_rules()
    if isinstance(given, Lines):
        properties = frozenset(str(p) for p in read)
        lines = (line for line in given.lines if line.split(" ", 2)[1] in properties)
    else:
        lines = (str(t) for t in given if t.predicate in read)
    return _derived(lines, situations, as_of, space)


def _read_by_rules() -> frozenset[NamedNode]:
    return frozenset[NamedNode]().union(*(rule.reads for rule in rules()))


@_no_search_for_cycles()
def _derived(lines: Iterable[str], situations: Mapping[str, Canonical], as_of: date | None, space: Space) -> Derived:
    todo = rules()
    scratch = EmbeddedStore.in_memory()
    scratch.take(lines, "")
    inferred = space.graph("inferred")
    engine = _Engine(situations, as_of, space)
    for n, rule in enumerate(todo):
        standing, records = engine.apply(rule, scratch.query(rule.text))
        scratch.extend(Quad(t.subject, t.predicate, t.object) for t in standing)
        asked = frozenset[NamedNode]().union(*(later.reads for later in todo[n + 1 :] if RDF.predicate in later.reads))
        scratch.take((line for r in records if r.conclusion.predicate in asked for line in r.lines()), inferred)
    return engine.derived()


@dataclass(slots=True)
class _Engine:
    situations: Mapping[str, Canonical]
    as_of: date | None
    space: Space
    standing: set[Triple] = field(default_factory=set)
    records: list[Record] = field(default_factory=list)
    about: dict[object, list[Record]] = field(default_factory=lambda: defaultdict(list))
    """The records by the subject of their conclusion."""

    def apply(self, rule: Rule, rows: object) -> tuple[set[Triple], list[Record]]:
        """What a rule adds: conclusions that stand, and records."""
        standing: set[Triple] = set()
        records: list[Record] = []
        excepted: dict[tuple[object, object], tuple[Bounds, ...]] = {}
        for conclusion, premises in _derivations(rows):
            when = together(b for m in premises if (b := self.situations[m.value].bounds))
            if when is None:
                continue  # the premises never held together
            between = (conclusion.subject, conclusion.object)
            if between not in excepted:
                excepted[between] = tuple(self._excepted(rule, conclusion))
            if any(together((when, x)) is not None for x in excepted[between]):
                continue
            if premises:
                records.append(self._record(rule.id, conclusion, premises, when))
            if self._stands(rule.stands, when, excepted[between]):
                standing.add(conclusion)
        self.standing |= standing
        self.records += records
        for record in records:
            self.about[record.conclusion.subject].append(record)
        return standing, records

    def _excepted(self, rule: Rule, conclusion: Triple) -> Iterator[Bounds]:
        """When the exceptions of a rule held between two actors."""
        for pattern in rule.exceptions:
            for records in self._matches(pattern, {"s": conclusion.subject, "o": conclusion.object}):
                when = together(r.when for r in records)
                if when is not None:
                    yield when

    def _matches(self, pattern: Sequence[Atom], bound: Mapping[str, object]) -> Iterator[tuple[Record, ...]]:
        if not pattern:
            yield ()
            return
        atom, *rest = pattern
        for record in self.about.get(bound[atom.subject], ()):
            found = record.conclusion
            if found.predicate in atom.properties and bound.get(atom.object, found.object) == found.object:
                for more in self._matches(rest, {**bound, atom.object: found.object}):
                    yield (record, *more)

    def derived(self) -> Derived:
        """All that was added."""
        return Derived(frozenset(self.standing), tuple(self.records), self.space)

    def _stands(self, stands: Stands, when: Bounds, against: Iterable[Bounds]) -> bool:
        if stands is Stands.WITH_PREMISES:
            return self._holds(when)
        if stands is Stands.WITHOUT_EXCEPTION:
            return not any(self._holds(x) for x in against)
        return True

    def _holds(self, when: Bounds) -> bool:
        """Not known to have ended by the day."""
        return self.as_of is None or when.latest_end is None or when.latest_end > self.as_of

    def _record(self, rule: str, conclusion: Triple, premises: Terms, when: Bounds) -> Record:
        path = self.space.path
        parts = [
            path(x.value) for x in (conclusion.subject, conclusion.predicate, conclusion.object) if isinstance(x, NamedNode)
        ]
        node = NamedNode(self.space.id(f"inference/{h20('inference', rule, *parts, [path(m.value) for m in premises])}"))
        basis = frozenset(claim.iri for m in premises for claim in self.situations[m.value].claims)
        return Record(node, rule, conclusion, premises, basis, when)


def _derivations(rows: object) -> Iterator[tuple[Triple, Terms]]:
    """The derivations in the order of the rows, each once: conclusion and premises."""
    assert isinstance(rows, QuerySolutions)
    names = [v.value for v in rows.variables]
    subject, predicate, object = (names.index(name) for name in "spo")
    given = [n for n, name in enumerate(names) if re.fullmatch(r"m\d", name)]
    seen: set[tuple[Triple, Terms]] = set()
    for row in rows:
        values = tuple(row)
        s, p, o = values[subject], values[predicate], values[object]
        if isinstance(s, NamedNode) and isinstance(p, NamedNode) and isinstance(o, NamedNode):
            premises = {m for n in given if isinstance(m := values[n], NamedNode)}
            found = (Triple(s, p, o), tuple(sorted(premises, key=lambda m: m.value)))
            if found not in seen:
                seen.add(found)
                yield found


def together(several: Iterable[Bounds]) -> Bounds | None:
    """When all of several extents hold: from the last begin to the first end; ``None`` if they never do.

    Where nothing is known of the time, nothing speaks against it: unbounded.
    """
    bounds = tuple(several)
    if len(bounds) < 2:
        return bounds[0] if bounds else UNBOUNDED
    first, *rest = bounds
    if all(b == first for b in rest):
        return first
    latest_begins, earliest_ends = [b.latest_begin for b in bounds], [b.earliest_end for b in bounds]
    common = Bounds(
        max((b.earliest_begin for b in bounds if b.earliest_begin), default=None),
        None if None in latest_begins else max(day for day in latest_begins if day),
        None if None in earliest_ends else min(day for day in earliest_ends if day),
        min((b.latest_end for b in bounds if b.latest_end), default=None),
    )
    return None if common.is_empty else common
