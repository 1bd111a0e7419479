"""Distinct dates of a table -> time extents, each understood once (specification, sections 8 and 13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from pyoxigraph import Literal

from kg.extent import Bounds, bounds_of_acled, bounds_of_record, bounds_of_rounded, edtf_of, precision_of
from kg.iri import h20
from kg.tables.aside import Aside
from kg.tables.config import Times
from kg.tables.naming import Names
from kg.tables.nquads import Graph
from kg.vocab import RDF, SG, XSD, code

_BOUNDS = (SG.earliestBegin, SG.latestBegin, SG.earliestEnd, SG.latestEnd)


@dataclass(frozen=True, slots=True)
class Dated:
    """Bounds with the digests of their two nodes: in the report's graph, and in the view."""

    bounds: Bounds
    local: str
    canonical: str


def days_of(bounds: Bounds) -> tuple[date | None, ...]:
    """The four bounds in the order of their properties."""
    return (bounds.earliest_begin, bounds.latest_begin, bounds.earliest_end, bounds.latest_end)


def dated(bounds: Bounds) -> Dated:
    """The nodes of some bounds. A table has no words for its times and no anchor."""
    edtf, days = edtf_of(bounds), [d.isoformat() if d else None for d in days_of(bounds)]
    return Dated(bounds, h20("time", edtf, days, [], None), h20("time", edtf, days))


def understood(times: Times, first: str, last: str, precision: str) -> Dated | Aside:
    """The extent of a row's dates, or what is wrong with them."""
    days = []
    for column, found in ((times.first, first), (times.last, last)):
        day = _day(found, times.formats)
        if day is None:
            return Aside(column, found, f"a date as {' or '.join(times.formats)}")
        days.append(day)
    try:
        return dated(_bounds(times, days[0], days[1], precision))
    except ValueError as error:
        column = times.precision if days[0] <= days[1] else times.last
        return Aside(column, precision if days[0] <= days[1] else last, str(error))
    except OverflowError:
        return Aside(times.last, last, "a day before the end of the year 9999")


def _bounds(times: Times, first: date, last: date, precision: str) -> Bounds:
    match times.rule:
        case "ucdp":
            return bounds_of_record(first, last, _number(precision))
        case "acled":
            return bounds_of_acled(first, _number(precision))
        case _:
            return bounds_of_rounded(first, "day")


def _number(precision: str) -> int:
    if not precision.isascii() or not precision.isdigit() or len(precision) > 3:
        raise ValueError(f"found precision {precision!r}, expected a number")
    return int(precision)


@lru_cache(maxsize=65536)
def _day(found: str, formats: tuple[str, ...]) -> date | None:
    for form in formats:
        try:
            return datetime.strptime(found, form).date()  # noqa: DTZ007  # days have no zone
        except ValueError:
            continue
    return None


def local_lines(time: Dated, names: Names) -> Iterator[str]:
    """The extent in the report's graph."""
    yield from _lines(f"{names.report}/time/{time.local}", time.bounds, names, names.graph)


def canonical_lines(time: Dated, names: Names) -> Iterator[str]:
    """The extent in the view; the same lines for equal bounds, whoever writes them."""
    yield from _lines(f"time/{time.canonical}", time.bounds, names, Graph())


def _lines(path: str, bounds: Bounds, names: Names, graph: Graph) -> Iterator[str]:
    node = names.node(path)
    yield graph.line(node_text := str(node), RDF.type, SG.TimeExtent)
    if edtf := edtf_of(bounds):
        yield graph.line(node_text, SG.edtf, Literal(edtf))
    yield graph.line(node_text, SG.timePrecision, code("time-precision", precision_of(bounds)))
    for prop, day in zip(_BOUNDS, days_of(bounds), strict=True):
        if day is not None:
            yield graph.line(node_text, prop, Literal(f"{day.isoformat()}T00:00:00Z", datatype=XSD.dateTime))
