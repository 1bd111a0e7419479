"""What a store is (``kg.store``): five W3C verbs, two of our own; and generations, of which a reader always sees a whole one.

The definition is run on every backend in ``BACKENDS``; a new one has to pass it as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from kg.errors import QueryError, StoreError, StoreLocked
from kg.store import Store
from kg.store.embedded import EmbeddedStore
from kg.store.generations import StoreDirectory

A, B, P = (NamedNode(f"http://test.example/{x}") for x in "abp")
ONE, TWO, THREE = (Triple(A, P, Literal(x)) for x in ("one", "two", "جيش 😀"))
BASE = "http://test.example/"

BACKENDS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: EmbeddedStore.in_memory(),
    "disk": lambda folder: EmbeddedStore.open(folder / "db"),
}


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return BACKENDS[request.param](tmp_path)


def objects(store: Store, graph: NamedNode | DefaultGraph) -> list[str]:
    return sorted(t.object.value for t in store.get_graph(graph) if isinstance(t.object, Literal))


# --- the five verbs


def test_query_gives_rows_an_answer_or_triples(store: Store) -> None:
    store.put_graph(DefaultGraph(), [ONE])
    assert isinstance(store.query("SELECT * { ?s ?p ?o }"), QuerySolutions)
    assert isinstance(store.query("CONSTRUCT WHERE { ?s ?p ?o }"), QueryTriples)
    answer = store.query("ASK { ?s ?p 'one' }")
    assert isinstance(answer, QueryBoolean)
    assert bool(answer)
    assert not store.query("ASK { ?s ?p 'two' }")


def test_query_is_over_the_default_graph_and_named_ones_only_by_graph(store: Store) -> None:
    store.put_graph(A, [ONE])
    assert not store.query("ASK { ?s ?p ?o }")
    assert store.query("ASK { GRAPH ?g { ?s ?p ?o } }")


@pytest.mark.parametrize(("text", "line"), [("SELECT * {", 1), ("SELECT *\n{ ?s ?p }", 2)])
def test_a_query_that_is_none_is_an_error_with_its_line(store: Store, text: str, line: int) -> None:
    with pytest.raises(QueryError) as caught:
        store.query(text)
    assert caught.value.line == line


def test_update_is_whole_or_not_at_all(store: Store) -> None:
    store.update(f"INSERT DATA {{ {A} {P} 'one' }}")
    assert objects(store, DefaultGraph()) == ["one"]
    with pytest.raises(QueryError):
        store.update(f"INSERT DATA {{ {A} {P} 'two' }} ; INSERT NONSENSE")
    assert objects(store, DefaultGraph()) == ["one"]


@pytest.mark.parametrize("graph", [DefaultGraph(), A])
def test_put_graph_replaces_and_says_whether_that_changed_anything(store: Store, graph: NamedNode | DefaultGraph) -> None:
    assert store.put_graph(graph, [ONE, TWO])
    assert not store.put_graph(graph, iter([TWO, ONE, ONE]))
    assert store.put_graph(graph, [TWO, THREE])
    assert objects(store, graph) == ["two", "جيش 😀"]
    assert store.put_graph(graph, [])
    assert objects(store, graph) == []
    assert store.graph_names() == []


def test_put_graph_touches_no_other_graph(store: Store) -> None:
    store.put_graph(A, [ONE])
    store.put_graph(B, [TWO])
    store.put_graph(DefaultGraph(), [THREE])
    store.put_graph(A, [TWO])
    assert [objects(store, g) for g in (A, B, DefaultGraph())] == [["two"], ["two"], ["جيش 😀"]]
    assert store.graph_names() == [A, B]


def test_put_graph_of_what_breaks_off_leaves_the_graph_as_it_was(store: Store) -> None:
    def broken() -> Iterator[Triple]:
        yield TWO
        raise RuntimeError("broken off")

    store.put_graph(A, [ONE])
    with pytest.raises(RuntimeError, match="broken off"):
        store.put_graph(A, broken())
    assert objects(store, A) == ["one"]


@pytest.mark.parametrize("graph", [DefaultGraph(), A])
def test_delete_graph_removes_all_of_it_and_is_no_error_where_there_is_none(
    store: Store, graph: NamedNode | DefaultGraph
) -> None:
    store.put_graph(graph, [ONE])
    store.put_graph(B, [TWO])
    store.delete_graph(graph)
    store.delete_graph(graph)
    assert objects(store, graph) == []
    assert store.graph_names() == [B]


# --- two verbs of our own


def test_load_adds_triples_to_the_default_graph_and_quads_to_theirs(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(f"{A} {P} {ONE.object} .\n", encoding="utf-8")
    (tmp_path / "a.nq").write_text(f"{A} {P} {THREE.object} {B} .\n", encoding="utf-8")
    store.load(tmp_path / "a.nt")
    store.load(tmp_path / "a.nq")
    assert objects(store, DefaultGraph()) == ["one"]
    assert objects(store, B) == ["جيش 😀"]


def test_later_writes_do_not_reach_a_checkpoint(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path / "live")
    store.put_graph(A, [ONE])
    store.checkpoint(tmp_path / "copy")
    store.put_graph(A, [TWO])
    copy = EmbeddedStore.open_read_only(tmp_path / "copy")
    assert objects(copy, A) == ["one"]
    assert objects(store, A) == ["two"]


def test_what_is_no_store_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened as a store"):
        EmbeddedStore.open_read_only(tmp_path / "nothing")


# --- generations


def commit(directory: StoreDirectory, *triples: Triple) -> None:
    with directory.writing(BASE) as writer:
        writer.store.put_graph(A, triples)
        writer.commit({"counts": {"n": len(triples)}})


def current(directory: StoreDirectory) -> list[str]:
    return objects(directory.current().open(), A)


def test_a_generation_is_numbered_described_and_stays_as_it_is(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    first = directory.current()
    reader = first.open()
    commit(directory, ONE, TWO)
    assert (first.number, directory.current().number) == (1, 2)
    assert objects(reader, A) == objects(directory.generation(1).open(), A) == ["one"]
    assert current(directory) == ["one", "two"]
    assert dict(first.manifest) == {"generation": 1, "counts": {"n": 1}}
    assert (tmp_path / "s" / "CURRENT").read_text(encoding="ascii") == "2\n"
    assert directory.base == BASE


def _die_after_writing(directory: StoreDirectory) -> None:
    with directory.writing(BASE) as writer:
        writer.store.put_graph(A, [TWO])
        raise RuntimeError("died")


def test_what_was_not_committed_never_happened(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    with pytest.raises(RuntimeError, match="died"):
        _die_after_writing(directory)
    assert current(directory) == ["one"]
    with directory.writing(BASE) as writer:
        assert objects(writer.store, A) == ["one"]


def test_a_writer_that_died_before_current_moved_leaves_the_last_generation(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    commit(directory, TWO)
    (tmp_path / "s" / "CURRENT").write_text("1\n", encoding="ascii")  # as if it had died in front of the last step
    (tmp_path / "s" / "live.dirty").touch()
    (tmp_path / "s" / "generations" / "000003.new").mkdir()
    assert current(directory) == ["one"]
    with directory.writing(BASE) as writer:
        assert objects(writer.store, A) == ["one"]
        writer.store.put_graph(A, [THREE])
        assert writer.commit({}).number == 2
    assert current(directory) == ["جيش 😀"]
    assert sorted(p.name for p in (tmp_path / "s" / "generations").iterdir()) == ["000001", "000002"]


def test_one_writer_at_a_time_and_the_other_is_told_who_writes(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    with directory.writing(BASE), pytest.raises(StoreLocked) as caught, StoreDirectory(tmp_path / "s").writing(BASE):
        pass
    assert str(caught.value).startswith(f"{tmp_path / 's'}: process ")
    assert str(caught.value).endswith(" is writing; try again later")
    assert current(directory) == ["one"]
    commit(directory, TWO)


def test_readers_open_while_somebody_writes(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    with directory.writing(BASE) as writer:
        writer.store.put_graph(A, [TWO])
        assert current(directory) == ["one"]


def test_another_base_is_refused_and_none_keeps_the_one_there_is(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "s")
    commit(directory, ONE)
    with pytest.raises(StoreError, match=r"the base of this store is http://test\.example/, not http://other/"):
        directory.writing("http://other/").__enter__()
    with directory.writing(None):
        assert directory.base == BASE


@pytest.mark.parametrize("made", ["nothing", "file", "folder of others", "another layout", "empty store"])
def test_what_is_no_store_is_refused_in_a_sentence(tmp_path: Path, made: str) -> None:
    path = tmp_path / "s"
    if made == "file":
        path.write_text("", encoding="utf-8")
    elif made != "nothing":
        path.mkdir()
    if made == "folder of others":
        (path / "holiday.jpg").touch()
        with pytest.raises(StoreError, match="is not empty and not a store"):
            StoreDirectory(path).writing(BASE).__enter__()
    if made in ("another layout", "empty store"):
        layout = 99 if made == "another layout" else 1
        (path / "sitgraph.json").write_text(json.dumps({"layout": layout, "base": BASE}), encoding="utf-8")
    with pytest.raises(StoreError):
        StoreDirectory(path).current()
