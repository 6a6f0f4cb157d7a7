"""Linear algebra for many small problems at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def solve_each(matrices: Array, vectors: Array) -> Array:
    """Solve c systems of p equations: (c, p, p) and (c, p) to (c, p).

    A singular system has NaN for its solution; it does not keep the others from theirs.
    """
    try:
        return np.asarray(np.linalg.solve(matrices, vectors[:, :, None])[:, :, 0], float)
    except np.linalg.LinAlgError:
        singular = np.linalg.slogdet(matrices)[0] == 0
        whole = np.where(singular[:, None, None], np.eye(matrices.shape[1]), matrices)
        found = np.linalg.solve(whole, vectors[:, :, None])[:, :, 0]
        return np.where(singular[:, None], np.nan, found)
