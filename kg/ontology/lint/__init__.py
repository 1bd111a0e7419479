"""The restrictions of OWL 2 DL, and the list of axioms that the rules and the RL engine execute.

:func:`dl` follows OWL 2, Structural Specification, sections 3 (the header), 4 and 5.7 (datatypes and literals), 5.8
(declarations and typing) and 11 (global restrictions), on the triples of the mapping to RDF graphs. It is stricter in one
thing: there are no anonymous individuals. :func:`allowed` knows which axioms are allowed and refuses all others, by name: what
an RL engine skips in silence (chains, ``AllDisjointClasses``, cardinalities) must not be written in the first place.
:func:`unknown` finds the terms of ours that a file names and the core does not have.

Invariant: a finding names a node and a file; the line is that of the statement in the Turtle file, else that on which its
subject begins, and ``None`` where neither was found, never a guess.
"""

from __future__ import annotations

from kg.ontology.lint.axioms import ALLOWED, ALLOWED_IN_ALIGNMENT, ALLOWED_TYPES, REFUSED, allowed
from kg.ontology.lint.documents import Document, Finding, locate, read
from kg.ontology.lint.restrictions import DL, dl
from kg.ontology.lint.terms import unknown

__all__ = [
    "ALLOWED",
    "ALLOWED_IN_ALIGNMENT",
    "ALLOWED_TYPES",
    "DL",
    "Document",
    "Finding",
    "REFUSED",
    "allowed",
    "dl",
    "locate",
    "read",
    "unknown",
]
