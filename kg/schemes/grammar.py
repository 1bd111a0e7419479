"""The sitgraph scheme as a grammar: which labels, roles, attributes and values there are, and what may stand where.

What breaks the grammar is set aside with what depends on it; each is named with file and line. What is left is whole: every
label is a class, every role has fillers of the right kind, every situation has the roles it cannot do without.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, TextSpan
from kg.schemes import circles
from kg.schemes.mapped import Mapped
from kg.vocab import CODES


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where an attribute may stand, and its values; none for a flag."""

    on: str
    values: frozenset[str]
    required: bool


@dataclass(frozen=True)
class Grammar:
    """The sitgraph scheme, as read from ``sitgraph-1.toml``."""

    id: str
    groups: Mapping[str, frozenset[str]]
    links: Mapping[str, tuple[str, str]]
    participation: Mapping[str, str]
    properties: Mapping[str, tuple[str, str]]
    situations: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, Attribute]

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> Grammar:
        """The whole scheme, as it ships."""
        toml = tomllib.loads((files("kg.schemes") / "sitgraph-1.toml").read_text(encoding="utf-8"))
        groups = {name: frozenset(labels) for name, labels in toml["labels"].items()}
        groups["actor"] |= {"Actor"}  # classes of foreign schemes that the reference table makes exact
        groups["place"] |= {"Place"}
        groups["entity"] = frozenset().union(*groups.values())
        groups["speaker"] = groups["actor"] | groups["source"]
        for group, section in (("event", "events"), ("relation", "relations"), ("part", "parts")):
            groups[group] = frozenset(toml[section])
        groups["situation"] = groups["event"] | groups["relation"] | groups["part"]
        situations = {
            label: dict(_roles(roles, toml["sets"]))
            for s in ("events", "relations", "parts")
            for label, roles in toml[s].items()
        }
        attributes = {
            name: Attribute(spec["on"], frozenset(CODES[spec["codes"]] if "codes" in spec else ()), spec.get("required", False))
            for name, spec in toml["attributes"].items()
        }
        links = {name: (first, second) for name, (first, second) in toml["links"].items()}
        properties = {name: (prop, filler) for name, (prop, filler) in toml["properties"].items()}
        return Grammar(toml["id"], groups, links, toml["participation"], properties, situations, attributes)

    def belongs(self, label: str, group: str) -> bool:
        """Whether a label is in a group (``actor``, ``event``, …) or is that very label."""
        return label == group or label in self.groups.get(group, ())

    def filler(self, role: str) -> str:
        """The group of what may fill a role."""
        return "actor" if role in self.participation else self.properties[role][1]

    def check(self, report: AnnotatedReport) -> Mapped:
        """The report with everything that breaks the grammar taken out."""
        return _Check(self, report).run()


def _roles(specs: Iterable[str], sets: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for spec in specs:
        if spec.startswith("@"):
            yield from _roles(sets[spec[1:]], sets)
        else:
            yield spec.rstrip("*+?"), spec[-1] if spec[-1] in "*+?" else "1"


class _Check:
    """One pass over one report; ``problems`` grows, ``kept`` shrinks."""

    def __init__(self, grammar: Grammar, report: AnnotatedReport) -> None:
        self.grammar, self.report = grammar, report
        self.problems: list[Problem] = []
        self.kept: dict[str, Mention] = {}
        self.joined: dict[str, frozenset[str]] = {}

    def run(self) -> Mapped:
        for mention in self.report.mentions:
            if self._in_text(mention) and self._known_label(mention):
                self.kept[mention.id] = self._with_valid_attributes(mention)
        links = self._stay_together([k for k in self.report.links if self._valid_link(k)])
        links = self._complete(self._without_circles(links))
        mentions = tuple(self.kept[m.id] for m in self.report.mentions if m.id in self.kept)
        return Mapped(replace(self.report, mentions=mentions, links=tuple(links), scheme=self.grammar.id), tuple(self.problems))

    def _reject(self, at: Mention | Link, message: str, warning: bool = False) -> None:
        where = at.id if isinstance(at, Mention) else f"{at.label} {at.source} {at.target}"
        self.problems.append(Problem(self.report.path, at.line, message, "warning" if warning else "rejected", where))

    def _in_text(self, m: Mention) -> bool:
        if m.fragments and isinstance(m.fragments[0], TextSpan):
            return True
        self._reject(m, "selects cells of a table; only words of a text are read into claims")
        return False

    def _known_label(self, m: Mention) -> bool:
        g = self.grammar.groups
        if m.label in g["entity"] or m.label in g["situation"]:
            return True
        self._reject(m, f"unknown label {m.label!r}; the scheme {self.grammar.id} has {_list(g['entity'] | g['situation'])}")
        return False

    def _with_valid_attributes(self, m: Mention) -> Mention:
        kept = []
        for name, value in m.attributes:
            spec = self.grammar.attributes.get(name)
            if spec is None:
                self._reject(m, f"unknown attribute {name!r}; the scheme has {_list(self.grammar.attributes)}")
            elif not self.grammar.belongs(m.label, spec.on):
                self._reject(m, f"attribute {name} stands on {spec.on}, not on {m.label}")
            elif spec.values and value not in spec.values:
                self._reject(m, f"{name} cannot be {value!r}; expected one of {_list(spec.values)}")
            else:
                kept.append((name, value))
        return replace(m, attributes=tuple(kept))

    def _valid_link(self, k: Link) -> bool:
        missing = [i for i in (k.source, k.target) if i not in self.kept]
        if missing:
            self._reject(k, f"depends on {missing[0]}, which was set aside")
            return False
        first, second = self.kept[k.source].label, self.kept[k.target].label
        g = self.grammar
        if k.label in g.links:
            for label, group in ((first, g.links[k.label][0]), (second, g.links[k.label][1])):
                if not g.belongs(label, group):
                    self._reject(k, f"{k.label} joins {g.links[k.label][0]} and {g.links[k.label][1]}; found {label}")
                    return False
            return True
        roles = g.situations.get(first)
        if roles is None or k.label not in roles:
            known = _list(roles) if roles else f"links {_list(g.links)}"
            self._reject(k, f"{first} has no role {k.label!r}; it has {known}")
            return False
        if not g.belongs(second, g.filler(k.label)):
            self._reject(k, f"{k.label} of {first} is filled by {g.filler(k.label)}; found {second} ({k.target})")
            return False
        if k.source == k.target:
            self._reject(k, f"{first} cannot be its own {k.label}")
            return False
        return True

    def _without_circles(self, links: list[Link]) -> list[Link]:
        """The links without those that close a circle of one role among situations, when they are drawn in text order."""
        situations = self.grammar.groups["situation"]
        roles = [k for k in links if k.label not in self.grammar.links and self.kept[k.target].label in situations]
        if len(roles) < 2:
            return links
        place = {i: (m.fragments, m.label) for i, m in self.kept.items()}
        drawn = sorted(roles, key=lambda k: (place[k.source], k.label, place[k.target]))
        closing = set(circles.closing(drawn))
        for k in (k for k in links if k in closing):
            self._reject(k, f"closes a circle of {k.label}")
        return [k for k in links if k not in closing]

    def _complete(self, links: list[Link]) -> list[Link]:
        """Takes out situations without the roles they need, until none is left; extra fillers of a single role go too."""
        while True:
            self.joined = _groups(links)
            fillers: dict[tuple[str, str], list[Link]] = {}
            for k in links:
                fillers.setdefault((k.source, k.label), []).append(k)
            broken = {m.id: why for m in self.kept.values() if (why := self._lacks(m, fillers))}
            if not broken:
                return self._single(links, fillers)
            for ident, why in broken.items():
                self._reject(self.kept.pop(ident), why)
            left = []
            for k in links:
                if k.source in self.kept and k.target in self.kept:
                    left.append(k)
                elif k.target in broken and k.source in self.kept:
                    self._reject(k, f"depends on {k.target}, which was set aside")
            links = left

    def _lacks(self, m: Mention, fillers: Mapping[tuple[str, str], list[Link]]) -> str:
        group = self.joined.get(m.id, frozenset((m.id,)))  # the other triggers may carry what this one lacks
        for role, count in self.grammar.situations.get(m.label, {}).items():
            if count in "1+" and not any((i, role) in fillers for i in group):
                return f"{m.label} needs {role}"
        if m.label in ("AllianceTie", "Opposition") and sum(len(fillers.get((i, "Party"), ())) for i in group) < 2:
            return f"{m.label} needs two Party"
        if m.label == "Participation" and not any(self.kept[i].attribute("ParticipationRole") for i in group):
            return "Participation needs the attribute ParticipationRole"
        for name, spec in self.grammar.attributes.items():
            if spec.required and m.label == spec.on and not any(self.kept[i].attribute(name) for i in group):
                self._warn_once(m, f"{m.label} should have the attribute {name}")
        return ""

    def _warn_once(self, m: Mention, message: str) -> None:
        problem = Problem(self.report.path, m.line, message, "warning", m.id)
        if problem not in self.problems:
            self.problems.append(problem)

    def _single(self, links: list[Link], fillers: Mapping[tuple[str, str], list[Link]]) -> list[Link]:
        extra: set[Link] = set()
        for (source, role), several in fillers.items():
            count = self.grammar.situations.get(self.kept[source].label, {}).get(role, "*")
            if count in "1?" and len(several) > 1:
                for k in several[1:]:
                    self._reject(k, f"{self.kept[source].label} has one {role}; this is another")
                extra.update(several[1:])
        return [k for k in links if k not in extra]

    def _stay_together(self, links: list[Link]) -> list[Link]:
        """``SameSituation`` joins triggers of one group: events with events, relations and parts of one class."""
        kept = []
        for k in links:
            first, second = self.kept[k.source].label, self.kept[k.target].label
            events = {first, second} <= self.grammar.groups["event"]
            if k.label == "SameSituation" and not events and first != second:
                self._reject(k, f"SameSituation joins situations of one class; found {first} and {second}")
            else:
                kept.append(k)
        return kept


def _groups(links: Iterable[Link]) -> dict[str, frozenset[str]]:
    """The triggers that ``SameSituation`` joins, by each of them."""
    groups: dict[str, frozenset[str]] = {}
    for k in links:
        if k.label == "SameSituation":
            joined = groups.get(k.source, frozenset((k.source,))) | groups.get(k.target, frozenset((k.target,)))
            groups |= dict.fromkeys(joined, joined)
    return groups


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
