"""From a cohort to a fitted model, or to the reason why none is fitted."""

from __future__ import annotations

import datetime
import math
import warnings
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import polars as pl

from gepnet import __version__
from gepnet.numbers import (
    Array,
    Bootstrap,
    calibration_curve,
    corrected_intercept,
    covariance,
    optimism,
    separated,
)
from gepnet.response.fit.cohort import Cohort
from gepnet.response.fit.spec import Predictor, Spec, Thresholds
from gepnet.response.fit.stored import Coefficient, CurveGroup, Performance, StoredModel
from gepnet.tables import Shown


@dataclass(frozen=True)
class Refusal:
    """Why nothing was fitted, with the counts that it rests on."""

    reason: str
    patients: int
    complete: int
    events: int
    parameters: int
    missing: dict[str, int]


@dataclass(frozen=True)
class Fitting:
    """What came of a cohort: a model or a refusal, what was not used, and the floor."""

    fitted_model: bool
    result: Annotated[StoredModel | Refusal, Shown(flat=True)]
    ignored_columns: tuple[str, ...]
    thresholds: Thresholds


@dataclass(frozen=True)
class Design:
    """Rows (K, P) with the intercept first; the term of each further column; what was left out."""

    rows: Array
    terms: tuple[tuple[Predictor, str, str], ...]
    levels: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]


def build_design(patterns: pl.DataFrame, spec: Spec) -> Design:
    """Return the design of patterns; levels that no patient has make no column and are named."""
    columns = [np.ones(len(patterns))]
    terms: list[tuple[Predictor, str, str]] = []
    levels: dict[str, tuple[str, ...]] = {}
    notes = []
    for predictor in spec.predictors:
        cells = patterns[predictor.column]
        there = set(cells.to_list())
        present = tuple(level for level in predictor.levels if level in there)
        levels[predictor.column] = present
        absent = [level for level in predictor.levels if level not in present]
        if absent:
            notes.append(f"{predictor.label}: no patient with {', '.join(absent)}")
        reference = predictor.reference if predictor.reference in present else present[0]
        if reference != predictor.reference:
            notes.append(f"{predictor.label}: compared with {reference} instead")
        for level in present:
            if level != reference:
                columns.append((cells == level).to_numpy().astype(float))
                terms.append((predictor, level, reference))
    return Design(np.column_stack(columns), tuple(terms), levels, tuple(notes))


def fit(
    cohort: Cohort,
    spec: Spec,
    seed: int = 1,
    resamples: int | None = None,
    today: datetime.date | None = None,
) -> StoredModel | Refusal:
    """Fit further response by Firth's penalised likelihood on the complete patients of a cohort.

    Args:
        cohort: as read.
        spec: predictors and thresholds.
        seed: of the bootstrap.
        resamples: of the bootstrap; by default as the specification says.
        today: date kept with the model.
    """
    parameters = len(spec.terms)
    if not len(cohort.patterns):
        return _refusal(cohort, parameters, "no patient has every value")
    design = build_design(cohort.patterns, spec)
    parameters = len(design.terms)
    reason = _too_few(cohort, parameters, spec)
    if reason is not None:
        return _refusal(cohort, parameters, reason)
    events = cohort.patterns["events"].to_numpy().astype(float)
    others = cohort.patterns["others"].to_numpy().astype(float)
    if np.linalg.matrix_rank(design.rows) < design.rows.shape[1]:
        return _refusal(cohort, parameters, "the predictors cannot be told apart in this cohort")
    beta, bounds, unfinished = _estimate(design.rows, events, others, spec.confidence)
    final = corrected_intercept(design.rows, events[None], others[None], beta[None])[0]
    spread = covariance(design.rows, events[None], others[None], beta[None])[0]
    apart = separated(design.rows, events, others, spec.separation_tolerance)
    boot = optimism(design.rows, events, others, resamples or spec.resamples, seed)
    curve = calibration_curve(
        design.rows @ final, events, others, spec.calibration_groups, spec.confidence
    )
    coefficients = tuple(
        _coefficient(term, place, design, events, others, beta, bounds, apart)
        for place, term in enumerate(design.terms, start=1)
    )
    names = ["intercept", *(f"{item.predictor} {item.level}" for item in coefficients)]
    separation = tuple(names[place] for place in apart)
    per = _rarer(cohort) / parameters
    notes = [*design.notes, *unfinished]
    if boot.used < boot.resamples:
        left = boot.resamples - boot.used
        notes.append(f"{left} of {boot.resamples} resamples lacked a level and were left out")
    return StoredModel(
        gepnet=__version__,
        fitted=str(today or datetime.date.today()),
        outcome=spec.outcome.label,
        data=cohort.data,
        levels=design.levels,
        intercept=float(final[0]),
        intercept_penalised=float(beta[0]),
        coefficients=coefficients,
        covariance=tuple(tuple(float(cell) for cell in row) for row in spread),
        confidence=spec.confidence,
        events_per_parameter=per,
        performance=_performance(boot),
        calibration=tuple(CurveGroup(**vars(group)) for group in curve),
        resamples=boot.resamples,
        resamples_used=boot.used,
        seed=seed,
        separation=separation,
        weaknesses=weaknesses(coefficients, separation, boot, cohort, per, spec),
        notes=tuple(notes),
    )


def _rarer(cohort: Cohort) -> int:
    return min(cohort.data.events, cohort.data.complete - cohort.data.events)


def _refusal(cohort: Cohort, parameters: int, reason: str) -> Refusal:
    data = cohort.data
    return Refusal(reason, data.patients, data.complete, data.events, parameters, data.missing)


def _too_few(cohort: Cohort, parameters: int, spec: Spec) -> str | None:
    rarer, limits = _rarer(cohort), spec.thresholds
    if not parameters:
        return "every patient has the same predictors"
    if rarer < limits.refuse_below_events:
        return (
            f"too few events: {rarer} patients with the rarer outcome, and nothing is fitted "
            f"below {limits.refuse_below_events}"
        )
    if rarer / parameters < limits.refuse_below_events_per_parameter:
        return (
            f"too few events for {parameters} parameters: {rarer / parameters:.1f} each, and "
            f"nothing is fitted below {limits.refuse_below_events_per_parameter:g}"
        )
    return None


def _estimate(
    rows: Array, events: Array, others: Array, confidence: float
) -> tuple[Array, Array, list[str]]:
    """Return coefficients (P,), profile bounds (P, 2) and the intervals that were not found."""
    from firthmodels import FirthLogisticRegression

    counts = np.concatenate([events, others]).astype(int)
    design = np.repeat(np.vstack([rows, rows]), counts, axis=0)[:, 1:]
    outcome = np.repeat([1, 0], [int(events.sum()), int(others.sum())])
    model = FirthLogisticRegression(
        backend="numpy", max_iter=200, gtol=1e-6, xtol=1e-6, max_halfstep=50
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(design, outcome)
        bounds = model.conf_int(alpha=1 - confidence, method="pl", max_iter=200)
    told = [str(item.message).split(" after")[0] for item in caught]
    beta = np.concatenate([[model.intercept_], model.coef_])
    return beta, np.roll(bounds, 1, axis=0), told


def _coefficient(
    term: tuple[Predictor, str, str],
    place: int,
    design: Design,
    events: Array,
    others: Array,
    beta: Array,
    bounds: Array,
    apart: tuple[int, ...],
) -> Coefficient:
    predictor, level, reference = term
    there = design.rows[:, place]
    low, high = (None if math.isnan(bound) else math.exp(bound) for bound in bounds[place])
    return Coefficient(
        predictor=predictor.column,
        level=level,
        reference=reference,
        patients=int((there * (events + others)).sum()),
        events=int((there * events).sum()),
        coefficient=float(beta[place]),
        odds_ratio=math.exp(beta[place]),
        low=low,
        high=high,
        separated=place in apart,
    )


def _performance(boot: Bootstrap) -> tuple[Performance, ...]:
    return tuple(
        Performance(
            measure=item.name,
            apparent=_finite(item.apparent),
            optimism=item.optimism,
            corrected=_finite(item.corrected),
            usable_resamples=item.usable,
        )
        for item in boot.measures
    )


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else number


def weaknesses(
    coefficients: tuple[Coefficient, ...],
    separation: tuple[str, ...],
    boot: Bootstrap,
    cohort: Cohort,
    per: float,
    spec: Spec,
) -> tuple[str, ...]:
    """Say in words what makes a model weak, by the thresholds of the specification."""
    limits = spec.thresholds
    found = []
    if cohort.data.made_up:
        found.append("fitted on a made-up cohort: it says nothing of any patient")
    if per < limits.weak_below_events_per_parameter:
        found.append(
            f"{per:.1f} events per parameter ({cohort.data.complete} complete patients); fewer "
            f"than {limits.weak_below_events_per_parameter:g} are customarily called too few"
        )
    for item in coefficients:
        name = item.label
        if item.low is None or item.high is None:
            found.append(f"{name}: no full interval could be found")
        elif item.high / item.low > limits.weak_above_odds_ratio_factor:
            found.append(
                f"{name}: odds ratio anywhere from {item.low:.2g} to {item.high:.3g}, "
                f"a factor of {item.high / item.low:.0f}"
            )
    if separation:
        found.append(f"separation in {', '.join(separation)}: finite only by the penalty")
    slope = next(item for item in boot.measures if item.name == "slope")
    if slope.corrected is None:
        found.append("calibration slope could not be corrected for optimism")
    elif abs(1 - slope.corrected) > limits.weak_above_slope_gap:
        found.append(
            f"calibration slope {slope.corrected:.2f} after correction for optimism: "
            f"predictions are too {'extreme' if slope.corrected < 1 else 'timid'}"
        )
    return tuple(found)
