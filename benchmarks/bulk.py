"""``python -m benchmarks.bulk``: event tables in bulk, beside the raw loader, and beside programs that map tables to RDF.

The table is one of :mod:`benchmarks.ged_rows`. Bounds are asserted by this command alone: exit code 1, with a word on standard
error for each that was missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.commands import told
from benchmarks.measure import GIB, Limits, machine, number, table
from benchmarks.processes import Failed, GaveUp, Watched
from benchmarks.side_by_side import (
    ONCE,
    PEERS,
    WRITER,
    Bench,
    Ingested,
    Loaded,
    Mapped,
    beside_the_loader,
    beside_the_peers,
    in_memory,
    version,
)

SIZES = (100_000, 385_000)
PEER_ROWS = 100_000
MEMORY_ROWS = (100_000, 385_000, 800_000)
QUICK = 300
PARTS = ("loader", "peers", "memory")
BAR, FASTER, QUADS_A_ROW, MOST, FLAT = 1.5, 5.0, 90.0, 2 * GIB, 1.25
"""× the raw loader; × morph-kgc in mapping; quads; bytes resident; × the peak of the smallest table."""


# -- beside the raw loader


def loader_table(measured: Mapping[int, tuple[Ingested, Loaded]]) -> str:
    """The comparison as a table."""
    columns = ("rows", "", "s", "CPU s", "× the raw loader", "quads a second", "quads a row", "bytes a row", "peak MB", "runs")
    rows = []
    for size, (ours, raw) in measured.items():
        loader = statistics.median(raw.seconds)
        for name, seconds, ratio, taken, disk in (
            ("sitgraph ingest", ours.seconds, number(ours.seconds / loader), ours.runs, ours.size),
            ("the raw loader", loader, "", raw.runs, raw.size),
        ):
            rows.append((
                f"{size:,}", name, number(seconds), number(statistics.median(w.cpu for w in taken)), ratio,
                f"{ours.quads / seconds:,.0f}", number(ours.quads_a_row), f"{disk / size:,.0f}",
                _megabytes(taken), str(len(taken)),
            ))  # fmt: skip
    return table(columns, rows)


def loader_missed(measured: Mapping[int, tuple[Ingested, Loaded]], bar: float) -> Iterator[str]:
    """What a table took too long for, or too many quads."""
    for size, (ours, raw) in measured.items():
        ratio = ours.seconds / statistics.median(raw.seconds)
        if ratio > bar:
            yield f"{size:,} rows took {number(ratio)} times as long as the raw loader; at most {bar:g}"
        if ours.quads_a_row > QUADS_A_ROW and size >= ONCE:
            yield f"{size:,} rows gave {number(ours.quads_a_row)} quads a row; at most {QUADS_A_ROW:g}"


# -- beside programs that map tables


def peers_table(bench: Bench, rows: int, measured: Sequence[Mapped]) -> str:
    """The comparison as a table. The first row is the whole command; what follows maps and has it loaded."""
    command = bench.ingested[rows].seconds
    writer = next((m.mapping for m in measured if m.name == WRITER), None)
    columns = (
        "", "it begins with", "mapping s", "quads a second", f"× {WRITER}", "load s", "whole s", "× sitgraph ingest",
        "whole from the table s", "peak MB",
    )  # fmt: skip
    lines: list[tuple[str, ...]] = [
        ("sitgraph ingest", "the table", *[""] * 4, number(command), "", number(command), _megabytes(bench.ingested[rows].runs))
    ]
    staging = _staging(measured)
    for m in measured:
        if m.mapping is None:
            lines.append((m.name, *("–" for _ in columns[2:]), m.gave_up))
            continue
        seconds = m.mapping.seconds
        lines.append((
            m.name, "the table" if m.name == "sitgraph" else "staged columns",
            number(seconds), f"{m.content[0] / seconds:,.0f}",
            number(seconds / writer.seconds) if writer else "", number(m.loading), number(m.whole), number(m.whole / command),
            number(m.whole + (0 if m.name == "sitgraph" else staging)), _megabytes([m.mapping]),
        ))  # fmt: skip
    quads = measured[0].content[0]
    return f"{rows:,} rows, {quads:,} quads, the same ones of each (count and digest of all).\n\n{table(columns, lines)}"


def _staging(measured: Sequence[Mapped]) -> float:
    """What it takes to come from the table to the staged columns: our whole mapping without its last step."""
    found = {m.name: m.mapping.seconds for m in measured if m.mapping is not None}
    return max(found.get("sitgraph", 0.0) - found.get(WRITER, 0.0), 0.0)


def peers_missed(bench: Bench, rows: int, measured: Sequence[Mapped], faster: float) -> Iterator[str]:
    """What a peer was faster in than it may be. One that was given up was slower."""
    command, found = bench.ingested[rows].seconds, {m.name: m for m in measured if m.mapping is not None}
    for name in PEERS:
        if name in found and found[name].whole <= command:
            yield f"{name} maps and loads in {number(found[name].whole)} s, sitgraph in {number(command)} s"
    writer, morph = found.get(WRITER), found.get("morph-kgc")
    if writer and morph and writer.mapping and morph.mapping and morph.mapping.seconds < faster * writer.mapping.seconds:
        times = number(morph.mapping.seconds / writer.mapping.seconds)
        yield f"mapping by morph-kgc takes {times} times as long as by sitgraph's writer; at least {faster:g}"


# -- memory


def memory_table(measured: Sequence[Ingested]) -> str:
    """Memory by rows."""
    rows = [
        (f"{m.rows:,}", _megabytes(m.runs), number(m.peak / measured[0].peak), number(m.seconds), f"{m.rows / m.seconds:,.0f}",
         f"{m.size / m.rows:,.0f}")
        for m in measured
    ]  # fmt: skip
    return table(("rows", "peak MB", "× the first", "s", "rows a second", "bytes a row"), rows)


def memory_missed(measured: Sequence[Ingested], most: float, flat: float) -> Iterator[str]:
    """Where memory is too much, or grows with the table."""
    first = measured[0]
    for m in measured:
        if m.peak > most:
            yield f"{m.rows:,} rows took {m.peak / GIB:.2f} GiB; at most {most / GIB:g}"
        if m.peak > flat * first.peak:
            yield f"{m.rows:,} rows took {m.peak / first.peak:.2f} times the memory of {first.rows:,}; at most {flat:g}"


def _megabytes(taken: Sequence[Watched]) -> str:
    return f"{max(w.peak for w in taken) / 1024**2:,.0f}"


# -- the command


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 1 when a bound was missed or something failed."""
    chosen = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        bench = Bench(Path(folder), Limits(chosen.timeout, int(chosen.memory * GIB)), chosen.peers)
        try:
            missed = [*_measured(bench, chosen)]
        except (Failed, GaveUp) as error:
            sys.stderr.write(f"failed: {error}\n")
            return 1
    for what in missed:
        sys.stderr.write(f"bar missed: {what}\n")
    return 1 if missed else 0


def _measured(bench: Bench, chosen: argparse.Namespace) -> Iterator[str]:
    """The parts that were chosen, one after the other; what they missed. Of a quick run only the bounds that are given."""
    quick, parts = chosen.quick, chosen.only or PARTS
    below = machine("pyoxigraph", "duckdb")
    if "loader" in parts:
        sizes = chosen.sizes or ((QUICK,) if quick else SIZES)
        compared = beside_the_loader(bench, sizes, 1 if quick else chosen.runs)
        told("bulk", f"{loader_table(compared)}\n{below}", chosen)
        bar = chosen.bar if chosen.bar is not None else None if quick else BAR
        yield from loader_missed(compared, bar) if bar is not None else ()
    if "peers" in parts:
        rows = chosen.peer_rows or (QUICK if quick else PEER_ROWS)
        measured = beside_the_peers(bench, rows)
        versions = ", ".join(f"{name} {version(bench, name) or 'not installed'}" for name in PEERS)
        told("bulk peers", f"{peers_table(bench, rows, measured)}\n{below.rstrip().rstrip('.')}; {versions}.\n", chosen)
        faster = chosen.faster if chosen.faster is not None else None if quick else FASTER
        yield from peers_missed(bench, rows, measured, faster) if faster is not None else ()
    if "memory" in parts:
        rows_ = chosen.memory_rows or ((QUICK, 2 * QUICK) if quick else MEMORY_ROWS)
        taken = in_memory(bench, rows_)
        told("bulk memory", f"{memory_table(taken)}\n{below}", chosen)
        most = chosen.most if chosen.most is not None else None if quick else MOST / GIB
        yield from memory_missed(taken, most * GIB, FLAT) if most is not None else ()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="small, and once: whether it works, not how fast it is")
    add("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    add("--only", nargs="+", choices=PARTS, help="some of the parts (all)")
    add("--runs", type=int, default=3, metavar="N", help=f"how often each is run, up to {ONCE:,} rows (3)")
    add("--sizes", type=int, nargs="+", metavar="ROWS", help="beside the raw loader (100000 385000)")
    add(
        "--peers",
        default=sys.executable,
        metavar="PYTHON",
        help="an interpreter that has morph-kgc, maplib and rdflib (this one)",
    )
    add("--peer-rows", type=int, metavar="ROWS", help=f"beside the peers ({PEER_ROWS})")
    add("--memory-rows", type=int, nargs="+", metavar="ROWS", help="for memory alone (100000 385000 800000)")
    add("--bar", type=float, metavar="TIMES", help=f"fail above so many raw loaders ({BAR})")
    add(
        "--faster", type=float, metavar="TIMES", help=f"fail if morph-kgc maps in less than so many times our time ({FASTER:g})"
    )
    add("--most", type=float, metavar="GIB", help=f"fail above so much resident memory ({MOST / GIB:g})")
    add("--timeout", type=float, default=3600.0, metavar="SECONDS", help="give a process up after that (3600)")
    add("--memory", type=float, default=16.0, metavar="GB", help="give a process up above that much resident memory (16)")
    add("--folder", type=Path, metavar="DIR", help="where to work; some 30 GB are needed (the system's temporary folder)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
