"""Physical decay, handled in the open: what is fitted is always the activity that is there.

A measured activity may have been corrected for decay to the time of injection. Its file must say
so (`decay_corrected`); the correction is taken back before a curve is fitted, so that every rate
here is an effective one: physical and biological together.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LN2 = math.log(2)


def uncorrected(
    activity: Array, time_h: Array, corrected: NDArray[np.bool_], decay_per_h: float
) -> Array:
    """Return activities as they were at their times: ``A e^(-lambda t)`` where decay-corrected.

    Args:
        activity: MBq, any shape; corrected to the time of injection where ``corrected``.
        time_h: hours after injection, of the same shape.
        corrected: which values are decay-corrected.
        decay_per_h: physical decay constant, 1/h.
    """
    return np.where(corrected, activity * np.exp(-decay_per_h * time_h), activity)


def half_life(rate_per_h: Any) -> Any:
    """Return ``ln 2 / k`` in hours."""
    return LN2 / rate_per_h


def biological_half_life(effective_h: Any, physical_h: float) -> Any:
    """Return ``1 / (1/T_eff - 1/T_phys)`` in hours; infinite where nothing leaves but by decay."""
    rate = 1 / np.asarray(effective_h, dtype=float) - 1 / physical_h
    with np.errstate(divide="ignore"):
        return np.where(rate > 0, 1 / np.where(rate > 0, rate, 1.0), np.inf)
