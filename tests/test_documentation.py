"""The page about the ontology: everything is on it, every link leads somewhere, and it is well-formed; and the diagram.

Each law has a damaged page, or a damaged ontology, that breaks it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, parse

from kg.ontology import diagram, documentation, published, source
from kg.ontology.documentation import elements
from kg.ontology.documentation.reading import Query, iri, short
from kg.ontology.documentation.terms import example
from kg.resources import ontology_dir
from kg.store.generations import StoreDirectory

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass
class Page(HTMLParser):
    """A page as a strict reader sees it."""

    text: str
    faults: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    tables: int = 0
    captions: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self.feed(self.text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]
        self.faults += [f"id {i} is given twice" for i in {i for i in self.ids if self.ids.count(i) > 1}]
        self.faults += [f"#{i} leads nowhere" for i in sorted({x[1:] for x in self.links if x[0] == "#"} - set(self.ids))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag == "a" and "a" in self._open:
            self.faults.append("a link in a link")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("script", "img", "iframe", "object") or (tag == "link" and given.get("rel") != "alternate"):
            self.loads.append(given.get("src") or given.get("href") or tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1] if self._open else 'nothing'}")
            return
        self._open.pop()


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(documentation.page(ontology_dir()))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the ontology that may be damaged."""
    return Path(shutil.copytree(ontology_dir(), tmp_path / "ontology", ignore=shutil.ignore_patterns("reference")))


def anchors(folder: Path) -> Iterator[str]:
    """What must have a place on the page."""
    ontology = source.read(folder)
    yield from ontology.classes
    yield from ontology.properties
    for scheme, codes in ontology.codes.items():
        yield f"scheme-{scheme}"
        yield from (f"{scheme}-{name}" for name in codes)
    yield from (f"rule-R{int(p.name[1:3])}" for p in (folder / "rules").glob("*.rq"))
    yield from (f"CQ{int(p.name[2:4])}" for p in (folder / "competency").glob("*.rq"))
    yield from (f"law-{p.stem.removesuffix('-violation')}" for p in (folder / "checks").glob("*.rq"))
    yield from (f"mappings-{p.stem}" for p in (folder / "mappings").glob("*.ttl"))


# -- the checker


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<p><b>x</p>", "</p> closes b"),
        ("<p>x", "<p> is not closed"),
        ("<i id='a'></i><i id='a'></i>", "id a is given twice"),
        ("<a href='#b'>b</a>", "#b leads nowhere"),
        ("<a href='/'><a href='/'></a></a>", "a link in a link"),
        ("<p id='a' id='b'></p>", "<p> has an attribute twice"),
    ],
)
def test_the_checker_sees(text: str, fault: str) -> None:
    assert fault in Page(text).faults


# -- the page


def test_everything_has_an_anchor(page: Page) -> None:
    wanted = list(anchors(ontology_dir()))
    assert len(wanted) > 59 + 70 + 22 + 240 + 7
    assert len(set(wanted)) == len(wanted)
    assert set(wanted) - set(page.ids) == set()


def test_the_page_is_well_formed_and_every_link_on_it_leads_somewhere(page: Page) -> None:
    assert page.text.startswith('<!doctype html>\n<html lang="en">')
    assert page.faults == []
    assert len([x for x in page.links if x[0] == "#"]) > 1000


def test_the_page_fetches_nothing(page: Page) -> None:
    assert page.loads == []
    assert "@import" not in page.text
    assert not re.search(r"url\((?!#)", page.text)
    assert "prefers-color-scheme: dark" in page.text
    assert "@media print" in page.text


def test_headings_and_tables_are_named_and_in_order(page: Page) -> None:
    assert page.headings.count("h1") == 1
    levels = [int(h[1]) for h in page.headings[page.headings.index("h1") :]]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert page.tables == page.captions > 22


def test_words_of_the_ontology_are_on_the_page(page: Page) -> None:
    for words in (
        "An attack from the air, by a manned or unmanned aircraft.",
        "غارة جوية",
        "transitive",
        "symmetric",
        "intercepted",
    ):
        assert words in page.text
    assert '<bdi lang="ar" dir="rtl">غارة جوية</bdi>' in page.text


def test_messages_caveats_and_answers_are_on_the_page(page: Page) -> None:
    plain = page.text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    found = 0
    for document in published.documents(ontology_dir()):
        for triple in published.statements(ontology_dir(), document):
            ours = document != published.ONTOLOGY and triple.predicate.value.endswith(("shacl#message", "dcterms/description"))
            if ours:
                assert str(getattr(triple.object, "value", "")) in plain, triple
                found += 1
    if (ontology_dir() / "shapes.ttl").is_file():
        assert found > 40
    for query in (ontology_dir() / "competency").glob("*.rq"):
        assert Query(query.stem, query.read_text("utf-8")).summary in plain


def test_the_page_is_the_same_in_every_process(page: Page) -> None:
    code = (
        "import sys; from kg.ontology import documentation as d; from kg.resources import ontology_dir as o;"
        "sys.stdout.buffer.write(d.page(o()).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, timeout=60,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(published.__file__).parents[2])},
    )  # fmt: skip
    assert done.stdout.decode() == page.text


def test_markup_in_the_ontology_is_words(copy: Path) -> None:
    path = copy / "sitgraph.ttl"
    path.write_text(path.read_text("utf-8").replace("A single human being", "<script>alert(1)</script> & more"), "utf-8")
    found = Page(documentation.page(copy))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in found.text
    assert found.faults == []
    assert found.loads == []


def test_a_new_term_and_a_deprecated_one_are_shown(copy: Path) -> None:
    path = copy / "sitgraph.ttl"
    path.write_text(
        path.read_text("utf-8")
        + "\nsg:Raid a owl:Class ; rdfs:subClassOf sg:Engagement ; rdfs:label \"raid\"@en ; skos:definition \"Of old\"@en ;\n"
        "  owl:deprecated true ; dcterms:isReplacedBy sg:Assault .\n",
        "utf-8",
    )  # fmt: skip
    found = Page(documentation.page(copy))
    assert "Raid" in found.ids
    assert found.faults == []
    assert '<span class="mark deprecated">deprecated</span>' in found.text
    assert '<p class="warning">Use <a href="#Assault">Assault</a> instead.</p>' in found.text
    assert 'Deprecated: <a href="#Raid">Raid</a>.' in found.text


def test_a_deprecated_code_says_what_to_use(copy: Path) -> None:
    path, start = copy / "concepts.ttl", "event-kind:surge a skos:Concept ;"
    text = path.read_text("utf-8")
    assert start in text
    told = "owl:deprecated true ; dcterms:isReplacedBy event-kind:campaign ;"
    prefix = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    path.write_text(prefix + text.replace(start, f"{start} {told}"), "utf-8")
    found = Page(documentation.page(copy))
    assert found.faults == []
    row = found.text.partition('id="event-kind-surge"')[2].partition("</tr>")[0]
    assert '<span class="mark deprecated">deprecated</span>' in row
    assert 'Use <a href="#event-kind-campaign">campaign</a> instead.' in row


def test_a_rule_says_when_its_triples_stand_and_what_speaks_against_them(copy: Path, page: Page) -> None:
    def shown(of: Page, number: str) -> str:
        part = of.text.partition(f'id="rule-{number}"')[2].partition("</section>")[0].partition("<details>")[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))

    assert "Its triples stand always" in shown(page, "R4")
    assert "Exceptions" not in shown(page, "R4")
    assert "Its triples stand unless an exception does Exceptions" in shown(page, "R9")
    assert "?s onSide ?side and ?o onSide ?side" in shown(page, "R9")
    assert "?s memberOf or onSide or alliedWith or supports or backs ?o" in shown(page, "R9")
    path = copy / "rules" / "r04-within.rq"
    path.write_text(f"#+ unless: ?s sg:inConflict ?o\n{path.read_text('utf-8')}", "utf-8")
    assert "Exceptions ?s inConflict ?o" in shown(Page(documentation.page(copy)), "R4")


def test_a_law_says_what_it_is_asked_of(page: Page) -> None:
    laws = page.text.partition('id="laws"')[2].partition('id="shapes"')[0]
    found = re.findall(r"<dt>Asked of</dt><dd>([^<]+)</dd>", laws)
    assert set(found) == {"the ontology", "a store"}
    assert len(found) == len(list((ontology_dir() / "checks").glob("*.rq")))


def test_a_shape_is_told_without_what_only_its_file_can_say(page: Page) -> None:
    shapes = page.text.partition('id="shapes"')[2].partition('id="other"')[0]
    assert "A claim has exactly one of each of its fields" in shapes
    assert shapes.count("the node itself") > 10
    assert [word for word in ("Section 5", "Sections 3", "shape:nothing") if word in shapes] == []


def test_without_the_further_files_the_page_is_whole(tmp_path: Path) -> None:
    """The ontology alone can be documented: sections without content are left out."""
    for name in ("sitgraph.ttl", "concepts.ttl"):
        shutil.copy(ontology_dir() / name, tmp_path)
    found = Page(documentation.page(tmp_path))
    assert found.faults == []
    assert "shapes" not in found.ids
    assert "AirStrike" in found.ids


def test_what_is_written_is_what_is_published(tmp_path: Path) -> None:
    written = documentation.write(tmp_path / "a" / "b")
    names = {str(p.relative_to(tmp_path / "a" / "b")) for p in written}
    assert {
        "index.html",
        "core.svg",
        "context.jsonld",
        "sitgraph.ttl",
        "sitgraph.rdf",
        "sitgraph.nt",
        "sitgraph.jsonld",
    } <= names
    assert all(p.stat().st_size for p in written)
    page = Page((tmp_path / "a" / "b" / "index.html").read_text("utf-8"))
    local = {x for x in page.links if "://" not in x and x[0] != "#"}
    assert local <= names
    assert len(local) >= 4 * len(published.documents(ontology_dir()))
    assert (tmp_path / "a" / "b" / "sitgraph.nt").read_bytes() == published.written(ontology_dir(), "nt")


def test_imports_are_found_beside_the_file(tmp_path: Path) -> None:
    documentation.write(tmp_path)
    imports = iri("owl:imports")
    found = 0
    for document in published.documents(ontology_dir()):
        file = tmp_path / f"{document.removeprefix('ontology/')}.rdf" if "/" in document else tmp_path / "sitgraph.rdf"
        catalog = ElementTree.parse(file.parent / "catalog-v001.xml").getroot()
        places = {e.attrib["name"]: file.parent / e.attrib["uri"] for e in catalog}
        assert published.iri(ontology_dir(), document) in places
        for triple in published.statements(ontology_dir(), document):
            if triple.predicate == imports:
                place = places[getattr(triple.object, "value", "")]
                assert f'<owl:Ontology rdf:about="{getattr(triple.object, "value", "")}">' in place.read_text("utf-8")
                found += 1
    assert found or len(published.documents(ontology_dir())) == 1


def test_the_example_is_what_the_ontology_allows() -> None:
    text = (Path(documentation.__file__).parent / "example.trig").read_text("utf-8")
    quads = list(parse(text, format=RdfFormat.TRIG))
    ontology = source.read(ontology_dir())
    named = {*ontology.classes, *ontology.properties}
    codes = {f"{source.CODE_BASE}{s}/{c}" for s, found in ontology.codes.items() for c in found}
    terms = {t.value for q in quads for t in (q.subject, q.predicate, q.object) if hasattr(t, "value")}
    ours = {t for t in terms if t.startswith("https://w3id.org/sitgraph/")}
    assert len(ours) > 15
    assert {t for t in ours if t.removeprefix(source.PREFIXES["sg"]) not in named and t not in codes} == set()


def rows(found: object) -> QuerySolutions:
    assert isinstance(found, QuerySolutions)
    return found


def test_the_query_of_every_class_runs_and_most_find_something(example_store: Path) -> None:
    store = StoreDirectory(example_store).current().open()
    ontology = source.read(ontology_dir())
    empty = [n for n in ontology.classes if not list(rows(store.query(example(n, ontology.lineage(n)))))]
    assert len(ontology.classes) - len(empty) > 45, empty


# -- elements


def test_what_is_no_html_is_escaped() -> None:
    made = elements.el("p", "<b>", elements.el("b", "&"), title='"', class_="", id="x")
    assert made == '<p title="&quot;" id="x">&lt;b&gt;<b>&amp;</b></p>'
    assert elements.join(["<", elements.Html("<br>")], " & ") == "&lt; &amp; <br>"
    assert elements.el("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_a_changelog_is_read() -> None:
    made = elements.markdown("First\nlines & `names`.\n\n## 0.1.0\n\n- one\n  `two`\n- three <")
    assert made == [
        "<p>First lines &amp; <code>names</code>.</p>", "<h3>0.1.0</h3>",
        "<ul><li>one <code>two</code></li><li>three &lt;</li></ul>",
    ]  # fmt: skip


def test_iris_are_shortened_by_the_longest_prefix() -> None:
    assert short("https://w3id.org/sitgraph/ontology#Actor") == "sg:Actor"
    assert short("https://w3id.org/sitgraph/code/role/attacker") == "c:role/attacker"
    assert short("http://example.org/x") == "http://example.org/x"


# -- the diagram

WIDE = 0.56
"""The width of a letter by its size, in a wide sans; in a box some 0.53 is enough, its words are longer and more even."""


def labels(arrow: diagram.Arrow) -> Iterator[tuple[float, float, float, float]]:
    """The rectangles of the words on an arrow: left, top, right, bottom."""
    x, y = arrow.label
    for number, words in enumerate(arrow.lines):
        width = WIDE * diagram.SMALL * len(words)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[arrow.anchor]
        yield left, y + 16 * number - diagram.SMALL, left + width, y + 16 * number + 3


def meet(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def collisions(boxes: tuple[diagram.Box, ...], arrows: tuple[diagram.Arrow, ...]) -> list[str]:
    """What lies on something else."""
    frames = {b.name: (b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes if not b.foot}
    found = [f"{a} on {b}" for a, b in combinations(frames, 2) if meet(frames[a], frames[b])]
    words = [(f"{a.subject} {a.lines[0]} {a.object}", r) for a in arrows for r in labels(a)]
    found += [f"{a} on {b}" for (a, r), (b, s) in combinations(words, 2) if meet(r, s)]
    found += [f"{label} on {name}" for label, r in words for name, frame in frames.items() if meet(r, frame)]
    for arrow in arrows:
        for (ax, ay), (bx, by) in pairwise(arrow.points):
            assert ax == bx or ay == by, "lines are straight"
            line = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
            inner = (line[0] + 1, line[1] + 1, line[2] - 1, line[3] - 1) if ax != bx and ay != by else line
            thin = (inner[0] - 0.5, inner[1] - 0.5, inner[2] + 0.5, inner[3] + 0.5)
            found += [f"{label} on the line {arrow.subject}–{arrow.object}" for label, r in words if meet(thin, r)]
            ends = {arrow.subject, arrow.object}
            found += [
                f"line {arrow.subject}–{arrow.object} on {n}" for n, f in frames.items() if n not in ends and meet(thin, f)
            ]
    return found


def test_nothing_in_the_diagram_lies_on_anything_else() -> None:
    assert len(diagram.BOXES) >= 15
    assert len(diagram.ARROWS) >= 20
    assert collisions(diagram.BOXES, diagram.ARROWS) == []
    box = diagram.BOXES[0]
    moved = diagram.Box("Other", box.group, box.x + 10, box.y + 10, box.width, box.height)
    assert "Source on Other" in collisions((*diagram.BOXES, moved), diagram.ARROWS)
    arrow = diagram.ARROWS[0]
    again = diagram.Arrow("Claim", ("inReport",), "Report", ((0, arrow.label[1] - 4), (1000, arrow.label[1] - 4)), (700, 20))
    assert any("on the line Claim–Report" in c for c in collisions(diagram.BOXES, (*diagram.ARROWS, again)))


def test_everything_is_within_the_picture() -> None:
    for box in diagram.BOXES:
        assert 0 < box.x < box.x + box.width < diagram.WIDTH
        assert 0 < box.y < box.y + box.height < diagram.HEIGHT
        for words, size in ((box.name, diagram.NAME), *((w, diagram.SMALL) for w in (*box.words, *box.foot))):
            assert 0.53 * size * len(words) <= box.width, words


def wrong(arrows: tuple[diagram.Arrow, ...]) -> list[str]:
    """What the diagram says and the ontology does not."""
    ontology = source.read(ontology_dir())
    domains = {
        t.subject.value.removeprefix(source.PREFIXES["sg"]): t.object.value.removeprefix(source.PREFIXES["sg"])
        for t in source.triples(ontology_dir())
        if t.predicate.value == source.PREFIXES["rdfs"] + "domain"
        and hasattr(t.subject, "value")
        and hasattr(t.object, "value")
    }
    found = []
    for arrow in arrows:
        for name in arrow.properties:
            if name not in ontology.properties:
                found.append(f"no property {name}")
                continue
            range_ = (ontology.properties[name].range or "").removeprefix(source.PREFIXES["sg"])
            domain = domains.get(name)
            for wanted, shown in ((domain, arrow.subject), (range_ or None, arrow.object)):
                kin = wanted is None or wanted in ontology.lineage(shown) or shown in ontology.lineage(wanted)
                if not kin:
                    found.append(f"{name}: {shown} is no {wanted}")
    return found


def test_the_diagram_says_what_the_ontology_says() -> None:
    ontology = source.read(ontology_dir())
    assert {b.name for b in diagram.BOXES} <= ontology.classes.keys()
    assert wrong(diagram.ARROWS) == []
    said = {a for b in diagram.BOXES for line in b.words for a in re.findall(r"\b[A-Z]\w+", line)} - {"EDTF"}
    assert said <= ontology.classes.keys()
    damaged = diagram.Arrow("Place", ("asserts", "nothing"), "Actor", ((0, 0), (1, 0)), (0, 0))
    assert wrong((damaged,)) == ["asserts: Place is no Claim", "asserts: Actor is no Situation", "no property nothing"]


def test_the_diagram_is_told_in_words_and_stands_alone() -> None:
    assert len(diagram.in_words()) == len(diagram.ARROWS)
    alone = diagram.document("https://w3id.org/sitgraph/ontology")
    assert Page(alone).faults == []
    assert "prefers-color-scheme:dark" in alone
    assert 'href="https://w3id.org/sitgraph/ontology#Claim"' in alone
    assert 'href="#' not in alone
    assert '<title id="core-title">' in alone
    assert 'aria-labelledby="core-title core-words"' in alone
    assert ElementTree.fromstring(alone).tag == "{http://www.w3.org/2000/svg}svg"
