"""The ontology is what the specification says, and what is generated from it is up to date.

Each law has a damaged copy of the ontology that breaks it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import owlready2
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg import vocab
from kg.errors import SitgraphError
from kg.ontology import __main__ as command
from kg.ontology import generated, reason, source
from kg.resources import ontology_dir, reference_dir, rules_dir
from kg.vocab import (
    CLASSES,
    CODES,
    DCTERMS,
    OWL,
    PARENT,
    PREFIXES,
    PROPERTIES,
    RDF,
    RDFS,
    SG,
    SKOS,
    ancestors,
    code,
    descendants,
)

ONTOLOGY = NamedNode("https://w3id.org/sitgraph/ontology")
CODES_IN_SCHEME = {
    "event-kind": 39,
    "actor-kind": 22,
    "place-kind": 32,
    "role": 17,
    "support-kind": 11,
    "control-kind": 7,
    "outcome-kind": 19,
    "casualty-kind": 6,
    "materiel-kind": 18,
    "spatial-kind": 15,
    "polarity": 2,
    "modality": 6,
    "certainty": 4,
    "attribution-kind": 6,
    "reliability": 6,
    "credibility": 6,
    "claim-status": 6,
    "conflict-status": 2,
    "conflict-kind": 8,
    "assessment-kind": 4,
    "time-precision": 7,
    "geo-precision": 8,
}
SHOWN_TO_JOURNALISTS = frozenset(
    "event-kind actor-kind place-kind role support-kind control-kind outcome-kind casualty-kind materiel-kind modality"
    " certainty polarity attribution-kind claim-status conflict-status conflict-kind".split()
)
DERIVED = frozenset(
    "involves attacker defender targets aidedBy issuer memberOf onSide alliedWith opposes supports backs controls".split()
)
DATA_PROPERTIES = frozenset(
    "low best high quantity edtf timeExpression anchor earliestBegin latestBegin earliestEnd latestEnd rule".split()
)
TOPS = "Situation Actor Place TimeExtent Report Source Mention Claim ClaimConflict Assessment Inference".split()
SITUATIONS = "Event Relation Participation Outcome CasualtyEstimate MaterielUse".split()
# Scheme of an attribute of the annotation scheme.
ATTRIBUTES = {
    "Modality": "modality",
    "Certainty": "certainty",
    "AttributionKind": "attribution-kind",
    "EventKind": "event-kind",
    "ControlKind": "control-kind",
    "OutcomeKind": "outcome-kind",
    "SupportKind": "support-kind",
    "SpatialKind": "spatial-kind",
    "CasualtyKind": "casualty-kind",
    "MaterielKind": "materiel-kind",
    "ParticipationRole": "role",
    "ActorKind": "actor-kind",
    "PlaceKind": "place-kind",
}


def load(folder: Path) -> Store:
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in source.triples(folder))
    return store


def subjects(store: Store, kind: NamedNode, prefix: str = PREFIXES["sg"]) -> set[str]:
    found = (q.subject for q in store.quads_for_pattern(None, RDF.type, kind))
    return {s.value.removeprefix(prefix) for s in found if isinstance(s, NamedNode) and s.value.startswith(prefix)}


def values(store: Store, subject: NamedNode, predicate: NamedNode) -> list[Literal | NamedNode]:
    return [q.object for q in store.quads_for_pattern(subject, predicate, None) if isinstance(q.object, Literal | NamedNode)]


def texts(store: Store, subject: NamedNode, predicate: NamedNode, language: str) -> list[str]:
    return [v.value for v in values(store, subject, predicate) if isinstance(v, Literal) and v.language == language]


def pairs(store: Store, predicate: NamedNode) -> list[tuple[str, str]]:
    """Subject and object by last segment."""
    found = store.quads_for_pattern(None, predicate, None)
    return [(re.split("[#/]", str(q.subject)[1:-1])[-1], re.split("[#/]", str(q.object)[1:-1])[-1]) for q in found]


def undescribed(store: Store) -> set[str]:
    """Terms without exactly one English label and one English definition, and codes likewise."""
    bad = set()
    for term in (*CLASSES.values(), *PROPERTIES.values()):
        good = len(texts(store, term, RDFS.label, "en")) == 1 == len(texts(store, term, SKOS.definition, "en"))
        if not good or values(store, term, RDFS.isDefinedBy) != [ONTOLOGY]:
            bad.add(term.value)
    for term in (c for codes in CODES.values() for c in codes.values()):
        if not len(texts(store, term, SKOS.prefLabel, "en")) == 1 == len(texts(store, term, SKOS.definition, "en")):
            bad.add(term.value)
    return bad


def repeated(labels: Iterable[str]) -> set[str]:
    return {label for label, n in Counter(labels).items() if n > 1}


@pytest.fixture(scope="module")
def store() -> Store:
    return load(ontology_dir())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the ontology that may be damaged."""
    for name in (*source.SOURCES, "context.jsonld"):
        shutil.copy(ontology_dir() / name, tmp_path)
    shutil.copy(Path(vocab.__file__), tmp_path / "vocab.py")
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"the damage does not apply: {old}"
    file.write_text(text.replace(old, new, 1), "utf-8")


# -- the terms


def test_header(store: Store) -> None:
    assert values(store, ONTOLOGY, OWL.versionIRI) == [NamedNode("https://w3id.org/sitgraph/ontology/0.1.0")]
    assert values(store, ONTOLOGY, DCTERMS.license) == [NamedNode("https://creativecommons.org/licenses/by/4.0/legalcode")]
    assert values(store, ONTOLOGY, DCTERMS.creator) == [Literal("sitgraph")]
    assert texts(store, ONTOLOGY, DCTERMS.title, "en")
    assert texts(store, ONTOLOGY, DCTERMS.description, "en")


def test_counts(store: Store) -> None:
    classes = subjects(store, OWL.Class)
    properties = subjects(store, OWL.ObjectProperty) | subjects(store, OWL.DatatypeProperty)
    assert len(classes) == 59
    assert len(properties - DERIVED) == 63
    assert len(properties & DERIVED) == 13
    assert subjects(store, OWL.DatatypeProperty) == DATA_PROPERTIES
    assert not subjects(store, OWL.ObjectProperty) & DATA_PROPERTIES


def test_schemes_and_codes(store: Store) -> None:
    assert len(subjects(store, SKOS.ConceptScheme, PREFIXES["c"])) == len(CODES_IN_SCHEME) == 22
    found = Counter(iri.split("/")[0] for iri in subjects(store, SKOS.Concept, PREFIXES["c"]))
    assert found == CODES_IN_SCHEME
    assert found.total() == 251


def test_every_code_is_in_the_one_scheme_of_its_iri(store: Store) -> None:
    checked = 0
    for scheme, codes in CODES.items():
        own = NamedNode(PREFIXES["c"] + scheme)
        assert texts(store, own, DCTERMS.title, "en")
        assert texts(store, own, SKOS.definition, "en")
        for name, term in codes.items():
            assert term.value == f"{own.value}/{name}"
            assert values(store, term, RDF.type) == [SKOS.Concept]
            assert values(store, term, SKOS.inScheme) == values(store, term, SKOS.topConceptOf) == [own]
            assert values(store, term, SKOS.notation) == [Literal(name)]
            assert len(texts(store, term, SKOS.prefLabel, "ar")) == (scheme in SHOWN_TO_JOURNALISTS)
            checked += 1
    assert checked == 251


def test_a_code_in_two_schemes_is_refused(copy: Path) -> None:
    change(copy / "concepts.ttl", "skos:inScheme c:polarity", "skos:inScheme c:polarity, c:modality")
    with pytest.raises(SitgraphError, match="one scheme"):
        generated.generate(copy)


def test_every_term_is_described(store: Store, copy: Path) -> None:
    assert undescribed(store) == set()
    change(copy / "sitgraph.ttl", '  skos:definition "Where something is or happens"@en ;\n', "")
    change(copy / "concepts.ttl", '"ambush"@en, ', "")
    assert undescribed(load(copy)) == {SG.Place.value, code("event-kind", "ambush").value}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_labels_are_lower_case_and_unique(store: Store, language: str) -> None:
    labels = [label for term in (*CLASSES.values(), *PROPERTIES.values()) for label in texts(store, term, RDFS.label, language)]
    assert len(labels) == {"en": 59 + 76, "ar": 59}[language]
    assert repeated(labels) == set()
    assert [label for label in labels if label != label.lower()] == []
    for codes in CODES.values():
        assert repeated(label for term in codes.values() for label in texts(store, term, SKOS.prefLabel, language)) == set()


def test_repeated_labels_are_noticed() -> None:
    assert repeated(["siege", "capture", "siege"]) == {"siege"}


def test_disjointness_is_pairwise_and_complete(store: Store, copy: Path) -> None:
    expected = {frozenset(pair) for group in (TOPS, SITUATIONS) for pair in combinations(group, 2)}
    expected |= {frozenset(("Person", other)) for other in ("Organization", "State", "Side", "Collective")}
    assert len(expected) == 55 + 15 + 4
    assert Counter(map(frozenset, pairs(store, OWL.disjointWith))) == Counter(expected)
    for forbidden in ("AllDisjointClasses", "AllDifferent", "inverseOf", "propertyChainAxiom", "hasKey"):
        assert forbidden not in (ontology_dir() / "sitgraph.ttl").read_text("utf-8")
    change(copy / "sitgraph.ttl", "owl:disjointWith sg:Organization, ", "owl:disjointWith ")
    assert set(map(frozenset, pairs(load(copy), OWL.disjointWith))) == expected - {frozenset(("Person", "Organization"))}


def test_characters_and_super_properties(store: Store) -> None:
    assert subjects(store, OWL.TransitiveProperty) == {"subEventOf", "precedes", "within"}
    assert subjects(store, OWL.SymmetricProperty) == {"contradicts", "corroborates", "excludes", "alliedWith"}
    assert set(pairs(store, RDFS.subPropertyOf)) == {
        *((name, "involves") for name in ("attacker", "defender", "targets", "aidedBy", "issuer")),
        ("onSide", "memberOf"),
    }


def test_domains_and_ranges(store: Store) -> None:
    domains, ranges = dict(pairs(store, RDFS.domain)), dict(pairs(store, RDFS.range))
    without = set("time kind status basis ofEvent actor party inReport reliability credibility rule excludes".split())
    assert PROPERTIES.keys() - domains.keys() == without
    assert PROPERTIES.keys() - ranges.keys() == {"denotes", "assesses", "premise", "excludes"}
    assert {ranges[name] for name in DATA_PROPERTIES} == {"integer", "string", "dateTime"}
    assert set(domains.values()) <= CLASSES.keys()
    assert set(ranges.values()) <= CLASSES.keys() | {"Concept", "integer", "string", "dateTime"}


def test_what_only_consolidation_writes_says_so(store: Store) -> None:
    noted = {s for s, _ in pairs(store, SKOS.scopeNote)}
    assert noted == DERIVED | {"status", "basis"}


def test_outcomes_that_exclude_each_other_are_stated_both_ways(store: Store) -> None:
    expected = {
        ("intercepted", "detonated-at-target"),
        ("captured", "repelled"),
        ("captured", "defence-held"),
        ("captured", "failed"),
        ("aim-achieved", "aim-defeated"),
    }
    assert sorted(pairs(store, SG.excludes)) == sorted(expected | {(b, a) for a, b in expected})
    for q in store.quads_for_pattern(None, SG.excludes, None):
        assert {q.subject, q.object} <= set(CODES["outcome-kind"].values())


def test_codes_of_the_annotation_scheme_exist(shared: Path) -> None:
    text = (shared / "design/annotation/annotation.conf").read_text("utf-8")
    found = re.findall(r"^\s*(\w+)\tArg:\S+, Value:(\S+)$", text, re.MULTILINE)
    assert {name for name, _ in found} == ATTRIBUTES.keys()
    for name, names in found:
        assert tuple(names.split("|")) == tuple(CODES[ATTRIBUTES[name]])


# -- other readers of the same files


@pytest.mark.parametrize(("name", "size"), [("sitgraph.ttl", 929), ("concepts.ttl", 1823)])
def test_pyoxigraph_and_rdflib_read_the_same(name: str, size: int) -> None:
    ours = {quad.triple for quad in parse(path=ontology_dir() / name, format=RdfFormat.TURTLE)}
    theirs = rdflib.Graph().parse(ontology_dir() / name)
    again = {quad.triple for quad in parse(theirs.serialize(format="nt"), format=RdfFormat.N_TRIPLES)}
    assert len(ours) == len(theirs) == size
    assert ours == again


def test_no_blank_nodes(copy: Path) -> None:
    with (copy / "sitgraph.ttl").open("a", encoding="utf-8") as file:
        file.write("sg:Place rdfs:seeAlso [] .\n")
    with pytest.raises(SitgraphError, match="blank nodes"):
        generated.generate(copy)


def test_a_broken_file_is_named(copy: Path) -> None:
    (copy / "concepts.ttl").write_text("c:polarity a", "utf-8")
    with pytest.raises(SitgraphError, match=r"concepts\.ttl"):
        generated.generate(copy)


def test_owlready2_sees_all_terms_in_a_world_of_its_own() -> None:
    before = len(owlready2.default_world.graph)
    world = reason.load_owlready()
    try:
        assert world is not owlready2.default_world
        assert len(owlready2.default_world.graph) == before
        own = PREFIXES["sg"]
        assert {c.iri.removeprefix(own) for c in world.classes() if c.iri.startswith(own)} == CLASSES.keys()
        things = {p.iri.removeprefix(own) for p in world.object_properties() if p.iri.startswith(own)}
        data = {p.iri.removeprefix(own) for p in world.data_properties() if p.iri.startswith(own)}
        assert data == DATA_PROPERTIES
        assert things | data == PROPERTIES.keys()
        assert {i.iri for i in world.individuals()} == {c.value for codes in CODES.values() for c in codes.values()}
        assert world[SG.Siege.value].is_a == [world[SG.Event.value]]
    finally:
        world.close()


# -- what is generated


def test_generated_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_generating_is_deterministic() -> None:
    command = (
        "import sys; from kg.ontology.generated import generate; from kg.resources import ontology_dir; "
        "made = generate(ontology_dir()); sys.stdout.write(made.vocab + made.context)"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", command],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(vocab.__file__).parent.parent,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    made = generated.generate(ontology_dir())
    assert runs == {(made.vocab + made.context).encode()}


def test_check_is_loud_and_build_mends_it(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--ontology", str(copy), "--vocab", str(copy / "vocab.py")]
    assert command.main([*where, "check"]) == 0
    change(copy / "sitgraph.ttl", "rdfs:subClassOf sg:Engagement", "rdfs:subClassOf sg:Event")
    assert command.main([*where, "check"]) == 1
    assert capsys.readouterr().err.count("out of date") == 1  # the context does not know of super-classes, but for the scheme
    change(copy / "sitgraph.ttl", "sg:Militia a", "sg:Band a")
    (copy / "context.jsonld").unlink()
    assert command.main([*where, "check"]) == 1
    told = capsys.readouterr().err
    assert "vocab.py" in told
    assert "context.jsonld" in told
    assert command.main([*where, "build", "--ntriples", str(copy / "all.nt")]) == 0
    assert command.main([*where, "check"]) == 0
    assert "    Band: Final" in (copy / "vocab.py").read_text("utf-8")
    lines = (copy / "all.nt").read_bytes().splitlines(keepends=True)
    assert lines == sorted(lines)
    assert len(lines) == 929 + 1823 + 251


def test_vocab_equals_the_ontology(store: Store) -> None:
    assert CLASSES.keys() == subjects(store, OWL.Class)
    assert PROPERTIES.keys() == subjects(store, OWL.ObjectProperty) | subjects(store, OWL.DatatypeProperty)
    for name, term in {**CLASSES, **PROPERTIES}.items():
        assert term == getattr(SG, name) == NamedNode(PREFIXES["sg"] + name)
    assert {(name, above) for name, above in PARENT.items() if above} == set(pairs(store, RDFS.subClassOf))
    found: dict[str, set[str]] = defaultdict(set)
    for iri in subjects(store, SKOS.Concept, PREFIXES["c"]):
        scheme, _, name = iri.partition("/")
        found[scheme].add(name)
    assert found == {scheme: set(codes) for scheme, codes in CODES.items()}


def test_hierarchy() -> None:
    assert ancestors("VehicleBomb") == ("Bombing", "Engagement", "Event", "Situation")
    assert ancestors("Situation") == ()
    assert descendants("ArmedGroup") == ("Militia",)
    assert len(descendants("Situation")) == 32
    assert "Event" in descendants("Situation")
    for function in (ancestors, descendants):
        with pytest.raises(KeyError, match="no class 'Battle'"):
            function("Battle")


def test_codes_are_found_or_explained() -> None:
    assert code("claim-status", "accepted") == NamedNode("https://w3id.org/sitgraph/code/claim-status/accepted")
    assert list(CODES["control-kind"])[:5] == ["presence", "garrison", "contested", "partial", "full"]
    with pytest.raises(KeyError, match="no code 'true' in scheme 'claim-status'; it has: accepted"):
        code("claim-status", "true")
    with pytest.raises(KeyError, match="no scheme 'status'"):
        code("status", "accepted")


# -- the context

DOCUMENT: dict[str, object] = {
    "id": "http://127.0.0.1:8000/outcomes",
    "type": "Page",
    "total": {"value": 2, "relation": "exact"},
    "next": "http://127.0.0.1:8000/outcomes?cursor=x",
    "facets": [{"name": "status", "values": []}],
    "generation": "000042",
    "query": {"status": ["disputed"]},
    "items": [
        {
            "id": "http://127.0.0.1:8000/id/situation/1",
            "type": "Outcome",
            "kind": "captured",
            "status": "disputed",
            "prefLabel": {"en": "capture", "ar": ["دخول", "سيطرة"]},
            "ofEvent": {"id": "http://127.0.0.1:8000/id/situation/2", "type": "Siege", "kind": "campaign"},
            "time": {"type": "TimeExtent", "id": "http://127.0.0.1:8000/id/time/1", "latestEnd": "2016-08-08T00:00:00Z"},
        },
        {
            "id": "http://127.0.0.1:8000/id/situation/3",
            "type": "Participation",
            "role": "attacker",
            "status": "c:claim-status/accepted",
            "basis": ["http://127.0.0.1:8000/id/claim/1", "http://127.0.0.1:8000/id/claim/2"],
        },
        {
            "id": "http://127.0.0.1:8000/id/situation/4",
            "type": "SpatialRelation",
            "kind": "within",
        },
        {"id": "http://127.0.0.1:8000/id/conflict/1", "type": "ClaimConflict", "kind": "polarity", "status": "open"},
        {"id": "http://127.0.0.1:8000/id/situation/5", "type": "CasualtyEstimate", "kind": "captured", "low": 3},
        {"id": "http://127.0.0.1:8000/id/actor/x", "type": "ArmedGroup", "kind": "party", "reliability": "B"},
    ],
}


def in_context(document: dict[str, object]) -> str:
    context = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]
    return json.dumps({"@context": context, **document})


def by_pyoxigraph(document: dict[str, object]) -> set[Triple]:
    return {quad.triple for quad in parse(in_context(document), format=RdfFormat.JSON_LD)}


def test_context_covers_every_term() -> None:
    context = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]
    assert context["@version"] == 1.1
    assert context["id"] == "@id"
    assert context["type"] == "@type"
    assert PREFIXES.items() <= context.items()
    for name in (*CLASSES, *PROPERTIES):
        term = context[name]
        assert (term["@id"] if isinstance(term, dict) else term) == f"sg:{name}"
    for name in ("items", "total", "next", "facets", "generation", "known_at", "valid_at", "query"):
        assert name in context
    coded = {name for name in PROPERTIES if isinstance(context[name], dict) and context[name].get("@type") == "@vocab"}
    assert coded == generated.SCHEME_OF_PROPERTY.keys() | {"kind"}
    for schemes in (generated.SCHEME_OF_PROPERTY, *generated.SCHEMES_OF_CLASS.values()):
        assert set(schemes.values()) <= CODES.keys()
    assert generated.SCHEMES_OF_CLASS.keys() <= CLASSES.keys()
    assert PROPERTIES.keys() >= generated.SEVERAL


def test_two_terms_of_one_name_are_refused(copy: Path) -> None:
    change(copy / "sitgraph.ttl", "sg:aim a", "sg:query a")
    with pytest.raises(SitgraphError, match="query"):
        generated.generate(copy)


def test_every_property_gives_its_triple() -> None:
    subject = "http://example.org/s"
    checked = 0
    for name, term in PROPERTIES.items():
        found = by_pyoxigraph({"id": subject, name: "http://example.org/o"})
        assert {(t.subject, t.predicate) for t in found} == {(NamedNode(subject), term)}, name
        (triple,) = found
        assert isinstance(triple.object, Literal) == (name in DATA_PROPERTIES), name
        checked += 1
    assert checked == 76


def test_every_code_is_read_from_its_plain_name() -> None:
    """In the property and class it belongs to, whatever other key has the same name."""
    checked = 0
    for prop, scheme in generated.SCHEME_OF_PROPERTY.items():
        for name, term in CODES[scheme].items():
            assert {t.object for t in by_pyoxigraph({"id": "http://example.org/s", prop: name})} == {term}
            checked += 1
    for cls, schemes in generated.SCHEMES_OF_CLASS.items():
        for prop, scheme in schemes.items():
            for name, term in CODES[scheme].items():
                found = by_pyoxigraph({"id": "http://example.org/s", "type": (descendants(cls) or (cls,))[-1], prop: name})
                assert {t.object for t in found if t.predicate == PROPERTIES[prop]} == {term}
                checked += 1
    assert checked == 251  # every scheme is reached by exactly one way


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # its JSON-LD parser uses what it has deprecated itself
def test_pyoxigraph_and_rdflib_load_a_document_with_the_context() -> None:
    ours = by_pyoxigraph(DOCUMENT)
    graph = rdflib.Graph().parse(data=in_context(DOCUMENT), format="json-ld")
    text = graph.serialize(format="nt").replace("+00:00", "Z")  # rdflib writes instants in a form of its own
    theirs = {quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)}
    plain = {t for t in ours if not (isinstance(t.object, Literal) and t.object.datatype == RDF.JSON)}
    assert plain <= theirs
    assert len(ours) == len(theirs)
    statements = {(t.subject.value.rsplit("/", 1)[-1], t.predicate, t.object) for t in ours if isinstance(t.subject, NamedNode)}
    assert statements >= {
        ("1", SG.kind, code("outcome-kind", "captured")),
        ("1", SG.status, code("claim-status", "disputed")),
        ("1", SKOS.prefLabel, Literal("سيطرة", language="ar")),
        ("1", SG.latestEnd, Literal("2016-08-08T00:00:00Z", datatype=vocab.XSD.dateTime)),
        ("2", SG.kind, code("event-kind", "campaign")),
        ("3", SG.role, code("role", "attacker")),
        ("3", SG.status, code("claim-status", "accepted")),
        ("4", SG.kind, code("spatial-kind", "within")),
        ("1", SG.kind, code("conflict-kind", "polarity")),
        ("1", SG.status, code("conflict-status", "open")),
        ("5", SG.kind, code("casualty-kind", "captured")),
        ("5", SG.low, Literal(3)),
        ("x", SG.kind, code("actor-kind", "party")),
        ("x", SG.reliability, code("reliability", "B")),
    }


# -- where the files are


def test_folders() -> None:
    assert (ontology_dir() / "sitgraph.ttl").is_file()
    assert reference_dir() == ontology_dir() / "reference"
    assert rules_dir() == ontology_dir() / "rules"


@pytest.mark.parametrize("folder", ["kg/_ontology", "ontology"])
def test_the_ontology_is_found_in_the_wheel_and_in_the_checkout(tmp_path: Path, folder: str) -> None:
    """The same module in a copy of either layout, and without any ontology."""
    (tmp_path / "kg").mkdir()
    (tmp_path / "kg/__init__.py").touch()
    shutil.copy(Path(vocab.__file__).with_name("resources.py"), tmp_path / "kg")
    run = [sys.executable, "-c", "import kg.resources as r; print(r.ontology_dir())"]
    missing = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "installation is damaged" in missing.stderr
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "sitgraph.ttl").touch()
    found = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == tmp_path / folder
