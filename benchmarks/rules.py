"""``python -m benchmarks.rules``: the rules of sitgraph over large views, beside OWL 2 RL reasoners over the same data."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.commands import Comparison, compare, compared, comparing, described, missed, options, told
from benchmarks.measure import machine

RULES = Comparison(
    "rules",
    ("sitgraph-rules", "reasonable", "reasonable-closure", "owlrl"),
    {"owlrl": 100_000},
    {"derived": "triples derived", "records": "inference records"},
)
BAR = 10.0


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the rules. The bar is for the largest view."""
    parser = options("benchmarks.rules", main.__doc__, BAR, "the rules of sitgraph over the largest view")
    comparing(parser, RULES)
    chosen = parser.parse_args(argv)
    below = machine("pyoxigraph", "reasonable", "owlrl", "rdflib")
    found, populations = compare(RULES, chosen)
    told("data", described(populations), chosen)
    told("rules", f"{compared(RULES, found)}\n{below}", chosen)
    largest = max(populations)
    ours = found[largest, "sitgraph-rules"].took
    return missed(f"the rules over {largest:,} triples", ours["run"] if ours else None, chosen.bar)


if __name__ == "__main__":
    sys.exit(main())
