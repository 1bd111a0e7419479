"""What becomes of each type of entity and each type × relation × type of re3d, counted by the product's own reader and scheme.

Writes the page ``docs/re3d.md`` to standard output: ``python scripts/re3d_table.py FOLDER > docs/re3d.md``, where FOLDER holds
the folders of re3d as they were published. Every line of a file is counted once; the page says so with its sums.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kg import readers, schemes
from kg.model import AnnotatedReport

FOLDERS = ("BBC Online", "CENTCOM", "Wikipedia")
FILES = {"entity": "entities.json", "relation": "relations.json"}
BELOW = "set aside: confidence below the threshold"
PROMISED = (
    *(f"Organisation {r} Organisation" for r in ("AlliesOf", "BelongsTo", "FightingAgainst", "InChargeOf")),
    "Location CoLocated Location",
)

Counts = Mapping[tuple[str, str, str], Counter[str]]
"""(``entity`` or ``relation``, what it was, outcome) -> how often in each folder."""

INTRODUCTION = """# re3d, type by type

[re3d](https://github.com/dstl/re3d) (Dstl) is read by the reader `re3d`; what becomes of its types is decided by one table,
`kg/schemes/re3d.toml`. Below stands what that table does with the three folders that the project is tested on. The page is made
by `scripts/re3d_table.py` from the program's own counts, and a test fails when it is out of date.

```
sitgraph ingest "re3d/CENTCOM" --store my-store    # not run here: needs the data set
```

prints the same counts for what it read.

- **mapped to X**: it is in the store, as a mention or situation of class X (`Actor` and `Place` become the class that the
  reference tables give, else `Collective` and `Place`; `Coref` joins the mentions).
- **set aside**: it is not in the store, for the reason given. Confidence below 0.5 is set aside (0 means that the annotators
  rejected it); 0.5, 0.7 and 0.9 are the bounds of possible, probable and certain.
- A relation names two spans, not two entities. Of several entities on a span the most confident counts for which the table has
  a row; the types below are of those. An entity below 0.5 is kept where a relation of at least 0.5 rests on it.
- `Apart` is mapped as the denial of being together. `FightingAgainst` a place is an engagement there with an unknown defender.
"""


def counted(data: Path) -> Counts:
    """What the reader and the scheme make of every line."""
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for folder in FOLDERS:
        tallies = [schemes.apply(r).tally for r in readers.walk([data / folder]) if isinstance(r, AnnotatedReport)]
        for row in schemes.total(tallies):
            found[row.key][folder] += row.count
    return found


def lines(data: Path, folder: str, what: str) -> int:
    """How many lines of a file hold a row."""
    return sum(1 for line in (data / folder / FILES[what]).read_bytes().split(b"\n") if line.strip())


def page(data: Path) -> str:
    """The whole page."""
    counts = counted(data)
    parts = [INTRODUCTION, *_sums(counts, data), *_promised(counts)]
    parts += _table("Entities", "entity", ("type", "what becomes of it"), counts)
    parts += _table("Relations", "relation", ("from", "relation", "to", "what becomes of it"), counts)
    return "\n".join(parts).rstrip("\n") + "\n"


def _sums(counts: Counts, data: Path) -> Iterator[str]:
    yield "## In all\n"
    yield from _head(("", "", *FOLDERS, "in all"), words=2)
    for what, file in FILES.items():
        of = {k: c for k, c in counts.items() if k[0] == what}
        rows = (
            (f"lines of `{file}`", "", Counter({f: lines(data, f, what) for f in FOLDERS})),
            ("", "counted below", _sum(of.values())),
            ("", "mapped", _sum(c for k, c in of.items() if k[2].startswith("mapped"))),
            ("", "set aside", _sum(c for k, c in of.items() if k[2].startswith("set aside"))),
        )
        for first, second, counter in rows:
            yield _row((first, second), counter)
    yield ""


def _promised(counts: Counts) -> Iterator[str]:
    yield "Between organisations, and between locations, with a confidence of at least 0.5:\n"
    yield from _head(("relation", "mapped", "of"), words=1)
    for what in PROMISED:
        sure = {k[2]: sum(c.values()) for k, c in counts.items() if k[:2] == ("relation", what) and k[2] != BELOW}
        mapped = sum(n for outcome, n in sure.items() if outcome.startswith("mapped"))
        yield f"| {what} | {mapped} | {sum(sure.values())} |"
    yield ""


def _table(title: str, what: str, columns: Sequence[str], counts: Counts) -> Iterator[str]:
    yield f"## {title}\n"
    yield from _head((*columns, *FOLDERS, "in all"), words=len(columns))
    for (kind, name, outcome), counter in sorted(counts.items()):
        if kind == what:
            words = name.split(" ") if what == "relation" else [name]
            yield _row((*words, outcome), counter)
    yield _row(("**in all**", *("" for _ in columns[1:])), _sum(c for k, c in counts.items() if k[0] == what))
    yield ""


def _head(columns: Sequence[str], words: int) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "|".join("---" if n < words else "---:" for n in range(len(columns))) + "|"


def _row(words: Iterable[str], counter: Counter[str]) -> str:
    numbers = (*(counter[f] for f in FOLDERS), sum(counter.values()))
    return "| " + " | ".join((*words, *(str(n) for n in numbers))) + " |"


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/re3d_table.py FOLDER")
    sys.stdout.write(page(Path(sys.argv[1])))
