"""doccano: JSON Lines (or one JSON value over many lines) with a text and its labelled spans in each object.

Follows the exports of doccano 1.x as its documentation shows them: ``label`` or ``labels`` with ``[start, end, label]``;
``entities`` with ``start_offset`` and ``end_offset``, ``relations`` between their ids; ``annotations`` that also say by which
``user``. The text is under ``text``, or ``data``, or the ``column_data`` of the examples. ``meta``, and any other key, may hold
metadata of the report. A category of a whole text (``cats``, strings in ``label``) is about no words and is not kept.

Offsets count code points in what programs write, and UTF-16 units in what the tool itself writes unless a project counts
otherwise; no quote tells. So where a file has characters for which it matters, that unit counts in which more spans begin and
end with words, and a problem says which it was.

Invariant: each object is a report or a problem, with its line; each label, relation and category is in the report or in a
problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Report, TextSpan, text_sha256
from kg.readers._annotators import chosen, others_told
from kg.readers._copies import copies_in_folder, folder_id
from kg.readers._doccano_objects import (
    CATEGORIES,
    IDS,
    LABELS,
    TEXT,
    Labelled,
    Related,
    Unusable,
    categories,
    counts_utf16,
    has_spans,
    is_labelled,
    labelled,
    own_id,
    related,
    shown,
    text_of,
    unit_of,
)
from kg.readers._json_values import first_object, values_of
from kg.readers._metadata import REPORT_FIELDS, TABLE, is_date, metadata_by_id
from kg.readers._source import is_encodable

FORMAT = "doccano"
DEFAULT_SCHEME = "sitgraph-1"

MAX_ANNOTATIONS = 500_000
"""The most labels and relations of one text: ten bytes are one, and become objects a hundred times their size."""

_SUFFIXES = (".jsonl", ".json", ".ndjson")
_RELATIONS = "relations"
_PEOPLE = ("annotation_approver", "username", "user")
_COMMENTS = ("Comments", "comments")
_OF_REPORT = {key: name for key, name in REPORT_FIELDS.items() if name != "id"}
_KNOWN = {*TEXT, *LABELS, *IDS, CATEGORIES, _RELATIONS, *_PEOPLE, *_COMMENTS, "meta"}


def detect(path: Path) -> bool:
    """Whether the first object has a text and a list of labelled spans, as doccano writes them."""
    return path.suffix in _SUFFIXES and is_labelled(first_object(path, LABELS))


def companions(path: Path) -> Iterable[Path]:
    """The metadata that a user may add, with a row for each report's id; for the first of the users' files, the others."""
    files = _files_of_users(path)
    return (path.with_name(TABLE), *(files[1:] if files and path == files[0] else ()))


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """A report for each object. Its id is the file's and its own, or its place in the file."""
    files = _files_of_users(path)
    try:
        if files:
            yield from _read_files_of_users(files, folder_id(default_id, path), annotator)
        else:
            yield from _read_file(path, default_id or path.stem, annotator)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)


def _read_file(path: Path, default_id: str, annotator: str) -> Iterator[AnnotatedReport | Problem]:
    file = _File(path, str(path), default_id, annotator)
    if not file.values:
        raise ReadError(str(path), "holds no object: there is nothing to read")
    if not any(has_spans(value) for _, value in file.values) and any(categories(value) for _, value in file.values):
        raise ReadError(str(path), "labels whole texts (text classification) and no words: there is nothing to read")
    yield from (file.report(number) for number in range(len(file.values)))
    yield from file.about_all()


# -- an export with a file for each user


def _files_of_users(path: Path) -> tuple[Path, ...]:
    """The files of one export with a file for each user, if this is one of them."""
    return copies_in_folder(path, detect, _texts_of)


def _texts_of(path: Path) -> frozenset[str]:
    """The texts of a file; none unless each object has an id of its own, as exports have."""
    try:
        keys = [_key(value) for _, value in values_of(path)]
    except ReadError:
        return frozenset()
    return frozenset(k for k in keys if k) if None not in keys and len(set(keys)) == len(keys) else frozenset()


def _key(value: object) -> str | None:
    """What is the same of one text in the files of all users."""
    ident, text = (own_id(value), text_of(value)) if isinstance(value, dict) else ("", None)
    return f"{ident} {text_sha256(text)}" if ident and text is not None and is_encodable(text) else None


def _read_files_of_users(paths: Sequence[Path], default_id: str, annotator: str) -> Iterator[AnnotatedReport | Problem]:
    """Each text once, with what the chosen user made of it; where nobody labelled it, without labels."""
    folder = str(paths[0].parent)
    files = {path.stem: _File(path, folder, default_id, annotator) for path in paths}
    copies: dict[str, dict[str, int]] = {}
    for user, file in files.items():
        for number, (_, value) in enumerate(file.values):
            copies.setdefault(_key(value) or "", {}).setdefault(user, number)
    for key, numbers in copies.items():
        said = {user: files[user].values[number][1] for user, number in numbers.items()}
        users = [user for user, value in said.items() if has_spans(value) or categories(value)]
        try:
            user = chosen(Path(folder), users, annotator) if users else min(numbers)
        except ReadError as error:
            yield Problem(error.path, 0, error.message, where=f"object {key.partition(' ')[0]}", hint=error.hint)
        else:
            yield from others_told(Path(folder), users, user, f"object {key.partition(' ')[0]}") if users else ()
            yield files[user].report(numbers[user])
    for file in files.values():
        yield from file.about_all()


@dataclass(slots=True)
class _Content:
    """What one object says, while it is read."""

    where: str
    labelled: list[Labelled] = field(default_factory=list)
    links: list[Related] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _File:
    """One file: what its objects have in common."""

    def __init__(self, path: Path, shown: str, default_id: str, annotator: str) -> None:
        self.path, self.shown, self.default_id, self.annotator = path, shown, default_id, annotator
        self.values = list(values_of(path))
        self.is_utf16 = counts_utf16(self.values)
        self.unread: Counter[str] = Counter()
        self.first: dict[str, int] = {}

    def report(self, number: int) -> AnnotatedReport | Problem:
        """The report of the object at this place, or why there is none."""
        line, value = self.values[number]
        try:
            return self._report(number + 1, line, value)
        except Unusable as error:
            return Problem(self.shown, line, str(error), where=f"object {number + 1}")
        except ReadError as error:
            return Problem(error.path, error.line or line, error.message, where=f"object {number + 1}", hint=error.hint)

    def about_all(self) -> Iterator[Problem]:
        """What is told once for the file."""
        for name, n in sorted(self.unread.items()):
            yield Problem(self.shown, self.first[name], f"{name} of {n} objects: not used; this is the first", "warning")
        if self.is_utf16 is not None:
            unit = "UTF-16 units" if self.is_utf16 else "code points"
            message = f"there are characters beyond U+FFFF; offsets are taken to count {unit}, as more spans then fit the words"
            yield Problem(self.shown, 0, message, "warning")

    def _report(self, number: int, line: int, value: object) -> AnnotatedReport:
        if isinstance(value, Problem):
            raise Unusable(value.message)
        if not isinstance(value, dict):
            raise Unusable(f"expected an object with a text, found {shown(value)}")
        text = text_of(value)
        if text is None:
            raise Unusable(f"has no text: expected a string under {' or '.join(TEXT)}")
        if not is_encodable(text):
            raise Unusable("the text holds half of a surrogate pair, which is no text")
        content = _Content(f"object {number}")
        self._labels(content, value, line)
        self._relations(content, value, line)
        self._choose_annotator(content)
        mentions = self._mentions(content, text, line)
        links = self._links(content, mentions, line)
        said = self._described(content, value, line)
        meta = metadata_by_id(self.path.parent, replace(Report(id=f"{self.default_id}-{own_id(value) or number}"), **said))
        return AnnotatedReport(
            report=meta.report,
            text=text,
            mentions=tuple(mentions.values()),
            links=tuple(links),
            scheme=meta.scheme or DEFAULT_SCHEME,
            path=self.shown,
            format=FORMAT,
            problems=(*meta.problems, *content.problems),
        )

    def _tell(self, content: _Content, line: int, message: str, *, warning: bool = False) -> None:
        content.problems.append(Problem(self.shown, line, message, "warning" if warning else "rejected", content.where))

    def _labels(self, content: _Content, value: Mapping[str, object], line: int) -> None:
        for key in LABELS:
            found = value.get(key, [])
            if not isinstance(found, list):
                if found is not None and not isinstance(found, str):
                    self._tell(content, line, f"{key} must be a list, found {shown(found)}")
                continue
            if len(found) > MAX_ANNOTATIONS:
                raise Unusable(f"{key} has {len(found):,} items, more than MAX_ANNOTATIONS ({MAX_ANNOTATIONS:,})")
            for item in found:
                if isinstance(item, str):
                    continue
                try:
                    content.labelled.append(labelled(item))
                except Unusable as error:
                    self._tell(content, line, f"{key}: {error}")
        if of_all := categories(value):
            told = ", ".join(repr(c) for c in of_all)
            self._tell(
                content, line, f"a category of the whole text is of no words, and is not kept: {told:.200}", warning=True
            )

    def _relations(self, content: _Content, value: Mapping[str, object], line: int) -> None:
        found = value.get(_RELATIONS) or []
        if not isinstance(found, list) or len(found) > MAX_ANNOTATIONS:
            self._tell(content, line, f"relations must be a list of at most {MAX_ANNOTATIONS:,}, found {shown(found)}")
            return
        for item in found:
            try:
                content.links.append(related(item))
            except Unusable as error:
                self._tell(content, line, str(error))

    def _choose_annotator(self, content: _Content) -> None:
        users = {item.user for item in content.labelled} | {item.user for item in content.links}
        if named := users - {""}:
            user = chosen(self.path, named, self.annotator)
            content.problems += others_told(Path(self.shown), named, user, content.where)
            content.labelled = [item for item in content.labelled if item.user in ("", user)]
            content.links = [item for item in content.links if item.user in ("", user)]

    def _mentions(self, content: _Content, text: str, line: int) -> dict[str, Mention]:
        code_point = unit_of(text, bool(self.is_utf16))
        mentions: dict[str, Mention] = {}
        for n, item in enumerate(content.labelled):
            start, end = code_point(item.start), code_point(item.end)
            ident = item.id or f"#{n}"
            if start is None or end is None or start >= end:
                message = f"{item.label} {item.start}–{item.end} is no span of words: the text has {len(text)} code points"
                self._tell(content, line, message)
            elif ident in mentions:
                self._tell(content, line, f"the id {ident} twice: {item.label} {item.start}–{item.end} is not kept")
            else:
                mentions[ident] = Mention(ident, item.label, (TextSpan(start, end),), text[start:end], line=line)
        return mentions

    def _links(self, content: _Content, mentions: Mapping[str, Mention], line: int) -> Iterator[Link]:
        for link in content.links:
            absent = [end for end in (link.source, link.target) if end not in mentions]
            if absent:
                self._tell(content, line, f"without the relation {link.label}: no entity {absent[0]} could be read")
            else:
                yield Link(link.label, link.source, link.target, line)

    def _described(self, content: _Content, value: Mapping[str, object], line: int) -> dict[str, str]:
        """What the object says of its report, by field."""
        meta = value.get("meta")
        said = {**(meta if isinstance(meta, dict) else {}), **{k: v for k, v in value.items() if k not in _KNOWN}}
        usable: dict[str, str] = {}
        for key, found in said.items():
            name = _OF_REPORT.get(key)
            if name is None:
                where = key if key in value else f"meta.{key}"
                self.unread[where] += 1
                self.first.setdefault(where, line)
            elif not isinstance(found, str) or (name in ("issued", "retrieved") and not is_date(found)):
                expected = "date" if name in ("issued", "retrieved") else "text"
                self._tell(content, line, f"{key} {shown(found)} is no {expected}: not used", warning=True)
            else:
                usable[name] = found
        for key in _COMMENTS:
            if value.get(key):
                self.unread[key] += 1
                self.first.setdefault(key, line)
        return usable
