"""A view as large as wanted, grown from the view of the examples.

What the examples tell is told again and again: of other days, and of other actors and places with the same names, kinds and
containments. So the mixture of classes, roles, codes, statuses and times is that of real annotated reports, without a table of
proportions that could go stale. A relation that is told again between the same two is no new one; it gets one more claim, as
consolidation would have it.

Invariant: the same examples, size and seed give the same view, to the triple.
"""

from __future__ import annotations

import pickle
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.config import DEFAULT_BASE
from kg.extent import Bounds
from kg.iri import Space, h20
from kg.ontology import source
from kg.pipeline import Options, ingest
from kg.resources import ontology_dir
from kg.view import rules
from kg.view.canonical import RELATION_SLOTS, Canonical
from kg.view.triples import extent_triples, situation_triples, time_node
from kg.vocab import RDF, RDFS, SG, SKOS, ancestors

EXAMPLES = Path(__file__).parent.parent / "examples"
SPACE = Space(DEFAULT_BASE)
SEED = 20160815

_DAYS_TOLD = 1000
"""Events are moved back by up to so many days; what holds between actors is not moved."""
_OWN_THEATRE = 0.8
"""How often an actor of a copy is the one of the conflict that the copy tells of, and no stranger."""
_NARRATOR = "narrator"  # the voice of a report, whichever it is, is called so
_NAMES = frozenset({RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel})


@dataclass(frozen=True, slots=True)
class View:
    """What the rules are given: the ontology, the entities as they are described, the situations, and the day."""

    ontology: tuple[Triple, ...]
    entities: tuple[Triple, ...]
    situations: Mapping[str, Canonical]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Population:
    """A grown view as files: the default graph as N-Triples, and the situations that it was written from."""

    folder: Path
    made_of: Mapping[str, int]
    """What the triples are about, and how many."""
    situations: int
    entities: int

    @property
    def triples(self) -> int:
        """How many there are in the default graph."""
        return sum(self.made_of.values())


def examples() -> View:
    """The view of the examples, as an ingest hands it to the rules."""
    with tempfile.TemporaryDirectory() as folder, patch.object(rules, "derive", wraps=rules.derive) as derive:
        outcome = ingest(Path(folder) / "store", [EXAMPLES], Options(reference=EXAMPLES / "reference"))
        if outcome.rejected:
            raise ValueError("\n".join(problem.message for problem in outcome.rejected))
        given, situations, as_of, _ = derive.call_args.args
    ontology = source.triples(ontology_dir())
    known = {t.subject for t in ontology} | {NamedNode(iri) for iri in situations}
    known |= {t.subject for t in given if t.predicate == RDF.type and t.object == SG.TimeExtent}
    return View(tuple(ontology), tuple(t for t in given if t.subject not in known), situations, as_of)


def grow(view: View, size: int, folder: Path, seed: int = SEED) -> Population:
    """Writes a population whose default graph has ``size`` triples, or a few more: what belongs together stays together."""
    growing = _Growing(view, size, random.Random(seed))
    with (folder / "default.ttl").open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{triple} .\n" for triple in growing.triples())
    (folder / "situations.pickle").write_bytes(pickle.dumps((growing.situations, view.as_of), pickle.HIGHEST_PROTOCOL))
    return Population(folder, dict(growing.made_of), len(growing.situations), len(growing.known) * growing.width)


def given(population: Path) -> list[Triple]:
    """The default graph of a population."""
    return [quad.triple for quad in parse(path=population / "default.ttl", format=RdfFormat.N_TRIPLES)]


def situations(population: Path) -> tuple[dict[str, Canonical], date | None]:
    """The situations of a population, and the day as of which it is."""
    kept: tuple[dict[str, Canonical], date | None] = pickle.loads((population / "situations.pickle").read_bytes())
    return kept


class _Growing:
    def __init__(self, view: View, size: int, rng: random.Random) -> None:
        self.view, self.rng = view, rng
        self.known = sorted({t.subject.value for t in view.entities if isinstance(t.subject, NamedNode)})
        self.places = {t.subject.value for t in view.entities if t.predicate == SG.within and isinstance(t.subject, NamedNode)}
        # Names grow with the root of what is told: later reports tell more and more of those who are known.
        self.width = max(1, round((size / (len(view.ontology) + len(view.entities) + 8 * len(view.situations))) ** 0.5))
        self.likely = [1 / (n + 1) for n in range(self.width)]
        self.situations: dict[str, Canonical] = {}
        self.relations: dict[object, str] = {}
        self.extents: dict[Bounds, None] = {}
        self.fixed = [*view.ontology, *self._entities()]
        self.made_of = Counter(
            {"the ontology": len(view.ontology), "actors, places, sources": len(self.fixed) - len(view.ontology)}
        )
        together = list(_belonging_together(view.situations.values()))
        copy = 0
        while self.made_of.total() < size:
            cast = self._cast()
            back = timedelta(days=rng.randrange(_DAYS_TOLD))
            for several in together:
                if self.made_of.total() < size:
                    self._tell(several, copy, cast, back if copy else timedelta())
            copy += 1

    def triples(self) -> Iterator[Triple]:
        """The default graph."""
        yield from self.fixed
        for bounds in self.extents:
            yield from extent_triples(bounds, SPACE)
        for s in self.situations.values():
            yield from situation_triples(replace(s, bounds=None), SPACE)
            if s.bounds is not None:
                yield Triple(NamedNode(s.iri), SG.time, time_node(s.bounds, SPACE))

    def _entities(self) -> Iterator[Triple]:
        yield from self.view.entities
        known = set(self.known)
        for n in range(1, self.width):
            for t in self.view.entities:
                assert isinstance(t.subject, NamedNode)
                yield Triple(NamedNode(_named(t.subject.value, n)), t.predicate, _other(t, n, known))

    def _cast(self) -> dict[str, str]:
        """Who and what the entities of the examples are in a copy. Its places are all of one conflict, its actors mostly."""
        (theatre,) = self.rng.choices(range(self.width), self.likely)
        strangers = self.rng.choices(range(self.width), self.likely, k=len(self.known))
        at_home = (iri in self.places or self.rng.random() < _OWN_THEATRE for iri in self.known)
        return {
            iri: _named(iri, theatre if home else stranger)
            for iri, stranger, home in zip(self.known, strangers, at_home, strict=True)
        }

    def _tell(self, several: Iterable[Canonical], copy: int, cast: Mapping[str, str], back: timedelta) -> None:
        names: dict[str, str] = {}
        told = []
        for s in several:
            entities = tuple((p, cast.get(iri, iri)) for p, iri in s.entities)
            claims = tuple(replace(c, iri=_again(c.iri, copy)) for c in s.claims)
            names[s.iri] = _again(s.iri, copy)
            if s.cls in RELATION_SLOTS:
                names[s.iri] = self.relations.setdefault((s.cls, s.kinds, entities), names[s.iri])
                if known := self.situations.get(names[s.iri]):
                    known.claims += claims
                    self.made_of["relations"] += len(claims)
                    continue
            else:
                s = replace(s, bounds=_moved(s.bounds, back))
            told.append(replace(s, iri=names[s.iri], entities=entities, claims=claims, covering=frozenset()))
        for s in told:
            s.situations = tuple((p, names[iri]) for p, iri in s.situations if iri in names)
            self.situations[s.iri] = s
            self.made_of[_kind(s)] += sum(1 for _ in situation_triples(replace(s, bounds=None), SPACE)) + (s.bounds is not None)
            if s.bounds is not None and s.bounds not in self.extents:
                self.extents[s.bounds] = None
                self.made_of["times"] += sum(1 for _ in extent_triples(s.bounds, SPACE))


def _kind(s: Canonical) -> str:
    if s.cls in RELATION_SLOTS:
        return "relations"
    if s.cls == "Participation":
        return "participations"
    return "events" if "Event" in ancestors(s.cls) else "outcomes, casualties, materiel"


def _named(iri: str, n: int) -> str:
    return f"{iri}-{n}" if n else iri


def _again(iri: str, copy: int) -> str:
    """The IRI of a situation or a claim in a copy: it ends in a digest, as all such IRIs do."""
    return iri[:-20] + h20("copy", iri[-20:], copy) if copy else iri


def _other(t: Triple, n: int, known: set[str]) -> NamedNode | Literal:
    """The object of a triple about an entity, for its nth namesake; what identifies it elsewhere is another's too."""
    if isinstance(t.object, NamedNode):
        return NamedNode(_named(t.object.value, n)) if t.object.value in known or t.predicate == SKOS.exactMatch else t.object
    assert isinstance(t.object, Literal)
    if t.predicate not in _NAMES or t.object.value == _NARRATOR:
        return t.object
    return Literal(f"{t.object.value} {n}", language=t.object.language)


def _moved(bounds: Bounds | None, back: timedelta) -> Bounds | None:
    if bounds is None:
        return None
    days = (bounds.earliest_begin, bounds.latest_begin, bounds.earliest_end, bounds.latest_end)
    return Bounds(*(day - back if day else None for day in days))


def _belonging_together(situations: Iterable[Canonical]) -> Iterator[list[Canonical]]:
    """Situations that lead to each other, relations first, in the order in which they are given."""
    of: dict[str, list[Canonical]] = {}
    several = list(situations)
    for s in several:
        of[s.iri] = [s]
    for s in several:
        for _, other in s.situations:
            if other in of and of[other] is not of[s.iri]:
                joined = [*of[s.iri], *of[other]]
                of.update((one.iri, joined) for one in joined)
    for joined in {id(group): group for group in of.values()}.values():
        yield sorted(joined, key=lambda s: (s.cls not in RELATION_SLOTS, s.iri))
