"""A CAS (common analysis structure of UIMA) as read: texts and the feature structures that speak of them.

Follows the UIMA references manual, chapter 4 («CAS»): a view has a text (sofa) and an index of feature structures; what no
index and no other structure leads to is lost to a program of UIMA, and is reported here. Whatever serialisation it came from, a
feature of a structure is a string or a reference to structures. What an annotation is in the layers of INCEpTION and WebAnno is
seen from its features: a relation has ``Governor`` and ``Dependent``, an item of a slot has a ``target``, an element of a chain
a ``next`` and its chain a ``first``. What the layers say is for :mod:`kg.readers._layers`.

Invariant: offsets count UTF-16 units in a CAS and code points here; an annotation whose offsets have no code points is set
aside with its line. Each feature structure is a part of the layers, is structure of the file, or is named by a problem.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kg.errors import Problem, ReadError
from kg.readers._layers import REPORT, Chain, Features, Layers, Relation, Slot, Span, is_structure, short_name
from kg.readers._utf16 import Utf16

INITIAL_VIEW = "_InitialView"

MAX_STRUCTURES = 300_000
"""The most feature structures of a file: each becomes objects of a kilobyte and more."""

MAX_REFERENCES = 1_000_000
"""The most references of a file, counted again where an array that several structures share is unfolded."""

MAX_PROBLEMS = 20_000
"""How many problems of a file are told one by one; of those after them, their number is."""

_OWN_FEATURES = frozenset({"begin", "end"})
_ARRAY = "uima.cas.FSArray"
_LIST = "uima.cas.NonEmptyFSList"
# Describe the file, its layers and its types, and no words of the text.
_ABOUT_FILE = ("uima.cas.", "uima.tcas.DocumentAnnotation", "de.tudarmstadt.ukp.clarin.webanno.api.type.")
_METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type."
_UNKNOWN_LANGUAGE = "x-unspecified"


@dataclass(frozen=True, slots=True)
class Sofa:
    """A subject of analysis. ``text`` is ``None`` when it is no string, but elsewhere or an array of bytes."""

    id: int
    name: str
    text: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """A feature structure. ``strings`` are the features that hold strings, numbers or flags; ``references`` the others."""

    id: int
    type: str
    line: int
    sofa: int | None
    strings: Mapping[str, str]
    references: Mapping[str, tuple[int, ...]]

    @property
    def is_annotation(self) -> bool:
        """Whether it is of a part of a text."""
        return self.sofa is not None and "begin" in self.strings and "end" in self.strings

    def one(self, feature: str) -> int | None:
        """The structure that a feature refers to, if it refers to one."""
        found = self.references.get(feature, ())
        return found[0] if len(found) == 1 else None


@dataclass(slots=True)
class Cas:
    """What a file holds. ``indexed`` has the members of each view by its sofa, ``declared`` each type's features of strings.

    ``relations`` are the types that have a governor, whether or not one is set.
    """

    path: str
    sofas: dict[int, Sofa] = field(default_factory=dict)
    structures: dict[int, Structure] = field(default_factory=dict)
    indexed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    _counted: Counter[str] = field(default_factory=Counter)

    def count_structure(self) -> None:
        """One more feature structure; raises :class:`~kg.errors.ReadError` when there are too many."""
        self._count("feature structures", 1, "MAX_STRUCTURES", MAX_STRUCTURES)

    def count_references(self, more: int) -> None:
        """So many more references; raises :class:`~kg.errors.ReadError` when there are too many."""
        self._count("references", more, "MAX_REFERENCES", MAX_REFERENCES)

    def _count(self, what: str, more: int, name: str, most: int) -> None:
        self._counted[what] += more
        if self._counted[what] > most:
            raise ReadError(self.path, f"has more than {name} ({most:,}) {what}")

    def tell(self, line: int, message: str, severity: Literal["rejected", "warning"] = "rejected", where: str = "") -> None:
        """Keep a problem of this file."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.path, line, message, severity, where))
        else:
            self._counted["problems"] += 1

    def taken(self) -> tuple[Problem, ...]:
        """The problems so far, in order of lines, and how many more there are; they are told once."""
        more = self._counted.pop("problems", 0)
        rest = (Problem(self.path, 0, f"{more:,} more problems are not listed"),) if more else ()
        found = (*sorted(self.problems, key=lambda p: p.line), *rest)
        self.problems.clear()
        return found

    def about(self, sofa: int) -> Mapping[str, str]:
        """What DKPro Core and UIMA say of a view's text as a whole: ``documentTitle``, ``documentId``, ``language``."""
        found: dict[str, str] = {}
        for structure in self._members(sofa):
            if structure.type.startswith((_METADATA + "DocumentMetaData", "uima.tcas.DocumentAnnotation")):
                found = {**structure.strings, **found}
        return {k: v for k, v in found.items() if v and v != _UNKNOWN_LANGUAGE}

    def layers(self, sofa: int) -> Layers:
        """The layers of one view, with what was set aside among the problems."""
        return _View(self, self.sofas[sofa]).layers()

    def holds_annotation(self, sofa: int) -> bool:
        """Whether a view has anything but what describes the file."""
        return any(s.is_annotation and not _is_about_file(s.type) for s in self._members(sofa))

    def tell_lost(self) -> None:
        """Problems for what no index leads to, by type."""
        reached = self._reached()
        lost: dict[tuple[bool, str], list[Structure]] = defaultdict(list)
        for structure in self.structures.values():
            if structure.is_annotation and not _is_about_file(structure.type):
                if structure.sofa not in self.indexed or structure.id not in self.indexed[structure.sofa]:
                    lost[True, structure.type].append(structure)
            elif structure.id not in reached and not structure.type.startswith("uima.cas."):
                lost[False, structure.type].append(structure)
        for (annotation, name), found in sorted(lost.items()):
            where = "is in no index of its view" if annotation else "is in no index, and nothing refers to it"
            message = f"{len(found)} of type {name}: {where}, so it is not read; this is the first"
            self.tell(found[0].line, message, "rejected" if annotation else "warning", str(found[0].id))

    def _members(self, sofa: int) -> Iterator[Structure]:
        return (self.structures[i] for i in sorted(self.indexed.get(sofa, ())) if i in self.structures)

    def _reached(self) -> set[int]:
        ahead = [i for members in self.indexed.values() for i in members]
        reached = set(ahead)
        while ahead:
            structure = self.structures.get(ahead.pop())
            for ids in structure.references.values() if structure else ():
                ahead += [i for i in ids if i not in reached]
                reached.update(ids)
        return reached


def _is_about_file(name: str) -> bool:
    return name.startswith((*_ABOUT_FILE, _METADATA))


class _View:
    """The feature structures of one view, sorted into layers."""

    def __init__(self, cas: Cas, sofa: Sofa) -> None:
        self.cas, self.sofa, self.utf16 = cas, sofa, Utf16(sofa.text or "")
        members = (cas.structures.get(i) for i in sorted(cas.indexed.get(sofa.id, ())))
        self.members = [s for s in members if s is not None and self._is_here(s)]
        self.referred = {i for s in cas.structures.values() for ids in s.references.values() for i in ids}
        self.found = Layers(declared=dict(cas.declared))

    def layers(self) -> Layers:
        elements = self._elements()
        for structure in self.members:
            if _is_about_file(structure.type):
                continue
            if not structure.is_annotation:
                self._of_document(structure)
            elif structure.type in self.cas.relations or {"Governor", "Dependent"} & structure.references.keys():
                self._relation(structure)
            elif self._span(structure) and not is_structure(structure.type):
                self._slots(structure, elements)
        self._chains(elements)
        return self.found

    def _is_here(self, structure: Structure) -> bool:
        if structure.sofa not in (None, self.sofa.id):
            message = f"{structure.type} is in the index of the view {self.sofa.name}, but not of its text"
            self.cas.tell(structure.line, message, where=str(structure.id))
            return False
        return True

    def _of_document(self, structure: Structure) -> None:
        """What is of the text as a whole: metadata of the report. Items of slots and chains are read where they are used."""
        if structure.type == REPORT:
            span = Span(str(structure.id), REPORT, 0, len(self.sofa.text or ""), _features(structure), structure.line)
            self.found.spans.append(span)
        elif structure.strings and structure.id not in self.referred and "first" not in structure.references:
            said = ", ".join(f"{k} {v[:40]!r}" for k, v in sorted(structure.strings.items())[:5])
            message = f"{short_name(structure.type)} is of the document and of no words, so it is not kept: {said}"
            self.cas.tell(structure.line, message, where=str(structure.id))

    def _span(self, structure: Structure) -> bool:
        written = structure.strings["begin"], structure.strings["end"]
        begin, end = (self._code_point(w) for w in written)
        if begin is None or end is None or begin > end:
            found = f"{short_name(structure.type)} from {written[0][:20]!r} to {written[1][:20]!r}"
            message = f"{found} is no part of its text, which has {self.utf16.units} UTF-16 units"
            self.cas.tell(structure.line, message, where=str(structure.id))
            return False
        features = _features(structure)
        self.found.spans.append(Span(str(structure.id), structure.type, begin, end, features, structure.line))
        return True

    def _code_point(self, written: str) -> int | None:
        return self.utf16.code_point(int(written)) if written.isascii() and written.isdigit() and len(written) < 12 else None

    def _relation(self, structure: Structure) -> None:
        governor, dependent = structure.one("Governor"), structure.one("Dependent")
        if governor is None or dependent is None:
            lacking = " and ".join(n for n, end in (("Governor", governor), ("Dependent", dependent)) if end is None)
            message = f"{short_name(structure.type)} has not one {lacking}, so it relates nothing"
            self.cas.tell(structure.line, message, where=str(structure.id))
            return
        relation = Relation(structure.type, str(governor), str(dependent), _features(structure), structure.line)
        self.found.relations.append(relation)

    def _slots(self, host: Structure, elements: Mapping[int, Structure]) -> None:
        unread: dict[str, Structure] = {}
        for feature, ids in host.references.items():
            if feature == "next" and host.id in elements:
                continue
            for item in self._items(ids):
                target = item.id if item.is_annotation else item.one("target")
                if target is not None:
                    role = "" if item.is_annotation else item.strings.get("role", "")
                    line = host.line if item.is_annotation else item.line
                    self.found.slots.append(Slot(str(host.id), feature, role, str(target), line))
                else:
                    unread.setdefault(feature, item)
        for feature, item in unread.items():
            found = f"{short_name(item.type)} {item.id} has no target in the text"
            message = f"{short_name(host.type)}.{feature} is not kept: {found}"
            self.cas.tell(host.line, message, where=str(host.id))

    def _items(self, ids: Iterable[int]) -> Iterator[Structure]:
        """The structures meant, those in arrays and lists included; each once, so that a circle of lists ends."""
        ahead, seen = list(reversed(list(ids))), set[int]()
        while ahead:
            item = self.cas.structures.get(ahead.pop())
            self.cas.count_references(1)
            if item is None or (item.type in (_ARRAY, _LIST) and item.id in seen):
                continue
            seen.add(item.id)
            if item.type == _ARRAY or item.type.endswith("[]"):
                ahead += reversed(item.references.get("elements", ()))
            elif item.type == _LIST:
                ahead += [*item.references.get("tail", ()), *item.references.get("head", ())]
            elif not item.type.startswith("uima.cas."):
                yield item

    def _elements(self) -> dict[int, Structure]:
        """What is an element of a chain: it has a next one, or something leads to it as to one."""
        firsts = {s.one("first") for s in self.members if not s.is_annotation}
        nexts = {s.one("next") for s in self.members}
        return {
            s.id: s for s in self.members if s.is_annotation and (s.id in firsts or s.id in nexts or s.one("next") is not None)
        }

    def _chains(self, elements: Mapping[int, Structure]) -> None:
        following = {i: s.one("next") for i, s in elements.items()}
        led_to = set(following.values())
        visited: set[int] = set()
        # What nothing leads to begins a chain; what is left after those are walked is a circle, broken where it is met.
        for start in [*(i for i in elements if i not in led_to), *elements]:
            if start not in visited:
                self._chain(start, following, visited, elements)

    def _chain(
        self, start: int, following: Mapping[int, int | None], visited: set[int], elements: Mapping[int, Structure]
    ) -> None:
        chain: list[int] = []
        at: int | None = start
        while at is not None and at in elements and at not in visited:
            visited.add(at)
            chain.append(at)
            at = following[at]
        if at is not None:
            last = elements[chain[-1]]
            reason = "is in a chain already" if at in elements else "is no annotation of this view"
            self.cas.tell(last.line, f"the chain ends at {last.id}: the next, {at}, {reason}", where=str(last.id))
        self.found.chains.append(Chain(tuple(str(i) for i in chain)))


def _features(structure: Structure) -> Features:
    return tuple(sorted((k, v) for k, v in structure.strings.items() if k not in _OWN_FEATURES and v))
