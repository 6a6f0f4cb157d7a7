"""Where the search for each curve begins: straight lines, and a grid of pairs of rates."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.forms import BI_UPTAKE, MONO, Form
from gepnet.prrt.dosimetry.solve import Task

_GRID = 12
_PAIRS = tuple(combinations(range(_GRID), 2))
_SMALL = 1e-12


def starting_points(form: Form, task: Task, uptake_per_h: float | None = None) -> Array:
    """Return starting parameters (p, c) of a form for every curve."""
    if form.id == MONO.id:
        return straight_line(task)
    return _best_pair(form, task, uptake_per_h)


def straight_line(task: Task) -> Array:
    """Weighted straight line through ln(activity): ln A and k, (2, c).

    The exact least squares solution where errors are proportional, a starting point otherwise.
    """
    target, squared = _logarithms(task)
    total = squared.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        time = (squared * task.times).sum(axis=0) / total
        level = (squared * target).sum(axis=0) / total
        apart = np.where(squared > 0, task.times - time, 0.0)
        slope = (squared * apart * target).sum(axis=0) / (squared * apart**2).sum(axis=0)
    return np.stack([level - slope * time, -slope])


def _logarithms(task: Task) -> tuple[Array, Array]:
    if task.logarithmic:
        return task.target, task.weights**2
    there = task.weights > 0
    positive = there & (task.target > 0)
    target = np.log(np.where(positive, task.target, 1.0))
    # A constant error is a relative error of 1/activity.
    return target, np.where(positive, (task.weights * task.target) ** 2, 0.0)


def _best_pair(form: Form, task: Task, uptake_per_h: float | None) -> Array:
    """Try pairs of rates; amplitudes follow by linear least squares (variable projection).

    Golub GH, Pereyra V. SIAM J Numer Anal 1973;10:413-432, doi 10.1137/0710036. All that a pair
    needs of the points are products of two columns, which are made once for every rate.
    """
    activity = np.exp(task.target) if task.logarithmic else task.target
    weights = task.weights / np.maximum(activity, _SMALL) if task.logarithmic else task.weights
    rates = _rates(task)
    columns = np.exp(-rates[:, None] * task.times)
    if uptake_per_h is not None:
        columns -= np.exp(-uptake_per_h * task.times)
    columns *= weights
    products = np.einsum("inc,jnc->ijc", columns, columns)
    on_points = np.einsum("inc,nc->ic", columns, weights * activity)
    explained = np.zeros(rates.shape[1])
    amplitudes = np.zeros((2, rates.shape[1]))
    best = np.zeros((2, rates.shape[1]), dtype=int)
    for slow, fast in _PAIRS:
        aa, ab, bb = products[slow, slow], products[slow, fast], products[fast, fast]
        ay, by = on_points[slow], on_points[fast]
        if form.id == BI_UPTAKE.id:
            one = two = (ay - by) / np.maximum(aa - 2 * ab + bb, 1e-300)
            gain = one * (ay - by)
        else:
            one, two = _two_amplitudes(aa, ab, bb, ay, by)
            gain = one * ay + two * by
        better = (one > 0) & (two > 0) & (gain > explained)
        explained = np.where(better, gain, explained)
        for kept, found in zip((*amplitudes, *best), (one, two, slow, fast), strict=True):
            np.copyto(kept, found, where=better)
    slowest, fastest = np.take_along_axis(rates, best, axis=0)
    lost = explained <= 0
    if lost.any():
        slowest, fastest = np.where(lost, rates[[2, -3]], (slowest, fastest))
        level = np.exp(np.nan_to_num(straight_line(task)[0]))
        amplitudes = np.where(lost, (level, level / np.e), amplitudes)
    log_a, log_c = np.log(np.maximum(amplitudes, _SMALL))
    log_k, log_gap = np.log(slowest), np.log(fastest - slowest)
    if form.id == BI_UPTAKE.id:
        return np.stack([log_a, log_k, log_gap])
    return np.stack([log_a, log_k, log_c, log_gap])


def _two_amplitudes(aa: Array, ab: Array, bb: Array, ay: Array, by: Array) -> tuple[Array, Array]:
    """Solve two normal equations; negative where the columns are too much alike."""
    determinant = aa * bb - ab**2
    usable = determinant > 1e-12 * aa * bb
    safe = np.where(usable, determinant, 1.0)
    one = np.where(usable, (bb * ay - ab * by) / safe, -1.0)
    two = np.where(usable, (aa * by - ab * ay) / safe, -1.0)
    return one, two


def _rates(task: Task) -> Array:
    """A geometric grid of rates (g, c) from slower than the last point to faster than the first."""
    there = task.weights > 0
    first = np.where(there, task.times, np.inf).min(axis=0)
    last = np.where(there, task.times, 0.0).max(axis=0)
    low, high = 0.25 / last, np.maximum(3 / first, 20 / last)
    powers = np.linspace(0, 1, _GRID)[:, None]
    found: Array = low * (high / low) ** powers
    return found
