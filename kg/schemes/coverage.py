"""How much of annotated reports a scheme covers, before anything is stored.

Invariant: each mention, link and attribute is counted once, under the label that the file has for it, as mapped or as set aside
with the reason; that holds for the sitgraph scheme and its profiles too, where what breaks the grammar is set aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg import schemes
from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention
from kg.schemes.account import Account
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import ASIDE, MAPPED, Mapped, Tally, total
from kg.schemes.profile import PROFILES

COMPARED = 200
"""How many reports all schemes are tried on, to suggest one."""


@dataclass(slots=True)
class Coverage:
    """What a scheme makes of the reports that were given to it so far."""

    scheme: str
    reports: int = 0
    tally: Tally = ()
    problems: list[Problem] = field(default_factory=list)

    def add(self, report: AnnotatedReport, all_examples: bool = True) -> None:
        """One more report."""
        mapped = counted(replace(report, scheme=self.scheme), all_examples)
        self.reports += 1
        self.tally = total((self.tally, mapped.tally))
        self.problems += mapped.problems

    @property
    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Of entities, situations, roles, relations and attributes: how many are mapped, and how many there are."""
        mapped, there = Counter[str](), Counter[str]()
        for row in self.tally:
            there[row.what] += row.count
            mapped[row.what] += row.count if row.mapped else 0
        return {what: (mapped[what], there[what]) for what in sorted(there)}

    @property
    def mapped(self) -> int:
        """How many mentions, links and attributes are mapped."""
        return sum(mapped for mapped, _ in self.counts.values())

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(there for _, there in self.counts.values())

    @property
    def share(self) -> float:
        """The part that is mapped, from 0 to 1; of nothing, all is."""
        return self.mapped / self.total if self.total else 1.0

    @property
    def complete(self) -> bool:
        """Whether nothing was set aside."""
        return self.mapped == self.total and not any(p.severity == "rejected" for p in self.problems)


def counted(report: AnnotatedReport, all_examples: bool = False) -> Mapped:
    """As :func:`kg.schemes.apply`, with an account whatever the scheme."""
    mapped = schemes.apply(report, all_examples)
    if report.scheme not in (Grammar.load().id, *PROFILES):
        return mapped
    return _Held(report, mapped, all_examples).account()


def ranked(covered: Iterable[Coverage]) -> Sequence[Coverage]:
    """The schemes that cover most first."""
    return sorted(covered, key=lambda c: (-c.mapped, c.total, c.scheme))


class _Held:
    """The account of a report that was held to the grammar."""

    def __init__(self, report: AnnotatedReport, checked: Mapped, all_examples: bool) -> None:
        self.report, self.checked, self.grammar = report, checked, Grammar.load()
        self.by_id = {m.id: m for m in report.mentions}
        self.books = Account(report.path, self.by_id, all_examples)
        self.why: dict[str, list[str]] = {}
        for p in checked.problems:
            if p.severity == "rejected":
                self.why.setdefault(p.where, []).append(p.message.split(";")[0])
        self.kept = {m.id: m for m in checked.report.mentions}
        self.links = {(k.label, k.source, k.target) for k in checked.report.links}

    def account(self) -> Mapped:
        for m in self.report.mentions:
            self._mention(m)
        for k in self.report.links:
            self._link(k)
        return Mapped(self.checked.report, self.checked.problems, self.books.settled(self.checked).tally)

    def _mention(self, m: Mention) -> None:
        situation = m.label in self.grammar.situations
        what = "situation" if situation else "entity"
        if m.id in self.kept:
            self.books.mapped(what, m, m.label, [m.id])
        else:
            self.books.set_aside(what, m, self.why.get(m.id, ["what it needs is set aside"])[0])
        kept = self.kept[m.id].attributes if m.id in self.kept else ()
        for name, value in m.attributes:
            if (name, value) in kept:
                outcome = f"{MAPPED}{name}"
            elif m.id in self.kept:
                said = [w for w in self.why.get(m.id, ()) if name in w.split()]
                outcome = ASIDE + (said[0] if said else "it cannot stand here")
            else:
                outcome = ASIDE + "what it is about is set aside"
            self.books.attribute(name, m, outcome, [m.id])

    def _link(self, k: Link) -> None:
        role = self.by_id[k.source].label in self.grammar.situations and k.label not in self.grammar.links
        what = "role" if role else "relation"
        if (k.label, k.source, k.target) in self.links:
            self.books.link(what, k, MAPPED + k.label, [f"{k.label} {k.source} {k.target}"])
            return
        reason = self.why.get(f"{k.label} {k.source} {k.target}", ["what it belongs to is set aside"])[0]
        self.books.link(what, k, ASIDE + ("an end of it is set aside" if reason.startswith("depends on") else reason))
