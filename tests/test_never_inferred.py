"""What must never follow, from annotated text to the view (specification, section 10).

Small reports, and the seed report of the shared data, go through the real reader, pipeline and store. Beside each thing that
must not follow stands the same text with one word other, where it does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules_oracle import HOLDING
from tests.small_reports import Ingested, Small, ingested, viewed

D1 = "2016-08-15"
TEXT = (
    "In 2014 Red Brigade shelled Green Guards, said locals. In 2016 it struck again, on 8 August 2016. "
    "Pacts, oaths, aid and arms, until 2015 or since 2016, were made by Maroon Front, Ochre League and Zug Council. "
    "Reds and Whites fought. Blue Hill fell."
)
CAST_OF_TEXT = """
r = ArmedGroup "Red Brigade"
g = ArmedGroup "Green Guards"
m = Alliance "Maroon Front"
o = State "Ochre League"
z = {} "Zug Council"
s = Side "Reds"
w = Side "Whites"
h = Settlement "Blue Hill"
l = Source "locals"
then = TimeExpr "2014"
lately = TimeExpr "8 August 2016"
until = TimeExpr "until 2015"
since = TimeExpr "since 2016"
"""
SHELLING = 'e = Shelling "shelled" Attacker:{} Defender:{}'


def told(folder: Path, *lines: str, council: str = "Organization") -> Ingested:
    """The view of one report in which this is annotated."""
    return viewed(folder, Small("a", D1, TEXT, CAST_OF_TEXT.format(council) + "\n".join(lines)))


def concluded(view: Ingested, prop: str, rule: str = "") -> set[tuple[str, str]]:
    """What the inferences conclude under a property, whatever day they are of."""
    named = f'sg:rule "{rule}" ; ' if rule else ""
    query = f"SELECT DISTINCT ?s ?o {{ GRAPH ?g {{ ?i {named} rdf:predicate sg:{prop} ; rdf:subject ?s ; rdf:object ?o }} }}"
    return {(s, o) for s, o in view.rows(query)}


R, G, M, O, REDS = "Red Brigade", "Green Guards", "Maroon Front", "Ochre League", "Reds"  # noqa: E741 - the letters of the lines


@pytest.mark.parametrize(
    ("attacker", "defender", "ties"),
    [
        ("r", "s", ['a = SideAlignment "oaths" Member:r Group:s']),
        ("s", "r", ['a = SideAlignment "oaths" Member:r Group:s']),
        ("r", "g", ['a = SideAlignment "oaths" Member:r Group:s', 'b = SideAlignment "oaths" Member:g Group:s']),
        ("r", "g", ['a = AllianceTie "Pacts" Party:g Party:r']),
        ("r", "g", ['a = Support "aid" Provider:g Recipient:r SupportKind=weapons']),
        ("r", "g", ['a = Support "aid" Provider:r Recipient:g SupportKind=weapons']),
        ("r", "g", ['a = Membership "oaths" Member:r Group:g']),
        ("r", "g", ['a = Membership "oaths" Member:g Group:r']),
        ("o", "g", ['a = Support "aid" Provider:o Recipient:s SupportKind=air', 'b = SideAlignment "oaths" Member:g Group:s']),
        ("g", "o", ['a = Support "aid" Provider:o Recipient:s SupportKind=air', 'b = SideAlignment "oaths" Member:g Group:s']),
        (
            "o", "g",
            [
                'a = Support "aid" Provider:o Recipient:m SupportKind=air',
                'b = SideAlignment "oaths" Member:m Group:s',
                'c = SideAlignment "Pacts" Member:g Group:s',
            ],
        ),
    ],
)  # fmt: skip
def test_friendly_fire_is_no_opposition(tmp_path: Path, attacker: str, defender: str, ties: list[str]) -> None:
    attack = SHELLING.format(attacker, defender)
    view = told(tmp_path / "tied", attack, *ties)
    assert concluded(view, "opposes") == view.shortcut("opposes") == set()
    assert len(view.shortcut("attacker")) == 1
    for n in range(len(ties)):
        view = told(tmp_path / str(n), attack, *(f"{tie} Denied" if k == n else tie for k, tie in enumerate(ties)))
        assert len(concluded(view, "opposes", "R9")) == len(view.shortcut("opposes")) == 1


CHAINS = {
    "ally of ally": (
        ['a = AllianceTie "Pacts" Party:r Party:g', 'b = AllianceTie "oaths" Party:g Party:o'],
        {"alliedWith": {(R, G), (G, R), (G, O), (O, G)}, "opposes": set(), "memberOf": set(), "supports": set()},
    ),
    "enemy of enemy": (
        [SHELLING.format("r", "g"), 'b = Assault "struck" Attacker:o Defender:g'],
        {"opposes": {(R, G), (O, G)}, "alliedWith": set(), "onSide": set(), "supports": set(), "backs": set()},
    ),
    "enemy of an ally": (
        [SHELLING.format("r", "g"), 'b = AllianceTie "Pacts" Party:o Party:r', 'c = AllianceTie "oaths" Party:m Party:g'],
        {"opposes": {(R, G)}, "alliedWith": {(O, R), (R, O), (M, G), (G, M)}},
    ),
    "enemy of a side": (
        [SHELLING.format("r", "s"), 'b = SideAlignment "oaths" Member:g Group:s', 'c = SideAlignment "Pacts" Member:r Group:w'],
        {"opposes": {(R, REDS)}},
    ),
    "enemy of a member": (
        [SHELLING.format("r", "g"), 'b = Membership "oaths" Member:g Group:m'],
        {"opposes": {(R, G)}},
    ),
    "enemy of a supporter": (
        [SHELLING.format("r", "g"), 'b = Support "aid" Provider:o Recipient:g SupportKind=air'],
        {"opposes": {(R, G)}, "backs": set(), "alliedWith": set()},
    ),
    "supporter in an attack": (
        [SHELLING.format("r", "g") + " Supporter:o"],
        {"opposes": {(R, G)}, "supports": set(), "backs": set()},
    ),
    "declared opposition": (
        ['a = Opposition "fought" Party:s Party:w', 'b = SideAlignment "oaths" Member:r Group:s'],
        {"opposes": {(REDS, "Whites"), ("Whites", REDS)}},
    ),
    "side of a supporter": (
        ['a = Support "aid" Provider:o Recipient:r SupportKind=air', 'b = SideAlignment "oaths" Member:r Group:s'],
        {"onSide": {(R, REDS)}, "memberOf": {(R, REDS)}, "backs": {(O, REDS)}, "supports": {(O, R)}, "alliedWith": set()},
    ),
    "side of one who is supported": (
        ['a = Support "aid" Provider:r Recipient:o SupportKind=air', 'b = SideAlignment "oaths" Member:r Group:s'],
        {"onSide": {(R, REDS)}, "backs": set()},
    ),
    "supporter of a supporter": (
        [
            'a = Support "aid" Provider:o Recipient:g SupportKind=air',
            'b = Support "arms" Provider:g Recipient:s SupportKind=air',
        ],
        {"supports": {(O, G), (G, REDS)}, "backs": {(G, REDS)}, "onSide": set()},
    ),
    "ally of one on a side": (
        ['a = AllianceTie "Pacts" Party:o Party:r', 'b = SideAlignment "oaths" Member:r Group:s'],
        {"onSide": {(R, REDS)}, "backs": set()},
    ),
    "member of a member": (
        [
            'a = Membership "oaths" Member:r Group:g',
            'b = Membership "Pacts" Member:g Group:m',
            'c = SideAlignment "made" Member:m Group:s',
        ],
        {"memberOf": {(R, G), (G, M), (M, REDS), (G, REDS)}, "onSide": {(M, REDS), (G, REDS)}},
    ),
    "commander of one on a side": (
        ['a = Command "arms" Commander:o Subordinate:r', 'b = SideAlignment "oaths" Member:r Group:s'],
        {"onSide": {(R, REDS)}, "memberOf": {(R, REDS)}, "supports": set(), "backs": set()},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_nothing_passes_along_a_chain(tmp_path: Path, name: str) -> None:
    lines, expected = CHAINS[name]
    view = told(tmp_path, *lines)
    assert {prop: concluded(view, prop) for prop in expected} == expected
    assert {prop: view.shortcut(prop) for prop in expected} == expected


MEMBER = ('a = Membership "oaths" Member:r Group:{} {}', 'b = SideAlignment "Pacts" Member:{} Group:s {}')


@pytest.mark.parametrize(
    ("group", "council", "member", "side", "ever", "now"),
    [
        ("m", "Organization", "", "", True, True),
        ("m", "Organization", "End:until", "", True, False),  # ended
        ("m", "Organization", "", "End:until", True, False),
        ("m", "Organization", "End:until", "Begin:since", False, False),  # ended before
        ("m", "Organization", "Begin:since", "End:until", False, False),
        ("m", "Organization", "Begin:since", "", True, True),
        ("z", "Organization", "", "", False, False),
        ("z", "Government", "", "", False, False),
        ("z", "ArmedForce", "", "", False, False),
        ("z", "MilitaryUnit", "", "", False, False),
        ("z", "Militia", "", "", False, False),
        ("z", "State", "", "", False, False),
        ("z", "Collective", "", "", False, False),
        ("z", "Alliance", "", "", True, True),
    ],
)
def test_a_side_passes_through_a_bloc_alone(
    tmp_path: Path, group: str, council: str, member: str, side: str, ever: bool, now: bool
) -> None:
    lines = [MEMBER[0].format(group, member), MEMBER[1].format(group, side)]
    view = told(tmp_path, *lines, council=council)
    assert ((R, REDS) in concluded(view, "onSide")) is ever
    assert ((R, REDS) in view.shortcut("onSide")) is ((R, REDS) in view.shortcut("memberOf")) is now


@pytest.mark.parametrize(
    ("kind", "follows"),
    [(k, k in HOLDING) for k in ("presence", "garrison", "contested", "partial", "full", "besieged", "former")],
)
def test_to_be_there_is_not_to_control(tmp_path: Path, kind: str, follows: bool) -> None:
    view = told(tmp_path, f'a = Control "fell" Controller:r Controlled:h ControlKind={kind}')
    assert view.rows("SELECT ?k { ?s a sg:Control ; sg:kind ?k }") != []
    assert concluded(view, "controls") == view.shortcut("controls") == ({(R, "Blue Hill")} if follows else set())


@pytest.mark.parametrize(
    ("attack", "tie", "ever", "now"),
    [
        ("Time:then", "Begin:since", True, False),  # foes of 2014 who are allies in 2016
        ("Time:then", "End:until", False, False),  # allies of 2014 who shelled each other, whose tie has ended
        ("Time:then", "", False, False),
        ("Time:lately", "End:until", True, True),  # allies of 2014 who are foes in 2016
        ("Time:lately", "Begin:since", False, False),
        ("", "End:until", False, False),  # it is not known that the tie had ended
        ("", "Begin:since", False, False),
        ("Time:then", "Denied", True, True),
    ],
)
def test_foes_and_friends_in_turn(tmp_path: Path, attack: str, tie: str, ever: bool, now: bool) -> None:
    view = told(tmp_path, f"{SHELLING.format('r', 'g')} {attack}", f'a = AllianceTie "Pacts" Party:r Party:g {tie}')
    assert concluded(view, "opposes", "R9") == ({(R, G)} if ever else set())
    assert view.shortcut("opposes") == ({(R, G)} if now else set())


@pytest.mark.parametrize(("issued", "there"), [(D1, False), ("2014-08-15", True), ("", True)])
def test_without_a_day_to_ask_about_everything_goes_on(tmp_path: Path, issued: str, there: bool) -> None:
    lines = CAST_OF_TEXT.format("Organization") + 'a = Membership "oaths" Member:r Group:m End:until'
    view = viewed(tmp_path, Small("a", issued, TEXT, lines))
    assert concluded(view, "memberOf") == {(R, M)}
    assert view.shortcut("memberOf") == ({(R, M)} if there else set())


def test_one_fight_makes_foes_and_another_does_not(tmp_path: Path) -> None:
    """Two fights of the same two, before the pact and under it: the first is recorded, with its own premises alone."""
    view = told(
        tmp_path,
        f"{SHELLING.format('r', 'g')} Time:then",
        'f = Assault "struck" Attacker:r Defender:g Time:lately',
        'a = AllianceTie "Pacts" Party:r Party:g Begin:since',
    )
    premises = 'SELECT ?c { GRAPH ?g { ?i sg:rule "R9" ; sg:premise ?m } ?m a ?c }'
    assert view.rows(premises) == [("Participation",), ("Participation",), ("Shelling",)]
    times_ = view.rows('SELECT ?b ?e { GRAPH ?g { ?i sg:rule "R9" ; sg:time ?t } ?t sg:earliestBegin ?b ; sg:latestEnd ?e }')
    assert times_ == [("2014-01-01T00:00:00Z", "2015-01-01T00:00:00Z")]
    assert view.shortcut("opposes") == set()


@pytest.mark.parametrize(
    ("lines", "follows"),
    [
        ([SHELLING.format("r", "g")], True),
        ([SHELLING.format("r", "g"), "SaysThat l e"], False),  # reported
        ([SHELLING.format("r", "g") + " Certainty=possible"], False),
        ([SHELLING.format("r", "g") + " Modality=potential"], False),
        ([SHELLING.format("r", "g") + " Denied"], False),
        ([SHELLING.format("r", "g").replace("Shelling", "Capture")], False),
    ],
)
def test_an_attack_that_is_not_accepted_makes_no_foes(tmp_path: Path, lines: list[str], follows: bool) -> None:
    assert (concluded(told(tmp_path, *lines), "opposes") != set()) is follows


# -- the seed report

REBELS, REGIME, FORCES, BLOC = "Syrian rebels", "Assad regime", "pro-Assad forces", "Jaish al-Fatah"
OPPOSITIONS = {
    ("Russia", REBELS), (REGIME, REBELS), (REBELS, FORCES), (REBELS, REGIME),
    (BLOC, "Syrian military"), (BLOC, "foreign allies"),
}  # fmt: skip
"""The foreign militias are called "foreign allies" where the report first speaks of them."""


@pytest.fixture(scope="module")
def seed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """The seed report, ingested."""
    return ingested(tmp_path_factory.mktemp("seed"), shared / "data" / "seed-report" / "mesop-aleppo.ann")


def test_the_seed_report_has_six_oppositions_by_what_was_done(seed: Ingested) -> None:
    assert concluded(seed, "opposes", "R9") == concluded(seed, "opposes") == seed.shortcut("opposes") == OPPOSITIONS


def test_the_seed_report_puts_no_supporter_on_a_side(seed: Ingested) -> None:
    on = {(x, FORCES) for x in (REGIME, "Syrian military", "foreign allies")} | {(BLOC, REBELS)}
    assert concluded(seed, "onSide") == seed.shortcut("onSide") == on
    backers = {(x, FORCES) for x in ("Iran", "Russia", "Hezbollah")}
    assert concluded(seed, "backs", "R8") == seed.shortcut("backs") == backers
    assert {x for x, _ in backers} & {x for pair in seed.shortcut("memberOf") for x in pair} == set()


def test_each_opposition_of_the_seed_report_ends_in_passages(seed: Ingested) -> None:
    """Record, premises of the three kinds, claims of the report, and the words that they rest on."""
    rows = seed.rows(
        """SELECT DISTINCT ?s ?o ?event ?quote {
          ?s sg:opposes ?o .
          GRAPH ?inferred { ?i a sg:Inference ; sg:rule "R9" ; rdf:subject ?s ; rdf:predicate sg:opposes ; rdf:object ?o ;
            sg:premise ?m1, ?m2, ?m3 ; sg:basis ?claim }
          ?m1 a ?event ; sg:basis ?claim .
          ?m2 sg:ofEvent ?m1 ; sg:role ?acting ; sg:actor ?s . ?m3 sg:ofEvent ?m1 ; sg:actor ?o FILTER(?m2 != ?m3)
          GRAPH ?report { ?claim sg:groundedIn/oa:hasTarget/oa:hasSelector/oa:exact ?quote } }"""
    )
    assert {(s, o) for s, o, _, _ in rows} == OPPOSITIONS
    assert any("assault" in quote for s, _, _, quote in rows if s == BLOC)


@pytest.mark.parametrize("prop", ["memberOf", "onSide", "alliedWith", "supports", "backs", "opposes", "controls"])
def test_what_actors_are_to_each_other_has_a_record_in_the_seed_report(seed: Ingested, prop: str) -> None:
    """Each shortcut is explained; the other way round, a record may be of the past."""
    assert seed.shortcut(prop) <= concluded(seed, prop)
