"""Laboratory values from a table: the one reader for grades, toxicity, charts and monitoring.

Columns: ``patient_id, date, analyte, value, unit, lln, uln, baseline``, in any order of rows.

The analyte is the name of a laboratory fact. A unit is never guessed: none, an unknown one and one
in which the value cannot be are refused. A value may be a bound (``<5``), and so may a limit of
normal, where the bound itself is the limit. ``baseline`` either marks the baseline sample (true or
false) or gives the baseline value itself, in the unit of the row; a number is always a value. Of
rows that say the same of the same sample one counts.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

from gepnet.knowledge import Problem, nearest, refuse_all
from gepnet.prrt.after.samples import Sample, series_of
from gepnet.prrt.given import own_rows
from gepnet.record import Measured, Record, measured
from gepnet.tables import Cells, Column, Grid, Table, coded, read_grid, text
from gepnet.vocabulary import (
    Accepting,
    Fact,
    Interval,
    LimitOfNormal,
    PartialDate,
    ValueProblem,
    Vocabulary,
    how_to_accept,
    in_order,
    parse_date,
)

_FLAGS = {"true": True, "yes": True, "y": True, "x": True, "false": False, "no": False, "n": False}
_BASELINE = "a number above 0 (the baseline value), or true or false (the baseline sample)"
#: The numbers of a row, and which limit of normal each is.
_NUMBERS: tuple[tuple[str, LimitOfNormal | None], ...] = (
    ("value", None), ("lln", "lln"), ("uln", "uln"), ("baseline", None),
)  # fmt: skip
#: Signs before a limit of normal that leave the limit itself as it is.
_SIGNS = {"lln": re.compile(r"^(>=?|≥)\s*"), "uln": re.compile(r"^(<=?|≤)\s*")}


@dataclass(frozen=True, slots=True)
class LabRow:
    """One value in the unit of its fact, as reported, with the limits of its laboratory.

    ``baseline`` is the baseline value as the row gives it; ``is_baseline`` that the row is marked
    as the baseline sample.
    """

    line: int
    patient: str
    date: PartialDate
    analyte: str
    value: Interval
    lln: Decimal | None
    uln: Decimal | None
    baseline: Interval | None = None
    is_baseline: bool = False

    @property
    def says(self) -> tuple[object, ...]:
        """What the row says of its sample."""
        unit = None if self.value.reported is None else self.value.reported.ucum
        return self.value, unit, self.lln, self.uln, self.baseline, self.is_baseline


@dataclass
class _Seen:
    """The samples of a file so far, and whether its baselines are marks."""

    marks: bool
    samples: dict[tuple[str, str, object], LabRow] = field(default_factory=dict)


def read_laboratory(
    path: Path,
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    units_needed: bool = True,
    accepting: Accepting | None = None,
) -> tuple[LabRow, ...]:
    """Read a laboratory table, in file order.

    Args:
        path: the file; its column ``analyte`` may be named ``fact``.
        vocabulary: the facts.
        today: nothing may be dated later.
        units_needed: where not, a file without a column ``unit`` is in the units of the facts,
            which their names say.
        accepting: a value outside its plausible range is refused unless it is here; without,
            nothing is asked.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    grid = _named(read_grid(path))
    told = {cell.lower() for cell in grid.column("baseline")} if "baseline" in grid.header else {""}
    seen = _Seen(marks=told <= {"", *_FLAGS})
    in_facts = not units_needed and "unit" not in grid.header
    facts = {n: f for n, f in vocabulary.of_event("laboratory").items() if f.type == "number"}
    day = partial(_read_day, today=today or datetime.date.today())
    table = Table(
        columns=(
            Column("patient_id", text("the name of a patient")),
            Column("date", day),
            Column("analyte", coded(facts, "the name of a laboratory fact (gepnet facts list)")),
            Column("value", str),
            Column("unit", str, needed=not in_facts, default=""),
            *(Column(name, str, needed=False, default="") for name in ("lln", "uln", "baseline")),
        ),
        make=_row,
        checks=(
            lambda cells: _check(cells, seen, in_facts, vocabulary),
            lambda cells: _ask(cells, vocabulary, accepting),
        ),
        naming="",
        shown=lambda cell: repr(cell) if cell else "",
    )
    once: dict[tuple[str, str, object], LabRow] = {}
    for row in table.read(grid).rows:
        once.setdefault(_sample(row), row)
    return tuple(once.values())


def _named(grid: Grid) -> Grid:
    """Return a table with the column ``analyte`` under this name."""
    if "analyte" not in grid.header and "fact" in grid.header:
        grid.header[grid.header.index("fact")] = "analyte"
    return grid


def _sample(row: LabRow) -> tuple[str, str, object]:
    return row.patient, row.analyte, row.date.moment or row.date.first


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


def _check(cells: Cells, seen: _Seen, in_facts: bool, vocabulary: Vocabulary) -> None:
    """Put the numbers of a row into the unit of its fact, and hold it to the other rows."""
    if cells["analyte"] is None:
        return
    unit = _unit(cells, in_facts)
    for name in ("lln", "uln", "value"):
        cells.values[name] = _number(cells, name, unit, vocabulary)
    for name in ("lln", "uln"):
        limit = cells.values[name]
        if limit is not None and not limit.is_point:
            cells.fault(name, "one number, not a range")
        cells.values[name] = None if limit is None else limit.low
    lln, uln = cells["lln"], cells["uln"]
    if lln is not None and uln is not None and lln >= uln:
        cells.fault("lln", f"a limit below uln ({cells.texts['uln']})")
    _read_baseline(cells, seen, unit, vocabulary)
    if not cells.problems:
        row = _row(cells)
        before = seen.samples.setdefault(_sample(row), row)
        if before.says != row.says:
            told = f"one value of {row.analyte} a date (another on line {before.line})"
            cells.fault("date", told)


def _ask(cells: Cells, vocabulary: Vocabulary, accepting: Accepting | None) -> None:
    """Note the numbers of a row that are outside their plausible range and nobody accepts."""
    fact = cells["analyte"]
    if fact is None or accepting is None:
        return
    for name, limit in _NUMBERS:
        number, written = cells[name], cells.texts.get(name, "")
        value = Interval(number, number) if isinstance(number, Decimal) else number
        if not isinstance(value, Interval) or (name == "lln" and value.high == 0):
            continue  # a lower limit of 0 is none
        expected = vocabulary.doubt(fact, value, written, limit)
        patient = cells["patient_id"] or ""
        if expected is not None and not accepting.find(fact.id, written, patient=patient):
            cells.fault(name, expected + how_to_accept(fact.id, written))


def _read_baseline(cells: Cells, seen: _Seen, unit: str | None, vocabulary: Vocabulary) -> None:
    told = cells.texts.get("baseline", "").lower()
    cells.values["baseline"] = None
    if told in _FLAGS:
        if seen.marks:
            cells.values["baseline"] = _FLAGS[told]
        else:
            cells.fault("baseline", "a number, as in other rows of this file")
    elif told:
        value = _number(cells, "baseline", unit, vocabulary)
        if value is not None and value.high <= 0:
            cells.fault("baseline", _BASELINE)
        cells.values["baseline"] = value


def _unit(cells: Cells, in_facts: bool) -> str | None:
    """Return the unit of a row; None where there is none and one has to be told."""
    fact: Fact = cells["analyte"]
    unit = cells.texts.get("unit", "")
    own = fact.entry.unit or ""
    if unit or in_facts or own.startswith("{"):
        return unit or own  # of a mere ratio there is no other unit that it could be in
    cells.fault("unit", f"the unit, since none is guessed (fact: {own or 'none'})")
    return None


def _number(cells: Cells, name: str, unit: str | None, vocabulary: Vocabulary) -> Interval | None:
    """Return a number in the unit of its fact; a fault of the unit is told at the value only."""
    fact: Fact = cells["analyte"]
    told = cells.texts.get(name, "")
    if unit is None or (not told and name != "value"):
        return None
    if name in _SIGNS:
        told = _SIGNS[name].sub("", told)
    try:
        value = fact.parse({"value": told or "nothing", "unit": unit})
    except ValueProblem as problem:
        if problem.value != unit:
            slip = vocabulary.slip(fact, told) if unit == fact.entry.unit else ""
            cells.fault(name, f"{problem.expected} (given in {unit}){slip}", problem.suggestion)
        elif name == "value":
            cells.fault("unit", problem.expected, problem.suggestion)
        return None
    return value if isinstance(value, Interval) else None


def _row(cells: Cells) -> LabRow:
    told = cells["baseline"]
    return LabRow(
        line=cells.line,
        patient=cells["patient_id"],
        date=cells["date"],
        analyte=cells["analyte"].id,
        value=cells["value"],
        lln=cells["lln"],
        uln=cells["uln"],
        baseline=told if isinstance(told, Interval) else None,
        is_baseline=told is True,
    )


def of_patients(
    rows: Iterable[LabRow], patients: Collection[str], path: Path
) -> tuple[LabRow, ...]:
    """Return the rows, every one of which has to be of a patient that is known.

    Raises:
        InputError: with each row of another patient.
    """
    found = tuple(rows)
    told = "a patient of the table of patients"
    strange = ((row.line, row.patient) for row in found if row.patient not in patients)
    refuse_all(
        Problem(str(path), line, name, "patient_id", name, told, nearest(name, patients))
        for line, name in strange
    )
    return found


def recorded_values(record: Record) -> list[LabRow]:
    """Return the fully dated laboratory values of a record, oldest first."""
    rows = (
        LabRow(0, record.patient, one.date, one.analyte, one.value, one.lln, one.uln)
        for one in measured(record.events)
        if one.date.first == one.date.last
    )
    return in_order([(row.date, row) for row in rows])


def samples_with(
    record: Record,
    today: datetime.date,
    path: Path | None,
    vocabulary: Vocabulary,
    accepting: Accepting | None = None,
) -> dict[str, list[Sample]]:
    """Return the values of a record up to a day, and with them those of a laboratory file.

    With ``accepting`` a value outside its plausible range is refused unless it is in it.

    Raises:
        InputError: with every problem of the file, or if it has none of the patient.
    """
    found = list(measured(record.events, ("laboratory", "body")))
    if path is not None:
        rows = read_laboratory(path, vocabulary, accepting=accepting)
        own = own_rows(record.patient, rows, path, "values")
        found += [
            Measured(r.analyte, r.date, r.value, r.lln, r.uln, f"{path.name}:{r.line}") for r in own
        ]
    return series_of(found, today)
