"""Configurations of annotation tools, generated from the annotation scheme and the ontology: they cannot drift from either.

Invariant: each file is a function of the scheme (``kg/schemes/sitgraph-1.toml``: labels, roles, attributes) and of
``sitgraph.ttl`` and ``concepts.ttl`` (the tree of classes, codes, definitions). What only a tool needs, such as a colour or a
short form of a name, stands in the module of that tool. Those of the light profile are below ``light``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.ontology.annotators import brat, inception, label_studio
from kg.ontology.annotators.scheme import LIGHT, LIGHT_HEADER, SCHEME, narrowed, read


def targets(folder: Path, scheme: Path = SCHEME) -> Iterator[tuple[Path, str]]:
    """The configurations with the text that they should have, below ``docs/annotation`` beside the folder of the ontology.

    An installed package has no ``docs``, and then there are none.
    """
    docs = folder.parent / "docs"
    if docs.is_dir():
        for path, text in generate(folder, scheme):
            yield docs / "annotation" / path, text


def generate(folder: Path, scheme: Path = SCHEME) -> Iterator[tuple[str, str]]:
    """Each configuration: path and text. Raises :class:`~kg.errors.SitgraphError` where scheme and ontology disagree."""
    found = read(folder, scheme)
    yield from brat.files(found)
    yield from label_studio.files(found)
    yield from inception.files(found)
    light = narrowed(found, LIGHT)
    for path, text in (*brat.files(light, LIGHT_HEADER), *label_studio.files(light, LIGHT_HEADER)):
        yield f"light/{path}", text


def outdated(folder: Path, scheme: Path = SCHEME) -> list[Path]:
    """The configurations that are missing, are not what scheme and ontology give, or that nothing gives any more."""
    late = [path for path, text in targets(folder, scheme) if not path.is_file() or path.read_text("utf-8") != text]
    return late + superseded(folder, scheme)


def superseded(folder: Path, scheme: Path = SCHEME) -> list[Path]:
    """Tagsets that are there, and that nothing gives any more."""
    wanted = {path for path, _ in targets(folder, scheme)}
    there = (folder.parent / "docs" / "annotation" / inception.TAGSETS).glob("*.json")
    return sorted(path for path in there if path not in wanted)
