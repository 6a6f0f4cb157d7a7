"""Results over the forms of a curve, by their weights: the interval carries the doubt of the form.

Each form says where the logarithm of a result lies (Student's t about its estimate). The result is
the mean of the estimates by weight; the interval is that of the mixture of their distributions, so
that it is as wide as the forms are apart. A form with all the weight gives its own interval.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, stdtr

from gepnet.numbers import quantile
from gepnet.prrt.dosimetry.choose import NO_BOUND, Chosen
from gepnet.prrt.dosimetry.cumulative import Interval
from gepnet.prrt.dosimetry.decay import LN2, Array
from gepnet.prrt.dosimetry.fit import Fit

_HALVINGS = 24


def tia(chosen: Chosen, confidence: float) -> Interval:
    """Return the time-integrated activities, MBq h."""
    return _averaged(chosen, confidence, Fit.tia)


def half_life(chosen: Chosen, confidence: float) -> Interval:
    """Return the effective half-lives of the last phase, h."""

    def read(fit: Fit) -> tuple[Array, Array]:
        rate, error = fit.rate()
        with np.errstate(all="ignore"):
            return LN2 / rate, error / rate

    return _averaged(chosen, confidence, read)


def share(chosen: Chosen, read: Callable[[Fit], Array]) -> Array:
    """Return the mean by weight of something without an interval; NaN where refused."""
    total = np.zeros(len(chosen.form))
    for form, fit in chosen.fits.items():
        weight = chosen.weights[chosen.rows[form], form]
        value = read(fit)
        total[chosen.rows[form]] += np.where(weight > 0, weight * value, 0.0)
    return np.where(chosen.form >= 0, total, np.nan)


def _averaged(
    chosen: Chosen, confidence: float, read: Callable[[Fit], tuple[Array, Array]]
) -> Interval:
    """Return a positive result of which ``read`` gives estimates and errors of their logarithms."""
    shape = chosen.weights.shape
    place, error, freedom = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    for form, fit in chosen.fits.items():
        rows = chosen.rows[form]
        value, relative = read(fit)
        with np.errstate(all="ignore"):
            place[rows, form] = np.log(value)
        error[rows, form], freedom[rows, form] = relative, fit.freedom
    weight = np.where((chosen.form >= 0)[:, None], chosen.weights, 0.0)
    there = weight > 0
    place = np.where(there, place, 0.0)
    some = there.any(axis=1)
    middle = np.where(some, (weight * place).sum(axis=1), np.nan)
    ends = np.where(there, quantile(freedom, confidence) * error, np.nan)
    low, high = _mixed(weight, place, error, freedom, ends, confidence)
    with np.errstate(over="ignore"):
        far_low = np.where(middle - low > NO_BOUND, -np.inf, low)
        far_high = np.where(high - middle > NO_BOUND, np.inf, high)
        return Interval(np.exp(middle), np.exp(far_low), np.exp(far_high))


def _mixed(
    weight: Array, place: Array, error: Array, freedom: Array, ends: Array, confidence: float
) -> tuple[Array, Array]:
    """Return both ends of the mixture; NaN where a form has no error."""
    there = weight > 0
    low = np.where(there, place - ends, np.inf).min(axis=1)
    high = np.where(there, place + ends, -np.inf).max(axis=1)
    known = ~np.isnan(np.where(there, ends, 0.0)).any(axis=1) & there.any(axis=1)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    rows = np.flatnonzero(known & (there.sum(axis=1) > 1))
    if not rows.size:
        return low, high
    tail = (1 - confidence) / 2
    parts = (weight[rows], place[rows], error[rows], freedom[rows])
    # An end of the mixture lies between the ends of its parts.
    inner_low = np.where(there, place - ends, -np.inf).max(axis=1)[rows]
    inner_high = np.where(there, place + ends, np.inf).min(axis=1)[rows]
    low[rows] = _end(low[rows], inner_low, tail, *parts)
    high[rows] = _end(inner_high, high[rows], 1 - tail, *parts)
    return low, high


def _end(
    least: Array,
    most: Array,
    probability: float,
    weight: Array,
    place: Array,
    error: Array,
    freedom: Array,
) -> Array:
    least, most = least.copy(), most.copy()
    normal = np.isinf(freedom)
    degrees = np.where(np.isfinite(freedom), freedom, 1.0)
    scale = np.where((weight > 0) & (error > 0), error, 1e-300)
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        with np.errstate(all="ignore"):
            away = np.clip((middle[:, None] - place) / scale, -1e200, 1e200)
        below = np.where(normal, ndtr(away), stdtr(degrees, away))
        short = (weight * below).sum(axis=1) < probability
        least, most = np.where(short, middle, least), np.where(short, most, middle)
    return (least + most) / 2
