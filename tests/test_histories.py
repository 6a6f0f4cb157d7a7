"""Published histories as patient files: nothing of them is lost, and what each document says."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.guidelines import Assessment
from gepnet.record import Record, parse_record, read_record, record_to_yaml
from gepnet.vocabulary import Question
from tests import expectations

FOLDER = Path(__file__).parent / "histories"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (FOLDER / "expected.yaml").read_text(encoding="utf-8")
)
TODAY = datetime.date(2026, 11, 22)


def read(name: str) -> Record:
    return read_record(FOLDER / f"{name}.yaml", api.base().vocabulary, TODAY)


def assessed(name: str) -> Assessment:
    return api.assess_record(read(name), api.base(), Question(knowledge_date=TODAY))


def test_every_history_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("h*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_documents_say_of_a_history(name: str) -> None:
    wanted, assessment = EXPECTED[name], assessed(name)
    wrong = []
    for cell in wanted.get("cells", ()):
        wrong += expectations.of_cell(assessment, cell)
    for fact, value in wanted.get("facts", {}).items():
        wrong += expectations.of_fact(assessment, fact, value)
    for rule in wanted.get("safety", ()):
        wrong += expectations.of_safety(assessment, rule)
    known = {one for note in assessment.safety for one in note.rule.entry.fact_ids}
    wrong += [f"{rule} is excluded" for rule in wanted.get("open", ()) if rule not in known]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_of_a_history_is_lost(name: str) -> None:
    """Every event is there, every value is a fact or a word that is told, and it can be written."""
    wanted, record = EXPECTED[name], read(name)
    file = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [event.id for event in record.events] == [event["id"] for event in file["events"]]
    assert len(record.notes) == wanted.get("notes", 0)
    assert list(record.readings) == wanted.get("readings", [])
    for event, written in zip(record.events, file["events"], strict=True):
        for key in written:
            assert key in event.values or getattr(event, key) is not None, (event.id, key)
    shown = {item.event for item in assessed(name).facts.beside}
    assert {note.id for note in record.notes} <= shown
    text = record_to_yaml(record)
    assert parse_record(text, "again.yaml", api.base().vocabulary, TODAY) == record
