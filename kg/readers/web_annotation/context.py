"""JSON-LD contexts of Web Annotations: what short names in a file stand for.

Follows the Web Annotation Data Model, section 3.1, and as much of JSON-LD 1.1 as annotations need: prefixes, ``@base`` and
terms defined in the file.

Invariant: nothing is fetched, ever. The context of the W3C is known; a context that is not, and could give the words of the
model another meaning, is a reason to refuse the annotation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

ANNO = "http://www.w3.org/ns/anno.jsonld"
_KNOWN = {ANNO, "https://www.w3.org/ns/anno.jsonld"}
# Names none of the model's terms anew: containers of the Web Annotation Protocol.
_HARMLESS = {"http://www.w3.org/ns/ldp.jsonld", "https://www.w3.org/ns/ldp.jsonld"}

OA = "http://www.w3.org/ns/oa#"
_PREFIXES = {
    "oa": OA,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "dctypes": "http://purl.org/dc/dcmitype/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "as": "http://www.w3.org/ns/activitystreams#",
    "schema": "http://schema.org/",
}

MODEL_KEYS = frozenset(
    """id type body bodyValue target creator created generator generated modified motivation purpose source selector
    state refinedBy value exact prefix suffix start end startSelector endSelector conformsTo items first last next prev
    partOf""".split()
)
"""The words that decide what is annotated how. A file that gives them another meaning is no Web Annotation."""

_TOLD = 5
"""How many reasons, and unknown contexts, are told."""

_IRI = re.compile(r"[^\x00-\x20<>\"{}|\\^`\x7f]+")
_COMPACT = re.compile(r"([^:/?#]*):(?!//)(.*)", re.DOTALL)


def is_iri(value: str) -> bool:
    """Whether a string has the characters of an IRI or a relative reference."""
    return _IRI.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Context:
    """What names stand for. ``reasons`` say why a file cannot be read; ``unknown`` are contexts that were passed over."""

    base: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    spaces: frozenset[str] = frozenset()
    """What the IRIs of the terms begin with, up to their ``#``."""

    def term(self, key: str) -> str:
        """What a key stands for; keys of the model, and unknown ones, for themselves."""
        return self.terms.get(key) or self._expanded(key)

    def iri(self, value: str) -> str:
        """An IRI as written, made whole."""
        whole = self._expanded(value)
        if not self.base or ":" in whole.split("/", 1)[0]:
            return whole
        try:
            return urljoin(self.base, whole)
        except ValueError:  # brackets that are no address
            return whole

    def _expanded(self, name: str) -> str:
        match = _COMPACT.fullmatch(name)
        if not match:
            return name
        space = self.terms.get(match[1]) or _PREFIXES.get(match[1])
        return space + match[2] if space else name


def context_of(value: object) -> Context:
    """What a ``@context`` says."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    base, terms, reasons, unknown = "", dict[str, str](), list[str](), list[str]()
    is_annotation = False
    for entry in entries:
        if isinstance(entry, str) and entry in _KNOWN:
            is_annotation = True
        elif isinstance(entry, dict):
            base = entry["@base"] if isinstance(entry.get("@base"), str) else base
            reasons += [f"@context: gives {key!r} another meaning" for key in entry if key in MODEL_KEYS]
            terms |= {key: name for key, said in entry.items() if (name := _name(said))}
        elif not isinstance(entry, str):
            reasons.append("@context: expected IRIs and objects")
        elif entry not in _HARMLESS:
            unknown.append(entry)
            if is_annotation:
                reasons.append(f"@context: {_shortened(entry)} is not known, is not fetched, and could change what {ANNO} says")
    if value is None:
        reasons.append(f"@context: is missing; expected {ANNO}")
    elif not is_annotation:
        found = ", ".join(map(_shortened, unknown[:_TOLD])) or "none"
        reasons.append(f"@context: expected {ANNO} among its values, found {found}")
    outer = Context(terms=terms)
    whole = {key: outer._expanded(name) for key, name in terms.items()}
    spaces = frozenset(iri[: iri.rfind("#") + 1] for iri in whole.values())
    return Context(base, whole, tuple(dict.fromkeys(reasons))[:_TOLD], tuple(unknown[:_TOLD]), spaces)


def _name(said: object) -> str:
    name = said.get("@id") if isinstance(said, dict) else said
    return name if isinstance(name, str) and not name.startswith("@") else ""


def _shortened(value: str) -> str:
    return repr(value if len(value) <= 80 else value[:79] + "…")
