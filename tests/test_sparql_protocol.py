"""The SPARQL 1.1 Protocol (W3C Recommendation of 21 March 2013), one test per rule, named after the rule."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pyoxigraph import RdfFormat, parse

from api import sparql
from api.problems import Refusal
from kg.config import DEFAULT_BASE, Settings

SG = "PREFIX sg: <https://w3id.org/sitgraph/ontology#> "
ASK = SG + "ASK { ?e a sg:Siege ; sg:status ?status }"
SELECT = SG + "SELECT ?e ?status { ?e a sg:Siege ; sg:status ?status } ORDER BY ?e"
CONSTRUCT = SG + "CONSTRUCT { ?e sg:status ?status } { ?e a sg:Siege ; sg:status ?status }"
RESULTS = "application/sparql-results+json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
REPORT_GRAPH = f"{DEFAULT_BASE}graph/report/aleppo-2016-08-zahra"


def get(served: TestClient, query: str, accept: str | None = None, **parameters: str) -> Response:
    headers = {"Accept": accept} if accept else {}
    return served.get("/sparql", params={"query": query, **parameters}, headers=headers)


def rows(response: Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = json.loads(response.content)["results"]["bindings"]
    return found


def problem(response: Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    return found


# -- 2.1 query operation


def test_query_via_get(served: TestClient) -> None:
    assert get(served, ASK).json() == {"head": {}, "boolean": True}


def test_query_via_form_post(served: TestClient) -> None:
    response = served.post("/sparql", content=urlencode({"query": ASK}), headers=FORM)
    assert response.json()["boolean"] is True


def test_query_via_form_post_keeps_every_character(served: TestClient) -> None:
    query = 'SELECT ("جيش الفتح + 𝄞 & = %" AS ?x) {}'
    response = served.post("/sparql", content=urlencode({"query": query}), headers=FORM)
    assert rows(response)[0]["x"]["value"] == "جيش الفتح + 𝄞 & = %"


def test_query_via_direct_post(served: TestClient) -> None:
    response = served.post("/sparql", content=ASK.encode(), headers=DIRECT)
    assert response.json()["boolean"] is True


def test_query_via_direct_post_is_utf_8(served: TestClient) -> None:
    response = served.post("/sparql", content='SELECT ("حلب" AS ?x) {}'.encode(), headers=DIRECT)
    assert rows(response)[0]["x"]["value"] == "حلب"
    problem(served.post("/sparql", content=b'SELECT ("\xff" AS ?x) {}', headers=DIRECT), 400)


def test_direct_post_takes_the_dataset_from_the_address(served: TestClient) -> None:
    address = "/sparql?" + urlencode({"default-graph-uri": REPORT_GRAPH})
    query = SG + "ASK { ?c sg:asserts ?s }"
    assert served.post(address, content=query.encode(), headers=DIRECT).json()["boolean"] is True


def test_another_media_type_of_a_post_is_refused(served: TestClient) -> None:
    problem(served.post("/sparql", content=b"{}", headers={"Content-Type": "application/json"}), 415)


def test_the_address_with_a_slash_at_its_end_answers_too(served: TestClient) -> None:
    assert served.get("/sparql/", params={"query": ASK}).json()["boolean"] is True
    assert served.post("/sparql/", content=ASK.encode(), headers=DIRECT).json()["boolean"] is True


def test_query_must_be_given_once(served: TestClient) -> None:
    problem(served.get("/sparql?" + urlencode([("query", ASK), ("query", ASK)])), 400)
    problem(served.post("/sparql", content="", headers=FORM), 400)


def test_unknown_parameters_are_ignored(served: TestClient) -> None:
    assert get(served, ASK, output="json", results="json", format="whatever", timeout="1").json()["boolean"] is True


def test_head_is_get_without_the_body(served: TestClient) -> None:
    response = served.head("/sparql", params={"query": ASK})
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-type"] == RESULTS


def test_another_method_is_not_allowed(served: TestClient) -> None:
    problem(served.put("/sparql", content=b""), 405)


# -- 2.1.4 specifying an RDF dataset


def test_without_a_dataset_the_default_graph_is_the_view_alone(served: TestClient) -> None:
    assert get(served, SG + "ASK { ?c sg:asserts ?s }").json()["boolean"] is False
    assert get(served, SG + "ASK { GRAPH ?g { ?c sg:asserts ?s } }").json()["boolean"] is True


def test_no_triple_is_counted_twice(served: TestClient) -> None:
    counted = int(rows(get(served, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[0]["n"]["value"])
    distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"
    assert counted == int(rows(get(served, distinct))[0]["n"]["value"]) > 1000


def test_one_default_graph_uri_is_the_default_graph(served: TestClient) -> None:
    parameters = {"default-graph-uri": REPORT_GRAPH}
    assert get(served, SG + "ASK { ?c sg:asserts ?s }", **parameters).json()["boolean"] is True
    assert get(served, SG + "ASK { ?s sg:status ?x }", **parameters).json()["boolean"] is False
    assert get(served, "ASK { GRAPH ?g { ?s ?p ?o } }", **parameters).json()["boolean"] is False, (
        "there are no named graphs then"
    )


def test_named_graph_uris_are_the_named_graphs(served: TestClient) -> None:
    found = rows(get(served, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": REPORT_GRAPH}))
    assert [r["g"]["value"] for r in found] == [REPORT_GRAPH]
    assert get(served, "ASK { ?s ?p ?o }", **{"named-graph-uri": REPORT_GRAPH}).json()["boolean"] is False


def test_the_dataset_of_the_protocol_wins_over_that_of_the_query(served: TestClient) -> None:
    query = SG + "ASK FROM <http://nowhere.example/g> { ?c sg:asserts ?s }"
    assert get(served, query).json()["boolean"] is False
    assert get(served, query, **{"default-graph-uri": REPORT_GRAPH}).json()["boolean"] is True


def test_one_from_is_honoured(served: TestClient) -> None:
    assert get(served, SG + f"ASK FROM <{REPORT_GRAPH}> {{ ?c sg:asserts ?s }}").json()["boolean"] is True


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM <{REPORT_GRAPH}> FROM <http://x.example/> {{ ?s ?p ?o }}",
        f"SELECT * from <{REPORT_GRAPH}>FROM<http://x.example/> {{ ?s ?p ?o }}",
        f"PREFIX g: <{DEFAULT_BASE}graph/> SELECT * FROM g:conflict FROM NAMED g:inferred FROM g:inferred {{ ?s ?p ?o }}",
    ],
)
def test_several_default_graphs_are_refused_and_not_merged(served: TestClient, query: str) -> None:
    assert "count triples twice" in problem(get(served, query), 400)["detail"]


def test_several_default_graph_uris_are_refused_and_not_merged(served: TestClient) -> None:
    address = "/sparql?" + urlencode([("query", ASK), ("default-graph-uri", "http://a/"), ("default-graph-uri", "http://b/")])
    assert problem(served.get(address), 400)["type"].endswith("/problems/several-default-graphs")


def test_from_in_a_string_or_a_name_is_none(served: TestClient) -> None:
    query = (
        'PREFIX from: <http://from.example/> SELECT ("FROM FROM" AS ?from) { OPTIONAL { ?from_ from:from from:x } } # FROM FROM'
    )
    assert rows(get(served, query))[0]["from"]["value"] == "FROM FROM"


# -- 2.1.6 accepted response formats


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (RESULTS, RESULTS),
        ("application/json", RESULTS),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("*/*", RESULTS),
        (None, RESULTS),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("text/html, application/xml;q=0.9, */*;q=0.1", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, text/*", "text/csv; charset=utf-8"),
    ],
)
def test_the_form_of_solutions_follows_accept(served: TestClient, accept: str | None, expected: str) -> None:
    response = served.get("/sparql", params={"query": SELECT}, headers={"Accept": accept} if accept else {"Accept": "*/*"})
    assert response.status_code == 200
    assert response.headers["content-type"] == expected
    assert "Accept" in response.headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("accept", "expected", "syntax"),
    [
        ("text/turtle", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", RdfFormat.N_TRIPLES),
        ("application/n-quads", "application/n-quads", RdfFormat.N_QUADS),
        ("application/trig", "application/trig", RdfFormat.TRIG),
        ("application/ld+json", "application/ld+json", RdfFormat.JSON_LD),
        ("application/json", "application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml, */*;q=0.1", "application/rdf+xml", RdfFormat.RDF_XML),
        ("*/*", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
    ],
)
def test_the_form_of_graphs_follows_accept(served: TestClient, accept: str, expected: str, syntax: RdfFormat) -> None:
    response = get(served, CONSTRUCT, accept)
    assert response.headers["content-type"] == expected
    assert len(list(parse(response.content, format=syntax))) == len(rows(get(served, SELECT, RESULTS))) > 0


def test_all_forms_of_solutions_say_the_same(served: TestClient) -> None:
    found = [(r["e"]["value"], r["status"]["value"]) for r in rows(get(served, SELECT, RESULTS))]
    assert found
    as_csv = list(csv.reader(io.StringIO(get(served, SELECT, "text/csv").text)))
    assert [tuple(r) for r in as_csv[1:]] == found
    as_tsv = [line.split("\t") for line in get(served, SELECT, "text/tab-separated-values").text.splitlines()[1:]]
    assert [tuple(c.strip("<>") for c in line) for line in as_tsv] == found
    tree = ET.fromstring(get(served, SELECT, "application/sparql-results+xml").text)
    uris = [u.text for u in tree.iter("{http://www.w3.org/2005/sparql-results#}uri")]
    assert uris == [value for pair in found for value in pair]


def test_ask_has_every_form_of_solutions(served: TestClient) -> None:
    for accept in (RESULTS, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"):
        assert "true" in get(served, ASK, accept).text


def test_format_wins_over_accept(served: TestClient) -> None:
    assert get(served, SELECT, RESULTS, format="csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert get(served, CONSTRUCT, "text/turtle", format="json").headers["content-type"] == "application/ld+json"


def test_a_form_that_cannot_be_given_is_not_acceptable(served: TestClient) -> None:
    problem(get(served, SELECT, "image/png"), 406)
    problem(get(served, SELECT, "text/turtle"), 406)
    problem(get(served, CONSTRUCT, "text/csv"), 406)
    problem(get(served, CONSTRUCT, format="csv"), 406)


# -- 2.1.7 failures


def test_a_syntax_error_is_400_with_line_and_column(served: TestClient) -> None:
    found = problem(get(served, "SELECT * {\n  ?s ?p }"), 400)
    (error,) = found["errors"]
    assert (error["parameter"], error["line"]) == ("query", 2)
    assert error["column"] > 1
    assert found["type"] == f"{DEFAULT_BASE}problems/query-syntax"


def test_an_undefined_prefix_is_400(served: TestClient) -> None:
    problem(get(served, "SELECT * { ?s nope:x ?o }"), 400)


def test_a_query_that_is_too_long_is_413(served: TestClient) -> None:
    problem(served.post("/sparql", content=b"ASK {} #" + b"x" * 65_536, headers=DIRECT), 413)
    problem(served.post("/sparql", content=b"ASK {} #" + b"x" * 1_000_000, headers=DIRECT), 413)
    assert served.post("/sparql", content=b"ASK {} #" + b"x" * 60_000, headers=DIRECT).status_code == 200


@pytest.mark.parametrize(("opening", "closing"), ["{}", "()", "[]"])
def test_a_query_that_nests_too_deeply_is_refused_before_the_engine(served: TestClient, opening: str, closing: str) -> None:
    assert "nests" in problem(get(served, f"SELECT * {{ {opening * 2100}{closing * 2100} }}"), 400)["detail"]


def test_a_hundred_nested_groups_are_answered(served: TestClient) -> None:
    assert rows(get(served, "SELECT * " + "{" * 100 + "}" * 100)) == [{}]


@pytest.mark.parametrize("element", ["OPTIONAL{?a ?b ?c}", "MINUS{?a ?b ?c}"])
def test_a_long_flat_query_does_not_end_the_process(served: TestClient, element: str) -> None:
    assert get(served, "ASK { FILTER(false) " + element * 1000 + " }").status_code == 200


def test_a_failure_does_not_end_the_service(served: TestClient) -> None:
    get(served, "SELECT * { ?s ?p }")
    assert get(served, ASK).json()["boolean"] is True


# -- what is not allowed here


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o . SERVICE?x{} }",
        "SELECT * { # comment\nSERVICE<http://127.0.0.1:9/> {} }",
        'SELECT * { BIND("\\"" AS ?q) SERVICE <http://127.0.0.1:9/> { } BIND("" AS ?z) }',
        "SELECT * { BIND('''it's''' AS ?q) SERVICE <http://127.0.0.1:9/> { } BIND('' AS ?z) }",
    ],
)
def test_service_is_refused(served: TestClient, query: str) -> None:
    assert "SERVICE" in problem(get(served, query), 400)["detail"]


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ("SERVICE <http://x/> {}" AS ?x) {}',
        "SELECT * { BIND(1 AS ?service) } # SERVICE",
        "PREFIX service: <http://SERVICE/> SELECT * { OPTIONAL { ?s service:service <http://x.example/SERVICE> } }",
        "SELECT ('''SERVICE\n<x>''' AS ?x) {}",
    ],
)
def test_the_word_service_elsewhere_is_allowed(served: TestClient, query: str) -> None:
    assert get(served, query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { FILTER(1<strlen('a>b')) SERVICE <http://127.0.0.1:9/> {} FILTER('x'='x') }",
        "SELECT * { FILTER(1<?a#>'''\n) SERVICE <http://127.0.0.1:9/> {} #'''\n }",
    ],
)
def test_nothing_hides_behind_an_operator_that_looks_like_an_iri(served: TestClient, query: str) -> None:
    problem(get(served, query), 400)


def test_iris_with_quotes_and_fragments_are_allowed(served: TestClient) -> None:
    query = "ASK { <http://dbpedia.org/resource/Côte_d'Ivoire> <http://x.example/#p> ?o }"
    assert get(served, query).json()["boolean"] is False


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <a:>\nDELETE WHERE { ?s a:p ?o }",
        "LOAD <http://127.0.0.1:9/>",
        "CLEAR ALL",
    ],
)
def test_updates_are_forbidden_whichever_way_they_come(served: TestClient, update: str) -> None:
    for response in (
        served.post("/sparql", content=update.encode(), headers={"Content-Type": "application/sparql-update"}),
        served.post("/sparql", content=urlencode({"update": update}), headers=FORM),
        served.get("/sparql", params={"update": update}),
        get(served, update),
    ):
        assert "ingest" in problem(response, 403)["detail"]


def test_depth_counts_brackets_outside_strings_and_comments_only() -> None:
    settings = Settings(store=Path("unused"), max_query_depth=3)
    sparql.check('SELECT ("((((((" AS ?x) { } # ((((((', settings)
    with pytest.raises(Refusal):
        sparql.check("SELECT * {{{{ }}}}", settings)
    with pytest.raises(Refusal):
        sparql.check("SELECT * { FILTER(1<((((1))))&&1>2) }", settings)


# -- HTTP around it


def test_answers_have_an_etag_and_304(served: TestClient) -> None:
    first = get(served, SELECT)
    again = served.get("/sparql", params={"query": SELECT}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = served.get("/sparql", params={"query": ASK}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_browsers_of_other_origins_may_ask(served: TestClient) -> None:
    response = served.get("/sparql", params={"query": ASK}, headers={"Origin": "https://yasgui.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    preflight = served.options(
        "/sparql",
        headers={
            "Origin": "https://x.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 200


def test_without_a_query_the_service_describes_itself(served: TestClient) -> None:
    triples = list(parse(served.get("/sparql", headers={"Accept": "text/turtle"}).content, format=RdfFormat.TURTLE))
    kinds = {t.object.value for t in triples if t.predicate.value.endswith("supportedLanguage")}
    assert kinds == {"http://www.w3.org/ns/sparql-service-description#SPARQL11Query"}
    page = served.get("/sparql", headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<textarea" in page.text


# -- clients as others have them, over a network


def test_urllib(server: str) -> None:
    address = f"{server}sparql?{urlencode({'query': SELECT})}"
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": RESULTS}), timeout=20) as reply:
        assert json.load(reply)["results"]["bindings"]
    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen(f"{server}sparql?query=nonsense", timeout=20)
    assert failed.value.code == 400
    failed.value.close()


@pytest.mark.filterwarnings("default")  # the client's own deprecations are not ours
def test_sparqlwrapper(server: str) -> None:
    from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

    def bindings(client: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.queryAndConvert()["results"]["bindings"]
        return found

    for path in ("sparql", "sparql/"):
        client = SPARQLWrapper(server + path)
        client.setQuery(SELECT)
        client.setReturnFormat(JSON)
        found = bindings(client)
        assert found
        client.setMethod(POST)
        assert bindings(client) == found
        client.setRequestMethod(POSTDIRECTLY)
        assert bindings(client) == found
        client.setReturnFormat(CSV)
        assert len(client.query().response.read().splitlines()) == len(found) + 1
        client.setReturnFormat(XML)
        assert client.query().response.read().startswith(b"<?xml")
        client.setQuery(CONSTRUCT)
        client.setReturnFormat(TURTLE)
        assert len(list(parse(client.query().response.read(), format=RdfFormat.TURTLE))) == len(found)


def test_queries_in_parallel_are_answered_each_with_its_own(server: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(n: int) -> str:
        address = f"{server}sparql?{urlencode({'query': f'SELECT ({n} AS ?n) {{ ?s ?p ?o }} LIMIT 200'})}"
        with urllib.request.urlopen(address, timeout=60) as reply:
            found = json.load(reply)["results"]["bindings"]
        assert len(found) == 200
        (value,) = {r["n"]["value"] for r in found}
        return value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(40))) == [str(n) for n in range(40)]
