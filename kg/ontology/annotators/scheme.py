"""The annotation scheme with what the ontology knows of it: the tree of its labels, the codes of its attributes, definitions.

Read from the files themselves, without :mod:`kg.schemes` and :mod:`kg.vocab`: a damaged ``kg/vocab.py`` is no hindrance. The
order of everything is that of the files, because tools show it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg.errors import SitgraphError
from kg.ontology import source

SCHEME = Path(__file__).parents[2] / "schemes" / "sitgraph-1.toml"
HEADER = "Generated from kg/schemes/sitgraph-1.toml and ontology/*.ttl by `python -m kg.ontology build`. Never edit it by hand."

LIGHT = SCHEME.with_name("sitgraph-light-1.toml")
LIGHT_HEADER = HEADER.replace("sitgraph-1.toml", "sitgraph-light-1.toml, sitgraph-1.toml")

_SECTIONS = {"event": "events", "relation": "relations", "part": "parts"}
_DEFINITION = NamedNode(source.PREFIXES["skos"] + "definition")
# Roles that the scheme fills with a group, and the class alone, of that group, that the ontology allows there.
_NARROWER = {("SideAlignment", "Group"): "Side"}


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a situation: how often (``*``, ``+``, ``?``, or once), and the group or label of what fills it."""

    name: str
    count: str
    filler: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where an attribute stands (a group or a label), and its codes with their definitions; none for a flag."""

    name: str
    on: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Labels by group, roles by label, links, attributes; ``definitions`` of labels and roles, ``parent`` of a label."""

    title: str
    entities: Mapping[str, Sequence[str]]
    situations: Mapping[str, Mapping[str, Sequence[Role]]]
    links: Mapping[str, tuple[str, str]]
    attributes: Sequence[Attribute]
    parent: Mapping[str, str]
    definitions: Mapping[str, str]

    @property
    def entity_labels(self) -> list[str]:
        """Labels of what is named."""
        return [label for several in self.entities.values() for label in several]

    @property
    def situation_labels(self) -> list[str]:
        """Labels of what is said to be so, each on a trigger word."""
        return [label for several in self.situations.values() for label in several]

    @property
    def roles(self) -> list[str]:
        """Every role once, in the order in which the labels have them."""
        return list(dict.fromkeys(r.name for several in self.situations.values() for roles in several.values() for r in roles))

    def labels(self, group: str) -> list[str]:
        """The labels of a group (``actor``, ``event``, …), or that very label."""
        if group == "entity":
            return self.entity_labels
        if group == "situation":
            return self.situation_labels
        if group == "speaker":
            return [*self.entities["actor"], *self.entities["source"]]
        several = self.entities.get(group, self.situations.get(group))
        return list(several if several is not None else (group,))

    def names_things(self, group: str) -> bool:
        """Whether a group or label is of what is named, rather than of situations."""
        return set(self.labels(group)) <= set(self.entity_labels)


def read(folder: Path, scheme: Path) -> Scheme:
    """The scheme in a file, with the ontology in a folder."""
    toml = tomllib.loads(scheme.read_text("utf-8"))
    ontology = source.read(folder)
    definitions = _definitions(folder)
    entities = {group: tuple(labels) for group, labels in toml["labels"].items()}
    situations = {
        group: {label: tuple(_roles(label, specs, toml)) for label, specs in toml[section].items()}
        for group, section in _SECTIONS.items()
    }
    labels = [label for several in (*entities.values(), *situations.values()) for label in several]
    attributes = []
    for name, spec in toml["attributes"].items():
        codes = spec.get("codes")
        if codes and codes not in ontology.codes:
            raise SitgraphError(f"{scheme}: {name} has the codes of {codes!r}, which is no scheme of {folder}")
        within = ontology.codes[codes] if codes else ()
        attributes.append(Attribute(name, spec["on"], {code: definitions.get(f"{codes}/{code}", "") for code in within}))
    parent = {label: above for label in labels if (above := ontology.parent.get(label)) in labels and above is not None}
    said = {label: ontology.classes.get(label, "") for label in labels}
    said |= {role: definitions.get(f"role/{code}", "") for role, code in toml["participation"].items()}
    # What materiel is used becomes a code, not a property.
    defined = ((role, ontology.properties.get(prop)) for role, (prop, _) in toml["properties"].items())
    said |= {role: prop.definition for role, prop in defined if prop is not None}
    links = {name: (first, second) for name, (first, second) in toml["links"].items()}
    return Scheme(toml["title"], entities, situations, links, tuple(attributes), parent, said)


def narrowed(whole: Scheme, profile: Path) -> Scheme:
    """The part of a scheme that a profile has; :mod:`kg.schemes.profile` makes sure that it is one."""
    toml = tomllib.loads(profile.read_text("utf-8"))
    labels, roles = set(toml["labels"]), toml["roles"]
    return replace(
        whole,
        title=toml["title"],
        entities={group: tuple(x for x in several if x in labels) for group, several in whole.entities.items()},
        situations={
            group: {
                label: tuple(r for r in given if r.name in roles[label]) for label, given in several.items() if label in labels
            }
            for group, several in whole.situations.items()
        },
        links={name: ends for name, ends in whole.links.items() if name in toml["links"]},
        attributes=tuple(a for a in whole.attributes if a.name in toml["attributes"]),
        parent={label: above for label, above in whole.parent.items() if {label, above} <= labels},
    )


def _roles(label: str, specs: Iterable[str], toml: Mapping[str, Any]) -> Iterator[Role]:
    # What every event may have comes after what is proper to this one.
    for spec in sorted(specs, key=lambda s: s == "@event"):
        if spec.startswith("@"):
            yield from _roles(label, toml["sets"][spec[1:]], toml)
            continue
        name = spec.rstrip("*+?")
        if name not in toml["participation"] and name not in toml["properties"]:
            raise SitgraphError(f"{toml['id']}: the role {name} of {label} is neither a participation nor a property")
        filler = "actor" if name in toml["participation"] else toml["properties"][name][1]
        yield Role(name, spec[len(name) :], _NARROWER.get((label, name), filler))


def _definitions(folder: Path) -> dict[str, str]:
    """Scheme and code, joined by a slash, to the definition of the code."""
    return {
        t.subject.value.removeprefix(source.CODE_BASE): t.object.value
        for t in source.triples(folder)
        if t.predicate == _DEFINITION and isinstance(t.subject, NamedNode) and isinstance(t.object, Literal)
    }
