"""The command line: parse arguments, call one function, print. The names and options are a contract.

A module holds the commands of one purpose; here they are put together.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from kg import display
from kg.cli import annotating, asking, checking, filling, schemes, serving
from kg.errors import SitgraphError

app = typer.Typer(
    name="sitgraph",
    help="From annotated reports of armed conflict to a graph in which every statement leads back to the words of a report.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (filling, annotating, schemes, asking, checking, serving):
    app.add_typer(part.app)


def main() -> None:
    """The entry point: errors of ours, and of the file system, become one line and exit code 2."""
    try:
        app()
    except SitgraphError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _fail(message: str) -> NoReturn:
    display.err.print("sitgraph: " + display.plain(" ".join(message.split())), style="bold red")
    sys.exit(2)


def _print_version(wanted: bool) -> None:
    if wanted:
        display.out.print(f"sitgraph {version('sitgraph')}")
        raise typer.Exit


@app.callback()
def _top(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
