"""Consistency by owlready2 with HermiT: the ontology and what is told of it.

owlready2 has its one room here. Its objects do not leave it, except for the world that :func:`load_owlready` returns.
:func:`consistency` runs the HermiT that owlready2 brings, in a process of its own that is bounded in time and memory
(``sync_reasoner_hermit`` knows no timeout, and leaves its file behind when it finds a contradiction).

Invariant: HermiT decides. What names the culprits is a plain search over asserted types, domains, ranges and the hierarchy; it
explains a contradiction that HermiT found, and never claims one of its own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import ReasonerUnavailable
from kg.ontology import source
from kg.ontology.source import PREFIXES, ntriples
from kg.resources import ontology_dir

if TYPE_CHECKING:
    import owlready2

RDF, RDFS, OWL, XSD = (PREFIXES[p] for p in ("rdf", "rdfs", "owl", "xsd"))
_TYPE, _NAMED = NamedNode(RDF + "type"), NamedNode(OWL + "NamedIndividual")
TIMEOUT = 300.0
"""Seconds that HermiT may take. 40 thousand triples of reports take some four."""

_UNDERSTOOD = frozenset(
    [
        XSD + n
        for n in "string normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI".split()
    ]
    + [XSD + n for n in "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger".split()]
    + [XSD + n for n in "long int short byte unsignedLong unsignedInt unsignedShort unsignedByte double float".split()]
    + [XSD + "dateTime", XSD + "dateTimeStamp", RDF + "XMLLiteral", RDF + "PlainLiteral", RDF + "langString", RDFS + "Literal"]
    + [OWL + "real", OWL + "rational"]
)
"""The datatypes at which HermiT does not stop. ``xsd:date``, ``xsd:duration`` and ``geo:wktLiteral`` it cannot read."""

_WITHOUT_MEANING = frozenset(
    [RDFS + n for n in ("label", "comment", "seeAlso", "isDefinedBy")]
    + [OWL + n for n in ("versionIRI", "versionInfo", "priorVersion", "deprecated", "imports")]
)


@dataclass(frozen=True, slots=True)
class Consistency:
    """What HermiT found, in words.

    ``consistent`` is false for a contradiction, and for a class that nothing can be in. ``culprits`` are the individuals or
    classes that the explanation names, ``left_out`` says what was not told to HermiT, because it cannot read it or because no
    declaration gives it a meaning.
    """

    consistent: bool
    explanation: str
    culprits: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def load_owlready(folder: Path | None = None) -> owlready2.World:
    """Ontology and codes in a world of their own; the default world of owlready2 stays as it was."""
    import owlready2  # it takes a third of a second, and nothing else needs it

    world = owlready2.World()
    ontology = world.get_ontology(PREFIXES["sg"])
    ontology.load(fileobj=BytesIO(ntriples(folder or ontology_dir())))
    return world


def consistency(
    triples: Iterable[Triple], *more: Iterable[Triple], folder: Path | None = None, timeout: float = TIMEOUT
) -> Consistency:
    """Whether the ontology, its codes and these triples can all be true, and whether every class can have members.

    Raises :class:`~kg.errors.ReasonerUnavailable` when there is no Java, no answer within the timeout, or too little memory.
    """
    logic = _Logic(list(dict.fromkeys(chain(source.triples(folder or ontology_dir()), triples, *more))))
    left_out = tuple(logic.left_out())
    try:
        answer = _hermit(logic.statements, timeout)
    except _Malformed as error:
        nodes = tuple(dict.fromkeys(_name(t.subject) for t in logic.statements if str(t.object) == error.literal))
        named = ", ".join(_short(node) for node in nodes[:_SHOWN])
        return Consistency(
            False, f"HermiT finds a value that its datatype does not have: {error.literal} of {named}", nodes, left_out
        )
    if answer is None:
        clashes = list(logic.clashes())
        told = "; ".join(c.words for c in clashes[:_SHOWN])
        further = f"; and {len(clashes) - _SHOWN} more" if len(clashes) > _SHOWN else ""
        unknown = "what causes it is not to be seen in types, domains, ranges and values"
        explanation = f"HermiT finds a contradiction: {told or unknown}{further}"
        return Consistency(False, explanation, tuple(dict.fromkeys(c.node for c in clashes)), left_out)
    if answer:
        told = "; ".join(logic.unsatisfiable(iri) for iri in answer)
        return Consistency(False, f"HermiT finds classes that nothing can be in: {told}", answer, left_out)
    return Consistency(True, f"consistent: {len(logic.statements)} statements", (), left_out)


_SHOWN = 5
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a process that lives for a second: it takes half the time."""


# -- HermiT


class _Malformed(Exception):
    def __init__(self, literal: str) -> None:
        self.literal = literal


def _hermit(statements: Iterable[Triple], timeout: float) -> tuple[str, ...] | None:
    """The classes that nothing can be in; ``None`` for a contradiction."""
    import owlready2
    import owlready2.reasoning

    java = shutil.which(owlready2.JAVA_EXE)
    if java is None:
        raise ReasonerUnavailable(
            "consistency is not checked: HermiT needs Java, and there is none (Debian: default-jre-headless)"
        )
    jars = Path(owlready2.__file__).parent / "hermit"
    with tempfile.TemporaryDirectory(prefix="sitgraph-hermit-") as folder:
        file = Path(folder) / "statements.nt"
        file.write_text("".join(sorted(f"{t} .\n" for t in statements)), "utf-8")
        command = [
            java, *_QUICK, f"-Xmx{owlready2.reasoning.JAVA_MEMORY}M", "-cp", f"{jars}:{jars / 'HermiT.jar'}",
            "org.semanticweb.HermiT.cli.CommandLine", "-U", "-N", "--ignoreUnsupportedDatatypes", file.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=timeout, check=False)
        except subprocess.TimeoutExpired as error:
            raise ReasonerUnavailable(f"consistency is not decided: HermiT gave no answer in {timeout:g} s") from error
    if "InconsistentOntologyException" in done.stderr:
        return None
    if malformed := re.search(r"MalformedLiteralException: Literal (.+) is malformed", done.stderr):
        raise _Malformed(malformed[1])
    if done.returncode or "owl#Nothing" not in done.stdout:
        raise ReasonerUnavailable(f"consistency is not decided: {_reason(done.stderr)}")
    return tuple(sorted({line.strip() for line in done.stdout.splitlines() if line.startswith("\t")} - {OWL + "Nothing"}))


def _reason(text: str) -> str:
    """The line of a Java trace that says something."""
    if "OutOfMemoryError" in text:
        return "HermiT had not enough memory (owlready2.reasoning.JAVA_MEMORY)"
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("\tat ")]
    said = next((line for line in lines if "Exception" in line or "Error" in line), lines[0] if lines else "no answer")
    return "HermiT stopped: " + re.sub(r'^Exception in thread "main" ', "", said)


# -- what HermiT is told


@dataclass
class _Logic:
    """The statements that mean something in OWL 2 DL, and a search over them."""

    given: list[Triple]
    statements: list[Triple] = field(default_factory=list)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    _unread: Counter[str] = field(default_factory=Counter)
    _undeclared: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for t in self.given:
            if t.predicate == _TYPE and isinstance(t.object, NamedNode) and t.object.value.startswith((OWL, RDFS)):
                self.kinds.setdefault(_name(t.subject), set()).add(t.object.value)
        kept = [t for t in self.given if self._means(t)]
        individuals = dict.fromkeys(node for t in kept for node in self._individuals(t))
        self.statements = list(dict.fromkeys([*kept, *(Triple(node, _TYPE, _NAMED) for node in individuals)]))

    def _is(self, term: object, *kinds: str) -> bool:
        return bool(self.kinds.get(_name(term), set()) & {OWL + k for k in kinds})

    def _means(self, t: Triple) -> bool:
        predicate, value = t.predicate.value, t.object
        if predicate in _WITHOUT_MEANING or self._is(t.predicate, "AnnotationProperty"):
            return False
        if predicate == RDFS + "range" and isinstance(value, NamedNode) and self._unreadable(value.value):
            self._unread[f"the range {_short(value)} of {_short(t.subject)}"] += 1
            return False
        if t.predicate == _TYPE and not self._is(value, "Class") and not _name(value).startswith((OWL, RDFS)):
            self._undeclared[_short(value)] += 1
            return False
        if predicate.startswith((RDFS, OWL)) or t.predicate == _TYPE or isinstance(t.subject, BlankNode):
            return not self._is(t.subject, "AnnotationProperty") or t.predicate == _TYPE
        if not self._is(t.predicate, "ObjectProperty", "DatatypeProperty"):
            self._undeclared[_short(t.predicate)] += 1
            return False
        if isinstance(value, Literal) and self._unreadable(value.datatype.value):
            self._unread[f"literals of {_short(value.datatype)}"] += 1
            return False
        return True

    def _unreadable(self, iri: str) -> bool:
        datatype = (
            iri.startswith(XSD) or RDFS + "Datatype" in self.kinds.get(iri, set()) or iri == PREFIXES["geo"] + "wktLiteral"
        )
        return datatype and iri not in _UNDERSTOOD

    def _individuals(self, t: Triple) -> Iterator[NamedNode]:
        if t.predicate == _TYPE and self._is(t.object, "Class") and isinstance(t.subject, NamedNode):
            yield t.subject
        elif self._is(t.predicate, "ObjectProperty", "DatatypeProperty"):
            yield from (node for node in (t.subject, t.object) if isinstance(node, NamedNode))

    def left_out(self) -> Iterator[str]:
        """What HermiT was not told, in words."""
        for what, n in sorted(self._unread.items()):
            yield f"{n} {what}" if what.startswith("literals") else what
        if self._undeclared:
            n = sum(self._undeclared.values())
            yield f"{n} statements with terms that are not declared here: {', '.join(sorted(self._undeclared))}"

    # -- the search for culprits

    def clashes(self) -> Iterator[_Clash]:
        """Individuals in two disjoint classes, and values outside the range of their property."""
        disjoint = self._disjoint()
        for node, types in self._types().items():
            for a, b in disjoint:
                if a in types and b in types:
                    yield _Clash(node, f"{_short(node)} is both {_a(a)} ({types[a]}) and {_a(b)} ({types[b]})")
        yield from self._values()

    def unsatisfiable(self, iri: str) -> str:
        """Why nothing can be in a class."""
        above = self._above(RDFS + "subClassOf")
        over = {iri, *_reachable(iri, above)}
        pair = next(((a, b) for a, b in self._disjoint() if a in over and b in over), None)
        return f"{_short(iri)}" + (f", which would be both {_a(pair[0])} and {_a(pair[1])}" if pair else "")

    def _disjoint(self) -> list[tuple[str, str]]:
        return [(_name(t.subject), _name(t.object)) for t in self.statements if t.predicate.value == OWL + "disjointWith"]

    def _above(self, *predicates: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for t in self.statements:
            if t.predicate.value in predicates and isinstance(t.object, NamedNode):
                found.setdefault(_name(t.subject), []).append(t.object.value)
        return found

    def _types(self) -> dict[str, dict[str, str]]:
        """Individual to its classes, each with the reason why it is in it; the nearest reason wins."""
        classes = self._above(RDFS + "subClassOf", OWL + "equivalentClass")
        properties = self._above(RDFS + "subPropertyOf")
        domains, ranges = self._above(RDFS + "domain"), self._above(RDFS + "range")
        found: dict[str, dict[str, str]] = {}

        def note(node: object, cls: str, reason: str) -> None:
            own = found.setdefault(_name(node), {})
            for upper in (cls, *_reachable(cls, classes)):
                own.setdefault(upper, reason)

        for t in self.statements:
            if t.predicate == _TYPE and t.object != _NAMED and isinstance(t.object, NamedNode):
                note(t.subject, t.object.value, f"it is typed {_short(t.object)}")
        for t in self.statements:
            if not self._is(t.predicate, "ObjectProperty", "DatatypeProperty"):
                continue
            for prop in (t.predicate.value, *_reachable(t.predicate.value, properties)):
                for cls in domains.get(prop, ()):
                    note(t.subject, cls, f"it has {_short(t.predicate)}")
                for cls in ranges.get(prop, ()) if isinstance(t.object, NamedNode) else ():
                    note(t.object, cls, f"it is {_short(t.predicate)} of {_short(t.subject)}")
        return found

    def _values(self) -> Iterator[_Clash]:
        ranges = self._above(RDFS + "range")
        for t in self.statements:
            if isinstance(t.object, Literal):
                for wanted in ranges.get(t.predicate.value, ()):
                    given = t.object.datatype.value
                    if given != wanted and (given, wanted) not in _NARROWER:
                        words = f"{_short(t.predicate)} of {_short(t.subject)} is “{t.object.value}” ({_short(given)})"
                        yield _Clash(_name(t.subject), f"{words}, and has to be {_short(wanted)}")


@dataclass(frozen=True, slots=True)
class _Clash:
    node: str
    words: str


_NARROWER = frozenset(
    (XSD + narrow, XSD + "integer")
    for narrow in (
        "nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short byte unsignedLong unsignedInt"
        " unsignedShort unsignedByte"
    ).split()
) | {(XSD + "dateTimeStamp", XSD + "dateTime")}


def _reachable(start: str, edges: Mapping[str, list[str]]) -> list[str]:
    found: list[str] = []
    todo = [start]
    while todo:
        for step in edges.get(todo.pop(), ()):
            if step not in found:
                found.append(step)
                todo.append(step)
    return found


def _name(term: object) -> str:
    return term.value if isinstance(term, NamedNode | BlankNode | Literal) else str(term)


def _short(term: object) -> str:
    name = _name(term)
    for prefix, iri in PREFIXES.items():
        if name.startswith(iri):
            return f"{prefix}:{name[len(iri) :]}"
    return name.partition("/id/")[2] or f"<{name}>"


def _a(cls: str) -> str:
    noun = re.split("[#/]", cls)[-1]
    return f"{'an' if noun[:1] in 'AEIO' else 'a'} {noun}"
