"""Cycles that were given, as a plan and its totals need them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from gepnet.knowledge import InputError, Problem, nearest, refuse_all
from gepnet.record import Cycle, Record, Release
from gepnet.tables import Shown


@dataclass(frozen=True, slots=True)
class GivenCycle:
    """One cycle that was given: its number in the course, local day and activity in GBq.

    The activity is None where the record does not tell it.
    """

    number: Annotated[int, Shown("cycle")]
    day: Annotated[datetime.date, Shown("date")]
    activity_gbq: Decimal | None


class _OfPatient(Protocol):
    @property
    def patient(self) -> str:
        """Name of the patient."""


_Row = TypeVar("_Row", bound=_OfPatient)


def own_rows(patient: str, rows: Iterable[_Row], file: Path, what: str) -> list[_Row]:
    """Return the rows of one patient of a table.

    Raises:
        InputError: if the table has rows, but none of this patient.
    """
    known = list(rows)
    own = [row for row in known if row.patient == patient]
    if known and not own:
        names = sorted({row.patient for row in known})
        expected = f"{what} of {patient}; the file has {', '.join(names)}"
        close = nearest(patient, names)
        raise InputError([Problem(str(file), None, "", "patient_id", "", expected, close)])
    return own


def in_order(cycles: Sequence[GivenCycle], file: str = "cycles") -> tuple[GivenCycle, ...]:
    """Return the cycles of one course by number.

    Raises:
        InputError: if a number is used twice or left out, or a day lies before the one before.
    """
    problems = []
    ordered = sorted(cycles, key=lambda cycle: cycle.number)
    for position, cycle in enumerate(ordered, 1):
        entry = f"cycle {cycle.number}"
        if cycle.number != position:
            value = str(cycle.number)
            expected = f"the numbers 1 to {len(ordered)}, each once"
            problems.append(Problem(file, None, entry, "cycle", value, expected))
            break
        if position > 1 and cycle.day <= ordered[position - 2].day:
            expected = f"a day after cycle {position - 1} ({ordered[position - 2].day})"
            problems.append(Problem(file, None, entry, "date", str(cycle.day), expected))
    refuse_all(problems)
    return tuple(ordered)


@dataclass(frozen=True, slots=True)
class CourseGiven:
    """The course that a record is in: its cycles so far and what was decided of the next ones.

    ``earlier`` are the cycles of courses before it.
    """

    name: str
    cycles: tuple[GivenCycle, ...]
    earlier: tuple[GivenCycle, ...]
    releases: tuple[Release, ...]

    @property
    def decided(self) -> dict[int, Release]:
        """The latest decision on each cycle."""
        return {event.cycle: event for event in self.releases}


def course_given(record: Record, at: datetime.date, course: str | None = None) -> CourseGiven:
    """Return the course with the latest cycle up to ``at``, or the one named.

    Raises:
        InputError: if a cycle has no full date, a number is left out, or the course is not there.
    """
    known = [cycle for cycle in record.cycles if cycle.date.first <= at]
    problems = [
        Problem(
            record.patient, None, c.id, "date", str(c.date), "a full date, from which a plan counts"
        )
        for c in known
        if c.date.first != c.date.last
    ]
    problems += without_activity(record, known)
    names = {cycle.course for cycle in known} | {event.course for event in record.releases}
    if course is not None and course not in names:
        expected = f"a course of the record: {', '.join(sorted(filter(None, names))) or 'none'}"
        problems.append(Problem(record.patient, None, "", "course", repr(course), expected))
    refuse_all(problems)
    latest = max(known, key=lambda cycle: cycle.date.first, default=None)
    chosen = course if course is not None else (latest.course if latest is not None else None)
    own = [cycle for cycle in known if cycle.course == chosen]
    others = [cycle for cycle in known if cycle.course != chosen]
    releases = (e for e in record.releases if e.course == chosen and e.date.first <= at)
    return CourseGiven(
        chosen or "1",
        in_order([as_given(cycle) for cycle in own], record.patient),
        tuple(sorted((as_given(cycle) for cycle in others), key=lambda cycle: cycle.day)),
        tuple(sorted(releases, key=lambda event: (event.date.first, event.cycle))),
    )


def without_activity(record: Record, cycles: Iterable[Cycle]) -> list[Problem]:
    """Return a problem for each cycle whose activity nobody knows, for what has to know it."""
    expected = "what was given, in GBq: what comes next rests on whether it was reduced"
    return [
        Problem(record.patient, None, one.id, "activity_gbq", "", expected)
        for one in cycles
        if one.activity_gbq is None
    ]


def as_given(cycle: Cycle) -> GivenCycle:
    """Return a cycle of a record by the first day that its date allows."""
    return GivenCycle(cycle.cycle, cycle.date.first, cycle.activity_gbq)
