"""A foreign scheme, read from one TOML file; ``docs/schemes.md`` describes the keys.

Invariant: a scheme that loads can be applied. Each label, role, attribute and code on the right exists and may stand where the
rule puts it, and no rule is shadowed by one before it; else :class:`~kg.errors.SchemeError` names the file and the key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeVar, cast

from kg.errors import SchemeError
from kg.schemes.foreign import ForeignScheme, Reasons, folded
from kg.schemes.grammar import Grammar
from kg.schemes.keys import Keys
from kg.schemes.rules import (
    ANYTHING,
    Also,
    Attributes,
    ByValue,
    Condition,
    Confidence,
    MentionRule,
    Place,
    RelationRule,
    RoleChoice,
)  # fmt: skip

Rule = TypeVar("Rule", MentionRule, RelationRule)


@lru_cache(maxsize=16)
def load(name: str) -> ForeignScheme:
    """A scheme that ships, by its id."""
    return parse((files("kg.schemes") / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def parse(text: str, file: str) -> ForeignScheme:
    """A scheme from its text. Raises :class:`~kg.errors.SchemeError`."""
    try:
        top = Keys(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(f"{file}: {error}") from error
    return _Reading(top).scheme()


class _Reading:
    """One pass over one file. What a key holds is checked where it is read; what rules say together, at the end."""

    def __init__(self, top: Keys) -> None:
        self.top, self.grammar = top, Grammar.load()
        self.fold, self.strip = top.flag("fold"), top.texts("strip")
        self.mentions: dict[str, list[MentionRule]] = {}
        self.relations: dict[str, list[RelationRule]] = {}
        self.looked_at: set[str] = set()
        self.shared: list[Also] = []

    def scheme(self) -> ForeignScheme:
        top = self.top
        ident, title = top.text("id"), top.text("title")
        entities = top.table("entities")
        for label in entities.names():
            rule = MentionRule(self._entity_labels(entities, label))
            self._add(entities, label, [self._key(label)], rule, self.mentions)
        self.shared = [self._also(keys, "") for keys in top.tables("also")]
        for keys in top.tables("mentions"):
            rule = self._mention(keys)
            for label in self._labels(keys):
                also = (*rule.also, *(a for a in self.shared if self._shares(a, label, rule.labels[0])))
                self._add(keys, "label", [label], replace(rule, also=also), self.mentions)
        roles = top.table("roles")
        defaults = {self._role_key(name): self._choices(roles, name, "") for name in roles.names()}
        aside = self._reasons()
        for keys in top.tables("relations"):
            for kind in dict.fromkeys(self._key(x) for x in self._some(keys, "type")):
                self._add(keys, "type", [kind], self._relation(keys, kind), self.relations)
            keys.end()
        for key, reasons, always in (
            ("set_aside", aside.mentions, {x for x, rules in self.mentions.items() if any(_always(r) for r in rules)}),
            ("set_aside_relations", aside.relations, set()),
            ("set_aside_roles", aside.roles, set(defaults)),
        ):
            if twice := reasons.keys() & always:
                top.wrong(key, f"{min(twice)!r} has a rule that always holds")
        attributes = self._attribute_tables()
        pairs, confidence = self._pairs(), self._confidence()
        top.end()
        return ForeignScheme(
            ident, title, self.fold, self.strip, _frozen(self.mentions), defaults, _frozen(self.relations), attributes,
            frozenset(self.looked_at), aside, pairs, confidence,
        )  # fmt: skip

    # -- names

    def _key(self, label: str) -> str:
        return folded(label) if self.fold else label

    def _role_key(self, role: str) -> str:
        for ending in self.strip:
            role = role.removesuffix(ending)
        return self._key(role)

    def _some(self, keys: Keys, key: str) -> tuple[str, ...]:
        values = keys.texts(key)
        if not values:
            keys.wrong(key, "is missing")
        return values

    def _add(self, keys: Keys, at: str, labels: Iterable[str], rule: Rule, rules: dict[str, list[Rule]]) -> None:
        for label in labels:
            before = rules.setdefault(label, [])
            if any(_shadows(earlier, rule) for earlier in before):
                keys.wrong(at, f"a rule before this one takes all that this one could take of {label!r}")
            before.append(rule)

    # -- mentions

    def _labels(self, keys: Keys) -> Iterable[str]:
        return dict.fromkeys(self._key(x) for x in self._some(keys, "label"))

    def _entity_labels(self, keys: Keys, key: str) -> tuple[str, ...]:
        labels = self._some(keys, key)
        for label in labels:
            if label not in self.grammar.groups["entity"]:
                keys.wrong(
                    key, f"{label!r} is no entity of {self.grammar.id}; there are {_list(self.grammar.groups['entity'])}"
                )
        return labels

    def _mention(self, keys: Keys) -> MentionRule:
        labels = self._some(keys, "as")
        if len(labels) == 1 and labels[0] in self.grammar.situations:
            return self._situation(keys, labels[0])
        labels = self._entity_labels(keys, "as")
        for key in ("needs", "roles", "also"):
            if keys.has(key):
                keys.wrong(key, f"stands on situations, not on {labels[0]}")
        rule = MentionRule(
            labels, self._condition(keys, "when"), frozenset(), self._attributes(keys, labels), self._by(keys, labels)
        )
        keys.raw("label")
        keys.end()
        return rule

    def _situation(self, keys: Keys, label: str) -> MentionRule:
        roles = keys.table("roles")
        rule = MentionRule(
            (label,),
            self._condition(keys, "when"),
            frozenset(self._role_key(r) for r in keys.texts("needs")),
            self._attributes(keys, (label,)),
            self._by(keys, (label,)),
            {self._role_key(name): self._choices(roles, name, label) for name in roles.names()},
            tuple(self._also(k, label) for k in keys.tables("also")),
        )
        keys.raw("label")
        keys.end()
        return rule

    def _choices(self, roles: Keys, name: str, label: str) -> tuple[RoleChoice, ...]:
        """The roles that a foreign one may be; with a label, one of them must be a role of it."""
        value = roles.raw(name)
        items = value if isinstance(value, list) else [value]
        choices = tuple(self._choice(roles, name, item) for item in items)
        known = self.grammar.situations[label] if label else self.grammar.participation.keys() | self.grammar.properties.keys()
        for choice in choices:
            if choice.role not in known:
                roles.wrong(name, f"{label or self.grammar.id} has no role {choice.role!r}; it has {_list(known)}")
        return choices

    def _choice(self, roles: Keys, name: str, item: object) -> RoleChoice:
        if isinstance(item, str):
            return RoleChoice(item)
        keys = Keys(item, roles.file, f"{roles.path}.{name}")
        when = self._condition(keys, "when")
        labels = frozenset(self._key(x) for x in keys.texts("label"))
        choice = RoleChoice(keys.text("as"), Condition(when.attributes, when.words, labels))
        keys.end()
        return choice

    def _also(self, keys: Keys, owner: str) -> Also:
        label, of = keys.text("as", ""), self._role_key(keys.text("of", ""))
        classes = (label,) if label in self.grammar.situations else (owner,) if owner and not label else ()
        ends = None
        if label in self.grammar.links:
            ends = (self._place(keys, "source", of), self._place(keys, "target", of))
        elif label and label not in self.grammar.situations:
            keys.wrong("as", f"{label!r} is neither a situation nor a link of {self.grammar.id}")
        also = Also(
            label, of, self._condition(keys, "when"), self._own_condition(keys, owner), self._attributes(keys, classes),
            self._by(keys, classes),
            self._also_roles(keys, label, of), ends,
            self._place(keys, "said_by", of) if keys.has("said_by") else None,
            cast(Literal["self", "filler"], keys.one_of("ground", ("self", "filler"), "filler" if of else "self")),
        )  # fmt: skip
        if also.ground == "filler" and not of:
            keys.wrong("ground", "there is no filler without `of`")
        if not label and not (also.attributes or also.by):
            keys.wrong("as", "is missing, and there are no attributes either")
        keys.end()
        return also

    def _shares(self, also: Also, label: str, cls: str) -> bool:
        """Whether a further output that all situations share can be one of this label and class."""
        if (also.when_self.labels and label not in also.when_self.labels) or cls not in self.grammar.situations:
            return False
        given = (*also.attributes, *(a for values in also.by.values() for some in values.values() for a in some))
        if not also.label and not all(self.grammar.belongs(cls, self.grammar.attributes[name].on) for name, _ in given):
            return False
        own = (role for role, place in also.roles if place == Place("self"))
        return all(self.grammar.belongs(cls, self.grammar.filler(role)) for role in own)

    def _also_roles(self, keys: Keys, label: str, of: str) -> tuple[tuple[str, Place], ...]:
        roles = keys.table("roles")
        known = self.grammar.situations.get(label, {})
        found = []
        for role in roles.names():
            if role not in known:
                roles.wrong(role, f"{label or 'what has no label'} has no role {role!r}; it has {_list(known) or 'none'}")
            found.append((role, self._place(roles, role, of)))
        return tuple(found)

    def _place(self, keys: Keys, key: str, of: str) -> Place:
        """``@self``, ``@filler``, and with a foreign link after a dot where that leads; a bare link is one of ``@self``."""
        text = keys.text(key)
        base, _, link = text.partition(".") if text.startswith("@") else ("@self", "", text)
        if base not in ("@self", "@filler"):
            keys.wrong(key, f"expected @self, @filler or a role, found {text!r}")
        if base == "@filler" and not of:
            keys.wrong(key, "there is no filler without `of`")
        return Place("self" if base == "@self" else "filler", self._role_key(link))

    # -- conditions and attributes

    def _own_condition(self, keys: Keys, owner: str) -> Condition:
        """Of the mention itself; shared further outputs may also name labels that it must have."""
        labels = frozenset() if owner else frozenset(self._key(x) for x in keys.texts("labels"))
        return Condition(self._values(keys, "when_self"), labels=labels)

    def _values(self, keys: Keys, key: str) -> tuple[tuple[str, frozenset[str]], ...]:
        when = keys.table(key)
        found = tuple((name, frozenset(when.texts(name))) for name in when.names())
        self.looked_at.update(name for name, _ in found)
        return found

    def _condition(self, keys: Keys, key: str) -> Condition:
        attributes = self._values(keys, key)
        words = keys.texts("words")
        try:
            pattern = re.compile("|".join(f"(?:{w})" for w in words), re.IGNORECASE) if words else None
        except re.error as error:
            keys.wrong("words", f"no regular expression: {error}")
        return Condition(attributes, pattern) if attributes or pattern else ANYTHING

    def _attributes(self, keys: Keys, labels: Sequence[str]) -> Attributes:
        return self._checked(keys.table("attributes"), labels)

    def _checked(self, table: Keys, labels: Sequence[str]) -> Attributes:
        """Attributes of the sitgraph scheme; those labels must be able to have them (no labels: any)."""
        given = {name: table.text(name) for name in table.names()}
        for name, value in given.items():
            spec = self.grammar.attributes.get(name)
            if spec is None:
                table.wrong(name, f"is no attribute of {self.grammar.id}; there are {_list(self.grammar.attributes)}")
            if value not in (spec.values or {"true"}):
                table.wrong(name, f"cannot be {value!r}; expected one of {_list(spec.values or {'true'})}")
            for label in labels:
                if not self.grammar.belongs(label, spec.on):
                    table.wrong(name, f"stands on {spec.on}, not on {label}")
        return tuple(sorted(given.items()))

    def _by(self, keys: Keys, labels: Sequence[str]) -> ByValue:
        by = keys.table("by")
        found: dict[str, Mapping[str, Attributes]] = {}
        for name in by.names():
            values = by.table(name)
            found[name] = {value: self._checked(values.table(value), labels) for value in values.names()}
        self.looked_at.update(found)
        return found

    def _attribute_tables(self) -> Mapping[str, Mapping[str, Attributes | str]]:
        tables = self.top.table("attributes")
        found: dict[str, Mapping[str, Attributes | str]] = {}
        for name in tables.names():
            values = tables.table(name)
            found[name] = {
                value: text if isinstance(text := values.raw(value), str) else self._checked(values.table(value), ())
                for value in values.names()
            }
        return found

    # -- relations

    def _relation(self, keys: Keys, kind: str) -> RelationRule:
        labels = self._some(keys, "as")
        source, target = (frozenset(self._key(x) for x in keys.texts(end)) for end in ("source", "target"))
        for end, given in (("source", source), ("target", target)):
            if strange := given - self.mentions.keys() - {self._key(x) for x in self._aside_names()}:
                keys.wrong(end, f"{min(strange)!r} is no label of this scheme")
        same = keys.flag("same")
        if len(labels) == 1 and labels[0] in self.grammar.situations:
            roles = self._relation_roles(keys, labels[0], source, target)
            attributes = self._attributes(keys, labels)
            ground = cast(Literal["both", "source", "target"], keys.one_of("ground", ("both", "source", "target"), "both"))
            return RelationRule(kind, source, target, labels, roles, attributes, ground, same=same)
        pointing = self.grammar.links.keys() | self.grammar.participation.keys() | self.grammar.properties.keys()
        for label in labels:
            if label not in pointing:
                keys.wrong("as", f"{label!r} is no situation, link or role of {self.grammar.id}")
        return RelationRule(kind, source, target, labels, reverse=keys.flag("reverse"), same=same)

    def _relation_roles(self, keys: Keys, label: str, *ends: frozenset[str]) -> tuple[str, str]:
        roles = keys.texts("roles")
        known = self.grammar.situations[label]
        if len(roles) != 2:
            keys.wrong("roles", f"expected two roles, one for each end, found {list(roles)}")
        for role, labels in zip(roles, ends, strict=True):
            if role and role not in known:
                keys.wrong("roles", f"{label} has no role {role!r}; it has {_list(known)}")
            for end in sorted(labels) if role else ():
                if not self._may_fill(end, self.grammar.filler(role)):
                    keys.wrong("roles", f"{role} of {label} is filled by {self.grammar.filler(role)}, which {end!r} never is")
        return roles[0], roles[1]

    def _may_fill(self, label: str, group: str) -> bool:
        return any(self.grammar.belongs(x, group) for rule in self.mentions.get(label, ()) for x in rule.labels)

    # -- the rest

    def _aside_names(self) -> Iterable[str]:
        value = self.top.raw("set_aside")
        return value if isinstance(value, dict) else ()

    def _reasons(self) -> Reasons:
        def read(key: str, written: Callable[[str], str]) -> Mapping[str, str]:
            return {written(name): reason for name, reason in self.top.strings(key).items()}

        return Reasons(
            read("set_aside", self._key), read("set_aside_relations", self._key),
            read("set_aside_roles", self._role_key), read("set_aside_attributes", str),
        )  # fmt: skip

    def _pairs(self) -> tuple[str, str] | None:
        if not self.top.has("pairs"):
            return None
        keys = self.top.table("pairs")
        pairs = keys.text("source"), keys.text("target")
        keys.end()
        return pairs

    def _confidence(self) -> Confidence | None:
        if not self.top.has("confidence"):
            return None
        keys = self.top.table("confidence")
        bounds = Confidence(*(keys.number(name) for name in ("threshold", "certain", "probable", "possible")))
        keys.end()
        return bounds


def _always(rule: MentionRule) -> bool:
    return rule.when == ANYTHING and not rule.needs


def _shadows(earlier: MentionRule | RelationRule, later: MentionRule | RelationRule) -> bool:
    """Whether the later of two rules for one label can never be reached."""
    if isinstance(earlier, MentionRule) and isinstance(later, MentionRule):
        return earlier.when.covers(later.when) and (not earlier.needs or (bool(later.needs) and later.needs <= earlier.needs))
    if isinstance(earlier, RelationRule) and isinstance(later, RelationRule):
        sides = ((earlier.source, later.source), (earlier.target, later.target))
        wider = all(not wide or (bool(narrow) and narrow <= wide) for wide, narrow in sides)
        return wider and (later.same or not earlier.same)
    return False


def _frozen(rules: Mapping[str, list[Rule]]) -> Mapping[str, tuple[Rule, ...]]:
    return {label: tuple(several) for label, several in rules.items()}


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
