"""Least squares for thousands of small curves at once: Levenberg-Marquardt on whole arrays.

Each curve has its own damping and stops on its own; the arrays shrink to those that still move.
Marquardt DW. J Soc Ind Appl Math 1963;11:431-441, doi 10.1137/0111030.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.numbers import solve_each
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.forms import Form, values_and_jacobian

_STEPS = 80
_STILL = 1e-9  # a step below this, in parameters that are logarithms or rates, is none
_FLAT = 1e-9  # cosine between the residuals and a column of the Jacobian at a minimum
_EXACT = 1e-26  # sum of squares of a curve that goes through its points
_NO_GAIN = 1e-12  # relative fall of the sum of squares that is none
_FIRST_DAMPING = 1e-3
_LARGEST_DAMPING = 1e12
_TINY = 1e-290


@dataclass(frozen=True)
class Task:
    """What is fitted: (c, n) arrays; a point with weight zero does not exist.

    ``logarithmic``: the target is ln(activity) and the curve's logarithm is fitted to it, which is
    least squares for errors in proportion to the activity.
    """

    times: Array
    target: Array
    weights: Array
    logarithmic: bool

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Task:
        """Return some of the curves."""
        return Task(self.times[chosen], self.target[chosen], self.weights[chosen], self.logarithmic)


@dataclass(frozen=True)
class Solution:
    """Where the search ended: parameters (c, p), sum of squares (c,), Jacobian (c, n, p)."""

    theta: Array
    squares: Array
    jacobian: Array
    converged: NDArray[np.bool_]


def residuals(form: Form, task: Task, theta: Array) -> tuple[Array, Array]:
    """Weighted residuals (c, n) and the Jacobian of the weighted curve (c, n, p)."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found, jacobian = values_and_jacobian(form.components(theta), task.times)
        if task.logarithmic:
            positive = np.maximum(found, _TINY)
            found, jacobian = np.log(positive), jacobian / positive[:, :, None]
        away = np.where(task.weights > 0, task.weights * (task.target - found), 0.0)
        jacobian = np.where(task.weights[:, :, None] > 0, task.weights[:, :, None] * jacobian, 0.0)
    return away, jacobian


def minimise(form: Form, task: Task, start: Array) -> Solution:
    """Return the least squares solution of every curve from its own starting point (c, p)."""
    theta = start.copy()
    away, jacobian = residuals(form, task, theta)
    squares = _sum(away)
    converged = np.zeros(len(theta), dtype=bool)
    moving = np.flatnonzero(np.isfinite(squares))
    damping = np.full(len(theta), _FIRST_DAMPING)
    for _ in range(_STEPS):
        if not moving.size:
            break
        gradient, normal, scale = _normal_equations(away[moving], jacobian[moving])
        flat = _is_flat(gradient, squares[moving])
        converged[moving[flat]] = True
        moving = moving[~flat]
        if not moving.size:
            break
        step = _step(gradient[~flat], normal[~flat], scale[~flat], damping[moving])
        tried = theta[moving] + step
        new_away, new_jacobian = residuals(form, task.rows(moving), tried)
        new_squares = _sum(new_away)
        better = np.isfinite(new_squares) & (new_squares <= squares[moving])
        gain = squares[moving] - new_squares
        still = better & (gain <= _NO_GAIN * squares[moving])
        accepted = moving[better]
        theta[accepted] = tried[better]
        away[accepted], jacobian[accepted] = new_away[better], new_jacobian[better]
        squares[accepted] = new_squares[better]
        damping[accepted] = np.maximum(damping[accepted] / 10, 1e-15)
        damping[moving[~better]] *= 10
        still |= np.abs(step).max(axis=1) < _STILL
        converged[moving[still]] = True
        stuck = damping[moving] > _LARGEST_DAMPING
        moving = moving[~still & ~stuck]
    return Solution(theta, squares, jacobian, converged & np.isfinite(squares))


def _sum(away: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.einsum("cn,cn->c", away, away))


def _normal_equations(away: Array, jacobian: Array) -> tuple[Array, Array, Array]:
    """Gradient, normal matrix with a unit diagonal, and the scale that made it so."""
    with np.errstate(over="ignore", invalid="ignore"):
        transposed = jacobian.transpose(0, 2, 1)
        normal = transposed @ jacobian
        scale = np.sqrt(np.einsum("cpp->cp", normal))
        scale = np.where(np.isfinite(scale) & (scale > _TINY), scale, 1.0)
        gradient = (transposed @ away[:, :, None])[:, :, 0] / scale
        normal = normal / scale[:, :, None] / scale[:, None, :]
    return np.nan_to_num(gradient), np.nan_to_num(normal), scale


def _is_flat(gradient: Array, squares: Array) -> NDArray[np.bool_]:
    level = np.abs(gradient).max(axis=1) <= _FLAT * np.sqrt(squares)
    return np.asarray(level | (squares <= _EXACT))


def _step(gradient: Array, normal: Array, scale: Array, damping: Array) -> Array:
    size = gradient.shape[1]
    damped = normal + damping[:, None, None] * np.eye(size)
    # Where a system is singular there is no step yet: that curve alone is damped more.
    step = solve_each(damped, gradient) / scale
    # No step changes a parameter (a logarithm, mostly) by more than this: it would leave the
    # region in which the Jacobian means anything.
    return np.clip(step, -3.0, 3.0)
