"""What the sitgraph scheme adds to Web Annotations, and how its labels and references are IRIs.

A page that declares the terms of ``CONTEXT`` says everything an annotated report can say: classes and labels by bodies of
purpose ``classifying``, known identities by ``identifying``, notes by ``commenting``; roles by ``arguments``, attributes by
``attributes``, other links by ``linkType``; several targets are the fragments of one mention.

Invariant: :func:`label_of` undoes :func:`label_iri`, and :func:`reference_of` undoes :func:`reference_iri`, for every string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, unquote

from kg.iri import report_path, segment
from kg.readers.web_annotation.context import ANNO, Context, context_of, is_iri

_HOME = "https://w3id.org/sitgraph/"
ONTOLOGY = f"{_HOME}ontology#"
TERMS = f"{_HOME}annotation#"
IDS = f"{_HOME}id/"
_OTHER_REFERENCE = f"{_HOME}annotation/reference/"
_OWN = "sitgraph:"
_ANNOTATION = re.compile(re.escape(IDS) + "report/[^/]+/annotation/([^/]+)")

ATTRIBUTES = f"{TERMS}attributes"
ARGUMENTS = f"{TERMS}argument"
ROLE = f"{TERMS}role"
FILLER = f"{TERMS}filler"
LINK_TYPE = f"{TERMS}linkType"
SCHEME = f"{TERMS}scheme"

CONTEXT: tuple[str | Mapping[str, object], ...] = (
    ANNO,
    {
        "sga": TERMS,
        "attributes": {"@id": "sga:attributes", "@type": "@json"},
        "arguments": {"@id": "sga:argument", "@container": "@list"},
        "role": "sga:role",
        "filler": {"@id": "sga:filler", "@type": "@id"},
        "linkType": {"@id": "sga:linkType"},
        "scheme": {"@id": "sga:scheme"},
    },
)


def label_iri(label: str, is_class: bool) -> str:
    """The IRI of a label: the class of the ontology if it is one, else a term of the annotation scheme."""
    return (ONTOLOGY if is_class else TERMS) + quote(label, safe="")


def label_of(iri: str) -> str:
    """The label that a class stands for; an IRI from elsewhere is itself the label."""
    for space in (ONTOLOGY, TERMS):
        if iri.startswith(space) and len(iri) > len(space):
            return unquote(iri.removeprefix(space))
    return iri


def reference_iri(reference: str) -> str:
    """A reference as an IRI: ``sitgraph:actor/russia`` is the entity's own; another IRI stays; what is none is wrapped."""
    if reference.startswith(_OWN):
        return IDS + quote(reference.removeprefix(_OWN), safe="/")
    is_whole = is_iri(reference) and ":" in reference and _declared().iri(reference) == reference
    if is_whole and not reference.startswith((IDS, _OTHER_REFERENCE)):
        return reference
    return _OTHER_REFERENCE + quote(reference, safe="")


@cache
def _declared() -> Context:
    return context_of(list(CONTEXT))


def reference_of(iri: str) -> str:
    """The reference that an IRI stands for."""
    if iri.startswith(IDS):
        return _OWN + unquote(iri.removeprefix(IDS))
    if iri.startswith(_OTHER_REFERENCE):
        return unquote(iri.removeprefix(_OTHER_REFERENCE))
    return iri


def annotation_iri(report: str, local: str) -> str:
    """The IRI of an annotation of a report, by its local id."""
    return f"{IDS}{report_path(report)}/annotation/{segment(local)}"


def local_id(iri: str) -> str:
    """The local id of an annotation of ours; another IRI is its own."""
    match = _ANNOTATION.fullmatch(iri)
    return unquote(match[1]) if match else iri
