"""``scheme``: what a label scheme makes of annotated files, before anything is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from kg import display, readers, schemes
from kg.cli.options import progress
from kg.errors import Problem, SchemeError
from kg.model import AnnotatedReport
from kg.pipeline import Step
from kg.schemes.coverage import COMPARED, Coverage, ranked

app = typer.Typer()
scheme_app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(scheme_app, name="scheme", help="Label schemes: which there are, and how much of your annotation one covers.")


@dataclass(slots=True)
class Checked:
    """What was read, and how much of it each scheme covers. ``compared`` is empty where a scheme was named."""

    covered: dict[str, Coverage] = field(default_factory=dict)
    compared: dict[str, Coverage] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unclaimed: list[readers.Unclaimed] = field(default_factory=list)

    @property
    def suggested(self) -> str:
        """The scheme that covers more than the one that the files say; empty if there is none."""
        best = next(iter(ranked(self.compared.values())), None)
        said = max((self.compared[s].mapped for s in self.covered if s in self.compared), default=0)
        return best.scheme if best and best.mapped > said else ""

    @property
    def exit_code(self) -> int:
        """0 all is mapped, 1 something is not, 2 nothing was read."""
        if not any(c.reports for c in self.covered.values()):
            return 2
        rejected = any(p.severity == "rejected" for p in self.problems)
        return 1 if rejected or not all(c.complete for c in self.covered.values()) else 0


@scheme_app.command("list", epilog="**Example:**  `sitgraph scheme list`")
def scheme_list() -> None:
    """The schemes that ship, as they are named to `--scheme`."""
    for name, title in schemes.titles().items():
        display.out.print(f"{name:18}{title}")


@scheme_app.command(
    "check",
    epilog="**Examples:**  `sitgraph scheme check examples/`  ·  `sitgraph scheme check news/ --scheme ace --json`",
)
def scheme_check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Annotated reports: files, or folders that are walked.")],
    scheme: Annotated[str, typer.Option(metavar="S", help="The scheme to check against. Default: what the files say.")] = "",
    format: Annotated[str, typer.Option(metavar="F", help="Read every given file with this reader.")] = "",
    annotator: Annotated[
        str, typer.Option(metavar="NAME", help="Whose annotation is read, where several people annotated a text.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show what becomes of each label; nothing is stored. Exit code 0: all is mapped; 1: something is not; 2: nothing read."""
    with progress() as step:
        checked = check(readers.walk(paths, format or None, annotator=annotator), scheme, step)
    if as_json:
        display.print_json(_document(checked))
    else:
        _show(checked)
    raise typer.Exit(checked.exit_code)


def check(walk: readers.Walk, scheme: str, step: Step) -> Checked:
    """What each scheme makes of what is read, a report at a time. Raises :class:`~kg.errors.SchemeError`."""
    if scheme and scheme not in schemes.names():
        raise SchemeError(f"unknown scheme {scheme!r}; there are {', '.join(schemes.names())}")
    checked, read, of = Checked(), 0, len(walk.readable)
    for item in walk:
        if isinstance(item, readers.Unclaimed):
            checked.unclaimed.append(item)
        elif isinstance(item, Problem):
            checked.problems.append(item)
        else:
            read += 1
            step(f"reading {item.report.id}", read, max(read, of))
            checked.problems += item.problems
            _add(checked, item, scheme, compare=not scheme and read <= COMPARED)
    return checked


def _add(checked: Checked, report: AnnotatedReport, scheme: str, compare: bool) -> None:
    name = scheme or report.scheme
    if name not in schemes.names():
        message = f"unknown scheme {name!r}; there are {', '.join(schemes.names())}"
        checked.problems.append(Problem(report.path, 0, message))
    else:
        checked.covered.setdefault(name, Coverage(name)).add(report)
    for other in schemes.names() if compare else ():
        checked.compared.setdefault(other, Coverage(other)).add(report, all_examples=False)


def _show(checked: Checked) -> None:
    for problem in checked.problems:
        display.print_problem(problem)
    for item in checked.unclaimed:
        display.err.print(display.plain(f"not read  {item.path}: {item.reason}"), style="dim")
    for covered in checked.covered.values():
        display.print_coverage(covered)
    if checked.suggested:
        for covered in ranked(checked.compared.values()):
            display.out.print(f"{covered.scheme}: {display.share(covered)}")
        display.out.print(f"suggested: --scheme {checked.suggested}", style="bold")


def _document(checked: Checked) -> dict[str, Any]:
    return {
        "schemes": [display.coverage(c) for c in checked.covered.values()],
        "compared": {c.scheme: {"mapped": c.mapped, "total": c.total} for c in ranked(checked.compared.values())},
        "suggested": checked.suggested or None,
        "problems": [asdict(p) for p in checked.problems],
        "unclaimed": [asdict(u) for u in checked.unclaimed],
        "exit_code": checked.exit_code,
    }
