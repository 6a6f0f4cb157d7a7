"""Trials drawn at random, and what a reader would take off the picture of their curves."""

from __future__ import annotations

import numpy as np

from gepnet.numbers import cox, kaplan_meier
from gepnet.numbers.linear import Array

Arm = tuple[Array, Array]


def known_arms(seed: int) -> tuple[Arm, Arm]:
    """Two arms of 100 to 400 patients: Weibull times, staggered entry, some lost on the way."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(100, 400, 2)
    shape, scale = draw.uniform(0.7, 1.6), draw.uniform(8, 24)
    hazard, longest = draw.uniform(0.35, 1.2), draw.uniform(24, 48)
    arms = []
    for place, size in enumerate(sizes):
        time = scale * (hazard ** (-1 / shape) if place else 1) * draw.weibull(shape, size)
        seen = np.minimum(draw.uniform(0.3 * longest, longest, size), draw.exponential(80, size))
        arms.append((np.minimum(time, seen), (time <= seen).astype(float)))
    return arms[0], arms[1]


def read_off(
    time: Array, event: Array, apart: float = 6
) -> tuple[Array, Array, list[float], list[int]]:
    """The steps of a curve to four digits, and the numbers at risk at regular times."""
    curve = kaplan_meier(time, event)
    begins = [float(t) for t in np.arange(0, curve.end, apart)]
    times, shares = np.round(curve.times, 3), np.round(curve.survival, 4)
    return times, shares, begins, curve.number_at_risk(begins)


def ratio(first: Arm, second: Arm) -> float:
    """The hazard ratio of the second arm against the first."""
    time, event = (np.concatenate(parts) for parts in zip(first, second, strict=True))
    group = np.repeat([0, 1], [first[0].size, second[0].size])
    return cox(time, event, {"second": group}).terms[0].ratio
