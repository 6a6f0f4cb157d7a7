"""Safety rules stand in one place: eligibility and the review of a cycle read them too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.record import record_of
from tests.prrt.course_data import TWO_CYCLES, Review, lab, reviewed

BASE = api.base()
FAULTS = Path(__file__).parents[1] / "patients" / "faults"
PRE, NEW = "2026-01-23", "2026-01-20"


def new(kind: str, **values: Any) -> dict[str, Any]:
    author = {"author": "the patient"} if kind == "assertion" else {}
    return {"id": "new", "kind": kind, "date": NEW, **author, **values}


def later(*events: dict[str, Any]) -> Review:
    return reviewed([*TWO_CYCLES, lab(PRE), *events])


def test_a_course_without_anything_new_goes_on() -> None:
    found = later()
    assert (found.proposal, found.fired) == ("proceed", ())


@pytest.mark.parametrize(
    ("event", "rule", "effect"),
    [
        (new("clinical", severe_acute_illness=True), "severe-acute-illness-rlt", "hold"),
        (new("assertion", patient_preference="declines_prrt"), "declines-prrt", "hold"),
        (
            new("comorbidity", psychiatric_barrier_to_isolation=True),
            "isolation-impossible-rlt",
            "hold",
        ),
        (new("stage", metastasis_brain=True), "brain-metastases-rlt", "warn"),
        (new("comorbidity", urinary_incontinence=True), "incontinence-rlt", "warn"),
        (new("comorbidity", bone_marrow_disorder=True), "marrow-disorder-rlt", "warn"),
        (new("comorbidity", active_second_cancer=True), "second-cancer-rlt", "warn"),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_a_review_reads_the_safety_rules(event: dict[str, Any], rule: str, effect: str) -> None:
    found = later(event)
    assert [(one.id, one.effect) for one in found.fired] == [(f"safety/{rule}", effect)]
    assert found.proposal == ("hold" if effect == "hold" else "proceed")
    assert found.unread == ()


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (new("clinical", pregnant=True), "pregnancy"),
        (new("comorbidity", dialysis=True), "dialysis"),
        (new("comorbidity", bowel_obstruction=True), "bowel-obstruction"),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_what_a_rule_of_release_says_is_said_once(event: dict[str, Any], rule: str) -> None:
    assert [one.id for one in later(event).holding] == [rule]


def test_a_limit_of_the_start_holds_no_later_cycle() -> None:
    """Leukocytes are no row of the table of dose changes."""
    found = reviewed([*TWO_CYCLES, lab(PRE, leukocytes_10e9_l=1.5)])
    assert not any("leukocytes" in one.id for one in found.fired)


def test_a_review_says_what_would_exclude_the_open_rules() -> None:
    orders = {one.order: {rule.id for rule in one.rules} for one in later().not_excluded}
    assert "severe-acute-illness-rlt" in orders["Acute illness?"]
    assert "Acute illness?" not in {
        one.order for one in later(new("clinical", severe_acute_illness=False)).not_excluded
    }


def eligible(name: str, **changes: Any) -> dict[str, Any]:
    """Return the profiles of a patient file by id, with values of one event changed."""
    import yaml

    data = yaml.safe_load((FAULTS / f"{name}.yaml").read_text(encoding="utf-8"))
    for event in data["events"]:
        event.update(changes.get(event["id"], {}))
    view = api.eligibility_view(record_of(data, BASE.vocabulary), BASE)
    return {one["id"].removeprefix("eligibility-"): one for one in view["profiles"]}


def test_no_profile_is_met_while_a_safety_rule_withholds_the_therapy() -> None:
    """The patient declines and is acutely ill: every line of the EU label is met all the same."""
    one = eligible("declines")["eu-label"]
    assert {item["status"] for item in one["items"]} == {"met"}
    assert one["status"] == "held"
    assert [rule["id"] for rule in one["safety"]] == ["declines-prrt", "severe-acute-illness-rlt"]


def test_without_them_it_is_met_again() -> None:
    free = eligible(
        "declines", cl={"severe_acute_illness": False}, a={"patient_preference": "none_stated"}
    )
    assert free["eu-label"]["status"] == "met"


@pytest.mark.parametrize(
    ("ill", "status", "told"),
    [
        (False, "met", ["incontinence-rlt"]),
        # A warning beside it takes nothing from a rule that withholds.
        (True, "held", ["severe-acute-illness-rlt", "incontinence-rlt"]),
    ],
)
def test_a_warning_alone_holds_no_profile(ill: bool, status: str, told: list[str]) -> None:
    one = eligible(
        "declines",
        cl={"severe_acute_illness": ill},
        a={"patient_preference": "none_stated"},
        co={"urinary_incontinence": True},
    )["eu-label"]
    assert (one["status"], [rule["id"] for rule in one["safety"]]) == (status, told)


def test_what_a_line_does_not_meet_is_not_said_twice() -> None:
    one = eligible("dialysis_elig")["eu-label"]
    assert one["status"] == "not met"
    assert "dialysis-rlt" not in [rule["id"] for rule in one["safety"]]


def test_a_profile_keeps_its_own_limit_of_the_start() -> None:
    """Platelets of 72 meet the limit of NANETS; that of London does not hold its profile."""
    found = eligible("declines", lab={"platelets_10e9_l": 72})
    told = {name: {rule["id"] for rule in one["safety"]} for name, one in found.items()}
    assert "platelets-rlt" not in told["nanets"]
    assert "platelets-rlt" in told["us-label"]
