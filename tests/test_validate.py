"""`sitgraph validate`: a clean store, and stores damaged as a disk, a script or another program would damage them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple
from typer.testing import CliRunner

from kg.cli import app
from kg.config import DEFAULT_BASE
from kg.errors import StoreError, TermError
from kg.iri import Space
from kg.ontology import validate as module
from kg.ontology.validate import Finding, Passage, Validation, validate
from kg.store import GraphName
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.vocab import CLASSES, OA, RDF, SG, XSD, code
from tests.small_reports import PREFIXES, Small, ingested, reference_folder

SPACE = Space(DEFAULT_BASE)
JAVA = shutil.which("java")

HILL = Small(
    "hill-2016-08-07",
    "2016-08-07",
    "The Red Brigade attacked the army at Tall Hill on 6 August 2016, activists said. Two soldiers were killed.",
    """
    b = ArmedGroup "Red Brigade"
    a = ArmedForce "army"
    h = Area "Tall Hill"
    t = TimeExpr "6 August 2016"
    s = Source "activists"
    e = Assault "attacked" Attacker:b Defender:a Place:h Time:t
    SaysThat s e
    v = Collective "soldiers"
    n = Quantity "Two"
    k = CasualtyEstimate "killed" OfEvent:e Victim:v Count:n CasualtyKind=killed
    """,
)
ROAD = Small(
    "road-2016-08-09",
    "2016-08-09",
    "The army cut the Old Road. It now controls the road, and the Red Brigade denies it.",
    """
    a = ArmedForce "army"
    r = Route "Old Road"
    c = RouteCut "cut...Old Road" Attacker:a TargetPlace:r
    k = Control "controls" Controller:a Controlled:r ControlKind=full
    """,
)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two small reports. Read-only."""
    folder = tmp_path_factory.mktemp("validate")
    made = ingested(folder, HILL, ROAD)
    assert made.outcome.exit_code == 0, made.outcome.problems
    return folder / "store"


@pytest.fixture
def store(clean: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return shutil.copytree(clean, tmp_path / "store")


def damage(store: Path, change: Callable[[EmbeddedStore], None]) -> StoreDirectory:
    """A generation in which something was changed past the pipeline."""
    directory = StoreDirectory(store)
    with directory.writing(None) as writer:
        change(writer.store)
        writer.commit({k: v for k, v in writer.last_manifest().items() if k != "generation"})
    return directory


def graph_of(report: Small) -> NamedNode:
    return NamedNode(SPACE.report_graph(report.id))


def without(graph: GraphName, predicate: NamedNode, cls: str = "") -> Callable[[EmbeddedStore], None]:
    """Takes away the values of a property, of all or of the nodes of one class."""

    def change(store: EmbeddedStore) -> None:
        triples = list(store.get_graph(graph))
        of_class = {t.subject for t in triples if not cls or (t.predicate == RDF.type and t.object == CLASSES[cls])}
        store.put_graph(graph, [t for t in triples if t.predicate != predicate or t.subject not in of_class])

    return change


def found(directory: StoreDirectory, check: str = "shape", report: str = "") -> dict[str, Finding]:
    return {f.rule: f for f in validate(directory, report).findings if f.check == check}


def said(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def command(*arguments: object, path: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing but one folder to find programs in."""
    return subprocess.run(
        [sys.executable, "-m", "kg.cli", "validate", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": str(path), "PYTHONPATH": str(Path(module.__file__).parents[2])},
    )


def one(store: EmbeddedStore, pattern: str) -> NamedNode:
    """The one node of a pattern with ``?x`` in it."""
    rows: Any = store.query(f"{PREFIXES} SELECT DISTINCT ?x {{ {pattern} }}")
    (row,) = rows
    node = row["x"]
    assert isinstance(node, NamedNode)
    return node


# -- a clean store


def test_nothing_is_found_in_a_clean_store(clean: Path) -> None:
    done = validate(StoreDirectory(clean))
    assert (done.findings, done.exit_code) == ([], 0)
    assert done.reports == (HILL.id, ROAD.id)
    assert done.statements > 10_000
    assert done.consistent is (True if JAVA else None)


def test_the_command_says_so(clean: Path) -> None:
    code_, out, _ = said("validate", "--store", clean)
    assert code_ == 0
    assert "generation 1: 2 reports" in out
    assert "nothing found" in out


def test_one_report_alone(clean: Path) -> None:
    done = validate(StoreDirectory(clean), HILL.id)
    assert (done.findings, done.reports) == ([], (HILL.id,))
    assert 50 < done.statements < 1000


def test_nothing_is_written(store: Path) -> None:
    def listing() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(store.rglob("*")) if p.is_file()}

    before = listing()
    validate(StoreDirectory(store))
    assert listing() == before


def test_what_a_reviewer_took_back_or_set_is_no_finding(clean: Path, tmp_path: Path) -> None:
    """Nothing is left for the situations of a report that was taken back to rest on, nor for what follows from them."""
    node = one(StoreDirectory(clean).current().open(), "?x a sg:Assault ; sg:status ?s").value
    back = f"a1,2024-01-01,me,retraction,sitgraph:report/{HILL.id},,why,"
    reviewed = f"a2,2024-01-02,me,status-override,{node},accepted,seen on film,"
    situation = f"?x sg:status {code('claim-status', 'retracted')} FILTER NOT EXISTS {{ ?x sg:basis ?claim }}"
    inference = "GRAPH ?g { ?x a sg:Inference FILTER NOT EXISTS { ?x sg:basis ?claim } }"
    for name, rows, bare in (("back", [back], situation), ("reviewed", [back, reviewed], inference)):
        made = ingested(tmp_path / name, HILL, reference=reference_folder(tmp_path / f"{name}-tables", assessments=rows))
        assert made.outcome.exit_code == 0, made.outcome.problems
        assert made.store.query(f"{PREFIXES} ASK {{ {bare} }}"), name
        assert validate(StoreDirectory(tmp_path / name / "store")).findings == []


def test_a_damage_is_told_once_and_in_one_voice(store: Path) -> None:
    """A membership of an actor in itself breaks a shape and a law: one finding, and only a warning."""

    def change(opened: EmbeddedStore) -> None:
        graph = graph_of(ROAD)
        node = one(opened, f"GRAPH {graph} {{ ?x a sg:Control }}")
        actor = one(opened, f"GRAPH {graph} {{ {node} sg:controller ?x }}")
        opened.update(f"{PREFIXES} DELETE WHERE {{ GRAPH {graph} {{ {node} ?p ?o }} }}")
        opened.extend(Quad(node, p, o, graph) for p, o in ((RDF.type, SG.Membership), (SG.member, actor), (SG.group, actor)))
        opened.extend([Quad(node, SG.describes, NamedNode(SPACE.id("situation/none")), graph)])

    told = validate(damage(store, change), ROAD.id).findings
    assert [(f.severity, f.check) for f in told if f.rule in ("Membership-itself", "self-relation")] == [("warning", "shape")]
    (law,) = (f for f in told if f.rule == "describes-something")
    assert (law.severity, law.message) == ("error", "It describes situation/none, which is not in the view")


# -- damaged ones


def test_a_finding_names_report_mention_and_quote(store: Path) -> None:
    directory = damage(store, without(graph_of(HILL), SG.attributedTo))
    several = [f for f in validate(directory, HILL.id).findings if f.rule == "Claim-attributedTo"]
    (f,) = (f for f in several if f.passages[0].quote == "attacked")
    start = HILL.text.index("attacked")
    assert (f.severity, f.report, f.graph) == ("error", HILL.id, graph_of(HILL).value)
    assert f.message == "A claim must say who makes it: exactly one source; found none"
    assert f.passages == (Passage(HILL.id, f"Assault-{start}-{start + 8}", ((start, start + 8),), "attacked"),)


def test_the_command_shows_it_and_ends_in_1(store: Path) -> None:
    damage(store, without(graph_of(HILL), SG.attributedTo))
    code_, out, _ = said("validate", "--store", store, "--report", HILL.id)
    assert code_ == 1
    text = "".join(out.split())
    start = HILL.text.index("attacked")
    assert f"{start}–{start + 8}" in text
    assert "“attacked”" in text
    assert "Claim-attributedTo" in text
    assert "errors,0warnings" in text


def test_json_is_stable_and_whole(store: Path) -> None:
    damage(store, without(graph_of(HILL), SG.attributedTo))
    code_, out, _ = said("validate", "--store", store, "--report", HILL.id, "--json")
    assert code_ == 1
    told = json.loads(out)
    assert list(told) == ["generation", "reports", "statements", "consistent", "findings", "notes", "exit_code"]
    assert (told["generation"], told["reports"], told["exit_code"]) == (2, [HILL.id], 1)
    first = next(f for f in told["findings"] if f["rule"] == "Claim-attributedTo" and f["passages"][0]["quote"] == "attacked")
    assert list(first) == ["severity", "report", "node", "check", "rule", "message", "graph", "passages"]
    assert list(first["passages"][0]) == ["report", "mention", "fragments", "quote"]
    assert said("validate", "--store", store, "--report", HILL.id, "--json")[1] == out


def test_only_the_report_that_is_asked_for(store: Path) -> None:
    directory = damage(store, without(graph_of(HILL), SG.attributedTo))
    assert validate(directory, ROAD.id).findings == []
    assert {f.report for f in validate(directory, HILL.id).findings} == {HILL.id}


def test_a_discontinuous_mention_is_quoted_whole(store: Path) -> None:
    directory = damage(store, without(graph_of(ROAD), SG.modality))
    passages = {p.quote: p for f in validate(directory, ROAD.id).findings for p in f.passages}
    assert {"cut Old Road", "controls"} <= passages.keys()
    fragments = passages["cut Old Road"].fragments
    assert [ROAD.text[a:b] for a, b in fragments] == ["cut", "Old Road"]
    assert fragments == tuple(sorted(fragments))


def test_a_time_leads_to_the_words_for_it(store: Path) -> None:
    def change(opened: EmbeddedStore) -> None:
        triples = list(opened.get_graph(graph_of(HILL)))
        wrong = [
            Triple(t.subject, t.predicate, Literal(t.object.value[:10], datatype=NamedNode(f"{XSD.string.value[:-6]}date")))
            if t.predicate == SG.latestEnd and isinstance(t.object, Literal)
            else t
            for t in triples
        ]
        opened.put_graph(graph_of(HILL), wrong)

    f = found(damage(store, change), report=HILL.id)["TimeExtent-latestEnd"]
    assert "found “2016-08-07” (xsd:date)" in f.message
    assert "6 August 2016" in [p.quote for p in f.passages]


def test_a_mention_without_its_quote_still_says_where_it_is(store: Path) -> None:
    directory = damage(store, without(graph_of(HILL), OA.exact))
    f = found(directory, report=HILL.id)["Quote-exact"]
    assert f.passages[0].fragments != ()
    assert f.passages[0].quote == ""
    directory = damage(store, without(graph_of(HILL), OA.hasTarget))
    f = found(directory, report=HILL.id)["Mention-hasTarget"]
    assert f.passages[0].mention.partition("-")[0] in CLASSES.keys() | {"TimeExpr", "Quantity"}
    code_, out, _ = said("validate", "--store", store, "--report", HILL.id)
    assert code_ == 1
    assert f.passages[0].mention in "".join(out.split())


def test_a_canonical_situation_without_status_is_found_with_its_words(store: Path) -> None:
    def change(opened: EmbeddedStore) -> None:
        node = one(opened, "?x a sg:Control ; sg:status ?s")
        opened.update(f"{PREFIXES} DELETE WHERE {{ {node} sg:status ?s }}")

    directory = damage(store, change)
    f = found(directory)["SituationStands"]
    assert (f.report, f.graph) == ("", "")
    assert [(p.report, p.quote) for p in f.passages] == [(ROAD.id, "controls")]
    assert "SituationStands" not in found(directory, report=ROAD.id)


def test_an_inference_leads_to_the_words_of_its_claims(store: Path) -> None:
    directory = damage(store, without(NamedNode(SPACE.graph("inferred")), RDF.predicate))
    f = found(directory)["Inference-predicate"]
    assert f.passages
    assert f.passages[0].report in (HILL.id, ROAD.id)


def test_a_law_that_no_shape_knows(store: Path) -> None:
    """A blank node: SHACL Core cannot forbid it everywhere."""

    def change(opened: EmbeddedStore) -> None:
        opened.update(f"{PREFIXES} INSERT DATA {{ GRAPH {graph_of(ROAD)} {{ [] <http://test.example/remark> 'odd' }} }}")

    laws = found(damage(store, change), "law", ROAD.id)
    assert "blank-node" in laws
    assert laws["blank-node"].report == ROAD.id


def test_errors_come_first(store: Path) -> None:
    def change(opened: EmbeddedStore) -> None:
        graph = graph_of(ROAD)
        node = one(opened, f"GRAPH {graph} {{ ?x a sg:Control }}")
        actor = one(opened, f"GRAPH {graph} {{ {node} sg:controller ?x }}")
        opened.update(f"{PREFIXES} DELETE WHERE {{ GRAPH {graph} {{ {node} ?p ?o }} }}")
        opened.extend(Quad(node, p, o, graph) for p, o in ((RDF.type, SG.Membership), (SG.member, actor), (SG.group, actor)))

    levels = [f.severity for f in validate(damage(store, change), ROAD.id).findings]
    assert levels[-1] == "warning"
    assert levels == sorted(levels)


# -- consistency


def contradict(opened: EmbeddedStore) -> None:
    """The army is a place too."""
    actor = one(opened, f"GRAPH {graph_of(HILL)} {{ ?e sg:ofEvent ?of ; sg:role {code('role', 'defender')} ; sg:actor ?x }}")
    opened.extend([Quad(actor, RDF.type, SG.Place, DefaultGraph())])


@pytest.mark.skipif(JAVA is None, reason="no Java: HermiT cannot run (make system-packages)")
def test_a_contradiction_that_only_a_reasoner_sees(store: Path) -> None:
    directory = damage(store, contradict)
    done = validate(directory, HILL.id)
    assert done.consistent is False
    f = next(f for f in done.findings if f.check == "consistency")
    assert "contradiction" in f.message
    assert (f.rule, f.severity) == ("HermiT", "error")


def without_java(store: Path, empty: Path) -> subprocess.CompletedProcess[str]:
    empty.mkdir()
    return command("--store", store, "--json", path=empty)


def test_without_java_one_line_says_so(clean: Path, tmp_path: Path) -> None:
    done = without_java(clean, tmp_path / "empty")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (note,) = told["notes"]
    assert "HermiT needs Java" in note
    assert "\n" not in note
    assert told["consistent"] is None


def test_without_java_a_finding_still_counts(store: Path, tmp_path: Path) -> None:
    damage(store, without(graph_of(HILL), SG.attributedTo))
    assert without_java(store, tmp_path / "empty").returncode == 1


@pytest.mark.skipif(JAVA is None, reason="no Java: HermiT cannot run (make system-packages)")
def test_a_store_that_is_too_large_to_reason_over_says_what_was_left_out(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REASONED", 10)
    (note,) = validate(StoreDirectory(clean)).notes
    assert note.startswith("consistency: only the first 1 of 2 changed reports were told to HermiT")
    assert validate(StoreDirectory(clean), ROAD.id).notes == []


def test_a_generation_that_changed_no_report_says_so(store: Path) -> None:
    directory = StoreDirectory(store)
    with directory.writing(None) as writer:
        writer.commit({**writer.last_manifest(), "generation": 2, "changed": []})
    notes = validate(directory).notes
    assert notes[0].startswith("consistency: this generation changed no report")
    assert [n for n in validate(directory, HILL.id).notes if "changed no report" in n] == []


# -- what cannot be checked


def test_a_report_that_is_not_there(clean: Path) -> None:
    with pytest.raises(TermError, match=f"no report 'hill-2016' in this store; close to it: {HILL.id}"):
        validate(StoreDirectory(clean), "hill-2016")
    with pytest.raises(TermError, match=f"there are: {HILL.id}, {ROAD.id}"):
        validate(StoreDirectory(clean), "zzz")


def test_what_cannot_be_checked_ends_in_2(clean: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        validate(StoreDirectory(tmp_path / "nowhere"))
    for arguments in (("--store", tmp_path / "nowhere"), ("--store", clean, "--report", "road")):
        done = command(*arguments, path=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1


def test_the_exit_code_is_of_the_findings() -> None:
    assert Validation(1).exit_code == 0
    assert Validation(1, findings=[Finding("warning", "", "x", "shape", "y", "z")]).exit_code == 1
