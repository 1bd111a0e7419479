"""What consolidation writes and what it leaves alone: beside the sealed part of event tables, and without any.

The graph of a table and its sealed view are made by hand here, small and as the specification has them: two rows of one dyad,
one opposition between its parties, a whole conflict.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from kg.iri import Space, h20
from kg.pipeline import ontology
from kg.quads import quads_of, report_quads
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.resolve import resolve
from kg.store.embedded import EmbeddedStore
from kg.view import Rebuilt, rebuild, sealed, stored
from kg.view.triples import extent_lines
from kg.view.written import replace, withdraw
from kg.vocab import PREFIXES, RDF, SG
from tests.small_reports import Small, claimed, reference_folder

SPACE = Space("http://test.example/")
ONTOLOGY = ontology()
TEXT = "Red Brigade has held Blue Hill since 8 August 2016. Zug attacked it."
REPORT = Small(
    "one",
    "2016-08-15",
    TEXT,
    """
    r = ArmedGroup "Red Brigade"
    h = Settlement "Blue Hill"
    t = TimeExpr "since 8 August 2016"
    z = ArmedGroup "Zug"
    c = Control "held" Controller:r Controlled:h Time:t ControlKind=full
    e = Assault "attacked" Attacker:z Defender:r Place:h Time:t
    """,
)
GED = SPACE.report_graph("ged")
DIGEST = h20("one")


def _hashed(path: str) -> str:
    """A path where ``t-one`` stands for the slug of a table: a digest, 20 hexadecimal digits."""
    return re.sub(r"/t-(\w+)", lambda slug: f"/t-{h20(slug[1])}", path)


def _expanded(lines: str, base: str = SPACE.base) -> list[str]:
    """Lines of N-Triples from triples with prefixes: ``id:`` is the base, ``r:`` the report of the table."""
    names = {**PREFIXES, "id": f"{base}id/", "r": f"{base}id/report/ged/", "csvw": "http://www.w3.org/ns/csvw#"}
    found = []
    for line in filter(None, (x.strip() for x in lines.splitlines())):
        s, p, o = line.split(" ", 2)
        pairs = ((t, *t.partition(":")[::2]) for t in (s, p, o))
        terms = [t if t.startswith(('"', "<")) else f"<{names[name]}{_hashed(rest)}>" for t, name, rest in pairs]
        found.append(" ".join(terms))
    return found


_CLAIM = """
id:claim/{0} rdf:type sg:Claim
id:claim/{0} sg:asserts r:situation/{0}
id:claim/{0} sg:inReport id:report/ged
id:claim/{0} sg:attributedTo id:source/narrator-ged
id:claim/{0} sg:polarity c:polarity/asserted
id:claim/{0} sg:modality c:modality/actual
id:claim/{0} sg:certainty c:certainty/certain
id:claim/{0} sg:attributionKind c:attribution-kind/narration
id:claim/{0} sg:groundedIn r:mention/row-{0}
r:mention/row-{0} rdf:type oa:Annotation
r:mention/row-{0} rdf:type sg:Mention
r:mention/row-{0} sg:inReport id:report/ged
r:mention/row-{0} oa:hasTarget r:table/row-{0}
r:mention/row-{0} sg:denotes r:situation/{0}
"""
_ROW = (
    _CLAIM
    + """
r:situation/{0} rdf:type sg:Engagement
r:situation/{0} sg:describes id:situation/row{0}
r:situation/{0} sg:time r:time/day
r:situation/{0}a rdf:type sg:Participation
r:situation/{0}a sg:ofEvent r:situation/{0}
r:situation/{0}a sg:actor id:actor/t-one
r:situation/{0}a sg:role c:role/belligerent
r:situation/{0}a sg:describes id:situation/row{0}a
"""
)
HEAD = """
id:report/ged rdf:type sg:Report
id:report/ged rdf:type csvw:Table
id:report/ged dcterms:identifier "ged"
id:report/ged dcterms:publisher "Table Press"
"""
DYAD = (
    _CLAIM.format("dyad")
    + """
r:situation/dyad rdf:type sg:Opposition
r:situation/dyad sg:party id:actor/t-one
r:situation/dyad sg:party id:actor/t-two
r:situation/dyad sg:time r:time/day
r:mention/row-dyad sg:denotes id:actor/t-one
r:time/day rdf:type sg:TimeExtent
r:time/day sg:earliestBegin "2016-08-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>
r:time/day sg:latestBegin "2016-08-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>
r:time/day sg:earliestEnd "2016-08-02T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>
"""
)
WAR = (
    _CLAIM.format("war")
    + """
r:situation/war rdf:type sg:Conflict
r:situation/wara rdf:type sg:Participation
r:situation/wara sg:ofEvent r:situation/war
r:situation/wara sg:actor id:actor/t-one
r:situation/wara sg:role c:role/belligerent
"""
)
SEALED = """
id:situation/row1 rdf:type sg:Engagement
id:situation/row1 sg:status c:claim-status/accepted
id:situation/row1 sg:rule "R3.7"
id:situation/row1 sg:basis id:claim/1
id:situation/row1 sg:involves id:actor/t-one
id:situation/row1a rdf:type sg:Participation
id:situation/row1a sg:status c:claim-status/accepted
id:situation/row1a sg:ofEvent id:situation/row1
id:actor/t-one rdf:type sg:ArmedGroup
id:actor/t-one skos:prefLabel "One"
id:actor/t-two rdf:type sg:ArmedGroup
id:actor/t-two skos:prefLabel "Two"
id:place/t-hill rdf:type sg:Place
id:place/t-hill geo:hasGeometry id:place/t-hill/geometry
id:place/t-hill/geometry geo:asWKT "POINT(1 2)"
id:place/t-hill sg:within id:place/t-land
"""
TABLE = HEAD + _ROW.format("1") + _ROW.format("2") + DYAD + WAR


class Made:
    """A store in memory with the small report, with a table, and with what is sealed of it; each as wanted."""

    def __init__(self, folder: Path, report: bool = True, table: str = TABLE, sealed_lines: str = SEALED) -> None:
        self.store = EmbeddedStore.in_memory()
        self.reference = tables.load()
        self.judged = judgements((), SPACE, self.reference)
        self.sealed = _expanded(sealed_lines)
        if report:
            claims = claimed(REPORT, folder)
            self.store.extend(report_quads(claims, resolve(claims, self.reference, self.judged), SPACE))
        if table:
            self.store.take_quads(quads_of(_expanded(table), GED))
        self.store.take(self.sealed, "")

    def rebuild(self) -> Rebuilt:
        return rebuild(self.store, ONTOLOGY, self.reference, self.judged, SPACE)

    def default(self) -> set[str]:
        return {str(t) for t in self.store.get_graph(DefaultGraph())}

    def lines(self) -> list[str]:
        return sorted(map(str, self.store.quads()))


def test_what_is_sealed_stays_byte_for_byte_and_the_rest_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    with_rows, without = Made(tmp_path), Made(tmp_path, sealed_lines="")
    assert with_rows.rebuild().changed
    assert without.rebuild().changed
    assert set(with_rows.sealed) <= with_rows.default()
    assert with_rows.default() - set(with_rows.sealed) == without.default()
    before = with_rows.lines()
    assert not with_rows.rebuild().changed
    assert with_rows.lines() == before


def test_of_a_table_relations_and_conflicts_are_consolidated_and_rows_are_not_looked_at(tmp_path: Path) -> None:
    made = Made(tmp_path, report=False)
    (graph,) = stored(made.store, SPACE)
    assert sorted(s.cls for s in graph.situations) == ["Conflict", "Opposition", "Participation"]
    assert sorted(c.iri.rsplit("/", 1)[-1] for c in graph.claims) == ["dyad", "war"]
    assert graph.narrator == SPACE.id("source/narrator-ged")
    read = {str(t.subject) for t in sealed.triples(made.store, NamedNode(GED))}
    assert not any(x in s for s in read for x in ("situation/1", "situation/2", "claim/1", "row-1", "row-2"))
    made.rebuild()
    view = made.default()
    assert _expanded("id:actor/t-one sg:opposes id:actor/t-two")[0] in view  # by the opposition of the dyad
    assert _expanded('id:source/narrator-ged skos:prefLabel "narrator"@en')[0] in view
    assert any('"Table Press"' in line for line in view)
    described = list(made.store.matching(None, SG.describes, None, NamedNode(GED)))
    assert len(described) == 4 + 3


def test_what_a_report_brought_in_goes_with_it_and_nothing_of_a_table_does(tmp_path: Path) -> None:
    made, never = Made(tmp_path), Made(tmp_path, report=False)
    made.rebuild()
    never.rebuild()
    withdraw(made.store, NamedNode(SPACE.report_graph("one")))
    assert made.rebuild().changed
    assert made.lines() == never.lines()


def test_a_relation_that_a_table_no_longer_tells_takes_its_shortcut_with_it(tmp_path: Path) -> None:
    made, without = Made(tmp_path), Made(tmp_path, table=TABLE.replace(DYAD, ""))
    made.rebuild()
    without.rebuild()
    name = NamedNode(GED)
    replace(
        made.store, name, (t for t in without.store.get_graph(name) if t.predicate != SG.describes or "situation/row" in str(t))
    )
    assert made.rebuild().changed
    assert made.lines() == without.lines()
    assert set(made.sealed) <= made.default()
    assert not any("ontology#opposes> <" in line and "/t-" in line for line in made.default())


def test_a_time_extent_goes_when_nothing_points_to_it_any_more(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.rebuild()
    graph = next(g for g in stored(made.store, SPACE) if g.report.id == "one")
    bounds = next(s.bounds for s in graph.situations if s.cls == "Assault")
    assert bounds is not None
    extent = list(extent_lines(bounds, SPACE))
    assert set(extent) <= made.default()
    shared = f"{SPACE.id('situation/row1')}> {SG.time} {extent[0].split(' ')[0]}"
    for used in (True, False):
        kept = Made(tmp_path)
        kept.rebuild()
        if used:
            kept.store.take([f"<{shared}"], "")
        withdraw(kept.store, NamedNode(SPACE.report_graph("one")))
        kept.rebuild()
        assert (set(extent) <= kept.default()) is used
        assert not used or f"<{shared}" in kept.default()


def test_without_tables_a_view_is_what_it_is_from_nothing(tmp_path: Path) -> None:
    made, fresh = (Made(tmp_path, table="", sealed_lines="") for _ in range(2))
    made.rebuild()
    made.store.take(_expanded("id:situation/stray sg:status c:claim-status/accepted\nid:actor/x sg:opposes id:actor/y"), "")
    made.store.take([f"<urn:i> {RDF.type} {SG.Inference}"], SPACE.graph("inferred"))
    assert made.rebuild().changed
    fresh.rebuild()
    assert made.lines() == fresh.lines()


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (f"actor/t-{DIGEST}", True), (f"place/t-{DIGEST}/geometry", True), (f"source/t-{DIGEST}", True),
        ("actor/russia", False), (f"actor/x-{DIGEST}", False), (f"situation/t-{DIGEST}", False), ("actor/t-34-tanks", False),
        (f"report/t-1/mention/t-{DIGEST}", False), ("place/aleppo/geometry", False), (f"actor/t-{DIGEST.upper()}", False),
    ],
)  # fmt: skip
def test_what_tables_alone_know_is_told_by_its_slug(iri: str, expected: bool) -> None:
    assert sealed.is_sealed(SPACE.id(iri)) is expected


# -- parts without claims of their own

EVENT = (
    HEAD.replace("id:report/ged rdf:type csvw:Table\n", "")
    + _CLAIM.format("1")
    + """
r:situation/1 rdf:type sg:Engagement
r:situation/1o rdf:type sg:Outcome
r:situation/1o sg:ofEvent r:situation/1
r:situation/1o sg:kind c:outcome-kind/captured
r:situation/1k rdf:type sg:CasualtyEstimate
r:situation/1k sg:ofEvent r:situation/1
r:situation/1k sg:kind c:casualty-kind/killed
r:situation/1k sg:best "3"^^<http://www.w3.org/2001/XMLSchema#integer>
"""
)
DENIAL = """
id:claim/no rdf:type sg:Claim
id:claim/no sg:asserts r:situation/1
id:claim/no sg:inReport id:report/ged
id:claim/no sg:attributedTo id:source/r-spokesman
id:claim/no sg:polarity c:polarity/denied
id:claim/no sg:modality c:modality/actual
id:claim/no sg:certainty c:certainty/certain
id:claim/no sg:attributionKind c:attribution-kind/indirect
id:claim/no sg:groundedIn r:mention/row-1
"""


def _standing(made: Made) -> dict[str, tuple[str, int]]:
    """Of each class of situation its status, and the number of claims that it rests on."""
    found = {}
    for cls in (SG.Engagement, SG.Outcome, SG.CasualtyEstimate):
        for q in made.store.matching(None, RDF.type, cls, DefaultGraph()):
            assert isinstance(q.subject, NamedNode)
            (status,) = (t.object for t in made.store.matching(q.subject, SG.status, None, DefaultGraph()))
            basis = list(made.store.matching(q.subject, SG.basis, None, DefaultGraph()))
            found[str(cls.value.rsplit("#", 1)[-1])] = (str(getattr(status, "value", "")).rsplit("/", 1)[-1], len(basis))
    return found


@pytest.mark.parametrize(("lines", "status", "claims"), [(EVENT, "accepted", 1), (EVENT + DENIAL, "disputed", 2)])
def test_outcomes_and_estimates_without_claims_of_their_own_are_covered_by_their_event_s(
    tmp_path: Path, lines: str, status: str, claims: int
) -> None:
    made = Made(tmp_path, report=False, table=lines, sealed_lines="")
    found = made.rebuild()
    assert _standing(made) == dict.fromkeys(("Engagement", "Outcome", "CasualtyEstimate"), (status, claims))
    assert found.conflicts == (claims - 1)  # the event's; its parts do not repeat it


def test_a_part_with_a_claim_of_its_own_stands_on_that_alone(tmp_path: Path) -> None:
    own = DENIAL.replace("asserts r:situation/1", "asserts r:situation/1o")
    made = Made(tmp_path, report=False, table=EVENT + own, sealed_lines="")
    made.rebuild()
    assert _standing(made) == {
        "Engagement": ("accepted", 1), "Outcome": ("denied", 1), "CasualtyEstimate": ("accepted", 1),
    }  # fmt: skip


def test_a_part_goes_when_the_claims_on_its_event_were_taken_back(tmp_path: Path) -> None:
    made = Made(tmp_path, report=False, table=EVENT, sealed_lines="")
    rows = ["a1,2024-01-01,me,retraction,sitgraph:claim/1,,wrong,"]
    made.reference = tables.load(reference_folder(tmp_path / "ref", assessments=rows))
    made.rebuild()
    assert {status for status, _ in _standing(made).values()} == {"retracted"}
