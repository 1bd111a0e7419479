"""The ontology as it is published: its documents, each in four RDF syntaxes (specification, sections 2 and 13).

Invariant: all syntaxes of a document state one graph, compared by :func:`digest` (RDFC-1.0), and are a function of the files:
blank nodes are called by the order in which a file names them.

Turtle is the text as it was written, comments included. The ontology's document holds its codes too, each declared as a named
individual, because owlready2 lists no others and Protégé shows declared ones in their place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kg.errors import SitgraphError
from kg.ontology.source import PREFIXES, SOURCES

T = TypeVar("T")

ONTOLOGY = "ontology"
SYNTAXES: Mapping[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "rdf": RdfFormat.RDF_XML,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}
"""The syntaxes by the name that ``format=`` and files have for them."""

_PREFIXES = {
    **PREFIXES,
    "sh": "http://www.w3.org/ns/shacl#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "schema": "http://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "shape": "https://w3id.org/sitgraph/shapes#",
    "m": "https://w3id.org/sitgraph/mapping#",
    "time": "http://www.w3.org/2006/time#",
}
_A, _CONCEPT = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["skos"] + "Concept")
_NAMED = NamedNode(PREFIXES["owl"] + "NamedIndividual")


def documents(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The documents of a folder by the address that each has below the site, with the files that make them."""
    found = {ONTOLOGY: tuple(folder / name for name in SOURCES)}
    for name in ("shapes", "alignment"):
        if (path := folder / f"{name}.ttl").is_file():
            found[f"{ONTOLOGY}/{name}"] = (path,)
    found |= {f"{ONTOLOGY}/mappings/{path.stem}": (path,) for path in sorted((folder / "mappings").glob("*.ttl"))}
    return found


def statements(folder: Path, document: str = ONTOLOGY) -> list[Triple]:
    """The triples of a document in the order of its files, each once."""
    found: dict[Triple, None] = {}
    for number, path in enumerate(_files(folder, document)):
        try:
            read = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
        except (OSError, SyntaxError) as error:
            raise SitgraphError(f"{path}: {error}") from error
        found |= dict.fromkeys(_renamed(read, f"f{number}b"))
    if document == ONTOLOGY:
        found |= dict.fromkeys(Triple(code, _A, _NAMED) for code in _codes(found))
    return list(found)


def written(folder: Path, syntax: str, document: str = ONTOLOGY) -> bytes:
    """A document in a syntax, named as in :data:`SYNTAXES`."""
    rdf_format = SYNTAXES[syntax]
    triples = statements(folder, document)
    if rdf_format == RdfFormat.TURTLE:
        return _as_written(folder, document, triples)
    prefixes = _PREFIXES if rdf_format == RdfFormat.RDF_XML else None
    return serialize(triples, format=rdf_format, prefixes=prefixes) or b""


def digest(triples: Iterable[Triple]) -> str:
    """SHA-256 of the canonical N-Quads of a graph (RDFC-1.0): equal for equal graphs, whatever their blank nodes are called."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return hashlib.sha256("".join(sorted(f"{quad} .\n" for quad in dataset)).encode()).hexdigest()


def iri(folder: Path, document: str = ONTOLOGY) -> str | None:
    """The IRI that a document gives itself as an ontology, if it does: the first, if it speaks of several."""
    kind = NamedNode(PREFIXES["owl"] + "Ontology")
    named = (t.subject for t in statements(folder, document) if t.predicate == _A and t.object == kind)
    return next((node.value for node in named if isinstance(node, NamedNode)), None)


def version(folder: Path) -> str:
    """The version of the ontology: the last segment of its version IRI."""
    for triple in statements(folder):
        if triple.predicate.value == PREFIXES["owl"] + "versionIRI" and isinstance(triple.object, NamedNode):
            return triple.object.value.rpartition("/")[2]
    raise SitgraphError(f"{folder}: the ontology has no version IRI")


def _files(folder: Path, document: str) -> tuple[Path, ...]:
    found = documents(folder)
    if document not in found:
        raise KeyError(f"no document {document!r}; there are: {', '.join(found)}")
    return found[document]


def _codes(triples: Iterable[Triple]) -> list[NamedNode]:
    return [t.subject for t in triples if t.predicate == _A and t.object == _CONCEPT and isinstance(t.subject, NamedNode)]


def _as_written(folder: Path, document: str, triples: Iterable[Triple]) -> bytes:
    texts = [path.read_bytes().removesuffix(b"\n") for path in _files(folder, document)]
    if document == ONTOLOGY:
        declared = "\n".join(f"{code} a owl:NamedIndividual ." for code in _codes(triples))
        texts.append(f"# Codes are individuals.\n\n@prefix owl: <{PREFIXES['owl']}> .\n\n{declared}".encode())
    return b"\n\n".join(texts) + b"\n"


def _renamed(triples: Iterable[Triple], prefix: str) -> list[Triple]:
    """Blank nodes called by their order: the parser gives them names at random."""
    names: dict[BlankNode, BlankNode] = {}

    def term(node: T) -> T | BlankNode:
        return names.setdefault(node, BlankNode(f"{prefix}{len(names)}")) if isinstance(node, BlankNode) else node

    return [Triple(term(t.subject), t.predicate, term(t.object)) for t in triples]
