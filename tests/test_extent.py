"""Expressions of time and EDTF as four bounds: ONTOLOGY.md section 8, row by row, and the laws that all bounds keep.

``data/extent/expressions.csv`` can be extended by hand: expression, anchor, case, the four bounds (empty = unbounded), or
``none`` in the first of them when nothing can be derived.
"""

from __future__ import annotations

import csv
import gzip
import re
import typing
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from edtf import EDTFParseException, parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extent import (
    UNBOUNDED,
    Bounds,
    Case,
    bounds_of_acled,
    bounds_of_edtf,
    bounds_of_expression,
    bounds_of_record,
    bounds_of_rounded,
    edtf_of,
    parse_issued,
    precision_of,
    window,
)

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
    assert len(ROWS) == 224
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


# Of the standard's examples for levels 0, 1 and 2, those whose bounds the library gives too.
ORACLE = """
2016-08-06 2016-07 2016-02 2015 1985-04-12T23:20:30Z
2016-07/2016-08 2016-07-25/2016-08-02 2012/2013 2015/2016-08-07 2004-01-01/2005 2004-02-01/2005-02-08
2016? 2016-07~ 2008% 201X 19XX 20XX 2004-XX 2016-XX 2016-07-XX 1985-XX-XX
2001-21 2001-22 2001-23 1984?/2004% 1984~/2004-06
2001-25 2001-26 2001-27 2001-29 2001-31 2001-32 2001-33 2001-34 2001-35 2001-36 2001-37 2001-38 2001-39 2001-40 2001-41
156X-12-25 15XX-12-XX 1XXX-XX 1XXX-12 2004~-06 2004-06-XX/2004-07-03
[1667,1668,1670..1672] {1667,1668,1670..1672} {1960,1961-12} [1667,1760-12]
""".split()


@pytest.mark.parametrize("text", ORACLE)
def test_edtf_against_python_edtf(text: str) -> None:
    theirs, ours = parse_edtf(text), bounds_of_edtf(text)
    assert ours.earliest_begin
    assert ours.latest_end
    assert tuple(theirs.lower_strict()[:3]) == ours.earliest_begin.timetuple()[:3]
    assert tuple(theirs.upper_strict()[:3]) == date.fromordinal(ours.latest_end.toordinal() - 1).timetuple()[:3]


# Where the library is no oracle: why, the value, and our bounds by the standard.
NO_ORACLE = [
    ("fails on an open end", "[1760-12..]", ("1760-12-01", "", "1760-12-02", "")),
    ("fails on an open end", "[..1760-12-03]", ("", "1760-12-03", "", "1760-12-04")),
    ("fails on an open end", "{..1984}", ("", "", "1984-01-02", "1985-01-01")),
    ("fails on an open end", "2010/..", ("2010-01-01", "2010-12-31", "2010-01-02", "")),
    ("pads an unknown end by ten years", "/2010", ("", "2010-12-31", "2010-01-02", "2011-01-01")),
    ("pads an unknown end by ten years", "2010/", ("2010-01-01", "2010-12-31", "2010-01-02", "")),
    ("fails on a digit of the month", "1984-1X", ("1984-10-01", "1984-12-31", "1984-10-02", "1985-01-01")),
    ("fails on a digit of the day", "2016-07-2X", ("2016-07-20", "2016-07-29", "2016-07-21", "2016-07-30")),
    ("fails on a digit of the day", "201X-XX-0X", ("2010-01-01", "2019-12-09", "2010-01-02", "2019-12-10")),
    ("fails on months in a range of a set", "[1667-12..2000]", ("1667-12-01", "2000-12-31", "1667-12-02", "2001-01-01")),
    ("fails on a mark before and behind", "~2004-06%", ("2004-06-01", "2004-06-30", "2004-06-02", "2004-07-01")),
    ("has the stated year for all that it may be", "1950S2", ("1900-01-01", "1999-12-31", "1900-01-02", "2000-01-01")),
    ("ends winter with its year", "2016-24", ("2016-12-01", "2017-02-28", "2016-12-02", "2017-03-01")),
    ("ends winter with its year", "2001-28", ("2001-12-01", "2002-02-28", "2001-12-02", "2002-03-01")),
    ("begins in the year 0", "XXXX-12-XX", ("0001-12-01", "9999-12-31", "0001-12-02", "")),
]


@pytest.mark.parametrize(("why", "text", "days"), NO_ORACLE)
def test_edtf_where_the_library_is_no_oracle(why: str, text: str, days: tuple[str, ...]) -> None:
    assert bounds_of_edtf(text) == _b(*days)
    try:
        theirs = parse_edtf(text)
        low, high = tuple(theirs.lower_strict()[:3]), tuple(theirs.upper_strict()[:3])
    except (ValueError, TypeError, AttributeError, EDTFParseException):
        return
    last = [date.fromordinal(_day(d).toordinal() - 1) if d else None for d in days[3:]]  # type: ignore[union-attr]
    assert (low, high) != tuple(d.timetuple()[:3] if d else None for d in (_day(days[0]), *last)), f"no longer: {why}"


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
            "0000", "06/08/2016", "[]", "[..]", "{,}", "2016-XX-32", "/", "2016-08-06T99",
            "?2004-06-~11", "2004?-06-11", "2004-06-11%", "2004-06-~01/2004-06-~20",  # a day, and not certain
            "-1985", "Y17E7", "Y170000002", "Y3388E2S3", "-0009",  # no such day in the calendar
            "2016-2X", "2016-W32", "195XS2", "1950S5", "2001-42", "2001-20", "S2", "1950S2-05"]  # fmt: skip


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


# -- days of tables


@pytest.mark.parametrize(
    ("first", "last", "precision", "days"),
    [
        ("2016-08-07", "2016-08-07", 1, ("2016-08-07", "2016-08-07", "2016-08-08", "2016-08-08")),
        ("2016-08-01", "2016-08-03", 1, ("2016-08-01", "2016-08-01", "2016-08-04", "2016-08-04")),
        ("2016-08-01", "2016-08-04", 2, ("2016-08-01", "2016-08-04", "2016-08-02", "2016-08-05")),
        ("2016-08-01", "2016-08-07", 3, ("2016-08-01", "2016-08-07", "2016-08-02", "2016-08-08")),
        ("2016-08-01", "2016-08-31", 4, ("2016-08-01", "2016-08-31", "2016-08-02", "2016-09-01")),
        ("2016-01-01", "2016-12-31", 5, ("2016-01-01", "2016-12-31", "2016-01-02", "2017-01-01")),
    ],
)
def test_ucdp_days_and_precision(first: str, last: str, precision: int, days: tuple[str, ...]) -> None:
    found = bounds_of_record(date.fromisoformat(first), date.fromisoformat(last), precision)
    assert found == _b(*days)
    assert bounds_of_edtf(edtf_of(found)) == found


@pytest.mark.parametrize("precision", [0, 6, -1])
def test_a_precision_that_ucdp_does_not_have(precision: int) -> None:
    with pytest.raises(ValueError, match=f"found date_prec {precision}, expected 1 to 5"):
        bounds_of_record(N, N, precision)


def test_ucdp_days_in_the_wrong_order() -> None:
    with pytest.raises(ValueError, match="not after the last"):
        bounds_of_record(N, N - timedelta(1), 2)


@pytest.mark.parametrize(
    ("precision", "days"),
    [
        (1, ("2016-08-15", "2016-08-15", "2016-08-16", "2016-08-16")),
        (2, ("2016-08-12", "2016-08-18", "2016-08-13", "2016-08-19")),
        (3, ("2016-08-01", "2016-08-31", "2016-08-02", "2016-09-01")),
    ],
)
def test_acled_day_and_precision(precision: int, days: tuple[str, ...]) -> None:
    assert bounds_of_acled(N, precision) == _b(*days)


def test_a_day_that_stands_for_more() -> None:
    assert bounds_of_rounded(N, "year") == bounds_of_edtf("2016")
    assert bounds_of_rounded(N, "month", "campaign") == _b("2016-08-01", "2016-08-31", "2016-08-02", "")
    for edge in (date.min, date.max):
        for unit in ("day", "week", "month", "year"):
            assert not bounds_of_rounded(edge, typing.cast(typing.Any, unit)).is_empty
    with pytest.raises(ValueError, match="found time_precision 4, expected 1 to 3"):
        bounds_of_acled(N, 4)


def test_ucdp_precision_is_the_width_of_the_days(shared: Path) -> None:
    rows = 0
    for name in ("ged191-syria-2016-2018.csv.gz", "ged-mexico.csv.gz"):
        with gzip.open(shared / "data/ucdp" / name, "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                first, last = (date.fromisoformat(row[k][:10]) for k in ("date_start", "date_end"))
                found = bounds_of_record(first, last, int(row["date_prec"]))
                width = (last - first).days + 1
                assert next(p for p, most in enumerate((1, 6, 7, 31, 366), 1) if width <= most) == int(row["date_prec"])
                assert (found.earliest_begin, found.latest_end) == (first, last + timedelta(1))
                rows += 1
    assert rows == 33_479


# -- dates as an encyclopaedia gives them

STAY_TEXT = {
    "604-11": 1,  # years 604 to 611, or November 604
    "c. late": 1,  # how far about is about
    "(8 years": 1,  # a length, and nothing it is counted from
    "phase:": 3,  # several spans with names of their own
    "\n\n": 2,  # several spans
}


def test_dates_of_the_encyclopaedia(shared: Path) -> None:
    """64 of the 95 pages have a date; those that no window tells stay text, each for a reason that is listed."""
    dates = [d for p in sorted((shared / "data/wiki-conflict-pages/syria").glob("*.md")) if (d := _date_of_page(p))]
    assert len(dates) == 64
    untold = [d for d in dates if window(d, None) is None]
    assert len(untold) == 8
    assert Counter(next(s for s in STAY_TEXT if s in d) for d in untold) == STAY_TEXT
    assert sum(bool(w.ongoing) for d in dates if (w := window(d, None))) == 12
    assert sum(bool(w.span) for d in dates if (w := window(d, None))) == 43


def _date_of_page(path: Path) -> str:
    """The first item of ``date`` in the front matter: a line, or a block of lines."""
    front = path.read_text(encoding="utf-8").split("\n---\n", 1)[0] + "\n"
    dates = re.search(r"^date:\n((?:  .*\n|\n)+)", front, re.MULTILINE)
    first = re.split(r"^  - ", dates[1], flags=re.MULTILINE)[1] if dates else ""
    return "\n".join(line.strip() for line in first.removeprefix("|-\n").split("\n")).strip()
