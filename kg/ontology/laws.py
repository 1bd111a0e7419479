"""The laws of hygiene: queries that must find nothing, one a file, ``ontology/checks/<name>-violation.rq``.

A law says in words what holds (``#+ summary:``) and of what (``#+ over: ontology`` or ``store``); its rows, ``?node ?message``
and perhaps ``?graph``, are what breaks it. What is possible but mostly a slip has ``#+ severity: warning``; where shapes say
the same of the same node, ``#+ shapes:`` names them, so that a person is told once.

``checks/good.trig`` is a small store on which all are silent; for each law there is
``checks/bad/<name>-violation.ttl`` or ``.trig``, which, added to that store, breaks this law and no other.

Invariant: a law reads and never writes, and its text is run as it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QuerySolutions, Triple
from pyoxigraph import Literal as LiteralTerm

from kg.errors import SitgraphError
from kg.resources import ontology_dir
from kg.store import Store
from kg.store.embedded import EmbeddedStore

Over = Literal["ontology", "store"]
Severity = Literal["error", "warning"]
SUFFIX = "-violation.rq"


@dataclass(frozen=True, slots=True)
class Law:
    """A law by its name (``within-cycle``), in words, what it is about, and its query; the shapes that say the same."""

    name: str
    summary: str
    over: Over
    text: str
    severity: Severity = "error"
    shapes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A node that breaks a law, in which way, and in which graph; the default graph has no name."""

    law: str
    message: str
    node: str
    graph: str = ""

    def __str__(self) -> str:
        return f"{self.node}: {self.message} [{self.law}]" + (f" in {self.graph}" if self.graph else "")


def load(folder: Path | None = None, over: Over | None = None) -> tuple[Law, ...]:
    """The laws of a folder ``checks/`` by name, or those about one thing. Raises ``SitgraphError`` for a head that misses."""
    files = sorted((folder or checks_dir()).glob("*" + SUFFIX))
    found = tuple(_law(file) for file in files)
    return found if over is None else tuple(law for law in found if law.over == over)


def checks_dir() -> Path:
    """The folder of the laws that ship."""
    return ontology_dir() / "checks"


def violations(store: Store, laws: Sequence[Law] | None = None) -> Iterator[Violation]:
    """What in a store breaks these laws; all laws about stores if none are given."""
    for law in load(over="store") if laws is None else laws:
        yield from sorted(set(_rows(law, store)))


def of_ontology(triples: Iterable[Triple], laws: Sequence[Law] | None = None) -> Iterator[Violation]:
    """What in an ontology breaks these laws; all laws about the ontology if none are given."""
    store = EmbeddedStore.in_memory()
    store.put_graph(DefaultGraph(), triples)
    yield from violations(store, load(over="ontology") if laws is None else laws)


def _law(file: Path) -> Law:
    text = file.read_text("utf-8")
    head = dict(re.findall(r"^#\+ (\w+): (.+)$", text, re.MULTILINE))
    if head.get("over") not in ("ontology", "store") or not head.get("summary"):
        raise SitgraphError(f"{file}: expected a line '#+ summary: …' and a line '#+ over: ontology' or '#+ over: store'")
    if head.get("severity", "error") not in ("error", "warning"):
        raise SitgraphError(f"{file}: expected '#+ severity: error' or '#+ severity: warning', not {head['severity']!r}")
    severity, over = cast(Severity, head.get("severity", "error")), cast(Over, head["over"])
    return Law(file.name.removesuffix(SUFFIX), head["summary"], over, text, severity, frozenset(head.get("shapes", "").split()))


def _rows(law: Law, store: Store) -> Iterator[Violation]:
    solutions = store.query(law.text)
    names = [v.value for v in solutions.variables] if isinstance(solutions, QuerySolutions) else []
    if not isinstance(solutions, QuerySolutions) or not {"node", "message"} <= set(names) <= {"node", "message", "graph"}:
        raise SitgraphError(f"law {law.name}: expected SELECT ?node ?message [?graph]")
    for row in solutions:
        graph = _text(row["graph"]) if "graph" in names else ""
        yield Violation(law.name, _text(row["message"]), _text(row["node"]), graph)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | BlankNode | LiteralTerm) else ""
