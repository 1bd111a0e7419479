"""What a generation says of itself: the graph of provenance, the manifest, and the digest of what it was made with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from importlib.resources import files

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.iri import Space, report_path
from kg.quads import TYPE, quoted
from kg.resolver.reference import Reference
from kg.resources import ontology_dir, rules_dir
from kg.store.embedded import EmbeddedStore
from kg.store.generations import Writer
from kg.store.inputs import Entry
from kg.vocab import DCTERMS, PROV, XSD

Clock = Callable[[], datetime]


def now() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)


def instant(clock: Clock) -> str:
    """The time of a clock as ``xsd:dateTime``."""
    return clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def program_digest(reference: Reference) -> str:
    """Changes when the same reports would give other graphs: this version, the ontology, the rules, the schemes,
    the configurations of tables, the reference tables.
    """
    ours = [*(ontology_dir() / name for name in ("sitgraph.ttl", "concepts.ttl")), *sorted(rules_dir().glob("*.rq"))]
    shipped = (f for package in ("kg.schemes", "kg.tables") for f in sorted(files(package).iterdir(), key=lambda f: f.name))
    contents = [*(p.read_bytes() for p in ours), *(f.read_bytes() for f in shipped if f.name.endswith(".toml"))]
    parts = [version("sitgraph"), reference.digest, *(hashlib.sha256(c).hexdigest() for c in contents)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def activities(entries: Iterable[Entry], space: Space) -> Iterator[str]:
    """Which file, reader, scheme and run gave a report's graph, and when, as lines. No other graph holds a time of ingest."""
    for e in entries:
        node = f"<{space.id(f'{report_path(e.report)}/ingest/{e.generation}')}>"
        yield f"{node}{TYPE}{PROV.Activity}"
        yield f'{node} {PROV.endedAtTime} "{e.at}"^^{XSD.dateTime}'
        yield f"{node} {PROV.used} <urn:sha256:{e.digest}>"
        yield f"{node} {DCTERMS.source} {quoted(e.file)}"
        yield f"{node} {DCTERMS.description} {quoted(f'{e.action}: read by {e.format}, scheme {e.scheme}')}"
        yield f"<{space.report_graph(e.report)}> {PROV.wasGeneratedBy} {node}"


def manifest(writer: Writer, entries: Sequence[Entry], program: str, clock: Clock, as_of: date | None) -> Mapping[str, object]:
    """What stands beside a generation."""
    return {
        "at": instant(clock),
        "base": writer.directory.base,
        "program": program,
        "version": version("sitgraph"),
        "as_of": as_of.isoformat() if as_of else None,
        "changed": [{"report": e.report, "action": e.action, "digest": e.digest} for e in entries],
        "counts": counts(writer.store),
    }


def counts(store: EmbeddedStore) -> Mapping[str, object]:
    """What a store holds. Counting scans, so a commit does it once and readers look into the manifest."""
    scalars = {name: _rows(store, f"count-{name}") for name in ("reports", "claims", "mentions", "contradictions")}
    return {
        **{name: rows[0][1] if rows else 0 for name, rows in scalars.items()},
        "quads": len(store),
        "by_class": dict(_rows(store, "count-by-class")),
        "by_status": dict(_rows(store, "count-by-status")),
    }


def _rows(store: EmbeddedStore, name: str) -> list[tuple[str, int]]:
    """The rows of a counting query: ``?what`` (the last part of an IRI) and ``?n``."""
    solutions = store.query(queries.load(name))
    assert isinstance(solutions, QuerySolutions)
    found = []
    for row in solutions:
        what, n = row["what"], row["n"]
        assert isinstance(n, Literal)
        found.append((what.value.replace("#", "/").rsplit("/", 1)[-1] if isinstance(what, NamedNode) else "", int(n.value)))
    return found
