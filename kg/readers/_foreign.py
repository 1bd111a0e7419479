"""Known formats that no reader here takes: what a file is, and why it is not read or what can be done.

A file is told by its name and by its beginning. This is for people: the reasons stand in the list of files that were left out.

Invariant: whatever a file holds, it is looked at no farther than its beginning, and the answer is a reason or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from kg.readers._gzip import beginning_unzipped
from kg.readers._json import BEGINNING
from kg.readers._json_values import keys_of_first

_EXPORT = "export it as brat, Web Annotation, UIMA CAS or plain JSON of sitgraph"
_RDF = "RDF: a graph, not an annotated report; it can be queried beside a store, but is not taken into one"
_RESULTS = "the results of a SPARQL query, not an annotated report"
_MAP = "map data, not an annotated report"
_DOCUMENT = "a document without annotation: save its text as UTF-8 and annotate that"
_CONLL = f"CoNLL columns: tokens without offsets, so the text that they are of cannot be told; {_EXPORT}"
_CLASSIFICATION = "text classification: labels of whole texts, and no words are annotated"
_UNMARKED = "coded event records (PLOVER) whose markup is missing: nothing tells which words they are about"
_TABLE = "read by a configuration of its columns, and none is for these"
_NOT_OURS = f"not a format of sitgraph; {_EXPORT}"

_BY_SUFFIX: Mapping[str, str] = {
    **dict.fromkeys((".ttl", ".nt", ".nq", ".trig", ".n3", ".rdf", ".owl", ".hdt"), _RDF),
    **dict.fromkeys((".rq", ".ru", ".sparql"), "SPARQL: a query or an update, not an annotated report"),
    **dict.fromkeys((".srx", ".srj"), _RESULTS),
    **dict.fromkeys((".md", ".markdown", ".rst", ".adoc"), "Markdown or the like, without annotation: annotate its text"),
    **dict.fromkeys((".wikitext", ".wiki", ".mediawiki"), "wikitext without annotation: annotate its text"),
    **dict.fromkeys((".htm", ".html", ".xhtml", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".eml"), _DOCUMENT),
    **dict.fromkeys((".xls", ".xlsx", ".ods"), "a spreadsheet: save it as CSV, which is read where its columns are known"),
    **dict.fromkeys((".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".kml", ".kmz", ".geojson"), _MAP),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".tif", ".tiff", ".webp"), "a picture, not a text"),
    **dict.fromkeys((".mp3", ".mp4", ".wav", ".ogg", ".avi", ".mov", ".mkv", ".webm"), "sound or film, not a text"),
    **dict.fromkeys((".ser", ".pkl", ".pickle"), "objects serialised by a program: never loaded, since that may run code"),
    **dict.fromkeys((".yaml", ".yml", ".toml", ".ini", ".conf", ".cfg"), "a configuration, not an annotated report"),
    **dict.fromkeys((".py", ".js", ".java", ".r", ".sh", ".ipynb"), "a program, not an annotated report"),
    **dict.fromkeys((".conll", ".conllu", ".conllx", ".iob", ".bio"), _CONLL),
    ".parquet": f"a table: {_TABLE}",
    ".zip": "an archive that is no export of INCEpTION; unpack it and give the folder",
}
_ABOUT = re.compile(r"(?i)(readme|licen[cs]e|notice|attribution|copying|authors|changelog|source|makefile)\b.*")
_JSON = (".json", ".jsonl", ".ndjson", ".jsonld")
_TABLES = (".csv", ".tsv", ".tab", ".psv")

_BY_ROOT: Mapping[str, str] = {
    "typeSystemDescription": "a type system of UIMA: it is used with the XMI files beside it, and holds no annotation",
    "RDF": _RDF,
    "sparql": _RESULTS,
    "TEI": f"TEI XML: {_NOT_OURS}",
    "teiCorpus": f"TEI XML: {_NOT_OURS}",
    "GateDocument": f"GATE XML: {_NOT_OURS}",
    "D-Spin": f"TCF: {_NOT_OURS}",
    "XMI": "XMI that does not begin as a CAS in UTF-8 does; if it is one, give --format cas",
    "html": _DOCUMENT,
    "View": "a labelling configuration of Label Studio, not an annotated report",
    "gexf": "GEXF: a graph, not an annotated report",
    "graphml": "GraphML: a graph, not an annotated report",
    "kml": _MAP,
}
_ROOT = re.compile(r"<(?:[\w-]+:)?([\w.-]+)")
_PROLOGUE = re.compile(r"\s*(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)", re.DOTALL)
_BIOC = re.compile(r"<!DOCTYPE collection|<collection>\s*<(?:source|date|key|infon|document)\b")

_GEOMETRIES = ("Feature", "FeatureCollection", "GeometryCollection", "Topology", "Point", "Polygon", "MultiPolygon")
_STIX_ID = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f-]{27}")
_BY_KEYS: tuple[tuple[Callable[[Mapping[str, object]], bool], str], ...] = (
    (lambda o: "denotations" in o or {"sourcedb", "sourceid"} <= o.keys(), f"PubAnnotation JSON: {_NOT_OURS}"),
    (lambda o: o.get("type") == "bundle" or _STIX_ID.fullmatch(str(o.get("id"))) is not None, "STIX 2: intelligence \
objects without the words they rest on, not an annotated report"),
    (lambda o: o.get("type") in _GEOMETRIES, f"GeoJSON: {_MAP}"),
    (lambda o: "head" in o and bool({"results", "boolean"} & o.keys()), _RESULTS),
    (lambda o: "openapi" in o or "swagger" in o, "an OpenAPI description, not an annotated report"),
    (lambda o: bool({"$schema", "$id"} & o.keys()), "a JSON Schema, not an annotated report"),
    (lambda o: bool({"inE", "outE"} & o.keys()), "GraphSON: a graph, not an annotated report"),
    (lambda o: {"text", "spans"} <= o.keys(), f"JSON Lines of Prodigy or spaCy: {_NOT_OURS}"),
    (lambda o: {"event", "eventText"} <= o.keys(), _UNMARKED),
    (lambda o: _labels_texts(o), _CLASSIFICATION),
    (lambda o: bool({"@context", "@graph"} & o.keys()), f"JSON-LD that is no Web Annotation; {_RDF}"),
)  # fmt: skip

_TSV_2 = re.compile(r"\ufeff? ?# ?[\w.]+\.[\w.]+ \| .*")
_CODED_TOKEN = re.compile(r"\S+(?:\s+\S+)*\s+(?:O|[BIESLU]-[\w-]+)\s*")
_DICTIONARY = re.compile(r"#.{0,300}\b(?:TABARI|PETRARCH|CAMEO)\b", re.DOTALL)
_CODED_ACTOR = re.compile(r"^[A-Z][^\n]*_[ \r]*\n(?:\+[^\n]*\n)*[ \t]*\[~?[A-Z]{3,}[^\]\n]*\]", re.MULTILINE)
"""A name, its aliases behind a plus each, and the code of all of them: dictionaries may say nothing of themselves."""


def recognise(path: Path) -> str:
    """What a file is, and why it is not read; empty when nothing is known of it."""
    head = beginning_unzipped(path, BEGINNING)
    if not head:
        return "is empty" if path.is_file() and not path.stat().st_size else ""
    name = Path(path.name.removesuffix(".gz"))
    suffix = name.suffix.lower()
    if _ABOUT.fullmatch(name.name) and suffix in ("", ".txt", ".md", ".rst", *_BY_SUFFIX):
        return "says something about the files around it, and is no report"
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff")
    return _by_content(text, suffix) or _BY_SUFFIX.get(suffix, "") or _by_bytes(head, suffix)


def _by_content(text: str, suffix: str) -> str:
    if suffix in _JSON:
        return _json(text)
    if suffix in (".xml", ".xmi", "") and text.lstrip().startswith("<"):
        return _xml(text)
    if suffix in (*_TABLES, ".txt", ""):
        return _columns(text) or (_table(text, suffix) if suffix in _TABLES else "")
    return ""


def _by_bytes(head: bytes, suffix: str) -> str:
    if b"\0" in head[:4096]:
        return "is no text"
    return "" if suffix == ".txt" else "a text without annotation of a format that is read here"


def _json(text: str) -> str:
    keys = keys_of_first(text)
    if keys is None:
        is_value = text.lstrip()[:1] in tuple('["0123456789-tfn')
        return f"is {'JSON without an object' if is_value else 'no JSON'}, to judge by its beginning"
    reason = next((reason for applies, reason in _BY_KEYS if applies(keys)), "")
    shown = ", ".join(repr(k) for k in list(keys)[:5])
    return reason or f"JSON of no format that is read here: its first keys are {shown or 'none'}"


def _labels_texts(keys: Mapping[str, object]) -> bool:
    """Whether an object has a text and what category it is of, as doccano writes them."""
    labels = [keys[k] for k in ("label", "labels", "cats", "column_label") if k in keys]
    texts = [keys[k] for k in ("text", "data", "column_data") if isinstance(keys.get(k), str)]
    return bool(texts and labels) and all(
        isinstance(x, str) or (isinstance(x, list) and isinstance(x[0], str)) for x in labels if x
    )


def _xml(text: str) -> str:
    if _BIOC.search(text[:4096]):
        return f"BioC XML: {_NOT_OURS}"
    at = 0
    while prologue := _PROLOGUE.match(text, at):
        at = prologue.end()
    root = _ROOT.match(text[at : at + 300].lstrip())
    name = root[1] if root else ""
    return _BY_ROOT.get(name, f"XML of no format that is read here: its root element is {name}" if name else "")


def _columns(text: str) -> str:
    """What lines of tokens or of labels say they are."""
    lines = [line for line in text[:8192].split("\n")[:30] if line.strip()]
    if text.startswith("#FORMAT=WebAnno TSV"):
        dialect = lines[0].removeprefix("#FORMAT=").strip()[:40]
        is_read = dialect.startswith("WebAnno TSV 3")
        return f"{dialect}, {'but not called .tsv: rename it' if is_read else 'of which 3.0 to 3.3 are read'}"
    if lines and _TSV_2.fullmatch(lines[0]) and any(line.startswith("#text=") for line in lines):
        return _older("WebAnno TSV 2")
    if len(lines) > 2 and lines[0].startswith("#id=") and lines[1].startswith("#text="):
        return _older("WebAnno TSV 1")
    if lines and all(line.startswith("__label__") for line in lines):
        return f"fastText: {_CLASSIFICATION}"
    if len(lines) > 1 and sum(bool(_CODED_TOKEN.fullmatch(line)) for line in lines) > 0.8 * len(lines):
        return _CONLL
    is_dictionary = _DICTIONARY.match(text) or _CODED_ACTOR.search(text[:8192])
    return "a dictionary for the coding of events, not an annotated report" if is_dictionary else ""


def _older(dialect: str) -> str:
    reason = "has no offsets, and does not tell where one annotation ends and the next of the same label begins"
    return f"{dialect} {reason}: import it into INCEpTION and export TSV 3 or UIMA CAS"


def _table(text: str, suffix: str) -> str:
    """A table, by the names in its first line."""
    first = text.split("\n", 1)[0].strip()
    separator = max(",;\t|", key=first.count) if suffix != ".tsv" else "\t"
    names = [name.strip().strip('"')[:30] for name in first.split(separator)]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"a table, with the columns {', '.join(names[:5])}{more}: {_TABLE}"
