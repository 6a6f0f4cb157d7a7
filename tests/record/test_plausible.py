"""Every number of a record is plausible, or somebody accepts it; slips of a unit are named."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml

from gepnet.knowledge import InputError
from gepnet.record import Record, parse_record, record_of, record_to_yaml
from gepnet.vocabulary import Accepting, load_vocabulary

TODAY = datetime.date(2026, 11, 28)
VOCABULARY = load_vocabulary()


def text(event: dict[str, Any], as_of: str = "2024-02-01") -> str:
    data = {"gepnet": 1, "patient": "p", "as_of": as_of, "events": [{"id": "e", **event}]}
    return yaml.safe_dump(data, sort_keys=False)


def read(event: dict[str, Any], as_of: str = "2024-02-01") -> Record:
    return parse_record(text(event, as_of), "p.yaml", VOCABULARY, TODAY)


def told(event: dict[str, Any], as_of: str = "2024-02-01") -> str:
    with pytest.raises(InputError) as refused:
        read(event, as_of)
    return str(refused.value)


def laboratory(**values: Any) -> dict[str, Any]:
    return {"kind": "laboratory", "date": "2024-01-10", **values}


def treatment(**values: Any) -> dict[str, Any]:
    return {"kind": "treatment", "option": "lu177_dotatate", "start": "2023-01", **values}


def cycle(activity: Any) -> dict[str, Any]:
    return {"kind": "prrt_cycle", "date": "2024-01-02", "cycle": 1, "activity_gbq": activity}


SLIPS: dict[str, tuple[dict[str, Any], str]] = {
    "percent v fraction": (
        {"kind": "pathology", "ki67_percent": 0.15},
        "0.15 as a fraction would be 15 %",
    ),
    "fraction in words": (
        {"kind": "pathology", "ki67_percent": "0.05"},
        "0.05 as a fraction would be 5 %",
    ),
    "burden as a fraction": (
        {"kind": "stage", "liver_burden_percent": 0.4},
        "0.4 as a fraction would be 40 %",
    ),
    "mg/dL v umol/L": (
        laboratory(bilirubin_umol_l=3.5),
        "3.5 mg/dL would be 59.8 umol/L",
    ),
    "mg/dL v mmol/L": (
        laboratory(glucose_mmol_l=95),
        "95 mg/dL would be 5.27 mmol/L",
    ),
    "creatinine": (
        laboratory(creatinine_umol_l=0.9),
        "0.9 mg/dL would be 79.6 umol/L",
    ),
    "g/dL v g/L": (
        laboratory(haemoglobin_g_l=13),
        "13 g/dL would be 130 g/L",
    ),
    "albumin in g/dL": (
        laboratory(albumin_g_l=3.8),
        "3.8 g/dL would be 38 g/L",
    ),
    "per uL": (
        laboratory(platelets_10e9_l=210000),
        "210000 /uL would be 210 x10^9/L",
    ),
    "the stated unit is the slip": (
        laboratory(haemoglobin_g_l={"value": 130, "unit": "mmol/L"}),
        "130 g/L would be plausible",
    ),
    "weight": (
        {"kind": "body", "weight_kg": 700},
        "from 2 to 350 kg",
    ),
    "height in metres": (
        {"kind": "body", "height_cm": 1.75},
        "1.75 m would be 175 cm",
    ),
    "g v mg": (
        {"kind": "clinical", "ssa_dose_mg": 0.12},
        "0.12 g would be 120 mg",
    ),
    "MBq v GBq": (
        cycle(7400),
        "7400 MBq would be 7.4 GBq",
    ),
    "mCi v GBq": (
        cycle(200),
        "200 mCi would be 7.4 GBq",
    ),
    "Ci v GBq": (
        cycle(0.2),
        "0.2 Ci would be 7.4 GBq",
    ),
    "activity of a treatment": (
        treatment(activity_gbq=7400),
        "7400 MBq would be 7.4 GBq",
    ),
    "sum of a treatment": (
        treatment(cumulative_activity_gbq=800),
        "800 mCi would be 29.6 GBq",
    ),
    "days v months": (
        treatment(benefit_months=700),
        "700 days would be 23 months",
    ),
    "hours v days": (
        treatment(interval_days=336),
        "336 hours would be 14 days",
    ),
    "birth in 1880": (
        {"kind": "demographics", "birth_date": "1880-05-01"},
        "143 years on 2024-02-01",
    ),
    "born on the day of entry": (
        {"kind": "demographics", "birth_date": "2024-01-10"},
        "0 years on 2024-02-01",
    ),
}


@pytest.mark.parametrize(("event", "slip"), SLIPS.values(), ids=SLIPS)
def test_a_value_outside_its_plausible_range_is_refused_with_the_slip_that_explains_it(
    event: dict[str, Any], slip: str
) -> None:
    name = next(key for key in reversed(event))
    message = told(event)
    assert "p.yaml:" in message
    assert f"in e, field {name}" in message
    assert slip in message


def test_no_slip_is_named_where_none_fits() -> None:
    assert "would be" not in told(laboratory(potassium_mmol_l=9.5))
    assert "would be" not in told({"kind": "body", "weight_kg": 300})


def test_a_bound_at_the_end_of_the_range_is_believed() -> None:
    read({"kind": "pathology", "ki67_percent": "<1"})
    read({"kind": "stage", "liver_burden_percent": 0})


ACCEPTED = {"accepted_by": "Dr Bell", "reason": "counted twice"}


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "pathology", "ki67_percent": {"value": 0.5, **ACCEPTED}},
        laboratory(platelets_10e9_l={"value": 1, **ACCEPTED}),
        laboratory(creatinine_umol_l={"value": 0.2, "unit": "mg/dL", **ACCEPTED}),
        laboratory(limits={"ggt_u_l": [None, {"value": 1, **ACCEPTED}]}),
        cycle({"value": 0.5, **ACCEPTED}),
        treatment(cycles={"value": 80, **ACCEPTED}),
        {"kind": "demographics", "birth_date": {"value": "1910-01-01", **ACCEPTED}},
    ],
)
def test_a_value_that_somebody_accepts_stands_and_is_written_with_who_and_why(
    event: dict[str, Any],
) -> None:
    record = read(event)
    (kept,) = record.events
    (one,) = kept.accepted.values()
    assert (one.by, one.reason) == ("Dr Bell", "counted twice")
    written = record_to_yaml(record)
    assert "accepted_by: Dr Bell" in written
    assert parse_record(written, "p.yaml", VOCABULARY, TODAY) == record
    data = {"patient": "p", "as_of": "2024-02-01", "events": record.events}
    assert record_of(data, VOCABULARY, TODAY).events == record.events


@pytest.mark.parametrize(
    ("left", "missing"), [("accepted_by", "reason"), ("reason", "accepted_by")]
)
def test_an_acceptance_needs_both_who_and_why(left: str, missing: str) -> None:
    value = {"value": 3, left: "x"}
    assert f"field platelets_10e9_l.{missing}" in told(laboratory(platelets_10e9_l=value))


def test_what_cannot_be_is_not_accepted() -> None:
    told(laboratory(haemoglobin_g_l={"value": 13, **ACCEPTED}))


def test_a_withdrawn_event_may_hold_what_was_wrong() -> None:
    read({**laboratory(bilirubin_umol_l=1.2), "withdrawn": True})


def test_data_that_cannot_say_who_accepts_a_value_take_it_from_the_question() -> None:
    data = {"patient": "p", "as_of": "2024-02-01", "events": [laboratory(platelets_10e9_l=1)]}
    with pytest.raises(InputError, match="--accept 'platelets_10e9_l=1 by WHO: WHY'"):
        record_of(data, VOCABULARY, TODAY, Accepting())
    accepting = Accepting.read(["platelets_10e9_l=1 by Dr Bell: seen in the film"])
    (event,) = record_of(data, VOCABULARY, TODAY, accepting).events
    assert event.accepted["platelets_10e9_l"].by == "Dr Bell"
    assert "reason: seen in the film" in record_to_yaml(
        record_of(data, VOCABULARY, TODAY, accepting)
    )
