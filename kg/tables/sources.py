"""The cell that names whom the table has it from -> sources.

A row is one claim, in the voice of the table: its publisher looked at what others said, weighed it and coded it, so the
claim is attributed to the narrator. Whom it has it from are the claim's primary sources (PROV-O, ``prov:hadPrimarySource``).
So "UCDP says" and "according to SOHR" are both there, and a row with two sources stays one claim. Rejected: a claim for each
named source, which would make every row of such a table hearsay that its publisher never said, and cost ten quads a source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.iri import h20
from kg.names import key
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.tables.described import Described, Descriptions


@dataclass(slots=True)
class Named:
    """The sources of one table: curated ones by their names, others of this table alone."""

    report_id: str
    reference: Reference
    judgements: Judgements
    descriptions: Descriptions
    language: str
    separators: Sequence[str]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = re.compile("|".join(map(re.escape, self.separators)) or r"(?!)")

    def of(self, cell: str) -> tuple[str, ...]:
        """The paths of the sources in a cell, each once. A cell that is a curated name as a whole is not split."""
        if whole := self.reference.source_named(cell):
            return (self.judgements.entity(whole.id),)
        names = (n.strip() for n in self.pattern.split(cell))
        return tuple(dict.fromkeys(self._source(n) for n in names if key(n)))

    def _source(self, name: str) -> str:
        if row := self.reference.source_named(name):
            return self.judgements.entity(row.id)
        path = f"source/t-{h20('source', self.report_id, key(name))}"
        judged = self.descriptions.add(Described(path, "Source", name, self.language))
        if judged == path:  # of several spellings the first by code points counts, whatever the order of the rows
            known = self.descriptions.found[path]
            known.label = min(known.label, name)
        return judged
