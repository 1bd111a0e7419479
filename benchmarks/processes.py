"""A command in a process of its own, watched: how long it took, and the most memory it and its children had at one time."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import GIB, PROJECT, Limits

_EVERY = 0.1
"""Seconds between two looks at the memory."""


class GaveUp(Exception):
    """A command took more than it may; says what."""


class Failed(Exception):
    """A command ended with an error; has the end of what it said."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a command took. ``peak`` is resident memory in bytes, pages that processes share counted in each of them."""

    seconds: float
    cpu: float
    peak: int
    output: str


def watched(command: Sequence[str], limits: Limits) -> Watched:
    """Runs a command to its end. ``limits.memory`` is of resident memory. Raises :class:`GaveUp` and :class:`Failed`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=err, start_new_session=True)
        try:
            peak, status, usage = _until_its_end(process.pid, begun, limits)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            said = (out.read() + err.read()).decode(errors="replace")[-2000:]
            raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
        return Watched(seconds, usage.ru_utime + usage.ru_stime, peak, out.read().decode())


def _until_its_end(pid: int, begun: float, limits: Limits) -> tuple[int, int, resource.struct_rusage]:
    peak, looked = 0, 0.0
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return peak or _bytes(usage), status, usage
        now = time.perf_counter()
        if now - begun > limits.seconds:
            raise GaveUp(f"more than {limits.seconds:g} s")
        if now - looked > _EVERY:
            looked, peak = now, max(peak, *resident(pid))
            if peak > limits.memory:
                raise GaveUp(f"more than {limits.memory / GIB:g} GB")
        time.sleep(0.01)


def resident(pid: int) -> tuple[int, int]:
    """The resident memory of a process and of all below it, in bytes, and the most that a single one of them ever had.

    Nothing where the system does not tell, or the process is gone.
    """
    process = Path("/proc") / str(pid)
    try:
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        now, most = (int(status[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        children = [child for task in (process / "task").iterdir() for child in (task / "children").read_text().split()]
    except (OSError, KeyError):
        return 0, 0
    below = [resident(int(child)) for child in children]
    return now + sum(n for n, _ in below), max(most, *(m for _, m in below), 0)


def _bytes(usage: resource.struct_rusage) -> int:
    """Where nothing was seen of a process. Linux counts in KiB and hands down that of whoever started it; macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
