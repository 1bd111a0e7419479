"""``validate`` and ``ontology``: what is wrong with a store, or with the ontology, and what is made from the ontology."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kg import display, vocab
from kg.cli.options import StoreOption, progress
from kg.ontology import checks
from kg.resources import ontology_dir
from kg.store.generations import StoreDirectory

app = typer.Typer()


ontology_app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(
    ontology_app, name="ontology", help="The ontology that ships: build what is generated from it, check it, document it."
)


@app.command(
    epilog="**Examples:**  `sitgraph validate --store demo-store`  ·  `sitgraph validate --store s --report my-report --json`"
)
def validate(
    store: StoreOption,
    report: Annotated[str, typer.Option(metavar="ID", help="Only what concerns this report.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check a store: shapes, laws, consistency. Exit code 0: nothing found; 1: something found; 2: it could not be checked."""
    from kg.ontology.validate import validate as run_validate  # the SHACL engine takes a second to load

    with progress() as step:
        done = run_validate(StoreDirectory(store), report, step)
    if as_json:
        display.print_json(display.validation(done))
    else:
        display.print_validation(done)
    raise typer.Exit(done.exit_code)


@ontology_app.command("build", epilog="**Example:**  `sitgraph ontology build`")
def ontology_build() -> None:
    """Write what is generated from the ontology: constants, JSON-LD context, and in a checkout the tools' configurations."""
    done = checks.build(ontology_dir(), Path(vocab.__file__))
    for path, what in done.items():
        if what != "unchanged":
            display.out.print(f"{what}  {checks.shown(path)}")
    unchanged = sum(what == "unchanged" for what in done.values())
    display.out.print(f"{len(done) - unchanged} of {len(done)} generated files changed")


@ontology_app.command("check", epilog="**Example:**  `sitgraph ontology check --json`")
def ontology_check(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Syntax, generated files, OWL 2 DL, allowed axioms, laws; consistency, which needs Java. Exit code 1: findings."""
    checked = checks.check(ontology_dir(), Path(vocab.__file__))
    if as_json:
        display.print_json(asdict(checked))
    else:
        for finding in checked.findings:
            display.out.print(display.plain(str(finding)))
        for note in checked.notes:
            display.err.print(display.plain(note), style="dim")
        display.out.print(f"{len(checked.findings) or 'no'} finding{'' if len(checked.findings) == 1 else 's'}")
    raise typer.Exit(1 if checked.findings else 0)


@ontology_app.command("docs", epilog="**Example:**  `sitgraph ontology docs -o ontology-docs`")
def ontology_docs(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write into.")] = Path(
        "ontology-docs"
    ),
) -> None:
    """Write the documentation of the ontology as HTML, with a diagram, and every document in every syntax."""
    from kg.ontology import documentation

    for path in documentation.write(output):
        display.out.print(f"written  {checks.shown(path)}")
