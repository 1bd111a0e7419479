"""The quads of a GED table as templates, and the sources that they are filled from.

It says again, for other programs, what :mod:`kg.tables.statements` writes; the benchmark compares all quads, so that the two
cannot part. What rows share (the report, times, conflicts, dyads, actors, places, sources) is given as subjects and objects,
two finished columns for each property.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.peers.templates import Template, Term
from kg.tables.naming import CONFORMS_TO, RFC7111, Names
from kg.vocab import DCTERMS, OA, PROV, RDF, SG, XSD, code

_KEYS = "h, c, k, st, ru"


def sources(base: str, before: int) -> Mapping[str, str]:
    """Each source as a query over the columns of a chunk (:class:`kg.tables.statements.Statements`).

    ``before`` is what RFC 7111 counts of rows before the first row of data.
    """
    iri = f"'{base}' || "
    part = f"ph, pc, {_KEYS}, {iri}actor AS actor, 'https://w3id.org/sitgraph/code/role/' || role AS role"
    return {
        "rows": f"SELECT row, row + {before} AS row_of_file, cls, certainty, {_KEYS}, id, citation, "
        f"tl, tc, {iri}place AS place, {iri}cl AS conflict_told, "
        f"{iri}cc AS conflict FROM ev",
        "primary-sources": f"SELECT k, unnest({_objects('sources', base)}) AS source FROM ev WHERE sources <> ''",
        "participations": f"SELECT {part} FROM pt",
        "first-participations": f"SELECT {part} FROM pt WHERE first",
        "attackers": f"SELECT c, {iri}actor AS actor FROM pt WHERE first AND role = 'attacker'",
        "targets": f"SELECT c, {iri}actor AS actor FROM pt WHERE first AND role = 'target'",
        "numbers": f"SELECT ph, pc, {_KEYS}, pcls, 'https://w3id.org/sitgraph/code/' || kind AS kind, low, best, high FROM es",
        "numbers-of-actors": f"SELECT ph, pc, unnest({_objects('al', base)}) AS actor FROM es WHERE al <> ''",
    }  # fmt: skip


def _objects(lines: str, base: str) -> str:
    """The IRIs in lines that wait for a subject."""
    return f"list_transform(regexp_extract_all({lines}, '> <({base}[^>]*)>', 1), lambda x: x)"


def templates(names: Names) -> list[Template]:
    """All templates of the rows of a table."""
    return [*_Making(names).all()]


def _constant(term: object) -> Term:
    return Term(str(getattr(term, "value", term)))


def _plain(pattern: str) -> Term:
    return Term(pattern, literal=True)


class _Making:
    def __init__(self, names: Names) -> None:
        base = names.space.id("")
        told, seen = f"{base}{names.report}/situation/", f"{base}situation/"
        self.graph, self.report_id, self.base = names.graph.name, f"{base}{names.report}", base
        self.event, self.canonical = Term(told + "{h}"), Term(seen + "{c}")
        self.part, self.canonical_part = Term(told + "{ph}"), Term(seen + "{pc}")
        self.claim = Term(f"{base}claim/{{k}}")
        self.narrator = Term(f"{base}{names.narrator}")
        self.mention = Term(f"{self.report_id}/mention/{{cls}}-row-{{row}}")

    def all(self) -> Iterator[Template]:
        yield from self._mentions()
        yield from self._claims()
        yield from self._events()
        yield from self._participations()
        yield from self._numbers()

    def _told(self, source: str, subject: Term, pairs: Mapping[object, Term]) -> Iterator[Template]:
        for predicate, term in pairs.items():
            yield Template(source, self.graph, subject, _constant(predicate).pattern, term)

    def _seen(self, source: str, subject: Term, pairs: Mapping[object, Term]) -> Iterator[Template]:
        for predicate, term in pairs.items():
            yield Template(source, "", subject, _constant(predicate).pattern, term)

    def _mentions(self) -> Iterator[Template]:
        target, selector = Term(f"{self.report_id}/text/row-{{row}}"), Term(f"{self.report_id}/text/row-{{row}}/fragment")
        yield from self._told("rows", self.mention, {RDF.type: _constant(OA.Annotation)})
        yield from self._told(
            "rows", self.mention,
            {
                RDF.type: _constant(SG.Mention), SG.inReport: Term(self.report_id),
                OA.hasBody: Term("https://w3id.org/sitgraph/ontology#{cls}"), SG.denotes: self.event, OA.hasTarget: target,
            },
        )  # fmt: skip
        yield from self._told("rows", target, {OA.hasSource: Term(f"{self.report_id}/text"), OA.hasSelector: selector})
        yield from self._told(
            "rows", selector,
            {RDF.type: _constant(OA.FragmentSelector), CONFORMS_TO: _constant(RFC7111), RDF.value: _plain("row={row_of_file}")},
        )  # fmt: skip

    def _claims(self) -> Iterator[Template]:
        yield from self._told(
            "rows", self.claim,
            {
                RDF.type: _constant(SG.Claim), SG.asserts: self.event, SG.inReport: Term(self.report_id),
                SG.attributedTo: self.narrator, SG.polarity: _constant(code("polarity", "asserted")),
                SG.modality: _constant(code("modality", "actual")),
                SG.certainty: Term("https://w3id.org/sitgraph/code/certainty/{certainty}"),
                SG.attributionKind: _constant(code("attribution-kind", "narration")), SG.groundedIn: self.mention,
                DCTERMS.source: _plain("{citation}"),
            },
        )  # fmt: skip
        yield from self._told("primary-sources", self.claim, {PROV.hadPrimarySource: Term("{source}")})

    def _events(self) -> Iterator[Template]:
        cls = Term("https://w3id.org/sitgraph/ontology#{cls}")
        yield from self._told(
            "rows", self.event,
            {
                RDF.type: cls, DCTERMS.identifier: _plain("{id}"), SG.time: Term(f"{self.report_id}/time/{{tl}}"),
                SG.place: Term("{place}"), SG.inConflict: Term("{conflict_told}"), SG.describes: self.canonical,
            },
        )  # fmt: skip
        yield from self._seen(
            "rows", self.canonical,
            {
                RDF.type: cls, **self._standing(), SG.time: Term(f"{self.base}time/{{tc}}"), SG.place: Term("{place}"),
                SG.inConflict: Term("{conflict}"),
            },
        )  # fmt: skip

    def _standing(self) -> Mapping[object, Term]:
        status = Term("https://w3id.org/sitgraph/code/claim-status/{st}")
        return {SG.status: status, SG.rule: _plain("R3.{ru}"), SG.basis: self.claim}

    def _participations(self) -> Iterator[Template]:
        actor, role = Term("{actor}"), Term("{role}")
        told: Mapping[object, Term] = {SG.role: role, SG.actor: actor, SG.describes: self.canonical_part}
        is_one: Mapping[object, Term] = {RDF.type: _constant(SG.Participation)}
        yield from self._told("participations", self.part, {**is_one, SG.ofEvent: self.event, **told})
        seen = {**is_one, **self._standing(), SG.ofEvent: self.canonical, SG.role: role, SG.actor: actor}
        yield from self._seen("first-participations", self.canonical_part, seen)
        yield from self._seen("first-participations", self.canonical, {SG.involves: actor})
        yield from self._seen("attackers", self.canonical, {SG.attacker: actor})
        yield from self._seen("targets", self.canonical, {SG.targets: actor})

    def _numbers(self) -> Iterator[Template]:
        integer = XSD.integer.value
        of: Mapping[object, Term] = {
            RDF.type: Term("https://w3id.org/sitgraph/ontology#{pcls}"), SG.kind: Term("{kind}"),
            SG.low: Term("{low}", True, integer), SG.best: Term("{best}", True, integer),
            SG.high: Term("{high}", True, integer),
        }  # fmt: skip
        told = {**of, SG.ofEvent: self.event, SG.describes: self.canonical_part}
        yield from self._told("numbers", self.part, told)
        yield from self._seen("numbers", self.canonical_part, {**of, SG.ofEvent: self.canonical, **self._standing()})
        yield from self._told("numbers-of-actors", self.part, {SG.actor: Term("{actor}")})
        yield from self._seen("numbers-of-actors", self.canonical_part, {SG.actor: Term("{actor}")})
