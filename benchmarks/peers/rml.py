"""The templates as RML, for morph-kgc: ``python -m benchmarks.peers.rml FOLDER OUT`` writes mapping and configuration.

A triples map for each subject of a source, one process for each core, a file for each group of rules, since processes that
append to one file may tear its lines.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.peers.templates import SOURCES, Template, Term, read

CONFIGURATION = "morph-kgc.ini"
_MAPPING = "mapping.rml.ttl"
_PREFIXES = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
"""


def mapping(templates: Iterable[Template], sources: Path) -> str:
    """An RML document."""
    of_one_subject = groupby(sorted(templates, key=_subject), _subject)
    maps = (_triples_map(n, list(several), sources) for n, (_, several) in enumerate(of_one_subject))
    return "\n".join((_PREFIXES, *maps))


def _subject(t: Template) -> tuple[str, str, str]:
    return t.source, t.graph, t.subject.pattern


def _triples_map(n: int, several: list[Template], sources: Path) -> str:
    first = several[0]
    graph = f" ; rr:graph <{first.graph}>" if first.graph else ""
    lines = [
        f"<urn:map:{n}> rml:logicalSource [ rml:source {_text(str(sources / first.source))[:-1]}.csv\" ; "
        "rml:referenceFormulation ql:CSV ] ;",
        f"  rr:subjectMap [ {_term(first.subject)}{graph} ]",
    ]  # fmt: skip
    lines += [
        f"  ; rr:predicateObjectMap [ rr:predicate <{t.predicate}> ; rr:objectMap [ {_term(t.object)} ] ]" for t in several
    ]
    return "\n".join((*lines, "  .", ""))


def _term(term: Term) -> str:
    return " ; ".join(_said(term))


def _said(term: Term) -> Iterator[str]:
    if not term.columns:
        yield f"rr:constant {_text(term.pattern) if term.literal else f'<{term.pattern}>'}"
        return
    yield f"rml:reference {_text(term.column)}" if term.column else f"rr:template {_text(term.pattern)}"
    yield f"rr:termType rr:{'Literal' if term.literal else 'IRI'}"
    if term.datatype:
        yield f"rr:datatype <{term.datatype}>"
    if term.language:
        yield f"rr:language {_text(term.language)}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def configured(folder: Path, out: Path) -> Path:
    """Writes mapping and configuration; the path of the latter."""
    (out / _MAPPING).write_text(mapping(read(folder), folder / SOURCES), "utf-8")
    path = out / CONFIGURATION
    path.write_text(
        f"[CONFIGURATION]\noutput_dir={out / 'quads'}\noutput_format=N-QUADS\nnumber_of_processes={os.cpu_count()}\n"
        f"logging_level=WARNING\n\n[DataSource]\nmappings={out / _MAPPING}\n",
        "utf-8",
    )
    return path


if __name__ == "__main__":
    configured(Path(sys.argv[1]), Path(sys.argv[2]))
