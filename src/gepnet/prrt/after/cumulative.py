"""What has been given in all: activity, and organ dose where dosimetry exists, against limits.

Every limit is advice of somebody and is named with whom; a total that reaches a limit exactly is at
it and not over it. What is not known leaves a total open above (`gepnet.prrt.limits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any, Self

from gepnet.facts import Facts, Story, prrt_activity_known
from gepnet.knowledge import Knowledge, MeasureFile, Problem, refuse_all
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.after.doses import OrganDose, read_doses, totals, unknown_cycles
from gepnet.prrt.dosimetry.data import Physics
from gepnet.prrt.given import GivenCycle, as_given, own_rows
from gepnet.prrt.limits import Against, Total
from gepnet.prrt.plausible import Plausible
from gepnet.record import Cycle, Record
from gepnet.tables import Shown
from gepnet.vocabulary import Accepted, Accepting, Interval, PartialDate, Vocabulary


class ActivityUnits(MeasureFile):
    """What one unit of activity is in another."""

    files = ("activity",)
    mbq_per_mci: Decimal
    mbq_per_gbq: Decimal


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity in both units, None where it is not known."""

    gbq: Decimal | None
    mci: Annotated[Decimal | None, Shown(digits=1)]

    @classmethod
    def of(cls, gbq: Decimal | None, measures: Mapping[str, Any]) -> Self:
        """Return an activity given in GBq."""
        return cls(gbq, None if gbq is None else to_mci(gbq, measures))


@dataclass(frozen=True, slots=True)
class Summed:
    """A cycle, with the activity given by then; None once one does not tell its own."""

    cycle: Annotated[GivenCycle, Shown(flat=True)]
    sum_gbq: Decimal | None


@dataclass(frozen=True, slots=True)
class Cumulated:
    """What was given to a patient by a date, beside advisory limits."""

    patient: str
    at: PartialDate
    cycles: list[Summed]
    number: Annotated[int, Shown(by=lambda number: number or None)]
    total: Annotated[Activity, Shown(take="gbq:total_gbq mci:total_mci", flat=True)]
    activity: Annotated[Total, Shown(hidden=True)]
    accepted: list[Accepted]
    limits: list[Against]


def cumulated(
    record: Record,
    facts: Facts,
    knowledge: Knowledge,
    vocabulary: Vocabulary,
    doses: Path | None = None,
    accept: Sequence[str] = (),
) -> Cumulated:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Args:
        record: the patient.
        facts: of the patient, as of the date of the question.
        knowledge: with the limits.
        vocabulary: with the options that are radioligand therapy.
        doses: a table of organ doses.
        accept: numbers of it outside their usual range that are right, each
            ``[PATIENT:[REGION:]]QUANTITY=VALUE by WHO: WHY``.

    Raises:
        InputError: for a bad file of doses.
    """
    cycles = [cycle for cycle in record.cycles if cycle.date.last <= facts.at.last]
    given = list(map(as_given, cycles))
    sums = accumulate(_one_by_one(cycles), _sum_if_known)
    count = facts["prrt_cycles"].value
    number = int(count.low) if isinstance(count, Interval) and count.is_point else None
    known, whole = prrt_activity_known(Story(record, vocabulary, knowledge.measures, facts.at))
    activity = Total.exactly(known) if whole else Total.from_(known)
    organ = []
    usual = Plausible.read(knowledge.measures)
    accepting = Accepting.read(accept, usual.quantities)
    if doses is not None:
        organ = _organ_doses(record, facts.at, number, knowledge, doses, usual, accepting)
    accepting.refuse_unused()
    return Cumulated(
        record.patient,
        facts.at,
        list(map(Summed, given, sums)),
        number or 0,
        Activity.of(activity.total, knowledge.measures),
        activity,
        accepting.used,
        against_limits(activity, number, organ, knowledge.advisory_limits),
    )


def _organ_doses(
    record: Record,
    at: PartialDate,
    number: int | None,
    knowledge: Knowledge,
    file: Path,
    usual: Plausible,
    accepting: Accepting,
) -> list[OrganDose]:
    """Return the doses of the cycles given by a date.

    Raises:
        InputError: for a bad file, or a dose of a cycle that the record does not know.
    """
    rows = read_doses(file, Physics.read(knowledge.measures), usual, accepting)
    found = own_rows(record.patient, rows, file, "doses")
    later = {cycle.cycle for cycle in record.cycles if cycle.date.last > at.last}
    expected = f"a cycle that was given by {at} ({number} in the record)"
    refuse_all(
        Problem(str(file), None, record.patient, "cycle", str(cycle), expected)
        for cycle in unknown_cycles(found, number, later)
    )
    return [dose for dose in found if number is None or dose.cycle <= number]


def total_activity(cycles: Iterable[GivenCycle]) -> Decimal | None:
    """Return the sum of the activity of cycles in GBq; None if one does not tell its own."""
    nothing: Decimal | None = Decimal(0)
    return reduce(_sum_if_known, (cycle.activity_gbq for cycle in cycles), nothing)


def _one_by_one(cycles: Iterable[Cycle]) -> Iterator[Decimal | None]:
    """Yield the activity of each cycle; None from where a number is left out before it."""
    had: Counter[str | None] = Counter()
    for cycle in cycles:
        had[cycle.course] += 1
        yield cycle.activity_gbq if cycle.cycle <= had[cycle.course] else None


def _sum_if_known(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def to_mci(gbq: Decimal, measures: Mapping[str, Any]) -> Decimal:
    """Return an activity in mCi; 1 mCi is 37 MBq by definition of the curie."""
    units = ActivityUnits.read(measures)
    return gbq * units.mbq_per_gbq / units.mbq_per_mci


def against_limits(
    activity: Total,
    cycles: int | None,
    doses: Sequence[OrganDose],
    limits: Iterable[AdvisoryLimit],
) -> list[Against]:
    """Return every limit with its total, a limit of a kidney dose for each kidney too.

    A dose total is known only if every one of ``cycles`` has a value. One cycle without dosimetry,
    or a number of cycles that is not known (None), leaves it open above: over a limit or unknown,
    never below.
    """
    found = []
    for limit in limits:
        if limit.quantity == "activity" or limit.region is None:
            found.append(Against(limit, None, activity))
            continue
        for organ, total in totals(doses, limit.region, limit.quantity, cycles):
            found.append(Against(limit, organ, total))
    return found
