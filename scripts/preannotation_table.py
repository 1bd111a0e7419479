"""How many of the names that people marked ``sitgraph preannotate`` proposes, and how many of its proposals people marked.

Writes the page ``docs/preannotate.md`` to standard output: ``python scripts/preannotation_table.py FOLDER >
docs/preannotate.md``, where FOLDER holds the annotated seed report. No report is measured with names that it brought itself:
the examples are stored in two halves, and each is measured with the store of the other half.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from kg import preannotation
from kg.model import AnnotatedReport, Mention, TextSpan
from kg.names import is_name
from kg.pipeline import Options, ingest
from kg.readers import brat
from kg.resolver import reference as tables
from kg.schemes.grammar import Grammar
from kg.store.generations import StoreDirectory
from kg.store.inputs import Inputs

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

INTRODUCTION = """# Annotation begins with what is known

```
sitgraph preannotate examples/aleppo-2016-08-zahra.txt --store demo-store --format brat -o to-annotate
```

proposes mentions: the names that a store knows, found in texts that nobody has annotated yet. Annotators correct and complete
them. The output is brat (`.ann` with text and metadata) or Label Studio (`--format label-studio`: a task whose *prediction*
the annotator accepts or changes). Texts are files in UTF-8, or folders of `*.txt`; a `.meta.json` or a `metadata.csv` beside
them is taken over. Nothing in the output folder is ever overwritten: somebody's work may be there.

## What is proposed

- **Names**: `skos:prefLabel` and `skos:altLabel` of actors, places and sources in the current generation, in all languages and
  scripts; the reference tables bring most of them, reports the rest. A `skos:hiddenLabel`, which is for searching, is proposed
  alone nowhere; where another thing has it as a name that is not its first ("Syrian"), both are meant. Nothing is proposed that
  one report alone knows ("local sources"). A person is proposed only with a public role in the reference tables.
- **A known thing** carries the label of its class and its reference: `Alliance`, `sitgraph:actor/jaish-al-fatah`.
- **A name of several things** ("Syria": a state and a territory) carries no reference, but a note that begins with `ambiguous:`
  and lists them; its label is that of the thing whose own name is nearest. A source that speaks for an actor of the same name
  is no second thing.
- **The longest name wins**, and begins and ends with a word. Scripts without spaces between words have no such bounds.
- **Spellings** meet as they do when reports are read: case, marks, articles and usual transliterations do not matter
  ("Jaysh al-Fatah", "JAISH AL FATAH"). But what a name writes with a capital has one in the text too, and an acronym is found
  letter by letter: "us" and "it" are not US and IT, HAS is not the town of Hass, a turkey is not Turkey. A name of up to four
  letters that has an article is found only with it: the Civil War is not al-Wa'r.
- **Arabic** particles that are written together with a word (و ف ب ل ك) stay outside the mention; its article stays inside, as
  a Latin one does that is joined to its word ("al-Qaeda"). A possessive ('s) stays outside.

A reference that the annotator leaves counts like one that he wrote; an `ambiguous:` note is for him, and does nothing else.

## How good the proposals are

"Names" are the mentions of actors, places and sources that people marked in the gold annotation and that are names;
descriptions ("regime forces") and pronouns are the annotator's to find. "Found": the same span was proposed. "Proposed": all
proposals; "marked": people marked that very span, as whatever entity; "same label": and gave it the label proposed; "same
reference": of the proposals with a reference, on spans where the gold has one of `sitgraph:`, those that agree. No report is
measured with names it brought itself: the examples are stored in two halves, and each is measured with the store of the other
half; the seed report with all examples. The table is made by `scripts/preannotation_table.py`, and a test fails when it is
out of date.
"""


@dataclass(frozen=True)
class Measured:
    """The numbers of one report, or of several."""

    names: int = 0
    found: int = 0
    proposed: int = 0
    marked: int = 0
    labelled: int = 0
    referred: int = 0
    agreed: int = 0
    ambiguous: int = 0

    def __add__(self, other: Measured) -> Measured:
        return Measured(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def measured(gold: AnnotatedReport, names: preannotation.Names) -> Measured:
    """What is proposed for the text of an annotated report, against its annotation."""
    groups = Grammar.load().groups
    entities = groups["actor"] | groups["place"] | groups["source"]
    marked = {_span(m): m for m in gold.mentions if m.label in entities and len(m.fragments) == 1}
    proposed = {_span(m): m for m in names.propose(gold.report, gold.text).mentions}
    named = {s for s, m in marked.items() if is_name(m.quote, gold.text[: s.start])}
    both = [(proposed[s], marked[s]) for s in proposed.keys() & marked.keys()]
    known = [(p, g) for p, g in both if p.references and any(r.iri.startswith("sitgraph:") for r in g.references)]
    return Measured(
        names=len(named),
        found=len(named & proposed.keys()),
        proposed=len(proposed),
        marked=len(both),
        labelled=sum(p.label == g.label for p, g in both),
        referred=len(known),
        agreed=sum(p.references[0].iri in {r.iri for r in g.references} for p, g in known),
        ambiguous=sum(bool(p.notes) for p in proposed.values()),
    )


def _span(m: Mention) -> TextSpan:
    (span,) = m.fragments
    assert isinstance(span, TextSpan)
    return span


def names_of(paths: Sequence[Path], store: Path) -> preannotation.Names:
    """The names of a store made of some reports."""
    ingest(store, paths, Options())
    directory = StoreDirectory(store)
    generation = directory.current()
    reference = tables.load(*Inputs(store).reference_in_force(generation.number))
    return preannotation.of_store(generation.open(), directory.base, reference)


def rows(seed: Path) -> Iterator[tuple[str, Measured]]:
    """Each report with its numbers."""
    examples = sorted(EXAMPLES.glob("*.ann"))
    halves = examples[::2], examples[1::2]
    with tempfile.TemporaryDirectory() as folder:
        known = [names_of(half, Path(folder) / str(n)) for n, half in enumerate(halves)]
        everything = names_of(examples, Path(folder) / "all")
        for path in examples:
            yield path.stem, measured(_read(path), known[0] if path in halves[1] else known[1])
        yield seed.stem, measured(_read(seed), everything)


def _read(path: Path) -> AnnotatedReport:
    (report,) = brat.read(path, path.stem)
    assert isinstance(report, AnnotatedReport)
    return report


def page(folder: Path) -> str:
    """The page."""
    lines = [INTRODUCTION]
    lines.append("| report | names | found | proposed | marked | same label | same reference | ambiguous |")
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    total = Measured()
    for name, m in rows(folder / "mesop-aleppo.ann"):
        lines.append(_row(name, m))
        total += m
    lines.append(_row("**in all**", total))
    lines.append("")
    lines.append(
        f"Recall of names {total.found / total.names:.1%}, precision {total.marked / total.proposed:.1%}; the right label on "
        f"{total.labelled / total.marked:.1%} of the marked spans, the right reference on {total.agreed / total.referred:.1%}."
    )
    return "\n".join(lines) + "\n"


def _row(name: str, m: Measured) -> str:
    cells = (m.names, m.found, m.proposed, m.marked, m.labelled, f"{m.agreed} of {m.referred}", m.ambiguous)
    return f"| {name} | " + " | ".join(str(c) for c in cells) + " |"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/preannotation_table.py FOLDER")
    sys.stdout.write(page(Path(sys.argv[1])))
