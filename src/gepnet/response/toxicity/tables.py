"""The tables of adverse events, patients and periods, checked cell by cell.

``events.csv``: patient_id, term, start, end, grade, ctcae. ``patients.csv``: patient_id, start,
end (first dose and end of follow-up) and perhaps group. ``periods.csv``: patient_id, period, start,
end.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.knowledge import Problem, nearest, refuse_all
from gepnet.response.toxicity.spec import CountingSpec
from gepnet.tables import Cells, Column, Once, Table, day, one_of, partial_day, text, whole
from gepnet.vocabulary import PartialDate

#: The period and the group of everybody where a table gives none.
WHOLE, ALL = "whole follow-up", "all"
ROW, LATEST, ENDED = "_row", "latest", "latest_end"
_DAY = day("a day, YYYY-MM-DD")
_PATIENT = Column("patient_id", text("the name of a patient"))
_START, _END = Column("start", _DAY), Column("end", _DAY)


def read_patients(path: Path) -> pl.DataFrame:
    """Read who was treated, from when to when and in which group.

    Raises:
        InputError: with every faulty cell.
    """
    group = Column("group", text(), needed=False, default=ALL)
    once = Once(("patient_id",), "patient_id", "each patient once")
    return _frame(path, (_PATIENT, _START, _END, group), _in_order, once=(once,))


def read_events(path: Path, spec: CountingSpec, patients: pl.DataFrame) -> pl.DataFrame:
    """Read adverse events; an empty grade is unknown, an empty end is ongoing or unknown.

    Of a date only the month or the year may be known: ``start`` and ``latest`` are the first and
    the last day that the beginning can mean.

    Raises:
        InputError: with every faulty cell.
    """
    grades = f"one of {', '.join(map(str, spec.grades))}, or empty if it is not known"
    editions = f"an edition of CTCAE: {', '.join(spec.editions)}"

    def is_graded(cells: Cells) -> None:
        if not cells.problems and cells["grade"] not in (None, *spec.grades):
            cells.fault("grade", grades)

    columns = (
        _PATIENT,
        Column("term", text("the term of the event")),
        Column("start", partial_day("a date: 2024-05-17, 2024-05 or 2024")),
        Column("end", partial_day("a date such as 2024-05, or empty"), needed=False),
        Column("grade", whole(grades), needed=False),
        Column("ctcae", one_of(spec.editions, editions)),
    )
    events = _frame(path, columns, _in_order, is_graded, _treated(patients))
    _refuse_after_death(path, events, spec)
    return events


def _refuse_after_death(path: Path, events: pl.DataFrame, spec: CountingSpec) -> None:
    """Refuse what begins after the death of its patient, on every day that its dates can mean.

    The death is where a fatal event ends: it may have begun long before, and without an end says
    nothing of the day.
    """
    late = (
        events.join(_died(events, spec), on="patient_id")
        .filter(pl.col("start") > pl.col("died"))
        .sort(ROW)
    )
    told = late.select(ROW, "patient_id", "start", "died", "died_row")
    refuse_all(
        Problem(
            str(path), row, who, "start", str(start),
            f"a date not after the death ({day}, the end of grade {spec.fatal} on line {line})",
        )
        for row, who, start, day, line in told.iter_rows()
    )  # fmt: skip


def _died(events: pl.DataFrame, spec: CountingSpec) -> pl.DataFrame:
    """Return the last day that the death of each patient can be of, and the line that tells it."""
    deaths = events.filter(pl.col("grade") == spec.fatal, pl.col(ENDED).is_not_null())
    return deaths.group_by("patient_id").agg(
        pl.col(ENDED).min().alias("died"), pl.col(ROW).sort_by(ENDED).first().alias("died_row")
    )


def followed_after_death(
    events: pl.DataFrame, patients: pl.DataFrame, spec: CountingSpec
) -> tuple[str, ...]:
    """Return who is followed beyond the death that an event was: time at risk that nobody had."""
    both = patients.join(_died(events, spec), on="patient_id", maintain_order="left")
    return tuple(both.filter(pl.col("end") > pl.col("died"))["patient_id"])


def read_periods(path: Path, patients: pl.DataFrame) -> pl.DataFrame:
    """Read the periods of patients, such as cycles: first and last day, not overlapping.

    Raises:
        InputError: with every faulty cell.
    """
    columns = (_PATIENT, Column("period", text("the name of a period")), _START, _END)
    once = Once(("patient_id", "period"), "period", "each period of a patient once")
    checks = (_in_order, _treated(patients))
    table = _frame(path, columns, *checks, once=(once,)).sort("patient_id", "start")
    within = table.filter(pl.col("start") <= pl.col("end").shift(1).over("patient_id"))
    expected = "a day after the period before"
    refuse_all(
        Problem(str(path), row, who, "start", str(start), expected)
        for row, who, start in within.select(ROW, "patient_id", "start").iter_rows()
    )
    return table


def _in_order(cells: Cells) -> None:
    """Refuse what ends before it begins, and what is dated after today: a slip of the year."""
    today = datetime.date.today()
    for name in ("start", "end"):
        day = cells[name]
        first = day.first if isinstance(day, PartialDate) else day
        if first is not None and first > today:
            cells.fault(name, f"a date not after today ({today})")
    start, end = cells["start"], cells["end"]
    if isinstance(start, PartialDate) and isinstance(end, PartialDate):
        start, end = start.first, end.last
    if start is not None and end is not None and end < start:
        cells.fault("end", "a day not before 'start'")


def _treated(patients: pl.DataFrame) -> Callable[[Cells], None]:
    """Refuse patients who are not in the table of patients: their denominator is open."""
    known = set(patients["patient_id"])

    def check(cells: Cells) -> None:
        name = cells["patient_id"]
        if not cells.problems and name not in known:
            cells.fault("patient_id", "a patient of the table of patients", nearest(name, known))

    return check


_KINDS: dict[str, Any] = {
    "start": pl.Date, "end": pl.Date, "grade": pl.Int64,
}  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, PartialDate):
        return value.first
    return float(value) if isinstance(value, Decimal) else value


def _frame(
    path: Path,
    columns: tuple[Column, ...],
    *checks: Callable[[Cells], None],
    once: tuple[Once, ...] = (),
) -> pl.DataFrame:
    """Read a table as typed columns, with the line of each row."""

    def make(cells: Cells) -> list[object]:
        days = (cells.values.get(name) for name in ("start", "end"))
        latest = [day.last if isinstance(day, PartialDate) else day for day in days]
        return [cells.line, *map(_plain, cells.values.values()), *latest]

    names = {column.name: _KINDS.get(column.name, pl.String) for column in columns}
    names |= {LATEST: pl.Date, ENDED: pl.Date}
    rows = Table(columns, make, checks, once).read(path).rows
    return pl.DataFrame(rows, schema={ROW: pl.UInt32, **names}, orient="row")
