"""Kaplan-Meier curves and restricted means.

The curve is that of lifelines (Davidson-Pilon, J Open Source Softw 2019;4:1317). The standard error
of a restricted mean, which it does not offer, is worked out here from the area beyond each event
time (Klein JP, Moeschberger ML. Survival Analysis. Springer 2003, equation 4.5.3).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array
from gepnet.numbers.survival.observed import (
    CONFIDENCE,
    Estimate,
    NotEstimableError,
    Scale,
    interval,
    normal,
    observed,
)


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve.

    Attributes:
        times: ascending, beginning with 0; the curve steps down at some of them.
        survival: at each time, from then on.
        low: of the interval of each.
        high: of the interval.
        at_risk: how many were under observation just before each time.
        events: how many had the event at each time.
        censored: how many were last seen at each time.
        confidence: of the intervals.
    """

    times: Array
    survival: Array
    low: Array
    high: Array
    at_risk: Array
    events: Array
    censored: Array
    confidence: float = CONFIDENCE

    @property
    def size(self) -> int:
        """How many were observed."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def event_count(self) -> int:
        """How many events were seen."""
        return int(self.events.sum())

    @property
    def end(self) -> float:
        """The longest observation."""
        return float(self.times[-1])

    @property
    def median(self) -> Estimate:
        """The time by which half had the event; None where the curve stays above."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> Estimate:
        """Return the time by which a share of all had the event, with its interval.

        The interval is where the limits of the curve reach the share (Brookmeyer R, Crowley J.
        Biometrics 1982;38:29-41).
        """
        level = 1 - share
        return Estimate(
            *(self._reached(one, level) for one in (self.survival, self.low, self.high))
        )

    def _reached(self, curve: Array, level: float) -> float | None:
        # Products of shares miss a level such as one half by a rounding: a step counts as there.
        found = np.flatnonzero(curve <= level + 1e-12)
        return float(self.times[found[0]]) if found.size else None

    def at(self, time: float) -> Estimate:
        """Return the survival at a time; nothing is told beyond the longest observation."""
        if time > self.end and self.survival[-1] > 0:
            return Estimate(None, None, None)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return Estimate(*(float(c[place]) for c in (self.survival, self.low, self.high)))

    def number_at_risk(self, times: ArrayLike) -> list[int]:
        """Return how many were under observation at each time, those who leave then included."""
        places = np.searchsorted(self.times, np.asarray(times, float), side="left")
        counts = np.append(self.at_risk, 0)
        return [int(counts[place]) for place in places]


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
    scale: Scale = "log-log",
) -> Curve:
    """Return the Kaplan-Meier curve of some observations.

    Args:
        time: how long each was observed; not negative.
        event: whether the observation ended with the event (1) or was censored (0).
        entry: when each came under observation, if later than 0 (left truncation).
        confidence: of the intervals, from Greenwood's variance.
        scale: on which an interval is symmetric: log(-log S), or log S as R does unless told.

    Raises:
        NotEstimableError: without observations.
        ValueError: for times or events that are none.
    """
    times, events, entered = observed(time, event, entry)
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own intervals divide by zero where nobody is left
        fitter = KaplanMeierFitter().fit(times, events, entry=entered)
    table = fitter.event_table
    survival = fitter.survival_function_.iloc[:, 0].to_numpy(float)
    at_risk, seen, censored = (
        table[name].to_numpy(float) for name in ("at_risk", "observed", "censored")
    )
    error = np.sqrt(_greenwood(at_risk, seen).cumsum())
    low, high = interval(survival, error, confidence, scale)
    moments = table.index.to_numpy(float)
    return Curve(moments, survival, low, high, at_risk, seen, censored, confidence)


def _greenwood(at_risk: Array, events: Array) -> Array:
    rest = at_risk - events
    terms = np.zeros_like(rest)
    some = (events > 0) & (rest > 0)
    terms[some] = events[some] / (at_risk[some] * rest[some])
    return terms


def follow_up(time: ArrayLike, event: ArrayLike) -> Estimate:
    """Return the median follow-up: that of the curve with events and censoring changed over.

    Schemper M, Smith TL. A note on quantifying follow-up. Control Clin Trials 1996;17:343-6.
    """
    times, events, _ = observed(time, event, None)
    return kaplan_meier(times, 1 - events).median


def restricted_mean(
    curve: Curve, horizon: float, confidence: float = CONFIDENCE
) -> tuple[Estimate, float]:
    """Return the mean time without the event up to a horizon, and its standard error.

    Raises:
        NotEstimableError: for a horizon beyond the longest observation, where the curve is unknown.
    """
    if horizon <= 0:
        raise ValueError(f"a horizon above 0, not {horizon:g}")
    if horizon > curve.end and curve.survival[-1] > 0:
        raise NotEstimableError(
            f"the longest observation is {curve.end:g}: no mean up to {horizon:g}"
        )
    inside = curve.times < horizon
    ends = np.append(curve.times[inside][1:], horizon)
    areas = curve.survival[inside] * (ends - curve.times[inside])
    beyond = areas[::-1].cumsum()[::-1]  # from each time to the horizon
    value = float(areas.sum())
    error = sqrt(float((beyond**2 * _greenwood(curve.at_risk, curve.events)[inside]).sum()))
    half = normal(confidence) * error
    return Estimate(value, max(0.0, value - half), min(horizon, value + half)), error


def restricted_mean_difference(
    first: Curve, second: Curve, horizon: float, confidence: float = CONFIDENCE
) -> Estimate:
    """Return how much longer the restricted mean of the first curve is than that of the second."""
    (one, error), (other, further) = (restricted_mean(c, horizon) for c in (first, second))
    value = (one.value or 0.0) - (other.value or 0.0)
    half = normal(confidence) * sqrt(error**2 + further**2)
    return Estimate(value, value - half, value + half)
