"""The view that the columns write is the view that consolidation gives, and a store with it keeps the laws."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from kg.config import DEFAULT_BASE
from kg.iri import Space
from kg.resolver import reference as reference_tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Assessment, Reference
from kg.resources import reference_dir
from kg.tables import load, map_table, open_table
from kg.view import context as contexts
from kg.view import local, status, triples
from kg.view.canonical import Consolidated
from kg.view.consolidate import consolidate
from kg.vocab import RDF, SG

pytest.importorskip("duckdb", reason="not here: the extra tables")

SPACE = Space(DEFAULT_BASE)
REFERENCE = reference_tables.load(reference_dir())
JUDGED = judgements(REFERENCE.decisions, SPACE, REFERENCE)
APART = ("Conflict", "Opposition", "SpatialRelation")
"""What the view of all reports tells, and the columns do not."""
SHORTCUTS = (SG.involves, SG.attacker, SG.targets, SG.defender, SG.aidedBy, SG.issuer)


def iri(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value


def mapped(path: Path, name: str, folder: Path, reference: Reference = REFERENCE) -> list[Quad]:
    folder.mkdir()
    with open_table(path, load(name), folder) as table:
        chunks = list(map_table(table, SPACE, reference, JUDGED, folder, chunk_rows=97))
    return [q for c in chunks for q in parse(path=c.path, format=RdfFormat.N_QUADS)]


def slices(shared: Path, project: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    for file, start in (("ged191-syria-2016-2018", 3000), ("ged-mexico", 200)):
        with gzip.open(shared / f"data/ucdp/{file}.csv.gz", "rt", encoding="utf-8", newline="") as given:
            rows = list(csv.reader(given))
        path = tmp_path / f"{file}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([rows[0], *rows[start : start + 150]])
        yield "ucdp-ged", path
    yield "acled", project / "tests/data/tables/acled/slice.csv"


def consolidated(quads: list[Quad], graph: str) -> Consolidated:
    """What consolidation makes of the table's graph, read back."""
    told = local.read(q.triple for q in quads if q.graph_name == NamedNode(graph))
    view = consolidate(
        [told], JUDGED, SPACE, lambda place: (SPACE.id(p) for p in REFERENCE.within(SPACE.path(place))), frozenset()
    )
    status.set_statuses(view, contexts.context(view, REFERENCE, SPACE), [], {})
    return view


def test_columns_write_the_view_that_consolidation_gives(shared: Path, project: Path, tmp_path: Path) -> None:
    count = 0
    for name, path in slices(shared, project, tmp_path):
        quads = mapped(path, name, tmp_path / f"work-{count}")
        view = consolidated(quads, SPACE.report_graph(path.stem))
        expected: set[Triple] = set()
        for s in view.situations.values():
            if s.cls not in APART:
                expected |= set(triples.situation_triples(s, SPACE))
        written = {q.triple for q in quads if q.graph_name == DefaultGraph()}
        situations = {t for t in written if iri(t.subject).startswith((SPACE.id("situation/"), SPACE.id("time/")))}
        shortcuts = {t for t in situations if t.predicate in SHORTCUTS}
        assert situations - shortcuts == expected
        parts = [s for s in view.situations.values() if s.cls == "Participation"]
        assert {(iri(t.subject), t.object) for t in shortcuts if t.predicate == SG.involves} == {
            (s.linked("ofEvent")[0], NamedNode(s.fillers("actor")[0])) for s in parts
        }
        described = {(q.subject, q.object) for q in quads if q.predicate == SG.describes}
        assert described == {
            (NamedNode(m.iri), NamedNode(s.iri)) for s in view.situations.values() if s.cls not in APART for m in s.members
        }
        count += 1
    assert count == 3


def test_a_conflict_is_called_in_the_view_what_consolidation_will_call_it(shared: Path, project: Path, tmp_path: Path) -> None:
    name, path = next(slices(shared, project, tmp_path))
    quads = mapped(path, name, tmp_path / "work")
    view = consolidated(quads, SPACE.report_graph(path.stem))
    named = {q.object for q in quads if q.predicate == SG.inConflict and q.graph_name == DefaultGraph()}
    assert named
    assert named == {NamedNode(s.iri) for s in view.of_class("Conflict")}


def test_only_what_is_sealed_is_written_into_the_view(shared: Path, project: Path, tmp_path: Path) -> None:
    for n, (name, path) in enumerate(slices(shared, project, tmp_path)):
        quads = mapped(path, name, tmp_path / f"work-{n}")
        told = {iri(q.subject) for q in quads if q.graph_name == DefaultGraph()}
        allowed = tuple(SPACE.id(p) for p in ("situation/", "time/", "actor/t-", "place/t-", "source/t-"))
        assert [s for s in told if not s.startswith(allowed)] == []
        typed = {q.subject for q in quads if q.predicate == RDF.type}
        pointed = {
            q.object
            for q in quads
            if isinstance(q.object, NamedNode) and q.object.value.startswith((SPACE.id("report/"), *allowed))
        }
        text = SPACE.id(f"report/{path.stem}/text")
        assert {o.value for o in pointed - typed if not o.value.startswith(text) and "/geometry" not in o.value} <= {
            i.value for i in pointed if i.value.startswith(SPACE.id("situation/"))
        }


def test_what_reviewers_said_of_rows_is_in_the_view(shared: Path, project: Path, tmp_path: Path) -> None:
    name, path = next(slices(shared, project, tmp_path))
    plain = consolidated(mapped(path, name, tmp_path / "plain"), SPACE.report_graph(path.stem))
    events = [s for s in plain.situations.values() if s.cls == "Engagement"]
    part = next(p for p in plain.parts[events[2].iri] if p.cls == "Participation")
    about = [
        ("status-override", "denied", events[0].iri), ("status-override", "disputed", events[1].members[0].iri),
        ("status-override", "denied", part.iri), ("retraction", "", events[3].iri), ("retraction", "", events[4].claims[0].iri),
    ]  # fmt: skip
    rows = tuple(
        Assessment(str(n), "2020-01-01", "reviewer", kind, SPACE.path(iri), value) for n, (kind, value, iri) in enumerate(about)
    )
    reference = replace(REFERENCE, assessments=rows)
    quads = mapped(path, name, tmp_path / "judged", reference)
    told = local.read(q.triple for q in quads if q.graph_name == NamedNode(SPACE.report_graph(path.stem)))
    back = frozenset(iri for kind, _, iri in about if kind == "retraction")
    view = consolidate([told], JUDGED, SPACE, lambda p: (SPACE.id(c) for c in reference.within(SPACE.path(p))), back)
    overrides = {iri: a for a, (kind, _, iri) in zip(rows, about, strict=True) if kind == "status-override"}
    status.set_statuses(view, contexts.context(view, reference, SPACE), [], overrides)
    expected = {t for s in view.situations.values() if s.cls not in APART for t in triples.situation_triples(s, SPACE)}
    written = {q.triple for q in quads if q.graph_name == DefaultGraph() and q.predicate not in SHORTCUTS}
    assert {t for t in written if iri(t.subject).startswith((SPACE.id("situation/"), SPACE.id("time/")))} == expected
    statuses = {s.status for s in view.situations.values()}
    assert {"accepted", "denied", "disputed", "retracted"} <= statuses
    shown = {iri(q.subject) for q in quads if q.predicate in SHORTCUTS}
    assert not shown & {events[n].iri for n in (0, 1, 3, 4)}
    assert events[2].iri in shown, "its other side is shown still"
