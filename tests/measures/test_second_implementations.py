"""Grades and kidney function against other implementations, on 10,000 random samples each.

``ctcae_admiral.parquet`` was tabulated from the grading rules that the R package pharmaverse
admiral stores (data-raw/adlb_grading/ncictcaev5.json at 1df39730, ncictcaev6.json at 10c06973),
evaluated by a small evaluator of those expressions that shares no code with gepnet.
``renal_clincalc.parquet`` was tabulated with clincalc 0.4.0 (PyPI, a Rust engine), which rounds an
eGFR to whole numbers and a clearance to one decimal place.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gepnet import api
from gepnet.measures import cockcroft_gault
from gepnet.measures.ctcae import Baseline, Sample, Term, edition, grade
from gepnet.measures.renal import egfr_ckd_epi_2021, egfr_mdrd
from gepnet.vocabulary import Interval, parse_date

HERE = Path(__file__).parent
MEASURES = api.base().knowledge.measures
DAY = parse_date("2026-01-01")
# What the other implementation calls a term where an analyte has two.
DIRECTIONS = {
    "potassium_high": ("potassium_mmol_l", "high"),
    "potassium_low": ("potassium_mmol_l", "low"),
    "glucose_low": ("glucose_mmol_l", "low"),
}
# It takes the worst case for symptoms of a low potassium.
WORST_CASE = {"potassium_low"}


def term(name: str, analyte: str) -> Term:
    plain, direction = DIRECTIONS.get(analyte, (analyte, None))
    terms = edition(MEASURES, name).of(plain)
    return next(t for t in terms if direction is None or t.direction == direction)


def point(number: Any) -> Interval:
    value = Decimal(str(number))
    return Interval(value, value)


def decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def test_every_grade_agrees_with_the_second_implementation() -> None:
    table = pl.read_parquet(HERE / "ctcae_admiral.parquet")
    assert len(table) == 10_000
    assert table["grade"].value_counts().filter(pl.col("count") < 100).is_empty()
    differ = []
    for row in table.iter_rows(named=True):
        baseline = None
        if row["baseline"] is not None:
            limits = (decimal(row["baseline_lln"]), decimal(row["baseline_uln"]))
            baseline = Baseline(point(row["baseline"]), *limits)
        value = point(row["value"])
        sample = Sample(value, decimal(row["lln"]), decimal(row["uln"]), baseline)
        name, analyte = row["ctcae"], row["analyte"]
        found = grade(term(name, analyte), sample, name, analyte in WORST_CASE).grade
        if found != row["grade"]:
            differ.append((row, found))
    assert differ == []


def test_kidney_function_agrees_with_the_second_implementation() -> None:
    table = pl.read_parquet(HERE / "renal_clincalc.parquet")
    assert len(table) == 10_000
    for row in table.iter_rows(named=True):
        given = {
            name: Decimal(str(row[name]))
            for name in ("age_years", "weight_kg", "creatinine_umol_l")
        }
        values = {name: Interval(number, number) for name, number in given.items()}
        clearance = cockcroft_gault({**values, "sex": row["sex"]}, MEASURES, DAY)
        assert isinstance(clearance, Interval)
        # Half of the last place that the other one prints.
        assert abs(clearance.low - Decimal(str(row["cockcroft_gault"]))) <= Decimal("0.0501"), row
        egfr = egfr_ckd_epi_2021(
            given["creatinine_umol_l"], given["age_years"], row["sex"], MEASURES
        )
        assert abs(egfr - row["ckd_epi_2021"]) <= Decimal("0.5001"), row


# From the tests of pharmaverse admiral (project fact sheet, section 4); creatinine in umol/L. The
# package converts by 88.42, gepnet by 88.4, hence the tolerance.
RENAL = [
    (Decimal("1.09") * Decimal("88.4"), 55, "male", 90, "80.15", "97.48", "70.24"),
    (Decimal(85), 65, "female", 60, "65.55", "55.26", "58.24"),
    (Decimal("96.3"), 55, "male", "90.7", "80.2293", "98.31", "70.30"),
    (Decimal(70), 52, "female", 68, "89.7175", "89.23", "76.24"),
    (Decimal(77), 67, "male", 85, "94.5453", "98.96", "87.43"),
    (Decimal(65), 76, "female", 60, "84.4646", "61.67", "76.89"),
    (Decimal(2) * Decimal("88.4"), 70, "male", 70, "35.243", "34.03", "33.20"),
]


@pytest.mark.parametrize(("creatinine", "age", "sex", "kg", "ckd_epi", "clearance", "mdrd"), RENAL)
def test_the_kidney_vectors_of_the_fact_sheet(
    creatinine: Decimal, age: int, sex: str, kg: Any, ckd_epi: str, clearance: str, mdrd: str
) -> None:
    tolerance = Decimal("0.0006")
    near = [
        (egfr_ckd_epi_2021(creatinine, Decimal(age), sex, MEASURES), ckd_epi),
        (egfr_mdrd(creatinine, Decimal(age), sex, MEASURES), mdrd),
    ]
    weight = Decimal(str(kg))
    values = {
        "age_years": Interval(Decimal(age), Decimal(age)),
        "weight_kg": Interval(weight, weight),
        "creatinine_umol_l": Interval(creatinine, creatinine),
        "sex": sex,
    }
    found = cockcroft_gault(values, MEASURES, DAY)
    assert isinstance(found, Interval)
    for number, wanted in [*near, (found.low, clearance)]:
        assert abs(number / Decimal(wanted) - 1) <= tolerance, (number, wanted)
