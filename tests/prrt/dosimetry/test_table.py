"""The CSV file: every problem by row, column, value and what was expected, all at once."""

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.knowledge import InputError, Problem
from gepnet.prrt.dosimetry.question import Stated
from gepnet.prrt.dosimetry.run import run
from gepnet.prrt.dosimetry.table import read_series
from tests.prrt.dosimetry.tables import HEAD, STATED, fall, packaged, rows, series, unasked, write

GOOD = "P1,1,spleen,4,100,150"


def problems(
    path: Path, lines: list[str], head: str = HEAD, stated: Stated = STATED
) -> list[Problem]:
    file = write(path / "bad.csv", lines, head)
    with pytest.raises(InputError) as caught:
        read_series(file, unasked(), stated)
    assert all(problem.file == str(file) for problem in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("line", "field", "value", "expected"),
    [
        ("P1,1,spleen,-4,100,150", "time_h", "'-4'", "hours after the injection"),
        ("P1,1,spleen,0,100,150", "time_h", "'0'", "above 0"),
        ("P1,1,spleen,,100,150", "time_h", "''", "hours after the injection"),
        ("P1,1,spleen,4,5 mCi,150", "activity_mbq", "'5 mCi'", "1 mCi is 37 MBq"),
        ("P1,1,spleen,4,-1,150", "activity_mbq", "'-1'", "above 0"),
        ("P1,1,spleen,4,0,150", "activity_mbq", "'0'", "above 0"),
        ("P1,1,spleen,4,nan,150", "activity_mbq", "'nan'", "a number in MBq"),
        ("P1,1,spleen,4,inf,150", "activity_mbq", "'inf'", "a number in MBq"),
        ("P1,1,spleen,4,120000,150", "activity_mbq", "'120000'", "as kBq it would be 120"),
        ("P1,1,spleen,4,1_000,150", "activity_mbq", "'1_000'", "a number in MBq"),
        ("P1,1,spleen,4,\u0661\u0662,150", "activity_mbq", "'\u0661\u0662'", "a number in MBq"),
        ("P1,1,spleen,4,1e400,150", "activity_mbq", "'1e400'", "a number in MBq"),
        ("P1,1,spleen,4,100,150 g", "mass_g", "'150 g'", "a number in g"),
        ("P1,1,spleen,4,100,0", "mass_g", "'0'", "above 0"),
        ("P1,one,spleen,4,100,150", "cycle", "'one'", "a whole number from 1"),
        ("P1,1.5,spleen,4,100,150", "cycle", "'1.5'", "a whole number from 1"),
        (",1,spleen,4,100,150", "patient_id", "''", "a patient id"),
        ("P1,1,,4,100,150", "region", "''", "a region"),
    ],
)
def test_a_bad_cell(tmp_path: Path, line: str, field: str, value: str, expected: str) -> None:
    (found,) = problems(tmp_path, [line])
    assert (found.line, found.field, found.value) == (2, field, value)
    assert expected in found.expected


def test_all_problems_at_once(tmp_path: Path) -> None:
    lines = [GOOD, "P1,1,spleen,-24,x,150", "P1,0,liver,24,10,a"]
    found = problems(tmp_path, lines)
    assert [(p.line, p.field) for p in found] == [
        (3, "activity_mbq"),
        (3, "time_h"),
        (4, "cycle"),
        (4, "mass_g"),
    ]


def test_a_time_told_twice_is_named_wherever_its_rows_stand(tmp_path: Path) -> None:
    lines = [GOOD, "P1,1,spleen,96,30,150", "P1,1,spleen,48,80,150", "P1,1,spleen,96,80,150"]
    (found,) = problems(tmp_path, lines)
    assert (found.line, found.field) == (5, "time_h")
    assert "each time once (before it: 96 h on line 3)" in found.expected


def test_a_cycle_told_twice_is_named(tmp_path: Path) -> None:
    once = rows("spleen", [24, 96, 168], fall(60))
    found = problems(tmp_path, [*once, *rows("liver", [24, 96], fall(60)), *once])
    assert (found[0].line, found[0].field) == (7, "time_h")


def test_rows_of_curves_may_alternate(tmp_path: Path) -> None:
    spleen, liver = rows("spleen", [24, 96], fall(60)), rows("liver", [24, 96], fall(70))
    mixed = series(tmp_path, [spleen[0], liver[0], spleen[1], liver[1]])
    assert mixed.region.tolist() == ["spleen", "liver"]
    assert mixed.curves.points.tolist() == [2, 2]


def test_decay_correction_is_never_guessed(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, [GOOD], stated=Stated(sex="male"))
    assert found.field == "decay_corrected"
    assert "never guessed" in found.expected
    (found,) = problems(tmp_path, [f"{GOOD},maybe"], f"{HEAD},decay_corrected", Stated())
    assert (found.field, found.value) == ("decay_corrected", "'maybe'")
    (found,) = problems(tmp_path, [f"{GOOD},"], f"{HEAD},decay_corrected", Stated())
    assert found.line == 2


def test_decay_correction_is_taken_back(tmp_path: Path) -> None:
    times = [4.0, 24, 96, 168]
    physical = packaged().physics.half_life_h
    as_measured = rows("spleen", times, fall(60))
    corrected = rows("spleen", times, lambda t: fall(60)(t) * 2 ** (t / physical))
    plain = run(series(tmp_path, as_measured), packaged())
    back = run(series(tmp_path, corrected, Stated(True, sex="male")), packaged())
    assert back.tia.value[0] == pytest.approx(plain.tia.value[0], rel=1e-6)
    # A column says it for each row, and wins over what was stated for the file.
    lines = [f"{line},yes" for line in corrected]
    column = run(series(tmp_path, lines, STATED, f"{HEAD},decay_corrected"), packaged())
    assert column.tia.value[0] == pytest.approx(plain.tia.value[0], rel=1e-6)


@pytest.mark.parametrize(
    ("head", "field", "near"),
    [
        ("patient_id,cycle,region,time_h,activity_mci,mass_g", "activity_mci", "activity_mbq"),
        ("patient_id,cycle,region,time,activity_mbq,mass_g", "time", "time_h"),
    ],
)
def test_a_column_of_another_name(tmp_path: Path, head: str, field: str, near: str) -> None:
    found = problems(tmp_path, [GOOD], head)
    assert {p.field for p in found} == {field, near}
    assert [p.nearest for p in found if p.field == field] == [near]


def test_semicolons(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, ["P1;1;spleen;4;100;150"], HEAD.replace(",", ";"))
    assert "commas" in found.expected


def test_a_row_too_short_and_an_empty_file(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, ["P1,1,spleen,4"])
    assert (found.line, found.value) == (2, "4 cells")
    (found,) = problems(tmp_path, [])
    assert found.expected == "at least one row"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a readable file"):
        read_series(tmp_path / "none.csv", packaged(), STATED)


@pytest.mark.parametrize(
    ("value", "hint"), [("200", "as mCi it would be 7.4"), ("7400", "as MBq it would be 7.4")]
)
def test_administered_activity_in_another_unit(tmp_path: Path, value: str, hint: str) -> None:
    found = problems(tmp_path, [f"{GOOD},{value}"], f"{HEAD},administered_gbq")
    assert hint in found[0].expected


def test_more_activity_than_was_given(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, ["P1,1,spleen,4,8000,150,7.4"], f"{HEAD},administered_gbq")
    assert "no more in a region than was administered" in found.expected


def test_one_mass_for_a_curve(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, [GOOD, "P1,1,spleen,24,80,160"])
    assert (found.line, found.field) == (3, "mass_g")
    assert "one value for the whole curve (before it: 150" in found.expected
    filled = series(tmp_path, ["P1,1,spleen,4,100,", "P1,1,spleen,24,80,160"])
    assert filled.mass_g.tolist() == [160]


def test_stated_errors_for_each_point_or_for_none(tmp_path: Path) -> None:
    head = f"{HEAD},activity_cv_percent"
    (found,) = problems(tmp_path, [f"{GOOD},5", "P1,1,spleen,24,80,150,"], head)
    assert (found.line, found.field) == (3, "activity_cv_percent")
    filled = series(tmp_path, [f"{GOOD},5", "P1,1,spleen,24,80,150,10"], STATED, head)
    assert filled.curves.cv[0].tolist() == [0.05, 0.1]
    assert np.isnan(series(tmp_path, [GOOD]).curves.cv).all()


def test_words(tmp_path: Path) -> None:
    found = problems(tmp_path, [f"{GOOD},femal,exclude"], f"{HEAD},sex,liver_lesions")
    assert {(p.field, p.nearest) for p in found} == {
        ("sex", "female"),
        ("liver_lesions", "excluded"),
    }


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (replace(STATED, activity_cv_percent=-5), "activity_cv_percent"),
        (replace(STATED, mass_cv_percent=float("nan")), "mass_cv_percent"),
        (replace(STATED, administered_gbq=200), "administered_gbq"),
        (replace(STATED, haematocrit=42), "haematocrit"),
        (replace(STATED, sex="man"), "sex"),
        (replace(STATED, liver_lesions="no"), "liver_lesions"),
    ],
)
def test_a_statement_that_cannot_be_is_told_once(
    tmp_path: Path, stated: Stated, field: str
) -> None:
    file = write(tmp_path / "good.csv", rows("spleen", [4, 24, 96], fall(60)))
    with pytest.raises(InputError) as caught:
        read_series(file, unasked(), stated)
    assert [problem.field for problem in caught.value.problems] == [field]


cells = st.one_of(
    st.sampled_from(["P1", "1", "2", "spleen", "liver", "4", "24", "96", "100", "", "yes", "no"]),
    st.floats().map(str),
    st.text(max_size=6),
)


@settings(max_examples=150)
@given(table=st.lists(st.lists(cells, min_size=7, max_size=7), max_size=5))
def test_whatever_stands_in_the_file_is_read_or_refused(table: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*HEAD.split(","), "decay_corrected"])
            writer.writerows(table)
        try:
            found = read_series(file, packaged(), Stated())
        except InputError as error:
            assert error.problems
        else:
            assert (found.curves.activity > 0).all() and (found.curves.times > 0).all()
