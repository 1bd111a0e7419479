"""Files of one folder that are of the same texts: what several people annotated, exported with a file for each of them.

Invariant: only files that share a text belong together, and the name of none of them is in the id that they give.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from kg.readers._annotators import is_curated

Detect = Callable[[Path], bool]
Texts = Callable[[Path], frozenset[str]]


def copies_in_folder(path: Path, is_of_format: Detect, texts: Texts) -> tuple[Path, ...]:
    """The files of the format in the folder of ``path`` that share texts with it, a curator's first; else none.

    They are taken for copies if they are all that the folder has of the format, or if one of them is called as a curator is.
    """
    try:
        changed = path.parent.stat().st_mtime_ns
    except OSError:
        return ()
    groups = _copies(path.parent, changed, path.suffix, is_of_format, texts)
    return next((group for group in groups if path in group), ())


def folder_id(default_id: str, path: Path) -> str:
    """An id from which the file's name, which is a person's, is taken: what is left names the folder."""
    before = default_id.removesuffix(path.stem).rstrip("-")
    return before if before and before != default_id else path.absolute().parent.name or "report"


# A folder of ten thousand files asks ten thousand times.
@lru_cache(maxsize=8)
def _copies(folder: Path, _changed: int, suffix: str, is_of_format: Detect, texts: Texts) -> tuple[tuple[Path, ...], ...]:
    files = sorted(p for p in folder.iterdir() if p.suffix == suffix and p.is_file() and is_of_format(p))
    if len(files) < 2:
        return ()
    groups = [g for g in _sharing({p: texts(p) for p in files}) if len(g) > 1]
    copies = [g for g in groups if len(g) == len(files) or any(is_curated(_stem(p)) for p in g)]
    return tuple(tuple(sorted(group, key=lambda p: (not is_curated(_stem(p)), p))) for group in copies)


def _sharing(held: dict[Path, frozenset[str]]) -> list[list[Path]]:
    """The files that share a text, or share one with a file that shares one with it, and so on."""
    group_of = {path: [path] for path in held}
    first: dict[str, Path] = {}
    for path, texts in held.items():
        for text in texts:
            one, other = group_of[first.setdefault(text, path)], group_of[path]
            if one is not other:
                one += other
                group_of |= dict.fromkeys(other, one)
    return list({id(group): group for group in group_of.values()}.values())


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]
