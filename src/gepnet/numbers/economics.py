"""Costs against effects of strategies, over draws of the parameters.

Briggs A, Claxton K, Sculpher M. Decision modelling for health economic evaluation. Oxford 2006:
net benefit, acceptability. Fenwick E, Claxton K, Sculpher M. Health Econ 2001;10:779-87: the curve
says how often a strategy has the greatest net benefit, among all that are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gepnet.numbers.linear import Array


def acceptability(costs: Array, effects: Array, thresholds: Sequence[float]) -> Array:
    """Return how often each strategy has the greatest net benefit: (strategies, thresholds).

    Args:
        costs: (strategies, draws).
        effects: (strategies, draws), such as quality-adjusted years.
        thresholds: what a unit of effect may cost.
    """
    found = np.empty((len(costs), len(thresholds)))
    for place, threshold in enumerate(thresholds):
        best = np.argmax(threshold * effects - costs, axis=0)
        found[:, place] = np.bincount(best, minlength=len(costs)) / costs.shape[1]
    return found


def icer(more_cost: float, more_effect: float) -> float | None:
    """Return what a unit of effect more costs; None where one strategy is better in both."""
    if more_effect == 0 or (more_cost <= 0) == (more_effect > 0):
        return None
    return more_cost / more_effect
