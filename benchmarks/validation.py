"""``python -m benchmarks.validation``: the shapes of sitgraph over large views, beside SHACL engines over the same data."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.commands import Comparison, compare, compared, comparing, missed, options, told
from benchmarks.measure import machine
from kg.resources import ontology_dir

SHAPES = Comparison("validation", ("sitgraph-shapes", "pySHACL", "pyrudof"), {"pyrudof": 100_000}, {"found": "findings"})


def main(argv: Sequence[str] | None = None) -> int:
    """Measures validation. The bar, if one is given, is for the largest view."""
    parser = options("benchmarks.validation", main.__doc__, None, "the validation by sitgraph of the largest view")
    comparing(parser, SHAPES)
    chosen = parser.parse_args(argv)
    if not (ontology_dir() / "shapes.ttl").is_file():
        sys.stderr.write("no shapes: ontology/shapes.ttl is not there, nothing to measure\n")
        return 0
    below = machine("pyshacl", "pyrudof", "rdflib")
    found, populations = compare(SHAPES, chosen)
    told("validation", f"{compared(SHAPES, found)}\n{below}", chosen)
    largest = max(populations)
    ours = found[largest, "sitgraph-shapes"].took
    return missed(f"the validation of {largest:,} triples", ours["run"] if ours else None, chosen.bar)


if __name__ == "__main__":
    sys.exit(main())
