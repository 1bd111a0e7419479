"""``query``, ``explain``, ``info`` and ``export``: what a store says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, serialize
from rich.table import Table

from kg import display, terms
from kg.cli.annotating import export_reports
from kg.cli.options import IssuedUntil, StoreOption, ValidAt, open_store, read_day
from kg.errors import QueryError
from kg.export import rdf
from kg.iri import Space
from kg.quads import day_literal
from kg.queries import bind, slots
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.view.explain import explain as run_explain
from kg.vocab import PREFIXES
from kg.writers import writers

app = typer.Typer()


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
    opened, base = open_store(store, issued_until)
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
    bound = day_literal(read_day(day, "--valid-at"))
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


def _write_triples(triples: QueryTriples, format: str, prefixes: Mapping[str, str]) -> None:
    if format not in _TRIPLES:
        raise QueryError(f"--format {format} is for SELECT and ASK; this query gives triples: {', '.join(_TRIPLES)}")
    shortened = dict(prefixes) if format == "ttl" else None
    serialize(triples, sys.stdout.buffer, rdf.SYNTAXES[format].format, prefixes=shortened)
    sys.stdout.flush()


@app.command(
    epilog="**Examples:**  `sitgraph export --store s --view --format ttl -o view.ttl`  ·  "
    "`sitgraph export --store s --all --format trig`  ·  `sitgraph export --store s --graph graph/conflict --format nt`  ·  "
    "`sitgraph export --store s --report all --format brat -o annotated`"
)
def export(
    store: StoreOption,
    format: Annotated[
        str, typer.Option(help=f"{', '.join(rdf.SYNTAXES)}; with --report brat, label-studio or web-annotation.")
    ],
    graph: Annotated[str, typer.Option(metavar="IRI", help="One named graph.")] = "",
    view: Annotated[bool, typer.Option("--view", help="The consolidated view (the default).")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every graph; needs a syntax that has graphs.")] = False,
    report: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An annotated report as it was read; several times, or «all».")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="Where to; standard output if not given. With --report a folder."),
    ] = None,
    issued_until: IssuedUntil = "",
) -> None:
    """Write a graph, the view, or everything as RDF; or annotated reports in the format of an annotation tool."""
    if report:
        if graph or view or everything or issued_until:
            raise QueryError("--report stands alone: it excludes --graph, --view, --all and --issued-until")
        raise typer.Exit(export_reports(store, report, format, output))
    syntax = rdf.SYNTAXES.get(format)
    if syntax is None:
        hint = "; it is for annotated reports, with --report ID" if format in writers() else ""
        raise QueryError(f"--format {format}: expected one of {', '.join(rdf.SYNTAXES)}{hint}")
    if sum((bool(graph), view, everything)) > 1:
        raise QueryError("--graph, --view and --all exclude each other")
    opened, base = open_store(store, issued_until)
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
    opened, base = open_store(store, issued_until)
    explanation = run_explain(opened, *terms.triple(subject, predicate, object, opened, base))
    if as_json:
        display.print_json(asdict(explanation))
    else:
        display.print_explanation(explanation)
