"""Least squares for thousands of small curves at once: Levenberg-Marquardt on whole arrays.

Each curve has its own damping and stops on its own; the arrays shrink to those that still move.
Marquardt DW. J Soc Ind Appl Math 1963;11:431-441, doi 10.1137/0111030.

At first the damping becomes a tenth after a step that gained something, ten times as much after one
that did not. Where two rates are near each other that goes to and fro for ever; so for curves that
have not ended after many steps it follows what a step gained, as a share ``r`` of what was expected
of it, and becomes ``max(1/3, 1 - (2r - 1)^3)`` times as much, or 2, 4, 8 ... times after steps that
gained nothing (Nielsen HB. Damping parameter in Marquardt's method. IMM-REP-1999-05, Technical
University of Denmark).

In all arrays here the curves come last: a sum over the points of a curve is then a sum of long
rows, a small system is solved by arithmetic on them, and both take a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.forms import Form, values_and_jacobian

_STEPS = 160
_BOLD_STEPS = 80  # of these, with a damping of a tenth or ten times as much
_STILL = 1e-9  # a step below this, in parameters that are logarithms or rates, is none
_FLAT = 1e-9  # cosine between the residuals and a column of the Jacobian at a minimum
_EXACT = 1e-26  # sum of squares of a curve that goes through its points
_NO_GAIN = 1e-12  # relative fall of the sum of squares that is none
_FIRST_DAMPING = 1e-3
_LARGEST_DAMPING = 1e12
# No step changes a parameter (a logarithm, mostly) by more than this: it would leave the region in
# which the Jacobian means anything.
_LONGEST = 3.0
_TINY = 1e-290


@dataclass(frozen=True)
class Task:
    """What is fitted: (n, c) arrays; a point with weight zero does not exist.

    ``logarithmic``: the target is ln(activity) and the curve's logarithm is fitted to it, which is
    least squares for errors in proportion to the activity.
    """

    times: Array
    target: Array
    weights: Array
    logarithmic: bool

    def only(self, chosen: NDArray[np.bool_]) -> Task:
        """Return some of the curves."""
        return Task(
            self.times.compress(chosen, axis=1),
            self.target.compress(chosen, axis=1),
            self.weights.compress(chosen, axis=1),
            self.logarithmic,
        )


@dataclass(frozen=True)
class Solution:
    """Parameters (p, c) of curves, and there the sum of squares (c,), J'r (p, c), J'J (p, p, c)."""

    theta: Array
    squares: Array
    gradient: Array
    normal: Array

    def only(self, chosen: NDArray[np.bool_]) -> Solution:
        """Return some of the curves."""
        return Solution(*(part.compress(chosen, axis=-1) for part in self._parts()))

    def put(self, place: NDArray[np.intp], other: Solution) -> None:
        """Set the curves at some places to those of another."""
        for mine, its in zip(self._parts(), other._parts(), strict=True):
            mine[..., place] = its

    def better_of(self, other: Solution, better: NDArray[np.bool_]) -> Solution:
        """Return these curves, and where it is better those of another."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return Solution(*(np.where(better, its, mine) for mine, its in pairs))

    def _parts(self) -> tuple[Array, Array, Array, Array]:
        return self.theta, self.squares, self.gradient, self.normal


def at(form: Form, task: Task, theta: Array) -> Solution:
    """Return how far parameters (p, c) are from the points, with weighted derivatives."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found, jacobian = (x.T for x in values_and_jacobian(form.components(theta.T), task.times.T))
        weights = task.weights
        if task.logarithmic:
            positive = np.maximum(found, _TINY)
            found, weights = np.log(positive), weights / positive
        away = task.weights * (task.target - found)
        jacobian *= weights
        squares = np.einsum("nc,nc->c", away, away)
        gradient = np.einsum("pnc,nc->pc", jacobian, away)
        normal = np.einsum("pnc,qnc->pqc", jacobian, jacobian)
    return Solution(theta, squares, gradient, normal)


def minimise(form: Form, task: Task, start: Array) -> tuple[Solution, NDArray[np.bool_]]:
    """Return the least squares solution from starting points (p, c), and where it was reached."""
    now = at(form, task, start)
    ended = Solution(*(part.copy() for part in now._parts()))
    converged = np.zeros(len(now.squares), dtype=bool)
    moving = np.arange(len(now.squares))
    damping = np.full(len(now.squares), _FIRST_DAMPING)
    harder = np.full(len(now.squares), 2.0)

    def keep(rest: NDArray[np.bool_]) -> None:
        """Go on with the rest; the others stay where they are."""
        nonlocal now, task, moving, damping, harder
        if not rest.all():
            ended.put(moving[~rest], now.only(~rest))
            now, task = now.only(rest), task.only(rest)
            moving, damping, harder = moving[rest], damping[rest], harder[rest]

    keep(np.isfinite(now.squares))
    for number in range(_STEPS):
        gradient, normal, scale = _scaled(now)
        flat = np.abs(gradient).max(axis=0) <= _FLAT * np.sqrt(now.squares)
        flat |= now.squares <= _EXACT
        converged[moving[flat]] = True
        keep(~flat)
        if not moving.size:
            break
        gradient, normal, scale = (x.compress(~flat, axis=-1) for x in (gradient, normal, scale))
        step = np.clip(_damped(normal, damping, gradient) / scale, -_LONGEST, _LONGEST)
        tried = at(form, task, now.theta + step)
        better = tried.squares <= now.squares
        still = better & (now.squares - tried.squares <= _NO_GAIN * now.squares)
        still |= np.abs(step).max(axis=0) < _STILL
        with np.errstate(all="ignore"):
            scaled = step * scale
            expected = (scaled * (damping * scaled + gradient)).sum(axis=0)
            ratio = np.nan_to_num((now.squares - tried.squares) / expected, nan=1.0)
            ease = np.clip(1 - (2 * ratio - 1) ** 3, 1 / 3, 1.0)
        now = now.better_of(tried, better)
        if number < _BOLD_STEPS:
            damping *= np.where(better, 0.1, 10.0)
        else:
            damping *= np.where(better, ease, harder)
            harder = np.where(better, 2.0, 2 * harder)
        converged[moving[still]] = True
        keep(~still & (damping <= _LARGEST_DAMPING))
    ended.put(moving, now)
    return ended, converged & np.isfinite(ended.squares)


def _scaled(now: Solution) -> tuple[Array, Array, Array]:
    """Gradient, normal matrix with a unit diagonal, and the scale that made it so."""
    with np.errstate(over="ignore", invalid="ignore"):
        scale = np.sqrt(np.einsum("ppc->pc", now.normal))
        scale = np.where(np.isfinite(scale) & (scale > _TINY), scale, 1.0)
        gradient, normal = now.gradient / scale, now.normal / scale / scale[:, None]
    return np.nan_to_num(gradient), np.nan_to_num(normal), scale


def _damped(normal: Array, damping: Array, gradient: Array) -> Array:
    """Solve ``(N + d I) x = g`` for every curve, by Cholesky's factors without roots (L D L').

    Where rounding leaves a matrix without a positive pivot the solution is NaN, which is no better
    than what was there: that curve alone is damped more.
    """
    size = len(gradient)
    lower: dict[tuple[int, int], Array] = {}
    pivots: list[Array] = []
    found = gradient.copy()
    with np.errstate(all="ignore"):
        for i in range(size):
            for j in range(i):
                products = [lower[i, m] * pivots[m] * lower[j, m] for m in range(j)]
                lower[i, j] = (normal[i, j] - sum(products)) / pivots[j]
                found[i] -= lower[i, j] * found[j]
            pivot = normal[i, i] + damping - sum(lower[i, m] ** 2 * pivots[m] for m in range(i))
            pivots.append(np.where(pivot > 0, pivot, np.nan))
        for i in reversed(range(size)):
            found[i] /= pivots[i]
            for m in range(i + 1, size):
                found[i] -= lower[m, i] * found[m]
    return found
