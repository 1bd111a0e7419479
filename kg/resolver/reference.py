"""The reference tables: curated actors, places, sources, their names, and the decisions and assessments in force.

The tables that ship stand in ``ontology/reference``; a user's folder has files of the same names, whose rows replace those
with the same id and add to the rest. Decisions and assessments are append-only: a row that is superseded by a later one is
no longer live. A table that cannot be used is a :class:`~kg.errors.ReferenceTableError` with file and row.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from kg.errors import ReferenceTableError
from kg.extent import parse_issued
from kg.names import key
from kg.vocab import CODES, PARENT, ancestors

TABLES = ("actors", "aliases", "places", "sources", "decisions", "assessments")
"""The files of a reference folder, without ``.csv``."""

PLACE_CLASS = {
    "Settlement": "city town village camp".split(),
    "Area": "country governorate district subdistrict region neighbourhood part-of-settlement settlement-group territory "
    "front-line perimeter".split(),
    "Facility": "base airbase artillery-base academy factory hospital checkpoint border-crossing market school position "
    "bunker".split(),
    "Route": "road ring-road bridge river supply-line".split(),
}
CLASS_OF_PLACE_KIND = {kind: cls for cls, kinds in PLACE_CLASS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Actor:
    """A row of ``actors.csv``; ``id`` is ``actor/<slug>``, ``cls`` a class of the ontology."""

    id: str
    cls: str
    kind: str = ""
    of_state: str = ""
    conflict: str = ""
    public_role: str = ""
    wikidata: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of ``places.csv`` (the gazetteer); coordinates in degrees, accuracy in metres."""

    id: str
    name_en: str
    name_ar: str = ""
    within: str = ""
    kind: str = ""
    lat: str = ""
    lon: str = ""
    accuracy_m: str = ""
    geonames: str = ""
    wikidata: str = ""
    source: str = ""

    @property
    def cls(self) -> str:
        """The class that the kind implies."""
        return CLASS_OF_PLACE_KIND.get(self.kind, "Place")


@dataclass(frozen=True, slots=True)
class Source:
    """A row of ``sources.csv``: a publisher or a quoted source, its names, whom it speaks for, and its rating A to F."""

    id: str
    label: str
    lang: str = ""
    kind: str = ""
    embodies: str = ""
    reliability: str = ""
    url: str = ""
    source: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """All names; the first is preferred."""
        return tuple(part.strip() for part in self.label.split("|") if part.strip())


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of ``aliases.csv``: one name of one entity."""

    entity_id: str
    kind: str
    label: str
    lang: str = ""
    script: str = ""
    type: str = ""
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    context_required: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of ``decisions.csv``: a judgement on a pair of entities or events."""

    decision_id: str
    date: str
    reviewer: str
    type: str
    left: str
    right: str
    evidence: str = ""
    score: str = ""
    comment: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A row of ``assessments.csv``: a reviewer's rating, retraction, override, or closing of a conflict."""

    assessment_id: str
    date: str
    reviewer: str
    kind: str
    about: str
    value: str = ""
    reason: str = ""
    supersedes: str = ""


DECISION_TYPES = {
    "link": True, "merge": True, "same-event": True, "unlink": False, "split": False, "reject": False, "different-event": False,
}  # fmt: skip
"""Types of decision: whether they say *the same*."""

_VALUES = {
    "status-override": frozenset(CODES["claim-status"]),
    "rating": frozenset((*CODES["reliability"], *CODES["credibility"])),
}
"""What an assessment may say; a retraction and the closing of a conflict say nothing more."""

Row = TypeVar("Row", Actor, Place, Source, Alias, Decision, Assessment)


@dataclass(frozen=True, slots=True)
class Reference:
    """All tables, indexed for lookup. ``digest`` changes when any row in force changes."""

    actors: Mapping[str, Actor]
    places: Mapping[str, Place]
    sources: Mapping[str, Source]
    aliases: tuple[Alias, ...]
    decisions: tuple[Decision, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    digest: str = ""
    where: Mapping[object, tuple[str, int]] = field(default_factory=dict, compare=False, repr=False)
    names: Mapping[str, tuple[Alias, ...]] = field(default_factory=dict, compare=False, repr=False)
    by_external: Mapping[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)

    def cls(self, entity: str) -> str:
        """The class of a curated entity; empty when the tables lack it."""
        if entity in self.actors:
            return self.actors[entity].cls
        if entity in self.places:
            return self.places[entity].cls
        return "Source" if entity in self.sources else ""

    def within(self, place: str) -> Iterator[str]:
        """The places that contain a place, from the nearest outwards."""
        seen = {place}
        while (row := self.places.get(place)) and row.within and row.within not in seen:
            place = row.within
            seen.add(place)
            yield place

    def source_named(self, name: str) -> Source | None:
        """The curated source or publisher of that name."""
        found = {a.entity_id for a in self.names.get(key(name), ()) if a.entity_id in self.sources}
        return self.sources[found.pop()] if len(found) == 1 else None


def load(*folders: Path) -> Reference:
    """Reads the tables of one or more folders; later folders win."""
    where: dict[object, tuple[str, int]] = {}
    rows: dict[str, dict[object, object]] = {name: {} for name in TABLES}
    for folder in folders:
        for name in TABLES:
            path = folder / f"{name}.csv"
            if path.exists():
                for number, row in _rows(path, _TYPES[name]):
                    identity = _identity(row)
                    if name in ("decisions", "assessments") and rows[name].get(identity, row) != row:
                        raise ReferenceTableError(str(path), number, f"{identity} is already there and rows are never changed")
                    rows[name][identity] = row
                    where[identity] = (path.name, number)
    found = [row for table in rows.values() for row in table.values()]
    reference = _assemble(
        _of(Actor, found), _of(Place, found), _of(Source, found), _of(Alias, found), _live(_of(Decision, found)),
        _live(_of(Assessment, found)), where,
    )  # fmt: skip
    _check(reference)
    return reference


def _identity(row: object) -> object:
    match row:
        case Alias():
            return (row.entity_id, row.label, row.lang, row.type, row.context_required)
        case Decision():
            return row.decision_id
        case Assessment():
            return row.assessment_id
        case Actor() | Place() | Source():
            return row.id
    raise TypeError(row)


_TYPES = {
    "actors": Actor,
    "aliases": Alias,
    "places": Place,
    "sources": Source,
    "decisions": Decision,
    "assessments": Assessment,
}
_COLUMN = {"cls": "class"}


def _rows(path: Path, kind: type) -> Iterator[tuple[int, object]]:
    columns = {f.name: _COLUMN.get(f.name, f.name) for f in fields(kind)}
    required = [columns[f.name] for f in fields(kind) if f.default is MISSING]
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            if missing := [c for c in required if c not in (reader.fieldnames or ())]:
                raise ReferenceTableError(str(path), 1, f"column {missing[0]} is missing; found {reader.fieldnames}")
            if unknown := [c for c in reader.fieldnames or () if c not in columns.values()]:
                raise ReferenceTableError(str(path), 1, f"unknown column {unknown[0]}; expected {', '.join(columns.values())}")
            for number, row in enumerate(reader, 2):
                if None in row or None in row.values():
                    raise ReferenceTableError(str(path), number, f"expected {len(row)} cells, as in the header")
                values = {name: (row.get(column) or "").strip() for name, column in columns.items()}
                if empty := [c for c in required if not values[_field(c)]]:
                    raise ReferenceTableError(str(path), number, f"{empty[0]} is empty")
                yield number, kind(**values)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReferenceTableError(str(path), 0, f"is not UTF-8 CSV: {error}") from error


def _field(column: str) -> str:
    return "cls" if column == "class" else column


def _of(kind: type[Row], rows: Iterable[object]) -> tuple[Row, ...]:
    return tuple(r for r in rows if isinstance(r, kind))


def _live(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    superseded = {getattr(r, "supersedes", "") for r in rows}
    return tuple(r for r in rows if _identity(r) not in superseded)


def _assemble(
    actors: tuple[Actor, ...], places: tuple[Place, ...], sources: tuple[Source, ...], aliases: tuple[Alias, ...],
    decisions: tuple[Decision, ...], assessments: tuple[Assessment, ...], where: dict[object, tuple[str, int]],
) -> Reference:  # fmt: skip
    own = [
        Alias(p.id, p.kind, n, lang, type="official", source=p.source)
        for p in places
        for n, lang in ((p.name_en, "en"), (p.name_ar, "ar"))
        if n
    ]
    own += [Alias(s.id, "Source", n, _language(n), type="official", source=s.source) for s in sources for n in s.labels]
    known = {(a.entity_id, a.label) for a in aliases}
    everything = (*(a for a in own if (a.entity_id, a.label) not in known), *aliases)
    names: dict[str, list[Alias]] = {}
    for alias in everything:
        names.setdefault(key(alias.label), []).append(alias)
    external = {("actor", f"wikidata:{a.wikidata}"): a.id for a in actors if a.wikidata}
    external |= {("place", f"wikidata:{p.wikidata}"): p.id for p in places if p.wikidata}
    external |= {("place", f"geonames:{p.geonames}"): p.id for p in places if p.geonames}
    tables = (actors, places, sources, aliases, decisions, assessments)
    digest = hashlib.sha256("\n".join(sorted(repr(row) for table in tables for row in table)).encode()).hexdigest()
    return Reference(
        {a.id: a for a in actors}, {p.id: p for p in places}, {s.id: s for s in sources}, everything, decisions, assessments,
        digest, where, {k: tuple(v) for k, v in names.items()}, external,
    )  # fmt: skip


def _language(label: str) -> str:
    """The language of a source's label: the column ``lang`` tells in which one the source speaks."""
    return "ar" if any("\u0600" <= c <= "\u06ff" for c in label) else "en"


def _check(reference: Reference) -> None:
    """Laws that the flow relies on; each names the row that breaks it."""

    def fail(identity: object, message: str) -> None:
        path, row = reference.where.get(identity, ("reference", 0))
        raise ReferenceTableError(path, row, message)

    for actor in reference.actors.values():
        if actor.cls not in PARENT or "Actor" not in ancestors(actor.cls):
            fail(actor.id, f"class is {actor.cls!r}; expected a class of actors, such as ArmedGroup")
        if actor.kind and actor.kind not in CODES["actor-kind"]:
            fail(actor.id, f"kind is {actor.kind!r}, which is no code of actor-kind")
    for place in reference.places.values():
        if place.kind and place.kind not in CODES["place-kind"]:
            fail(place.id, f"kind is {place.kind!r}, which is no code of place-kind")
        if place.within and place.within not in reference.places:
            fail(place.id, f"within {place.within}, which is no place of the table")
    for alias in reference.aliases:
        if not reference.cls(alias.entity_id):
            fail(_identity(alias), f"{alias.entity_id} is in none of the tables")
    for decision in reference.decisions:
        if decision.type not in DECISION_TYPES:
            fail(decision.decision_id, f"type is {decision.type!r}; expected one of {', '.join(DECISION_TYPES)}")
    pairs: dict[frozenset[str], Decision] = {}
    for decision in reference.decisions:
        other = pairs.setdefault(frozenset((decision.left, decision.right)), decision)
        if DECISION_TYPES[other.type] != DECISION_TYPES[decision.type]:
            fail(decision.decision_id, f"contradicts {other.decision_id}, and neither supersedes the other")
    rows: tuple[Decision | Assessment, ...] = (*reference.decisions, *reference.assessments)
    for judged in rows:
        try:
            parse_issued(judged.date)
        except ValueError as error:
            fail(_identity(judged), f"date: {error}")
    for assessment in reference.assessments:
        if assessment.kind not in CODES["assessment-kind"]:
            fail(assessment.assessment_id, f"kind is {assessment.kind!r}, which is no code of assessment-kind")
        allowed = _VALUES.get(assessment.kind, ())
        if allowed and assessment.value not in allowed:
            fail(assessment.assessment_id, f"value is {assessment.value!r}; expected one of {', '.join(sorted(allowed))}")
