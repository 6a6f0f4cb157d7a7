"""Plausible ranges: tight enough for the usual slip of a unit, and with a word of what it was."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.knowledge import InputError, load_knowledge
from gepnet.vocabulary import Accepting, Interval, LimitOfNormal, check, load_vocabulary
from gepnet.vocabulary.plausible import Plausibility, Quantity

KNOWLEDGE = load_knowledge()
VOCABULARY = load_vocabulary()
QUANTITIES = Plausibility.read(KNOWLEDGE.measures).quantities
FACTS = {fact.family or fact.id: fact for fact in VOCABULARY.values()}


def unit_of(one: Quantity) -> str | None:
    return one.unit if one.of not in FACTS else FACTS[one.of].entry.unit


SLIPS = [(one, slip) for one in QUANTITIES for slip in one.slips]


@given(st.sampled_from(SLIPS), st.fractions(0, 1))
def test_a_typical_value_in_the_wrong_unit_is_asked_about_and_the_unit_named(
    slip: tuple[Quantity, str], share: Any
) -> None:
    one, unit = slip
    low, high = one.typical
    part = Decimal(share.numerator) / share.denominator
    written = (low + (high - low) * part) / VOCABULARY.plausible.factor(
        unit, unit_of(one) or "", one.of
    )
    told = VOCABULARY.plausible.doubt(
        one.of, Interval(written, written), written, unit_of(one), step=Decimal(0)
    )
    assert told is not None
    assert "would be" in told


@given(st.sampled_from(QUANTITIES), st.fractions(0, 1))
def test_a_value_within_its_range_is_not_asked_about(one: Quantity, share: Any) -> None:
    low, high = one.bounds()
    value = low + (high - low) * Decimal(share.numerator) / share.denominator
    assert VOCABULARY.plausible.doubt(one.of, Interval(value, value), value, unit_of(one)) is None


@pytest.mark.parametrize(
    ("fact", "limit", "number", "asked"),
    [
        ("magnesium_mmol_l", "lln", "1.7", True),  # of mg/dL; as a value it is plausible
        ("magnesium_mmol_l", "lln", "1.4", True),  # of meq/L
        ("magnesium_mmol_l", "lln", "0.7", False),
        ("magnesium_mmol_l", "uln", "1.05", False),
        ("neutrophils_10e9_l", "lln", "30", True),  # of per cent
        ("ldh_u_l", "lln", "240", False),  # of an older method
        ("ldh_u_l", "uln", "40", False),
        ("alt_u_l", "uln", "35", False),
        ("alt_u_l", "uln", "2400", True),  # 40 as ukat/L
        ("alt_u_l", "uln", "75", False),
        ("magnesium_mmol_l", "uln", "0.4114", True),  # 1.0 as mg/dL
        ("magnesium_mmol_l", "uln", "1.15", False),
        ("bilirubin_umol_l", "uln", "359.1", True),  # 21 as mg/dL
        ("bilirubin_umol_l", "uln", "34", False),
        ("u5hiaa_umol_24h", "uln", "219.6", True),  # 42 as mg
        ("u5hiaa_umol_24h", "uln", "60", False),
    ],
)
def test_a_limit_of_normal_is_in_its_unit(
    fact: str, limit: LimitOfNormal, number: str, asked: bool
) -> None:
    """A value may be far from normal and in its unit; the limit of normal may not."""
    value = Interval(Decimal(number), Decimal(number))
    told = VOCABULARY.doubt(VOCABULARY[fact], value, number, limit)
    assert (told is not None) is asked
    assert VOCABULARY.doubt(VOCABULARY[fact], value, number) is None


def faults(name: str, changed: dict[str, Any]) -> list[str]:
    data = copy.deepcopy(KNOWLEDGE.measures["plausibility"])
    entry = next(one for one in data["quantities"] if one["of"] == name)
    entry.update(changed)
    measures = {**KNOWLEDGE.measures, "plausibility": data}
    return [
        str(p) for p in check.check(KNOWLEDGE.model_copy(update={"measures": measures}), VOCABULARY)
    ]


@pytest.mark.parametrize(
    ("of", "changed", "told"),
    [
        ("glucose_mmol_l", {"range": [1, 80], "own": None}, "typical values in mg/dL miss: 70"),
        ("haemoglobin_g_l", {"slips": ["g/dl2"]}, "value g/dl2: expected a unit of it"),
        ("haemoglobin_g_l", {"range": [10, 220]}, "a part of the range of the fact"),
        ("haemoglobin_g_l", {"of": "haemoglobin"}, "a plausible range of 'haemoglobin_g_l'"),
        ("haemoglobin_g_l", {"of": "haemoglobin"}, "did you mean 'haemoglobin_g_l'"),
        ("haemoglobin_g_l", {"slips": []}, "'untold' that says why not"),
        ("haemoglobin_g_l", {"typical": [10, 180]}, "'typical' has to lie within the range"),
        ("bilirubin_umol_l", {"own": [1, 700]}, "'own' has to lie within 'range'"),
    ],
)
def test_the_check_names_a_range_that_no_slip_would_leave(
    of: str, changed: dict[str, Any], told: str
) -> None:
    assert faults(of, {}) == []
    assert any(told in fault for fault in faults(of, changed))


def test_what_is_accepted_at_the_command_line_names_the_value() -> None:
    given_ = Accepting.read(["inr=16 by Dr Bell: vitamin K antagonist, repeated"])
    assert given_.find("inr", "15.9") is None
    assert given_.find("ki67_percent", "16") is None
    with pytest.raises(InputError, match="outside its plausible range, as it is written or told"):
        given_.refuse_unused()
    found = given_.find("inr", "16.0")
    assert found is not None
    assert (found.accepted_by, found.reason) == ("Dr Bell", "vitamin K antagonist, repeated")
    given_.refuse_unused()


@pytest.mark.parametrize(
    "text", ["inr=16", "inr by Dr Bell: why", "inr=16 by : why", "inr=16 by A:"]
)
def test_an_acceptance_without_its_parts_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="QUANTITY=VALUE by WHO: WHY"):
        Accepting.read([text])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mass_g=shrunken kidney", "so 'mass_g=VALUE by WHO: shrunken kidney'"),
        ("P03:mass_g=weighed", "so 'P03:mass_g=VALUE by WHO: weighed'"),
        ("P03:liver:mass_g=weighed", "so 'P03:liver:mass_g=VALUE by WHO: weighed'"),
        ("inr=16", "so 'inr=16 by WHO: WHY'"),
    ],
)
def test_plausibility_an_acceptance_of_the_old_form_is_told_the_new_one(old: str, new: str) -> None:
    with pytest.raises(InputError) as caught:
        Accepting.read([old])
    assert new in str(caught.value)


@pytest.mark.parametrize(
    ("about", "patient", "part", "met"),
    [
        ("", "P1", "", True),
        ("P1:", "P1", "", True),
        ("P1:", "P1", "liver", True),
        ("P1:", "P2", "", False),
        ("P1:liver:", "P1", "liver", True),
        ("P1:liver:", "P1", "spleen", False),
        ("H:12:", "H:12", "", True),
        ("a b:", "a b", "", True),
    ],
)
def test_plausibility_an_acceptance_is_of_the_patient_and_part_that_it_names(
    about: str, patient: str, part: str, met: bool
) -> None:
    given_ = Accepting.read([f"{about}mass_g=25 by Dr Bell: by CT, at 10:30"])
    found = given_.find("mass_g", "25", patient=patient, part=part)
    assert (found is not None) is met
    if found is not None:
        assert (found.patient, found.part, found.reason) == (patient, part, "by CT, at 10:30")
        assert given_.used == [found]
