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
