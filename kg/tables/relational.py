"""What a table of relations is: rows that say who stood in which relation to whom, in which year, in which conflict.

Events are things that happen once; the rows of such a table are states of a year, or of no year at all. Its configuration has
``[relational]`` in place of rules, times and places: cells that name parties, relations between them, conflicts, changes of
actors, names. Everything stands in the TOML; nothing here knows a table by name.

Invariant: a value that loads can be run; what contradicts itself is a :class:`~kg.errors.SchemeError`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from kg.errors import SchemeError
from kg.vocab import CODES

FILLERS: Mapping[str, tuple[str, ...]] = {
    "Membership": ("member", "group"),
    "SideAlignment": ("member", "group"),
    "AllianceTie": ("party",),
    "Opposition": ("party",),
    "Support": ("provider", "recipient"),
    "Command": ("commander", "subordinate"),
}
"""The relations between actors, with the properties that say between whom (specification, section 4)."""
UNITS = ("day", "month", "year", "open")
"""What a code of precision says of a date: that day, its month, its year, or no more than that it was not later."""
MEMBERS = ":members"
"""After a slot: the parts of a coalition that stands in that cell under a name of its own."""
When = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Party:
    """A cell that names actors. ``id`` and ``parts`` hold ids, joined by commas, in the order of the names if ``ordered``.

    ``known`` is how the reference tables cite an id; ``kind`` a column whose code tells the class; ``joined`` says that commas
    join actors; ``codes`` that the cell holds a code whose name a companion file knows.
    """

    slot: str
    name: str
    id: str = ""
    parts: str = ""
    known: str = ""
    kind: str = ""
    ordered: bool = False
    joined: bool = True
    codes: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(c for c in (self.name, self.id, self.parts, self.kind) if c)


@dataclass(frozen=True, slots=True)
class RelationRule:
    """A relation that rows tell, where their columns have these values. ``fillers`` are slots by property."""

    cls: str
    fillers: Mapping[str, tuple[str, ...]]
    kind: str = ""
    when: When = ()


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """A change of actors that rows tell: slots of who was before and who after, and the code of ``event-kind``."""

    kind: str
    predecessor: str
    successor: str
    when: When = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """Rows that tell no relation of ours, and why."""

    when: When
    reason: str


@dataclass(frozen=True, slots=True)
class Label:
    """A column of other names; ``separator`` joins several; ``language`` is empty where nobody says which it is."""

    column: str
    language: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Columns of a number of people harmed in a conflict in the year of the row: of all, or of who stands in a slot."""

    kind: str
    low: str = ""
    best: str = ""
    high: str = ""
    slot: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads; the first names the estimate."""
        return tuple(c for c in (self.best, self.low, self.high) if c)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The columns of the conflict that rows belong to. ``units`` say what a code of precision means; none means no code."""

    id: str
    labels: tuple[str, ...] = ()
    belligerents: tuple[str, ...] = ()
    supporters: tuple[str, ...] = ()
    begin: str = ""
    begin_precision: str = ""
    end: str = ""
    end_precision: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    countries: str = ""
    casualties: tuple[Estimate, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        dates = (self.begin, self.begin_precision, self.end, self.end_precision)
        numbers = (c for n in self.casualties for c in n.columns)
        return tuple(c for c in (self.id, *self.labels, *dates, self.countries, *numbers) if c)


@dataclass(frozen=True, slots=True)
class Companion:
    """A file beside the table that knows names: of ids, or of codes that are reused, from one year to another."""

    files: tuple[str, ...]
    id: str
    name: str
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Relational:
    """All that a table of relations says."""

    year: str = ""
    unique: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    relations: tuple[RelationRule, ...] = ()
    changes: tuple[ChangeRule, ...] = ()
    outside: tuple[Outside, ...] = ()
    labels: tuple[Label, ...] = ()
    described: str = ""
    conflicts: Conflicts | None = None
    companion: Companion | None = None

    @property
    def coded(self) -> tuple[str, ...]:
        """The columns that say which rules are for a row."""
        conditions = (*(r.when for r in self.relations), *(c.when for c in self.changes), *(o.when for o in self.outside))
        return tuple(dict.fromkeys(column for when in conditions for column, _ in when))

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that something is read from, in the order of the configuration."""
        found = dict.fromkeys((self.year, *self.unique, *(c for p in self.parties for c in p.columns)))
        found |= dict.fromkeys(self.coded)
        found |= dict.fromkeys(label.column for label in self.labels)
        found |= dict.fromkeys(self.conflicts.columns if self.conflicts else ())
        return tuple(c for c in found if c)


def applies(when: When, values: Mapping[str, str]) -> bool:
    """Whether a row with these values is meant. Several values of one column are alternatives, columns are all needed."""
    return all(any(fnmatch.fnmatchcase(values.get(c, ""), p) for p in patterns) for c, patterns in when)


def parse(said: Mapping[str, Any], where: str) -> Relational:
    """``[relational]`` of a configuration."""
    found = _Parsing(where).run(said)
    _check(found, where)
    return found


class _Parsing:
    def __init__(self, where: str) -> None:
        self.where = where

    def run(self, said: Mapping[str, Any]) -> Relational:
        plain = self._plain(Relational, said, "[relational]")
        for key, kind in (("relations", RelationRule), ("changes", ChangeRule), ("outside", Outside), ("parties", Party)):
            plain[key] = tuple(self._value(kind, row, f"[[relational.{key}]]") for row in self._rows(said, key))
        plain["labels"] = tuple(self._value(Label, row, "[[relational.labels]]") for row in self._rows(said, "labels"))
        if "conflicts" in said:
            rows = self._rows(said["conflicts"], "casualties")
            numbers = tuple(self._value(Estimate, row, "[[relational.conflicts.casualties]]") for row in rows)
            told = self._plain(Conflicts, said["conflicts"], "[relational.conflicts]")
            plain["conflicts"] = self._made(Conflicts, told | {"casualties": numbers}, "[relational.conflicts]")
        if "companion" in said:
            plain["companion"] = self._value(Companion, said["companion"], "[relational.companion]")
        return Relational(**plain)

    def _rows(self, said: Any, key: str) -> Sequence[Any]:
        rows = said.get(key, []) if isinstance(said, dict) else None
        if not isinstance(rows, list):
            raise SchemeError(f"{self.where}: [[relational.{key}]] must be tables")
        return rows

    def _value(self, kind: type, said: Any, at: str) -> Any:
        return self._made(kind, self._plain(kind, said, at), at)

    def _made(self, kind: type, values: Mapping[str, Any], at: str) -> Any:
        try:
            return kind(**values)
        except TypeError as error:
            raise SchemeError(f"{self.where}: {at}: {str(error).partition(' ')[2]}") from error

    def _plain(self, kind: type, said: Any, at: str) -> dict[str, Any]:
        """The values of a table as the fields of ``kind`` want them; tables below it are left to the caller."""
        if not isinstance(said, dict):
            raise SchemeError(f"{self.where}: {at} must be a table, found {said!r}")
        types = {("class" if f.name == "cls" else f.name): (f.name, str(f.type)) for f in fields(kind)}
        if unknown := sorted(set(said) - set(types)):
            raise SchemeError(f"{self.where}: {at}: unknown key {unknown[0]!r}; there are {', '.join(types)}")
        found: dict[str, Any] = {}
        for key, value in said.items():
            name, declared = types[key]
            if declared in _BELOW:
                continue
            found[name] = self._typed(declared, value, f"{at}: {key}")
        return found

    def _typed(self, declared: str, value: Any, at: str) -> Any:
        match declared, value:
            case ("str", str()) | ("bool", bool()):
                return value
            case "tuple[str, ...]", _:
                return self._texts(value, at)
            case "When", dict():
                return tuple((c, self._texts(v, at)) for c, v in value.items())
            case "Mapping[str, tuple[str, ...]]", dict():
                return {k: self._texts(v, at) for k, v in value.items()}
            case "Mapping[str, str]", dict() if all(isinstance(v, str) for v in value.values()):
                return dict(value)
        raise SchemeError(f"{self.where}: {at}: found {value!r}, expected {declared}")

    def _texts(self, value: Any, at: str) -> tuple[str, ...]:
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise SchemeError(f"{self.where}: {at}: found {value!r}, expected a string or a list of strings")
        return tuple(value)


_BELOW = frozenset(
    ("tuple[Party, ...]", "tuple[RelationRule, ...]", "tuple[ChangeRule, ...]", "tuple[Outside, ...]", "tuple[Label, ...]")
) | {"tuple[Estimate, ...]", "Conflicts | None", "Companion | None"}


def _check(found: Relational, where: str) -> None:
    """Laws of ``[relational]``; each says which part breaks it."""

    def need(holds: bool, message: str) -> None:
        if not holds:
            raise SchemeError(f"{where}: {message}")

    slots = {p.slot for p in found.parties}
    known = slots | {s + MEMBERS for s in slots}
    need(len(slots) == len(found.parties), "[[relational.parties]]: a slot stands twice")
    need(bool(found.relations or found.changes or found.conflicts), "[relational] tells nothing")
    for n, rule in enumerate(found.relations, 1):
        at = f"[[relational.relations]] {n}"
        need(rule.cls in FILLERS, f"{at}: {rule.cls!r} is no relation between actors; there are {', '.join(FILLERS)}")
        need(set(rule.fillers) == set(FILLERS[rule.cls]), f"{at}: fillers are {', '.join(FILLERS[rule.cls])}")
        for prop, named in rule.fillers.items():
            need(set(named) <= known, f"{at}: {prop} names a slot that no [[relational.parties]] has")
            need(len(named) == (2 if prop == "party" else 1), f"{at}: {prop} names {'two slots' if prop == 'party' else 'one'}")
        need(not rule.kind or (rule.cls == "Support" and rule.kind in CODES["support-kind"]), f"{at}: {rule.kind!r} is no kind")
    for n, change in enumerate(found.changes, 1):
        at = f"[[relational.changes]] {n}"
        need(change.kind in CODES["event-kind"], f"{at}: {change.kind!r} is no code of event-kind")
        need({change.predecessor, change.successor} <= slots, f"{at}: names a slot that no [[relational.parties]] has")
    need(not found.described or found.described in slots, f"described: no [[relational.parties]] has slot {found.described!r}")
    for p in found.parties:
        try:
            re.compile(p.known.replace("{id}", "0"))
        except re.error as error:
            raise SchemeError(f"{where}: [[relational.parties]] {p.slot}: known is no regular expression: {error}") from error
    if (c := found.conflicts) is not None:
        need(
            {*c.belligerents, *c.supporters} <= slots, "[relational.conflicts] names a slot that no [[relational.parties]] has"
        )
        need(set(c.units.values()) <= set(UNITS), f"[relational.conflicts]: units are {', '.join(UNITS)}")
        for number in c.casualties:
            need(number.kind in CODES["casualty-kind"], f"{number.kind!r} is no code of casualty-kind")
            need(not number.slot or number.slot in slots, f"casualties: no [[relational.parties]] has slot {number.slot!r}")
