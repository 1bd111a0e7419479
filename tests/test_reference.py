"""The reference tables that ship keep their laws, and each law notices a row that breaks it.

Follows the ontology specification, sections 6, 9, 11 and 17. A law is a function from the tables to complaints; it is silent
on ``ontology/reference`` and must speak for every bad row of ``BAD``, which is written to a copy of the tables and read there.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab

Row = dict[str, str]
Law = Callable[["Tables"], Iterator[str]]

COLUMNS = {
    "actors": "id,class,kind,of_state,conflict,public_role,wikidata,source",
    "aliases": "entity_id,kind,label,lang,script,type,valid_from,valid_to,source,context_required",
    "places": "id,name_en,name_ar,within,kind,lat,lon,accuracy_m,geonames,wikidata,source",
    "sources": "id,label,lang,kind,embodies,reliability,url,source",
    "decisions": "decision_id,date,reviewer,type,left,right,evidence,score,comment,supersedes",
    "assessments": "assessment_id,date,reviewer,kind,about,value,reason,supersedes",
}
CLASSES = frozenset(
    "State Government ArmedForce MilitaryUnit Alliance ArmedGroup Militia Organization Side Person Collective".split()
)
TYPES = frozenset("official translation transliteration acronym nickname pejorative former role".split())
LANGS = frozenset("en ar ku tr ar-Latn fa-Latn ru-Latn".split())
CONTEXTS = frozenset(("syria", "iraq"))
GROUPS = {"Person": "person", "State": "state", "Side": "side", "Collective": "collective"}
PREFERRED = {
    "actor/syrian-rebels": "Syrian rebels",
    "actor/pro-assad-forces": "pro-Assad forces",
    "actor/jaish-al-fatah": "Jaish al-Fatah",
    "actor/syrian-military": "Syrian military",
    "actor/assad-regime": "Assad regime",
    "actor/russia": "Russia",
    "actor/iran": "Iran",
    "actor/hezbollah": "Hezbollah",
    "place/aleppo": "Aleppo",
    "place/syria": "Syria",
    "place/ramouseh": "Ramouseh",
    "place/zahra-aleppo": "Zahra",
    "place/layramoun": "Layramoun",
}
"""Slugs that annotations use already, with the label each must have."""
ARABIC = re.compile("[\u0600-\u06ff]")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Tables:
    """The six tables as read, and the header of each."""

    rows: Mapping[str, list[Row]]
    headers: Mapping[str, str]
    codes: Mapping[str, frozenset[str]]

    def kinds(self) -> dict[str, str]:
        """What the ``kind`` of an alias must be, by entity."""
        actors = {r["id"]: r["class"] for r in self.rows["actors"]}
        return actors | {r["id"]: r["kind"] for r in self.rows["places"]}


def read(folder: Path, codes: Mapping[str, frozenset[str]]) -> Tables:
    """Reads the tables of a folder as they stand."""
    rows: dict[str, list[Row]] = {}
    headers: dict[str, str] = {}
    for name in COLUMNS:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            headers[name] = ",".join(reader.fieldnames or ())
            rows[name] = list(reader)
    return Tables(rows, headers, codes)


def columns_are_exact(t: Tables) -> Iterator[str]:
    """Each file has the columns of the specification, and each row as many cells."""
    for name, expected in COLUMNS.items():
        if t.headers[name] != expected:
            yield f"{name}: {t.headers[name]}"
        for row in t.rows[name]:
            if None in row or None in row.values():
                yield f"{name}: {row}"


def ids_are_unique(t: Tables) -> Iterator[str]:
    """An id names one row, is a path of its table, and an alias stands once per context."""
    for name, prefix in (("actors", "actor/"), ("places", "place/"), ("sources", "source/")):
        seen: set[str] = set()
        for row in t.rows[name]:
            if row["id"] in seen or not row["id"].startswith(prefix) or not SLUG.fullmatch(row["id"].removeprefix(prefix)):
                yield row["id"]
            seen.add(row["id"])
    aliases: set[tuple[str, ...]] = set()
    for row in t.rows["aliases"]:
        identity = (row["entity_id"], row["label"].casefold(), row["context_required"])
        if identity in aliases:
            yield str(identity)
        aliases.add(identity)


def aliases_fit_their_entity(t: Tables) -> Iterator[str]:
    """The entity of an alias exists and is of the kind that the alias says."""
    kinds = t.kinds()
    for row in t.rows["aliases"]:
        if kinds.get(row["entity_id"]) != row["kind"]:
            yield f"{row['entity_id']} {row['label']}: {row['kind']}"


def references_resolve(t: Tables) -> Iterator[str]:
    """``of_state`` is a State of the table, ``embodies`` an actor; only persons have a public role, and all of them do."""
    classes = {r["id"]: r["class"] for r in t.rows["actors"]}
    for row in t.rows["actors"]:
        if row["of_state"] and classes.get(row["of_state"]) != "State":
            yield f"{row['id']} of {row['of_state']}"
        if (row["class"] == "Person") != bool(row["public_role"]):
            yield f"{row['id']} public role {row['public_role']!r}"
    for row in t.rows["sources"]:
        if row["embodies"] and row["embodies"] not in classes:
            yield f"{row['id']} embodies {row['embodies']}"


def containment_ends_in_a_country(t: Tables) -> Iterator[str]:
    """Following ``within`` from any place comes to a country, without going round."""
    places = {r["id"]: r for r in t.rows["places"]}
    for start in places:
        seen, at = {start}, places[start]
        while at["within"] in places and at["within"] not in seen:
            seen.add(at["within"])
            at = places[at["within"]]
        if at["within"] or at["kind"] != "country":
            yield f"{start} ends at {at['id']} within {at['within']!r}"


def codes_exist(t: Tables) -> Iterator[str]:
    """Classes and kinds are terms of the ontology; contexts are known."""
    for row in t.rows["actors"]:
        if row["class"] not in CLASSES or (row["kind"] and row["kind"] not in t.codes["actor-kind"]):
            yield f"{row['id']} {row['class']} {row['kind']}"
        if row["conflict"] and row["conflict"] not in CONTEXTS:
            yield f"{row['id']} {row['conflict']}"
    yield from (f"{r['id']} {r['kind']}" for r in t.rows["places"] if r["kind"] not in t.codes["place-kind"])
    for row in t.rows["sources"]:
        if row["reliability"] and row["reliability"] not in t.codes["reliability"]:
            yield f"{row['id']} {row['reliability']}"


def coordinates_are_sound(t: Tables) -> Iterator[str]:
    """Latitude and longitude come together, in range, with an accuracy; an area has none; a GeoNames id is a number."""
    areas = {"country", "governorate", "district", "subdistrict", "region", "territory", "road", "river"}
    for row in t.rows["places"]:
        given = [bool(row[c]) for c in ("lat", "lon", "accuracy_m")]
        sound = all(given) or not any(given)
        if sound and all(given):
            sound = -90 <= float(row["lat"]) <= 90 and -180 <= float(row["lon"]) <= 180 and float(row["accuracy_m"]) > 0
            sound = sound and row["kind"] not in areas
        if not sound or (row["geonames"] and not row["geonames"].isdigit()):
            yield f"{row['id']} {row['lat']} {row['lon']} {row['accuracy_m']} {row['geonames']}"


def languages_and_types_are_known(t: Tables) -> Iterator[str]:
    """Type, language and context of an alias are of the lists, its script is that of its letters, its dates are ISO dates."""
    for row in t.rows["aliases"]:
        arabic = bool(ARABIC.search(row["label"]))
        if row["type"] not in TYPES or row["lang"] not in LANGS or row["context_required"] not in CONTEXTS | {""}:
            yield f"{row['label']}: {row['type']} {row['lang']} {row['context_required']}"
        letters = row["script"] == ("Arab" if arabic else "Latn") and (arabic or row["lang"] != "ar")
        if not letters or row["label"] != row["label"].strip():
            yield f"{row['label']!r}: {row['script']} {row['lang']}"
        yield from (f"{row['label']}: {d}" for d in (row["valid_from"], row["valid_to"]) if d and not _is_date(d))
    yield from (f"{r['id']}: {r['name_ar']}" for r in t.rows["places"] if r["name_ar"] and not ARABIC.search(r["name_ar"]))


def _is_date(text: str) -> bool:
    try:
        return bool(ISO_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def every_row_has_a_source(t: Tables) -> Iterator[str]:
    """Nothing stands in the tables without saying where it is from."""
    for name in ("actors", "aliases", "places", "sources"):
        yield from (f"{name}: {row}" for row in t.rows[name] if not row["source"])


def labels_mean_one_thing(t: Tables) -> Iterator[str]:
    """Without a context, and inside one context, a label means one entity of a group of kinds."""
    kinds = t.kinds()
    meant: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in t.rows["aliases"]:
        meant[_group(row["entity_id"], kinds), row["context_required"], row["label"].casefold()].add(row["entity_id"])
    for row in t.rows["places"]:
        for name in filter(None, (row["name_en"], row["name_ar"])):
            meant["place", "", name.casefold()].add(row["id"])
    yield from (f"{label}: {sorted(entities)}" for label, entities in meant.items() if len(entities) > 1)


def _group(entity: str, kinds: Mapping[str, str]) -> str:
    return "place" if entity.startswith("place/") else GROUPS.get(kinds.get(entity, ""), "organization")


def roles_need_a_context(t: Tables) -> Iterator[str]:
    """A role label ("rebels", "regime") says nothing outside its conflict."""
    for row in t.rows["aliases"]:
        if row["type"] == "role" and not row["context_required"]:
            yield f"{row['entity_id']} {row['label']}"


def preferred_labels(t: Tables) -> dict[str, str]:
    """The preferred English label of each entity."""
    found = {r["id"]: r["name_en"] for r in t.rows["places"]}
    for row in t.rows["aliases"]:
        if row["type"] == "official" and row["lang"] == "en":
            found.setdefault(row["entity_id"], row["label"])
    return found


def preferred_labels_hold(t: Tables) -> Iterator[str]:
    """The slugs in use exist under their label, and every actor has a preferred English label."""
    preferred = preferred_labels(t)
    yield from (f"{entity}: {preferred.get(entity)}" for entity, label in PREFERRED.items() if preferred.get(entity) != label)
    yield from (r["id"] for r in t.rows["actors"] if r["id"] not in preferred)


def sources_names_mean_one_source(t: Tables) -> Iterator[str]:
    """A source has a name, and no two sources share one."""
    meant: dict[str, set[str]] = defaultdict(set)
    for row in t.rows["sources"]:
        for label in row["label"].split("|"):
            meant[label.strip().casefold()].add(row["id"])
    yield from (f"{label!r}: {sorted(ids)}" for label, ids in meant.items() if len(ids) > 1 or not label)


ACTOR, PLACE, ALIAS, SOURCE = "actors", "places", "aliases", "sources"
BAD: list[tuple[Law, str, str]] = [
    (columns_are_exact, ACTOR, "actor/zz,State,state"),
    (columns_are_exact, "decisions", "d1,2020-01-01,r,link,a,b,e,1,c,,one too many"),
    (ids_are_unique, ACTOR, "actor/russia,State,state,,,,,x"),
    (ids_are_unique, PLACE, "Aleppo,Zz,,place/syria,city,,,,,,x"),
    (ids_are_unique, ALIAS, "actor/russia,State,RUSSIA,en,Latn,nickname,,,x,"),
    (aliases_fit_their_entity, ALIAS, "actor/nobody,State,Zz,en,Latn,official,,,x,"),
    (aliases_fit_their_entity, ALIAS, "place/aleppo,village,Zz,en,Latn,nickname,,,x,"),
    (references_resolve, ACTOR, "actor/zz,ArmedForce,state-forces,actor/hezbollah,,,,x"),
    (references_resolve, ACTOR, "actor/zz,Person,,,,,,x"),
    (references_resolve, SOURCE, "source/zz,Zz,en,media,actor/nobody,,,x"),
    (containment_ends_in_a_country, PLACE, "place/zz,Zz,,place/zz,town,,,,,,x"),
    (containment_ends_in_a_country, PLACE, "place/zz,Zz,,,town,,,,,,x"),
    (containment_ends_in_a_country, PLACE, "place/zz,Zz,,place/nowhere,town,,,,,,x"),
    (codes_exist, ACTOR, "actor/zz,Warband,,,,,,x"),
    (codes_exist, ACTOR, "actor/zz,ArmedGroup,warband,,,,,x"),
    (codes_exist, ACTOR, "actor/zz,ArmedGroup,,,mordor,,,x"),
    (codes_exist, PLACE, "place/zz,Zz,,place/syria,castle,,,,,,x"),
    (codes_exist, SOURCE, "source/zz,Zz,en,media,,G,,x"),
    (coordinates_are_sound, PLACE, "place/zz,Zz,,place/syria,town,36.2,,1000,,,x"),
    (coordinates_are_sound, PLACE, "place/zz,Zz,,place/syria,town,136.2,37.1,1000,,,x"),
    (coordinates_are_sound, PLACE, "place/zz,Zz,,place/syria,region,36.2,37.1,1000,,,x"),
    (coordinates_are_sound, PLACE, "place/zz,Zz,,place/syria,town,,,,Q1,,x"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,en,Latn,slang,,,x,"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,english,Latn,nickname,,,x,"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,en,Arab,nickname,,,x,"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,ar,Latn,nickname,,,x,"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,en,Latn,former,2016-13-01,,x,"),
    (languages_and_types_are_known, ALIAS, "actor/russia,State,Zz,en,Latn,role,,,x,mordor"),
    (languages_and_types_are_known, PLACE, "place/zz,Zz,Zz,place/syria,town,,,,,,x"),
    (every_row_has_a_source, ALIAS, "actor/russia,State,Zz,en,Latn,nickname,,,,"),
    (every_row_has_a_source, PLACE, "place/zz,Zz,,place/syria,town,,,,,,"),
    (labels_mean_one_thing, ALIAS, "actor/iran,State,RUSSIAN,en,Latn,nickname,,,x,"),
    (labels_mean_one_thing, ALIAS, "actor/iraqi-insurgents,Side,Rebels,en,Latn,role,,,x,syria"),
    (labels_mean_one_thing, PLACE, "place/zz,aleppo,,place/syria,town,,,,,,x"),
    (roles_need_a_context, ALIAS, "actor/syrian-rebels,Side,Zz,en,Latn,role,,,x,"),
    (preferred_labels_hold, ACTOR, "actor/zz,ArmedGroup,,,,,,x"),
    (sources_names_mean_one_source, SOURCE, "source/zz,Zz|reuters,en,media,,,,x"),
]
LAWS = tuple(dict.fromkeys(law for law, _, _ in BAD))


@pytest.fixture(scope="session")
def codes(project: Path) -> Mapping[str, frozenset[str]]:
    """The codes of each scheme, by notation, from ``concepts.ttl``."""
    skos = "http://www.w3.org/2004/02/skos/core#"
    found: dict[str, set[str]] = defaultdict(set)
    path = project / "ontology/concepts.ttl"
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    for quad in store.quads_for_pattern(None, ox.NamedNode(skos + "inScheme"), None):
        assert isinstance(quad.object, ox.NamedNode)
        assert isinstance(quad.subject, ox.NamedNode)
        found[quad.object.value.rsplit("/", 1)[-1]].add(quad.subject.value.rsplit("/", 1)[-1])
    return {scheme: frozenset(values) for scheme, values in found.items()}


@pytest.fixture(scope="session")
def tables(project: Path, codes: Mapping[str, frozenset[str]]) -> Tables:
    """The tables that ship."""
    return read(project / "ontology/reference", codes)


def test_classes_are_of_the_ontology() -> None:
    """The classes of the tables are classes of the ontology."""
    assert all(name in vocab.PARENT for name in CLASSES)


def test_the_tables_cover_the_main_actors_and_places(tables: Tables) -> None:
    """So many rows were read that a truncated table would be noticed."""
    least = {"actors": 220, "aliases": 1200, "places": 350, "sources": 100}
    assert {name: len(tables.rows[name]) for name, n in least.items() if len(tables.rows[name]) < n} == {}
    assert tables.rows["decisions"] == tables.rows["assessments"] == []


def test_every_law_has_a_bad_case() -> None:
    """Thirteen laws, each with at least one row that breaks it."""
    assert len(LAWS) == 13
    assert len(BAD) == 37


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_tables_keep_the_law(tables: Tables, law: Law) -> None:
    """No law complains about the tables that ship."""
    assert list(law(tables)) == []


@pytest.mark.parametrize(("law", "table", "row"), BAD, ids=[f"{law.__name__}-{n}" for n, (law, _, _) in enumerate(BAD)])
def test_a_bad_row_is_noticed(
    project: Path, codes: Mapping[str, frozenset[str]], tmp_path: Path, law: Law, table: str, row: str
) -> None:
    """The law speaks when the row is added to a copy of the tables."""
    for name in COLUMNS:
        text = (project / f"ontology/reference/{name}.csv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text(text + (row + "\n" if name == table else ""), encoding="utf-8", newline="")
    assert list(law(read(tmp_path, codes)))


def test_a_missing_preferred_label_is_noticed(tables: Tables) -> None:
    """A slug in use that lost its label, and a wrong header, are complaints too."""
    aliases = [r for r in tables.rows["aliases"] if r["entity_id"] != "actor/jaish-al-fatah"]
    broken = Tables(dict(tables.rows) | {"aliases": aliases}, dict(tables.headers) | {"aliases": "label"}, tables.codes)
    assert "actor/jaish-al-fatah: None" in list(preferred_labels_hold(broken))
    assert list(columns_are_exact(broken)) == ["aliases: label"]
