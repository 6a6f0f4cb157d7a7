"""What a simulation found, with everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gepnet.evidence.simulation.costs import Price
from gepnet.evidence.simulation.inputs import Placed
from gepnet.numbers.linear import Array
from gepnet.tables import Shown


@dataclass(frozen=True)
class Estimate:
    """A mean over draws and patients, with the 95 % interval over the draws of the parameters.

    ``monte_carlo_error`` is how far the mean may be off for want of more draws and patients.
    """

    mean: float
    low: float
    high: float
    monte_carlo_error: float


@dataclass(frozen=True)
class LineResult:
    """What became of one line of a strategy; shares are of all patients.

    Attributes:
        reached: who came to it alive.
        began: who was eligible and began it.
        unknown: of whom it is not known whether they are eligible; they did not begin it.
        median_months: simulated time on it, of those who began it.
        published_median: with its interval, if there is one.
        beyond_follow_up: the share of the time on it that lies beyond the follow-up of its source;
            None if the follow-up is not given.
    """

    line: str
    label: str
    reached: float
    began: float
    unknown: float
    months: float
    median_months: float | None
    published_median: float | None
    published_low: float | None
    published_high: float | None
    follow_up_months: float | None


@dataclass(frozen=True)
class Curves:
    """Where patients are at each month: shares by state, survival with its interval.

    Attributes:
        months: places of ``states``, ``survival`` and ``extrapolated``.
        states: share of all patients in each state.
        extrapolated: share of those alive whose time in their state lies beyond the follow-up of
            its source.
        coarse_months: places of the interval of survival over the draws.
    """

    months: Array
    states: dict[str, Array]
    survival: Array
    extrapolated: Array
    coarse_months: Array
    survival_low: Array
    survival_high: Array


@dataclass(frozen=True)
class StrategyResult:
    """One strategy; ``draws`` hold what each draw of the parameters gave, a patient on average.

    ``extrapolated_share`` is the share of all life years beyond the follow-up of their source; of
    the states in ``follow_up_not_given`` no follow-up is known, and none of it is counted.
    """

    id: str
    label: str
    life_years: Estimate
    life_years_discounted: Estimate
    qalys: Estimate | None
    qalys_discounted: Estimate | None
    cost: Estimate | None
    cost_discounted: Estimate | None
    median_survival_months: float | None
    survival_at_years: dict[str, float]
    alive_at_horizon: float
    extrapolated_share: float
    follow_up_not_given: tuple[str, ...]
    mostly_extrapolated_from_months: float | None
    lines: tuple[LineResult, ...]
    toxicity: dict[str, float]
    costs_by_item: dict[str, float]
    curves: Annotated[Curves, Shown(detail=True)]
    draws: Annotated[dict[str, Array], Shown(hidden=True)]


@dataclass(frozen=True)
class Increment:
    """A strategy against the first; what more it brings and costs, discounted."""

    strategy: str
    against: str
    life_years: Estimate
    qalys: Estimate | None
    cost: Estimate | None
    icer: float | None
    told: str


@dataclass(frozen=True)
class Acceptability:
    """How often each strategy has the greatest net benefit, by what a QALY may cost."""

    thresholds: tuple[float, ...]
    shares: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Calibration:
    """A published figure beside the simulated one; nothing was fitted to it."""

    label: str
    published: float
    published_low: float | None
    published_high: float | None
    simulated: float | None
    source: str
    inside: bool | None


@dataclass(frozen=True)
class Simulation:
    """A run of a scenario.

    Attributes:
        inputs: every number with its origin.
        assumptions: what was assumed, by the scenario and by the model, in words.
        held_fixed: inputs of which no uncertainty was published.
        not_computed: what could not be worked out, and which input it would take.
        states: labels of the states.
    """

    scenario: str
    title: str
    patients: int
    draws: int
    seed: int
    horizon_years: float
    country: str | None
    currency: str | None
    strategies: tuple[StrategyResult, ...]
    increments: tuple[Increment, ...]
    acceptability: Acceptability | None
    calibration: tuple[Calibration, ...]
    assumptions: tuple[str, ...]
    held_fixed: tuple[str, ...]
    not_computed: tuple[str, ...]
    states: dict[str, str]
    inputs: Annotated[tuple[Placed, ...], Shown(detail=True)]
    prices: tuple[Price, ...]
    sources: dict[str, str]
