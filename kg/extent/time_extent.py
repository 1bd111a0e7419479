"""A time extent: the window of days that an expression gives, its four bounds, and the way from the one to the other.

The way is the second table of section 8 of the specification. Begin bounds are the first instant of a day, end bounds the first
instant *after* a day; ``None`` is unbounded.

Invariant: earliest begin <= latest begin, earliest end <= latest end, earliest begin < latest end, unless the bounds are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.extent.gregorian import after, greatest, least, ordered

Case = Literal["event", "campaign", "relation", "begin", "end"]
"""What an expression dates, by the rows of the table."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days that a situation touches: four bounds, each ``None`` when unbounded."""

    earliest_begin: date | None = None
    latest_begin: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no extent of days fits these bounds."""
        return not (
            ordered(self.earliest_begin, self.latest_begin)
            and ordered(self.earliest_end, self.latest_end)
            and ordered(self.earliest_begin, self.latest_end, strictly=True)
        )

    def meet(self, other: Bounds) -> Bounds | None:
        """What holds by both; ``None`` when they contradict each other."""
        met = Bounds(
            greatest(self.earliest_begin, other.earliest_begin),
            least(self.latest_begin, other.latest_begin),
            greatest(self.earliest_end, other.earliest_end),
            least(self.latest_end, other.latest_end),
        )
        return None if met.is_empty else met

    def union(self, other: Bounds) -> Bounds:
        """The narrowest bounds that contain both; unbounded wins."""

        def both(pick: Callable[[date, date], date], one: date | None, two: date | None) -> date | None:
            return None if one is None or two is None else pick(one, two)

        return Bounds(
            both(min, self.earliest_begin, other.earliest_begin),
            both(max, self.latest_begin, other.latest_begin),
            both(min, self.earliest_end, other.earliest_end),
            both(max, self.latest_end, other.latest_end),
        )

    def possibly_on(self, day: date) -> bool:
        """Nothing known forbids that it goes on on this day."""
        return ordered(self.earliest_begin, day) and ordered(day, self.latest_end, strictly=True)

    def certainly_on(self, day: date) -> bool:
        """It had begun by this day, and had not ended before the day was over."""
        begin, end = self.latest_begin, self.earliest_end
        return begin is not None and end is not None and begin <= day < end

    def certainly_overlaps(self, other: Bounds) -> bool:
        """There is a day on which both certainly go on."""
        begins, ends = (self.latest_begin, other.latest_begin), (self.earliest_end, other.earliest_end)
        if None in begins or None in ends:
            return False
        return ordered(greatest(*begins), least(*ends), strictly=True)

    def possibly_overlaps(self, other: Bounds) -> bool:
        """There is a day on which both possibly go on."""
        begin = greatest(self.earliest_begin, other.earliest_begin)
        return ordered(begin, least(self.latest_end, other.latest_end), strictly=True)

    def capped(self, issued: date) -> Bounds:
        """An actual situation, reported on this day: it did not begin later and, if it has ended, it ended by then."""
        last = None if self.latest_end is None else least(self.latest_end, after(issued))
        return Bounds(
            None if self.earliest_begin is None else min(self.earliest_begin, issued),
            least(self.latest_begin, issued),
            self.earliest_end if last is None else (self.earliest_end and min(self.earliest_end, last)),
            last,
        )


UNBOUNDED = Bounds()


@dataclass(frozen=True, slots=True)
class Window:
    """What an expression says: days [first, last], and what kind of days these are.

    ``ongoing``: began in them and goes on at the anchor. ``ended``: was over after the last of them. ``until``: ended in
    them. ``span``: began in them and ended in [end_first, end_last]. At most one of the four holds.
    """

    first: date | None
    last: date | None
    ongoing: bool = False
    ended: bool = False
    until: bool = False
    span: bool = False
    end_first: date | None = None
    end_last: date | None = None

    @property
    def plain(self) -> bool:
        """Whether it is just a window of days, which can stand inside another expression."""
        return not (self.ongoing or self.ended or self.until or self.span)


def bounds(w: Window, case: Case, anchor: date | None) -> Bounds:
    """The second table of section 8: the window as bounds, by what it dates."""
    a, b = w.first, w.last
    if w.ended:
        return Bounds(latest_end=after(b))
    if w.span:
        return Bounds(a, b, after(w.end_first), after(w.end_last))
    if w.ongoing:
        return Bounds(a, b, after(greatest(a, anchor)), None)
    if w.until or case == "end":
        return Bounds(None, b, after(a), after(b))
    if case == "relation":
        return Bounds(None, b, after(a), None)
    return Bounds(a, b, after(a), after(b) if case == "event" else None)
