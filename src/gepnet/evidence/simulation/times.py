"""Times to an event: from draws of parameters and of patients to months.

A time is the inverse of its survival function at a survival U that is uniform on 0 to 1; with the
exponential ``E = -ln U``, that is ``S^-1(exp(-E))``. A hazard ratio h makes of E ``E / h``,
whatever the distribution. Median m and shape k, with S:

- exponential: ``exp(-ln 2 t / m)``
- weibull: ``exp(-ln 2 (t / m)^k)``
- loglogistic: ``1 / (1 + (t / m)^k)``
- lognormal: ``1 - Phi(ln(t / m) / k)``, k the standard deviation of the logarithm
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, prod
from typing import Any

import numpy as np

from gepnet.evidence.simulation.inputs import Draws
from gepnet.evidence.simulation.scenario import Distribution, Scenario, Time
from gepnet.numbers.linear import Array

LN2 = log(2)
#: What a row of patients is kept as; parameters are drawn in double precision.
REAL = np.float32
Rows = np.ndarray[Any, Any]


def uniform(random: np.random.Generator, shape: tuple[int, ...]) -> Rows:
    """Return numbers spread evenly from 0 to 1, without 1: 24 random bits each.

    Bits are taken by the block: ``Generator.random`` asks for one number after the other.
    """
    size = prod(shape)
    bits = random.bit_generator.random_raw((size + 1) // 2).view(np.uint32)[:size]
    return ((bits >> np.uint32(8)).astype(REAL) * REAL(2.0**-24)).reshape(shape)


def exponential(random: np.random.Generator, shape: tuple[int, ...]) -> Rows:
    """Return exponential numbers with mean 1.

    By the logarithm, which NumPy works out for many at a time: three times as fast as its own
    method for these, which looks at one after the other.
    """
    found = uniform(random, shape)
    np.subtract(REAL(1), found, out=found)  # from 0 to 1, without 0
    np.log(found, out=found)
    return np.negative(found, out=found)


@dataclass(frozen=True)
class Duration:
    """The parameters of a time in every draw: (d, 1) each, to be spread over patients.

    ``hazard`` is the hazard ratio of a line that is given relative to another one.
    """

    distribution: Distribution
    median: Array
    shape: Array | None
    hazard: Array | None

    def months(
        self,
        random: np.random.Generator,
        shape: tuple[int, int],
        rows: slice,
        modifier: Rows | None = None,
    ) -> Rows:
        """Return random times (d, n).

        Args:
            random: where they are drawn from.
            shape: draws and patients of each.
            rows: of the draws that these patients are of.
            modifier: hazard ratios (d, n) of the patients.
        """
        return self.of(exponential(random, shape), rows, modifier)

    def of(self, exponential: Rows, rows: slice, modifier: Rows | None = None) -> Rows:
        """Return the times of exponential numbers (d, n), which are overwritten."""
        e = exponential
        if self.hazard is not None:
            e /= self.hazard[rows].astype(e.dtype)
        if modifier is not None:
            e /= modifier
        shape = None if self.shape is None else self.shape[rows].astype(e.dtype)
        if self.distribution == "exponential":
            e /= LN2
        elif self.distribution == "weibull":
            assert shape is not None
            e /= LN2
            np.power(e, 1 / shape, out=e)
        elif self.distribution == "loglogistic":
            assert shape is not None
            np.expm1(e, out=e)
            np.power(e, 1 / shape, out=e)
        else:
            from scipy.special import ndtri

            assert shape is not None
            np.negative(np.expm1(np.negative(e, out=e), out=e), out=e)
            ndtri(e, out=e)
            e *= shape
            np.exp(e, out=e)
        e *= self.median[rows].astype(e.dtype)
        return e

    def median_months(self) -> Array:
        """Return the median (d,) of patients without a modifier."""
        even = np.full(self.median.shape, LN2)
        return self.of(even, slice(None))[:, 0]


def duration(scenario: Scenario, draws: Draws, time: Time, place: str) -> Duration:
    """Return the parameters of a time that stands at a place of the scenario."""
    hazard = None
    if time.relative_to is not None:
        hazard = draws[f"{place}.hazard_ratio"][:, None]
        other = scenario.line(time.relative_to)
        found = duration(scenario, draws, other.time, f"lines.{other.id}.time")
        if found.hazard is not None:
            hazard = hazard * found.hazard
        return Duration(found.distribution, found.median, found.shape, hazard)
    shape = draws.get(f"{place}.shape")
    if time.median_months is not None:
        median = draws[f"{place}.median_months"]
    elif len(time.rate_at) == 2:
        median, shape = _through_two(time, draws, place)
    else:
        median = _through_one(time, draws[f"{place}.rate_at.1.share"], shape)
    return Duration(
        time.distribution, median[:, None], None if shape is None else shape[:, None], None
    )


def _through_one(time: Time, share: Array, shape: Array | None) -> Array:
    """Return the median of the curve that goes through one published rate."""
    months = time.rate_at[0].months
    share = np.clip(share, 1e-6, 1 - 1e-6)
    if time.distribution == "exponential":
        return np.asarray(months * LN2 / -np.log(share), float)
    assert shape is not None
    if time.distribution == "weibull":
        return np.asarray(months * (LN2 / -np.log(share)) ** (1 / shape), float)
    if time.distribution == "loglogistic":
        return np.asarray(months / ((1 - share) / share) ** (1 / shape), float)
    from scipy.special import ndtri

    return np.asarray(months / np.exp(shape * ndtri(1 - share)), float)


def _through_two(time: Time, draws: Draws, place: str) -> tuple[Array, Array]:
    """Return median and shape of the Weibull curve through two published rates."""
    one, two = time.rate_at
    hazards = [
        -np.log(np.clip(draws[f"{place}.rate_at.{n}.share"], 1e-6, 1 - 1e-6)) for n in (1, 2)
    ]
    shape = np.log(hazards[1] / hazards[0]) / log(two.months / one.months)
    if not (shape > 0).all():
        raise ValueError(f"{place}.rate_at: shares that fall with time, in every draw")
    return one.months * (LN2 / hazards[0]) ** (1 / shape), shape
