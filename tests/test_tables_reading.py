"""How tables are recognised and read: encodings, separators, packing, bad rows, and quirks of the data of others."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from benchmarks import ged_rows
from kg.config import DEFAULT_BASE
from kg.errors import ReadError, SchemeError
from kg.iri import Space, h20
from kg.resolver import reference as reference_tables
from kg.resolver.decisions import judgements
from kg.resources import reference_dir
from kg.tables import Chunk, Table, configured, detect, load, map_table, names, nquads, open_table
from kg.vocab import DCTERMS, GEO, PROV, RDFS, SG, SKOS

SPACE = Space(DEFAULT_BASE)
REFERENCE = reference_tables.load(reference_dir())
JUDGED = judgements(REFERENCE.decisions, SPACE, REFERENCE)
GED = [ged_rows.HEADER, *ged_rows.rows(40, seed=7)]


def text_of(cells: list[list[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(cells)
    return text.getvalue()


def read(path: Path, folder: Path, **told: str) -> tuple[Table, list[Chunk], set[str]]:
    folder.mkdir()
    config = detect(path) or load("ucdp-ged")
    with open_table(path, config, folder, **told) as table:
        chunks = list(map_table(table, SPACE, REFERENCE, JUDGED, folder, chunk_rows=16))
    quads = {str(q) for c in chunks for q in parse(path=c.path, format=RdfFormat.N_QUADS)}
    return table, chunks, quads


def problems(table: Table, chunks: list[Chunk]) -> list[str]:
    return [str(p) for p in (*table.problems, *(p for c in chunks for p in c.problems))]


# -- what a file is


def test_each_file_of_the_shared_data_is_one_table_or_none(shared: Path) -> None:
    found = {
        p.name: config.name for p in (shared / "data").rglob("*") if p.is_file() and (config := detect(p)) and
        config.name in ("ucdp-ged", "gdelt", "acled")
    }  # fmt: skip
    assert found == {
        "ged191-syria-2016-2018.csv.gz": "ucdp-ged", "ged-mexico.csv.gz": "ucdp-ged", "20191024143000.export.CSV.gz": "gdelt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"id,type_of_violence\n1,2\n"),
        ("table.csv", b"a,b\n1,2\n"),
        ("empty.csv", b""),
        ("broken.csv.gz", b"\x1f\x8bnot gzip"),
        ("20191024143000.export.CSV", b"one\ttwo\n"),
        ("table.parquet", b"PAR1 and no more"),
        ("ged.doc", text_of(GED[:3]).encode()),
    ],
)
def test_what_is_no_table_is_not_claimed(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert detect(path) is None


# -- one content, one table


def parquet(path: Path) -> Path:
    source = path.with_suffix(".plain.csv")
    source.write_text(text_of(GED), encoding="utf-8", newline="")
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true, header=true, quote='\"')) TO '{path}'")
    source.unlink()
    return path


WAYS: dict[str, Callable[[Path], Path]] = {
    "table.tsv": lambda p: _wrote(p, text_of(GED, "\t").encode()),
    "semicolons.csv": lambda p: _wrote(p, text_of(GED, ";").encode()),
    "bom.csv": lambda p: _wrote(p, b"\xef\xbb\xbf" + text_of(GED).encode()),
    "utf16.csv": lambda p: _wrote(p, text_of(GED).encode("utf-16")),
    "utf16le.csv": lambda p: _wrote(p, text_of(GED).encode("utf-16-le")),
    "latin1.csv": lambda p: _wrote(p, text_of(GED).encode("iso-8859-1")),
    "windows.csv": lambda p: _wrote(p, text_of(GED).encode("cp1252")),
    "packed.csv.gz": lambda p: _wrote(p, gzip.compress(text_of(GED).encode())),
    "table.parquet": parquet,
}


def _wrote(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("plain")
    return read(_wrote(folder / "plain.csv", text_of(GED).encode()), folder / "work", default_id="t")[2]


@pytest.mark.parametrize("name", WAYS)
def test_a_table_is_the_same_in_every_encoding_separator_and_packing(tmp_path: Path, plain: set[str], name: str) -> None:
    table, chunks, found = read(WAYS[name](tmp_path / name), tmp_path / "work", default_id="t")
    assert found == plain
    assert sum(c.mapped for c in chunks) == len(GED) - 1
    told = name in ("utf16le.csv", "latin1.csv", "windows.csv")
    assert bool([p for p in problems(table, chunks) if "read as" in p]) == told, "what was guessed is said"


def test_encoding_and_separator_can_be_told(tmp_path: Path) -> None:
    path = _wrote(tmp_path / "t.csv", text_of(GED, "|").encode("cp1252"))
    table, chunks, _ = read(path, tmp_path / "w", encoding="cp1252", separator="|")
    assert sum(c.mapped for c in chunks) == len(GED) - 1
    assert not [p for p in table.problems if p.severity == "rejected"]
    with pytest.raises(ReadError, match="unknown encoding 'klingon'"):
        read(path, tmp_path / "x", encoding="klingon")


def test_chunks_are_the_same_when_a_run_goes_on_where_another_ended(tmp_path: Path) -> None:
    path = _wrote(tmp_path / "t.csv", text_of(GED).encode())
    _, chunks, _ = read(path, tmp_path / "whole")
    (tmp_path / "later").mkdir()
    with open_table(path, load("ucdp-ged"), tmp_path / "later") as table:
        later = list(map_table(table, SPACE, REFERENCE, JUDGED, tmp_path / "later", chunk_rows=16, start=2))
    assert [c.number for c in later] == [2, 3]
    assert [c.path.read_bytes() for c in later] == [c.path.read_bytes() for c in chunks[2:]]
    assert [c.quads for c in chunks] == [c.path.read_bytes().count(b"\n") for c in chunks]


# -- bad rows


def column(name: str) -> int:
    return ged_rows.HEADER.index(name)


BAD = {
    "no-id": ("id", "", "column id: found '', expected an identifier"),
    "id-twice": ("id", GED[1][0], "expected an identifier that no row before has; row 1 has it"),
    "impossible-date": ("date_start", "2016-02-30", "column date_start: found '2016-02-30', expected a date as"),
    "end-before-start": ("date_end", "1980-01-01", "column date_end: found '1980-01-01'"),
    "negative": ("deaths_a", "-1", "column deaths_a: found '-1', expected a whole number, not below 0"),
    "no-number": ("best", "many", "column best: found 'many', expected a whole number"),
    "unknown-type": ("type_of_violence", "9", "column type_of_violence: found \"type_of_violence '9'\""),
    "unknown-place-precision": ("where_prec", "8", "column where_prec: found '8', expected one of 1, 2, 3"),
    "unknown-date-precision": ("date_prec", "x", "column date_prec: found 'x'"),
    "unknown-clarity": ("event_clarity", "3", "column event_clarity: found '3', expected one of 1, 2"),
}


def test_bad_rows_are_set_aside_with_their_numbers_and_the_rest_goes_on(tmp_path: Path) -> None:
    cells = [list(r) for r in GED]
    for n, (name, value, _) in enumerate(BAD.values(), 11):
        cells[n][column(name)] = value
    path = _wrote(tmp_path / "t.csv", text_of(cells).encode())
    table, chunks, found = read(path, tmp_path / "w")
    rejected = [p for c in chunks for p in c.problems if p.severity == "rejected"]
    assert len(rejected) == len(BAD) == 10
    for n, (_, _, message) in enumerate(BAD.values(), 11):
        (told,) = [p for p in rejected if p.where.startswith(f"row {n}, column ")]
        assert message in str(told)
        assert not [q for q in found if f"row-{n}/" in q], "nothing of it is written"
    assert (table.rows, sum(c.mapped for c in chunks), sum(c.aside for c in chunks)) == (40, 30, 10)


def test_a_row_with_too_many_or_too_few_cells_does_not_move_the_others(tmp_path: Path) -> None:
    cells = [list(r) for r in GED]
    cells[5] = cells[5][:-1]
    cells[9] = [*cells[9], "more"]
    path = _wrote(tmp_path / "t.csv", text_of(cells).encode())
    table, chunks, found = read(path, tmp_path / "w")
    assert (table.rows, table.refused, sum(c.mapped for c in chunks)) == (40, 2, 38)
    assert [(p.line, p.where, p.message) for p in table.problems] == [
        (6, "row 5", "found 48 cells, expected 49, as in the header"),
        (10, "row 9", "found 50 cells, expected 49, as in the header"),
    ]
    row = next(q for q in found if f'"{cells[10][0]}"' in q and DCTERMS.identifier.value in q)
    event = row.split(" ")[0]
    assert any(q.startswith(f"<{SPACE.id('report/t/mention/')}") and "-row-10>" in q and event in q for q in found)


def test_bytes_outside_the_encoding_set_their_row_aside(tmp_path: Path) -> None:
    data = text_of(GED).encode().split(b"\r\n")
    padding = b"\r\n".join(data[1:]) * 20  # so that the byte is not at the beginning of the file
    rows = padding.split(b"\r\n")
    for n, row in enumerate(rows):
        rows[n] = str(n).encode() + row[row.index(b",") :] if row else row
    rows[700] = rows[700].replace(b"Region", b"Reg\xffion")
    path = _wrote(tmp_path / "t.csv", b"\r\n".join([data[0], *rows]))
    table, chunks, _ = read(path, tmp_path / "w")
    rejected = [p for p in table.problems if p.severity == "rejected"]
    assert len(rejected) == 1
    assert "column region: found byte 0xff, which is not in the encoding" in str(rejected[0])
    assert sum(c.mapped for c in chunks) == table.rows - 1


def test_a_quote_that_is_never_closed_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    after = text_of(GED[11:13])
    data = text_of(GED[:11]) + '99,"' + "x" * 200_000 + "\n" + after
    table, chunks, _ = read(_wrote(tmp_path / "t.csv", data.encode()), tmp_path / "w")
    assert (table.rows, table.refused, sum(c.mapped for c in chunks)) == (13, 1, 12)
    (told,) = (p for p in table.problems if p.severity == "rejected")
    assert (told.where, told.line) == ("row 11", 12)
    assert "is a quote never closed?" in told.message


@pytest.mark.parametrize("line", ["x" * 2**23, "," * 2**23, "x," * 2**22], ids=["one cell", "no cells", "many cells"])
def test_a_line_longer_than_any_row_is_told_and_the_rest_goes_on(tmp_path: Path, line: str) -> None:
    data = f"{text_of(GED[:3])}{line}\n{text_of(GED[3:5])}"
    table, chunks, _ = read(_wrote(tmp_path / "t.csv", data.encode()), tmp_path / "w")
    assert (table.rows, table.refused, sum(c.mapped for c in chunks)) == (5, 1, 4)


@pytest.mark.parametrize("data", [b"x" * 300_000, b"a,b\r1,2\r" * 30_000], ids=["one long line", "line ends of old"])
def test_what_is_no_table_is_none(tmp_path: Path, data: bytes) -> None:
    assert detect(_wrote(tmp_path / "t.csv", data)) is None


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        *(("separator", s, "expected one character") for s in (";;", "\\t", '"', "\n")),
        *(("encoding", e, "unknown encoding") for e in ("klingon", "hex", "idna", "undefined")),
    ],
)
def test_a_separator_or_an_encoding_that_is_none_is_told(tmp_path: Path, option: str, value: str, told: str) -> None:
    (tmp_path / "w").mkdir()
    path = _wrote(tmp_path / "t.csv", text_of(GED[:3]).encode())
    with pytest.raises(ReadError, match=told):
        open_table(path, load("ucdp-ged"), tmp_path / "w", **{option: value})


def test_line_ends_of_old_are_line_ends(tmp_path: Path) -> None:
    data = text_of(GED[:4]).replace("\r\n", "\r").encode()
    path = _wrote(tmp_path / "t.csv", data)
    assert detect(path) is not None
    table, _, _ = read(path, tmp_path / "w")
    assert (table.rows, table.refused) == (3, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n", "is no ucdp-ged: column 'id' is missing"),
        (text_of([[*ged_rows.HEADER, "id"]]).encode(), "column 'id' stands twice"),
        (b"\x1f\x8b\x08\x00broken", "cannot be unpacked"),
        (b"", "is no ucdp-ged"),
        (b"PAR1 and no more", "no Parquet file"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = _wrote(tmp_path / "t.csv", data)
    with pytest.raises(ReadError, match=message):
        read(path, tmp_path / "w")


def test_a_column_that_the_configuration_does_not_know_is_told(tmp_path: Path) -> None:
    cells = [[*r, "x"] for r in GED]
    cells[0][-1] = "mood"
    table, _, _ = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert [p.message for p in table.problems] == ["column 'mood' is not used: the configuration ucdp-ged does not know it"]


def test_a_column_that_the_configuration_reads_and_the_file_has_not_is_told(tmp_path: Path) -> None:
    at = GED[0].index("source_original")
    cells = [r[:at] + r[at + 1 :] for r in GED]
    table, _, _ = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert [p.message for p in table.problems] == ["column 'source_original' is missing: nothing is read from it"]


def test_a_license_that_is_no_address_is_words(tmp_path: Path) -> None:
    path = _wrote(tmp_path / "t.csv", text_of(GED[:3]).encode())
    (tmp_path / "t.meta.json").write_text('{"rights": "https://ask us <first>"}', encoding="utf-8")
    _, _, found = read(path, tmp_path / "w")
    assert any("<http://purl.org/dc/terms/rights>" in q and '"https://ask us <first>"' in q for q in found)


def test_metadata_beside_a_table_name_its_report(tmp_path: Path) -> None:
    path = _wrote(tmp_path / "t.csv.gz", gzip.compress(text_of(GED).encode()))
    (tmp_path / "metadata.csv").write_text("file,id,title,issued\nt.csv.gz,ged-24,GED 24.1,2024-06-01\n", encoding="utf-8")
    table, _, found = read(path, tmp_path / "w")
    assert (table.report.id, table.report.title, table.report.issued) == ("ged-24", "GED 24.1", "2024-06-01")
    assert any(q.startswith(f"<{SPACE.id('report/ged-24')}>") and '"2024-06-01T00:00:00Z"' in q for q in found)


@settings(max_examples=10)
@given(st.binary(max_size=400))
def test_no_bytes_end_in_anything_but_our_errors(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    path = _wrote(folder / "t.csv", text_of(GED[:2]).encode() + data)
    assert detect(path) in (None, load("ucdp-ged"))
    (folder / "w").mkdir()
    try:
        with open_table(path, load("ucdp-ged"), folder / "w") as table:
            for chunk in map_table(table, SPACE, REFERENCE, JUDGED, folder / "w"):
                assert list(parse(path=chunk.path, format=RdfFormat.N_QUADS)) is not None
    except ReadError:
        pass


# -- digests


@given(st.integers(0, 10**9), st.sampled_from(["Engagement", "AirStrike"]), st.text(max_size=8))
def test_digests_in_sql_are_those_of_the_rest(number: int, cls: str, report: str) -> None:
    sql = nquads.h20("situation", report, nquads.Json.string("situation/{h}"), cls)
    found = duckdb.execute(f"SELECT {sql} FROM (SELECT {number} AS h)").fetchall()[0][0]
    assert found == h20("situation", report, f"situation/{number}", cls)


# -- configurations


def test_every_column_of_every_shipped_table_is_used_or_listed(shared: Path) -> None:
    headers = {
        "ucdp-ged": [ged_rows.HEADER, "id where_prec".split()],
        "gdelt": [list(load("gdelt").columns)],
    }
    for file in ("ged191-syria-2016-2018", "ged-mexico"):
        with gzip.open(shared / f"data/ucdp/{file}.csv.gz", "rt", encoding="utf-8") as given:
            headers["ucdp-ged"].append(next(csv.reader(given)))
    for name, found in headers.items():
        config = load(name)
        for header in found:
            assert set(header) <= {*config.used, *config.unused}
    assert {"acled", "gdelt", "ucdp-ged"} <= set(names())


WRONG = [
    ('certainty = "certain"', 'certainty = "sure"', "'sure' is no code of certainty"),
    ('class = "Engagement"', 'class = "Fight"', "'Fight' is no class of events"),
    ('a = "belligerent"', 'a = "fighter"', "'fighter' is no code of role"),
    ('a = "belligerent"', 'z = "belligerent"', "no \\[\\[actor\\]\\] has slot 'z'"),
    ('slot = "b"', 'slot = "a"', "a slot stands twice"),
    ('kind = "government"', 'kind = "kingdom"', "'kingdom' is no code of actor-kind"),
    ('rule = "ucdp"', 'rule = "maya"', "rule is 'maya'"),
    ('is = "near"', 'is = "nearly"', "\\[place.precisions\\] 2"),
    ('town = "town"', 'town = "burgh"', "'burgh' is no code of place-kind"),
    ("names = '^Civilians$'", "names = '('", "is no regular expression"),
    ('year = "the year', 'id = "the year', "\\[unused\\]: id is used"),
    ("[source]", "[sauce]", "unknown key 'sauce'"),
    ('identifier = "id"', "identifier = 1", "identifier must be a string"),
    ('language = "en"', 'language = "not a tag"', "no tag of BCP 47"),
    ('authority = "ucdp"', 'authority = ""', "name and authority are not empty"),
    ("[recognise]", "[recognise]\nheader = maybe", "not TOML"),
    ('group = "civilians"', 'group = "crowd"', "there is no \\[group.crowd\\]"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_configuration_that_contradicts_itself_is_refused(project: Path, old: str, new: str, message: str) -> None:
    text = (project / "kg/tables/ucdp-ged.toml").read_text(encoding="utf-8")
    if old.startswith("certainty"):
        text = f"{old}\n" + text
    assert old in text
    with pytest.raises(SchemeError, match=message):
        configured.parse(text.replace(old, new).encode(), "own.toml")


def test_a_user_can_bring_a_configuration(project: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    text = (project / "kg/tables/ucdp-ged.toml").read_text(encoding="utf-8")
    own.write_text(text.replace('name = "ucdp-ged"', 'name = "mine"'), encoding="utf-8")
    assert load(own).name == "mine"
    with pytest.raises(SchemeError, match="unknown table 'yours'; there are acled"):
        load("yours")


# -- quirks of the data, as their READMEs list them


def one_row(tmp_path: Path, **cells: str) -> set[str]:
    row = dict(zip(ged_rows.HEADER, GED[1], strict=True)) | {
        "type_of_violence": "1", "side_a": "Aa", "side_b": "Bb", "where_prec": "1", "date_prec": "1",
        "date_start": "2016-08-07",
        "date_end": "2016-08-07", "deaths_a": "0", "deaths_b": "2", "deaths_civilians": "0", "deaths_unknown": "0", "low": "2",
        "best": "2", "high": "2",
    } | cells  # fmt: skip
    path = _wrote(tmp_path / "t.csv", text_of([ged_rows.HEADER, [row[c] for c in ged_rows.HEADER]]).encode())
    return read(path, tmp_path / "w")[2]


def objects(quads: set[str], prop: object, graph: bool = True) -> list[str]:
    """The objects of a property, in the table's graph or in the view."""
    mark = f" {prop} "
    return sorted(
        q.split(mark)[1].removesuffix(" .").rsplit(" <" if graph else "\0", 1)[0]
        for q in quads
        if mark in q and ("/graph/report/" in q) == graph
    )


def test_quirk_two_schemas_of_ged_are_one_table(shared: Path) -> None:
    found = [detect(shared / f"data/ucdp/{f}.csv.gz") for f in ("ged191-syria-2016-2018", "ged-mexico")]
    assert [c.name for c in found if c] == ["ucdp-ged", "ucdp-ged"]


def test_quirk_dates_with_and_without_midnight(tmp_path: Path) -> None:
    assert '"2016-08-07"' in objects(one_row(tmp_path, date_start="2016-08-07 00:00:00"), SG.edtf)


def test_quirk_joint_sides_are_several_actors(tmp_path: Path) -> None:
    quads = one_row(tmp_path, side_a="23rd Division, Ahrar al-Sham, Invented Men", side_a_new_id="7520")
    actors = set(objects(quads, SG.actor))
    assert {f"<{SPACE.id(p)}>" for p in ("actor/ahrar-al-sham", "actor/twenty-third-division")} <= actors
    assert len(objects(quads, SG.party)) == 6, "an Opposition for each pair"


def test_quirk_names_with_typing_errors_are_kept(tmp_path: Path) -> None:
    assert '"Tahrir al- Sham Army"@en' in objects(one_row(tmp_path, side_a="Tahrir al- Sham Army"), SKOS.prefLabel, False)


def test_quirk_short_forms_are_known_by_their_ids(tmp_path: Path) -> None:
    assert f"<{SPACE.id('actor/islamic-state')}>" in objects(one_row(tmp_path, side_a="IS", side_a_new_id="234"), SG.actor)


def test_quirk_side_b_is_civilians_of_one_sided_violence(tmp_path: Path) -> None:
    quads = one_row(tmp_path, type_of_violence="3", side_b="Civilians", side_b_new_id="1", deaths_civilians="2", deaths_b="0")
    roles = {o.rsplit("/", 1)[-1].rstrip(">") for o in objects(quads, SG.role)}
    assert roles == {"attacker", "target"}
    assert len(set(objects(quads, SG.targets, False))) == 1
    assert not objects(quads, SG.party), "nobody opposes civilians"


def test_quirk_coordinates_stand_in_where_the_precision_says_so(tmp_path: Path) -> None:
    cells = [list(r) for r in GED[:8]]
    for n in range(1, 8):
        for name, value in (
            ("where_prec", str(n)),
            ("where_coordinates", f"Place {n}"),
            ("latitude", f"3{n}.5"),
            ("longitude", "36.5"),
        ):
            cells[n][column(name)] = value
    _, chunks, quads = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert sum(c.mapped for c in chunks) == 7
    assert objects(quads, GEO.asWKT, False) == ['"POINT(36.5 31.5)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>']


def test_quirk_near_a_place_is_an_area_beside_it(tmp_path: Path) -> None:
    quads = one_row(tmp_path, where_prec="2", where_coordinates="Ein Laroz town")
    assert '"near Ein Laroz town"@en' in objects(quads, SKOS.prefLabel, False)
    assert len(objects(quads, SG.figure)) == len(objects(quads, SG.ground)) == 1


def test_quirk_a_name_with_two_coordinates_is_two_places(tmp_path: Path) -> None:
    cells = [list(r) for r in GED[:3]]
    for n, lat in ((1, "35.1"), (2, "35.2")):
        for name, value in (("where_prec", "1"), ("where_coordinates", "Twin town"), ("latitude", lat), ("longitude", "36.5")):
            cells[n][column(name)] = value
        for name in ("adm_1", "adm_2"):
            cells[n][column(name)] = ""
        cells[n][column("country")] = "Syria"
    _, _, quads = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert objects(quads, GEO.asWKT, False) == [
        f'"POINT(36.5 {lat})"^^<http://www.opengis.net/ont/geosparql#wktLiteral>' for lat in ("35.1", "35.2")
    ]


def test_quirk_adm_1_and_adm_2_may_be_empty(tmp_path: Path) -> None:
    quads = one_row(tmp_path, where_prec="4", adm_1="", adm_2="", where_coordinates="Somewhere", country="Syria")
    assert '"Somewhere"@en' in objects(quads, SKOS.prefLabel, False)
    assert f"<{SPACE.id('place/syria')}>" in objects(quads, SG.within, False)


def test_quirk_several_days_with_a_precision_are_bounds(tmp_path: Path) -> None:
    quads = one_row(tmp_path, date_prec="2", date_end="2016-08-10")
    assert '"[2016-08-07..2016-08-10]"' in objects(quads, SG.edtf)


@pytest.mark.parametrize(
    ("low", "best", "high", "numbers"),
    [
        ("2", "2", "2", [(None, "2", None)]),
        ("1", "2", "5", [("1", "2", "5")]),
        ("177", "142", "177", [(None, "142", "177"), ("177", None, None)]),
        ("40", "40", "20", [(None, "40", None), (None, None, "20")]),
        ("1", "0", "2", [(None, "0", "2"), ("1", None, None)]),
        ("0", "0", "0", []),
        ("0", "0", "3", [(None, "0", "3")]),
    ],
)
def test_quirk_low_above_best_and_high_below_best_are_estimates_of_their_own(
    tmp_path: Path, low: str, best: str, high: str, numbers: list[tuple[str | None, ...]]
) -> None:
    quads = one_row(tmp_path, low=low, best=best, high=high, deaths_b="0", deaths_unknown=best)
    found: dict[str, dict[str, str]] = {}
    for name in ("low", "best", "high"):
        for q in quads:
            if f"#{name}> " in q and "/graph/report/" in q:
                found.setdefault(q.split(" ")[0], {})[name] = q.split('"')[1]
    got = {tuple(e.get(n) for n in ("low", "best", "high")) for e in found.values()}
    assert got == set(numbers)


def test_quirk_best_can_be_zero(tmp_path: Path) -> None:
    quads = one_row(tmp_path, low="0", best="0", high="0", deaths_b="0")
    assert not objects(quads, SG.best), "an estimate of nobody is not stored"
    assert len(objects(quads, SG.denotes)) == 2, "the event and the conflict are"


def test_quirk_a_source_dated_a_year_before_the_event_is_kept_as_told(tmp_path: Path) -> None:
    quads = one_row(tmp_path, source_article='"SOHR,2015-01-01,14 shells"', source_original="SOHR, Airwars")
    assert r'"\"SOHR,2015-01-01,14 shells\""' in objects(quads, DCTERMS.source)
    assert objects(quads, PROV.hadPrimarySource) == [f"<{SPACE.id(p)}>" for p in ("source/airwars", "source/sohr")]


def test_quirk_rows_equal_but_for_the_id_are_two_events(tmp_path: Path) -> None:
    cells = [GED[0], GED[1], ["999999", *GED[1][1:]]]
    _, chunks, _ = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert sum(c.mapped for c in chunks) == 2
    assert sum(c.classes.get("Engagement", 0) + c.classes.get("ViolenceAgainstCivilians", 0) for c in chunks) == 2


def test_quirk_places_beyond_ascii(tmp_path: Path) -> None:
    assert '"Ciudad Juárez"@en' in objects(one_row(tmp_path, where_coordinates="Ciudad Juárez town"), SKOS.prefLabel, False)


def test_quirk_cells_with_line_ends_do_not_move_rows(tmp_path: Path) -> None:
    cells = [list(r) for r in GED[:4]]
    cells[1][column("source_article")] = "first line\nsecond line\r\nthird"
    table, chunks, quads = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert (table.rows, sum(c.mapped for c in chunks)) == (3, 3)
    assert r'"first line\nsecond line\r\nthird"' in objects(quads, DCTERMS.source)


def test_quirk_gdelt_is_named_csv_and_separated_by_tabs(shared: Path, tmp_path: Path) -> None:
    table, chunks, quads = read(shared / "data/gdelt/20191024143000.export.CSV.gz", tmp_path / "w")
    assert (table.report.id, table.report.issued) == ("20191024143000", "2019-10-24")
    assert table.rows == 2111
    assert sum(c.mapped for c in chunks) + sum(n for c in chunks for n in c.outside.values()) == 2111
    assert sum(c.classes.get("Assault", 0) for c in chunks) == 106
    assert {s for c in chunks for s in c.statuses} == {"reported"}, "coded by a machine: possible"
    country = next(q.split(" ")[0] for q in quads if '"cameo:AUS"' in q) if '"cameo:AUS"' in str(quads) else ""
    assert (f"<{SPACE.id('actor/australia')}>" in objects(quads, SG.actor)) != bool(country), "VICTORIA is a name of Australia"


def test_quirk_acled_zero_deaths_are_no_estimate(project: Path, tmp_path: Path) -> None:
    _, chunks, quads = read(project / "tests/data/tables/acled/slice.csv", tmp_path / "w")
    assert sum(c.classes.get("CasualtyEstimate", 0) for c in chunks) == 9
    assert not [o for o in objects(quads, SG.low) if o.startswith('"0"')]
    assert not objects(quads, SG.best)


def test_conflicts_are_named_in_a_cell(tmp_path: Path) -> None:
    quads = one_row(tmp_path, conflict_name="Syria: Government")
    assert '"Syria: Government"' in objects(quads, RDFS.label)
    assert f'"cell=2,{column("conflict_name") + 1}"' in {q.split(" ")[2] for q in quads if '"cell=' in q}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("side_a", "Aa\rBb", True),
        ("type_of_violence", "1\r", False),
        ("side_a", "Aa\x1fBb", False),
        ("source_original", "\x01", False),
        ("side_b", ", ".join(f"Group {n}" for n in range(300)), False),
        ("source_original", "; ".join(f"Paper {n}" for n in range(300)), False),
        ("id", '"\\\n<x>', True),
        ("date_end", "9999-12-31", True),
        ("source_article", "{row} @event@ @row@ '; DROP TABLE raw", True),
    ],
)
def test_hostile_cells_stay_cells(tmp_path: Path, name: str, value: str, kept: bool) -> None:
    cells = [list(r) for r in GED[:4]]
    cells[1][column(name)] = value
    if name == "date_end":
        cells[1][column("date_prec")] = "5"
    table, chunks, _ = read(_wrote(tmp_path / "t.csv", text_of(cells).encode()), tmp_path / "w")
    assert (sum(c.mapped for c in chunks), sum(c.aside for c in chunks) + table.refused) == ((3, 0) if kept else (2, 1))
