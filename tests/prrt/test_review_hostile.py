"""The review before records that mislead: a nadir behind a better value, two values of one day."""

from __future__ import annotations

import pytest

from gepnet.knowledge import InputError
from tests.prrt.course_data import (
    PERSON,
    TWO_CYCLES,
    Events,
    fired,
    lab,
    reviewed,
    ssa,
    weight,
)

PRE = "2026-01-23"


def without(name: str, events: Events = TWO_CYCLES) -> Events:
    return [event for event in events if event["id"] != name]


def test_the_lowest_value_is_told_and_not_the_first_that_was_low() -> None:
    lows = [lab("2025-12-30", platelets_10e9_l=70), lab("2026-01-05", platelets_10e9_l=40)]
    events = [*without("lab-2026-01-05"), *lows, lab(PRE, platelets_10e9_l=110)]
    found = reviewed(events)
    (rule,) = (rule for rule in found.fired if rule.effect == "reduce")
    assert "Platelets 40 x10^9/L (2026-01-05)" in rule.because
    assert "resolved on 2026-01-23" in rule.because


def test_a_hold_tells_the_nadir_behind_the_present_value() -> None:
    events = [
        *without("lab-2026-01-05"),
        lab("2026-01-05", platelets_10e9_l=45),
        lab(PRE, platelets_10e9_l=70),
    ]
    (rule,) = reviewed(events).holding
    assert "Platelets 70" in rule.because
    assert "worst since the last dose: Platelets 45 x10^9/L (2026-01-05)" in rule.because


@pytest.mark.parametrize("values", [(60, 80), (80, 60)])
def test_two_platelet_counts_of_one_day_without_times_hold(values: tuple[int, int]) -> None:
    # The later one in the file used to hide the other: 60 and then 80 gave "proceed".
    first, second = values
    events = [
        *TWO_CYCLES,
        lab(PRE, platelets_10e9_l=first),
        {**lab(PRE, platelets_10e9_l=second), "id": "again"},
    ]
    found = reviewed(events)
    assert found.proposal == "hold"
    (rule,) = found.holding
    assert rule.id == "thrombocytopenia"
    assert "Platelets 60" in rule.because
    assert "no time says which came last" in rule.because


@pytest.mark.parametrize("low_first", [True, False])
def test_two_platelet_counts_of_one_day_with_times_count_in_their_order(low_first: bool) -> None:
    low, high = (60, 80) if low_first else (80, 60)
    events = [
        *TWO_CYCLES,
        lab(f"{PRE}T16:00+01:00", platelets_10e9_l=high),
        lab(f"{PRE}T08:00+01:00", platelets_10e9_l=low),
    ]
    found = reviewed(events)
    assert found.proposal == ("reduce" if low_first else "hold")
    assert fired(found) == {"thrombocytopenia"}


def test_a_low_count_hidden_on_its_day_still_reduces_the_next_dose() -> None:
    events = [
        *TWO_CYCLES,
        lab("2026-01-20", platelets_10e9_l=60),
        {**lab("2026-01-20", platelets_10e9_l=80), "id": "again"},
        lab(PRE),
    ]
    found = reviewed(events)
    assert (found.proposal, fired(found)) == ("reduce", {"thrombocytopenia"})


def test_samples_of_one_day_with_other_analytes_are_one_look() -> None:
    values = {"inr": 1.6, "id": "clotting", "kind": "laboratory", "date": PRE}
    found = reviewed([*TWO_CYCLES, lab(PRE, albumin_g_l=28), values])
    assert (found.proposal, fired(found)) == ("hold", {"hepatic-synthesis"})


def test_a_change_from_before_cycle_1_tells_both_values() -> None:
    found = reviewed([*TWO_CYCLES, lab(PRE, creatinine_umol_l=140)])
    told = {rule.id: rule.because for rule in found.holding}
    assert (
        "before cycle 1 Creatinine 84 umol/L (2025-10-02), now Creatinine 140 umol/L"
        in (told["renal-creatinine-rise"])
    )
    assert "before cycle 1 Creatinine clearance 85.4 mL/min" in told["renal-clearance-fall"]


def test_what_is_missing_is_named_first() -> None:
    found = reviewed([*TWO_CYCLES, lab(PRE, albumin_g_l=25)])
    (item,) = found.missing
    assert item.why.startswith("INR; Prothrombin ratio: not known since the last dose")


@pytest.mark.parametrize("milligrams_per_decilitre", [0.8, 1.0, 8.0, 14.0])
def test_a_creatinine_in_mg_dl_never_passes_as_umol_l(milligrams_per_decilitre: float) -> None:
    # 8 mg/dL is 707 umol/L; taken for 8 umol/L it gave a splendid clearance and "proceed".
    with pytest.raises(InputError, match="creatinine_umol_l"):
        reviewed([*TWO_CYCLES, lab(PRE, creatinine_umol_l=milligrams_per_decilitre)])


def test_a_weight_of_700_kg_is_refused() -> None:
    with pytest.raises(InputError, match="weight_kg, value 700"):
        reviewed([*TWO_CYCLES, lab(PRE), weight("2026-01-24", 700)])


@pytest.mark.parametrize("values", [(70, 90), (90, 70)])
def test_two_counts_of_one_day_hold_before_cycle_1_as_well(values: tuple[int, int]) -> None:
    first, second = values
    events = [
        *PERSON,
        lab("2025-10-02", platelets_10e9_l=first),
        {**lab("2025-10-02", platelets_10e9_l=second), "id": "again"},
        weight("2025-10-02"),
        ssa("2025-09-03"),
    ]
    found = reviewed(events, number=1, date="2025-10-06")
    assert found.proposal == "hold"
    assert fired(found) == {"eligibility-eu-label/platelets"}


def test_two_samples_of_one_day_that_agree_change_nothing() -> None:
    again = {**lab(PRE, platelets_10e9_l=90), "id": "again"}
    found = reviewed([*TWO_CYCLES, lab(PRE), again])
    assert (found.proposal, fired(found)) == ("proceed", set())
