"""Survival with censoring: curves, competing risks, restricted means, log-rank, Cox.

Times are in any one unit; every result is in the same.
"""

from gepnet.numbers.survival.cox import CoxModel, HazardRatio, cox, log_rank
from gepnet.numbers.survival.curve import (
    Curve,
    follow_up,
    kaplan_meier,
    restricted_mean,
    restricted_mean_difference,
)
from gepnet.numbers.survival.incidence import Incidence, cumulative_incidence
from gepnet.numbers.survival.observed import ChiSquared, Estimate, NotEstimableError

__all__ = [
    "ChiSquared",
    "CoxModel",
    "Curve",
    "Estimate",
    "HazardRatio",
    "Incidence",
    "NotEstimableError",
    "cox",
    "cumulative_incidence",
    "follow_up",
    "kaplan_meier",
    "log_rank",
    "restricted_mean",
    "restricted_mean_difference",
]
