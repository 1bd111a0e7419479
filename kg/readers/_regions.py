"""The results of one Label Studio annotation, as mentions and links.

Follows the JSON format of https://labelstud.io/guide/export. Regions, what is said about a region, and relations stand in one
list and are joined by region ids. A region may carry several labels and becomes a mention for each. A part of a discontinuous
span is a region ``Fragment`` which its first part reaches by ``HasFragment``, as in ``docs/annotation/label-studio``. Offsets
count code points, in older files UTF-16 code units: whichever the words of the regions prove.

Invariant: each item of the list is in the mentions and links, or a problem that names its task and region says why not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kg.errors import Problem
from kg.model import Link, Mention, Reference, TextSpan, quote_of
from kg.readers._json import repr_of
from kg.readers._utf16 import Utf16

FRAGMENT, HAS_FRAGMENT = "Fragment", "HasFragment"
_OF_TEXT = ("labels", "hypertextlabels", "htmllabels")
_TEXTUAL = (*_OF_TEXT, "text", "hypertext")
_SCALARS = ("number", "rating", "datetime")
_MOST_SHOWN = 80


@dataclass(slots=True)
class _Region:
    """A region: what selects it, its labels, and what is said about it."""

    id: str
    fragments: list[TextSpan]
    labels: dict[str, None]
    attributes: dict[str, str] = field(default_factory=dict)
    references: set[Reference] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)


def is_html(results: Iterable[object]) -> bool:
    """Whether a region is selected by XPath, as those of a ``HyperText`` are."""
    starts = (v.get("start") for v in _values(results))
    return any(isinstance(s, str) and not s.isdecimal() for s in starts)


def proved(text: str, results: Iterable[object]) -> tuple[int, int]:
    """How many regions have their words at their offsets in a text: counted in code points, and in UTF-16 units."""
    if text.isascii():
        points = sum(agree for agree, _ in _agreements(text, None, results))
        return points, points
    found = list(_agreements(text, Utf16(text), results))
    return sum(p for p, _ in found), sum(u for _, u in found)


def _agreements(text: str, wide: Utf16 | None, results: Iterable[object]) -> Iterator[tuple[bool, bool]]:
    for value in _values(results):
        words, start, end = value.get("text"), *_offsets(value)
        if isinstance(words, str) and words and start is not None and end is not None:
            span = _span(wide, start, end) if wide else None
            yield end <= len(text) and text[start:end] == words, span is not None and text[span.start : span.end] == words


def _values(results: Iterable[object]) -> Iterator[Mapping[str, object]]:
    for item in results:
        value = item.get("value") if isinstance(item, dict) else None
        if isinstance(value, dict):
            yield value


def _offsets(value: Mapping[str, object]) -> tuple[int | None, int | None]:
    """The offsets of a region; of HTML, those in its text content, which newer versions write beside the XPath."""
    inside = value.get("globalOffsets")
    chosen = inside if isinstance(inside, dict) else value
    return _number(chosen.get("start")), _number(chosen.get("end"))


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _span(wide: Utf16, start: int, end: int) -> TextSpan | None:
    first, last = wide.code_point(start), wide.code_point(end)
    return None if first is None or last is None else TextSpan(first, last)


class Results:
    """What one list of results says of a text: ``mentions``, ``links`` and ``problems``."""

    def __init__(self, path: str, task: str, text: str, results: Sequence[object], convention: bool) -> None:
        """``convention``: attributes are named and flags written as the configuration of the sitgraph scheme has it."""
        self.problems: list[Problem] = []
        self.links: list[Link] = []
        self._path, self._task, self._text, self._convention = path, task, text, convention
        points, units = proved(text, results)
        self._wide = Utf16(text) if units > points else None
        self._regions: dict[str, _Region] = {}
        self._refused: set[str] = set()
        self._drawn: set[Link] = set()
        self._linked: set[str] = set()
        self._wordless = self._nested = 0
        sorted_out = self._sorted_out(results)
        for item in sorted_out["region"]:
            self._add_region(item)
        relations = [r for item in sorted_out["relation"] for r in self._relations(item)]
        self._join_fragments(relations)
        for item in sorted_out["region"]:
            self._remark(item)
        for item in sorted_out["about"]:
            self._describe(item)
        for label, source, target in relations:
            if label != HAS_FRAGMENT:
                self._link(label, source, target)
        self._tell()

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """A mention for each label of each region."""
        return tuple(m for region in self._regions.values() for m in self._mentions(region))

    def _mentions(self, region: _Region) -> Iterator[Mention]:
        fragments = tuple(sorted(region.fragments))
        quote = quote_of(self._text, fragments)
        attributes = tuple(sorted(region.attributes.items()))
        references, notes = tuple(sorted(region.references)), tuple(sorted(region.notes))
        for n, label in enumerate(region.labels):
            ident = f"{region.id}+{n}" if n else region.id
            yield Mention(ident, label, fragments, quote, attributes, references, notes)

    def _reject(self, ident: str, message: str) -> None:
        self.problems.append(Problem(self._path, 0, message, where=self._where(ident)))

    def _warn(self, ident: str, message: str) -> None:
        self.problems.append(Problem(self._path, 0, message, "warning", self._where(ident)))

    def _where(self, ident: str) -> str:
        return f"{self._task}, region {ident}" if ident else self._task

    def _sorted_out(self, results: Sequence[object]) -> Mapping[str, list[dict[str, object]]]:
        """The items by what they are: regions that are labelled, relations, and what is said about a region or the whole."""
        found: dict[str, list[dict[str, object]]] = {"region": [], "relation": [], "about": []}
        for number, item in enumerate(results, 1):
            if not isinstance(item, dict):
                self._reject("", f"result {number} is {shown(item)}, expected an object")
            elif item.get("type") == "relation":
                found["relation"].append(item)
            elif not isinstance(item.get("value"), dict):
                self._reject(_id(item), f"result {number} has no value, and is no relation")
            else:
                kind = str(item.get("type", ""))
                labelled = kind.endswith("labels") or any(isinstance(_value(item).get(k), list) for k in _OF_TEXT)
                found["region" if labelled or kind in ("text", "hypertext") else "about"].append(item)
        return found

    def _add_region(self, item: dict[str, object]) -> None:
        kind, value, ident = str(item.get("type", "labels")), _value(item), _id(item)
        ident = ident or f"r{len(self._regions) + len(self._refused) + 1}"
        labels = next((v for k in (kind, *_OF_TEXT) if isinstance(v := value.get(k), list)), [])
        named = [label for label in labels if isinstance(label, str) and label]
        span = self._selected(ident, kind, value)
        known = self._regions.get(ident)
        if span is None:
            self._refused.add(ident)
        elif not named or len(named) < len(labels):
            self._reject(ident, "a region without a label" if not labels else f"the labels {shown(labels)} are not all names")
            if not named and known is None:
                self._refused.add(ident)
        elif known is not None and known.fragments != [span]:
            self._reject(
                ident, f"this id is taken, by another part of the text: {shown(quote_of(self._text, known.fragments))}"
            )
            return
        if span is not None and named:
            self._regions.setdefault(ident, _Region(ident, [span], {})).labels.update(dict.fromkeys(named))

    def _selected(self, ident: str, kind: str, value: Mapping[str, object]) -> TextSpan | None:
        """What a region selects, proved by its words."""
        start, end = _offsets(value)
        if start is None or end is None or kind not in _TEXTUAL:
            self._reject(ident, _not_of_text(kind, value))
            return None
        span = _span(self._wide, start, end) if self._wide else TextSpan(start, end)
        if start >= end:
            self._reject(ident, f"the span {start} {end} is {'empty' if start == end else 'reversed'}")
        elif span is None or start < 0 or span.end > len(self._text):
            self._reject(ident, f"the span {start} {end} is not within the text ({len(self._text)} code points)")
        elif self._is_proved(ident, self._text[span.start : span.end], value.get("text")):
            return span
        return None

    def _is_proved(self, ident: str, covered: str, words: object) -> bool:
        if not isinstance(words, str):
            self._wordless += 1
        elif covered != words:
            difference = f"the text at these offsets is {shown(covered)}, the words of the region {shown(words)}"
            if _loosely(covered) != _loosely(words):
                self._reject(ident, difference)
                return False
            self._warn(ident, f"{difference}: only white space differs, the text is kept")
        return True

    def _relations(self, item: dict[str, object]) -> Iterator[tuple[str, str, str]]:
        """A relation as (label, from, to), for each of its labels, and both ways if it is drawn so."""
        source, target = str(item.get("from_id", "")), str(item.get("to_id", ""))
        labels, direction = item.get("labels") or item.get("label"), item.get("direction") or "right"
        where = f"the relation from {source or 'nothing'} to {target or 'nothing'}"
        names = [labels] if isinstance(labels, str) else labels if isinstance(labels, list) else []
        if not names or not all(isinstance(n, str) and n for n in names):
            self._reject("", f"{where} has no label" if not names else f"{where}: the labels {shown(names)} are not all names")
        if direction not in ("right", "left", "bi"):
            self._reject("", f"{where} has the direction {shown(direction)}, expected right, left or bi")
            return
        for name in (n for n in names if isinstance(n, str) and n):
            if direction != "left":
                yield name, source, target
            if direction != "right":
                yield name, target, source

    def _join_fragments(self, relations: Sequence[tuple[str, str, str]]) -> None:
        """Each Fragment becomes a part of the region that it is reached from, if only by way of other fragments."""
        above: dict[str, str] = {}
        for label, source, target in relations:
            if label == HAS_FRAGMENT and (FRAGMENT not in self._labels(target) or above.setdefault(target, source) != source):
                self._reject(source, f"{HAS_FRAGMENT} leads to {target}, expected a region {FRAGMENT} of this region alone")
        parts: dict[str, list[_Region]] = defaultdict(list)
        fragments = [r for r in self._regions.values() if FRAGMENT in r.labels]
        for part in fragments:
            if whole := self._reached_from(part.id, above):
                parts[whole].append(part)
            else:
                self._reject(part.id, f"a {FRAGMENT} of nothing: no region reaches it by {HAS_FRAGMENT}")
        for whole, theirs in parts.items():
            found = sorted([self._regions[whole].fragments[0], *(p.fragments[0] for p in theirs)])
            if any(a.end > b.start for a, b in pairwise(found)):
                self._reject(whole, f"its parts overlap: without its {len(theirs)} {FRAGMENT}")
            else:
                self._regions[whole].fragments = found
        for part in fragments:
            del part.labels[FRAGMENT]

    def _reached_from(self, part: str, above: dict[str, str]) -> str:
        """The region that reaches a Fragment, by however many steps; empty if none does."""
        steps = [part]
        seen = {part}
        while (at := above.get(steps[-1], "")) and at not in seen and at in above:
            steps.append(at)
            seen.add(at)
        whole = at if self._labels(at) and at not in seen and FRAGMENT not in self._labels(at) else ""
        for step in steps:  # the next one that comes this way has a short one
            above[step] = whole
        return whole

    def _labels(self, ident: str) -> Mapping[str, None]:
        return self._regions[ident].labels if ident in self._regions else {}

    def _describe(self, item: dict[str, object]) -> None:
        kind, name, value, ident = str(item.get("type", "")), str(item.get("from_name", "")), _value(item), _id(item)
        region = self._regions.get(ident)
        if region is None and ident in self._refused:
            self._reject(ident, f"its {name or kind} is set aside with it")
        elif region is None and ("start" in value or "x" in value):
            self._reject(ident, f"its {name or kind} is about a region without a label")
        elif region is None:
            self._warn(ident, f"{kind} {name} is about the whole text, not about a part of it: not kept")
        elif not region.labels:
            self._reject(ident, f"its {name or kind} is about a {FRAGMENT}: only the region of the first part carries such")
        elif kind == "textarea":
            self._write_on(region, name, value.get("text"))
        elif kind == "choices" or kind in _SCALARS:
            given = value.get(kind)
            self._attribute(region, name, given if isinstance(given, list) else [given])
        else:
            self._reject(ident, f"a result of type {kind!r} cannot be kept on a region")

    def _remark(self, item: dict[str, object]) -> None:
        """What an annotator wrote beside a region (``meta``), and that it stands below another one (``parentID``)."""
        region, meta = self._regions.get(_id(item)), item.get("meta")
        self._nested += bool(item.get("parentID"))
        if region is None or not isinstance(meta, dict):
            return
        if meta and not region.labels:
            self._reject(region.id, f"its meta is about a {FRAGMENT}: only the region of the first part carries such")
            return
        for name, given in meta.items():
            self._write_on(region, "note" if name == "text" else f"meta {name}", given)

    def _write_on(self, region: _Region, name: str, given: object) -> None:
        for words in given if isinstance(given, list) else [given]:
            if not isinstance(words, str) or not words.strip():
                self._warn(region.id, f"{name} is empty" if not words else f"{name} is {shown(words)}, expected text")
            elif name != "reference":
                region.notes.add(words.strip() if name == "note" else f"{name}: {words.strip()}")
            else:
                iri, _, label = words.strip().partition(" ")
                if ":" in iri.strip(":"):
                    region.references.add(Reference(iri, label.strip()))
                else:
                    self._reject(region.id, f"the reference {shown(words)} is not of the form «base:item name»")

    def _attribute(self, region: _Region, name: str, given: Sequence[object]) -> None:
        name = name[:1].upper() + name[1:] if self._convention else name
        for value in given:
            if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "" or not name:
                self._reject(region.id, f"{name or 'a choice without a name'} is {shown(value)}, expected one word")
                continue
            said = "true" if self._convention and value == "yes" else str(value)
            before = region.attributes.setdefault(name, said)
            if before != said:
                self._reject(region.id, f"it cannot be {name} {shown(said)}: it is {shown(before)}")

    def _link(self, label: str, source: str, target: str) -> None:
        absent = [i for i in (source, target) if not self._labels(i)]
        if absent:
            why = (
                f"{absent[0]} was set aside" if absent[0] in (*self._refused, *self._regions) else f"there is no {absent[0]!r}"
            )
            self._reject("", f"{label} from {source!r} to {target!r}: {why}")
            return
        link = Link(label, source, target)
        if link in self._drawn:
            self._warn("", f"{label} from {source!r} to {target!r} is drawn again: taken once")
            return
        self._drawn.add(link)
        self.links.append(link)
        self._linked |= {source, target}

    def _tell(self) -> None:
        for region in self._regions.values():
            if len(region.labels) > 1 and region.id in self._linked:
                first = next(iter(region.labels))
                self._warn(
                    region.id, f"a region with {len(region.labels)} labels: its relations are those of the first, {first}"
                )
        if self._wide:
            self._warn("", "the offsets count UTF-16 code units, as old versions of Label Studio did: turned into code points")
        if self._nested:
            self._warn("", f"{self._nested} regions stand below another one (parentID), which no mention does: not kept")
        if self._wordless:
            self._warn("", f"{self._wordless} regions do not say their words: their offsets are not proved")


def _value(item: Mapping[str, object]) -> Mapping[str, object]:
    value = item.get("value")
    return value if isinstance(value, dict) else {}


def _id(item: Mapping[str, object]) -> str:
    ident = item.get("id")
    return str(ident) if isinstance(ident, str | int) else ""


def _not_of_text(kind: str, value: Mapping[str, object]) -> str:
    start = value.get("start")
    if kind == "paragraphlabels":
        return "a region of a dialogue: its offsets count within single utterances, which are no text of a report"
    if kind not in _TEXTUAL:
        return f"a region of type {kind!r} selects no part of a text"
    if isinstance(start, str) and "/" in start:
        return f"a region of HTML, selected by XPath alone ({shown(start)}): without globalOffsets it has no place in the text"
    return f"the offsets {shown(start)} and {shown(value.get('end'))} are not two whole numbers"


def _loosely(words: str) -> str:
    return "".join(words.replace("\\n", "").split())


def shown(value: object) -> str:
    """The beginning of a value, for a message."""
    try:
        words = repr_of(value)
    except RecursionError:  # nested as deep as could just be parsed
        return f"a {type(value).__name__} of very many levels"
    return words if len(words) <= _MOST_SHOWN else words[: _MOST_SHOWN - 1] + "…"
