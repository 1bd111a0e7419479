"""The flow: values are what graphs say, several processes do what one does, loading is whole, copies differ in ids alone."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from benchmarks.flow import main, replicate
from kg import readers, schemes
from kg.claims import ReportClaims, claims_of
from kg.errors import ReadError, SitgraphError, StoreError
from kg.iri import Space
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TextSpan
from kg.pipeline import Options, Outcome, ingest, workers
from kg.pipeline.account import Accounting, Setting
from kg.pipeline.places import Place, files_of, text_of
from kg.quads import mint, quoted, report_lines, report_quads
from kg.resolver import reference as tables
from kg.resolver.decisions import judgements
from kg.resolver.resolve import resolve
from kg.resources import reference_dir
from kg.schemes.grammar import Grammar
from kg.store import bulk
from kg.store.bulk import Bulk
from kg.store.embedded import EmbeddedStore
from kg.store.inputs import Inputs
from kg.view import local
from tests.small_reports import Small, content, opened, reference_folder

SPACE = Space("http://test.example/")
TEXT = "Red Brigade attacked Blue Hill on 8 August 2016, killing 12. The rebels of Zug denied it; Red Brigade left."


# -- values are what the graphs say


def _spans() -> st.SearchStrategy[tuple[TextSpan, ...]]:
    words = [TextSpan(m.start(), m.end()) for m in re.finditer(r"[A-Z]\w+ [A-Z]\w+|\w+", TEXT)]
    one = st.sampled_from(words)
    return st.lists(one, min_size=1, max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def annotated(draw: st.DrawFn) -> AnnotatedReport:
    """A report with few words and many annotations, so that these are often equal in part; the scheme drops what it refuses."""
    grammar = Grammar.load()
    entities = "ArmedGroup Actor Person Settlement Place Source TimeExpr Quantity Collective".split()
    labels = [*entities, *sorted(grammar.groups["situation"])]
    mentions = []
    for n in range(draw(st.integers(1, 9))):
        spans, label = draw(_spans()), draw(st.sampled_from(labels))
        attributes = draw(
            st.sampled_from([(), (("Denied", "true"),), (("Modality", "planned"),), (("ActorKind", "rebel-group"),)])
        )
        references = draw(st.sampled_from([(), (), (Reference("sitgraph:actor/zug", "Zug"),), (Reference("wikidata:Q1"),)]))
        quote = " ".join(TEXT[s.start : s.end] for s in spans)
        mentions.append(Mention(f"T{n}", label, spans, quote, attributes, references))
    own = ("Time", "SaysThat", "Coref", "Within", "SameSituation", "Contradicts")
    roles = sorted({*grammar.participation, *grammar.properties, *own})
    ends = st.sampled_from([m.id for m in mentions])
    links = draw(st.lists(st.builds(Link, st.sampled_from(roles), ends, ends), max_size=14))
    issued = draw(st.sampled_from(["2016-08-15", "2016-08-15T22:00:00-05:00", "", "soon"]))
    title, language = draw(st.sampled_from(["", 'A "title"\n'])), draw(st.sampled_from(["", "en", "AR"]))
    report = Report("r 1/é", title, draw(st.sampled_from(["", "Wire"])), language, issued)
    return AnnotatedReport(report, TEXT, tuple(mentions), tuple(links), "sitgraph-1")


_REFERENCE = tables.load(reference_dir())
_JUDGED = judgements(_REFERENCE.decisions, SPACE, _REFERENCE)


def _same(claims: ReportClaims) -> local.ReportGraph:
    resolution = resolve(claims, _REFERENCE, _JUDGED)
    minted = mint(claims, resolution, SPACE)
    told, quads = local.told(claims, minted), list(report_quads(claims, resolution, SPACE))
    assert told == local.read(q.triple for q in quads)
    assert sorted(report_lines(claims, minted)) == sorted({f"{q.subject} {q.predicate} {q.object}" for q in quads})
    assert {q.graph_name for q in quads} == {NamedNode(minted.graph)}
    return told


@pytest.fixture
def threads() -> int:
    """How many threads there are before a test; what others left running is not ours."""
    return threading.active_count()


@given(annotated())
def test_the_values_of_a_report_are_those_of_its_graph_read_back(report: AnnotatedReport) -> None:
    _same(claims_of(schemes.apply(report).report))


def test_the_values_of_the_real_reports_are_those_of_their_graphs(project: Path, shared: Path) -> None:
    seed = shared / "data" / "seed-report" / "mesop-aleppo.ann"
    walk = readers.walk([project / "examples", seed, shared / "data" / "re3d"])
    told = [_same(claims_of(schemes.apply(item).report)) for item in walk if isinstance(item, AnnotatedReport)]
    assert len(told) > 50
    assert sum(len(g.claims) for g in told) > 900


@given(st.text(max_size=40))
def test_a_literal_is_written_as_the_store_writes_it(text: str) -> None:
    assert quoted(text) == str(Literal(text))


def test_every_character_that_is_escaped_is() -> None:
    text = "".join(map(chr, range(0x180))) + "\u2028\ufeff\U0001f681"
    assert quoted(text) == str(Literal(text))
    assert "\\n" in quoted(text)


def test_two_actors_in_one_role_by_the_same_words_have_a_participation_each(tmp_path: Path) -> None:
    """One is annotated as a group, the other as people: else they would share an IRI, and one node would have two actors."""
    lines = """
    g = ArmedGroup "Red Brigade"
    p = Collective "Red Brigade"
    e = Assault "attacked" Attacker:g Attacker:p
    """
    (item,) = readers.walk([Small("one", "2016-08-15", TEXT, lines).write(tmp_path)])
    assert isinstance(item, AnnotatedReport)
    told = _same(claims_of(schemes.apply(item).report))
    parts = [s for s in told.situations if s.cls == "Participation"]
    assert sorted(len(s.fillers("actor")) for s in parts) == [1, 1]


def test_a_reference_that_is_no_iri_is_told_and_ignored(tmp_path: Path) -> None:
    """Quads go to the loader unseen, so nothing that is no IRI may become one."""
    lines = """
    r = ArmedGroup "Red Brigade"
    z = ArmedGroup "Zug"
    N r sitgraph:actor/red{brigade} Red
    N z http://a.example/<z> Zug
    """
    outcome = put(tmp_path / "s", Small("one", "2016-08-15", TEXT, lines).write(tmp_path / "in"), workers=0)
    assert outcome.committed
    told = [p.message for p in outcome.problems]
    assert any("sitgraph:actor/red{brigade} is not of the form" in message for message in told)
    assert any("'http://a.example/<z>' is no IRI" in message for message in told)
    assert not any("{brigade}" in line or "<z>" in line.replace("Zug", "") for line in content(opened(tmp_path / "s")))


# -- several processes do what one does


def _reports(folder: Path, several: int = 9) -> Path:
    """Reports of which one cannot be read, one is of an unknown scheme, one comes twice and one twice with other content."""
    lines = """
    r = ArmedGroup "Red Brigade"
    h = Settlement "Blue Hill"
    t = TimeExpr "8 August 2016"
    e = Assault "attacked" Attacker:r Place:h Time:t
    """
    for n in range(several):
        Small(f"r{n}", f"2016-08-{n + 10}", TEXT, lines, f"Wire {n}").write(folder / f"part{n % 3}")
    Small("bad", "2016-08-15", TEXT, lines + 'w = Weather "killing"').write(folder / "part0")
    (Small("broken", "2016-08-15", TEXT, lines).write(folder / "part1").with_suffix(".txt")).write_bytes(b"\xff\xfe")
    Small("r1", "2016-08-11", TEXT, lines, "Wire 1").write(folder / "twice")
    Small("r2", "2016-08-12", TEXT, lines + 'k = CasualtyEstimate "killing"', "Wire 2").write(folder / "unequal")
    other = Small("other", "2016-08-12", TEXT, lines).write(folder / "unequal").with_suffix(".meta.json")
    other.write_text(json.dumps({**json.loads(other.read_text("utf-8")), "scheme": "mine"}), encoding="utf-8")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (folder / "metadata.csv").write_text("id,title\nr0,nought\nnobody,nothing\n", encoding="utf-8")
    return folder


def _clock() -> datetime:
    return datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def put(store: Path, *paths: Path, workers: int, reference: Path | None = None) -> Outcome:
    return ingest(store, paths, Options(reference=reference, workers=workers), clock=_clock)


def _told(outcome: Outcome) -> tuple[object, ...]:
    return outcome.generation, outcome.reads, outcome.problems, outcome.unclaimed, outcome.exit_code


def test_several_processes_do_what_one_does(tmp_path: Path) -> None:
    folder = _reports(tmp_path / "in")
    one, two = put(tmp_path / "one", folder, workers=0), put(tmp_path / "two", folder, workers=2)
    assert _told(two) == _told(one)
    assert {r.state for r in one.reads} == {"new", "refused"}
    assert {"notes.pdf"} <= {Path(u.path).name for u in one.unclaimed}
    assert any("was also read from" in p.message for p in one.problems)
    everything = [sorted(map(str, opened(tmp_path / name).quads())) for name in ("one", "two")]
    assert everything[0] == everything[1]
    kept = [sorted(p.name for p in Inputs(tmp_path / name).path.glob("reports/*")) for name in ("one", "two")]
    assert kept[0] == kept[1]
    assert len(kept[0]) == len([r for r in one.reads if r.state == "new"])
    assert not (tmp_path / "two" / "loading").exists()


def test_what_was_kept_is_made_again_by_several_processes(tmp_path: Path) -> None:
    folder = _reports(tmp_path / "in")
    rows = ["actor/reds,ArmedGroup,rebel-group,,,,,me"], ["actor/reds,ArmedGroup,Red Brigade,en,Latn,official,,,me,"]
    own = reference_folder(tmp_path / "ref", actors=rows[0], aliases=rows[1])
    put(tmp_path / "s", folder / "part0", folder / "part1", workers=0)
    again = put(tmp_path / "s", folder / "part2", workers=2, reference=own)
    put(tmp_path / "fresh", folder / "part0", folder / "part1", folder / "part2", workers=0, reference=own)
    assert {r.state for r in again.reads} == {"new", "unchanged"}
    assert content(opened(tmp_path / "s")) == content(opened(tmp_path / "fresh"))
    assert any("/id/actor/reds>" in line for line in content(opened(tmp_path / "s")))


def test_so_many_bytes_are_worth_processes_and_fewer_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = readers.walk([_reports(tmp_path / "in")])
    assert workers._number(None, len(walk.readable), sum(map(workers._size, walk.readable))) == 0
    monkeypatch.setattr(workers, "WORTH", 1000)
    assert workers._number(None, len(walk.readable), sum(map(workers._size, walk.readable))) >= 1
    assert workers._number(5, 3, 0) == 3


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os.write(1, b'nonsense')"])
def test_a_process_that_ends_without_an_answer_is_an_error_of_ours(
    threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(workers, "_COMMAND", code)
    folder = _reports(tmp_path / "in")
    with pytest.raises(SitgraphError, match="ended without an answer"):
        put(tmp_path / "s", folder, workers=2)
    assert threading.active_count() == threads
    monkeypatch.undo()
    assert put(tmp_path / "s", folder, workers=2).committed  # and the store is as before


def test_an_error_arrives_as_what_it_is_or_at_least_as_one_of_ours() -> None:
    assert type(workers._passed(StoreError("damaged"))) is StoreError
    passed = workers._passed(ReadError("a.ann", "is empty", 3, "see there"))
    assert isinstance(passed, SitgraphError)
    assert "a.ann:3: is empty" in str(passed)


def test_a_fault_of_ours_in_a_process_is_raised_with_its_trace(tmp_path: Path) -> None:
    task = workers._Task(files=(("no such format", tmp_path, "x", ""),))
    setting = Setting(tmp_path, SPACE.base, _REFERENCE, _JUDGED, {})
    (answer,) = workers._answered(task, Accounting(setting, tmp_path, "x"), {})
    assert isinstance(answer, RuntimeError)
    assert "KeyError" in str(answer)


def test_control_c_leaves_no_process_and_no_lock(threads: int, tmp_path: Path) -> None:
    folder = _reports(tmp_path / "in")

    def step(what: str, *_: int) -> None:
        if what.startswith("reading"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(tmp_path / "s", [folder], Options(workers=2), step=step)
    assert threading.active_count() == threads
    assert put(tmp_path / "s", folder, workers=0).committed


_KILLED = """
import os, signal, sys
from pathlib import Path
from kg.pipeline import Options, ingest
def step(what, *_):
    if what.startswith(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
ingest(Path(sys.argv[1]), [Path(sys.argv[2])], Options(workers=2), step=step)
"""


@pytest.mark.parametrize(
    "step", ["reading", *(pytest.param(step, marks=pytest.mark.slow) for step in ("consolidating", "loading"))]
)
def test_who_is_killed_leaves_no_process_behind_and_the_next_ingest_is_whole(tmp_path: Path, project: Path, step: str) -> None:
    folder = _reports(tmp_path / "in")
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "s"), str(folder), step]
    killed = subprocess.Popen(command, cwd=project, start_new_session=True)
    assert killed.wait(timeout=120) == -signal.SIGKILL
    for _ in range(100):
        try:
            os.killpg(killed.pid, 0)  # asks only: nobody is there
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("a process that reads has outlived who started it")
    put(tmp_path / "s", folder, workers=0)
    put(tmp_path / "fresh", folder, workers=0)
    assert content(opened(tmp_path / "s")) == content(opened(tmp_path / "fresh"))


# -- loading


def test_only_the_bytes_of_reports_that_were_taken_are_loaded(tmp_path: Path) -> None:
    one, two = tmp_path / "a.nq", tmp_path / "b.nq"
    one.write_bytes(b"first\nsecond\nthird\n")
    two.write_bytes(b"whole\n")
    places = [Place(one, 13, 19), Place(one, 0, 6), Place(two, 0, 6)]
    assert text_of(places[0]) == b"third\n"
    assert [p.read_bytes() for p in files_of(places)] == [b"first\nthird\n", b"whole\n"]


def _lines(number: int) -> Iterator[str]:
    return (f'<http://a.example/{n}> <http://a.example/p> "{n}"' for n in range(number))


def test_all_that_was_carriedis_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROLL", 1000)
    store, file = EmbeddedStore.in_memory(), tmp_path / "given.nq"
    file.write_text("<http://a.example/s> <http://a.example/p> <http://a.example/o> <http://a.example/g> .\n", encoding="utf-8")
    with Bulk(store, tmp_path) as loading:
        loading.file(file)
        assert loading.lines(_lines(500), "")
        assert loading.lines(_lines(300), "http://a.example/h")
        assert not loading.lines((), "http://a.example/i")
        loading.done()
    assert len(store) == 801
    assert [g.value for g in store.graph_names()] == ["http://a.example/g", "http://a.example/h"]
    assert list(tmp_path.iterdir()) == []


def test_what_the_loader_refuses_is_raised_where_it_is_waited_for(
    threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ROLL", 1000)
    with Bulk(EmbeddedStore.in_memory(), tmp_path) as loading:
        loading.documents(["nonsense\n"])
        with pytest.raises(SyntaxError):
            loading.lines(_lines(5000), "")  # more than there is room for: it does not wait for ever
        with pytest.raises(SyntaxError):
            loading.done()
    assert threading.active_count() == threads


def test_loading_ends_when_the_work_beside_it_fails(threads: int, tmp_path: Path) -> None:
    def work() -> None:
        with Bulk(EmbeddedStore.in_memory(), tmp_path) as loading:
            loading.lines(_lines(10), "")
            raise RuntimeError("beside")

    with pytest.raises(RuntimeError, match="beside"):
        work()
    assert threading.active_count() == threads


# -- the copies of the benchmark


def test_copies_of_a_corpus_differ_in_ids_alone(tmp_path: Path, shared: Path) -> None:
    corpus = shared / "data" / "muc34" / "raw"
    assert replicate(corpus, 3200, tmp_path) == 3200
    texts: dict[str, list[str]] = {}
    ids: list[str] = []
    for path in sorted(p for p in tmp_path.rglob("*") if p.is_file()):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("latin-1")
        if not path.name.startswith("key-"):
            ids += re.findall(r"^((?:DEV|TST\d)-MUC\d-\d{4})", text, re.MULTILINE)
        texts.setdefault(path.name, []).append(re.sub(r"-MUC\d-\d{4}", "", text))
    assert len(ids) == len(set(ids)) == 3200
    assert all(len(set(several)) == 1 for several in texts.values())
    assert max(map(len, texts.values())) == 3


@pytest.mark.slow
def test_the_benchmark_of_the_flow_tells_what_it_measured(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = str(shared / "data" / "muc34" / "raw")
    assert main([corpus, "--reports", "100", "--runs", "1", "--bar", "1000"]) == 0
    told = capsys.readouterr().out
    assert "100 reports" in told
    assert "sitgraph ingest" in told
    assert main([corpus, "--reports", "100", "--runs", "1", "--bar", "0.001"]) == 1
