"""What the derived facts of the vocabulary make of recorded ones, unknown and boundaries included.

Each row is a patient and the derived facts expected of it; None is unknown.
"""

from typing import Any

import pytest

from gepnet.criteria import Criteria
from gepnet.facts import Facts, facts_of_values
from gepnet.knowledge import load_knowledge
from gepnet.vocabulary import load_vocabulary

NOT_PROGRESSED = {
    "progression_radiological_recist": False,
    "progression_radiological_below_recist": False,
    "progression_new_lesion_on_sstr_pet_only": False,
    "progression_clinical_observed": False,
}


@pytest.fixture(scope="module")
def criteria() -> Criteria:
    """The criteria parser over the packaged vocabulary."""
    return Criteria(load_vocabulary(load_knowledge()))


def _facts(criteria: Criteria, given: dict[str, Any]) -> Facts:
    return facts_of_values(given, load_knowledge(), criteria)


def _check(criteria: Criteria, given: dict[str, Any], expected: dict[str, Any]) -> None:
    found, vocabulary = _facts(criteria, given).values, criteria.vocabulary
    wanted = {name: vocabulary[name].parse(value) for name, value in expected.items()}
    assert {name: found.get(name) for name in expected} == wanted


LOW = ["NET_G1", "NET_G2"]
MIDDLE = ["NET_G2", "NET_G3"]
NETS = ["NET_G1", "NET_G2", "NET_G3"]
GRADES: list[tuple[dict[str, Any], str | list[str] | None]] = [
    # the bands and their limits
    ({"ki67_percent": 2.9, "differentiation": "well"}, "NET_G1"),
    ({"ki67_percent": 3, "differentiation": "well"}, "NET_G2"),
    ({"ki67_percent": 20, "differentiation": "well"}, "NET_G2"),
    ({"ki67_percent": 20.1, "differentiation": "well"}, "NET_G3"),
    # the higher of Ki-67 and mitoses decides; an absent count does not stand in the way
    ({"ki67_percent": 1, "mitoses_per_2mm2": 1, "differentiation": "well"}, "NET_G1"),
    ({"ki67_percent": 1, "mitoses_per_2mm2": 2, "differentiation": "well"}, "NET_G2"),
    ({"ki67_percent": 5, "mitoses_per_2mm2": 21, "differentiation": "well"}, "NET_G3"),
    ({"mitoses_per_2mm2": 25, "differentiation": "well"}, "NET_G3"),
    ({"mitoses_per_2mm2": 5, "differentiation": "well"}, MIDDLE),
    ({"mitoses_per_2mm2": 1, "differentiation": "well"}, NETS),
    # ranges that straddle a limit
    ({"ki67_percent": "2-5", "differentiation": "well"}, LOW),
    ({"ki67_percent": "2-5", "mitoses_per_2mm2": 3, "differentiation": "well"}, "NET_G2"),
    ({"ki67_percent": 1, "mitoses_per_2mm2": "0-4", "differentiation": "well"}, LOW),
    ({"ki67_percent": 5, "mitoses_per_2mm2": "0-4", "differentiation": "well"}, "NET_G2"),
    ({"ki67_percent": 5, "mitoses_per_2mm2": "10-30", "differentiation": "well"}, MIDDLE),
    ({"ki67_percent": "15-25", "differentiation": "well"}, MIDDLE),
    ({"ki67_percent": "15-25", "differentiation": "well", "grade_reported": "G2"}, "NET_G2"),
    # differentiation missing, poor, mixed, or in the older wording
    ({"ki67_percent": 12}, "NET_G2"),
    ({"ki67_percent": 30}, "high_grade_unspecified"),
    ({"ki67_percent": 30, "differentiation": "poor"}, "NEC"),
    ({"ki67_percent": 15, "differentiation": "poor"}, "NEC"),
    ({"ki67_percent": 30, "differentiation": "moderate"}, "NET_G3"),
    ({"differentiation": "mixed"}, "MiNEN"),
    ({"differentiation": "well"}, NETS),
    ({}, None),
    # the reported grade where the indices do not decide
    ({"grade_reported": "G1"}, "NET_G1"),
    ({"grade_reported": "G2"}, "NET_G2"),
    ({"grade_reported": "G2", "mitoses_per_2mm2": 1}, "NET_G2"),
    ({"grade_reported": "G1", "mitoses_per_2mm2": 5}, LOW),
    ({"grade_reported": "G1", "ki67_percent": "<5"}, "NET_G1"),
    ({"grade_reported": "G1", "ki67_percent": 12}, LOW),
    ({"grade_reported": "G3"}, "high_grade_unspecified"),
    ({"grade_reported": "G3", "grade_reported_edition": "WHO2022"}, "high_grade_unspecified"),
    ({"grade_reported": "G3", "differentiation": "well"}, "NET_G3"),
    ({"grade_reported": "G3", "differentiation": "poor"}, "NEC"),
    ({"grade_reported": "NEC"}, "high_grade_unspecified"),
    ({"grade_reported": "NEC", "grade_reported_edition": "WHO2010"}, "high_grade_unspecified"),
    ({"grade_reported": "NEC", "grade_reported_edition": "WHO2019"}, "NEC"),
]


@pytest.mark.parametrize(("given", "grade"), GRADES)
def test_grade(criteria: Criteria, given: dict[str, Any], grade: str | list[str] | None) -> None:
    _check(criteria, given, {"grade": grade})


# any uptake, Krenning >= 2, at least liver, above liver in all lesions
UPTAKES: list[tuple[dict[str, Any], tuple[bool | None, ...]]] = [
    ({}, (None, None, None, None)),
    ({"sstr_result": "positive"}, (True, None, None, None)),
    ({"sstr_result": "heterogeneous"}, (True, None, None, None)),
    ({"sstr_result": "negative"}, (False, False, False, False)),
    # immunohistochemistry sets none of them
    ({"sstr_result": "positive", "sstr_method": "IHC"}, (None, None, None, None)),
    ({"sstr2_ihc": "positive"}, (None, None, None, None)),
    # a score of 2 means equal to liver on one scale and not above liver on the other
    ({"sstr_krenning": 2, "sstr_scale": "krenning_classic"}, (True, True, True, False)),
    ({"sstr_krenning": 2, "sstr_scale": "krenning_modified_pet"}, (True, True, None, False)),
    ({"sstr_krenning": 2}, (True, True, None, False)),
    ({"sstr_krenning": 3, "sstr_scale": "krenning_modified_pet"}, (True, True, True, None)),
    ({"sstr_krenning": "2-3", "sstr_scale": "krenning_classic"}, (True, True, True, None)),
    ({"sstr_krenning": "2-3"}, (True, True, None, None)),
    ({"sstr_krenning": 4, "sstr_lesions_covered": "all"}, (True, True, True, True)),
    ({"sstr_krenning": 1}, (True, False, False, False)),
    ({"sstr_krenning": 0}, (False, False, False, False)),
    # uptake against liver and the lesions that reach it
    ({"sstr_uptake_vs_liver": "above"}, (True, True, True, None)),
    (
        {"sstr_uptake_vs_liver": "above", "sstr_lesions_covered": "all_measurable"},
        (True, True, True, True),
    ),
    (
        {"sstr_uptake_vs_liver": "above", "sstr_lesions_covered": "some"},
        (True, True, True, False),
    ),
    (
        {
            "sstr_uptake_vs_liver": "above",
            "sstr_lesions_covered": "all",
            "sstr_negative_lesion_on_ct": True,
        },
        (True, True, True, False),
    ),
    ({"sstr_uptake_vs_liver": "equal"}, (True, True, True, False)),
    ({"sstr_uptake_vs_liver": "below"}, (True, None, False, False)),
    (
        {"sstr_uptake_vs_liver": "below", "sstr_scale": "krenning_classic"},
        (True, False, False, False),
    ),
    ({"sstr_lesions_covered": "none"}, (False, False, False, False)),
    # a higher threshold that is given implies the lower ones
    ({"sstr_ge_liver": True}, (True, True, True, None)),
]


@pytest.mark.parametrize(("given", "met"), UPTAKES)
def test_sstr_thresholds(
    criteria: Criteria, given: dict[str, Any], met: tuple[bool | None, ...]
) -> None:
    names = (
        "sstr_any_uptake", "sstr_krenning_ge2", "sstr_ge_liver", "sstr_gt_liver_all_lesions",
    )  # fmt: skip
    _check(criteria, given, dict(zip(names, met, strict=True)))


SITES = {
    "stomach": "foregut",
    "duodenum_proximal": "foregut",
    "duodenum_distal": "midgut",
    "duodenum_unspecified": ["foregut", "midgut"],
    "jejunum_ileum": "midgut",
    "appendix": "midgut",
    "colon_proximal": "midgut",
    "colon_distal": "hindgut",
    "colon_unspecified": ["midgut", "hindgut"],
    "midgut_unspecified": "midgut",
    "rectum": "hindgut",
    "pancreas": "pancreas",
    "unknown": "unknown",
    "ampulla": "other",
    "non_GEP": "other",
}


@pytest.mark.parametrize(("site", "group"), SITES.items())
def test_site_group(criteria: Criteria, site: str, group: str | None) -> None:
    _check(criteria, {"primary_site": site}, {"site_group": group})


def test_every_site_has_its_group_tested(criteria: Criteria) -> None:
    assert set(SITES) == set(criteria.vocabulary["primary_site"].values)


OTHERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # progression is never a marker or an uptake value alone
    (
        {"progression_radiological_recist": True},
        {"progression_radiological_or_clinical": True, "stable_disease": False},
    ),
    (
        {
            **NOT_PROGRESSED,
            "course_assessed": True,
            "marker_rise": True,
            "uptake_rise": True,
            "hormone_symptoms_worse": False,
        },
        {
            "progression_radiological_or_clinical": False,
            "progressive_disease_any_reading": False,
            "stable_disease": True,
        },
    ),
    (
        {**NOT_PROGRESSED, "course_assessed": True, "hormone_symptoms_worse": True},
        {
            "progression_radiological_or_clinical": False,
            "progressive_disease_any_reading": True,
            "stable_disease": True,
        },
    ),
    ({}, {"progression_radiological_or_clinical": None, "stable_disease": None}),
    # at first diagnosis nothing is slow only because no progression is recorded; a pace that
    # nobody can have measured yet keeps no NET G1 or G2 waiting, unless somebody suspects it
    (NOT_PROGRESSED, {"rapid_growth": None}),
    ({**NOT_PROGRESSED, "grade": "NEC"}, {"rapid_growth": None}),
    ({**NOT_PROGRESSED, "grade": "NET_G3"}, {"rapid_growth": None}),
    ({**NOT_PROGRESSED, "grade": "NET_G2"}, {"rapid_growth": False, "progression_pace": None}),
    ({**NOT_PROGRESSED, "grade": "NET_G2", "rapid_growth": True}, {"rapid_growth": True}),
    ({**NOT_PROGRESSED, "grade": "NET_G1", "progression_pace": "rapid"}, {"rapid_growth": True}),
    ({"grade": "NET_G1"}, {"rapid_growth": None}),
    ({**NOT_PROGRESSED, "prior_systemic_therapy": True}, {"rapid_growth": False}),
    ({**NOT_PROGRESSED, "course_assessed": True}, {"rapid_growth": False}),
    # burden, symptoms, pace
    ({"tumour_burden": "high"}, {"high_burden": True, "low_burden": False}),
    ({"tumour_burden": "moderate"}, {"high_burden": False, "low_burden": False}),
    ({"high_burden": True}, {"low_burden": False, "extensive_or_bulky": True}),
    ({"high_burden": False}, {"low_burden": None}),
    ({"tumour_burden": "low"}, {"bulky": False, "extensive_or_bulky": False}),
    ({"low_burden": True, "bulky": True}, {"bulky": True, "extensive_or_bulky": True}),
    ({"tumour_burden": "moderate"}, {"bulky": None, "extensive_or_bulky": None}),
    ({"hormone_symptoms": False}, {"symptomatic": None}),
    ({"hormone_symptoms": False, "mass_symptoms": False}, {"symptomatic": False}),
    ({"highly_symptomatic": True}, {"symptomatic": True}),
    ({"rapid_growth": True}, {"slow_growth": False}),
    # the one numeric definition of a refractory syndrome: more than four a day, on an SSA
    ({"on_ssa": True, "flushes_per_day": 5}, {"syndrome_refractory_to_ssa": True}),
    ({"on_ssa": True, "flushes_per_day": 4}, {"syndrome_refractory_to_ssa": None}),
    (
        {"on_ssa": True, "flushes_per_day": 4, "stools_per_day": 4},
        {"syndrome_refractory_to_ssa": False},
    ),
    ({"flushes_per_day": 6}, {"syndrome_refractory_to_ssa": None}),
    ({"functioning": False}, {"syndrome_refractory_to_ssa": False}),
    # extent
    ({"stage": "advanced"}, {"metastatic": None, "advanced_disease": True}),
    ({"metastasis_bone": True}, {"metastatic": True, "unresectable_or_metastatic": True}),
    ({"resectability": "borderline"}, {"unresectable": False, "potentially_resectable": True}),
    (
        {"resectability_primary": "resectable", "resectability_liver": "unresectable"},
        {"unresectable": True},
    ),
    # FDG against SSTR
    (
        {"fdg_vs_sstr_worst": "sstr_negative"},
        {"fdg_positive": True, "fdg_sstr_mismatch": True, "netpet_grade": "P5"},
    ),
    ({"fdg_result": "negative"}, {"fdg_positive": False, "fdg_sstr_mismatch": False}),
    ({"fdg_result": "positive"}, {"fdg_positive": True, "fdg_sstr_mismatch": None}),
    # lines
    ({"systemic_lines_prior": 0}, {"prior_systemic_therapy": False, "treatment_naive": True}),
    ({"sex": "male"}, {"pregnant": False, "breastfeeding": False}),
    ({"sex": "female"}, {"pregnant": None}),
]


@pytest.mark.parametrize(("given", "expected"), OTHERS)
def test_other_derived_facts(
    criteria: Criteria, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    _check(criteria, given, expected)


def test_grading_data_and_the_rules_of_the_vocabulary_use_the_same_limits(
    criteria: Criteria,
) -> None:
    knowledge = load_knowledge()
    bands = knowledge.measures["grading"]["who_2022"]
    for fact, index in (("ki67_band", "ki67_percent"), ("mitotic_band", "mitoses_per_2mm2")):
        low, middle, high = bands[index]
        step = criteria.vocabulary[index].precision
        expected = list(criteria.vocabulary[fact].values)
        assert low["below"] == middle["from"]
        assert middle["to"] == high["above"]
        for value, band in (
            (low["below"] - step, expected[0]),
            (middle["from"], expected[1]),
            (middle["to"], expected[1]),
            (high["above"] + step, expected[2]),
        ):
            _check(criteria, {index: value}, {fact: band})


def test_the_signs_of_progression_are_facts_of_progression_events(criteria: Criteria) -> None:
    for sign in load_knowledge().measures["progression"]["signs"]:
        # Growth on imaging of which nobody says the measure may be asserted as well.
        kinds = ("assertion",) if sign["id"] == "radiological" else ("progression",)
        assert criteria.vocabulary[sign["fact"]].entry.event in kinds


def test_every_region_of_the_vocabulary_is_placed(criteria: Criteria) -> None:
    regions = {region["id"] for region in load_knowledge().measures["regions"]["regions"]}
    assert regions == set(criteria.vocabulary["region"].values)


def test_every_conversion_names_a_fact(criteria: Criteria) -> None:
    for rule in load_knowledge().measures["units"]["conversions"]:
        assert rule["fact"] in criteria.vocabulary


def test_most_facts_can_be_asked_for(criteria: Criteria) -> None:
    """A base fact that an event carries says which test or question would give it."""
    silent = [
        fact.id
        for fact in criteria.vocabulary.base_facts()
        if fact.entry.event and not fact.entry.order
    ]
    # Dates and modifiers that nobody would order a test for.
    assert set(silent) <= {"birth_date", "pathology_superseded"}, silent


def test_the_vocabulary_is_large_enough(criteria: Criteria) -> None:
    assert len(criteria.vocabulary.base_facts()) >= 200


def test_a_reported_g2_with_a_low_index_and_no_count_rests_on_mitoses(criteria: Criteria) -> None:
    _check(criteria, {"ki67_percent": "<2", "grade_reported": "G2"}, {"grade": "NET_G2"})
    counted = {"ki67_percent": 2, "mitoses_per_2mm2": 1, "grade_reported": "G2"}
    _check(criteria, counted, {"grade": ["NET_G1", "NET_G2"]})  # the two contradict each other
