"""Names and keys (specification, section 11): which words name a thing, and which spellings meet.

The pairs on «Jaish al-Fatah» are the specification's measured ones: a spelling either has the same key or stands in the alias
table, a false friend is never the same actor.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.config import DEFAULT_BASE
from kg.iri import Space
from kg.names import bare_place_names, is_name, is_pronoun, key
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Reference
from kg.resolver.resolve import resolve
from kg.resources import reference_dir
from tests.small_reports import Small, claimed, reference_folder

ALIKE = [
    ("Jaish al-Fatah", "Jaysh al-Fatah"),
    ("Jaish al-Fatah", "the JAISH AL FATAH"),
    ("Jaish al-Fatah", "Jaish el-Fatah"),
    ("Ahrar al-Sham", "Ahrar ash-Sham"),
    ("Qaboun", "Kabun"),
    ("Khan Touman", "Han Tuman"),
    ("Ghouta", "Gouta"),
    ("Raqqa", "Rakka"),
    ("Saleem", "Salim"),
    ("Nour al-Din", "Nur ad-Din"),
    ("Ba'ath Party", "Baʿath Party"),
    ("U.S. Army", "US Army"),
    ("Aleppo’s", "Aleppo"),
    ("Deir ez-Zor", "Deir ez Zor"),
    ("Idlib", "İdlib"),
    ("São Paulo", "Sao Paulo"),
    ("جيش الفتح", "جَيْش الفَتْح"),
    ("أحرار الشام", "احرار الشام"),
    ("جبهة النصرة", "جبهه النصره"),
    ("الراموسة", "راموسة"),
    ("موسى", "موسي"),
]
APART = [
    ("Jaish al-Fatah", "Fatah al-Sham"),
    ("Jaish al-Fatah", "Fatah Halab"),
    ("Jaish al-Fatah", "Jaysh al-Sham"),
    ("Jaish al-Fatah", "Jaish al-Nasr"),
    ("Hit", "Hatay"),
    ("Homs", "Hama"),
    ("Northern Storm", "Storm"),
    ("جيش الفتح", "فتح حلب"),
    ("1070 project", "3000 project"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_names_do_not(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(st.text(max_size=40))
def test_a_key_knows_no_space_around_a_name_and_no_article_before_it(name: str) -> None:
    assert key(name) == key(f"  {name} ")
    assert key(f"{name} x") == key(f"the {name} x")


@pytest.mark.parametrize(
    ("words", "before", "expected"),
    [
        ("Jaish al-Fatah", "fighters of ", True),
        ("Fatah Halab", "", True),  # the second word is not upper-case for opening the sentence
        ("Rebels", "It rained. ", False),
        ("Rebels", "", False),
        ("Rebels", "It rained.\n", False),
        ("Rebels", "he said: “", False),
        ("Zahra", "fighters in ", True),
        ("ISIS", "", True),  # an acronym is upper-case for being one
        ("The Army", "", True),
        ("the army", "said ", False),
        ("They", "said that ", False),
        ("US", "the ", True),
        ("WHO", "the ", True),
        ("1070 project", "the ", False),
        ("pro-Assad forces", "the ", True),
        ("الجيش السوري", "", True),
        ("20", "", False),
        ("al-Qaeda", "", True),
    ],
)
def test_what_is_a_name(words: str, before: str, expected: bool) -> None:
    assert is_name(words, before) is expected


@pytest.mark.parametrize(
    ("words", "expected"), [("it", True), ("their own", True), ("The others", True), ("US", False), ("the army", False)]
)
def test_what_is_a_pronoun(words: str, expected: bool) -> None:
    assert is_pronoun(words) is expected


def test_a_place_without_its_generic_word() -> None:
    assert bare_place_names("town of Ramouseh") == [("Ramouseh", ("town", "city", "village"))]
    assert bare_place_names("the Zahra district") == [("Zahra", ("district", "neighbourhood"))]
    assert bare_place_names("Zahra") == bare_place_names("part of Ramouseh") == []


# --- who is who


@pytest.fixture(scope="module")
def reference() -> Reference:
    return tables.load(reference_dir())


def test_what_a_private_person_is_elsewhere_is_not_told(tmp_path: Path, reference: Reference) -> None:
    lines = 'a = Person "John Smith"\nN a wikidata:Q42 John_Smith\nb = ArmedGroup "Zulu Brigade"\nN b wikidata:Q43 Zulu'
    claims = claimed(Small("r", "2016-08-15", "With John Smith of Zulu Brigade.", lines), tmp_path)
    found = resolve(claims, reference, judgements((), Space(DEFAULT_BASE), reference))
    assert [iri for _, iri in found.external] == ["wikidata:Q43"]


def resolved(folder: Path, reference: Reference, text: str, lines: str) -> dict[str, str]:
    claims = claimed(Small("r", "2016-08-15", text, lines), folder)
    found = resolve(claims, reference, judgements((), Space(DEFAULT_BASE), reference))
    return {e.mentions[0].quote: p for e, p in zip(claims.entities, found.paths, strict=True)}


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Jaysh al-Fatah", True),
        ("Jaish al-Fateh", True),
        ("Jeish el-Fatah", True),
        ("Jaysh al-Fath", True),
        ("Army of Conquest", True),
        ("جيش الفتح", True),
        ("Fatah al-Sham", False),
        ("Fatah Halab", False),
        ("Jaysh al-Sham", False),
        ("Jaish al-Nasr", False),
    ],
)
def test_the_measured_spellings_of_one_alliance(tmp_path: Path, reference: Reference, name: str, same: bool) -> None:
    found = resolved(tmp_path, reference, f"With {name} in Aleppo.", f'a = Alliance "{name}"\np = Settlement "Aleppo"')
    assert (found[name] == "actor/jaish-al-fatah") is same


SYRIA, IRAQ = ("Aleppo", 'p = Settlement "Aleppo"'), ("Mosul", 'p = Settlement "Mosul"')


@pytest.mark.parametrize(
    ("label", "words", "where", "expected"),
    [
        ("Government", "regime", SYRIA, "actor/assad-regime"),
        ("Government", "government forces", SYRIA, "actor/assad-regime"),
        ("ArmedForce", "government forces", IRAQ, "actor/iraqi-security-forces"),
        ("ArmedForce", "army", SYRIA, "actor/syrian-military"),
        ("ArmedForce", "army", IRAQ, "actor/iraqi-army"),
        ("ArmedForce", "Iraqi forces", IRAQ, "actor/iraqi-security-forces"),
        ("Side", "opposition", SYRIA, "actor/syrian-rebels"),
        ("Side", "المعارضة", SYRIA, "actor/syrian-rebels"),
        ("Government", "النظام", SYRIA, "actor/assad-regime"),
        ("Alliance", "coalition", IRAQ, "actor/us-led-coalition"),
        ("Side", "Turkish-backed rebels", SYRIA, "actor/turkish-backed-forces"),
        ("State", "Moscow", SYRIA, "actor/russia"),
        ("Government", "Baghdad", IRAQ, "actor/iraqi-government"),
    ],
)
def test_a_role_is_somebody_where_the_report_gives_the_theatre(
    tmp_path: Path, reference: Reference, label: str, words: str, where: tuple[str, str], expected: str
) -> None:
    found = resolved(tmp_path, reference, f"Near {where[0]} the {words} waited.", f'a = {label} "{words}"\n{where[1]}')
    assert found[words] == expected


@pytest.mark.parametrize(
    ("label", "words", "lines"),
    [
        ("Government", "regime", ""),  # no theatre
        ("Side", "opposition", 'p = Settlement "Paris"'),  # a place of neither
        ("Collective", "rebels", 'p = Settlement "Aleppo"'),  # a description is no side
        ("Person", "regime", 'p = Settlement "Aleppo"'),  # never across kinds
        ("State", "army", 'p = Settlement "Aleppo"'),
    ],
)
def test_and_nobody_otherwise(tmp_path: Path, reference: Reference, label: str, words: str, lines: str) -> None:
    found = resolved(tmp_path, reference, f"Near Aleppo or Paris the {words} waited.", f'a = {label} "{words}"\n{lines}')
    assert found[words].startswith("actor/r-")


def test_a_state_is_an_actor_and_its_territory_a_place(tmp_path: Path, reference: Reference) -> None:
    found = resolved(tmp_path, reference, "By Russia, in Syria.", 'a = State "Russia"\nb = Area "Syria"')
    assert found == {"Russia": "actor/russia", "Syria": "place/syria"}


def test_an_identity_elsewhere_leads_to_an_actor_or_a_place_by_the_label(tmp_path: Path) -> None:
    rows = ["actor/somebody,ArmedGroup,rebel-group,,syria,,Q1,a person", "actor/nobody,ArmedGroup,,,,,,a person"]
    own = tables.load(reference_dir(), reference_folder(tmp_path / "own", actors=rows))
    lines = 'a = {} "somebody"\nN a wikidata:Q1 Somebody'
    assert resolved(tmp_path, own, "With somebody.", lines.format("ArmedGroup"))["somebody"] == "actor/somebody"
    assert resolved(tmp_path, own, "With somebody.", lines.format("Area"))["somebody"].startswith("place/x-")


def test_an_unknown_name_has_one_iri_everywhere_and_a_description_or_person_one_per_report(
    tmp_path: Path, reference: Reference
) -> None:
    lines = 'a = ArmedGroup "Zulu Brigade"\nb = Collective "raiders"\nc = Person "John Smith"\nd = Side "Zulu forces"'
    one = resolved(tmp_path, reference, "With Zulu Brigade, raiders, John Smith, Zulu forces.", lines)
    two = resolved(tmp_path, reference, "Later with Zulu Brigade, raiders, John Smith, Zulu forces.", lines)
    assert one["Zulu Brigade"] == two["Zulu Brigade"]
    assert one["Zulu Brigade"].startswith("actor/x-")
    for words in ("raiders", "John Smith", "Zulu forces"):
        assert one[words].startswith("actor/r-")
        assert one[words] != two[words]


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ('a = Person "John Smith"\nN a sitgraph:actor/john-smith John_Smith', "actor/r-"),
        ('a = Person "John Smith"\nN a sitgraph:actor/nobody-knows John_Smith', "actor/r-"),
        ('a = Person "John Smith"\nN a sitgraph:actor/jane-smith Jane_Smith', "actor/jane-smith"),
    ],
)
def test_only_a_person_with_a_public_role_is_one_for_all_reports(tmp_path: Path, lines: str, path: str) -> None:
    rows = ["actor/john-smith,Person,,,,,,a person", "actor/jane-smith,Person,,,,minister,,a person"]
    own = tables.load(reference_dir(), reference_folder(tmp_path / "own", actors=rows))
    assert resolved(tmp_path, own, "With John Smith.", lines)["John Smith"].startswith(path)
