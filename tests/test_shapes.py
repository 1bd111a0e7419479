"""The shapes: silent on good data, loud on each planted error, and two engines say the same.

``tests/data/shapes/base.ttl`` is good data with one of everything; each case of ``cases.toml`` is that and one damage. The
cases are checked in groups, each copy under a base of its own, because an engine reads the shapes anew each time.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pyrudof
import pyshacl
import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse, serialize
from pyshacl.entrypoints import meta_validate
from rdflib.namespace import SH

from kg.errors import SitgraphError
from kg.ontology import shapes
from kg.ontology.generated import SCHEME_OF_PROPERTY, SCHEMES_OF_CLASS
from kg.ontology.shapes import SHAPES, Finding, findings
from kg.pipeline import Options, ingest
from kg.resources import ontology_dir
from kg.store import GraphName
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.vocab import CODES, PREFIXES

DATA = Path(__file__).resolve().parent / "data" / "shapes"
BASE = "http://test.example/"
CASES = 284
BREAKABLE = 213
GROUP = 30
CORE = frozenset(
    "NodeShape targetClass targetSubjectsOf targetObjectsOf property path message severity Warning minCount maxCount nodeKind"
    " IRI Literal class datatype node in hasValue pattern minLength minInclusive minExclusive lessThan lessThanOrEquals equals"
    " disjoint uniqueLang or not inversePath alternativePath zeroOrOnePath qualifiedValueShape qualifiedMinCount".split()
)
"""What of SHACL the shapes use: SHACL 1.0 Core, and of that what both engines do alike."""


# -- the cases


@dataclass(frozen=True)
class Case:
    """A damage: the triples of the base that are missing, those that are new, the shapes and nodes, words of a message."""

    name: str
    without: str
    more: str
    breaks: frozenset[tuple[str, str]]
    says: str


@lru_cache
def text_of_base() -> str:
    return (DATA / "base.ttl").read_text("utf-8")


@lru_cache
def prefixes() -> dict[str, str]:
    return dict(re.findall(r"^@prefix (\w+): <(.+)> \.$", text_of_base(), re.MULTILINE))


def triples(text: str) -> set[Triple]:
    """Turtle with the prefixes of the base."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
    return {q.triple for q in parse(head + text, format=RdfFormat.TURTLE)}


@lru_cache
def good() -> frozenset[Triple]:
    return frozenset(triples(text_of_base()))


def iri(name: str) -> str:
    """A node as ``cases.toml`` names it: ``claim:01``, or an IRI in angle brackets."""
    prefix, _, local = name.partition(":")
    return name[1:-1] if name.startswith("<") else prefixes()[prefix] + local


def cases() -> Iterator[Case]:
    for row in tomllib.loads((DATA / "cases.toml").read_text("utf-8"))["case"]:
        broken = frozenset((SHAPES + shape, iri(node)) for shape, node in (entry.split(" ", 1) for entry in row["breaks"]))
        yield Case(row["name"], row.get("without", ""), row.get("with", ""), broken, row["says"])


ALL = {case.name: case for case in cases()}


def damaged(case: Case) -> frozenset[Triple]:
    """The base with the damage; a damage that damages nothing is refused."""
    base, without, more = good(), triples(case.without), triples(case.more)
    assert without <= base, f"{case.name}: not in the base: {without - base}"
    assert not more & base, f"{case.name}: in the base already: {more & base}"
    return (base - without) | more


def below(number: int, data: Iterable[Triple]) -> Iterator[Triple]:
    """The same data under a base of its own."""

    def moved(term: NamedNode) -> NamedNode:
        return NamedNode(term.value.replace(BASE, f"{BASE}{number}/", 1)) if term.value.startswith(BASE) else term

    for t in data:
        assert isinstance(t.subject, NamedNode)
        yield Triple(moved(t.subject), t.predicate, moved(t.object) if isinstance(t.object, NamedNode) else t.object)


def groups() -> Iterator[list[Triple]]:
    """All cases, some in each group, case ``n`` of the file below ``<base>n/``."""
    several = list(enumerate(ALL.values()))
    for start in range(0, len(several), GROUP):
        yield [t for n, case in several[start : start + GROUP] for t in below(n, damaged(case))]


@pytest.fixture(scope="module")
def found() -> Mapping[str, list[Finding]]:
    """What the engine of the product finds in each case."""
    by_case: dict[str, list[Finding]] = {name: [] for name in ALL}
    names = list(ALL)
    for group in groups():
        for f in findings(group):
            number, _, rest = f.node.removeprefix(BASE).partition("/")
            by_case[names[int(number)]].append(replace(f, node=BASE + rest))
    return by_case


def test_there_are_cases() -> None:
    assert len(ALL) == CASES == len(list(cases()))


def test_the_base_is_good() -> None:
    assert len(good()) > 300
    assert findings(good()) == []
    assert second_opinion(good()) == set()


@pytest.mark.slow
@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_a_damage_is_found_and_nothing_else(case: Case, found: Mapping[str, list[Finding]]) -> None:
    assert {(f.shape, f.node) for f in found[case.name]} == case.breaks
    assert any(case.says in f.message for f in found[case.name]), [f.message for f in found[case.name]]


@pytest.mark.slow
def test_every_shape_that_can_be_broken_is_broken_by_a_case(found: Mapping[str, list[Finding]]) -> None:
    broken = {f.shape for several in found.values() for f in several}
    assert len(shapes.shapes()) == BREAKABLE
    assert shapes.shapes().keys() - broken == set()


@pytest.mark.slow
def test_an_error_comes_before_a_warning(found: Mapping[str, list[Finding]]) -> None:
    levels = {f.shape.removeprefix(SHAPES): f.severity for several in found.values() for f in several}
    assert [name for name, level in sorted(levels.items()) if level == "warning"] == [
        "Command-itself", "Membership-itself", "SpatialRelation-itself", "Support-itself",
    ]  # fmt: skip
    both = [*damaged(ALL["a member of itself"]), *triples("told:20 a sg:Siege .")]
    assert [f.severity for f in findings(both)] == ["error", "warning"]


def repelling(messages: Iterable[str]) -> set[str]:
    """Messages in the words of SHACL, with whole addresses, or that are no sentence."""
    return {m for m in messages if not re.match(r"[A-Z]", m) or re.search(r"\bsh:|https?://|\bValue has|Constraint", m)}


def test_a_message_is_for_people() -> None:
    assert repelling(shape.message for shape in shapes.shapes().values()) == set()
    bad = ["Value has less than 1 values", "a claim", "Nobody: sh:minCount 1", "Not at http://test.example/id/x"]
    assert repelling(bad) == set(bad)


# -- two engines


def second_opinion(data: Iterable[Triple]) -> set[tuple[str, str]]:
    """What pyrudof finds: shapes and nodes."""
    beside = [t for t in ontology() if t.predicate.value.endswith(("#subClassOf", "#inScheme"))]
    text = serialize([*data, *beside], format=RdfFormat.N_TRIPLES)
    assert text is not None
    engine = pyrudof.Rudof(pyrudof.RudofConfig())
    engine.read_shacl((ontology_dir() / shapes.FILE).read_text("utf-8"), reader_mode=pyrudof.ReaderMode.Strict)
    engine.read_data(text.decode(), pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict)
    return {(str(v.source_shape), v.focus_node) for v in engine.validate_shacl()}


def ontology() -> list[Triple]:
    files = ("sitgraph.ttl", "concepts.ttl")
    return [q.triple for name in files for q in parse(path=ontology_dir() / name, format=RdfFormat.TURTLE)]


@pytest.mark.slow
def test_two_engines_find_the_same_in_every_case(found: Mapping[str, list[Finding]]) -> None:
    second: dict[str, set[tuple[str, str]]] = {name: set() for name in ALL}
    for group in groups():
        for shape, node in second_opinion(group):
            number, _, rest = node.removeprefix(BASE).partition("/")
            second[list(ALL)[int(number)]].add((shape, BASE + rest))
    assert second == {name: {(f.shape, f.node) for f in several} for name, several in found.items()}
    assert len(second) == CASES


def test_the_second_engine_would_be_noticed_if_it_differed() -> None:
    data = damaged(ALL["a claim by nobody"])
    assert second_opinion(data) == {(f.shape, f.node) for f in findings(data)} != second_opinion(good())


def test_where_the_engines_differ_is_known() -> None:
    """An IRI has no order with a date: so ``sh:lessThanOrEquals`` does not hold, which pyrudof passes over."""
    (new,) = triples("said:01 sg:earliestEnd told:01 .")
    data = {t for t in good() if (t.subject, t.predicate) != (new.subject, new.predicate)} | {new}
    first, second = {(f.shape, f.node) for f in findings(data)}, second_opinion(data)
    assert first - second == {(SHAPES + "TimeExtent-ends", iri("said:01"))}
    assert second == {(SHAPES + "TimeExtent-earliestEnd", iri("said:01"))} <= first


UNCOMPARABLE = (
    'said:01 sg:latestBegin "2016-08-06"^^xsd:date',
    'said:01 sg:latestBegin "2016-13-45T00:00:00Z"^^xsd:dateTime',
    'said:01 sg:latestBegin "6 August"',
    'said:01 sg:latestBegin "2016-08-06T00:00:00"^^xsd:dateTime',
    "said:01 sg:latestBegin told:01",
    "said:01 sg:latestBegin []",
    'told:08 sg:best "two"^^xsd:integer',
    'told:08 sg:best "P2D"^^xsd:duration',
    'text:position oa:end "8"@en',
)


@pytest.mark.parametrize("statement", UNCOMPARABLE)
def test_what_cannot_be_compared_is_found_and_stops_nothing(statement: str) -> None:
    subject, predicate, _ = statement.split(" ", 2)
    (new,) = triples(statement + " .")
    data = {t for t in good() if (t.subject, t.predicate) != (new.subject, new.predicate)} | {new}
    wrong = {f.path for f in findings(data) if f.node == iri(subject)}
    assert predicate in wrong


def test_the_engine_alone_stops_at_what_cannot_be_compared() -> None:
    """The reason for the care in kg.ontology.shapes; when this fails, the care can go."""
    data = triples(UNCOMPARABLE[1] + ' ; a sg:TimeExtent ; sg:earliestBegin "2016-08-06T00:00:00Z"^^xsd:dateTime .')
    text = serialize(data, format=RdfFormat.N_TRIPLES)
    assert text is not None
    with pytest.raises((TypeError, DeprecationWarning)):  # a warning first, where warnings are errors
        pyshacl.validate(
            rdflib.Graph().parse(data=text, format="nt"),
            shacl_graph=rdflib.Graph().parse(ontology_dir() / shapes.FILE),
            inference="none",
        )


def test_equal_data_give_equal_findings_in_equal_order() -> None:
    data = sorted(damaged(ALL["casualties of two kinds"]) | damaged(ALL["a claim by nobody"]), key=str)
    assert findings(data) == findings(reversed(data)) == sorted(findings(data)) != []


# -- good data


def graphs(store: Path) -> Iterator[tuple[str, list[Triple]]]:
    """The graph of each report, and the default graph with what is derived beside it."""
    opened = StoreDirectory(store).current().open()
    yield from parts(opened)


def parts(opened: EmbeddedStore) -> Iterator[tuple[str, list[Triple]]]:
    together: list[GraphName] = [DefaultGraph()]
    for name in opened.graph_names():
        if "/graph/report/" in name.value:
            yield name.value.rpartition("/")[2], list(opened.get_graph(name))
        else:
            together.append(name)
    yield "view", [t for name in together for t in opened.get_graph(name)]


@pytest.fixture(scope="module")
def stores(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shapes")


@pytest.fixture(scope="module")
def examples(project: Path, stores: Path) -> Path:
    ingest(stores / "examples", [project / "examples"], Options(reference=project / "examples" / "reference"))
    return stores / "examples"


def test_the_shapes_are_silent_on_the_examples(project: Path, examples: Path) -> None:
    checked = dict(graphs(examples))
    assert len(checked) == len(list((project / "examples").glob("*.ann"))) + 1 >= 9
    assert sum(map(len, checked.values())) > 30_000
    assert {name: findings(data) for name, data in checked.items() if findings(data)} == {}


@pytest.mark.slow
def test_the_second_engine_is_silent_on_the_examples(examples: Path) -> None:
    assert {name: second_opinion(data) for name, data in graphs(examples)} == {name: set() for name, _ in graphs(examples)}


def test_the_shapes_are_silent_on_the_seed(shared: Path, stores: Path) -> None:
    ingest(stores / "seed", [shared / "data" / "seed-report" / "mesop-aleppo.ann"], Options())
    checked = dict(graphs(stores / "seed"))
    assert sorted(checked) == ["mesop-aleppo", "view"]
    assert [findings(data) for data in checked.values()] == [[], []]


@pytest.mark.slow
def test_the_shapes_find_in_re3d_what_is_odd_there(shared: Path, stores: Path) -> None:
    """One relation of re3d joins two names of the Jordanian army: no error of the data, and worth a second look."""
    ingest(stores / "re3d", [shared / "data" / "re3d"], Options())
    checked = dict(graphs(stores / "re3d"))
    assert len(checked) == 45
    odd = {
        name: [(f.severity, f.shape, f.values) for f in found] for name, data in checked.items() if (found := findings(data))
    }
    itself = [("warning", SHAPES + "Membership-itself", ("actor/jordanian-armed-forces",))]
    assert odd == {"1B05F2376ED66CA9FFEB00BE752C16DC": itself, "view": itself}


def test_a_report_can_be_checked_before_anything_is_consolidated(examples: Path) -> None:
    data = dict(graphs(examples))["aleppo-2016-08-zahra"]
    told = [t for t in data if t.predicate.value != PREFIXES["sg"] + "describes"]
    assert len(told) < len(data)
    assert findings(told) == []


# -- the file


@pytest.fixture(scope="module")
def file() -> rdflib.Graph:
    return rdflib.Graph().parse(ontology_dir() / shapes.FILE)


@pytest.mark.slow
def test_the_shapes_are_valid_shacl(file: rdflib.Graph) -> None:
    conforms, _, text = meta_validate(file, inference="none", max_validation_depth=60)
    assert conforms, text


@pytest.mark.slow
def test_a_shape_that_is_no_shacl_is_noticed() -> None:
    damaged_file = rdflib.Graph().parse(ontology_dir() / shapes.FILE)
    damaged_file.add((rdflib.URIRef(SHAPES + "Claim-asserts"), SH.minCount, rdflib.Literal("one")))
    conforms, _, text = meta_validate(damaged_file, inference="none", max_validation_depth=60)
    assert not conforms
    assert "Claim-asserts" in text


def test_the_file_has_a_header(file: rdflib.Graph) -> None:
    header = rdflib.URIRef(SHAPES.removesuffix("#"))
    core = rdflib.Graph().parse(ontology_dir() / "sitgraph.ttl")
    ours = rdflib.URIRef("https://w3id.org/sitgraph/ontology")
    for name in ("title", "description", "creator", "license"):
        assert file.value(header, rdflib.DCTERMS[name]) is not None, name
    assert file.value(header, rdflib.OWL.versionInfo) == core.value(ours, rdflib.OWL.versionInfo)
    assert file.value(header, rdflib.DCTERMS.license) == core.value(ours, rdflib.DCTERMS.license)


def foreign(file: rdflib.Graph) -> set[str]:
    """Terms of SHACL in the file that are not in the part of Core that the shapes keep to."""
    used = {str(term) for triple in file for term in triple if str(term).startswith(str(SH))}
    return {term.removeprefix(str(SH)) for term in used} - CORE


def test_the_shapes_keep_to_core(file: rdflib.Graph) -> None:
    assert foreign(file) == set()
    assert foreign(rdflib.Graph().parse(data="[] <http://www.w3.org/ns/shacl#sparql> [] .")) == {"sparql"}


def nameless(file: rdflib.Graph) -> set[str]:
    """Shapes with a message or a target and no IRI, node shapes that cite no section, targets without any message."""
    found = {str(s) for s in file.subjects(SH.message) if not isinstance(s, rdflib.URIRef)}
    for shape in file.subjects(rdflib.RDF.type, SH.NodeShape):
        comment = str(file.value(shape, rdflib.RDFS.comment) or "")
        if not isinstance(shape, rdflib.URIRef) or not re.match(r"Sections? \d+", comment):
            found.add(str(shape))
        parts_ = [shape, *file.objects(shape, SH.property)]
        if not str(shape).startswith(SHAPES + "Code-") and not any(file.value(part, SH.message) for part in parts_):
            found.add(str(shape))
        if len(list(file.objects(shape, SH.property))) != sum(str(p).startswith(f"{shape}-") for p in parts_[1:]):
            found |= {str(p) for p in parts_[1:] if isinstance(p, rdflib.URIRef) and not str(p).startswith(f"{shape}-")}
    return found


def test_every_shape_has_a_name_and_cites_the_specification(file: rdflib.Graph) -> None:
    assert nameless(file) == set()
    bad = rdflib.Graph() + file
    bad.remove((rdflib.URIRef(SHAPES + "Claim"), rdflib.RDFS.comment, None))
    assert nameless(bad) == {SHAPES + "Claim"}


def test_a_message_stands_once_and_in_english(file: rdflib.Graph) -> None:
    messages = [m for m in file.objects(None, SH.message) if isinstance(m, rdflib.Literal)]
    assert len(messages) == BREAKABLE
    assert {m.language for m in messages} == {"en"}
    assert [m for m, n in Counter(messages).items() if n > 1] == []


def schemes(file: rdflib.Graph) -> set[tuple[str, str, str]]:
    """Class, property and scheme of each coded property; the class is empty where the shape is about what has the property."""
    found = set()
    for shape, code in file.subject_objects(SH.node):
        for owner in file.subjects(SH.property, shape):
            classes = {str(c).removeprefix(PREFIXES["sg"]) for c in file.objects(owner, SH.targetClass)} or {""}
            path = str(file.value(shape, SH.path)).removeprefix(PREFIXES["sg"])
            found |= {(cls, path, str(code).removeprefix(SHAPES + "Code-")) for cls in classes}
    return found


def test_every_code_has_the_scheme_that_the_specification_gives_it(file: rdflib.Graph) -> None:
    given = schemes(file)
    assert {(path, scheme) for _, path, scheme in given} == {
        *SCHEME_OF_PROPERTY.items(),
        *((path, scheme) for paths in SCHEMES_OF_CLASS.values() for path, scheme in paths.items()),
        (PREFIXES["rdf"] + "value", "claim-status"),  # what a reviewer sets
    }
    for cls, paths in SCHEMES_OF_CLASS.items():
        assert {(path, scheme) for c, path, scheme in given if c == cls and path in paths} == set(paths.items()), cls
    assert {scheme for _, _, scheme in given} == CODES.keys()
    for scheme in CODES:
        (part,) = file.objects(rdflib.URIRef(f"{SHAPES}Code-{scheme}"), SH.property)
        assert str(file.value(part, SH.hasValue)) == PREFIXES["c"] + scheme


def test_shapes_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SitgraphError, match=r"shapes\.ttl"):
        findings([], tmp_path)
    (tmp_path / shapes.FILE).write_text("shape:Claim a", encoding="utf-8")
    with pytest.raises(SitgraphError, match=r"shapes\.ttl"):
        findings([], tmp_path)


def test_literals_are_shown_as_they_were_written() -> None:
    data = damaged(ALL["a status by an unknown row"]) - triples('view:01 sg:rule "R3" .') | triples('view:01 sg:rule "R3.7 " .')
    (odd,) = findings(data)
    assert odd.values == ("“R3.7 ”",)
    (bound,) = findings(damaged(ALL["a latest end that is a date"]))
    assert bound.values == ("“2016-08-07” (xsd:date)",)
