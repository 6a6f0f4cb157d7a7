"""Labels by product, region and day, payers beside them, events, and rules of newer labels."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.guidelines import Assessment
from gepnet.guidelines.assess import assess, in_force
from gepnet.rules import Reading
from gepnet.vocabulary import Question, parse_date

TODAY = datetime.date(2026, 11, 28)
CANDIDATE: dict[str, Any] = {
    "age_years": 60,
    "primary_site": "jejunum_ileum",
    "differentiation": "well",
    "ki67_percent": 10,
    "stage": "metastatic",
    "resectability": "unresectable",
    "sstr_method": "PET",
    "sstr_uptake_vs_liver": "above",
    "sstr_lesions_covered": "all",
}


def assessed(day: datetime.date = TODAY, **values: Any) -> Assessment:
    base = api.base()
    facts = facts_of_values(values, base.knowledge, base.criteria)
    return assess(base, facts, Question(knowledge_date=day))


def labels(found: Assessment, region: str, option: str = "lu177_dotatate") -> dict[str, str]:
    return {
        item.label.entry.id: item.status
        for item in found.labels
        if item.label.entry.region == region and item.label.entry.option == option
    }


def payers(found: Assessment, region: str, option: str) -> dict[str, str]:
    return {
        item.entry.id: item.status
        for item in found.funding
        if item.entry.region == region and item.entry.option == option
    }


def fired(**values: Any) -> dict[str, bool]:
    """Every rule that is told: whether it fires or is open."""
    return {note.rule.entry.id: note.fires for note in assessed(**values).safety}


# Labels -------------------------------------------------------------------------------------------


def test_every_label_names_its_product() -> None:
    assert [x.entry.id for x in api.base().labels if not x.entry.product] == []


@pytest.mark.parametrize(
    ("age", "bexlutry", "lutathera"),
    [(60, "on_label", "on_label"), (18, "on_label", "on_label"), (12, "off_label", "on_label")],
)
def test_the_second_product_is_for_adults_only(age: int, bexlutry: str, lutathera: str) -> None:
    found = assessed(**{**CANDIDATE, "age_years": age})
    assert labels(found, "US") == {"lutathera-us": lutathera, "bexlutry-us": bexlutry}


def test_the_second_product_counts_from_the_day_of_its_approval() -> None:
    before, since = datetime.date(2026, 9, 13), datetime.date(2026, 9, 14)
    assert set(labels(assessed(before, **CANDIDATE), "US")) == {"lutathera-us"}
    assert "bexlutry-us" in labels(assessed(since, **CANDIDATE), "US")


def test_taiwan_asks_for_a_failed_analogue_where_switzerland_asks_for_progression() -> None:
    naive = {**CANDIDATE, "received_ssa": False, "progressed_on_ssa": False}
    grew = {**naive, "progression_radiological_recist": True}
    assert labels(assessed(**grew), "TW") == {"lutathera-tw": "off_label"}
    assert labels(assessed(**grew), "CH") == {"lutathera-ch": "on_label"}
    failed = {**CANDIDATE, "received_ssa": True, "progressed_on_ssa": True}
    assert labels(assessed(**failed), "TW") == {"lutathera-tw": "on_label"}


@pytest.mark.parametrize(
    ("label", "first"),
    [
        ("xermelo-us", datetime.date(2017, 2, 28)),
        ("xermelo-eu", datetime.date(2017, 9, 30)),
        ("afinitor-us", datetime.date(2016, 2, 26)),
        ("afinitor-eu", datetime.date(2016, 6, 2)),
        ("sutent-us", datetime.date(2011, 5, 31)),
        ("sutent-eu", datetime.date(2010, 12, 31)),
    ],
)
def test_no_label_of_a_targeted_medicine_has_been_in_force_for_ever(
    label: str, first: datetime.date
) -> None:
    (one,) = [x for x in api.base().labels if x.entry.id == label]
    assert in_force(one, first)
    assert not in_force(one, first - datetime.timedelta(days=1))


def test_everolimus_was_for_the_pancreas_alone_at_first() -> None:
    gut = {**CANDIDATE, "functioning": False, "progression_radiological_recist": True}
    then = assessed(datetime.date(2015, 1, 1), **gut)
    assert labels(then, "EU", "everolimus") == {"afinitor-eu-pancreas": "off_label"}
    now = assessed(datetime.date(2017, 1, 1), **gut)
    assert labels(now, "EU", "everolimus") == {"afinitor-eu": "on_label"}


# Payers -------------------------------------------------------------------------------------------


def test_label_and_payer_are_two_things() -> None:
    found = assessed(
        **{**CANDIDATE, "primary_site": "pancreas"},
        systemic_lines_prior=2,
        systemic_lines_prior_excluding_ssa=1,
        progression_radiological_recist=True,
        on_cabozantinib=False,
    )
    assert labels(found, "UK", "cabozantinib") == {"cabometyx-uk": "on_label"}
    assert payers(found, "UK", "cabozantinib") == {"nice-cabozantinib-draft": "not_funded"}
    assert not [name for name in found.documents if name.startswith("nice-ta")]


GUT = {
    **CANDIDATE,
    "functioning": False,
    "progression_radiological_recist": True,
    "progression_months": 8,
    "received_prrt": False,
}


@pytest.mark.parametrize(
    ("region", "option", "changed", "expected"),
    [
        ("UK", "lu177_dotatate", {}, {"nice-ta539": "funded"}),
        ("UK", "lu177_dotatate", {"age_years": 17}, {"nice-ta539": "outside"}),
        ("UK", "lu177_dotatate", {"age_years": None}, {"nice-ta539": "undetermined"}),
        ("UK", "sirt", {"metastasis_liver": True}, {"nhs-england-sirt": "not_funded"}),
        ("UK", "sirt", {"metastasis_liver": False}, {"nhs-england-sirt": "outside"}),
        ("TW", "lu177_dotatate", {}, {"taiwan-lutathera": "not_funded"}),
        ("TW", "everolimus", {}, {"taiwan-everolimus": "funded"}),
        ("TW", "everolimus", {"progression_months": 14}, {"taiwan-everolimus": "undetermined"}),
        ("TW", "everolimus", {"functioning": True}, {"taiwan-everolimus": "outside"}),
        ("JP", "prrt", {}, {"japan-prrt": "undetermined"}),
        ("NO", "lu177_dotatate", {}, {}),
    ],
)
def test_a_payer_funds_does_not_or_does_not_speak_of_the_patient(
    region: str, option: str, changed: dict[str, object], expected: dict[str, str]
) -> None:
    assert payers(assessed(**{**GUT, **changed}), region, option) == expected


@pytest.mark.parametrize(
    ("region", "label", "payer"),
    [
        ("UK", "on label", "funded (NICE TA539)"),
        ("TW", "off label", "not funded (Taiwan, as quoted 2026-08-17)"),
        ("NO", "on label (EU)", "no payer read"),
        ("EU", "on label", "no payer read"),
        ("JP", "no label read", "open (Japan, JNETS 2026)"),
    ],
)
def test_label_and_payer_are_two_cells_and_what_was_not_read_is_blank(
    region: str, label: str, payer: str
) -> None:
    facts = {**GUT, "region": region, "received_ssa": False, "progressed_on_ssa": False}
    view = api.assessment_view(assessed(**facts), api.base())
    option = "prrt" if region == "JP" else "lu177_dotatate"
    (row,) = [row for row in view["access"] if row["option"] == option]
    assert (row["region"], row["label"]["words"], row["payer"]["words"]) == (region, label, payer)


def test_without_a_region_each_one_with_labels_or_payers_is_shown() -> None:
    view = api.assessment_view(assessed(**GUT), api.base())
    regions = {row["region"] for row in view["access"] if row["option"] == "lu177_dotatate"}
    assert {"EU", "UK", "US", "CH", "TW"} <= regions


def test_a_decision_counts_from_its_day() -> None:
    pancreas = {**GUT, "primary_site": "pancreas", "systemic_lines_prior_excluding_ssa": 1}
    before = assessed(datetime.date(2025, 10, 31), **pancreas)
    assert payers(before, "UK", "cabozantinib") == {}


def test_a_draft_is_called_so() -> None:
    pancreas = {**GUT, "primary_site": "pancreas", "systemic_lines_prior_excluding_ssa": 1}
    found = assessed(**{**pancreas, "on_cabozantinib": False, "region": "UK"})
    (row,) = [
        row
        for row in api.assessment_view(found, api.base())["access"]
        if row["option"] == "cabozantinib"
    ]
    assert row["payer"]["words"] == "not funded, draft (NICE GID-TA11613)"


# Events -------------------------------------------------------------------------------------------


def test_an_event_has_a_day_and_a_later_one_to_look_again() -> None:
    events = api.base().knowledge.events
    assert len(events) > 5
    for event in events:
        assert event.look_again is not None, event.id
        assert parse_date(event.date).last < event.look_again, event.id
        assert event.locator and event.what.strip(), event.id


# Safety -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        (
            {},
            {"dpd-untested-fluoropyrimidine": False, "dpd-untested-urgent-fluoropyrimidine": False},
        ),
        ({"treatment_urgent": False}, {"dpd-untested-fluoropyrimidine": True}),
        ({"treatment_urgent": True}, {"dpd-untested-urgent-fluoropyrimidine": True}),
        ({"treatment_urgent": False, "dpd_deficiency": False}, {}),
        ({"treatment_urgent": True, "dpd_deficiency": True}, {"dpd-fluoropyrimidine": True}),
    ],
)
def test_dpd_is_tested_first_unless_treatment_cannot_wait(
    values: dict[str, Any], rules: dict[str, bool]
) -> None:
    told = fired(**values)
    rest = {"dpd-fluoropyrimidine": False} if "dpd_deficiency" not in values else {}
    assert {name: fires for name, fires in told.items() if name.startswith("dpd-")} == rest | rules


@pytest.mark.parametrize(
    ("imaging", "fires"),
    [({"sstr_result": "negative"}, True), ({}, False)],
    ids=["none", "no scan"],
)
def test_an_analogue_in_insulinoma_waits_for_the_receptors(
    imaging: dict[str, Any], fires: bool
) -> None:
    told = fired(syndrome="insulinoma", **imaging)
    assert told["insulinoma-ssa"]
    assert told["insulinoma-sstr-negative-ssa"] is fires


def test_with_receptors_only_the_general_warning_is_left() -> None:
    told = fired(syndrome="insulinoma", sstr_result="positive")
    assert told["insulinoma-ssa"]
    assert "insulinoma-sstr-negative-ssa" not in told


def test_two_opinions_on_octreotide_in_a_crisis_are_told_side_by_side() -> None:
    pair = {"crisis-octreotide-infusion", "crisis-octreotide-bolus"}
    told = fired(syndrome="carcinoid")
    assert all(told[name] for name in pair)
    assert not pair & set(fired(syndrome="vipoma"))


def test_the_volume_of_the_amino_acids_is_fitted_to_the_heart() -> None:
    assert fired(carcinoid_heart_disease=True)["heart-volume-rlt"]
    assert "heart-volume-rlt" not in fired(carcinoid_heart_disease=False)


def test_the_older_and_the_present_start_limit_of_the_clearance_stand_apart() -> None:
    base = api.base()
    facts = facts_of_values({"creatinine_clearance_ml_min": 45}, base.knowledge, base.criteria)
    met = {}
    for profile in base.profiles:
        for line in profile.items:
            if line.entry.id == "clearance":
                met[profile.entry.id] = Reading.of(line, facts).truth
    assert met["eligibility-eu-label"] is True
    assert met["eligibility-eu-label-older"] is False
