"""Rows in the shape of UCDP GED, as many as wanted, the same ones for the same seed: what the bulk path is measured on.

Columns are those of the schema of 49; the distributions of their values (precision, sides, joint sides, numbers, sources,
places) are those of the slices of Syria and Mexico that the tests read, mixed half and half. Names are made up here. No row
of theirs is copied. ``python -m benchmarks.ged_rows 100000 out.csv`` writes a file.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

HEADER = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id "
    "dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources "
    "source_article source_office source_date source_headline source_original where_prec where_coordinates "
    "where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity date_prec "
    "date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low gwnoa gwnob"
).split()
_ACTORS, _PROVINCES, _DISTRICTS, _SOURCES = 400, 46, 880, 900
_DAYS, _FIRST = 12_000, date(1989, 1, 1)
_SYLLABLES = "ba ra qa mi na do lu ze ha sho ti el kan dar sur mon".split()
_OUTLETS = ("Observatory", "Daily", "Herald", "Sol de", "Monitor", "Network", "Agencia", "Watch")
_WORDS = "clashes shelling kills wounded fighters in the countryside of town attack on position members police armed".split()


def rows(count: int, seed: int = 1) -> Iterator[list[str]]:
    """The rows of data, without the header."""
    return _Making(random.Random(seed), count).rows()


def write(path: Path, count: int, seed: int = 1) -> None:
    """A table of ``count`` rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows(count, seed))


class _Making:
    """Places grow with the number of rows, as in the slices: a place for every eight rows; actors and dyads hardly do."""

    def __init__(self, chance: random.Random, count: int) -> None:
        self.chance, self.count = chance, count
        self.actors = [self._name() for _ in range(_ACTORS)]
        self.places = [self._place(n) for n in range(max(200, count // 8))]
        self.dyads = [self._dyad(n) for n in range(max(60, min(1500, count // 200)))]
        self.sources = [f"{chance.choice(_OUTLETS)} {self._name()}" for _ in range(_SOURCES)]

    def _name(self) -> str:
        return "".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(2, 4))).capitalize()

    def _place(self, n: int) -> tuple[str, str, str, str, str, str]:
        district = n % _DISTRICTS
        province = district % _PROVINCES
        country = "Syria" if province % 2 else "Mexico"
        word = self.chance.choices(("town", "village", "city", "neighborhood"), (60, 30, 6, 4))[0]
        name = f"{self._name()} {self._name()} {word}" if n % 5 else f"San {self._name()} Nuevo León {word}"
        lat, lon = 34 + self.chance.random() * 3, 36 + self.chance.random() * 5
        return name, f"District {district} district", f"Province {province} province", country, f"{lat:.6f}", f"{lon:.6f}"

    def _dyad(self, n: int) -> tuple[int, str, list[int], list[int]]:
        """Type of violence, and who is on the two sides: one, or several by their numbers; 0 stands for civilians."""
        kind = self.chance.choices(("1", "2", "3"), (31, 67, 2))[0]
        joint = self.chance.choices((1, 2, 3, 6), (93, 4, 2, 1))[0]
        left = self.chance.sample(range(1, _ACTORS), joint)
        right = [0] if kind == "3" else [self.chance.choice([a for a in range(1, _ACTORS) if a not in left])]
        return n, kind, left, right

    def rows(self) -> Iterator[list[str]]:
        for n in range(self.count):
            yield self._row(n)

    def _side(self, numbers: list[int], kind: str, first: bool) -> tuple[str, str]:
        if numbers == [0]:
            return "1", "Civilians"
        names = sorted(self.actors[x] for x in numbers)
        if first and kind == "1":
            return str(5000 + numbers[0]), f"Government of {names[0]}"
        return (str(100 + numbers[0]), names[0]) if len(names) == 1 else (str(7000 + sum(numbers)), ", ".join(names))

    def _row(self, n: int) -> list[str]:
        c = self.chance
        dyad, kind, left, right = self.dyads[min(int(c.expovariate(9 / len(self.dyads))), len(self.dyads) - 1)]
        (a_id, a), (b_id, b) = self._side(left, kind, True), self._side(right, kind, False)
        where_prec = c.choices("123456", (63, 18, 12, 4, 2, 1))[0]
        name, adm_2, adm_1, country, lat, lon = self.places[min(int(c.expovariate(4 / len(self.places))), len(self.places) - 1)]
        date_prec = c.choices("12345", (900, 61, 3, 22, 14))[0]
        # Three of seven rows are of three years, as those of Syria are; the others of all.
        first = date(2016, 1, 1) + timedelta(c.randrange(1096)) if c.random() < 0.43 else _FIRST + timedelta(c.randrange(_DAYS))
        last = first + timedelta(
            {"1": 0, "2": c.randint(1, 5), "3": 6, "4": c.randint(7, 30), "5": c.randint(31, 200)}[date_prec]
        )
        deaths, best, low, high = self._deaths()
        source = self.sources[min(int(c.expovariate(20 / _SOURCES)), _SOURCES - 1)]
        original = "" if c.random() < 0.03 else source if c.random() < 0.958 else f"{source}, {c.choice(self.sources)}"
        headline = " ".join(c.choices(_WORDS, k=c.randint(6, 14)))
        article = f'"{source},{first},{headline}"'
        dyad_name = f"{a} - {b}"
        return [
            str(100_000 + n), f"GEN-{first.year}-{kind}-{dyad}-{n}", str(last.year), "True", "Clear", kind, str(dyad),
            str(20_000 + dyad), dyad_name, str(dyad), str(10_000 + dyad), dyad_name, a_id, a_id, a, b_id, b_id, b,
            "1", article, source, str(first),
            headline, original, where_prec, name, name, adm_1, adm_2 if where_prec not in "456" else "", lat, lon,
            f"POINT ({lon} {lat})", str(170_000 + n % 500), country, "652" if country == "Syria" else "70", "Region",
            "2" if c.random() < 0.05 else "1", date_prec, str(first), str(last), *map(str, deaths), str(best), str(high),
            str(low), "", "", ]  # fmt: skip

    def _deaths(self) -> tuple[list[int], int, int, int]:
        """The four parts, whose sum is best, and low and high, which are rarely others."""
        c = self.chance
        parts = [0, 0, 0, 0]
        if c.random() < 0.955:
            most = min(int(c.paretovariate(1.4)), 400)
            if c.random() < 0.603:
                parts[3] = most
            else:
                for at in c.sample((0, 1, 2), c.choices((1, 2), (68, 32))[0]):
                    parts[at] = max(1, most // 2)
                if c.random() < 0.02:
                    parts[3] = 1
        best = sum(parts)
        low, high = best, best
        if c.random() < 0.075:
            low, high = max(0, best - c.randint(0, 3)), best + c.randint(0, 4)
        if c.random() < 0.005:
            low = best + 1
        return parts, best, low, high


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
