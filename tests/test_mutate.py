"""The tool that makes deliberate mistakes makes each of them alone, and its list is up to date."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.mistakes import mistakes
from scripts.mutate import LIST, ROOT

MODULES = yaml.safe_load(LIST.read_text(encoding="utf-8"))["modules"]
CODE = '''
"""A module."""
import typing

LIMIT: int = 1

def judged(value: "1 < 2", least: int) -> "1 < 2":
    """Return 1 < 2."""
    if value is None or not value >= least:
        return min(value, -1)
    items = [str(one) for one in value if one]
    items.append(f"{value < 1}")
    return None
'''


def file_of(module: str) -> Path:
    return ROOT / "src" / Path(*module.split(".")).with_suffix(".py")


def test_each_mistake_is_made_alone_and_taken_back() -> None:
    tree = ast.parse(CODE)
    before = ast.unparse(tree)
    changed = []
    for one in mistakes(tree):
        one.make()
        after = ast.unparse(tree)
        one.mend()
        assert ast.unparse(tree) == before
        (pair,) = [
            (old.strip(), new.strip())
            for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
            if old != new
        ]
        changed.append(pair[1])
        compile(after, "", "exec")
    assert changed == [
        "LIMIT: int = 2",
        "if not (value is None or not value >= least):",
        "if value is None and (not value >= least):",
        "if value is not None or not value >= least:",
        "if value is None or value >= least:",
        "if value is None or not value > least:",
        "if value is None or not value <= least:",
        "return None",
        "return max(value, -1)",
        "return min(value, 1)",
        "return min(value, -2)",
        "items = [str(one) for one in value if not one]",
        "pass",
    ]


@pytest.mark.parametrize("module", MODULES)
def test_the_list_names_what_is_there_and_says_why(module: str) -> None:
    names = {one.name for one in mistakes(ast.parse(file_of(module).read_text(encoding="utf-8")))}
    for item in MODULES[module].get("equivalent", []):
        assert item["mistake"] in names
        assert item["why"].endswith(".")
    assert all((ROOT / test).is_file() for test in MODULES[module]["tests"])


SAMPLE = """
from functools import cache

LIMIT = 75

@cache
def limit() -> int:
    return LIMIT

def held(count: int) -> bool:
    return count < limit()

def told(count: int) -> str:
    if not count:
        return "none"
    return "held" if held(count) else ""
"""
TESTS = """
from sample import held, limit, told

REMEMBERED = limit()  # what asks once, while collecting, is asked anew

def test_a_limit_is_not_below_itself() -> None:
    assert held(74) and not held(75)

def test_the_limit() -> None:
    assert limit() == REMEMBERED == 75

def test_what_is_told() -> None:
    assert told(74) == "held" and told(80) == ""
"""
LISTED = """
modules:
  sample:
    tests: [test_sample.py]
    equivalent:
    - mistake: "held: count < limit() -> count <= limit()"
      why: Named in error.
    - mistake: "told: return 'nothing' -> return None"
      why: No longer there.
"""
RUN = """
import sys
from pathlib import Path
from scripts import mutate
mutate.ROOT, mutate.LIST = Path.cwd(), Path("list.yaml")
sys.exit(mutate.main())
"""


def test_what_no_test_notices_is_told_with_how_far_it_is(tmp_path: Path) -> None:
    for name, text in {
        "src/sample.py": SAMPLE, "test_sample.py": TESTS, "list.yaml": LISTED, "run.py": RUN,
        "pytest.ini": "[pytest]\npythonpath = src\n",
    }.items():  # fmt: skip
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "run.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    begin, alive, far, _, row, *wrong = done.stdout.splitlines()
    assert begin.startswith("sample: 10 mistakes, 3 tests of ")
    assert alive == "alive  src/sample.py:15: told: return 'none' -> return None"
    assert far == "sample: 10 of 10, 1 alive"
    assert row.split()[:5] == ["sample", "10", "9", "0", "1"]
    assert wrong == [
        "  not equivalent, or no longer there: held: count < limit() -> count <= limit()",
        "  not equivalent, or no longer there: told: return 'nothing' -> return None",
    ]
    assert done.returncode == 1
