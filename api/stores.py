"""The states of a store that answer requests.

Invariant: a :class:`View` never changes. :class:`Stores` notices ``CURRENT`` at each request and keeps the views it has opened; a
commit by another process is seen by the next request, and a crawl that began on an earlier generation can go on there.
What a query gives is read in the call that runs it, because iterators of the engine belong to the thread that made them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.config import Settings
from kg.errors import StoreError
from kg.extent import parse_issued
from kg.iri import Space
from kg.pipeline import ontology
from kg.queries import Term
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Generation, StoreDirectory
from kg.store.inputs import Inputs
from kg.view import rebuild

Row = Mapping[str, Term]
_KEPT_ROWS = 200_000
_KEPT_VIEWS = 6


@dataclass(frozen=True)
class View:
    """One generation, or what those of its reports say that were issued up to a day."""

    store: EmbeddedStore
    number: int
    manifest: Mapping[str, Any]
    space: Space
    directory: Path
    issued_until: date | None = None
    _results: OrderedDict[str, tuple[Row, ...]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, name: str, **slots: Term | Iterable[Term]) -> tuple[Row, ...]:
        """The rows of a query of :mod:`kg.queries`; unbound variables are left out. A slot with no terms gives no rows."""
        terms = {k: v if isinstance(v, NamedNode | Literal) else sorted(set(v), key=str) for k, v in slots.items()}
        if any(isinstance(v, list) and not v for v in terms.values()):
            return ()
        text = queries.bind(queries.load(name), terms)
        with self._lock:
            if text in self._results:
                self._results.move_to_end(text)
                return self._results[text]
        found = self._run(text)
        with self._lock:
            self._results[text] = found
            while len(self._results) > 1 and sum(len(r) for r in self._results.values()) > _KEPT_ROWS:
                self._results.popitem(last=False)
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
        self._lock = threading.RLock()

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
        with self._lock:
            key = (generation.number, day)
            if key not in self._views:
                self._views[key] = self._open(generation) if day is None else self._rebuilt(generation, day)
                while len(self._views) > _KEPT_VIEWS:
                    self._views.popitem(last=False)
            self._views.move_to_end(key)
            return self._views[key]

    def _open(self, generation: Generation) -> View:
        return View(generation.open(), generation.number, generation.manifest, Space(self.directory.base), self.settings.store)

    def _rebuilt(self, generation: Generation, day: date) -> View:
        """The view that :func:`kg.view.rebuild` gives of the earlier reports alone: exact, and nothing is left of the later ones."""
        whole = self._view(generation, None)
        scratch = EmbeddedStore.in_memory()
        for row in whole.rows("report-index"):
            issued = row.get("issued")
            if issued is not None and parse_issued(issued.value) <= day:
                graph = NamedNode(str(row["graph"].value))
                scratch.put_graph(graph, whole.store.get_graph(graph))
        kept = Inputs(self.settings.store).path / "reference"
        folders = [f for f in (kept / "shipped", kept / "own") if f.is_dir()]
        reference = tables.load(*folders)
        judged = judgements(reference.decisions, whole.space, reference)
        rebuilt = rebuild(scratch, ontology(), reference, judged, whole.space)
        manifest = {**whole.manifest, "as_of": rebuilt.as_of.isoformat() if rebuilt.as_of else None}
        return View(scratch, whole.number, manifest, whole.space, whole.directory, day)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or days from ``first`` to ``last``; ``None`` is open. ``text`` is how it was asked for."""

    first: date | None
    last: date | None
    text: str

    @property
    def after(self) -> date | None:
        """The first day after it."""
        return self.last + timedelta(days=1) if self.last else None


def empty(stores: Stores) -> bool:
    """Whether nothing has been ingested yet."""
    try:
        stores.directory.current()
    except StoreError:
        return True
    return False
