"""Minting of IRIs: deterministic, from content or from curated slugs, never from a sequence.

``h20`` is the first 20 hexadecimal digits (80 bits) of SHA-256 over canonical JSON, an array that begins with the kind of
thing named. IRIs enter a digest relative to the base, so that the same inputs give the same digests under every base.
Two different inputs with one digest raise :class:`DigestCollision`, they are never merged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote


class DigestCollision(RuntimeError):
    """Two different inputs have the same 80-bit digest."""


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: object) -> str:
    """JSON with sorted keys, UTF-8, no spaces: the form that is hashed."""
    return _CANONICAL.encode(value)


def h20(kind: str, *parts: object) -> str:
    """The digest of a thing: 20 hexadecimal digits."""
    return hashlib.sha256(canonical_json([kind, *parts]).encode()).hexdigest()[:20]


@dataclass(slots=True)
class Digests:
    """``h20`` with a memory, for one report or one consolidation: notices when two inputs meet in one digest."""

    seen: dict[str, str] = field(default_factory=dict)

    def __call__(self, kind: str, *parts: object) -> str:
        """The digest; raises :class:`DigestCollision` when another input already has it."""
        text = canonical_json([kind, *parts])
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        if self.seen.setdefault(digest, text) != text:
            raise DigestCollision(f"{digest}: {self.seen[digest]} and {text}")
        return digest


@dataclass(frozen=True, slots=True)
class Space:
    """The names below one base. Paths are relative (``actor/russia``); :meth:`id` and :meth:`graph` make IRIs of them."""

    base: str

    def id(self, path: str) -> str:
        """``<base>id/<path>``."""
        return f"{self.base}id/{path}"

    def graph(self, path: str) -> str:
        """``<base>graph/<path>``."""
        return f"{self.base}graph/{path}"

    def path(self, iri: str) -> str:
        """The inverse of :meth:`id`: an IRI relative to the base, for digests; IRIs from elsewhere stay whole."""
        return iri.removeprefix(f"{self.base}id/")

    def report_graph(self, report: str) -> str:
        """The named graph of a report."""
        return self.graph(f"report/{segment(report)}")


def segment(text: str) -> str:
    """A report id or file name as one path segment, percent-encoded."""
    return quote(text, safe="")


def report_path(report: str) -> str:
    """``report/<id>``."""
    return f"report/{segment(report)}"


def fragments_name(label: str, fragments: Sequence[tuple[int, int]]) -> str:
    """The last segment of a mention: ``<label>-<start>-<end>_<start>-<end>``."""
    return f"{segment(label)}-" + "_".join(f"{a}-{b}" for a, b in fragments)
