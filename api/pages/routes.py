"""The addresses that are pages only: the front page, the form that asks for explanations, the style sheet."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request, Response

from api import parameters
from api.negotiation import HTML
from api.pages.rendering import render
from api.problems import Refusal
from api.replies import chosen_format, known_parameters, stores_of
from kg.ontology import documentation

router = APIRouter(include_in_schema=False)
_CSS = "text/css; charset=utf-8"
_STATIC = {"site.css": _CSS, "ontology.css": _CSS, "mark.svg": "image/svg+xml"}


@router.get("/")
def home(request: Request, format: parameters.Format = None) -> Response:
    """What the store holds, and where to begin."""
    return _page(request, "home.html", format)


@router.get("/why")
def why(request: Request, format: parameters.Format = None) -> Response:
    """The form that asks why something is, or is not, in the view."""
    return _page(request, "why.html", format)


def _page(request: Request, template: str, format: str | None) -> Response:
    known_parameters(request)
    chosen_format(request, format, (HTML,))
    content = render(template, {}, request=request, view=stores_of(request).current())
    return Response(content, media_type=HTML.content_type, headers={"Vary": "Accept", "Cache-Control": "public, max-age=60"})


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A file that pages load. Pages name its content in the address, so it may be kept."""
    if name not in _STATIC:
        raise Refusal(404, "not-found", f"there is nothing at /static/{name}")
    own = files("api.pages") / "static" / name
    content = documentation.style("terms").encode() if name == "ontology.css" else own.read_bytes()
    return Response(content, media_type=_STATIC[name], headers={"Cache-Control": "public, max-age=31536000, immutable"})
