"""Why a triple is in the view: the rule, its premises, the claims, and the words they rest on, down to characters.

Read from the store alone. Every explanation ends in quotes: those of the claims of the situations concerned, or the mentions
that brought an entity into the view; what the reference tables say is named as such beside them. For a triple that is not in
the view, :func:`explain` tells what comes near it and why the rules refuse it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolution, QuerySolutions

from kg import queries
from kg.queries import Term
from kg.store import Store
from kg.vocab import DCTERMS, RDF, SG
from kg.view.status import ROWS


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a report: code points ``start`` to ``end`` of its text."""

    report: str
    mention: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A claim with its source, codes and quotes."""

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


_SHORTCUTS = frozenset(
    t.value
    for t in (
        SG.involves, SG.attacker, SG.defender, SG.targets, SG.aidedBy, SG.issuer, SG.memberOf, SG.onSide, SG.alliedWith,
        SG.opposes, SG.supports, SG.backs, SG.controls, SG.within,
    )
)  # fmt: skip
_CLOSED = {SG.within.value: "within", SG.subEventOf.value: "subEventOf", SG.precedes.value: "precedes"}
