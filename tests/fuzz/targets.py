"""What is fuzzed: every reader, what is said beside a text, what schemes and claims make of a report, expressions
of time, and event tables.

Invariant: whatever the bytes, a target gives reports and problems, or raises an error of ours. What it gives is whole: spans
inside the text, quotes that are there, links between mentions that are.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import get_args

from pyoxigraph import RdfFormat, parse

from kg import extent, readers, schemes, tables
from kg.claims import claims_of
from kg.config import DEFAULT_BASE
from kg.errors import SitgraphError
from kg.iri import Space
from kg.model import AnnotatedReport, TextSpan, quote_of
from kg.resolver import reference
from kg.resolver.decisions import judgements
from kg.resolver.reference import Reference
from kg.resources import reference_dir
from tests.fuzz import seeds
from tests.fuzz.damage import CUT
from tests.fuzz.seeds import MEMBERS, Seed

META = "report.meta.json"

Seeds = Callable[[Path], Iterator[Seed]]


@dataclass(frozen=True, slots=True)
class Target:
    """``files`` are what the parts of an input are written to, below a folder; ``run`` gives how many mentions were read; of an
    expression of time, whether it was understood.

    ``share`` is the part of the inputs asked for that it takes: what is slow takes fewer. ``words`` mean something to it.
    """

    name: str
    files: tuple[str, ...]
    seeds: Seeds
    run: Callable[[Path], int]
    share: float = 1.0
    words: tuple[bytes, ...] = ()


def read(format: str, name: str, folder: Path) -> int:
    """Reads a file of the folder; how many mentions are in it, all of which are sound."""
    reader = readers.readers()[format]
    path = folder / name
    reader.detect(path)
    return sum(sound(item) for item in readers.Readable(path, reader, "report").read() if isinstance(item, AnnotatedReport))


def sound(report: AnnotatedReport) -> int:
    """Proves that a report is whole; the number of its mentions."""
    ids = {m.id for m in report.mentions}
    assert len(ids) == len(report.mentions), "two mentions have one id"
    assert all(k.source in ids and k.target in ids for k in report.links), "a link hangs"
    for m in report.mentions:
        spans = [f for f in m.fragments if isinstance(f, TextSpan)]
        assert all(0 <= f.start <= f.end <= len(report.text) for f in spans), "a span lies outside the text"
        assert not spans or m.quote == quote_of(report.text, spans), "a quote is not in the text"
    report.to_json().encode()
    return len(ids)


def walked(folder: Path) -> int:
    """Reads the whole folder, as a user gives it."""
    return sum(sound(item) for item in readers.walk([folder]) if isinstance(item, AnnotatedReport))


def claimed(folder: Path) -> int:
    """Reads our own JSON, translates it from its scheme, and makes claims of what comes out."""
    count = 0
    for item in readers.Readable(folder / "report.json", readers.readers()["sitgraph-json"], "report").read():
        if isinstance(item, AnnotatedReport):
            count += sound(item)
            try:
                checked = schemes.apply(item).report
                sound(checked)
                claims_of(checked)
            except SitgraphError:
                continue
    return count


def from_project(folder: Path) -> int:
    """Makes an archive of the members, and reads that."""
    path = folder / "project.zip"
    path.write_bytes(seeds.archived({name: (folder / name).read_bytes() for name in MEMBERS if (folder / name).exists()}))
    return read("cas", path.name, folder)


def timed(folder: Path) -> int:
    """Reads a text as an expression of time, as EDTF and as a day; says what bounds it gave in EDTF again."""
    text, day = ((folder / name).read_text(errors="replace") if (folder / name).exists() else "" for name in ("said", "day"))
    anchors: list[date | None] = [None]
    with suppress(ValueError):  # how the calendar says that it is no day
        anchors.append(extent.parse_issued(day))
    found: list[extent.Bounds | None] = []
    for case in get_args(extent.Case):
        found += [extent.bounds_of_expression(text, case, anchor) for anchor in anchors]
        with suppress(ValueError):  # how it says that it is no EDTF
            found.append(extent.bounds_of_edtf(text, case))
    understood = [bounds for bounds in found if bounds is not None]
    for bounds in understood:
        extent.edtf_of(bounds)
        extent.precision_of(bounds)
    return int(bool(understood))


def tabled(folder: Path) -> int:
    """Reads a table as the one that is named, and maps its rows; how many of them gave an event or a relation."""
    path, named = folder / "table.csv", folder / "name"
    name = named.read_text(errors="replace") if named.exists() else ""
    tables.detect(path)
    with suppress(SitgraphError), tempfile.TemporaryDirectory() as staging:
        return _mapped(path, name, Path(staging))
    return 0


def _mapped(path: Path, name: str, staging: Path) -> int:
    space, known = Space(DEFAULT_BASE), tables_known()
    count = 0
    with tables.open_table(path, tables.load(name), staging) as table:
        for chunk in tables.map_table(table, space, known, judgements(known.decisions, space, known), staging):
            count += chunk.mapped
            assert sum(1 for _ in parse(path=chunk.path, format=RdfFormat.N_QUADS)) == chunk.quads, "quads are miscounted"
    return count


@cache
def tables_known() -> Reference:
    """The reference tables that ship."""
    return reference.load(reference_dir())


def scheme_words() -> tuple[bytes, ...]:
    """The labels, roles and attributes of all schemes, for damage that still means something."""
    found: dict[str, None] = {}
    for path in sorted(Path(schemes.__file__).parent.glob("*.toml")):
        pending: list[object] = [tomllib.loads(path.read_text(encoding="utf-8"))]
        while pending:
            value = pending.pop()
            if isinstance(value, dict):
                found |= dict.fromkeys(value)
                pending += value.values()
            elif isinstance(value, list):
                pending += value
            elif isinstance(value, str) and " " not in value:
                found[value] = None
    return tuple(word.encode() for word in found if word)


def _goldens(format: str, folder: str, pattern: str, *beside: str) -> Seeds:
    return lambda _: seeds.goldens(format, folder, pattern, beside)


def _written(format: str, *endings: str) -> Seeds:
    return lambda folder: iter([seeds.written(format, folder, endings)])


def _of_format(format: str, files: Sequence[str], made: Sequence[Seeds], share: float = 1.0, name: str = "") -> Target:
    def all_seeds(folder: Path) -> Iterator[Seed]:
        for one in made:
            yield from one(folder)

    return Target(name or format, tuple(files), all_seeds, partial(read, format, files[0]), share)


def _alone(made: Callable[[], Iterator[Seed]]) -> Seeds:
    return lambda _: made()


def targets() -> dict[str, Target]:
    """All targets by name."""
    text = ("report.txt", META)
    beside = ("{}.txt", "{}.meta.json", "metadata.csv")
    found = [
        _of_format(
            "brat",
            ("report.ann", *text, "metadata.csv"),
            [_written("brat", ".ann", ".txt", ".meta.json", ".csv"), _goldens("brat", "brat", "*.ann", *beside)],
        ),
        _of_format(
            "re3d",
            ("documents.json", "entities.json", "relations.json"),
            [_goldens("re3d", "re3d", "documents.json", "entities.json", "relations.json")],
        ),
        _of_format(
            "cas", ("report.xmi", "TypeSystem.xml"), [_goldens("cas", "cas", "*.xmi", "TypeSystem.xml")], 0.5, "cas-xmi"
        ),
        _of_format("cas", ("report.json",), [_goldens("cas", "cas", "*.json")], 0.5, "cas-json"),
        _of_format("cas", ("report.zip",), [_alone(seeds.projects)], 0.5, "inception-zip"),
        Target("inception-members", MEMBERS, _alone(seeds.members), from_project, 0.25),
        _of_format("webanno-tsv", ("report.tsv", META), [_goldens("webanno-tsv", "webanno_tsv", "*.tsv", "{}.meta.json")]),
        _of_format("webanno-tsv", ("report.tsv.gz", META), [_alone(seeds.zipped)], 0.5, "webanno-tsv-gz"),
        _of_format(
            "web-annotation",
            ("report.annotations.jsonld", *text),
            [_written("web-annotation", ".annotations.jsonld", ".txt", ".meta.json")],
        ),
        _of_format(
            "label-studio",
            ("report.json", META),
            [
                _written("label-studio", ".label-studio.json", ".meta.json"),
                _goldens("label-studio", "label-studio", "*.json", "{}.meta.json"),
            ],
        ),
        _of_format("doccano", ("report.jsonl", "metadata.csv"), [_goldens("doccano", "doccano", "*.jsonl", "metadata.csv")]),
        _of_format("doccano", ("report.json", "metadata.csv"), [_alone(seeds.doccano_values)], 0.5, "doccano-json"),
        _of_format(
            "muc", ("key-dev-0001.muc4", "dev-muc3-0001-0100"), [_goldens("muc", "muc", "key-*", "dev-muc3-0001-0100")], 0.5
        ),
        _of_format("plover-gsr", ("report.json",), [_alone(seeds.gsr)]),
        _of_format("sitgraph-json", ("report.json",), [_alone(seeds.our_json)]),
        _of_format("sitgraph-json", ("report.jsonl",), [_alone(seeds.our_lines)], 1.0, "sitgraph-jsonl"),
        Target("metadata", ("report.ann", "report.txt", META, "metadata.csv"), lambda _: seeds.described(), walked, 0.5),
        Target("claims", ("report.json",), _alone(seeds.in_schemes), claimed, 0.5, scheme_words()),
        Target("tables", ("name", "table.csv"), seeds.event_tables, tabled, 0.02),
        Target("times", ("said", "day"), _alone(seeds.times), timed),
    ]
    return {target.name: target for target in found}


def prove(target: Target, place: Path, corpus: Path) -> tuple[int, int]:
    """Each seed is read here as where it lies, and something is read of them; they become the corpus. Seeds, and mentions."""
    count = mentions = 0
    with tempfile.TemporaryDirectory() as written:
        for count, seed in enumerate(target.seeds(Path(written)), 1):
            fill(target, place, seed.input)
            found = target.run(place)
            assert found == seed.mentions, f"{target.name}: {found} mentions read of {seed.name}, {seed.mentions} expected"
            mentions += found
            (corpus / f"{count:04}").write_bytes(seed.input)
    assert count, f"{target.name}: there is no seed"
    assert mentions, f"{target.name}: nothing is read of its seeds"
    return count, mentions


def fill(target: Target, place: Path, data: bytes) -> None:
    """The parts of an input as the files of the target; of an empty part there is no file."""
    for name, content in zip(target.files, [*data.split(CUT), *[b""] * len(target.files)], strict=False):
        path = place / name
        if content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        else:
            path.unlink(missing_ok=True)
