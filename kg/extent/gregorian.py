"""Days of the calendar, and the comparisons in which ``None`` is an unbounded side.

Section 8 of the specification: all days are UTC. Months, years and seasons are pairs of first and last day.
Invariant: a day that the calendar does not have (30 February, one of the year 0) is a ValueError, never a neighbouring day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Days = tuple[date | None, date | None]
"""First and last day; ``None`` is unbounded."""


def after(day: date | None) -> date | None:
    """The next day; unbounded after the last day of the calendar."""
    return None if day is None or day == date.max else day + timedelta(1)


def before(day: date | None) -> date | None:
    """The day before; unbounded before the first day of the calendar."""
    return None if day is None or day == date.min else day - timedelta(1)


def greatest(*days: date | None) -> date | None:
    """The last of those that are bounded."""
    return max((d for d in days if d is not None), default=None)


def least(*days: date | None) -> date | None:
    """The first of those that are bounded."""
    return min((d for d in days if d is not None), default=None)


def ordered(low: date | None, high: date | None, strictly: bool = False) -> bool:
    """Whether one is not after the other, as far as both are bounded."""
    return low is None or high is None or low < high or (low == high and not strictly)


def single(day: date) -> tuple[date, date]:
    """One day, as first and last."""
    return day, day


def whole_month(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), months_on(year, month, 1) - timedelta(1)


def months_on(year: int, month: int, count: int) -> date:
    """The first day of the month that follows after so many months (of December 9999: none, ValueError)."""
    return date(year + (month - 1 + count) // 12, (month - 1 + count) % 12 + 1, 1)


def last_of(year: int, month: int) -> date:
    """The last day of a month, December 9999 too."""
    return date.max if (year, month) == (9999, 12) else months_on(year, month, 1) - timedelta(1)


def whole_year(year: int) -> tuple[date, date]:
    """First and last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def whole_season(year: int, first_month: int) -> tuple[date, date]:
    """First and last day of three months, which may end in the next year."""
    return date(year, first_month, 1), months_on(year, first_month, 3) - timedelta(1)


def latest(make: Callable[[int], tuple[date, date]], anchor: date | None) -> Days | None:
    """The last such days that begin by the anchor; 29 February may be eight years away."""
    for year in range(anchor.year, max(anchor.year - 9, 0), -1) if anchor else ():
        try:
            days = make(year)
        except ValueError:
            continue
        if anchor and days[0] <= anchor:
            return days
    return None


def parse_issued(text: str) -> date:
    """The day, in UTC, of an ISO 8601 date or date-time; a time without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).date()
    except (ValueError, OverflowError):
        raise ValueError(f"found {text!r}, expected an ISO 8601 date or date-time") from None
