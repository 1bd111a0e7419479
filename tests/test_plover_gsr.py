"""Records of PLOVER: spans are found again by the marked copy of the text, and what does not agree is refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import schemes
from kg.errors import Problem
from kg.model import AnnotatedReport, TextSpan, quote_of
from kg.readers import plover_gsr

RECORD = {
    "id": "R1",
    "date": "2000-01-01",
    "event": "ASSAULT",
    "eventText": "exploded bombs",
    "mode": "explosives",
    "context": "military, terrorism",
    "dead": "3",
    "source": [{"actorText": "rebels", "code": "AFG", "sector": "REB"}],
    "target": [{"actorText": "Kabul", "code": "AFG"}],
    "eventLoc": {"name": "Kabul"},
    "text": "The rebels exploded two  bombs in the capital Kabul (again).",
    "textInfo": {"markup": "The (SRC: rebels) (EVT: exploded) two (EVT: bombs) (LOC: in the capital (TAR: Kabul)) (again)."},
    "language": "en",
    "publication": "a wire",
}


def read(folder: Path, *records: object) -> list[AnnotatedReport | Problem]:
    path = folder / "gsr.json"
    path.write_text(json.dumps(records, indent=1), "utf-8")
    return list(plover_gsr.read(path))


def one(folder: Path, **changes: object) -> AnnotatedReport:
    (found,) = read(folder, {**RECORD, **changes})
    assert isinstance(found, AnnotatedReport), found
    return found


def refused(folder: Path, **changes: object) -> str:
    (found,) = read(folder, {k: v for k, v in {**RECORD, **changes}.items() if v is not None})
    assert isinstance(found, Problem), found
    assert (found.severity, found.line) == ("rejected", 2)
    return found.message


def test_the_words_of_the_event_are_its_trigger_and_actors_and_place_are_linked_to_it(tmp_path: Path) -> None:
    report = one(tmp_path)
    assert [(m.id, m.label, m.quote) for m in report.mentions] == [
        ("e", "ASSAULT", "exploded bombs"), ("m1", "ACTOR", "rebels"), ("m2", "LOCATION", "Kabul"), ("m3", "ACTOR", "Kabul"),
    ]  # fmt: skip
    assert {(k.label, k.target) for k in report.links} == {("source", "m1"), ("location", "m2"), ("target", "m3")}
    assert report.mentions[0].attributes == (
        ("context", "military"), ("context", "terrorism"), ("dead", "3"), ("mode", "explosives"),
    )  # fmt: skip
    assert report.mentions[1].attributes == (("code", "AFG"), ("sector", "REB"))
    assert (report.report.id, report.report.publisher, report.report.language, report.scheme) == (
        "R1",
        "a wire",
        "en",
        "plover",
    )
    assert all(quote_of(report.text, m.fragments) == m.quote for m in report.mentions if isinstance(m.fragments[0], TextSpan))


def test_what_the_scheme_makes_of_it(tmp_path: Path) -> None:
    mapped = schemes.apply(one(tmp_path))
    name = {m.id: f"{m.label} {m.quote}" for m in mapped.report.mentions}
    assert {(k.label, name[k.source], name[k.target]) for k in mapped.report.links} == {
        ("Attacker", "Bombing exploded bombs", "Actor rebels"),
        ("Target", "Bombing exploded bombs", "Actor Kabul"),
        ("Place", "Bombing exploded bombs", "Place Kabul"),
    }


def test_quirk_every_date_is_a_placeholder(tmp_path: Path) -> None:
    assert one(tmp_path).report.issued == ""
    assert one(tmp_path, date="1999-05-01").report.issued == "1999-05-01"


def test_quirk_reciprocal_events_repeat_actors(tmp_path: Path) -> None:
    report = one(tmp_path, text="Iran and Iraq met.", textInfo={"markup": "(SRC/TAR: Iran) and (SRC/TAR: Iraq) (EVT: met)."})
    assert sorted((k.label, k.target) for k in report.links) == [
        ("source", "m1"),
        ("source", "m2"),
        ("target", "m1"),
        ("target", "m2"),
    ]


def test_quirk_the_first_record_is_documentation(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"id": "D", "event": "DOCUMENT", "eventText": "x"})
    assert isinstance(found, Problem)
    assert (found.severity, found.message) == ("warning", "documentation of the file, no event")


def test_quirk_only_fields_with_values_are_there(tmp_path: Path) -> None:
    few = {"event": "FIGHT", "text": "They fought.", "textInfo": {"markup": "They (EVT: fought)."}}
    (report,) = read(tmp_path, few)
    assert isinstance(report, AnnotatedReport)
    assert (report.report.id, [m.attributes for m in report.mentions]) == ("gsr-1", [()])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"textInfo": "The (SRC: rebels)"}, "textInfo has no markup: no words of the text are marked"),
        ({"textInfo": None}, "textInfo has no markup"),
        ({"text": None}, "expected a string under 'text', found NoneType"),
        ({"event": 5}, "expected a string under 'event', found int"),
        (
            {"text": "Some rebels exploded"},
            "the marked text differs from the text at character 0: 'The rebels exploded ', not 'Some",
        ),
        ({"text": "The rebels"}, "the marked text has 50 characters without white space, the text 9"),
        ({"textInfo": {"markup": "The (SRC: rebels exploded"}}, "the mark SRC is not closed"),
        ({"textInfo": {"markup": RECORD["text"]}}, "no words of the event are marked (EVT)"),
    ],
)
def test_quirk_markup_holds_bracketed_spans_and_no_offsets(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    assert refused(tmp_path, **changes).startswith(message)


def test_codes_of_unmarked_actors_and_unknown_marks_are_told(tmp_path: Path) -> None:
    report = one(tmp_path, source=[{"actorText": "army", "code": "X"}], textInfo={
        "markup": "The (ABC: rebels) (EVT: exploded) two bombs in the capital Kabul (again)."})  # fmt: skip
    assert [p.message.split(";")[0] for p in report.problems] == [
        "the mark ABC is not kept", "the actor 'army' is not marked with these words",
        "the actor 'Kabul' is not marked with these words",
    ]  # fmt: skip


def test_the_records_of_the_gold_standard(shared: Path) -> None:
    path = shared / "data/plover-gsr/PLOVER_GSR_CAMEO.json"
    assert plover_gsr.detect(path)
    found = list(plover_gsr.read(path))
    reports = [r for r in found if isinstance(r, AnnotatedReport)]
    problems = Counter(p.message.split(":")[0].split(" at ")[0] for p in found if isinstance(p, Problem))
    assert (len(found), len(reports)) == (216, 199)
    assert problems == {
        "documentation of the file, no event": 1, "the marked text differs from the text": 14,
        "textInfo has no markup": 1, "the mark EVT is not closed": 1,
    }  # fmt: skip
    assert not any(r.report.issued for r in reports)
    rows = schemes.total(schemes.apply(r).tally for r in reports)
    events = {row.outcome.partition(" to ")[2]: 0 for row in rows if row.what == "situation" and row.mapped}
    for row in rows:
        if row.what == "situation" and row.mapped:
            events[row.outcome.partition(" to ")[2]] += row.count
    assert events == {
        "Bombing": 4, "Capture": 2, "Communication": 57, "Deployment": 4, "Engagement": 5, "Shelling": 3, "Support": 2,
        "ViolenceAgainstCivilians": 4, "Withdrawal": 1,
    }  # fmt: skip
    assert not [row for row in rows if "unknown" in row.outcome]


@pytest.mark.parametrize("name", ["records.jsonl", "records.json"])
def test_other_json_is_not_taken(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps([RECORD if name.endswith("l") else {"text": "x", "eventText": "y"}]), "utf-8")
    assert not plover_gsr.detect(path)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12), lambda v: st.lists(v, max_size=3), max_leaves=4
)
_MARKED = st.text(alphabet="(): /SRCTAREVLO ab\n", max_size=60)


@given(st.dictionaries(st.sampled_from([*RECORD, "injured"]), _VALUES, max_size=6), _MARKED, _MARKED)
def test_whatever_the_record_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object], text: str, markup: str
) -> None:
    folder = tmp_path_factory.mktemp("gsr")
    for record in ({**RECORD, **changes}, {**RECORD, "text": text, "textInfo": {"markup": markup}, **changes}):
        (found,) = read(folder, record)
        if isinstance(found, AnnotatedReport):
            assert all(
                quote_of(found.text, [f for f in m.fragments if isinstance(f, TextSpan)]) == m.quote for m in found.mentions
            )
            schemes.apply(found)
        else:
            assert found.line
