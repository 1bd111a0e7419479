"""What describes the rest: the JSON-LD context, the ontology, the pages of error types, and whether the server is well.

The ontology and what belongs to it are the same for every store, so they are answered without one, and their tags are those of
their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from api import models, parameters
from api.negotiation import HTML, VOCABULARY, Format
from api.problems import KINDS, Refusal
from api.replies import NotModified, chosen_format, json_ld_context, known_parameters, matches, rendered, stores_of
from api.stores import empty
from kg.ontology import documentation, published
from kg.resources import ontology_dir

router = APIRouter()


@router.get("/context.jsonld", tags=["vocabulary"])
def context(request: Request) -> Response:
    """The JSON-LD context of every document."""
    known_parameters(request)
    content = json.dumps(json_ld_context(), ensure_ascii=False, indent=1).encode()
    return Response(content, media_type="application/ld+json", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/ontology", tags=["vocabulary"])
def ontology(request: Request, format: parameters.Format = None) -> Response:
    """The ontology and its codes as RDF; browsers get its documentation."""
    return _published(request, published.ONTOLOGY, format)


@router.get("/ontology/{document:path}", tags=["vocabulary"])
def ontology_document(request: Request, document: str, format: parameters.Format = None) -> Response:
    """A version of the ontology, its shapes, its alignment, or a mapping (`mappings/{name}`) as RDF."""
    known_parameters(request)
    if document not in _below():
        raise Refusal(404, "not-found", f"there is no ontology/{document}; there are {', '.join(_below())}")
    return _published(request, _below()[document], format)


@lru_cache(maxsize=1)
def _below() -> Mapping[str, str]:
    """What is below ``/ontology``: the version, and the other documents."""
    others = [d for d in published.documents(ontology_dir()) if d != published.ONTOLOGY]
    named = {d.removeprefix(f"{published.ONTOLOGY}/"): d for d in others}
    return {published.version(ontology_dir()): published.ONTOLOGY, **named}


def _published(request: Request, document: str, format: str | None) -> Response:
    known_parameters(request)
    fmt = chosen_format(request, format, VOCABULARY)
    public = stores_of(request).settings.public_url
    if fmt == HTML and document != published.ONTOLOGY:
        place = document.removeprefix("ontology/").replace("/", "-")
        return Response(status_code=303, headers={"Location": f"{public}ontology#{place}", "Vary": "Accept"})
    content = _page(request, public) if fmt == HTML else _serialised(document, fmt)
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    others = [f for f in VOCABULARY if f != fmt and (f != HTML or request.app.state.render is not None)]
    links = (f'<{public}{document}?format={f.name}>; rel="alternate"; type="{f.media_type}"' for f in others)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "public, max-age=60", "Link": ", ".join(links)}
    if matches(request.headers.get("if-none-match"), tag):
        raise NotModified(headers)
    return Response(content, media_type=fmt.content_type, headers=headers)


@lru_cache(maxsize=64)
def _serialised(document: str, fmt: Format) -> bytes:
    return published.written(ontology_dir(), fmt.name, document)


@lru_cache(maxsize=4)
def _documentation(root: str) -> str:
    def address(document: str, syntax: str) -> str:
        return f"{root}{document}?format={syntax}"

    return documentation.content(ontology_dir(), address, f"{root}context.jsonld")


def _page(request: Request, public: str) -> bytes:
    style = hashlib.sha256(documentation.style("terms").encode()).hexdigest()[:12]
    forms = [f for f in VOCABULARY if f != HTML]
    document = {"content": _documentation(urlsplit(public).path or "/"), "style": style, "forms": forms}
    return rendered(request, "ontology.html", document)


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
