"""What a template of MUC says, put in order: each filler of a slot of words with what other slots say of it.

Follows section 4.1 of the task documentation: a set fill names what it is about by the words of that filler. What is about
nothing is said of the incident. Where the same words fill a slot twice, what is said of them goes to one after the other.

Invariant: each filler is in a group, or said of the incident, or named in a problem with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kg.readers._muc_keys import Filler, Template
from kg.readers._muc_texts import tokens_of

OPTIONAL = "OPTIONAL"
_GROUPS = {
    "INCIDENT: INSTRUMENT ID": ("INCIDENT: INSTRUMENT TYPE",),
    "PERP: INDIVIDUAL ID": (),
    "PERP: ORGANIZATION ID": ("PERP: ORGANIZATION CONFIDENCE",),
    "PHYS TGT: ID": ("PHYS TGT: TYPE", "PHYS TGT: NUMBER", "PHYS TGT: FOREIGN NATION", "PHYS TGT: EFFECT OF INCIDENT"),
    "HUM TGT: NAME": ("HUM TGT: TYPE", "HUM TGT: NUMBER", "HUM TGT: FOREIGN NATION", "HUM TGT: EFFECT OF INCIDENT"),
}
"""The slots that are filled with words of the text, and those that say something of such a filler."""
_INSTRUMENT = "INCIDENT: INSTRUMENT TYPE"
_TARGET_TYPE = "HUM TGT: TYPE"
_CONFIDENCE = "PERP: ORGANIZATION CONFIDENCE"
DESCRIPTION = "HUM TGT: DESCRIPTION"
NAME = "HUM TGT: NAME"
_OF_INCIDENT = (
    "INCIDENT: STAGE OF EXECUTION", "PERP: INCIDENT CATEGORY", "PHYS TGT: TOTAL NUMBER", "HUM TGT: TOTAL NUMBER",
)  # fmt: skip
OF_KIND = ("PHYS TGT: TYPE", "HUM TGT: TYPE", "HUM TGT: NUMBER")
"""What tells the kind of a filler, and so is said of each of its mentions; all else is said of the first alone."""
PEOPLE = "HUM TGT: NUMBER"
_EFFECT = "HUM TGT: EFFECT OF INCIDENT"
_NUMBER = re.compile(r"(?:(~|-)\s*)?(\d{1,9})\s*(?:(-)\s*(\d{1,9})?)?")

Tell = Callable[[int, str], None]
"""Where problems go: a line of the key, and what is wrong with it."""


def label_of(slot: str) -> str:
    """The name of a slot as a label: ``PERP: ORGANIZATION ID`` is ``PERP-ORGANIZATION-ID``."""
    return slot.replace(": ", "-").replace(" ", "-")


@dataclass(slots=True)
class Group:
    """A filler of a template with what is said of it: its mentions-to-be by label, the first that is found being the one."""

    slot: str
    forms: list[tuple[str, Filler]]
    values: dict[str, list[Filler]] = field(default_factory=dict)

    def is_meant(self, about: Iterable[str]) -> bool:
        """Whether a cross reference names it, by any of its alternatives."""
        mine = {tuple(tokens_of(a)) for _, f in self.forms for a in f.alternatives}
        return any(tuple(tokens_of(a)) in mine for a in about)

    @property
    def candidates(self) -> Iterator[tuple[str, str]]:
        """Label and words, in the order of the key."""
        for slot, f in self.forms:
            for words in f.alternatives:
                yield label_of(slot), words


@dataclass(frozen=True, slots=True)
class Said:
    """All that a template says: its groups, and what is said of the incident itself, by label of the slot."""

    groups: list[Group]
    of_incident: Mapping[str, str]


def said_by(template: Template, tell: Tell) -> Said:
    """What a template says."""
    groups = [Group(slot, [(slot, f)]) for slot in _GROUPS for f in template.fillers(slot)]
    for f in template.fillers(DESCRIPTION):
        named = next((g for g in groups if g.slot == NAME and g.is_meant(f.about)), None)
        if named:
            named.forms.append((DESCRIPTION, f))
        else:
            groups.append(Group(NAME, [(DESCRIPTION, f)]))
    of_incident: dict[str, list[Filler]] = {s: list(template.fillers(s)) for s in _OF_INCIDENT}
    for group_slot, slots in _GROUPS.items():
        meant = [g for g in groups if g.slot == group_slot]
        for slot in slots:
            for f in template.fillers(slot):
                _say(slot, f, meant, of_incident, tell)
    _leave_open_numbers(groups, tell)
    _share_confidence(groups)
    types = [f for g in groups for f in g.values.get(_INSTRUMENT, ())]
    of_incident[_INSTRUMENT] = [*types, *of_incident.get(_INSTRUMENT, ())]
    kinds = [replace(f, alternatives=f.alternatives[:1]) for g in groups for f in g.values.get(_TARGET_TYPE, ())]
    of_incident[_TARGET_TYPE] = [*kinds, *of_incident.get(_TARGET_TYPE, ())]
    found = attributes(of_incident)
    return Said(groups, found | {"MESSAGE-TEMPLATE": OPTIONAL} if template.optional else found)


def _say(slot: str, f: Filler, groups: list[Group], of_incident: dict[str, list[Filler]], tell: Tell) -> None:
    """What a filler says is said of the one it names; of the incident, when it names none."""
    if not f.about:
        of_incident.setdefault(slot, []).append(f)
    elif found := [g for g in groups if g.is_meant(f.about)]:
        group = next((g for g in found if slot not in g.values), found[0])
        group.values.setdefault(slot, []).append(f)
    else:
        tell(f.line, f"{slot} is about {f.about[0]!r}, which no filler of the template is; it is not used")


def _leave_open_numbers(groups: list[Group], tell: Tell) -> None:
    """Of fillers with the same words, only some of which met with something, the key does not say how many those were."""
    for group in groups:
        twins = [g for g in groups if g.slot == group.slot and _words(g) == _words(group)]
        if len(twins) > 1 and any(_EFFECT in g.values for g in twins) and not all(_EFFECT in g.values for g in twins):
            for g in twins:
                for f in g.values.pop(PEOPLE, ()):
                    which = g.forms[0][1].alternatives[0]
                    tell(f.line, f"{PEOPLE} {f.alternatives[0]!r} is of one of several {which!r}; it is not used")


def _words(group: Group) -> set[tuple[str, ...]]:
    return {tuple(tokens_of(a)) for a in group.forms[0][1].alternatives}


def _share_confidence(groups: list[Group]) -> None:
    """What the key says of organizations it says of their people: the slot of individuals has none of its own."""
    said = [f for g in groups for f in g.values.get(_CONFIDENCE, ())]
    for group in groups:
        if said and group.slot == "PERP: INDIVIDUAL ID":
            group.values[_CONFIDENCE] = [replace(f, alternatives=f.alternatives[:1]) for f in said]


def attributes(values: Mapping[str, list[Filler]]) -> dict[str, str]:
    """What other slots say of a filler, or of the incident."""
    found: dict[str, str] = {}
    for slot, fillers in values.items():
        said = [("? " if f.optional else "") + f.alternatives[0] for f in fillers]
        if said:
            found[label_of(slot)] = " + ".join(dict.fromkeys(said))
        if others := [a for f in fillers for a in f.alternatives[1:]]:
            found[f"{label_of(slot)}-OR"] = " / ".join(others)
    return found


def figures(value: str) -> str:
    """A number of the key as figures of an estimate: ``6-8``, ``6-`` (at least), ``-26`` (at most), ``~100``, ``PLURAL``."""
    if value == "PLURAL":
        return "low=2"
    m = _NUMBER.fullmatch(value)
    if m is None:
        return ""
    if m[1] == "-":
        return f"high={int(m[2])}"
    if m[3]:
        return f"low={int(m[2])}" + (f" high={int(m[4])}" if m[4] else "")
    return f"best={int(m[2])}"
