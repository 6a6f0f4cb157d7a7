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
    """Return starting parameters (c, p) of a form for every curve."""
    if form.id == MONO.id:
        return straight_line(task)
    return _best_pair(form, task, uptake_per_h)


def straight_line(task: Task) -> Array:
    """Weighted straight line through ln(activity): ln A and k, (c, 2).

    The exact least squares solution where errors are proportional, a starting point otherwise.
    """
    target, squared = _logarithms(task)
    total = squared.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        time = (squared * task.times).sum(axis=1) / total
        level = (squared * target).sum(axis=1) / total
        apart = np.where(squared > 0, task.times - time[:, None], 0.0)
        slope = (squared * apart * target).sum(axis=1) / (squared * apart**2).sum(axis=1)
    return np.stack([level - slope * time, -slope], axis=1)


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

    Golub GH, Pereyra V. SIAM J Numer Anal 1973;10:413-432, doi 10.1137/0710036.
    """
    activity = np.exp(task.target) if task.logarithmic else task.target
    weights = task.weights / np.maximum(activity, _SMALL) if task.logarithmic else task.weights
    wanted = weights * activity
    rates = _rates(task)
    best = np.full(len(rates), np.inf)
    start = np.zeros((len(rates), form.size))
    uptake = None if uptake_per_h is None else np.exp(-uptake_per_h * task.times)
    exponentials = [np.exp(-rates[:, [i]] * task.times) for i in range(_GRID)]
    for slow, fast in _PAIRS:
        first, second = exponentials[slow], exponentials[fast]
        if form.id == BI_UPTAKE.id:
            column = weights * (first - second)
            norm = np.maximum((column**2).sum(axis=1), 1e-300)
            one = (column * wanted).sum(axis=1) / norm
            two = one
            left = wanted - one[:, None] * column
        else:
            if uptake is not None:
                first, second = first - uptake, second - uptake
            one, two, left = _two_amplitudes(weights * first, weights * second, wanted)
        squares = np.where((one > 0) & (two > 0), (left**2).sum(axis=1), np.inf)
        better = squares < best
        best[better] = squares[better]
        log_a, log_k = np.log(np.maximum(one, _SMALL)), np.log(rates[:, slow])
        log_gap = np.log(rates[:, fast] - rates[:, slow])
        log_c = np.log(np.maximum(two, _SMALL))
        columns = (
            [log_a, log_k, log_gap] if form.id == BI_UPTAKE.id else [log_a, log_k, log_c, log_gap]
        )
        start[better] = np.stack(columns, axis=1)[better]
    lost = ~np.isfinite(best)
    if lost.any():
        start[lost] = _fallback(form, task.rows(lost), rates[lost])
    return start


def _two_amplitudes(first: Array, second: Array, wanted: Array) -> tuple[Array, Array, Array]:
    aa, bb = (first**2).sum(axis=1), (second**2).sum(axis=1)
    ab = (first * second).sum(axis=1)
    ay, by = (first * wanted).sum(axis=1), (second * wanted).sum(axis=1)
    determinant = aa * bb - ab**2
    usable = determinant > 1e-12 * aa * bb
    safe = np.where(usable, determinant, 1.0)
    one = np.where(usable, (bb * ay - ab * by) / safe, -1.0)
    two = np.where(usable, (aa * by - ab * ay) / safe, -1.0)
    return one, two, wanted - one[:, None] * first - two[:, None] * second


def _rates(task: Task) -> Array:
    """A geometric grid of rates (c, g) from slower than the last point to faster than the first."""
    there = task.weights > 0
    first = np.where(there, task.times, np.inf).min(axis=1)
    last = np.where(there, task.times, 0.0).max(axis=1)
    low, high = 0.25 / last, np.maximum(3 / first, 20 / last)
    powers = np.linspace(0, 1, _GRID)
    found: Array = low[:, None] * (high / low)[:, None] ** powers
    return found


def _fallback(form: Form, task: Task, rates: Array) -> Array:
    level = np.nan_to_num(straight_line(task)[:, 0])
    slow, gap = np.log(rates[:, 2]), np.log(rates[:, -3] - rates[:, 2])
    if form.id == BI_UPTAKE.id:
        return np.stack([level, slow, gap], axis=1)
    return np.stack([level, slow, level - 1, gap], axis=1)
