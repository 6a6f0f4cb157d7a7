"""The reader of tables: any source, every fault with its place, refusal or quarantine."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.knowledge import InputError, Problem
from gepnet.tables import (
    Cells,
    Column,
    Once,
    Table,
    coded,
    day,
    number,
    one_of,
    read_grid,
    text,
    truth,
    whole,
)
from gepnet.vocabulary import ValueProblem


@dataclass(frozen=True)
class Dose:
    """A row as its table makes it."""

    patient: str
    when: datetime.date
    gbq: Decimal
    arm: str
    cycle: int | None = None
    paused: bool = False


def check(cells: Cells) -> None:
    if cells["cycle"] == 1 and cells["paused"]:
        cells.fault("paused", "no pause before the first cycle")


DOSES = Table(
    columns=(
        Column("patient_id", text("the name of a patient"), field="patient"),
        Column("date", day(), field="when"),
        Column("gbq", number("a number above 0", above=0)),
        Column("arm", one_of(("control", "treated"))),
        Column("cycle", whole("a whole number from 1", least=1), needed=False),
        Column("paused", truth(), needed=False, default=False),
    ),
    make=lambda cells: cells.into(Dose),
    checks=(check,),
    once=(Once(("patient_id", "date"), "date", "each date of {patient_id} once"),),
    ignored=("note",),
)
HEAD = "patient_id,date,gbq,arm,cycle,paused,note"
ROW = "p,2024-03-31,7.40,treated,1,,first"
DOSE = Dose("p", datetime.date(2024, 3, 31), Decimal("7.40"), "treated", 1)


def faults(file: Path, table: Table[Dose] = DOSES) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        table.read(file)
    return caught.value.problems


def written(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    file = folder / "doses.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding=encoding)
    return file


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separator_and_byte_order_mark_are_seen(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    lines = (line.replace(",", separator) for line in (ROW, "", f" {ROW} ".replace("p,", "q ,")))
    file = written(tmp_path, *lines, head=HEAD.replace(",", separator), encoding=encoding)
    first, second = DOSES.read(file).rows
    assert (first, str(first.gbq), second.patient) == (DOSE, "7.40", "q")


def test_parquet_and_rows_of_a_program_are_read_alike(tmp_path: Path) -> None:
    cells = {"patient_id": "p", "date": DOSE.when, "gbq": 7.4, "arm": "treated", "cycle": 1}
    file = tmp_path / "doses.parquet"
    pl.DataFrame([{**cells, "paused": False}]).write_parquet(file)
    assert DOSES.read(file).rows == DOSES.read([{**cells, "paused": False}]).rows == (DOSE,)
    file.write_bytes(b"PAR1")
    assert "a readable Parquet file" in faults(file)[0].expected
    with pytest.raises(
        InputError, match=r"rows:2: error, in q, field gbq, value 0: expected a num"
    ):
        DOSES.read([cells, {**cells, "patient_id": "q", "gbq": 0}])


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    rows = ["p,31.3.2024,7.4,treatd,0", ROW, f"{ROW},more", 'q,2024-01-01,"7,4",treated,1,True']
    told = [
        (p.line, p.entry, p.field, p.value, p.nearest) for p in faults(written(tmp_path, *rows))
    ]
    assert told == [
        (2, "p", "arm", "treatd", "treated"),
        (2, "p", "cycle", "0", None),
        (2, "p", "date", "31.3.2024", None),
        (4, "p", "", "8 cells", None),
        (4, "p", "date", "2024-03-31", None),
        (5, "q", "gbq", "7,4", None),
        (5, "q", "paused", "True", None),
    ]
    last = faults(written(tmp_path, *rows))
    assert "each date of p once (first on line 3)" in str(last[4])
    assert "a number above 0 (with a decimal point and no other mark: 7.4)" in str(last[5])


def test_quarantine_leaves_out_faulty_rows_and_names_them(tmp_path: Path) -> None:
    file = written(tmp_path, ROW, "q,2024,7.4,treated", head=HEAD.replace("paused", "pausd"))
    reading = DOSES.read(file, faults="quarantine")
    assert reading.rows == (DOSE,)
    assert [(p.line, p.field, p.nearest) for p in reading.problems] == [
        (1, "pausd", "paused"),
        (3, "date", None),
    ]
    assert (
        DOSES.read(written(tmp_path, ROW, head=HEAD.replace("arm", "ram")), "quarantine").rows == ()
    )


@pytest.mark.parametrize("head", ["patient_id,date,gbq[mCi],arm", "patient_id,gbq,arm"])
def test_quarantine_reads_nothing_without_a_needed_column(tmp_path: Path, head: str) -> None:
    """A number in an unknown unit is not read as if it had been given in the column's own."""
    row = "p,2024-03-31,200,treated" if "date" in head else "p,200,treated"
    reading = DOSES.read(written(tmp_path, row, head=head), "quarantine")
    assert reading.rows == ()
    assert [problem.line for problem in reading.problems] == [1]


def test_columns_are_held_to_their_names(tmp_path: Path) -> None:
    head = "patient_id,date,date,gbq[mCi],arm,zz,cycle"
    problems = faults(written(tmp_path, head=head))
    assert [(p.field, p.expected) for p in problems] == [
        ("date", "each column once"),
        ("gbq[mCi]", "no unit here: only facts are given in other units"),
        ("zz", "a column of this table (patient_id, date, gbq, arm, cycle, paused)"),
    ]
    (missing,) = faults(written(tmp_path, head="patient_id,date,arm,gBq,cycle"))[1:]
    assert (missing.field, missing.expected, missing.nearest) == ("gbq", "this column", "gBq")
    allowed = DOSES.read(written(tmp_path, ROW))
    assert allowed.ignored == ("note",)


def test_other_encodings_are_named_with_their_line(tmp_path: Path) -> None:
    file = written(tmp_path, ROW, ROW.replace("first", "früh"), encoding="latin-1")
    (problem,) = faults(file)
    assert (problem.line, "no UTF-8 text" in problem.expected) == (3, True)
    (problem,) = faults(written(tmp_path, 'p,"x'))
    assert (problem.line, problem.expected[:9]) == (2, "valid CSV")
    (problem,) = faults(tmp_path / "none.csv")
    assert problem.expected.startswith("a readable file")


def test_a_code_is_read_as_what_it_means() -> None:
    read = coded({"": None, "na": None, "f": "female"}, fold=True)
    assert (read(""), read("NA"), read("F")) == (None, None, "female")


def test_a_whole_number_may_be_written_as_programs_do() -> None:
    read = whole("a whole number from 1", least=1)
    assert [read(cell) for cell in ("1", "2.0", "3e1")] == [1, 2, 30]
    for cell in ("", "0", "1.5", "-1", "1e40", "one", "\u0661"):
        with pytest.raises(ValueProblem, match="a whole number from 1"):
            read(cell)


@given(st.text(alphabet="0123456789+-.,eE _٣nainf", max_size=7))
def test_a_number_is_exact_or_refused(cell: str) -> None:
    table = Table((Column("n", number()),), make=lambda cells: cells["n"])
    grid = read_grid([{"n": cell or "x"}])
    (found,) = table.read(grid, "quarantine").rows or (None,)
    if found is not None:
        assert found == Decimal(cell.strip()) and found.is_finite() and cell.isascii()
