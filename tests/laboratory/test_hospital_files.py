"""Laboratory values as hospitals export them: exact, in any unit and order, bounds included."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.charts.labs import LabPanel, LabPoint, worst
from gepnet.facts import Facts, facts_of_values
from gepnet.io.laboratory import read_laboratory
from gepnet.io.laboratory_grades import grades_of
from gepnet.knowledge import InputError
from gepnet.measures.ctcae import Sample, edition, grade
from gepnet.record import parse_record, record_to_yaml
from gepnet.vocabulary import Interval, unit_ratio
from tests.prrt.course_data import TODAY, TWO_CYCLES, fired, lab, record, reviewed

BASE = api.base()
HEADER = "patient_id,date,analyte,value,unit,lln,uln,baseline\n"


def graded(folder: Path, *rows: str, header: str = HEADER, **more: Any) -> list[tuple[Any, ...]]:
    file = folder / "labs.csv"
    file.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    view = api.grade_laboratory(file, BASE, **more)
    return [(r["patient_id"], r["term"], r["grade"]) for r in view["rows"]]


# Comparison after a lossy conversion -------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "term", "wanted"),
    [
        ("neutrophils_10e9_l,996,/uL,1800,7500,4000", "Neutrophil count decreased", 3),
        ("neutrophils_10e9_l,0.9999,10*9/L,1.8,7.5,4", "Neutrophil count decreased", 3),
        ("neutrophils_10e9_l,1000,/uL,1800,7500,4000", "Neutrophil count decreased", 2),
        ("lymphocytes_10e9_l,496,/uL,1000,4000,2000", "Lymphocyte count decreased", 3),
        ("platelets_10e9_l,74960,/uL,150000,400000,", "Platelet count decreased", 2),
        ("bilirubin_umol_l,1.8,mg/dL,,1.2,0.8", "Blood bilirubin increased", 1),
        ("bilirubin_umol_l,3.6,mg/dL,,1.2,0.8", "Blood bilirubin increased", 2),
        ("bilirubin_umol_l,3.61,mg/dL,,1.2,0.8", "Blood bilirubin increased", 3),
        ("creatinine_umol_l,1.8,mg/dL,,1.2,1.2", "Creatinine increased", 1),
        ("glucose_mmol_l,54,mg/dL,70,100,90", "Hypoglycemia", 2),
        ("glucose_mmol_l,39,mg/dL,70,100,90", "Hypoglycemia", 3),
        ("haemoglobin_g_l,4.9,mmol/L,8.5,11,9", "Anemia", 2),
        ("albumin_g_l,2.999,g/dL,3.5,5,", "Hypoalbuminemia", 2),
        ("potassium_mmol_l,5.52,mmol/L,3.5,5,", "Hyperkalemia", 2),
    ],
)
def test_no_value_reaches_a_limit_by_being_converted(
    tmp_path: Path, row: str, term: str, wanted: int
) -> None:
    assert ("p", term, wanted) in graded(tmp_path, f"p,2026-01-05,{row}")


BEFORE_3 = "2026-01-23"


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"neutrophils_10e9_l": {"value": 996, "unit": "/uL"}}, "neutropenia"),
        ({"platelets_10e9_l": {"value": 74970, "unit": "/uL"}}, "thrombocytopenia"),
        ({"haemoglobin_g_l": {"value": "7.996", "unit": "g/dL"}}, "anaemia"),
        ({"platelets_10e9_l": "<5"}, "thrombocytopenia"),
        ({"bilirubin_umol_l": {"value": "3.61", "unit": "mg/dL"},
          "bilirubin_uln_umol_l": {"value": "1.2", "unit": "mg/dL"}}, "hepatic-bilirubin"),
    ],
)  # fmt: skip
def test_a_cycle_is_held_by_the_value_as_reported(values: dict[str, Any], rule: str) -> None:
    found = reviewed([*TWO_CYCLES, lab(BEFORE_3, **values)])
    assert rule in fired(found, "hold")
    assert found.proposal == "hold"


@pytest.mark.parametrize(
    ("lowest", "proposal"),
    [
        ("<100", "undecidable"),
        (">60", "undecidable"),
        ("60-80", "undecidable"),
        ("<=74", "reduce"),
        (">=75", "proceed"),
        ("~110", "proceed"),
    ],
)
def test_a_censored_value_since_the_last_dose_may_have_been_a_toxicity(
    lowest: str, proposal: str
) -> None:
    """What occurred counts though it is over; what may have occurred is not what did not."""
    nadir = {**lab("2025-12-20", platelets_10e9_l=lowest), "id": "nadir"}
    found = reviewed([*TWO_CYCLES, nadir, lab(BEFORE_3)])
    assert found.proposal == proposal
    assert [one.id for one in found.missing] == ["thrombocytopenia"] * (proposal == "undecidable")
    # A sample that tells settles it.
    lower = {**lab("2025-12-27", platelets_10e9_l=60), "id": "lower"}
    assert reviewed([*TWO_CYCLES, nadir, lower, lab(BEFORE_3)]).proposal == "reduce"


@pytest.mark.parametrize(("now", "held"), [("1.05", True), ("1.049", False)])
def test_a_rise_is_formed_from_the_values_as_reported(now: str, held: bool) -> None:
    """From 0.75 to 1.05 mg/dL is exactly 40 %; to the step of a fact it was 39.97 %."""

    def creatinine(value: str) -> dict[str, str]:
        return {"value": value, "unit": "mg/dL"}

    first = lab("2025-10-02", creatinine_umol_l=creatinine("0.75"))
    course = [first if e["id"] == first["id"] else e for e in TWO_CYCLES]
    found = reviewed([*course, lab(BEFORE_3, creatinine_umol_l=creatinine(now))])
    assert ("renal-creatinine-rise" in fired(found, "hold")) is held


#: The limit of a rule in the unit of its fact, another unit, and how many of the other are one.
REPORTED = {
    "platelets_10e9_l": (75, "/uL", 1000),
    "neutrophils_10e9_l": (1, "/uL", 1000),
    "haemoglobin_g_l": (80, "g/dL", Decimal("0.1")),
    "albumin_g_l": (30, "g/dL", Decimal("0.1")),
}


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(sorted(REPORTED)), steps=st.integers(-40, 40))
def test_a_change_of_unit_changes_no_decision(name: str, steps: int) -> None:
    """Whatever the unit, the review of a cycle proposes the same for the same reasons."""
    limit, unit, factor = REPORTED[name]
    value = limit + Decimal(steps) / 1000
    ways = ({"value": str(value)}, {"value": str(value * factor), "unit": unit})
    found = [reviewed([*TWO_CYCLES, lab(BEFORE_3, **{name: way, "inr": 1.6})]) for way in ways]
    one, other = found
    assert (one.proposal, fired(one)) == (other.proposal, fired(other))
    assert (one.proposal == "hold") is (value < limit)


def test_just_at_the_limit_a_cycle_is_not_held() -> None:
    values = {
        "platelets_10e9_l": {"value": 75000, "unit": "/uL"},
        "neutrophils_10e9_l": {"value": 1000, "unit": "/uL"},
        "haemoglobin_g_l": {"value": "8.0", "unit": "g/dL"},
    }
    assert reviewed([*TWO_CYCLES, lab(BEFORE_3, **values)]).proposal == "proceed"


def test_a_patient_file_is_written_as_it_was_reported() -> None:
    values = {
        "platelets_10e9_l": "<5",
        "neutrophils_10e9_l": {"value": 996, "unit": "/uL"},
        "lymphocytes_10e9_l": {"value": "<=0.41", "unit": "K/uL"},
        "leukocytes_10e9_l": "3.0000000000000001",
    }
    before = record([*TWO_CYCLES, lab(BEFORE_3, **values)])
    again = parse_record(record_to_yaml(before), "p.yaml", BASE.vocabulary, TODAY)
    assert again == before
    for one, other in zip(before.events, again.events, strict=True):
        for name, value in one.values.items():
            if isinstance(value, Interval):
                assert other.values[name].reported == value.reported


# Plausibility of limits of normal -------------------------------------------------------------


def test_limits_of_normal_in_another_unit_are_asked_about(tmp_path: Path) -> None:
    """2.1 mg/dL of magnesium is normal; 2.1 mmol/L would be a grade 3, and is no slip by itself."""
    row = "p,2026-01-05,magnesium_mmol_l,2.1,mmol/L,1.7,2.4,"
    with pytest.raises(InputError) as caught:
        graded(tmp_path, row)
    asked = [(p.field, p.value) for p in caught.value.problems]
    assert asked == [("lln", "'1.7'"), ("uln", "'2.4'")]
    assert ("p", "Hypermagnesemia", 0) in graded(tmp_path, row.replace("mmol/L", "mg/dL"))
    said = "by Dr A: as the laboratory prints it"
    accepted = (f"magnesium_mmol_l=1.7 {said}", f"magnesium_mmol_l=2.4 {said}")
    assert ("p", "Hypermagnesemia", 3) in graded(tmp_path, row, accept=accepted)
    values = {"magnesium_mmol_l": 2.1, "limits": {"magnesium_mmol_l": [1.7, 2.4]}}
    with pytest.raises(InputError, match="a lower limit of normal among usual values"):
        record([{"id": "l", "kind": "laboratory", "date": "2026-01-05", **values}])


@pytest.mark.parametrize(
    "row",
    [
        "p,2026-01-05,neutrophils_10e9_l,3.2,/uL,1.8,7.5,",
        "p,2026-01-05,neutrophils_10e9_l,3.2,/uL,,,",
        "p,2026-01-05,lymphocytes_10e9_l,1.4,cells/uL,1.0,4.0,",
        "p,2026-01-05,alt_u_l,35,ukat/L,,40,",
        "p,2026-01-05,bilirubin_umol_l,17,mg/dL,,21,",
        "p,2026-01-05,magnesium_mmol_l,0.8,mg/dL,0.7,1.0,",
    ],
)
def test_a_number_of_another_unit_is_told_by_its_limits_of_normal(tmp_path: Path, row: str) -> None:
    """Normal values, of a grade 4, 0, 3 and 3 in the unit that stands beside them."""
    with pytest.raises(InputError, match=r"is it in this unit|a plausible value"):
        graded(tmp_path, row)


# One reader: the unit column counts in every command ------------------------------------------


def test_toxicity_reads_the_unit_column(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("patient_id,term,start,end,grade,ctcae\n")
    (tmp_path / "patients.csv").write_text("patient_id,start,end\np1,2025-01-13,2025-07-13\n")
    (tmp_path / "labs.csv").write_text(
        "patient_id,date,fact,value,unit,lln,uln\n"
        "p1,2025-02-17,neutrophils_10e9_l,400,/uL,1800,7500\n"
        "p1,2025-02-17,platelets_10e9_l,<20000,/uL,150000,400000\n"
        "p1,2025-02-17,haemoglobin_g_l,11.0,g/dL,12,16\n"
    )
    view = api.toxicity_view(
        BASE, tmp_path / "events.csv", tmp_path / "patients.csv", labs=tmp_path / "labs.csv"
    )
    found = {r["term"]: (r["grade"], r["at_most"]) for r in view["maximum"]}
    assert found == {
        "Neutrophil count decreased": (4, 4),
        "Platelet count decreased": (4, 4),
        "Anemia": (1, 1),
    }


# A value settled by the rest of the file --------------------------------------------------------


@pytest.mark.parametrize("written", ["1", "1.0", "1.00"])
def test_a_baseline_has_one_meaning_however_it_is_written(tmp_path: Path, written: str) -> None:
    rows = [
        f"p,2026-01-05,creatinine_umol_l,2.1,mg/dL,0.6,1.5,{written}",
        f"p,2026-02-05,creatinine_umol_l,3.4,mg/dL,0.6,1.5,{written}",
    ]
    assert [grade for *_, grade in graded(tmp_path, *rows)] == [2, 3]


def test_a_zero_is_no_mark_of_a_sample_that_is_not_the_baseline(tmp_path: Path) -> None:
    rows = ["p,2026-01-05,alt_u_l,80,U/L,,40,1", "p,2026-02-05,alt_u_l,119,U/L,,40,0"]
    with pytest.raises(InputError, match=r"or true or false .the baseline sample."):
        graded(tmp_path, *rows)


# Censored values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("falls", "signs", "chosen"),
    [
        (False, ("<=", ">", ""), ">"),
        (False, ("", ">=", "<"), ">="),
        (True, ("", ">", "<"), "<"),
        (True, (">", "<=", ""), "<="),
    ],
)
def test_of_one_number_a_censored_value_is_the_lowest_or_highest_by_its_sign(
    falls: bool, signs: tuple[str, ...], chosen: str
) -> None:
    """Of <=10, >10 and 10 the chart named the first as the highest."""
    days = [datetime.date(2026, 1, day) for day in range(1, len(signs) + 1)]
    points = [LabPoint(day, 10, sign=sign) for day, sign in zip(days, signs, strict=True)]
    for order in itertools.permutations(points):
        found = worst(LabPanel("x", "", order, falls=falls))
        assert found is not None and found.sign == chosen


def test_bounds_are_values_and_limits(tmp_path: Path) -> None:
    rows = [
        "p,2026-01-05,platelets_10e9_l,<5,10*9/L,150,400,",
        "p,2026-01-05,egfr_ml_min_173m2,>60,mL/min/1.73m2,60,,",
        "p,2026-01-05,ldh_u_l,30,U/L,,<40,",
    ]
    assert [grade for *_, grade in graded(tmp_path, *rows)] == [4, 0, 0]
    (tmp_path / "labs.csv").write_text(HEADER + "\n".join(rows))
    values = read_laboratory(tmp_path / "labs.csv", BASE.vocabulary)
    assert [str(row.value) for row in values] == ["<5", ">60", "30"]
    assert values[2].uln == 40


def facts(**given: Any) -> Facts:
    return facts_of_values(given, BASE.knowledge, BASE.criteria)


def test_what_follows_from_a_bound_is_a_range() -> None:
    found = facts(bilirubin_umol_l="<10", bilirubin_uln_umol_l=20)["bilirubin_x_uln"].value
    assert isinstance(found, Interval)
    assert found.low == 0 and Decimal("0.4999") < found.high < Decimal("0.5")


# Laws ------------------------------------------------------------------------------------------

ROWS = [
    "p,2026-01-10,alt_u_l,80,U/L,,40,true",
    "p,2026-02-10,alt_u_l,119,U/L,,40,",
    "p,2026-03-10,alt_u_l,161,U/L,,40,",
    "q,2026-01-01,alt_u_l,100,U/L,,40,",
    "p,2026-02-10,platelets_10e9_l,<25,10*9/L,150,400,",
    "p,2026-01-10,creatinine_umol_l,90,umol/L,60,105,true",
    "p,2026-03-10,creatinine_umol_l,1.6,mg/dL,0.6,1.2,",
    "p,2026-03-10,creatinine_umol_l,1.6,mg/dL,0.6,1.2,",
]


@given(st.permutations(ROWS))
@settings(max_examples=20)
def test_the_order_of_rows_changes_no_grade(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    """Newest first, sorted by analyte, one export behind another with a row in both."""
    folder = tmp_path_factory.mktemp("order")
    assert sorted(map(str, graded(folder, *rows))) == sorted(map(str, graded(folder, *ROWS)))


def test_splitting_by_patient_changes_no_grade(tmp_path: Path) -> None:
    whole = graded(tmp_path, *ROWS)
    parts = itertools.chain.from_iterable(
        graded(tmp_path, *(row for row in ROWS if row.startswith(name))) for name in "pq"
    )
    assert sorted(map(str, whole)) == sorted(map(str, parts))


UNITS = {
    "neutrophils_10e9_l": ("10*9/L", "/uL", "10^3/uL", "K/uL", "{cells}/uL", "10*6/L"),
    "platelets_10e9_l": ("G/L", "/uL", "10^3/mm3", "cells/uL"),
    "haemoglobin_g_l": ("g/L", "g/dL", "gm/dL", "mg/dL"),
    "bilirubin_umol_l": ("mg/dL", "mg/L", "ug/mL"),
    "creatinine_umol_l": ("umol/L", "mmol/L", "nmol/mL"),
    "glucose_mmol_l": ("mg/dL", "g/L", "mg/L"),
    "albumin_g_l": ("g/L", "g/dL", "mg/dL"),
    "alt_u_l": ("U/L", "mU/mL", "IU/L"),
}


@given(st.sampled_from(sorted(UNITS)), st.integers(1, 30000), st.data())
@settings(max_examples=80, deadline=None)
def test_a_change_of_unit_changes_no_grade(name: str, steps: int, data: st.DataObject) -> None:
    """Within what physics relates; between mg/dL and mmol/L CTCAE prints limits that differ."""
    fact, units = BASE.vocabulary[name], UNITS[name]
    first, second = (data.draw(st.sampled_from(units)) for _ in range(2))
    one = BASE.vocabulary[name].units.read(first, name, fact.entry.unit)
    other = BASE.vocabulary[name].units.read(second, name, fact.entry.unit)
    size = unit_ratio(one.ucum, other.ucum)
    assert size is not None
    least, greatest = fact.entry.range or (Decimal(0), Decimal(1))
    number = least + (greatest - least) * Decimal(steps) / 30000 / 8
    value = (number / one.factor).quantize(Decimal("0.0001"))
    try:
        left, right = fact.parse(str(value), first), fact.parse(str(value * size), second)
    except ValueError:
        return  # outside what the fact can be, in both units
    assert left == right
    assert isinstance(left, Interval) and isinstance(right, Interval)
    for name_of in ("5", "6"):
        for term in edition(BASE.knowledge.measures, name_of).of(name):
            limits = {"lln": Decimal(20), "uln": Decimal(10)}
            told = [grade(term, Sample(v, **limits), name_of).at_least for v in (left, right)]
            assert told[0] == told[1]


def test_grades_say_which_samples_they_are_of(tmp_path: Path) -> None:
    (tmp_path / "labs.csv").write_text(HEADER + "\n".join(reversed(ROWS)))
    rows = read_laboratory(tmp_path / "labs.csv", BASE.vocabulary)
    chosen = edition(BASE.knowledge.measures, "5")
    found = grades_of(rows, BASE.vocabulary, chosen)
    alt = [r for r in found.rows if r.analyte == "alt_u_l" and r.patient_id == "p"]
    assert [(str(r.date), r.baseline_sample, r.grade) for r in alt] == [
        ("2026-03-10", False, 1), ("2026-02-10", False, 0), ("2026-01-10", True, 1),
    ]  # fmt: skip
