"""The claims of one report -> the quads of its named graph, with the evidence for each.

Ontology specification, sections 2 (IRIs and what is hashed) and 5 (layout). Equal content gives equal quads; there are no
blank nodes, so sorted N-Quads are canonical. Which file, reader and run the graph came from stands in ``graph/provenance``,
and which canonical situation a local one ``describes`` is added by consolidation.

What a digest does not see (a kind, a number, what an event is part of) may still tell two situations of one trigger apart: the
second and later ones, in the order of their content, carry a number in their digest. Annotations equal in all are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from pyoxigraph import Literal, NamedNode, Quad

from kg import extent
from kg.claims import Filler, ReportClaims, Situation, issued_day
from kg.iri import Digests, Space, fragments_name, report_path
from kg.model import Mention, TextSpan, text_sha256
from kg.resolver.resolve import Resolution
from kg.vocab import CLASSES, DCTERMS, OA, RDF, RDFS, SG, SKOS, XSD, ancestors, code

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


def report_quads(claims: ReportClaims, resolution: Resolution, space: Space) -> Iterator[Quad]:
    """The named graph of a report. The order of the quads is of no meaning; some may come twice."""
    return _Writing(claims, resolution, space).run()


class _Writing:
    def __init__(self, claims: ReportClaims, resolution: Resolution, space: Space) -> None:
        self.claims, self.resolution, self.space = claims, resolution, space
        self.report_path = report_path(claims.report.id)
        self.report = self._id(self.report_path)
        self.text = self._id(f"{self.report_path}/text")
        self.graph = NamedNode(space.report_graph(claims.report.id))
        self.digests = Digests()
        self.anchor = issued_day(claims.report) if _readable(claims.report.issued) else None
        self.times: dict[int, NamedNode] = {}
        self.denoted: dict[str, set[NamedNode]] = {}

    def _id(self, path: str) -> NamedNode:
        return NamedNode(self.space.id(path))

    def _quad(self, s: NamedNode, p: NamedNode, o: NamedNode | Literal) -> Quad:
        return Quad(s, p, o, self.graph)

    def run(self) -> Iterator[Quad]:
        self.situations = self._situation_paths()
        self.entities = [self._id(p) for p in self.resolution.paths]
        yield from self._about_the_report()
        for n, situation in enumerate(self.claims.situations):
            yield from self._situation(n, situation)
        yield from self._claims()
        yield from self._mentions()

    def _about_the_report(self) -> Iterator[Quad]:
        report = self.claims.report
        yield self._quad(self.report, RDF.type, SG.Report)
        yield self._quad(self.report, DCTERMS.identifier, Literal(report.id))
        language = report.language or None
        for prop, value in ((DCTERMS.title, report.title), (DCTERMS.publisher, report.publisher), (DCTERMS.source, report.url)):
            if value:
                tagged = language if prop == DCTERMS.title else None
                yield self._quad(self.report, prop, Literal(value, language=tagged) if tagged else Literal(value))
        if _readable(report.issued):
            yield self._quad(self.report, DCTERMS.issued, instant_literal(report.issued))

    # -- identity

    def _situation_paths(self) -> list[str]:
        """A path for each situation, by the inputs of its digest and, where these are equal, by the rest of its content."""
        inputs = [self._digest_inputs(s, n) for n, s in enumerate(self.claims.situations)]
        rest = [self._rest(s) for s in self.claims.situations]
        alike: dict[str, list[str]] = {}
        for given, other in zip(inputs, rest, strict=True):
            group = alike.setdefault(repr(given), [])
            if repr(other) not in group:
                group.append(repr(other))
        paths = []
        for given, other in zip(inputs, rest, strict=True):
            number = sorted(alike[repr(given)]).index(repr(other))
            digest = self.digests("situation", *given, *([number] if number else []))
            paths.append(f"{self.report_path}/situation/{digest}")
        return paths

    def _digest_inputs(self, s: Situation, n: int) -> list[object]:
        polarity = sorted({c.polarity for c in self.claims.claims if c.situation == n})
        fillers = sorted([f.role, _fragments(f.mentions)] for f in (*s.participants, *s.entities))
        return [self.claims.report.id, text_sha256(self.claims.text), s.cls, _fragments(s.triggers), fillers, polarity]

    def _rest(self, s: Situation) -> list[object]:
        targets = ((p, self.claims.situations[t]) for p, t in s.situations)
        others = sorted([p, target.cls, _fragments(target.triggers)] for p, target in targets)
        return [s.kind, s.role, list(s.numbers), list(s.time.expressions) if s.time else [], others]

    # -- situations

    def _situation(self, n: int, s: Situation) -> Iterator[Quad]:
        node = self._id(self.situations[n])
        for m in s.triggers:
            if _is_trigger(m):  # a stated containment is grounded in places, which it does not denote
                self._denotes(m, node)
        yield self._quad(node, RDF.type, CLASSES[s.cls])
        if s.kind:
            yield self._quad(node, SG.kind, kind_code(s.cls, s.kind))
        if s.role:
            yield self._quad(node, SG.role, code("role", s.role))
        for f in s.entities:
            yield self._quad(node, getattr(SG, f.role), self._entity(f))
        for prop, target in s.situations:
            yield self._quad(node, getattr(SG, prop), self._id(self.situations[target]))
        for prop, number in s.numbers:
            yield self._quad(node, getattr(SG, prop), Literal(str(number), datatype=XSD.integer))
        yield from self._time(node, s)
        for f in s.participants:
            yield from self._participation(n, f)

    def _entity(self, f: Filler) -> NamedNode:
        return self.entities[f.entity]

    def _participation(self, event: int, f: Filler) -> Iterator[Quad]:
        """Covered by the event's claims: a local situation without claims of its own."""
        fillers = [[f.role, _fragments(f.mentions)], ["ofEvent", self.situations[event].rsplit("/", 1)[-1]]]
        triggers = _fragments(self.claims.situations[event].triggers)
        inputs = (self.claims.report.id, text_sha256(self.claims.text), "Participation", triggers, fillers)
        node = self._id(f"{self.report_path}/situation/{self.digests('situation', *inputs)}")
        yield self._quad(node, RDF.type, SG.Participation)
        yield self._quad(node, SG.ofEvent, self._id(self.situations[event]))
        yield self._quad(node, SG.role, code("role", f.role))
        yield self._quad(node, SG.actor, self._entity(f))

    def _time(self, node: NamedNode, s: Situation) -> Iterator[Quad]:
        if s.time is None:
            return
        anchor = f"{self.anchor.isoformat()}T00:00:00Z" if self.anchor else None
        inputs = (extent.edtf_of(s.time.bounds), bounds_key(s.time.bounds), list(s.time.expressions), anchor)
        time_node = self._id(f"{self.report_path}/time/{self.digests('time', *inputs)}")
        for m in s.time.mentions:
            self._denotes(m, time_node)
        yield self._quad(node, SG.time, time_node)
        yield self._quad(time_node, RDF.type, SG.TimeExtent)
        for triple in time_triples(time_node, s.time.bounds):
            yield self._quad(*triple)
        for words in s.time.expressions:
            yield self._quad(time_node, SG.timeExpression, Literal(words))
        if self.anchor:
            yield self._quad(time_node, SG.anchor, day_literal(self.anchor))

    # -- claims

    def _source(self, entity: int | None) -> str:
        if entity is None:
            return f"source/narrator-{report_path(self.claims.report.id).removeprefix('report/')}"
        path = self.resolution.paths[entity]
        speaks = self.claims.entities[entity]
        if speaks.group != "source":
            path = "source/" + path.split("/", 1)[1]
            for m in speaks.mentions:
                self._denotes(m, self._id(path))
        return path

    def _claims(self) -> Iterator[Quad]:
        nodes: list[NamedNode] = []
        for c in self.claims.claims:
            source = self._source(c.source)
            digest = self.digests("claim", self.situations[c.situation], source, c.polarity, c.modality, c.certainty)
            node = self._id(f"claim/{digest}")
            said = node not in nodes  # equal annotations are one claim, grounded in all their words
            nodes.append(node)
            yield self._quad(node, RDF.type, SG.Claim)
            yield self._quad(node, SG.asserts, self._id(self.situations[c.situation]))
            yield self._quad(node, SG.inReport, self.report)
            yield self._quad(node, SG.attributedTo, self._id(source))
            for prop, scheme, value in (
                (SG.polarity, "polarity", c.polarity), (SG.modality, "modality", c.modality),
                (SG.certainty, "certainty", c.certainty), (SG.attributionKind, "attribution-kind", c.attribution_kind),
            ):  # fmt: skip
                if said:
                    yield self._quad(node, prop, code(scheme, value))
            for m in c.grounds:
                yield self._quad(node, SG.groundedIn, self._mention(m))
        for a, b in self.claims.contradictions:
            yield self._quad(nodes[a], SG.contradicts, nodes[b])
            yield self._quad(nodes[b], SG.contradicts, nodes[a])

    # -- mentions

    def _mention(self, m: Mention) -> NamedNode:
        return self._id(f"{self.report_path}/mention/{fragments_name(m.label, _spans(m))}")

    def _denotes(self, m: Mention, thing: NamedNode) -> None:
        self.denoted.setdefault(m.id, set()).add(thing)

    def _mentions(self) -> Iterator[Quad]:
        for entity, node in zip(self.claims.entities, self.entities, strict=True):
            for m in entity.mentions:
                self._denotes(m, node)
        for m in self.claims.mentions:
            node = self._mention(m)
            yield self._quad(node, RDF.type, OA.Annotation)
            yield self._quad(node, RDF.type, SG.Mention)
            yield self._quad(node, SG.inReport, self.report)
            for body in self._bodies(m):
                yield self._quad(node, OA.hasBody, body)
            for start, end in _spans(m):
                yield self._quad(node, OA.hasTarget, self._target(start, end))
                yield from self._selected(start, end)
            for name in sorted({r.name for r in m.references if r.name and r.iri.startswith("sitgraph:")}):
                yield self._quad(node, RDFS.label, Literal(name))
            for thing in sorted(self.denoted.get(m.id, ()), key=str):
                yield self._quad(node, SG.denotes, thing)
        for path, iri in self.resolution.external:
            yield self._quad(self._id(path), SKOS.exactMatch, NamedNode(_external(iri)))

    def _bodies(self, m: Mention) -> Iterator[NamedNode]:
        cls = _BODY.get(m.label, m.label)
        if cls in CLASSES:
            yield CLASSES[cls]
        for name, scheme in (("ActorKind", "actor-kind"), ("PlaceKind", "place-kind")):
            if value := m.attribute(name):
                yield code(scheme, value)

    def _target(self, start: int, end: int) -> NamedNode:
        return self._id(f"{self.report_path}/text/{start}-{end}")

    def _selected(self, start: int, end: int) -> Iterator[Quad]:
        """The part of the text, by position and by quote (Web Annotation Data Model, sections 4.2.4 and 4.2.5)."""
        target = self._target(start, end)
        position, quoted = NamedNode(target.value + "/position"), NamedNode(target.value + "/quote")
        text = self.claims.text
        yield self._quad(target, OA.hasSource, self.text)
        yield self._quad(target, OA.hasSelector, position)
        yield self._quad(target, OA.hasSelector, quoted)
        yield self._quad(position, RDF.type, OA.TextPositionSelector)
        yield self._quad(position, OA.start, Literal(str(start), datatype=XSD.integer))
        yield self._quad(position, OA.end, Literal(str(end), datatype=XSD.integer))
        yield self._quad(quoted, RDF.type, OA.TextQuoteSelector)
        for prop, words in (
            (OA.exact, text[start:end]), (OA.prefix, text[max(0, start - _CONTEXT) : start]),
            (OA.suffix, text[end : end + _CONTEXT]),
        ):  # fmt: skip
            yield self._quad(quoted, prop, Literal(words))


_EXTERNAL = {"wikidata:": "http://www.wikidata.org/entity/", "geonames:": "https://sws.geonames.org/"}


def _external(iri: str) -> str:
    prefix, _, name = iri.partition(":")
    return _EXTERNAL[prefix + ":"] + name + ("/" if prefix == "geonames" else "") if prefix + ":" in _EXTERNAL else iri


def _readable(issued: str) -> bool:
    try:
        return bool(issued) and bool(instant_literal(issued))
    except ValueError:
        return False


def _is_trigger(m: Mention) -> bool:
    return m.label in CLASSES and "Situation" in ancestors(m.label)


def _spans(m: Mention) -> list[tuple[int, int]]:
    return [(f.start, f.end) for f in m.fragments if isinstance(f, TextSpan)]


def _fragments(mentions: tuple[Mention, ...]) -> list[list[list[int]]]:
    """The fragments of several mentions, sorted, as they enter a digest."""
    return sorted([list(span) for span in _spans(m)] for m in mentions)
