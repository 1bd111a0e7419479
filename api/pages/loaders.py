"""What a page shows beside its document: one function for each page that shows more.

Invariant: everything comes from the view that the document came from, through the queries of :mod:`kg.queries`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode

from api import models, parameters
from api.documents import local, text
from api.pages import reader
from api.pages.passages import Passages
from api.pages.site import Site
from api.pages.words import SHORTCUTS, bounds, cls_words
from api.stores import Period, Row, View, is_table
from kg import queries
from kg.vocab import DCTERMS, PARENT, SG

Extra = Mapping[str, object]
_EVIDENCE = frozenset({"claims", "evidence"})
_BOUNDS = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
_QUOTES = 12
_ROWS = 60
_MOST = 300
_QUESTIONS = 5
"""Situations that a page looks at; beyond that it says so, and lists with filters and pages have them all."""
_REPORTS = 40
EXAMPLES = (
    "who-opposes-whom", "members-of-blocs", "disputed-situations", "casualty-estimates", "names-in-arabic", "count-by-class",
    "count-by-status", "who-says-what",
)  # fmt: skip
"""The queries that the form of ``/sparql`` offers, by their names in :mod:`kg.queries`."""


# -- the front page


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the address of its answer; it is asked only where the store has one."""

    words: str
    url: str


def home(site: Site, _: object) -> Extra:
    """Counts, the latest reports, and questions that this store can answer."""
    view = site.store()
    counts = {
        "Reports": (_count(view, "count-reports"), "reports"), "Claims": (_count(view, "count-claims"), "claims"),
        "Mentions": (_count(view, "count-mentions"), "reports"),
        "Contradictions": (_count(view, "count-contradictions"), "contradictions"),
    }  # fmt: skip
    statuses = {local(r["what"]): int(r["n"].value) for r in view.rows("count-by-status")}
    classes = [(local(r["what"]), int(r["n"].value)) for r in view.rows("count-by-class") if local(r["what"]) in PARENT]
    return {
        "counts": counts, "statuses": statuses, "total": sum(statuses.values()), "classes": classes,
        "reports": _reports(view), "questions": questions(site),
    }  # fmt: skip


def _count(view: View, query: str) -> int:
    rows = view.rows(query)
    return int(rows[0]["n"].value) if rows else 0


def _reports(view: View) -> list[dict[str, str]]:
    passages = Passages(view)
    found: dict[str, dict[str, str]] = {}
    for ident, row in list({text(r, "identifier"): r for r in view.rows("report-index")}.items())[-_REPORTS:]:
        found[ident] = {
            "id": row["report"].value, "name": text(row, "title") or ident, "publisher": text(row, "publisher"),
            "issued": text(row, "issued")[:10], "language": passages.text(ident).language, "identifier": ident,
        }  # fmt: skip
    return list(found.values())


def questions(site: Site) -> list[Question]:
    """Questions with an answer in this store."""
    view, records = site.store(), site.records()
    opposing = [(r["subject"], r["object"]) for r in view.rows("who-opposes-whom")]
    members = [r["group"] for r in view.rows("members-of-blocs")]
    records.learn({*(t for pair in opposing for t in pair), *members})
    found: list[Question] = []
    if view.rows("contradiction-index"):
        found.append(Question("Which accounts contradict each other, and in which words?", site.at("contradictions")))
    if members:
        bloc = max(dict.fromkeys(members), key=members.count)
        as_of = _as_of(view)
        query = {"valid_at": as_of.isoformat()} if as_of else {}
        found.append(
            Question(
                f"Who belonged to {records.ref(bloc).name}" + (f" on {as_of.isoformat()}?" if as_of else "?"),
                site.at(f"alliances/{local(bloc)}", **query),
            )
        )
    if opposing:
        subject, object = opposing[0]
        found.append(
            Question(
                f"What makes {records.ref(subject).name} an opponent of {records.ref(object).name}?",
                site.why(subject.value, "opposes", object.value),
            )
        )
    if any(local(r["what"]) == "disputed" for r in view.rows("count-by-status")):
        found.append(
            Question(
                "Which events and relations are disputed?", site.at("events", **{"status": "disputed", "class": "Situation"})
            )
        )
    if counted := sorted(((int(r["n"].value), r["report"]) for r in view.rows("report-counts")), key=str):
        report = max(counted, key=lambda c: c[0])[1]
        records.learn([report])
        found.append(
            Question(f"What became of the words of “{records.ref(report).name}”?", site.href(site.about(report.value)))
        )
    if len(found) < _QUESTIONS and view.rows("names-in-arabic"):
        found.append(Question("What are the actors called in Arabic? (SPARQL)", _form(site, "names-in-arabic")))
    if any(
        local(r["what"]) == "CasualtyEstimate" for r in view.rows("count-by-class")
    ):  # not asked itself: tables have thousands
        found.append(Question("How many people were harmed, and who says so? (SPARQL)", _form(site, "casualty-estimates")))
    return found[:_QUESTIONS]


def _form(site: Site, query: str) -> str:
    return site.at("sparql", query=queries.load(query))


def why(site: Site, _: object) -> Extra:
    """Questions of the kind that the form asks."""
    view, records = site.store(), site.records()
    opposing = [(r["subject"], r["object"]) for r in view.rows("who-opposes-whom")]
    records.learn(t for pair in opposing for t in pair)
    found = [
        Question(
            f"What makes {records.ref(s).name} an opponent of {records.ref(o).name}?", site.why(s.value, "opposes", o.value)
        )
        for s, o in dict.fromkeys(opposing)
    ]
    return {"questions": found[:8], "predicates": tuple(SHORTCUTS), "asked": ("", "opposes", "")}


def _as_of(view: View) -> date | None:
    given = view.manifest.get("as_of")
    return date.fromisoformat(str(given)[:10]) if given else None


# -- actors, places, sources


@dataclass(frozen=True, slots=True)
class Link:
    """A shortcut of the view in words, with the address that explains it."""

    property: str
    words: str
    other: models.Ref
    why: str


def entities(site: Site, page: models.ActorPage | models.PlacePage | models.SourcePage) -> Extra:
    """In which reports those stand that are known to their report alone: several may be called the same."""
    scoped = {i.id for i in page.items if i.id.rsplit("/", 1)[1].startswith("r-")}
    rows = [r for r in site.store().rows("mentioned-things") if r["thing"].value in scoped] if scoped else []
    records = site.records()
    records.learn(r["report"] for r in rows)
    found: dict[str, list[models.Ref]] = defaultdict(list)
    for row in rows:
        found[row["thing"].value].append(records.ref(row["report"]))
    return {"only": found}


def actor(site: Site, document: models.Actor) -> Extra:
    """Relations in both directions, engagements by role, and the words that name the actor."""
    iri = NamedNode(document.id)
    return {
        "links": _links(site, iri), "relations": _relations(site, iri), "engagements": _engagements(site, iri), "most": _MOST,
        "passages": _mentions(site, iri), "as_of": _as_of(site.store()),
    }  # fmt: skip


def _links(site: Site, iri: NamedNode) -> list[Link]:
    records = site.records()
    rows = site.store().rows("shortcuts-of", thing=iri)
    records.learn(v for r in rows for v in (r["subject"], r["object"]))
    found = []
    for row in sorted(rows, key=lambda r: r["subject"] == iri):  # of two directions of one tie, the one from here is the last
        name, outward = local(row["property"]), row["subject"] == iri
        other = row["object"] if outward else row["subject"]
        address = site.why(row["subject"].value, name, row["object"].value)
        found.append(Link(name, SHORTCUTS[name][0 if outward else 1], records.ref(other), address))
    order = list(SHORTCUTS)
    unique = {(f.words, f.other.id): f for f in found}
    return sorted(unique.values(), key=lambda f: (order.index(f.property), f.words, f.other.name or ""))


def _relations(site: Site, iri: NamedNode) -> list[models.Situation]:
    """Every relation of an actor, of whatever status, by its beginning; whether it holds as of the latest report."""
    view = site.store()
    as_of = _as_of(view)
    period = Period(as_of, as_of, as_of.isoformat()) if as_of else None
    things = view.nodes("relations-of", "situation", actor=iri)[:_MOST]
    return sorted(site.records(period=period).situations(things, parts=False), key=_by_time)


def _by_time(situation: models.Situation) -> tuple[str, str]:
    time = situation.time
    return ((time and (time.earliest_begin or time.latest_begin)) or "9999", situation.id)


def _engagements(site: Site, iri: NamedNode) -> list[tuple[str, list[models.Situation]]]:
    """The events that an actor takes part in, by role."""
    roles: dict[str, dict[NamedNode, None]] = defaultdict(dict)
    for row in site.store().rows("participations-of", actor=iri):
        if isinstance(event := row["event"], NamedNode):
            roles[local(row["role"])][event] = None
    events = list(dict.fromkeys(e for several in roles.values() for e in several))[:_MOST]
    shown = {s.id: s for s in site.records().situations(events)}
    return [
        (role, sorted((shown[e.value] for e in several if e.value in shown), key=_by_time))
        for role, several in sorted(roles.items())
    ]


def _mentions(site: Site, iri: NamedNode) -> Extra:
    mentions = site.store().nodes("mentions-of", "mention", thing=iri)
    quotes = list(site.records().quotes(mentions[:_QUOTES]).values())
    return {"shown": Passages(site.store()).of(quotes), "total": len(mentions)}


def alliance(site: Site, document: models.Actor) -> Extra:
    """What a page of an actor has, and the members as of a day: certainly, possibly, before, later."""
    given = dict(site.query).get("valid_at")
    as_of = _as_of(site.store())
    period = parameters.period(given) or (Period(as_of, as_of, as_of.isoformat()) if as_of else None)
    rows = site.store().rows("relations-of", actor=NamedNode(document.id))
    things = [s for r in rows if r["property"] == SG.group and isinstance(s := r["situation"], NamedNode)]
    found = sorted(site.records(period=period).situations(list(dict.fromkeys(things)), parts=False), key=_by_time)
    groups: dict[str, list[models.Situation]] = {name: [] for name in _STANDINGS}
    for membership in found:
        groups[_standing(membership, period)].append(membership)
    return {**actor(site, document), "members": groups, "valid_at": given or (period.text if period else "")}


_STANDINGS = ("certainly", "possibly", "no longer", "not yet", "not established")


def _standing(membership: models.Situation, period: Period | None) -> str:
    if membership.status not in parameters.DEFAULT_STATUSES:
        return "not established"
    if membership.holds is not None or period is None:
        return membership.holds or "possibly"
    begin = membership.time.earliest_begin if membership.time else None
    return "not yet" if begin and period.last and begin[:10] > period.last.isoformat() else "no longer"


def of_actor(site: Site, _: object) -> Extra:
    """Whose list it is, by the path: ``actors/{slug}/…`` or ``alliances/{slug}/…``."""
    slug = site.path.split("/")[1]
    records = site.records()
    thing = site.store().id(f"actor/{slug}")
    records.learn([thing])
    return {"owner": records.ref(thing)}


def location(site: Site, document: models.Place) -> Extra:
    """What is inside it, who controls it, what happened there, the words that name it."""
    view, records = site.store(), site.records()
    place = NamedNode(document.id)
    inside = view.nodes("places-within", "thing", place=place)
    records.learn(inside)
    things = view.nodes("situations-at", "situation", place=place)
    situations = sorted(site.records().situations(things[:_MOST]), key=_by_time)
    return {
        "inside": sorted((records.ref(t) for t in inside), key=lambda r: r.name or ""), "links": _links(site, place),
        "situations": situations[:_ROWS], "situation_count": len(things), "passages": _mentions(site, place),
    }  # fmt: skip


def source(site: Site, document: models.Source) -> Extra:
    """The first claims of a source."""
    claims = site.store().nodes("claim-index", "claim", source=NamedNode(document.id))
    shown = site.records().claims(claims[:_ROWS])
    return {"claims": shown, "names": _names(site, shown), "passages_of": Passages(site.store()).of, "claim_total": len(claims)}


# -- situations


def situation(site: Site, document: models.Situation) -> Extra:
    """The situation with all its claims and their words, the words of its time, and the contradictions it is in."""
    view, iri = site.store(), NamedNode(document.id)
    given = parameters.period(dict(site.query).get("valid_at"))
    whole = site.records(_EVIDENCE, given).situations([iri])[0]
    claims = {c.id for s in (whole, *_parts(whole)) for c in s.claims or ()}
    conflicts = [r["conflict"] for r in view.rows("contradiction-index") if r["claim"].value in claims]
    shown = site.records().contradictions([c for c in dict.fromkeys(conflicts) if isinstance(c, NamedNode)])
    times = sorted({(text(r, "expression"), text(r, "identifier")) for r in view.rows("time-words", situation=iri)})
    return {
        "whole": whole, "parts": _parts(whole), "slots": _slots(whole), "times": times, "contradictions": shown,
        "passages_of": Passages(view).of,
    }  # fmt: skip


def _parts(s: models.Situation) -> list[models.Situation]:
    return [*(s.participations or ()), *(s.outcomes or ()), *(s.casualties or ()), *(s.materiel or ())]


_SLOTS = (
    ("member", "Member"), ("group", "Of"), ("party", "Parties"), ("provider", "Helper"), ("recipient", "Helped"),
    ("commander", "Commander"), ("subordinate", "Commanded"), ("controller", "Holder"), ("controlled", "Held"),
    ("figure", "Located"), ("ground", "Located by"), ("predecessor", "Before"), ("successor", "After"), ("of_event", "Part of"),
    ("actor", "Actor"), ("affects", "Affects"), ("place", "Place"), ("target_place", "Target"),
    ("in_conflict", "In the conflict"),
    ("sub_event_of", "Part of the event"), ("sub_events", "Its parts"), ("precedes", "Before the event"),
    ("in_response_to", "In response to"), ("aim", "Aim"),
)  # fmt: skip


def _slots(s: models.Situation) -> list[tuple[str, list[models.Ref]]]:
    """What fills the properties of a situation, with words for them."""
    found = []
    for name, words in _SLOTS:
        value = getattr(s, name)
        if value:
            found.append((words, list(value) if isinstance(value, list) else [value]))
    return found


# -- claims, contradictions, explanations


def _names(site: Site, claims: Iterable[models.Claim]) -> Mapping[str, str]:
    """What claims are about, called by their full names: a reference to a situation has only its class."""
    about = dict.fromkeys(a.id for c in claims for a in c.about)
    found = site.records().situations([NamedNode(a) for a in about]) if about else []
    return {s.id: s.name for s in found}


def claims(site: Site, page: models.ClaimPage) -> Extra:
    """The words of the claims of a page."""
    shown = {c.id: c for c in site.records().claims([NamedNode(c.id) for c in page.items])}
    return {"shown": shown, "names": _names(site, page.items), "passages_of": Passages(site.store()).of}


def claim(site: Site, document: models.Claim) -> Extra:
    """The claims that say the same, or the contrary."""
    view = site.store()
    others = [NamedNode(i) for i in (*(document.contradicts or ()), *(document.corroborates or ()))]
    shown = {c.id: c for c in site.records().claims(list(dict.fromkeys(others)))}
    return {"others": shown, "names": _names(site, [document, *shown.values()]), "passages_of": Passages(view).of}


def passages(site: Site, _: object) -> Extra:
    """The sentences around quotes."""
    return {"passages_of": Passages(site.store()).of}


def explanation(site: Site, document: models.Explanation) -> Extra:
    """The sentences around quotes, and the form filled in with what was asked."""
    asked = dict(site.query)
    terms = tuple(asked.get(k, "") for k in ("subject", "predicate", "object"))
    verb = local(NamedNode(document.triple[1].id))
    words = SHORTCUTS[verb][0] if verb in SHORTCUTS else cls_words(verb)
    start = site.store().space.base + "id/"
    given = tuple(f"sitgraph:{t.removeprefix(start)}" if t.startswith(start) else t for t in terms)
    return {
        "passages_of": Passages(site.store()).of, "verb": words, "predicates": tuple(SHORTCUTS),
        "asked": (given[0], verb, given[2]),
        "backwards": site.why(document.triple[2].id, verb, document.triple[0].id) if verb in SHORTCUTS else "",
    }  # fmt: skip


# -- the report reader


def report(site: Site, document: models.Report) -> Extra:
    """The text with its mentions drawn in, and the claims in the order of the text."""
    view = site.store()
    iri = NamedNode(document.id)
    times = {r["time"].value: text(r, "edtf") or bounds(_time(r)) for r in view.rows("times-in", report=iri)}
    mentions = document.mentions or []
    if is_table(view, iri):
        return _table(site, mentions)
    drawn = reader.paragraphs(document.text, reader.marks(mentions, times)) if document.text is not None else []
    said = site.records().claims(view.nodes("claim-index", "claim", report=iri))
    said.sort(key=lambda c: (min((q.start or 0 for q in c.quotes or ()), default=0), c.id))
    made = Passages(view)
    return {
        "paragraphs": drawn, "claims": said, "names": _names(site, said), "passages_of": made.of, "times": times,
        "is_table": False,
        "quotes": made.of(m.quotes[0] for m in mentions) if document.text is None else [],
        "marks": reader.marks(mentions, times) if document.text is None else [],
    }  # fmt: skip


def _table(site: Site, mentions: Sequence[models.Mention]) -> Extra:
    """The claims of the first rows of a table, in the order of the rows, with the ids that the table knows them by."""
    view = site.store()
    claims = [c for m in mentions for c in _subjects(view, SG.groundedIn, m.id)]
    said = site.records().claims(list(dict.fromkeys(claims)))
    return {
        "claims": said, "names": _names(site, said), "passages_of": Passages(view).of, "is_table": True,
        "identifiers": {c.id: _identifiers(view, c.asserts.id) for c in said},
    }  # fmt: skip


def _subjects(view: View, predicate: NamedNode, thing: str) -> list[NamedNode]:
    found = view.store.matching(None, predicate, NamedNode(thing), None)
    return [q.subject for q in found if isinstance(q.subject, NamedNode)]


def _identifiers(view: View, thing: str) -> list[str]:
    """The ids that a table gives a thing."""
    found = view.store.matching(NamedNode(thing), DCTERMS.identifier, None, None)
    return [q.object.value for q in found if isinstance(q.object, Literal)]


def _time(row: Row) -> models.Time:
    return models.Time.model_validate({"id": row["time"].value, **{k: text(row, k) or None for k in _BOUNDS}})


# -- SPARQL


def sparql(site: Site, _: object) -> Extra:
    """The examples of the form, and the one that was chosen."""
    found = [{"name": name, "words": queries.summary(queries.load(name)), "text": queries.load(name)} for name in EXAMPLES]
    chosen = dict(site.query).get("example", "")
    start = next((e["text"] for e in found if e["name"] == chosen), found[0]["text"])
    return {"examples": found, "start": start}
