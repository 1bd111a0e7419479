"""An object of doccano, each part of it looked at alone: text, labels, relations, categories, and the unit of its offsets.

What the objects of a file say together is for :mod:`kg.readers.doccano`.

Invariant: what has not the form of a label or of a relation is refused with what was found; 0 is an id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from kg.readers._utf16 import Utf16

TEXT = ("text", "data", "column_data")
LABELS = ("label", "labels", "entities", "annotations", "column_label")
IDS = ("id", "doc_id")
CATEGORIES = "cats"
_OF_OTHERS = ("denotations", "spans", "tokens", "mentions", "@context", "format")


class Unusable(Exception):
    """A value that cannot be used; never leaves this module."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label as written: span in the unit of the file, label, id, and who gave it."""

    start: int
    end: int
    label: str
    id: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """A relation as written: label, the ids of both ends, and who drew it."""

    label: str
    source: str
    target: str
    user: str = ""


def text_of(value: Mapping[str, object]) -> str | None:
    return next((text for k in TEXT if isinstance(text := value.get(k), str)), None)


def own_id(value: Mapping[str, object]) -> str:
    return next((ident for k in IDS if (ident := identifier(value.get(k)))), "")


def labelled(item: object) -> Labelled:
    """A label, in either of the two forms."""
    if isinstance(item, list) and len(item) == 3:
        start, end, label, ident, user = *item, None, None
    elif isinstance(item, dict):
        start, end, label, ident, user = (item.get(k) for k in ("start_offset", "end_offset", "label", "id", "user"))
    else:
        raise Unusable(f"expected [start, end, label] or an object, found {shown(item)}")
    if not _is_whole(start) or not _is_whole(end) or not ((isinstance(label, str) and label) or _is_whole(label)):
        raise Unusable(f"expected a start, an end and a label, found {shown(item)}")
    return Labelled(int(start), int(end), str(label), identifier(ident), identifier(user))


def related(item: object) -> Related:
    """A relation between two entities."""
    said = item if isinstance(item, dict) else {}
    source, target, label = identifier(said.get("from_id")), identifier(said.get("to_id")), said.get("type")
    if not source or not target or not ((isinstance(label, str) and label) or _is_whole(label)):
        raise Unusable(f"a relation needs from_id, to_id and type, found {shown(item)}")
    return Related(str(label), source, target, identifier(said.get("user")))


def categories(value: object) -> list[str]:
    """What an object says of its whole text."""
    if not isinstance(value, dict):
        return []
    found = [value.get(CATEGORIES), *(value.get(k) for k in LABELS)]
    alone = [item for item in found if isinstance(item, str) and item]
    return alone + [item for items in found if isinstance(items, list) for item in items if isinstance(item, str)]


def has_spans(value: object) -> bool:
    """Whether an object has anything that may be a label of words."""
    return isinstance(value, dict) and any(
        not isinstance(item, str) for k in LABELS if isinstance(value.get(k), list) for item in value[k]
    )


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def identifier(value: object) -> str:
    """An id as a string; 0 is one."""
    return str(value) if _is_whole(value) or isinstance(value, str) else ""


def shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else shown[:79] + "…"


# -- offsets


def unit_of(text: str, is_utf16: bool) -> Callable[[int], int | None]:
    """What turns an offset into a code point, or into nothing."""
    if is_utf16:
        return Utf16(text).code_point
    return lambda offset: offset if 0 <= offset <= len(text) else None


def counts_utf16(values: Iterable[tuple[int, object]]) -> bool | None:
    """Whether the offsets of a file count UTF-16 units; ``None`` where it makes no difference to any span."""
    points = units = differing = 0
    for _, value in values:
        text = (text_of(value) if isinstance(value, dict) else "") or ""
        if text.isascii() or max(text) <= "\uffff" or not isinstance(value, dict):
            continue
        of_points, of_units = unit_of(text, False), unit_of(text, True)
        for item in _spans(value):
            in_points, in_units = (of_points(item.start), of_points(item.end)), (of_units(item.start), of_units(item.end))
            differing += in_points != in_units
            points += _fits(text, *in_points)
            units += _fits(text, *in_units)
    return units > points if differing else None


def _spans(value: Mapping[str, object]) -> Iterator[Labelled]:
    for key in LABELS:
        found = value.get(key)
        for item in found if isinstance(found, list) else ():
            try:
                yield labelled(item)
            except Unusable:
                continue


def _fits(text: str, start: int | None, end: int | None) -> bool:
    """Whether a span begins and ends where words do."""
    if start is None or end is None or not start < end:
        return False
    inside = text[start:end]
    cut_before = start > 0 and text[start - 1].isalnum() and inside[0].isalnum()
    cut_after = end < len(text) and text[end].isalnum() and inside[-1].isalnum()
    return not (cut_before or cut_after or inside[0].isspace() or inside[-1].isspace())


def is_labelled(value: Mapping[str, object]) -> bool:
    """Whether an object is as doccano writes them, with labels of words or with none as yet."""
    if not any(isinstance(value.get(k), str) for k in TEXT):
        return False
    lists = [value[k] for k in LABELS if isinstance(value.get(k), list)]
    items = [found[0] for found in lists if isinstance(found, list) and found]
    if any(isinstance(item, dict) and "start_offset" not in item for item in items):
        return False
    return bool(lists) and all(_is_label(item) for item in items) and not any(key in value for key in _OF_OTHERS)


def _is_label(item: object) -> bool:
    try:
        labelled(item)
    except Unusable:
        return False
    return True
