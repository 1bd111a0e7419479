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
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

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
