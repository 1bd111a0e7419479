"""The filters of lists as forms: which fields each list has, with what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.parameters import DEFAULT_STATUSES, STATUSES
from api.phrases import class_words
from kg.vocab import CODES, descendants


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``choice`` of ``options``, several ``checks``, or a line of text with a ``hint``."""

    name: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    values: tuple[str, ...] = ()


_TEXT: Mapping[str, tuple[str, str]] = {
    "q": ("Words in a name", ""),
    "valid_at": ("Held on", "2016-08-07 or a/b"),
    "issued_until": ("Reports until", "2016-08-20"),
    "report": ("Report", "its id"),
    "source": ("Source", "its slug"),
    "within": ("Within", "a location’s slug"),
}
_SITUATIONS = ("q", "class", "status", "valid_at", "within", "source", "report", "issued_until")
_FIELDS: Mapping[str, Sequence[str]] = {
    "actors": ("q", "class", "report", "issued_until"),
    "locations": ("q", "class", "within", "report"),
    "sources": ("q", "report"),
    "alliances": ("q", "status", "valid_at", "report", "issued_until"),
    "events": _SITUATIONS,
    "engagements": _SITUATIONS,
    "operations": tuple(f for f in _SITUATIONS if f != "class"),
    "actor-alliances": ("class", "status", "valid_at", "source", "report", "issued_until"),
    "actor-engagements": ("class", "role", "status", "valid_at", "within", "source", "report"),
    "members": ("status", "valid_at", "source", "report", "issued_until"),
    "reports": ("q",),
    "claims": ("q", "polarity", "modality", "status", "source", "report"),
    "contradictions": ("conflict-kind", "source", "report"),
}
_ROOTS: Mapping[str, Sequence[str]] = {
    "actors": ("Actor",), "locations": ("Place",), "events": ("Event", "Relation"), "engagements": ("Engagement",),
    "actor-alliances": ("Membership", "AllianceTie", "Support", "Opposition", "Command"),
    "actor-engagements": ("Engagement", "Operation", "Siege"),
}  # fmt: skip


def form(page: str, query: Sequence[tuple[str, str]]) -> list[Field]:
    """The fields of a list's form; none for pages that are no lists."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    return [_field(name, page, given) for name in _FIELDS.get(page, ())]


def _field(name: str, page: str, given: Mapping[str, list[str]]) -> Field:
    if name in _TEXT:
        label, hint = _TEXT[name]
        return Field(name, label, "text", hint=hint, values=tuple(given.get(name, ())))
    if name == "status":
        options = tuple((s, s) for s in STATUSES)
        default = () if page == "claims" else DEFAULT_STATUSES
        return Field(name, "Status", "checks", options, values=tuple(given.get(name, default)))
    if name == "class":
        options = tuple((c, class_words(c)) for root in _ROOTS[page] for c in (root, *sorted(descendants(root))))
        return Field(name, "Class", "choice", options, values=tuple(given.get(name, ())))
    parameter = "kind" if name == "conflict-kind" else name
    options = tuple((c, c.replace("-", " ")) for c in CODES[name])
    return Field(parameter, parameter.capitalize(), "choice", options, values=tuple(given.get(parameter, ())))
