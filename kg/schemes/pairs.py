"""Foreign schemes of typed entities and typed pairs (re3d): translation into the sitgraph scheme, by a table.

A pair names two spans, and a span may have several entities of different types: the entity meant is the one with the highest
confidence that the table has a row for. An entity below the threshold is kept when a pair at or above it rests on it, so that
the threshold leaves no pair hanging. Every entity and every pair is counted once, as mapped or as set aside with its reason.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from kg.model import AnnotatedReport, Link, Mention
from kg.schemes.mapped import Mapped


@dataclass(frozen=True, slots=True)
class PairRule:
    """A row of the table: a pair of these types becomes this label, with these roles and attributes."""

    type: str
    source: frozenset[str]
    target: frozenset[str]
    label: str
    roles: tuple[str, str]
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PairScheme:
    """A foreign scheme, as read from its TOML file."""

    id: str
    confidence: Mapping[str, float]
    entities: Mapping[str, str]
    set_aside: Mapping[str, str]
    rules: tuple[PairRule, ...]

    @staticmethod
    @lru_cache(maxsize=8)
    def load(name: str) -> PairScheme:
        """A scheme that ships, by its id."""
        toml = tomllib.loads((files("kg.schemes") / f"{name}.toml").read_text(encoding="utf-8"))
        rules = tuple(
            PairRule(
                r["type"], frozenset(r["source"]), frozenset(r["target"]), r["as"],
                (r.get("roles", ("", ""))[0], r.get("roles", ("", ""))[1]), tuple(sorted(r.get("attributes", {}).items())),
            )
            for r in toml["relations"]
        )  # fmt: skip
        return PairScheme(toml["id"], toml["confidence"], toml["entities"], toml["set_aside"], rules)

    def translate(self, report: AnnotatedReport) -> Mapped:
        """The report in the sitgraph scheme."""
        return _Translation(self, report).run()

    def certainty(self, confidence: float) -> str:
        """The certainty code of a confidence between 0 and 1."""
        steps = [c for c in ("certain", "probable", "possible") if confidence >= self.confidence[c]]
        return steps[0] if steps else "underspecified"

    def rule(self, kind: str, source: str, target: str) -> PairRule | None:
        """The row for a pair, if the table has one."""
        return next((r for r in self.rules if r.type == kind and source in r.source and target in r.target), None)


class _Translation:
    def __init__(self, scheme: PairScheme, report: AnnotatedReport) -> None:
        self.scheme, self.report = scheme, report
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.by_id = {m.id: m for m in report.mentions}
        self.ends: dict[str, dict[str, list[Mention]]] = {}
        for k in report.links:
            self.ends.setdefault(k.source, {}).setdefault(k.label, []).append(self.by_id[k.target])

    def run(self) -> Mapped:
        pairs = [m for m in self.report.mentions if m.id in self.ends]
        mentions: dict[str, Mention] = {}
        links: list[Link] = []
        for pair in pairs:
            made = self._pair(pair)
            if made is not None:
                mentions |= {m.id: m for m in made[0]}
                links += made[1]
        for entity in self.report.mentions:
            if entity.id not in self.ends:
                self._entity(entity, mentions)
        ordered = tuple(mentions[m.id] for m in self.report.mentions if m.id in mentions)
        report = replace(self.report, mentions=ordered, links=tuple(links), scheme="sitgraph-1", problems=())
        return Mapped(report, (), tuple(sorted(self.counts.items())))

    def _entity(self, m: Mention, mentions: dict[str, Mention]) -> None:
        label = self.scheme.entities.get(m.label)
        if label is None:
            outcome = "set aside: " + self.scheme.set_aside.get(m.label, "unknown type")
        elif m.id in mentions:
            low = _confidence(m) < self.scheme.confidence["threshold"]
            outcome = f"mapped to {label}" + (", below the threshold but a relation rests on it" if low else "")
        elif _confidence(m) < self.scheme.confidence["threshold"]:
            outcome = "set aside: confidence below the threshold"
        else:
            mentions[m.id] = self._relabelled(m, label)
            outcome = f"mapped to {label}"
        self.counts["entity", m.label, outcome] += 1

    def _pair(self, pair: Mention) -> tuple[list[Mention], list[Link]] | None:
        if not {"source", "target"} <= self.ends[pair.id].keys():
            self.counts["relation", f"? {pair.label} ?", "set aside: a span without an entity"] += 1
            return None
        candidates = sorted(self._candidates(pair), key=lambda c: c[0])
        (_, source, target, rule) = candidates[0]
        what = f"{source.label} {pair.label} {target.label}"
        if _confidence(pair) < self.scheme.confidence["threshold"]:
            outcome = "set aside: confidence below the threshold"
        elif rule is None:
            outcome = "set aside: the table has no row for these types"
        elif source.fragments == target.fragments:
            outcome = "set aside: a thing related to itself"
        else:
            self.counts["relation", what, f"mapped to {rule.label}"] += 1
            return self._made(pair, source, target, rule)
        self.counts["relation", what, outcome] += 1
        return None

    def _candidates(self, pair: Mention) -> Iterator[tuple[tuple[float, bool, str, str], Mention, Mention, PairRule | None]]:
        ends = self.ends[pair.id]
        threshold = self.scheme.confidence["threshold"]
        for source in ends["source"]:
            for target in ends["target"]:
                rule = self.scheme.rule(pair.label, source.label, target.label)
                confidence = min(_confidence(source), _confidence(target))
                rank = (-confidence if confidence >= threshold else 1 - confidence, rule is None, source.label, target.label)
                yield rank, source, target, rule

    def _made(self, pair: Mention, source: Mention, target: Mention, rule: PairRule) -> tuple[list[Mention], list[Link]]:
        ends = [self._relabelled(m, self.scheme.entities[m.label]) for m in (source, target)]
        if rule.label == "Coref":
            return ends, [Link("Coref", source.id, target.id, pair.line)]
        certainty = () if (c := self.scheme.certainty(_confidence(pair))) == "certain" else (("Certainty", c),)
        trigger = replace(pair, label=rule.label, attributes=tuple(sorted((*rule.attributes, *certainty))))
        links = [Link(role, pair.id, m.id, pair.line) for role, m in zip(rule.roles, (source, target), strict=True) if role]
        return [trigger, *ends], links

    def _relabelled(self, m: Mention, label: str) -> Mention:
        return replace(m, label=label, attributes=())


def _confidence(m: Mention) -> float:
    return float(m.attribute("confidence", "1"))
