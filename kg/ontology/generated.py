"""What is generated from the ontology: ``kg/vocab.py`` and ``context.jsonld``.

Invariant: the generated text is a function of ``sitgraph.ttl`` and ``concepts.ttl``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SitgraphError
from kg.ontology.source import CODE_BASE, PREFIXES, Ontology, Property, read

# The terms of other vocabularies that become constants. xsd:date is missing on purpose: the model has none.
REUSED: Mapping[str, str] = {
    "rdf": "type subject predicate object value langString JSON",
    "rdfs": "label comment subClassOf subPropertyOf domain range isDefinedBy seeAlso",
    "owl": "Ontology Class ObjectProperty DatatypeProperty TransitiveProperty SymmetricProperty NamedIndividual"
    " disjointWith deprecated versionIRI versionInfo",
    "xsd": "string boolean integer decimal double dateTime",
    "skos": "Concept ConceptScheme prefLabel altLabel hiddenLabel notation definition scopeNote note inScheme topConceptOf"
    " exactMatch closeMatch broadMatch narrowMatch",
    "dcterms": "identifier title description publisher creator issued created modified source language rights accessRights"
    " license isReplacedBy replaces type",
    "oa": "Annotation SpecificResource TextPositionSelector TextQuoteSelector FragmentSelector hasTarget hasSource hasSelector"
    " hasBody hasPurpose motivatedBy classifying identifying linking start end exact prefix suffix",
    "prov": "Entity Activity Agent wasGeneratedBy wasDerivedFrom wasAttributedTo wasAssociatedWith used generatedAtTime"
    " startedAtTime endedAtTime hadPrimarySource value",
    "geo": "Feature Geometry hasGeometry asWKT hasMetricSpatialAccuracy wktLiteral",
}

# The scheme that a property's code comes from, where it is one for all classes, so that JSON may say just "accepted".
SCHEME_OF_PROPERTY: Mapping[str, str] = {
    "status": "claim-status",
    "role": "role",
    "polarity": "polarity",
    "modality": "modality",
    "certainty": "certainty",
    "attributionKind": "attribution-kind",
    "reliability": "reliability",
    "credibility": "credibility",
    "timePrecision": "time-precision",
    "geoPrecision": "geo-precision",
}
# And where the class decides (specification, end of section 4). A class hands it down to its sub-classes.
SCHEMES_OF_CLASS: Mapping[str, Mapping[str, str]] = {
    "Event": {"kind": "event-kind"},
    "Outcome": {"kind": "outcome-kind"},
    "Control": {"kind": "control-kind"},
    "Support": {"kind": "support-kind"},
    "SpatialRelation": {"kind": "spatial-kind"},
    "CasualtyEstimate": {"kind": "casualty-kind"},
    "MaterielUse": {"kind": "materiel-kind"},
    "Actor": {"kind": "actor-kind"},
    "Place": {"kind": "place-kind"},
    "ClaimConflict": {"kind": "conflict-kind", "status": "conflict-status"},
    "Assessment": {"kind": "assessment-kind"},
}
SEVERAL = frozenset("basis conflictMember contradicts corroborates groundedIn party premise timeExpression".split())

Json = str | bool | float | None | list["Json"] | dict[str, "Json"]

# Keys of the context that are no terms of the ontology: prefix, what defines them beside the IRI, names.
_FURTHER_KEYS: Sequence[tuple[str, dict[str, Json], str]] = (
    ("skos", {"@container": "@language"}, "prefLabel altLabel hiddenLabel"),
    ("skos", {"@type": "@id"}, "inScheme exactMatch closeMatch broadMatch narrowMatch"),
    ("skos", {}, "notation definition note Concept ConceptScheme"),
    ("rdfs", {}, "label comment"),
    ("rdf", {"@type": "@id"}, "subject predicate object"),
    ("dcterms", {}, "identifier title description publisher source language rights"),
    ("dcterms", {"@type": "xsd:dateTime"}, "issued created modified"),
    ("dcterms", {"@type": "@id"}, "accessRights license isReplacedBy replaces"),
    ("oa", {"@type": "@id"}, "hasTarget hasSource hasSelector hasBody hasPurpose"),
    ("oa", {}, "start end exact prefix suffix Annotation SpecificResource TextPositionSelector TextQuoteSelector"),
    ("prov", {"@type": "@id"}, "wasGeneratedBy wasDerivedFrom wasAttributedTo hadPrimarySource used"),
    ("prov", {"@type": "xsd:dateTime"}, "generatedAtTime startedAtTime endedAtTime"),
    ("prov", {}, "Entity Activity Agent"),
    ("geo", {"@type": "@id"}, "hasGeometry"),
    ("geo", {"@type": "geo:wktLiteral"}, "asWKT"),
    ("geo", {"@type": "xsd:double"}, "hasMetricSpatialAccuracy"),
    ("geo", {}, "Geometry"),
    # The envelope of a list. What is no statement about a thing (counts, facets, the echo of parameters) stays whole as JSON.
    ("api", {}, "Page generation known_at valid_at"),
    ("api", {"@type": "@id"}, "next"),
    ("api", {"@type": "@id", "@container": "@set"}, "items"),
    ("api", {"@type": "@json"}, "total facets query"),
)


@dataclass(frozen=True, slots=True)
class Generated:
    """The text of the two generated files."""

    vocab: str
    context: str


def generate(folder: Path) -> Generated:
    """The generated files as text."""
    ontology = read(folder)
    return Generated("\n".join(_vocab(ontology)), _context(ontology))


def outdated(folder: Path, vocab: Path) -> list[Path]:
    """The generated files that are missing or are not what the ontology gives."""
    return [path for path, text in targets(folder, vocab) if not path.is_file() or path.read_text("utf-8") != text]


def targets(folder: Path, vocab: Path) -> Iterator[tuple[Path, str]]:
    """The generated files with the text that they should have."""
    made = generate(folder)
    yield vocab, made.vocab
    yield folder / "context.jsonld", made.context


# -- kg/vocab.py

_HEAD = '''"""Constants of the ontology and of the vocabularies that it uses, as pyoxigraph terms.

Generated from ``sitgraph.ttl`` and ``concepts.ttl`` by ``python -m kg.ontology build``. Never edit it by hand: change those
files and build again. ``python -m kg.ontology check`` fails when it is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from pyoxigraph import NamedNode
'''

_FUNCTIONS = '''

def code(scheme: str, name: str) -> NamedNode:
    """A code by scheme and notation; a ``KeyError`` says what there is instead."""
    codes = CODES.get(scheme)
    if codes is None:
        raise KeyError(f"no scheme {scheme!r}; there are: {', '.join(CODES)}")
    if name not in codes:
        raise KeyError(f"no code {name!r} in scheme {scheme!r}; it has: {', '.join(codes)}")
    return codes[name]


def ancestors(name: str) -> tuple[str, ...]:
    """The classes above a class, nearest first, without itself."""
    if name not in PARENT:
        raise KeyError(f"no class {name!r} in the ontology")
    above: list[str] = []
    step = PARENT[name]
    while step is not None:
        above.append(step)
        step = PARENT[step]
    return tuple(above)


def descendants(name: str) -> tuple[str, ...]:
    """The classes below a class, in the order of the ontology, without itself."""
    if name not in PARENT:
        raise KeyError(f"no class {name!r} in the ontology")
    return tuple(other for other in PARENT if name in ancestors(other))
'''


def _vocab(ontology: Ontology) -> Iterator[str]:
    yield _HEAD
    yield from _mapping("PREFIXES", "Mapping[str, str]", ((prefix, f'"{iri}"') for prefix, iri in PREFIXES.items()))
    defined = {**ontology.classes, **{name: prop.definition for name, prop in ontology.properties.items()}}
    yield from _namespace("sg", defined.items())
    for prefix, terms in REUSED.items():
        yield from _namespace(prefix, ((name, "") for name in terms.split()))
    yield "\n"
    yield from _mapping("CLASSES", "Mapping[str, NamedNode]", ((name, f"SG.{name}") for name in ontology.classes))
    yield from _mapping("PROPERTIES", "Mapping[str, NamedNode]", ((name, f"SG.{name}") for name in ontology.properties))
    parents = ((name, f'"{above}"' if above else "None") for name, above in ontology.parent.items())
    yield from _mapping("PARENT", "Mapping[str, str | None]", parents)
    yield "_NOTATIONS: Final[Mapping[str, tuple[str, ...]]] = {"
    for scheme, names in ontology.codes.items():
        yield f'    "{scheme}": ('
        yield from (f'        "{name}",' for name in names)
        yield "    ),"
    yield "}"
    yield "CODES: Final[Mapping[str, Mapping[str, NamedNode]]] = MappingProxyType("
    yield "    {"
    yield f'        scheme: MappingProxyType({{name: NamedNode(f"{CODE_BASE}{{scheme}}/{{name}}") for name in names}})'
    yield "        for scheme, names in _NOTATIONS.items()"
    yield "    }"
    yield ")"
    yield _FUNCTIONS


def _mapping(name: str, kind: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"{name}: Final[{kind}] = MappingProxyType("
    yield "    {"
    yield from (f'        "{key}": {value},' for key, value in rows)
    yield "    }"
    yield ")"


def _namespace(prefix: str, terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"\n\n@final\nclass {prefix.upper()}:"
    yield f'    """Terms of ``{PREFIXES[prefix]}``."""\n'
    for name, definition in terms:
        yield f'    {name}: Final = NamedNode("{PREFIXES[prefix]}{name}")'
        if definition:
            yield f'    """{definition}"""'


# -- context.jsonld


def _context(ontology: Ontology) -> str:
    terms: dict[str, Json] = {"@version": 1.1, "id": "@id", "type": "@type"}
    _add(terms, {**PREFIXES, "api": "https://w3id.org/sitgraph/api#"})
    _add(terms, {name: {"@id": f"sg:{name}"} for name in (*ontology.classes, *ontology.properties)})
    for prefix, more, names in _FURTHER_KEYS:
        _add(terms, {name: {"@id": f"{prefix}:{name}", **more} for name in names.split()})
    for name, prop in ontology.properties.items():
        terms[name] = _property_term(name, prop, ontology, frozenset(terms))
    for name in ontology.classes:
        terms[name] = _class_term(name, ontology, frozenset(terms))
    short = {key: term["@id"] if isinstance(term, dict) and term.keys() == {"@id"} else term for key, term in terms.items()}
    return json.dumps({"@context": short}, indent=2, ensure_ascii=False) + "\n"


def _add(terms: dict[str, Json], more: Mapping[str, Json]) -> None:
    if twice := terms.keys() & more.keys():
        raise SitgraphError(f"two terms of one name in the context: {sorted(twice)}")
    terms |= more


def _property_term(name: str, prop: Property, ontology: Ontology, keys: frozenset[str]) -> dict[str, Json]:
    term: dict[str, Json] = {"@id": f"sg:{name}"}
    if name in SCHEME_OF_PROPERTY:
        return _coded(name, SCHEME_OF_PROPERTY[name], ontology, keys)
    if prop.range == PREFIXES["skos"] + "Concept":
        term["@type"] = "@vocab"
    elif prop.of_things:
        term["@type"] = "@id"
    elif prop.range and prop.range != PREFIXES["xsd"] + "string":  # a string needs no type
        term["@type"] = "xsd:" + prop.range.removeprefix(PREFIXES["xsd"])
    if name in SEVERAL:
        term["@container"] = "@set"
    return term


def _class_term(name: str, ontology: Ontology, keys: frozenset[str]) -> dict[str, Json]:
    term: dict[str, Json] = {"@id": f"sg:{name}"}
    for step in ontology.lineage(name):
        if schemes := SCHEMES_OF_CLASS.get(step):
            term["@context"] = {prop: _coded(prop, scheme, ontology, keys) for prop, scheme in schemes.items()}
            break
    return term


def _coded(name: str, scheme: str, ontology: Ontology, keys: frozenset[str]) -> dict[str, Json]:
    """A property whose plain values are codes of one scheme.

    A code that is also a key is named, or it would be read as that.
    """
    inner: dict[str, Json] = {"@vocab": f"{CODE_BASE}{scheme}/"}
    inner |= {code: f"{CODE_BASE}{scheme}/{code}" for code in ontology.codes[scheme] if code in keys}
    return {"@id": f"sg:{name}", "@type": "@vocab", "@context": inner}
