"""A course in a functioning ileal tumour with a clearance of 45 mL/min, before cycle 3.

Platelets 68, neutrophils 0.9, lymphocytes 0.3, long-acting analogue 20 days ago; then the same
patient in week 11, after the reduced dose, with a recurrence, and beyond 16 weeks.
"""

from __future__ import annotations

from typing import Any

from gepnet import api
from gepnet.vocabulary import Question
from tests.prrt.course_data import PERSON, Events, cycle, fired, lab, record, reviewed, ssa, weight

CREATININE = {"creatinine_umol_l": 139.4}  # 70 kg at 67 years: 45.0 mL/min
LOW = {"platelets_10e9_l": 68, "neutrophils_10e9_l": 0.9, "lymphocytes_10e9_l": 0.3}
BETTER = {"platelets_10e9_l": 92, "neutrophils_10e9_l": 1.6}


def values(**more: Any) -> dict[str, Any]:
    return {**CREATININE, **more}


START: Events = [
    *PERSON,
    lab("2025-10-02", **values()),
    weight("2025-10-02", 70),
    ssa("2025-09-03"),
    cycle(1, "2025-10-06"),
    lab("2025-11-10", **values()),
    lab("2025-11-27", **values()),
    weight("2025-11-27", 70),
    ssa("2025-11-03"),
    cycle(2, "2025-12-01"),
    lab("2026-01-05", **values()),
]
WEEK_8: Events = [
    *START,
    lab("2026-01-23", **values(**LOW)),
    weight("2026-01-23", 70),
    ssa("2026-01-06"),
]
WEEK_11: Events = [*WEEK_8, lab("2026-02-13", **values(**BETTER)), weight("2026-02-13", 70)]
AFTER_REDUCED: Events = [
    *WEEK_11,
    cycle(3, "2026-02-16", 3.7),
    ssa("2026-02-17"),
    weight("2026-04-09", 70),
]
CLEAN: Events = [*AFTER_REDUCED, lab("2026-03-20", **values()), lab("2026-04-09", **values())]


def test_the_eu_label_finds_the_patient_eligible_and_the_review_topic_does_not() -> None:
    found = record(START)
    view = api.eligibility_view(
        found, api.base(), ["eu-label", "review-003"], Question.read("2025-10-05")
    )
    status = {one["id"]: one["status"] for one in view["profiles"]}
    assert status == {"eligibility-eu-label": "met", "eligibility-review-003": "not met"}
    clearance = [
        (item["status"], item["values"][0]["value"])
        for one in view["profiles"]
        for item in one["items"]
        if item["topic"] == "clearance"
    ]
    assert clearance == [("met", 45.0), ("not met", 45.0)]
    assert "clearance" in {row["topic"] for row in view["differences"]}


def test_week_8_holds_for_platelets_neutrophils_and_the_analogue_window() -> None:
    found = reviewed(WEEK_8, 3, "2026-01-26")
    assert (found.proposal, found.activity_gbq) == ("hold", None)
    assert fired(found) == {"thrombocytopenia", "neutropenia", "long-acting-ssa"}
    assert found.missing == ()
    because = {rule.id: rule.because for rule in found.fired}
    assert "20 days" in because["long-acting-ssa"]
    assert "CTCAE 5 grade 3, CTCAE 6 grade 2" in because["neutropenia"]
    falling = [line for line in found.grades if line.grade.term.endswith("decreased")]
    grades = {(line.measured.analyte, line.role): line for line in falling}
    lymphocytes = grades["lymphocytes_10e9_l", "pre_cycle"]
    assert lymphocytes.grade.grade == 3
    neutrophils = grades["neutrophils_10e9_l", "pre_cycle"]
    assert (neutrophils.grade.grade, neutrophils.other.grade) == (3, 2)  # type: ignore[union-attr]
    assert neutrophils.differs


def test_week_11_gives_a_half_dose_with_the_same_amino_acids() -> None:
    found = reviewed(WEEK_11, 3, "2026-02-16")
    assert (found.proposal, str(found.activity_gbq)) == ("reduce", "3.7")
    assert fired(found) == {"thrombocytopenia", "neutropenia"}
    assert all("resolved on 2026-02-13" in r.because for r in found.fired if r.effect == "reduce")
    assert "amino-acids-unchanged" in fired(found, "warn")


def test_a_clean_half_dose_is_followed_by_the_full_one() -> None:
    found = reviewed(CLEAN, 4, "2026-04-13")
    assert (found.proposal, str(found.activity_gbq)) == ("step_up", "7.4")


def test_recurrence_after_the_half_dose_ends_the_course() -> None:
    again = [
        *AFTER_REDUCED,
        lab("2026-03-20", **values(platelets_10e9_l=70)),
        lab("2026-04-09", **values()),
    ]
    found = reviewed(again, 4, "2026-04-13")
    assert (found.proposal, found.activity_gbq) == ("stop", None)
    assert fired(found) == {"thrombocytopenia"}


def test_beyond_16_weeks_the_course_ends() -> None:
    still = [*WEEK_8, lab("2026-03-20", **values(platelets_10e9_l=60)), weight("2026-03-20", 70)]
    at = reviewed(still, 3, "2026-03-23")
    assert at.proposal == "hold"
    assert "at-16-weeks" in fired(at, "warn")
    assert reviewed(still, 3, "2026-03-24").proposal == "stop"
    well = [*WEEK_8, lab("2026-03-20", **values(**BETTER)), weight("2026-03-20", 70)]
    assert reviewed(well, 3, "2026-03-23").proposal == "reduce"
    assert reviewed(well, 3, "2026-03-24").proposal == "stop"
