"""Small reports for tests: a text and a few lines that say what is annotated, written out as brat stand-off files.

A line is one of::

    a = ArmedForce "army"                              a mention; "army"#2 is the second occurrence
    s = Source "activists...bloggers"                  a discontinuous mention: fragments between dots
    e = Assault "attacked" Attacker:r Defender:a Modality=planned Denied
    SaysThat s e                                       a link between two names
    N a sitgraph:actor/russia Russia                   a reference
    # t edtf=2016-08                                   a note

The real reader reads what is written, the real pipeline stores it; nothing is made up past the files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, QueryTriples, Triple

from kg import schemes
from kg.claims import ReportClaims, claims_of
from kg.iri import Space
from kg.model import AnnotatedReport
from kg.pipeline import Options, Outcome, ingest, ontology
from kg.quads import report_quads
from kg.readers import walk
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.resolve import resolve
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory
from kg.view import rebuild

_MADE = re.compile(r'(\w+) = (\w+) "([^"]+)"(?:#(\d+))?(.*)')
_EVENTS = frozenset(
    "Conflict Operation Siege RouteCut Capture Withdrawal Deployment Ceasefire Communication ActorChange "
    "ViolenceAgainstCivilians Engagement Assault AirStrike Shelling SiegeBreak Bombing VehicleBomb Membership SideAlignment "
    "AllianceTie Opposition Support Command Control SpatialRelation Participation Outcome CasualtyEstimate MaterielUse".split()
)


@dataclass(frozen=True)
class Small:
    """A small report: ``lines`` as the module describes them."""

    id: str
    issued: str
    text: str
    lines: str
    publisher: str = "Test Wire"
    language: str = "en"

    def write(self, folder: Path) -> Path:
        """Writes text, annotation and metadata; returns the annotation."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.id}.ann"
        (folder / f"{self.id}.txt").write_bytes(self.text.encode())
        path.write_bytes(("\n".join(self.standoff()) + "\n").encode())
        meta = {"id": self.id, "title": self.id, "publisher": self.publisher, "language": self.language}
        meta |= {"issued": self.issued} if self.issued else {}
        (folder / f"{self.id}.meta.json").write_text(json.dumps(meta), encoding="utf-8")
        return path

    def standoff(self) -> list[str]:
        """The lines of the ``.ann`` file."""
        writing = _Writing(self.text)
        for line in filter(None, (x.strip() for x in self.lines.splitlines())):
            writing.read(line)
        return writing.lines()


@dataclass
class _Writing:
    text: str
    names: dict[str, str] = field(default_factory=dict)
    spans: list[str] = field(default_factory=list)
    events: list[tuple[str, str, str, list[tuple[str, str]]]] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    references: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def read(self, line: str) -> None:
        if made := _MADE.fullmatch(line):
            self._made(made[1], made[2], made[3], int(made[4] or 1), made[5].split())
        elif line.startswith("N "):
            _, name, reference, label = line.split(" ", 3)
            self.references.append((name, reference, label))
        elif line.startswith("# "):
            _, name, note = line.split(" ", 2)
            self.notes.append((name, note))
        else:
            label, first, second = line.split()
            self.links.append((label, first, second))

    def _made(self, name: str, label: str, words: str, nth: int, rest: list[str]) -> None:
        mention = f"T{len(self.spans) + 1}"
        self.spans.append(f"{mention}\t{label} {self._offsets(words, nth)}\t{words.replace('...', ' ')}")
        self.names[name] = mention
        if label in _EVENTS:
            self.names[name] = f"E{len(self.events) + 1}"
            roles = [(r.split(":")[0], r.split(":")[1]) for r in rest if ":" in r]
            self.events.append((self.names[name], label, mention, roles))
        for attribute in (r for r in rest if ":" not in r):
            key, _, value = attribute.partition("=")
            self.attributes.append((key, name, value))

    def _offsets(self, words: str, nth: int) -> str:
        at, found = -1, []
        first, *others = words.split("...")
        for _ in range(nth):
            at = self.text.index(first, at + 1)
        found.append(f"{at} {at + len(first)}")
        for fragment in others:
            at = self.text.index(fragment, at + 1)
            found.append(f"{at} {at + len(fragment)}")
        return ";".join(found)

    def lines(self) -> list[str]:
        return [*self.spans, *self._numbered()]

    def _numbered(self) -> Iterator[str]:
        for ident, label, trigger, roles in self.events:
            yield f"{ident}\t{label}:{trigger}" + "".join(f" {role}:{self.names[filler]}" for role, filler in roles)
        for n, (label, first, second) in enumerate(self.links, 1):
            yield f"R{n}\t{label} Arg1:{self.names[first]} Arg2:{self.names[second]}"
        for n, (attribute, name, value) in enumerate(self.attributes, 1):
            yield f"A{n}\t{attribute} {self.names[name]}" + (f" {value}" if value else "")
        for n, (name, reference, label) in enumerate(self.references, 1):
            yield f"N{n}\tReference {self.names[name]} {reference}\t{label}"
        for n, (name, note) in enumerate(self.notes, 1):
            yield f"#{n}\tAnnotatorNotes {self.names[name]}\t{note}"


def annotated(report: Small, folder: Path) -> AnnotatedReport:
    """A small report as the reader hands it over."""
    (found,) = (item for item in walk([report.write(folder)], None) if isinstance(item, AnnotatedReport))
    return found


def claimed(report: Small, folder: Path) -> ReportClaims:
    """What a small report claims."""
    return claims_of(schemes.apply(annotated(report, folder)).report)


PREFIXES = """
PREFIX sg: <https://w3id.org/sitgraph/ontology#>
PREFIX c: <https://w3id.org/sitgraph/code/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
"""
_UNTOLD = frozenset(("type", "status", "rule", "basis", "time", "kind"))


@dataclass(frozen=True)
class Ingested:
    """A store filled from files, and the questions that tests ask of it. Things are told by their preferred English labels."""

    store: EmbeddedStore
    outcome: Outcome
    labels: dict[str, str]

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query; IRIs by their label or last part, literals by their text."""
        solutions = self.store.query(PREFIXES + query)
        assert isinstance(solutions, QuerySolutions)
        names = [v.value for v in solutions.variables]
        return sorted(tuple(self.told(row[n]) for n in names) for row in solutions)

    def values(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query, IRIs and literals by their text."""
        solutions = self.store.query(PREFIXES + query)
        assert isinstance(solutions, QuerySolutions)
        names = [v.value for v in solutions.variables]
        return sorted(tuple(str(getattr(row[n], "value", "")) for n in names) for row in solutions)

    def ask(self, query: str) -> bool:
        """The answer to an ASK."""
        return bool(self.store.query(PREFIXES + query))

    def told(self, term: object) -> str:
        """A term for people."""
        value = str(getattr(term, "value", ""))
        if isinstance(term, NamedNode):
            return self.labels.get(value) or value.replace("#", "/").rsplit("/", 1)[-1]
        return value

    def sentence(self, situation: NamedNode) -> str:
        """A canonical situation in words: ``Control full controlled=Tall Hill controller=Red Brigade``."""
        told: dict[str, list[str]] = {}
        described = self.store.query(f"CONSTRUCT {{ {situation} ?p ?o }} WHERE {{ {situation} ?p ?o }}")
        assert isinstance(described, QueryTriples)
        for t in described:
            told.setdefault(self.told(t.predicate), []).append(self._object(t.object))
        kinds = sorted(told.get("kind", ()))
        rest = [f"{p}={o}" for p, values in sorted(told.items()) if p not in _UNTOLD for o in sorted(values)]
        return " ".join([*told["type"], *kinds, *rest])

    def _object(self, term: object) -> str:
        if isinstance(term, NamedNode) and "/situation/" in term.value:
            solutions = self.store.query(f"SELECT ?c {{ {term} a ?c }}")
            assert isinstance(solutions, QuerySolutions)
            return ",".join(self.told(row["c"]) for row in solutions)
        return self.told(term)

    def standing(self, report: str = "") -> list[tuple[str, tuple[str, str]]]:
        """The sentence, status and rule row of every canonical situation, or of those that a report has a claim on."""
        scope = (
            f'FILTER EXISTS {{ ?s sg:basis ?c . GRAPH ?g {{ ?c sg:inReport/dcterms:identifier "{report}" }} }}'
            if report
            else ""
        )
        found = self.store.query(PREFIXES + f"SELECT ?s ?st ?r {{ ?s sg:status ?st ; sg:rule ?r {scope} }}")
        assert isinstance(found, QuerySolutions)
        return sorted(
            (self.sentence(s), (row["st"].value.rsplit("/", 1)[-1], row["r"].value.removeprefix("R3.")))
            for row in found
            if isinstance(s := row["s"], NamedNode)
        )

    def row(self, words: str, report: str = "") -> tuple[str, str]:
        """Status and row of the one situation whose sentence has all these words, joined by `` + ``."""
        standing = self.standing(report)
        found = [(s, v) for s, v in standing if set(words.split(" + ")) <= {s, *_parts(s)}]
        assert len(found) == 1, f"{words}: {found or standing}"
        return found[0][1]

    def conflicts(self) -> list[tuple[str, int, str]]:
        """Of every conflict its rule, the number of contradicting pairs, and whether it is open."""
        members = self.store.query(
            PREFIXES + "SELECT ?x ?rule ?status ?m { GRAPH ?g { ?x a sg:ClaimConflict ; sg:rule ?rule ; sg:status ?status ; "
            "sg:conflictMember ?m } }"
        )
        assert isinstance(members, QuerySolutions)
        found: dict[tuple[str, str, str], set[str]] = {}
        for row in members:
            key = (row["x"].value, row["rule"].value, row["status"].value.rsplit("/", 1)[-1])
            found.setdefault(key, set()).add(row["m"].value)
        pairs = {frozenset((a.value, b.value)) for a, b in self._contradicting()}
        return sorted((rule, sum(p <= claims for p in pairs), status) for (_, rule, status), claims in found.items())

    def _contradicting(self) -> list[tuple[NamedNode, NamedNode]]:
        rows = self.store.query(PREFIXES + "SELECT DISTINCT ?a ?b { GRAPH ?g { ?a sg:contradicts ?b } }")
        assert isinstance(rows, QuerySolutions)
        return [(a, b) for row in rows if isinstance(a := row["a"], NamedNode) and isinstance(b := row["b"], NamedNode)]

    def shortcut(self, prop: str) -> set[tuple[str, str]]:
        """All pairs under a derived property."""
        return {(s, o) for s, o in self.rows(f"SELECT ?s ?o {{ ?s sg:{prop} ?o }}")}

    def lines(self) -> list[str]:
        """All quads but those on how they came here, as sorted N-Quads."""
        return content(self.store)


def _parts(sentence: str) -> Iterator[str]:
    """The words of a sentence, names with spaces kept whole: ``actor=Red Brigade``."""
    yield from re.findall(r"\w+=.*?(?= \w+=|$)|[\w-]+(?![\w-]*=)", sentence)


def content(store: EmbeddedStore) -> list[str]:
    """The quads of a store as sorted N-Quads, without the graph of provenance."""
    return sorted(str(q) for q in store.quads() if not str(q.graph_name).endswith("graph/provenance>"))


def opened(folder: Path) -> EmbeddedStore:
    """The current generation of a store."""
    return StoreDirectory(folder).current().open()


def ingested(folder: Path, *reports: Small | Path, reference: Path | None = None) -> Ingested:
    """A new store below a folder, filled from small reports, or from files and folders."""
    paths = [r.write(folder / "in") if isinstance(r, Small) else r for r in reports]
    outcome = ingest(folder / "store", paths, Options(reference=reference))
    return _asked(opened(folder / "store"), outcome)


def _asked(store: EmbeddedStore, outcome: Outcome) -> Ingested:
    rows = store.query(PREFIXES + "SELECT ?x ?l { ?x skos:prefLabel ?l } ORDER BY (LANG(?l) = 'en')")
    assert isinstance(rows, QuerySolutions)
    return Ingested(store, outcome, {row["x"].value: row["l"].value for row in rows if "/code/" not in row["x"].value})


def viewed(folder: Path, *reports: Small, reference: Path | None = None) -> Ingested:
    """A view in memory of small reports and of these reference tables alone: the pipeline without disk and shipped tables."""
    space, store, outcome = Space("http://test.example/"), EmbeddedStore.in_memory(), Outcome()
    known = tables.load(*filter(None, (reference,)))
    judged = judgements(known.decisions, space, known)
    for report in reports:
        claims = claimed(report, folder / "in")
        resolution = resolve(claims, known, judged)
        quads = report_quads(claims, resolution, space)
        store.put_graph(NamedNode(space.report_graph(report.id)), (q.triple for q in quads))
    outcome.view = rebuild(store, _ontology(), known, judged, space)
    return _asked(store, outcome)


@lru_cache(maxsize=1)
def _ontology() -> list[Triple]:
    return ontology()


def reference_folder(folder: Path, **files: list[str]) -> Path:
    """A reference folder with these tables, each given as lines without the header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([_HEADERS[name], *lines]) + "\n", encoding="utf-8")
    return folder


_HEADERS = {
    "decisions": "decision_id,date,reviewer,type,left,right,evidence,score,comment,supersedes",
    "assessments": "assessment_id,date,reviewer,kind,about,value,reason,supersedes",
    "sources": "id,label,lang,kind,embodies,reliability,url,source",
    "actors": "id,class,kind,of_state,conflict,public_role,wikidata,source",
    "aliases": "entity_id,kind,label,lang,script,type,valid_from,valid_to,source,context_required",
}
