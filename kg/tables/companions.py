"""Files that the user gives beside a table, and that know names: of ids, or of codes that are reused from one year to another.

A table of states by code says nothing to a reader without the list of states. Such a list tells no relation; it is no report of
its own. Without it actors are called by their codes, with a warning.

Invariant: the digest of a table covers the companion it was read with, so that another list of names is another input.
"""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.tables import reading
from kg.tables.config import Config
from kg.tables.relational import Companion
from kg.tables.spells import YEARS

MAX_NAMES = 1_000_000
"""Rows of a companion that are read."""


@dataclass(frozen=True, slots=True)
class Known:
    """A name with the years in which it is borne."""

    name: str
    first: int
    last: int


@dataclass(slots=True)
class Names:
    """The names of a companion file: by id, and ids by name."""

    path: Path | None = None
    digest: str = ""
    by_id: dict[str, list[Known]] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=dict)

    def add(self, identifier: str, known: Known) -> None:
        """Takes note of a name."""
        self.by_id.setdefault(identifier, []).append(known)
        self.by_name.setdefault(known.name, set()).add(identifier)

    def of(self, identifier: str, year: int | None) -> tuple[str, bool]:
        """The name of an id in a year, and whether the list has that year. Outside its years an only name is taken."""
        known = self.by_id.get(identifier, [])
        if year is not None and (then := {k.name for k in known if k.first <= year <= k.last}):
            return (then.pop(), True) if len(then) == 1 else ("", False)
        ever = {k.name for k in known}
        return (ever.pop(), year is None) if len(ever) == 1 else ("", False)

    def is_reused(self, identifier: str) -> bool:
        """Whether several bore this id, one after the other: it is theirs only with their name."""
        return len({k.name for k in self.by_id.get(identifier, ())}) > 1

    def open_ended(self) -> None:
        """What the list has from its first year on may have been so before, what it has until its last may be so still."""
        everything = [k for known in self.by_id.values() for k in known]
        first = min((k.first for k in everything), default=0)
        last = max((k.last for k in everything), default=0)
        for known in self.by_id.values():
            known[:] = [
                replace(k, first=1 if k.first == first else k.first, last=YEARS[-1] if k.last == last else k.last)
                for k in known
            ]


def beside(path: Path, config: Config) -> Path | None:
    """The companion of a table: the first file in its folder whose name the configuration knows."""
    said = config.relational.companion if config.relational else None
    if said is None:
        return None
    there = sorted(p for p in path.parent.iterdir() if p.is_file() and p != path)
    return next((p for pattern in said.files for p in there if fnmatch.fnmatch(p.name.lower(), pattern.lower())), None)


def combined(digest: str, path: Path, config: Config) -> str:
    """The digest of a table together with its companion."""
    found = beside(path, config)
    if found is None:
        return digest
    with found.open("rb") as file:
        other = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{digest} {other}".encode()).hexdigest()


def read(path: Path, config: Config, problems: list[Problem]) -> Names:
    """The names beside a table; none, with a warning, where the file is missing or cannot be read."""
    names = Names()
    said = config.relational.companion if config.relational else None
    if said is None:
        return names
    found = beside(path, config)
    if found is None:
        message = f"no {' or '.join(said.files)} stands beside it: ids and codes that have no name in the table stay bare"
        problems.append(Problem(str(path), 0, message, "warning"))
        return names
    try:
        _read(found, said, names, problems)
    except ReadError as error:
        problems.append(Problem(str(found), error.line or 0, error.message, "warning"))
    names.path = found
    names.open_ended()
    return names


def _read(path: Path, said: Companion, names: Names, problems: list[Problem]) -> None:
    head = reading.beginning(path)
    dialect = reading.dialect_of(head)
    header = reading.header_of(head, dialect)
    wanted = [c for c in (said.id, said.name, said.first, said.last) if c]
    if missing := [c for c in wanted if c not in header]:
        raise ReadError(str(path), f"column {missing[0]!r} is missing; found {', '.join(header)[:300]}", 1)
    at = {c: header.index(c) for c in wanted}
    for batch in reading.csv_rows(path, dialect, True):
        for row in batch:
            if row.number > MAX_NAMES:
                raise ReadError(str(path), f"has more than MAX_NAMES ({MAX_NAMES:,}) rows", row.line)
            cells = {c: row.cells[n].strip() if n < len(row.cells) else "" for c, n in at.items()}
            first, last = _year(cells.get(said.first, ""), 1), _year(cells.get(said.last, ""), YEARS[-1])
            if not cells[said.id] or not cells[said.name] or first is None or last is None:
                found = row.wrong or f"found {', '.join(cells.values())}, expected {', '.join(wanted)}"
                message = f"{found}; not used"
                problems.append(Problem(str(path), row.line, message, "warning", f"row {row.number}"))
                continue
            names.add(cells[said.id], Known(cells[said.name], first, last))


def _year(cell: str, otherwise: int) -> int | None:
    digits = cell[:4]
    if not cell:
        return otherwise
    return int(digits) if digits.isascii() and digits.isdigit() else None
