"""The documentation of the criteria language is the specification itself."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gepnet.guidelines.status import TABLE
from tests.criteria import spec

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "spec_pages.py"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    found = importlib.util.spec_from_file_location("spec_pages", SCRIPT)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def rows(text: str) -> list[list[str]]:
    """The cells of every table row that is no heading."""
    lines = text.splitlines()
    tables = [i for i, line in enumerate(lines) if line.startswith("|---")]
    heads = {i - 1 for i in tables} | set(tables)
    return [
        line.removeprefix("| ").removesuffix(" |").split(" | ")
        for i, line in enumerate(lines)
        if line.startswith("|") and i not in heads
    ]


@pytest.mark.parametrize("path", spec.files(), ids=lambda path: path.stem)
def test_every_case_is_printed_with_its_answer(hook: ModuleType, path: Path) -> None:
    text = hook.pages()[f"reference/criteria/{path.stem}.md"]
    printed = {(row[0], row[2]) for row in rows(text)}
    words = {True: "**true**", False: "**false**", None: "**unknown**"}
    for case in spec.cases(path):
        assert (f"`{case.criterion}`", words[case.expected]) in printed
    other = [*spec.refusals(), *spec.readings()]
    others = [entry for entry in other if entry.place.startswith(f"{path.stem}:")]
    assert len(rows(text)) == len(spec.cases(path)) + len(others)


def test_no_cell_breaks_its_table(hook: ModuleType) -> None:
    for path, text in hook.pages().items():
        for table in text.split("\n\n"):
            widths = {line.count(" | ") for line in table.splitlines() if line.startswith("| ")}
            assert len(widths) <= 1, path


def test_every_row_of_the_status_lookup_is_printed(hook: ModuleType) -> None:
    text = hook.pages()["reference/criteria/status.md"]
    cases = hook.read_yaml(hook.STATUS_CASES.read_text("utf-8"), "cases").data["cases"]
    found = rows(text)
    assert len(found) == len(cases) + 81 + len(TABLE)
    assert ["text", "yes", "no", "no", "**for, strength open**: recommended, option"] in found
    assert ["text", "no", "no", "no", "**text open**: recommended, silent"] in found
    assert ["yes", "?", "no", "no", "no", "**fact missing**: recommended, silent"] in found
    assert ["no", "?", "?", "?", "?", "**out of scope**"] in found


def test_every_fact_of_the_specification_is_explained(hook: ModuleType) -> None:
    text = hook.pages()["reference/criteria/index.md"]
    for name in spec.vocabulary():
        assert f"| `{name}` |" in text
