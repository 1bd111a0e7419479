"""A store on disk: one writer, and generations that readers open.

::

    STORE/
      sitgraph.json        the base of all IRIs, and the version of this layout
      lock                 held by the one writer; says who
      live/                the writer's database; nobody else opens it
      live.progress        how far the loading of tables had come; with live.dirty, what an equal run goes on from
      loading/             what the writer is about to load in bulk; gone when it ends
      generations/000042/  store/ (a hard-linked checkpoint, read-only for ever) and manifest.json
      CURRENT              the number that readers open, replaced atomically
      inputs/  rejects/    see kg.store.inputs

A commit ends with flush, checkpoint, manifest, ``CURRENT``, in this order. Until then ``live`` is marked as dirty, and a writer
that finds the mark starts again from the last generation: a store is never left half-written.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import StoreError, StoreLocked
from kg.store.embedded import EmbeddedStore

LAYOUT = 1
_SETTINGS = "sitgraph.json"
_DIRTY = "live.dirty"
_PROGRESS = "live.progress"
_FIRST_FILES = frozenset({"lock", _SETTINGS + ".new"})
"""What a folder may hold before it is a store: a writer is about to make it one, or died when it was."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A committed state: its number, where it is, and its manifest."""

    number: int
    path: Path

    @property
    def manifest(self) -> Mapping[str, Any]:
        """When it was made, what changed, hashes and counts."""
        return _object(self.path / "manifest.json")

    def open(self) -> EmbeddedStore:
        """Opens it for reading."""
        return EmbeddedStore.open_read_only(self.path / "store")


class StoreDirectory:
    """A store on disk, by its path. Raises :class:`StoreError` when it is not one, or of another base."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def base(self) -> str:
        """The base of all IRIs in it."""
        if not self.path.is_dir() and self.path.exists():
            raise StoreError(f"{self.path}: is a file; a store is a folder")
        if not self.exists():
            raise StoreError(f"{self.path}: there is no store here; `sitgraph ingest PATH --store {self.path}` makes one")
        settings = _object(self.path / _SETTINGS)
        if settings.get("layout") != LAYOUT:
            raise StoreError(f"{self.path}: layout {settings.get('layout')} of another version; this one reads layout {LAYOUT}")
        return str(settings.get("base"))

    def exists(self) -> bool:
        """Whether there is a store here."""
        return (self.path / _SETTINGS).exists()

    def current(self) -> Generation:
        """The generation that readers open."""
        self.base  # noqa: B018  says what is wrong with the folder, if it is no store of this layout
        number = self.number()
        if number == 0:
            raise StoreError(f"{self.path}: the store is empty; nothing has been ingested yet")
        return self.generation(number)

    def generation(self, number: int) -> Generation:
        """A generation by its number."""
        path = self.path / "generations" / f"{number:06d}"
        if not path.is_dir():
            raise StoreError(f"{path}: there is no generation {number}")
        return Generation(number, path)

    def number(self) -> int:
        """The number of the current generation; 0 before the first."""
        path = self.path / "CURRENT"
        try:
            return int(path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0
        except ValueError as error:
            raise StoreError(f"{path}: expected the number of a generation ({error})") from error

    @contextmanager
    def writing(self, base: str | None, token: str = "") -> Iterator[Writer]:
        """The right to write, for one process at a time. Makes the store if it is not there.

        With a ``token``, a run that had the same one and was stopped while it loaded tables is gone on with.

        Raises :class:`StoreLocked` when somebody else has it, :class:`StoreError` when the store has another base.
        """
        if self.path.exists() and not self.exists():
            if not self.path.is_dir():
                raise StoreError(f"{self.path}: is a file; a store is a folder")
            if any(p.name not in _FIRST_FILES for p in self.path.iterdir()) and not self.exists():
                raise StoreError(f"{self.path}: is not empty and not a store")
        self.path.mkdir(parents=True, exist_ok=True)
        with _lock(self.path / "lock"):
            number = self.number()
            if self.exists() and base is not None and base != self.base and number:
                raise StoreError(f"{self.path}: the base of this store is {self.base}, not {base}; it cannot be changed")
            if not self.exists() or (base is not None and base != self.base):
                _write_atomically(self.path / _SETTINGS, json.dumps({"layout": LAYOUT, "base": base}) + "\n")
            self.base  # noqa: B018  refuses another layout
            writer = Writer(self, number, token)
            try:
                yield writer
            finally:
                del writer.store  # closes it while the right to write is still held
                shutil.rmtree(writer.loading, ignore_errors=True)

    def restore_live(self, number: int) -> Path:
        """``live``, as the last commit left it: started again from that generation if a writer died in between."""
        live, dirty = self.path / "live", self.path / _DIRTY
        (self.path / _PROGRESS).unlink(missing_ok=True)
        if dirty.exists() or not live.exists():
            dirty.touch()  # before anything is there: half a copy must not be taken for a database
            shutil.rmtree(live, ignore_errors=True)
            if number:
                _copy_database(self.generation(number).path / "store", live)
            for left in (self.path / "generations").glob("*.new"):
                shutil.rmtree(left)
        dirty.touch()
        return live

    def interrupted_live(self, number: int, token: str) -> dict[str, int]:
        """How far an equal run had come that was stopped while it loaded tables; nothing if there was none."""
        path = self.path / _PROGRESS
        if not (path.exists() and (self.path / _DIRTY).exists() and (self.path / "live").exists()):
            return {}
        said = _object(path)
        if (said.get("token"), said.get("generation")) != (token, number):
            return {}
        for left in (self.path / "live").glob("bulk-*.sst"):  # of a loader that was killed; what it finished has another name
            left.unlink()
        return dict(said["reached"])


class Writer:
    """One writer's session: ``store`` to write to, then :meth:`commit`, or nothing happened.

    ``loading`` is an empty folder for files on their way into it.
    """

    def __init__(self, directory: StoreDirectory, number: int, token: str = "") -> None:
        self.directory, self.number, self.token = directory, number, token
        self.loading = directory.path / "loading"
        shutil.rmtree(self.loading, ignore_errors=True)  # left by a writer that died
        self._reached = directory.interrupted_live(number, token) if token else {}
        self.store = EmbeddedStore.open(directory.path / "live" if self._reached else directory.restore_live(number))
        self.loading.mkdir()

    def reached(self, table: str) -> int:
        """The first chunk of a table that is not loaded yet."""
        return self._reached.get(table, 0)

    def reach(self, table: str, chunk: int) -> None:
        """Notes that all chunks of a table before this one are loaded, for a run that goes on if this one is stopped."""
        self._reached[table] = chunk
        said = {"token": self.token, "generation": self.number, "reached": self._reached}
        _write_atomically(self.directory.path / _PROGRESS, json.dumps(said) + "\n")

    def no_way_back(self) -> None:
        """From here on a run that is stopped starts again from the last generation: what follows is not done in chunks."""
        (self.directory.path / _PROGRESS).unlink(missing_ok=True)

    def start_afresh(self) -> None:
        """Empties the database, for all to be made again from the inputs."""
        del self.store
        self.no_way_back()
        self._reached = {}
        live = self.directory.path / "live"
        shutil.rmtree(live)
        self.store = EmbeddedStore.open(live)

    def last_manifest(self) -> Mapping[str, Any]:
        """The manifest of the last generation; empty before the first."""
        return self.directory.generation(self.number).manifest if self.number else {}

    def commit(self, manifest: Mapping[str, Any]) -> Generation:
        """Makes what was written the current generation."""
        number = self.number + 1
        final = self.directory.path / "generations" / f"{number:06d}"
        fresh = final.with_name(final.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(final, ignore_errors=True)  # left by a writer that died before CURRENT moved
        fresh.mkdir(parents=True)
        self.store.checkpoint(fresh / "store")
        text = json.dumps({"generation": number, **manifest}, ensure_ascii=False, indent=1, sort_keys=True)
        (fresh / "manifest.json").write_text(text + "\n", encoding="utf-8")
        fresh.rename(final)
        _sync_directory(final.parent)
        _write_atomically(self.directory.path / "CURRENT", f"{number}\n")
        self.keep()
        self.number = number
        return Generation(number, final)

    def keep(self) -> None:
        """Says that ``live`` is what the current generation is: committed, or nothing was written."""
        (self.directory.path / _DIRTY).unlink(missing_ok=True)


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{path}: is missing") from None
    except ValueError as error:
        raise StoreError(f"{path}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise StoreError(f"{path}: expected a JSON object")
    return value


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise StoreLocked(
                f"{path.parent}: {handle.read().strip() or 'another process'} is writing; try again later"
            ) from None
        handle.truncate(0)
        handle.write(f"process {os.getpid()}")
        handle.flush()
        yield
        handle.truncate(0)


def _write_atomically(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_database(source: Path, target: Path) -> None:
    """Sorted tables never change and are linked; the rest is small and copied."""
    target.mkdir()
    for file in source.iterdir():
        if file.suffix == ".sst":
            os.link(file, target / file.name)
        else:
            shutil.copy2(file, target / file.name)
