"""The key files of MUC-3 and MUC-4: templates of 25 slots, as the annotators filled them.

Follows the task documentation of the corpus (template-doc, sections 4.1 and 7). A slot is a line with number, name and, from
column 37 on, a filler; further fillers stand on lines of their own that begin with white space. In a filler ``/`` separates
alternatives of which any one is right, ``:`` leads to the filler it is about, ``?`` in front makes it optional. ``-`` is empty,
``*`` not applicable; ``;`` begins a comment.

Invariant: each line is a slot, a filler, a comment, blank, or a problem with its line; alternatives keep the order of the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.errors import Problem

SLOTS = (
    "MESSAGE: ID",
    "MESSAGE: TEMPLATE",
    "INCIDENT: DATE",
    "INCIDENT: LOCATION",
    "INCIDENT: TYPE",
    "INCIDENT: STAGE OF EXECUTION",
    "INCIDENT: INSTRUMENT ID",
    "INCIDENT: INSTRUMENT TYPE",
    "PERP: INCIDENT CATEGORY",
    "PERP: INDIVIDUAL ID",
    "PERP: ORGANIZATION ID",
    "PERP: ORGANIZATION CONFIDENCE",
    "PHYS TGT: ID",
    "PHYS TGT: TYPE",
    "PHYS TGT: NUMBER",
    "PHYS TGT: FOREIGN NATION",
    "PHYS TGT: EFFECT OF INCIDENT",
    "PHYS TGT: TOTAL NUMBER",
    "HUM TGT: NAME",
    "HUM TGT: DESCRIPTION",
    "HUM TGT: TYPE",
    "HUM TGT: NUMBER",
    "HUM TGT: FOREIGN NATION",
    "HUM TGT: EFFECT OF INCIDENT",
    "HUM TGT: TOTAL NUMBER",
)
"""The slots by their number."""

MAX_LINE = 10_000
"""The longest line: the corpus has none over 600 characters."""

MAX_ALTERNATIVES = 20
"""The most alternatives of a line, what it is about included: each is looked for in a text; the corpus has none over 8."""

MAX_FILLERS = 30
"""The most fillers of one slot, for the same reason; the corpus has none over 20."""

MAX_TEMPLATES = 30
"""The most templates of one message; the corpus has none over 13."""

EMPTY = ("-", "*")
_SLOT = re.compile(r"(\d{1,2})\.\s{0,8}")
_STRING = re.compile(r'"((?:\\.|[^"\\]|"(?!\s*(?:[/:)]|$)))*)"(?=\s*(?:[/:)]|$))')
_WORDS = re.compile(r'[^/:()"]+')
_OPTIONAL = re.compile(r"\s*\?\s*")
_BLOCK = re.compile(r"^0\.[ \t]+MESSAGE: ID[ \t]+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Filler:
    """A filler of a slot: its alternatives, what it is about (a filler of another slot, by its alternatives), where it stood.

    ``quoted`` tells that it is words of the text and not an item of a set list.
    """

    alternatives: tuple[str, ...]
    about: tuple[str, ...] = ()
    optional: bool = False
    quoted: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """One incident: its number in the message, whether it is optional, and its slots as (line, value) by name."""

    number: str
    optional: bool
    line: int
    slots: Mapping[str, tuple[tuple[int, str], ...]]

    def fillers(self, slot: str) -> Iterator[Filler]:
        """The fillers of a slot that say something."""
        for line, value in self.slots.get(slot, ()):
            found = filler(value, line)
            if found.alternatives and not set(found.alternatives) <= set(EMPTY):
                yield found

    def value(self, slot: str) -> tuple[int, str]:
        """The first value of a slot as it stands, without the mark of the optional; empty when it says nothing."""
        line, value = next(iter(self.slots.get(slot, ())), (0, ""))
        value = _OPTIONAL.sub("", value, count=1) if value.lstrip().startswith("?") else value
        return (line, "") if value.strip() in EMPTY else (line, value.strip())


def filler(value: str, line: int) -> Filler:
    """A filler as written in the key: ``? DEATH / INJURY: "PRIESTS" / "JESUIT PRIESTS"``."""
    start = _OPTIONAL.match(value)
    place = start.end() if start else 0
    groups: list[list[str]] = [[]]
    quoted = False
    while place < len(value):
        if value[place] == ":":
            groups.append([])
        elif value[place] == '"':
            string = _STRING.match(value, place)
            words = string[1] if string else value[place + 1 :].rstrip(' "')
            groups[-1].append(" ".join(words.replace("\\", "").split()))
            quoted = quoted or len(groups) == 1
            place = string.end() if string else len(value)
            continue
        elif bare := _WORDS.match(value, place):
            if bare[0].strip():
                groups[-1].append(bare[0].strip())
            place = bare.end()
            continue
        place += 1
    about = tuple(a for g in groups[1:] for a in g if a not in EMPTY)
    return Filler(tuple(dict.fromkeys(groups[0])), about, start is not None, quoted, line)


@dataclass(slots=True)
class Keys:
    """The templates of a key file by message, read when they are asked for. ``problems`` grows as they are."""

    path: str
    blocks: dict[str, list[tuple[int, str]]]
    problems: list[Problem]

    def templates(self, message: str) -> list[Template]:
        """The templates of a message, in order of the key; none if the key says that there is nothing to tell."""
        blocks = self.blocks.get(message, [])
        if len(blocks) > MAX_TEMPLATES:
            self._reject(blocks[MAX_TEMPLATES][0], f"{message} has more than {MAX_TEMPLATES} templates; the rest is not read")
        found = [self._template(line, block) for line, block in blocks[:MAX_TEMPLATES]]
        told = [t for t in found if t is not None]
        if told and len(told) < len(found):
            self._reject(
                blocks[0][0], f"{message} has a template without incident (*) beside others; these count", warning=True
            )
        return told

    def _template(self, start: int, block: str) -> Template | None:
        slots: dict[str, list[tuple[int, str]]] = {}
        current = ""
        for line, text in enumerate(block.split("\n"), start):
            stripped = text.strip()
            if not stripped or stripped.startswith(";"):
                continue
            if len(text) > MAX_LINE:
                self._reject(line, f"is {len(text):,} characters long, more than {MAX_LINE:,}; it is not read")
            elif text.count("/") >= MAX_ALTERNATIVES:
                self._reject(line, f"has more than {MAX_ALTERNATIVES} alternatives; it is not read")
            elif text[0].isspace():
                self._further(slots, current, line, stripped)
            else:
                current = self._slot(slots, line, stripped)
        number = next(iter(slots.get(SLOTS[1], ())), (start, ""))[1]
        missing = [s for s in SLOTS if s not in slots]
        if missing:
            self._reject(start, f"a template has 25 slots; this one lacks {', '.join(missing)}", warning=True)
        if number == "*":
            return None
        return Template(number.split(" ")[0], "OPTIONAL" in number, start, {s: tuple(v) for s, v in slots.items()})

    def _slot(self, slots: dict[str, list[tuple[int, str]]], line: int, text: str) -> str:
        number = _SLOT.match(text)
        name = SLOTS[int(number[1])] if number and int(number[1]) < len(SLOTS) else ""
        if number is None or not name or not text.startswith(name, number.end()):
            self._reject(line, f"found {text[:60]!r}, expected a slot (number, name, filler), a filler or a comment")
            return ""
        if name in slots:
            self._reject(line, f"the slot {name} stands twice in one template; this one is not read")
            return ""
        slots[name] = [(line, text[number.end() + len(name) :].strip())]
        return name

    def _further(self, slots: dict[str, list[tuple[int, str]]], current: str, line: int, text: str) -> None:
        if not current:
            self._reject(line, f"found the filler {text[:60]!r}, expected a slot before it")
        elif len(slots[current]) == MAX_FILLERS:
            self._reject(line, f"the slot {current} has more than {MAX_FILLERS} fillers; the rest is not read")
            slots[current].append((line, "-"))
        elif len(slots[current]) < MAX_FILLERS:
            slots[current].append((line, text))

    def _reject(self, line: int, message: str, warning: bool = False) -> None:
        self.problems.append(Problem(self.path, line, message, "warning" if warning else "rejected"))


def keys(path: str, text: str) -> Keys:
    """The key file, cut into its templates by message."""
    found = Keys(path, {}, [])
    starts = list(_BLOCK.finditer(text))
    preface = text[: starts[0].start()] if starts else text
    for number, said in enumerate(preface.split("\n"), 1):
        if said.strip() and not said.lstrip().startswith(";"):
            found.problems.append(Problem(path, number, f"found {said[:60]!r}, expected 0. MESSAGE: ID or a comment"))
            break
    line, place = 1, 0
    for m, end in zip(starts, (*(s.start() for s in starts[1:]), len(text)), strict=False):
        line += text.count("\n", place, m.start())
        place = m.start()
        found.blocks.setdefault(m[1], []).append((line, text[place:end]))
    return found
