"""UIMA CAS as XMI: one element a feature structure, its features as attributes or child elements.

Follows the UIMA references manual, chapter 7 («XMI CAS serialization reference»). The XML is read by expat, element by element,
and not by dkpro-cassis: that gives no lines, ends at the first structure that it cannot make, drops types that no type system
declares, converts offsets of an annotation each time that a view lists it, and of one that none lists never. Tests hold that
both read the same where dkpro-cassis reads all, and that it differs in these.

Invariant: no document type, no entity of a file's own, nothing fetched; elements, nesting and bytes are bounded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from kg.errors import ReadError
from kg.readers._cas import Cas, Sofa, Structure
from kg.readers._cas_types import BUILT_IN, Types, concluded, is_name, merged

_XMI, _CAS = "http://www.omg.org/XMI", "http:///uima/cas.ecore"
_ID = f"{_XMI} id"
_NAMESPACE = re.compile(r"http:///(.+)\.ecore")
_NO_NAMESPACE = "uima.noNamespace"
# Java writes XML 1.1 where a text has control characters; expat knows 1.0, and refuses those characters with their place.
_VERSION = re.compile(rb"^(\xef\xbb\xbf)?<\?xml version=(['\"])1\.1\2")
_SHOWN = 8


def read_xmi(data: bytes, path: str, types: Types | None) -> Cas:
    """The CAS of a file. Without ``types``, and for what they lack, types are concluded from the file and that is told."""
    raw = _Elements(path)
    raw.parse(data)
    cas = raw.cas
    known = merged(BUILT_IN, types) if types else BUILT_IN
    whole = merged(known, concluded(_values(raw), {i: "begin" in s.values for i, s in raw.structures.items()}, known))
    _tell_concluded(cas, raw, known, types is not None)
    primitive = _Primitive(whole)
    for found in raw.structures.values():
        cas.structures[found.id] = _typed(found, primitive, cas, raw)
    for sofa, (line, members) in raw.members.items():
        _index(cas, sofa, line, members)
    names = {s.type for s in raw.structures.values()}
    cas.declared = {name: whole.strings(name) for name in names}
    cas.relations = {name for name in names if whole.range(name, "Governor")}
    return cas


@dataclass(frozen=True, slots=True)
class _Element:
    id: int
    type: str
    line: int
    values: dict[str, str | list[str]]


class _Primitive(dict[tuple[str, str], bool]):
    """Whether a feature holds strings, by type and feature; asked once for each, however many structures there are."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def __missing__(self, key: tuple[str, str]) -> bool:
        self[key] = found = self._types.is_primitive(self._types.range(*key))
        return found


class _Unusable(Exception):
    """An element that cannot be used; never leaves this module."""


@dataclass(slots=True)
class _Elements:
    """The elements of a file, with the features as written; sofas are whole at once, and go to ``cas``."""

    path: str
    cas: Cas = field(init=False)
    structures: dict[int, _Element] = field(default_factory=dict)
    members: dict[int, tuple[int, str]] = field(default_factory=dict)
    _parser: expat.XMLParserType = field(init=False)
    _depth: int = 0
    _open: dict[str, str | list[str]] | None = None
    _text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cas = Cas(self.path)

    def parse(self, data: bytes) -> None:
        """Take the elements of a file. Raises :class:`~kg.errors.ReadError`."""
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._text.append, self._doctype
        try:
            parser.Parse(_VERSION.sub(rb"\1<?xml version=\g<2>1.0\2", data, count=1), True)
        except expat.ExpatError as error:
            message = f"not XML: {expat.ErrorString(error.code)} at column {error.offset + 1}"
            raise ReadError(self.path, message, error.lineno) from error
        except (ValueError, LookupError) as error:  # an encoding that nobody has
            raise ReadError(self.path, f"not XML that can be used: {error}") from error

    def _doctype(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise ReadError(self.path, "has a document type declaration (DOCTYPE), which is not read", line)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        self._depth += 1
        self._text.clear()
        if self._depth == 1 and name != f"{_XMI} XMI":
            raise ReadError(self.path, f"no XMI of a CAS: the element at its top is {name.rpartition(' ')[2]!r}", line)
        if self._depth > 3:
            raise ReadError(self.path, "no XMI of a CAS: elements are nested deeper than a feature structure's features", line)
        if self._depth == 2:
            self.cas.count_structure()
            self._open = None
            try:
                self._element(name, attributes, line)
            except _Unusable as error:
                where = attributes.get(_ID, "")[:20]
                self.cas.tell(line, f"{name.rpartition(' ')[2]}: {error}", where=where)

    def _end(self, name: str) -> None:
        if self._depth == 3 and self._open is not None:
            before = self._open.setdefault(name.rpartition(" ")[2], [])
            if isinstance(before, list):
                before.append("".join(self._text))
            else:
                self.cas.tell(self._parser.CurrentLineNumber, f"the feature {name!r} is an attribute and an element")
        self._depth -= 1
        self._text.clear()

    def _element(self, name: str, attributes: dict[str, str], line: int) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace == _CAS and local == "NULL":
            return
        if namespace == _CAS and local == "View":
            # A CAS may hold structures and no sofa; they are members of a view that has none.
            sofa = _whole(attributes, "sofa") if "sofa" in attributes else 0
            self.members[sofa] = (line, f"{self.members.get(sofa, (0, ''))[1]} {attributes.get('members', '')}")
            return
        ident = _whole(attributes, _ID)
        if namespace == _CAS and local == "Sofa":
            if ident in self.cas.sofas:
                raise _Unusable(f"the id {ident} is taken, by the sofa at line {self.cas.sofas[ident].line}")
            self.cas.sofas[ident] = Sofa(ident, attributes.get("sofaID", str(ident)), attributes.get("sofaString"), line)
            return
        if ident in self.structures:
            raise _Unusable(f"the id {ident} is taken, by line {self.structures[ident].line}")
        self._open = {k: v for k, v in attributes.items() if " " not in k}
        self.structures[ident] = _Element(ident, _type_name(namespace, local), line, self._open)


def _type_name(namespace: str, local: str) -> str:
    match = _NAMESPACE.fullmatch(namespace)
    package = match[1].replace("/", ".") if match else ""
    name = local if package == _NO_NAMESPACE else f"{package}.{local}"
    if not match or not is_name(name):
        raise _Unusable(f"{namespace[:60]!r} is no name space of types: expected http:///….ecore")
    return name


def _whole(values: Mapping[str, str | list[str]], key: str) -> int:
    written = values.get(key)
    name = key.rpartition(" ")[2]
    if not isinstance(written, str) or not written.isascii() or not written.isdigit() or len(written) > 18:
        raise _Unusable(f"{name} must be a whole number, found {str(written)[:40]!r}" if written else f"has no {name}")
    return int(written)


def _values(raw: _Elements) -> Mapping[tuple[str, str], list[str | list[str]]]:
    values: dict[tuple[str, str], list[str | list[str]]] = defaultdict(list)
    for structure in raw.structures.values():
        for feature, value in structure.values.items():
            if feature not in ("sofa", "begin", "end"):
                values[structure.type, feature].append(value)
    return values


def _tell_concluded(cas: Cas, raw: _Elements, known: Types, has_types: bool) -> None:
    first: dict[str, int] = {}
    for structure in raw.structures.values():
        if structure.type not in known:
            first.setdefault(structure.type, structure.line)
    if first:
        shown = ", ".join([*sorted(first)[:_SHOWN], *(["…"] if len(first) > _SHOWN else [])])
        reason = "the type system does not declare" if has_types else "no type system is beside the file, which has"
        number = "1 type" if len(first) == 1 else f"{len(first)} types"
        message = f"{reason} {number}: {shown}; what refers to what is concluded from the values"
        cas.tell(min(first.values()), message, "warning")


def _typed(found: _Element, primitive: _Primitive, cas: Cas, raw: _Elements) -> Structure:
    """A structure whose references lead somewhere; those that do not are told."""
    strings: dict[str, str] = {}
    references: dict[str, tuple[int, ...]] = {}
    sofa: int | None = None
    for feature, value in found.values.items():
        if feature == "sofa":
            sofa = _sofa(found, value, cas)
        elif feature in ("begin", "end") or primitive[found.type, feature]:
            strings[feature] = "|".join(value) if isinstance(value, list) else value
        else:
            references[feature] = _references(found, feature, value, cas, raw)
    return Structure(found.id, found.type, found.line, sofa, strings, references)


def _sofa(found: _Element, value: str | list[str], cas: Cas) -> int | None:
    ident = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None
    if ident not in cas.sofas:
        cas.tell(found.line, f"{found.type}: there is no sofa {str(value)[:20]!r}", where=str(found.id))
        return None
    return ident


def _references(found: _Element, feature: str, value: str | list[str], cas: Cas, raw: _Elements) -> tuple[int, ...]:
    ids: list[int] = []
    words = value if isinstance(value, list) else value.split()
    cas.count_references(len(words))
    for word in words:
        ident = int(word) if word.isascii() and word.isdigit() and len(word) < 19 else -1
        if ident in raw.structures:
            ids.append(ident)
        elif ident and ident not in cas.sofas:  # 0 is the null reference
            message = f"{found.type}.{feature} refers to {word[:20]!r}, which is not in the file"
            cas.tell(found.line, message, where=str(found.id))
    return tuple(ids)


def _index(cas: Cas, sofa: int, line: int, members: str) -> None:
    if sofa and sofa not in cas.sofas:
        cas.tell(line, f"View: there is no sofa {sofa}, so what it holds is of no text")
        return
    for word in members.split():
        ident = int(word) if word.isascii() and word.isdigit() and len(word) < 19 else -1
        if ident in cas.structures:
            cas.indexed[sofa].add(ident)
        elif ident not in cas.sofas:
            cas.tell(line, f"View: its member {word[:20]!r} is not in the file, or was set aside")
