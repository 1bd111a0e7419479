"""Several annotators of one text: whose annotation is read (ontology specification, section 17).

Curated or ground-truth annotation comes first, whoever else is named; then the annotator whom the user names; where none is
named, the only one. Annotations are never merged, annotators are never sources, and no name of one leaves this package but as a
hint of how to choose.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg.errors import Problem, ReadError

CURATORS = frozenset({"curation_user", "curator", "curation", "curated", "adjudicated", "gold", "ground_truth"})
"""What tools and people call the annotation that settles the others; compared in lower case."""


def is_curated(name: str) -> bool:
    """Whether an annotator's name says that this is the curated annotation."""
    return name.casefold() in CURATORS


def chosen(path: Path, annotators: Iterable[str], wanted: str = "") -> str:
    """Whose annotation is read, of those there are. Raises :class:`~kg.errors.ReadError` when nobody said."""
    names = sorted(set(annotators))
    if curated := [n for n in names if is_curated(n)]:
        return curated[0]
    if wanted in names:
        return wanted
    if len(names) == 1 and not wanted:
        return names[0]
    hint = f"there are {', '.join(names)}" if names else "there is no annotation"
    if wanted:
        raise ReadError(str(path), "the annotator that was asked for did not annotate it", hint=hint)
    message = f"annotated by {len(names)}, and no annotation is the curated one; say whose is read with --annotator"
    raise ReadError(str(path), message, hint=hint)


def others_told(path: Path, annotators: Iterable[str], name: str, where: str = "") -> tuple[Problem, ...]:
    """That there is annotation by others than the chosen one, which is not read."""
    others = len(set(annotators) - {name})
    which = "the curated annotation" if is_curated(name) else "the annotation of who was asked for"
    return (Problem(str(path), 0, f"{which} is read; {others} by others are not", "warning", where),) if others else ()
