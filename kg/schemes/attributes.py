"""Attributes of a foreign mention: what they say in the sitgraph scheme, and what is told of each.

Of several that set the same attribute the first wins: the rule, its tables by value, the tables of the scheme, further outputs.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.model import Mention
from kg.schemes.foreign import ForeignScheme
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import ASIDE, MAPPED
from kg.schemes.rules import MentionRule


def spoken(
    scheme: ForeignScheme,
    grammar: Grammar,
    m: Mention,
    rule: MentionRule,
    label: str,
    extra: Iterable[tuple[str, str]],
    said: dict[str, str],
) -> dict[str, str]:
    """The attributes of what a mention became; ``said`` is told what each foreign one became."""
    found: dict[str, str] = {}
    by = [pair for name, value in m.attributes for pair in rule.by.get(name, {}).get(value, ())]
    for name, value in (*rule.attributes, *by):
        found.setdefault(name, value)
    for name, value in m.attributes:
        known = scheme.attributes.get(name)
        become = known.get(value, known.get("*", ())) if known else ()
        for attribute, code in () if isinstance(become, str) else become:
            if grammar.belongs(label, grammar.attributes[attribute].on):
                found.setdefault(attribute, code)
                said[name] = f"{attribute}={code}"
    for name, value in extra:
        found.setdefault(name, value)
    return found


def told(scheme: ForeignScheme, name: str, value: str, kept: bool, said: str) -> tuple[str, str]:
    """Under which name a foreign attribute is counted, and what became of it; ``kept`` tells whether its mention is."""
    known = scheme.attributes.get(name)
    become = known.get(value, known.get("*")) if known else None
    what = f"{name}={value}" if known else name
    if not kept:
        return what, ASIDE + "what it is about is set aside"
    if isinstance(become, str):
        return what, ASIDE + become
    if said:
        return what, MAPPED + said
    if name in scheme.conditions:
        return what, MAPPED + "what its mention became"
    if become is not None:
        return what, ASIDE + "it cannot stand here" if become else MAPPED + "the default"
    if known:
        return what, ASIDE + "unknown value"
    return what, ASIDE + scheme.set_aside.attributes.get(name, "unknown attribute")
