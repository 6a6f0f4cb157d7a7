"""What has been given in all: activity, and organ dose where dosimetry exists, against limits.

Every limit is advice of somebody and is named with whom; a total that reaches a limit exactly is at
it and not over it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.given import GivenCycle

Standing = Literal["below", "at", "over", "unknown"]
COLUMNS = ("patient_id", "cycle", "region", "dose_gy", "bed_gy")
REGIONS = ("kidneys", "bone_marrow")


@dataclass(frozen=True, slots=True)
class OrganDose:
    """What one cycle gave to one organ, in Gy; the biologically effective dose where known."""

    patient: str
    cycle: int
    region: str
    dose_gy: Decimal
    bed_gy: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """A total beside a limit: how much is left, or None where the total is not known."""

    limit: AdvisoryLimit
    total: Decimal | None
    standing: Standing

    @property
    def left(self) -> Decimal | None:
        """What is left up to the limit; below zero once it is passed."""
        return None if self.total is None else self.limit.value - self.total


def total_activity(cycles: Iterable[GivenCycle]) -> Decimal:
    """Return the sum of the activity of cycles, in GBq."""
    return sum((cycle.activity_gbq for cycle in cycles), Decimal(0))


def to_mci(gbq: Decimal, measures: Mapping[str, Any]) -> Decimal:
    """Return an activity in mCi; 1 mCi is 37 MBq by definition of the curie."""
    constants = measures["activity"]
    mbq = gbq * Decimal(str(constants["mbq_per_gbq"]))
    return mbq / Decimal(str(constants["mbq_per_mci"]))


def standing(total: Decimal | None, limit: AdvisoryLimit) -> Against:
    """Return where a total stands against a limit."""
    if total is None:
        return Against(limit, None, "unknown")
    if total == limit.value:
        return Against(limit, total, "at")
    return Against(limit, total, "over" if total > limit.value else "below")


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
        values = [
            dose.dose_gy if limit.quantity == "absorbed_dose" else dose.bed_gy for dose in of_organ
        ]
        known = [value for value in values if value is not None]
        complete = bool(cycles) and len(known) == len(values) == cycles
        found.append(standing(sum(known, Decimal(0)) if complete else None, limit))
    return found


def read_doses(path: Path) -> list[OrganDose]:
    """Read organ doses from a CSV with the columns ``patient_id, cycle, region, dose_gy, bed_gy``.

    ``bed_gy`` may be left out or empty.

    Raises:
        InputError: with every fault, each with row, column and value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(str(path), None, "", "", "", "a readable CSV file in UTF-8")
        raise InputError([problem]) from error
    rows = csv.DictReader(text.splitlines())
    names = rows.fieldnames or []
    problems = [
        Problem(str(path), 1, "", name, "", "this column", nearest(name, names))
        for name in COLUMNS[:-1]
        if name not in names
    ]
    if problems:
        raise InputError(problems)
    reader = _DoseReader(str(path))
    doses = [reader.row(row, rows.line_num) for row in rows]
    reader.done()
    return [dose for dose in doses if dose is not None]


class _DoseReader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.seen: set[tuple[str, int, str]] = set()

    def row(self, row: Mapping[str, str], line: int) -> OrganDose | None:
        before = len(self.problems)
        patient = (row["patient_id"] or "").strip()
        if not patient:
            self.fault(line, "patient_id", row["patient_id"], "the id of a patient")
        cycle = (row["cycle"] or "").strip()
        if not cycle.isdigit() or int(cycle) < 1:
            self.fault(line, "cycle", cycle, "a whole number from 1")
        region = (row["region"] or "").strip()
        if region not in REGIONS:
            close = nearest(region, REGIONS)
            self.fault(line, "region", region, f"one of {', '.join(REGIONS)}", close)
        dose = self.number(line, "dose_gy", row["dose_gy"])
        bed = self.number(line, "bed_gy", row["bed_gy"]) if row.get("bed_gy") else None
        if bed is not None and dose is not None and bed < dose:
            self.fault(line, "bed_gy", str(bed), f"at least the absorbed dose ({dose} Gy)")
        if len(self.problems) > before or dose is None:
            return None
        key = (patient, int(cycle), region)
        if key in self.seen:
            self.fault(line, "cycle", cycle, f"one dose for {region} in a cycle")
            return None
        self.seen.add(key)
        return OrganDose(patient, int(cycle), region, dose, bed)

    def number(self, line: int, field: str, text: str | None) -> Decimal | None:
        try:
            value = Decimal((text or "").strip())
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite() or value < 0:
            self.fault(line, field, text or "", "a number of Gy from 0")
            return None
        return value

    def fault(
        self, line: int, field: str, value: str, expected: str, close: str | None = None
    ) -> None:
        told = (repr(value), expected, close)
        self.problems.append(Problem(self.file, line, "", field, *told))

    def done(self) -> None:
        if self.problems:
            raise InputError(self.problems)
