"""The tool that makes deliberate mistakes makes each of them alone, and its list is up to date."""

import ast
from pathlib import Path

import pytest
import yaml

from scripts.mutate import LIST, ROOT, mistakes

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
