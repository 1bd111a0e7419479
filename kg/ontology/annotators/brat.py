"""brat: ``annotation.conf``, ``visual.conf``, ``tools.conf`` (https://brat.nlplab.org/configuration.html).

Macros hold for one section and may not use other macros; a role that repeats gets a digit, so no role name may end in one;
colours of labels have no commas inside them. brat knows one kind of trigger: its ``<EVENT>`` is any situation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.ontology.annotators.scheme import HEADER, Role, Scheme

# How brat groups labels in its menu: a heading, and the groups of the scheme below it.
_ENTITY_MENU = {
    "Actor": ("actor",),
    "Place-group": ("place",),
    "Evidence": ("source",),
    "Value": ("time", "materiel", "quantity"),
}
_TRIGGER_MENU = {"Event-group": "event", "Relation-group": "relation", "Part-group": "part"}
_NESTED = ("actor", "event")  # the groups with labels enough to be shown as a tree of classes
_HEADINGS = {"Actor": "Actor", "Place-group": "Place", "Event-group": "Event", "Relation-group": "Relation"} | {
    "Part-group": "Part of an event"
}
_MACROS = {"actor": "<ACTOR>", "place": "<PLACE>", "speaker": "<SOURCE>"}
_BUILT_IN = {"entity": "<ENTITY>", "situation": "<EVENT>", "event": "<EVENT>", "time": "TimeExpr"} | {
    "quantity": "Quantity",
    "materiel": "Materiel",
}
_KIND_OF_LINK = {
    "Coref": "symmetric-transitive",
    "SameSituation": "symmetric-transitive",
    "Within": "transitive",
    "Contradicts": "symmetric",
}

_FULL = {"TimeExpr": "Time expression", "ParticipationRole": "Role"}
# What brat writes over the text, where the name is too long for it.
_SHORT = {
    "TimeExpr": "Time",
    "Government": "Gov",
    "ArmedForce": "Force",
    "MilitaryUnit": "Unit",
    "ArmedGroup": "Group",
    "Organization": "Org",
    "MediaItem": "Media",
    "RouteCut": "Cut",
    "Communication": "Comm",
    "ActorChange": "Change",
    "ViolenceAgainstCivilians": "VAC",
    "AirStrike": "Air",
    "SiegeBreak": "Break",
    "VehicleBomb": "VBomb",
    "SideAlignment": "Side of",
    "AllianceTie": "Ally",
    "SpatialRelation": "Spatial",
    "Participation": "Part",
    "CasualtyEstimate": "Casualties",
    "MaterielUse": "Materiel",
    "TargetPlace": "TgtPlace",
    "InResponseTo": "Resp",
    "WithdrawingParty": "Withdrawing",
    "OfEvent": "Of",
    "SaysThat": "Says",
    "SameSituation": "Same",
}
_COLOUR_OF_GROUP = {
    "actor": "#cce0ff",
    "place": "#d6f5d6",
    "source": "#e6ccff",
    "time": "#ffffb3",
    "event": "#ffb380",
    "relation": "#b3e6e6",
    "part": "#f2b3d9",
}
_COLOUR_OF_LABEL = {"Alliance": "#ffcccc", "Side": "#ffd9b3", "Collective": "#eeeeee"}
_DRAWING_OF_LINK = {
    "SaysThat": "color:purple",
    "Contradicts": "color:red, dashArray:5-2, arrowHead:none",
    "Coref": "color:gray, dashArray:3-3, arrowHead:none",
    "SameSituation": "color:gray, dashArray:3-3, arrowHead:none",
    "Within": "color:green",
}
_DRAWING_OF_FLAG = {"Denied": "box:crossed"}
# One sign for a code; a code without one is shown by its first letter.
_GLYPHS = {
    "Modality": {"potential": "t"},
    "Certainty": {"certain": "!", "probable": "+", "possible": "?"},
}

_TOOLS = """\
[options]

# the text is stored exactly as published: no re-tokenisation, no sentence rewriting
Tokens tokenizer:whitespace
Sentences splitter:newline
Validation validate:all
Annotation-log logfile:<NONE>

[search]

Wikidata <URL>:https://www.wikidata.org/wiki/Special:Search?search=%s

[normalization]

# DB: name of the simstring database built from the reference tables
sitgraph DB:sitgraph, <URL>:https://w3id.org/sitgraph/id/, <URLBASE>:https://w3id.org/sitgraph/id/%s
wikidata DB:wikidata, <URL>:https://www.wikidata.org/wiki/, <URLBASE>:https://www.wikidata.org/wiki/%s
geonames DB:geonames, <URL>:https://www.geonames.org/, <URLBASE>:https://www.geonames.org/%s
"""


def files(scheme: Scheme, header: str = HEADER) -> Iterator[tuple[str, str]]:
    """The three files that a collection of brat has."""
    head = f"# {header}\n\n"
    yield "brat/annotation.conf", head + _lines(_annotation(scheme))
    yield "brat/visual.conf", head + _lines(_visual(scheme))
    yield "brat/tools.conf", head + _TOOLS


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# -- annotation.conf


def _annotation(scheme: Scheme) -> Iterator[str]:
    yield f"# {scheme.title}. Label = class of the ontology, role = role code or property."
    yield from ("", "[entities]", "")
    for heading, groups in _ENTITY_MENU.items():
        yield f"!{heading}"
        yield from (f"{indent}{label}" for group in groups for indent, label in _menu(scheme, group))
    yield from ("", "[relations]", "")
    yield from _macros(scheme, "actor", "place", "speaker")
    for name, (first, second) in scheme.links.items():
        kind = f", <REL-TYPE>:{_KIND_OF_LINK[name]}" if name in _KIND_OF_LINK else ""
        yield f"{name}\tArg1:{_filler(first)}, Arg2:{_filler(second)}{kind}"
    yield from ("", "# spans may nest, coincide and cross: one trigger may carry several events")
    yield "<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>"
    yield from ("", "[events]", "")
    yield from _macros(scheme, "actor", "place")
    for heading, group in _TRIGGER_MENU.items():
        if not scheme.situations[group]:
            continue
        yield f"!{heading}"
        for indent, label in _menu(scheme, group):
            yield f"{indent}{label}\t{', '.join(map(_role, scheme.situations[group][label]))}"
    yield from ("", "[attributes]", "")
    for attribute in scheme.attributes:
        values = f", Value:{'|'.join(attribute.codes)}" if attribute.codes else ""
        where = _BUILT_IN[attribute.on] if attribute.on in ("situation", "entity") else "|".join(scheme.labels(attribute.on))
        yield f"{attribute.name}\tArg:{where}{values}"


def _macros(scheme: Scheme, *groups: str) -> Iterator[str]:
    yield from (f"{_MACROS[group]}={'|'.join(scheme.labels(group))}" for group in groups)
    yield ""


def _menu(scheme: Scheme, group: str) -> Iterator[tuple[str, str]]:
    """The labels of a group below their heading, each with the tabs before it; in a nested group, after its parent."""
    above = {label: scheme.parent.get(label, "") if group in _NESTED else "" for label in scheme.labels(group)}

    def below(label: str, indent: str) -> Iterator[tuple[str, str]]:
        yield indent, label
        for other in above:
            if above[other] == label:
                yield from below(other, indent + "\t")

    for label in above:
        if above[label] not in above:
            yield from below(label, "\t")


def _role(role: Role) -> str:
    return f"{role.name}{role.count}:{_filler(role.filler)}"


def _filler(group: str) -> str:
    return _MACROS.get(group) or _BUILT_IN.get(group, group)


# -- visual.conf


def _visual(scheme: Scheme) -> Iterator[str]:
    yield from ("[labels]", "")
    names = (
        *scheme.entity_labels,
        *scheme.situation_labels,
        *scheme.roles,
        *scheme.links,
        *(a.name for a in scheme.attributes),
    )
    for name in dict.fromkeys(names):
        full = _FULL.get(name) or _words(name)
        if full != name or name in _SHORT:
            yield " | ".join((name, full, *filter(None, [_SHORT.get(name)])))
    empty = {heading for heading, group in _TRIGGER_MENU.items() if not scheme.situations[group]}
    yield from (f"{heading} | {full}" for heading, full in _HEADINGS.items() if heading not in empty)
    yield from ("", "[drawing]", "")
    yield "SPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken"
    yield "ARC_DEFAULT\tcolor:black, arrowHead:triangle-5"
    for group, labels in {**scheme.entities, **scheme.situations}.items():
        if group in _COLOUR_OF_GROUP:
            yield from (f"{label}\tbgColor:{_COLOUR_OF_LABEL.get(label, _COLOUR_OF_GROUP[group])}" for label in labels)
    yield from (f"{link}\t{drawing}" for link, drawing in _DRAWING_OF_LINK.items() if link in scheme.links)
    for attribute in scheme.attributes:
        if attribute.name in _DRAWING_OF_FLAG:
            yield f"{attribute.name}\t{_DRAWING_OF_FLAG[attribute.name]}"
        elif attribute.name in _GLYPHS:
            signs = _GLYPHS[attribute.name]
            yield f"{attribute.name}\tglyph:{'|'.join(signs.get(code, code[0]) for code in attribute.codes)}"


def _words(name: str) -> str:
    """``ArmedForce`` as ``Armed force``."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: f" {m[1].lower()}", name)
