"""Groups compared: the log-rank test and the Cox model, by lifelines."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array
from gepnet.numbers.survival.observed import (
    CONFIDENCE,
    ChiSquared,
    NotEstimableError,
    normal,
    numbers,
    observed,
)
from gepnet.numbers.survival.proportional import proportionality


def log_rank(time: ArrayLike, event: ArrayLike, group: Sequence[object]) -> ChiSquared:
    """Return the log-rank test that two or more groups have the same hazard.

    Raises:
        NotEstimableError: with fewer than two groups, or without an event.
    """
    times, events, _ = observed(time, event, None)
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
    times, events, entered = observed(time, event, entry)
    columns = {name: numbers(values, name, times.size) for name, values in covariates.items()}
    if not columns:
        raise ValueError("at least one covariate")
    if not events.any():
        raise NotEstimableError("no event was seen")
    for name, values in columns.items():
        if np.ptp(values) == 0:
            raise NotEstimableError(f"{name} is {values[0]:g} in all")
    layers = _layers(strata, times.size)
    fitted = _fit(times, events, columns, layers, entered)
    z = normal(confidence)
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
    each, together = proportionality(
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


def _layers(strata: Sequence[object] | None, size: int) -> Array:
    if strata is None:
        return np.zeros(size)
    if len(strata) != size:
        raise ValueError(f"{size} times, but {len(strata)} strata")
    known = {name: place for place, name in enumerate(dict.fromkeys(map(str, strata)))}
    return np.array([known[str(one)] for one in strata], float)
