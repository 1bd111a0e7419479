"""Writers of brat and Label Studio, and the export of reports: what is written reads back the same, or a problem says why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.main import get_command
from typer.testing import CliRunner

from kg import cli
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TableCell, TextSpan, quote_of
from kg.readers import Reader, readers
from kg.schemes.grammar import Grammar
from kg.store.generations import StoreDirectory
from kg.store.inputs import Entry, Inputs
from kg.writers import Writer, Written, brat, label_studio, writers
from kg.writers._proof import lost

WRITERS: dict[str, Writer] = {"brat": brat, "label-studio": label_studio}  # checked against the protocol here
GRAMMAR = Grammar.load()
FORMATS = pytest.mark.parametrize("name", WRITERS)


def reader_of(name: str) -> Reader:
    return readers()[name]


def read_back(written: Written, name: str) -> AnnotatedReport:
    (path,) = [p for p in written.paths if reader_of(name).detect(p)]
    (report,) = reader_of(name).read(path, "another-id")
    assert isinstance(report, AnnotatedReport)
    return report


def a_report(text: str, *mentions: Mention, links: tuple[Link, ...] = (), scheme: str = "sitgraph-1") -> AnnotatedReport:
    return AnnotatedReport(Report("r"), text, mentions, links, scheme)


def mention(text: str, ident: str, label: str, *spans: tuple[int, int], **more: object) -> Mention:
    fragments = tuple(TextSpan(*s) for s in spans)
    return replace(Mention(ident, label, fragments, quote_of(text, fragments)), **more)  # type: ignore[arg-type]  # fields by name


def test_there_is_a_writer_for_each_name() -> None:
    assert {name: w for name, w in writers().items() if name in WRITERS} == WRITERS
    assert set(writers()) <= set(readers())


def test_the_help_of_export_names_every_writer() -> None:
    option = next(p for p in get_command(cli.app).commands["export"].params if p.name == "format")  # type: ignore[attr-defined]  # a group
    assert all(name in option.help for name in writers())


# --- real reports


@FORMATS
def test_every_example_reads_back_the_same(name: str, project: Path, tmp_path: Path) -> None:
    sources = sorted((project / "examples").glob("*.ann"))
    for source in sources:
        (report,) = reader_of("brat").read(source, source.stem)
        assert isinstance(report, AnnotatedReport)
        written = WRITERS[name].write(report, tmp_path)
        again = read_back(written, name)
        assert (again.canonical(), written.problems, again.problems) == (report.canonical(), (), ())
    assert len(sources) == 13


@FORMATS
def test_the_seed_report_reads_back_the_same(name: str, shared: Path, tmp_path: Path) -> None:
    (report,) = reader_of("brat").read(shared / "data" / "seed-report" / "mesop-aleppo.ann")
    assert isinstance(report, AnnotatedReport)
    written = WRITERS[name].write(report, tmp_path)
    assert (read_back(written, name).digest(), written.problems) == (report.digest(), ())


def test_label_studio_is_written_as_the_seed_report_is(shared: Path, tmp_path: Path) -> None:
    """The same regions and relations, control by control."""
    source = shared / "data" / "seed-report" / "mesop-aleppo.label-studio.json"
    (report,) = reader_of("label-studio").read(source)
    assert isinstance(report, AnnotatedReport)
    (path,) = label_studio.write(report, tmp_path).paths

    def results(file: Path) -> list[str]:
        (task,) = json.loads(file.read_text(encoding="utf-8"))
        return sorted(json.dumps(r, sort_keys=True) for r in task["annotations"][0]["result"])

    assert results(path) == results(source)
    assert len(results(path)) == 454


def test_label_studio_uses_the_controls_of_the_configuration(project: Path, tmp_path: Path) -> None:
    config = Xml.parse(project / "docs" / "annotation" / "label-studio" / "label-studio.xml").getroot()
    controls = {e.get("name"): {c.get("value") for c in e} for e in config if e.get("toName")}
    relations = {r.get("value") for r in config.iter("Relation")}
    seen = 0
    for source in sorted((project / "examples").glob("*.ann")):
        (report,) = reader_of("brat").read(source, source.stem)
        assert isinstance(report, AnnotatedReport)
        (path,) = label_studio.write(report, tmp_path).paths
        (task,) = json.loads(path.read_text(encoding="utf-8"))
        for r in task["annotations"][0]["result"]:
            seen += 1
            if r["type"] == "relation":
                assert set(r["labels"]) <= relations
            else:
                assert r["from_name"] in controls
                assert set(r["value"].get("labels", []) + r["value"].get("choices", [])) <= controls[r["from_name"]]
    assert seen == 2800


# --- laws

PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("abب💥 \n\r\t\u2028")), min_size=1, max_size=40)
PLAIN = st.text(st.sampled_from("abcب💥 .,\t\u2028"), min_size=1, max_size=40)
NOTE = PRINTED.map(lambda w: f"edtf={w} and so on")
REFERENCE = st.builds(Reference, PRINTED.map(lambda w: f"sitgraph:actor/{w}"), st.one_of(st.just(""), PRINTED))
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
ROLES = sorted({role for roles in GRAMMAR.situations.values() for role in roles})
LABELS = sorted(GRAMMAR.groups["entity"] | GRAMMAR.groups["situation"])


@st.composite
def fragments(draw: st.DrawFn, text: str) -> tuple[TextSpan, ...]:
    """One part or two of a text, in order, that do not touch."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
    if len(cuts) == 4:
        return TextSpan(cuts[0], cuts[1]), TextSpan(cuts[2], cuts[3])
    return (TextSpan(cuts[0], cuts[-1]),)


@st.composite
def in_the_scheme(draw: st.DrawFn, texts: st.SearchStrategy[str] = PLAIN) -> AnnotatedReport:
    """A report in the sitgraph scheme: labels, attributes with their codes, roles and links, circles of a role included."""
    text = draw(texts)
    mentions = []
    for n in range(draw(st.integers(0, 5))):
        label = draw(st.sampled_from(LABELS))
        parts = draw(fragments(text))
        specs = [(name, a) for name, a in GRAMMAR.attributes.items() if GRAMMAR.belongs(label, a.on)]
        chosen = draw(st.lists(st.sampled_from(specs), max_size=2, unique_by=lambda s: s[0])) if specs else []
        attributes = sorted((name, draw(st.sampled_from(sorted(a.values))) if a.values else "true") for name, a in chosen)
        references = sorted(draw(st.sets(REFERENCE, max_size=2)))
        notes = sorted(draw(st.sets(NOTE, max_size=2)))
        quote = quote_of(text, parts)
        mentions.append(Mention(f"m{n}", label, parts, quote, tuple(attributes), tuple(references), tuple(notes)))
    pairs = [(a.id, b.id) for a in mentions for b in mentions]
    links = [
        Link(draw(st.sampled_from([*ROLES, *GRAMMAR.links])), *pair)
        for pair in (draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else [])
    ]
    report = Report(draw(IDS), title=draw(st.one_of(st.just(""), PRINTED)), language="en", issued="2016-08-15")
    return AnnotatedReport(report, text, tuple(mentions), tuple(dict.fromkeys(links)), GRAMMAR.id)


@FORMATS
@given(report=in_the_scheme())
def test_what_is_in_the_scheme_reads_back_the_same(name: str, report: AnnotatedReport) -> None:
    with TemporaryDirectory() as folder:
        assume(name == "brat" or report.text.strip())
        written = WRITERS[name].write(report, Path(folder))
        assert read_back(written, name).digest() == report.digest()
        assert [p for p in written.problems if p.message != "holds no annotation"] == []


@st.composite
def anything(draw: st.DrawFn) -> AnnotatedReport:
    """A report that no tool would give: any words, spans of any kind, any links."""
    text = draw(TEXT)
    word = st.one_of(st.text(max_size=4), st.sampled_from(["A", "yes", "true", "Fragment", "HasFragment", "a b", "X1", "w:Q1"]))
    span = st.builds(TextSpan, st.integers(0, len(text)), st.integers(0, len(text)))
    mentions = []
    for n in range(draw(st.integers(0, 4))):
        parts = tuple(draw(st.lists(span, min_size=1, max_size=3)))
        attributes = tuple(sorted(draw(st.lists(st.tuples(word, word), max_size=2))))
        references = tuple(sorted(draw(st.sets(st.builds(Reference, word, word), max_size=2))))
        notes = tuple(sorted(draw(st.sets(word, max_size=2))))
        ident = draw(st.sampled_from([f"m{n}", f"m{n}.1", f"{n}"]))
        mentions.append(Mention(ident, draw(word), parts, quote_of(text, parts), attributes, references, notes))
    ids = [m.id for m in mentions]
    links = [
        Link(draw(word), draw(st.sampled_from(ids)), draw(st.sampled_from(ids)))
        for _ in range(draw(st.integers(0, 4)) if ids else 0)
    ]
    scheme = draw(st.sampled_from([GRAMMAR.id, "re3d"]))
    return AnnotatedReport(Report(draw(IDS)), text, tuple(mentions), tuple(dict.fromkeys(links)), scheme)


@FORMATS
@given(report=anything())
def test_what_cannot_be_said_is_told(name: str, report: AnnotatedReport) -> None:
    with TemporaryDirectory() as folder:
        written = WRITERS[name].write(report, Path(folder))
        assert all(path.is_file() for path in written.paths)
        if not written.problems:
            assert read_back(written, name).digest() == report.digest()


TABLE = Mention("m1", "Side", (TableCell(1, "side_a"),), "rebels")
TEN = "0123456789"
SAID: dict[str, tuple[AnnotatedReport, str, str]] = {
    "a cell of a table": (a_report(TEN, TABLE), "both", "cell of a table"),
    "an empty span": (a_report(TEN, mention(TEN, "m1", "Side", (3, 3))), "both", "empty span"),
    "a span beyond the text": (a_report(TEN, mention(TEN, "m1", "Side", (3, 30))), "both", "not within the text"),
    "parts that overlap": (a_report(TEN, mention(TEN, "m1", "Side", (0, 3), (2, 5))), "both", "overlap"),
    "an empty label": (a_report(TEN, mention(TEN, "m1", "", (0, 3))), "both", "label"),
    "a label of two words": (a_report(TEN, mention(TEN, "m1", "Armed Group", (0, 3))), "brat", "no single word"),
    "the label Fragment": (a_report(TEN, mention(TEN, "m1", "Fragment", (0, 3))), "label-studio", "Fragment"),
    "two values": (
        a_report(TEN, mention(TEN, "m1", "Side", (0, 3), attributes=(("A", "x"), ("A", "y")))), "both", "two values"
    ),
    "an attribute without a value": (a_report(TEN, mention(TEN, "m1", "Side", (0, 3), attributes=(("A", ""),))), "both", "'A'"),
    "a small attribute": (
        a_report(TEN, mention(TEN, "m1", "Side", (0, 3), attributes=(("small", "x"),))), "label-studio", "'small'"
    ),
    "the value yes": (a_report(TEN, mention(TEN, "m1", "Side", (0, 3), attributes=(("A", "yes"),))), "label-studio", "yes"),
    "a value of two words": (
        a_report(TEN, mention(TEN, "m1", "Side", (0, 3), attributes=(("A", "x y"),))), "brat", "must be single words"
    ),
    "a reference without a base": (
        a_report(TEN, mention(TEN, "m1", "Side", (0, 3), references=(Reference("Q1"),))), "both", "'Q1'"
    ),
    "a name of two lines": (
        a_report(TEN, mention(TEN, "m1", "Side", (0, 3), references=(Reference("w:Q1", "a\nb"),))), "brat", "'w:Q1'"
    ),
    "a note of two lines": (a_report(TEN, mention(TEN, "m1", "Side", (0, 3), notes=("a\nb",))), "brat", "several lines"),
    "an empty note": (a_report(TEN, mention(TEN, "m1", "Side", (0, 3), notes=("",))), "both", "note"),
    "a link to what is left out": (
        a_report(TEN, mention(TEN, "a", "Side", (3, 3)), mention(TEN, "b", "Side", (0, 3)), links=(Link("Coref", "a", "b"),)),
        "both", "without a, which cannot be said",
    ),
    "a link without a label": (
        a_report(TEN, mention(TEN, "a", "Side", (0, 3)), mention(TEN, "b", "Side", (3, 4)), links=(Link("", "a", "b"),)),
        "both", "label",
    ),
    "a span of line ends": (a_report("a\n\nb", mention("a\n\nb", "m1", "Side", (1, 3))), "brat", "nothing but line ends"),
    "a byte order mark": (a_report("\ufeff" + TEN), "brat", "byte order mark"),
    "an empty text": (a_report(""), "label-studio", "no text"),
    "a text that is an address": (a_report("https://example.org/a"), "label-studio", "nothing is fetched"),
    "a text that is markup": (a_report("<p>a</p>"), "label-studio", "HTML"),
}  # fmt: skip


@FORMATS
@pytest.mark.parametrize("what", SAID)
def test_each_thing_that_a_format_cannot_say_is_told(what: str, name: str, tmp_path: Path) -> None:
    report, where, message = SAID[what]
    problems = [p for p in WRITERS[name].write(report, tmp_path).problems if p.message != "holds no annotation"]
    if where in ("both", name):
        assert any(message in p.message for p in problems), problems
    elif report.mentions:
        assert problems == []
        assert len(read_back(WRITERS[name].write(report, tmp_path), name).mentions) == len(report.mentions)


def test_brat_ends_a_span_at_each_line_end_and_says_so(tmp_path: Path) -> None:
    text = "the Syrian\r\narmy of\nold"
    written = brat.write(a_report(text, mention(text, "m1", "ArmedForce", (4, 16))), tmp_path)
    (told,) = written.problems
    assert (told.severity, told.where) == ("warning", "m1")
    assert "written in 2 parts instead of 1" in told.message
    (again,) = read_back(written, "brat").mentions
    assert [(f.start, f.end) for f in again.fragments if isinstance(f, TextSpan)] == [(4, 10), (12, 16)]


def test_brat_writes_two_events_on_one_trigger_and_numbers_a_role_that_comes_again(tmp_path: Path) -> None:
    text = "A and B fought for C and D"
    sides = [mention(text, i, "ArmedGroup", (n, n + 1)) for i, n in (("a", 0), ("b", 6))]
    places = [mention(text, i, "Area", (n, n + 1)) for i, n in (("c", 19), ("d", 25))]
    fights = [mention(text, i, "Engagement", (8, 14), attributes=(("Denied", "true"),)) for i in ("e", "f")]
    links = [Link("Belligerent", e, s) for e in "ef" for s in "ab"] + [Link("Place", "e", "c"), Link("Place", "f", "d")]
    says = Link("Contradicts", "e", "f")
    report = a_report(text, *sides, *places, *fights, links=(*links, says))
    written = brat.write(report, tmp_path)
    assert (tmp_path / "r.ann").read_text(encoding="utf-8").splitlines() == [
        "T1\tArmedGroup 0 1\tA", "T2\tArmedGroup 6 7\tB", "T3\tArea 19 20\tC", "T4\tArea 25 26\tD",
        "T5\tEngagement 8 14\tfought",
        "E1\tEngagement:T5 Belligerent:T1 Belligerent2:T2 Place:T3",
        "E2\tEngagement:T5 Belligerent:T1 Belligerent2:T2 Place:T4",
        "R1\tContradicts Arg1:E1 Arg2:E2", "A1\tDenied E1", "A2\tDenied E2",
    ]  # fmt: skip
    assert (written.problems, read_back(written, "brat").digest()) == ((), report.digest())


def test_a_prediction_is_read_only_where_nobody_annotated(tmp_path: Path) -> None:
    report = a_report(TEN, mention(TEN, "m1", "Side", (0, 3)))
    written = label_studio.write_prediction(report, tmp_path, "names")
    (task,) = json.loads(written.paths[0].read_text(encoding="utf-8"))
    assert "annotations" not in task
    assert (written.problems, read_back(written, "label-studio").digest()) == ((), report.digest())


# --- export


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments])
    error = f"{result.exception}" if result.exception and not isinstance(result.exception, SystemExit) else ""
    return result.exit_code, result.output + error


@FORMATS
def test_export_gives_every_report_as_it_was_read(name: str, example_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    code, said = run("export", "--store", example_store, "--report", "all", "--format", name, "-o", out)
    assert (code, "13 reports in" in said) == (0, True)
    entries = Inputs(example_store).reports(StoreDirectory(example_store).current().number)
    found = {
        r.report.id: r.digest()
        for p in sorted(out.iterdir())
        if reader_of(name).detect(p)
        for r in reader_of(name).read(p, "x")
        if isinstance(r, AnnotatedReport)
    }
    assert found == {i: e.digest for i, e in entries.items()}


def test_export_tells_of_reports_that_are_not_there(example_store: Path, tmp_path: Path) -> None:
    known, unknown = "aleppo-2016-08-zahra", "aleppo-2016-08-zahar"
    options = ("export", "--store", example_store, "--format", "brat", "-o", tmp_path / "out")
    code, said = run(*options, "--report", known, "--report", unknown)
    assert (code, f"no report '{unknown}'; there is {known}" in said) == (1, True)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{known}.ann", f"{known}.txt", f"{known}.meta.json"}
    assert run(*options, "--report", "???")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--report", "all", "--format", "brat"), "give a folder, -o DIR"),
        (("--report", "all", "--format", "ttl", "-o", "out"), "with --report, expected one of brat, label-studio"),
        (("--format", "brat"), "it is for annotated reports, with --report ID"),
        (("--report", "all", "--view", "--format", "brat", "-o", "out"), "--report stands alone"),
    ],
)
def test_export_says_what_does_not_go_together(example_store: Path, arguments: tuple[str, ...], message: str) -> None:
    code, said = run("export", "--store", example_store, *arguments)
    assert code != 0
    assert message in said


def test_mentions_in_tables_are_kept_in_the_inputs_as_they_are(tmp_path: Path) -> None:
    report = a_report("", TABLE, mention("", "m2", "Side"))
    inputs = Inputs(tmp_path)
    content = report.to_json()
    (tmp_path / "inputs" / "reports").mkdir(parents=True)
    inputs.keep(content, report.digest())
    entry = Entry(1, "", "add", "r", report.digest(), "a", "f", report.scheme)
    assert inputs.report(entry).canonical() == report.canonical()


@FORMATS
def test_a_writer_that_lost_something_would_be_told(name: str, tmp_path: Path) -> None:
    whole = a_report(TEN, mention(TEN, "m1", "Side", (0, 3), notes=("a note",)))
    written = WRITERS[name].write(replace(whole, mentions=(replace(whole.mentions[0], notes=()),)), tmp_path)
    (path,) = [p for p in written.paths if reader_of(name).detect(p)]
    (told,) = lost(whole, path, reader_of(name).read, told=False)
    assert "does not read back as the report" in told.message
    path.write_bytes(path.read_bytes().replace(b"012", b"xyz"))
    assert any(p.severity == "rejected" for p in lost(whole, path, reader_of(name).read, told=False))
