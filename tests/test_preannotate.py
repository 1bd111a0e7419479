"""Proposals for annotators: which words of a text are known names, in all scripts, and that nobody private is among them."""

from __future__ import annotations

import importlib.util
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kg import cli
from kg.model import AnnotatedReport, Mention, Report, TextSpan
from kg.pipeline import Options, ingest
from kg.preannotation import Name, Names, of_store
from kg.readers import brat, label_studio
from kg.resolver import reference as tables
from kg.resources import reference_dir
from kg.store.generations import StoreDirectory
from tests.small_reports import Small

PROJECT = Path(__file__).resolve().parent.parent
NAMES = Names(
    [
        Name("actor/russia", "State", "Russia", True, "Russia"),
        Name("actor/russia", "State", "Russian", title="Russia"),
        Name("actor/russia", "State", "روسيا", title="Russia"),
        Name("actor/russia", "State", "俄罗斯", title="Russia"),
        Name("actor/united-states", "State", "US", title="United States"),
        Name("actor/united-states", "State", "U.S.", title="United States"),
        Name("actor/united-states", "State", "United States", True, "United States"),
        Name("actor/islamic-state", "ArmedGroup", "IS", title="Islamic State"),
        Name("actor/tech", "Organization", "IT"),
        Name("actor/jaish-al-fatah", "Alliance", "Jaish al-Fatah", True, "Jaish al-Fatah"),
        Name("actor/jaish-al-fatah", "Alliance", "جيش الفتح", title="Jaish al-Fatah"),
        Name("actor/al-qaeda", "ArmedGroup", "al-Qaeda", True, "al-Qaeda"),
        Name("actor/syrian-army", "ArmedForce", "الجيش السوري", title="Syrian army"),
        Name("actor/syrian-army", "ArmedForce", "الجيش", title="Syrian army"),
        Name("actor/pkk", "ArmedGroup", "Kurdistan Workers' Party", True),
        Name("actor/ypg", "Militia", "People's Protection Units", True),
        Name("actor/turkey", "State", "Turkey", True, "Turkey"),
        Name("place/turkey", "Area", "Turkey", True, "Turkey"),
        Name("actor/pro-assad", "Side", "pro-Assad forces", True),
        Name("place/aleppo", "Settlement", "Aleppo", True),
        Name("place/aleppo", "Settlement", "Halab"),
        Name("place/aleppo-city", "Area", "western Aleppo city", True),
        Name("place/idlib", "Settlement", "إدلب", True),
        Name("place/st-petersburg", "Settlement", "St. Petersburg", True),
        Name("source/sohr", "Source", "SOHR", True),
        Name("actor/sohr", "Organization", "SOHR", True),
    ]
)


def proposed(text: str, names: Names = NAMES) -> list[Mention]:
    report = names.propose(Report("r"), text)
    assert all(m.quote == text[s.start : s.end] for m in report.mentions for s in m.fragments if isinstance(s, TextSpan))
    return list(report.mentions)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Russia and Russian aircraft", ["Russia", "Russian"]),
        ("it told us that it is true", []),
        ("IT told US that IS said so", ["IT", "US", "IS"]),
        ("The U.S. and the U.S.", ["U.S.", "U.S."]),
        ("USSR, ISIS, ITS", []),
        ("a turkey in Turkey", ["Turkey"]),
        ("RUSSIA AND TURKEY", ["RUSSIA", "TURKEY"]),
        ("prussia and Russians", []),
        ("Russia’s and Russia's aims", ["Russia", "Russia"]),
        ("Jaysh al Fateh, JAISH AL-FATAH, Jaish Al Fatah", ["JAISH AL-FATAH", "Jaish Al Fatah"]),
        ("western Aleppo city and Aleppo", ["western Aleppo city", "Aleppo"]),
        ("Western Aleppo. City", ["Aleppo"]),
        ("Aleppo, western Aleppo\n\ncity", ["Aleppo", "Aleppo"]),
        ("of al-Qaeda, el-Qaeda and the Qaeda", ["al-Qaeda", "el-Qaeda", "Qaeda"]),
        ("as Aleppo fell, an Aleppo", ["Aleppo", "Aleppo"]),
        ("the Kurdistan Workers’ Party", ["Kurdistan Workers’ Party"]),
        ("the People’s Protection Units'", ["People’s Protection Units"]),
        ("in St. Petersburg", ["St. Petersburg"]),
        ("Pro-Assad forces, pro-Assad Forces", ["Pro-Assad forces", "pro-Assad Forces"]),
        ("(Aleppo) “Aleppo” Aleppo/Idlib Aleppo-based", ["Aleppo", "Aleppo", "Aleppo", "Aleppo"]),
        ("💥Aleppo💥", ["Aleppo"]),
        ("", []),
        ("the al- US", ["US"]),
    ],
)
def test_words_are_names_only_as_they_are_written(text: str, quotes: list[str]) -> None:
    assert [m.quote for m in proposed(text)] == quotes


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("روسيا", ["روسيا"]),
        ("وروسيا لروسيا بروسيا كروسيا وبروسيا فروسيا", ["روسيا"] * 6),
        ("رُوسِيَا وَرُوسِيَا", ["رُوسِيَا", "رُوسِيَا"]),
        ("جيش الفتح وجيش الفتح لجيش الفتح", ["جيش الفتح"] * 3),
        ("الجيش السوري والجيش السوري بالجيش", ["الجيش السوري", "الجيش السوري", "الجيش"]),
        ("للجيش السوري", ["جيش السوري"]),
        ("ادلب وإدلب", ["ادلب", "إدلب"]),
        ("俄罗斯军队和俄罗斯", ["俄罗斯", "俄罗斯"]),
        ("在Aleppo的俄罗斯", ["Aleppo", "俄罗斯"]),
    ],
)
def test_all_scripts(text: str, quotes: list[str]) -> None:
    assert [m.quote for m in proposed(text)] == quotes


def test_a_known_thing_carries_the_label_of_its_class_and_its_reference() -> None:
    (m,) = proposed("the Russian state")
    assert (m.label, [(r.iri, r.name) for r in m.references], m.notes) == ("State", [("sitgraph:actor/russia", "Russia")], ())


def test_an_ambiguous_name_carries_a_note_and_no_reference() -> None:
    (m,) = proposed("in Turkey")
    assert (m.references, m.notes) == ((), ("ambiguous: Turkey (actor/turkey), Turkey (place/turkey)",))


def test_a_source_is_no_other_thing_than_the_actor_of_its_name() -> None:
    (m,) = proposed("SOHR said")
    assert (m.label, m.references[0].iri, m.notes) == ("Organization", "sitgraph:actor/sohr", ())


def test_the_very_spelling_counts_before_others() -> None:
    names = Names([Name("place/hama", "Settlement", "Hama"), Name("place/hamma", "Settlement", "Hamma")])
    assert [m.references[0].iri for m in proposed("Hama and Hamma", names)] == ["sitgraph:place/hama", "sitgraph:place/hamma"]
    assert proposed("Háma", names)[0].notes == ("ambiguous: Hama (place/hama), Hamma (place/hamma)",)


SHORT = Names(
    [
        Name("place/al-waer", "Settlement", "al-Wa'r"),
        Name("place/hass", "Settlement", "Hass", True),
        Name("place/iraq", "State", "Iraq", True),
        Name("place/sanaa", "Settlement", "Sana"),
        Name("source/sana", "Source", "SANA"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the Civil War and al-Waar", ["al-waer: al-Waar"]),
        ("the Al Waer", []),
        ("he HAS left Hass", ["hass: Hass"]),
        ("IRAQ", ["iraq: IRAQ"]),
        ("SANA said in Sana", ["sana: SANA", "sanaa: Sana"]),
    ],
)
def test_short_words_are_names_only_with_their_article_and_letters(text: str, found: list[str]) -> None:
    assert [f"{m.references[0].iri.rpartition('/')[2]}: {m.quote}" for m in proposed(text, SHORT)] == found


def test_a_name_for_searching_is_no_proposal_but_may_be_meant_where_another_thing_has_it() -> None:
    hidden = Name("actor/syria-state", "State", "Syrian", hidden=True, title="Syria")
    capital = Name("actor/regime", "Government", "Damascus", hidden=True, title="regime")
    assert proposed("Syrian", Names([hidden])) == []
    names = Names(
        [
            hidden,
            capital,
            Name("actor/a-military", "ArmedForce", "Syrian", title="Syrian military"),
            Name("place/damascus", "Settlement", "Damascus", True, title="Damascus"),
        ]
    )
    syrian, damascus = proposed("Syrian Damascus", names)
    assert (syrian.label, syrian.references) == ("State", ())
    assert syrian.notes == ("ambiguous: Syria (actor/syria-state), Syrian military (actor/a-military)",)
    assert [r.iri for r in damascus.references] == ["sitgraph:place/damascus"]


def test_what_is_no_name_is_never_proposed() -> None:
    names = Names(Name("actor/x", "Side", words) for words in ("they", "2016", "x", "the", "", "—", "their own"))
    assert names.count == 0
    assert proposed("they, 2016, x, the, their own", names) == []


# --- what a store knows


@pytest.fixture(scope="module")
def names(example_store: Path) -> Names:
    directory = StoreDirectory(example_store)
    return of_store(directory.current().open(), directory.base, tables.load(reference_dir()))


def test_the_reference_tables_and_the_reports_bring_names_in_several_scripts(names: Names) -> None:
    found = {m.quote: m for m in proposed("Jaish al-Fatah, حركة أحرار الشام, Bashar al-Assad, Ramouseh", names)}
    assert [m.label for m in found.values()] == ["Alliance", "ArmedGroup", "Person", "Settlement"]
    assert names.count > 2000


def test_private_persons_and_what_one_report_alone_knows_are_never_proposed(tmp_path: Path) -> None:
    text = "Yasser Someone and Bashar al-Assad met local people and the Foo Brigade near Footown."
    lines = """
        y = Person "Yasser Someone"
        b = Person "Bashar al-Assad"
        p = Collective "local people"
        g = ArmedGroup "Foo Brigade"
        t = Settlement "Footown"
    """
    path = Small("private", "2016-08-01", text, lines).write(tmp_path / "in")
    ingest(tmp_path / "store", [path], Options())
    directory = StoreDirectory(tmp_path / "store")
    generation = directory.current()
    names = of_store(generation.open(), directory.base, tables.load(reference_dir()))
    assert [m.quote for m in proposed(text, names)] == ["Bashar al-Assad", "Foo Brigade", "Footown"]
    known = of_store(generation.open(), directory.base, without_public_roles())
    assert [m.quote for m in proposed(text, known)] == ["Foo Brigade", "Footown"]


def without_public_roles() -> tables.Reference:
    return tables.load()


def test_a_megabyte_takes_seconds(names: Names, project: Path) -> None:
    text = (project / "examples" / "aleppo-2016-12-end.txt").read_text(encoding="utf-8")
    long = text * (1_000_000 // len(text) + 1)
    start = time.monotonic()
    report = names.propose(Report("r"), long)
    assert len(report.mentions) > 5000
    assert time.monotonic() - start < 10


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("Al-Qaeda US وروسيا'’.\n")), max_size=200))
def test_proposals_are_grounded_in_order_and_do_not_overlap(text: str) -> None:
    spans = [m.fragments[0] for m in proposed(text)]
    ends = [(s.start, s.end) for s in spans if isinstance(s, TextSpan)]
    assert all(a < b for a, b in ends)
    assert all(a[1] <= b[0] for a, b in pairwise(ends))


# --- the command


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["preannotate", *(str(a) for a in arguments)])
    error = f"{result.exception}" if result.exception and not isinstance(result.exception, SystemExit) else ""
    return result.exit_code, result.output + error


def test_brat_files_are_read_by_our_reader(example_store: Path, project: Path, tmp_path: Path) -> None:
    source = project / "examples" / "aleppo-2016-08-zahra.txt"
    code, said = run(source, "--store", example_store, "--format", "brat", "-o", tmp_path / "out")
    assert (code, "mentions proposed" in said) == (0, True)
    (report,) = brat.read(tmp_path / "out" / "aleppo-2016-08-zahra.ann")
    assert isinstance(report, AnnotatedReport)
    assert (report.problems, report.report.id, report.report.issued[:7]) == ((), "aleppo-2016-08-zahra", "2016-08")
    assert len(report.mentions) == int(said.split(":")[1].split()[0]) > 5
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        f"aleppo-2016-08-zahra.{e}" for e in ("ann", "meta.json", "txt")
    ]


def test_label_studio_gets_predictions_and_the_same_mentions(example_store: Path, project: Path, tmp_path: Path) -> None:
    source = project / "examples" / "aleppo-2016-09-siege-ar.txt"
    for name in ("brat", "label-studio"):
        assert run(source, "--store", example_store, "--format", name, "-o", tmp_path)[0] == 0
    (one,) = brat.read(tmp_path / f"{source.stem}.ann")
    (other,) = label_studio.read(tmp_path / f"{source.stem}.label-studio.json")
    assert isinstance(one, AnnotatedReport)
    assert isinstance(other, AnnotatedReport)
    assert other.digest() == one.digest()
    assert [p.message for p in other.problems] == [
        "no annotation by a person: the prediction of sitgraph: names of the store is read"
    ]


def test_nothing_is_overwritten(example_store: Path, project: Path, tmp_path: Path) -> None:
    source = project / "examples" / "aleppo-2016-08-zahra.txt"
    (tmp_path / "aleppo-2016-08-zahra.ann").write_text("my work", encoding="utf-8")
    code, said = run(source, "--store", example_store, "--format", "brat", "-o", tmp_path)
    assert (code, "nothing is overwritten" in said) == (2, True)
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["my work"]


def test_texts_that_cannot_be_read_are_told_and_the_others_go_on(example_store: Path, tmp_path: Path) -> None:
    texts = tmp_path / "in" / "deep"
    texts.mkdir(parents=True)
    (texts / "bad.txt").write_bytes(b"Aleppo \xff")
    (texts / "empty.txt").write_bytes(b" \n")
    (texts / "bom.txt").write_bytes("\ufeffIn Aleppo".encode())
    (texts / "none.txt").write_bytes(b"nobody knows a thing")
    (tmp_path / "void").mkdir()
    out = tmp_path / "out"
    code, said = run(
        tmp_path / "in", tmp_path / "nowhere.txt", tmp_path / "void", "--store", example_store, "--format", "brat", "-o", out
    )
    assert code == 1
    for words in (
        "not UTF-8: byte 0xff at byte offset 7",
        "is empty",
        "byte order mark",
        "no known name",
        "nowhere.txt",
        "holds no text",
    ):
        assert words in said
    assert {p.stem for p in out.glob("*.ann")} == {"bom", "none"}
    (report,) = brat.read(out / "bom.ann")
    assert isinstance(report, AnnotatedReport)
    assert report.text == "In Aleppo"
    assert run(tmp_path / "void", "--store", example_store, "--format", "brat", "-o", out)[0] == 2
    assert "expected brat or label-studio" in run(tmp_path / "in", "--store", example_store, "--format", "ttl", "-o", out)[
        1
    ].replace("one of brat, label-studio", "brat or label-studio")


# --- the page


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preannotation_table", PROJECT / "scripts" / "preannotation_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their types
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_page_says_what_is_measured(script: ModuleType, shared: Path) -> None:
    assert script.page(shared / "data" / "seed-report") == (PROJECT / "docs" / "preannotate.md").read_text(encoding="utf-8")


def test_the_sums_on_the_page_add_up() -> None:
    page = (PROJECT / "docs" / "preannotate.md").read_text(encoding="utf-8")
    rows = [
        [int(c.split()[0]) for c in line.split("|")[2:-1]]
        for line in page.splitlines()
        if line.startswith("| ") and "names" not in line
    ]
    *reports, total = rows
    assert len(reports) == 14
    assert [sum(column) for column in zip(*reports, strict=True)] == total
    assert f"Recall of names {total[1] / total[0]:.1%}, precision {total[3] / total[2]:.1%}" in page
    assert total[1] / total[0] > 0.8
    assert total[3] / total[2] > 0.9
