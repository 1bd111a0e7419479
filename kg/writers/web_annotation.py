"""W3C Web Annotations: an annotated report as a page of annotations, beside its text.

Follows the Web Annotation Data Model and the terms of :mod:`kg.readers.web_annotation.profile`, which the page declares itself,
so that any JSON-LD processor reads it. Each mention is an annotation with position and quote; what fills the roles of a
situation stands with it as ``arguments``, each other link is an annotation.

Invariant: the reader of this format gives an equal report back; a mention of a table's cells, which cannot be said without the
table, is a problem.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from kg.errors import Problem
from kg.iri import report_path
from kg.model import AnnotatedReport, Link, Mention, TextSpan
from kg.readers.web_annotation.profile import CONTEXT, IDS, annotation_iri, label_iri, reference_iri
from kg.schemes.grammar import Grammar
from kg.vocab import CLASSES, ancestors
from kg.writers import Written
from kg.writers._beside import file_stem, write_text_and_metadata

FORMAT = "web-annotation"

_OWN_SCHEME = "sitgraph-1"
_CONTEXT_CHARACTERS = 20

Json = dict[str, object]


def write(report: AnnotatedReport, folder: Path) -> Written:
    """Write ``<stem>.annotations.jsonld``, the text and the metadata into a folder."""
    stem = file_stem(report.report.id)
    path = folder / f"{stem}.annotations.jsonld"
    text, meta = write_text_and_metadata(report, folder, stem)
    path.write_text(json.dumps(page(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return Written((path, text, meta), _unsaid(report))


def page(report: AnnotatedReport) -> Json:
    """The report as an AnnotationPage."""
    home = f"{IDS}{report_path(report.report.id)}/annotations"
    collection: Json = {"id": f"{home}/all", "type": "AnnotationCollection"}
    if report.report.title:
        collection["label"] = report.report.title
    return {
        "@context": list(CONTEXT),
        "id": home,
        "type": "AnnotationPage",
        "partOf": collection,
        "startIndex": 0,
        "scheme": report.scheme,
        "items": _Items(report).all(),
    }


class _Items:
    """The annotations of one report."""

    def __init__(self, report: AnnotatedReport) -> None:
        self.report, self.text = report, report.text
        self.source = f"{IDS}{report_path(report.report.id)}/text"
        self.mentions = {m.id: m for m in report.mentions if _spans(m)}
        self.arguments: dict[str, list[Link]] = {}
        self.links: list[Link] = []
        relations = Grammar.load().links
        for link in report.links:
            if link.source in self.mentions and link.target in self.mentions:
                role = _is_a(self.mentions[link.source].label, "Situation") and link.label not in relations
                (self.arguments.setdefault(link.source, []) if role else self.links).append(link)

    def all(self) -> list[Json]:
        return [*(self._mention(m) for m in self.mentions.values()), *(self._link(k, n) for n, k in enumerate(self.links, 1))]

    def _iri(self, local: str) -> str:
        return annotation_iri(self.report.report.id, local)

    def _mention(self, m: Mention) -> Json:
        targets = [self._target(span) for span in _spans(m)]
        said: Json = {
            "id": self._iri(m.id),
            "type": "Annotation",
            "motivation": "identifying" if m.references else "classifying",
            "body": self._bodies(m),
            "target": targets[0] if len(targets) == 1 else targets,
        }
        if m.id in self.arguments:
            said["arguments"] = [{"role": k.label, "filler": self._iri(k.target)} for k in self.arguments[m.id]]
        if m.attributes:
            said["attributes"] = {name: True if value == "true" else value for name, value in m.attributes}
        return said

    def _bodies(self, m: Mention) -> list[Json]:
        is_class = self.report.scheme == _OWN_SCHEME and _is_a(m.label, "Actor", "Place", "Situation")
        bodies = [_resource(label_iri(m.label, is_class), "classifying", "")]
        bodies += [_resource(reference_iri(r.iri), "identifying", r.name) for r in m.references]
        bodies += [{"type": "TextualBody", "value": note, "format": "text/plain", "purpose": "commenting"} for note in m.notes]
        return bodies

    def _target(self, span: TextSpan) -> Json:
        start, end = span.start, span.end
        quote: Json = {"type": "TextQuoteSelector", "exact": self.text[start:end]}
        quote["prefix"] = self.text[max(0, start - _CONTEXT_CHARACTERS) : start]
        quote["suffix"] = self.text[end : end + _CONTEXT_CHARACTERS]
        position: Json = {"type": "TextPositionSelector", "start": start, "end": end}
        return {"type": "SpecificResource", "source": self.source, "selector": [position, quote]}

    def _link(self, link: Link, n: int) -> Json:
        return {
            "id": f"{self.source.removesuffix('text')}link/{n}",
            "type": "Annotation",
            "motivation": "linking",
            "linkType": link.label,
            "body": self._iri(link.target),
            "target": self._iri(link.source),
        }


def _resource(iri: str, purpose: str, label: str) -> Json:
    named: Json = {"label": label} if label else {}
    return {"type": "SpecificResource", "source": iri, "purpose": purpose, **named}


def _spans(m: Mention) -> Sequence[TextSpan]:
    return tuple(f for f in m.fragments if isinstance(f, TextSpan))


def _is_a(label: str, *classes: str) -> bool:
    return label in CLASSES and not {label, *ancestors(label)}.isdisjoint(classes)


def _unsaid(report: AnnotatedReport) -> tuple[Problem, ...]:
    """What has no place in a text: a cell belongs to a table, which a report does not hold."""
    message = "selects cells of a table, which is not part of the report: not written, nor what is linked to it"
    return tuple(Problem(report.path, 0, message, where=m.id) for m in report.mentions if not _spans(m))
