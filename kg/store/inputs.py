"""What a store was made from, kept in it, so that all else can be built again.

::

    inputs/reports/<sha256>.json.gz   each annotated report as read, named by its content
    inputs/tables/<sha256>/           each event table as read, compressed, with what is said of it and what it was read with
    inputs/journal.jsonl              what was added or changed, when, from which file, in which generation
    inputs/reference/<generation>/    the reference tables in force since then: shipped/, and the user's in own/
    rejects/<file>.jsonl              what could not be read of a file: line and reason (nobody else may look: mode 0700)

A line of the journal, and a folder of tables, count once ``CURRENT`` has reached their generation.
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
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TableCell, TextSpan


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


_TABLE, _CONFIG = "table.json", "config.toml"


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

    def keep(self, content: str, digest: str) -> bool:
        """Writes an annotated report, as canonical JSON, under the name of its content; whether it was not there before.

        What is kept by a run that ends before its commit is not in the journal, and so is nobody's.
        """
        path = self._report(digest)
        if path.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        fresh.write_bytes(gzip.compress(content.encode(), compresslevel=6, mtime=0))
        fresh.replace(path)
        return True

    def forget(self, digest: str) -> None:
        """Takes out an annotated report that was kept, and then not taken into the store."""
        self._report(digest).unlink(missing_ok=True)

    def report(self, entry: Entry) -> AnnotatedReport:
        """An annotated report as it was read."""
        return self.content(entry.digest, entry.file, entry.format)

    def told(self, entry: Entry) -> tuple[Report, str | None]:
        """What is said of a report, and its text; a table has none."""
        if self.is_table(entry):
            return self.table(entry.digest)[1], None
        read = self.report(entry)
        return read.report, read.text

    def is_table(self, entry: Entry) -> bool:
        """Whether a table was kept, and not an annotated report."""
        return (self.path / "tables" / entry.digest).is_dir()

    def content(self, digest: str, file: str, format: str) -> AnnotatedReport:
        """The annotated report of this content."""
        content = json.loads(gzip.decompress(self._report(digest).read_bytes()))
        mentions = tuple(
            Mention(
                m[0], m[1], _fragments(m[2]), m[3], tuple((k, v) for k, v in m[4]),
                tuple(Reference(*r) for r in m[5]), tuple(m[6]),
            )
            for m in content["mentions"]
        )  # fmt: skip
        links = tuple(Link(*k) for k in content["links"])
        return AnnotatedReport(Report(**content["report"]), content["text"], mentions, links, content["scheme"], file, format)

    def keep_table(self, digest: str, source: Path, report: Report, beside: Iterable[Path], config: bytes) -> None:
        """Copies a table under the name of its content: the file, its companions, and a configuration of the user's."""
        target = self.path / "tables" / digest
        if target.exists():
            return
        fresh = target.with_suffix(f".{os.getpid()}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for file in beside:
            shutil.copyfile(file, fresh / file.name)
        if config:
            (fresh / _CONFIG).write_bytes(config)
        name = _kept(source, fresh)
        said = {"file": name, "report": {k: getattr(report, k) for k in Report.__slots__ if getattr(report, k)}}
        (fresh / _TABLE).write_text(json.dumps(said, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        fresh.rename(target)

    def table(self, digest: str) -> tuple[Path, Report, Path | None]:
        """A table as it was kept: its file, its report, and the configuration if it is the user's."""
        folder = self.path / "tables" / digest
        said = json.loads((folder / _TABLE).read_text(encoding="utf-8"))
        config = folder / _CONFIG
        return folder / said["file"], Report(**said["report"]), config if config.exists() else None

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

    def own_reference(self, generation: int) -> Path | None:
        """The user's reference tables, as they were last given; they are remembered until others are."""
        return next((p for p in self.reference_in_force(generation) if p.name == "own"), None)

    def reference_in_force(self, generation: int) -> tuple[Path, ...]:
        """The folders of tables that a generation was made with, in the order in which they count."""
        folders = (p for p in (self.path / "reference").glob("*") if p.name.isdecimal() and int(p.name) <= generation)
        newest = max(folders, key=lambda p: int(p.name), default=None)
        return tuple(p for p in (newest / "shipped", newest / "own") if p.is_dir()) if newest else ()

    def keep_reference(self, shipped: Path, own: Path | None, generation: int) -> None:
        """Keeps the tables that a generation is about to be made with, if they are others than before."""
        tables = {f"{name}/{t.name}": t for name, f in (("shipped", shipped), ("own", own)) if f for t in f.glob("*.csv")}
        if _contents(tables) == _contents(_tables(self.reference_in_force(generation - 1))):
            return
        target = self.path / "reference" / f"{generation:06d}"
        fresh = target.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)  # left by a writer that died before CURRENT moved
        for name, table in tables.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(table, fresh / name)
        fresh.rename(target)

    def keep_rejects(self, visited: Iterable[Path], problems: Iterable[Problem]) -> None:
        """Writes, file by file, what could not be read; of files that were visited again or are gone, nothing older stays."""
        by_file: dict[str, list[str]] = {}
        for p in (p for p in problems if p.severity == "rejected"):
            by_file.setdefault(os.path.abspath(p.path), []).append(_reject(p))
        self.rejects.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rejects.chmod(0o700)
        again = {os.path.abspath(p) for p in visited}
        for old in self.rejects.glob("*.jsonl"):
            about = json.loads(old.read_text(encoding="utf-8").partition("\n")[0])["file"]
            if about in again or not os.path.lexists(about):
                old.unlink()
        for file, lines in by_file.items():
            name = f"{Path(file).name[:50]}-{hashlib.sha256(file.encode()).hexdigest()[:8]}.jsonl"
            fresh = self.rejects / (name + ".new")
            fresh.write_text("".join(f"{line}\n" for line in (json.dumps({"file": file}), *lines)), encoding="utf-8")
            fresh.replace(self.rejects / name)

    def _report(self, digest: str) -> Path:
        return self.path / "reports" / f"{digest}.json.gz"


def _fragments(stored: Iterable[tuple[int, int | str]]) -> tuple[TextSpan, ...] | tuple[TableCell, ...]:
    """What a mention selects: two offsets are a part of the text, a row and a column a part of a table."""
    spans = tuple(TextSpan(start, end) for start, end in stored if isinstance(end, int))
    return spans or tuple(TableCell(row, column) for row, column in stored if isinstance(column, str))


def _kept(source: Path, folder: Path) -> str:
    """Copies a file, compressed if it is not; gives its name there."""
    with source.open("rb") as data:
        packed = data.read(4)[:2] == b"\x1f\x8b" or source.suffix.lower() == ".parquet"
        data.seek(0)
        name = source.name if packed else f"{source.name}.gz"
        with (folder / name).open("wb") as raw:
            if packed:
                shutil.copyfileobj(data, raw)
            else:
                with gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as out:
                    shutil.copyfileobj(data, out)
    return name


def _reject(problem: Problem) -> str:
    """A problem as it is kept: without the hint, which may name people."""
    kept = {k: v for k, v in asdict(problem).items() if k != "hint"}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _tables(folders: Iterable[Path]) -> dict[str, Path]:
    return {f"{folder.name}/{t.name}": t for folder in folders for t in folder.glob("*.csv")}


def _contents(tables: Mapping[str, Path]) -> dict[str, bytes]:
    return {name: table.read_bytes() for name, table in tables.items()}
