"""How far the points speak for each form of curve: weights that work with four to eight points.

AICc with its correction for small samples cannot choose a form of four parameters from seven
points whatever they show, and without it every form with as many parameters as points wins. What
is missing is what every measurer knows beforehand: the points scatter by some per cent, neither by
none nor by eighty. With that as an inverse-gamma prior of the variance (worth ``w`` degrees of
freedom at a scatter ``s``) the criterion of Schwarz becomes

``(n + w) ln(RSS + w s^2) + p ln n``, or ``chi^2 + p ln n`` where the points have a stated error,

and weights go with ``e^(-criterion/2)`` (Schwarz G. Ann Stat 1978;6:461-464, doi
10.1214/aos/1176344136; averaging over forms by such weights: Turkheimer FE, Hinz R, Cunningham VJ.
J Cereb Blood Flow Metab 2003;23:490-498). A form that is supported less than a simpler one is left
out (Madigan D, Raftery AE. J Am Stat Assoc 1994;89:1535-1546, doi
10.1080/01621459.1994.10476894), unless it goes through all points: those cannot speak against it,
and it gets its standard error from the same prior.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.data import Scatter
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.fit import Curves, Fit, task_of
from gepnet.prrt.dosimetry.forms import Form
from gepnet.prrt.dosimetry.solve import Task
from gepnet.prrt.dosimetry.words import Errors

#: Through two points goes one straight line and no other form: it stays without an interval.
_LINE = 2
#: Triples of points further apart than this are not looked at: of many points there are too many.
_NEIGHBOURS = 8


def criterion(size: int, squares: Array, curves: Curves, errors: Errors, prior: Scatter) -> Array:
    """Return how badly a form is supported by each curve; differences matter, not values.

    Args:
        size: number of its parameters.
        squares: its sum of squares on each curve.
        curves: the points.
        errors: how measurement errors go with activity.
        prior: the scatter that is expected.
    """
    points = curves.points.astype(float)
    level = np.ones_like(squares)
    task = task_of(curves, errors)
    if not task.logarithmic:  # relative to the size of the activities
        level = np.maximum((task.weights * task.target**2).sum(axis=0) / points, 1e-300)
    known = curves.scale_known if errors == "proportional" else np.zeros(len(curves), dtype=bool)
    with np.errstate(all="ignore"):
        among = prior.weight * prior.share**2 + squares / level
        estimated = (points + prior.weight) * np.log(among)
        found = np.where(known, squares, estimated) + size * np.log(points)
    return np.where(np.isfinite(found), found, np.inf)


def best_criterion(form: Form, curves: Curves, errors: Errors, prior: Scatter) -> Array:
    """Return a criterion below which no parameters bring a form; what cannot win is not fitted."""
    squares = _squares_left(task_of(curves, errors), form.bend)
    return criterion(form.size, squares, curves, errors, prior)


def _squares_left(task: Task, bend: int) -> Array:
    """Return a sum of squares that every curve bent one way leaves at least.

    Where three points are bent the other way, no such curve is closer to them than a straight line,
    which leaves ``d^2 / (1/w_j^2 + (1-f)^2/w_i^2 + f^2/w_k^2)``, with ``d`` the distance of the
    middle point from the chord and ``f`` its place on it.
    """
    points, count = task.times.shape
    most = np.zeros(count)
    if not (bend and task.logarithmic):
        return most
    with np.errstate(all="ignore"):  # a point without weight leaves nothing
        spread = 1 / task.weights**2
        for i, j, k in combinations(range(points), 3):
            if k - i > _NEIGHBOURS:
                continue
            place = (task.times[j] - task.times[i]) / (task.times[k] - task.times[i])
            apart = task.target[j] - (1 - place) * task.target[i] - place * task.target[k]
            left = apart**2 / (spread[j] + (1 - place) ** 2 * spread[i] + place**2 * spread[k])
            most = np.fmax(most, np.where(bend * apart > 0, left, 0.0))
    return most


def in_doubt(
    criteria: Array, sound: NDArray[np.bool_], free: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which sound forms (c, forms) stay beside the first, which is the simplest.

    Args:
        criteria: of each form.
        sound: whether it is a candidate.
        free: degrees of freedom that the points leave it.
    """
    first = np.where(sound[:, :1], criteria[:, :1], np.inf)
    return np.asarray(sound & ((criteria <= first) | (free <= 0)))


def weights(criteria: Array, sound: NDArray[np.bool_], least: float = 0.0) -> Array:
    """Return the weight of each form (c, forms); 0 for one that is not sound or below ``least``."""
    score = np.where(sound, criteria, np.inf)
    best = score.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        raw = np.where(np.isfinite(best), np.exp(-(score - best) / 2), 0.0)
    raw = np.nan_to_num(raw)
    total = raw.sum(axis=1, keepdims=True)
    share = raw / np.where(total > 0, total, 1.0)
    share = np.where(share < least, 0.0, share)
    total = share.sum(axis=1, keepdims=True)
    return np.asarray(share / np.where(total > 0, total, 1.0))


def with_prior(fit: Fit, prior: Scatter) -> Fit:
    """Return a fit whose curves without a degree of freedom have the scatter of the prior."""
    through = (fit.freedom == 0) & (fit.form.size > _LINE)
    if not through.any():
        return fit
    return replace(
        fit,
        covariance=np.where(through[:, None, None], fit.inverse * prior.share**2, fit.covariance),
        scale=np.where(through, prior.share, fit.scale),
        freedom=np.where(through, prior.weight, fit.freedom),
    )


def disbelieved(fit: Fit, curves: Curves, least: float) -> NDArray[np.bool_]:
    """Return where points with a stated error scatter so much that it cannot be their whole error.

    Args:
        fit: with the sums of squares in units of the stated error.
        curves: the points that were fitted.
        least: probability of the scatter below which the stated error is not believed.
    """
    from scipy.special import chdtrc

    free = curves.points - fit.form.size
    with np.errstate(all="ignore"):
        probability = chdtrc(np.maximum(free, 1), fit.squares)
    return np.asarray(curves.scale_known & (free > 0) & (probability < least))


def with_scatter(fit: Fit, curves: Curves, where: NDArray[np.bool_]) -> Fit:
    """Return a fit that takes the scatter of the points, not their stated error, where asked."""
    if not where.any():
        return fit
    free = (curves.points - fit.form.size).astype(float)
    excess = fit.squares / np.where(where, free, 1.0)
    with np.errstate(over="ignore"):  # what is too large is refused, not hidden
        scattered = fit.inverse * excess[:, None, None]
    return replace(
        fit,
        covariance=np.where(where[:, None, None], scattered, fit.covariance),
        scale=np.where(where, fit.scale * np.sqrt(excess), fit.scale),
        freedom=np.where(where, free, fit.freedom),
    )
