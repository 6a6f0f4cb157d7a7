"""The repository keeps its own promises: lock, versions, package, and nothing of one machine."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from hypothesis import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gepnet

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@cache
def tracked_files() -> tuple[str, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(name for name in listed.stdout.split("\0") if (ROOT / name).is_file())


def places_of(pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern occurs in the tracked text files, as file:line."""
    places = []
    for name in tracked_files():
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if pattern.search(line):
                places.append(f"{name}:{number}: {line.strip()[:100]}")
    return places


def declared_dependencies() -> list[Requirement]:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(entry for extra in extras for entry in extra)]
    return [req for req in map(Requirement, listed) if req.name != "gepnet"]


def locked(lock: Path) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.M)
    return {canonicalize_name(name): pinned for name, pinned in pins}


# Nothing of one machine ------------------------------------------------------------------------


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("deb.debian", "org"),
        ("crates", "io"),
        ("proxy.golang", "org"),
        ("repo.maven.apache", "org"),
    ]
    names = "|".join(re.escape(".".join(host)) for host in hosts)
    settings = r'index-url[ =]+https?:|find-links[ =]+\S*/|registry *= *"?http|"resolved": *"http'
    assert places_of(re.compile(f"{names}|{settings}")) == []


def test_no_tracked_file_names_the_index_of_this_machine() -> None:
    urls = [
        os.environ.get(key, "") for key in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
    ]
    hosts = [found[1] for url in urls if (found := re.search(r"//(?:[^/@]*@)?([^/:]+)", url))]
    for host in hosts:
        assert places_of(re.compile(re.escape(host))) == []


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    checkout = re.escape(str(ROOT))
    homes = r"/(?:home|Users|root|work)/[\w.-]+"
    assert places_of(re.compile(rf"(?<![\w./:-])(?:{checkout}/|{homes})")) == []


# The lock --------------------------------------------------------------------------------------


def test_there_are_locks_for_running_and_for_developing() -> None:
    assert [lock.name for lock in LOCKS] == ["dev.txt", "run.txt"]
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_carries_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
    entries = [entry for entry in entries if "==" in entry]
    assert len(entries) == len(locked(lock)) > 10
    without = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert without == []


@pytest.mark.parametrize("requirement", declared_dependencies(), ids=str)
def test_every_declared_dependency_is_locked_within_its_bounds(requirement: Requirement) -> None:
    pinned = locked(ROOT / "requirements" / "dev.txt").get(canonicalize_name(requirement.name))
    assert pinned is not None, "run `make lock`"
    assert requirement.specifier.contains(pinned), f"locked at {pinned}: run `make lock`"


def test_users_run_the_versions_that_were_tested() -> None:
    run, dev = (locked(ROOT / "requirements" / name) for name in ("run.txt", "dev.txt"))
    assert run.items() <= dev.items()


def test_every_declared_dependency_says_why_it_is_here() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = {canonicalize_name(name) for name in re.findall(r"^\| `([^`]+)`", page, re.M)}
    assert explained == {canonicalize_name(req.name) for req in declared_dependencies()}


# Imported by nothing of ours: pint by ucumvert, httpx by authlib, psycopg by sqlalchemy's address,
# python-multipart by fastapi, fastexcel by polars, uvicorn serves.
USED_THROUGH_ANOTHER = {
    "alembic", "argon2-cffi", "authlib", "babel", "duckdb", "fastapi", "fastexcel", "fsspec",
    "httpx", "lifelines", "pint", "psycopg", "pyarrow", "pyspark", "python-multipart",
    "sqlalchemy", "uvicorn",
}  # fmt: skip


def test_what_users_install_is_what_the_package_imports() -> None:
    """A library that only tests use belongs to the test extra."""
    imported = set()
    for name in tracked_files():
        if name.startswith("src/") and name.endswith(".py"):
            text = (ROOT / name).read_text(encoding="utf-8")
            imported |= set(re.findall(r"^ *(?:from|import) (\w+)", text, re.M))
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(canonicalize_name(package), set()).add(module)
    project = PYPROJECT["project"]
    own = {"all", "test", "docs", "dev"}
    extras = [v for name, v in project["optional-dependencies"].items() if name not in own]
    listed = [*project["dependencies"], *(entry for extra in extras for entry in extra)]
    names = {canonicalize_name(Requirement(entry).name) for entry in listed} - {"gepnet"}
    # pint is used through the registry that ucumvert makes of it, and others by their caller.
    unseen = {name for name in names if not modules[name] & imported}
    assert unseen <= USED_THROUGH_ANOTHER


# Versions and package --------------------------------------------------------------------------


def test_one_version_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## .*?(\d+\.\d+\.\d+)", changelog, re.M)
    assert newest is not None
    assert citation["version"] == newest[1] == version("gepnet") == gepnet.__version__


def test_one_licence_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["license"] == PYPROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_wheel_holds_every_tracked_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    expected = {name[len("src/") :] for name in tracked_files() if name.startswith("src/gepnet/")}
    assert "gepnet/py.typed" in expected
    assert expected - packed == set()


def test_importing_gepnet_loads_no_library() -> None:
    code = "import sys, gepnet; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"pydantic", "yaml", "sqlglot", "typer", "rich", "jinja2", "pint", "edtf", "polars"}
    assert heavy & set(result.stdout.split()) == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        _ = gepnet.nothing_of_the_kind


# Commands --------------------------------------------------------------------------------------


def test_ci_runs_as_a_program() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_ci_runs_the_same_examples_every_time_and_says_how_pytest_ended(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(
        '#!/bin/sh\necho "$1 $HYPOTHESIS_PROFILE"\necho "=== 1 failed in 2s ==="\nexit 3\n'
    )
    make.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [str(ROOT / ".ci" / "run")],
        env={"PATH": path, "HYPOTHESIS_PROFILE": "here"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.splitlines()[0] == "test ci"
    assert (result.stdout.splitlines()[-1], result.returncode) == ("=== 1 failed in 2s ===", 3)
    profile = settings.get_profile("ci")
    assert (profile.derandomize, profile.deadline, profile.database) == (True, None, None)


@pytest.mark.parametrize("name", ["ci", "here"])
def test_the_profile_of_the_environment_is_the_one_the_tests_use(name: str) -> None:
    code = "import conftest, hypothesis; print(hypothesis.settings().derandomize)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "tests",
        env={**os.environ, "HYPOTHESIS_PROFILE": name},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == str(name == "ci")


def test_a_machine_without_python_gets_a_clear_message(tmp_path: Path) -> None:
    result = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "python.sh")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "needs Python 3.11 or later" in result.stderr
    assert "apt-get install python3" in result.stderr


@pytest.mark.parametrize("name", sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py")))
def test_a_benchmark_can_be_begun(name: str) -> None:
    # None is run by a test: what it names may have gone meanwhile.
    import_module(f"benchmarks.{name}")
