"""Queries are files: one question each, runnable as they are in any SPARQL editor.

A slot is written ``VALUES ?name { UNDEF }`` inside the query; :func:`bind` fills it with terms. Nothing else is ever put
into the text of a query, so there is nothing to escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from pyoxigraph import Literal, NamedNode

from kg.errors import QueryError

Term = NamedNode | Literal
_SLOT = re.compile(r"VALUES \?(\w+) \{ UNDEF \}")


@lru_cache(maxsize=256)
def load(name: str) -> str:
    """The text of a query of this package, by its name without ``.rq``."""
    return (files(__name__) / f"{name}.rq").read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """All queries of this package."""
    return tuple(sorted(p.name.removesuffix(".rq") for p in files(__name__).iterdir() if p.name.endswith(".rq")))


def summary(text: str) -> str:
    """The question in words: the ``#+ summary:`` line."""
    found = re.search(r"^#\+ summary: (.+)$", text, re.MULTILINE)
    return found[1] if found else ""


def slots(text: str) -> frozenset[str]:
    """The names of the slots of a query."""
    return frozenset(_SLOT.findall(text))


def bind(text: str, terms: Mapping[str, Term | Iterable[Term]]) -> str:
    """The query with slots filled; a slot that is given nothing stays open. Raises :class:`QueryError` for a slot it lacks."""
    missing = set(terms) - slots(text)
    if missing:
        raise QueryError(
            f"the query has no slot {', '.join(sorted(missing))}; it has {', '.join(sorted(slots(text))) or 'none'}"
        )

    def fill(match: re.Match[str]) -> str:
        given = terms.get(match[1])
        if given is None:
            return match[0]
        several = (given,) if isinstance(given, NamedNode | Literal) else tuple(given)
        return f"VALUES ?{match[1]} {{ {' '.join(str(t) for t in several)} }}"

    return _SLOT.sub(fill, text)
