"""The review of a cycle: exact limits, what is missing, the nadir, reduction and recurrence."""

from __future__ import annotations

from typing import Any

import pytest

from gepnet.knowledge import InputError
from tests.prrt.course_data import (
    PERSON,
    TWO_CYCLES,
    WEEK_8,
    Events,
    cycle,
    fired,
    lab,
    reviewed,
    ssa,
    weight,
)

PRE = "2026-01-23"


def before_cycle_3(**values: Any) -> Events:
    return [*TWO_CYCLES, lab(PRE, **values)]


def test_a_clean_course_proceeds_at_the_full_activity() -> None:
    found = reviewed(before_cycle_3())
    assert (found.proposal, str(found.activity_gbq)) == ("proceed", "7.4")
    assert fired(found) == set()
    assert found.missing == ()


# Baseline of the course: creatinine 84, weight 80 kg, age 67. Exactly 40 % fires.
LIMITS: list[tuple[dict[str, Any], set[str]]] = [
    ({"platelets_10e9_l": 75.0}, set()),
    ({"platelets_10e9_l": 74.9}, {"thrombocytopenia"}),
    ({"neutrophils_10e9_l": 1.0}, set()),
    ({"neutrophils_10e9_l": 0.99}, {"neutropenia"}),
    ({"haemoglobin_g_l": 80}, set()),
    ({"haemoglobin_g_l": 79.9}, {"anaemia"}),
    ({"creatinine_clearance_ml_min": 62.0}, set()),
    ({"creatinine_umol_l": 117.5}, set()),
    ({"creatinine_umol_l": 117.6, "creatinine_clearance_ml_min": 60}, {"renal-creatinine-rise"}),
    ({"bilirubin_umol_l": 63}, set()),
    ({"bilirubin_umol_l": 63.3}, {"hepatic-bilirubin"}),
    ({"albumin_g_l": 29.9, "inr": 1.5, "prothrombin_ratio_percent": 70}, set()),
    ({"albumin_g_l": 29.9, "inr": 1.51}, {"hepatic-synthesis"}),
    ({"albumin_g_l": 29.9, "prothrombin_ratio_percent": 69}, {"hepatic-synthesis"}),
    ({"albumin_g_l": 30, "inr": 3}, set()),
    ({"lymphocytes_10e9_l": 0.1}, set()),
    ({"leukocytes_10e9_l": 0.9}, set()),
    ({"potassium_mmol_l": 6.0}, set()),
    ({"potassium_mmol_l": 6.1}, {"potassium"}),
]


@pytest.mark.parametrize(("values", "rules"), LIMITS, ids=str)
def test_limits_are_exact(values: dict[str, Any], rules: set[str]) -> None:
    found = reviewed(before_cycle_3(**values))
    assert fired(found) == rules
    assert found.proposal == ("hold" if rules else "proceed")


@pytest.mark.parametrize(
    ("first", "now", "rules"),
    [
        (100, 60.0, {"renal-clearance-fall"}),
        (100, 60.1, set()),
        (66.5, 39.9, {"renal-clearance", "renal-clearance-fall"}),
        (50, 40, set()),
        (50, 39.9, {"renal-clearance"}),
    ],
)
def test_a_fall_of_exactly_40_percent_fires(first: float, now: float, rules: set[str]) -> None:
    events = [
        {**event, "creatinine_clearance_ml_min": first}
        if event["id"] == "lab-2025-10-02"
        else event
        for event in TWO_CYCLES
    ]
    found = reviewed([*events, lab(PRE, creatinine_clearance_ml_min=now)])
    assert fired(found) == rules


@pytest.mark.parametrize(
    ("date", "rules", "warned"),
    [
        ("2026-01-18", {"too-early", "long-acting-ssa"}, set()),
        ("2026-01-19", {"long-acting-ssa"}, set()),
        ("2026-02-02", set(), set()),
        ("2026-02-03", set(), {"later-than-9-weeks"}),
        ("2026-03-22", set(), {"later-than-9-weeks"}),
        ("2026-03-23", set(), {"later-than-9-weeks", "at-16-weeks"}),
        ("2026-03-24", {"beyond-16-weeks"}, {"later-than-9-weeks", "at-16-weeks"}),
    ],
)
def test_the_interval_warns_at_16_weeks_and_ends_the_course_beyond(
    date: str, rules: set[str], warned: set[str]
) -> None:
    sampled = (
        "2026-01-17" if date < "2026-02" else "2026-02-01" if date < "2026-03" else "2026-03-20"
    )
    found = reviewed([*TWO_CYCLES, lab(sampled), weight(sampled)], date=date)
    assert fired(found) == rules
    assert warned <= fired(found, "warn")
    assert "at-16-weeks" in warned or "at-16-weeks" not in fired(found, "warn")
    wanted = "stop" if "beyond-16-weeks" in rules else "hold" if rules else "proceed"
    assert found.proposal == wanted


def test_a_nadir_counts_although_the_last_sample_is_better() -> None:
    events = [e for e in TWO_CYCLES if e["id"] != "lab-2026-01-05"]
    found = reviewed(
        [*events, lab("2026-01-05", platelets_10e9_l=45), lab(PRE, platelets_10e9_l=110)]
    )
    assert (found.proposal, str(found.activity_gbq)) == ("reduce", "3.7")
    assert fired(found) == {"thrombocytopenia"}
    because = next(rule.because for rule in found.fired if rule.id == "thrombocytopenia")
    assert "Platelets 45 x10^9/L (2026-01-05)" in because
    assert "occurred since the last dose, resolved on 2026-01-23" in because
    assert "amino-acids-unchanged" in fired(found, "warn")
    roles = {
        g.role: g.grade.grade for g in found.grades if g.measured.analyte == "platelets_10e9_l"
    }
    assert roles == {"nadir": 3, "pre_cycle": 1}


def test_a_defect_before_cycle_1_halves_no_dose() -> None:
    events = [
        *PERSON,
        lab("2025-10-02", platelets_10e9_l=70),
        weight("2025-10-02"),
        ssa("2025-09-01"),
    ]
    found = reviewed(events, 1, "2025-10-06")
    assert found.proposal == "hold"
    assert fired(found) == {"eligibility-eu-label/platelets"}
    better = [*events, lab("2025-10-04", platelets_10e9_l=80)]
    assert (reviewed(better, 1, "2025-10-06").proposal) == "proceed"


def test_a_condition_that_is_too_old_before_cycle_1_is_asked_for_again() -> None:
    def found(sampled: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        events = [*PERSON, lab(sampled), weight("2025-10-02"), ssa("2025-09-01")]
        told = reviewed(events, 1, "2025-10-06")
        assert told.proposal == ("proceed" if sampled == "2025-09-08" else "undecidable")
        return {item.id: (item.why, item.facts) for item in told.missing}

    assert found("2025-09-08") == {}
    why, facts = found("2025-09-07")["eligibility-eu-label/platelets"]
    assert why.startswith("too old: ")
    assert facts == ("platelets_10e9_l",)


def reduced_course(after: dict[str, Any], second: dict[str, Any] | None = None) -> Events:
    """Platelets 60 after cycle 1, a half dose as cycle 2, then ``after`` it."""
    return [
        *PERSON,
        lab("2025-10-02"),
        weight("2025-10-02"),
        ssa("2025-09-03"),
        cycle(1, "2025-10-06"),
        lab("2025-11-10", **(second or {"platelets_10e9_l": 60})),
        lab("2025-11-27"),
        ssa("2025-11-03"),
        cycle(2, "2025-12-01", 3.7),
        lab("2026-01-05", **after),
        lab(PRE),
        ssa("2025-12-29"),
        weight(PRE),
    ]


def test_a_clean_reduced_dose_steps_back_up() -> None:
    found = reviewed(reduced_course({}))
    assert (found.proposal, str(found.activity_gbq)) == ("step_up", "7.4")


def test_recurrence_after_a_reduced_dose_ends_the_course() -> None:
    found = reviewed(reduced_course({"platelets_10e9_l": 74}))
    assert found.proposal == "stop"
    assert "recurred after a reduced dose" in found.fired[0].because


def test_two_rules_of_one_row_recur_as_one_toxicity() -> None:
    found = reviewed(reduced_course({"haemoglobin_g_l": 79}, {"neutrophils_10e9_l": 0.8}))
    assert found.proposal == "stop"


def test_another_toxicity_after_a_reduced_dose_stays_reduced() -> None:
    found = reviewed(reduced_course({"bilirubin_umol_l": 90}))
    assert (found.proposal, str(found.activity_gbq)) == ("reduce", "3.7")


@pytest.mark.parametrize(
    ("earlier", "proposal"),
    [("60", "stop"), ("120", "reduce"), ("<100", "undecidable"), ("60-120", "undecidable"),
     ("50-60", "stop"), (">80", "reduce")],
)  # fmt: skip
def test_what_may_have_occurred_before_a_reduced_dose_may_be_recurring(
    earlier: str, proposal: str
) -> None:
    """Beside another toxicity that was a cause: a range on both sides of the limit leaves it open.

    It is open exactly where one end of the range would end the course and the other would not.
    """
    second = {"bilirubin_umol_l": 90, "platelets_10e9_l": earlier}
    found = reviewed(reduced_course({"platelets_10e9_l": 60}, second))
    assert found.proposal == proposal
    asked = [item for item in found.missing if "before the dose was reduced" in item.why]
    assert bool(asked) is (proposal == "undecidable")
    assert all("platelet" in item.why.lower() for item in asked)


@pytest.mark.parametrize(
    ("nadir", "proposal"), [("<100", "undecidable"), ("70-80", "undecidable"), (">80", "proceed")]
)
def test_what_may_have_occurred_since_the_last_dose_is_asked_for(nadir: str, proposal: str) -> None:
    """Now it is well above the limit; the value between reached to both sides of it."""
    now = {"platelets_10e9_l": 150}
    found = reviewed([*TWO_CYCLES, lab("2026-01-02", platelets_10e9_l=nadir), lab(PRE, **now)])
    asked = [one for one in found.missing if "whether it occurred since the last dose" in one.why]
    assert (found.proposal, bool(asked)) == (proposal, proposal == "undecidable")
    assert all(nadir.lstrip("<") in one.why for one in asked)


def test_a_reduced_dose_without_a_recorded_cause_counts_as_recurrence() -> None:
    found = reviewed(reduced_course({"platelets_10e9_l": 60}, {"platelets_10e9_l": 120}))
    assert found.proposal == "stop"


@pytest.mark.parametrize(
    ("drop", "values", "missing"),
    [
        (set(), {"platelets_10e9_l": None}, {"laboratory-platelets"}),
        (set(), {"creatinine_umol_l": None}, {"laboratory-creatinine", "clearance"}),
        (set(), {"bilirubin_umol_l": None}, {"laboratory-bilirubin"}),
        (set(), {"albumin_g_l": 28}, {"hepatic-synthesis"}),
        ({"weight-2026-01-23"}, {}, {"weight"}),
        ({"ssa-2025-09-03", "ssa-2025-11-03", "ssa-2025-12-29"}, {}, {"last-long-acting-ssa"}),
        ({"state"}, {}, {"crisis-plan"}),
    ],
)
def test_a_missing_item_makes_it_undecidable(
    drop: set[str], values: dict[str, Any], missing: set[str]
) -> None:
    # The sample of the nadir is left out too: it would be one since the last dose.
    events = [e for e in TWO_CYCLES if e["id"] not in {*drop, "lab-2026-01-05"}]
    found = reviewed([*events, lab(PRE, **values)])
    assert (found.proposal, found.activity_gbq) == ("undecidable", None)
    assert missing <= {item.id for item in found.missing}


def test_silence_about_comorbidities_is_not_their_absence() -> None:
    from tests.prrt import course_data

    found = course_data.record(before_cycle_3()).model_copy(update={"complete": {}})
    course = course_data.course_so_far(
        found, course_data.PROTOCOLS, 3, course_data.parse_date(WEEK_8)
    )
    told = course_data.review(course, None)
    assert told.proposal == "undecidable"
    asked = {"bowel-obstruction", "urinary-obstruction", "heart-failure", "other-toxicity"}
    assert {*asked, "short-acting-ssa"} <= {item.id for item in told.missing}


def test_laboratory_values_have_an_age() -> None:
    events = [e for e in TWO_CYCLES if e["id"] != "lab-2026-01-05"]
    old = [*events, lab("2025-12-28"), weight("2026-01-20")]
    assert reviewed(old, date="2026-01-26").proposal == "undecidable"
    told = {item.id: item.why for item in reviewed(old, date="2026-01-26").missing}
    assert told["laboratory-platelets"] == "29 days old, at most 28 allowed"
    assert "laboratory-platelets" not in {
        item.id for item in reviewed(old, date="2026-01-25").missing
    }


@pytest.mark.parametrize(
    ("event", "effect", "rule"),
    [
        ({"kind": "comorbidity", "bowel_obstruction": True}, "hold", "bowel-obstruction"),
        ({"kind": "comorbidity", "urinary_obstruction": True}, "hold", "urinary-obstruction"),
        (
            {"kind": "comorbidity", "heart_failure": True, "nyha_class": "III"},
            "hold",
            "severe-heart-failure",
        ),
        ({"kind": "comorbidity", "heart_failure": True, "nyha_class": "II"}, "warn", "heart"),
        ({"kind": "toxicity", "related_toxicity_grade": 3}, "hold", "other-toxicity"),
        ({"kind": "comorbidity", "prior_hypersensitivity_grade": 3}, "stop", "hypersensitivity"),
        ({"kind": "comorbidity", "prior_hypersensitivity_grade": 2}, "warn", "premedicate"),
        ({"kind": "clinical", "hormonal_crisis_plan": False}, "hold", "crisis-plan"),
        ({"kind": "comorbidity", "ascites": True}, "warn", "clearance-overestimated"),
        (
            {"kind": "clinical", "last_short_acting_ssa_at": "2026-01-26"},
            "hold",
            "short-acting-ssa",
        ),
    ],
)
def test_what_else_holds_stops_or_warns(event: dict[str, Any], effect: str, rule: str) -> None:
    date = "2026-01-26T09:00+01:00" if rule == "short-acting-ssa" else WEEK_8
    changed = {**event, "id": "change", "date": "2026-01-25"}
    found = reviewed([*before_cycle_3(), changed], date=date)
    assert rule in fired(found, effect)
    proposal = {"hold": "hold", "stop": "stop", "warn": "proceed"}[effect]
    assert found.proposal == proposal


@pytest.mark.parametrize(
    ("treatment", "proposal"),
    [
        ({"option": "octreotide_lar", "ongoing": True}, "undecidable"),
        ({"option": "octreotide_lar", "stop": "2025-06-01"}, "proceed"),
        ({"option": "ssa_high_dose", "ongoing": True}, "undecidable"),
        ({"option": "octreotide_short_acting", "ongoing": True}, "undecidable"),
        ({"option": "everolimus", "stop": "2024-06-01"}, "proceed"),
    ],
)
def test_an_analogue_without_its_last_date_is_never_taken_as_none(
    treatment: dict[str, Any], proposal: str
) -> None:
    events = [e for e in before_cycle_3() if not e["id"].startswith("ssa-")]
    # Progression on an analogue says that it was given.
    events = [e for e in events if e["id"] not in ("lar", "ct")]
    course = {"id": "drug", "kind": "treatment", "start": "2022-06-01", **treatment}
    assert reviewed([*events, course]).proposal == proposal


def test_24_hours_are_exact() -> None:
    def at(time: str) -> str:
        short = {
            "id": "short", "kind": "clinical", "date": "2026-01-25",
            "last_short_acting_ssa_at": "2026-01-25T09:00+01:00",
        }  # fmt: skip
        return reviewed([*before_cycle_3(), short], date=f"2026-01-26T{time}+01:00").proposal

    assert at("08:59") == "hold"
    assert at("09:00") == "proceed"


def test_a_plain_day_of_short_acting_octreotide_the_day_before_is_asked_for() -> None:
    short = {
        "id": "short", "kind": "clinical", "date": "2026-01-25",
        "last_short_acting_ssa_at": "2026-01-25",
    }  # fmt: skip
    found = reviewed([*before_cycle_3(), short])
    assert found.proposal == "undecidable"
    assert "short-acting-ssa" in {item.id for item in found.missing}


@pytest.mark.parametrize("course", ["", "second"])
def test_a_lifetime_of_59_2_gbq_is_at_the_limit_and_not_over_it(course: str) -> None:
    before = {
        "id": "first", "kind": "treatment", "option": "lu177_dotatate", "start": "2018-01",
        "stop": "2018-08", "cycles": 5, "cumulative_activity_gbq": 37.0 if course else 37.1,
    }  # fmt: skip
    events = [before, *before_cycle_3()]
    found = reviewed(events)
    assert ("lifetime-activity" in fired(found, "warn")) == (not course)


def test_editions_that_differ_are_told_and_the_value_decides() -> None:
    for edition in ("5", "6"):
        found = reviewed(before_cycle_3(neutrophils_10e9_l=0.9), ctcae=edition)
        assert found.proposal == "hold"
        because = next(rule.because for rule in found.fired if rule.id == "neutropenia")
        assert "CTCAE 5 grade 3, CTCAE 6 grade 2" in because


def test_the_digest_is_that_of_the_same_review_only() -> None:
    first, again = reviewed(before_cycle_3()), reviewed(before_cycle_3())
    assert first.digest == again.digest
    assert first.digest != reviewed(before_cycle_3(platelets_10e9_l=159)).digest


def test_later_events_do_not_change_an_earlier_review() -> None:
    now = reviewed(before_cycle_3())
    later = [
        *before_cycle_3(), cycle(3, WEEK_8), lab("2026-02-20", platelets_10e9_l=20),
        {"id": "x", "kind": "comorbidity", "date": "2026-02-20", "bowel_obstruction": True},
    ]  # fmt: skip
    assert reviewed(later).digest == now.digest


@pytest.mark.parametrize(
    ("number", "date", "told"),
    [
        (5, WEEK_8, "not there: 3, 4"),
        (2, WEEK_8, "a cycle that was not given yet"),
        (1, WEEK_8, "a cycle that was not given yet"),
    ],
)
def test_cycles_that_cannot_be_reviewed_are_refused(number: int, date: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        reviewed(before_cycle_3(), number, date)
