"""What one report tells, as values: its claims, local situations, and the mentions of what others may mention too.

:func:`read` is the inverse of :mod:`kg.quads`, so that the view depends on nothing but the store; :func:`told` gives the same
for a report whose claims are at hand. What consolidation itself writes into a report's graph (``describes``) is not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Triple

from kg import claims as told_by
from kg import model
from kg.claims import ReportClaims
from kg.extent import Bounds
from kg.quads import Minted, bodies, given_names, instant_literal, kind_code, selected, spans
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
    """All of one report's graph that the view needs, everything in the order of its IRI.

    ``mentions`` are those that denote an actor, a place or a source; what a report alone knows of has no name to be found.
    ``narrator`` is the source of what nobody is quoted for; empty where everything is somebody's word.
    """

    report: Report
    situations: tuple[Situation, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]
    narrator: str = ""


def read(triples: Iterable[Triple]) -> ReportGraph:
    """A report's graph as values."""
    return _Reading(triples).run()


def told(claims: ReportClaims, minted: Minted) -> ReportGraph:
    """What :func:`read` would find in the graph of a report."""
    return _Telling(claims, minted).run()


def _graph(
    report: Report, situations: Iterable[Situation], claims: Iterable[Claim], mentions: Iterable[Mention]
) -> ReportGraph:
    said = tuple(sorted(claims, key=lambda c: c.iri))
    return ReportGraph(
        report,
        tuple(sorted(situations, key=lambda s: s.iri)),
        said,
        tuple(sorted(mentions, key=lambda m: (m.start, m.iri))),
        next((c.source for c in said if is_narrator(c.source)), ""),
    )


def is_narrator(source: str) -> bool:
    """Whether a source is the narrator of a report."""
    return source.rsplit("/", 1)[-1].startswith("narrator-")


class _Telling:
    """Annotations that are equal in all have one IRI: what they carry is united, as in the graph."""

    def __init__(self, claims: ReportClaims, minted: Minted) -> None:
        self.claims, self.minted = claims, minted
        self.report = self._report()

    def run(self) -> ReportGraph:
        told = [*self._situations(), *self._parts()]
        return _graph(self.report, _united(told, _situation_of), self._claims(), _united(self._mentions(), _mention_of))

    def _report(self) -> Report:
        report, iri = self.claims.report, self.minted.report
        issued = instant_literal(report.issued).value if self.minted.anchor else ""
        language = report.language.lower() if report.title else ""
        return Report(iri, report.id, issued, report.publisher, report.title, language)

    def _situations(self) -> Iterator[Situation]:
        minted = self.minted
        for s, iri in zip(self.claims.situations, minted.situations, strict=True):
            yield Situation(
                iri, self.report, s.cls, (_kind(s.cls, s.kind),) if s.kind else (), s.role,
                tuple(sorted({(f.role, minted.entities[f.entity]) for f in s.entities})),
                tuple(sorted({(prop, minted.situations[target]) for prop, target in s.situations})),
                tuple(sorted(set(s.numbers))), s.time.bounds if s.time else None,
            )  # fmt: skip

    def _parts(self) -> Iterator[Situation]:
        minted = self.minted
        for s, event, parts in zip(self.claims.situations, minted.situations, minted.parts, strict=True):
            for f, iri in zip(s.participants, parts, strict=True):
                actor = (("actor", minted.entities[f.entity]),)
                yield Situation(iri, self.report, "Participation", (), f.role, actor, (("ofEvent", event),), (), None)

    def _claims(self) -> list[Claim]:
        minted = self.minted
        against: dict[str, set[str]] = {}
        for a, b in self.claims.contradictions:
            one, other = minted.claims[a], minted.claims[b]
            against.setdefault(one, set()).add(other)
            against.setdefault(other, set()).add(one)
        grounds: dict[str, set[str]] = {}
        first: dict[str, tuple[told_by.Claim, str]] = {}
        for c, iri, source in zip(self.claims.claims, minted.claims, minted.sources, strict=True):
            first.setdefault(iri, (c, source))
            grounds.setdefault(iri, set()).update(minted.mentions[m.id] for m in c.grounds)
        return [
            Claim(
                iri, self.report, minted.situations[c.situation], source, c.polarity, c.modality, c.certainty,
                c.attribution_kind, tuple(sorted(grounds[iri])), tuple(sorted(against.get(iri, ()))),
            )
            for iri, (c, source) in first.items()
        ]  # fmt: skip

    def _mentions(self) -> Iterator[Mention]:
        own, denoted = self.minted.report + "/", dict[str, frozenset[str]]()
        for m, things in self.minted.denoted.items():
            iri = self.minted.mentions[m]
            denoted[iri] = denoted[iri] | things if iri in denoted else things
        of_more = {iri for iri, things in denoted.items() if not all(thing.startswith(own) for thing in things)}
        for mention in self.claims.mentions:
            if (iri := self.minted.mentions[mention.id]) in of_more:
                yield self._mention(mention, iri, denoted[iri])

    def _mention(self, m: model.Mention, iri: str, denoted: frozenset[str]) -> Mention:
        text, told = self.claims.text, list(bodies(m))
        cls = _CLASS[told[0]] if told and told[0] in _CLASS else ""
        codes = tuple(sorted((b for b in told if b not in _CLASS), key=lambda b: b.value))
        parts = sorted((start, *selected(text, start, end)[1::-1]) for start, end in spans(m))
        words = " ".join(exact for _, exact, _ in parts)
        name = min(given_names(m), default="")
        return Mention(iri, self.report, cls, codes, words, parts[0][2], parts[0][0], name, denoted)


@lru_cache(maxsize=4096)
def _kind(cls: str, kind: str) -> str:
    return kind_code(cls, kind).value


Told = TypeVar("Told", Situation, Mention)


def _united(several: Iterable[Told], unite: Callable[[Told, Told], Told]) -> Iterable[Told]:
    found: dict[str, Told] = {}
    for one in several:
        known = found.get(one.iri)
        found[one.iri] = one if known is None or known == one else unite(known, one)
    return found.values()


def _situation_of(a: Situation, b: Situation) -> Situation:
    """Two of one IRI have one class, role and actor; what the digest does not see is united."""
    role = min(filter(None, (a.role, b.role)), default="")
    return Situation(
        a.iri, a.report, a.cls, tuple(sorted({*a.kinds, *b.kinds})), role, tuple(sorted({*a.entities, *b.entities})),
        tuple(sorted({*a.situations, *b.situations})), tuple(sorted({*a.numbers, *b.numbers})), _earlier(a.bounds, b.bounds),
    )  # fmt: skip


def _mention_of(a: Mention, b: Mention) -> Mention:
    codes = tuple(sorted({*a.codes, *b.codes}, key=lambda c: c.value))
    name = min(filter(None, (a.name, b.name)), default="")
    return Mention(a.iri, a.report, a.cls, codes, a.quote, a.before, a.start, name, a.denotes | b.denotes)


def _earlier(one: Bounds | None, other: Bounds | None) -> Bounds | None:
    """Of several times of one situation, one that does not depend on the order in which they stand."""
    return min((b for b in (one, other) if b is not None), key=_days, default=None)


def _days(b: Bounds) -> tuple[str, ...]:
    return tuple(str(day) for day in (b.earliest_begin, b.latest_begin, b.earliest_end, b.latest_end))


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
        own = self.report.iri + "/"
        of_more = (node for node in self.typed.get(SG.Mention, ()) if self._denotes_more(node, own))
        mentions = [self._mention(node) for node in of_more]
        return _graph(self.report, situations, claims, mentions)

    def _denotes_more(self, node: NamedNode, own: str) -> bool:
        return any(not o.value.startswith(own) for o in self.nodes[node].get(SG.denotes, ()))

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
        times = [self._bounds(t) for t in self.nodes[node].get(SG.time, ()) if isinstance(t, NamedNode)]
        bounds = min(times, key=_days, default=None)
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
