"""From a document to its page.

A page is made of the document, as the model that it is, and of what the page's loader adds. Undefined names in templates are
errors; whatever stands in a value is escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel
from starlette.requests import Request

from api import models
from api.pages import forms, loaders, words
from api.pages.site import Site
from api.stores import View

Loader = Callable[[Site, Any], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a document becomes a page: its template, its model, what is loaded beside it."""

    template: str
    model: type[BaseModel] | None = None
    load: Loader | None = None


HEADINGS: Mapping[str, tuple[str, str]] = {
    "actors": ("Actors", "Groups, forces, states, blocs, sides and public persons."),
    "locations": ("Locations", "Places that reports name, and what they are inside of."),
    "sources": ("Sources", "Whom claims are attributed to: narrators, speakers, media."),
    "alliances": ("Alliances", "Blocs that act in their own name, and ties between two actors."),
    "events": ("Events", "What happened, by the first possible day."),
    "engagements": ("Engagements", "Events in which one party uses armed force against another."),
    "operations": ("Operations", "Planned series of actions with one purpose: offensives, campaigns."),
    "actor-alliances": ("Alliances of an actor", "Memberships, sides, ties and support, with their times."),
    "actor-engagements": ("Engagements of an actor", "Engagements, operations and sieges, with the actor’s roles."),
    "members": ("Members", "Memberships of a bloc or side; of a tie, the tie itself."),
    "reports": ("Reports", "What was read, by date of issue."),
    "claims": ("Claims", "One source asserts or denies one situation in one report: what all else rests on."),
    "contradictions": (
        "Contradictions",
        "Claims that cannot all be true together. Each account stands with its words; which one is true is not decided here.",
    ),
}
"""Lists by the name of their page: heading and introduction."""

SHEETS: Mapping[str, Sheet] = {
    "home.html": Sheet("home.html", None, loaders.home),
    "why.html": Sheet("why.html", None, loaders.why),
    "actors.html": Sheet("entities.html", models.ActorPage, loaders.entities),
    "locations.html": Sheet("entities.html", models.PlacePage, loaders.entities),
    "sources.html": Sheet("entities.html", models.SourcePage, loaders.entities),
    "alliances.html": Sheet("alliances.html", models.AlliancePage),
    "events.html": Sheet("situations.html", models.SituationPage),
    "engagements.html": Sheet("situations.html", models.SituationPage),
    "operations.html": Sheet("situations.html", models.SituationPage),
    "actor-alliances.html": Sheet("situations.html", models.SituationPage, loaders.of_actor),
    "actor-engagements.html": Sheet("situations.html", models.SituationPage, loaders.of_actor),
    "members.html": Sheet("situations.html", models.SituationPage, loaders.of_actor),
    "reports.html": Sheet("reports.html", models.ReportPage),
    "claims.html": Sheet("claims.html", models.ClaimPage, loaders.claims),
    "contradictions.html": Sheet("contradictions.html", models.ContradictionPage, loaders.passages),
    "actor.html": Sheet("actor.html", models.Actor, loaders.actor),
    "alliance.html": Sheet("alliance.html", models.Actor, loaders.alliance),
    "event.html": Sheet("event.html", models.Situation, loaders.situation),
    "location.html": Sheet("location.html", models.Place, loaders.location),
    "source.html": Sheet("source.html", models.Source, loaders.source),
    "report.html": Sheet("report.html", models.Report, loaders.report),
    "claim.html": Sheet("claim.html", models.Claim, loaders.claim),
    "contradiction.html": Sheet("contradiction.html", models.Contradiction, loaders.passages),
    "explain.html": Sheet("explain.html", models.Explanation, loaders.explanation),
    "ontology.html": Sheet("ontology.html"),
    "sparql.html": Sheet("sparql.html", None, loaders.sparql),
    "problem.html": Sheet("problem.html", models.Problem),
}
"""Every page by the name that routes call it."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates with their filters."""
    found = Environment(
        loader=PackageLoader("api.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters.update(
        words=words.words, cls_words=words.cls_words, day=words.day, bounds=words.bounds, direction=words.direction,
        external=external, zip=zip,
    )  # fmt: skip
    found.globals.update(
        STATUS_MARKS=words.STATUS_MARKS, STATUS_MEANINGS=words.STATUS_MEANINGS, CONFLICT_KINDS=words.CONFLICT_KINDS,
        RULES=words.RULES, SHORTCUTS=words.SHORTCUTS, GROUPS=words.GROUPS, style=style_version(),
    )  # fmt: skip
    return found


def external(url: str) -> str:
    """An address given by data, if it is one of the web; else nothing, so that no other scheme becomes a link."""
    return url if urlsplit(url).scheme in ("http", "https") else ""


@lru_cache(maxsize=1)
def style_version() -> str:
    """Names the content of the style sheet, so that it may be cached for long."""
    return hashlib.sha256((files("api.pages") / "static" / "site.css").read_bytes()).hexdigest()[:12]


def render(template: str, document: Mapping[str, Any], *, request: Request | None = None, view: View | None = None) -> str:
    """The page of a document, for a request, from a view. Pages that load more than the document need the view."""
    sheet = SHEETS[template]
    site = _site(request, view)
    if "fields" in document.get("query", {}):
        return _made("fields.html", site, {"document": document}, template)
    shown: Any = document
    if sheet.model is not None:
        keys = {f.alias or n for n, f in sheet.model.model_fields.items()}
        shown = sheet.model.model_validate({k: v for k, v in document.items() if k in keys})
    extra = sheet.load(site, shown) if sheet.load else {}
    return _made(sheet.template, site, {"document": shown, **extra}, template)


def _site(request: Request | None, view: View | None) -> Site:
    if request is None:
        return Site("http://localhost/", "", (), view)
    public = request.app.state.settings.public_url
    query = tuple((k, v) for k, v in request.query_params.multi_items() if v)
    return Site(public, request.url.path.lstrip("/"), query, view)


def _made(template: str, site: Site, context: Mapping[str, object], name: str) -> str:
    page = name.removesuffix(".html")
    heading, intro = HEADINGS.get(page, ("", ""))
    form = forms.form(page, site.query)
    return environment().get_template(template).render(site=site, form=form, heading=heading, intro=intro, **context)
