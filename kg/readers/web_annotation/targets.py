"""Targets: where an annotation is, or which other annotation it is about.

Follows the Web Annotation Data Model, sections 3.2, 4 and the appendix on sets. Several targets are each annotated alone; the
members of a Composite or a List are annotated together, and so are all targets in the sitgraph profile; of a Choice it is the
first.

Invariant: each target is a place or another annotation, or a reason says why it is neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from kg.readers.web_annotation.entries import Entry
from kg.readers.web_annotation.profile import IDS, TERMS
from kg.readers.web_annotation.selection import plain_text_fragment
from kg.readers.web_annotation.table import table_fragment
from kg.readers.web_annotation.validity import SETS, is_specific, listed, types_of


@dataclass(frozen=True, slots=True)
class Target:
    """One target: the IRI of what it is about or a part of, and its selectors; no selectors mean all of it."""

    source: str
    selectors: tuple[object, ...] = ()

    @property
    def fragment_of_table(self) -> str:
        """The fragment identifier, if a selector is one of a table (RFC 7111)."""
        values = [_fragment(s) for s in self.selectors]
        return next((v for v in values if table_fragment(v)), "")


def is_profile(entry: Entry) -> bool:
    """Whether the context of an annotation declares the terms of sitgraph."""
    return TERMS in entry.context.spaces


def groups(entry: Entry) -> list[tuple[Target, ...]]:
    """The targets of an annotation; those of one group are the fragments of one mention."""
    found = [group for value in listed(entry.value.get("target")) for group in _groups(entry, value)]
    return [tuple(t for group in found for t in group)] if is_profile(entry) else found


def names_text(source: str, known: frozenset[str]) -> bool:
    """Whether an IRI is that of a text which is called, or of a report whose id is, one of these names."""
    parts = source.partition("#")[0].partition("?")[0].rstrip("/").split("/")
    if source.startswith(IDS) and len(parts) > 1 and parts[-1] == "text":
        parts.pop()
    return unquote(parts[-1]) in known


def _groups(entry: Entry, value: object) -> Iterator[tuple[Target, ...]]:
    kinds = [t for t in types_of(value) if t in SETS] if isinstance(value, dict) else []
    if not kinds:
        yield (_target(entry, value),)
        return
    assert isinstance(value, dict)
    inner = [group for item in listed(value["items"]) for group in _groups(entry, item)]
    if kinds[0] == "Choice":
        yield inner[0]
    elif kinds[0] == "Independents":
        yield from inner
    else:
        yield tuple(t for group in inner for t in group)


def _target(entry: Entry, value: object) -> Target:
    if isinstance(value, dict) and is_specific(value):
        source = value.get("source")
        iri = source.get("id") if isinstance(source, dict) else source
        whole = entry.context.iri(str(iri)) if iri else ""
        selectors = tuple(listed(value.get("selector")))
        return Target(whole, selectors) if selectors else _whole(whole)
    return _whole(entry.context.iri(str(value["id"] if isinstance(value, dict) else value)))


def _whole(iri: str) -> Target:
    """A resource as a whole, unless its IRI has a fragment that selects a part of a text or a table (section 3.2.3)."""
    source, _, fragment = iri.partition("#")
    if plain_text_fragment(fragment) or table_fragment(fragment):
        return Target(source, ({"type": "FragmentSelector", "value": fragment},))
    return Target(iri)


def _fragment(selector: object) -> str:
    if not isinstance(selector, Mapping) or "FragmentSelector" not in types_of(selector):
        return ""
    return str(selector["value"]).removeprefix("#")
