"""A report's named graph, read back: its claims, local situations and mentions, as values.

The inverse of :mod:`kg.quads`, so that the view depends on nothing but the store. What consolidation itself writes into a
report's graph (``describes``) is not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kg.extent import Bounds
from kg.vocab import CLASSES, DCTERMS, OA, RDF, RDFS, SG, ancestors

_CLASS = {node: name for name, node in CLASSES.items()}
_BOUNDS = (SG.earliestBegin, SG.latestBegin, SG.earliestEnd, SG.latestEnd)
Properties = dict[NamedNode, list[NamedNode | Literal]]


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of a report in its graph; ``issued`` is the literal's text, empty when unknown."""

    iri: str
    id: str
    issued: str
    publisher: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A selected part of a report: ``cls`` is the annotated class, ``before`` the text in front, ``name`` of its reference."""

    iri: str
    report: Report
    cls: str
    codes: tuple[NamedNode, ...]
    quote: str
    before: str
    start: int
    name: str
    denotes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation as one report tells it. ``entities`` and ``situations`` are (property, IRI); ``bounds`` of its time."""

    iri: str
    report: Report
    cls: str
    kinds: tuple[str, ...]
    role: str
    entities: tuple[tuple[str, str], ...]
    situations: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, int], ...]
    bounds: Bounds | None

    def fillers(self, name: str) -> tuple[str, ...]:
        """The entities under a property."""
        return tuple(iri for p, iri in self.entities if p == name)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that a situation is, or is not, the case. Codes by their last segment."""

    iri: str
    report: Report
    situation: str
    source: str
    polarity: str
    modality: str
    certainty: str
    attribution_kind: str
    grounds: tuple[str, ...]
    contradicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportGraph:
    """All of one report's graph."""

    report: Report
    situations: tuple[Situation, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]


def read(triples: Iterable[Triple]) -> ReportGraph:
    """A report's graph as values, everything in the order of its IRI."""
    return _Reading(triples).run()


class _Reading:
    def __init__(self, triples: Iterable[Triple]) -> None:
        self.nodes: dict[NamedNode, Properties] = defaultdict(lambda: defaultdict(list))
        self.typed: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for t in triples:
            if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal):
                self.nodes[t.subject][t.predicate].append(t.object)
                if t.predicate == RDF.type and isinstance(t.object, NamedNode):
                    self.typed[t.object].append(t.subject)

    def run(self) -> ReportGraph:
        self.report = self._report()
        situations = [
            self._situation(node, name)
            for name, cls in CLASSES.items()
            if "Situation" in ancestors(name)
            for node in self.typed.get(cls, ())
        ]
        claims = [self._claim(node) for node in self.typed.get(SG.Claim, ())]
        mentions = [self._mention(node) for node in self.typed.get(SG.Mention, ())]
        return ReportGraph(
            self.report,
            tuple(sorted(situations, key=lambda s: s.iri)),
            tuple(sorted(claims, key=lambda c: c.iri)),
            tuple(sorted(mentions, key=lambda m: (m.start, m.iri))),
        )

    def _text(self, node: NamedNode, prop: NamedNode) -> str:
        return min((o.value for o in self.nodes[node].get(prop, ())), default="")

    def _iris(self, node: NamedNode, prop: NamedNode) -> list[str]:
        return sorted(o.value for o in self.nodes[node].get(prop, ()))

    def _code(self, node: NamedNode, prop: NamedNode) -> str:
        return self._text(node, prop).rsplit("/", 1)[-1]

    def _report(self) -> Report:
        node = self.typed[SG.Report][0]
        titles = self.nodes[node].get(DCTERMS.title, [])
        language = next((t.language for t in titles if isinstance(t, Literal) and t.language), "") or ""
        return Report(
            node.value, self._text(node, DCTERMS.identifier), self._text(node, DCTERMS.issued),
            self._text(node, DCTERMS.publisher), self._text(node, DCTERMS.title), language,
        )  # fmt: skip

    def _situation(self, node: NamedNode, cls: str) -> Situation:
        entities, situations, numbers = [], [], []
        for prop, objects in self.nodes[node].items():
            name = prop.value.rsplit("#", 1)[-1]
            if name in _ENTITY_PROPERTIES:
                entities += [(name, o.value) for o in objects]
            elif name in _SITUATION_PROPERTIES:
                situations += [(name, o.value) for o in objects]
            elif name in _NUMBERS:
                numbers += [(name, int(o.value)) for o in objects]
        kinds = tuple(sorted(o.value for o in self.nodes[node].get(SG.kind, ())))
        role = self._code(node, SG.role)
        times = self.nodes[node].get(SG.time, [])
        bounds = self._bounds(times[0]) if times and isinstance(times[0], NamedNode) else None
        return Situation(
            node.value, self.report, cls, kinds, role, tuple(sorted(entities)), tuple(sorted(situations)),
            tuple(sorted(numbers)), bounds,
        )  # fmt: skip

    def _bounds(self, node: NamedNode) -> Bounds:
        days = [date.fromisoformat(text[:10]) if (text := self._text(node, p)) else None for p in _BOUNDS]
        return Bounds(*days)

    def _claim(self, node: NamedNode) -> Claim:
        return Claim(
            node.value, self.report, self._text(node, SG.asserts), self._text(node, SG.attributedTo),
            self._code(node, SG.polarity), self._code(node, SG.modality), self._code(node, SG.certainty),
            self._code(node, SG.attributionKind), tuple(self._iris(node, SG.groundedIn)),
            tuple(self._iris(node, SG.contradicts)),
        )  # fmt: skip

    def _mention(self, node: NamedNode) -> Mention:
        bodies = [o for o in self.nodes[node].get(OA.hasBody, ()) if isinstance(o, NamedNode)]
        cls = next((_CLASS[b] for b in bodies if b in _CLASS), "")
        codes = tuple(sorted((b for b in bodies if b not in _CLASS), key=lambda b: b.value))
        fragments = sorted(self._fragment(t) for t in self.nodes[node].get(OA.hasTarget, ()) if isinstance(t, NamedNode))
        return Mention(
            node.value, self.report, cls, codes, " ".join(words for _, words, _ in fragments), fragments[0][2], fragments[0][0],
            self._text(node, RDFS.label), frozenset(self._iris(node, SG.denotes)),
        )  # fmt: skip

    def _fragment(self, target: NamedNode) -> tuple[int, str, str]:
        start, exact, prefix = 0, "", ""
        for selector in self.nodes[target].get(OA.hasSelector, ()):
            if isinstance(selector, NamedNode):
                start = int(self._text(selector, OA.start) or start)
                exact = self._text(selector, OA.exact) or exact
                prefix = self._text(selector, OA.prefix) or prefix
        return start, exact, prefix


_ENTITY_PROPERTIES = frozenset(
    "place targetPlace actor affects member group party provider recipient commander subordinate controller controlled figure "
    "ground predecessor successor".split()
)
_SITUATION_PROPERTIES = frozenset("ofEvent subEventOf inResponseTo aim precedes inConflict".split())
_NUMBERS = frozenset("low best high quantity".split())
