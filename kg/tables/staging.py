"""A table, opened: its cells as columns of DuckDB under their row numbers, its report, and the digest of its content.

The digest is over the cells, not over the bytes, so that a table in CSV, in gzip, in Parquet and in another encoding is one
table with the same IRIs. Rows whose number of cells is not that of the header never reach the columns; they are told.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import TracebackType

from kg.errors import Problem, ReadError
from kg.model import Report
from kg.readers import _metadata as metadata
from kg.tables import companions, reading
from kg.tables.config import Config
from kg.tables.engine import MAX_ROW_BYTES, Engine, connect, plain_file, quoted, text

MAX_PROBLEMS = 10_000
"""Problems of one table that are told one by one; what is beyond is counted."""


@dataclass(slots=True)
class Table:
    """One version of a table. ``rows`` are all rows of data, ``refused`` those among them that could not be read as rows."""

    path: Path
    config: Config
    report: Report
    digest: str
    rows: int
    refused: int
    size: int
    columns: tuple[str, ...]
    positions: dict[str, int]
    engine: Engine
    problems: list[Problem] = field(default_factory=list)

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection to the staged columns. Its folder is the caller's."""
        self.engine.close()

    def column(self, name: str) -> str:
        """An SQL expression for a column: trimmed, NULL where the cell is empty or the file has no such column."""
        if name not in self.columns:
            return "NULL::VARCHAR"
        missing = ", ".join(text(m) for m in ("", *self.config.missing))
        trimmed = f"trim({quoted(name)})"
        return f"CASE WHEN {trimmed} IN ({missing}) THEN NULL ELSE {trimmed} END"


def open_table(
    path: Path, config: Config, folder: Path, default_id: str = "", encoding: str = "", separator: str = ""
) -> Table:
    """Reads a table into columns in ``folder``, which is empty and the caller's to delete.

    Raises :class:`~kg.errors.ReadError` where nothing of it can be read.
    """
    problems: list[Problem] = []
    report = report_of(path, config, default_id or plain_stem(path), problems)
    engine = connect(path, folder)
    try:
        head = reading.beginning(path)
        if reading.is_parquet(head):
            header, batches = _parquet(path, engine)
        else:
            dialect = _dialect(path, head, config, encoding, separator, problems)
            known = config.recognised.header
            header = reading.header_of(head, dialect) if known else list(config.columns)
            batches = reading.csv_rows(path, dialect, known)
        _check_header(path, config, header, problems)
        staged = _Staging(path, header, folder / "rows.csv", problems)
        staged.write(batches)
        _load(engine, header, folder / "rows.csv", config)
    except BaseException:
        engine.close()
        raise
    size = path.stat().st_size
    positions = {c: n for n, c in enumerate(header, 1)}
    kept = tuple(c for c in header if c in config.used)
    digest = companions.combined(staged.digest, path, config)
    return Table(path, config, report, digest, staged.rows, staged.refused, size, kept, positions, engine, problems)


def plain_stem(path: Path) -> str:
    """The name of a file without its endings ``.csv.gz``."""
    name = path.name
    for ending in (".gz", ".csv", ".tsv", ".tab", ".txt", ".parquet", ".export"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def report_of(path: Path, config: Config, default_id: str, problems: list[Problem]) -> Report:
    """What is said beside the file, laid over what the configuration says of every version of this table."""
    default = Report(id=default_id)
    found = default
    for name in _names(path):
        said = metadata.metadata_beside(name, default_id)
        if said.report != default:
            found = said.report
            problems.extend(said.problems)
            break
    if not found.issued and config.issued and (named := re.search(config.issued, path.name)):
        with suppress(ValueError):  # a number in the name that is no day
            found = replace(found, issued=date(*map(int, named.groups()[:3])).isoformat())
    return replace(
        found, title=found.title or config.title, publisher=found.publisher or config.publisher,
        language=found.language or config.language, url=found.url or config.url, rights=found.rights or config.license,
    )  # fmt: skip


def _names(path: Path) -> Iterable[Path]:
    """What the metadata may call a table."""
    return dict.fromkeys((path, path.with_suffix(""), path.with_name(plain_stem(path) + ".csv")))


def meta_files(path: Path) -> list[Path]:
    """The files beside a table that may say what it is."""
    asked = [*map(metadata.meta_file, _names(path)), path.with_name(metadata.TABLE)]
    return [meta for meta in asked if meta.is_file()]


def issued_instant(report: Report) -> str:
    """The date of issue as the text of an ``xsd:dateTime``, or nothing."""
    if not report.issued:
        return ""
    said = report.issued
    moment = datetime.fromisoformat(said) if "T" in said else datetime.combine(date.fromisoformat(said), time(), UTC)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _dialect(
    path: Path, head: bytes, config: Config, encoding: str, separator: str, problems: list[Problem]
) -> reading.Dialect:
    separator = separator or config.recognised.separator
    if separator and not reading.separates(separator):
        raise ReadError(str(path), f"found separator {separator!r}, expected one character, such as a comma or a tab")
    try:
        dialect = reading.dialect_of(head, encoding, separator)
    except (LookupError, UnicodeError) as error:
        raise ReadError(str(path), f"unknown encoding {encoding!r}, or none of text files") from error
    if dialect.note:
        problems.append(Problem(str(path), 1, dialect.note, "warning"))
    return dialect


def _parquet(path: Path, engine: Engine) -> tuple[list[str], Iterator[list[reading.Row]]]:
    def unreadable(error: Exception) -> ReadError:
        return ReadError(str(path), f"is no Parquet file that can be read: {error}")

    try:  # not through the engine: what DuckDB cannot read here is the fault of the file
        cursor = engine.connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({text(str(path))})")
        header = [d[0] for d in cursor.description]
    except engine.error as error:
        raise unreadable(error) from error

    def some() -> list[tuple[str | None, ...]]:
        try:
            found: list[tuple[str | None, ...]] = cursor.fetchmany(2048)
        except engine.error as error:
            raise unreadable(error) from error
        return found

    def batches() -> Iterator[list[reading.Row]]:
        number = 0
        while found := some():
            yield [reading.Row(number + n, 0, [c or "" for c in cells]) for n, cells in enumerate(found, 1)]
            number += len(found)

    return header, batches()


def _check_header(path: Path, config: Config, header: list[str], problems: list[Problem]) -> None:
    if len(header) > reading.MAX_COLUMNS:
        raise ReadError(str(path), f"has {len(header):,} columns, more than MAX_COLUMNS ({reading.MAX_COLUMNS:,})", 1)
    if twice := sorted({c for c in header if header.count(c) > 1}):
        raise ReadError(str(path), f"column {twice[0]!r} stands twice in the header", 1)
    if missing := [c for c in config.recognised.columns if c not in header]:
        raise ReadError(str(path), f"is no {config.name}: column {missing[0]!r} is missing; found {', '.join(header)[:300]}", 1)
    for column in config.used:
        if column not in header:
            problems.append(Problem(str(path), 1, f"column {column!r} is missing: nothing is read from it", "warning"))
    known = {*config.used, *config.unused}
    for column in header:
        if column not in known:
            message = f"column {column!r} is not used: the configuration {config.name} does not know it"
            problems.append(Problem(str(path), 1, message, "warning"))


class _Staging:
    """Rows on their way into one plain file: UTF-8, one dialect, the row number in front."""

    def __init__(self, path: Path, header: list[str], target: Path, problems: list[Problem]) -> None:
        self.path, self.header, self.target, self.problems = path, header, target, problems
        self.rows = self.refused = 0
        self.digest = ""

    def write(self, batches: Iterator[list[reading.Row]]) -> None:
        hashed = hashlib.sha256()
        with self.target.open("wb") as file:
            for batch in self._with_header(batches):
                buffer = io.StringIO()
                csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(batch)
                data = buffer.getvalue().encode()
                hashed.update(data)
                file.write(data)
        self.digest = hashed.hexdigest()

    def _with_header(self, batches: Iterator[list[reading.Row]]) -> Iterator[list[list[str]]]:
        yield [["0", *self.header]]
        for batch in batches:
            self.rows += len(batch)
            yield [[str(r.number), *r.cells] for r in batch if self._sound(r)]

    def _sound(self, row: reading.Row) -> bool:
        width = len(self.header)
        if row.wrong:
            return self._refuse(row, row.wrong)
        if len(row.cells) != width:
            return self._refuse(row, f"found {len(row.cells)} cells, expected {width}, as in the header")
        joined = "".join(row.cells)
        if len(joined) > MAX_ROW_BYTES // 8:  # four bytes a character at most, and a quote is doubled
            return self._refuse(row, f"found {len(joined):,} characters, expected no more than {MAX_ROW_BYTES // 8:,}")
        if not joined.isprintable() and (wrong := reading.unreadable(joined)):
            column = next(c for c, cell in zip(self.header, row.cells, strict=True) if reading.unreadable(cell))
            return self._refuse(row, f"column {column}: found {wrong}")
        return True

    def _refuse(self, row: reading.Row, message: str) -> bool:
        self.refused += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(str(self.path), row.line, message, "rejected", f"row {row.number}"))
        return False


def _load(engine: Engine, header: list[str], staged: Path, config: Config) -> None:
    """The columns that are used, as text."""
    wanted = ", ".join(f"c{n} AS {quoted(c)}" for n, c in enumerate(header) if c in config.used)
    source = plain_file(staged, ("row", *(f"c{n}" for n in range(len(header)))), "\\N")
    engine.execute(f"CREATE TABLE raw AS SELECT row::BIGINT AS row, {wanted} FROM {source} WHERE row <> '0'")
    staged.unlink()
