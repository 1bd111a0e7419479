"""All of the shared data: each file is read by exactly one reader or table, or has a reason of its own, and all is counted.

The figures of each folder are pinned: whoever changes a reader or a scheme sees what that does to real data. They are made by
``scripts/folder_table.py``, and held to the counts of the folder's README where that counts the same things.
"""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kg import readers, tables
from kg.errors import Problem
from tests.conftest import PROJECT

pytestmark = pytest.mark.slow

NOT_WALKED = "standards"  # texts and test suites of specifications, which are there to be refused

# folder: scheme; files read, beside them, tables, not read; reports, mentions, links; situations, mapped, set aside; rejected.
FOLDERS: dict[str, tuple[str, tuple[int, int, int, int], tuple[int, int, int], tuple[int, int, int], int]] = {
    "actors": ("", (0, 0, 0, 6), (0, 0, 0), (0, 0, 0), 0),
    "alliances": ("", (0, 0, 2, 5), (0, 0, 0), (0, 0, 0), 0),
    "brat/litbank": ("ace", (9, 9, 0, 0), (9, 2229, 17), (0, 1270, 976), 0),
    "brat/nerel": ("nerel", (61, 61, 0, 0), (61, 4526, 3238), (353, 3715, 4049), 1),
    "brat/tdt": ("", (2, 3, 0, 2), (2, 321, 328), (0, 0, 1574), 0),
    "brat/tutorial-news": ("ace", (13, 17, 0, 0), (13, 119, 63), (23, 174, 19), 0),
    "gdelt": ("", (0, 0, 1, 1), (0, 0, 0), (0, 0, 0), 0),
    "geo": ("", (0, 0, 0, 6), (0, 0, 0), (0, 0, 0), 0),
    "muc34": ("", (21, 15, 0, 15), (1500, 11584, 10306), (4578, 35216, 4177), 6),
    "other-formats": ("", (88, 0, 0, 40), (124, 170, 99), (0, 0, 269), 130),
    "plover-gsr": ("", (1, 0, 0, 2), (199, 624, 448), (82, 822, 1167), 16),
    "rdf-samples": ("", (0, 0, 0, 15), (0, 0, 0), (0, 0, 0), 0),
    "re3d": ("", (3, 6, 0, 7), (44, 3980, 2034), (576, 2832, 1150), 0),
    "seed-report": ("", (4, 3, 0, 3), (4, 584, 772), (252, 1636, 0), 0),
    "ucdp": ("", (0, 0, 5, 1), (0, 0, 0), (0, 0, 0), 0),
    "uima": ("", (129, 28, 0, 43), (123, 1007, 613), (0, 4, 2207), 45),
    "wiki-conflict-pages": ("", (0, 0, 0, 167), (0, 0, 0), (0, 0, 0), 0),
}

# table: its configuration; rows, mapped, outside what is modelled, set aside.
TABLES: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "alliances/atop_alliance.csv.gz": ("atop", (273_296, 138_025, 135_271, 0)),
    "alliances/cow_war_intra.csv": ("cow-war-intra", (1361, 1361, 0, 0)),
    "gdelt/20191024143000.export.CSV.gz": ("gdelt", (2111, 790, 1321, 0)),
    "ucdp/ged-mexico.csv.gz": ("ucdp-ged", (18_957, 18_957, 0, 0)),
    "ucdp/ged191-syria-2016-2018.csv.gz": ("ucdp-ged", (14_522, 14_522, 0, 0)),
    "ucdp/ucdp-actor-221.csv": ("ucdp-actor", (1725, 1725, 0, 0)),
    "ucdp/ucdp-nonstate-211.csv": ("ucdp-nonstate", (1356, 1356, 0, 0)),
    "ucdp/ucdp-prio-acd-211.csv": ("ucdp-acd", (2506, 2506, 0, 0)),
}


# place, reason without what it quotes, count: what is set aside.
with (Path(__file__).parent / "data/schemes/shared-data-aside.csv").open(encoding="utf-8", newline="") as golden:
    ASIDE = [(row["place"], row["reason"], int(row["count"])) for row in csv.DictReader(golden)]


def script() -> ModuleType:
    """The script that counts, as a module."""
    spec = importlib.util.spec_from_file_location("folder_table", PROJECT / "scripts" / "folder_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


COUNT = script()


@cache
def accounted(folder: Path, scheme: str = "") -> Any:
    """The account of a folder, made once."""
    return COUNT.account(folder, scheme)


def visible(folder: Path) -> Iterator[Path]:
    for path in sorted(p for p in folder.iterdir() if not p.name.startswith(".")):
        if path.is_dir():
            yield from visible(path)
        else:
            yield path


def test_every_folder_is_counted(shared: Path) -> None:
    there = {p for p in (shared / "data").iterdir() if p.is_dir() and p.name != NOT_WALKED}
    assert {name.partition("/")[0] for name in FOLDERS} == {p.name for p in there}
    for folder in (p for p in there if p.name not in FOLDERS):  # counted by its parts, since they are of several schemes
        parts = {f"{folder.name}/{p.name}" for p in folder.iterdir() if p.is_dir()}
        assert parts == {name for name in FOLDERS if name.startswith(f"{folder.name}/")}
        beside = readers.walk([p for p in folder.iterdir() if p.is_file()])
        assert len(beside.unclaimed) == len(beside.entries) == 2, "its README and its licence"


@pytest.mark.parametrize("name", FOLDERS)
def test_what_becomes_of_a_folder(shared: Path, name: str) -> None:
    scheme, files, read, made, rejected = FOLDERS[name]
    found = accounted(shared / "data" / name, scheme)
    assert tuple(found.files[what] for what in ("read", "beside", "table", "not read")) == files
    assert sum(files) == sum(1 for _ in visible(shared / "data" / name)), "a file is counted twice, or not at all"
    assert (found.reports, found.mentions, found.links) == read
    assert (found.situations, found.mapped, found.aside.total()) == made
    assert len(found.rejected) == rejected, [str(p) for p in found.rejected][:5]
    assert dict(found.aside) == {reason: count for place, reason, count in ASIDE if place == name}


def test_no_reason_is_of_a_folder_that_is_not_there() -> None:
    assert {place for place, _, _ in ASIDE} == {name for name, (_, _, _, made, _) in FOLDERS.items() if made[2]} | {
        name for name, (_, (_, _, outside, aside)) in TABLES.items() if outside or aside
    }


def test_no_file_is_taken_by_two_readers_and_each_other_has_a_reason(shared: Path) -> None:
    data = shared / "data"
    walk = readers.walk([p for p in sorted(data.iterdir()) if p.name != NOT_WALKED])
    assert not [e for e in walk.entries if isinstance(e, Problem)]
    known = readers.readers().values()
    taken = [e.path for e in walk.readable]
    assert len(taken) == len(set(taken)) > 300
    assert [p for p in taken if sum(r.detect(p) for r in known) != 1] == []
    assert not [u for u in walk.unclaimed if not u.reason or u.reason.startswith("of no format that is read here")]


def test_a_reader_that_takes_too_much_is_noticed(shared: Path) -> None:
    """A check that cannot fail is worse than none: a second reader of ``.ann`` leaves no report of brat."""

    class Greedy:
        FORMAT = "greedy"

        @staticmethod
        def detect(path: Path) -> bool:
            return path.suffix == ".ann"

        @staticmethod
        def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[Problem]:
            yield Problem(str(path), 0, "nothing")

    walk = readers.walk([shared / "data/brat/tdt"], known={**readers.readers(), "greedy": Greedy})
    assert len([e for e in walk.entries if isinstance(e, Problem) and "may be brat or greedy" in e.message]) == 2


# -- sums, held to the READMEs


def readme(shared: Path, folder: str, pattern: str) -> int:
    """A number that the README of a folder gives."""
    found = re.search(pattern, (shared / "data" / folder / "README.md").read_text(encoding="utf-8"))
    assert found is not None, pattern
    return int(found[1].replace(",", ""))


def test_brat_sums(shared: Path) -> None:
    """Mentions of the news are T lines that are no trigger, and events; its READMEs count documents alone."""
    for name, pattern, place in (
        ("tutorial-news", r"tutorial-news \| (\d+)", 0),
        ("nerel", r"nerel \| (\d+)", 0),
        ("nerel", r"(\d[\d,]*) T, ", 1),
        ("nerel", r"(\d[\d,]*) R, ", 2),
        ("tdt", r"tdt \| (\d+)", 0),
    ):
        assert FOLDERS[f"brat/{name}"][2][place] == readme(shared, "brat", pattern), (name, pattern)
    books = re.search(r"(\d) books x (\d) layers", (shared / "data/brat/README.md").read_text(encoding="utf-8"))
    assert books is not None
    assert FOLDERS["brat/litbank"][2][0] == int(books[1]) * int(books[2])


def test_re3d_sums(shared: Path) -> None:
    """A relation is a mention here: its trigger, which is evidence. So entities and relations add up to the mentions."""
    total = r"total here \| "
    entities, relations = (readme(shared, "re3d", total + p) for p in (r"\d+ \| (\d[\d,]*)", r"\d+ \| [\d,]+ \| (\d[\d,]*)"))
    assert FOLDERS["re3d"][2][:2] == (readme(shared, "re3d", total + r"(\d+)"), entities + relations)
    of_relations = 2 * relations
    twice = FOLDERS["re3d"][2][2] - of_relations  # an end that names a span with two entities is linked to both
    assert 0 < twice <= readme(shared, "re3d", r"different types \((\d+) spans\)")


def test_muc_sums(shared: Path) -> None:
    """The README counts texts and templates; each template is one incident. The processed form is refused: 6 files."""
    texts = readme(shared, "muc34", r"(\d[\d,]*) texts; 1,114") + 100 + 100
    templates = readme(shared, "muc34", r"(\d[\d,]*) templates \(161") + 85 + 106
    assert "100 + 100 texts; 85 + 106 templates" in (shared / "data/muc34/README.md").read_text(encoding="utf-8")
    found = accounted(shared / "data/muc34")
    assert (found.reports, found.triggers) == (texts, templates)
    assert len([p for p in found.rejected if "processed" in p.path]) == found_processed(shared)


def found_processed(shared: Path) -> int:
    return len([p for p in (shared / "data/muc34/processed").iterdir() if readers.readers()["muc"].detect(p)])


def test_plover_sums(shared: Path) -> None:
    """216 records: one documents the file, and those are refused whose marks are not the words of their text."""
    _, _, read, _, rejected = FOLDERS["plover-gsr"]
    assert read[0] + rejected + 1 == readme(shared, "plover-gsr", r"^# .*\s+(\d+) sentences")


def test_web_annotation_sums(shared: Path) -> None:
    folder = shared / "data/other-formats/w3c-annotation"
    good, bad = COUNT.account(folder / "correct"), COUNT.account(folder / "incorrect")
    assert good.files["read"] == good.reports == readme(shared, "other-formats", r"JSON-LD: (\d+) correct")
    assert bad.files["read"] + bad.files["not read"] == readme(shared, "other-formats", r"(\d+) incorrect")
    assert (bad.reports, bad.mentions) == (0, 0)
    assert {p.path for p in bad.rejected} | set(bad.unread) == {str(p) for p in (folder / "incorrect").iterdir()}


def test_seed_sums(shared: Path) -> None:
    """Entities, values and sources are mentions, and so are situations; their triggers are not counted again. Four formats."""
    entities = readme(shared, "seed-report", r"of which (\d+) entities")
    situations = readme(shared, "seed-report", r"(\d+) situations")
    _, _, read, made, _ = FOLDERS["seed-report"]
    assert (read[1], made[0]) == (4 * (entities + situations), 4 * situations)


@pytest.mark.parametrize("name", TABLES)
def test_what_becomes_of_a_table(shared: Path, name: str) -> None:
    pytest.importorskip("duckdb", reason="not here: the extra tables")
    config, figures = TABLES[name]
    rows = COUNT.rows_of(shared / "data" / name)
    assert rows.config == config
    assert (rows.rows, rows.mapped, rows.outside.total(), rows.asided + rows.refused) == figures
    reasons = dict(rows.outside + rows.aside)
    assert reasons == {reason: count for place, reason, count in ASIDE if place == name}
    folder, _, file = name.partition("/")
    assert rows.rows == readme(shared, folder, re.escape(file) + r"(?: \| |: one 15-minute event file, )(\d[\d,]*)")
    assert rows.mapped + rows.outside.total() + rows.asided + rows.refused >= rows.rows


def test_every_table_is_counted(shared: Path) -> None:
    walk = readers.walk([p for p in sorted((shared / "data").iterdir()) if p.name != NOT_WALKED])
    found = [Path(u.path) for u in walk.unclaimed if tables.detect(Path(u.path))]
    assert {f"{p.parent.name}/{p.name}" for p in found} == set(TABLES)
