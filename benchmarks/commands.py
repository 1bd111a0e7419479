"""What the commands of the benchmarks have in common: their options, and the comparison of engines over grown views."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import GIB, Limits, Measured, measure, number, publish, table
from benchmarks.population import Population, examples, grow

SIZES = (100_000, 1_000_000)
QUICK = (20_000,)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Engines that do one job. ``most`` is the largest view that an engine is given; ``counts`` what they say they found."""

    name: str
    engines: Sequence[str]
    most: Mapping[str, int]
    counts: Mapping[str, str]


def options(prog: str, about: str | None, bar: float | None, of: str) -> argparse.ArgumentParser:
    """The options that every command has."""
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=about)
    parser.add_argument("--quick", action="store_true", help="small, and once: whether it works, not how fast it is")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="how often each thing is run (3)")
    parser.add_argument("--bar", type=float, default=bar, metavar="SECONDS", help=f"fail if {of} takes longer ({bar})")
    parser.add_argument("--timeout", type=float, default=3600.0, metavar="SECONDS", help="give an engine up after that (3600)")
    parser.add_argument(
        "--memory", type=float, default=16.0, metavar="GB", help="give an engine up above that much address space (16)"
    )
    return parser


def comparing(parser: argparse.ArgumentParser, comparison: Comparison) -> None:
    """The options of a command that compares engines."""
    _, *others = comparison.engines
    parser.add_argument("--sizes", type=int, nargs="+", metavar="TRIPLES", help="how large the views are (100000 1000000)")
    parser.add_argument("--engines", nargs="*", choices=others, default=others, help="what sitgraph is compared with (all)")


def limits(chosen: argparse.Namespace) -> Limits:
    """The limits that were chosen."""
    return Limits(chosen.timeout, int(chosen.memory * GIB))


Found = Mapping[tuple[int, str], Measured]


def compare(comparison: Comparison, chosen: argparse.Namespace) -> tuple[Found, dict[int, Population]]:
    """The engines over a view of each size, and those views."""
    view, found, populations = examples(), dict[tuple[int, str], Measured](), dict[int, Population]()
    runs = 1 if chosen.quick else chosen.runs
    for size in chosen.sizes or (QUICK if chosen.quick else SIZES):
        with tempfile.TemporaryDirectory() as folder:
            populations[size] = grown = grow(view, size, Path(folder))
            sys.stderr.write(f"{grown.triples:,} triples\n")
            for engine in (comparison.engines[0], *chosen.engines):
                if size <= comparison.most.get(engine, size):
                    found[size, engine] = measured = measure(engine, Path(folder), runs, limits(chosen))
                    took = f"{number(measured.took['run'])} s" if measured.took else measured.gave_up
                    sys.stderr.write(f"  {engine}: {took}\n")
    return found, populations


def described(populations: Mapping[int, Population]) -> str:
    """What views are made of, as a table."""
    kinds = dict.fromkeys(kind for grown in populations.values() for kind in grown.made_of)
    rows = [(kind, *(f"{grown.made_of.get(kind, 0):,}" for grown in populations.values())) for kind in kinds]
    rows += [("**all**", *(f"{grown.triples:,}" for grown in populations.values()))]
    rows += [("situations", *(f"{grown.situations:,}" for grown in populations.values()))]
    rows += [("actors, places and sources", *(f"{grown.entities:,}" for grown in populations.values()))]
    return table(("triples about", *(f"{size:,}" for size in populations)), rows)


def compared(comparison: Comparison, found: Found) -> str:
    """A comparison as a table; the first engine is what the others are compared with."""
    first, *_ = comparison.engines
    columns = ("triples", "engine", "load s", "run s", "CPU s", f"× {first}", *comparison.counts.values(), "peak MB", "runs")
    rows = []
    for (size, engine), measured in found.items():
        if measured.took is None:
            rows.append((f"{size:,}", engine, *("–" for _ in columns[2:-1]), measured.gave_up))
            continue
        took, ours = measured.took, found[size, first].took
        ratio = number(took["run"] / ours["run"]) if ours and engine != first else ""
        counts = (f"{took[key]:,.0f}" if key in took else "" for key in comparison.counts)
        times = (number(took[key]) for key in ("load", "run", "cpu"))
        rows.append((f"{size:,}", engine, *times, ratio, *counts, f"{took['peak'] / 1024**2:,.0f}", str(measured.runs)))
    return table(columns, rows)


def told(name: str, text: str, chosen: argparse.Namespace) -> None:
    """Prints a table, and writes it into the page if that was asked for."""
    sys.stdout.write(f"{text}\n")
    if chosen.write:
        publish(name, text)


def missed(what: str, seconds: float | None, bar: float | None) -> int:
    """The exit code of a bar: 1, with a word on standard error, if it was missed. Without a figure it was."""
    if bar is None or (seconds is not None and seconds <= bar):
        return 0
    took = "gave no figure" if seconds is None else f"took {number(seconds)} s"
    sys.stderr.write(f"bar missed: {what} {took}; at most {bar:g} s\n")
    return 1
