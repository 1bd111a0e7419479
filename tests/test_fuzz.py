"""What ``make fuzz`` stands on: each target reads its undamaged seeds, damage keeps what can be kept, and bad cases are caught.

The fuzzing itself takes minutes and is no part of the suite.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from kg import readers
from kg.model import Link, TextSpan
from tests.fuzz.damage import CUT, damaged, edited, mutated
from tests.fuzz.seeds import toy
from tests.fuzz.targets import prove, scheme_words, sound, targets

ALL = targets()


def test_every_reader_is_fuzzed() -> None:
    assert len(ALL) == 20
    assert [f for f in readers.readers() if not any(name.startswith(f) for name in (*ALL,))] == []


@pytest.mark.parametrize("name", ALL)
def test_a_target_reads_its_undamaged_seeds(name: str, tmp_path: Path) -> None:
    if name == "tables":
        pytest.importorskip("duckdb", reason="not here: the extra tables")
    (tmp_path / "place").mkdir()
    (tmp_path / "corpus").mkdir()
    count, mentions = prove(ALL[name], tmp_path / "place", tmp_path / "corpus")
    assert count == len(list((tmp_path / "corpus").iterdir())) > 0
    assert mentions > 2


def test_a_target_that_reads_other_files_than_it_is_given_is_caught(tmp_path: Path) -> None:
    blind = replace(ALL["brat"], files=("other.ann", *ALL["brat"].files[1:]))
    with pytest.raises(AssertionError, match="0 mentions read of brat by its writer"):
        prove(blind, tmp_path, tmp_path)
    with pytest.raises(AssertionError, match="there is no seed"):
        prove(replace(blind, seeds=lambda folder: iter(())), tmp_path, tmp_path)


def test_a_report_that_is_not_whole_is_caught() -> None:
    report = toy()
    first = report.mentions[0]
    assert sound(report) == 9
    for broken, why in (
        (replace(report, links=(Link("Victim", first.id, "nobody"),)), "a link hangs"),
        (replace(report, mentions=(*report.mentions, first)), "two mentions have one id"),
        (replace(report, mentions=(replace(first, quote="x"),), links=()), "a quote is not in the text"),
        (replace(report, mentions=(replace(first, fragments=(TextSpan(0, 999),)),), links=()), "outside the text"),
    ):
        with pytest.raises(AssertionError, match=why):
            sound(broken)


def test_damage_changes_one_file_and_edited_json_is_json() -> None:
    rng = random.Random(1)
    value = json.dumps({"a": [1, 2, {"b": "c"}], "d": None}).encode()
    words = scheme_words()
    made = [edited(value, rng, words) for _ in range(200)]
    assert all(isinstance(json.loads(m), dict) for m in made if m is not None)
    assert len(set(made)) > 100
    assert edited(b"{", rng, ()) is None
    assert {damaged(b"one two\nthree", rng) for _ in range(100)} - {b"one two\nthree"}
    for _ in range(50):
        parts = mutated(CUT.join([b"one", b"two", b"three"]), 4096, rng, lambda part, size: part + b"!").split(CUT)
        assert sum(a != b for a, b in zip(parts, (b"one", b"two", b"three"), strict=True)) <= 1
