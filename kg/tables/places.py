"""Distinct places of a table -> the place that is really known (specification, sections 9, 11 and 13).

A code of precision says which that is: the place itself, its surroundings, or only what contains it. Coordinates are a
place's own only where the code says that it is the place itself; otherwise they stand in for something wider and are not
written. A name with another containing place, or other coordinates, is another place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.iri import h20
from kg.resolver.decisions import Judgements
from kg.resolver.reference import CLASS_OF_PLACE_KIND
from kg.tables.aside import Aside
from kg.tables.config import Level, Places
from kg.tables.curated import Curated
from kg.tables.described import Described, Descriptions

_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?")
_SETTLEMENTS = frozenset(k for k, cls in CLASS_OF_PLACE_KIND.items() if cls == "Settlement")


@dataclass(frozen=True, slots=True)
class Where:
    """The distinct cells of places: precision, name, latitude, longitude, and the levels from the nearest outwards."""

    precision: str
    name: str
    latitude: str
    longitude: str
    levels: tuple[str, ...]


def where(config: Places, cells: Sequence[str]) -> Where:
    """The cells of :attr:`~kg.tables.config.Places.columns` as one place."""
    precision, name, latitude, longitude, *levels = cells
    if not config.separator:
        return Where(precision, name, latitude, longitude, tuple(levels))
    parts = [p.strip() for p in name.split(config.separator) if p.strip()]
    outer = parts[1:] if _is_itself(config, precision) else parts
    wide = len(config.levels)
    filled = ("",) * (wide - len(outer)) + tuple(outer[-wide:])
    return Where(precision, parts[0] if parts else "", latitude, longitude, filled)


def _is_itself(config: Places, precision: str) -> bool:
    said = config.precisions.get(precision)
    return said is not None and said.rule != "level"


@dataclass(frozen=True, slots=True)
class Located:
    """The path of the known place; ``near`` the path of the place it is near to, if that is all that is known."""

    path: str
    near: str = ""
    warning: Aside | None = None


@dataclass(slots=True)
class Gazetteer:
    """The places of one table. ``points`` are the coordinates of those that are known themselves, by name and levels."""

    config: Places
    curated: Curated
    judgements: Judgements
    descriptions: Descriptions
    language: str
    points: dict[tuple[str, tuple[str, ...]], set[tuple[str, str]]] = field(default_factory=dict)
    chains: dict[tuple[tuple[str, ...], int], tuple[str, ...]] = field(default_factory=dict)

    def learn(self, wheres: Iterable[Where]) -> None:
        """Takes note of the coordinates of all places that are known themselves."""
        for w in wheres:
            point, _ = self._own_point(w)
            if self._rule(w.precision) == "itself" and point:
                self.points.setdefault((w.name, w.levels), set()).add(point)

    def of(self, w: Where) -> Located | Aside:
        """The known place of a row, or what is wrong with it."""
        c = self.config
        said = c.precisions.get(w.precision) if c.precision else None
        if c.precision and said is None:
            return Aside(c.precision, w.precision, f"one of {', '.join(c.precisions)}")
        rule = said.rule if said else "itself"
        if rule == "none":
            return Located("")
        if rule == "level" and said is not None:
            at = next(n for n, level in enumerate(c.levels) if level.column == said.level)
            if w.levels[at]:
                return Located(self._level(w.levels, at))
            rule = "area"  # the level is empty: the name is all there is
        if not w.name:
            at = next((n for n, value in enumerate(w.levels) if value), -1)
            if at < 0:
                return Located("", "", Aside(c.name, "", "the name of a place; kept without a place", kept=True))
            return Located(self._level(w.levels, at))
        if rule == "area":
            return Located(self._area(w, said.code if said else "unknown"))
        if rule == "near":
            place = self._itself(w, self._only_point(w))
            return Located(self._near(w, place, said.code if said else "near-settlement"), place)
        point, wrong = self._own_point(w)
        return Located(self._itself(w, point), "", wrong)

    def _rule(self, precision: str) -> str:
        said = self.config.precisions.get(precision)
        return said.rule if said else "" if self.config.precision else "itself"

    @property
    def _own_precision(self) -> str:
        """How precise the coordinates of a place that is known itself are, where its kind does not tell."""
        return next((p.code for p in self.config.precisions.values() if p.rule == "itself"), "exact-site")

    def _own_point(self, w: Where) -> tuple[tuple[str, str] | None, Aside | None]:
        """Longitude and latitude as told, and what is wrong with them."""
        c = self.config
        for column, found, most in ((c.latitude, w.latitude, 90), (c.longitude, w.longitude, 180)):
            if not found:
                return None, None
            if not _DEGREES.fullmatch(found) or abs(float(found)) > most:
                return None, Aside(column, found, f"degrees from -{most} to {most}; kept without coordinates", kept=True)
        return (w.longitude, w.latitude), None

    def _only_point(self, w: Where) -> tuple[str, str] | None:
        """The coordinates of the place of this name, if the table has one such place."""
        found = self.points.get((w.name, w.levels), set())
        return next(iter(found)) if len(found) == 1 else None

    # -- the forms

    def _itself(self, w: Where, point: tuple[str, str] | None) -> str:
        kind = self._kind(w.name)
        within = self._chain(w.levels, 0)
        if curated := self._curated(w.name, (kind,) if kind and kind not in _SETTLEMENTS else tuple(_SETTLEMENTS), within):
            return self.judgements.entity(curated)
        path = f"place/t-{h20('place', w.name, [v for v in w.levels if v], list(point) if point else None)}"
        precision = ("settlement" if kind in _SETTLEMENTS else self._own_precision) if point else ""
        return self._describe(path, w.name, kind, within, precision, point)

    def _near(self, w: Where, place: str, code: str) -> str:
        path = f"place/t-{h20('place', 'near', place)}"
        described = Described(path, "Area", f"near {w.name}", self.language, within=self._chain(w.levels, 0), precision=code)
        return self.descriptions.add(described)

    def _area(self, w: Where, code: str) -> str:
        kind = self._kind(w.name)
        within = self._chain(w.levels, 0)
        if curated := self._curated(w.name, (kind,) if kind else (), within):
            return self.judgements.entity(curated)
        path = f"place/t-{h20('place', 'area', w.name, [v for v in w.levels if v])}"
        return self._describe(path, w.name, kind, within, code, None, "Area")

    def _level(self, levels: tuple[str, ...], at: int) -> str:
        level, name = self.config.levels[at], levels[at]
        within = self._chain(levels, at + 1)
        if curated := self._curated(name, (level.kind,), within):
            return self.judgements.entity(curated)
        path = f"place/t-{h20('place', level.kind, [v for v in levels[at:] if v])}"
        return self._describe(path, name, level.kind, within, "", None)

    def _chain(self, levels: tuple[str, ...], start: int) -> tuple[str, ...]:
        """All containing places, nearest first, closed: with what contains those that the reference tables know."""
        known = (levels[start:], start)
        if known not in self.chains:
            found: dict[str, None] = {}
            for at in range(start, len(levels)):
                if levels[at]:
                    path = self._level(levels, at)
                    found |= dict.fromkeys((path, *self.curated.reference.within(path)))
            self.chains[known] = tuple(found)
        return self.chains[known]

    def _describe(
        self,
        path: str,
        name: str,
        kind: str,
        within: tuple[str, ...],
        code: str,
        point: tuple[str, str] | None,
        cls: str = "Place",
    ) -> str:
        bare = self._bare(name)
        others = (name,) if bare != name else ()
        cls = CLASS_OF_PLACE_KIND.get(kind, cls)
        return self.descriptions.add(
            Described(path, cls, bare, self.language, "place-kind", kind, "", others, within, code, point)
        )

    # -- names

    def _kind(self, name: str) -> str:
        return self.config.kinds.get(name.rsplit(" ", 1)[-1].lower(), "")

    def _bare(self, name: str) -> str:
        """A name without the word that says its kind."""
        front, _, last = name.rpartition(" ")
        return front if front and last.lower() in self.config.kinds else name

    def _curated(self, name: str, kinds: Sequence[str], within: tuple[str, ...]) -> str:
        """The one curated place of exactly that name and such a kind, in a curated country that the row names too."""
        reference = self.curated.reference
        found = []
        for spelled in dict.fromkeys((name, self._bare(name))):
            for path in self.curated.named(spelled):
                row = reference.places.get(path)
                if row is None or (kinds and row.kind not in kinds) or not kinds:
                    continue
                if row.kind == "country" or self._agree(tuple(reference.within(path)), within):
                    found.append(path)
        return found[0] if len(set(found)) == 1 else ""

    def _agree(self, known: tuple[str, ...], told: tuple[str, ...]) -> bool:
        """Whether what contains a curated place and what the row says contains it speak of one country and one governorate."""
        reference = self.curated.reference
        for kind in ("country", "governorate"):
            one = {p for p in known if (row := reference.places.get(p)) and row.kind == kind}
            other = {p for p in told if (row := reference.places.get(p)) and row.kind == kind}
            if kind == "country" and not one & other:
                return False
            if one and other and not one & other:
                return False
        return True


def levels_of(levels: tuple[Level, ...], cells: Mapping[str, str]) -> tuple[str, ...]:
    """The cells of the levels, from the nearest outwards."""
    return tuple(cells.get(level.column) or "" for level in levels)
