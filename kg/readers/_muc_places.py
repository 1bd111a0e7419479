"""The LOCATION slot of MUC: a chain of places from the country inwards, and the countries' identities elsewhere.

Follows section 7.4 of the task documentation: names in order of increasing specificity, divided by colons, each with its type
in parentheses (a country has none); ``A - B`` is between two places. The names are items of a closed list, so a country is a
known identity, whatever the text calls it ("SALVADORAN").

Invariant: parentheses are counted, so that ``LIMA (CITY / MUNICIPALITY)`` is one place and ``(…: A (CITY)) / (…: B (CITY))``
two readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

COUNTRIES = {
    "ARGENTINA": "Q414",
    "BELIZE": "Q242",
    "BOLIVIA": "Q750",
    "BRAZIL": "Q155",
    "CHILE": "Q298",
    "COLOMBIA": "Q739",
    "COSTA RICA": "Q800",
    "CUBA": "Q241",
    "ECUADOR": "Q736",
    "EL SALVADOR": "Q792",
    "GUATEMALA": "Q774",
    "HONDURAS": "Q783",
    "MEXICO": "Q96",
    "NICARAGUA": "Q811",
    "PANAMA": "Q804",
    "PARAGUAY": "Q733",
    "PERU": "Q419",
    "SPAIN": "Q29",
    "UNITED STATES": "Q30",
    "URUGUAY": "Q77",
    "VENEZUELA": "Q717",
}
"""In Wikidata: the nine countries of interest, and others where incidents of the corpus were."""

_DEMONYMS = {
    "ARGENTINA": ("ARGENTINE", "ARGENTINIAN"),
    "BOLIVIA": ("BOLIVIAN",),
    "CHILE": ("CHILEAN",),
    "COLOMBIA": ("COLOMBIAN",),
    "ECUADOR": ("ECUADORAN", "ECUADOREAN", "ECUADORIAN"),
    "EL SALVADOR": ("SALVADORAN", "SALVADOREAN"),
    "GUATEMALA": ("GUATEMALAN",),
    "HONDURAS": ("HONDURAN",),
    "PANAMA": ("PANAMANIAN",),
    "PERU": ("PERUVIAN",),
}
_NAME = re.compile(r"(.+?)\s*(?:\(([^()]*)\))?\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """A name of the chain and its type, empty for a country."""

    name: str
    type: str


Chain = tuple[tuple[Place, ...], ...]
"""From the country inwards; a step has two places where the incident was between them."""


def chains(value: str) -> list[Chain]:
    """The readings of a LOCATION, the first one first."""
    return [chain for reading in _split(value, "/") if (chain := _chain(_unwrapped(reading)))]


def spellings(place: Place) -> Iterator[str]:
    """What a text may call the place: its name, then (for a country) the words for its people."""
    yield place.name
    if not place.type:
        yield from _DEMONYMS.get(place.name, ())


def _chain(reading: str) -> Chain:
    steps = (tuple(_place(p) for p in re.split(r" - (?![^(]*\))", step) if p.strip()) for step in _split(reading, ":"))
    return tuple(step for step in steps if step)


def _place(words: str) -> Place:
    m = _NAME.fullmatch(words.strip())
    return Place(" ".join(m[1].split()), (m[2] or "").strip()) if m else Place(" ".join(words.split()), "")


def _unwrapped(reading: str) -> str:
    """Without the parentheses around the whole: what opens at the start closes at the end."""
    reading = reading.strip()
    if not (reading.startswith("(") and reading.endswith(")")):
        return reading
    depth = 0
    for n, character in enumerate(reading):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return reading[1:-1] if n == len(reading) - 1 else reading
    return reading


def _split(value: str, separator: str) -> Iterator[str]:
    """The parts between separators outside parentheses."""
    depth = start = 0
    for n, character in enumerate(value):
        depth = max(depth + (character == "(") - (character == ")"), 0)
        if character == separator and depth == 0:
            yield value[start:n]
            start = n + 1
    yield value[start:]
