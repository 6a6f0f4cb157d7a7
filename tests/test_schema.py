"""The published JSON Schema is current, valid, and true of every patient file that we ship."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gepnet import api
from gepnet.io import published_records
from gepnet.io.mapping.shipped import SHIPPED, shipped_path
from gepnet.knowledge import read_yaml
from gepnet.knowledge.load import PACKAGED
from gepnet.record import record_to_yaml
from scripts.patient_schema import MAPPING, PUBLISHED, mapping_text, schema_text

STORIES = Path(__file__).parent / "stories"


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def plain(data: Any) -> Any:
    """Return what JSON has for what our YAML reader gives."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return float(data) if isinstance(data, Decimal) else data


def faults(patient: Any) -> list[str]:
    found = []
    for error in validator().iter_errors(plain(patient)):
        where = "/".join(str(step) for step in error.absolute_path)
        # Of the event kinds only the one that the event names says what is wrong.
        context = error.context or []
        others = {e.schema_path[0] for e in context if e.validator == "const"}
        near = [e.message for e in context if e.schema_path[0] not in others] or [error.message]
        found.append(f"{where}: {near[0]}"[:300])
    return found


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "run `python scripts/patient_schema.py`"
    )


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_the_example_patient_fits_the_schema() -> None:
    assert faults(read_yaml(api.example_patient(), "example").data) == []


@pytest.mark.parametrize("name", ["uneventful", "platelets", "clearance"])
def test_the_packaged_courses_fit_the_schema(name: str) -> None:
    text = (PACKAGED / "cases" / "courses" / f"{name}.yaml").read_text(encoding="utf-8")
    assert faults(read_yaml(text, name).data) == []


def stories() -> Iterator[Any]:
    for file in sorted(STORIES.glob("*.yaml")):
        story = read_yaml(file.read_text(encoding="utf-8"), file.name).data
        for variant in story["variants"]:
            patient = copy.deepcopy(story["patient"])
            events = {event["id"]: event for event in patient["events"]}
            for name, changes in variant.get("set", {}).items():
                events[name].update(changes)
                # A story takes a value away with null; a file leaves it out.
                for key in [key for key, value in changes.items() if value is None]:
                    del events[name][key]
            patient["events"] += variant.get("add", [])
            yield pytest.param(patient, id=f"{file.stem}: {variant['name']}")


@pytest.mark.parametrize("patient", list(stories()))
def test_the_records_of_the_stories_fit_the_schema(patient: dict[str, Any]) -> None:
    assert faults(patient) == []


def test_the_files_written_from_published_cases_fit_the_schema() -> None:
    cases = published_records(api.base().vocabulary)
    assert len(cases) > 100
    wrong = {
        case.record.patient: found
        for case in cases
        if (found := faults(read_yaml(record_to_yaml(case.record), case.record.patient).data))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "change",
    [
        {"ki67_percent": 130},
        {"ki67_percent": True},
        {"differentiation": "wel"},
        {"creatinine_umol_l": 80},
        {"nothing_of_the_kind": 1},
        {"date": 2024},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, Any]) -> None:
    event = {"kind": "pathology", "date": "2024-05", "differentiation": "well"}
    patient = {"gepnet": 1, "patient": "p", "events": [event]}
    assert faults(patient) == []
    assert faults({**patient, "events": [{**event, **change}]}) != []


def test_the_schema_of_mapping_files_is_current_and_true_of_those_that_ship() -> None:
    published = MAPPING.read_text(encoding="utf-8")
    assert published == mapping_text()
    check = Draft202012Validator(json.loads(published))
    for name in SHIPPED:
        text = shipped_path(name).read_text(encoding="utf-8")
        found = [error.message for error in check.iter_errors(plain(read_yaml(text, name).data))]
        assert found == [], name
    wrong = {"gepnet_mapping": 1, "tables": [{"patient": "id", "colums": []}]}
    assert any("colums" in error.message for error in check.iter_errors(wrong))
