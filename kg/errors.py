"""The errors of sitgraph, and the problems that do not stop the work.

::

    SitgraphError
    ├── ReadError          a file or a report that cannot be read at all
    ├── SchemeError        a label scheme that contradicts itself
    ├── ReferenceTableError  a reference table, decision or assessment that cannot be used
    ├── StoreError         a store that is missing, locked, of another base, or damaged
    │   └── StoreLocked    another process is writing
    ├── QueryError         a query that cannot be parsed, bound or run
    ├── TermError          an IRI, prefixed name or label that names nothing, or more than one thing
    └── ReasonerUnavailable  consistency was not decided: no Java, no answer in time, or not enough memory

Errors carry data (path, line, what was found, what was expected), never an HTTP status: the web layer has a table for that.
A :class:`Problem` is what remains of a line that was set aside while the rest went on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


class SitgraphError(Exception):
    """The root of all errors raised on purpose."""


class ReadError(SitgraphError):
    """A file or report that cannot be read: which, where, and why.

    ``line`` is counted from 1; ``None`` when the whole file is meant. ``hint`` is shown to who is there, and never stored.
    """

    def __init__(self, path: str, message: str, line: int | None = None, hint: str = "") -> None:
        self.path, self.line, self.message, self.hint = path, line, message, hint
        super().__init__(f"{path}{f':{line}' if line else ''}: {message}{f' ({hint})' if hint else ''}")


class SchemeError(SitgraphError):
    """A label scheme (``kg/schemes/*.toml``) that cannot be used."""


class ReferenceTableError(SitgraphError):
    """A row of a reference table that cannot be used: file, row (from 1, the header is row 1), reason."""

    def __init__(self, path: str, row: int, message: str) -> None:
        self.path, self.row, self.message = path, row, message
        super().__init__(f"{path}:{row}: {message}")


class StoreError(SitgraphError):
    """A store that is missing, of another base, or damaged."""


class StoreLocked(StoreError):
    """Another process holds the right to write; the message says which."""


class QueryError(SitgraphError):
    """A query that cannot be parsed, bound or run. ``line`` and ``column`` count from 1 where they are known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        where = f"line {line}, column {column}: " if line else ""
        super().__init__(where + message)


class TermError(SitgraphError):
    """An IRI, prefixed name or label that names nothing here, or more than one thing."""


class ReasonerUnavailable(SitgraphError):
    """Whether something is consistent was not decided: no Java, no answer in time, or not enough memory."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something that was set aside while the rest went on.

    ``severity`` is ``"rejected"`` for input that is not in the store (exit code 1) and ``"warning"`` for input that is,
    with something a person should know. ``line`` counts from 1, 0 when the whole file is meant. ``where`` names the
    annotation (its local id) or the offset, if that helps. ``hint`` is shown to who is there, and never stored.
    """

    path: str
    line: int
    message: str
    severity: Literal["rejected", "warning"] = "rejected"
    where: str = ""
    hint: str = field(default="", compare=False)

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.where + ': ' if self.where else ''}{self.message}{f' ({self.hint})' if self.hint else ''}"
