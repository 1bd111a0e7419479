"""Schemes: label vocabularies, apart from the syntax of formats. One TOML file each, found by listing the package.

A scheme turns an annotated report as read into one in the sitgraph scheme, in which all that follows is written. The sitgraph
scheme itself only checks (:mod:`kg.schemes.grammar`); a foreign one translates (:mod:`kg.schemes.pairs`) and counts what it
maps and what it sets aside, so that nothing is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

from kg.errors import SchemeError
from kg.model import AnnotatedReport
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import Mapped, Tally
from kg.schemes.pairs import PairScheme

__all__ = ["Mapped", "Tally", "apply", "names", "total"]


def names() -> tuple[str, ...]:
    """The ids of the schemes that ship."""
    return tuple(sorted(p.name.removesuffix(".toml") for p in files(__name__).iterdir() if p.name.endswith(".toml")))


def apply(report: AnnotatedReport) -> Mapped:
    """The report in the sitgraph scheme, with what was set aside. Raises :class:`SchemeError` for a scheme nobody defined."""
    if report.scheme not in names():
        raise SchemeError(f"{report.path}: unknown scheme {report.scheme!r}; known: {', '.join(names())}")
    grammar = Grammar.load()
    if report.scheme == grammar.id:
        return grammar.check(report)
    translated = PairScheme.load(report.scheme).translate(report)
    checked = grammar.check(translated.report)
    return Mapped(checked.report, (*translated.problems, *checked.problems), translated.tally)


def total(tallies: list[Tally]) -> Tally:
    """The sum of several tallies."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        counts.update(dict(tally))
    return tuple(sorted(counts.items()))
