"""The knowledge about dosimetry: typed, sourced, and refused by file and key where it is not."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from gepnet.knowledge import InputError, load_knowledge
from gepnet.prrt.dosimetry.data import dosimetry_data

KNOWLEDGE = load_knowledge()
STEMS = ("dosimetry", "dosimetry_checks", "plausible_dosimetry")


def cited(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "source" in value:
            yield value
        for part in value.values():
            yield from cited(part)
    elif isinstance(value, list):
        for part in value:
            yield from cited(part)


def test_every_source_is_in_the_bibliography() -> None:
    known = {source.id for source in KNOWLEDGE.sources}
    found = [item for stem in STEMS for item in cited(KNOWLEDGE.measures[stem])]
    assert len(found) > 30
    assert {item["source"] for item in found} <= known
    assert {item["read_in"] for item in found if "read_in" in item} <= known


def test_what_is_recalled_says_so() -> None:
    data = dosimetry_data(KNOWLEDGE.measures)
    assert {k.verification for k in data.checks.kinetics} == {"unverified"}
    assert {p.verification for p in data.checks.plausible_dose_per_activity} == {"unverified"}
    assert data.physics.kidney_bed.repair_half_life.verification == "unverified"
    assert data.physics.half_life.verification == "primary"


@pytest.mark.parametrize(
    ("stem", "change", "key"),
    [
        ("dosimetry", ("half_life", {"unit": "d"}), "half_life.value"),
        ("dosimetry_checks", ("mbq_per_mci", None), "mbq_per_mci"),
        ("dosimetry", ("half_lives", 3), "half_lives"),
    ],
)
def test_a_fault_is_named_by_file_and_key(stem: str, change: tuple[str, Any], key: str) -> None:
    measures = copy.deepcopy({name: KNOWLEDGE.measures[name] for name in STEMS})
    measures[stem][change[0]] = change[1]
    with pytest.raises(InputError) as caught:
        dosimetry_data(measures)
    assert key in {problem.field for problem in caught.value.problems}
    assert caught.value.problems[0].file == f"measures/{stem}.yaml"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"measures/dosimetry_checks\.yaml.*this knowledge file"):
        dosimetry_data({"dosimetry": KNOWLEDGE.measures["dosimetry"]})
