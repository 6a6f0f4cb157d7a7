"""Risks that compete: the cumulative incidence of one event where another may come first.

The estimate is that of Aalen and Johansen; its variance the one of the delta method (Marubini E,
Valsecchi MG. Analysing Survival Data from Clinical Trials. Wiley 1995, chapter 10). One less a
Kaplan-Meier curve that censors the other event would count patients as if they could not die.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array

CONFIDENCE = 0.95
_WIDEST = 50.0  # beyond it an interval is all that there is


@dataclass(frozen=True)
class Incidence:
    """The cumulative incidence of one cause, a step at each of ``times``, with its interval."""

    cause: int
    times: Array
    incidence: Array
    low: Array
    high: Array
    events: int

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
        ValueError: for columns of unequal length, no observation, or a time below zero.
    """
    times, causes = np.asarray(time, float), np.asarray(cause)
    if times.shape != causes.shape or times.ndim != 1 or not times.size:
        raise ValueError("expected one cause for each time, and at least one")
    if not np.isfinite(times).all() or (times < 0).any():
        raise ValueError("expected times from 0")
    moments = np.unique(times[causes > 0])
    order = np.sort(times)
    at_risk = times.size - np.searchsorted(order, moments, side="left")
    every = np.array([((times == t) & (causes > 0)).sum() for t in moments], float)
    mine = np.array([((times == t) & (causes == of)).sum() for t in moments], float)
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
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = np.zeros(moments.size), np.zeros(moments.size)
    for place, share in enumerate(found):
        if 0 < share < 1:
            scale = z * sqrt(max(error[place], 0.0)) / ((1 - share) * abs(np.log(1 - share)))
            scale = min(scale, _WIDEST)
            low[place] = 1 - (1 - share) ** np.exp(-scale)
            high[place] = 1 - (1 - share) ** np.exp(scale)
        else:
            low[place] = high[place] = share
    return Incidence(of, moments, found, low, high, int(mine.sum()))
