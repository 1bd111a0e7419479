"""The house around the code: import contracts, the lock, the wheel, no trace of a machine in the tree.

Each check is shown to fire on a bad case beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONTRACTS = 9


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, env={**os.environ, **env}, check=False
    )


# Import contracts


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
    return run(sys.executable, "-c", code, cwd=folder, PYTHONPATH=str(folder), COLUMNS="200")


@pytest.fixture(scope="module")
def copied_packages(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two packages, copied, so that a bad import can be added."""
    folder = tmp_path_factory.mktemp("packages")
    for package in ("kg", "api"):
        shutil.copytree(project / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / "pyproject.toml", folder)
    return folder


def test_the_import_contracts_hold(project: Path) -> None:
    result = lint_imports(project)
    assert f"Contracts: {CONTRACTS} kept, 0 broken." in result.stdout, result.stdout + result.stderr
    assert result.returncode == 0


BAD_IMPORTS = {
    "kg/errors.py": ("import api", "api imports kg, never the reverse"),
    "kg/model.py": ("import kg.readers", "kg: the line of arrows, each module sees only what is below it"),
    "kg/utils.py": ("", "kg: the line of arrows, each module sees only what is below it"),
    "api/helpers.py": ("", "api: routes are blind to each other"),
    "kg/readers/pdf.py": ("", "readers are blind to each other"),
    "kg/writers/pdf.py": ("", "writers are blind to each other"),
    "kg/extent/days.py": ("import kg.extent.edtf", "extent: expressions and EDTF stand on one calendar, blind to each other"),
    "kg/ontology/generated.py": (
        "import kg.ontology.reason",
        "kg.ontology: what is made from it and what checks it are blind to each other",
    ),
    "kg/config.py": ("import fastapi", "kg knows nothing of the web"),
    "kg/iri.py": ("import rdflib", "rdflib, owlready2 and SHACL engines do not leave kg.ontology"),
}


@pytest.mark.parametrize("path", BAD_IMPORTS)
def test_a_bad_import_breaks_its_contract(copied_packages: Path, path: str) -> None:
    line, contract = BAD_IMPORTS[path]
    module = copied_packages / path
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        result = lint_imports(copied_packages)
    finally:
        module.unlink() if before is None else module.write_text(before, encoding="utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_every_contract_has_a_bad_case(pyproject: dict[str, Any]) -> None:
    contracts = [contract["name"] for contract in pyproject["tool"]["importlinter"]["contracts"]]
    assert len(contracts) == CONTRACTS
    assert {contract for _, contract in BAD_IMPORTS.values()} == set(contracts)


# No trace of a machine

# Spelt so that this file does not contain what it looks for.
TOP_FOLDERS = "|".join(("work", "root", "farm", "home", "Users"))
HOSTS = "|".join(re.escape(host.replace(" ", ".")) for host in ("pypi org", "files pythonhosted org", "registry npmjs org"))
MACHINE_PATH = re.compile(rf"(?:^|[^A-Za-z0-9_.~}}])/(?:{TOP_FOLDERS})/", re.MULTILINE)
REGISTRY = re.compile(rf"\b(?:{HOSTS})\b|\bdeb\.debian\b|--(?:extra-)?index-url|--find-links")


def traces(text: str) -> list[str]:
    return [match.group() for pattern in (MACHINE_PATH, REGISTRY) for match in pattern.finditer(text)]


def test_no_file_names_a_machine_or_a_registry(project: Path) -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=project)
    if listed.returncode:
        pytest.skip("not here: no git, or no checkout of git")
    files = [project / name for name in listed.stdout.split("\0") if name and name != "tests/test_house.py"]
    found = {}
    for file in files:
        if file.is_file() and (hits := traces(file.read_text(encoding="utf-8", errors="replace"))):
            found[file.relative_to(project).as_posix()] = hits
    assert len(files) > 20
    assert not found


@pytest.mark.parametrize(
    "text",
    ["see /" + "work/main", '"/' + 'root/x"', "https://" + "pypi." + "org/simple", "--index" + "-url x", "a\n/" + "home/me/x"],
)
def test_a_trace_is_seen(text: str) -> None:
    assert traces(text)


@pytest.mark.parametrize("text", ["framework/x", "https://example.org/actor/x", "./work/x", "homework /workshop/"])
def test_what_only_looks_like_a_trace_is_let_be(text: str) -> None:
    assert not traces(text)


# The lock


def locked(text: str) -> dict[str, str]:
    """Name and version of each pinned package that has a hash."""
    entries = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in entries}


def declared(pyproject: dict[str, Any]) -> list[Requirement]:
    groups = [entry for group in pyproject["dependency-groups"].values() for entry in group if isinstance(entry, str)]
    entries = (*pyproject["project"]["dependencies"], *groups, *pyproject["build-system"]["requires"])
    return [Requirement(entry) for entry in entries]


def not_locked(requirements: list[Requirement], pins: dict[str, str]) -> list[str]:
    return [str(r) for r in requirements if pins.get(canonicalize_name(r.name), "none") not in r.specifier]


def test_the_lock_covers_what_is_declared(project: Path, pyproject: dict[str, Any]) -> None:
    text = (project / "requirements.lock").read_text(encoding="utf-8")
    pins = locked(text)
    assert len(pins) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)), "an entry has no version or no hash"
    requirements = declared(pyproject)
    assert len(requirements) > 15
    assert not_locked(requirements, pins) == []


def test_a_requirement_that_is_not_locked_is_seen() -> None:
    pins = locked("Rich==13.0 ; python_version > '3' \\\n    --hash=sha256:" + "0" * 64 + "\nplain==1\n")
    assert pins == {"rich": "13.0"}
    assert not_locked([Requirement("rich>=13"), Requirement("rich>=14"), Requirement("new>=1")], pins) == ["rich>=14", "new>=1"]


# The wheel


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the unpacked source distribution: so the one carries what the other needs."""
    out = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", out, cwd=project)
    assert built.returncode == 0, built.stderr
    (sdist,) = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    unpacked = out / sdist.name.removesuffix(".tar.gz")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=unpacked)
    assert built.returncode == 0, built.stderr
    (path,) = out.glob("*.whl")
    return path


def carried(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def expected_in_wheel(project: Path) -> set[str]:
    """Every file of the packages and of the ontology, under the name it has in the wheel."""
    names = set()
    for top, inside in (("kg", "kg"), ("api", "api"), ("ontology", "kg/_ontology")):
        for file in (project / top).rglob("*"):
            relative = file.relative_to(project / top)
            if file.is_file() and not {"__pycache__", ".DS_Store"} & set(relative.parts):
                names.add(f"{inside}/{relative.as_posix()}")
    return names


KINDS_IN_WHEEL = {
    "classes and properties": r"kg/_ontology/[^/]+\.ttl",
    "context": r"kg/_ontology/context\.jsonld",
    "rules": r"kg/_ontology/rules/.+\.rq",
    "shapes": r"kg/_ontology/shapes\.ttl",
    "alignment and mappings": r"kg/_ontology/(alignment|mappings/.+)\.ttl",
    "laws with what breaks them": r"kg/_ontology/checks/(.+\.rq|bad/.+\.(ttl|trig))",
    "questions with their answers": r"kg/_ontology/competency/.+\.(rq|csv)",
    "changes": r"kg/_ontology/CHANGELOG\.md",
    "words and style of the documentation": r"kg/ontology/documentation/.+\.(css|txt|trig)",
    "reference tables": r"kg/_ontology/reference/.+\.csv",
    "queries": r"kg/queries/.+\.rq",
    "schemes": r"kg/schemes/.+\.toml",
    "templates": r"api/pages/.+\.html(\.j2|\.jinja)?",
    "types": r"(kg|api)/py\.typed",
}


def test_the_wheel_carries_what_the_checkout_has(project: Path, wheel: Path) -> None:
    assert expected_in_wheel(project) - carried(wheel) == set()


@pytest.mark.parametrize("kind", KINDS_IN_WHEEL)
def test_the_wheel_carries_each_kind(wheel: Path, kind: str) -> None:
    assert [name for name in carried(wheel) if re.fullmatch(KINDS_IN_WHEEL[kind], name)]


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    assert {name.split("/")[0] for name in carried(wheel)} == {"kg", "api", f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}


def test_the_wheel_can_do_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import kg.cli, api.app\n"
        "assert kg.__file__.startswith(sys.argv[1]) and api.__file__.startswith(sys.argv[1])\n"
        "from pathlib import Path\n"
        "from kg.ontology import documentation\n"
        "documentation.write(Path('docs'))\n"
        "sys.argv = ['sitgraph', '--help']\n"
        "kg.cli.main()"
    )
    result = run(sys.executable, "-I", "-c", code, tmp_path / "site", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "ingest" in result.stdout
    page = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert [
        name for name in ("AirStrike", "rule-R9", "law-blank-node", "shape-Claim", "CQ1") if f'id="{name}"' not in page
    ] == []


# The changelog


def test_the_changelog_has_the_version(project: Path, pyproject: dict[str, Any]) -> None:
    headings = re.findall(r"^## \[([^\]]+)\]", (project / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == pyproject["project"]["version"]


# Skips


SKIPS = """
import pytest

def test_plain(): pytest.skip("no browser")
def test_excused(): pytest.skip("not here: no kernel of that kind")
@pytest.mark.skipif(True, reason="no java")
def test_marked(): pass
@pytest.fixture
def absent(): pytest.skip("no data")
def test_fixture(absent): pass
@pytest.mark.xfail(reason="known", strict=True)
def test_expected(): raise AssertionError
"""


def pytest_alone(folder: Path, project: Path, source: str, allowed: bool) -> subprocess.CompletedProcess[str]:
    shutil.copy(project / "tests" / "conftest.py", folder)
    (folder / "test_alone.py").write_text(source, encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", folder, "-c", os.devnull)
    return run(sys.executable, "-m", "pytest", *options, folder, cwd=folder, SITGRAPH_NO_SKIPS="0" if allowed else "1")


def test_skips_are_allowed_by_default(project: Path, tmp_path: Path) -> None:
    result = pytest_alone(tmp_path, project, SKIPS, allowed=True)
    assert result.returncode == 0, result.stdout
    assert "4 skipped, 1 xfailed" in result.stdout


def test_forbidden_skips_fail_by_name(project: Path, tmp_path: Path) -> None:
    result = pytest_alone(tmp_path, project, SKIPS, allowed=False)
    assert result.returncode == 1, result.stdout
    assert "1 failed, 1 skipped, 1 xfailed, 2 errors" in result.stdout  # skipped by mark or fixture: an error of the set-up
    for name, reason in (("test_plain", "no browser"), ("test_marked", "no java"), ("test_fixture", "no data")):
        assert f"{name} was skipped, and SITGRAPH_NO_SKIPS=1 forbids it: {reason}" in result.stdout
    assert "test_excused was skipped" not in result.stdout


def test_a_module_that_skips_itself_is_an_error(project: Path, tmp_path: Path) -> None:
    result = pytest_alone(tmp_path, project, 'import pytest\npytest.importorskip("no_such_module")\n', allowed=False)
    assert result.returncode == 2, result.stdout
    assert "forbids it: could not import 'no_such_module'" in result.stdout
