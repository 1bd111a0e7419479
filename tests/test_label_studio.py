"""The reader of Label Studio: goldens as folders, the quirks of real exports, the seed report, and generated input."""

from __future__ import annotations

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, TextSpan, quote_of
from kg.pipeline import Options, ingest
from kg.readers import Reader, brat, label_studio, walk
from kg.store import GraphName
from kg.store.generations import StoreDirectory
from tests.test_seed import checker, served

__all__ = ["checker"]  # a fixture of the suite of the seed report

DATA = Path(__file__).parent / "data" / "label-studio"
CASES = sorted(p for p in DATA.iterdir() if p.is_dir())
CHECKS = 143
SEED = "mesop-aleppo"
READER: Reader = label_studio  # the module is checked against the protocol here


def read_all(path: Path, annotator: str = "") -> tuple[list[AnnotatedReport], list[Problem]]:
    found = list(walk([path], known={"label-studio": label_studio}, annotator=annotator))
    reports = [x for x in found if isinstance(x, AnnotatedReport)]
    return reports, [
        p for x in found for p in (x.problems if isinstance(x, AnnotatedReport) else (x,)) if isinstance(p, Problem)
    ]


def rejected(problems: list[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity == "rejected"]


def region(ident: str, start: object, end: object, words: object, *labels: object) -> dict[str, object]:
    value = {"start": start, "end": end, "text": words, "labels": list(labels)}
    return {"id": ident, "type": "labels", "from_name": "label", "to_name": "text", "value": value}


def task(text: str, *results: object, **more: object) -> dict[str, object]:
    return {"id": 1, "data": {"text": text}, "annotations": [{"completed_by": 1, "result": list(results)}], **more}


def write(folder: Path, *tasks: object) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def assert_grounded(report: AnnotatedReport) -> None:
    ids = {m.id for m in report.mentions}
    assert len(ids) == len(report.mentions)
    for m in report.mentions:
        spans = [f for f in m.fragments if isinstance(f, TextSpan)]
        assert spans == sorted(spans)
        assert all(0 <= f.start < f.end <= len(report.text) for f in spans)
        assert m.quote == quote_of(report.text, spans)
    assert all(k.source in ids and k.target in ids for k in report.links)


# --- goldens


def test_all_cases_are_collected() -> None:
    assert len(CASES) == 32
    assert all((p / "expected.json").is_file() for p in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_golden(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    reports, problems = read_all(case)
    assert [json.loads(r.to_json()) for r in reports] == expected["reports"]
    said = [f"{Path(p.path).name}:{p.line}: {'warning: ' * (p.severity == 'warning')}{p.where}: {p.message}" for p in problems]
    assert said == expected["problems"]
    for report in reports:
        assert_grounded(report)


# --- the quirks of real exports


@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    return shared / "data" / "other-formats" / "label-studio"


def test_quirk_spans_and_relations_stand_in_one_list_and_a_relation_has_no_id(real: Path) -> None:
    reports, problems = read_all(real / "relations-export.json")
    assert not problems
    assert (len(reports), sum(len(r.mentions) for r in reports), sum(len(r.links) for r in reports)) == (60, 141, 90)
    assert len({r.report.id for r in reports}) == 60
    assert reports[0].report.id == "relations-export-479"


def test_quirk_the_labels_of_a_relation_can_hold_two_names(real: Path) -> None:
    (report,) = [r for r in read_all(real / "relations-export.json")[0] if any(k.label == "per:children" for k in r.links)]
    (child,) = [k for k in report.links if k.label == "per:children"]
    assert Link("no_relation", child.source, child.target) in report.links


@pytest.mark.parametrize("wanted", ["1", "anna@example.org", "Anna", "Anna B", "2"])
def test_quirk_completed_by_is_a_number_or_an_object(wanted: str) -> None:
    (report,), (told,) = read_all(DATA / "several-annotators", wanted)
    assert (told.severity, told.message) == ("warning", "the annotation of who was asked for is read; 1 by others are not")
    assert [m.quote for m in report.mentions] == (["Russia"] if wanted == "1" else ["Aleppo"])


def test_names_and_addresses_of_annotators_are_dropped() -> None:
    problems: list[Problem] = []
    for wanted in ("", "anna@example.org", "nobody"):
        reports, problems = read_all(DATA / "several-annotators", wanted)
        assert all("anna" not in f"{r.to_json()}{r!r}".lower() for r in reports)
        assert all("anna" not in str(p.message).lower() for p in problems)
        assert bool(rejected(problems)) == (wanted != "anna@example.org")
    assert "anna@example.org" in problems[0].hint  # who is there is told how to choose; a hint is never stored


def test_quirk_old_files_say_completions() -> None:
    (report,), problems = read_all(DATA / "completions")
    assert (len(report.mentions), problems) == (1, [])


def test_quirk_predictions_stand_in_for_annotations(real: Path) -> None:
    (report,), (told,) = read_all(real / "examples" / "named_entity" / "tasks.json")
    assert [m.quote for m in report.mentions] == ["February 22"]
    assert (told.severity, told.message) == ("warning", "no annotation by a person: the prediction of model 1 is read")


def test_quirk_html_tasks_have_xpath_start_and_end(real: Path) -> None:
    (report,), problems = read_all(real / "examples" / "html_document" / "annotations" / "1.json")
    assert not report.mentions
    assert len(rejected(problems)) == 3
    assert all("selected by XPath alone" in p.message for p in problems)


def test_quirk_labels_are_under_hypertextlabels() -> None:
    (report,), problems = read_all(DATA / "labels-under-hypertextlabels")
    assert ([m.label for m in report.mentions], problems) == (["State", "Settlement"], [])


def test_quirk_the_stored_span_does_not_match_the_text(real: Path) -> None:
    """``examples/rich_text_plain``: the key is ``ner``, the offsets are those of another text."""
    (report,), (told,) = read_all(real / "examples" / "rich_text_plain" / "annotations" / "1.json")
    assert report.text.startswith("Donald Trump just couldn t wish")
    assert not report.mentions
    assert told.severity == "rejected"
    assert '" supporters"' in told.message
    assert '"February 22"' in told.message


OUTCOMES = {  # reports, mentions, rejected
    "dialogue_analysis/annotations/1": (0, 0, 1), "dialogue_analysis/tasks": (0, 0, 1),
    "html_document/annotations/1": (1, 0, 3), "html_document/tasks": (0, 0, 1),
    "named_entity/annotations/1": (1, 1, 0), "named_entity/tasks": (1, 1, 0),
    "nested_choices/annotations/0": (0, 0, 1), "nested_choices/tasks": (0, 0, 1),
    "references/annotations/1": (1, 0, 0), "references/tasks": (2, 0, 0),
    "rich_text_plain/annotations/1": (1, 0, 1), "rich_text_plain/tasks": (1, 0, 1),
    "rich_text_plain_remote/annotations/1": (0, 0, 1), "rich_text_plain_remote/tasks": (0, 0, 1),
}  # fmt: skip


def test_every_example_is_read_or_refused_with_a_reason(real: Path) -> None:
    found = {}
    for path in sorted((real / "examples").rglob("*.json")):
        assert label_studio.detect(path), path
        reports, problems = read_all(path)
        name = str(path.relative_to(real / "examples").with_suffix(""))
        found[name] = (len(reports), sum(len(r.mentions) for r in reports), len(rejected(problems)))
        assert reports or problems
    assert found == OUTCOMES


def test_no_other_file_of_the_shared_data_is_claimed(shared: Path) -> None:
    files = [p for p in (shared / "data").rglob("*") if p.is_file()]
    claimed = [p for p in files if label_studio.detect(p)]
    assert len(files) > 300
    assert len(claimed) == len(OUTCOMES) + 2
    assert all("label-studio" in str(p.relative_to(shared)) for p in claimed)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.json",
            '[{"id":1,"annotations":[{"result":[{"value":{"text":"' + "x" * 70_000 + '"}}]}],"data":{"text":"a"}}]',
            True,
        ),
        ("a.json", '[{"id":1,"data":{"text":"' + "x" * 70_000 + '"},"annotations":[]}]', True),
        ("a.json", '[{"data":{"text":"a"}}]', True),
        ("a.json", '{"data":{"text":"a"}}', False),
        ("a.json", '[{"images":[],"annotations":[],"data":{}, "text":"' + "x" * 70_000 + '"}]', True),
        ("a.json", '[{"images":[],"annotations":[]}]', False),
        ("a.json", '[{"id":1,"text":"a","label":[[0,1,"A"]]}]', False),
        ("a.json", '{"text":"a","denotations":[],"data":"\\"annotations\\":"}', False),
        ("a.json", "[]", False),
        ("a.json", "", False),
        ("a.json", '[[{"data":{},"annotations":[]}]]', False),
        ("a.jsonl", '[{"data":{"text":"a"},"annotations":[]}]', False),
    ],
)
def test_detect_looks_at_the_keys_of_the_first_object(tmp_path: Path, name: str, content: str, expected: bool) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert label_studio.detect(tmp_path / name) is expected


# --- the seed report


@pytest.fixture
def seed(shared: Path, tmp_path: Path) -> Path:
    """A folder with the seed report as Label Studio has it, and nothing else."""
    folder = tmp_path / "in"
    folder.mkdir()
    source = shared / "data" / "seed-report" / f"{SEED}.label-studio.json"
    (folder / source.name).write_bytes(source.read_bytes())
    return folder


def test_the_seed_report_is_the_same_as_in_brat(seed: Path, shared: Path) -> None:
    (ours,), problems = read_all(seed)
    (theirs,) = brat.read(shared / "data" / "seed-report" / f"{SEED}.ann")
    assert isinstance(theirs, AnnotatedReport)
    ours, theirs = ours.canonical(), theirs.canonical()
    assert (ours.mentions, ours.links, ours.text, ours.scheme) == (theirs.mentions, theirs.links, theirs.text, theirs.scheme)
    assert (problems, len(ours.mentions), len(ours.links)) == ([], 146, 193)


def test_the_seed_report_gives_the_quads_that_brat_gives(seed: Path, shared: Path, tmp_path: Path) -> None:
    """The export lacks the language alone, which a row of the folder's table may say."""
    (seed / "metadata.csv").write_text(f"id,language\n{SEED},en\n", encoding="utf-8")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for store, path in ((ours, seed), (theirs, shared / "data" / "seed-report" / f"{SEED}.ann")):
        outcome = ingest(store, [path], Options())
        assert (outcome.exit_code, outcome.problems) == (0, [])
    found = quads(ours)
    assert found == quads(theirs)
    assert len(found) > 5000


def quads(store: Path) -> list[str]:
    opened = StoreDirectory(store).current().open()
    graphs: list[GraphName] = [DefaultGraph(), *(g for g in opened.graph_names() if not g.value.endswith("graph/provenance"))]
    return sorted(f"{t} {graph}" for graph in graphs for t in opened.get_graph(graph))


def test_the_seed_report_answers_all_checks(seed: Path, checker: ModuleType, tmp_path: Path, shared: Path) -> None:
    outcome = ingest(tmp_path / "s", [seed], Options())
    assert (outcome.exit_code, outcome.problems) == (0, [])
    with served(tmp_path / "s") as base:
        expected = shared / "data" / "seed-report" / "expected.json"
        assert checker.Checker(f"{base}/sparql").run(str(expected), quiet=True) == (CHECKS, 0)


# --- what comes from a tool that does other things


def test_what_is_written_beside_a_region_is_a_note(tmp_path: Path) -> None:
    marked = {**region("a", 0, 2, "ab", "Side"), "meta": {"text": ["not sure"], "page": ["3"]}}
    below = {**region("b", 3, 4, "c", "Side"), "parentID": "a"}
    part = {**region("p", 5, 6, "d", "Fragment"), "meta": {"text": ["lost?"]}}
    joined = {"type": "relation", "from_id": "a", "to_id": "p", "labels": ["HasFragment"]}
    (report,), problems = read_all(write(tmp_path, task("ab c d", marked, below, part, joined)))
    assert [m.notes for m in report.mentions] == [("meta page: 3", "not sure"), ()]
    assert [(p.severity, p.message.split(":")[0]) for p in problems] == [
        ("rejected", "its meta is about a Fragment"),
        ("warning", "1 regions stand below another one (parentID), which no mention does"),
    ]


def test_several_ground_truths_are_not_called_one_annotators(tmp_path: Path) -> None:
    truths = [
        {
            "completed_by": n,
            "ground_truth": True,
            "updated_at": f"2024-01-0{n}",
            "result": [region("a", 0, n, "ab"[:n], "Side")],
        }
        for n in (1, 2)
    ]
    (report,), (told,) = read_all(write(tmp_path, {"id": 1, "data": {"text": "ab"}, "annotations": truths}))
    assert [m.quote for m in report.mentions] == ["ab"]
    assert told.message == "2 annotations are ground truth: the one that was changed last is read"


def test_a_circle_of_part_of_is_stored_without_what_closes_it(tmp_path: Path) -> None:
    results = [region("a", 0, 6, "strike", "AirStrike"), region("b", 11, 15, "raid", "Assault")]
    both = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "bi", "labels": ["PartOf"]}
    path = write(tmp_path, task("strike and raid on Aleppo", *results, both))
    outcome = ingest(tmp_path / "store", [path], Options())
    assert outcome.committed
    assert [p.message for p in outcome.rejected] == ["closes a circle of PartOf"]


def test_without_an_extra_row_a_file_with_one_task_has_the_name_of_the_file(tmp_path: Path) -> None:
    (one,), _ = read_all(write(tmp_path, task("a")))
    several, _ = read_all(write(tmp_path, task("a"), task("b", id=2)))
    assert (one.report.id, [r.report.id for r in several]) == ("report", ["report-1", "report-2"])


def test_the_hash_of_a_meta_file_must_be_that_of_the_text(tmp_path: Path) -> None:
    write(tmp_path, task("a"))
    (tmp_path / "report.meta.json").write_text(json.dumps({"textSha256": "0" * 64}), encoding="utf-8")
    reports, (problem,) = read_all(tmp_path)
    assert not reports
    assert "not the text that was annotated" in problem.message


def test_many_fragments_labels_and_relations_take_no_longer_than_their_number(tmp_path: Path) -> None:
    n = 4000
    parts = [region(f"p{i}", 2 * i, 2 * i + 1, "x", "Fragment") for i in range(1, n)]
    chain = [
        {"type": "relation", "from_id": f"p{i - 1}" if i > 1 else "a", "to_id": f"p{i}", "labels": ["HasFragment"]}
        for i in range(1, n)
    ]
    broad = [region(i, 0, 1, "x", *(f"L{k}" for k in range(n))) for i in ("b", "c")]
    links = [{"type": "relation", "from_id": "b", "to_id": "c", "labels": [f"R{k}" for k in range(n)]}]
    start = time.monotonic()
    (report,), problems = read_all(
        write(tmp_path, task("x " * n, region("a", 0, 1, "x", "Area"), *parts, *chain[::-1], *broad, *links))
    )
    assert time.monotonic() - start < 5
    assert not rejected(problems)
    assert (len(report.mentions), len(report.links)) == (1 + 2 * n, n)
    assert max(len(m.fragments) for m in report.mentions) == n


def test_malformed_markup_takes_no_longer_than_its_length(tmp_path: Path) -> None:
    by_xpath = {"id": "a", "type": "hypertextlabels", "value": {"start": "/p[1]", "globalOffsets": {"start": 0, "end": 1}}}
    start = time.monotonic()
    for piece in ("<a ", "<!--", "</script ", '<a b="', "<![CDATA["):
        assert read_all(write(tmp_path, task("<p>" + piece * 100_000, by_xpath)))[1]
    assert time.monotonic() - start < 5


def test_deep_nesting_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    for depth in (100, 900, *range(940, 1000, 5), 100_000):
        nested = "[" * depth + "]" * depth
        for content in (f'[{{"data":{nested}}}]', f'[{{"data":{{"text":"a"}},"annotations":[{{"result":[{nested}]}}]}}]'):
            path.write_text(content, encoding="utf-8")
            label_studio.detect(path)
            assert all(isinstance(x, Problem) or x.problems for x in label_studio.read(path))


def test_a_file_of_very_many_values_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, task("ab", region("a", 0, 1, "a", "Area")))
    assert len(read_all(path)[0]) == 1
    monkeypatch.setattr(label_studio, "MAX_VALUES", 10)
    reports, (problem,) = read_all(path)
    assert (reports, "more than MAX_VALUES (10) values" in problem.message) == ([], True)


def test_data_of_very_many_fields_are_refused(tmp_path: Path) -> None:
    data = {f"field-{n}": "a" for n in range(101)}
    reports, (problem,) = read_all(write(tmp_path, {"id": 1, "data": data, "annotations": []}))
    assert (reports, "101 fields that may be the text" in problem.message) == ([], True)


# --- laws

WORD = st.sampled_from(
    ["", "a", "b", "labels", "Area", "Fragment", "HasFragment", "ab", "💥", "yes", "reference", "base:item x"]
)
NUMBER: st.SearchStrategy[Any] = st.one_of(
    st.integers(-2, 9), st.sampled_from([True, None, 0.5, "3", "/div[1]", 10**30, "9" * 30, []])
)
LABELS = st.one_of(st.lists(WORD, max_size=3), st.none(), st.just([1]))
SELECTED = st.fixed_dictionaries(
    {"start": NUMBER, "end": NUMBER},
    optional={
        "text": st.one_of(WORD, NUMBER),
        "labels": LABELS,
        "hypertextlabels": LABELS,
        "choices": LABELS,
        "globalOffsets": NUMBER,
    },
)
RESULT = st.one_of(
    st.fixed_dictionaries(
        {"id": WORD, "type": st.sampled_from(["labels", "choices", "textarea", "number", "hypertextlabels", "x", None])},
        optional={"from_name": WORD, "value": st.one_of(SELECTED, NUMBER)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("relation"), "from_id": WORD, "to_id": WORD},
        optional={"labels": LABELS, "direction": st.sampled_from(["left", "bi", "x", None, 1])},
    ),
    NUMBER,
)
ANNOTATION = st.fixed_dictionaries(
    {"result": st.one_of(st.lists(RESULT, max_size=6), NUMBER)},
    optional={
        "completed_by": st.one_of(NUMBER, WORD, st.dictionaries(st.sampled_from(["id", "email"]), WORD)),
        "ground_truth": NUMBER,
    },
)
ANNOTATIONS = st.one_of(st.lists(ANNOTATION, max_size=3), NUMBER)
FIELDS = st.one_of(WORD, NUMBER, st.sampled_from(["ab 💥 ab", "<p>ab</p>", "2016-08-15", "https://e.org/a"]))
TASK = st.one_of(
    NUMBER,
    st.fixed_dictionaries(
        {"data": st.one_of(st.dictionaries(st.sampled_from(["text", "id", "issued", "title", "ner"]), FIELDS), NUMBER)},
        optional={
            "id": NUMBER,
            "annotations": ANNOTATIONS,
            "completions": ANNOTATIONS,
            "predictions": ANNOTATIONS,
            "drafts": NUMBER,
        },
    ),
    st.fixed_dictionaries(
        {"id": NUMBER, "annotation_id": NUMBER, "annotator": NUMBER, "text": FIELDS, "label": st.lists(SELECTED)}
    ),
)


@given(st.one_of(TASK, st.lists(TASK, max_size=3)), st.sampled_from(["", "a", "1"]))
def test_any_json_gives_grounded_reports_and_problems(value: Any, annotator: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        label_studio.detect(path)
        found = list(label_studio.read(path, "report", annotator))
        tasks = value if isinstance(value, list) else [value]
        assert found
        assert len(found) <= max(len(tasks), 1)
        for item in found:
            if isinstance(item, AnnotatedReport):
                assert_grounded(item)
                assert item.canonical().digest() == item.digest()
            else:
                assert item.path == str(path)
                assert item.message


@given(st.binary(max_size=200))
def test_any_bytes_give_a_problem_and_no_traceback(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_bytes(data)
        label_studio.detect(path)
        assert all(isinstance(x, AnnotatedReport | Problem) for x in label_studio.read(path))


TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("aب💥\n ")), min_size=1, max_size=30)


@given(TEXT, st.data())
def test_offsets_in_either_unit_select_the_words_that_were_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    def units(n: int) -> int:
        return len(text[:n].encode("utf-16-le")) // 2

    with TemporaryDirectory() as folder:
        for a, z in ((start, end), (units(start), units(end))):
            path = write(Path(folder), task("e " + text, region("r", a + 2, z + 2, text[start:end], "Area")))
            found = list(label_studio.read(path))
            (report,) = [r for r in found if isinstance(r, AnnotatedReport)]
            (mention,) = report.mentions
            assert mention.quote == text[start:end]
