"""What a document puts before something else is told on both options."""

from typing import Any

from gepnet import api
from gepnet.facts import facts_of_values

PATIENT: dict[str, Any] = {
    "primary_site": "pancreas",
    "differentiation": "well",
    "ki67_percent": 15,
    "stage": "metastatic",
    "functioning": False,
    "systemic_lines_prior": 0,
    "sstr_krenning": 3,
    "highly_symptomatic": True,
    "rapid_growth": True,
}


def test_a_ranking_is_told_from_both_sides() -> None:
    base = api.base()
    facts = facts_of_values(PATIENT, base.knowledge, base.criteria)
    assessment = api.assess_facts(facts, base)
    told = {
        (row["option"], one["rank"], one["option"])
        for option in ("lu177_dotatate", "chemotherapy")
        for row in api.comparison_view(assessment, base, option)["options"]
        for one in row["rankings"]
    }
    assert ("lu177_dotatate", "after", "chemotherapy") in told
    assert ("chemotherapy", "before", "lu177_dotatate") in told
