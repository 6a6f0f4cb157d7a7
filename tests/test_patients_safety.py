"""Patients as they are met: what warns, what failed and what nothing reads is on their page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api

BASE = api.base()
TESTS = Path(__file__).parent
EXPECTED = yaml.safe_load((TESTS / "patients/safety.yaml").read_text(encoding="utf-8"))


def file_of(name: str) -> Path:
    """Return a patient file; clinic and histories stand in folders that other tests read too."""
    folder = TESTS / "patients" if name.startswith("faults/") else TESTS
    return folder / f"{name}.yaml"


@pytest.mark.parametrize(("name", "wanted"), EXPECTED.items(), ids=list(EXPECTED))
def test_a_patient_is_shown_what_a_board_has_to_see(name: str, wanted: dict[str, Any]) -> None:
    record = api.read_patient(file_of(name), BASE)
    view = api.assessment_view(api.assess_record(record, BASE), BASE)
    fired = [note for note in view["safety"] if note["fires"]]
    head = {note["id"] for note in fired if note["in_head"]}
    failed = {row["option"] for row in view["rows"] if row["failed"]}
    told = {fact["id"] for item in view["unread"] for fact in item["facts"]}
    outside = {
        o for n in fired if n["off_label"] and n["concerns_a_position"] for o in n["options"]
    }
    assert set(wanted.get("head", ())) <= head
    assert not set(wanted.get("head_without", ())) & head
    assert set(wanted.get("failed", ())) <= failed
    assert not set(wanted.get("not_failed", ())) & failed
    assert set(wanted.get("unread", ())) <= told
    assert set(wanted.get("outside", ())) <= outside
    assert all(any(note in line for line in view["notes"]) for note in wanted.get("notes", ()))
    # Whatever the patient: what stops or withholds an option in question is never left out, what
    # is open is listed by what would exclude it, and nothing is both read and said to be unread.
    held = {n["id"] for n in fired if n["severity"] != "warn" and n["concerns_a_position"]}
    assert held <= head
    grouped = {rule["id"] for one in view["not_excluded"] for rule in one["rules"]}
    assert grouped == {note["id"] for note in view["safety"] if not note["fires"]}
    assert told.isdisjoint(BASE.facts_read)


REFUSED = {
    # A percentage out of a spreadsheet, and two values in the unit that was not written.
    "excel_percent": [
        ("ki67_percent", "0.15 as a fraction would be 15 %"),
        ("bilirubin_umol_l", "3.5 mg/dL would be 59.8 umol/L"),
        ("glucose_mmol_l", "95 mg/dL would be 5.27 mmol/L"),
    ],
    # What happened before the patient was born, and a primary in place after it was removed.
    "odd_time": [
        ("start", "a date after the birth (1960-01-01)"),
        ("primary_in_place", "a date not after the surgery 'op' (2020-01)"),
        ("date", "a date after the birth (1960-01-01)"),
    ],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_right_is_refused_with_every_reason(name: str) -> None:
    with pytest.raises(api.InputError) as refused:
        api.read_patient(file_of(f"faults/{name}"), BASE)
    told = [(problem.field, problem.expected) for problem in refused.value.problems]
    assert len(told) == len(REFUSED[name])
    for (field, expected), (wanted, words) in zip(told, REFUSED[name], strict=True):
        assert field == wanted
        assert words in expected


def test_every_fault_is_a_story() -> None:
    files = {path.stem for path in (TESTS / "patients/faults").glob("*.yaml")}
    assert files == {n.removeprefix("faults/") for n in EXPECTED if n[:7] == "faults/"} | {*REFUSED}
