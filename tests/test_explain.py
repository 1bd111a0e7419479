"""Every triple of the view can be explained, down to the words of a report (``kg.view.explain``).

All of them are, for the seed report, the examples and re3d together: each explanation gives a reason and ends in quotes, each
quote is the text at its offsets, and it is what the annotation's own file gives as the words, where that agrees with the text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kg import queries
from kg.model import AnnotatedReport
from kg.readers import walk
from kg.view.explain import Explanation, explain
from kg.view.rules import rules
from kg.view.scope import view_triples
from kg.vocab import PREFIXES, SG
from tests.small_reports import Ingested, Small, ingested, viewed

REASONS = frozenset({"R1", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "reference", "mention"})
TRIPLES_AT_LEAST = 13_000
REPORTS = 1 + 13 + 44


def words_of_the_files(*paths: Path) -> dict[tuple[str, tuple[tuple[int, int], ...]], set[str]]:
    """What the files themselves give as the words of a span: third column of ``.ann``, ``value`` of re3d."""
    found: dict[tuple[str, tuple[tuple[int, int], ...]], set[str]] = {}
    for path in paths:
        for ann in [path] if path.suffix == ".ann" else sorted(path.rglob("*.ann")):
            for line in ann.read_text(encoding="utf-8").splitlines():
                if line.startswith("T"):
                    _, body, words = line.split("\t")
                    spans = tuple((int(a), int(b)) for a, b in (s.split() for s in body.partition(" ")[2].split(";")))
                    found.setdefault((ann.stem, spans), set()).add(words)
        for name in ("entities.json", "relations.json") if path.is_dir() else ():
            for rows in sorted(path.rglob(name)):
                for row in map(json.loads, rows.read_text(encoding="utf-8").splitlines()):
                    found.setdefault((row["documentId"], ((row["begin"], row["end"]),)), set()).add(row["value"])
    return found


@pytest.mark.slow
def test_every_triple_of_the_view_ends_in_quotes_that_are_the_text(project: Path, shared: Path, tmp_path: Path) -> None:
    paths = shared / "data" / "seed-report" / "mesop-aleppo.ann", project / "examples", shared / "data" / "re3d"
    view = ingested(tmp_path, *paths)
    texts = {r.report.id: r.text for r in walk(paths, None) if isinstance(r, AnnotatedReport)}
    assert len(texts) == REPORTS
    given = words_of_the_files(*paths)
    annotated = {p.stem for folder in paths[:2] for p in ([folder] if folder.is_file() else folder.glob("*.ann"))}
    assert len(annotated) == REPORTS - 44
    reasons, quotes, agreeing = Counter[str](), Counter[str](), 0
    triples = sorted(view_triples(view.store), key=str)
    for t in triples:
        assert isinstance(t.subject, NamedNode)
        found = explain(view.store, t.subject, t.predicate, t.object)  # type: ignore[arg-type]  # no blank nodes
        assert found.present, t
        assert found.reasons, t
        ends = tuple(found.quotes())
        assert ends, t
        reasons.update(r.rule for r in found.reasons)
        for q in set(ends):
            at_offsets = " ".join(texts[q.report][a:b] for a, b in q.fragments)
            assert q.text == at_offsets, (t, q)
            quotes[q.report] += 1
            agrees = at_offsets in given.get((q.report, q.fragments), ())
            agreeing += agrees
            assert agrees or q.report not in annotated, q  # re3d's own values repeat the text badly
    print(f"{len(triples)} triples, {sum(quotes.values())} quotes ({agreeing} as the files give them), reasons {dict(reasons)}")  # noqa: T201  the figures are asked for
    assert len(triples) >= TRIPLES_AT_LEAST
    assert len(triples) == sum(1 for _ in view_triples(view.store))
    assert set(reasons) == REASONS
    assert set(quotes) == set(texts)  # no report is without a word in the view
    assert agreeing > 0.9 * sum(quotes.values())


# --- one reason at a time


TEXT = "Red Brigade of the Reds attacked Green Guards near Blue Hill, in Zug, locals said. Ochre League helps the Reds."
LINES = """
r = ArmedGroup "Red Brigade"
s = Side "Reds"
g = ArmedGroup "Green Guards"
h = Settlement "Blue Hill"
z = Area "Zug"
l = Source "locals"
o = State "Ochre League"
m = SideAlignment "of" Member:r Group:s
e = Assault "attacked" Attacker:r Defender:g Place:h
u = Support "helps" Provider:o Recipient:s SupportKind=air
Within h z
"""


def asked(view: Ingested, s: str, p: NamedNode, o: str) -> Explanation:
    iris = {label: iri for iri, label in view.labels.items()}
    return explain(view.store, NamedNode(iris[s]), p, NamedNode(iris[o]))


@pytest.fixture
def view(tmp_path: Path) -> Ingested:
    return viewed(tmp_path, Small("a", "2016-08-15", TEXT, LINES))


@pytest.mark.parametrize(
    ("s", "p", "o", "rule", "words"),
    [
        ("Red Brigade", SG.onSide, "Reds", "R6", {"of"}),
        ("Red Brigade", SG.opposes, "Green Guards", "R9", {"attacked"}),
        ("Ochre League", SG.backs, "Reds", "R8", {"helps"}),
        ("Blue Hill", SG.within, "Zug", "R4", {"Blue Hill", "Zug"}),
    ],
)
def test_why(view: Ingested, s: str, p: NamedNode, o: str, rule: str, words: set[str]) -> None:
    found = asked(view, s, p, o)
    assert found.present
    assert rule in {r.rule for r in found.reasons}
    assert {q.text for q in found.quotes()} == words
    assert all(TEXT[a:b] for q in found.quotes() for a, b in q.fragments)


@pytest.mark.parametrize(
    ("s", "p", "o", "because"),
    [
        ("Green Guards", SG.opposes, "Red Brigade", "points the other way"),
        ("Ochre League", SG.onSide, "Reds", "support is not membership"),
        ("Ochre League", SG.opposes, "Green Guards", "never inferred"),
    ],
)
def test_why_not(view: Ingested, s: str, p: NamedNode, o: str, because: str) -> None:
    found = asked(view, s, p, o)
    assert not found.present
    assert not found.reasons
    assert any(because in r.why for r in found.refusals), found.refusals


def test_a_status_is_explained_by_its_row_and_its_claims(tmp_path: Path) -> None:
    view = viewed(tmp_path, Small("a", "2016-08-15", TEXT, LINES + "SaysThat l e"))
    ((situation, status),) = view.values("SELECT ?s ?st { ?s a sg:Assault ; sg:status ?st }")
    found = explain(view.store, NamedNode(situation), SG.status, NamedNode(status))
    (reason,) = found.reasons
    assert reason.rule == "R3"
    assert reason.why.startswith("row 9 of the table of statuses")
    assert [q.text for q in found.quotes()] == ["attacked"]
    refused = asked(view, "Red Brigade", SG.opposes, "Green Guards")
    assert any("its status is reported, and the rule asks for accepted" in r.why for r in refused.refusals)


# --- what has ended, and who are friends now


TIMES = (
    "In 2014 Red Brigade shelled Green Guards. Pacts, oaths and aid, until 2015 or since 2016, "
    "by Maroon Front and Ochre League of the Reds."
)
CAST = """
r = ArmedGroup "Red Brigade"
g = ArmedGroup "Green Guards"
m = Alliance "Maroon Front"
o = State "Ochre League"
s = Side "Reds"
then = TimeExpr "2014"
until = TimeExpr "until 2015"
since = TimeExpr "since 2016"
"""
SHELLED = 'e = Shelling "shelled" Attacker:r Defender:g Time:then'
ENDED = "it had ended by 2016-01-01, and the view is as of 2016-08-15"


def timed(folder: Path, *lines: str) -> Ingested:
    return viewed(folder, Small("a", "2016-08-15", TIMES, CAST + "\n".join(lines)))


@pytest.mark.parametrize(
    ("lines", "triple", "because"),
    [
        ([SHELLED], ("Green Guards", SG.opposes, "Red Brigade"), "points the other way"),
        ([SHELLED + " Supporter:o"], ("Ochre League", SG.opposes, "Green Guards"), "supporter and defender are not attacker"),
        (
            ['e = Shelling "shelled" Belligerent:r Belligerent:g Belligerent:o'],
            ("Red Brigade", SG.opposes, "Green Guards"),
            "not just two fought in it",
        ),
        (
            [SHELLED, 'a = AllianceTie "Pacts" Party:r Party:g End:until'],
            ("Red Brigade", SG.opposes, "Green Guards"),
            "a fight between them is no declared opposition",  # friends then
        ),
        (
            [SHELLED, 'a = AllianceTie "Pacts" Party:r Party:g Begin:since'],
            ("Red Brigade", SG.opposes, "Green Guards"),
            "alliedWith Green Guards from 2016-01-01; a fight at another time is recorded",  # friends now
        ),
        (['a = Opposition "Pacts" Party:r Party:g End:until'], ("Red Brigade", SG.opposes, "Green Guards"), ENDED),
        (['a = AllianceTie "Pacts" Party:r Party:g End:until'], ("Red Brigade", SG.alliedWith, "Green Guards"), ENDED),
        (
            ['a = Membership "oaths" Member:r Group:m End:until', 'b = SideAlignment "of" Member:m Group:s'],
            ("Red Brigade", SG.onSide, "Reds"),
            ENDED,  # by R7
        ),
        (['a = Support "aid" Provider:o Recipient:s SupportKind=air End:until'], ("Ochre League", SG.backs, "Reds"), ENDED),
        (
            ['a = Support "aid" Provider:o Recipient:s SupportKind=air', 'b = SideAlignment "of" Member:o Group:s'],
            ("Ochre League", SG.backs, "Reds"),
            "who is on a side does not merely back it",
        ),
        (['a = Support "aid" Provider:o Recipient:g'], ("Ochre League", SG.backs, "Green Guards"), "only a side is backed"),
        (['a = Membership "oaths" Member:r Group:m Denied'], ("Red Brigade", SG.memberOf, "Maroon Front"), "status is denied"),
        (['a = Membership "oaths" Member:r Group:m'], ("Maroon Front", SG.memberOf, "Red Brigade"), "points the other way"),
    ],
)
def test_why_not_as_of_the_view(tmp_path: Path, lines: list[str], triple: tuple[str, NamedNode, str], because: str) -> None:
    found = asked(timed(tmp_path, *lines), *triple)
    assert not found.present
    assert any(because in r.why for r in found.refusals), found.refusals
    assert all(r.why for r in found.refusals)
    if because != ENDED:
        assert all("ended" not in r.why for r in found.refusals)  # a fight is not undone by its end


def test_why_an_actor_is_not_in_an_event(tmp_path: Path) -> None:
    view = timed(tmp_path, SHELLED + " Denied")
    ((event, actor),) = view.values(
        "SELECT ?e ?a { ?p sg:ofEvent ?e ; sg:actor ?a ; sg:role <https://w3id.org/sitgraph/code/role/attacker> }"
    )
    for prop, because in (
        (SG.attacker, "its status is denied"),
        (SG.involves, "its status is denied"),
        (SG.targets, "role is attacker"),
    ):
        (refusal,) = explain(view.store, NamedNode(event), prop, NamedNode(actor)).refusals
        assert because in refusal.why


@pytest.mark.parametrize(
    ("lines", "triple", "rules"),
    [
        ([SHELLED], ("Red Brigade", SG.opposes, "Green Guards"), ["R9"]),
        (
            [SHELLED, 'a = AllianceTie "Pacts" Party:r Party:g Begin:since', 'b = Opposition "oaths" Party:r Party:g'],
            ("Red Brigade", SG.opposes, "Green Guards"),
            ["R6"],  # the shelling is recorded as the opposition of then
        ),
        (
            ['a = SideAlignment "oaths" Member:r Group:s End:until', 'b = Membership "of" Member:r Group:s'],
            ("Red Brigade", SG.memberOf, "Reds"),
            ["R6"],
        ),
        (
            [
                'a = Membership "oaths" Member:r Group:m End:until',
                'b = SideAlignment "of" Member:m Group:s',
                'c = SideAlignment "Pacts" Member:r Group:s',
            ],
            ("Red Brigade", SG.onSide, "Reds"),
            ["R6"],
        ),
    ],
)
def test_what_has_ended_is_no_reason(
    tmp_path: Path, lines: list[str], triple: tuple[str, NamedNode, str], rules: list[str]
) -> None:
    found = asked(timed(tmp_path, *lines), *triple)
    assert found.present
    assert [r.rule for r in found.reasons] == rules


def test_friendship_asks_for_the_exceptions_of_the_rule() -> None:
    """What a refusal names as the reason is what the head of R9 excepts."""
    (opposes,) = (rule for rule in rules() if rule.id == "R9")
    query = queries.load("friendship")
    direct = re.search(r"FILTER\(\?p IN \(([^)]*)\)\)", query)
    assert direct
    named = {PREFIXES["sg"] + name for name in re.findall(r"sg:(\w+)", direct[1])}
    alone = {p.value for atoms in opposes.exceptions if len(atoms) == 1 for atom in atoms for p in atom.properties}
    assert named == alone
    pairs = set(re.findall(r"\(sg:(\w+) sg:(\w+) ", query))
    two = [atoms for atoms in opposes.exceptions if len(atoms) == 2]
    assert {(PREFIXES["sg"] + a, PREFIXES["sg"] + b) for a, b in pairs} == {
        (next(iter(first.properties)).value, next(iter(second.properties)).value) for first, second in two
    }
    assert len(two) == 3
