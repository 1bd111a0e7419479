"""The competency questions (specification, section 15): what the ontology is for, asked of the examples.

Each file is a question that a person put, in SPARQL that runs as it is; its answer stands beside it. The answer is not empty,
is what a store of the examples gives, here and at ``/sparql``, and hangs on the one triple that the header names: when that is
taken away, the answer is another. A term of the ontology that no question uses has no reason to be there.

After a change of examples, view or questions: ``python scripts/competency_answers.py``, then read what changed.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import Literal, NamedNode, Quad, Store
from rdflib.plugins.sparql import prepareQuery

from api.app import create_app
from kg import queries
from kg.config import DEFAULT_BASE, Settings
from kg.store.generations import StoreDirectory
from kg.vocab import CLASSES, PREFIXES, PROPERTIES, XSD
from scripts.competency_answers import MAPPING_GRAPH, Question, answered, beside_mappings, ingested, questions

QUESTIONS = questions()
WAITING = {12: "generations that can be compared", 31: "upgrades by assessment", 45: "two versions", 46: "minted IRIs kept"}
"""Questions that wait for something that is not there yet."""
EXPECTED = [f"cq{n:02d}" for n in range(1, 47) if n not in WAITING]
WITHOUT_STATUS = {
    "cq10": "names and kinds of an actor; nothing that a source claims",
    "cq38": "counts claims by their own fields, before any view is made of them",
    "cq39": "identities in other data sets, from the reference tables",
    "cq43": "looks for cycles whatever their status: one of denied situations is a fault too",
    "cq44": "codes alone",
}
"""Questions about vocabulary or provenance only: there is no canonical situation whose status could be shown."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> StoreDirectory:
    return ingested(tmp_path_factory.mktemp("competency") / "store")


@pytest.fixture(scope="module")
def store(directory: StoreDirectory) -> Store:
    """The examples and the mappings; a test that takes something away puts it back."""
    return beside_mappings(directory)


@pytest.fixture(scope="module")
def client(directory: StoreDirectory) -> Generator[TestClient]:
    app = create_app(Settings(directory.path, DEFAULT_BASE))
    with TestClient(app, base_url=DEFAULT_BASE.rstrip("/")) as opened:
        yield opened


def each(found: Sequence[Question] = QUESTIONS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("question", found, ids=lambda q: q.path.stem)


# -- the files


def test_all_questions_are_here() -> None:
    assert [q.id for q in QUESTIONS] == EXPECTED


def test_every_answer_has_its_question() -> None:
    folder = QUESTIONS[0].path.parent
    assert sorted(p.stem for p in folder.glob("*.csv")) == sorted(q.path.stem for q in QUESTIONS)
    assert {p.suffix for p in folder.iterdir()} <= {".rq", ".csv", ".md"}


def test_summaries_are_the_questions_of_the_specification(shared: Path) -> None:
    text = (shared / "design" / "ONTOLOGY.md").read_text(encoding="utf-8")
    section = " ".join(text.partition("## 15. ")[2].partition("\n## ")[0].split())
    asked = {f"cq{int(n):02d}": words.strip() for n, words in re.findall(r"CQ(\d+) (.+?)(?= ·|$)", section)}
    assert len(asked) == 46
    assert {q.id: q.header("summary") for q in QUESTIONS} == {q.id: (asked[q.id],) for q in QUESTIONS}


# -- the form of a query


def faults(question: Question) -> list[str]:
    """What is wrong with the form of a question."""
    body, found = question.body, []
    if not question.text.startswith("#+ summary: "):
        found.append("does not begin with its question")
    if len(question.header("key")) != 1:
        found.append("names not one key triple")
    if re.search(r"SELECT\s+(DISTINCT\s+|REDUCED\s+)?\*", body):
        found.append("projects everything")
    if not re.search(r"\bORDER BY\b[^}]*\Z", body):
        found.append("does not order its answer")
    if re.search(r"\bFROM\b", body):
        found.append("merges graphs")
    if re.search(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", body):
        found.append("gives another answer each time")
    if len(re.findall(r"\bVALUES \?\w+ \{ *UNDEF *\}", body)) != len(re.findall(r"VALUES \?\w+ \{ UNDEF \}", body)):
        found.append("has a slot that cannot be filled")
    about = " ".join(question.header("about"))
    filled = re.findall(r"[Ff]ill in ((?:\?\w+(?:, | and | or )?)+)", about)
    if not {name for names in filled for name in re.findall(r"\?(\w+)", names)} <= queries.slots(body):
        found.append("tells to fill in what is no slot")
    if not set(re.findall(r"\?(\w+)", about)) <= set(re.findall(r"\?(\w+)", body)):
        found.append("tells of a variable that it does not have")
    if DEFAULT_BASE in body:
        found.append("names a thing of the examples by its IRI")
    if "sg:status" not in body and question.id not in WITHOUT_STATUS:
        found.append("says nothing of the status of what it shows")
    if "sg:status" in body and question.id in WITHOUT_STATUS:
        found.append("shows status, and is excused")
    found += [f"{p}: is not {PREFIXES[p]}" for p, iri in prefixes(body).items() if p in PREFIXES and PREFIXES[p] != iri]
    return found


def prefixes(body: str) -> dict[str, str]:
    """The prefixes that a query declares."""
    return dict(re.findall(r"^PREFIX (\w+): <(\S+)>$", body, re.MULTILINE))


@each()
def test_form(question: Question) -> None:
    assert faults(question) == []


@each()
def test_another_parser_reads_it(question: Question) -> None:
    prepareQuery(question.text)


GOOD = """#+ summary: Which sieges are there?
#+ key: <http://a/s> a sg:Siege
#+ about: Fill in ?siege for one; ?status is that of all claims on it.
PREFIX sg: <https://w3id.org/sitgraph/ontology#>
SELECT ?siege ?status {
  VALUES ?siege { UNDEF }
  ?siege a sg:Siege ; sg:status ?status
}
ORDER BY ?siege
"""


def made(text: str, name: str = "cq99-made.rq") -> Question:
    return Question(Path(name), text)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("#+ summary: ", "# ", "does not begin with its question"),
        ("#+ key: ", "# key: ", "names not one key triple"),
        ("?siege ?status {", "* {", "projects everything"),
        ("ORDER BY ?siege", "", "does not order its answer"),
        ("?status {", "?status FROM <http://a/g> {", "merges graphs"),
        ("a sg:Siege ;", "a sg:Siege FILTER(NOW() > 0) . ?siege", "gives another answer each time"),
        ("{ UNDEF }", "{UNDEF }", "has a slot that cannot be filled"),
        ("Fill in ?siege", "Fill in ?status", "tells to fill in what is no slot"),
        ("?status is", "?standing is", "tells of a variable that it does not have"),
        ("?siege a sg:Siege", f"<{DEFAULT_BASE}id/situation/s> a sg:Siege", "names a thing of the examples by its IRI"),
        ("sg:status", "sg:kind", "says nothing of the status of what it shows"),
        ("ontology#>", "ontology/>", "sg: is not https://w3id.org/sitgraph/ontology#"),
    ],
)
def test_each_fault_of_form_is_found(old: str, new: str, fault: str) -> None:
    assert faults(made(GOOD)) == []
    assert fault in faults(made(GOOD.replace(old, new)))


def test_an_excuse_that_is_not_needed_is_found() -> None:
    excused = next(iter(WITHOUT_STATUS))
    assert faults(made(GOOD, f"{excused}-made.rq")) == ["shows status, and is excused"]


# -- the answers


@pytest.fixture(scope="module")
def answers(store: Store) -> dict[str, str]:
    """What each question gives as it is."""
    return {question.id: answered(store, question.text) for question in QUESTIONS}


@each()
def test_answer(question: Question, answers: dict[str, str]) -> None:
    answer = answers[question.id]
    assert answer.count("\n") > 1, "an empty answer"
    assert answer == question.answer.read_text(encoding="utf-8"), "run scripts/competency_answers.py and read what changed"


@each()
def test_every_row_of_an_answer_says_something_to_a_person(question: Question) -> None:
    """No row is digests alone: something in it is a word, a day or a number."""
    with question.answer.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows
    assert [row for row in rows if not any(cell and not cell.startswith("http") for cell in row)] == []


def without(store: Store, quad: Quad, query: str) -> str:
    """The answer when one quad is not there."""
    store.remove(quad)
    try:
        return answered(store, query)
    finally:
        store.add(quad)


@each()
def test_answer_hangs_on_its_key(question: Question, store: Store, answers: dict[str, str]) -> None:
    key = question.key()
    assert key in store, f"the key triple is not in the store: {key}"
    assert without(store, key, question.text) != answers[question.id]


def test_a_key_that_does_not_matter_is_noticed(store: Store) -> None:
    key = next(iter(store.quads_for_pattern(CLASSES["Siege"], NamedNode(f"{PREFIXES['rdfs']}label"), None)))
    siege = GOOD.replace("VALUES ?siege { UNDEF }\n", "")
    assert without(store, key, siege) == answered(store, siege)
    assert key in store


@each([q for q in QUESTIONS if MAPPING_GRAPH not in q.body])
def test_the_endpoint_gives_the_same_answer(question: Question, client: TestClient) -> None:
    reply = client.post("/sparql", data={"query": question.text}, headers={"Accept": "text/csv"})
    assert reply.status_code == 200, reply.text
    assert reply.text.replace("\r\n", "\n") == question.answer.read_text(encoding="utf-8")


NOTHING: dict[str, NamedNode | Literal] = {"day": Literal("1900-01-01T00:00:00Z", datatype=XSD.dateTime)}


@each([q for q in QUESTIONS if queries.slots(q.text)])
def test_every_slot_can_be_filled_and_matters(question: Question, store: Store, answers: dict[str, str]) -> None:
    """Filled with something, or with a day, of which there is nothing to say, a slot gives another answer than left open."""
    for slot in sorted(queries.slots(question.text)):
        term = NOTHING.get(slot, NamedNode(f"{DEFAULT_BASE}id/nothing"))
        assert answered(store, queries.bind(question.text, {slot: term})) != answers[question.id], slot


# -- the law of coverage: a term enters with the question that needs it


def unused(found: Iterable[Question]) -> list[str]:
    """The classes and properties of the ontology that no question uses."""
    named = {name for q in found for name in re.findall(r"\bsg:(\w+)", q.body)}
    return sorted({*CLASSES, *PROPERTIES} - named)


def test_every_term_is_needed_by_a_question() -> None:
    assert unused(QUESTIONS) == []


def test_a_term_that_nobody_asks_for_is_named() -> None:
    asked = unused([made(GOOD)])
    assert len(asked) == len(CLASSES) + len(PROPERTIES) - 2
    assert "Siege" not in asked
    assert "Membership" in asked
    assert "Siege" in unused([made(GOOD.replace("  ?siege a", "# ?siege a"))])


def idle(terms: Iterable[str], store: Store, answers: dict[str, str]) -> list[str]:
    """Terms that change no answer when another stands in their place: they are named, and nothing hangs on them."""

    def matters(term: str, question: Question) -> bool:
        other, times = re.subn(rf"\bsg:{term}\b", "sg:noSuchTerm", question.text)
        return times > 0 and answered(store, other) != answers[question.id]

    quick = sorted(QUESTIONS, key=lambda q: len(q.text))
    return [term for term in terms if not any(matters(term, q) for q in quick)]


@pytest.mark.slow
def test_some_answer_hangs_on_every_term(store: Store, answers: dict[str, str]) -> None:
    assert idle((*CLASSES, *PROPERTIES), store, answers) == []
    assert idle(["noSuchTerm"], store, answers) == ["noSuchTerm"]


def test_no_question_uses_a_term_that_is_not_there() -> None:
    unknown = {
        f"{q.id} sg:{name}"
        for q in QUESTIONS
        for name in re.findall(r"\bsg:(\w+)", q.body)
        if name not in CLASSES and name not in PROPERTIES
    }
    assert unknown == set()


# -- the page


def test_the_page_lists_every_question(project: Path) -> None:
    page = (project / "docs" / "competency.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \| (.+) \| \[(.+)\]\(\.\./ontology/competency/(.+)\) \|$", page, re.MULTILINE)
    assert listed == [(str(int(q.id[2:])), q.header("summary")[0], q.path.stem, q.path.name) for q in QUESTIONS]
    assert sorted(int(n) for n in re.findall(r"\((\d+)\)[,.]", page)) == sorted(WAITING)


def test_the_program_on_the_page_runs(project: Path, directory: StoreDirectory, tmp_path: Path) -> None:
    page = (project / "docs" / "competency.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "ontology").symlink_to(project / "ontology")
    lines = (f"{quad} .\n" for quad in directory.current().open().quads())
    (tmp_path / "dataset.nq").write_text("".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    asked = next(q for q in QUESTIONS if q.id == "cq18")
    assert len(done.stdout.splitlines()) == len(asked.answer.read_text(encoding="utf-8").splitlines()) - 1
