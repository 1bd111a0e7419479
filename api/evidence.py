"""Reports, sources, claims, contradictions, explanations: what the view rests on, down to the words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pyoxigraph import Literal, NamedNode

from api import models, parameters
from api.documents import Addresses, Records, local, mention_body, text
from api.parameters import ClassIs, Mentioned, Pages, choices
from api.phrases import class_words
from api.replies import Asked, Asking
from api.selections import Entities, entity_keys, labelled, mentioned_things, narrowed, sort_of
from api.stores import Row, View, is_table, settled
from kg import terms as naming
from kg.queries import Term
from kg.store.inputs import Inputs
from kg.view import explain as explaining
from kg.view.status import ROWS
from kg.vocab import CLASSES, CODES

router = APIRouter()
MOST_ROWS = 100
"""Mentions of a table that its document has; a table may have millions."""

Polarity = Annotated[str | None, Query(alias="polarity", description="`asserted` or `denied`")]
Modality = Annotated[str | None, Query(alias="modality", description="Comma-separated: `actual`, `planned`, `expected` …")]
About = Annotated[str | None, Query(alias="about", description="A situation that the claims are about, by its slug or IRI")]


# -- reports


@router.get("/reports", response_model=models.ReportPage, tags=["evidence"])
def reports(asked: Asking, page: Pages, words: parameters.Text = None) -> Response:
    """The reports that were read."""
    sort, descending = sort_of(page.sort, ("issued", "id"))
    wanted = (words or "").casefold()
    keys = {
        (text(r, "issued") if sort == "issued" else "", r["report"].value)
        for r in asked.view.rows("report-index")
        if any(wanted in text(r, k).casefold() for k in ("title", "publisher", "identifier"))
    }
    return asked.page(
        list(keys), lambda things: _reports(asked, things), models.ReportPage, page, "reports.html", descending=descending
    )


@router.get("/reports/{slug:path}", response_model=models.Report, tags=["evidence"])
def report(asked: Asking, slug: str, include: parameters.Include = None) -> Response:
    """One report: its mentions in the order of the text, what each stands for, and the text where its rights allow."""
    iri = asked.named("report", slug)
    found = _reports(asked, [iri])[0]
    found.mentions = _mentions(asked, iri)
    if choices("include", include, ("claims", "evidence")):
        claims = asked.view.nodes("claim-index", "claim", report=iri)
        found.claims = asked.records().claims(claims, "evidence" in (include or ""))
    _add_text(asked, found)
    return asked.document(found, "report.html")


def _reports(asked: Asked, things: list[NamedNode]) -> list[models.Report]:
    rows: dict[Term, list[Row]] = defaultdict(list)
    for row in asked.view.rows("report-index", report=things):
        rows[row["report"]].append(row)
    counts = {(r["report"], local(r["class"])): int(r["n"].value) for r in asked.view.rows("report-counts", report=things)}
    found = []
    for thing in things:
        first = rows[thing][0]
        title = first.get("title")
        values: dict[str, Any] = {
            "id": thing.value, "url": asked.at(thing.value), "name": text(first, "title") or text(first, "identifier"),
            "identifier": text(first, "identifier"), "issued": text(first, "issued") or None,
            "title": _tagged(title),
            "publisher": sorted({text(r, "publisher") for r in rows[thing]} - {""}) or None,
            "source": sorted({text(r, "source") for r in rows[thing]} - {""}) or None,
            "claim_count": counts.get((thing, "Claim"), 0), "mention_count": counts.get((thing, "Mention"), 0),
        }  # fmt: skip
        found.append(models.Report.model_validate(values))
    return found


def _tagged(title: Term | None) -> str | dict[str, str] | None:
    """A title with its language, as JSON-LD has it."""
    if isinstance(title, Literal) and title.language:
        return {"@value": title.value, "@language": title.language}
    return title.value if title is not None else None


def _mentions(asked: Asked, iri: NamedNode) -> list[models.Mention]:
    records = asked.records()
    bodies: dict[Term, dict[str, None]] = defaultdict(dict)
    denoted: dict[Term, dict[Term, None]] = defaultdict(dict)
    rows = asked.view.rows("mentions-in", report=iri)
    shown = _first_rows(rows) if is_table(asked.view, iri) else None
    for row in rows:
        if shown is not None and row["mention"] not in shown:
            continue
        bodies[row["mention"]]
        if "body" in row:
            bodies[row["mention"]][mention_body(row["body"])] = None
        if "thing" in row:
            denoted[row["mention"]][row["thing"]] = None
    canonical = _canonical(asked.view, denoted)
    records.learn(
        {t for things in denoted.values() for t in things} | {c for _, several in canonical.values() for c in several}
    )
    quotes = records.quotes(bodies)
    found = []
    for mention, body in bodies.items():
        if mention not in quotes:
            continue
        things = denoted.get(mention, {})
        about = [records.ref(c) for t in things for c in canonical.get(t, ("", []))[1]]
        found.append(
            models.Mention(
                id=mention.value, type=["Annotation", "Mention"], hasBody=list(body), about=about or None,
                denotes=[_denoted(records, t, canonical) for t in things] or None, quotes=[quotes[mention]],
            )
        )  # fmt: skip
    return sorted(found, key=lambda m: (m.quotes[0].start or 0, m.quotes[0].end or 0, _numbers(m.id)))


def _first_rows(rows: Iterable[Row]) -> set[Term]:
    """Of all mentions of a table those of its first rows, by the numbers in their addresses."""
    return set(sorted({r["mention"] for r in rows}, key=lambda m: _numbers(m.value))[:MOST_ROWS])


def _numbers(iri: str) -> tuple[list[int], str]:
    return [int(n) for n in re.findall(r"\d+", iri.rpartition("/")[2])], iri


Canonical = dict[Term, tuple[str, list[NamedNode]]]
"""A report's own situation -> its class, and the canonical situations that it describes."""


def _canonical(view: View, denoted: dict[Term, dict[Term, None]]) -> Canonical:
    things = {t for several in denoted.values() for t in several if "/situation/" in t.value}
    found: Canonical = {}
    for row in view.rows("local-situations", local=things):
        if isinstance(situation := row["situation"], NamedNode):
            found.setdefault(row["local"], (local(row["class"]), []))[1].append(situation)
    return found


def _denoted(records: Records, thing: Term, canonical: Canonical) -> models.Ref:
    """What a mention stands for. The triple is about the report's own situation; name and address are of the canonical one."""
    if thing in canonical:
        cls, several = canonical[thing]
        return records.ref(several[0]).model_copy(update={"id": thing.value, "type": cls, "status": None})
    found = records.ref(thing)
    return found.model_copy(update={"type": found.type if found.type in CLASSES else None})


def _add_text(asked: Asked, found: models.Report) -> None:
    entry = Inputs(asked.view.directory).reports(asked.view.number).get(found.identifier)
    if entry is None:
        return
    report, text = Inputs(asked.view.directory).told(entry)
    found.language = report.language or None
    found.rights_statement = report.rights or None
    if text is None:
        found.withheld = f"it is a table, and has none; the mentions of its first {MOST_ROWS} rows are here"
    elif report.rights:
        found.text = text
    else:
        found.withheld = "the report does not say under which rights its text may be given; the words of its mentions are"


# -- sources


@router.get("/sources", response_model=models.SourcePage, tags=["evidence"])
def sources(
    asked: Asking,
    page: Pages,
    mentioned: Mentioned = "true",
    words: parameters.Text = None,
    report: parameters.ReportIs = None,
    cls: ClassIs = None,
) -> Response:
    """Publishers, narrators, speakers and media to whom claims are attributed."""
    sort, descending = sort_of(page.sort, ("name", "id"))
    named = asked.parameter("report", report, "report")
    among = mentioned_things(asked.view, named) if named else None
    keys = entity_keys(asked, Entities(narrowed(cls, "Source"), words=words, among=among, mentioned=mentioned), sort)
    known = mentioned_things(asked.view)
    return asked.page(
        keys,
        lambda things: asked.records().sources(things, known),
        models.SourcePage,
        page,
        "sources.html",
        descending=descending,
    )


@router.get("/sources/{slug:path}", response_model=models.Source, tags=["evidence"])
def source(asked: Asking, slug: str) -> Response:
    """One source; its claims are at `/claims?source={slug}`."""
    iri = asked.named("source", slug)
    return asked.document(asked.records().sources([iri], mentioned_things(asked.view))[0], "source.html")


# -- claims


@router.get("/claims", response_model=models.ClaimPage, tags=["evidence"])
def claims(
    asked: Asking,
    page: Pages,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
    about: About = None,
    polarity: Polarity = None,
    modality: Modality = None,
    status: parameters.Status = None,
    words: parameters.Text = None,
    include: parameters.Include = None,
) -> Response:
    """Claims, denials and plans included. `status` is that of the situation which a claim is about; without it, any."""
    sort, descending = sort_of(page.sort, ("issued", "id"))
    wanted: dict[str, frozenset[str]] = {
        "polarity": choices("polarity", polarity, CODES["polarity"]),
        "modality": choices("modality", modality, CODES["modality"]),
        "status": frozenset(status or ()),
    }  # fmt: skip
    situation = asked.parameter("about", about, "situation")
    concerning = (
        None
        if words is None
        else {r["situation"] for r in asked.view.rows("situations-about", thing=labelled(asked.view, words))}
    )
    given = (("source", asked.parameter("source", source, "source")), ("report", asked.parameter("report", report, "report")))
    keys = set()
    for row in asked.view.rows("claim-index", **{k: v for k, v in given if v is not None}):
        if any(allowed and (k not in row or local(row[k]) not in allowed) for k, allowed in wanted.items()):
            continue
        if (situation is not None and row.get("situation") != situation) or (
            concerning is not None and row.get("situation") not in concerning
        ):
            continue
        keys.add((text(row, "issued") if sort == "issued" else "", row["claim"].value))
    evidence = "evidence" in choices("include", include, ("claims", "evidence"))
    records = asked.records()
    return asked.page(
        list(keys),
        lambda things: records.claims(things, evidence),
        models.ClaimPage,
        page,
        "claims.html",
        descending=descending,
    )


@router.get("/claims/{slug}", response_model=models.Claim, tags=["evidence"])
def claim(asked: Asking, slug: str) -> Response:
    """One claim, with the words that it rests on."""
    return asked.document(asked.records().claims([asked.named("claim", slug)])[0], "claim.html")


# -- contradictions


@router.get("/contradictions", response_model=models.ContradictionPage, tags=["evidence"])
def contradictions(
    asked: Asking,
    page: Pages,
    kind: Annotated[
        str | None, Query(alias="kind", description="Comma-separated codes, such as `polarity` or `stated`")
    ] = None,
    source: parameters.SourceIs = None,
    report: parameters.ReportIs = None,
) -> Response:
    """Claims that cannot all be true together: the accounts side by side, and who says which in which words."""
    _, descending = sort_of(page.sort, ("id",))
    kinds = choices("kind", kind, CODES["conflict-kind"])
    given = {"source": asked.parameter("source", source, "source"), "report": asked.parameter("report", report, "report")}
    slots = {k: v for k, v in given.items() if v is not None}
    among = {r["claim"] for r in asked.view.rows("claim-index", **slots)} if slots else None
    keys = {
        ("", r["conflict"].value)
        for r in asked.view.rows("contradiction-index")
        if (not kinds or local(r["kind"]) in kinds) and (among is None or r["claim"] in among)
    }
    records = asked.records()
    return asked.page(
        list(keys), records.contradictions, models.ContradictionPage, page, "contradictions.html", descending=descending
    )


@router.get("/contradictions/{slug}", response_model=models.Contradiction, tags=["evidence"])
def contradiction(asked: Asking, slug: str) -> Response:
    """One contradiction."""
    return asked.document(asked.records().contradictions([asked.named("conflict", slug)])[0], "contradiction.html")


# -- explanations


@router.get("/explain", response_model=models.Explanation, tags=["evidence"])
def explain(
    asked: Asking,
    subject: Annotated[
        str, Query(description="An IRI, a prefixed name such as `sitgraph:actor/russia`, or a label that only one thing has")
    ],
    predicate: Annotated[str, Query(description="A property: `opposes`, `sg:opposes`, or its IRI")],
    object: Annotated[str, Query(description="As subject; a code by its IRI, or `c:claim-status/accepted`")],
) -> Response:
    """Why a triple is in the view, down to the quotes; or what comes near it, and why the rules refuse it."""
    store = asked.view.store
    terms = settled(lambda: naming.triple(subject, predicate, object, store, asked.view.space.base))
    found = settled(lambda: explaining.explain(store, *terms))
    records = asked.records()
    records.learn(_mentioned_in(found))
    at = asked.at
    document = models.Explanation.model_validate(
        {
            "@context": f"{asked.public}context.jsonld",
            "id": f"{asked.public}{asked.request.url.path.lstrip('/')}?{asked.request.url.query}",
            "present": found.present,
            "triple": [_named_ref(records, t, label) for t, label in zip(terms, found.labels, strict=True)],
            "reasons": [_reason(records, at, r) for r in found.reasons],
            "refusals": [_reason(records, at, r) for r in found.refusals],
            "generation": asked.view.number,
        }
    )  # fmt: skip
    return asked.document(document, "explain.html")


def _mentioned_in(found: explaining.Explanation) -> set[Term]:
    things: set[Term] = {NamedNode(i) for i in (found.subject, found.object) if ":" in i}
    for reason in (*found.reasons, *found.refusals):
        things |= {NamedNode(i) for step in reason.steps for i in step}
        for premise in reason.premises:
            things.add(NamedNode(premise.iri))
            things |= {NamedNode(c.source) for c in premise.claims}
    return things


def _named_ref(records: Records, term: Term, label: str) -> models.Ref:
    if isinstance(term, Literal):
        return models.Ref(id=str(term), name=label)
    return records.ref(term).model_copy(update={"name": label or records.ref(term).name})


def _reason(records: Records, at: Addresses, reason: explaining.Reason) -> models.Reason:
    claims = [NamedNode(c.iri) for p in reason.premises for c in p.claims]
    shown = {c.id: c for c in records.claims(list(dict.fromkeys(claims)))}
    premises = [
        models.Premise(
            situation=models.Ref(id=p.iri, type=p.cls, url=at(p.iri), name=p.label or class_words(p.cls), status=p.status),
            status_reason=_status_reason(records, p.iri), claims=[shown[c.iri] for c in p.claims],
        )
        for p in reason.premises
    ]  # fmt: skip
    quotes = list(records.quotes({NamedNode(q.mention) for q in reason.quotes}).values())
    steps = [[records.ref(NamedNode(i)) for i in step] for step in reason.steps]
    return models.Reason(rule=reason.rule, why=reason.why, premises=premises, quotes=quotes, steps=steps)


def _status_reason(records: Records, iri: str) -> str | None:
    rows = records.view.rows("situations", situation=NamedNode(iri))
    return ROWS.get(text(rows[0], "rule").removeprefix("R3.")) if rows else None
