"""Published scores: the vectors of the project's fact sheet, and what missing facts leave open."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.knowledge import InputError
from gepnet.response.scores import (
    RecordedResult,
    ScoreResult,
    Scores,
    netpet_of_lesions,
    relative_hazard,
    score_facts,
)

BASE = api.base()
SCORES = Scores.read(BASE.knowledge.measures)


def results(**values: Any) -> tuple[dict[str, ScoreResult], dict[str, RecordedResult]]:
    facts = facts_of_values(values, BASE.knowledge, BASE.criteria)
    scores, recorded = score_facts(facts, SCORES, BASE.criteria)
    return {r.score.id: r for r in scores}, {r.test.id: r for r in recorded}


def score(name: str, **values: Any) -> ScoreResult:
    return results(**values)[0][name]


PANCREAS = {
    "primary_site": "pancreas",
    "received_chemotherapy": True,
    "received_platinum_etoposide": False,
    "symptom_grade": 1,
    "critical_organ_burden": "none",
    "liver_burden_percent": 30,
    "metastasis_peritoneum": False,
}
ILEUM = {
    "primary_site": "jejunum_ileum",
    "received_chemotherapy": False,
    "received_platinum_etoposide": False,
    "prior_systemic_therapy_other_than_ssa": False,
    "symptom_grade": 0,
    "critical_organ_burden": "none",
    "metastasis_liver": False,
    "metastasis_bone": True,
    "bone_metastases_count": 6,
    "bone_metastases_symptomatic": False,
    "metastasis_peritoneum": True,
}


# Das 2021 by the fact sheet, section 7.1: 0+2+1+1+0 = 4 and 1+0+0+1+1 = 3.
@pytest.mark.parametrize(("values", "points"), [(PANCREAS, 4), (ILEUM, 3)])
def test_clinical_score_of_the_fact_sheet(values: dict[str, Any], points: int) -> None:
    found = score("prrt_clinical_score", **values)
    assert (found.low, found.high) == (points, points)
    assert found.is_known
    assert found.missing == ()


def test_relative_hazards_of_the_fact_sheet() -> None:
    effects = next(s for s in SCORES.scores if s.id == "prrt_clinical_score").effects
    development, _, validation, _ = effects
    # 4 v 3 by the development, 5 v 3 by the validation (fact sheet, section 7.1).
    assert relative_hazard(development.value, development.per_points or 0, 1) == 2.0
    assert relative_hazard(validation.value, validation.per_points or 0, 2) == 2.61


@pytest.mark.parametrize("left_out", sorted(PANCREAS))
def test_a_missing_item_widens_the_score_and_is_never_zero(left_out: str) -> None:
    values = {name: value for name, value in PANCREAS.items() if name != left_out}
    found = score("prrt_clinical_score", **values)
    assert found.low is not None and found.high is not None
    assert found.low <= 4 <= found.high
    if left_out != "received_platinum_etoposide":  # chemotherapy of one kind is enough
        assert found.low < found.high
        assert found.missing


def test_nothing_known_is_the_whole_scale_and_said_so() -> None:
    found = score("prrt_clinical_score")
    assert (found.low, found.high) == (0, 9)
    assert found.nothing_known


# Levels of the point table: the liver at its edges, and a site that may be lung or thymus.
@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        ({"liver_burden_percent": 24}, 3, 3),
        ({"liver_burden_percent": 25}, 4, 4),
        ({"liver_burden_percent": 49}, 4, 4),
        ({"liver_burden_percent": 50}, 5, 5),
        ({"critical_organ_burden": "critical"}, 5, 5),
        ({"critical_organ_burden": "intermediate"}, 4, 4),
        ({"symptom_grade": 2}, 5, 5),
        ({"symptom_grade": 0}, 3, 3),
        ({"metastasis_peritoneum": True}, 5, 5),
        ({"primary_site": "unknown"}, 5, 5),
        ({"primary_site": "non_GEP"}, 5, 6),
        ({"metastasis_brain": True}, 5, 5),
    ],
)
def test_levels_of_the_clinical_score(change: dict[str, Any], low: int, high: int) -> None:
    bone = {"metastasis_bone": False}
    found = score("prrt_clinical_score", **{**PANCREAS, **bone, **change})
    assert (found.low, found.high) == (low, high)


def test_symptomatic_without_a_grade_is_one_or_two_points() -> None:
    values = {k: v for k, v in PANCREAS.items() if k != "symptom_grade"}
    found = score("prrt_clinical_score", **values, symptomatic=True)
    assert (found.low, found.high) == (4, 5)
    assert "symptom_grade" in found.missing
    assert score("prrt_clinical_score", **values, symptomatic=False).high == 3


# Fact sheet, section 7.2.
@pytest.mark.parametrize(
    ("crp", "albumin", "low", "high"),
    [(12, 33, 2, 2), (4, 33, 1, 1), (10, 35, 0, 0), (None, 33, 1, 2), (4, None, 0, 1)],
)
def test_inflammation_index(crp: int | None, albumin: int | None, low: int, high: int) -> None:
    given = {"crp_mg_l": crp, "albumin_g_l": albumin}
    found = score("ibi", **{name: value for name, value in given.items() if value is not None})
    assert (found.low, found.high) == (low, high)
    assert found.score.verification == "unverified"


@pytest.mark.parametrize(
    ("crp", "albumin", "category"), [(12, 33, "2"), (12, 36, "1"), (4, 33, "0")]
)
def test_glasgow_score(crp: int, albumin: int, category: str) -> None:
    assert score("gps", crp_mg_l=crp, albumin_g_l=albumin).possible == (category,)


def test_glasgow_score_with_crp_alone() -> None:
    assert score("gps", crp_mg_l=12).possible == ("2", "1")


@pytest.mark.parametrize(
    ("grade", "lesions", "possible"),
    [
        ("P1", None, ("P1",)),
        ("P4", None, ("P4a", "P4b")),
        ("P4", 2, ("P4a",)),
        ("P4", 3, ("P4b",)),
        ("P2b", None, ("P2b",)),
        ("P5", 4, ("P5",)),
    ],
)
def test_netpet_of_a_patient(grade: str, lesions: int | None, possible: tuple[str, ...]) -> None:
    more = {} if lesions is None else {"netpet_lesions": lesions}
    assert score("netpet", netpet_grade=grade, **more).possible == possible


# Fact sheet, section 5: highest P among lesions, up to 2 with that pattern a, from 3 on b.
@pytest.mark.parametrize(
    ("lesions", "grade"),
    [
        ([], None),
        (["both_negative"], "P0"),
        (["fdg_negative", "fdg_negative"], "P1"),
        (["less", "less", "less", "fdg_negative"], "P2b"),
        (["less", "equal", "equal"], "P3a"),
        (["greater"] * 3 + ["equal"], "P4b"),
        (["greater"] * 3 + ["sstr_negative"], "P5"),
    ],
)
def test_netpet_of_lesions(lesions: list[str], grade: str | None) -> None:
    assert netpet_of_lesions(lesions, SCORES.netpet_patterns) == grade


@given(st.permutations(["fdg_negative", "less", "less", "greater", "greater", "equal"]))
@settings(max_examples=20)
def test_the_order_of_lesions_does_not_matter(lesions: list[str]) -> None:
    assert netpet_of_lesions(lesions, SCORES.netpet_patterns) == "P4a"


def test_netpet_refuses_an_unknown_pattern() -> None:
    with pytest.raises(ValueError, match="'hot' is none of both_negative"):
        netpet_of_lesions(["hot"], SCORES.netpet_patterns)


# Fact sheet, section 7.5: up to 20 normal, 21-40 stable, above progressive, in version 1 only.
@pytest.mark.parametrize(
    ("value", "version", "band"),
    [(20, "v1", "normal"), (40, "v1", "stable"), (41, "v1", "progressive"), (41, "v2", None)],
)
def test_netest_is_shown_by_its_version(value: int, version: str, band: str | None) -> None:
    found = results(netest_score=value, netest_version=version)[1]["netest"]
    assert (found.value, found.version, found.band) == (str(value), version, band)


def test_tests_that_are_only_recorded_are_never_worked_out() -> None:
    _, recorded = results(**PANCREAS)
    assert {test.value for test in recorded.values()} == {None}
    assert recorded["modlin"].test.fact is None


def test_a_faulty_file_of_scores_names_the_field() -> None:
    data = {**BASE.knowledge.measures["scores"], "recorded": [{"id": "x"}]}
    with pytest.raises(InputError, match="recorded"):
        Scores.read({"scores": data})
