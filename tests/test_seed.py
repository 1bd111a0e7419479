"""The seed report answers every expectation, over real HTTP, with and without its reference lines, and issued on another day.

The expectations and their checker are the shared data's; nothing of them is repeated here. The checker knows labels, terms of
the ontology and codes alone, and asks them of ``/sparql`` of a running server.
"""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
import uvicorn
from pyoxigraph import NamedNode

from api.app import create_app
from kg.config import Settings
from kg.iri import Space
from kg.pipeline import Options, Outcome, ingest
from kg.store.generations import StoreDirectory

CHECKS = 143
STEM = "mesop-aleppo"

# What a folder with one format alone holds: the endings of its files, and what they do not say, as a row of metadata.csv.
FORMATS = {
    "brat": ((".ann", ".txt", ".meta.json"), ""),
    "web-annotation": ((".annotations.jsonld", ".txt", ".meta.json"), ""),
    "label-studio": ((".label-studio.json",), "id,language\nmesop-aleppo,en\n"),
    "cas": ((".xmi", ".TypeSystem.xml"), "id,language\nmesop-aleppo,en\n"),
}


@pytest.fixture(scope="module")
def seed(shared: Path) -> Path:
    return shared / "data" / "seed-report"


@pytest.fixture(scope="module")
def checker(shared: Path) -> ModuleType:
    """The checker of the shared folder, as a module; nothing is written beside it."""
    path = shared / "tools" / "check_expected.py"
    spec = importlib.util.spec_from_file_location("check_expected", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def copied(seed: Path, folder: Path, keep: Callable[[str], bool] = lambda _: True, **meta: str) -> Path:
    """The seed report in a folder of its own, with the lines of its annotation that are wanted, and other metadata."""
    folder.mkdir()
    (folder / f"{STEM}.txt").write_bytes((seed / f"{STEM}.txt").read_bytes())
    lines = (seed / f"{STEM}.ann").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / f"{STEM}.ann").write_text("".join(line for line in lines if keep(line)), encoding="utf-8")
    given = json.loads((seed / f"{STEM}.meta.json").read_text(encoding="utf-8"))
    (folder / f"{STEM}.meta.json").write_text(json.dumps({**given, **meta}), encoding="utf-8")
    return folder / f"{STEM}.ann"


@contextmanager
def served(store: Path) -> Iterator[str]:
    """A running server over a store; gives its base."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(store)), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def answers(checker: ModuleType, store: Path, expected: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, int, str]:
    with served(store) as base:
        passed, failed = checker.Checker(f"{base}/sparql").run(str(expected), quiet=True)
    return passed, failed, capsys.readouterr().out


def test_the_seed_report_answers_all_checks(
    seed: Path, checker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = ingest(tmp_path / "s", [seed / f"{STEM}.ann"], Options())
    assert (outcome.exit_code, outcome.problems) == (0, [])
    assert answers(checker, tmp_path / "s", seed / "expected.json", capsys) == (CHECKS, 0, "")


def test_and_without_its_reference_lines(
    seed: Path, checker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied(seed, tmp_path / "in", lambda line: not line.startswith("N"))
    assert sum(line.startswith("N") for line in (seed / f"{STEM}.ann").read_text(encoding="utf-8").splitlines()) > 10
    ingest(tmp_path / "s", [path], Options())
    assert answers(checker, tmp_path / "s", seed / "expected.json", capsys) == (CHECKS, 0, "")


def test_and_issued_on_another_day(seed: Path, checker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied(seed, tmp_path / "in", issued="2016-08-08")
    ingest(tmp_path / "s", [path], Options())
    passed, failed, told = answers(checker, tmp_path / "s", seed / "expected.issued-2016-08-08.json", capsys)
    assert (failed, told) == (0, "")
    assert passed == len(json.loads((seed / "expected.issued-2016-08-08.json").read_text(encoding="utf-8"))["checks"]) > 0


def test_and_beside_other_reports(
    seed: Path, checker: ModuleType, tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is about the report alone stays as it is; what other reports add to is not asked."""
    ingest(tmp_path / "s", [seed / f"{STEM}.ann", project / "examples"], Options())
    own = {"layout", "claim", "explanation"}
    expected = json.loads((seed / "expected.json").read_text(encoding="utf-8"))
    checks = [c for c in expected["checks"] if c["type"] in own and "status" not in json.dumps(c)]
    (tmp_path / "some.json").write_text(json.dumps({"report": expected["report"], "checks": checks}), encoding="utf-8")
    assert len(checks) == 10
    assert answers(checker, tmp_path / "s", tmp_path / "some.json", capsys) == (len(checks), 0, "")


def test_the_checker_notices_a_damaged_annotation(
    seed: Path, checker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that cannot fail is worse than none: without attribution, contradictions and denials many must fail."""
    path = copied(seed, tmp_path / "in", lambda line: "SaysThat" not in line and "Contradicts" not in line)
    ingest(tmp_path / "s", [path], Options())
    passed, failed, told = answers(checker, tmp_path / "s", seed / "expected.json", capsys)
    assert passed + failed == CHECKS
    assert failed == told.count("FAIL") > 10


# -- the same report in four formats


def alone(seed: Path, folder: Path, format: str) -> Path:
    """The seed report in one format, and nothing else."""
    endings, row = FORMATS[format]
    folder.mkdir()
    for ending in endings:
        (folder / f"{STEM}{ending}").write_bytes((seed / f"{STEM}{ending}").read_bytes())
    if row:
        (folder / "metadata.csv").write_text(row, encoding="utf-8")
    return folder


def quads_of(store: Path) -> list[str]:
    """All quads of a store as sorted lines, but for the graph that says which file and run they came from."""
    directory = StoreDirectory(store)
    provenance = NamedNode(Space(directory.base).graph("provenance"))
    return sorted(str(q) for q in directory.current().open().quads() if q.graph_name != provenance)


@pytest.fixture(scope="module")
def in_each_format(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Outcome]]:
    """A store for each format, made of a folder with that format alone."""
    made = {}
    for format in FORMATS:
        place = tmp_path_factory.mktemp(format)
        made[format] = place / "s", ingest(place / "s", [alone(seed, place / "in", format)], Options())
    return made


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_answers_all_checks(
    seed: Path,
    checker: ModuleType,
    in_each_format: dict[str, tuple[Path, Outcome]],
    format: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store, outcome = in_each_format[format]
    assert (outcome.exit_code, outcome.problems, [r.format for r in outcome.reads]) == (0, [], [format])
    assert answers(checker, store, seed / "expected.json", capsys) == (CHECKS, 0, "")


def test_four_formats_are_one_graph(in_each_format: dict[str, tuple[Path, Outcome]]) -> None:
    quads = {format: quads_of(store) for format, (store, _) in in_each_format.items()}
    assert len(quads) == 4
    assert len(quads["brat"]) > 10_000
    for format, found in quads.items():
        assert found == quads["brat"], (format, sorted(set(found) ^ set(quads["brat"]))[:10])


def _drop_line(path: Path) -> None:
    """Without the line T11; what depends on it is refused."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("T11\t")), encoding="utf-8")


def _drop_annotation(path: Path) -> None:
    page = json.loads(path.read_text(encoding="utf-8"))
    page["items"] = [item for item in page["items"] if not item["id"].endswith("/T11")]
    path.write_text(json.dumps(page), encoding="utf-8")


def _drop_region(path: Path) -> None:
    tasks = json.loads(path.read_text(encoding="utf-8"))
    said = tasks[0]["annotations"][0]
    said["result"] = [r for r in said["result"] if "T11" not in (r.get("id"), r.get("from_id"), r.get("to_id"))]
    path.write_text(json.dumps(tasks), encoding="utf-8")


def _drop_element(path: Path) -> None:
    stored = path.read_text(encoding="utf-8")
    kept, count = re.subn(r'<custom:SitgraphMention [^>]*begin="231" end="245"[^>]*/>', "", stored)
    assert count == 1
    path.write_text(kept, encoding="utf-8")


DROPPED = {"brat": _drop_line, "web-annotation": _drop_annotation, "label-studio": _drop_region, "cas": _drop_element}
"""How «Jaish al-Fatah» (T11), where it is named first, is taken out of each format."""


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_one_mention_that_is_dropped_is_noticed(
    seed: Path, checker: ModuleType, in_each_format: dict[str, tuple[Path, Outcome]], tmp_path: Path, format: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A check that cannot fail is worse than none: without one mention neither the checks nor the graphs agree."""
    folder = alone(seed, tmp_path / "in", format)
    DROPPED[format](folder / f"{STEM}{FORMATS[format][0][0]}")
    outcome = ingest(tmp_path / "s", [folder], Options())
    assert [r.format for r in outcome.reads] == [format]
    passed, failed, _ = answers(checker, tmp_path / "s", seed / "expected.json", capsys)
    assert passed + failed == CHECKS
    assert failed > 0
    assert quads_of(tmp_path / "s") != quads_of(in_each_format["brat"][0])
