"""Expressions of time and EDTF as four bounds: ONTOLOGY.md section 8, row by row, and the laws that all bounds keep.

``data/extent/expressions.csv`` can be extended by hand: expression, anchor, case, the four bounds (empty = unbounded), or
``none`` in the first of them when nothing can be derived.
"""

from __future__ import annotations

import csv
import typing
from datetime import date, timedelta
from pathlib import Path

import pytest
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extent import UNBOUNDED, Bounds, Case, bounds_of_edtf, bounds_of_expression, edtf_of, parse_issued, precision_of, window

TABLE = Path(__file__).parent / "data/extent/expressions.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
FIELDS = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
N = date(2016, 8, 15)
CASES = typing.get_args(Case)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _b(*days: str) -> Bounds:
    return Bounds(*(_day(d) for d in days))


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 198
    assert {r["case"] for r in ROWS} == set(CASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['expression']}|{r['anchor']}|{r['case']}")
def test_expression(row: dict[str, str]) -> None:
    found = bounds_of_expression(row["expression"], typing.cast(Case, row["case"]), _day(row["anchor"]))
    expected = None if row["earliestBegin"] == "none" else _b(*(row[f] for f in FIELDS))
    assert found == expected


@pytest.mark.parametrize(
    ("issued", "siege", "offensive", "zahra"),
    [
        (
            "2016-08-15",
            ("2016-07-01", "2016-07-31", "2016-08-02", "2016-08-16"),
            ("2016-07-25", "2016-07-31", "2016-08-16", ""),
            ("2015-01-01", "2015-04-30", "2016-08-16", ""),
        ),
        (
            "2016-08-08",
            ("2016-07-01", "2016-07-31", "2016-08-02", "2016-08-09"),
            ("2016-07-25", "2016-07-26", "2016-08-09", ""),
            ("2015-01-01", "2015-04-30", "2016-08-09", ""),
        ),
    ],
)
def test_seed_report(issued: str, siege: tuple[str, ...], offensive: tuple[str, ...], zahra: tuple[str, ...]) -> None:
    n = parse_issued(issued)

    def of(expression: str) -> Bounds:
        found = bounds_of_expression(expression, "campaign", n)
        assert found
        return found

    def met(one: Bounds, two: Bounds) -> Bounds:
        both = one.meet(two)
        assert both
        return both.capped(n)

    assert met(bounds_of_edtf("2016-07/2016-08"), of("last month")) == _b(*siege)
    assert met(of("2 1/2-week"), of("at the end of July")) == _b(*offensive)
    assert of("since early 2015").capped(n) == _b(*zahra)


ORACLE = ["2016-08-06", "2016-07", "2016-02", "2015", "201X", "19XX", "2016-XX", "2016-07-XX", "2016?", "2016-07~",
          "2016-07/2016-08", "2016-07-25/2016-08-02", "2012/2013", "2015/2016-08-07"]  # fmt: skip


@pytest.mark.parametrize("text", ORACLE)
def test_edtf_against_python_edtf(text: str) -> None:
    theirs, ours = parse_edtf(text), bounds_of_edtf(text)
    assert ours.earliest_begin
    assert ours.latest_end
    assert tuple(theirs.lower_strict()[:3]) == ours.earliest_begin.timetuple()[:3]
    assert tuple(theirs.upper_strict()[:3]) == date.fromordinal(ours.latest_end.toordinal() - 1).timetuple()[:3]


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        ("2016-07-25/..", ("2016-07-25", "2016-07-25", "2016-07-26", "")),
        ("../2016-08", ("", "2016-08-31", "2016-08-02", "2016-09-01")),
        ("[2016-07-25..2016-08-07]", ("2016-07-25", "2016-08-07", "2016-07-26", "2016-08-08")),
        ("{2016-07..2016-08}", ("2016-07-01", "2016-07-31", "2016-08-02", "2016-09-01")),
        ("[..2016-08-07]", ("", "2016-08-07", "", "2016-08-08")),
        ("[2016-08-07..]", ("2016-08-07", "", "2016-08-08", "")),
        ("2016-22", ("2016-06-01", "2016-08-31", "2016-06-02", "2016-09-01")),
        ("2016-24", ("2016-12-01", "2017-02-28", "2016-12-02", "2017-03-01")),
        ("2016-07-2X", ("2016-07-20", "2016-07-29", "2016-07-21", "2016-07-30")),
        ("2016-08-06T23:00:00-05:00", ("2016-08-07", "2016-08-07", "2016-08-08", "2016-08-08")),
    ],
)
def test_edtf(edtf: str, days: tuple[str, ...]) -> None:
    assert bounds_of_edtf(edtf) == _b(*days)


BAD_EDTF = ["", "summer", "2016-13", "2016-02-30", "2016-08/2016-07", "2016/2017/2018", "[2016..2015]", "[2016}", "2016-07-25?",
            "0000", "06/08/2016", "[]", "[..]", "{,}", "2016-XX-32", "/", "2016-08-06T99"]  # fmt: skip


@pytest.mark.parametrize("edtf", BAD_EDTF)
def test_bad_edtf(edtf: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        bounds_of_edtf(edtf)


def test_edtf_of_says_what_edtf_can_say() -> None:
    assert edtf_of(_b("2016-08-07", "2016-08-07", "2016-08-08", "2016-08-08")) == "2016-08-07"
    assert edtf_of(_b("2016-07-25", "2016-08-07", "2016-07-26", "2016-08-08")) == "[2016-07-25..2016-08-07]"
    assert edtf_of(_b("2016-07-25", "2016-07-25", "2016-08-16", "")) == "2016-07-25/.."
    assert edtf_of(_b("2016-07-25", "2016-07-31", "2016-08-16", "")) == "2016-07/.."
    assert edtf_of(_b("2016-07-01", "2016-07-31", "2016-08-02", "2016-08-16")) == "2016-07/2016-08"
    assert edtf_of(UNBOUNDED) == ""


def test_precision() -> None:
    for last, code in (("01", "day"), ("02", "several-days"), ("06", "several-days"), ("07", "week"), ("14", "week"),
                       ("15", "month"), ("31", "month")):  # fmt: skip
        assert precision_of(bounds_of_edtf(f"[2016-08-01..2016-08-{last}]")) == code
    assert precision_of(bounds_of_edtf("2016")) == "year"
    assert precision_of(bounds_of_edtf("2016/..")) == precision_of(bounds_of_edtf("201X")) == "open"
    assert precision_of(UNBOUNDED) == "unknown"


def test_issued() -> None:
    assert parse_issued("2016-08-15") == N
    assert parse_issued("2016-08-14T22:00:00-05:00") == parse_issued("2016-08-15T00:00:00Z") == N
    for bad in ("", "15/08/2016", "yesterday", "2016-13-01"):
        with pytest.raises(ValueError, match="ISO 8601"):
            parse_issued(bad)


def test_as_of_and_overlap() -> None:
    one = _b("2016-07-01", "2016-07-31", "2016-08-02", "2016-08-16")
    assert one.certainly_on(date(2016, 8, 1))
    assert not one.certainly_on(date(2016, 8, 2))
    assert one.possibly_on(date(2016, 8, 15))
    assert not one.possibly_on(date(2016, 8, 16))
    assert one.certainly_overlaps(_b("", "2016-08-01", "2016-08-02", ""))
    assert not one.certainly_overlaps(_b("", "2016-08-02", "2016-08-03", ""))
    assert not one.certainly_overlaps(UNBOUNDED)
    assert one.possibly_overlaps(UNBOUNDED)
    assert not one.possibly_overlaps(_b("2016-08-16", "", "", ""))


def test_capped() -> None:
    future = bounds_of_expression("next month", "event", N)
    assert future
    assert future.capped(N) == _b("2016-08-15", "2016-08-15", "2016-08-16", "2016-08-16")


DAYS = st.none() | st.dates(date(2010, 1, 1), date(2020, 12, 31))
BOUNDS = st.builds(Bounds, DAYS, DAYS, DAYS, DAYS).filter(lambda b: not b.is_empty)


@given(BOUNDS, BOUNDS, BOUNDS)
def test_meet_is_a_meet(x: Bounds, y: Bounds, z: Bounds) -> None:
    assert x.meet(y) == y.meet(x)
    assert x.meet(x) == x.meet(UNBOUNDED) == x
    left, right = x.meet(y), y.meet(z)
    assert (left.meet(z) if left else None) == (x.meet(right) if right else None)


@given(BOUNDS, BOUNDS, st.dates(date(2010, 1, 1), date(2020, 12, 31)))
def test_union_and_cap_stay_in_order(x: Bounds, y: Bounds, issued: date) -> None:
    assert not x.union(y).is_empty
    assert x.union(y) == y.union(x)
    assert x.union(x) == x
    capped = x.capped(issued)
    assert not capped.is_empty
    assert capped.capped(issued) == capped
    assert capped.latest_begin is not None
    assert capped.latest_begin <= issued


def _implied(b: Bounds) -> Bounds:
    """With what the bounds imply: it begins before it ends."""
    last = b.latest_end and b.latest_end - timedelta(1)
    first = b.earliest_begin and b.earliest_begin + timedelta(1)
    return b.meet(Bounds(None, last, first, None)) or b


def _contains(outer: Bounds, inner: Bounds) -> bool:
    return _implied(inner).meet(_implied(outer)) == _implied(inner)


@given(BOUNDS)
def test_edtf_of_contains_the_bounds(b: Bounds) -> None:
    text = edtf_of(b)
    back = bounds_of_edtf(text) if text else UNBOUNDED
    assert _contains(back, b)
    assert not back.is_empty


def test_containment_can_fail() -> None:
    assert not _contains(bounds_of_edtf("2016-08-07"), bounds_of_edtf("2016-08"))


WORDS = st.sampled_from(sorted({w for r in ROWS for w in r["expression"].split()}))
TEXTS = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=30)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.none() | st.dates(), st.sampled_from(CASES))
def test_any_text_gives_ordered_bounds_or_none(text: str, anchor: date | None, case: Case) -> None:
    found = bounds_of_expression(text, case, anchor)
    assert found is None or not found.is_empty
    assert window(text, anchor) is None or window(text.upper(), anchor) == window(text, anchor)


WINDOWS = st.tuples(st.dates(date(1900, 1, 1)), st.integers(0, 800)).map(
    lambda d: f"[{d[0]}..{date.fromordinal(min(d[0].toordinal() + d[1], date.max.toordinal() - 1))}]"
)


@given(WINDOWS.filter(lambda w: w[1:11] <= w[13:23]))
def test_a_window_survives_edtf(text: str) -> None:
    assert bounds_of_edtf(edtf_of(bounds_of_edtf(text))) == bounds_of_edtf(text)


@given(st.text(alphabet="0129-X/.[]{},?~T", max_size=24))
def test_any_edtf_gives_ordered_bounds_or_says_why(text: str) -> None:
    try:
        found = bounds_of_edtf(text)
    except ValueError:
        with pytest.raises(ValueError, match="expected"):
            bounds_of_edtf(text)
    else:
        assert not found.is_empty
