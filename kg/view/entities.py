"""What actors, places and sources are called, and what they are: from the reference tables and from the words of the reports.

``prefLabel`` comes from the reference table, else from the first mention (date of issue, report id, offset); other names are
``altLabel``, descriptions and search spellings ``hiddenLabel``; pronouns give none (specification, sections 11 and 17).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Triple

from kg.iri import Space
from kg.names import is_name, is_pronoun
from kg.quads import CLASS_TEXT, TYPE, quoted
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Actor, Place, Reference
from kg.view.canonical import Consolidated
from kg.view.context import Context
from kg.view.local import Mention
from kg.view.sealed import is_sealed
from kg.view.triples import triples_of
from kg.vocab import DCTERMS, GEO, SG, SKOS, XSD, ancestors, code

_OTHER_NAMES = frozenset({"official", "translation", "transliteration", "acronym", "former"})
_SEARCH_ONLY = frozenset({"nickname", "pejorative"})
_FALLBACK = {"Actor": "Collective"}
"""A class that says nothing of the kind: a described group, until somebody knows better."""
_LABEL_OF_A_SOURCE = code("actor-kind", "terrorist-organisation")
"""What somebody calls a group: it stays on the mention, and is never what the view says that the group is (section 4)."""
_PREFERRED, _OTHER, _HIDDEN = (f" {p} " for p in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel))
_PRECISION = {"city": "settlement", "town": "settlement", "village": "settlement", "camp": "settlement"}


@dataclass(slots=True)
class Description:
    """What is said of one entity. Labels are (text, language), in the order in which they were found."""

    iri: str
    cls: str
    preferred: dict[str, str] = field(default_factory=dict)
    other: dict[tuple[str, str], None] = field(default_factory=dict)
    hidden: dict[tuple[str, str], None] = field(default_factory=dict)
    properties: list[tuple[NamedNode, NamedNode | Literal]] = field(default_factory=list)
    geometry: tuple[tuple[NamedNode, Literal], ...] = ()

    def call(self, text: str, language: str) -> None:
        """Adds a name: preferred if it is the first of its language, another name otherwise."""
        if language not in self.preferred:
            self.preferred[language] = text
        elif text not in self.preferred.values():
            self.other[text, language] = None

    def lines(self) -> Iterator[str]:
        """The description as lines of N-Triples."""
        node = f"<{self.iri}>"
        yield f"{node}{TYPE}{CLASS_TEXT[self.cls]}"
        for language, text in self.preferred.items():
            yield f"{node}{_PREFERRED}{_literal(text, language)}"
        taken = set(self.preferred.values())
        for prop, labels in ((_OTHER, self.other), (_HIDDEN, self.hidden)):
            for text, language in labels:
                if text not in taken:
                    yield f"{node}{prop}{_literal(text, language)}"
            taken |= {text for text, _ in labels}
        for known, value in self.properties:
            yield f"{node} {known} {value}"
        if self.geometry:
            geometry = f"<{self.iri}/geometry>"
            yield f"{node} {GEO.hasGeometry} {geometry}"
            for known, value in self.geometry:
                yield f"{geometry} {known} {value}"


def curated(reference: Reference, space: Space) -> dict[str, Description]:
    """The entities of the reference tables, mentioned or not."""
    found = {}
    for a in reference.actors.values():
        d = found[a.id] = Description(space.id(a.id), a.cls)
        if a.kind:
            d.properties.append((SG.kind, code("actor-kind", a.kind)))
        if a.of_state:
            d.properties.append((SG.ofState, NamedNode(space.id(a.of_state))))
    for p in reference.places.values():
        d = found[p.id] = Description(space.id(p.id), p.cls)
        _describe_place(d, p, space)
    for s in reference.sources.values():
        d = found[s.id] = Description(space.id(s.id), "MediaItem" if s.kind == "media-item" else "Source")
        if s.embodies:
            d.properties.append((SG.embodies, NamedNode(space.id(s.embodies))))
        if s.reliability:
            d.properties.append((SG.reliability, code("reliability", s.reliability)))
    for alias in reference.aliases:
        d, language = found[alias.entity_id], alias.lang.lower()
        if alias.type == "official" and language in ("en", "ar", ""):
            d.call(alias.label, language)
        elif alias.type in _OTHER_NAMES:
            d.other[alias.label, language] = None
        elif alias.type in _SEARCH_ONLY:
            d.hidden[alias.label, language] = None
    rows: tuple[Actor | Place, ...] = (*reference.actors.values(), *reference.places.values())
    for row in rows:
        for prefix, number in (
            ("http://www.wikidata.org/entity/", row.wikidata),
            ("https://sws.geonames.org/", getattr(row, "geonames", "")),
        ):
            if number:
                found[row.id].properties.append((SKOS.exactMatch, NamedNode(prefix + number)))
    return {d.iri: d for d in found.values()}


def _describe_place(d: Description, p: Place, space: Space) -> None:
    if p.kind:
        d.properties.append((SG.kind, code("place-kind", p.kind)))
    if p.within:
        d.properties.append((SG.within, NamedNode(space.id(p.within))))
    if p.lat and p.lon:
        d.properties.append((SG.geoPrecision, code("geo-precision", _PRECISION.get(p.kind, "exact-site"))))
        accuracy = ((GEO.hasMetricSpatialAccuracy, Literal(p.accuracy_m, datatype=XSD.double)),) if p.accuracy_m else ()
        d.geometry = ((GEO.asWKT, Literal(f"POINT({p.lon} {p.lat})", datatype=GEO.wktLiteral)), *accuracy)


def mentions_by_entity(view: Consolidated, space: Space) -> dict[str, list[Mention]]:
    """The mentions of each actor, place and source, in the order in which they name it."""
    found: dict[str, list[Mention]] = defaultdict(list)
    prefixes = tuple(space.id(f"{group}/") for group in ("actor", "place", "source"))
    for m in sorted(view.mentions, key=lambda m: (m.report.issued or "9999", m.report.id, m.start, m.iri)):
        for iri in m.denotes:
            if iri.startswith(prefixes):
                found[iri].append(m)
    return found


def described(view: Consolidated, context: Context, reference: Reference, space: Space) -> dict[str, Description]:
    """All entities: the curated ones, and those that only reports know. Mentioned ones carry the words that name them."""
    found = curated(reference, space)
    for iri, mentions in mentions_by_entity(view, space).items():
        if is_sealed(iri):
            continue
        known = found.get(iri)
        d = found.setdefault(iri, Description(iri, _class(mentions, space.path(iri))))
        if known is None:
            for m in mentions:
                if m.name and not d.preferred:
                    d.call(m.name, m.report.language)
        _name_by_words(d, mentions, by_words=known is None)
        kinds = [c for m in mentions for c in m.codes if c != _LABEL_OF_A_SOURCE]
        if kinds and not any(p == SG.kind for p, _ in d.properties):
            d.properties.append((SG.kind, kinds[0]))
    _sources(found, view, context, space)
    return found


def _class(mentions: list[Mention], path: str) -> str:
    """The most specific class that is written on it; a source is a source, whoever speaks."""
    if path.startswith("source/"):
        return "MediaItem" if any(m.cls == "MediaItem" for m in mentions) else "Source"
    classes = [m.cls for m in mentions if m.cls and m.cls not in ("Source", "MediaItem")]
    cls = max(classes, key=lambda c: len(ancestors(c)), default="Collective")
    return _FALLBACK.get(cls, cls)


def _name_by_words(d: Description, mentions: list[Mention], by_words: bool) -> None:
    if by_words and not d.preferred:
        first = next((m for m in mentions if _is_name(m)), None) or next(
            (m for m in mentions if not is_pronoun(m.quote)), mentions[0]
        )
        d.call(_one_line(first), first.report.language)
    for m in mentions:
        words = _one_line(m)
        label = (words, m.report.language)
        if is_pronoun(words) or words in d.preferred.values():
            continue
        if _is_name(m):
            if words not in {text for text, _ in d.other}:
                d.other[label] = None
        elif words.lower() not in {text.lower() for text, _ in (*d.hidden, *d.other)}:
            d.hidden[label] = None


def _one_line(m: Mention) -> str:
    """The words as a label: a line of the text may have ended between them. Blanks alone stay what they are."""
    return " ".join(m.quote.split()) or m.quote


def _is_name(m: Mention) -> bool:
    return is_name(m.quote, m.before)


def _sources(found: dict[str, Description], view: Consolidated, context: Context, space: Space) -> None:
    """Narrators, publishers, and actors that speak for themselves."""
    for narrator in view.narrators:
        found.setdefault(narrator, Description(narrator, "Source", {"en": "narrator"}))
    for name, iri in context.publishers.items():
        if iri not in found:
            found[iri] = Description(iri, "Source", {"": name})
    for source, actor in context.embodies.items():
        d = found.get(source)
        if d is not None and actor in found and not any(p == SG.embodies for p, _ in d.properties):
            d.properties.append((SG.embodies, NamedNode(actor)))
            d.preferred = dict(found[actor].preferred)


def replaced(judgements: Judgements, view: Consolidated, space: Space) -> Iterator[str]:
    """Old IRIs and would-be IRIs lead to the canonical ones."""
    for old, new in sorted(judgements.representative.items()):
        if old != new:
            yield f"<{space.id(old)}> {DCTERMS.isReplacedBy} <{space.id(new)}>"
    for s in view.situations.values():
        for would_be in s.would_be:
            yield f"<{would_be}> {DCTERMS.isReplacedBy} <{s.iri}>"


def _literal(text: str, language: str) -> str:
    return quoted(text) + _tag(language) if language else quoted(text)


@lru_cache(maxsize=1024)
def _tag(language: str) -> str:
    """The end of a literal in a language; raises :class:`ValueError` for what is no language tag."""
    return str(Literal("", language=language)).removeprefix('""')


def all_lines(descriptions: Iterable[Description]) -> Iterator[str]:
    """The descriptions as lines of N-Triples."""
    for d in descriptions:
        yield from d.lines()


def all_triples(descriptions: Iterable[Description]) -> Iterator[Triple]:
    """The descriptions as triples."""
    return triples_of(all_lines(descriptions))
