"""Web Annotations: the W3C's own examples, the seed report, each quirk and each demand of the model, and the way back.

The samples of the W3C are used where they lie. Every demand of the model has a value here that breaks it; what the writer
writes the reader reads back as the same report, whatever is in it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TableCell, TextSpan, quote_of
from kg.pipeline import Options, ingest
from kg.readers import Reader, brat, walk, web_annotation
from kg.readers.web_annotation import content, selection, validity
from kg.readers.web_annotation.entries import MAX_ENTRIES
from kg.readers.web_annotation.profile import CONTEXT, ONTOLOGY, label_iri, label_of, reference_iri, reference_of
from kg.vocab import CLASSES, PREFIXES
from kg.writers import Writer, writers
from kg.writers import web_annotation as writer
from kg.writers._beside import MAX_STEM_BYTES, file_stem
from tests.small_reports import content as quads_of
from tests.small_reports import opened
from tests.test_seed import CHECKS, answers
from tests.test_seed import checker as checker

READER: Reader = web_annotation
WRITER: Writer = writer
ANNO = "http://www.w3.org/ns/anno.jsonld"
STEM = "mesop-aleppo"

# -- the samples of the W3C

ELSEWHERE = "is about the whole of"
NO_TEXT = "is not beside the file"
CORRECT = {
    "anno1": ELSEWHERE, "anno2": ELSEWHERE, "anno4": ELSEWHERE, "anno5": ELSEWHERE, "anno6": ELSEWHERE, "anno7": ELSEWHERE,
    "anno8": ELSEWHERE, "anno9": ELSEWHERE, "anno10": ELSEWHERE, "anno11": ELSEWHERE, "anno12": ELSEWHERE,
    "anno13": ELSEWHERE, "anno14": ELSEWHERE, "anno15": ELSEWHERE, "anno16": ELSEWHERE, "anno17": ELSEWHERE,
    "anno18": ELSEWHERE, "anno19": ELSEWHERE, "anno20": ELSEWHERE, "anno21": ELSEWHERE,
    "anno22": 'the selector "http://example.org/dataselector1" stands elsewhere', "anno23": ELSEWHERE,
    "anno24": 'the CssSelector "#elemid > .elemclass + p" selects no code points',
    "anno25": "the XPathSelector", "anno26": f"the text, anno26.txt, {NO_TEXT}",
    "anno28": "the DataPositionSelector selects no code points", "anno29": "the SvgSelector selects no code points",
    "anno31": "the XPathSelector", "anno32": 'the FragmentSelector "para5" selects no code points', "anno33": ELSEWHERE,
    "anno35": ELSEWHERE, "anno36": ELSEWHERE, "anno37": ELSEWHERE,
    "anno39": 'the selector "http://example.org/selectors/html-selector1" stands elsewhere', "anno40": ELSEWHERE,
    "anno41-example44": 'the FragmentSelector "xpointer(/doc/body/section[2]/para[1])" selects no code points',
    "collection1": ELSEWHERE, "example41": "its annotations are in the page",
}  # fmt: skip
NOT_JSON = "not JSON: "
INCORRECT = {
    "anno1": NOT_JSON, "anno10": NOT_JSON, "anno12": NOT_JSON, "anno13": NOT_JSON, "anno14": NOT_JSON, "anno15": NOT_JSON,
    "anno18": NOT_JSON, "anno21": NOT_JSON, "anno22": NOT_JSON, "anno25": NOT_JSON,
    "anno3": "@context: is missing",
    "anno4": f"@context: expected {ANNO} among its values, found 'fish'",
    "anno6": 'id: expected an IRI, found "not a uri"',
    "anno8": "type: is missing; expected Annotation",
    "anno9": 'type: expected Annotation, found "Squirrel"',
    "anno11": "target: expected an IRI or an object, found 9",
    "anno26": "creator: expected an IRI or an object that describes a person or a program, found a number",
    "anno27": "generator: expected an IRI or an object that describes a person or a program, found a number",
    "anno29": 'modified: expected a dateTime like 2015-01-28T12:00:00Z, found "an hour ago"',
    "anno31": "modified: expected one value, found a list of 2",
    "anno32": "created: expected one value, found a list of 2",
    "anno33": "generated: expected one value, found a list of 2",
    "anno34": 'rights: expected an IRI, found "not a uri"',
    "anno35": 'via: expected an IRI, found "not a uri"',
    "anno36": 'canonical: expected an IRI, found "not a uri"',
    "anno38": "target/selector/value: is missing; expected a string",
    "anno39": "target/selector/value: expected one value, found a list of 2",
}  # fmt: skip


def only(path: Path, default_id: str = "", annotator: str = "") -> AnnotatedReport:
    (found,) = READER.read(path, default_id, annotator)
    assert isinstance(found, AnnotatedReport), found
    return found


def refused(path: Path) -> list[Problem]:
    found = list(READER.read(path))
    assert all(isinstance(p, Problem) and p.severity == "rejected" for p in found)
    return [p for p in found if isinstance(p, Problem)]


def test_each_correct_sample_is_read(shared: Path) -> None:
    folder = shared / "data" / "other-formats" / "w3c-annotation" / "correct"
    files = sorted(folder.iterdir())
    assert len(files) == len(CORRECT) == 38
    for path in files:
        assert READER.detect(path), path
        report = only(path)
        assert (report.mentions, report.links, report.text) == ((), (), "")
        rejected = [p.message for p in report.problems if p.severity == "rejected"]
        assert any(CORRECT[path.stem] in message for message in rejected), (path.stem, rejected)


def test_each_annotation_of_a_collection_is_accounted_for(shared: Path) -> None:
    path = shared / "data" / "other-formats" / "w3c-annotation" / "correct" / "collection1.json"
    items = json.loads(path.read_text(encoding="utf-8"))["first"]["items"]
    told = {p.where for p in only(path).problems if p.severity == "rejected"}
    assert told == {item["id"] for item in items}
    assert len(items) > 30


def test_each_incorrect_sample_is_refused_with_its_reason(shared: Path) -> None:
    folder = shared / "data" / "other-formats" / "w3c-annotation" / "incorrect"
    files = sorted(folder.iterdir())
    assert len(files) == len(INCORRECT) == 27
    assert sum(reason == NOT_JSON for reason in INCORRECT.values()) == 10
    for path in files:
        (problem,) = refused(path)
        assert INCORRECT[path.stem] in problem.message, (path.stem, problem)
        assert (problem.line > 0) == problem.message.startswith(NOT_JSON)
        assert READER.detect(path) == (path.stem != "anno1"), "what is not even JSON is not claimed"


# -- the seed report


@pytest.fixture(scope="module")
def seed(shared: Path) -> Path:
    return shared / "data" / "seed-report"


def alone(seed: Path, folder: Path) -> Path:
    """The seed report in a folder that holds no other format."""
    folder.mkdir()
    for name in (f"{STEM}.annotations.jsonld", f"{STEM}.txt", f"{STEM}.meta.json"):
        shutil.copy(seed / name, folder / name)
    return folder


def test_the_seed_report_is_the_same_as_in_brat(seed: Path) -> None:
    report, (as_brat,) = only(seed / f"{STEM}.annotations.jsonld"), brat.read(seed / f"{STEM}.ann")
    assert isinstance(as_brat, AnnotatedReport)
    assert (report.problems, len(report.mentions), len(report.links)) == ((), 146, 193)
    assert report.canonical() == as_brat.canonical()
    assert report.digest() == as_brat.digest()


def test_the_seed_report_without_meta_file_says_its_title(seed: Path, tmp_path: Path) -> None:
    folder = alone(seed, tmp_path / "in")
    (folder / f"{STEM}.meta.json").unlink()
    (found,) = walk([folder])
    assert isinstance(found, AnnotatedReport)
    assert (found.report.id, found.report.title[:5], len(found.mentions)) == (STEM, "MESOP", 146)


def test_a_row_of_the_table_describes_the_seed_report(seed: Path, tmp_path: Path) -> None:
    folder = alone(seed, tmp_path / "in")
    (folder / f"{STEM}.meta.json").unlink()
    for named in (f"{STEM}.txt", f"{STEM}.annotations.jsonld"):
        (folder / "metadata.csv").write_text(f"file,issued\n{named},2016-08-15\n", encoding="utf-8")
        assert only(folder / f"{STEM}.annotations.jsonld", STEM).report.issued == "2016-08-15"


@pytest.mark.slow
def test_the_seed_report_gives_the_same_quads_and_answers_all_checks(
    seed: Path, checker: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = ingest(tmp_path / "a", [alone(seed, tmp_path / "in")], Options())
    assert (outcome.exit_code, outcome.problems, [u.path for u in outcome.unclaimed]) == (0, [], [])
    assert answers(checker, tmp_path / "a", seed / "expected.json", capsys) == (CHECKS, 0, "")
    ingest(tmp_path / "b", [seed / f"{STEM}.ann"], Options())
    assert quads_of(opened(tmp_path / "a")) == quads_of(opened(tmp_path / "b"))


# -- annotations of our own

TEXT = "The army attacked Aleppo. Rebels left Aleppo, and the army\u2019s guns fell \U0001f600 silent in Aleppo city."


def annotation(**said: Any) -> dict[str, Any]:
    """A valid annotation of «army», with other values for some of its keys; ``None`` takes a key away."""
    whole = {
        "@context": ANNO,
        "id": "http://example.org/a1",
        "type": "Annotation",
        "body": {"type": "TextualBody", "value": "ArmedForce", "purpose": "tagging"},
        "target": {"source": "http://example.org/x", "selector": position(4, 8)},
        **said,
    }
    return {k: v for k, v in whole.items() if v is not None}


def position(start: int, end: int) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def quote(exact: str, prefix: str = "", suffix: str = "") -> dict[str, Any]:
    beside = {"prefix": prefix} if prefix else {}
    return {"type": "TextQuoteSelector", "exact": exact, **beside, **({"suffix": suffix} if suffix else {})}


def selecting(*selectors: Any) -> dict[str, Any]:
    return annotation(target={"source": "http://example.org/x", "selector": list(selectors)})


def written(folder: Path, value: object, text: str | None = TEXT) -> Path:
    if text is not None:
        (folder / "x.txt").write_bytes(text.encode())
    path = folder / "x.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def spans(report: AnnotatedReport) -> list[tuple[str, str]]:
    return [(m.label, m.quote) for m in report.mentions]


def told(report: AnnotatedReport, severity: str = "rejected") -> str:
    return "; ".join(p.message for p in report.problems if p.severity == severity)


def test_quirk_body_and_target_may_be_a_string_an_object_or_a_list(tmp_path: Path) -> None:
    bodies = ("http://example.org/b", annotation()["body"], [annotation()["body"]])
    targets = ("http://example.org/x#char=4,8", annotation()["target"], [annotation()["target"]])
    for body in bodies:
        for target in targets:
            report = only(written(tmp_path, annotation(body=body, target=target)))
            assert spans(report) == ([] if isinstance(body, str) else [("ArmedForce", "army")])
    as_class = annotation(body="http://example.org/Army", motivation="classifying")
    assert spans(only(written(tmp_path, as_class))) == [("http://example.org/Army", "army")]


def test_quirk_targets_by_position_by_quote_or_both(tmp_path: Path) -> None:
    for selectors in ([position(4, 8)], [quote("army", "The ")], [quote("army", "The "), position(4, 8)]):
        report = only(written(tmp_path, selecting(*selectors)))
        assert spans(report) == [("ArmedForce", "army")]
        assert ("which nothing proves" in told(report, "warning")) == (len(selectors) == 1 and "start" in selectors[0])


def test_quirk_context_is_a_string_or_a_list(tmp_path: Path) -> None:
    for context in (ANNO, [ANNO], [ANNO, {"ex": "http://example.org/"}], ["http://example.org/other.jsonld", ANNO]):
        report = only(written(tmp_path, annotation(**{"@context": context})))
        assert spans(report) == [("ArmedForce", "army")]
        assert ("is not known, not fetched" in told(report, "warning")) == ("other" in str(context))


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ([ANNO, "http://example.org/other.jsonld"], "is not known, is not fetched, and could change"),
        ([ANNO, {"body": "http://example.org/corpse"}], "gives 'body' another meaning"),
        ([ANNO, 7], "expected IRIs and objects"),
        ({"body": "oa:hasBody"}, "expected http://www.w3.org/ns/anno.jsonld among its values, found none"),
    ],
)
def test_contexts_that_are_refused(tmp_path: Path, context: Any, reason: str) -> None:
    (problem,) = refused(written(tmp_path, annotation(**{"@context": context})))
    assert reason in problem.message


def test_quirk_ids_may_be_relative(shared: Path, tmp_path: Path) -> None:
    """As INCEpTION writes them; its targets have no source, its links are two targets."""
    path = shared / "data" / "other-formats" / "w3c-annotation" / "inception-apache-annotator.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    lengthened = "x" * 124 + "Troy" + "y" * 518 + "death in battle"
    values[1]["body"].append({"type": "TextualBody", "value": "Event", "purpose": "tagging"})
    report = only(written(tmp_path, values, lengthened))
    assert [(m.id[:5], m.label, m.quote) for m in report.mentions] == [
        ("#ce0e", "A Tag", "Troy"), ("#ce0e", "Another Tag", "Troy"), ("#447d", "Event", "death in battle"),
    ]  # fmt: skip
    assert {k.label for k in report.links} == {"isRelatedTo"}
    assert len(report.links) == 2
    assert report.mentions[0].notes == ("This is a comment",)
    (moved,) = [p for p in report.problems if p.where.startswith("#d719")]
    assert "offset 970 is beyond the end of the text" in moved.message
    assert '"Ithaca" stands nowhere in the text' in moved.message


def test_prefixes_and_the_base_of_a_context_make_iris_whole(tmp_path: Path) -> None:
    context = [ANNO, {"@base": "http://example.org/", "wd": "http://www.wikidata.org/entity/"}]
    bodies = [{"source": "wd:Q38", "purpose": "identifying"}, {"source": "oa:Army", "purpose": "classifying"}]
    first = annotation(body=bodies, id="a1", **{"@context": context})
    second = {"@context": context, "id": "a2", "type": "Annotation", "motivation": "oa:linking", "body": "/a1", "target": "#a"}
    second["target"] = "http://example.org/a1"
    report = only(written(tmp_path, [first, second]))
    assert report.mentions[0].references == (Reference("http://www.wikidata.org/entity/Q38"),)
    assert report.mentions[0].label == "http://www.w3.org/ns/oa#Army"
    assert [k.label for k in report.links] == ["linking"]


# -- selectors


@pytest.mark.parametrize(
    ("selectors", "found", "note"),
    [
        ([quote("army\u2019s guns")], "army\u2019s guns", ""),
        ([position(0, 4), quote("army", "The ", " attacked")], "army", "found by its quote, at 4 8"),
        ([position(900, 910), quote("Rebels")], "Rebels", "offset 910 is beyond the end"),
        ([quote("army's   guns")], "army\u2019s guns", "only white space or quote marks differ"),
        ([quote("and the\narmy's guns", "Aleppo,", "fell")], "and the army\u2019s guns", "only white space"),
        ([position(74, 80), quote("silent")], "silent", "count UTF-16 units; in code points they are 73 79"),
        ([position(84, 90), quote("Aleppo")], "Aleppo", "count UTF-16 units; in code points they are 83 89"),
        ([{"type": "FragmentSelector", "value": "char=4,8", "conformsTo": "http://tools.ietf.org/rfc/rfc5147"}], "army", ""),
        ([{"type": "FragmentSelector", "value": f"char=83;length={len(TEXT)}"}], None, "selects none"),
        ([{"type": "FragmentSelector", "value": f"char=73,;length={len(TEXT)},UTF-8"}], "silent in Aleppo city.", ""),
        ([{"type": "FragmentSelector", "value": "char=4,8;length=3"}], None, "not the text that was annotated: its length is"),
        ([{"type": "FragmentSelector", "value": "char=4,8;md5=00"}], None, "not the text that was annotated: its md5 is"),
        ([{"type": "FragmentSelector", "value": "line=0,1"}], TEXT, ""),
        ([{"type": "FragmentSelector", "value": "line=1,2"}], None, "is beyond the end of the text (1 lines)"),
        ([{**position(26, 57), "refinedBy": position(12, 18)}], "Aleppo", ""),
        ([{**quote("Rebels left Aleppo"), "refinedBy": quote("Aleppo")}], "Aleppo", ""),
        ([{**quote("Rebels left Aleppo"), "refinedBy": quote("army")}], None, "stands nowhere"),
        (
            [{"type": "RangeSelector", "startSelector": quote("Rebels"), "endSelector": quote(", and")}],
            "Rebels left Aleppo",
            "",
        ),
        ([{"type": "CssSelector", "value": "p"}, quote("Rebels")], "Rebels", ""),
        ([quote("Aleppo")], None, '"Aleppo" stands more than once in the text'),
        ([quote("Aleppo", "of ")], None, '"Aleppo" stands nowhere in the text after "of "'),
        ([quote("Damascus")], None, '"Damascus" stands nowhere in the text'),
        ([quote(" ")], None, "its quote is empty"),
        ([position(4, 4)], None, "the span 4 4 is empty"),
        ([position(0, 900)], None, "offset 900 is beyond the end of the text (95 code points)"),
        ([position(0, 3), position(4, 8)], "The", "select different parts"),
        ([quote("army", "The "), quote("Rebels")], None, "its quotes are of different parts"),
        ([position(0, 3), quote("Aleppo")], None, 'the text at 0 3 is "The", the quote "Aleppo"'),
    ],
)
def test_what_selectors_select(tmp_path: Path, selectors: Sequence[Any], found: str | None, note: str) -> None:
    assert len(TEXT) == 95
    report = only(written(tmp_path, selecting(*selectors)))
    assert [m.quote for m in report.mentions] == ([found] if found else [])
    assert note in told(report, "warning" if found else "rejected")
    if found and not note:
        assert told(report) == ""


def test_the_search_for_moved_quotes_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MAX_SEARCHED", 5_000)
    values = [{**selecting(quote("Rebels")), "id": f"http://example.org/{n}"} for n in range(9)]
    report = only(written(tmp_path, values))
    assert 0 < len(report.mentions) < 9
    assert "was not searched" in told(report)


@pytest.mark.parametrize(
    ("fragment", "found"),
    [
        ("row=3", ["Hama,5"]),
        ("row=2-3", ["Homs,12 Hama,5"]),
        ("row=2;3", ["Homs,12 Hama,5"]),
        ("row=2-*", ["Homs,12 Hama,5"]),
        ("cell=2,1", ["Homs"]),
        ("cell=2,1-3,2", ["Homs 12 Hama 5"]),
        ("row=1", "selects the header"),
        ("row=9", "row 9 is beyond the end of the table (3)"),
        ("cell=2,3", "column 3 is beyond the end of the table (2)"),
        ("row=3-2", "are no rows to select"),
        ("col=2", "selects no rows or cells"),
    ],
)
def test_parts_of_a_table(tmp_path: Path, fragment: str, found: list[str] | str) -> None:
    (tmp_path / "x.csv").write_text("place,dead\r\nHoms,12\r\nHama,5\r\n", encoding="utf-8")
    report = only(written(tmp_path, selecting({"type": "FragmentSelector", "value": fragment}), None))
    if isinstance(found, str):
        assert found in told(report)
        assert report.mentions == ()
    else:
        assert [m.quote for m in report.mentions] == found
        assert all(isinstance(f, TableCell) for m in report.mentions for f in m.fragments)


def test_a_table_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, selecting({"type": "FragmentSelector", "value": "row=2"}), None)
    assert "is not beside the file" in told(only(path))
    (tmp_path / "x.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    assert "the columns of a table need names that differ" in refused(path)[0].message


# -- targets


def test_several_targets_are_several_mentions_and_a_composite_is_one(tmp_path: Path) -> None:
    parts = [{"source": "x", "selector": position(a, b)} for a, b in ((26, 32), (4, 8))]
    for target, quotes in (
        (parts, ["Rebels", "army"]),
        ({"type": "Independents", "items": parts}, ["Rebels", "army"]),
        ({"type": "Composite", "items": parts}, ["army Rebels"]),
        ({"type": "List", "items": parts}, ["army Rebels"]),
        ({"type": "Choice", "items": parts}, ["Rebels"]),
    ):
        assert [m.quote for m in only(written(tmp_path, annotation(target=target))).mentions] == quotes
    profile = annotation(target=parts, **{"@context": list(CONTEXT)})
    assert [m.quote for m in only(written(tmp_path, profile)).mentions] == ["army Rebels"]
    overlapping = {"type": "Composite", "items": [parts[0], {"source": "x", "selector": position(30, 40)}]}
    assert "its fragments overlap: 26 32, 30 40" in told(only(written(tmp_path, annotation(target=overlapping))))


def test_of_several_sources_the_one_called_like_the_text_is_meant(tmp_path: Path) -> None:
    one, other = annotation(), {**selecting(quote("Rebels")), "id": "http://example.org/a2"}
    other["target"]["source"] = "http://example.org/y"
    report = only(written(tmp_path, [one, other]))
    assert spans(report) == [("ArmedForce", "army")]
    assert 'is about "http://example.org/y", which is not the text beside the file' in told(report)
    one["target"]["source"] = "http://example.org/z"
    report = only(written(tmp_path, [one, other]))
    assert report.mentions == ()
    assert told(report).count("no source is called like the text beside the file") == 2


def test_bodies_are_labels_references_and_notes(tmp_path: Path) -> None:
    bodies = [
        {"type": "SpecificResource", "source": "https://w3id.org/sitgraph/ontology#ArmedForce", "purpose": "classifying"},
        {"source": "https://w3id.org/sitgraph/id/actor/x", "purpose": "identifying", "label": "X"},
        {"type": "TextualBody", "value": "tagged", "purpose": "tagging"},
        {"type": "TextualBody", "value": "well known", "purpose": "describing"},
        {"type": "Choice", "items": [{"type": "TextualBody", "value": "first"}, {"type": "TextualBody", "value": "second"}]},
        "http://example.org/more",
    ]
    report = only(written(tmp_path, annotation(body=bodies)))
    (mention,) = report.mentions
    assert (mention.label, mention.references) == ("ArmedForce", (Reference("sitgraph:actor/x", "X"),))
    assert mention.notes == ("describing: well known", "first")
    assert 'not used is the alternative "second"' in told(report, "warning")
    assert "a body that is a resource elsewhere" in told(report, "warning")
    assert "names no class" in told(only(written(tmp_path, annotation(body=None, bodyValue="a note"))))


def test_comments_on_an_annotation_are_its_notes(tmp_path: Path) -> None:
    comment = {**annotation(body=None, bodyValue="really?", target="http://example.org/a1"), "id": "http://example.org/a2"}
    lost = {**annotation(body=None, bodyValue="what?", target="http://example.org/a2"), "id": "http://example.org/a3"}
    report = only(written(tmp_path, [comment, annotation(), lost]))
    assert [m.notes for m in report.mentions] == [("really?",)]
    assert told(report) == 'is about nothing: "http://example.org/a2" is no mention'


# -- the profile


def profiled(*items: Any, **said: Any) -> dict[str, Any]:
    bare = [{k: v for k, v in i.items() if k != "@context"} if isinstance(i, dict) else i for i in items]
    return {"@context": list(CONTEXT), "id": "http://example.org/p", "type": "AnnotationPage", "items": bare, **said}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"attributes": "ActorKind"}, 'attributes: expected an object, found "ActorKind"'),
        ({"attributes": {"ActorKind": ["a"], "B": "b"}}, 'attributes/ActorKind: expected a string or true, found ["a"]'),
        ({"arguments": [{"role": "Attacker"}]}, "arguments/0: expected an object with role and filler"),
        ({"arguments": [{"role": "Attacker", "filler": "http://example.org/none"}]}, "without its Attacker"),
        ({"linkType": 3, "target": "http://example.org/a2"}, "linkType: expected a string, found 3"),
        ({"linkType": "Coref", "body": None, "target": "http://example.org/a2"}, "has no body, so it leads nowhere"),
        ({"linkType": "Coref", "body": "http://example.org/no", "target": "http://example.org/a2"}, "is not in this file"),
        ({"motivation": "classifying", "body": "http://example.org/b", "target": "http://example.org/a2"}, "neither links"),
    ],
)
def test_what_the_profile_demands(tmp_path: Path, said: Any, reason: str) -> None:
    other = {**annotation(), "id": "http://example.org/a2"}
    assert reason in told(only(written(tmp_path, profiled(annotation(**said), other))))


def test_the_page_names_the_scheme(tmp_path: Path) -> None:
    assert only(written(tmp_path, profiled(annotation(), scheme="re3d"))).scheme == "re3d"
    assert only(written(tmp_path, profiled(annotation()))).scheme == "sitgraph-1"


def test_keys_that_are_not_kept_are_counted(tmp_path: Path) -> None:
    items = [{**annotation(created="2015-01-28T12:00:00Z", mood="grim"), "id": f"http://example.org/{n}"} for n in range(3)]
    report = only(written(tmp_path, items))
    assert "created: said about the annotation, not kept (3 times, this is the first)" in told(report, "warning")
    assert "'mood' is no key of the model, not used (3 times" in told(report, "warning")


# -- what wraps annotations


def test_a_bad_annotation_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    good, same, bad = annotation(), annotation(), annotation(type="Squirrel")
    report = only(written(tmp_path, profiled(good, bad, same, 7)))
    assert len(report.mentions) == 1
    assert [p.where for p in report.problems if p.severity == "rejected"] == ["/items/1", "/items/2", "/items/3"]
    assert "is taken by another annotation of this file" in told(report)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (profiled(id=None), "id: is missing; expected an IRI"),
        (profiled(items={}), "items: expected a list of annotations, found an object"),
        (profiled(items=None), "items: is missing"),
        (profiled(startIndex=-1), "startIndex: expected a number that counts, 0 or more, found -1"),
        (profiled(partOf=[1, 2]), "partOf: expected one value"),
        ({"@context": ANNO, "type": "AnnotationCollection", "id": "x", "total": "many"}, 'total: expected a number'),
        ({"@context": ANNO, "type": "AnnotationCollection", "id": "x", "first": 3}, "first: expected an IRI or an object"),
        (7, "expected an annotation, found 7"),
        ([7], "expected an annotation, found 7"),
    ],
)  # fmt: skip
def test_pages_and_collections_that_are_none(tmp_path: Path, value: Any, reason: str) -> None:
    (problem,) = refused(written(tmp_path, value))
    assert reason in problem.message


def test_more_pages_are_told_and_not_fetched(tmp_path: Path) -> None:
    page = profiled(annotation(), next="http://example.org/p2")
    assert 'more are in the page "http://example.org/p2", which is not fetched' in told(only(written(tmp_path, page)))


def test_a_graph_of_annotations_and_a_collection_with_its_page(tmp_path: Path) -> None:
    bare = {k: v for k, v in annotation().items() if k != "@context"}
    assert len(only(written(tmp_path, {"@context": ANNO, "@graph": [bare]})).mentions) == 1
    collection = {"@context": ANNO, "id": "c", "type": "AnnotationCollection", "label": "Title"}
    collection["first"] = {"id": "p", "type": "AnnotationPage", "items": [bare]}  # type: ignore[assignment]
    report = only(written(tmp_path, collection))
    assert (len(report.mentions), report.report.title) == (1, "Title")


def test_the_example_of_the_documentation_is_read(project: Path, tmp_path: Path) -> None:
    page = (project / "docs" / "formats" / "web-annotation.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    value = json.loads(example)
    report = only(written(tmp_path, value, "The army withdrew from Hama on Sunday."))
    assert report.problems == ()
    assert value["@context"] == list(CONTEXT), "the page and the writer declare the same"
    assert [(k.label, k.source, k.target) for k in report.links] == [("WithdrawingParty", *(m.id for m in report.mentions))]
    assert report.mentions[0].attributes == (("Modality", "planned"),)


def test_what_one_annotation_and_one_file_may_hold_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = annotation(target="http://example.org/x#char=0,90")
    path = written(tmp_path, [{**whole, "id": f"http://example.org/{n}"} for n in range(3)])
    for name, most, reason in (
        ("MAX_QUOTED", 200, "its mentions quote more than MAX_QUOTED (200) code points"),
        ("MAX_MENTIONS", 2, "holds more than MAX_MENTIONS (2) mentions"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(content, name, most)
            assert reason in refused(path)[0].message
    monkeypatch.setattr(content, "MAX_TOLD", 2)
    many = annotation(**{f"k{n}": 1 for n in range(9)})
    assert "more that is not kept (8 times" in told(only(written(tmp_path, many)), "warning")
    long = annotation(id="http://example.org/" + "x" * 9_999)
    assert len(only(written(tmp_path, long)).mentions[0].id) < 600


def test_too_many_annotations_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[" + ",".join("1" for _ in range(MAX_ENTRIES + 1)) + "]", encoding="utf-8")
    assert "more than MAX_ENTRIES" in refused(path)[0].message


# -- the model


def target(**said: Any) -> dict[str, Any]:
    return annotation(target={"source": "x", **said})


def body(**said: Any) -> dict[str, Any]:
    return annotation(body=said)


BROKEN: list[tuple[dict[str, Any], str]] = [
    (annotation(id=None), "id: is missing"),
    (annotation(id=["a", "b"]), "id: expected one value, found a list of 2"),
    (annotation(id="a b"), "id: expected an IRI"),
    (annotation(type=["Note", "Text"]), 'type: expected Annotation, found ["Note", "Text"]'),
    (annotation(type=["Annotation", 3]), "type/1: expected a string, found 3"),
    (annotation(target=None), "target: is missing; expected one or more"),
    (annotation(target=[]), "target: is missing; expected one or more"),
    (annotation(target=[True]), "target/0: expected an IRI or an object, found true"),
    (annotation(target={"format": "text/html"}), "target/id: is missing"),
    (annotation(body=9), "body: expected an IRI or an object, found 9"),
    (annotation(body="not an iri"), "body: expected an IRI"),
    (annotation(bodyValue="x"), "bodyValue: stands beside body"),
    (annotation(body=None, bodyValue=23), "bodyValue: expected a string, found 23"),
    (annotation(body=None, bodyValue=["a", "b"]), "bodyValue: expected one value"),
    (annotation(motivation="just because"), "motivation: expected an IRI"),
    (annotation(created="2015"), "created: expected a dateTime"),
    (annotation(creator=["http://example.org/u", 6]), "creator/1: expected an IRI or an object that describes"),
    (annotation(creator={"id": "no iri at all"}), "creator/id: expected an IRI, found a string"),
    (annotation(generator=[[]]), "generator/0: expected an IRI or an object that describes"),
    (annotation(audience=3), "audience: expected an IRI or an object"),
    (annotation(accessibility=[3]), "accessibility/0: expected a string"),
    (annotation(stylesheet={"type": "CssStylesheet", "value": 3}), "stylesheet/value: expected a string"),
    (annotation(stylesheet=["a", "b"]), "stylesheet: expected one value"),
    (body(type="TextualBody"), "body/value: is missing"),
    (body(type="TextualBody", value=["a", "b"]), "body/value: expected one value"),
    (body(id="this is no iri", format="text/plain"), "body/id: expected an IRI"),
    (body(id="x", format=6), "body/format: expected a string, found 6"),
    (body(id="x", language=[3]), "body/language/0: expected a string"),
    (body(id="x", textDirection="up"), "body/textDirection: expected one of ltr, rtl, auto"),
    (body(id="x", processingLanguage=["en", "ar"]), "body/processingLanguage: expected one value"),
    (body(id="x", purpose="no iri"), "body/purpose: expected an IRI"),
    (body(items=["x"]), "body/type: has items; expected one of Choice, Composite, List, Independents, found none"),
    (body(type=["Choice", "List"], items=["x"]), 'body/type: has items; expected one of Choice, Composite, List, Independents'),
    (body(type="Choice"), "body/items: is missing; expected a list of one or more"),
    (body(type="Choice", items=[]), "body/items: expected a list of one or more"),
    (body(type="List", items=[3]), "body/items/0: expected an IRI or an object"),
    (body(type="SpecificResource", purpose="tagging"), "body/source: is missing"),
    (body(source=["a", "b"]), "body/source: expected one value"),
    (target(source=3), "target/source: expected an IRI or an object"),
    (target(selector=3), "target/selector: expected an IRI or an object"),
    (target(selector={"value": "x"}), "target/selector/type: is missing"),
    (target(selector={"type": "FragmentSelector"}), "target/selector/value: is missing"),
    (target(selector={"type": "FragmentSelector", "value": "x", "conformsTo": "a b"}), "selector/conformsTo: expected an IRI"),
    (target(selector={"type": "CssSelector", "value": 3}), "target/selector/value: expected a string"),
    (target(selector={"type": "XPathSelector"}), "target/selector/value: is missing"),
    (target(selector={"type": "SvgSelector", "value": 3}), "target/selector/value: expected a string"),
    (target(selector={"type": "TextQuoteSelector"}), "target/selector/exact: is missing"),
    (target(selector={"type": "TextQuoteSelector", "exact": "x", "prefix": 3}), "target/selector/prefix: expected a string"),
    (target(selector={"type": "TextQuoteSelector", "exact": "x", "suffix": ["a"]}), "selector/suffix: expected one value"),
    (target(selector={"type": "TextPositionSelector", "start": 1}), "target/selector/end: is missing"),
    (target(selector=position(-1, 3)), "target/selector/start: expected a number that counts, 0 or more, found -1"),
    (target(selector={**position(1, 3), "start": True}), "target/selector/start: expected a number"),
    (target(selector=position(3, 1)), "target/selector/end: expected start (3) or more, found 1"),
    (target(selector={"type": "DataPositionSelector", "start": 1.5, "end": 3}), "target/selector/start: expected a number"),
    (target(selector={"type": "RangeSelector", "startSelector": "x"}), "target/selector/endSelector: is missing"),
    (target(selector={**quote("army"), "refinedBy": {"type": "CssSelector"}}), "selector/refinedBy/0/value: is missing"),
    (target(state={"type": "HttpRequestState"}), "target/state/value: is missing"),
    (target(state={"type": "TimeState", "sourceDate": "lately"}), "target/state/sourceDate: expected a dateTime"),
    (target(state={"type": "TimeState", "cached": 3}), "target/state/cached: expected an IRI"),
    (target(styleClass=3), "target/styleClass: expected a string"),
    (target(renderedVia=3), "target/renderedVia: expected an IRI or an object"),
    (target(scope=3), "target/scope: expected an IRI or an object"),
]  # fmt: skip


def test_the_model_is_demanded_of_each_annotation(tmp_path: Path) -> None:
    assert len(BROKEN) == 62
    (valid,) = [only(written(tmp_path, annotation()))]
    assert (len(valid.mentions), told(valid)) == (1, "")
    for value, reason in BROKEN:
        (problem,) = refused(written(tmp_path, value))
        assert reason in problem.message, (reason, problem.message)


def test_nesting_and_violations_are_bounded(tmp_path: Path) -> None:
    deep: dict[str, Any] = quote("army")
    for _ in range(validity.MAX_DEPTH + 5):
        deep = {**quote("army"), "refinedBy": deep}
    assert "is nested more than" in refused(written(tmp_path, target(selector=deep)))[0].message
    sets: Any = "x"
    for _ in range(validity.MAX_DEPTH + 5):
        sets = {"type": "List", "items": [sets]}
    assert "is nested more than" in refused(written(tmp_path, annotation(target=sets)))[0].message
    assert "and 80 more" in refused(written(tmp_path, annotation(body=[9] * 100)))[0].message
    many = annotation(target=["http://example.org/x#char=4,8"] * 10_001)
    assert "has 10,001 targets, more than MAX_PARTS" in told(only(written(tmp_path, many)))


# -- several annotators


def test_the_curated_annotation_comes_first_and_names_are_dropped(tmp_path: Path) -> None:
    def by(n: int, creator: Any) -> dict[str, Any]:
        return {**annotation(creator=creator), "id": f"http://example.org/{n}"}

    ann, bob = {"id": "http://example.org/ann", "name": "Ann A."}, "mailto:bob@example.org"
    path = written(tmp_path, [by(1, ann), by(2, bob), by(3, None)])
    (problem,) = refused(path)
    assert "annotated by 2, and no annotation is the curated one" in problem.message
    assert "bob" not in problem.message
    assert "bob" in problem.hint
    for named in ("http://example.org/ann", "Ann A."):
        assert [m.id[-1] for m in only(path, annotator=named).mentions] == ["1", "3"]
    assert "did not annotate it" in next(p for p in READER.read(path, "", "Cecil") if isinstance(p, Problem)).message
    report = only(written(tmp_path, [by(1, ann), by(2, bob), by(3, {"name": "curator"})]))
    assert [m.id[-1] for m in report.mentions] == ["3"]
    assert "2 annotations of other annotators are not read" in told(report, "warning")
    assert not any("Ann" in str(p) or "bob" in str(p) for p in report.problems)


# -- the text


def test_another_text_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, annotation())
    (tmp_path / "x.meta.json").write_text(json.dumps({"textSha256": "0" * 64}), encoding="utf-8")
    assert "not the text that was annotated" in refused(path)[0].message


@pytest.mark.parametrize(("start", "counted"), [(4, "is not counted"), (5, "is counted")])
def test_a_byte_order_mark_is_counted_if_the_positions_say_so(tmp_path: Path, start: int, counted: str) -> None:
    report = only(written(tmp_path, selecting(position(start, start + 4), quote("army", "The ")), "\ufeff" + TEXT))
    assert spans(report) == [("ArmedForce", "army")]
    assert counted in told(report, "warning")


def test_what_is_no_web_annotation_is_not_claimed(tmp_path: Path, project: Path) -> None:
    assert not READER.detect(project / "ontology" / "context.jsonld")
    (tmp_path / "x.json").write_text('{"a": 1}', encoding="utf-8")
    assert not READER.detect(tmp_path / "x.json")
    (tmp_path / "x.txt").write_text(json.dumps(annotation()), encoding="utf-8")
    assert not READER.detect(tmp_path / "x.txt")


def test_no_other_shared_file_is_claimed(shared: Path) -> None:
    claimed = [p for p in (shared / "data").rglob("*") if p.is_file() and READER.detect(p)]
    assert len(claimed) == 38 + 26 + 1 + 1
    assert {p.parent.name for p in claimed} == {"correct", "incorrect", "w3c-annotation", "seed-report"}


# -- any JSON

WORDS = st.sampled_from(
    [*"id type body target @context items selector source first Annotation AnnotationPage start end".split(), ANNO, "#a",
     "TextPositionSelector", "TextQuoteSelector", "refinedBy", "exact", "army", "linking", "motivation", "Choice"]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 99)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@given(st.data())
def test_any_json_ends_in_reports_and_problems(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A valid page with some value in it replaced by any other, or any value at all."""
    seeds = [
        profiled(annotation(), annotation(id="b", arguments=[{"role": "R", "filler": "http://example.org/a1"}])),
        *BROKEN[::9],
    ]
    value: Any = json.loads(json.dumps(data.draw(st.sampled_from(seeds)))) if data.draw(st.booleans()) else data.draw(VALUES)
    for _ in range(data.draw(st.integers(0, 3))):
        inner, steps = value, 0
        while isinstance(inner, dict | list) and inner:
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            key = data.draw(st.sampled_from(keys))
            if steps > 5 or not isinstance(inner[key], dict | list) or data.draw(st.booleans()):
                inner[key] = data.draw(VALUES)
                break
            inner, steps = inner[key], steps + 1
    path = written(tmp_path_factory.mktemp("any"), value)
    for found in READER.read(path):
        if isinstance(found, AnnotatedReport):
            assert all(quote_of(found.text, m.fragments) == m.quote for m in found.mentions)  # type: ignore[arg-type]
            ids = [m.id for m in found.mentions]
            assert len(set(ids)) == len(ids)
            assert all(k.source in ids and k.target in ids for k in found.links)


# -- the way back

LABELS = st.sampled_from(
    ["ArmedForce", "Assault", "TimeExpr", "Source", "a b/c#d%20", "Organisation", "\u0645\u062f\u064a\u0646\u0629"]
)
STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = STRINGS.filter(lambda s: s.strip() != "" and s.isprintable())
REFERENCES = st.sampled_from(
    ["sitgraph:actor/x", "wikidata:Q159", "skos:x", "attributes:x", "sitgraph:a%2F b", "no iri", "http://e.org/x"]
)


@st.composite
def annotated(draw: st.DrawFn) -> AnnotatedReport:
    """Any annotated report: line ends of all kinds, emoji, a byte order mark, several mentions on one span."""
    pieces = st.sampled_from(["a", "\r\n", "\n", " ", "\ufeff", "\U0001f600", "\u2019", "b c", "\u0644", "\t", "\u2028"])
    text = "".join(draw(st.lists(pieces, min_size=1, max_size=30))) + "end"
    mentions = []
    for n in range(draw(st.integers(0, 6))):
        cuts = sorted(set(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6))))
        fragments = tuple(TextSpan(a, b) for a, b in list(pairwise(cuts))[::2]) or (TextSpan(0, 1),)
        attributes = draw(st.dictionaries(STRINGS, st.just("true") | STRINGS, max_size=2))
        references = draw(st.sets(st.builds(Reference, REFERENCES | STRINGS, STRINGS), max_size=2))
        notes = tuple(sorted(draw(st.sets(STRINGS, max_size=2))))
        mentions.append(
            Mention(
                draw(st.sampled_from(["T", "E/", "x y#"])) + str(n), draw(LABELS), fragments, quote_of(text, fragments),
                tuple(sorted(attributes.items())), tuple(sorted(references)), notes,
            )
        )  # fmt: skip
    ends = st.sampled_from([m.id for m in mentions]) if mentions else st.nothing()
    links = draw(
        st.lists(
            st.builds(Link, st.sampled_from(["Attacker", "SameSituation", "Coref", "x"]), ends, ends), max_size=5, unique=True
        )
    )
    report = Report(
        id=draw(NAMES | st.just("a/../b") | st.just("x" * 300)), title=draw(STRINGS), publisher=draw(STRINGS),
        issued=draw(st.sampled_from(["", "2016-08-15", "2016-08-15T12:00:00Z"])), archived_url=draw(st.sampled_from(["", "http://e.org"])),
        original_sha256=draw(st.sampled_from(["", "0" * 64])),
    )  # fmt: skip
    return AnnotatedReport(report, text, tuple(mentions), tuple(links), draw(st.sampled_from(["sitgraph-1", "re3d"])))


@settings(max_examples=100)
@given(annotated())
def test_what_is_written_is_read_back_equal(tmp_path_factory: pytest.TempPathFactory, report: AnnotatedReport) -> None:
    folder = tmp_path_factory.mktemp("written")
    done = WRITER.write(report, folder)
    assert done.problems == ()
    assert sorted(done.paths) == sorted(folder.iterdir())
    assert READER.detect(done.paths[0])
    again = only(done.paths[0])
    assert told(again) == ""
    assert again.canonical() == report.canonical()
    assert [f for r in walk([folder]).readable for f in r.files if f.exists()] == list(done.paths)


def test_the_seed_report_is_written_as_it_is_given(seed: Path, tmp_path: Path) -> None:
    """But for the ids of links, which a report does not keep."""
    (report,) = brat.read(seed / f"{STEM}.ann")
    assert isinstance(report, AnnotatedReport)
    given = json.loads((seed / f"{STEM}.annotations.jsonld").read_text(encoding="utf-8"))
    made = json.loads(WRITER.write(report, tmp_path).paths[0].read_text(encoding="utf-8"))
    items = [{i["id"]: i for i in page["items"] if "linkType" not in i} for page in (given, made)]
    assert items[0] == items[1]
    ours, theirs = ([{**i, "id": ""} for i in page["items"] if "linkType" in i] for page in (given, made))
    assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_cells_of_a_table_cannot_be_written(tmp_path: Path) -> None:
    cell = Mention("m", "Place", (TableCell(1, "place"),), "Homs")
    report = AnnotatedReport(Report("x"), "", (cell,), (Link("Coref", "m", "m"),), "sitgraph-1")
    done = WRITER.write(report, tmp_path)
    assert [p.where for p in done.problems] == ["m"]
    assert (only(done.paths[0]).mentions, only(done.paths[0]).links) == ((), ())


def test_the_writer_is_found_by_its_name() -> None:
    assert writers()["web-annotation"] is WRITER
    assert set(writers()) >= {"web-annotation"}


def test_classes_are_those_of_the_ontology() -> None:
    assert PREFIXES["sg"] == ONTOLOGY
    assert all(label_iri(name, True) == term.value for name, term in CLASSES.items())


@given(STRINGS)
def test_labels_and_references_survive_as_iris(said: str) -> None:
    assert reference_of(reference_iri(said)) == said
    if said:
        assert label_of(label_iri(said, False)) == label_of(label_iri(said, True)) == said


@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_two_ids_have_two_stems(ids: list[str]) -> None:
    one, other = map(file_stem, ids)
    assert one != other
    for stem in (one, other):
        assert len(stem.encode()) <= MAX_STEM_BYTES
        assert Path(stem).name == stem
        assert not stem.startswith(".")


@pytest.mark.parametrize("ident", ["..", ".", "/etc/x", "a\\b", "con:", ".x", "x" * 999, "~", "a.b", "\u0645 \u062f"])
def test_stems_stay_in_their_folder(tmp_path: Path, ident: str) -> None:
    report = AnnotatedReport(Report(ident), "text", (), (), "sitgraph-1")
    done = WRITER.write(report, tmp_path)
    assert all(p.parent == tmp_path and p.is_file() for p in done.paths)
    assert only(done.paths[0]).report.id == ident
