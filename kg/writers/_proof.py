"""What a report says that a format cannot: told before writing, and found by reading back what was written.

Invariant: a report whose files give another report when they are read has a problem that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, TextSpan

Read = Callable[[Path, str], Iterator[AnnotatedReport | Problem]]


class Sayable:
    """The mentions and links of a report that a format can say; each other one is in ``problems``."""

    def __init__(
        self, report: AnnotatedReport, path: Path, lacks: Callable[[Mention], str], bars: Callable[[Link], str]
    ) -> None:
        """``lacks`` and ``bars`` say why the format cannot say a mention, or a link; nothing if it can."""
        self.problems: list[Problem] = []
        self._path = str(path)
        self.mentions = [m for m in report.mentions if not self._told(m.id, _unselected(report.text, m) or lacks(m))]
        written = {m.id for m in self.mentions}
        self.links = [
            k
            for k in dict.fromkeys(report.links)
            if not self._told(f"{k.label} {k.source} {k.target}", _loose(k, written) or bars(k))
        ]

    def _told(self, where: str, why: str) -> bool:
        if why:
            self.problems.append(Problem(self._path, 0, why, where=where))
        return bool(why)


def _unselected(text: str, m: Mention) -> str:
    spans = [f for f in m.fragments if isinstance(f, TextSpan)]
    if len(spans) < len(m.fragments) or not spans:
        return "selects a cell of a table, and this format knows texts alone"
    if any(f.start >= f.end for f in spans):
        return "an empty span cannot be said"
    if any(f.start < 0 or f.end > len(text) for f in spans) or any(a.end > b.start for a, b in pairwise(sorted(spans))):
        return "its parts overlap, or are not within the text"
    return ""


def _loose(k: Link, written: Iterable[str]) -> str:
    absent = [i for i in (k.source, k.target) if i not in written]
    return f"without {absent[0]}, which cannot be said" if absent else ""


def lost(report: AnnotatedReport, path: Path, read: Read, told: bool) -> Iterator[Problem]:
    """What the reader of the format finds wrong in the written file; or that the report is another one, if nothing was told."""
    found = list(read(path, report.report.id))
    for item in found:
        yield from item.problems if isinstance(item, AnnotatedReport) else (item,)
    again = [r for r in found if isinstance(r, AnnotatedReport)]
    if again and not told and not again[0].problems and again[0].digest() != report.digest():
        yield Problem(str(path), 0, "does not read back as the report that was written")
