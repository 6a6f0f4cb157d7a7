"""Every file of ``measures/`` is read by a room, and a misspelt key or an unknown id is named.

The files are listed from the folder, so that a new one is looked at without a word here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from gepnet import api
from gepnet.api.knowing import rooms_with_files
from gepnet.cli.app import app
from gepnet.knowledge import Knowledge, MeasureFile, Problem, check_all_read, check_files
from gepnet.knowledge.load import PACKAGED

ROOMS = rooms_with_files()
MODELS: dict[str, type[MeasureFile]] = {
    stem: model for room in ROOMS for model in room.FILES for stem in model.files
}
FILES = sorted([*(p.stem for p in (PACKAGED / "measures").glob("*.yaml")), "coverage"])
BASE = api.base()
Path_ = tuple[str | int, ...]


def file_of(stem: str) -> str:
    return "coverage.yaml" if stem == "coverage" else f"measures/{stem}.yaml"


def with_file(stem: str, data: Any) -> Knowledge:
    changed = {**BASE.knowledge.measures, stem: data}
    return BASE.knowledge.model_copy(update={"measures": changed})


def problems(stem: str, data: Any) -> list[Problem]:
    return list(check_files(with_file(stem, data), BASE.vocabulary, [MODELS[stem]]))


def named(value: Any, wanted: tuple[str, ...], path: Path_ = ()) -> Iterator[Path_]:
    """Yield where a file has one of some keys with a text."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in wanted and isinstance(item, str):
                yield (*path, key)
            yield from named(item, wanted, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from named(item, wanted, (*path, index))


def changed_at(data: Any, path: Path_, value: str) -> Any:
    found = copy.deepcopy(data)
    owner = found
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = value
    return found


@pytest.mark.parametrize("stem", FILES)
def test_each_file_is_read_by_one_room_and_has_no_fault(stem: str) -> None:
    owners = [room.__name__ for room in ROOMS for m in room.FILES if stem in m.files]
    assert len(owners) == 1
    assert problems(stem, BASE.knowledge.measures[stem]) == []


@pytest.mark.parametrize("stem", FILES)
def test_a_renamed_top_key_is_named_with_what_was_meant(stem: str) -> None:
    data = BASE.knowledge.measures[stem]
    for key in data:
        renamed = {f"{name}x" if name == key else name: value for name, value in data.items()}
        found = problems(stem, renamed)
        (told,) = [p for p in found if p.field == f"{key}x"]
        assert (told.file, told.expected, told.nearest) == (file_of(stem), "a known key", key)


@pytest.mark.parametrize("stem", FILES)
def test_every_source_of_a_file_is_one_of_the_bibliography(stem: str) -> None:
    data = BASE.knowledge.measures[stem]
    for path in named(data, ("source", "read_in", "predictors_source")):
        owner = data
        for step in path:
            owner = owner[step]
        (told,) = problems(stem, changed_at(data, path, f"{owner}-x"))
        assert (told.file, told.value) == (file_of(stem), repr(f"{owner}-x"))
        assert told.field.endswith(str(path[-1]))
        assert told.expected == "the id of a source of the bibliography"
        assert told.nearest is not None


@pytest.mark.parametrize(
    ("stem", "path", "value", "expected"),
    [
        ("units", ("conversions", 0, "fact"), "creatinine_umol", "a fact"),
        ("progression", ("signs", 0, "fact"), "progression_radiological_recis", "a fact"),
        ("reports", ("other_tests", 0, "fact"), "sstr_metod", "a fact"),
        ("sample", ("facts", 0, "fact"), "sexx", "a fact"),
        ("therapy_groups", ("antitumour", "options", 0), "saa", "an option"),
        ("atlas", ("options", 0), "saa", "an option"),
        ("charts", ("laboratory", "first", 0), "haemoglobin", "a fact"),
        ("course_plan", ("default_profile",), "eu-labe", "a plan profile"),
        ("course_plan", ("retreatment_checks", "checklist"), "why_not", "a checklist"),
        ("course_plan", ("ssa_statements", 0), "asco-2023/ssa-with", "a statement"),
        ("course_plan", ("topic_analytes", "kidney_after", 0), "creatinine", "a fact"),
        ("ctcae_v5", ("terms", 0, "analytes", 0), "haemoglobin_g", "a fact"),
        ("dependencies", ("never", 0, "fact"), "sstr_metod", "a fact"),
        ("told_apart", ("undivided", 0, "broad"), "chemo", "an option"),
        ("scores", ("recorded", 0, "fact"), "nettest", "a fact"),
        ("further_response_model", ("predictors", 0, "fact"), "respons", "a fact"),
    ],
)
def test_facts_and_options_of_a_file_exist(
    stem: str, path: Path_, value: str, expected: str
) -> None:
    (told,) = problems(stem, changed_at(BASE.knowledge.measures[stem], path, value))
    assert (told.file, told.value) == (file_of(stem), repr(value))
    assert told.expected == f"the id of {expected}"


def test_the_facts_of_a_named_patient_exist() -> None:
    data = copy.deepcopy(BASE.knowledge.measures["named_patients"])
    data["patients"][0]["facts"]["age_year"] = 60
    (told,) = problems("named_patients", data)
    assert (told.value, told.nearest) == ("'age_year'", "age_years")


def test_a_file_that_nobody_reads_is_named() -> None:
    found = list(check_all_read(with_file("chio", {}), MODELS.values()))
    assert [(p.file, p.nearest) for p in found] == [("measures/chio.yaml", "choi")]


def test_the_command_finds_it(tmp_path: Path) -> None:
    """`gepnet knowledge check` passed with a renamed key and a wrong source in ``measures/``."""
    folder = tmp_path / "measures"
    folder.mkdir()
    text = (PACKAGED / "measures" / "choi.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    data["progresion"] = data.pop("progression")
    data["evidence"][0]["source"] = "luo-2071"
    (folder / "choi.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    shown = CliRunner().invoke(app, ["knowledge", "check", str(tmp_path), "--no-mutate"])
    assert shown.exit_code == 2
    assert "measures/choi.yaml: error, field progresion: expected a known key; did you mean" in (
        shown.stderr
    )
    data["progression"] = data.pop("progresion")
    (folder / "choi.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    shown = CliRunner().invoke(app, ["knowledge", "check", str(tmp_path), "--no-mutate"])
    assert shown.exit_code == 2
    assert "field evidence.source, value 'luo-2071': expected the id of a source" in shown.stderr
    assert "did you mean 'luo-2017'?" in shown.stderr
