"""Cycles of radioligand therapy as the courses that they make up.

A record may tell a course by its totals (a treatment event), by its cycles one by one, or by both.
Cycles add to a treatment event of the same course what they know better; they are never counted
beside it. The record's reader has refused files in which the two contradict each other.
"""

from __future__ import annotations

from datetime import date

from gepnet.record import (
    Cycle,
    Record,
    Treatment,
    activity_of,
    covering_courses,
    first_dose,
    group_cycles,
    number_of,
)
from gepnet.vocabulary import OptionTree, PartialDate


def cycles_given(record: Record, at: PartialDate) -> list[tuple[Cycle, bool]]:
    """Return the cycles that may have been given by ``at``, and whether that is certain of each."""
    return [(c, c.date.last <= at.last) for c in record.cycles if c.date.first <= at.last]


def told_by_cycles(
    begun: list[tuple[Treatment, bool]], record: Record, options: OptionTree, at: PartialDate
) -> list[tuple[Treatment, bool]]:
    """Return the courses begun by ``at`` with what their cycles say, oldest first."""
    given = cycles_given(record, at)
    if not given:
        return begun
    certain = {cycle.id for cycle, sure in given if sure}
    found = list(begun)
    for group in group_cycles([cycle for cycle, _ in given]):
        sure = all(cycle.id in certain for cycle in group)
        covering = covering_courses(group, record.treatments, options)
        place = next(
            (i for i, (c, _) in enumerate(found) if covering and c.id == covering[0].id), -1
        )
        if place < 0:
            course = Treatment(id=group[-1].id, option=group[0].option)
            found.append((_with(course, group, sure), group[0].id in certain))
        else:
            found[place] = (_with(found[place][0], group, sure), True)
    return sorted(found, key=lambda pair: _start(pair[0], at))


def _start(course: Treatment, at: PartialDate) -> date:
    return course.start.first if course.start is not None else at.first


def _with(course: Treatment, group: list[Cycle], sure: bool) -> Treatment:
    """Return a course with its dates and totals from its cycles; open where one may lie ahead."""
    total, whole = activity_of(group)
    option = group[0].option
    return course.model_copy(
        update={
            "option": option,
            "start": course.start or first_dose(group),
            "last_dose": group[-1].date,
            "cycles": number_of(group) if sure else None,
            "cumulative_activity_gbq": total if sure and whole else None,
            "activity_gbq": None,
        }
    )
