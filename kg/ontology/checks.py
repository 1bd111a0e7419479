"""The checks of the ontology, put together: syntax, generated files, lint, terms, laws, consistency; the build of those files.

Invariant: a check that can fail is a finding; what could not be checked on this machine (no Java) is a note of one line, and
all else is checked all the same. A file that cannot be parsed is one finding, and the checks that need it are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pyoxigraph import Triple

from kg.config import DEFAULT_BASE
from kg.errors import ReasonerUnavailable, SitgraphError
from kg.iri import Space
from kg.ontology import annotators, generated, laws, lint, reason
from kg.ontology.lint import Document, Finding
from kg.ontology.source import SOURCES
from kg.resolver import reference as tables
from kg.resources import reference_dir
from kg.view.entities import all_triples, curated

ALIGNMENT = "alignment.ttl"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong, and what a person should know besides, in a line each."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def check(folder: Path, vocab: Path, timeout: float = reason.TIMEOUT) -> Checked:
    """Everything that the ontology of a folder can be asked, and the constants made of it. Writes nothing."""
    documents: dict[str, Document] = {}
    findings = list(_parsed(folder, documents))
    notes: list[str] = []
    if not documents.keys() >= {*SOURCES}:
        return Checked(tuple(findings), ("lint, laws and consistency are left out: the ontology cannot be read",))
    findings += _generated(folder, vocab)
    core = [documents[name] for name in SOURCES]
    aligned = [documents[name] for name in (ALIGNMENT,) if name in documents]
    findings += lint.dl([*core, *aligned])
    findings += lint.allowed(core)
    findings += lint.allowed(aligned, lint.ALLOWED_IN_ALIGNMENT)
    told = {f.node for f in findings}
    beside = [d for name, d in documents.items() if name not in SOURCES]
    findings += (f for f in lint.unknown(core, beside) if f.node not in told)
    notes.append(f"OWL 2 DL: {len(lint.DL)} rules; allowed axioms: {len(lint.ALLOWED | lint.ALLOWED_TYPES)}")
    findings += _lawful(folder, core, notes)
    findings += _consistent(folder, [*core, *aligned], timeout, notes)
    return Checked(tuple(dict.fromkeys(findings)), tuple(notes))


Done = Literal["written", "unchanged", "removed"]


def build(folder: Path, vocab: Path) -> Mapping[Path, Done]:
    """Write what is generated from the ontology: each file, and what was done to it.

    An installed package has no folder ``docs``, and then the configurations of annotation tools are not written.
    """
    done: dict[Path, Done] = {}
    for path, text in (*generated.targets(folder, vocab), *annotators.targets(folder)):
        done[path] = "unchanged" if path.is_file() and path.read_text("utf-8") == text else "written"
        if done[path] == "written":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
    for path in annotators.superseded(folder):
        path.unlink()
        done[path] = "removed"
    return done


def shown(path: Path) -> str:
    """A path as a person has it: from here, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _parsed(folder: Path, documents: dict[str, Document]) -> Iterator[Finding]:
    """Fills in the documents by their names below the folder; what cannot be read is a finding with its line."""
    files = {*(folder / name for name in SOURCES), *folder.glob("*.ttl"), *(folder / "mappings").glob("*.ttl")}
    for path in sorted(files):
        try:
            documents[str(path.relative_to(folder))] = lint.read(path, shown(path))
        except SyntaxError as error:
            yield Finding("syntax", "", " ".join(str(error.msg).split()), shown(path), error.lineno)
        except (OSError, UnicodeDecodeError) as error:
            yield Finding("syntax", "", str(error), shown(path))


def _generated(folder: Path, vocab: Path) -> Iterator[Finding]:
    try:
        for path in (*generated.outdated(folder, vocab), *annotators.outdated(folder)):
            yield Finding("generated", "", "out of date: run `sitgraph ontology build`", shown(path))
    except SitgraphError as error:
        yield Finding("generated", "", f"nothing can be generated: {error}", shown(folder))


def _lawful(folder: Path, core: list[Document], notes: list[str]) -> Iterator[Finding]:
    own = folder / "checks"
    of_ontology = laws.load(own if own.is_dir() else None, "ontology")
    notes.append(f"laws: {len(of_ontology)}")
    for v in laws.of_ontology(_triples(core), of_ontology):
        yield Finding(v.law, v.node, f"{v.node}: {v.message}", *lint.locate(v.node, core))


def _consistent(folder: Path, documents: list[Document], timeout: float, notes: list[str]) -> Iterator[Finding]:
    """Core, alignment and the entities of the reference tables, by HermiT."""
    own = folder / "reference"
    known = tables.load(own if own.is_dir() else reference_dir())
    entities = all_triples(curated(known, Space(DEFAULT_BASE)).values())
    try:
        found = reason.consistency(_triples(documents), entities, folder=folder, timeout=timeout)
    except ReasonerUnavailable as error:
        notes.append(str(error))
        return
    notes.append(found.explanation)
    notes += (f"not told to HermiT: {what}" for what in found.left_out)
    if not found.consistent:
        culprit = found.culprits[0] if found.culprits else ""
        yield Finding("consistency", culprit, found.explanation, *lint.locate(culprit, documents))


def _triples(documents: Iterable[Document]) -> list[Triple]:
    return [t for d in documents for t in d.triples]
