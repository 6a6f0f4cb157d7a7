"""What is recorded since the last cycle is read by a rule, graded, or told."""

from __future__ import annotations

from typing import Any

import pytest

from gepnet.prrt.unread import Unread
from gepnet.tables import plain
from tests.prrt.course_data import (
    PERSON,
    PROTOCOLS,
    TWO_CYCLES,
    Events,
    fired,
    lab,
    reviewed,
    ssa,
    weight,
)

PRE, NEW = "2026-01-23", "2026-01-20"
CLEAN: Events = [*TWO_CYCLES, lab(PRE)]
PROGRESSION = "progression-during-course"


def told(*events: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    return [(str(one.date), one.says) for one in reviewed([*CLEAN, *events], **more).unread]


def new(kind: str, **values: Any) -> dict[str, Any]:
    return {"id": "new", "kind": kind, "date": NEW, **values}


def test_nothing_new_is_nothing_to_tell() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (new("clinical", ecog=4), "ECOG performance status 4"),
        (new("stage", metastasis_bone=True), "Metastases: Bone yes"),
        (
            new("progression", types=["new_lesion_on_sstr_pet_only"]),
            "New lesion on SSTR-PET only yes",
        ),
        (
            new("sstr_imaging", sstr_uptake_vs_liver="below"),
            "SSTR uptake against liver below",
        ),
        (new("clinical", note="admitted with ileus"), "admitted with ileus"),
    ],
    ids=str,
)
def test_what_no_rule_reads_is_told(event: dict[str, Any], says: str) -> None:
    assert told(event) == [(NEW, says)]


def test_another_therapy_is_told_and_an_analogue_that_rules_ask_for_is_not() -> None:
    other = {"id": "x", "kind": "treatment", "option": "everolimus", "start": NEW, "stop": PRE}
    assert told(other) == [(NEW, "Everolimus begun"), (PRE, "Everolimus stopped")]
    before = {**other, "start": "2025-01-01", "stop": "2025-06-01"}
    assert told(before) == []
    analogue = {**other, "option": "octreotide_lar", "start": "2024-01-01", "stop": NEW}
    assert told(analogue) == []


def test_only_what_is_new_and_known_on_the_day_is_told() -> None:
    def at(date: str) -> list[tuple[str, str]]:
        return told({**new("clinical", ecog=4), "date": date})

    assert at("2025-12-01") == []
    assert at("2025-12-02") == [("2025-12-02", "ECOG performance status 4")]
    assert at("2026-01-26") == [("2026-01-26", "ECOG performance status 4")]
    assert at("2026-01-27") == []
    assert at("2025-12") == [("2025-12", "ECOG performance status 4")]
    assert told({**new("clinical", ecog=4), "withdrawn": True}) == []


def test_before_cycle_1_what_is_recent_is_told_unless_the_profile_reads_it() -> None:
    events = [*PERSON, lab("2025-10-02"), weight("2025-10-02"), ssa("2025-09-03")]
    state = {**new("clinical", ecog=4), "date": "2025-09-08"}
    found = reviewed([*events, state], 1, "2025-10-06").unread
    says = {one.event: one.says for one in found}
    assert says["new"] == "ECOG performance status 4"
    assert "SSTR uptake" not in str(says)
    earlier = {**state, "date": "2025-09-07"}
    assert "new" not in {one.event for one in reviewed([*events, earlier], 1, "2025-10-06").unread}


def test_graded_values_are_shown_as_grades_and_not_told_again() -> None:
    found = reviewed([*TWO_CYCLES, lab(PRE, lymphocytes_10e9_l=0.4, potassium_mmol_l=4)])
    assert "lymphocytes_10e9_l" in {line.measured.analyte for line in found.grades}
    assert found.unread == ()
    assert told({**new("laboratory", cga_x_uln=9), "date": PRE}) != []


@pytest.mark.parametrize(
    "sign", ["radiological_recist", "radiological_below_recist", "clinical_observed"]
)
def test_progression_on_the_course_is_a_warning(sign: str) -> None:
    event = new("progression", types=[sign], on=["lu177_dotatate"])
    found = reviewed([*CLEAN, event])
    (rule,) = [one for one in found.fired if one.id == PROGRESSION]
    assert rule.effect == "warn"
    assert f"yes ({NEW})" in rule.because
    assert rule.verification == "unverified"


def test_progression_before_the_course_is_none_on_it() -> None:
    assert PROGRESSION not in fired(reviewed(CLEAN), "warn")
    events = [*PERSON, lab("2025-10-02"), weight("2025-10-02"), ssa("2025-09-03")]
    assert PROGRESSION not in fired(reviewed(events, 1, "2025-10-06"), "warn")


@pytest.mark.parametrize(("karnofsky", "warned"), [(50, True), (60, False)])
def test_a_karnofsky_that_would_not_have_started_warns(karnofsky: int, warned: bool) -> None:
    found = reviewed([*CLEAN, new("clinical", karnofsky=karnofsky)])
    assert ("performance" in fired(found, "warn")) is warned
    assert found.unread == ()


def test_no_recorded_fact_vanishes() -> None:
    """Whatever a report can say with yes or no, a rule rests on it or the review tells it."""
    facts = [
        fact
        for fact in PROTOCOLS.criteria.vocabulary.base_facts()
        if fact.type == "boolean" and fact.entry.event not in (None, "progression", "treatment")
    ]
    asked = 0
    for fact in facts:
        if fact.id in {*PROTOCOLS.needed, "pathology_superseded"} or fact.is_derived:
            continue
        asked += 1
        found = told(new(str(fact.entry.event), **{fact.id: True}))
        assert found == [(NEW, f"{fact.entry.label} yes")], fact.id
    assert asked > 20


def test_what_is_unread_changes_the_digest() -> None:
    found = reviewed([*CLEAN, new("clinical", ecog=4)])
    assert found.digest != reviewed(CLEAN).digest
    assert found.digest != reviewed([*CLEAN, new("clinical", ecog=3)]).digest
    view = plain(found)["unread"]
    assert view == [
        {"date": NEW, "event": "new", "kind": "clinical", "says": "ECOG performance status 4"}
    ]
    assert isinstance(found.unread[0], Unread)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"kind": "laboratory", "platelets_10e9_l": 40}, "Platelets 40 x10^9/L"),
        ({"kind": "clinical", "ecog": 4}, "ECOG performance status 4"),
        ({"kind": "stage", "metastasis_bone": True}, "Metastases: Bone yes"),
        ({"kind": "note", "text": "admitted with ileus"}, "admitted with ileus"),
    ],
    ids=str,
)
def test_what_has_no_date_is_told_last(event: dict[str, Any], says: str) -> None:
    """Platelets of 40 that nobody dated: no window has them, and a cycle was proposed."""
    found = reviewed([*CLEAN, {"id": "undated", **event}, new("clinical", note="tired")])
    assert [(one.date and str(one.date), one.says) for one in found.unread] == [
        (NEW, "tired"),
        (None, says),
    ]
    assert plain(found)["unread"][-1]["date"] is None


def test_a_value_without_a_date_is_not_fresh() -> None:
    """A weight of nobody knows when passed for one of today."""
    events = [event for event in CLEAN if event["kind"] != "body"]
    found = reviewed([*events, {"id": "w", "kind": "body", "weight_kg": 80}])
    assert found.proposal == "undecidable"
    why = {one.id: one.why for one in found.missing}
    assert why["weight"] == "no date says how old it is, at most 28 days allowed"
