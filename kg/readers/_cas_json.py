"""UIMA CAS as JSON (JSON CAS 0.4): types, feature structures and views as one object.

Follows the JSON CAS 0.4.0 specification of Apache UIMA. The form tells references (``@feature``) from values, so it can be read
when the types it embeds are partial: they serve to know which features hold strings.

Invariant: the JSON is strict; a feature structure that is no structure is set aside and named by its id, for JSON has no lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kg.errors import ReadError
from kg.readers._cas import Cas, Sofa, Structure
from kg.readers._cas_types import BUILT_IN, TOP, Types, is_name, merged
from kg.readers._json import parsed
from kg.readers._source import decode_strictly

TYPES, STRUCTURES, VIEWS = "%TYPES", "%FEATURE_STRUCTURES", "%VIEWS"
_SOFA = "uima.cas.Sofa"
_LARGEST_ID = 10**18


def read_json_cas(data: bytes, path: str, types: Types | None) -> Cas:
    """The CAS of a file; what it declares itself counts before ``types``, which came with it."""
    where = Path(path)
    value = parsed(decode_strictly(where, data).removeprefix("\ufeff"), where)
    if not isinstance(value, dict) or not isinstance(value.get(STRUCTURES, []), list | dict):
        raise ReadError(path, f"no JSON CAS: expected an object with a list {STRUCTURES}")
    cas = Cas(path)
    for key in value.keys() - {TYPES, STRUCTURES, VIEWS}:
        cas.tell(0, f"the key {key[:40]!r} is not read", "warning")
    declared = _declared(value.get(TYPES, {}), cas)
    known = merged(declared, merged(BUILT_IN, types) if types else BUILT_IN)
    found = list(_structures(value.get(STRUCTURES, []), cas))
    for ident, written in found:
        if written.get("%TYPE") == _SOFA:
            _add_sofa(ident, written, cas)
    words: dict[str, set[str]] = {}
    for ident, written in found:
        if written.get("%TYPE") != _SOFA:
            _add_structure(ident, written, cas, words)
    _check_references(cas)
    _add_views(value.get(VIEWS, {}), cas)
    for name in {s.type for s in cas.structures.values()}:
        undeclared = {f for f in words.get(name, ()) if not known.range(name, f)}
        cas.declared[name] = tuple(sorted({*known.strings(name), *undeclared}))
        if known.range(name, "Governor"):
            cas.relations.add(name)
    return cas


class _Unusable(Exception):
    """A part of the object that cannot be used; never leaves this module."""


def _declared(value: object, cas: Cas) -> Types:
    supertypes: dict[str, str] = {}
    ranges: dict[str, dict[str, str]] = {}
    for name, written in value.items() if isinstance(value, dict) else ():
        if not is_name(name) or not isinstance(written, dict) or not isinstance(written.get("%SUPER_TYPE", ""), str):
            cas.tell(0, f"{TYPES}: {name[:60]!r} is no type: expected a name and an object with %SUPER_TYPE", "warning")
            continue
        supertypes[name] = written.get("%SUPER_TYPE", TOP)
        features = {k: v.get("%RANGE") for k, v in written.items() if not k.startswith("%") and isinstance(v, dict)}
        ranges[name] = {k: v for k, v in features.items() if isinstance(v, str)}
    lacking = sorted({s for s in supertypes.values() if s not in supertypes and not s.startswith("uima.")})
    if lacking:
        cas.tell(0, f"{TYPES} is partial: it names super types that it does not declare: {', '.join(lacking[:8])}", "warning")
    return Types(supertypes, ranges)


def _structures(value: object, cas: Cas) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The objects with their ids: a list, or an object by id."""
    seen: set[int] = set()
    items: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = ((None, v) for v in value)
    for n, (key, written) in enumerate(items, 1):
        cas.count_structure()
        try:
            if not isinstance(written, dict):
                raise _Unusable("is no object")
            if isinstance(key, str):
                ident = _id(int(key) if key.isascii() and key.isdigit() and len(key) < 19 else key)
            else:
                ident = _id(written.get("%ID"))
            if ident in seen:
                raise _Unusable(f"the id {ident} is taken, by one above")
        except _Unusable as error:
            cas.tell(0, f"{STRUCTURES}, number {n}: {error}")
            continue
        seen.add(ident)
        yield ident, written


def _id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST_ID:
        raise _Unusable(f"%ID must be a whole number, found {str(value)[:40]!r}")
    return value


def _add_sofa(ident: int, written: Mapping[str, object], cas: Cas) -> None:
    text, name = written.get("sofaString"), written.get("sofaID", str(ident))
    if not isinstance(text, str | None) or not isinstance(name, str):
        cas.tell(0, "sofaString and sofaID must be strings", where=str(ident))
        return
    cas.sofas[ident] = Sofa(ident, name, text)


def _add_structure(ident: int, written: Mapping[str, object], cas: Cas, words: dict[str, set[str]]) -> None:
    """Keep a structure; which of its features hold words goes to ``words``."""
    name = written.get("%TYPE")
    if not isinstance(name, str) or not is_name(name):
        cas.tell(0, f"%TYPE must be the name of a type, found {str(name)[:60]!r}", where=str(ident))
        return
    strings: dict[str, str] = {}
    references: dict[str, tuple[int, ...]] = {}
    sofa: int | None = None
    for key, value in written.items():
        if key in ("%ID", "%TYPE", "%FLAGS") or value is None:
            continue
        try:
            if key == "@sofa":
                sofa = _sofa(value, cas)
            elif key == "%ELEMENTS" and (name.endswith("[]") or name == "uima.cas.FSArray"):
                references["elements"] = _references(value, cas)
            elif key.startswith("@"):
                references[key[1:]] = _references(value, cas)
            else:
                feature = key.lstrip("#^%")
                strings[feature] = _string(value)
                if isinstance(value, str) and not key.startswith("#"):
                    words.setdefault(name, set()).add(feature)
        except _Unusable as error:
            cas.tell(0, f"{name}, {key[:60]}: {error}", where=str(ident))
    cas.structures[ident] = Structure(ident, name, 0, sofa, strings, references)


def _sofa(value: object, cas: Cas) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in cas.sofas:
        raise _Unusable(f"there is no sofa {str(value)[:20]!r}")
    return value


def _references(value: object, cas: Cas) -> tuple[int, ...]:
    found = value if isinstance(value, list) else [value]
    cas.count_references(len(found))
    ids = tuple(i for i in found if isinstance(i, int) and not isinstance(i, bool))
    if len(ids) + found.count(None) < len(found):
        raise _Unusable(f"a reference is an id, found {str(value)[:40]!r}")
    return tuple(i for i in ids if i)


def _string(value: object) -> str:
    if isinstance(value, list):
        return "|".join(_string(v) for v in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _Unusable(f"a value is a string, a number or a flag, found {str(value)[:40]!r}")


def _check_references(cas: Cas) -> None:
    for structure in list(cas.structures.values()):
        kept = {k: tuple(i for i in ids if i in cas.structures) for k, ids in structure.references.items()}
        for feature, ids in structure.references.items():
            for lost in (i for i in ids if i not in cas.structures and i not in cas.sofas):
                cas.tell(0, f"{structure.type}.{feature} refers to {lost}, which is not in the file", where=str(structure.id))
        cas.structures[structure.id] = Structure(
            structure.id, structure.type, 0, structure.sofa, structure.strings, {k: v for k, v in kept.items() if v}
        )


def _add_views(value: object, cas: Cas) -> None:
    for name, view in value.items() if isinstance(value, dict) else ():
        members = view.get("%MEMBERS", []) if isinstance(view, dict) else None
        sofa = view.get("%SOFA", 0) if isinstance(view, dict) else None
        if not isinstance(members, list) or isinstance(sofa, bool) or not isinstance(sofa, int | None):
            cas.tell(0, f"{VIEWS}: {name[:60]!r} is no view: expected %SOFA, an id, and %MEMBERS, a list of ids")
            continue
        if sofa and sofa not in cas.sofas:
            cas.tell(0, f"{VIEWS}: {name[:60]!r} has no sofa {sofa}, so what it holds is of no text")
            continue
        for member in members:
            if isinstance(member, int) and member in cas.structures:
                cas.indexed[sofa or 0].add(member)
            elif not isinstance(member, int) or member not in cas.sofas:
                cas.tell(0, f"{VIEWS}: the member {str(member)[:20]!r} of {name[:60]!r} is not in the file, or was set aside")
