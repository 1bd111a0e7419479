"""What a reader hands over: annotated reports, made of two shapes.

A :class:`Mention` is a typed, selected part of a report; a :class:`Link` is a typed pair of mentions. An event is a trigger
mention with role links. Values are frozen; offsets are Unicode code points (Web Annotation Data Model, section 4.2.3
counts units the same way) and ``text[start:end] == quote`` holds for every fragment.

Invariant: two annotated reports that say the same are equal after :meth:`AnnotatedReport.canonical`, whatever the format they
came from, the order of its lines, and its local ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kg.errors import Problem
from kg.iri import canonical_json


@dataclass(frozen=True, slots=True, order=True)
class TextSpan:
    """A part of the text: first code point, and the first one after it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class TableCell:
    """A part of a table: row (1 is the first row of data) and column name; no column means the whole row."""

    row: int
    column: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A known identity of what a mention names: ``sitgraph:actor/russia``, ``wikidata:Q159``, and the name given beside it."""

    iri: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was read, as its publisher gave it. ``issued`` is an ISO 8601 date or date-time, or empty when nothing gives it."""

    id: str
    title: str = ""
    publisher: str = ""
    language: str = ""
    issued: str = ""
    url: str = ""
    retrieved: str = ""
    archived_url: str = ""
    original_sha256: str = ""
    collector: str = ""
    rights: str = ""
    access: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A selected part of a report that names something or triggers a situation.

    ``id`` is local to the file and means nothing outside it. ``label`` is a word of the annotation scheme. ``fragments`` are in
    text order; ``quote`` is their text, joined by one space. ``attributes`` are sorted pairs; a flag has the value ``"true"``.
    ``line`` is where it stood in the file (0 when unknown); it takes no part in comparisons.
    """

    id: str
    label: str
    fragments: tuple[TextSpan, ...] | tuple[TableCell, ...]
    quote: str
    attributes: tuple[tuple[str, str], ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    def attribute(self, name: str, default: str = "") -> str:
        """The value of an attribute, or ``default``."""
        return dict(self.attributes).get(name, default)


@dataclass(frozen=True, slots=True)
class Link:
    """A typed pair of mentions, by their local ids: a role of an event (from its trigger), or a relation."""

    label: str
    source: str
    target: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AnnotatedReport:
    """A report with its text and everything that was annotated in it.

    ``scheme`` is the id of the label scheme (``sitgraph-1``, ``re3d``). ``path`` is the file the annotations came from, as
    given by the user; ``format`` the reader. ``problems`` are the lines that were set aside. None of these three is content.
    """

    report: Report
    text: str
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]
    scheme: str
    path: str = field(default="", compare=False)
    format: str = field(default="", compare=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def canonical(self) -> AnnotatedReport:
        """The same content with local ids and order made a function of the content: mentions ``m1…mn`` in text order.

        Mentions are told apart by what they carry and, where that is equal, by what they are linked to (colour refinement of
        the link graph); those that still look alike are interchangeable.
        """
        order = self._in_order()
        name = {m.id: f"m{n}" for n, m in enumerate(order, 1)}
        links = {Link(k.label, name[k.source], name[k.target], k.line) for k in self.links}
        return replace(
            self,
            mentions=tuple(m if m.id == name[m.id] else _renamed(m, name[m.id]) for m in order),
            links=tuple(sorted(links, key=lambda k: (int(k.source[1:]), k.label, int(k.target[1:])))),
        )

    def _in_order(self) -> list[Mention]:
        place = {m.id: (tuple(_numbers(f) for f in m.fragments), m.label) for m in self.mentions}
        if len(set(place.values())) == len(self.mentions):  # no two to be told apart, as in most reports
            return sorted(self.mentions, key=lambda m: place[m.id])
        colour = self._refined({m.id: _digest(_own_content(m)) for m in self.mentions})
        linked = {end for link in self.links for end in (link.source, link.target)}
        # Where several linked mentions still look alike, one is named first and its neighbours follow it: of two equal strikes,
        # each with an equal outcome, the first outcome is the first strike's.
        while alike := [c for c, n in Counter(colour[i] for i in linked).items() if n > 1]:
            chosen = next(m.id for m in self.mentions if m.id in linked and colour[m.id] == min(alike))
            colour = self._refined({**colour, chosen: _digest([colour[chosen], "first"])})
        return sorted(self.mentions, key=lambda m: (*place[m.id], colour[m.id]))

    def _refined(self, colour: dict[str, str]) -> dict[str, str]:
        """Colours that also tell what each mention is linked to, as far as that goes."""
        while True:
            around: dict[str, list[list[str]]] = {m.id: [] for m in self.mentions}
            for link in set(self.links):  # said twice is said once
                around[link.source].append(["out", link.label, colour[link.target]])
                around[link.target].append(["in", link.label, colour[link.source]])
            refined = {i: _digest([colour[i], sorted(around[i])]) for i in colour}
            if len(set(refined.values())) == len(set(colour.values())):
                return refined
            colour = refined

    def digest(self) -> str:
        """SHA-256 of the content, the same for every file and format that says the same."""
        return text_sha256(self.to_json())

    def to_json(self) -> str:
        """The content as canonical JSON, as kept in the inputs of a store."""
        c = self.canonical()
        return canonical_json(
            {
                "scheme": c.scheme,
                "report": {k: getattr(c.report, k) for k in Report.__slots__ if getattr(c.report, k)},
                "text": c.text,
                "mentions": [[m.id, *_own_content(m)] for m in c.mentions],
                "links": [[k.label, k.source, k.target] for k in c.links],
            }
        )


def text_sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal: the ``textSha256`` of a report's metadata."""
    return hashlib.sha256(text.encode()).hexdigest()


def quote_of(text: str, fragments: Iterable[TextSpan]) -> str:
    """The words of a mention: the text of its fragments, joined by one space."""
    return " ".join(text[f.start : f.end] for f in fragments)


def _numbers(f: TextSpan | TableCell) -> tuple[int, int | str]:
    return (f.start, f.end) if isinstance(f, TextSpan) else (f.row, f.column)


def _renamed(m: Mention, name: str) -> Mention:
    return Mention(name, m.label, m.fragments, m.quote, m.attributes, m.references, m.notes, m.line)


def _own_content(m: Mention) -> list[object]:
    spans = [list(_numbers(f)) for f in m.fragments]
    return [m.label, spans, m.quote, sorted(m.attributes), [[r.iri, r.name] for r in sorted(m.references)], sorted(m.notes)]


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
