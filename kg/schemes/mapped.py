"""What a scheme gives back: the report in the sitgraph scheme, and the account of what was in it.

Invariant of a tally: each mention, link and attribute of a foreign report is in exactly one row, as mapped or as set aside with
the reason, and what was set aside is shown by up to :data:`EXAMPLES` of its places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kg.errors import Problem
from kg.model import AnnotatedReport

EXAMPLES = 3
MAPPED, ASIDE = "mapped to ", "set aside: "


class Example(NamedTuple):
    """A place in a file where something stood, and its words."""

    path: str
    line: int
    quote: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """``what`` is entity, situation, role, relation or attribute; ``type`` its label; ``outcome`` what became of it."""

    what: str
    type: str
    outcome: str
    count: int
    examples: tuple[Example, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What the row is counted under."""
        return self.what, self.type, self.outcome

    @property
    def mapped(self) -> bool:
        """Whether it is in the report that came out."""
        return self.outcome.startswith(MAPPED)


Tally = tuple[Row, ...]
"""The rows in order, each ``what``, ``type`` and ``outcome`` once."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """An annotated report in the sitgraph scheme, the problems met on the way, and the account of a foreign scheme."""

    report: AnnotatedReport
    problems: tuple[Problem, ...] = ()
    tally: Tally = ()


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of several tallies, with the first examples."""
    counts: dict[tuple[str, str, str], int] = {}
    examples: dict[tuple[str, str, str], tuple[Example, ...]] = {}
    for tally in tallies:
        for row in tally:
            counts[row.key] = counts.get(row.key, 0) + row.count
            known = examples.get(row.key, ())
            if row.examples and len(known) < EXAMPLES:
                examples[row.key] = (known + row.examples)[:EXAMPLES]
    return tuple(Row(*key, counts[key], examples.get(key, ())) for key in sorted(counts))
