"""A profile: a part of the sitgraph scheme, under the same names, for those who do not need all of it.

Invariant: what is annotated in a profile is valid in the scheme it is a profile of, and means the same there. What lies outside
the profile is set aside and named, with the word of the whole scheme for it; the rest is held to the grammar of that scheme.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention
from kg.schemes.grammar import Grammar
from kg.schemes.keys import Keys
from kg.schemes.mapped import Mapped

PROFILES = ("sitgraph-light-1",)


@dataclass(frozen=True)
class Profile:
    """Labels, links and attributes of the sitgraph scheme, and the roles of each situation among the labels."""

    id: str
    title: str
    labels: frozenset[str]
    links: frozenset[str]
    attributes: frozenset[str]
    roles: Mapping[str, frozenset[str]]

    @staticmethod
    @lru_cache(maxsize=4)
    def load(name: str) -> Profile:
        """A profile that ships, by its id."""
        return Profile.parse((files("kg.schemes") / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")

    @staticmethod
    def parse(text: str, file: str) -> Profile:
        """A profile from its text. Raises :class:`~kg.errors.SchemeError` for what is no part of the whole scheme."""
        top, grammar = Keys(tomllib.loads(text), file), Grammar.load()
        if (whole := top.text("profile_of")) != grammar.id:
            top.wrong("profile_of", f"expected {grammar.id}, found {whole!r}")
        labels = _part(top, "labels", grammar.groups["entity"] | grammar.groups["situation"])
        links, attributes = _part(top, "links", grammar.links), _part(top, "attributes", grammar.attributes)
        for name in sorted(attributes):
            if not any(grammar.belongs(label, grammar.attributes[name].on) for label in labels):
                top.wrong("attributes", f"{name} stands on none of the labels")
        table = top.table("roles")
        if (given := set(table.names())) != (situations := labels & grammar.groups["situation"]):
            table.wrong(min(given ^ situations), "each situation among the labels has its roles here, and nothing else")
        roles = {label: _part(table, label, grammar.situations[label]) for label in sorted(situations)}
        for label, chosen in roles.items():
            for role, count in grammar.situations[label].items():
                if count in "1+" and role not in chosen:
                    table.wrong(label, f"{label} cannot do without {role}")
            for role in sorted(chosen):
                if not any(grammar.belongs(filler, grammar.filler(role)) for filler in labels):
                    table.wrong(label, f"none of the labels can fill {role}")
        profile = Profile(top.text("id"), top.text("title"), labels, links, attributes, roles)
        top.end()
        return profile

    def check(self, report: AnnotatedReport) -> Mapped:
        """The report without what lies outside the profile, held to the grammar of the whole scheme."""
        grammar = Grammar.load()
        problems: list[Problem] = []

        def reject(at: Mention | Link, message: str) -> None:
            where = at.id if isinstance(at, Mention) else f"{at.label} {at.source} {at.target}"
            problems.append(Problem(report.path, at.line, message, where=where))

        mentions = []
        for m in report.mentions:
            if m.label in grammar.groups["entity"] | grammar.groups["situation"] and m.label not in self.labels:
                reject(m, self._outside(m.label, self.labels))
                continue
            outside = [n for n, _ in m.attributes if n in grammar.attributes and n not in self.attributes]
            for name in outside:
                reject(m, self._outside(f"the attribute {name}", self.attributes))
            mentions.append(replace(m, attributes=tuple(a for a in m.attributes if a[0] not in outside)) if outside else m)
        label_of = {m.id: m.label for m in mentions}
        links = []
        for k in report.links:
            first = label_of.get(k.source, "")
            missing = next((i for i in (k.source, k.target) if i not in label_of), "")
            roles = self.roles.get(first, frozenset())
            if missing:
                reject(k, f"depends on {missing}, which was set aside")
            elif k.label in grammar.links and k.label not in self.links:
                reject(k, self._outside(k.label, self.links))
            elif k.label in grammar.situations.get(first, {}) and k.label not in roles:
                reject(k, self._outside(f"{k.label} of {first}", roles))
            else:
                links.append(k)
        checked = grammar.check(replace(report, mentions=tuple(mentions), links=tuple(links)))
        return Mapped(checked.report, (*problems, *checked.problems))

    def _outside(self, what: str, inside: Iterable[str]) -> str:
        there = ", ".join(sorted(inside))
        return f"{what} is not in the profile {self.id}, which has {there}; read with the scheme {Grammar.load().id} it is kept"


def _part(keys: Keys, key: str, whole: Iterable[str]) -> frozenset[str]:
    names = keys.texts(key)
    known = set(whole)
    for name in names:
        if name not in known:
            keys.wrong(key, f"{name!r} is not in {Grammar.load().id}")
        if names.count(name) > 1:
            keys.wrong(key, f"{name!r} is there twice")
    return frozenset(names)
