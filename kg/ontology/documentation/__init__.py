"""The documentation of the ontology: one page, made from the files of the ontology and from nothing else.

Invariant: the same files give the same bytes. Every class, property, code, rule and question has an anchor, that of a class or
property being its local name, so that ``https://w3id.org/sitgraph/ontology#Term`` leads to it. The page fetches nothing.

pyLODE was tried and set aside: it has classes and properties on one page and SKOS codes on another, no character of properties,
no rules, shapes, questions or mappings, other anchors than the terms have, and a different page each time.

:func:`content` is what a site puts into a page of its own; :func:`page` is whole, with its style.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path

from kg.ontology import diagram, published
from kg.ontology.documentation.elements import Html, el
from kg.ontology.documentation.reading import Sources
from kg.ontology.documentation.sections import body
from kg.ontology.source import PREFIXES
from kg.resources import ontology_dir

__all__ = ["Address", "content", "page", "style", "write"]

Address = Callable[[str, str], str]
"""Where a document is in a syntax: ``address("ontology/shapes", "ttl")``."""

_IRI = PREFIXES["sg"].removesuffix("#")
_CATALOG = "catalog-v001.xml"  # the name that Protégé looks for


def write(out: Path, folder: Path | None = None) -> list[Path]:
    """Write the page, the diagram, every document in every syntax, and catalogs for Protégé into a folder; what was written."""
    source = folder or ontology_dir()
    made = {"index.html": page(source).encode(), "core.svg": diagram.document(_IRI).encode()}
    made["context.jsonld"] = (source / "context.jsonld").read_bytes()
    for document in published.documents(source):
        made |= {_beside(document, syntax): published.written(source, syntax, document) for syntax in published.SYNTAXES}
    for below in sorted({name.rpartition("/")[0] for name in made}):
        made[f"{below}/{_CATALOG}".lstrip("/")] = _catalog(source, below).encode()
    for name, data in made.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(data)
    return [out / name for name in made]


def page(folder: Path) -> str:
    """The whole page: one file that needs nothing else, with links to the documents beside it."""
    links = (
        el("link", rel="alternate", type_=rdf.media_type, href=_beside(published.ONTOLOGY, syntax))
        for syntax, rdf in published.SYNTAXES.items()
    )
    head = el(
        "head", el("meta", charset="utf-8"), el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"), el("title", "sitgraph ontology"), *links,
        el("style", Html(style("page") + style("terms"))),
    )  # fmt: skip
    skip = el("a", "Skip to the content", class_="skip", href="#main")
    whole = el("html", head, el("body", skip, el("main", content(folder, _beside, "context.jsonld"), id="main")), lang="en")
    return f"<!doctype html>\n{whole}\n"


def content(folder: Path, address: Address, context: str) -> Html:
    """The content of the page, with links to the documents, and to the JSON-LD context, where they are."""
    return body(Sources(folder), address, context)


def style(name: str) -> str:
    """A style sheet: ``terms`` for the content, ``page`` for what a site has already (colours, letters, light and dark)."""
    return (files(__name__) / f"{name}.css").read_text("utf-8")


def _catalog(source: Path, below: str) -> str:
    """The catalog by which Protégé finds what a file of a folder imports, so that nothing has to be fetched."""
    named = {d: published.iri(source, d) for d in published.documents(source)}
    up = "../" if below else ""
    lines = (f'  <uri name="{escape(iri)}" uri="{up}{_beside(d, "rdf")}"/>\n' for d, iri in named.items() if iri)
    opened = '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opened}\n{"".join(lines)}</catalog>\n'


def _beside(document: str, syntax: str) -> str:
    name = "sitgraph" if document == published.ONTOLOGY else document.removeprefix("ontology/")
    return f"{name}.{syntax}"
