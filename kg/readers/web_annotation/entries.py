"""The annotations of a file, however they are wrapped: alone, in a list, in a page, in a collection.

Follows the Web Annotation Data Model, sections 3.1 and 5. Each annotation is held to the model alone, so a bad one does not
take the others with it.

Invariant: every annotation of the file is an :class:`Entry`, or a problem says why it is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.errors import Problem, ReadError
from kg.readers.web_annotation.context import Context, context_of
from kg.readers.web_annotation.profile import SCHEME
from kg.readers.web_annotation.validity import (
    listed,
    shown,
    types_of,
    violations_of_annotation,
    violations_of_collection,
    violations_of_page,
)

MAX_ENTRIES = 200_000
"""The most annotations of a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An annotation that is one: its IRI, what it says by keys as they stand in the file, what the keys stand for."""

    iri: str
    value: Mapping[str, object]
    context: Context

    def get(self, term: str) -> object:
        """What the annotation says by a term that its context declares, given as IRI; ``None`` without it."""
        return next((v for k, v in self.value.items() if self.context.term(k) == term), None)


@dataclass(slots=True)
class Entries:
    """Goes through the JSON of a file. ``understood`` counts what was valid: annotations, pages, collections."""

    path: str
    found: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    title: str = ""
    scheme: str = ""
    understood: int = 0
    _ids: set[str] = field(default_factory=set)

    def take(self, value: object) -> None:
        """Take the one value of a file. Raises :class:`~kg.errors.ReadError` if it holds too many annotations."""
        if isinstance(value, list):
            self._several(value, "", None)
        else:
            self._one(value, "", None)

    def _several(self, values: list[object], where: str, outer: Context | None) -> None:
        if len(values) > MAX_ENTRIES:
            raise ReadError(self.path, f"holds {len(values):,} annotations, more than MAX_ENTRIES ({MAX_ENTRIES:,})")
        for n, value in enumerate(values):
            self._one(value, f"{where}/{n}", outer)

    def _one(self, value: object, where: str, outer: Context | None) -> None:
        if not isinstance(value, dict):
            hint = ": named by its IRI alone, and not fetched" if isinstance(value, str) and where else ""
            self._refuse(where, [f"expected an annotation, found {shown(value)}{hint}"])
            return
        context = outer if outer is not None and value.get("@context") is None else context_of(value.get("@context"))
        types = types_of(value)
        graph = value.get("@graph")
        if "AnnotationCollection" in types and len(where.split("/")) <= 2:
            self._collection(value, where, context)
        elif "AnnotationPage" in types and len(where.split("/")) <= 3:
            self._page(value, where, context)
        elif isinstance(graph, list) and not types and not where:
            self._several(graph, "/@graph", context)
        else:
            self._annotation(value, where, context)

    def _collection(self, value: Mapping[str, object], where: str, context: Context) -> None:
        if self._is_refused(value, where, [*context.reasons, *violations_of_collection(value)]):
            return
        self.understood += 1
        self._name(value)
        first = value.get("first")
        if isinstance(first, dict):
            self._one({"type": "AnnotationPage", **first}, f"{where}/first", context)
        elif first is not None:
            self._aside(where, value, f"its annotations are in the page {shown(first)}, which is not fetched; give that page")

    def _page(self, value: Mapping[str, object], where: str, context: Context) -> None:
        if self._is_refused(value, where, [*context.reasons, *violations_of_page(value)]):
            return
        self.understood += 1
        self._name(value.get("partOf"))
        self._name(value)
        said = next((v for k, v in value.items() if context.term(k) == SCHEME), None)
        self.scheme = self.scheme or (said if isinstance(said, str) else "")
        items = value["items"]
        assert isinstance(items, list)
        self._several(items, f"{where}/items", context)
        if value.get("next") is not None:
            self._aside(where, value, f"more are in the page {_iri(value['next'])}, which is not fetched; give that page")

    def _annotation(self, value: Mapping[str, object], where: str, context: Context) -> None:
        if self._is_refused(value, where, [*context.reasons, *violations_of_annotation(value)]):
            return
        iri = context.iri(str(value["id"]))
        if iri in self._ids:
            self._refuse(where or iri, [f"id: {shown(iri)} is taken by another annotation of this file"])
            return
        self._ids.add(iri)
        self.understood += 1
        self.found.append(Entry(iri, value, context))

    def _name(self, value: object) -> None:
        """The first label of a page or its collection is the title of what it is about."""
        labels = listed(value.get("label")) if isinstance(value, dict) else []
        if not self.title and labels and isinstance(labels[0], str):
            self.title = labels[0]

    def _is_refused(self, value: Mapping[str, object], where: str, reasons: list[str]) -> bool:
        if reasons:
            ident = value.get("id")
            self._refuse(where or (ident if isinstance(ident, str) else ""), reasons)
        return bool(reasons)

    def _refuse(self, where: str, reasons: list[str]) -> None:
        self.problems.append(Problem(self.path, 0, f"no Web Annotation: {'; '.join(reasons)}", where=where))

    def _aside(self, where: str, value: Mapping[str, object], message: str) -> None:
        self.problems.append(Problem(self.path, 0, message, where=where or str(value["id"])))


def _iri(value: object) -> str:
    return shown(value.get("id") if isinstance(value, dict) else value)
