"""Cells that name parties of relations -> actors (specification, sections 11 and 13).

A cell may join several actors by commas, beside a cell of their ids; a comma inside parentheses joins nothing, and one id is
one actor however many commas its name has. A coalition with a name of its own stands in the cell itself, and its parts are its
members. A name without an id is looked for where it stands alone in the table, and in the companion; so a supporter that is a
belligerent elsewhere is the same actor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg.tables.actors import Actors
from kg.tables.companions import Names
from kg.tables.config import ActorCell
from kg.tables.relational import Party

_OUTSIDE_PARENTHESES = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands in a cell: paths of actors, of the members of the coalition that it is; ``bare`` are ids without a name."""

    actors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()


NOBODY = Parties()


def split(joined: str) -> list[str]:
    """The parts of a list in a cell."""
    return [part.strip() for part in _OUTSIDE_PARENTHESES.split(joined) if part.strip()]


def line(text: str) -> str:
    """A name on one line: a cell may break it, after a hyphen within a word."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=\w-)\s*[\r\n]+\s*", "", text)).strip()


@dataclass(slots=True)
class Reading:
    """The parties of one table. ``alone`` are ids by the name that bears them, ``called`` names by id, both of this table."""

    actors: Actors
    companion: Names
    alone: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    known: dict[tuple[str, str, str, str, str, int | None], Parties] = field(default_factory=dict)

    def of(self, party: Party, cells: Mapping[str, str], year: int | None) -> Parties:
        """Who stands in the cells of a row."""
        name, identifier = cells.get(party.name, ""), cells.get(party.id, "")
        parts, code = cells.get(party.parts, ""), cells.get(party.kind, "")
        key = (party.slot, name, identifier, parts, code, year if party.codes else None)
        if key not in self.known:
            self.known[key] = self._of(party, name, identifier, parts, code, year)
        return self.known[key]

    def _of(self, party: Party, name: str, identifier: str, parts: str, code: str, year: int | None) -> Parties:
        if not name:
            return NOBODY
        if party.codes:
            return self._coded(party, name, code, year)
        ids = split(parts or identifier)
        names = split(name) if party.joined else [name]
        if not party.id and not ids:
            return Parties(tuple(dict.fromkeys(self._actor(party, n, self._id_of(n, ()), code) for n in names)))
        if len(ids) < 2:
            own = identifier or (ids[0] if ids else self._id_of(name, ()))
            return Parties((self._actor(party, name, own, code),))
        if len(names) == 1 and parts:
            return self._coalition(party, name, identifier, ids, code)
        if party.ordered and len(names) == len(ids):
            return Parties(tuple(dict.fromkeys(self._actor(party, n, i, code) for n, i in zip(names, ids, strict=True))))
        return Parties(tuple(dict.fromkeys(self._actor(party, n, i, code) for n, i in self._matched(names, ids))))

    def _coded(self, party: Party, code: str, kind: str, year: int | None) -> Parties:
        name, in_its_years = self.companion.of(code, year)
        identifier = f"{code} {name}" if name and self.companion.is_reused(code) else code
        actor = self._actor(party, name or f"{self.actors.config.authority} {code}", identifier, kind)
        return Parties((actor,), bare=() if name and in_its_years else (code,))

    def _coalition(self, party: Party, name: str, identifier: str, ids: Sequence[str], code: str) -> Parties:
        members, bare = [], []
        for i in ids:
            called = self._name_of(i)
            bare += [] if called else [i]
            members.append(self._actor(party, called or f"{self.actors.config.authority} {i}", i, code))
        return Parties((self._actor(party, name, identifier, code),), tuple(dict.fromkeys(members)), tuple(bare))

    def _matched(self, names: Sequence[str], ids: Sequence[str]) -> list[tuple[str, str]]:
        """Names with the ids that are known to be theirs; of one name and one id that remain, each is the other's."""
        found = {n: self._id_of(n, ids) for n in names}
        left = [n for n in names if not found[n]]
        over = [i for i in ids if i not in found.values()]
        if len(left) == 1 and len(over) == 1:
            found[left[0]] = over[0]
        return [(n, found[n] or self._id_of(n, ())) for n in names]

    def _id_of(self, name: str, among: Sequence[str]) -> str:
        """The one id that is known under this name, among some where these are given."""
        known = {i for i in (self.alone.get(name, ""), *self.companion.by_name.get(name, ())) if i}
        fitting = {i for i in known if i in among} if among else known
        return fitting.pop() if len(fitting) == 1 else ""

    def _name_of(self, identifier: str) -> str:
        return self.companion.of(identifier, None)[0] or self.called.get(identifier, "")

    def _actor(self, party: Party, name: str, identifier: str, code: str) -> str:
        cell = ActorCell(party.slot, party.name, party.id, "", party.known)
        return self.actors.of(cell, line(name), identifier, code, {})[0]
