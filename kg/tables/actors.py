"""Cells that name who takes part -> actors (specification, sections 11, 13 and 17).

An id of the table is known if the reference tables know it, else by its name if they have exactly that name for an actor of the
right kind; else the id itself gives an IRI, which every version of the table shares. Joint sides are several actors: a name in
the list is who bears it alone elsewhere in the table. Who is described rather than named belongs to this table alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.iri import h20
from kg.resolver.decisions import Judgements
from kg.resolver.resolve import kind_group
from kg.tables.config import ActorCell, ActorClass, Config, Group
from kg.tables.curated import Curated
from kg.tables.described import Described, Descriptions

_DESCRIBED = ("Collective", "Side")


@dataclass(slots=True)
class Actors:
    """The actors of one table. ``alone`` are ids by the name that bears them."""

    config: Config
    report_id: str
    curated: Curated
    judgements: Judgements
    descriptions: Descriptions
    alone: Mapping[str, str] = field(default_factory=dict)
    by_id: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, cell: ActorCell, name: str, identifier: str, code: str, per: Mapping[str, str]) -> tuple[str, ...]:
        """The paths of who stands in a cell, each once, in the order of the cell."""
        parts = [p.strip() for p in name.split(cell.separator)] if cell.separator else [name]
        if len(parts) < 2:
            return (self._actor(cell, name, identifier, code, per),)
        return tuple(dict.fromkeys(self._actor(cell, p, self.alone.get(p, ""), code, per) for p in parts if p))

    def group(self, group: Group, per: Mapping[str, str]) -> str:
        """People of whom the table tells only a number."""
        return self._described_only(group.label, "Collective", group.kind, per.get(group.per, ""))

    def _actor(self, cell: ActorCell, name: str, identifier: str, code: str, per: Mapping[str, str]) -> str:
        cls = self._class(name, code)
        known = self._known(cell, identifier) or self._named(name, cls)
        if known:
            return self.judgements.entity(known)
        if cls.cls in _DESCRIBED:
            return self._described_only(name, cls.cls, cls.kind, per.get(cls.per, ""))
        authority = self.config.authority
        said = f"{authority}:{identifier}" if identifier else ""
        path = f"actor/t-{h20('actor', said) if said else h20('actor', kind_group(cls.cls), f'{authority} {name}')}"
        described = Described(path, cls.cls, name, self.config.language, "actor-kind", cls.kind, said)
        return self.descriptions.add(described)

    def _described_only(self, label: str, cls: str, kind: str, per: str) -> str:
        path = f"actor/t-{h20('actor', self.report_id, label, per)}"
        called = f"{label} in {per}" if per else label
        others = (label,) if per else ()
        described = Described(path, cls, called, self.config.language, "actor-kind", kind, others=others)
        return self.descriptions.add(described)

    def _class(self, name: str, code: str) -> ActorClass:
        found = (c for c in self.config.classes if c.applies(name, code))
        return next(found, ActorClass("", (), "Collective", "unidentified"))

    def _known(self, cell: ActorCell, identifier: str) -> str:
        """The curated actor whose row in the reference tables names this id."""
        if not cell.known or not identifier:
            return ""
        if cell.known not in self.by_id:
            pattern = re.compile(cell.known.replace("{id}", r"([^\s,;]+)"))
            matches = ((pattern.fullmatch(a.source), a.id) for a in self.curated.reference.actors.values())
            self.by_id[cell.known] = {m[1]: actor for m, actor in matches if m}
        return self.by_id[cell.known].get(identifier, "")

    def _named(self, name: str, cls: ActorClass) -> str:
        """The one curated actor that is called exactly so, and is of this kind."""
        if cls.cls in _DESCRIBED:
            return ""
        reference = self.curated.reference
        found = [
            actor
            for actor in self.curated.named(name)
            if actor in reference.actors and kind_group(reference.cls(actor)) == kind_group(cls.cls)
        ]
        return found[0] if len(found) == 1 else ""


def alone(pairs: Iterable[tuple[str, str]], separators: Iterable[str]) -> dict[str, str]:
    """Ids by name, of those who stand alone in a cell; a name with two ids is nobody's."""
    ids: dict[str, set[str]] = {}
    for name, identifier in pairs:
        if identifier and not any(s and s in name for s in separators):
            ids.setdefault(name, set()).add(identifier)
    return {name: found.pop() for name, found in ids.items() if len(found) == 1}
