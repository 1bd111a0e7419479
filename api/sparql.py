"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, by GET, form POST and direct POST.

Invariants: an answer is whole or it is an error, never a 200 with half a body; a triple is counted once, so the
default graph is never a union or a merge; what would reach other machines, or end this process, is refused before the
engine sees it.

The scan before the engine is lexical: strings, IRIs and comments are taken out as the grammar's terminals (SPARQL 1.1
Query Language, section 19.8) have them. The engine reads ``<`` by context instead, as an operator in an expression,
so an IRI that could be read as ``<`` followed by a string or a comment is refused: nothing can hide behind it. The
engine recurses over groups; queries run on threads whose stack is deep enough for the longest query that is let in.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import NamedNode, QueryTriples, RdfFormat, parse, serialize

from api.negotiation import GRAPHS, HTML, SOLUTIONS, Format, by_accept, by_name
from api.problems import Refusal, bad_parameter
from api.replies import NotModified, etag, matches, rendered, stores_of
from api.stores import View
from kg.config import Settings
from kg.errors import QueryError

router = APIRouter()
Result = TypeVar("Result")

_STACK = 256 << 20
"""Bytes of address space for one query's thread; memory is used only as far as a query recurses."""

_LEXEMES = re.compile(
    r"""
      (?P<string>  \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<comment> \#[^\n\r]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = r"(?<![\w:?$@.-]){}(?![\w:-])"
_SERVICE = re.compile(_WORD.format("SERVICE"), re.IGNORECASE)
_FROM = re.compile(_WORD.format("FROM") + r"(?!\s+NAMED(?![\w:-]))", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s*(?:BASE\s*<>|PREFIX\s+[^\s<]*\s*<>)", re.IGNORECASE)
_UPDATE = re.compile(r"\s*(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)(?![\w:-])", re.IGNORECASE)
_QUERY_TYPE = "application/sparql-query"
_UPDATE_TYPE = "application/sparql-update"
_FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Operation:
    """A query operation, whichever way it came."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None


# -- the scan before the engine


def bare(query: str) -> str:
    """A query without the content of its strings, IRIs and comments. Refuses what could be read in two ways."""

    def cut(match: re.Match[str]) -> str:
        if match["iri"] is None:
            return '""' if match["string"] else " "
        inside = match["iri"][1:-1]
        if re.search(r"['#]", inside) and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", inside):
            detail = "an IRI with ' or # in it must have :// too (or use %27, or a prefix); otherwise < could be an operator"
            raise Refusal(400, "query-refused", detail)
        return "<>" + "".join(c for c in inside if c in "()[]")

    return _LEXEMES.sub(cut, query)


def depth(text: str) -> int:
    """How deep brackets of all kinds are nested."""
    deepest = now = 0
    for c in text:
        if c in "({[":
            now += 1
            deepest = max(deepest, now)
        elif c in ")}]":
            now -= 1
    return deepest


def check(query: str, settings: Settings) -> None:
    """Refuses a query that is too long, nested too deeply, an update, federated, or over a merge of graphs."""
    size = len(query.encode())
    if size > settings.max_query_bytes:
        detail = f"the query has {size} bytes; at most {settings.max_query_bytes} are taken"
        raise Refusal(413, "query-too-long", detail)
    text = bare(query)
    if (deep := depth(text)) > settings.max_query_depth:
        detail = f"the query nests {deep} brackets; at most {settings.max_query_depth} are taken"
        raise Refusal(400, "query-refused", detail)
    rest = text
    while found := _PROLOGUE.match(rest):
        rest = rest[found.end() :]
    if update := _UPDATE.match(rest):
        raise _read_only(f"{update[1].upper()} is an update; this is the query operation")
    if _SERVICE.search(text):
        raise Refusal(400, "query-refused", "SERVICE is not allowed: queries do not leave this store")
    if len(_FROM.findall(text)) > 1:
        raise _several()


def _several() -> Refusal:
    detail = "a query over several default graphs would count triples twice: name one, or use GRAPH over named graphs"
    return Refusal(400, "several-default-graphs", detail)


def _read_only(detail: str) -> Refusal:
    return Refusal(
        403, "read-only", f"{detail}. The store is a function of its inputs and is changed by `sitgraph ingest` only"
    )


# -- the three ways of asking


async def _body(request: Request) -> bytes:
    """The body of a POST, up to the longest query that is taken (a form may need three bytes for one)."""
    settings = stores_of(request).settings
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > 3 * settings.max_query_bytes + 4096:
            raise Refusal(413, "query-too-long", f"the body is longer than a query of {settings.max_query_bytes} bytes can be")
    return bytes(found)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, "query-syntax", f"the query is not UTF-8: {error}") from error


def _from_parameters(pairs: Sequence[tuple[str, str]]) -> Operation:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise _read_only("update requests are not taken")
    if len(values.get("query", ())) > 1:
        raise bad_parameter("query", "query must be given once", status=400)
    return Operation(
        values["query"][0] if "query" in values else None,
        tuple(dict.fromkeys(values.get("default-graph-uri", ()))),
        tuple(dict.fromkeys(values.get("named-graph-uri", ()))),
        next((v for v in values.get("format", ()) if v), None),
    )


def _by_get(request: Request) -> Operation:
    return _from_parameters(request.query_params.multi_items())


def _by_post(request: Request, body: Annotated[bytes, Depends(_body)]) -> Operation:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == _UPDATE_TYPE:
        raise _read_only("update requests are not taken")
    if media_type == _QUERY_TYPE:
        in_address = [(k, v) for k, v in request.query_params.multi_items() if k not in ("query", "update")]
        asked = _from_parameters(in_address)
        return Operation(_text(body), asked.default_graphs, asked.named_graphs, asked.format)
    if media_type == _FORM_TYPE:
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict")
        except UnicodeDecodeError as error:
            raise Refusal(400, "query-syntax", f"the form is not UTF-8: {error}") from error
        return _from_parameters([*request.query_params.multi_items(), *pairs])
    detail = f"a query is sent as {_QUERY_TYPE} or {_FORM_TYPE}, not {media_type or 'without a type'}"
    raise Refusal(415, "unsupported-media-type", detail)


@router.get("/sparql", tags=["sparql"])
@router.get("/sparql/", include_in_schema=False)
def query_by_get(request: Request, operation: Annotated[Operation, Depends(_by_get)]) -> Response:
    """A query in the parameter `query`; without one, what this service can do."""
    return answer(request, operation)


@router.post("/sparql", tags=["sparql"])
@router.post("/sparql/", include_in_schema=False)
def query_by_post(request: Request, operation: Annotated[Operation, Depends(_by_post)]) -> Response:
    """A query as a form, or as the body itself."""
    if operation.query is None:
        raise bad_parameter("query", "the form has no field query", status=400)
    return answer(request, operation)


# -- the answer


def answer(request: Request, operation: Operation) -> Response:
    """Evaluates a query whole, then answers."""
    stores = stores_of(request)
    accept = request.headers.get("accept")
    if operation.query is None:
        return _describe_service(request, operation, accept)
    check(operation.query, stores.settings)
    default, named = _dataset(operation)
    view = stores.current()
    tag = etag(view.number, None, request, Format(accept or "*/*", accept or "*/*"))
    headers = (
        {"ETag": tag, "Vary": "Accept", "Cache-Control": "public, max-age=60"}
        if request.method == "GET"
        else {"Vary": "Accept"}
    )
    if request.method == "GET" and matches(request.headers.get("if-none-match"), tag):
        raise NotModified(headers)
    content, fmt = deeply(lambda: _evaluated(view, operation, default, named, accept))
    return Response(content, media_type=fmt.content_type, headers=headers)


def _dataset(operation: Operation) -> tuple[NamedNode | None, list[NamedNode] | None]:
    if len(operation.default_graphs) > 1:
        raise _several()
    named_graphs = [_iri("named-graph-uri", g) for g in operation.named_graphs]
    default = _iri("default-graph-uri", operation.default_graphs[0]) if operation.default_graphs else None
    return default, named_graphs if operation.default_graphs or operation.named_graphs else None


def _iri(parameter: str, value: str) -> NamedNode:
    try:
        return NamedNode(value)
    except ValueError as error:
        raise bad_parameter(parameter, f"{parameter} must be an IRI: {error}", status=400) from error


def _evaluated(
    view: View, operation: Operation, default: NamedNode | None, named: list[NamedNode] | None, accept: str | None
) -> tuple[bytes, Format]:
    """Evaluates and serialises in one call: results belong to the thread that made them."""
    assert operation.query is not None
    result = view.store.query(operation.query, default_graph=default, named_graphs=named)
    try:
        if isinstance(result, QueryTriples):
            fmt = _negotiated(operation.format, accept, GRAPHS)
            return result.serialize(format=fmt.rdf) or b"", fmt
        fmt = _negotiated(operation.format, accept, SOLUTIONS)
        return result.serialize(format=fmt.results) or b"", fmt
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed while it was evaluated: {error}") from error
    finally:
        del result  # here, not where the traceback of an error is dropped: that is another thread


_OTHER_FORM = {**{n: GRAPHS for f in GRAPHS for n in f.names()}, **{n: SOLUTIONS for f in SOLUTIONS for n in f.names()}}


def _negotiated(name: str | None, accept: str | None, offered: Sequence[Format]) -> Format:
    """``format`` wins where it names a format of the query's form; one that names nothing known is ignored, as the rest is."""
    if name is not None:
        if found := by_name(name, offered):
            return found
        if name.strip().lower() in _OTHER_FORM:
            raise _not_acceptable(f"format={name}", offered)
    if found := by_accept(accept, offered):
        return found
    raise _not_acceptable(f"Accept: {accept}", offered)


def _not_acceptable(asked: str, offered: Sequence[Format]) -> Refusal:
    forms = ", ".join(f.media_type for f in offered)
    return Refusal(
        406, "not-acceptable", f"{asked} takes none of the forms that this query can give: {forms}", headers={"Vary": "Accept"}
    )


def deeply(work: Callable[[], Result]) -> Result:
    """Runs something on a thread with a deep stack, waits for it, and gives its result or raises its error."""
    outcome: list[Result] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as error:  # noqa: BLE001  it is raised again in the thread that waits
            failure.append(error)

    with _STARTING:
        usual = threading.stack_size(_STACK)
        try:
            thread = threading.Thread(target=run, name="query", daemon=True)
            thread.start()
        finally:
            threading.stack_size(usual)
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


_STARTING = threading.Lock()
"""The size of a new thread's stack is a setting of the process."""


# -- the service itself

_DESCRIPTION = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix formats: <http://www.w3.org/ns/formats/> .

<> a sd:Service ;
  sd:endpoint <> ;
  sd:supportedLanguage sd:SPARQL11Query ;
  sd:resultFormat formats:SPARQL_Results_JSON, formats:SPARQL_Results_XML,
    formats:SPARQL_Results_CSV, formats:SPARQL_Results_TSV,
    formats:Turtle, formats:N-Triples, formats:N-Quads, formats:TriG, formats:RDF_XML, formats:JSON-LD ;
  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
"""
_FORM = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>SPARQL</title>
<form action="sparql" method="get"><p><label for="query">SPARQL 1.1 query</label></p>
<p><textarea id="query" name="query" rows="16" cols="100"></textarea></p><p><button>Run</button></p></form></html>
"""


def _describe_service(request: Request, operation: Operation, accept: str | None) -> Response:
    """A Service Description, or a form for browsers."""
    fmt = _negotiated(operation.format, accept, (*GRAPHS, HTML))
    headers: Mapping[str, str] = {"Vary": "Accept", "Cache-Control": "public, max-age=60"}
    public = stores_of(request).settings.public_url
    if fmt == HTML:
        page = _FORM.encode()
        if request.app.state.render is not None:
            page = rendered(request, "sparql.html", {"endpoint": f"{public}sparql"})
        return Response(page, media_type=fmt.content_type, headers=dict(headers))
    assert fmt.rdf is not None
    triples = [q.triple for q in parse(_DESCRIPTION, format=RdfFormat.TURTLE, base_iri=f"{public}sparql")]
    return Response(serialize(triples, format=fmt.rdf), media_type=fmt.content_type, headers=dict(headers))
