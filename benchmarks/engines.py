"""The things that are measured, each run by itself: ``python -m benchmarks.engines NAME FOLDER`` prints one JSON object.

An engine gets a folder with a population (:mod:`benchmarks.population`), loads it, runs, and says what it found. The clock of
``load`` stops when the data are in memory as the engine wants them; ``run`` is the rest. ``peak`` is that of this process.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.resources import ontology_dir

Found = Mapping[str, int]
Count = Callable[[], Found]
Prepared = Callable[[], Count]
Engine = Callable[[Path], Prepared]
"""Loads what is in a folder; gives what is then to be run, which gives what counts its results."""


def sitgraph_rules(folder: Path) -> Prepared:
    """The rules of sitgraph, R4 to R10, with a record of every inference."""
    from benchmarks.population import SPACE, given, situations
    from kg.view.rules import derive
    from kg.vocab import RDF, SG

    graph, (known, as_of) = given(folder), situations(folder)

    def run() -> Count:
        derived = derive(graph, known, as_of, SPACE)
        return lambda: {
            "derived": len({t for t in derived.triples if not _is_time(t)} - set(graph)),
            "records": sum(t.predicate == RDF.type and t.object == SG.Inference for t in derived.inferences),
        }

    return run


def _is_time(triple: Any) -> bool:
    return "/id/time/" in str(triple.subject)


def reasonable(folder: Path) -> Prepared:
    """OWL 2 RL by reasonable (Rust)."""
    from reasonable import PyReasoner

    reasoner = PyReasoner()
    reasoner.load_file(str(folder / "default.ttl"))

    def run() -> Count:
        closure = reasoner.reason()
        return lambda: {"derived": len(closure) - len(reasoner.get_base_triples())}

    return run


def reasonable_closure(folder: Path) -> Prepared:
    """The same without the axioms of disjointness: they derive nothing, and take most of its time and memory."""
    whole, closure = folder / "default.ttl", folder / "closure"
    closure.mkdir(exist_ok=True)
    with whole.open(encoding="utf-8") as lines, (closure / "default.ttl").open("w", encoding="utf-8") as out:
        out.writelines(line for line in lines if "owl#disjointWith" not in line)
    return reasonable(closure)


def owlrl(folder: Path) -> Prepared:
    """OWL 2 RL by owlrl (Python, over rdflib)."""
    from owlrl import DeductiveClosure, OWLRL_Semantics

    graph = _rdflib(folder / "default.ttl")
    before = len(graph)

    def run() -> Count:
        DeductiveClosure(OWLRL_Semantics).expand(graph)
        return lambda: {"derived": len(graph) - before}

    return run


def sitgraph_shapes(folder: Path) -> Prepared:
    """The validation of sitgraph: findings in words."""
    from benchmarks.population import given
    from kg.ontology.shapes import findings

    graph = given(folder)

    def run() -> Count:
        found = findings(graph)
        return lambda: {"found": len(found)}

    return run


def pyshacl(folder: Path) -> Prepared:
    """pySHACL alone (Python, over rdflib)."""
    import pyshacl as engine
    import rdflib

    graph, shapes = _rdflib(folder / "default.ttl"), rdflib.Graph().parse(ontology_dir() / "shapes.ttl")

    def run() -> Count:
        _, report, _ = engine.validate(graph, shacl_graph=shapes, inference="none", inplace=True)
        assert isinstance(report, rdflib.Graph)
        results = report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)
        return lambda: {"found": sum(1 for _ in results)}

    return run


def pyrudof(folder: Path) -> Prepared:
    """Rudof (Rust)."""
    from pyrudof import RDFFormat, Rudof, RudofConfig

    engine = Rudof(RudofConfig())
    engine.read_data(folder / "default.ttl", RDFFormat.NTriples)
    engine.read_shacl(ontology_dir() / "shapes.ttl")

    def run() -> Count:
        report = engine.validate_shacl()
        return lambda: {"found": len(report)}

    return run


def questions(folder: Path) -> Iterator[dict[str, object]]:
    """The competency questions of the ontology, asked of a store with the mappings beside it: the median time of each."""
    from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

    from kg.store.generations import StoreDirectory

    kept, store = StoreDirectory(folder / "store").current().open(), Store()
    graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), *kept.graph_names()]
    for graph in graphs:
        store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in kept.get_graph(graph))
    for path in sorted((ontology_dir() / "mappings").glob("*.ttl")):
        name = NamedNode(f"https://w3id.org/sitgraph/mapping/{path.stem}")
        store.extend(Quad(q.subject, q.predicate, q.object, name) for q in parse(path=path, format=RdfFormat.TURTLE))
    runs = int((folder / "runs").read_text())
    for path in sorted((ontology_dir() / "competency").glob("*.rq")):
        text, times, rows = path.read_text("utf-8"), [], 0
        for _ in range(runs):
            begun = time.perf_counter()
            answer = store.query(text)
            assert isinstance(answer, QuerySolutions)
            rows = sum(1 for _ in answer)
            times.append(time.perf_counter() - begun)
        summary = next((line.partition(": ")[2] for line in text.splitlines() if line.startswith("#+ summary:")), "")
        yield {"question": path.stem[:4], "asks": summary, "rows": rows, "seconds": statistics.median(times)}


def _rdflib(path: Path) -> Any:
    import rdflib

    return rdflib.Graph().parse(path, format="nt")


ENGINES: Mapping[str, Engine] = {
    "sitgraph-rules": sitgraph_rules,
    "reasonable": reasonable,
    "reasonable-closure": reasonable_closure,
    "owlrl": owlrl,
    "sitgraph-shapes": sitgraph_shapes,
    "pySHACL": pyshacl,
    "pyrudof": pyrudof,
}


def main(name: str, folder: Path, memory: int) -> None:
    """Runs one engine and prints what it took."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if name == "questions":
        sys.stdout.write(json.dumps(list(questions(folder))))
        return
    clock, cpu = time.perf_counter(), time.process_time()
    run = ENGINES[name](folder)
    loaded, loaded_cpu = time.perf_counter() - clock, time.process_time() - cpu
    clock, cpu = time.perf_counter(), time.process_time()
    count = run()
    took = {"load": loaded, "load_cpu": loaded_cpu, "run": time.perf_counter() - clock, "cpu": time.process_time() - cpu}
    sys.stdout.write(json.dumps({**took, "peak": peak(), **count()}))


def peak() -> int:
    """The most memory that this process had resident, in bytes.

    Linux hands the ``ru_maxrss`` of the process that starts another down to it, so that it would be that of the command.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
