"""Which tools read the published syntaxes of the ontology, to the same graph.

``python scripts/ontology_syntaxes.py`` prints the matrix; with ``--write`` it also puts it into ``docs/ontology.md``. Every
document is read in every syntax that a tool supports, and what it read is compared by its canonical hash (RDFC-1.0).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import owlready2
import pyoxigraph
import rdflib

from kg.ontology import published
from kg.resources import ontology_dir

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ontology.md"
BEGIN, END = "<!-- matrix: make docs -->", "<!-- end of matrix -->"
BASE = "https://w3id.org/sitgraph/"
IMPORTS = "http://www.w3.org/2002/07/owl#imports"
NAMES = {"ttl": "Turtle", "rdf": "RDF/XML", "nt": "N-Triples", "jsonld": "JSON-LD"}


class NotRead(Exception):
    """A tool refused a text that it should read."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A tool: its name, its own words for the syntaxes that it supports, and how it turns a text into N-Triples."""

    name: str
    supports: Mapping[str, str]
    read: Callable[[bytes, str], bytes]
    command: str = ""
    """The program that has to be there, if it is one."""

    @property
    def present(self) -> bool:
        """Whether the tool is on this machine."""
        return not self.command or shutil.which(self.command) is not None


def by_rdflib(text: bytes, syntax: str) -> bytes:
    """Read by rdflib, told to leave the spelling of values as it is: 00Z is not to become 00+00:00."""
    kept, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)  # by its own JSON-LD reader
            return rdflib.Graph().parse(data=text, format=syntax, publicID=BASE).serialize(format="nt", encoding="utf-8")
    except Exception as error:  # each of its parsers has errors of its own
        raise NotRead(f"rdflib: {error}") from error
    finally:
        rdflib.NORMALIZE_LITERALS = kept


def by_pyoxigraph(text: bytes, syntax: str) -> bytes:
    """Read by pyoxigraph."""
    try:
        quads = pyoxigraph.parse(text, format=published.SYNTAXES[syntax], base_iri=BASE)
        return "".join(f"{quad.triple} .\n" for quad in quads).encode()
    except SyntaxError as error:
        raise NotRead(f"pyoxigraph: {error}") from error


def by_owlready2(text: bytes, syntax: str) -> bytes:
    """Read by owlready2, in a world of its own. What is imported counts as loaded, so that nothing is fetched."""
    world, out = owlready2.World(), BytesIO()
    try:
        rdf = {"rdfxml": pyoxigraph.RdfFormat.RDF_XML, "ntriples": pyoxigraph.RdfFormat.N_TRIPLES}[syntax]
        for quad in pyoxigraph.parse(text, format=rdf):
            if quad.predicate.value == IMPORTS:
                world.get_ontology(f"{quad.object.value}/").loaded = True
        ontology = world.get_ontology(f"{BASE}ontology#").load(fileobj=BytesIO(text), only_local=True, format=syntax)
        ontology.save(out, format="ntriples")
    except (owlready2.OwlReadyOntologyParsingError, ValueError, SyntaxError) as error:
        raise NotRead(f"owlready2: {error}") from error
    return out.getvalue()


def by_raptor(text: bytes, syntax: str) -> bytes:
    """Read by raptor."""
    run = subprocess.run(  # the bytes go in by standard input
        ["rapper", "-q", "-i", syntax, "-o", "ntriples", "-", BASE], input=text, capture_output=True, check=False, timeout=60
    )
    if run.returncode:
        raise NotRead(f"raptor: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout


READERS = (
    Reader("pyoxigraph", {"ttl": "ttl", "rdf": "rdf", "nt": "nt", "jsonld": "jsonld"}, by_pyoxigraph),
    Reader("rdflib", {"ttl": "turtle", "rdf": "xml", "nt": "nt", "jsonld": "json-ld"}, by_rdflib),
    Reader("owlready2", {"rdf": "rdfxml", "nt": "ntriples"}, by_owlready2),
    Reader("raptor", {"ttl": "turtle", "rdf": "rdfxml", "nt": "ntriples"}, by_raptor, "rapper"),
)


def read_hash(reader: Reader, text: bytes, syntax: str) -> str:
    """The canonical hash of what a tool reads from a text."""
    try:
        return _hash(reader.read(text, reader.supports[syntax]))
    except SyntaxError as error:
        raise NotRead(f"{reader.name} wrote what is no N-Triples: {error}") from error


@lru_cache(maxsize=64)
def _hash(ntriples: bytes) -> str:
    return published.digest(q.triple for q in pyoxigraph.parse(ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))


Texts = Mapping[str, Mapping[str, bytes]]
"""Document to syntax to text."""


def matrix(texts: Texts, wanted: Mapping[str, bytes], readers: Sequence[Reader] = READERS) -> dict[str, dict[str, str]]:
    """Syntax to reader to ``yes``, ``–`` (not supported), ``absent``, or what went wrong.

    ``wanted`` has the graph of each document as N-Triples.
    """
    return {s: {r.name: _cell(r, s, texts, wanted) for r in readers} for s in published.SYNTAXES}


def _cell(reader: Reader, syntax: str, texts: Texts, wanted: Mapping[str, bytes]) -> str:
    if syntax not in reader.supports:
        return "–"
    if not reader.present:
        return "absent"
    for document, of in texts.items():
        try:
            got = read_hash(reader, of[syntax], syntax)
        except NotRead as error:
            return f"{document}: {error}"
        if got != _hash(wanted[document]):
            return f"{document}: another graph"
    return "yes"


def all_texts(folder: Path) -> dict[str, dict[str, bytes]]:
    """Every document of the ontology in every syntax."""
    return {d: {s: published.written(folder, s, d) for s in published.SYNTAXES} for d in published.documents(folder)}


def graphs(folder: Path) -> dict[str, bytes]:
    """The graph of every document as N-Triples."""
    return {
        d: "".join(f"{triple} .\n" for triple in published.statements(folder, d)).encode() for d in published.documents(folder)
    }


def table(cells: Mapping[str, Mapping[str, str]]) -> str:
    """The matrix as Markdown."""
    names = list(next(iter(cells.values())))
    lines = [f"| syntax | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    return "\n".join([*lines, *(f"| {NAMES[s]} | {' | '.join(row[n] for n in names)} |" for s, row in cells.items())])


def right(cells: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether every tool that is here read what was published."""
    return all(c in ("yes", "–", "absent") for row in cells.values() for c in row.values())


def in_page(page: str, made: str) -> str:
    """The page with a matrix put in its place."""
    found = re.compile(rf"{BEGIN}\n.*?{END}", re.DOTALL)
    if len(found.findall(page)) != 1:
        raise ValueError(f"{PAGE}: the matrix has one place, between {BEGIN} and {END}")
    return found.sub(lambda _: f"{BEGIN}\n{made}\n{END}", page)


def main() -> int:
    """Print the matrix; ``--write`` puts it into the page. 1 if a tool reads anything else than what was published."""
    cells = matrix(all_texts(ontology_dir()), graphs(ontology_dir()))
    versions = ", ".join(f"{n} {version(n)}" for n in ("pyoxigraph", "rdflib", "owlready2"))
    sys.stdout.write(f"{table(cells)}\n\n{versions}\n")
    if "--write" in sys.argv[1:] and right(cells) and not any("absent" in row.values() for row in cells.values()):
        PAGE.write_text(in_page(PAGE.read_text("utf-8"), table(cells)), "utf-8")
    return 0 if right(cells) else 1


if __name__ == "__main__":
    sys.exit(main())
