"""Facts counted over all treatments: lines, PRRT given, benefit, and what was done when."""

from typing import Any

import pytest

from gepnet.facts.files import TherapyGroups
from gepnet.knowledge import load_knowledge
from tests.facts.patients import Event, course, criteria, facts, progression, shown

DONE = {"treatments": "2026-01-15"}
LU = course("lu177_dotatate", "2023-01-10", "2023-07-10", cycles=4, activity_gbq=7.4)


def told(*events: Event, names: str, **head: Any) -> str:
    return ", ".join(shown(facts(*events, **head), *names.split()))


LINES: list[tuple[list[Event], str]] = [
    ([], "0, 0"),
    ([course("lanreotide", "2020")], "1, 0"),
    # another SSA, or another dose of it, is the same line
    ([course("lanreotide", "2020"), course("octreotide_lar", "2021")], "1, 0"),
    ([course("lanreotide", "2020"), course("ssa_dose_increase", "2021")], "1, 0"),
    # an SSA for symptoms only is no line
    ([course("lanreotide", "2020", ssa_for_symptoms_only=True)], "0, 0"),
    ([course("octreotide_short_acting", "2020")], "0, 0"),
    # surgery, liver-directed treatment, surveillance and support are none
    ([course("primary_resection", "2020"), course("tace", "2021")], "0, 0"),
    ([course("surveillance", "2020"), course("telotristat", "2021")], "0, 0"),
    ([course("lanreotide", "2020"), course("everolimus", "2021"), LU], "3, 2"),
    # the same agent again is the same line
    ([course("everolimus", "2020"), LU, course("everolimus", "2024")], "2, 2"),
]


@pytest.mark.parametrize(("events", "expected"), LINES)
def test_systemic_lines_with_and_without_the_analogues(events: list[Event], expected: str) -> None:
    names = "systemic_lines_prior systemic_lines_prior_excluding_ssa"
    assert told(*events, names=names, complete=DONE) == expected
    assert told(*events, names=names) == "unknown, unknown"


def test_being_untreated_needs_a_complete_record() -> None:
    assert told(names="treatment_naive", complete=DONE) == "yes"
    assert told(names="treatment_naive") == "unknown"
    ssa = course("lanreotide", "2020")
    names = "treatment_naive ssa_only_so_far prior_systemic_therapy_other_than_ssa"
    assert told(ssa, names=names, complete=DONE) == "no, yes, no"


def test_prrt_is_added_up_over_all_courses() -> None:
    again = course("prrt_retreatment", "2025-01-01", "2025-05-01", cycles=2, activity_gbq=7.4)
    names = "prrt_cycles prrt_cumulative_activity_gbq prrt_first_dose_date prrt_last_dose_date"
    assert told(LU, names=names) == "4, 29.6, 2023-01-10, 2023-07-10"
    for order in ((LU, again), (again, LU)):
        assert told(*order, names=names) == "6, 44.4, 2025-01-01, 2025-05-01"


def test_cycles_of_another_medicine_are_none_that_the_labels_of_lutetium_speak_of() -> None:
    names = "prrt_cycles lu177_dotatate_cycles"
    yttrium = course("y90_dotatoc", "2019", "2020", cycles=4)
    again = course("prrt_retreatment", "2025", "2025", cycles=2)
    assert told(yttrium, names=names) == "4, 0"
    assert told(yttrium, LU, names=names) == "8, 4"
    assert told(course("lu177_edotreotide", "2019", cycles=4), names=names) == "4, 0"
    # What names no agent is of the usual one; what does not say how many leaves it open.
    assert told(LU, again, names=names) == "6, 6"
    assert told(course("prrt", "2019", cycles=4), names=names) == "4, 4"
    assert told(yttrium, course("lu177_dotatate", "2021"), names=names) == "unknown, unknown"
    assert told(course("y90_dotatoc", "2019"), LU, names=names) == "unknown, 4"
    assert told(names=names, complete=DONE) == "0, 0"
    assert told(names=names) == "unknown, unknown"


def test_eight_cycles_of_the_usual_activity_reach_the_usual_lifetime_total() -> None:
    """8 x 7.4 GBq = 59.2 GBq, the ceiling that the US review topic of 2025 calls common."""
    again = course("prrt_retreatment", "2025-01-01", "2025-09-01", cycles=4, activity_gbq=7.4)
    assert told(LU, again, names="prrt_cumulative_activity_gbq") == "59.2"


def test_a_stated_total_wins_over_cycles_and_a_missing_one_leaves_the_sum_open() -> None:
    name = "prrt_cumulative_activity_gbq"
    assert told({**LU, "cumulative_activity_gbq": 27.5}, names=name) == "27.5"
    silent = course("y90_dotatoc", "2020", "2021", cycles=2)
    assert told(LU, silent, names=f"prrt_cycles {name}") == "6, unknown"
    assert told(course("y90_dotatoc", "2020"), names=f"prrt_cycles {name}") == "unknown, unknown"


def test_no_prrt_is_known_only_from_a_complete_record() -> None:
    names = "prrt_cycles prrt_last_dose_date prrt_best_response prrt_benefit_months_from_first_dose"
    assert told(names=names, complete=DONE) == ("0, not applicable, not applicable, not applicable")
    assert told(names=names) == "unknown, unknown, unknown, unknown"
    # whoever never had it did not respond to it
    assert told(names="prrt_objective_response", complete=DONE) == "no"


def test_benefit_from_the_first_and_from_the_last_dose_are_two_facts() -> None:
    names = "prrt_benefit_months_from_first_dose prrt_benefit_months_from_last_dose"
    stated = {**LU, "benefit_months": 20, "benefit_from_last_dose_months": 14}
    assert told(stated, names=names) == "20, 14"
    assert told(LU, names=names) == "unknown, unknown"
    # from the dates: 2023-01-10 to 2024-01-10 are 365 days, 12.0 months of 30.4375 days;
    # 2023-07-10 to 2024-01-10 are 184 days, 6.0 months
    seen = progression("2024-01-10", "radiological_recist", on=["lu177_dotatate"])
    assert told(LU, seen, names=names) == "12, 6"
    marker = progression("2024-01-10", "marker_rise", on=["lu177_dotatate"])
    assert told(LU, marker, names=names) == "unknown, unknown"


def test_progression_on_the_last_therapy_is_that_on_the_last_begun() -> None:
    ssa = course("lanreotide", "2020-01-01", "2022-01-01", stop_reason="progression")
    eve = course("everolimus", "2022-02-01", ongoing=True)
    name = "progressed_on_last_therapy"
    assert told(ssa, names=name, complete=DONE) == "yes"
    assert told(ssa, eve, names=name, complete=DONE) == "unknown"
    both = {"treatments": "2026-01-15", "progression": "2026-01-15"}
    assert told(ssa, eve, names=name, complete=both) == "no"
    assert told(names=name, complete=both) == "no"
    assert told(names=name) == "unknown"


def test_surgery_is_no_therapy_to_progress_on_last() -> None:
    ssa = course("lanreotide", "2020-01-01", "2022-01-01", stop_reason="progression")
    name = "progressed_on_last_therapy"
    assert told(ssa, course("debulking", "2023"), names=name, complete=DONE) == "yes"


def test_an_alkylator_and_a_radioembolisation_are_remembered() -> None:
    names = "prior_alkylator prior_radioembolisation"
    assert told(course("captem", "2020"), names=names, complete=DONE) == "yes, no"
    assert told(course("sirt", "2020"), names=names, complete=DONE) == "no, yes"
    assert told(course("embolisation", "2020"), names=names, complete=DONE) == "no, unknown"
    assert told(names=names) == "unknown, unknown"


def test_days_since_imaging_count_from_the_latest_scan() -> None:
    scans: list[Event] = [
        {"kind": "sstr_imaging", "date": "2025-12-16"},
        {"kind": "sstr_imaging", "date": "2024-01-01"},
        {"kind": "sstr_imaging", "date": "2026-01-10", "withdrawn": True},
    ]
    assert told(*scans, names="days_since_sstr_imaging") == "30"
    partial: Event = {"kind": "sstr_imaging", "date": "2025-12"}
    assert told(partial, names="days_since_sstr_imaging") == "15-45"
    assert told({"kind": "sstr_imaging"}, names="days_since_sstr_imaging") == "unknown"


def test_a_class_is_a_word_for_the_only_member_of_it_that_was_given() -> None:
    platinum = course("cisplatin_etoposide", "2024-01-01", "2024-06-01", stop_reason="completed")
    grown = progression("2024-09-01", "radiological_recist", on=["platinum_etoposide"])
    names = "progressed_on_cisplatin_etoposide progressed_on_last_therapy"
    assert told(platinum, grown, names=names, complete=DONE) == "yes, yes"
    # what may be missing on record may be meant as well
    assert told(platinum, grown, names=names) == "unknown, unknown"
    # of two members either may be meant, and of one that was begun later the other is
    other = course("carboplatin_etoposide", "2024-02-01", "2024-06-01", stop_reason="toxicity")
    assert told(platinum, other, grown, names=names, complete=DONE) == "unknown, unknown"
    later = course("carboplatin_etoposide", "2025-02-01", ongoing=True)
    names = "progressed_on_cisplatin_etoposide progressed_on_carboplatin_etoposide"
    both = {**DONE, "progression": "2026-01-15"}
    assert told(platinum, later, grown, names=names, complete=both) == "yes, no"
    # the class itself is on record: which member it was is not said
    unnamed = course("platinum_etoposide", "2024-01-01", "2024-06-01", stop_reason="completed")
    assert told(unnamed, grown, names=names, complete=DONE) == "unknown, unknown"


def test_every_systemic_therapy_counts_as_one_against_the_tumour() -> None:
    """What was seen before it was begun says nothing of the disease under it."""
    options = criteria().vocabulary.options
    groups = TherapyGroups.read(load_knowledge().measures)
    against = {one for name in groups.antitumour.options for one in options.members(name)}
    systemic = {name for name, option in options.items() if option.systemic}
    assert len(systemic) > 20
    assert systemic <= against, systemic - against
    grown = progression("2025-11-01", "radiological_recist", on=["lanreotide"])
    name = "progression_radiological_recist"
    assert told(grown, names=name) == "yes"
    for option in ("capox", "cisplatin_etoposide"):
        assert told(grown, course(option, "2025-12-01"), names=name) == "unknown"
