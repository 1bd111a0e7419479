"""The templates as stOTTR, for maplib: ``python -m benchmarks.peers.stottr FOLDER OUT`` writes a file for each graph.

An OTTR template for each source and graph; what an OTTR template cannot do, joining text with columns, is done by Polars.
maplib writes no N-Quads: its files are N-Triples, which the loader puts into the graph that the file is of.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.peers.templates import SOURCES, Template, Term, read

GRAPHS = "graphs.json"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PREFIXES = f"@prefix ottr: <http://ns.ottr.xyz/0.4/> .\n@prefix xsd: <{_XSD}> .\n@prefix rdf: <{_RDF}> .\n"


def document(iri: str, templates: Sequence[Template], parameters: dict[Term, str]) -> str:
    """One template with a parameter for each term that has columns."""
    signature = ", ".join(f"? {_type(term)} ?{name}" for term, name in parameters.items())
    triples = ",\n  ".join(
        f"ottr:Triple({_argument(t.subject, parameters)}, <{t.predicate}>, {_argument(t.object, parameters)})"
        for t in templates
    )
    return f"{_PREFIXES}<{iri}> [{signature}] :: {{\n  {triples}\n}} .\n"


def parameters_of(templates: Iterable[Template]) -> dict[Term, str]:
    """Terms with columns, each once, by the names of parameters."""
    terms = dict.fromkeys(term for t in templates for term in (t.subject, t.object) if term.columns)
    return {term: f"p{n}" for n, term in enumerate(terms)}


def _argument(term: Term, parameters: dict[Term, str]) -> str:
    if term in parameters:
        return f"?{parameters[term]}"
    return json.dumps(term.pattern, ensure_ascii=False) if term.literal else f"<{term.pattern}>"


def _type(term: Term) -> str:
    if not term.literal:
        return "ottr:IRI"
    if term.language:
        return "rdf:langString"
    return f"<{term.datatype or f'{_XSD}string'}>"


def mapped(folder: Path, out: Path) -> None:
    """Fills all templates, and writes a file for each graph; ``graphs.json`` says which is which."""
    pl, maplib = import_module("polars"), import_module("maplib")  # both are in the environment of the peers
    model, graphs = maplib.Model(), dict[str, str]()
    quads = out / "quads"
    quads.mkdir()
    templates = sorted(read(folder), key=lambda t: (t.source, t.graph))
    for n, ((source, graph), several) in enumerate(groupby(templates, lambda t: (t.source, t.graph))):
        of_one = list(several)
        parameters = parameters_of(of_one)
        model.add_template(document(f"urn:template:{n}", of_one, parameters))
        frame = pl.read_parquet(folder / SOURCES / f"{source}.parquet")
        columns = [_column(pl, term).alias(name) for term, name in parameters.items()]
        model.map(f"urn:template:{n}", frame.select(columns), graph=graph or None)
    for n, graph in enumerate(sorted({t.graph for t in templates})):
        graphs[f"{n}.nt"] = graph
        model.write(quads / f"{n}.nt", format="ntriples", graph=graph or None)
    (out / GRAPHS).write_text(json.dumps(graphs), "utf-8")


def _column(pl: Any, term: Term) -> Any:
    """A term as a column of what maplib wants for its type."""
    joined = pl.col(term.column) if term.column else pl.concat_str([_piece(pl, n, p) for n, p in enumerate(term.pieces) if p])
    if term.language:
        return pl.struct(joined.alias(f"<{_RDF}langString>"), pl.lit(term.language).alias("l"))
    if term.datatype == f"{_XSD}integer":
        return joined.cast(pl.Int64)
    if term.datatype == f"{_XSD}dateTime":
        return joined.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC")
    return joined


def _piece(pl: Any, n: int, piece: str) -> Any:
    """Constant text and columns stand in turn."""
    return pl.col(piece) if n % 2 else pl.lit(piece)


if __name__ == "__main__":
    mapped(Path(sys.argv[1]), Path(sys.argv[2]))
