"""``Accept`` -> format, or 406 (RFC 9110, sections 12.4.2 and 12.5.1).

A format is one value that knows its name (for ``format=``), its media type and what else it is called. The most
specific range of ``Accept`` decides the quality of a format; among equal qualities the server's order decides.
``format=`` wins over ``Accept``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which something can be sent."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``: text says its encoding."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    def names(self) -> frozenset[str]:
        """Everything that ``format=`` may call it."""
        return frozenset((self.name, self.media_type, *self.aliases))


HTML = Format("html", "text/html", ("application/xhtml+xml",))
JSON = Format("json", "application/json")
JSON_LD = Format("jsonld", "application/ld+json", ("json-ld",), rdf=RdfFormat.JSON_LD)
TURTLE = Format("ttl", "text/turtle", ("turtle", "application/x-turtle"), rdf=RdfFormat.TURTLE)
N_TRIPLES = Format("nt", "application/n-triples", ("ntriples", "n-triples"), rdf=RdfFormat.N_TRIPLES)
N_QUADS = Format("nq", "application/n-quads", ("nquads", "n-quads"), rdf=RdfFormat.N_QUADS)
TRIG = Format("trig", "application/trig", ("application/x-trig",), rdf=RdfFormat.TRIG)
RDF_XML = Format(
    "rdf", "application/rdf+xml", ("rdfxml", "rdf+xml", "xml", "application/xml", "text/xml"), rdf=RdfFormat.RDF_XML
)
GRAPH_JSON_LD = Format("jsonld", "application/ld+json", ("json-ld", "json", "application/json"), rdf=RdfFormat.JSON_LD)

RESULTS_JSON = Format(
    "json", "application/sparql-results+json", ("sparql-json", "application/json"), results=QueryResultsFormat.JSON
)
RESULTS_XML = Format(
    "xml", "application/sparql-results+xml", ("sparql-xml", "application/xml", "text/xml"), results=QueryResultsFormat.XML
)
RESULTS_CSV = Format("csv", "text/csv", results=QueryResultsFormat.CSV)
RESULTS_TSV = Format("tsv", "text/tab-separated-values", results=QueryResultsFormat.TSV)

DOCUMENT = (JSON_LD, JSON, TURTLE, N_TRIPLES, HTML)
"""The forms of lists and documents; the first is what ``*/*`` gets."""
SOLUTIONS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
GRAPHS = (TURTLE, N_TRIPLES, GRAPH_JSON_LD, RDF_XML, TRIG, N_QUADS)
VOCABULARY = (TURTLE, RDF_XML, N_TRIPLES, GRAPH_JSON_LD, HTML)


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of ``Accept`` with its quality."""

    type: str
    subtype: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """How closely it names a media type: 2 exactly, 1 by its type, 0 by ``*/*``, -1 not at all."""
        kind, _, sub = media_type.partition("/")
        if self.type == "*":
            return 0
        if self.type != kind:
            return -1
        return 1 if self.subtype == "*" else 2 if self.subtype == sub else -1


def ranges(accept: str) -> list[Range]:
    """The media ranges of an ``Accept`` header; what is malformed is left out."""
    found = []
    for part in accept.split(","):
        media, *parameters = (p.strip().lower() for p in part.split(";"))
        kind, slash, sub = media.partition("/")
        if not slash or not kind or not sub or (kind == "*" and sub != "*"):
            continue
        quality = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        try:
            found.append(Range(kind, sub, min(max(float(quality), 0.0), 1.0)))
        except ValueError:
            continue
    return found


def quality(fmt: Format, asked: Sequence[Range]) -> float:
    """What a client gives for a format: by the most specific range that takes it, or by another name of it, exactly."""
    applicable = [(s, r.quality) for r in asked if (s := r.specificity(fmt.media_type)) >= 0]
    by_type = max(applicable)[1] if applicable else 0.0
    if any(s == 2 for s, _ in applicable):
        return by_type
    return max([by_type, *(r.quality for r in asked for a in fmt.aliases if r.specificity(a) == 2)])


def by_accept(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """The offered format that the client likes best; the first without ``Accept``; ``None`` if it takes none of them."""
    if accept is None or not accept.strip():
        return offered[0]
    asked = ranges(accept)
    liked = [(quality(f, asked), -n, f) for n, f in enumerate(offered)]
    best = max(liked, key=lambda x: x[:2])
    return best[2] if best[0] > 0 else None


def by_name(name: str, offered: Sequence[Format]) -> Format | None:
    """The offered format that ``format=`` names."""
    wanted = name.strip().lower()
    return next((f for f in offered if wanted in f.names()), None)
