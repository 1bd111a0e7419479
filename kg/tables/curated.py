"""The names of the reference tables, as they are written there.

A table names the same thing in the same letters thousands of times, and nobody looks at each: only a name that is spelled
exactly so, and needs no context, is taken for the curated thing (specification, section 11).
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.resolver.reference import Reference

_ACRONYM = 4
"""The longest word of capitals that may be an acronym, and then is no other word in capitals."""


@dataclass(frozen=True, slots=True)
class Curated:
    """Ids of curated things by exact name."""

    reference: Reference
    by_name: dict[str, frozenset[str]]
    by_capitals: dict[str, frozenset[str]]

    @classmethod
    def of(cls, reference: Reference) -> Curated:
        """The index of all names that mean one thing without a context."""
        found: dict[str, set[str]] = {}
        capitals: dict[str, set[str]] = {}
        for alias in reference.aliases:
            if not alias.context_required:
                found.setdefault(alias.label, set()).add(alias.entity_id)
                capitals.setdefault(alias.label.upper(), set()).add(alias.entity_id)
        return cls(reference, {n: frozenset(i) for n, i in found.items()}, {n: frozenset(i) for n, i in capitals.items()})

    def named(self, name: str) -> frozenset[str]:
        """Who and what is called exactly so. A name in capitals that is no acronym says nothing of case."""
        found = self.by_name.get(name, frozenset())
        return found or (self.by_capitals.get(name, frozenset()) if name.isupper() and len(name) > _ACRONYM else found)
