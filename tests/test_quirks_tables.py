"""Quirks of real event tables, by name: of GDELT, of UCDP and of the lists of alliances; each on the rows that have it.

The rows are taken out of the shared data as they stand. What whole files amount to is counted elsewhere; here stands what is
made of the odd rows, held to what the README of the folder says of them.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.readers import Unclaimed, walk
from kg.tables import Chunk, detect, load
from tests.test_tables import SPACE, mapped
from tests.test_tables_relations import Graph

pytest.importorskip("duckdb", reason="not here: the extra tables")

Row = Mapping[str, str]
EVENTS = ("Assault", "Communication", "Engagement", "ViolenceAgainstCivilians")


@dataclass(frozen=True)
class Said:
    """What a slice of a table says: its chunk, its graph, and the quads as lines."""

    chunk: Chunk
    graph: Graph
    lines: list[str]

    def event(self, identifier: str) -> dict[str, list[str]]:
        """The event of a row, as the table tells it."""
        (found,) = [e for cls in EVENTS for e in self.graph.typed(cls) if e["identifier"] == [f'"{identifier}"']]
        return found

    def parts(self, identifier: str) -> dict[str, str]:
        """Actor by role, of the event of a row."""
        event = self.event(identifier)
        (iri,) = [s for s, v in self.graph.of.items() if v is event]
        found = [p for p in self.graph.typed("Participation") if p["ofEvent"] == [iri]]
        return {p["role"][0].rpartition("/")[2].rstrip(">"): p["actor"][0] for p in found}

    def names(self) -> set[str]:
        return {x for v in self.graph.of.values() for x in v.get("prefLabel", ())}


# -- GDELT

GDELT = "20191024143000.export.CSV"


@pytest.fixture(scope="module")
def gdelt(shared: Path) -> list[Row]:
    columns = load("gdelt").columns
    with gzip.open(shared / f"data/gdelt/{GDELT}.gz", "rt", encoding="utf-8", newline="") as file:
        rows: list[Row] = [dict(zip(columns, line.removesuffix("\n").split("\t"), strict=True)) for line in file]
    assert len(rows) == 2111
    return rows


def of_gdelt(rows: Sequence[Row], folder: Path) -> Said:
    folder.mkdir(exist_ok=True)
    path = folder / GDELT
    path.write_text("".join("\t".join(r.values()) + "\n" for r in rows), encoding="utf-8", newline="")
    _, chunks, lines = mapped(path, folder / "work")
    (chunk,) = [c for c in chunks if c.rows]
    assert chunk.rows == chunk.mapped + sum(chunk.outside.values()) == len(rows)
    assert not chunk.problems
    return Said(chunk, Graph(lines), lines)


def test_quirk_gdelt_actors_are_machine_coded_and_victoria_is_australia(gdelt: list[Row], tmp_path: Path) -> None:
    rows = [r for r in gdelt if "AUS" in (r["Actor1Code"], r["Actor2Code"]) or "VICTORIA" in r.values()]
    assert [r["GlobalEventID"] for r in rows if r["Actor1Name"] == "VICTORIA"] == ["881991133", "881991134"]
    assert Counter(r[f"Actor{n}Name"] for r in rows for n in "12" if r[f"Actor{n}Code"] == "AUS") == {
        "AUSTRALIA": 10, "VICTORIA": 3, "SYDNEY": 1,
    }  # fmt: skip
    said = of_gdelt(rows, tmp_path)
    assert said.parts("881991133")["attacker"] == f"<{SPACE.id('actor/australia')}>", "the code counts, not the name"
    media = said.parts("881991134")["issuer"]
    assert media == said.graph.called("VICTORIA"), "of another code, and only described: nobody else"
    assert f"<{SPACE.id('actor/australia')}>" != media
    assert {c["certainty"][0].rpartition("/")[2] for c in said.graph.of.values() if "asserts" in c} == {"possible>"}
    assert set(said.chunk.statuses) == {"reported"}, "nothing that machines coded is accepted by itself"


def test_quirk_gdelt_one_code_has_many_names_and_is_one_actor(gdelt: list[Row], tmp_path: Path) -> None:
    """Where no curated actor is called so, the code is the actor, whatever the machine read."""
    named = {"DEU": Counter[str](), "CAN": Counter[str]()}
    for r in gdelt:
        for n in "12":
            if r[f"Actor{n}Code"] in named:
                named[r[f"Actor{n}Code"]][r[f"Actor{n}Name"]] += 1
    assert min(map(len, named.values())) >= 6
    rows = [r for r in gdelt if {r["Actor1Code"], r["Actor2Code"]} & named.keys()]
    said = of_gdelt(rows, tmp_path)
    assert not {f'"{name}"@en' for name in ("BERLIN", "FRANKFURT", "MONTREAL", "OTTAWA")} & said.names()


def test_quirk_gdelt_the_day_of_an_event_can_be_a_year_before_that_of_the_file(gdelt: list[Row], tmp_path: Path) -> None:
    rows = [r for r in gdelt if r["Day"].startswith("2018")]
    assert {(r["Day"], r["DATEADDED"][:8]) for r in rows} == {("20181024", "20191024")}
    assert len(rows) == 24
    said = of_gdelt(rows, tmp_path)
    events = [e for cls in EVENTS for e in said.graph.typed(cls)]
    assert len(events) == said.chunk.mapped == 12
    assert {said.graph.time(e) for e in events} == {"2018-10-24"}
    assert said.graph.of[f"<{SPACE.id(f'report/{GDELT[:14]}')}>"]["issued"][0].startswith('"2019-10-24')


def test_quirk_gdelt_an_actor_that_is_empty_is_nobody(gdelt: list[Row], tmp_path: Path) -> None:
    rows = [r for r in gdelt if r["EventCode"] == "190"]
    assert Counter((bool(r["Actor1Name"]), bool(r["Actor2Name"])) for r in gdelt) == {
        (True, True): 1406, (True, False): 531, (False, True): 174,
    }  # fmt: skip
    said = of_gdelt(rows, tmp_path)
    assert said.chunk.classes == {"Assault": 106, "Participation": 2 * 71 + 25 + 10}
    for r in rows:
        roles = {role for role, n in (("attacker", "1"), ("target", "2")) if r[f"Actor{n}Name"]}
        assert said.parts(r["GlobalEventID"]).keys() == roles, r["GlobalEventID"]
    assert not [name for name in said.names() if name.startswith('""')]


# type of the place: an event of it, the kind of its place, the precision of its coordinates, which are the place's own
PLACES = {
    "0": ("881990884", "", "", ""),
    "1": ("881990842", "Ethiopia", "country", ""),
    "2": ("881990981", "South Carolina", "governorate", ""),
    "3": ("881990858", "Liberty County", "", "settlement"),
    "4": ("881990845", "Edinburgh", "", "settlement"),
    "5": ("881990879", "Kogi", "governorate", ""),
}


@pytest.mark.parametrize("precision", PLACES)
def test_quirk_gdelt_the_type_of_a_place_tells_its_precision(gdelt: list[Row], tmp_path: Path, precision: str) -> None:
    identifier, name, kind, exact = PLACES[precision]
    (row,) = [r for r in gdelt if r["GlobalEventID"] == identifier]
    assert row["ActionGeo_Type"] == precision
    said = of_gdelt([row], tmp_path)
    event = said.event(identifier)
    if not name:
        assert "place" not in event
        assert not [x for x in said.lines if "/id/place/" in x]
        return
    place = said.graph.of[event["place"][0]]
    assert place["prefLabel"] == [f'"{name}"@en']
    assert [k.rpartition("/")[2].rstrip(">") for k in place.get("kind", ())] == [kind] * bool(kind)
    assert [k.rpartition("/")[2].rstrip(">") for k in place.get("geoPrecision", ())] == [exact] * bool(exact)
    points = [v for g in place.get("hasGeometry", ()) for v in said.graph.of[g]["asWKT"]]
    told = f'"POINT({row["ActionGeo_Long"]} {row["ActionGeo_Lat"]})"'
    assert [v.partition("^^")[0] for v in points] == ([told] if exact else []), "a centroid is nobody's coordinates"


def test_quirk_gdelt_every_type_of_place_is_tried(gdelt: list[Row]) -> None:
    assert {r["ActionGeo_Type"] for r in gdelt} == PLACES.keys()


def test_quirk_gdelt_one_event_of_the_world_is_several_rows(gdelt: list[Row], tmp_path: Path) -> None:
    """Nobody can tell a second report from a second event: each row is an event of its own, with its evidence."""
    same = ("Day", "Actor1Name", "Actor2Name", "EventCode", "ActionGeo_Fullname", "SOURCEURL")
    groups = Counter(tuple(r[c] for c in same) for r in gdelt)
    (most, count), *_ = groups.most_common(1)
    assert (most[1:4], count) == (("SURGEON", "UNITED STATES", "193"), 4)
    rows = [r for r in gdelt if tuple(r[c] for c in same) == most]
    said = of_gdelt(rows, tmp_path)
    clashes = said.graph.typed("Engagement")
    assert sorted(e["identifier"][0].strip('"') for e in clashes) == sorted(r["GlobalEventID"] for r in rows)
    assert len({e["describes"][0] for e in clashes}) == 4, "in the view too: events of one report are never merged"
    assert len({said.parts(r["GlobalEventID"])["target"] for r in rows}) == 1, "who takes part is the same"
    assert (said.chunk.claims, said.chunk.mentions) == (4, 4)


# -- UCDP

SYRIA, MEXICO = "ged191-syria-2016-2018", "ged-mexico"


def rows_of(path: Path) -> list[Row]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def syria(shared: Path) -> list[Row]:
    return rows_of(shared / f"data/ucdp/{SYRIA}.csv.gz")


@pytest.fixture(scope="module")
def mexico(shared: Path) -> list[Row]:
    return rows_of(shared / f"data/ucdp/{MEXICO}.csv.gz")


def told(rows: Sequence[Row], folder: Path, name: str = "", mark: str = "") -> Said:
    """What a table of these rows says; its header is that of the first."""
    folder.mkdir(exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "slice.csv"
    path.write_text(mark + text.getvalue(), encoding="utf-8", newline="")
    _, chunks, lines = mapped(path, folder / "work", name)
    (chunk,) = [c for c in chunks if c.rows]
    assert (chunk.mapped, chunk.aside) == (len(rows), 0), [str(p) for p in chunk.problems]
    return Said(chunk, Graph(lines), lines)


def nameless(said: Said) -> Counter[str]:
    """What is said, whatever the table and its situations are called: names depend on the bytes of the file."""
    local = re.compile(r"/(situation|claim|time)/[0-9a-f]{20}")
    return Counter(local.sub(r"/\1/*", line) for line in said.lines)


def first(rows: Sequence[Row], applies: Callable[[Row], bool], count: int = 1) -> list[Row]:
    found = [r for r in rows if applies(r)][:count]
    assert len(found) == count
    return found


def test_quirk_ucdp_active_year_is_0_and_1_or_true_and_false(syria: list[Row], mexico: list[Row], tmp_path: Path) -> None:
    assert [{r["active_year"] for r in rows} for rows in (syria, mexico)] == [{"0", "1"}, {"True", "False"}]
    for rows, one, other in ((syria, "0", "1"), (mexico, "False", "True")):
        (row,) = first(rows, lambda r, one=one: r["active_year"] == one)  # type: ignore[misc]
        as_told = told([row], tmp_path / one)
        assert nameless(told([{**row, "active_year": other}], tmp_path / other)) == nameless(as_told)
    assert "active_year" in load("ucdp-ged").unused, "it follows from the rows, and says so where it is asked for"


def test_quirk_ucdp_a_row_says_the_same_in_either_schema(syria: list[Row], mexico: list[Row], tmp_path: Path) -> None:
    """41 and 49 columns: the eight that were added tell nothing that the graph has."""
    assert (len(syria[0]), len(mexico[0])) == (41, 49)
    rows = first(mexico, lambda r: r["where_prec"] == "1", 5)
    older = [{c: r[c] for c in syria[0]} for r in rows]
    one, other = told(rows, tmp_path / "49"), told(older, tmp_path / "41")
    columns = [Counter({re.sub(r'"cell=(\d+),\d+"', r"row \1", x): n for x, n in nameless(t).items()}) for t in (one, other)]
    assert columns[0] == columns[1], "all but the number of the column that a conflict is named in"


def test_quirk_ucdp_dates_with_and_without_midnight_are_the_same_day(syria: list[Row], tmp_path: Path) -> None:
    (row,) = first(syria, lambda r: r["date_start"] != r["date_end"])
    late = {**row, "date_start": f"{row['date_start']} 00:00:00", "date_end": f"{row['date_end']} 00:00:00"}
    assert nameless(told([row], tmp_path / "one")) == nameless(told([late], tmp_path / "other"))
    day_after = {**row, "date_end": "2018-12-31"}
    assert nameless(told([row], tmp_path / "three")) != nameless(told([day_after], tmp_path / "four")), "the check can fail"


def test_quirk_ucdp_joint_sides_are_as_many_actors_as_the_list_has(syria: list[Row], tmp_path: Path) -> None:
    joint = [r for r in syria if ", " in r["side_a"] or ", " in r["side_b"]]
    assert len(joint) == 754
    longest = max(joint, key=lambda r: r["side_a"].count(", ") + r["side_b"].count(", "))
    rows = [*joint[:25], longest]
    said = told(rows, tmp_path)
    for r in rows:
        event = said.event(r["id"])
        (iri,) = [s for s, v in said.graph.of.items() if v is event]
        parts = [p["actor"][0] for p in said.graph.typed("Participation") if p["ofEvent"] == [iri]]
        assert len(parts) == len(set(parts)) == sum(len(r[s].split(", ")) for s in ("side_a", "side_b")), r["id"]
    assert not [name for name in said.names() if ", " in name], "no actor is called by the list"


def test_quirk_ucdp_civilians_are_attacked_and_oppose_nobody(syria: list[Row], mexico: list[Row], tmp_path: Path) -> None:
    for country, rows, count in (("Syria", syria, 412), ("Mexico", mexico, 226)):
        found = [r for r in rows if r["side_b"] == "Civilians"]
        assert [r["id"] for r in found] == [r["id"] for r in rows if r["type_of_violence"] == "3"]
        assert len(found) == count
        said = told(found[:25], tmp_path / country)
        assert said.chunk.classes["ViolenceAgainstCivilians"] == 25
        assert not said.graph.typed("Opposition")
        people = said.graph.called(f"Civilians in {country}")
        assert {said.parts(r["id"])["target"] for r in found[:25]} == {people}
        assert {said.parts(r["id"]).get("attacker") for r in found[:25]}.isdisjoint({None, people})


def test_quirk_ucdp_low_above_best_is_told_and_no_estimate_contradicts_itself(syria: list[Row], tmp_path: Path) -> None:
    rows = [r for r in syria if int(r["low"]) > int(r["best"])]
    assert len(rows) == 22
    assert sum(int(r["high"]) < int(r["best"]) for r in syria) == 47
    rows += first(syria, lambda r: int(r["high"]) < int(r["best"]), 20)
    said = told(rows, tmp_path)
    whole: dict[str, set[int]] = {}
    for e in said.graph.typed("CasualtyEstimate"):
        numbers = {c: int(e[c][0].split('"')[1]) for c in ("low", "best", "high") if c in e}
        assert list(numbers.values()) == sorted(numbers.values()), numbers
        event = said.graph.of[e["ofEvent"][0]]["identifier"][0].strip('"')
        whole.setdefault(event, set()).update(numbers.values())
    for r in rows:
        lost = {int(r[c]) for c in ("low", "best", "high")} - {0} - whole[r["id"]]
        assert not lost, f"{r['id']}: {lost}"


def test_quirk_ucdp_rows_equal_but_for_their_id_are_events_of_their_own(syria: list[Row], tmp_path: Path) -> None:
    alike: dict[tuple[str, ...], list[Row]] = {}
    for r in syria:
        alike.setdefault(tuple(v for c, v in r.items() if c != "id"), []).append(r)
    twins = [group for group in alike.values() if len(group) > 1]
    assert sum(len(group) - 1 for group in twins) == 28, "another row is like them"
    rows = [r for group in twins for r in group]
    said = told(rows, tmp_path)
    events = [e for cls in EVENTS for e in said.graph.typed(cls)]
    assert sorted(e["identifier"][0].strip('"') for e in events) == sorted(r["id"] for r in rows)
    assert len({e["describes"][0] for e in events}) == len(rows) == 55
    assert said.chunk.claims >= 55


def test_quirk_ucdp_the_mark_before_the_list_of_actors_is_no_part_of_its_first_column(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/ucdp/ucdp-actor-221.csv"
    assert path.read_bytes()[:10] == b"\xef\xbb\xbfActorId"
    rows = rows_of(path)[:12]
    marked, plain = (told(rows, tmp_path / str(n), mark=mark) for n, mark in enumerate(("\ufeff", "")))
    assert nameless(marked) == nameless(plain)
    known = {
        x.strip('"').removeprefix("ucdp:") for v in marked.graph.of.values() for x in v.get("identifier", ()) if "ucdp:" in x
    }
    assert {r["ActorId"] for r in rows} <= known


def test_quirk_ucdp_ids_in_one_cell_are_lists_of_ids(shared: Path, tmp_path: Path) -> None:
    """A cell "11347, 13637" is two allies, each by its own id, and no id is the text of the cell."""
    rows = [r for r in rows_of(shared / "data/ucdp/ucdp-actor-221.csv") if ", " in r["ActorIdAlliance"]][:8]
    said = told(rows, tmp_path)
    assert len(said.graph.typed("Membership")) == sum(len(r["ActorIdAlliance"].split(", ")) for r in rows)
    known = {x for v in said.graph.of.values() for x in v.get("identifier", ())}
    assert not [x for x in known if "," in x]


# -- alliances

PLEDGES = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul"


@pytest.fixture(scope="module")
def atop(shared: Path) -> list[Row]:
    """The rows of the United States, Canada and Portugal, and those of Germany with Italy."""
    with gzip.open(shared / "data/alliances/atop_alliance.csv.gz", "rt", encoding="utf-8", newline="") as file:
        assert file.readline().strip() == PLEDGES
        lines = [x for x in file if re.match(r"(?:2,20|20,2|2,235|235,2|255,325|325,255),", x)]
    return list(csv.DictReader([PLEDGES, *lines]))


def pledged(shared: Path, rows: Sequence[Row], folder: Path) -> tuple[Graph, Chunk]:
    folder.mkdir(exist_ok=True)
    shutil.copy(shared / "data/alliances/cow_states.csv", folder)
    path = folder / "atop.csv"
    path.write_text("\n".join((PLEDGES, *(",".join(r.values()) for r in rows))) + "\n", encoding="utf-8")
    _, (chunk,), lines = mapped(path, folder / "work")
    return Graph(lines), chunk


def test_quirk_alliances_a_pair_in_both_directions_is_one_tie(shared: Path, atop: list[Row], tmp_path: Path) -> None:
    rows = [r for r in atop if {r["ccode1"], r["ccode2"]} == {"2", "20"} and r["year"] in ("1950", "1951", "1952")]
    assert len(rows) == 6, "each year twice"
    graph, chunk = pledged(shared, rows, tmp_path)
    (tie,) = graph.typed("AllianceTie")
    assert len(set(tie["party"])) == 2
    assert chunk.mapped == 6
    (iri,) = [s for s, v in graph.of.items() if v is tie]
    assert graph.rows(iri) == ["row=2-7"], "it rests on the rows of both directions"


def test_quirk_alliances_a_pledge_in_one_direction_is_told_once(shared: Path, atop: list[Row], tmp_path: Path) -> None:
    """The United States were to defend Portugal in 1944, which pledged them no defence."""
    rows = [r for r in atop if {r["ccode1"], r["ccode2"]} == {"2", "235"} and r["year"] == "1944"]
    assert {r["ccode1"]: r["atop_defense"] for r in rows} == {"2": "1", "235": "0"}
    graph, _ = pledged(shared, rows, tmp_path / "both")
    assert len(graph.typed("AllianceTie")) == 1
    defended, _ = pledged(shared, [r for r in rows if r["ccode1"] == "2"], tmp_path / "one")
    assert [set(t["party"]) for t in graph.typed("AllianceTie")] == [set(t["party"]) for t in defended.typed("AllianceTie")]


def test_quirk_alliances_a_code_is_a_state_in_its_years_only(shared: Path, atop: list[Row], tmp_path: Path) -> None:
    """255 is Germany to 1945 and from 1990; between, the list has nobody of that code: its only name is taken, and told."""
    years = [r["styear"] + "-" + r["endyear"] for r in rows_of(shared / "data/alliances/cow_states.csv") if r["ccode"] == "255"]
    assert years == ["1816-1945", "1990-2016"]
    row = next(r for r in atop if r["ccode1"] == "255" and r["atop_defense"] == "1")
    for year, problems in {"1939": [], "1995": [], "1960": ["1 rows name 255, which cow_states.csv has no name for"]}.items():
        graph, chunk = pledged(shared, [{**row, "year": year}], tmp_path / year)
        (tie,) = graph.typed("AllianceTie")
        assert set(tie["party"]) == {f"<{SPACE.id(f'actor/{name}')}>" for name in ("germany", "italy")}
        assert [(p.severity, p.message.rpartition(",")[0]) for p in chunk.problems] == [("warning", m) for m in problems]


REFUSED = {
    "IdeologyVars_JPR.csv": "Group, GroupCode, Nationalism.Revisionism, Islamism.Salafism, Sectarianism and 6 more",
    "Infighting30_2014_6Sep2017.csv": ", ASIM, ISIL, ANF, YPG and 26 more",
}


@pytest.mark.parametrize("name", REFUSED)
def test_quirk_alliances_sponsors_and_the_matrix_of_groups_are_refused_with_their_columns(shared: Path, name: str) -> None:
    """Sponsors are lists in a cell of a table that no configuration knows; a matrix has groups for columns."""
    path = shared / "data/alliances/syria-militant-groups" / name
    assert detect(path) is None
    reason = f"a table, with the columns {REFUSED[name]}: read by a configuration of its columns, and none is for these"
    assert list(walk([path])) == [Unclaimed(str(path), reason)]
