"""A settled answer says which facts could still overturn it; an open one says what is missing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.report.explanations import may_turn_with
from gepnet.rules import Reading
from gepnet.vocabulary import Question
from tests.guidelines.small_world import document, small_base

ASKED = Question(knowledge_date=datetime.date(2026, 11, 22))


@pytest.mark.parametrize(
    ("criterion", "given", "truth", "names"),
    [
        # Taken for no obstacle while unknown, or asked of the record alone: it holds, and may turn.
        ("rlt_planned is not true", {}, True, ["rlt_planned"]),
        ("rlt_planned is null", {}, True, ["rlt_planned"]),
        ("ki67_percent < 10 and rlt_planned is not true", {"ki67_percent": 12}, False, []),
        ("ki67_percent < 9 and rlt_planned is null", {"ki67_percent": 8}, True, ["rlt_planned"]),
        ("rlt_planned is not true", {"rlt_planned": False}, True, []),
        # Of an open answer the facts that would settle it are told instead.
        ("ki67_percent < 10 and rlt_planned is not true", {}, None, []),
    ],
)  # fmt: skip
def test_what_could_overturn_an_answer(
    criterion: str, given: dict[str, Any], truth: bool | None, names: list[str]
) -> None:
    base = small_base([document("a", "true", [("recommended", criterion, None)])])
    facts = facts_of_values(given, base.knowledge, base.criteria)
    (rule,) = base.documents[0].recommendations
    judged = Reading.of(rule, facts)
    assert judged.truth is truth
    assert list(may_turn_with(judged)) == names


def test_it_stands_in_the_cell_and_in_the_explanation() -> None:
    base = api.base()
    given = {
        "primary_site": "jejunum_ileum", "stage": "metastatic", "differentiation": "well",
        "ki67_percent": 5, "sstr_any_uptake": True, "systemic_lines_prior": 0,
    }  # fmt: skip
    facts = facts_of_values(given, base.knowledge, base.criteria)
    view = api.explain_recommendation(facts, base, "enets-si-2024/ssa-first-line", ASKED)
    assert (view["applies"], view["missing"]) == ("yes", [])
    assert "Pace of growth" in view["may_turn_with"]
