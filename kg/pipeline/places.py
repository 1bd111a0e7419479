"""Where the quads of a report stand until they are in the store: bytes of a file that holds those of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Some bytes of a file."""

    file: Path
    start: int
    end: int


def text_of(place: Place) -> bytes:
    """The quads at a place."""
    with place.file.open("rb") as source:
        source.seek(place.start)
        return source.read(place.end - place.start)


def files_of(places: Iterable[Place]) -> Iterator[Path]:
    """The files of these places, with nothing in them but these."""
    by_file: dict[Path, list[Place]] = {}
    for place in places:
        by_file.setdefault(place.file, []).append(place)
    for path, wanted in sorted(by_file.items()):
        if sum(p.end - p.start for p in wanted) != path.stat().st_size:
            fresh = path.with_suffix(".cut")
            with fresh.open("wb") as target:
                target.writelines(text_of(p) for p in sorted(wanted, key=lambda p: p.start))
            fresh.replace(path)
        yield path
