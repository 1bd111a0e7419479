"""What the Web Annotation Data Model demands of an annotation, a page, a collection.

Follows https://www.w3.org/TR/annotation-model/, sections 3 to 5: which keys must be there, how many values each may have, and
of which form. What it only recommends is not demanded; a target without source is let pass, because tools that annotate one
text write it.

Invariant: every violation names the key, what was expected and what was found; who made an annotation is never named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kg.readers._json import repr_of
from kg.readers.web_annotation.context import is_iri

MAX_VIOLATIONS = 20
"""How many violations of one annotation are told."""

MAX_DEPTH = 40
"""How deep selectors may refine selectors, and sets of resources hold sets."""

SETS = ("Choice", "Composite", "List", "Independents")
_SPECIFIC = ("source", "selector", "state", "styleClass", "renderedVia", "scope")
_DATE_TIME = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DIRECTIONS = ("ltr", "rtl", "auto")

Object = Mapping[str, object]
Check = Callable[[str, object], None]


def types_of(value: Object) -> tuple[str, ...]:
    """The values of ``type`` that are strings."""
    return tuple(t for t in listed(value.get("type")) if isinstance(t, str))


def listed(value: object) -> list[object]:
    """The values of a key: none, one, or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_specific(value: Object) -> bool:
    """Whether a body or target is a SpecificResource: says so, or has a key that only such have."""
    return "SpecificResource" in types_of(value) or any(value.get(key) is not None for key in _SPECIFIC)


def is_textual(value: Object) -> bool:
    """Whether a body holds its own text."""
    return "TextualBody" in types_of(value) or (value.get("value") is not None and not is_specific(value))


def violations_of_annotation(value: Object) -> tuple[str, ...]:
    """Why this is no Annotation (section 3); empty if it is one."""
    checks = _Checks()
    checks.annotation(value)
    return checks.told()


def violations_of_page(value: Object) -> tuple[str, ...]:
    """Why this is no AnnotationPage (section 5.2), apart from its items."""
    checks = _Checks()
    checks.iri(value, "id", required=True)
    checks.count(value, "startIndex")
    if not isinstance(value.get("items"), list):
        checks.expect("items", "a list of annotations", value.get("items"))
    for key in ("partOf", "next", "prev"):
        checks.at_most_one(value, key, checks.resource)
    return checks.told()


def violations_of_collection(value: Object) -> tuple[str, ...]:
    """Why this is no AnnotationCollection (section 5.1), apart from its pages."""
    checks = _Checks()
    checks.iri(value, "id", required=True)
    checks.count(value, "total")
    for key in ("first", "last"):
        checks.at_most_one(value, key, checks.resource)
    return checks.told()


@dataclass(slots=True)
class _Checks:
    """Goes through one annotation and gathers what is wrong."""

    found: list[str] = field(default_factory=list)
    more: int = 0

    def told(self) -> tuple[str, ...]:
        return tuple(self.found) + ((f"and {self.more} more",) if self.more else ())

    def say(self, where: str, what: str) -> None:
        if len(self.found) < MAX_VIOLATIONS:
            self.found.append(f"{where}: {what}")
        else:
            self.more += 1

    def expect(self, where: str, expected: str, value: object) -> None:
        self.say(where, f"is missing; expected {expected}" if value is None else f"expected {expected}, found {shown(value)}")

    # -- values

    def iri_value(self, where: str, value: object) -> None:
        if not (isinstance(value, str) and is_iri(value)):
            self.expect(where, "an IRI", value)

    def text(self, where: str, value: object) -> None:
        if not isinstance(value, str):
            self.expect(where, "a string", value)

    def date_time(self, where: str, value: object) -> None:
        if not (isinstance(value, str) and _DATE_TIME.fullmatch(value)):
            self.expect(where, "a dateTime like 2015-01-28T12:00:00Z", value)

    def direction(self, where: str, value: object) -> None:
        if value not in _DIRECTIONS:
            self.expect(where, f"one of {', '.join(_DIRECTIONS)}", value)

    def agent(self, where: str, value: object) -> None:
        """A person or a program; what is written there is not repeated, it may be an address."""
        if isinstance(value, str) and is_iri(value):
            return
        if not isinstance(value, dict):
            self.say(where, f"expected an IRI or an object that describes a person or a program, found {_kind(value)}")
        elif value.get("id") is not None and not (isinstance(value["id"], str) and is_iri(value["id"])):
            self.say(f"{where}/id", f"expected an IRI, found {_kind(value['id'])}")

    def resource(self, where: str, value: object) -> None:
        """An IRI, or an object that describes what it identifies."""
        if isinstance(value, dict):
            self.iri(value, "id", where=where)
        elif not (isinstance(value, str) and is_iri(value)):
            self.expect(where, "an IRI or an object", value)

    # -- how many

    def at_most_one(self, value: Object, key: str, check: Check, where: str = "", required: bool = False) -> None:
        there = value.get(key)
        place = f"{where}/{key}" if where else key
        if isinstance(there, list):
            self.say(place, f"expected one value, found a list of {len(there)}")
        elif there is not None or required:
            check(place, there)

    def any_number(self, value: Object, key: str, check: Check, where: str = "") -> None:
        place = f"{where}/{key}" if where else key
        several = isinstance(value.get(key), list)
        for n, item in enumerate(listed(value.get(key))):
            check(f"{place}/{n}" if several else place, item)

    def iri(self, value: Object, key: str, where: str = "", required: bool = False) -> None:
        self.at_most_one(value, key, self.iri_value, where, required)

    def count(self, value: Object, key: str, where: str = "", required: bool = False) -> None:
        there = value.get(key)
        if there is None and not required:
            return
        if isinstance(there, bool) or not isinstance(there, int) or there < 0:
            self.expect(f"{where}/{key}" if where else key, "a number that counts, 0 or more", there)

    # -- annotations

    def annotation(self, value: Object) -> None:
        self.iri(value, "id", required=True)
        if "Annotation" not in types_of(value):
            self.expect("type", "Annotation", value.get("type"))
        self.any_number(value, "type", self.text)
        for key in ("created", "generated", "modified"):
            self.at_most_one(value, key, self.date_time)
        for key in ("creator", "generator"):
            self.any_number(value, key, self.agent)
        for key in ("motivation", "rights", "via"):
            self.any_number(value, key, self.iri_value)
        self.iri(value, "canonical")
        self.any_number(value, "audience", self.resource)
        self.any_number(value, "accessibility", self.text)
        self.at_most_one(value, "stylesheet", self.stylesheet)
        self.at_most_one(value, "bodyValue", self.text)
        if value.get("body") is not None and value.get("bodyValue") is not None:
            self.say("bodyValue", "stands beside body; expected one of the two")
        self.any_number(value, "body", self.body)
        if not listed(value.get("target")):
            self.say("target", "is missing; expected one or more")
        self.any_number(value, "target", self.target)

    def stylesheet(self, where: str, value: object) -> None:
        self.resource(where, value)
        if isinstance(value, dict):
            self.at_most_one(value, "value", self.text, where)

    def body(self, where: str, value: object) -> None:
        self._part(where, value, 0, is_body=True)

    def target(self, where: str, value: object) -> None:
        self._part(where, value, 0, is_body=False)

    def _part(self, where: str, value: object, depth: int, is_body: bool) -> None:
        """A body or a target: an IRI, or an object of one of the model's kinds."""
        if isinstance(value, str):
            self.iri_value(where, value)
            return
        if not isinstance(value, dict):
            self.expect(where, "an IRI or an object", value)
            return
        if depth > MAX_DEPTH:
            self.say(where, f"is nested more than {MAX_DEPTH} deep")
            return
        self._described(where, value)
        sets = [t for t in types_of(value) if t in SETS]
        if sets or value.get("items") is not None:
            self._set(where, value, sets, depth, is_body)
        elif is_body and is_textual(value):
            self.iri(value, "id", where)
            self.at_most_one(value, "value", self.text, where, required=True)
        elif is_specific(value):
            self._specific(where, value)
        else:
            self.iri(value, "id", where, required=True)

    def _described(self, where: str, value: Object) -> None:
        """What may be said of any body or target (sections 3.2.1 and 3.3)."""
        for key in ("type", "format", "language", "accessibility"):
            self.any_number(value, key, self.text, where)
        for key in ("rights", "via", "purpose"):
            self.any_number(value, key, self.iri_value, where)
        for key in ("created", "modified", "generated"):
            self.at_most_one(value, key, self.date_time, where)
        for key in ("creator", "generator"):
            self.any_number(value, key, self.agent, where)
        self.at_most_one(value, "processingLanguage", self.text, where)
        self.at_most_one(value, "textDirection", self.direction, where)
        self.iri(value, "canonical", where)

    def _set(self, where: str, value: Object, sets: list[str], depth: int, is_body: bool) -> None:
        """A set of bodies or targets (section 4.4 of the model, and its appendix)."""
        if len(sets) != 1:
            found = shown(value.get("type"))
            self.say(f"{where}/type", f"has items; expected one of {', '.join(SETS)}, found {found if sets else 'none'}")
        items = value.get("items")
        if not isinstance(items, list) or not items:
            self.expect(f"{where}/items", "a list of one or more", items)
            return
        for n, item in enumerate(items):
            self._part(f"{where}/items/{n}", item, depth + 1, is_body)

    def _specific(self, where: str, value: Object) -> None:
        """A SpecificResource (section 4)."""
        self.iri(value, "id", where)
        self.at_most_one(value, "source", self.resource, where, required=value.get("selector") is None)
        self.any_number(value, "selector", self.selector, where)
        self.any_number(value, "state", self.state, where)
        self.any_number(value, "styleClass", self.text, where)
        for key in ("renderedVia", "scope"):
            self.any_number(value, key, self.resource, where)

    # -- selectors and states

    def selector(self, where: str, value: object) -> None:
        self._selector(where, value, 0)

    def state(self, where: str, value: object) -> None:
        self._selector(where, value, 0)

    def _selector(self, where: str, value: object, depth: int) -> None:
        """A selector (section 4.2) or a state (4.3): one may refine another of either kind."""
        if not isinstance(value, dict):
            self.resource(where, value)
            return
        if depth > MAX_DEPTH:
            self.say(where, f"is nested more than {MAX_DEPTH} deep")
            return
        self.iri(value, "id", where)
        types = types_of(value)
        if not types and value.get("id") is None:
            self.expect(f"{where}/type", "a kind of selector or state", value.get("type"))
        for kind in types:
            self._selector_of(kind, where, value, depth)
        for n, inner in enumerate(listed(value.get("refinedBy"))):
            self._selector(f"{where}/refinedBy/{n}", inner, depth + 1)

    def _selector_of(self, kind: str, where: str, value: Object, depth: int) -> None:
        if kind in ("FragmentSelector", "CssSelector", "XPathSelector", "HttpRequestState"):
            self.at_most_one(value, "value", self.text, where, required=True)
            self.iri(value, "conformsTo", where)
        elif kind == "SvgSelector":
            self.at_most_one(value, "value", self.text, where)
        elif kind == "TextQuoteSelector":
            self.at_most_one(value, "exact", self.text, where, required=True)
            self.at_most_one(value, "prefix", self.text, where)
            self.at_most_one(value, "suffix", self.text, where)
        elif kind in ("TextPositionSelector", "DataPositionSelector"):
            self._positions(where, value)
        elif kind == "RangeSelector":
            for key in ("startSelector", "endSelector"):
                there = value.get(key)
                if isinstance(there, dict | str):
                    self._selector(f"{where}/{key}", there, depth + 1)
                else:
                    self.expect(f"{where}/{key}", "one selector", there)
        elif kind == "TimeState":
            self.any_number(value, "cached", self.iri_value, where)
            for key in ("sourceDate", "sourceDateStart", "sourceDateEnd"):
                self.any_number(value, key, self.date_time, where)

    def _positions(self, where: str, value: Object) -> None:
        self.count(value, "start", where, required=True)
        self.count(value, "end", where, required=True)
        start, end = value.get("start"), value.get("end")
        if isinstance(start, int) and isinstance(end, int) and start > end:
            self.say(f"{where}/end", f"expected start ({shown(start)}) or more, found {shown(end)}")


def shown(value: object) -> str:
    """A value as it appears in a message, or what kind of value it is."""
    if value is None:
        return "nothing"
    if isinstance(value, list) and len(value) <= 4 and all(isinstance(v, str) and len(v) <= 40 for v in value):
        return repr_of(value)
    if isinstance(value, list | dict):
        return _kind(value)
    text = repr_of(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _kind(value: object) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return "true or false"
    return {dict: "an object", str: "a string", int: "a number", float: "a number"}.get(type(value), "nothing")
