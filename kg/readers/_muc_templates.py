"""A template of MUC on the words of its text: mentions and links, in the words of the key.

A label is the name of the slot (``PERP-ORGANIZATION-ID``), an incident has its type (``BOMBING``); what other slots say of a
filler is an attribute of its mention. Where several fillers say it, their values are joined by `` + ``; a second reading
(``/``) stands in an attribute ``…-OR``; ``?`` stays in front of a value, and of the filler itself is the attribute
``OPTIONAL``.

A key names no trigger and no place in the text. So the sentence that holds most fillers of a template is its *home*; a filler
is selected where it stands nearest to it, the trigger is the nearest word of violence (``KILLED``, ``BOMB``), or the whole
sentence when there is none. Of a word that would trigger two incidents of a text, each takes its own as far as there are
several.

Invariant: each filler is a mention on words that stand in the text, or is named in a problem with the line of the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from kg.errors import Problem
from kg.model import Link, Mention, Reference, TextSpan, quote_of
from kg.names import DESCRIPTION
from kg.readers._muc_days import day_of
from kg.readers._muc_keys import Filler, Template
from kg.readers._muc_names import is_described, one_thing
from kg.readers._muc_places import COUNTRIES, Place, chains, spellings
from kg.readers._muc_said import NAME, OF_KIND, OPTIONAL, PEOPLE, Group, attributes, figures, label_of, said_by
from kg.readers._muc_texts import Dateline, Range, Words, away
from kg.readers._muc_triggers import trigger

COREFERENCE = "COREFERENCE"
CONTAINED_IN = "CONTAINED-IN"
BETWEEN = "INCIDENT-LOCATION-BETWEEN"

_CARDINALS = "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE".split()


class TextMentions:
    """The mentions and links of one text, as its templates add them."""

    def __init__(self, path: str, text: str, head: Dateline | None) -> None:
        self.path, self.text, self.head = path, text, head
        self.words = Words(text)
        self.issued = date.fromisoformat(head.issued) if head and head.issued else None
        self.mentions: list[Mention] = []
        self.links: list[Link] = []
        self.problems: list[Problem] = []
        self.triggers: set[int] = set()

    def add(self, template: Template) -> None:
        """The mentions and links of a template."""
        _OnText(self, template).run()

    def problem(self, line: int, message: str) -> None:
        """A warning about a line of the key."""
        self.problems.append(Problem(self.path, line, message, "warning"))

    def mention(
        self,
        label: str,
        spans: tuple[TextSpan, ...],
        line: int,
        attributes: Mapping[str, str] | None = None,
        references: tuple[Reference, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> str:
        """Adds a mention and gives its id."""
        ident = f"m{len(self.mentions) + 1}"
        quote = quote_of(self.text, spans)
        said = tuple(sorted((attributes or {}).items()))
        self.mentions.append(Mention(ident, label, spans, quote, said, references, notes, line))
        return ident


class _OnText:
    """One template on its text."""

    def __init__(self, on: TextMentions, template: Template) -> None:
        self.on, self.template, self.words = on, template, on.words
        self.said = said_by(template, on.problem)
        self.day = day_of(template.value("INCIDENT: DATE")[1], on.issued)
        self.readings = chains(template.value("INCIDENT: LOCATION")[1])

    def run(self) -> None:
        line, kinds = self.template.value("INCIDENT: TYPE")
        kind, *others = [" ".join(k.split()) for k in kinds.split("/")]
        if not kind:
            self.on.problem(self.template.line, f"template {self.template.number} has no INCIDENT: TYPE, and gives no incident")
            return
        if not self.words.tokens:
            self.on.problem(self.template.line, f"the text of template {self.template.number} has no words")
            return
        home = self._home()
        spans = self.words.spans((self._trigger(kind, home),))
        said = dict(self.said.of_incident) | ({"INCIDENT-TYPE-OR": " / ".join(others)} if others else {})
        incident = self.on.mention(label_of(kind), spans, line, said)
        for group in self.said.groups:
            self._place_group(group, home, incident)
        self._place_date(home, incident, spans)
        self._place_location(home, incident)

    # -- where it stands

    def _home(self) -> Range:
        """The sentence that holds most of the template: fillers, the day, the innermost place."""
        held: dict[int, set[int]] = {}
        wanted = [[w for _, w in g.candidates] for g in self.said.groups]
        wanted.append(list(self.day.phrases(self.on.issued)))
        wanted.append([s for chain in self.readings[:1] for p in chain[-1] for s in spellings(p)])
        for n, alternatives in enumerate(wanted):
            for words in alternatives:
                for place in self.words.places(words):
                    held.setdefault(self.words.sentence(place[0][0])[0], set()).add(n)
        if not held:
            return self.words.sentence(0)
        best = max(held, key=lambda s: (len(held[s]), -s))
        return self.words.sentence(best)

    def _trigger(self, kind: str, home: Range) -> Range:
        threatened = self.template.value("INCIDENT: STAGE OF EXECUTION")[1].startswith("THREATENED")
        word = trigger(self.words, kind, threatened, home, self._hit(home), self.on.triggers)
        if word != home:
            self.on.triggers.add(word[0])
        return word

    def _hit(self, home: Range) -> Range | None:
        """What was hit, if it stands in the home sentence."""
        for group in self.said.groups:
            if group.slot in (NAME, "PHYS TGT: ID"):
                for _, words in group.candidates:
                    place = self._nearest(words, home)
                    if place and not away((place[0][0], place[-1][1]), home):
                        return place[0][0], place[-1][1]
        return None

    def _nearest(self, words: str, home: Range, taken: Iterable[Range] = ()) -> tuple[Range, ...] | None:
        free = [p for p in self.words.places(words) if not any(a < d and c < b for a, b in p for c, d in taken)]
        return min(free, key=lambda p: (away((p[0][0], p[-1][1]), home), p[0][0]), default=None)

    def _place_group(self, group: Group, home: Range, incident: str) -> None:
        first = ""
        taken: list[Range] = []
        placed: list[tuple[Range, ...]] = []
        for slot, f in group.forms:
            mine = ""
            readings, others = self._readings(f, home)
            for words in readings:
                place = self._nearest(words, home, taken) or (None if mine else self._nearest(words, home))
                if place is None or place in placed:
                    continue
                placed.append(place)
                taken += place
                label = label_of(slot)
                spans = self.words.spans(place)
                said = {s: v for s, v in group.values.items() if not first or s in OF_KIND}
                also = attributes(said) | ({OPTIONAL: "true"} if f.optional and not mine else {})
                also |= {f"{label}-OR": " / ".join(others)} if others and not mine else {}
                notes = (DESCRIPTION,) if is_described(label, words) else ()
                ident = self.on.mention(label, spans, f.line, also, notes=notes)
                if first:
                    self.on.links.append(Link(COREFERENCE, ident, first, f.line))
                else:
                    self.on.links.append(Link(label, incident, ident, f.line))
                    self._number(group, ident, place, spans)
                first, mine = first or ident, ident
            if not mine and not (first and any(self.words.places(w) for w in f.alternatives)):
                self._not_found(slot, f)

    def _readings(self, f: Filler, home: Range) -> tuple[list[str], list[str]]:
        """The alternatives that are one thing, the one of them nearest to home first; and those that may be another."""
        nearest = sorted((a for a in f.alternatives if a), key=lambda w: self._distance(w, home))
        same = one_thing(nearest[0], nearest, self.words) if nearest else []
        return [a for a in nearest if a in same], [a for a in nearest if a not in same]

    def _distance(self, words: str, home: Range) -> int:
        place = self._nearest(words, home)
        return len(self.words.tokens) if place is None else away((place[0][0], place[-1][1]), home)

    def _not_found(self, slot: str, f: Filler) -> None:
        if not f.quoted:
            self.on.problem(f.line, f"{slot} should be words of the text in quotes; found {f.alternatives[0]!r}")
        else:
            self.on.problem(f.line, f"{slot} {f.alternatives[0]!r} is not found in the text, and is set aside")

    # -- numbers

    def _number(self, group: Group, ident: str, place: tuple[Range, ...], spans: tuple[TextSpan, ...]) -> None:
        for f in group.values.get(PEOPLE, ())[:1]:
            note = figures(f.alternatives[0])
            if not note:
                self.on.problem(f.line, f"{PEOPLE}: found {f.alternatives[0]!r}, expected n, n-m, n-, -n, ~n or PLURAL")
                continue
            number = self._numeral(f.alternatives[0], place)
            label = label_of(PEOPLE)
            quantity = self.on.mention(label, self.words.spans((number,)) if number else spans, f.line, notes=(note,))
            self.on.links.append(Link(label, ident, quantity, f.line))

    def _numeral(self, value: str, place: tuple[Range, ...]) -> Range | None:
        """The number as the text has it, in the filler or just before it."""
        n = int(value) if value.isdecimal() and len(value) < 5 else -1
        wanted = {str(n), _CARDINALS[n] if 0 <= n < len(_CARDINALS) else ""}
        start = place[0][0]
        for token in (*range(start, place[-1][1]), *range(start - 1, max(start - 4, -1), -1)):
            if self.words.tokens[token] in wanted:
                return token, token + 1
        return None

    # -- the day

    def _place_date(self, home: Range, incident: str, otherwise: tuple[TextSpan, ...]) -> None:
        line = self.template.value("INCIDENT: DATE")[0]
        if not self.day.value:
            return
        if not self.day.edtf:
            self.on.problem(line, f"INCIDENT: DATE {self.day.value!r} is not understood, and is set aside")
            return
        head = self.on.head
        said = [p for words in self.day.phrases(self.on.issued) for p in self.words.places(words)]
        places = [p for p in said if self.words.starts[p[0][0]] >= (head.span.end if head else 0)]
        if places:
            spans = self.words.spans(min(places, key=lambda p: (away(p[0], home), p[0])))
        else:  # the day was told from the date of the text, which is what the head of the text says
            spans = (head.span,) if head else otherwise
        others = {"INCIDENT-DATE-OR": self.day.others} if self.day.others else {}
        ident = self.on.mention("INCIDENT-DATE", spans, line, others, notes=(f"edtf={self.day.edtf}",))
        self.on.links.append(Link("INCIDENT-DATE", incident, ident, line))

    # -- the place

    def _place_location(self, home: Range, incident: str) -> None:
        line, value = self.template.value("INCIDENT: LOCATION")
        raw = next(iter(self.template.slots.get("INCIDENT: LOCATION", ())), (0, ""))[1]
        said = {OPTIONAL: "true"} if raw.startswith("?") else {}
        _, _, others = value.partition(" / ")
        if others and len(self.readings) > 1:
            said["INCIDENT-LOCATION-OR"] = others
        outer: list[str] = []
        for step in self.readings[0] if self.readings else ():
            inner = [ident for place in step if (ident := self._place(place, home, line, said))]
            self.on.links += [Link(CONTAINED_IN, i, o, line) for i in inner for o in outer]
            if len(step) == 1:
                outer = inner or outer
            else:  # between the two is in neither of them
                self.on.links += [Link(BETWEEN, incident, ident, line) for ident in inner]
        self.on.links += [Link("INCIDENT-LOCATION", incident, ident, line) for ident in outer]

    def _place(self, place: Place, home: Range, line: int, said: Mapping[str, str]) -> str:
        found = next((p for words in spellings(place) if (p := self._nearest(words, home))), None)
        if found is None:
            self.on.problem(line, f"INCIDENT: LOCATION {place.name!r} is not found in the text, and is set aside")
            return ""
        kind = place.type or "COUNTRY"
        identity = () if place.type or place.name not in COUNTRIES else (_identity(place.name),)
        all_said = {**said, "INCIDENT-LOCATION-TYPE": kind}
        return self.on.mention("INCIDENT-LOCATION", self.words.spans(found), line, all_said, identity)


def _identity(country: str) -> Reference:
    return Reference(f"wikidata:{COUNTRIES[country]}", country)
