"""What one word on record settles, and what is therefore not asked."""

from typing import Any

import pytest

from gepnet import api
from gepnet.guidelines import assess
from gepnet.vocabulary import Question
from tests.facts.patients import facts, values_of

BASE = api.base()
SYNDROMES = ("insulinoma", "gastrinoma", "vipoma", "glucagonoma")


def event(kind: str, **values: Any) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "date": "2025-05-01", **values}


def asked(*events: dict[str, Any]) -> set[str]:
    """Everything that any cell waits for."""
    known = facts(*events, complete=["treatments"])
    assessment = assess(BASE, known, Question())
    cells = (cell for one in assessment.documents.values() for cell in one.cells.values())
    waits = {name for cell in cells for name in cell.missing}
    return {*waits, *known.to_ask(waits)}


SITE = event("diagnosis", primary_site="pancreas", functioning=False)
NET = event("pathology", differentiation="well", ki67_percent=2, mitoses_per_2mm2=1)


def test_no_syndrome_of_a_non_functioning_tumour_is_asked() -> None:
    assert "syndrome" not in asked(SITE, NET)
    assert "syndrome" in asked({**SITE, "functioning": True}, NET)


@pytest.mark.parametrize("name", SYNDROMES)
def test_a_tumour_may_have_either_of_two_syndromes_and_a_silent_one_has_none(name: str) -> None:
    present = f"{name}_present"
    assert values_of(functioning=False)[present].value is False
    assert values_of(syndrome="none")[present].value is False
    assert values_of(syndrome=name)[present].value is True
    assert values_of(syndrome="carcinoid", second_syndrome=name)[present].value is True
    assert values_of(functioning=True)[present].value is None
    # Whoever wrote both is contradicted elsewhere; no position is lost for it.
    assert values_of(functioning=False, syndrome=name)[present].value is True


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        ({}, "NEC"),
        ({"ki67_percent": 60}, "NEC"),
        ({"grade_reported": "NEC"}, "NEC"),
        ({"grade_reported": "G3"}, "NEC"),
        ({"grade_reported": "MiNEN"}, "MiNEN"),
        ({"differentiation": "mixed"}, "MiNEN"),
        ({"differentiation": "poor"}, "NEC"),
        # What the report says of the differentiation itself goes before.
        ({"differentiation": "well", "ki67_percent": 30}, "NET_G3"),
    ],
)
@pytest.mark.parametrize("cell", ["small_cell", "large_cell"])
def test_a_cell_type_is_that_of_a_carcinoma(given: dict[str, Any], grade: str, cell: str) -> None:
    found = values_of(nec_type=cell, **given)
    assert found["grade"].value == grade
    assert found["grade"].conflict is None


def test_the_extent_is_not_asked_of_who_has_no_disease_left() -> None:
    free = event("stage", no_evidence_of_disease=True)
    assert not {"advanced_disease", "metastatic", "unresectable"} & asked(SITE, NET, free)
    found = values_of(no_evidence_of_disease=True)
    for name in ("advanced_disease", "metastatic", "unresectable", "unresectable_or_metastatic"):
        assert found[name].value is False, name


@pytest.mark.parametrize(
    ("given", "still"),
    [
        ({"stage": "metastatic"}, "metastatic"),
        ({"metastasis_bone": True}, "metastatic"),
        ({"tnm_m": "M1"}, "metastatic"),
        ({"resectability": "unresectable"}, "unresectable"),
        ({"resectability_liver": "unresectable"}, "unresectable"),
    ],
)
def test_what_is_on_record_stays_and_excludes_it(given: dict[str, Any], still: str) -> None:
    """No word on disease beside it settles it; the word that there is none never hides a site."""
    assert values_of(**given)["no_evidence_of_disease"].value is False
    said = values_of(no_evidence_of_disease=True, **given)
    assert said[still].value is True
    assert said["no_evidence_of_disease"].conflict is False
