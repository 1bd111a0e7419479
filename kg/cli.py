"""The command line: parse arguments, call one function, print. The names and options are a contract."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import IO, Annotated, Any, NoReturn

import typer
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, serialize
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kg import display, terms
from kg.config import DEFAULT_BASE
from kg.errors import QueryError, SitgraphError, StoreError
from kg.export import rdf
from kg.iri import Space
from kg.pipeline import Options, as_reported
from kg.pipeline import ingest as run_ingest
from kg.quads import day_literal
from kg.queries import bind, slots
from kg.resolver.reference import TABLES
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.view.explain import explain as run_explain
from kg.vocab import PREFIXES

app = typer.Typer(
    name="sitgraph",
    help="From annotated reports of armed conflict to a graph in which every statement leads back to the words of a report.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)

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
_RESULTS = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
_TRIPLES = ("ttl", "nt", "jsonld")
_UPDATE = re.compile(
    r"(?:\s|\#[^\n]*(?:\n|$)|BASE\s*<[^>]*>|PREFIX\s+[^\s:]*:\s*<[^>]*>)*"
    r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)(?![\w:-])",
    re.IGNORECASE,
)


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


# -- ingest


@app.command(
    epilog="**Examples:**  `sitgraph ingest examples/ --store demo-store`  ·  "
    "`sitgraph ingest report.ann --store s --base https://example.org/`"
)
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Annotated reports: files, or folders that are walked.")],
    store: StoreOption,
    base: Annotated[str, typer.Option(metavar="IRI", help=f"The base of all IRIs of a new store. Default {DEFAULT_BASE}")] = "",
    reference: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Your own reference tables, added to those that ship.")
    ] = None,
    format: Annotated[str, typer.Option(metavar="F", help="Read every given file with this reader.")] = "",
    scheme: Annotated[str, typer.Option(metavar="S", help="The label scheme, if the files do not say.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read annotated reports into a store. Exit code 0: all read; 1: something was rejected; 2: nothing could be done."""
    _check_base(base)
    _check_reference(reference)
    options = Options(base or None, reference, format or None, scheme or None)
    with _progress() as step:
        outcome = run_ingest(store, paths, options, step=step)
    if as_json:
        display.print_json(display.summary(outcome))
    else:
        display.print_outcome(outcome, store)
    raise typer.Exit(outcome.exit_code)


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


@contextmanager
def _progress() -> Iterator[Any]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=display.err, transient=True, disable=not display.err.is_terminal) as progress:
        task = progress.add_task("reading", total=None)

        def step(what: str, done: int, of: int) -> None:
            progress.update(task, description=what[:60], completed=done, total=of or None)

        yield step


# -- query


@app.command(
    epilog="**Examples:**  `sitgraph query --store s 'SELECT ?s ?o { ?s sg:opposes ?o }'`  ·  "
    "`sitgraph query --store s question.rq --format csv`  ·  `sitgraph query --store s members.rq --valid-at 2016-08-07`, "
    "where `members.rq` holds `SELECT ?member ?group { VALUES ?day { UNDEF } ?m a sg:Membership ; sg:member ?member ; "
    "sg:group ?group ; sg:time ?t . ?t sg:latestBegin ?begin ; sg:earliestEnd ?end FILTER(?begin <= ?day && ?day < ?end) }`"
)
def query(
    text: Annotated[str, typer.Argument(metavar="FILE|QUERY", help="A file, or the query itself. Usual prefixes are known.")],
    store: StoreOption,
    format: Annotated[str, typer.Option(help="table, json, csv, tsv, xml; ttl, nt, jsonld for CONSTRUCT and DESCRIBE.")] = "",
    valid_at: ValidAt = "",
    issued_until: IssuedUntil = "",
) -> None:
    """Ask a store in SPARQL 1.1: the view is the default graph, reports are named graphs."""
    source = _query_text(text)
    bound = _with_day(source, valid_at) if valid_at else source
    if format and format not in ("table", *_RESULTS, *_TRIPLES):
        raise QueryError(f"--format {format}: expected one of {', '.join(('table', *_RESULTS, *_TRIPLES))}")
    if update := _UPDATE.match(source):
        raise QueryError(
            f"{update[1].upper()} is an update, and a query only reads: a store is changed by `sitgraph ingest` alone"
        )
    opened, base = _open(store, issued_until)
    prefixes = {**PREFIXES, "sitgraph": Space(base).id("")}
    try:
        _write_result(_asked(opened, source, bound, prefixes), format, prefixes)
    except RuntimeError as error:  # of the engine, in the middle of the answer
        raise QueryError(str(error)) from error


def _query_text(text: str) -> str:
    """The text of a file, or the argument itself; a query has spaces or braces in it, a mistyped file name mostly has not."""
    path = Path(text)
    if _is_file(path):
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise QueryError(
                f"{path}: not UTF-8: byte 0x{error.object[error.start]:02x} at byte offset {error.start}"
            ) from error
    if not re.search(r"[\s{]", text):
        raise QueryError(f"{text!r}: there is no such file, and it is no query")
    return text


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a query is often too long for a file name
        return False


def _with_day(source: str, day: str) -> str:
    bound = day_literal(_day(day, "--valid-at"))
    if "day" not in slots(source):
        raise QueryError(
            "--valid-at fills the slot VALUES ?day { UNDEF } and the query has none; write it inside the group, "
            "and compare: FILTER(?earliestBegin <= ?day)"
        )
    return bind(source, {"day": bound})


def _asked(
    store: EmbeddedStore, source: str, bound: str, prefixes: Mapping[str, str]
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The answer; what is wrong with a query is told of the text as it was written, without the day in its slot."""
    try:
        return store.query(bound, prefixes)
    except QueryError:
        if bound != source:
            store.query(source, prefixes)
        raise


def _write_result(result: QuerySolutions | QueryBoolean | QueryTriples, format: str, prefixes: Mapping[str, str]) -> None:
    if isinstance(result, QueryTriples):
        _write_triples(result, format or "ttl", prefixes)
    elif format in _TRIPLES:
        gives = "yes or no" if isinstance(result, QueryBoolean) else "rows"
        raise QueryError(
            f"--format {format} is for CONSTRUCT and DESCRIBE; this query gives {gives}: table, json, csv, tsv or xml"
        )
    elif format in _RESULTS:
        sys.stdout.buffer.write(result.serialize(format=_RESULTS[format]) or b"")
        if isinstance(result, QueryBoolean):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.flush()
    elif isinstance(result, QueryBoolean):
        display.out.print("yes" if result else "no")
    else:
        display.print_solutions(result, prefixes)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"{option} is {text!r}; expected a day such as 2016-08-07") from None


def _write_triples(triples: QueryTriples, format: str, prefixes: Mapping[str, str]) -> None:
    if format not in _TRIPLES:
        raise QueryError(f"--format {format} is for SELECT and ASK; this query gives triples: {', '.join(_TRIPLES)}")
    shortened = dict(prefixes) if format == "ttl" else None
    serialize(triples, sys.stdout.buffer, rdf.SYNTAXES[format].format, prefixes=shortened)
    sys.stdout.flush()


# -- export, info, explain, serve


@app.command(
    epilog="**Examples:**  `sitgraph export --store s --view --format ttl -o view.ttl`  ·  "
    "`sitgraph export --store s --all --format trig`  ·  `sitgraph export --store s --graph graph/conflict --format nt`"
)
def export(
    store: StoreOption,
    format: Annotated[str, typer.Option(help=", ".join(rdf.SYNTAXES))],
    graph: Annotated[str, typer.Option(metavar="IRI", help="One named graph.")] = "",
    view: Annotated[bool, typer.Option("--view", help="The consolidated view (the default).")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every graph; needs a syntax that has graphs.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output if not given.")
    ] = None,
    issued_until: IssuedUntil = "",
) -> None:
    """Write a graph, the view, or everything as RDF."""
    syntax = rdf.SYNTAXES.get(format)
    if syntax is None:
        raise QueryError(f"--format {format}: expected one of {', '.join(rdf.SYNTAXES)}")
    if sum((bool(graph), view, everything)) > 1:
        raise QueryError("--graph, --view and --all exclude each other")
    opened, base = _open(store, issued_until)
    with _whole_file(output) if output else _standard_output() as out:
        if graph:
            written = rdf.export_graph(opened, terms.iri(graph, base) or terms.below(graph, base), syntax, out)
        elif everything:
            written = rdf.export_all(opened, syntax, out)
        else:
            written = rdf.export_view(opened, syntax, out)
    if output:
        display.err.print(f"{written} statements in {output}")


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when all of it was written, and is not touched before; a pipe or device is written as it comes."""
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as out:
            yield out
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _standard_output() -> Iterator[IO[bytes]]:
    yield sys.stdout.buffer
    sys.stdout.flush()


@app.command(epilog="**Example:**  `sitgraph info --store demo-store`")
def info(store: StoreOption, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """What a store holds: counts by class and status, reports, claims, contradictions, quads."""
    directory = StoreDirectory(store)
    generation = directory.current()
    manifest = dict(generation.manifest)
    found: dict[str, Any] = manifest["counts"]
    if as_json:
        shown = {k: manifest.get(k) for k in ("generation", "at", "as_of", "base", "version")}
        display.print_json({**shown, "counts": found})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right", overflow="fold")
    for name in ("generation", "at", "as_of", "base"):
        table.add_row(name.replace("_", " "), str(manifest[name] or "no date"))
    table.add_row()
    for name in ("reports", "mentions", "claims", "contradictions", "quads"):
        table.add_row(name, str(found[name]))
    for title, key in (("situations by status", "by_status"), ("situations by class", "by_class")):
        table.add_row()
        table.add_row(title)
        for name, n in found[key].items():
            table.add_row("  " + name, str(n))
    display.out.print(table)


@app.command(
    epilog="**Examples:**  `sitgraph explain --store s 'Jaish al-Fatah' opposes 'Syrian military'`  ·  "
    "`sitgraph explain --store s sitgraph:actor/russia sg:onSide 'pro-Assad forces' --json`"
)
def explain(
    store: StoreOption,
    subject: Annotated[str, typer.Argument(help="An IRI, a prefixed name (sitgraph:actor/russia), or a label that is unique.")],
    predicate: Annotated[str, typer.Argument(help="A property: opposes, sg:status, or an IRI.")],
    object: Annotated[str, typer.Argument(help="Like the subject, or the text of a literal (a name, a date, a number).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    issued_until: IssuedUntil = "",
) -> None:
    """Why a triple is in the view, down to the words of the reports; or why it is not."""
    opened, base = _open(store, issued_until)
    explanation = run_explain(opened, *terms.triple(subject, predicate, object, opened, base))
    if as_json:
        display.print_json(asdict(explanation))
    else:
        display.print_explanation(explanation)


@app.command(epilog="**Example:**  `sitgraph serve --store demo-store --port 8000`")
def serve(
    store: StoreOption,
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 is any that is free.")] = 8000,
) -> None:
    """Serve a store: pages, REST, linked data, and SPARQL at /sparql. Ctrl-C stops it."""
    import uvicorn

    base = StoreDirectory(store).current().manifest["base"]
    listener = _listen(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    os.environ["SITGRAPH_SERVE_STORE"] = str(store.resolve())
    os.environ["SITGRAPH_SERVE_PUBLIC_URL"] = url
    display.err.print(f"serving {store} at {url}  (Ctrl-C stops it)")
    if base != url:
        display.err.print(f"the IRIs of this store begin with {base}: they resolve only there", style="yellow")
    for path, what in _TO_TRY:
        display.err.print(f"  {url}{path}  {what}")
    server = uvicorn.Server(
        uvicorn.Config("api.app:create_app", factory=True, log_level="warning", timeout_graceful_shutdown=5)
    )
    try:
        server.run([listener])
    except KeyboardInterrupt:  # what the server says when it has stopped
        display.err.print("stopped")
    if not server.started:
        raise StoreError(f"{store}: the server could not be started")


def _listen(host: str, port: int) -> socket.socket:
    """The door of the server, opened before anything is said about it; port 0 is any that is free."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        raise StoreError(f"cannot listen at {host} port {port}: {getattr(error, 'strerror', None) or error}") from error
    return listener


_TO_TRY = (
    ("", "the reports, and questions to click"),
    ("actors", "who there is"),
    ("contradictions", "accounts that cannot both be true"),
    ("explain?subject=Syrian%20rebels&predicate=opposes&object=Assad%20regime", "why, down to the words"),
    ("sparql", "SPARQL 1.1"),
    ("openapi.json", "the REST interface, described"),
)


def _open(store: Path, issued_until: str) -> tuple[EmbeddedStore, str]:
    """The current generation, or the view over what was issued up to a day."""
    day = _day(issued_until, "--issued-until") if issued_until else None
    directory = StoreDirectory(store)
    generation = directory.current()
    if day is None:
        return generation.open(), directory.base
    return as_reported(directory, generation, day)[0], directory.base


if __name__ == "__main__":
    main()
