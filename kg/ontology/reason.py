"""Consistency by owlready2 with HermiT: the ontology and what is told of it, in a world of its own.

owlready2 has its one room here. Its objects do not leave it, except for the world that :func:`load_owlready` returns.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from kg.ontology.source import PREFIXES, ntriples
from kg.resources import ontology_dir

if TYPE_CHECKING:
    import owlready2


def load_owlready(folder: Path | None = None) -> owlready2.World:
    """Ontology and codes in a world of their own; the default world of owlready2 stays as it was."""
    import owlready2  # it takes a third of a second, and nothing else needs it

    world = owlready2.World()
    ontology = world.get_ontology(PREFIXES["sg"])
    ontology.load(fileobj=BytesIO(ntriples(folder or ontology_dir())))
    return world
