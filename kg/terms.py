"""What a person types for a term: an IRI, a prefixed name, or a label that only one thing has."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.errors import TermError
from kg.iri import Space
from kg.queries import Term
from kg.store import Store
from kg.vocab import CLASSES, PREFIXES, PROPERTIES, RDFS, ancestors


def triple(subject: str, predicate: str, object: str, store: Store, base: str) -> tuple[NamedNode, NamedNode, Term]:
    """The triple meant. ``sitgraph:actor/russia`` is below the base, ``sg:opposes`` in the ontology, ``Russia`` a label here;
    what the property relates (actors, places) tells things of one label apart. An object may be the text of a literal.

    Raises :class:`~kg.errors.TermError` when nothing, or more than one thing, is called so.
    """
    prop = PROPERTIES.get(predicate) or iri(predicate, base)
    if prop is None:
        raise TermError(f"{predicate!r} is no property; expected one such as opposes, onSide, memberOf, sg:status, or an IRI")
    s = iri(subject, base) or labelled(subject, store, _expected(store, prop, RDFS.domain))
    found = iri(object, base)
    if found is None:
        literals = [o for o in _terms(store, f"SELECT ?x {{ {s} {prop} ?x }}") if isinstance(o, Literal) and o.value == object]
        return s, prop, literals[0] if literals else labelled(object, store, _expected(store, prop, RDFS.range))
    return s, prop, found


def _expected(store: Store, prop: NamedNode, end: NamedNode) -> str:
    """The path segment of what a property relates (``/actor/``, ``/place/``), by its domain or range; empty if it says nothing."""
    classes = {t.value.rsplit("#", 1)[-1] for t in _terms(store, f"SELECT ?x {{ {prop} {end} ?x }}")}
    above = classes | {a for c in classes if c in CLASSES for a in ancestors(c)}
    return next((f"/{name.lower()}/" for name in ("Actor", "Place", "Source") if name in above), "")


def _terms(store: Store, query: str) -> list[Term]:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return [x for r in rows if isinstance(x := r["x"], NamedNode | Literal)]


def iri(text: str, base: str) -> NamedNode | None:
    """An IRI or prefixed name; ``None`` for other words."""
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if text.startswith(("http://", "https://", "urn:")) and not any(c.isspace() for c in text):
        return NamedNode(text)
    prefix, colon, name = text.partition(":")
    known = {**PREFIXES, "sitgraph": Space(base).id("")}
    if colon and prefix in known and not any(c.isspace() for c in name):
        return NamedNode(known[prefix] + name)
    return None


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
