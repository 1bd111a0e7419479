"""Typed pairs: the words that carry one, and which entities a pair of spans means.

Some schemes (re3d) have relations with words of their own that name spans, not entities. A span may have several entities of
different labels: the one meant is the one with the highest confidence that the scheme has a row for. An entity below the
threshold counts last; it is kept when a pair at or above it rests on it, so that the threshold leaves no pair hanging.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.model import Mention, TextSpan, quote_of
from kg.schemes.foreign import ForeignScheme
from kg.schemes.rules import RelationRule

MOST_LABELS = 100
"""How many entities of one span are compared with those of another: no span that people annotated has as many."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two entities that a pair is taken to mean, and the row of the scheme for them, if there is one."""

    source: Mention
    target: Mention
    rule: RelationRule | None


def words_of(ground: str, source: Mention, target: Mention, text: str) -> Mention:
    """The words that carry the trigger of a pair without words of its own: those of one end, or of both."""
    base = Mention("", "", source.fragments, source.quote)
    if ground == "source":
        return base
    if ground == "target":
        return Mention("", "", target.fragments, target.quote)
    spans = sorted(f for m in (source, target) for f in m.fragments if isinstance(f, TextSpan))
    if len(spans) < len(source.fragments) + len(target.fragments):  # cells of a table: they are apart
        return base
    merged: list[TextSpan] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = TextSpan(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return Mention("", "", tuple(merged), quote_of(text, merged))


def confidence(m: Mention) -> float:
    """How sure the annotators were, between 0 and 1; wholly, if it does not say."""
    try:
        return float(m.attribute("confidence", "1"))
    except ValueError:
        return 1.0


def chosen(scheme: ForeignScheme, label: str, sources: Iterable[Mention], targets: Iterable[Mention]) -> Ends:
    """The entities meant by a pair of this label between two spans; each of them has one at least."""
    candidates = _candidates(scheme, scheme.key(label), _of_each_label(scheme, sources), _of_each_label(scheme, targets))
    return min(candidates, key=lambda c: c[0])[1]


_Rank = tuple[float, bool, str, str]


def _of_each_label(scheme: ForeignScheme, entities: Iterable[Mention]) -> list[Mention]:
    """The entities of a span; of very many the surest of each label, first of the labels that the scheme has."""
    several = list(entities)
    if len(several) <= MOST_LABELS:
        return several
    surest: dict[str, Mention] = {}
    for m in several:
        if m.label not in surest or confidence(m) > confidence(surest[m.label]):
            surest[m.label] = m
    return sorted(surest.values(), key=lambda m: (scheme.key(m.label) not in scheme.mentions, -confidence(m), m.label))[
        :MOST_LABELS
    ]


def _candidates(
    scheme: ForeignScheme, kind: str, sources: Sequence[Mention], targets: Sequence[Mention]
) -> Iterator[tuple[_Rank, Ends]]:
    threshold = scheme.confidence.threshold if scheme.confidence else 0.0
    for source in sources:
        for target in targets:
            rule = scheme.relation(kind, scheme.key(source.label), scheme.key(target.label))
            sure = min(confidence(source), confidence(target))
            rank = (-sure if sure >= threshold else 1 - sure, rule is None, source.label, target.label)
            yield rank, Ends(source, target, rule)
