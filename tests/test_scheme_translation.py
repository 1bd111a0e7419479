"""Foreign schemes: the one engine that translates them, what their files may say, and what is told of what they set aside.

Small schemes and reports are written in the test that reads them; the schemes that ship are held to real files, with
the counts that the READMEs of the data give.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import schemes
from kg.claims import claims_of
from kg.errors import SchemeError
from kg.model import AnnotatedReport, Link, Mention, Report, TableCell, TextSpan
from kg.readers import walk
from kg.schemes import reading
from kg.schemes.coverage import counted
from kg.schemes.foreign import ForeignScheme
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import EXAMPLES, Mapped, Row
from kg.schemes.pairs import MOST_LABELS, chosen
from kg.schemes.profile import Profile
from kg.schemes.translation import MOST_FILLERS, translate

HEAD = 'id = "test"\ntitle = "a test"\n'
SHIPPED = tuple(n for n in schemes.names() if not n.startswith("sitgraph"))


def scheme(text: str) -> ForeignScheme:
    return reading.parse(HEAD + text, "test.toml")


def report(*mentions: str, links: str = "") -> AnnotatedReport:
    """Mentions as ``id LABEL words name=value``, one after the other in the text; links as ``LABEL id id``."""
    made: list[Mention] = []
    text = ""
    for line in mentions:
        ident, label, words, *given = line.split()
        words = words.replace("_", " ")
        attributes = tuple(sorted((n, v) for n, _, v in (g.partition("=") for g in given)))
        start = len(text)
        text += words + " "
        made.append(Mention(ident, label, (TextSpan(start, start + len(words)),), words, attributes, line=len(made) + 1))
    ends = [(n, line.split()) for n, line in enumerate(links.split(";"), 100) if line]
    pairs = tuple(Link(label, source, target, n) for n, (label, source, target) in ends)
    return AnnotatedReport(Report("r"), text, tuple(made), pairs, "test", path="r.ann")


def told(mapped: Mapped) -> dict[str, str]:
    """What became of each label."""
    return {row.type: row.outcome for row in mapped.tally}


def drawn(mapped: Mapped) -> set[tuple[str, str, str]]:
    """Links by the labels and words of their ends."""
    name = {m.id: f"{m.label} {m.quote}" for m in mapped.report.mentions}
    return {(k.label, name[k.source], name[k.target]) for k in mapped.report.links}


# -- the engine

ATTACKS = """
[entities]
ORG = "Organization"
GPE = ["Area", "State"]
WEA = "Materiel"
NUM = "Quantity"
[set_aside]
Money = "sums of money are not modelled"
[[mentions]]
label = "Attack"
words = ['\\bair ?strike']
as = "AirStrike"
[[mentions]]
label = "Attack"
needs = ["Attacker"]
as = "Engagement"
[mentions.roles]
Target = ["Target", "TargetPlace"]
[[mentions.also]]
of = "Instrument"
as = "MaterielUse"
roles = { OfEvent = "@self", Uses = "@filler", User = "Attacker", Count = "@filler.Many" }
[[mentions.also]]
of = "Target"
when = { effect = "death" }
as = "CasualtyEstimate"
attributes = { CasualtyKind = "killed" }
roles = { OfEvent = "@self", Victim = "@filler", Count = "@filler.Many" }
[[mentions.also]]
when = { stage = "tried" }
as = "Outcome"
attributes = { OutcomeKind = "failed" }
roles = { OfEvent = "@self" }
[roles]
Attacker = "Attacker"
Place = "Place"
[set_aside_roles]
Price = "sums of money are not modelled"
[attributes.Polarity]
Negative = { Denied = "true" }
Positive = {}
Mixed = "cannot be told"
[[relations]]
type = "PART"
source = ["ORG", "GPE"]
target = ["ORG", "GPE"]
as = "Membership"
roles = ["Member", "Group"]
[[relations]]
type = "IN"
as = "Within"
[[relations]]
type = "SAME"
as = ["Coref", "SameSituation"]
[[relations]]
type = "BY"
as = ["Attacker", "Issuer"]
reverse = true
[set_aside_relations]
IN = "only places are in places"
"""


def test_a_place_that_acts_is_an_actor_and_one_where_something_happens_a_place() -> None:
    r = report("a Attack strike", "b Attack raid", "g GPE Syria", "h GPE Aleppo", "i GPE Homs", links=(
        "Attacker a g;Place a h;Attacker b g;Place b g"))  # fmt: skip
    mapped = translate(scheme(ATTACKS), r)
    assert drawn(mapped) == {
        ("Attacker", "Engagement strike", "State Syria"), ("Place", "Engagement strike", "Area Aleppo"),
        ("Attacker", "Engagement raid", "State Syria"), ("Place", "Engagement raid", "Area Syria"),
    }  # fmt: skip
    assert [row for row in mapped.tally if row.what == "entity"] == [
        Row("entity", "GPE", "mapped to Area", 2),
        Row("entity", "GPE", "mapped to Area and State", 1),
    ]


def test_who_is_the_same_is_the_same_kind_of_thing() -> None:
    r = report("a Attack strike", "g GPE Syria", "h GPE Damascus", "i GPE regime", links="Attacker a g;SAME h g;SAME i h")
    mapped = translate(scheme(ATTACKS), r)
    assert {m.label for m in mapped.report.mentions if m.quote != "strike"} == {"State"}
    assert len(claims_of(mapped.report).entities) == 1
    r = report("a Attack strike", "g GPE Syria", "w WEA rifle", links="Attacker a g;SAME g w")
    assert told(translate(scheme(ATTACKS), r))["GPE SAME WEA"] == "set aside: the two are not of one kind"


def test_a_coreference_joins_both_kinds_where_both_are_needed() -> None:
    r = report("a Attack strike", "g GPE Syria", "h GPE it", links="Attacker a g;Place a g;Attacker a h;Place a h;SAME g h")
    mapped = translate(scheme(ATTACKS), r)
    assert {k for k in drawn(mapped) if k[0] == "Coref"} == {
        ("Coref", "Area Syria", "Area it"),
        ("Coref", "State Syria", "State it"),
    }


def test_a_role_is_what_its_filler_can_be() -> None:
    r = report("a Attack strike", "o ORG army", "p ORG rebels", "g GPE Homs", links="Attacker a o;Target a p;Target a g")
    assert {k[0] + " " + k[2] for k in drawn(translate(scheme(ATTACKS), r))} == {
        "Attacker Organization army", "Target Organization rebels", "Target State Homs",
    }  # fmt: skip


def test_further_outputs_are_grounded_in_the_words_they_are_of() -> None:
    r = report(
        "a Attack strike stage=tried", "o ORG army", "p ORG rebels effect=death", "w WEA rifle", "n NUM 20",
        links="Attacker a o;Target a p;Instrument a w;Many p n",
    )  # fmt: skip
    mapped = translate(scheme(ATTACKS), r)
    assert mapped.problems == ()
    assert drawn(mapped) >= {
        ("OfEvent", "Outcome strike", "Engagement strike"), ("OfEvent", "CasualtyEstimate rebels", "Engagement strike"),
        ("Victim", "CasualtyEstimate rebels", "Organization rebels"), ("Count", "CasualtyEstimate rebels", "Quantity 20"),
        ("Uses", "MaterielUse rifle", "Materiel rifle"), ("User", "MaterielUse rifle", "Organization army"),
        ("Target", "Engagement strike", "Organization rebels"),
    }  # fmt: skip
    assert told(mapped)["ORG Many NUM"] == "mapped to CasualtyEstimate"
    assert told(mapped)["Attack Target ORG"] == "mapped to Target and CasualtyEstimate"
    assert told(mapped)["Attack Instrument WEA"] == "mapped to MaterielUse"
    assert told(mapped)["stage"] == "mapped to what its mention became"
    without = translate(scheme(ATTACKS), replace(r, mentions=tuple(replace(m, attributes=()) for m in r.mentions)))
    assert {m.label for m in without.report.mentions}.isdisjoint({"Outcome", "CasualtyEstimate"})
    assert told(without)["ORG Many NUM"] == "set aside: unknown label"


def test_of_very_many_fillers_a_further_output_takes_the_first_and_says_so() -> None:
    many = [f"o{n} ORG army{n}" for n in range(MOST_FILLERS + 1)]
    links = ";".join(f"Attacker a o{n}" for n in range(MOST_FILLERS + 1))
    mapped = translate(scheme(ATTACKS), report("a Attack strike", "w WEA rifle", *many, links=f"Instrument a w;{links}"))
    assert [(p.severity, p.line, p.message) for p in mapped.problems] == [
        ("warning", 1, "has 21 Attacker; only the first 20 are part of each MaterielUse")
    ]
    roles = Counter(label for label, _, _ in drawn(mapped))
    assert (roles["User"], roles["Attacker"]) == (MOST_FILLERS, MOST_FILLERS + 1)


def test_of_very_many_entities_of_a_span_the_surest_of_each_label_counts() -> None:
    span = (TextSpan(0, 1),)
    many = [Mention(f"x{n}", f"Strange{n}", span, "x", (("confidence", "0.9"),)) for n in range(MOST_LABELS)]
    sure = Mention("s", "Organisation", span, "x", (("confidence", "0.9"),))
    other = replace(sure, id="t", fragments=(TextSpan(2, 3),), attributes=(("confidence", "1"),))
    ends = chosen(
        reading.load("re3d"), "AlliesOf", [*many, replace(sure, id="r", attributes=(("confidence", "0.1"),)), sure], [other]
    )
    assert (ends.source.id, ends.target.id) == ("s", "t")


def test_a_relation_without_words_of_its_own_has_those_of_its_ends() -> None:
    r = report("o ORG Saraya", "x Money 5", "p ORG Jaysh", links="PART o p;PART p o;PART o o;PART o x")
    mapped = translate(scheme(ATTACKS), r)
    both = [m for m in mapped.report.mentions if m.label == "Membership"]
    assert [(m.quote, m.fragments) for m in both] == [("Saraya Jaysh", (TextSpan(0, 6), TextSpan(9, 14)))] * 2
    assert {row.outcome: row.count for row in mapped.tally if row.what == "relation"} == {
        "mapped to Membership": 2, "set aside: a thing related to itself": 1,
        "set aside: the table has no row for these types": 1,
    }  # fmt: skip
    assert len({m.id for m in mapped.report.mentions}) == len(mapped.report.mentions)


def test_nested_ends_of_a_relation_are_one_stretch_of_words() -> None:
    outer = Mention("o", "ORG", (TextSpan(0, 12),), "Syrian army ")
    inner = Mention("g", "GPE", (TextSpan(0, 6),), "Syrian")
    nested = AnnotatedReport(Report("r"), "Syrian army ", (outer, inner), (Link("PART", "o", "g"),), "test")
    (made,) = (m for m in translate(scheme(ATTACKS), nested).report.mentions if m.label == "Membership")
    assert (made.fragments, made.quote) == ((TextSpan(0, 12),), "Syrian army ")


def test_a_relation_between_cells_of_a_table_is_set_aside_with_the_reason() -> None:
    cells = (Mention("o", "ORG", (TableCell(1, "a"),), "army"), Mention("p", "ORG", (TableCell(1, "b"),), "state"))
    table = AnnotatedReport(Report("r"), "", cells, (Link("PART", "o", "p"),), "test")
    found = translate(scheme(ATTACKS), table)
    assert found.report.mentions == ()
    assert {r.outcome for r in found.tally} == {
        "set aside: selects cells of a table; only words of a text are read into claims"
    }


def test_a_relation_may_be_a_role_of_the_event_at_its_end() -> None:
    r = report("o ORG army", "a Attack air_strike", links="BY o a")
    assert drawn(translate(scheme(ATTACKS), r)) == {("Attacker", "AirStrike air strike", "Organization army")}


@pytest.mark.parametrize(
    ("mentions", "links", "label", "outcome"),
    [
        ("a Attack blow", "", "Attack", "set aside: no rule fits"),
        ("x Money 5", "", "Money", "set aside: sums of money are not modelled"),
        ("x Weather rain", "", "Weather", "set aside: unknown label"),
        ("a Attack blow|o ORG army", "Attacker a o;Price a o", "Attack Price ORG", "set aside: sums of money are not modelled"),
        ("a Attack blow|o ORG army", "Attacker a o;Mood a o", "Attack Mood ORG", "set aside: unknown label"),
        ("a Attack blow|o ORG army|x Money 5", "Attacker a o;Place a x",
         "Attack Place Money", "set aside: what fills it is set aside"),
        ("a Attack blow|o ORG army", "Attacker a o;Place a o",
         "Attack Place ORG", "set aside: Engagement has no such role for Organization"),
        ("a Attack blow|o ORG army", "Place a o", "Attack Place ORG", "set aside: what it belongs to is set aside"),
        ("o ORG army|p ORG men", "IN o p", "ORG IN ORG", "set aside: Within cannot join Organization and Organization"),
        ("o ORG army|w WEA rifle", "PART o w", "ORG PART WEA", "set aside: the table has no row for these types"),
        ("o ORG army|x Money 5", "IN o x", "ORG IN Money", "set aside: one of its ends is set aside"),
        ("o ORG army|p ORG men", "LIKES o p", "ORG LIKES ORG", "set aside: unknown label"),
        ("o ORG army|p ORG men", "BY o p",
         "ORG BY ORG", "set aside: Attacker or Issuer cannot join Organization and Organization"),
        ("o ORG army Polarity=Negative", "", "Polarity=Negative", "set aside: it cannot stand here"),
        ("a Attack air_strike Polarity=Negative", "", "Polarity=Negative", "mapped to Denied=true"),
        ("a Attack air_strike Polarity=Positive", "", "Polarity=Positive", "mapped to the default"),
        ("a Attack air_strike Polarity=Mixed", "", "Polarity=Mixed", "set aside: cannot be told"),
        ("a Attack air_strike Polarity=None", "", "Polarity=None", "set aside: unknown value"),
        ("a Attack air_strike Mood=good", "", "Mood", "set aside: unknown attribute"),
        ("x Money 5 Polarity=Negative", "", "Polarity=Negative", "set aside: what it is about is set aside"),
    ],
)  # fmt: skip
def test_what_is_set_aside_is_counted_with_its_reason_and_place(mentions: str, links: str, label: str, outcome: str) -> None:
    mapped = translate(scheme(ATTACKS), report(*mentions.split("|"), links=links))
    assert told(mapped)[label] == outcome
    (row,) = (r for r in mapped.tally if r.type == label)
    assert [(e.path, e.line > 0, bool(e.quote)) for e in row.examples] == ([] if row.mapped else [("r.ann", True, True)])


def test_examples_are_three_and_of_what_was_mapped_only_on_demand() -> None:
    r = report(*(f"x{n} Money {n}" for n in range(5)), *(f"o{n} ORG army{n}" for n in range(5)))
    money, org = sorted(translate(scheme(ATTACKS), r).tally, key=lambda row: row.type)
    assert [str(e) + " " + e.quote for e in money.examples] == ["r.ann:1 0", "r.ann:2 1", "r.ann:3 2"]
    assert (money.count, org.count, org.examples) == (5, 5, ())
    assert [len(row.examples) for row in translate(scheme(ATTACKS), r, all_examples=True).tally] == [EXAMPLES] * 2
    (summed,) = (row for row in schemes.total([translate(scheme(ATTACKS), r).tally] * 2) if row.type == "Money")
    assert (summed.count, len(summed.examples)) == (10, EXAMPLES)


def test_a_situation_that_the_grammar_does_not_take_is_not_counted_as_mapped() -> None:
    text = '[entities]\nORG = "Organization"\n[[mentions]]\nlabel = "Start"\nas = "Membership"\nroles = { Who = "Member" }\n'
    mapped = translate(scheme(text), report("s Start joined", "o ORG army", links="Who s o"))
    assert told(mapped) == {
        "ORG": "mapped to Organization",
        "Start": "set aside: Membership needs Group",
        "Start Who ORG": "set aside: what it belongs to is set aside",
    }
    assert mapped.problems == ()


def test_labels_may_be_compared_by_letters_and_digits_only() -> None:
    text = """
fold = true
strip = ["-Arg"]
[entities]
ORG = "Organization"
[[mentions]]
label = "Conflict.Attack"
as = "Engagement"
[roles]
Attacker = "Attacker"
"""
    for label, role in (("CONFLICT_ATTACK", "attacker"), ("Conflict:Attack", "Attacker-Arg"), ("conflictattack", "ATTACKER")):
        mapped = translate(scheme(text), report(f"a {label} strike", "o org army", links=f"{role} a o"))
        assert drawn(mapped) == {("Attacker", "Engagement strike", "Organization army")}


SHARED = """
[entities]
ORG = "Organization"
[[mentions]]
label = ["Attack", "Robbery"]
as = "Engagement"
[[mentions]]
label = "Talk"
as = "Membership"
roles = { Who = "Member", Of = "Group" }
[[also]]
of = "By"
when = { sure = "no" }
when_self = { stage = "done" }
labels = ["Attack", "Talk"]
as = "Participation"
attributes = { ParticipationRole = "attacker" }
roles = { Actor = "@filler", OfEvent = "@self" }
by = { how = { said = { Certainty = "possible" } } }
said_by = "@filler"
[[also]]
when = { stage = "planned" }
attributes = { Modality = "planned" }
[[also]]
of = "By"
when = { sure = "yes" }
as = "SaysThat"
source = "@filler"
target = "@self"
"""


def test_a_further_output_may_be_shared_conditional_and_said_by_somebody() -> None:
    r = report("a Attack strike stage=done", "o ORG army sure=no how=said", links="By a o")
    mapped = translate(scheme(SHARED), r)
    (part,) = (m for m in mapped.report.mentions if m.label == "Participation")
    assert part.attributes == (("Certainty", "possible"), ("ParticipationRole", "attacker"))
    assert ("SaysThat", "Organization army", "Participation army") in drawn(mapped)
    for other in ("a Attack strike stage=tried", "a Robbery theft stage=done"):
        found = translate(scheme(SHARED), report(other, "o ORG army sure=no", links="By a o"))
        assert not [m for m in found.report.mentions if m.label == "Participation"]
    planned = translate(scheme(SHARED), report("a Attack strike stage=planned", "o ORG army sure=yes", links="By a o"))
    assert [m.attributes for m in planned.report.mentions if m.label == "Engagement"] == [(("Modality", "planned"),)]
    assert ("SaysThat", "Organization army", "Engagement strike") in drawn(planned)


def test_a_shared_output_is_left_out_where_it_cannot_be() -> None:
    (rule,) = scheme(SHARED).mentions["Talk"]
    assert [also.label for also in rule.also] == ["", "SaysThat"]  # a membership is no event to take part in
    (rule,) = scheme(SHARED).mentions["Attack"]
    assert [also.label for also in rule.also] == ["Participation", "", "SaysThat"]


def test_an_attribute_that_is_there_twice_has_both_values() -> None:
    rule = '[[mentions]]\nlabel = "E"\nwhen = {{ k = "{}" }}\nas = "{}"\n'
    text = rule.format("b", "Siege") + rule.format("*", "Capture")
    for attributes, label in (([("k", "a"), ("k", "b")], ["Siege"]), ([("k", "a")], ["Capture"]), ([], [])):
        mention = Mention("e", "E", (TextSpan(0, 1),), "x", tuple(attributes))
        found = translate(scheme(text), AnnotatedReport(Report("r"), "x", (mention,), (), "test"))
        assert [m.label for m in found.report.mentions] == label


# -- files that are wrong

SIEGE = HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n'
ALSO = SIEGE + "[[mentions.also]]\n"
PAIR = HEAD + '[[relations]]\ntype = "R"\n'
BAD = {
    "id = 5": "test.toml: id: expected a string, found 5",
    "x = ": "test.toml: Invalid value",
    HEAD + 'colour = "red"': "colour: is no key of a scheme here",
    HEAD + 'fold = "yes"': "fold: expected true or false, found 'yes'",
    HEAD + "entities = 5": "entities: expected a table, found 5",
    HEAD + 'mentions = "x"': "mentions: expected a list of tables",
    HEAD + "strip = 5": "strip: expected a string or a list of strings",
    HEAD + '[entities]\nA = "Wizard"': "entities.A: 'Wizard' is no entity of sitgraph-1; there are Actor, Alliance",
    HEAD + '[entities]\nA = "Siege"': "entities.A: 'Siege' is no entity",
    HEAD + '[entities]\nA = "Person"\n[set_aside]\nA = "no"': "set_aside: 'A' has a rule that always holds",
    HEAD + '[roles]\nP = "Place"\n[set_aside_roles]\nP = "no"': "set_aside_roles: 'P' has a rule that always holds",
    HEAD + '[[mentions]]\nas = "Person"': "mentions[1].label: is missing",
    HEAD + '[[mentions]]\nlabel = "A"': "mentions[1].as: is missing",
    HEAD + '[[mentions]]\nlabel = "A"\nas = ["Siege", "Person"]': "mentions[1].as: 'Siege' is no entity",
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Person"\nneeds = "B"': "mentions[1].needs: stands on situations, not on Person",
    SIEGE + 'words = "("': "mentions[1].words: no regular expression",
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions]]\nlabel = "A"\nas = "Capture"': (
        "mentions[2].label: a rule before this one"
    ),
    HEAD
    + '[[mentions]]\nlabel = "A"\nwhen = { x = "*" }\nas = "Siege"\n'
    * 2: "mentions[2].label: a rule before this one takes all",
    HEAD
    + '[[mentions]]\nlabel = "A"\nas = "Siege"\nattributes = { Mood = "x" }': "mentions[1].attributes.Mood: is no attribute of",
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nattributes = { Denied = "no" }': (
        "attributes.Denied: cannot be 'no'; expected one of true"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nattributes = { EventKind = "x" }': (
        "EventKind: cannot be 'x'; expected one of abduction"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nattributes = { ControlKind = "full" }': (
        "ControlKind: stands on Control, not on Siege"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nby = { x = { y = { Mood = "x" } } }': (
        "mentions[1].by.x.y.Mood: is no attribute"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nroles = { X = "Attacker" }': (
        "mentions[1].roles.X: Siege has no role 'Attacker'; it has"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\nroles = { X = [{ as = "Place", if = "x" }] }': (
        "roles.X.if: is no key of a scheme here"
    ),
    HEAD + '[roles]\nX = "Weather"': "roles.X: sitgraph-1 has no role 'Weather'",
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Wizard"': (
        "mentions[1].also[1].as: 'Wizard' is neither"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nof = "X"': (
        "also[1].as: is missing, and there are no attributes"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Outcome"\nroles = { Weather = "@self" }': (
        "Outcome has no role"
    ),
    ALSO + 'as = "Outcome"\nroles = { OfEvent = "@filler" }': (
        "mentions[1].also[1].roles.OfEvent: there is no filler without `of`"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Outcome"\nroles = { OfEvent = "@me" }': (
        "expected @self, @filler"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Outcome"\nground = "filler"': (
        "ground: there is no filler"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Outcome"\nground = "sky"': (
        "ground: expected one of self, filler"
    ),
    HEAD + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "SaysThat"\nsource = "@self"': (
        "also[1].target: is missing"
    ),
    HEAD
    + '[[mentions]]\nlabel = "A"\nas = "Siege"\n[[mentions.also]]\nas = "Outcome"\nlabels = "A"': "also[1].labels: is no key",
    PAIR + 'as = "Wizard"': "relations[1].as: 'Wizard' is no situation, link or role",
    PAIR + 'source = "X"\nas = "Within"': "relations[1].source: 'X' is no label of this scheme",
    HEAD + '[[relations]]\ntype = "R"\nas = "Membership"\nroles = "Member"': (
        "roles: expected two roles, one for each end, found ['Member']"
    ),
    HEAD
    + '[[relations]]\ntype = "R"\nas = "Membership"\nroles = ["Member", "Place2"]': "roles: Membership has no role 'Place2'",
    HEAD
    + '[entities]\nW = "Materiel"\n[[relations]]\ntype = "R"\nsource = "W"\nas = "Membership"\nroles = ["Member", "Group"]': (
        "relations[1].roles: Member of Membership is filled by actor, which 'W' never is"
    ),
    HEAD + '[[relations]]\ntype = "R"\nas = "Within"\n[[relations]]\ntype = "R"\nas = "Coref"': (
        "relations[2].type: a rule before this one"
    ),
    PAIR + 'as = "Within"\nroles = ["", ""]': "relations[1].roles: is no key of a scheme here",
    HEAD + '[attributes.X]\nY = { Mood = "x" }': "attributes.X.Y.Mood: is no attribute of sitgraph-1",
    HEAD + "[confidence]\nthreshold = 2": "confidence.threshold: expected a number between 0 and 1, found 2",
    HEAD + '[pairs]\nsource = "s"': "pairs.target: is missing",
}


@pytest.mark.parametrize("text", BAD)
def test_a_scheme_that_cannot_be_used_is_refused_with_file_and_key(text: str) -> None:
    with pytest.raises(SchemeError) as caught:
        reading.parse(text, "test.toml")
    assert str(caught.value).startswith("test.toml: ")
    assert BAD[text] in str(caught.value)


def test_every_kind_of_mistake_was_tried() -> None:
    assert len(BAD) == 45


def test_the_scheme_on_the_page_loads(project: Path) -> None:
    page = (project / "docs/schemes.md").read_text("utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    found = reading.parse(block, "page.toml")
    assert (found.id, len(found.mentions), len(found.relations)) == ("mine", 4, 3)
    assert [also.label for also in found.mentions["attack"][0].also] == ["CasualtyEstimate", "Outcome"]
    assert {name for name in schemes.names() if f"| `{name}` |" in page} == set(schemes.names())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scheme_that_ships_loads_and_says_who_it_is(name: str) -> None:
    found = reading.load(name)
    assert (found.id, bool(found.title), bool(found.mentions)) == (name, True, True)


# -- whatever comes

LABELS = {name: sorted({*reading.load(name).mentions, *reading.load(name).set_aside.mentions, "Strange"}) for name in SHIPPED}
LINKS = {
    name: sorted({
        *reading.load(name).relations, *reading.load(name).roles, *reading.load(name).set_aside.relations, "Strange",
        *(role for rules in reading.load(name).mentions.values() for rule in rules for role in rule.roles),
        *(also.of for rules in reading.load(name).mentions.values() for rule in rules for also in rule.also),
        *(reading.load(name).pairs or ()),
    } - {""})
    for name in SHIPPED
}  # fmt: skip


def values_of(found: ForeignScheme) -> list[tuple[str, str]]:
    """Attributes that rules of a scheme look at, with a value they know and one they do not."""
    known = {(n, v) for rules in found.mentions.values() for r in rules for n, vs in r.when.attributes for v in vs}
    known |= {(n, v) for n, values in found.attributes.items() for v in values}
    known |= {
        (n, v)
        for rules in found.mentions.values() for r in rules for a in r.also
        for n, vs in (*a.when.attributes, *a.when_self.attributes) for v in vs
    }  # fmt: skip
    return sorted({*known, ("strange", "x"), ("confidence", "0.6"), ("confidence", "low")})


VALUES = {name: values_of(reading.load(name)) for name in SHIPPED}


@st.composite
def foreign(draw: st.DrawFn) -> AnnotatedReport:
    """A report in words that a scheme knows, put together without any sense."""
    name = draw(st.sampled_from(SHIPPED))
    words = ["army", "air strike", "обстрел", "Syria", "20"]
    count = draw(st.integers(0, 9))
    mentions = tuple(
        Mention(
            f"m{n}", draw(st.sampled_from(LABELS[name])), (TextSpan(n // 2 * 20, n // 2 * 20 + 5),),
            draw(st.sampled_from(words)), tuple(sorted(draw(st.lists(st.sampled_from(VALUES[name]), max_size=3)))), line=n + 1,
        )
        for n in range(count)
    )  # fmt: skip
    ends = st.sampled_from([m.id for m in mentions]) if mentions else st.nothing()
    links = (
        draw(st.lists(st.builds(Link, st.sampled_from(LINKS[name]), ends, ends, st.just(7)), max_size=14)) if mentions else []
    )
    return AnnotatedReport(Report("r"), "x" * 400, mentions, tuple(dict.fromkeys(links)), name, path="r.ann")


@given(foreign())
def test_everything_has_one_fate_and_what_comes_out_is_in_the_grammar(given_: AnnotatedReport) -> None:
    mapped = schemes.apply(given_)
    sums = Counter[str]()
    for row in mapped.tally:
        sums[row.what] += row.count
    found = reading.load(given_.scheme)
    pairs = {k.source for k in given_.links if found.pairs and k.label in found.pairs}
    links = [k for k in given_.links if k.source not in pairs]
    attributes = [n for m in given_.mentions for n, _ in m.attributes if n != "confidence" or not found.confidence]
    assert sums["entity"] + sums["situation"] == len(given_.mentions) - len(pairs)
    assert sums["relation"] + sums["role"] == len(links) + len(pairs)
    if not pairs:
        assert sums["attribute"] == len(attributes)
    again = Grammar.load().check(mapped.report)
    assert (again.report, [p for p in again.problems if p.severity == "rejected"]) == (mapped.report, [])
    assert len({m.id for m in mapped.report.mentions}) == len(mapped.report.mentions)
    assert not [p for p in mapped.problems if p.severity == "rejected"]
    assert schemes.apply(given_) == mapped
    claims_of(mapped.report)


# -- real files


def tally_of(folder: Path, name: str) -> tuple[Counter[str], Counter[str], list[Mapped]]:
    """Of a folder under a scheme: how many of each kind there are, how many are mapped, and the reports."""
    reports = [replace(r, scheme=name) for r in walk([folder]) if isinstance(r, AnnotatedReport)]
    mapped = [counted(r) for r in reports]
    there, kept = Counter[str](), Counter[str]()
    for row in schemes.total(m.tally for m in mapped):
        there[row.what] += row.count
        kept[row.what] += row.count * row.mapped
    return there, kept, mapped


REAL = {
    ("brat/nerel", "nerel"): (
        {"entity": 3953, "situation": 573, "relation": 3238},
        {"entity": 2776, "situation": 117, "relation": 822},
    ),
    ("brat/tutorial-news", "ace"): (
        {"entity": 96, "situation": 23, "role": 52, "relation": 11, "attribute": 11},
        {"entity": 95, "situation": 22, "role": 48, "relation": 4, "attribute": 5},
    ),
    ("brat/litbank/entities", "ace"): ({"entity": 481}, {"entity": 481}),
    ("brat/litbank/events", "ace"): ({"entity": 187}, {}),
    ("brat/litbank/coref", "ace"): ({"entity": 1561, "relation": 17}, {"entity": 789}),
    ("brat/tdt", "ace"): ({"entity": 321, "relation": 328, "attribute": 925}, {}),
    ("seed-report", "sitgraph-1"): (None, None),
}  # fmt: skip


@pytest.mark.parametrize(("folder", "name"), REAL)
def test_what_is_mapped_of_real_files(shared: Path, folder: str, name: str) -> None:
    there, kept, mapped = tally_of(shared / "data" / folder, name)
    expected = REAL[folder, name]
    if expected[0] is None:
        assert there == kept
        assert there.total() > 400
    else:
        assert (dict(there), dict(+kept)) == expected
    assert not [p for m in mapped for p in m.problems if p.severity == "rejected"]


def test_nothing_of_nerel_is_unknown(shared: Path) -> None:
    """4,526 lines T and 3,238 lines R: each label and type of them is mapped, or set aside for a reason that is told."""
    reports = [replace(r, scheme="nerel") for r in walk([shared / "data/brat/nerel"]) if isinstance(r, AnnotatedReport)]
    rows = schemes.total(schemes.apply(r).tally for r in reports)
    assert sum(row.count for row in rows if row.what in ("entity", "situation")) == 4526
    assert sum(row.count for row in rows if row.what == "relation") == 3238
    assert not [row for row in rows if "unknown" in row.outcome]
    assert sum(row.count for row in rows if row.outcome.endswith("no row for these types")) < 20
    quotes = {
        m.label: m.quote for r in reports for m in schemes.apply(r).report.mentions if m.label in ("Shelling", "SiegeBreak")
    }
    assert quotes.keys() == {"Shelling", "SiegeBreak"}


# -- the light profile


def test_the_light_profile_is_a_strict_part_of_the_scheme() -> None:
    light, whole = Profile.load("sitgraph-light-1"), Grammar.load()
    assert len(light.labels) == 12
    assert light.labels < whole.groups["entity"] | whole.groups["situation"]
    assert light.links < whole.links.keys()
    assert light.attributes < whole.attributes.keys()
    assert all(roles <= whole.situations[label].keys() for label, roles in light.roles.items())
    assert light.roles["Engagement"] < whole.situations["Engagement"].keys()


LIGHT = (
    ("p Person Assad", "a State Russia", "s Settlement Aleppo", "t TimeExpr Sunday", "e Engagement hit Modality=planned",
     "c Control holds ControlKind=full"),
    "Attacker e a;Place e s;Time e t;Controller c a;Controlled c s;SaysThat p e",
)  # fmt: skip


def test_what_is_in_the_profile_is_the_same_in_the_whole_scheme() -> None:
    given_ = report(*LIGHT[0], links=LIGHT[1])
    light = schemes.apply(replace(given_, scheme="sitgraph-light-1"))
    assert light == schemes.apply(replace(given_, scheme="sitgraph-1"))
    assert (light.problems, light.report.scheme, len(light.report.mentions)) == ((), "sitgraph-1", 6)


@pytest.mark.parametrize(
    ("more", "links", "message", "gone"),
    [
        (
            "x AirStrike raid",
            "",
            "AirStrike is not in the profile sitgraph-light-1, which has AllianceTie, Area, ArmedGroup",
            1,
        ),
        ("x Person he", ";Contradicts e c", "Contradicts is not in the profile", 0),
        (
            "x Engagement raid",
            ";PartOf x e",
            "PartOf of Engagement is not in the profile sitgraph-light-1, which has Attacker",
            0,
        ),
        ("x Engagement raid Certainty=possible", "", "the attribute Certainty is not in the profile", 0),
        ("x Weather rain", "", "unknown label 'Weather'", 1),
        ("x AirStrike raid", ";SameSituation e x", "depends on x, which was set aside", 1),
    ],
)
def test_what_is_outside_the_profile_is_reported_as_that(more: str, links: str, message: str, gone: int) -> None:
    given_ = replace(report(*LIGHT[0], more, links=LIGHT[1] + links), scheme="sitgraph-light-1")
    mapped = schemes.apply(given_)
    assert any(p.message.startswith(message) and p.line for p in mapped.problems), mapped.problems
    assert all(p.severity == "rejected" for p in mapped.problems)
    assert len(mapped.report.mentions) == 7 - gone


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"Person", ', '"Wizard", '), "labels: 'Wizard' is not in sitgraph-1"),
        (('"Person", ', '"Person", "Person", '), "labels: 'Person' is there twice"),
        (('profile_of = "sitgraph-1"', 'profile_of = "mine"'), "profile_of: expected sitgraph-1, found 'mine'"),
        (('"Engagement", "Control"', '"Engagement", "Siege", "Control"'), "roles.Siege: each situation among the labels"),
        (('["Controller", "Controlled"', '["Controller"'), "roles.Control: Control cannot do without Controlled"),
        (('"TimeExpr", ', ""), "none of the labels can fill"),
        (('"ControlKind"]', '"ControlKind", "SupportKind"]'), "attributes: SupportKind stands on none of the labels"),
        (('title = "', 'colour = "red"\ntitle = "'), "colour: is no key"),
    ],
)  # fmt: skip
def test_a_profile_that_is_no_part_of_the_scheme_is_refused(project: Path, change: tuple[str, str], message: str) -> None:
    text = (project / "kg/schemes/sitgraph-light-1.toml").read_text("utf-8")
    assert text.count(change[0]) == 1
    with pytest.raises(SchemeError, match=r"light\.toml: ") as caught:
        Profile.parse(text.replace(*change), "light.toml")
    assert message in str(caught.value)


def test_the_configurations_for_the_light_profile_have_its_labels_and_no_others(project: Path) -> None:
    light = Profile.load("sitgraph-light-1")
    conf = (project / "docs/annotation/light/brat/annotation.conf").read_text("utf-8")
    sections = dict(zip(*[iter(re.split(r"^\[(\w+)\]$", conf, flags=re.MULTILINE)[1:])] * 2, strict=True))
    entities = set(re.findall(r"^\t+(\w+)$", sections["entities"], re.MULTILINE))
    situations = dict(re.findall(r"^\t+(\w+)\t(.*)$", sections["events"], re.MULTILINE))
    assert entities | situations.keys() == light.labels
    for label, roles in situations.items():
        assert set(re.findall(r"(\w+)[*+?]?:", roles)) == light.roles[label]
    assert set(re.findall(r"^(\w+)\t", sections["relations"], re.MULTILINE)) == light.links
    assert set(re.findall(r"^(\w+)\t", sections["attributes"], re.MULTILINE)) == light.attributes
    studio = (project / "docs/annotation/light/label-studio/label-studio.xml").read_text("utf-8")
    assert set(re.findall(r'<Label value="(\w+)"', studio)) == light.labels | {"Fragment"}
