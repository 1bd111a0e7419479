"""Several annotators of one text: whose annotation is read (ontology specification, section 17).

Curated or ground-truth annotation comes first; then the only annotator, or the one whom the user names. Annotations are never
merged, annotators are never sources, and no name of one leaves this package except as a hint of how to choose.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg.errors import ReadError

CURATORS = frozenset({"curation_user", "curator", "curation", "curated", "adjudicated", "gold", "ground_truth"})
"""What tools and people call the annotation that settles the others; compared in lower case."""


def is_curated(name: str) -> bool:
    """Whether an annotator's name says that this is the curated annotation."""
    return name.casefold() in CURATORS


def chosen(path: Path, annotators: Iterable[str], wanted: str = "") -> str:
    """Whose annotation is read, of those there are. Raises :class:`~kg.errors.ReadError` when nobody said."""
    names = sorted(set(annotators))
    if wanted in names:
        return wanted
    curated = [n for n in names if is_curated(n)]
    if curated and not wanted:
        return curated[0]
    if len(names) == 1 and not wanted:
        return names[0]
    hint = f"there are {', '.join(names)}" if names else "there is no annotation"
    if wanted:
        raise ReadError(str(path), "the annotator that was asked for did not annotate it", hint=hint)
    message = f"annotated by {len(names)}, and no annotation is the curated one; say whose is read with --annotator"
    raise ReadError(str(path), message, hint=hint)
