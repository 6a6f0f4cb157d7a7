"""What failed once is marked in its row, in every row that it is part of, and in no other."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.record import record_of

BASE = api.base()
DAY = datetime.date(2024, 1, 10)
FAULT = yaml.safe_load(
    (Path(__file__).parents[1] / "patients/faults/intolerant.yaml").read_text(encoding="utf-8")
)


def view(*events: dict[str, Any], patient: dict[str, Any] = FAULT) -> dict[str, Any]:
    kept = [e for e in patient["events"] if e["kind"] != "treatment"] if events else ()
    data = {**patient, "events": [*kept, *events]} if events else patient
    record = record_of(data, BASE.vocabulary)
    return dict(api.assessment_view(api.assess_record(record, BASE), BASE, every_row=True))


def marks(*events: dict[str, Any]) -> dict[str, list[str]]:
    return {row["option"]: row["history"] for row in view(*events)["rows"] if row["failed"]}


def course(option: str, reason: str) -> dict[str, Any]:
    stop = datetime.date(2023, 9, 1)
    start = datetime.date(2023, 3, 1)
    told = {"option": option, "start": start, "stop": stop, "stop_reason": reason}
    return {"id": option, "kind": "treatment", **told}


def test_both_analogues_stopped_for_toxicity_are_told_by_name_in_every_row_of_theirs() -> None:
    found = marks()
    both = {"Octreotide LAR: not tolerated", "Lanreotide: not tolerated"}
    for option in ("ssa", "ssa_high_dose", "ssa_interval_shortening"):
        assert set(found[option]) == both, option
    assert found["lanreotide"] == ["not tolerated"]


@pytest.mark.parametrize(
    ("given", "marked", "not_marked"),
    [
        ("everolimus", {"everolimus", "targeted", "lanreotide_plus_everolimus"}, {"sunitinib"}),
        ("captem", {"captem", "chemotherapy", "temozolomide_based"}, {"folfox", "stz_5fu"}),
        ("ssa", {"ssa", "lanreotide", "octreotide_lar"}, {"everolimus"}),
        ("lu177_dotatate", {"lu177_dotatate", "prrt_retreatment"}, {"y90_dotatoc", "everolimus"}),
    ],
)
@pytest.mark.parametrize("reason", ["toxicity", "progression"])
def test_a_failure_marks_what_shares_the_medicine_and_its_classes(
    given: str, marked: set[str], not_marked: set[str], reason: str
) -> None:
    found = marks(course(given, reason))
    rows = {option for option, _ in BASE.rows}
    assert marked & rows <= set(found)
    assert not (not_marked & set(found))
    word = "not tolerated" if reason == "toxicity" else "progressed on it"
    assert all(word in "; ".join(told) for told in found.values())


def test_a_course_that_ended_well_marks_nothing_as_failed() -> None:
    assert marks(course("everolimus", "completed")) == {}


def scan(age_days: int) -> dict[str, Any]:
    day = datetime.date(2024, 2, 1) - datetime.timedelta(days=age_days)
    return {"id": "pet", "kind": "sstr_imaging", "date": day, "sstr_method": "PET",
            "sstr_result": "positive"}  # fmt: skip


@pytest.mark.parametrize(("age_days", "offered"), [(30, False), (183, False), (184, True)])
def test_a_test_on_record_and_in_date_is_not_offered_again(age_days: int, offered: bool) -> None:
    shown = view(scan(age_days))
    rows = {row["option"] for part in api.matrix_parts(shown) for row in part.rows}
    done = [told for told in api.tests_on_record(shown) if told.startswith("SSTR-PET/CT")]
    staging = [r for r in shown["rows"] if (r["option"], r["intent"]) == ("sstr_pet", "staging")]
    assert (staging[0]["on_record"] is None) is offered
    assert bool(done) is not offered
    assert offered <= ("sstr_pet" in rows)
