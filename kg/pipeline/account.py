"""The arrows of one report: from what a reader hands over to the quads of its graph, and to what the view needs of it.

A function of the report and of a :class:`Setting` that is the same for all reports of a run, so it does not matter where, in
which order and beside which others it is done. The content is kept and the quads are written as they come; what is passed on
are values, and where in a file the quads stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from kg import schemes
from kg.claims import ReportClaims, claims_of
from kg.errors import Problem
from kg.iri import Space
from kg.model import AnnotatedReport, text_sha256
from kg.pipeline.places import Place
from kg.quads import mint, quads_of, report_lines
from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.resolver.resolve import resolve
from kg.schemes import Tally
from kg.store.bulk import ROLL
from kg.store.inputs import Inputs
from kg.view import local


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all reports of a run. ``known`` are the digests of the reports in the store.

    ``everything``: a graph is made even of a report that did not change. ``scheme`` overrides what the files say.
    """

    store: Path
    base: str
    reference: Reference
    judgements: Judgements
    known: Mapping[str, str]
    everything: bool = False
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one report. ``state`` is ``new``, ``changed``, ``unchanged`` or ``refused``.

    ``graph`` and ``place`` are there where quads were made. ``read`` are the problems of reading it, ``noted`` those of what
    came after; ``kept``: its content is in the inputs and was not before.
    """

    report: str
    path: str
    format: str
    scheme: str
    digest: str
    state: str
    read: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()
    mentions: int = 0
    situations: int = 0
    claims: int = 0
    tally: Tally = ()
    graph: local.ReportGraph | None = None
    place: Place | None = None
    kept: bool = False


@dataclass(slots=True)
class Accounting:
    """Makes accounts, and writes the quads to files ``<name>-<n>.nq`` in a folder, one after the other."""

    setting: Setting
    folder: Path
    name: str
    _number: int = 0
    _written: int = 0
    _out: IO[bytes] | None = None
    _inputs: Inputs = field(init=False)
    _space: Space = field(init=False)

    def __post_init__(self) -> None:
        self._inputs, self._space = Inputs(self.setting.store), Space(self.setting.base)

    def of(self, found: AnnotatedReport) -> Account:
        """The account of a report that was read; its content is kept if it is not known."""
        report = replace(found, scheme=self.setting.scheme) if self.setting.scheme else found
        ident = report.report.id
        about = (ident, report.path, report.format, report.scheme)
        if report.scheme not in schemes.names():
            message = f"unknown scheme {report.scheme!r}; there are {', '.join(schemes.names())}"
            return Account(*about, "", "refused", (*report.problems, Problem(report.path, 0, message)))
        canonical = report.canonical()
        content = canonical.to_json()
        digest = text_sha256(content)
        known = self.setting.known.get(ident)
        state = "unchanged" if known == digest else "new" if known is None else "changed"
        kept = state != "unchanged" and self._inputs.keep(content, digest)
        return self._told(Account(*about, digest, state, report.problems, kept=kept), canonical)

    def again(self, ident: str, file: str, format: str) -> Account:
        """The account of a report as it was kept."""
        digest = self.setting.known[ident]
        report = self._inputs.content(digest, file, format)
        return self._told(Account(ident, report.path, report.format, report.scheme, digest, "unchanged"), report)

    def _told(self, account: Account, report: AnnotatedReport) -> Account:
        mapped = schemes.apply(report)
        claims = claims_of(mapped.report)
        account = replace(
            account, noted=(*mapped.problems, *claims.problems), tally=mapped.tally,
            mentions=len(report.mentions), situations=len(claims.situations), claims=len(claims.claims),
        )  # fmt: skip
        return account if account.state == "unchanged" and not self.setting.everything else self._written_down(account, claims)

    def _written_down(self, account: Account, claims: ReportClaims) -> Account:
        resolution = resolve(claims, self.setting.reference, self.setting.judgements)
        minted = mint(claims, resolution, self._space)
        place = self._place(quads_of(report_lines(claims, minted), minted.graph).encode())
        noted = (*account.noted, *resolution.problems)
        return replace(account, noted=noted, graph=local.told(claims, minted), place=place)

    def _place(self, quads: bytes) -> Place:
        if self._written > ROLL:
            self.close()
            self._number, self._written = self._number + 1, 0
        path = self.folder / f"{self.name}-{self._number}.nq"
        if self._out is None:
            self._out = path.open("wb")
        self._out.write(quads)
        start, self._written = self._written, self._written + len(quads)
        return Place(path, start, self._written)

    def flush(self) -> None:
        """Has all quads so far in the files."""
        if self._out is not None:
            self._out.flush()

    def close(self) -> None:
        """Ends the file that is being written."""
        if self._out is not None:
            self._out.close()
            self._out = None
