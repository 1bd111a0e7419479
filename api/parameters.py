"""The parameters that lists and documents understand, and what is refused.

Names are those of every address; one that an address does not know is refused by name, one that is planned but has no
effect yet is refused too, so that nothing is ever ignored in silence. (The SPARQL endpoint alone ignores what it does
not know.)
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from api.models import ProblemError
from api.problems import Refusal, bad_parameter
from api.stores import Period

STATUSES = ("accepted", "reported", "disputed", "denied", "prospective", "retracted")
DEFAULT_STATUSES = ("accepted", "reported", "disputed")
PLANNED = frozenset(
    "known_at inferred min_source min_info min_sources bbox near facet depth max_nodes shape "
    "valid_at issued_until status source report lang q within limit cursor sort fields count include".split()
)
"""Every parameter that is settled for some address."""

Format = Annotated[
    str | None,
    Query(alias="format", description="json, jsonld, ttl, nt or html (or a media type); wins over Accept", examples=["ttl"]),
]
ValidAt = Annotated[
    str | None,
    Query(
        description="Time in the world: a day, or an interval `a/b` of days, `..` for an open end. "
        "Keeps what possibly held then: `earliestBegin ≤ day` and `latestEnd > day`, where an absent bound is open. "
        "`holds` in each record says whether it certainly did: `latestBegin ≤ day` and `earliestEnd > day`.",
        examples=["2016-08-07", "2016-08-01/..", "2016-07-31/2016-08-15"],
    ),
]
IssuedUntil = Annotated[
    str | None,
    Query(
        description="What the reports that were issued up to this day say. "
        "The view is consolidated again from those reports alone, with the reference tables in force: status, contradictions, "
        "inferences and times are exactly what they would be if no later report had been read. "
        "Reports without a date of issue are left out.",
        examples=["2016-08-20"],
    ),
]
Status = Annotated[
    list[Literal["accepted", "reported", "disputed", "denied", "prospective", "retracted"]] | None,
    Query(description="Status of situations; may be given several times. Without it: accepted, reported and disputed."),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Items a page")]
Cursor = Annotated[str | None, Query(description="Where to go on: taken from `next`, bound to a generation of the store")]
Lang = Annotated[
    str | None,
    Query(description="The language of `name` (prefLabel keeps all of them)", pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
]
Text = Annotated[str | None, Query(alias="q", max_length=200, description="Words in a name, in any case and any language")]
Within = Annotated[str | None, Query(description="A location, by its slug or IRI: it and all places inside it")]
SourceIs = Annotated[str | None, Query(alias="source", description="A source, by its slug or IRI")]
ReportIs = Annotated[str | None, Query(alias="report", description="A report, by its id or IRI")]
Sort = Annotated[str | None, Query(description="What to sort by; `-` in front for descending")]
Fields = Annotated[str | None, Query(description="Comma-separated keys of items to keep; id, type and url are always there")]
Count = Annotated[
    Literal["exact", "estimate", "none"], Query(description="`total`: exact (an estimate is exact here too), or left out")
]
Include = Annotated[
    str | None,
    Query(
        description="Comma-separated: `claims` puts the claims into each record, `evidence` their quotes too",
        examples=["claims,evidence"],
    ),
]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for, and in which shape."""

    limit: int = 50
    cursor: str | None = None
    sort: str | None = None
    fields: str | None = None
    count: str = "exact"


def paging(
    limit: Limit = 50, cursor: Cursor = None, sort: Sort = None, fields: Fields = None, count: Count = "exact"
) -> Paging:
    """The parameters of paging, as one dependency."""
    return Paging(limit, cursor, sort, fields, count)


Pages = Annotated[Paging, Depends(paging)]
ClassIs = Annotated[
    str | None, Query(alias="class", description="Comma-separated classes of the ontology, each with those below it")
]
KindIs = Annotated[
    str | None, Query(alias="kind", description="Comma-separated codes of the kind, such as `rebel-bloc` or `suicide-attack`")
]
RoleIs = Annotated[str | None, Query(alias="role", description="Comma-separated roles, such as `attacker` or `supporter`")]
Mentioned = Annotated[
    Literal["true", "false", "any"],
    Query(
        description="`true`: those that some report mentions or has speak; "
        "`false`: those only in the reference tables; `any`: both"
    ),
]


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raises for the parameters that an address does not know; each is named."""
    allowed = set(known)
    errors = []
    for name in dict.fromkeys(request.query_params.keys()):
        if name in allowed:
            continue
        if name in PLANNED:
            errors.append(
                ProblemError(parameter=name, code="not-implemented", detail=f"{name} is not implemented for this address yet")
            )
        else:
            errors.append(ProblemError(parameter=name, code="unknown-parameter", detail=f"there is no parameter {name} here"))
    if errors:
        detail = "; ".join(e.detail for e in errors)
        known_ones = f" Known here: {', '.join(sorted(allowed))}."
        raise Refusal(400, errors[0].code, f"{detail}.{known_ones if allowed else ''}", errors)


def day(name: str, text: str) -> date:
    """A day, or a refusal that names the parameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_parameter(name, f"{name} must be a day such as 2016-08-07, not {text!r}") from None


def period(text: str | None) -> Period | None:
    """The value of ``valid_at``."""
    if text is None:
        return None
    first, slash, last = text.partition("/")
    begin = None if first in ("..", "") and slash else day("valid_at", first)
    end = begin if not slash else None if last in ("..", "") else day("valid_at", last)
    if begin and end and end < begin:
        raise bad_parameter("valid_at", f"valid_at ends before it begins: {text}")
    return Period(begin, end, text)


def choices(name: str, text: str | None, allowed: Iterable[str]) -> frozenset[str]:
    """The values of a comma-separated parameter."""
    asked = frozenset(part.strip() for part in (text or "").split(",") if part.strip())
    if unknown := asked - set(allowed):
        raise bad_parameter(name, f"{name} has no value {', '.join(sorted(unknown))}; it has {', '.join(sorted(allowed))}")
    return asked


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a cursor stands for: a generation, a list (by the digest of its filters), and the last item given."""

    generation: int
    filters: str
    last: tuple[str, str]

    def text(self) -> str:
        """The cursor as clients see it."""
        packed = json.dumps([self.generation, self.filters, *self.last], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @staticmethod
    def read(text: str) -> Anchor:
        """The inverse of :meth:`text`; refuses what is none."""
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            generation, filters, key, last = found
            if not (isinstance(generation, int) and all(isinstance(x, str) for x in (filters, key, last))):
                raise ValueError(text)
        except (ValueError, TypeError):
            raise bad_parameter("cursor", "this is not a cursor that was given out here", "invalid-cursor", 400) from None
        return Anchor(generation, filters, (key, last))


def filters_digest(path: str, parameters: Mapping[str, object]) -> str:
    """Names a list: its path and all its parameters but those that only say which part of it is wanted."""
    kept = {k: v for k, v in parameters.items() if k not in ("cursor", "limit", "format", "fields", "count", "include", "lang")}
    return hashlib.sha256(json.dumps([path, kept], sort_keys=True).encode()).hexdigest()[:12]
