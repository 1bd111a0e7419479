"""The names of what one table gives: paths below ``<base>id/``, and terms of them (specification, section 2).

Fragments of a table are cells, ``[row, column]``; the whole row has the column ``""``. In templates for SQL, columns of the
chunk in hand stand in braces.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.iri import Space, canonical_json, report_path, segment
from kg.tables.nquads import Graph
from kg.vocab import XSD

CSVW_TABLE = NamedNode("http://www.w3.org/ns/csvw#Table")
CONFORMS_TO = NamedNode("http://purl.org/dc/terms/conformsTo")
RFC7111 = NamedNode("http://tools.ietf.org/rfc/rfc7111")
ROW = "@row@"
"""Stands in canonical JSON for the number of the row."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one table under one base."""

    space: Space
    report_id: str
    digest: str

    @property
    def report(self) -> str:
        """``report/<id>``."""
        return report_path(self.report_id)

    @property
    def narrator(self) -> str:
        """The source that speaks in the table's own voice."""
        return f"source/narrator-{segment(self.report_id)}"

    @property
    def graph(self) -> Graph:
        """The named graph of the report."""
        return Graph(self.space.report_graph(self.report_id))

    def node(self, path: str) -> NamedNode:
        """The IRI of a path."""
        return NamedNode(self.space.id(path))

    def situation(self, digest: str) -> str:
        """The path of a situation as the table tells it."""
        return f"{self.report}/situation/{digest}"

    def mention(self, label: str, row: int | str, column: str = "") -> str:
        """The path of the mention of a row, or of a cell."""
        return f"{self.report}/mention/{label}-row-{row}{f'-{segment(column)}' if column else ''}"

    def situation_inputs(
        self, cls: str, triggers: list[object], fillers: list[object], polarity: str = "asserted"
    ) -> list[object]:
        """What the digest of a situation is made of, as for annotated reports: the content digest stands for the text hash."""
        return ["situation", self.report_id, self.digest, cls, triggers, fillers, [polarity]]


def cell(row: int | str, column: str = "") -> list[object]:
    """The fragments of one mention of one cell."""
    return [[row, column]]


def json_template(inputs: list[object]) -> str:
    """Canonical JSON in which ``chr(1)`` stands for the number of the row."""
    return canonical_json(inputs).replace(f'"{ROW}"', "\x01")


def integer(value: int) -> Literal:
    """An ``xsd:integer``."""
    return Literal(str(value), datatype=XSD.integer)
