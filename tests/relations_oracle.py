"""What a row of a table of relations is worth, written down a second time, with dictionaries and strings.

The oracle of ``kg.tables.relations``. It follows the specification (sections 2, 3, 6, 8 and 13) and the READMEs of the data. It
shares the sheet of :mod:`tests.table_oracle`, which has no code of the product but digests, keys and EDTF; rows are collected
by year here, where the product sorts them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from kg.iri import h20
from tests.table_oracle import (
    CODE,
    DAY,
    DCT,
    ORGANIZATIONS,
    RDF,
    SG,
    SKOS,
    Bounds,
    Reference,
    Row,
    Sheet,
    digest_of,
    finished,
    integer,
    iri,
    literal,
)

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
UCDP = {"publisher": "Uppsala Conflict Data Program"}
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
DOWNLOADS = "https://ucdp.uu.se/downloads"
Who = list[tuple[str, str]]
"""Names with ids."""


@dataclass
class Fact:
    """A relation in the rows that tell it, by year: with the columns and the number in their cells."""

    cls: str
    kind: str
    fillers: list[tuple[str, str]]
    conflict: str
    rows: dict[int, list[tuple[int, list[str], int]]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class War:
    """A conflict: everything its rows say."""

    label: str
    begin: tuple[date, date] | None = None
    sure: bool = True
    rows: dict[int, int] = field(default_factory=dict)
    all_rows: list[int] = field(default_factory=list)
    ends: dict[int, tuple[date, date, bool]] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    parts: dict[tuple[str, str], list[tuple[int, int, str, int]]] = field(default_factory=dict)
    estimates: list[tuple[int, int, str, dict[str, int]]] = field(default_factory=list)


@dataclass
class Ledger:
    """A table on its way."""

    sheet: Sheet
    years: set[int] = field(default_factory=set)
    facts: dict[object, Fact] = field(default_factory=dict)
    wars: dict[str, War] = field(default_factory=dict)

    def tell(
        self, row: int, year: int, cls: str, pairs: Iterable[list[tuple[str, str, str]]], conflict: str = "", kind: str = ""
    ) -> None:
        """``pairs`` are fillers as (property, actor, column)."""
        number, seen = 0, set()
        for pair in pairs:
            fillers = [(p, a) for p, a, _ in pair]
            if len({a for _, a in fillers}) < 2:
                continue
            if cls in ("Opposition", "AllianceTie"):
                fillers.sort()
            key = (cls, kind, tuple(fillers), conflict)
            if key in seen:
                continue
            seen.add(key)
            fact = self.facts.setdefault(key, Fact(cls, kind, fillers, conflict))
            if row not in [r for r, _, _ in fact.rows[year]]:
                fact.rows[year].append((row, [c for _, _, c in pair], number))
            number += 1

    def write(self, dated: bool = True) -> None:
        paths = {name: self.war(name, war, dated) for name, war in self.wars.items()}
        for fact in self.facts.values():
            run: list[int] = []
            for year in [*sorted(fact.rows), None]:
                if run and (year is None or year > run[-1] + 1):
                    self.relation(fact, run, paths, dated)
                    run = []
                if year is not None:
                    run.append(year)

    def relation(self, fact: Fact, run: list[int], paths: dict[str, str], dated: bool) -> None:
        told = {row: (columns, number) for year in run for row, columns, number in fact.rows[year]}
        rows = sorted(told)
        columns, number = told[rows[0]]
        fillers = [[p, [[rows[0], c]]] for (p, _), c in zip(fact.fillers, columns, strict=True)]
        path = self.told(fact.cls, rows, fillers, *([number] if number else []))
        s = self.sheet.id(path)
        for prop, actor in fact.fillers:
            self.sheet.local(s, SG + prop, self.sheet.id(actor))
        if fact.conflict:
            self.sheet.local(s, SG + "inConflict", self.sheet.id(paths[fact.conflict]))
        if fact.kind:
            self.sheet.local(s, SG + "kind", iri(f"{CODE}support-kind/{fact.kind}"))
        if dated:
            self.dated(s, self.bounds(run[0], run[-1], fact.conflict))
        self.claim(path, fact.cls, rows)

    def bounds(self, first: int, last: int, conflict: str = "") -> Bounds:
        """An interval of years; the first and the last year of the table are not the first and last of the world."""
        begin = None if first == min(self.years) else date(first, 1, 1)
        end = None if last == max(self.years) else date(last + 1, 1, 1)
        told = self.wars[conflict].ends.get(last) if conflict else None
        if told and told[0] == told[1]:
            end = told[1] + DAY
        late = date(first, 12, 31)
        return (begin, min(late, end - DAY) if end else late, date(last, 1, 2), end)

    def war(self, name: str, war: War, dated: bool) -> str:
        path = self.told("Conflict", sorted(war.all_rows), [])
        s = self.sheet.id(path)
        self.sheet.local(s, f"{DCT}identifier", literal(name))
        for country in war.countries:
            self.sheet.local(s, SG + "place", self.sheet.id(self.country(country)))
        first, last = min(war.rows), max(war.rows)
        begins, by = war.begin or (date(first, 1, 1), date(first, 12, 31))
        begin = begins if war.sure else None
        goes_on, end = date(last, 1, 1), None
        if told := war.ends.get(last):
            earliest, latest, sure = told
            end = latest + DAY
            goes_on = earliest if sure else min(goes_on, latest)
            by = min(by, latest)
        goes_on = max(goes_on, begin) if begin else goes_on
        self.dated(s, (begin, by, goes_on + DAY, end))
        self.claim(path, "Conflict", sorted(war.all_rows), war.label)
        h = path.rpartition("/")[2]
        for (role, actor), told_in in war.parts.items():
            _, row, column, number = min(told_in)
            more = [number] if number else []
            inputs = [[[[row, ""]]], [[role, [[row, column]]], ["ofEvent", h]], ["asserted"], *more]
            part = self.sheet.id(self.sheet.situation("Participation", *inputs))
            self.sheet.local(part, f"{RDF}type", iri(f"{SG}Participation"))
            self.sheet.local(part, SG + "ofEvent", s)
            self.sheet.local(part, SG + "actor", self.sheet.id(actor))
            self.sheet.local(part, SG + "role", iri(f"{CODE}role/{role}"))
            self.dated(part, self.bounds(min(told_in)[0], max(told_in)[0], name))
        for row, year, column, numbers in war.estimates:
            inputs = [[[[row, ""]]], [["ofEvent", h]], ["asserted"], column]
            e = self.sheet.id(self.sheet.situation("CasualtyEstimate", *inputs))
            self.sheet.local(e, f"{RDF}type", iri(f"{SG}CasualtyEstimate"))
            self.sheet.local(e, SG + "ofEvent", s)
            self.sheet.local(e, SG + "kind", iri(f"{CODE}casualty-kind/killed"))
            for prop, value in numbers.items():
                self.sheet.local(e, SG + prop, integer(value))
            self.dated(e, (date(year, 1, 1), date(year, 12, 31), date(year, 1, 2), date(year + 1, 1, 1)))
        return path

    def country(self, name: str) -> str:
        return self.sheet.level([("country", name)])

    # -- what all situations have

    def told(self, cls: str, rows: list[int], fillers: Sequence[object], *more: object) -> str:
        ends = [[row, ""] for block in blocks(rows) for row in sorted(set(block))]
        path = self.sheet.situation(cls, [ends], fillers, ["asserted"], *more)
        self.sheet.local(self.sheet.id(path), f"{RDF}type", iri(SG + cls))
        return path

    def dated(self, s: str, bounds: Bounds) -> None:
        self.sheet.local(s, f"{SG}time", self.sheet.time(bounds, True))

    def claim(self, path: str, cls: str, rows: list[int], label: str = "") -> str:
        claim = ""
        for a, b in blocks(rows):
            where, fragment = (f"row-{a}", f"row={a + 1}") if a == b else (f"rows-{a}-{b}", f"row={a + 1}-{b + 1}")
            mention = self.sheet.mention(f"{cls}-{where}", where, fragment, cls, path)
            if label:
                self.sheet.local(mention, f"{RDFS}label", literal(label))
            claim = self.sheet.claim(path, "certain", mention)
        return claim


def blocks(rows: list[int]) -> list[tuple[int, int]]:
    """Neighbouring rows together."""
    starts = [r for r in rows if r - 1 not in rows]
    ends = [r for r in rows if r + 1 not in rows]
    return list(zip(starts, ends, strict=True))


def one_line(name: str) -> str:
    return " ".join(name.replace("-\n", "-").split())


# -- UCDP


@dataclass
class Ucdp:
    """The actors of UCDP: ids from the table where a name stands alone, and from the list of actors."""

    sheet: Sheet
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    alone: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cls: Callable[[str, str], tuple[str, str]] = lambda name, _: (
        ("Government", "government") if name.startswith("Government of ") else ("ArmedGroup", "")
    )

    def learn(self, name: str, identifier: str) -> None:
        if name and identifier and "," not in identifier and len(parts(name)) == 1:
            self.alone[name].add(identifier)

    def list(self, rows: list[Row]) -> None:
        for r in rows:
            self.names[r["ActorId"]] = r["NameData"].strip()
            self.ids[r["NameData"].strip()].add(r["ActorId"])

    def id(self, name: str, among: Iterable[str] = ()) -> str:
        own = self.alone[name] if len(self.alone[name]) == 1 else set()
        found = own | self.ids[name]
        found = found & set(among) if among else found
        return next(iter(found)) if len(found) == 1 else ""

    def actor(self, name: str, identifier: str, code: str = "") -> str:
        reference = self.sheet.reference
        name = one_line(name)
        if identifier in reference.ucdp:
            return reference.ucdp[identifier]
        found = [a for a in reference.exact.get(name, ()) if reference.actors.get(a, {}).get("class") in ORGANIZATIONS]
        if len(found) == 1:
            return found[0]
        cls, kind = self.cls(name, code)
        if identifier:
            return self.sheet.actor(cls, kind, name, "", f"ucdp:{identifier}", f"ucdp:{identifier}")
        return self.sheet.actor(cls, kind, name, "", "", "organization", f"ucdp {name}")


def parts(cell: str) -> list[str]:
    """Commas outside parentheses."""
    depth, found, part = 0, [], ""
    for c in cell:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            found.append(part.strip())
            part = ""
        else:
            part += c
    return [p for p in (*found, part.strip()) if p]


def window(day: str, precision: str, units: dict[str, str]) -> tuple[date, date]:
    d = date.fromisoformat(day)
    unit = units.get(precision, "day")
    if unit == "month":
        return d.replace(day=1), (d.replace(day=28) + timedelta(4)).replace(day=1) - DAY
    return (date(d.year, 1, 1), date(d.year, 12, 31)) if unit == "year" else (d, d)


UNITS = {"2": "month", "3": "month", "0": "year", "4": "year", "5": "year", "6": "year", "7": "year"}


def conflict_row(ledger: Ledger, n: int, r: Row, label: str, sides: list[tuple[str, str, list[str]]]) -> None:
    """What a row says of its conflict; ``sides`` are role, column, actors."""
    year = int(r["year"])
    war = ledger.wars.setdefault(r["conflict_id"], War(label))
    if war.begin is None:
        war.begin, war.sure = window(r["start_date"], r["start_prec"], UNITS), r["start_prec"] not in "67"
    if r["ep_end_date"]:
        told = r["ep_end_prec"]
        day = date.fromisoformat(r["ep_end_date"])
        begin, end = window(r["ep_end_date"], told, UNITS) if told else (day, day)
        war.ends[year] = (begin, end, bool(told) and UNITS.get(told) != "year")
    war.rows[year] = n
    war.all_rows.append(n)
    war.countries |= set(parts(r["location"]))
    for role, column, actors in sides:
        for number, actor in enumerate(actors):
            part = war.parts.setdefault((role, actor), [])
            if (year, n) not in [t[:2] for t in part]:
                part.append((year, n, column, number))


def sheet_of(
    base: str, report: str, header: list[str], rows: list[list[str]], reference: Path, companion: bytes = b""
) -> Sheet:
    digest = digest_of(header, rows)
    if companion:
        digest = hashlib.sha256(f"{digest} {hashlib.sha256(companion).hexdigest()}".encode()).hexdigest()
    return Sheet(base, report, digest, Reference.read(reference))


def rows_of(header: list[str], rows: list[list[str]], missing: str) -> list[Row]:
    return [{c: "" if v.strip() in missing.split() else v.strip() for c, v in zip(header, r, strict=True)} for r in rows]


def crossed(one: list[str], a: tuple[str, str], other: list[str], b: tuple[str, str]) -> list[list[tuple[str, str, str]]]:
    return [[(a[0], x, a[1]), (b[0], y, b[1])] for x in one for y in other]


def acd(
    base: str, report: str, header: list[str], rows: list[list[str]], reference: Path, listed: list[Row] | None = None,
    companion: bytes = b"",
) -> list[str]:  # fmt: skip
    sheet = sheet_of(base, report, header, rows, reference, companion)
    ledger, ucdp = Ledger(sheet), Ucdp(sheet)
    ucdp.list(listed or [])
    cells = rows_of(header, rows, "NA -99")
    ledger.years = {int(r["year"]) for r in cells}
    for r in cells:
        for side in "ab":
            ucdp.learn(r[f"side_{side}"], r[f"side_{side}_id"])
    for n, r in enumerate(cells, 1):
        who: dict[str, list[str]] = {}
        for side in "ab":
            ids = r[f"side_{side}_id"].split(", ")
            names = parts(r[f"side_{side}"]) if len(ids) > 1 else [r[f"side_{side}"]]
            who[side] = [ucdp.actor(x, y) for x, y in zip(names, ids, strict=True)]
            who[side + "2"] = [ucdp.actor(x, ucdp.id(x)) for x in parts(r[f"side_{side}_2nd"])]
        fought = [("belligerent", f"side_{s}", who[s]) for s in "ab"] + [
            ("supporter", f"side_{s}_2nd", who[s + "2"]) for s in "ab"
        ]
        label = ": ".join(x for x in (r["location"], r["territory_name"]) if x)
        conflict_row(ledger, n, r, label, fought)
        year, war = int(r["year"]), r["conflict_id"]
        ledger.tell(n, year, "Opposition", crossed(who["a"], ("party", "side_a"), who["b"], ("party", "side_b")), war)
        for s in "ab":
            pairs = crossed(who[s + "2"], ("provider", f"side_{s}_2nd"), who[s], ("recipient", f"side_{s}"))
            ledger.tell(n, year, "Support", pairs, war, "troops")
    ledger.write()
    return finished(sheet, UCDP | {"title": "UCDP/PRIO Armed Conflict Dataset"}, DOWNLOADS, CC_BY)


GROUPS = {"2": ("Militia", "political-militia"), "3": ("Militia", "communal-militia"), "4": ("Government", "government")}


def by_org(name: str, code: str) -> tuple[str, str]:
    return ("Government", "government") if name.startswith("Government of ") else GROUPS.get(code, ("ArmedGroup", ""))


def nonstate(
    base: str, report: str, header: list[str], rows: list[list[str]], reference: Path, listed: list[Row] | None = None,
    companion: bytes = b"",
) -> list[str]:  # fmt: skip
    sheet = sheet_of(base, report, header, rows, reference, companion)
    ledger, ucdp = Ledger(sheet), Ucdp(sheet, cls=by_org)
    ucdp.list(listed or [])
    cells = rows_of(header, rows, "NA n/a -99")
    ledger.years = {int(r["year"]) for r in cells}
    for r in cells:
        for side in "ab":
            ucdp.learn(r[f"side_{side}_name"], r[f"side_{side}_id"])
    own = {next(iter(ids)): name for name, ids in sorted(ucdp.alone.items(), reverse=True) if len(ids) == 1}
    for n, r in enumerate(cells, 1):
        who: dict[str, list[str]] = {}
        for side in "ab":
            name, ids = r[f"side_{side}_name"], parts(r[f"side_{side}_components"])
            named = parts(name)
            members: list[str] = []
            if len(ids) > 1 and len(named) > 1:
                known = {x: ucdp.id(x, ids) for x in named}
                left, over = [x for x in named if not known[x]], [i for i in ids if i not in known.values()]
                if len(left) == len(over) == 1:
                    known[left[0]] = over[0]
                who[side] = [ucdp.actor(x, known[x] or ucdp.id(x), r["org"]) for x in named]
            else:
                if ids:
                    members = [ucdp.actor(ucdp.names.get(i) or own.get(i) or f"ucdp {i}", i, r["org"]) for i in ids]
                who[side] = [ucdp.actor(name, r[f"side_{side}_id"], r["org"])]
            who[side + "m"] = members
            who[side + "2"] = [ucdp.actor(x, ucdp.id(x)) for x in parts(r[f"side_{side}_2nd"])]
        sides = [("belligerent", f"side_{s}_name", who[s]) for s in "ab"] + [
            ("supporter", f"side_{s}_2nd", who[s + "2"]) for s in "ab"
        ]
        conflict_row(ledger, n, r, r["location"], sides)
        year, war = int(r["year"]), r["conflict_id"]
        low, best, high = (int(r[f"{x}_fatality_estimate"]) for x in ("low", "best", "high"))
        numbers = {k: v for k, v in (("low", low), ("best", best), ("high", high)) if k == "best" or low <= v != best <= high}
        numbers = {"best": best} | ({"low": low} if low < best else {}) | ({"high": high} if high > best else {})
        ledger.wars[war].estimates.append((n, year, "best_fatality_estimate", numbers))
        for name, value, wrong in (("low", low, low > best), ("high", high, high < best)):
            if wrong:
                ledger.wars[war].estimates.append((n, year, f"{name}_fatality_estimate", {name: value}))
        ledger.tell(n, year, "Opposition", crossed(who["a"], ("party", "side_a_name"), who["b"], ("party", "side_b_name")), war)
        for s in "ab":
            pairs = crossed(who[s + "2"], ("provider", f"side_{s}_2nd"), who[s], ("recipient", f"side_{s}_name"))
            ledger.tell(n, year, "Support", pairs, war, "troops")
            pairs = crossed(who[s + "m"], ("member", f"side_{s}_components"), who[s], ("group", f"side_{s}_name"))
            ledger.tell(n, year, "Membership", pairs, war)
    ledger.write()
    return finished(sheet, UCDP | {"title": "UCDP Non-State Conflict Dataset"}, DOWNLOADS, CC_BY)


def actors(base: str, report: str, header: list[str], rows: list[list[str]], reference: Path) -> list[str]:
    sheet = sheet_of(base, report, header, rows, reference)
    ledger, ucdp = Ledger(sheet), Ucdp(sheet, cls=by_org)
    cells = rows_of(header, rows, "NA n/a")
    for r in cells:
        ucdp.actor(r["NameData"], r["ActorId"], r["Org"])
    for n, r in enumerate(cells, 1):
        me = ucdp.actor(r["NameData"], r["ActorId"], r["Org"])

        def who(name: str, identifier: str, r: Row = r) -> list[str]:
            ids = r[identifier].split(", ")
            names = parts(r[name]) if len(ids) > 1 else [r[name]]
            return [ucdp.actor(x, i) for x, i in zip(names, ids, strict=True)] if r[name] else []

        pairs = crossed([me], ("member", "NameData"), who("NameAlliance", "ActorIdAlliance"), ("group", "NameAlliance"))
        ledger.tell(n, 0, "Membership", pairs)
        former, split = who("NamePrev", "ActorIdPrev"), who("NameSplitTemp", "ActorIdSplitTemp")
        change(ledger, n, "split", former, [me], "NamePrev", "NameData")
        change(ledger, n, "split", split, [me], "NameSplitTemp", "NameData")
        change(ledger, n, "merger", [me], who("GroupName", "ActorIdGroup"), "NameData", "GroupName")
        if r["NameChange"] == "1":
            change(ledger, n, "renaming", [me], [me], "NameData", "NameData")
        told = sheet.actors.get(me)
        body = told[0] if told else sheet.reference.actors[me]["class"]
        mention = sheet.mention(f"{body}-row-{n}", f"row-{n}", f"row={n + 1}", body, me)  # RFC 7111 counts the header
        sheet.local(mention, f"{RDFS}label", literal(one_line(r["NameData"])))
        if told is None:
            sheet.local(sheet.id(me), f"{DCT}identifier", literal(f"ucdp:{r['ActorId']}"))
            continue
        named = [(r["NameOrig"], ""), (r["NameOrigFull"], ""), (r["NameOrigFullEng"], "@en")]
        named += [(x, "") for c in ("NewName", "NewNameFullMotherTongue") for x in parts(r[c])]
        named += [(x, "@en") for x in parts(r["NewNameFullEng"])]
        for name, tag in named:
            if name and one_line(name) != told[2]:
                sheet.view(sheet.id(me), f"{SKOS}altLabel", literal(one_line(name), tag))
    ledger.write(dated=False)
    return finished(sheet, UCDP | {"title": "UCDP Actor Dataset"}, DOWNLOADS, CC_BY)


def change(ledger: Ledger, n: int, kind: str, before: list[str], after: list[str], left: str, right: str) -> None:
    if not before or not after:
        return
    sheet = ledger.sheet
    path = ledger.told("ActorChange", [n], [["predecessor", [[n, left]]], ["successor", [[n, right]]]], kind)
    canonical = sheet.id(f"situation/{h20('situation', path)}")
    claim = ledger.claim(path, "ActorChange", [n])
    sheet.local(sheet.id(path), f"{SG}describes", canonical)
    sheet.view(canonical, f"{RDF}type", iri(f"{SG}ActorChange"))
    sheet.view(canonical, f"{SG}status", iri(f"{CODE}claim-status/accepted"))
    sheet.view(canonical, f"{SG}rule", literal("R3.7"))
    sheet.view(canonical, f"{SG}basis", claim)
    for write, s in ((sheet.local, sheet.id(path)), (sheet.view, canonical)):
        write(s, f"{SG}kind", iri(f"{CODE}event-kind/{kind}"))
        for prop, who in (("predecessor", before), ("successor", after)):
            for actor in who:
                write(s, SG + prop, sheet.id(actor))


# -- ATOP


def atop(
    base: str, report: str, header: list[str], rows: list[list[str]], reference: Path, states: list[Row], companion: bytes
) -> list[str]:
    sheet = sheet_of(base, report, header, rows, reference, companion)
    ledger = Ledger(sheet)
    cells = rows_of(header, rows, "NA")
    allied = [(n, r) for n, r in enumerate(cells, 1) if "1" in (r["atop_defense"], r["atop_offense"])]
    ledger.years = {int(r["year"]) for _, r in allied}
    begins, ends = min(int(s["styear"]) for s in states), max(int(s["endyear"]) for s in states)

    def state(code: str, year: int) -> str:
        mine = [s for s in states if s["ccode"] == code]
        then = {
            s["statenme"] for s in mine
            if (int(s["styear"]) <= year or int(s["styear"]) == begins)
            and (year <= int(s["endyear"]) or int(s["endyear"]) == ends)
        }  # fmt: skip
        names = then or {s["statenme"] for s in mine}
        name = names.pop() if len(names) == 1 else f"cow {code}"
        known = [a for a in sheet.reference.exact.get(name, ()) if sheet.reference.actors.get(a, {}).get("class") == "State"]
        if len(known) == 1:
            return known[0]
        return sheet.actor("State", "state", name, "", f"cow:{code}", f"cow:{code}")

    for n, r in allied:
        year = int(r["year"])
        one, other = state(r["ccode1"], year), state(r["ccode2"], year)
        ledger.tell(n, year, "AllianceTie", [[("party", one, "ccode1"), ("party", other, "ccode2")]])
    ledger.write()
    title = "Alliance Treaty Obligations and Provisions (ATOP), by directed pair of states and year"
    return finished(sheet, {"title": title, "publisher": "ATOP Project"}, "http://www.atopdata.org/", "")
