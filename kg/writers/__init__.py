"""Writers: annotated reports out, as files of an annotation format; one module per format.

A writer is a module with :class:`Writer`'s attributes; it is found by listing this package. A module whose name begins with an
underscore is shared by writers and is none; writers are blind to each other.

Invariant: what a writer wrote, the reader of its format gives back as an equal annotated report, except for what the format
cannot say, and each such thing is a problem in :class:`Written`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from kg.errors import Problem, SitgraphError
from kg.model import AnnotatedReport


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what of the report the format could not say."""

    paths: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


class Writer(Protocol):
    """What a module must have to be a writer."""

    FORMAT: str
    """The name of the format, the same as its reader's."""

    def write(self, report: AnnotatedReport, folder: Path) -> Written:
        """Write the report, its text and its metadata into an existing folder; files of the same names are replaced."""


def writers() -> Mapping[str, Writer]:
    """All writers by the name of their format."""
    found: dict[str, Writer] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        writer = importlib.import_module(f"{__name__}.{module}")
        if not (isinstance(getattr(writer, "FORMAT", None), str) and hasattr(writer, "write")):
            raise SitgraphError(f"kg.writers.{module} is no writer: it needs FORMAT and write")
        if writer.FORMAT in found:
            raise SitgraphError(f"there is another writer of {writer.FORMAT} beside kg.writers.{module}")
        found[writer.FORMAT] = cast(Writer, writer)
    return found
