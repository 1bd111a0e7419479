"""The pipeline: a store is a function of its inputs, and is never left half-written.

Twice is once, and any order is the same: compared are sorted N-Quads without the graph of provenance, the only one in which the
time of an ingest may stand. The clock is given.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.errors import ReadError, ReferenceTableError, SchemeError, StoreError, StoreLocked
from kg.pipeline import Options, Outcome, ingest, rebuild_view
from kg.store.generations import StoreDirectory
from kg.store.inputs import Inputs
from kg.vocab import PREFIXES, SG
from tests.small_reports import Small, content, ingested, opened, reference_folder

TEXT = "Red Brigade has held Blue Hill since 8 August 2016. Zug attacked it."
LINES = """
r = ArmedGroup "Red Brigade"
h = Settlement "Blue Hill"
t = TimeExpr "since 8 August 2016"
z = ArmedGroup "Zug"
c = Control "held" Controller:r Controlled:h Time:t ControlKind=full
e = Assault "attacked" Attacker:z Defender:r Place:h
"""
ONE = Small("one", "2016-08-15", TEXT, LINES, "Wire one")
TWO = Small("two", "2016-08-22", TEXT, LINES.replace("Control =", "Control ="), "Wire two")
DENYING = Small("two", "2016-08-22", TEXT, LINES.replace("ControlKind=full", "ControlKind=full Denied"), "Wire two")
THREE = Small("three", "2016-08-01", TEXT, LINES.replace("e = Assault", "e = AirStrike"), "Wire three")


def clock(year: int = 2024) -> datetime:
    return datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC)


def put(store: Path, *paths: Path, reference: Path | None = None, year: int = 2024) -> Outcome:
    return ingest(store, paths, Options(reference=reference), clock=lambda: clock(year))


def lines(store: Path) -> list[str]:
    return content(opened(store))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [report.write(tmp_path / "in") for report in (ONE, TWO, THREE)]


# --- a function of the inputs


def test_twice_is_once_and_makes_no_new_generation(tmp_path: Path, files: list[Path]) -> None:
    first = put(tmp_path / "s", *files)
    before = lines(tmp_path / "s")
    second = put(tmp_path / "s", *files, year=2025)
    assert (first.generation, first.committed, second.generation, second.committed) == (1, True, 1, False)
    assert [r.state for r in first.reads] == ["new"] * 3
    assert [r.state for r in second.reads] == ["unchanged"] * 3
    assert lines(tmp_path / "s") == before
    assert len(before) > 1000


def test_the_time_of_ingest_stands_in_provenance_alone(tmp_path: Path, files: list[Path]) -> None:
    put(tmp_path / "a", *files, year=2024)
    put(tmp_path / "b", *files, year=2031)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    provenance = [str(q) for q in opened(tmp_path / "b").quads() if str(q.graph_name).endswith("graph/provenance>")]
    assert sum("2031-01-02T03:04:05Z" in q for q in provenance) == 3
    assert not any("2031" in q for q in lines(tmp_path / "b"))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_one_by_one_in_any_order_is_all_at_once(tmp_path: Path, files: list[Path], order: Sequence[int]) -> None:
    put(tmp_path / "at once", tmp_path / "in")
    for n in order:
        put(tmp_path / "one by one", files[n])
    assert lines(tmp_path / "one by one") == lines(tmp_path / "at once")
    assert opened(tmp_path / "one by one").query("ASK { GRAPH ?g { ?c <https://w3id.org/sitgraph/ontology#corroborates> ?d } }")


@pytest.mark.slow
def test_the_real_reports_twice_and_in_any_order(tmp_path: Path, project: Path, shared: Path) -> None:
    """The examples, the seed report and re3d: all at once, twice, and folder by folder from the last to the first."""
    seed = shared / "data" / "seed-report" / "mesop-aleppo.ann"
    folders = [project / "examples", seed, *sorted((shared / "data" / "re3d").iterdir())]
    put(tmp_path / "a", *folders)
    once = lines(tmp_path / "a")
    assert put(tmp_path / "a", *folders).committed is False
    for folder in reversed(folders):
        put(tmp_path / "b", folder)
    assert lines(tmp_path / "b") == once
    assert len(once) > 50_000


def test_a_changed_report_replaces_the_old_one_without_a_trace(tmp_path: Path, files: list[Path]) -> None:
    put(tmp_path / "s", *files)
    agreed = lines(tmp_path / "s")
    DENYING.write(tmp_path / "in")
    outcome = put(tmp_path / "s", files[1])
    assert [(r.report, r.state) for r in outcome.reads] == [("two", "changed")]
    changed = lines(tmp_path / "s")
    put(tmp_path / "fresh", *files)
    assert changed == lines(tmp_path / "fresh") != agreed
    assert any("claim-status/disputed" in q and "/id/situation/" in q for q in changed)
    TWO.write(tmp_path / "in")
    put(tmp_path / "s", files[1])
    assert lines(tmp_path / "s") == agreed


def test_the_view_is_rebuilt_from_the_reports_alone(tmp_path: Path, files: list[Path]) -> None:
    store = tmp_path / "s"
    put(store, *files)
    whole = lines(store)
    assert rebuild_view(store).committed is False
    with StoreDirectory(store).writing(None) as writer:  # what a rule gave is lost, and something is there that no rule gave
        writer.store.update(
            "DELETE WHERE { GRAPH ?g { ?i a sg:Inference ; ?p ?o } }".replace("sg:Inference", f"{SG.Inference}")
        )
        writer.store.update(f"INSERT DATA {{ <http://example.org/a> {SG.opposes} <http://example.org/b> }}")
        writer.commit({**writer.last_manifest(), "changed": []})
    assert lines(store) != whole
    outcome = rebuild_view(store)
    assert (outcome.committed, outcome.generation) == (True, 3)
    assert lines(store) == whole
    assert StoreDirectory(store).current().manifest["changed"] == []
    assert put(store, *files).committed is False
    with pytest.raises(StoreError, match="no store here"):
        rebuild_view(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE WHERE { GRAPH ?g { ?r a sg:Report } }", r"graph/report/one: .*something is missing"),
        ("DELETE WHERE { GRAPH ?g { ?m oa:hasTarget ?t } }", r"graph/report/one: .*something is missing"),
        (
            'DELETE { GRAPH ?g { ?r dcterms:issued ?i } } INSERT { GRAPH ?g { ?r dcterms:issued "soon" } } '
            "WHERE { GRAPH ?g { ?r dcterms:issued ?i } }",
            "graph/report/one: .*'soon'",
        ),
        (
            'DELETE { GRAPH ?g { ?s sg:role ?r } } INSERT { GRAPH ?g { ?s sg:role "hero" } } '
            "WHERE { GRAPH ?g { ?s sg:role ?r } }",
            "damaged: .*'hero'",
        ),
    ],
)
def test_a_damaged_graph_is_told_and_the_generation_stays(tmp_path: Path, files: list[Path], damage: str, told: str) -> None:
    store = tmp_path / "s"
    put(store, *files)
    with StoreDirectory(store).writing(None) as writer:
        writer.store.update("".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items()) + damage)
        writer.commit({**writer.last_manifest(), "changed": []})
    damaged = lines(store)
    with pytest.raises(StoreError, match=told):
        rebuild_view(store)
    assert lines(store) == damaged
    assert StoreDirectory(store).number() == 2


def test_a_rebuild_waits_for_nobody_and_keeps_what_an_earlier_program_said_of_itself(tmp_path: Path, files: list[Path]) -> None:
    store = tmp_path / "s"
    put(store, *files)
    whole = lines(store)
    with StoreDirectory(store).writing(None) as writer:
        with pytest.raises(StoreLocked):
            rebuild_view(store)
        writer.store.update(f"INSERT DATA {{ <http://example.org/a> {SG.opposes} <http://example.org/b> }}")
        writer.commit({**writer.last_manifest(), "program": "an earlier one"})
    assert rebuild_view(store).committed is True
    assert lines(store) == whole
    assert StoreDirectory(store).current().manifest["program"] == "an earlier one"
    assert put(store, files[0]).committed is True  # so the graphs of all reports are written again


def test_an_undone_decision_leaves_no_mark(tmp_path: Path, files: list[Path]) -> None:
    put(tmp_path / "s", *files)
    before = lines(tmp_path / "s")
    events = [_event(before, report) for report in ("one", "two")]
    rows = [f"d1,2024-01-01,me,same-event,{events[0]},{events[1]},why,,,"]
    put(tmp_path / "s", *files, reference=reference_folder(tmp_path / "ref", decisions=rows))
    joined = lines(tmp_path / "s")
    assert joined != before
    rows.append(f"d2,2024-01-02,me,different-event,{events[0]},{events[1]},not the same,,,d1")
    put(tmp_path / "s", *files, reference=reference_folder(tmp_path / "ref", decisions=rows))
    undone = [q for q in lines(tmp_path / "s") if "graph/assessment" not in q]
    assert undone == [q for q in before if "graph/assessment" not in q]
    assert undone != [q for q in joined if "graph/assessment" not in q]


def _event(quads: list[str], report: str) -> str:
    (quad,) = (
        q for q in quads if q.endswith(f"graph/report/{report}>") and "ontology#Assault" in q and "rdf-syntax-ns#type" in q
    )
    return "sitgraph:" + quad.split(">")[0].split("/id/")[1]


def test_the_users_tables_are_remembered_and_what_they_change_is_made_again(tmp_path: Path, files: list[Path]) -> None:
    rows = ["actor/reds,ArmedGroup,rebel-group,,,,,me"], ["actor/reds,ArmedGroup,Red Brigade,en,Latn,official,,,me,"]
    own = reference_folder(tmp_path / "ref", actors=rows[0], aliases=rows[1])
    put(tmp_path / "s", files[0])
    put(tmp_path / "s", files[1], reference=own)
    put(tmp_path / "s", files[2])
    put(tmp_path / "fresh", *files, reference=own)
    assert lines(tmp_path / "s") == lines(tmp_path / "fresh")
    assert any("/id/actor/reds>" in q and "graph/report/three" in q for q in lines(tmp_path / "s"))


def test_a_store_can_be_built_again_from_what_it_keeps(tmp_path: Path, files: list[Path]) -> None:
    put(tmp_path / "s", *files)
    inputs = Inputs(tmp_path / "s")
    entries = inputs.reports(1)
    assert sorted(entries) == ["one", "three", "two"]
    assert all(inputs.report(e).digest() == e.digest for e in entries.values())
    assert {e.action for e in entries.values()} == {"add"}
    assert not any(str(tmp_path) in line for line in inputs.journal.read_text(encoding="utf-8").splitlines())


# --- exit codes and what was rejected


def test_0_all_was_read(tmp_path: Path, files: list[Path]) -> None:
    outcome = put(tmp_path / "s", *files)
    assert (outcome.exit_code, outcome.problems) == (0, [])


def test_1_something_was_rejected_and_the_rest_is_stored_and_named_in_a_file(tmp_path: Path) -> None:
    broken = Small("one", "2016-08-15", TEXT, LINES + 'w = Weather "held"\nx = Control "held" Controller:r ControlKind=full')
    path = broken.write(tmp_path / "in")
    outcome = put(tmp_path / "s", path)
    assert outcome.exit_code == 1
    rejected = outcome.rejected
    assert [p.message.split(";")[0] for p in rejected] == ["unknown label 'Weather'", "Control needs Controlled"]
    assert all(p.path == str(path) and p.line > 0 for p in rejected)
    (file,) = (tmp_path / "s" / "rejects").glob("*.jsonl")
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["message"] for row in told if "message" in row] == [p.message for p in rejected]
    sound = ingested(tmp_path / "sound", ONE)
    assert content(opened(tmp_path / "s")) != sound.lines()  # the mention of the control that was refused is gone, no more
    assert opened(tmp_path / "s").query("ASK { ?s a <https://w3id.org/sitgraph/ontology#Control> }")
    ONE.write(tmp_path / "in")
    assert put(tmp_path / "s", path).exit_code == 0
    assert list((tmp_path / "s" / "rejects").glob("*.jsonl")) == []
    assert lines(tmp_path / "s") == sound.lines()


def test_1_of_two_reports_one_cannot_be_read(tmp_path: Path, files: list[Path]) -> None:
    (tmp_path / "in" / "two.txt").write_bytes(b"\xff\xfe")
    outcome = put(tmp_path / "s", tmp_path / "in")
    assert outcome.exit_code == 1
    assert sorted(r.report for r in outcome.reads if r.state == "new") == ["one", "three"]


def test_2_nothing_could_be_done_and_no_store_is_made(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.pdf").write_bytes(b"%PDF")
    outcome = put(tmp_path / "s", tmp_path / "in")
    assert (outcome.exit_code, outcome.generation) == (2, 0)
    assert [Path(u.path).name for u in outcome.unclaimed] == ["notes.pdf"]
    assert not StoreDirectory(tmp_path / "s").exists()


def test_equal_content_twice_in_one_command_is_taken_once(tmp_path: Path) -> None:
    first, second = ONE.write(tmp_path / "a"), ONE.write(tmp_path / "b")
    outcome = put(tmp_path / "s", first, second)
    assert outcome.exit_code == 0
    assert [r.state for r in outcome.reads] == ["new"]


def test_unequal_content_of_one_report_in_one_command_is_refused(tmp_path: Path) -> None:
    first = ONE.write(tmp_path / "a")
    second = Small("one", "2016-08-15", TEXT, LINES + 'x = Capture "held"').write(tmp_path / "b")
    outcome = put(tmp_path / "s", first, second)
    assert outcome.exit_code == 1
    assert [(r.state, r.path) for r in outcome.reads if r.state == "refused"] == [("refused", str(second))]
    assert "was also read from" in outcome.rejected[0].message
    put(tmp_path / "alone", first)
    assert lines(tmp_path / "s") == lines(tmp_path / "alone")


def test_what_cannot_be_used_is_an_error_before_anything_is_written(tmp_path: Path, files: list[Path]) -> None:
    with pytest.raises(ReadError, match="there are"):
        ingest(tmp_path / "s", files, Options(format="word"))
    with pytest.raises(SchemeError, match="unknown scheme 'mine'"):
        ingest(tmp_path / "s", files, Options(scheme="mine"))
    bad = reference_folder(tmp_path / "bad", actors=["actor/x,Weather,,,,,,me"])
    with pytest.raises(ReferenceTableError, match=r"actors\.csv:2: class is 'Weather'"):
        ingest(tmp_path / "s", files, Options(reference=bad))
    assert not StoreDirectory(tmp_path / "s").exists()


def test_another_base_is_refused_and_the_store_stays(tmp_path: Path, files: list[Path]) -> None:
    ingest(tmp_path / "s", files[:1], Options(base="http://a.example/"))
    before = lines(tmp_path / "s")
    with pytest.raises(StoreError, match=r"the base of this store is http://a\.example/"):
        ingest(tmp_path / "s", files, Options(base="http://b.example/"))
    assert lines(tmp_path / "s") == before
    ingest(tmp_path / "s", files, Options())
    assert all("http://127.0.0.1" not in q for q in lines(tmp_path / "s"))


# --- one writer, and writers that die


def test_a_second_writer_is_told_in_one_sentence(tmp_path: Path, files: list[Path]) -> None:
    put(tmp_path / "s", files[0])
    with (
        StoreDirectory(tmp_path / "s").writing(None),
        pytest.raises(StoreLocked, match=r"process \d+ is writing; try again later$"),
    ):
        put(tmp_path / "s", files[1])
    assert put(tmp_path / "s", files[1]).exit_code == 0


_WRITER = """
import os, signal, sys
from pathlib import Path
from kg.pipeline import Options, ingest
store, wanted, *paths = sys.argv[1:]
def step(what, *_):
    print(what, flush=True)
    if what.startswith(wanted):
        os.kill(os.getpid(), signal.SIGKILL)
ingest(Path(store), [Path(p) for p in paths], Options(), step=step)
"""


@pytest.mark.parametrize("step", ["reading three", "writing two", "consolidating", "writing the view", "committing"])
def test_a_writer_killed_at_any_step_leaves_the_last_generation_and_the_next_ingest_is_whole(
    tmp_path: Path, files: list[Path], step: str, project: Path
) -> None:
    put(tmp_path / "s", files[0])
    before = lines(tmp_path / "s")
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "s"), step, *map(str, files)]
    killed = subprocess.run(command, capture_output=True, text=True, cwd=project, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout.splitlines()[-1].startswith(step)
    assert lines(tmp_path / "s") == before
    assert put(tmp_path / "s", *files).exit_code == 0
    put(tmp_path / "fresh", *files)
    assert lines(tmp_path / "s") == lines(tmp_path / "fresh")


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_whole_store(tmp_path: Path, files: list[Path], project: Path) -> None:
    """Not at a step of our choosing, but wherever the signal finds it."""
    put(tmp_path / "fresh", *files)
    put(tmp_path / "s", files[0])
    states = lines(tmp_path / "s"), lines(tmp_path / "fresh")
    for delay in (0.3, 0.6, 0.9, 1.2, 1.5):
        command = [sys.executable, "-c", _WRITER, str(tmp_path / "s"), "never", *map(str, files)]
        writer = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=project)
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait(timeout=60)
        assert lines(tmp_path / "s") in states
    put(tmp_path / "s", *files)
    assert lines(tmp_path / "s") == states[1]
