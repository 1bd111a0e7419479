"""What every page knows of the server and the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from api.documents import Addresses, Records
from api.stores import Period, View


@dataclass(frozen=True, slots=True)
class Site:
    """What every page shows of the server and the request. Addresses on pages have no host, so that pages work behind any."""

    public: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    view: View | None = None

    def href(self, url: str | None) -> str:
        """An address of this server without its host; any other as it is."""
        if url is None:
            return ""
        return self.root + url.removeprefix(self.public) if url.startswith(self.public) else url

    @property
    def root(self) -> str:
        """The path of the public address."""
        return urlsplit(self.public).path or "/"

    def at(self, path: str, **query: str) -> str:
        """The address of a path of this server."""
        return self.root + path + (f"?{urlencode(query)}" if query else "")

    def as_format(self, name: str) -> str:
        """This page in another form."""
        kept = [(k, v) for k, v in self.query if k != "format"]
        return f"{self.at(self.path)}?{urlencode([*kept, ('format', name)])}"

    def why(self, subject: str, predicate: str, object: str) -> str:
        """The address of the explanation of a triple."""
        return self.at("explain", subject=subject, predicate=predicate, object=object)

    def about(self, iri: str) -> str | None:
        """The address of a thing's document."""
        return None if self.view is None else Addresses(self.public, self.view.space.base)(iri)

    @property
    def facts(self) -> Mapping[str, str]:
        """Which state of which store this is."""
        if self.view is None:
            return {}
        found = {"generation": str(self.view.number), "known_at": str(self.view.manifest.get("at", ""))}
        as_of = str(self.view.manifest.get("as_of") or "")
        until = self.view.issued_until.isoformat() if self.view.issued_until else ""
        return {k: v for k, v in {**found, "as_of": as_of, "issued_until": until, "base": self.view.space.base}.items() if v}

    def store(self) -> View:
        """The view that the page is about."""
        if self.view is None:
            raise ValueError(f"the page {self.path!r} needs a view")
        return self.view

    def records(self, include: frozenset[str] = frozenset(), period: Period | None = None) -> Records:
        """A maker of records for the view."""
        view = self.store()
        return Records(view, Addresses(self.public, view.space.base), dict(self.query).get("lang"), include, period)
