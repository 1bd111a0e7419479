"""What is in folders, and what would become of it: files, reports, mentions, links, situations, rows; what is set aside.

Writes two Markdown tables to standard output: ``python scripts/folder_table.py FOLDER…``, one row a folder, then one row an
event table. ``FOLDER=SCHEME`` takes another scheme than the files say. Nothing is stored.

Invariant: each visible file of a folder is counted once: as read, as read beside another, as an event table, or as not read.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg import readers, schemes, tables
from kg.config import DEFAULT_BASE
from kg.errors import Problem, ReadError
from kg.iri import Space
from kg.model import AnnotatedReport
from kg.resolver import reference
from kg.resolver.decisions import judgements
from kg.resources import reference_dir
from kg.schemes.coverage import counted
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import ASIDE


@dataclass(slots=True)
class Folder:
    """The account of a folder: its files by what becomes of them, what was read, and what the scheme made of it.

    ``triggers`` are the mentions of situations in the files that are mapped, ``situations`` all that came of what was read.
    """

    name: str
    files: Counter[str] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    mentions: int = 0
    links: int = 0
    triggers: int = 0
    situations: int = 0
    mapped: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    rejected: list[Problem] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    tables: list[Path] = field(default_factory=list)


@dataclass(slots=True)
class Rows:
    """The account of an event table: its rows, those that gave an event or a relation, and the others by the reason."""

    path: Path
    config: str
    rows: int = 0
    mapped: int = 0
    refused: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    quads: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    asided: int = 0


def account(folder: Path, scheme: str = "") -> Folder:
    """Reads a folder as ``sitgraph ingest`` does, as far as the scheme; event tables are only named."""
    found = Folder(folder.name)
    walk = readers.walk([folder])
    read = {e.path for e in walk.readable}
    beside = {f for e in walk.readable for f in e.files if f.is_file() and f.is_relative_to(folder)} - read
    found.readers.update(e.reader.FORMAT for e in walk.readable)
    for item in walk.unclaimed:
        if tables.detect(Path(item.path)):
            found.tables.append(Path(item.path))
        else:
            found.unread[item.path] = item.reason
    counts = {"read": len(read), "beside": len(beside), "table": len(found.tables), "not read": len(found.unread)}
    found.files.update({what: n for what, n in counts.items() if n})
    for entry in walk:
        if isinstance(entry, AnnotatedReport):
            _add(found, replace(entry, scheme=scheme or entry.scheme))
        elif isinstance(entry, Problem) and entry.severity == "rejected":
            found.rejected.append(entry)
    return found


def _add(found: Folder, report: AnnotatedReport) -> None:
    mapped = counted(report)
    found.reports += 1
    found.mentions += len(report.mentions)
    found.links += len(report.links)
    found.rejected += [p for p in report.problems if p.severity == "rejected"]
    found.situations += sum(m.label in Grammar.load().situations for m in mapped.report.mentions)
    for row in mapped.tally:
        if row.mapped:
            found.mapped += row.count
            found.triggers += row.count if row.what == "situation" else 0
        else:
            found.aside[general(row.outcome.removeprefix(ASIDE))] += row.count


def general(reason: str) -> str:
    """A reason without what it quotes."""
    return re.sub(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|“[^”]*”|(?<=EventCode )\S+(?=:)", "…", reason)


def rows_of(path: Path) -> Rows:
    """Maps an event table, and throws the quads away."""
    config = tables.detect(path)
    if config is None:
        raise ReadError(str(path), "is no event table that is known")
    space, known = Space(DEFAULT_BASE), reference.load(reference_dir())
    said = Rows(path, config.name)
    with tempfile.TemporaryDirectory() as staging, tables.open_table(path, config, Path(staging)) as table:
        said.rows, said.refused = table.rows, table.refused
        for chunk in tables.map_table(table, space, known, judgements(known.decisions, space, known), Path(staging)):
            said.mapped += chunk.mapped
            said.asided += chunk.aside
            said.quads += chunk.quads
            said.outside.update(chunk.outside)
            said.aside.update(general(p.message) for p in chunk.problems if p.severity == "rejected")
            chunk.path.unlink(missing_ok=True)
    return said


def lines(folders: Iterable[Folder]) -> Iterator[str]:
    """The accounts as Markdown."""
    folders = list(folders)
    yield "| folder | files | read | beside them | tables | not read | readers | reports | mentions | links | situations "
    yield "| mapped | set aside by the scheme | rejected |\n" + "|---" * 14 + "|\n"
    for f in folders:
        files = [f.files.total(), *(f.files[what] for what in ("read", "beside", "table", "not read"))]
        who = ", ".join(f"{name} {n}" for name, n in sorted(f.readers.items())) or "–"
        counts = [f.reports, f.mentions, f.links, f.situations, f.mapped]
        cells = [*map(_figure, files), who, *map(_figure, counts), _reasons(f.aside), _figure(len(f.rejected))]
        yield f"| {f.name} | {' | '.join(cells)} |\n"
    if any(f.tables for f in folders):
        yield "\n| table | configuration | rows | mapped | outside | set aside | quads | reasons |\n" + "|---" * 8 + "|\n"
    for path in (p for f in folders for p in f.tables):
        r = rows_of(path)
        counts = [r.rows, r.mapped, r.outside.total(), r.asided + r.refused, r.quads]
        yield f"| {path.name} | {r.config} | {' | '.join(map(_figure, counts))} | {_reasons(r.outside + r.aside)} |\n"
    yield "\n| not read | files | reason |\n|---|---|---|\n"
    for f in folders:
        for reason, n in Counter(map(general, f.unread.values())).most_common():
            yield f"| {f.name} | {n} | {reason} |\n"


def _figure(n: int) -> str:
    return f"{n:,}" if n else "–"


def _reasons(counts: Counter[str]) -> str:
    shown = "; ".join(f"{reason} {n:,}" for reason, n in counts.most_common())
    return f"{counts.total():,}: {shown}" if counts else "–"


def main() -> None:
    """A row for each folder that was given."""
    if len(sys.argv) < 2:
        sys.exit("usage: python scripts/folder_table.py FOLDER[=SCHEME]…")
    given = [argument.partition("=") for argument in sys.argv[1:]]
    for path, _, scheme in given:
        if not Path(path).is_dir() or (scheme and scheme not in schemes.names()):
            sys.exit(f"{path}{'=' + scheme if scheme else ''}: there is no such folder or scheme")
    for line in lines(account(Path(path), scheme) for path, _, scheme in given):
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
