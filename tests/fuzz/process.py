"""The process of one target: its seeds are read undamaged, then damaged, until the number of inputs that was asked for."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kg"]):
    from tests.fuzz.targets import fill, prove, targets

from tests.fuzz.damage import mutated


def main() -> None:
    """The name of the target, then the flags of libFuzzer."""
    name, *flags = sys.argv[1:]
    target = targets()[name]
    with tempfile.TemporaryDirectory(prefix="sitgraph-fuzz-") as folder, tempfile.TemporaryDirectory() as corpus:
        place = Path(folder)
        count, mentions = prove(target, place, Path(corpus))
        sys.stdout.write(f"seeds {count} mentions {mentions}\n")
        sys.stdout.flush()

        def one(data: bytes) -> None:
            fill(target, place, data)
            target.run(place)

        def damage(data: bytes, size: int, seed: int) -> bytes:
            return mutated(data, size, random.Random(seed), atheris.Mutate, target.words)

        atheris.Setup([sys.argv[0], *flags, corpus], one, custom_mutator=damage)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
