"""Where the files that ship with sitgraph are: ontology, rules, reference tables.

Invariant: whatever the checkout can find, the installed package can. The wheel carries the folder ``ontology/`` as package data
``kg/_ontology/``, which is looked for first; a checkout, or an editable install of one, has it beside the package.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def ontology_dir() -> Path:
    """The folder with ``sitgraph.ttl``, ``concepts.ttl`` and what belongs to them."""
    package = files("kg")
    if not isinstance(package, Path):  # imported from a zip file: rules and tables are read by path
        raise FileNotFoundError(f"sitgraph has to be installed as files, not run from an archive: {package}")
    places = (package / "_ontology", package.parent / "ontology")
    for folder in places:
        if (folder / "sitgraph.ttl").is_file():
            return folder
    raise FileNotFoundError(f"the installation is damaged: no ontology in {places[0]} or {places[1]}")


def reference_dir() -> Path:
    """The reference tables that ship: aliases, places, sources, decisions, assessments."""
    return ontology_dir() / "reference"


def rules_dir() -> Path:
    """The rules, one SPARQL query a file."""
    return ontology_dir() / "rules"
