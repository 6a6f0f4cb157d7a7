"""What a profile tells of a patient: every line with the values behind it, and where two differ."""

from __future__ import annotations

from typing import Any

import pytest

from gepnet import api
from gepnet.facts import Facts
from gepnet.prrt.eligibility import default_profile, eligibility, report
from gepnet.vocabulary import Interval, Question
from tests.prrt.course_data import PROTOCOLS, TWO_CYCLES, Events, record

BASE = api.base()
PROFILES = PROTOCOLS.profiles


def facts(events: Events = TWO_CYCLES) -> Facts:
    """What is known of a patient in January 2026, in the middle of a course."""
    return api.facts_of(record(events), BASE, Question.read("2026-01-26"))


def told(patient: Facts, *names: str) -> dict[str, Any]:
    """The profiles of a patient as JSON."""
    found = [eligibility(PROFILES[f"eligibility-{name}"], patient, PROTOCOLS) for name in names]
    view: dict[str, Any] = api.plain(report(found, PROTOCOLS))
    return view


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("US", "us-label"),
        ("EU", "eu-label"),
        ("IT", "eu-label"),
        ("other", "eu-label"),
        (None, "eu-label"),
    ],
)
def test_a_region_without_a_profile_gets_the_first_one(region: str | None, expected: str) -> None:
    assert default_profile(PROTOCOLS, region).entry.id == f"eligibility-{expected}"


def test_a_line_says_its_limit_its_values_and_what_to_order() -> None:
    vocabulary = BASE.vocabulary
    patient = facts()
    kinds = set()
    for profile in told(patient, "eu-label", "us-label", "nanets", "review-003")["profiles"]:
        entries = {item.id: item for item in PROFILES[profile["id"]].entry.items}
        for item in profile["items"]:
            entry = entries[item["id"]]
            assert item["limit"] == (entry.limit or entry.label)
            for lacking in item["missing"]:
                fact = vocabulary[lacking["fact"]].entry
                assert lacking["order"] == (fact.order or fact.label)
            for value in item["values"]:
                known = patient[value["fact"]]
                assert value["date"] == (None if known.date is None else str(known.date))
                shown, real = value["value"], known.value
                if isinstance(real, Interval):
                    ends = shown if isinstance(shown, list) else [shown, shown]
                    # Shown in the step of the fact, compared exactly.
                    step = float(vocabulary[value["fact"]].precision)
                    assert ends == pytest.approx([float(real.low), float(real.high)], abs=step / 2)
                    assert isinstance(shown, list) is not real.is_point
                elif isinstance(real, bool | str):
                    assert shown == real and type(shown) is type(real)
                else:
                    assert shown == str(real)
                kinds.add(type(real))
    assert kinds >= {Interval, bool, str}


def test_profiles_differ_where_their_limits_or_their_answers_do() -> None:
    patient = facts()
    view = told(patient, "eu-label", "us-label")
    lines: dict[str, dict[str, list[dict[str, str]]]] = {}
    for profile in view["profiles"]:
        for item in profile["items"]:
            of_topic = lines.setdefault(item["topic"] or item["id"], {})
            of_topic.setdefault(profile["id"], []).append(
                {"limit": item["limit"], "status": item["status"]}
            )
    names = [profile["id"] for profile in view["profiles"]]
    expected = {
        topic: {name: one.get(name, []) for name in names}
        for topic, one in lines.items()
        if one.get(names[0]) != one.get(names[1])
    }
    assert {one["topic"]: one["profiles"] for one in view["differences"]} == expected
    assert expected
    assert told(patient, "eu-label", "eu-label")["differences"] == []


def published_egfr(creatinine_umol_l: float, age: float, female: bool) -> tuple[float, float]:
    """CKD-EPI 2021 (Inker 2021) and MDRD (Levey 2006), written once more."""
    mg_dl = creatinine_umol_l / 88.42
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = mg_dl / kappa
    epi = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age
    mdrd = 175 * mg_dl**-1.154 * age**-0.203
    return (epi * 1.012, mdrd * 0.742) if female else (epi, mdrd)


def test_an_egfr_stands_beside_the_clearance_and_for_none_without_its_facts() -> None:
    patient = facts()
    kidney = told(patient, "eu-label")["kidney"]
    creatinine, age = patient["creatinine_umol_l"].value, patient["age_years"].value
    assert isinstance(creatinine, Interval) and isinstance(age, Interval)
    female = patient["sex"].value == "female"
    epi, mdrd = published_egfr(float(creatinine.low), float(age.low), female)
    assert kidney["egfr_ckd_epi_2021_ml_min_173m2"] == pytest.approx(epi, abs=0.3)
    assert kidney["egfr_mdrd_ml_min_173m2"] == pytest.approx(mdrd, abs=0.3)
    for number in (kidney["egfr_ckd_epi_2021_ml_min_173m2"], kidney["egfr_mdrd_ml_min_173m2"]):
        assert number == round(number, 1)
    person = next(event for event in TWO_CYCLES if event["kind"] == "demographics")
    assert {"sex"} <= person.keys()
    for lacking in (("sex",), ("birth_date", "age_years"), ("sex", "birth_date", "age_years")):
        events = [
            {k: v for k, v in event.items() if k not in lacking} if event is person else event
            for event in TWO_CYCLES
        ]
        known = told(facts(events), "eu-label")["kidney"]
        assert known["egfr_ckd_epi_2021_ml_min_173m2"] is None, lacking
        assert known["egfr_mdrd_ml_min_173m2"] is None, lacking
        assert known["creatinine_clearance_ml_min"] is None, lacking


@pytest.mark.parametrize("creatinine", [None, "<60", "80-90"])
def test_no_egfr_is_worked_out_from_a_creatinine_that_is_no_one_number(
    creatinine: str | None,
) -> None:
    events = []
    for event in TWO_CYCLES:
        own = {k: v for k, v in event.items() if k != "creatinine_umol_l"}
        if event["kind"] == "laboratory" and creatinine is not None:
            own["creatinine_umol_l"] = creatinine
        events.append(own)
    kidney = told(facts(events), "eu-label")["kidney"]
    assert {name: value for name, value in kidney.items() if "egfr" in name} == {
        "egfr_ckd_epi_2021_ml_min_173m2": None,
        "egfr_mdrd_ml_min_173m2": None,
        "egfr_schwartz_ml_min_173m2": None,
    }


def of_age(birth: str, *more: dict[str, Any]) -> dict[str, Any]:
    events = [
        {**event, "birth_date": birth} if event["kind"] == "demographics" else event
        for event in TWO_CYCLES
    ]
    return told(facts([*events, *more]), "eu-label")["kidney"]


def test_formulas_of_adults_are_refused_below_eighteen_with_the_reason() -> None:
    """Schwartz, where the height is there; a clearance in mL/min has to be measured."""
    year = 2026
    child = of_age(f"{year - 15}-01-01")
    assert child["creatinine_clearance_ml_min"] is None
    assert child["egfr_ckd_epi_2021_ml_min_173m2"] is child["egfr_mdrd_ml_min_173m2"] is None
    (why,) = child["not_used"]
    assert "Aged 15: Cockcroft-Gault, CKD-EPI 2021 and MDRD are formulas of adults" in why
    # what the formula of children lacks is asked for only where it lacks something
    lacks = "bedside Schwartz needs a creatinine and a height"
    assert lacks in why
    lab = max(
        (e for e in TWO_CYCLES if "creatinine_umol_l" in e), key=lambda event: str(event["date"])
    )
    expected = 0.413 * 160 / (float(lab["creatinine_umol_l"]) / 88.4)
    body = {"id": "b", "kind": "body", "date": str(lab["date"]), "height_cm": 160}
    tall = of_age(f"{year - 15}-01-01", body)
    shown = tall["egfr_schwartz_ml_min_173m2"]
    assert shown == pytest.approx(expected, abs=0.05)
    assert shown == round(shown, 1)
    assert not any(lacks in told for told in tall["not_used"])
    assert len(tall["not_used"]) == 1
    adult = of_age(f"{year - 19}-01-01", body)
    assert (adult["egfr_schwartz_ml_min_173m2"], adult["not_used"]) == (None, [])
    assert adult["creatinine_clearance_ml_min"] is not None


def test_no_clearance_is_printed_as_usable_on_dialysis() -> None:
    ill = {"id": "d", "kind": "comorbidity", "date": "2025-01-01", "dialysis": True}
    kidney = of_age("1958-03-14", ill)
    assert {value for key, value in kidney.items() if "ml_min" in key} == {None}
    assert "On dialysis" in kidney["not_used"][0]
