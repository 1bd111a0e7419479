"""A configuration out of TOML, checked: what contradicts itself or names what is not there is refused before a row is read.

Invariant: a configuration that loads can be run. An unknown key, class, code, role or slot is a :class:`~kg.errors.SchemeError`
that says where it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg.errors import SchemeError
from kg.readers import _metadata as metadata
from kg.resolver.reference import CLASS_OF_PLACE_KIND
from kg.tables import relational
from kg.tables.config import (
    PLACE_RULES,
    TIME_RULES,
    ActorCell,
    ActorClass,
    Casualties,
    Config,
    Group,
    Level,
    PlacePrecision,
    Places,
    Recognised,
    Rule,
    Sources,
    Times,
)
from kg.vocab import CLASSES, CODES, ancestors

_KEYS = (
    "name authority title publisher language license url issued certainty identifier missing columns recognise rule actor "
    "class group time place casualties source certainties conflict dyad unused relational"
)


def names() -> tuple[str, ...]:
    """The tables that ship."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in files("kg.tables").iterdir() if f.name.endswith(".toml")))


def load(name: str | Path) -> Config:
    """A configuration that ships, by its name, or one of the user's own, by its path."""
    if isinstance(name, str) and name in names():
        return shipped(name)
    path = Path(name)
    if path.suffix != ".toml" or not path.is_file():
        raise SchemeError(f"unknown table {str(name)!r}; there are {', '.join(names())}, or a file *.toml")
    return parse(path.read_bytes(), str(path))


@cache
def shipped(name: str) -> Config:
    """A configuration that ships."""
    return parse((files("kg.tables") / f"{name}.toml").read_bytes(), f"{name}.toml")


def parse(data: bytes, where: str) -> Config:
    """A configuration out of TOML."""
    try:
        said = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SchemeError(f"{where}: not TOML: {error}") from error
    config = _Parsing(said, where).run()
    _check(config, where)
    return config


class _Parsing:
    """A TOML document as a configuration; whatever has the wrong type or is not known is named."""

    def __init__(self, said: dict[str, Any], where: str) -> None:
        self.said, self.where = said, where

    def fail(self, message: str) -> SchemeError:
        return SchemeError(f"{self.where}: {message}")

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise self.fail(f"{key} must be a string, found {value!r}")
        return value

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.fail(f"{key} must be a list of strings, found {value!r}")
        return tuple(value)

    def mapping(self, table: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(f"{key} must be a table, found {value!r}")
        return value

    def each(self, key: str, known: str) -> Iterator[dict[str, Any]]:
        value = self.said.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail(f"[[{key}]] must be tables")
        for n, row in enumerate(value, 1):
            self.known(row, known, f"[[{key}]] {n}")
            yield row

    def known(self, table: Mapping[str, Any], known: str, where: str) -> None:
        if unknown := sorted(set(table) - set(known.split())):
            raise self.fail(f"{where}: unknown key {unknown[0]!r}; there are {known}")

    def run(self) -> Config:
        top = self.said
        self.known(top, _KEYS, "top level")
        conflict = self.mapping(top, "conflict")
        return Config(
            name=self.text(top, "name"),
            authority=self.text(top, "authority"),
            title=self.text(top, "title"),
            publisher=self.text(top, "publisher"),
            language=self.text(top, "language", ""),
            license=self.text(top, "license", ""),
            url=self.text(top, "url", ""),
            issued=self.text(top, "issued", ""),
            certainty=self.text(top, "certainty", "certain"),
            identifier=self.text(top, "identifier", "" if "relational" in top else None),
            missing=self.texts(top, "missing"),
            columns=self.texts(top, "columns"),
            recognised=self._recognised(),
            rules=tuple(self._rule(r) for r in self.each("rule", "when class kind roles outcome opposed outside")),
            actors=tuple(map(self._actor, self.each("actor", "slot name id separator known kind one_name"))),
            classes=tuple(map(self._class, self.each("class", "names codes class kind per"))),
            groups={name: self._group(g, name) for name, g in self.mapping(top, "group").items()},
            times=self._times(),
            places=self._places() if "place" in top else None,
            casualties=tuple(map(self._casualties, self.each("casualties", "kind low best high slot group part"))),
            sources=self._sources(),
            certainties=tuple((c, dict(codes)) for c, codes in self.mapping(top, "certainties").items()),
            conflict=(self.text(conflict, "id", ""), self.text(conflict, "name", "")),
            dyad=self.text(top, "dyad", ""),
            unused={c: str(why) for c, why in self.mapping(top, "unused").items()},
            relational=relational.parse(self.mapping(top, "relational"), self.where) if "relational" in top else None,
        )

    def _actor(self, said: Mapping[str, Any]) -> ActorCell:
        slot, name, identifier = self.text(said, "slot"), self.text(said, "name"), self.text(said, "id", "")
        separator, known = self.text(said, "separator", ""), self.text(said, "known", "")
        return ActorCell(
            slot, name, identifier, separator, known, self.texts(said, "kind"), said.get("one_name", False) is True
        )

    def _class(self, said: Mapping[str, Any]) -> ActorClass:
        names, codes, cls = self.text(said, "names", ""), self.texts(said, "codes"), self.text(said, "class")
        return ActorClass(names, codes, cls, self.text(said, "kind", ""), self.text(said, "per", ""))

    def _group(self, said: Mapping[str, Any], name: str) -> Group:
        self.known(said, "label kind per", f"[group.{name}]")
        return Group(self.text(said, "label"), self.text(said, "kind"), self.text(said, "per", ""))

    def _casualties(self, said: Mapping[str, Any]) -> Casualties:
        low, best, high = (self.text(said, name, "") for name in ("low", "best", "high"))
        kind, slot, group = self.text(said, "kind", "killed"), self.text(said, "slot", ""), self.text(said, "group", "")
        return Casualties(kind, low, best, high, slot, group, said.get("part", False) is True)

    def _recognised(self) -> Recognised:
        said = self.mapping(self.said, "recognise")
        self.known(said, "columns files header separator", "[recognise]")
        header = said.get("header", True) is True
        return Recognised(self.texts(said, "columns"), self.texts(said, "files"), header, self.text(said, "separator", ""))

    def _rule(self, said: Mapping[str, Any]) -> Rule:
        when = tuple((c, self.texts(self.mapping(said, "when"), c)) for c in self.mapping(said, "when"))
        roles = {slot: self.text(self.mapping(said, "roles"), slot) for slot in self.mapping(said, "roles")}
        return Rule(
            when, self.text(said, "class", ""), self.texts(said, "kind"), roles, self.text(said, "outcome", ""),
            said.get("opposed", False) is True, self.text(said, "outside", ""),
        )  # fmt: skip

    def _times(self) -> Times:
        said = self.mapping(self.said, "time")
        self.known(said, "first last precision rule formats", "[time]")
        first = self.text(said, "first", "" if "relational" in self.said else None)
        return Times(
            first, self.text(said, "last", first), self.text(said, "precision", ""), self.text(said, "rule", "day"),
            self.texts(said, "formats") or ("%Y-%m-%d",),
        )  # fmt: skip

    def _places(self) -> Places:
        said = self.mapping(self.said, "place")
        self.known(said, "name latitude longitude precision levels precisions kinds separator", "[place]")
        levels = tuple(Level(c, kind) for c, kind in self.mapping(said, "levels").items())
        precisions = {}
        for value, row in self.mapping(said, "precisions").items():
            self.known(row, "is level code", f"[place.precisions] {value}")
            precisions[value] = PlacePrecision(self.text(row, "is"), self.text(row, "level", ""), self.text(row, "code"))
        kinds = {word: str(kind) for word, kind in self.mapping(said, "kinds").items()}
        return Places(
            self.text(said, "name"), self.text(said, "latitude", ""), self.text(said, "longitude", ""),
            self.text(said, "precision", ""), levels, precisions, kinds, self.text(said, "separator", ""),
        )  # fmt: skip

    def _sources(self) -> Sources:
        said = self.mapping(self.said, "source")
        self.known(said, "names separators citation words", "[source]")
        return Sources(
            self.text(said, "names", ""), self.texts(said, "separators"), self.text(said, "citation", ""),
            self.text(said, "words", ""),
        )  # fmt: skip


def _check(config: Config, where: str) -> None:
    """Laws of a configuration; each says which part breaks it."""

    def need(holds: bool, message: str) -> None:
        if not holds:
            raise SchemeError(f"{where}: {message}")

    def code(scheme: str, value: str, at: str) -> None:
        need(value in CODES[scheme], f"{at}: {value!r} is no code of {scheme}")

    known = config.recognised
    need(bool(known.columns) if known.header else bool(known.files and config.columns), "[recognise] recognises nothing")
    need(bool(config.rules) != bool(config.relational), "there is no [[rule]]: nothing says what a row is")
    need(bool(config.name and config.authority), "name and authority are not empty")
    labels = config.relational.labels if config.relational else ()
    for language in (config.language, *(label.language for label in labels)):
        need(not language or metadata.is_language(language), f"language: {language!r} is no tag of BCP 47")
    code("certainty", config.certainty, "certainty")
    slots = {a.slot for a in config.actors}
    need(len(slots) == len(config.actors), "[[actor]]: a slot stands twice")
    for n, rule in enumerate(config.rules, 1):
        at = f"[[rule]] {n}"
        need(bool(rule.cls) != bool(rule.outside), f"{at}: says either a class or why such rows are outside")
        need(
            not rule.cls or (rule.cls in CLASSES and "Event" in ancestors(rule.cls)),
            f"{at}: {rule.cls!r} is no class of events",
        )
        for kind in rule.kinds:
            code("event-kind", kind, at)
        if rule.outcome:
            code("outcome-kind", rule.outcome, at)
        for slot, role in rule.roles.items():
            need(slot in slots, f"{at}: no [[actor]] has slot {slot!r}")
            code("role", role, at)
    for n, c in enumerate(config.classes, 1):
        need(c.cls in CLASSES and "Actor" in ancestors(c.cls), f"[[class]] {n}: {c.cls!r} is no class of actors")
        need(c.kind == "" or c.kind in CODES["actor-kind"], f"[[class]] {n}: {c.kind!r} is no code of actor-kind")
        _compiles(c.names, f"{where}: [[class]] {n}")
    for a in config.actors:
        _compiles(a.known.replace("{id}", "0"), f"{where}: [[actor]] {a.slot}: known")
    _compiles(config.issued, f"{where}: issued")
    for name, group in config.groups.items():
        code("actor-kind", group.kind, f"[group.{name}]")
    need(config.times.rule in TIME_RULES, f"[time]: rule is {config.times.rule!r}; there are {', '.join(TIME_RULES)}")
    if config.places is not None:
        _check_places(config.places, where)
    for n, c_ in enumerate(config.casualties, 1):
        code("casualty-kind", c_.kind, f"[[casualties]] {n}")
        need(bool(c_.columns), f"[[casualties]] {n}: names no column")
        need(not c_.slot or c_.slot in slots, f"[[casualties]] {n}: no [[actor]] has slot {c_.slot!r}")
        need(not c_.group or c_.group in config.groups, f"[[casualties]] {n}: there is no [group.{c_.group}]")
    for column, codes in config.certainties:
        for value in codes.values():
            code("certainty", value, f"[certainties] {column}")
    both = set(config.used) & set(config.unused)
    need(not both, f"[unused]: {', '.join(sorted(both))} is used")


def _check_places(places: Places, where: str) -> None:
    columns = {level.column for level in places.levels}
    kinds = [*(level.kind for level in places.levels), *places.kinds.values()]
    for kind in kinds:
        if kind not in CLASS_OF_PLACE_KIND:
            raise SchemeError(f"{where}: [place]: {kind!r} is no code of place-kind")
    for value, p in places.precisions.items():
        if p.rule not in PLACE_RULES or (p.rule == "level") != (p.level in columns):
            raise SchemeError(f"{where}: [place.precisions] {value}: is one of {', '.join(PLACE_RULES)}, the last with a level")
        if p.code not in CODES["geo-precision"]:
            raise SchemeError(f"{where}: [place.precisions] {value}: {p.code!r} is no code of geo-precision")


def _compiles(pattern: str, where: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise SchemeError(f"{where}: {pattern!r} is no regular expression: {error}") from error
