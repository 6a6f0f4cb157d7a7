"""The numbers of the made-up registry stand in its recipe, and its grades are those of WHO."""

import re
from pathlib import Path

from gepnet import api
from gepnet.registry import history, synth
from gepnet.registry.recipe import SyntheticRegistry


def test_grades_of_the_recipe_are_those_of_who() -> None:
    measures = api.base().knowledge.measures
    recipe = SyntheticRegistry.read(measures).beyond
    bands = {band["grade"]: band for band in measures["grading"]["who_2022"]["ki67_percent"]}
    assert (recipe.g2_from, recipe.g3_above) == (bands["G2"]["from"], bands["G3"]["above"])


def test_no_share_or_limit_of_a_made_up_patient_stands_in_the_code() -> None:
    """Some forty did, while the recipe said that it held every one."""
    for module in (history, synth):
        code = Path(str(module.__file__)).read_text(encoding="utf-8")
        calls = re.findall(r"_hit\(0\.\d+|normal\(\d{2,}|integers\(\d{2,}|[<>]=? \d{2,}\b", code)
        assert calls == []
