"""Tables in a store: what is loaded is a function of the inputs, whatever was interrupted, changed, or read before."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode
from typer.testing import CliRunner

from benchmarks.ged_rows import HEADER, rows
from kg.cli import app
from kg.errors import Problem
from kg.pipeline import Options, Outcome, as_reported, ingest, rebuild_view
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory, Writer
from kg.tables import mapping
from kg.vocab import CLASSES, RDF

DAY = date(2020, 1, 1)
BASE = dict(zip(HEADER, next(rows(1, seed=7)), strict=True)) | {
    "type_of_violence": "1", "side_a": "Some Army", "side_a_new_id": "11", "side_b": "Some Rebels", "side_b_new_id": "4456",
}  # fmt: skip


def row(**cells: str) -> dict[str, str]:
    """A sound row, but for these cells."""
    assert cells.keys() <= BASE.keys()
    return BASE | cells


def table(folder: Path, made: Iterable[dict[str, str]], name: str = "ged", issued: str = "2019-06-01") -> Path:
    """A small table in the columns of UCDP GED, with its date of issue."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)
    (folder / f"{name}.meta.json").write_text(json.dumps({"id": name, "issued": issued}), encoding="utf-8")
    return path


def some(first: int, last: int, **cells: str) -> list[dict[str, str]]:
    return [row(id=str(n), **cells) for n in range(first, last)]


def quads(store: Path) -> list[str]:
    """Everything in the current generation but which run gave it."""
    opened = StoreDirectory(store).current().open()
    return sorted(str(q) for q in opened.quads() if "graph/provenance" not in str(q.graph_name))


def read(store: Path, *paths: Path, **options: Any) -> Outcome:
    return ingest(store, paths, Options(**options))


def test_twice_is_once(tmp_path: Path) -> None:
    path = table(tmp_path / "in", some(0, 30))
    first = read(tmp_path / "s", path)
    assert (first.exit_code, [(t.state, t.rows, t.mapped, t.aside) for t in first.tables]) == (0, [("new", 30, 30, 0)])
    again = read(tmp_path / "s", path)
    assert (again.committed, again.generation, [t.state for t in again.tables]) == (False, 1, ["unchanged"])


def test_in_any_order_and_beside_reports(tmp_path: Path, project: Path) -> None:
    early = table(tmp_path / "in", some(0, 20, side_b="The Men", side_b_new_id="77"), "early", "2018-01-01")
    late = table(tmp_path / "in", some(100, 120, side_b="Men, The", side_b_new_id="77"), "late", "2019-01-01")
    report = project / "examples" / "aleppo-2016-08-zahra.ann"
    reference = project / "examples" / "reference"
    read(tmp_path / "a", report, early, late, reference=reference)
    for path in (late, report, early):
        read(tmp_path / "b", path, reference=reference)
    assert quads(tmp_path / "a") == quads(tmp_path / "b")
    assert any('"The Men"' in q and "prefLabel" in q for q in quads(tmp_path / "a"))


def test_a_changed_table_leaves_no_trace_of_what_it_was(tmp_path: Path) -> None:
    path = table(tmp_path / "in", some(0, 20, where_coordinates="Gone village"))
    other = table(tmp_path / "in", some(50, 60), "other", "2019-07-01")
    read(tmp_path / "s", path, other)
    table(tmp_path / "in", some(5, 25, where_coordinates="New village"))
    outcome = read(tmp_path / "s", path)
    assert [t.state for t in outcome.tables] == ["changed"]
    read(tmp_path / "fresh", path, other)
    assert quads(tmp_path / "s") == quads(tmp_path / "fresh")
    assert not any("Gone village" in q for q in quads(tmp_path / "s"))


def test_other_reference_tables_make_all_again_from_the_inputs(tmp_path: Path) -> None:
    path = table(tmp_path / "in", some(0, 10))
    read(tmp_path / "s", path)
    own = tmp_path / "own"
    own.mkdir()
    (own / "actors.csv").write_text(
        "id,class,kind,of_state,conflict,public_role,wikidata,source\n"
        'actor/men-of-side-b,ArmedGroup,,,,,,"UCDP Actor 22.1, 4456"\n',
        encoding="utf-8",
    )
    report = tmp_path / "in" / "r.ann"
    report.write_text("", encoding="utf-8")
    report.with_suffix(".txt").write_text("nothing", encoding="utf-8")
    path.rename(tmp_path / "moved.csv")
    read(tmp_path / "s", report, reference=own)
    (tmp_path / "moved.csv").rename(path)
    read(tmp_path / "fresh", report, path, reference=own)
    assert quads(tmp_path / "s") == quads(tmp_path / "fresh")
    assert any("actor/men-of-side-b" in q for q in quads(tmp_path / "s"))


def test_a_rebuild_changes_nothing(tmp_path: Path, project: Path) -> None:
    read(tmp_path / "s", table(tmp_path / "in", some(0, 30)), project / "examples" / "aleppo-2016-08-zahra.ann")
    before = quads(tmp_path / "s")
    assert not rebuild_view(tmp_path / "s").committed
    assert quads(tmp_path / "s") == before


def test_as_reported_by_a_day(tmp_path: Path) -> None:
    early = table(tmp_path / "in", some(0, 20), "early", "2018-01-01")
    late = table(tmp_path / "in", some(100, 120, conflict_new_id="9", dyad_new_id="9"), "late", "2020-06-01")
    read(tmp_path / "s", early, late)
    read(tmp_path / "alone", early)
    directory = StoreDirectory(tmp_path / "s")
    then, _ = as_reported(directory, directory.current(), DAY)
    assert sorted(str(q) for q in then.quads()) == quads(tmp_path / "alone")


def test_bad_rows_are_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = [
        *some(0, 5),
        row(id="5", date_start="soon"),
        row(id="6", best="many"),
        row(id="7", type_of_violence="9"),
        *some(8, 10),
    ]
    outcome = read(tmp_path / "s", table(tmp_path / "in", rows))
    assert (outcome.exit_code, [(t.mapped, t.aside) for t in outcome.tables]) == (1, [(7, 3)])
    assert [(p.severity, p.where.split(",")[0]) for p in outcome.rejected] == [("rejected", f"row {n}") for n in (6, 7, 8)]
    (kept,) = (tmp_path / "s" / "rejects").glob("*.jsonl")
    said = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()[1:]]
    assert [s["where"] for s in said] == [p.where for p in outcome.rejected]


def test_a_table_that_is_none_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = tmp_path / "in" / "bad.csv.gz"
    good = table(tmp_path / "in", some(0, 3))
    bad.write_bytes(gzip.compress(good.read_bytes())[:-20])
    outcome = read(tmp_path / "s", bad, good, format="ucdp-ged")
    assert outcome.exit_code == 1
    assert {Path(t.path).name: t.state for t in outcome.tables} == {"bad.csv.gz": "refused", "ged.csv": "new"}
    assert [Path(p.path).name for p in outcome.rejected] == ["bad.csv.gz"]
    assert read(tmp_path / "only", bad, format="ucdp-ged").exit_code == 2


def test_what_says_of_a_table_who_issued_it_is_read(tmp_path: Path) -> None:
    table(tmp_path / "in", some(0, 3))
    other = table(tmp_path / "in", some(10, 13), "other")
    other.with_name("other.meta.json").unlink()
    (tmp_path / "in" / "metadata.csv").write_text(
        "file,id,issued\nother.csv,o,2018-01-01\nr,,2018-01-01\nx,,\n", encoding="utf-8"
    )
    (tmp_path / "in" / "r.ann").write_text("", encoding="utf-8")
    (tmp_path / "in" / "r.txt").write_text("nothing", encoding="utf-8")
    outcome = read(tmp_path / "s", tmp_path / "in")
    assert ([t.report for t in outcome.tables], outcome.unclaimed) == (["o", "ged"], [])
    assert [p.message for p in outcome.problems] == ["holds no annotation", "no report here is called 'x'"]


@pytest.mark.parametrize("name", ["ged.csv", "report.ann"])
def test_metadata_with_a_language_that_is_none_refuse_the_report(tmp_path: Path, name: str) -> None:
    path = table(tmp_path / "in", some(0, 3)).with_name(name)
    if name == "report.ann":
        path.write_text("", encoding="utf-8")
        path.with_suffix(".txt").write_text("nothing", encoding="utf-8")
    path.with_suffix(".meta.json").write_text('{"title": "A title", "language": "not a tag"}', encoding="utf-8")
    (refused,) = read(tmp_path / "s", path).rejected
    assert "language must be a tag of BCP 47" in refused.message


def test_two_tables_of_one_id_in_one_run(tmp_path: Path) -> None:
    first = table(tmp_path / "a", some(0, 3))
    same, other = table(tmp_path / "b", some(0, 3)), table(tmp_path / "c", some(0, 4))
    assert [t.state for t in read(tmp_path / "s", first, same).tables] == ["new", "unchanged"]
    outcome = read(tmp_path / "s2", first, other)
    assert [t.state for t in outcome.tables] == ["new", "refused"]
    assert "with other content" in outcome.rejected[0].message


def test_a_table_and_an_annotated_report_cannot_have_one_id(tmp_path: Path) -> None:
    path, report = table(tmp_path / "in", some(0, 3), "same"), tmp_path / "in" / "same.ann"
    report.write_text("T1\tSettlement 0 6\tAleppo\n", encoding="utf-8")
    report.with_suffix(".txt").write_text("Aleppo", encoding="utf-8")
    for first, second in ((path, report), (report, path)):
        store = tmp_path / first.suffix
        assert read(store, first).exit_code == 0
        before = quads(store)
        outcome = read(store, second)
        assert (outcome.exit_code, outcome.committed) == (2, False)
        assert "another id" in outcome.rejected[0].message
        assert quads(store) == before


def test_a_table_is_no_annotated_report_to_export(tmp_path: Path) -> None:
    read(tmp_path / "s", table(tmp_path / "in", some(0, 3)))
    told = CliRunner().invoke(
        app, ["export", "--report", "ged", "--format", "brat", "-o", str(tmp_path), "--store", str(tmp_path / "s")]
    )
    assert (told.exit_code, "is a table" in told.output) == (2, True)


# -- interruptions


def interrupted(store: Path, path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A run that stops when so many chunks are loaded."""
    reach = Writer.reach

    def stopped(self: Writer, report: str, chunk: int) -> None:
        reach(self, report, chunk)
        if chunk == after:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "reach", stopped)
        with pytest.raises(KeyboardInterrupt):
            read(store, path)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping.map_table, "__defaults__", (10, *(mapping.map_table.__defaults__ or ())[1:]))


@pytest.mark.parametrize("after", [1, 3])
@pytest.mark.usefixtures("small_chunks")
def test_an_interrupted_run_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    path = table(tmp_path / "in", some(0, 45))
    interrupted(tmp_path / "s", path, monkeypatch, after)
    loaded: list[str] = []
    whole = EmbeddedStore.load

    def noted(store: EmbeddedStore, file: Path, trusted: bool = False) -> None:
        loaded.append(file.name)
        whole(store, file, trusted)

    monkeypatch.setattr(EmbeddedStore, "load", noted)
    outcome = read(tmp_path / "s", path)
    assert [t.rows for t in outcome.tables] == [45]
    assert [t.mapped for t in outcome.tables] == [45]
    assert sorted(n for n in loaded if n.startswith("chunk-")) == [f"chunk-{n:06}.nq" for n in range(after, 6)]
    read(tmp_path / "fresh", path)
    assert quads(tmp_path / "s") == quads(tmp_path / "fresh")


@pytest.mark.usefixtures("small_chunks")
def test_another_run_does_not_go_on_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "in", some(0, 45))
    interrupted(tmp_path / "s", path, monkeypatch, 2)
    other = table(tmp_path / "in", some(60, 70), "other")
    read(tmp_path / "s", other)
    read(tmp_path / "fresh", other)
    assert quads(tmp_path / "s") == quads(tmp_path / "fresh")


@pytest.mark.slow
def test_a_killed_run_loses_and_doubles_nothing(tmp_path: Path, shared: Path) -> None:
    path = shared / "data" / "ucdp" / "ged191-syria-2016-2018.csv.gz"
    command = [sys.executable, "-m", "kg.cli", "ingest", str(path), "--store", str(tmp_path / "s")]
    chance, kills = random.Random(), 0
    for _ in range(6):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(1, 8))
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
            kills += 1
        running.wait()
    assert kills
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    read(tmp_path / "fresh", path)
    assert quads(tmp_path / "s") == quads(tmp_path / "fresh")


def test_what_reviewers_said_of_rows_is_applied_or_told_not_to_be(tmp_path: Path) -> None:
    path = table(tmp_path / "in", some(0, 4))
    read(tmp_path / "s", path)
    opened = StoreDirectory(tmp_path / "s").current().open()
    one, two, three = sorted(
        q.subject.value.partition("/id/")[2]
        for q in opened.matching(None, RDF.type, CLASSES["Engagement"], DefaultGraph())
        if isinstance(q.subject, NamedNode)
    )[:3]
    own = tmp_path / "own"
    own.mkdir()
    (own / "decisions.csv").write_text(
        "decision_id,date,reviewer,type,left,right,evidence,score,comment,supersedes\n"
        f"d1,2020-01-01,me,same-event,sitgraph:{one},sitgraph:{two},,,,\n"
        f"d2,2020-01-01,me,same-event,sitgraph:{one},sitgraph:situation/nowhere,,,,\n",
        encoding="utf-8",
    )
    (own / "assessments.csv").write_text(
        "assessment_id,date,reviewer,kind,about,value,reason,supersedes\n"
        f"a1,2020-01-01,me,status-override,sitgraph:{three},denied,seen,\n"
        "a2,2020-01-01,me,status-override,sitgraph:situation/nowhere,denied,seen,\n",
        encoding="utf-8",
    )
    outcome = read(tmp_path / "s", path, reference=own)
    told = sorted(p.message for p in outcome.problems)
    assert told == [
        "assessment a2: sitgraph:situation/nowhere is not in the store; it waits until it is",
        f"decision d1: {one} is of a row of a table, and such events are not joined; it has no effect",
        f"decision d2: {one} is of a row of a table, and such events are not joined; it has no effect",
    ]
    assert any(three in q and "claim-status/denied" in q for q in quads(tmp_path / "s") if "/assessment" not in q)


def test_a_problem_says_which_row() -> None:
    assert str(Problem("t.csv", 0, "found 'x', expected a date", where="row 5, column date_start")) == (
        "t.csv: row 5, column date_start: found 'x', expected a date"
    )
