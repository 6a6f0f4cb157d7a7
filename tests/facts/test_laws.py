"""What every patient obeys settles facts in an assessment too, which say from which law."""

from __future__ import annotations

from typing import Any

import pytest
import z3

from gepnet import api
from gepnet.criteria import facts_of
from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.smt import SolverLogic, exactly, formula, plausible
from gepnet.facts import Facts, facts_of_record, facts_of_values
from gepnet.guidelines.verify.dependencies import Dependencies
from gepnet.knowledge.vocabulary_models import Derivation
from tests.facts.patients import patient

BASE = api.base()
LAWS = {one.id: one.always for one in Dependencies.read(BASE.knowledge.measures).rules}
STEPS = [
    (fact.id, step)
    for fact in BASE.vocabulary.base_facts()
    for step in fact.entry.derived
    if step.law is not None
]


def known(**given: Any) -> Facts:
    return facts_of_values(given, BASE.knowledge, BASE.criteria)


@pytest.mark.parametrize(("name", "step"), STEPS, ids=[f"{n}: {s.law}" for n, s in STEPS])
def test_a_step_that_names_a_law_follows_from_it(name: str, step: Derivation) -> None:
    """In nobody of whom all is known do the laws and the step hold and the fact differs."""
    nodes = [BASE.criteria(LAWS[str(step.law)]), BASE.criteria(step.when)]
    names = dict.fromkeys([name, *(n for node in nodes for n in facts_of(node))])
    laws = map(BASE.criteria, LAWS.values())
    nodes += [law for law in laws if set(facts_of(law)) <= set(names)]
    symbols = {n: exactly(BASE.vocabulary[n]) for n in names}
    truth = Evaluator(SolverLogic(symbols, BASE.vocabulary))
    solver = z3.Solver()
    solver.add(*(formula(plausible(BASE.vocabulary[n], one)) for n, one in symbols.items()))
    solver.add(*(formula(truth(node).true) for node in nodes))
    if BASE.vocabulary[name].type == "boolean":
        value = truth(BASE.criteria(name))
        solver.add(formula(value.false if step.value else value.true))
    else:
        solver.add(formula(truth(BASE.criteria(f"{name} = '{step.value}'")).false))
    assert solver.check() == z3.unsat


@pytest.mark.parametrize(("name", "step"), STEPS, ids=[f"{n}: {s.law}" for n, s in STEPS])
def test_such_a_step_never_stands_in_the_way_of_a_later_one(name: str, step: Derivation) -> None:
    """It asks what is certain: with nothing known it is false, and not open."""
    assert known()[name].value is None
    assert known().values.get(name) is None
    node = BASE.criteria(step.when)
    assert Evaluator(SolverLogic({}, BASE.vocabulary))(node).false is True


@pytest.mark.parametrize(
    ("name", "value", "given"),
    [
        ("highly_symptomatic", False, {"hormone_symptoms": False, "mass_symptoms": False}),
        ("highly_symptomatic", None, {"hormone_symptoms": False}),
        ("highly_symptomatic", None, {"hormone_symptoms": True, "mass_symptoms": False}),
        # Stable against an earlier state; where nothing was compared it says nothing of the pace.
        ("rapid_growth", False, {"stable_disease": True, "course_assessed": True}),
        ("rapid_growth", None, {"stable_disease": True, "course_assessed": False}),
        ("rapid_growth", None, {"stable_disease": False}),
        ("rapid_growth", True, {"stable_disease": False, "progression_pace": "rapid"}),
        ("bone_dominant", False, {"metastasis_bone": False}),
        ("progression_liver_only", False, {"progression_radiological": False}),
        ("resectability_liver", "no_liver_disease", {"stage": "localised"}),
        ("resectability_liver", None, {"stage": "localised", "metastasis_liver": True}),
        (
            "resectability_liver",
            "resectable",
            {"metastasis_liver": True, "resectability": "resectable"},
        ),
        # Disease that cannot be cleared as a whole says nothing of the liver alone.
        (
            "resectability_liver",
            None,
            {"metastasis_liver": True, "resectability": "unresectable"},
        ),
        ("childbearing_potential", False, {"sex": "female", "age_years": 70}),
        ("childbearing_potential", None, {"sex": "female", "age_years": 34}),
        ("pregnant", False, {"sex": "female", "age_years": 70}),
        # Six stools a day without an analogue are neither refractory to one nor to be asked about.
        ("syndrome_refractory_to_ssa", False, {"on_ssa": False, "stools_per_day": 6}),
        ("syndrome_refractory_to_ssa", True, {"on_ssa": True, "stools_per_day": 6}),
        ("diarrhoea_uncontrolled", False, {"on_ssa": False, "stools_per_day": 6}),
        ("carcinoid_heart_disease", False, {"syndrome": "other"}),
        (
            "carcinoid_heart_disease",
            None,
            {"syndrome": "other", "second_syndrome": "carcinoid"},
        ),
        ("sstr_pet_available", True, {"sstr_method": "PET"}),
        ("rlt_candidate", True, {"rlt_planned": True}),
        ("rlt_candidate", False, {"sstr_any_uptake": False}),
        ("extrahepatic_disease", True, {"metastasis_lymph_node": True}),
        ("primary_gep", False, {"primary_site": "unknown"}),
    ],
)
def test_what_follows_is_not_asked(name: str, value: Any, given: dict[str, Any]) -> None:
    assert known(**given)[name].value == value


def test_a_fact_says_from_which_law_it_follows() -> None:
    found = known(hormone_symptoms=False, mass_symptoms=False)["highly_symptomatic"]
    assert found.note is not None
    assert found.note.startswith("follows from highly-symptomatic: ")
    assert found.inputs == ("hormone_symptoms", "mass_symptoms")


def test_what_is_recorded_wins_over_what_follows_and_the_conflict_is_shown() -> None:
    found = known(hormone_symptoms=False, mass_symptoms=False, highly_symptomatic=True)
    assert found["highly_symptomatic"].value is True
    assert found["highly_symptomatic"].conflict is False


def test_what_a_derivation_needs_is_known_where_its_domain_is_declared_complete() -> None:
    """Sites and treatments that no criterion names, but a fact that one does name is made of."""
    declared = {"metastases": "2026-05-01", "treatments": "2026-05-01"}
    stage = {"id": "s", "kind": "stage", "date": "2026-05-01", "metastasis_liver": True}
    record = patient(stage, as_of="2026-05-01", complete=declared)
    wanted = ("extrahepatic_disease", "prior_systemic_therapy_other_than_ssa")
    facts = facts_of_record(record, BASE.knowledge, BASE.criteria, wanted=wanted)
    assert facts["extrahepatic_disease"].value is False
    assert facts["prior_systemic_therapy_other_than_ssa"].value is False
