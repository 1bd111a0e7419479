"""The tables of a scheme file, read strictly: a key of the wrong kind, or one that nobody asks for, is a :class:`SchemeError`.

Invariant: every message names the file and the key, as ``ace.toml: mentions[3].roles.Place: …``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

from kg.errors import SchemeError


class Keys:
    """One table of a file. Each key is asked for by its kind; :meth:`end` refuses what was not asked for."""

    def __init__(self, table: object, file: str, path: str = "") -> None:
        self.file, self.path = file, path
        if not isinstance(table, dict):
            self.wrong("", f"expected a table, found {table!r}")
        self._table: dict[str, object] = table
        self._left = set(table)

    def wrong(self, key: str, message: str) -> NoReturn:
        """Raise the error about a key; about the table itself if the key is empty."""
        where = ".".join(p for p in (self.path, key) if p)
        raise SchemeError(f"{self.file}: {where + ': ' if where else ''}{message}")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._table

    def raw(self, key: str) -> object:
        """A value of any kind; ``None`` if it is not there."""
        self._left.discard(key)
        return self._table.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without a default it must be there."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.wrong(key, f"expected a string, found {value!r}" if value is not None else "is missing")
        return value

    def one_of(self, key: str, allowed: Iterable[str], default: str) -> str:
        """A string out of a few."""
        value, known = self.text(key, default), tuple(allowed)
        if value not in known:
            self.wrong(key, f"expected one of {', '.join(known)}, found {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false if it is not there."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"expected true or false, found {value!r}")
        return bool(value)

    def number(self, key: str) -> float:
        """A number between 0 and 1."""
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self.wrong(key, f"expected a number between 0 and 1, found {value!r}")
        return float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A string or a list of strings; empty if it is not there."""
        value = self.raw(key)
        values = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            self.wrong(key, f"expected a string or a list of strings, found {value!r}")
        return tuple(values)

    def table(self, key: str) -> Keys:
        """A table below this one; an empty one if it is not there."""
        value = self.raw(key)
        return Keys({} if value is None else value, self.file, ".".join(p for p in (self.path, key) if p))

    def tables(self, key: str) -> tuple[Keys, ...]:
        """A list of tables."""
        value = self.raw(key)
        if value is not None and not isinstance(value, list):
            self.wrong(key, f"expected a list of tables, found {value!r}")
        path = ".".join(p for p in (self.path, key) if p)
        return tuple(Keys(t, self.file, f"{path}[{n}]") for n, t in enumerate(value or (), 1))

    def strings(self, key: str) -> Mapping[str, str]:
        """A table of strings."""
        below = self.table(key)
        return {name: below.text(name) for name in below.names()}

    def names(self) -> tuple[str, ...]:
        """The keys of the table; from now on all of them count as asked for."""
        self._left.clear()
        return tuple(self._table)

    def end(self) -> None:
        """Refuse the keys that nobody asked for."""
        if self._left:
            self.wrong(min(self._left), "is no key of a scheme here")
