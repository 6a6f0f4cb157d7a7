"""Values in another unit than the fact's own."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.knowledge import load_knowledge
from gepnet.vocabulary import Fact, Interval, ValueProblem, load_vocabulary
from gepnet.vocabulary.units import convert, known_units, unit_words


def rules() -> list[dict[str, Any]]:
    return list(load_knowledge().measures["units"]["conversions"])


@pytest.fixture(scope="module")
def creatinine() -> Fact:
    return load_vocabulary()["creatinine_umol_l"]


def factor(fact: str, unit: str) -> Decimal:
    (rule,) = [r for r in rules() if r["fact"] == fact and r["from_unit"] == unit]
    return Decimal(str(rule["factor"]))


def test_creatinine_in_mg_dl_is_converted_by_the_listed_factor(creatinine: Fact) -> None:
    wanted = creatinine.round(factor("creatinine_umol_l", "mg/dL"))
    assert creatinine.parse(1, "mg/dL") == Interval(wanted, wanted)
    assert creatinine.parse({"value": "1.0", "unit": "mg/dL"}) == Interval(wanted, wanted)


def test_the_own_unit_changes_nothing(creatinine: Fact) -> None:
    assert creatinine.parse(90, "umol/L") == creatinine.parse(90) == creatinine.parse("90")


def test_units_of_one_kind_need_no_listed_factor() -> None:
    vocabulary = load_vocabulary()
    one_metre_seventy = Decimal(170)
    assert vocabulary["height_cm"].parse("1.7", "m") == Interval(
        one_metre_seventy, one_metre_seventy
    )
    assert vocabulary["weight_kg"].parse(70000, "g") == vocabulary["weight_kg"].parse(70)


def test_bounds_are_converted_before_they_are_made_strict() -> None:
    # "<1 g/L" of something kept in mg/L with a step of 1 ends at 999, not at 0.
    entry = load_vocabulary()["largest_lesion_mm"].entry.model_copy(update={"interval": True})
    lesion = Fact(entry)
    assert lesion.parse("<2", "cm") == Interval(Decimal(0), Decimal(19))
    assert lesion.parse("<=2", "cm") == Interval(Decimal(0), Decimal(20))
    assert lesion.parse("2-3", "cm") == Interval(Decimal(20), Decimal(30))
    above = lesion.parse(">2", "cm")
    assert isinstance(above, Interval)
    assert above.low == 21


@pytest.mark.parametrize("unit", ["kg", "mmHg", "Bq"])
def test_a_unit_of_something_else_is_refused(creatinine: Fact, unit: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        creatinine.parse(1, unit)
    assert caught.value.value == unit
    assert caught.value.expected == (
        f"a unit of creatinine_umol_l: '{unit}' cannot be converted to 'umol/L'"
    )


@pytest.mark.parametrize("unit", ["mg/decilitre", "nonsense", "", "mg//dL", "%%"])
def test_what_is_no_unit_is_refused(creatinine: Fact, unit: str) -> None:
    with pytest.raises(ValueProblem, match="a unit of creatinine_umol_l"):
        creatinine.parse(1, unit)


def test_a_fact_without_unit_takes_none() -> None:
    with pytest.raises(ValueError, match="this fact has no unit"):
        convert(Decimal(1), "mg", None, "any")


def test_a_clearance_per_body_surface_is_no_clearance() -> None:
    # To UCUM "{1.73_m2}" is a comment. Taken so, an eGFR would pass for a measured clearance.
    clearance = load_vocabulary()["creatinine_clearance_ml_min"]
    with pytest.raises(ValueProblem, match="cannot be converted to 'mL/min'"):
        clearance.parse(60, "mL/min/{1.73_m2}")
    assert clearance.parse(1, "mL/s") == clearance.parse(60)


def test_a_value_is_checked_against_the_range_after_conversion(creatinine: Fact) -> None:
    with pytest.raises(ValueProblem, match="a value from"):
        creatinine.parse(10000, "mg/dL")


def test_known_units_start_with_the_own() -> None:
    units = known_units("creatinine_umol_l", "umol/L")
    assert units[0] == "umol/L"
    assert "mg/dL" in units
    assert known_units("ecog", None) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule['fact']}-{rule['from_unit']}")
def test_every_listed_conversion_belongs_to_a_numeric_fact(rule: dict[str, Any]) -> None:
    vocabulary = load_vocabulary()
    fact = vocabulary[rule["fact"]]
    assert fact.type == "number"
    assert fact.entry.unit != rule["from_unit"]
    sources = {source.id for source in load_knowledge().sources}
    assert rule["source"] in sources
    assert rule["verification"] in {"primary", "secondary", "unverified"}
    assert convert(Decimal(2), rule["from_unit"], fact.entry.unit, fact.id) == 2 * Decimal(
        str(rule["factor"])
    )


@given(st.decimals("0.01", 1000, places=2))
def test_conversion_is_proportional(number: Decimal) -> None:
    one = convert(Decimal(1), "m", "cm", "height_cm")
    assert one == 100
    assert convert(number, "m", "cm", "height_cm") == number * one


def test_every_unit_of_the_vocabulary_is_a_ucum_unit() -> None:
    units = {fact.entry.unit for fact in load_vocabulary().values() if fact.entry.unit}
    for unit in sorted(units):
        if not re.fullmatch(r"\{[^}]*\}", unit):  # a count or a score
            assert convert(Decimal(3), unit, unit, "any") == 3, unit


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [
        ("g/dL", "g/L", "10"),
        ("10*3/uL", "10*9/L", "1"),
        ("pg/mL", "ng/L", "1"),
        ("umol/d", "umol/(24.h)", "1"),
        ("umol/h", "umol/(24.h)", "24"),
        ("wk", "d", "7"),
        ("a", "mo", "12"),
        ("mCi", "GBq", "0.037"),
        ("{mitoses}/mm2", "{mitoses}/(2.mm2)", "2"),
    ],
)
def test_conversions_that_physics_fixes(unit: str, target: str, factor: str) -> None:
    assert convert(Decimal(1), unit, target, "any") == Decimal(factor)


@pytest.mark.parametrize(
    ("unit", "words"),
    [(None, ""), ("1", ""), ("{score}", ""), ("%", "%"), ("mo", "months"), ("umol/L", "umol/L"),
     ("mL/min/{1.73_m2}", "mL/min/1.73 m2"), ("10*9/L", "x10^9/L")],
)  # fmt: skip
def test_units_are_shown_as_readers_know_them(unit: str | None, words: str) -> None:
    assert unit_words(unit) == words
