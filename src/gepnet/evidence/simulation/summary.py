"""From the tallies of a run to what is told of it."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from gepnet.evidence.simulation.costs import Price, items_of
from gepnet.evidence.simulation.engine import MONTHS, Model
from gepnet.evidence.simulation.read import Read
from gepnet.evidence.simulation.result import (
    Acceptability,
    Calibration,
    Curves,
    Estimate,
    Increment,
    LineResult,
    Simulation,
    StrategyResult,
)
from gepnet.evidence.simulation.scenario import Input, Scenario, Strategy
from gepnet.evidence.simulation.tally import COARSE, FINE, GRID, Tally
from gepnet.numbers.economics import acceptability, icer
from gepnet.numbers.linear import Array

if TYPE_CHECKING:
    from gepnet.evidence.simulation.run import Size

_YEARS = (1, 2, 3, 5, 10, 15, 20)
#: What every run assumes, whatever the scenario.
STRUCTURE = (
    "how long a patient stays on a line depends on the line and on the patient's facts, not on how "
    "long earlier lines lasted",
    "a published time to progression or death holds for whoever begins the line here, whatever was "
    "given before, unless a modifier of the scenario says otherwise",
    "no time passes between the end of a line and the start of the next",
    "parameters are drawn independently of each other",
    "curves go on as their distribution does beyond the follow-up of their source",
)


def summary(
    read: Read,
    model: Model,
    size: Size,
    tallies: dict[str, Tally],
    prices: tuple[Price, ...],
    thresholds: tuple[float, ...],
) -> Simulation:
    """Return what the tallies of all strategies say."""
    scenario = read.scenario
    no_utility = _without_utility(scenario)
    strategies = tuple(
        _strategy(model, one, tallies[one.id], size, not no_utility, bool(prices))
        for one in scenario.strategies
    )
    not_computed = []
    if no_utility:
        listed = ", ".join(no_utility)
        not_computed.append(f"quality-adjusted years: no utility is given for {listed}")
    if not prices:
        items = items_of(scenario)
        told = f" (items: {', '.join(items)})" if items else ": the scenario names no costs"
        not_computed.append(f"costs: no table of costs was given{told}")
    if scenario.discount is None:
        not_computed.append("discounted results are as the plain ones: no rates are given")
    with_both = prices and not no_utility
    return Simulation(
        scenario=scenario.id,
        title=scenario.title,
        patients=size.patients,
        draws=size.draws,
        seed=size.seed,
        horizon_years=scenario.horizon_years,
        country=prices[0].country if prices else None,
        currency=prices[0].currency if prices else None,
        strategies=strategies,
        increments=tuple(_increment(strategies[0], one) for one in strategies[1:]),
        acceptability=_acceptability(strategies, thresholds) if with_both and thresholds else None,
        calibration=tuple(_calibration(scenario, strategies)),
        assumptions=(
            *scenario.structure,
            *STRUCTURE,
            *_assumptions(read),
            *(f"costs.{p.item}: {p.source}" for p in prices if p.verification == "assumption"),
        ),
        held_fixed=(
            *(one.place for one in read.inputs if one.is_fixed and _matters(one.place)),
            *(f"costs.{price.item}" for price in prices if price.se is None),
        ),
        not_computed=tuple(not_computed),
        states=labels(scenario),
        inputs=tuple(read.inputs),
        prices=prices,
        sources={key: one.title for key, one in scenario.sources.items()},
    )


def _matters(place: str) -> bool:
    """Whether an input enters the results: follow-up and published figures only stand beside."""
    return not (place.endswith("follow_up_months") or place.startswith("published."))


def labels(scenario: Scenario) -> dict[str, str]:
    """Return the label of each state."""
    found = {line.id: line.label for line in scenario.lines}
    found["after"] = scenario.after.label
    found |= {late.id: late.label for line in scenario.lines for late in line.late_events}
    return found


def _without_utility(scenario: Scenario) -> list[str]:
    used = {name for one in scenario.strategies for name in one.lines}
    lines = [line for line in scenario.lines if line.id in used]
    found = [line.id for line in lines if line.utility is None]
    found += [] if scenario.after.utility is not None else ["after"]
    found += [late.id for line in lines for late in line.late_events if late.utility is None]
    return list(dict.fromkeys(found))


def _without_follow_up(scenario: Scenario, strategy: Strategy) -> tuple[str, ...]:
    lines = [scenario.line(name) for name in strategy.lines]
    found = [line.label for line in lines if line.time.follow_up_months is None]
    if scenario.after.survival.follow_up_months is None:
        found.append(scenario.after.label)
    return tuple(found)


def _assumptions(read: Read) -> list[str]:
    told = [
        f"{one.place} = {one.input.value:g}: {one.input.assumption}"
        for one in read.inputs
        if one.input.assumption
    ]
    told += [
        f"population, {item.fact}: {item.assumption}"
        for item in read.scenario.population.facts
        if item.assumption
    ]
    for line in read.scenario.lines:
        if line.eligible:
            told.append(f"who may begin {line.id}: {line.eligible} ({line.eligible_because})")
        if line.time.relative_to is None:
            told.append(f"lines.{line.id}.time: {line.time.distribution} distribution")
    told.append(f"after.survival: {read.scenario.after.survival.distribution} distribution")
    return told


def estimate(values: Array, patients: int) -> Estimate:
    """Return the mean over draws (d,) with its interval over them."""
    low, high = np.quantile(values, (0.025, 0.975)) if len(values) > 1 else (np.nan, np.nan)
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else float("nan")
    return Estimate(float(values.mean()), float(low), float(high), error)


def _strategy(
    model: Model, strategy: Strategy, tally: Tally, size: Size, qalys: bool, costs: bool
) -> StrategyResult:
    n = size.patients
    totals = {name: values / n for name, values in tally.totals.items()}
    draws = {
        "life_years": totals["life_months"] / MONTHS,
        "life_years_discounted": totals["life_months_discounted"] / MONTHS,
        "qalys": totals["qaly_months"] / MONTHS,
        "qalys_discounted": totals["qaly_months_discounted"] / MONTHS,
        "cost": totals["cost"],
        "cost_discounted": totals["cost_discounted"],
    }
    found = {name: estimate(values, n) for name, values in draws.items()}
    curves = _curves(model, tally, n * size.draws)
    mostly = np.flatnonzero(curves.extrapolated > 0.5)
    life = tally.totals["life_months"].sum()
    past = tally.totals["extrapolated_months"].sum()
    return StrategyResult(
        id=strategy.id,
        label=strategy.label,
        life_years=found["life_years"],
        life_years_discounted=found["life_years_discounted"],
        qalys=found["qalys"] if qalys else None,
        qalys_discounted=found["qalys_discounted"] if qalys else None,
        cost=found["cost"] if costs else None,
        cost_discounted=found["cost_discounted"] if costs else None,
        median_survival_months=_median(tally.dead_fine, n * size.draws),
        survival_at_years={
            str(year): float(curves.survival[int(year * MONTHS / GRID)])
            for year in _YEARS
            if year * MONTHS < model.horizon
        },
        alive_at_horizon=float(tally.still.sum() / (n * size.draws)),
        extrapolated_share=float(past / life) if life else 0.0,
        follow_up_not_given=_without_follow_up(model.scenario, strategy),
        mostly_extrapolated_from_months=float(curves.months[mostly[0]]) if len(mostly) else None,
        lines=tuple(_line(model, name, tally, n * size.draws) for name in strategy.lines),
        toxicity={name: float(v.sum() / (n * size.draws)) for name, v in tally.toxic.items()},
        costs_by_item={name: float(v.sum() / (n * size.draws)) for name, v in tally.items.items()},
        curves=curves,
        draws=draws,
    )


def _line(model: Model, name: str, tally: Tally, rows: int) -> LineResult:
    line = model.scenario.line(name)
    ends = tally.ends.get(name)
    began = float(tally.began[name].sum())
    published = line.time.median_months
    known = line.time.follow_up_months
    return LineResult(
        line=name,
        label=line.label,
        reached=float(tally.reached[name].sum()) / rows,
        began=began / rows,
        unknown=float(tally.open[name].sum()) / rows,
        months=float(tally.months[name].sum()) / began if began else 0.0,
        median_months=None if ends is None else _censored_median(ends),
        published_median=None if published is None else published.value,
        published_low=None if published is None else published.low,
        published_high=None if published is None else published.high,
        follow_up_months=None if known is None else known.value,
    )


def _median(events: Array, rows: int) -> float | None:
    """Return the median of times counted in fine bins; None if fewer than half have the event."""
    reached = np.flatnonzero(np.cumsum(events) >= rows / 2)
    return float((reached[0] + 0.5) / FINE) if len(reached) else None


def _censored_median(ends: Array) -> float | None:
    """Return the Kaplan-Meier median of times that ended by themselves or were cut off."""
    whole, cut = ends
    leaving = whole + cut
    at_risk = leaving.sum() - np.concatenate([[0.0], np.cumsum(leaving)[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(at_risk > 0, 1 - whole / at_risk, 1.0)
    reached = np.flatnonzero(np.cumprod(stays) <= 0.5)
    return float((reached[0] + 0.5) / FINE) if len(reached) else None


def _curves(model: Model, tally: Tally, rows: int) -> Curves:
    months = np.arange(tally.grid) * GRID
    inside = months < model.horizon
    states = {name: values[inside] / rows for name, values in tally.occupied.items()}
    survival = np.sum(list(states.values()), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(survival > 0, tally.extrapolated[inside] / rows / survival, 0.0)
    coarse = np.arange(tally.coarse) * COARSE
    kept = coarse < model.horizon
    patients = rows / tally.draws
    alive = 1 - np.cumsum(tally.dead, axis=1) / patients
    low, high = np.quantile(alive[:, kept], (0.025, 0.975), axis=0)
    survival, low, high = (np.asarray(v, float) for v in (survival, low, high))
    return Curves(
        np.asarray(months[inside], float),
        states,
        survival,
        share,
        np.asarray(coarse[kept], float),
        low,
        high,
    )


def _increment(first: StrategyResult, one: StrategyResult) -> Increment:
    def more(name: str) -> Estimate:
        return estimate(one.draws[name] - first.draws[name], 1)

    life = more("life_years_discounted")
    qalys = more("qalys_discounted") if one.qalys is not None else None
    cost = more("cost_discounted") if one.cost is not None else None
    ratio, told = None, ""
    if qalys is not None and cost is not None:
        ratio = icer(cost.mean, qalys.mean)
        if ratio is None:
            told = "more effect at less cost" if qalys.mean > 0 else "less effect at more cost"
        elif qalys.mean < 0:
            told = "saved for each QALY that is lost"
        else:
            told = "for each QALY that is gained"
    return Increment(one.id, first.id, life, qalys, cost, ratio, told)


def _acceptability(
    strategies: tuple[StrategyResult, ...], thresholds: tuple[float, ...]
) -> Acceptability:
    costs = np.array([one.draws["cost_discounted"] for one in strategies])
    effects = np.array([one.draws["qalys_discounted"] for one in strategies])
    shares = acceptability(costs, effects, thresholds)
    named = zip(strategies, shares, strict=True)
    return Acceptability(thresholds, {one.id: tuple(row.tolist()) for one, row in named})


def _calibration(scenario: Scenario, strategies: tuple[StrategyResult, ...]) -> list[Calibration]:
    found = []
    lines = {line.line: line for one in reversed(strategies) for line in reversed(one.lines)}
    for name, line in reversed(lines.items()):
        told = scenario.line(name).time.median_months
        if told is None or told.source is None:
            continue
        found.append(_beside(f"median on {line.label}", told, line.median_months))
    by_id = {one.id: one for one in strategies}
    for item in scenario.published:
        simulated = by_id[item.strategy].median_survival_months
        found.append(_beside(item.label, item.median_survival_months, simulated))
    return found


def _beside(label: str, told: Input, simulated: float | None) -> Calibration:
    low, high, inside = told.low, told.high, None
    if low is not None and high is not None and simulated is not None:
        inside = low <= simulated <= high
    return Calibration(label, told.value, low, high, simulated, told.origin, inside)
