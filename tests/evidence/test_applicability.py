"""Whom a trial speaks of: yes, no and by which criterion, or unknown and for want of which fact."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.evidence.applicability import Applicability, applicable
from gepnet.evidence.speaking import speaks
from gepnet.evidence.topics import Topics
from gepnet.facts import facts_of_values
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import Trial


@cache
def base() -> KnowledgeBase:
    return api.base()


def looked_at(**given: object) -> dict[str, Applicability]:
    facts = facts_of_values(given, base().knowledge, base().criteria)
    topics = Topics.read(base().knowledge.measures)
    found = applicable(base().of(Trial), facts, topics, base().vocabulary)
    return {one.trial.id: one for one in found}


MIDGUT = {
    "primary_site": "jejunum_ileum",
    "differentiation": "well",
    "ki67_percent": 4,
    "stage": "metastatic",
    "sstr_result": "positive",
    "sstr_negative_lesion_on_ct": False,
    "progressed_on_octreotide_lar": True,
    "age_years": 61,
}


def test_a_midgut_patient_after_octreotide_is_one_of_netter_1() -> None:
    netter = looked_at(**MIDGUT)["netter-1"]
    assert (netter.outcome, netter.failing, netter.differs) == ("eligible", (), ())


def test_in_what_another_patient_differs_is_named() -> None:
    pancreas = looked_at(**{**MIDGUT, "primary_site": "pancreas", "ki67_percent": 30})
    netter = pancreas["netter-1"]
    assert netter.outcome == "not eligible"
    assert netter.differs == ("primary site", "grade and Ki-67")


def test_what_only_the_broad_wording_leaves_out_is_named() -> None:
    # After PRRT nobody was enrolled; whether nothing was given before is not known of this patient.
    netter = looked_at(received_prrt=True)["netter-2"]
    assert netter.reading.narrow is None and netter.outcome == "not eligible"
    assert netter.differs == ("line and treatment before",)


def test_a_fact_that_is_missing_is_no_reason_against_a_trial() -> None:
    unknown = looked_at(**{**MIDGUT, "sstr_result": None})["netter-1"]
    assert (unknown.outcome, unknown.unclear) == ("fact missing", ("receptors (SSTR)",))
    assert "sstr_any_uptake" in unknown.reading.missing


def test_between_the_two_readings_of_a_population_the_text_leaves_it_open() -> None:
    """Some in NETTER-2 had had a short therapy before; one source says that none had."""
    treated = {
        "primary_site": "pancreas",
        "differentiation": "well",
        "ki67_percent": 17,
        "stage": "metastatic",
        "sstr_gt_liver_all_lesions": True,
        "newly_diagnosed": True,
        "age_years": 60,
        "prior_systemic_therapy": True,
        "received_prrt": False,
    }
    assert looked_at(**treated)["netter-2"].outcome == "text open"
    assert (
        looked_at(**{**treated, "prior_systemic_therapy": False})["netter-2"].outcome == "eligible"
    )


def test_criteria_that_were_not_read_are_never_taken_for_met() -> None:
    assert looked_at(primary_site="pancreas")["comparenet"].outcome == "criteria not read"
    assert looked_at(primary_site="rectum")["comparenet"].outcome == "not eligible"
    not_read = {one.id for one in base().knowledge.trials if one.eligibility == "not_read"}
    for one in looked_at(**MIDGUT).values():
        assert not (one.trial.id in not_read and one.outcome == "eligible")


ORDER = ["eligible", "text open", "fact missing", "criteria not read", "not eligible"]


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "primary_site": st.sampled_from(["pancreas", "jejunum_ileum", "rectum", "unknown"]),
            "differentiation": st.sampled_from(["well", "poor"]),
            "ki67_percent": st.integers(1, 90),
            "stage": st.sampled_from(["localised", "metastatic"]),
            "sstr_result": st.sampled_from(["positive", "negative"]),
            "received_prrt": st.booleans(),
            "progression_radiological": st.booleans(),
            "systemic_lines_prior": st.integers(0, 5),
        },
    )
)
def test_trials_come_in_order_and_every_answer_has_its_reason(given: dict[str, object]) -> None:
    found = list(looked_at(**given).values())
    assert len(found) == len(base().knowledge.trials)
    ranks = [ORDER.index(one.outcome) for one in found]
    assert ranks == sorted(ranks)
    for one in found:
        if one.outcome == "not eligible":
            assert one.failing and one.differs
        elif one.outcome == "fact missing":
            assert one.reading.missing and one.unclear
        elif one.outcome == "eligible":
            assert not one.failing and not one.open


def said(trial: str, option: str, unverified: bool = False) -> str | None:
    parents = {one.id: one.parent for one in base().knowledge.options}
    topics = Topics.read(base().knowledge.measures)
    entry = next(one for one in base().knowledge.trials if one.id == trial)
    found = speaks(entry, option, parents, topics, unverified)
    return None if found is None else found.direction


def test_a_trial_speaks_for_the_arm_with_the_lower_hazard_and_against_the_other() -> None:
    assert said("compete", "lu177_edotreotide") == "for"
    assert said("compete", "everolimus") == "against"
    assert said("radiant-3", "targeted") == "for"  # by class
    assert said("radiant-2", "everolimus") == "figures disagree"  # 1.0, and adjusted 0.87
    assert said("axinet", "axitinib") == "figures disagree"  # by assessor
    assert said("netter-r", "lu177_dotatate") == "no comparison"
    assert said("compete", "sunitinib") is None


CASE = Path(__file__).parents[2] / "src/gepnet/knowledge/cases/example_patient.yaml"


def test_each_position_leads_to_its_trials_and_to_what_came_after() -> None:
    record = api.read_patient(CASE, base())
    view = api.evidence_view(record, base())
    prrt = next(one for one in view.options if one.option == "lu177_dotatate")
    resting = [
        (position.document, one.study, one.trials)
        for position in prrt.positions
        for one in position.rests_on
    ]
    assert ("esmo-2020", "netter-1", ["netter-1"]) in resting
    known = {one.id: one for one in base().knowledge.trials}
    for option in view.options:
        for position in option.positions:
            assert position.evidence_newer == bool(position.contradicted_by or position.newer)
            assert all((known[name].year or 0) > position.year for name in position.newer)
            own = {one for study in position.rests_on for one in study.trials}
            assert not own & set(position.newer)
    eligible = {one.id for one in view.trials if one.outcome == "eligible"}
    speaking = {one.trial for one in prrt.trials if one.direction == "for"}
    assert speaking <= {one.id for one in view.trials if one.outcome != "not eligible"}
    assert eligible


def test_nothing_unverified_speaks_unless_asked_for() -> None:
    record = api.read_patient(CASE, base())
    for option in api.evidence_view(record, base()).options:
        for one in option.trials:
            assert all(figure.verification != "unverified" for figure in one.figures)


@pytest.mark.parametrize("trial", ["pusceddu-2022"])
def test_an_unverified_figure_speaks_when_asked_for(trial: str) -> None:
    assert said(trial, "prrt") == said(trial, "prrt", unverified=True) == "for"
