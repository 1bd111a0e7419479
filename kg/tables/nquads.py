"""N-Quads as text: from terms in Python, and as SQL expressions that write the same from columns.

RDF 1.1 N-Quads. Whatever comes from a cell goes through :func:`escaped`; IRIs are made of percent-encoded and hexadecimal
segments only. Digests in SQL are those of :mod:`kg.iri`: SHA-256 over canonical JSON, first 20 digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.iri import canonical_json
from kg.tables.engine import text

Term = NamedNode | Literal
SUBJECT = "\x01"
"""Stands in a line for a subject that is known only in SQL."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Where quads go: a named graph, or the default graph."""

    name: str = ""

    @property
    def end(self) -> str:
        """What a line ends with."""
        return f" <{self.name}> .\n" if self.name else " .\n"

    def line(self, s: NamedNode | str, p: NamedNode, o: Term) -> str:
        """One quad."""
        return f"{s} {p} {o}{self.end}"

    def open_line(self, p: NamedNode, o: Term) -> str:
        """One quad whose subject is put in later, in SQL."""
        return f"{SUBJECT} {p} {o}{self.end}"


@dataclass(frozen=True, slots=True)
class Text:
    """Text with columns: constant pieces and SQL expressions in turn. ``when`` is a condition; without it, it is always
    written.

    Long rows are made of one flat ``concat`` whose constants are joined beforehand: a tenth of the pieces, and no text is
    copied twice on the way.
    """

    pieces: tuple[tuple[bool, str], ...]
    when: str = ""

    @classmethod
    def constant(cls, value: str) -> Text:
        """Text without columns."""
        return cls(((True, value),))

    @classmethod
    def sql(cls, expression: str) -> Text:
        """The text of an SQL expression, empty where it is NULL."""
        return cls(((False, expression),))

    @classmethod
    def spliced(cls, template: str) -> Text:
        """Text with columns in braces."""
        pieces: list[tuple[bool, str]] = []
        while template:
            before, brace, rest = template.partition("{")
            if before:
                pieces.append((True, before))
            column, _, template = rest.partition("}") if brace else ("", "", "")
            if column:
                pieces.append((False, column))
        return cls(tuple(pieces))

    def __add__(self, other: Text) -> Text:
        return Text(self.pieces + other.pieces, " AND ".join(c for c in (self.when, other.when) if c))

    def only(self, when: str) -> Text:
        """The same, where the condition holds."""
        return Text(self.pieces, f"({when})" if not self.when else f"{self.when} AND ({when})")

    @property
    def expression(self) -> str:
        """As one SQL expression."""
        pieces = _merged(self.pieces)
        joined = pieces[0] if len(pieces) == 1 else f"concat({', '.join(pieces)})"
        return f"CASE WHEN {self.when} THEN {joined} END" if self.when else joined


def _merged(pieces: Iterable[tuple[bool, str]]) -> list[str]:
    found: list[tuple[bool, str]] = []
    for constant_, value in pieces:
        if constant_ and found and found[-1][0]:
            found[-1] = (True, found[-1][1] + value)
        else:
            found.append((constant_, value))
    return [text(value) if constant_ else value for constant_, value in found]


def node(iri: str) -> Text:
    """``<iri>``, where ``iri`` is text with columns in braces: ``…/situation/{h}``."""
    return Text.spliced(f"<{iri}>")


def statement(graph: Graph, s: Text, p: NamedNode, o: Text) -> Text:
    """One quad."""
    return s + Text.constant(f" {p} ") + o + Text.constant(graph.end)


def constant(o: Term) -> Text:
    """A term that is always the same."""
    return Text.constant(str(o))


def escaped(column: str) -> Text:
    """A plain literal with the text of a column; nothing where it is NULL."""
    expression = column
    for char, code in (("chr(92)", "\\\\"), ("chr(34)", '\\"'), ("chr(10)", "\\n"), ("chr(13)", "\\r")):
        expression = f"replace({expression}, {char}, {text(code)})"
    return (Text.constant('"') + Text.sql(expression) + Text.constant('"')).only(f"{column} IS NOT NULL")


def integer(column: str) -> Text:
    """An ``xsd:integer``; nothing where the column is NULL."""
    return Text.spliced('"{' + column + '}"^^<http://www.w3.org/2001/XMLSchema#integer>').only(f"{column} IS NOT NULL")


def filled(lines: str, subject: Text) -> Text:
    """Lines that wait for a subject, with it."""
    return Text.sql(f"replace({lines}, chr(1), {subject.expression})").only(f"{lines} <> ''")


def h20(*parts: str | object) -> str:
    """An SQL expression for the digest of a canonical JSON array. A part is a JSON value, or :class:`Json` with columns."""
    inside = " || ',' || ".join(p.sql if isinstance(p, Json) else text(canonical_json(p)) for p in parts)
    return f"left(sha256('[' || {inside} || ']'), 20)"


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value that is known only in SQL. Columns in it hold hexadecimal digits, numbers, paths: nothing to escape."""

    sql: str

    @classmethod
    def string(cls, template: str) -> Json:
        """A string with columns in braces."""
        return cls(" || ".join(_merged(Text.spliced(f'"{template}"').pieces)))


def lines(parts: Iterable[Text]) -> str:
    """An SQL expression for all statements of a row, one of which at least is always there.

    That one comes last, without its line end: a writer adds it.
    """
    every = list(parts)
    last = next(p for p in reversed(every) if not p.when)
    every.remove(last)
    pieces: list[tuple[bool, str]] = []
    for part in every:
        pieces += [(False, part.expression)] if part.when else part.pieces
    pieces += [*last.pieces[:-1], (True, last.pieces[-1][1].removesuffix("\n"))]
    return f"concat({', '.join(_merged(pieces))})"
