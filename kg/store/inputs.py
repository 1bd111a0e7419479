"""What a store was made from, kept in it, so that all else can be built again.

::

    inputs/reports/<sha256>.json.gz   each annotated report as read, named by its content
    inputs/journal.jsonl              what was added or changed, when, from which file, in which generation
    inputs/reference/shipped|own/     the reference tables in force
    rejects/<file>.jsonl              what could not be read of a file: line and reason

A line of the journal counts once ``CURRENT`` has reached its generation.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.errors import Problem
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TextSpan


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal. ``action`` is ``add`` or ``change``; ``digest`` names the content."""

    generation: int
    at: str
    action: str
    report: str
    digest: str
    file: str
    format: str
    scheme: str


class Inputs:
    """The inputs of one store."""

    def __init__(self, store: Path) -> None:
        self.path = store / "inputs"
        self.rejects = store / "rejects"
        self.journal = self.path / "journal.jsonl"

    def entries(self, generation: int) -> list[Entry]:
        """The journal up to a generation."""
        if not self.journal.exists():
            return []
        with self.journal.open(encoding="utf-8") as handle:
            entries = [Entry(**json.loads(line)) for line in handle]
        return [e for e in entries if e.generation <= generation]

    def reports(self, generation: int) -> Mapping[str, Entry]:
        """The last entry of each report that is in the store."""
        return {e.report: e for e in self.entries(generation)}

    def keep(self, report: AnnotatedReport, digest: str) -> None:
        """Writes an annotated report under the name of its content."""
        path = self._report(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(gzip.compress(report.to_json().encode(), mtime=0))
            fresh.replace(path)

    def report(self, entry: Entry) -> AnnotatedReport:
        """An annotated report as it was read."""
        content = json.loads(gzip.decompress(self._report(entry.digest).read_bytes()))
        mentions = tuple(
            Mention(
                m[0], m[1], tuple(TextSpan(*f) for f in m[2]), m[3], tuple((k, v) for k, v in m[4]),
                tuple(Reference(*r) for r in m[5]), tuple(m[6]),
            )
            for m in content["mentions"]
        )  # fmt: skip
        links = tuple(Link(*k) for k in content["links"])
        return AnnotatedReport(
            Report(**content["report"]), content["text"], mentions, links, content["scheme"], entry.file, entry.format
        )

    def note(self, entries: Iterable[Entry], generation: int) -> None:
        """Appends to the journal, after taking out what a writer that died left behind."""
        kept = self.entries(generation)
        self.path.mkdir(parents=True, exist_ok=True)
        fresh = self.journal.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as handle:
            for entry in (*kept, *entries):
                handle.write(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(self.journal)

    @property
    def own_reference(self) -> Path | None:
        """The user's reference tables, as they were last given."""
        path = self.path / "reference" / "own"
        return path if path.exists() else None

    @property
    def reference_in_force(self) -> tuple[Path, ...]:
        """The folders of tables that the last commit used."""
        return tuple(p for p in (self.path / "reference" / "shipped", self.path / "reference" / "own") if p.is_dir())

    def keep_reference(self, shipped: Path, own: Path | None) -> None:
        """Keeps the tables in force: those that ship, and the user's, which are remembered until others are given."""
        _copy_tables(shipped, self.path / "reference" / "shipped")
        if own is not None and own != self.own_reference:
            _copy_tables(own, self.path / "reference" / "own")

    def reject(self, file: str, problems: Iterable[Problem]) -> None:
        """Writes what could not be read of a file, in place of what was written before."""
        rejected = [p for p in problems if p.severity == "rejected"]
        name = f"{Path(file).name}-{hashlib.sha256(file.encode()).hexdigest()[:8]}.jsonl"
        self.rejects.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not rejected:
            (self.rejects / name).unlink(missing_ok=True)
            return
        lines = (json.dumps(asdict(p), ensure_ascii=False, sort_keys=True) + "\n" for p in rejected)
        (self.rejects / name).write_text("".join(lines), encoding="utf-8")

    def _report(self, digest: str) -> Path:
        return self.path / "reports" / f"{digest}.json.gz"


def _copy_tables(source: Path, target: Path) -> None:
    """The copy is whole before it takes the place of the old one."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for table in sorted(source.glob("*.csv")):
        shutil.copyfile(table, fresh / table.name)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
