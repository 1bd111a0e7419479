"""Fuzzing by atheris, guided by coverage: whatever the bytes, what comes out are reports and problems.

``make fuzz`` is the whole of it; ``python -m tests.fuzz --target T --runs N`` a part. An input is all files of a case, cut
apart by lines that no format uses, so that text, annotation and metadata are damaged alone and together. Each target has a
process of its own, with a limit of 1 GiB and 20 seconds an input; an exception that is not ours, a hang and a crash leave the
input behind and fail the run. Before that the target must read each undamaged seed as it is read where it lies.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

MEGABYTES, SECONDS, BYTES = 1024, 20, 65536


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a target: seeds and their mentions, inputs tried, peak of memory in MiB, and whether everything held."""

    seeds: int
    mentions: int
    inputs: int
    megabytes: int
    held: bool


def main() -> int:
    """Fuzzes the targets that were asked for, prints what was run, and tells by the exit code whether all held."""
    from tests.fuzz.targets import targets

    known = targets()
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the readers and what follows them.")
    arguments.add_argument("--target", choices=sorted(known), action="append")
    arguments.add_argument("--runs", type=int, default=16_000, help="inputs for each target; slow ones take a part of it")
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    arguments.add_argument("--artifacts", type=Path, default=Path(tempfile.gettempdir()) / "sitgraph-fuzz")
    asked = arguments.parse_args()
    asked.artifacts.mkdir(parents=True, exist_ok=True)
    say = sys.stdout.write
    say("| target | seeds | read of them | inputs | at most, MiB | held |\n|---|---|---|---|---|---|\n")
    total, held = 0, True
    for name in asked.target or sorted(known):
        runs = max(1, int(asked.runs * known[name].share))
        ran = _run(name, runs, asked.seed, asked.artifacts)
        total, held = total + ran.inputs, held and ran.held and ran.inputs >= runs
        outcome = "yes" if ran.held else "NO"
        say(f"| {name} | {ran.seeds} | {ran.mentions} | {ran.inputs:,} | {ran.megabytes} | {outcome} |\n")
        sys.stdout.flush()
    say(f"\n{total:,} inputs in all, seed {asked.seed}\n")
    return 0 if held else 1


def _run(name: str, runs: int, seed: int, artifacts: Path) -> Ran:
    """One target, in a process of its own."""
    limits = [f"-runs={runs}", f"-seed={seed}", f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS}", f"-max_len={BYTES}"]
    command = [sys.executable, "-m", "tests.fuzz.process", name, *limits, "-print_final_stats=1"]
    found = subprocess.run(
        [*command, f"-artifact_prefix={artifacts}/{name}-"], capture_output=True, text=True, errors="replace", check=False
    )
    stats = {k: int(v) for k, v in re.findall(r"stat::(\w+):\s*(\d+)", found.stderr)}
    began = re.search(r"^seeds (\d+) mentions (\d+)$", found.stdout, re.MULTILINE)
    if found.returncode or began is None:
        sys.stdout.write(f"--- {name}\n{found.stdout[-3000:]}\n{found.stderr[-4000:]}\n")
    seeds, mentions = (int(began[1]), int(began[2])) if began else (0, 0)
    return Ran(
        seeds,
        mentions,
        stats.get("number_of_executed_units", 0),
        stats.get("peak_rss_mb", 0),
        found.returncode == 0 and began is not None,
    )


if __name__ == "__main__":
    sys.exit(main())
