"""What has been given in all: activity, and organ dose where dosimetry exists, against limits.

Every limit is advice of somebody and is named with whom; a total that reaches a limit exactly is at
it and not over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from gepnet.facts import Facts
from gepnet.knowledge import Knowledge, MeasureFile
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.given import GivenCycle, as_given, own_rows
from gepnet.record import Record
from gepnet.tables import (
    Cells,
    Column,
    Once,
    Shown,
    Table,
    also_shown,
    number,
    one_of,
    text,
    whole,
)
from gepnet.vocabulary import Interval, PartialDate

Standing = Literal["below", "at", "over", "unknown"]
REGIONS = ("kidneys", "bone_marrow")
#: What the dosimetry writes of a curve beside its doses.
BESIDE = (
    "status", "refusal", "model", "points", "points_left_out", "mass_g", "administered_gbq",
    "tia_extrapolated", "effective_half_life_h", "effective_half_life_h_low",
    "effective_half_life_h_high", "tia_mbq_h", "tia_mbq_h_low", "tia_mbq_h_high", "dose_gy_low",
    "dose_gy_high", "bed_gy_low", "bed_gy_high", "dose_per_activity_gy_per_gbq", "no_dose",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrganDose:
    """What one cycle gave to one organ, in Gy; the biologically effective dose where known."""

    patient: str
    cycle: int
    region: str
    dose_gy: Decimal
    bed_gy: Decimal | None = None


class ActivityUnits(MeasureFile):
    """What one unit of activity is in another."""

    files = ("activity",)
    mbq_per_mci: Decimal
    mbq_per_gbq: Decimal


@dataclass(frozen=True, slots=True)
class Against:
    """A total beside a limit: how much is left, or None where the total is not known."""

    limit: Annotated[
        AdvisoryLimit,
        Shown(take="id label profile value:limit unit note source locator verification", flat=True),
    ]
    total: Decimal | None
    standing: Standing

    @property
    @also_shown
    def left(self) -> Decimal | None:
        """What is left up to the limit; below zero once it is passed."""
        return None if self.total is None else self.limit.value - self.total


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
    """A cycle, with the activity given by then."""

    cycle: Annotated[GivenCycle, Shown(flat=True)]
    sum_gbq: Decimal


@dataclass(frozen=True, slots=True)
class Cumulated:
    """What was given to a patient by a date, beside advisory limits."""

    patient: str
    at: PartialDate
    cycles: list[Summed]
    number: Annotated[int, Shown(by=lambda number: number or None)]
    total: Annotated[Activity, Shown(take="gbq:total_gbq mci:total_mci", flat=True)]
    limits: list[Against]


def cumulated(
    record: Record, facts: Facts, knowledge: Knowledge, doses: Path | None = None
) -> Cumulated:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Args:
        record: the patient.
        facts: of the patient, as of the date of the question.
        knowledge: with the limits.
        doses: a table of organ doses.

    Raises:
        InputError: for a bad file of doses.
    """
    given = [as_given(cycle) for cycle in record.cycles if cycle.date.last <= facts.at.last]
    sums = accumulate(cycle.activity_gbq for cycle in given)
    activity, count = activity_given(facts), facts["prrt_cycles"].value
    number = int(count.low) if isinstance(count, Interval) and count.is_point else 0
    organ = [] if doses is None else own_rows(record.patient, read_doses(doses), doses, "doses")
    return Cumulated(
        record.patient,
        facts.at,
        list(map(Summed, given, sums)),
        number,
        Activity.of(activity, knowledge.measures),
        against_limits(activity, number, organ, knowledge.advisory_limits),
    )


def activity_given(facts: Facts) -> Decimal | None:
    """Return the activity given so far in GBq, or None where it is not known."""
    value = facts["prrt_cumulative_activity_gbq"].value
    return value.low if isinstance(value, Interval) and value.is_point else None


def total_activity(cycles: Iterable[GivenCycle]) -> Decimal:
    """Return the sum of the activity of cycles, in GBq."""
    return sum((cycle.activity_gbq for cycle in cycles), Decimal(0))


def to_mci(gbq: Decimal, measures: Mapping[str, Any]) -> Decimal:
    """Return an activity in mCi; 1 mCi is 37 MBq by definition of the curie."""
    units = ActivityUnits.read(measures)
    return gbq * units.mbq_per_gbq / units.mbq_per_mci


def standing(total: Decimal | None, limit: AdvisoryLimit) -> Against:
    """Return where a total stands against a limit."""
    where: Standing = "unknown"
    if total is not None:
        where = "at" if total == limit.value else "over" if total > limit.value else "below"
    return Against(limit, total, where)


def against_limits(
    activity: Decimal | None,
    cycles: int,
    doses: Sequence[OrganDose],
    limits: Iterable[AdvisoryLimit],
) -> list[Against]:
    """Return every limit with its total.

    A dose total is known only if every one of ``cycles`` has a value: one cycle without dosimetry
    leaves it unknown, never smaller.
    """
    found = []
    for limit in limits:
        if limit.quantity == "activity":
            found.append(standing(activity, limit))
            continue
        of_organ = [dose for dose in doses if dose.region == limit.region]
        absorbed = limit.quantity == "absorbed_dose"
        values = (dose.dose_gy if absorbed else dose.bed_gy for dose in of_organ)
        known = [value for value in values if value is not None]
        complete = bool(cycles) and len(known) == len(of_organ) == cycles
        found.append(standing(sum(known, Decimal(0)) if complete else None, limit))
    return found


def read_doses(path: Path) -> list[OrganDose]:
    """Read organ doses from a table of ``patient_id, cycle, region, dose_gy, bed_gy``.

    ``bed_gy`` may be left out or empty. What else ``gepnet prrt dosimetry`` writes of a curve may
    stand beside them.

    Raises:
        InputError: with every fault, each with row, column and value.
    """
    return list(_DOSES.read(path).rows)


def _check(cells: Cells) -> None:
    dose, bed = cells["dose_gy"], cells["bed_gy"]
    if bed is not None and dose is not None and bed < dose:
        cells.fault("bed_gy", f"at least the absorbed dose ({dose} Gy)")


_GY = number("a number of Gy from 0", least=0)
_DOSES = Table(
    columns=(
        Column("patient_id", text("the id of a patient"), field="patient"),
        Column("cycle", whole("a whole number from 1", least=1)),
        Column("region", one_of(REGIONS)),
        Column("dose_gy", _GY),
        Column("bed_gy", _GY, needed=False),
    ),
    make=lambda cells: cells.into(OrganDose),
    checks=(_check,),
    once=(Once(("patient_id", "cycle", "region"), "cycle", "one dose for {region} in a cycle"),),
    ignored=BESIDE,
    naming="",
    shown=repr,
)
