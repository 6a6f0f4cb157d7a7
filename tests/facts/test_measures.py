"""Named functions against numbers that somebody else published or worked out.

Creatinine clearance and body surface: the test vectors of the R package admiral of the pharmaverse
(tests/testthat/test-compute_kidney.R and test-derive_param_bsa.R), which cite the calculator of the
National Kidney Foundation; the last clearance is worked out by hand from the printed formula. The
package converts with 88.42 umol/L per mg/dL; the constant here is 88.4, hence a tolerance of 0.1 %.
"""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.facts import show
from gepnet.knowledge import load_knowledge
from gepnet.measures import FUNCTIONS
from gepnet.measures.limits import UpperLimits
from gepnet.vocabulary import NOT_APPLICABLE, Interval, Value, exact, months_between, parse_date
from tests.facts.patients import criteria, facts, shown, values_of

AT = parse_date("2026-01-15")


def interval(low: str, high: str | None = None) -> Interval:
    return Interval(Decimal(low), Decimal(high or low))


def measure(name: str, **values: Value) -> Value:
    return FUNCTIONS[name](values, load_knowledge().measures, AT)


def number(value: Value) -> float:
    assert isinstance(value, Interval)
    assert value.is_point
    return float(value.low)


# Creatinine clearance ----------------------------------------------------------------------------

CLEARANCES = [
    # creatinine, unit, age, sex, weight in kg, Cockcroft-Gault in mL/min
    ("1.09", "mg/dL", 55, "male", "90", 97.48),
    ("85", "umol/L", 65, "female", "60", 55.26),
    ("96.3", "umol/L", 55, "male", "90.7", 98.31),
    ("70", "umol/L", 52, "female", "68", 89.23),
    ("77", "umol/L", 67, "male", "85", 98.96),
    ("65", "umol/L", 76, "female", "60", 61.67),
    ("2.0", "mg/dL", 70, "male", "70", 34.03),
]


@pytest.mark.parametrize(("creatinine", "unit", "age", "sex", "weight", "expected"), CLEARANCES)
def test_clearance_by_cockcroft_and_gault(
    creatinine: str, unit: str, age: int, sex: str, weight: str, expected: float
) -> None:
    found = values_of(
        creatinine_umol_l={"value": creatinine, "unit": unit},
        age_years=age, sex=sex, weight_kg=weight,
    )["creatinine_clearance_ml_min"]  # fmt: skip
    # the creatinine in umol/L is rounded to 0.1 and the clearance too
    assert number(found.value) == pytest.approx(expected, rel=1e-3, abs=0.06)


def test_an_estimated_rate_never_stands_in_for_a_clearance() -> None:
    """Row 6 of the vectors: 84 by CKD-EPI and 62 mL/min by Cockcroft-Gault in one patient."""
    found = values_of(egfr_ml_min_173m2=84)
    assert shown(found, "creatinine_clearance_ml_min") == ["unknown"]


@pytest.mark.parametrize("missing", ["age_years", "weight_kg", "creatinine_umol_l", "sex"])
def test_a_clearance_is_never_guessed(missing: str) -> None:
    given_: dict[str, Any] = {
        "age_years": 60, "weight_kg": 70, "creatinine_umol_l": 80, "sex": "female",
    }  # fmt: skip
    del given_[missing]
    found = values_of(**given_)
    assert found["creatinine_clearance_ml_min"].value is None
    # the age is asked for by the date of birth
    asked = "birth_date" if missing == "age_years" else missing
    assert found.to_ask(["creatinine_clearance_ml_min"]) == (asked,)


def test_a_measured_clearance_wins_and_a_different_estimate_is_shown() -> None:
    lab = {"kind": "laboratory", "date": "2026-01-10", "creatinine_clearance_ml_min": 45,
           "creatinine_umol_l": 80}  # fmt: skip
    who = {"kind": "demographics", "age_years": 60, "sex": "female"}
    body = {"kind": "body", "date": "2026-01-10", "weight_kg": 70}
    found = facts(lab, who, body)["creatinine_clearance_ml_min"]
    assert (show(found.value), found.origin) == ("45", "recorded")
    assert number(found.conflict) == pytest.approx(73.1, abs=0.1)


def test_a_year_of_birth_gives_a_range_of_clearance() -> None:
    who = {"kind": "demographics", "birth_date": "1960", "sex": "male"}
    lab = {"kind": "laboratory", "date": "2026-01-10", "creatinine_umol_l": "88.4"}
    body = {"kind": "body", "date": "2026-01-10", "weight_kg": 72}
    found = facts(who, lab, body)
    # 140 - 65 or 66 years, 72 kg and 1 mg/dL: 75 or 74 mL/min
    assert shown(found, "age_years", "creatinine_clearance_ml_min") == ["65-66", "74-75"]


@given(
    st.integers(20, 90), st.integers(400, 1500), st.integers(300, 4000), st.integers(0, 5),
    st.integers(0, 50), st.integers(0, 300),
)  # fmt: skip
def test_a_range_of_clearance_holds_what_every_point_in_it_gives(
    age: int, weight: int, creatinine: int, years: int, grams: int, more: int
) -> None:
    tenths = Decimal("0.1")
    low = (Decimal(age), weight * tenths, creatinine * tenths)
    high = (Decimal(age + years), (weight + grams) * tenths, (creatinine + more) * tenths)
    names = ("age_years", "weight_kg", "creatinine_umol_l")
    ranges = {n: Interval(a, b) for n, a, b in zip(names, low, high, strict=True)}
    whole = measure("cockcroft_gault", **ranges, sex="male")
    assert isinstance(whole, Interval)
    middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
    for corner in (low, high, middle, (low[0], high[1], low[2])):
        points = {n: Interval(x, x) for n, x in zip(names, corner, strict=True)}
        value = measure("cockcroft_gault", **points, sex="male")
        assert isinstance(value, Interval)
        assert whole.low <= value.low <= whole.high


# Body size ---------------------------------------------------------------------------------------


def test_body_surface_by_mosteller() -> None:
    """170 cm and 75 kg: 1.882 m2 (test-derive_param_bsa.R of admiral)."""
    value = measure("body_surface_area", weight_kg=interval("75"), height_cm=interval("170"))
    assert number(value) == pytest.approx(1.882, abs=0.0005)
    assert shown(values_of(weight_kg=75, height_cm=170), "body_surface_m2") == ["1.88"]


def test_body_mass_index() -> None:
    """75 / 1.7^2 = 25.95, worked out by hand."""
    assert shown(values_of(weight_kg=75, height_cm=170), "bmi_kg_m2") == ["26"]
    assert values_of(weight_kg=75)["bmi_kg_m2"].value is None
    assert values_of(weight_kg=75).to_ask(["bmi_kg_m2"]) == ("height_cm",)


# Times -------------------------------------------------------------------------------------------

ELAPSED = [
    ("days_since", "2026-01-15", "0"),
    ("days_since", "2025-12-18", "28"),
    ("days_since", "2025-12", "15-45"),
    ("days_since", "2026-01-16", "unknown"),
    ("hours_since", "2026-01-14", "0-48"),
    ("hours_since", "2026-01-15", "0-24"),
    ("age_from_birth_date", "1961-01-15", "65"),
    ("age_from_birth_date", "1961-01-16", "64"),
    ("age_from_birth_date", "1961", "64-65"),
    ("age_from_birth_date", "2026-02-01", "unknown"),
]


@pytest.mark.parametrize(("name", "day", "expected"), ELAPSED)
def test_time_from_a_date_that_may_be_partial(name: str, day: str, expected: str) -> None:
    assert show(measure(name, then=day)) == expected


def test_a_month_is_a_twelfth_of_the_gregorian_year() -> None:
    """365.25 / 12 = 30.4375 days: 2025-01-15 is 365 days or 11.99 months away."""
    assert number(measure("months_since", then="2025-01-15")) == pytest.approx(11.992, abs=5e-4)
    assert measure("months_since", then=None) is None
    assert measure("months_since", then=NOT_APPLICABLE) is NOT_APPLICABLE


@pytest.mark.parametrize(
    ("noted", "expected"),
    [("2015-01-15", "61"), ("2015-01-16", "60"), ("2015", "60"), ("2026-01-10", "50")],
)
def test_an_age_noted_earlier_is_carried_forward(noted: str, expected: str) -> None:
    """An age of ten years ago once went into the clearance as it stood."""
    found = facts({"kind": "demographics", "date": noted, "age_years": 50})["age_years"]
    assert show(found.value) == expected
    carried = expected != "50"
    assert found.note == (f"noted as 50 on {noted}" if carried else None)


def test_an_age_without_a_date_is_that_of_the_question() -> None:
    assert shown(facts({"kind": "demographics", "age_years": 50}), "age_years") == ["50"]


# Multiples of the limit, bounds on Ki-67 ---------------------------------------------------------


def test_multiples_of_the_upper_limit() -> None:
    """63 / 21 umol/L is exactly three times the limit, which is not above it."""
    assert shown(values_of(bilirubin_umol_l=63, bilirubin_uln_umol_l=21), "bilirubin_x_uln") == [
        "3"
    ]
    found = values_of(bilirubin_umol_l=63)
    # Without a printed limit it is one of those that laboratories print: three times it, or not.
    assert found["bilirubin_uln_umol_l"].origin == "bounded"
    least, most = UpperLimits.read(load_knowledge().measures).bounds("bilirubin_umol_l") or ()
    assert found["bilirubin_uln_umol_l"].value == Interval(least, most)
    assert found["bilirubin_x_uln"].value == Interval(63 / most, 63 / least)
    assert values_of()["bilirubin_uln_umol_l"].value is None
    assert found.to_ask(["bilirubin_x_uln"]) == ("bilirubin_uln_umol_l",)


BOUNDS: list[tuple[dict[str, str], str]] = [
    # a grade may rest on mitoses, so it bounds Ki-67 only from above
    ({"grade_reported": "G1"}, "0-2.9"),
    ({"grade_reported": "G2"}, "0-20"),
    ({"grade_reported": "G2", "grade_basis": "mitoses"}, "0-20"),
    ({"grade_reported": "G2", "grade_basis": "ki67"}, "3-20"),
    ({"grade_reported": "G2", "grade_basis": "both"}, "3-20"),
    # G3 bounds nothing, unless it rests on Ki-67 in an edition that tells it from NEC
    ({"grade_reported": "G3"}, "unknown"),
    ({"grade_reported": "G3", "grade_basis": "ki67"}, "unknown"),
    ({"grade_reported": "G3", "grade_basis": "ki67", "grade_reported_edition": "WHO2010"},
     "unknown"),
    ({"grade_reported": "G3", "grade_basis": "mitoses", "grade_reported_edition": "WHO2022"},
     "unknown"),
    ({"grade_reported": "G3", "grade_basis": "ki67", "grade_reported_edition": "WHO2022"},
     "20.1-100"),
    ({"grade_reported": "NEC"}, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "expected"), BOUNDS)
def test_a_reported_grade_bounds_an_unmeasured_ki67(given_: dict[str, str], expected: str) -> None:
    found = values_of(**given_)["ki67_percent"]
    assert show(found.value) == expected
    assert found.origin == ("unknown" if expected == "unknown" else "bounded")


def test_a_measured_ki67_is_never_bounded() -> None:
    found = values_of(grade_reported="G1", ki67_percent=12)["ki67_percent"]
    assert (show(found.value), found.origin) == ("12", "recorded")


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 12, 31)), st.integers(1, 5))
def test_a_year_that_has_passed_is_twelve_months(start: datetime.date, years: int) -> None:
    """A month is 30.4375 days, so 365 days are 11.99 of them: in the step of a fact 12."""
    fact = criteria().vocabulary["months_since_lu177_dotatate"]
    later = datetime.date(start.year + years, start.month, min(start.day, 28))
    least, most = months_between(exact(start.replace(day=min(start.day, 28))), exact(later))
    assert fact.round(least) == fact.round(most) == 12 * years


def test_every_function_of_the_vocabulary_is_there() -> None:
    entries = [fact.entry for fact in criteria().vocabulary.base_facts()]
    named = {entry.function for entry in entries}
    named |= {entry.bound.function for entry in entries if entry.bound is not None}
    assert set(FUNCTIONS) <= named
