"""An annotated report in the sitgraph scheme -> what it claims: entities, situations, times, and who says what is the case.

Ontology specification, sections 8, 11 (inside a report) and 12. Nothing here looks beyond the one report, and nothing has an
IRI yet: entities are clusters of mentions, situations point to each other by their place in :attr:`ReportClaims.situations`.

* Mentions are one entity if they share a reference, are joined by ``Coref``, or are the same name under the same label.
* ``SameSituation`` joins triggers into one situation; a relation with several fillers stands for all combinations.
* Each trigger is said by the sources that ``SaysThat`` gives it, else by the narrator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product

from kg import extent, quantity
from kg.errors import Problem
from kg.extent import Bounds
from kg.model import AnnotatedReport, Link, Mention, Report
from kg.names import DESCRIPTION, is_name, key
from kg.schemes.grammar import Grammar
from kg.vocab import ancestors

_DATES = ("Time", "Begin", "End")
_CAMPAIGNS = ("Conflict", "Operation", "Siege")
_SLOTS = {
    "Membership": ("Member", "Group"),
    "SideAlignment": ("Member", "Group"),
    "Support": ("Provider", "Recipient"),
    "Command": ("Commander", "Subordinate"),
    "Control": ("Controller", "Controlled"),
    "SpatialRelation": ("Figure", "Ground"),
    "Participation": ("Actor",),
}
_PAIRS = ("AllianceTie", "Opposition")
_CONTEXT = 80


@dataclass(frozen=True, slots=True)
class Entity:
    """What one report names by one or more mentions (in text order). ``group`` is ``actor``, ``place`` or ``source``.

    ``named`` are the positions in ``mentions`` of those that are names.
    """

    group: str
    cls: str
    mentions: tuple[Mention, ...]
    named: frozenset[int]


@dataclass(frozen=True, slots=True)
class Filler:
    """An entity in a role (a role code) or under a property, and the mentions that put it there."""

    role: str
    entity: int
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Time:
    """When a situation was: bounds, the words of the report, and the mentions they stand in."""

    bounds: Bounds
    expressions: tuple[str, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """Anything the report says is, or is not, the case. ``kind`` and ``role`` are codes; ``situations`` are (property, index).

    ``triggers`` are the mentions it is read from; a stated containment has the two places instead.
    """

    cls: str
    triggers: tuple[Mention, ...]
    kind: str = ""
    role: str = ""
    participants: tuple[Filler, ...] = ()
    entities: tuple[Filler, ...] = ()
    situations: tuple[tuple[str, int], ...] = ()
    time: Time | None = None
    numbers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion or denial of one situation by one source; ``source`` is an entity, or ``None`` for the narrator."""

    situation: int
    source: int | None
    polarity: str
    modality: str
    certainty: str
    attribution_kind: str
    grounds: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class ReportClaims:
    """All that one report says. ``contradictions`` are pairs of claims that the annotation says cannot both be true."""

    report: Report
    text: str
    entities: tuple[Entity, ...]
    situations: tuple[Situation, ...]
    claims: tuple[Claim, ...]
    contradictions: tuple[tuple[int, int], ...]
    mentions: tuple[Mention, ...]
    path: str = ""
    problems: tuple[Problem, ...] = ()

    def before(self, mention: Mention) -> str:
        """The text in front of a mention, as far as it tells whether the mention opens a sentence."""
        start = _start(mention)
        return self.text[max(0, start - _CONTEXT) : start]


def claims_of(annotated: AnnotatedReport) -> ReportClaims:
    """What a report claims. The report must be in the sitgraph scheme (:func:`kg.schemes.apply`)."""
    return _Reading(annotated).run()


def issued_day(report: Report) -> date | None:
    """The day against which relative expressions are resolved; ``None`` without a date of issue."""
    return extent.parse_issued(report.issued) if report.issued else None


def _start(m: Mention) -> int:
    first = m.fragments[0]
    return getattr(first, "start", 0)


def _order(m: Mention) -> tuple[object, ...]:
    return (m.fragments, m.label, m.id)


class _Union:
    """Union-find; the smallest member represents its set."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, x: str) -> str:
        while (up := self.parent.setdefault(x, x)) != x:
            self.parent[x] = self.parent.setdefault(up, up)
            x = up
        return x

    def join(self, a: str, b: str) -> None:
        a, b = sorted((self.find(a), self.find(b)))
        self.parent[b] = a


class _Reading:
    """The reading of one report. Lists grow in text order, so that the result is a function of the content."""

    def __init__(self, annotated: AnnotatedReport) -> None:
        self.annotated = annotated.canonical()
        self.grammar = Grammar.load()
        self.problems: list[Problem] = []
        self.mentions = {m.id: m for m in self.annotated.mentions}
        self.links: dict[str, list[Link]] = {}
        for k in self.annotated.links:
            self.links.setdefault(k.label, []).append(k)
        self.anchor = self._anchor()
        self.entities: list[Entity] = []
        self.entity_of: dict[str, int] = {}
        self.windows: dict[str, str] = {}
        self.situations: list[Situation] = []
        self.made: dict[str, list[int]] = {}
        self.claims: list[Claim] = []

    def run(self) -> ReportClaims:
        self._entities()
        self._antecedents()
        groups = self._situation_groups()
        drafts = [self._draft(g) for g in groups]
        for group, draft in zip(groups, drafts, strict=True):
            self._expand(group, draft)
        self._point_to_each_other(groups)
        for group in groups:
            self._claims(group)
        self._containments()
        pairs = self._contradictions()
        return ReportClaims(
            self.annotated.report, self.annotated.text, tuple(self.entities), tuple(self.situations), tuple(self.claims), pairs,
            self.annotated.mentions, self.annotated.path, tuple(self.problems),
        )  # fmt: skip

    def _problem(self, at: Mention | Link, message: str, rejected: bool = False) -> None:
        where = at.quote if isinstance(at, Mention) else at.label
        problem = Problem(self.annotated.path, at.line, message, "rejected" if rejected else "warning", f"“{where}”")
        if problem not in self.problems:
            self.problems.append(problem)

    def _anchor(self) -> date | None:
        try:
            day = issued_day(self.annotated.report)
        except ValueError as error:
            self.problems.append(Problem(self.annotated.path, 0, f"issued: {error}; relative times stay words", "warning"))
            return None
        if day is None and self._dating():
            message = "the report has no date of issue: relative times stay words"
            self.problems.append(Problem(self.annotated.path, 0, message, "warning"))
        return day

    def _dating(self) -> frozenset[str]:
        """The mentions that date something; the time of nothing is nobody's problem."""
        return frozenset(k.target for role in _DATES for k in self.links.get(role, ()))

    # -- entities

    def _entities(self) -> None:
        groups = self.grammar.groups
        speaking = {k.source for k in self.links.get("SaysThat", ())}  # who says something is somebody, however generic
        found = [
            m
            for m in self.annotated.mentions
            if m.label in groups["speaker"] | groups["place"] and (m.id in speaking or not m.attribute("Generic"))
        ]
        same = _Union()
        text = self.annotated.text
        naming = [m for m in found if DESCRIPTION not in m.notes]
        spelled = {(m.label, key(m.quote)) for m in naming if is_name(m.quote, text[max(0, _start(m) - _CONTEXT) : _start(m)])}
        named = dict.fromkeys((m.id for m in found), False)
        named |= {m.id: (m.label, key(m.quote)) in spelled for m in naming}  # a name stays one where it opens a sentence
        known: dict[object, str] = {}
        for m in found:
            place = m.label in groups["place"]  # a state is not its territory, whatever they share
            shared: list[object] = [("reference", place, r.iri) for r in m.references]
            for token in [*shared, *([("name", m.label, key(m.quote))] if named[m.id] else [])]:
                same.join(known.setdefault(token, m.id), m.id)
        for k in self.links.get("Coref", ()):
            first, second = self.mentions[k.source], self.mentions[k.target]
            if k.source in named and k.target in named:
                if (first.label in groups["place"]) == (second.label in groups["place"]):
                    same.join(first.id, second.id)
                else:
                    self._problem(k, f"Coref joins a place and an actor: {first.quote!r}, {second.quote!r}", rejected=True)
        clusters: dict[str, list[Mention]] = {}
        for m in found:
            clusters.setdefault(same.find(m.id), []).append(m)
        for members in clusters.values():
            cls = _most_specific(m.label for m in members)
            group = next((g for g in ("actor", "place") if any(m.label in groups[g] for m in members)), "source")
            if group == "actor":
                cls = _most_specific(m.label for m in members if m.label in groups["actor"])
            for m in members:
                self.entity_of[m.id] = len(self.entities)
            names = frozenset(n for n, m in enumerate(members) if named[m.id])
            self.entities.append(Entity(group, cls, tuple(members), names))

    # -- time

    def _antecedents(self) -> None:
        """For each time expression that gives no time itself: the one it is coreferent with that does."""
        same = _Union()
        for k in self.links.get("Coref", ()):
            if self.mentions[k.source].label == "TimeExpr" == self.mentions[k.target].label:
                same.join(k.source, k.target)
        times = [m for m in self.annotated.mentions if m.label == "TimeExpr"]
        dating = self._dating()
        for m in times:
            if self._bounds_of(m, "event") is None:
                others = [o for o in times if same.find(o.id) == same.find(m.id) and self._bounds_of(o, "event") is not None]
                if others:
                    self.windows[m.id] = others[0].id
                elif m.id in dating:
                    why = "" if self.anchor else " without a date of issue"
                    self._problem(m, f"no time can be told from these words{why}; a note edtf=… would give it")

    def _bounds_of(self, m: Mention, case: extent.Case) -> Bounds | None:
        m = self.mentions[self.windows.get(m.id, m.id)]
        for note in m.notes:
            if note.strip().startswith("edtf="):
                try:
                    return extent.bounds_of_edtf(note.strip()[5:].strip(), case)
                except ValueError as error:
                    self._problem(m, f"note {note!r}: {error}")
        return extent.bounds_of_expression(m.quote, case, self.anchor)

    def _time(self, group: list[Mention], cls: str, kind: str) -> Time | None:
        default: extent.Case = "event"
        if cls in _CAMPAIGNS or kind == "campaign":
            default = "campaign"
        elif cls in self.grammar.groups["relation"]:
            default = "relation"
        cases: dict[str, extent.Case] = {"Time": default, "Begin": "begin", "End": "end"}
        dated = [(m, b) for role, m in self._fillers(group, cases) if (b := self._bounds_of(m, cases[role])) is not None]
        if not dated:
            return None
        bounds = dated[0][1]
        for m, other in dated[1:]:
            met = bounds.meet(other)
            if met is None:
                self._problem(m, "the times of one situation cannot all be true; the widest extent is kept")
            bounds = met or bounds.union(other)
        if self.anchor and any(m.attribute("Modality", "actual") == "actual" for m in group):
            bounds = bounds.capped(self.anchor)
        mentions = tuple(m for m, _ in dated)
        return Time(bounds, tuple(sorted({m.quote for m in mentions})), mentions)

    # -- situations

    def _fillers(self, group: Iterable[Mention], roles: Iterable[str]) -> Iterator[tuple[str, Mention]]:
        triggers = {m.id for m in group}
        for role in roles:
            for k in self.links.get(role, ()):
                if k.source in triggers:
                    yield role, self.mentions[k.target]

    def _situation_groups(self) -> list[list[Mention]]:
        same = _Union()
        for k in self.links.get("SameSituation", ()):
            same.join(k.source, k.target)
        groups: dict[str, list[Mention]] = {}
        for m in self.annotated.mentions:
            if m.label in self.grammar.groups["situation"]:
                groups.setdefault(same.find(m.id), []).append(m)
        return list(groups.values())

    def _draft(self, group: list[Mention]) -> Situation:
        cls = _most_specific(m.label for m in group)
        kinds = list(dict.fromkeys(v for m in group for n, v in m.attributes if n.endswith("Kind") and n != "AttributionKind"))
        kind = kinds[0] if kinds else ""
        if len(kinds) > 1:
            self._problem(group[0], f"one situation has several kinds ({', '.join(kinds)}); the first is taken")
        role = next((m.attribute("ParticipationRole") for m in group if m.attribute("ParticipationRole")), "")
        single = [r for r, (_, filler) in self.grammar.properties.items() if filler in ("actor", "place")]
        slots = _SLOTS.get(cls, ()) or (("Party",) if cls in _PAIRS else ())
        return Situation(
            cls,
            tuple(group),
            kind,
            role,
            participants=self._gathered(group, self.grammar.participation, self.grammar.participation),
            entities=self._gathered(
                group, [r for r in single if r not in slots], {r: p for r, (p, _) in self.grammar.properties.items()}
            ),
            time=self._time(group, cls, kind),
            numbers=self._numbers(group, cls),
        )

    def _gathered(self, group: list[Mention], roles: Iterable[str], names: Mapping[str, str]) -> tuple[Filler, ...]:
        """Fillers by role and entity, each with all mentions that put it there."""
        found: dict[tuple[str, int], list[Mention]] = {}
        for role, m in self._fillers(group, roles):
            if m.id in self.entity_of:
                found.setdefault((names[role], self.entity_of[m.id]), []).append(m)
        return tuple(Filler(role, entity, tuple(sorted(set(ms), key=_order))) for (role, entity), ms in found.items())

    def _numbers(self, group: list[Mention], cls: str) -> tuple[tuple[str, int], ...]:
        for _, m in self._fillers(group, ("Count",)):
            try:
                figures = next((q for note in m.notes if (q := quantity.of_note(note))), None) or quantity.parse(m.quote)
            except ValueError as error:
                self._problem(m, str(error))
                continue
            if figures is None:
                self._problem(m, "no number can be told from these words; a note low=… best=… high=… would give it")
            elif cls == "CasualtyEstimate":
                return tuple((n, v) for n in ("low", "best", "high") if (v := getattr(figures, n)) is not None)
            elif figures.best is not None:
                return (("quantity", figures.best),)
            else:
                self._problem(m, "the number of pieces is not exact; it stays in the words")
        return ()

    def _expand(self, group: list[Mention], draft: Situation) -> None:
        """A relation with several fillers stands for all combinations."""
        made: list[Situation] = []
        if draft.cls in _PAIRS:
            parties = self._gathered(group, ("Party",), {"Party": "party"})
            made = [replace(draft, entities=(*draft.entities, a, b)) for a, b in combinations(parties, 2)]
        elif draft.cls in _SLOTS:
            slots = [self._gathered(group, (r,), {r: self.grammar.properties[r][0]}) for r in _SLOTS[draft.cls]]
            for fillers in product(*slots):
                if len({f.entity for f in fillers}) == len(fillers):
                    made.append(replace(draft, entities=(*draft.entities, *fillers)))
                else:
                    self._problem(group[0], f"{draft.cls} relates a thing to itself", rejected=True)
        else:
            made = [draft]
        if not made:
            self._problem(
                group[0],
                f"{draft.cls} lacks one of its fillers ({', '.join(_SLOTS.get(draft.cls, ('Party', 'Party')))})",
                rejected=True,
            )
        for m in group:
            self.made[m.id] = list(range(len(self.situations), len(self.situations) + len(made)))
        self.situations += made

    def _point_to_each_other(self, groups: list[list[Mention]]) -> None:
        roles = {r: p for r, (p, filler) in self.grammar.properties.items() if filler in ("situation", "event", "Conflict")}
        for group in groups:
            targets = [(roles[role], s) for role, m in self._fillers(group, roles) for s in self.made[m.id]]
            for s in self.made[group[0].id]:
                linked = tuple(sorted({(p, t) for p, t in targets if t != s}))
                self.situations[s] = replace(self.situations[s], situations=linked)

    # -- claims

    def _claims(self, group: list[Mention]) -> None:
        said: dict[tuple[int | None, str, str, str], tuple[str, list[Mention]]] = {}
        for m in group:
            speakers = [self.mentions[k.source] for k in self.links.get("SaysThat", ()) if k.target == m.id]
            named = sorted({self.entity_of[s.id] for s in speakers if s.id in self.entity_of})
            sources: list[int | None] = [*named] or [None]
            for source in sources:
                polarity = "denied" if m.attribute("Denied") else "asserted"
                what = (source, polarity, m.attribute("Modality", "actual"), m.attribute("Certainty", "certain"))
                said.setdefault(what, (m.attribute("AttributionKind") or self._attribution(source), []))[1].append(m)
        for (source, polarity, modality, certainty), (kind, grounds) in said.items():
            for s in self.made[group[0].id]:
                self.claims.append(Claim(s, source, polarity, modality, certainty, kind, tuple(grounds)))

    def _attribution(self, source: int | None) -> str:
        if source is None:
            return "narration"
        return "media-evidence" if self.entities[source].cls == "MediaItem" else "indirect"

    def _containments(self) -> None:
        """A ``Within`` link is a stated containment, grounded in both mentions."""
        seen: set[tuple[int, int]] = set()
        for k in self.links.get("Within", ()):
            if k.source not in self.entity_of or k.target not in self.entity_of:
                continue
            inner, outer = self.mentions[k.source], self.mentions[k.target]
            figure, ground = self.entity_of[inner.id], self.entity_of[outer.id]
            if figure == ground:
                self._problem(k, f"a place cannot be within itself: {inner.quote!r}, {outer.quote!r}", rejected=True)
            elif (figure, ground) not in seen:
                seen.add((figure, ground))
                both = tuple(sorted((inner, outer), key=_order))
                fillers = (Filler("figure", figure, (inner,)), Filler("ground", ground, (outer,)))
                self.claims.append(Claim(len(self.situations), None, "asserted", "actual", "certain", "narration", both))
                self.situations.append(Situation("SpatialRelation", both, "within", entities=fillers))

    def _contradictions(self) -> tuple[tuple[int, int], ...]:
        by_situation: dict[int, list[int]] = {}
        for n, claim in enumerate(self.claims):
            by_situation.setdefault(claim.situation, []).append(n)
        pairs: set[tuple[int, int]] = set()
        for k in self.links.get("Contradicts", ()):
            for a, b in product(self.made[k.source], self.made[k.target]):
                if a != b:
                    pairs |= {(min(x, y), max(x, y)) for x in by_situation.get(a, ()) for y in by_situation.get(b, ())}
        return tuple(sorted(pairs))


def _most_specific(labels: Iterable[str]) -> str:
    """The deepest class; the first in text order among equals."""
    return max(labels, key=lambda label: len(ancestors(label)))
