"""The vocabulary of OWL 2: its datatypes, what is built in, and what may stand on either side of an axiom."""

from __future__ import annotations

from collections.abc import Mapping

from kg.ontology.lint.documents import OWL, RDF, RDFS, XSD

RESERVED = (RDF, RDFS, OWL, XSD)

_OF_XSD = (
    "string normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI dateTime dateTimeStamp"
    " decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long int short byte unsignedLong"
    " unsignedInt unsignedShort unsignedByte double float"
)
_OF_RDF = "XMLLiteral PlainLiteral langString"
DATATYPES = frozenset(
    [*(XSD + n for n in _OF_XSD.split()), *(RDF + n for n in _OF_RDF.split()), OWL + "real", OWL + "rational", RDFS + "Literal"]
)
"""The OWL 2 datatype map (section 4). ``xsd:date``, ``xsd:duration`` and the like are not in it."""

LEXICAL: Mapping[str, str] = {
    XSD + "integer": r"[+-]?\d+",
    XSD + "nonNegativeInteger": r"\+?\d+|-0+",
    XSD + "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
    XSD + "double": r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?INF|NaN",
    XSD + "boolean": r"true|false|0|1",
    XSD + "dateTime": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
}
"""What a literal of a datatype looks like, for the datatypes that are used."""

KINDS: Mapping[str, str] = {
    OWL + "Class": "class",
    RDFS + "Datatype": "datatype",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "data property",
    OWL + "AnnotationProperty": "annotation property",
    OWL + "NamedIndividual": "individual",
}
"""What a declaration makes of a name."""

BUILT_IN: Mapping[str, str] = {
    **{OWL + n: "class" for n in ("Thing", "Nothing")},
    **{OWL + n: "object property" for n in ("topObjectProperty", "bottomObjectProperty")},
    **{OWL + n: "data property" for n in ("topDataProperty", "bottomDataProperty")},
    **{RDFS + n: "annotation property" for n in ("label", "comment", "seeAlso", "isDefinedBy")},
    **{
        OWL + n: "annotation property"
        for n in ("deprecated", "versionInfo", "priorVersion", "backwardCompatibleWith", "incompatibleWith")
    },
    **dict.fromkeys(DATATYPES, "datatype"),
}
"""What needs no declaration."""

CHARACTERS: Mapping[str, tuple[str, ...]] = {
    OWL + "FunctionalProperty": ("object property", "data property"),
    **{
        f"{OWL}{n}Property": ("object property",)
        for n in "InverseFunctional Transitive Symmetric Asymmetric Reflexive Irreflexive".split()
    },
}
SIMPLE_ONLY = frozenset(
    OWL + n for n in ("FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty", "AsymmetricProperty")
)
CARDINALITIES = frozenset(
    f"{OWL}{limit}{what}ardinality"
    for limit, what in (("", "c"), ("min", "C"), ("max", "C"), ("", "qualifiedC"), ("min", "QualifiedC"), ("max", "QualifiedC"))
)
STRUCTURES = frozenset(
    OWL + n
    for n in (
        "Restriction Class AllDisjointClasses AllDisjointProperties AllDifferent Axiom Annotation NegativePropertyAssertion"
    ).split()
) | {RDFS + "Datatype", RDF + "List"}
"""What a node without a name may be: part of a class expression, of a list, or of an axiom with several members."""

PROPERTIES = ("object property", "data property", "annotation property")
AXIOMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    RDFS + "subClassOf": (("class",), ("class",)),
    OWL + "equivalentClass": (("class", "datatype"), ("class", "datatype")),
    OWL + "disjointWith": (("class",), ("class",)),
    OWL + "complementOf": (("class",), ("class",)),
    RDFS + "domain": (PROPERTIES, ("class", "any IRI")),
    RDFS + "range": (PROPERTIES, ("class", "datatype", "any IRI")),
    RDFS + "subPropertyOf": (PROPERTIES, PROPERTIES),
    OWL + "equivalentProperty": (PROPERTIES[:2], PROPERTIES[:2]),
    OWL + "propertyDisjointWith": (PROPERTIES[:2], PROPERTIES[:2]),
    OWL + "inverseOf": (("object property",), ("object property",)),
}
"""What stands on either side of an axiom between two things."""

STRUCTURAL = (
    frozenset(
        OWL + n
        for n in (
            "propertyChainAxiom hasKey disjointUnionOf oneOf unionOf intersectionOf onProperty onClass onDataRange"
            " someValuesFrom allValuesFrom hasValue hasSelf withRestrictions onDatatype datatypeComplementOf members"
            " distinctMembers sourceIndividual assertionProperty targetIndividual targetValue annotatedSource annotatedProperty"
            " annotatedTarget sameAs differentFrom imports versionIRI"
        ).split()
    )
    | {RDF + "first", RDF + "rest"}
    | CARDINALITIES
)
TYPES = frozenset([*KINDS, *CHARACTERS, *STRUCTURES, OWL + "Ontology", OWL + "Thing"])
