"""Laboratory values from a CSV file.

Columns: ``patient_id, date, analyte, value, unit, lln, uln, baseline``.

The analyte is the name of a laboratory fact. A unit is never guessed: none, an unknown one and one
in which the value cannot be are refused. ``baseline`` either marks the baseline sample (true or
false) or gives the baseline value itself, in the unit of the row.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

from gepnet.prrt.after.samples import Sample, add_samples, samples_of
from gepnet.prrt.given import own_rows
from gepnet.record import Record, measured
from gepnet.tables import Cells, Column, Table, coded, read_grid, text
from gepnet.vocabulary import (
    Fact,
    Interval,
    PartialDate,
    ValueProblem,
    Vocabulary,
    parse_date,
    spelled,
)

#: What marks a sample as the baseline or not; None where the column gives values.
Marks = dict[str, bool] | None
_FLAGS = {"true": True, "yes": True, "y": True, "x": True, "false": False, "no": False, "n": False}
_BITS = {"1": True, "0": False}


@dataclass(frozen=True, slots=True)
class LabRow:
    """One value in the unit of its fact, with the limits of its laboratory.

    ``baseline`` is the baseline value as the row gives it; ``is_baseline`` that the row is marked
    as the baseline sample.
    """

    line: int
    patient: str
    date: PartialDate
    analyte: str
    value: Decimal
    lln: Decimal | None
    uln: Decimal | None
    baseline: Decimal | None = None
    is_baseline: bool = False


def read_laboratory(
    path: Path, vocabulary: Vocabulary, today: datetime.date | None = None
) -> tuple[LabRow, ...]:
    """Read a laboratory CSV, in file order.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    grid = read_grid(path)
    told = {cell.lower() for cell in grid.column("baseline")} if "baseline" in grid.header else {""}
    # The column marks samples or gives values; 0 and 1 are marks where nothing else is written.
    marks = {"": False, **_FLAGS, **_BITS} if told <= {"", *_FLAGS, *_BITS} else None
    last: dict[tuple[str, str], LabRow] = {}
    facts = {n: f for n, f in vocabulary.of_event("laboratory").items() if f.type == "number"}
    day = partial(_read_day, today=today or datetime.date.today())
    table = Table(
        columns=(
            Column("patient_id", text("the name of a patient")),
            Column("date", day),
            Column("analyte", coded(facts, "the name of a laboratory fact (gepnet facts list)")),
            Column("value", str),
            Column("unit", str),
            *(Column(name, str, needed=False, default="") for name in ("lln", "uln", "baseline")),
        ),
        make=lambda cells: _row(cells, marks),
        checks=(lambda cells: _check(cells, marks, last),),
        naming="",
        shown=lambda cell: repr(cell) if cell else "",
    )
    return table.read(grid).rows


def _read_day(cell: str, today: datetime.date) -> PartialDate:
    expected = "a day such as 2024-05-17"
    try:
        day = parse_date(cell)
    except ValueError as error:
        raise ValueProblem(cell, f"{expected} ({error})") from error
    if day.first != day.last:
        raise ValueProblem(cell, expected)
    if day.first > today:
        raise ValueProblem(cell, f"a date not after {today}")
    return day


def _check(cells: Cells, marks: Marks, last: dict[tuple[str, str], LabRow]) -> None:
    """Put the numbers of a row into the unit of its fact, and hold it to the row before."""
    if cells["analyte"] is None:
        return
    for name in ("value", "lln", "uln"):
        cells.values[name] = _number(cells, name)
    lln, uln = cells["lln"], cells["uln"]
    if lln is not None and uln is not None and lln >= uln:
        cells.fault("lln", f"a limit below uln ({cells.texts['uln']})")
    if marks is None and cells["baseline"].lower() in _FLAGS:
        cells.fault("baseline", "a number, as in other rows of this file")
    elif marks is None:
        cells.values["baseline"] = _number(cells, "baseline")
    if not cells.problems:
        row = _row(cells, marks)
        before = last.get((row.patient, row.analyte))
        if before is not None and row.date.place == before.date.place:
            told = f"one value of {row.analyte} a date (another on line {before.line})"
            cells.fault("date", told)
        elif before is not None and row.date.place < before.date.place:
            told = f"a date after {before.date} (line {before.line}): samples in order"
            cells.fault("date", told)
        last[row.patient, row.analyte] = row


def _number(cells: Cells, name: str) -> Decimal | None:
    """Return a number in the unit of its fact; a fault of the unit is told at the value only."""
    fact: Fact = cells["analyte"]
    told, unit = cells.texts.get(name, ""), cells.texts.get("unit", "")
    if not told and name != "value":
        return None
    if not unit:
        if name == "value":
            known = fact.entry.unit or "none"
            cells.fault("unit", f"the unit, since none is guessed (fact: {known})")
        return None
    try:
        value = fact.parse({"value": told or "nothing", "unit": spelled(unit)})
    except ValueProblem as problem:
        if problem.value != spelled(unit):
            cells.fault(name, f"{problem.expected} (given in {unit})", problem.suggestion)
        elif name == "value":
            cells.fault("unit", problem.expected, problem.suggestion)
        return None
    if not isinstance(value, Interval) or not value.is_point:
        cells.fault(name, "one number, not a range")
        return None
    return value.low


def _row(cells: Cells, marks: Marks) -> LabRow:
    told = cells["baseline"]
    return LabRow(
        line=cells.line,
        patient=cells["patient_id"],
        date=cells["date"],
        analyte=cells["analyte"].id,
        value=cells["value"],
        lln=cells["lln"],
        uln=cells["uln"],
        baseline=told if marks is None else None,
        is_baseline=marks is not None and marks[told.lower()],
    )


def recorded_values(record: Record) -> list[LabRow]:
    """Return the exact, fully dated laboratory values of a record, oldest first."""
    rows = [
        LabRow(0, record.patient, one.date, one.analyte, one.value, one.lln, one.uln)
        for one in measured(record.events)
        if one.date.first == one.date.last
    ]
    return sorted(rows, key=lambda row: row.date.first)


def samples_with(
    record: Record, today: datetime.date, path: Path | None, vocabulary: Vocabulary
) -> dict[str, list[Sample]]:
    """Return the values of a record up to a day, and with them those of a laboratory file.

    Raises:
        InputError: with every problem of the file, or if it has none of the patient.
    """
    found = samples_of(record, today)
    if path is not None:
        rows = own_rows(record.patient, read_laboratory(path, vocabulary), path, "values")
        more = (
            Sample(row.date.first, row.analyte, row.value, row.lln, f"{path.name}:{row.line}")
            for row in rows
            if row.date.first == row.date.last <= today
        )
        add_samples(found, more)
    return found
