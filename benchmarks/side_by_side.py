"""Event tables beside the raw loader and beside programs that map tables: what is run, in which order, and what it took.

Each thing has a process of its own; what it leaves on disk is removed before the next begins.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import ged_rows
from benchmarks.measure import Limits, number
from benchmarks.peers import rml
from benchmarks.peers.stottr import GRAPHS
from benchmarks.processes import Failed, GaveUp, Watched, watched
from benchmarks.stores import size_on_disk

ONCE = 100_000
"""A table of more rows is measured once."""
PEERS = {"morph-kgc": "morph_kgc", "maplib": "maplib", "rdflib": "rdflib"}
"""Programs that map tables, and their packages."""
WRITER = "sitgraph's writer"


@dataclass(slots=True)
class Ingested:
    """What ``sitgraph ingest`` took on one table, over its runs, and what there was then."""

    rows: int
    runs: list[Watched] = field(default_factory=list)
    quads: int = 0
    before: int = 0
    """The quads of a store of one row: mostly what the reference tables of sitgraph are told in, whatever is ingested."""
    size: int = 0

    @property
    def quads_a_row(self) -> float:
        """How many quads another row is."""
        return (self.quads - self.before) / max(self.rows - 1, 1)

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(w.seconds for w in self.runs)

    @property
    def peak(self) -> int:
        """The most of all runs."""
        return max(w.peak for w in self.runs)


@dataclass(slots=True)
class Loaded:
    """What the raw loader took on the same quads: seconds of the load by its own clock."""

    seconds: list[float] = field(default_factory=list)
    runs: list[Watched] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a program took to map the table and to have it loaded; or why there is no figure."""

    name: str
    mapping: Watched | None = None
    loading: float = 0.0
    content: tuple[int, int] = (0, 0)
    gave_up: str = ""

    @property
    def whole(self) -> float:
        """Mapping and load."""
        assert self.mapping is not None
        return self.mapping.seconds + self.loading


@dataclass(slots=True)
class Bench:
    """A folder to work in, the limits of every process, and the interpreter that has the peers."""

    folder: Path
    limits: Limits
    peers: str
    ingested: dict[int, Ingested] = field(default_factory=dict)

    # -- steps

    def run(self, what: str, *command: str | Path) -> Watched:
        """Runs a command and says what it took."""
        taken = watched([str(part) for part in command], self.limits)
        sys.stderr.write(f"  {what}: {number(taken.seconds)} s, {taken.peak / 1024**2:,.0f} MB\n")
        return taken

    def ours(self, what: str, module: str, *rest: str | Path) -> Any:
        """A module of the benchmarks under this interpreter; what it printed, and what it took."""
        taken = self.run(what, sys.executable, "-m", f"benchmarks.{module}", *rest)
        return taken, (json.loads(taken.output) if taken.output else {})

    def table(self, rows: int) -> Path:
        """The table of so many rows."""
        path = self.folder / f"ged-{rows}.csv"
        if not path.exists():
            ged_rows.write(path, rows)
        return path

    def ingest(self, rows: int) -> Ingested:
        """Has the table ingested into a new store, once more; the store is left in ``store``."""
        path, store = self.table(rows), self.clean("store")
        found = self.ingested.setdefault(rows, Ingested(rows))
        found.runs.append(self.run(f"sitgraph, {rows:,} rows", *ingest_command(path, store)))
        found.size = size_on_disk(store)
        return found

    def finished(self, path: Path) -> int:
        """Writes all quads of the store into one file; how many there are."""
        _, found = self.ours("not measured: all quads into one file", "stores", "finish", self.folder / "store", path)
        return int(found["quads"])

    def load(self, what: str, files: Sequence[tuple[Path, str]]) -> tuple[float, Watched, Path]:
        """The raw loader on finished files, into an empty store, which is left in ``raw``."""
        store = self.clean("raw")
        taken, found = self.ours(what, "stores", "load", store, *(str(part) for pair in files for part in pair))
        return float(found["seconds"]), taken, store

    def content(self, store: Path) -> tuple[int, int]:
        """How many quads a store has, and their digest."""
        _, found = self.ours("counted", "stores", "content", store)
        return int(found["quads"]), int(found["digest"])

    def clean(self, name: str) -> Path:
        """A path where nothing is."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        return path


def ingest_command(path: Path, store: Path) -> tuple[str | Path, ...]:
    """From a table to a store that can be queried, with its view."""
    return sys.executable, "-m", "kg.cli", "ingest", path, "--store", store


# -- beside the raw loader


def beside_the_loader(bench: Bench, sizes: Sequence[int], runs: int) -> dict[int, tuple[Ingested, Loaded]]:
    """The whole command and the raw loader in turn, on the same quads."""
    measured: dict[int, tuple[Ingested, Loaded]] = {}
    bench.ingest(1)
    before = bench.finished(bench.clean("finished.nq"))
    for rows in sizes:
        loaded, finished = Loaded(), bench.clean("finished.nq")
        for n in range(runs if rows <= ONCE else 1):
            ingested = bench.ingest(rows)
            if n == 0:
                ingested.quads, ingested.before = bench.finished(finished), before
            bench.clean("store")
            seconds, taken, store = bench.load("the raw loader", [(finished, "")])
            if n == 0 and (count := bench.content(store)[0]) != ingested.quads:
                raise Failed(f"the raw loader has {count:,} quads, the store of sitgraph {ingested.quads:,}")
            loaded.seconds.append(seconds)
            loaded.runs.append(taken)
            loaded.size = size_on_disk(store)
            bench.clean("raw")
            measured[rows] = (ingested, loaded)
        bench.clean("finished.nq")
    return measured


# -- beside programs that map tables


def beside_the_peers(bench: Bench, rows: int) -> list[Mapped]:
    """Our mapping and each program's, each followed by the same load; raises :class:`Failed` where quads differ."""
    path = bench.table(rows)
    if rows not in bench.ingested:
        bench.ingest(rows)
        bench.clean("store")
    taken, _ = bench.ours("sitgraph: mapping alone", "peers.staged", "map", path, bench.clean("mapped"))
    measured = [_loaded(bench, "sitgraph", taken, [(_joined(bench.folder / "mapped" / "quads", bench), "")])]
    bench.clean("mapped")
    staged = bench.clean("staged")
    bench.ours("not measured: what the others are given", "peers.staged", "stage", path, staged)
    shutil.rmtree(staged / "quads")
    measured.append(mapped_by(bench, WRITER, (sys.executable, "-m", "benchmarks.peers.columns")))
    measured += [mapped_by(bench, name, command) for name, command in commands(bench.peers).items()]
    bench.clean("staged")
    for other in measured[1:]:
        if not other.gave_up and other.content != measured[0].content:
            raise Failed(f"{other.name} wrote other quads: {other.content[0]:,}, sitgraph {measured[0].content[0]:,}")
    return measured


def commands(python: str) -> Mapping[str, tuple[str, ...]]:
    """How each peer is run; it is given the folder of the sources and one to write to. morph-kgc has its own command."""
    return {
        "morph-kgc": (python, "-m", "morph_kgc"),
        "maplib": (python, "-m", "benchmarks.peers.stottr"),
        "rdflib": (python, "-m", "benchmarks.peers.in_rdflib"),
    }


def mapped_by(bench: Bench, name: str, command: tuple[str, ...]) -> Mapped:
    """What a program took to fill the templates from the sources in ``staged``, and its quads to be loaded."""
    staged, out = bench.folder / "staged", bench.clean("mapped")
    if name in PEERS and not version(bench, name):
        sys.stderr.write(f"  {name}: not installed\n")
        return Mapped(name, gave_up="not installed")
    out.mkdir()
    given = (rml.configured(staged, out),) if name == "morph-kgc" else (staged, out)
    try:
        taken = bench.run(f"{name}: mapping", *command, *given)
        graphs = json.loads((out / GRAPHS).read_text("utf-8")) if (out / GRAPHS).exists() else {}
        quads = out / "quads"
        files = [(quads / f, graph) for f, graph in graphs.items()] if graphs else [(_joined(quads, bench), "")]
        return _loaded(bench, name, taken, files)
    except GaveUp as error:
        sys.stderr.write(f"  {name}: {error}\n")
        return Mapped(name, gave_up=str(error))
    finally:
        bench.clean("mapped")


def _joined(quads: Path, bench: Bench) -> Path:
    """Several files as one, so that each program has its quads loaded from one: that is not in anybody's time."""
    whole = bench.clean("finished.nq")
    with whole.open("wb") as out:
        for path in sorted(quads.glob("*.nq")):
            with path.open("rb") as file:
                shutil.copyfileobj(file, out, 2**20)
            path.unlink()
    return whole


def _loaded(bench: Bench, name: str, taken: Watched, files: Sequence[tuple[Path, str]]) -> Mapped:
    seconds, _, store = bench.load(f"{name}: load", files)
    bench.clean("finished.nq")
    content = bench.content(store)
    bench.clean("raw")
    return Mapped(name, taken, seconds, content)


def version(bench: Bench, name: str) -> str:
    """The version of a peer, or nothing where it is not installed."""
    program = (
        "import importlib.metadata as m, importlib.util as u, sys\n"
        f"print(m.version({PEERS[name]!r}) if u.find_spec({PEERS[name]!r}) else '')"
    )
    return watched([bench.peers, "-c", program], bench.limits).output.strip()


# -- memory


def in_memory(bench: Bench, sizes: Sequence[int]) -> list[Ingested]:
    """The whole command on larger and larger tables; what was measured before is not measured again."""
    for rows in sizes:
        if rows not in bench.ingested:
            bench.ingest(rows)
            bench.clean("store")
            bench.table(rows).unlink()
    return [bench.ingested[rows] for rows in sorted(sizes)]
