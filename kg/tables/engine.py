"""DuckDB, as far as tables need it: one connection with a bound on memory, two threads, and a folder for what does not fit.

The extra ``tables`` brings it; nothing else in sitgraph needs it, so it is imported here and inside a function.

Invariant: what DuckDB raises becomes :class:`~kg.errors.StoreError`. Memory or disk ran out, for which no table is to blame:
none is refused, and the run stops where it can be gone on with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import ReadError, StoreError

MEMORY_LIMIT = "800MB"
THREADS = 2
SMALL = 2**21
"""Bytes of a file that are worth no database on disk: a million as they are, some ten million if they are packed."""
_BATCH = 4096


MAX_ROW_BYTES = 2**22
"""The longest row of a plain file; DuckDB holds sixteen of them at once."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A connection for one table. ``error`` is the root of what DuckDB raises."""

    connection: Any
    error: type[Exception]
    path: Path

    @contextmanager
    def _ours(self) -> Iterator[None]:
        try:
            yield
        except self.error as error:
            raise _stopped(self.path, error) from error

    def execute(self, sql: str, values: Sequence[object] = ()) -> Any:
        """Runs one statement."""
        with self._ours():
            return self.connection.execute(sql, list(values)) if values else self.connection.execute(sql)

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, fetched in batches. A cursor of its own, so that others may run meanwhile."""
        with self._ours():
            cursor = self.connection.cursor().execute(sql)
        while found := self._some(cursor):
            yield from found

    def _some(self, cursor: Any) -> list[tuple[Any, ...]]:
        with self._ours():
            found: list[tuple[Any, ...]] = cursor.fetchmany(_BATCH)
        return found

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query that has few, from this connection: it may ask temporary tables."""
        with self._ours():
            found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return found

    def one(self, sql: str) -> Any:
        """The first cell of the first row."""
        with self._ours():
            return self.connection.execute(sql).fetchone()[0]

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


def connect(path: Path, folder: Path | None = None) -> Engine:
    """A database for one table: in ``folder`` if the table is large, else in memory, where it may spill into ``folder``.

    ``path`` is the table, which is named where DuckDB is missing.
    """
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise ReadError(str(path), "event tables need DuckDB: pip install 'sitgraph[tables]'") from error
    settings: dict[str, Any] = {
        "threads": THREADS, "memory_limit": MEMORY_LIMIT, "autoinstall_known_extensions": False,
        "preserve_insertion_order": True,  # chunks are the same in every run, to the byte
    }  # fmt: skip
    if folder is not None:
        settings["temp_directory"] = str(folder / "spill")
    small = folder is None or not path.is_file() or path.stat().st_size < SMALL
    where = ":memory:" if folder is None or small else str(folder / "staging.duckdb")
    try:
        return Engine(duckdb.connect(where, config=settings), duckdb.Error, path)
    except duckdb.Error as error:
        raise _stopped(path, error) from error


def _stopped(path: Path, error: Exception) -> StoreError:
    """What is told of a failure of DuckDB: its own first line, and what it needs."""
    said = next(iter(str(error).splitlines()), type(error).__name__)
    return StoreError(
        f"{path}: DuckDB cannot go on: {said}; a table needs {MEMORY_LIMIT} of memory, and space on the disk of the store: "
        "free some and run the same command again"
    )


@contextmanager
def connection(path: Path) -> Iterator[Engine]:
    """A database in memory for one look at a file."""
    engine = connect(path)
    try:
        yield engine
    finally:
        engine.close()


def quoted(name: str) -> str:
    """A column name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string in SQL."""
    return "'" + value.replace("'", "''") + "'"


def strings(values: Iterable[str]) -> str:
    """A list of strings in SQL."""
    return "[" + ", ".join(map(text, values)) + "]::VARCHAR[]"


def plain_file(path: Path, columns: Iterable[str], null: str) -> str:
    """A table function over a plain file as we write it: UTF-8, all cells in quotes, told to the last option."""
    said = ", ".join(f"{text(c)}: 'VARCHAR'" for c in columns)
    return (
        f"read_csv({text(str(path))}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n', "
        f"nullstr={text(null)}, max_line_size={MAX_ROW_BYTES}, columns={{{said}}})"
    )
