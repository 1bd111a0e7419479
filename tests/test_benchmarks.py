"""The benchmarks work: views grow as said, commands print their tables and notice a bar that is missed. No time is tested."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import commands, competency, measure, population, rules, validation
from benchmarks.measure import GIB, Limits, Measured
from kg.ontology.shapes import findings
from kg.view.rules import derive
from kg.vocab import RDF, SG

# -- the data


@pytest.fixture(scope="module")
def view() -> population.View:
    return population.examples()


@pytest.fixture(scope="module")
def grown(view: population.View, tmp_path_factory: pytest.TempPathFactory) -> population.Population:
    return population.grow(view, 50_000, tmp_path_factory.mktemp("grown"))


def test_a_view_has_as_many_triples_as_wanted(grown: population.Population) -> None:
    graph = population.given(grown.folder)
    assert len(graph) == len(set(graph)) == grown.triples
    assert 50_000 <= grown.triples < 51_500
    assert len({t.subject for t in graph if t.predicate == SG.status}) == grown.situations


def test_a_view_grows_the_same_each_time(view: population.View, grown: population.Population, tmp_path: Path) -> None:
    def digest(folder: Path) -> str:
        return hashlib.sha256((folder / "default.ttl").read_bytes()).hexdigest()

    for seed, same in ((population.SEED, True), (population.SEED + 1, False)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        population.grow(view, 50_000, folder, seed)
        assert (digest(folder) == digest(grown.folder)) is same


def test_the_mixture_of_a_view_is_that_of_the_examples(view: population.View, grown: population.Population) -> None:
    """Among events and their parts, which are told anew each time; relations are told again."""
    copies, _ = population.situations(grown.folder)

    def mixture(several: Sequence[str]) -> dict[str, float]:
        return {cls: n / len(several) for cls, n in Counter(several).items()}

    events = "Participation Capture AirStrike Assault Engagement Communication Outcome CasualtyEstimate".split()
    real = mixture([s.cls for s in view.situations.values() if s.cls in events])
    made = mixture([s.cls for s in copies.values() if s.cls in events])
    assert set(real) == set(events)
    assert all(abs(made[cls] - real[cls]) < 0.03 for cls in events)
    statuses = mixture([s.status for s in view.situations.values()])
    assert all(abs(share - mixture([s.status for s in copies.values()])[status]) < 0.05 for status, share in statuses.items())


def test_the_rules_find_much_to_do(grown: population.Population) -> None:
    copies, as_of = population.situations(grown.folder)
    derived = derive(population.given(grown.folder), copies, as_of, population.SPACE)
    records = sum(t.predicate == RDF.type and t.object == SG.Inference for t in derived.inferences)
    assert records > len(copies) / 2
    assert {SG.opposes, SG.alliedWith, SG.backs, SG.onSide, SG.within, SG.attacker} <= {t.predicate for t in derived.triples}


@pytest.mark.slow
def test_a_grown_view_keeps_to_the_shapes(grown: population.Population) -> None:
    """Else the time of validation would be that of writing findings."""
    graph = population.given(grown.folder)
    assert findings(graph) == []
    assert findings(t for t in graph if t.predicate != SG.basis)


# -- the commands


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "rows", "options"),
    [
        (rules, ["sitgraph-rules", "reasonable"], ["--sizes", "100", "--engines", "reasonable"]),
        (validation, ["sitgraph-shapes", "pyrudof"], ["--sizes", "100", "--engines", "pyrudof"]),
        (competency, ["cq01", "cq05"], []),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType) else "",
)
def test_a_command_prints_its_table_and_notices_a_bar_that_is_missed(
    command: ModuleType, rows: list[str], options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--quick", *options, "--bar", "0.000001"]) == 1
    printed = capsys.readouterr()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.out.splitlines() if line[:1] == "|"]
    for row in rows:
        (found,) = (line for line in cells if row in line[:2])
        assert len(found) == len(cells[-1])
        assert all(re.fullmatch(r"[\d,.]*", cell) for cell in found[2:])
    assert "bar missed: " in printed.err


def test_a_bar_is_missed_by_what_takes_longer_and_by_what_gives_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.missed("it", 10.0, 10.0) == commands.missed("it", 10.0, None) == 0
    assert commands.missed("it", None, 10.0) == 1
    assert commands.missed("it", 10.1, 10.0) == 1
    assert capsys.readouterr().err == "bar missed: it gave no figure; at most 10 s\nbar missed: it took 10.1 s; at most 10 s\n"


def test_an_engine_that_takes_too_much_is_given_up(grown: population.Population) -> None:
    assert measure.measure("reasonable", grown.folder, 1, Limits(seconds=0.01)).gave_up == "more than 0.01 s"
    assert measure.measure("reasonable", grown.folder, 1, Limits(memory=GIB // 4)).gave_up == "more than 0.25 GB"
    with pytest.raises(RuntimeError, match="no-engine failed"):
        measure.measure("no-engine", grown.folder, 1, Limits())


def test_what_was_given_up_is_in_the_table() -> None:
    took = {"load": 1.0, "run": 2.0, "cpu": 2.0, "peak": 1024.0**2, "derived": 3.0}
    found = {
        (10, "sitgraph-rules"): Measured("sitgraph-rules", 3, took),
        (10, "owlrl"): Measured("owlrl", gave_up="more than 9 s"),
    }
    assert commands.compared(rules.RULES, found).splitlines()[2:] == [
        "| 10 | sitgraph-rules | 1.0 | 2.0 | 2.0 |  | 3 |  | 1 | 3 |",
        "| 10 | owlrl | – | – | – | – | – | – | – | more than 9 s |",
    ]


def test_a_table_is_put_between_its_markers(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text((project / "docs" / "benchmarks.md").read_text("utf-8"), "utf-8")
    for name in ("data", "rules", "validation", "competency"):
        measure.publish(name, f"| the table of {name} |\n", page)
        measure.publish(name, f"| the new table of {name} |\n", page)
    text = page.read_text("utf-8")
    assert re.findall(r"^\| the ((?:new )?table of .*) \|$", text, re.MULTILINE) == [
        f"new table of {n}" for n in ("data", "rules", "validation", "competency")
    ]
    with pytest.raises(ValueError, match="no markers"):
        measure.publish("nothing", "", page)
