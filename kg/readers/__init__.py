"""Readers: files in, annotated reports out; one module per format.

A reader is a module with :class:`Reader`'s attributes; it is found by listing this package, then the entry-point group
``kg.readers``. A module whose name begins with an underscore is shared by readers and is none; readers are blind to each other.

Invariant: each visible file below the paths of a :func:`walk` is read by exactly one reader, belongs to a file that is, or is
listed as :class:`Unclaimed` with a reason. The order depends on the paths alone. Ids: section 17 of the specification.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport
from kg.readers import _foreign, _metadata

ENTRY_POINTS = "kg.readers"
HOW_TO_ANNOTATE = "docs/annotating.md"


class Reader(Protocol):
    """What a module must have to be a reader. It may also have ``companions(path) -> Iterable[Path]``."""

    FORMAT: str
    """The name of the format, as given to ``--format``."""

    def detect(self, path: Path) -> bool:
        """Whether this file is of the format; looks at names and beginnings only."""

    def read(self, path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
        """The reports of the file, and what could not be read. ``default_id`` is for a report that has no id of its own.

        ``annotator`` is whose annotation is meant where several people annotated a text, which most formats cannot say.
        """


@dataclass(frozen=True, slots=True, order=True)
class Unclaimed:
    """A file that no reader takes, and why. This is no error."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A file, the reader that takes it, and the id of its report if it gives none itself."""

    path: Path
    reader: Reader
    default_id: str
    annotator: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """The file and all that may be read with it."""
        return (self.path, *_companions(self.reader, self.path))

    def read(self) -> Iterator[AnnotatedReport | Problem]:
        """What the reader finds; a file that fails as a whole gives one problem."""
        try:
            yield from self.reader.read(self.path, self.default_id, self.annotator)
        except ReadError as error:
            yield Problem(error.path, error.line or 0, error.message, hint=error.hint)
        except OSError as error:
            yield Problem(str(self.path), 0, f"cannot be read: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class Walk:
    """What there is to read, in order. Iterating reads it; ``readable`` tells a progress bar how much that is.

    ``elsewhere`` are, by folder, names of reports there that nobody here reads, and metadata may tell of.
    """

    entries: tuple[Readable | Unclaimed | Problem, ...]
    elsewhere: Mapping[Path, frozenset[str]] = field(default_factory=dict)

    @property
    def readable(self) -> tuple[Readable, ...]:
        """The files that will be read."""
        return tuple(e for e in self.entries if isinstance(e, Readable))

    @property
    def unclaimed(self) -> tuple[Unclaimed, ...]:
        """The files that no reader takes."""
        return tuple(e for e in self.entries if isinstance(e, Unclaimed))

    def __iter__(self) -> Iterator[AnnotatedReport | Problem | Unclaimed]:
        """Read everything: reports, what could not be read, and what nobody reads."""
        known: dict[Path, set[str]] = {}
        blamed: set[str] = set()
        for entry in self.entries:
            if not isinstance(entry, Readable):
                yield entry
                continue
            names = known.setdefault(entry.path.parent, set())
            names |= {entry.path.name, entry.path.stem, entry.path.stem + ".txt", entry.default_id}
            for item in entry.read():
                if isinstance(item, AnnotatedReport):
                    names.add(item.report.id)
                else:
                    blamed.add(item.path)
                yield item
        for folder, names in known.items():
            if str(folder / _metadata.TABLE) not in blamed:
                others = self.elsewhere.get(folder, frozenset())
                yield from _rows_without_report(folder / _metadata.TABLE, names | others)


def readers() -> Mapping[str, Reader]:
    """All readers by the name of their format: those of this package, then those of installed plug-ins."""
    found: dict[str, Reader] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        _register(found, importlib.import_module(f"{__name__}.{module}"), module)
    for point in sorted(entry_points(group=ENTRY_POINTS)):
        try:
            plugin = point.load()
        except (ImportError, AttributeError) as error:
            raise ReadError(point.value, f"the reader {point.name} cannot be loaded: {error}") from error
        _register(found, plugin, point.value)
    return found


def walk(
    paths: Iterable[Path], format: str | None = None, known: Mapping[str, Reader] | None = None, annotator: str = ""
) -> Walk:
    """What is to be read below ``paths``. With a ``format``, its reader takes every given file, and no other reader any."""
    known = readers() if known is None else known
    if format is not None and format not in known:
        raise ReadError(format, f"no reader has this name; there are {', '.join(sorted(known))}")
    chosen = known if format is None else {format: known[format]}
    places: list[Path | Unclaimed | Problem] = []
    takers: dict[Path, list[Reader]] = {}
    owners: dict[Path, Path] = {}
    for place, given in _files(paths):
        places.append(place)
        if isinstance(place, Path):
            takers[place] = [r for r in chosen.values() if (given and format is not None) or r.detect(place)]
            if given and not takers[place] and place not in owners:
                owners |= _owners(place.parent, chosen)
    companions = {c.absolute() for path, taking in takers.items() for r in taking for c in _companions(r, path) if c != path}
    taken = [path for path, taking in takers.items() if len(taking) == 1 and path.absolute() not in companions]
    ids = default_ids(taken)
    entries: list[Readable | Unclaimed | Problem] = []
    for place in places:
        if not isinstance(place, Path):
            entries.append(place)
        elif place in ids:
            entries.append(Readable(place, takers[place][0], ids[place], annotator))
        elif place.absolute() not in companions:
            entries.append(_not_taken(place, takers[place], owners.get(place), chosen))
    return Walk(tuple(entries))


def default_ids(paths: Sequence[Path]) -> dict[Path, str]:
    """The id of each file's report: its stem, with as many of its folders in front as tell it from the others.

    No folder above those that the files have in common is named, so the same files have the same ids wherever they lie.
    """
    whole = {p: Path(os.path.abspath(p)) for p in paths}
    top = len(Path(os.path.commonpath([w.parent for w in whole.values()])).parts) if paths else 0
    parts = {p: (*w.parts[max(top - 1, 1) : -1], w.stem) for p, w in whole.items()}
    depth = dict.fromkeys(paths, 1)
    while True:
        ids = {p: "-".join(parts[p][-depth[p] :]) for p in paths}
        count = Counter(ids.values())
        clashing = [p for p in paths if count[ids[p]] > 1 and depth[p] < len(parts[p])]
        if not clashing:
            break
        for p in clashing:
            depth[p] += 1
    return _numbered(ids)


def _numbered(ids: Mapping[Path, str]) -> dict[Path, str]:
    """What folders cannot tell apart (x.a beside x.b, c/1 beside c-1) is counted, in the order of paths."""
    taken: Counter[str] = Counter()
    numbers: dict[Path, int] = {}
    for path in sorted(ids):
        taken[ids[path]] += 1
        numbers[path] = taken[ids[path]]
    return {p: i if numbers[p] == 1 else f"{i}~{numbers[p]}" for p, i in ids.items()}


def _register(found: dict[str, Reader], module: object, name: str) -> None:
    if not (isinstance(getattr(module, "FORMAT", None), str) and hasattr(module, "detect") and hasattr(module, "read")):
        raise ReadError(name, "is no reader: it needs FORMAT, detect and read")
    reader = cast(Reader, module)
    if reader.FORMAT in found:
        raise ReadError(name, f"there is another reader of {reader.FORMAT}")
    found[reader.FORMAT] = reader


def _companions(reader: Reader, path: Path) -> Iterable[Path]:
    companions = getattr(reader, "companions", None)
    return companions(path) if companions else ()


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path | Unclaimed | Problem, bool]]:
    """Every file below the paths, once, and whether it was given itself; folders in order of names."""
    seen: set[Path] = set()
    for path in paths:
        if not os.path.exists(path):
            yield Problem(str(path), 0, "there is no such file or folder"), False
            continue
        for place in _below(path) if os.path.isdir(path) else (path,):
            if not isinstance(place, Path):
                yield place, False
            elif not os.path.isfile(place):
                yield Unclaimed(str(place), "not a regular file"), False
            elif (real := place.resolve()) not in seen:
                seen.add(real)
                yield place, place == path


def _below(folder: Path, deep: bool = True) -> Iterator[Path | Unclaimed | Problem]:
    try:
        inside = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    except OSError as error:
        yield Problem(str(folder), 0, f"cannot be listed: {error.strerror or error}")
        return
    for path in inside:
        if not os.path.isdir(path):
            yield path
        elif path.is_symlink():
            yield Unclaimed(str(path), "a link to a folder, which is not followed; give that folder itself")
        elif deep:
            yield from _below(path)


def _not_taken(path: Path, takers: Sequence[Reader], owner: Path | None, chosen: Mapping[str, Reader]) -> Unclaimed | Problem:
    if takers:
        return Problem(str(path), 0, f"may be {' or '.join(r.FORMAT for r in takers)}; say which with --format")
    if owner is not None:
        return Unclaimed(str(path), f"belongs to {owner.name}; give that file, or the folder")
    if known := _foreign.recognise(path):
        return Unclaimed(str(path), known)
    if path.suffix.lower() == ".txt":
        reason = f"a text without annotation: {path.stem}.ann is not beside it; {HOW_TO_ANNOTATE} says how annotations are made"
        return Unclaimed(str(path), reason)
    return Unclaimed(str(path), f"of no format that is read here ({', '.join(sorted(chosen))})")


def _owners(folder: Path, chosen: Mapping[str, Reader]) -> dict[Path, Path]:
    """Of each companion in a folder, the file it belongs to: somebody gave the text and not the annotation of it."""
    owners: dict[Path, Path] = {}
    for path in (p for p in _below(folder, deep=False) if isinstance(p, Path) and os.path.isfile(p)):
        for reader in (r for r in chosen.values() if r.detect(path)):
            owners |= {c: path for c in _companions(reader, path) if c != path and c not in owners}
    return owners


def _rows_without_report(table: Path, names: set[str]) -> Iterator[Problem]:
    try:
        rows = _metadata.rows(table) if table.is_file() else ()
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message, "warning")
        return
    for row in rows:
        if row.names() not in names:
            yield Problem(str(table), row.line, f"no report here is called {row.names()!r}", "warning")
