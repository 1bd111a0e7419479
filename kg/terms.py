"""What a person types for a term: an IRI, a prefixed name, or a label that only one thing has."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.errors import TermError
from kg.iri import Space
from kg.queries import Term
from kg.store import Store
from kg.vocab import CLASSES, PREFIXES, PROPERTIES, RDF, RDFS, ancestors

_LABELLED = f"SELECT DISTINCT ?x {{{{ ?x {RDFS.label} ?label FILTER(LCASE(STR(?label)) = {{}}) }}}}"


def triple(subject: str, predicate: str, object: str, store: Store, base: str) -> tuple[NamedNode, NamedNode, Term]:
    """The triple meant. ``sitgraph:actor/russia`` is below the base, ``sg:opposes`` in the ontology, ``Russia`` a label here;
    what the property relates (actors, places) tells things of one label apart. An object may be the text of a literal.

    Raises :class:`~kg.errors.TermError` when nothing, or more than one thing, is called so.
    """
    prop = _property(predicate, store, base)
    s = iri(subject, base) or labelled(subject, store, _expected(store, prop, RDFS.domain))
    found = iri(object, base)
    if found is None:
        literals = [o for o in _terms(store, f"SELECT ?x {{ {s} {prop} ?x }}") if isinstance(o, Literal) and o.value == object]
        return s, prop, literals[0] if literals else labelled(object, store, _expected(store, prop, RDFS.range))
    return s, prop, found


def _property(text: str, store: Store, base: str) -> NamedNode:
    """By its name (``opposes``), as an IRI, by its label (``member of``), or ``a``."""
    found = RDF.type if text == "a" else PROPERTIES.get(text) or iri(text, base)
    if found is not None:
        return found
    labelled_so = [t for t in _terms(store, _LABELLED.format(Literal(text.lower()))) if t in PROPERTIES.values()]
    if len(labelled_so) == 1 and isinstance(labelled_so[0], NamedNode):
        return labelled_so[0]
    raise TermError(f"{text!r} is no property; expected one such as opposes, onSide, memberOf, sg:status, or an IRI")


def _expected(store: Store, prop: NamedNode, end: NamedNode) -> str:
    """The path segment of what a property relates (``/actor/``), by its domain or range; empty if these say nothing."""
    classes = {t.value.rsplit("#", 1)[-1] for t in _terms(store, f"SELECT ?x {{ {prop} {end} ?x }}")}
    above = classes | {a for c in classes if c in CLASSES for a in ancestors(c)}
    return next((f"/{name.lower()}/" for name in ("Actor", "Place", "Source") if name in above), "")


def _terms(store: Store, query: str) -> list[Term]:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return [x for r in rows if isinstance(x := r["x"], NamedNode | Literal)]


def iri(text: str, base: str) -> NamedNode | None:
    """An IRI or prefixed name; ``None`` for other words. Raises :class:`~kg.errors.TermError` for what an IRI cannot hold."""
    if text.startswith("<") and text.endswith(">"):
        return _node(text[1:-1])
    if text.startswith(("http://", "https://", "urn:")):
        return _node(text)
    prefix, colon, name = text.partition(":")
    known = {**PREFIXES, "sitgraph": Space(base).id("")}
    if colon and prefix in known and not any(c.isspace() for c in name):
        return _node(known[prefix] + name)
    return None


def below(path: str, base: str) -> NamedNode:
    """What a path such as ``graph/provenance`` names below the base."""
    return _node(base + path)


def _node(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError as error:
        raise TermError(f"{text!r} is no IRI: {error}") from error


def labelled(text: str, store: Store, segment: str = "") -> NamedNode:
    """The one thing with a label; preferred labels before others, ``segment`` (``/actor/``) before anything else.

    Raises :class:`~kg.errors.TermError` when nothing, or more than one thing, is called so.
    """
    rows = store.query(queries.bind(queries.load("things-labelled"), {"wanted": Literal(text.lower())}))
    assert isinstance(rows, QuerySolutions)
    found: dict[NamedNode, set[str]] = {}
    for row in rows:
        thing, prop = row["thing"], row["property"]
        if isinstance(thing, NamedNode) and isinstance(prop, NamedNode):
            found.setdefault(thing, set()).add(prop.value.rsplit("#", 1)[-1])
    best = [t for t in found if segment in t.value] or list(found)
    best = [t for t in best if segment == "/source/" or "/source/" not in t.value] or best
    best = [t for t in best if "prefLabel" in found[t]] or best
    if not best:
        raise TermError(f"nothing here is called {text!r}; expected an IRI, a prefixed name (sitgraph:actor/…) or a label")
    if len(best) > 1:
        raise TermError(f"{text!r} is the name of {len(best)} things: {', '.join(sorted(t.value for t in best))}; give the IRI")
    return best[0]
