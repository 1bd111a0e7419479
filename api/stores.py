"""The states of a store that answer requests.

Invariant: a :class:`View` never changes. :class:`Stores` notices ``CURRENT`` at each request and keeps the views it
has opened; a commit by another process is seen by the next request, and a crawl that began on an earlier generation
can go on there. What a query gives is read in the call that runs it, because iterators of the engine belong to the
thread that made them.
"""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.config import Settings
from kg.errors import StoreError
from kg.iri import Space
from kg.pipeline import as_reported
from kg.queries import Term
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Generation, StoreDirectory
from kg.view import sealed
from kg.vocab import RDF

Row = Mapping[str, Term]
Result = TypeVar("Result")
_KEPT_ROWS = 200_000
_KEPT_VIEWS = 6


class Results:
    """The rows of the queries that were asked last, up to a number of rows; a view never changes, so they stay true."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, tuple[Row, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, query: str) -> tuple[Row, ...] | None:
        """The rows, if they are still here."""
        with self._lock:
            if query in self._kept:
                self._kept.move_to_end(query)
            return self._kept.get(query)

    def put(self, query: str, rows: tuple[Row, ...]) -> None:
        """Keeps rows, and forgets what was asked longest ago when there are too many. What has no row counts as one."""
        with self._lock:
            if query not in self._kept:
                self._kept[query] = rows
                self._size += len(rows) + 1
            while self._size > self._most and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone) + 1


@dataclass(frozen=True)
class View:
    """One generation, or what those of its reports say that were issued up to a day."""

    store: EmbeddedStore
    number: int
    manifest: Mapping[str, Any]
    space: Space
    directory: Path
    issued_until: date | None = None
    _results: Results = field(default_factory=lambda: Results(_KEPT_ROWS))

    def rows(self, name: str, **slots: Term | Iterable[Term]) -> tuple[Row, ...]:
        """The rows of a query of :mod:`kg.queries`; unbound variables are left out. A slot with no terms gives no rows."""
        terms = {k: v if isinstance(v, NamedNode | Literal) else sorted(set(v), key=str) for k, v in slots.items()}
        if any(isinstance(v, list) and not v for v in terms.values()):
            return ()
        text = queries.bind(queries.load(name), terms)
        found = self._results.get(text)
        if found is None:
            found = self._run(text)
            self._results.put(text, found)
        return found

    def _run(self, text: str) -> tuple[Row, ...]:
        solutions = self.store.query(text)
        assert isinstance(solutions, QuerySolutions)
        names = [v.value for v in solutions.variables]
        try:
            return tuple({n: v for n in names if isinstance(v := solution[n], NamedNode | Literal)} for solution in solutions)
        finally:
            del solutions  # in this thread, whatever happens to the traceback of an error

    def nodes(self, name: str, variable: str, **slots: Term | Iterable[Term]) -> list[NamedNode]:
        """One variable's IRIs, each once, in the query's order."""
        return list(dict.fromkeys(v for r in self.rows(name, **slots) if isinstance(v := r.get(variable), NamedNode)))

    def id(self, path: str) -> NamedNode:
        """An IRI below the base."""
        return NamedNode(self.space.id(path))


class Stores:
    """The views of one store on disk, opened when asked for, the last ones kept."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.directory = StoreDirectory(settings.store)
        self._views: OrderedDict[tuple[int, date | None], View] = OrderedDict()
        self._making: dict[tuple[int, date | None], threading.Lock] = {}
        self._lock = threading.Lock()

    def current(self) -> View:
        """The generation that ``CURRENT`` names."""
        return self._view(self.directory.current(), None)

    def at(self, number: int) -> View:
        """An earlier generation, as long as it is kept. Raises :class:`StoreError`."""
        return self._view(self.directory.generation(number), None)

    def issued_until(self, view: View, day: date) -> View:
        """What the reports of a view that were issued up to a day say, consolidated as if there were no others."""
        return self._view(self.directory.generation(view.number), day)

    def _view(self, generation: Generation, day: date | None) -> View:
        key = (generation.number, day)
        if found := self._kept(key):
            return found
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:  # whoever asks for the same view waits for it, nobody else does
            if found := self._kept(key):
                return found
            made = self._open(generation) if day is None else self._rebuilt(generation, day)
            with self._lock:
                self._views[key] = made
                self._making.pop(key, None)
                while len(self._views) > _KEPT_VIEWS:
                    self._views.popitem(last=False)
            return made

    def _kept(self, key: tuple[int, date | None]) -> View | None:
        with self._lock:
            if key in self._views:
                self._views.move_to_end(key)
            return self._views.get(key)

    def _open(self, generation: Generation) -> View:
        return View(generation.open(), generation.number, generation.manifest, Space(self.directory.base), self.settings.store)

    def _rebuilt(self, generation: Generation, day: date) -> View:
        """What :func:`kg.pipeline.as_reported` gives of the earlier reports alone: nothing is left of the later ones."""
        whole = self._view(generation, None)
        earlier, rebuilt = as_reported(self.directory, generation, day)
        manifest = {**whole.manifest, "as_of": rebuilt.as_of.isoformat() if rebuilt.as_of else None}
        return View(earlier, whole.number, manifest, whole.space, whole.directory, day)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or days from ``first`` to ``last``; ``None`` is open. ``text`` is how it was asked for."""

    first: date | None
    last: date | None
    text: str

    @property
    def after(self) -> date | None:
        """The first day after it; none after the last day that there is."""
        return self.last + timedelta(days=1) if self.last and self.last < date.max else None


def settled(work: Callable[[], Result]) -> Result:
    """Does something with the engine; an error that leaves it holds no results, which another thread must not drop."""
    try:
        return work()
    except Exception as error:
        traceback.clear_frames(error.__traceback__)
        raise


def empty(stores: Stores) -> bool:
    """Whether nothing has been ingested yet."""
    try:
        stores.directory.current()
    except StoreError:
        return True
    return False


def is_table(view: View, report: NamedNode) -> bool:
    """Whether a report is an event table, which has no text and may have millions of rows."""
    return next(view.store.matching(report, RDF.type, sealed.TABLE, None), None) is not None
