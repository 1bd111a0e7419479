"""What the example reports are made to show holds in a store filled from them (``examples/README.md``).

Once without and once with the example reviewer's decisions: only a judgement makes the attack on the aid convoy, told by two
reports, x
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from tests.small_reports import Ingested, ingested

REPORTS = 13


@pytest.fixture(scope="module")
def examples(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    return ingested(tmp_path_factory.mktemp("examples"), project / "examples")


@pytest.fixture(scope="module")
def judged(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    return ingested(tmp_path_factory.mktemp("judged"), project / "examples", reference=project / "examples" / "reference")


def test_all_reports_are_read_without_a_rejected_line(examples: Ingested, judged: Ingested) -> None:
    for view in (examples, judged):
        assert len(view.outcome.reads) == REPORTS
        assert view.outcome.exit_code == 0
        assert [(p.severity, p.message) for p in view.outcome.problems] == [
            ("warning", "the number of pieces is not exact; it stays in the words")
        ]


def clash(view: Ingested, rule: str, about: str) -> set[tuple[str, str]]:
    """The accounts (report and source) that clash by a rule on situations whose sentence begins so."""
    query = (
        f'SELECT ?s ?id ?src {{ GRAPH ?k {{ ?x a sg:ClaimConflict ; sg:rule "{rule}" ; sg:conflictMember ?c }} '
        "?s sg:basis ?c . GRAPH ?g { ?c sg:inReport/dcterms:identifier ?id ; sg:attributedTo ?src } }"
    )
    return {
        (report.removeprefix("aleppo-2016-"), view.told(NamedNode(source)))
        for situation, report, source in view.values(query)
        if view.sentence(NamedNode(situation)).startswith(about)
    }


def rules(view: Ingested) -> list[str]:
    return [rule for rule, _, _ in view.conflicts()]


def test_exactly_these_contradictions_arise(examples: Ingested) -> None:
    assert examples.conflicts() == [
        ("K1", 1, "open"),  # Jaish al-Fatah in Ramouseh
        ("K1", 1, "open"),  # chlorine
        ("K1", 1, "open"),  # the shelling of the corridors
        ("K1", 2, "open"),  # executions
        ("K1", 2, "open"),  # al-Qaeda
        ("K1", 4, "open"),  # the army in Ramouseh
        ("K1", 4, "open"),  # the army on the air base of Palmyra
        ("K4", 1, "open"),  # Dahiyat al-Assad
        ("K5", 1, "open"),  # evacuees
        ("K5", 1, "open"),  # the rebel dead at Nubl: the Observatory and the army
        ("K5", 1, "open"),  # … the army and the rebels
        ("K5", 1, "open"),  # … the rebels and the Observatory
        ("K5", 1, "open"),  # the dead of Homs
        ("K6", 1, "open"),  # the convoy, inside one report
        ("K6", 1, "open"),  # who broke the truce
        ("K6", 1, "open"),  # who shelled the corridors
        ("K7", 2, "open"),  # the lorry bomb
        ("K8", 1, "open"),  # the side of Jaysh al-Thuwar
    ]


@pytest.mark.parametrize(
    ("rule", "about", "accounts"),
    [
        (
            "K1", "Membership group=al-Qaeda member=Jabhat Fatah al-Sham",
            {("07-siege", "Abu Mohammad al-Julani"), ("07-siege", "US officials"), ("09-convoy", "narrator")},
        ),
        (
            "K1", "Control full controlled=Ramouseh controller=Jaish al-Fatah",
            {("08-ramouseh", "narrator"), ("08-zahra", "military source")},
        ),
        (
            "K1", "Control full controlled=Ramouseh controller=Syrian military",
            {
                ("09-siege-ar", "narrator"), ("09-convoy", "narrator"), ("09-siege-ar", "متحدث باسم أحرار الشام"),
                ("09-convoy", "Jaish al-Fatah"),
            },
        ),
        (
            "K1", "Participation actor=Syrian rebels ofEvent=Shelling role=attacker",
            {
                ("11-west", "Syrian Arab News Agency"), ("11-west", "Syrian rebels"), ("10-eve", "Syrian military"),
                ("10-eve", "Syrian rebels"),
            },
        ),
        (
            "K1", "ViolenceAgainstCivilians execution",
            {("12-end", "United Nations"), ("12-end", "Syrian military"), ("12-end", "Samir Suleiman")},
        ),
        (
            "K4", "Control full controlled=Dahiyat al-Assad (Aleppo)",
            {("11-west", "Jaish al-Fatah"), ("12-end", "narrator")},
        ),
        (
            "K5", "CasualtyEstimate displaced",
            {("12-end", "Syrian Observatory for Human Rights"), ("12-end", "International Committee of the Red Cross")},
        ),
        (
            "K5", "CasualtyEstimate killed actor=Syrian rebels",
            {
                ("02-nubl", "Syrian Observatory for Human Rights"), ("02-nubl", "Syrian military"),
                ("02-nubl", "Syrian rebels"),
            },
        ),
        (
            "K5", "CasualtyEstimate killed actor=people",
            {
                ("syria-2017-03-palmyra", "Syrian Observatory for Human Rights"),
                ("syria-2017-03-palmyra", "Syrian Arab News Agency"),
            },
        ),
        (
            "K8", "SideAlignment",
            {("syria-2017-07-idlib", "Turkey"), ("syria-2017-07-idlib", "its spokesman")},
        ),
        ("K6", "Participation actor=Russia", {("09-truce", "US officials")}),
        ("K6", "Participation actor=Assad regime", {("09-truce", "Activists in the town")}),
        ("K6", "Participation actor=Syrian rebels", {("12-end", "Russia"), ("10-eve", "Syrian military")}),
        ("K6", "Participation actor=Syrian military", {("12-end", "Turkey"), ("10-eve", "Syrian rebels")}),
        (
            "K7", "Outcome",
            {("08-zahra", "footage from a drone"), ("08-zahra", "pro-government bloggers"),
             ("08-zahra", "pro-government reporters")},
        ),
    ],
)  # fmt: skip
def test_who_contradicts_whom(examples: Ingested, rule: str, about: str, accounts: set[tuple[str, str]]) -> None:
    assert clash(examples, rule, about) == accounts


@pytest.mark.parametrize(
    ("report", "situation", "standing"),
    [
        ("07-siege", "Membership + group=al-Qaeda", ("disputed", "3")),
        ("08-ramouseh", "Control + full + controlled=Ramouseh + controller=Jaish al-Fatah", ("disputed", "3")),
        ("09-convoy", "Control + full + controlled=Ramouseh + controller=Syrian military", ("disputed", "3")),
        ("08-zahra", "Outcome + intercepted + ofEvent=VehicleBomb", ("disputed", "3")),
        ("08-zahra", "Outcome + detonated-at-target + ofEvent=VehicleBomb", ("disputed", "3")),
        ("08-zahra", "VehicleBomb", ("accepted", "7")),
        ("08-zahra", "Participation + ofEvent=VehicleBomb + actor=Jaish al-Fatah + role=attacker", ("reported", "9")),
        ("08-zahra", "Ceasefire + humanitarian-pause", ("disputed", "4")),
        ("09-truce", "Participation + ofEvent=Ceasefire + actor=Ahrar al-Sham + role=signatory", ("denied", "5")),
        ("09-truce", "Participation + ofEvent=Engagement + actor=Russia + role=attacker", ("disputed", "3")),
        ("09-truce", "Participation + ofEvent=Engagement + actor=Assad regime + role=attacker", ("disputed", "3")),
        ("09-siege-ar", "Membership + group=Jaish al-Fatah + member=Jund al-Aqsa", ("accepted", "7")),
        ("12-end", "Control + controlled=Dahiyat al-Assad (Aleppo) + controller=Syrian military", ("disputed", "3")),
        ("12-end", "ViolenceAgainstCivilians + execution", ("disputed", "3")),
    ],
)
def test_the_standing_of(examples: Ingested, report: str, situation: str, standing: tuple[str, str]) -> None:
    assert examples.row(situation, f"aleppo-2016-{report}") == standing


def test_the_lorry_bomb_happened_and_its_two_outcomes_are_disputed_by_k7_and_not_k2(examples: Ingested) -> None:
    ((status,),) = examples.rows(
        "SELECT ?st { ?s a sg:VehicleBomb ; sg:status ?st . ?o sg:ofEvent ?s ; a sg:Outcome } GROUP BY ?s ?st"
    )
    assert status == "accepted"
    assert "K2" not in rules(examples)


def test_the_pause_is_no_polarity_conflict(examples: Ingested) -> None:
    assert clash(examples, "K1", "Ceasefire") == set()


def test_a_membership_that_ended_is_one_relation_in_three_reports(examples: Ingested) -> None:
    query = (
        "SELECT ?id { ?s a sg:Membership ; sg:member ?m ; sg:group ?b ; sg:basis ?c . ?m skos:prefLabel 'Jund al-Aqsa'@en . "
        "?b skos:prefLabel 'Jaish al-Fatah'@en . GRAPH ?g { ?c sg:inReport/dcterms:identifier ?id } }"
    )
    assert [i.removeprefix("aleppo-2016-") for (i,) in examples.rows(query)] == ["08-ramouseh", "09-siege-ar", "11-west"]
    corroborating = (
        "SELECT DISTINCT ?a ?b { ?s a sg:Membership ; sg:member/skos:prefLabel 'Jund al-Aqsa'@en ; "
        "sg:group/skos:prefLabel 'Jaish al-Fatah'@en ; sg:basis ?a, ?b . GRAPH ?g { ?a sg:corroborates ?b } }"
    )
    assert len(examples.rows(corroborating)) == 6


def test_the_attack_on_the_convoy_is_accepted_and_a_planned_strike_denied(examples: Ingested) -> None:
    attack = "SELECT ?st { ?s a sg:Engagement ; sg:status ?st ; sg:place/skos:prefLabel 'Urum al-Kubra'@en }"
    assert {s for (s,) in examples.rows(attack)} == {"accepted"}
    assert ("denied",) in examples.rows("SELECT ?st { ?s a sg:AirStrike ; sg:status ?st }")
    assert examples.rows(
        "SELECT ?who { GRAPH ?g { ?c sg:polarity c:polarity\\/denied ; sg:asserts ?l . ?l a sg:AirStrike ; "
        "sg:describes ?s . ?c sg:modality c:modality\\/planned } ?s sg:status ?st ; sg:targetPlace ?who }"
    )


def test_both_deny_in_the_convoy_report_alone(project: Path, tmp_path: Path) -> None:
    view = ingested(tmp_path, project / "examples" / "aleppo-2016-09-convoy.ann")
    for actor in ("Russia", "Assad regime"):
        assert view.row(f"Participation + actor={actor} + ofEvent=Engagement + role=attacker") == ("denied", "5")


@pytest.mark.parametrize("rule", ["K2", "K3"])
def test_no_such_contradiction(examples: Ingested, judged: Ingested, rule: str) -> None:
    assert rule not in rules(examples)
    assert rule not in rules(judged)


def test_no_rival_control_of_ramouseh(examples: Ingested) -> None:
    assert clash(examples, "K4", "Control full controlled=Ramouseh") == set()
    assert clash(examples, "K4", "Control full controlled=Dahiyat") != set()


def test_nobody_opposes_civilians(examples: Ingested) -> None:
    query = "SELECT ?s ?o { ?s sg:opposes ?o . ?o sg:kind c:actor-kind\\/civilians }"
    assert examples.rows(query) == []
    assert examples.ask("ASK { ?o sg:kind c:actor-kind\\/civilians . ?p sg:actor ?o ; sg:role c:role\\/target }")


def members(view: Ingested, day: str) -> set[str]:
    rows = view.rows(
        "SELECT DISTINCT ?m { ?s a sg:Membership ; sg:member ?m ; sg:group/skos:prefLabel 'Jaish al-Fatah'@en . "
        "?s sg:status ?st . FILTER(?st IN (c:claim-status\\/accepted, c:claim-status\\/reported)) "
        "OPTIONAL { ?s sg:time/sg:earliestBegin ?b } "
        f'OPTIONAL {{ ?s sg:time/sg:latestEnd ?e }} FILTER(!BOUND(?b) || ?b <= "{day}T00:00:00Z"^^<{XSD}>) '
        f'FILTER(!BOUND(?e) || ?e > "{day}T00:00:00Z"^^<{XSD}>) }}'
    )
    return {m for (m,) in rows}


XSD = "http://www.w3.org/2001/XMLSchema#dateTime"
IN_AUGUST = {"Ahrar al-Sham", "Jabhat Fatah al-Sham", "Turkistan Islamic Party"}


@pytest.mark.parametrize(
    ("day", "expected"), [("2016-08-01", IN_AUGUST), ("2016-12-01", IN_AUGUST | {"Nour al-Din al-Zenki Movement"})]
)
def test_members_of_jaish_al_fatah_as_of_a_day(examples: Ingested, judged: Ingested, day: str, expected: set[str]) -> None:
    assert members(examples, day) == members(judged, day) == expected
    assert {"Jund al-Aqsa", "Sham Legion"} & members(examples, "2015-09-01")


@pytest.mark.parametrize(("cls", "fewer"), [("Engagement", 1), ("Siege", 2), ("Operation", 2), ("Conflict", 3)])
def test_each_decision_makes_one_event_of_two(examples: Ingested, judged: Ingested, cls: str, fewer: int) -> None:
    def events(view: Ingested) -> int:
        return len(view.rows(f"SELECT ?s {{ ?s a sg:{cls} }}"))

    assert events(examples) - events(judged) == fewer


def test_an_announced_offensive_is_a_fact_once_it_is_known_to_be_the_one_that_began(
    examples: Ingested, judged: Ingested
) -> None:
    announced = "Operation + offensive + aim=SiegeBreak"
    assert examples.row(announced, "aleppo-2016-10-eve") == ("prospective", "6")
    assert judged.row(announced, "aleppo-2016-10-eve") == ("accepted", "7")


def test_the_two_accounts_of_the_convoy_contradict_each_other_once_they_are_one_event(
    examples: Ingested, judged: Ingested
) -> None:
    def more(rule: str) -> int:
        return rules(judged).count(rule) - rules(examples).count(rule)

    assert {rule: more(rule) for rule in ("K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8") if more(rule)} == {
        "K1": 2,
        "K5": 1,
        "K6": 2,
    }
    russia, regime = (f"Participation actor={a} ofEvent=Engagement role=attacker" for a in ("Russia", "Assad regime"))
    assert clash(judged, "K1", russia) == {("09-truce", "US officials"), ("09-convoy", "Russia")}
    assert clash(judged, "K1", regime) == {("09-truce", "Activists in the town"), ("09-convoy", "Assad regime")}
    assert clash(judged, "K5", "CasualtyEstimate killed") >= {("09-truce", "Syrian Arab Red Crescent")}
    suggested = "Participation actor=Jabhat Fatah al-Sham ofEvent=Engagement role=attacker"
    assert ("09-convoy", "Russian Ministry of Defence") in clash(judged, "K6", suggested)
    assert judged.row("Participation + actor=Russia + ofEvent=Engagement + role=attacker") == ("disputed", "3")
    assert judged.rows("SELECT ?st { ?s a sg:Engagement ; sg:place/skos:prefLabel 'Urum al-Kubra'@en ; sg:status ?st }") == [
        ("accepted",)
    ]
