"""Bodies: what an annotation says about what it selects.

Follows the Web Annotation Data Model, sections 3.2 and 3.3.5: the purpose of a body, else the motivation of its annotation,
tells what it is for. A class names the label, an identity is a reference, words are notes.

Invariant: each body is a label, a reference or a note, or is counted among those that are not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.model import Reference
from kg.readers.web_annotation.context import OA, Context
from kg.readers.web_annotation.entries import Entry
from kg.readers.web_annotation.profile import label_of, reference_of
from kg.readers.web_annotation.validity import SETS, is_specific, is_textual, listed, shown, types_of


@dataclass(slots=True)
class Said:
    """What the bodies of one annotation say. ``resources`` are IRIs without a purpose: other annotations, pages elsewhere."""

    labels: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels: classes, else tags."""
        return tuple(filter(None, dict.fromkeys(self.labels or self.tags)))


def motivations(entry: Entry) -> tuple[str, ...]:
    """Why the annotation was made, by the names of the model or as IRIs."""
    return _purposes(entry.value.get("motivation"), entry.context)


def said_by(entry: Entry) -> Said:
    """What the bodies of an annotation say."""
    said, general = Said(), motivations(entry)
    value = entry.value.get("bodyValue")
    if isinstance(value, str):
        said.notes.append(value)
    for body in _single(listed(entry.value.get("body")), said):
        if isinstance(body, str):
            _resource(said, general, entry.context.iri(body), "")
        elif is_textual(body):
            _textual(said, _purposes(body.get("purpose"), entry.context) or general, str(body["value"]))
        else:
            purposes = _purposes(body.get("purpose"), entry.context) or general
            _resource(said, purposes, entry.context.iri(_identity(body)), _name(body))
    return said


def _purposes(value: object, context: Context) -> tuple[str, ...]:
    return tuple(context.term(p).removeprefix(OA) for p in listed(value) if isinstance(p, str))


def _single(bodies: list[object], said: Said) -> Iterator[str | Mapping[str, object]]:
    """The bodies themselves: all of a set, but of a choice the first, which its maker prefers."""
    for body in bodies:
        if isinstance(body, dict) and any(t in SETS for t in types_of(body)):
            items = listed(body["items"])
            is_choice = "Choice" in types_of(body)
            said.unused += [f"the alternative {shown(_words(i))}" for i in items[1:]] if is_choice else []
            yield from _single(items[:1] if is_choice else items, said)
        elif isinstance(body, str | dict):
            yield body


def _textual(said: Said, purposes: tuple[str, ...], words: str) -> None:
    if "classifying" in purposes:
        said.labels.append(words)
    elif "tagging" in purposes:
        said.tags.append(words)
    elif "identifying" in purposes:
        said.references.append(Reference(words))
    else:
        purpose = next((p for p in purposes if p != "commenting"), "")
        said.notes.append(f"{purpose}: {words}" if purpose and "commenting" not in purposes else words)


def _resource(said: Said, purposes: tuple[str, ...], iri: str, name: str) -> None:
    if "classifying" in purposes:
        said.labels.append(label_of(iri))
    elif "identifying" in purposes:
        said.references.append(Reference(reference_of(iri), name))
    elif "tagging" in purposes:
        said.tags.append(label_of(iri))
    else:
        said.resources.append(iri)


def _identity(body: Mapping[str, object]) -> str:
    """The IRI of a body, or of what it is a part or a use of."""
    source = body.get("source") if is_specific(body) else body
    iri = source.get("id") if isinstance(source, dict) else source
    return str(iri or body.get("id") or "")


def _name(body: Mapping[str, object]) -> str:
    label = body.get("label") or body.get("name")
    return label if isinstance(label, str) else ""


def _words(body: object) -> object:
    return (body.get("value") or _identity(body)) if isinstance(body, dict) else body
