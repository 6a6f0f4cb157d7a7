"""How long treatments held and patients lived: curves with numbers at risk, and a Cox model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import refuse
from gepnet.numbers.survival import cumulative_incidence
from gepnet.numbers.survival.observed import CONFIDENCE, normal
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.outcomes import Chosen, one_step, outcomes, stepped
from gepnet.registry.small import Smallness

#: Months at which numbers at risk stand below a curve.
GRID = (0, 12, 24, 36, 48, 60, 84)
_ROUNDS = 25
_NEAR = 1e-9


@dataclass(frozen=True)
class Point:
    """A step of a curve: the share without the event from then on, with its interval."""

    months: float
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One group: its curve, how many are at risk at each month of the grid, the median.

    Of a competing endpoint the curve is one less the cumulative incidence of the endpoint.
    """

    group: str
    treatments: int | None
    events: int | None
    competing: int | None
    median_months: float | None
    median_low: float | None
    median_high: float | None
    at_risk: tuple[int | None, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Term:
    """One term of the Cox model (Breslow's for ties)."""

    name: str
    ratio: float
    low: float
    high: float
    coefficient: float
    error: float


@dataclass(frozen=True)
class Survival(OfRegistry):
    """Curves by group, and the model."""

    endpoint: str
    by: str | None
    line: int | None
    landmark_months: float
    treatments: int
    grid_months: tuple[float, ...]
    curves: tuple[Curve, ...]
    terms: tuple[Term, ...]
    stratified_by: str | None
    note: str


def survival(
    base: KnowledgeBase,
    assessed: Assessed,
    chosen: Chosen,
    by_centre: bool = False,
    small: Smallness | None = None,
) -> Survival:
    """Return the curves of some treatments and, with covariates, their Cox model.

    Args:
        base: the knowledge.
        assessed: an assessment with the points ``treatments``.
        chosen: which treatments, which end, and what they are grouped and adjusted by.
        by_centre: let each centre have a baseline hazard of its own.
        small: which counts are hidden; a group of so few is left out.

    Raises:
        InputError: for another kind of assessment, no treatment, or a model that cannot be fitted.
    """
    small = small or Smallness()
    table = outcomes(base, assessed, chosen)
    if table.is_empty():
        raise refuse("treatments", "none", "at least one treatment of the kind that is asked for")
    parts = sorted(table.partition_by("group", as_dict=True).items())
    curves = [_curve(str(name), part, small) for (name,), part in parts]
    return Survival(
        *assessed.head,
        chosen.endpoint,
        chosen.by,
        chosen.line,
        chosen.landmark_months,
        len(table),
        GRID,
        tuple(one for one in curves if one.treatments is not None),
        _model(table, chosen.covariates, by_centre),
        "centre" if by_centre and chosen.covariates else None,
        "Groups and covariates are as known on the day before the treatment; nobody was allotted "
        "to a treatment, so differences are no effects.",
    )


def _curve(name: str, part: pl.DataFrame, small: Smallness) -> Curve:
    months, cause = part["months"].to_numpy(), part["cause"].to_numpy()
    found = cumulative_incidence(months, cause)
    shown = found.times <= GRID[-1]
    points = tuple(
        Point(float(t), float(1 - i), float(1 - high), float(1 - low))
        for t, i, low, high in zip(
            found.times[shown],
            found.incidence[shown],
            found.low[shown],
            found.high[shown],
            strict=True,
        )
    )
    median, earliest, latest = found.reached(0.5)
    return Curve(
        name,
        small.count(len(part)),
        small.count(int((cause == 1).sum())),
        small.count(int((cause == 2).sum())),
        median,
        earliest,
        latest,
        tuple(small.count(int((months >= month).sum())) for month in GRID),
        points,
    )


def _model(table: pl.DataFrame, names: tuple[str, ...], by_centre: bool) -> tuple[Term, ...]:
    if not names:
        return ()
    parts = table.partition_by("centre") if by_centre else [table]
    at = [0.0] * len(names)
    for _ in range(_ROUNDS):
        after, errors = stepped([one_step(part, names, at) for part in parts])
        moved = max(abs(new - old) for new, old in zip(after, at, strict=True))
        at = after
        if moved < _NEAR:
            break
        if not all(map(math.isfinite, at)) or max(map(abs, at)) > 1 / _NEAR:
            break
    else:
        moved = math.inf
    if not moved < _NEAR:
        told = "covariates that a model can tell apart (none collinear, none without an event)"
        raise refuse("covariate", ", ".join(names), told)
    z = normal(CONFIDENCE)
    return tuple(
        Term(name, math.exp(b), math.exp(b - z * s), math.exp(b + z * s), b, s)
        for name, b, s in zip(names, at, errors, strict=True)
    )
