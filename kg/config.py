"""Settings: made at the edge (command line, server start), frozen, passed down. Nothing here is read from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_BASE = "http://127.0.0.1:8000/"
"""The base of all data IRIs, so that every IRI resolves on the machine at hand."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server or a command needs to know about its store.

    ``public_url`` is where clients reach the server (links, redirects, ``next``); it never enters an IRI.
    """

    store: Path
    public_url: str = DEFAULT_BASE
    max_query_bytes: int = 64 * 1024
    max_query_depth: int = 100
