"""What a table is: the values that its configuration is made of.

Every column of a file is used or listed with the reason why not. Rules are looked at in order, the first that applies wins.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.tables.relational import Relational

TIME_RULES = ("ucdp", "acled", "day")
"""How a date and its precision become bounds: the forms of :mod:`kg.extent.recorded`, or the day itself."""
PLACE_RULES = ("itself", "near", "area", "level", "none")
"""What is really known of where it was: the place, its surroundings, an area of that name, a level that contains it,
nothing."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """By what a file is known to be this table: columns it must have, or names of files where there is no header."""

    columns: tuple[str, ...]
    files: tuple[str, ...] = ()
    header: bool = True
    separator: str = ""

    @property
    def before(self) -> int:
        """How many rows stand before the first row of data: RFC 7111 counts the header as one."""
        return int(self.header)


@dataclass(frozen=True, slots=True)
class Rule:
    """A code rule: for rows whose columns have these values (``*`` stands for anything), what happened, and who is who in it.

    ``outside`` is the reason why such rows are no event of ours; they are counted.
    """

    when: tuple[tuple[str, tuple[str, ...]], ...]
    cls: str = ""
    kinds: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    opposed: bool = False
    outside: str = ""

    def applies(self, values: Mapping[str, str]) -> bool:
        """Whether a row with these values is meant."""
        return all(any(fnmatch.fnmatchcase(values.get(c) or "", p) for p in patterns) for c, patterns in self.when)


@dataclass(frozen=True, slots=True)
class ActorCell:
    """A cell that names who takes part. ``separator`` splits joint sides; ``kind`` is a column whose code tells the class."""

    slot: str
    name: str
    id: str = ""
    separator: str = ""
    known: str = ""
    kind: tuple[str, ...] = ()
    one_name: bool = False
    """Whether an id goes by several names in the table, so that the most frequent one counts."""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActorClass:
    """What an actor is, by its name or by the code beside it. ``per`` is a column: one such actor for each of its values."""

    names: str
    codes: tuple[str, ...]
    cls: str
    kind: str = ""
    per: str = ""

    def applies(self, name: str, code: str) -> bool:
        """Whether an actor of this name with this code beside it is meant."""
        named = re.search(self.names, name) is not None
        return named and (not self.codes or any(fnmatch.fnmatchcase(code, c) for c in self.codes))


@dataclass(frozen=True, slots=True)
class Times:
    """The columns of dates; ``rule`` says how precision turns them into bounds."""

    first: str
    last: str
    precision: str
    rule: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacePrecision:
    """What a code of precision says: which place is known, and the code of ``geo-precision``."""

    rule: str
    level: str = ""
    code: str = "unknown"


@dataclass(frozen=True, slots=True)
class Level:
    """A column of containing places, with the kind of what stands in it."""

    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Places:
    """The columns of places, and the containing levels from the nearest outwards.

    With a ``separator`` the levels are no columns but the last parts of the name: "Johor Bahru, Johor, Malaysia".
    """

    name: str
    latitude: str
    longitude: str
    precision: str
    levels: tuple[Level, ...]
    precisions: Mapping[str, PlacePrecision]
    kinds: Mapping[str, str]
    separator: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads: four, and the levels that have one."""
        levels = () if self.separator else tuple(level.column for level in self.levels)
        return (self.precision, self.name, self.latitude, self.longitude, *levels)


@dataclass(frozen=True, slots=True)
class Casualties:
    """Columns of a number of people: of all, of the actor in a slot, or of a described group.

    ``part`` says that the numbers are part of the first estimate; ``unknown`` that 0 means that nobody gave a number.
    """

    kind: str
    low: str = ""
    best: str = ""
    high: str = ""
    slot: str = ""
    group: str = ""
    part: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads; the first names the estimate."""
        return tuple(c for c in (self.best, self.low, self.high) if c)


@dataclass(frozen=True, slots=True)
class Group:
    """People who are described, not named, and of whom the table tells only a number: civilians, unidentified people."""

    label: str
    kind: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """The columns that name whom the table has it from: names, how several are separated; where it was read; its own words."""

    names: str = ""
    separators: tuple[str, ...] = ()
    citation: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """One table. Column names are those of the header, or of ``columns`` where a file has none.

    ``issued`` is a regular expression with year, month and day, for tables whose date of issue is in the name of the file.
    """

    name: str
    authority: str
    title: str
    publisher: str
    language: str
    license: str
    url: str
    issued: str
    certainty: str
    identifier: str
    missing: tuple[str, ...]
    columns: tuple[str, ...]
    recognised: Recognised
    rules: tuple[Rule, ...]
    actors: tuple[ActorCell, ...]
    classes: tuple[ActorClass, ...]
    groups: Mapping[str, Group]
    times: Times
    places: Places | None
    casualties: tuple[Casualties, ...]
    sources: Sources
    certainties: tuple[tuple[str, Mapping[str, str]], ...]
    conflict: tuple[str, str]
    dyad: str
    unused: Mapping[str, str]
    relational: Relational | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that something is read from, in the order of the configuration."""
        found: dict[str, None] = {self.identifier: None}
        for rule in self.rules:
            found |= dict.fromkeys(c for c, _ in rule.when)
        for a in self.actors:
            found |= dict.fromkeys((a.name, a.id, *a.kind))
        for c in self.classes:
            found[c.per] = None
        for g in self.groups.values():
            found[g.per] = None
        found |= dict.fromkeys((self.times.first, self.times.last, self.times.precision))
        if (p := self.places) is not None:
            found |= dict.fromkeys(p.columns)
        for number in self.casualties:
            found |= dict.fromkeys(number.columns)
        s = self.sources
        found |= dict.fromkeys((s.names, s.citation, s.words, *(c for c, _ in self.certainties), *self.conflict, self.dyad))
        found |= dict.fromkeys(self.relational.used if self.relational else ())
        return tuple(c for c in found if c)

    def told(self, n: int) -> str:
        """The condition in SQL under which a part is told on its own. Of people of whom nothing is known, only where they
        are not all: a number without a side that is the number of all is that number.
        """
        c = self.casualties[n]
        whole = next((at for at, other in enumerate(self.casualties) if other.best and not other.part), None)
        if c.part and c.group and self.groups[c.group].kind == "unidentified" and whole is not None:
            return f"has_{n} AND n{n}_best IS DISTINCT FROM n{whole}_best"
        return f"has_{n}"

    @property
    def per(self) -> tuple[str, ...]:
        """The columns by whose values described actors are told apart."""
        return tuple(dict.fromkeys(c.per for c in self.classes if c.per))

    @property
    def coded(self) -> tuple[str, ...]:
        """The columns that say what happened."""
        return tuple(dict.fromkeys(c for rule in self.rules for c, _ in rule.when))
