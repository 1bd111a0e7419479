"""Which things a list holds: one small query for each filter, met in Python, so that no filter makes another one slow.

Invariant: a report-scoped person is in no list and is found by no search (ontology specification, section 17).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from api.documents import Records, holds, local, text
from api.parameters import DEFAULT_STATUSES, choices
from api.problems import bad_parameter
from api.replies import Asked, Key
from api.stores import Period, Row, View
from kg.queries import Term
from kg.vocab import CLASSES, SKOS, descendants

Things = frozenset[NamedNode]


def classes(*names: str) -> list[NamedNode]:
    """Some classes with all below them."""
    return [CLASSES[n] for name in names for n in (name, *descendants(name))]


def narrowed(cls: str | None, *roots: str) -> list[NamedNode]:
    """The classes of a list, narrowed to what ``class=`` says."""
    allowed = {n for root in roots for n in (root, *descendants(root))}
    if cls is None:
        return classes(*roots)
    chosen = choices("class", cls, allowed)
    return classes(*sorted(chosen))


def scoped(view: View, thing: NamedNode) -> bool:
    """Whether a thing is known to one report only."""
    return view.space.path(thing.value).split("/", 1)[-1].startswith("r-")


def sort_of(asked: str | None, allowed: Sequence[str]) -> tuple[str, bool]:
    """The value of ``sort``: what by, and whether descending. The first allowed one is the default."""
    if asked is None:
        return allowed[0], False
    name = asked.removeprefix("-")
    if name not in allowed:
        raise bad_parameter(
            "sort", f"sort has no value {asked!r}; it has {', '.join(allowed)}, each with - in front for descending"
        )
    return name, asked.startswith("-")


# -- actors, places, sources


@dataclass(frozen=True, slots=True)
class Entities:
    """What ``/actors``, ``/locations`` and ``/sources`` filter by; ``None`` lets everything through."""

    classes: Sequence[NamedNode]
    kind: frozenset[str] = frozenset()
    words: str | None = None
    among: Things | None = None
    mentioned: str = "any"


def mentioned_things(view: View, report: NamedNode | None = None) -> Things:
    """What some report, or one report, mentions or names as a source."""
    rows = view.rows("mentioned-things") if report is None else view.rows("mentioned-things", report=report)
    return frozenset(t for r in rows if isinstance(t := r["thing"], NamedNode))


def entity_keys(asked: Asked, wanted: Entities, sort: str) -> list[Key]:
    """The entities of a list, by name or IRI."""
    view, records = asked.view, asked.records()
    named: dict[NamedNode, list[Row]] = {}
    for row in view.rows("entity-index", **{"class": wanted.classes}):
        if isinstance(thing := row["thing"], NamedNode):
            named.setdefault(thing, []).append(row)
    known = mentioned_things(view) if wanted.mentioned != "any" else frozenset()
    keys = []
    for thing, rows in named.items():
        person = any(local(r["class"]) == "Person" for r in rows)
        if person and scoped(view, thing):
            continue
        if wanted.among is not None and thing not in wanted.among:
            continue
        if wanted.mentioned != "any" and (thing in known) != (wanted.mentioned == "true"):
            continue
        if wanted.kind and not wanted.kind & {local(r["kind"]) for r in rows if "kind" in r}:
            continue
        if wanted.words and not _has_words(rows, wanted.words):
            continue
        keys.append((_entity_sort(records, thing, rows, sort), thing.value))
    return keys


def _has_words(rows: Iterable[Row], words: str) -> bool:
    wanted = words.casefold().split()
    return any(all(w in text(r, "label").casefold() for w in wanted) for r in rows)


def _entity_sort(records: Records, thing: NamedNode, rows: Iterable[Row], sort: str) -> str:
    if sort == "id":
        return ""
    labels = [x for r in rows if r.get("property") == SKOS.prefLabel and isinstance(x := r.get("label"), Literal)]
    return records.name(labels).casefold() or local(thing)


def labelled(view: View, words: str) -> Things:
    """The actors, places and sources that carry some words in a name; report-scoped persons are not found."""
    found = set()
    people = {r["thing"] for r in view.rows("entity-index", **{"class": classes("Person")})}
    for row in view.rows("entity-index", **{"class": classes("Actor", "Place", "Source")}):
        thing = row["thing"]
        if isinstance(thing, NamedNode) and _has_words([row], words) and not (thing in people and scoped(view, thing)):
            found.add(thing)
    return frozenset(found)


# -- situations


@dataclass(frozen=True, slots=True)
class Situations:
    """What lists of situations filter by; ``None`` lets everything through."""

    classes: Sequence[NamedNode]
    status: Sequence[str] | None = None
    period: Period | None = None
    kind: frozenset[str] = frozenset()
    words: str | None = None
    place: NamedNode | None = None
    source: NamedNode | None = None
    report: NamedNode | None = None
    among: Things | None = None


def situation_keys(view: View, wanted: Situations, sort: str) -> list[Key]:
    """The situations of a list, by time (first possible day; undated ones last) or IRI."""
    among = _met(view, wanted)
    statuses = frozenset(wanted.status or DEFAULT_STATUSES)
    keys: dict[str, Key] = {}
    for row in view.rows("situation-index", **{"class": wanted.classes}):
        thing = row["situation"]
        if (among is not None and thing not in among) or local(row["status"]) not in statuses:
            continue
        if wanted.kind and ("kind" not in row or local(row["kind"]) not in wanted.kind):
            continue
        if wanted.period is not None and holds({k: v.value for k, v in row.items()}, wanted.period) is None:
            continue
        moment = (text(row, "earliestBegin") or text(row, "latestBegin") or "9999") if sort == "time" else ""
        keys[thing.value] = (moment, thing.value)
    return list(keys.values())


def _met(view: View, wanted: Situations) -> set[Term] | None:
    """The situations that all filters but those of the index let through; ``None`` if there are no such filters."""
    sets: list[set[Term]] = []
    if wanted.among is not None:
        sets.append(set(wanted.among))
    if wanted.place is not None:
        sets.append({r["situation"] for r in view.rows("situations-at", place=wanted.place)})
    if wanted.source is not None or wanted.report is not None:
        slots = {k: v for k, v in (("source", wanted.source), ("report", wanted.report)) if v is not None}
        sets.append({r["situation"] for r in view.rows("situations-claimed", **slots)})
    if wanted.words is not None:
        sets.append({r["situation"] for r in view.rows("situations-about", thing=labelled(view, wanted.words))})
    return set.intersection(*sets) if sets else None
