"""The named graph of a report (specification, sections 2 and 5): IRIs by content, evidence by position and quote.

The digests are written down: a change of one of them changes the IRIs of every store, and must be meant.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg import schemes
from kg.claims import claims_of
from kg.iri import DigestCollision, Digests, Space, fragments_name, h20, report_path
from kg.model import AnnotatedReport, text_sha256
from kg.quads import report_quads
from kg.readers import walk
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.reference import Reference
from kg.resolver.resolve import resolve
from kg.resources import reference_dir
from kg.vocab import OA, RDF, SG
from tests.small_reports import Small, annotated

BASE = "http://test.example/"
TEXT = "😀 On Sunday Red Brigade and جيش الفتح attacked Blue Hill, locals and Red Brigade said; 20 were killed."
LINES = """
r = ArmedGroup "Red Brigade"
j = Alliance "جيش الفتح"
h = Settlement "Blue Hill"
t = TimeExpr "Sunday"
s = Source "locals...said"
r2 = ArmedGroup "Red Brigade"#2
q = Quantity "20"
e = Assault "attacked" Attacker:r Attacker:j TargetPlace:h Time:t Certainty=probable
k = CasualtyEstimate "killed" OfEvent:e Count:q CasualtyKind=killed
SaysThat s e
SaysThat r2 e
N r wikidata:Q42 Red Brigade
"""
SMALL = Small("small one", "2016-08-15", TEXT, LINES)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return tables.load(reference_dir())


def quads_of(report: AnnotatedReport, reference: Reference, base: str = BASE) -> list[Quad]:
    space = Space(base)
    claims = claims_of(schemes.apply(report).report)
    resolution = resolve(claims, reference, judgements((), space, reference))
    return sorted(set(report_quads(claims, resolution, space)), key=str)


@pytest.fixture
def quads(tmp_path: Path, reference: Reference) -> list[Quad]:
    return quads_of(annotated(SMALL, tmp_path), reference)


def iri(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value


def nodes(quads: list[Quad], cls: NamedNode) -> list[str]:
    return sorted(iri(q.subject) for q in quads if q.predicate == RDF.type and q.object == cls)


# --- digests


def test_a_digest_is_the_start_of_sha_256_over_canonical_json() -> None:
    assert h20("participation", "situation/a", "actor/b", "attacker") == "4fb34542c5232ee04875"
    text = json.dumps(["participation", "situation/a", "actor/b", "attacker"], separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest()[:20] == "4fb34542c5232ee04875"
    assert h20("x", {"b": 1, "a": "جيش"}) == h20("x", {"a": "جيش", "b": 1}) == "61168ae8387209a00406"


def test_two_inputs_in_one_digest_are_an_error_and_one_input_twice_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = Digests()
    assert digests("situation", "a") == digests("situation", "a") == h20("situation", "a")

    class Constant:
        def hexdigest(self) -> str:
            return "0" * 64

    monkeypatch.setattr("kg.iri.hashlib.sha256", lambda _: Constant())
    collide = Digests()
    collide("situation", "a")
    with pytest.raises(DigestCollision, match="situation"):
        collide("situation", "b")


def test_the_iris_of_a_report_are_written_down(quads: list[Quad]) -> None:
    path = BASE + "id/"
    assert nodes(quads, SG.Report) == [path + "report/small%20one"]
    assert {q.graph_name for q in quads} == {NamedNode(BASE + "graph/report/small%20one")}
    found = {cls: [n.rsplit("/", 1)[-1] for n in nodes(quads, getattr(SG, cls))] for cls in EXPECTED_DIGESTS}
    assert found == EXPECTED_DIGESTS
    assert all(n.startswith(path + "report/small%20one/situation/") for n in nodes(quads, SG.Assault))
    assert all(n.startswith(path + "claim/") for n in nodes(quads, SG.Claim))
    assert all(n.startswith(path + "report/small%20one/time/") for n in nodes(quads, SG.TimeExtent))


EXPECTED_DIGESTS = {
    "Assault": ["7c401f454cfa0ed1b178"],
    "CasualtyEstimate": ["24bf525ead156a0ff4fd"],
    "Participation": [
        "29ceb85c163825e8df99",
        "981d79adc9fb1039de78",
    ],
    "Claim": [
        "65797bb9b1b49776f977",
        "e0817c6c6de6ffff579f",
        "f29487deb64b4565d3e3",
    ],
    "TimeExtent": ["770fd8f0cad851c822da"],
    "Mention": [
        "Alliance-28-37",
        "ArmedGroup-12-23",
        "ArmedGroup-69-80",
        "Assault-38-46",
        "CasualtyEstimate-95-101",
        "Quantity-87-89",
        "Settlement-47-56",
        "Source-58-64_81-85",
        "TimeExpr-5-11",
    ],
}
"""Test vectors: the last segments of the IRIs of the small report."""


def test_the_inputs_of_a_situation_s_digest_are_those_of_the_specification(quads: list[Quad]) -> None:
    start = {words: TEXT.index(words) for words in ("Red Brigade", "جيش الفتح", "Blue Hill", "attacked")}
    spans = {words: [[at, at + len(words)]] for words, at in start.items()}
    fillers = [
        ["attacker", [spans["Red Brigade"]]],
        ["attacker", [spans["جيش الفتح"]]],
        ["targetPlace", [spans["Blue Hill"]]],
    ]
    expected = h20("situation", "small one", text_sha256(TEXT), "Assault", [spans["attacked"]], sorted(fillers), ["asserted"])
    assert nodes(quads, SG.Assault) == [f"{BASE}id/{report_path('small one')}/situation/{expected}"]


def test_another_base_changes_iris_and_not_digests(tmp_path: Path, reference: Reference, quads: list[Quad]) -> None:
    other = quads_of(annotated(SMALL, tmp_path), reference, "https://elsewhere.example/kg/")
    assert sorted(str(q).replace("https://elsewhere.example/kg/", BASE) for q in other) == sorted(map(str, quads))


def test_names_of_mentions_hold_their_fragments() -> None:
    assert fragments_name("Source", [(5, 11), (20, 24)]) == "Source-5-11_20-24"


# --- evidence


def selectors(quads: list[Quad]) -> dict[str, dict[NamedNode, str]]:
    found: dict[str, dict[NamedNode, str]] = defaultdict(dict)
    for q in quads:
        if isinstance(q.object, Literal):
            found[iri(q.subject)][q.predicate] = q.object.value
    return found


def test_every_mention_is_selected_by_position_and_by_quote(quads: list[Quad]) -> None:
    told = selectors(quads)
    targets: dict[str, list[str]] = defaultdict(list)
    for q in quads:
        if q.predicate in (OA.hasTarget, OA.hasSelector):
            targets[iri(q.subject)].append(iri(q.object))
    mentions = nodes(quads, SG.Mention)
    assert len(mentions) == 9
    for mention in mentions:
        for target in targets[mention]:
            position, quote = sorted(targets[target])
            start, end = int(told[position][OA.start]), int(told[position][OA.end])
            assert TEXT[start:end] == told[quote][OA.exact]
            assert TEXT[:start].endswith(told[quote][OA.prefix])
            assert TEXT[end:].startswith(told[quote][OA.suffix])


def test_a_discontinuous_mention_has_a_target_for_each_fragment(quads: list[Quad]) -> None:
    counts = Counter(iri(q.subject).rsplit("/", 1)[-1].split("-")[0] for q in quads if q.predicate == OA.hasTarget)
    assert counts["Source"] == 2
    assert counts["Settlement"] == 1


def test_a_claim_has_each_of_its_fields_once_and_at_least_one_ground(quads: list[Quad]) -> None:
    claims = nodes(quads, SG.Claim)
    assert len(claims) == 3
    for claim in claims:
        fields = Counter(q.predicate for q in quads if q.subject == NamedNode(claim))
        for once in (SG.asserts, SG.inReport, SG.attributedTo, SG.polarity, SG.modality, SG.certainty, SG.attributionKind):
            assert fields[once] == 1
        assert fields[SG.groundedIn] >= 1


def test_two_equal_annotations_are_one_claim_with_one_of_each_field(tmp_path: Path, reference: Reference) -> None:
    lines = 'r = ArmedGroup "Red Brigade"\nh = Settlement "Blue Hill"\n'
    lines += 'x = Capture "attacked" Place:h AttributionKind=scare-quote\ny = Capture "attacked" Place:h'
    found = quads_of(annotated(Small("r", "2016-08-15", TEXT, lines), tmp_path), reference)
    (claim,) = nodes(found, SG.Claim)
    assert sum(q.predicate == SG.attributionKind for q in found if q.subject == NamedNode(claim)) == 1


def test_two_situations_on_one_trigger_are_told_apart_by_the_rest(tmp_path: Path, reference: Reference) -> None:
    lines = 'r = ArmedGroup "Red Brigade"\nx = Engagement "attacked" Attacker:r EventKind={}\n'
    lines += 'y = Engagement "attacked" Attacker:r EventKind={}'
    for kinds, n in ((("raid", "ambush"), 2), (("raid", "raid"), 1)):
        report = annotated(Small("r", "2016-08-15", TEXT, lines.format(*kinds)), tmp_path)
        assert len(nodes(quads_of(report, reference), SG.Engagement)) == n


def test_a_participation_is_covered_and_a_speaking_actor_has_a_source(quads: list[Quad]) -> None:
    claimed = {q.object for q in quads if q.predicate == SG.asserts}
    parts = nodes(quads, SG.Participation)
    assert len(parts) == 2
    assert not claimed & {NamedNode(p) for p in parts}
    sources = {iri(q.object).rsplit("/source/", 1)[-1] for q in quads if q.predicate == SG.attributedTo}
    assert len(sources) == 3
    assert "narrator-small%20one" in sources
    mention = next(q.subject for q in quads if q.predicate == SG.denotes and "/source/x-" in str(q.object))
    assert any(q.subject == mention and q.predicate == SG.denotes and "/actor/" in str(q.object) for q in quads)


def test_there_are_no_blank_nodes_and_no_absolute_paths(quads: list[Quad], tmp_path: Path) -> None:
    assert not any(isinstance(x, BlankNode) for q in quads for x in (q.subject, q.object, q.graph_name))
    assert not any(str(tmp_path) in str(q) for q in quads)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_annotation_in_any_order_and_with_any_ids_gives_the_same_quads(
    tmp_path: Path, reference: Reference, quads: list[Quad], seed: int
) -> None:
    path = SMALL.write(tmp_path / "shuffled")
    lines = path.read_text(encoding="utf-8").splitlines()
    renamed = {line.split("\t")[0]: f"{line[0]}{n}" for n, line in enumerate(random.Random(seed).sample(lines, len(lines)), 40)}
    words = ["\t".join(" ".join(_renamed(w, renamed) for w in field.split(" ")) for field in _fields(line)) for line in lines]
    random.Random(seed).shuffle(words)
    path.write_text("\n".join(words) + "\n", encoding="utf-8")
    (report,) = (r for r in walk([path], None) if isinstance(r, AnnotatedReport))
    assert report.problems == ()
    assert quads_of(report, reference) == quads


def _fields(line: str) -> list[str]:
    return line.split("\t")


def _renamed(word: str, names: dict[str, str]) -> str:
    head, _, tail = word.rpartition(":")
    return f"{head}:{names.get(tail, tail)}" if head else names.get(word, word)


def test_what_is_not_the_same_is_not(tmp_path: Path, reference: Reference, quads: list[Quad]) -> None:
    denied = Small(SMALL.id, SMALL.issued, TEXT, LINES.replace("Certainty=probable", "Denied"))
    assert quads_of(annotated(denied, tmp_path), reference) != quads
    assert nodes(quads_of(annotated(denied, tmp_path), reference), SG.Assault) != nodes(quads, SG.Assault)
    later = Small(SMALL.id, "2016-08-22", TEXT, LINES)
    found = quads_of(annotated(later, tmp_path), reference)
    assert nodes(found, SG.Assault) == nodes(quads, SG.Assault)  # a date of issue moves times, not identities
    assert nodes(found, SG.TimeExtent) != nodes(quads, SG.TimeExtent)


@pytest.mark.parametrize("where", ["examples", "seed-report", "re3d"])
def test_every_quote_of_the_real_reports_is_the_text_at_its_offsets(
    project: Path, shared: Path, reference: Reference, where: str
) -> None:
    folder = project / "examples" if where == "examples" else shared / "data" / where
    paths = sorted(folder.glob("*.ann")) if where == "seed-report" else [folder]
    checked = 0
    for report in (r for r in walk(paths, None) if isinstance(r, AnnotatedReport)):
        told = selectors(quads_of(report, reference))
        for node, values in told.items():
            if node.endswith("/position"):
                start, end = int(values[OA.start]), int(values[OA.end])
                assert report.text[start:end] == told[node.removesuffix("/position") + "/quote"][OA.exact]
                checked += 1
    print(f"{where}: {checked} quotes")  # noqa: T201  the figures are asked for
    assert checked == QUOTES[where]


QUOTES = {"examples": 966, "seed-report": 131, "re3d": 2600}
