"""The pages say what the program does: what there is is documented, and what is documented runs.

Every check is a function on the text of a page and gives what is wrong; each is also shown a damaged text, and must say so. A
line of a fenced block that begins with ``sitgraph`` is a command and is run on a store of the examples, unless it says
``# not run here:`` and why. The ten questions of ``examples/README.md`` have a suite of their own.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.main import get_command

from api.app import create_app
from api.problems import KINDS
from benchmarks import ged_rows
from kg import cli, queries, readers
from kg.config import DEFAULT_BASE, Settings
from kg.iri import canonical_json, h20
from kg.pipeline import Options, ingest
from kg.resources import ontology_dir
from kg.view.status import ROWS

PROJECT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md", "ontology/reference/README.md")
DOCS = tuple(sorted(str(p.relative_to(PROJECT)) for p in (PROJECT / "docs").glob("*.md")))
FORMATS = tuple(sorted(str(p.relative_to(PROJECT)) for p in (PROJECT / "docs" / "formats").glob("*.md")))
RUNNABLE = ("README.md", "CONTRIBUTING.md", "examples/README.md", *DOCS, *FORMATS)
NOT_RUN = "# not run here: "
_FENCED = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(page: str) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def test_the_pages_are_those_that_are_meant() -> None:
    assert [Path(d).stem for d in DOCS] == [
        "annotating", "api", "architecture", "benchmarks", "competency", "identifiers", "mappings", "ontology-checks",
        "ontology", "preannotate", "re3d", "rules", "schemes", "status", "store", "tables", "validation",
    ]  # fmt: skip
    assert [Path(d).stem for d in FORMATS] == [
        "cas", "doccano", "label-studio", "muc", "plover-gsr", "sitgraph-json", "web-annotation", "webanno-tsv",
    ]  # fmt: skip


# -- a store of the examples, a folder to read, and where both stand on the pages


@dataclass(frozen=True)
class Workshop:
    """What the names on the pages stand for."""

    folder: Path
    client: TestClient


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Workshop]:
    """A folder that looks like the reader's: examples, reports and tables of his own, a question, and two stores."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "examples").symlink_to(PROJECT / "examples")
    (folder / "ontology").symlink_to(PROJECT / "ontology")
    shutil.copytree(PROJECT / "examples" / "reference", folder / "my-tables")
    (folder / "my-reports").mkdir()
    for name, text in files_on(read("docs/annotating.md")).items():
        (folder / "my-reports" / name).write_text(text, encoding="utf-8")
    for name, text in table_on(read("docs/tables.md")).items():
        (folder / name).write_text(text, encoding="utf-8")
    ged_rows.write(folder / "ged.csv", 200)
    (folder / "ged.csv.gz").write_bytes(gzip.compress((folder / "ged.csv").read_bytes()))
    (folder / "question.rq").write_text(
        queries.load("situation-index").replace("{", "{ VALUES ?day { UNDEF }", 1), encoding="utf-8"
    )
    outcome = ingest(folder / "demo-store", [PROJECT / "examples"], Options(reference=PROJECT / "examples" / "reference"))
    assert outcome.exit_code == 0
    shutil.copytree(folder / "demo-store", folder / "my-store")
    with TestClient(
        create_app(Settings(folder / "demo-store", DEFAULT_BASE)), base_url=DEFAULT_BASE.rstrip("/"), follow_redirects=False
    ) as client:
        yield Workshop(folder, client)


def files_on(page: str) -> Mapping[str, str]:
    """The files of the whole small report on the page; a text has no newline at its end."""
    blocks = {name: text for name, text in _FENCED.findall(page) if name.startswith("report.")}
    return {name: text.rstrip("\n") if name.endswith(".txt") else text for name, text in blocks.items()}


def table_on(page: str) -> Mapping[str, str]:
    """The small table on the page, and its configuration."""
    return {name: text for name, text in _FENCED.findall(page) if name.startswith("strikes.")}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(command, comments=True)[1:]
    return subprocess.run(
        [sys.executable, "-m", "kg.cli", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(PROJECT), "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip


# -- commands and options


def commands() -> Iterator[tuple[str, Iterable[str]]]:
    """Every command of the command line with its options."""
    todo: list[tuple[str, Any]] = [("", get_command(cli.app))]
    while todo:
        name, command = todo.pop(0)
        yield name, [o for p in command.params for o in p.opts if o.startswith("-")]
        todo += [(f"{name} {below}".strip(), c) for below, c in getattr(command, "commands", {}).items()]


def undocumented(texts: Iterable[str]) -> set[str]:
    """Commands that no page names, and options that no page names beside their command."""
    lines = [line for text in texts for line in text.splitlines()]
    whole = "\n".join(lines)
    missing = set()
    for name, options in commands():
        of_command = [line for line in lines if f"sitgraph {name}".rstrip() in line]
        if not of_command:
            missing.add(name)
        missing |= {f"{name} {o}" for o in options if not re.search(rf"(?<![\w-]){re.escape(o)}(?![\w-])", whole)}
    return missing


def test_every_command_and_option_is_documented() -> None:
    texts = [read(page) for page in RUNNABLE]
    assert len(list(commands())) == 17
    assert undocumented(texts) == set()
    assert undocumented([t.replace("--issued-until", "") for t in texts]) >= {"query --issued-until", "explain --issued-until"}
    assert undocumented([t.replace("sitgraph info", "") for t in texts]) == {"info"}


def examples(page: str) -> list[str]:
    """The commands in the fenced blocks of a page; a quoted query may go over several lines."""
    found: list[str] = []
    for _, block in _FENCED.findall(read(page)):
        lines = iter(block.splitlines())
        for line in lines:
            if line.startswith("sitgraph "):
                while line.count("'") % 2:
                    line += "\n" + next(lines)
                found.append(line)
    return found


EXAMPLES = [
    (page, command)
    for page in RUNNABLE
    for command in examples(page)
    if "examples/README" not in page or "serve" in command or "ingest" in command
]


@pytest.mark.parametrize(("page", "command"), EXAMPLES, ids=lambda x: str(x)[:60])
def test_every_command_on_the_pages_runs(page: str, command: str, workshop: Workshop) -> None:
    if NOT_RUN in command:
        assert len(command.split(NOT_RUN)[1]) > 10, "the reason is missing"
        return
    done = run(command, workshop.folder)
    assert done.returncode == 0, f"{page}: {command}\n{done.stderr}"


def test_there_are_commands_on_the_pages() -> None:
    by_page = {page: len([c for p, c in EXAMPLES if p == page]) for page in RUNNABLE}
    assert {p: n for p, n in by_page.items() if n} == {
        "README.md": 8, "examples/README.md": 2, "docs/annotating.md": 3, "docs/re3d.md": 1, "docs/status.md": 1,
        "docs/store.md": 14, "docs/competency.md": 3, "docs/ontology-checks.md": 3, "docs/validation.md": 2, "docs/rules.md": 2,
        "docs/preannotate.md": 1, "docs/schemes.md": 3, "docs/tables.md": 3, "docs/formats/cas.md": 1,
        "docs/formats/doccano.md": 1, "docs/formats/label-studio.md": 2, "docs/formats/muc.md": 1,
        "docs/formats/plover-gsr.md": 1, "docs/formats/webanno-tsv.md": 1,
    }  # fmt: skip
    ours = [(p, c) for p, c in EXAMPLES if NOT_RUN in c and "serve" not in c and "re3d" not in c]
    assert [(p, c) for p, c in ours if p not in FORMATS or "here: needs " not in c] == []


def test_a_command_that_does_not_run_is_noticed(workshop: Workshop) -> None:
    assert run("sitgraph info --stare my-store", workshop.folder).returncode == 2
    assert run("sitgraph explain --store my-store Nobody opposes Russia", workshop.folder).returncode == 2


def test_the_answers_in_the_readme_are_the_answers(workshop: Workshop) -> None:
    shown = re.findall(r"^```sh\n(.*?)^```\n\n```answer\n(.*?)^```$", read("README.md"), re.MULTILINE | re.DOTALL)
    assert len(shown) == 2
    for command, answer in shown:
        given = run(command, workshop.folder).stdout.splitlines()
        assert [line.rstrip() for line in given] == [line.rstrip() for line in answer.splitlines()]


def test_the_summary_in_the_readme_is_the_summary(workshop: Workshop) -> None:
    (shown,) = (block for name, block in _FENCED.findall(read("README.md")) if "mentions  situations  claims" in block)
    done = run("sitgraph ingest examples/ --reference examples/reference --store summary/demo-store", workshop.folder)
    given = done.stdout.replace("summary/demo-store", "demo-store").splitlines()
    assert [line.rstrip() for line in given] == shown.splitlines()
    (figures,) = re.findall(r"(\d+) reports with (\d+) claims", read("README.md"))
    info = json.loads(run("sitgraph info --store demo-store --json", workshop.folder).stdout)["counts"]
    assert [int(n) for n in figures] == [info["reports"], info["claims"]]


# -- readers, queries, rules, modules


def test_every_reader_is_named() -> None:
    page = read("docs/annotating.md")
    names = sorted(readers.readers())
    assert names == [
        "brat", "cas", "doccano", "label-studio", "muc", "plover-gsr", "re3d", "sitgraph-json", "web-annotation", "webanno-tsv",
    ]  # fmt: skip
    assert [n for n in names if f"`{n}`" not in page] == []
    assert [n for n in ["bioc", *names] if f"`{n}`" not in page] == ["bioc"]


def unsummarised(texts: Mapping[str, str]) -> list[str]:
    return [name for name, text in texts.items() if len(queries.summary(text)) < 10]


def test_every_query_has_a_summary() -> None:
    texts = {name: queries.load(name) for name in queries.names()}
    rules = {p.stem: p.read_text(encoding="utf-8") for p in sorted((ontology_dir() / "rules").glob("*.rq"))}
    assert len(texts) == len(list((PROJECT / "kg" / "queries").glob("*.rq"))) > 50
    assert len(rules) == 7
    assert unsummarised(texts) == unsummarised(rules) == []
    assert unsummarised({"q": "#+ sumary: Who fights whom?\nASK {}"}) == ["q"]


def test_the_page_of_statuses_is_the_table_in_the_code() -> None:
    page = read("docs/status.md")
    table = dict(re.findall(r"^\| (\d) \| (.+?) \| .+? \|$", page, re.MULTILINE))
    assert table == dict(ROWS)
    contradictions = (PROJECT / "kg" / "view" / "contradictions.py").read_text(encoding="utf-8")
    kinds = {(rule, kind) for kind, rule in re.findall(r'^    \("([a-z-]+)", "(K\d)", _\w+\),$', contradictions, re.MULTILINE)}
    assert len(kinds) == 8
    assert set(re.findall(r"^\| (K\d) \| ([a-z-]+) \|", page, re.MULTILINE)) == kinds
    numbers = {f"R{int(p.name[1:3])}" for p in (ontology_dir() / "rules").glob("*.rq")}
    assert set(re.findall(r"^\| (R\d+) \|", page, re.MULTILINE)) == numbers


def modules(package: str) -> Iterator[str]:
    """The modules and packages of a package, by path."""
    for path in sorted((PROJECT / package).rglob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            yield str(path.relative_to(PROJECT).with_suffix(""))
        elif path.name == "__init__.py" and path.parent != PROJECT / package:
            yield str(path.parent.relative_to(PROJECT)) + "/"


def not_on_the_plan(page: str) -> set[str]:
    """Modules that the tables of the plan do not name: in a row of their own, or in that of their package."""
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    missing = set()
    for name in (*modules("kg"), *modules("api")):
        *packages, leaf = name.rstrip("/").split("/")[1:]
        own = f"`{leaf}{'/' if name.endswith('/') else ''}`"
        in_package = [r for r in rows if packages and f"`{packages[-1]}/`" in r.split(" | ")[0] and f"`{leaf}`" in r]
        if not in_package and not any(own in r.split(" | ")[0] for r in rows):
            missing.add(name)
    return missing


def test_the_plan_of_the_house_names_every_module() -> None:
    page = read("docs/architecture.md")
    assert not_on_the_plan(page) == set()
    assert not_on_the_plan(page.replace("`scope`", "")) == {"kg/view/scope"}


# -- links


def broken_links(page: str, text: str) -> list[str]:
    """Links to files that are not there, or to headings that are not."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(_FENCED, "", text)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = ((PROJECT / page).parent / path).resolve() if path else PROJECT / page
        headings = (
            re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            if file.suffix == ".md" and file.is_file()
            else []
        )
        anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
        if not file.exists() or (anchor and anchor not in anchors):
            found.append(target)
    return found


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = {page: read(page) for page in dict.fromkeys((*PAGES, *DOCS, *FORMATS))}
    assert sum(len(re.findall(r"\]\((?!http)", text)) for text in pages.values()) > 20
    assert {page: broken for page, text in pages.items() if (broken := broken_links(page, text))} == {}
    assert broken_links("README.md", "[a](docs/nowhere.md) [b](docs/api.md#nothing) [c](docs/api.md#errors)") == [
        "docs/nowhere.md",
        "docs/api.md#nothing",
    ]


# -- the API


def routes(client: TestClient) -> dict[str, set[str]]:
    """Every path of the application with its parameters in the query, from its own description and the router of the pages."""
    described: Any = client.get("/openapi.json").json()
    found = {
        path: {p["name"] for operation in item.values() for p in operation.get("parameters", ()) if p["in"] == "query"}
        for path, item in described["paths"].items()
    }
    pages = import_module("api.pages").router
    extra: dict[str, set[str]] = {r.path: set() for r in pages.routes}
    return {**extra, **found, "/openapi.json": set()}


def undescribed(page: str, found: Mapping[str, set[str]]) -> set[str]:
    """Paths and parameters that the page does not name."""
    cells = " ".join(line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `"))
    plain = {path: re.sub(r":path\}", "}", path) for path in found}
    parameters = {p for several in found.values() for p in several}
    return {path for path, shown in plain.items() if f"`{shown}`" not in cells} | {
        p for p in parameters if f"`{p}`" not in cells
    }


def test_every_route_parameter_and_kind_of_error_is_described(workshop: Workshop) -> None:
    page = read("docs/api.md")
    found = routes(workshop.client)
    assert len(found) > 30
    assert undescribed(page, found) == set()
    assert undescribed(page.replace("`/healthz`, ", "").replace("`valid_at`", ""), found) == {"/healthz", "valid_at"}
    assert set(re.findall(r"^\| `([a-z-]+)` \| .+\. .+ \|$", page, re.MULTILINE)) == set(KINDS)


BOXES = [block for name, block in _FENCED.findall(read("docs/api.md")) if name == "http"]


def differences(box: str, client: TestClient) -> list[str]:
    """What is not as the box says: the status and type of the answer, and values in it by their path."""
    request, answer, *values = box.splitlines()
    method, address = request.split(" ", 1)
    status, _, media_type = answer.partition(" ")
    reply = client.request(method, address, headers={"Accept": "*/*"})
    given_type = reply.headers.get("content-type", "").split(";")[0]
    wrong = [] if (str(reply.status_code), given_type if media_type else "") == (status, media_type) else [reply.text]
    for line in values:
        path, _, wanted = line.partition(" = ")
        value: Any = reply.json()
        for step in re.findall(r"\w+", path):
            value = value[int(step)] if isinstance(value, list) else value[step]
        if (value if isinstance(value, str) else json.dumps(value)) != wanted:
            wrong.append(f"{path} = {value}")
    return wrong


def test_there_are_boxes() -> None:
    assert len(BOXES) == 12


@pytest.mark.parametrize("box", BOXES, ids=lambda b: b.splitlines()[0])
def test_every_box_of_the_api_is_true(box: str, workshop: Workshop) -> None:
    assert differences(box, workshop.client) == []


def test_a_box_that_is_not_true_is_noticed(workshop: Workshop) -> None:
    box = BOXES[0]
    assert len(differences(box.replace("200", "404"), workshop.client)) == 1
    assert len(differences(box.replace("Alliance", "State"), workshop.client)) == 1


# -- annotating, identifiers, the store, re3d


def test_the_report_on_the_page_is_read_whole(tmp_path: Path, workshop: Workshop) -> None:
    outcome = ingest(tmp_path / "store", [workshop.folder / "my-reports"], Options())
    assert (outcome.problems, outcome.unclaimed, outcome.exit_code) == ([], [], 0)
    (found,) = outcome.reads
    assert (found.report, found.mentions, found.claims) == ("ramouseh-taken", 5, 1)


def test_the_table_on_the_page_is_read_as_the_page_says(tmp_path: Path) -> None:
    page = read("docs/tables.md")
    for name, text in table_on(page).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("sitgraph ingest strikes.csv --store s --format strikes.toml", tmp_path)
    (shown,) = (block for _, block in _FENCED.findall(page) if block.startswith("table    format"))
    assert done.returncode == 0
    given = [line.rstrip() for line in done.stdout.splitlines()]
    assert given[:3] == shown.splitlines()[:3]
    rows = (tmp_path / "strikes.csv").read_text(encoding="utf-8")
    (tmp_path / "strikes.csv").write_text(rows.replace("Aleppo,2,SOHR", "Aleppo,two,SOHR"), encoding="utf-8")
    done = run("sitgraph ingest strikes.csv --store t --format strikes.toml", tmp_path)
    (told,) = (block for _, block in _FENCED.findall(page) if block.startswith("rejected  strikes.csv"))
    assert (done.returncode, done.stderr) == (1, told)


VECTORS = re.findall(r"^\| `(\[.+\])` \| `([0-9a-f]{20})` \|$", read("docs/identifiers.md"), re.MULTILINE)


def test_the_digests_on_the_page_are_digests(tmp_path: Path, workshop: Workshop) -> None:
    assert len(VECTORS) == 10
    for text, digest in VECTORS:
        kind, *parts = json.loads(text)
        assert canonical_json([kind, *parts]) == text
        assert h20(kind, *parts) == digest == hashlib.sha256(text.encode()).hexdigest()[:20]
        assert h20(kind, *parts, "more") != digest
    ingest(tmp_path / "store", [workshop.folder / "my-reports"], Options())
    done = run(f"sitgraph export --store {tmp_path}/store --all --format nq", workshop.folder)
    assert [text for text, digest in VECTORS[:-2] if f"{digest}>" not in done.stdout] == []


def test_the_configuration_for_brat_is_the_scheme() -> None:
    scheme = tomllib.loads(read("kg/schemes/sitgraph-1.toml"))
    text = read("docs/annotation/brat/annotation.conf")
    sections = dict(zip(*[iter(re.split(r"^\[(\w+)\]$", text, flags=re.MULTILINE)[1:])] * 2, strict=True))
    assert roles_in(sections["events"]) == roles_of(scheme)
    entities = {line.strip() for line in sections["entities"].splitlines() if line.strip() and not line.startswith("!")}
    assert entities == {label for several in scheme["labels"].values() for label in several}
    links = {line.split("\t")[0] for line in sections["relations"].splitlines() if re.match(r"\w", line)}
    assert links == set(scheme["links"])
    attributes = {line.split("\t")[0] for line in sections["attributes"].splitlines() if re.match(r"\w", line)}
    assert attributes == set(scheme["attributes"])
    assert roles_in(sections["events"].replace("Besieger*:", "Besiegers*:")) != roles_of(scheme)


def roles_in(events: str) -> dict[str, set[str]]:
    """Label -> roles, in brat's configuration."""
    rows = (line.strip().split("\t", 1) for line in events.splitlines() if "\t" in line.strip())
    return {label: {re.split(r"[*+?:]", role.strip())[0] for role in roles.split(",")} for label, roles in rows}


def roles_of(scheme: Mapping[str, Any]) -> dict[str, set[str]]:
    """Label -> roles, in the scheme."""
    sets = scheme["sets"]
    labels = {**scheme["events"], **scheme["relations"], **scheme["parts"]}
    return {
        label: {r.rstrip("*+?") for given in roles for r in (sets[given[1:]] if given.startswith("@") else [given])}
        for label, roles in labels.items()
    }


def test_the_labels_on_the_page_are_those_of_the_scheme() -> None:
    scheme = tomllib.loads(read("kg/schemes/sitgraph-1.toml"))
    labels = {label for several in scheme["labels"].values() for label in several}
    labels |= {*scheme["events"], *scheme["relations"], *scheme["parts"], *scheme["links"]}
    (table,) = re.findall(r"^\| mark \| with \|\n.*?\n\n", read("docs/annotating.md"), re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"\b[A-Z]\w+", re.sub(r"OfEvent", "", table))) == labels


def test_the_layout_on_the_page_is_the_layout(workshop: Workshop) -> None:
    (layout,) = (block for _, block in _FENCED.findall(read("docs/store.md")) if block.startswith("STORE/"))
    named = [line.split()[0] for line in layout.splitlines()[1:]]
    assert len(named) == 12
    store, passing = workshop.folder / "demo-store", {"live.progress", "loading/", "rejects/", "inputs/tables/"}
    assert [n for n in named if not (store / n).exists() and n not in passing] == []
    assert {p.name for p in store.iterdir()} <= {n.split("/")[0] for n in named}


@pytest.mark.slow
def test_the_page_on_re3d_is_up_to_date(shared: Path) -> None:
    data = shared / "data" / "re3d"
    if not data.is_dir():
        pytest.skip("the shared data have no re3d")
    spec = importlib.util.spec_from_file_location("re3d_table", PROJECT / "scripts" / "re3d_table.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    counts = script.counted(data)
    for folder in script.FOLDERS:
        for what in script.FILES:
            assert sum(c[folder] for k, c in counts.items() if k[0] == what) == script.lines(data, folder, what) > 0
    assert script.page(data) == read("docs/re3d.md")


def test_the_sums_on_the_page_on_re3d_add_up() -> None:
    page = read("docs/re3d.md")
    for title, lines in (("Entities", [913, 1439, 641, 2993]), ("Relations", [281, 538, 168, 987])):
        (part,) = re.findall(rf"^## {title}\n(.*?\*\*in all\*\*[^\n]*)", page, re.MULTILINE | re.DOTALL)
        numbers = [
            [int(n) for n in re.findall(r"\| (\d+)(?= \|)", row)[-4:]]
            for row in part.splitlines()
            if re.search(r"\d+ \|$", row)
        ]
        *rows, total = numbers
        assert [sum(column) for column in zip(*rows, strict=True)] == total == lines
