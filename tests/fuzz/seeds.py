"""The undamaged inputs: goldens of ``tests/data``, and one report of ours written in the formats that have no files there.

Invariant: a seed knows how many mentions are read of its files where they lie, so that a target which reads fewer of the same
bytes does not read what it is given.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import ged_rows
from kg import readers
from kg.model import AnnotatedReport, Link, Mention, Report, TextSpan
from kg.writers import writers
from tests.fuzz.damage import CUT

DATA = Path(__file__).parent.parent / "data"
TOY = DATA / "webanno_tsv/toy/report.ann"
MOST_BYTES = 30_000
"""No seed is larger: what is large is slow, and damage seldom meets what matters."""


@dataclass(frozen=True, slots=True)
class Seed:
    """The files of a case in the order of the target's, empty where one is absent, and the mentions that are read of them."""

    name: str
    files: tuple[bytes, ...]
    mentions: int

    @property
    def input(self) -> bytes:
        """The files as one input."""
        return CUT.join(self.files)


def toy(id: str = "report") -> AnnotatedReport:
    """A small report with every kind of thing in it: fragments, stacked situations, attributes, references, notes, links."""
    (report,) = (item for item in readers.readers()["brat"].read(TOY) if isinstance(item, AnnotatedReport))
    return replace(report, report=replace(report.report, id=id))


def mentions_of(path: Path, format: str) -> int:
    """How many mentions are read of a file."""
    read = readers.Readable(path, readers.readers()[format], "report").read()
    return sum(len(item.mentions) for item in read if isinstance(item, AnnotatedReport))


def goldens(format: str, folder: str, pattern: str, beside: Sequence[str] = ()) -> Iterator[Seed]:
    """The files of a folder of goldens that match, with those beside them; ``{}`` is the stem of the first."""
    for path in sorted((DATA / folder).rglob(pattern)):
        others = (path.with_name(name.replace("{}", path.name.partition(".")[0])) for name in beside)
        files = (path.read_bytes(), *(p.read_bytes() if p.is_file() else b"" for p in others))
        if path.name != "expected.json" and sum(map(len, files)) <= MOST_BYTES:
            yield Seed(str(path.relative_to(DATA)), files, mentions_of(path, format))


def written(format: str, folder: Path, endings: Sequence[str], report: AnnotatedReport | None = None) -> Seed:
    """A report, or else the toy report, as our own writer writes it."""
    told = writers()[format].write(report or toy(), folder)
    files = tuple(
        (folder / f"report{ending}").read_bytes() if (folder / f"report{ending}").exists() else b"" for ending in endings
    )
    assert len([f for f in files if f]) == len(told.paths), (format, told.paths)
    return Seed(f"{format} by its writer", files, mentions_of(folder / f"report{endings[0]}", format))


def in_our_json(report: AnnotatedReport) -> dict[str, object]:
    """A report as plain JSON of sitgraph."""
    mentions = [
        {
            "id": m.id,
            "label": m.label,
            "fragments": [{"start": f.start, "end": f.end} for f in m.fragments if isinstance(f, TextSpan)],
            "quote": m.quote,
            "attributes": dict(m.attributes),
            "references": [{"id": r.iri, "name": r.name} for r in m.references],
            "notes": list(m.notes),
        }
        for m in report.mentions
    ]
    return {
        "format": "sitgraph-annotated-report/1",
        "scheme": report.scheme,
        "report": {k: getattr(report.report, k) for k in Report.__slots__ if getattr(report.report, k)},
        "text": report.text,
        "mentions": mentions,
        "links": [{"label": k.label, "source": k.source, "target": k.target} for k in report.links],
    }


def our_json() -> Iterator[Seed]:
    """A report, a list of reports."""
    one = in_our_json(toy())
    count = len(toy().mentions)
    yield Seed("one report", (json.dumps(one, indent=1, ensure_ascii=False).encode(),), count)
    yield Seed("a list", (json.dumps([one, in_our_json(toy("other"))], indent=0).encode(),), 2 * count)


def our_lines() -> Iterator[Seed]:
    """A report on each line."""
    lines = [json.dumps(in_our_json(toy(i)), ensure_ascii=False) for i in ("one", "two")]
    yield Seed("lines", ("\n".join(lines).encode(),), 2 * len(toy().mentions))


def doccano_values() -> Iterator[Seed]:
    """The objects of the JSON Lines as one JSON value over many lines."""
    for seed in goldens("doccano", "doccano", "*.jsonl"):
        values = [json.loads(line) for line in seed.files[0].decode().splitlines() if line.strip()]
        yield Seed("a list", (json.dumps(values, indent=1, ensure_ascii=False).encode(), b""), seed.mentions)


def gsr() -> Iterator[Seed]:
    """Two records of our own, one of which documents the file."""
    about = {
        "id": "R-0",
        "date": "2000-01-01",
        "event": "DOCUMENT",
        "eventText": "",
        "textInfo": {"markup": ""},
        "text": "about",
    }
    record = {
        "id": "R-1",
        "date": "2000-01-01",
        "source": [{"actorText": "Freedonia", "code": "FRE", "sector": "GOV"}],
        "target": [{"actorText": "Sylvania", "code": "SYL"}],
        "event": "ASSAULT",
        "eventText": "shelled",
        "eventLoc": "Marxburg",
        "dead": "3",
        "text": "Freedonia shelled Sylvania near Marxburg, killing three.",
        "textInfo": {"markup": "(SRC: Freedonia) (EVT: shelled) (TAR: Sylvania) near (LOC: Marxburg), killing three."},
        "language": "en",
        "publication": "The Marxburg Courier",
    }
    yield Seed("two records", (json.dumps([about, record], indent=1).encode(),), 4)


_ACE = [
    ("Militants", "PER.Group"),
    ("shelled", "Conflict.Attack"),
    ("the bakery", "FAC"),
    ("Damascus", "GPE"),
    ("Monday", "TIME"),
    ("died", "Life.Die"),
]
_NEREL = [("Боевики", "ORGANIZATION"), ("взрыв", "EVENT"), ("Дамаске", "CITY"), ("понедельник", "DATE"), ("Асад", "PERSON")]


def in_schemes() -> Iterator[Seed]:
    """A report in each scheme, as our own JSON: what their readers give, and words of our own for those of no format."""
    reports = [toy(), replace(toy(), scheme="sitgraph-light-1")]
    for format, first in (("muc", "muc/incidents/key-dev-0001.muc4"), ("re3d", "re3d/features/documents.json")):
        found = [r for r in readers.readers()[format].read(DATA / first) if isinstance(r, AnnotatedReport) and r.links]
        reports += sorted(found, key=lambda r: len(r.mentions))[-2:]
    attack = "Militants shelled the bakery in Damascus on Monday; two died."
    reports.append(_told("ace", attack, _ACE, [("Attacker", 1, 0), ("Target", 1, 2), ("Place", 1, 3), ("Time-Within", 1, 4)]))
    blast = "Боевики устроили взрыв в Дамаске в понедельник, сообщил Асад."
    reports.append(_told("nerel", blast, _NEREL, [("PARTICIPANT_IN", 0, 1), ("TAKES_PLACE_IN", 1, 2), ("DATE_OF", 1, 3)]))
    said = "Freedonia shelled Sylvania near Marxburg."
    marks = [("Freedonia", "ACTOR"), ("shelled", "ASSAULT"), ("Sylvania", "ACTOR"), ("Marxburg", "LOCATION")]
    reports.append(_told("plover", said, marks, [("source", 1, 0), ("target", 1, 2), ("location", 1, 3)]))
    for report in reports:
        yield Seed(report.scheme, (json.dumps(in_our_json(report), indent=1).encode(),), len(report.mentions))


def _told(scheme: str, text: str, marks: Sequence[tuple[str, str]], links: Sequence[tuple[str, int, int]]) -> AnnotatedReport:
    """A report of a scheme from the words and their labels."""
    mentions = [
        Mention(f"m{n}", label, (TextSpan(text.index(words), text.index(words) + len(words)),), words)
        for n, (words, label) in enumerate(marks)
    ]
    pairs = tuple(Link(label, f"m{source}", f"m{target}") for label, source, target in links)
    return AnnotatedReport(Report("r", issued="2016-08-15"), text, tuple(mentions), pairs, scheme)


def times() -> Iterator[Seed]:
    """Expressions of time and EDTF, with a day of issue."""
    said = """last week|on Monday|since early 2015|2 1/2-week|at the end of July|until mid-2016|19 MAR 89 - 20 MAR 89|
        two days ago|between 3 and 5 May|2016-08-15|2016-08|summer 2016|early August|for three months|15 August 2016|
        1 April – 18 June 2016|2016-08/2016-10|2016-08-15/..|../2016|2016?|201X|2016-21|[2016-01,2016-03]|{2016..2018}|
        2016-XX-15|- 02 NOV 89|yesterday evening|the past 24 hours|over the last two weeks|منذ 2015|as of 3 May"""
    for expression in (part.strip() for part in said.split("|")):
        yield Seed(expression, (expression.encode(), b"2016-08-15"), 1)


def archived(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these members, the same bytes each time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return held.getvalue()


MEMBERS = (
    "exportedproject.json",
    "curation/a.txt/CURATION_USER.tsv",
    "annotation/a.txt/user1.xmi",
    "annotation/b.txt/user1.json",
    "annotation/c.txt/user1.zip",
)
"""What the archives that are made hold; the last is an archive itself, as the tool exports documents."""


def members() -> Iterator[Seed]:
    """A project of INCEpTION, a member in each format that one may have."""
    tsv = TOY.with_suffix(".tsv").read_bytes()
    xmi = (DATA / "cas/good/sitgraph/report.xmi").read_bytes()
    value = (DATA / "cas/good/sitgraph-json/report.json").read_bytes()
    inner = archived({"report.xmi": xmi})
    read = [mentions_of(TOY.with_suffix(".tsv"), "webanno-tsv")]
    read += [mentions_of(DATA / f"cas/good/{name}", "cas") for name in ("sitgraph-json/report.json", "sitgraph/report.xmi")]
    yield Seed("a project", (b'{"name": "p"}', tsv, xmi, value, inner), sum(read))


def projects() -> Iterator[Seed]:
    """The same as the bytes of the archive."""
    for seed in members():
        yield replace(seed, files=(archived(dict(zip(MEMBERS, seed.files, strict=True))),))


def zipped() -> Iterator[Seed]:
    """WebAnno TSV under gzip."""
    for seed in goldens("webanno-tsv", "webanno_tsv", "*.tsv"):
        yield replace(seed, files=(gzip.compress(seed.files[0], mtime=0), b""))


def described() -> Iterator[Seed]:
    """The toy report with what is said of it: in a meta file, in a table by file, in a table by id."""
    annotation, text = TOY.read_bytes(), TOY.with_suffix(".txt").read_bytes()
    meta = b'{"title": "Two dead", "publisher": "Radio Nadir", "issued": "2016-08-15T10:00:00Z", "url": "https://e.org/1"}'
    head = b"file,id,title,publisher,issued,language,url,retrieved,scheme\n"
    rows = (
        b"report.txt,,Two dead,Radio Nadir,2016-08-15,en,https://e.org/1,2016-08-16,\n",
        b',report,"Two, dead",,2016-08-15,,,,sitgraph-1\n',
    )
    for given in ((meta, b""), *((b"", head + row) for row in rows)):
        yield Seed("described", (annotation, text, *given), len(toy().mentions))


def event_tables(folder: Path) -> Iterator[Seed]:
    """Rows of our own in the columns of known tables, and how many of them give an event."""
    yield Seed("acled", (b"acled", (DATA / "tables/acled/slice.csv").read_bytes()), 16)
    ged_rows.write(folder / "ged.csv", 6)
    yield Seed("ged", (b"ucdp-ged", (folder / "ged.csv").read_bytes()), 6)
    pledges = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul"
    years = [f"{one},{other},{year},1,0,0,0,0" for one, other in ((652, 365), (365, 652)) for year in (1980, 1981, 1983)]
    yield Seed("atop", (b"atop", "\n".join([pledges, *years, "652,630,1982,0,0,0,0,1", ""]).encode()), len(years))
