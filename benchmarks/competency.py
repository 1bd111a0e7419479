"""``python -m benchmarks.competency``: how long the competency questions take on the examples."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.commands import limits, missed, options, told
from benchmarks.measure import machine, number, started, table
from benchmarks.population import EXAMPLES
from kg.pipeline import Options, ingest

BAR = 1.0


def main(argv: Sequence[str] | None = None) -> int:
    """Asks each competency question of the examples. The bar is for each of them."""
    parser = options("benchmarks.competency", main.__doc__, BAR, "a question")
    chosen = parser.parse_args(argv)
    below = machine("pyoxigraph")
    with tempfile.TemporaryDirectory() as folder:
        ingest(Path(folder) / "store", [EXAMPLES], Options(reference=EXAMPLES / "reference"))
        (Path(folder) / "runs").write_text("1" if chosen.quick else str(chosen.runs))
        answered = started("questions", Path(folder), limits(chosen))
    if isinstance(answered, str):
        sys.stderr.write(f"the questions were given up: {answered}\n")
        return 1
    if not answered:
        sys.stderr.write("no questions: ontology/competency is empty, nothing to measure\n")
        return 1
    rows = [(q["question"], q["asks"], f"{q['rows']:,}", number(q["seconds"] * 1000)) for q in answered]
    told("competency", f"{table(('question', 'it asks', 'rows', 'ms'), rows)}\n{below}", chosen)
    return max((missed(q["question"], q["seconds"], chosen.bar) for q in answered), default=0)


if __name__ == "__main__":
    sys.exit(main())
