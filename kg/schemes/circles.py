"""Circles of roles: nothing is part of its own part, or comes before what comes before it.

Invariant: what is taken out is a function of the links and of their order; the rest has no circle of one label, and no link was
taken out that closed none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg.model import Link


def closing(links: Sequence[Link]) -> Iterator[Link]:
    """The links that close a circle of one label, when they are drawn in their order."""
    by_label: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_label[link.label].append(link)
    for same in by_label.values():
        drawn: dict[str, list[str]] = defaultdict(list)
        for link in _in_circles(same):
            if _reaches(drawn, link.target, link.source):
                yield link
            else:
                drawn[link.source].append(link.target)


def _in_circles(links: Sequence[Link]) -> Sequence[Link]:
    """The links that are left when those of mentions that nothing leads to are taken away, again and again: mostly none."""
    leading_to = Counter(k.target for k in links)
    leaving: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        leaving[link.source].append(link)
    free = [source for source in leaving if not leading_to[source]]
    while free:
        for link in leaving.pop(free.pop(), ()):
            leading_to[link.target] -= 1
            if not leading_to[link.target]:
                free.append(link.target)
    return [k for k in links if k.source in leaving]


def _reaches(drawn: Mapping[str, Sequence[str]], start: str, goal: str) -> bool:
    ahead, seen = [start], {start}
    while ahead:
        at = ahead.pop()
        if at == goal:
            return True
        for following in drawn.get(at, ()):
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return False
