"""Files of the ontology as the lint reads them, and where in them a finding is.

Invariant: the line of a finding is that of the statement in the Turtle file, else that on which its subject begins, and
``None`` where neither was found, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.ontology.source import PREFIXES

RDF, RDFS, OWL, XSD = (PREFIXES[p] for p in ("rdf", "rdfs", "owl", "xsd"))
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the ontology: the rule, the node, what a person is told, and where. ``line`` counts from 1."""

    rule: str
    node: str
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file} (line unknown): " if self.file else ""
        return f"{place}{self.message} [{self.rule}]"


@dataclass(frozen=True)
class Document:
    """A file of the ontology as read; the text is kept for the lines."""

    file: str
    text: str
    triples: tuple[Triple, ...]

    @cached_property
    def lines(self) -> Mapping[str, tuple[tuple[int, str], ...]]:
        """Of every subject that opens a statement at the beginning of a line: its lines, numbered."""
        return _blocks(self.text)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Prefixes as the file declares them."""
        return dict(re.findall(r"^\s*@?prefix\s+(\S*):\s*<([^>]*)>", self.text, re.MULTILINE | re.IGNORECASE))

    def line(self, subject: Term, *terms: Term) -> int | None:
        """The line of a statement: the first in the subject's block on which one of the terms is written."""
        if not isinstance(subject, NamedNode):
            return None
        block = next((self.lines[form] for form in self._written(subject) if form in self.lines), None)
        if block is None:
            return None
        for term in terms:
            forms = self._written(term)
            for number, line in block:
                if any(re.search(rf"(?<![\w:/-]){re.escape(form)}(?![\w/-])", line) for form in forms):
                    return number
        return block[0][0]

    def _written(self, term: Term) -> tuple[str, ...]:
        """How a term may be written in this file."""
        if isinstance(term, Literal):
            return (term.value,) if term.value and "\n" not in term.value else ()
        if not isinstance(term, NamedNode):
            return ()
        short = (f"{prefix}:{term.value[len(iri) :]}" for prefix, iri in self.prefixes.items() if term.value.startswith(iri))
        return (*short, f"<{term.value}>", *(("a",) if term.value == RDF + "type" else ()))


def read(path: Path, shown: str = "") -> Document:
    """A Turtle file. Raises ``SyntaxError`` with the line, and ``OSError``."""
    text = path.read_text("utf-8")
    return Document(shown or str(path), text, tuple(q.triple for q in parse(input=text, format=RdfFormat.TURTLE)))


def _blocks(text: str) -> dict[str, tuple[tuple[int, str], ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    subject = ""
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"(<[^>]*>|[\w.-]*:[\w./-]*)\s", line + " ")
        if opened:
            subject = opened[1]
        if subject and line.strip() and not line.lstrip().startswith(("#", "@")):
            found.setdefault(subject, []).append((number, line))
    return {name: tuple(lines) for name, lines in found.items()}


# -- where a finding is


@dataclass(frozen=True, slots=True)
class Found:
    """A finding before it has a place: the statement is where the line is looked for."""

    rule: str
    node: Term
    message: str
    statement: Triple | None = None


def placed(found: Iterable[Found], documents: Sequence[Document]) -> list[Finding]:
    """Findings with the file and line of their statement, or of the declaration of their node."""
    homes = {t: d for d in reversed(documents) for t in d.triples}
    placed = []
    for f in found:
        statement = f.statement or _declaration(f.node, documents)
        document = homes.get(statement) if statement else documents[0] if documents else None
        line = _line(document, statement) if document and statement else None
        placed.append(Finding(f.rule, text_of(f.node), f.message, document.file if document else "", line))
    return list(dict.fromkeys(placed))


def locate(node: str, documents: Sequence[Document], *terms: str) -> tuple[str, int | None]:
    """The file and the line where a node is described; no file when none does."""
    for document in documents:
        if any(text_of(t.subject) == node for t in document.triples):
            return document.file, document.line(NamedNode(node), *(NamedNode(t) for t in terms))
    return "", None


def _declaration(node: Term, documents: Sequence[Document]) -> Triple | None:
    own = [t for d in documents for t in d.triples if t.subject == node]
    return next((t for t in own if is_(t.predicate, RDF + "type")), own[0] if own else None)


def _line(document: Document, t: Triple) -> int | None:
    """The line of a statement. A node without a name is looked for through those that lead to it."""
    terms: tuple[Term, ...] = (t.object, t.predicate)
    subject: Term = t.subject
    seen = set()
    while isinstance(subject, BlankNode) and subject not in seen:
        seen.add(subject)
        holder = next((o for o in document.triples if o.object == subject), None)
        if holder is None:
            break
        terms = (*terms, holder.predicate)
        subject = holder.subject
    return document.line(subject, *terms)


# -- terms


def text_of(term: object) -> str:
    """The IRI, label or lexical form of a term."""
    return term.value if isinstance(term, NamedNode | BlankNode | Literal) else str(term)


def is_(term: object, iri: str) -> bool:
    """Whether a term is this IRI."""
    return isinstance(term, NamedNode) and term.value == iri


def short(term: object) -> str:
    """A term as a person reads it, with the prefixes of the house."""
    if isinstance(term, BlankNode):
        return "a node without a name"
    name = text_of(term)
    for prefix, iri in PREFIXES.items():
        if name.startswith(iri):
            return f"{prefix}:{name[len(iri) :]}"
    return f"<{name}>"
