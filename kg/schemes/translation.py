"""One foreign report into the sitgraph scheme, by the rules of its scheme, with the account of it.

Mentions are only promised at first: an entity of several labels becomes those that something points at it as, and the first of
them where nothing does. Situations come next, with their roles and what else they give; then pairs; then who is the same as
whom. What comes out is held to the grammar, so a situation without what it needs is set aside, not mapped.

Invariant: each mention, link and attribute of the report has one fate, and what comes out breaks no rule of the grammar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention
from kg.schemes.account import Account, Fate
from kg.schemes.attributes import spoken, told
from kg.schemes.foreign import ForeignScheme
from kg.schemes.grammar import Grammar
from kg.schemes.identity import Identity
from kg.schemes.mapped import ASIDE, MAPPED, Mapped
from kg.schemes.pairs import chosen, confidence, words_of
from kg.schemes.rules import Also, Attributes, MentionRule, Place, RelationRule

BELOW = "confidence below the threshold"
NO_ROW = "the table has no row for these types"
UNKNOWN = "unknown label"
MOST_FILLERS = 20
"""How many fillers of a role a further output takes: it is made for each filler of another one."""


def translate(scheme: ForeignScheme, report: AnnotatedReport, all_examples: bool = False) -> Mapped:
    """The report in the sitgraph scheme; with examples of what was set aside, or of all."""
    return _Translation(scheme, report, all_examples).run()


class _Translation:
    def __init__(self, scheme: ForeignScheme, report: AnnotatedReport, all_examples: bool) -> None:
        self.scheme, self.report = scheme, report
        self.grammar = Grammar.load()
        self.by_id = {m.id: m for m in report.mentions}
        self.key = {m.id: scheme.key(m.label) for m in report.mentions}
        self.leaving: dict[str, list[Link]] = {}
        self.roles: dict[tuple[str, str], list[Link]] = {}  # the same, by source and role label
        for k in report.links:
            self.leaving.setdefault(k.source, []).append(k)
            self.roles.setdefault((k.source, scheme.role_key(k.label)), []).append(k)
        self.rules: dict[str, MentionRule] = {}
        self.pairs: dict[str, Mention] = {}
        self.realised: dict[str, list[int]] = {}  # of each mention: which of its rule's labels it came out as
        self.extra: dict[str, list[tuple[str, str]]] = {}
        self.made: dict[str, Mention] = {}
        self.links: dict[Link, None] = {}
        self.given: dict[
            tuple[str, str, str], tuple[dict[str, None], list[str]]
        ] = {}  # links that a further output was made of
        self.identity = Identity()
        self.problems: dict[Problem, None] = {}
        self.account = Account(report.path, self.by_id, all_examples)

    def run(self) -> Mapped:
        for m in self.report.mentions:
            self._promise(m)
        for m in self.report.mentions:
            rule = self.rules.get(m.id)
            if rule is not None and self._is_situation(rule):
                self._situation(m, rule)
        for m in self.pairs.values():
            self._pair(m)
        for k in self.report.links:
            if k.source not in self.pairs:
                self._link(k)
        self._identify()
        mentions = [*self._mentions(), *self.made.values()]
        report = replace(self.report, mentions=tuple(mentions), links=tuple(self.links), scheme=self.grammar.id, problems=())
        settled = self.account.settled(self.grammar.check(report))
        return replace(settled, problems=(*self.problems, *settled.problems))

    # -- mentions

    def _promise(self, m: Mention) -> None:
        leaving = self.leaving.get(m.id, ())
        pairs = self.scheme.pairs
        if pairs and any(k.label in pairs for k in leaving):
            self.pairs[m.id] = m
            return
        key = self.key[m.id]
        for rule in self.scheme.mentions.get(key, ()):
            has_needs = not rule.needs or any(self.scheme.role_key(k.label) in rule.needs for k in leaving)
            if has_needs and rule.when.holds(m, key):
                if self._is_situation(rule) and self._below(m):
                    self.account.set_aside("situation", m, BELOW)
                else:
                    self.rules[m.id] = rule
                return
        known = self.scheme.mentions.get(key, ())
        reason = self.scheme.set_aside.mentions.get(key) or ("no rule fits" if known else UNKNOWN)
        situation = any(self._is_role(k) for k in leaving) or any(self._is_situation(rule) for rule in known)
        self.account.set_aside("situation" if situation else "entity", m, reason)

    def _is_role(self, k: Link) -> bool:
        role = self.scheme.role_key(k.label)
        return role in self.scheme.roles or role in self.scheme.set_aside.roles

    def _is_situation(self, rule: MentionRule) -> bool:
        return rule.labels[0] in self.grammar.situations

    def _below(self, m: Mention) -> bool:
        return self.scheme.confidence is not None and confidence(m) < self.scheme.confidence.threshold

    def _as(self, ident: str, group: str) -> str:
        """The id of a mention as a member of a group, which it becomes by this; empty if it cannot be one."""
        rule = self.rules.get(ident)
        for n, label in enumerate(rule.labels if rule else ()):
            if self.grammar.belongs(label, group):
                return self._realise(ident, n)
        return ""

    def _can(self, ident: str, group: str) -> bool:
        rule = self.rules.get(ident)
        return rule is not None and any(self.grammar.belongs(label, group) for label in rule.labels)

    def _realise(self, ident: str, n: int) -> str:
        known = self.realised.setdefault(ident, [])
        if n not in known:
            known.append(n)
        return ident if n == 0 else f"{ident}/{self.rules[ident].labels[n]}"

    def _mentions(self) -> Iterator[Mention]:
        """What became of the mentions, in the order of the report."""
        for m in self.report.mentions:
            rule = self.rules.get(m.id)
            if rule is None:
                if m.id in self.pairs and m.id in self.made:
                    yield self.made.pop(m.id)
                self._attribute_fates(m, (), {})
                continue
            situation = self._is_situation(rule)
            below = not situation and self._below(m)
            if m.id not in self.realised:
                if below:
                    self.account.set_aside("entity", m, BELOW)
                    continue
                self._realise(m.id, 0)
            labels, outputs = [], []
            said: dict[str, str] = {}
            for n in sorted(self.realised[m.id]):
                label, ident = rule.labels[n], self._realise(m.id, n)
                found = spoken(self.scheme, self.grammar, m, rule, label, self.extra.get(m.id, ()), said)
                labels.append(label)
                outputs.append(ident)
                attributes = self._with_certainty(m, found)
                yield Mention(ident, label, m.fragments, m.quote, attributes, m.references, m.notes, m.line)
            note = ", below the threshold but a relation rests on it" if below else ""
            what = "situation" if situation else "entity"
            self.account.mapped(what, m, " and ".join(labels) + note, outputs)
            self._attribute_fates(m, outputs, said)

    def _with_certainty(self, m: Mention, found: dict[str, str]) -> Attributes:
        bounds = self.scheme.confidence
        if bounds and m.id not in self.rules and (code := bounds.certainty(confidence(m))) != "certain":
            found.setdefault("Certainty", code)
        return tuple(sorted(found.items()))

    def _attribute_fates(self, m: Mention, outputs: Sequence[str], said: dict[str, str]) -> None:
        for name, value in m.attributes:
            if name != "confidence" or not self.scheme.confidence:
                known, outcome = told(self.scheme, name, value, bool(outputs), said.get(name, ""))
                self.account.attribute(known, m, outcome, outputs)

    # -- situations

    def _situation(self, m: Mention, rule: MentionRule) -> None:
        self._realise(m.id, 0)
        for n, also in enumerate(rule.also, 1):
            if not also.of:
                self._also(m, also, f"{m.id}/{n}", None)
                continue
            for k in self.roles.get((m.id, also.of), ()):
                self._also(m, also, f"{m.id}/{n}/{k.target}", k)

    def _also(self, m: Mention, also: Also, ident: str, k: Link | None) -> None:
        subject = self.by_id[k.target] if k else m
        if (k and k.target not in self.rules) or not also.when.holds(subject, self.key[subject.id]):
            return
        if not also.when_self.holds(m, self.key[m.id]):
            return
        by = [pair for name, value in subject.attributes for pair in also.by.get(name, {}).get(value, ())]
        attributes = (*also.attributes, *by)
        outputs: list[str] = []
        if not also.label:
            self.extra.setdefault(m.id, []).extend(attributes)
            outputs.append(m.id)
        elif also.ends:
            first, second = self.grammar.links[also.label]
            for source in self._found(also.ends[0], m, k, outputs, also.label):
                for target in self._found(also.ends[1], m, k, outputs, also.label):
                    outputs += self._join(also.label, self._as(source, first), self._as(target, second), m.line)
        else:
            words = subject if also.ground == "filler" else m
            said = tuple(sorted(dict(reversed(attributes)).items()))
            self.made[ident] = Mention(ident, also.label, words.fragments, words.quote, said, line=words.line)
            outputs.append(ident)
            for role, place in also.roles:
                for target in self._found(place, m, k, outputs, also.label):
                    self._join(role, ident, self._as(target, self.grammar.filler(role)), words.line)
            for speaker in self._found(also.said_by, m, k, outputs, also.label) if also.said_by else ():
                self._join("SaysThat", self._as(speaker, "speaker"), ident, words.line)
        if k and outputs:
            self._note((k.source, k.label, k.target), also.label or "attributes", outputs)

    def _found(self, place: Place, m: Mention, k: Link | None, outputs: list[str], label: str) -> Iterator[str]:
        """The mentions that a place names."""
        base = k.target if place.base == "filler" and k else m.id
        if not place.link:
            yield base
            return
        found = self.roles.get((base, place.link), [])
        if len(found) > MOST_FILLERS:
            message = f"has {len(found)} {place.link}; only the first {MOST_FILLERS} are part of each {label}"
            self.problems[Problem(self.report.path, m.line, message, "warning", m.id)] = None
        for link in found[:MOST_FILLERS]:
            self._note((link.source, link.label, link.target), label, outputs)
            yield link.target

    def _note(self, link: tuple[str, str, str], label: str, outputs: list[str]) -> None:
        labels, known = self.given.setdefault(link, ({}, []))
        labels[label] = None
        known += outputs

    def _join(self, label: str, source: str, target: str, line: int) -> list[str]:
        """A link, if there is something at both ends; what it is called among the outputs."""
        if not source or not target or source == target:
            return []
        self.links[Link(label, source, target, line)] = None
        return [f"{label} {source} {target}"]

    # -- links

    def _link(self, k: Link) -> None:
        kind = self.scheme.key(k.label)
        rule = self.rules.get(k.source)
        relations = kind in self.scheme.relations or kind in self.scheme.set_aside.relations
        if rule is not None and self._is_situation(rule) and not relations:
            self._role(k, rule)
        elif kind in self.scheme.relations:
            self._relation(k, kind)
        elif (given := self.given.get((k.source, k.label, k.target))) is not None:
            self.account.link("relation", k, MAPPED + " and ".join(given[0]), given[1])
        elif relations:
            self._relation(k, kind)
        else:
            reason = UNKNOWN if rule is not None else "what it belongs to is set aside"
            self.account.link("role" if rule is None and self._is_role(k) else "relation", k, ASIDE + reason)

    def _role(self, k: Link, rule: MentionRule) -> None:
        role, situation = self.scheme.role_key(k.label), rule.labels[0]
        labels, outputs = self.given.get((k.source, k.label, k.target), ({}, []))
        choices = rule.roles.get(role) or self.scheme.roles.get(role, ())
        target = self.by_id[k.target]
        for choice in choices:
            if choice.role in self.grammar.situations[situation] and choice.when.holds(target, self.key[k.target]):
                made = self._join(choice.role, k.source, self._as(k.target, self.grammar.filler(choice.role)), k.line)
                if made:
                    labels = {choice.role: None, **labels}
                    outputs = [*made, *outputs]
                    break
        if outputs:
            self.account.link("role", k, MAPPED + " and ".join(labels), outputs)
        else:
            self.account.link("role", k, ASIDE + self._why_no_role(k, role, situation, bool(choices)))

    def _why_no_role(self, k: Link, role: str, situation: str, known: bool) -> str:
        if reason := self.scheme.set_aside.roles.get(role):
            return reason
        if k.target not in self.rules:
            return "what fills it is set aside"
        if not known:
            return UNKNOWN
        return f"{situation} has no such role for {' or '.join(self.rules[k.target].labels)}"

    def _relation(self, k: Link, kind: str) -> None:
        source, target = self.by_id[k.source], self.by_id[k.target]
        rule = self.scheme.relation(kind, self.key[k.source], self.key[k.target])
        if rule is None:
            reason = self.scheme.set_aside.relations.get(kind, NO_ROW)
            self.account.link("relation", k, ASIDE + reason)
        elif k.source not in self.rules or k.target not in self.rules:
            self.account.link("relation", k, ASIDE + "one of its ends is set aside")
        elif rule.labels[0] in self.grammar.situations and source.fragments == target.fragments:
            self.account.link("relation", k, ASIDE + "a thing related to itself")
        else:
            self._settle(rule, source, target, self.account.link("relation", k), None)

    def _pair(self, pair: Mention) -> None:
        """A relation with words of its own between spans that may have several entities."""
        assert self.scheme.pairs is not None
        ends = [
            [self.by_id[k.target] for k in self.leaving[pair.id] if k.label == role and k.target not in self.pairs]
            for role in self.scheme.pairs
        ]
        if not all(ends):
            self.account.pair("?", pair, "?", ASIDE + "a span without an entity")
            return
        meant = chosen(self.scheme, pair.label, *ends)
        source, target, rule = meant.source, meant.target, meant.rule
        fate = self.account.pair(source.label, pair, target.label)
        if self._below(pair):
            fate.outcome = ASIDE + BELOW
        elif rule is None:
            fate.outcome = ASIDE + self.scheme.set_aside.relations.get(self.key[pair.id], NO_ROW)
        elif source.fragments == target.fragments:
            fate.outcome = ASIDE + "a thing related to itself"
        elif source.id not in self.rules or target.id not in self.rules:
            fate.outcome = ASIDE + "one of its ends is set aside"
        else:
            self._settle(rule, source, target, fate, pair)

    def _settle(self, rule: RelationRule, source: Mention, target: Mention, fate: Fate, pair: Mention | None) -> None:
        """Makes of a pair what its rule says, and tells its fate."""
        if rule.labels[0] in self.grammar.situations:
            self._relate(rule, source, target, fate, pair)
            return
        first, second = (target, source) if rule.reverse else (source, target)
        for label in rule.labels:
            if label == "Coref":
                if self._can(first.id, "entity") and self._can(second.id, "entity"):
                    self.identity.add(first.id, second.id, fate)
                    return
                continue
            groups = self._groups(label, first, second)
            if groups and self._can(first.id, groups[0]) and self._can(second.id, groups[1]):
                fate.outputs += self._join(label, self._as(first.id, groups[0]), self._as(second.id, groups[1]), fate.at.line)
                if fate.outputs:
                    fate.outcome = MAPPED + label
                    return
        kinds = " and ".join(" or ".join(self.rules[m.id].labels) for m in (first, second))
        fate.outcome = ASIDE + f"{' or '.join(rule.labels)} cannot join {kinds}"

    def _groups(self, label: str, first: Mention, second: Mention) -> tuple[str, str] | None:
        """What a link of this label joins, or what a role of the first mention is filled by; ``None`` if it cannot be."""
        one, other = self.rules[first.id].labels[0], self.rules[second.id].labels[0]
        if label == "SameSituation" and one != other and not {one, other} <= self.grammar.groups["event"]:
            return None
        if label in self.grammar.links:
            return self.grammar.links[label]
        if label not in self.grammar.situations.get(one, {}):
            return None
        return one, self.grammar.filler(label)

    def _relate(self, rule: RelationRule, source: Mention, target: Mention, fate: Fate, pair: Mention | None) -> None:
        """A situation of its own, in the words of the pair or of its ends."""
        label, ends = rule.labels[0], list(zip(rule.roles, (source, target), strict=True))
        for role, m in ends:
            if role and not self._can(m.id, self.grammar.filler(role)):
                found = " or ".join(self.rules[m.id].labels)
                fate.outcome = ASIDE + f"{role} of {label} is filled by {self.grammar.filler(role)}; found {found}"
                return
        ident = pair.id if pair else f"{source.id}-{rule.type}-{target.id}"
        words = pair or words_of(rule.ground, source, target, self.report.text)
        attributes = self._with_certainty(words, dict(rule.attributes))
        self.made[ident] = replace(words, id=ident, label=label, attributes=attributes, line=fate.at.line)
        for role, m in ends:
            if role:
                self._join(role, ident, self._as(m.id, self.grammar.filler(role)), fate.at.line)
            else:
                self._realise(m.id, 0)
        fate.outcome, fate.outputs = MAPPED + label, [ident]

    def _identify(self) -> None:
        """Who is the same as whom: once it is known what each of them came out as."""
        groups = [g for g in self.grammar.groups if g in _KINDS]
        kinds = {
            i: [next(g for g in groups if self.grammar.belongs(label, g)) for label in self.rules[i].labels]
            for i in self.identity.members()
        }
        for fate, first, second, shared in self.identity.settled(kinds, self.realised):
            for kind in shared:
                a, b = (self._realise(i, kinds[i].index(kind)) for i in (first, second))
                fate.outputs += self._join("Coref", a, b, fate.at.line)
            fate.outcome = MAPPED + "Coref" if fate.outputs else ASIDE + "the two are not of one kind"


_KINDS = frozenset({"actor", "place", "source", "time", "materiel", "quantity"})
