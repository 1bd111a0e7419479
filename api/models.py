"""The documents that the API answers with.

Invariant: a document is JSON-LD. A key that is a term of the published context states a triple of the store; every
other key (``url``, ``name``, ``quotes``, counts) is for people and programs, and is dropped when the document is
expanded. Keys of the ontology are written as there (``prefLabel``, ``subEventOf``); keys of the API's own in lower
case with underscores. Keys are added, never renamed. What has no value is left out.

A ``type`` is the class's name in the ontology, a code (``kind``, ``status``, ``polarity`` …) the last segment of its
IRI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LanguageMap = dict[str, list[str]]
"""Labels by language; ``@none`` for those without one."""

DOCUMENT_TERMS: Mapping[str, object] = {
    "participations": {"@reverse": "sg:ofEvent"},
    "outcomes": {"@reverse": "sg:ofEvent"},
    "casualties": {"@reverse": "sg:ofEvent"},
    "materiel": {"@reverse": "sg:ofEvent"},
    "subEvents": {"@reverse": "sg:subEventOf"},
    "claims": "@included",
    "mentions": "@included",
    "situations": "@included",
}
"""What documents add to the ontology's terms: a property read from its other end, and what stands beside a thing."""


class Document(BaseModel):
    """What all documents share: nothing but the keys that are written here."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Ref(Document):
    """Something that is named in passing. ``url`` is its document, ``name`` what it is called (``lang`` chooses)."""

    id: str
    type: str | None = None
    url: str | None = None
    name: str | None = None
    status: str | None = None


class Time(Document):
    """The days a situation touches: an EDTF value, and bounds of which begin bounds are included and end bounds are not."""

    id: str
    type: str = "TimeExtent"
    edtf: str | None = None
    earliest_begin: str | None = Field(None, alias="earliestBegin")
    latest_begin: str | None = Field(None, alias="latestBegin")
    earliest_end: str | None = Field(None, alias="earliestEnd")
    latest_end: str | None = Field(None, alias="latestEnd")
    time_precision: str | None = Field(None, alias="timePrecision")


class Quote(Document):
    """The words of a report that a claim rests on: code points ``start`` to ``end``, with some words around them.

    ``fragments`` are the parts of a discontinuous selection, which ``text`` joins by one space; one for most quotes.
    A quote of a table has no place in a text: ``rows`` are its rows or cells as RFC 7111 writes them (``row=12-57``, where the
    header counts), and ``text`` is empty where no words are quoted of them.
    """

    text: str
    start: int | None = None
    end: int | None = None
    fragments: list[tuple[int, int]] = []
    rows: str | None = None
    before: str = ""
    after: str = ""
    mention: str
    report: str
    url: str


class Claim(Document):
    """One assertion or denial of one situation by one source in one report.

    ``asserts`` is the situation as this report tells it, ``about`` the canonical ones it was consolidated into.
    ``had_primary_source`` are those from whom who makes it has it, ``source`` says where it stood.
    """

    id: str
    type: str = "Claim"
    url: str
    name: str | None = None
    asserts: Ref
    about: list[Ref] = []
    in_report: Ref = Field(alias="inReport")
    attributed_to: Ref = Field(alias="attributedTo")
    polarity: str
    modality: str
    certainty: str
    attribution_kind: str = Field(alias="attributionKind")
    grounded_in: list[str] = Field([], alias="groundedIn")
    had_primary_source: list[Ref] | None = Field(None, alias="hadPrimarySource")
    source: list[str] | None = None
    contradicts: list[str] | None = None
    corroborates: list[str] | None = None
    quotes: list[Quote] | None = None


class Named(Document):
    """What actors, places and sources share: names in all languages and scripts."""

    id: str
    type: str
    url: str
    name: str
    pref_label: LanguageMap | None = Field(None, alias="prefLabel")
    alt_label: LanguageMap | None = Field(None, alias="altLabel")
    hidden_label: LanguageMap | None = Field(None, alias="hiddenLabel")
    kind: list[str] | None = None
    exact_match: list[str] | None = Field(None, alias="exactMatch")
    mentioned: bool | None = None


class Actor(Named):
    """A group, force, state, bloc, side or person, with the relations that hold as of the latest report."""

    of_state: list[Ref] | None = Field(None, alias="ofState")
    member_of: list[Ref] | None = Field(None, alias="memberOf")
    on_side: list[Ref] | None = Field(None, alias="onSide")
    allied_with: list[Ref] | None = Field(None, alias="alliedWith")
    opposes: list[Ref] | None = None
    supports: list[Ref] | None = None
    backs: list[Ref] | None = None
    controls: list[Ref] | None = None


class Geometry(Document):
    """Where a place is: longitude and latitude, and to how many metres that is exact."""

    id: str
    as_wkt: str | None = Field(None, alias="asWKT")
    accuracy: int | None = Field(None, alias="hasMetricSpatialAccuracy")


class Place(Named):
    """A place; ``within`` holds every place that contains it."""

    within: list[Ref] | None = None
    geo_precision: str | None = Field(None, alias="geoPrecision")
    geometry: Geometry | None = Field(None, alias="hasGeometry")


class Source(Named):
    """Whom claims are attributed to: a narrator, a speaker, a medium."""

    reliability: str | None = None
    embodies: list[Ref] | None = None
    claim_count: int = 0


class Situation(Document):
    """A canonical situation: an event, a relation, or a part of an event. Which keys there are depends on its class.

    ``holds`` is there when ``valid_at`` was given: whether the situation certainly or only possibly held then.
    """

    id: str
    type: str
    url: str
    name: str
    status: str
    rule: str | None = None
    status_reason: str | None = None
    kind: list[str] | None = None
    role: str | None = None
    roles: list[str] | None = None
    holds: Literal["certainly", "possibly"] | None = None
    time: Time | None = None
    place: list[Ref] | None = None
    target_place: list[Ref] | None = Field(None, alias="targetPlace")
    in_conflict: list[Ref] | None = Field(None, alias="inConflict")
    sub_event_of: list[Ref] | None = Field(None, alias="subEventOf")
    precedes: list[Ref] | None = None
    in_response_to: list[Ref] | None = Field(None, alias="inResponseTo")
    aim: list[Ref] | None = None
    of_event: list[Ref] | None = Field(None, alias="ofEvent")
    actor: list[Ref] | None = None
    affects: list[Ref] | None = None
    low: int | None = None
    best: int | None = None
    high: int | None = None
    quantity: int | None = None
    member: Ref | None = None
    group: Ref | None = None
    party: list[Ref] | None = None
    provider: Ref | None = None
    recipient: Ref | None = None
    commander: Ref | None = None
    subordinate: Ref | None = None
    controller: Ref | None = None
    controlled: Ref | None = None
    figure: Ref | None = None
    ground: Ref | None = None
    predecessor: list[Ref] | None = None
    successor: list[Ref] | None = None
    involves: list[Ref] | None = None
    attacker: list[Ref] | None = None
    defender: list[Ref] | None = None
    targets: list[Ref] | None = None
    aided_by: list[Ref] | None = Field(None, alias="aidedBy")
    issuer: list[Ref] | None = None
    basis: list[str] = []
    claim_count: int = 0
    sources: list[Ref] | None = None
    reports: list[Ref] | None = None
    participations: list[Situation] | None = None
    outcomes: list[Situation] | None = None
    casualties: list[Situation] | None = None
    materiel: list[Situation] | None = None
    sub_events: list[Ref] | None = Field(None, alias="subEvents")
    claims: list[Claim] | None = None


class Mention(Document):
    """A selected part of a report, and what it stands for.

    ``denotes`` is an actor, place, source, time or situation of the report's own; ``about`` are the canonical situations that
    this one was consolidated into, with their status.
    """

    id: str
    type: list[str]
    has_body: list[str] = Field([], alias="hasBody")
    denotes: list[Ref] | None = None
    about: list[Ref] | None = None
    quotes: list[Quote]


class Report(Document):
    """A report that was read. ``mentions`` (by offset) and ``text`` are in the document, not in lists.

    ``text`` is given where the report says under which ``rights`` it may be; ``withheld`` says why it is not. Of a table the
    mentions of the first rows are given; the claims of a report are all in ``/claims?report=``.
    """

    id: str
    type: str = "Report"
    url: str
    name: str
    identifier: str
    title: str | dict[str, str] | None = None
    publisher: list[str] | None = None
    issued: str | None = None
    source: list[str] | None = None
    claim_count: int = 0
    mention_count: int = 0
    text: str | None = None
    withheld: str | None = None
    rights_statement: str | None = None
    language: str | None = Field(None, alias="text_language")
    mentions: list[Mention] | None = None
    claims: list[Claim] | None = None


class Account(Document):
    """One side of a contradiction: a situation, and who says that it is so, in which words."""

    situation: Situation
    polarity: str
    claims: list[Claim]


class Contradiction(Document):
    """Claims that cannot all be true together. ``accounts`` puts them side by side, one entry per canonical situation
    (and per polarity, where one denies what the other asserts)."""

    id: str
    type: str = "ClaimConflict"
    url: str
    name: str
    kind: list[str]
    status: str
    rule: str
    conflict_member: list[str] = Field(alias="conflictMember")
    accounts: list[Account]


class Total(Document):
    """How many there are in all; ``relation`` is ``eq`` for an exact count."""

    value: int
    relation: Literal["eq"] = "eq"


class FacetValue(Document):
    """One value of a facet, with the address that adds or removes it."""

    value: str
    label: str
    count: int
    toggle_url: str
    selected: bool


class Facet(Document):
    """The values that a property has in the whole list."""

    name: str
    values: list[FacetValue]


class Envelope(Document):
    """What every list carries; :data:`Page` adds the items."""

    context: str = Field(alias="@context")
    id: str
    type: Literal["Page"] = "Page"
    total: Total | None = None
    next: str | None = None
    facets: list[Facet] = []
    generation: int
    known_at: str | None = None
    valid_at: str | None = None
    query: dict[str, Any]


class ActorPage(Envelope):
    """A page of actors."""

    items: list[Actor]


class PlacePage(Envelope):
    """A page of places."""

    items: list[Place]


class SourcePage(Envelope):
    """A page of sources."""

    items: list[Source]


class SituationPage(Envelope):
    """A page of situations: events, relations, ties."""

    items: list[Situation]


class AlliancePage(Envelope):
    """A page of alliances: blocs (actors) and ties (situations)."""

    items: list[Actor | Situation]


class ReportPage(Envelope):
    """A page of reports."""

    items: list[Report]


class ClaimPage(Envelope):
    """A page of claims."""

    items: list[Claim]


class ContradictionPage(Envelope):
    """A page of contradictions."""

    items: list[Contradiction]


class Premise(Document):
    """A situation that a rule used, with the claims it rests on and the row of the status table that applied, in words."""

    situation: Ref
    status_reason: str | None = None
    claims: list[Claim] = []


class Reason(Document):
    """One way to the triple, or one thing that stands in its way: the rule, in words, and what it used."""

    rule: str
    why: str
    premises: list[Premise] = []
    quotes: list[Quote] = []
    steps: list[list[Ref]] = []


class Explanation(Document):
    """Why a triple is in the view, or what comes near it and why the rules refuse it."""

    context: str = Field(alias="@context")
    id: str
    present: bool
    triple: list[Ref]
    reasons: list[Reason] = []
    refusals: list[Reason] = []
    generation: int


class ProblemError(Document):
    """Which part of the request is wrong: a parameter by its name, or a part of the body by its pointer."""

    parameter: str | None = None
    pointer: str | None = None
    code: str
    detail: str
    line: int | None = None
    column: int | None = None


class Problem(Document):
    """An error, as RFC 9457 has it. ``instance`` is the id of the request, ``type`` the address of a page about the error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError] = []


class Health(Document):
    """Whether the server can answer, from which generation."""

    status: Literal["ok", "empty"]
    generation: int
    version: str
