"""The straight line through points, with the interval of its slope.

Draper NR, Smith H. Applied Regression Analysis, 3rd ed. 1998, chapter 1,
doi 10.1002/9781118625590.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gepnet.numbers.linear import Array


def slope(x: Sequence[float], y: Sequence[float], confidence: float) -> tuple[float, float, float]:
    """Return the slope of the least-squares line through at least three points, and its interval.

    The interval is that of Student's t with two degrees of freedom fewer than points.
    """
    import numpy as np

    n = len(x)
    mean_x, mean_y = math.fsum(x) / n, math.fsum(y) / n
    spread = math.fsum((a - mean_x) ** 2 for a in x)
    b = math.fsum((a - mean_x) * (c - mean_y) for a, c in zip(x, y, strict=True)) / spread
    rest = math.fsum((c - mean_y - b * (a - mean_x)) ** 2 for a, c in zip(x, y, strict=True))
    reach = float(quantile(np.array([n - 2.0]), confidence)[0])
    error = math.sqrt(rest / (n - 2) / spread)
    return b, b - reach * error, b + reach * error


def quantile(freedom: Array, confidence: float) -> Array:
    """Return the two-sided quantile: of Student's t, of the normal where freedom is infinite.

    NaN where there is no degree of freedom.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    upper = (1 + confidence) / 2
    finite = np.isfinite(freedom) & (freedom > 0)
    student = stdtrit(np.where(finite, freedom, 1.0), upper)
    return np.where(finite, student, np.where(np.isinf(freedom), ndtri(upper), np.nan))
