"""Terms and codes of ours that a file beside the core names: the alignment, the shapes, the mappings.

Invariant: a term is defined where it has a type, and terms of the ontology and its codes only by the core itself; a mapping
that names an outcome that was renamed is noticed here, and by no engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode

from kg.ontology.lint.documents import RDF, Document, Finding, Found, is_, placed, short
from kg.ontology.source import PREFIXES

MAPPING = "https://w3id.org/sitgraph/mapping#"


def unknown(core: Sequence[Document], beside: Sequence[Document]) -> list[Finding]:
    """Where a file beside the core names a term or code that is not defined."""
    return placed(_unknown(_defined(core) | _defined(beside, MAPPING), beside), beside)


def _defined(documents: Sequence[Document], namespace: str = "") -> set[str]:
    subjects = (t.subject for d in documents for t in d.triples if is_(t.predicate, RDF + "type"))
    return {s.value for s in subjects if isinstance(s, NamedNode) and s.value.startswith(namespace)}


def _unknown(defined: set[str], documents: Sequence[Document]) -> Iterator[Found]:
    ours = (PREFIXES["sg"], PREFIXES["c"], MAPPING)
    for document in documents:
        for t in document.triples:
            for term in (t.subject, t.predicate, t.object):
                if isinstance(term, NamedNode) and term.value.startswith(ours) and term.value not in defined:
                    yield Found("unknown-term", term, f"{short(term)} is not defined", t)
