"""Curves of a trial: its reconstruction where one comes with gepnet, else models of its medians."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files

from gepnet.evidence.figures import is_of_all
from gepnet.evidence.observations import Observations, read_observations
from gepnet.knowledge import refuse
from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import Figure, TrialMetric

_POINTS = 61
_BEYOND = 1.25  # how far past the follow-up, or past twice the longest median, a model is drawn
_MONTHS = {"months": 1.0, "years": 12.0}
_HALF = math.log(2)


@dataclass(frozen=True)
class ModelCurve:
    """A curve through published figures: no data, and drawn so that nobody takes it for any.

    Attributes:
        arm: id of the arm.
        label: its name.
        patients: of the arm.
        model: exponential, or Weibull where a rate is published beside the median.
        shape: of the Weibull; 1 for an exponential.
        scale_months: of the Weibull.
        through: the figures that it goes through.
        follow_up_months: up to where anybody was followed, if published; beyond it is extrapolated.
        points: time in months, and survival.
    """

    arm: str
    label: str
    patients: int | None
    model: str
    shape: float
    scale_months: float
    through: tuple[Figure, ...]
    follow_up_months: float | None
    points: tuple[tuple[float, float], ...]


def packaged(trial: Trial, endpoint: str) -> Observations | None:
    """Return the reconstruction of an endpoint that comes with gepnet, if there is one."""
    name = trial.curves.get(endpoint)
    if name is None:
        return None
    with as_file(files("gepnet.knowledge") / "trials" / "curves" / f"{name}.csv") as path:
        return read_observations(path, trial.name)


def models(
    trial: Trial, endpoint: str, metrics: Iterable[TrialMetric], unverified: bool = False
) -> tuple[ModelCurve, ...]:
    """Return a model curve for each arm of which a median or a rate is published.

    Args:
        trial: whose figures.
        endpoint: such as ``pfs``.
        metrics: of the knowledge.
        unverified: use unverified figures where there are no others.

    Raises:
        InputError: if no arm has one, naming the endpoints that the trial has curves of.
    """
    known = {metric.id: metric for metric in metrics}
    found = []
    follow = _follow_up(trial, endpoint)
    for arm in trial.arms:
        usable = [f for f in trial.figures if f.of == arm.id and is_of_all(f, unverified)]
        median = next(
            (f for f in usable if _is(known[f.metric], endpoint, "median") and f.value), None
        )
        rate = next(
            (f for f in usable if _is(known[f.metric], endpoint, "share") and f.months and f.value),
            None,
        )
        made = _model(median, rate, known)
        if made is not None:
            name, shape, scale, through = made
            found.append((arm, name, shape, scale, through))
    if not found:
        have = sorted(
            {known[f.metric].of for f in trial.figures if known[f.metric].kind == "median"}
        )
        expected = f"an endpoint of {trial.name} with a median: {', '.join(have) or 'none'}"
        raise refuse("endpoint", endpoint, expected, have)
    longest = max(
        max(scale * _HALF ** (1 / shape) for _, _, shape, scale, _ in found) * 2, follow or 0
    )
    end = _BEYOND * longest
    times = [end * place / (_POINTS - 1) for place in range(_POINTS)]
    return tuple(
        ModelCurve(
            arm.id,
            arm.label,
            arm.patients,
            name,
            shape,
            scale,
            through,
            follow,
            tuple((time, math.exp(-((time / scale) ** shape))) for time in times),
        )
        for arm, name, shape, scale, through in found
    )


def ratio_of(
    trial: Trial, endpoint: str, metrics: Iterable[TrialMetric], unverified: bool = False
) -> tuple[Figure, ...]:
    """Return the hazard ratios of an endpoint among all patients: several where they differ."""
    names = {metric.id for metric in metrics if _is(metric, endpoint, "ratio")}
    contrasts = {contrast.id for contrast in trial.contrasts}
    return tuple(
        f
        for f in trial.figures
        if f.metric in names
        and f.metric.endswith("_hr")
        and f.of in contrasts
        and is_of_all(f, unverified)
        and f.value is not None
    )


def _is(metric: TrialMetric, endpoint: str, kind: str) -> bool:
    return metric.of == endpoint and metric.kind == kind


def _follow_up(trial: Trial, endpoint: str) -> float | None:
    """Return a median follow-up: the longest for death, else the shortest that is told."""
    found = [
        float(f.value)
        for f in trial.figures
        if f.metric == "median_followup_months" and f.value and f.counts and f.subgroup is None
    ]
    if not found:
        return None
    return max(found) if endpoint == "os" else min(found)


def _model(
    median: Figure | None, rate: Figure | None, metrics: dict[str, TrialMetric]
) -> tuple[str, float, float, tuple[Figure, ...]] | None:
    """Return name, shape and scale of the curve through a median, a rate or both."""
    half = None
    if median is not None and median.value:
        half = float(median.value) * _MONTHS[metrics[median.metric].unit or "months"]
    share = None if rate is None or rate.value is None else float(rate.value) / 100
    at = None if rate is None or rate.months is None else float(rate.months)
    hazard = None if share is None or not 0 < share < 1 else -math.log(share)
    if half is not None and hazard is not None and at is not None and median is not None:
        assert rate is not None
        if at != half and (at > half) == (hazard > _HALF) and hazard != _HALF:
            shape = math.log(hazard / _HALF) / math.log(at / half)
            return "Weibull", shape, half / _HALF ** (1 / shape), (median, rate)
    if half is not None and median is not None:
        return "exponential", 1.0, half / _HALF, (median,)
    if hazard is not None and at is not None and rate is not None:
        return "exponential", 1.0, at / hazard, (rate,)
    return None
