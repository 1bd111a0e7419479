"""Event tables as the rest of the product shows them: what is validated, explained, served, and told of a run."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import NamedNode
from typer.testing import CliRunner

from api.app import create_app
from benchmarks.ged_rows import HEADER, rows
from kg.cli import app
from kg.config import Settings
from kg.errors import StoreError
from kg.ontology.validate import validate
from kg.pipeline import Options, ingest
from kg.store.generations import StoreDirectory
from kg.tables import engine, reading
from kg.view.explain import explain, part_of_table
from kg.vocab import RDF, SG
from tests.test_shapes import graphs

ROWS = 150
TABLES = {
    "ucdp/ged191-syria-2016-2018.csv.gz": 1, "ucdp/ged-mexico.csv.gz": 1, "ucdp/ucdp-actor-221.csv": 1,
    "ucdp/ucdp-nonstate-211.csv": 1, "ucdp/ucdp-prio-acd-211.csv": 1, "alliances/atop_alliance.csv.gz": 1,
    "gdelt/20191024143000.export.CSV.gz": 0,
}  # fmt: skip
"""Tables of the shared data, and how many rows stand before their data."""


def cut(source: Path, target: Path, lines: int) -> None:
    """The first rows of a table, as they stand there."""
    with reading.opened(source) as given, target.open("wb") as taken:
        taken.writelines(islice(given, lines))


@pytest.fixture(scope="module")
def store(shared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some rows of each table kind that ships, beside two reports."""
    folder = tmp_path_factory.mktemp("shown")
    given = folder / "in"
    given.mkdir()
    for name, before in TABLES.items():
        cut(shared / "data" / name, given / Path(name).name.removesuffix(".gz"), ROWS + before)
    shutil.copy(shared / "data/alliances/cow_states.csv", given)
    shutil.copy(project / "tests/data/tables/acled/slice.csv", given)
    for name in ("aleppo-2016-07-siege", "aleppo-2016-08-north"):
        for path in (project / "examples").glob(f"{name}.*"):
            shutil.copy(path, given)
    outcome = ingest(folder / "store", [given], Options(reference=project / "examples" / "reference"))
    assert [p for p in outcome.unclaimed if "cow_states" in p.path] == [], "the list of states was read beside its table"
    assert outcome.unclaimed == []
    assert len(outcome.tables) == len(TABLES) + 1
    assert {t.state for t in outcome.tables} == {"new"}
    return folder / "store"


def asked(store: Path, query: str) -> dict[str, str]:
    """The first row of a query, as IRIs."""
    head = f"PREFIX sg: <{SG.Claim.value.removesuffix('Claim')}> PREFIX csvw: <http://www.w3.org/ns/csvw#> "
    solutions: Any = StoreDirectory(store).current().open().query(head + query)
    first = next(iter(solutions))
    return {v.value: first[v].value for v in solutions.variables}


@pytest.fixture(scope="module")
def event(store: Path) -> dict[str, str]:
    """An engagement of the Syrian rows with one who took part."""
    return asked(
        store,
        """SELECT ?event ?actor ?claim { GRAPH ?graph { ?claim sg:inReport ?report ; sg:groundedIn ?mention ;
        <http://purl.org/dc/terms/source> ?where . ?report a csvw:Table }
        ?event sg:basis ?claim ; a sg:Engagement ; sg:involves ?actor
        FILTER(CONTAINS(STR(?graph), "syria")) } ORDER BY ?event ?actor LIMIT 1""",
    )


# -- validation


@pytest.mark.slow
def test_nothing_is_found_in_tables(store: Path) -> None:
    found = validate(StoreDirectory(store))
    assert found.findings == []
    assert len(found.reports) == len(TABLES) + 1 + 2


@pytest.mark.slow
def test_every_table_has_rows_that_are_selected(store: Path) -> None:
    for name, triples in graphs(store):
        selected = [t for t in triples if t.predicate == RDF.value]
        assert len(selected) > 3 or "aleppo" in name or name == "view", name


# -- explanations


def test_an_event_of_a_row_leads_to_the_row(store: Path, event: dict[str, str]) -> None:
    found = explain(StoreDirectory(store).current().open(), NamedNode(event["event"]), SG.involves, NamedNode(event["actor"]))
    (reason,) = found.reasons
    assert (reason.rule, [p.cls for p in reason.premises]) == ("R5", ["Engagement", "Participation"])
    (claim,) = reason.premises[0].claims
    (quote,) = claim.quotes
    text = (store.parent / "in/ged191-syria-2016-2018.csv").read_text(encoding="utf-8")
    table = list(csv.reader(text.splitlines()))
    cells = dict(zip(table[0], table[int(quote.rows.removeprefix("row=")) - 1], strict=True))
    assert claim.cited == (cells["source_article"],)
    assert claim.according_to
    assert quote.report == "ged191-syria-2016-2018"
    assert list(found.quotes())


def test_a_dyad_leads_to_its_rows(store: Path) -> None:
    pair = asked(
        store,
        """SELECT ?one ?other { ?one sg:opposes ?other FILTER(CONTAINS(STR(?one), "/t-") && CONTAINS(STR(?other), "/t-")) }
        ORDER BY ?one ?other LIMIT 1""",
    )
    found = explain(StoreDirectory(store).current().open(), NamedNode(pair["one"]), SG.opposes, NamedNode(pair["other"]))
    quotes = list(found.quotes())
    assert quotes
    assert all(q.rows.startswith(("row=", "cell=")) for q in quotes)


def test_the_command_tells_the_row(store: Path, event: dict[str, str]) -> None:
    given = ["explain", event["event"], "sg:involves", event["actor"], "--store", str(store)]
    plain = CliRunner().invoke(app, given).output
    assert " of ged191-syria-2016-2018" in plain
    assert "according to " in plain
    assert "as in " in plain
    assert "“”" not in plain, "no words are no quote"
    said = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    claim = said["reasons"][0]["premises"][0]["claims"][0]
    assert claim["quotes"][0]["rows"].startswith("row=")
    assert claim["cited"]


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("row=12", "row 12"), ("row=12-57", "rows 12–57"), ("row=2;5-7", "rows 2, 5–7"), ("cell=2,9", "row 2, column 9"),
        ("cell=2,9-3,9", "cell=2,9-3,9"), ("col=3", "col=3"),
    ],
)  # fmt: skip
def test_a_part_of_a_table_in_words(fragment: str, words: str) -> None:
    assert part_of_table(fragment) == words


# -- what is served


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def page(client: TestClient, path: str) -> str:
    found = client.get(path, headers={"Accept": "text/html"})
    assert found.status_code == 200, (path, found.text[:500])
    return found.text


def slug(iri: str) -> str:
    return iri.rpartition("/")[2]


@pytest.mark.parametrize(
    "path", ["/", "/actors", "/alliances", "/engagements", "/reports", "/locations?q=aleppo", "/actors?q=syria"]
)
def test_lists_are_served(served: TestClient, path: str) -> None:
    assert "<h1" in page(served, path)


def test_the_page_of_a_table_says_that_it_has_no_text(served: TestClient) -> None:
    text = page(served, "/reports/ged191-syria-2016-2018")
    assert "There is no text" in text
    assert "According to" in text
    assert "row 2, column " in text
    assert "id 214797" in text


def test_the_document_of_a_table_has_its_first_rows(served: TestClient) -> None:
    found = served.get("/reports/ged191-syria-2016-2018").json()
    assert "text" not in found
    assert "table" in found["withheld"]
    assert found["mention_count"] > len(found["mentions"]) == 100
    quotes = [m["quotes"][0] for m in found["mentions"]]
    assert all(q["rows"] and "start" not in q for q in quotes)


def test_an_event_of_a_row_is_served_with_its_row(served: TestClient, event: dict[str, str]) -> None:
    text = page(served, f"/events/{slug(event['event'])}")
    assert 'of <a class="to-text"' in text
    claim = served.get(f"/claims/{slug(event['claim'])}").json()
    assert claim["quotes"][0]["rows"].startswith("row=")
    assert claim["hadPrimarySource"][0]["name"]
    assert claim["source"]


def test_why_a_row_says_so_is_served(served: TestClient, event: dict[str, str]) -> None:
    where = f"/explain?subject={event['event']}&predicate=involves&object={event['actor']}"
    assert 'of <a class="to-text"' in page(served, where)
    found = served.get(where).json()
    assert found["reasons"][0]["premises"][0]["claims"][0]["quotes"][0]["rows"].startswith("row=")


# -- when there is not enough


def test_memory_that_runs_out_stops_the_run_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ged.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([HEADER, *rows(20, seed=3)])
    with monkeypatch.context() as patch:
        patch.setattr(engine, "MEMORY_LIMIT", "4MB")
        with pytest.raises(
            StoreError, match=r"ged\.csv: DuckDB cannot go on: Out of Memory.*4MB of memory.*run the same command"
        ):
            ingest(tmp_path / "store", [path], Options())
    assert not StoreDirectory(tmp_path / "store").exists() or StoreDirectory(tmp_path / "store").number() == 0
    assert [t.state for t in ingest(tmp_path / "store", [path], Options()).tables] == ["new"]
