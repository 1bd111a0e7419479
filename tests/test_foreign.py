"""Files that no reader takes: each has a reason of its own, told from its name and its beginning."""

from __future__ import annotations

import gzip
import json
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Problem
from kg.readers import Unclaimed, walk
from kg.readers._foreign import recognise

STIX = {"id": "bundle--44af6c39-c09b-49c5-9de2-394224b04982", "objects": []}
COUNTRY = {"type": "Feature", "properties": {}}

# name of a file, what it holds, and how its reason begins
KNOWN: tuple[tuple[str, str | bytes | object, str], ...] = (
    ("a.json", {"text": "a", "denotations": []}, "PubAnnotation JSON: not a format of sitgraph"),
    ("a.json", [{"sourcedb": "PubMed", "sourceid": "1"}], "PubAnnotation JSON: "),
    ("a.json", STIX, "STIX 2: "),
    ("a.json", {"type": "bundle", "id": "x"}, "STIX 2: "),
    ("a.json", COUNTRY, "GeoJSON: "),
    ("a.json", {"head": {}, "results": {}}, "the results of a SPARQL query"),
    ("a.json", {"openapi": "3.1.0"}, "an OpenAPI description"),
    ("a.json", {"$schema": "x"}, "a JSON Schema"),
    ("a.json", {"id": 1, "inE": {}}, "GraphSON: "),
    ("a.jsonl", {"text": "a", "spans": []}, "JSON Lines of Prodigy or spaCy: "),
    ("a.json", {"event": "x", "eventText": "y"}, "coded event records (PLOVER)"),
    ("a.jsonl", {"text": "a", "label": ["x"]}, "text classification: "),
    ("a.jsonl", {"text": "a", "label": "x"}, "text classification: "),
    ("a.jsonld", {"@graph": []}, "JSON-LD that is no Web Annotation; RDF: "),
    ("a.json", {"a": 1, "b": 2}, "JSON of no format that is read here: its first keys are 'a', 'b'"),
    ("a.json", "{", "JSON of no format that is read here: its first keys are none"),
    ("a.json", "[1, 2]", "is JSON without an object"),
    ("a.json", "<a/>", "is no JSON"),
    ("a.xml", "<?xml version='1.0'?>\n<!DOCTYPE collection SYSTEM 'BioC.dtd'>\n<collection><source>x", "BioC XML: "),
    ("a.xml", "<collection>\n <key/>", "BioC XML: "),
    ("a.xml", "<TEI xmlns='x'>", "TEI XML: "),
    ("a.xmi", "<xmi:XMI xmlns:xmi='http://www.omg.org/XMI'>", "XMI that does not begin as a CAS"),
    ("a.xml", "<!-- x --><typeSystemDescription>", "a type system of UIMA"),
    ("a.xml", "<rdf:RDF>", "RDF: "),
    ("a.xml", "<View>", "a labelling configuration of Label Studio"),
    ("a.xml", "<what/>", "XML of no format that is read here: its root element is what"),
    ("a.ttl", "<a> <b> <c> .", "RDF: "),
    ("a.rq", "SELECT *", "SPARQL: "),
    ("a.srx", "<sparql/>", "the results of a SPARQL query"),
    ("a.md", "# A", "Markdown or the like, without annotation"),
    ("a.wikitext", "== A ==", "wikitext without annotation"),
    ("a.geojson", json.dumps(COUNTRY), "map data"),
    ("a.geojson.gz", gzip.compress(json.dumps(COUNTRY).encode()), "map data"),
    ("a.json.gz", gzip.compress(json.dumps(COUNTRY).encode()), "GeoJSON: map data"),
    ("a.shp", b"\x00\x00\x27\x0a", "map data"),
    ("a.pdf", "%PDF-1.7", "a document without annotation"),
    ("a.xlsx", "PK", "a spreadsheet: "),
    ("a.ser", b"\xac\xed", "objects serialised by a program: never loaded"),
    ("a.conll", "EU\tB-ORG\n", "CoNLL columns: "),
    ("a.txt", "EU  B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\n", "CoNLL columns: "),
    ("a.txt", "__label__x a\n__label__y b\n", "fastText: text classification"),
    ("a.txt", "# CAMEO actor file for TABARI\n", "a dictionary for the coding of events"),
    ("a.txt", "# of our own\n\nRED_FRONT_ \n+FRONT_OF_REDS_\n\t [YEMREB]\n", "a dictionary for the coding of events"),
    ("a.tsv", "#FORMAT=WebAnno TSV 4.0\n", "WebAnno TSV 4.0, of which 3.0 to 3.3 are read"),
    ("a.txt", "#FORMAT=WebAnno TSV 3.3\n", "WebAnno TSV 3.3, but not called .tsv"),
    ("a.tsv", " # webanno.custom.Opinion | aspect\n#id=1\n#text=a\n1-1\ta\t_\t\n", "WebAnno TSV 2 has no offsets"),
    ("a.tsv", "#id=1\n#text=a b\n1\ta\t_\tNNP\tB-PER\n", "WebAnno TSV 1 has no offsets"),
    ("a.csv", "id,name,when\n1,a,b\n", "a table, with the columns id, name, when: "),
    ("a.csv", '"id";"name"\n', "a table, with the columns id, name: "),
    ("a.csv.gz", gzip.compress(b"a,b,c,d,e,f,g\n"), "a table, with the columns a, b, c, d, e and 2 more: "),
    ("a.parquet", "PAR1", "a table: "),
    ("a.zip", "PK", "an archive that is no export of INCEpTION"),
    ("a.yaml", "a: 1", "a configuration"),
    ("LICENSE", "MIT", "says something about the files around it"),
    ("README.md", "# A", "says something about the files around it"),
    ("a.ttl", "", "is empty"),
    ("a.what", b"a\0b", "is no text"),
    ("a.what", "a b", "a text without annotation of a format that is read here"),
)


def written(folder: Path, name: str, held: object) -> Path:
    path = folder / name
    data = held if isinstance(held, bytes) else (held if isinstance(held, str) else json.dumps(held, indent=1)).encode()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "held", "reason"), KNOWN, ids=[f"{n}: {r[:40]}" for n, _, r in KNOWN])
def test_known_format(name: str, held: object, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, held)
    assert recognise(path).startswith(reason), recognise(path)
    assert list(walk([tmp_path])) == [Unclaimed(str(path), recognise(path))]


def test_number_of_cases() -> None:
    assert len(KNOWN) == 58


def test_quirk_conll_with_trailing_blanks_and_broken_rows(shared: Path) -> None:
    folder = shared / "data/other-formats/doccano/tests/sequence_labeling"
    reasons = {p.name: recognise(p).partition(":")[0] for p in folder.iterdir()}
    assert reasons == dict.fromkeys(("example.conll", "labeling.invalid.conll", "labeling.trailing.conll"), "CoNLL columns")


def test_quirk_ids_of_stix_are_type_and_uuid(shared: Path) -> None:
    files = sorted((shared / "data/other-formats/stix2").rglob("*.json"))
    assert len(files) == 3
    assert all(recognise(p).startswith("STIX 2: ") for p in files)


DICTIONARY = "a dictionary for the coding of events, not an annotated report"
MARKDOWN = "Markdown or the like, without annotation: annotate its text"
ABOUT = "says something about the files around it, and is no report"
MAP = "map data, not an annotated report"
PLACES = "where_coordinates, adm_1, adm_2, latitude, longitude and 1 more"
NONE_FOR_THESE = "read by a configuration of its columns, and none is for these"
# folder: how many of its files are refused for which reason
REFUSED = {
    "actors": {DICTIONARY: 5, ABOUT: 1},
    "geo": {MAP: 3, f"GeoJSON: {MAP}": 1, f"a table, with the columns {PLACES}: {NONE_FOR_THESE}": 1, ABOUT: 1},
    "wiki-conflict-pages": {MARKDOWN: 166, ABOUT: 1},
}


@pytest.mark.parametrize("folder", REFUSED)
def test_quirk_dictionaries_maps_and_pages_are_each_refused_for_what_they_are(shared: Path, folder: str) -> None:
    found = walk([shared / "data" / folder])
    assert not found.readable
    assert Counter(u.reason for u in found.unclaimed) == REFUSED[folder]
    assert len(found.unclaimed) == sum(p.is_file() for p in (shared / "data" / folder).rglob("*"))


def test_quirk_a_dictionary_that_says_nothing_of_itself_is_known_by_its_lines(shared: Path, tmp_path: Path) -> None:
    text = (shared / "data/actors/Phoenix.MilNonState.actors.txt").read_text(encoding="utf-8", errors="replace")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert recognise(written(tmp_path, "a.txt", bare)) == DICTIONARY
    assert recognise(written(tmp_path, "b.txt", bare.replace("[", "("))) == "", "without codes it could be anything"
    assert recognise(written(tmp_path, "c.txt", "They saw RED_FRONT_ \nand the list [YEMREB]\n")) == ""


def test_a_text_alone_is_told_how_it_may_be_annotated(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "Rebels attacked.")
    assert recognise(path) == ""
    (left,) = walk([tmp_path])
    assert isinstance(left, Unclaimed)
    assert left.reason.startswith("a text without annotation: a.ann is not beside it")


def test_a_file_that_is_gone_is_no_error(tmp_path: Path) -> None:
    assert recognise(tmp_path / "none.json") == ""


def test_every_file_of_the_shared_data_is_read_or_has_a_reason_of_its_own(shared: Path) -> None:
    found = walk([shared / "data"])
    assert [e for e in found.entries if isinstance(e, Problem)] == []
    assert len(found.unclaimed) > 2700
    reasons = Counter(u.reason.partition(":")[0].partition(",")[0] for u in found.unclaimed)
    assert not [u for u in found.unclaimed if u.reason.startswith("of no format that is read here")]
    assert reasons["a text without annotation"] == 1  # a note in a test suite
    for expected, n in {
        "PubAnnotation JSON": 3,
        "BioC XML": 5,
        "STIX 2": 3,
        "CoNLL columns": 4,
        "fastText": 2,
        "TEI XML": 2,
    }.items():
        assert reasons[expected] == n, expected


beginnings = st.sampled_from(
    [b"{", b"[", b"<", b"#id=1\n#text=", b"\x1f\x8b", b"#FORMAT=WebAnno TSV ", b'{"type": ', b'{"text": "a", "label": [']
)


@given(beginnings, st.binary(max_size=40), st.sampled_from([n for n, _, _ in KNOWN]))
def test_any_file_has_a_reason_or_none(beginning: bytes, rest: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = written(Path(folder), name, beginning + rest)
        assert isinstance(recognise(path), str)
