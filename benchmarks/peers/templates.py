"""What is to be mapped, said once for all programs: quads with columns in them, as RML and OTTR have it.

Only the standard library is imported here: programs of other environments read the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_COLUMN = re.compile(r"\{(\w+)\}")
FILE = "templates.json"
SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Term:
    """An IRI or a literal with columns in braces. There is none where one of its columns is empty."""

    pattern: str
    literal: bool = False
    datatype: str = ""
    language: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in it; none in a constant."""
        return tuple(_COLUMN.findall(self.pattern))

    @property
    def column(self) -> str:
        """The column that it is as it stands, or nothing."""
        whole = _COLUMN.fullmatch(self.pattern)
        return whole[1] if whole else ""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Constant text and columns in turn; text comes first and last."""
        return tuple(_COLUMN.split(self.pattern))


@dataclass(frozen=True, slots=True)
class Template:
    """A quad for every row of a source. Without ``graph`` it is in the default graph. The predicate is a constant."""

    source: str
    graph: str
    subject: Term
    predicate: str
    object: Term


def write(templates: Iterable[Template], folder: Path) -> None:
    """Keeps the list for other environments."""
    (folder / FILE).write_text(json.dumps([asdict(t) for t in templates], ensure_ascii=False, indent=1), "utf-8")


def read(folder: Path) -> list[Template]:
    """The list that was kept."""
    return [_template(found) for found in json.loads((folder / FILE).read_text("utf-8"))]


def _template(found: dict[str, Any]) -> Template:
    return Template(
        found["source"], found["graph"], Term(**found["subject"]), found["predicate"], Term(**found["object"])
    )  # fmt: skip
