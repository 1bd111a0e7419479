"""The competency questions and their answers: ``python scripts/competency_answers.py`` writes every answer anew.

A question is one file ``ontology/competency/cqNN-short-name.rq`` and runs as it is in any SPARQL editor (specification,
section 15). Its header says

- what it asks: ``#+ summary:``;
- which one triple of the store its answer hangs on: ``#+ key:``, in the prefixes of the query, after ``GRAPH <g>`` where the
  triple is in a named graph;
- how to read the answer: ``#+ about:``, any number of lines.

Beside it stands its answer on the examples, ``cqNN-short-name.csv``: SPARQL results as CSV, with line feeds.

The store is filled from ``examples/`` and ``examples/reference`` as ``make demo`` fills it. Beside it, each file
``ontology/mappings/NAME.ttl`` stands in the graph ``https://w3id.org/sitgraph/mapping/NAME``.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QueryResultsFormat, QuerySolutions, RdfFormat, Store, parse

from kg.pipeline import Options, ingest
from kg.store.generations import StoreDirectory

PROJECT = Path(__file__).resolve().parent.parent
QUESTIONS = PROJECT / "ontology" / "competency"
MAPPINGS = PROJECT / "ontology" / "mappings"
MAPPING_GRAPH = "https://w3id.org/sitgraph/mapping/"

_NAME = re.compile(r"cq\d\d(-[a-z0-9]+)+\.rq")
_PREFIX = re.compile(r"^PREFIX \S+ <\S+>$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """One competency question: its file, and what its header says."""

    path: Path
    text: str

    @property
    def id(self) -> str:
        """``cq07`` of ``cq07-local-sources.rq``."""
        return self.path.name[:4]

    @property
    def answer(self) -> Path:
        """The file of its answer on the examples."""
        return self.path.with_suffix(".csv")

    @property
    def body(self) -> str:
        """The query without header and comments."""
        return "\n".join(line for line in self.text.splitlines() if not line.lstrip().startswith("#"))

    def header(self, name: str) -> tuple[str, ...]:
        """What the lines ``#+ name:`` say."""
        return tuple(re.findall(rf"^#\+ {name}: (.+)$", self.text, re.MULTILINE))

    def key(self) -> Quad:
        """The one triple, and its graph, without which the answer is another."""
        (said,) = self.header("key")
        scratch = Store()
        scratch.update("\n".join((*_PREFIX.findall(self.text), f"INSERT DATA {{ {said} }}")))
        (quad,) = scratch.quads_for_pattern(None, None, None, None)
        return quad


def questions(folder: Path = QUESTIONS) -> tuple[Question, ...]:
    """All questions of a folder, in the order of their numbers. A file that is no question has no business there."""
    paths = sorted(folder.glob("*.rq"))
    strange = [path.name for path in paths if not _NAME.fullmatch(path.name)]
    if strange:
        raise ValueError(f"not named cqNN-short-name.rq: {', '.join(strange)}")
    return tuple(Question(path, path.read_text(encoding="utf-8")) for path in paths)


def ingested(folder: Path) -> StoreDirectory:
    """A new store of the examples below a folder, as ``make demo`` makes it."""
    examples = PROJECT / "examples"
    outcome = ingest(folder, [examples], Options(reference=examples / "reference"))
    if outcome.exit_code:
        raise ValueError("\n".join(problem.message for problem in outcome.problems))
    return StoreDirectory(folder)


def beside_mappings(directory: StoreDirectory) -> Store:
    """All quads of a store, in memory, and the mappings beside them. What is asked of it can be taken away from it."""
    held = Store()
    held.bulk_extend(directory.current().open().quads())
    for path in sorted(MAPPINGS.glob("*.ttl")):
        graph = NamedNode(MAPPING_GRAPH + path.stem)
        held.bulk_extend(Quad(q.subject, q.predicate, q.object, graph) for q in parse(path=path, format=RdfFormat.TURTLE))
    return held


def answered(store: Store, query: str) -> str:
    """The answer to a query as CSV, with line feeds. Its first line are the names of the columns."""
    solutions = store.query(query)
    if not isinstance(solutions, QuerySolutions):
        raise ValueError("a competency question is a SELECT")
    written = io.BytesIO()
    solutions.serialize(written, QueryResultsFormat.CSV)
    return written.getvalue().decode().replace("\r\n", "\n")


def main() -> None:
    """Writes the answers, and says which of them are others than before."""
    with tempfile.TemporaryDirectory() as folder:
        store = beside_mappings(ingested(Path(folder) / "store"))
        for question in questions():
            answer = answered(store, question.text)
            before = question.answer.read_text(encoding="utf-8") if question.answer.exists() else ""
            question.answer.write_text(answer, encoding="utf-8", newline="\n")
            if answer != before:
                sys.stdout.write(f"{question.answer.name}: {answer.count(chr(10)) - 1} rows\n")


if __name__ == "__main__":
    main()
