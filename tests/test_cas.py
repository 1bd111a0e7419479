"""UIMA CAS: cases of our own, all files of the shared data, dkpro-cassis as the oracle, and input that means harm.

A case is a folder below ``data/cas/good``: a file, and what must be read from it. ``data/cas/bad`` has files that are refused.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import cassis  # type: ignore[import-untyped]  # it has types, and does not say so
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Mention, Report, TextSpan
from kg.pipeline import Options, ingest
from kg.readers import Unclaimed, _archive, _cas, _cas_types, _inception, _source, brat, walk
from kg.readers import cas as reader
from kg.readers._cas_json import read_json_cas
from kg.readers._cas_types import Types, type_system
from kg.readers._cas_xmi import read_xmi
from kg.readers._metadata import Metadata
from kg.readers._tsv3 import tsv3
from tests.small_reports import content, opened

GOOD_CASES, BAD_CASES = 13, 11
HERE = Path(__file__).parent / "data" / "cas"
STEM = "mesop-aleppo"
SPANNED = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


def cases(folder: str, count: int) -> list[Path]:
    found = sorted(p for p in (HERE / folder).iterdir() if p.name != "expected.json")
    assert len(found) == count
    return found


def reports(items: Iterable[object]) -> list[AnnotatedReport]:
    return [i for i in items if isinstance(i, AnnotatedReport)]


def problems(items: Iterable[object]) -> list[Problem]:
    found: list[Problem] = []
    for item in items:
        if isinstance(item, AnnotatedReport):
            found += item.problems
        elif isinstance(item, Problem):
            found.append(item)
    return found


def only(path: Path, **asked: str) -> AnnotatedReport:
    found = list(reader.read(path, **asked))
    assert len(found) == 1, found
    assert isinstance(found[0], AnnotatedReport), found
    return found[0]


def shown(mention: Mention) -> list[Any]:
    """A mention as the cases write it: what is empty at the end is left out."""
    whole: list[Any] = [
        mention.label,
        mention.quote,
        dict(mention.attributes),
        [[r.iri, r.name] for r in mention.references],
        list(mention.notes),
    ]
    while not whole[-1]:
        whole.pop()
    return whole


def told(report: AnnotatedReport) -> dict[str, Any]:
    by_id = {m.id: m.label for m in report.mentions}
    ordered = sorted(report.mentions, key=lambda m: (m.fragments, m.label))
    return {
        "id": report.report.id,
        "mentions": [shown(m) for m in ordered],
        "links": sorted([k.label, by_id[k.source], by_id[k.target]] for k in report.links),
    }


# --- cases of our own


@pytest.mark.parametrize("case", cases("good", GOOD_CASES), ids=lambda p: p.name)
def test_a_case_gives_what_it_should(case: Path) -> None:
    file = next(p for p in case.iterdir() if p.stem == "report")
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert reader.detect(file)
    found = list(reader.read(file))
    for report, wanted in zip(reports(found), expected["reports"], strict=True):
        assert told(report) == {k: wanted[k] for k in ("id", "mentions", "links")}
        for key in wanted.keys() - {"id", "mentions", "links", "text"}:
            assert getattr(report.report, key) == wanted[key]
        assert report.text == wanted.get("text", report.text)
        for mention in report.mentions:
            assert mention.quote == " ".join(report.text[f.start : f.end] for f in mention.fragments)  # type: ignore[union-attr]
    unmet = [(p.severity, p.line, p.message) for p in problems(found)]
    for severity, line, words in expected["problems"]:
        met = next((u for u in unmet if u[0] == severity and u[1] == line and words in u[2]), None)
        assert met is not None, (severity, line, words, unmet)
        unmet.remove(met)
    assert not unmet


@pytest.mark.parametrize("file", cases("bad", BAD_CASES), ids=lambda p: p.name)
def test_a_bad_file_is_refused_with_its_reason(file: Path) -> None:
    line, reason = json.loads((HERE / "bad" / "expected.json").read_text(encoding="utf-8"))[file.name]
    found = list(reader.read(file))
    assert not reports(found)
    assert [(p.path, p.line, p.severity) for p in problems(found)] == [(str(file), line, "rejected")]
    assert reason in problems(found)[0].message


# --- the seed report: the same in CAS as in brat


@pytest.fixture(scope="module")
def seed(shared: Path) -> Path:
    return shared / "data" / "seed-report"


def in_folder(seed: Path, folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        shutil.copy(seed / f"{STEM}{name}", folder / f"{STEM}{name}")
    return folder


def test_the_seed_report_is_the_same_annotated_report_as_in_brat(seed: Path) -> None:
    read = only(seed / f"{STEM}.xmi", default_id=STEM)
    gold = reports(brat.read(seed / f"{STEM}.ann", STEM))[0]
    assert read.problems == ()
    assert (len(read.mentions), len(read.links)) == (146, 193)
    assert read.canonical() == gold.canonical()
    assert read.digest() == gold.digest()


@pytest.mark.parametrize("names", [(".xmi", ".TypeSystem.xml"), (".xmi",)], ids=["types", "no types"])
def test_without_a_meta_file_only_the_language_is_lost(seed: Path, tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = in_folder(seed, tmp_path / "in", *names)
    read = only(folder / f"{STEM}.xmi", default_id="other")
    gold = reports(brat.read(seed / f"{STEM}.ann", STEM))[0]
    assert read.report == replace(gold.report, language="")
    assert replace(read, report=gold.report).canonical() == gold.canonical()
    assert len(read.problems) == (names == (".xmi",))


@pytest.mark.slow
def test_and_gives_the_same_quads(seed: Path, tmp_path: Path) -> None:
    cas = in_folder(seed, tmp_path / "cas", ".xmi", ".TypeSystem.xml", ".meta.json")
    gold = in_folder(seed, tmp_path / "brat", ".ann", ".txt", ".meta.json")
    stores = [tmp_path / "cas-store", tmp_path / "brat-store"]
    for folder, store in zip((cas, gold), stores, strict=True):
        outcome = ingest(store, [folder], Options())
        assert (outcome.exit_code, outcome.problems, outcome.unclaimed) == (0, [], [])
    of_cas, of_brat = (content(opened(store)) for store in stores)
    assert len(of_cas) > 20_000
    assert of_cas == of_brat


def test_the_seed_report_through_json_cas_is_the_same(seed: Path, tmp_path: Path) -> None:
    """What dkpro-cassis writes as JSON CAS, with references to arrays, says the same as the XMI."""
    with (seed / f"{STEM}.TypeSystem.xml").open("rb") as types, (seed / f"{STEM}.xmi").open("rb") as xmi:
        whole = cassis.load_cas_from_xmi(xmi, typesystem=cassis.load_typesystem(types))
    file = tmp_path / f"{STEM}.json"
    file.write_text(whole.to_json(), encoding="utf-8")
    shutil.copy(seed / f"{STEM}.meta.json", tmp_path)
    assert reader.detect(file)
    assert only(file, default_id=STEM).canonical() == only(seed / f"{STEM}.xmi", default_id=STEM).canonical()


def test_a_hash_of_another_text_refuses_the_report(seed: Path, tmp_path: Path) -> None:
    folder = in_folder(seed, tmp_path / "in", ".xmi", ".TypeSystem.xml")
    (folder / f"{STEM}.meta.json").write_text(json.dumps({"textSha256": "0" * 64}), encoding="utf-8")
    found = list(reader.read(folder / f"{STEM}.xmi"))
    assert [p.message[:31] for p in problems(found)] == ["not the text that was annotated"]
    assert not reports(found)


def test_a_row_of_the_table_describes_the_file(seed: Path, tmp_path: Path) -> None:
    folder = in_folder(seed, tmp_path / "in", ".xmi", ".TypeSystem.xml")
    (folder / "metadata.csv").write_text(f"file,publisher,language\n{STEM}.xmi,Somebody,en\n", encoding="utf-8")
    read = reports(walk([folder], known={"cas": reader}))[0]
    assert (read.report.id, read.report.publisher, read.report.language) == (STEM, "Somebody", "en")


# --- the shared data: all of it

UIMA = {  # folder: files read, reports, mentions, links, rejected
    "cas-json-spans": (1, 1, 0, 0, 0),
    "cas-json-wikidata": (1, 1, 17, 0, 0),
    "cassis/json": (12, 8, 16, 0, 4),
    "cassis/xmi": (11, 9, 38, 0, 11),
    "multi-annotator": (1, 1, 0, 0, 0),
    "project-export": (1, 1, 0, 0, 0),
    "webanno-tsv/tsv3-suite": (44, 44, 102, 24, 15),
    "xmi-relation": (1, 1, 4, 1, 0),
}


@pytest.fixture(scope="module")
def uima(shared: Path) -> Path:
    return shared / "data" / "uima"


def test_every_file_of_the_shared_data_is_read_or_refused_with_its_reason(uima: Path) -> None:
    assert len(UIMA) == 8
    for folder, (files, *counts) in UIMA.items():
        found = walk([uima / folder], known={"cas": reader})
        items = list(found)
        read = reports(items)
        rejected = [p for p in problems(items) if p.severity == "rejected"]
        mentions, links = sum(len(r.mentions) for r in read), sum(len(r.links) for r in read)
        assert (folder, len(found.readable), len(read), mentions, links, len(rejected)) == (folder, files, *counts)
        for report in read:
            for mention in report.mentions:
                assert mention.quote
                assert mention.quote == " ".join(report.text[f.start : f.end] for f in mention.fragments)  # type: ignore[union-attr]


REASONS = {
    "covers no text": 15,
    "without the link": 6,
    "a chain without one of its elements": 1,
    "its text is not in the file as a string": 6,
    "is in no index of its view": 2,
}


def test_the_reasons_of_all_refusals_are_known(uima: Path) -> None:
    found = [p for p in problems(walk([uima], known={"cas": reader})) if p.severity == "rejected"]
    counted = Counter(next((r for r in REASONS if r in p.message), p.message) for p in found)
    assert counted == REASONS


def test_no_other_file_of_the_shared_data_is_claimed(shared: Path) -> None:
    files = [p for p in (shared / "data").rglob("*") if p.suffix.lower() in (".xmi", ".xml", ".json", ".zip")]
    assert len(files) > 200
    claimed = Counter(str(p.relative_to(shared / "data").parts[0]) for p in files if reader.detect(p))
    assert claimed == {"uima": 72, "seed-report": 1}


def test_quirk_offsets_count_utf_16_units(uima: Path) -> None:
    """An emoji moves what follows it by one more."""
    path = uima / "cassis" / "xmi" / "cas_with_smileys.xmi"
    read = only(path)
    units = read.text.encode("utf-16-le")
    written = re.findall(r'NamedEntity [^>]*begin="(\d+)" end="(\d+)"', path.read_text(encoding="utf-8"))
    assert len(units) // 2 == 839 > len(read.text) == 836
    assert [units[2 * int(b) : 2 * int(e)].decode("utf-16-le") for b, e in written] == [m.quote for m in read.mentions]
    assert len(written) == 5


def test_quirk_the_tsv_suite_has_no_type_system(uima: Path) -> None:
    """All 44 are read, with every reference; strict reading fails for all of them, lenient reading for two."""
    files = sorted((uima / "webanno-tsv" / "tsv3-suite").glob("*/reference.xmi"))
    assert len(files) == 44
    for path in files:
        assert [p.message for p in only(path).problems if "no type system is beside" in p.message], path


def test_quirk_an_embedded_type_system_is_partial(uima: Path) -> None:
    read = only(next((uima / "cas-json-spans").glob("*.json")))
    assert "not kept: 21 Sentence, 248 Token" in read.problems[0].message
    parent = list(reader.read(uima / "cassis" / "json" / "child_type_before_parent.json"))
    assert [p.message for p in problems(parent)] == [
        "the view _InitialView is not read: its text is not in the file as a string"
    ]


def test_quirk_line_ends_inside_the_sofa_are_kept(uima: Path) -> None:
    read = only(uima / "xmi-relation" / "relation_test.xmi")
    assert read.text.splitlines(keepends=True)[0] == "Darmstadt is in Hessen.\r\n"
    assert told(read)["mentions"] == [
        ["city", "Darmstadt"],
        ["state", "Hessen"],
        ["city", "Hannover"],
        ["state", "Lower Saxony"],
    ]
    assert told(read)["links"] == [["located in", "city", "state"]]
    assert read.report.title == ""  # the document's title is the name of its file


def test_quirk_settings_hold_user_names_and_members_java_objects(uima: Path) -> None:
    path = next((uima / "project-export").glob("*.zip"))
    items = list(reader.read(path))
    assert [r.report.id for r in reports(items)] == ["example_sentence"]
    assert reports(items)[0].text == "This is an example sentence."
    messages = [p.message for p in problems(items)]
    assert messages[0] == "3 members are Java-serialised (.ser): they are never loaded"
    assert "settings with names of users" in messages[1]
    assert "admin" not in repr(items).replace(str(path), "")


def test_quirk_json_cas_of_inception_has_named_entities(uima: Path) -> None:
    path = next((uima / "cas-json-wikidata").glob("*.json"))
    written = json.loads(path.read_text(encoding="utf-8"))["%FEATURE_STRUCTURES"]
    entities = [fs for fs in written if fs["%TYPE"] == SPANNED]
    read = only(path)
    assert len(entities) == len(read.mentions) == 17
    assert Counter(fs["value"] for fs in entities) == Counter(m.label for m in read.mentions)
    assert {read.text[fs["begin"] : fs["end"]] for fs in entities} == {m.quote for m in read.mentions}


def test_quirk_several_views_structures_in_no_index_and_annotations_of_no_length(uima: Path) -> None:
    views = list(reader.read(HERE / "good" / "two-views" / "report.xmi"))
    assert [r.report.id for r in reports(views)] == ["report-_InitialView", "report-translation"]
    lost = problems(reader.read(uima / "cassis" / "xmi" / "cas_with_array_features.xmi"))
    assert [p.line for p in lost if p.message.startswith("2 of type uima.tcas.Annotation: is in no index of its view")] == [19]
    empty = only(uima / "cassis" / "xmi" / "cas_with_collections.xmi")
    assert empty.mentions == ()
    assert [p.line for p in empty.problems if "covers no text" in p.message] == [23, 51, 53]


def test_quirk_cas_as_rdf_is_of_no_format(uima: Path) -> None:
    found = list(walk([uima / "cas-rdf"], known={"cas": reader}))
    assert [type(i) for i in found] == [Unclaimed]


def test_the_page_has_these_figures(project: Path) -> None:
    page = (project / "docs" / "formats" / "cas.md").read_text(encoding="utf-8")
    rows = [tuple(int(n) for n in row) for row in re.findall(r"^\| [^|]+ \|" + r" (\d+) \|" * 5 + "$", page, re.MULTILINE)]
    of_json = tuple(a + b for a, b in zip(UIMA["cas-json-spans"], UIMA["cas-json-wikidata"], strict=True))
    in_order = ["webanno-tsv/tsv3-suite", "cassis/xmi", "cassis/json", "", "xmi-relation", "project-export"]
    assert rows == [UIMA[name] if name else of_json for name in in_order]
    assert f"Of the {sum(REASONS.values())} set aside, {REASONS['covers no text']} are" in page


# What TSV cannot say: white space at the ends of a sentence, and these XMI name the layer Span by another type.
OF_ANOTHER_TYPE = {
    "testCrossSentenceSpanWithoutFeatureValue",
    "testMultiTokenSpanWithoutFeatureValue",
    "testMultiTokenStackedSpanWithoutFeatureValue",
    "testSentenceWithLineBreak",
    "testSentenceWithTab",
    "testSingleNonMultiTokenRelationWithoutFeatureValue",
    "testSingleStackedNonTokenRelationWithoutFeatureValue2",
    "testSingleStackedNonTokenRelationWithoutFeatureValue3",
    "testSingleTokenWithoutFeatureValue",
    "testStackedNonMultiTokenRelationWithMultipleFeatureValues",
    "testSubMultiTokenSpanWithoutFeatureValue3",
    "testTokenBoundedSpanWithoutFeatureValue",
}
OF_ANOTHER_TEXT = {
    "testAnnotationWithLeadingWhitespaceAtStart",
    "testAnnotationWithTrailingWhitespaceAtEnd",
    "testZeroWidthAnnotationBeyondLastTokenIsMovedToEndOfLastToken",
}


def sorted_content(mentions: Sequence[Mention], links: Iterable[Any], renamed: bool) -> tuple[Any, Any]:
    label = {m.id: "Span" if renamed and m.label == "NamedEntity" else m.label for m in mentions}
    spans = {m.id: (label[m.id], m.fragments, m.quote) for m in mentions}
    found = sorted((*spans[m.id], m.attributes) for m in mentions)
    return found, sorted((k.label, spans[k.source], spans[k.target]) for k in links)


def test_xmi_and_tsv_of_one_cas_say_the_same(uima: Path) -> None:
    suite = sorted((uima / "webanno-tsv" / "tsv3-suite").glob("*/reference.xmi"))
    compared = 0
    for path in suite:
        if path.parent.name in OF_ANOTHER_TEXT:
            continue
        xmi, tsv = only(path), tsv3(path.with_suffix(".tsv").read_text(encoding="utf-8"), "tsv")
        assert xmi.text == tsv.text
        renamed = path.parent.name in OF_ANOTHER_TYPE
        ours = sorted_content(xmi.mentions, xmi.links, renamed)
        assert ours == sorted_content(tsv.content.mentions, tsv.content.links, renamed), path
        compared += 1
    assert compared == 41


# --- dkpro-cassis reads the same


def of_cassis(loaded: cassis.Cas) -> Counter[tuple[str, int, int, str]]:
    """The annotations in the indexes: type, offsets as code points, covered text."""
    found: Counter[tuple[str, int, int, str]] = Counter()
    for view in loaded.views:
        for fs in view.get_all_fs():
            if hasattr(fs, "begin") and fs.sofa is not None and fs.sofa.sofaString and fs.begin is not None:
                found[fs.type.name, fs.begin, fs.end, fs.get_covered_text()] += 1
    return found


def of_ours(cas: _cas.Cas) -> Counter[tuple[str, int, int, str]]:
    found: Counter[tuple[str, int, int, str]] = Counter()
    for sofa in (s for s in cas.sofas.values() if s.text):
        units = (sofa.text or "").encode("utf-16-le")
        for structure in (cas.structures[i] for i in cas.indexed[sofa.id]):
            if structure.is_annotation:
                begin, end = int(structure.strings["begin"]), int(structure.strings["end"])
                before = len(units[: 2 * begin].decode("utf-16-le"))
                words = units[2 * begin : 2 * end].decode("utf-16-le")
                found[structure.type, before, before + len(words), words] += 1
    return found


def references_of_cassis(loaded: cassis.Cas) -> dict[tuple[int, str], list[int]]:
    """What the indexed structures refer to, by id and feature; arrays unfolded."""
    found: dict[tuple[int, str], list[int]] = {}
    for fs in (fs for view in loaded.views for fs in view.get_all_fs()):
        for feature in fs.type.all_features:
            value = getattr(fs, feature.name)
            elements = value.elements if hasattr(value, "elements") else [value]
            ids = [e.xmiID for e in elements or () if isinstance(e, cassis.typesystem.FeatureStructure)]
            if ids and feature.name not in ("sofa", "elements"):
                found[fs.xmiID, feature.name] = ids
    return found


def references_of_ours(cas: _cas.Cas, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    for ident, feature in wanted:
        ids = cas.structures[ident].references.get(feature, ())
        arrays = [cas.structures[i] for i in ids if cas.structures[i].type == "uima.cas.FSArray"]
        found[ident, feature] = list(arrays[0].references["elements"] if arrays else ids)
    return found


@lru_cache(maxsize=4)
def types_of_cassis(data: bytes, with_dkpro: bool) -> cassis.TypeSystem:
    types = cassis.load_typesystem(io.BytesIO(data))
    return cassis.merge_typesystems(types, cassis.load_dkpro_core_typesystem()) if with_dkpro else types


def loaded_by_cassis(path: Path, types: bytes | None, custom: bytes) -> cassis.Cas | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            known = types_of_cassis(types or custom, not types)
            if path.suffix == ".json":
                with path.open("rb") as file:
                    return cassis.load_cas_from_json(io.TextIOWrapper(file, encoding="utf-8"))
            return cassis.load_cas_from_xmi(path, typesystem=known, lenient=True)
        except Exception:  # noqa: BLE001  what it cannot read is not compared
            return None


def test_dkpro_cassis_reads_the_same_annotations(uima: Path, seed: Path) -> None:
    small = (uima / "cassis" / "typesystems" / "small_typesystem.xml").read_bytes()
    custom = (uima / "webanno-tsv" / "desc" / "type" / "webannoTestTypes.xml").read_bytes()
    compared = spans = references = 0
    for path in sorted(p for p in [*uima.rglob("*"), *seed.iterdir()] if p.suffix in (".xmi", ".json") and reader.detect(p)):
        beside = next((p for p in reader.companions(path) if p.name.lower().endswith("typesystem.xml")), None)
        types = small if path.stem in ("small_cas", "lenient_cas") else beside.read_bytes() if beside else None
        loaded = loaded_by_cassis(path, types, custom)
        if loaded is None:
            continue
        read = read_json_cas if path.suffix == ".json" else read_xmi
        cas = read(path.read_bytes(), str(path), type_system(types, "types") if types else None)
        ours, theirs = of_ours(cas), of_cassis(loaded)
        referred = references_of_cassis(loaded)
        assert references_of_ours(cas, referred) == referred, path
        assert theirs <= ours, path
        known = {t.name for t in loaded.typesystem.get_types(built_in=True)}
        assert {k: n for k, n in ours.items() if k[0] in known} == dict(theirs), path
        compared += 1
        spans += theirs.total()
        references += len(referred)
    assert (compared, spans, references) == (67, 1142, 177)


BARE = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:tcas="http:///uima/tcas.ecore" '
    'xmlns:c="http:///c.ecore">{}<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="😀 a"/>'
    '<cas:View sofa="1" members="{}"/></xmi:XMI>'
)
MARKED = '<tcas:Annotation xmi:id="2" sofa="1" begin="{}" end="{}"/>'
# What is in the file, what dkpro-cassis makes of it, and what is read here. An error of dkpro-cassis is of the whole file.
DIFFERENT = {
    "a member listed twice": (MARKED.format(3, 4), "2 2", [(1, 2), (1, 2)], [(2, 3)]),
    "half a character": (MARKED.format(1, 3), "2", [(1, 2)], []),
    "beyond the text": (MARKED.format(0, 99), "2", [(0, 99)], []),
    "a type that nothing declares": ('<c:T xmi:id="2" sofa="1" begin="0" end="2"/>', "2", [], [(0, 1)]),
    "a member that is not there": (MARKED.format(3, 4), "2 77", None, [(2, 3)]),
    "an offset that is no number": (MARKED.format("x", 4), "2", None, []),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_why_dkpro_cassis_reads_type_systems_only(case: str, tmp_path: Path) -> None:
    """What the page says of it: when this fails, more can be left to dkpro-cassis."""
    held, members, theirs, ours = DIFFERENT[case]
    file = BARE.format(held, members)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = cassis.load_cas_from_xmi(io.BytesIO(file.encode()), typesystem=cassis.TypeSystem(), lenient=True)
            found = [(a.begin, a.end) for a in loaded.select_all()]
        except (KeyError, ValueError):
            found = None
    assert found == theirs
    report = only(write(tmp_path, {"x.xmi": file}) / "x.xmi")
    assert [(f.start, f.end) for m in report.mentions for f in m.fragments if isinstance(f, TextSpan)] == ours
    assert any(p.severity == "rejected" for p in report.problems) == (not ours or members == "2 77")


WORDS = st.text(st.sampled_from("aé😀🏴حلب\r\n 𐤀"), min_size=1, max_size=30)


@st.composite
def built(draw: st.DrawFn) -> tuple[cassis.Cas, list[tuple[str, str]], int]:
    """A CAS made with dkpro-cassis, its labels with the words they cover, and the number of links in it."""
    types = cassis.TypeSystem()
    thing = types.create_type("webanno.custom.Thing")
    types.create_feature(thing, "value", "uima.cas.String")
    link = types.create_type("webanno.custom.ThingLink", "uima.cas.TOP")
    types.create_feature(link, "role", "uima.cas.String")
    types.create_feature(link, "target", "uima.tcas.Annotation")
    types.create_feature(thing, "slots", "uima.cas.FSArray", elementType=link)
    relation = types.create_type("webanno.custom.Relation")
    types.create_feature(relation, "Governor", thing)
    types.create_feature(relation, "Dependent", thing)
    text = draw(WORDS)
    cas = cassis.Cas(types)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    things, labels = [], []
    for n in range(draw(st.integers(1, 5))):
        begin = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(begin + 1, len(text)))
        things.append(thing(begin=begin, end=end, value=f"label {n}"))
        labels.append((f"label {n}", text[begin:end]))
        cas.add(things[-1])
    links = 0
    for host in things:
        targets = draw(st.lists(st.sampled_from(things), max_size=2))
        host.slots = types.get_type("uima.cas.FSArray")(elements=[link(role="R", target=t) for t in targets])
        links += len(targets)
    for governor in draw(st.lists(st.sampled_from(things), max_size=2)):
        cas.add(relation(begin=0, end=1, Governor=governor, Dependent=things[0]))
        links += 1
    return cas, labels, links


@given(built(), st.booleans(), st.booleans())
def test_what_dkpro_cassis_writes_is_read_back(
    made: tuple[cassis.Cas, list[tuple[str, str]], int], as_json: bool, with_types: bool
) -> None:
    whole, labels, links = made
    if as_json:
        cas = read_json_cas(whole.to_json().encode(), "made.json", None)
    else:
        types = type_system(whole.typesystem.to_xml().encode(), "types.xml") if with_types else None
        cas = read_xmi(whole.to_xmi().encode(), "made.xmi", types)
    report = next(iter(reports(reader._Document("made", Metadata(Report("made")), "made").reports(cas))))
    assert report.text == whole.sofa_string
    assert sorted((m.label, m.quote) for m in report.mentions) == labels
    assert len(report.links) == links
    assert [p for p in report.problems if p.severity == "rejected"] == []


# --- several annotators, and archives


def xmi(label: str, text: str = "Aleppo fell.") -> str:
    return (
        '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///webanno/custom.ecore">'
        f'<c:Thing xmi:id="2" sofa="1" begin="0" end="6" value="{label}"/>'
        f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="{text}"/>'
        '<cas:View sofa="1" members="2"/></xmi:XMI>'
    )


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def in_memory(members: dict[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return held.getvalue()


LAID_OUT = {
    "annotation/a.txt/INITIAL_CAS.xmi": xmi("nobody's"),
    "annotation/a.txt/zoe@example.org.xmi": xmi("zoe's"),
    "annotation/a.txt/yusuf.xmi": xmi("yusuf's"),
    "curation/a.txt/CURATION_USER.xmi": xmi("curated"),
    "annotation/b.txt/zoe@example.org.xmi": xmi("zoe's"),
    "annotation/b.txt/yusuf.xmi": xmi("yusuf's"),
    "annotation/c.txt/yusuf.xmi": xmi("yusuf's"),
}
SETTINGS = '{"name": "p", "project_permissions": [{"user": "zoe@example.org"}]}'


def labels(items: Iterable[object]) -> dict[str, list[str]]:
    return {r.report.id: [m.label for m in r.mentions] for r in reports(items)}


def is_named(items: Sequence[object]) -> bool:
    """Whether a name of an annotator is in what is kept: anything but hints."""
    kept = [replace(i, path="") for i in reports(items)], [replace(p, hint="") for p in problems(items)]
    return re.search("zoe|yusuf", repr(kept).replace("zoe's", "").replace("yusuf's", "")) is not None


@pytest.fixture(params=["folder", "archive"])
def project_of_three(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "folder":
        return write(tmp_path / "p", LAID_OUT)
    members: dict[str, str | bytes] = {
        **LAID_OUT,
        "exportedproject1.json": SETTINGS,
        "annotation_ser/a.txt/zoe.ser": b"\xac\xed",
    }
    return zipped(tmp_path / "p.zip", members)


def test_curated_annotation_comes_first(project_of_three: Path) -> None:
    items = list(walk([project_of_three], known={"cas": reader}))
    assert labels(items) == {"a": ["curated"], "c": ["yusuf's"]}
    refused = [p for p in problems(items) if p.severity == "rejected"]
    assert len(refused) == 1
    assert "annotated by 2, and no annotation is the curated one" in refused[0].message
    assert "zoe@example.org" in refused[0].hint
    assert [p.message for p in problems(items) if "are not" in p.message and "by others" in p.message] == [
        "the curated annotation is read; 2 by others are not"
    ]
    assert not is_named(items)


def test_another_annotator_is_asked_for(project_of_three: Path) -> None:
    items = list(walk([project_of_three], known={"cas": reader}, annotator="yusuf"))
    assert labels(items) == {"a": ["curated"], "b": ["yusuf's"], "c": ["yusuf's"]}
    assert not is_named(items)
    items = list(walk([project_of_three], known={"cas": reader}, annotator="zoe@example.org"))
    assert labels(items) == {"a": ["curated"], "b": ["zoe's"]}
    assert [p.message for p in problems(items) if p.severity == "rejected"] == [
        "the annotator that was asked for did not annotate it"
    ]
    assert not is_named(items)


def test_files_of_one_text_in_a_folder_are_copies(tmp_path: Path) -> None:
    files = {"story/ann.xmi": xmi("one"), "story/bob.xmi": xmi("two"), "story/curator.xmi": xmi("three")}
    folder = write(tmp_path, files)
    items = list(walk([folder], known={"cas": reader}))
    assert labels(items) == labels(walk([folder], known={"cas": reader}, annotator="ann")) == {"story": ["three"]}
    assert re.search(r"\b(ann|bob)\b", repr(items)) is None
    (folder / "story" / "curator.xmi").unlink()
    (refused,) = walk([folder], known={"cas": reader})
    assert isinstance(refused, Problem)
    assert refused.hint == "there are ann, bob"
    assert labels(walk([folder], known={"cas": reader}, annotator="bob")) == {"story": ["two"]}
    write(tmp_path, {"story/letter.xmi": xmi("four", "Another text.")})  # then they may be of anything
    assert labels(walk([folder], known={"cas": reader})) == {"ann": ["one"], "bob": ["two"], "letter": ["four"]}


def test_json_files_of_one_text_are_copies_too(tmp_path: Path) -> None:
    sofa = '"%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "a \\"b\\""'
    for name in ("ann", "bob"):
        thing = f'"%ID": 2, "%TYPE": "c.Thing", "@sofa": 1, "begin": 0, "end": 1, "value": "by {name[0]}"'
        views = '"%VIEWS": {"v": {"%SOFA": 1, "%MEMBERS": [2]}}'
        found = f'{{"%FEATURE_STRUCTURES": [{{"%ID": 1, {sofa}}}, {{{thing}}}], {views}}}'
        write(tmp_path, {f"story/{name}.json": found})
    assert labels(walk([tmp_path], known={"cas": reader})) == {}
    assert labels(walk([tmp_path], known={"cas": reader}, annotator="bob")) == {"story": ["by b"]}


def test_a_copy_that_is_given_itself_is_read_under_the_name_of_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, LAID_OUT) / "annotation" / "a.txt"
    assert labels(walk([folder / "yusuf.xmi"], known={"cas": reader})) == {"a": ["yusuf's"]}
    monkeypatch.chdir(folder)
    items = list(walk([Path("yusuf.xmi")], known={"cas": reader}))
    assert (labels(items), is_named(items)) == ({"a": ["yusuf's"]}, False)


def test_a_meta_file_beside_a_copy_is_no_annotator(tmp_path: Path) -> None:
    files = {"annotation/a.txt/ann.xmi": xmi("one"), "annotation/a.txt/ann.meta.json": '{"title": "T"}'}
    (found,) = reports(walk([write(tmp_path, files)], known={"cas": reader}))
    assert (found.report.id, found.report.title) == ("a", "T")


def test_an_archive_of_one_document_with_its_types(tmp_path: Path, seed: Path) -> None:
    members: dict[str, str | bytes] = {
        "x.xmi": (seed / f"{STEM}.xmi").read_bytes(),
        "TypeSystem.xml": (seed / f"{STEM}.TypeSystem.xml").read_bytes(),
    }
    read = only(zipped(tmp_path / "x.zip", members))
    assert (read.report.id, len(read.mentions), len(read.links), read.problems) == (STEM, 146, 193, ())


def test_members_that_are_archives_are_opened_once_and_no_deeper(tmp_path: Path) -> None:
    inner = in_memory({"a.xmi": xmi("inner")})
    members: dict[str, str | bytes] = {
        "annotation/a.txt/yusuf.zip": inner,
        "annotation/b.txt/yusuf.zip": in_memory({"deeper.zip": inner}),
        "annotation/c.txt/yusuf.txt": "only a text",
        "curation/d.txt/CURATION_USER.tsv": "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=Aleppo fell.\n1-1\t0-6\tAleppo\t\n",
        "curation/e.txt/CURATION_USER.json": (HERE / "good" / "wikidata" / "report.json").read_bytes(),
        "curation/f.txt/CURATION_USER.json": "[]",
    }
    items = list(reader.read(zipped(tmp_path / "p.zip", members)))
    assert labels(items) == {"a": ["inner"], "d": [], "e": ["LOC"]}
    assert {p.where: p.message[:40] for p in problems(items) if p.severity == "rejected"} == {
        "b.txt": "the archive within the archive holds 0 f",
        "c.txt": "nobody's annotation of this document is ",
        "f.txt": "no JSON CAS: expected an object with a l",
    }


def test_several_documents_of_an_archive_without_a_project(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {"one.xmi": xmi("1"), "two.xmi": xmi("2"), "bad.xmi": "<a/>", "readme.md": "x"})
    assert reader.detect(path)
    items = list(reader.read(path))
    assert labels(items) == {"one": ["1"], "two": ["2"]}
    assert [(p.severity, p.where) for p in problems(items) if "type system is beside" not in p.message] == [
        ("warning", ""),
        ("rejected", "bad.xmi"),
    ]


def test_archives_of_something_else_are_not_claimed(tmp_path: Path) -> None:
    assert not reader.detect(zipped(tmp_path / "a.zip", {"a.txt": "x", "b.json": "{}"}))
    assert not reader.detect(HERE / "bad" / "broken.zip")
    assert not reader.detect(tmp_path / "absent.zip")
    empty = zipped(tmp_path / "b.zip", {"exportedproject1.json": SETTINGS})
    assert reader.detect(empty)
    assert [p.message[:17] for p in problems(reader.read(empty)) if p.severity == "rejected"] == ["holds no document"]
    assert [p.message[:12] for p in problems(reader.read(zipped(tmp_path / "c.zip", {"a.txt": "x"})))] == [
        "1 members ar",
        "holds no CAS",
    ]


def test_files_of_something_else_are_not_claimed(tmp_path: Path) -> None:
    others = {
        "a.xmi": '<uml:Model xmlns:uml="http://www.omg.org/UML"/>',
        "b.xml": "<typeSystemDescription/>",
        "c.json": '{"annotations": [{"%TYPES": 1}]}',
        "d.json": "[]",
        "e.txt": xmi("x"),
    }
    write(tmp_path, others)
    assert not [n for n in others if reader.detect(tmp_path / n)]


# --- input that means harm


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = zipped(tmp_path / "big.zip", {"a.xmi": b" " * (_source.MAX_ANNOTATION_BYTES + 1)})
    assert "more than MAX_ANNOTATION_BYTES" in problems(reader.read(big))[0].message
    # The directory says that the member is one byte long.
    data = bytearray(big.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 1)
    lying = tmp_path / "lying.zip"
    lying.write_bytes(data)
    found = list(reader.read(lying))
    assert not reports(found)
    assert problems(found)
    monkeypatch.setattr(_archive, "MAX_UNPACKED_BYTES", 1000)
    many = zipped(tmp_path / "many.zip", {f"{n}.xmi": xmi("x") for n in range(9)})
    items = list(reader.read(many))
    assert (len(reports(items)), len([p for p in problems(items) if "MAX_UNPACKED_BYTES" in p.message])) == (3, 6)
    monkeypatch.setattr(_archive, "MAX_DIRECTORY_BYTES", 100)
    assert not reader.detect(many)
    assert "MAX_DIRECTORY_BYTES" in problems(reader.read(many))[0].message
    monkeypatch.setattr(_archive, "MAX_ARCHIVE_BYTES", 100)
    assert "MAX_ARCHIVE_BYTES" in problems(reader.read(many))[0].message


def test_encrypted_members_and_names_that_climb_are_harmless(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {"../../evil.xmi": xmi("x"), "/abs/evil2.xmi": xmi("y")})
    assert labels(reader.read(path)) == {"evil": ["x"], "evil2": ["y"]}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.zip"]
    data = bytearray(zipped(tmp_path / "q.zip", {"a.xmi": xmi("x")}).read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "q.zip").write_bytes(data)
    assert "cannot be unpacked" in problems(reader.read(tmp_path / "q.zip"))[0].message


def test_what_grows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cas, "MAX_STRUCTURES", 3)
    with pytest.raises(ReadError, match="MAX_STRUCTURES"):
        read_xmi(b'<x:XMI xmlns:x="http://www.omg.org/XMI">' + b"<a/>" * 4 + b"</x:XMI>", "a.xmi", None)
    with pytest.raises(ReadError, match="MAX_STRUCTURES"):
        read_json_cas(b'{"%FEATURE_STRUCTURES": [1, 2, 3, 4]}', "a.json", None)
    monkeypatch.setattr(_cas, "MAX_STRUCTURES", 300)
    monkeypatch.setattr(_cas, "MAX_REFERENCES", 1000)
    shared_array = "".join(f'<c:Host xmi:id="{n}" sofa="1" begin="0" end="1" links="2"/>' for n in range(100, 200))
    many, members = "9 " * 50, " ".join(map(str, range(100, 200)))
    data = (
        '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///webanno/custom.ecore">'
        f'{shared_array}<cas:FSArray xmi:id="2" elements="{many}"/><c:Link xmi:id="9" target="100"/>'
        f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="v" sofaString="x"/><cas:View sofa="1" members="{members}"/>'
        "</xmi:XMI>"
    )
    cas = read_xmi(data.encode(), "a.xmi", None)
    with pytest.raises(ReadError, match="MAX_REFERENCES"):
        cas.layers(1)
    monkeypatch.setattr(_cas, "MAX_PROBLEMS", 5)
    bad = read_xmi(data.replace('members="', 'members="a b c d e f g h ').encode(), "a.xmi", None)
    assert len(bad.problems) == 5
    assert [p.message for p in bad.taken()][-1] == "4 more problems are not listed"
    assert bad.taken() == ()


def test_types_that_contradict_themselves_are_told_and_done_without(tmp_path: Path) -> None:
    def described(*types: tuple[str, str]) -> str:
        inside = "".join(
            f"<typeDescription><name>{n}</name><supertypeName>{s}</supertypeName></typeDescription>" for n, s in types
        )
        return f"<typeSystemDescription><types>{inside}</types></typeSystemDescription>"

    bad = {
        "circle": described(("a.A", "a.B"), ("a.B", "a.A")),
        "partial": described(("a.A", "a.Nowhere")),
        "doctype": '<!DOCTYPE a [<!ENTITY b "c">]><typeSystemDescription/>',
        "deep": "<a>" * 50 + "</a>" * 50,
        "no XML": "types",
        "encoding": '<?xml version="1.0" encoding="klingon"?><a/>',
    }
    for name, text in bad.items():
        folder = write(tmp_path / name, {"a.xmi": xmi("x"), "TypeSystem.xml": text})
        read = only(folder / "a.xmi")
        assert [m.label for m in read.mentions] == ["x"]
        assert [p.severity for p in read.problems if p.path.endswith("TypeSystem.xml")] == ["warning"], name
    circle = Types({"a": "b", "b": "a"}, {"a": {"f": "b"}})
    assert (circle.range("b", "f"), circle.range("a", "g"), circle.is_primitive("a"), circle.strings("a")) == (
        "b",
        "",
        False,
        (),
    )


def test_without_dkpro_cassis_it_is_said_how_to_get_it(seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = in_folder(seed, tmp_path / "in", ".xmi", ".TypeSystem.xml")
    monkeypatch.setitem(cast(dict[str, Any], __import__("sys").modules), "cassis", None)
    _cas_types.type_system.cache_clear()
    found = problems(reader.read(folder / f"{STEM}.xmi"))
    assert [p.hint for p in found] == ["pip install 'sitgraph[cas]'"]


DAMAGED = {
    "a.xmi": (HERE / "good" / "layers" / "report.xmi").read_bytes(),
    "b.json": (HERE / "good" / "sitgraph-json" / "report.json").read_bytes(),
    "c.json": (HERE / "good" / "partial-types" / "report.json").read_bytes(),
    "d.xmi": (HERE / "good" / "circles" / "report.xmi").read_bytes(),
    "TypeSystem.xml": (HERE / "good" / "layers" / "TypeSystem.xml").read_bytes(),
    "e.zip": in_memory(
        {"annotation/a.txt/yusuf.xmi": xmi("x"), "curation/b.txt/CURATION_USER.zip": in_memory({"a.xmi": xmi("y")})}
    ),
}
PIECES = st.sampled_from(
    [
        b"",
        b'"',
        b"<",
        b"&",
        b"\x00",
        b"\xff",
        b"0",
        b"-1",
        b"99999999999999999999",
        b'" begin="',
        b"null",
        b"[",
        b"{}",
        b"1e999",
        b"PK",
    ]
)


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(DAMAGED)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=3)
)
@example("a.xmi", [(0.0, 10_000, b"")])
def test_damage_never_gives_anything_but_problems(name: str, edits: list[tuple[float, int, bytes]]) -> None:
    data = DAMAGED[name]
    for at, length, piece in edits:
        start = int(at * len(data))
        data = data[:start] + piece + data[start + length :]
    assert all(isinstance(i, AnnotatedReport | Problem) for i in damaged(name, data))


def damaged(name: str, data: bytes) -> Iterator[AnnotatedReport | Problem]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        if name == "TypeSystem.xml":
            path = path.with_name("a.xmi")
            path.write_bytes(DAMAGED["a.xmi"])
        for item in reader.read(path):
            if isinstance(item, AnnotatedReport):
                item.digest()
            yield item


# --- small parts


def test_where_copies_lie(tmp_path: Path) -> None:
    write(tmp_path, LAID_OUT)
    copies = _inception.laid_out(tmp_path / "annotation/a.txt/yusuf.xmi", (".xmi",))
    assert copies is not None
    assert (copies.id, sorted(copies.by_annotator)) == ("a", ["curation_user", "yusuf", "zoe@example.org"])
    assert _inception.first(copies).name == "CURATION_USER.xmi"
    assert _inception.laid_out(tmp_path / "letter.xmi", (".xmi",)) is None
    companions = set(reader.companions(tmp_path / "curation/a.txt/CURATION_USER.xmi"))
    assert tmp_path / "annotation/a.txt/yusuf.xmi" in companions
    assert tmp_path / "annotation/a.txt/INITIAL_CAS.xmi" in companions
    assert tmp_path / "annotation/b.txt/yusuf.xmi" not in companions


def test_what_refers_is_concluded_from_all_values() -> None:
    ids = {1: True, 2: False, 3: True}
    values: dict[tuple[str, str], list[str | list[str]]] = {
        ("T", "Governor"): ["1", "3"],
        ("T", "order"): ["1", "3"],
        ("T", "links"): ["2 2", "0"],
        ("T", "words"): [["a", "b"]],
        ("T", "value"): ["1", "2"],
        ("T", "size"): ["1.5", "-3"],
        ("T", "name"): ["1", "x"],
    }
    found = _cas_types.concluded(values, ids, _cas_types.BUILT_IN)
    refer = {f for f, r in found.ranges["T"].items() if not found.is_primitive(r)}
    assert refer == {"Governor", "links"}
    assert found.strings("T") == ("name", "value")
