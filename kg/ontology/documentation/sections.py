"""The order of the page: what the ontology is, how it is used, its terms, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from kg.ontology import diagram, published
from kg.ontology.documentation import logic
from kg.ontology.documentation.elements import Html, block, code, el, facts, items, join, link, markdown, table
from kg.ontology.documentation.reading import Sources, iri
from kg.ontology.documentation.terms import Terms
from kg.ontology.source import PREFIXES

_SYNTAXES = {"ttl": "Turtle", "rdf": "RDF/XML", "nt": "N-Triples", "jsonld": "JSON-LD"}

_PYTHON = """import rdflib

ontology = rdflib.Graph().parse("sitgraph.ttl")
"""

_OWLREADY = """import owlready2

world = owlready2.World()
ontology = world.get_ontology("https://w3id.org/sitgraph/ontology#")
ontology.load(fileobj=open("sitgraph.nt", "rb"))
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading."""

    name: str
    title: str
    parts: tuple[Html, ...]
    entries: tuple[tuple[str, str], ...] = ()
    """What the table of contents has below it: anchor and words."""


def body(sources: Sources, address: Callable[[str, str], str], context: str) -> Html:
    """The content of the page."""
    terms = Terms(sources)
    sections = [s for s in _sections(sources, terms, address, context) if s.parts]
    contents = el(
        "nav", el("h2", "Contents", class_="contents-title"),
        items(_entry(section) for section in sections), class_="contents", aria_label="Contents",
    )  # fmt: skip
    parts = (el("section", el("h2", s.title), *s.parts, id=s.name, class_="part") for s in sections)
    return el("div", contents, el("div", _head(sources, terms), *parts, class_="parts"), class_="ontology")


def _entry(section: Section) -> Html:
    below = items(link(f"#{name}", words) for name, words in section.entries)
    return join((link(f"#{section.name}", section.title), below if section.entries else Html()))


def _head(sources: Sources, terms: Terms) -> Html:
    graph, about = sources.ontology, iri("sg:").value.removesuffix("#")
    node = next(n for n in graph.a("owl:Ontology") if n.value == about)
    codes = sum(len(terms.codes(scheme)) for scheme in terms.schemes)
    counts = (
        f"{len(terms.classes)} classes", f"{len(terms.properties)} properties",
        f"{len(terms.schemes)} schemes with {codes} codes", f"{len(sources.rules)} rules",
    )  # fmt: skip
    licences = [link(v, _licence(v)) for v in graph.iris(node, "dcterms:license")]
    rows = (
        ("IRI", code(about)),
        ("Version", join((graph.text(node, "owl:versionInfo", None), " · ", code(graph.iris(node, "owl:versionIRI")[0])))),
        ("Namespace", join((code("sg:"), " ", code(PREFIXES["sg"])))),
        ("Licence", join(licences, ", ")),
        ("What there is", ", ".join(counts)),
    )
    title = graph.text(node, "dcterms:title")
    return el(
        "header", el("h1", title), el("p", graph.text(node, "dcterms:description"), class_="lead"),
        facts(rows),
    )  # fmt: skip


def _licence(value: str) -> str:
    known = {"https://creativecommons.org/licenses/by/4.0/legalcode": "Creative Commons Attribution 4.0 (CC BY 4.0)"}
    return known.get(value, value)


def _sections(sources: Sources, terms: Terms, address: Callable[[str, str], str], context: str) -> Iterator[Section]:
    yield Section("about", "What it is", (el("dl", *_points(), class_="points"),))
    yield Section("core", "The core", tuple(_core()))
    yield Section("use", "How to use it", tuple(_use(sources, address, context)))
    yield Section("terms", "All terms by the alphabet", (terms.index(),))
    classes = (terms.tree(), *(terms.class_(name) for name in terms.classes))
    yield Section("classes", "Classes", classes, tuple((n, n) for n in terms.classes if not terms.parents(n)))
    stated = [name for name in terms.properties if not terms.derived(name)]
    derived = [name for name in terms.properties if terms.derived(name)]
    yield Section("properties", "Properties", tuple(terms.property_(name) for name in stated))
    note = el("p", "Nobody states these: the view has them, computed from claims and by the rules below.")
    yield Section("derived", "Derived properties", (note, *(terms.property_(name) for name in derived)))
    schemes = tuple((f"scheme-{name}", name) for name in terms.schemes)
    yield Section("codes", "Codes", tuple(terms.scheme(name) for name in terms.schemes), schemes)
    yield from _logic(sources, terms)
    yield Section("changes", "Changes", tuple(_changes(sources, terms)))


def _logic(sources: Sources, terms: Terms) -> Iterator[Section]:
    note = (
        "The view is made in order: canonical situations (R1), contradictions (R2), statuses (R3), then these rules. Each"
        " derived triple of R4 to R9 keeps a record, an Inference, with its premises and the claims that they rest on."
        " Exceptions speak of a triple ?s … ?o, and count where they held at the time of its premises."
    )
    yield _with_note(
        "rules", "Rules", note, logic.rules(sources, terms), ((f"rule-{r.number}", r.number) for r in sources.rules)
    )
    note = "Queries that find nothing in a sound ontology or store; each row of an answer is a breach."
    yield _with_note("laws", "Laws", note, logic.laws(sources))
    if shapes := sources.documents.get("ontology/shapes"):
        note = "What data must look like, in the graph of a report and in the view, with the words that tell of a breach."
        yield _with_note("shapes", "Shapes", note, logic.shapes(shapes, terms))
    others = {d: g for d, g in sources.documents.items() if d != "ontology/shapes"}
    note = "Mappings are judgements: they say what a record of the other scheme would probably be called."
    made = [logic.other(d, g, terms) for d, g in others.items()]
    names = [d.removeprefix("ontology/").replace("/", "-") for d in others]
    yield _with_note("other", "Other vocabularies", note, made, ((n, n.removeprefix("mappings-")) for n in names))
    note = "Questions that the ontology was made to answer; each runs on the examples, and its answer is tested."
    yield _with_note("questions", "Competency questions", note, logic.questions(sources))


def _with_note(
    name: str, title: str, note: str, made: Iterable[Html], entries: Iterable[tuple[str, str]] = ()
) -> Section:  # fmt: skip
    parts = tuple(made)
    return Section(name, title, (el("p", note), *parts) if parts else (), tuple(entries) if parts else ())


def _points() -> Iterator[Html]:
    for point in _file("about.txt").split("\n\n"):
        title, _, words = point.partition("\n")
        yield el("div", el("dt", title), el("dd", words))


def _file(name: str) -> str:
    return (files("kg.ontology.documentation") / name).read_text("utf-8").strip("\n")


def _core() -> Iterator[Html]:
    words = []
    for subject, properties, value, derived in diagram.in_words():
        led = join((link(f"#{p}", p) for p in properties), ", ")
        words.append(join((link(f"#{subject}", subject), led, link(f"#{value}", value), "(derived)" if derived else ""), " "))
    caption = "A frame holds its sub-classes. A dashed arrow is derived. Each box leads to its class."
    picture = el("div", Html(diagram.svg()), class_="scroll", tabindex="0")
    yield el("figure", picture, el("figcaption", caption), class_="picture")
    yield el("details", el("summary", "The picture in words"), items(words))


def _use(sources: Sources, address: Callable[[str, str], str], context: str) -> Iterator[Html]:
    documents = [published.ONTOLOGY, *sources.documents]
    rows = [(_name(d), *(link(address(d, s), words, rel="alternate") for s, words in _SYNTAXES.items())) for d in documents]
    yield table("The documents, each in four syntaxes that state one graph", ("Document", *_SYNTAXES.values()), rows)
    yield el(
        "p", "An address of the web gives them by content negotiation: ", code("Accept: text/turtle"), " and the like, or ",
        code("?format=ttl"), ". In Protégé, open the RDF/XML, as a file or by ", el("i", "File → Open from URL"), ".",
        " JSON of the program is JSON-LD with ", link(context, "this context"), ".",
    )  # fmt: skip
    used = ("sg", "c", "skos", "dcterms", "oa", "prov", "geo")
    yield table("Prefixes", ("Prefix", "Namespace"), [(code(f"{p}:"), code(PREFIXES[p])) for p in used])
    yield el("h3", "An example")
    yield el("p", "One source says that there was an air strike; the view has it as reported (TriG).")
    yield block(_file("example.trig"))
    yield el("h3", "In Python")
    yield block(_PYTHON)
    yield el("p", "owlready2 reads N-Triples and RDF/XML:")
    yield block(_OWLREADY)


def _name(document: str) -> str:
    if document == published.ONTOLOGY:
        return "ontology and codes"
    return document.removeprefix("ontology/").replace("mappings/", "mapping: ")


def _changes(sources: Sources, terms: Terms) -> Iterator[Html]:
    yield from markdown(sources.changelog)
    gone = [s.value for s in sources.ontology if sources.ontology.text(s, "owl:deprecated", None) == "true"]
    yield el("p", "Deprecated: ", join((terms.to(v) for v in gone), ", ") if gone else "nothing", ".")
