"""Firth's logistic regression for many data sets at once.

Categorical predictors leave few different rows, so a data set is the number of patients with and
without the event in each row of one design; a thousand resamples are then one array. Held equal to
``firthmodels``, which fits the one data set that a registry gives.

Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993;80:27-38,
doi 10.1093/biomet/80.1.27. Heinze G, Schemper M. A solution to the problem of separation in
logistic regression. Stat Med 2002;21:2409-19, doi 10.1002/sim.1047.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.numbers.linear import Array, solve_each

_ITERATIONS = 100
_HALVINGS = 25
_MAX_STEP = 5.0
_GRADIENT = 1e-7
#: Near enough to the top where steps no longer gain: a penalised likelihood within rounding.
_NEAR = 3e-4


@dataclass(frozen=True)
class Batch:
    """Fits of B data sets: coefficients (B, P), penalised log-likelihoods (B,), convergence."""

    coefficients: Array
    loglik: Array
    converged: NDArray[np.bool_]


def firth(
    design: Array, events: Array, others: Array, fixed: Mapping[int, float] | None = None
) -> Batch:
    """Fit every data set by Newton's method with step halving.

    Args:
        design: (K, P), the different rows, the intercept as a column of its own.
        events: (B, K), patients with the event in each row; ``others`` those without.
        others: (B, K).
        fixed: coefficients held at a value, by column; the penalty stays that of the whole model,
            as profile likelihood wants it.

    Data sets whose design is not of full rank do not converge.
    """
    held = fixed or {}
    free = [column for column in range(design.shape[1]) if column not in held]
    beta = np.zeros((len(events), design.shape[1]))
    for column, value in held.items():
        beta[:, column] = value
    loglik, gradient, information = _quantities(design, events, others, beta)
    open_ = np.isfinite(loglik)
    converged = np.zeros(len(events), dtype=bool)
    for _ in range(_ITERATIONS):
        done = open_ & (np.abs(gradient[:, free]).max(axis=1, initial=0.0) < _GRADIENT)
        converged |= done
        open_ &= ~done
        rows = np.flatnonzero(open_)
        if not rows.size or not free:
            break
        some = information[rows][:, free][:, :, free]
        # A singular data set stays where it is, and does not converge.
        move = np.nan_to_num(solve_each(some, gradient[rows][:, free]))
        move *= np.minimum(1.0, _MAX_STEP / np.maximum(np.abs(move).max(axis=1), 1e-300))[:, None]
        found = _climb(design, events[rows], others[rows], beta[rows], loglik[rows], move, free)
        beta[rows], loglik[rows], gradient[rows], information[rows], rose = found
        # No step uphill is left: at the top within rounding, or not a fit at all.
        still = np.abs(gradient[rows][:, free]).max(axis=1) < _NEAR
        converged[rows[~rose & still]] = True
        open_[rows[~rose]] = False
    # Near separation the top is flat and steps creep; by now they change nothing that is shown.
    converged |= open_ & (np.abs(gradient[:, free]).max(axis=1, initial=0.0) < _NEAR)
    return Batch(beta, loglik, converged)


def _climb(
    design: Array,
    events: Array,
    others: Array,
    start: Array,
    level: Array,
    move: Array,
    free: list[int],
) -> tuple[Array, Array, Array, Array, NDArray[np.bool_]]:
    """Return where the whole or a halved step leads that does not go downhill."""
    size = np.ones(len(start))
    rose = np.zeros(len(start), dtype=bool)
    beta = start.copy()
    for _ in range(_HALVINGS):
        beta[:, free] = start[:, free] + size[:, None] * move
        loglik, gradient, information = _quantities(design, events, others, beta)
        rose = loglik >= level - 1e-12 * np.abs(level)
        if rose.all():
            break
        size[~rose] /= 2
    beta[~rose] = start[~rose]
    loglik, gradient, information = _quantities(design, events, others, beta)
    return beta, loglik, gradient, information, rose


def _quantities(
    design: Array, events: Array, others: Array, beta: Array
) -> tuple[Array, Array, Array]:
    """Return penalised log-likelihood (B,), its gradient (B, P) and the information (B, P, P)."""
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    eta = beta @ design.T
    chance = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    weight = (events + others) * chance * (1 - chance)
    information = (weight @ products).reshape(-1, size, size)
    sign, logdet = np.linalg.slogdet(information)
    usable = (sign > 0) & (logdet > -500)
    safe = np.asarray(np.where(usable[:, None, None], information, np.eye(size)), float)
    leverage = weight * (np.linalg.inv(safe).reshape(len(beta), -1) @ products.T)
    residual = events - (events + others) * chance + leverage * (0.5 - chance)
    plain = -(events * np.logaddexp(0, -eta) + others * np.logaddexp(0, eta)).sum(axis=1)
    loglik = np.where(usable, plain + 0.5 * np.where(usable, logdet, 0.0), -np.inf)
    return loglik, residual @ design, safe


def covariance(design: Array, events: Array, others: Array, beta: Array) -> Array:
    """Return the inverse information (B, P, P) at given coefficients (B, P)."""
    return np.asarray(np.linalg.inv(_quantities(design, events, others, beta)[2]), float)


def full_rank(design: Array, events: Array, others: Array) -> NDArray[np.bool_]:
    """Return for each data set whether its rows tell all coefficients apart."""
    weighted = design[None] * np.sqrt(events + others)[:, :, None]
    ranks = np.linalg.matrix_rank(weighted)
    return np.asarray(ranks == design.shape[1])


def corrected_intercept(design: Array, events: Array, others: Array, beta: Array) -> Array:
    """Return coefficients (B, P) whose predicted number of events is the observed one.

    Firth's penalty draws predicted probabilities towards one half; the intercept (first column)
    is fitted again without it, all else held.

    Puhr R, Heinze G, Nold M, Lusa L, Geroldinger A. Stat Med 2017, doi 10.1002/sim.7273 (FLIC).
    """
    offset = beta @ design.T
    size, wanted = events + others, events.sum(axis=1)
    # The predicted number grows with the shift, so halving an interval always finds it.
    low, high = np.full(len(beta), -40.0), np.full(len(beta), 40.0)
    for _ in range(80):
        middle = (low + high) / 2
        expected = (size / (1 + np.exp(-(offset + middle[:, None])))).sum(axis=1)
        low, high = (
            np.where(expected < wanted, middle, low),
            np.where(expected < wanted, high, middle),
        )
    corrected = beta.copy()
    corrected[:, 0] += (low + high) / 2
    return corrected
