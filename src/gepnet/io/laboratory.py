"""Laboratory values from a CSV file.

Columns: ``patient_id, date, analyte, value, unit, lln, uln, baseline``.

The analyte is the name of a laboratory fact. A unit is never guessed: none, an unknown one and one
in which the value cannot be are refused. ``baseline`` either marks the baseline sample (true or
false) or gives the baseline value itself, in the unit of the row.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.vocabulary import (
    Fact,
    Interval,
    PartialDate,
    ValueProblem,
    Vocabulary,
    parse_date,
    spelled,
)

COLUMNS = ("patient_id", "date", "analyte", "value", "unit", "lln", "uln", "baseline")
NEEDED = ("patient_id", "date", "analyte", "value", "unit")
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
    reader = _Reader(str(path), vocabulary, today or datetime.date.today())
    rows = tuple(reader.rows(_cells(path, reader.problems)))
    reader.order(rows)
    if reader.problems:
        raise InputError(reader.problems)
    return rows


def _cells(path: Path, problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, skipinitialspace=True)
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            for name in header:
                if name not in COLUMNS:
                    near = nearest(name, COLUMNS)
                    expected = f"one of the columns {', '.join(COLUMNS)}"
                    problems.append(Problem(str(path), 1, "", name, "", expected, near))
            for name in NEEDED:
                if name not in header:
                    problems.append(Problem(str(path), 1, "", name, "", "this column to be there"))
            return [
                (reader.line_num, {k: (v or "").strip() for k, v in row.items() if k in COLUMNS})
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(str(path), None, "", "", "", f"a readable CSV in UTF-8 ({error})"))
    return []


class _Reader:
    def __init__(self, file: str, vocabulary: Vocabulary, today: datetime.date) -> None:
        self.file = file
        self.facts = {n: f for n, f in vocabulary.of_event("laboratory").items()}
        self.today = today
        self.problems: list[Problem] = []

    def fault(
        self, line: int, field: str, value: object, expected: str, near: str | None = None
    ) -> None:
        shown = "" if value in ("", None) else repr(value)
        self.problems.append(Problem(self.file, line, "", field, shown, expected, near))

    def rows(self, cells: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[LabRow]:
        if self.problems:
            return
        flags = self.are_flags([row.get("baseline", "") for _, row in cells])
        for line, row in cells:
            if not any(row.values()):
                continue
            found = self.row(line, row, flags)
            if found is not None:
                yield found

    def are_flags(self, told: Sequence[str]) -> bool:
        """Whether the column marks samples; 0 and 1 do so only where nothing else is written."""
        values = {cell.lower() for cell in told if cell}
        return all(value in _FLAGS or value in _BITS for value in values)

    def row(self, line: int, row: Mapping[str, str], flags: bool) -> LabRow | None:
        before = len(self.problems)
        if not row["patient_id"]:
            self.fault(line, "patient_id", "", "the name of a patient")
        day = self.date(line, row["date"])
        fact = self.facts.get(row["analyte"])
        if fact is None or fact.type != "number":
            expected = "the name of a laboratory fact (gepnet facts list)"
            near = nearest(row["analyte"], self.facts)
            self.fault(line, "analyte", row["analyte"], expected, near)
            return None
        value = self.number(line, "value", row["value"], row["unit"], fact)
        lln = self.limit(line, "lln", row, fact)
        uln = self.limit(line, "uln", row, fact)
        if lln is not None and uln is not None and lln >= uln:
            self.fault(line, "lln", row["lln"], f"a limit below uln ({row['uln']})")
        told = row.get("baseline", "")
        baseline = None
        if told and not flags:
            if told.lower() in _FLAGS:
                self.fault(line, "baseline", told, "a number, as in other rows of this file")
            else:
                baseline = self.number(line, "baseline", told, row["unit"], fact)
        if len(self.problems) > before or day is None or value is None:
            return None
        marked = flags and {**_FLAGS, **_BITS}.get(told.lower(), False)
        return LabRow(line, row["patient_id"], day, fact.id, value, lln, uln, baseline, marked)

    def date(self, line: int, told: str) -> PartialDate | None:
        try:
            day = parse_date(told)
        except ValueError as error:
            self.fault(line, "date", told, f"a day such as 2024-05-17 ({error})")
            return None
        if day.first != day.last:
            self.fault(line, "date", told, "a day such as 2024-05-17")
        elif day.first > self.today:
            self.fault(line, "date", told, f"a date not after {self.today}")
        return day

    def limit(self, line: int, field: str, row: Mapping[str, str], fact: Fact) -> Decimal | None:
        told = row.get(field, "")
        return self.number(line, field, told, row["unit"], fact) if told else None

    def number(self, line: int, field: str, told: str, unit: str, fact: Fact) -> Decimal | None:
        if not unit:
            if field == "value":
                known = fact.entry.unit or "none"
                self.fault(line, "unit", "", f"the unit, since none is guessed (fact: {known})")
            return None
        try:
            value = fact.parse({"value": told or "nothing", "unit": spelled(unit)})
        except ValueProblem as problem:
            fields = {True: "unit", False: field}
            about_unit = problem.value == spelled(unit)
            expected = problem.expected + ("" if about_unit else f" (given in {unit})")
            place, value_told = fields[about_unit], unit if about_unit else told
            if not (about_unit and field != "value"):
                self.fault(line, place, value_told, expected, problem.suggestion)
            return None
        if not isinstance(value, Interval) or not value.is_point:
            self.fault(line, field, told, "one number, not a range")
            return None
        return value.low

    def order(self, rows: Sequence[LabRow]) -> None:
        last: dict[tuple[str, str], LabRow] = {}
        for row in rows:
            key = (row.patient, row.analyte)
            before = last.get(key)
            if before is not None and _moment(row) <= _moment(before):
                same = _moment(row) == _moment(before)
                expected = (
                    f"one value of {row.analyte} a date (another on line {before.line})"
                    if same
                    else f"a date after {before.date} (line {before.line}): samples in order"
                )
                self.fault(row.line, "date", str(row.date), expected)
            last[key] = row


def _moment(row: LabRow) -> tuple[datetime.date, float]:
    moment = row.date.moment
    return row.date.first, 0.0 if moment is None else moment.timestamp()
