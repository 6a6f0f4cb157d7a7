"""Sums over the cycles of a patient, with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.absorbed import same_region
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.table import Series
from gepnet.prrt.dosimetry.uncertainty import percentiles


@dataclass(frozen=True)
class Estimate:
    """One value with its interval; None for unknown and for no bound."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Interval:
    """A value with its interval, arrays of one length; NaN: unknown, infinite: without bound."""

    value: Array
    low: Array
    high: Array

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """Value and both ends."""
        return self.value, self.low, self.high

    def at(self, row: int) -> Estimate:
        """Return one of them as plain numbers."""
        return Estimate(*(finite(part[row]) for part in self.parts))


def finite(number: float) -> float | None:
    """Return a number, or None for NaN and for infinity."""
    return float(number) if math.isfinite(number) else None


@dataclass(frozen=True)
class Cumulative:
    """Sums for g pairs of patient and region.

    ``group`` (c,) says to which pair a curve belongs, ``lead`` (g,) its first curve, ``cycles`` how
    many cycles are in the sum.
    """

    group: NDArray[np.intp]
    lead: NDArray[np.intp]
    cycles: NDArray[np.intp]
    dose: Interval
    bed: Interval


def cumulative(
    series: Series,
    dose: Interval,
    bed: Interval,
    dose_draws: Array | None,
    bed_draws: Array | None,
    confidence: float,
) -> Cumulative:
    """Add doses and BED over the cycles in which they are known.

    The interval of a sum of independent parts is found from theirs: distances to each end add in
    squares (Zou GY, Donner A. Stat Med 2008;27:1693-1702, doi 10.1002/sim.3095), or from the draws
    where each part has them. Errors that all cycles share (calibration, outlining) are not
    independent and not in it.
    """
    group = same_region(series)
    _, lead = np.unique(group, return_index=True)
    known = np.isfinite(dose.value)
    cycles = np.bincount(group, weights=known, minlength=len(lead)).astype(np.intp)
    return Cumulative(
        group,
        lead,
        cycles,
        _sum(dose, group, len(lead), dose_draws, confidence),
        _sum(bed, group, len(lead), bed_draws, confidence),
    )


def _sum(
    parts: Interval, group: NDArray[np.intp], groups: int, draws: Array | None, confidence: float
) -> Interval:
    known = np.isfinite(parts.value)
    some = np.bincount(group, weights=known, minlength=groups) > 0

    def added(values: Array) -> Array:
        return np.bincount(group[known], weights=values[known], minlength=groups).astype(float)

    total = added(parts.value)
    with np.errstate(invalid="ignore", over="ignore"):
        low = total - np.sqrt(added((parts.value - parts.low) ** 2))
        high = total + np.sqrt(added((parts.high - parts.value) ** 2))
    if draws is not None:
        drawn = np.zeros((groups, draws.shape[1]))
        np.add.at(drawn, group[known], draws[known])
        by_draws = ~np.isnan(drawn).any(axis=1)
        if by_draws.any():
            low[by_draws], high[by_draws] = percentiles(drawn[by_draws], confidence)
    nothing = np.where(some, 0.0, np.nan)
    return Interval(total + nothing, np.maximum(low, 0) + nothing, high + nothing)
