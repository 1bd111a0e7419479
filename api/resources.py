"""Actors, alliances, events and locations: lists and documents of what the view holds."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import BaseModel
from pyoxigraph import NamedNode

from api import models, parameters
from api.documents import local
from api.parameters import ClassIs, KindIs, Mentioned, Pages, Paging, RoleIs, choices
from api.problems import Refusal
from api.replies import Asked, Asking
from api.selections import (
    Entities,
    Situations,
    classes,
    entity_keys,
    mentioned_things,
    narrowed,
    situation_keys,
    sort_of,
)
from api.stores import Period
from kg.vocab import CODES, SG

router = APIRouter()

_INCLUDE = ("claims", "evidence")


# -- actors


@router.get("/actors", response_model=models.ActorPage, tags=["actors"])
def actors(
    asked: Asking,
    page: Pages,
    mentioned: Mentioned = "true",
    cls: ClassIs = None,
    kind: KindIs = None,
    words: parameters.Text = None,
    report: parameters.ReportIs = None,
) -> Response:
    """Groups, forces, states, blocs, sides and public persons. Persons whom only one report knows are left out."""
    sort, descending = sort_of(page.sort, ("name", "id"))
    source = asked.parameter("report", report, "report")
    among = mentioned_things(asked.view, source) if source else None
    wanted = Entities(narrowed(cls, "Actor"), choices("kind", kind, CODES["actor-kind"]), words, among, mentioned)
    known = mentioned_things(asked.view)
    keys = entity_keys(asked, wanted, sort)
    return asked.page(
        keys, lambda things: asked.records().actors(things, known), models.ActorPage, page, "actors.html", descending=descending
    )


@router.get("/actors/{slug}", response_model=models.Actor, tags=["actors"])
def actor(asked: Asking, slug: str) -> Response:
    """One actor: names in all languages and scripts, and the relations that hold as of the latest report."""
    return asked.document(_actor(asked, slug), "actor.html")


def _actor(asked: Asked, slug: str) -> models.Actor:
    iri = asked.named("actor", slug)
    return asked.records().actors([iri], mentioned_things(asked.view))[0]


@router.get("/actors/{slug}/alliances", response_model=models.SituationPage, tags=["actors"])
def actor_alliances(
    asked: Asking,
    page: Pages,
    slug: str,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    cls: ClassIs = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Memberships, sides, ties and support, given and received, with their intervals, as of a date.

    `class=` may ask for `Opposition` and `Command` too. The members of a bloc are at `/alliances/{slug}/members`.
    """
    iri = asked.named("actor", slug)
    roots = ("Membership", "AllianceTie", "Support")
    wanted = narrowed(cls, *roots, "Opposition", "Command") if cls else classes(*roots)
    rows = asked.view.rows("relations-of", actor=iri)
    among = frozenset(s for r in rows if r["property"] != SG.group and isinstance(s := r["situation"], NamedNode))
    period = parameters.period(valid_at)
    filters = _filters(asked, wanted, status, period, source=source, report=report, among=among)
    return _situations(asked, filters, page, "actor-alliances.html", include, valid_at)


@router.get("/actors/{slug}/engagements", response_model=models.SituationPage, tags=["actors"])
def actor_engagements(
    asked: Asking,
    page: Pages,
    slug: str,
    role: RoleIs = None,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    cls: ClassIs = None,
    kind: KindIs = None,
    within: parameters.Within = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Engagements, operations and sieges that an actor takes part in; `roles` says how.

    `status` holds for the event and for the participation alike.
    """
    iri = asked.named("actor", slug)
    asked_roles = choices("role", role, CODES["role"])
    statuses = frozenset(status or parameters.DEFAULT_STATUSES)
    roles: dict[str, list[str]] = {}
    for row in asked.view.rows("participations-of", actor=iri):
        name = local(row["role"])
        if local(row["status"]) in statuses and (not asked_roles or name in asked_roles):
            roles.setdefault(row["event"].value, []).append(name)
    among = frozenset(NamedNode(e) for e in roles)
    filters = _filters(
        asked, narrowed(cls, "Engagement", "Operation", "Siege"), status, parameters.period(valid_at), kind=kind, within=within,
        source=source, report=report, among=among,
    )  # fmt: skip

    def with_roles(found: Sequence[models.Situation]) -> Sequence[models.Situation]:
        return [s.model_copy(update={"roles": sorted(set(roles[s.id]))}) for s in found]

    sort, descending = sort_of(page.sort, ("time", "id"))
    records = asked.records(choices("include", include, _INCLUDE), filters.period)
    return asked.page(
        situation_keys(asked.view, filters, sort), lambda things: with_roles(records.situations(things)),
        models.SituationPage, page,
        "actor-engagements.html", valid_at, descending,
    )  # fmt: skip


# -- alliances


@router.get("/alliances", response_model=models.AlliancePage, tags=["alliances"])
def alliances(
    asked: Asking,
    page: Pages,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    mentioned: Mentioned = "true",
    words: parameters.Text = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Blocs (actors of class Alliance) and ties between two actors (situations of class AllianceTie).

    `valid_at`, `status`, `source` and `include` concern ties: a bloc is an actor and has no status of its own.
    """
    sort, descending = sort_of(page.sort, ("id",))
    among = None
    if named := asked.parameter("report", report, "report"):
        among = mentioned_things(asked.view, named)
    blocs = (
        [] if source else entity_keys(asked, Entities(classes("Alliance"), words=words, among=among, mentioned=mentioned), sort)
    )
    filters = _filters(
        asked, classes("AllianceTie"), status, parameters.period(valid_at), words=words, source=source, report=report
    )
    ties = situation_keys(asked.view, filters, sort)
    records = asked.records(choices("include", include, _INCLUDE), filters.period)
    known = mentioned_things(asked.view)

    def build(things: list[NamedNode]) -> Sequence[BaseModel]:
        of_actors = {iri for _, iri in blocs}
        found: dict[str, BaseModel] = {a.id: a for a in records.actors([t for t in things if t.value in of_actors], known)}
        found |= {s.id: s for s in records.situations([t for t in things if t.value not in of_actors], parts=False)}
        return [found[t.value] for t in things]

    return asked.page([*blocs, *ties], build, models.AlliancePage, page, "alliances.html", valid_at, descending)


@router.get("/alliances/{slug}", response_model=models.Actor | models.Situation, tags=["alliances"])
def alliance(asked: Asking, slug: str, valid_at: parameters.ValidAt = None, include: parameters.Include = None) -> Response:
    """One bloc, or one tie."""
    if _is_tie(asked, slug):
        records = asked.records(choices("include", include, _INCLUDE), parameters.period(valid_at))
        return asked.document(records.situations([asked.named("situation", slug)])[0], "event.html")
    return asked.document(_bloc(asked, slug), "alliance.html")


@router.get("/alliances/{slug}/members", response_model=models.SituationPage, tags=["alliances"])
def members(
    asked: Asking,
    page: Pages,
    slug: str,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """The memberships of a bloc or side, as of a date; of a tie, the tie itself with its two parties."""
    if _is_tie(asked, slug):
        wanted, among = classes("AllianceTie"), frozenset({asked.named("situation", slug)})
    else:
        rows = asked.view.rows("relations-of", actor=asked.named("actor", slug))
        among = frozenset(s for r in rows if r["property"] == SG.group and isinstance(s := r["situation"], NamedNode))
        wanted = classes("Membership")
    filters = _filters(asked, wanted, status, parameters.period(valid_at), source=source, report=report, among=among)
    return _situations(asked, filters, page, "members.html", include, valid_at)


def _is_tie(asked: Asked, slug: str) -> bool:
    return bool(asked.view.rows("described-in", thing=asked.view.id(f"situation/{slug}")))


def _bloc(asked: Asked, slug: str) -> models.Actor:
    found = _actor(asked, slug)
    if found.type not in ("Alliance", "Side"):
        raise Refusal(404, "not-found", f"{found.name} is no alliance but of class {found.type}; see {found.url}")
    return found


# -- events


@router.get("/events", response_model=models.SituationPage, tags=["events"])
def events(
    asked: Asking,
    page: Pages,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    cls: ClassIs = None,
    kind: KindIs = None,
    words: parameters.Text = None,
    within: parameters.Within = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Events of every class, with participants, place, time, outcomes and casualties. `class=` narrows, to relations too."""
    wanted = narrowed(cls, "Situation") if cls else classes("Event")
    filters = _filters(
        asked, wanted, status, parameters.period(valid_at), kind=kind, words=words, within=within, source=source, report=report
    )
    return _situations(asked, filters, page, "events.html", include, valid_at)


@router.get("/engagements", response_model=models.SituationPage, tags=["events"])
def engagements(
    asked: Asking,
    page: Pages,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    cls: ClassIs = None,
    kind: KindIs = None,
    words: parameters.Text = None,
    within: parameters.Within = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Events in which one party uses armed force against another."""
    filters = _filters(
        asked, narrowed(cls, "Engagement"), status, parameters.period(valid_at), kind=kind, words=words, within=within,
        source=source, report=report,
    )  # fmt: skip
    return _situations(asked, filters, page, "engagements.html", include, valid_at)


@router.get("/operations", response_model=models.SituationPage, tags=["events"])
def operations(
    asked: Asking,
    page: Pages,
    valid_at: parameters.ValidAt = None,
    status: parameters.Status = None,
    kind: KindIs = None,
    words: parameters.Text = None,
    within: parameters.Within = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    include: parameters.Include = None,
) -> Response:
    """Planned series of military actions: offensives, campaigns, surges."""
    filters = _filters(
        asked, classes("Operation"), status, parameters.period(valid_at), kind=kind, words=words, within=within, source=source,
        report=report,
    )  # fmt: skip
    return _situations(asked, filters, page, "operations.html", include, valid_at)


@router.get("/events/{slug}", response_model=models.Situation, tags=["events"])
def event(asked: Asking, slug: str, valid_at: parameters.ValidAt = None, include: parameters.Include = None) -> Response:
    """One situation of any class and any status: events, relations, participations, outcomes."""
    return _situation(asked, slug, valid_at, include, ())


@router.get("/engagements/{slug}", response_model=models.Situation, tags=["events"])
def engagement(asked: Asking, slug: str, valid_at: parameters.ValidAt = None, include: parameters.Include = None) -> Response:
    """One engagement."""
    return _situation(asked, slug, valid_at, include, ("Engagement",))


@router.get("/operations/{slug}", response_model=models.Situation, tags=["events"])
def operation(asked: Asking, slug: str, valid_at: parameters.ValidAt = None, include: parameters.Include = None) -> Response:
    """One operation."""
    return _situation(asked, slug, valid_at, include, ("Operation",))


def _situation(asked: Asked, slug: str, valid_at: str | None, include: str | None, roots: Sequence[str]) -> Response:
    iri = asked.named("situation", slug)
    records = asked.records(choices("include", include, _INCLUDE), parameters.period(valid_at))
    found = records.situations([iri])[0]
    if roots and found.type not in {local(c) for c in classes(*roots)}:
        raise Refusal(404, "not-found", f"{iri.value} is of class {found.type}; see {found.url}")
    return asked.document(found, "event.html")


# -- locations


@router.get("/locations", response_model=models.PlacePage, tags=["locations"])
def locations(
    asked: Asking,
    page: Pages,
    mentioned: Mentioned = "true",
    cls: ClassIs = None,
    kind: KindIs = None,
    words: parameters.Text = None,
    within: parameters.Within = None,
    report: parameters.ReportIs = None,
) -> Response:
    """Places with their names, what they are inside of, and how exactly they are known."""
    sort, descending = sort_of(page.sort, ("name", "id"))
    sets = []
    if place := asked.parameter("within", within, "place"):
        sets.append(frozenset({place, *asked.view.nodes("places-within", "thing", place=place)}))
    if named := asked.parameter("report", report, "report"):
        sets.append(mentioned_things(asked.view, named))
    among = frozenset.intersection(*sets) if sets else None
    wanted = Entities(narrowed(cls, "Place"), choices("kind", kind, CODES["place-kind"]), words, among, mentioned)
    known = mentioned_things(asked.view)
    keys = entity_keys(asked, wanted, sort)
    return asked.page(
        keys,
        lambda things: asked.records().places(things, known),
        models.PlacePage,
        page,
        "locations.html",
        descending=descending,
    )


@router.get("/locations/{slug}", response_model=models.Place, tags=["locations"])
def location(asked: Asking, slug: str) -> Response:
    """One place."""
    iri = asked.named("place", slug)
    return asked.document(asked.records().places([iri], mentioned_things(asked.view))[0], "location.html")


# -- what lists of situations share


def _filters(
    asked: Asked,
    wanted: Sequence[NamedNode],
    status: Sequence[str] | None,
    period: Period | None,
    kind: str | None = None,
    words: str | None = None,
    within: str | None = None,
    source: str | None = None,
    report: str | None = None,
    among: frozenset[NamedNode] | None = None,
) -> Situations:
    codes = {c for scheme in CODES.values() for c in scheme}
    return Situations(
        wanted, status, period, choices("kind", kind, codes), words, asked.parameter("within", within, "place"),
        asked.parameter("source", source, "source"), asked.parameter("report", report, "report"), among,
    )  # fmt: skip


def _situations(
    asked: Asked, filters: Situations, page: Paging, template: str, include: str | None, valid_at: str | None
) -> Response:
    sort, descending = sort_of(page.sort, ("time", "id"))
    records = asked.records(choices("include", include, _INCLUDE), filters.period)
    keys = situation_keys(asked.view, filters, sort)
    return asked.page(keys, records.situations, models.SituationPage, page, template, valid_at, descending)
