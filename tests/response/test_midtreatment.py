"""Mid-treatment response from the record: windows between cycles, missing scans, and findings."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.facts import facts_of_record
from gepnet.knowledge import InputError
from gepnet.record import Record, parse_record
from gepnet.response.midtreatment import Evidence, MidTreatment, assess_midtreatment
from gepnet.vocabulary import Question

BASE = api.base()
EVIDENCE = Evidence.read(BASE.knowledge.measures)
TODAY = datetime.date(2026, 11, 22)


def cycle(number: int, date: str, **more: Any) -> dict[str, Any]:
    return {"kind": "prrt_cycle", "cycle": number, "date": date, "activity_gbq": 7.4, **more}


def scan(date: str | None, ct: str | None = None, pet: str | None = None, **more: Any) -> Any:
    told = {"date": date, "response_ct": ct, "response_sstr_pet": pet}
    kept = {name: value for name, value in told.items() if value is not None}
    return {"kind": "response_assessment", **kept, **more}


DIAGNOSIS = {"kind": "diagnosis", "date": "2025-01-10", "primary_site": "pancreas"}
CYCLES = [cycle(1, "2026-01-12"), cycle(2, "2026-03-09"), cycle(3, "2026-05-04")]


def read(*events: dict[str, Any]) -> Record:
    data = {"gepnet": 1, "patient": "p", "as_of": "2026-06-01", "events": list(events)}
    return parse_record(yaml.safe_dump(data), "p.yaml", BASE.vocabulary, TODAY)


def assessed(*events: dict[str, Any], at: str = "2026-06-01") -> MidTreatment:
    record = read(*events)
    facts = facts_of_record(record, BASE.knowledge, BASE.criteria, Question.read(at))
    return assess_midtreatment(record, facts, EVIDENCE)


def test_ct_and_pet_agree() -> None:
    found = assessed(DIAGNOSIS, *CYCLES, scan("2026-04-20", "PR", "PR"))
    assert found.category == "PR"
    assert found.reason == "PR by CT or MRI and by SSTR-PET"
    assert found.ct.days == (42, 42)
    assert {f.id: applies for f, applies in found.findings} == {
        "responders_early": True,
        "later_responses": False,
        "pr_against_sd": True,
        "adjusted_odds": True,
        "pancreas_burden": True,
    }


def test_a_missing_scan_says_missing() -> None:
    found = assessed(DIAGNOSIS, *CYCLES)
    assert found.category is None
    assert found.reason == "CT or MRI is missing; SSTR-PET is missing"
    assert {applies for _, applies in found.findings} == {None}


def test_pet_alone_gives_no_category() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", pet="PR"))
    assert found.category is None
    assert found.reason == "SSTR-PET says PR, but CT or MRI is missing"


def test_ct_alone_gives_one_and_says_that_pet_is_missing() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", "SD"))
    assert found.category == "SD"
    assert found.reason == "SD by CT or MRI; SSTR-PET is missing"


def test_disagreement_stays_open_and_pet_alone_is_never_progression() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", "SD", "PD"))
    assert found.category is None
    assert "they disagree" in found.reason
    assert "progression on SSTR-PET alone is never progressive disease" in found.notes


def test_not_evaluable_is_not_a_category() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", "NE", "SD"))
    assert found.category is None
    assert found.ct.reason == "was not evaluable"


@pytest.mark.parametrize(
    ("date", "category"),
    [
        ("2026-03-08", None),  # before cycle 2
        ("2026-03-09", None),  # its day: not surely after
        ("2026-03-10", "PR"),
        ("2026-05-04", "PR"),  # the day of cycle 3, before the infusion
        ("2026-05-05", None),  # after cycle 3
        ("2026-04", "PR"),
        ("2026-03", None),  # may be before cycle 2
        ("2026-05", None),  # may be after cycle 3
        (None, None),
    ],
)
def test_a_scan_counts_between_the_cycles_only(date: str | None, category: str | None) -> None:
    assert assessed(*CYCLES, scan(date, "PR", id="ct")).category == category


def test_a_date_that_does_not_tell_is_named() -> None:
    assert assessed(*CYCLES, scan("2026-03", "PR", id="ct")).ct.reason == (
        "is missing (the date of ct does not tell)"
    )


def test_the_latest_of_several_counts_and_a_withdrawn_one_does_not() -> None:
    scans = (
        scan("2026-04-01", "SD"),
        scan("2026-04-20", "PR"),
        scan("2026-04-25", "PD", withdrawn=True),
    )
    assert assessed(*CYCLES, *scans).category == "PR"


def test_what_lies_after_the_question_is_not_known() -> None:
    events = (*CYCLES, scan("2026-04-20", "PR"))
    assert assessed(*events, at="2026-04-19").category is None
    early = assessed(*events, at="2026-02-01")
    assert (early.cycles, early.reason) == (1, "cycle 2 has not been given by this date")


def test_without_cycles_or_without_the_second() -> None:
    assert assessed(scan("2026-04-20", "PR")).reason == (
        "no cycle of radioligand therapy is recorded"
    )
    only = assessed(cycle(1, "2026-01-12"), cycle(3, "2026-05-04"), scan("2026-04-20", "PR"))
    assert only.reason == "cycle 2 is not recorded"


def test_the_course_begun_last_counts() -> None:
    earlier = [cycle(1, "2023-01-12", course="a"), cycle(2, "2023-03-09", course="a")]
    later = [cycle(1, "2026-01-12", course="b"), cycle(2, "2026-03-09", course="b")]
    scans = (scan("2023-05-01", "PR"), scan("2026-04-20", "SD"))
    found = assessed(*earlier, *later, *scans)
    assert (found.course, found.category) == ("b", "SD")
    assert assessed(*earlier, *later, *scans, at="2024-01-01").category == "PR"


def test_stable_disease_is_no_failure_and_the_site_decides_one_finding() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", "SD", "SD"))
    applies = {f.id: truth for f, truth in found.findings}
    assert applies["later_responses"] is True
    assert applies["pancreas_burden"] is None  # the site is not recorded
    ileum = {**DIAGNOSIS, "primary_site": "jejunum_ileum"}
    found = assessed(ileum, *CYCLES, scan("2026-04-20", "SD", "SD"))
    assert {f.id: truth for f, truth in found.findings}["pancreas_burden"] is False


def test_complete_response_is_not_in_the_series() -> None:
    found = assessed(*CYCLES, scan("2026-04-20", "CR", "CR"))
    assert "the series reports no patient with CR at mid-treatment" in found.notes
    assert True not in {truth for _, truth in found.findings}


# Source 002 (abstract) and clinical review, item 13: these have to be told each time.
@pytest.mark.parametrize(
    "told",
    [
        "51 patients",
        "four cycles or more",
        "47",
        "confidence interval",
        "Never a rule to stop",
        "not failure",
        "11.8 %",
        "25.6 % v 1.5 %",
        "70.4 %",
        "20.9",
        "6 months after cycle 4",
        "last follow-up",
        "grade and primary",
        "marrow",
        "no imaging",
        "fazio-2024",
        "halperin-2024",
    ],
)
def test_the_view_tells_the_findings_with_their_limits(told: str) -> None:
    view = api.midtreatment_view(read(DIAGNOSIS, *CYCLES, scan("2026-04-20", "SD")), BASE)
    assert told in json.dumps(view)
    assert view["prediction"] is None


def test_a_prediction_needs_a_fitted_model(tmp_path: Path) -> None:
    record = read(
        DIAGNOSIS,
        {"kind": "pathology", "date": "2025-01-10", "differentiation": "well", "ki67_percent": 8},
        *CYCLES,
        scan("2026-04-20", "PR", "PR"),
    )
    cohort, model = tmp_path / "cohort.csv", tmp_path / "model.json"
    api.write_made_up_cohort(BASE, cohort, 200, 1)
    api.fit_cohort(BASE, cohort, model, resamples=50)
    found = api.midtreatment_view(record, BASE, model=model)["prediction"]
    assert found["levels"] == {"mid_response": "PR", "grade": "G2", "site": "pancreas"}
    assert 0 < found["low"] < found["probability"] < found["high"] < 1
    assert any("made-up" in told for told in found["weaknesses"])
    missing = api.midtreatment_view(read(*CYCLES), BASE, model=model)["prediction"]
    assert missing["probability"] is None
    assert missing["missing"] == ["mid_response", "grade", "site"]


def test_a_faulty_date_is_told() -> None:
    with pytest.raises(InputError, match="a date such as"):
        api.midtreatment_view(read(*CYCLES), BASE, Question.read("soon"))


def test_a_faulty_file_of_findings_names_the_field() -> None:
    data = {**BASE.knowledge.measures["midtreatment"], "after_cycle": 0}
    with pytest.raises(InputError, match="after_cycle"):
        Evidence.read({"midtreatment": data})
