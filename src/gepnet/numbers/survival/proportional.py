"""Whether hazards are proportional: a score test of covariates that change with time.

Grambsch PM, Therneau TM. Biometrika 1994;81:515-26, without the approximation that lifelines makes:
it agrees with ``cox.zph`` of the R package survival from version 3 on.
"""

from __future__ import annotations

import numpy as np

from gepnet.numbers.linear import Array
from gepnet.numbers.survival.curve import kaplan_meier
from gepnet.numbers.survival.observed import ChiSquared


def proportionality(
    times: Array, events: Array, matrix: Array, beta: Array, layers: Array, entered: Array | None
) -> tuple[tuple[ChiSquared, ...], ChiSquared]:
    """Return the score test of each covariate times g(t), and of all of them together.

    g is 1 less the Kaplan-Meier curve of all just before t. With U the score and I the information
    of (beta, theta) at theta = 0, the statistic is U' (I_tt - I_tb I_bb^-1 I_bt)^-1 U.
    """
    curve = kaplan_meier(times, events, entry=entered)
    width = matrix.shape[1]
    score = np.zeros(width)
    plain, once, twice = (np.zeros((width, width)) for _ in range(3))
    told = matrix @ beta
    weights = np.exp(told - told.max())
    for layer in np.unique(layers):
        rows = np.flatnonzero(layers == layer)
        died = rows[events[rows] == 1]
        moments, count = np.unique(times[died], return_counts=True)
        if not moments.size:
            continue
        there = _sums_from(moments, times[rows], weights[rows], matrix[rows])
        if entered is not None:  # who came later was not there yet
            late = _sums_from(moments, entered[rows], weights[rows], matrix[rows])
            there = tuple(all_ - some for all_, some in zip(there, late, strict=True))
        tied = _sums_at(moments, times[died], weights[died], matrix[died])
        # Efron: of d that are tied, the k-th meets a risk set with k/d of them gone.
        place = np.repeat(np.arange(moments.size), count)
        share = (np.arange(place.size) - np.repeat(count.cumsum() - count, count)) / count[place]
        total, first, second = (
            _less(one[place], share, other[place]) for one, other in zip(there, tied, strict=True)
        )
        mean = first / total[:, None]
        spread = second / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        g = 1 - curve.survival[np.searchsorted(curve.times, moments) - 1]
        order = np.searchsorted(moments, times[died])
        score += g[order] @ matrix[died] - g[place] @ mean
        plain += spread.sum(0)
        once += np.tensordot(g[place], spread, 1)
        twice += np.tensordot(g[place] ** 2, spread, 1)
    free = twice - once @ np.linalg.solve(plain, once)
    # A covariate alone is tested with the others held at the estimate.
    each = tuple(_chi_squared(score[one] ** 2 / free[one, one], 1) for one in range(width))
    return each, _chi_squared(float(score @ np.linalg.solve(free, score)), width)


def _less(whole: Array, share: Array, part: Array) -> Array:
    return np.asarray(whole - share.reshape((-1,) + (1,) * (whole.ndim - 1)) * part, float)


_Sums = tuple[Array, ...]


def _powers(weights: Array, matrix: Array) -> _Sums:
    first = weights[:, None] * matrix
    return weights, first, first[:, :, None] * matrix[:, None, :]


def _sums_from(moments: Array, times: Array, weights: Array, matrix: Array) -> _Sums:
    """Return at each moment the sums of w, wx and wxx' over those whose time is no earlier."""
    order = np.argsort(times)
    places = np.searchsorted(times[order], moments)
    return tuple(
        np.concatenate([one[order][::-1].cumsum(0)[::-1], np.zeros_like(one[:1])])[places]
        for one in _powers(weights, matrix)
    )


def _sums_at(moments: Array, times: Array, weights: Array, matrix: Array) -> _Sums:
    """Return the sums of w, wx and wxx' over those whose time is a moment; none is without one."""
    order = np.argsort(times)
    places = np.searchsorted(times[order], moments)
    return tuple(np.add.reduceat(one[order], places) for one in _powers(weights, matrix))


def _chi_squared(statistic: float, degrees: int) -> ChiSquared:
    from scipy.stats import chi2

    return ChiSquared(float(statistic), degrees, float(chi2.sf(statistic, degrees)))
