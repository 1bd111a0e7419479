"""An annotated report in the sitgraph scheme becomes entities, situations, times, claims (specification, sections 8, 11, 12).

Each rule is shown on a text of a sentence or two, read by the real reader, and beside it the case in which it must not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kg.claims import ReportClaims, Situation
from tests.small_reports import Small, claimed

Read = Callable[..., ReportClaims]
DAY = "2016-08-15"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(text: str, lines: str, issued: str = DAY) -> ReportClaims:
        return claimed(Small("r", issued, text, lines), tmp_path)

    return reading


def entities(claims: ReportClaims) -> list[tuple[str, ...]]:
    return [(e.cls, *(m.quote for m in e.mentions)) for e in claims.entities]


def said(claims: ReportClaims) -> list[tuple[str, ...]]:
    """Class of the situation, source, polarity, modality, certainty, attribution of each claim."""

    def source(n: int | None) -> str:
        return "narrator" if n is None else claims.entities[n].mentions[0].quote

    return sorted(
        (claims.situations[c.situation].cls, source(c.source), c.polarity, c.modality, c.certainty, c.attribution_kind)
        for c in claims.claims
    )


def fillers(claims: ReportClaims, s: Situation) -> set[tuple[str, str]]:
    return {(f.role, claims.entities[f.entity].mentions[0].quote) for f in (*s.entities, *s.participants)}


def messages(claims: ReportClaims) -> list[tuple[str, str]]:
    return [(p.severity, p.message) for p in claims.problems]


# --- entities


def test_one_name_under_one_label_is_one_entity(read: Read) -> None:
    claims = read(
        "Red Brigade came. The RED Brigade left. The brigade slept; a brigade woke.",
        'a = ArmedGroup "Red Brigade"\nb = ArmedGroup "RED Brigade"\nc = ArmedGroup "brigade"\nd = ArmedGroup "brigade"#2',
    )
    assert entities(claims) == [
        ("ArmedGroup", "Red Brigade", "RED Brigade"),
        ("ArmedGroup", "brigade"),
        ("ArmedGroup", "brigade"),
    ]


def test_a_word_that_opens_a_sentence_is_a_name_only_if_it_is_one_elsewhere(read: Read) -> None:
    again = 'b = Settlement "Zafran"#2'
    claims = read("Zafran fell. In Zafran it rained.", 'a = Settlement "Zafran"\n' + again)
    assert entities(claims) == [("Settlement", "Zafran", "Zafran")]
    assert claims.entities[0].named == {0, 1}
    claims = read("Rebels fell. The rebels rose.", 'a = Side "Rebels"\nb = Side "rebels"')
    assert [e.named for e in claims.entities] == [frozenset()] * 2


def test_one_name_under_two_labels_is_two(read: Read) -> None:
    claims = read("Ruritania attacked. In Ruritania it rained.", 'a = State "Ruritania"\nb = Area "Ruritania"#2')
    assert entities(claims) == [("State", "Ruritania"), ("Area", "Ruritania")]


def test_coref_joins_and_the_most_specific_label_is_the_class(read: Read) -> None:
    claims = read(
        "The Red Group is a bloc; it fights.",
        'a = Organization "Red Group"\nb = Alliance "bloc"\nc = Organization "it"\nCoref b a\nCoref c b',
    )
    assert entities(claims) == [("Alliance", "Red Group", "bloc", "it")]
    assert claims.entities[0].named == {0}


def test_coref_of_a_place_and_an_actor_is_refused(read: Read) -> None:
    claims = read("Ruritania fights in Ruritania.", 'a = State "Ruritania"\nb = Area "Ruritania"#2\nCoref a b')
    assert len(claims.entities) == 2
    assert messages(claims) == [("rejected", "Coref joins a place and an actor: 'Ruritania', 'Ruritania'")]


def test_a_shared_reference_joins_but_never_a_state_and_its_territory(read: Read) -> None:
    claims = read(
        "Moscow spoke. Russia bombed. In Russia it rained.",
        'a = State "Moscow"\nb = State "Russia"\nc = Area "Russia"#2\n'
        "N a wikidata:Q159 Russia\nN b wikidata:Q159 Russia\nN c wikidata:Q159 Russia",
    )
    assert entities(claims) == [("State", "Moscow", "Russia"), ("Area", "Russia")]


def test_a_generic_mention_is_no_entity_unless_it_speaks(read: Read) -> None:
    lines = 'a = Side "Rebels" Generic\ne = Assault "attack" Attacker:a\n'
    assert read("Rebels often attack.", lines).entities == ()
    speaking = read("Rebels often attack.", lines + "SaysThat a e")
    assert said(speaking) == [("Assault", "Rebels", "asserted", "actual", "certain", "indirect")]


def test_a_relation_whose_only_filler_is_generic_is_named_and_left_out(read: Read) -> None:
    text, lines = "Rebels often hold Tall Hill.", 'a = Side "Rebels" Generic\np = Settlement "Tall Hill"\n'
    claims = read(text, lines + 'c = Control "hold" Controller:a Controlled:p ControlKind=full')
    assert claims.situations == ()
    assert messages(claims) == [("rejected", "Control lacks one of its fillers (Controller, Controlled)")]


# --- situations


def test_same_situation_unites_roles_and_times_and_keeps_one_claim_per_source(read: Read) -> None:
    claims = read(
        "On Sunday air strikes hit the town of Ramouseh. The Russian bombing went on in August 2016.",
        't = TimeExpr "Sunday"\np = Settlement "town of Ramouseh"\nr = State "Russian"\nu = TimeExpr "August 2016"\n'
        'a = AirStrike "air strikes" Time:t Place:p\nb = AirStrike "bombing" Attacker:r Time:u\nSameSituation a b',
    )
    (strike,) = claims.situations
    assert fillers(claims, strike) == {("place", "town of Ramouseh"), ("attacker", "Russian")}
    assert [m.quote for m in strike.triggers] == ["air strikes", "bombing"]
    assert strike.time is not None
    assert strike.time.bounds.earliest_begin == date(2016, 8, 14)
    assert strike.time.expressions == ("August 2016", "Sunday")
    assert said(claims) == [("AirStrike", "narrator", "asserted", "actual", "certain", "narration")]


def test_without_same_situation_two_triggers_are_two_events(read: Read) -> None:
    claims = read("Air strikes came. The bombing went on.", 'a = AirStrike "Air strikes"\nb = AirStrike "bombing"')
    assert len(claims.situations) == len(claims.claims) == 2


def test_joined_triggers_of_different_event_classes_take_the_most_specific(read: Read) -> None:
    claims = read("A bombing, a car bomb.", 'a = Bombing "bombing"\nb = VehicleBomb "car bomb"\nSameSituation a b')
    assert [s.cls for s in claims.situations] == ["VehicleBomb"]


def test_two_kinds_of_one_situation_are_told(read: Read) -> None:
    claims = read(
        "A raid, an ambush.", 'a = Assault "raid" EventKind=raid\nb = Assault "ambush" EventKind=ambush\nSameSituation a b'
    )
    assert [s.kind for s in claims.situations] == ["raid"]
    assert messages(claims) == [("warning", "one situation has several kinds (raid, ambush); the first is taken")]


def test_a_relation_with_several_fillers_stands_for_all_combinations(read: Read) -> None:
    text = "The army and rebels fought for control of Zahra and Layramoun."
    lines = 'a = ArmedForce "army"\nr = Side "rebels"\nz = Area "Zahra"\nl = Area "Layramoun"\n'
    lines += 'c = Control "control" Controller:a Controller:r Controlled:z Controlled:l ControlKind=contested'
    claims = read(text, lines)
    assert len(claims.situations) == len(claims.claims) == 4
    assert {frozenset(fillers(claims, s)) for s in claims.situations} == {
        frozenset({("controller", who), ("controlled", where)})
        for who in ("army", "rebels")
        for where in ("Zahra", "Layramoun")
    }


def test_party_stands_for_unordered_pairs(read: Read) -> None:
    lines = 'a = ArmedForce "army"\nh = ArmedGroup "Hezbollah"\nl = Militia "Liwa"\n'
    claims = read("The army, Hezbollah and Liwa are allies.", lines + 't = AllianceTie "allies" Party:a Party:h Party:l')
    pairs = [sorted(name for _, name in fillers(claims, s)) for s in claims.situations]
    assert sorted(pairs) == [["Hezbollah", "Liwa"], ["Hezbollah", "army"], ["Liwa", "army"]]


def test_an_event_keeps_several_fillers_of_a_role(read: Read) -> None:
    lines = 'a = ArmedForce "army"\nh = ArmedGroup "Hezbollah"\ne = Assault "attacked" Attacker:a Attacker:h'
    claims = read("The army and Hezbollah attacked.", lines)
    (assault,) = claims.situations
    assert fillers(claims, assault) == {("attacker", "army"), ("attacker", "Hezbollah")}


def test_a_relation_of_a_thing_to_itself_is_refused(read: Read) -> None:
    lines = 'a = ArmedGroup "Red Brigade"\nb = ArmedGroup "It"\nCoref b a\nm = Membership "part" Member:b Group:a'
    claims = read("Red Brigade. It is part of itself.", lines)
    assert (claims.situations, claims.claims) == ((), ())
    assert messages(claims)[0] == ("rejected", "Membership relates a thing to itself")


def test_a_participation_is_a_situation_of_its_own_with_its_own_claim(read: Read) -> None:
    claims = read(
        "The market was shelled. The army denied shelling it.",
        'a = ArmedForce "army"\ns = Shelling "shelled"\n'
        'p = Participation "denied" Actor:a OfEvent:s ParticipationRole=attacker Denied\nSaysThat a p',
    )
    shelling, part = claims.situations
    assert (shelling.participants, part.role, part.situations) == ((), "attacker", (("ofEvent", 0),))
    assert said(claims) == [
        ("Participation", "army", "denied", "actual", "certain", "indirect"),
        ("Shelling", "narrator", "asserted", "actual", "certain", "narration"),
    ]


def test_within_is_a_containment_grounded_in_both_places_once(read: Read) -> None:
    lines = 'z = Area "Zahra"\na = Settlement "Aleppo"\ny = Area "Zahra"#2\nWithin z a\nWithin y a'
    claims = read("In Zahra in Aleppo. Zahra again.", lines)
    (contained,) = claims.situations
    assert (contained.cls, contained.kind) == ("SpatialRelation", "within")
    assert fillers(claims, contained) == {("figure", "Zahra"), ("ground", "Aleppo")}
    assert [m.quote for m in claims.claims[0].grounds] == ["Zahra", "Aleppo"]


def test_a_place_is_not_within_itself(read: Read) -> None:
    claims = read("In Zahra in Zahra.", 'z = Area "Zahra"\ny = Area "Zahra"#2\nWithin z y')
    assert claims.situations == ()
    assert messages(claims) == [("rejected", "a place cannot be within itself: 'Zahra', 'Zahra'")]


# --- claims


def test_no_speaker_is_the_narrator_and_each_speaker_one_claim(read: Read) -> None:
    claims = read(
        "Activists and a video say that a bomb exploded. It burned.",
        's = Source "Activists"\nv = MediaItem "video"\ne = Bombing "exploded"\nf = Bombing "burned"\n'
        "SaysThat s e\nSaysThat v e",
    )
    assert said(claims) == [
        ("Bombing", "Activists", "asserted", "actual", "certain", "indirect"),
        ("Bombing", "narrator", "asserted", "actual", "certain", "narration"),
        ("Bombing", "video", "asserted", "actual", "certain", "media-evidence"),
    ]


def test_attributes_are_the_claim_s_and_never_the_situation_s(read: Read) -> None:
    lines = (
        's = Source "Locals"\ne = Assault "attack" Modality=planned Certainty=probable AttributionKind=direct-quote Denied\n'
    )
    claims = read("Locals speak of an attack.", lines + "SaysThat s e")
    assert said(claims) == [("Assault", "Locals", "denied", "planned", "probable", "direct-quote")]


def test_an_asserted_and_a_denied_trigger_of_one_situation_are_two_claims_on_it(read: Read) -> None:
    claims = read(
        "The army holds Zahra. Rebels deny it.",
        'a = ArmedForce "army"\nz = Area "Zahra"\nr = Side "Rebels"\n'
        'c = Control "holds" Controller:a Controlled:z ControlKind=full\n'
        'd = Control "deny" Controller:a Controlled:z ControlKind=full Denied\nSaysThat r d\nSameSituation c d',
    )
    assert len(claims.situations) == 1
    assert [(c.polarity, [m.quote for m in c.grounds]) for c in claims.claims] == [
        ("asserted", ["holds"]),
        ("denied", ["deny"]),
    ]


def test_contradicts_joins_all_claims_of_the_two_situations(read: Read) -> None:
    lines = 's = Source "Bloggers"\nt = Source "reporters"\nv = MediaItem "video"\ne = VehicleBomb "bomb"\n'
    lines += 'o = Outcome "destroyed" OfEvent:e OutcomeKind=intercepted\n'
    lines += 'x = Outcome "blast" OfEvent:e OutcomeKind=detonated-at-target\n'
    lines += "SaysThat s o\nSaysThat t o\nSaysThat v x\n"
    text = "Bloggers and reporters say the bomb was destroyed, a video shows a blast."
    assert read(text, lines).contradictions == ()
    claims = read(text, lines + "Contradicts o x")
    pairs = [{claims.situations[claims.claims[n].situation].kind for n in pair} for pair in claims.contradictions]
    assert pairs == [{"intercepted", "detonated-at-target"}] * 2


def test_contradicts_on_an_expanded_relation_joins_every_combination(read: Read) -> None:
    claims = read(
        "Reds hold Aba and Bab. Blues say they hold Aba.",
        'r = Side "Reds"\nb = Side "Blues"\na = Settlement "Aba"\nc = Settlement "Bab"\n'
        'x = Control "hold" Controller:r Controlled:a Controlled:c ControlKind=full\n'
        'y = Control "hold"#2 Controller:b Controlled:a ControlKind=full\nSaysThat b y\nContradicts x y',
    )
    assert len(claims.situations) == 3
    assert len(claims.contradictions) == 2


# --- time


@pytest.mark.parametrize(
    ("made", "role", "expected"),
    [  # the rows of the second table of section 8: earliest and latest begin, earliest and latest end
        ('"fighting"', "Time", ("2016-08-01", "2016-08-14", "2016-08-02", "2016-08-15")),
        ('"fighting" EventKind=campaign', "Time", ("2016-08-01", "2016-08-14", "2016-08-02", None)),
        ('"fighting"', "Begin", ("2016-08-01", "2016-08-14", "2016-08-02", None)),
        ('"fighting"', "End", (None, "2016-08-14", "2016-08-02", "2016-08-15")),
    ],
)
def test_what_is_dated_decides_what_a_window_means(read: Read, made: str, role: str, expected: tuple[str | None, ...]) -> None:
    claims = read("Last week fighting.", f't = TimeExpr "Last week"\ne = Engagement {made} {role}:t')
    assert _bounds(claims) == expected


@pytest.mark.parametrize(("label", "open_end"), [("Siege", True), ("Operation", True), ("Conflict", True), ("Capture", False)])
def test_a_campaign_may_go_on(read: Read, label: str, open_end: bool) -> None:
    claims = read("In July 2016 it began.", f't = TimeExpr "July 2016"\ne = {label} "it" Time:t')
    assert (_bounds(claims)[3] is None) == open_end


def test_a_dated_relation_is_open_at_both_ends(read: Read) -> None:
    lines = 't = TimeExpr "July 2016"\na = ArmedForce "army"\nz = Area "Zahra"\n'
    claims = read(
        "In July 2016 the army held Zahra.", lines + 'c = Control "held" Controller:a Controlled:z Time:t ControlKind=full'
    )
    assert _bounds(claims) == (None, "2016-07-31", "2016-07-02", None)


def test_since_goes_on_at_the_anchor_and_formerly_is_over(read: Read) -> None:
    lines = 't = TimeExpr "Since 1 August 2016"\na = ArmedForce "army"\nz = Area "Zahra"\n'
    lines += 'c = Control "holds" Controller:a Controlled:z Time:t ControlKind=full'
    assert _bounds(read("Since 1 August 2016 the army holds Zahra.", lines)) == ("2016-08-01", "2016-08-01", "2016-08-16", None)
    over = lines.replace("Since 1 August 2016", "Formerly")
    assert _bounds(read("Formerly the army holds Zahra.", over)) == (None, "2016-08-15", None, "2016-08-15")


def test_an_actual_situation_is_capped_at_the_anchor_and_a_planned_one_is_not(read: Read) -> None:
    lines = 't = TimeExpr "August 2016"\ne = Assault "attack" Time:t'
    assert _bounds(read("In August 2016 an attack.", lines))[3] == "2016-08-16"
    assert _bounds(read("In August 2016 an attack.", lines + " Modality=planned"))[3] == "2016-09-01"


def test_a_note_wins_over_the_words_and_an_antecedent_gives_its_extent(read: Read) -> None:
    noted = 't = TimeExpr "month-long"\n# t edtf=2016-07/2016-08\ns = Siege "siege" Time:t Modality=planned'
    assert _bounds(read("A month-long siege.", noted)) == ("2016-07-01", "2016-07-31", "2016-08-02", "2016-09-01")
    coreferent = 't = TimeExpr "Last week"\nu = TimeExpr "At the time"\nCoref u t\ne = Assault "attack" Time:u'
    assert _bounds(read("Last week it rained. At the time an attack.", coreferent))[0] == "2016-08-01"


def test_words_that_give_no_time_are_told_and_keep_no_bounds(read: Read) -> None:
    claims = read("At the time an attack.", 't = TimeExpr "At the time"\ne = Assault "attack" Time:t')
    assert claims.situations[0].time is None
    assert messages(claims) == [("warning", "no time can be told from these words; a note edtf=… would give it")]


def test_without_a_date_of_issue_relative_times_stay_words(read: Read) -> None:
    lines = 't = TimeExpr "Last week"\nu = TimeExpr "July 2016"\ne = Assault "attack" Time:t\nf = Capture "fall" Time:u'
    claims = read("Last week an attack, in July 2016 a fall.", lines, issued="")
    assert [s.time is None for s in claims.situations] == [True, False]
    assert ("warning", "the report has no date of issue: relative times stay words") in messages(claims)


def test_another_date_of_issue_gives_other_days(read: Read) -> None:
    lines = 't = TimeExpr "Yesterday"\ne = Assault "attack" Time:t'
    assert _bounds(read("Yesterday an attack.", lines))[0] == "2016-08-14"
    assert _bounds(read("Yesterday an attack.", lines, issued="2016-08-01"))[0] == "2016-07-31"


def _bounds(claims: ReportClaims) -> tuple[str | None, ...]:
    (situation,) = (s for s in claims.situations if s.time)
    assert situation.time is not None
    b = situation.time.bounds
    return tuple(d.isoformat() if d else None for d in (b.earliest_begin, b.latest_begin, b.earliest_end, b.latest_end))


# --- numbers


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("29", {"best": 29}),
        ("at least 20", {"low": 20}),
        ("more than 150", {"low": 151}),
        ("up to 20", {"high": 20}),
        ("twenty-two", {"best": 22}),
        ("two hundred and five", {"best": 205}),
        ("25,000", {"best": 25000}),
        ("between 1,500 and 5,000", {"low": 1500, "high": 5000}),
        ("fewer than 10", {"high": 9}),
        ("no fewer than 10", {"low": 10}),
        ("no more than ten", {"high": 10}),
        ("نحو ٣٦", {"best": 36}),
        ("dozens", {}),
    ],
)
def test_numbers_of_people(read: Read, words: str, expected: dict[str, int]) -> None:
    lines = f'q = Quantity "{words}"\ne = Assault "attack"\n'
    claims = read(
        f"{words} killed in the attack.", lines + 'k = CasualtyEstimate "killed" OfEvent:e Count:q CasualtyKind=killed'
    )
    assert dict(claims.situations[0].numbers) == expected
    assert bool(claims.problems) == (not expected)


def test_a_note_overrides_the_words_and_pieces_have_a_quantity(read: Read) -> None:
    lines = 'q = Quantity "dozens"\n# q low=24 high=60\ne = Assault "attack"\n'
    claims = read("dozens killed in the attack.", lines + 'k = CasualtyEstimate "killed" OfEvent:e Count:q CasualtyKind=killed')
    assert claims.situations[0].numbers == (("low", 24), ("high", 60))
    lines = 'q = Quantity "three"\nm = Materiel "rockets"\ne = Assault "attack"\n'
    claims = read("three rockets in the attack.", lines + 'u = MaterielUse "in" OfEvent:e Uses:m Count:q MaterielKind=rocket')
    assert claims.situations[0].numbers == (("quantity", 3),)


def test_figures_out_of_order_are_told(read: Read) -> None:
    lines = 'q = Quantity "dozens"\n# q low=60 high=24\ne = Assault "attack"\n'
    claims = read("dozens killed in the attack.", lines + 'k = CasualtyEstimate "killed" OfEvent:e Count:q CasualtyKind=killed')
    assert claims.situations[0].numbers == ()
    assert messages(claims) == [("warning", "low, best, high are not in order: low=60 high=24")]
