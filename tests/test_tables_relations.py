"""Tables of relations: who stood in which relation to whom, held to an oracle row by row; quirks of the files, by name."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, RdfFormat, parse

from kg.config import DEFAULT_BASE
from kg.errors import SchemeError
from kg.pipeline import ontology
from kg.resources import reference_dir
from kg.store.embedded import EmbeddedStore
from kg.tables import configured, detect, load, map_table, open_table
from kg.tables.relational import UNITS
from kg.tables.spells import bounds_of_conflict, bounds_of_years, spells
from kg.view import context as contexts
from kg.view import local, rebuild, status, triples
from kg.view.consolidate import consolidate
from tests import relations_oracle as oracle
from tests.test_tables import JUDGED, REFERENCE, SPACE, difference, mapped, spelled, written

pytest.importorskip("duckdb", reason="not here: the extra tables")

ACTOR, ACD, NONSTATE = "ucdp-actor-221.csv", "ucdp-prio-acd-211.csv", "ucdp-nonstate-211.csv"
Cells = list[list[str]]


def cells_of(path: Path) -> Cells:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def dicts(path: Path) -> list[dict[str, str]]:
    header, *rows = cells_of(path)
    return [dict(zip(header, r, strict=True)) for r in rows]


# -- the oracle, on slices and with and without the companion


@pytest.mark.parametrize("listed", [False, True], ids=["alone", "with the list of actors"])
@pytest.mark.parametrize(("start", "count"), [(0, 150), (1200, 250)])
def test_conflict_years_say_what_the_oracle_says(shared: Path, tmp_path: Path, start: int, count: int, listed: bool) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACD)
    rows = rows[start : start + count]
    path, beside = written([header, *rows], tmp_path / "slice.csv"), tmp_path / ACTOR
    if listed:
        shutil.copy(shared / "data/ucdp" / ACTOR, beside)
    _, (chunk,), found = mapped(path, tmp_path / "work")
    more = (dicts(beside), beside.read_bytes()) if listed else ()
    expected = spelled(oracle.acd(DEFAULT_BASE, "slice", header, rows, reference_dir(), *more))
    assert found == expected, difference(found, expected)
    assert (chunk.rows, chunk.mapped, chunk.aside) == (count, count, 0)


@pytest.mark.parametrize("listed", [False, True], ids=["alone", "with the list of actors"])
@pytest.mark.parametrize(("start", "count"), [(0, 150), (400, 200)])
def test_conflicts_between_groups_say_what_the_oracle_says(
    shared: Path, tmp_path: Path, start: int, count: int, listed: bool
) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / NONSTATE)
    rows = rows[start : start + count]
    path, beside = written([header, *rows], tmp_path / "slice.csv"), tmp_path / ACTOR
    if listed:
        shutil.copy(shared / "data/ucdp" / ACTOR, beside)
    _, (chunk,), found = mapped(path, tmp_path / "work")
    more = (dicts(beside), beside.read_bytes()) if listed else ()
    expected = spelled(oracle.nonstate(DEFAULT_BASE, "slice", header, rows, reference_dir(), *more))
    assert found == expected, difference(found, expected)
    assert (chunk.rows, chunk.mapped, chunk.aside) == (count, count, 0)


@pytest.mark.parametrize(("start", "count"), [(0, 150), (900, 150)])
def test_actors_say_what_the_oracle_says(shared: Path, tmp_path: Path, start: int, count: int) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACTOR)
    rows = rows[start : start + count]
    _, (chunk,), found = mapped(written([header, *rows], tmp_path / "slice.csv"), tmp_path / "work")
    expected = spelled(oracle.actors(DEFAULT_BASE, "slice", header, rows, reference_dir()))
    assert found == expected, difference(found, expected)
    assert (chunk.rows, chunk.mapped, chunk.aside) == (count, count, 0)


@pytest.mark.parametrize(("start", "count"), [(0, 700), (60_000, 700)])
def test_alliances_say_what_the_oracle_says(shared: Path, tmp_path: Path, start: int, count: int) -> None:
    header, *rows = cells_of(shared / "data/alliances/atop_alliance.csv.gz")
    rows = rows[start : start + count]
    path, beside = written([header, *rows], tmp_path / "slice.csv"), tmp_path / "cow_states.csv"
    shutil.copy(shared / "data/alliances/cow_states.csv", beside)
    _, (chunk,), found = mapped(path, tmp_path / "work")
    expected = oracle.atop(DEFAULT_BASE, "slice", header, rows, reference_dir(), dicts(beside), beside.read_bytes())
    assert found == spelled(expected), difference(found, spelled(expected))
    assert chunk.rows == chunk.mapped + sum(chunk.outside.values()) == count


# -- the whole files

WHOLE: dict[str, Any] = {
    f"ucdp/{ACTOR}": (
        1725, 1725, 0, {}, {"ActorChange": 403, "Membership": 117}, 0,
    ),
    f"ucdp/{ACD}": (
        2506, 2506, 0, {}, {"Conflict": 292, "Opposition": 929, "Participation": 1506, "Support": 703}, 0,
    ),
    f"ucdp/{NONSTATE}": (
        1356, 1356, 0, {},
        {"CasualtyEstimate": 1362, "Conflict": 808, "Membership": 79, "Opposition": 1258, "Participation": 1904, "Support": 48},
        6,
    ),
    "alliances/cow_war_intra.csv": (
        1361, 1361, 0, {}, {"Conflict": 306, "Opposition": 306, "Participation": 716}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_read_and_every_row_accounted_for(shared: Path, tmp_path: Path, name: str) -> None:
    rows, told, aside, outside, classes, problems = WHOLE[name]
    table, (chunk,), found = mapped(shared / "data" / name, tmp_path / "work")
    assert (chunk.rows, chunk.mapped, chunk.aside, chunk.outside) == (rows, told, aside, outside)
    assert chunk.classes == classes
    assert len(chunk.problems) == problems
    assert not table.problems
    assert chunk.quads == len(chunk.path.read_bytes().splitlines()) == len(found), "no quad is written twice"


@pytest.mark.slow
def test_all_alliances_are_read_and_every_row_accounted_for(shared: Path, tmp_path: Path) -> None:
    table, (chunk,), found = mapped(shared / "data/alliances/atop_alliance.csv.gz", tmp_path / "work")
    assert (chunk.rows, chunk.mapped, chunk.aside) == (273_296, 138_025, 0)
    assert chunk.outside == {
        "a pledge not to fight each other, or to stay neutral": 122_686,
        "a pledge to consult each other, not to aid in war": 12_415,
        "no pledge in this direction": 170,
    }
    assert chunk.classes == {"AllianceTie": 3025}
    assert chunk.quads == len(found)
    assert all(p.severity == "warning" for p in chunk.problems)
    assert not table.problems


# -- quirks of the files, as their READMEs list them

SG = "https://w3id.org/sitgraph/ontology#"
ID = f"{DEFAULT_BASE}id/"


class Graph:
    """The quads of a table, to be asked."""

    def __init__(self, lines: list[str]) -> None:
        self.of: dict[str, dict[str, list[str]]] = {}
        for line in lines:
            s, p, o = line.split(" ", 2)
            value = o.rpartition(" <")[0] if o.endswith("> .") and "/graph/" in o else o.removesuffix(" .")
            self.of.setdefault(s, {}).setdefault(p.strip("<>").rpartition("#")[2].rpartition("/")[2], []).append(value)

    def typed(self, cls: str) -> list[dict[str, list[str]]]:
        """The situations of a class, as the table tells them."""
        return [v for s, v in self.of.items() if f"<{SG}{cls}>" in v.get("type", ()) and "/report/" in s]

    def called(self, name: str) -> str:
        """The one thing with this preferred label."""
        (found,) = [s for s, v in self.of.items() if any(x.startswith(f'"{name}"') for x in v.get("prefLabel", ()))]
        return found

    def time(self, situation: dict[str, list[str]]) -> str:
        """The EDTF of a situation."""
        (node,) = situation["time"]
        return self.of[node].get("edtf", [""])[0].strip('"')

    def rows(self, situation: str) -> list[str]:
        """The selectors of the rows that tell a situation."""
        claims = [v for v in self.of.values() if v.get("asserts") == [situation]]
        mentions = [m for c in claims for m in c["groundedIn"]]
        return sorted(
            self.of[t.removesuffix(">") + "/fragment>"]["value"][0].strip('"')
            for m in mentions
            for t in self.of[m]["hasTarget"]
        )


def made(tmp_path: Path, header: str, *rows: str, name: str = "table.csv", beside: dict[str, str] | None = None) -> Path:
    for file, text in (beside or {}).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    path = tmp_path / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8", newline="")
    return path


CONFLICTS = (
    "conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,territory_name,year,start_date,"
    "start_prec,ep_end_date,ep_end_prec"
)
GROUPS = (
    "conflict_id,dyad_id,org,side_a_name,side_a_id,side_a_components,side_a_2nd,side_b_name,side_b_id,side_b_components,side_b_2nd,"
    "start_date,start_prec,ep_end_date,ep_end_prec,year,best_fatality_estimate,low_fatality_estimate,high_fatality_estimate,location"
)
PLEDGES = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul"
STATES = "ccode,statenme,styear,endyear\n1,One,1816,2016\n2,Two,1816,2016\n3,Old Three,1850,1870\n3,New Three,1900,2016\n"


def test_quirk_the_list_of_actors_has_a_byte_order_mark(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/ucdp" / ACTOR
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    config = detect(path)
    assert config is not None
    assert config.name == "ucdp-actor"


def test_quirk_ids_are_lists_in_text(shared: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACTOR)
    kept = [r for r in rows if r[0] in ("204", "205", "1067")]
    _, _, found = mapped(written([header, *kept], tmp_path / "slice.csv"), tmp_path / "work")
    graph = Graph(found)
    (split,) = [c for c in graph.typed("ActorChange") if c["kind"][0].endswith("/split>")]
    assert sorted(split["predecessor"]) == sorted((graph.called("PLO"), graph.called("Rejectionist Front")))
    assert split["successor"] == [graph.called("PFLP")]


def test_quirk_alliances_splinters_and_groups_joined(shared: Path, tmp_path: Path) -> None:
    rows = dicts(shared / "data/ucdp" / ACTOR)
    assert [sum(bool(r[c]) for r in rows) for c in ("NameAlliance", "NamePrev", "GroupName")] == [111, 219, 76]
    assert sum("Syria" in r["Location"] for r in rows) == 107
    _, _, found = mapped(shared / "data/ucdp" / ACTOR, tmp_path / "work")
    changes = Counter(c["kind"][0].rpartition("/")[2] for c in Graph(found).typed("ActorChange"))
    assert changes == {"split>": 219 + 38, "merger>": 76, "renaming>": 70}
    assert len(Graph(found).typed("Membership")) == sum(
        len(r["ActorIdAlliance"].split(", ")) for r in rows if r["NameAlliance"]
    )


def test_quirk_names_in_the_mother_tongue_and_former_names_reach_the_view(shared: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACTOR)
    at = {c: n for n, c in enumerate(header)}
    one = next(r for r in rows if r[at["NameData"]] == "KDPI")
    _, _, found = mapped(written([header, one], tmp_path / "slice.csv"), tmp_path / "work")
    labels = next(v for v in Graph(found).of.values() if '"KDPI"@en' in v.get("prefLabel", ()))
    assert set(labels["altLabel"]) == {
        '"Republic of Kurdistan"', '"Republic of Kurdistan"@en', '"Partî Dêmokiratî Kurdistanî Êran"',
        '"Kurdish Democratic Party of Iran"@en',
    }  # fmt: skip
    assert labels["identifier"] == [f'"ucdp:{one[0]}"']


def test_a_curated_actor_keeps_its_names_and_is_told_its_id(shared: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACTOR)
    syria = [r for r in rows if r[0] == "118"]
    _, _, found = mapped(written([header, *syria], tmp_path / "slice.csv"), tmp_path / "work")
    about = [q for q in found if q.startswith(f"<{ID}actor/assad-regime>")]
    assert about == [
        f'<{ID}actor/assad-regime> <http://purl.org/dc/terms/identifier> "ucdp:118" <{DEFAULT_BASE}graph/report/slice> .'
    ]


@pytest.mark.slow
def test_quirk_ids_are_the_same_in_all_tables(shared: Path, tmp_path: Path) -> None:
    """One id is one actor, whichever table names it; conflicts are found by theirs."""
    actors: list[set[str]] = []
    for name in (ACTOR, ACD):
        _, _, found = mapped(shared / "data/ucdp" / name, tmp_path / f"work-{name}")
        graph = Graph(found)
        actors.append({s for s in graph.of if "/actor/t-" in s and "prefLabel" in graph.of[s]})
        if name == ACD:
            assert {c["identifier"][0].strip('"') for c in graph.typed("Conflict")} == {
                r["conflict_id"] for r in dicts(shared / "data/ucdp" / ACD)
            }
    assert actors[1] <= actors[0]


def test_quirk_comma_joined_sides_are_several_actors(tmp_path: Path) -> None:
    row = '7,Land,"Government of A, Government of B","9991, 9992",,"C (north, south), D","9993, 9994",,1,H,1990,1990-05-01,1,,'
    _, _, found = mapped(made(tmp_path, CONFLICTS, row), tmp_path / "work")
    graph = Graph(found)
    names = ("Government of A", "Government of B", "C (north, south)", "D")
    pairs = {frozenset(o["party"]) for o in graph.typed("Opposition")}
    a, b, c, d = map(graph.called, names)
    assert pairs == {frozenset(p) for p in ((a, c), (a, d), (b, c), (b, d))}
    assert {p["actor"][0] for p in graph.typed("Participation")} == {a, b, c, d}


def test_quirk_secondary_parties_support_a_side_and_are_not_on_it(tmp_path: Path) -> None:
    row = '7,Land,Government of A,1,"Government of B, Government of C",D,4,,1,Hills,1990,1990-05-01,1,,'
    _, _, found = mapped(made(tmp_path, CONFLICTS, row), tmp_path / "work")
    graph = Graph(found)
    b, c = graph.called("Government of B"), graph.called("Government of C")
    assert {(s["provider"][0], s["recipient"][0]) for s in graph.typed("Support")} == {
        (who, graph.called("Government of A")) for who in (b, c)
    }
    assert {k for s in graph.typed("Support") for k in s["kind"]} == {"<https://w3id.org/sitgraph/code/support-kind/troops>"}
    assert not any(who in o["party"] for o in graph.typed("Opposition") for who in (b, c))
    assert not graph.typed("SideAlignment")
    assert not graph.typed("Membership")


def test_quirk_years_become_intervals_with_gaps(tmp_path: Path) -> None:
    row = "7,Land,Government of A,1,,D,4,,1,Hills,{},{},{},{},"
    lines = [
        row.format(1980, "1979-05-31", "3", ""), row.format(1981, "1979-05-31", "3", "1981-04-02"),
        row.format(1985, "1979-05-31", "3", ""), "8,Sea,Government of A,1,,E,5,,1,,1979,1979-01-01,1,1979-02-03,",
        "8,Sea,Government of A,1,,E,5,,1,,1987,1979-01-01,1,,",
    ]  # fmt: skip
    _, _, found = mapped(made(tmp_path, CONFLICTS, *lines), tmp_path / "work")
    graph = Graph(found)
    times = sorted(graph.time(o) for o in graph.typed("Opposition"))
    assert len(times) == 4
    # the first year of the table may be a later year of the relation, the last an earlier one; an end is where one is told
    bounds = {
        graph.of[t]["latestEnd"][0][1:11] if "latestEnd" in graph.of[t] else ""
        for o in graph.typed("Opposition")
        for t in o["time"]
    }
    assert bounds == {"1979-02-04", "1981-04-03", "1986-01-01", ""}
    begins = {graph.of[t].get("earliestBegin", ["-" * 12])[0][1:11] for o in graph.typed("Opposition") for t in o["time"]}
    assert begins == {"-" * 10, "1980-01-01", "1985-01-01", "1987-01-01"}
    land = next(c for c in graph.typed("Conflict") if c["identifier"] == ['"7"'])
    (node,) = land["time"]
    assert graph.of[node]["earliestBegin"][0][1:11] == "1979-05-01", "of precision 3 the month is known"
    assert graph.of[node]["latestBegin"][0][1:11] == "1979-05-31"
    assert "latestEnd" not in graph.of[node], "it was fought again after the episode that ended"
    assert len(graph.typed("Conflict")) == 2, "one situation per conflict, not per year"


def test_quirk_a_relation_rests_on_all_its_rows(tmp_path: Path) -> None:
    row = "{0},{1},{2},1,0,0,0,0"
    lines = [row.format(1, 2, y) for y in (1950, 1951, 1953)] + [row.format(2, 1, y) for y in (1950, 1951, 1953)]
    path = made(tmp_path, PLEDGES, *lines, beside={"cow_states.csv": STATES})
    _, _, found = mapped(path, tmp_path / "work")
    graph = Graph(found)
    ties = [s for s, v in graph.of.items() if f"<{SG}AllianceTie>" in v.get("type", ()) and "/situation/" in s]
    assert sorted(graph.rows(t) for t in ties) == [["row=2-3", "row=5-6"], ["row=4", "row=7"]], "the header is row 1"


def test_quirk_two_cells_contain_a_newline(shared: Path, tmp_path: Path) -> None:
    rows = dicts(shared / "data/ucdp" / NONSTATE)
    assert sum("\n" in cell for r in rows for cell in r.values()) == 2
    table, (chunk,), _ = mapped(shared / "data/ucdp" / NONSTATE, tmp_path / "work")
    assert table.rows == len(rows) == 1356
    at = next(n for n, r in enumerate(rows, 1) if int(r["high_fatality_estimate"]) < int(r["best_fatality_estimate"]))
    assert f"row {at}, column high_fatality_estimate" in {p.where for p in chunk.problems}, (
        "rows after the newline keep their numbers"
    )


def test_a_name_that_is_broken_over_two_lines_is_one_name(tmp_path: Path) -> None:
    row = '7,8,1,"Congo-\nKinshasa\nFront",1,,,D,2,,,1990-01-01,1,,,1990,30,30,30,Land'
    _, _, found = mapped(made(tmp_path, GROUPS, row), tmp_path / "work")
    assert Graph(found).called("Congo-Kinshasa Front")


def test_quirk_coalition_parts_are_members_or_the_side_itself(shared: Path, tmp_path: Path) -> None:
    """A coalition with a name of its own has members; one that is called by its parts is these, in whichever order."""
    named = '7,8,1,Fatah Halab,6436,"6404, 1170",,IS,234,,,2015-01-01,1,,,2015,30,30,30,Syria'
    joint = '9,10,1,"Strangers of X, Jabhat Fateh al-Sham",9999,"1170, 94167",,IS,234,,,2015-01-01,1,,,2015,30,30,30,Syria'
    listed = "ActorId,NameData\n6404,Faylaq\n94167,Strangers of X\n1170,Jabhat Fateh al-Sham\n"
    path = made(tmp_path, GROUPS, named, joint, beside={"ucdp-actor-1.csv": listed})
    _, _, found = mapped(path, tmp_path / "work")
    graph = Graph(found)
    members = {m["group"][0]: 0 for m in graph.typed("Membership")}
    assert len(members) == 1
    assert len(graph.typed("Membership")) == 2
    assert graph.of[graph.called("Strangers of X")]["identifier"] == ['"ucdp:94167"']
    opposed = [o for o in graph.typed("Opposition") if graph.called("Strangers of X") in o["party"]]
    assert len(opposed) == 1
    assert len(graph.typed("Opposition")) == 3


def test_quirk_low_above_best_and_high_below_it_are_kept_apart(tmp_path: Path) -> None:
    row = "7,8,1,C,1,,,D,2,,,1990-01-01,1,,,1990,30,40,20,Land"
    _, (chunk,), found = mapped(made(tmp_path, GROUPS, row), tmp_path / "work")
    graph = Graph(found)
    told = sorted((*e.get("low", ()), *e.get("best", ()), *e.get("high", ())) for e in graph.typed("CasualtyEstimate"))
    assert [n.partition("^")[0] for (n,) in told] == ['"20"', '"30"', '"40"']
    assert [p.severity for p in chunk.problems if p.where] == ["warning"] * 2


def test_quirk_alliances_are_directed_and_each_pair_stands_twice(shared: Path, tmp_path: Path) -> None:
    rows = ["1,2,1950,1,0,0,0,0", "2,1,1950,0,0,0,1,0", "1,3,1950,0,0,1,1,0", "3,1,1950,0,0,1,1,0"]
    _, (chunk,), found = mapped(made(tmp_path, PLEDGES, *rows, beside={"cow_states.csv": STATES}), tmp_path / "work")
    graph = Graph(found)
    (tie,) = graph.typed("AllianceTie")
    assert set(tie["party"]) == {graph.called("One"), graph.called("Two")}, "aid in one direction is a tie, neutrality is none"
    assert (chunk.mapped, sum(chunk.outside.values())) == (1, 3)


def test_quirk_codes_are_joined_by_code_and_year(tmp_path: Path) -> None:
    """A code that is given to another state is another name then; between the two it is nobody's name."""
    rows = [f"1,3,{year},1,0,0,0,0" for year in (1860, 1880, 1950, 2020)]
    _, (chunk,), found = mapped(made(tmp_path, PLEDGES, *rows, beside={"cow_states.csv": STATES}), tmp_path / "work")
    labels = {v["prefLabel"][0] for s, v in Graph(found).of.items() if "/actor/" in s and "prefLabel" in v}
    assert labels == {'"One"@en', '"Old Three"@en', '"New Three"@en', '"cow 3"@en'}
    assert [p.message.partition(",")[0] for p in chunk.problems] == ["1 rows name 3"]


def test_without_the_list_of_states_they_are_called_by_their_codes(tmp_path: Path) -> None:
    _, (chunk,), found = mapped(made(tmp_path, PLEDGES, "1,2,1950,1,0,0,0,0"), tmp_path / "work")
    assert Graph(found).called("cow 1")
    assert any("cow_states" in p.message and p.severity == "warning" for p in chunk.problems)


def test_a_companion_is_part_of_what_a_table_is(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    tables = []
    for folder, states in ((first, STATES), (second, STATES.replace("Two", "Twain"))):
        folder.mkdir()
        tables.append(
            mapped(made(folder, PLEDGES, "1,2,1950,1,0,0,0,0", beside={"cow_states.csv": states}), folder / "work")[0]
        )
    assert tables[0].digest != tables[1].digest


@pytest.mark.parametrize(
    "name",
    [
        "cow_states.csv",
        "gw_states.csv",
        "syria-militant-groups/IdeologyVars_JPR.csv",
        "syria-militant-groups/Infighting30_2014_6Sep2017.csv",
    ],
)
def test_quirk_lists_of_states_and_the_matrix_of_groups_are_no_tables(shared: Path, name: str) -> None:
    """A list of states tells names, not relations; a matrix has groups for columns and no rows that can be told."""
    assert detect(shared / "data/alliances" / name) is None


# -- bad rows


def row_of(header: str, values: str, **changed: str) -> str:
    cells = dict(zip(header.split(","), next(csv.reader([values])), strict=True)) | changed
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells.values())
    return out.getvalue()


CONFLICT = "7,Land,Government of A,1,,D,4,,1,Hills,1990,1990-05-01,1,,"
GROUP = "7,8,1,C,1,,,D,2,,,1990-01-01,1,,,1990,30,20,40,Land"


@pytest.mark.parametrize(
    ("header", "good", "bad", "column"),
    [
        (CONFLICTS, CONFLICT, {"year": "199O"}, "year"),
        (CONFLICTS, CONFLICT, {"year": "0"}, "year"),
        (CONFLICTS, CONFLICT, {"year": "99999"}, "year"),
        (CONFLICTS, CONFLICT, {"year": ""}, "year"),
        (CONFLICTS, CONFLICT, {"conflict_id": ""}, "conflict_id"),
        (CONFLICTS, CONFLICT, {}, "conflict_id, year"),
        (CONFLICTS, CONFLICT, {"year": "1991", "start_date": "1990-02-30"}, "start_date"),
        (CONFLICTS, CONFLICT, {"year": "1991", "start_date": "9999-12-31"}, "start_date"),
        (CONFLICTS, CONFLICT, {"year": "1991", "start_prec": "8"}, "start_prec"),
        (CONFLICTS, CONFLICT, {"year": "1991", "ep_end_date": "1989-01-01"}, "ep_end_date"),
        (CONFLICTS, CONFLICT, {"year": "1991", "side_b": "Government of A", "side_b_id": "1"}, "side_b"),
        (GROUPS, GROUP, {"year": "1991", "best_fatality_estimate": "-3"}, "best_fatality_estimate"),
        (GROUPS, GROUP, {"year": "1991", "low_fatality_estimate": "many"}, "low_fatality_estimate"),
        (CONFLICTS, CONFLICT, {"year": "1991", "side_a_2nd": ", ".join(map(str, range(201)))}, "side_a_2nd"),
        (PLEDGES, "1,2,1950,1,0,0,0,0", {"year": "1951", "atop_defense": "9"}, "atop_defense"),
    ],
)  # fmt: skip
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(
    tmp_path: Path, header: str, good: str, bad: dict[str, str], column: str
) -> None:
    other = row_of(header, good, year="1999")
    wrong = row_of(header, good, **bad).replace("D,", "E,").replace(",D", ",E") if bad else good
    path = made(tmp_path, header, good, other, wrong)
    _, (chunk,), found = mapped(path, tmp_path / "work")
    (problem,) = [p for p in chunk.problems if p.severity == "rejected"]
    assert problem.where.startswith(f"row 3, column {column}")
    assert "found" in problem.message
    assert "expected" in problem.message
    assert (chunk.rows, chunk.mapped, chunk.aside) == (3, 2, 1)
    _, _, without = mapped(made(tmp_path, header, good, other, name="other.csv"), tmp_path / "work-2")
    assert len(found) == len(without), "what was set aside left nothing behind"


def test_a_row_with_too_few_cells_is_refused(tmp_path: Path) -> None:
    table, (chunk,), _ = mapped(made(tmp_path, PLEDGES, "1,2,1950,1,0,0,0,0", "1,2"), tmp_path / "work")
    assert (table.rows, table.refused, chunk.mapped) == (2, 1, 1)
    assert [p.where for p in table.problems] == ["row 2"]


def test_a_table_without_rows_is_an_empty_report(tmp_path: Path) -> None:
    for number, header in enumerate((CONFLICTS, GROUPS, PLEDGES)):
        _, (chunk,), found = mapped(made(tmp_path, header, name=f"{number}.csv"), tmp_path / f"work-{number}")
        assert (chunk.rows, chunk.mapped) == (0, 0)
        assert all("/report/" in q for q in found)


def test_a_companion_that_is_broken_is_told_and_the_table_is_read(tmp_path: Path) -> None:
    for number, states in enumerate(("ccode;name\n1;One\n", "ccode,statenme,styear,endyear\n1,,1816,2016\n", "")):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = made(folder, PLEDGES, "1,2,1950,1,0,0,0,0", beside={"cow_states.csv": states})
        _, (chunk,), found = mapped(path, folder / "work")
        assert chunk.mapped == 1
        assert Graph(found).called("cow 1")
        assert any(p.path.endswith("cow_states.csv") for p in chunk.problems)


# -- what is consolidated, and what is sealed


def filled(folder: Path, *paths: Path) -> EmbeddedStore:
    """A store with the chunk files of some tables, consolidated."""
    store = EmbeddedStore.in_memory()
    for n, path in enumerate(paths):
        for chunk in mapped(path, folder / f"work-{n}")[1]:
            store.load(chunk.path)
    rebuild(store, ontology(), REFERENCE, JUDGED, SPACE)
    return store


ALLIES = """
PREFIX sg: <https://w3id.org/sitgraph/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX st: <https://w3id.org/sitgraph/code/claim-status/>
SELECT DISTINCT ?name {{ ?state skos:prefLabel "{0}"@en . ?tie a sg:AllianceTie ; sg:party ?state, ?other ; sg:time ?time ;
    sg:status st:accepted . ?other skos:prefLabel ?name FILTER(LANG(?name) = "en" && ?other != ?state)
  OPTIONAL {{ ?time sg:earliestBegin ?begin }} OPTIONAL {{ ?time sg:latestEnd ?end }}
  FILTER(!BOUND(?begin) || ?begin <= "{1}T00:00:00Z"^^xsd:dateTime)
  FILTER(!BOUND(?end) || ?end > "{1}T00:00:00Z"^^xsd:dateTime) }}
"""


def allies(store: EmbeddedStore, state: str, day: str) -> set[str]:
    solutions = store.query(ALLIES.format(state, day))
    assert isinstance(solutions, QuerySolutions)
    return {row["name"].value for row in solutions}


@pytest.mark.slow
def test_allies_as_of_a_day_are_those_who_were_bound_to_aid_then(shared: Path, tmp_path: Path) -> None:
    store = filled(tmp_path, shared / "data/alliances/atop_alliance.csv.gz")
    america = allies(store, "United States", "1950-06-30")
    assert {"Canada", "France", "United Kingdom", "Brazil", "Mexico", "Iceland"} <= america
    assert america.isdisjoint({"Russia", "Japan", "Turkey", "Greece", "Australia", "South Korea"}), "not yet, or never"
    assert len(america) == 31
    assert {"Japan", "Turkey", "Australia", "South Korea"} <= allies(store, "United States", "1960-06-30")
    assert "Germany" not in allies(store, "Russia", "1940-06-01"), "a pledge not to fight each other is no alliance"
    assert rebuild(store, ontology(), REFERENCE, JUDGED, SPACE).changed is False


def test_the_view_of_a_change_is_what_consolidation_gives(shared: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(shared / "data/ucdp" / ACTOR)
    path = written([header, *rows[150:400]], tmp_path / "slice.csv")
    _, (chunk,), _ = mapped(path, tmp_path / "work")
    told = list(parse(path=chunk.path, format=RdfFormat.N_QUADS))
    graph = NamedNode(SPACE.report_graph("slice"))
    view = consolidate([local.read(q.triple for q in told if q.graph_name == graph)], JUDGED, SPACE, lambda _: (), frozenset())
    status.set_statuses(view, contexts.context(view, REFERENCE, SPACE), [], {})
    expected = {t for s in view.of_class("ActorChange") for t in triples.situation_triples(s, SPACE)}
    sealed = {q.triple for q in told if q.graph_name == DefaultGraph() and f"{ID}situation/" in str(q.subject)}
    assert sealed == expected
    assert len(expected) > 300
    described = {(q.subject, q.object) for q in told if q.predicate.value == SG + "describes"}
    assert described == {(NamedNode(m.iri), NamedNode(s.iri)) for s in view.of_class("ActorChange") for m in s.members}


def test_only_changes_and_what_tables_alone_know_are_sealed(shared: Path, tmp_path: Path) -> None:
    for n, name in enumerate((f"ucdp/{ACTOR}", "alliances/cow_war_intra.csv")):
        _, _, found = mapped(shared / "data" / name, tmp_path / f"work-{n}")
        subjects = {q.split(" ", 1)[0] for q in found if "/graph/report/" not in q.rpartition("<")[2]}
        assert all("/id/actor/t-" in s or "/id/place/t-" in s or "/id/situation/" in s for s in subjects)
        assert any("/id/situation/" in s for s in subjects) == (name == f"ucdp/{ACTOR}")


@pytest.mark.slow
def test_conflicts_are_asked_in_the_view(shared: Path, tmp_path: Path) -> None:
    """Who supported the government of Syria with troops, who fought it, and no quarrel of a table with itself."""
    store = filled(tmp_path, shared / "data/ucdp" / ACD, shared / "data/ucdp" / NONSTATE)
    asked = store.query(
        f"PREFIX sg: <{SG}> SELECT ?who {{ ?s a sg:Support ; sg:recipient <{ID}actor/assad-regime> ; sg:provider ?who ; "
        "sg:inConflict ?c . ?c a sg:Conflict }"
    )
    assert isinstance(asked, QuerySolutions)
    who = {str(row["who"]) for row in asked}
    assert f"<{ID}actor/russia>" in who
    assert f"<{ID}actor/iran>" in who
    assert not bool(store.query(f"ASK {{ GRAPH <{DEFAULT_BASE}graph/conflict> {{ ?c a <{SG}ClaimConflict> }} }}"))
    assert not bool(store.query(f"PREFIX sg: <{SG}> ASK {{ ?a sg:onSide ?b }}"))


# -- spells


@given(st.dictionaries(st.integers(1900, 1940), st.lists(st.integers(1, 200), min_size=1, max_size=3)))
def test_the_years_of_spells_are_the_years_told_each_once(years: dict[int, list[int]]) -> None:
    told = [(year, row) for year in sorted(years) for row in years[year]]
    found = list(spells(told))
    assert [y for s in found for y in range(s.first, s.last + 1)] == sorted(years)
    assert all(b.first > a.last + 1 for a, b in itertools.pairwise(found)), "no two spells could be one"
    assert sorted(r for s in found for r in s.rows) == sorted(r for _, r in told)
    for s in found:
        assert sorted({r for a, b in s.blocks for r in range(a, b + 1)}) == sorted(set(s.rows))


@given(st.integers(1, 9000), st.integers(0, 90), st.integers(0, 90), st.booleans(), st.integers(0, 364))
def test_bounds_of_years_are_an_extent_that_contains_them(first: int, long: int, more: int, ends: bool, day: int) -> None:
    last = first + long
    ended = date(last, 1, 1) + timedelta(day) if ends else None
    found = bounds_of_years(first, last, range(first, last + 1 + more), ended)
    assert not found.is_empty
    assert found.possibly_on(date(last, 1, 1))
    assert found.earliest_begin is None
    assert (found.latest_end is None) == (more == 0 and not ends)


@given(
    st.integers(1, 9000), st.integers(0, 60), st.dates(date(1, 1, 1), date(9000, 12, 31)), st.sampled_from(("", *UNITS)),
    st.integers(0, 30_000), st.sampled_from(("", "day", "month", "year", "open")), st.booleans(),
)  # fmt: skip
def test_bounds_of_a_conflict_are_an_extent(
    first: int, long: int, day: date, unit: str, lasted: int, end_unit: str, ends: bool
) -> None:
    end = (day + timedelta(lasted), end_unit) if ends else None
    found = bounds_of_conflict((day, unit), end, first, first + long)
    assert not found.is_empty


# -- configurations

MINIMAL = """
name = "t"
authority = "x"
title = "T"
publisher = "P"
[recognise]
columns = ["a", "b", "year"]
[[class]]
class = "State"
[relational]
year = "year"
{top}
[[relational.parties]]
slot = "one"
name = "a"
[[relational.parties]]
slot = "two"
name = "b"
{more}
"""
TIE = '[[relational.relations]]\nclass = "AllianceTie"\nfillers = { party = ["one", "two"] }\n'
CHANGE = "[[relational.changes]]\nkind = '{}'\npredecessor = 'one'\nsuccessor = '{}'\n"
PARTY = "[[relational.parties]]\nslot = '{}'\n{}\n"
WAR = "[relational.conflicts]\nid = 'a'\n"


def test_a_table_of_ones_own_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(MINIMAL.format(top="", more=TIE), encoding="utf-8")
    path, folder = made(tmp_path, "a,b,year", "X,Y,1950", "X,Y,1951"), tmp_path / "work"
    folder.mkdir()
    with open_table(path, load(str(tmp_path / "own.toml")), folder) as table:
        (chunk,) = map_table(table, SPACE, REFERENCE, JUDGED, folder)
    assert chunk.classes == {"AllianceTie": 1}


@pytest.mark.parametrize(
    ("top", "more", "says"),
    [
        ("", "", "tells nothing"),
        ("color = 1", TIE, "unknown key 'color'"),
        ("unique = [1]", TIE, "a string or a list of strings"),
        ("described = 'three'", TIE, "no [[relational.parties]] has slot 'three'"),
        ("", TIE.replace("AllianceTie", "Control"), "no relation between actors"),
        ("", TIE.replace("party", "member"), "fillers are party"),
        ("", TIE.replace('"two"', '"three"'), "names a slot that no"),
        ("", TIE.replace(', "two"', ""), "names two slots"),
        ("", TIE + 'kind = "troops"\n', "is no kind"),
        ("", TIE + CHANGE.format("growth", "two"), "no code of event-kind"),
        ("", TIE + CHANGE.format("split", "x"), "names a slot that no"),
        ("", TIE + PARTY.format("one", "name = 'b'"), "a slot stands twice"),
        ("", TIE + PARTY.format("x", "name = 'b'\nknown = '('"), "no regular expression"),
        ("", TIE + PARTY.format("x", ""), "'name'"),
        ("", TIE + WAR + "units = { 1 = 'week' }\n", "units are"),
        ("", TIE + WAR + "belligerents = ['x']\n", "names a slot that no"),
        ("", TIE + WAR + "[[relational.conflicts.casualties]]\nkind = 'sad'\n", "casualty-kind"),
        ("", TIE + "[relational.companion]\nfiles = 3\n", "a string or a list of strings"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(top: str, more: str, says: str) -> None:
    with pytest.raises(SchemeError) as refused:
        configured.parse(MINIMAL.format(top=top, more=more).encode(), "own.toml")
    assert says in str(refused.value)
    assert str(refused.value).startswith("own.toml: ")


@pytest.mark.parametrize("name", ["ucdp-actor", "ucdp-acd", "ucdp-nonstate", "atop", "cow-war-intra"])
def test_every_column_is_used_or_listed_with_the_reason(shared: Path, name: str) -> None:
    file = {
        "ucdp-actor": f"ucdp/{ACTOR}", "ucdp-acd": f"ucdp/{ACD}", "ucdp-nonstate": f"ucdp/{NONSTATE}",
        "atop": "alliances/atop_alliance.csv.gz", "cow-war-intra": "alliances/cow_war_intra.csv",
    }[name]  # fmt: skip
    config = load(name)
    header, *_ = cells_of(shared / "data" / file)
    assert set(header) == set(config.used) | set(config.unused)
    assert all(config.unused.values())
    found = detect(shared / "data" / file)
    assert found is not None
    assert found.name == name
