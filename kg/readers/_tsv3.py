"""WebAnno TSV 3.0 to 3.3: the text and the layers of one file.

Follows «WebAnno TSV 3.3 File format» of the user guide of INCEpTION. The lines ``#Text=`` and the offsets of the tokens rebuild
the text: where two sentences leave a gap it is a line feed and then spaces, since the format does not keep what was there.
Offsets count UTF-16 code units. What the rows say is for :mod:`kg.readers._tsv3_rows`.

Invariant: the text is the sentences in their order, each at the offset of its first token; a file that contradicts itself there
is refused, since every offset of it would be in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.errors import Problem, ReadError
from kg.readers._layers import Content
from kg.readers._tsv3_cells import Header, header, unescaped_text, unit_and_offsets
from kg.readers._tsv3_rows import Rows
from kg.readers._utf16 import units

MAX_GAP = 1_000_000
"""The most UTF-16 units between all sentences: each becomes a character of the text, however short the file is."""

_TEXT = "#Text="
_SENTENCE_ID = "#Sentence.id="


@dataclass(frozen=True, slots=True)
class Tsv3:
    """The report's text as the file rebuilds it, and what is annotated in it."""

    text: str
    content: Content


def tsv3(stored: str, path: str) -> Tsv3:
    """What a file says whose content is ``stored``; ``path`` is for messages. Raises ReadError when it is no TSV 3."""
    lines = [line.removesuffix("\r") for line in stored.removeprefix("\ufeff").split("\n")]
    head = header(lines, path)
    text = _rebuilt(lines, head, path)
    rows = Rows(head, text, path)
    for number, line in enumerate(lines[head.lines :], head.lines + 1):
        if line and not line.startswith("#"):
            rows.add(number, line)
        elif line and not line.startswith((_TEXT, _SENTENCE_ID)):
            rows.problems.append(Problem(path, number, f"a line that is not read: {line[:60]!r}", "warning"))
    return Tsv3(text, rows.content())


def _rebuilt(lines: Sequence[str], head: Header, path: str) -> str:
    """The text that the sentences and the offsets of their first tokens make."""
    text: list[str] = []
    length = gaps = 0
    sentence: list[str] = []
    for number, line in enumerate(lines[head.lines :], head.lines + 1):
        if line.startswith(_TEXT):
            sentence.append(unescaped_text(line.removeprefix(_TEXT), head.version))
        elif sentence and not line.startswith("#"):
            words = "\n".join(sentence)
            begin = _beginning(line, words) if line else length
            if begin is None:  # no row; a later one may tell
                continue
            if begin < length - bool(text):
                message = f"the sentence begins at offset {begin}, where the sentences above reach to {length - 1}"
                raise ReadError(path, message, number)
            gaps += max(begin - length, 0)
            if gaps > MAX_GAP:
                raise ReadError(path, f"offset {begin} leaves gaps of more than MAX_GAP ({MAX_GAP:,}) units", number)
            if begin < length:
                text.pop()
            text += [" " * (begin - length), words, "\n"]
            length = begin + units(words) + 1
            sentence = []
    return "".join([*text, "\n".join(sentence)]).removesuffix("\n")


def _beginning(row: str, words: str) -> int | None:
    """Where a sentence begins, by the row of its first token."""
    found = unit_and_offsets(row.split("\t"))
    if found is None:
        return None
    # Some programs let the line begin before its first token, with the space that is there.
    is_before = bool(found.surface) and not found.surface[0].isspace()
    space = len(words) - len(words.lstrip()) if is_before else 0
    return max(found.begin - space, 0)
