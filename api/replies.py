"""From a request to the view it asks, and from a document to the reply: format, paging, ``ETag``, links, caching.

Invariant: every form of a document says the same. Turtle and N-Triples are the document's own JSON-LD, expanded; a
page of the web is made from the same document by the renderer that the application was given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from api import parameters
from api.documents import Addresses, Records, slug_iri
from api.models import DOCUMENT_TERMS, Envelope, Total
from api.negotiation import DOCUMENT, HTML, JSON, JSON_LD, Format, by_accept, by_name
from api.parameters import Anchor, Paging, filters_digest, refuse_unknown
from api.problems import Refusal, bad_parameter
from api.stores import Period, Stores, View
from kg.errors import StoreError
from kg.resources import ontology_dir
from kg.vocab import PREFIXES

Item = TypeVar("Item", bound=BaseModel)
Key = tuple[str, str]
"""What a list is ordered by: the value of ``sort``, then the IRI."""


class Render(Protocol):
    """Makes a page of the web from a document: ``render("actor.html", document, request=request, view=view)``."""

    def __call__(
        self, template: str, document: Mapping[str, Any], *, request: Request | None = None, view: View | None = None
    ) -> str:
        """The page as HTML, for a request, with what the view tells beyond the document."""


class NotModified(Exception):
    """The client has the very document that it asks for."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = headers
        super().__init__("not modified")


@lru_cache(maxsize=1)
def json_ld_context() -> Mapping[str, Any]:
    """The published context: the ontology's terms, and what documents add to them."""
    published = json.loads((ontology_dir() / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    return {"@context": {**published, **DOCUMENT_TERMS}}


def expanded(document: Mapping[str, Any], fmt: RdfFormat) -> bytes:
    """The triples that a document states, in another syntax."""
    whole = {**document, **json_ld_context()}
    triples = [q.triple for q in parse(json.dumps(whole), format=RdfFormat.JSON_LD, base_iri=document.get("id"))]
    prefixes = None if fmt == RdfFormat.N_TRIPLES else dict(PREFIXES)
    return serialize(sorted(set(triples), key=str), format=fmt, prefixes=prefixes) or b""


def dumped(document: BaseModel) -> dict[str, Any]:
    """A document as it is sent."""
    return document.model_dump(mode="json", by_alias=True, exclude_none=True)


def _known(route: APIRoute) -> frozenset[str]:
    found: set[str] = set()
    todo: list[Dependant] = [route.dependant]
    while todo:
        dependant = todo.pop()
        found |= {p.alias for p in dependant.query_params}
        todo += dependant.dependencies
    return frozenset(found)


def known_parameters(request: Request) -> None:
    """A dependency that refuses the parameters which the route does not declare."""
    route = request.scope.get("route")
    if isinstance(route, APIRoute):
        refuse_unknown(request, _known(route))


def stores_of(request: Request) -> Stores:
    """The store that the application serves."""
    stores = request.app.state.stores
    assert isinstance(stores, Stores)
    return stores


def chosen_format(request: Request, name: str | None, offered: Sequence[Format]) -> Format:
    """The form to answer in, or a refusal. Pages are offered where there is a renderer."""
    given = [f for f in offered if f != HTML or request.app.state.render is not None]
    if name is not None:
        if found := by_name(name, given):
            return found
        detail = f"there is no format {name!r} here; there are {', '.join(f.name for f in given)}"
        raise bad_parameter("format", detail, "not-acceptable", 406)
    if found := by_accept(request.headers.get("accept"), given):
        return found
    raise Refusal(
        406, "not-acceptable", f"Accept takes none of {', '.join(f.media_type for f in given)}", headers={"Vary": "Accept"}
    )


def rendered(request: Request, template: str, document: Mapping[str, Any], view: View | None = None) -> bytes:
    """A page, by the renderer that the application was given."""
    render: Render = request.app.state.render
    return render(template, document, request=request, view=view).encode()


def etag(number: int, issued_until: date | None, request: Request, fmt: Format) -> str:
    """Strong: the generation, the canonical query and the form decide every byte."""
    canonical = json.dumps([request.url.path, sorted(request.query_params.multi_items())], ensure_ascii=False)
    digest = hashlib.sha256(
        f"{number}\n{issued_until}\n{canonical}\n{fmt.media_type}\n{request.app.version}".encode()
    ).hexdigest()
    return f'"g{number}-{digest[:20]}"'


def matches(header: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110, section 13.1.2; comparison is weak)."""
    if header is None:
        return False
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))


@dataclass(frozen=True)
class Asked:
    """A request, the view it is about, and the form it wants."""

    request: Request
    view: View
    format: Format
    at: Addresses
    public: str
    headers: Mapping[str, str]
    lang: str | None = None
    anchor: Anchor | None = None
    links: list[str] = field(default_factory=list)

    def records(self, include: frozenset[str] = frozenset(), period: Period | None = None) -> Records:
        """A maker of records for the view."""
        return Records(self.view, self.at, self.lang, include, period)

    # -- terms in paths and parameters

    def named(self, kind: str, slug: str) -> NamedNode:
        """The thing that a path names; refuses what the view does not hold, leads on from what was replaced."""
        iri = slug_iri(self.view, kind, slug)
        if self.view.rows("described-in", thing=iri):
            if replaced := self.view.nodes("replaced-by", "new", old=iri):
                raise Moved(self.at(replaced[0].value) or replaced[0].value)
            return iri
        raise Refusal(404, "not-found", f"there is no {iri.value}")

    def parameter(self, name: str, value: str | None, kind: str) -> NamedNode | None:
        """The thing that a parameter names, by slug or IRI."""
        if value is None:
            return None
        try:
            iri = NamedNode(value) if value.startswith(self.view.space.base) else slug_iri(self.view, kind, value)
        except ValueError as error:
            raise bad_parameter(name, f"{name} must be a slug or an IRI: {error}") from None
        if not self.view.rows("described-in", thing=iri):
            raise bad_parameter(name, f"{name}: there is no {iri.value}")
        return iri

    # -- replies

    def document(self, document: BaseModel, template: str) -> Response:
        """One document."""
        return self.send({"@context": f"{self.public}context.jsonld", **dumped(document)}, template)

    def page(
        self,
        keys: Sequence[Key],
        build: Callable[[list[NamedNode]], Sequence[BaseModel]],
        model: type[Envelope],
        paging: Paging,
        template: str,
        valid_at: str | None = None,
        descending: bool = False,
    ) -> Response:
        """One page of a list. ``keys`` are all its items, ``build`` makes the records of those that are shown."""
        ordered = sorted(keys, reverse=descending)
        query = _echo(self.request)
        digest = filters_digest(self.request.url.path, query)
        start = _position(ordered, self.anchor, digest)
        shown = ordered[start : start + paging.limit]
        records = build([NamedNode(iri) for _, iri in shown])
        base = self.public + self.request.url.path.lstrip("/")
        following = None
        if shown and start + paging.limit < len(ordered):
            cursor = Anchor(self.view.number, digest, shown[-1]).text()
            kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "cursor"]
            following = f"{base}?{urlencode([*kept, ('cursor', cursor)])}"
            self.links.append(f'<{following}>; rel="next"')
        values: dict[str, Any] = {
            "@context": f"{self.public}context.jsonld", "id": "",
            "total": None if paging.count == "none" else Total(value=len(ordered)), "next": following, "facets": [],
            "generation": self.view.number, "known_at": self.view.manifest.get("at"), "valid_at": valid_at, "query": query,
        }  # fmt: skip
        values["id"] = base + (f"?{self.request.url.query}" if self.request.url.query else "")
        document = dumped(model.model_validate({**values, "items": [r.model_dump(by_alias=True) for r in records]}))
        if paging.fields is not None:
            document["items"] = _kept(document["items"], paging.fields, model)
        total = {} if paging.count == "none" else {"X-Total-Count": str(len(ordered))}
        return self.send(document, template, total)

    def send(self, document: Mapping[str, Any], template: str, headers: Mapping[str, str] | None = None) -> Response:
        """A document in the form that was asked for."""
        if self.format == HTML:
            content = rendered(self.request, template, document, self.view)
        elif self.format in (JSON, JSON_LD):
            content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        else:
            assert self.format.rdf is not None
            content = expanded(document, self.format.rdf)
        return Response(
            content,
            headers={**self.headers, **(headers or {}), "Link": ", ".join([*self.links, *self._alternates()])},
            media_type=self.format.content_type,
        )

    def _alternates(self) -> list[str]:
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "format"]
        base = self.public + self.request.url.path.lstrip("/")
        return [
            f'<{base}?{urlencode([*kept, ("format", f.name)])}>; rel="alternate"; type="{f.media_type}"'
            for f in DOCUMENT
            if f != self.format and (f != HTML or self.request.app.state.render is not None)
        ]


class Moved(Exception):
    """What was asked for is now called otherwise."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)


def _echo(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in request.query_params:
        values = request.query_params.getlist(key)
        found[key] = values[0] if len(values) == 1 else values
    return found


def _position(ordered: Sequence[Key], anchor: Anchor | None, digest: str) -> int:
    if anchor is None:
        return 0
    if anchor.filters != digest:
        raise bad_parameter("cursor", "this cursor belongs to a list with other filters", "invalid-cursor", 400)
    try:
        return ordered.index(anchor.last) + 1
    except ValueError:
        raise bad_parameter("cursor", "this cursor names no item of the list", "invalid-cursor", 400) from None


def _kept(items: list[dict[str, Any]], fields: str, model: type[Envelope]) -> list[dict[str, Any]]:
    (annotation,) = model.model_fields["items"].annotation.__args__  # type: ignore[union-attr]  # every page has a list of items
    models = getattr(annotation, "__args__", None) or (annotation,)
    allowed = {f.alias or n for m in models for n, f in m.model_fields.items()}
    wanted = parameters.choices("fields", fields, allowed) | {"id", "type", "url"}
    return [{k: v for k, v in item.items() if k in wanted} for item in items]


def _view(stores: Stores, anchor: Anchor | None, issued_until: str | None) -> View:
    try:
        view = stores.current() if anchor is None else stores.at(anchor.generation)
    except StoreError as error:
        if anchor is None:
            raise
        raise bad_parameter("cursor", str(error), "generation-gone", 410) from error
    return view if issued_until is None else stores.issued_until(view, parameters.day("issued_until", issued_until))


def _asked(request: Request, name: str | None, lang: str | None, issued_until: str | None, offered: Sequence[Format]) -> Asked:
    known_parameters(request)
    stores = stores_of(request)
    given = request.query_params.get("cursor")
    anchor = Anchor.read(given) if given is not None else None
    fmt = chosen_format(request, name, offered)
    view = _view(stores, anchor, issued_until)
    tag = etag(view.number, view.issued_until, request, fmt)
    headers = {
        "ETag": tag,
        "Cache-Control": "public, max-age=60" if anchor is None else "no-cache",
        "Vary": "Accept",
    }
    if matches(request.headers.get("if-none-match"), tag):
        raise NotModified(headers)
    public = stores.settings.public_url
    return Asked(request, view, fmt, Addresses(public, view.space.base), public, headers, lang, anchor)


def asking(
    request: Request,
    format: parameters.Format = None,
    lang: parameters.Lang = None,
    issued_until: parameters.IssuedUntil = None,
) -> Asked:
    """The dependency of every list and document."""
    return _asked(request, format, lang, issued_until, DOCUMENT)


Asking = Annotated[Asked, Depends(asking)]
