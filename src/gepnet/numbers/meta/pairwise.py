"""Pooling the estimates of several studies of one comparison.

DerSimonian R, Laird N. Control Clin Trials 1986;7:177-88: the moment estimate of tau squared.
Viechtbauer W. J Educ Behav Stat 2005;30:261-93: restricted maximum likelihood (REML).
Hartung J, Knapp G. Stat Med 2001;20:3875-89: the interval on Student's t with k - 1 degrees.
Higgins JPT, Thompson SG. Stat Med 2002;21:1539-58: I squared.
Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-59: prediction interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

import numpy as np

from gepnet.numbers.linear import Array

Model = Literal["common", "random"]
TauMethod = Literal["reml", "dl"]
_GRID = 80  # places at which the restricted likelihood is looked at first
_CLOSE = 1e-10


@dataclass(frozen=True)
class PooledFit:
    """What several studies say together, on the scale of the effects (log for ratios).

    Attributes:
        studies: how many.
        effect: the pooled effect, with ``se`` and the interval ``low`` to ``high`` at ``level``.
        p_value: of the hypothesis that the effect is nought.
        tau2: variance between studies; 0 in the common-effect model.
        q: Cochran's Q on ``df`` degrees of freedom, with ``q_p_value``.
        i2: share of the variation that chance does not explain, 0 to 1. For REML it is
            ``tau2 / (tau2 + s2)`` with the typical variance s2 of a study; otherwise from Q.
        predicted: where the effect of a further study is expected (None: common effect, or fewer
            than 3 studies), on Student's t with k - 2 degrees.
        weights: of the studies, adding up to 1.
        knapp_hartung: whether the interval is Hartung's and Knapp's.
    """

    model: Model
    tau_method: TauMethod | None
    studies: int
    effect: float
    se: float
    low: float
    high: float
    level: float
    p_value: float
    tau2: float
    q: float
    df: int
    q_p_value: float
    i2: float
    predicted: tuple[float, float] | None
    weights: tuple[float, ...]
    knapp_hartung: bool


def standard_error(low: float, high: float, level: float = 0.95, ratio: bool = True) -> float:
    """Return the standard error that an interval at ``level`` stands for.

    With ``ratio`` the ends are those of a ratio, and the result is on the logarithmic scale.

    Raises:
        ValueError: if the ends are not in order, or not above nought for a ratio.
    """
    from scipy.stats import norm

    if not low < high or (ratio and low <= 0):
        raise ValueError(f"no interval: {low} to {high}")
    width = log(high) - log(low) if ratio else high - low
    return width / (2 * float(norm.ppf((1 + level) / 2)))


def pool(
    effects: Sequence[float] | Array,
    errors: Sequence[float] | Array,
    model: Model = "random",
    tau_method: TauMethod = "reml",
    knapp_hartung: bool = True,
    level: float = 0.95,
) -> PooledFit:
    """Pool the effects (k,) of studies of one comparison by inverse variance.

    Args:
        effects: estimates; the logarithm of a ratio.
        errors: their standard errors, above nought.
        model: one effect common to all studies, or effects that vary between them.
        tau_method: how tau squared is estimated.
        knapp_hartung: in the random-effects model of two or more studies, Hartung's and Knapp's
            interval instead of Wald's.
        level: of the intervals.

    Raises:
        ValueError: without a study, or for an error that is not above nought.
    """
    from scipy.stats import chi2, norm, t

    y, s = np.asarray(effects, float), np.asarray(errors, float)
    _check(y, s)
    v, k = s**2, len(y)
    q = _q(y, 1 / v)
    random = model == "random" and k > 1
    tau2 = (_reml(y, v) if tau_method == "reml" else _moments(q, 1 / v)) if random else 0.0
    w = 1 / (v + tau2)
    effect, se = float(w @ y / w.sum()), sqrt(1 / w.sum())
    wide = float(norm.ppf((1 + level) / 2))
    hartung = knapp_hartung and random
    if hartung:
        se = sqrt(float(w @ (y - effect) ** 2) / (k - 1) / w.sum())
        wide = float(t.ppf((1 + level) / 2, k - 1))
    statistic = abs(effect) / se if se else float("inf")
    p = 2 * float(t.sf(statistic, k - 1) if hartung else norm.sf(statistic))
    predicted = None
    if random and k > 2:
        half = float(t.ppf((1 + level) / 2, k - 2)) * sqrt(tau2 + se**2)
        predicted = (effect - half, effect + half)
    return PooledFit(
        model=model,
        tau_method=tau_method if model == "random" else None,
        studies=k,
        effect=effect,
        se=se,
        low=effect - wide * se,
        high=effect + wide * se,
        level=level,
        p_value=p,
        tau2=tau2,
        q=q,
        df=k - 1,
        q_p_value=float(chi2.sf(q, k - 1)) if k > 1 else 1.0,
        i2=_i2(q, v, tau2, random and tau_method == "reml"),
        predicted=predicted,
        weights=tuple((w / w.sum()).tolist()),
        knapp_hartung=hartung,
    )


def _check(y: Array, s: Array) -> None:
    if not len(y) or len(y) != len(s):
        raise ValueError(f"{len(y)} effects with {len(s)} standard errors")
    if not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all()):
        raise ValueError("effects have to be finite, and their standard errors above nought")


def _q(y: Array, w: Array) -> float:
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _moments(q: float, w: Array) -> float:
    """DerSimonian's and Laird's estimate."""
    spread = w.sum() - (w**2).sum() / w.sum()
    return max(0.0, float((q - (len(w) - 1)) / spread))


def _reml(y: Array, v: Array) -> float:
    """Return where the restricted likelihood is greatest.

    It may have several peaks: the highest of a grid is climbed, and nought is compared with it.
    """
    from scipy.optimize import minimize_scalar

    most = float(np.ptp(y)) ** 2 + 1e-12
    grid = np.concatenate([[0.0], np.geomspace(most * 1e-8, most, _GRID)])
    place = int(np.argmax(_likelihood(y, v, grid)))
    ends = float(grid[max(0, place - 1)]), float(grid[min(len(grid) - 1, place + 1)])

    def worse(tau2: float) -> float:
        return -float(_likelihood(y, v, np.array([tau2]))[0])

    climbed = minimize_scalar(
        worse, bounds=ends, method="bounded", options={"xatol": _CLOSE * (1 + ends[1])}
    )
    found = float(climbed.x)
    return found if worse(found) < worse(0.0) else 0.0


def _likelihood(y: Array, v: Array, tau2: Array) -> Array:
    """Return the restricted log likelihood of each tau squared, up to a constant."""
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    mean = w @ y / total
    off = (w * (y - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray(0.5 * (np.log(w).sum(axis=1) - np.log(total) - off), float)


def _i2(q: float, v: Array, tau2: float, from_tau: bool) -> float:
    k = len(v)
    if k < 2:
        return 0.0
    if from_tau:
        w = 1 / v
        typical = (k - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
        return float(tau2 / (tau2 + typical))
    return max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0
