"""Who is the same as whom, when a mention may have come out as several kinds of thing (a state, and its territory).

Invariant: two mentions are joined as things of one kind. What something already points at keeps its kind; a mention that
nothing points at takes the kind that its group most often has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kg.schemes.account import Fate


class Identity:
    """Pairs of mentions said to be the same, collected first and settled when all else is."""

    def __init__(self) -> None:
        self._pairs: list[tuple[str, str, Fate]] = []
        self._parent: dict[str, str] = {}

    def add(self, first: str, second: str, fate: Fate) -> None:
        """Two mentions are the same, says what this is the fate of."""
        self._pairs.append((first, second, fate))
        a, b = self._find(first), self._find(second)
        if a != b:
            self._parent[b] = a

    def members(self) -> Iterable[str]:
        """All mentions that are said to be the same as another."""
        return dict.fromkeys(i for first, second, _ in self._pairs for i in (first, second))

    def settled(
        self, kinds: Mapping[str, list[str]], realised: Mapping[str, list[int]]
    ) -> Iterator[tuple[Fate, str, str, list[str]]]:
        """Each pair with the kinds in which it is joined; none if the two share no kind. ``kinds`` are those each may have."""
        came_out = {i: {kinds[i][n] for n in realised.get(i, ())} for i in kinds}
        of_group: dict[str, Counter[str]] = {}
        for i in kinds:
            of_group.setdefault(self._find(i), Counter()).update(came_out[i])
        for first, second, fate in self._pairs:
            common = [k for k in kinds[first] if k in kinds[second]]
            shared = [k for k in common if k in came_out[first] and k in came_out[second]]
            if not shared and common:
                of = of_group[self._find(first)]
                shared = [max(common, key=lambda k: (k in came_out[first] or k in came_out[second], of[k], -common.index(k)))]
                for i in (first, second):
                    came_out[i].update(shared)
            yield fate, first, second, shared

    def _find(self, i: str) -> str:
        while (up := self._parent.setdefault(i, i)) != i:
            self._parent[i] = self._parent.setdefault(up, up)
            i = up
        return i
