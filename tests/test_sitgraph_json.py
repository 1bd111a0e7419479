"""Plain JSON of our own: the published schema and the reader agree, and each mistake is told with its place.

The oracle of the schema is the jsonschema library; the example of the documentation is read as it stands there.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Reference, TextSpan, quote_of, text_sha256
from kg.pipeline import Options, ingest
from kg.readers import Reader, brat, sitgraph_json, walk
from kg.readers.sitgraph_json import schema as schemas
from kg.readers.sitgraph_json.schema import definition, schema_text, violations

READER: Reader = sitgraph_json
VALIDATOR = Draft202012Validator(json.loads(schema_text()))
REPORT = Draft202012Validator({"$ref": "#/$defs/report", "$defs": json.loads(schema_text())["$defs"]})


def only(path: Path) -> AnnotatedReport:
    (found,) = READER.read(path)
    assert isinstance(found, AnnotatedReport), found
    return found


def document(**said: Any) -> dict[str, Any]:
    """A valid document, with other values for some keys; ``None`` takes a key away."""
    mentions = [
        {
            "id": "a",
            "label": "ArmedForce",
            "start": 4,
            "end": 8,
            "quote": "army",
            "attributes": {"ActorKind": "army", "Generic": True},
        },
        {
            "id": "b",
            "label": "Settlement",
            "fragments": [{"start": 23, "end": 27}],
            "references": ["wikidata:Q1"],
            "notes": ["n"],
        },
        {"label": "TimeExpr", "start": 28, "end": 37, "references": [{"id": "x:y", "name": "Y"}], "x-score": 0.5},
        {"id": "c", "label": "Withdrawal", "start": 9, "end": 17},
    ]
    whole = {
        "format": "sitgraph-annotated-report/1",
        "report": {"id": "r", "title": "T", "issued": "2016-08-15", "x-crawl": {"depth": 3}},
        "text": "The army withdrew from Hama on Sunday \U0001f600.",
        "mentions": mentions,
        "links": [{"label": "WithdrawingParty", "source": "c", "target": "a"}],
        **said,
    }
    return {k: v for k, v in whole.items() if v is not None}


def written(folder: Path, value: object, name: str = "r.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def example(project: Path) -> dict[str, Any]:
    page = (project / "docs" / "formats" / "sitgraph-json.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    value: dict[str, Any] = json.loads(found)
    return value


# -- what is read


def test_a_document_is_an_annotated_report(tmp_path: Path) -> None:
    report = only(written(tmp_path, document()))
    assert report.problems == ()
    assert (report.report.id, report.report.issued, report.scheme) == ("r", "2016-08-15", "sitgraph-1")
    assert [(m.id, m.quote) for m in report.mentions] == [  # the third has no id of its own
        ("a", "army"),
        ("b", "Hama"),
        ("/mentions/2", "on Sunday"),
        ("c", "withdrew"),
    ]
    assert report.mentions[0].attributes == (("ActorKind", "army"), ("Generic", "true"))
    assert [m.references for m in report.mentions[1:3]] == [(Reference("wikidata:Q1"),), (Reference("x:y", "Y"),)]
    assert report.links == (Link("WithdrawingParty", "c", "a"),)


def test_the_example_of_the_documentation_goes_into_a_store(project: Path, tmp_path: Path) -> None:
    value = example(project)
    assert list(VALIDATOR.iter_errors(value)) == []
    outcome = ingest(tmp_path / "store", [written(tmp_path, value)], Options())
    assert (outcome.exit_code, outcome.reads[0].mentions, outcome.reads[0].situations) == (0, 4, 1)
    assert [p for p in outcome.problems if p.severity == "rejected"] == []


def test_one_report_a_list_and_lines_are_the_same(tmp_path: Path) -> None:
    two = [document(), document(report={"id": "s"})]
    as_list = list(READER.read(written(tmp_path, two)))
    lines = tmp_path / "r.jsonl"
    lines.write_text("\ufeff" + "\n\n".join(json.dumps(d) for d in two), encoding="utf-8")
    assert [p.report.id for p in as_list if isinstance(p, AnnotatedReport)] == ["r", "s"]
    in_lines = [p for p in READER.read(lines) if isinstance(p, AnnotatedReport)]
    assert [p.canonical() for p in in_lines] == [p.canonical() for p in as_list if isinstance(p, AnnotatedReport)]
    assert [m.line for p in in_lines for m in p.mentions] == [1] * 4 + [3] * 4


def test_the_same_report_as_in_brat(tmp_path: Path, shared: Path) -> None:
    (as_brat,) = brat.read(shared / "data" / "seed-report" / "mesop-aleppo.ann")
    assert isinstance(as_brat, AnnotatedReport)
    spans = {m.id: [{"start": f.start, "end": f.end} for f in m.fragments if isinstance(f, TextSpan)] for m in as_brat.mentions}
    value = document(
        report={k: v for k in ("id", "title", "publisher", "language", "issued") if (v := getattr(as_brat.report, k))},
        text=as_brat.text,
        mentions=[
            {
                "id": m.id, "label": m.label, "fragments": spans[m.id], "quote": m.quote, "attributes": dict(m.attributes),
                "references": [{"id": r.iri, "name": r.name} for r in m.references], "notes": list(m.notes),
            }
            for m in as_brat.mentions
        ],
        links=[{"label": k.label, "source": k.source, "target": k.target} for k in as_brat.links],
    )  # fmt: skip
    assert only(written(tmp_path, value)).digest() == as_brat.digest()


def test_a_row_of_the_table_wins(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("id,issued\nr,2020-01-01\n", encoding="utf-8")
    written(tmp_path, document())
    (report,) = walk([tmp_path])
    assert isinstance(report, AnnotatedReport)
    assert (report.report.issued, report.report.title) == ("2020-01-01", "T")


def test_files_are_known_by_their_beginning(tmp_path: Path, shared: Path) -> None:
    assert all(READER.detect(written(tmp_path, document(), name)) for name in ("r.json", "r.jsonl", "r.ndjson"))
    assert not READER.detect(written(tmp_path, document(), "r.txt"))
    assert not READER.detect(written(tmp_path, {"format": "other"}))
    assert [p for p in (shared / "data").rglob("*") if p.is_file() and READER.detect(p)] == []


# -- mistakes

MENTION = {"label": "L", "start": 4, "end": 8}

REFUSED: list[tuple[Any, str, str]] = [
    (7, "", "expected an annotated report, found 7"),
    (document(format="sitgraph-annotated-report/2"), "/format", 'expected "sitgraph-annotated-report/1", found'),
    (document(text=None), "", "text is missing; expected the text of the report"),
    (document(report=None), "", "report is missing; expected what is known of the report"),
    (document(report={"title": "T"}), "/report", "id is missing; expected the id of the report"),
    (document(report={"id": " "}), "/report/id", 'expected the id of the report, found " "'),
    (document(report={"id": "a\tb"}), "/report", 'id must be printable, found "a\\tb"'),
    (document(report={"id": "r", "issued": "August"}), "/report/issued", "expected an ISO 8601 date or date-time"),
    (document(report={"id": "r", "issued": "2016-02-31"}), "/report", "issued must be an ISO 8601 date or date-time"),
    (document(report={"id": "r", "Issued": "2016"}), "/report/Issued", "is no key of what is known of the report; expected id"),
    (document(report={"id": "r", "textSha256": "0" * 64}), "/report", "not the text that was annotated"),
    (document(mentions={}), "/mentions", "expected a list of mentions, found an object"),
    (document(scheme=""), "/scheme", "expected the id of a label scheme"),
    (document(mention=[]), "/mention", "is no key of an annotated report; expected format, scheme, report"),
    (document(mentions=3, text=4), "/text", "expected the text of the report, found 4; and 1 more"),
]
SET_ASIDE: list[tuple[Any, str, str]] = [
    ({"mentions": [3]}, "/mentions/0", "expected a mention, found 3"),
    ({"mentions": [{"start": 4, "end": 8}]}, "/mentions/0", "label is missing; expected a label of the scheme"),
    ({"mentions": [{**MENTION, "label": ""}]}, "/mentions/0/label", 'expected a label of the scheme, found ""'),
    ({"mentions": [{"label": "L", "start": 4}]}, "/mentions/0", "expected start and end or fragments"),
    ({"mentions": [{**MENTION, "fragments": [{"start": 1, "end": 2}]}]}, "/mentions/0", "start and end or fragments, not both"),
    ({"mentions": [{"label": "L", "fragments": []}]}, "/mentions/0/fragments", "expected a list of parts with start and end"),
    ({"mentions": [{"label": "L", "fragments": [{"start": 1}]}]}, "/mentions/0/fragments/0", "end is missing"),
    ({"mentions": [{**MENTION, "start": "4"}]}, "/mentions/0/start", 'expected a number of code points, 0 or more, found "4"'),
    ({"mentions": [{**MENTION, "start": -1}]}, "/mentions/0/start", "expected a number of code points, 0 or more, found -1"),
    ({"mentions": [{**MENTION, "start": 4.5}]}, "/mentions/0/start", "found 4.5"),
    ({"mentions": [{**MENTION, "start": True}]}, "/mentions/0/start", "found true"),
    ({"mentions": [{**MENTION, "a/b~": 1}]}, "/mentions/0/a~1b~0", "is no key of a mention; expected id, label"),
    ({"mentions": [{**MENTION, "attributes": {"A": 3}}]}, "/mentions/0/attributes/A", "expected a string, true or false"),
    ({"mentions": [{**MENTION, "references": ["no colon"]}]}, "/mentions/0/references/0", "expected an identity like"),
    ({"mentions": [{**MENTION, "references": [{"name": "N"}]}]}, "/mentions/0/references/0", "or an object with id and name"),
    ({"mentions": [{**MENTION, "notes": "n"}]}, "/mentions/0/notes", "expected a list of strings"),
    ({"mentions": [{**MENTION, "end": 4}]}, "/mentions/0", "the span 4 4 is empty"),
    ({"mentions": [{**MENTION, "end": 3}]}, "/mentions/0", "the span 4 3 is reversed"),
    ({"mentions": [{**MENTION, "end": 41}]}, "/mentions/0", "offset 41 is beyond the end of the text (40 code points)"),
    ({"mentions": [{**MENTION, "quote": "army "}]}, "/mentions/0/quote", 'is "army", the quote "army "'),
    (
        {"mentions": [{"label": "L", "fragments": [{"start": 1, "end": 5}, {"start": 4, "end": 8}]}]},
        "/mentions/0", "the fragments overlap: 1 5, 4 8",
    ),
    ({"mentions": [{**MENTION, "id": "m"}, {**MENTION, "id": "m"}]}, "/mentions/1/id", 'the id "m" is taken'),
    ({"links": [{"label": "L", "source": "a"}]}, "/links/0", "target is missing; expected the id of a mention"),
    ({"links": [{"label": "L", "source": "a", "target": "z"}]}, "/links/0/target", '"z" is no mention of this report'),
    (
        {"mentions": [{**MENTION, "id": "m", "end": 99}], "links": [{"label": "L", "source": "m", "target": "m"}]},
        "/links/0/source", '"m" was set aside',
    ),
]  # fmt: skip


def test_each_mistake_at_the_top_refuses_the_report(tmp_path: Path) -> None:
    assert len(REFUSED) == 15
    for value, where, reason in REFUSED:
        (problem,) = READER.read(written(tmp_path, value))
        assert isinstance(problem, Problem)
        assert (problem.where, problem.severity) == (where, "rejected")
        assert reason in problem.message, problem


def test_each_mistake_below_is_set_aside_alone(tmp_path: Path) -> None:
    assert len(SET_ASIDE) == 25
    for said, where, reason in SET_ASIDE:
        value = document(**{"links": [], **said})
        if "mentions" in said:
            value["mentions"].append({"label": "kept", "start": 0, "end": 3})
        report = only(written(tmp_path, value))
        found = [p for p in report.problems if p.where == where]
        assert found, (where, report.problems)
        assert reason in found[0].message, (reason, found)
        assert "mentions" not in said or report.mentions[-1].label == "kept"


def test_what_is_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(f'{json.dumps(document())}\n{{"format": \n\n[1]\n\xff{{}}', encoding="latin-1")
    found = list(READER.read(path))
    assert isinstance(found[0], AnnotatedReport)
    assert [(p.line, p.message[:12]) for p in found[1:] if isinstance(p, Problem)] == [
        (2, "not JSON: Ex"), (4, "expected an "), (5, "not UTF-8: b"),
    ]  # fmt: skip
    (tmp_path / "r.json").write_text('{"a": 1,\n "a": 2}', encoding="utf-8")
    (problem,) = READER.read(tmp_path / "r.json")
    assert "the key 'a' twice" in problem.message  # type: ignore[union-attr]
    assert "cannot be read" in str(next(iter(READER.read(tmp_path / "none.jsonl"))))


def test_what_is_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitgraph_json, "MAX_BAD_LINES", 3)
    monkeypatch.setattr(sitgraph_json, "MAX_ITEMS", 4)
    monkeypatch.setattr(sitgraph_json, "MAX_ANNOTATION_BYTES", 2000)
    lines = tmp_path / "r.jsonl"
    lines.write_text("[" + " " * 9000 + "]\n" + "1\n" * 9, encoding="utf-8")
    told = [str(p) for p in READER.read(lines)]
    assert "the line is longer than MAX_ANNOTATION_BYTES (2,000 bytes)" in told[0]
    assert (len(told), told[-1].endswith("lines hold no report: the rest is not read")) == (4, True)
    (problem,) = READER.read(written(tmp_path, [1] * 5))
    assert "the list holds 5, more than MAX_ITEMS (4)" in str(problem)
    (problem,) = READER.read(written(tmp_path, document(mentions=[1] * 5)))
    assert "mentions holds 5, more than MAX_ITEMS (4)" in str(problem)
    monkeypatch.setattr(sitgraph_json, "MAX_QUOTED", 7)
    (problem,) = READER.read(written(tmp_path, document(mentions=[MENTION, MENTION])))
    assert "mentions select more than MAX_QUOTED (7) code points" in str(problem)


# -- the schema is what the reader executes


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(schema_text()))
    assert list(VALIDATOR.iter_errors([document(), document()])) == []


def test_the_documentation_names_each_key(project: Path) -> None:
    page = (project / "docs" / "formats" / "sitgraph-json.md").read_text(encoding="utf-8")
    definitions = json.loads(schema_text())["$defs"]
    keys = {key for name in ("report", "metadata", "mention", "link", "reference") for key in _keys(definitions[name])}
    assert len(keys) > 25
    assert {key for key in keys if not re.search(rf"\b{key}\b", page)} == set()


def _keys(of: Any) -> set[str]:
    return {*of.get("properties", {}), *(k for choice in of.get("anyOf", []) for k in _keys(choice))}


def test_a_keyword_that_is_not_executed_is_refused() -> None:
    with pytest.raises(AssertionError, match="maxLength"):
        schemas._refuse_unknown({"properties": {"a": {"title": "x", "maxLength": 3}}})


PIECES = st.sampled_from(
    [None, True, False, 0, -1, 1.0, 1.5, "", " ", "a", "wikidata:Q1", "2016-08-15", [], [1], ["a"], {}, {"id": "x"}]
)
KEYS = st.sampled_from(
    "format scheme report text mentions links id label start end fragments quote attributes references notes source target "
    "name title issued x-note other".split()
)


@settings(max_examples=300)
@given(st.data())
def test_the_reader_finds_fault_where_the_schema_does(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A valid document, with keys taken away, put in, or given other values, is valid to both or to none."""
    value = copy.deepcopy(document())
    for _ in range(data.draw(st.integers(0, 3))):
        places = [v for v in _inside(value) if isinstance(v, dict) or v]
        place = data.draw(st.sampled_from(places))
        if isinstance(place, list):
            place[data.draw(st.integers(0, len(place) - 1))] = copy.deepcopy(data.draw(PIECES))
        elif place and data.draw(st.booleans()):
            del place[data.draw(st.sampled_from(sorted(place)))]
        else:
            place[data.draw(KEYS)] = copy.deepcopy(data.draw(PIECES))
    is_valid = REPORT.is_valid(value)
    assert is_valid == (next(violations(value, definition("report")), None) is None)
    found = list(READER.read(written(tmp_path_factory.mktemp("any"), value)))
    rejected = [p for f in found for p in (f.problems if isinstance(f, AnnotatedReport) else [f]) if p.severity == "rejected"]
    assert is_valid or rejected
    for report in (f for f in found if isinstance(f, AnnotatedReport)):
        assert all(quote_of(report.text, m.fragments) == m.quote for m in report.mentions)  # type: ignore[arg-type]


def _inside(value: Any) -> list[Any]:
    """The objects and lists of a document."""
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(v for i in inner for v in _inside(i))]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), st.data())
def test_any_text_is_kept_as_it_is(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    """Line ends, marks and emoji count one each."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    mention = {"label": "L", "start": start, "end": end, "quote": text[start:end]}
    said = {"id": "r", "textSha256": text_sha256(text).upper()}
    report = only(written(tmp_path_factory.mktemp("text"), document(text=text, mentions=[mention], links=None, report=said)))
    assert (report.text, report.mentions[0].quote, report.problems) == (text, text[start:end], ())
