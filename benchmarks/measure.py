"""Measuring: an engine in a process of its own, several times, and the medians of what it took."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
PAGE = PROJECT / "docs" / "benchmarks.md"
ONCE = 60.0
"""What takes longer than so many seconds is run once."""
GIB = 1024**3
_OUT_OF_MEMORY = re.compile(r"MemoryError|memory allocation of \d+ bytes failed|cannot allocate memory", re.IGNORECASE)
"""What Python, Rust and the loader of libraries say."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine may take before it is given up."""

    seconds: float = 3600.0
    memory: int = 16 * GIB


@dataclass(frozen=True, slots=True)
class Measured:
    """The medians of what an engine took; or, in words, why there are none."""

    engine: str
    runs: int = 0
    took: Mapping[str, float] | None = None
    gave_up: str = ""


def measure(engine: str, folder: Path, runs: int, limits: Limits) -> Measured:
    """Runs an engine over a folder, up to so many times."""
    taken: list[Mapping[str, float]] = []
    while len(taken) < runs:
        answer = started(engine, folder, limits)
        if isinstance(answer, str):
            return Measured(engine, gave_up=answer)
        taken.append(answer)
        if answer["load"] + answer["run"] > ONCE:
            break
    return Measured(engine, len(taken), {key: statistics.median(t[key] for t in taken) for key in taken[0]})


def started(engine: str, folder: Path, limits: Limits) -> Any:
    """What an engine printed; or, as a text, why it did not get that far."""
    command = [sys.executable, "-m", "benchmarks.engines", engine, str(folder), str(limits.memory)]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"more than {limits.seconds:g} s"
    if done.returncode == 0:
        return json.loads(done.stdout)
    if _OUT_OF_MEMORY.search(done.stderr):
        return f"more than {limits.memory / GIB:g} GB"
    if done.returncode == -signal.SIGKILL:
        return "killed: the machine was out of memory"
    if "ModuleNotFoundError" in done.stderr:
        return "not installed"
    raise RuntimeError(f"{engine} failed ({done.returncode}):\n{done.stderr}")


# -- tables


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    right = [all(row[i][:1].isdigit() or row[i] in ("", "–") for row in rows) for i in range(len(columns))]
    rule = ("---:" if flush else "---" for flush in right)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (columns, tuple(rule), *rows))


def number(value: float) -> str:
    """A number with as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def machine(*packages: str) -> str:
    """When and on what it was measured, for below a table."""
    versions = ", ".join(f"{package} {_version(package)}" for package in packages)
    load = f"{os.getloadavg()[0]:.1f}".rstrip("0").rstrip(".")
    where = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC).date()}, {where}, {versions}; average load of the machine when it began: {load}.\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def publish(name: str, text: str, page: Path = PAGE) -> None:
    """Puts a table between its markers in the page."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no markers {begin.strip()} and {end}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8", newline="\n")
