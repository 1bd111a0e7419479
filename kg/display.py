"""What the command line shows a person: tables, problems, explanations.

The result goes to standard output (``out``), all else to standard error (``err``).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, QuerySolutions
from rich.console import Console
from rich.table import Table

from kg.errors import Problem
from kg.pipeline import Outcome
from kg.schemes import Row, total
from kg.schemes.coverage import Coverage
from kg.schemes.mapped import ASIDE
from kg.view.explain import Explanation, Premise, Quote, Reason, part_of_table

if TYPE_CHECKING:  # the SHACL engine takes a second to load, and one command needs it
    from kg.ontology.validate import Finding, Validation

# Words of reports are printed: what looks like markup or an emoji code in them is none.
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
_CONTROL = {c: 0x2400 + c for c in range(32) if chr(c) not in "\t\n"} | dict.fromkeys(range(0x7F, 0xA0), 0xFFFD)
"""Control characters as pictures, so that no report can speak to the terminal."""
_ASIDE_SHOWN = 20
"""How many kinds of what a foreign scheme set aside an ingest shows."""


def plain(words: str) -> str:
    """Words with control characters made visible."""
    return words.translate(_CONTROL)


def summary(outcome: Outcome) -> dict[str, Any]:
    """An ingest as JSON."""
    return {
        "generation": outcome.generation,
        "committed": outcome.committed,
        "reports": [{k: v for k, v in asdict(r).items() if k != "tally"} for r in outcome.reads],
        "mapping": [_row(row) for row in total(r.tally for r in outcome.reads)],
        "tables": [{k: v for k, v in asdict(t).items() if k != "problems"} for t in outcome.tables],
        "problems": [asdict(p) for p in outcome.problems],
        "unclaimed": [asdict(u) for u in outcome.unclaimed],
        "status": outcome.view.statuses if outcome.view else {},
        "contradictions": outcome.view.conflicts if outcome.view else None,
        "as_of": outcome.view.as_of.isoformat() if outcome.view and outcome.view.as_of else None,
        "exit_code": outcome.exit_code,
    }


def print_outcome(outcome: Outcome, store: Path) -> None:
    """An ingest as problems and tables."""
    for problem in outcome.problems:
        print_problem(problem)
    for item in outcome.unclaimed:
        err.print(plain(f"not read  {item.path}: {item.reason}"), style="dim")
    if outcome.reads:
        out.print(_reports_table(outcome))
        _print_tallies(outcome)
    if outcome.tables:
        out.print(_tables_table(outcome))
        _print_outside(outcome)
    states = [*(r.state for r in outcome.reads), *(t.state for t in outcome.tables)]
    taken = len(states) - states.count("refused")
    warnings = len(outcome.problems) - len(outcome.rejected)
    out.print(
        f"{taken} reports in {store}, {len(outcome.rejected)} rejected items, {warnings} warnings, "
        f"{len(outcome.unclaimed)} files not read; "
        + (f"generation {outcome.generation}" if outcome.committed else f"nothing new, still generation {outcome.generation}"),
    )
    _print_view(outcome)


def print_rebuilt(outcome: Outcome) -> None:
    """What came of making the view again."""
    for problem in outcome.problems:
        print_problem(problem)
    out.print(f"generation {outcome.generation}" if outcome.committed else f"as it was, still generation {outcome.generation}")
    _print_view(outcome)


def _print_view(outcome: Outcome) -> None:
    if outcome.view:
        statuses = ", ".join(f"{n} {s}" for s, n in sorted(outcome.view.statuses.items(), key=lambda x: -x[1]))
        out.print(f"view: {statuses}; {outcome.view.conflicts} contradictions; as of {outcome.view.as_of or 'no date'}")


def print_problem(p: Problem) -> None:
    """One problem, with the place it is at."""
    style = "red" if p.severity == "rejected" else "yellow"
    err.print(plain(f"{p.severity:8}  {p}"), style=style)


def _reports_table(outcome: Outcome) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("report", overflow="fold")
    for name in ("format", "state"):
        table.add_column(name)
    for name in ("mentions", "situations", "claims"):
        table.add_column(name, justify="right")
    for r in outcome.reads:
        table.add_row(r.report, r.format, r.state, str(r.mentions), str(r.situations), str(r.claims))
    if len(outcome.reads) > 1:
        sums = (sum(getattr(r, k) for r in outcome.reads) for k in ("mentions", "situations", "claims"))
        table.add_row("in all", "", "", *(str(n) for n in sums), style="bold")
    return table


def _tables_table(outcome: Outcome) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("table", overflow="fold")
    for name in ("format", "state"):
        table.add_column(name)
    for name in ("rows", "mapped", "set aside", "claims", "quads"):
        table.add_column(name, justify="right")
    for t in outcome.tables:
        table.add_row(t.report, t.config, t.state, *(str(n) for n in (t.rows, t.mapped, t.aside, t.claims, t.quads)))
    return table


def _print_outside(outcome: Outcome) -> None:
    """Rows of tables that were read and are none of our business, by the reason."""
    for t in outcome.tables:
        for reason, n in sorted(t.outside.items(), key=lambda x: (-x[1], x[0])):
            out.print(plain(f"{t.report}: {n} rows not mapped: {reason}"))


def _print_tallies(outcome: Outcome) -> None:
    """Foreign schemes, folder by folder: what was read, mapped, set aside and why; the sums are the lines of the files."""
    folders: dict[str, list[Any]] = {}
    for r in outcome.reads:
        if r.tally:
            folders.setdefault(str(Path(r.path).parent), []).append(r.tally)
    for folder, tallies in folders.items():
        table = Table(title=folder, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for name in ("what", "outcome"):
            table.add_column(name, overflow="fold")
        table.add_column("count", justify="right")
        read: Counter[str] = Counter()
        rows: Counter[tuple[str, str]] = Counter()
        for row in total(tallies):
            read[row.what] += row.count
            rows[row.what, row.outcome.split(",")[0]] += row.count
        for what in sorted(read):
            table.add_row(what, "read", str(read[what]), style="bold")
            for (of, how), n in sorted(rows.items()):
                if of == what:
                    table.add_row("", how, str(n))
        out.print(table)
    aside = [row for row in total(r.tally for r in outcome.reads) if not row.mapped]
    if aside:
        out.print("set aside, with examples:", style="bold")
        for row in sorted(aside, key=lambda r: (-r.count, r.key))[:_ASIDE_SHOWN]:
            out.print(plain(f"{row.count:7}  {row.type}: {row.outcome.removeprefix(ASIDE)}"))
            out.print(plain(f"{'':9}{_examples(row)}"), style="dim")
        if len(aside) > _ASIDE_SHOWN:
            out.print(f"and {len(aside) - _ASIDE_SHOWN} more; `sitgraph scheme check` and --json list all of them")


def _row(row: Row) -> dict[str, Any]:
    return {**asdict(row), "examples": [e._asdict() for e in row.examples]}


def share(c: Coverage) -> str:
    """How much of what there is a scheme covers, in words."""
    return f"{c.mapped} of {c.total} mapped ({100 * c.share:.0f} %)"


def print_coverage(c: Coverage) -> None:
    """What a scheme makes of each label, with examples, and what breaks the grammar."""
    out.print(f"scheme {c.scheme}", style="bold")
    for what, (mapped, there) in c.counts.items():
        out.print(f"{what}: {mapped} of {there} mapped ({100 * mapped / there:.0f} %)", style="bold")
        for row in (r for r in c.tally if r.what == what):
            out.print(plain(f"{row.count:7}  {row.type}: {row.outcome}"), style="" if row.mapped else "yellow")
            if row.examples:
                out.print(plain(f"{'':9}{_examples(row)}"), style="dim")
    for problem in c.problems:
        print_problem(problem)
    reports = f"{c.reports} report{'' if c.reports == 1 else 's'}"
    out.print(f"{c.scheme}: {reports}, {share(c)}", style="bold")


def _examples(row: Row) -> str:
    """Words with their places; the path is told once where it stays the same."""
    said, shown = "", []
    for e in row.examples:
        shown.append(f"“{e.quote}” " + (f":{e.line}" if e.path == said and e.line else str(e)))
        said = e.path
    return ", ".join(shown)


def coverage(c: Coverage) -> dict[str, Any]:
    """A coverage as JSON."""
    return {
        "scheme": c.scheme,
        "reports": c.reports,
        "mapped": c.mapped,
        "total": c.total,
        "kinds": {what: {"mapped": mapped, "total": there} for what, (mapped, there) in c.counts.items()},
        "rows": [_row(row) for row in c.tally],
        "problems": [asdict(p) for p in c.problems],
    }


def print_solutions(solutions: QuerySolutions, prefixes: Mapping[str, str]) -> None:
    """The rows of a SELECT as a table; IRIs with the prefixes given."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = [v.value for v in solutions.variables]
    for name in names:
        table.add_column(name, overflow="fold")
    rows = 0
    for row in solutions:
        table.add_row(*(_shown(row[name], prefixes) for name in names))
        rows += 1
    out.print(table)
    err.print(f"{rows} row{'' if rows == 1 else 's'}", style="dim")


def _shown(term: object, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        for prefix, iri in prefixes.items():
            if term.value.startswith(iri):
                return f"{prefix}:{term.value[len(iri) :]}"
    return plain(str(term.value) if isinstance(term, NamedNode | Literal) else str(term))


def print_explanation(e: Explanation) -> None:
    """Why a triple is in the view, or why not, down to the quotes."""
    s, p, o = e.labels
    out.print(f"{s} {p} {o}: " + ("yes" if e.present else "not in the view"), style="bold")
    for reason in (*e.reasons, *e.refusals):
        _print_reason(reason)


def _print_reason(reason: Reason) -> None:
    out.print(f"  {reason.rule + ': ' if reason.rule else ''}{reason.why}")
    for step in reason.steps:
        out.print("    " + " ".join(part.rsplit("/", 1)[-1] for part in step))
    for premise in reason.premises:
        _print_premise(premise)
    for quote in reason.quotes:
        _print_quote(quote, "    ")


def _print_premise(premise: Premise) -> None:
    out.print(f"    {premise.label} ({premise.status})")
    for claim in premise.claims:
        said = " ".join(
            x for x in (claim.polarity, claim.modality, claim.certainty) if x not in ("asserted", "actual", "certain")
        )
        out.print(
            f"      {claim.source_label}{', ' + said if said else ''}, {claim.report} ({claim.issued[:10] or 'no date'}):",
        )
        for name in claim.according_to:
            out.print(plain(f"        according to {name}"))
        for quote in claim.quotes:
            _print_quote(quote, "        ")
        for where in claim.cited:
            out.print(plain(f"        as in {where}"))


def _print_quote(q: Quote, indent: str) -> None:
    words = f"“{q.text}”  " if q.text or not q.rows else ""
    where = f"{part_of_table(q.rows)} of {q.report}" if q.rows else f"{q.report} {_fragments(q.fragments)}"
    out.print(plain(f"{indent}{words}{where}"))


def _fragments(fragments: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{a}–{b}" for a, b in fragments)


def print_validation(v: Validation) -> None:
    """What was found wrong, with the words it is about, and what was left out."""
    if v.findings:
        out.print(_findings_table(v.findings))
    for note in v.notes:
        err.print(plain(note), style="yellow")
    errors = sum(f.severity == "error" for f in v.findings)
    found = f"{_number(errors, 'error')}, {_number(len(v.findings) - errors, 'warning')}" if v.findings else "nothing found"
    out.print(f"generation {v.generation}: {_number(len(v.reports), 'report')}, {v.statements} statements; {found}")


def _number(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _findings_table(findings: Iterable[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "report", "where", "words", "what is wrong"):
        table.add_column(name, overflow="fold")
    for f in findings:
        first = f.passages[0] if f.passages else None
        where = ", ".join(f"{a}–{b}" for a, b in first.fragments) or first.mention if first else ""
        quote = f"“{first.quote}”" if first and first.quote else ""
        report = f.report or (first.report if first else "the view")
        wrong = f"{f.message}\n{f.rule}: {f.node.partition('/id/')[2] or f.node}"
        style = "red" if f.severity == "error" else "yellow"
        table.add_row(f.severity, *(plain(x) for x in (report, where, quote, wrong)), style=style)
    return table


def validation(v: Validation) -> dict[str, Any]:
    """A validation as JSON."""
    return {
        "generation": v.generation,
        "reports": v.reports,
        "statements": v.statements,
        "consistent": v.consistent,
        "findings": [asdict(f) for f in v.findings],
        "notes": v.notes,
        "exit_code": v.exit_code,
    }


def print_json(value: object) -> None:
    """JSON alone on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
