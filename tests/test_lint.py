"""The lint: silent on the ontology, loud on a copy with one thing wrong, at the right line.

The damages of OWL 2 DL are lines appended to ``sitgraph.ttl``; every rule has at least one, and fires alone. The refused axioms
are tried one by one, over the whole list.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import owlready2
import pytest
from pyoxigraph import RdfFormat, parse

from kg.errors import ReasonerUnavailable
from kg.ontology import lint, reason
from kg.ontology.lint import Document, Finding
from kg.ontology.lint.documents import OWL, RDF, RDFS
from kg.resources import ontology_dir

needs_java = pytest.mark.skipif(shutil.which(owlready2.JAVA_EXE) is None, reason="no Java for HermiT (make system-packages)")
CORE = ("sitgraph.ttl", "concepts.ttl")
ALIGNMENT = ontology_dir() / "alignment.ttl"

# Rule, what is appended, and a part of the message.
DAMAGES = [
    (
        "header",
        "<http://example.org/second> a owl:Ontology ; owl:versionIRI <http://example.org/second/1> .",
        "second ontology",
    ),
    ("header", "<https://w3id.org/sitgraph/ontology> owl:versionIRI <http://example.org/2> .", "expected one owl:versionIRI"),
    ("undeclared", "sg:Siege rdfs:subClassOf sg:Blockade .", "sg:Blockade is used as a class"),
    ("undeclared", "sg:Siege sg:colour 'red' .", "sg:colour is used as a property"),
    ("undeclared", "sg:party rdfs:domain sg:Pact .", "sg:Pact is used as a class"),
    ("undeclared", "sg:attacker rdfs:subPropertyOf sg:fights .", "sg:fights"),
    ("undeclared", "<http://example.org/x> sg:excludes <https://w3id.org/sitgraph/code/polarity/denied> .", "has no type"),
    ("punned-property", "sg:edtf a owl:AnnotationProperty .", "a data property and an annotation property at once"),
    ("punned-class", "sg:Siege a rdfs:Datatype .", "a class and a datatype at once"),
    ("reserved", "owl:Thing rdfs:label 'thing'@en .", "owl:Thing is reserved"),
    ("reserved", "sg:Siege owl:sameClassAs sg:Event .", "owl:sameClassAs is no term of OWL 2 DL"),
    ("reserved", "sg:Siege a rdfs:Class .", "rdfs:Class is no term of OWL 2 DL"),
    ("datatype", "sg:x1 a owl:DatatypeProperty ; rdfs:range xsd:date .", "xsd:date is not a datatype"),
    ("datatype", "sg:Siege skos:scopeNote '2016-08-07'^^xsd:date .", "xsd:date is not a datatype"),
    ("datatype", "sg:x2 a owl:DatatypeProperty ; rdfs:range <http://e.org/d> . <http://e.org/d> a rdfs:Datatype .", "e.org/d"),
    ("lexical", "sg:Siege skos:scopeNote 'many'^^xsd:integer .", "“many” is no xsd:integer"),
    ("lexical", "sg:Siege skos:scopeNote '2016-08-07'^^xsd:dateTime .", "no xsd:dateTime"),
    ("mistyped", "sg:Siege rdfs:subClassOf sg:edtf .", "leads to sg:edtf, which is a data property"),
    ("mistyped", "sg:edtf rdfs:subPropertyOf sg:time .", "between a data property and an object property"),
    ("mistyped", "sg:Siege rdfs:domain sg:Place .", "sg:Siege is a class; rdfs:domain is for"),
    ("mistyped", "sg:Siege owl:disjointWith 'event' .", "leads to a text"),
    ("mistyped", "sg:edtf a owl:TransitiveProperty .", "is for another kind of property"),
    ("mistyped", "sg:x3 a owl:ObjectProperty ; rdfs:range xsd:string .", "the range of an object property is xsd:string"),
    ("value", "<http://e.org/x> a sg:Event ; sg:place 'Aleppo' .", "leads to a literal"),
    ("value", "<http://e.org/x> a sg:TimeExtent ; sg:edtf <http://e.org/y> .", "leads to a thing"),
    ("blank-node", "sg:Place rdfs:seeAlso [] .", "a thing without a name"),
    ("stray", "sg:Siege owl:onProperty sg:time .", "owl:onProperty outside a restriction"),
    ("stray", "sg:Siege rdf:first sg:Event .", "no list"),
    ("stray", "sg:Siege owl:imports <http://e.org/o> .", "no ontology"),
    ("stray", "sg:Siege owl:members ( sg:Event ) .", "outside an axiom"),
    ("restriction", "sg:Siege rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sg:time ] .", "here are 1 and 0"),
    ("not-simple", "sg:within a owl:IrreflexiveProperty .", "cannot be owl:IrreflexiveProperty"),
    ("not-simple", "sg:near a owl:ObjectProperty, owl:FunctionalProperty . sg:within rdfs:subPropertyOf sg:near .", "sg:near"),
    ("not-simple", "sg:within owl:propertyDisjointWith sg:place .", "cannot be disjoint"),
    ("not-simple", "[] a owl:AllDisjointProperties ; owl:members ( sg:within sg:place ) .", "cannot be disjoint"),
    (
        "not-simple",
        "sg:Place rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sg:within ; owl:maxCardinality 1 ] .",
        "under owl:maxCardinality",
    ),
    (
        "not-simple",
        "sg:x4 a owl:ObjectProperty, owl:AsymmetricProperty ; owl:propertyChainAxiom ( sg:place sg:time ) .",
        "cannot be owl:AsymmetricProperty",
    ),
    ("regularity", "sg:x5 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:place sg:x5 sg:time ) .", "leads back"),
    (
        "regularity",
        "sg:x6 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:x7 sg:place ) . "
        "sg:x7 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:x6 sg:place ) .",
        "leads back",
    ),
    ("top-property", "<http://e.org/x> a sg:TimeExtent ; owl:topDataProperty 'x' .", "only stand above"),
]
# What is in order in OWL 2 DL, and looks like what is not.
HARMLESS = [
    "sg:within a owl:SymmetricProperty .",
    "sg:near a owl:ObjectProperty ; owl:inverseOf sg:place .",
    "sg:x1 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:x1 sg:x1 ) .",
    "sg:x2 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:x2 sg:place ) .",
    "sg:x3 a owl:ObjectProperty ; owl:propertyChainAxiom ( sg:place sg:x3 ) .",
    "sg:x4 a owl:DatatypeProperty ; rdfs:subPropertyOf owl:topDataProperty .",
    "sg:place a owl:FunctionalProperty .",
    "sg:note a owl:AnnotationProperty ; rdfs:domain <http://e.org/nowhere> .",
    "sg:Siege a skos:Concept .",
    "<http://e.org/x> a sg:Event ; sg:place <http://e.org/y> . <http://e.org/y> a owl:NamedIndividual .",
    "sg:Siege rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sg:place ; owl:someValuesFrom sg:Place ] .",
    "[] a owl:AllDisjointClasses ; owl:members ( sg:Siege sg:Capture ) .",
]


def documents(appended: str = "", old: str = "", new: str = "") -> list[Document]:
    """The core, with something appended to ``sitgraph.ttl`` or changed in it."""
    found = []
    for name in CORE:
        text = (ontology_dir() / name).read_text("utf-8")
        if name == "sitgraph.ttl":
            assert old in text
            text = text.replace(old, new, 1) if old else text
            text += f"\n@prefix rdf: <{RDF}> .\n{appended}\n"
        found.append(parsed(name, text))
    return found


def parsed(name: str, text: str) -> Document:
    return Document(name, text, tuple(q.triple for q in parse(input=text, format=RdfFormat.TURTLE)))


def test_the_core_is_owl_2_dl_and_has_only_allowed_axioms() -> None:
    core = [lint.read(ontology_dir() / name, name) for name in CORE]
    assert sum(len(d.triples) for d in core) > 2600
    assert lint.dl(core) == []
    assert lint.allowed(core) == []


def test_the_alignment_is_owl_2_dl_and_has_only_allowed_axioms() -> None:
    core = [lint.read(ontology_dir() / name, name) for name in CORE]
    alignment = lint.read(ALIGNMENT, ALIGNMENT.name)
    assert lint.dl([*core, alignment]) == []
    assert lint.allowed([alignment], lint.ALLOWED_IN_ALIGNMENT) == []
    assert lint.dl([alignment]) != [], "the alignment speaks of terms of the core"


def test_every_rule_has_a_damage() -> None:
    assert len(lint.DL) == 15
    assert {rule for rule, _, _ in DAMAGES} == lint.DL.keys()
    assert len(DAMAGES) == 40
    assert all(len(check.__doc__ or "") > 20 for check in lint.DL.values())


@pytest.mark.parametrize(("rule", "appended", "message"), DAMAGES, ids=lambda x: str(x)[:50])
def test_a_damage_is_found(rule: str, appended: str, message: str) -> None:
    damaged = documents(appended)
    found = lint.dl(damaged)
    assert {(f.rule, f.file) for f in found} == {(rule, "sitgraph.ttl")}
    assert [f for f in found if message in f.message]


@pytest.mark.parametrize("appended", HARMLESS)
def test_what_is_in_order_is_passed_over(appended: str) -> None:
    assert lint.dl(documents(appended)) == []


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize("appended", [a for rule, a, _ in DAMAGES if rule in ("not-simple", "regularity")])
def test_hermit_refuses_what_the_global_restrictions_forbid(appended: str) -> None:
    with pytest.raises(ReasonerUnavailable, match=r"Non-simple property|property hierarchy is not regular"):
        reason.consistency(t for d in documents(appended) for t in d.triples)


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize("appended", [a for a in HARMLESS if "Chain" in a or "Symmetric" in a or "inverseOf" in a])
def test_hermit_takes_what_they_allow(appended: str) -> None:
    assert reason.consistency(t for d in documents(appended) for t in d.triples).consistent


def test_a_file_without_a_header_is_found() -> None:
    without = documents(old="<https://w3id.org/sitgraph/ontology> a owl:Ontology ;", new="<https://w3id.org/sitgraph/ontology>")
    assert "header" in {f.rule for f in lint.dl(without)}


@pytest.mark.parametrize(
    ("old", "new", "rule", "line_of"),
    [
        ("owl:disjointWith sg:Relation, ", "owl:disjointWith sg:Relations, ", "undeclared", "owl:disjointWith sg:Relations"),
        ("rdfs:range sg:TimeExtent ;", "rdfs:range xsd:date ;", "datatype", "rdfs:range xsd:date"),
        ("rdfs:subClassOf sg:Engagement ;", "rdfs:subClassOf sg:edtf ;", "mistyped", "rdfs:subClassOf sg:edtf"),
        ("sg:Siege a owl:Class ;", "sg:Siege a owl:Class, rdfs:Datatype ;", "punned-class", "sg:Siege a owl:Class, rdfs"),
        (
            'rdfs:subClassOf sg:Event ;\n  rdfs:label "siege"@en',
            'rdfs:subClassOf sg:Event, [] ;\n  rdfs:label "siege"@en',
            "blank-node",
            "rdfs:subClassOf sg:Event, []",
        ),
    ],
)
def test_a_finding_has_the_line_of_the_statement(old: str, new: str, rule: str, line_of: str) -> None:
    damaged = documents(old=old, new=new)
    lines = damaged[0].text.splitlines()
    (finding,) = (f for f in lint.dl(damaged) if f.rule == rule)
    assert finding.line is not None
    assert line_of in lines[finding.line - 1]
    assert str(finding).startswith(f"sitgraph.ttl:{finding.line}: ")


def test_a_line_that_is_not_found_is_said_to_be_unknown() -> None:
    (finding,) = lint.allowed([parsed("odd.ttl", f"@prefix owl: <{OWL}> .\n  <http://e.org/a> owl:sameAs <http://e.org/b> .")])
    assert finding.line is None
    assert str(finding).startswith("odd.ttl (line unknown): not on the list of allowed axioms: owl:sameAs")


# -- the axioms that are executed

_LISTED = {"oneOf", "unionOf", "intersectionOf", "disjointUnionOf", "propertyChainAxiom", "hasKey", "withRestrictions"}
_KIND = {
    "AllDisjointClasses", "AllDisjointProperties", "AllDifferent", "FunctionalProperty", "InverseFunctionalProperty",
    "ReflexiveProperty", "IrreflexiveProperty", "AsymmetricProperty", "NegativePropertyAssertion", "Datatype",
}  # fmt: skip


def written(iri: str) -> str:
    """A statement with the axiom; whether it makes sense otherwise is not the question here."""
    name = re.split("[#]", iri)[-1]
    if name in _KIND:
        return f"sg:party a <{iri}> ."
    return f"sg:party <{iri}> {'( sg:Place sg:Actor )' if name in _LISTED else 'sg:Place'} ."


@pytest.mark.parametrize("iri", sorted(lint.REFUSED), ids=lambda iri: iri.split("#")[-1])
def test_a_refused_axiom_is_named_with_its_line(iri: str) -> None:
    damaged = documents(written(iri))
    (finding,) = lint.allowed(damaged)
    assert lint.REFUSED[iri] in finding.message
    assert "at sg:party" in finding.message
    assert (finding.file, finding.rule) == ("sitgraph.ttl", "axiom")
    assert finding.line is not None


def test_how_many_axioms_are_refused_and_allowed() -> None:
    assert len(lint.REFUSED) == 35
    assert len(lint.ALLOWED) == 16
    assert len(lint.ALLOWED_TYPES) == 9
    assert not lint.REFUSED.keys() & (lint.ALLOWED | lint.ALLOWED_TYPES)


def test_an_axiom_on_neither_list_is_refused() -> None:
    messages = [f.message for f in lint.allowed(documents(f"sg:party a <{RDFS}Container> . sg:party rdfs:member sg:Place ."))]
    assert len(messages) == 2
    assert any("rdfs:member" in m for m in messages)
    assert any("rdfs:Container" in m for m in messages)


def test_has_value_is_allowed_and_an_inverse_only_where_asked() -> None:
    value = "sg:Siege rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sg:kind ; owl:hasValue sg:x ] ."
    assert lint.allowed(documents(value)) == []
    inverse = documents("sg:hasSubEvent a owl:ObjectProperty ; owl:inverseOf sg:subEventOf .")
    assert [f.message.split(": ")[1] for f in lint.allowed(inverse)] == ["an inverse property, at sg:hasSubEvent"]
    assert lint.allowed(inverse, lint.ALLOWED_IN_ALIGNMENT) == []


def test_a_finding_inside_an_expression_leads_to_the_class_that_has_it() -> None:
    text = "sg:Opposition rdfs:subClassOf [\n  a owl:Restriction ;\n  owl:onProperty sg:party ;\n  owl:cardinality 2 ] ."
    damaged = documents(text)
    (finding,) = lint.allowed(damaged)
    assert "a cardinality (owl:cardinality)" in finding.message
    assert finding.line is not None
    assert (
        "Opposition" in damaged[0].text.splitlines()[finding.line - 1]
        or "2 ]" in damaged[0].text.splitlines()[finding.line - 1]
    )


def test_findings_read_well() -> None:
    assert str(Finding("header", "x", "no ontology")) == "no ontology [header]"


def test_a_file_that_is_no_turtle_says_where(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix sg: <http://e.org/> .\nsg:a a", "utf-8")
    with pytest.raises(SyntaxError) as error:
        lint.read(broken)
    assert error.value.lineno == 2
