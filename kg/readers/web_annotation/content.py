"""What the annotations of a file say together: mentions of one text, and links between them.

An annotation that selects a part and names a class is a mention; several classes, or several places, are several mentions. One
that links annotations is a link, one that comments on another adds a note to it.

Invariant: each annotation is a mention, a link or a note, or a problem with its IRI says why not, and so does all that depends
on it; what an annotation says beside that is counted, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

from kg.errors import Problem, ReadError
from kg.model import Link, Mention, TableCell, TextSpan, quote_of, text_sha256
from kg.readers.web_annotation.bodies import Said, motivations, said_by
from kg.readers.web_annotation.context import MODEL_KEYS
from kg.readers.web_annotation.entries import Entry
from kg.readers.web_annotation.profile import ARGUMENTS, ATTRIBUTES, FILLER, LINK_TYPE, ROLE, TERMS, local_id
from kg.readers.web_annotation.selection import NotSelected, Selection, refuse_other_media
from kg.readers.web_annotation.table import TableText
from kg.readers.web_annotation.targets import Target, groups, names_text
from kg.readers.web_annotation.validity import listed, shown

Fragments = tuple[TextSpan, ...] | tuple[TableCell, ...]

# Who made an annotation, when, for whom and how it looks: said about the annotation, not by the report.
_ABOUT_ANNOTATION = frozenset(
    "creator created generator generated modified rights canonical via audience accessibility stylesheet".split()
)
_PART_OF_MODEL = MODEL_KEYS | _ABOUT_ANNOTATION | {"@context"}


MAX_PARTS = 10_000
"""The most targets, or arguments, of one annotation."""

MAX_MENTIONS = 200_000
"""The most mentions of a file, and the most links: an annotation with several targets and classes is several mentions."""

MAX_ID = 500
"""How much of an annotation's IRI stands in the local ids of its mentions."""

MAX_QUOTED = 64 * 2**20
"""How many code points the mentions of a file may quote: what selects by position alone can select the whole text each time."""

MAX_TOLD = 1_000
"""How many different things that are not kept are told."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """What annotations can be about here: a text, a table, neither; ``names`` are what their IRIs may end in.

    ``missing`` says why there is no text.
    """

    text: Selection | None
    table: Callable[[], TableText] | None
    names: frozenset[str]
    missing: str = ""


@dataclass(slots=True)
class _Counted:
    """Something that many annotations may have: told once, with how many and the first."""

    first: str
    count: int = 0


@dataclass
class Content:
    """The mentions, links and problems of the annotations of a file."""

    path: str
    entries: Sequence[Entry]
    about: Annotated
    mentions: list[Mention] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _mentions_of: dict[str, list[str]] = field(default_factory=dict)
    _added: dict[str, list[str]] = field(default_factory=dict)
    _counted: dict[str, _Counted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Go through the annotations: first what selects, then what is about that."""
        self._ids = {e.iri for e in self.entries}
        self._taken: set[str] = set()
        about = [(e, groups(e), said_by(e)) for e in self.entries]
        self._sources = {t.source for _, found, _ in about for group in found for t in group if t.selectors} - self._ids
        self._is_named = any(names_text(s, self.about.names) for s in self._sources)
        self._quoted = 0
        others = []
        for entry, found, said in about:
            if self._is_about_annotations(entry, found):
                others.append((entry, found, said))
            else:
                self._mention(entry, found, said)
            self._count_keys(entry, said)
        for entry, found, said in others:
            self._link_or_note(entry, found, said)
        for entry in self.entries:
            self._arguments(entry)
        self._add_notes()
        self.problems += [self._told(message, c) for message, c in self._counted.items()]

    # -- mentions

    def _is_about_annotations(self, entry: Entry, found: list[tuple[Target, ...]]) -> bool:
        return entry.get(LINK_TYPE) is not None or all(t.source in self._ids and not t.selectors for g in found for t in g)

    def _mention(self, entry: Entry, found: list[tuple[Target, ...]], said: Said) -> None:
        places: list[tuple[Fragments, str]] = []
        if sum(map(len, found)) > MAX_PARTS:
            self._reject(entry, f"has {sum(map(len, found)):,} targets, more than MAX_PARTS ({MAX_PARTS:,})")
            return
        for group in found:
            try:
                place = self._place(entry, group)
                places.append((place, self._quote(place)))
            except NotSelected as reason:
                self._reject(entry, str(reason))
        if not places:
            return
        if not said.classes:
            self._reject(entry, "names no class: no body has the purpose classifying or tagging")
            return
        attributes = self._attributes(entry)
        self._refuse_many(len(self.mentions) + len(places) * len(said.classes), "mentions")
        ids = self._new_ids(entry, len(places) * len(said.classes))
        for ident, ((fragments, quote), label) in zip(ids, product(places, said.classes), strict=True):
            mention = Mention(
                id=ident,
                label=label,
                fragments=fragments,
                quote=quote,
                attributes=attributes,
                references=tuple(sorted(set(said.references))),
                notes=tuple(sorted(set(said.notes))),
            )
            self.mentions.append(mention)
        self._mentions_of[entry.iri] = ids

    def _new_ids(self, entry: Entry, count: int) -> list[str]:
        """Local ids: the last part of an IRI of ours, the IRI of another; all of one annotation begin alike."""
        iri = entry.iri if len(entry.iri) <= MAX_ID else f"{entry.iri[:MAX_ID]}~{text_sha256(entry.iri)[:20]}"
        ids = []
        for n in range(count):
            suffix = f"~{n + 1}" if n else ""
            ident = local_id(iri) + suffix
            ident = iri + suffix if ident in self._taken else ident
            while ident in self._taken:
                ident += "~"
            self._taken.add(ident)
            ids.append(ident)
        return ids

    def _place(self, entry: Entry, group: tuple[Target, ...]) -> Fragments:
        cells = [t.fragment_of_table for t in group]
        if any(cells):
            if not all(cells):
                raise NotSelected("is about parts of a table and of a text together")
            return self._cells(group, cells)
        spans = tuple(sorted({self._span(entry, target) for target in group}))
        if any(a.end > b.start for a, b in pairwise(spans)):
            raise NotSelected(f"its fragments overlap: {', '.join(f'{s.start} {s.end}' for s in spans)}")
        return spans

    def _cells(self, group: tuple[Target, ...], fragments: list[str]) -> tuple[TableCell, ...]:
        if self.about.table is None:
            raise NotSelected(f"the table of {shown(group[0].source)} is not beside the file")
        table = self.about.table()
        return table.ordered(cell for fragment in fragments for cell in table.cells(fragment))

    def _span(self, entry: Entry, target: Target) -> TextSpan:
        if not target.selectors:
            raise NotSelected(f"is about the whole of {shown(target.source)}, and selects no part of a text")
        if target.source in self._ids:
            raise NotSelected(f"selects a part of another annotation, {shown(target.source)}")
        refuse_other_media(target.selectors)
        text = self._text(target.source)
        selected = text.select(target.selectors)
        if selected.note:
            self.problems.append(Problem(self.path, 0, selected.note, "warning", entry.iri))
        if not selected.proved:
            self._count("a position without a quote, which nothing proves", entry)
        return selected.span

    def _text(self, source: str) -> Selection:
        """The text, if the source is it: the only source there is, or one that is called like it."""
        if self.about.text is None:
            raise NotSelected(f"{self.about.missing}{f': it is about {shown(source)}' if source else ''}")
        if source and len(self._sources) > 1 and not names_text(source, self.about.names):
            why = "which is not the text beside the file"
            if not self._is_named:
                why = "and no source is called like the text beside the file"
            raise NotSelected(f"is about {shown(source)}, {why}")
        return self.about.text

    def _quote(self, fragments: Fragments) -> str:
        self._quoted += sum(f.end - f.start for f in fragments if isinstance(f, TextSpan))
        if self._quoted > MAX_QUOTED:
            raise ReadError(self.path, f"its mentions quote more than MAX_QUOTED ({MAX_QUOTED:,}) code points")
        cells = [f for f in fragments if isinstance(f, TableCell)]
        if cells and self.about.table is not None:
            table = self.about.table()
            words = " ".join(table.words(cell) for cell in cells)
            self._quoted += len(words)
            return words
        assert self.about.text is not None
        return quote_of(self.about.text.text, (f for f in fragments if isinstance(f, TextSpan)))

    def _attributes(self, entry: Entry) -> tuple[tuple[str, str], ...]:
        said = entry.get(ATTRIBUTES)
        if said is None:
            return ()
        if not isinstance(said, dict):
            self._reject(entry, f"attributes: expected an object, found {shown(said)}")
            return ()
        found, bad = dict[str, str](), list[str]()
        for name, value in said.items():
            if value is True or (isinstance(value, str | int | float) and not isinstance(value, bool)):
                found[name] = "true" if value is True else str(value)
            elif value is not False and value is not None:
                bad.append(f"attributes/{name[:80]}: expected a string or true, found {shown(value)}")
        if bad:
            self._reject(entry, bad[0] + (f"; and {len(bad) - 1} more" if len(bad) > 1 else ""))
        return tuple(sorted(found.items()))

    # -- what is about annotations

    def _link_or_note(self, entry: Entry, found: list[tuple[Target, ...]], said: Said) -> None:
        targets = [t.source for group in found for t in group]
        fillers = [r for r in said.resources if r in self._ids]
        kind = entry.get(LINK_TYPE)
        if len(targets) + len(said.resources) > MAX_PARTS:
            self._reject(entry, f"links more than MAX_PARTS ({MAX_PARTS:,})")
        elif kind is not None and (not isinstance(kind, str) or not kind):
            self._reject(entry, f"linkType: expected a string, found {shown(kind)}")
        elif fillers or kind is not None:
            label = kind or next(iter(said.classes), "linking")
            missing = [r for r in said.resources if r not in self._ids]
            self._link(entry, str(label), targets, fillers + missing)
        elif "linking" in motivations(entry) and len(targets) > 1:
            for source, target in pairwise(targets):
                self._link(entry, next(iter(said.classes), "linking"), [source], [target])
        elif said.notes and not said.classes:
            for ident in (i for t in targets for i in self._found(entry, t, "is about nothing")):
                self._added.setdefault(ident, []).extend(said.notes)
        else:
            self._reject(entry, "is about another annotation, and neither links it nor comments on it")

    def _link(self, entry: Entry, label: str, sources: Sequence[str], targets: Sequence[str]) -> None:
        if not targets:
            self._reject(entry, f"the link {label} has no body, so it leads nowhere")
        ends = [[i for t in end for i in self._found(entry, t, f"{label} without an end")] for end in (sources, targets)]
        self._refuse_many(len(self.links) + len(ends[0]) * len(ends[1]), "links")
        self.links += [Link(label, source, target) for source, target in product(*ends)]

    def _arguments(self, entry: Entry) -> None:
        ids = self._mentions_of.get(entry.iri)
        said = entry.get(ARGUMENTS)
        if said is None or ids is None:
            return
        if len(listed(said)) > MAX_PARTS:
            self._reject(entry, f"has {len(listed(said)):,} arguments, more than MAX_PARTS ({MAX_PARTS:,})")
            return
        for n, argument in enumerate(listed(said)):
            keys = {entry.context.term(k): v for k, v in argument.items()} if isinstance(argument, dict) else {}
            role, filler = keys.get(ROLE), keys.get(FILLER)
            if not isinstance(role, str) or not role or not isinstance(filler, str):
                self._reject(entry, f"arguments/{n}: expected an object with role and filler, found {shown(argument)}")
                continue
            fillers = self._found(entry, entry.context.iri(filler), f"without its {role}")
            self._refuse_many(len(self.links) + len(ids) * len(fillers), "links")
            self.links += [Link(role, source, target) for source in ids for target in fillers]

    def _found(self, entry: Entry, iri: str, without: str) -> list[str]:
        """The mentions of another annotation."""
        ids = self._mentions_of.get(iri, [])
        if not ids:
            why = "is no mention" if iri in self._ids else "is not in this file"
            self._reject(entry, f"{without}: {shown(iri)} {why}")
        return ids

    def _add_notes(self) -> None:
        if self._added:
            self.mentions = [replace(m, notes=tuple(sorted({*m.notes, *self._added.get(m.id, ())}))) for m in self.mentions]

    # -- problems

    def _count_keys(self, entry: Entry, said: Said) -> None:
        for key in sorted(entry.value.keys() & _ABOUT_ANNOTATION):
            self._count(f"{key}: said about the annotation, not kept", entry)
        for key in sorted(entry.value.keys() - _PART_OF_MODEL):
            if not entry.context.term(key).startswith(TERMS):
                self._count(f"{key[:80]!r} is no key of the model, not used", entry)
        for unknown in entry.context.unknown:
            self._count(f"the context {shown(unknown)} is not known, not fetched and not used", entry)
        for unused in said.unused:
            self._count(f"a choice of bodies: not used is {unused}", entry)
        if any(r not in self._ids for r in said.resources):
            self._count("a body that is a resource elsewhere, not kept", entry)

    def _count(self, message: str, entry: Entry) -> None:
        if len(self._counted) >= MAX_TOLD and message not in self._counted:
            message = "more that is not kept"
        self._counted.setdefault(message, _Counted(entry.iri)).count += 1

    def _told(self, message: str, counted: _Counted) -> Problem:
        times = f" ({counted.count} times, this is the first)" if counted.count > 1 else ""
        return Problem(self.path, 0, message + times, "warning", counted.first)

    def _refuse_many(self, count: int, what: str) -> None:
        if count > MAX_MENTIONS:
            raise ReadError(self.path, f"holds more than MAX_MENTIONS ({MAX_MENTIONS:,}) {what}")

    def _reject(self, entry: Entry, message: str) -> None:
        self.problems.append(Problem(self.path, 0, message, where=entry.iri))
