"""The resources of the API, asked as clients ask: the envelope, the parameters, the documents, the errors."""

from __future__ import annotations

import json
import re
import shutil
import threading
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse

from api import documents, models, negotiation, parameters, phrases
from api.app import create_app
from api.problems import KINDS
from api.stores import Period, Stores, View
from kg.config import DEFAULT_BASE, Settings
from kg.pipeline import Options, ingest
from kg.store.embedded import EmbeddedStore
from kg.vocab import SG

LISTS = (
    "/actors", "/alliances", "/events", "/engagements", "/operations", "/locations", "/reports", "/sources", "/claims",
    "/contradictions", "/actors/jaish-al-fatah/alliances",
    "/actors/jaish-al-fatah/engagements", "/alliances/jaish-al-fatah/members",
)  # fmt: skip
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(scope="module")
def view(example_store: Path) -> View:
    return Stores(Settings(example_store)).current()


def get(served: TestClient, path: str, status: int = 200, **headers: str) -> dict[str, Any]:
    response = served.get(path, headers=headers)
    assert response.status_code == status, f"{path}: {response.text}"
    found: dict[str, Any] = response.json()
    return found


def everything(served: TestClient, path: str) -> list[dict[str, Any]]:
    """All items of a list, by following ``next``."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = get(served, following.removeprefix(DEFAULT_BASE.rstrip("/")))
        found += page["items"]
        following = page.get("next")
    return found


# -- the envelope


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_the_envelope(served: TestClient, path: str) -> None:
    response = served.get(f"{path}?limit=2")
    page = response.json()
    assert page["@context"] == f"{DEFAULT_BASE}context.jsonld"
    assert page["id"] == f"{DEFAULT_BASE.rstrip('/')}{path}?limit=2"
    assert page["type"] == "Page"
    assert page["total"]["relation"] == "eq"
    assert page["total"]["value"] >= len(page["items"]) > 0
    assert response.headers["x-total-count"] == str(page["total"]["value"])
    assert page["generation"] == 1
    assert page["known_at"].endswith("Z")
    assert page["facets"] == []
    assert page["query"] == {"limit": "2"}
    assert ("next" in page) == (page["total"]["value"] > 2) == ('rel="next"' in response.headers["link"])
    assert all({"id", "type", "url", "name"} <= item.keys() or item["type"] == "Claim" for item in page["items"])


@pytest.mark.parametrize("path", LISTS)
def test_following_next_gives_every_item_once(served: TestClient, path: str) -> None:
    whole = [i["id"] for i in get(served, f"{path}?limit=1000")["items"]]
    assert [i["id"] for i in everything(served, f"{path}?limit=3")] == whole
    assert len(set(whole)) == len(whole) == get(served, path)["total"]["value"]


def test_sort_descending_is_ascending_backwards(served: TestClient) -> None:
    forward = [i["id"] for i in everything(served, "/actors?sort=name&limit=4")]
    assert [i["id"] for i in everything(served, "/actors?sort=-name&limit=4")] == forward[::-1]


def test_a_cursor_of_other_filters_is_refused(served: TestClient) -> None:
    following = get(served, "/actors?limit=1")["next"]
    cursor = following.rsplit("cursor=", 1)[1]
    assert get(served, f"/locations?cursor={cursor}", 400)["errors"][0]["parameter"] == "cursor"
    assert get(served, f"/actors?mentioned=any&cursor={cursor}", 400)["errors"][0]["code"] == "invalid-cursor"
    assert get(served, "/actors?cursor=nonsense", 400)["errors"][0]["code"] == "invalid-cursor"


def test_a_crawl_goes_on_in_the_generation_it_began_in(example_store: Path, project: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(store, [project / "examples" / "aleppo-2016-08-zahra.ann"], Options())
    client = TestClient(create_app(Settings(store)), base_url=DEFAULT_BASE.rstrip("/"))
    first = client.get("/reports?limit=1").json()
    events = client.get("/events?limit=2").json()
    expected = client.get("/events?limit=1000").json()["items"]
    ingest(store, [project / "examples"], Options())
    second = client.get("/reports?limit=1").json()
    assert (first["generation"], second["generation"]) == (1, 2)
    assert second["total"]["value"] > first["total"]["value"]
    rest = client.get(events["next"])
    assert rest.json()["generation"] == 1
    assert rest.headers["cache-control"] == "no-cache"
    assert {i["id"] for i in rest.json()["items"]} <= {i["id"] for i in expected}
    shutil.rmtree(store / "generations" / "000001")
    fresh = TestClient(create_app(Settings(store)), base_url=DEFAULT_BASE.rstrip("/"))
    assert fresh.get(events["next"]).status_code == 410


def test_count_none_leaves_the_total_out(served: TestClient) -> None:
    assert "total" not in get(served, "/actors?count=none")


def test_fields_keeps_what_is_asked_for(served: TestClient) -> None:
    (item,) = get(served, "/actors?limit=1&fields=name,kind")["items"]
    assert set(item) <= {"id", "type", "url", "name", "kind"}
    assert "prefLabel" in get(served, "/actors?fields=nope", 422)["detail"]


# -- parameters


@pytest.mark.parametrize(
    "path", [*LISTS, "/healthz", "/ontology", "/context.jsonld", "/actors/jaish-al-fatah", "/id/actor/russia"]
)
def test_an_unknown_parameter_is_named(served: TestClient, path: str) -> None:
    found = get(served, f"{path}?colour=red", 400)
    assert found["errors"] == [
        {"parameter": "colour", "code": "unknown-parameter", "detail": "there is no parameter colour here"}
    ]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["known_at", "inferred", "min_source", "bbox", "near", "facet"])
def test_a_planned_parameter_is_refused_and_not_ignored(served: TestClient, path: str, name: str) -> None:
    assert get(served, f"{path}?{name}=1", 400)["errors"][0]["code"] == "not-implemented"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "status=true", "valid_at=2016-13-45", "valid_at=2016-08-07/2016-08-01",
              "issued_until=yesterday", "within=nowhere", "source=nobody", "report=none", "include=all", "sort=colour",
              "class=Actor",
              "kind=nothing", "count=some", "lang=a b"],
)  # fmt: skip
def test_an_invalid_value_is_422_and_names_the_parameter(served: TestClient, query: str) -> None:
    found = get(served, f"/events?{query}", 422)
    assert [e["parameter"] for e in found["errors"]] == [query.split("=")[0]]


def test_status_is_accepted_reported_disputed_unless_asked(served: TestClient) -> None:
    by_default = {i["status"] for i in everything(served, "/events?limit=1000")}
    assert by_default <= {"accepted", "reported", "disputed"}
    denied = everything(served, "/events?class=Situation&status=denied&limit=1000")
    assert {i["status"] for i in denied} == {"denied"}
    two = everything(served, "/events?status=accepted&status=prospective&limit=1000")
    assert {i["status"] for i in two} == {"accepted", "prospective"}


def test_valid_at_keeps_what_possibly_held_and_says_what_certainly_did(served: TestClient) -> None:
    everyone = {i["id"]: i for i in everything(served, "/events?class=Situation&limit=1000")}
    day = "2016-08-07"
    kept = {i["id"]: i for i in everything(served, f"/events?class=Situation&limit=1000&valid_at={day}")}
    assert 0 < len(kept) < len(everyone)
    instant = f"{day}T00:00:00Z"
    for iri, item in everyone.items():
        time = item.get("time", {})
        possibly = time.get("earliestBegin", "") <= instant and time.get("latestEnd", "9") > instant
        certainly = time.get("latestBegin", "9") <= instant and time.get("earliestEnd", "") > instant
        assert (iri in kept) == possibly
        if possibly and (time or "ofEvent" not in item):
            assert kept[iri]["holds"] == ("certainly" if certainly else "possibly")


@pytest.mark.parametrize(
    ("bounds", "period", "expected"),
    [
        (("2016-08-01", "2016-08-01", "2016-08-08", "2016-08-08"), ("2016-08-07", "2016-08-07"), "certainly"),
        (("2016-08-01", "2016-08-01", "2016-08-08", "2016-08-08"), ("2016-08-08", "2016-08-08"), None),
        (("2016-08-01", "2016-08-09", None, None), ("2016-08-07", "2016-08-07"), "possibly"),
        ((None, None, None, None), ("2016-08-07", "2016-08-07"), "possibly"),
        (("2016-08-01", "2016-08-02", "2016-08-03", "2016-08-04"), ("2016-07-01", "2016-07-31"), None),
        (("2016-08-01", "2016-08-02", "2016-08-03", "2016-08-04"), ("2016-07-01", "2016-08-02"), "certainly"),
        (("2016-08-01", "2016-08-02", "2016-08-03", "2016-08-04"), ("2016-08-03", None), "possibly"),
        (("2016-08-01", "2016-08-02", "2016-08-03", "2016-08-04"), (None, "2016-08-01"), "possibly"),
        (("2016-08-01", "2016-08-02", "2016-08-03", "2016-08-04"), (None, None), "certainly"),
    ],
)
def test_holds(bounds: tuple[str | None, ...], period: tuple[str | None, str | None], expected: str | None) -> None:
    keys = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
    time = {k: f"{v}T00:00:00Z" for k, v in zip(keys, bounds, strict=True) if v}
    first, last = (date.fromisoformat(d) if d else None for d in period)
    assert documents.holds(time, Period(first, last, "")) == expected


def test_valid_at_takes_days_and_intervals() -> None:
    for text, first, last in (
        ("2016-08-07", "2016-08-07", "2016-08-07"), ("2016-08-01/2016-08-07", "2016-08-01", "2016-08-07"),
        ("../2016-08-07", "None", "2016-08-07"), ("2016-08-07/..", "2016-08-07", "None"),
    ):  # fmt: skip
        found = parameters.period(text)
        assert found is not None
        assert (str(found.first), str(found.last)) == (first, last)


def test_within_finds_what_is_in_a_place_and_in_places_inside_it(served: TestClient) -> None:
    wider = {i["id"] for i in everything(served, "/events?within=aleppo&limit=1000")}
    narrower = {i["id"] for i in everything(served, "/events?within=zahra-aleppo&limit=1000")}
    assert narrower
    assert narrower < wider
    assert {
        i["id"] for i in everything(served, f"/events?within={quote(DEFAULT_BASE + 'id/place/aleppo')}&limit=1000")
    } == wider


def test_q_finds_names_in_any_script(served: TestClient) -> None:
    for words in ("jaish al-fatah", "JAISH", "جيش الفتح"):
        assert "jaish-al-fatah" in [i["url"].rsplit("/", 1)[-1] for i in get(served, f"/actors?q={words}")["items"]]
    assert get(served, "/actors?q=nobody-is-called-this")["items"] == []
    assert get(served, "/events?q=zahra")["items"]


def test_source_and_report_keep_what_they_claim(served: TestClient) -> None:
    found = everything(served, "/events?report=aleppo-2016-08-zahra&limit=1000")
    assert found
    assert all(any(r["id"].endswith("/aleppo-2016-08-zahra") for r in i["reports"]) for i in found)
    source = found[0]["sources"][0]["id"]
    assert found[0]["id"] in [i["id"] for i in everything(served, f"/events?source={quote(source)}&limit=1000")]


def test_issued_until_is_the_view_of_the_earlier_reports_alone(served: TestClient, project: Path, tmp_path: Path) -> None:
    early = tmp_path / "early"
    early.mkdir()
    for meta in (project / "examples").glob("*.meta.json"):
        if json.loads(meta.read_text(encoding="utf-8"))["issued"][:10] <= "2016-08-20":
            for file in (project / "examples").glob(f"{meta.name.removesuffix('.meta.json')}.*"):
                shutil.copy(file, early)
    assert 2 < len(list(early.iterdir())) < len(list((project / "examples").iterdir()))
    ingest(tmp_path / "store", [early], Options())
    alone = TestClient(create_app(Settings(tmp_path / "store")), base_url=DEFAULT_BASE.rstrip("/"))
    for path in (f"/events?class=Situation&{'&'.join(f'status={s}' for s in parameters.STATUSES)}&limit=1000",
                 "/actors?limit=1000", "/contradictions?limit=1000"):  # fmt: skip
        expected = get(alone, path)["items"]
        assert expected or "contradictions" in path
        assert get(served, f"{path}&issued_until=2016-08-20")["items"] == expected
    assert get(served, "/reports?issued_until=2000-01-01")["items"] == []


# -- what is in lists


def test_actors_are_those_that_reports_mention_unless_asked(served: TestClient) -> None:
    total = {m: get(served, f"/actors?mentioned={m}")["total"]["value"] for m in ("true", "false", "any")}
    assert total["true"] == get(served, "/actors")["total"]["value"]
    assert 0 < total["true"] < total["any"] == total["true"] + total["false"]
    assert all(i["mentioned"] for i in everything(served, "/actors?limit=1000"))


def test_persons_whom_one_report_knows_are_in_no_list_and_no_search(example_store: Path, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("Abu Nobody of Jaish al-Fatah attacked Zahra.", encoding="utf-8")
    (tmp_path / "r.ann").write_text("T1\tPerson 0 10\tAbu Nobody\nT2\tAlliance 14 28\tJaish al-Fatah\n", encoding="utf-8")
    ingest(tmp_path / "store", [tmp_path / "r.ann"], Options())
    client = TestClient(create_app(Settings(tmp_path / "store")), base_url=DEFAULT_BASE.rstrip("/"))
    view = Stores(Settings(tmp_path / "store")).current()
    (person,) = {
        t
        for r in view.rows("entity-index", **{"class": SG.Person})
        if isinstance(t := r["thing"], NamedNode) and r.get("label") == Literal("Abu Nobody")
    }
    scoped = person.value.rsplit("/", 1)[1].startswith("r-")
    assert scoped, "the resolver gives report-scoped IRIs to persons that are not in the reference table"
    assert person.value not in [i["id"] for i in everything(client, "/actors?mentioned=any&limit=1000")]
    assert get(client, "/actors?q=Nobody&mentioned=any")["items"] == []
    assert get(client, f"/actors/{person.value.rsplit('/', 1)[1]}")["name"] == "Abu Nobody", "but the IRI resolves"


def test_the_members_of_a_bloc_as_of_a_day(served: TestClient) -> None:
    items = everything(served, "/alliances/jaish-al-fatah/members?valid_at=2016-08-07")
    assert items
    for item in items:
        assert item["type"] == "Membership"
        assert item["group"]["id"].endswith("/jaish-al-fatah")
        assert item["holds"] in ("certainly", "possibly")
        assert item["member"]["url"].startswith(DEFAULT_BASE)


def test_engagements_of_an_actor_say_in_which_role(served: TestClient) -> None:
    items = everything(served, "/actors/russia/engagements?limit=1000")
    assert items
    attacked = everything(served, "/actors/russia/engagements?role=attacker&limit=1000")
    assert [i["id"] for i in attacked] == [i["id"] for i in items if "attacker" in i["roles"]]


def test_alliances_takes_blocs_and_ties(served: TestClient) -> None:
    found = {i["type"] for i in everything(served, "/alliances?limit=1000")}
    assert found == {"Alliance", "AllianceTie"}
    tie = next(i for i in everything(served, "/alliances?limit=1000") if i["type"] == "AllianceTie")
    slug = tie["id"].rsplit("/", 1)[1]
    assert get(served, f"/alliances/{slug}")["party"] == tie["party"]
    assert [i["id"] for i in get(served, f"/alliances/{slug}/members?status={tie['status']}")["items"]] == [tie["id"]]
    get(served, "/alliances/russia", 404)


def test_include_brings_claims_and_their_words(served: TestClient) -> None:
    plain = get(served, "/events?limit=5")["items"]
    assert not any("claims" in i for i in plain)
    with_claims = get(served, "/events?limit=5&include=claims")["items"]
    assert all({c["id"] for c in i["claims"]} == set(i["basis"]) for i in with_claims)
    assert not any("quotes" in c for i in with_claims for c in i["claims"])
    with_words = get(served, "/events?limit=5&include=claims,evidence")["items"]
    assert all(c["quotes"] for i in with_words for c in i["claims"])


def test_a_page_costs_a_fixed_number_of_queries(example_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cost(path: str) -> int:
        app = create_app(Settings(example_store))
        asked: list[str] = []
        inner = EmbeddedStore.query

        def counted(store: EmbeddedStore, text: str) -> Any:
            asked.append(text)
            return inner(store, text)

        monkeypatch.setattr(EmbeddedStore, "query", counted)
        assert TestClient(app, base_url=DEFAULT_BASE.rstrip("/")).get(path).status_code == 200
        monkeypatch.undo()
        return len(asked)

    for path in ("/events?include=claims,evidence&limit=", "/actors?limit=", "/claims?include=evidence&limit="):
        assert cost(f"{path}50") <= cost(f"{path}5") + 2 < 30


# -- documents


def test_a_claim_has_its_words_with_offsets(served: TestClient, project: Path) -> None:
    count = 0
    for item in everything(served, "/claims?include=evidence&limit=1000"):
        assert item["quotes"]
        for q in item["quotes"]:
            text = (project / "examples" / f"{q['report']}.txt").read_text(encoding="utf-8")
            assert " ".join(text[a:b] for a, b in q["fragments"]) == q["text"]
            assert text[: q["start"]].endswith(q["before"])
            assert text[q["end"] :].startswith(q["after"])
            count += 1
    assert count > 100


def test_a_report_has_its_mentions_in_order_and_its_text_by_its_rights(served: TestClient, project: Path) -> None:
    found = get(served, "/reports/aleppo-2016-08-zahra")
    assert found["text"] == (project / "examples" / "aleppo-2016-08-zahra.txt").read_text(encoding="utf-8")
    assert found["rights_statement"] == "CC BY 4.0"
    starts = [m["quotes"][0]["start"] for m in found["mentions"]]
    assert starts == sorted(starts)
    assert len(starts) == found["mention_count"] > 20
    assert any(d["url"].startswith(f"{DEFAULT_BASE}events/") for m in found["mentions"] for d in m.get("denotes", ()))


def test_without_rights_the_text_of_a_report_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("Russia attacked Zahra.", encoding="utf-8")
    (tmp_path / "r.ann").write_text("T1\tState 0 6\tRussia\n", encoding="utf-8")
    ingest(tmp_path / "store", [tmp_path / "r.ann"], Options())
    client = TestClient(create_app(Settings(tmp_path / "store")), base_url=DEFAULT_BASE.rstrip("/"))
    found = get(client, "/reports/r")
    assert "text" not in found
    assert "rights" in found["withheld"]


def test_a_contradiction_has_its_accounts_side_by_side(served: TestClient) -> None:
    items = everything(served, "/contradictions?limit=1000")
    assert len(items) >= 5
    for item in items:
        assert len(item["accounts"]) >= 2
        assert {c["id"] for a in item["accounts"] for c in a["claims"]} == set(item["conflictMember"])
        assert all(c["quotes"] for a in item["accounts"] for c in a["claims"])
        assert all(a["situation"]["status_reason"] for a in item["accounts"])


def test_an_explanation_ends_in_words(served: TestClient) -> None:
    actor = next(i for i in everything(served, "/actors?limit=1000") if i.get("opposes"))
    found = get(served, f"/explain?subject={actor['id']}&predicate=opposes&object={actor['opposes'][0]['id']}")
    assert found["present"] is True
    assert [t["name"] for t in found["triple"]] == [actor["name"], "opposes", actor["opposes"][0]["name"]]
    quotes = [q for r in found["reasons"] for p in r["premises"] for c in p["claims"] for q in c["quotes"]]
    assert quotes
    refused = get(served, "/explain?subject=Hezbollah&predicate=opposes&object=sitgraph:actor/russia")
    assert refused["present"] is False
    assert refused["refusals"][0]["why"]


def test_a_name_that_explains_nothing_is_refused(served: TestClient) -> None:
    assert (
        "nothing here is called"
        in get(served, "/explain?subject=Nobody&predicate=opposes&object=sitgraph:actor/russia", 422)["detail"]
    )
    get(served, "/explain?subject=sitgraph:actor/russia&predicate=likes&object=sitgraph:actor/russia", 422)
    assert get(served, "/explain?subject=sitgraph:actor/russia", 422)["errors"][0]["parameter"] == "predicate"


def test_lang_chooses_the_name(served: TestClient) -> None:
    assert get(served, "/actors/jaish-al-fatah?lang=ar")["name"] == "جيش الفتح"
    assert get(served, "/actors/jaish-al-fatah")["name"] == "Jaish al-Fatah"


# -- JSON is JSON-LD


def stated(document: dict[str, Any], context: dict[str, Any]) -> set[Triple]:
    """The triples of a document, through a store of its own: 5000, 5.0E3 and 5000.0 are one number."""
    own = Store()
    own.load(json.dumps({**document, **context}).encode(), format=RdfFormat.JSON_LD)
    return {q.triple for q in own.quads_for_pattern(None, None, None, None)}


@pytest.mark.parametrize(
    "path",
    [*(f"{p}?limit=1000" for p in LISTS), "/events?class=Situation&status=accepted&status=prospective&status=denied&limit=1000",
     "/events?include=claims,evidence&limit=1000", "/actors/russia", "/locations/aleppo",
     "/reports/aleppo-2016-08-zahra?include=claims",
     "/explain?subject=Jaish al-Fatah&predicate=opposes&object=sitgraph:actor/syrian-military"],
)  # fmt: skip
def test_what_a_document_states_is_in_the_store(served: TestClient, view: View, path: str) -> None:
    context = get(served, "/context.jsonld")
    document = get(served, path)
    quads = {q.triple for q in view.store.quads()}
    envelope = NamedNode(document["id"])
    found = {t for t in stated(document, context) if t.subject != envelope or document.get("type") != "Page"}
    assert found or "explain" in path
    unknown = sorted(str(t) for t in found - quads if not t.predicate.value.startswith("https://w3id.org/sitgraph/api#"))
    assert unknown == []


def test_what_the_view_says_of_a_situation_is_in_its_document(served: TestClient, view: View) -> None:
    context = get(served, "/context.jsonld")
    everyone = "&".join(f"status={s}" for s in parameters.STATUSES)
    documents = get(served, f"/events?class=Situation&{everyone}&limit=1000")
    found = stated(documents, context)
    situations = {NamedNode(i["id"]) for i in documents["items"]}
    assert len(situations) > 100
    view_says = {t for t in view.store.get_graph(DefaultGraph()) if t.subject in situations}
    assert sorted(str(t) for t in view_says - found) == []


def test_what_the_view_says_of_an_actor_is_in_its_document(served: TestClient, view: View) -> None:
    context = get(served, "/context.jsonld")
    documents = get(served, "/actors?mentioned=any&limit=1000")
    found = stated(documents, context)
    actors = {NamedNode(i["id"]) for i in documents["items"]}
    view_says = {t for t in view.store.get_graph(DefaultGraph()) if t.subject in actors}
    assert sorted(str(t) for t in view_says - found) == []


def test_turtle_and_n_triples_say_what_json_ld_says(served: TestClient) -> None:
    context = get(served, "/context.jsonld")
    expected = stated(get(served, "/actors/jaish-al-fatah"), context)
    for accept, syntax in (("text/turtle", RdfFormat.TURTLE), ("application/n-triples", RdfFormat.N_TRIPLES)):
        response = served.get("/actors/jaish-al-fatah", headers={"Accept": accept})
        assert response.headers["content-type"].split(";")[0] == accept
        assert {q.triple for q in parse(response.content, format=syntax)} == expected


# -- linked data


@pytest.mark.slow
def test_every_iri_of_the_store_resolves_to_a_document(served: TestClient, view: View) -> None:
    subjects = {q.subject.value for q in view.store.quads() if isinstance(q.subject, NamedNode)}
    ours = sorted(s for s in subjects if s.startswith(DEFAULT_BASE))
    kinds = {s.removeprefix(DEFAULT_BASE + "id/").split("/")[0] for s in ours}
    assert kinds >= {"actor", "place", "source", "situation", "report", "claim", "conflict", "inference", "time"}
    targets: set[str] = set()
    for iri in ours:
        response = served.get(iri.removeprefix(DEFAULT_BASE.rstrip("/")))
        assert response.status_code in (303, 308), f"{iri}: {response.status_code}"
        targets.add(response.headers["location"].partition("#")[0])
    for target in sorted(targets):
        assert target.startswith(DEFAULT_BASE)
        response = served.get(target.removeprefix(DEFAULT_BASE.rstrip("/")), headers={"Accept": "application/json"})
        assert response.status_code in (200, 303), f"{target}: {response.text}"
        if response.status_code == 200:
            response.json()


def test_a_replaced_iri_leads_to_the_canonical_one(served: TestClient, view: View) -> None:
    rows = view.rows("replaced-by")
    assert rows
    old, new = rows[0]["old"].value, rows[0]["new"].value
    response = served.get(urlsplit(old).path)
    assert (response.status_code, response.headers["location"]) == (308, new)
    assert response.headers["link"] == f'<{new}>; rel="canonical"'
    document = served.get(f"/events/{old.rsplit('/', 1)[1]}")
    assert (document.status_code, document.headers["location"]) == (308, f"{DEFAULT_BASE}events/{new.rsplit('/', 1)[1]}")


def test_graphs_lead_to_what_is_in_them(served: TestClient, view: View) -> None:
    for name in view.store.graph_names():
        response = served.get(urlsplit(name.value).path)
        assert response.status_code == 303
        target = response.headers["location"]
        found = served.get(target.removeprefix(DEFAULT_BASE.rstrip("/")), headers={"Accept": "text/turtle"})
        assert found.status_code == 200
        assert len(list(parse(found.content, format=RdfFormat.TURTLE))) > 0


@pytest.mark.parametrize(
    "path", ["/id/actor/nobody", "/id/", "/id/situation/x", "/graph/nothing", "/id/actor/<>", "/actors/nobody", "/events/x",
             "/claims/x", "/reports/x", "/sources/x", "/locations/x", "/contradictions/x"],
)  # fmt: skip
def test_what_is_not_there_is_404(served: TestClient, path: str) -> None:
    assert get(served, path, 404)["type"] == f"{DEFAULT_BASE}problems/not-found"


def test_links_follow_the_public_address_and_iris_the_base(example_store: Path) -> None:
    public = "https://graph.example/sit/"
    client = TestClient(create_app(Settings(example_store, public)), base_url="http://inside", follow_redirects=False)
    item = client.get("/actors?limit=1").json()
    assert item["next"].startswith(f"{public}actors?")
    assert item["items"][0]["url"].startswith(f"{public}actors/")
    assert item["items"][0]["id"].startswith(f"{DEFAULT_BASE}id/actor/")
    assert client.get("/id/actor/russia").headers["location"] == f"{public}actors/russia"


# -- forms, headers, errors


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("*/*", "application/ld+json"), ("application/json", "application/json"), ("application/ld+json", "application/ld+json"),
     ("text/turtle", "text/turtle; charset=utf-8"), ("application/n-triples", "application/n-triples"),
     ("text/turtle;q=0.1, application/json;q=0.2", "application/json"), ("application/*", "application/ld+json")],
)  # fmt: skip
def test_the_form_of_a_document_follows_accept(served: TestClient, accept: str, expected: str) -> None:
    response = served.get("/actors/russia", headers={"Accept": accept})
    assert response.headers["content-type"] == expected
    assert "Accept" in response.headers["vary"]
    assert response.headers["link"].count('rel="alternate"') >= 3


def test_format_wins_over_accept_and_what_cannot_be_given_is_406(served: TestClient) -> None:
    assert (
        served.get("/actors?format=ttl", headers={"Accept": "application/json"})
        .headers["content-type"]
        .startswith("text/turtle")
    )
    assert get(served, "/actors?format=gexf", 406)["errors"][0]["parameter"] == "format"
    get(served, "/actors", 406, Accept="image/png")


def test_accept_is_read_as_rfc_9110_says() -> None:
    offered = negotiation.DOCUMENT
    for accept, expected in (
        ("text/*;q=0.3, text/turtle;q=0.7, */*;q=0.5", "ttl"),
        ("application/ld+json;q=0, */*", "json"),
        ("*/*;q=0", None),
        ("text/turtle;q=2", "ttl"),
        ("nonsense, text/turtle", "ttl"),
        ("", "jsonld"),
        ("TEXT/TURTLE", "ttl"),
    ):
        found = negotiation.by_accept(accept, offered)
        assert (found.name if found else None) == expected, accept


def test_the_ontology_is_rdf_for_everything_but_browsers(served: TestClient) -> None:
    protege = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
    for accept, media_type, syntax in (
        ("*/*", "text/turtle", RdfFormat.TURTLE), (protege, "application/rdf+xml", RdfFormat.RDF_XML),
        ("application/n-triples", "application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", "application/ld+json", RdfFormat.JSON_LD),
    ):  # fmt: skip
        response = served.get("/ontology", headers={"Accept": accept})
        assert response.headers["content-type"].split(";")[0] == media_type
        triples = {q.triple for q in parse(response.content, format=syntax)}
        assert len(triples) > 1000


def test_etag_and_304(served: TestClient) -> None:
    for path in ("/actors?limit=2", "/actors/russia", "/ontology", "/contradictions"):
        first = served.get(path)
        tag = first.headers["etag"]
        again = served.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert served.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert served.get(path, headers={"Accept": "text/turtle", "If-None-Match": tag}).status_code == (
            304 if path == "/ontology" else 200
        )
        assert first.headers["cache-control"] == "public, max-age=60"


def test_head_is_get_without_the_body(served: TestClient) -> None:
    for path in ("/actors", "/healthz", "/ontology", "/id/actor/russia", "/nothing"):
        whole, head = served.get(path), served.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]


def test_every_answer_has_a_request_id(served: TestClient) -> None:
    assert served.get("/actors", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    response = served.get("/nothing", headers={"X-Request-Id": "<script>"})
    assert "<" not in response.headers["x-request-id"]
    assert response.json()["instance"] == response.headers["x-request-id"]


def test_cors_is_open_without_credentials(served: TestClient) -> None:
    for path in ("/actors", "/nothing"):
        response = served.get(path, headers={"Origin": "https://x.example"})
        assert response.headers["access-control-allow-origin"] == "*"
        exposed = {h.strip() for h in response.headers["access-control-expose-headers"].split(",")}
        assert exposed >= {"Link", "ETag", "X-Total-Count", "Content-Disposition", "Retry-After"}
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/actors", 405), ("DELETE", "/sparql", 405), ("GET", "/actors?limit=x", 422)],
)
def test_every_error_is_a_problem_whose_type_resolves(served: TestClient, method: str, path: str, status: int) -> None:
    response = served.request(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    found = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= found.keys()
    assert found["status"] == status
    page = served.get(urlsplit(found["type"]).path)
    assert page.status_code == 200
    assert found["title"] in page.text


def test_every_type_of_error_has_a_page(served: TestClient) -> None:
    assert len(KINDS) > 10
    for kind in KINDS:
        assert served.get(f"/problems/{kind}").status_code == 200
    get(served, "/problems/nope", 404)


def test_a_store_without_anything_is_503(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(tmp_path / "none")), base_url=DEFAULT_BASE.rstrip("/"))
    response = client.get("/actors")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert client.get("/healthz").json()["status"] == "empty"


def test_what_goes_wrong_inside_is_a_500_that_tells_nothing(example_store: Path) -> None:
    app = create_app(Settings(example_store))

    def fail() -> None:
        raise LookupError("secret")

    app.state.stores.current = fail
    response = TestClient(app, raise_server_exceptions=False).get("/actors")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_openapi_describes_errors_as_problems(served: TestClient) -> None:
    schema = get(served, "/openapi.json")
    assert set(schema["paths"]) >= {"/actors", "/actors/{slug}", "/explain", "/sparql", "/contradictions", "/claims/{slug}"}
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    names = set(schema["components"]["schemas"])
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"], path
            assert "422" not in operation["responses"]
    used = {ref.rsplit("/", 1)[1] for ref in _references(schema)}
    assert used <= names
    assert {"Problem", "ProblemError", "Actor", "Situation"} <= used


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        return [v for k, v in value.items() if k == "$ref"] + [r for v in value.values() for r in _references(v)]
    return [r for v in value for r in _references(v)] if isinstance(value, list) else []


def test_every_parameter_of_a_list_is_described(served: TestClient) -> None:
    schema = get(served, "/openapi.json")
    undescribed = [
        (path, p["name"])
        for path, operations in schema["paths"].items()
        for p in operations.get("get", {}).get("parameters", ())
        if p["in"] == "query" and not p.get("description")
    ]
    assert undescribed == []


def test_a_commit_of_another_process_is_seen_by_the_next_request(project: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(store, [project / "examples" / "aleppo-2016-08-zahra.ann"], Options())
    client = TestClient(create_app(Settings(store)), base_url=DEFAULT_BASE.rstrip("/"))
    before = client.get("/actors")
    ingest(store, [project / "examples" / "aleppo-2016-12-end.ann"], Options())
    after = client.get("/actors", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["generation"]) == (200, 2)


def test_requests_in_parallel_over_a_network(server: str) -> None:
    paths = [p.lstrip("/") for p in LISTS] * 4
    failures: list[str] = []

    def ask(path: str) -> None:
        with urllib.request.urlopen(server + path, timeout=60) as reply:
            if reply.status != 200 or not json.load(reply)["items"]:
                failures.append(path)

    threads = [threading.Thread(target=ask, args=(p,)) for p in paths]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert failures == []


def test_browsers_get_pages_and_everything_else_does_not(served: TestClient) -> None:
    for path in (*LISTS, "/actors/russia", "/ontology", "/nothing", "/actors?nope=1", "/sparql"):
        page = served.get(path, headers={"Accept": BROWSER})
        assert page.headers["content-type"] == "text/html; charset=utf-8", path
        assert page.status_code == served.get(path).status_code
        assert "html" not in served.get(path).headers["content-type"]


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ({"type": "Membership", "member": "A", "group": "B"}, "A in B"),
        ({"type": "SideAlignment", "member": "A", "group": "B"}, "A on the side of B"),
        ({"type": "Control", "kind": ["contested"], "controller": "A", "controlled": "P"}, "A contesting P"),
        ({"type": "SpatialRelation", "kind": ["south-of"], "figure": "P", "ground": "Q"}, "P south of Q"),
        ({"type": "AllianceTie", "party": "A"}, "A (allied)"),
        ({"type": "CasualtyEstimate", "kind": ["killed"], "low": 20}, "at least 20 killed"),
        ({"type": "CasualtyEstimate", "kind": ["killed"], "low": 20, "high": 30}, "20 to 30 killed"),
        ({"type": "VehicleBomb", "kind": ["suicide-attack"], "place": "P", "time": {"edtf": "2016-08-14"}},
         "Vehicle bomb (suicide attack), P, 2016-08-14"),
    ],
)  # fmt: skip
def test_situations_are_called_by_what_they_are(situation: dict[str, Any], expected: str) -> None:
    keep = ("type", "kind", "time", "low", "high")
    named = {k: v if k in keep else [models.Ref(id=f"http://x/{v}", name=v)] for k, v in situation.items()}
    assert phrases.situation_name(named) == expected


ODD = (
    "", "..", "/", "a/b", "2016-08-07/", "9999-12-31", "0001-01-01", "../0001-01-01", "9999-12-31/..", "\x00", "<", '"', "}",
    "-1", "-", f"{DEFAULT_BASE}id/x y", f"{DEFAULT_BASE}<>", "http://a{b}", "<http://a b>", "sitgraph:a b", "sg:", "urn:",
    "جيش",
    "claims,,", "A" * 300,
)  # fmt: skip


@pytest.mark.parametrize(
    "path", [*LISTS, "/explain", "/sparql", "/actors/%00", "/id/actor/%00", "/id/%2e%2e/x", "/reports/a%2Fb"]
)
def test_no_value_of_a_parameter_is_an_error_of_ours(served: TestClient, path: str) -> None:
    schema = get(served, "/openapi.json")
    route = re.sub(r"jaish-al-fatah", "{slug}", path)
    declared = [p["name"] for p in schema["paths"].get(route, {}).get("get", {}).get("parameters", ()) if p["in"] == "query"]
    client = TestClient(served.app, base_url=DEFAULT_BASE.rstrip("/"), raise_server_exceptions=False, follow_redirects=False)
    given = {"/explain": {"subject": "sitgraph:actor/russia", "predicate": "opposes", "object": "sitgraph:actor/russia"}}
    names = [n for n in declared if n != "issued_until"] or ["query", "default-graph-uri", "named-graph-uri", "format"]
    for name in names:
        for value in ODD:
            response = client.get(path, params={**given.get(path, {}), name: value})
            assert response.status_code < 500, f"{path}?{name}={value}: {response.text}"
