"""``ingest`` and ``rebuild``: what goes into a store, and what is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg import display, terms
from kg.cli.options import StoreOption, progress
from kg.config import DEFAULT_BASE
from kg.errors import StoreError
from kg.pipeline import Options, rebuild_view
from kg.pipeline import ingest as run_ingest
from kg.resolver.reference import TABLES

app = typer.Typer()


@app.command(
    epilog="**Examples:**  `sitgraph ingest examples/ --store demo-store`  ·  "
    "`sitgraph ingest report.ann --store s --base https://example.org/`"
)
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Annotated reports and tables: files, or folders that are walked.")
    ],
    store: StoreOption,
    base: Annotated[str, typer.Option(metavar="IRI", help=f"The base of all IRIs of a new store. Default {DEFAULT_BASE}")] = "",
    reference: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Your own reference tables, added to those that ship.")
    ] = None,
    format: Annotated[
        str,
        typer.Option(metavar="F", help="Read every given file with this reader, or as this table (a name, or a TOML file)."),
    ] = "",
    scheme: Annotated[str, typer.Option(metavar="S", help="The label scheme, if the files do not say.")] = "",
    annotator: Annotated[
        str, typer.Option(metavar="NAME", help="Whose annotation is read, where several people annotated a text.")
    ] = "",
    encoding: Annotated[str, typer.Option(metavar="E", help="The encoding of a table, if it is not told rightly.")] = "",
    separator: Annotated[str, typer.Option(metavar="C", help="What stands between the cells of a table.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read annotated reports and tables into a store. Exit code 0: all read; 1: something rejected; 2: nothing done."""
    _check_base(base)
    _check_reference(reference)
    options = Options(base or None, reference, format or None, scheme or None, annotator, encoding, separator)
    with progress() as step:
        outcome = run_ingest(store, paths, options, step=step)
    if as_json:
        display.print_json(display.summary(outcome))
    else:
        display.print_outcome(outcome, store)
    raise typer.Exit(outcome.exit_code)


@app.command(epilog="**Example:**  `sitgraph rebuild --store demo-store`")
def rebuild(store: StoreOption) -> None:
    """Drop the view and all that was inferred, and make them again by the rules R1 to R10."""
    with progress() as step:
        outcome = rebuild_view(store, step=step)
    display.print_rebuilt(outcome)


def _check_base(base: str) -> None:
    if base and not (base.startswith(("http://", "https://")) and base.endswith("/") and terms.iri(base, "")):
        raise StoreError(f"--base is {base!r}; expected an http(s) IRI that ends with a slash, such as {DEFAULT_BASE}")


def _check_reference(folder: Path | None) -> None:
    """A folder without a single table is a mistyped one, and would be passed over in silence."""
    if folder is None:
        return
    if not folder.is_dir():
        raise StoreError(f"--reference {folder}: there is no such folder")
    if not any((folder / f"{name}.csv").is_file() for name in TABLES):
        raise StoreError(f"--reference {folder}: holds none of {', '.join(f'{name}.csv' for name in TABLES)}")
