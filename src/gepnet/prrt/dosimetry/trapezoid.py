"""The integral without a model, to hold beside a fitted one.

Up to the first point the activity is taken as constant (rectangle), between points it is joined by
straight lines or by exponentials, and after the last point it falls by physical decay alone (the
most that is possible) or as between the last two points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.fit import Curves


@dataclass(frozen=True)
class ModelFree:
    """Parts of the integral of c curves, in MBq h; NaN where the points do not give one."""

    first: Array  # rectangle to the first point
    linear: Array  # straight lines between the points
    logarithmic: Array  # exponentials between the points
    physical_tail: Array
    effective_tail: Array


def model_free(curves: Curves, decay_per_h: float) -> ModelFree:
    """Integrate the points of every curve, which are in order of time."""
    t, a = curves.times, curves.activity
    both = curves.used[:, 1:] & curves.used[:, :-1]
    with np.errstate(all="ignore"):
        step = np.where(both, t[:, 1:] - t[:, :-1], 0.0)
        before, after = a[:, :-1], a[:, 1:]
        rate = np.log(before / after) / step
        linear = (before + after) / 2 * step
        level = np.abs(before - after) < 1e-12 * before
        logarithmic = np.where(level, linear, (before - after) / np.where(level, 1.0, rate))
        rows = np.arange(len(curves))
        last = curves.points - 1
        tail_rate = (
            rate[rows, np.maximum(last - 1, 0)] if both.shape[1] else np.full(len(t), np.nan)
        )
        effective = np.where((last > 0) & (tail_rate > 0), a[rows, last] / tail_rate, np.nan)
        return ModelFree(
            a[:, 0] * t[:, 0],
            np.where(both, linear, 0.0).sum(axis=1),
            np.where(both, logarithmic, 0.0).sum(axis=1),
            a[rows, last] / decay_per_h,
            effective,
        )
