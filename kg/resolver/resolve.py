"""The entities of one report -> who and what they are: a path below ``<base>id/`` for each.

A pure function of the report and the reference tables, so it does not matter what was read before. In this order: the
reference given by the annotator; an external id the tables know; a name of the alias table, of the right kind; a name that
needs a context ("the rebels"), when the report gives one. What is left gets an IRI of its own: a name the digest of its
kind and normalisation key, shared by all reports; a description, every side, collective and private person one of this report
alone (ontology specification, sections 2, 11 and 17).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import NamedNode

from kg.claims import Entity, ReportClaims
from kg.errors import Problem
from kg.iri import h20
from kg.names import bare_place_names, key
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Alias, Reference
from kg.vocab import ancestors

_ORGANIZATIONS = "organization"
_GROUPS = ("organization", "state", "person", "side", "collective")
"""Kind groups of actors; an entity is never linked across them. In the order in which a mere ``Actor`` is looked up."""
_SCOPED = frozenset({"Side", "Collective", "Person", "Actor"})
_CONTEXTS = {"place/syria": "syria", "place/iraq": "iraq"}


def kind_group(cls: str) -> str:
    """The kind group of a class: ``person``, ``state``, ``side``, ``collective``, ``organization``, ``place``, ``source``.

    ``actor`` for the bare class, which says nothing of the kind.
    """
    above = {cls, *ancestors(cls)}
    if "Organization" in above:
        return _ORGANIZATIONS
    for name in ("Person", "State", "Side", "Collective", "Place", "Source"):
        if name in above:
            return name.lower()
    return "actor"


@lru_cache(maxsize=4096)
def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Resolution:
    """For each entity of a report its path; ``external`` holds identities elsewhere (``wikidata:Q…``) by path."""

    paths: tuple[str, ...]
    external: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


def resolve(claims: ReportClaims, reference: Reference, judgements: Judgements) -> Resolution:
    """Who and what the entities of a report are."""
    return _Resolving(claims, reference, judgements).run()


class _Resolving:
    def __init__(self, claims: ReportClaims, reference: Reference, judgements: Judgements) -> None:
        self.claims, self.reference, self.judgements = claims, reference, judgements
        self.problems: list[Problem] = []

    def run(self) -> Resolution:
        own = [self._own_path(e) for e in self.claims.entities]
        found = [self._by_reference(e) or self._by_name(e, o) for e, o in zip(self.claims.entities, own, strict=True)]
        context = self._context(zip(self.claims.entities, found, strict=True))
        for n, entity in enumerate(self.claims.entities):
            found[n] = self._public(entity, found[n] or self._by_context(entity, own[n], context))
        paths = tuple(self.judgements.entity(f or o) for f, o in zip(found, own, strict=True))
        return Resolution(paths, self._external(paths), tuple(self.problems))

    def _external(self, paths: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Identities elsewhere; not those of private persons, whom they would give away."""
        known = zip(self.claims.entities, paths, strict=True)
        public = [(e, p) for e, p in known if not (e.cls == "Person" and p.startswith("actor/r-"))]
        found = {(p, r.iri) for e, p in public for m in e.mentions for r in m.references if not r.iri.startswith("sitgraph:")}
        return tuple(sorted((path, iri) for path, iri in found if _is_iri(iri)))

    def _warn(self, entity: Entity, message: str) -> None:
        m = entity.mentions[0]
        self.problems.append(Problem(self.claims.path, m.line, message, "warning", f"“{m.quote}”"))

    def _public(self, e: Entity, path: str) -> str:
        """The path, unless it would give a person without a public role an IRI that other reports share (section 17)."""
        row = self.reference.actors.get(path)
        if path and (e.cls == "Person" or (row and row.cls == "Person")) and not (row and row.public_role):
            self._warn(e, f"{path} has no public_role in the reference tables: the person stays within this report")
            return ""
        return path

    def _own_path(self, e: Entity) -> str:
        """The IRI it has if nothing is known of it."""
        names = sorted({key(e.mentions[n].quote) for n in e.named}, key=lambda k: (-len(k), k))
        outside = sorted(r.iri for m in e.mentions for r in m.references if not r.iri.startswith("sitgraph:"))
        if outside and e.cls not in _SCOPED:
            return f"{e.group}/x-{h20(e.group, kind_group(e.cls), outside[0])}"
        if names and e.cls not in _SCOPED:
            return f"{e.group}/x-{h20(e.group, kind_group(e.cls), names[0])}"
        first = e.mentions[0].fragments[0]
        return f"{e.group}/r-{h20(e.group, self.claims.report.id, [getattr(first, 'start', 0), getattr(first, 'end', 0)])}"

    def _by_reference(self, e: Entity) -> str:
        given = dict.fromkeys(r.iri for m in e.mentions for r in m.references)
        paths = []
        for iri in given:
            if iri.startswith("sitgraph:"):
                path = iri.removeprefix("sitgraph:")
                if path.split("/", 1)[0] != e.group or path.count("/") != 1 or path.endswith("/") or not _is_iri(iri):
                    self._warn(e, f"reference {iri} is not of the form sitgraph:{e.group}/<slug> and is ignored")
                    continue
                if not self.reference.cls(path):
                    self._warn(e, f"reference {iri} is not in the reference tables; it is taken as given")
                paths.append(path)
            elif not _is_iri(iri):
                self._warn(e, f"reference {iri!r} is no IRI and is ignored")
            else:
                known = self.reference.by_external.get((e.group, iri))
                paths += [known] if known else []
        if len(set(paths)) > 1:
            self._warn(e, f"one thing has several references ({', '.join(sorted(set(paths)))}); the first is taken")
        return paths[0] if paths else ""

    def _candidates(self, e: Entity, names: Iterable[tuple[str, tuple[str, ...]]]) -> list[Alias]:
        """Aliases of the right kind for any of the names; each name may be restricted to some place kinds."""
        wanted = _GROUPS if e.cls in ("Actor",) else (kind_group(e.cls),)
        rank = {g: n for n, g in enumerate(wanted)}
        found = []
        for name, place_kinds in names:
            for alias in self.reference.names.get(key(name), ()):
                group = kind_group(self.reference.cls(alias.entity_id))
                place = self.reference.places.get(alias.entity_id)
                if group in rank and (not place_kinds or (place and place.kind in place_kinds)):
                    found.append((rank[group], alias))
        best = min((r for r, _ in found), default=0)
        return [alias for r, alias in found if r == best]

    def _names(self, e: Entity) -> list[list[tuple[str, tuple[str, ...]]]]:
        """What to look up for each mention, in text order: the words as they are, then place names without generic word."""
        looked: list[list[tuple[str, tuple[str, ...]]]] = []
        for m in e.mentions:
            looked.append([(m.quote, ())])
            if e.group == "place":
                looked.append(bare_place_names(m.quote))
        return looked

    def _by_name(self, e: Entity, own: str) -> str:
        if e.group == "source":
            hits = [s.id for m in e.mentions if (s := self.reference.source_named(m.quote))]
            return hits[0] if hits else ""
        for names in self._names(e):
            found = [a for a in self._candidates(e, names) if not a.context_required]
            entities = {a.entity_id for a in found if not self.judgements.forbids(own, a.entity_id)}
            if len(entities) > 1:
                entities = {x for x in entities if self.reference.cls(x) == e.cls} or entities
            if len(entities) > 1:
                entities = self._nearest(entities)
            if len(entities) == 1:
                return entities.pop()
        return ""

    def _nearest(self, places: set[str]) -> set[str]:
        """Of several places of one name, the one in a place that the report names beside it."""
        beside = {
            a.entity_id
            for e in self.claims.entities
            if e.group == "place"
            for m in e.mentions
            for a in self.reference.names.get(key(m.quote), ())
            if a.entity_id not in places
        }
        near = {p: sum(q in beside for q in self.reference.within(p)) for p in places if p in self.reference.places}
        best = max(near.values(), default=0)
        return {p for p, n in near.items() if n == best and best > 0}

    def _context(self, found: Iterable[tuple[Entity, str]]) -> Mapping[str, int]:
        """How many mentions speak of each theatre, among those that are known without one."""
        counts: Counter[str] = Counter()
        for entity, path in found:
            theatres = set()
            if path in self.reference.actors:
                theatres = {self.reference.actors[path].conflict} - {""}
            elif path in self.reference.places:
                theatres = {_CONTEXTS[p] for p in (path, *self.reference.within(path)) if p in _CONTEXTS}
            for theatre in theatres:
                counts[theatre] += len(entity.mentions)
        return counts

    def _by_context(self, e: Entity, own: str, context: Mapping[str, int]) -> str:
        """A role ("rebels") is one of a side that the annotator marked as such; a mere ``Actor`` may be anybody's rebel."""
        for names in self._names(e):
            found = [
                (context[a.context_required], a.entity_id)
                for a in self._candidates(e, names)
                if context.get(a.context_required) and not self.judgements.forbids(own, a.entity_id)
                and (e.cls != "Actor" or kind_group(self.reference.cls(a.entity_id)) == _ORGANIZATIONS)
            ]  # fmt: skip
            best = {x for n, x in found if n == max(n for n, _ in found)}
            if len(best) == 1:
                return best.pop()
        return ""
