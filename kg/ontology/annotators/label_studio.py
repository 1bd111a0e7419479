"""Label Studio: the labelling configuration of a project (https://labelstud.io/tags/).

A situation is a region on its trigger; a role or a link is a relation between two regions. A span in several parts is a region
on its first part, with a ``Fragment`` for each other one, joined by ``HasFragment``.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from kg.ontology.annotators.scheme import HEADER, Attribute, Scheme

_SITUATION, _FRAGMENT = "#ffb380", "#dddddd"
_PER_REGION = {"toName": "text", "perRegion": "true"}


def files(scheme: Scheme, header: str = HEADER) -> Iterator[tuple[str, str]]:
    """The configuration, to be pasted into the settings of a project."""
    view = Xml.Element("View")
    labels = Xml.SubElement(view, "Labels", name="label", toName="text")
    for label in scheme.entity_labels:
        Xml.SubElement(labels, "Label", value=label)
    for label in scheme.situation_labels:
        Xml.SubElement(labels, "Label", value=label, background=_SITUATION)
    Xml.SubElement(labels, "Label", value="Fragment", background=_FRAGMENT)
    Xml.SubElement(view, "Text", name="text", value="$text")
    for attribute in scheme.attributes:
        _choices(view, attribute, scheme)
    Xml.SubElement(view, "TextArea", {"name": "reference", **_PER_REGION, "editable": "true", "maxSubmissions": "3"})
    Xml.SubElement(view, "TextArea", {"name": "note", **_PER_REGION, "editable": "true"})
    relations = Xml.SubElement(view, "Relations")
    for relation in (*scheme.roles, *scheme.links, "HasFragment"):
        Xml.SubElement(relations, "Relation", value=relation)
    Xml.indent(view)
    yield "label-studio/label-studio.xml", f"<!-- {header} -->\n{Xml.tostring(view, 'unicode')}\n"


def _choices(view: Xml.Element, attribute: Attribute, scheme: Scheme) -> None:
    name = attribute.name[0].lower() + attribute.name[1:]
    choices = Xml.SubElement(view, "Choices", {"name": name, **_PER_REGION, "choice": "single"})
    if attribute.on not in ("situation", "entity"):
        choices.attrib |= {"whenTagName": "label", "whenLabelValue": ",".join(scheme.labels(attribute.on))}
    for code in attribute.codes or ("yes",):
        Xml.SubElement(choices, "Choice", value=code)
