"""Time-integrated activity from one measurement, and how far off it can be.

- `haenscheid_2018` needs no half-life: ``TIA = A(t) 2t / ln 2`` (Hänscheid H et al. J Nucl Med
  2018, doi 10.2967/jnumed.117.193706).
- `population` takes a usual effective half-life of the region and `previous_cycle` the one fitted
  to an earlier cycle of the same patient: ``TIA = A(t) 2^(t/T) T / ln 2`` (Hänscheid H et al.
  Nuklearmedizin 2017; Madsen M et al. Med Phys 2018, doi 10.1002/mp.12886).

If the true curve falls with half-life ``T``, the first is off by ``2x / 2^x - 1`` (``x = t/T``),
the second by ``2^(t/T0 - t/T) T0/T - 1``. Both are largest at ``T = t ln 2``, less on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gepnet.prrt.dosimetry.decay import LN2, Array


def haenscheid_2018(activity_mbq: Any, time_h: Any) -> Any:
    """Return the time-integrated activity in MBq h without any half-life."""
    return activity_mbq * 2 * time_h / LN2


def known_half_life(activity_mbq: Any, time_h: Any, half_life_h: Any) -> Any:
    """Return the time-integrated activity in MBq h with a known effective half-life."""
    return activity_mbq * 2 ** (time_h / half_life_h) * half_life_h / LN2


def haenscheid_2018_error(time_h: Any, true_half_life_h: Any) -> Any:
    """Return the relative error ``2x / 2^x - 1`` (0.05: 5 % too high)."""
    x = time_h / true_half_life_h
    return 2 * x / 2**x - 1


def known_half_life_error(time_h: Any, assumed_half_life_h: Any, true_half_life_h: Any) -> Any:
    """Return the relative error if the half-life is another than was assumed."""
    assumed = known_half_life(1.0, time_h, assumed_half_life_h)
    return assumed / known_half_life(1.0, time_h, true_half_life_h) - 1


def error_range(
    error: Callable[[Array], Array], time_h: Array, low_h: Array, high_h: Array
) -> tuple[Array, Array]:
    """Return the least and the greatest relative error over true half-lives from low to high.

    The error has one maximum, at ``T = t ln 2``; the least is at an end.
    """
    ends = np.stack([error(low_h), error(high_h)])
    top = time_h * LN2
    inside = (low_h < top) & (top < high_h)
    peak = error(np.where(inside, top, low_h))
    return ends.min(axis=0), np.maximum(ends.max(axis=0), peak)


def local_dose(concentration_mbq_per_g: Any, time_h: Any, electron_dose_constant: float) -> Any:
    """Return the dose in Gy of `haenscheid_2018` with all electrons absorbed where they start.

    ``D = 2 delta / ln 2 x C x t``; the coefficient is 0.2461, published rounded as 0.25.
    """
    return electron_dose_constant * haenscheid_2018(concentration_mbq_per_g, time_h)
