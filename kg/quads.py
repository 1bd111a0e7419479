"""The claims of one report -> the quads of its named graph, with the evidence for each.

Ontology specification, sections 2 (IRIs and what is hashed) and 5 (layout). Equal content gives equal quads; there are no
blank nodes, so sorted N-Quads are canonical. Which file, reader and run the graph came from stands in ``graph/provenance``,
and which canonical situation a local one ``describes`` is added by consolidation.

Two steps: :func:`mint` gives everything its IRI, :func:`report_lines` writes it down as RDF 1.1 N-Quads, which the store takes
as they are. Between them stand IRIs alone, so that the view can have the same things as values without reading them back.

What a digest does not see (a kind, a number, what a filler is annotated as) may still tell two situations of one trigger
apart: the second and later ones, in the order of their content, carry a number in their digest. Annotations equal in all are
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg import extent
from kg.claims import Filler, ReportClaims, Situation, issued_day
from kg.iri import Digests, Space, fragments_name, report_path
from kg.model import Mention, TextSpan, text_sha256
from kg.resolver.resolve import Resolution
from kg.vocab import CLASSES, DCTERMS, OA, PROPERTIES, RDF, RDFS, SG, SKOS, XSD, ancestors, code

_KIND_SCHEME = {
    "Outcome": "outcome-kind", "Control": "control-kind", "Support": "support-kind", "SpatialRelation": "spatial-kind",
    "CasualtyEstimate": "casualty-kind", "MaterielUse": "materiel-kind",
}  # fmt: skip
_BODY = {"TimeExpr": "TimeExtent"}
_CONTEXT = 32
"""Characters before and after a quote that are kept with it, so that it can be found again in another version of the text."""


def kind_code(cls: str, kind: str) -> NamedNode:
    """The code IRI of a situation's kind; the scheme follows from the class."""
    return code(_KIND_SCHEME.get(cls, "event-kind"), kind)


def day_literal(day: date) -> Literal:
    """The first instant of a day, UTC, as ``xsd:dateTime``."""
    return Literal(f"{day.isoformat()}T00:00:00Z", datatype=XSD.dateTime)


def instant_literal(text: str) -> Literal:
    """An ISO 8601 date or date-time as ``xsd:dateTime`` in UTC."""
    moment = datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), time(), UTC)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)


def time_triples(node: NamedNode, bounds: extent.Bounds) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    """EDTF value, bounds and precision of a time extent; absent bounds are unbounded."""
    if value := extent.edtf_of(bounds):
        yield node, SG.edtf, Literal(value)
    yield node, SG.timePrecision, code("time-precision", extent.precision_of(bounds))
    for name, day in bounds_by_property(bounds):
        if day is not None:
            yield node, name, day_literal(day)


def bounds_by_property(b: extent.Bounds) -> tuple[tuple[NamedNode, date | None], ...]:
    """The four bounds under their properties."""
    return (
        (SG.earliestBegin, b.earliest_begin), (SG.latestBegin, b.latest_begin),
        (SG.earliestEnd, b.earliest_end), (SG.latestEnd, b.latest_end),
    )  # fmt: skip


def bounds_key(b: extent.Bounds) -> list[str | None]:
    """Four ISO dates or nulls, as they enter a digest."""
    return [day.isoformat() if day else None for _, day in bounds_by_property(b)]


# -- lines: subject, predicate and object as N-Triples has them, with one space between


_ESCAPED = {c: f"\\u{c:04X}" for c in (*range(0x20), 0x7F)}
_ESCAPED |= {
    ord(c): e for c, e in {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}.items()
}


def quoted(text: str) -> str:
    """A plain literal in canonical N-Triples."""
    return f'"{text.translate(_ESCAPED)}"'


@lru_cache(maxsize=4096)
def code_text(scheme: str, name: str) -> str:
    """A code in N-Triples."""
    return str(code(scheme, name))


@lru_cache(maxsize=4096)
def _kind_text(cls: str, kind: str) -> str:
    return str(kind_code(cls, kind))


@lru_cache(maxsize=65536)
def outside(iri: str) -> str:
    """An IRI that an annotator gave, in N-Triples. Raises :class:`ValueError` where it is none."""
    return str(NamedNode(iri))


@lru_cache(maxsize=4096)
def extent_tails(bounds: extent.Bounds) -> tuple[str, ...]:
    """What :func:`time_triples` says of an extent, as predicates and objects."""
    anything = NamedNode("urn:x")
    return tuple(f"{p} {o}" for _, p, o in time_triples(anything, bounds))


def quads_of(lines: Iterable[str], graph: str) -> str:
    """Lines as an N-Quads document of one graph; ``graph`` is its IRI, empty for the default graph."""
    end = f" <{graph}> .\n" if graph else " .\n"
    return "".join([line + end for line in lines])


CLASS_TEXT: Mapping[str, str] = {name: str(node) for name, node in CLASSES.items()}
PROPERTY_TEXT: Mapping[str, str] = {name: f" {node} " for name, node in PROPERTIES.items()}
"""Terms in N-Triples, so that none is written out twice; properties with the spaces around them."""
TYPE = f" {RDF.type} "
INTEGER = f"^^{XSD.integer}"
_A_PARTICIPATION, _A_EXTENT, _A_CLAIM = (f"{TYPE}{cls}" for cls in (SG.Participation, SG.TimeExtent, SG.Claim))
_AN_ANNOTATION, _A_MENTION = (f"{TYPE}{cls}" for cls in (OA.Annotation, SG.Mention))
_A_POSITION, _A_QUOTE = (f"{TYPE}{cls}" for cls in (OA.TextPositionSelector, OA.TextQuoteSelector))
_IN_REPORT, _DENOTES, _GROUNDED, _CONTRADICTS = (f" {p} " for p in (SG.inReport, SG.denotes, SG.groundedIn, SG.contradicts))
_KIND, _ROLE, _OF_EVENT, _ACTOR, _TIME = (f" {p} " for p in (SG.kind, SG.role, SG.ofEvent, SG.actor, SG.time))
_HAS_BODY, _HAS_TARGET, _HAS_SOURCE, _HAS_SELECTOR = (
    f" {p} " for p in (OA.hasBody, OA.hasTarget, OA.hasSource, OA.hasSelector)
)
_START, _END, _EXACT, _PREFIX, _SUFFIX = (f" {p} " for p in (OA.start, OA.end, OA.exact, OA.prefix, OA.suffix))
_ASSERTS, _BY, _EXPRESSION = (f" {p} " for p in (SG.asserts, SG.attributedTo, SG.timeExpression))
_POLARITY, _MODALITY, _CERTAINTY, _PRESENTED = (f" {p} " for p in (SG.polarity, SG.modality, SG.certainty, SG.attributionKind))


# -- IRIs


@dataclass(frozen=True, slots=True)
class Minted:
    """The IRIs of all that one report tells, in the order of its claims.

    ``parts`` are the participations of each situation, ``times`` their extents (empty without one), ``sources`` who speaks in
    each claim; ``mentions`` and ``denoted`` are by the local id of a mention.
    """

    report: str
    graph: str
    entities: tuple[str, ...]
    situations: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    times: tuple[str, ...]
    sources: tuple[str, ...]
    claims: tuple[str, ...]
    mentions: Mapping[str, str]
    denoted: Mapping[str, frozenset[str]]
    anchor: date | None
    external: tuple[tuple[str, str], ...]


def mint(claims: ReportClaims, resolution: Resolution, space: Space) -> Minted:
    """Gives everything that a report tells its IRI."""
    return _Minting(claims, resolution, space).run()


class _Minting:
    def __init__(self, claims: ReportClaims, resolution: Resolution, space: Space) -> None:
        self.claims, self.resolution, self.space = claims, resolution, space
        self.path = report_path(claims.report.id)
        self.text_digest = text_sha256(claims.text)
        self.digests = Digests()
        self.anchor = issued_day(claims.report) if _readable(claims.report.issued) else None
        self.denoted: dict[str, set[str]] = {}

    def run(self) -> Minted:
        told = self.claims.situations
        id = self.space.id
        paths = self._situation_paths()
        situations = tuple(map(id, paths))
        entities = tuple(map(id, self.resolution.paths))
        times = tuple(self._time(s) for s in told)
        sources = tuple(self._source(c.source) for c in self.claims.claims)
        for s, node, when in zip(told, situations, times, strict=True):
            self._denote(
                filter(_is_trigger, s.triggers), node
            )  # a stated containment is grounded in places, not denoted by them
            if s.time is not None:
                self._denote(s.time.mentions, when)
        for entity, node in zip(self.claims.entities, entities, strict=True):
            self._denote(entity.mentions, node)
        return Minted(
            id(self.path), self.space.report_graph(self.claims.report.id), entities, situations,
            tuple(self._parts(s, path) for s, path in zip(told, paths, strict=True)),
            times, tuple(map(id, sources)),
            tuple(
                id(f"claim/{self.digests('claim', paths[c.situation], source, c.polarity, c.modality, c.certainty)}")
                for c, source in zip(self.claims.claims, sources, strict=True)
            ),
            {m.id: id(f"{self.path}/mention/{fragments_name(m.label, spans(m))}") for m in self.claims.mentions},
            {m: frozenset(nodes) for m, nodes in self.denoted.items()},
            self.anchor, tuple((id(path), _external(iri)) for path, iri in self.resolution.external),
        )  # fmt: skip

    def _denote(self, mentions: Iterable[Mention], node: str) -> None:
        for m in mentions:
            self.denoted.setdefault(m.id, set()).add(node)

    def _situation_paths(self) -> list[str]:
        """A path for each situation, by the inputs of its digest and, where these are equal, by the rest of its content."""
        polarities: dict[int, set[str]] = {}
        for c in self.claims.claims:
            polarities.setdefault(c.situation, set()).add(c.polarity)
        inputs = [self._digest_inputs(s, sorted(polarities.get(n, ()))) for n, s in enumerate(self.claims.situations)]
        alike: dict[str, list[int]] = {}
        for n, given in enumerate(inputs):
            alike.setdefault(repr(given), []).append(n)
        number = dict.fromkeys(range(len(inputs)), 0)
        for several in alike.values():
            if len(several) > 1:
                rest = {n: repr(self._rest(self.claims.situations[n])) for n in several}
                order = sorted(set(rest.values()))
                number |= {n: order.index(other) for n, other in rest.items()}
        numbered = ((given, [number[n]] if number[n] else []) for n, given in enumerate(inputs))
        return [f"{self.path}/situation/{self.digests('situation', *given, *extra)}" for given, extra in numbered]

    def _digest_inputs(self, s: Situation, polarity: list[str]) -> list[object]:
        fillers = sorted([f.role, _fragments(f.mentions)] for f in (*s.participants, *s.entities))
        return [self.claims.report.id, self.text_digest, s.cls, _fragments(s.triggers), fillers, polarity]

    def _rest(self, s: Situation) -> list[object]:
        targets = ((p, self.claims.situations[t]) for p, t in s.situations)
        others = sorted([p, target.cls, _fragments(target.triggers)] for p, target in targets)
        annotated = sorted([f.role, *_labels(f)] for f in (*s.participants, *s.entities))
        return [s.kind, s.role, list(s.numbers), list(s.time.expressions) if s.time else [], others, annotated]

    def _parts(self, event: Situation, path: str) -> tuple[str, ...]:
        """Participations are covered by the event's claims and have none of their own.

        Two actors in one role by the very same words are told apart by what these are annotated as.
        """
        inputs = [[f.role, _fragments(f.mentions)] for f in event.participants]
        parts = []
        for f, given in zip(event.participants, inputs, strict=True):
            alike = sorted({tuple(_labels(other)) for other, o in zip(event.participants, inputs, strict=True) if o == given})
            number = alike.index(tuple(_labels(f)))
            fillers = [given, ["ofEvent", path.rsplit("/", 1)[-1]]]
            of = (self.claims.report.id, self.text_digest, "Participation", _fragments(event.triggers), fillers)
            digest = self.digests("situation", *of, *([number] if number else []))
            parts.append(self.space.id(f"{self.path}/situation/{digest}"))
        return tuple(parts)

    def _time(self, s: Situation) -> str:
        if s.time is None:
            return ""
        anchor = f"{self.anchor.isoformat()}T00:00:00Z" if self.anchor else None
        inputs = (extent.edtf_of(s.time.bounds), bounds_key(s.time.bounds), list(s.time.expressions), anchor)
        return self.space.id(f"{self.path}/time/{self.digests('time', *inputs)}")

    def _source(self, entity: int | None) -> str:
        """The path of who speaks: an actor has a source beside it, which its mentions denote as well."""
        if entity is None:
            return f"source/narrator-{self.path.removeprefix('report/')}"
        path = self.resolution.paths[entity]
        speaks = self.claims.entities[entity]
        if speaks.group != "source":
            path = "source/" + path.split("/", 1)[1]
            self._denote(speaks.mentions, self.space.id(path))
        return path


# -- quads


def report_quads(claims: ReportClaims, resolution: Resolution, space: Space) -> Iterator[Quad]:
    """The named graph of a report. The order of the quads is of no meaning."""
    minted = mint(claims, resolution, space)
    return parse(quads_of(report_lines(claims, minted), minted.graph), format=RdfFormat.N_QUADS)


def report_lines(claims: ReportClaims, minted: Minted) -> list[str]:
    """The named graph of a report as lines, each once."""
    return list(dict.fromkeys(_Writing(claims, minted).run()))


class _Writing:
    def __init__(self, claims: ReportClaims, minted: Minted) -> None:
        self.claims, self.minted = claims, minted
        self.report = f"<{minted.report}>"
        self.anchor = f"{SG.anchor} {day_literal(minted.anchor)}" if minted.anchor else ""

    def run(self) -> Iterator[str]:
        yield from self._about_the_report()
        for n, situation in enumerate(self.claims.situations):
            yield from self._situation(n, situation)
        yield from self._claims()
        for m in self.claims.mentions:
            yield from self._mention(m)
        for node, iri in self.minted.external:
            yield f"<{node}> {SKOS.exactMatch} {outside(iri)}"

    def _about_the_report(self) -> Iterator[str]:
        report, node = self.claims.report, self.report
        yield f"{node}{TYPE}{SG.Report}"
        yield f"{node} {DCTERMS.identifier} {quoted(report.id)}"
        if report.title:
            yield f"{node} {DCTERMS.title} {Literal(report.title, language=report.language or None)}"
        for prop, value in ((DCTERMS.publisher, report.publisher), (DCTERMS.source, report.url)):
            if value:
                yield f"{node} {prop} {quoted(value)}"
        if _readable(report.issued):
            yield f"{node} {DCTERMS.issued} {instant_literal(report.issued)}"

    def _situation(self, n: int, s: Situation) -> Iterator[str]:
        node, entities = f"<{self.minted.situations[n]}>", self.minted.entities
        yield f"{node}{TYPE}{CLASS_TEXT[s.cls]}"
        if s.kind:
            yield f"{node}{_KIND}{_kind_text(s.cls, s.kind)}"
        if s.role:
            yield f"{node}{_ROLE}{code_text('role', s.role)}"
        for f in s.entities:
            yield f"{node}{PROPERTY_TEXT[f.role]}<{entities[f.entity]}>"
        for prop, target in s.situations:
            yield f"{node}{PROPERTY_TEXT[prop]}<{self.minted.situations[target]}>"
        for prop, number in s.numbers:
            yield f'{node}{PROPERTY_TEXT[prop]}"{number}"{INTEGER}'
        if s.time is not None:
            when = f"<{self.minted.times[n]}>"
            yield f"{node}{_TIME}{when}"
            yield f"{when}{_A_EXTENT}"
            for tail in extent_tails(s.time.bounds):
                yield f"{when} {tail}"
            for words in s.time.expressions:
                yield f"{when}{_EXPRESSION}{quoted(words)}"
            if self.anchor:
                yield f"{when} {self.anchor}"
        for part, f in zip(self.minted.parts[n], s.participants, strict=True):
            yield f"<{part}>{_A_PARTICIPATION}"
            yield f"<{part}>{_OF_EVENT}{node}"
            yield f"<{part}>{_ROLE}{code_text('role', f.role)}"
            yield f"<{part}>{_ACTOR}<{entities[f.entity]}>"

    def _claims(self) -> Iterator[str]:
        nodes = self.minted.claims
        said: set[str] = set()  # equal annotations are one claim, grounded in all their words
        for c, iri, source in zip(self.claims.claims, nodes, self.minted.sources, strict=True):
            node = f"<{iri}>"
            if iri not in said:
                said.add(iri)
                yield f"{node}{_A_CLAIM}"
                yield f"{node}{_ASSERTS}<{self.minted.situations[c.situation]}>"
                yield f"{node}{_IN_REPORT}{self.report}"
                yield f"{node}{_BY}<{source}>"
                yield f"{node}{_POLARITY}{code_text('polarity', c.polarity)}"
                yield f"{node}{_MODALITY}{code_text('modality', c.modality)}"
                yield f"{node}{_CERTAINTY}{code_text('certainty', c.certainty)}"
                yield f"{node}{_PRESENTED}{code_text('attribution-kind', c.attribution_kind)}"
            for m in c.grounds:
                yield f"{node}{_GROUNDED}<{self.minted.mentions[m.id]}>"
        for a, b in self.claims.contradictions:
            yield f"<{nodes[a]}>{_CONTRADICTS}<{nodes[b]}>"
            yield f"<{nodes[b]}>{_CONTRADICTS}<{nodes[a]}>"

    def _mention(self, m: Mention) -> Iterator[str]:
        node = f"<{self.minted.mentions[m.id]}>"
        yield f"{node}{_AN_ANNOTATION}"
        yield f"{node}{_A_MENTION}"
        yield f"{node}{_IN_REPORT}{self.report}"
        for body in bodies(m):
            yield f"{node}{_HAS_BODY}{body}"
        for start, end in spans(m):
            yield from self._selected(node, start, end)
        for name in given_names(m):
            yield f"{node} {RDFS.label} {quoted(name)}"
        for thing in self.minted.denoted.get(m.id, ()):
            yield f"{node}{_DENOTES}<{thing}>"

    def _selected(self, node: str, start: int, end: int) -> Iterator[str]:
        """The part of the text, by position and by quote (Web Annotation Data Model, sections 4.2.4 and 4.2.5)."""
        text, place = self.claims.text, f"{self.minted.report}/text/{start}-{end}"
        target, position, quote = f"<{place}>", f"<{place}/position>", f"<{place}/quote>"
        before, exact, after = selected(text, start, end)
        yield f"{node}{_HAS_TARGET}{target}"
        yield f"{target}{_HAS_SOURCE}<{self.minted.report}/text>"
        yield f"{target}{_HAS_SELECTOR}{position}"
        yield f"{target}{_HAS_SELECTOR}{quote}"
        yield f"{position}{_A_POSITION}"
        yield f'{position}{_START}"{start}"{INTEGER}'
        yield f'{position}{_END}"{end}"{INTEGER}'
        yield f"{quote}{_A_QUOTE}"
        yield f"{quote}{_EXACT}{quoted(exact)}"
        yield f"{quote}{_PREFIX}{quoted(before)}"
        yield f"{quote}{_SUFFIX}{quoted(after)}"


def bodies(m: Mention) -> Iterator[NamedNode]:
    """What a mention is annotated as: a class, and the codes of an actor or place."""
    cls = _BODY.get(m.label, m.label)
    if cls in CLASSES:
        yield CLASSES[cls]
    for name, scheme in (("ActorKind", "actor-kind"), ("PlaceKind", "place-kind")) if m.attributes else ():
        if value := m.attribute(name):
            yield code(scheme, value)


def given_names(m: Mention) -> list[str]:
    """What the annotator calls the thing of a reference; of a person only of one of ours: others may name a private one."""
    known = (r for r in m.references if m.label != "Person" or r.iri.startswith("sitgraph:"))
    return sorted({r.name for r in known if r.name}) if m.references else []


def selected(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The words in front of a part of a text, the part, and the words after it."""
    return text[max(0, start - _CONTEXT) : start], text[start:end], text[end : end + _CONTEXT]


def spans(m: Mention) -> list[tuple[int, int]]:
    """The parts of the text that a mention selects."""
    return [(f.start, f.end) for f in m.fragments if isinstance(f, TextSpan)]


_EXTERNAL = {"wikidata:": "http://www.wikidata.org/entity/", "geonames:": "https://sws.geonames.org/"}


def _external(iri: str) -> str:
    prefix, _, name = iri.partition(":")
    return _EXTERNAL[prefix + ":"] + name + ("/" if prefix == "geonames" else "") if prefix + ":" in _EXTERNAL else iri


def _readable(issued: str) -> bool:
    try:
        return bool(issued) and bool(instant_literal(issued))
    except ValueError:
        return False


@lru_cache(maxsize=1)
def _trigger_labels() -> frozenset[str]:
    return frozenset(name for name in CLASSES if "Situation" in ancestors(name))


def _is_trigger(m: Mention) -> bool:
    return m.label in _trigger_labels()


def _labels(f: Filler) -> list[str]:
    return sorted(m.label for m in f.mentions)


def _fragments(mentions: tuple[Mention, ...]) -> list[list[list[int]]]:
    """The fragments of several mentions, sorted, as they enter a digest."""
    return sorted([list(span) for span in spans(m)] for m in mentions)
