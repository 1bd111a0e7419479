"""doccano: every file of its examples, the forms of a label, whose annotation is read, and what may be wrong in a file."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Report, TextSpan, quote_of
from kg.readers import Reader, Unclaimed, _json_values, brat, doccano, walk

TOY = Path(__file__).parent / "data" / "doccano" / "toy" / "all.jsonl"
READER: Reader = doccano


def written(folder: Path, *objects: object, name: str = "all.jsonl") -> Path:
    path = folder / name
    lines = [o if isinstance(o, str) else json.dumps(o, ensure_ascii=False) for o in objects]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def read(path: Path, annotator: str = "") -> tuple[list[AnnotatedReport], list[Problem]]:
    found = list(doccano.read(path, "", annotator))
    reports = [x for x in found if isinstance(x, AnnotatedReport)]
    return reports, [p for x in found for p in (x.problems if isinstance(x, AnnotatedReport) else (x,))]


def one(folder: Path, annotator: str | None = None, /, **said: object) -> tuple[AnnotatedReport, list[str]]:
    (report,), problems = read(written(folder, said), annotator or "")
    return report, [f"{p.severity}: {p.message}" for p in problems]


def marks(report: AnnotatedReport) -> list[tuple[str, str]]:
    return [(m.label, m.quote) for m in report.mentions]


# -- the examples that come with doccano


@pytest.fixture(scope="module")
def examples(shared: Path) -> Path:
    return shared / "data/other-formats/doccano"


def test_every_example_is_read_or_refused_with_its_reason(examples: Path) -> None:
    found = list(walk([examples]))
    reports = [x for x in found if isinstance(x, AnnotatedReport)]
    assert (len(reports), sum(len(r.mentions) for r in reports), sum(len(r.links) for r in reports)) == (17, 27, 9)
    assert Counter(r.format for r in reports) == {"doccano": 17}
    assert [p.message for p in found if isinstance(p, Problem)] == [
        "has no text: expected a string under text or data or column_data"
    ]
    categories = [p.message.partition(": ")[2] for r in reports for p in r.problems]
    assert categories == ["'flight'", "'airport'", "'flight'", "'airport'", "'positive'", "'positive'"]
    reasons = Counter(u.reason.partition(":")[0].partition(",")[0] for u in found if isinstance(u, Unclaimed))
    assert reasons == {
        "text classification": 4,
        "fastText": 2,
        "CoNLL columns": 4,
        "a table": 5,
        "says something about the files around it": 1,
    }


def test_detect_takes_no_other_file_of_the_shared_data(shared: Path, examples: Path) -> None:
    taken = [p for p in (shared / "data").rglob("*") if p.is_file() and doccano.detect(p)]
    assert len(taken) == 8
    assert all(p.is_relative_to(examples) for p in taken)


def test_text_classification_is_refused_when_its_reader_is_told(examples: Path) -> None:
    reports, problems = read(examples / "export/text_classification/example.json")
    assert (len(reports), [p.severity for p in problems]) == (0, ["rejected"])
    assert problems[0].message == "labels whole texts (text classification) and no words: there is nothing to read"


# -- quirks


def test_quirk_one_object_a_line_or_pretty_printed(tmp_path: Path) -> None:
    objects = [{"text": "a b", "label": [[0, 1, "X"]]}, {"text": "c", "label": [[0, 1, "Y"]]}]
    forms = {
        "lines.jsonl": "\n".join(json.dumps(o) for o in objects),
        "pretty.jsonl": "\n".join(json.dumps(o, indent=2) for o in objects),
        "list.json": json.dumps(objects, indent=2),
        "line.json": json.dumps(objects),
        "bom.jsonl": "\ufeff\n" + "\n".join(json.dumps(o) for o in objects),
    }
    lines = {}
    for name, text in forms.items():
        path = written(tmp_path, text, name=name)
        assert doccano.detect(path), name
        reports, problems = read(path)
        assert [marks(r) for r in reports] == [[("X", "a")], [("Y", "c")]]
        assert problems == []
        assert [r.report.id for r in reports] == [f"{path.stem}-1", f"{path.stem}-2"]
        lines[name] = [r.mentions[0].line for r in reports]
    assert lines == {
        "lines.jsonl": [1, 2],
        "pretty.jsonl": [1, 11],
        "list.json": [2, 12],
        "line.json": [1, 1],
        "bom.jsonl": [2, 3],
    }


def test_quirk_triples_and_entities_with_ids_of_which_0_is_one(tmp_path: Path) -> None:
    entities = [
        {"id": 0, "start_offset": 0, "end_offset": 1, "label": "X"},
        {"id": 5, "start_offset": 2, "end_offset": 3, "label": "Y"},
    ]
    report, problems = one(tmp_path, text="a b", entities=entities, relations=[{"from_id": 5, "to_id": 0, "type": "of"}])
    assert report.links == (Link("of", "5", "0"),)
    assert problems == []
    for key in ("label", "labels", "entities"):
        report, problems = one(tmp_path, None, **{key: [[0, 1, "X"], [0, 3, "X"]], "text": "a b"})
        assert marks(report) == [("X", "a"), ("X", "a b")]


def test_quirk_text_under_another_key(tmp_path: Path) -> None:
    for text, labels in (("data", "label"), ("column_data", "column_label")):
        assert marks(one(tmp_path, None, **{text: "a", labels: [[0, 1, "X"]]})[0]) == [("X", "a")]


def test_toy_report_is_what_brat_says(tmp_path: Path) -> None:
    (report,), problems = read(TOY)
    (tmp_path / "x.txt").write_text(report.text, encoding="utf-8")
    lines = ["T1\tSource 2 13\tRadio Nadir", "T2\tArmedGroup 35 45\tRed Column", "T3\tEngagement 46 50\tdied"]
    lines += ["E1\tEngagement:T3 Target:T2", "R1\tSaysThat Arg1:T1 Arg2:E1"]
    (tmp_path / "x.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (expected,) = brat.read(tmp_path / "x.ann")
    assert isinstance(expected, AnnotatedReport)
    ours, theirs = report.canonical(), expected.canonical()
    assert (ours.mentions, ours.links) == (theirs.mentions, theirs.links)
    assert report.report == Report("all-7", "Two dead", issued="2016-08-15")
    assert [p.message for p in problems] == [
        "Comments of 1 objects: not used; this is the first",
        "batch of 1 objects: not used; this is the first",
        "there are characters beyond U+FFFF; offsets are taken to count code points, as more spans then fit the words",
    ]


# -- offsets, proven by the words


def test_offsets_count_code_points_unless_the_words_say_otherwise(tmp_path: Path) -> None:
    text = "👨🏻‍🚒 firemen drive firetrucks"
    points = text.index("firetrucks")
    units = points + sum(c > "\uffff" for c in text)
    for start, unit in ((points, "code points"), (units, "UTF-16 units")):
        report, problems = one(tmp_path, text=text, label=[[start, start + 10, "X"]])
        assert marks(report) == [("X", "firetrucks")]
        assert problems == [
            f"warning: there are characters beyond U+FFFF; offsets are taken to count {unit}, as more spans then fit the words"
        ]


def test_offsets_before_wide_characters_need_no_choice(tmp_path: Path) -> None:
    assert one(tmp_path, text="a 🚁", label=[[0, 1, "X"]])[1] == []


@given(st.text(st.sampled_from("ab 🚁é"), min_size=1, max_size=30).map(lambda s: f"x {s} y"), st.data())
def test_words_are_found_in_either_unit(text: str, data: st.DataObject) -> None:
    """Whole words in UTF-16 units or code points are found, as far as they differ: the reader's own choice is consistent."""

    words = [m.span() for m in re.finditer(r"\S+", text)]
    wide = data.draw(st.booleans())
    shift = [i + (sum(c > "\uffff" for c in text[:i]) if wide else 0) for i in range(len(text) + 1)]
    with tempfile.TemporaryDirectory() as folder:
        report, _ = one(Path(folder), text=text, label=[[shift[s], shift[e], "X"] for s, e in words])
    assert all(m.quote == quote_of(text, m.fragments) for m in report.mentions)  # type: ignore[arg-type]  # spans
    if not wide:
        assert [m.fragments[0] for m in report.mentions] == [TextSpan(s, e) for s, e in words]


# -- several annotators


def annotated_by(*users: int | str) -> list[dict[str, object]]:
    return [{"label": f"by {u}", "start_offset": 0, "end_offset": 1, "user": u} for u in users]


def test_one_annotator_is_read_and_forgotten(tmp_path: Path) -> None:
    report, problems = one(
        tmp_path, text="a", annotations=annotated_by("ann"), meta={}, annotation_approver="bob", username="ann"
    )
    assert (marks(report), problems) == ([("by ann", "a")], [])
    assert "bob" not in report.to_json()


def test_several_annotators_have_to_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": "a", "annotations": annotated_by(1, 2)})
    reports, (problem,) = read(path)
    assert reports == []
    assert problem.message.startswith("annotated by 2, and no annotation is the curated one")
    assert problem.hint == "there are 1, 2"
    assert marks(read(path, "2")[0][0]) == [("by 2", "a")]
    told = [p.message for p in read(path, "2")[0][0].problems]
    assert told == ["the annotation of who was asked for is read; 1 by others are not"]
    curated = written(tmp_path, {"text": "a", "annotations": annotated_by("ann", "gold")})
    assert marks(read(curated)[0][0]) == marks(read(curated, "ann")[0][0]) == [("by gold", "a")]


def test_a_file_for_each_user_is_one_export(tmp_path: Path) -> None:
    """Each text once, by the user who is asked for where several labelled it; nobody's name is in a report."""
    folder = tmp_path / "project"
    folder.mkdir()
    text = {"id": 1, "text": "a b"}
    alone = {"id": 2, "text": "c"}
    written(folder, {**text, "label": [[0, 1, "X"]]}, {**alone, "label": []}, name="ann.jsonl")
    written(folder, {**text, "label": [[2, 3, "Y"]]}, {**alone, "label": [[0, 1, "Z"]]}, name="bob.jsonl")
    written(folder, {**text, "label": []}, {**alone, "label": []}, {"id": 3, "text": "d", "label": []}, name="unknown.jsonl")
    assert [r.path.name for r in walk([tmp_path]).readable] == ["ann.jsonl"]
    problem, *reports = walk([tmp_path])
    assert isinstance(problem, Problem)
    assert (problem.where, problem.hint) == ("object 1", "there are ann, bob")
    assert [(r.report.id, marks(r)) for r in reports if isinstance(r, AnnotatedReport)] == [
        ("project-2", [("Z", "c")]),
        ("project-3", []),
    ]
    told, *items = walk([tmp_path], annotator="ann")
    reports = [r for r in items if isinstance(r, AnnotatedReport)]
    assert isinstance(told, Problem)
    assert (told.where, told.message) == ("object 1", "the annotation of who was asked for is read; 1 by others are not")
    assert [(r.report.id, marks(r)) for r in reports if isinstance(r, AnnotatedReport)] == [
        ("project-1", [("X", "a")]),
        ("project-3", []),
    ]
    assert not any("ann.jsonl" in str(r) or "bob" in str(r) for r in reports)


def test_files_without_a_text_in_common_are_read_alone(tmp_path: Path) -> None:
    for n, name in enumerate(("one", "two", "three")):
        written(tmp_path, {"id": n // 2, "text": "ab"[n // 2], "label": []}, name=f"{name}.jsonl")
    assert [r.report.id for r in walk([tmp_path]) if isinstance(r, AnnotatedReport)] == ["one-0", "three-1", "two-0"]


# -- metadata


def test_metadata_of_a_report(tmp_path: Path) -> None:
    meta = {
        "title": "T",
        "url": "https://example.org/1",
        "archivedUrl": "https://example.org/2",
        "issued": "yesterday",
        "desk": "x",
    }
    report, problems = one(tmp_path, id="r", text="a", label=[[0, 1, "X"]], meta=meta, publisher="P", language=["en"])
    assert report.report == Report("all-r", "T", "P", url="https://example.org/1", archived_url="https://example.org/2")
    assert problems == [
        'warning: issued "yesterday" is no date: not used',
        'warning: language ["en"] is no text: not used',
        "warning: meta.desk of 1 objects: not used; this is the first",
    ]


def test_a_table_beside_it_counts_more(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("id,title,issued\nall-1,Another,2016-01-02\n")
    report, problems = one(tmp_path, text="a", label=[[0, 1, "X"]], title="T", publisher="P")
    assert report.report == Report("all-1", "Another", "P", issued="2016-01-02")
    assert problems == []


# -- each check has an object that makes it fire

BAD: dict[str, tuple[dict[str, object], str]] = {
    "beyond": ({"text": "a", "label": [[0, 2, "X"]]}, "X 0–2 is no span of words: the text has 1 code points"),
    "empty": ({"text": "a", "label": [[1, 1, "X"]]}, "X 1–1 is no span of words"),
    "reversed": ({"text": "ab", "label": [[2, 1, "X"]]}, "X 2–1 is no span of words"),
    "negative": ({"text": "ab", "label": [[-2, 1, "X"]]}, "X -2–1 is no span of words"),
    "pair": ({"text": "ab", "label": [[0, 1, "X"], [0, 1]]}, "label: expected [start, end, label] or an object, found [0, 1]"),
    "float": ({"text": "ab", "label": [[0, 1.5, "X"]]}, "label: expected a start, an end and a label, found [0, 1.5"),
    "bool": ({"text": "ab", "label": [[True, 2, "X"]]}, "label: expected a start, an end and a label"),
    "no label": ({"text": "ab", "label": [[0, 1, ""]]}, "label: expected a start, an end and a label"),
    "no list": ({"text": "ab", "label": [], "entities": {"a": 1}}, 'entities must be a list, found {"a": 1}'),
    "twice": (
        {"text": "ab", "entities": [{"id": 1, "label": "X", "start_offset": 0, "end_offset": 1}] * 2},
        "the id 1 twice: X 0–1 is not kept",
    ),
    "no such end": (
        {"text": "ab", "entities": [], "relations": [{"from_id": 1, "to_id": 2, "type": "r"}]},
        "without the relation r: no entity 1 could be read",
    ),
    "no relation": ({"text": "ab", "entities": [], "relations": [{"from_id": 1}]}, "a relation needs from_id, to_id and type"),
    "no relations": ({"text": "ab", "entities": [], "relations": 3}, "relations must be a list"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_object(case: str, tmp_path: Path) -> None:
    said, expected = BAD[case]
    problems = [p for p in read(written(tmp_path, said))[1] if p.severity == "rejected"]
    assert [p.line for p in problems] == [1]
    assert problems[0].message.startswith(expected)
    assert problems[0].where == "object 1"


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "no text": ('{"label": [[0, 1, "X"]]}', "has no text: expected a string under text or data or column_data"),
    "no object": ("[3]", "expected an object with a text, found 3"),
    "half a pair": ('{"text": "\\ud83d", "label": []}', "holds a lone surrogate, which is no text"),
    "a key twice": ('{"text": "a", "text": "b"}', "not JSON that can be used: the key 'text' twice in one object"),
    "cut off": ('{"text": "a", "label": [[0, 1,', "not JSON: "),
    "deep": ("[" * 100_000, "not JSON that can be used: "),
    "nothing": ("[]", "holds no object: there is nothing to read"),
    "latin 1": (b'{"text": "\xe9"}', "not UTF-8: byte 0xe9 at byte offset 10"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_file_that_cannot_be_read(case: str, tmp_path: Path) -> None:
    stored, expected = UNREADABLE[case]
    path = tmp_path / "x.jsonl"
    path.write_bytes(stored if isinstance(stored, bytes) else stored.encode())
    reports, problems = read(path)
    assert reports == []
    assert problems[0].severity == "rejected"
    assert problems[0].message.startswith(expected)


def test_number_of_cases() -> None:
    assert (len(BAD), len(UNREADABLE)) == (13, 8)


def test_a_bad_line_leaves_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": "a", "label": [[0, 1, "X"]]}, '{"text": ', {"text": "b", "label": [[0, 1, "Y"]]})
    reports, problems = read(path)
    assert [marks(r) for r in reports] == [[("X", "a")], [("Y", "b")]]
    assert [(p.line, p.where) for p in problems] == [(2, "object 2")]


def test_a_file_of_too_many_values_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json_values, "MAX_VALUES", 2)
    _, problems = read(written(tmp_path, [3, 3, 3]))
    assert [p.message for p in problems] == ["has more than MAX_VALUES (2) values"]


def test_a_text_with_too_many_labels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doccano, "MAX_ANNOTATIONS", 2)
    _, problems = read(written(tmp_path, {"text": "a", "label": [[0, 1, "X"]] * 3}))
    assert [p.message for p in problems] == ["label has 3 items, more than MAX_ANNOTATIONS (2)"]


def test_detect_sees_labels_behind_a_long_text(tmp_path: Path) -> None:
    assert doccano.detect(written(tmp_path, {"text": "a" * 100_000, "label": [[0, 1, "X"]]}))
    for other in (
        {"text": "a"},
        {"text": "a", "label": ["X"]},
        {"text": "a", "spans": [], "label": []},
        {"label": [[0, 1, "X"]]},
        [3],
    ):
        assert not doccano.detect(written(tmp_path, other))
    assert not doccano.detect(written(tmp_path, {"text": "a", "label": []}, name="all.txt"))
    assert not doccano.detect(tmp_path / "none.jsonl")


# -- whatever is in a file

words = st.text(st.sampled_from("ab 🚁ع\n"), max_size=12)
number = st.integers(-2, 14) | st.sampled_from([None, "1", 1.5, True, 2**70])
label = st.sampled_from(["X", "", None, 3])
item = st.lists(number | label, max_size=4) | st.fixed_dictionaries(
    {},
    optional={
        "id": number,
        "start_offset": number,
        "end_offset": number,
        "label": label,
        "user": st.sampled_from(["u", "v", 1]),
    },
)
relation = st.fixed_dictionaries({}, optional={"from_id": number, "to_id": number, "type": label}) | number
values = {
    "id": number,
    "text": words | number,
    "label": st.lists(item | words, max_size=4) | number,
    "entities": st.lists(item, max_size=4),
    "relations": st.lists(relation, max_size=3) | number,
    "meta": st.dictionaries(st.sampled_from(["title", "issued", "x"]), words | number),
    "cats": words | st.lists(words, max_size=2) | number,
    "title": words | number,
    "Comments": st.lists(words, max_size=1),
}
objects = st.fixed_dictionaries({}, optional=values)


@given(st.lists(objects, max_size=4), st.booleans(), st.sampled_from(["", "u"]))
def test_any_objects_end_in_reports_or_problems(found: list[object], pretty: bool, annotator: str) -> None:

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_text("\n".join(json.dumps(o, indent=1 if pretty else None) for o in found), encoding="utf-8")
        doccano.detect(path)
        reports, problems = read(path, annotator)
    if not any(p.message.startswith(("labels whole texts", "holds no object")) for p in problems):
        assert len(reports) + sum(p.where.startswith("object") and p not in _own(reports) for p in problems) == len(found)
    for report in reports:
        assert all(m.quote == quote_of(report.text, m.fragments) for m in report.mentions)  # type: ignore[arg-type]  # spans
        assert {e for k in report.links for e in (k.source, k.target)} <= {m.id for m in report.mentions}
        report.to_json()


def _own(reports: list[AnnotatedReport]) -> list[Problem]:
    return [p for r in reports for p in r.problems]


@given(st.binary(max_size=20), st.integers(0, 700), st.integers(0, 30))
def test_damage_ends_in_problems(junk: bytes, at: int, cut: int) -> None:

    data = TOY.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_bytes(data[:at] + junk + data[at + cut :])
        doccano.detect(path)
        reports, _ = read(path)
    assert all(m.quote for r in reports for m in r.mentions)
