"""The laws: silent on the ontology and on every store of ours, and each loud on the file that breaks it, alone."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Triple, parse

from kg.errors import SitgraphError
from kg.ontology import generated, shapes, source
from kg.ontology.laws import Law, Violation, checks_dir, load, of_ontology, violations
from kg.pipeline import Options, ingest
from kg.resources import ontology_dir
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.vocab import PREFIXES

ALL = load()
BAD = {path.name.split("-violation")[0]: path for path in sorted((checks_dir() / "bad").iterdir())}
_SYNTAX = {".ttl": RdfFormat.TURTLE, ".trig": RdfFormat.TRIG}


def quads(path: Path) -> list[Quad]:
    return list(parse(path=path, format=_SYNTAX[path.suffix]))


@lru_cache(maxsize=1)
def ontology() -> tuple[Triple, ...]:
    return tuple(source.triples(ontology_dir()))


def with_ontology(*paths: Path) -> EmbeddedStore:
    """A store of the ontology, the good store, and these files."""
    store = EmbeddedStore.in_memory()
    store.put_graph(DefaultGraph(), ontology())
    for path in (checks_dir() / "good.trig", *paths):
        store.extend(quads(path))
    return store


def broken(store: EmbeddedStore) -> list[Violation]:
    """Of both kinds: what breaks a law about the ontology, and one about stores."""
    return [*of_ontology(store.get_graph(DefaultGraph())), *violations(store)]


def test_how_many_laws_there_are() -> None:
    assert Counter(law.over for law in ALL) == {"ontology": 32, "store": 64}
    assert all(20 < len(law.summary) < 110 and law.summary.endswith(".") for law in ALL)
    assert len({law.summary for law in ALL}) == len(ALL)


def test_every_law_has_a_bad_file_and_every_bad_file_a_law() -> None:
    assert BAD.keys() == {law.name for law in ALL}
    assert {p.suffix for p in BAD.values()} == {".ttl", ".trig"}
    for law in ALL:
        assert f"# Breaks: {law.summary}\n" in BAD[law.name].read_text("utf-8")


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_the_bad_file_breaks_its_law_and_no_other(law: Law) -> None:
    found = broken(with_ontology(BAD[law.name]))
    assert {v.law for v in found} == {law.name}, found
    assert all(v.message and v.node for v in found)


def test_the_good_store_breaks_none() -> None:
    assert broken(with_ontology()) == []


def test_the_ontology_breaks_none() -> None:
    assert list(of_ontology(ontology())) == []


def test_the_examples_break_none(example_store: Path) -> None:
    assert list(violations(StoreDirectory(example_store).current().open())) == []


def test_the_examples_with_their_decisions_break_none(project: Path, tmp_path: Path) -> None:
    outcome = ingest(tmp_path / "store", [project / "examples"], Options(reference=project / "examples" / "reference"))
    assert outcome.exit_code == 0
    assert list(violations(StoreDirectory(tmp_path / "store").current().open())) == []


def test_the_seed_report_breaks_none(shared: Path, tmp_path: Path) -> None:
    outcome = ingest(tmp_path / "store", [shared / "data/seed-report/mesop-aleppo.ann"], Options())
    assert outcome.exit_code == 0
    assert list(violations(StoreDirectory(tmp_path / "store").current().open())) == []


# -- laws and shapes


def parts(path: Path) -> dict[str, list[Triple]]:
    """The good store and a file, as they are validated: each report by itself, all else together."""
    found: dict[str, list[Triple]] = {"": []}
    for quad in (*quads(checks_dir() / "good.trig"), *quads(path)):
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        found.setdefault(name if "/graph/report/" in name else "", []).append(quad.triple)
    return found


SAID_TWICE = [law for law in ALL if law.shapes]


@pytest.mark.parametrize("law", SAID_TWICE, ids=lambda law: law.name)
def test_a_shape_says_the_same_as_its_law_and_as_loudly(law: Law) -> None:
    told = {
        (graph, f.node): f.severity
        for graph, data in parts(BAD[law.name]).items()
        for f in shapes.findings(data)
        if f.shape.removeprefix(shapes.SHAPES) in law.shapes
    }
    broken = {(v.graph if "/graph/report/" in v.graph else "", v.node) for v in violations(with_ontology(BAD[law.name]), [law])}
    assert broken <= told.keys()
    assert {told[at] for at in broken} == {law.severity}


def test_the_shapes_that_laws_name_are_there() -> None:
    assert len(SAID_TWICE) == 24
    known = {iri.removeprefix(shapes.SHAPES): shape.severity for iri, shape in shapes.shapes().items()}
    assert {(law.name, known.get(name)) for law in ALL for name in law.shapes} == {
        (law.name, law.severity) for law in SAID_TWICE
    }
    assert [law.name for law in ALL if law.severity == "warning"] == ["self-relation"]


# -- what a law says


def test_a_violation_says_what_where_and_in_which_graph() -> None:
    (found,) = violations(with_ontology(BAD["claim-report"]))
    assert found == Violation(
        "claim-report", "it is in no report", "http://127.0.0.1:8000/id/claim/partial", "http://127.0.0.1:8000/graph/report/r1"
    )
    assert str(found).endswith("it is in no report [claim-report] in http://127.0.0.1:8000/graph/report/r1")
    added = (q.triple for q in quads(BAD["term-definition"]))
    (plain,) = of_ontology([*ontology(), *added])
    assert str(plain) == f"{PREFIXES['sg']}Fortress: it has no skos:definition in English [term-definition]"


def test_a_cycle_names_every_place_in_it() -> None:
    found = {v.node.rsplit("/", 1)[-1] for v in violations(with_ontology(BAD["within-cycle"]))}
    assert found == {"a", "b", "c"}


def test_laws_are_chosen_by_what_they_are_about() -> None:
    assert {law.over for law in load(over="store")} == {"store"}
    assert len(load(over="ontology")) + len(load(over="store")) == len(ALL)
    store = with_ontology(BAD["claim-report"])
    assert list(violations(store, [law for law in ALL if law.name == "claim-source"])) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#+ summary: Nothing is wrong.\nSELECT ?node ?message {}", "expected a line"),
        ("#+ summary: Nothing is wrong.\n#+ over: everything\nSELECT ?node ?message {}", "expected a line"),
        ("#+ over: store\nSELECT ?node ?message {}", "expected a line"),
        ("#+ summary: Nothing is wrong.\n#+ over: store\n#+ severity: low\nSELECT ?node ?message {}", "not 'low'"),
        ("#+ summary: Nothing is wrong.\n#+ over: store\nASK {}", "expected SELECT"),
        ("#+ summary: Nothing is wrong.\n#+ over: store\nSELECT ?nodes ?message {}", "expected SELECT"),
    ],
)
def test_a_law_that_cannot_be_read_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd-violation.rq").write_text(text, "utf-8")
    with pytest.raises(SitgraphError, match=message):
        list(violations(EmbeddedStore.in_memory(), load(tmp_path)))


def test_every_law_declares_what_it_names_and_projects() -> None:
    for law in ALL:
        declared = set(re.findall(r"^PREFIX (\w+):", law.text, re.MULTILINE))
        body = re.sub(r'"[^"]*"|<[^>]*>|#[^\n]*', "", law.text)
        assert declared == {p for p in re.findall(r"(?<![\w:/])(\w+):", body) if p in PREFIXES}, law.name
        solutions = EmbeddedStore.in_memory().query(law.text)
        assert isinstance(solutions, QuerySolutions)


def test_the_schemes_that_are_taken_are_those_of_the_context() -> None:
    (law,) = (law for law in ALL if law.name == "scheme-unused")
    taken = set(re.findall(r'\("([a-z-]+)" sg:(\w+)\)', law.text))
    expected = {(scheme, prop) for prop, scheme in generated.SCHEME_OF_PROPERTY.items()}
    for cls, schemes in generated.SCHEMES_OF_CLASS.items():
        expected |= {(scheme, cls) for scheme in schemes.values()}
    assert taken == expected
