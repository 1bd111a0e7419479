"""Which table a file is: by its name and its beginning, never by what stands further down."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

from kg.errors import ReadError
from kg.tables import reading
from kg.tables.config import Config
from kg.tables.configured import names, shipped
from kg.tables.engine import connection


def detect(path: Path) -> Config | None:
    """The table that a file is, by its name and its beginning; nothing if it is none, or not only one."""
    if not re.search(r"\.(csv|tsv|txt|tab|parquet)(\.gz)?$", path.name, re.IGNORECASE):
        return None
    try:
        head = reading.beginning(path)
        header = parquet_columns(path) if reading.is_parquet(head) else None
    except ReadError:
        return None
    found = [c for c in map(shipped, names()) if _is(c, path, head, header)]
    return found[0] if len(found) == 1 else None


def _is(config: Config, path: Path, head: bytes, parquet: list[str] | None) -> bool:
    known = config.recognised
    if parquet is not None:
        return known.header and set(known.columns) <= set(parquet)
    header = reading.header_of(head, reading.dialect_of(head, "", known.separator))
    if known.header:
        return set(known.columns) <= set(header)
    named = any(fnmatch.fnmatch(path.name.lower(), p.lower()) for p in known.files)
    return named and len(header) == len(config.columns)


def parquet_columns(path: Path) -> list[str]:
    """The columns of a Parquet file; :class:`~kg.errors.ReadError` where DuckDB is not installed."""
    with connection(path) as db:
        try:
            return [str(r[0]) for r in db.connection.execute("SELECT name FROM parquet_schema(?)", [str(path)]).fetchall()[1:]]
        except db.error as error:
            raise ReadError(str(path), f"is no Parquet file that can be read: {error}") from error
