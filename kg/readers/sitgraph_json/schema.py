"""The JSON Schema of annotated reports, and what of a document breaks it.

Follows JSON Schema 2020-12 (https://json-schema.org/draft/2020-12) as far as ``annotated-report.schema.json`` uses it. The
schema is what is published; it is also what is executed, so the two cannot differ.

Invariant: a keyword that is not executed here is refused when the schema is loaded; each violation has a JSON Pointer, what was
expected and what was found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kg.readers._json import repr_of

NAME = "annotated-report.schema.json"

Schema = Mapping[str, object]

_SAID_FOR_PEOPLE = {"$schema", "$id", "title", "description", "$defs"}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What breaks the schema: where, as JSON Pointer (RFC 6901), and how."""

    pointer: str
    message: str


def schema_text() -> str:
    """The schema, as it is published."""
    return files(__package__).joinpath(NAME).read_text(encoding="utf-8")


@cache
def definition(name: str) -> Schema:
    """A definition of the schema: ``report``, ``mention``, ``link``."""
    whole = json.loads(schema_text())
    _refuse_unknown(whole)
    found: Schema = whole["$defs"][name]
    return found


def violations(value: object, of: Schema, pointer: str = "") -> Iterator[Violation]:
    """What of a value breaks a schema; nothing if it is valid."""
    reference = of.get("$ref")
    if isinstance(reference, str):
        yield from violations(value, definition(reference.removeprefix("#/$defs/")), pointer)
    if "type" in of and not _is_typed(value, of["type"]):
        yield _expected(of, value, pointer)
        return
    if "const" in of and value != of["const"]:
        yield _expected(of, value, pointer)
    if isinstance(value, dict):
        yield from _of_object(value, of, pointer)
    elif isinstance(value, list):
        yield from _of_list(value, of, pointer)
    elif isinstance(value, str):
        pattern, least = of.get("pattern"), of.get("minLength", 0)
        assert isinstance(least, int)
        if len(value) < least or (isinstance(pattern, str) and not re.search(pattern, value)):
            yield _expected(of, value, pointer)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        least = of.get("minimum", value)
        assert isinstance(least, int | float)
        if value < least:
            yield _expected(of, value, pointer)
    yield from _of_choices(value, of, pointer)


def escaped(key: str) -> str:
    """A key as a part of a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def shown(value: object) -> str:
    """A value as it appears in a message, or what kind of value it is."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr_of(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _of_object(value: Mapping[str, object], of: Schema, pointer: str) -> Iterator[Violation]:
    properties, patterns = _named(of, "properties"), _named(of, "patternProperties")
    other = of.get("additionalProperties", {})
    required = of.get("required", [])
    assert isinstance(required, list)
    for key in required:
        if key not in value:
            known = properties.get(key)
            expected = f"; expected {_title(_resolved(known))}" if known else ""
            yield Violation(pointer, f"{key} is missing{expected}")
    for key, inner in value.items():
        place = f"{pointer}/{escaped(key)}"
        matching = [s for p, s in patterns.items() if re.search(p, key)]
        if key in properties:
            matching.append(properties[key])
        for one in matching:
            yield from violations(inner, one, place)
        if matching:
            continue
        if other is False:
            yield Violation(place, f"is no key of {_title(of)}; expected {', '.join(properties)}, or one that begins with x-")
        elif isinstance(other, dict):
            yield from violations(inner, other, place)


def _of_list(value: list[object], of: Schema, pointer: str) -> Iterator[Violation]:
    least, items = of.get("minItems", 0), of.get("items")
    assert isinstance(least, int)
    if len(value) < least:
        yield Violation(pointer, f"expected {_title(of)}, {least} or more, found {shown(value)}")
    if isinstance(items, dict):
        for n, item in enumerate(value):
            yield from violations(item, items, f"{pointer}/{n}")


def _of_choices(value: object, of: Schema, pointer: str) -> Iterator[Violation]:
    for keyword in ("oneOf", "anyOf"):
        choices = of.get(keyword)
        if not isinstance(choices, list):
            continue
        valid = sum(next(violations(value, choice, pointer), None) is None for choice in choices)
        if valid == 0 or (keyword == "oneOf" and valid > 1):
            titles = " or ".join(_title(_resolved(c)) for c in choices)
            both = ", not both" if valid > 1 else ""
            found = f", found {shown(value)}" if not isinstance(value, dict) else ""
            yield Violation(pointer, f"expected {titles}{both}{found}")


def _is_typed(value: object, names: object) -> bool:
    is_number = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    for name in names if isinstance(names, list) else [names]:
        if isinstance(value, bool) or name != "integer":
            if isinstance(value, _TYPES[str(name)]):
                return True
        elif is_number:
            return True
    return False


def _expected(of: Schema, value: object, pointer: str) -> Violation:
    return Violation(pointer, f"expected {_title(of)}, found {shown(value)}")


def _resolved(of: Schema) -> Schema:
    reference = of.get("$ref")
    return definition(reference.removeprefix("#/$defs/")) if isinstance(reference, str) else of


def _title(of: Schema) -> str:
    return str(of["title"])


def _named(of: Schema, keyword: str) -> Mapping[str, Schema]:
    found = of.get(keyword, {})
    assert isinstance(found, dict)
    return found


def _refuse_unknown(of: Schema) -> None:
    """A keyword that nobody executes would be a promise that nobody keeps."""
    known = {"$ref", "type", "const", "pattern", "minLength", "minimum", "minItems", "required", "items"}
    known |= {"properties", "patternProperties", "additionalProperties", "oneOf", "anyOf"}
    if unknown := of.keys() - known - _SAID_FOR_PEOPLE:
        raise AssertionError(f"{NAME} uses {', '.join(sorted(unknown))}, which is not executed")
    below = [*(s for k in ("properties", "patternProperties", "$defs") for s in _named(of, k).values())]
    for keyword in ("oneOf", "anyOf"):
        choices = of.get(keyword, [])
        assert isinstance(choices, list)
        below += choices
    for keyword in ("items", "additionalProperties"):
        inner = of.get(keyword)
        below += [inner] if isinstance(inner, dict) else []
    for inner in below:
        _refuse_unknown(inner)
