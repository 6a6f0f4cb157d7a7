"""Facts as of a date: nothing of what came later, absence only where it is declared, one report."""

import pytest

from gepnet.facts import show
from tests.facts.patients import Event, course, facts, facts_at, patient, progression, shown

# Completeness ------------------------------------------------------------------------------------


def test_no_record_is_unknown_where_nothing_is_declared() -> None:
    found = facts({"kind": "demographics", "sex": "female"})
    names = ("received_prrt", "on_ssa", "progressed_on_ssa", "months_since_prrt", "prrt_cycles")
    assert shown(found, *names) == ["unknown"] * 5


def test_no_record_is_no_where_the_domain_is_declared_complete() -> None:
    found = facts(complete={"treatments": "2026-01-15"})
    assert shown(found, "received_prrt", "on_ssa", "progressed_on_ssa") == ["no"] * 3
    names = ("months_since_prrt", "benefit_months_ssa", "best_response_prrt", "stop_reason_ssa")
    assert shown(found, *names) == ["not applicable"] * 4
    assert shown(found, "prrt_cycles", "systemic_lines_prior") == ["0", "0"]
    assert shown(found, "treatment_naive") == ["yes"]


def test_what_one_domain_declares_says_nothing_of_another() -> None:
    found = facts(complete={"treatments": "2026-01-15"})
    assert shown(found, "metastasis_liver", "heart_failure", "marker_rise") == ["unknown"] * 3
    found = facts(complete={"metastases": "2026-01-15"})
    assert shown(found, "metastasis_liver", "received_prrt") == ["no", "unknown"]


@pytest.mark.parametrize(
    ("declared", "at", "expected"),
    [
        ("2025-01-01", "2025-01-01", "no"),
        ("2025-01-01", "2024-06-01", "no"),
        ("2025-01-01", "2025-01-02", "unknown"),
        # only a day that is surely late enough
        ("2025", "2025", "no"),
        ("2025", "2025-06-01", "unknown"),
        ("2025-06", "2025-06", "no"),
        ("2025-07", "2025-06-30", "no"),
    ],
)
def test_completeness_holds_up_to_its_date_and_no_longer(
    declared: str, at: str, expected: str
) -> None:
    found = facts(at=at, complete={"treatments": declared})
    assert shown(found, "received_prrt") == [expected]


def test_completeness_without_a_date_holds_as_of_the_record() -> None:
    """It once held for ever: a file of 2024 said "never had PRRT" in 2026."""
    record = patient(as_of="2024-01-01", complete=["treatments"])
    assert shown(facts_at(record), "received_prrt") == ["no"]
    assert shown(facts_at(record, "2026-01-15"), "received_prrt") == ["unknown"]


def test_a_declared_absence_says_where_it_comes_from() -> None:
    found = facts(complete={"metastases": "2026-01-15"})["metastasis_bone"]
    assert (found.origin, str(found.date)) == ("declared_absent", "2026-01-15")
    assert found.note == "metastases declared complete"


def test_a_record_beats_a_declared_absence() -> None:
    stage = {"kind": "stage", "date": "2025-01-01", "metastasis_bone": True}
    assert facts(stage, complete=["metastases"])["metastasis_bone"].value is True


# The future --------------------------------------------------------------------------------------


def test_what_was_seen_later_is_not_known_yet() -> None:
    record = patient(
        {"kind": "pathology", "date": "2024-01-01", "ki67_percent": 4},
        {"kind": "pathology", "date": "2025-01-01", "ki67_percent": 30},
        {"kind": "sstr_imaging", "date": "2025-02-01", "sstr_result": "positive"},
        as_of="2026-01-15",
    )
    early = facts_at(record, "2024-06-01")
    assert shown(early, "ki67_percent", "sstr_any_uptake") == ["4", "unknown"]
    assert not early["ki67_percent"].alternatives
    assert shown(facts_at(record), "ki67_percent", "sstr_any_uptake") == ["30", "yes"]


def test_what_became_of_a_course_later_is_not_known_yet() -> None:
    """Stop, reason, response and cycles were once read whenever they came."""
    record = patient(
        course("lanreotide", "2020-01-01", "2023-01-01", stop_reason="progression",
               best_response="PR", benefit_months=30),
        course("lu177_dotatate", "2023-02-01", "2023-09-01", cycles=4, activity_gbq=7.4,
               stop_reason="toxicity", best_response="SD"),
        as_of="2026-01-15",
        complete={"treatments": "2026-01-15"},
    )  # fmt: skip
    early = facts_at(record, "2021-01-01")
    assert shown(early, "received_ssa", "on_ssa", "received_prrt") == ["yes", "yes", "no"]
    names = ("progressed_on_ssa", "best_response_ssa", "benefit_months_ssa", "stop_reason_ssa")
    assert shown(early, *names) == ["unknown"] * 4
    assert shown(early, "months_since_ssa", "prrt_cycles") == ["0", "0"]
    middle = facts_at(record, "2023-05-01")
    assert shown(middle, "progressed_on_ssa", "stop_reason_ssa") == ["yes", "progression"]
    names = ("received_prrt", "on_prrt", "prrt_cycles", "prrt_last_dose_date", "intolerant_to_prrt")
    assert shown(middle, *names) == ["yes", "yes", "unknown", "unknown", "no"]
    late = facts_at(record)
    assert shown(late, "prrt_cycles", "prrt_cumulative_activity_gbq") == ["4", "29.6"]
    assert shown(late, "intolerant_to_prrt", "on_prrt", "on_ssa") == ["yes", "no", "no"]


def test_what_a_record_tells_without_a_date_had_happened_by_its_own_date() -> None:
    ssa = course("lanreotide", stop_reason="progression", best_response="SD")
    record = patient(ssa, as_of="2024-05", complete=["treatments"])
    names = ("received_ssa", "progressed_on_ssa", "on_ssa", "best_response_ssa")
    assert shown(facts_at(record), *names) == ["yes", "yes", "no", "SD"]
    assert shown(facts_at(record, "2020"), *names) == ["unknown"] * 4
    assert shown(facts_at(record, "2020"), "systemic_lines_prior") == ["unknown"]


def test_progression_later_than_the_question_is_not_known_yet() -> None:
    record = patient(
        course("lanreotide", "2023-01-01", ongoing=True),
        progression("2025-01-01", "radiological_recist", on=["lanreotide"]),
        as_of="2025-06-01",
        complete={"treatments": "2025-06-01", "progression": "2025-06-01"},
    )
    names = ("progressed_on_ssa", "progression_radiological_recist")
    assert shown(facts_at(record, "2024-06-01"), *names) == ["no", "no"]
    assert shown(facts_at(record), *names) == ["yes", "yes"]


def test_a_date_after_the_question_counts_no_months() -> None:
    """A diagnosis to come once made a patient newly diagnosed."""
    record = patient({"kind": "diagnosis", "diagnosis_date": "2025-01-01"}, as_of="2026-01-15")
    assert shown(facts_at(record, "2024-01-01"), "newly_diagnosed") == ["unknown"]
    assert shown(facts_at(record, "2025-03-01"), "newly_diagnosed") == ["yes"]
    assert shown(facts_at(record), "newly_diagnosed") == ["no"]


# Reports -----------------------------------------------------------------------------------------

PET = {"kind": "sstr_imaging", "sstr_method": "PET"}


def test_two_scans_are_never_mixed() -> None:
    found = facts(
        {**PET, "date": "2024-01-01", "sstr_krenning": 2, "sstr_scale": "krenning_classic"},
        {**PET, "date": "2025-01-01", "sstr_uptake_vs_liver": "below"},
    )
    assert shown(found, "sstr_krenning", "sstr_scale", "sstr_ge_liver") == [
        "unknown", "unknown", "no",
    ]  # fmt: skip


@pytest.mark.parametrize("date", [{}, {"date": "2025-01-01"}], ids=["undated", "same day"])
def test_two_scans_are_not_mixed_where_no_date_tells_them_apart(date: dict[str, str]) -> None:
    """The scale of one undated scan was once read with the score of another."""
    found = facts(
        {**PET, **date, "sstr_krenning": 3, "sstr_scale": "krenning_classic"},
        {**PET, **date, "sstr_krenning": 2},
    )
    assert shown(found, "sstr_krenning", "sstr_scale", "sstr_ge_liver") == [
        "2-3", "unknown", "unknown",
    ]  # fmt: skip


def test_values_of_an_earlier_scan_stay_as_alternatives() -> None:
    found = facts(
        {**PET, "id": "old", "date": "2024-01-01", "sstr_krenning": 4},
        {**PET, "id": "new", "date": "2025-01-01", "sstr_krenning": 2},
    )["sstr_krenning"]
    assert (show(found.value), found.event) == ("2", "new")
    assert [(o.event, show(o.value)) for o in found.alternatives] == [("old", "4")]


def test_a_dated_scan_counts_before_an_undated_one() -> None:
    found = facts({**PET, "date": "2024-01-01", "sstr_krenning": 4}, {**PET, "sstr_krenning": 1})
    assert shown(found, "sstr_krenning") == ["4"]


def test_a_withdrawn_scan_does_not_hide_the_one_before() -> None:
    found = facts(
        {**PET, "date": "2024-01-01", "sstr_krenning": 4},
        {**PET, "date": "2025-01-01", "sstr_krenning": 1, "withdrawn": True},
    )
    assert shown(found, "sstr_krenning", "sstr_ge_liver") == ["4", "yes"]


def test_stained_tissue_neither_hides_a_scan_nor_is_one() -> None:
    """Immunohistochemistry after a PET once made its uptake unknown and its date fresh."""
    stain = {"kind": "sstr_imaging", "sstr_method": "IHC", "sstr_result": "positive"}
    pet = {**PET, "date": "2025-01-01", "sstr_uptake_vs_liver": "above"}
    found = facts(pet, {**stain, "date": "2026-01-10"}, at="2026-01-15")
    names = ("sstr_method", "sstr_ge_liver", "days_since_sstr_imaging")
    assert shown(found, *names) == ["PET", "yes", "379"]
    alone = facts({**stain, "date": "2026-01-10"})
    assert shown(alone, "sstr_method", "sstr_any_uptake", "sstr_ge_liver") == [
        "IHC", "unknown", "unknown",
    ]  # fmt: skip


def test_a_superseded_or_withdrawn_pathology_report_counts_for_nothing() -> None:
    new = {"kind": "pathology", "date": "2025-02-01", "ki67_percent": 4, "differentiation": "well"}
    for mark in ({"pathology_superseded": True}, {"withdrawn": True}):
        old = {"kind": "pathology", "date": "2025-01-01", "ki67_percent": 30, **mark}
        found = facts(old, new)
        assert shown(found, "ki67_percent", "grade") == ["4", "NET G2"]
        assert not found["ki67_percent"].alternatives


def test_the_highest_ki67_counts_over_all_reports() -> None:
    found = facts(
        {"kind": "pathology", "date": "2023-01-01", "ki67_percent": 12, "differentiation": "well"},
        {"kind": "pathology", "date": "2025-01-01", "ki67_percent": 4},
    )
    assert shown(found, "ki67_percent", "grade") == ["12", "NET G2"]
    assert show(found["ki67_percent"].alternatives[0].value) == "4"


# The state of the disease ------------------------------------------------------------------------


def test_a_treatment_begun_later_ends_what_was_seen_of_progression() -> None:
    events = [
        course("lanreotide", "2024-01-01", ongoing=True),
        progression("2025-06-01", "radiological_recist", on=["lanreotide"]),
    ]
    assert shown(facts(*events), "progression_radiological_or_clinical") == ["yes"]
    for option in ("lu177_dotatate", "everolimus", "tace", "debulking"):
        found = facts(*events, course(option, "2025-07-01"))
        assert shown(found, "progression_radiological_recist", "progressed_on_ssa") == [
            "unknown", "yes",
        ]  # fmt: skip
    for harmless in (
        course("lu177_dotatate", "2025-05-01"),
        course("telotristat", "2025-07-01"),
        course("lanreotide", "2025-07-01", ssa_for_symptoms_only=True),
    ):
        assert shown(facts(*events, harmless), "progression_radiological_recist") == ["yes"]


def test_a_later_assessment_replaces_the_state() -> None:
    found = facts(
        progression("2025-03-01", "radiological_recist", "marker_rise"),
        progression("2025-09-01", "marker_rise", excluded=["radiological_recist"]),
    )
    assert shown(found, "progression_radiological_recist", "marker_rise") == ["no", "yes"]


def test_an_assessment_that_lists_no_sign_found_none() -> None:
    found = facts(progression("2025-09-01"))
    assert shown(found, "progression_radiological_or_clinical", "stable_disease") == ["no", "yes"]


def test_progression_of_years_ago_is_no_state_of_today() -> None:
    found = facts(progression("2023-09-01", "radiological_recist"))
    assert shown(found, "progression_radiological_recist") == ["unknown"]


@pytest.mark.parametrize("seen", ["2023-11-20", "2024-03", None])
def test_what_was_said_of_a_primary_before_its_resection_is_over(seen: str | None) -> None:
    """A primary in place stayed so, and "resectable" contradicted that it was removed."""
    before = {"kind": "stage", "resectability_primary": "resectable"}
    there = {"kind": "diagnosis", "primary_site": "jejunum_ileum", "primary_in_place": True}
    told = [{**event, "date": seen} if seen else event for event in (before, there)]
    done = course("small_bowel_resection", "2024-03-10")
    found = facts(*told, done)
    names = "resectability_primary", "primary_in_place"
    assert shown(found, *names) == ["removed", "no"]
    assert all(found[name].conflict is None for name in names)
    if seen != "2024-03":
        assert shown(facts(*told, done, at="2024-02-10"), *names) == ["resectable", "yes"]


@pytest.mark.parametrize(
    ("said", "stage", "metastatic"),
    [
        ({"tnm_m": "M0", "tnm_n": "N1"}, "not metastatic", "no"),
        ({"tnm_t": "T2", "tnm_n": "N0", "tnm_m": "M0"}, "localised", "no"),
        ({"tnm_t": "T1", "tnm_n": "N0"}, "unknown", "unknown"),
        ({"tnm_stage_group": "I"}, "localised", "no"),
        ({"tnm_m": "M1a"}, "metastatic", "yes"),
        ({"tnm_stage_group": "IV"}, "metastatic", "yes"),
        ({"tnm_stage_group": "II"}, "not metastatic", "no"),
        ({"metastasis_bone": True}, "metastatic", "yes"),
        ({"metastasis_lymph_node": True}, "unknown", "unknown"),
        ({"tnm_m": "M0", "stage": "locally_advanced"}, "locally advanced", "no"),
    ],
)
def test_the_stage_follows_from_what_else_its_report_says(
    said: Event, stage: str, metastatic: str
) -> None:
    found = facts({"kind": "stage", "date": "2025-01-01", **said})
    assert shown(found, "stage", "metastatic") == [stage, metastatic]
    assert found["stage"].conflict is None


@pytest.mark.parametrize(
    "said",
    [
        {"stage": "metastatic", "tnm_m": "M0"},
        {"stage": "localised", "tnm_m": "M1"},
        {"stage": "localised", "metastasis_liver": True},
        {"stage": "metastatic", "tnm_stage_group": "II"},
    ],
)
def test_a_stage_that_its_own_report_contradicts_is_told(said: Event) -> None:
    found = facts({"kind": "stage", "date": "2025-01-01", **said})
    assert found["stage"].conflict is not None
    # What was so before, and what came later, contradicts nothing.
    first, then = ({"kind": "stage", name: value} for name, value in said.items())
    found = facts({**first, "date": "2024-01-01"}, {**then, "date": "2025-01-01"})
    assert found["stage"].conflict is None


# Region ------------------------------------------------------------------------------------------


def test_the_region_is_that_of_the_record_of_an_event_or_of_the_question() -> None:
    """The region of an access event once set the fact and not the region of the patient."""
    moved = {"kind": "access", "date": "2025-01-01", "region": "US"}
    for record, region, expected in (
        (patient(region="EU"), None, "EU"),
        (patient(moved), None, "US"),
        (patient(moved, region="EU"), None, "US"),
        (patient(moved, region="EU"), "IT", "IT"),
        (patient(), None, None),
    ):
        found = facts_at(record, "2026-01-15", region)
        assert (found.region, found["region"].value) == (expected, expected)
    assert facts_at(patient(moved, region="EU"), "2024-01-01").region == "EU"
