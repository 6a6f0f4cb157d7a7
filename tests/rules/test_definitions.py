"""Parameters of definitions: written once, with their source, and named by derived facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.knowledge import InputError
from gepnet.knowledge.load import FOLDERS, PACKAGED
from gepnet.knowledge.read import read_files
from gepnet.rules import Rulebook
from gepnet.rules.limits import limits_are_used

BASE = api.base()
DEFINED = {
    "slow_growth_esmo": {"esmo-growth-months", "esmo-stable-months"},
    "rapid_growth_esmo": {"esmo-growth-months", "esmo-stable-months"},
    "low_burden_esmo": {"esmo-low-burden-liver"},
    "diarrhoea_refractory_telestar": {"telestar-stools"},
    "syndrome_refractory_to_ssa": {"sweden-stools", "sweden-flushes"},
}


def texts() -> dict[str, str]:
    """Return the packaged knowledge as written."""
    paths = [p for folder in FOLDERS for p in (PACKAGED / folder).rglob("*.yaml")]
    return {p.relative_to(PACKAGED).as_posix(): p.read_text(encoding="utf-8") for p in paths}


def changed(file: str, old: str, new: str) -> Any:
    found = texts()
    assert old in found[file]
    found[file] = found[file].replace(old, new)
    return read_files(list(found.items()))


@pytest.mark.parametrize("fact", DEFINED)
def test_a_definition_names_its_numbers_and_each_says_where_it_was_read(fact: str) -> None:
    steps = BASE.vocabulary[fact].entry.derived
    named = {name for step in steps for name in step.limits or ()}
    numbers = {limit.id: limit for limit in BASE.knowledge.limits if limit.value is not None}
    assert named & set(numbers) == DEFINED[fact]
    for name in DEFINED[fact]:
        assert numbers[name].source and numbers[name].locator
        assert numbers[name].verification == "primary"


def test_another_number_of_the_parameter_changes_every_fact_that_names_it() -> None:
    knowledge = changed(
        "facts/definitions.yaml",
        "fact: progression_months\n  value: 12",
        "fact: progression_months\n  value: 6",
    )
    book = Rulebook(knowledge)
    values = {"progression_radiological_recist": True, "progression_months": Decimal(9)}
    for base, slow in ((BASE, False), (book, True)):
        facts = facts_of_values(values, base.knowledge, base.criteria)
        assert facts["slow_growth_esmo"].value is slow
        assert facts["rapid_growth_esmo"].value is not slow


def test_a_parameter_that_is_unknown_unused_or_of_another_fact_is_refused() -> None:
    with pytest.raises(InputError, match=r"telestar-stool'.*did you mean 'telestar-stools'"):
        changed("facts/clinical.yaml", "{telestar-stools}", "{telestar-stool}")
    apart = changed("facts/clinical.yaml", "{sweden-flushes}", "{sweden-stools}")
    told = {problem.value for problem in limits_are_used(Rulebook(apart))}
    assert "sweden-flushes" in told
    other = changed("facts/stage.yaml", "{esmo-low-burden-liver}", "{telestar-stools}")
    told = {problem.expected for problem in limits_are_used(Rulebook(other))}
    assert "the limit of stools_per_day compared with stools_per_day" in told
