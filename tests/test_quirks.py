"""Quirks of real annotation, by name: those of brat, of re3d and of CAS that no other suite names; measured on the shared data.

Each is what a README of the shared data lists. The figures there count whole files; here stands what the readers make of them.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg import schemes
from kg.errors import Problem
from kg.model import AnnotatedReport, Mention, TextSpan
from kg.readers import brat, cas, walk

Reports = Mapping[str, AnnotatedReport]
DATA = Path(__file__).parent / "data"


def written(folder: Path, text: str, *lines: str) -> AnnotatedReport:
    (folder / "r.txt").write_bytes(text.encode())
    (folder / "r.ann").write_bytes("".join(line + "\n" for line in lines).encode())
    (report,) = brat.read(folder / "r.ann")
    assert isinstance(report, AnnotatedReport)
    return report


def said(report: AnnotatedReport) -> list[tuple[str, str]]:
    return [(m.label, m.quote) for m in report.mentions]


def reports_below(folder: Path) -> Reports:
    return {Path(r.path).stem + "/" + r.report.id: r for r in walk([folder]) if isinstance(r, AnnotatedReport)}


# -- brat


@pytest.fixture(scope="module")
def nerel(shared: Path) -> Reports:
    return reports_below(shared / "data/brat/nerel")


@pytest.fixture(scope="module")
def news(shared: Path) -> Reports:
    return reports_below(shared / "data/brat/tutorial-news")


def test_quirk_brat_offsets_count_code_points_and_a_line_end_is_a_space(tmp_path: Path) -> None:
    report = written(tmp_path, "💥 the Red\nColumn", "T1\tArmedGroup 2 16\tthe Red Column")
    assert report.problems == ()
    assert said(report) == [("ArmedGroup", "the Red\nColumn")]
    shifted = written(tmp_path, "💥 the Red\nColumn", "T1\tArmedGroup 3 17\tthe Red Column")
    assert said(shifted) == []
    assert [(p.line, p.severity) for p in shifted.problems] == [(1, "rejected")]


def test_quirk_brat_fragments_may_be_out_of_reading_order(tmp_path: Path) -> None:
    report = written(tmp_path, "north and south Aleppo", "T1\tArea 16 22;0 5\tAleppo north")
    (m,) = report.mentions
    assert (m.fragments, m.quote) == ((TextSpan(0, 5), TextSpan(16, 22)), "north Aleppo")


def test_quirk_brat_discontinuous_spans_are_joined_by_one_space(nerel: Reports) -> None:
    found = [m for r in nerel.values() for m in r.mentions if len(m.fragments) > 1]
    assert len(found) == 25
    for r in nerel.values():
        for m in (m for m in r.mentions if len(m.fragments) > 1):
            assert m.quote == " ".join(r.text[f.start : f.end] for f in m.fragments if isinstance(f, TextSpan))


def test_quirk_brat_relations_end_in_a_tab_and_equivalences_have_no_id(tmp_path: Path, shared: Path) -> None:
    stored = "".join(p.read_text(encoding="utf-8") for p in sorted((shared / "data/brat/nerel").glob("*.ann")))
    assert len(re.findall(r"^R\d+\t.*\t$", stored, re.MULTILINE)) == 3230
    lines = ("T1\tPerson 0 1\tA", "T2\tPerson 2 3\tB", "R1\tHasFragment Arg1:T1 Arg2:T2\t", "*\tCoref T1 T2")
    report = written(tmp_path, "A B", *lines, "N1\tReference T1 Wikidata:Q159\tA\t")
    assert not [p for p in report.problems if p.severity == "rejected"]
    assert {(k.label, k.source, k.target) for k in report.links} == {("HasFragment", "T1", "T2"), ("Coref", "T1", "T2")}
    assert [len(m.references) for m in report.mentions] == [1, 0]


def test_quirk_brat_a_stray_piece_of_text_is_reported_and_the_rest_goes_on(shared: Path) -> None:
    path = shared / "data/brat/nerel/21013_text.ann"
    (report,) = (r for r in brat.read(path) if isinstance(r, AnnotatedReport))
    assert [p.line for p in report.problems if p.severity == "rejected"] == [52]
    assert max(m.line for m in report.mentions) > 52


NO_ITEM = ("NULL", "null")
ODD_ITEMS = ("MULL", "(Q123", "Q123)", "P634", "Wikidaиция")


@pytest.mark.parametrize("item", [*NO_ITEM, *ODD_ITEMS])
def test_quirk_brat_normalisations_that_name_no_item_are_told(tmp_path: Path, item: str) -> None:
    report = written(tmp_path, "Asad", "T1\tPerson 0 4\tAsad", f"N1\tReference T1 Wikidata:{item}\tAsad")
    if item in NO_ITEM:
        assert report.mentions[0].references == ()
    assert report.problems or [r.iri for r in report.mentions[0].references] == [f"Wikidata:{item}"], "lost in silence"


def test_quirk_brat_a_normalisation_of_what_is_absent_or_with_five_fields_is_told(tmp_path: Path) -> None:
    report = written(
        tmp_path,
        "Asad",
        "T1\tPerson 0 4\tAsad",
        "N1\tReference T9 Wikidata:Q1\tAsad",
        "N2\tReference T1 Wikidata:Q2\tAsad\tx\ty",
    )
    assert {p.line for p in report.problems} == {2, 3}
    assert len(report.mentions) == 1


def test_quirk_brat_roles_repeat_with_digits_and_events_are_arguments(news: Reports, tmp_path: Path) -> None:
    roles = Counter(k.label for r in news.values() for k in r.links)
    assert roles["Org-Arg"] > 0
    assert not [role for role in roles if re.search(r"\d$", role)]
    report = written(
        tmp_path, "A and B met, they said", "T1\tOrg 0 1\tA", "T2\tOrg 6 7\tB", "T3\tMeet 8 11\tmet", "T4\tSay 18 22\tsaid",
        "E1\tMeet:T3 Org-Arg:T1 Org-Arg2:T2", "E2\tSay:T4 Event-Arg:E1",
    )  # fmt: skip
    assert {(k.label, k.source, k.target) for k in report.links} == {
        ("Org-Arg", "E1", "T1"),
        ("Org-Arg", "E1", "T2"),
        ("Event-Arg", "E2", "E1"),
    }


def test_quirk_brat_ids_in_any_order_and_events_before_their_trigger(tmp_path: Path) -> None:
    lines = ("E7\tMeet:T30 Org-Arg:T4", "A1\tConfidence E7 Neutral", "T30\tMeet 2 5\tmet", "T4\tOrg 0 1\tA")
    one, other = (written(tmp_path, "A met", *order) for order in (lines, tuple(reversed(lines))))
    assert one.problems == other.problems == ()
    assert len(one.mentions) == 2
    assert one.canonical() == other.canonical()


def test_quirk_brat_attributes_are_flags_or_values(tmp_path: Path) -> None:
    report = written(
        tmp_path,
        "A met",
        "T1\tPER 0 1\tA",
        "T2\tMeet 2 5\tmet",
        "E1\tMeet:T2",
        "A4\tIndividual T1",
        "A1\tConfidence E1 Neutral",
    )
    assert {m.id: m.attributes for m in report.mentions} == {
        "T1": (("Individual", "true"),),
        "E1": (("Confidence", "Neutral"),),
    }


def test_quirk_brat_notes_may_be_of_other_types(tmp_path: Path) -> None:
    report = written(tmp_path, "A", "T1\tPER 0 1\tA", "#1\tAnnotatorNotes T1\tfree text", "#2\tLemma T1\ta")
    assert set(report.mentions[0].notes) == {"free text", "Lemma: a"}
    assert report.problems == ()


def test_quirk_brat_empty_annotation_is_legal(news: Reports) -> None:
    empty = [r for r in news.values() if not r.mentions]
    assert len(empty) == 4
    for r in empty:
        assert [p.message for p in r.problems] == ["holds no annotation"]


# -- re3d


@pytest.fixture(scope="module")
def re3d(shared: Path) -> Reports:
    return reports_below(shared / "data/re3d")


def entities(report: AnnotatedReport) -> list[Mention]:
    relations = {k.source for k in report.links}
    return [m for m in report.mentions if m.id not in relations]


def spans(mentions: Sequence[Mention]) -> list[TextSpan]:
    return [f for m in mentions for f in m.fragments if isinstance(f, TextSpan)]


def test_quirk_re3d_line_ends_of_one_folder_are_crlf(shared: Path, re3d: Reports) -> None:
    ends = {p.parent.name: b"\r\n" in p.read_bytes() for p in (shared / "data/re3d").glob("*/documents.json")}
    assert ends == {"BBC Online": True, "CENTCOM": False, "Wikipedia": False}
    assert not [r for r in re3d.values() if "\r" in r.text]


def test_quirk_re3d_the_title_is_no_part_of_the_text(re3d: Reports) -> None:
    assert len(re3d) == 44
    for report in re3d.values():
        assert report.report.title
        assert not report.text.startswith(report.report.title + "\n")
        assert max(ord(c) for c in report.text) < 0x10000


def test_quirk_re3d_offsets_count_and_not_what_the_rows_repeat(shared: Path, re3d: Reports) -> None:
    problems = [p for p in walk([shared / "data/re3d"]) if isinstance(p, Problem)]
    found = [
        re.match(r"(\d+) values differ from the text, (\d+) in white space only and (\d+) in wording", p.message)
        for p in problems
    ]
    assert sum(int(m[2]) for m in found if m) == 405 + 1  # of relations, and an entity with a line end in it
    assert sum(int(m[3]) for m in found if m) == 17 + 2 + 2  # of relations; of entities; a source and a target


def test_quirk_re3d_a_relation_names_a_span_which_may_have_two_entities(re3d: Reports) -> None:
    doubled = Counter((r.report.id, k.label, k.source) for r in re3d.values() for k in r.links)
    assert Counter(doubled.values()) == {1: 2 * 987 - 60, 2: 60}  # of the 70 such spans, those that a relation names
    for report in re3d.values():
        by_id = {m.id: m for m in report.mentions}
        ends: dict[tuple[str, str], set[object]] = {}
        for k in report.links:
            ends.setdefault((k.source, k.label), set()).add(by_id[k.target].fragments)
        assert all(len(found) == 1 for found in ends.values()), "the ends of a relation are of one span"


def test_quirk_re3d_relations_of_a_span_with_itself_are_set_aside_by_the_scheme(re3d: Reports) -> None:
    rows = schemes.total(schemes.apply(r).tally for r in re3d.values())
    assert [r.count for r in rows if r.outcome == "set aside: a thing related to itself"] == [
        1
    ]  # the others are below the threshold
    of_one_span = 0
    for report in re3d.values():
        by_id = {m.id: m for m in report.mentions}
        ends: dict[str, dict[str, object]] = {}
        for k in report.links:
            ends.setdefault(k.source, {})[k.label] = by_id[k.target].fragments
        of_one_span += sum(e["source"] == e["target"] for e in ends.values())
    assert of_one_span == 4


def test_quirk_re3d_triggers_are_blank_or_empty_and_then_the_arguments_are_the_evidence(shared: Path, re3d: Reports) -> None:
    reports = {r.report.id: r for r in re3d.values()}
    blank = 0
    for row in rows_of(shared, "relations.json"):
        report = reports[row["documentId"]]
        m = next(m for m in report.mentions if m.id == row["_id"])
        assert m.quote.strip()
        if not report.text[row["begin"] : row["end"]].strip():
            blank += 1
            ends = {(row["sourceBegin"], row["sourceEnd"]), (row["targetBegin"], row["targetEnd"])}
            words = report.text[min(ends)[0] : max(e for _, e in ends)]
            assert all(f.start >= min(ends)[0] and f.end <= max(e for _, e in ends) for f in spans([m])), words
    assert blank == 79


def rows_of(shared: Path, name: str) -> list[dict[str, Any]]:
    files = sorted((shared / "data/re3d").glob(f"*/{name}"))
    return [json.loads(line) for p in files for line in p.read_text("utf-8").splitlines()]


def test_quirk_re3d_a_threshold_leaves_no_relation_hanging(re3d: Reports) -> None:
    confident = [m for r in re3d.values() for m in entities(r) if float(m.attribute("confidence")) < 0.5]
    assert len(confident) == 757
    kept = 0
    for report in re3d.values():
        mapped = schemes.apply(report)
        ids = {m.id for m in mapped.report.mentions}
        assert all(k.source in ids and k.target in ids for k in mapped.report.links)
        kept += sum(row.count for row in mapped.tally if "below the threshold but a relation rests on it" in row.outcome)
    assert kept > 0


def test_quirk_re3d_confidence_is_an_int_or_a_float_and_0_means_wrong(re3d: Reports) -> None:
    zero = [m for r in re3d.values() for m in r.mentions if m.attribute("confidence") == "0"]
    assert len(zero) == 707 + 32
    assert any("." in m.attribute("confidence") for r in re3d.values() for m in r.mentions)


def test_quirk_re3d_spans_nest_cross_and_end_in_space(re3d: Reports) -> None:
    nested = crossing = 0
    for report in re3d.values():
        for a, b in itertools.combinations(sorted(set(spans(entities(report)))), 2):
            crossing += a.start < b.start < a.end < b.end
            nested += b.end <= a.end or a.start == b.start
    assert (nested, crossing) == (646, 32)  # of spans that differ; how the README comes to 413 nested ones is not known
    assert any(m.quote != m.quote.rstrip() for r in re3d.values() for m in r.mentions)


def test_quirk_re3d_synonyms_are_one_thing_whatever_the_direction(re3d: Reports) -> None:
    links = [k for r in re3d.values() for k in schemes.apply(r).report.links if k.label == "Coref"]
    assert len(links) == len({(k.source, k.target) for k in links}) > 0


def test_quirk_re3d_no_break_spaces_marks_and_doubled_quotes_stay(shared: Path, re3d: Reports) -> None:
    rows = [
        json.loads(line) for p in (shared / "data/re3d").glob("*/documents.json") for line in p.read_text("utf-8").splitlines()
    ]
    texts = {row["_id"]: row["text"] for row in rows}
    assert {r.report.id: r.text for r in re3d.values()} == texts
    whole = "".join(texts.values())
    assert (whole.count("\u00a0"), whole.count('""')) == (86, 106)
    assert "\u200e" in whole


def test_quirk_re3d_a_document_without_relations_and_ids_that_count_in_sentences(re3d: Reports) -> None:
    assert [r.report.id for r in re3d.values() if not r.links] == ["C044623AD872323AF717F26F21E9352B"]
    moved = 0
    for report in re3d.values():
        for m in entities(report):
            begin = int(m.id.split("-")[2])
            moved += isinstance(m.fragments[0], TextSpan) and m.fragments[0].start != begin
    assert moved > 2000


def test_quirk_re3d_no_date_of_issue(re3d: Reports) -> None:
    assert {r.report.issued for r in re3d.values()} == {""}
    assert all(r.report.url.startswith("http") for r in re3d.values())


# -- CAS


def test_quirk_a_cas_can_have_several_views() -> None:
    found = list(cas.read(DATA / "cas/good/two-views/report.xmi"))
    reports = [r for r in found if isinstance(r, AnnotatedReport)]
    assert len({r.report.id for r in reports}) == len(reports) == 2


def test_quirk_feature_structures_that_are_not_indexed_are_no_annotation() -> None:
    (report,) = (r for r in cas.read(DATA / "cas/good/not-indexed/report.xmi") if isinstance(r, AnnotatedReport))
    assert any("index" in p.message for p in report.problems)


def test_quirk_annotations_of_a_cas_without_width_are_told() -> None:
    (report,) = (r for r in cas.read(DATA / "cas/good/zero-length/report.xmi") if isinstance(r, AnnotatedReport))
    assert all(m.quote for m in report.mentions)
    assert report.problems


def test_a_report_is_not_its_neighbour(re3d: Reports) -> None:
    """The bad case: a report with another text fails what is proved of all of them."""
    report = next(iter(re3d.values()))
    broken = replace(report, text=report.text[1:])
    assert any(m.quote != broken.text[f.start : f.end] for m in broken.mentions for f in m.fragments if isinstance(f, TextSpan))
