"""What is published of the ontology: four syntaxes that state one graph, read by the tools that people have.

Each law has a damaged text that breaks it.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from pyoxigraph import RdfFormat, parse

from kg.errors import SitgraphError
from kg.ontology import published, source
from kg.resources import ontology_dir

Texts = Mapping[str, Mapping[str, bytes]]


@pytest.fixture(scope="module")
def script(project: Path) -> ModuleType:
    """The script that makes the matrix."""
    spec = importlib.util.spec_from_file_location("ontology_syntaxes", project / "scripts" / "ontology_syntaxes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts(script: ModuleType) -> Texts:
    found: Texts = script.all_texts(ontology_dir())
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that are published, to be damaged."""
    for path in ontology_dir().rglob("*.ttl"):
        target = tmp_path / path.relative_to(ontology_dir())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def hash_of(text: bytes, syntax: str) -> str:
    return published.digest(q.triple for q in parse(text, format=published.SYNTAXES[syntax], base_iri="https://example.org/"))


# -- documents


def test_every_turtle_file_is_published(texts: Texts) -> None:
    files = {path for path in ontology_dir().rglob("*.ttl") if "checks" not in path.parts}
    assert {path for paths in published.documents(ontology_dir()).values() for path in paths} == files
    assert set(texts) == set(published.documents(ontology_dir()))
    assert len(files) >= 2
    assert all(text for of in texts.values() for text in of.values())


def test_all_syntaxes_state_one_graph(texts: Texts) -> None:
    for document, of in texts.items():
        assert set(of) == {"ttl", "rdf", "nt", "jsonld"}
        assert len({hash_of(text, syntax) for syntax, text in of.items()}) == 1, document


def test_a_changed_word_is_another_graph(texts: Texts) -> None:
    of = texts[published.ONTOLOGY]
    for syntax, text in of.items():
        damaged = text.replace(b"Where something is or happens", b"Where something happens")
        assert damaged != text
        assert hash_of(damaged, syntax) != hash_of(text, syntax)


def test_the_ontology_holds_its_codes_as_individuals(texts: Texts) -> None:
    ours = {q.triple for q in parse(texts[published.ONTOLOGY]["nt"], format=RdfFormat.N_TRIPLES)}
    built = {q.triple for q in parse(source.ntriples(ontology_dir()), format=RdfFormat.N_TRIPLES)}
    assert ours == built
    declared = [t for t in ours if str(t.object).endswith("NamedIndividual>")]
    assert len(declared) == sum(map(len, source.read(ontology_dir()).codes.values())) > 200


def test_turtle_is_the_text_as_it_was_written(texts: Texts) -> None:
    for document, paths in published.documents(ontology_dir()).items():
        for path in paths:
            assert path.read_text("utf-8").strip() in texts[document]["ttl"].decode()


def test_the_bytes_do_not_depend_on_the_process(texts: Texts) -> None:
    code = (
        "import sys; from hashlib import sha256; from kg.ontology import published as p\n"
        "from kg.resources import ontology_dir as o\n"
        "sys.stdout.write(' '.join(sha256(p.written(o(), s, d)).hexdigest() for d in p.documents(o()) for s in p.SYNTAXES))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(published.__file__).parents[2])},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == 4 * len(texts)


def test_blank_nodes_do_not_matter_to_the_hash_but_what_they_say_does() -> None:
    def of(turtle: str) -> str:
        return published.digest(q.triple for q in parse(turtle, format=RdfFormat.TURTLE))

    one = of("<http://x/a> <http://x/p> [ <http://x/q> 1 ] .")
    assert one == of("_:z <http://x/q> 1 . <http://x/a> <http://x/p> _:z .")
    assert one != of("<http://x/a> <http://x/p> [ <http://x/q> 2 ] .")


def test_the_version_is_that_of_the_ontology(copy: Path) -> None:
    assert published.version(ontology_dir()) == "0.1.0"
    text = (copy / "sitgraph.ttl").read_text("utf-8")
    (copy / "sitgraph.ttl").write_text(text.replace("ontology/0.1.0>", "ontology/7.8.9>"), "utf-8")
    assert published.version(copy) == "7.8.9"
    (copy / "sitgraph.ttl").write_text(text.replace("owl:versionIRI", "owl:priorVersion"), "utf-8")
    with pytest.raises(SitgraphError, match="no version IRI"):
        published.version(copy)


def test_a_file_that_is_no_turtle_is_named(copy: Path) -> None:
    (copy / "shapes.ttl").write_text("<http://x/a> <http://x/b>", "utf-8")
    with pytest.raises(SitgraphError, match=r"shapes\.ttl"):
        published.statements(copy, "ontology/shapes")
    with pytest.raises(KeyError, match="no document 'ontology/nothing'; there are: ontology"):
        published.statements(copy, "ontology/nothing")


# -- who reads them


def test_the_matrix(script: ModuleType, texts: Texts, project: Path) -> None:
    """Every tool reads every syntax that it supports to the same hash; each syntax is read by at least two tools."""
    cells = script.matrix(texts, script.graphs(ontology_dir()))
    made = script.table(cells)
    sys.stdout.write(f"\n{made}\n")
    assert script.right(cells)
    if absent := [r.name for r in script.READERS if not r.present]:
        pytest.skip(f"not installed (make system-packages): {', '.join(absent)}")
    assert {s: sum(c == "yes" for c in row.values()) for s, row in cells.items()} == {
        "ttl": 3, "rdf": 4, "nt": 4, "jsonld": 2,
    }  # fmt: skip
    page = (project / "docs" / "ontology.md").read_text("utf-8")
    assert script.in_page(page, made) == page, "out of date: make docs"


@pytest.mark.parametrize("syntax", published.SYNTAXES)
def test_a_damaged_text_is_seen_by_every_reader_of_its_syntax(script: ModuleType, texts: Texts, syntax: str) -> None:
    whole, wanted = texts[published.ONTOLOGY], script.graphs(ontology_dir())
    other = whole[syntax].replace(b"An attack from the air", b"An attack from the sea")
    broken = whole[syntax][: len(whole[syntax]) // 2] + b" <<< "
    assert other != whole[syntax]
    readers = [r for r in script.READERS if syntax in r.supports and r.present]
    assert len(readers) >= 2
    for text, words in ((other, "ontology: another graph"), (broken, "ontology: ")):
        cells = script.matrix({published.ONTOLOGY: {**whole, syntax: text}}, wanted, readers)
        for reader in readers:
            assert cells[syntax][reader.name].startswith(words), reader.name
        assert not script.right(cells)
        assert {c for s, row in cells.items() if s != syntax for c in row.values()} <= {"yes", "–"}


def test_no_iri_ends_in_a_slash(script: ModuleType, texts: Texts) -> None:
    """owlready2 drops it from RDF/XML; the matrix sees that."""
    whole = texts[published.ONTOLOGY]
    text = whole["rdf"].replace(b"4.0/legalcode", b"4.0/")
    wanted = {published.ONTOLOGY: script.graphs(ontology_dir())[published.ONTOLOGY].replace(b"4.0/legalcode", b"4.0/")}
    assert text != whole["rdf"]
    cells = script.matrix({published.ONTOLOGY: {**whole, "rdf": text}}, wanted)
    assert {name for name, cell in cells["rdf"].items() if cell == "ontology: another graph"} == {"owlready2"}
    assert not script.right(cells)


def test_the_page_has_one_place_for_the_matrix(script: ModuleType) -> None:
    place = f"{script.BEGIN}\n{script.END}"
    assert script.in_page(f"a\n{place}\nb", "| x |") == f"a\n{script.BEGIN}\n| x |\n{script.END}\nb"
    for page in ("nothing", place + place):
        with pytest.raises(ValueError, match="one place"):
            script.in_page(page, "| x |")


def test_the_lines_for_owlready2_run(project: Path, texts: Texts, tmp_path: Path) -> None:
    (lines,) = re.findall(r"^```python\n(.*?)^```$", (project / "docs" / "ontology.md").read_text("utf-8"), re.M | re.S)
    (tmp_path / "sitgraph.nt").write_bytes(texts[published.ONTOLOGY]["nt"])
    done = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    codes = sum(map(len, source.read(ontology_dir()).codes.values()))
    assert done.stdout == f"[ontology.Engagement] {codes}\n"
