"""Types of a CAS: what a type system declares, and what a file that came without one lets conclude.

Type systems are read by dkpro-cassis, which follows the UIMA references manual, chapter 2.3; its objects do not leave this
module. A file alone declares nothing, so for a type that no type system declares the ranges of its features are concluded from
all their values (:func:`concluded`), and the reader says so.

Invariant: a feature has one range in a file: strings, or references to feature structures. No name of a type or feature is ever
executed: dkpro-cassis makes Python classes of types when it makes feature structures, which is not asked of it.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.parsers import expat

from kg.errors import ReadError

if TYPE_CHECKING:
    from cassis import TypeSystem  # type: ignore[import-untyped]  # it has types, and does not say so

INSTALL = "pip install 'sitgraph[cas]'"

TOP, STRING, ANNOTATION = "uima.cas.TOP", "uima.cas.String", "uima.tcas.Annotation"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(\[\])?")
_NO_WORDS = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|NaN|-?Infinity")
_NUMBERS = frozenset({"Boolean", "Byte", "Short", "Integer", "Long", "Float", "Double"})
_PRIMITIVE = frozenset(
    {"uima.cas.String", *(f"uima.cas.{n}" for n in _NUMBERS)}
    | {f"uima.cas.{n}{kind}" for n in (*_NUMBERS, "String") for kind in ("Array", "List")}
)
# Features of annotation tools and of DKPro Core that refer, whatever their values look like.
_REFERRING = frozenset("Governor Dependent target first next head tail pos lemma stem morph form".split())
# Features of annotation tools that hold words, and where those are numbers, numbers that serve as words.
_WORDED = frozenset("label value role identifier referenceType referenceRelation".split())
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Types:
    """For each type its super type, and the ranges of its own features. Types that UIMA has built in need no entry."""

    supertypes: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.supertypes or name.startswith("uima.")

    def range(self, name: str, feature: str) -> str:
        """The range of a feature, which a super type may declare; empty if none does."""
        return next((self.ranges[t][feature] for t in self._line(name) if feature in self.ranges.get(t, {})), "")

    def is_primitive(self, range_: str) -> bool:
        """Whether values of this range are strings, numbers or flags, or arrays or lists of them."""
        return any(t in _PRIMITIVE for t in self._line(range_))

    def strings(self, name: str) -> tuple[str, ...]:
        """The names of a type's features that hold strings, inherited ones included."""
        found = {f: r for t in self._line(name) for f, r in self.ranges.get(t, {}).items()}
        return tuple(sorted(f for f, r in found.items() if STRING in self._line(r)))

    def _line(self, name: str) -> list[str]:
        """The type and its super types, nearest first; a type that is above itself is met once."""
        line = [name]
        while len(line) < _MAX_DEPTH and (above := self.supertypes.get(line[-1], TOP)) not in line:
            line.append(above)
        return line


BUILT_IN = Types(
    {ANNOTATION: "uima.cas.AnnotationBase", "uima.tcas.DocumentAnnotation": ANNOTATION},
    {
        ANNOTATION: {"begin": "uima.cas.Integer", "end": "uima.cas.Integer"},
        "uima.tcas.DocumentAnnotation": {"language": STRING},
        "uima.cas.FSArray": {"elements": "uima.cas.FSArray"},
        "uima.cas.NonEmptyFSList": {"head": TOP, "tail": "uima.cas.FSList"},
        **{f"uima.cas.{n}Array": {"elements": f"uima.cas.{n}Array"} for n in (*_NUMBERS, "String")},
        **{
            f"uima.cas.NonEmpty{n}List": {"head": f"uima.cas.{n}", "tail": TOP} for n in ("Integer", "Float", "String")
        },
    },
)  # fmt: skip
"""What every type system has (UIMA references manual, chapter 2.3.4)."""


def merged(one: Types, other: Types) -> Types:
    """Both: where they disagree, the first counts."""
    names = one.ranges.keys() | other.ranges.keys()
    return Types(
        {**other.supertypes, **one.supertypes},
        {n: {**other.ranges.get(n, {}), **one.ranges.get(n, {})} for n in names},
    )


def is_name(name: str) -> bool:
    """Whether this can be the name of a type."""
    return _NAME.fullmatch(name) is not None


# Every report of a folder has the same type system, and it takes a tenth of a second.
@lru_cache(maxsize=8)
def type_system(data: bytes, path: str) -> Types:
    """What a type system description in XML declares. Raises :class:`~kg.errors.ReadError`."""
    _check_xml(data, path)
    try:
        from cassis import load_typesystem
    except ImportError as error:
        raise ReadError(path, "type systems are read with dkpro-cassis, which is not installed", hint=INSTALL) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names that Python reserves, features declared twice alike: both harmless here
            return _plain(load_typesystem(io.BytesIO(data)))
    except Exception as error:  # what dkpro-cassis meets in a description that contradicts itself has no type of its own
        found = f"{type(error).__name__}: {error}"[:300]
        raise ReadError(path, f"not a type system that can be used: {found}") from error


def _plain(loaded: TypeSystem) -> Types:
    supertypes: dict[str, str] = {}
    ranges: dict[str, dict[str, str]] = {}
    for declared in loaded.get_types(built_in=True):
        supertypes[declared.name] = declared.supertype.name if declared.supertype else TOP
        # dkpro-cassis calls «self» and «type» otherwise, since Python reserves the names for its own objects.
        ranges[declared.name] = {
            f.name.removesuffix("_") if f.name in ("self_", "type_") else f.name: f.rangeType.name for f in declared.features
        }
    return Types(supertypes, ranges)


def _check_xml(data: bytes, path: str) -> None:
    """Nothing, unless it is no XML, has a document type, or is nested deeper than any type system."""
    parser, depth = expat.ParserCreate(), 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise ReadError(path, f"elements are nested deeper than {_MAX_DEPTH}", parser.CurrentLineNumber)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise ReadError(path, "has a document type declaration (DOCTYPE), which is not read", parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ReadError(path, f"not XML: {expat.ErrorString(error.code)}", error.lineno) from error
    except (ValueError, LookupError) as error:  # an encoding that nobody has
        raise ReadError(path, f"not XML that can be used: {error}") from error


def concluded(values: Mapping[tuple[str, str], Iterable[str | list[str]]], ids: Mapping[int, bool], known: Types) -> Types:
    """What is concluded of features that ``known`` does not declare, from all their values in the file.

    ``ids`` are those of the feature structures, and whether each is an annotation. A feature refers when all its values are
    ids, and its name is one that refers, or nothing it points at is an annotation: a number would not meet those alone.
    """
    ranges: dict[str, dict[str, str]] = {}
    for (name, feature), found in values.items():
        if not known.range(name, feature):
            ranges.setdefault(name, {})[feature] = _range(feature, list(found), ids)
    return Types({n: TOP for n in ranges if n not in known}, ranges)


def _range(feature: str, values: list[str | list[str]], ids: Mapping[int, bool]) -> str:
    if any(isinstance(v, list) for v in values):
        return "uima.cas.StringArray"
    if feature in _WORDED:
        return STRING
    words = [w for v in values if isinstance(v, str) for w in v.split()]
    targets = [int(w) if w.isascii() and w.isdigit() and len(w) < 19 else -1 for w in words]
    if targets and all(t in ids or t == 0 for t in targets):
        meant = [t for t in targets if t]
        if meant and (feature in _REFERRING or not any(ids[t] for t in meant)):
            return "uima.cas.FSArray"
    return "uima.cas.Double" if all(isinstance(v, str) and _NO_WORDS.fullmatch(v) for v in values) else STRING
