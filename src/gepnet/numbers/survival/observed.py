"""What survival is worked out from, and how it is told: observations, estimates, intervals."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array

CONFIDENCE = 0.95
Scale = Literal["log-log", "log"]
_WIDEST = 50.0  # beyond it an interval is all that there is


class Estimate(NamedTuple):
    """A number with its interval; None is what cannot be told, such as a median not reached."""

    value: float | None
    low: float | None
    high: float | None


class ChiSquared(NamedTuple):
    """A test with a chi-squared statistic: that, its degrees of freedom, the probability."""

    statistic: float
    degrees: int
    p: float


class NotEstimableError(ValueError):
    """What was asked cannot be estimated from these observations; the message says why."""


def normal(confidence: float) -> float:
    """Return how many standard errors an interval reaches to each side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def interval(survival: Array, error: Array, confidence: float, scale: Scale) -> tuple[Array, Array]:
    """Return the interval of a curve of shares; at 1 or 0 nothing is known of its error.

    Args:
        survival: the curve.
        error: its standard error at each place, as a share of the curve there.
        confidence: of the interval.
        scale: on which it is symmetric.
    """
    half = normal(confidence) * error
    low, high = survival.copy(), survival.copy()
    inside = (survival > 0) & (survival < 1)
    curve = survival[inside]
    if scale == "log":
        low[inside] = curve * np.exp(-half[inside])
        high[inside] = np.minimum(1, curve * np.exp(half[inside]))
    else:
        steps = np.minimum(half[inside] / -np.log(curve), _WIDEST)
        wider = np.exp(-steps)  # below 1
        low[inside], high[inside] = curve ** (1 / wider), curve**wider
    return low, high


def observed(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    """Return times, events and entries of observations.

    Raises:
        NotEstimableError: without observations.
        ValueError: for times, events or entries that are none.
    """
    times = durations(time)
    events = numbers(event, "event", times.size)
    if not np.isin(events, (0, 1)).all():
        raise ValueError("events that are 0 or 1")
    if entry is None:
        return times, events, None
    entered = numbers(entry, "entry", times.size)
    if (entered >= times).any():
        raise ValueError("entries before the end of each observation")
    return times, events, entered


def durations(time: ArrayLike) -> Array:
    """Return how long each was observed.

    Raises:
        NotEstimableError: without observations.
        ValueError: for times that are none.
    """
    times = np.asarray(time, float)
    if times.ndim != 1 or not times.size:
        raise NotEstimableError("no observations")
    times = numbers(times, "time", times.size)
    if (times < 0).any():
        raise ValueError(f"times of 0 or more, not {times.min():g}")
    return times


def numbers(values: ArrayLike, name: str, size: int) -> Array:
    """Return one number for each observation.

    Raises:
        ValueError: for another count, or for what is no number.
    """
    found = np.asarray(values, float)
    if found.shape != (size,):
        raise ValueError(f"{size} times, but {found.size} of {name}")
    if not np.isfinite(found).all():
        raise ValueError(f"{name}: a number for each")
    return found
