"""How sentences of the sources were read, each held by a patient and its twin."""

from __future__ import annotations

from typing import Any

import pytest

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.guidelines import Assessment
from gepnet.guidelines.assess import assess
from gepnet.vocabulary import Question, parse_date

TODAY = parse_date("2026-11-28").last
NAIVE: dict[str, Any] = {
    "primary_site": "jejunum_ileum",
    "differentiation": "well",
    "ki67_percent": 5,
    "stage": "metastatic",
    "metastasis_liver": True,
    "resectability": "unresectable",
    "sstr_method": "PET",
    "sstr_uptake_vs_liver": "above",
    "sstr_lesions_covered": "all",
    "sstr_krenning": 3,
    "systemic_lines_prior": 0,
    "systemic_lines_prior_excluding_ssa": 0,
    "received_ssa": False,
    "progressed_on_ssa": False,
    "received_prrt": False,
    "received_radioligand_therapy": False,
}
GREW_ON_SSA: dict[str, Any] = NAIVE | {
    "systemic_lines_prior": 1,
    "received_ssa": True,
    "progressed_on_ssa": True,
    "progressed_on_last_therapy": True,
    "progression_radiological_recist": True,
}


def assessed(**values: Any) -> Assessment:
    base = api.base()
    facts = facts_of_values(values, base.knowledge, base.criteria)
    return assess(base, facts, Question(knowledge_date=TODAY))


def status(document: str, option: str, intent: str = "tumour_control", /, **values: Any) -> str:
    found = assessed(**values).documents[document].cells[option, intent]
    return str(found.status)


# A repeat course ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cycles", "label", "payer"),
    [(0, "on_label", "funded"), (3, "on_label", "funded"), (4, "off_label", "outside")],
)
def test_doses_beyond_four_are_outside_labels_and_the_payer(
    cycles: int, label: str, payer: str
) -> None:
    given = {"received_prrt": cycles > 0, "lu177_dotatate_cycles": cycles, "prrt_cycles": 4}
    patient = GREW_ON_SSA | {"age_years": 60, **given}
    found = assessed(**patient)
    told = {x.label.entry.id: x.status for x in found.labels}
    assert {told[f"lutathera-{region}"] for region in ("eu", "uk", "us", "ch")} == {label}
    assert {x.entry.id: x.status for x in found.funding}["nice-ta539"] == payer


def test_a_course_whose_doses_were_not_recorded_leaves_the_label_open() -> None:
    found = assessed(**GREW_ON_SSA | {"age_years": 60, "received_prrt": True})
    told = {x.label.entry.id: x.status for x in found.labels}
    assert told["lutathera-eu"] == "undetermined"


# The US review topic ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blood", "wanted"),
    [
        ({}, "recommended"),
        ({"platelets_10e9_l": 30}, "silent"),
        ({"platelets_10e9_l": 50}, "recommended"),
        ({"platelets_10e9_l": 30, "platelet_low_cause": "spleen"}, "recommended"),
        ({"neutrophils_10e9_l": 0.9}, "silent"),
        ({"haemoglobin_g_l": 79}, "silent"),
    ],
)
def test_too_little_marrow_takes_the_position_on_prrt_away(
    blood: dict[str, Any], wanted: str
) -> None:
    assert status("review-gi-net-2025", "lu177_dotatate", **GREW_ON_SSA, **blood) == wanted


@pytest.mark.parametrize("months", [7, 10])
@pytest.mark.parametrize("drug", ["everolimus", "cabozantinib"])
def test_growth_within_a_year_of_the_last_dose_brings_the_targeted_drugs(
    months: int, drug: str
) -> None:
    after = GREW_ON_SSA | {
        "received_prrt": True,
        "received_radioligand_therapy": True,
        "progressed_on_prrt": True,
        "prrt_benefit_months_from_last_dose": months,
        "prrt_benefit_months_from_first_dose": months + 6,
        "received_everolimus": False,
        "received_cabozantinib": False,
    }
    assert status("review-gi-net-2025", drug, **after) == "recommended"


# The Italian board --------------------------------------------------------------------------------


@pytest.mark.parametrize("worst", [None, "less", "greater", "sstr_negative"])
def test_fdg_moves_no_position_of_the_italian_board(worst: str | None) -> None:
    patient = NAIVE | {"ki67_percent": 30, "fdg_vs_sstr_worst": worst}
    found = assessed(**{k: v for k, v in patient.items() if v is not None})
    cell = found.documents["tafuto-2025"].cells["lu177_dotatate", "tumour_control"]
    assert cell.status == "option"
    warned = {x.rule.entry.id for x in found.safety if x.fires}
    assert ("sstr-fdg-mismatch-rlt" in warned) == (worst == "sstr_negative")


# Observation --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bulky", "symptoms", "wanted"),
    [
        (False, False, "option"),
        (True, False, "text_open"),
        (False, True, "text_open"),
        (True, True, "no_position"),
    ],
)
def test_the_panel_observes_nobody_with_bulk_and_symptoms(
    bulky: bool, symptoms: bool, wanted: str
) -> None:
    patient = NAIVE | {
        "hormone_symptoms": False,
        "mass_symptoms": symptoms,
        "highly_symptomatic": False,
        "rapid_growth": False,
        "tumour_burden": "moderate",
        "bulky": bulky,
    }
    assert status("panel-2025", "surveillance", **patient) == wanted


# Norway -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uptake", ["above", "below"])
def test_norway_gives_a_first_analogue_whatever_the_uptake(uptake: str) -> None:
    patient = NAIVE | {"primary_site": "rectum", "sstr_uptake_vs_liver": uptake}
    assert status("norway-2020", "ssa", **patient) == "option"
