"""MUC-3 and MUC-4: files of many texts, and the key files with the templates that people filled for them.

Follows the task documentation of the corpus and section 13 of the specification. A key (``key-dev-0101.muc4.gz``,
``key-tst1.v7``) and its texts (``dev-muc3-0101-0200.gz``, ``tst1-muc3``) find each other by name. Each text is a report, those
of which the key tells nothing too; its templates become mentions and links in the words of the key, which a scheme translates.

Invariant: one report for each text, in order of the file; each template and each filler of a key is in a report or in a
problem with its line. Reports are made one at a time, when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Report
from kg.readers._gzip import beginning_unzipped, read_unzipped
from kg.readers._metadata import TABLE, metadata_by_id
from kg.readers._muc_keys import Keys, keys
from kg.readers._muc_templates import TextMentions
from kg.readers._muc_texts import MAX_CHARACTERS, Message, dateline, messages
from kg.readers._source import decode_strictly, refuse_many_lines

FORMAT = "muc"
DEFAULT_SCHEME = "muc"
LANGUAGE = "en"

_BEGINNING = 4096
_KEY = re.compile(rb"^0\.[ \t]+MESSAGE: ID[ \t]+[A-Z0-9]+-MUC\d-\d{4}\b", re.MULTILINE)
_PROCESSED = re.compile(rb'\s*(?:%%%\s*\[\s*\["message_id"|\{"(?:docid|char_start)"[^{}]{0,200}"(?:doctext|docid)")')
_NAME = re.compile(r"key-([a-z]+\d*)(?:-(\d{4}))?\..+")


def detect(path: Path) -> bool:
    """Whether it is a file of keys, or the processed form of one, which is refused with its reason."""
    head = beginning_unzipped(path, _BEGINNING)
    return _KEY.search(head) is not None or _PROCESSED.match(head) is not None


def companions(path: Path) -> Iterable[Path]:
    """The texts of a key, and the folder's metadata."""
    yield from _texts(path)
    yield path.with_name(TABLE)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The reports of the texts that belong to a key, and what could not be read of either."""
    found = _keys(path)
    known: set[str] = set()
    for texts in _texts(path):
        for message in messages(_decoded(texts, "MAX_TEXT_BYTES")):
            if message.id in known:
                yield Problem(str(texts), message.line, f"{message.id} stands there twice; this one is not read")
            elif len(message.text) > MAX_CHARACTERS:
                yield Problem(str(texts), message.line, f"{message.id} is longer than {MAX_CHARACTERS:,} characters")
            else:
                yield from _reports(path, texts, message, found)
            known.add(message.id)
    if not known:
        yield Problem(str(path), 0, f"the texts of this key are not beside it; expected a file called {_expected(path)}")
    for message_id, blocks in found.blocks.items():
        if known and message_id not in known:
            yield Problem(str(path), blocks[0][0], f"there is no text {message_id}; its templates are not read")
    yield from found.problems


def _keys(path: Path) -> Keys:
    head = beginning_unzipped(path, _BEGINNING)
    if _PROCESSED.match(head):
        raise ReadError(
            str(path), "is the processed form of MUC-3/4, in which dates, places and effects are lost; read the raw keys"
        )
    text = _decoded(path, "MAX_ANNOTATION_BYTES")
    found = keys(str(path), text)
    if not found.blocks and next(messages(text), None):
        raise ReadError(str(path), "holds texts and no templates; give the key file (key-…) that belongs to it")
    if not found.blocks:
        raise ReadError(str(path), "holds no template: expected lines that begin with “0.  MESSAGE: ID”")
    return found


def _decoded(path: Path, limit: str) -> str:
    data = read_unzipped(path, limit)
    refuse_many_lines(path, data)
    return decode_strictly(path, data).removeprefix("\ufeff").replace("\r\n", "\n")


def _expected(path: Path) -> str:
    name = _NAME.fullmatch(path.name)
    if name is None:
        return "key-<set>.… and <set>-muc3 or <set>-muc4"
    return f"{name[1]}-muc3-{name[2]}-…" if name[2] else f"{name[1]}-muc3 or {name[1]}-muc4"


def _texts(path: Path) -> list[Path]:
    """The files of texts that belong to a key: of the same set and, in a set of many files, beginning with the same number."""
    name = _NAME.fullmatch(path.name)
    if name is None or not path.parent.is_dir():
        return []
    wanted = re.compile(rf"{name[1]}-muc\d{f'-{name[2]}-[0-9]{{4}}' if name[2] else ''}(?:\.gz)?")
    return sorted(p for p in path.parent.iterdir() if wanted.fullmatch(p.name) and p.is_file())


def _reports(path: Path, texts: Path, message: Message, found: Keys) -> Iterator[AnnotatedReport | Problem]:
    head = dateline(message.text)
    report = Report(
        id=message.id,
        publisher=head.source if head else "",
        language=LANGUAGE,
        issued=head.issued if head else "",
    )
    try:
        meta = metadata_by_id(path.parent, report)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)
        return
    problems = [*meta.problems]
    if head is None:
        problems.append(
            Problem(str(texts), message.line, f"{message.id} has no dateline “PLACE, DD MMM YY (SOURCE) --”", "warning")
        )
    elif not head.issued:
        problems.append(Problem(str(texts), message.line, f"{message.id} gives no day of issue in its dateline", "warning"))
    if message.id not in found.blocks:
        problems.append(Problem(str(path), 0, f"says nothing of {message.id}", "warning"))
    content = TextMentions(str(path), message.text, head)
    before = len(found.problems)
    for template in found.templates(message.id):
        content.add(template)
    problems += found.problems[before:] + content.problems
    del found.problems[before:]
    yield AnnotatedReport(
        report=meta.report,
        text=message.text,
        mentions=tuple(content.mentions),
        links=tuple(dict.fromkeys(content.links)),
        scheme=meta.scheme or DEFAULT_SCHEME,
        path=str(path),
        format=FORMAT,
        problems=tuple(problems),
    )
