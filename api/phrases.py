"""What situations are called: they have no label, so they are told in a few words of English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.models import Ref

_RELATION_WORDS = {
    "Membership": ("member", "in", "group"), "SideAlignment": ("member", "on the side of", "group"),
    "Support": ("provider", "supports", "recipient"), "Command": ("commander", "commands", "subordinate"),
    "Control": ("controller", "in control of", "controlled"), "SpatialRelation": ("figure", "", "ground"),
}  # fmt: skip

_CONTROL_WORDS = {
    "presence": "present in", "garrison": "with a garrison in", "contested": "contesting", "partial": "in control of part of",
    "full": "in full control of", "besieged": "besieged in", "former": "formerly in control of",
}  # fmt: skip
NAMING = (
    "kind", "role", "place", "targetPlace", "actor", "low", "best", "high", "party", "member", "group", "provider", "recipient",
    "commander", "subordinate", "controller", "controlled", "figure", "ground",
)  # fmt: skip
"""The keys of a situation that its name is made of."""


def class_words(cls: str) -> str:
    """``VehicleBomb`` as words: "Vehicle bomb"."""
    return "".join(f" {c.lower()}" if c.isupper() and n else c for n, c in enumerate(cls))


def _names(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    several = found if isinstance(found, list) else [found] if found else []
    return " and ".join(r.name for r in several if isinstance(r, Ref) and r.name)


def situation_name(values: Mapping[str, Any]) -> str:
    """A situation in a few words: who and whom for relations, what, by whom, where and when for events."""
    cls, kinds = str(values["type"]), [k.replace("-", " ") for k in values.get("kind", ())]
    if cls in _RELATION_WORDS:
        left, verb, right = _RELATION_WORDS[cls]
        if cls == "Control":
            verb = _CONTROL_WORDS.get(str(values.get("kind", [""])[0]), verb)
        elif cls == "SpatialRelation":
            verb = " ".join(kinds)
        return f"{_names(values, left)} {verb} {_names(values, right)}"
    if cls in ("AllianceTie", "Opposition"):
        return f"{_names(values, 'party')} ({'allied' if cls == 'AllianceTie' else 'opposed'})"
    if cls == "Participation":
        return f"{_names(values, 'actor')} as {values.get('role', '')}"
    if cls == "CasualtyEstimate":
        return f"{_range(values)} {' '.join(kinds)}".strip()
    head = class_words(cls) + (f" ({', '.join(kinds)})" if kinds else "")
    doers = " and ".join(
        n for p in values.get("participations", ()) if p.role in ("attacker", "performer", "besieger", "issuer")
        for n in (r.name for r in p.actor or ()) if n
    )  # fmt: skip
    where = _names(values, "place") or _names(values, "targetPlace")
    when = (values.get("time") or {}).get("edtf", "")
    return head + (f" by {doers}" if doers else "") + "".join(f", {part}" for part in (where, when) if part)


def _range(values: Mapping[str, Any]) -> str:
    if "best" in values:
        return str(values["best"])
    low, high = values.get("low"), values.get("high")
    return f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}" if high else "some"
