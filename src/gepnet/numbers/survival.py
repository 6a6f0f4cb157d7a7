"""Survival with censoring: curves, restricted means, log-rank, Cox, proportional hazards.

Curve, log-rank and Cox model are those of lifelines (Davidson-Pilon, J Open Source Softw
2019;4:1317). Two things it does not offer are worked out here:

The standard error of a restricted mean, from the area beyond each event time (Klein JP,
Moeschberger ML. Survival Analysis. Springer 2003, equation 4.5.3).

The test of proportional hazards as a score test of a covariate that changes with a function of
time (Grambsch PM, Therneau TM. Biometrika 1994;81:515-26), without the approximation that lifelines
makes: it agrees with ``cox.zph`` of the R package survival from version 3 on.

Times are in any one unit; every result is in the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array

CONFIDENCE = 0.95
Scale = Literal["log-log", "log"]


class Estimate(NamedTuple):
    """A number with its interval; None is what cannot be told, such as a median not reached."""

    value: float | None
    low: float | None
    high: float | None


class ChiSquared(NamedTuple):
    """A test with a chi-squared statistic: that, its degrees of freedom, the probability."""

    statistic: float
    degrees: int
    p: float


class NotEstimableError(ValueError):
    """What was asked cannot be estimated from these observations; the message says why."""


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve.

    Attributes:
        times: ascending, beginning with 0; the curve steps down at some of them.
        survival: at each time, from then on.
        low: of the interval of each.
        high: of the interval.
        at_risk: how many were under observation just before each time.
        events: how many had the event at each time.
        censored: how many were last seen at each time.
        confidence: of the intervals.
    """

    times: Array
    survival: Array
    low: Array
    high: Array
    at_risk: Array
    events: Array
    censored: Array
    confidence: float = CONFIDENCE

    @property
    def size(self) -> int:
        """How many were observed."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def event_count(self) -> int:
        """How many events were seen."""
        return int(self.events.sum())

    @property
    def end(self) -> float:
        """The longest observation."""
        return float(self.times[-1])

    @property
    def median(self) -> Estimate:
        """The time by which half had the event; None where the curve stays above."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> Estimate:
        """Return the time by which a share of all had the event, with its interval.

        The interval is where the limits of the curve reach the share (Brookmeyer R, Crowley J.
        Biometrics 1982;38:29-41).
        """
        level = 1 - share
        return Estimate(
            *(self._reached(one, level) for one in (self.survival, self.low, self.high))
        )

    def _reached(self, curve: Array, level: float) -> float | None:
        # Products of shares miss a level such as one half by a rounding: a step counts as there.
        found = np.flatnonzero(curve <= level + 1e-12)
        return float(self.times[found[0]]) if found.size else None

    def at(self, time: float) -> Estimate:
        """Return the survival at a time; nothing is told beyond the longest observation."""
        if time > self.end and self.survival[-1] > 0:
            return Estimate(None, None, None)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return Estimate(*(float(c[place]) for c in (self.survival, self.low, self.high)))

    def number_at_risk(self, times: ArrayLike) -> list[int]:
        """Return how many were under observation at each time, those who leave then included."""
        places = np.searchsorted(self.times, np.asarray(times, float), side="left")
        counts = np.append(self.at_risk, 0)
        return [int(counts[place]) for place in places]


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
    scale: Scale = "log-log",
) -> Curve:
    """Return the Kaplan-Meier curve of some observations.

    Args:
        time: how long each was observed; not negative.
        event: whether the observation ended with the event (1) or was censored (0).
        entry: when each came under observation, if later than 0 (left truncation).
        confidence: of the intervals, from Greenwood's variance.
        scale: on which an interval is symmetric: log(-log S), or log S as R does unless told.

    Raises:
        NotEstimableError: without observations.
        ValueError: for times or events that are none.
    """
    times, events, entered = _observed(time, event, entry)
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own intervals divide by zero where nobody is left
        fitter = KaplanMeierFitter().fit(times, events, entry=entered)
    table = fitter.event_table
    survival = fitter.survival_function_.iloc[:, 0].to_numpy(float)
    at_risk, seen, censored = (
        table[name].to_numpy(float) for name in ("at_risk", "observed", "censored")
    )
    error = np.sqrt(_greenwood(at_risk, seen).cumsum())
    low, high = _interval(survival, error, confidence, scale)
    moments = table.index.to_numpy(float)
    return Curve(moments, survival, low, high, at_risk, seen, censored, confidence)


def _greenwood(at_risk: Array, events: Array) -> Array:
    rest = at_risk - events
    terms = np.zeros_like(rest)
    some = (events > 0) & (rest > 0)
    terms[some] = events[some] / (at_risk[some] * rest[some])
    return terms


def _interval(
    survival: Array, error: Array, confidence: float, scale: Scale
) -> tuple[Array, Array]:
    """Return the interval of a curve; where it is 1 or 0 nothing is known of its error."""
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    low, high = survival.copy(), survival.copy()
    inside = (survival > 0) & (survival < 1)
    curve = survival[inside]
    if scale == "log":
        low[inside] = curve * np.exp(-half[inside])
        high[inside] = np.minimum(1, curve * np.exp(half[inside]))
    else:
        wider = np.exp(half[inside] / np.log(curve))  # below 1, as the logarithm is negative
        low[inside], high[inside] = curve ** (1 / wider), curve**wider
    return low, high


def follow_up(time: ArrayLike, event: ArrayLike) -> Estimate:
    """Return the median follow-up: that of the curve with events and censoring changed over.

    Schemper M, Smith TL. A note on quantifying follow-up. Control Clin Trials 1996;17:343-6.
    """
    times, events, _ = _observed(time, event, None)
    return kaplan_meier(times, 1 - events).median


def restricted_mean(
    curve: Curve, horizon: float, confidence: float = CONFIDENCE
) -> tuple[Estimate, float]:
    """Return the mean time without the event up to a horizon, and its standard error.

    Raises:
        NotEstimableError: for a horizon beyond the longest observation, where the curve is unknown.
    """
    if horizon <= 0:
        raise ValueError(f"a horizon above 0, not {horizon:g}")
    if horizon > curve.end and curve.survival[-1] > 0:
        raise NotEstimableError(
            f"the longest observation is {curve.end:g}: no mean up to {horizon:g}"
        )
    inside = curve.times < horizon
    ends = np.append(curve.times[inside][1:], horizon)
    areas = curve.survival[inside] * (ends - curve.times[inside])
    beyond = areas[::-1].cumsum()[::-1]  # from each time to the horizon
    value = float(areas.sum())
    error = sqrt(float((beyond**2 * _greenwood(curve.at_risk, curve.events)[inside]).sum()))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Estimate(value, max(0.0, value - half), min(horizon, value + half)), error


def restricted_mean_difference(
    first: Curve, second: Curve, horizon: float, confidence: float = CONFIDENCE
) -> Estimate:
    """Return how much longer the restricted mean of the first curve is than that of the second."""
    (one, error), (other, further) = (restricted_mean(c, horizon) for c in (first, second))
    value = (one.value or 0.0) - (other.value or 0.0)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(error**2 + further**2)
    return Estimate(value, value - half, value + half)


def log_rank(time: ArrayLike, event: ArrayLike, group: Sequence[object]) -> ChiSquared:
    """Return the log-rank test that two or more groups have the same hazard.

    Raises:
        NotEstimableError: with fewer than two groups, or without an event.
    """
    times, events, _ = _observed(time, event, None)
    if len(set(group)) < 2:
        raise NotEstimableError("fewer than two groups")
    if not events.any():
        raise NotEstimableError("no event was seen")
    from lifelines.statistics import multivariate_logrank_test

    found = multivariate_logrank_test(times, [str(one) for one in group], events)
    return ChiSquared(
        float(found.test_statistic), int(found.degrees_of_freedom), float(found.p_value)
    )


class HazardRatio(NamedTuple):
    """One term of a Cox model: the ratio for one more of its unit, with interval and Wald test."""

    name: str
    ratio: float
    low: float
    high: float
    p: float
    coefficient: float
    error: float


@dataclass(frozen=True)
class CoxModel:
    """A fitted Cox model, with ties by Efron's method.

    Attributes:
        terms: one for each covariate, in the order given.
        size: observations.
        events: of them with the event.
        log_likelihood: partial, at the estimate.
        log_likelihood_null: with all coefficients 0.
        concordance: Harrell's.
        proportional: the test of each term that its hazard ratio does not change with time.
        proportional_all: of all terms together.
    """

    terms: tuple[HazardRatio, ...]
    size: int
    events: int
    log_likelihood: float
    log_likelihood_null: float
    concordance: float
    proportional: tuple[ChiSquared, ...]
    proportional_all: ChiSquared


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    strata: Sequence[object] | None = None,
    entry: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> CoxModel:
    """Return a Cox model of some covariates.

    Args:
        time: how long each was observed.
        event: whether the observation ended with the event.
        covariates: numbers by name; a group is a column of 0 and 1.
        strata: each with a baseline hazard of its own.
        entry: when each came under observation, if later than 0.
        confidence: of the intervals.

    Raises:
        NotEstimableError: without events or spread, or where a group without an event leaves the
            estimate at infinity.
        ValueError: for columns of unequal length, or values that are no numbers.
    """
    times, events, entered = _observed(time, event, entry)
    columns = {name: _numbers(values, name, times.size) for name, values in covariates.items()}
    if not columns:
        raise ValueError("at least one covariate")
    if not events.any():
        raise NotEstimableError("no event was seen")
    for name, values in columns.items():
        if np.ptp(values) == 0:
            raise NotEstimableError(f"{name} is {values[0]:g} in all")
    layers = _layers(strata, times.size)
    fitted = _fit(times, events, columns, layers, entered)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = tuple(
        HazardRatio(name, exp(b), exp(b - z * s), exp(b + z * s), float(p), float(b), float(s))
        for name, b, s, p in zip(
            columns,
            fitted.params_,
            fitted.standard_errors_,
            fitted._compute_p_values(),
            strict=True,
        )
    )
    matrix = np.column_stack(list(columns.values()))
    each, together = _proportionality(
        times, events, matrix, fitted.params_.to_numpy(float), layers, entered
    )
    ratio = fitted.log_likelihood_ratio_test().test_statistic
    likelihood = float(fitted.log_likelihood_)
    return CoxModel(
        terms,
        times.size,
        int(events.sum()),
        likelihood,
        likelihood - float(ratio) / 2,
        float(fitted.concordance_index_),
        each,
        together,
    )


def _fit(
    times: Array,
    events: Array,
    columns: Mapping[str, Array],
    layers: Array,
    entered: Array | None,
) -> Any:
    import pandas
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    # Names of our own: a covariate may be called as anything.
    frame = pandas.DataFrame({f"x{place}": values for place, values in enumerate(columns.values())})
    frame["time"], frame["event"], frame["stratum"] = times, events, layers
    asked: dict[str, Any] = {"strata": ["stratum"]} if np.ptp(layers) else {}
    if not asked:
        frame = frame.drop(columns="stratum")
    if entered is not None:
        frame["entry"] = entered
        asked["entry_col"] = "entry"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return CoxPHFitter().fit(frame, "time", "event", **asked)
        except (ConvergenceError, ConvergenceWarning) as error:
            raise NotEstimableError(_why(events, columns)) from error


def _why(events: Array, columns: Mapping[str, Array]) -> str:
    for name, values in columns.items():
        groups = np.unique(values)
        if groups.size == 2:
            for one in groups:
                if not events[values == one].any():
                    return f"no event was seen where {name} is {one:g}"
    return f"the model of {', '.join(columns)} does not settle (collinear, or separated)"


def _proportionality(
    times: Array, events: Array, matrix: Array, beta: Array, layers: Array, entered: Array | None
) -> tuple[tuple[ChiSquared, ...], ChiSquared]:
    """Return the score test of each covariate times g(t), and of all of them together.

    g is 1 less the Kaplan-Meier curve of all just before t. With U the score and I the information
    of (beta, theta) at theta = 0, the statistic is U' (I_tt - I_tb I_bb^-1 I_bt)^-1 U.
    """
    curve = kaplan_meier(times, events, entry=entered)
    width = matrix.shape[1]
    score = np.zeros(width)
    plain, once, twice = (np.zeros((width, width)) for _ in range(3))
    told = matrix @ beta
    weights = np.exp(told - told.max())
    for layer in np.unique(layers):
        rows = np.flatnonzero(layers == layer)
        died = rows[events[rows] == 1]
        moments, count = np.unique(times[died], return_counts=True)
        if not moments.size:
            continue
        there = _sums_from(moments, times[rows], weights[rows], matrix[rows])
        if entered is not None:  # who came later was not there yet
            late = _sums_from(moments, entered[rows], weights[rows], matrix[rows])
            there = tuple(all_ - some for all_, some in zip(there, late, strict=True))
        tied = _sums_at(moments, times[died], weights[died], matrix[died])
        # Efron: of d that are tied, the k-th meets a risk set with k/d of them gone.
        place = np.repeat(np.arange(moments.size), count)
        share = (np.arange(place.size) - np.repeat(count.cumsum() - count, count)) / count[place]
        total, first, second = (
            _less(one[place], share, other[place]) for one, other in zip(there, tied, strict=True)
        )
        mean = first / total[:, None]
        spread = second / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        g = 1 - curve.survival[np.searchsorted(curve.times, moments) - 1]
        order = np.searchsorted(moments, times[died])
        score += g[order] @ matrix[died] - g[place] @ mean
        plain += spread.sum(0)
        once += np.tensordot(g[place], spread, 1)
        twice += np.tensordot(g[place] ** 2, spread, 1)
    free = twice - once @ np.linalg.solve(plain, once)
    # A covariate alone is tested with the others held at the estimate.
    each = tuple(_chi_squared(score[one] ** 2 / free[one, one], 1) for one in range(width))
    return each, _chi_squared(float(score @ np.linalg.solve(free, score)), width)


def _less(whole: Array, share: Array, part: Array) -> Array:
    return np.asarray(whole - share.reshape((-1,) + (1,) * (whole.ndim - 1)) * part, float)


_Sums = tuple[Array, ...]


def _powers(weights: Array, matrix: Array) -> _Sums:
    first = weights[:, None] * matrix
    return weights, first, first[:, :, None] * matrix[:, None, :]


def _sums_from(moments: Array, times: Array, weights: Array, matrix: Array) -> _Sums:
    """Return at each moment the sums of w, wx and wxx' over those whose time is no earlier."""
    order = np.argsort(times)
    places = np.searchsorted(times[order], moments)
    return tuple(
        np.concatenate([one[order][::-1].cumsum(0)[::-1], np.zeros_like(one[:1])])[places]
        for one in _powers(weights, matrix)
    )


def _sums_at(moments: Array, times: Array, weights: Array, matrix: Array) -> _Sums:
    """Return the sums of w, wx and wxx' over those whose time is a moment; none is without one."""
    order = np.argsort(times)
    places = np.searchsorted(times[order], moments)
    return tuple(np.add.reduceat(one[order], places) for one in _powers(weights, matrix))


def _chi_squared(statistic: float, degrees: int) -> ChiSquared:
    from scipy.stats import chi2

    return ChiSquared(float(statistic), degrees, float(chi2.sf(statistic, degrees)))


def _layers(strata: Sequence[object] | None, size: int) -> Array:
    if strata is None:
        return np.zeros(size)
    if len(strata) != size:
        raise ValueError(f"{size} times, but {len(strata)} strata")
    known = {name: place for place, name in enumerate(dict.fromkeys(map(str, strata)))}
    return np.array([known[str(one)] for one in strata], float)


def _observed(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    times = np.asarray(time, float)
    if times.ndim != 1 or not times.size:
        raise NotEstimableError("no observations")
    times = _numbers(times, "time", times.size)
    events = _numbers(event, "event", times.size)
    if (times < 0).any():
        raise ValueError(f"times of 0 or more, not {times.min():g}")
    if not np.isin(events, (0, 1)).all():
        raise ValueError("events that are 0 or 1")
    if entry is None:
        return times, events, None
    entered = _numbers(entry, "entry", times.size)
    if (entered >= times).any():
        raise ValueError("entries before the end of each observation")
    return times, events, entered


def _numbers(values: ArrayLike, name: str, size: int) -> Array:
    found = np.asarray(values, float)
    if found.shape != (size,):
        raise ValueError(f"{size} times, but {found.size} of {name}")
    if not np.isfinite(found).all():
        raise ValueError(f"{name}: a number for each")
    return found
