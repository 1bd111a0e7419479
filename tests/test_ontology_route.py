"""``/ontology`` and what is below it: every document in every syntax, by ``Accept`` or ``format=``; a page for browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import parse

from api.app import create_app
from kg.config import DEFAULT_BASE, Settings
from kg.ontology import published
from kg.resources import ontology_dir

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
PROTEGE = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
DOCUMENTS = tuple(published.documents(ontology_dir()))
TYPES = {"ttl": "text/turtle", "rdf": "application/rdf+xml", "nt": "application/n-triples", "jsonld": "application/ld+json"}


def media_type(response: object) -> str:
    headers = getattr(response, "headers", {})
    return str(headers["content-type"]).split(";")[0]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_is_served_in_every_syntax(served: TestClient, document: str) -> None:
    wanted = published.digest(published.statements(ontology_dir(), document))
    for name, rdf in published.SYNTAXES.items():
        by_accept = served.get(f"/{document}", headers={"Accept": TYPES[name]})
        by_name = served.get(f"/{document}?format={name}", headers={"Accept": "application/n-triples"})
        assert by_accept.content == by_name.content == published.written(ontology_dir(), name, document)
        assert media_type(by_accept) == media_type(by_name) == TYPES[name]
        assert published.digest(q.triple for q in parse(by_name.content, format=rdf)) == wanted


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "ttl"),
        (PROTEGE, "rdf"),
        ("application/xml", "rdf"),
        ("text/*", "ttl"),
        ("application/n-triples;q=0.3, application/ld+json;q=0.7", "jsonld"),
        ("text/turtle;q=0, */*;q=0.1", "rdf"),
        ("text/html;q=0.2, application/n-triples;q=0.3", "nt"),
        ("application/json", "jsonld"),
        ("text/html, */*;q=0.1", "html"),
        (BROWSER, "html"),
    ],
)
def test_the_best_form_is_chosen(served: TestClient, accept: str, expected: str) -> None:
    response = served.get("/ontology", headers={"Accept": accept})
    assert response.status_code == 200
    assert media_type(response) == {**TYPES, "html": "text/html"}[expected]
    assert response.headers["vary"].split(",")[0] == "Accept"


def test_what_cannot_be_given_is_refused(served: TestClient) -> None:
    assert served.get("/ontology", headers={"Accept": "image/png"}).status_code == 406
    assert served.get("/ontology?format=png").status_code == 406
    assert served.get("/ontology?colour=red").status_code == 400
    assert served.get("/ontology/shapes?colour=red").status_code == 400


@pytest.mark.parametrize("path", ["nothing", "mappings/nothing", "mappings", "..%2fsitgraph", "9.9.9", "shapes/", "ontology"])
def test_what_is_not_there_is_a_problem(served: TestClient, path: str) -> None:
    response = served.get(f"/ontology/{path}")
    assert response.status_code == 404
    assert media_type(response) == "application/problem+json"


def test_the_versioned_address_is_the_ontology(served: TestClient) -> None:
    version = published.version(ontology_dir())
    for accept in ("text/turtle", BROWSER):
        one, two = (served.get(path, headers={"Accept": accept}) for path in ("/ontology", f"/ontology/{version}"))
        assert (one.status_code, two.status_code) == (200, 200)
        assert media_type(one) == media_type(two)
    assert served.get(f"/ontology/{version}").content == served.get("/ontology").content


def test_browsers_are_led_to_the_place_on_the_page(served: TestClient) -> None:
    page = served.get("/ontology", headers={"Accept": BROWSER}).text
    for document in DOCUMENTS[1:]:
        response = served.get(f"/{document}", headers={"Accept": BROWSER})
        assert response.status_code == 303
        address, _, fragment = response.headers["location"].partition("#")
        assert address == f"{DEFAULT_BASE}ontology"
        assert f'id="{fragment}"' in page, document


def links(header: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', header)


def test_every_form_names_the_others(served: TestClient) -> None:
    for accept in (*TYPES.values(), BROWSER):
        response = served.get("/ontology", headers={"Accept": accept})
        named = {t: a for a, t in links(response.headers["link"])}
        assert set(named) == {*TYPES.values(), "text/html"} - {media_type(response)}
        for kind, address in named.items():
            other = served.get(address)
            assert (other.status_code, media_type(other)) == (200, kind)
    head = served.get("/ontology", headers={"Accept": BROWSER}).text.partition("</head>")[0]
    assert re.findall(r'rel="alternate" type="([^"]+)"', head) == [TYPES[n] for n in ("ttl", "rdf", "nt", "jsonld")]


def test_a_tag_is_that_of_the_content(served: TestClient) -> None:
    tags = set()
    for accept in (*TYPES.values(), BROWSER):
        first = served.get("/ontology", headers={"Accept": accept})
        tag = first.headers["etag"]
        tags.add(tag)
        again = served.get("/ontology", headers={"Accept": accept, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        other = served.get("/ontology", headers={"Accept": accept, "If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)
    assert len(tags) == 5


def test_the_page_is_the_documentation_in_the_site(served: TestClient) -> None:
    response = served.get("/ontology", headers={"Accept": BROWSER})
    page = response.text
    for found in ('id="AirStrike"', 'id="outcome-kind-intercepted"', 'id="rule-R9"', '<svg class="core"', 'class="brand"'):
        assert found in page
    assert "<style" not in page
    assert response.headers["content-security-policy"].startswith("default-src 'self';")
    sheet = next(x for x in re.findall(r'rel="stylesheet" href="([^"]+)"', page) if "ontology.css" in x)
    style = served.get(sheet)
    assert media_type(style) == "text/css"
    assert ".ontology" in style.text
    for address in re.findall(r'href="(/ontology[^"#]*\?format=[a-z]+)"', page):
        assert served.get(address).status_code == 200, address


def test_it_is_answered_without_a_store(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path / "nothing", DEFAULT_BASE))
    with TestClient(app, base_url=DEFAULT_BASE.rstrip("/")) as client:
        for accept in ("text/turtle", BROWSER):
            assert client.get("/ontology", headers={"Accept": accept}).status_code == 200


def test_behind_a_path_links_have_it(example_store: Path) -> None:
    settings = Settings(example_store, "https://example.org/graph/")
    with TestClient(create_app(settings), base_url="https://example.org") as client:
        page = client.get("/ontology", headers={"Accept": BROWSER})
        assert 'href="/graph/ontology?format=rdf"' in page.text
        assert 'href="/graph/ontology/shapes?format=ttl"' in page.text or "ontology/shapes" not in DOCUMENTS
        assert 'href="/graph/context.jsonld"' in page.text
        assert "<https://example.org/graph/ontology?format=ttl>" in page.headers["link"]
