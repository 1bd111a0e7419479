"""What is wrong with a row: the column, what was found in it, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aside:
    """A reason to set a row aside; with ``kept``, a reason to tell a person while the row is kept."""

    column: str
    found: str
    expected: str
    kept: bool = False
