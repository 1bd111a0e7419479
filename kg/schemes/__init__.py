"""Schemes: label vocabularies, apart from the syntax of formats. One TOML file each, found by listing the package.

A scheme turns an annotated report as read into one in the sitgraph scheme, in which all that follows is written. The sitgraph
scheme itself only checks (:mod:`kg.schemes.grammar`), and so does a profile of it (:mod:`kg.schemes.profile`); a foreign one
(:mod:`kg.schemes.reading`) translates (:mod:`kg.schemes.translation`) and counts what it maps and what it sets aside, so that
nothing is dropped in silence. ``docs/schemes.md`` describes the files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from kg.errors import SchemeError
from kg.model import AnnotatedReport
from kg.schemes import reading
from kg.schemes.grammar import Grammar
from kg.schemes.mapped import Example, Mapped, Row, Tally, total
from kg.schemes.profile import PROFILES, Profile
from kg.schemes.translation import translate

__all__ = ["Example", "Mapped", "Row", "Tally", "apply", "names", "titles", "total"]


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The ids of the schemes that ship."""
    return tuple(sorted(p.name.removesuffix(".toml") for p in files(__name__).iterdir() if p.name.endswith(".toml")))


def titles() -> Mapping[str, str]:
    """The schemes that ship, and what they are."""
    return {n: str(tomllib.loads((files(__name__) / f"{n}.toml").read_text(encoding="utf-8"))["title"]) for n in names()}


def apply(report: AnnotatedReport, all_examples: bool = False) -> Mapped:
    """The report in the sitgraph scheme, with what was set aside. Raises :class:`SchemeError` for a scheme nobody defined.

    The account shows examples of what was set aside, and on demand of what was mapped too.
    """
    if report.scheme not in names():
        raise SchemeError(f"{report.path}: unknown scheme {report.scheme!r}; known: {', '.join(names())}")
    if report.scheme == Grammar.load().id:
        return Grammar.load().check(report)
    if report.scheme in PROFILES:
        return Profile.load(report.scheme).check(report)
    return translate(reading.load(report.scheme), report, all_examples)
