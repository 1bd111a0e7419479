"""``preannotate``, and the export of annotated reports: between a store and annotation tools."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from kg import display, preannotation
from kg.cli.options import StoreOption
from kg.errors import Problem, QueryError, ReadError
from kg.model import AnnotatedReport
from kg.readers import default_ids
from kg.resolver import reference as tables
from kg.store.generations import StoreDirectory
from kg.store.inputs import Inputs
from kg.writers import Written, brat, label_studio, writers

app = typer.Typer()

EVERY_REPORT = "all"
_MODEL = "sitgraph: names of the store"
# What a program proposes is a prediction where a format can say so: annotators accept it, or do not.
_PROPOSALS: dict[str, Callable[[AnnotatedReport, Path], Written]] = {
    brat.FORMAT: brat.write,
    label_studio.FORMAT: lambda report, folder: label_studio.write_prediction(report, folder, _MODEL),
}


@app.command(
    epilog="**Example:**  `sitgraph preannotate incoming/*.txt --store demo-store --format brat -o to-annotate`",
)
def preannotate(
    texts: Annotated[
        list[Path], typer.Argument(metavar="TEXT…", help="Plain texts in UTF-8, or folders that hold them (*.txt).")
    ],
    store: StoreOption,
    format: Annotated[str, typer.Option(help=" or ".join(_PROPOSALS))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where to. Nothing there is overwritten.")],
) -> None:
    """Propose mentions of what the store knows, to begin an annotation with. Exit code 1: a text was not read, 2: none was."""
    write = _PROPOSALS.get(format)
    if write is None:
        raise QueryError(f"--format {format}: expected one of {', '.join(_PROPOSALS)}")
    directory = StoreDirectory(store)
    generation = directory.current()
    reference = tables.load(*Inputs(store).reference_in_force(generation.number))
    names = preannotation.of_store(generation.open(), directory.base, reference)
    output.mkdir(parents=True, exist_ok=True)
    paths = list(_texts(texts))
    ids = default_ids([p for p in paths if isinstance(p, Path)])
    written = rejected = 0
    for path in paths:
        try:
            if isinstance(path, Problem):
                raise ReadError(path.path, path.message)
            problems = _propose(path, ids[path], names, write, output)
        except ReadError as error:
            problems = [Problem(error.path, error.line or 0, error.message)]
        else:
            written += 1
        rejected += any(p.severity == "rejected" for p in problems)
        _tell(problems)
    raise typer.Exit(2 if not written else 1 if rejected else 0)


def _texts(given: Sequence[Path]) -> Iterator[Path | Problem]:
    for path in dict.fromkeys(given):
        inside = sorted(p for p in path.rglob("*.txt") if p.is_file()) if path.is_dir() else [path]
        yield from inside
        if not inside:
            yield Problem(str(path), 0, "holds no text (*.txt)")


def _propose(
    path: Path, default_id: str, names: preannotation.Names, write: Callable[[AnnotatedReport, Path], Written], folder: Path
) -> list[Problem]:
    report, text, problems = preannotation.read_text(path, default_id)
    proposed = names.propose(report, text)
    found = _whole(lambda fresh: write(proposed, fresh), folder, str(path))
    ambiguous = sum(bool(m.notes) for m in proposed.mentions)
    said = (
        f"{len(proposed.mentions)} mentions proposed, {ambiguous} of them ambiguous" if proposed.mentions else "no known name"
    )
    display.err.print(display.plain(f"{path}: {said}"))
    return [*problems, *found.problems]


def _whole(write: Callable[[Path], Written], folder: Path, about: str) -> Written:
    """Files that are all there or none, and that replace no other: somebody's annotation may be in them."""
    with tempfile.TemporaryDirectory(prefix=".sitgraph-", dir=folder) as fresh:
        written = write(Path(fresh))
        targets = [folder / p.name for p in written.paths]
        if there := [t for t in targets if t.exists()]:
            raise ReadError(about, f"{there[0]} is there already, and nothing is overwritten")
        for path, target in zip(written.paths, targets, strict=True):
            os.replace(path, target)
    return Written(tuple(targets), tuple(replace(p, path=str(folder / Path(p.path).name)) for p in written.problems))


def export_reports(store: Path, wanted: Sequence[str], format: str, folder: Path | None) -> int:
    """Write annotated reports as they were read; gives the exit code: 0 all, 1 some or not all of each, 2 none."""
    writer = writers().get(format)
    if writer is None:
        raise QueryError(f"--format {format}: with --report, expected one of {', '.join(sorted(writers()))}")
    if folder is None:
        raise QueryError("--report writes several files: give a folder, -o DIR")
    inputs = Inputs(store)
    entries = inputs.reports(StoreDirectory(store).current().number)
    tables = {i for i, e in entries.items() if inputs.is_table(e)}
    ids = sorted(entries.keys() - tables) if EVERY_REPORT in wanted else list(dict.fromkeys(wanted))
    unknown = [i for i in ids if i not in entries or i in tables]
    for ident in (i for i in unknown if i in tables):
        _tell([Problem(str(store), 0, f"{ident!r} is a table: it has rows and no annotated text")])
    for ident in (i for i in unknown if i not in tables):
        near = get_close_matches(ident, entries, n=3)
        hint = f"; there is {' or '.join(near)}" if near else f"; there are {len(entries)} reports"
        _tell([Problem(str(store), 0, f"no report {ident!r}{hint}")])
    if len(unknown) == len(ids):
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    problems: list[Problem] = []
    for ident in (i for i in ids if i not in unknown):
        found = writer.write(inputs.report(entries[ident]), folder).problems
        _tell(found)
        problems += found
    display.err.print(f"{len(ids) - len(unknown)} reports in {folder}")
    return 1 if unknown or any(p.severity == "rejected" for p in problems) else 0


def _tell(problems: Sequence[Problem]) -> None:
    for p in problems:
        display.err.print(display.plain(f"{p.severity}: {p}"), style="red" if p.severity == "rejected" else "yellow")
