"""What commands share: options, the day in one, the store behind one, and the bar that shows how far the work is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kg import display
from kg.errors import QueryError
from kg.pipeline import Step, as_reported
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory

StoreOption = Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of the store.")]
ValidAt = Annotated[
    str,
    typer.Option(
        "--valid-at",
        metavar="DATE",
        help="The day (its first instant, xsd:dateTime) that fills VALUES ?day { UNDEF } in the query.",
    ),
]
IssuedUntil = Annotated[
    str, typer.Option("--issued-until", metavar="DATE", help="The view over reports issued up to this day, and no others.")
]


def read_day(text: str, option: str) -> date:
    """The day that an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"{option} is {text!r}; expected a day such as 2016-08-07") from None


def open_store(store: Path, issued_until: str) -> tuple[EmbeddedStore, str]:
    """The current generation, or the view over what was issued up to a day."""
    day = read_day(issued_until, "--issued-until") if issued_until else None
    directory = StoreDirectory(store)
    generation = directory.current()
    if day is None:
        return generation.open(), directory.base
    return as_reported(directory, generation, day)[0], directory.base


@contextmanager
def progress() -> Iterator[Step]:
    """A bar on the terminal; nothing where standard error is none."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=display.err, transient=True, disable=not display.err.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what[:60], completed=done, total=of or None)

        yield step
