"""How INCEpTION and WebAnno lay out what several people annotated: in a project archive, or in folders like it.

Follows «Project export» of the user guide of INCEpTION: ``annotation/DOCUMENT/ANNOTATOR.…`` holds each annotator's copy,
``curation/DOCUMENT/CURATION_USER.…`` the curated one, ``annotation_ser`` and ``curation_ser`` the same as Java objects, and a
JSON file the settings with names and addresses of users. Copies that lie in no such folders are for :mod:`kg.readers._copies`.

Invariant: a document has one copy an annotator; the curated one comes first. No name of an annotator becomes part of an id or
a path that leaves the readers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kg.readers._annotators import is_curated
from kg.readers._metadata import META

CURATION, ANNOTATION = "curation", "annotation"
CURATOR = "curation_user"
"""The name for what stands below ``curation``, whoever curated it."""

_INITIAL = "INITIAL_CAS"  # what a document was before anybody annotated it
_SETTINGS = re.compile(r"(?:.*/)?exportedproject[^/]*\.json")
_JAVA = ".ser"


@dataclass(slots=True)
class Copies:
    """The copies of one document, by annotator: where each is. ``nobodys`` are what it was before anybody annotated it."""

    document: str
    by_annotator: dict[str, str] = field(default_factory=dict)
    nobodys: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The name of the document without its ending: ``interview.txt`` is the report ``interview``."""
        return PurePosixPath(self.document).stem or self.document


@dataclass(frozen=True, slots=True)
class Project:
    """What an archive holds, by the names of its members: the documents, and how many members are nothing of the kind."""

    documents: tuple[Copies, ...]
    java: int
    others: int


def is_project(names: Iterable[str]) -> bool:
    """Whether members of an archive are laid out as a project: its settings, or copies of documents."""
    return any(_SETTINGS.fullmatch(n) or _place(n) is not None for n in names)


def project(names: Iterable[str], readable: Iterable[str]) -> Project:
    """The documents of an archive; ``readable`` are the endings of files that are read, in order of preference."""
    endings = tuple(readable)
    found: dict[str, Copies] = {}
    java = others = 0
    for name in sorted(names, key=lambda n: (_preference(n, endings), n)):
        place = _place(name)
        if name.endswith(_JAVA):
            java += 1
        elif place is None:
            others += 1
        else:
            document, annotator = place
            copies = found.setdefault(document, Copies(document))
            if name.endswith(endings) and annotator:
                copies.by_annotator.setdefault(annotator, name)
    return Project(tuple(found[d] for d in sorted(found)), java, others)


def _preference(name: str, endings: tuple[str, ...]) -> int:
    return next((n for n, ending in enumerate(endings) if name.endswith(ending)), len(endings))


def _place(name: str) -> tuple[str, str] | None:
    """The document and the annotator of a member; an empty annotator for what nobody annotated."""
    parts = PurePosixPath(name).parts
    if len(parts) < 3 or parts[-3] not in (CURATION, ANNOTATION):
        return None
    stem = PurePosixPath(parts[-1]).stem
    if parts[-3] == CURATION:
        return parts[-2], CURATOR
    return parts[-2], "" if stem == _INITIAL else stem


def laid_out(path: Path, suffixes: Iterable[str]) -> Copies | None:
    """The copies of the document that a file is of, if it lies where a project has them, however many there are."""
    whole = path if _place("/".join(path.parts[-3:])) else Path(os.path.abspath(path))
    if _place("/".join(whole.parts[-3:])) is None:
        return None
    endings = tuple(suffixes)
    root, found = whole.parent.parent.parent, Copies(whole.parent.name)
    for kind in (CURATION, ANNOTATION):
        for file in (p for p in _files(root / kind / found.document) if p.name.endswith(endings)):
            if file.name.endswith(META):
                continue
            place = _place("/".join(file.parts[-3:]))
            if place is not None and place[1]:
                found.by_annotator.setdefault(place[1], str(file))
            else:
                found.nobodys.append(str(file))
    return found if found.by_annotator else None


def first(copies: Copies) -> Path:
    """The copy that stands for all of them in a list of files."""
    return Path(copies.by_annotator[min(copies.by_annotator, key=lambda name: (not is_curated(name), name))])


def is_first(path: Path, copies: Copies) -> bool:
    """Whether a file is the copy that stands for all."""
    return os.path.abspath(path) == os.path.abspath(first(copies))


def others(path: Path, copies: Copies) -> tuple[Path, ...]:
    """For the copy that stands for all, the files that are read in its place or not at all."""
    if not is_first(path, copies):
        return ()
    return tuple(p for p in map(Path, (*copies.by_annotator.values(), *copies.nobodys)) if not is_first(p, copies))


def folder_of(copies: Copies) -> Path:
    """The folder that is named in place of the copies, whose names are those of people."""
    return first(copies).parent


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError:
        return []
