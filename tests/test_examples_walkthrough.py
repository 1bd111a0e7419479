"""The ten questions of ``examples/README.md``: every SPARQL query, URL and command is run, and gives the answer beside it.

The page is data. A block ``sparql``, ``url`` or ``sh`` is a run; a block ``answer`` holds what all runs above it, back to the
answer before, must give. Queries go to ``/sparql``, URLs to the application, commands through the command line itself.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from kg.config import DEFAULT_BASE, Settings
from kg.pipeline import Options, ingest

PAGE = Path(__file__).resolve().parent.parent / "examples" / "README.md"
STORE_ON_THE_PAGE = "demo-store"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"^### (\d+)\. ", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One way to ask one question, with its answer as a bag of lines."""

    question: int
    kind: str
    text: str
    answer: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.question:02d}-{self.kind}"


def runs_of(page: str) -> Iterator[Run]:
    """The runs of a page, in its order."""
    _, *parts = _QUESTION.split(page)
    for number, body in zip(parts[::2], parts[1::2], strict=True):
        waiting: list[tuple[str, str]] = []
        for kind, text in _BLOCK.findall(body):
            if kind == "answer":
                answer = tuple(sorted(line.rstrip() for line in text.splitlines()))
                yield from (Run(int(number), k, t, answer) for k, t in waiting)
                waiting = []
            elif kind in ("sparql", "url", "sh"):
                waiting.append((kind, text))
            else:
                raise ValueError(f"question {number}: a block of kind {kind}")
        assert not waiting, f"question {number}: {waiting} without an answer"


RUNS = tuple(runs_of(PAGE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Demo:
    """The store that the page speaks of, and the application that serves it."""

    store: Path
    client: TestClient


@pytest.fixture(scope="module")
def demo(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Demo]:
    """The examples with their decisions, as ``make demo`` ingests them."""
    store = tmp_path_factory.mktemp("walkthrough") / STORE_ON_THE_PAGE
    outcome = ingest(store, [project / "examples"], Options(reference=project / "examples" / "reference"))
    assert outcome.exit_code == 0, outcome.problems
    with TestClient(create_app(Settings(store, DEFAULT_BASE)), base_url=DEFAULT_BASE.rstrip("/")) as client:
        yield Demo(store, client)


# -- the three ways to ask


def given_by(run: Run, demo: Demo) -> tuple[str, ...]:
    """What a run gives, as a bag of lines."""
    lines = {"sparql": _by_sparql, "url": _by_url, "sh": _by_command}[run.kind](run.text, demo)
    return tuple(sorted(line.rstrip() for line in lines))


def _by_sparql(text: str, demo: Demo) -> list[str]:
    reply = demo.client.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"})
    assert reply.status_code == 200, reply.text
    return _rows(reply.text)


def _by_url(text: str, demo: Demo) -> list[str]:
    url, *picks = text.splitlines()
    reply = demo.client.get(url)
    assert reply.status_code == 200, reply.text
    assert picks, f"{url}: which keys are shown?"
    return [line for pick in picks for line in picked(reply.json(), pick)]


def _by_command(text: str, demo: Demo) -> list[str]:
    program, *arguments = shlex.split(text)
    assert program == "sitgraph"
    assert STORE_ON_THE_PAGE in arguments
    command = [str(demo.store) if a == STORE_ON_THE_PAGE else a for a in arguments]
    done = subprocess.run([sys.executable, "-m", "kg.cli", *command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return _rows(done.stdout) if "csv" in arguments else done.stdout.splitlines()


def _rows(table: str) -> list[str]:
    _, *rows = csv.reader(io.StringIO(table, newline=""))
    return [" | ".join(row) for row in rows]


# -- which keys of a document are shown


def picked(document: object, pick: str) -> list[str]:
    """The lines of ``# items[].claims[]: status | inReport.name``: a row for each innermost thing, keys of any outer."""
    match = re.fullmatch(r"# ([\w.\[\]]+): (.+)", pick)
    assert match, pick
    columns = match[2].split(" | ")
    return [" | ".join(_shown(_column(chain, c)) for c in columns) for chain in _walk((document,), match[1])]


def _walk(chain: tuple[Any, ...], path: str) -> Iterator[tuple[Any, ...]]:
    if not path:
        yield chain
        return
    head, _, rest = path.partition("[]")
    inner: Any = chain[-1]
    for key in head.strip(".").split("."):
        inner = inner.get(key, ()) if isinstance(inner, Mapping) else ()
    for thing in inner:
        yield from _walk((*chain, thing), rest.lstrip("."))


def _column(chain: Sequence[Any], column: str) -> Any:
    if column == ".":
        return chain[-1]
    first, *rest = column.split(".")
    holders = [c for c in reversed(chain) if isinstance(c, Mapping) and first in c]
    value: Any = holders[0][first] if holders else None
    for key in rest:
        value = [v[key] for v in value] if isinstance(value, list) else value[key]
    return value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


# -- the tests


def test_there_are_ten_questions_each_asked_in_three_ways() -> None:
    assert sorted({r.question for r in RUNS}) == list(range(1, 11))
    assert len(RUNS) == 30
    for number in range(1, 11):
        assert [r.kind for r in RUNS if r.question == number] == ["sparql", "url", "sh"]


def test_no_answer_is_empty() -> None:
    assert [str(r) for r in RUNS if not r.answer] == []


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_the_answer_on_the_page_is_the_answer(run: Run, demo: Demo) -> None:
    assert given_by(run, demo) == run.answer


_DAMAGES: Mapping[str, Callable[[str, list[str]], list[str]]] = {
    "drop a line": lambda first, rest: rest,
    "double a line": lambda first, rest: [first, first, *rest],
    "change a letter": lambda first, rest: [first[:-1] + "x", *rest],
    "add a line": lambda first, rest: [first, "Nobody | certainly", *rest],
}


@pytest.mark.parametrize("damage", _DAMAGES)
@pytest.mark.parametrize("question", [1, 5, 9])
def test_a_damaged_answer_is_noticed(question: int, damage: str, demo: Demo) -> None:
    """The page is damaged, not a value in memory: each run of the damaged answer fails, those of the other answers do not."""
    page = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"(^### {question}\. .*?^```answer\n)(.*?)^```$", re.MULTILINE | re.DOTALL)

    def spoil(match: re.Match[str]) -> str:
        first, *rest = match[2].splitlines()
        return match[1] + "".join(f"{line}\n" for line in _DAMAGES[damage](first, rest)) + "```"

    damaged = tuple(runs_of(place.sub(spoil, page, count=1)))
    touched = {str(d) for d, r in zip(damaged, RUNS, strict=True) if d.answer != r.answer}
    assert touched
    assert {str(r) for r in damaged if r.question == question and given_by(r, demo) != r.answer} == touched


def test_a_page_that_forgets_an_answer_is_refused() -> None:
    with pytest.raises(AssertionError, match="without an answer"):
        list(runs_of("### 1. Why?\n\n```sh\nsitgraph info\n```\n"))
    with pytest.raises(ValueError, match="kind python"):
        list(runs_of("### 1. Why?\n\n```python\n1\n```\n"))


def test_keys_are_looked_for_from_the_inside_out() -> None:
    claims = [{"quotes": [{"text": "a"}, {"text": "b"}]}, {"name": "inner", "quotes": []}]
    document = {"items": [{"name": "outer", "claims": claims}]}
    assert picked(document, "# items[].claims[].quotes[]: name | text") == ["outer | a", "outer | b"]
    assert picked(document, "# items[].claims[]: name | quotes.text") == ["outer | a, b", "inner | "]
    assert picked({"prefLabel": {"ar": ["x"]}}, "# prefLabel.ar[]: .") == ["x"]
