"""MUC-3/4: texts and keys of our own, quirk by quirk; then the whole corpus, counted; then the claims that it makes."""

from __future__ import annotations

import contextlib
import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import schemes
from kg.claims import ReportClaims, claims_of
from kg.errors import Problem, ReadError
from kg.iri import Space
from kg.model import AnnotatedReport, Link, Mention, TextSpan, quote_of
from kg.pipeline import Options, ingest
from kg.quads import report_quads
from kg.readers import muc, walk
from kg.readers._muc_keys import MAX_FILLERS, SLOTS, Filler, filler
from kg.readers._muc_names import is_described, one_thing
from kg.readers._muc_places import COUNTRIES, Place, chains
from kg.readers._muc_said import figures
from kg.readers._muc_texts import Words, dateline, messages
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Decision
from kg.resolver.resolve import resolve
from kg.store.generations import StoreDirectory
from kg.view import local
from kg.view.canonical import Canonical, Consolidated
from kg.view.consolidate import consolidate

DATA = Path(__file__).parent / "data/muc"
KEY = DATA / "incidents/key-dev-0001.muc4"
EXPECTED = list(csv.DictReader((DATA / "incidents/expected.csv").read_text(encoding="utf-8").splitlines()))
BROKEN = (DATA / "broken/expected.txt").read_text(encoding="utf-8").splitlines()


def reports_of(key: Path) -> dict[str, AnnotatedReport]:
    return {r.report.id: r for r in muc.read(key) if isinstance(r, AnnotatedReport)}


def problems_of(key: Path) -> list[Problem]:
    """Those of the file and those of its reports."""
    read = list(muc.read(key))
    return [p for item in read for p in (item.problems if isinstance(item, AnnotatedReport) else (item,))]


def the(report: AnnotatedReport, label: str, quote: str) -> Mention:
    return next(m for m in report.mentions if m.label == label and " ".join(m.quote.split()) == quote)


@pytest.fixture(scope="module")
def incidents() -> dict[str, AnnotatedReport]:
    return reports_of(KEY)


# -- our own key, row by row


def test_the_expectations_are_whole() -> None:
    assert len(EXPECTED) == 28
    assert len(BROKEN) == 15


@pytest.mark.parametrize("row", EXPECTED, ids=lambda r: f"{r['report'][-1]}|{r['quote']}|{r['attribute']}")
def test_mention(row: dict[str, str], incidents: dict[str, AnnotatedReport]) -> None:
    report = incidents[row["report"]]
    fitting = [m for m in report.mentions if m.label == row["label"] and " ".join(m.quote.split()) == row["quote"]]
    said = [v for m in fitting for v in (m.notes if row["attribute"] == "note" else (m.attribute(row["attribute"]),))]
    assert row["value"] in said
    links = {k.label for k in report.links if k.target in {m.id for m in fitting}}
    assert row["link"] in links if row["link"] else not links & {row["label"]}


def test_spans_select_their_quotes(incidents: dict[str, AnnotatedReport]) -> None:
    for report in incidents.values():
        for m in report.mentions:
            spans = [f for f in m.fragments if isinstance(f, TextSpan)]
            assert spans
            assert quote_of(report.text, spans) == m.quote


def test_what_is_broken_is_told_with_its_line() -> None:
    found = {
        f"{Path(p.path).name}{f':{p.line}' if p.line else ''}: {p.message}"
        for p in problems_of(DATA / "broken/key-dev-0001.muc4")
    }
    lacking = {f for f in found if "this one lacks" in f}
    assert found - lacking == {b for b in BROKEN if "this one lacks" not in b}
    assert len(lacking) == 3
    assert any(f.startswith(b) for b in BROKEN if "this one lacks" in b for f in lacking)


def test_what_is_broken_leaves_the_rest() -> None:
    report = reports_of(DATA / "broken/key-dev-0001.muc4")["DEV-MUC3-0001"]
    assert [(m.label, m.quote) for m in report.mentions] == [("ATTACK", "KILLED"), ("HUM-TGT-NAME", "JUAN ROE")]


# -- the quirks of the corpus


def test_quirk_wrapped_lines_and_hyphens() -> None:
    words = Words("THE MAOIST-\nINCLINED HARBOR\nBANK OF O'NEILL, U.S. [SIC]")
    for filler_words in ("MAOIST-INCLINED HARBOR BANK", "BANK OF O'NEILL", "U.S."):
        (place,) = words.places(filler_words)
        assert words.text[words.spans(place)[0].start :].startswith(filler_words[:4])
    assert words.places("INCLINED HAR") == ()  # half a word is none


def test_quirk_words_put_together_from_a_list() -> None:
    words = Words("THE MAYORS OF EL MONTE AND OF LA VEGA. OFFICES BURNED.")
    (place,) = words.places("MAYORS OF EL MONTE AND LA VEGA")
    spans = words.spans(place)
    assert [words.text[s.start : s.end] for s in spans] == ["MAYORS OF EL MONTE AND", "LA VEGA"]
    assert words.places("MAYORS OFFICES") == ()  # never across sentences


def test_quirk_brackets_and_quotes_inside_a_filler() -> None:
    words = Words('THE "NIGHT SHIFT" GANG, FRONT [RLF (ALDO)] AND "X"')
    assert words.text[slice(*_ends(words, "NIGHT SHIFT GANG"))] == '"NIGHT SHIFT" GANG'
    assert words.text[slice(*_ends(words, "FRONT RLF"))] == "FRONT [RLF"
    assert words.text[slice(*_ends(words, "FRONT RLF ALDO"))] == "FRONT [RLF (ALDO)"


def _ends(words: Words, filler_words: str) -> tuple[int, int]:
    (place,) = words.places(filler_words)
    (span,) = words.spans(place)
    return span.start, span.end


@pytest.mark.parametrize(
    ("head", "place", "issued", "source"),
    [
        ("   SAN JUAN, 30 OCT 89 (CANAL DOCE) -- [TEXT] X", "SAN JUAN", "1989-10-30", "CANAL DOCE"),
        ("   LIMA, 3 JAN 90 -- [REPORT] X", "LIMA", "1990-01-03", ""),
        ("   CLANDESTINE, 8 JAN 90 (RADIO X)-- [TEXT]", "CLANDESTINE", "1990-01-08", "RADIO X"),
        ("   BOGOTA, 18 APRIL 89 (AFP) -- [TEXT]", "BOGOTA", "1989-04-18", "AFP"),
        ("   PERTH (AUSTRALIA), JUNE 11 89 (AFP) -- X", "PERTH (AUSTRALIA)", "1989-06-11", "AFP"),
        ("   TAIPEI (TAIWAN), 4 SEPT 89 (CNA) -- X", "TAIPEI (TAIWAN)", "1989-09-04", "CNA"),
        ("   BOGOTA, 27 APR 90 [CADENA 1) -- X", "BOGOTA", "1990-04-27", "CADENA 1"),
        ("   SAN JUAN, 17 NOV 89 (AGENCY [IPS]) -- X", "SAN JUAN", "1989-11-17", "AGENCY [IPS]"),
        ("   SAN JUAN, NO DATE (FBIS) -- X", "SAN JUAN", "", "FBIS"),
        ("   SAN JUAN, 12 NOV (EFE) -- X", "SAN JUAN", "", "EFE"),
        ("   SAN JUAN, 31 FEB 90 (EFE) -- X", "SAN JUAN", "", "EFE"),
        ("   CARACAS, 30 AUG 89 (DPA\nAGENCY) -- X", "CARACAS", "1989-08-30", "DPA AGENCY"),
    ],
)
def test_quirk_datelines(head: str, place: str, issued: str, source: str) -> None:
    found = dateline(head)
    assert found
    assert (found.place, found.issued, found.source) == (place, issued, source)


def test_quirk_a_text_without_a_dateline() -> None:
    assert dateline("   A TEXT, WITH A COMMA -- AND A DASH") is None


def test_quirk_words_indistinct_stay(incidents: dict[str, AnnotatedReport]) -> None:
    text = incidents["DEV-MUC3-0002"].text
    assert "[WORDS INDISTINCT]" in text
    assert text.startswith("   CLANDESTINE")
    assert text.endswith("MILD.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"A" / "B"', Filler(("A", "B"), quoted=True)),
        ('? "A"', Filler(("A",), optional=True, quoted=True)),
        ('?"A"', Filler(("A",), optional=True, quoted=True)),
        ('DEATH: "A" / "B"', Filler(("DEATH",), ("A", "B"))),
        ('? DEATH / INJURY: "A"', Filler(("DEATH", "INJURY"), ("A",), optional=True)),
        ('SOME DAMAGE /DESTROYED: "A"', Filler(("SOME DAMAGE", "DESTROYED"), ("A",))),
        ('(POSSIBLE / ACQUITTED): "A"', Filler(("POSSIBLE", "ACQUITTED"), ("A",))),
        ('? ("A" / "B"): "C"', Filler(("A", "B"), ("C",), optional=True, quoted=True)),
        ('SPAIN : "A"', Filler(("SPAIN",), ("A",))),
        (r'"\"A\" B"', Filler(('"A" B',), quoted=True)),
        ('"A "B" C"', Filler(('A "B" C',), quoted=True)),
        ('OFFICE: ""A B"', Filler(("OFFICE",), ('"A B',))),
        ('INJURY: "16 X / "Y"', Filler(("INJURY",), ('16 X / "Y',))),
        ('MACHINEGUNS"', Filler(("MACHINEGUNS",), quoted=False)),
        ('GUN: "-"', Filler(("GUN",))),
        ("GUN: -", Filler(("GUN",))),
        ('"A / B": "C: D"', Filler(("A / B",), ("C: D",), quoted=True)),
    ],
)
def test_quirk_fillers(value: str, expected: Filler) -> None:
    found = filler(value, 0)
    assert (found.about, found.optional) == (expected.about, expected.optional)
    assert found.alternatives[: len(expected.alternatives)] == expected.alternatives


@pytest.mark.parametrize(
    ("value", "note"),
    [("6", "best=6"), ("6-8", "low=6 high=8"), ("6-", "low=6"), ("-26", "high=26"), ("- 15", "high=15"), ("~100", "best=100"),
     ("23 -", "low=23"), ("PLURAL", "low=2"), ("0", "best=0"), ("MANY", ""), ("", ""), ("1 + 2", "")],
)  # fmt: skip
def test_quirk_numbers(value: str, note: str) -> None:
    assert figures(value) == note


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        ("PERU", [["PERU"]]),
        ("PERU: LIMA (CITY): SAN ISIDRO (NEIGHBORHOOD)", [["PERU", "LIMA/CITY", "SAN ISIDRO/NEIGHBORHOOD"]]),
        ("CHILE: NORTH (REGION) - CENTER (REGION)", [["CHILE", "NORTH/REGION - CENTER/REGION"]]),
        ("(PERU: A (CITY)) / (PERU: A (DEPARTMENT))", [["PERU", "A/CITY"], ["PERU", "A/DEPARTMENT"]]),
        ("PERU: LIMA (CITY / MUNICIPALITY)", [["PERU", "LIMA/CITY / MUNICIPALITY"]]),
        ("PERU: A (CITY) / PERU: B (TOWN)", [["PERU", "A/CITY"], ["PERU", "B/TOWN"]]),
        ("HONDURAS / EL SALVADOR", [["HONDURAS"], ["EL SALVADOR"]]),
        ("", []),
    ],
)
def test_quirk_places_are_chains(value: str, readings: list[list[str]]) -> None:
    def shown(p: Place) -> str:
        return f"{p.name}/{p.type}" if p.type else p.name

    assert [[" - ".join(map(shown, step)) for step in chain] for chain in chains(value)] == readings


def test_quirk_a_country_is_known_whatever_the_text_calls_it(tmp_path: Path) -> None:
    key = _corpus(tmp_path, "THE SALVADORAN POLICE KILLED A DOG.", LOCATION="EL SALVADOR", TYPE="ATTACK")
    (report,) = reports_of(key).values()
    country = the(report, "INCIDENT-LOCATION", "SALVADORAN")
    assert [(r.iri, r.name) for r in country.references] == [(f"wikidata:{COUNTRIES['EL SALVADOR']}", "EL SALVADOR")]


@pytest.mark.parametrize(
    ("value", "edtf", "words"),
    [
        ("19 MAR 89", "1989-03-19", "19 MARCH"),
        ("- 02 NOV 89", "[..1989-11-02]", "LIMA, 5 NOV 89"),
        ("-20 MAR 89", "[..1989-03-20]", "LIMA, 5 NOV 89"),
        ("19 MAR 89 - 20 MAR 89", "[1989-03-19..1989-03-20]", "19 MARCH"),
        ("05 NOV 89", "1989-11-05", "TODAY"),
        ("03 NOV", "1989-11-03", "FRIDAY"),
        ("01 SEP 89 / 02 SEP 89", "1989-09-01", "LIMA, 5 NOV 89"),
        ("(04 NOV 89) / (- 05 NOV 89)", "1989-11-04", "LIMA, 5 NOV 89"),
    ],
)
def test_quirk_dates(value: str, edtf: str, words: str, tmp_path: Path) -> None:
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED ON 19 MARCH. TODAY IT IS CLOSED, NOT ON FRIDAY.", DATE=value, TYPE="BOMBING")
    (report,) = reports_of(key).values()
    (day,) = [m for m in report.mentions if m.label == "INCIDENT-DATE"]
    assert day.notes == (f"edtf={edtf}",)
    assert day.quote == words


@pytest.mark.parametrize("value", ["11 NOV 90 - 19 NOV 89", "11 NOV 89 - 31 NOV 89", "11 NOV 00", "SOMEDAY"])
def test_quirk_dates_that_cannot_be(value: str, tmp_path: Path) -> None:
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED.", DATE=value, TYPE="BOMBING")
    (report,) = reports_of(key).values()
    assert "INCIDENT-DATE" not in {m.label for m in report.mentions}
    assert any(f"{value!r} is not understood" in p.message for p in report.problems)


def test_quirk_one_text_with_several_incidents(incidents: dict[str, AnnotatedReport]) -> None:
    found = [m for m in incidents["DEV-MUC3-0003"].mentions if m.label in ("KIDNAPPING", "ARSON")]
    assert [m.quote for m in found] == ["KIDNAPPED", "THREATENED"]


SPACE, REFERENCE = Space("http://test.example/"), tables.load()
SAME_INCIDENT = ("DEV-MUC3-0239", "DEV-MUC3-0240")
"""The murder of a minister on 9 June 1989, as told from San Jose and from Guatemala City."""


def _view(reports: list[AnnotatedReport], *more: Decision) -> tuple[Consolidated, list[Canonical]]:
    """What is made of reports with more decisions of reviewers than ship; and the incidents among it."""
    judged = judgements((*REFERENCE.decisions, *more), SPACE, REFERENCE)
    graphs = []
    for report in reports:
        claims = claims_of(schemes.apply(report).report)
        graphs.append(local.read(q.triple for q in report_quads(claims, resolve(claims, REFERENCE, judged), SPACE)))
    view = consolidate(graphs, judged, SPACE, lambda p: (SPACE.id(c) for c in REFERENCE.within(SPACE.path(p))), frozenset())
    return view, [s for s in view.situations.values() if s.cls == "ViolenceAgainstCivilians"]


def test_quirk_one_incident_in_several_texts(shared: Path) -> None:
    """Two texts tell one incident: two events until a reviewer says that they are one, and then one that rests on both."""
    found = reports_of(shared / "data/muc34/raw/dev/key-dev-0201.muc4.gz")
    reports = [found[name] for name in SAME_INCIDENT]
    view, apart = _view(reports)
    assert [[m.report.id for m in s.members] for s in apart] == [[name] for name in SAME_INCIDENT]
    assert apart[0].bounds == apart[1].bounds
    assert apart[0].fillers("place") == apart[1].fillers("place"), "alike as they are, nobody guesses"
    same = Decision("d1", "2020-01-01", "reviewer", "same-event", SPACE.path(apart[0].iri), SPACE.path(apart[1].iri))
    merged, (event,) = _view(reports, same)
    assert [m.report.id for m in event.members] == list(SAME_INCIDENT)
    assert (event.iri, event.would_be) == (apart[0].iri, (apart[1].iri,)), "its first report names it"
    assert len(event.claims) == 2
    assert not merged.notes
    parts = [s for s in merged.situations.values() if s.cls in ("Participation", "CasualtyEstimate")]
    assert {p.linked("ofEvent") for p in parts} == {(event.iri,)}, "what each text says is said of the one event"
    assert len(parts) == sum(s.cls in ("Participation", "CasualtyEstimate") for s in view.situations.values()) == 10


def test_quirk_the_same_words_for_two_fillers(tmp_path: Path) -> None:
    """What is said of the first and of the second filler with the same words is said of one each."""
    key = _corpus(
        tmp_path, "TWO GUARDS DIED; ONE OTHER OF THE GUARDS WAS WOUNDED.", TYPE="ATTACK",
        **{"HUM TGT: DESCRIPTION": '"GUARDS"\n"GUARDS"', "HUM TGT: EFFECT OF INCIDENT": 'DEATH: "GUARDS"\nINJURY: "GUARDS"'},
    )  # fmt: skip
    (report,) = reports_of(key).values()
    effects = [m.attribute("HUM-TGT-EFFECT-OF-INCIDENT") for m in report.mentions if m.label == "HUM-TGT-DESCRIPTION"]
    assert effects == ["DEATH", "INJURY"]


def test_quirk_a_template_without_incident_is_a_report_without_mentions(incidents: dict[str, AnnotatedReport]) -> None:
    assert incidents["DEV-MUC3-0002"].mentions == ()


@pytest.mark.parametrize(
    "name", ["keys_dev.txt", "doc_dev.txt", "dev.json", "keys_train.txt.gz", "doc_train.txt.gz", "train.json.gz"]
)
def test_quirk_the_processed_form_is_refused(name: str, shared: Path) -> None:
    path = shared / "data/muc34/processed" / name
    assert muc.detect(path)
    with pytest.raises(ReadError, match="processed form of MUC-3/4, in which dates, places and effects are lost"):
        list(muc.read(path))


# -- files that find each other


def _corpus(folder: Path, text: str, head: str = "   LIMA, 5 NOV 89 (X) -- [TEXT] ", **slots: str) -> Path:
    """A key and its text; slots by the last words of their names."""
    values = {s: next((v for k, v in slots.items() if s.endswith(k)), "-") for s in SLOTS}
    values |= {SLOTS[0]: "TST1-MUC3-0001", SLOTS[1]: "1", "INCIDENT: STAGE OF EXECUTION": "ACCOMPLISHED"}
    if "TYPE" in slots:
        values |= {s: "-" for s in SLOTS if s.endswith(" TYPE")} | {"INCIDENT: TYPE": slots["TYPE"]}
    indent = "\n" + " " * 36
    key = "\n".join(f"{f'{n}.':<4}{s:<32}{indent.join(v.split(chr(10)))}" for n, (s, v) in enumerate(values.items()))
    (folder / "tst1-muc3").write_text(f"TST1-MUC3-0001\n\n{head}{text}\n", encoding="utf-8")
    path = folder / "key-tst1.v7"
    path.write_text(key + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("packed", [(False, False), (True, False), (False, True), (True, True)])
def test_gzip_and_plain_give_the_same(packed: tuple[bool, bool], tmp_path: Path, incidents: dict[str, AnnotatedReport]) -> None:
    for source, pack in zip((KEY, KEY.with_name("dev-muc3-0001-0100")), packed, strict=True):
        data = source.read_bytes()
        target = tmp_path / (source.name + (".gz" if pack else ""))
        target.write_bytes(gzip.compress(data) if pack else data)
    (key,) = tmp_path.glob("key*")
    assert reports_of(key) == incidents
    assert [type(e).__name__ for e in walk([tmp_path]).entries] == ["Readable"]


def test_the_texts_belong_to_the_key(tmp_path: Path) -> None:
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED.", TYPE="BOMBING")
    texts = key.with_name("tst1-muc3")
    assert texts in muc.companions(key)
    (alone,) = walk([texts]).unclaimed
    assert alone.reason == "belongs to key-tst1.v7; give that file, or the folder"
    with pytest.raises(ReadError, match="holds texts and no templates; give the key file"):
        list(muc.read(texts))
    texts.unlink()
    assert [p.message for p in problems_of(key)] == [
        "the texts of this key are not beside it; expected a file called tst1-muc3 or tst1-muc4"
    ]


def test_metadata_of_the_folder(tmp_path: Path) -> None:
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED.", TYPE="BOMBING")
    (tmp_path / "metadata.csv").write_text("id,publisher,title\nTST1-MUC3-0001,FBIS,Bridges\n", encoding="utf-8")
    (report,) = reports_of(key).values()
    assert (report.report.publisher, report.report.title, report.report.issued) == ("FBIS", "Bridges", "1989-11-05")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("key-a.v1", b"\x1f\x8b\x08\x00damaged", "is gzip, and damaged"),
        ("key-a.v1", b"0.  MESSAGE: ID   A\xff\n", "not UTF-8"),
        ("key-a.v1", b"nothing\n", "holds no template"),
    ],
)
def test_what_is_no_key_is_refused(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert not muc.detect(path)
    with pytest.raises(ReadError, match=message):
        list(muc.read(path))


def test_a_small_file_that_unfolds_into_a_large_one(tmp_path: Path) -> None:
    path = tmp_path / "key-a.v1.gz"
    path.write_bytes(gzip.compress(b"; \n" * 8_000_000))
    with pytest.raises(ReadError, match="unpacked more than MAX_ANNOTATION_BYTES"):
        list(muc.read(path))


def test_more_fillers_than_anybody_writes(tmp_path: Path) -> None:
    many = "\n".join(f'"G{n}"' for n in range(MAX_FILLERS + 50))
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED.", TYPE="BOMBING", **{"PERP: INDIVIDUAL ID": many})
    told = [p.message for p in problems_of(key)]
    assert told.count(f"the slot PERP: INDIVIDUAL ID has more than {MAX_FILLERS} fillers; the rest is not read") == 1
    assert sum("is not found in the text" in m for m in told) == MAX_FILLERS


def test_a_text_longer_than_any(tmp_path: Path) -> None:
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED. " * 20_000, TYPE="BOMBING")
    assert [p.message for p in problems_of(key)] == ["TST1-MUC3-0001 is longer than 262,144 characters"]


def test_reports_come_one_at_a_time() -> None:
    read = muc.read(KEY)
    assert isinstance(read, Iterator)
    first = next(read)
    assert isinstance(first, AnnotatedReport)
    assert first.report.id == "DEV-MUC3-0001"


@given(
    st.lists(
        st.sampled_from(['"', "/", ":", "?", "(", ")", "-", "*", "\\", " ", "A", "GUARDS", "6-", "\u00df", "\n"]), max_size=40
    )
)
def test_any_filler_is_read(parts: list[str]) -> None:
    found = filler("".join(parts).replace("\n", " "), 1)
    assert all(a.strip() == a for a in found.alternatives if found.quoted is False)


@given(st.data())
def test_any_damage_is_told_and_ends(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("muc")
    for source in (KEY, KEY.with_name("dev-muc3-0001-0100")):
        content = bytearray(source.read_bytes())
        for _ in range(data.draw(st.integers(0, 6))):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
        (folder / source.name).write_bytes(content)
    with contextlib.suppress(ReadError):
        for item in muc.read(folder / KEY.name):
            assert isinstance(item, AnnotatedReport | Problem)
            if isinstance(item, AnnotatedReport):
                schemes.apply(item)


@given(st.text(max_size=300))
def test_words_stand_where_they_are_found(text: str) -> None:
    words = Words(text)
    for n, token in enumerate(words.tokens):
        places = words.places(token)
        assert not places or any(p[0][0] == n for p in places) or len(places) == 50
    for message in messages(text):
        assert message.text in text


# -- the corpus


@pytest.fixture(scope="module")
def corpus(shared: Path) -> list[AnnotatedReport]:
    found = []
    for key in sorted((shared / "data/muc34/raw").glob("*/key-*")):
        for item in muc.read(key):
            assert isinstance(item, AnnotatedReport), item
            found.append(item)
    return found


INCIDENTS = {"ATTACK": 733, "BOMBING": 349, "KIDNAPPING": 145, "ARSON": 51, "ROBBERY": 20, "FORCED-WORK-STOPPAGE": 7}


def test_corpus_texts_and_templates(corpus: list[AnnotatedReport], shared: Path) -> None:
    """1,300 + 100 + 100 texts; 1,114 + 85 + 106 templates. Three texts have a template without incident (*) beside others."""
    texts = Counter(r.report.id.split("-")[0] for r in corpus)
    assert texts == {"DEV": 1300, "TST1": 100, "TST2": 100}
    labels = Counter(m.label for r in corpus for m in r.mentions)
    assert {k: labels[k] for k in INCIDENTS} == INCIDENTS
    templates = Counter(r.report.id.split("-")[0] for r in corpus for m in r.mentions if m.label in INCIDENTS)
    assert templates == {"DEV": 1114, "TST1": 85, "TST2": 106}
    assert Counter(r.report.id.split("-")[0] for r in corpus if not r.mentions) == {"DEV": 600, "TST1": 50, "TST2": 34}
    stars = sum("template without incident (*) beside others" in p.message for r in corpus for p in r.problems)
    assert sum(not r.mentions for r in corpus) + stars == 603 + 50 + 34
    optional = Counter(r.report.id[:3] for r in corpus for m in r.mentions if m.attribute("MESSAGE-TEMPLATE") == "OPTIONAL")
    assert optional["DEV"] == 161


def test_corpus_days_of_issue(corpus: list[AnnotatedReport]) -> None:
    """75 datelines say NO DATE, 9 leave the year out."""
    undated = [r for r in corpus if not r.report.issued]
    assert Counter("NO DATE" in " ".join(r.text[:80].split()) for r in undated) == {True: 75, False: 9}
    assert all(any("gives no day of issue" in p.message for p in r.problems) for r in undated)
    assert sum(not r.report.publisher for r in corpus) == 100


FILLERS = {  # slot: found in the text, not found
    "INCIDENT: DATE": (1261, 17),
    "INCIDENT: LOCATION": (2134, 309),
    "INCIDENT: INSTRUMENT ID": (416, 2),
    "PERP: INDIVIDUAL ID": (861, 1),
    "PERP: ORGANIZATION ID": (733, 1),
    "PHYS TGT: ID": (781, 6),
    "HUM TGT: NAME": (718, 1),
    "HUM TGT: DESCRIPTION": (1394, 44),
}


def test_corpus_fillers_read_and_not_found(corpus: list[AnnotatedReport]) -> None:
    """A filler has one link: from its incident, or to what it describes; alternatives of one filler share its line."""
    found: Counter[str] = Counter()
    for report in corpus:
        label = {m.id: m.label for m in report.mentions}
        line = {m.id: m.line for m in report.mentions}
        slots = {(label[k.target], k.target) for k in report.links if k.label == label[k.target]}
        found.update(name for name, _ in slots)
        described = {
            (line[k.source], k.target) for k in report.links if k.label == "COREFERENCE" and _describes(label, line, k)
        }
        found["HUM-TGT-DESCRIPTION"] += len(described)
    found["INCIDENT-LOCATION"] = sum(m.label == "INCIDENT-LOCATION" for r in corpus for m in r.mentions)
    missing = Counter(
        next((slot for slot in FILLERS if p.message.startswith(slot)), "other")
        for r in corpus
        for p in r.problems
        if p.message.endswith("is set aside")
    )
    assert {slot: (found[slot.replace(": ", "-").replace(" ", "-")], missing[slot]) for slot in FILLERS} == FILLERS
    assert missing["other"] == 0


def test_corpus_fillers_are_all_that_the_keys_have(shared: Path) -> None:
    """Counted again, line by line: what is found and what is not is all there is (of a place, each name of a chain counts)."""
    said: Counter[str] = Counter()
    for key in (shared / "data/muc34/raw").glob("*/key-*"):
        data = key.read_bytes()
        slot = ""
        for line in (gzip.decompress(data) if key.suffix == ".gz" else data).decode().splitlines():
            numbered = re.match(r"\d+\.\s+(\S.*?)\s{2,}(.*)", line)
            slot = numbered[1] if numbered else slot
            value = numbered[2] if numbered else line if line[:1].isspace() else ""
            said[slot] += bool(re.sub(r"^[-*]\s*(:.*)?$", "", value.strip()))
    assert {slot: said[slot] for slot in FILLERS if slot != "INCIDENT: LOCATION"} == {
        slot: sum(counts) for slot, counts in FILLERS.items() if slot != "INCIDENT: LOCATION"
    }


def _describes(label: dict[str, str], line: dict[str, int], k: Link) -> bool:
    """Whether a description is a filler of its own, and not a second wording of one."""
    return label[k.source] == "HUM-TGT-DESCRIPTION" and line[k.source] != line[k.target]


def test_corpus_problems_are_all_known(corpus: list[AnnotatedReport]) -> None:
    known = ("is set aside", "gives no day of issue in its dateline", "beside others; these count", "it is not used",
             "should be words of the text in quotes", "expected n, n-m")  # fmt: skip
    other = [p for r in corpus for p in r.problems if not any(k in p.message for k in known)]
    assert [str(p) for p in other] == []
    assert sum("it is not used" in p.message for r in corpus for p in r.problems) == 16
    assert {p.severity for r in corpus for p in r.problems} == {"warning"}


# -- what the claims say

ASIDE = {
    "Bombing has no such role for Facility": 1,
    "Bombing has no such role for Materiel": 12,
    "Engagement has no such role for Materiel": 12,
    "VehicleBomb has no such role for Facility": 1,
    "VehicleBomb has no such role for Materiel": 3,
    "ViolenceAgainstCivilians has no such role for Area": 2,
    "ViolenceAgainstCivilians has no such role for Facility": 2,
    "ViolenceAgainstCivilians has no such role for Materiel": 10,
    "a doubt whether the incident belongs in the task, not whether it happened": 192,
    "a judgement of the task on the kind of perpetrator, not of the text": 1174,
    "a nationality of a target is not modelled": 229,
    "a number of people, of whom the key does not say what happened to them": 246,
    "a second reading of the key; the first is taken": 495,
    "a total of targets says nothing of what happened to them": 100,
    "another answer that is as right; the nearest to the incident's words is taken": 810,
    "between two places is in neither; it is kept as in the place around them": 39,
    "no code says that somebody escaped": 1,
    "no code says that somebody was set free": 26,
    "numbers of things are not modelled": 795,
    "resignations are not modelled": 12,
    "what was taken is not modelled; the incident is a robbery": 15,
}


def test_corpus_mapped_and_set_aside(corpus: list[AnnotatedReport]) -> None:
    rows = schemes.total([schemes.apply(r).tally for r in corpus])
    assert not [r for r in rows if "unknown" in r.outcome]
    situations = {(r.type, r.outcome): r.count for r in rows if r.what == "situation"}
    assert situations == {
        ("ARSON", "mapped to Engagement"): 51,
        ("ATTACK", "mapped to AirStrike"): 9,
        ("ATTACK", "mapped to Engagement"): 136,
        ("ATTACK", "mapped to Shelling"): 6,
        ("ATTACK", "mapped to ViolenceAgainstCivilians"): 582,
        ("BOMBING", "mapped to Bombing"): 316,
        ("BOMBING", "mapped to VehicleBomb"): 33,
        ("FORCED-WORK-STOPPAGE", "mapped to ViolenceAgainstCivilians"): 7,
        ("KIDNAPPING", "mapped to Engagement"): 2,
        ("KIDNAPPING", "mapped to ViolenceAgainstCivilians"): 143,
        ("ROBBERY", "mapped to ViolenceAgainstCivilians"): 20,
    }
    assert not [r for r in rows if r.what == "entity" and not r.mapped]
    aside: Counter[str] = Counter()
    for r in rows:
        if not r.mapped:
            aside[r.outcome.removeprefix("set aside: ")] += r.count
    assert aside == ASIDE


def test_no_problem_comes_from_the_grammar(corpus: list[AnnotatedReport]) -> None:
    assert [str(p) for r in corpus for p in schemes.apply(r).problems] == []


def _claims(report: AnnotatedReport) -> set[tuple[str, str, str, str, str, str]]:
    """Class and kind, trigger, polarity, modality, certainty, source; of participations the role and the actor in front."""
    claims = claims_of(schemes.apply(report).report)
    found = set()
    for c in claims.claims:
        s = claims.situations[c.situation]
        who = claims.entities[s.entities[0].entity].mentions[0].quote if s.cls == "Participation" else s.triggers[0].quote
        source = "narrator" if c.source is None else claims.entities[c.source].mentions[0].quote
        found.add((f"{s.cls} {s.kind or s.role}".strip(), " ".join(who.split()), c.polarity, c.modality, c.certainty, source))
    return {tuple(" ".join(x.split()) for x in f) for f in found}  # type: ignore[misc]


def test_confidence_becomes_source_or_certainty(incidents: dict[str, AnnotatedReport]) -> None:
    found = _claims(incidents["DEV-MUC3-0001"])
    assert ("Participation attacker", "RED LANTERN FRONT", "asserted", "actual", "certain", "RED LANTERN FRONT") in found
    assert ("Participation attacker", '"NIGHT SHIFT" GANG', "asserted", "actual", "possible", "narrator") in found
    assert ("VehicleBomb", "BOMB", "asserted", "actual", "certain", "narrator") in found
    assert ("CasualtyEstimate killed", "GUARDS", "asserted", "actual", "certain", "narrator") in found
    assert ("CasualtyEstimate wounded", "DRIVER", "asserted", "actual", "certain", "narrator") in found
    assert ("Outcome damaged", "HARBOR BANK", "asserted", "actual", "certain", "narrator") in found
    assert ("MaterielUse vehicle-bomb", "CAR BOMB", "asserted", "actual", "certain", "narrator") in found


@pytest.mark.parametrize(
    ("confidence", "certainty", "polarity", "source"),
    [
        ("REPORTED AS FACT", "", "", ""),
        ("SUSPECTED OR ACCUSED", "probable", "asserted", "narrator"),
        ("SUSPECTED OR ACCUSED BY AUTHORITIES", "probable", "asserted", "narrator"),
        ("POSSIBLE", "possible", "asserted", "narrator"),
        ("? REPORTED AS FACT", "possible", "asserted", "narrator"),
        ("CLAIMED OR ADMITTED", "certain", "asserted", "THE FRONT"),
        ("ACQUITTED", "certain", "denied", "narrator"),
    ],
)
def test_quirk_confidence(confidence: str, certainty: str, polarity: str, source: str, tmp_path: Path) -> None:
    key = _corpus(
        tmp_path, "THE FRONT KILLED A DOG.", TYPE="ATTACK",
        **{"PERP: ORGANIZATION ID": '"THE FRONT"', "PERP: ORGANIZATION CONFIDENCE": f'{confidence}: "THE FRONT"'},
    )  # fmt: skip
    (report,) = reports_of(key).values()
    parts = {c for c in _claims(report) if c[0] == "Participation attacker"}
    assert parts == ({("Participation attacker", "THE FRONT", polarity, "actual", certainty, source)} if certainty else set())
    if not certainty:
        made = claims_of(schemes.apply(report).report)
        assert [f.role for s in made.situations for f in s.participants] == ["attacker"]


def test_people_of_an_organization_that_is_only_suspected(tmp_path: Path) -> None:
    key = _corpus(
        tmp_path, "JUAN ROE OF THE FRONT KILLED A DOG.", TYPE="ATTACK",
        **{"PERP: ORGANIZATION ID": '"FRONT"', "PERP: ORGANIZATION CONFIDENCE": 'SUSPECTED OR ACCUSED: "FRONT"',
           "PERP: INDIVIDUAL ID": '"JUAN ROE"'},
    )  # fmt: skip
    (report,) = reports_of(key).values()
    assert ("Participation attacker", "JUAN ROE", "asserted", "actual", "probable", "narrator") in _claims(report)


def test_stages_of_execution(incidents: dict[str, AnnotatedReport], tmp_path: Path) -> None:
    threatened = _claims(incidents["DEV-MUC3-0003"])
    assert ("Engagement", "THREATENED", "asserted", "potential", "certain", "narrator") in threatened
    key = _corpus(tmp_path, "A BRIDGE WAS BOMBED.", TYPE="BOMBING")
    key.write_text(key.read_text(encoding="utf-8").replace("ACCOMPLISHED", "ATTEMPTED"), encoding="utf-8")
    (report,) = reports_of(key).values()
    assert {("Bombing", "BOMBED", "asserted", "actual", "certain", "narrator"),
            ("Outcome failed", "BOMBED", "asserted", "actual", "certain", "narrator")} <= _claims(report)  # fmt: skip


def test_people_taken_are_counted_and_those_unharmed_denied(incidents: dict[str, AnnotatedReport]) -> None:
    found = _claims(incidents["DEV-MUC3-0003"])
    mayors = "MAYORS OF EL MONTE AND LA VEGA"
    assert ("ViolenceAgainstCivilians abduction", "KIDNAPPED", "asserted", "actual", "certain", "narrator") in found
    assert ("CasualtyEstimate captured", mayors, "asserted", "actual", "certain", "narrator") in found
    assert ("CasualtyEstimate wounded", "ANA RUIZ", "denied", "actual", "certain", "narrator") in found
    assert ("CasualtyEstimate killed-or-wounded", "THREATENED", "denied", "actual", "certain", "narrator") in found


def test_victims_and_perpetrators_stay_within_their_report(corpus: list[AnnotatedReport]) -> None:
    """Who is hit is a person or a described group; a perpetrator's name is never taken for a body that other reports share."""
    for report in corpus:
        mapped = {m.id: m for m in schemes.apply(report).report.mentions}
        for m in report.mentions:
            if m.label in ("HUM-TGT-NAME", "HUM-TGT-DESCRIPTION", "PERP-INDIVIDUAL-ID"):
                assert mapped[m.id].label in ("Person", "Collective")


def test_into_a_store_and_out_again(tmp_path: Path) -> None:
    """The whole line: who says of itself that it planted the bomb."""
    outcome = ingest(tmp_path / "store", [KEY.parent], Options())
    assert outcome.exit_code == 0
    query = (
        "PREFIX sg: <https://w3id.org/sitgraph/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        "SELECT DISTINCT ?name WHERE { GRAPH ?g { ?claim sg:asserts ?part ; sg:attributedTo ?source . "
        "?part a sg:Participation ; sg:actor ?actor } ?source sg:embodies ?actor . ?actor skos:prefLabel ?name }"
    )
    store = StoreDirectory(tmp_path / "store").current().open()
    found = [" ".join(row["name"].value.split()) for row in store.query(query)]  # type: ignore[union-attr]
    assert found == ["RED LANTERN FRONT"]


# -- which alternatives are one thing, and what is a name


@pytest.mark.parametrize(
    ("lead", "other", "one"),
    [
        ("ARMED MEN", "HEAVILY ARMED MEN", True),
        ("THE EXTRADITABLES", "EXTRADITABLES", True),
        ("SOLDIERS", "SOLDIERS WITH THEIR FACES PAINTED BLACK", True),
        ("FMLN", "FARABUNDO MARTI NATIONAL LIBERATION FRONT", True),
        ("ELN", "ARMY OF NATIONAL LIBERATION", True),  # in brackets in the text
        ("MILITARY", "FMLN", False),
        ("GOVERNMENT AND THE MILITARY", "MILITARY", False),
        ("GOVERNMENT", "GOVERNMENT AND ARMY", False),
        ("FPMR", "COMMUNIST PARTY OF CHILE", False),
        ("ARMED FORCES", "HIGH COMMAND OF THE ARMED FORCES", False),
        ("MRTA", "MARTA", False),
    ],
)
def test_alternatives_are_one_thing_only_by_their_words(lead: str, other: str, one: bool) -> None:
    words = Words("THE ARMY OF NATIONAL LIBERATION [ELN] SAID SO. MRTA AND MARTA, FPMR AND COMMUNIST PARTY OF CHILE DID NOT.")
    assert (one_thing(lead, [lead, other], words) == [lead, other]) is one
    assert (one_thing(other, [lead, other], words) == [other, lead]) is one


@pytest.mark.parametrize(
    ("label", "words", "described"),
    [
        ("PHYS-TGT-ID", "BUILDING", True),
        ("HUM-TGT-DESCRIPTION", "MAYOR", True),
        ("HUM-TGT-NAME", "ANA RUIZ", False),
        ("INCIDENT-LOCATION", "LIMA", False),
        ("PERP-ORGANIZATION-ID", "THE ARMED FORCES", True),
        ("PERP-ORGANIZATION-ID", "SALVADORAN ARMED FORCES", False),
        ("PERP-ORGANIZATION-ID", "1ST INFANTRY BRIGADE", True),
        ("PERP-ORGANIZATION-ID", "M-19", False),
    ],
)
def test_the_slot_tells_names_from_descriptions(label: str, words: str, described: bool) -> None:
    assert is_described(label, words) is described


def _of(corpus: list[AnnotatedReport], name: str) -> tuple[AnnotatedReport, ReportClaims]:
    report = next(r for r in corpus if r.report.id == name)
    return report, claims_of(schemes.apply(report).report)


def test_alternatives_that_differ_are_not_the_same(corpus: list[AnnotatedReport]) -> None:
    report, _ = _of(corpus, "TST2-MUC4-0002")
    (fpmr,) = (m for m in report.mentions if m.attribute("PERP-ORGANIZATION-ID-OR"))
    assert (fpmr.quote, fpmr.attribute("PERP-ORGANIZATION-ID-OR")) == ("FPMR", "COMMUNIST PARTY OF CHILE / COMMUNIST PARTY")
    assert not [m for m in report.mentions if m.quote.startswith("COMMUNIST")]


def test_of_twins_only_some_of_whom_were_hit_no_figure_is_said(corpus: list[AnnotatedReport]) -> None:
    report, _ = _of(corpus, "TST2-MUC4-0049")
    found = schemes.apply(report).report
    (dead,) = (m.id for m in found.mentions if m.label == "CasualtyEstimate" and m.attribute("CasualtyKind") == "killed")
    assert {k.label for k in found.links if k.source == dead} == {"OfEvent", "Victim"}
    assert sum("of one of several" in p.message for p in report.problems) == 2


def test_people_of_an_organization_that_claims_are_its_word(corpus: list[AnnotatedReport]) -> None:
    found = schemes.apply(next(r for r in corpus if r.report.id == "TST2-MUC4-0020")).report
    quote = {m.id: m.quote for m in found.mentions}
    parts = {m.id for m in found.mentions if m.label == "Participation" and m.attribute("ParticipationRole") == "attacker"}
    said = {(quote[k.source], quote[k.target]) for k in found.links if k.label == "SaysThat" and k.target in parts}
    assert ("THE EXTRADITABLES", "COLOMBIAN DRUG KINGPINS") in said
    assert not [k for k in found.links if k.label == "Attacker"]


def test_what_happened_to_an_optional_target_is_possible(corpus: list[AnnotatedReport]) -> None:
    found = schemes.apply(next(r for r in corpus if r.report.id == "TST2-MUC4-0017")).report
    optional = {k.target for k in found.links if k.label == "Actor"} & {k.target for k in found.links if k.label == "Victim"}
    certainty = {m.id: m.attribute("Certainty") for m in found.mentions}
    assert {certainty[k.source] for k in found.links if k.label == "Victim" and k.target in optional} == {"possible"}


def test_soldiers_and_police_are_no_civilians(corpus: list[AnnotatedReport]) -> None:
    found = schemes.apply(next(r for r in corpus if r.report.id == "TST2-MUC4-0063")).report
    assert {m.label for m in found.mentions if m.quote == "ATTACKED"} == {"Engagement"}


def test_a_described_thing_in_capitals_is_not_the_same_elsewhere(corpus: list[AnnotatedReport]) -> None:
    entities = [e for name in ("TST2-MUC4-0002", "TST2-MUC4-0049") for e in _of(corpus, name)[1].entities]
    named = {" ".join(e.mentions[n].quote.split()) for e in entities for n in e.named}
    assert {"FPMR", "LIMA", "SANTIAGO"} <= named
    assert named.isdisjoint({"EMBASSY BUILDING", "STRUCTURES", "BARRACKS", "SOLDIERS"})
