"""One Ki-67 value goes from the pathology report to the cell as the documentation says.

The steps are read from the page itself (``docs/explanation/one-value.md``), the path is walked once
under a profiler.
"""

from __future__ import annotations

import datetime
import importlib
import pickle
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import gepnet
from gepnet import api
from gepnet.record import parse_record
from gepnet.report import case_page
from gepnet.vocabulary import Question

PACKAGE = Path(gepnet.__file__).parent
PAGE = PACKAGE.parent.parent / "docs" / "explanation" / "one-value.md"
# From the bottom, as the import contract in pyproject.toml has it.
PROJECT = tomllib.loads((PACKAGE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
#: The floor of each room, as the linter holds it: the lowest is 1.
FLOORS = {
    name.strip(" ()"): floor
    for floor, rooms in enumerate(reversed(LAYERS), start=1)
    for name in rooms.split("|")
}
#: What a floor above hands down to be called: an engine with what it is asked to work out, a result
#: with how its fields are shown. The file below knows the shape of each, not where it comes from.
#: ``plain`` reads properties of any result besides, and a model asks whatever derives from it for
#: its faults, as that is what they are for.
HANDED = {
    ("criteria/algebra.py", "guidelines/variants.py", "Variants"),
    ("criteria/algebra.py", "guidelines/positions.py", "asked_truths"),
    ("facts/algebra.py", "guidelines/variants.py", "Variants"),
    ("tables/plain.py", "facts/model.py", "show"),
    ("tables/plain.py", "report/facts.py", "plain_value"),
}
DAY = datetime.date(2026, 1, 15)
ASKED = Question(knowledge_date=DAY)


@dataclass(frozen=True)
class Step:
    """A row of the page's table."""

    floor: int
    file: str
    function: str | None
    asked: tuple[str, str] | None


@cache
def steps() -> tuple[Step, ...]:
    found = []
    for row in re.findall(r"^\| \[\d+\].*$", PAGE.read_text(encoding="utf-8"), re.M):
        _, _, floor, file, function, below, _ = (cell.strip() for cell in row.split("|"))
        names = re.findall(r"`([^`]+)`", below)
        asked = (names[0], names[1]) if names else None
        found.append(Step(int(floor), file.strip("`"), function.strip("`") or None, asked))
    return tuple(found)


def room(file: str) -> str:
    return file.split("/", 1)[0]


@dataclass(frozen=True)
class Walk:
    """What answered, in order, which call came from which file, and the page that came out.

    An edge is the file that calls, the file that is called, and the class or function in it.
    """

    answers: dict[tuple[str, str], int]
    edges: set[tuple[str, str, str]]
    values: dict[str, set[str]]
    html: str


@cache
def walk() -> Walk:
    """Walk in a process of its own: what was looked up before would not be called again."""
    command = [sys.executable, "-P", __file__]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Walk(*pickle.loads(done.stdout))


def walked() -> tuple[Any, ...]:
    """Walk the path once, here; return the parts of a ``Walk``."""
    base = api.base()
    text = api.example_patient()
    answers: dict[tuple[str, str], int] = {}
    edges: set[tuple[str, str, str]] = set()
    values: dict[str, set[str]] = {}

    root = f"{PACKAGE.as_posix()}/"

    def file_of(frame: FrameType) -> str | None:
        name = frame.f_code.co_filename
        return name[len(root) :] if name.startswith(root) else None

    def profile(frame: FrameType, event: str, result: Any) -> None:
        file = file_of(frame) if event in {"call", "return"} else None
        if file is None:
            return
        name = frame.f_code.co_qualname
        if event == "return":
            answers.setdefault((file, name), len(answers))
            # What a function gives back that is, or holds, the value followed.
            if "8-12" in _told(result):
                values.setdefault(f"{file} {name}", set()).add("8-12")
            return
        caller = frame.f_back
        while caller is not None and file_of(caller) is None:
            caller = caller.f_back
        if caller is not None:
            edges.add((file_of(caller) or "", file, name.split(".")[0]))

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        sys.setprofile(profile)
        try:
            record = parse_record(text, "example.yaml", base.vocabulary)
            assessment = api.assess_record(record, base, ASKED)
            pages = [case_page(record, assessment, base)]
            api.write_report(report, pages, base, DAY, "One patient")
        finally:
            sys.setprofile(None)
        return answers, edges, values, report.read_text(encoding="utf-8")


def _told(result: Any) -> str:
    """A short text in which the value followed would be seen."""
    value = getattr(result, "value", result)
    plain = isinstance(value, str) and len(value) < 200
    if plain or type(value).__name__ == "Interval":
        return str(value)
    return ""


def test_the_page_has_the_steps_that_were_asked_for() -> None:
    assert [step.file for step in steps()] == [
        "knowledge/cases/example_patient.yaml",
        "knowledge/yaml_io.py",
        "record/read.py",
        "facts/observe.py",
        "facts/select.py",
        "facts/derive.py",
        "rules/reading.py",
        "guidelines/status.py",
        "report/cells.py",
        "report/html.py",
    ]
    asked = {step.asked for step in steps()} - {None}
    assert asked == {("vocabulary/fact.py", "Fact.parse"), ("criteria/interpret.py", "interpret")}


def test_every_function_of_the_page_exists_and_is_called_on_the_path() -> None:
    named = [(step.file, step.function) for step in steps() if step.function]
    named += [step.asked for step in steps() if step.asked]
    for file, function in named:
        module = importlib.import_module("gepnet." + file.removesuffix(".py").replace("/", "."))
        owner: Any = module
        for part in str(function).split("."):
            owner = getattr(owner, part)
        assert callable(owner)
        assert (file, function) in walk().answers, f"{file} {function} is not called"


def test_the_functions_answer_in_the_order_of_the_page() -> None:
    answers = walk().answers
    first = [answers[step.file, step.function] for step in steps() if step.function]
    assert first == sorted(first)


def test_the_path_only_goes_up_and_asks_only_below() -> None:
    floors = [step.floor for step in steps()]
    assert floors == sorted(floors)
    for step in steps():
        assert step.floor == FLOORS[room(step.file)]
        if step.asked is not None:
            assert FLOORS[room(step.asked[0])] < step.floor


def test_no_call_on_the_path_goes_up_a_floor() -> None:
    up = {
        (caller, callee, name)
        for caller, callee, name in walk().edges
        if "/" in caller and "/" in callee and FLOORS[room(callee)] > FLOORS[room(caller)]
        if not (caller in {"tables/plain.py", "knowledge/shapes.py"} and name[0].isupper())
    }
    assert up == HANDED


def test_the_value_is_read_chosen_and_shown() -> None:
    held = walk().values
    for place in ("vocabulary/fact.py Fact.parse", "facts/select.py select"):
        assert "8-12" in held.get(place, set()), f"{place} does not give the value"


def test_the_value_arrives_in_the_explanation_of_the_cell() -> None:
    html = walk().html
    option, said = r"\[177Lu\]Lu-DOTA-TATE[^<]*", "ESMO 2020: fact missing"
    head = rf'<div popover id="(example\.\d+)"><h4>{option}, {said}</h4>'
    drawers = re.findall(rf"{head}(.*?)<div popover", html, re.S)
    told = [
        (place, part[1])
        for place, opened in drawers
        if (part := re.search(r"Ki-67 index below 10%(.*?)</li>", opened, re.S))
    ]
    assert any("8-12 %, 2025-12-08" in said for _, said in told)
    place = next(place for place, said in told if "8-12 %, 2025-12-08" in said)
    button = re.search(rf'<button class="cell ([a-z_]+)" popovertarget="{place}"', html)
    assert button is not None and button[1] == "fact_missing"


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(walked()))
