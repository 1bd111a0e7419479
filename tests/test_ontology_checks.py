"""The checks put together, and ``sitgraph ontology build|check|docs``: silent on ours, one kind of finding for each damage.

The page ``docs/ontology-checks.md`` lists the rules and laws as the code has them.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import owlready2
import pytest
from typer.testing import CliRunner

from kg import cli, vocab
from kg.cli import checking
from kg.ontology import checks, laws, lint
from kg.ontology.checks import Checked
from kg.resources import ontology_dir

needs_java = pytest.mark.skipif(shutil.which(owlready2.JAVA_EXE) is None, reason="no Java for HermiT (make system-packages)")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the ontology, with the constants made of it beside it, that may be damaged."""
    folder = tmp_path / "ontology"
    shutil.copytree(ontology_dir(), folder)
    shutil.copy(Path(vocab.__file__), tmp_path / "vocab.py")
    return folder


@pytest.fixture
def without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owlready2, "JAVA_EXE", "no-java-here")


def checked(folder: Path) -> Checked:
    return checks.check(folder, folder.parent / "vocab.py")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"the damage does not apply: {old}"
    file.write_text(text.replace(old, new, 1), "utf-8")


@needs_java
def test_ours_has_no_findings() -> None:
    found = checks.check(ontology_dir(), Path(vocab.__file__))
    assert found.findings == (), [str(f) for f in found.findings]
    assert found.notes[0] == f"OWL 2 DL: {len(lint.DL)} rules; allowed axioms: {len(lint.ALLOWED | lint.ALLOWED_TYPES)}"
    assert found.notes[1] == "laws: 32"
    assert found.notes[2].startswith("consistent: ")


# Damage to sitgraph.ttl, and the kinds of finding that it gives. A change of a definition makes the constants late, too.
DAMAGES = [
    ("syntax", "sg:Siege a owl:Class ;", "sg:Siege a owl:Class ;;;; ]", {"syntax"}),
    ("generated", '"The encirclement of a place', '"An encirclement of a place', {"generated"}),
    ("lint", "rdfs:range sg:TimeExtent ;", "rdfs:range sg:Duration ;", {"undeclared"}),
    ("axiom", "sg:place a owl:ObjectProperty ;", "sg:place a owl:ObjectProperty, owl:FunctionalProperty ;", {"axiom"}),
    ("law", 'rdfs:label "siege"@en', 'rdfs:label "Siege"@en', {"label-lower-case"}),
    ("two laws", "owl:disjointWith sg:Relation, sg:Part", "owl:disjointWith sg:Part", {"situations-disjoint"}),
]


@pytest.mark.usefixtures("without_java")
@pytest.mark.parametrize(("what", "old", "new", "rules"), DAMAGES, ids=[d[0] for d in DAMAGES])
def test_a_damage_is_one_kind_of_finding(copy: Path, what: str, old: str, new: str, rules: set[str]) -> None:
    change(copy / "sitgraph.ttl", old, new)
    found = checked(copy)
    assert {f.rule for f in found.findings} == rules, [str(f) for f in found.findings]
    assert all(f.message for f in found.findings)
    if what not in ("generated", "syntax"):
        line = next(n for n, text in enumerate((copy / "sitgraph.ttl").read_text("utf-8").splitlines(), 1) if new[-20:] in text)
        assert {f.file for f in found.findings} == {str(copy / "sitgraph.ttl")}
        assert abs((found.findings[0].line or 0) - line) <= 2


@pytest.mark.usefixtures("without_java")
def test_a_syntax_error_has_its_line_and_leaves_out_what_needs_the_file(copy: Path) -> None:
    with (copy / "alignment.ttl").open("a", encoding="utf-8") as file:
        file.write("\nsg:Siege rdfs:subClassOf\n")
    lines = len((copy / "alignment.ttl").read_text("utf-8").splitlines())
    (finding,) = checked(copy).findings
    assert (finding.rule, finding.file) == ("syntax", str(copy / "alignment.ttl"))
    assert finding.line is not None
    assert lines - 1 <= finding.line <= lines + 1
    (copy / "concepts.ttl").unlink()
    found = checked(copy)
    assert {f.rule for f in found.findings} == {"syntax"}
    assert found.notes == ("lint, laws and consistency are left out: the ontology cannot be read",)


@needs_java
def test_a_contradiction_with_the_reference_tables_is_found(copy: Path) -> None:
    change(copy / "alignment.ttl", "sg:Person rdfs:subClassOf foaf:Person", "sg:Person rdfs:subClassOf sg:Place, foaf:Person")
    found = checked(copy)
    (finding,) = (f for f in found.findings if f.rule == "consistency")
    assert finding.message.startswith("HermiT finds a contradiction: ")
    assert "is both an Actor (it is typed sg:Person) and a Place (it is typed sg:Person)" in finding.message


@pytest.mark.usefixtures("without_java")
def test_without_java_one_note_says_so_and_the_rest_is_checked(copy: Path) -> None:
    change(copy / "sitgraph.ttl", 'rdfs:label "siege"@en', 'rdfs:label "Siege"@en')
    found = checked(copy)
    assert len(found.findings) == 1
    assert [n for n in found.notes if "Java" in n] == [
        "consistency is not checked: HermiT needs Java, and there is none (Debian: default-jre-headless)"
    ]


# Damage to files beside the core: the file, the text and its replacement, the term that nothing defines.
STRANGERS = [
    ("mappings/acled.ttl", "event-kind:clash", "event-kind:klash", "event-kind/klash"),
    ("mappings/acled.ttl", "m:outcomeKind outcome-kind:", "m:outcome outcome-kind:", "mapping#outcome"),
    ("mappings/re3d.ttl", "sg:Opposition", "sg:Enmity", "ontology#Enmity"),
    ("shapes.ttl", "sh:targetClass sg:Claim ;", "sh:targetClass sg:Statement ;", "ontology#Statement"),
    ("shapes.ttl", "sg:member sg:group sg:party", "sg:membre sg:group sg:party", "ontology#membre"),
    ("alignment.ttl", "sg:Claim skos:", "sg:Assertion skos:", "ontology#Assertion"),
]


@pytest.mark.usefixtures("without_java")
@pytest.mark.parametrize(("name", "old", "new", "term"), STRANGERS)
def test_a_term_that_nothing_defines_is_found_in_every_file(copy: Path, name: str, old: str, new: str, term: str) -> None:
    change(copy / name, old, new)
    (finding,) = checked(copy).findings
    assert finding.node.endswith(term)
    assert (finding.rule, finding.file) in {("unknown-term", str(copy / name)), ("undeclared", str(copy / name))}
    assert "sg:membre" in new or finding.line is not None  # a list of a shape has no line of its own


# -- the command line


@pytest.fixture
def on_copy(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The commands work on the copy, and on the constants beside it."""
    monkeypatch.setattr(checking, "ontology_dir", lambda: copy)
    monkeypatch.setattr(vocab, "__file__", str(copy.parent / "vocab.py"))
    return copy


@pytest.mark.usefixtures("without_java")
def test_check_says_what_and_where_and_exits_with_1(on_copy: Path) -> None:
    good = CliRunner().invoke(cli.app, ["ontology", "check"])
    assert (good.exit_code, good.stdout) == (0, "no findings\n")
    assert "HermiT needs Java" in good.stderr
    change(on_copy / "sitgraph.ttl", 'rdfs:label "siege"@en', 'rdfs:label "Siege"@en')
    bad = CliRunner().invoke(cli.app, ["ontology", "check"])
    assert bad.exit_code == 1
    first, last = bad.stdout.splitlines()
    assert first.endswith("Siege: “Siege” is not in lower case [label-lower-case]")
    assert "sitgraph.ttl:" in first
    assert last == "1 finding"


@pytest.mark.usefixtures("without_java")
def test_check_as_json(on_copy: Path) -> None:
    change(on_copy / "sitgraph.ttl", 'rdfs:label "siege"@en', 'rdfs:label "Siege"@en')
    done = CliRunner().invoke(cli.app, ["ontology", "check", "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told.keys() == {"findings", "notes"}
    (finding,) = told["findings"]
    assert finding["rule"] == "label-lower-case"
    assert finding["line"] > 1


def test_build_writes_what_is_late_and_says_so(on_copy: Path) -> None:
    done = CliRunner().invoke(cli.app, ["ontology", "build"])
    assert (done.exit_code, done.stdout) == (0, "0 of 2 generated files changed\n")
    change(on_copy / "sitgraph.ttl", '"The encirclement of a place', '"An encirclement of a place')
    (on_copy / "context.jsonld").unlink()
    done = CliRunner().invoke(cli.app, ["ontology", "build"])
    written = [line.split("/")[-1] for line in done.stdout.splitlines()]
    assert written == ["vocab.py", "context.jsonld", "2 of 2 generated files changed"]
    assert "An encirclement" in (on_copy.parent / "vocab.py").read_text("utf-8")


def test_in_a_checkout_the_configurations_of_tools_are_built_too(on_copy: Path) -> None:
    (on_copy.parent / "docs").mkdir()
    done = CliRunner().invoke(cli.app, ["ontology", "build"])
    assert done.exit_code == 0
    assert (on_copy.parent / "docs/annotation/brat/annotation.conf").is_file()
    assert [f.rule for f in checked(on_copy).findings if f.rule == "generated"] == []
    late = next((on_copy.parent / "docs/annotation").rglob("*.conf"))
    late.write_text("", "utf-8")
    assert [f.file for f in checked(on_copy).findings if f.rule == "generated"] == [str(late)]


def test_docs_writes_a_page(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["ontology", "docs", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert 'id="Siege"' in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert done.stdout.count("written") == len([p for p in (tmp_path / "out").rglob("*") if p.is_file()])


# -- the page


def rows(page: str, heading: str) -> dict[str, str]:
    """The table under a heading: first column to second."""
    part = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", part, re.MULTILINE))


def test_the_page_lists_the_rules_and_the_laws(project: Path) -> None:
    page = (project / "docs" / "ontology-checks.md").read_text("utf-8")
    assert rows(page, "OWL 2 DL").keys() == lint.DL.keys()
    assert rows(page, "Laws of the ontology") == {law.name: law.summary for law in laws.load(over="ontology")}
    assert rows(page, "Laws of a store") == {law.name: law.summary for law in laws.load(over="store")}
    assert rows(page.replace("`within-cycle`", "`within`"), "Laws of a store").keys() != rows(page, "Laws of a store").keys()
    named = set(re.findall(r"`(?:owl|rdfs):(\w+)`", page.split("## Allowed axioms\n")[1].split("\n## ")[0]))
    allowed = {iri.split("#")[1] for iri in lint.ALLOWED | lint.ALLOWED_TYPES | lint.ALLOWED_IN_ALIGNMENT}
    assert allowed - {"type"} <= named
