"""The command line as users have it: names, exit codes, streams, formats; in a process of its own where these matter."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
import typer
from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Triple, parse
from typer.testing import CliRunner

from kg import terms
from kg.cli import app
from kg.errors import QueryError, SitgraphError
from kg.export.rdf import SYNTAXES
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory

COMMAND = str(Path(sys.executable).with_name("sitgraph"))
OPTIONS = {
    "ingest": {
        "paths",
        "--store",
        "--base",
        "--reference",
        "--format",
        "--scheme",
        "--annotator",
        "--encoding",
        "--separator",
        "--json",
    },
    "rebuild": {"--store"},
    "query": {"text", "--store", "--format", "--valid-at", "--issued-until"},
    "export": {"--store", "--graph", "--view", "--all", "--report", "--format", "--output", "-o", "--issued-until"},
    "info": {"--store", "--json"},
    "explain": {"subject", "predicate", "object", "--store", "--json", "--issued-until"},
    "serve": {"--store", "--host", "--port"},
    "validate": {"--store", "--report", "--json"},
    "ontology build": set(),
    "ontology check": {"--json"},
    "ontology docs": {"--output", "-o"},
    "preannotate": {"texts", "--store", "--format", "--output", "-o"},
    "scheme list": set(),
    "scheme check": {"paths", "--scheme", "--format", "--annotator", "--json"},
}
RDFLIB = {"trig": "trig", "nq": "nquads", "ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdfxml": "xml"}


def command(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)


def said(*arguments: object) -> str:
    """Standard output of a command that succeeds."""
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: object) -> str:
    """The message of the error that a command ends in; nothing may stand on standard output."""
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert isinstance(result.exception, SitgraphError), result.output
    assert result.stdout == ""
    return str(result.exception)


def opened(store: Path) -> EmbeddedStore:
    return StoreDirectory(store).current().open()


@pytest.fixture(scope="module")
def store(example_store: Path) -> Path:
    return example_store


# -- the contract of names


def test_every_command_and_option_has_its_name() -> None:
    top: Any = typer.main.get_command(app)
    commands = dict(top.commands)
    for group in ("ontology", "scheme"):
        commands |= {f"{group} {name}": c for name, c in commands.pop(group).commands.items()}
    found = {
        name: {o for p in c.params for o in ([p.name] if p.param_type_name == "argument" else p.opts) if o != "--help"}
        for name, c in commands.items()
    }
    assert found == OPTIONS


@pytest.mark.parametrize("name", OPTIONS)
def test_help_shows_examples(name: str) -> None:
    text = said(*name.split(), "--help")
    assert f"sitgraph {name} " in text.split("Example")[1]


def test_version() -> None:
    assert re.fullmatch(r"sitgraph \d+\.\d+\.\d+\S*\n", said("--version"))


# -- exit codes and streams


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["info", "--store", "nowhere"], "nowhere: there is no store here; `sitgraph ingest PATH --store nowhere` makes one"),
        (["query", "--store", "nowhere", "ASK {}"], "there is no store here"),
        (["query", "--store", "STORE", "SELECT"], "there is no such file, and it is no query"),
        (["query", "--store", "STORE", "SELECT * {"], "line 1, column 11: expected"),
        (["export", "--store", "STORE", "--format", "ttl", "-o", "no/such/folder"], "No such file or directory"),
        (["explain", "--store", "STORE", "Nobody At All", "opposes", "x"], "nothing here is called 'Nobody At All'"),
        (["serve", "--store", "nowhere"], "there is no store here"),
        (["serve", "--store", "STORE", "--host", "no.such.host.invalid"], "cannot listen at no.such.host.invalid"),
    ],
)
def test_our_errors_are_one_line_and_code_2(store: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    done = command(*(str(store) if a == "STORE" else a for a in arguments), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sitgraph: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["bogus"], ["info"], ["query", "--store", "s"], ["serve", "--store", "s", "--port", "99999"]]
)
def test_wrong_usage_is_code_2(arguments: list[str]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_nothing_but_the_result_on_standard_output(project: Path, tmp_path: Path) -> None:
    """The progress bar is drawn on a terminal only, and that is standard error."""
    leader, follower = os.openpty()
    arguments = [COMMAND, "ingest", str(project / "examples"), "--store", str(tmp_path / "store"), "--json"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=follower, env={**os.environ, "TERM": "xterm"})
    os.close(follower)
    drawn = b"".join(iter(lambda: _read(leader), b""))
    output = process.communicate(timeout=120)[0]
    os.close(leader)
    assert process.returncode == 0
    outcome = json.loads(output)
    assert (outcome["exit_code"], outcome["generation"], len(outcome["reports"])) == (0, 1, 13)
    assert b"reading" in drawn
    assert "/13 " in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * { ?s ?p ?o }"],
        ["query", "SELECT * { ?s ?p ?o }", "--format", "csv"],
        ["query", "CONSTRUCT WHERE { ?s ?p ?o }"],
        ["export", "--all", "--format", "nq"],
        ["info"],
    ],
)
def test_a_closed_pipe_leaves_no_traceback(store: Path, arguments: list[str]) -> None:
    process = subprocess.Popen([COMMAND, *arguments, "--store", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) != 0
    assert complaint == b""


# -- query


def test_select_in_every_format(store: Path) -> None:
    text = "SELECT ?s ?o { ?s sg:opposes ?o } ORDER BY ?s ?o"
    rows = list(map(str, _solutions(opened(store), text)))
    assert len(rows) > 1
    assert len(json.loads(said("query", "--store", store, text, "--format", "json"))["results"]["bindings"]) == len(rows)
    table = list(csv.reader(io.StringIO(said("query", "--store", store, text, "--format", "csv"))))
    assert (table[0], len(table)) == (["s", "o"], len(rows) + 1)
    assert len(said("query", "--store", store, text, "--format", "tsv").splitlines()) == len(rows) + 1
    xml = ElementTree.fromstring(said("query", "--store", store, text, "--format", "xml"))
    assert len(xml.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == len(rows)
    shown = said("query", "--store", store, text)
    assert shown == said("query", "--store", store, text, "--format", "table")
    assert shown.splitlines()[0].split() == ["s", "o"]
    assert "sitgraph:actor/" in shown


def _solutions(store: EmbeddedStore, text: str) -> QuerySolutions:
    found = store.query(text, {"sg": "https://w3id.org/sitgraph/ontology#"})
    assert isinstance(found, QuerySolutions)
    return found


def test_ask_in_every_format(store: Path) -> None:
    yes, no = "ASK { ?s sg:opposes ?o }", "ASK { ?s sg:opposes ?s }"
    assert (said("query", "--store", store, yes), said("query", "--store", store, no)) == ("yes\n", "no\n")
    assert json.loads(said("query", "--store", store, yes, "--format", "json")) == {"head": {}, "boolean": True}
    assert said("query", "--store", store, no, "--format", "csv") == "false\n"
    assert said("query", "--store", store, no, "--format", "tsv") == "false\n"
    assert "<boolean>true</boolean>" in said("query", "--store", store, yes, "--format", "xml")


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s sg:opposes ?o }", "DESCRIBE sitgraph:actor\\/russia"])
def test_triples_in_every_format(store: Path, text: str) -> None:
    found = {f: said("query", "--store", store, text, "--format", f) for f in ("ttl", "nt", "jsonld")}
    sets = [{q.triple for q in parse(t.encode(), format=SYNTAXES[f].format)} for f, t in found.items()]
    assert sets[0] == sets[1] == sets[2]
    assert sets[0]
    assert said("query", "--store", store, text) == found["ttl"]
    assert "@prefix sg:" in found["ttl"]


def test_empty_results(store: Path) -> None:
    nothing = "{ ?s sg:opposes ?s }"
    assert said("query", "--store", store, f"SELECT ?s {nothing}") == "s\n"
    assert said("query", "--store", store, f"SELECT ?s {nothing}", "--format", "csv") == "s\n"
    assert json.loads(said("query", "--store", store, f"SELECT ?s {nothing}", "--format", "json"))["results"] == {
        "bindings": []
    }
    assert said("query", "--store", store, f"CONSTRUCT WHERE {nothing}", "--format", "nt") == ""
    assert json.loads(said("query", "--store", store, f"CONSTRUCT WHERE {nothing}", "--format", "jsonld")) == []


@pytest.mark.parametrize(
    ("text", "format", "says"),
    [
        ("SELECT * { ?s ?p ?o }", "ttl", "this query gives rows: table, json, csv, tsv or xml"),
        ("ASK { ?s ?p ?o }", "jsonld", "this query gives yes or no: table, json, csv, tsv or xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", "this query gives triples: ttl, nt, jsonld"),
        ("DESCRIBE sg:Actor", "table", "this query gives triples: ttl, nt, jsonld"),
        ("ASK { ?s ?p ?o }", "yaml", "expected one of table, json, csv, tsv, xml, ttl, nt, jsonld"),
    ],
)
def test_a_format_of_another_kind_says_what_is_allowed(store: Path, text: str, format: str, says: str) -> None:
    assert says in refused("query", "--store", store, text, "--format", format)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p }",
        "SELECT * { ?s ?p\n  } ",
        'SELECT * { ?s sg:x "😀حلب" ; ) }',
        "SELECT * {\n  ?s sg:p 1 .\n  )\n}",
        "SELECT * { ?s nope:p ?o }",
        "SELECT *",
    ],
)
def test_lines_and_columns_are_those_of_the_users_text(store: Path, text: str) -> None:
    """Nothing is put in front of it: with a line in front that declares the prefix, only the line is another."""
    result = CliRunner().invoke(app, ["query", "--store", str(store), text])
    assert isinstance(result.exception, QueryError)
    assert result.exception.line is not None
    with pytest.raises(QueryError) as with_a_line:
        opened(store).query("PREFIX sg: <https://w3id.org/sitgraph/ontology#>\n" + text)
    assert (result.exception.line + 1, result.exception.column) == (with_a_line.value.line, with_a_line.value.column)
    assert "error at" not in str(result.exception)


def test_an_undeclared_prefix_is_called_so(store: Path) -> None:
    assert refused("query", "--store", store, "SELECT * { ?s nope:p ?o }") == "line 1, column 21: this prefix is not declared"


def test_the_users_prefix_wins(store: Path) -> None:
    text = 'PREFIX sg: <http://own.example/> SELECT (sg:x AS ?x) ("PREFIX rdf:" AS ?y) (rdf:type AS ?z) {}'
    row = said("query", "--store", store, text, "--format", "csv").splitlines()[1]
    assert row == "http://own.example/x,PREFIX rdf:,http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "# a comment\nPREFIX x: <http://x/#y> delete where { ?s ?p ?o }",
        "CLEAR ALL",
        "LOAD <http://127.0.0.1:9/>",
        "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_with_a_sentence(store: Path, text: str) -> None:
    assert "is an update, and a query only reads: a store is changed by `sitgraph ingest` alone" in refused(
        "query", "--store", store, text
    )


def test_words_of_updates_in_a_query_are_no_update(store: Path) -> None:
    assert said("query", "--store", store, "PREFIX insert: <http://x/> # DROP\nASK { ?s insert:p 'CLEAR ALL' }") == "no\n"


def test_a_file_of_a_query(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_bytes(b"\xef\xbb\xbf#+ summary: anything?\nASK { ?s ?p ?o }\n")
    assert said("query", "--store", store, file) == "yes\n"
    file.write_bytes(b"ASK { ?s ?p '\xff' }")
    assert "not UTF-8: byte 0xff at byte offset 13" in refused("query", "--store", store, file)
    assert "there is no such file, and it is no query" in refused("query", "--store", store, tmp_path / "mistyped.rq")


def test_words_of_reports_do_not_speak_to_the_terminal(store: Path) -> None:
    shown = said("query", "--store", store, r'SELECT ("[red]x[/red] :bomb: \u001b[31m\u0007" AS ?x) {}')
    assert shown.splitlines()[1].rstrip() == "[red]x[/red] :bomb: ␛[31m␇"


MEMBERS = (
    "SELECT ?member { VALUES ?day { UNDEF } ?m a sg:Membership ; sg:member ?member ; sg:time ?t . ?t sg:latestBegin ?begin "
    "OPTIONAL { ?t sg:earliestEnd ?end } FILTER(?begin <= ?day && (!BOUND(?end) || ?day < ?end)) }"
)


def test_valid_at_fills_its_slot(store: Path) -> None:
    during = said("query", "--store", store, MEMBERS, "--valid-at", "2016-08-07", "--format", "csv").splitlines()
    before = said("query", "--store", store, MEMBERS, "--valid-at", "2010-01-01", "--format", "csv").splitlines()
    assert len(during) > len(before) == 1
    assert any("jabhat-fatah-al-sham" in row for row in during)


def test_valid_at_without_a_slot_or_a_day_is_explained(store: Path) -> None:
    assert "fills the slot VALUES ?day { UNDEF } and the query has none" in refused(
        "query", "--store", store, "ASK {}", "--valid-at", "2016-08-07"
    )
    assert "--valid-at is '2016-13-45'; expected a day" in refused(
        "query", "--store", store, MEMBERS, "--valid-at", "2016-13-45"
    )
    wrong = MEMBERS.replace("sg:member", "nope:member")
    column = wrong.index("nope:member") + len("nope:member") + 1
    assert f"column {column}: " in refused("query", "--store", store, wrong, "--valid-at", "2016-08-07")


def test_issued_until_leaves_later_reports_out(store: Path) -> None:
    count = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?r a sg:Report } }"
    assert said("query", "--store", store, count, "--format", "csv", "--issued-until", "2016-08-31").splitlines()[1] == "5"
    assert said("query", "--store", store, count, "--format", "csv").splitlines()[1] == "13"
    assert "expected a day" in refused("query", "--store", store, count, "--issued-until", "August")


# -- export


def test_the_view_twice_is_the_same_to_the_byte(store: Path, tmp_path: Path) -> None:
    for name in SYNTAXES:
        for n in "ab":
            said("export", "--store", store, "--view", "--format", name, "-o", tmp_path / n)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
        assert (tmp_path / "a").stat().st_size > 1000


@pytest.mark.parametrize("name", ["trig", "nq", "jsonld"])
def test_everything_read_back_equals_the_store(store: Path, tmp_path: Path, name: str) -> None:
    command("export", "--store", store, "--all", "--format", name, "-o", tmp_path / "out")
    whole = set(opened(store).quads())
    assert set(parse(path=tmp_path / "out", format=SYNTAXES[name].format)) == whole
    assert len({q.graph_name for q in whole}) > 8


@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")  # rdflib's parsers use it themselves
@pytest.mark.parametrize("name", SYNTAXES)
def test_every_syntax_is_read_by_others_too(store: Path, tmp_path: Path, name: str) -> None:
    """The graph of one report: as many triples for pyoxigraph and for rdflib, under its name where the syntax has names."""
    graph = "http://127.0.0.1:8000/graph/report/aleppo-2016-07-siege"
    said("export", "--store", store, "--graph", graph, "--format", name, "-o", tmp_path / "out")
    triples = set(opened(store).get_graph(NamedNode(graph)))
    ours = list(parse(path=tmp_path / "out", format=SYNTAXES[name].format))
    assert {q.triple for q in ours} == triples
    assert {q.graph_name for q in ours} == {NamedNode(graph) if SYNTAXES[name].has_graphs else DefaultGraph()}
    theirs = rdflib.Dataset() if SYNTAXES[name].has_graphs else rdflib.Graph()
    theirs.parse(data=(tmp_path / "out").read_bytes(), format=RDFLIB[name])
    assert len(theirs) == len(triples) > 100


@pytest.mark.parametrize("name", ["ttl", "nt", "rdfxml"])
def test_everything_in_a_syntax_without_graphs_is_refused(store: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    says = f"{name} has no graphs, so that denied and planned events would read as facts; use trig, nq, jsonld"
    assert says in refused("export", "--store", store, "--all", "--format", name, "-o", out)
    out.write_text("mine")
    assert says in refused("export", "--store", store, "--all", "--format", name, "-o", out)
    assert out.read_text() == "mine", "what was there before is not touched"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_export_that_fails_leaves_no_file(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for graph, says in (
        ("http://nowhere.example/", "there is no graph http://nowhere"),
        ("no pe", "is no IRI"),
        ("graph/x", "no graph"),
    ):
        assert says in refused("export", "--store", store, "--graph", graph, "--format", "ttl", "-o", out)
    assert "expected one of trig, nq" in refused("export", "--store", store, "--format", "yaml", "-o", out)
    assert "exclude each other" in refused("export", "--store", store, "--view", "--all", "--format", "nq", "-o", out)
    assert not list(tmp_path.iterdir())


def test_the_view_is_the_default_and_a_path_names_a_graph(store: Path) -> None:
    assert said("export", "--store", store, "--format", "nt") == said("export", "--store", store, "--view", "--format", "nt")
    short = said("export", "--store", store, "--graph", "graph/provenance", "--format", "nt")
    assert short == said("export", "--store", store, "--graph", "<http://127.0.0.1:8000/graph/provenance>", "--format", "nt")
    earlier = said("export", "--store", store, "--format", "nt", "--issued-until", "2016-08-31")
    assert 0 < len(earlier) < len(said("export", "--store", store, "--format", "nt"))


def test_an_export_may_go_to_a_device(store: Path) -> None:
    assert said("export", "--store", store, "--format", "nt", "-o", "/dev/null") == ""


# -- info


def test_info_equals_counts_by_sparql(store: Path) -> None:
    inside = opened(store)

    def count(pattern: str) -> int:
        (row,) = _solutions(inside, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        return int(row["n"].value)

    found = json.loads(said("info", "--store", store, "--json"))
    assert {k: found[k] for k in ("generation", "base", "as_of")} == {
        "generation": 1, "base": "http://127.0.0.1:8000/", "as_of": "2017-07-25"
    }  # fmt: skip
    counts = found["counts"]
    for name, cls in (("reports", "Report"), ("claims", "Claim"), ("mentions", "Mention"), ("contradictions", "ClaimConflict")):
        assert counts[name] == count(f"GRAPH ?g {{ ?x a sg:{cls} }}") > 0
    assert counts["quads"] == len(list(inside.quads()))
    for kind, n in counts["by_class"].items():
        assert n == count(f"?s a sg:{kind} ; sg:status ?status")
    for status, n in counts["by_status"].items():
        assert n == count(f"?s sg:status ?x FILTER(STRENDS(STR(?x), '/claim-status/{status}'))")
    assert sum(counts["by_status"].values()) == count("?s sg:status ?status")


def test_the_table_of_info_fits_80_columns(store: Path) -> None:
    done = command("info", "--store", store, env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    counts = json.loads(said("info", "--store", store, "--json"))["counts"]
    shown = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if len(line.split()) > 1)
    assert shown["claims"] == str(counts["claims"])
    assert {k.strip(): v for k, v in shown.items()}["Siege"] == str(counts["by_class"]["Siege"])


# -- explain


@pytest.mark.parametrize(
    "arguments",
    [
        ("sitgraph:place/aleppo", "sg:within", "sitgraph:place/syria"),
        ("http://127.0.0.1:8000/id/place/aleppo", "<https://w3id.org/sitgraph/ontology#within>", "sitgraph:place/syria"),
        ("Aleppo", "within", "Syria"),
        ("aleppo", "within", "syria"),
    ],
)
def test_things_are_named_by_iri_prefixed_name_or_label(store: Path, arguments: tuple[str, str, str]) -> None:
    found = json.loads(said("explain", "--store", store, *arguments, "--json"))
    assert (found["present"], found["subject"].endswith("/id/place/aleppo")) == (True, True)
    assert any(q["text"] for r in found["reasons"] for q in r["quotes"])


def test_an_explanation_in_words_ends_in_quotes(store: Path) -> None:
    first, *rest = said("explain", "--store", store, "Aleppo", "within", "Syria").splitlines()
    assert first == "Aleppo within Syria: yes"
    assert re.search(r"“[^”]+”  aleppo-2016-\S+ \d+–\d+$", rest[-1])


def test_literals_types_and_labels_of_properties(store: Path) -> None:
    text = 'SELECT ?label { sitgraph:actor\\/russia skos:prefLabel ?label FILTER(LANG(?label) = "en") }'
    label = said("query", "--store", store, text, "--format", "csv").splitlines()[1]
    for arguments in (("skos:prefLabel", label), ("a", "sg:State")):
        assert said("explain", "--store", store, "sitgraph:actor/russia", *arguments).splitlines()[0].endswith(": yes")
    inside = opened(store)
    names = ("sitgraph:actor/russia", "on side", "sitgraph:actor/pro-assad-forces")
    assert terms.triple(*names, inside, "http://127.0.0.1:8000/")[1].value.endswith("#onSide")


def test_an_ambiguous_label_names_all_candidates(store: Path) -> None:
    message = refused("explain", "--store", store, "Russia", "a", "sg:State")
    assert "'Russia' is the name of 2 things: " in message
    assert {"http://127.0.0.1:8000/id/actor/russia", "http://127.0.0.1:8000/id/place/russia"} <= set(
        re.findall(r"http[^,;\s]+", message)
    )
    assert said("explain", "--store", store, "Russia", "opposes", "Syrian military"), "the property tells actor from place"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Nobody", "opposes", "Russia"), "nothing here is called 'Nobody'"),
        (("Russia", "hates", "Syrian military"), "'hates' is no property; expected one such as opposes"),
        (("http://x y", "opposes", "Russia"), "is no IRI"),
        (("sitgraph:actor/russia", "skos:prefLabel", "Atlantis"), "nothing here is called 'Atlantis'"),
    ],
)
def test_unknown_things(store: Path, arguments: tuple[str, str, str], says: str) -> None:
    assert says in refused("explain", "--store", store, *arguments)


def test_what_is_not_in_the_view_says_what_is_refused(store: Path) -> None:
    first, *rest = said("explain", "--store", store, "Jaish al-Fatah", "opposes", "Russia").splitlines()
    assert first.endswith("opposes Russia: not in the view")
    assert rest
    found = json.loads(said("explain", "--store", store, "Jaish al-Fatah", "opposes", "Russia", "--json"))
    assert not found["present"]
    assert all(r["why"] for r in found["refusals"])
    assert found["refusals"]


# -- serve


@pytest.fixture
def serving(project: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A server in a process of its own, over a store with one report."""
    folder, store = project / "examples", tmp_path / "store"
    said("ingest", folder / "aleppo-2016-07-siege.ann", "--store", store)
    heard = tmp_path / "stderr"
    with heard.open("wb") as stderr:
        process = subprocess.Popen(
            [COMMAND, "serve", "--store", store, "--port", "0"], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    deadline = time.monotonic() + 60
    while not (address := re.search(r"http://\S+/", heard.read_text(encoding="utf-8"))):
        assert time.monotonic() < deadline, "no address was printed"
        time.sleep(0.05)
    yield process, address[0], store
    if process.poll() is None:
        process.kill()
    process.communicate()


def _get(address: str) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=20) as response:
                body: bytes = response.read()
                return body
        except ConnectionRefusedError:
            assert time.monotonic() < deadline


def test_serve_answers_follows_new_generations_and_stops(
    serving: tuple[subprocess.Popen[str], str, Path], project: Path
) -> None:
    process, address, store = serving
    assert _get(address + "healthz")
    count = address + "sparql?query=" + urllib.parse.quote(
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?r a <https://w3id.org/sitgraph/ontology#Report> } }"
    )  # fmt: skip
    ask = urllib.request.Request(count, headers={"Accept": "text/csv"})
    assert _get(ask).split() == [b"n", b"1"]  # type: ignore[arg-type]  # urlopen takes a Request too
    said("ingest", project / "examples", "--store", store)
    assert _get(ask).split() == [b"n", b"13"]  # type: ignore[arg-type]  # urlopen takes a Request too
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=30)[0]
    complaint = (store.parent / "stderr").read_text(encoding="utf-8")
    assert process.returncode == 0
    assert output == ""
    assert "Traceback" not in complaint
    assert f"{address}sparql  SPARQL 1.1" in complaint


def test_a_port_in_use_is_one_line_and_code_2(serving: tuple[subprocess.Popen[str], str, Path]) -> None:
    _, address, store = serving
    done = command("serve", "--store", store, "--port", address.rstrip("/").rsplit(":", 1)[1])
    assert done.returncode == 2
    assert re.fullmatch(r"sitgraph: cannot listen at 127.0.0.1 port \d+: Address already in use\n", done.stderr)


# -- what the tests themselves rely on


def test_a_quad_and_its_triple_compare() -> None:
    node = NamedNode("http://x/")
    assert Quad(node, node, node).triple == Triple(node, node, node)
