"""Sums over the cycles of a patient and region, and where they stand beside advisory limits."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.dosimetry.cumulative import Estimate
from gepnet.prrt.dosimetry.run import Dosimetry
from gepnet.prrt.dosimetry.view import AgainstLimit, Sum
from gepnet.prrt.limits import Part, Total


def dose_to(result: Dosimetry, row: int) -> str:
    """Return what the dose is to: blood samples stand for the red marrow."""
    name = str(result.series.region[row])
    region = result.data.physics.region(name)
    return "red_marrow" if region is not None and region.kind == "blood" else name


def sums_of(result: Dosimetry) -> list[Sum]:
    """Return one sum for each patient and region, with the cycles that are and are not in it.

    Cycles are counted from the first: of numbers 1 and 3 a second cycle was given, and has no dose.
    """
    series, group = result.series, result.sums.group
    known = np.isfinite(result.dose.value).tolist()
    seen: dict[str, set[int]] = {}
    summed: dict[int, list[tuple[int, float]]] = {}
    for row, (patient, cycle) in enumerate(zip(series.patient, series.cycle, strict=True)):
        seen.setdefault(str(patient), set()).update(range(1, int(cycle) + 1))
        if known[row]:
            given = float(series.administered_gbq[row])
            summed.setdefault(int(group[row]), []).append((int(cycle), given))
    return [
        _sum(result, row, seen[str(series.patient[lead])], sorted(summed.get(row, [])))
        for row, lead in enumerate(result.sums.lead)
    ]


def _sum(result: Dosimetry, group: int, seen: set[int], summed: list[tuple[int, float]]) -> Sum:
    sums, series = result.sums, result.series
    lead = int(sums.lead[group])
    region = str(series.region[lead])
    cycles = [cycle for cycle, _ in summed]
    dose, bed = sums.dose.at(group), sums.bed.at(group)
    return Sum(
        patient_id=str(series.patient[lead]),
        region=region,
        dose_to=dose_to(result, lead),
        cycles=cycles,
        cycles_without_dose=sorted(seen - set(cycles)),
        complete=set(cycles) == seen,
        administered_gbq=sum(given for _, given in summed) if summed else None,
        dose_gy=dose,
        bed_gy=bed,
        limits=_limits(result, region, dose, bed, set(cycles) == seen),
    )


def _limits(
    result: Dosimetry, region: str, dose: Estimate, bed: Estimate, complete: bool
) -> list[AgainstLimit]:
    entry = result.data.physics.region(region)
    group = None if entry is None else entry.group
    # What the blood gives the marrow is its own activity's dose: organs and tumours add to it.
    closed = complete and not (entry is not None and entry.kind == "blood")
    found = []
    for limit in result.data.limits:
        if limit.region is None or group != _GROUP[limit.region]:
            continue
        known = bed if limit.quantity == "bed" else dose
        value, low, high = _exact(known.value), _exact(known.low), _exact(known.high)
        parts = [] if value is None else [Part(value, low, high)]
        standing = Total.of(parts, closed and bool(parts)).against(limit.value)
        found.append(AgainstLimit(limit, _state(standing, known, limit)))
    return found


_GROUP = {"kidneys": "kidney", "bone_marrow": "marrow"}


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _state(standing: str, known: Estimate, limit: AdvisoryLimit) -> str:
    """Say where an estimate stands: it reaches a limit as soon as its value does."""
    if known.value is not None and Decimal(str(known.value)) >= limit.value:
        return "reached"
    if standing == "below" and known.low is None:
        return "below, without an interval"
    return standing.replace("within_interval", "within the interval")
