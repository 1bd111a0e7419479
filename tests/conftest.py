"""What every suite shares.

Fixtures strategy: values are made in the test that reads them, from real text and real files; what is costly and read-only
(a store filled once, the shared data) is a fixture of the session; what is written to lives in ``tmp_path``. Nothing is mocked:
a test of the store opens a store, a test of a route asks the app. Goldens are folders under ``tests/data``.

Skips are visible: a test is skipped only where something outside the project is absent (a browser, Java, the shared data). With
``SITGRAPH_NO_SKIPS=1`` a skip is a failure, unless its reason starts with ``not here:``, which says that the test cannot run on
such a machine at all.

Hypothesis runs under the profile ``quick`` unless ``--hypothesis-profile`` names ``ci`` or ``long``.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import settings

from api.app import create_app
from kg.config import DEFAULT_BASE, Settings
from kg.pipeline import Options, ingest

PROJECT = Path(__file__).resolve().parent.parent
EXCUSED = "not here:"

# No deadline: the machines that run the suite are small and shared. In ci the examples are the same each time.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=3000, deadline=None)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data: ``SITGRAPH_SHARED``, else the folder ``shared`` beside the project."""
    named = os.environ.get("SITGRAPH_SHARED")
    folder = Path(named) if named else PROJECT.parent / "shared"
    if folder.is_dir():
        return folder
    if named:
        pytest.fail(f"SITGRAPH_SHARED names no folder: {named}")
    pytest.skip("no shared data: SITGRAPH_SHARED is not set and there is no folder 'shared' beside the project")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure where skips are forbidden."""
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into an error where skips are forbidden."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("SITGRAPH_NO_SKIPS") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(EXCUSED):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and SITGRAPH_NO_SKIPS=1 forbids it: {reason}"


# -- a store filled with the examples, and that store served ----------------------------------------------------------


@pytest.fixture(scope="session")
def example_store(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of all examples, ingested once. Read-only."""
    store = tmp_path_factory.mktemp("examples") / "store"
    outcome = ingest(store, [project / "examples"], Options())
    assert outcome.committed, outcome.problems
    return store


@pytest.fixture(scope="session")
def served(example_store: Path) -> Generator[TestClient]:
    """A client of the application over the examples, without a network."""
    app = create_app(Settings(example_store, DEFAULT_BASE))
    with TestClient(app, base_url=DEFAULT_BASE.rstrip("/"), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def server(example_store: Path) -> Generator[str]:
    """The address (with a slash at its end) of a server over the examples, on a free port of this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    config = uvicorn.Config(create_app(Settings(example_store, address)), log_level="warning", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not running.started:
        assert time.monotonic() < deadline, "the server did not start"
        assert thread.is_alive(), "the server ended before it started"
        time.sleep(0.01)
    yield address
    running.should_exit = True
    thread.join(10)
    listener.close()


# -- browsers


@pytest.fixture(scope="session")
def chromium() -> str:
    """The command of a browser: ``SITGRAPH_CHROMIUM``, else Chromium where the system has it."""
    found = os.environ.get("SITGRAPH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no browser: chromium is not installed (make system-packages)")
    return found
