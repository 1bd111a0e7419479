"""Why a triple is in the view: the rule, its premises, the claims, and the words they rest on, down to characters.

Read from the store alone. Every explanation ends in quotes: those of the claims of the situations concerned, or the mentions
that brought an entity into the view; what the reference tables say is named as such beside them. For a triple that is not in
the view, :func:`explain` tells what comes near it and why the rules refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, QuerySolution, QuerySolutions

from kg import queries
from kg.queries import Term
from kg.store import Store
from kg.view.rules import Stands, rules
from kg.view.status import ROWS
from kg.vocab import DCTERMS, PROV, SG, ancestors


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a report: the code points of its text that each fragment selects, joined by one space.

    Of a table, ``rows`` are the rows or cells in the words of RFC 7111 (``row=12-57``), and ``text`` what is quoted of them,
    which may be nothing.
    """

    report: str
    mention: str
    text: str
    fragments: tuple[tuple[int, int], ...]
    before: str = ""
    after: str = ""
    rows: str = ""


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A claim with its source, codes and quotes; from whom its source has it, and where it stood."""

    iri: str
    situation: str
    source: str
    source_label: str
    report: str
    issued: str
    polarity: str
    modality: str
    certainty: str
    attribution_kind: str
    quotes: tuple[Quote, ...]
    according_to: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Premise:
    """A situation that a rule used, with its claims."""

    iri: str
    cls: str
    label: str
    status: str
    claims: tuple[ClaimShown, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One way to the triple: a rule (R1 to R10, or ``reference`` for the curated tables) with what it used."""

    rule: str
    why: str
    premises: tuple[Premise, ...] = ()
    quotes: tuple[Quote, ...] = ()
    steps: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a triple is in the view, or why it is not (``present``)."""

    subject: str
    predicate: str
    object: str
    present: bool
    labels: tuple[str, str, str]
    reasons: tuple[Reason, ...] = ()
    refusals: tuple[Reason, ...] = ()

    def quotes(self) -> Iterator[Quote]:
        """All quotes it ends in."""
        for reason in self.reasons:
            yield from reason.quotes
            for premise in reason.premises:
                for claim in premise.claims:
                    yield from claim.quotes


_WHY = {
    "R1": "consolidated from what the reports say of it",
    "R3": "computed from the claims",
    "R4": "a stated containment",
    "R5": "takes part in the event in this role",
    "R6": "a relation that holds as of the date of the latest report",
    "R7": "a member of a bloc is on the side of the bloc",
    "R8": "supports the side, or an actor on it, without being on it",
    "R9": "attacked, or fought, as an accepted fact, and nothing makes friends of them",
    "R10": "follows from other triples of the view",
    "reference": "from the reference tables, for something that the reports mention",
    "mention": "named by these words",
}
_CLOSED = (SG.within, SG.subEventOf, SG.precedes)
_MAKES = {
    SG.opposes: ("Opposition", "Engagement"), SG.onSide: ("SideAlignment",), SG.memberOf: ("Membership", "SideAlignment"),
    SG.alliedWith: ("AllianceTie",), SG.supports: ("Support",), SG.controls: ("Control",), SG.within: ("SpatialRelation",),
    SG.backs: ("Support",), SG.involves: ("Participation",), SG.attacker: ("Participation",), SG.defender: ("Participation",),
    SG.targets: ("Participation",), SG.aidedBy: ("Participation",), SG.issuer: ("Participation",),
}  # fmt: skip
_ROLES = {SG.attacker: "attacker", SG.defender: "defender", SG.targets: "target", SG.aidedBy: "supporter", SG.issuer: "issuer"}
_KINDS = {"Control": ("full", "partial", "garrison"), "SpatialRelation": ("within", "part-of")}
_BESIDE = {
    ("Support", SG.onSide): "support is not membership",
    ("Support", SG.memberOf): "support is not membership",
    ("SideAlignment", SG.backs): "who is on a side does not merely back it",
}
"""What is taken for a ground, and is none."""
_NEVER = (
    "No report states a situation between them that would give this. It is never inferred from an ally of an ally, "
    "an enemy of an enemy, an enemy of an ally, or the side of a supporter."
)
_SHOWN = 12
"""How many mentions of one thing are quoted."""


def explain(store: Store, subject: NamedNode, predicate: NamedNode, object: Term) -> Explanation:
    """Why a triple is in the view, or why it is not."""
    return _Explaining(store).run(subject, predicate, object)


class _Explaining:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.as_of: str | None = None

    def run(self, s: NamedNode, p: NamedNode, o: Term) -> Explanation:
        present = bool(self.store.query(f"ASK {{ {s} {p} {o} }}"))
        labels = (self.label(s), p.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1], self.label(o))
        reasons = tuple(self._reasons(s, p, o)) if present else ()
        refusals = () if present or not isinstance(o, NamedNode) else tuple(self._refusals(s, p, o))
        return Explanation(s.value, p.value, o.value, present, labels, reasons, refusals)

    # -- asking the store

    def _ended(self, end: object) -> bool:
        """Whether something that ends then, at the latest, is over as of the date of the view."""
        if self.as_of is None:
            self.as_of = next((_text(r["asof"]) for r in self._ask("as-of")), "")
        return bool(self.as_of) and _before(end, self.as_of)

    def _ask(self, query: str, /, **terms: Term | Iterable[Term]) -> list[QuerySolution]:
        if any(not isinstance(t, NamedNode | Literal) and not tuple(t) for t in terms.values()):
            return []
        found = self.store.query(queries.bind(queries.load(query), terms))
        assert isinstance(found, QuerySolutions)
        return list(found)

    def label(self, term: Term) -> str:
        """What a thing is called, in English where possible; a situation by its class."""
        if isinstance(term, Literal):
            return term.value
        labels = [r["label"] for r in self._ask("labels-of", thing=term)]
        english = [x for x in labels if isinstance(x, Literal) and x.language == "en"]
        for found in (*english, *labels):
            return str(found.value) if isinstance(found, Literal) else ""
        situations = self._ask("situations", situation=term)
        return _local(situations[0]["class"]) if situations else term.value.rsplit("/", 1)[-1]

    def quotes(self, mentions: Iterable[NamedNode]) -> dict[str, Quote]:
        """The words of mentions, by mention."""
        wanted = sorted(set(mentions), key=str)
        parts: dict[str, list[QuerySolution]] = {}
        for row in self._ask("quotes-of", mention=wanted):
            parts.setdefault(_text(row["mention"]), []).append(row)
        return self._rows([m for m in wanted if m.value not in parts]) | {
            mention: Quote(
                _text(rows[0]["identifier"]), mention, " ".join(_text(r["exact"]) for r in rows),
                tuple((int(_text(r["start"])), int(_text(r["end"]))) for r in rows),
                _text(rows[0]["prefix"]), _text(rows[-1]["suffix"]),
            )
            for mention, rows in parts.items()
        }  # fmt: skip

    def _rows(self, mentions: list[NamedNode]) -> dict[str, Quote]:
        """The rows of tables that mentions select, with the words that are quoted of them."""
        words: dict[str, dict[str, None]] = {}
        for row in self._ask("row-words", mention=mentions):
            words.setdefault(_text(row["mention"]), {})[_text(row["words"])] = None
        rows = {_text(r["mention"]): r for r in self._ask("rows-of", mention=mentions)}
        return {
            mention: Quote(_text(r["identifier"]), mention, " · ".join(words.get(mention, ())), (), rows=_text(r["rows"]))
            for mention, r in rows.items()
        }

    def _citations(self, claims: Iterable[NamedNode]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """From whom the sources of claims have them, and where they stood."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for row in self._ask("citations-of", claim=sorted(set(claims), key=str)):
            primary, cited = found.setdefault(_text(row["claim"]), ([], []))
            what = row["cited"]
            if row["property"] == PROV.hadPrimarySource and isinstance(what, NamedNode):
                primary.append(self.label(what))
            else:
                cited.append(_text(what))
        return {claim: (tuple(primary), tuple(cited)) for claim, (primary, cited) in found.items()}

    def claims(self, situations: Iterable[NamedNode]) -> dict[str, tuple[ClaimShown, ...]]:
        """The claims on situations, by situation."""
        rows = self._ask("claims-of", situation=sorted(set(situations), key=str))
        quotes = self.quotes(_nodes(rows, "mention"))
        sources = {n: self.label(n) for n in set(_nodes(rows, "source"))}
        citations = self._citations(_nodes(rows, "claim"))
        grouped: dict[tuple[str, str], list[QuerySolution]] = {}
        for row in rows:
            grouped.setdefault((_text(row["situation"]), _text(row["claim"])), []).append(row)
        found: dict[str, list[ClaimShown]] = {}
        for (situation, claim), several in grouped.items():
            first, source = several[0], several[0]["source"]
            polarity, modality, certainty, kind = (
                _local(first[k]) for k in ("polarity", "modality", "certainty", "attributionKind")
            )
            said = tuple(quotes[m] for m in dict.fromkeys(_text(r["mention"]) for r in several) if m in quotes)
            by = sources[source] if isinstance(source, NamedNode) else ""
            report, issued = _text(first["identifier"]), _text(first["issued"])
            codes = (polarity, modality, certainty, kind)
            cited = citations.get(claim, ((), ()))
            shown = ClaimShown(claim, situation, _text(source), by, report, issued, *codes, said, *cited)
            found.setdefault(situation, []).append(shown)
        return {situation: tuple(claims) for situation, claims in found.items()}

    def premises(self, situations: Iterable[NamedNode]) -> tuple[Premise, ...]:
        """Situations with their claims."""
        nodes = list(dict.fromkeys(situations))  # events before who takes part in them
        claims = self.claims(nodes)
        rows = {_text(r["situation"]): r for r in self._ask("situations", situation=nodes)}
        return tuple(
            Premise(
                n.value,
                _local(rows[n.value]["class"]),
                self._sentence(n),
                _local(rows[n.value]["status"]),
                claims.get(n.value, ()),
            )
            for n in sorted(nodes, key=lambda n: n.value in rows and _local(rows[n.value]["class"]) == "Participation")
            if n.value in rows
        )

    def _sentence(self, situation: NamedNode) -> str:
        """A situation in a few words: its class, kind, and who or what it is about."""
        rows = self._ask("situation-words", situation=situation)
        cls = next((_text(r["classLabel"]) for r in rows if r["classLabel"]), "situation")
        kind = next((f" ({_text(r['kindLabel'])})" for r in rows if r["kindLabel"]), "")
        about: dict[tuple[str, str], str] = {}
        for row in rows:
            label, what = row["label"], (_text(row["role"]), _text(row["thing"]))
            if isinstance(label, Literal) and (what not in about or label.language == "en"):
                about[what] = label.value
        return cls + kind + (": " + ", ".join(f"{role} {label}" for (role, _), label in about.items()) if about else "")

    # -- why it is there

    def _reasons(self, s: NamedNode, p: NamedNode, o: Term) -> Iterator[Reason]:
        derived = tuple(self._inferred(s, p, o))
        yield from derived
        if self._ask("situations", situation=s):
            yield from self._of_situation(s, p, o)
            return
        if p in _CLOSED and isinstance(o, NamedNode) and (steps := self._chain(s, p, o)) and len(steps) > 1:
            yield self._by_closure(steps)
        elif uses := self._ask("standing-on", time=s):
            yield Reason("R1", "the time of these situations", self.premises(_nodes(uses, "situation")[:_SHOWN]))
        elif isinstance(o, NamedNode) and p == DCTERMS.isReplacedBy and self._ask("situations", situation=o):
            yield Reason("R1", "merged into the situation that replaces it", self.premises([o]))
        elif not derived:
            yield from self._of_entity(s, p, o)

    def _inferred(self, s: NamedNode, p: NamedNode, o: Term) -> Iterator[Reason]:
        for rule, premises, end in self._records(s, p, o):
            if self._stands(rule, end, s, o):
                yield Reason(rule, _WHY[rule], self.premises(premises))

    def _records(self, s: NamedNode, p: NamedNode, o: Term) -> Iterator[tuple[str, list[NamedNode], object]]:
        """The inferences of a triple, of whatever time: rule, premises, and when each ended at the latest."""
        records: dict[tuple[str, str], list[QuerySolution]] = {}
        for row in self._ask("inferences-of", subject=s, predicate=p, object=o):
            records.setdefault((_text(row["rule"]), _text(row["inference"])), []).append(row)
        for (rule, _), rows in records.items():
            yield rule, _nodes(rows, "premise"), rows[0]["latestEnd"]

    def _stands(self, rule: str, end: object, s: NamedNode, o: Term) -> bool:
        """Whether a record is a reason as of the date of the view, and not only of its own time."""
        if _stands_of(rule) is Stands.WITH_PREMISES:
            return not self._ended(end)
        if _stands_of(rule) is Stands.WITHOUT_EXCEPTION:
            return not any(self._goes_on(f) for f in self._ask("friendship", subject=s, object=o))
        return True

    def _of_situation(self, s: NamedNode, p: NamedNode, o: Term) -> Iterator[Reason]:
        if p in (SG.status, SG.rule):
            row = _text(self._ask("situations", situation=s)[0]["rule"]).removeprefix("R3.")
            yield Reason("R3", f"row {row} of the table of statuses: {ROWS[row]}", self.premises([s]))
        elif p in _CLOSED and isinstance(o, NamedNode) and len(steps := self._chain(s, p, o)) > 1:
            yield self._by_closure(steps)
        elif self._ask("inferences-of", subject=s, predicate=p, object=o):
            return
        elif p == SG.involves or p in _ROLES:  # of a row: its shortcuts have no record
            yield Reason("R5", _WHY["R5"], self.premises([s, *self._parts(s, o)]))
        else:
            yield Reason("R1", _WHY["R1"], self.premises([s]))

    def _parts(self, event: NamedNode, actor: Term) -> list[NamedNode]:
        """How somebody takes part in an event."""
        rows = self._ask("parts-of-events", event=event)
        return _nodes((r for r in rows if r["property"] == SG.actor and r["value"] == actor), "thing")

    def _chain(self, s: NamedNode, p: NamedNode, o: NamedNode) -> tuple[tuple[str, str, str], ...]:
        """The shortest way from one to the other by steps that are not themselves closures; empty if there is none."""
        seen: dict[NamedNode, tuple[tuple[str, str, str], ...]] = {s: ()}
        todo = [s]
        while todo:
            here = todo.pop(0)
            for row in self._ask("steps", subject=here, predicate=p):
                there = row["object"]
                if isinstance(there, NamedNode) and there not in seen:
                    seen[there] = (*seen[here], (here.value, p.value, there.value))
                    todo.append(there)
                    if there == o:
                        return seen[there]
        return ()

    def _by_closure(self, steps: tuple[tuple[str, str, str], ...]) -> Reason:
        premises: list[Premise] = []
        quotes: list[Quote] = []
        for subject, predicate, object in steps:
            for reason in self._reasons(NamedNode(subject), NamedNode(predicate), NamedNode(object)):
                premises += reason.premises
                quotes += reason.quotes
        return Reason("R10", _WHY["R10"], tuple(dict.fromkeys(premises)), tuple(dict.fromkeys(quotes)), steps)

    def _of_entity(self, s: NamedNode, p: NamedNode, o: Term) -> Iterator[Reason]:
        """An entity is in the view because reports mention it, or mention what leads to it."""
        mentions = _nodes(self._ask("mentions-of", thing=s), "mention")
        quotes = list(self.quotes(mentions).values())
        if isinstance(o, Literal):
            named = [q for q in quotes if q.text == o.value]
            if named:
                yield Reason("mention", _WHY["mention"], quotes=tuple(named[:_SHOWN]))
                return
        if not quotes:
            quotes = self._indirect(s)
        if not quotes and isinstance(o, NamedNode) and p == DCTERMS.isReplacedBy:
            quotes = list(self.quotes(_nodes(self._ask("mentions-of", thing=o), "mention")).values())
        yield Reason("reference", _WHY["reference"], quotes=tuple(quotes[:_SHOWN]))

    def _indirect(self, s: NamedNode) -> list[Quote]:
        """The words that brought in what nobody names: a container, a state, a narrator, a publisher."""
        brought = _nodes(self._ask("brought-in-by", thing=s), "mentioned")
        mentions = _nodes(self._ask("mentions-of", thing=brought), "mention")
        mentions = mentions or _nodes(self._ask("claims-by-source", source=s), "mention")
        mentions = mentions or _nodes(self._ask("claims-of-publisher", publisher=s), "mention")
        return list(self.quotes(mentions[:_SHOWN]).values())

    # -- why it is not there

    def _refusals(self, s: NamedNode, p: NamedNode, o: NamedNode) -> Iterator[Reason]:
        over = tuple(self._over(s, p, o))
        yield from over
        told = {premise.iri for reason in over for premise in reason.premises}
        near: dict[NamedNode, list[QuerySolution]] = {}
        for row in self._ask("between", subject=s, object=o):
            situation = row["situation"]
            if isinstance(situation, NamedNode) and situation.value not in told:
                near.setdefault(situation, []).append(row)
        for situation, rows in near.items():
            yield Reason("", self._refusal(max(rows, key=lambda row: _likeness(row, p)), s, p, o), self.premises([situation]))
        if not over and not near:
            yield Reason("", _NEVER)

    def _over(self, s: NamedNode, p: NamedNode, o: NamedNode) -> Iterator[Reason]:
        """What held once: recorded, and no triple of the view."""
        for rule, premises, end in self._records(s, p, o):
            if _stands_of(rule) is Stands.WITH_PREMISES and self._ended(end):
                why = f"it had ended by {_text(end)[:10]}, and the view is as of {(self.as_of or '')[:10]}"
                yield Reason(rule, why, self.premises(premises))

    def _refusal(self, row: QuerySolution, s: NamedNode, p: NamedNode, o: NamedNode) -> str:
        cls, status = _local(row["class"]), _local(row["status"])
        act = "Engagement" in ancestors(cls) or cls == "Engagement"
        if cls not in _MAKES.get(p, ()) and not (act and p == SG.opposes):
            beside = _BESIDE.get((cls, p))
            return f"{_article(cls)} is no ground for {_local(p)}" + (f": {beside}" if beside else "")
        if why := _other_roles(row, p) if act or cls == "Participation" else _other_direction_or_kind(row, cls):
            return why
        least = ("accepted",) if act or p == SG.backs else ("accepted", "reported")
        if status not in least:
            rule = _text(row["rule"]).removeprefix("R3.")
            return f"its status is {status}, and the rule asks for {' or '.join(least)} (row {rule}: {ROWS[rule]})"
        if act:
            return self._no_foes(row, s, o)
        if p == SG.backs:
            on_it = bool(self._ask("inferences-of", subject=s, predicate=SG.onSide, object=o))
            return _BESIDE["SideAlignment", p] if on_it else "only a side is backed"
        return "what has to hold with it never held at the same time"

    def _no_foes(self, row: QuerySolution, s: NamedNode, o: NamedNode) -> str:
        """Why an accepted fight makes no declared opponents of two."""
        friends = self._ask("friendship", subject=s, object=o)
        for f in friends:
            if _were(f, row):
                return f"{self._tie(f)}; a fight between them is no declared opposition"
        for f in friends:
            if self._goes_on(f):
                return f"{self._tie(f)}; a fight at another time is recorded, with its time, as the opposition of then"
        if _local(row["from"]) == "belligerent":
            return "not just two fought in it, and it is not said who fought whom"
        return "who took part in it did not do so at the same time"

    def _tie(self, friendship: QuerySolution) -> str:
        a, b = (self.label(t) for t in (friendship["a"], friendship["b"]) if isinstance(t, NamedNode))
        return f"{_text(friendship['why'])}: {a} {_local(friendship['p'])} {b}{_span(friendship)}"

    def _goes_on(self, friendship: QuerySolution) -> bool:
        """Whether it holds as of the date of the view."""
        return _met(friendship) and not any(self._ended(friendship[end]) for end in ("end", "otherEnd"))


def _stands_of(rule: str) -> Stands:
    return next((known.stands for known in rules() if known.id == rule), Stands.ALWAYS)


def _other_roles(row: QuerySolution, p: NamedNode) -> str:
    """What is wrong with the roles of two in an event, or of one in it."""
    one, other = _local(row["from"]), _local(row["to"])
    if p != SG.opposes:
        return f"the role is {one}" if _ROLES.get(p, one) != one else ""
    if one == other == "belligerent" or (one == "attacker" and other in ("defender", "target")):
        return ""
    if other == "attacker" and one in ("defender", "target"):
        return "it points the other way"
    return f"{one} and {other} are not attacker and defender, or attacker and target"


def _other_direction_or_kind(row: QuerySolution, cls: str) -> str:
    if _local(row["from"]) in _TO:
        return "it points the other way"
    kind = _local(row["kind"])
    return f"the kind “{kind or 'none'}” is not among {', '.join(_KINDS[cls])}" if kind not in _KINDS.get(cls, (kind,)) else ""


def _likeness(row: QuerySolution, p: NamedNode) -> int:
    """One situation may stand between two in several ways: the more, the nearer the way is to what the rule asks for."""
    cls = _local(row["class"])
    kind_fits = _local(row["kind"]) in _KINDS.get(cls, (_local(row["kind"]),))
    return 2 * (not _other_roles(row, p) and _local(row["from"]) not in _TO) + kind_fits


def _met(friendship: QuerySolution, *others: tuple[object, object]) -> bool:
    """Whether both ties of a friendship, and what else has this begin and this end, ever held together."""
    spans = [(friendship["begin"], friendship["end"]), (friendship["otherBegin"], friendship["otherEnd"]), *others]
    return not any(_before(end, _text(begin)) for begin, _ in spans for _, end in spans)


def _were(friendship: QuerySolution, fight: QuerySolution) -> bool:
    """Whether they were friends when they fought."""
    return _met(friendship, (fight["earliestBegin"], fight["latestEnd"]))


def part_of_table(fragment: str) -> str:
    """A part of a table in words (RFC 7111, the header counts): ``row=12-57`` is rows 12–57, ``cell=2,9`` row 2, column 9."""
    kind, _, several = fragment.partition("=")
    if kind == "cell" and re.fullmatch(r"\d+,\d+", several):
        return "row {}, column {}".format(*several.split(","))
    if kind == "row" and re.fullmatch(r"[\d*;-]+", several):
        return f"row{'' if several.isdigit() else 's'} {several.replace('-', '–').replace(';', ', ')}"
    return fragment


_TO = frozenset({"group", "recipient", "subordinate", "ground", "defender", "target"})


def _text(term: object) -> str:
    return str(term.value) if isinstance(term, NamedNode | Literal) else ""


def _before(end: object, begin: str) -> bool:
    """Whether what ends then is over before something begins; an unknown end or begin is no reason to think so."""
    return bool(_text(end)) and bool(begin) and datetime.fromisoformat(_text(end)) <= datetime.fromisoformat(begin)


def _span(friendship: QuerySolution) -> str:
    days = [_text(friendship[name])[:10] for name in ("begin", "end")]
    return "".join(f" {word} {day}" for word, day in zip(("from", "until"), days, strict=True) if day)


def _local(term: object) -> str:
    return _text(term).replace("#", "/").rsplit("/", 1)[-1]


def _article(cls: str) -> str:
    return f"{'an' if cls[0] in 'AEIOU' else 'a'} {cls}"


def _nodes(rows: Iterable[QuerySolution], name: str) -> list[NamedNode]:
    return [n for r in rows if isinstance(n := r[name], NamedNode)]
