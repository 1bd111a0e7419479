"""Errors as RFC 9457 has them: what went wrong, where in the request, and a page that says what to do.

A :class:`Refusal` is raised by routes; errors of the core, which know nothing of HTTP, get their status from the
table in :mod:`api.app`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.models import ProblemError


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its title, and what a client can do about it."""

    title: str
    advice: str


KINDS: Mapping[str, Kind] = {
    "not-found": Kind(
        "Not found", "There is nothing at this address. Lists such as /actors and /events lead to what there is."
    ),
    "method-not-allowed": Kind("Method not allowed", "The header Allow names the methods of this address."),
    "not-acceptable": Kind("Not acceptable", "None of the media types in Accept, or the format asked for, can be given here."),
    "unknown-parameter": Kind("Unknown parameter", "Leave the parameter out; /openapi.json lists those of each address."),
    "not-implemented": Kind("Parameter not available", "This parameter is planned but has no effect yet, so it is refused."),
    "invalid-parameter": Kind("Invalid parameter", "The error says what the value must look like."),
    "invalid-cursor": Kind("Invalid cursor", "Start again from the first page, and follow next as it is given."),
    "generation-gone": Kind("Generation gone", "The state of the store that the crawl began on is gone. Start again."),
    "query-syntax": Kind("Query cannot be read", "The error says at which line and column."),
    "query-refused": Kind("Query refused", "The error says what is not allowed in a query here, and why."),
    "query-too-long": Kind("Query too long", "Shorten the query, or fetch what it enumerates in several steps."),
    "several-default-graphs": Kind(
        "Several default graphs", "Name one default graph, or use GRAPH over FROM NAMED: a merge would count triples twice."
    ),
    "read-only": Kind("Read-only", "The store is a function of its inputs: `sitgraph ingest` changes it, updates do not."),
    "unsupported-media-type": Kind("Unsupported media type", "Send application/sparql-query, or a form."),
    "ambiguous-term": Kind("Name not resolved", "Use the IRI, or a label that only one thing has."),
    "store-unavailable": Kind("Store not available", "Nothing has been ingested yet, or the store cannot be opened."),
    "internal-error": Kind("Internal error", "Please report it with the request id; the server's log has it too."),
}


class Refusal(Exception):
    """A request that is refused: status, kind, and what exactly is wrong with it."""

    def __init__(
        self, status: int, kind: str, detail: str, errors: Sequence[ProblemError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.kind, self.detail, self.errors, self.headers = status, kind, detail, tuple(errors), headers or {}
        super().__init__(detail)


def bad_parameter(name: str, detail: str, kind: str = "invalid-parameter", status: int = 422) -> Refusal:
    """A refusal because of one parameter."""
    return Refusal(status, kind, detail, [ProblemError(parameter=name, code=kind, detail=detail)])
