"""What is done with stores beside sitgraph, each in a process of its own: ``python -m benchmarks.stores NAME …`` prints JSON.

``load STORE FILE [GRAPH] …`` is the raw loader of pyoxigraph: the clock runs from the empty folder to the flushed store.
``finish SITGRAPH FILE`` writes all quads of a store of sitgraph as one N-Quads file; ``content STORE`` counts the quads of a
store and digests them, in no order, so that two stores can be compared without keeping either in memory.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, serialize

from kg.store.generations import StoreDirectory

_PARTS = 2**64


def load(store: str, *files: str) -> dict[str, float]:
    """Loads files, each followed by the graph it is of; nothing for N-Quads."""
    begun = time.perf_counter()
    made = Store(store)
    for path, graph in zip(files[::2], files[1::2], strict=True):
        if path.endswith(".nq"):
            made.bulk_load(path=path, format=RdfFormat.N_QUADS)
        else:
            made.bulk_load(path=path, format=RdfFormat.N_TRIPLES, to_graph=NamedNode(graph) if graph else None)
    made.flush()
    return {"seconds": time.perf_counter() - begun}


def finish(sitgraph: str, path: str) -> dict[str, float]:
    """Writes the quads of the current generation, in no order; how many there are."""
    kept = StoreDirectory(Path(sitgraph)).current().open()
    with Path(path).open("wb") as out:
        serialize(kept.quads(), output=out, format=RdfFormat.N_QUADS)
    return {"quads": len(kept)}


def content(store: str) -> dict[str, int]:
    """How many quads, and the sum of their digests."""
    count = total = 0
    for quad in Store.read_only(store):
        count += 1
        total += int.from_bytes(hashlib.blake2b(str(quad).encode(), digest_size=8).digest())
    return {"quads": count, "digest": total % _PARTS}


def size_on_disk(folder: Path) -> int:
    """The bytes of all files below a folder; what is linked twice counts once."""
    found = {(s.st_dev, s.st_ino): s.st_blocks * 512 for p in folder.rglob("*") if p.is_file() and (s := p.stat())}
    return sum(found.values())


_DO: Mapping[str, Callable[..., Mapping[str, float]]] = {"load": load, "finish": finish, "content": content}


def main(arguments: Sequence[str]) -> None:
    """Does one thing and prints what it found."""
    name, *rest = arguments
    sys.stdout.write(json.dumps(_DO[name](*rest)))


if __name__ == "__main__":
    main(sys.argv[1:])
