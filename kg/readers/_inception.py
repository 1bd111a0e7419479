"""How INCEpTION and WebAnno lay out what several people annotated: in a project archive, or in folders like it.

Follows «Project export» of the user guide of INCEpTION: ``annotation/DOCUMENT/ANNOTATOR.…`` holds each annotator's copy,
``curation/DOCUMENT/CURATION_USER.…`` the curated one, ``annotation_ser`` and ``curation_ser`` the same as Java objects, and a
JSON file the settings with names and addresses of users. Without such folders, the files of a folder are copies of one text
when each of them is called as an annotator is: ``user1``, ``user2``, ``curator``.

Invariant: a document has one copy an annotator; the curated one comes first. No name of an annotator becomes part of an id or
a path that leaves the readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kg.readers._annotators import is_curated

CURATION, ANNOTATION = "curation", "annotation"
CURATOR = "curation_user"
"""The name for what stands below ``curation``, whoever curated it."""

_INITIAL = "INITIAL_CAS"  # what a document was before anybody annotated it
_SETTINGS = re.compile(r"(?:.*/)?exportedproject[^/]*\.json")
_JAVA = ".ser"
_ANNOTATOR = re.compile(r"(?:user|annotator|coder|rater)[ _-]?[0-9a-z]{1,3}", re.IGNORECASE)


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


def beside(path: Path, suffixes: Iterable[str]) -> Copies | None:
    """The copies that a file is one of, by where it lies; ``None`` if it is the only annotation of its text."""
    endings = tuple(suffixes)
    if _place("/".join(path.parts[-3:])) is not None:
        return _laid_out(path.parent.parent.parent, path.parent.name, endings)
    if not _is_annotator(path.stem):
        return None
    files = [p for p in _files(path.parent) if p.name.endswith(endings)]
    if len(files) < 2 or not all(_is_annotator(p.stem) for p in files):
        return None
    return Copies(path.parent.resolve().name, {p.stem: str(p) for p in files})


def first(copies: Copies) -> str:
    """The copy that stands for all of them in a list of files."""
    order = sorted(copies.by_annotator, key=lambda name: (not is_curated(name), name))
    return copies.by_annotator[order[0]] if order else ""


def folder_of(copies: Copies) -> Path:
    """The folder that is named in place of the copies, whose names are those of people."""
    return Path(first(copies)).parent


def _laid_out(root: Path, document: str, endings: tuple[str, ...]) -> Copies | None:
    found = Copies(document)
    for kind in (CURATION, ANNOTATION):
        for path in (p for p in _files(root / kind / document) if p.name.endswith(endings)):
            place = _place("/".join(path.parts[-3:]))
            if place is not None and place[1]:
                found.by_annotator.setdefault(place[1], str(path))
            else:
                found.nobodys.append(str(path))
    return found if found.by_annotator else None


def _is_annotator(stem: str) -> bool:
    return is_curated(stem) or _ANNOTATOR.fullmatch(stem) is not None


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError:
        return []
