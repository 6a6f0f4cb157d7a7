"""Values in another unit than the fact's own."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.knowledge import load_knowledge
from gepnet.knowledge.load import PACKAGED
from gepnet.vocabulary import Fact, Interval, ValueProblem, load_vocabulary
from gepnet.vocabulary.units import UnitProblem, UnitReader, unit_words

READER = UnitReader(load_knowledge().measures)


def convert(number: Decimal, unit: str, target: str | None, fact: str) -> Decimal:
    return number * READER.read(unit, fact, target).factor


def rules() -> list[dict[str, Any]]:
    return list(load_knowledge().measures["units"]["conversions"])


@pytest.fixture(scope="module")
def creatinine() -> Fact:
    return load_vocabulary()["creatinine_umol_l"]


def factor(fact: str, unit: str) -> Decimal:
    (rule,) = [r for r in rules() if r["fact"] == fact and r["from_unit"] == unit]
    return Decimal(str(rule["factor"]))


def test_creatinine_in_mg_dl_is_converted_by_the_listed_factor(creatinine: Fact) -> None:
    wanted = factor("creatinine_umol_l", "mg/dL")
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
    # "<2 cm" of something kept in mm ends just below 20, not at what is just below 2.
    entry = load_vocabulary()["largest_lesion_mm"].entry.model_copy(update={"interval": True})
    lesion = Fact(entry, units=READER)
    assert lesion.parse("<=2", "cm") == Interval(Decimal(0), Decimal(20))
    assert lesion.parse("2-3", "cm") == Interval(Decimal(20), Decimal(30))
    below, above = lesion.parse("<2", "cm"), lesion.parse(">2", "cm")
    assert isinstance(below, Interval) and isinstance(above, Interval)
    assert Decimal("19.99") < below.high < 20 < above.low < Decimal("20.01")
    assert (str(below), str(above)) == ("<20", ">20")


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
    units = READER.known("creatinine_umol_l", "umol/L")
    assert units[0] == "umol/L"
    assert "mg/dL" in units
    assert READER.known("ecog", None) == []


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


# What hospitals print --------------------------------------------------------------------------

PRINTED = [
    # fact, as printed, the same value in the unit of the fact
    *(
        ("platelets_10e9_l", f"180{zeros}", unit, "180")
        for zeros, units in {
            "": ("10*9/L", "10^9/L", "x10^9/L", "\N{MULTIPLICATION SIGN}10⁹/L", "10e9/l",
                 "10E9/L", "E9/L", "10**9/L", "G/L",
                 "G/l", "Gpt/L", "10^3/uL", "10^3/µL", "10^3/mm3", "K/uL", "K/µl", "K/UL",
                 "THOU/UL", "thou/mcL", "10*3/uL", "/nL", "10^3/mcL"),
            "000": ("/uL", "{cells}/uL", "cells/uL", "/mm3", "/mm³", "/cumm", "1/uL", "/mcL"),
        }.items()
        for unit in units
    ),
    *(("platelets_10e9_l", "1.8", unit, "180") for unit in ("lakh/uL", "Lakhs/cumm", "lakhs/mm³")),
    *(("aptt_s", "60", unit, "60") for unit in ("s", "sec", "Sec.", "seconds")),
    *(("creatinine_umol_l", "90", unit, "90")
      for unit in ("micromol/L", "umol/L", "µmol/L", "μmol/l", "mcmol/L", "UMOL/L")),
    *(("creatinine_umol_l", "1", unit, "88.4") for unit in ("mg/dL", "mg/dl", "MG/DL", "mg%")),
    ("creatinine_umol_l", "12", "mg/L", "106.08"),
    ("glucose_mmol_l", "1.05", "g/L", "5.8275"),
    *(("glucose_mmol_l", "5", unit, "5") for unit in ("mmol/l", "mmol/L")),
    *(("potassium_mmol_l", "4.1", unit, "4.1") for unit in ("mEq/L", "meq/l", "MEQ/L", "mmol/L")),
    *(("haemoglobin_g_l", "11", unit, "110") for unit in ("g/dL", "gm/dL", "G/DL", "gm%", "g%")),
    *(("haemoglobin_g_l", "110", unit, "110") for unit in ("g/L", "g/l", "G/L")),
    ("haemoglobin_g_l", "7", "mmol/L", "112.798"),
    *(("alt_u_l", "30", unit, "30") for unit in ("U/L", "u/l", "IU/L", "[iU]/L", "UI/L", "IE/L",
                                                        "mU/mL")),
    ("alt_u_l", "1", "µkat/L", "60"),
    *(("egfr_ml_min_173m2", "60", unit, "60")
      for unit in ("mL/min/1.73m2", "ml/min/1.73 m²", "mL/min/1,73m2", "mL/min/{1.73_m2}",
                   "ML/MIN/1.73M2")),
    *(("egfr_ml_min_173m2", "1.5", unit, "90")
      for unit in ("mL/s/1.73m2", "ml/s/1,73 m²", "mL/s/{1.73_m2}")),
    *(("u5hiaa_umol_24h", "10", unit, "52.3") for unit in ("mg/24h", "mg/24 h", "mg/d", "mg/day")),
    ("u5hiaa_umol_24h", "50", "µmol/24h", "50"),
    ("weight_kg", "154", "lbs", "69.85322498"),
    ("height_cm", "70", "in", "177.8"),
    ("inr", "1.9", "ratio", "1.9"),
    ("alt_x_uln", "3", "xULN", "3"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "number", "unit", "wanted"), PRINTED)
def test_units_are_read_as_hospitals_print_them(
    name: str, number: str, unit: str, wanted: str
) -> None:
    value = load_vocabulary()[name].parse(number, unit)
    assert isinstance(value, Interval)
    assert value == Interval(Decimal(wanted), Decimal(wanted))


@pytest.mark.parametrize(
    ("name", "unit", "told"),
    [
        ("platelets_10e9_l", "g/dL", "cannot be converted"),
        ("haemoglobin_g_l", "10*9/L", "cannot be converted"),
        ("creatinine_umol_l", "Mg/dL", "'Mg/dL' may be 'Mg/dL' or 'mg/dL'"),
        ("creatinine_clearance_ml_min", "mL/min/1.73m2", "cannot be converted"),
        ("egfr_ml_min_173m2", "mL/min", "cannot be converted"),
        ("u5hiaa_umol_24h", "umol/L", "cannot be converted"),
        ("u5hiaa_umol_24h", "mmol/mol{creatinine}", "cannot be converted"),
    ],
)
def test_a_unit_of_another_kind_or_of_two_sizes_is_refused(name: str, unit: str, told: str) -> None:
    with pytest.raises(ValueProblem, match=told):
        load_vocabulary()[name].parse(50, unit)


NUMBERS = [fact for fact in load_vocabulary().base_facts() if fact.entry.unit]


@given(st.sampled_from(NUMBERS), st.text("mgdLulcK/10*^3 µkUo.%{}xIE²⁹", min_size=1, max_size=9))
def test_a_hint_keeps_dimension_and_size(fact: Fact, unit: str) -> None:
    """A suggestion must never change the value: only signs and capitals may differ."""
    assert fact.entry.unit is not None
    try:
        READER.read(unit, fact.id, fact.entry.unit)
    except UnitProblem as problem:
        if problem.suggestion is not None:
            letters = [re.sub(r"[^a-z0-9%]", "", text.replace("µ", "u").casefold())
                       for text in (unit, problem.suggestion)]  # fmt: skip
            assert letters[0] == letters[1]
            assert READER.read(problem.suggestion, fact.id, fact.entry.unit).factor > 0


def test_the_units_of_an_added_file_are_used(tmp_path: Path) -> None:
    """The packaged table was read whatever knowledge a patient was read with."""
    folder = tmp_path / "measures"
    folder.mkdir()
    text = (PACKAGED / "measures" / "units.yaml").read_text(encoding="utf-8")
    changed = text.replace('written: ["mmol/litre", ', 'written: ["mmol/litre", "millis", ')
    assert changed != text
    (folder / "units.yaml").write_text(changed, encoding="utf-8")
    vocabulary = load_vocabulary(load_knowledge(tmp_path))
    assert vocabulary["glucose_mmol_l"].parse(5, "millis") == Interval(Decimal(5), Decimal(5))


@pytest.mark.parametrize("unit", ["mm", "mM", "MM"])
def test_a_length_is_no_concentration_in_whatever_case_it_is_written(unit: str) -> None:
    with pytest.raises(ValueProblem):
        load_vocabulary()["haemoglobin_g_l"].parse({"value": "9.9", "unit": unit})
