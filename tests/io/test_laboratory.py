"""Laboratory files: what is read, and what is refused by line, field and value."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.io.laboratory import LabRow, read_laboratory
from gepnet.knowledge import InputError
from gepnet.vocabulary import in_order

HEADER = "patient_id,date,analyte,value,unit,lln,uln,baseline\n"
TODAY = datetime.date(2026, 11, 22)


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> tuple[LabRow, ...]:
    file = tmp_path / "labs.csv"
    file.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_laboratory(file, api.base().vocabulary, TODAY)


def test_values_and_limits_are_converted_together(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "p,2026-01-10,creatinine_umol_l,1.0,mg/dl,0.6,1.2,")
    assert (row.value.low, row.lln, row.uln) == tuple(map(Decimal, ("88.4", "53.04", "106.08")))
    (row,) = read(tmp_path, "p,2026-01-10,platelets_10e9_l,68,x10^9/L,150,400,")
    assert row.value.low == 68


def test_two_values_of_a_day_stand_in_the_order_of_the_clock(tmp_path: Path) -> None:
    rows = [
        "p,2026-01-10T16:05,platelets_10e9_l,70,10^9/L,,,",
        "p,2026-01-10T08:00,platelets_10e9_l,68,10^9/L,,,",
    ]
    read_in = in_order([(row.date, row) for row in read(tmp_path, *rows)])
    assert [str(row.value) for row in read_in] == ["68", "70"]


def test_one_moment_is_one_sample_whatever_the_offset(tmp_path: Path) -> None:
    row = "p,2026-01-10T{},platelets_10e9_l,{},10^9/L,,,"
    apart = [row.format("08:00+01:00", 68), row.format("08:00+02:00", 70)]
    assert len(read(tmp_path, *apart)) == 2
    with pytest.raises(InputError, match="one value of platelets_10e9_l a date"):
        read(tmp_path, row.format("08:00+00:00", 68), row.format("09:00+01:00", 70))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["p,2026-01-10,creatinine_umol_l,1.1,umol/L,,,"], ":2: error, field value, value '1.1': "),
        (["p,2026-01-10,creatinine_umol_l,88,mg/dL,,,"], "from 15 to 3000 umol/L"),
        (["p,2026-01-10,haemoglobin_g_l,12.4,g/L,,,"], "from 25 to 250 g/L"),
        (["p,2026-01-10,haemoglobin_g_l,12.4,,,,"], "field unit: expected the unit, since none"),
        (["p,2026-01-10,platelets_10e9_l,150000,10^9/L,,,"], "from 0 to 3000"),
        (["p,2026-01-10,platelets_10e9_l,68,mg/dL,,,"], "field unit, value 'mg/dL'"),
        (["p,2026-01-10,egfr_ml_min_173m2,80,mL/min,,,"], "field unit, value 'mL/min'"),
        (["p,2026-01-10,platelets,68,10^9/L,,,"], "did you mean 'platelets_10e9_l'"),
        (["p,2026-01,platelets_10e9_l,68,10^9/L,,,"], "a day such as 2024-05-17"),
        (["p,2026-01-10T28:00,platelets_10e9_l,68,10^9/L,,,"], "is no date-time"),
        (["p,2027-01-10,platelets_10e9_l,68,10^9/L,,,"], "a date not after 2026-11-22"),
        ([",2026-01-10,platelets_10e9_l,68,10^9/L,,,"], "the name of a patient"),
        (["p,2026-01-10,platelets_10e9_l,,10^9/L,,,"], "field value"),
        (["p,2026-01-10,platelets_10e9_l,low,10^9/L,,,"], "field value"),
        (["p,2026-01-10,alt_u_l,30,U/L,,>40,"], "field uln, value '>40': expected one number"),
        (["p,2026-01-10,alt_u_l,30,U/L,,40,0"], "a number above 0 .the baseline value., or true"),
        (["p,2026-01-10,platelets_10e9_l,68,10^9/L,400,150,"], "a limit below uln"),
        (
            [
                "p,2026-01-10,platelets_10e9_l,68,10^9/L,,,",
                "p,2026-01-10,platelets_10e9_l,70,10^9/L,,,",
            ],
            "one value of platelets_10e9_l a date",
        ),
        (
            [
                "p,2026-01-10,platelets_10e9_l,68,10^9/L,,,true",
                "p,2026-02-10,platelets_10e9_l,70,10^9/L,,,68",
            ],
            "a number, as in other rows",
        ),
    ],
)
def test_faults_are_named(tmp_path: Path, rows: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, *rows)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "p,2026-01-10,haemoglobin_g_l,12,g/L,,,", ",nonsense,platelets,68,,,,")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 3, 3]


def test_columns_are_held_to_their_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'analyte'"):
        read(tmp_path, header="patient_id,date,analyt,value,unit\n")


def graded(tmp_path: Path, *rows: str, ctcae: str = "5", **more: Any) -> list[dict[str, Any]]:
    file = tmp_path / "labs.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    view = api.grade_laboratory(file, api.base(), ctcae, **more)
    assert view["ctcae"] == ctcae
    return list(view["rows"])


ALT = [
    "p,2026-01-10,alt_u_l,80,U/L,,40,{0}",
    "p,2026-02-10,alt_u_l,119,U/L,,40,{1}",
    "p,2026-03-10,alt_u_l,161,U/L,,40,{1}",
]


@pytest.mark.parametrize("marks", [("true", ""), ("yes", "no"), ("80", "80")])
def test_a_baseline_is_marked_or_given(tmp_path: Path, marks: tuple[str, str]) -> None:
    rows = [row.format(*marks) for row in ALT]
    assert [row["grade"] for row in graded(tmp_path, *rows)] == [1, 0, 1]
    assert [row["grade"] for row in graded(tmp_path, *rows, ctcae="6")] == [1, 1, 3]


def test_a_baseline_date_takes_the_latest_sample_up_to_it(tmp_path: Path) -> None:
    rows = [row.format("", "") for row in ALT]
    day = datetime.date(2026, 1, 31)
    found = graded(tmp_path, *rows, baseline_date=day)
    assert [(row["grade"], row["baseline"]) for row in found] == [(1, 80), (0, 80), (1, 80)]
    assert found[0]["baseline_sample"] and not found[1]["baseline_sample"]
    assert "baseline missing" in graded(tmp_path, *rows)[2]["reason"]
    with pytest.raises(InputError, match="not both"):
        graded(tmp_path, *[row.format("true", "") for row in ALT], baseline_date=day)


def test_patients_have_baselines_of_their_own(tmp_path: Path) -> None:
    rows = [row.format("true", "") for row in ALT]
    rows.append("q,2026-03-10,alt_u_l,161,U/L,,40,")
    assert [row["grade"] for row in graded(tmp_path, *rows)] == [1, 0, 1, None]


def test_multiples_of_the_limit_are_their_own_measure(tmp_path: Path) -> None:
    found = graded(tmp_path, "p,2026-01-10,alt_x_uln,3.1,xULN,,,true")
    assert (found[0]["grade"], found[0]["term"]) == (2, "Alanine aminotransferase increased")


def test_what_no_term_grades_is_said(tmp_path: Path) -> None:
    (row,) = graded(tmp_path, "p,2026-01-10,mcv_fl,96,fL,,,")
    assert row["grade"] is None
    assert "not encoded here" in row["reason"]


def test_a_value_in_the_wrong_unit_is_asked_about_and_may_be_accepted(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(
        "patient_id,date,analyte,value,unit\n"
        "a,2024-01-02,glucose_mmol_l,95,mmol/L\n"
        "a,2024-01-02,bilirubin_umol_l,1.2,umol/L\n"
        "a,2024-01-03,bilirubin_umol_l,1.2,mg/dL\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        api.grade_laboratory(path, api.base())
    first, second = refused.value.problems
    assert (first.line, first.field, first.value) == (2, "value", "'95'")
    assert "from 0.8 to 50 mmol/L (95 mg/dL would be 5.27 mmol/L)" in first.expected
    assert "1.2 mg/dL would be 20.5 umol/L" in second.expected
    both = ("glucose_mmol_l=95 by Dr Bell: coma", "bilirubin_umol_l=1.2 by Dr Bell: repeated")
    view = api.grade_laboratory(path, api.base(), accept=both)
    assert [one["reason"] for one in view["accepted"]] == ["coma", "repeated"]
    with pytest.raises(
        InputError, match="inr=1: expected a value that is outside its plausible range"
    ):
        api.grade_laboratory(path, api.base(), accept=(*both, "inr=1 by A: b"))
