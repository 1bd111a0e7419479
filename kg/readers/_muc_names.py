"""Names in MUC: which fillers are names, and which alternatives of one are the same thing under several names.

The texts are all in capitals, so the slot tells names from descriptions: places and targets by name are named; physical
targets, individuals and descriptions are described, and so are organizations called by words for any army, police or gang.

The task documentation (section 4.1) says of ``/`` only that any one of the alternatives is right: ``"ELN" / "ARMY OF NATIONAL
LIBERATION"``, but also ``"MILITARY" / "FMLN"``. Only words tell the two apart.

Invariant: two alternatives are one thing only by their words (the same but for what stands before or after the noun, a name and
the initials of it) or where the text puts one in brackets behind the other. In doubt they are two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kg.readers._muc_texts import Words, tokens_of

_ARTICLES = frozenset({"THE", "A", "AN"})
_JOINING = frozenset({"OF", "S", "AND", "OR", "IN", "ON", "AT", "FOR", "BY", "FROM", "TO", "WITH", "NEAR"})
_FOLLOWING = frozenset(
    "OF IN ON AT WITH FROM NEAR WHO WHOSE THAT WEARING RIDING TRAVELING CARRYING ACCOMPANYING CALLED WHERE".split()
)
_BRACKETED = re.compile(r"(.+?)\s*[\[(]\s*(.+?)\s*[\])]\s*(.*)")
_OPENING = re.compile(r"\s*[\[(]\s*\"?")
_SHORTEST_INITIALS = 3
_NAMING_SLOTS = frozenset({"PERP-ORGANIZATION-ID", "HUM-TGT-NAME", "INCIDENT-LOCATION"})
_OF_ANY_ORGANIZATION = frozenset(
    "ARMED FORCES FORCE FOCES ARMY ARMIES GOVERNMENT MILITARY AIR POLICE NATIONAL DEATH SQUAD SQUADS DRUG CARTEL CARTELS "
    "MAFIA MAFIAS TRAFFICKING NARCOTICS COCAINE GROUP GROUPS GROUPING GANG GANGS RINGS ORGANIZATION ORGANIZATIONS EXTREME "
    "FAR RIGHT LEFT RIGHTIST LEFTIST RIGHTWING WING ULTRALEFTIST ULTRARIGHTIST FACTIONS PARAMILITARY NARCOMILITARY "
    "GUERRILLA GUERRILLAS REBEL REBELS TERRORIST COMMUNIST COMMUNISTS PARTY REGIME HIGH COMMAND GENERAL STAFF FASCIST "
    "CRIMINAL SECURITY INTELLIGENCE SERVICE SERVICES SECRET SPECIAL ELITE CORPS PUBLIC OFFICERS EIGHT TROOPS PATROL "
    "DEPARTMENT GUARD COLUMN DETACHMENT BRIGADE INFANTRY TREASURY ASSASSINATION CLANDESTINE SECTORS REPRESSIVE DICTATORSHIP "
    "SUBVERSIVE NATIONALIST".split()
)


def is_described(label: str, words: str) -> bool:
    """Whether a filler of a slot says what something is, and not what it is called."""
    if label not in _NAMING_SLOTS:
        return True
    told = [t for t in _bare(words) if t not in _JOINING | _ARTICLES and not t[0].isdigit()]
    return label == "PERP-ORGANIZATION-ID" and _OF_ANY_ORGANIZATION.issuperset(told)


def one_thing(lead: str, alternatives: Iterable[str], words: Words) -> list[str]:
    """The alternatives that are the same thing as this one, itself among them; by way of others too."""
    left = [a for a in dict.fromkeys(alternatives) if a != lead]
    same = [lead]
    for known in same:  # grows as it goes
        found = [a for a in left if _same(known, a, words)]
        same += found
        left = [a for a in left if a not in found]
    return same


def _same(a: str, b: str, words: Words) -> bool:
    return any(_same_words(x, y) for x in _parts(a) for y in _parts(b)) or _introduced(a, b, words) or _introduced(b, a, words)


def _parts(name: str) -> Iterable[str]:
    """A name; of one with brackets also what stands in them, and what stands outside."""
    yield name
    if found := _BRACKETED.fullmatch(name):
        yield found[2]
        yield f"{found[1]} {found[3]}"


def _same_words(a: str, b: str) -> bool:
    long, short = sorted((_bare(a), _bare(b)), key=len, reverse=True)
    if not short:
        return False
    extra = len(long) - len(short)
    if long[extra:] == short:
        return _JOINING.isdisjoint(
            long[:extra]
        )  # “SALVADORAN ARMY” is an army, “GOVERNMENT AND THE MILITARY” is not the military
    if long[: len(short)] == short:
        return long[len(short)] in _FOLLOWING
    return len(short) == 1 and _initials(short[0], long)


def _bare(name: str) -> list[str]:
    tokens = tokens_of(name)
    return tokens[1:] if tokens and tokens[0] in _ARTICLES else tokens


def _initials(short: str, long: Sequence[str]) -> bool:
    """Whether a word is made of the initials of others, in whatever order: many are Spanish, and the name is translated."""
    several = [t[0] for t in long if t not in _JOINING | _ARTICLES]
    return len(short) >= _SHORTEST_INITIALS and len(several) >= _SHORTEST_INITIALS and set(short) == set(several)


def _introduced(name: str, other: str, words: Words) -> bool:
    """Whether the text has the other in brackets right behind the name."""
    ends = {place[-1][1] for place in words.places(name) if len(place) == 1}
    return any(
        start in ends and _OPENING.fullmatch(words.text[words.ends[start - 1] : words.starts[start]]) is not None
        for place in words.places(other)
        if len(place) == 1 and (start := place[0][0])
    )
