"""Layers of INCEpTION and WebAnno, whichever file they came from: spans, slots, relations and chains into mentions and links.

The sitgraph layers (``webanno.custom.Sitgraph…``) are mapped as the scheme describes its layers for INCEpTION. Any other layer
is mapped generically: a span is a mention, labelled by its feature ``label`` or ``value`` or by the only one of its layer, else
by the short name of its type; what other features say are attributes. A relation is a link from its governor to its dependent,
a slot a link with its role, a chain links ``Coref`` from each of its elements to the next. An ``identifier`` is a reference.

Invariant: each annotation becomes a mention or a link, or a problem says why not. Token, sentence, part of speech and the like
are structure of the text: counted, and a mention only where a link of another layer ends at one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kg.errors import Problem
from kg.model import Link, Mention, Reference, Report, TextSpan, quote_of
from kg.readers._metadata import is_date

Features = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An annotation of a part of the text. Offsets are code points; ``features`` are those that have a value, as strings."""

    id: str
    type: str
    start: int
    end: int
    features: Features = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """An item of a slot feature of a span: ``role`` may be empty, then the name of the ``feature`` is the role."""

    host: str
    feature: str
    role: str
    target: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Relation:
    """An annotation of two spans, from its governor to its dependent."""

    type: str
    governor: str
    dependent: str
    features: Features = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """Spans that speak of one thing, in order."""

    elements: tuple[str, ...]


@dataclass(slots=True)
class Layers:
    """What a file holds. ``declared`` has, for each type, the names of its features that hold strings."""

    spans: list[Span] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    declared: dict[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What the layers say. ``report`` has the values of ``SitgraphReport``; ``is_sitgraph`` tells of layers of that kind."""

    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]
    report: Mapping[str, str]
    is_sitgraph: bool
    problems: tuple[Problem, ...]


MAX_QUOTED = 32 * 2**20
"""The most code points that the mentions of a text cover together: each mention keeps its words, however many overlap."""

_SITGRAPH = "webanno.custom.Sitgraph"
REPORT = _SITGRAPH + "Report"
"""The layer that describes the report itself."""

_SITUATION = _SITGRAPH + "Situation"
_SAYS = "SaysThat"
_LABELLED_BY = ("label", "value", "referenceType")
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_STRUCTURE = (
    *(f"{_DKPRO}{part}.type." for part in "segmentation lexmorph syntax metadata structure transform anomaly".split()),
    "org.dkpro.core.api.xml.type.",  # elements of an HTML or XML source
    "org.dkpro.core.api.pdf.type.",
    "uima.tcas.DocumentAnnotation",
    "uima.cas.",
)
_OF_REPORT = ("title", "publisher", "issued", "language", "url")
_WIKIDATA = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/([QPL][1-9][0-9]*)")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|]+")
_FRAGMENT = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")


def mapped(layers: Layers, text: str, path: str, code_point: Callable[[int], int | None]) -> Content:
    """What the layers say of the text. ``code_point`` turns an offset as the file counts, in the feature ``fragments``."""
    return _Mapping(layers, text, path, code_point).content()


def is_structure(name: str) -> bool:
    """Whether a type is structure of a text (tokens, parts of speech, …), which names nothing by itself."""
    return name.startswith(_STRUCTURE)


def short_name(name: str) -> str:
    """The last part of the name of a type."""
    return name.rpartition(".")[2]


class _Unusable(Exception):
    """A value that cannot be used; never leaves this module."""


class _Mapping:
    def __init__(self, layers: Layers, text: str, path: str, code_point: Callable[[int], int | None]) -> None:
        self.layers, self.text, self.path, self.code_point = layers, text, path, code_point
        self.problems: list[Problem] = []
        self.mentions: dict[str, Mention] = {}
        self.links: list[Link] = []
        self.report: dict[str, str] = {}
        self.aside: dict[str, str] = {}
        self.structure: Counter[str] = Counter()
        self.quoted = 0

    def content(self) -> Content:
        linked = self._linked()
        situations = {s.id for s in self.layers.spans if s.type == _SITUATION}
        for span in self.layers.spans:
            self._span(span, linked)
        for slot in self.layers.slots:
            self._slot(slot, situations)
        for relation in self.layers.relations:
            self._relation(relation)
        for chain in self.layers.chains:
            self._chain(chain)
        self._tell_structure()
        self._tell_features_of_relations()
        return Content(
            mentions=tuple(sorted(self.mentions.values(), key=lambda m: m.fragments)),
            links=tuple(self.links),
            report=self.report,
            is_sitgraph=any(
                name.startswith(_SITGRAPH) for name in (*self.layers.declared, *(s.type for s in self.layers.spans))
            ),
            problems=tuple(self.problems),
        )

    def _linked(self) -> set[str]:
        """What links end at."""
        ends = {end for slot in self.layers.slots for end in (slot.host, slot.target)}
        ends |= {e for r in self.layers.relations if not is_structure(r.type) for e in (r.governor, r.dependent)}
        return ends | {e for chain in self.layers.chains for e in chain.elements}

    def _slot(self, slot: Slot, situations: set[str]) -> None:
        ends = (slot.host, slot.target)
        # A slot only because no relation layer crosses two span layers: the link is from the source to what it says.
        if slot.role == _SAYS and slot.host in situations:
            ends = (slot.target, slot.host)
        self._link(slot.role or slot.feature, *ends, slot.line)

    def _span(self, span: Span, linked: set[str]) -> None:
        if span.type == REPORT:
            self._describe_report(span)
        elif is_structure(span.type) and span.id not in linked:
            self.structure[short_name(span.type)] += 1
        else:
            try:
                self.mentions[span.id] = self._mention(span)
            except _Unusable as error:
                self.aside[span.id] = f"{short_name(span.type)} at offset {span.start} was set aside"
                self._reject(span.line, f"offset {span.start}", f"{short_name(span.type)}: {error}")

    def _describe_report(self, span: Span) -> None:
        if self.report and dict(span.features) != self.report:
            self._reject(span.line, "", f"a second {short_name(span.type)}: the first one counts")
            return
        self.report = dict(span.features)

    def _mention(self, span: Span) -> Mention:
        values = dict(span.features)
        label = self._label(span.type, values)
        fragments = self._fragments(span, values)
        notes = (values.pop("note"),) if span.type.startswith(_SITGRAPH) and "note" in values else ()
        references = self._references(span, values)
        if span.type.startswith(_SITGRAPH):
            # A feature is called as the attribute is, with a small letter; a flag that is false is not there.
            said = {k: v for k, v in values.items() if (k, v) not in (("generic", "false"), ("denied", "false"))}
            values = {k[:1].upper() + k[1:]: v for k, v in said.items()}
        return Mention(
            id=span.id,
            label=label,
            fragments=fragments,
            quote=self._quote(fragments),
            attributes=tuple(sorted(values.items())),
            references=references,
            notes=notes,
            line=span.line,
        )

    def _quote(self, fragments: tuple[TextSpan, ...]) -> str:
        self.quoted += sum(f.end - f.start for f in fragments)
        if self.quoted > MAX_QUOTED:
            raise _Unusable(f"the mentions cover more than MAX_QUOTED ({MAX_QUOTED:,}) code points in all")
        return quote_of(self.text, fragments)

    def _label(self, name: str, values: dict[str, str]) -> str:
        """The label of an annotation, which is taken from ``values``."""
        feature = label_feature(self.layers.declared.get(name, ()))
        if feature and values.get(feature, "") not in ("", "true", "false"):
            return values.pop(feature)
        return short_name(name)

    def _fragments(self, span: Span, values: dict[str, str]) -> tuple[TextSpan, ...]:
        if not 0 <= span.start <= span.end <= len(self.text):
            raise _Unusable(f"{span.start}–{span.end} is no span of a text of {len(self.text)} code points")
        if span.start == span.end:
            raise _Unusable("covers no text, and a mention is of words")
        written = values.pop("fragments", "") if span.type.startswith(_SITGRAPH) else ""
        if not written:
            return (TextSpan(span.start, span.end),)
        fragments = tuple(sorted(self._fragment(part) for part in written.split(";")))
        if any(a.end > b.start for a, b in pairwise(fragments)):
            raise _Unusable(f"its fragments {written} overlap")
        if (fragments[0].start, fragments[-1].end) != (span.start, span.end):
            raise _Unusable(f"its fragments {written} do not reach from its begin to its end")
        return fragments

    def _fragment(self, part: str) -> TextSpan:
        match = _FRAGMENT.fullmatch(part.strip())
        start, end = (self.code_point(int(match[1])), self.code_point(int(match[2]))) if match else (None, None)
        if start is None or end is None or start >= end:
            raise _Unusable(f"{part[:40]!r} is no fragment: expected begin-end, offsets as the file counts")
        return TextSpan(start, end)

    def _references(self, span: Span, values: dict[str, str]) -> tuple[Reference, ...]:
        """The known identities that the values state, which are taken from them."""
        if not span.type.startswith(_SITGRAPH):
            known = {k: v for k, v in values.items() if _WIKIDATA.fullmatch(v) or (k == "identifier" and _IRI.fullmatch(v))}
            for feature in known:
                del values[feature]
            return tuple(sorted({Reference(_WIKIDATA.sub(r"wikidata:\1", v)) for v in known.values()}))
        iris = [iri.strip() for iri in values.pop("reference", "").split("|") if iri.strip()]
        name = values.pop("referenceName", "").strip()
        names = [n.strip() for n in name.split("|")] if len(iris) > 1 else [name]
        names += [""] * (len(iris) - len(names))
        for iri in [iri for iri in iris if not _IRI.fullmatch(iri)]:
            self._reject(span.line, f"offset {span.start}", f"without the reference {iri[:60]!r}: expected base:item")
        return tuple(sorted({Reference(iri, n) for iri, n in zip(iris, names, strict=False) if _IRI.fullmatch(iri)}))

    def _relation(self, relation: Relation) -> None:
        if is_structure(relation.type):
            self.structure[short_name(relation.type)] += 1
            return
        label = self._label(relation.type, dict(relation.features))
        self._link(label, relation.governor, relation.dependent, relation.line)

    def _chain(self, chain: Chain) -> None:
        """Links between those elements that are there: what is said to be one thing stays one without the others."""
        present = [e for e in chain.elements if e in self.mentions]
        for element in [e for e in chain.elements if e not in self.mentions]:
            self._reject(0, "", f"a chain without one of its elements: {self._absent(element)}")
        for one, following in pairwise(present):
            self.links.append(Link("Coref", one, following, self.mentions[one].line))

    def _absent(self, ident: str) -> str:
        return self.aside.get(ident, f"{ident or 'one of its ends'} is no annotation of the text that is read")

    def _link(self, label: str, source: str, target: str, line: int) -> None:
        for end in (source, target):
            if end not in self.mentions:
                self._reject(line, "", f"without the link {label}: {self._absent(end)}")
                return
        self.links.append(Link(label, source, target, line))

    def _reject(self, line: int, where: str, message: str) -> None:
        self.problems.append(Problem(self.path, line, message, where=where))

    def _tell_structure(self) -> None:
        if self.structure:
            told = ", ".join(f"{n} {name}" for name, n in sorted(self.structure.items()))
            message = f"structure of the text, which names nothing, is not kept: {told}"
            self.problems.append(Problem(self.path, 0, message, "warning"))

    def _tell_features_of_relations(self) -> None:
        unused: Counter[str] = Counter()
        first: dict[str, int] = {}
        for relation in self.layers.relations:
            values = dict(relation.features)
            if is_structure(relation.type):
                continue
            self._label(relation.type, values)
            for name in values:
                unused[f"{short_name(relation.type)}.{name}"] += 1
                first.setdefault(f"{short_name(relation.type)}.{name}", relation.line)
        for name, n in sorted(unused.items()):
            message = f"{name} of {n} relations is not kept: a link carries its label only"
            self.problems.append(Problem(self.path, first[name], message, "warning"))


def described(report: Report, said: Mapping[str, str], path: str) -> tuple[Report, tuple[Problem, ...]]:
    """``report``, completed by what ``SitgraphReport`` says where the metadata beside the file say nothing. Its id is kept."""
    problems = [f"{name}: not used" for name in said if name not in (*_OF_REPORT, "reportId")]
    issued = said.get("issued", "")
    if issued and not is_date(issued):
        problems.append(f"issued must be an ISO 8601 date or date-time, found {issued[:60]!r}: not used")
    usable = {k: v for k, v in said.items() if k in _OF_REPORT and not getattr(report, k) and (k != "issued" or is_date(v))}
    told = tuple(Problem(path, 0, f"{short_name(REPORT)}: {message}", "warning") for message in problems)
    return replace(report, **usable), told


def label_feature(declared: Iterable[str]) -> str:
    """Which of the features of a layer that hold strings is its label; empty if none is."""
    names = [name for name in declared if name != "identifier"]
    preferred = [name for name in _LABELLED_BY if name in names]
    return preferred[0] if preferred else names[0] if len(names) == 1 else ""
