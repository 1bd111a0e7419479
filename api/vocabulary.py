"""What describes the rest: the JSON-LD context, the ontology, the pages of error types, and whether the server is well."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response
from pyoxigraph import serialize

from api import models, parameters
from api.documents import local, text
from api.negotiation import HTML, VOCABULARY, Format
from api.problems import KINDS, Refusal
from api.replies import NotModified, chosen_format, etag, json_ld_context, known_parameters, matches, rendered, stores_of
from api.stores import empty
from kg.pipeline import ontology as triples_of_ontology
from kg.vocab import PREFIXES

router = APIRouter()


@router.get("/context.jsonld", tags=["vocabulary"])
def context(request: Request) -> Response:
    """The JSON-LD context of every document."""
    known_parameters(request)
    content = json.dumps(json_ld_context(), ensure_ascii=False, indent=1).encode()
    return Response(content, media_type="application/ld+json", headers={"Cache-Control": "public, max-age=3600"})


@lru_cache(maxsize=8)
def _serialised(fmt: Format) -> bytes:
    assert fmt.rdf is not None
    prefixes = dict(PREFIXES) if fmt.name != "nt" else None
    return serialize(triples_of_ontology(), format=fmt.rdf, prefixes=prefixes) or b""


@router.get("/ontology", tags=["vocabulary"])
def ontology(request: Request, format: parameters.Format = None) -> Response:
    """The ontology and its codes as RDF; browsers get a list of the terms."""
    known_parameters(request)
    fmt = chosen_format(request, format, VOCABULARY)
    view = stores_of(request).current() if fmt == HTML else None
    tag = etag(view.number if view else 0, None, request, fmt)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "public, max-age=60"}
    if matches(request.headers.get("if-none-match"), tag):
        raise NotModified(headers)
    if view is None:
        return Response(_serialised(fmt), media_type=fmt.content_type, headers=headers)
    terms: list[dict[str, Any]] = [
        {"id": r["term"].value, "type": local(r["class"]), "name": text(r, "label"), "definition": text(r, "definition")}
        for r in view.rows("terms-of-ontology")
    ]
    page = rendered(request, "ontology.html", {"terms": terms, "generation": view.number}, view)
    return Response(page, media_type=fmt.content_type, headers=headers)


@router.get("/problems/{kind}", tags=["vocabulary"])
def problem(request: Request, kind: str) -> Response:
    """What a type of error means, and what to do."""
    known_parameters(request)
    if kind not in KINDS:
        raise Refusal(404, "not-found", f"there is no type of error {kind}")
    found = KINDS[kind]
    return Response(f"{found.title}\n\n{found.advice}\n", media_type="text/plain; charset=utf-8")


@router.get("/healthz", response_model=models.Health, tags=["operations"])
def healthz(request: Request) -> Response:
    """Whether the server can answer, and from which generation."""
    known_parameters(request)
    stores = stores_of(request)
    nothing = empty(stores)
    number = 0 if nothing else stores.current().number
    health = models.Health(status="empty" if nothing else "ok", generation=number, version=request.app.version)
    return Response(health.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})
