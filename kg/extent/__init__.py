"""EDTF values and expressions of time, as the four bounds of a time extent (section 8 of the specification).

An expression is first read as a :class:`Window` of days, then becomes :class:`Bounds` by what it dates.

* ``time_extent``: the two values, and the table from window to bounds
* ``expressions``: what frames other expressions (durations, since, until, ranges), and :func:`window`, where reading begins
* ``days``: the days that a phrase names, by the calendar
* ``relative``: the days that a phrase names, by the day of issue
* ``words``: the vocabulary, and the one spelling that it is read in
* ``edtf``: EDTF in and out, precision
* ``recorded``: days of tables with their code of precision
* ``gregorian``: days, months, years; the day of an ISO 8601 date-time

Invariant: earliest begin <= latest begin, earliest end <= latest end, earliest begin < latest end, for every value that is
returned. What cannot be derived is ``None``, never a guess.
"""

from kg.extent.edtf import bounds_of_edtf, edtf_of, precision_of
from kg.extent.expressions import bounds_of_expression, window
from kg.extent.gregorian import parse_issued
from kg.extent.recorded import bounds_of_acled, bounds_of_record, bounds_of_rounded
from kg.extent.time_extent import UNBOUNDED, Bounds, Case, Window, bounds

__all__ = [
    "Bounds",
    "UNBOUNDED",
    "Window",
    "Case",
    "bounds",
    "window",
    "bounds_of_expression",
    "bounds_of_edtf",
    "bounds_of_record",
    "bounds_of_rounded",
    "bounds_of_acled",
    "edtf_of",
    "precision_of",
    "parse_issued",
]
