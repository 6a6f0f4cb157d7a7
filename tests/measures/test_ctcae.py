"""CTCAE grades: the vectors of the fact sheet, baselines, missing limits, bounds and bands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.measures.ctcae import Baseline, Sample, Term, bands, edition, editions, grade
from gepnet.vocabulary import Interval

MEASURES = api.base().knowledge.measures


def point(number: Any) -> Interval:
    value = Decimal(str(number))
    return Interval(value, value)


def term(name: str, analyte: str) -> Term:
    return edition(MEASURES, name).of(analyte)[0]


def graded(name: str, analyte: str, value: Any, **more: Any) -> int | None:
    given: dict[str, Any] = {
        k: v if isinstance(v, bool | Baseline) else Decimal(str(v)) for k, v in more.items()
    }
    sample = Sample(point(value), **given)
    return grade(term(name, analyte), sample, name).grade


def base(value: Any, uln: Any = None, lln: Any = None) -> Baseline:
    return Baseline(
        point(value),
        None if lln is None else Decimal(str(lln)),
        None if uln is None else Decimal(str(uln)),
    )


# Derived from the tables of CTCAE v5.0 and v6.0 as pharmaverse admiral encodes them (project fact
# sheet on response and toxicity, section 3.3).
VECTORS: list[tuple[str, dict[str, Any], list[float], list[int | None], list[int | None]]] = [
    (
        "platelets_10e9_l", {"lln": 150}, [75.0, 74.9, 50.0, 49.9, 25.0, 24.9],
        [1, 2, 2, 3, 3, 4], [1, 2, 2, 3, 3, 3],
    ),
    ("platelets_10e9_l", {"lln": 150}, [9.9], [4], [4]),
    ("neutrophils_10e9_l", {"lln": 1.8}, [0.9, 0.45], [3, 4], [2, 3]),
    ("haemoglobin_g_l", {"lln": 120}, [100, 99, 80, 79], [1, 2, 2, 3], [1, 2, 2, 3]),
    ("alt_u_l", {"uln": 40, "baseline": base(30, 40)}, [120, 121, 201], [1, 2, 3], [1, 2, 3]),
    (
        "alt_u_l", {"uln": 40, "baseline": base(80, 40)}, [119, 120, 161, 241, 321, 401],
        [0, 1, 1, 2, 2, 3], [1, 1, 3, 3, 4, 4],
    ),
    ("creatinine_umol_l", {"uln": 100, "baseline": base(60, 100, 50)}, [95], [2], [0]),
    (
        "creatinine_umol_l", {"uln": 100, "baseline": base(90, 100, 50)}, [151, 301, 601],
        [2, 3, 4], [2, 3, 4],
    ),
    ("potassium_mmol_l", {"lln": 3.5}, [3.2], [1], [1]),
    ("albumin_g_l", {"lln": 35}, [29], [2], [2]),
    ("egfr_ml_min_173m2", {}, [59.5], [2], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("analyte", "more", "values", "five", "six"), VECTORS)
def test_the_vectors_of_the_fact_sheet(
    analyte: str, more: dict[str, Any], values: list[float], five: list[Any], six: list[Any]
) -> None:
    assert [graded("5", analyte, value, **more) for value in values] == five
    assert [graded("6", analyte, value, **more) for value in values] == six


def test_symptoms_that_a_grade_needs_are_assumed_only_when_asked() -> None:
    sample = Sample(point("3.2"), lln=Decimal("3.5"))
    assert grade(term("5", "potassium_mmol_l"), sample, "5", worst_case=True).grade == 2


def test_a_baseline_sample_is_graded_without_its_own_baseline() -> None:
    # Relative to itself a high baseline would grade 0 (open report on pharmaverse admiral, 2512).
    assert graded("5", "alt_u_l", 80, uln=40, baseline=base(80, 40)) == 0
    assert graded("5", "alt_u_l", 80, uln=40, baseline=base(80, 40), before_treatment=True) == 1
    told = grade(
        term("5", "creatinine_umol_l"),
        Sample(point(130), uln=Decimal(84), before_treatment=True),
        "5",
    )
    assert told.grade == 2
    assert "baseline sample" in told.reason
    assert graded("6", "alp_u_l", 300, uln=120, before_treatment=True) == 0


@pytest.mark.parametrize(
    ("name", "analyte", "value", "more", "low", "high", "missing"),
    [
        ("5", "platelets_10e9_l", 300, {}, 0, 1, ("lln",)),
        ("5", "platelets_10e9_l", 68, {}, 2, 2, ()),
        ("5", "alt_u_l", 130, {"uln": 40}, 0, 2, ("baseline",)),
        ("5", "alt_u_l", 41, {"uln": 40}, 0, 1, ("baseline",)),
        ("5", "alt_u_l", 40, {"uln": 40}, 0, 0, ()),  # no baseline above normal is below it
        ("6", "bilirubin_umol_l", 9, {"uln": 21}, 0, 0, ()),
        ("5", "alt_u_l", 40, {}, 0, 4, ("uln", "baseline")),
        ("5", "creatinine_umol_l", 95, {"uln": 100}, 0, 3, ("baseline",)),
        ("5", "creatinine_umol_l", 95, {"baseline": base(90)}, 0, 4, ("uln",)),
        ("6", "creatinine_umol_l", 95, {"uln": 100, "baseline": base(60)}, 0, 2, ()),
        ("6", "creatinine_umol_l", "1.2", {"uln": 100, "lln": 50}, 0, 3, ("baseline",)),
        ("6", "glucose_mmol_l", 12, {"uln": 5.6}, 0, 2, ()),
        ("6", "glucose_mmol_l", 14, {"uln": 5.6}, 3, 3, ()),
    ],
)
def test_what_is_missing_leaves_a_range_and_never_normal(
    name: str, analyte: str, value: Any, more: dict[str, Any], low: int, high: int, missing: Any
) -> None:
    found: dict[str, Any] = {
        k: v if isinstance(v, Baseline) else Decimal(str(v)) for k, v in more.items()
    }
    told = grade(edition(MEASURES, name).of(analyte)[-1], Sample(point(value), **found), name)
    assert (told.at_least, told.at_most) == (low, high)
    assert set(missing) <= set(told.missing)
    assert (told.grade is None) == (low != high)
    assert "missing" in told.reason or low == high


@given(
    st.sampled_from(("5", "6")),
    st.sampled_from(("alt_u_l", "ast_u_l", "alp_u_l", "ggt_u_l", "bilirubin_umol_l")),
    st.integers(0, 1500),
)
def test_without_a_baseline_the_grades_are_those_that_some_baseline_gives(
    name: str, analyte: str, number: int
) -> None:
    value, uln = Decimal(number) + Decimal("0.5"), Decimal(40)
    told = grade(term(name, analyte), Sample(point(value), uln=uln), name)
    found = {
        graded(name, analyte, value, uln=uln, baseline=base(baseline, uln))
        for baseline in ("1", "40", "40.0001", "55.1", "150", "3000")
    }
    assert None not in found
    assert (told.at_least, told.at_most) == (min(found, key=int), max(found, key=int))


def test_what_an_edition_does_not_grade_has_no_grade() -> None:
    told = grade(term("6", "lymphocytes_10e9_l"), Sample(point("0.1")), "6")
    assert told.grade is None
    assert "no row" in told.reason


def test_another_edition_is_refused() -> None:
    with pytest.raises(Exception, match="an edition of CTCAE: 5, 6"):
        edition(MEASURES, "4")


TERMS = [(e.edition, t) for e in editions(MEASURES) for t in e.terms]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 8000), st.integers(1, 800), st.integers(1, 800))
def test_a_worse_value_never_has_a_lower_grade(value: int, limit: int, step: int) -> None:
    for name, one in TERMS:
        if one.ungraded:
            continue
        end = Decimal(limit) / 4
        at = Decimal(value) / 10
        worse = at - Decimal(step) / 10 if one.direction == "low" else at + Decimal(step) / 10
        first = grade(one, Sample(point(at), lln=end, uln=end, before_treatment=True), name)
        second = grade(one, Sample(point(worse), lln=end, uln=end, before_treatment=True), name)
        assert second.at_least is not None and first.at_least is not None
        assert second.at_least >= first.at_least


def test_bands_are_where_the_grades_are() -> None:
    platelets = term("5", "platelets_10e9_l")
    drawn = bands(platelets, lln=Decimal(150))
    assert [f"{b.grade}: {b.low} to {b.high}" for b in drawn] == [
        "1: 75 to 150", "2: 50 to 75", "3: 25 to 50", "4: None to 25",
    ]  # fmt: skip
    for band in drawn:
        low = band.low if band.low is not None else Decimal(0)
        assert graded("5", "platelets_10e9_l", low, lln=150) == band.grade
    creatinine = bands(term("6", "creatinine_umol_l"), uln=Decimal(100))
    starts = [Decimal(100), Decimal(150), Decimal(300), Decimal(600)]
    assert [(b.grade, b.low) for b in creatinine] == list(enumerate(starts, 1))
    assert [b.high for b in creatinine] == [*starts[1:], None]
    # Without a lower limit of normal there is no first band.
    assert [b.grade for b in bands(platelets)] == [2, 3, 4]


@given(
    st.sampled_from([t for t in TERMS if t[1].grades]),
    st.lists(st.integers(0, 4000), min_size=2, max_size=2),
    st.integers(1, 800),
    st.one_of(st.none(), st.integers(1, 800)),
)
def test_a_range_has_every_grade_of_the_values_in_it(
    chosen: tuple[str, Term], ends: list[int], limit: int, baseline: int | None
) -> None:
    """A value known within bounds never has a grade that a value within them could not have."""
    name, one = chosen
    low, high = (Decimal(end) / 10 for end in sorted(ends))
    more: dict[str, Any] = {"lln": Decimal(limit) / 4, "uln": Decimal(limit) / 4}
    if baseline is not None:
        more["baseline"] = base(Decimal(baseline) / 4, uln=more["uln"], lln=more["lln"])
    whole = grade(one, Sample(Interval(low, high), **more), name)
    assert whole.at_least is not None and whole.at_most is not None
    for value in (low, (low + high) / 2, high):
        inside = grade(one, Sample(point(value), **more), name)
        assert inside.at_least is not None and inside.at_most is not None
        assert whole.at_least <= inside.at_least
        assert inside.at_most <= whole.at_most


def test_what_is_only_known_as_a_bound_leaves_a_grade_open_where_it_must() -> None:
    platelets = api.base().vocabulary["platelets_10e9_l"]
    found = {}
    for text in ("<5", "<25", "<=25", ">20", ">150"):
        value = platelets.parse(text)
        assert isinstance(value, Interval)
        told = grade(term("5", "platelets_10e9_l"), Sample(value, lln=Decimal(150)), "5")
        found[text] = (told.at_least, told.at_most)
    assert found == {"<5": (4, 4), "<25": (4, 4), "<=25": (3, 4), ">20": (0, 4), ">150": (0, 0)}


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "wanted"),
    [
        ("haemoglobin_g_l", "4.9", "mmol/L", 2),
        ("haemoglobin_g_l", "4.89", "mmol/L", 3),
        ("haemoglobin_g_l", "78.9586", "g/L", 3),
        ("haemoglobin_g_l", "7.9", "g/dL", 3),
        ("glucose_mmol_l", "54", "mg/dL", 2),
        ("glucose_mmol_l", "0.54", "g/L", 2),
        ("glucose_mmol_l", "55", "mg/dL", 1),
        ("glucose_mmol_l", "3.0", "mmol/L", 1),
        ("glucose_mmol_l", "<30", "mg/dL", 4),
        ("calcium_corrected_mmol_l", "12.5", "mg/dL", 2),
        ("calcium_corrected_mmol_l", "12.6", "mg/dL", 3),
        ("magnesium_mmol_l", "0.9", "mg/dL", 2),
    ],
)
def test_of_a_limit_in_several_units_that_of_the_reported_unit_counts(
    analyte: str, value: str, unit: str, wanted: int
) -> None:
    fact = api.base().vocabulary[analyte]
    number = fact.parse(value, unit)
    assert isinstance(number, Interval)
    limits = {"lln": Decimal(200), "uln": Decimal("0.1")}
    terms = edition(MEASURES, "5").of(analyte)
    direction = (
        "low"
        if analyte in ("haemoglobin_g_l", "glucose_mmol_l") or (wanted == 2 and value == "0.9")
        else "high"
    )
    one = next(t for t in terms if t.direction == direction and t.grades)
    assert grade(one, Sample(number, **limits), "5").grade == wanted


@pytest.mark.parametrize(
    ("name", "analyte", "value", "more", "wanted"),
    [
        ("5", "inr", 1.9, {}, 2),
        ("5", "inr", 1.2, {}, 0),
        ("5", "inr", 2.51, {}, 3),
        ("6", "ldh_x_uln", 1.01, {"uln": 1}, 1),
        ("5", "sodium_mmol_l", 151, {"uln": 145}, 2),
        ("5", "lipase_u_l", 150, {"uln": 60}, 2),
        ("5", "lipase_u_l", 301, {"uln": 60}, 3),
        ("5", "fibrinogen_g_l", 0.49, {"lln": 2}, 4),
        ("5", "fibrinogen_g_l", 1.6, {"lln": 2, "baseline": base(3.2)}, 3),
        ("5", "fibrinogen_g_l", 2.1, {"lln": 2, "baseline": base(4.2)}, 0),
        ("5", "leukocytes_10e9_l", 100.1, {"lln": 4}, 3),
    ],
)
def test_further_terms(
    name: str, analyte: str, value: Any, more: dict[str, Any], wanted: int
) -> None:
    given: dict[str, Any] = {
        k: v if isinstance(v, Baseline) else Decimal(str(v)) for k, v in more.items()
    }
    sample = Sample(point(value), **given)
    found = [grade(one, sample, name).grade for one in edition(MEASURES, name).of(analyte)]
    assert wanted in found
