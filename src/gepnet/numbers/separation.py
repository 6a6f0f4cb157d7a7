"""Which coefficients have no finite maximum-likelihood estimate.

A data set is separated along a direction if moving the coefficients along it never makes any
patient's outcome less likely; each coefficient that such a direction moves is named.

Albert A, Anderson JA. On the existence of maximum likelihood estimates in logistic regression
models. Biometrika 1984;71:1-10.
"""

from __future__ import annotations

import numpy as np

from gepnet.numbers.linear import Array


def separated(design: Array, events: Array, others: Array, tolerance: float) -> tuple[int, ...]:
    """Return the columns of ``design`` (K, P) that separation concerns, by linear programming."""
    from scipy.optimize import linprog

    both = (events > 0) & (others > 0)
    only = (events > 0) ^ (others > 0)
    sign = np.where(events > 0, 1.0, -1.0)
    # Rows with both outcomes must not move at all; the others only towards their outcome.
    bounds_rows = -(design * sign[:, None])[only]
    equal_rows = design[both]
    found = []
    for column in range(design.shape[1]):
        for way in (-1.0, 1.0):
            goal = np.zeros(design.shape[1])
            goal[column] = way
            result = linprog(
                goal,
                A_ub=bounds_rows if len(bounds_rows) else None,
                b_ub=np.zeros(len(bounds_rows)) if len(bounds_rows) else None,
                A_eq=equal_rows if len(equal_rows) else None,
                b_eq=np.zeros(len(equal_rows)) if len(equal_rows) else None,
                bounds=(-1, 1),
                method="highs",
            )
            if result.fun is not None and result.fun < -tolerance:
                found.append(column)
                break
    return tuple(found)
