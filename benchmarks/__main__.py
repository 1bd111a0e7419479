"""``python -m benchmarks``: every benchmark, one after the other; ``--write`` puts the tables into ``docs/benchmarks.md``.

``--quick``, ``--runs``, ``--timeout`` and ``--memory`` are handed to each. Exit code 1 if any bar was missed.
"""

from __future__ import annotations

import sys

from benchmarks import bulk, competency, rules, validation

if __name__ == "__main__":
    sys.exit(max(command.main(sys.argv[1:]) for command in (competency, rules, validation, bulk)))
