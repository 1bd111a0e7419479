"""Rows of queries -> documents. A page of records costs a fixed number of queries, however many records it has.

A record is what the view says about a thing, under the keys of the JSON-LD context: IRIs of things become references
with a name and an address, codes their last segment, labels maps by language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from api.models import Account, Actor, Claim, Contradiction, Place, Quote, Ref, Situation, Source
from api.phrases import NAMING, class_words, situation_name
from api.stores import Period, Row, View
from kg.iri import segment
from kg.queries import Term
from kg.view.status import ROWS
from kg.vocab import CLASSES, DCTERMS, GEO, PROV, RDF, SG, SKOS, ancestors

_CODES = "https://w3id.org/sitgraph/code/"
_LABELS = {SKOS.prefLabel: "prefLabel", SKOS.altLabel: "altLabel", SKOS.hiddenLabel: "hiddenLabel"}
_ONE = frozenset(
    "member group provider recipient commander subordinate controller controlled figure ground "
    "low best high quantity status role rule "
    "geoPrecision reliability hasMetricSpatialAccuracy".split()
)
_TIME = tuple(
    (p, k)
    for p, k in (
        (SG.edtf, "edtf"), (SG.earliestBegin, "earliestBegin"), (SG.latestBegin, "latestBegin"),
        (SG.earliestEnd, "earliestEnd"), (SG.latestEnd, "latestEnd"), (SG.timePrecision, "timePrecision"),
    )
)  # fmt: skip
_PARTS = {"Participation": "participations", "Outcome": "outcomes", "CasualtyEstimate": "casualties", "MaterielUse": "materiel"}
_GEOMETRY = ((GEO.asWKT, "asWKT"), (GEO.hasMetricSpatialAccuracy, "hasMetricSpatialAccuracy"))


def local(term: Term) -> str:
    """The last segment of an IRI; the text of a literal."""
    return term.value.replace("#", "/").rsplit("/", 1)[-1] if isinstance(term, NamedNode) else term.value


def text(row: Row, name: str) -> str:
    """A variable's value as text; empty when it is unbound."""
    found = row.get(name)
    return found.value if found is not None else ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the document of a thing is: every IRI below the base has exactly one."""

    public: str
    base: str

    def __call__(self, iri: str) -> str | None:
        """The address of a thing's document; ``None`` if it is not below the base, or has no document of its own."""
        path = self.path(iri)
        return None if path is None else self.public + path

    def path(self, iri: str) -> str | None:
        """The same, relative to the public address."""
        if not iri.startswith(self.base + "id/"):
            return None
        kind, _, rest = iri.removeprefix(self.base + "id/").partition("/")
        if kind == "place":
            rest = rest.removesuffix("/geometry")
        if kind == "report":
            ident, _, below = rest.partition("/")
            part = {"mention": "mention-", "text": "text-", "time": "time-", "situation": "situation-"}
            group, _, name = below.partition("/")
            return f"reports/{ident}" + (f"#{part[group]}{name.split('/')[0]}" if group in part and name else "")
        folder = {
            "actor": "actors", "place": "locations", "source": "sources", "situation": "events", "claim": "claims",
            "conflict": "contradictions",
        }.get(kind)  # fmt: skip
        return f"{folder}/{rest}" if folder and rest else None


def slug_iri(view: View, kind: str, slug: str) -> NamedNode:
    """The IRI that a slug of a path stands for; paths reach us decoded."""
    return view.id(f"{kind}/{segment(slug)}")


@dataclass
class Records:
    """Makes records from one view. ``lang`` chooses names, ``include`` what goes along, ``period`` what ``holds`` is about."""

    view: View
    at: Addresses
    lang: str | None = None
    include: frozenset[str] = frozenset()
    period: Period | None = None
    _known: dict[NamedNode, Ref] = field(default_factory=dict)

    # -- references

    def learn(self, things: Iterable[Term]) -> None:
        """Looks up class, name and status of things that records will refer to: two queries for all of them."""
        missing = {t for t in things if isinstance(t, NamedNode) and t not in self._known}
        if not missing:
            return
        rows: dict[NamedNode, list[Row]] = defaultdict(list)
        for row in self.view.rows("names-of", thing=missing):
            thing = row["thing"]
            assert isinstance(thing, NamedNode)
            rows[thing].append(row)
        reports = {r["report"]: r for r in self.view.rows("report-index", report=missing)}
        for thing in missing:
            self._known[thing] = self._ref(thing, rows.get(thing, []), reports.get(thing))
        self._name_situations([t for t in missing if self._known[t].status is not None])

    def _name_situations(self, situations: Sequence[NamedNode]) -> None:
        """Situations have no label: they are called by what they are, who takes part, where and when."""
        own = self._statements(situations)
        if not own:
            return
        parts = self.view.rows("parts-of-events", event=situations)
        said = {**_grouped(parts), **own}
        entities = {t for t in self._refs_in(said) if "/id/situation/" not in t.value}
        self.learn(entities)
        time_said = self._statements({t for s in own.values() for t in s.get(SG.time, ())})
        participations: dict[Term, list[NamedNode]] = defaultdict(list)
        for row in parts:
            if row["property"] == RDF.type and row["value"] == SG.Participation and isinstance(part := row["thing"], NamedNode):
                participations[row["event"]].append(part)
        for thing in own:
            values = {
                "type": self._known[thing].type,
                **self._values(own[thing], NAMING),
                "time": _time(own[thing], time_said),
            }
            values["participations"] = [
                Situation(
                    id=p.value, type="Participation", url="", name="", status="", **self._values(said[p], ("role", "actor"))
                )
                for p in sorted(participations.get(thing, ()), key=str)
            ]
            self._known[thing] = self._known[thing].model_copy(update={"name": situation_name(values)})

    def _ref(self, thing: NamedNode, rows: Sequence[Row], report: Row | None) -> Ref:
        url = self.at(thing.value)
        if report is not None:
            return Ref(id=thing.value, type="Report", url=url, name=text(report, "title") or text(report, "identifier"))
        labels = [x for r in rows if isinstance(x := r.get("label"), Literal)]
        classes = {local(r["class"]) for r in rows} & CLASSES.keys()
        cls = max(classes, key=lambda c: len(ancestors(c)), default=None)
        status = next((local(r["status"]) for r in rows if "status" in r), None)
        name = self.name(labels) or (class_words(cls) if cls else unquote(local(thing)))
        if cls in ("Source", "MediaItem") and (ident := thing.value.rpartition("/source/narrator-")[2]) != thing.value:
            name = f"narrator of {unquote(ident)}"
        return Ref(id=thing.value, type=cls, url=url, name=name, status=status)

    def name(self, labels: Iterable[Literal]) -> str:
        """The label in the language asked for, else in English, else the first by language; empty without labels."""
        found = sorted(labels, key=lambda x: (x.language or "", x.value))
        for wanted in (self.lang, "en"):
            for label in found:
                if wanted and (label.language or "").lower() == wanted.lower():
                    return label.value
        return found[0].value if found else ""

    def ref(self, thing: Term) -> Ref:
        """A reference to a thing that was learnt."""
        assert isinstance(thing, NamedNode)
        return self._known.get(thing) or Ref(id=thing.value, url=self.at(thing.value))

    # -- what the view says

    def _statements(self, things: Iterable[Term]) -> dict[NamedNode, dict[NamedNode, list[Term]]]:
        return _grouped(self.view.rows("statements-about", thing=things))

    def _values(self, said: Mapping[NamedNode, Sequence[Term]], keys: Iterable[str]) -> dict[str, Any]:
        """The statements about a thing under the keys of its model."""
        wanted = set(keys)
        found: dict[str, Any] = {}
        for prop, values in said.items():
            key = _LABELS.get(prop) or local(prop)
            if key not in wanted or prop in (RDF.type, SG.time):
                continue
            if prop in _LABELS:
                found[key] = _language_map(values)
            elif key in _ONE:
                found[key] = self._value(values[0])
            else:
                found[key] = [self._value(v) for v in values]
        return found

    def _value(self, value: Term) -> object:
        if isinstance(value, Literal):
            return value.value
        if value.value.startswith(_CODES):
            return local(value)
        return self.ref(value)

    def _refs_in(self, said: Mapping[NamedNode, Mapping[NamedNode, Sequence[Term]]]) -> set[Term]:
        skipped = (RDF.type, SG.basis, SKOS.exactMatch, SG.time, GEO.hasGeometry)
        return {
            v
            for properties in said.values()
            for prop, values in properties.items()
            if prop not in skipped
            for v in values
            if isinstance(v, NamedNode) and not v.value.startswith(_CODES)
        }

    # -- actors, places, sources

    def actors(self, things: Sequence[NamedNode], mentioned: frozenset[NamedNode] | None = None) -> list[Actor]:
        """The records of actors, in the order given."""
        return [Actor.model_validate(d) for d in self._named(things, Actor, mentioned)]

    def places(self, things: Sequence[NamedNode], mentioned: frozenset[NamedNode] | None = None) -> list[Place]:
        """The records of places, in the order given."""
        geometries = {thing: NamedNode(thing.value + "/geometry") for thing in things}
        said = self._statements(geometries.values())
        found = []
        for thing, document in zip(things, self._named(things, Place, mentioned), strict=True):
            if shape := said.get(geometries[thing]):
                values = {key: v[0].value for p, key in _GEOMETRY if (v := shape.get(p))}
                document["hasGeometry"] = {"id": geometries[thing].value, **values}
            found.append(Place.model_validate(document))
        return found

    def sources(self, things: Sequence[NamedNode], mentioned: frozenset[NamedNode] | None = None) -> list[Source]:
        """The records of sources, in the order given."""
        counts = {r["source"]: int(r["n"].value) for r in self.view.rows("source-counts", source=things)}
        documents = self._named(things, Source, mentioned)
        return [
            Source.model_validate({**d, "claim_count": counts.get(thing, 0)})
            for thing, d in zip(things, documents, strict=True)
        ]

    def _named(
        self, things: Sequence[NamedNode], model: type[Actor | Place | Source], mentioned: frozenset[NamedNode] | None
    ) -> list[dict[str, Any]]:
        said = self._statements(things)
        self.learn({*things, *self._refs_in(said)})
        keys = {f.alias or n for n, f in model.model_fields.items()} - {"id", "type", "url", "name"}
        found = []
        for thing in things:
            ref = self.ref(thing)
            values = self._values(said.get(thing, {}), keys - {"exactMatch", "hasGeometry"})
            exact = [v.value for v in said.get(thing, {}).get(SKOS.exactMatch, ())]
            if exact:
                values["exactMatch"] = exact
            if mentioned is not None:
                values["mentioned"] = thing in mentioned
            found.append({"id": thing.value, "type": ref.type, "url": ref.url, "name": ref.name, **values})
        return found

    # -- situations

    def situations(self, things: Sequence[NamedNode], parts: bool = True) -> list[Situation]:
        """The records of situations, in the order given; events with their parts and sub-events."""
        own = self._statements(things)
        part_rows = self.view.rows("parts-of-events", event=things) if parts else ()
        part_said = _grouped(part_rows)
        children: dict[Term, list[NamedNode]] = defaultdict(list)
        for row in part_rows:
            if (thing := row["thing"]) not in children[row["event"]] and isinstance(thing, NamedNode):
                children[row["event"]].append(thing)
        sub_events: dict[Term, list[NamedNode]] = defaultdict(list)
        for row in self.view.rows("sub-events-of", event=things) if parts else ():
            if isinstance(part := row["part"], NamedNode):
                sub_events[row["event"]].append(part)
        said = {**part_said, **own}
        times = {t for s in said.values() for t in s.get(SG.time, ())}
        time_said = self._statements(times)
        self.learn({*said, *self._refs_in(said), *(p for several in sub_events.values() for p in several)})
        origins = self._origins(list(said))
        claims = self.claims_on(list(said)) if self.include & {"claims", "evidence"} else {}

        def build(thing: NamedNode, nested: bool) -> Situation:
            values = self._situation(thing, said.get(thing, {}), time_said, origins, claims)
            if not nested and parts:
                for child in sorted(children.get(thing, ()), key=str):
                    cls = local(said[child][RDF.type][0])
                    if cls in _PARTS:
                        values.setdefault(_PARTS[cls], []).append(build(child, True))
            if nested:
                values.pop("ofEvent", None)
                if sub_events.get(thing):
                    values["subEvents"] = [self.ref(p) for p in sub_events[thing]]
            values["name"] = situation_name(values)
            return Situation.model_validate(values)

        return [build(thing, False) for thing in things]

    def _situation(
        self,
        thing: NamedNode,
        said: Mapping[NamedNode, Sequence[Term]],
        time_said: Mapping[NamedNode, Mapping[NamedNode, Sequence[Term]]],
        origins: Mapping[NamedNode, tuple[list[Ref], list[Ref]]],
        claims: Mapping[NamedNode, list[Claim]],
    ) -> dict[str, Any]:
        keys = {f.alias or n for n, f in Situation.model_fields.items()} - {"id", "type", "url", "name", "time", "basis"}
        values = self._values(said, keys)
        basis = sorted(v.value for v in said.get(SG.basis, ()))
        sources, reports = origins.get(thing, ([], []))
        values |= {
            "id": thing.value, "type": self.ref(thing).type, "url": self.at(thing.value), "name": "", "basis": basis,
            "claim_count": len(basis), "sources": sources, "reports": reports,
        }  # fmt: skip
        if row := str(values.get("rule", "")).removeprefix("R3."):
            values["status_reason"] = ROWS.get(row)
        if time := _time(said, time_said):
            values["time"] = time
        if self.period is not None and (time or SG.ofEvent not in said):
            values["holds"] = holds(time, self.period)
        if claims.get(thing):
            values["claims"] = claims[thing]
        return values

    def _origins(self, things: Sequence[NamedNode]) -> dict[NamedNode, tuple[list[Ref], list[Ref]]]:
        """Sources and reports of situations."""
        rows = self.view.rows("sources-of-situations", situation=things)
        self.learn({r[k] for r in rows for k in ("source", "report")})
        found: dict[NamedNode, tuple[dict[Term, Ref], dict[Term, Ref]]] = {}
        for row in rows:
            thing = row["situation"]
            assert isinstance(thing, NamedNode)
            sources, reports = found.setdefault(thing, ({}, {}))
            sources[row["source"]] = self.ref(row["source"])
            reports[row["report"]] = self.ref(row["report"])
        return {thing: (list(s.values()), list(r.values())) for thing, (s, r) in found.items()}

    # -- claims

    def claims_on(self, situations: Sequence[NamedNode]) -> dict[NamedNode, list[Claim]]:
        """The claims that situations rest on."""
        by_situation: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for row in self.view.rows("sources-of-situations", situation=situations):
            thing, claim = row["situation"], row["claim"]
            if isinstance(thing, NamedNode) and isinstance(claim, NamedNode):
                by_situation[thing].append(claim)
        wanted = list(dict.fromkeys(c for several in by_situation.values() for c in several))
        shown = {c.id: c for c in self.claims(wanted, "evidence" in self.include)}
        return {thing: [shown[c.value] for c in several] for thing, several in by_situation.items()}

    def claims(self, claims: Sequence[NamedNode], evidence: bool = True) -> list[Claim]:
        """The records of claims, in the order given; with quotes if asked for."""
        said = _grouped(self.view.rows("claim-statements", claim=claims), "claim")
        asserted: dict[Term, list[Row]] = defaultdict(list)
        for row in self.view.rows("situations-asserted", claim=claims):
            asserted[row["claim"]].append(row)
        quotes = self.quotes({m for s in said.values() for m in s.get(SG.groundedIn, ())}) if evidence else {}
        referring = (SG.attributedTo, SG.inReport, PROV.hadPrimarySource)
        refer = {v for s in said.values() for p in referring for v in s.get(p, ())}
        self.learn({*refer, *(r["situation"] for rows in asserted.values() for r in rows if "situation" in r)})
        found = []
        for claim in claims:
            properties, rows = said[claim], asserted.get(claim, [])
            about = list(dict.fromkeys(r["situation"] for r in rows if "situation" in r))
            told = rows[0]["local"] if rows else properties[SG.asserts][0]
            assert isinstance(told, NamedNode)
            cls = local(rows[0]["class"]) if rows else None
            asserts = Ref(id=told.value, type=cls, url=self.at(about[0].value if about else told.value))
            values: dict[str, Any] = {
                "id": claim.value, "url": self.at(claim.value), "asserts": asserts, "about": [self.ref(a) for a in about],
                "inReport": self.ref(properties[SG.inReport][0]), "attributedTo": self.ref(properties[SG.attributedTo][0]),
                **{local(p): local(properties[p][0]) for p in (SG.polarity, SG.modality, SG.certainty, SG.attributionKind)},
                "groundedIn": [m.value for m in properties.get(SG.groundedIn, ())],
            }  # fmt: skip
            if primary := properties.get(PROV.hadPrimarySource):
                values["hadPrimarySource"] = [self.ref(source) for source in primary]
            if cited := properties.get(DCTERMS.source):
                values["source"] = sorted(c.value for c in cited)
            for prop in (SG.contradicts, SG.corroborates):
                if prop in properties:
                    values[local(prop)] = [v.value for v in properties[prop]]
            if evidence:
                values["quotes"] = [quotes[m] for m in properties.get(SG.groundedIn, ()) if m in quotes]
            found.append(Claim.model_validate(values))
        return found

    def quotes(self, mentions: Iterable[Term]) -> dict[Term, Quote]:
        """The words of mentions; the fragments of a discontinuous one are joined by a space."""
        rows: dict[Term, list[Row]] = defaultdict(list)
        wanted = set(mentions)
        for row in self.view.rows("quotes-of", mention=wanted):
            rows[row["mention"]].append(row)
        found = self._rows(wanted - rows.keys())
        for mention, several in rows.items():
            several.sort(key=lambda r: int(text(r, "start")))
            fragments = [(int(text(r, "start")), int(text(r, "end"))) for r in several]
            found[mention] = Quote(
                text=" ".join(text(r, "exact") for r in several),
                start=fragments[0][0], end=fragments[-1][1], fragments=fragments,
                before=text(several[0], "prefix"), after=text(several[-1], "suffix"), mention=mention.value,
                report=text(several[0], "identifier"), url=self.at(mention.value) or "",
            )  # fmt: skip
        return found

    def _rows(self, mentions: set[Term]) -> dict[Term, Quote]:
        """The rows of tables that mentions select, with the words that are quoted of them."""
        words: dict[Term, dict[str, None]] = defaultdict(dict)
        for row in self.view.rows("row-words", mention=mentions):
            words[row["mention"]][text(row, "words")] = None
        return {
            row["mention"]: Quote(
                text=" · ".join(words[row["mention"]]), rows=text(row, "rows"), mention=row["mention"].value,
                report=text(row, "identifier"), url=self.at(row["mention"].value) or "",
            )
            for row in self.view.rows("rows-of", mention=mentions)
        }  # fmt: skip

    # -- contradictions

    def contradictions(self, conflicts: Sequence[NamedNode]) -> list[Contradiction]:
        """The records of contradictions, in the order given: the accounts side by side."""
        rows: dict[Term, list[Row]] = defaultdict(list)
        for row in self.view.rows("contradiction-index", conflict=conflicts):
            rows[row["conflict"]].append(row)
        claims = list(dict.fromkeys(c for several in rows.values() for r in several if isinstance(c := r["claim"], NamedNode)))
        shown = {c.id: c for c in self.claims(claims)}
        about = list(dict.fromkeys(NamedNode(a.id) for c in shown.values() for a in c.about))
        situations = {s.id: s for s in self.situations(about)}
        found = []
        for conflict in conflicts:
            several = rows[conflict]
            members = [shown[r["claim"].value] for r in several]
            accounts: dict[tuple[str, str], list[Claim]] = defaultdict(list)
            for claim in members:
                for a in claim.about[:1]:
                    accounts[a.id, claim.polarity].append(claim)
            sides = [Account(situation=situations[s], polarity=p, claims=c) for (s, p), c in sorted(accounts.items())]
            kind = local(several[0]["kind"])
            stories = dict.fromkeys(a.situation.name for a in sides)
            name = f"{kind.replace('-', ' ').capitalize()}: {' / '.join(stories)}"
            values: dict[str, Any] = {
                "id": conflict.value, "url": self.at(conflict.value), "name": name, "kind": [kind],
                "status": local(several[0]["status"]), "rule": text(several[0], "rule"),
                "conflictMember": [c.id for c in members], "accounts": sides,
            }  # fmt: skip
            found.append(Contradiction.model_validate(values))
        return found


def _time(
    said: Mapping[NamedNode, Sequence[Term]], time_said: Mapping[NamedNode, Mapping[NamedNode, Sequence[Term]]]
) -> dict[str, str]:
    """The time of a situation as it is shown; empty when it has none."""
    for node in said.get(SG.time, ()):
        time = time_said.get(node, {}) if isinstance(node, NamedNode) else {}
        shown = {k: local(time[p][0]) if k == "timePrecision" else time[p][0].value for p, k in _TIME if p in time}
        return {"id": node.value, **shown}
    return {}


def holds(time: Mapping[str, str], period: Period) -> str | None:
    """Whether a time is ``possibly`` or ``certainly`` (also) in a period; ``None`` if it cannot be. Absent bounds are open."""
    first, after = _instant(period.first), _instant(period.after)
    begin, end = time.get("earliestBegin"), time.get("latestEnd")
    if (begin and after and begin >= after) or (end and first and end <= first):
        return None
    begun = not after or ("latestBegin" in time and time["latestBegin"] < after)
    lasting = not first or ("earliestEnd" in time and time["earliestEnd"] > first)
    return "certainly" if begun and lasting else "possibly"


def _instant(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _grouped(rows: Iterable[Row], subject: str = "thing") -> dict[NamedNode, dict[NamedNode, list[Term]]]:
    found: dict[NamedNode, dict[NamedNode, list[Term]]] = {}
    for row in rows:
        thing, prop = row[subject], row["property"]
        if isinstance(thing, NamedNode) and isinstance(prop, NamedNode):
            values = found.setdefault(thing, {}).setdefault(prop, [])
            if row["value"] not in values:
                values.append(row["value"])
    return found


def _language_map(values: Iterable[Term]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for value in values:
        found[(value.language if isinstance(value, Literal) else None) or "@none"].append(value.value)
    return dict(found)


def mention_body(term: Term) -> str:
    """The class or code that a mention was annotated with, as a compact IRI of the context."""
    value = term.value
    for prefix, start in (("sg:", "https://w3id.org/sitgraph/ontology#"), ("c:", _CODES)):
        if value.startswith(start):
            return prefix + value.removeprefix(start)
    return value
