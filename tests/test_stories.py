"""The acceptance stories of clinical practice, each from a patient file to each document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import expectations

FOLDER = Path(__file__).parent / "stories"


def _variants() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        story = yaml.safe_load(file.read_text(encoding="utf-8"))
        for variant in story["variants"]:
            name = f"{file.stem}: {variant['name']}"
            found.append(pytest.param(story["patient"], variant, id=name))
    return found


@pytest.mark.parametrize(("patient", "variant"), _variants())
def test_each_document_says_what_a_board_expects(
    patient: dict[str, Any], variant: dict[str, Any]
) -> None:
    assessment = expectations.assessed(patient, variant)
    wrong = []
    for wanted in variant["expect"]:
        if "fact" in wanted:
            wrong += expectations.of_fact(assessment, wanted["fact"], wanted["value"])
        else:
            wrong += expectations.of_cell(assessment, wanted)
    for label, status in variant.get("labels", {}).items():
        wrong += expectations.of_label(assessment, label, status)
    for name in variant.get("safety", []):
        wrong += expectations.of_safety(assessment, name)
    assert not wrong, "\n".join(wrong)
