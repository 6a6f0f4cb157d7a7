"""Choi criteria, where Hounsfield units of the targets are given: exploratory.

Size is the sum of the targets as in RECIST, attenuation the mean of the targets' Hounsfield units,
both against baseline. Limits and evidence are data (``knowledge/measures/choi.yaml``); none of it
was read in the paper, and the results say so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Said, SourceId, Strict, Verification
from gepnet.response.recist.model import Patient, Role, TimePoint, percent
from gepnet.response.recist.order import NOT_COUNTED, not_counted, out_of_order
from gepnet.response.recist.rules import Options, Rules
from gepnet.response.recist.sums import Seen, see
from gepnet.response.recist.timepoint import time_points
from gepnet.tables import Shown


class PartialResponse(Strict):
    """Either fall is enough."""

    size_fall_percent: Decimal
    attenuation_fall_percent: Decimal


class Progression(Strict):
    """Growth that is progression unless attenuation shows a response."""

    size_rise_percent: Decimal


class ChoiRules(MeasureFile):
    """The limits."""

    files = ("choi",)
    source: SourceId
    verification: Verification
    partial_response: PartialResponse
    progression: Progression
    attenuation: str
    evidence: tuple[Said, ...]
    note: str

    @property
    def size_limits(self) -> tuple[Decimal, ...]:
        """The changes of size in percent at which a response begins; a fall is below zero."""
        return -self.partial_response.size_fall_percent, self.progression.size_rise_percent


@dataclass(frozen=True, slots=True)
class Choi:
    """The response of one date by Choi; changes in percent from baseline."""

    date: datetime.date
    size_change: Annotated[Fraction | None, Shown("size_change_pct", digits=4)]
    attenuation_change: Annotated[Fraction | None, Shown("attenuation_change_pct", digits=4)]
    response: Annotated[str, Shown("choi")]
    reason: str


@dataclass(frozen=True, slots=True)
class ChoiCourse:
    """The responses of one patient by Choi, with what is to be said of the criteria."""

    patient_id: str
    timepoints: tuple[Choi, ...]
    rules: Annotated[ChoiRules, Shown(take="note verification", flat=True)]


def choi_response(
    size: Fraction | None,
    attenuation: Fraction | None,
    is_gone: bool,
    is_new: bool,
    non_target_progressed: bool,
    rules: ChoiRules,
) -> str:
    """Return CR, PR, SD, PD or NE from changes in percent.

    Unknown is not false: with one of the changes missing, a response that the other already
    settles is given, else NE.
    """
    if is_new or non_target_progressed:
        return "PD"
    if is_gone:
        return "CR"
    fall, thin = rules.partial_response.size_fall_percent, rules.partial_response
    small = None if size is None else size <= -Fraction(fall)
    pale = None if attenuation is None else attenuation <= -Fraction(thin.attenuation_fall_percent)
    if small or pale:
        return "PR"
    if small is None or pale is None:
        return "NE"
    assert size is not None
    return "PD" if size >= Fraction(rules.progression.size_rise_percent) else "SD"


def choi_courses(
    patients: Iterable[Patient], rules: Rules, options: Options, choi: ChoiRules
) -> list[ChoiCourse]:
    """Return the course of each patient; see ``choi_of``."""
    return [ChoiCourse(p.id, tuple(choi_of(p, rules, options, choi)), choi) for p in patients]


def choi_of(patient: Patient, rules: Rules, options: Options, choi: ChoiRules) -> Iterator[Choi]:
    """Yield the response by Choi of every assessment; nothing where no Hounsfield units are."""
    if all(row.hu is None for row in patient.lesions) or patient.baseline is None:
        return
    seen = see(patient)
    start = _attenuation(seen, patient.baseline)
    left_out = not_counted(out_of_order(patient), options)
    for point in time_points(patient, rules, options, left_out)[1]:
        yield _assess(point, start, _attenuation(seen, point.date), choi)


def _attenuation(seen: Seen, date: datetime.date) -> Fraction | None:
    """Return the mean of the targets' units; None if one that is there has none."""
    rows = [seen.rows[lesion].get(date) for lesion in seen.of(Role.TARGET)]
    there = [row for row in rows if row is not None and row.diameter is not None]
    values = [Fraction(row.hu) for row in there if row.hu is not None]
    if not values or len(values) < len(there):
        return None
    return sum(values, Fraction(0)) / len(values)


def _assess(
    point: TimePoint, start: Fraction | None, now: Fraction | None, choi: ChoiRules
) -> Choi:
    attenuation = None if start is None or now is None or start <= 0 else 100 * (now / start - 1)
    size = point.from_baseline
    response = choi_response(
        size,
        attenuation,
        is_gone=point.overall == "CR",
        is_new=point.new_lesion is True,
        non_target_progressed=point.non_target == "PD",
        rules=choi,
    )
    told = [
        f"{name} {'not known' if change is None else percent(change, limits)}"
        for name, change, limits in (
            ("size", size, choi.size_limits),
            ("attenuation", attenuation, (-choi.partial_response.attenuation_fall_percent,)),
        )
    ]
    if point.new_lesion is True:
        told.append("new lesion")
    if point.not_counted is not None:
        told.append(f"{NOT_COUNTED[point.not_counted]}: not counted")
    return Choi(point.date, size, attenuation, response, f"{response}: {', '.join(told)}")
