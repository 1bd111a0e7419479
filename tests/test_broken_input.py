"""Broken input through the whole flow, from the command to what the store holds: what is wrong is named with file and line and
kept in ``rejects/``, the rest is stored, and no store is ever left half-written."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad
from typer.testing import CliRunner

from kg.cli import app
from kg.errors import SitgraphError
from kg.pipeline import Options, ingest
from kg.store.generations import LAYOUT, StoreDirectory

COMMAND = str(Path(sys.executable).with_name("sitgraph"))
TEXT = b"The army attacked Aleppo on 3 August 2016. The army left Aleppo.\n"
ANN = (
    b"T1\tArmedForce 4 8\tarmy\nT2\tAssault 9 17\tattacked\nT3\tSettlement 18 24\tAleppo\nE1\tAssault:T2 Attacker:T1 Place:T3\n"
)
META = b'{"issued": "2016-08-03"}'


@dataclass(frozen=True)
class Case:
    """A report of one, two or three files; what of it is reported; how many mentions of it are stored, none if it is not."""

    name: str
    says: tuple[tuple[str, int, str], ...] = ()
    mentions: int | None = None
    ann: bytes | None = ANN
    text: bytes | None = TEXT
    meta: bytes | None = META
    warns: tuple[tuple[str, int, str], ...] = field(default=())

    def write(self, folder: Path) -> None:
        for suffix, content in ((".ann", self.ann), (".txt", self.text), (".meta.json", self.meta)):
            if content is not None:
                (folder / (self.name + suffix)).write_bytes(content)

    def mend(self, folder: Path) -> None:
        Case(self.name).write(folder)


CASES = (
    Case("good", mentions=3),
    Case("empty-ann", mentions=0, ann=b"", warns=((".ann", 0, "holds no annotation"),)),
    Case(
        "empty-text",
        (*((".ann", n, "is beyond the end of the text (0 code") for n in (1, 2, 3)), (".ann", 4, "without its trigger")),
        0,
        text=b"",
    ),
    Case("no-text", ((".ann", 0, "the text it annotates, no-text.txt, is not beside it"),), text=None),
    Case("text-not-utf-8", ((".txt", 2, "not UTF-8: byte 0xff at byte offset 9"),), text=b"One line\n\xff\n"),
    Case("ann-not-utf-8", ((".ann", 1, "not UTF-8: byte 0xfe"),), ann=b"\xfe" + ANN),
    Case("bom", mentions=3, text=b"\xef\xbb\xbf" + TEXT, warns=((".txt", 1, "byte order mark"),)),
    Case("bom-ann", mentions=3, ann=b"\xef\xbb\xbf" + ANN),
    Case("crlf", mentions=3, ann=ANN.replace(b"\n", b"\r\n"), text=TEXT.replace(b"\n", b"\r\n")),
    Case("beyond", ((".ann", 5, "offset 9999 is beyond the end of the text"),), 3, ANN + b"T4\tArmedForce 9990 9999\tarmy\n"),
    Case("wrong-words", ((".ann", 5, "the text at these offsets is 'left'"),), 3, ANN + b"T4\tArmedForce 52 56\tarmy\n"),
    Case("dangling", ((".ann", 5, "there is no T9"),), 3, ANN + b"E2\tAssault:T9 Attacker:T1\n"),
    Case("dangling-filler", ((".ann", 4, "without its Place: there is no T9"),), 3, ANN.replace(b"Place:T3", b"Place:T9")),
    Case("duplicate", ((".ann", 5, "this id is taken, by line 1"),), 3, ANN + b"T1\tArmedForce 47 51\tarmy\n"),
    Case("unknown-label", ((".ann", 5, "unknown label 'Weather'"),), 4, ANN + b"T4\tWeather 47 51\tarmy\n"),
    Case(
        "circular",
        ((".ann", 6, "closes a circle of PartOf"),),
        4,
        ANN.replace(b"Place:T3", b"Place:T3 PartOf:E2") + b"T4\tAssault 52 56\tleft\nE2\tAssault:T4 PartOf:E1\n",
    ),
    Case("no-fields", ((".ann", 5, ""),), 3, ANN + b"T4\n"),
    Case("wrong-hash", ((".txt", 0, "SHA-256"),), meta=b'{"textSha256": "' + b"0" * 64 + b'"}'),
    Case("meta-not-json", ((".meta.json", 2, "not JSON"),), meta=b'{"id": "x",\n oops}'),
    Case("meta-not-utf-8", ((".meta.json", 1, "not UTF-8"),), meta=b'{"title": "\xff"}'),
    Case("meta-wrong-date", ((".meta.json", 0, "issued must be an ISO 8601 date"),), meta=b'{"issued": "next week"}'),
    Case("meta-scheme", ((".ann", 0, "unknown scheme 'acled-9'"),), meta=b'{"scheme": "acled-9"}'),
    Case("huge-text", ((".txt", 0, "MAX_TEXT_BYTES"),), text=b"x"),
)  # fmt: skip
BY_NAME = {c.name: c for c in CASES}


def command(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)


def took(*arguments: object) -> dict[str, Any]:
    """What ``ingest --json`` says."""
    result = CliRunner().invoke(app, ["ingest", *map(str, arguments), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    outcome: dict[str, Any] = json.loads(result.stdout)
    assert outcome["exit_code"] == result.exit_code
    return outcome


def content(store: Path, number: int | None = None) -> set[Quad]:
    """All quads of a generation but those of ``graph/provenance``, which hold times of ingest."""
    directory = StoreDirectory(store)
    generation = directory.current() if number is None else directory.generation(number)
    graph = f"<{directory.base}graph/provenance>"
    return {q for q in generation.open().quads() if str(q.graph_name) != graph}


def rejected(store: Path) -> dict[str, list[dict[str, Any]]]:
    """``rejects/`` by the file that each part of it is about."""
    found = {}
    for path in (store / "rejects").iterdir():
        first, *rest = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        found[Path(first["file"]).name] = rest
    return found


@dataclass(frozen=True)
class Flow:
    folder: Path
    store: Path
    outcome: dict[str, Any]


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """All cases in one folder, read at once. Read-only."""
    top = tmp_path_factory.mktemp("broken")
    folder = top / "reports"
    folder.mkdir()
    for case in CASES:
        case.write(folder)
    os.truncate(folder / "huge-text.txt", 65 * 2**20)
    (folder / "alone.txt").write_bytes(TEXT)
    (folder / "notes.odt").write_bytes(b"x")
    return Flow(folder, top / "store", took(folder, "--store", top / "store"))


def test_all_cases_are_collected() -> None:
    assert len(CASES) == len(BY_NAME) == 23
    assert sum(bool(c.says) for c in CASES) == 18


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_wrong_is_named_and_the_rest_is_stored(flow: Flow, name: str) -> None:
    case = BY_NAME[name]
    found = [p for p in flow.outcome["problems"] if Path(p["path"]).name.split(".")[0] == name]
    for severity, wanted in (("rejected", case.says), ("warning", case.warns)):
        said = [p for p in found if p["severity"] == severity]
        assert len(said) == len(wanted), said
        for problem, (suffix, line, words) in zip(said, wanted, strict=True):
            assert Path(problem["path"]).name == name + suffix
            assert (problem["line"], words in problem["message"]) == (line, True), problem
    read = [r for r in flow.outcome["reports"] if r["report"] == name and r["state"] == "new"]
    assert [r["mentions"] for r in read] == ([] if case.mentions is None else [case.mentions])
    graph = f"graph/report/{name}>"
    assert any(str(q.graph_name).endswith(graph) for q in content(flow.store)) == (case.mentions is not None)


@pytest.mark.parametrize("name", BY_NAME)
def test_rejects_hold_it(flow: Flow, name: str) -> None:
    case = BY_NAME[name]
    kept = {f: lines for f, lines in rejected(flow.store).items() if f.split(".")[0] == name}
    assert sorted(kept) == sorted({name + suffix for suffix, _, _ in case.says})
    assert sum(map(len, kept.values())) == len(case.says)


def test_nobody_else_may_look_into_rejects(flow: Flow) -> None:
    assert (flow.store / "rejects").stat().st_mode & 0o777 == 0o700


def test_files_nobody_reads_are_listed_and_change_no_exit_code(flow: Flow, tmp_path: Path) -> None:
    assert flow.outcome["exit_code"] == 1
    reasons = {Path(u["path"]).name: u["reason"] for u in flow.outcome["unclaimed"]}
    assert set(reasons) == {"alone.txt", "notes.odt"}
    assert "a text without annotation: alone.ann is not beside it" in reasons["alone.txt"]
    assert "docs/annotating.md" in reasons["alone.txt"]
    BY_NAME["good"].write(tmp_path)
    (tmp_path / "other.odt").write_bytes(b"x")
    outcome = took(tmp_path, "--store", tmp_path / "store")
    assert (outcome["exit_code"], len(outcome["unclaimed"])) == (0, 1)
    again = took(tmp_path, "--store", tmp_path / "store")
    assert (again["committed"], again["unclaimed"]) == (False, outcome["unclaimed"]), "the store itself is not listed"


def test_what_is_mended_leaves_rejects(tmp_path: Path) -> None:
    folder, store = tmp_path / "reports", tmp_path / "store"
    folder.mkdir()
    broken = [c for c in CASES if c.says]
    for case in (*broken, BY_NAME["good"]):
        case.write(folder)
    os.truncate(folder / "huge-text.txt", 65 * 2**20)
    took(folder, "--store", store)
    # unreadable annotations of another folder stay what they are
    other = tmp_path / "other"
    other.mkdir()
    BY_NAME["beyond"].write(other)
    took(other, "--store", store)
    before = rejected(store)
    BY_NAME["text-not-utf-8"].mend(folder)
    assert took(folder / "text-not-utf-8.ann", "--store", store)["exit_code"] == 0
    assert set(before) - set(rejected(store)) == {"text-not-utf-8.txt"}
    for case in broken:
        case.mend(folder)
    (other / "beyond.ann").unlink()
    (other / "beyond.txt").unlink()
    assert took(folder, "--store", store)["exit_code"] == 0
    assert not any((store / "rejects").iterdir())


def test_lines_in_words(tmp_path: Path) -> None:
    """Without ``--json``: each rejected line on standard error, the summary on standard output."""
    BY_NAME["beyond"].write(tmp_path)
    done = command("ingest", ".", "--store", "store", cwd=tmp_path)
    assert done.returncode == 1
    assert "rejected  beyond.ann:5: T4: offset 9999 is beyond the end of the text (65 code points)" in done.stderr
    assert "rejected  " not in done.stdout
    assert "1 reports in store, 1 rejected items" in done.stdout


def test_a_text_of_50_megabytes_is_read_below_a_gibibyte(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(TEXT + b"Nothing happened on that day in any of the towns.\n" * (2**20))
    (tmp_path / "long.ann").write_bytes(ANN)
    assert (tmp_path / "long.txt").stat().st_size > 50 * 2**20
    watch = "import resource,subprocess,sys; r = subprocess.run(sys.argv[1:]).returncode; " \
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r)"  # fmt: skip
    arguments = [sys.executable, "-c", watch, COMMAND, "ingest", str(tmp_path), "--store", str(tmp_path / "store")]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    kibibytes = int(done.stdout.splitlines()[-1])
    assert kibibytes < 2**20, f"{kibibytes / 2**10:.0f} MiB"


def test_a_text_too_long_is_refused_within_little_memory(tmp_path: Path) -> None:
    BY_NAME["good"].write(tmp_path)
    os.truncate(tmp_path / "good.txt", 10 * 2**30)  # a sparse file
    limit: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))  # noqa: E731  a hook
    done = command("ingest", tmp_path, "--store", tmp_path / "store", preexec_fn=limit)
    assert done.returncode == 2
    assert "is 10,737,418,240 bytes long, more than MAX_TEXT_BYTES (67,108,864 bytes)" in done.stderr


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    BY_NAME["good"].write(tmp_path)
    (tmp_path / "torn.ann").write_bytes(ANN)
    (tmp_path / "torn.txt").symlink_to("/proc/self/mem")  # a file whose reading fails, for the superuser too
    outcome = took(tmp_path, "--store", tmp_path / "store")
    assert outcome["exit_code"] == 1
    (problem,) = outcome["problems"]
    assert problem["path"].endswith("torn.txt")
    assert "cannot be read: Input/output error" in problem["message"]


def test_a_file_without_permission(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("not here: the superuser may read every file")
    BY_NAME["good"].write(tmp_path)
    Case("shut").write(tmp_path)
    (tmp_path / "shut.txt").chmod(0)
    outcome = took(tmp_path, "--store", tmp_path / "store")
    assert outcome["exit_code"] == 1
    assert "cannot be read: Permission denied" in outcome["problems"][0]["message"]


# -- nothing can be done: exit code 2, one line, nothing written


def refused(tmp_path: Path, *arguments: object, store: str = "store") -> str:
    before = sorted(tmp_path.rglob("*"))
    done = command("ingest", *arguments, "--store", store, cwd=tmp_path)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before, "nothing was written"
    return done.stderr


@pytest.fixture
def good(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    BY_NAME["good"].write(folder)
    return folder


def test_unknown_reader(tmp_path: Path, good: Path) -> None:
    assert "nope: no reader has this name; there are brat, cas, doccano" in refused(tmp_path, good, "--format", "nope")


def test_unknown_scheme(tmp_path: Path, good: Path) -> None:
    assert "unknown scheme 'nope'; there are " in refused(tmp_path, good, "--scheme", "nope")


def test_bad_base(tmp_path: Path, good: Path) -> None:
    for base in ("example.org", "http://example.org", "http://exa mple/", "ftp://x/"):
        assert "sitgraph: " in refused(tmp_path, good, "--base", base)


@pytest.mark.parametrize(
    ("table", "content", "says"),
    [
        ("actors.csv", "id,class\nactor/x,ArmedGroup\nactor/y,Weather\n", "actors.csv:3: class is 'Weather'; expected a class"),
        ("actors.csv", "id,class\nactor/x\n", "actors.csv:2: expected 2 cells"),
        ("aliases.csv", "entity_id,kind,label\nactor/nobody,Actor,X\n", "aliases.csv:2: actor/nobody is in none of the tables"),
        ("places.csv", "id\nplace/x\n", "places.csv:1: column name_en is missing"),
        ("actor.csv", "id,class\n", "holds none of actors.csv"),
    ],
)  # fmt: skip
def test_bad_reference_tables(tmp_path: Path, good: Path, table: str, content: str, says: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / table).write_text(content, encoding="utf-8")
    assert says in refused(tmp_path, good, "--reference", "mine")


def test_a_store_that_is_a_file_or_something_else(tmp_path: Path, good: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "file: is a file; a store is a folder" in refused(tmp_path, good, store="file")
    assert "reports: is not empty and not a store" in refused(tmp_path, good, store="reports")
    assert "info" not in (done := command("info", "--store", tmp_path / "file")).stdout
    assert (done.returncode, "is a file" in done.stderr) == (2, True)


def test_a_store_of_another_base_or_layout_or_damaged(tmp_path: Path, good: Path) -> None:
    took(good, "--store", tmp_path / "store", "--base", "http://a.example/")
    assert "the base of this store is http://a.example/, not http://b.example/" in refused(
        tmp_path, good, "--base", "http://b.example/"
    )
    settings = tmp_path / "store" / "sitgraph.json"
    good_settings = settings.read_text(encoding="utf-8")
    for damage, says in (
        (good_settings.replace(f'"layout": {LAYOUT}', '"layout": 99'), "layout 99 of another version; this one reads layout 1"),
        ("{oops", "sitgraph.json: not JSON"),
        ("[]", "sitgraph.json: expected a JSON object"),
    ):
        settings.write_text(damage, encoding="utf-8")
        assert says in refused(tmp_path, good)
        assert says in command("info", "--store", tmp_path / "store").stderr
    settings.write_text(good_settings, encoding="utf-8")
    (tmp_path / "store" / "CURRENT").write_text("many")
    assert "CURRENT: expected the number of a generation" in refused(tmp_path, good)


@pytest.mark.parametrize("what", ["empty folder", "only a text", "no such path"])
def test_nothing_to_read(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "reports"
    if what != "no such path":
        folder.mkdir()
    if what == "only a text":
        (folder / "alone.txt").write_bytes(TEXT)
    done = command("ingest", folder, "--store", tmp_path / "store")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert {"empty folder": "", "only a text": "without annotation", "no such path": "no such file or folder"}[
        what
    ] in done.stderr
    assert not (tmp_path / "store").exists()


def test_a_path_that_is_missing_beside_one_that_is_read(tmp_path: Path, good: Path) -> None:
    outcome = took(good, tmp_path / "missing", "--store", tmp_path / "store")
    assert (outcome["exit_code"], outcome["committed"]) == (1, True)
    assert outcome["problems"][0]["message"] == "there is no such file or folder"


def test_one_report_twice(tmp_path: Path, good: Path) -> None:
    """Equal content is taken once; other content under the same id is refused."""
    for name, text in (("same", TEXT), ("other", TEXT.replace(b"left", b"held"))):
        (good / f"{name}.ann").write_bytes(ANN)
        (good / f"{name}.txt").write_bytes(text)
        (good / f"{name}.meta.json").write_bytes(b'{"id": "good", "issued": "2016-08-03"}')
    outcome = took(good, "--store", tmp_path / "store")
    assert [r["state"] for r in outcome["reports"]].count("refused") == 1
    (problem,) = outcome["problems"]
    assert problem["path"].endswith("other.ann")
    assert "was also read from" in problem["message"]


# -- two writers, and writers that die


def slow_copy(source: Path, target: Path, copies: int) -> Path:
    """The examples several times under other names: enough work to be interrupted."""
    target.mkdir()
    for path in sorted(source.glob("*.ann")):
        meta = json.loads(path.with_suffix(".meta.json").read_text(encoding="utf-8"))
        del meta["textSha256"]
        for n in range(copies):
            name = f"{target.name}-{path.stem}-{n}"
            (target / f"{name}.ann").write_bytes(path.read_bytes())
            (target / f"{name}.txt").write_bytes(path.with_suffix(".txt").read_bytes())
            (target / f"{name}.meta.json").write_text(json.dumps({**meta, "id": name}), encoding="utf-8")
    return target


def test_a_second_writer_gets_one_clear_sentence(project: Path, tmp_path: Path, good: Path) -> None:
    many, store = slow_copy(project / "examples", tmp_path / "many", 2), tmp_path / "store"
    first = subprocess.Popen([COMMAND, "ingest", many, "--store", store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (store / "lock").exists() or not (store / "lock").read_text():
            assert first.poll() is None, "ended before it wrote"
            time.sleep(0.002)
        first.send_signal(signal.SIGSTOP)
        second = command("ingest", good, "--store", store)
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.wait(120) == 0
    assert second.returncode == 2
    assert second.stderr == f"sitgraph: {store}: process {first.pid} is writing; try again later\n"
    assert command("ingest", good, "--store", store).returncode == 0


@pytest.mark.slow
def test_a_killed_writer_leaves_the_last_generation(project: Path, tmp_path: Path) -> None:
    """Killed at 14 moments between its start and its end, in a store that grows: nothing that was committed is lost."""
    store, tables = tmp_path / "store", tmp_path / "tables"
    tables.mkdir()
    (tables / "actors.csv").write_text("id,class\nactor/home-guard,Militia\n", encoding="utf-8")
    (tables / "aliases.csv").write_text("entity_id,kind,label\nactor/home-guard,Militia,Home Guard\n", encoding="utf-8")
    first, more = slow_copy(project / "examples", tmp_path / "first", 1), slow_copy(project / "examples", tmp_path / "more", 2)
    assert command("ingest", first, "--store", store, "--reference", tables).returncode == 0
    committed, number = content(store), 1
    rng, killed, whole = random.Random(7), 0, 4.0
    for turn in range(60):
        started = time.monotonic()
        with (tmp_path / "said").open("w") as stderr:
            writer = subprocess.Popen([COMMAND, "ingest", more, "--store", store], stdout=subprocess.DEVNULL, stderr=stderr)
        try:
            writer.wait(whole * rng.uniform(0.1, 1.05))
        except subprocess.TimeoutExpired:
            writer.kill()
            killed += 1
        code = writer.wait()
        assert code in (0, -signal.SIGKILL), (tmp_path / "said").read_text(encoding="utf-8")
        now = StoreDirectory(store).number()
        assert now in (number, number + 1)
        if now == number:
            assert code == -signal.SIGKILL
            assert content(store) == committed
        else:  # it was faster than the kill, or died after its commit: the next one changes the reports again
            whole = min(whole, time.monotonic() - started)
            committed, number = content(store), now
            for text in more.glob("*.txt"):
                text.write_bytes(text.read_bytes() + b".")
        if killed >= 14 and turn >= 13:
            break
    assert killed >= 14
    for text in more.glob("*.txt"):
        text.write_bytes(text.read_bytes() + b"!")
    assert command("ingest", more, "--store", store).returncode == 0
    ingest(tmp_path / "once", [first, more], Options(reference=tables))
    assert content(store) == content(tmp_path / "once")
    assert not list(store.rglob("*.new"))


def test_a_folder_in_which_a_writer_died_before_it_was_a_store(tmp_path: Path, good: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "lock").write_text("process 1")
    assert took(good, "--store", tmp_path / "store")["exit_code"] == 0


def test_half_a_copy_of_the_database_is_not_taken_for_one(tmp_path: Path, good: Path) -> None:
    store = tmp_path / "store"
    took(good, "--store", store)
    (store / "live.dirty").touch()
    next((store / "live").glob("*.sst"), next((store / "live").iterdir())).unlink()
    Case("second").write(good)
    took(good, "--store", store)
    took(good, "--store", tmp_path / "once")
    assert content(store) == content(tmp_path / "once")


def test_a_copy_that_breaks_off_is_begun_again(tmp_path: Path, good: Path) -> None:
    """The mark stands before the first file of the copy does."""
    store = tmp_path / "store"
    took(good, "--store", store)
    shutil.rmtree(store / "live")
    hindrance = store / "generations" / "000001" / "store" / "hindrance"
    hindrance.symlink_to("nowhere")
    assert command("ingest", good, "--store", store).returncode == 2
    hindrance.unlink()
    Case("second").write(good)
    assert took(good, "--store", store)["exit_code"] == 0
    took(good, "--store", tmp_path / "once")
    assert content(store) == content(tmp_path / "once")


def test_the_users_tables_are_remembered(tmp_path: Path, good: Path) -> None:
    """Tables count once ``CURRENT`` has reached their generation, like everything else of a commit."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "actors.csv").write_text("id,class\nactor/army-of-x,ArmedGroup\n", encoding="utf-8")
    (tmp_path / "mine" / "aliases.csv").write_text("entity_id,kind,label\nactor/army-of-x,ArmedGroup,army\n", encoding="utf-8")
    store = tmp_path / "store"
    took(good, "--store", store, "--reference", tmp_path / "mine")
    Case("second").write(good)
    took(good, "--store", store)
    half = store / "inputs" / "reference" / "000009" / "own"  # of a generation that never came
    half.mkdir(parents=True)
    assert took(good, "--store", store)["committed"] is False
    names = {str(q.object) for q in content(store)}
    assert any("actor/army-of-x" in n for n in names)


def test_errors_of_ours_are_raised_by_the_library_too(tmp_path: Path, good: Path) -> None:
    with pytest.raises(SitgraphError, match="unknown scheme"):
        ingest(tmp_path / "store", [good], Options(scheme="nope"))


# -- determinism


def test_two_runs_in_different_folders_give_the_same_quads(project: Path, example_store: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    outcome = took(project / "examples", "--store", tmp_path / "elsewhere" / "store")
    assert outcome["exit_code"] == 0
    assert sorted(map(str, content(tmp_path / "elsewhere" / "store"))) == sorted(map(str, content(example_store)))
