"""A foreign scheme as a value: what its labels become in the sitgraph scheme (section 13 of the specification).

Invariant: a scheme that was read (:mod:`kg.schemes.reading`) can be applied: all that it names on the right exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.schemes.rules import Attributes, Confidence, MentionRule, RelationRule, RoleChoice


@dataclass(frozen=True, slots=True)
class Reasons:
    """What is set aside on purpose, and why: labels of mentions, of relations, of roles, names of attributes."""

    mentions: Mapping[str, str]
    relations: Mapping[str, str]
    roles: Mapping[str, str]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class ForeignScheme:
    """A foreign scheme, as read from its TOML file. All labels in it are as :meth:`key` and :meth:`role_key` write them."""

    id: str
    title: str
    fold: bool
    strip: tuple[str, ...]
    mentions: Mapping[str, tuple[MentionRule, ...]]
    roles: Mapping[str, tuple[RoleChoice, ...]]
    relations: Mapping[str, tuple[RelationRule, ...]]
    attributes: Mapping[str, Mapping[str, Attributes | str]]
    conditions: frozenset[str]
    set_aside: Reasons
    pairs: tuple[str, str] | None
    confidence: Confidence | None

    def key(self, label: str) -> str:
        """The form in which labels are compared."""
        return folded(label) if self.fold else label

    def role_key(self, role: str) -> str:
        """The form in which role labels are compared."""
        for ending in self.strip:
            role = role.removesuffix(ending)
        return self.key(role)

    def relation(self, kind: str, source: str, target: str) -> RelationRule | None:
        """The first row for a pair, if the table has one."""
        return next((r for r in self.relations.get(kind, ()) if r.takes(source, target)), None)


@lru_cache(maxsize=4096)
def folded(label: str) -> str:
    """A label by its letters and digits, whatever their case."""
    return "".join(c for c in label if c.isalnum()).casefold()
