"""Fuzzing of every reader by atheris: whatever the bytes, what comes out are reports and problems.

``make fuzz`` is the whole of it; ``python tests/fuzz_readers.py --format F --runs N`` a part. The seeds are the goldens of
``tests/data``. A seed is all files of a case in one input, cut apart by lines that no format uses, so that text, annotation and
metadata are damaged alone and together. Each format has a process of its own, with a limit of 1 GiB and 20 seconds an input; an
exception that is not ours, a hang and a crash leave the input behind and fail the run. What a reader does give must be whole:
spans inside the text, quotes that are there, links between mentions that are.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"
CUT = b"\n~~~ next file ~~~\n"
MEGABYTES, SECONDS = 1024, 20

# What the files of a case are called; the first is the one that is read.
FILES: dict[str, tuple[str, ...]] = {
    "brat": ("r.ann", "r.txt", "r.meta.json"),
    "re3d": ("documents.json", "entities.json", "relations.json"),
}


def main() -> int:
    """Fuzzes the formats that were asked for, prints what was run, and tells by the exit code whether all held."""
    arguments = argparse.ArgumentParser(description="Fuzz the readers.")
    arguments.add_argument("--format", choices=sorted(FILES), action="append")
    arguments.add_argument("--runs", type=int, default=25_000, help="inputs for each format")
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    arguments.add_argument("--artifacts", type=Path, default=Path(tempfile.gettempdir()) / "sitgraph-fuzz")
    arguments.add_argument("--child", help=argparse.SUPPRESS)
    asked, rest = arguments.parse_known_args()
    if asked.child:
        _fuzz(asked.child, rest)
        return 0
    asked.artifacts.mkdir(parents=True, exist_ok=True)
    done = {f: _run(f, asked.runs, asked.seed, asked.artifacts) for f in asked.format or sorted(FILES)}
    say = sys.stdout.write
    for name, (inputs, megabytes, held) in done.items():
        say(f"{name:16} {inputs:8,} inputs, at most {megabytes:5} MiB, {'held' if held else 'FAILED'}\n")
    say(f"{'in all':16} {sum(inputs for inputs, _, _ in done.values()):8,} inputs, seed {asked.seed}\n")
    return 0 if all(held and inputs >= asked.runs for inputs, _, held in done.values()) else 1


def _run(name: str, runs: int, seed: int, artifacts: Path) -> tuple[int, int, bool]:
    """Inputs tried, peak of memory in MiB, and whether everything held, of one format in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder)
        count = 0
        for count, case in enumerate(seeds(name), 1):
            (corpus / f"{count:04}").write_bytes(case)
        assert count, f"{name}: tests/data holds no case of it"
        limits = [f"-runs={runs}", f"-seed={seed}", f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS}", "-max_len=65536"]
        command = [
            sys.executable,
            __file__,
            "--child",
            name,
            *limits,
            "-print_final_stats=1",
            f"-artifact_prefix={artifacts}/{name}-",
        ]
        found = subprocess.run([*command, str(corpus)], capture_output=True, text=True, errors="replace", check=False)
    stats = dict(re.findall(r"stat::(\w+):\s*(\d+)", found.stderr))
    if found.returncode:
        sys.stdout.write(f"--- {name}\n{found.stdout[-2000:]}\n{found.stderr[-4000:]}\n")
    return int(stats.get("number_of_executed_units", 0)), int(stats.get("peak_rss_mb", 0)), found.returncode == 0


def seeds(name: str) -> Iterator[bytes]:
    """The cases of a format, each as one input."""
    for case in sorted(p for p in (DATA / name).rglob("*") if p.is_dir()) or [DATA / name]:
        for first in sorted(case.glob("*" + Path(FILES[name][0]).suffix)):
            parts = [first.read_bytes()]
            for other in FILES[name][1:]:
                beside = case / other if other.count(".") < 2 and (case / other).exists() else _beside(first, other)
                parts.append(beside.read_bytes() if beside.exists() else b"")
            yield CUT.join(parts)


def _beside(first: Path, other: str) -> Path:
    return first.with_name(first.stem.split(".")[0] + "." + other.split(".", 1)[1])


def _fuzz(name: str, flags: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["kg"]):
        from kg import readers
        from kg.model import AnnotatedReport, TextSpan, quote_of
    reader = readers.readers()[name]
    folder = Path(tempfile.mkdtemp(prefix="sitgraph-fuzz-"))

    def one(data: bytes) -> None:
        for file, content in zip(FILES[name], [*data.split(CUT), *[b""] * 9], strict=False):
            (folder / file).write_bytes(content) if content else (folder / file).unlink(missing_ok=True)
        path = folder / FILES[name][0]
        reader.detect(path)
        for item in readers.Readable(path, reader, "r").read():
            if isinstance(item, AnnotatedReport):
                ids = {m.id for m in item.mentions}
                assert len(ids) == len(item.mentions), "two mentions have one id"
                assert all(k.source in ids and k.target in ids for k in item.links), "a link hangs"
                for m in item.mentions:
                    spans = [f for f in m.fragments if isinstance(f, TextSpan)]
                    assert all(0 <= f.start <= f.end <= len(item.text) for f in spans), "a span lies outside the text"
                    assert not spans or m.quote == quote_of(item.text, spans), "a quote is not in the text"
                json.dumps(item.to_json()).encode()

    def mutated(data: bytes, size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        parts = data.split(CUT)
        n = rng.randrange(len(parts))
        parts[n] = (
            _damaged(parts[n], rng)
            if rng.random() < 0.5
            else atheris.Mutate(parts[n], max(1, size - len(data) + len(parts[n])))
        )
        return CUT.join(parts)[:size]

    atheris.Setup([sys.argv[0], *flags], one, custom_mutator=mutated)
    atheris.Fuzz()


_ODD = [
    *(b"0 -1 99999999999999999999 1e999 NaN null true [] {} : ; * / .. < &a; ' T1 E1".split()),
    *(b'""', b'"\\ud800"', b"\xff", b"\x00", b"\r", b"\r\n", b"\t", b"[" * 2000),
    *(c.encode() for c in "\u2028 \u200f \ufeff \u0627\u0644 \U0001f4a5".split()),
]


def _damaged(part: bytes, rng: random.Random) -> bytes:
    """Damage as people and programs do it: a line lost, doubled, moved; a word replaced by another, or by something odd."""
    lines = part.split(b"\n")
    words = re.findall(rb"[\w.:#/-]+|\"[^\"\n]{0,40}\"", part)
    choice = rng.randrange(5)
    if choice == 0 and len(lines) > 1:
        lines.pop(rng.randrange(len(lines)))
    elif choice == 1:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    elif choice == 2 and len(lines) > 1:
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    elif words:
        new = rng.choice(_ODD) if choice == 3 else rng.choice(words)
        old = rng.choice(words)
        places = [m.start() for m in re.finditer(re.escape(old), part)]
        at = rng.choice(places)
        return part[:at] + new + part[at + len(old) :]
    return b"\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
