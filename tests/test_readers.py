"""Readers: goldens as folders, laws of every reader by generated input, and the counts of the shared data."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TextSpan, quote_of
from kg.readers import (
    Reader,
    Unclaimed,
    brat,
    cas,
    default_ids,
    doccano,
    label_studio,
    muc,
    plover_gsr,
    re3d,
    readers,
    sitgraph_json,
    walk,
    web_annotation,
    webanno_tsv,
)
from kg.readers._source import MAX_ANNOTATION_BYTES, MAX_ANNOTATION_LINES, MAX_TEXT_BYTES

DATA = Path(__file__).parent / "data"
CASES = sorted(p for f in ("brat", "re3d") for p in (DATA / f).iterdir() if p.is_dir())
# A module is checked against the protocol here; in the order of the modules' names.
READERS: tuple[Reader, ...] = (
    brat, cas, doccano, label_studio, muc, plover_gsr, re3d, sitgraph_json, web_annotation, webanno_tsv,
)  # fmt: skip


def read_all(*paths: Path, format: str | None = None) -> tuple[list[AnnotatedReport], list[Problem], list[Unclaimed]]:
    found = list(walk(paths, format))
    reports = [x for x in found if isinstance(x, AnnotatedReport)]
    problems = [p for x in found for p in (x.problems if isinstance(x, AnnotatedReport) else (x,)) if isinstance(p, Problem)]
    return reports, problems, [x for x in found if isinstance(x, Unclaimed)]


def write(folder: Path, name: str, text: str, lines: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    path = folder / f"{name}.ann"
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    return path


def assert_grounded(report: AnnotatedReport) -> None:
    ids = {m.id for m in report.mentions}
    assert len(ids) == len(report.mentions)
    for m in report.mentions:
        spans = [f for f in m.fragments if isinstance(f, TextSpan)]
        assert spans == sorted(spans)
        assert all(0 <= f.start < f.end <= len(report.text) for f in spans)
        assert m.quote == quote_of(report.text, spans)
    assert all(k.source in ids and k.target in ids for k in report.links)


# --- goldens ---------------------------------------------------------------------------------------------------------------


def test_all_cases_are_collected() -> None:
    assert Counter(p.parent.name for p in CASES) == {"brat": 51, "re3d": 3}
    assert all((p / "expected.json").is_file() for p in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_golden(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    reports, problems, unclaimed = read_all(case)
    assert [json.loads(r.to_json()) for r in reports] == expected["reports"]
    said = [f"{Path(p.path).name}:{p.line}: {'warning: ' * (p.severity == 'warning')}{p.where}: {p.message}" for p in problems]
    assert len(said) == len(expected["problems"]), said
    for line, wanted in zip(said, expected["problems"], strict=True):
        place, wanted_message = re.fullmatch(r"([^:]+:\d+: (?:warning: )?)(.*)", wanted, re.DOTALL).groups()  # type: ignore[union-attr]  # a bad line fails
        assert line.startswith(place)
        assert wanted_message in line
    assert [Path(u.path).name for u in unclaimed] == ["expected.json"]
    for report in reports:
        assert_grounded(report)


def test_each_line_is_accounted_for_in_every_golden() -> None:
    lines = 0
    for case in (c for c in CASES if c.parent.name == "brat"):
        for report in read_all(case)[0]:
            stored = (case / "report.ann").read_bytes().decode().removeprefix("\ufeff")
            seen = {p.line for p in report.problems} | {m.line for m in report.mentions} | {k.line for k in report.links}
            triggers = {
                e.split("\t")[1].split(" ")[0].rpartition(":")[2] for e in stored.split("\n") if e.startswith("E") and ":" in e
            }
            for number, line in enumerate(stored.split("\n"), 1):
                if line.strip() and line[0] not in "AMN#" and line.partition("\t")[0] not in triggers:
                    lines += 1
                    assert number in seen, f"{case.name}:{number}: {line}"
    assert lines == 142


# --- laws ------------------------------------------------------------------------------------------------------------------

WORD = st.from_regex(r"[A-Za-z][A-Za-z-]{0,5}", fullmatch=True)
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("aب💥\n\r \u2028")), min_size=1, max_size=60).filter(
    lambda t: not t.startswith("\ufeff")
)
FREE = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=12).map(str.strip)
NAME = FREE.map(lambda t: t.replace("\t", " "))  # a tab would begin another field
PIECES = "T1|T2|T3|E1|E2|R1|A1|M1|N1|#1|*|;|:|Side|Attack:T2|Role:T1|Role:E1|Role2:E2|Arg1:T1|Arg2:E1|Equiv|Reference|w:Q1"
TOKEN = st.sampled_from(f"{PIECES}|\t|\t|\t| | |\n|\n|\r|0 3|4 7|0 99|3 0|AnnotatorNotes|abc|def|\u2028|\x85|٣|3".split("|"))


@st.composite
def annotated(draw: st.DrawFn) -> AnnotatedReport:
    text = draw(TEXT)
    mentions: dict[tuple[object, ...], Mention] = {}
    for n in range(draw(st.integers(0, 6))):
        points = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
        fragments = tuple(TextSpan(a, b) for a, b in zip(points[::2], points[1::2], strict=False))
        label, is_event = draw(WORD), draw(st.booleans())
        mentions[label, fragments] = Mention(
            id=f"{'E' if is_event else 'T'}{n + 1}",
            label=label,
            fragments=fragments,
            quote=quote_of(text, fragments),
            attributes=tuple(
                sorted(draw(st.dictionaries(WORD, st.sampled_from(["true", "planned", "2"]), max_size=2)).items())
            ),
            references=tuple(sorted(draw(st.sets(st.builds(Reference, WORD.map("w:Q{}".format), NAME), max_size=2)))),
            notes=tuple(sorted(draw(st.sets(FREE.filter(bool), max_size=2)))),
        )
    ids = [m.id for m in mentions.values()]
    links = draw(st.sets(st.builds(Link, WORD, st.sampled_from(ids), st.sampled_from(ids)), max_size=5)) if ids else set()
    return AnnotatedReport(Report("r"), text, tuple(mentions.values()), tuple(links), "sitgraph-1")


def stand_off(report: AnnotatedReport) -> list[str]:
    """The report as lines of brat, in the one plain way; the writer of the product is tested elsewhere."""
    lines: list[str] = []
    arguments = {k for k in report.links if k.source.startswith("E") and k.target.startswith("T")}
    for n, m in enumerate(report.mentions, 1):
        spans = ";".join(f"{f.start} {f.end}" for f in m.fragments if isinstance(f, TextSpan))
        own = m.id if m.id.startswith("T") else f"T{100 + n}"
        lines.append(f"{own}\t{m.label} {spans}\t" + m.quote.replace("\n", " "))
        if own != m.id:
            roles = "".join(f" {k.label}{i}:{k.target}" for i, k in enumerate(arguments) if k.source == m.id)
            lines.append(f"{m.id}\t{m.label}:{own}{roles}")
        lines += [f"A{n}{i}0\t{name} {m.id}{'' if v == 'true' else ' ' + v}" for i, (name, v) in enumerate(m.attributes)]
        lines += [f"N{n}{i}0\tReference {m.id} {r.iri}\t{r.name}" for i, r in enumerate(m.references)]
        lines += [f"#{n}{i}0\tAnnotatorNotes {m.id}\t{note}" for i, note in enumerate(m.notes)]
    rest = [k for k in report.links if k not in arguments]
    return lines + [f"R{n}\t{k.label} Arg1:{k.source} Arg2:{k.target}" for n, k in enumerate(rest, 1)]


@given(annotated(), st.randoms(use_true_random=False))
def test_what_is_written_as_stand_off_is_read_back_in_any_order_of_lines(report: AnnotatedReport, order: random.Random) -> None:
    lines = stand_off(report)
    shuffled = order.sample(lines, len(lines))
    with TemporaryDirectory() as name:
        reports = [
            read_all(write(Path(name) / part, "r", report.text, ls))[0][0] for part, ls in (("a", lines), ("b", shuffled))
        ]
    assert not [p for r in reports for p in r.problems if p.severity == "rejected"]
    assert reports[0].canonical() == report.canonical()
    assert reports[1].canonical() == report.canonical()
    assert reports[1].digest() == report.digest()


@given(st.one_of(st.binary(max_size=200), st.lists(TOKEN, max_size=60).map(lambda ts: "".join(ts).encode())))
def test_any_bytes_give_a_report_or_a_problem(data: bytes) -> None:
    with TemporaryDirectory() as name:
        path = write(Path(name), "r", "abc def ghi", [])
        path.write_bytes(data)
        (found,) = brat.read(path)
    if isinstance(found, Problem):
        assert found.severity == "rejected"
        assert "UTF-8" in found.message
    else:
        assert_grounded(found)


@given(
    st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([b'{"_id":"D","text":"abc"}', b"[]", b'{"_id":1}'])), max_size=6)
)
def test_any_bytes_as_json_lines_give_reports_or_problems(rows: list[bytes]) -> None:
    with TemporaryDirectory() as name:
        for file in (re3d.DOCUMENTS, re3d.ENTITIES, re3d.RELATIONS):
            (Path(name) / file).write_bytes(b"\n".join(rows))
        found = list(re3d.read(Path(name) / re3d.DOCUMENTS))
    assert found
    assert all(isinstance(x, AnnotatedReport | Problem) for x in found)


def test_shuffled_lines_of_the_goldens_say_the_same(tmp_path: Path) -> None:
    names = (
        "arabic astral-and-combining attributes discontinuous entities-and-relations event-roles equivalences stacked-events"
    )
    for name in names.split():
        text = (DATA / "brat" / name / "report.txt").read_bytes().decode()
        lines = (DATA / "brat" / name / "report.ann").read_text(encoding="utf-8").splitlines()
        first = read_all(write(tmp_path / name, "report", text, lines))[0][0]
        last = read_all(write(tmp_path / name, "report", text, lines[::-1]))[0][0]
        assert first.canonical() == last.canonical()
        assert first.mentions != last.mentions


# --- limits ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "limit", "name"), [
    (".txt", MAX_TEXT_BYTES, "MAX_TEXT_BYTES"),
    (".ann", MAX_ANNOTATION_BYTES, "MAX_ANNOTATION_BYTES"),
])  # fmt: skip
def test_a_file_above_the_limit_is_refused_and_the_limit_is_named(tmp_path: Path, suffix: str, limit: int, name: str) -> None:
    path = write(tmp_path, "r", "abc", [])
    os.truncate(path.with_suffix(suffix), limit + 1)
    reports, (problem,), _ = read_all(path)
    assert not reports
    assert problem.path.endswith(suffix)
    assert f"more than {name} ({limit:,} bytes)" in problem.message


def test_more_lines_than_the_limit_are_refused_and_the_limit_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "brat", "r", "abc", [])
    path.write_bytes(b"x\n" * (MAX_ANNOTATION_LINES + 1))
    folder = tmp_path / "re3d"
    folder.mkdir()
    for file in (re3d.DOCUMENTS, re3d.ENTITIES, re3d.RELATIONS):
        (folder / file).write_bytes(path.read_bytes())
    reports, problems, _ = read_all(tmp_path)
    assert not reports
    assert [p.path for p in problems] == [str(path), str(folder / re3d.DOCUMENTS)]
    assert all(f"more than MAX_ANNOTATION_LINES ({MAX_ANNOTATION_LINES:,})" in p.message for p in problems)


@pytest.mark.parametrize("start", ["", "\ufeff\U0001f680"], ids=["ascii", "mark and astral, four bytes a character"])
def test_a_text_of_fifty_megabytes_is_read_in_less_than_a_gibibyte(tmp_path: Path, start: str, project: Path) -> None:
    text = start + "Aleppo fell. " * (50_000_000 // 13)
    place = text.removeprefix("\ufeff").index("Aleppo")
    path = write(tmp_path, "r", text, [f"T1\tSettlement {place} {place + 6}\tAleppo"])
    code = (
        "import resource, sys; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "from kg.readers import walk\n"
        "(report,) = walk([Path(sys.argv[1])]).readable[0].read()\n"
        "print(len(report.text), report.mentions[0].quote)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=project, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == [str(len(text.removeprefix("\ufeff"))), "Aleppo"]


def test_readers_are_light_to_import(project: Path) -> None:
    code = "import sys, kg.readers; kg.readers.readers(); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    loaded = set(done.stdout.split())
    assert "kg.readers.brat" in loaded
    assert not loaded & {"pyoxigraph", "rdflib", "owlready2", "fastapi", "kg.store", "kg.claims"}


# --- walk ------------------------------------------------------------------------------------------------------------------

LINE = "T1\tSide 0 3\tabc"


def test_files_that_no_reader_takes_are_listed_and_are_no_error(tmp_path: Path) -> None:
    write(tmp_path, "r", "abc", [LINE])
    for name in ("annotation.conf", "visual.conf", "metadata.csv", "r.meta.json"):
        (tmp_path / name).write_text({"metadata.csv": "id\nr\n", "r.meta.json": "{}"}.get(name, ""))
    (tmp_path / "plain.txt").write_text("abc")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.ann").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.ann").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    reports, problems, unclaimed = read_all(tmp_path)
    assert [r.report.id for r in reports] == ["r"]
    assert not problems
    assert [Path(u.path).name for u in unclaimed] == ["picture.png", "pipe", "plain.txt"]
    assert "plain.ann is not beside it" in unclaimed[2].reason
    assert "docs/annotating.md says how annotations are made" in unclaimed[2].reason


def test_a_path_that_does_not_exist_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "r", "abc", [LINE])
    reports, problems, _ = read_all(tmp_path / "nowhere", path)
    assert len(reports) == 1
    assert problems == [Problem(str(tmp_path / "nowhere"), 0, "there is no such file or folder")]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "r", "abc", [LINE])
    assert len(read_all(path, tmp_path, tmp_path / "." / "r.ann")[0]) == 1


def test_the_order_is_that_of_the_names_below_the_paths_given(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/x/3", "c"):
        write((tmp_path / name).parent, Path(name).name, "abc", [LINE])
    read = [r.path for r in read_all(tmp_path / "b", tmp_path)[0]]
    assert read == [str(tmp_path / f"{n}.ann") for n in ("b/1", "b/2", "a/x/3", "c")]


def test_a_text_given_alone_is_told_to_whom_it_belongs(tmp_path: Path) -> None:
    write(tmp_path, "r", "abc", [LINE])
    reports, problems, unclaimed = read_all(tmp_path / "r.txt")
    assert not reports
    assert not problems
    assert unclaimed == [Unclaimed(str(tmp_path / "r.txt"), "belongs to r.ann; give that file, or the folder")]


def test_a_text_given_with_its_annotation_is_part_of_it(tmp_path: Path) -> None:
    path = write(tmp_path, "r", "abc", [LINE])
    for format in (None, "brat"):
        reports, problems, unclaimed = read_all(path.with_suffix(".txt"), path, format=format)
        assert (len(reports), problems, unclaimed) == (1, [], [])


def test_a_format_that_is_given_takes_every_file_that_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, "r", "abc", [LINE])
    other = path.rename(tmp_path / "r.standoff")
    assert not read_all(other)[0]
    assert len(read_all(other, format="brat")[0]) == 1
    _, _, unclaimed = read_all(tmp_path, format="re3d")
    assert [Path(u.path).name for u in unclaimed] == ["r.standoff", "r.txt"]
    _, (problem,), _ = read_all(tmp_path / "r.txt", format="brat")
    assert "is a text" in problem.message
    _, (problem,), _ = read_all(other, format="re3d")
    assert "re3d is read from documents.json" in problem.message


def test_a_format_that_no_reader_has_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="there are brat, cas, doccano, label-studio, muc, plover-gsr, re3d"):
        walk([tmp_path], "word")


@pytest.mark.parametrize(
    "ids",
    [
        {"a/x/1.ann": "1"},
        {"a/1.ann": "a-1", "b/1.ann": "b-1", "b/2.ann": "2"},
        {"a/x/1.ann": "a-x-1", "b/x/1.ann": "b-x-1", "c/1.ann": "c-1", "b/2.ann": "2"},
        {"a/1.ann": "r-a-1", "1.ann": "r-1", "a-1.ann": "r-a-1~2", "2.ann": "2"},
        {"d/3.ann": "d-3", "d/3.xml": "d-3~2"},
        {},
    ],
    ids=len,
)
def test_ids_are_stems_and_as_many_folders_as_tell_them_apart(ids: dict[str, str]) -> None:
    for root in (Path("/r"), Path("/somewhere/else/r")):
        assert default_ids([root / name for name in ids]) == {root / name: i for name, i in ids.items()}


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "a", "r", "abc", [LINE])
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    reports, _, (unclaimed,) = read_all(tmp_path)
    assert len(reports) == 1
    assert "not followed" in unclaimed.reason


def plug_in(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    (folder / "sitgraph_plugin.py").write_text(body)
    info = folder / "sitgraph_plugin-1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sitgraph-plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[kg.readers]\nplugged = sitgraph_plugin\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "sitgraph_plugin", raising=False)


PLUG_IN = """
from kg.model import AnnotatedReport, Report
FORMAT = "plugged"
def detect(path): return path.suffix == ".plug"
def read(path, default_id="", annotator=""): yield AnnotatedReport(Report(default_id), path.read_text(), (), (), "x")
"""


def test_an_installed_reader_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(readers()) == [r.FORMAT for r in READERS]
    plug_in(tmp_path, monkeypatch, PLUG_IN)
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "r.plug").write_text("abc")
    assert list(readers()) == [*(r.FORMAT for r in READERS), "plugged"]
    assert [r.text for r in read_all(folder)[0]] == ["abc"]


@pytest.mark.parametrize(("body", "message"), [
    ("import no_such_module", "cannot be loaded"),
    ("FORMAT = 'plugged'", "needs FORMAT, detect and read"),
    (PLUG_IN.replace('"plugged"', '"brat"'), "there is another reader of brat"),
])  # fmt: skip
def test_an_installed_reader_that_cannot_be_used_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    plug_in(tmp_path, monkeypatch, body)
    with pytest.raises(ReadError, match=message):
        readers()


def test_a_file_that_two_readers_take_is_read_by_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(tmp_path, monkeypatch, PLUG_IN.replace(".plug", ".ann"))
    path = write(tmp_path / "reports", "r", "abc", [LINE])
    reports, problems, _ = read_all(path)
    assert not reports
    assert problems == [Problem(str(path), 0, "may be brat or plugged; say which with --format")]
    assert len(read_all(path, format="brat")[0]) == 1


# --- shared data -----------------------------------------------------------------------------------------------------------


def test_the_seed_report(shared: Path) -> None:
    reports, problems, unclaimed = read_all(shared / "data" / "seed-report")
    assert not problems
    assert [Path(u.path).name for u in unclaimed] == ["README.md", "expected.issued-2016-08-08.json", "expected.json"]
    assert [r.format for r in reports] == ["brat", "web-annotation", "label-studio", "cas"]
    report = reports[0]
    assert_grounded(report)
    assert (report.report.id, report.report.issued, report.scheme) == ("mesop-aleppo", "2016-08-15", "sitgraph-1")
    assert Counter(m.id[0] for m in report.mentions) == {"T": 83, "E": 63}
    lines = (shared / "data/seed-report/mesop-aleppo.ann").read_text(encoding="utf-8").splitlines()
    relations = {n for n, line in enumerate(lines, 1) if line.startswith("R")}
    roles = sum(len(line.split("\t")[1].split()) - 1 for line in lines if line.startswith("E"))
    assert sum(k.line in relations for k in report.links) == 37
    assert len(report.links) == 37 + roles
    assert sum(len(m.attributes) for m in report.mentions) == 70
    assert sum(len(m.references) for m in report.mentions) == 42
    quotes = {f[0]: f[2] for f in (line.split("\t") for line in lines) if f[0].startswith("T")}
    assert len(quotes) == 140
    assert all(m.quote.replace("\n", " ") == quotes[m.id] for m in report.mentions if m.id in quotes)


def test_the_seed_report_says_the_same_in_any_order_of_lines(shared: Path, tmp_path: Path) -> None:
    seed = shared / "data/seed-report/mesop-aleppo.ann"
    (report,), _, _ = read_all(seed)
    lines = seed.read_text(encoding="utf-8").splitlines()
    shuffled = random.Random(1).sample(lines, len(lines))
    path = write(tmp_path, "mesop-aleppo", report.text, shuffled)
    (tmp_path / "mesop-aleppo.meta.json").write_bytes(seed.with_name("mesop-aleppo.meta.json").read_bytes())
    assert read_all(path)[0][0].canonical() == report.canonical()


# reports; T, E, R, A, N, # and * lines; mentions; rejected lines. The first figures are those of the README of the corpora.
CORPORA = {
    "tutorial-news": (13, "T119 E23 R8 A11 N1 #4 *2", 119, 0),
    "nerel": (61, "T4526 R3238 N3049", 4526, 1),
    "litbank": (9, "T2229 R17", 2229, 0),
    "tdt": (2, "T321 R328 A925 #321", 321, 0),
}


@pytest.mark.parametrize("name", CORPORA)
def test_brat_corpora(shared: Path, name: str) -> None:
    count, by_kind, mentions, rejected = CORPORA[name]
    folder = shared / "data" / "brat" / name
    reports, problems, _ = read_all(folder)
    stored = [line for p in folder.rglob("*.ann") for line in p.read_bytes().decode().split("\n") if line.strip()]
    kinds = Counter(line[0] for line in stored if re.match(r"([TERAN#][0-9]+|\*)\t", line))
    assert len(reports) == count
    assert kinds == {part[0]: int(part[1:]) for part in by_kind.split()}
    refused = [p for p in problems if p.severity == "rejected"]
    assert len(refused) == rejected == len(stored) - kinds.total()
    events = sum(m.id.startswith("E") for r in reports for m in r.mentions)
    triggers = {(r.path, m.fragments, m.label) for r in reports for m in r.mentions if m.id.startswith("E")}
    assert (events, sum(len(r.mentions) for r in reports)) == (kinds["E"], mentions)
    assert kinds["T"] == mentions - events + len(triggers)
    assert sum(len(m.attributes) for r in reports for m in r.mentions) == kinds["A"]
    without_item = sum(int(m[1]) for p in problems if (m := re.match(r"(\d+) normalisations name no item", p.message)))
    assert sum(len(m.references) for r in reports for m in r.mentions) + without_item == kinds["N"]
    not_kept = sum("is not kept: only" in p.message for p in problems)
    assert sum(len(m.notes) for r in reports for m in r.mentions) + not_kept == kinds["#"]
    for report in reports:
        assert_grounded(report)


def test_a_stray_line_of_a_corpus_is_named(shared: Path) -> None:
    _, problems, _ = read_all(shared / "data/brat/nerel/21013_text.ann")
    assert [(p.line, p.severity) for p in problems if p.severity == "rejected"] == [(52, "rejected")]


def test_discontinuous_spans_of_a_corpus(shared: Path) -> None:
    reports, _, _ = read_all(shared / "data/brat/nerel")
    assert sum(len(m.fragments) > 1 for r in reports for m in r.mentions) == 25


def test_reports_of_one_name_in_several_folders_have_several_ids(shared: Path) -> None:
    reports, _, _ = read_all(shared / "data/brat/litbank")
    assert len({r.report.id for r in reports}) == 9
    assert "events-1023_bleak_house" in {r.report.id for r in reports}


RE3D = {"BBC Online": (8, 913, 281), "CENTCOM": (23, 1439, 538), "Wikipedia": (13, 641, 168)}


def mentions_of(reports: list[AnnotatedReport]) -> Iterator[tuple[AnnotatedReport, Mention, bool]]:
    for report in reports:
        sources = {k.source for k in report.links}
        for m in report.mentions:
            yield report, m, m.id in sources


@pytest.mark.parametrize("name", RE3D)
def test_re3d(shared: Path, name: str) -> None:
    folder = shared / "data" / "re3d" / name
    reports, problems, unclaimed = read_all(folder)
    kinds = Counter(is_relation for _, _, is_relation in mentions_of(reports))
    assert (len(reports), kinds[False], kinds[True]) == RE3D[name]
    for file, count in zip(("documents", "entities", "relations"), RE3D[name], strict=True):
        rows = [line for line in (folder / f"{file}.json").read_bytes().split(b"\n") if line.strip()]
        rejected = [p for p in problems if p.severity == "rejected" and p.path.endswith(f"{file}.json")]
        assert len(rows) == count + len(rejected)
    assert all(p.severity == "warning" and "values differ from the text" in p.message for p in problems)
    assert [Path(u.path).name for u in unclaimed] == ["ATTRIBUTION", "LICENSE"]
    for report in reports:
        assert_grounded(report)
        assert (report.scheme, report.report.language, report.report.issued) == ("re3d", "en", "")
        assert report.report.title
        assert report.report.url.startswith("http")


def test_quirks_of_re3d_are_as_measured(shared: Path) -> None:
    reports, problems, _ = read_all(shared / "data" / "re3d")
    found = list(mentions_of(reports))
    without_confidence = Counter(is_relation for _, m, is_relation in found if m.attribute("confidence") == "0")
    assert without_confidence == {False: 707, True: 32}
    ends = {
        (r.report.id, m.id): Counter(k.label for k in r.links if k.source == m.id) for r, m, is_relation in found if is_relation
    }
    assert len(ends) == 987
    assert all(set(labels) == {"source", "target"} for labels in ends.values())
    assert sum(m.attribute("value") != "" for _, m, _ in found) == 3
    counted = [re.match(r"\d+ values differ from the text, (\d+) in white space only", p.message) for p in problems]
    assert sum(int(m[1]) for m in counted if m) == 405 + 1  # and one entity, whose line feed is a space
    blank = 0
    for folder in RE3D:
        texts = {r.report.id: r.text for r in reports}
        for line in (shared / "data/re3d" / folder / "relations.json").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            blank += not texts[row["documentId"]][row["begin"] : row["end"]].strip()
    assert blank == 79
