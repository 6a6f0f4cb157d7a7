"""Risks that compete: the cumulative incidence of one event where another may come first.

The estimate is that of Aalen and Johansen; its variance the one of the delta method (Marubini E,
Valsecchi MG. Analysing Survival Data from Clinical Trials. Wiley 1995, chapter 10). One less a
Kaplan-Meier curve that censors the other event would count patients as if they could not die.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array
from gepnet.numbers.survival.observed import CONFIDENCE, Estimate, durations, interval, numbers


@dataclass(frozen=True)
class Incidence:
    """The cumulative incidence of one cause, a step at each of ``times``, with its interval."""

    cause: int
    times: Array
    incidence: Array
    low: Array
    high: Array
    events: int

    def reached(self, share: float) -> Estimate:
        """Return the time by which a share of all had the event; None where it was not reached."""
        return Estimate(*(self._first(c, share) for c in (self.incidence, self.high, self.low)))

    def _first(self, curve: Array, share: float) -> float | None:
        # Products of shares miss one half by a rounding: a step counts as there.
        there = np.flatnonzero(curve >= share - 1e-12)
        return float(self.times[there[0]]) if there.size else None

    def at(self, time: float) -> tuple[float, float, float]:
        """Return the incidence by a time with its interval."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 0.0, 0.0, 0.0
        return float(self.incidence[place]), float(self.low[place]), float(self.high[place])


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, of: int = 1, confidence: float = CONFIDENCE
) -> Incidence:
    """Return the cumulative incidence of one of several causes.

    Args:
        time: how long each was observed, in any one unit.
        cause: which event ended it, from 1; 0 where it was censored.
        of: the cause that is asked about.
        confidence: of the interval, on the scale log(-log(1 - incidence)).

    Raises:
        NotEstimableError: without observations.
        ValueError: for columns of unequal length, or a time below zero.
    """
    times = durations(time)
    causes = numbers(cause, "cause", times.size)
    moments = np.unique(times[causes > 0])
    at_risk = times.size - np.searchsorted(np.sort(times), moments, side="left")
    every, mine = (
        np.bincount(np.searchsorted(moments, times[which]), minlength=moments.size).astype(float)
        for which in (causes > 0, causes == of)
    )
    left = np.concatenate([[1.0], np.cumprod(1 - every / at_risk)])[:-1]  # just before each
    found = np.cumsum(left * mine / at_risk)
    error = np.zeros(moments.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.where(at_risk > every, every / (at_risk * (at_risk - every)), 0.0)
    for place in range(moments.size):
        part = slice(0, place + 1)
        ahead = found[place] - found[part]
        n, d, s = at_risk[part], mine[part], left[part]
        error[place] = (
            (ahead**2 * gone[part]).sum()
            + (s**2 * d * (n - d) / n**3).sum()
            - 2 * (ahead * s * d / n**2).sum()
        )
    free = 1 - found
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(free > 0, np.sqrt(np.maximum(error, 0.0)) / free, 0.0)
    low, high = interval(free, share, confidence, "log-log")
    return Incidence(of, moments, found, 1 - high, 1 - low, int(mine.sum()))
