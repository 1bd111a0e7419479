"""What a scheme gives back."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import Problem
from kg.model import AnnotatedReport

Tally = tuple[tuple[tuple[str, str, str], int], ...]
"""Counts by (``entity`` or ``relation``, what it was, ``mapped to …`` or ``set aside: …``)."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """An annotated report in the sitgraph scheme, the problems met on the way, and the counts of a foreign scheme."""

    report: AnnotatedReport
    problems: tuple[Problem, ...] = ()
    tally: Tally = ()
