"""The alignment and the mappings say what the specification says (section 13), of terms and codes that exist on both sides.

Each check is a function over a folder with the ontology, and has a damaged copy of the folder that makes it fire. The foreign
codes are looked up in the data that use them, where these are at hand.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import owlready2
import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple, parse

from kg.ontology import source
from kg.resources import ontology_dir
from kg.store.generations import StoreDirectory
from kg.vocab import CLASSES, CODES, PREFIXES, PROPERTIES

SIZES = {
    "alignment.ttl": 75,
    "mappings/acled.ttl": 541,
    "mappings/cco.ttl": 22,
    "mappings/crminf.ttl": 34,
    "mappings/muc.ttl": 308,
    "mappings/plover-cameo.ttl": 402,
    "mappings/re3d.ttl": 177,
    "mappings/ucdp.ttl": 533,
    "mappings/vocabulary.ttl": 74,
    "mappings/wikidata.ttl": 73,
}
MAPPING = "https://w3id.org/sitgraph/mapping"
SKOS, OWL, RDF, RDFS, DCTERMS, SG = (PREFIXES[p] for p in ("skos", "owl", "rdf", "rdfs", "dcterms", "sg"))
A = NamedNode(RDF + "type")
PROV = "http://www.w3.org/ns/prov#"
SEM = "http://semanticweb.cs.vu.nl/2009/11/sem/"

# The event table of the specification: class, kind, kind of an outcome; then what each scheme calls it, actors left aside.
EVENTS: tuple[tuple[str, str | None, str | None, str, str, str, str], ...] = (
    ("Engagement", "clash", None, "Armed clash", "firearms", "193", "1|2"),
    ("Assault", None, None, "Armed clash", "ASSAULT", "190", "1|2"),
    ("SiegeBreak", None, None, "Armed clash", "ASSAULT", "190", "1|2"),
    ("Capture", None, None, "Government regains territory|Non-state actor overtakes territory", "seize", "192", ""),
    ("Capture", "bloodless-transfer", None, "Non-violent transfer of territory", "seize", "192", ""),
    ("AirStrike", None, None, "Air/drone strike", "aerial", "195", "1|3"),
    ("Shelling", None, None, "Shelling/artillery/missile attack", "heavy-weapons", "194", "1|3"),
    ("VehicleBomb", None, None, "Remote explosive/landmine/IED", "explosives", "1832", "1|3"),
    ("VehicleBomb", "suicide-attack", None, "Suicide bomb", "suicide-attack", "1831", "1|3"),
    ("VehicleBomb", None, "intercepted", "Disrupted weapons use", "explosives", "1832", "1|3"),
    ("VehicleBomb", "suicide-attack", "intercepted", "Disrupted weapons use", "suicide-attack", "1831", "1|3"),
    ("Siege", None, None, "Other", "restrict", "191", ""),
    ("RouteCut", None, None, "Other", "restrict", "191", ""),
    ("Withdrawal", None, None, "Non-violent transfer of territory", "withdraw", "0874", ""),
    ("Ceasefire", None, None, "Agreement", "ceasefire", "0871", ""),
    ("Deployment", None, None, "Change to group/activity", "MOBILIZE", "154", ""),
    ("ActorChange", None, None, "Change to group/activity", "", "", ""),
    ("Communication", "announcement", None, "", "", "01", ""),
    ("Communication", "threat", None, "", "THREATEN", "138", ""),
    ("Communication", "request", None, "", "REQUEST", "1012", ""),
    ("Support", "air", None, "assoc_actor_1|assoc_actor_2", "AID|military", "072", ""),
    ("Support", "weapons", None, "assoc_actor_1|assoc_actor_2", "AID|military", "072", ""),
    ("ViolenceAgainstCivilians", None, None, "Attack", "targeted", "18|20", "3"),
    ("ViolenceAgainstCivilians", "abduction", None, "Abduction/forced disappearance", "targeted", "18|20", "3"),
    ("ViolenceAgainstCivilians", "sexual-violence", None, "Sexual violence", "targeted", "18|20", "3"),
)
# What a mapping deliberately leaves without a code.
SET_ASIDE = {
    "acled": {"Communication", "Conflict", "Operation"},
    "plover-cameo": {"ActorChange", "Conflict", "Operation"},
    "ucdp": {
        *("Capture", "Siege", "RouteCut", "Withdrawal", "Ceasefire", "Deployment", "ActorChange", "Communication"),
        *("Conflict", "Operation"),
    },
}
ROWS = {"acled": 21, "plover-cameo": 22, "ucdp": 8}

# Axioms of the alignment; then what is a match only.
UNDER = {
    ("Event", SEM + "Event"),
    ("Event", PROV + "Activity"),
    ("Event", "http://schema.org/Event"),
    ("Actor", SEM + "Actor"),
    ("Actor", PROV + "Agent"),
    ("Person", "http://xmlns.com/foaf/0.1/Person"),
    ("Organization", "http://www.w3.org/ns/org#Organization"),
    ("Membership", "http://www.w3.org/ns/org#Membership"),
    ("Place", "http://www.opengis.net/ont/geosparql#Feature"),
    ("Place", SEM + "Place"),
    ("TimeExtent", "http://www.w3.org/2006/time#ProperInterval"),
    ("Report", PROV + "Entity"),
    ("MediaItem", PROV + "Entity"),
    ("Claim", PROV + "Entity"),
    ("Mention", "http://www.w3.org/ns/oa#Annotation"),
}
MATCHES = {
    "alignment.ttl": {
        ("Claim", "http://schema.org/Claim"),
        ("Claim", SEM + "View"),
        ("Claim", "http://www.nanopub.org/nschema#Nanopublication"),
        ("attributedTo", PROV + "wasAttributedTo"),
        ("Event", "http://linkedevents.org/ontology/Event"),
        ("place", "http://linkedevents.org/ontology/atPlace"),
        ("time", "http://linkedevents.org/ontology/atTime"),
        ("involves", "http://linkedevents.org/ontology/involvedAgent"),
    },
    "mappings/crminf.ttl": {
        ("Claim", "http://www.cidoc-crm.org/extensions/crminf/I2_Belief"),
        ("asserts", "http://www.cidoc-crm.org/extensions/crminf/J4_that"),
    },
    "mappings/cco.ttl": {
        ("AllianceTie", "http://www.ontologyrepository.com/CommonCoreOntologies/AllyRole"),
        ("Opposition", "http://www.ontologyrepository.com/CommonCoreOntologies/EnemyRole"),
    },
}
WIKIDATA = "P607 P710 P276 P361 P463 P945 P580 P582 P585 P625 P131".split()

# Words of every caveat that the specification has.
CAVEATS = {
    "mappings/acled.ttl": (
        "belongs to a claim, not to an event",
        "the two versions of a disputed bomb are two ACLED types",
        "only without another engagement",
        "One row per day is not a campaign",
        "terms of use restrict redistribution",
        "8 is external",
        "foreign state forces, not state forces",
        "0 = no estimate",
        "Directed only for violence against civilians",
        "regime years",
        "third actor",
        "week around it",
    ),
    "mappings/plover-cameo.ttl": ("belongs to a claim", "PLOVER dropped the public statements", "certainty possible"),
    "mappings/ucdp.ttl": (
        "belongs to a claim",
        "without direction",
        "the target. Comma-joined sides are several actors, not one",
        "last possible day: latestEnd is the day after",
        "certainty underspecified",
        "codes 1 to 7",
        "source of an alias",
        "at least one death",
    ),
    "mappings/re3d.ttl": (
        "0.9 and above is certain, 0.7 and above probable, 0.5 and above possible",
        "0 means that the annotators rejected it",
        "name spans, not ids",
        "unknown defender",
        "denied",
        "alias candidate",
    ),
    "mappings/muc.ttl": (
        'leading "?"',
        "outcome failed",
        "source is the narrator",
        "embodies the attacker",
        "chain of places",
    ),
    "mappings/cco.ttl": ("SKOS only", "bridge of CCO to GeoSPARQL is not depended on"),
    "mappings/crminf.ttl": ("SKOS only", "A source need not believe what it says"),
    "mappings/wikidata.ttl": ("P7938 is something else",),
}


# -- reading


def triples(folder: Path, name: str) -> list[Triple]:
    return [quad.triple for quad in parse(path=folder / name, format=RdfFormat.TURTLE)]


def everything(folder: Path) -> list[tuple[str, Triple]]:
    return [(name, t) for name in SIZES for t in triples(folder, name)]


@dataclass(frozen=True)
class Graph:
    """Triples by subject and predicate, as strings: an IRI, or the text of a literal."""

    index: Mapping[str, Mapping[str, Sequence[str]]]

    @classmethod
    def of(cls, found: Iterable[Triple]) -> Graph:
        index: dict[str, dict[str, list[str]]] = {}
        for t in found:
            assert isinstance(t.subject, NamedNode)
            assert isinstance(t.object, NamedNode | Literal)
            index.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object.value)
        return cls(index)

    def get(self, subject: str, predicate: str) -> Sequence[str]:
        return self.index.get(subject, {}).get(predicate, ())

    def typed(self, kind: str) -> set[str]:
        return {s for s, facts in self.index.items() if kind in facts.get(A.value, ())}


def graph(folder: Path, name: str) -> Graph:
    return Graph.of(triples(folder, name))


def codes(found: Graph, scheme: str) -> dict[str, str]:
    """The concepts and labels set aside of one scheme of a mapping, by notation."""
    return {
        notation: concept
        for concept in found.index
        if f"{MAPPING}/{scheme}" in found.get(concept, SKOS + "inScheme")
        for notation in found.get(concept, SKOS + "notation")
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the ontology that may be damaged."""
    shutil.copytree(ontology_dir(), tmp_path / "ontology")
    return tmp_path / "ontology"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"the damage does not apply: {old}"
    file.write_text(text.replace(old, new, 1), "utf-8")


# -- what holds of every file


def blank(folder: Path) -> set[str]:
    """Files with blank nodes."""
    return {name for name, t in everything(folder) if isinstance(t.subject, BlankNode) or isinstance(t.object, BlankNode)}


def strangers(folder: Path) -> set[str]:
    """IRIs of ours that nothing defines."""
    known = {term.value for term in (*CLASSES.values(), *PROPERTIES.values())}
    known |= {code.value for scheme in CODES.values() for code in scheme.values()}
    used: set[str] = set()
    for name in SIZES:
        found = triples(folder, name)
        known |= {t.subject.value for t in found if isinstance(t.subject, NamedNode) and t.subject.value.startswith(MAPPING)}
        for t in found:
            used |= {term.value for term in (t.subject, t.predicate, t.object) if isinstance(term, NamedNode)}
    ours = (SG, PREFIXES["c"], MAPPING + "#", MAPPING + "/")
    versions = re.compile(r"/\d+\.\d+\.\d+$")
    return {iri for iri in used - known if iri.startswith(ours) and not versions.search(iri)}


def undeclared(folder: Path) -> set[str]:
    """Predicates and foreign terms of axioms that no file read with it declares."""
    missing: set[str] = set()
    for name in SIZES:
        found = triples(folder, name)
        beside = source.triples(folder) + (triples(folder, "mappings/vocabulary.ttl") if name.startswith("mappings") else [])
        declared = {t.subject for t in [*found, *beside] if t.predicate == A}
        built_in = (RDF, RDFS, OWL)
        missing |= {
            t.predicate.value for t in found if t.predicate not in declared and not t.predicate.value.startswith(built_in)
        }
        axioms = {RDFS + "subClassOf", RDFS + "subPropertyOf", OWL + "inverseOf"}
        axioms |= {SKOS + "closeMatch", SKOS + "relatedMatch"}
        ends = {term for t in found if t.predicate.value in axioms for term in (t.subject, t.object)}
        missing |= {str(term) for term in ends - declared}
    return missing


def headless(folder: Path) -> set[str]:
    """Files without one complete header; a mapping must also have caveats, a source, and say which words it uses."""
    bad = set()
    for name in SIZES:
        found = graph(folder, name)
        stem = Path(name).stem
        own = {"alignment": "https://w3id.org/sitgraph/ontology/alignment", "vocabulary": MAPPING}.get(
            stem, f"{MAPPING}/{stem}"
        )
        needed = {
            OWL + "versionIRI": [own + "/0.1.0"],
            OWL + "versionInfo": ["0.1.0"],
            DCTERMS + "license": ["https://creativecommons.org/licenses/by/4.0/legalcode"],
            DCTERMS + "creator": ["sitgraph"],
        }
        good = found.typed(OWL + "Ontology") == {own} and all(found.get(own, p) == v for p, v in needed.items())
        good &= all(len(found.get(own, DCTERMS + p)) == 1 for p in ("title", "description", "created", "modified"))
        if name.startswith("mappings/") and stem != "vocabulary":
            good &= found.get(own, OWL + "imports") == [MAPPING] and len(found.get(own, SKOS + "scopeNote")) >= 2
            good &= len(found.get(own, DCTERMS + "source")) == 1
        if not good:
            bad.add(name)
    return bad


def uncautioned(folder: Path) -> set[str]:
    """Caveats that no note has."""
    missing = set()
    for name, phrases in CAVEATS.items():
        found = graph(folder, name)
        notes = [n for s in found.index for p in ("scopeNote", "editorialNote", "definition") for n in found.get(s, SKOS + p)]
        missing |= {f"{name}: {phrase}" for phrase in phrases if not any(phrase in note for note in notes)}
    return missing


def unnamed(folder: Path) -> set[str]:
    """Concepts without one notation, or that share it with another of their scheme; rows without a label."""
    bad: set[str] = set()
    for name in SIZES:
        found = graph(folder, name)
        seen: Counter[tuple[str, str]] = Counter()
        for concept in found.typed(SKOS + "Concept"):
            schemes, notations = found.get(concept, SKOS + "inScheme"), found.get(concept, SKOS + "notation")
            if not len(schemes) == 1 == len(notations) or len(found.get(concept, SKOS + "prefLabel")) != 1:
                bad.add(concept)
            seen.update((s, n) for s in schemes for n in notations)
            bad |= {s for s in schemes if s not in found.typed(SKOS + "ConceptScheme")}
        bad |= {f"{scheme} {notation}" for (scheme, notation), n in seen.items() if n > 1}
        for row in found.typed(MAPPING + "#Row") | found.typed(MAPPING + "#SetAside"):
            if len(found.get(row, SKOS + "prefLabel")) != 1:
                bad.add(row)
        for aside in found.typed(MAPPING + "#SetAside"):
            if found.get(aside, SKOS + "closeMatch") or not found.get(aside, SKOS + "scopeNote"):
                bad.add(aside)
    return bad


def test_all_files_are_known(copy: Path) -> None:
    found = {path.relative_to(copy).as_posix() for path in (copy / "mappings").glob("*.ttl")}
    assert found | {"alignment.ttl"} == SIZES.keys()
    assert len(SIZES) == 10


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_pyoxigraph_and_rdflib_read_the_same(name: str, size: int) -> None:
    ours = set(triples(ontology_dir(), name))
    theirs = rdflib.Graph().parse(ontology_dir() / name)
    again = {quad.triple for quad in parse(theirs.serialize(format="nt"), format=RdfFormat.N_TRIPLES)}
    assert len(ours) == len(theirs) == size
    assert ours == again


Check = Callable[[Path], set[str]]


@pytest.mark.parametrize(
    ("check", "name", "old", "new", "finding"),
    [
        (
            blank,
            "mappings/cco.ttl",
            "sg:Opposition skos:closeMatch cco:EnemyRole",
            "sg:Opposition skos:closeMatch []",
            "cco.ttl",
        ),
        (strangers, "alignment.ttl", "sg:Mention rdfs:subClassOf", "sg:Mentions rdfs:subClassOf", "#Mentions"),
        (strangers, "mappings/acled.ttl", "event-kind:clash", "event-kind:klash", "/klash"),
        (
            strangers,
            "mappings/ucdp.ttl",
            "skos:closeMatch type-of-violence:3",
            "skos:closeMatch type-of-violence:4",
            "violence/4",
        ),
        (strangers, "mappings/acled.ttl", "m:outcomeKind outcome-kind:", "m:outcome outcome-kind:", "#outcome"),
        (undeclared, "alignment.ttl", "geo:Feature a owl:Class .", "", "geosparql#Feature"),
        (undeclared, "mappings/wikidata.ttl", "geo:asWKT skos:closeMatch", "geo:asGML skos:closeMatch", "asGML"),
        (undeclared, "mappings/vocabulary.ttl", "skos:broader a owl:ObjectProperty .", "", "broader"),
        (headless, "alignment.ttl", "dcterms:license <https", "dcterms:source <https", "alignment.ttl"),
        (headless, "mappings/muc.ttl", "owl:versionIRI", "owl:priorVersion", "muc.ttl"),
        (headless, "mappings/re3d.ttl", "owl:imports <https://w3id.org/sitgraph/mapping> ;", "", "re3d.ttl"),
        (uncautioned, "mappings/acled.ttl", "0 = no estimate", "0 = nobody", "0 = no estimate"),
        (uncautioned, "mappings/wikidata.ttl", "P7938 is something else", "P7938 is an association", "P7938"),
        (unnamed, "mappings/ucdp.ttl", 'skos:notation "2"', 'skos:notation "1"', "type-of-violence 1"),
        (unnamed, "mappings/acled.ttl", '  skos:prefLabel "assault"@en ;\n', "", "row/assault"),
        (
            unnamed,
            "mappings/re3d.ttl",
            '  skos:scopeNote "Set aside: sums',
            '  skos:definition "Set aside: sums',
            "entity/money",
        ),
    ],
)
def test_laws_of_every_file(copy: Path, check: Check, name: str, old: str, new: str, finding: str) -> None:
    assert check(ontology_dir()) == set()
    change(copy / name, old, new)
    assert [found for found in check(copy) if finding in found]


# -- versions

ONTOLOGY = "https://w3id.org/sitgraph/ontology"


def unversioned(folder: Path) -> set[str]:
    """What the core's header lacks, schemes that do not say where they belong, versions that the changelog does not have."""
    found = Graph.of(source.triples(folder))
    version = "".join(found.get(ONTOLOGY, OWL + "versionInfo"))
    expected = {
        OWL + "versionIRI": [f"{ONTOLOGY}/{version}"],
        OWL + "imports": [],
        "http://purl.org/vocab/vann/preferredNamespacePrefix": ["sg"],
        "http://purl.org/vocab/vann/preferredNamespaceUri": [SG],
    }
    bad = {p for p, values in expected.items() if list(found.get(ONTOLOGY, p)) != values}
    for name in ("created", "modified", "license", "creator", "title", "description"):
        bad |= {DCTERMS + name} if len(found.get(ONTOLOGY, DCTERMS + name)) != 1 else set()
    bad |= {SKOS + p for p in ("changeNote", "editorialNote") if not found.get(ONTOLOGY, SKOS + p)}
    bad |= {s for s in found.typed(SKOS + "ConceptScheme") if list(found.get(s, RDFS + "isDefinedBy")) != [ONTOLOGY]}
    bad |= {"header"} if found.typed(OWL + "Ontology") != {ONTOLOGY} else set()
    log = re.findall(r"^## (\d+\.\d+\.\d+)", (folder / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    return bad | ({version} if log[:1] != [version] else set())


def abandoned(folder: Path) -> set[str]:
    """Deprecated terms that nothing replaces."""
    found = Graph.of([*source.triples(folder), *(t for _, t in everything(folder))])
    return {s for s in found.index if found.get(s, OWL + "deprecated") and not found.get(s, DCTERMS + "isReplacedBy")}


@pytest.mark.parametrize(
    ("check", "name", "old", "new", "finding"),
    [
        (unversioned, "sitgraph.ttl", 'owl:versionInfo "0.1.0"', 'owl:versionInfo "0.2.0"', "0.2.0"),
        (unversioned, "sitgraph.ttl", "vann:preferredNamespacePrefix", "dcterms:identifier", "NamespacePrefix"),
        (unversioned, "sitgraph.ttl", "dcterms:modified", "dcterms:issued", "modified"),
        (unversioned, "concepts.ttl", "rdfs:isDefinedBy <https://w3id.org/sitgraph/ontology> ;", "", "code/event-kind"),
        (unversioned, "CHANGELOG.md", "## 0.1.0", "## 0.0.9", "0.1.0"),
        (abandoned, "sitgraph.ttl", "sg:Militia a owl:Class ;", "sg:Militia a owl:Class ; owl:deprecated true ;", "#Militia"),
    ],
)
def test_versions_and_their_policy(copy: Path, check: Check, name: str, old: str, new: str, finding: str) -> None:
    assert check(ontology_dir()) == set()
    change(copy / name, old, new)
    assert [found for found in check(copy) if finding in found]


# -- the alignment


def test_axioms_are_those_of_the_specification(copy: Path) -> None:
    def under(folder: Path) -> set[tuple[str, str]]:
        found = graph(folder, "alignment.ttl")
        return {(s.removeprefix(SG), o) for s in found.index for o in found.get(s, RDFS + "subClassOf")}

    assert under(ontology_dir()) == UNDER
    found = graph(ontology_dir(), "alignment.ttl")
    assert {(s, o) for s in found.index for o in found.get(s, RDFS + "subPropertyOf")} == {(SG + "place", SEM + "hasPlace")}
    assert {(s, o) for s in found.index for o in found.get(s, OWL + "inverseOf")} == {(SG + "subEventOf", SEM + "hasSubEvent")}
    imports = found.get("https://w3id.org/sitgraph/ontology/alignment", OWL + "imports")
    assert imports == ["https://w3id.org/sitgraph/ontology"]
    change(copy / "alignment.ttl", "sg:Claim rdfs:subClassOf prov:Entity", "sg:Situation rdfs:subClassOf prov:Entity")
    assert under(copy) ^ UNDER == {("Claim", PROV + "Entity"), ("Situation", PROV + "Entity")}


@pytest.mark.parametrize("name", MATCHES)
def test_what_is_a_match_only_has_a_note_on_how_far_it_goes(name: str, copy: Path) -> None:
    def unnoted(folder: Path) -> set[str]:
        found = graph(folder, name)
        ends = {o for s in found.index for p in ("closeMatch", "relatedMatch") for o in found.get(s, SKOS + p)}
        return {o for o in ends if len(found.get(o, SKOS + "scopeNote")) != 1}

    found = graph(ontology_dir(), name)
    assert {(s.removeprefix(SG), o) for s in found.index for o in found.get(s, SKOS + "closeMatch")} == MATCHES[name]
    assert unnoted(ontology_dir()) == set()
    change(copy / name, ' ;\n  skos:scopeNote "', ' ;\n  skos:definition "')
    if name == "alignment.ttl":  # in the mappings the first scope note is one of the header's
        assert unnoted(copy) == {SEM + "View"}


def test_nothing_is_called_exact() -> None:
    exact = {t.predicate.value for _, t in everything(ontology_dir())} & {
        SKOS + "exactMatch",
        OWL + "equivalentClass",
        OWL + "equivalentProperty",
        OWL + "sameAs",
    }
    assert exact == set()


def test_wikidata_properties() -> None:
    found = graph(ontology_dir(), "mappings/wikidata.ttl")
    base = "http://www.wikidata.org/entity/"
    matched = {o for s in found.index for p in ("closeMatch", "relatedMatch") for o in found.get(s, SKOS + p)}
    assert matched == {base + p for p in WIKIDATA}
    assert found.index[base + "P7938"].keys() == {A.value, *(SKOS + p for p in ("notation", "prefLabel", "scopeNote"))}
    assert len(WIKIDATA) == 11


DISJOINT = [
    (PROV + "Activity", PROV + "Entity"),
    ("http://xmlns.com/foaf/0.1/Person", "http://www.w3.org/ns/org#Organization"),
]


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java")
@pytest.mark.parametrize(
    ("plant", "impossible"),
    [
        ("", set()),
        (f"<{SG}Situation> <{RDFS}subClassOf> <{PROV}Entity> .", {"Event", "Engagement", "Siege"}),
        (f"<{SG}Claim> <{RDFS}subClassOf> <{PROV}Activity> .", {"Claim"}),
        (f"<{SG}Actor> <{RDFS}subClassOf> <http://xmlns.com/foaf/0.1/Person> .", {"Organization", "Alliance"}),
    ],
)
def test_consistent_with_what_the_others_make_disjoint(plant: str, impossible: set[str]) -> None:
    """The imports are left out: both files are here, and owlready2 would look for them in the network."""
    lines = set(source.ntriples(ontology_dir()).decode().splitlines())
    axioms = (t for t in triples(ontology_dir(), "alignment.ttl") if t.predicate.value != OWL + "imports")
    lines |= {f"{t} ." for t in axioms}
    lines |= {f"<{a}> <{OWL}disjointWith> <{b}> ." for a, b in DISJOINT} | {plant}
    world = owlready2.World()
    try:
        world.get_ontology(SG).load(fileobj=BytesIO("\n".join(sorted(lines)).encode()))
        owlready2.sync_reasoner_hermit(world, ignore_unsupported_datatypes=True, debug=0)
        found = {c.iri.removeprefix(SG) for c in world.inconsistent_classes()} - {OWL + "Nothing"}
        assert found >= impossible
        assert bool(found) == bool(impossible)
    finally:
        world.close()


# -- the event table

CONDITIONS = [MAPPING + "#" + name for name in ("situationKind", "outcomeKind")]


def rows(found: Graph) -> set[str]:
    return {row for row in found.typed(MAPPING + "#Row") if found.get(row, MAPPING + "#situationClass")}


def called(found: Graph, situation: tuple[str, str | None, str | None]) -> set[str]:
    """The concepts that a class, kind and outcome are close to; who takes part is left aside."""
    kind, outcome = (
        PREFIXES["c"] + f"{scheme}/{name}" if name else None
        for scheme, name in (
            ("support-kind" if situation[0] == "Support" else "event-kind", situation[1]),
            ("outcome-kind", situation[2]),
        )
    )
    matched: set[str] = set()
    for row in rows(found):
        of_class = SG + situation[0] in found.get(row, MAPPING + "#situationClass")
        wanted = all(
            not found.get(row, p) or has in found.get(row, p) for p, has in zip(CONDITIONS, (kind, outcome), strict=True)
        )
        if of_class and wanted and not {kind, outcome} & set(found.get(row, MAPPING + "#unless")):
            matched.update(found.get(row, SKOS + "closeMatch"))
    return matched


def table(folder: Path) -> list[tuple[str, str | None, str | None, str, str, str, str]]:
    """The rows of :data:`EVENTS` as the mappings have them."""
    acled, plover, ucdp = (graph(folder, f"mappings/{name}.ttl") for name in ("acled", "plover-cameo", "ucdp"))

    def told(found: Graph, concepts: Iterable[str]) -> str:
        return "|".join(sorted(n for concept in concepts for n in found.get(concept, SKOS + "notation")))

    made = []
    for cls, kind, outcome, *_ in EVENTS:
        both = called(plover, (cls, kind, outcome))
        cameo = {c for c in both if f"{MAPPING}/plover-cameo/cameo" in plover.get(c, SKOS + "inScheme")}
        names = [told(acled, called(acled, (cls, kind, outcome))), told(plover, both - cameo), told(plover, cameo)]
        made.append((cls, kind, outcome, names[0], names[1], names[2], told(ucdp, called(ucdp, (cls, kind, outcome)))))
    return made


def test_event_table_is_that_of_the_specification(copy: Path) -> None:
    assert table(ontology_dir()) == list(EVENTS)
    assert len(EVENTS) == 25
    change(copy / "mappings/acled.ttl", ", outcome-kind:intercepted ;", " ;")
    wrong = [ours for ours, theirs in zip(EVENTS, table(copy), strict=True) if ours != theirs]
    assert [row[:3] for row in wrong] == [("VehicleBomb", None, "intercepted")]


@pytest.mark.parametrize(("name", "size"), ROWS.items())
def test_every_event_class_is_mapped_or_set_aside(name: str, size: int, copy: Path) -> None:
    def classes(folder: Path, kind: str) -> set[str]:
        found = graph(folder, f"mappings/{name}.ttl")
        named = (c for row in found.typed(MAPPING + kind) for c in found.get(row, MAPPING + "#situationClass"))
        return {c.removeprefix(SG) for c in named}

    def lost(folder: Path) -> set[str]:
        events = {term.value.removeprefix(SG) for term in CLASSES.values()} & EVENT_CLASSES
        return events - classes(folder, "#Row") - classes(folder, "#SetAside")

    assert len(rows(graph(ontology_dir(), f"mappings/{name}.ttl"))) == size
    assert classes(ontology_dir(), "#SetAside") == SET_ASIDE[name]
    assert not classes(ontology_dir(), "#Row") & SET_ASIDE[name]
    generic = {"Bombing"} if name == "plover-cameo" else set()  # only as a suicide attack
    assert lost(ontology_dir()) == {"Event"}
    assert generic <= classes(ontology_dir(), "#Row")
    change(copy / f"mappings/{name}.ttl", "sg:Conflict, sg:Operation", "sg:Conflict")
    assert lost(copy) == {"Event", "Operation"}


EVENT_CLASSES = frozenset(
    "Event Conflict Operation Siege RouteCut Capture Withdrawal Deployment Ceasefire Communication ActorChange"
    " ViolenceAgainstCivilians Engagement Assault AirStrike Shelling SiegeBreak Bombing VehicleBomb".split()
)


def test_code_lists_are_complete() -> None:
    acled, ucdp = graph(ontology_dir(), "mappings/acled.ttl"), graph(ontology_dir(), "mappings/ucdp.ttl")
    sizes = {"event-type": 6, "sub-event-type": 25, "inter": 8, "time-precision": 3, "geo-precision": 3, "column": 20}
    assert {name: len(codes(acled, f"acled/{name}")) for name in sizes} == sizes
    matched = {
        code.rpartition("/")[2]
        for concept in codes(ucdp, "ucdp/support-type").values()
        for p in ("closeMatch", "narrowMatch")
        for code in ucdp.get(concept, SKOS + p)
    }
    assert CODES["support-kind"].keys() - matched == {"diplomatic", "unspecified"}


# -- asking a store, as the files say


@dataclass(frozen=True)
class Facts:
    """What the rows ask about a situation of the view."""

    status: str
    types: frozenset[str]
    kinds: frozenset[str]
    outcomes: frozenset[tuple[str, str]]
    """Kind and status."""
    actors: frozenset[tuple[str, str, str]]
    """Role, class or kind of the actor, status of the participation."""


def facts(store: Store) -> dict[str, Facts]:
    def ask(body: str) -> list[tuple[str, ...]]:
        found = store.query(f"PREFIX sg: <{SG}> {body}")
        assert isinstance(found, QuerySolutions)
        return [tuple(term.value for term in row if isinstance(term, NamedNode)) for row in found]

    def grouped(body: str) -> dict[str, set[tuple[str, ...]]]:
        groups: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for first, *rest in ask(body):
            groups[first].add(tuple(rest))
        return groups

    types, kinds = grouped("SELECT ?e ?c { ?e sg:status ?s ; a ?c }"), grouped("SELECT ?e ?k { ?e sg:status ?s ; sg:kind ?k }")
    outcomes = grouped("SELECT ?e ?k ?s { ?o a sg:Outcome ; sg:ofEvent ?e ; sg:kind ?k ; sg:status ?s }")
    actors = grouped("SELECT ?e ?r ?t ?s { ?p sg:ofEvent ?e ; sg:role ?r ; sg:status ?s ; sg:actor ?a . ?a a|sg:kind ?t }")
    return {
        e: Facts(
            s,
            frozenset(c for (c,) in types[e]),
            frozenset(k for (k,) in kinds[e]),
            frozenset((k, of) for k, of in outcomes[e]),
            frozenset((r, t, of) for r, t, of in actors[e]),
        )
        for e, s in ask("SELECT ?e ?s { ?e sg:status ?s ; a ?c }")
    }


def meets(found: Graph, row: str, it: Facts) -> bool:
    """Whether a situation meets a row, as ``vocabulary.ttl`` says in words."""

    def wanted(name: str) -> set[str]:
        return set(found.get(row, f"{MAPPING}#{name}"))

    code = PREFIXES["c"]
    standing = {(k, s.removeprefix(code + "claim-status/")) for k, s in it.outcomes}
    told = {k for k, s in standing if s in ("accepted", "reported", "disputed")}
    known = {k for k, s in standing if s in ("accepted", "reported")}
    present = [(r, t) for r, t, s in it.actors if not s.endswith("/denied") or s == it.status]
    anyone = {t for _, t in present}
    agents = {t for r, t in present if r in (code + "role/attacker", code + "role/performer")}
    targets = {t for r, t in present if r in (code + "role/target", code + "role/defender")}
    has = {"situationKind": set(it.kinds), "outcomeKind": told, "agent": agents, "target": targets, "participant": anyone}
    return (
        bool(wanted("situationClass") & it.types)
        and all(not wanted(name) or bool(wanted(name) & values) for name, values in has.items())
        and not wanted("unless") & (it.kinds | known | anyone)
    )


def query_of(name: str) -> str:
    """The query in the comment that opens a mapping."""
    lines = (ontology_dir() / f"mappings/{name}.ttl").read_text("utf-8").splitlines()
    return "\n".join(line[1:] for line in lines if line.startswith("#   "))


@pytest.fixture(scope="module")
def asked(example_store: Path) -> Store:
    """The view of the examples, with the mappings beside it as the files say."""
    store = Store()
    view = DefaultGraph()
    store.extend(quad for quad in StoreDirectory(example_store).current().open().quads() if quad.graph_name == view)
    for name in ROWS:
        path, beside = ontology_dir() / f"mappings/{name}.ttl", NamedNode(f"{MAPPING}/{name}")
        store.load(path=path, format=RdfFormat.TURTLE, to_graph=beside)
    return store


def answers(store: Store, name: str, variable: str) -> set[tuple[str, str]]:
    found = store.query(query_of(name))
    assert isinstance(found, QuerySolutions)
    return set(_pairs(found, variable))


def _pairs(found: QuerySolutions, variable: str) -> Iterator[tuple[str, str]]:
    for row in found:
        event, code = row["event"], row[variable]
        assert isinstance(event, NamedNode)
        assert isinstance(code, Literal)
        yield event.value, code.value


@pytest.mark.parametrize(
    ("name", "scheme", "variable", "least"),
    [("acled", "sub-event-type", "subEventType", 12), ("ucdp", "type-of-violence", "typeOfViolence", 2)],
)
def test_the_query_in_the_file_reads_the_rows_as_they_are_meant(
    asked: Store, name: str, scheme: str, variable: str, least: int
) -> None:
    found = graph(ontology_dir(), f"mappings/{name}.ttl")
    notation = {concept: n for n, concept in codes(found, f"{name}/{scheme}").items()}
    expected = {
        (event, notation[concept])
        for event, it in facts(asked).items()
        for row in rows(found)
        if meets(found, row, it)
        for concept in found.get(row, SKOS + "closeMatch")
        if concept in notation
    }
    assert answers(asked, name, variable) == expected
    assert len({code for _, code in expected}) >= least


def test_both_versions_of_a_disputed_bomb_have_their_code(asked: Store) -> None:
    found = answers(asked, "acled", "subEventType")
    bombs = {e for e, it in facts(asked).items() if SG + "VehicleBomb" in it.types}
    both = {e for e, code in found if code == "Disrupted weapons use"} & {e for e, code in found if code.startswith("Remote")}
    assert both
    assert both <= bombs
    undisputed = Store()
    undisputed.bulk_extend(asked)
    for outcome in {q.subject for q in asked.quads_for_pattern(None, KIND, INTERCEPTED)}:
        old, new = f"{outcome} {STATUS} ?old", f"{outcome} {STATUS} {ACCEPTED}"
        undisputed.update(f"DELETE {{ {old} }} INSERT {{ {new} }} WHERE {{ {old} }}")
    assert found - answers(undisputed, "acled", "subEventType") == {(e, "Remote explosive/landmine/IED") for e in both}


GROUP, ARMY, REBELS, PEOPLE = "ArmedGroup", "ArmedForce", "Side", "Collective ; sg:kind <actor-kind/civilians>"


@pytest.mark.parametrize(
    ("event", "participations", "acled", "ucdp"),
    [
        ("Assault", [("attacker", GROUP), ("defender", ARMY)], {"Armed clash"}, {"1"}),
        ("Assault", [("attacker", GROUP), ("defender", GROUP)], {"Armed clash"}, {"2"}),
        ("Assault", [("attacker", GROUP), ("defender", REBELS)], {"Armed clash"}, set()),
        ("Assault", [("attacker", GROUP)], {"Armed clash"}, set()),
        ("AirStrike", [("attacker", ARMY), ("target", PEOPLE)], {"Air/drone strike"}, {"3"}),
        ("AirStrike", [("attacker", ARMY), ("target", GROUP)], {"Air/drone strike"}, {"1"}),
        ("AirStrike", [], {"Air/drone strike"}, set()),
        ("Capture", [("attacker", ARMY), ("defender", GROUP)], {"Government regains territory"}, set()),
        ("Capture", [("attacker", GROUP), ("defender", ARMY)], {"Non-state actor overtakes territory"}, set()),
        ("Capture", [("performer", REBELS)], set(), set()),
        (
            "Capture ; sg:kind <event-kind/bloodless-transfer>",
            [("attacker", ARMY)],
            {"Non-violent transfer of territory"},
            set(),
        ),
        ("Engagement", [("attacker", GROUP), ("defender", ARMY)], set(), set()),
        ("Communication", [("issuer", ARMY)], set(), set()),
    ],
)
def test_who_takes_part_decides(event: str, participations: list[tuple[str, str]], acled: set[str], ucdp: set[str]) -> None:
    accepted = "sg:status <claim-status/accepted>"
    told = [f"<urn:e> a sg:{event} ; {accepted} ."]
    for n, (role, actor) in enumerate(participations):
        told += [
            f"<urn:p{n}> sg:ofEvent <urn:e> ; sg:role <role/{role}> ; sg:actor <urn:a{n}> ; {accepted} .",
            f"<urn:a{n}> a sg:{actor} .",
        ]
    store = Store()
    store.update(f"BASE <{PREFIXES['c']}> PREFIX sg: <{SG}> INSERT DATA {{ {' '.join(told)} }}")
    for name in ROWS:
        path, beside = ontology_dir() / f"mappings/{name}.ttl", NamedNode(f"{MAPPING}/{name}")
        store.load(path=path, format=RdfFormat.TURTLE, to_graph=beside)
    assert answers(store, "acled", "subEventType") == {("urn:e", code) for code in acled}
    assert answers(store, "ucdp", "typeOfViolence") == {("urn:e", code) for code in ucdp}
    for denied in range(len(participations)):  # who is denied to have taken part did not
        store.update(f"DELETE WHERE {{ <urn:p{denied}> {STATUS} ?status }}")
        store.update(f"INSERT DATA {{ <urn:p{denied}> {STATUS} {CODES['claim-status']['denied']} }}")
    assert answers(store, "ucdp", "typeOfViolence") == set()


KIND, STATUS = PROPERTIES["kind"], PROPERTIES["status"]
INTERCEPTED, ACCEPTED = CODES["outcome-kind"]["intercepted"], CODES["claim-status"]["accepted"]


# -- the foreign side


def cells(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(row[column] for column in columns)


def test_cameo_codes_are_real(shared: Path, copy: Path) -> None:
    def listed(folder: Path) -> set[str]:
        return set(codes(graph(folder, "mappings/plover-cameo.ttl"), "plover-cameo/cameo"))

    named = listed(ontology_dir())
    in_table = re.findall(r"^(\d+): ", (shared / "data/plover-gsr/CAMEO2PLOVER-2021.txt").read_text("utf-8"), re.MULTILINE)
    with gzip.open(shared / "data/gdelt/20191024143000.export.CSV.gz", "rt", encoding="utf-8") as file:
        in_gdelt = {column for line in file for column in line.split("\t")[26:29]}
    assert len(named) == 23
    assert named - set(in_table) - in_gdelt == set()
    assert named - in_gdelt == {"1012", "1831", "1832", "20"}  # not in these fifteen minutes
    assert {c for c in named if c.startswith("01")} - set(in_table) == {"01", "015", "016"}  # PLOVER dropped them
    change(copy / "mappings/plover-cameo.ttl", 'skos:notation "0874"', 'skos:notation "0875"')
    assert listed(copy) - set(in_table) - in_gdelt == {"0875"}


def test_plover_types_and_modes_are_real(shared: Path) -> None:
    found = graph(ontology_dir(), "mappings/plover-cameo.ttl")
    text = (shared / "data/plover-gsr/CAMEO2PLOVER-2021.txt").read_text("utf-8")
    table_rows = re.findall(r"^\d+: *([A-Z]+) *,? *([\w-]*)", text, re.MULTILINE)
    types = codes(found, "plover-cameo/event-type")
    assert types.keys() == {t for t, _ in table_rows}
    assert len(types) == 16
    records = json.loads((shared / "data/plover-gsr/PLOVER_GSR_CAMEO.json").read_text("utf-8"))
    older = {n for concept in types.values() for n in found.get(concept, SKOS + "altLabel")}
    assert {r["event"] for r in records} - {"DOCUMENT"} == (types.keys() | older) - {"REQUEST", "ACCUSE"}
    modes = codes(found, "plover-cameo/mode")
    doubtful = {n for n, concept in modes.items() if found.get(concept, SKOS + "editorialNote")}
    assert modes.keys() - {m for _, m in table_rows} == doubtful == {"aerial", "targeted"}
    broader = {n: found.get(concept, SKOS + "broader")[0].rpartition("/")[2].upper() for n, concept in modes.items()}
    assert {(broader[n], n) for n in modes.keys() - doubtful} <= set(table_rows)


def test_ucdp_codes_and_columns_are_real(shared: Path) -> None:
    found = graph(ontology_dir(), "mappings/ucdp.ttl")
    path = shared / "data/ucdp/ged191-syria-2016-2018.csv.gz"
    columns = ("type_of_violence", "date_prec", "where_prec", "event_clarity", "date_start", "date_end")
    values = list(zip(*cells(path, *columns), strict=True))
    assert len(values[0]) == 14522
    assert set(values[0]) == codes(found, "ucdp/type-of-violence").keys()
    assert set(values[1]) == codes(found, "ucdp/date-prec").keys()
    assert codes(found, "ucdp/where-prec").keys() - set(values[2]) == {"7"}
    assert set(values[3]) == codes(found, "ucdp/event-clarity").keys()
    widths = {"1": (1, 1), "2": (2, 6), "3": (7, 7), "4": (8, 31), "5": (32, 366)}
    for precision, begin, end in zip(values[1], values[4], values[5], strict=True):
        low, high = widths[precision]
        assert low <= (date.fromisoformat(end[:10]) - date.fromisoformat(begin[:10])).days + 1 <= high

    with gzip.open(path, "rt", encoding="utf-8") as file:
        assert codes(found, "ucdp/column").keys() <= set(next(csv.reader(file)))
    for scheme, name, size in (("actor-column", "ucdp-actor-221.csv", 7), ("acd-column", "ucdp-prio-acd-211.csv", 8)):
        with (shared / "data/ucdp" / name).open(encoding="utf-8-sig") as file:
            listed = codes(found, f"ucdp/{scheme}").keys()
            assert listed <= set(next(csv.reader(file)))
            assert len(listed) == size


def fills(shared: Path) -> dict[str, set[str]]:
    """What the keys of MUC-4 have in each slot, apart from what a fill refers to."""
    found: dict[str, set[str]] = {}
    keys = [p for part in ("dev", "tst1", "tst2") for p in sorted((shared / "data/muc34/raw" / part).glob("key-*"))]
    assert len(keys) > 3
    for path in keys:
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("latin-1")
        for slot, value in re.findall(r"^\d+\. +([A-Z :]+?)  +(.*)$", text, re.MULTILINE):
            parts = re.sub(r'"[^"]*"', "", value).split(":")[0].split("/")
            found.setdefault(slot, set()).update(part.strip(" ?()") for part in parts)
    return {slot: values - {"", "-", "*"} for slot, values in found.items()}


@pytest.mark.parametrize(
    ("scheme", "slot", "never"),
    [
        ("incident-type", "INCIDENT: TYPE", {"HIJACKING"}),
        ("stage", "INCIDENT: STAGE OF EXECUTION", set()),
        ("confidence", "PERP: ORGANIZATION CONFIDENCE", set()),
        ("physical-effect", "PHYS TGT: EFFECT OF INCIDENT", set()),
        ("human-effect", "HUM TGT: EFFECT OF INCIDENT", set()),
    ],
)
def test_muc_fills_are_all_mapped_or_set_aside(shared: Path, copy: Path, scheme: str, slot: str, never: set[str]) -> None:
    found = graph(ontology_dir(), "mappings/muc.ttl")
    values = fills(shared)
    assert codes(found, f"muc/{scheme}").keys() == values[slot] | never
    assert codes(found, "muc/slot").keys() <= values.keys()
    for name in values[slot]:
        change(copy / "mappings/muc.ttl", f'skos:notation "{name}"', f'skos:notation "{name}ED"')
    assert not codes(graph(copy, "mappings/muc.ttl"), f"muc/{scheme}").keys() & values[slot]


def test_re3d_types_are_all_mapped_or_set_aside(shared: Path, project: Path) -> None:
    found = graph(ontology_dir(), "mappings/re3d.ttl")
    for kind, size in (("entity", 14), ("relation", 11)):
        lines = [
            line
            for path in (shared / "data/re3d").glob(f"*/{'entities' if kind == 'entity' else 'relations'}.json")
            for line in path.read_text("utf-8").splitlines()
            if line.strip()
        ]
        assert codes(found, f"re3d/{kind}").keys() == {json.loads(line)["type"] for line in lines}
        assert len(codes(found, f"re3d/{kind}")) == size
    scheme = tomllib.loads((project / "kg/schemes/re3d.toml").read_text("utf-8"))
    aside = {n for n, c in codes(found, "re3d/entity").items() if c in found.typed(MAPPING + "#SetAside")}
    assert aside == scheme["set_aside"].keys()


def test_re3d_is_as_its_scheme_reads_it(project: Path, copy: Path) -> None:
    """``kg/schemes/re3d.toml`` is what the reader goes by; the mapping says the same in the words of the ontology."""
    scheme = tomllib.loads((project / "kg/schemes/re3d.toml").read_text("utf-8"))
    read: dict[str, set[str]] = {}
    for row in scheme["relations"]:
        if row["as"] in CLASSES:
            read.setdefault(row["type"], set()).add(row["as"])
            read[row["type"]] |= {value for value in row.get("attributes", {}).values() if value != "true"}
            read[row["type"]] |= {"denied"} if "Denied" in row.get("attributes", {}) else set()

    def mapped(folder: Path) -> dict[str, set[str]]:
        found = graph(folder, "mappings/re3d.ttl")
        terms = {n: found.get(c, MAPPING + "#term") for n, c in codes(found, "re3d/relation").items()}
        return {n: {re.split("[#/]", term)[-1] for term in values} for n, values in terms.items() if n in read}

    assert mapped(ontology_dir()) == read
    assert len(read) == 9
    change(copy / "mappings/re3d.ttl", "m:term sg:AllianceTie", "m:term sg:SideAlignment")
    assert mapped(copy) != read
