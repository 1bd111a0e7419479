"""The benchmark of tables in bulk works: the same quads by every program, and bars that notice. No time is tested."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from benchmarks import bulk, ged_rows, measure, side_by_side, stores
from benchmarks.measure import GIB, Limits
from benchmarks.peers import columns, in_rdflib, rml, staged, stottr, templates
from benchmarks.peers.templates import SOURCES, Template, Term
from benchmarks.processes import Failed, GaveUp, Watched, watched
from benchmarks.side_by_side import Bench, Ingested, Loaded, Mapped

pytest.importorskip("duckdb", reason="not here: the extra tables")

ROWS = 120


def quads(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.nq"):
        # as a store has them: rdflib writes +00:00 for Z, which is the same instant
        found |= {str(q).replace('+00:00"^^', 'Z"^^') for q in parse(path=path, format=RdfFormat.N_QUADS)}
    return found


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources and templates of a small table, with the quads of sitgraph beside them."""
    folder = tmp_path_factory.mktemp("bulk")
    ged_rows.write(folder / "ged.csv", ROWS)
    assert staged.staged(folder / "ged.csv", folder / "staged") > 50 * ROWS
    return folder / "staged"


# -- the same quads


def test_the_sources_hold_every_row(given: Path) -> None:
    names = {t.source for t in templates.read(given)}
    assert {"rows", "participations", "first-participations", "numbers", "primary-sources"} <= names
    assert len([n for n in names if n.startswith("shared-")]) > 20
    assert all((given / SOURCES / f"{n}.{ending}").is_file() for n in names for ending in ("csv", "parquet"))
    assert len((given / SOURCES / "rows.csv").read_text("utf-8").splitlines()) == ROWS + 1


def test_the_writer_fills_the_templates_with_the_quads_of_the_table(given: Path, tmp_path: Path) -> None:
    columns.mapped(given, tmp_path)
    expected = quads(given / staged.QUADS)
    assert len(expected) > 50 * ROWS
    assert quads(tmp_path / "quads") == expected


# rdflib warns of itself when it writes N-Quads
@pytest.mark.filterwarnings("ignore:Dataset.contexts is deprecated:DeprecationWarning")
def test_rdflib_fills_the_templates_with_the_quads_of_the_table(given: Path, tmp_path: Path) -> None:
    in_rdflib.mapped(given, tmp_path)
    assert quads(tmp_path / "quads") == quads(given / staged.QUADS)


def test_a_template_that_is_wrong_gives_other_quads(given: Path, tmp_path: Path) -> None:
    (tmp_path / SOURCES).symlink_to(given / SOURCES)
    right = templates.read(given)
    wrong = [Template(t.source, t.graph, t.subject, t.predicate + "x", t.object) for t in right[:1]]
    templates.write([*wrong, *right[1:]], tmp_path)
    columns.mapped(tmp_path, tmp_path)
    assert quads(tmp_path / "quads") != quads(given / staged.QUADS)


def test_rml_has_every_template_once(given: Path, tmp_path: Path) -> None:
    every = templates.read(given)
    rml.configured(given, tmp_path)
    text = (tmp_path / "mapping.rml.ttl").read_text("utf-8")
    assert len(list(parse(text, RdfFormat.TURTLE))) > 5 * len(every)
    assert text.count("rr:predicateObjectMap") == len(every) > 70
    subjects = {(t.source, t.graph, t.subject) for t in every}
    assert text.count("rr:subjectMap") == len(subjects)
    assert text.count("rr:graph") == len({s for s in subjects if s[1]})


def test_ottr_has_a_parameter_for_each_term_with_columns() -> None:
    term, number = Term("urn:a:{h}"), Term("{best}", True, "http://www.w3.org/2001/XMLSchema#integer")
    of_one = [
        Template("rows", "", term, "urn:p", Term("urn:constant")),
        Template("rows", "", term, "urn:q", number),
        Template("rows", "", term, "urn:r", Term("{name}", True, language="en")),
    ]
    text = stottr.document("urn:t", of_one, stottr.parameters_of(of_one))
    assert "? ottr:IRI ?p0, ? <http://www.w3.org/2001/XMLSchema#integer> ?p1, ? rdf:langString ?p2" in text
    assert re.findall(r"ottr:Triple\((.*)\)", text) == [
        "?p0, <urn:p>, <urn:constant>",
        "?p0, <urn:q>, ?p1",
        "?p0, <urn:r>, ?p2",
    ]


def test_stores_are_compared_by_all_their_quads(tmp_path: Path) -> None:
    lines = [f"<urn:s> <urn:p> <urn:o{n}> .\n" for n in range(3)]
    found = []
    for n, several in enumerate((lines, lines[::-1], [*lines[:2], "<urn:s> <urn:p> <urn:o9> .\n"])):
        (tmp_path / f"{n}.nq").write_text("".join(several), "utf-8")
        stores.load(str(tmp_path / f"store{n}"), str(tmp_path / f"{n}.nq"), "")
        found.append(stores.content(str(tmp_path / f"store{n}")))
    assert found[0] == found[1] != found[2]
    assert [f["quads"] for f in found] == [3, 3, 3]


def test_n_triples_go_into_the_graph_they_are_of(tmp_path: Path) -> None:
    for name, text in (("a.nt", "<urn:s> <urn:p> <urn:o> .\n"), ("a.nq", "<urn:s> <urn:p> <urn:o> <urn:g> .\n")):
        (tmp_path / name).write_text(text, "utf-8")
    stores.load(str(tmp_path / "one"), str(tmp_path / "a.nt"), "urn:g")
    stores.load(str(tmp_path / "other"), str(tmp_path / "a.nq"), "")
    assert stores.content(str(tmp_path / "one")) == stores.content(str(tmp_path / "other"))


def test_what_is_linked_twice_is_on_disk_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(100_000))
    once = stores.size_on_disk(tmp_path)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert stores.size_on_disk(tmp_path) == once >= 100_000


# -- processes


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_process_is_watched_with_its_children() -> None:
    child = "x = b'1' * (80 * 2**20); import time; time.sleep(0.6)"
    alone = watched(python(child), Limits())
    together = watched(python(f"import subprocess, sys; {child}; subprocess.run([sys.executable, '-c', {child!r}])"), Limits())
    assert 80 * 2**20 < alone.peak < 150 * 2**20 < together.peak
    assert watched(python("print(7)"), Limits()).output == "7\n"


def test_a_process_that_takes_too_much_is_given_up_and_one_that_fails_tells_why() -> None:
    with pytest.raises(GaveUp, match=r"more than 0\.2 s"):
        watched(python("import time; time.sleep(60)"), Limits(seconds=0.2))
    with pytest.raises(GaveUp, match=r"more than 0\.0625 GB"):
        watched(python("x = b'1' * 2**28; import time; time.sleep(60)"), Limits(memory=GIB // 16))
    with pytest.raises(Failed, match=r"ended with 1:\n[\s\S]*no such thing"):
        watched(python("raise ValueError('no such thing')"), Limits())


# -- bars and tables


def taken(seconds: float, peak: float = 100.0) -> Watched:
    return Watched(seconds, seconds, int(peak * 2**20), "")


def compared(ours: float, raw: float, quads: int = 8_000_000) -> dict[int, tuple[Ingested, Loaded]]:
    return {100_000: (Ingested(100_000, [taken(ours)], quads, 20_000, 10**9), Loaded([raw], [taken(raw)], 10**9))}


def test_the_bar_beside_the_loader() -> None:
    assert [*bulk.loader_missed(compared(15.0, 10.0), 1.5)] == []
    assert [*bulk.loader_missed(compared(15.1, 10.0), 1.5)] == [
        "100,000 rows took 1.5 times as long as the raw loader; at most 1.5"
    ]
    assert [*bulk.loader_missed(compared(15.0, 10.0, 9_119_910), 1.5)] == ["100,000 rows gave 91.0 quads a row; at most 90"]


def test_the_bars_beside_the_peers(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Limits(), sys.executable, {100: Ingested(100, [taken(10.0)])})

    def missed(writer: float, morph: float, rdflib: float) -> list[str]:
        several = [
            Mapped("sitgraph", taken(3.0), 5.0),
            Mapped(side_by_side.WRITER, taken(writer), 5.0),
            Mapped("morph-kgc", taken(morph), 5.0),
            Mapped("maplib", gave_up="not installed"),
            Mapped("rdflib", taken(rdflib), 5.0),
        ]
        assert "| maplib | – |" in bulk.peers_table(bench, 100, several)
        return [*bulk.peers_missed(bench, 100, several, 5.0)]

    assert missed(1.0, 5.1, 9.0) == []
    assert missed(1.0, 5.1, 5.0) == ["rdflib maps and loads in 10.0 s, sitgraph in 10.0 s"]
    assert missed(1.1, 5.1, 9.0) == ["mapping by morph-kgc takes 4.6 times as long as by sitgraph's writer; at least 5"]


def test_the_bars_of_memory() -> None:
    def missed(*peaks: float) -> list[str]:
        several = [Ingested(n, [taken(1.0, peak)]) for n, peak in enumerate(peaks, 1)]
        return [*bulk.memory_missed(several, 2 * GIB, 1.25)]

    assert missed(1000, 1249) == []
    assert missed(1000, 1251) == ["2 rows took 1.25 times the memory of 1; at most 1.25"]
    assert missed(2049, 2049) == ["1 rows took 2.00 GiB; at most 2", "2 rows took 2.00 GiB; at most 2"]


def test_a_program_that_is_not_there_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench(tmp_path, Limits(), sys.executable)
    assert side_by_side.version(bench, "rdflib")
    found = {name: side_by_side.version(bench, name) for name in ("maplib", "morph-kgc")}
    for name in (n for n, version in found.items() if not version):
        assert side_by_side.mapped_by(bench, name, ()) == Mapped(name, gave_up="not installed")
        assert f"{name}: not installed" in capsys.readouterr().err


def cells(printed: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line[:1] == "|"]


@pytest.mark.slow
def test_the_command_prints_its_tables_and_notices_bars_that_are_missed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bars = ["--bar", "0.0001", "--faster", "1000000", "--most", "0.0001"]
    sizes = ["--sizes", "60", "--peer-rows", "60", "--memory-rows", "60", "90"]
    assert bulk.main(["--quick", "--folder", str(tmp_path), *sizes, *bars]) == 1
    printed = capsys.readouterr()
    found = {row[1] if row[0][:1].isdigit() else row[0]: row for row in cells(printed.out)}
    assert {"sitgraph ingest", "the raw loader", "sitgraph", "sitgraph's writer", "morph-kgc", "maplib", "rdflib"} <= set(found)
    assert "the same ones of each" in printed.out
    missed = [line for line in printed.err.splitlines() if line.startswith("bar missed: ")]
    assert sum("raw loader" in m for m in missed) == 1
    assert sum("GiB" in m for m in missed) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_program_that_writes_other_quads_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its last quad is another one, so that the count is the same."""
    program = (
        "import sys; from pathlib import Path; from benchmarks.peers import columns\n"
        "folder, out = map(Path, sys.argv[1:]); columns.mapped(folder, out)\n"
        "path = min((out / 'quads').glob('*.nq')); lines = path.read_text().splitlines(True)\n"
        "path.write_text(''.join([*lines[:-1], '<urn:s> <urn:p> <urn:o> .\\n']))"
    )
    monkeypatch.setattr(side_by_side, "commands", lambda python: {"rdflib": (python, "-c", program)})
    bench = Bench(tmp_path, Limits(), sys.executable, {ROWS: Ingested(ROWS, [taken(1.0)])})
    with pytest.raises(Failed, match=r"rdflib wrote other quads: ([\d,]+), sitgraph \1$"):
        side_by_side.beside_the_peers(bench, ROWS)


def test_what_fails_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr(side_by_side, "ingest_command", lambda path, store: python("raise ValueError('no such thing')"))
    assert bulk.main(["--quick", "--only", "memory", "--folder", str(tmp_path)]) == 1
    assert "ValueError: no such thing" in capsys.readouterr().err


def test_tables_are_put_between_their_markers(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text((project / "docs" / "benchmarks.md").read_text("utf-8"), "utf-8")
    for name in ("bulk", "bulk peers", "bulk memory"):
        measure.publish(name, f"| the table of {name} |\n", page)
    assert page.read_text("utf-8").count("| the table of bulk") == 3
