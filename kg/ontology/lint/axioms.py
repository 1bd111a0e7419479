"""The axioms that the rules and the RL engine execute: a list of what is allowed, and names for what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import NamedNode, Triple

from kg.ontology.lint.documents import OWL, RDF, RDFS, Document, Finding, Found, placed, short, text_of
from kg.ontology.lint.owl2 import CARDINALITIES, RESERVED

ALLOWED_TYPES = frozenset(
    OWL + n
    for n in (
        "Ontology Class ObjectProperty DatatypeProperty AnnotationProperty NamedIndividual TransitiveProperty SymmetricProperty"
        " Restriction"
    ).split()
)
ALLOWED = frozenset(
    [RDF + "type", *(RDFS + n for n in "subClassOf subPropertyOf domain range label comment seeAlso isDefinedBy".split())]
    + [OWL + n for n in "disjointWith onProperty hasValue versionIRI versionInfo priorVersion deprecated".split()]
)
"""The axioms that the rules and the RL engine execute, and annotations, which nobody has to. All else is refused."""

ALLOWED_IN_ALIGNMENT = frozenset((OWL + "inverseOf", OWL + "imports"))
"""What ``alignment.ttl`` may use besides: it is not executed with the rules, and speaks of other ontologies."""

_PARTS = frozenset((RDF + "first", RDF + "rest", OWL + "members", OWL + "onClass"))
"""Parts of axioms that are refused by another of their triples."""

REFUSED: Mapping[str, str] = {
    OWL + "propertyChainAxiom": "a property chain",
    OWL + "AllDisjointClasses": "owl:AllDisjointClasses (state disjointness in pairs)",
    OWL + "AllDisjointProperties": "owl:AllDisjointProperties",
    OWL + "propertyDisjointWith": "disjoint properties",
    **{iri: f"a cardinality (owl:{iri.removeprefix(OWL)})" for iri in sorted(CARDINALITIES)},
    OWL + "oneOf": "an enumeration (owl:oneOf)",
    OWL + "unionOf": "a union",
    OWL + "intersectionOf": "an intersection",
    OWL + "complementOf": "a complement",
    OWL + "disjointUnionOf": "a disjoint union",
    OWL + "someValuesFrom": "an existential restriction (owl:someValuesFrom)",
    OWL + "allValuesFrom": "a universal restriction (owl:allValuesFrom)",
    OWL + "hasSelf": "a self restriction",
    OWL + "hasKey": "a key",
    OWL + "equivalentClass": "equivalent classes",
    OWL + "equivalentProperty": "equivalent properties",
    OWL + "inverseOf": "an inverse property",
    OWL + "sameAs": "owl:sameAs (it smears time and source)",
    OWL + "differentFrom": "owl:differentFrom",
    OWL + "AllDifferent": "owl:AllDifferent",
    OWL + "FunctionalProperty": "a functional property (its clash would become owl:sameAs)",
    OWL + "InverseFunctionalProperty": "an inverse functional property (its clash would become owl:sameAs)",
    OWL + "ReflexiveProperty": "a reflexive property",
    OWL + "IrreflexiveProperty": "an irreflexive property",
    OWL + "AsymmetricProperty": "an asymmetric property",
    OWL + "NegativePropertyAssertion": "a negative assertion",
    OWL + "withRestrictions": "a restricted datatype",
    OWL + "datatypeComplementOf": "a complement of a datatype",
    RDFS + "Datatype": "a datatype of one's own",
    OWL + "imports": "an import (the core imports nothing)",
}
"""What is refused, in words. What stands neither here nor in the lists above is refused by its name."""


def allowed(documents: Sequence[Document], also: Iterable[str] = ()) -> list[Finding]:
    """The axioms that are not on the list, each by name. ``also`` are IRIs that are allowed in these files besides."""
    more = frozenset(also)
    return placed((f for d in documents for t in d.triples for f in _refused(t, more)), documents)


def _refused(t: Triple, more: frozenset[str]) -> Iterator[Found]:
    predicate = t.predicate.value
    if predicate == RDF + "type":
        kind = text_of(t.object)
        if kind.startswith(RESERVED) and kind not in ALLOWED_TYPES | more:
            yield _axiom(kind, t)
    elif predicate.startswith((OWL, RDFS, RDF)) and predicate not in ALLOWED | _PARTS | more:
        yield _axiom(predicate, t)


def _axiom(iri: str, t: Triple) -> Found:
    what = REFUSED.get(iri, short(NamedNode(iri)))
    return Found("axiom", t.subject, f"not on the list of allowed axioms: {what}, at {short(t.subject)}", t)
