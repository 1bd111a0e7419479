"""Every query of the package: it can be read, runs as it is, says what it asks, and projects what its reader takes from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg import queries
from kg.errors import QueryError

NAMES = queries.names()

PROJECTED = {
    "claim-index": "claim source report issued polarity modality situation status",
    "claim-statements": "claim property value",
    "contradiction-index": "conflict kind status rule claim",
    "described-in": "thing graph",
    "entity-index": "thing class property label kind",
    "inference-conclusion": "inference subject predicate object rule",
    "local-situations": "local class situation status",
    "mentioned-things": "thing report",
    "mentions-in": "mention body thing",
    "names-of": "thing class label status",
    "participations-of": "event participation role status",
    "parts-of-events": "event thing property value",
    "places-within": "thing",
    "quotes-of": "mention identifier start end exact prefix suffix",
    "relations-of": "situation property class",
    "row-words": "mention words",
    "rows-of": "mention identifier rows",
    "replaced-by": "old new",
    "report-counts": "report class n",
    "report-index": "report graph identifier title publisher issued source",
    "situation-index": "situation class status kind earliestBegin latestBegin earliestEnd latestEnd",
    "situations-about": "situation",
    "situations-asserted": "claim local class situation status",
    "situations-at": "situation",
    "situations-claimed": "situation source report",
    "source-counts": "source n",
    "sources-of-situations": "situation claim source report",
    "statements-about": "thing property value",
    "sub-events-of": "event part",
}
"""What the documents of the API are made from: query -> variables."""


def test_there_are_queries() -> None:
    assert len(NAMES) >= 40
    assert set(PROJECTED) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_unbound_and_says_what_it_asks(name: str) -> None:
    text = queries.load(name)
    assert len(queries.summary(text)) > 15
    assert text.startswith("#+ summary: ")
    Store().query(text)


@pytest.mark.parametrize("name", NAMES)
def test_it_projects_by_name(name: str) -> None:
    assert not re.search(r"SELECT\s+(DISTINCT\s+)?\*", queries.load(name), re.IGNORECASE)


@pytest.mark.parametrize("name", PROJECTED)
def test_it_projects_what_documents_take_from_it(name: str) -> None:
    solutions = Store().query(queries.load(name))
    assert isinstance(solutions, QuerySolutions)
    assert [v.value for v in solutions.variables] == PROJECTED[name].split()


def test_every_query_that_the_api_names_is_here(project: Path) -> None:
    named = set()
    for module in (project / "api").glob("*.py"):
        named |= set(re.findall(r'(?:rows|nodes|load)\(\s*"([a-z-]+)"', module.read_text(encoding="utf-8")))
    assert len(named) >= 20
    assert named <= set(NAMES)


def test_a_slot_takes_terms_and_nothing_else() -> None:
    text = "SELECT ?x { VALUES ?x { UNDEF } }"
    hostile = Literal('" } DROP ALL # \\')
    found = Store().query(queries.bind(text, {"x": [hostile, NamedNode("http://a/")]}))
    assert isinstance(found, QuerySolutions)
    assert [row["x"] for row in found] == [hostile, NamedNode("http://a/")]
    with pytest.raises(QueryError, match="no slot y"):
        queries.bind(text, {"y": hostile})
