"""The rules of a foreign scheme as values: what holds of a mention, and what becomes of it.

Words on the left of a rule are those of the foreign scheme, words on the right those of the sitgraph scheme. How they are
written in TOML, and that they name what there is, is for :mod:`kg.schemes.reading`; ``docs/schemes.md`` describes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kg.model import Mention

Attributes = tuple[tuple[str, str], ...]
ByValue = Mapping[str, Mapping[str, Attributes]]
"""Foreign attribute -> its value -> attributes of the sitgraph scheme."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a mention: attribute values (``*`` any, the empty one: absent), words of the quote, its label."""

    attributes: tuple[tuple[str, frozenset[str]], ...] = ()
    words: re.Pattern[str] | None = None
    labels: frozenset[str] = frozenset()

    def holds(self, m: Mention, label: str) -> bool:
        """Whether all of it holds, of a mention whose label is compared as this one.

        An attribute that is there twice has two values; one of them must be listed.
        """
        if self.labels and label not in self.labels:
            return False
        for name, wanted in self.attributes:
            values = {v for n, v in m.attributes if n == name}
            if not (values & wanted or (values and "*" in wanted) or (not values and "" in wanted)):
                return False
        return self.words is None or self.words.search(m.quote) is not None

    def covers(self, other: Condition) -> bool:
        """Whether this holds wherever the other does, as far as the rules tell."""
        theirs = dict(other.attributes)
        if self.words is not None and (other.words is None or other.words.pattern != self.words.pattern):
            return False
        if self.labels and not (other.labels and other.labels <= self.labels):
            return False
        return all(n in theirs and (theirs[n] <= v or ("*" in v and "" not in theirs[n])) for n, v in self.attributes)


ANYTHING = Condition()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a further output finds a mention: the one the rule is of, a filler, or where a link of one of them leads."""

    base: Literal["self", "filler"]
    link: str = ""


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role of the sitgraph scheme, for fillers of which the condition holds."""

    role: str
    when: Condition = ANYTHING


@dataclass(frozen=True, slots=True)
class Also:
    """A further output of a mention, or of each filler of its role ``of``: a situation, a link, or attributes of its own.

    ``when`` is a condition on the filler if there is one, ``when_self`` on the mention itself.
    """

    label: str
    of: str = ""
    when: Condition = ANYTHING
    when_self: Condition = ANYTHING
    attributes: Attributes = ()
    by: ByValue = field(default_factory=dict)
    roles: tuple[tuple[str, Place], ...] = ()
    ends: tuple[Place, Place] | None = None
    said_by: Place | None = None
    ground: Literal["self", "filler"] = "self"


@dataclass(frozen=True, slots=True)
class MentionRule:
    """What becomes of a mention: a situation, or an entity of one of several labels, by what points at it."""

    labels: tuple[str, ...]
    when: Condition = ANYTHING
    needs: frozenset[str] = frozenset()
    attributes: Attributes = ()
    by: ByValue = field(default_factory=dict)
    roles: Mapping[str, tuple[RoleChoice, ...]] = field(default_factory=dict)
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationRule:
    """What becomes of a typed pair: a link or role (the first that fits both ends), or a situation with a role for each end."""

    type: str
    source: frozenset[str]
    target: frozenset[str]
    labels: tuple[str, ...]
    roles: tuple[str, str] = ("", "")
    attributes: Attributes = ()
    ground: Literal["both", "source", "target"] = "both"
    reverse: bool = False
    same: bool = False

    def takes(self, source: str, target: str) -> bool:
        """Whether the ends may have these labels; no labels given means any. With ``same`` both have one label."""
        if self.same and source != target:
            return False
        return (not self.source or source in self.source) and (not self.target or target in self.target)


@dataclass(frozen=True, slots=True)
class Confidence:
    """Numbers in the attribute ``confidence``: below the threshold a thing is set aside, above it they are certainties."""

    threshold: float
    certain: float
    probable: float
    possible: float

    def certainty(self, value: float) -> str:
        """The certainty code of a confidence between 0 and 1."""
        steps = (("certain", self.certain), ("probable", self.probable), ("possible", self.possible))
        return next((code for code, bound in steps if value >= bound), "underspecified")
