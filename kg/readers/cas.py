"""UIMA CAS, as XMI or JSON, and the archives in which INCEpTION exports a document or a project.

Follows the UIMA references manual (chapters 4 and 7), the JSON CAS 0.4.0 specification and the user guide of INCEpTION. A type
system may stand beside a file, in its archive, or in the file. Each view that holds a text with annotations is a report; where
a document has several annotators, the copy to read is chosen by :mod:`kg.readers._annotators`, and the others are counted.

Invariant: each feature structure is in an annotated report or named by a problem. What is Java-serialised is never loaded, and
names and addresses of users, which settings and paths of a project hold, go no further than a hint of whom to choose.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Report, text_sha256
from kg.readers import _inception
from kg.readers._annotators import chosen, others_told
from kg.readers._archive import Archive, archive
from kg.readers._cas import Cas, Sofa
from kg.readers._cas_json import read_json_cas
from kg.readers._cas_types import Types, type_system
from kg.readers._cas_xmi import read_xmi
from kg.readers._copies import copies_in_folder
from kg.readers._json import beginning
from kg.readers._layers import Content, described, mapped
from kg.readers._metadata import TABLE, Metadata, meta_file, metadata_beside, metadata_by_id
from kg.readers._source import decode_strictly, read_bounded
from kg.readers._tsv3 import tsv3
from kg.readers._utf16 import Utf16

FORMAT = "cas"
DEFAULT_SCHEME = "sitgraph-1"

_XMI = re.compile(r"<(\w+:)?XMI\b[^>]*http:///uima/cas\.ecore", re.DOTALL)
_JSON = re.compile(r'\s*\{\s*"%(TYPES|FEATURE_STRUCTURES|VIEWS|HEADER|FLAGS)"\s*:')
_TEXT = re.compile(rb"""\bsofaString(?:\s*=\s*|"\s*:\s*)("(?:[^"\\]++|\\.)*+"|'[^']*')""", re.DOTALL)
_SUFFIXES = (".xmi", ".json", ".xml")
# Of copies of one document in several formats, the first of these is read: XMI and JSON keep more than TSV does.
_READABLE = (".xmi", ".json", ".zip", ".tsv")
_TYPE_SYSTEMS = ("{}.TypeSystem.xml", "{}.typesystem.xml", "{}-typesystem.xml", "TypeSystem.xml", "typesystem.xml")


def detect(path: Path) -> bool:
    """Whether the file begins as XMI of a CAS or as JSON CAS, or is an archive with documents of INCEpTION."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        try:
            with archive(path) as opened:
                return _inception.is_project(opened.names) or any(n.endswith(".xmi") for n in opened.names)
        except ReadError:
            return False
    if suffix == ".json":
        return _JSON.match(beginning(path)) is not None
    return suffix in _SUFFIXES and _XMI.search(beginning(path)) is not None


def companions(path: Path) -> Iterable[Path]:
    """The type system and the metadata; for the first of several annotators' copies of one text, the others."""
    yield from (p for p in _type_system_files(path) if p.is_file())
    yield meta_file(path)
    yield path.with_name(TABLE)
    if (copies := _copies(path)) is not None:
        yield from _inception.others(path, copies)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The reports of a file, or of all documents of an archive, and what could not be read."""
    try:
        if path.suffix.lower() == ".zip":
            with archive(path) as opened:
                yield from _archived(opened, path, default_id or path.stem, annotator)
            return
        copies = _copies(path)
        if copies is not None and _inception.is_first(path, copies):
            yield from _of_annotators(copies, annotator)
        elif copies is not None:  # given itself: that one is meant
            yield from _of_copy(copies, path, ())
        else:
            data = read_bounded(path, "MAX_ANNOTATION_BYTES")
            meta = metadata_beside(path, default_id or path.stem)
            yield from _Document(str(path), meta, default_id or path.stem).reports(_cas(data, path.name, str(path), path))
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message, hint=error.hint)


@dataclass(frozen=True, slots=True)
class _Document:
    """One document: the path by which it is named, the metadata beside it, and its id when it has none of its own."""

    path: str
    meta: Metadata
    default_id: str

    def reports(self, cas: Cas) -> Iterator[AnnotatedReport | Problem]:
        """A report for each view with a text and annotations; the first takes along what was told of the whole file."""
        texts = [s for s in cas.sofas.values() if s.text]
        for sofa in (s for s in cas.sofas.values() if not s.text):
            reason = "its text is empty" if sofa.text == "" else "its text is not in the file as a string"
            cas.tell(sofa.line, f"the view {sofa.name} is not read: {reason}")
        views = [s for s in texts if cas.holds_annotation(s.id)] or texts[:1]
        for sofa in (s for s in texts if s not in views):
            cas.tell(sofa.line, f"the view {sofa.name} has a text and no annotation: it is no report", "warning")
        cas.tell_lost()
        if not views:
            if not cas.sofas:
                cas.tell(0, "holds no sofa, so nothing in it has a text")
            yield from cas.taken()
        for sofa in views:
            name = sofa.name if len(views) > 1 else ""
            utf16 = Utf16(sofa.text or "")
            content = mapped(cas.layers(sofa.id), sofa.text or "", self.path, utf16.code_point)
            report = self._report(cas, sofa, content, name)
            yield replace(report, problems=(*cas.taken(), *report.problems))

    def of_tsv(self, text: str, content: Content) -> AnnotatedReport:
        """The report that a member in TSV is."""
        return self._annotated(self.meta.report, text, content)

    def _report(self, cas: Cas, sofa: Sofa, content: Content, view: str) -> AnnotatedReport:
        about = cas.about(sofa.id)
        given = self.meta.report
        has_id = given.id != self.default_id
        ident = given.id if has_id else content.report.get("reportId") or given.id
        if not ident.isprintable() or not ident.strip():
            raise ReadError(self.path, f"reportId must be printable, found {ident[:60]!r}")
        report = replace(given, id=f"{ident}-{view}" if view else ident)
        annotated = self._annotated(report, sofa.text or "", content)
        found = annotated.report
        title = about.get("documentTitle", "")
        if title == about.get("documentId"):  # the name of the file, which INCEpTION puts into both
            title = ""
        language = found.language or about.get("language", "")
        return replace(annotated, report=replace(found, title=found.title or title, language=language))

    def _annotated(self, report: Report, text: str, content: Content) -> AnnotatedReport:
        if self.meta.text_sha256 and text_sha256(text) != self.meta.text_sha256:
            message = f"not the text that was annotated: SHA-256 {text_sha256(text)}, expected {self.meta.text_sha256}"
            raise ReadError(self.path, message)
        described_report, told = described(report, content.report, self.path)
        none = () if content.mentions else (Problem(self.path, 0, "holds no annotation", "warning"),)
        return AnnotatedReport(
            report=described_report,
            text=text,
            mentions=content.mentions,
            links=content.links,
            scheme=self.meta.scheme or DEFAULT_SCHEME,
            path=self.path,
            format=FORMAT,
            problems=(*self.meta.problems, *told, *content.problems, *none),
        )


def _cas(data: bytes, name: str, path: str, file: Path | None = None, types: Types | None = None) -> Cas:
    """The CAS in some bytes; ``file`` is where its type system may lie beside it."""
    problems: list[Problem] = []
    if types is None and file is not None:
        types = _types_beside(file, problems)
    cas = read_json_cas(data, path, types) if name.lower().endswith(".json") else read_xmi(data, path, types)
    cas.problems += problems
    return cas


def _type_system_files(path: Path) -> Iterator[Path]:
    return (path.with_name(name.format(path.stem)) for name in _TYPE_SYSTEMS)


def _types_beside(path: Path, problems: list[Problem]) -> Types | None:
    """The types that the file's own type system declares, or that of its folder."""
    for file in _type_system_files(path):
        if file.is_file():
            return _types(read_bounded(file, "MAX_ANNOTATION_BYTES"), str(file), problems)
    return None


def _types(data: bytes, path: str, problems: list[Problem]) -> Types | None:
    """The types of a type system; of one that cannot be used it is told, and the file is read as one that has none."""
    try:
        return type_system(data, path)
    except ReadError as error:
        if error.hint:  # what is missing is here, not in the file
            raise
        problems.append(Problem(error.path, error.line or 0, error.message, "warning"))
        return None


def _copies(path: Path) -> _inception.Copies | None:
    """The copies of one text that a file is among, by where they lie or by the text; ``None`` if it stands alone."""
    if path.suffix.lower() == ".zip":
        return None
    copies = _inception.laid_out(path, (".xmi", ".json"))
    if copies is None and (files := copies_in_folder(path, detect, _texts)):
        copies = _inception.Copies(path.absolute().parent.name, {p.stem: str(p) for p in files})
    there = {os.path.abspath(p) for p in copies.by_annotator.values()} if copies is not None else ()
    return copies if os.path.abspath(path) in there else None


def _texts(path: Path) -> frozenset[str]:
    """A key of each text of a file, as it is written there."""
    try:
        data = read_bounded(path, "MAX_ANNOTATION_BYTES")
    except ReadError:
        return frozenset()
    return frozenset(hashlib.sha256(m[1]).hexdigest() for m in _TEXT.finditer(data) if m[1].strip(b"'\""))


def _of_annotators(copies: _inception.Copies, annotator: str) -> Iterator[AnnotatedReport | Problem]:
    name, told = _choice(copies, _inception.folder_of(copies), annotator)
    yield from _of_copy(copies, Path(copies.by_annotator[name]), told)


def _of_copy(copies: _inception.Copies, file: Path, told: Iterable[Problem]) -> Iterator[AnnotatedReport | Problem]:
    """The document that a copy is of, by which it is named: the name of the file is a person's."""
    folder = _inception.folder_of(copies)
    document = _Document(str(folder), metadata_beside(file, copies.id), copies.id)
    cas = _cas(read_bounded(file, "MAX_ANNOTATION_BYTES"), file.name, str(folder), file)
    cas.problems += told
    yield from document.reports(cas)


def _choice(copies: _inception.Copies, path: Path, annotator: str) -> tuple[str, tuple[Problem, ...]]:
    """Whose copy is read, and how many others are not."""
    name = chosen(path, copies.by_annotator, annotator)
    return name, others_told(path, copies.by_annotator, name, copies.document)


def _archived(opened: Archive, path: Path, default_id: str, annotator: str) -> Iterator[AnnotatedReport | Problem]:
    if not _inception.is_project(opened.names):
        yield from _exported(opened, path, default_id)
        return
    project = _inception.project(opened.names, _READABLE)
    if project.java:
        yield Problem(str(path), 0, f"{project.java} members are Java-serialised (.ser): they are never loaded", "warning")
    if project.others:
        message = f"{project.others} members are no annotation (sources, logs, settings with names of users): they are not read"
        yield Problem(str(path), 0, message, "warning")
    if not project.documents:
        yield Problem(str(path), 0, "holds no document: nothing is below annotation/ or curation/")
    ids = _ids(project.documents)
    for copies in project.documents:
        try:
            yield from _of_project(opened, copies, ids[copies.document], path, annotator)
        except ReadError as error:
            yield Problem(error.path, error.line or 0, error.message, where=copies.document, hint=error.hint)


def _ids(documents: Iterable[_inception.Copies]) -> dict[str, str]:
    """The id of each document: its name without the ending, or the whole name where two would be called alike."""
    all_ids = [d.id for d in documents]
    return {d.document: d.id if all_ids.count(d.id) == 1 else d.document for d in documents}


def _of_project(
    opened: Archive, copies: _inception.Copies, ident: str, path: Path, annotator: str
) -> Iterator[AnnotatedReport | Problem]:
    if not copies.by_annotator:
        endings = ", ".join(_READABLE)
        raise ReadError(str(path), f"nobody's annotation of this document is in a form that is read ({endings})")
    name, told = _choice(copies, path, annotator)
    document = _Document(str(path), metadata_by_id(path.parent, Report(ident)), ident)
    yield from told
    yield from _of_member(opened, copies.by_annotator[name], document)


def _of_member(opened: Archive, member: str, document: _Document) -> Iterator[AnnotatedReport | Problem]:
    if member.endswith(".zip"):
        inner = opened.inner(member)
        files = [n for n in inner.names if n.endswith((".xmi", ".json"))]
        if len(files) != 1:
            raise ReadError(document.path, f"the archive within the archive holds {len(files)} files of a CAS, expected one")
        yield from _of_inner(inner, files[0], document)
    elif member.endswith(".tsv"):
        text = decode_strictly(Path(document.path), opened.read(member))
        found = tsv3(text, document.path)
        yield document.of_tsv(found.text, found.content)
    else:
        yield from _of_inner(opened, member, document)


def _of_inner(opened: Archive, member: str, document: _Document) -> Iterator[AnnotatedReport | Problem]:
    problems: list[Problem] = []
    folder = PurePosixPath(member).parent
    stem = PurePosixPath(member).stem
    names = [str(folder / n.format(stem)) for n in _TYPE_SYSTEMS] + ["TypeSystem.xml", "typesystem.xml"]
    file = next((n for n in names if n in opened.names), "")
    types = _types(opened.read(file), document.path, problems) if file else None
    cas = _cas(opened.read(member), member, document.path, types=types)
    cas.problems += problems
    yield from document.reports(cas)


def _exported(opened: Archive, path: Path, default_id: str) -> Iterator[AnnotatedReport | Problem]:
    """An archive of documents as they are exported one by one: XMI with its type system."""
    files = [n for n in opened.names if n.endswith(".xmi")]
    others = [n for n in opened.names if n not in files and not n.lower().endswith("typesystem.xml")]
    if others:
        yield Problem(str(path), 0, f"{len(others)} members are no XMI and no type system: they are not read", "warning")
    if not files:
        yield Problem(str(path), 0, "holds no CAS: there is no XMI, and nothing below annotation/ or curation/")
    for name in files:
        ident = default_id if len(files) == 1 else PurePosixPath(name).stem
        meta = metadata_beside(path, ident) if len(files) == 1 else metadata_by_id(path.parent, Report(ident))
        try:
            yield from _of_inner(opened, name, _Document(str(path), meta, ident))
        except ReadError as error:
            yield Problem(error.path, error.line or 0, error.message, where=name, hint=error.hint)
