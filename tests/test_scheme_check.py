"""``sitgraph scheme check``: what becomes of each label, before anything is stored; and what an ingest says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kg import schemes
from kg.cli import app
from kg.errors import ReadError, SchemeError
from kg.schemes.coverage import Coverage, counted
from tests.small_reports import Small, annotated

TEXT = "The army attacked rebels in Zahra on Sunday."
SOUND = Small("sound", "2016-08-15", TEXT, 'a = ArmedForce "army"\ne = Assault "attacked" Attacker:a')
BROKEN = Small(
    "broken",
    "2016-08-15",
    TEXT,
    'a = ArmedForce "army"\nw = Weather "Sunday"\nr = Side "rebels"\nz = Area "Zahra"\n'
    'e = Assault "attacked" Attacker:a Defender:z Place:w Modality=maybe Denied\n'
    'c = Control "in" Controller:a Certainty=possible\n'
    "SaysThat z e\nSaysThat a c",
)
ACE = "T1\tPER 4 8\tarmy\nT2\tAttack 9 17\tattacked\nE1\tAttack:T2 Attacker:T1 Mood:T3\nT3\tMoney 18 24\trebels\n"


def check(*arguments: object) -> tuple[int, Any]:
    result = CliRunner().invoke(app, ["scheme", "check", *map(str, arguments), "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert found["exit_code"] == result.exit_code
    return result.exit_code, found


@pytest.fixture
def ace(tmp_path: Path) -> Path:
    (tmp_path / "news.txt").write_text(TEXT, "utf-8")
    (tmp_path / "news.ann").write_text(ACE, "utf-8")
    return tmp_path


def test_all_mapped_is_exit_code_0(tmp_path: Path) -> None:
    code, found = check(SOUND.write(tmp_path))
    (own,) = found["schemes"]
    assert (code, own["scheme"], own["mapped"], own["total"]) == (0, "sitgraph-1", 3, 3)
    assert found["suggested"] is None
    assert found["compared"]["sitgraph-1"] == {"mapped": 3, "total": 3}


def test_what_breaks_the_grammar_is_told_and_counted(tmp_path: Path) -> None:
    code, found = check(BROKEN.write(tmp_path))
    (own,) = found["schemes"]
    rows = {(r["what"], r["type"]): r["outcome"] for r in own["rows"]}
    assert rows == {
        ("attribute", "Certainty"): "set aside: what it is about is set aside",
        ("attribute", "Denied"): "mapped to Denied",
        ("attribute", "Modality"): "set aside: Modality cannot be 'maybe'",
        ("entity", "Area"): "mapped to Area",
        ("entity", "ArmedForce"): "mapped to ArmedForce",
        ("entity", "Side"): "mapped to Side",
        ("entity", "Weather"): "set aside: unknown label 'Weather'",
        ("situation", "Assault"): "mapped to Assault",
        ("situation", "Control"): "set aside: Control needs Controlled",
        ("role", "Assault Attacker ArmedForce"): "mapped to Attacker",
        ("role", "Assault Defender Area"): "set aside: Defender of Assault is filled by actor",
        ("role", "Assault Place Weather"): "set aside: an end of it is set aside",
        ("role", "Control Controller ArmedForce"): "set aside: what it belongs to is set aside",
        ("relation", "Area SaysThat Assault"): "set aside: SaysThat joins speaker and situation",
        ("relation", "ArmedForce SaysThat Control"): "set aside: an end of it is set aside",
    }
    assert code == 1
    assert sum(r["count"] for r in own["rows"]) == own["total"] == 15
    assert {p["message"].split(";")[0] for p in own["problems"]} >= {"Control needs Controlled", "unknown label 'Weather'"}


def test_a_foreign_scheme_is_suggested_and_shown_with_examples(ace: Path) -> None:
    code, found = check(ace)
    assert (code, found["suggested"]) == (1, "ace")
    assert next(iter(found["compared"])) == "ace"
    assert found["compared"].keys() == set(schemes.names())
    code, found = check(ace, "--scheme", "ace")
    (own,) = found["schemes"]
    assert (code, found["suggested"], found["compared"], own["scheme"]) == (1, None, {}, "ace")
    shown = [tuple(tuple(e.values()) for e in r["examples"]) for r in own["rows"]]
    assert {(r["type"], r["outcome"], r["count"], e) for r, e in zip(own["rows"], shown, strict=True)} == {
        ("PER", "mapped to Person", 1, ((str(ace / "news.ann"), 1, "army"),)),
        ("Attack", "mapped to Engagement", 1, ((str(ace / "news.ann"), 3, "attacked"),)),
        ("Money", "set aside: sums of money are not modelled", 1, ((str(ace / "news.ann"), 4, "rebels"),)),
        ("Attack Attacker PER", "mapped to Attacker", 1, ((str(ace / "news.ann"), 3, "attacked → army"),)),
        ("Attack Mood Money", "set aside: what fills it is set aside", 1, ((str(ace / "news.ann"), 3, "attacked → rebels"),)),
    }  # fmt: skip


def test_what_is_printed_tells_the_same(ace: Path) -> None:
    result = CliRunner().invoke(app, ["scheme", "check", str(ace)], catch_exceptions=False)
    assert "sitgraph-1: 1 report, 0 of 5 mapped (0 %)" in result.stdout
    assert "suggested: --scheme ace" in result.stdout
    result = CliRunner().invoke(app, ["scheme", "check", str(ace), "--scheme", "ace"], catch_exceptions=False)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f"         “army” {ace / 'news.ann'}:1" in lines
    assert "      1  Money: set aside: sums of money are not modelled" in lines
    assert lines[-1] == "ace: 1 report, 3 of 5 mapped (60 %)"
    assert "suggested" not in result.stdout


def test_nothing_read_is_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("no report", "utf-8")
    code, found = check(tmp_path)
    assert (code, found["schemes"], [u["path"] for u in found["unclaimed"]]) == (2, [], [str(tmp_path / "notes.md")])
    missing = check(tmp_path / "absent.ann")
    assert (missing[0], missing[1]["problems"][0]["message"]) == (2, "there is no such file or folder")


def test_a_scheme_of_a_file_that_nobody_defined_is_a_problem(tmp_path: Path) -> None:
    path = SOUND.write(tmp_path)
    meta = path.with_name("sound.meta.json")
    said = json.loads(meta.read_text("utf-8"))
    meta.write_text(json.dumps({**said, "scheme": "mine"}), "utf-8")
    code, found = check(path)
    assert (code, found["suggested"]) == (2, "sitgraph-1")
    assert found["problems"][0]["message"].startswith("unknown scheme 'mine'; there are ace, ")


def test_options_that_name_nothing_are_errors(ace: Path) -> None:
    for option, error in (("--scheme", SchemeError), ("--format", ReadError)):
        result = CliRunner().invoke(app, ["scheme", "check", str(ace), option, "mine"])
        assert isinstance(result.exception, error)


def test_nothing_is_written(ace: Path) -> None:
    before = sorted(ace.rglob("*"))
    check(ace, "--scheme", "ace")
    assert sorted(ace.rglob("*")) == before


def test_the_schemes_that_ship_are_listed() -> None:
    result = CliRunner().invoke(app, ["scheme", "list"], catch_exceptions=False)
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(schemes.names())
    assert all(len(line.split()) > 2 for line in result.stdout.splitlines())


def test_an_ingest_lists_what_a_foreign_scheme_set_aside(ace: Path, tmp_path: Path) -> None:
    arguments = ["ingest", str(ace / "news.ann"), "--scheme", "ace", "--store", str(tmp_path / "store")]
    shown = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "      1  Money: sums of money are not modelled" in shown.stdout
    assert f"“rebels” {ace / 'news.ann'}:4" in shown.stdout
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).stdout)
    (money,) = (row for row in told["mapping"] if row["type"] == "Money")
    assert money["examples"] == [{"path": str(ace / "news.ann"), "line": 4, "quote": "rebels"}]


def test_a_coverage_adds_up(tmp_path: Path) -> None:
    coverage = Coverage("sitgraph-1")
    assert (coverage.share, coverage.complete) == (1.0, True)
    for report in (SOUND, BROKEN):
        coverage.add(annotated(report, tmp_path))
    assert (coverage.reports, coverage.mapped, coverage.total, coverage.complete) == (2, 9, 18, False)
    assert coverage.counts["situation"] == (2, 3)


def test_light_and_whole_are_counted_alike(tmp_path: Path) -> None:
    whole = counted(annotated(SOUND, tmp_path))
    assert [row.key for row in whole.tally] == [
        ("entity", "ArmedForce", "mapped to ArmedForce"),
        ("role", "Assault Attacker ArmedForce", "mapped to Attacker"),
        ("situation", "Assault", "mapped to Assault"),
    ]
    light = Coverage("sitgraph-light-1")
    light.add(annotated(SOUND, tmp_path))
    assert (light.mapped, light.total) == (0, 3)
    assert {row.outcome.split(",")[0] for row in light.tally if row.what != "role"} == {
        "set aside: ArmedForce is not in the profile sitgraph-light-1",
        "set aside: Assault is not in the profile sitgraph-light-1",
    }  # fmt: skip
