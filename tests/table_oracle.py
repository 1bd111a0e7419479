"""What a row of an event table is worth, written down a second time: row by row, with dictionaries and strings.

The oracle of ``kg.tables``. It follows the specification (sections 2, 5, 6, 8, 9 and 13) and the READMEs of the data, and
shares no code with what it judges but ``h20`` of :mod:`kg.iri`, the key of a name and the EDTF of bounds, which have tests
of their own. It reads the reference tables itself. Tables are described by plain functions below; each turns a row into a
:class:`Told`, which :func:`quads` writes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from kg import extent
from kg.extent import edtf_of
from kg.iri import h20
from kg.names import key

SG = "https://w3id.org/sitgraph/ontology#"
CODE = "https://w3id.org/sitgraph/code/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OA = "http://www.w3.org/ns/oa#"
DCT = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROV = "http://www.w3.org/ns/prov#"
GEO = "http://www.opengis.net/ont/geosparql#"
XSD = "http://www.w3.org/2001/XMLSchema#"
Row = dict[str, str]
Bounds = tuple[date | None, date | None, date | None, date | None]
DAY = timedelta(1)


def iri(text: str) -> str:
    return f"<{text}>"


def literal(text: str, suffix: str = "") -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return f'"{text}"{suffix}'


def integer(n: int) -> str:
    return literal(str(n), f"^^<{XSD}integer>")


@dataclass
class Reference:
    """The reference tables, as rows."""

    actors: dict[str, Row] = field(default_factory=dict)
    places: dict[str, Row] = field(default_factory=dict)
    exact: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_key: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ucdp: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Reference:
        def rows(name: str) -> list[Row]:
            with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file))

        found = cls()
        for row in rows("actors"):
            found.actors[row["id"]] = row
            if named := re.fullmatch(r"UCDP Actor [0-9.]+, (\S+)", row["source"]):
                found.ucdp[named[1]] = row["id"]
        for row in rows("places"):
            found.places[row["id"]] = row
            for name in filter(None, (row["name_en"], row["name_ar"])):
                found.exact[name].add(row["id"])
        for row in rows("aliases"):
            if not row["context_required"]:
                found.exact[row["label"]].add(row["entity_id"])
        for row in rows("sources"):
            for name in row["label"].split("|"):
                found.by_key[key(name)].add(row["id"])
        return found

    def source(self, name: str) -> str:
        found = self.by_key.get(key(name), set())
        return next(iter(found)) if len(found) == 1 else ""

    def containers(self, place: str) -> list[str]:
        found: list[str] = []
        while place in self.places and self.places[place]["within"]:
            place = self.places[place]["within"]
            found.append(place)
        return found


ORGANIZATIONS = {"Organization", "Government", "ArmedForce", "MilitaryUnit", "Alliance", "ArmedGroup", "Militia"}
SETTLEMENTS = {"city", "town", "village", "camp"}
AREAS = {"country", "governorate", "district", "subdistrict", "neighbourhood"}
ROUTES = {"road", "river"}


@dataclass
class Place:
    """What the view says of a place that only the table knows."""

    path: str
    cls: str
    label: str
    also: str
    kind: str
    within: list[str]
    precision: str
    point: tuple[str, str] | None


@dataclass
class Number:
    """An estimate, or an outcome: its kind, its numbers, of whom, and the column that it is read from."""

    column: str
    kind: str
    low: int | None = None
    best: int | None = None
    high: int | None = None
    actors: list[str] = field(default_factory=list)
    cls: str = "CasualtyEstimate"


@dataclass
class Told:
    """What one row says, before anything has an IRI. ``parties`` are (role, column, actors)."""

    row: int
    identifier: str
    cls: str
    kinds: list[str]
    parties: list[tuple[str, str, list[str]]]
    bounds: Bounds
    place: str
    place_column: str
    numbers: list[Number]
    sources: list[str]
    certainty: str
    citation: str = ""
    words: str = ""
    conflict: str = ""
    status: str = "accepted"


@dataclass
class Sheet:
    """A table on its way: what its rows need to know of each other."""

    base: str
    report: str
    digest: str
    reference: Reference
    language: str = "en"
    before: int = 1  # the header, which RFC 7111 counts as a row
    lines: list[str] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    actors: dict[str, tuple[str, str, str, str, str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    times: set[tuple[Bounds, bool]] = field(default_factory=set)

    def id(self, path: str) -> str:
        return iri(f"{self.base}id/{path}")

    @property
    def graph(self) -> str:
        return iri(f"{self.base}graph/report/{self.report}")

    def local(self, s: str, p: str, o: str) -> None:
        self.lines.append(f"{s} <{p}> {o} {self.graph} .")

    def view(self, s: str, p: str, o: str) -> None:
        self.lines.append(f"{s} <{p}> {o} .")

    def situation(self, *inputs: object) -> str:
        return f"report/{self.report}/situation/{h20('situation', self.report, self.digest, *inputs)}"

    # -- who, where, by whom

    def actor(self, cls: str, kind: str, label: str, also: str, identifier: str, *inputs: object) -> str:
        path = f"actor/t-{h20('actor', *inputs)}"
        self.actors.setdefault(path, (cls, kind, label, also, identifier))
        return path

    def source(self, name: str) -> str:
        if known := self.reference.source(name):
            return known
        path = f"source/t-{h20('source', self.report, key(name))}"
        self.sources[path] = min(name, self.sources.get(path, name))
        return path

    def level(self, chain: list[tuple[str, str]]) -> str:
        """A place that contains others; ``chain`` is (kind, name) from it outwards."""
        kind, name = chain[0]
        within = self.chain(chain[1:])
        if known := self.curated(name, {kind}, within):
            return known
        path = f"place/t-{h20('place', kind, [n for _, n in chain if n])}"
        self.place(path, name, kind, within, "", None, "Place")
        return path

    def chain(self, chain: list[tuple[str, str]]) -> list[str]:
        found: list[str] = []
        for n, (_, name) in enumerate(chain):
            if name:
                path = self.level(chain[n:])
                found += [p for p in [path, *self.reference.containers(path)] if p not in found]
        return found

    def place(
        self, path: str, name: str, kind: str, within: list[str], precision: str, point: tuple[str, str] | None, cls: str
    ) -> None:
        cls = "Settlement" if kind in SETTLEMENTS else "Area" if kind in AREAS else "Route" if kind in ROUTES else cls
        bare = bare_name(name)
        self.places.setdefault(path, Place(path, cls, bare, name if name != bare else "", kind, within, precision, point))

    def curated(self, name: str, kinds: set[str], within: list[str]) -> str:
        found = set()
        for spelled in {name, bare_name(name)}:
            for path in self.reference.exact.get(spelled, ()):
                row = self.reference.places.get(path)
                if row and row["kind"] in kinds and self.agrees(path, row["kind"], within):
                    found.add(path)
        return found.pop() if len(found) == 1 else ""

    def agrees(self, path: str, kind: str, within: list[str]) -> bool:
        if kind == "country":
            return True

        def of(paths: Iterable[str], wanted: str) -> set[str]:
            return {p for p in paths if p in self.reference.places and self.reference.places[p]["kind"] == wanted}

        known = self.reference.containers(path)
        if not of(known, "country") & of(within, "country"):
            return False
        one, other = of(known, "governorate"), of(within, "governorate")
        return not one or not other or bool(one & other)

    def itself(
        self, name: str, chain: list[tuple[str, str]], point: tuple[str, str] | None, otherwise: str = "exact-site"
    ) -> str:
        kind = word_kind(name)
        within = self.chain(chain)
        kinds = {kind} if kind and kind not in SETTLEMENTS else SETTLEMENTS
        if known := self.curated(name, kinds, within):
            return known
        path = f"place/t-{h20('place', name, [n for _, n in chain if n], list(point) if point else None)}"
        precision = "" if point is None else "settlement" if kind in SETTLEMENTS else otherwise
        self.place(path, name, kind, within, precision, point, "Place")
        return path

    def near(self, name: str, chain: list[tuple[str, str]], ground: str) -> str:
        path = f"place/t-{h20('place', 'near', ground)}"
        self.places.setdefault(path, Place(path, "Area", f"near {name}", "", "", self.chain(chain), "near-settlement", None))
        return path

    def area(self, name: str, chain: list[tuple[str, str]], precision: str) -> str:
        kind = word_kind(name)
        within = self.chain(chain)
        if kind and (known := self.curated(name, {kind}, within)):
            return known
        path = f"place/t-{h20('place', 'area', name, [n for _, n in chain if n])}"
        self.place(path, name, kind, within, precision, None, "Area")
        return path

    # -- quads

    def time(self, bounds: Bounds, local: bool) -> str:
        self.times.add((bounds, local))
        days = [d.isoformat() if d else None for d in bounds]
        if local:
            return self.id(f"report/{self.report}/time/{h20('time', edtf(bounds), days, [], None)}")
        return self.id(f"time/{h20('time', edtf(bounds), days)}")

    def write_times(self) -> None:
        for bounds, local in self.times:
            write, s = (self.local if local else self.view), self.time(bounds, local)
            write(s, f"{RDF}type", iri(f"{SG}TimeExtent"))
            if value := edtf(bounds):
                write(s, f"{SG}edtf", literal(value))
            write(s, f"{SG}timePrecision", iri(f"{CODE}time-precision/{width(bounds)}"))
            for name, day in zip(("earliestBegin", "latestBegin", "earliestEnd", "latestEnd"), bounds, strict=True):
                if day:
                    write(s, SG + name, literal(f"{day.isoformat()}T00:00:00Z", f"^^<{XSD}dateTime>"))

    def claim(self, situation: str, certainty: str, mention: str) -> str:
        narrator = f"source/narrator-{self.report}"
        s = self.id(f"claim/{h20('claim', situation, narrator, 'asserted', 'actual', certainty)}")
        self.local(s, f"{RDF}type", iri(f"{SG}Claim"))
        self.local(s, f"{SG}asserts", self.id(situation))
        self.local(s, f"{SG}inReport", self.id(f"report/{self.report}"))
        self.local(s, f"{SG}attributedTo", self.id(narrator))
        for prop, value in (
            ("polarity", "polarity/asserted"), ("modality", "modality/actual"), ("certainty", f"certainty/{certainty}"),
            ("attributionKind", "attribution-kind/narration"),
        ):  # fmt: skip
            self.local(s, SG + prop, iri(CODE + value))
        self.local(s, f"{SG}groundedIn", mention)
        return s

    def mention(self, name: str, target: str, fragment: str, body: str, denotes: str) -> str:
        base = f"report/{self.report}"
        s, t, f = self.id(f"{base}/mention/{name}"), self.id(f"{base}/text/{target}"), self.id(f"{base}/text/{target}/fragment")
        self.local(s, f"{RDF}type", iri(f"{OA}Annotation"))
        self.local(s, f"{RDF}type", iri(f"{SG}Mention"))
        self.local(s, f"{SG}inReport", self.id(base))
        self.local(s, f"{OA}hasBody", iri(SG + body))
        self.local(s, f"{SG}denotes", self.id(denotes))
        self.local(s, f"{OA}hasTarget", t)
        self.local(t, f"{OA}hasSource", self.id(f"{base}/text"))
        self.local(t, f"{OA}hasSelector", f)
        self.local(f, f"{RDF}type", iri(f"{OA}FragmentSelector"))
        self.local(f, f"{DCT}conformsTo", iri("http://tools.ietf.org/rfc/rfc7111"))
        self.local(f, f"{RDF}value", literal(fragment))
        return s

    def standing(self, s: str, t: Told, claim: str) -> None:
        self.view(s, f"{SG}status", iri(f"{CODE}claim-status/{t.status}"))
        self.view(s, f"{SG}rule", literal("R3.7" if t.status == "accepted" else "R3.9"))
        self.view(s, f"{SG}basis", claim)

    def row(self, t: Told, conflicts: dict[str, str]) -> None:
        """A mention, a claim, an event and its parts, and the view of them."""
        fillers = [[role, [[t.row, column]]] for role, column, who in t.parties if who]
        if t.place_column:
            fillers.append(["place", [[t.row, t.place_column]]])
        path = self.situation(t.cls, [[[t.row, ""]]], sorted(fillers, key=str), ["asserted"])
        h = path.rsplit("/", 1)[1]
        mention = self.mention(f"{t.cls}-row-{t.row}", f"row-{t.row}", f"row={t.row + self.before}", t.cls, path)
        if t.words:
            target = self.id(f"report/{self.report}/text/row-{t.row}")
            quote = self.id(f"report/{self.report}/text/row-{t.row}/quote")
            self.local(target, f"{OA}hasSelector", quote)
            self.local(quote, f"{RDF}type", iri(f"{OA}TextQuoteSelector"))
            self.local(quote, f"{OA}exact", literal(t.words))
        claim = self.claim(path, t.certainty, mention)
        for source in t.sources:
            self.local(claim, f"{PROV}hadPrimarySource", self.id(source))
        if t.citation:
            self.local(claim, f"{DCT}source", literal(t.citation))
        canonical = f"situation/{h20('situation', path)}"
        self.local(self.id(path), f"{DCT}identifier", literal(t.identifier))
        self.local(self.id(path), f"{SG}describes", self.id(canonical))
        self.standing(self.id(canonical), t, claim)
        for write, s, local in ((self.local, self.id(path), True), (self.view, self.id(canonical), False)):
            write(s, f"{RDF}type", iri(SG + t.cls))
            write(s, f"{SG}time", self.time(t.bounds, local))
            for kind in t.kinds:
                write(s, f"{SG}kind", iri(f"{CODE}event-kind/{kind}"))
            if t.place:
                write(s, f"{SG}place", self.id(t.place))
            if t.conflict:
                known = conflicts[t.conflict]
                write(s, f"{SG}inConflict", self.id(known if local else f"situation/{h20('situation', known)}"))
        self.parties(t, path, h, canonical, claim)
        for number in t.numbers:
            self.number(number, t, path, h, canonical, claim)

    def parties(self, t: Told, path: str, h: str, canonical: str, claim: str) -> None:
        shortcuts = {
            "attacker": "attacker",
            "defender": "defender",
            "target": "targets",
            "supporter": "aidedBy",
            "issuer": "issuer",
        }
        for role, column, who in t.parties:
            for n, actor in enumerate(who):
                inputs = ["Participation", [[[t.row, ""]]], [[role, [[t.row, column]]], ["ofEvent", h]], *([n] if n else [])]
                own = self.id(self.situation(*inputs))
                part = self.id(f"situation/{h20('participation', canonical, actor, role)}")
                self.local(own, f"{SG}describes", part)
                for write, s, event in ((self.local, own, path), (self.view, part, canonical)):
                    write(s, f"{RDF}type", iri(f"{SG}Participation"))
                    write(s, f"{SG}ofEvent", self.id(event))
                    write(s, f"{SG}role", iri(f"{CODE}role/{role}"))
                    write(s, f"{SG}actor", self.id(actor))
                self.standing(part, t, claim)
                self.view(self.id(canonical), f"{SG}involves", self.id(actor))
                if role in shortcuts:
                    self.view(self.id(canonical), SG + shortcuts[role], self.id(actor))

    def number(self, number: Number, t: Told, path: str, h: str, canonical: str, claim: str) -> None:
        own = self.situation(number.cls, [[[t.row, number.column]]], [["ofEvent", h]], ["asserted"])
        part = self.id(f"situation/{h20('situation', own)}")
        self.local(self.id(own), f"{SG}describes", part)
        self.standing(part, t, claim)
        for write, s, event in ((self.local, self.id(own), path), (self.view, part, canonical)):
            write(s, f"{RDF}type", iri(SG + number.cls))
            write(s, f"{SG}ofEvent", self.id(event))
            write(s, f"{SG}kind", iri(CODE + number.kind))
            for name in ("low", "best", "high"):
                if (value := getattr(number, name)) is not None:
                    write(s, SG + name, integer(value))
            for actor in number.actors:
                write(s, f"{SG}actor", self.id(actor))

    def describe(self) -> None:
        """Who and what only the table knows."""
        tag = f"@{self.language}" if self.language else ""
        for path, (cls, kind, label, also, identifier) in self.actors.items():
            s = self.id(path)
            self.view(s, f"{RDF}type", iri(SG + cls))
            self.view(s, f"{SKOS}prefLabel", literal(label, tag))
            if also:
                self.view(s, f"{SKOS}altLabel", literal(also, tag))
            if kind:
                self.view(s, f"{SG}kind", iri(f"{CODE}actor-kind/{kind}"))
            if identifier:
                self.view(s, f"{DCT}identifier", literal(identifier))
        for p in self.places.values():
            s = self.id(p.path)
            self.view(s, f"{RDF}type", iri(SG + p.cls))
            self.view(s, f"{SKOS}prefLabel", literal(p.label, tag))
            if p.also:
                self.view(s, f"{SKOS}altLabel", literal(p.also, tag))
            if p.kind:
                self.view(s, f"{SG}kind", iri(f"{CODE}place-kind/{p.kind}"))
            for container in p.within:
                self.view(s, f"{SG}within", self.id(container))
            if p.precision:
                self.view(s, f"{SG}geoPrecision", iri(f"{CODE}geo-precision/{p.precision}"))
            if p.point:
                geometry = iri(f"{self.base}id/{p.path}/geometry")
                self.view(s, f"{GEO}hasGeometry", geometry)
                self.view(geometry, f"{GEO}asWKT", literal(f"POINT({p.point[0]} {p.point[1]})", f"^^<{GEO}wktLiteral>"))
        for path, label in self.sources.items():
            self.view(self.id(path), f"{RDF}type", iri(f"{SG}Source"))
            self.view(self.id(path), f"{SKOS}prefLabel", literal(label, tag))


_KINDS: dict[str, str] = {}


def word_kind(name: str) -> str:
    return _KINDS.get(name.rsplit(" ", 1)[-1].lower(), "")


def bare_name(name: str) -> str:
    front, _, last = name.rpartition(" ")
    return front if front and last.lower() in _KINDS else name


def event_bounds(first: date, last: date, exact: bool) -> Bounds:
    """Days that are all touched, or one day out of a window (section 8)."""
    return (first, first if exact else last, (last if exact else first) + DAY, last + DAY)


def edtf(b: Bounds) -> str:
    """EDTF of bounds has tests of its own."""
    return edtf_of(extent.Bounds(*b))


def width(b: Bounds) -> str:
    if None in b:
        return "open"
    begin, late, early, end = (d or date.min for d in b)
    days = max(late - begin, end - early).days + 1
    return next(
        (c for most, c in ((1, "day"), (6, "several-days"), (14, "week"), (31, "month"), (366, "year")) if days <= most), "open"
    )


def digest_of(header: list[str], rows: list[list[str]]) -> str:
    """SHA-256 over the cells: CSV with every cell in quotes, the number of the row in front, 0 for the header."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [["0", *header], *([str(n), *r] for n, r in enumerate(rows, 1))]
    )
    return hashlib.sha256(text.getvalue().encode()).hexdigest()


# -- UCDP GED

GED_KINDS = {
    "city": "city", "town": "town", "village": "village", "neighborhood": "neighbourhood", "neighbourhood": "neighbourhood",
    "camp": "camp", "district": "district", "municipality": "district", "governorate": "governorate",
    "province": "governorate", "state": "governorate", "highway": "road", "road": "road", "river": "river",
}  # fmt: skip


@dataclass
class Ged:
    """The rows of GED: what they need of each other is who stands alone on a side, and which places have coordinates."""

    sheet: Sheet
    rows: list[Row]

    def __post_init__(self) -> None:
        ids: dict[str, set[str]] = defaultdict(set)
        self.points: dict[tuple[str, str, str, str], set[tuple[str, str]]] = defaultdict(set)
        for r in self.rows:
            for side in ("a", "b"):
                if ", " not in r[f"side_{side}"]:
                    ids[r[f"side_{side}"]].add(r[f"side_{side}_new_id"])
            if r["where_prec"] == "1":
                self.points[self.where(r)].add((r["longitude"], r["latitude"]))
        self.alone = {name: next(iter(i)) for name, i in ids.items() if len(i) == 1}

    def where(self, r: Row) -> tuple[str, str, str, str]:
        return (r["where_coordinates"], r["adm_2"], r["adm_1"], r["country"])

    def group(self, label: str, kind: str, r: Row) -> str:
        inputs = (self.sheet.report, label, r["country"])
        return self.sheet.actor("Collective", kind, f"{label} in {r['country']}", label, "", *inputs)

    def actor(self, name: str, identifier: str, r: Row) -> str:
        reference = self.sheet.reference
        if identifier in reference.ucdp:
            return reference.ucdp[identifier]
        if name == "Civilians":
            return self.group("Civilians", "civilians", r)
        found = [a for a in reference.exact.get(name, ()) if reference.actors.get(a, {}).get("class") in ORGANIZATIONS]
        if len(found) == 1:
            return found[0]
        cls, kind = ("Government", "government") if name.startswith("Government of ") else ("ArmedGroup", "")
        if identifier:
            return self.sheet.actor(cls, kind, name, "", f"ucdp:{identifier}", f"ucdp:{identifier}")
        return self.sheet.actor(cls, kind, name, "", "", "organization", f"ucdp {name}")

    def side(self, letter: str, r: Row) -> list[str]:
        name, identifier = r[f"side_{letter}"], r[f"side_{letter}_new_id"]
        if ", " not in name:
            return [self.actor(name, identifier, r)]
        return list(dict.fromkeys(self.actor(n.strip(), self.alone.get(n.strip(), ""), r) for n in name.split(", ")))

    def place(self, r: Row) -> tuple[str, str]:
        """The known place, and what it is near to."""
        name = r["where_coordinates"]
        chain = [("district", r["adm_2"]), ("governorate", r["adm_1"]), ("country", r["country"])]
        match r["where_prec"]:
            case "1":
                return self.sheet.itself(name, chain, (r["longitude"], r["latitude"])), ""
            case "2":
                points = self.points.get(self.where(r), set())
                ground = self.sheet.itself(name, chain, next(iter(points)) if len(points) == 1 else None)
                return self.sheet.near(name, chain, ground), ground
            case "3" | "4" | "6" as code:
                start = {"3": 0, "4": 1, "6": 2}[code]
                if chain[start][1]:
                    return self.sheet.level(chain[start:]), ""
        return self.sheet.area(
            name, chain, {"5": "line-or-area", "7": "unknown", "3": "district", "4": "governorate"}[r["where_prec"]]
        ), ""

    def numbers(self, r: Row, a: list[str], b: list[str]) -> list[Number]:
        low, best, high = (int(r[c]) for c in ("low", "best", "high"))
        kind = "casualty-kind/killed"
        found = []
        if best or high > best:
            found.append(Number("best", kind, low if low < best else None, best, high if high > best else None))
        if low > best:
            found.append(Number("low", kind, low=low))
        if 0 < high < best:
            found.append(Number("high", kind, high=high))
        for column, n in ((c, int(r[c])) for c in ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")):
            if n and not (column == "deaths_unknown" and n == best):
                whom = {"deaths_a": a, "deaths_b": b}.get(column)
                civilians = column == "deaths_civilians"
                group = ("Civilians", "civilians") if civilians else ("Unidentified people", "unidentified")
                found.append(Number(column, kind, best=n, actors=whom if whom is not None else [self.group(*group, r)]))
        return found

    def told(self, number: int, r: Row) -> Told:
        one_sided = r["type_of_violence"] == "3"
        roles = ("attacker", "target") if one_sided else ("belligerent", "belligerent")
        a, b = self.side("a", r), self.side("b", r)
        first, last = (date.fromisoformat(r[c][:10]) for c in ("date_start", "date_end"))
        names = [n.strip() for n in re.split(r";|, |/| and ", r["source_original"])]
        whole = self.sheet.reference.source(r["source_original"])
        sources = [whole] if whole else list(dict.fromkeys(self.sheet.source(n) for n in names if key(n)))
        return Told(
            number, r["id"], "ViolenceAgainstCivilians" if one_sided else "Engagement", [],
            [(roles[0], "side_a", a), (roles[1], "side_b", b)], event_bounds(first, last, r["date_prec"] == "1"),
            self.place(r)[0], "where_coordinates", self.numbers(r, a, b), sources,
            "underspecified" if r["event_clarity"] == "2" else "certain", r["source_article"], conflict=r["conflict_new_id"],
        )  # fmt: skip


def ged(base: str, report: str, header: list[str], rows: list[list[str]], reference: Path) -> list[str]:
    """All quads of a GED table, sorted."""
    _KINDS.clear()
    _KINDS.update(GED_KINDS)
    sheet = Sheet(base, report, digest_of(header, rows), Reference.read(reference))
    cells = [{c: "" if v.strip() in ("", "NA") else v.strip() for c, v in zip(header, r, strict=True)} for r in rows]
    table = Ged(sheet, cells)
    told = [table.told(n, r) for n, r in enumerate(cells, 1)]
    conflicts: dict[str, str] = {}
    for t, r in zip(told, cells, strict=True):
        if t.conflict not in conflicts:
            triggers = [[[t.row, "conflict_new_id"]]]
            conflicts[t.conflict] = sheet.situation("Conflict", triggers, [], ["asserted"])
            write_conflict(sheet, t, r, conflicts[t.conflict], told, header)
    for t in told:
        sheet.row(t, conflicts)
    write_dyads(sheet, table, told, cells, conflicts)
    write_near(sheet, table, told, cells)
    head = {"title": "UCDP Georeferenced Event Dataset", "publisher": "Uppsala Conflict Data Program"}
    return finished(sheet, head, "https://ucdp.uu.se/downloads", "https://creativecommons.org/licenses/by/4.0/")


def write_conflict(sheet: Sheet, t: Told, r: Row, path: str, told: list[Told], header: list[str]) -> None:
    mine = [o.bounds for o in told if o.conflict == t.conflict]
    bounds: Bounds = (None, min(b[1] for b in mine if b[1]), max(b[2] for b in mine if b[2]), None)
    s = sheet.id(path)
    sheet.local(s, f"{RDF}type", iri(f"{SG}Conflict"))
    sheet.local(s, f"{SG}time", sheet.time(bounds, True))
    sheet.local(s, f"{DCT}identifier", literal(t.conflict))
    cell = f"cell={t.row + sheet.before},{header.index('conflict_name') + 1}"
    mention = sheet.mention(f"Conflict-row-{t.row}-conflict_new_id", f"row-{t.row}-conflict_name", cell, "Conflict", path)
    sheet.local(mention, f"{RDFS}label", literal(r["conflict_name"]))
    sheet.claim(path, "certain", mention)


def write_dyads(sheet: Sheet, table: Ged, told: list[Told], cells: list[Row], conflicts: dict[str, str]) -> None:
    dyads: dict[str, list[tuple[Told, Row]]] = defaultdict(list)
    for t, r in zip(told, cells, strict=True):
        if r["dyad_new_id"] and t.cls == "Engagement":
            dyads[r["dyad_new_id"]].append((t, r))
    for dyad, pairs in dyads.items():
        first, row = pairs[0]
        columns: list[list[date]] = [[d for t, _ in pairs if (d := t.bounds[n])] for n in range(4)]
        bounds: Bounds = (min(columns[0]), min(columns[1]), max(columns[2]), max(columns[3]))
        sides = [(x, y) for x in table.side("a", row) for y in table.side("b", row) if x != y]
        for n, pair in enumerate(dict.fromkeys(tuple(sorted(p)) for p in sides)):
            fillers = [["party", [[first.row, "side_a"]]], ["party", [[first.row, "side_b"]]]]
            path = sheet.situation("Opposition", [[[first.row, "dyad_new_id"]]], fillers, ["asserted"], *([n] if n else []))
            s = sheet.id(path)
            sheet.local(s, f"{RDF}type", iri(f"{SG}Opposition"))
            for party in pair:
                sheet.local(s, f"{SG}party", sheet.id(party))
            sheet.local(s, f"{SG}time", sheet.time(bounds, True))
            sheet.local(s, f"{DCT}identifier", literal(dyad))
            if first.conflict:
                sheet.local(s, f"{SG}inConflict", sheet.id(conflicts[first.conflict]))
            sheet.claim(path, "certain", sheet.id(f"report/{sheet.report}/mention/{first.cls}-row-{first.row}"))


def write_near(sheet: Sheet, table: Ged, told: list[Told], cells: list[Row]) -> None:
    done: set[str] = set()
    for t, r in zip(told, cells, strict=True):
        place, ground = table.place(r)
        if ground and place not in done:
            done.add(place)
            fillers = [[p, [[t.row, "where_coordinates"]]] for p in ("figure", "ground")]
            path = sheet.situation("SpatialRelation", [[[t.row, "where_prec"]]], fillers, ["asserted"])
            s = sheet.id(path)
            sheet.local(s, f"{RDF}type", iri(f"{SG}SpatialRelation"))
            sheet.local(s, f"{SG}figure", sheet.id(place))
            sheet.local(s, f"{SG}ground", sheet.id(ground))
            sheet.local(s, f"{SG}kind", iri(f"{CODE}spatial-kind/near"))
            sheet.claim(path, "certain", sheet.id(f"report/{sheet.report}/mention/{t.cls}-row-{t.row}"))


def finished(sheet: Sheet, head: dict[str, str], url: str, rights: str, issued: str = "") -> list[str]:
    s = sheet.id(f"report/{sheet.report}")
    sheet.local(s, f"{RDF}type", iri(f"{SG}Report"))
    sheet.local(s, f"{RDF}type", iri("http://www.w3.org/ns/csvw#Table"))
    sheet.local(s, f"{DCT}identifier", literal(sheet.report))
    sheet.local(s, f"{DCT}title", literal(head["title"], f"@{sheet.language}"))
    sheet.local(s, f"{DCT}publisher", literal(head["publisher"]))
    sheet.local(s, f"{DCT}source", literal(url))
    if rights:
        sheet.local(s, f"{DCT}license", iri(rights))
    if issued:
        sheet.local(s, f"{DCT}issued", literal(issued, f"^^<{XSD}dateTime>"))
    sheet.describe()
    sheet.write_times()
    return sorted(set(sheet.lines))


# -- ACLED

BOTH = ("belligerent", "belligerent")
HARM = ("attacker", "target")
ACLED: dict[str, tuple[str, list[str], tuple[str, str]]] = {
    "Armed clash": ("Engagement", ["clash"], BOTH),
    "Government regains territory": ("Capture", [], BOTH),
    "Non-state actor overtakes territory": ("Capture", [], BOTH),
    "Non-violent transfer of territory": ("Capture", ["bloodless-transfer"], BOTH),
    "Chemical weapon": ("Engagement", ["chemical-attack"], BOTH),
    "Air/drone strike": ("AirStrike", [], BOTH),
    "Suicide bomb": ("Bombing", ["suicide-attack"], BOTH),
    "Shelling/artillery/missile attack": ("Shelling", [], BOTH),
    "Remote explosive/landmine/IED": ("Bombing", [], BOTH),
    "Attack": ("ViolenceAgainstCivilians", [], HARM),
    "Abduction/forced disappearance": ("ViolenceAgainstCivilians", ["abduction"], HARM),
    "Sexual violence": ("ViolenceAgainstCivilians", ["sexual-violence"], HARM),
    "Agreement": ("Ceasefire", [], ("signatory", "signatory")),
    "Change to group/activity": ("Deployment", [], ("performer", "")),
    "Disrupted weapons use": ("Bombing", [], BOTH),
}
ACLED_KINDS = {
    "1": ("ArmedForce", "state-forces"), "State forces": ("ArmedForce", "state-forces"), "2": ("ArmedGroup", "rebel-group"),
    "Rebel group": ("ArmedGroup", "rebel-group"), "3": ("Militia", "political-militia"), "4": ("Militia", "communal-militia"),
    "Identity militia": ("Militia", "communal-militia"), "5": ("Collective", ""), "6": ("Collective", "protesters"),
    "7": ("Collective", "civilians"), "8": ("Organization", "foreign-state-forces"),
}  # fmt: skip


def acled_actor(sheet: Sheet, name: str, code: str) -> str:
    described = re.match(r"(Protesters|Rioters|Journalists|Civilians|Teachers|Women) \(", name)
    if described:
        kinds = {"Protesters": "protesters", "Rioters": "", "Journalists": "journalists"}
        cls, kind = "Collective", kinds.get(described[1], "civilians")
    elif name.startswith("Unidentified "):
        cls, kind = "Collective", "unidentified"
    else:
        cls, kind = ACLED_KINDS.get(code, ("Organization", ""))
    if cls == "Collective":
        return sheet.actor(cls, kind, name, "", "", sheet.report, name, "")
    reference = sheet.reference
    found = [a for a in reference.exact.get(name, ()) if reference.actors.get(a, {}).get("class") in ORGANIZATIONS]
    return found[0] if len(found) == 1 else sheet.actor(cls, kind, name, "", "", "organization", f"acled {name}")


def acled_told(sheet: Sheet, number: int, r: Row, near: list[tuple[int, str, str, str]]) -> Told | None:
    if r["sub_event_type"] not in ACLED:
        return None
    cls, kinds, (one, other) = ACLED[r["sub_event_type"]]
    if r["event_type"] == "Explosions/Remote violence" and r["inter2"] == "7":
        one, other = HARM
    parties = []
    for column, role in (("actor1", one), ("actor2", other), ("assoc_actor_1", "associate"), ("assoc_actor_2", "associate")):
        names = (
            [n.strip() for n in r[column].split(";") if n.strip()]
            if column.startswith("assoc")
            else [r[column]]
            if r[column]
            else []
        )
        code = {"actor1": r["inter1"], "actor2": r["inter2"]}.get(column, "")
        who = list(dict.fromkeys(acled_actor(sheet, n, code) for n in names))
        if role and not (column == "assoc_actor_2" and other == ""):
            parties.append((role, column, who))
    text = r["event_date"]
    day = date.fromisoformat(text) if text[:4].isdigit() else date(int(text[-4:]), 8, int(text[:2]))
    bounds = {
        "1": event_bounds(day, day, True),
        "2": event_bounds(day - 3 * DAY, day + 3 * DAY, False),
        "3": event_bounds(date(day.year, 8, 1), date(day.year, 8, 31), False),
    }[r["time_precision"]]
    chain = [("subdistrict", r["admin3"]), ("district", r["admin2"]), ("governorate", r["admin1"]), ("country", r["country"])]
    place = ""
    match r["geo_precision"]:
        case "1":
            place = sheet.itself(r["location"], chain, (r["longitude"], r["latitude"]))
        case "2":
            ground = sheet.itself(r["location"], chain, None)
            place = sheet.near(r["location"], chain, ground)
            near.append((number, cls, place, ground))
        case "3":
            place = sheet.level(chain[2:])
    numbers = [Number("fatalities", "casualty-kind/killed", low=int(r["fatalities"]))] if int(r["fatalities"]) else []
    if r["sub_event_type"] == "Disrupted weapons use":
        numbers.append(Number("sub_event_type", "outcome-kind/intercepted", cls="Outcome"))
    whole = sheet.reference.source(r["source"])
    sources = [whole] if whole else list(dict.fromkeys(sheet.source(n.strip()) for n in r["source"].split(";") if key(n)))
    return Told(
        number, r["event_id_cnty"], cls, kinds, parties, bounds, place, "location", numbers, sources, "underspecified",
        words=r["notes"],
    )  # fmt: skip


def acled(base: str, report: str, header: list[str], rows: list[list[str]], reference: Path) -> list[str]:
    """All quads of an ACLED-shaped table of August 2016, sorted."""
    _KINDS.clear()
    sheet = Sheet(base, report, digest_of(header, rows), Reference.read(reference))
    cells = [{c: v.strip() for c, v in zip(header, r, strict=True)} for r in rows]
    near: list[tuple[int, str, str, str]] = []
    used = [r for r in cells if r["sub_event_type"] in ACLED]
    for column, code in (("actor1", "inter1"), ("actor2", "inter2")):  # who is named in two ways is what the first cell says
        for name, kind in sorted({(r[column], r[code]) for r in used if r[column]}):
            acled_actor(sheet, name, kind)
    for n, r in enumerate(cells, 1):
        if told := acled_told(sheet, n, r, near):
            sheet.row(told, {})
    for row, cls, place, ground in near:
        fillers = [[p, [[row, "location"]]] for p in ("figure", "ground")]
        path = sheet.situation("SpatialRelation", [[[row, "geo_precision"]]], fillers, ["asserted"])
        s = sheet.id(path)
        sheet.local(s, f"{RDF}type", iri(f"{SG}SpatialRelation"))
        sheet.local(s, f"{SG}figure", sheet.id(place))
        sheet.local(s, f"{SG}ground", sheet.id(ground))
        sheet.local(s, f"{SG}kind", iri(f"{CODE}spatial-kind/near"))
        sheet.claim(path, "underspecified", sheet.id(f"report/{report}/mention/{cls}-row-{row}"))
    head = {"title": "Armed Conflict Location & Event Data", "publisher": "Armed Conflict Location & Event Data Project"}
    return finished(sheet, head, "https://acleddata.com/", "")


# -- GDELT

ISSUES = ("issuer", "addressee")
CAMEO: list[tuple[str, str, list[str], tuple[str, str]]] = [
    ("190$", "Assault", [], HARM), ("191$", "Siege", [], ("besieger", "besieged")), ("192$", "Capture", [], HARM),
    ("193$", "Engagement", ["clash"], HARM), ("194$", "Shelling", [], HARM), ("195", "AirStrike", [], HARM),
    ("1831$", "Bombing", ["suicide-attack"], HARM), ("1832$", "VehicleBomb", [], HARM),
    ("181$", "ViolenceAgainstCivilians", ["abduction"], HARM), ("1821$", "ViolenceAgainstCivilians", ["sexual-violence"], HARM),
    ("18|20", "ViolenceAgainstCivilians", [], HARM), ("0871$", "Ceasefire", [], ("signatory", "signatory")),
    ("0874$", "Withdrawal", [], ("withdrawing-party", "")), ("154$", "Deployment", [], ("performer", "")),
    ("015$", "Communication", ["responsibility-claim"], ISSUES), ("016$", "Communication", ["denial"], ISSUES),
    ("01", "Communication", ["announcement"], ISSUES), ("046$", "Communication", ["negotiation"], ISSUES),
    ("051$", "Communication", ["praise"], ISSUES), ("057$", "Communication", ["agreement"], ISSUES),
    ("1012$", "Communication", ["request"], ISSUES), ("111$", "Communication", ["condemnation"], ISSUES),
    ("138", "Communication", ["threat"], ISSUES),
]  # fmt: skip
REGIONS = "AFR ASA CAF CAS CAU CRB EAF EEU EUR LAM MDT MEA NAF NAM NMR PGS SAF SAM SAS SCN SEA WAF WST".split()
CAMEO_TYPES = {
    "REB": "rebel-group", "SEP": "rebel-group", "INS": "rebel-group", "CVL": "civilians", "MED": "journalists",
    "NGO": "non-governmental-organisation",
}  # fmt: skip


def gdelt_actor(sheet: Sheet, names: dict[str, str], code: str, name: str, country: str, kind: str) -> str:
    name = names.get(code, name)
    cls, actor_kind = "Collective", CAMEO_TYPES.get(kind, "")
    if kind == "IGO":
        cls, actor_kind = "Organization", "international-organisation"
    elif country and kind in ("", "GOV", "MIL") and not (kind == "" and country in REGIONS):
        cls, actor_kind = {"": ("State", "state"), "GOV": ("Government", "government"), "MIL": ("ArmedForce", "state-forces")}[
            kind
        ]
    if cls == "Collective":
        return sheet.actor(cls, actor_kind, name, "", "", sheet.report, name, "")
    reference = sheet.reference
    right = {"State"} if cls == "State" else ORGANIZATIONS
    called = {a for label, ids in reference.exact.items() if label.upper() == name for a in ids}  # GDELT writes capitals
    called = reference.exact.get(name) or (called if len(name) > 4 else set())
    found = [a for a in called if reference.actors.get(a, {}).get("class") in right]
    return found[0] if len(found) == 1 else sheet.actor(cls, actor_kind, name, "", f"cameo:{code}", f"cameo:{code}")


def gdelt_place(sheet: Sheet, r: Row) -> str:
    code, parts = r["ActionGeo_Type"], [p.strip() for p in r["ActionGeo_Fullname"].split(", ") if p.strip()]
    if code in ("", "0") or not parts:
        return ""
    outer = (["", "", *(parts[1:] if code in "34" else parts)])[-2:]
    chain = [("governorate", outer[0]), ("country", outer[1])]
    if code in "34":
        return sheet.itself(parts[0], chain, (r["ActionGeo_Long"], r["ActionGeo_Lat"]), "settlement")
    return sheet.level(chain[1:] if code == "1" else chain)


def gdelt(base: str, report: str, issued: str, header: list[str], rows: list[list[str]], reference: Path) -> list[str]:
    """All quads of a GDELT table, sorted."""
    _KINDS.clear()
    sheet = Sheet(base, report, digest_of(header, rows), Reference.read(reference), before=0)
    cells = [{c: v.strip() for c, v in zip(header, r, strict=True)} for r in rows]
    count: dict[tuple[str, str], int] = defaultdict(int)
    used = [r for r in cells if any(re.match(c[0], r["EventCode"]) for c in CAMEO)]
    for r in used:
        for n in "12":
            if r[f"Actor{n}Code"] and r[f"Actor{n}Name"]:
                count[r[f"Actor{n}Code"], r[f"Actor{n}Name"]] += 1
    names: dict[str, str] = {}
    for (code, name), _ in sorted(count.items(), key=lambda x: (-x[1], x[0][1])):
        names.setdefault(code, name)
    for n in "12":  # who is named in two ways is what the first cell says
        told_as = {(r[f"Actor{n}Name"], r[f"Actor{n}Code"], r[f"Actor{n}CountryCode"], r[f"Actor{n}Type1Code"]) for r in used}
        for name, code, country, kind in sorted(told_as):
            if name:
                gdelt_actor(sheet, names, code, name, country, kind)
    for number, r in enumerate(cells, 1):
        rule = next((c for c in CAMEO if re.match(c[0], r["EventCode"])), None)
        if rule is None:
            continue
        _, cls, kinds, roles = rule
        parties = []
        for role, n in zip(roles, "12", strict=True):
            name = r[f"Actor{n}Name"]
            inputs = (r[f"Actor{n}Code"], name, r[f"Actor{n}CountryCode"], r[f"Actor{n}Type1Code"])
            if role:
                parties.append((role, f"Actor{n}Name", [gdelt_actor(sheet, names, *inputs)] if name else []))
        day = date(int(r["Day"][:4]), int(r["Day"][4:6]), int(r["Day"][6:]))
        column = "ActionGeo_Fullname" if r["ActionGeo_Fullname"] else ""
        told = Told(
            number, r["GlobalEventID"], cls, kinds, parties, event_bounds(day, day, True), gdelt_place(sheet, r), column, [],
            [], "possible", r["SOURCEURL"], status="reported",
        )  # fmt: skip
        sheet.row(told, {})
    head = {"title": "GDELT 2.0 events", "publisher": "GDELT Project"}
    return finished(sheet, head, "https://www.gdeltproject.org/", "", issued)
