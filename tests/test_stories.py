"""The acceptance stories of clinical practice, each from a patient file to each document."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.guidelines import Assessment, Cell
from gepnet.record import parse_record

FOLDER = Path(__file__).parent / "stories"
TODAY = datetime.date(2026, 11, 22)


def _variants() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        story = yaml.safe_load(file.read_text(encoding="utf-8"))
        for variant in story["variants"]:
            name = f"{file.stem}: {variant['name']}"
            found.append(pytest.param(story["patient"], variant, id=name))
    return found


def _assess(patient: dict[str, Any], variant: dict[str, Any]) -> Assessment:
    data = copy.deepcopy(patient)
    events = {event["id"]: event for event in data["events"]}
    for name, changes in variant.get("set", {}).items():
        events[name].update(changes)
    data["events"] += variant.get("add", [])
    base = api.base()
    text = yaml.safe_dump(data)
    record = parse_record(text, f"{patient['patient']}.yaml", base.vocabulary, TODAY)
    return api.assess_record(record, base, knowledge_date=TODAY)


def _cell(assessment: Assessment, wanted: dict[str, Any]) -> Cell:
    cells = assessment.documents[wanted["document"]].cells
    key = (wanted["option"], wanted.get("intent", "tumour_control"))
    assert key in cells, f"no document takes a position on {key}"
    return cells[key]


def _told(cell: Cell) -> str:
    ids = [reason.judged.recommendation.entry.id for reason in cell.reasons]
    return f"{cell.status.value} by {ids}, missing {cell.missing}"


@pytest.mark.parametrize(("patient", "variant"), _variants())
def test_each_document_says_what_a_board_expects(
    patient: dict[str, Any], variant: dict[str, Any]
) -> None:
    assessment = _assess(patient, variant)
    wrong = []
    for wanted in variant["expect"]:
        cell = _cell(assessment, wanted)
        for problem in _compare(assessment, cell, wanted):
            wrong.append(f"{wanted['document']} {wanted['option']}: {problem}; is {_told(cell)}")
    for label, status in variant.get("labels", {}).items():
        found = {item.label.entry.id: item.status for item in assessment.labels}
        if found.get(label) != status:
            wrong.append(f"label {label}: wanted {status}, is {found.get(label)}")
    fired = {name for note in assessment.safety if note.fires for name in note.rule.entry.fact_ids}
    silent = [name for name in variant.get("safety", []) if name not in fired]
    wrong += [f"safety rule {name} does not fire" for name in silent]
    assert not wrong, "\n".join(wrong)


def _compare(assessment: Assessment, cell: Cell, wanted: dict[str, Any]) -> list[str]:
    reasons = cell.reasons
    problems = []
    if "status" in wanted and cell.status != wanted["status"]:
        problems.append(f"wanted {wanted['status']}")
    if "not" in wanted and cell.status == wanted["not"]:
        problems.append(f"wanted anything but {wanted['not']}")
    if "strength" in wanted:
        strengths = [r.judged.recommendation.entry.strength for r in reasons]
        grades = {strength.grade for strength in strengths if strength}
        if wanted["strength"] not in grades:
            problems.append(f"wanted strength {wanted['strength']}, found {grades}")
    if "ambiguous" in wanted and cell.ambiguous is not wanted["ambiguous"]:
        problems.append("wanted an ambiguous text")
    if "awaits" in wanted:
        awaited = {region for r in reasons for region in r.awaits_approval}
        if awaited != set(wanted["awaits"]):
            problems.append(f"wanted to await approval in {wanted['awaits']}, found {awaited}")
    if "preferred_over" in wanted:
        over = {option for r in reasons for option in r.position.preferred_over}
        if wanted["preferred_over"] not in over:
            problems.append(f"wanted preference over {wanted['preferred_over']}, found {over}")
    if "missing" in wanted and wanted["missing"] not in assessment.facts.to_ask(cell.missing):
        problems.append(f"wanted {wanted['missing']} missing")
    if "dissent" in wanted:
        minority = {reason.position.position for reason in cell.dissent}
        if wanted["dissent"] not in minority:
            problems.append(f"wanted a minority position {wanted['dissent']}, found {minority}")
    against = any(reason.position.position == "against" for reason in reasons)
    if wanted.get("against") and not against:
        problems.append("wanted a position against")
    if "locator" in wanted:
        places = [reason.judged.recommendation.entry.locator or "" for reason in reasons]
        if not any(wanted["locator"] in place for place in places):
            problems.append(f"wanted a source in {wanted['locator']}, found {places}")
    return problems
