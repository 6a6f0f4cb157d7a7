"""The tables of adverse events, patients and periods, checked cell by cell.

``events.csv``: patient_id, term, start, end, grade, ctcae. ``patients.csv``: patient_id, start,
end (first dose and end of follow-up) and perhaps group. ``periods.csv``: patient_id, period, start,
end. ``labs.csv``: patient_id, date, fact, value, and perhaps lln and uln.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.response.toxicity.spec import CountingSpec

EVENTS = ("patient_id", "term", "start", "end", "grade", "ctcae")
PATIENTS = ("patient_id", "start", "end")
PERIODS = ("patient_id", "period", "start", "end")
LABS = ("patient_id", "date", "fact", "value")
#: The period and the group of everybody where a table gives none.
WHOLE, ALL = "whole follow-up", "all"
ROW = "_row"


@dataclass(frozen=True)
class Cell:
    """What the cells of a column are: whether they may be empty, and what is told if not."""

    name: str
    kind: pl.DataType | type[pl.DataType]
    expected: str
    optional: bool = False


_NAME = Cell("patient_id", pl.String, "the name of a patient")
_DAY = "a day, YYYY-MM-DD"


def read_events(path: Path, spec: CountingSpec) -> pl.DataFrame:
    """Read adverse events; an empty grade is unknown, an empty end is ongoing or unknown.

    Raises:
        InputError: with every faulty cell.
    """
    grades = ", ".join(str(grade) for grade in spec.grades)
    cells = (
        _NAME,
        Cell("term", pl.String, "the term of the event"),
        Cell("start", pl.Date, _DAY),
        Cell("end", pl.Date, f"{_DAY}, or empty", optional=True),
        Cell("grade", pl.Int64, f"one of {grades}, or empty if it is not known", optional=True),
        Cell("ctcae", pl.String, f"an edition of CTCAE: {', '.join(spec.editions)}"),
    )
    table = read_table(path, cells)
    grade, edition = pl.col("grade"), pl.col("ctcae")
    rules = [
        ("grade", grade.is_in(spec.grades), cells[4].expected),
        ("ctcae", edition.is_in(spec.editions), cells[5].expected),
        ("end", pl.col("end") >= pl.col("start"), "a day not before 'start'"),
    ]
    _check(path, table, rules)
    return table


def read_patients(path: Path) -> pl.DataFrame:
    """Read who was treated, from when to when and in which group.

    Raises:
        InputError: with every faulty cell.
    """
    cells = (
        _NAME,
        Cell("start", pl.Date, _DAY),
        Cell("end", pl.Date, _DAY),
        Cell("group", pl.String, "a name", optional=True),
    )
    table = read_table(path, cells).with_columns(pl.col("group").fill_null(ALL))
    once = pl.col("patient_id").is_first_distinct()
    last = pl.col("end") >= pl.col("start")
    _check(
        path,
        table,
        [("patient_id", once, "each patient once"), ("end", last, "a day not before 'start'")],
    )
    return table


def read_periods(path: Path, patients: pl.DataFrame) -> pl.DataFrame:
    """Read the periods of patients, such as cycles: first and last day, not overlapping.

    Raises:
        InputError: with every faulty cell.
    """
    cells = (
        _NAME,
        Cell("period", pl.String, "the name of a period"),
        Cell("start", pl.Date, _DAY),
        Cell("end", pl.Date, _DAY),
    )
    table = read_table(path, cells).sort("patient_id", "start")
    known = pl.col("patient_id").is_in(patients["patient_id"].to_list())
    after = pl.col("start") > pl.col("end").shift(1).over("patient_id")
    once = pl.struct("patient_id", "period").is_first_distinct()
    _check(
        path,
        table,
        [
            ("patient_id", known, "a patient of the table of patients"),
            ("period", once, "each period of a patient once"),
            ("end", pl.col("end") >= pl.col("start"), "a day not before 'start'"),
            ("start", after, "a day after the period before"),
        ],
    )
    return table


def read_labs(path: Path, facts: Iterable[str]) -> pl.DataFrame:
    """Read laboratory values in the units of their facts, with limits of normal where given.

    Raises:
        InputError: with every faulty cell.
    """
    cells = (
        _NAME,
        Cell("date", pl.Date, _DAY),
        Cell("fact", pl.String, "a laboratory fact"),
        Cell("value", pl.Float64, "a number, in the unit of the fact"),
        Cell("lln", pl.Float64, "a number or empty", optional=True),
        Cell("uln", pl.Float64, "a number or empty", optional=True),
    )
    table = read_table(path, cells)
    graded = list(facts)
    known = pl.col("fact").is_in(graded)
    finite = pl.col("value").is_finite() & (pl.col("value") >= 0)
    _check(
        path,
        table,
        [
            ("fact", known, f"a fact that CTCAE grades: {', '.join(graded)}"),
            ("value", finite, "a number not below 0"),
        ],
    )
    return table


def read_table(path: Path, cells: tuple[Cell, ...]) -> pl.DataFrame:
    """Read the columns of a table as what they are; columns that may be empty may be absent."""
    try:
        table = pl.read_csv(path, infer_schema=False, raise_if_empty=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        told = str(error).splitlines()[0][:100]
        raise InputError([Problem(str(path), None, "", "", "", f"a CSV table ({told})")]) from error
    needed = [cell.name for cell in cells if not cell.optional]
    absent = [name for name in needed if name not in table.columns]
    if absent:
        raise InputError(
            Problem(str(path), 1, "", name, "", "this column", nearest(name, table.columns))
            for name in absent
        )
    trimmed = table.with_row_index(ROW, offset=2).select(
        ROW,
        *(
            pl.col(cell.name).str.strip_chars().replace("", None)
            if cell.name in table.columns
            else pl.lit(None, dtype=pl.String).alias(cell.name)
            for cell in cells
        ),
    )
    read = trimmed.select(ROW, *(_read(cell) for cell in cells))
    problems = [p for cell in cells for p in _faults(path, trimmed, read, cell)]
    if problems:
        raise InputError(problems)
    return read


def _read(cell: Cell) -> pl.Expr:
    column = pl.col(cell.name)
    if cell.kind == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column if cell.kind == pl.String else column.cast(cell.kind, strict=False)


def _faults(path: Path, text: pl.DataFrame, read: pl.DataFrame, cell: Cell) -> Iterator[Problem]:
    wrong = read[cell.name].is_null() & (text[cell.name].is_not_null() | (not cell.optional))
    for row, value, patient in (
        text.filter(wrong).select(ROW, cell.name, pl.col("patient_id").alias("_who")).iter_rows()
    ):
        yield Problem(str(path), row, patient or "", cell.name, value or "", cell.expected)


def _check(path: Path, table: pl.DataFrame, rules: list[tuple[str, pl.Expr, str]]) -> None:
    problems = []
    for column, holds, expected in rules:
        # A rule over an unknown cell says nothing: only what is surely wrong is a fault.
        wrong = table.filter(~holds)
        found = wrong.select(ROW, column, pl.col("patient_id").alias("_who")).iter_rows()
        problems += [
            Problem(str(path), row, who, column, str(v), expected) for row, v, who in found
        ]
    if problems:
        raise InputError(problems)
