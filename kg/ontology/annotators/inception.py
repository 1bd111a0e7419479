"""INCEpTION: the layers and tagsets of a project as its import takes them, and the same as a UIMA type system.

A mention and a situation are span layers; a role is a slot of the situation; a link is a relation layer, but for ``SaysThat``:
a relation layer cannot lead from one span layer to another, so it is a slot too. The report is a span over the whole text, and
no layer of document metadata, whose types are no annotations and have no offsets.

The import of layers takes one list, in which a relation layer finds the layer it is attached to; tagsets are inside the
features, and are written one by one too, because INCEpTION replaces a tagset by importing it alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from kg.ontology.annotators.scheme import HEADER, Scheme

TAGSETS = "inception/tagsets"

_UIMA = "http://uima.apache.org/resourceSpecifier"
_STRING, _ANNOTATION, _TOP = "uima.cas.String", "uima.tcas.Annotation", "uima.cas.TOP"
_CUSTOM = "webanno.custom.Sitgraph"
_SLOT = f"{_CUSTOM}SituationArgumentsLink"

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Feature:
    """A feature of a layer; with a tagset, its values are tags."""

    name: str
    tagset: str = ""
    tags: Tags | None = None
    slot: bool = False


@dataclass(frozen=True, slots=True)
class _Layer:
    """A span layer, or a relation layer on the layer it is attached to."""

    name: str
    title: str
    says: str
    features: Sequence[_Feature]
    attached: str = ""


def files(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """The type system, the layers, and each tagset."""
    layers = _layers(scheme)
    yield "inception/TypeSystem.xml", _type_system(layers)
    yield "inception/layers.json", _text([_exported_layer(layer) for layer in layers])
    tagsets = {f.tagset: f for layer in layers for f in layer.features if f.tags is not None}
    for name, feature in tagsets.items():
        yield f"{TAGSETS}/{name.removeprefix('sitgraph ').replace(' ', '-')}.json", _text(_exported_tagset(feature))


def _text(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


# -- the scheme as layers


def _layers(scheme: Scheme) -> list[_Layer]:
    def tags(names: Sequence[str]) -> Tags:
        return {name: scheme.definitions.get(name, "") for name in names}

    things, situations = tags(scheme.entity_labels), tags(scheme.situation_labels)
    of_things = [name for name, ends in scheme.links.items() if all(scheme.names_things(e) for e in ends)]
    of_situations = [name for name, ends in scheme.links.items() if not any(scheme.names_things(e) for e in ends)]
    between = [name for name in scheme.links if name not in (*of_things, *of_situations)]
    roles = tags([*scheme.roles, *between])
    further = (_Feature("note"), _Feature("fragments"))
    return [
        _Layer(
            "Mention",
            "Mention",
            "What is named: an actor, a place, a source, a time, materiel, a number.",
            (
                _Feature("label", "sitgraph entity labels", things),
                _Feature("reference"),
                _Feature("referenceName"),
                *_attributes(scheme, True),
                *further,
            ),
        ),
        _Layer(
            "MentionLink",
            "Link of mentions",
            "From the first mention to the second.",
            (_Feature("label", "sitgraph mention links", tags(of_things)),),
            "Mention",
        ),
        _Layer(
            "Report",
            "Report",
            "One, over the whole text.",
            tuple(_Feature(name) for name in ("reportId", "title", "publisher", "issued")),
        ),
        _Layer(
            "Situation",
            "Situation",
            "What is said to be so, on its trigger word; its roles are slots.",
            (
                _Feature("label", "sitgraph situation labels", situations),
                *_attributes(scheme, False),
                *further,
                _Feature("arguments", "sitgraph roles", roles, slot=True),
            ),
        ),
        _Layer(
            "SituationLink",
            "Link of situations",
            "From the first situation to the second.",
            (_Feature("label", "sitgraph situation links", tags(of_situations)),),
            "Situation",
        ),
    ]


def _attributes(scheme: Scheme, of_things: bool) -> Iterator[_Feature]:
    for attribute in scheme.attributes:
        if scheme.names_things(attribute.on) == of_things:
            name = attribute.name[0].lower() + attribute.name[1:]
            tagset = f"sitgraph {_words(attribute.name)}" if attribute.codes else "sitgraph flag"
            yield _Feature(name, tagset, attribute.codes or {"true": "It is so; without it, it is not."})


def _words(name: str) -> str:
    """``placeKind`` as ``place kind``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


# -- the import of INCEpTION


def _exported_layer(layer: _Layer) -> dict[str, Json]:
    return {
        "name": _CUSTOM + layer.name,
        "uiName": layer.title,
        "type": "relation" if layer.attached else "span",
        "description": layer.says,
        "enabled": True,
        "built_in": False,
        "readonly": False,
        "attach_type": {"name": _CUSTOM + layer.attached} if layer.attached else None,
        "attach_feature": None,
        "cross_sentence": True,
        "show_hover": True,
        "anchoring_mode": "CHARACTERS",
        "overlap_mode": "ANY_OVERLAP",
        "validation_mode": "ALWAYS",
        "linked_list_behavior": False,
        "features": [_exported_feature(feature) for feature in layer.features],
    }


def _exported_feature(feature: _Feature) -> dict[str, Json]:
    return {
        "name": feature.name,
        "uiName": _words(feature.name),
        "type": _ANNOTATION if feature.slot else _STRING,
        "description": "",
        "enabled": True,
        "visible": True,
        "required": feature.name == "label",
        "remember": False,
        "hideUnconstraintFeature": False,
        "multi_value_mode": "ARRAY" if feature.slot else "NONE",
        "link_mode": "WITH_ROLE" if feature.slot else "NONE",
        "link_type_name": _SLOT if feature.slot else None,
        "link_type_role_feature_name": "role" if feature.slot else None,
        "link_type_target_feature_name": "target" if feature.slot else None,
        "curatable": True,
        "tag_set": _exported_tagset(feature) if feature.tags is not None else None,
    }


def _exported_tagset(feature: _Feature) -> dict[str, Json]:
    tags = feature.tags or {}
    return {
        "name": feature.tagset,
        "description": "",
        "language": "en",
        "tags": [{"tag_name": name, "tag_description": says} for name, says in tags.items()],
        "create_tag": False,
    }


# -- the type system


def _type_system(layers: Sequence[_Layer]) -> str:
    root = Xml.Element("typeSystemDescription", xmlns=_UIMA)
    types = Xml.SubElement(root, "types")
    for layer in layers:
        features = _type(types, _CUSTOM + layer.name, _ANNOTATION)
        for feature in layer.features:
            _feature(features, feature.name, "uima.cas.FSArray" if feature.slot else _STRING, _SLOT if feature.slot else "")
        for end in ("Governor", "Dependent") if layer.attached else ():
            _feature(features, end, _CUSTOM + layer.attached)
    slot = _type(types, _SLOT, _TOP)
    _feature(slot, "role", _STRING)
    _feature(slot, "target", _ANNOTATION)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {HEADER} -->\n{Xml.tostring(root, "unicode")}\n'


def _type(types: Xml.Element, name: str, above: str) -> Xml.Element:
    described = Xml.SubElement(types, "typeDescription")
    Xml.SubElement(described, "name").text = name
    Xml.SubElement(described, "description")
    Xml.SubElement(described, "supertypeName").text = above
    return Xml.SubElement(described, "features")


def _feature(features: Xml.Element, name: str, of: str, elements: str = "") -> None:
    described = Xml.SubElement(features, "featureDescription")
    Xml.SubElement(described, "name").text = name
    Xml.SubElement(described, "description")
    Xml.SubElement(described, "rangeTypeName").text = of
    if elements:
        Xml.SubElement(described, "elementType").text = elements
