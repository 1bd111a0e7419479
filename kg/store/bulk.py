"""Quads of this program on their way into a store: through files into the bulk loader, beside other work.

The loader works outside the interpreter's lock, so what comes next is made meanwhile. Files are small, so that loading ends
soon where it must, and a queue of few keeps what waits on disk small. Invariant: when :meth:`Bulk.done` has returned, all that
was given is in the store, or an error was raised.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from queue import Full, Queue
from types import TracebackType

from kg.store.embedded import EmbeddedStore

ROLL = 64 * 1024**2
"""Bytes after which another file is begun."""
_WAITING = 4
_MADE = "made-"


class Bulk:
    """Loads in a thread of its own. Leaving the ``with`` ends it after the file that is under way.

    ``folder`` is where files lie until they are loaded.
    """

    def __init__(self, store: EmbeddedStore, folder: Path) -> None:
        self._store, self._folder, self._number = store, folder, 0
        self._files: Queue[Path | None] = Queue()
        self._room: Queue[None] = Queue(_WAITING)
        self._stopped = False
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="loading")

    def __enter__(self) -> Bulk:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped = True
        self._files.put(None)
        self._thread.join()

    def done(self) -> None:
        """Waits for the end. Raises what the loader raised."""
        self._files.put(None)
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def file(self, path: Path) -> None:
        """Has a file of N-Quads loaded, and removed."""
        self._files.put(path)

    def lines(self, lines: Iterable[str], graph: str) -> bool:
        """Has lines of N-Triples (subject, predicate, object) loaded into the graph of this IRI, or the default graph (empty).

        Says whether there were any.
        """
        end = f" <{graph}> .\n" if graph else " .\n"
        return self.documents(line + end for line in lines)

    def documents(self, texts: Iterable[str]) -> bool:
        """Has texts of N-Quads loaded; whether there were any."""
        some, size, several = False, 0, list[str]()
        for text in texts:
            several.append(text)
            size += len(text)
            if size > ROLL:
                some = self._written(several)
                size, several = 0, []
        return self._written(several) or some

    def _written(self, several: list[str]) -> bool:
        if not several:
            return False
        self._wait_for_room()
        path = self._folder / f"{_MADE}{self._number}.nq"
        self._number += 1
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(several)
        self._files.put(path)
        return True

    def _wait_for_room(self) -> None:
        while True:
            try:
                self._room.put(None, timeout=1)
            except Full:
                if not self._thread.is_alive():
                    self.done()  # raises what ended it
            else:
                return

    def _run(self) -> None:
        try:
            while not self._stopped and (path := self._files.get()) is not None:
                if not self._stopped:
                    self._store.load(path, trusted=True)
                    path.unlink()
                if path.name.startswith(_MADE):
                    self._room.get()
        except BaseException as error:  # noqa: BLE001  it is raised where the work is waited for
            self._failed = error
