"""Discrimination and calibration of predicted probabilities, for many data sets at once.

Harrell FE, Lee KL, Mark DB. Multivariable prognostic models. Stat Med 1996;15:361-87: what a
resample's model loses on the cohort itself is taken off what the model shows on its own data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet.numbers.counts import exact_share
from gepnet.numbers.linear import Array
from gepnet.numbers.penalised import corrected_intercept, firth, full_rank

#: Linear predictors closer than this are the same: sums of the same coefficients.
_TIE = 1e-9


@dataclass(frozen=True)
class Measures:
    """Area under the ROC curve, calibration slope, calibration in the large and Brier score."""

    auc: Array
    slope: Array
    in_the_large: Array
    brier: Array

    def items(self) -> list[tuple[str, Array]]:
        """Return the measures by name, each (B,)."""
        return list(vars(self).items())


def measure(eta: Array, events: Array, others: Array) -> Measures:
    """Return the measures of linear predictors ``eta`` (B, K) on data sets of counts (B, K)."""
    chance = 1 / (1 + np.exp(-eta))
    total = (events + others).sum(axis=1)
    brier = (events * (1 - chance) ** 2 + others * chance**2).sum(axis=1) / total
    return Measures(_auc(eta, events, others), *_calibration(eta, events, others), brier)


def _auc(eta: Array, events: Array, others: Array) -> Array:
    """Return the share of pairs in which the event has the greater predictor, ties a half."""
    gap = eta[:, :, None] - eta[:, None, :]
    wins = np.where(gap > _TIE, 1.0, np.where(gap < -_TIE, 0.0, 0.5))
    won = np.einsum("bk,bkl,bl->b", events, wins, others)
    pairs = events.sum(axis=1) * others.sum(axis=1)
    share: Array = np.divide(won, pairs, out=np.full(len(eta), np.nan), where=pairs > 0)
    return share


def _calibration(eta: Array, events: Array, others: Array) -> tuple[Array, Array]:
    """Return slope, and intercept with the slope held at 1; NaN where there is no maximum."""
    size = events + others
    slopes = _newton(np.stack([np.ones_like(eta), eta], axis=2), np.zeros_like(eta), events, size)
    large = _newton(np.ones_like(eta)[:, :, None], eta, events, size)
    return slopes[:, 1], large[:, 0]


def _newton(design: Array, offset: Array, events: Array, size: Array) -> Array:
    beta = np.zeros((len(design), design.shape[2]))
    settled = np.zeros(len(design), dtype=bool)
    for _ in range(50):
        eta = offset + np.einsum("bkp,bp->bk", design, beta)
        chance = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
        gradient = np.einsum("bk,bkp->bp", events - size * chance, design)
        weight = size * chance * (1 - chance)
        information = np.einsum("bk,bkp,bkq->bpq", weight, design, design)
        settled = np.abs(gradient).max(axis=1) < 1e-8
        if settled.all():
            break
        # pinv: a constant predictor has no slope, and that data set never settles.
        move = np.einsum("bpq,bq->bp", np.linalg.pinv(information), gradient)
        beta += np.clip(np.where(settled[:, None], 0.0, move), -2, 2)
        beta = np.clip(beta, -50, 50)
    spread = np.ptp(np.where(size > 0, design[:, :, -1], design[:, :1, -1]), axis=1)
    flat = (spread < _TIE) & (design.shape[2] > 1)
    beta[~settled | flat] = np.nan
    return beta


@dataclass(frozen=True)
class Corrected:
    """One measure as the model shows it on its own data, its optimism, and what is left."""

    name: str
    apparent: float
    optimism: float | None
    corrected: float | None
    usable: int


@dataclass(frozen=True)
class Bootstrap:
    """Corrected measures with how many of the resamples could be used."""

    measures: tuple[Corrected, ...]
    resamples: int
    used: int
    seed: int


def optimism(design: Array, events: Array, others: Array, resamples: int, seed: int) -> Bootstrap:
    """Correct the measures of one data set, counts (K,), for optimism by the bootstrap.

    A resample in which a level of a predictor, or an outcome, does not occur cannot be fitted; it
    is left out and counted.
    """
    whole, rest = events[None], others[None]
    apparent = measure(_predict(design, whole, rest), whole, rest)
    drawn = _resample(events, others, resamples, seed)
    usable = full_rank(design, *drawn) & (drawn[0].sum(1) > 0) & (drawn[1].sum(1) > 0)
    drawn = drawn[0][usable], drawn[1][usable]
    fits = firth(design, *drawn)
    drawn = drawn[0][fits.converged], drawn[1][fits.converged]
    beta = corrected_intercept(design, *drawn, fits.coefficients[fits.converged])
    eta = beta @ design.T
    inside = measure(eta, *drawn)
    size = (len(eta), len(events))
    outside = measure(eta, np.broadcast_to(whole, size), np.broadcast_to(rest, size))
    found = []
    for (name, own), (_, seen), (_, kept) in zip(
        apparent.items(), inside.items(), outside.items(), strict=True
    ):
        lost = (seen - kept)[np.isfinite(seen - kept)]
        mean = float(lost.mean()) if lost.size else None
        value = float(own[0])
        left = None if mean is None else value - mean
        found.append(Corrected(name, value, mean, left, int(lost.size)))
    return Bootstrap(tuple(found), resamples, len(eta), seed)


def _predict(design: Array, events: Array, others: Array) -> Array:
    fitted = firth(design, events, others).coefficients
    return corrected_intercept(design, events, others, fitted) @ design.T


def _resample(events: Array, others: Array, resamples: int, seed: int) -> tuple[Array, Array]:
    """Draw as many patients as there are, with replacement."""
    cells = np.concatenate([events, others])
    count = int(cells.sum())
    drawn = np.random.default_rng(seed).multinomial(count, cells / count, size=resamples)
    return drawn[:, : len(events)].astype(float), drawn[:, len(events) :].astype(float)


@dataclass(frozen=True)
class Group:
    """Patients of similar predicted probability: mean predicted, observed share, exact interval."""

    patients: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


def calibration_curve(
    eta: NDArray[np.float64], events: Array, others: Array, groups: int, confidence: float
) -> tuple[Group, ...]:
    """Return groups of about equal size in order of predicted probability.

    Patients with the same predictors stay together, so there may be fewer groups. The interval of
    the observed share is Clopper and Pearson's.
    """
    order = np.argsort(eta, kind="stable")
    size = (events + others)[order]
    before = np.cumsum(size) - size / 2
    group = np.minimum((before / size.sum() * groups).astype(int), groups - 1)
    chance = 1 / (1 + np.exp(-eta[order]))
    found = []
    for number in np.unique(group):
        rows = group == number
        patients, seen = int(size[rows].sum()), int(events[order][rows].sum())
        mean = float((chance[rows] * size[rows]).sum() / patients)
        share = seen / patients
        found.append(Group(patients, seen, mean, share, *exact_share(seen, patients, confidence)))
    return tuple(found)
