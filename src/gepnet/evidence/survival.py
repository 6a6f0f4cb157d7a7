"""Arms compared: curves, medians, landmark rates, restricted means, hazard ratios, their check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from gepnet.evidence.observations import Observations
from gepnet.knowledge import refuse
from gepnet.numbers import (
    Curve,
    Estimate,
    NotEstimableError,
    cox,
    follow_up,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)
from gepnet.tables import Shown

#: Below this probability the ratio is said to change with time; the usual level, no limit of care.
_LEVEL = 0.05


@dataclass(frozen=True)
class Interval:
    """A value with its interval; None is what cannot be told, with ``why`` where it is known."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: Annotated[str | None, Shown(optional=True)] = None

    @classmethod
    def of(cls, estimate: Estimate, why: str | None = None) -> Interval:
        """Return an estimate as data; ``why`` is told if it has no value."""
        return cls(*estimate, why if estimate.value is None else None)


@dataclass(frozen=True)
class Landmark:
    """How many are without the event at a time."""

    time: float
    survival: Interval
    at_risk: int


@dataclass(frozen=True)
class Step:
    """A curve from a time on, how many were at risk before it, and what happened at it."""

    time: float
    survival: float
    low: float
    high: float
    at_risk: int
    events: int
    censored: int


@dataclass(frozen=True)
class Arm:
    """One arm: what was observed, and what follows from it."""

    arm: str
    patients: int
    events: int
    median: Interval
    median_follow_up: Interval
    longest_observation: float
    landmarks: tuple[Landmark, ...]
    restricted_mean: Interval
    curve: Annotated[tuple[Step, ...], Shown(detail=True)]
    kept: Annotated[Curve, Shown(hidden=True)] = field(repr=False)


@dataclass(frozen=True)
class Against:
    """One arm against the reference."""

    arm: str
    reference: str
    hazard_ratio: Interval
    p: float | None
    proportional_p: float | None
    restricted_mean_difference: Interval


@dataclass(frozen=True)
class Survival:
    """Arms of one table compared; times are in ``unit``.

    Attributes:
        title: of what.
        unit: of all times.
        reference: the arm that the others are compared with.
        horizon: up to which restricted means count.
        arms: in the order of the table, the reference last.
        against: each arm against the reference.
        log_rank_p: that all arms have the same hazard; None where it cannot be told.
        notes: what a reader has to know of the numbers.
    """

    title: str
    unit: str
    confidence: float
    reference: str | None
    horizon: float
    arms: tuple[Arm, ...]
    against: tuple[Against, ...]
    log_rank_p: float | None
    notes: tuple[str, ...]


def survival_of(
    observed: Observations,
    reference: str | None = None,
    landmarks: Sequence[float] = (),
    horizon: float | None = None,
    confidence: float = 0.95,
) -> Survival:
    """Return the arms of some observations compared.

    Args:
        observed: the observations.
        reference: the arm to compare with; by default the last of the table.
        landmarks: times at which survival is told.
        horizon: of restricted means; by default the shortest of the arms' longest observations,
            as no curve is known beyond its own.
        confidence: of every interval.

    Raises:
        InputError: for an arm that is not there, a horizon beyond the observations, or a landmark
            before 0.
    """
    names = observed.arms
    if reference is not None and reference not in names:
        raise refuse("reference", reference, f"one of the arms {', '.join(names)}", names)
    base = reference or (names[-1] if len(names) > 1 else None)
    ordered = [name for name in names if name != base] + ([base] if base else [])
    curves = {n: kaplan_meier(*observed.of(n), confidence=confidence) for n in ordered}
    # A curve that has come down to 0 is known for ever.
    known = [c.end for c in curves.values() if c.survival[-1] > 0]
    longest = min(known) if known else max(c.end for c in curves.values())
    limit = longest if horizon is None else horizon
    if limit <= 0 or (limit > longest and known):
        expected = f"above 0 and up to {longest:g}, where the shortest curve ends"
        raise refuse("horizon", f"{limit:g}", expected)
    if any(time < 0 for time in landmarks):
        raise refuse("landmark", f"{min(landmarks):g}", "a time of 0 or more")
    arms = tuple(
        _arm(name, observed, curves[name], landmarks, limit, confidence) for name in ordered
    )
    against = tuple(
        _against(name, base, observed, curves, limit, confidence)
        for name in ordered
        if base is not None and name != base
    )
    try:
        tested = log_rank(observed.time, observed.event, observed.arm).p
    except NotEstimableError:
        tested = None
    notes = tuple(_notes(observed, against, horizon is None, limit))
    return Survival(
        observed.title, observed.unit, confidence, base, limit, arms, against, tested, notes
    )


def _arm(
    name: str,
    observed: Observations,
    curve: Curve,
    landmarks: Sequence[float],
    horizon: float,
    confidence: float,
) -> Arm:
    rates = tuple(
        Landmark(
            time,
            Interval.of(curve.at(time), f"nobody was observed beyond {curve.end:g}"),
            curve.number_at_risk([time])[0],
        )
        for time in landmarks
    )
    shares = zip(curve.times, curve.survival, curve.low, curve.high, strict=True)
    counts = zip(curve.at_risk, curve.events, curve.censored, strict=True)
    steps = tuple(
        Step(float(time), float(share), float(low), float(high), *map(int, counted))
        for (time, share, low, high), counted in zip(shares, counts, strict=True)
    )
    return Arm(
        name,
        curve.size,
        curve.event_count,
        Interval.of(curve.median, "not reached"),
        Interval.of(follow_up(*observed.of(name)), "not reached"),
        curve.end,
        rates,
        Interval.of(restricted_mean(curve, horizon, confidence)[0]),
        steps,
        curve,
    )


def _against(
    name: str,
    base: str,
    observed: Observations,
    curves: dict[str, Curve],
    horizon: float,
    confidence: float,
) -> Against:
    places = [place for place, arm in enumerate(observed.arm) if arm in (name, base)]
    longer = restricted_mean_difference(curves[name], curves[base], horizon, confidence)
    try:
        model = cox(
            [observed.time[p] for p in places],
            [observed.event[p] for p in places],
            {name: [observed.arm[p] == name for p in places]},
            confidence=confidence,
        )
    except NotEstimableError as error:
        return Against(name, base, Interval(None, why=str(error)), None, None, Interval.of(longer))
    (term,) = model.terms
    return Against(
        name,
        base,
        Interval(term.ratio, term.low, term.high),
        term.p,
        model.proportional_all.p,
        Interval.of(longer),
    )


def _notes(
    observed: Observations, against: Sequence[Against], chosen: bool, horizon: float
) -> list[str]:
    found = []
    if observed.ignored:
        found.append(f"Columns left aside: {', '.join(observed.ignored)}.")
    if chosen:
        found.append(
            f"Restricted means count up to {horizon:g} {observed.unit}: as far as every curve goes."
        )
    for one in against:
        if one.proportional_p is not None and one.proportional_p < _LEVEL:
            found.append(
                f"The hazard ratio of {one.arm} against {one.reference} changes with time (test of "
                f"proportional hazards p = {one.proportional_p:.2g}): one ratio does not describe "
                "it; look at the restricted means and at the rates."
            )
        if one.hazard_ratio.why:
            found.append(f"No hazard ratio of {one.arm}: {one.hazard_ratio.why}.")
    return found
