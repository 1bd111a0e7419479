"""What the documentation reads: a graph by subject and predicate, and the files beside it that are documented as they are.

Invariant: everything is in the order of the files.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.ontology import published
from kg.ontology.source import CODE_BASE, PREFIXES

Node = NamedNode | BlankNode | Literal
SG = PREFIXES["sg"]
NAMES: Mapping[str, str] = {
    **PREFIXES,
    "m": "https://w3id.org/sitgraph/mapping#",
    "sh": "http://www.w3.org/ns/shacl#",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "time": "http://www.w3.org/2006/time#",
    "schema": "http://schema.org/",
    "lode": "http://linkedevents.org/ontology/",
    "wd": "http://www.wikidata.org/entity/",
    "shape": "https://w3id.org/sitgraph/shapes#",
}


def iri(name: str) -> NamedNode:
    """The IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return NamedNode(NAMES[prefix] + local)


def short(value: str) -> str:
    """An IRI as a person reads it: a prefixed name, or its last part, or itself."""
    best = max((p for p, base in NAMES.items() if value.startswith(base)), key=lambda p: len(NAMES[p]), default=None)
    if best is not None and value != NAMES[best]:
        return f"{best}:{value.removeprefix(NAMES[best])}"
    return value.removeprefix("https://w3id.org/sitgraph/")


def anchor(value: str) -> str | None:
    """The anchor of a term on the page: that of a class or property is its local name, so that its IRI leads there."""
    if value.startswith(SG):
        return value.removeprefix(SG)
    if value.startswith(CODE_BASE):
        scheme, _, name = value.removeprefix(CODE_BASE).partition("/")
        return f"{scheme}-{name}" if name else f"scheme-{scheme}"
    return None


class Graph:
    """Statements by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._index: dict[Node, dict[str, list[Node]]] = {}
        for triple in triples:
            assert isinstance(triple.object, NamedNode | BlankNode | Literal)
            assert isinstance(triple.subject, NamedNode | BlankNode)
            self._index.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._index)

    def facts(self, subject: Node) -> Mapping[str, list[Node]]:
        """What is said of a subject: predicate to objects."""
        return self._index.get(subject, {})

    def values(self, subject: Node, name: str) -> list[Node]:
        """The values of a property."""
        return self.facts(subject).get(iri(name).value, [])

    def iris(self, subject: Node, name: str) -> list[str]:
        """The values of a property that are IRIs."""
        return [value.value for value in self.values(subject, name) if isinstance(value, NamedNode)]

    def text(self, subject: Node, name: str, language: str | None = "en") -> str:
        """The words of a property in a language, or in none; empty if there are no such words."""
        words = [value for value in self.values(subject, name) if isinstance(value, Literal)]
        fitting = [w for w in words if w.language == language] or [w for w in words if language == "en" and w.language is None]
        return fitting[0].value if fitting else ""

    def a(self, kind: str) -> list[NamedNode]:
        """The subjects of a type."""
        wanted = iri(kind)
        return [s for s in self if isinstance(s, NamedNode) and wanted in self.values(s, "rdf:type")]

    def having(self, name: str, value: Node) -> list[NamedNode]:
        """The subjects that have a value."""
        return [s for s in self if isinstance(s, NamedNode) and value in self.values(s, name)]

    def members(self, head: Node) -> list[Node]:
        """The members of an RDF list."""
        found: list[Node] = []
        while head != iri("rdf:nil") and self.values(head, "rdf:first"):
            found.append(self.values(head, "rdf:first")[0])
            head = self.values(head, "rdf:rest")[0]
        return found


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it stands in a file: a rule, a law or a question."""

    name: str
    text: str

    @property
    def summary(self) -> str:
        """What it asks, in words, without its number."""
        found = re.search(r"^#\+ summary: (?:(?:R|CQ)\d+\. )?(.+)$", self.text, re.MULTILINE)
        return found[1] if found else self.name

    @property
    def number(self) -> str:
        """``R4`` or ``CQ19``, by the name of the file."""
        found = re.match(r"(r|cq)0*(\d+)", self.name)
        return f"{found[1].upper()}{found[2]}" if found else self.name

    def head(self, key: str) -> list[str]:
        """The values that its head gives for a key."""
        return re.findall(rf"^#\+ {re.escape(key)}: (.+)$", self.text, re.MULTILINE)

    def uses(self, value: str) -> bool:
        """Whether it names a term, given as it is in queries."""
        return re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", self.text) is not None


@dataclass(frozen=True)
class Sources:
    """Everything that the page is made from."""

    folder: Path

    @cached_property
    def ontology(self) -> Graph:
        """Terms and codes."""
        return Graph(published.statements(self.folder))

    @cached_property
    def documents(self) -> Mapping[str, Graph]:
        """The other documents by their address."""
        return {
            d: Graph(published.statements(self.folder, d)) for d in published.documents(self.folder) if d != published.ONTOLOGY
        }

    @cached_property
    def rules(self) -> tuple[Query, ...]:
        """The rules, in their order."""
        return self._queries("rules")

    @cached_property
    def questions(self) -> tuple[Query, ...]:
        """The competency questions, in their order."""
        return self._queries("competency")

    @cached_property
    def laws(self) -> tuple[Query, ...]:
        """The laws of hygiene."""
        return self._queries("checks")

    @cached_property
    def changelog(self) -> str:
        """The changelog without its title; empty if there is none."""
        path = self.folder / "CHANGELOG.md"
        return path.read_text("utf-8").partition("\n")[2].strip() if path.is_file() else ""

    def answer(self, query: Query) -> list[list[str]]:
        """The answer that stands beside a question; no rows if there is none."""
        path = self.folder / "competency" / f"{query.name}.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def _queries(self, folder: str) -> tuple[Query, ...]:
        return tuple(Query(p.stem, p.read_text("utf-8")) for p in sorted((self.folder / folder).glob("*.rq")))
