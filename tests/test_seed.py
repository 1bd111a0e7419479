"""The seed report answers every expectation, over real HTTP, with and without its reference lines, and issued on another day.

The expectations and their checker are the shared data's; nothing of them is repeated here. The checker knows labels, terms of
the ontology and codes alone, and asks them of ``/sparql`` of a running server.
"""

from __future__ import annotations

import importlib.util
import json
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

from api.app import create_app
from kg.config import Settings
from kg.pipeline import Options, ingest

CHECKS = 143
STEM = "mesop-aleppo"


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
