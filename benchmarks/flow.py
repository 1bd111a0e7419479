"""The whole flow into a store, beside the store's raw bulk loader on the same quads as a finished file.

``python -m benchmarks.flow MUC`` reads the raw MUC-3/4 corpus of that folder again and again under other ids, until there are
so many reports. Only the ids differ between the copies. A store is made of them: read, claims, resolved, quads, view,
generation. Then all quads of the store are written to one N-Quads file, which goes into an empty store by the loader alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.commands import told
from benchmarks.measure import PROJECT, machine, number, table

REPORTS = 20_000
QUICK = 1_500
BAR = 2.0
"""How many times the raw loader's time the whole flow may take."""
_ID = re.compile(r"\b(DEV|TST\d)-MUC\d-(\d{4})\b")
_TEXT = re.compile(r"^(?:DEV|TST\d)-MUC\d-\d{4}\b", re.MULTILINE)
_KEY_OF = re.compile(r"key-([a-z]+\d*)(?:-(\d{4}))?\..+")
_STEPS = {
    "reading": "read, map, claims, resolve, quads (in processes)",
    "writing": "take stock of what was read",
    "consolidating": "consolidate, the loader at work beside it",
    "comparing": "contradictions, status",
    "applying": "rules",
    "view": "write the view",
    "loading": "wait for the loader",
    "committing": "counts, checkpoint, manifest",
}


def replicate(corpus: Path, reports: int, folder: Path) -> int:
    """Copies of the corpus, each in a folder of its own, under ids that none has twice; at least as many reports as wanted."""
    made = copy = 0
    while made < reports:
        for key in sorted(p for p in corpus.rglob("key-*") if _KEY_OF.fullmatch(p.name)):
            if made < reports:
                made += _copied(key, copy, folder / f"copy-{copy:02d}" / key.parent.name)
        copy += 1
    return made


def _copied(key: Path, copy: int, folder: Path) -> int:
    """A file of keys with its texts; how many texts these are."""
    folder.mkdir(parents=True, exist_ok=True)
    name = _KEY_OF.fullmatch(key.name)
    assert name is not None
    texts = sorted(p for p in key.parent.glob(f"{name[1]}-muc?{f'-{name[2]}-' if name[2] else ''}*") if p.is_file())
    found = 0
    for path in (key, *texts):
        packed = path.suffix == ".gz"
        content = (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode("latin-1")
        found += 0 if path is key else len(_TEXT.findall(content))
        again = _ID.sub(lambda m: f"{m[1]}-MUC{copy % 10}-{int(m[2]) + 2000 * (copy // 10):04d}", content).encode("latin-1")
        (folder / path.name).write_bytes(gzip.compress(again, mtime=0) if packed else again)
    return found


# -- what is measured, each in a process of its own: ``python -m benchmarks.flow --run NAME FOLDER``


def flow(folder: Path) -> dict[str, Any]:
    """The whole flow; seconds by step."""
    from kg.pipeline import Options, ingest

    steps: dict[str, float] = {}
    last, since = "", time.perf_counter()

    def step(what: str, *_: int) -> None:
        nonlocal last, since
        now, begun = time.perf_counter(), "view" if what == "writing the view" else what.split()[0]
        steps[last] = steps.get(last, 0.0) + now - since
        last, since = begun, now

    outcome = ingest(folder / "store", [folder / "corpus"], Options(), step=step)
    step("done")
    manifest = json.loads((folder / "store" / "generations" / f"{outcome.generation:06d}" / "manifest.json").read_text("utf-8"))
    counts = manifest["counts"]
    return {
        "reports": len(outcome.reads), "quads": counts["quads"], "claims": counts["claims"],
        "situations": sum(counts["by_class"].values()),
        "steps": {key: seconds for key, seconds in steps.items() if key in _STEPS},
    }  # fmt: skip


def raw(folder: Path) -> dict[str, Any]:
    """The raw loader on the finished file."""
    from pyoxigraph import RdfFormat, Store

    store = Store(str(folder / "raw"))
    store.bulk_load(path=folder / "all.nq", format=RdfFormat.N_QUADS)
    return {}


def finished(folder: Path) -> dict[str, Any]:
    """Not measured: all quads of the store as one N-Quads file."""
    from pyoxigraph import RdfFormat, Store

    from kg.store.generations import StoreDirectory

    store = Store.read_only(str(StoreDirectory(folder / "store").current().path / "store"))
    store.dump(folder / "all.nq", RdfFormat.N_QUADS)
    with (folder / "all.nq").open("rb") as lines:
        return {"quads": sum(1 for _ in lines)}


_RUNS: Mapping[str, Callable[[Path], dict[str, Any]]] = {"flow": flow, "raw": raw, "finished": finished}


def _run(name: str, folder: Path) -> None:
    begun = time.perf_counter()
    found = _RUNS[name](folder)
    found["seconds"] = time.perf_counter() - begun
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found["cpu"] = sum(u.ru_utime + u.ru_stime for u in (own, children))
    found["peak"], found["peak_of_a_reader"] = own.ru_maxrss, children.ru_maxrss
    sys.stdout.write(json.dumps(found))


def _measured(name: str, folder: Path) -> Any:
    command = [sys.executable, "-m", "benchmarks.flow", "--run", name, str(folder)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    sys.stderr.write(f"  {name}: {number(found['seconds'])} s\n")
    return found


def measure(corpus: Path, reports: int, runs: int) -> tuple[Any, Any]:
    """The flow and the raw loader in turn, each at its fastest of some runs, so that other work on the machine weighs least."""
    flows, raws = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.stderr.write(f"{replicate(corpus, reports, folder / 'corpus'):,} reports\n")
        for n in range(runs):
            shutil.rmtree(folder / "store", ignore_errors=True)
            flows.append(_measured("flow", folder))
            if n == 0:
                whole = _measured("finished", folder)
                assert whole["quads"] == flows[0]["quads"], "the file is not the store"
            shutil.rmtree(folder / "raw", ignore_errors=True)
            raws.append(_measured("raw", folder))
    fastest = [min(several, key=lambda m: m["seconds"]) for several in (flows, raws)]
    return fastest[0], fastest[1]


def shown(whole: Any, loader: Any) -> str:
    """The two as tables: what they took, and where the time of the flow went."""
    rows = [
        (name, *(number(m[key]) for key in ("seconds", "cpu")), number(m["seconds"] / loader["seconds"]), *more)
        for name, m, more in (
            ("sitgraph ingest", whole, _rates(whole)),
            ("the raw loader", loader, ("", f"{whole['quads'] / loader['seconds']:,.0f}", f"{loader['peak'] / 1024:,.0f}")),
        )
    ]
    columns = ("", "s", "CPU s", "× the raw loader", "reports a second", "quads a second", "peak MB")
    about = ", ".join(f"{whole[key]:,} {key}" for key in ("reports", "claims", "situations", "quads"))
    steps = [(_STEPS[key], number(s), f"{100 * s / whole['seconds']:.0f} %") for key, s in whole["steps"].items()]
    return f"{about}.\n\n{table(columns, rows)}\n{table(('step', 's', 'of all'), steps)}\n{machine('pyoxigraph')}"


def _rates(whole: Any) -> tuple[str, str, str]:
    peak = f"{whole['peak'] / 1024:,.0f}, and {whole['peak_of_a_reader'] / 1024:,.0f} in a process that reads"
    return f"{whole['reports'] / whole['seconds']:,.0f}", f"{whole['quads'] / whole['seconds']:,.0f}", peak


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 1 when the flow took longer than so many times the raw loader's time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flow", description=__doc__)
    parser.add_argument("corpus", type=Path, metavar="MUC", help="the folder of the raw MUC-3/4 corpus: texts and keys")
    parser.add_argument("--quick", action="store_true", help="small, and once: whether it works, not how fast it is")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    parser.add_argument("--reports", type=int, metavar="N", help=f"how many reports ({REPORTS})")
    parser.add_argument("--runs", type=int, default=2, metavar="N", help="how often each is run (2)")
    parser.add_argument("--bar", type=float, default=None, metavar="TIMES", help=f"fail above so many raw loaders ({BAR})")
    chosen = parser.parse_args(arguments)
    reports = chosen.reports or (QUICK if chosen.quick else REPORTS)
    whole, loader = measure(chosen.corpus, reports, 1 if chosen.quick else chosen.runs)
    told("flow", shown(whole, loader), chosen)
    bar = chosen.bar if chosen.bar is not None else None if chosen.quick else BAR
    ratio = whole["seconds"] / loader["seconds"]
    if bar is None or ratio <= bar:
        return 0
    sys.stderr.write(f"bar missed: the flow took {number(ratio)} times as long as the raw loader; at most {bar:g}\n")
    return 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main())
