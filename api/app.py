"""The application: routes, the errors of the core as statuses, and what every answer carries.

Invariants: every error is a problem document (RFC 9457), also those that the framework makes; the core's errors know
no status, the table here gives it; there is no state but the store on disk, which requests only read.

``sitgraph serve`` names the factory by a string, so settings reach it through two variables of the environment.
"""

from __future__ import annotations

import logging
import os
import re
import uuid
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import evidence, linked_data, resources, sparql, vocabulary
from api.models import Problem, ProblemError
from api.negotiation import HTML, Format, by_accept
from api.problems import KINDS, Refusal
from api.replies import Moved, NotModified, rendered
from api.stores import Stores
from kg.config import DEFAULT_BASE, Settings
from kg.errors import QueryError, SitgraphError, StoreError, StoreLocked, TermError

STORE_VARIABLE = "SITGRAPH_SERVE_STORE"
PUBLIC_URL_VARIABLE = "SITGRAPH_SERVE_PUBLIC_URL"
PROBLEM_TYPE = "application/problem+json"
_PROBLEM = Format("json", PROBLEM_TYPE, ("application/json",))

STATUSES: Mapping[type[SitgraphError], tuple[int, str]] = {
    QueryError: (400, "query-syntax"),
    TermError: (422, "ambiguous-term"),
    StoreLocked: (503, "store-unavailable"),
    StoreError: (503, "store-unavailable"),
}
"""Errors of the core -> status and kind; the nearest class counts, anything else is a 500."""

_FRAMEWORK = {404: "not-found", 405: "method-not-allowed"}
_EXPOSED = ["Link", "ETag", "X-Total-Count", "Content-Disposition", "Retry-After", "X-Request-Id"]
_DESCRIPTION = """Actors, alliances and engagements from annotated reports, with the words behind every fact.

Every document is JSON-LD (`@context`: `/context.jsonld`); `?format=` or `Accept` chooses another form. Lists share one
envelope and one set of parameters; an unknown parameter is an error that names it. Errors are problem documents (RFC 9457).

A **status** is computed from what reports claim, by rules that `/explain` names; it is not the truth.
"""
_log = logging.getLogger("sitgraph.api")


def settings_from_environment() -> Settings:
    """The settings that ``sitgraph serve`` hands over."""
    store = os.environ.get(STORE_VARIABLE)
    if store is None:
        raise StoreError(f"no store to serve: {STORE_VARIABLE} is not set; `sitgraph serve --store DIR` sets it")
    return Settings(Path(store), os.environ.get(PUBLIC_URL_VARIABLE, DEFAULT_BASE))


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over one store."""
    settings = settings or settings_from_environment()
    app = FastAPI(
        title="sitgraph", version=version("sitgraph"), description=_DESCRIPTION, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.settings = settings
    app.state.stores = Stores(settings)
    app.state.render = None
    for module in (sparql, resources, evidence, linked_data, vocabulary):
        app.include_router(module.router)
    _add_pages(app)
    _add_openapi(app)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(SitgraphError, _core_error)
    app.add_exception_handler(HTTPException, _framework_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(NotModified, _not_modified)
    app.add_exception_handler(Moved, _moved)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], allow_headers=["*"], expose_headers=_EXPOSED
    )
    app.add_middleware(Head)
    app.add_middleware(RequestId)
    return app


def _add_pages(app: FastAPI) -> None:
    """The pages of the web, if they are installed: their routes, and the renderer that routes of documents use."""
    if find_spec("api.pages") is None:
        return
    pages = import_module("api.pages")
    app.state.render = getattr(pages, "render", None)
    if (router := getattr(pages, "router", None)) is not None:
        app.include_router(router)
    if (browsers := getattr(pages, "Browsers", None)) is not None:
        app.add_middleware(browsers)


# -- errors


def problem(
    request: Request,
    status: int,
    kind: str,
    detail: str,
    errors: tuple[ProblemError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error as it is sent: a problem document, or a page for a browser."""
    public = request.app.state.settings.public_url
    document = Problem(
        type=f"{public}problems/{kind}", title=KINDS[kind].title, status=status, detail=detail,
        instance=request.scope.get("request_id", ""), errors=list(errors),
    )  # fmt: skip
    sent = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if request.app.state.render is not None and by_accept(request.headers.get("accept"), (_PROBLEM, HTML)) == HTML:
        page = rendered(request, "problem.html", document.model_dump(mode="json", exclude_none=True))
        return Response(page, status, headers=sent, media_type=HTML.content_type)
    return Response(document.model_dump_json(exclude_none=True), status, headers=sent, media_type=PROBLEM_TYPE)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error.status, error.kind, error.detail, error.errors, error.headers)


def _core_error(request: Request, error: Exception) -> Response:
    found = next((STATUSES[c] for c in type(error).__mro__ if c in STATUSES), None)
    if found is None:
        return _unexpected(request, error)
    status, kind = found
    errors: tuple[ProblemError, ...] = ()
    if isinstance(error, QueryError):
        errors = (ProblemError(parameter="query", code=kind, detail=error.message, line=error.line, column=error.column),)
    return problem(request, status, kind, str(error), errors, {"Retry-After": "5"} if status == 503 else None)


def _framework_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _FRAMEWORK.get(error.status_code, "internal-error" if error.status_code >= 500 else "invalid-parameter")
    detail = {
        404: f"there is nothing at {request.url.path}",
        405: f"{request.method} is not allowed at {request.url.path}",
    }.get(error.status_code, str(error.detail))
    return problem(request, error.status_code, kind, detail, headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = []
    for e in error.errors():
        place = [str(part) for part in e["loc"]]
        parameter = place[1] if place[0] in ("query", "path") and len(place) > 1 else None
        pointer = None if parameter else "/" + "/".join(place[1:])
        errors.append(ProblemError(parameter=parameter, pointer=pointer, code="invalid-parameter", detail=str(e["msg"])))
    detail = "; ".join(f"{e.parameter or e.pointer}: {e.detail}" for e in errors)
    return problem(request, 422, "invalid-parameter", detail, tuple(errors))


def _not_modified(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers=dict(error.headers))


def _moved(request: Request, error: Exception) -> Response:
    assert isinstance(error, Moved)
    return Response(status_code=308, headers={"Location": error.address, "Link": f'<{error.address}>; rel="canonical"'})


def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("request %s failed", request.scope.get("request_id"), exc_info=error)
    return problem(request, 500, "internal-error", "the request could not be answered; the server's log says why")


# -- what every answer carries


class RequestId:
    """Names every request: by the client's ``X-Request-Id`` if that is a plain token, else by a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), "")
        ident = given if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) else str(uuid.uuid4())
        scope["request_id"] = ident

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = ident
            await send(message)

        await self.app(scope, receive, send_named)


class Head:
    """HEAD is GET without the body (RFC 9110, section 9.3.2), for every route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_empty(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_empty)


# -- the description of the API


def _add_openapi(app: FastAPI) -> None:
    @app.get("/openapi.json", include_in_schema=False)
    def openapi_json(request: Request) -> dict[str, Any]:
        return _openapi(request.app)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI as the routes are, with errors as they really are."""
    if app.openapi_schema is None:
        public = app.state.settings.public_url
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": public.rstrip("/")}],
        )
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(described.pop("$defs", {}))
        schemas["Problem"] = described
        content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                responses = operation["responses"]
                responses.pop("422", None)
                responses["4XX"] = {"description": "What is wrong with the request", "content": content}
                responses["5XX"] = {"description": "The server cannot answer", "content": content}
        app.openapi_schema = schema
    return app.openapi_schema
