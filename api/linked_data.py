"""Every IRI of the store resolves: ``303`` to the document of a thing, ``308`` from an old IRI to the one that replaced
it.

Linked data as in "Cool URIs for the Semantic Web": a thing is not its document. What has no document of its own leads
to the one that tells of it (a mention to its report, an inference to its explanation) or to its description by
``/sparql``.
"""

from __future__ import annotations

from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from api.documents import Addresses
from api.problems import Refusal
from api.replies import known_parameters, stores_of
from api.stores import View
from kg import queries

router = APIRouter()


def _raw_tail(request: Request, prefix: str) -> str:
    """What follows a prefix in the path, percent-encoded as the client sent it: IRIs are compared as strings."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("latin-1").split("?", 1)[0].removeprefix(request.scope.get("root_path", "")).removeprefix(prefix)


@router.get("/id/{path:path}", tags=["linked data"], status_code=303, response_class=Response)
def identifier(request: Request, path: str) -> Response:
    """Leads from an IRI to the document about it."""
    known_parameters(request)
    stores = stores_of(request)
    view, public = stores.current(), stores.settings.public_url
    iri = _node(view.space.base + "id/" + _raw_tail(request, "/id/"), path)
    at = Addresses(public, view.space.base)
    if replaced := view.nodes("replaced-by", "new", old=iri):
        moved = replaced[0].value.replace(view.space.base, public, 1)
        return Response(status_code=308, headers={"Location": moved, "Link": f'<{moved}>; rel="canonical"', "Vary": "Accept"})
    rows = view.rows("described-in", thing=iri)
    if not rows:
        raise Refusal(404, "not-found", f"there is no {iri.value}")
    return _see_other(_document(view, at, public, iri, in_view=any("graph" not in r for r in rows)))


@router.get("/graph/{path:path}", tags=["linked data"], status_code=303, response_class=Response)
def graph(request: Request, path: str) -> Response:
    """Leads from a named graph to its content: of a report, to the report."""
    known_parameters(request)
    stores = stores_of(request)
    view, public = stores.current(), stores.settings.public_url
    iri = _node(view.space.base + "graph/" + _raw_tail(request, "/graph/"), path)
    if iri not in view.store.graph_names():
        raise Refusal(404, "not-found", f"there is no graph {iri.value}")
    report = view.space.base + "graph/report/"
    if iri.value.startswith(report):
        return _see_other(f"{public}reports/{iri.value.removeprefix(report)}")
    return _see_other(_construct(public, "graph-content", graph=iri))


def _node(iri: str, path: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        raise Refusal(404, "not-found", f"there is nothing at {unquote(path)}") from None


def _see_other(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address, "Vary": "Accept"})


def _construct(public: str, query: str, **slots: NamedNode) -> str:
    return f"{public}sparql?{urlencode({'query': queries.bind(queries.load(query), slots)})}"


def _document(view: View, at: Addresses, public: str, iri: NamedNode, in_view: bool) -> str:
    """The address of the document that tells of a thing."""
    path = view.space.path(iri.value)
    kind, _, rest = path.partition("/")
    if kind == "report" and "/situation/" in rest and (found := view.nodes("local-situations", "situation", local=iri)):
        return at(found[0].value) or found[0].value
    if kind == "inference":
        for row in view.rows("inference-conclusion", inference=iri):
            return f"{public}explain?{urlencode({k: row[k].value for k in ('subject', 'predicate', 'object')})}"
    if address := at(iri.value):
        return address
    return _construct(public, "describe" if in_view else "describe-in-graphs", thing=iri)
