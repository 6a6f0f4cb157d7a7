"""One form fitted to many curves: parameters, covariance, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.forms import (
    MONO,
    Components,
    Form,
    integral,
    integral_gradient,
    slowest_rate,
    slowest_rate_gradient,
)
from gepnet.prrt.dosimetry.solve import Task, at, minimise
from gepnet.prrt.dosimetry.start import starting_points, straight_line
from gepnet.prrt.dosimetry.words import Errors

_SINGULAR = 1e-12


@dataclass(frozen=True)
class Curves:
    """Points of c curves in n columns: time after injection (h), activity there (MBq).

    ``cv`` is the stated relative standard error of each point (0.05 for 5 %), NaN where none was
    stated. ``used`` is False for padding and for points that are left out.
    """

    times: Array
    activity: Array
    used: NDArray[np.bool_]
    cv: Array

    def __len__(self) -> int:
        """Number of curves."""
        return len(self.times)

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Curves:
        """Return some of the curves."""
        return Curves(self.times[chosen], self.activity[chosen], self.used[chosen], self.cv[chosen])

    @property
    def points(self) -> NDArray[np.intp]:
        """Number of points of each curve."""
        return np.asarray(self.used.sum(axis=1))

    @property
    def scale_known(self) -> NDArray[np.bool_]:
        """Which curves have a stated error at each point."""
        return np.asarray((np.isfinite(self.cv) | ~self.used).all(axis=1))


@dataclass(frozen=True)
class Fit:
    """A form fitted to c curves.

    ``inverse`` (c, p, p) is that of the normal matrix, ``covariance`` (c, p, p) that of ``theta``
    (c, p), ``scale`` (c,) the standard error of a point (relative for proportional errors); the
    last two are NaN where there is no degree of freedom and no stated error. ``freedom`` is
    infinite where the error was stated.
    """

    form: Form
    theta: Array
    inverse: Array
    covariance: Array
    squares: Array
    scale: Array
    freedom: Array
    solved: NDArray[np.bool_]
    identifiable: NDArray[np.bool_]

    @property
    def parts(self) -> Components:
        """The exponentials."""
        with np.errstate(over="ignore"):  # what is too large is refused, not hidden
            return self.form.components(self.theta)

    def tia(self) -> tuple[Array, Array]:
        """Time-integrated activity (MBq h) and the standard error of its logarithm.

        The standard error follows from the covariance by the gradient (delta method).
        """
        parts = self.parts
        with np.errstate(all="ignore"):
            total = integral(parts)
            relative = integral_gradient(parts) / total[:, None]
            variance = np.einsum("cp,cpq,cq->c", relative, self.covariance, relative)
            return total, np.sqrt(np.maximum(variance, 0))

    def rate(self) -> tuple[Array, Array]:
        """Effective rate of the last phase (1/h) and its standard error."""
        parts = self.parts
        gradient = slowest_rate_gradient(parts)
        with np.errstate(all="ignore"):
            variance = np.einsum("cp,cpq,cq->c", gradient, self.covariance, gradient)
            return slowest_rate(parts), np.sqrt(np.maximum(variance, 0))


def task_of(curves: Curves, errors: Errors) -> Task:
    """Return the least squares task: what is fitted, with which weights.

    Proportional errors (the usual ones: calibration, outlining and partial volume go with the
    activity): ln(activity) with weights 1/cv. Constant errors: the activities, all alike.
    """
    there = np.ascontiguousarray(curves.used.T)
    times = np.where(there, curves.times.T, 1.0)
    if errors == "constant":
        return Task(times, np.where(there, curves.activity.T, 0.0), there.astype(float), False)
    with np.errstate(divide="ignore"):  # a draw may be too small for a number: it is not solved
        target = np.log(np.where(there, curves.activity.T, 1.0))
    cv = np.where(there & curves.scale_known, curves.cv.T, 1.0)
    return Task(times, target, np.where(there, 1 / cv, 0.0), True)


def fit_form(
    form: Form,
    curves: Curves,
    errors: Errors = Errors.PROPORTIONAL,
    uptake_per_h: float | None = None,
) -> Fit:
    """Fit one form to every curve.

    Args:
        form: the shape.
        curves: the points; each needs at least as many as the form has parameters.
        errors: how measurement errors go with activity; stated errors count only if proportional.
        uptake_per_h: the given rate of uptake of a tri-exponential form.

    Formulas: covariance ``s^2 (J'J)^-1`` with ``s^2 = RSS / (n - p)``, or ``s = 1`` where the error
    of each point was stated.
    """
    task = task_of(curves, errors)
    start = starting_points(form, task, uptake_per_h)
    if form.id == MONO.id and errors == "proportional":  # a straight line: solved already
        found = at(form, task, start)
        solved = np.asarray(np.isfinite(start).all(axis=0), dtype=bool)
    else:
        found, solved = minimise(form, task, start)
    squares = found.squares
    known = curves.scale_known if errors == "proportional" else np.zeros(len(curves), dtype=bool)
    points = curves.points.astype(float)
    free = points - form.size
    with np.errstate(all="ignore"):
        estimate = np.where(free > 0, squares / free, np.nan)
    variance = np.where(known, 1.0, estimate)
    inverse, identifiable = _inverse(found.normal.T)
    with np.errstate(over="ignore"):  # what is too large is refused, not hidden
        covariance = inverse * variance[:, None, None]
    return Fit(
        form,
        found.theta.T,
        inverse,
        covariance,
        squares,
        np.sqrt(np.where(known, _stated_variance(curves), estimate)),
        np.where(known, np.inf, free),
        solved,
        identifiable,
    )


def refit(
    form: Form, curves: Curves, errors: Errors, start: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Fit again from known starting points (c, p); return parameters and which were solved."""
    task = task_of(curves, errors)
    if form.id == MONO.id and errors == "proportional":
        theta = straight_line(task)
        return theta.T, np.asarray(np.isfinite(theta).all(axis=0), dtype=bool)
    found, solved = minimise(form, task, np.ascontiguousarray(start.T))
    return found.theta.T, solved


def _stated_variance(curves: Curves) -> Array:
    """Mean square of the stated errors of each curve."""
    squares = np.where(curves.used, curves.cv**2, 0.0)
    return np.asarray(squares.sum(axis=1) / curves.points)


def _inverse(normal: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the inverse of J'J (c, p, p), NaN where the points do not settle a parameter."""
    with np.errstate(all="ignore"):
        normal = np.nan_to_num(normal)
        scale = np.sqrt(np.einsum("cpp->cp", normal))
        dead = (scale <= 0).any(axis=1)
        scale = np.where(scale > 0, scale, 1.0)
        normal = normal / scale[:, :, None] / scale[:, None, :]
    normal[dead] = np.eye(normal.shape[1])
    roots = np.linalg.eigvalsh(normal)
    identifiable: NDArray[np.bool_] = np.greater(roots[:, 0], _SINGULAR) & ~dead
    normal[~identifiable] = np.eye(normal.shape[1])
    with np.errstate(over="ignore"):  # what is too large is refused, not hidden
        inverse = np.linalg.inv(normal) / scale[:, :, None] / scale[:, None, :]
    inverse[~identifiable] = np.nan
    return inverse, identifiable
