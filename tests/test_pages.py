"""The pages of the web, as a browser asks for them: well-formed, linked, confined to themselves, true to the reports."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.models import Mention, Quote, Ref, Time
from api.pages import reader
from api.pages.passages import sentence
from api.pages.rendering import SHEETS
from api.pages.words import CONFLICT_KINDS, STATUS_MARKS, STATUS_MEANINGS, bounds, direction, group_of
from kg.config import DEFAULT_BASE, Settings
from kg.pipeline import Options, ingest
from kg.vocab import CODES

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
REPORTS = 13
PER_KIND = 20
"""Pages of one kind that the crawl looks at."""


@dataclass
class Element:
    """An element that is open, with the text that has been read in it."""

    tag: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page as a strict reader sees it: every element is closed, in order; names are unique; nothing is inline."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{e.tag}> is not closed" for e in self._open]
        self.faults += [f"id {i} is given {self.ids.count(i)} times" for i in set(self.ids) if self.ids.count(i) > 1]
        if not text.startswith("<!doctype html>"):
            self.faults.append("no doctype")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {k: v or "" for k, v in attrs}
        if len(attributes) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.faults += [f"<{tag}> has {k}" for k in attributes if k == "style" or k.startswith("on")]
        if tag in ("script", "style"):
            self.faults.append(f"there is a <{tag}>")
        if tag == "a" and any(e.tag == "a" for e in self._open):
            self.faults.append("a link in a link")
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag in ("link", "img", "form"):
            self.loads.append(attributes.get("href") or attributes.get("src") or attributes.get("action") or "")
        element = Element(tag, attributes)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text.append(data)

    def all(self, tag: str, cls: str = "") -> list[Element]:
        return [e for e in self.elements if e.tag == tag and (not cls or cls in e.attributes.get("class", "").split())]

    def text(self, tag: str, cls: str = "") -> list[str]:
        return [re.sub(r"\s+", " ", "".join(e.text)).strip() for e in self.all(tag, cls)]


def page(served: TestClient, path: str, status: int = 200) -> Page:
    response = served.get(path, headers=BROWSER)
    assert response.status_code == status, f"{path}: {response.status_code}"
    assert response.headers["content-type"] == "text/html; charset=utf-8", path
    assert response.headers["content-security-policy"].startswith("default-src 'self';"), path
    assert response.headers["x-content-type-options"] == "nosniff"
    found = Page(response.text)
    assert found.faults == [], path
    return found


def document(served: TestClient, path: str) -> dict[str, Any]:
    response = served.get(path, headers={"accept": "application/json"})
    assert response.status_code == 200, path
    found: dict[str, Any] = response.json()
    return found


# -- the checker


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<!doctype html><p><b>x</p>", "</p> closes b"),
        ("<!doctype html><p>x", "<p> is not closed"),
        ("<!doctype html><i id='a'></i><i id='a'></i>", "id a is given 2 times"),
        ("<!doctype html><p style='color:red'></p>", "<p> has style"),
        ("<!doctype html><p onclick='x()'></p>", "<p> has onclick"),
        ("<!doctype html><script></script>", "there is a <script>"),
        ("<!doctype html><a href='/'><a href='/'></a></a>", "a link in a link"),
        ("<p></p>", "no doctype"),
    ],
)
def test_the_checker_sees(text: str, fault: str) -> None:
    assert fault in Page(text).faults


# -- every page


PATHS = (
    "/",
    "/why",
    "/actors",
    "/actors/jaish-al-fatah",
    "/actors?q=جيش",
    "/actors?fields=name,kind",
    "/actors/jaish-al-fatah/alliances?valid_at=2016-08-07",
    "/actors/jaish-al-fatah/engagements",
    "/alliances",
    "/alliances/jaish-al-fatah",
    "/alliances/jaish-al-fatah?valid_at=2016-08-07&issued_until=2016-08-20",
    "/alliances/jaish-al-fatah/members",
    "/events",
    "/events?status=denied&class=Situation",
    "/engagements",
    "/operations",
    "/locations",
    "/locations/aleppo",
    "/reports",
    "/reports/aleppo-2016-08-zahra",
    "/reports/aleppo-2016-09-siege-ar",
    "/sources",
    "/claims",
    "/contradictions",
    "/sparql",
    "/sparql?example=names-in-arabic",
    "/ontology",
    "/explain?subject=sitgraph:actor/russia&predicate=opposes&object=Jaish+al-Fatah",
    "/explain?subject=Jaish+al-Fatah&predicate=opposes&object=Hezbollah",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_html_for_browsers(served: TestClient, path: str) -> None:
    found = page(served, path)
    assert found.all("main")
    assert len(found.all("h1")) == 1
    assert found.text("a", "skip") == ["Skip to the content"]
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(address.startswith("/") for address in found.loads), "a page loads and sends nothing from and to elsewhere"


def test_every_document_is_reachable_as_a_page(served: TestClient) -> None:
    crawled = crawl(served)
    kinds = {k: len(v) for k, v in crawled.items()}
    wanted = {
        "", "actors", "alliances", "claims", "contradictions", "events", "explain", "locations", "ontology", "reports",
        "sources", "sparql", "static", "why", "openapi.json", "context.jsonld",
    }  # fmt: skip
    assert wanted <= kinds.keys(), f"never linked: {wanted - kinds.keys()}"
    assert kinds["reports"] >= REPORTS
    assert sum(kinds.values()) > 150


def crawl(served: TestClient) -> dict[str, set[str]]:
    """Follows the links of every page, breadth first, some of each kind. Every link must lead to an answer, every
    fragment to an element of its page."""
    todo, seen, kinds = ["/"], {"/"}, defaultdict(set)
    names: dict[str, set[str]] = {}
    fragments: list[tuple[str, str, str]] = []
    while todo:
        address = todo.pop(0)
        response = served.get(address, headers=BROWSER)
        assert response.status_code == 200, f"{address}: {response.status_code} {response.text[:300]}"
        kinds[urlsplit(address).path.split("/")[1]].add(address)
        if not response.headers["content-type"].startswith("text/html"):
            continue
        found = Page(response.text)
        assert found.faults == [], address
        names[address] = set(found.ids)
        for link in (*found.links, *(x for x in found.loads if "static" in x)):
            target, _, fragment = link.partition("#")
            if not link.startswith(("/", "#")):
                assert urlsplit(link).scheme in ("http", "https"), f"{address}: {link}"
                continue
            target = target or address
            if fragment:
                fragments.append((address, target, unquote(fragment)))
            kind = (urlsplit(target).path.split("/")[1], "format=" in target)
            if target not in seen and sum((urlsplit(s).path.split("/")[1], "format=" in s) == kind for s in seen) < PER_KIND:
                seen.add(target)
                todo.append(target)
    checked = [(source, target, name) for source, target, name in fragments if target in names]
    assert len(checked) > 300
    missing = [c for c in checked if c[2] not in names[c[1]]]
    assert missing == []
    return kinds


def test_every_template_is_used_by_a_page() -> None:
    folder = Path(__file__).parent.parent / "api" / "pages" / "templates"
    parts = {"base.html", "list.html", "macros.html", "contradiction-macro.html", "fields.html"}
    assert {p.name for p in folder.glob("*.html")} == {s.template for s in SHEETS.values()} | parts


def test_forms_without_values_lead_to_the_plain_address(served: TestClient) -> None:
    response = served.get("/events?q=&status=disputed&valid_at=", headers=BROWSER)
    assert (response.status_code, response.headers["location"]) == (303, "/events?status=disputed")
    assert served.get("/reports?q=", headers={"accept": "application/json"}).status_code != 303


def test_the_style_sheet_is_named_by_its_content(served: TestClient) -> None:
    address = next(x for x in page(served, "/").loads if "site.css" in x)
    response = served.get(address)
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    assert "url(" not in response.text
    assert "@import" not in response.text
    assert served.get("/static/rendering.py").status_code == 404


# -- the front page


def test_the_front_page_counts_and_asks(served: TestClient) -> None:
    found = page(served, "/")
    total = document(served, "/contradictions")["total"]["value"]
    assert f"{total} contradictions" in found.text("li")
    assert f"{REPORTS} reports" in found.text("li")
    titles = {r["name"] for r in document(served, "/reports")["items"]}
    assert titles <= set(found.text("bdi"))
    questions = found.all("ol", "questions")
    assert len(questions) == 1
    links = [e.attributes["href"] for e in found.elements[found.elements.index(questions[0]) :] if e.tag == "a"][:5]
    assert len(links) == 5
    for link in links:
        answer = served.get(link, headers=BROWSER)
        assert answer.status_code == 200
        assert "Nothing matches" not in answer.text


# -- the reader


def marked(found: Page) -> dict[str, str]:
    """The words of each mention as they are highlighted: pieces of a fragment together, fragments joined by a space."""
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for element in found.all("span", "m"):
        if name := element.attributes.get("data-mention"):
            words = "".join(element.text)
            parts[name][element.attributes["data-fragment"]].append(re.sub(r"[\u2460-\u2473]", "", words))
    return {
        name: " ".join("".join(f) for _, f in sorted(fragments.items(), key=lambda x: int(x[0])))
        for name, fragments in parts.items()
    }


@pytest.mark.parametrize("number", range(REPORTS))
def test_highlighted_words_are_the_quotes_of_all_mentions(served: TestClient, number: int) -> None:
    reports = document(served, "/reports")["items"]
    assert len(reports) == REPORTS
    path = f"/reports/{reports[number]['identifier']}"
    told = document(served, path)
    found = page(served, path)
    quotes = {unquote(m["quotes"][0]["url"].partition("#")[2]): m["quotes"][0]["text"] for m in told["mentions"]}
    assert len(quotes) == told["mention_count"] > 50
    assert marked(found) == quotes
    assert set(quotes) <= set(found.ids), "a link to a quote lands on its words"
    assert {f"m-{a}-{b}" for m in told["mentions"] for a, b in m["quotes"][0]["fragments"]} <= set(found.ids)
    shown = re.sub(r"\s+", "", "".join(found.text("p", "text")))
    numbers = "".join(found.text("sup", "ref"))
    assert len(shown) == len(re.sub(r"\s+", "", told["text"])) + len(numbers), "all of the text, and nothing else, is there"
    assert len(found.all("li", "claim")) == told["claim_count"]


def test_words_are_linked_to_what_they_became(served: TestClient) -> None:
    told = document(served, "/reports/aleppo-2016-08-zahra")
    links = set(page(served, "/reports/aleppo-2016-08-zahra").links)
    things = {
        r["url"].removeprefix(DEFAULT_BASE.rstrip("/"))
        for m in told["mentions"]
        for r in m.get("about") or m.get("denotes") or ()
        if "#time-" not in r["url"]
    }
    assert len(things) > 30
    assert things <= links


def test_arabic_is_set_from_right_to_left(served: TestClient) -> None:
    found = page(served, "/reports/aleppo-2016-09-siege-ar")
    texts = found.all("p", "text")
    assert texts
    assert {(t.attributes["lang"], t.attributes["dir"]) for t in texts} == {("ar", "rtl")}
    english = page(served, "/reports/aleppo-2016-08-zahra").all("p", "text")
    assert {(t.attributes["lang"], t.attributes["dir"]) for t in english} == {("en", "ltr")}


def mention(name: str, text: str, *fragments: tuple[int, int], body: str = "sg:ArmedGroup") -> Mention:
    words = " ".join(text[a:b] for a, b in fragments)
    quoted = Quote(
        text=words, start=fragments[0][0], end=fragments[-1][1], fragments=list(fragments), mention=name, report="r", url=f"http://x/#{name}"
    )  # fmt: skip
    return Mention(
        id=name, type=["Mention"], hasBody=[body], denotes=[Ref(id=f"i:{name}", url=f"/{name}", name=name)], quotes=[quoted]
    )


def drawn(text: str, *mentions: Mention) -> list[str]:
    """Paragraphs with brackets for marks and numbers for notes."""
    found = []
    for paragraph in reader.paragraphs(text, reader.marks(mentions, {})):
        signs = {
            "open": lambda t: f"[{t.mark.anchor}:",
            "close": lambda _: "]",
            "text": lambda t: t.text,
            "note": lambda t: f"^{t.number}",
        }
        found.append("".join(signs[t.kind](t) for t in paragraph.tokens))
    return found


TEXT = "abcdefghij\n\nklmnop"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ({"A": [(0, 3)]}, "[A:abc]defghij|klmnop"),
        ({"A": [(0, 6)], "B": [(2, 4)]}, "[A:ab[B:cd]ef]^1ghij|klmnop"),
        ({"A": [(0, 4)], "B": [(2, 6)]}, "[A:ab[B:cd]][B:ef]^1ghij|klmnop"),
        ({"A": [(0, 3)], "B": [(3, 6)]}, "[A:abc][B:def]ghij|klmnop"),
        ({"A": [(1, 3)], "B": [(1, 3)]}, "a[A:[B:bc]]^1defghij|klmnop"),
        ({"A": [(0, 2), (4, 6)]}, "[A:ab]cd[A:ef]ghij|klmnop"),
        ({"A": [(8, 14)]}, "abcdefgh[A:ij]|[A:kl]mnop"),
        ({}, "abcdefghij|klmnop"),
    ],
)
def test_marks_nest_and_cross(spans: dict[str, list[tuple[int, int]]], expected: str) -> None:
    assert "|".join(drawn(TEXT, *(mention(n, TEXT, *s) for n, s in spans.items()))) == expected


def test_a_name_is_given_once() -> None:
    text = "abcdef"
    (paragraph,) = reader.paragraphs(text, reader.marks([mention("A", text, (0, 4)), mention("B", text, (2, 6))], {}))
    assert [t.anchors for t in paragraph.tokens if t.kind == "open"] == [("A", "m-0-4"), ("B", "m-2-6"), ()]


# -- quotes, times, words


def test_a_sentence_is_found_around_words() -> None:
    text = "One. Gen. Ali said “no”. Then the end!\nNext line"
    spans = [sentence(text, text.index(w), text.index(w) + len(w)) for w in ("One", "Ali", "end", "line")]
    assert [text[a:b].strip() for a, b in spans] == ["One.", "Gen. Ali said “no”.", "Then the end!", "Next line"]
    assert text[slice(*sentence(text, 0, text.index("Then") + 4))].strip() == "One. Gen. Ali said “no”. Then the end!"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2016-08-14", "2016-08-14", "2016-08-15", "2016-08-15"), "began and ended on 2016-08-14"),
        (
            ("2016-08-01", "2016-08-03", "2016-08-05", "2016-08-09"),
            "began between 2016-08-01 and 2016-08-03; ended between 2016-08-04 and 2016-08-08",
        ),
        (("2015-01-01", None, None, None), "began on 2015-01-01 or later; no end known"),
        ((None, "2016-08-01", None, "2016-09-01"), "began by 2016-08-01; ended by 2016-08-31"),
        ((None, None, None, None), "begin unknown; no end known"),
    ],
)
def test_bounds_in_words(days: tuple[str | None, ...], words: str) -> None:
    names = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
    time = Time.model_validate({"id": "t", **{n: d and f"{d}T00:00:00Z" for n, d in zip(names, days, strict=True)}})
    assert bounds(time) == words


def test_codes_have_words() -> None:
    assert STATUS_MARKS.keys() == STATUS_MEANINGS.keys() == CODES["claim-status"].keys()
    assert len(set(STATUS_MARKS.values())) == len(STATUS_MARKS)
    assert CONFLICT_KINDS.keys() == CODES["conflict-kind"].keys()


def test_groups_and_directions() -> None:
    bodies: tuple[list[str], ...] = (
        ["sg:Alliance"],
        ["c:place-kind/city", "sg:Settlement"],
        ["sg:TimeExtent"],
        ["sg:MediaItem"],
        ["sg:VehicleBomb"],
        [],
    )
    assert [group_of(b) for b in bodies] == ["actor", "place", "time", "source", "trigger", "other"]
    assert [direction(*x) for x in (("ar", ""), ("ar-latn", ""), ("en", "جيش"), ("", "جيش"), (None, "x"))] == [
        "rtl",
        "ltr",
        "ltr",
        "rtl",
        "ltr",
    ]


# -- situations, contradictions, explanations


def test_an_alliance_has_its_members_as_of_a_day(served: TestClient) -> None:
    found = page(served, "/alliances/jaish-al-fatah?valid_at=2016-08-07")
    heads = found.text("h3")
    assert {"Certainly members on 2016-08-07", "Possibly members on 2016-08-07", "No longer members on 2016-08-07"} <= set(
        heads
    )
    listed = document(served, "/alliances/jaish-al-fatah/members?valid_at=2016-08-07")["items"]
    assert listed
    certain = [m["member"]["name"] for m in listed if m["holds"] == "certainly"]
    table = found.all("table")[0]
    assert all(name in "".join(table.text) for name in certain)


def test_an_actor_is_named_in_all_scripts_and_explained(served: TestClient) -> None:
    told = document(served, "/actors/jaish-al-fatah")
    found = page(served, "/actors/jaish-al-fatah")
    labels = [label for key in ("prefLabel", "altLabel", "hiddenLabel") for several in told[key].values() for label in several]
    assert len(labels) > 10
    assert set(labels) <= set(found.text("bdi"))
    arabic = [e for e in found.all("bdi") if e.attributes.get("lang") == "ar"]
    assert arabic
    assert {e.attributes["dir"] for e in arabic} == {"rtl"}
    for other in told["alliedWith"]:
        assert (
            f"/explain?subject={quote(told['id'], safe='')}&predicate=alliedWith&object={quote(other['id'], safe='')}"
            in found.links
        )


def test_a_situation_has_its_claims_with_their_words(served: TestClient) -> None:
    for item in document(served, "/events?limit=10&status=disputed&class=Situation")["items"]:
        path = item["url"].removeprefix(DEFAULT_BASE.rstrip("/"))
        told = document(served, f"{path}?include=claims,evidence")
        found = page(served, path)
        assert told["status_reason"] in " ".join(found.text("p", "verdict"))
        assert "disputed" in " ".join(found.text("span", "status"))
        words = "\n".join(found.text("mark"))
        quotes = [q["text"] for c in told["claims"] for q in c["quotes"]]
        assert quotes
        for q in quotes:
            assert all(part in words for part in q.split(" ")[:1]), path


def test_contradictions_show_both_accounts(served: TestClient) -> None:
    items = document(served, "/contradictions")["items"]
    assert len(items) >= 10
    found = page(served, "/contradictions")
    assert len(found.all("article", "contradiction")) == len(items)
    for item, article in zip(items, found.all("article", "contradiction"), strict=True):
        shown = "".join(article.text)
        assert CONFLICT_KINDS[item["kind"][0]] in shown
        assert f"Rule {item['rule']}:" in shown
        for account in item["accounts"]:
            assert account["situation"]["name"] in shown
            assert account["situation"]["status_reason"] in shown
            for claim in account["claims"]:
                assert claim["attributedTo"]["name"] in shown
                assert claim["inReport"]["name"] in shown
        reports = {c["inReport"]["id"].rsplit("/", 1)[1] for a in item["accounts"] for c in a["claims"]}
        texts = [document(served, f"/reports/{r}")["text"] for r in reports]
        for account in item["accounts"]:
            for claim in account["claims"]:
                for q in claim["quotes"]:
                    text = next(t for t in texts if t[q["start"] : q["end"]].startswith(q["text"].split(" ")[0]))
                    whole = text[slice(*sentence(text, q["start"], q["end"]))].strip()
                    assert re.sub(r"\s+", " ", whole) in re.sub(r"\s+", " ", shown)


def test_an_explanation_ends_in_quotes(served: TestClient) -> None:
    asked = "/explain?subject=sitgraph:actor/russia&predicate=opposes&object=Jaish+al-Fatah"
    told = document(served, asked)
    assert told["present"]
    found = page(served, asked)
    quotes = {q["text"] for r in told["reasons"] for p in r["premises"] for c in p["claims"] for q in c["quotes"]}
    assert quotes
    assert quotes <= set(found.text("mark"))
    assert told["reasons"][0]["why"][1:] in " ".join(found.text("h2"))


def test_what_is_refused_is_said(served: TestClient) -> None:
    asked = "/explain?subject=Jaish+al-Fatah&predicate=opposes&object=Syrian+military"
    told = document(served, asked)
    assert not told["present"]
    assert told["refusals"]
    found = page(served, asked)
    assert "not in the view" in " ".join(found.text("p", "verdict"))
    assert all(r["why"] in " ".join(found.text("h2")) for r in told["refusals"])
    assert page(served, "/explain?subject=Jaish+al-Fatah&predicate=opposes&object=nobody", 422).all("form", "ask")


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/actors/nobody", 404), ("/events?bad=1", 400), ("/explain", 422)]
)
def test_errors_are_pages_for_browsers_and_problems_for_others(served: TestClient, path: str, status: int) -> None:
    found = page(served, path, status)
    assert str(status) in found.text("p", "kicker")
    other = served.get(path, headers={"accept": "application/json"})
    assert (other.status_code, other.headers["content-type"]) == (status, "application/problem+json")
    assert "content-security-policy" not in other.headers


def test_examples_of_queries_have_answers(served: TestClient) -> None:
    found = page(served, "/sparql")
    links = [x for x in found.links if x.startswith("/sparql?query=") and x.endswith("format=json")]
    assert len(links) == 8
    for link in links:
        assert served.get(link).json()["results"]["bindings"], link
    chosen = page(served, "/sparql?example=casualty-estimates")
    assert "sg:CasualtyEstimate" in chosen.text("textarea")[0]


def test_what_only_one_report_knows_says_so(served: TestClient) -> None:
    scoped = [a for a in document(served, "/actors?limit=1000")["items"] if "/actor/r-" in a["id"]]
    assert len(scoped) > 5
    cells = page(served, "/actors?limit=1000").text("td")
    assert sum(" only in " in c for c in cells) == len(scoped)


# -- hostile and withheld reports

HOSTILE = "<script>alert(1)</script>&\"'</p>"


def odd(folder: Path, rights: str) -> Path:
    """A report whose title, publisher, link and words are made to break out of a page."""
    text = (
        f"Fighters of {HOSTILE} attacked the town of {HOSTILE}ville. "
        "Nobody else was there on that long and quiet day, said all who live there."
    )
    attacker, place = text.index(HOSTILE), text.index(HOSTILE + "ville")
    trigger = text.index("attacked")
    lines = [
        f"T1\tArmedGroup {attacker} {attacker + len(HOSTILE)}\t{HOSTILE}",
        f"T2\tSettlement {place} {place + len(HOSTILE) + 5}\t{HOSTILE}ville",
        f"T3\tAssault {trigger} {trigger + 8}\tattacked",
        "E1\tAssault:T3 Attacker:T1 Place:T2",
    ]
    folder.mkdir()
    (folder / "odd.txt").write_text(text, encoding="utf-8")
    (folder / "odd.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    meta = {
        "id": "odd",
        "title": HOSTILE,
        "publisher": HOSTILE,
        "language": "en",
        "issued": "2016-08-01",
        "url": "javascript:alert(1)",
    }
    (folder / "odd.meta.json").write_text(json.dumps({**meta, **({"rights": rights} if rights else {})}), encoding="utf-8")
    return folder


def served_odd(tmp_path: Path, rights: str) -> Iterator[TestClient]:
    outcome = ingest(tmp_path / "store", [odd(tmp_path / "in", rights)], Options())
    assert outcome.committed, outcome.problems
    with TestClient(
        create_app(Settings(tmp_path / "store")), base_url=DEFAULT_BASE.rstrip("/"), follow_redirects=False
    ) as client:
        yield client


def test_what_reports_contain_is_escaped(tmp_path: Path) -> None:
    for served in served_odd(tmp_path, "CC BY 4.0"):
        seen = 0
        for path in ("/", "/actors", "/events", "/locations", "/reports", "/reports/odd", "/claims", "/sources"):
            found = page(served, path)
            assert not any(link.startswith("javascript:") for link in found.links)
            follow = {
                x for x in found.links if re.match(r"/(actors|events|locations|claims|sources)/", x) and "format=" not in x
            }
            for link in sorted(follow):
                page(served, link)
                seen += 1
        assert seen >= 8
        assert set(marked(page(served, "/reports/odd")).values()) == {HOSTILE, HOSTILE + "ville", "attacked"}
        assert HOSTILE in page(served, "/reports/odd").text("h1")
        assert page(served, f"/events?q={quote(HOSTILE)}").all("input")
        assert page(served, f"/{quote(HOSTILE, safe='')}", 404)


def test_without_rights_the_text_is_withheld(tmp_path: Path) -> None:
    for served in served_odd(tmp_path, ""):
        found = page(served, "/reports/odd")
        assert "rights" in " ".join(found.text("p", "withheld"))
        assert not found.all("p", "text")
        for path in ("/reports/odd", "/events", *(x for x in page(served, "/events").links if x.startswith("/events/"))):
            assert "said all who live there" not in served.get(path, headers=BROWSER).text
        assert marked_words(found) == {HOSTILE, HOSTILE + "ville", "attacked"}


def marked_words(found: Page) -> set[str]:
    return {"".join(e.text) for e in found.all("span", "m") if e.attributes.get("data-mention")}


# -- a real browser


def test_a_browser_shows_a_page_with_its_styles(server: str, chromium: str, tmp_path: Path) -> None:
    """The words of a quote are found by its address, and the style sheet is taken although nothing else may be loaded."""
    address = f"{server}reports/aleppo-2016-08-zahra#mention-VehicleBomb-12-22"
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        "--window-size=1200,900",
        f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={tmp_path / 'page.png'}", "--enable-logging=stderr", address,
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "page.png").stat().st_size > 20_000
    assert "Content Security Policy" not in run.stderr
    assert "CONSOLE" not in run.stderr, run.stderr
    dumped = subprocess.run(
        [*command[:-3], "--dump-dom", address], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    assert 'id="mention-VehicleBomb-12-22"' in dumped
    assert "lorry bomb" in dumped
