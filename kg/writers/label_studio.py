"""Label Studio: a task with one annotation, to be imported into a project with our configuration, or read again.

Follows https://labelstud.io/guide/export and the configuration in ``docs/annotation/label-studio``: a situation is a region
on its trigger, a role or link a relation, an attribute a choice of the region, references and notes are text areas of it. A
span in several parts is a region on its first part, with a region ``Fragment`` for each other one, reached by
``HasFragment``.

Invariant: as for all writers, what is written reads back as an equal annotated report, or a problem says what does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from kg.model import AnnotatedReport, Link, Mention, Reference, TextSpan
from kg.readers import label_studio as reader
from kg.writers import Written
from kg.writers._beside import file_stem, metadata
from kg.writers._proof import Sayable, lost

FORMAT = "label-studio"

_FRAGMENT, _HAS_FRAGMENT = "Fragment", "HasFragment"
_BESIDE_THE_TEXT = ("textSha256", "offsetUnit")


def write(report: AnnotatedReport, folder: Path) -> Written:
    """Write ``<stem>.label-studio.json``, with the annotation as ground truth."""
    return _write(report, folder, "annotations", {"was_cancelled": False, "ground_truth": True})


def write_prediction(report: AnnotatedReport, folder: Path, model: str) -> Written:
    """The same, with what a program proposes: Label Studio shows it to annotators, and does not count it as annotation."""
    return _write(report, folder, "predictions", {"model_version": model})


def _write(report: AnnotatedReport, folder: Path, kind: str, about: dict[str, object]) -> Written:
    path = folder / f"{file_stem(report.report.id)}.label-studio.json"
    task = _Task(report, path)
    judged = {"id": 1, **about, "result": list(task.results())}
    document = [{"id": 1, "data": _data(report), kind: [judged], "meta": {}}]
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    problems = task.sayable.problems
    found = (p for p in lost(report, path, reader.read, bool(problems)) if kind == "annotations" or p.severity == "rejected")
    return Written((path,), (*problems, *found))


def _data(report: AnnotatedReport) -> dict[str, str]:
    said = {k: v for k, v in metadata(report).items() if k not in _BESIDE_THE_TEXT}
    if report.scheme == reader.DEFAULT_SCHEME:
        del said["scheme"]
    return {"text": report.text, **said}


class _Task:
    """The results of one task."""

    def __init__(self, report: AnnotatedReport, path: Path) -> None:
        self._report = report
        self._convention = report.scheme.startswith("sitgraph")
        self._ids = {m.id for m in report.mentions}
        self.sayable = Sayable(report, path, self._lacks, self._bars)

    def results(self) -> Iterator[dict[str, object]]:
        """Regions with what is said about each, then relations."""
        parts: list[Link] = []
        for m in self.sayable.mentions:
            spans = [f for f in sorted(m.fragments) if isinstance(f, TextSpan)]
            yield self._result(m.id, "labels", "label", spans[0], "labels", [m.label])
            for n, span in enumerate(spans[1:], 1):
                part = self._free(f"{m.id}.{n}")
                yield self._result(part, "labels", "label", span, "labels", [_FRAGMENT])
                parts.append(Link(_HAS_FRAGMENT, m.id, part))
            for name, value in m.attributes:
                yield self._result(m.id, "choices", self._control(name), spans[0], "choices", [self._choice(value)])
            for name, written in (("reference", [_written(r) for r in m.references]), ("note", list(m.notes))):
                if written:
                    yield self._result(m.id, "textarea", name, spans[0], "text", written)
        for k in (*self.sayable.links, *parts):
            relation = {"from_id": k.source, "to_id": k.target, "type": "relation", "direction": "right"}
            yield {**relation, "labels": [k.label]}

    def _result(self, ident: str, kind: str, control: str, span: TextSpan, key: str, said: list[str]) -> dict[str, object]:
        selected = {"start": span.start, "end": span.end, "text": self._report.text[span.start : span.end]}
        value = {**selected, key: said}
        return {"id": ident, "type": kind, "from_name": control, "to_name": "text", "origin": "manual", "value": value}

    def _free(self, ident: str) -> str:
        while ident in self._ids:
            ident += "."
        self._ids.add(ident)
        return ident

    def _control(self, name: str) -> str:
        return name[:1].lower() + name[1:] if self._convention else name

    def _choice(self, value: str) -> str:
        return "yes" if self._convention and value == "true" else value

    def _lacks(self, m: Mention) -> str:
        if not m.label or m.label == _FRAGMENT or not m.id:
            return f"the label {m.label!r} cannot be said" if m.id else "a mention needs an id"
        if len(dict(m.attributes)) < len(m.attributes):
            return "one attribute with two values cannot be said"
        for name, value in m.attributes:
            control, choice = self._control(name), self._choice(value)
            again = control[:1].upper() + control[1:] if self._convention else control
            if not name or not value or again != name or (choice == "yes") != (self._convention and value == "true"):
                return f"the attribute {name!r} with the value {value!r} cannot be said"
        if bad := [r for r in m.references if _read_again(r) != r]:
            return f"the reference {bad[0].iri!r} with the name {bad[0].name!r} cannot be said"
        if any(not n or n != n.strip() for n in m.notes):
            return "an empty note, or one that begins or ends with white space, cannot be said"
        return ""

    def _bars(self, k: Link) -> str:
        return "" if k.label and k.label != _HAS_FRAGMENT else f"the label {k.label!r} cannot be said of a relation"


def _written(r: Reference) -> str:
    return f"{r.iri} {r.name}".strip()


def _read_again(r: Reference) -> Reference | None:
    iri, _, name = _written(r).partition(" ")
    return Reference(iri, name.strip()) if ":" in iri.strip(":") else None
