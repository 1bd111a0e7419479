"""HermiT finds the ontology and what the examples say of it consistent, and planted contradictions inconsistent.

Lint, laws and shapes have no part in this. Every plant comes with a base: what is said before the plant, and is consistent. All
bases are tried in one run, each in names of its own. A start of HermiT costs half a second to a second; the plants are marked
slow.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import owlready2
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import ReasonerUnavailable
from kg.ontology import reason, source
from kg.pipeline import Options, ingest
from kg.resources import ontology_dir
from kg.store.generations import StoreDirectory
from kg.vocab import CLASSES, DCTERMS, GEO, OWL, PREFIXES, RDF, RDFS, SG

needs_java = pytest.mark.skipif(shutil.which(owlready2.JAVA_EXE) is None, reason="no Java for HermiT (make system-packages)")

# What is planted, what was said before, the plant, and what a person is told.
PLANTS = {
    "an actor that is a place": (
        ":russia a sg:State .", ":russia a sg:Settlement .",
        ":russia is both an Actor (it is typed sg:State) and a Place (it is typed sg:Settlement)",
    ),
    "an event that is a relation": (
        ":siege a sg:Siege .", ":siege a sg:Control .", ":siege is both an Event (it is typed sg:Siege) and a Relation",
    ),
    "a person that is a state": (
        ":putin a sg:Person .", ":putin a sg:State .", ":putin is both a Person (it is typed sg:Person) and a State",
    ),
    "a place with members": (
        ":aleppo a sg:Settlement . :rebels a sg:Side .", ":aleppo sg:member :rebels .",
        ":aleppo is both a Situation (it has sg:member) and a Place",
    ),
    "a claim that is a situation": (
        ":c a sg:Claim .", ":c a sg:Capture .", ":c is both a Situation (it is typed sg:Capture) and a Claim",
    ),
    "a support whose provider is a place": (
        ":s a sg:Support . :tehran a sg:Settlement .", ":s sg:provider :tehran .",
        ":tehran is both an Actor (it is sg:provider of :s) and a Place",
    ),
    "an actor within an actor": (
        ":hezbollah a sg:ArmedGroup . :lebanon a sg:State .", ":hezbollah sg:within :lebanon .",
        ":hezbollah is both an Actor (it is typed sg:ArmedGroup) and a Place (it has sg:within)",
    ),
    "an event that is part of a time": (
        ":raid a sg:Assault . :august a sg:TimeExtent .", ":raid sg:subEventOf :august .",
        ":august is both a Situation (it is sg:subEventOf of :raid) and a TimeExtent",
    ),
    "a claim attributed to an actor": (
        ":c a sg:Claim . :sana a sg:Organization .", ":c sg:attributedTo :sana .",
        ":sana is both an Actor (it is typed sg:Organization) and a Source (it is sg:attributedTo of :c)",
    ),
    "an outcome that affects a place": (
        ":o a sg:Outcome . :zahra a sg:Area .", ":o sg:affects :zahra .", ":zahra is both an Actor (it is sg:affects of :o)",
    ),
    "an event in a report instead of a place": (
        ":strike a sg:AirStrike . :r a sg:Report .", ":strike sg:place :r .", ":r is both a Place (it is sg:place of :strike)",
    ),
    "a source that is the actor it embodies": (
        ":fatah a sg:Alliance . :voice a sg:Source .", ":fatah sg:embodies :fatah .",
        ":fatah is both an Actor (it is typed sg:Alliance) and a Source (it has sg:embodies)",
    ),
    "a side that is a person, by a sub-property": (
        ":x a sg:Person . :y a sg:Collective .", ":y sg:onSide :x .", ":x is both a Person (it is typed sg:Person) and a Side",
    ),
    "an attacker that is a place, by a super-property": (
        ":strike a sg:AirStrike . :base a sg:Facility .", ":strike sg:attacker :base .",
        ":base is both an Actor (it is sg:attacker of :strike) and a Place",
    ),
    "a claim grounded in a claim": (
        ":c a sg:Claim . :d a sg:Claim .", ":c sg:groundedIn :d .", ":d is both a Mention (it is sg:groundedIn of :c)",
    ),
    "a state that is a person": (
        ":x a sg:ArmedGroup . :y a sg:Person .", ":x sg:ofState :y .", ":y is both a Person (it is typed sg:Person) and",
    ),
    "an inference that is a situation": (
        ":i a sg:Inference .", ":i a sg:Membership .", ":i is both a Situation (it is typed sg:Membership) and an Inference",
    ),
    "a number in words": (
        ":e a sg:CasualtyEstimate .", ":e sg:low 'five' .", "sg:low of :e is “five” (xsd:string), and has to be xsd:integer",
    ),
    "a number that is none": (
        ":e a sg:CasualtyEstimate .", ":e sg:low 'five'^^xsd:integer .", "a value that its datatype does not have",
    ),
    "a place within a place within an actor": (
        ":a a sg:Area . :b a sg:Area . :c a sg:State . :a sg:within :b .", ":b sg:within :c .",
        ":c is both an Actor (it is typed sg:State) and a Place (it is sg:within of :b)",
    ),
}  # fmt: skip


def turtle(text: str, name: str = "") -> list[Triple]:
    """Triples in the usual prefixes, with the empty prefix for individuals."""
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    head = f"{prefixes}@prefix : <http://example.org/{name}> .\n"
    return [q.triple for q in parse(input=head + text, format=RdfFormat.TURTLE)]


def alignment() -> list[Triple]:
    file = ontology_dir() / "alignment.ttl"
    return [q.triple for q in parse(path=file, format=RdfFormat.TURTLE)] if file.is_file() else []


def everything(store: Path) -> Iterator[Triple]:
    """Every graph of a store, the view and the reports alike."""
    return (q.triple for q in StoreDirectory(store).current().open().quads())


@needs_java
def test_the_ontology_its_codes_and_its_alignment_are_consistent() -> None:
    found = reason.consistency(alignment())
    assert (found.consistent, found.culprits) == (True, ()), found.explanation
    assert found.explanation.startswith("consistent: ")


@needs_java
def test_the_examples_are_consistent(example_store: Path) -> None:
    triples = list(everything(example_store))
    assert len(triples) > 10_000
    found = reason.consistency(triples, alignment())
    assert found.consistent, found.explanation
    again = reason.consistency([*triples, Triple(_some(triples, SG.Place), RDF.type, SG.Militia)], alignment())
    assert not again.consistent
    assert len(again.culprits) == 1


def _some(triples: Iterable[Triple], range_: NamedNode) -> NamedNode:
    prop = {SG.Place: SG.place}[range_]
    return min((t.object for t in triples if t.predicate == prop and isinstance(t.object, NamedNode)), key=str)


@needs_java
def test_the_seed_report_and_the_examples_together_are_consistent(project: Path, shared: Path, tmp_path: Path) -> None:
    paths = [project / "examples", shared / "data/seed-report/mesop-aleppo.ann"]
    outcome = ingest(tmp_path / "store", paths, Options(reference=project / "examples" / "reference"))
    assert outcome.exit_code == 0
    found = reason.consistency(everything(tmp_path / "store"), alignment())
    assert found.consistent, found.explanation


@needs_java
def test_all_is_consistent_before_anything_is_planted() -> None:
    assert len(PLANTS) == 20
    bases = [turtle(base, f"{n}/") for n, (base, _, _) in enumerate(PLANTS.values())]
    assert all(bases)
    found = reason.consistency(*bases)
    assert found.consistent, found.explanation


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize("what", PLANTS)
def test_what_is_planted_is_found(what: str) -> None:
    base, plant, told = PLANTS[what]
    found = reason.consistency(turtle(base), turtle(plant))
    assert not found.consistent
    explanation = found.explanation.replace("<http://example.org/", ":").replace(">", "")
    assert told in explanation, explanation
    assert found.culprits


@needs_java
def test_a_class_that_nothing_can_be_in_is_found() -> None:
    both = turtle(":Fortress a owl:Class ; rdfs:subClassOf sg:Actor, sg:Facility .")
    found = reason.consistency(both)
    assert (found.consistent, found.culprits) == (False, ("http://example.org/Fortress",))
    assert "which would be both an Actor and a Place" in found.explanation
    assert reason.consistency(both[:-1]).consistent


@needs_java
def test_what_hermit_cannot_read_is_left_out_and_said() -> None:
    given = turtle(
        ":p a sg:Place ; geo:hasGeometry :g ; sg:shape 'POINT(1 2)'^^geo:wktLiteral . :g geo:asWKT 'x'^^geo:wktLiteral ."
        " sg:shape a owl:DatatypeProperty ; rdfs:range geo:wktLiteral . :t a sg:TimeExtent ; sg:seen '2016-08-07'^^xsd:date ."
        " sg:seen a owl:DatatypeProperty . :m a oa:Annotation ; rdfs:label 'x' ."
    )
    found = reason.consistency(given)
    assert found.consistent
    assert found.left_out == (
        "2 literals of geo:wktLiteral",
        "1 literals of xsd:date",
        "the range geo:wktLiteral of sg:shape",
        "1 statements with terms that are not declared here: oa:Annotation",
    )


@needs_java
def test_a_contradiction_that_the_search_does_not_see_is_told_all_the_same() -> None:
    found = reason.consistency(turtle(":a sg:place :b . [] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; "
                                      "owl:assertionProperty sg:place ; owl:targetIndividual :b ."))  # fmt: skip
    assert not found.consistent
    assert found.explanation.startswith("HermiT finds a contradiction: what causes it is not to be seen")
    assert found.culprits == ()


@needs_java
@pytest.mark.parametrize(
    ("types", "consistent"),
    [
        (["State"], True),
        (["State", "Settlement"], False),
        (["Person", "ArmedGroup"], False),
        (["ArmedGroup", "Alliance"], True),
    ],
)
def test_owlready2_and_we_say_the_same(types: list[str], consistent: bool) -> None:
    world = reason.load_owlready()
    try:
        with world.get_ontology("http://example.org/test#"):
            thing = world[SG.Actor.value]("russia")
            thing.is_a = [world[CLASSES[name].value] for name in types]
        if consistent:
            owlready2.sync_reasoner_hermit(world, ignore_unsupported_datatypes=True, debug=0)
            assert list(world.inconsistent_classes()) == []
        else:
            with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
                owlready2.sync_reasoner_hermit(world, ignore_unsupported_datatypes=True, debug=0)
    finally:
        world.close()
    thing = NamedNode("http://example.org/test#russia")
    assert reason.consistency(Triple(thing, RDF.type, CLASSES[name]) for name in types).consistent is consistent


# -- without Java


def test_without_java_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owlready2, "JAVA_EXE", "no-java-here")
    with pytest.raises(ReasonerUnavailable) as error:
        reason.consistency([])
    assert "HermiT needs Java" in str(error.value)
    assert "\n" not in str(error.value)


@needs_java
def test_an_answer_that_does_not_come_in_time_is_none() -> None:
    with pytest.raises(ReasonerUnavailable, match=r"no answer in 0\.01 s"):
        reason.consistency([], timeout=0.01)


@needs_java
def test_too_little_memory_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owlready2.reasoning.JAVA_MEMORY", 2)
    with pytest.raises(ReasonerUnavailable, match=r"consistency is not decided"):
        reason.consistency([])


def test_individuals_are_declared_and_annotations_are_not_told() -> None:
    given = turtle(":russia a sg:State ; skos:prefLabel 'Russia'@en ; sg:ofState :other .")
    told = reason._Logic([*source.triples(ontology_dir()), *given]).statements
    named = {t.subject for t in told if t.object == OWL.NamedIndividual}
    assert named >= {NamedNode("http://example.org/russia"), NamedNode("http://example.org/other")}
    assert not [t for t in told if t.predicate in (RDFS.label, DCTERMS.title, GEO.asWKT) or isinstance(t.object, Literal)]
