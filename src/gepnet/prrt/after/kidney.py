"""How fast the kidneys lose function: the slope of creatinine clearance in % a year.

Log-linear least squares, ln(clearance) = a + b t with t in years of 365.25 days; the yearly change
is 100 (e^b - 1) %, its interval that of b by Student's t with n - 2 degrees of freedom (Draper NR,
Smith H. Applied Regression Analysis, 3rd ed. 1998, chapter 1, doi 10.1002/9781118625590). Too few
samples or too short a span give no slope but the reason.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from gepnet.knowledge.course_models import KidneyReference
from gepnet.numbers import slope as fitted_slope
from gepnet.prrt.after.samples import HOLDS, Sample
from gepnet.prrt.plan.settings import SlopeSettings
from gepnet.tables import Shown
from gepnet.vocabulary import Interval, Truth, Value

CLEARANCE = "creatinine_clearance_ml_min"
CREATININE = "creatinine_umol_l"
WEIGHT = "weight_kg"
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Clearance:
    """One clearance in mL/min, as recorded or by Cockcroft-Gault from that day's weight."""

    day: Annotated[datetime.date, Shown("date")]
    value: Annotated[Decimal, Shown("ml_min", digits=1)]
    how: Literal["recorded", "cockcroft_gault"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A creatinine that gave no clearance, and why."""

    day: Annotated[datetime.date, Shown("date")]
    reason: str


@dataclass(frozen=True, slots=True)
class Slope:
    """Yearly change of clearance in % with its interval; a loss is below zero."""

    percent_a_year: Annotated[float, Shown(digits=2)]
    low: Annotated[float, Shown(digits=2)]
    high: Annotated[float, Shown(digits=2)]
    confidence: float
    samples: int
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class AgainstReference:
    """Whether the loss is faster than a published one; None where the interval includes it."""

    reference: Annotated[
        KidneyReference,
        Shown(take="id label fall_percent_a_year source locator verification", flat=True),
    ]
    faster: Annotated[Truth, Shown(by=HOLDS)]


@dataclass(frozen=True, slots=True)
class Kidney:
    """Clearances over time; either a slope beside published ones, or why there is none."""

    clearances: list[Clearance]
    left_out: list[LeftOut]
    slope: Slope | None
    refused: str | None
    references: list[AgainstReference]


#: Clearance on a day from weight in kg and creatinine in umol/L.
ClearanceOn = Callable[[datetime.date, Decimal, Decimal], Value]


def kidney_function(
    samples: dict[str, list[Sample]],
    first_dose: datetime.date | None,
    cockcroft_gault: ClearanceOn,
    settings: SlopeSettings,
    references: Iterable[KidneyReference],
) -> Kidney:
    """Return the clearances from the last one up to the first dose on, with their slope.

    Args:
        samples: the values of the record by analyte.
        first_dose: None where there was none; every clearance counts then.
        cockcroft_gault: see ``clearances``.
        settings: what a slope needs.
        references: published slopes.
    """
    points, left_out = clearances(samples, cockcroft_gault, settings.weight_within_days)
    if first_dose is not None:
        before = [point for point in points if point.day <= first_dose]
        points = before[-1:] + [point for point in points if point.day > first_dose]
    found = slope(points, settings)
    if isinstance(found, str):
        return Kidney(points, left_out, None, found, [])
    return Kidney(points, left_out, found, None, against_references(found, references))


def clearances(
    samples: dict[str, list[Sample]],
    cockcroft_gault: ClearanceOn,
    within_days: int,
) -> tuple[list[Clearance], list[LeftOut]]:
    """Return the clearances of a record by day, recorded ones first.

    Args:
        samples: the values of the record by analyte.
        cockcroft_gault: clearance on a day from weight in kg and creatinine in umol/L; anything
            but one number where age or sex is not known.
        within_days: how far from the creatinine its weight may be dated.
    """
    found: dict[datetime.date, Clearance] = {}
    left_out = []
    for sample in samples.get(CLEARANCE, []):
        if sample.value.is_point:
            found[sample.day] = Clearance(sample.day, sample.value.low, "recorded")
        else:
            left_out.append(LeftOut(sample.day, f"clearance only known as {sample.value}"))
    weights = [weight for weight in samples.get(WEIGHT, []) if weight.value.is_point]
    for sample in samples.get(CREATININE, []):
        if sample.day in found:
            continue
        if not sample.value.is_point:
            left_out.append(LeftOut(sample.day, f"creatinine only known as {sample.value}"))
            continue
        near = [w for w in weights if abs((w.day - sample.day).days) <= within_days]
        if not near:
            left_out.append(LeftOut(sample.day, "creatinine without a weight of that day"))
            continue
        weight = min(near, key=lambda w: abs((w.day - sample.day).days))
        value = cockcroft_gault(sample.day, weight.value.low, sample.value.low)
        if isinstance(value, Interval):
            # The age is known to the year at worst: the middle is off by less than one per cent.
            middle = (value.low + value.high) / 2
            found[sample.day] = Clearance(sample.day, middle, "cockcroft_gault")
        else:
            left_out.append(LeftOut(sample.day, "age or sex not known"))
    return sorted(found.values(), key=lambda clearance: clearance.day), left_out


def slope(points: Sequence[Clearance], settings: SlopeSettings) -> Slope | str:
    """Return the yearly change of clearance, or why there is none to tell."""
    if any(point.value <= 0 for point in points):
        return "a clearance of 0 has no logarithm"
    if len(points) < settings.least_samples:
        return f"{len(points)} clearances; at least {settings.least_samples} are needed"
    span = (points[-1].day - points[0].day).days
    if span < settings.least_span_days:
        return f"{span} days from first to last; at least {settings.least_span_days} are needed"
    years = [(point.day - points[0].day).days / DAYS_PER_YEAR for point in points]
    logs = [math.log(float(point.value)) for point in points]
    confidence = float(settings.confidence)
    change, low, high = map(_percent, fitted_slope(years, logs, confidence))
    ends = (points[0].day, points[-1].day)
    return Slope(change, low, high, confidence, len(points), *ends)


def _percent(b: float) -> float:
    return 100 * math.expm1(b)


def against_references(
    found: Slope, references: Iterable[KidneyReference]
) -> list[AgainstReference]:
    """Return for each reference whether the whole interval of the loss lies above it."""
    results = []
    for reference in references:
        fall = float(reference.fall_percent_a_year)
        faster = True if -found.high > fall else False if -found.low <= fall else None
        results.append(AgainstReference(reference, faster))
    return results
