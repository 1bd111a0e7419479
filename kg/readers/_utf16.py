"""Offsets that count UTF-16 code units, as Java and JavaScript do, turned into code points.

Invariant: an offset that falls between the two halves of a surrogate pair, or beyond the text, has no code point.
"""

from __future__ import annotations

from bisect import bisect_left


class Utf16:
    """A text as tools of Java and JavaScript count it."""

    def __init__(self, text: str) -> None:
        wide = [] if text.isascii() else [i for i, c in enumerate(text) if c > "\uffff"]
        # The unit at which the n-th wide character begins: each one before it has added a unit.
        self._wide = [i + n for n, i in enumerate(wide)]
        self.units = len(text) + len(wide)

    def code_point(self, unit: int) -> int | None:
        """The code point at which a unit begins; ``None`` inside a pair or outside the text."""
        if not 0 <= unit <= self.units:
            return None
        before = bisect_left(self._wide, unit)
        if before and unit == self._wide[before - 1] + 1:
            return None
        return unit - before


def units(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)
