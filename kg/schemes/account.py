"""The account of a translation: what became of each mention, link and attribute of one report.

Invariant: what is counted as mapped is in the report that came out. Something whose every output the grammar took out again is
set aside for the reason that the grammar gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.model import Link, Mention
from kg.schemes.mapped import ASIDE, EXAMPLES, MAPPED, Example, Mapped, Row

LACKING = "what it belongs to is set aside"
_SHOWN = 60


@dataclass(slots=True)
class Fate:
    """What became of one mention, link or attribute, and what was made of it: ids of mentions, and links as strings."""

    what: str
    type: str
    outcome: str
    at: Mention | Link
    outputs: list[str] = field(default_factory=list)


class Account:
    """The fates of one report. With ``all_examples`` what was mapped is shown by examples too."""

    def __init__(self, path: str, by_id: Mapping[str, Mention], all_examples: bool) -> None:
        self.path, self.by_id, self.all_examples = path, by_id, all_examples
        self.fates: list[Fate] = []

    def set_aside(self, what: str, m: Mention, reason: str) -> None:
        """A mention that nothing becomes of."""
        self.fates.append(Fate(what, m.label, ASIDE + reason, m))

    def mapped(self, what: str, m: Mention, outcome: str, outputs: Iterable[str]) -> None:
        """A mention, and what it became."""
        self.fates.append(Fate(what, m.label, MAPPED + outcome, m, list(outputs)))

    def attribute(self, name: str, m: Mention, outcome: str, outputs: Iterable[str]) -> None:
        """An attribute of a mention."""
        self.fates.append(Fate("attribute", name, outcome, m, list(outputs) if outcome.startswith(MAPPED) else []))

    def pair(self, source: str, pair: Mention, target: str, outcome: str = "") -> Fate:
        """A relation with words of its own, between things of two labels."""
        self.fates.append(Fate("relation", f"{source} {pair.label} {target}", outcome, pair))
        return self.fates[-1]

    def link(self, what: str, k: Link, outcome: str = "", outputs: Iterable[str] = ()) -> Fate:
        """A link; its outcome may be told later."""
        ends = (self.by_id[k.source].label, self.by_id[k.target].label)
        self.fates.append(Fate(what, f"{ends[0]} {k.label} {ends[1]}", outcome, k, list(outputs)))
        return self.fates[-1]

    def settled(self, checked: Mapped) -> Mapped:
        """The report after the grammar, with the account of it."""
        report = checked.report
        kept = {m.id for m in report.mentions} | {f"{k.label} {k.source} {k.target}" for k in report.links}
        why = {p.where: p.message for p in checked.problems if p.severity == "rejected"}
        rows: dict[tuple[str, str, str], int] = {}
        examples: dict[tuple[str, str, str], list[Example]] = {}
        told: set[str] = set()
        for fate in self.fates:
            outcome = fate.outcome
            if fate.outputs and kept.isdisjoint(fate.outputs):
                told.update(fate.outputs)
                reasons = (why[o] for o in fate.outputs if o in why and not why[o].startswith("depends on"))
                outcome = ASIDE + next(reasons, LACKING)
            key = (fate.what, fate.type, outcome)
            rows[key] = rows.get(key, 0) + 1
            if rows[key] <= EXAMPLES and (self.all_examples or not outcome.startswith(MAPPED)):
                examples.setdefault(key, []).append(self._example(fate.at))
        tally = tuple(Row(*key, rows[key], tuple(examples.get(key, ()))) for key in sorted(rows))
        problems = tuple(p for p in checked.problems if p.severity == "warning" or p.where not in told)
        return Mapped(report, problems, tally)

    def _example(self, at: Mention | Link) -> Example:
        if isinstance(at, Mention):
            return Example(self.path, at.line, _cut(at.quote))
        ends = (_cut(self.by_id[i].quote) for i in (at.source, at.target))
        return Example(self.path, at.line, " → ".join(ends))


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
