"""The file of a scenario: who is simulated, on which lines, and where each number comes from.

Every number is an ``Input``. It was published (``source``, with how far that was verified) or it is
somebody's ``assumption``, in words; a number without either is refused, and so is a line of which a
number is missing. Nothing is assumed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator

from gepnet.knowledge.shapes import Checked, FactId, Id, OptionId, Strict, Verification

Distribution = Literal["exponential", "weibull", "lognormal", "loglogistic"]


class Given(Checked):
    """What is read in a source, or assumed."""

    source: str | None = None
    locator: str | None = None
    verification: Verification | None = None
    assumption: str | None = None
    note: str | None = None

    @property
    def origin(self) -> str:
        """The source, or the assumption in words."""
        return self.source or f"assumption: {self.assumption}"


class Input(Given):
    """One number with its uncertainty and its origin.

    Attributes:
        value: the number.
        low: of its interval at ``level`` percent, with ``high``.
        se: its standard error, instead of an interval.
        events: of ``of`` patients: for a share, or, for a median, the events behind it.
        source: key of a source of the scenario.
        verification: how far the figure was checked against that source.
        assumption: why somebody takes this number, where none was published.
    """

    value: float
    low: float | None = None
    high: float | None = None
    level: float = 95.0
    se: float | None = None
    events: float | None = None
    of: float | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        bounds = (self.low is None, self.high is None)
        told = "a source, or an assumption in words: no number is taken in silence"
        yield self.source is None and self.assumption is None, told
        yield self.source is not None and self.assumption is not None, "a source or an assumption"
        unmarked = self.source is not None and self.verification is None
        yield unmarked, "verification: primary, secondary or unverified"
        yield bounds[0] != bounds[1], "both ends of the interval, low and high"
        if self.low is not None and self.high is not None:
            yield not self.low <= self.value <= self.high, "a value between low and high"
            yield self.low == self.high, "an interval with two ends"
        yield self.se is not None and self.se <= 0, "a standard error above 0"
        yield self.of is not None and self.events is None, "events with of"
        if self.of is not None and self.events is not None:
            yield not 0 <= self.events <= self.of, "events between 0 and of"
        yield not 50 < self.level < 100, "a level between 50 and 100"


class Landmark(Strict):
    """The share of patients without the event at a time."""

    months: float
    share: Input


class Modifier(Strict):
    """A hazard ratio for the patients of whom a criterion is true, of those it is known of."""

    when: str
    ratio: Input


class Time(Checked):
    """How long something lasts: a distribution with its median, or relative to another line."""

    distribution: Distribution = "exponential"
    median_months: Input | None = None
    rate_at: tuple[Landmark, ...] = ()
    shape: Input | None = None
    relative_to: Id | None = None
    hazard_ratio: Input | None = None
    follow_up_months: Input | None = None
    modifiers: tuple[Modifier, ...] = ()

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        given = [bool(self.median_months), bool(self.rate_at), self.relative_to is not None]
        told = "one of median_months, rate_at, and relative_to with hazard_ratio"
        yield sum(given) != 1, told
        relative = self.relative_to is not None
        yield relative != (self.hazard_ratio is not None), "relative_to with hazard_ratio"
        shaped = self.distribution != "exponential"
        two = len(self.rate_at) == 2 and self.distribution == "weibull"
        needs = shaped and not relative and not two
        yield needs and self.shape is None, f"shape, which {self.distribution} needs"
        yield self.shape is not None and not needs, "no shape"
        yield len(self.rate_at) > 2, "one or two rates"
        alone = len(self.rate_at) == 2 and self.distribution != "weibull"
        yield alone, "two rates for weibull only"
        median = self.median_months
        yield median is not None and median.value <= 0, "a median above 0"
        ratio = self.hazard_ratio
        yield ratio is not None and ratio.value <= 0, "a hazard ratio above 0"
        shape = self.shape
        yield shape is not None and shape.value <= 0, "a shape above 0"
        for point in self.rate_at:
            within = 0 < point.share.value < 1 and point.months > 0
            yield not within, "a share between 0 and 1, at months above 0"


class Change(Checked):
    """What the end of a line changes in a fact of those who had it."""

    fact: FactId
    add: Input | None = None
    multiply: Input | None = None
    per_month: Input | None = None
    becomes: str | bool | None = None
    share: Input | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        ways = [self.add, self.multiply, self.per_month, self.becomes]
        given = sum(way is not None for way in ways)
        yield given != 1, "one of add, multiply, per_month and becomes"
        yield self.share is not None and self.becomes is None, "share with becomes"


class Toxicity(Strict):
    """An adverse event of a line: how many have it, and what it takes from them."""

    id: Id
    label: str
    probability: Input
    qaly_loss: Input | None = None
    cost_item: str | None = None


class LateEvent(Strict):
    """What may follow a line much later and ends all treatment, such as a myeloid neoplasm."""

    id: Id
    label: str
    probability: Input
    onset_months: Input
    survival: Time
    utility: Input | None = None


class Doses(Strict):
    """Doses that are given as long as the line lasts, at most ``number``."""

    number: int
    every_months: Input


class Cost(Strict):
    """An item of the table of costs, paid for each dose, each month, or once."""

    item: str
    per: Literal["dose", "month", "once"]
    times: float = 1


class Line(Checked):
    """One line of treatment.

    Attributes:
        options: therapies of the vocabulary that it is: they make facts such as
            ``received_prrt`` and ``progressed_on_prrt`` along the way.
        eligible: a criterion over the facts of a patient; who does not meet it, or of whom it is
            not known, goes on to the next line.
        eligible_because: why just this criterion.
        time: from the start of the line to progression or death.
        death_share: the share of those ends that are deaths.
    """

    id: Id
    label: str
    options: tuple[OptionId, ...] = ()
    eligible: str | None = None
    eligible_because: str | None = None
    time: Time
    death_share: Input
    utility: Input | None = None
    doses: Doses | None = None
    costs: tuple[Cost, ...] = ()
    toxicities: tuple[Toxicity, ...] = ()
    late_events: tuple[LateEvent, ...] = ()
    changes: tuple[Change, ...] = ()

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        by_dose = any(cost.per == "dose" for cost in self.costs)
        yield by_dose and self.doses is None, "doses, which a cost for each dose needs"
        bare = self.eligible is not None and self.eligible_because is None
        yield bare, "eligible_because: why just this criterion"
        yield not 0 <= self.death_share.value <= 1, "a death_share from 0 to 1"


class After(Strict):
    """When no line is left: the time to death, and what it is worth and costs."""

    label: str = "After the last line"
    survival: Time
    utility: Input | None = None
    costs: tuple[Cost, ...] = ()


class PopulationFact(Given):
    """How a fact is spread over the patients: one value, shares of values, or a distribution."""

    fact: FactId
    value: str | bool | float | None = None
    shares: dict[str, float] | None = None
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    unknown_share: float = 0

    @field_validator("shares", mode="before")
    @classmethod
    def _as_words(cls, value: object) -> object:
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        normal = self.mean is not None
        told = "one of value, shares, and mean with sd"
        yield sum([self.value is not None, self.shares is not None, normal]) != 1, told
        yield normal != (self.sd is not None), "mean with sd"
        yield self.sd is not None and self.sd <= 0, "a standard deviation above 0"
        if self.shares is not None:
            total = sum(self.shares.values())
            yield abs(total - 1) > 1e-6, f"shares that add up to 1, not {total:g}"
            yield any(share < 0 for share in self.shares.values()), "shares from 0 to 1"
        yield (self.source is None) == (self.assumption is None), "a source or an assumption"
        unmarked = self.source is not None and self.verification is None
        yield unmarked, "verification: primary, secondary or unverified"
        yield not 0 <= self.unknown_share <= 1, "an unknown_share from 0 to 1"
        ends = (self.low, self.high)
        if ends[0] is not None and ends[1] is not None:
            yield ends[0] >= ends[1], "low below high"


class Population(Strict):
    """Whom the patients are like."""

    label: str
    facts: tuple[PopulationFact, ...] = ()


class Mortality(Checked):
    """Yearly probability of death from other causes by age, in steps; needs the fact age_years."""

    rows: tuple[tuple[float, float], ...]
    source: str
    verification: Verification

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what does not go together."""
        ages = [age for age, _ in self.rows]
        yield not self.rows or ages != sorted(set(ages)), "ages in order"
        yield any(not 0 <= p < 1 for _, p in self.rows), "probabilities from 0 to 1"


class Discount(Strict):
    """Rates a year."""

    costs_per_year: Input
    effects_per_year: Input


class Strategy(Strict):
    """Lines in the order in which they are offered."""

    id: Id
    label: str
    lines: tuple[Id, ...]


class Published(Strict):
    """A published figure that a run is held beside: nothing is fitted to it."""

    label: str
    strategy: Id
    median_survival_months: Input


class ScenarioSource(Strict):
    """Where figures of the scenario were read."""

    title: str
    url: str | None = None
    note: str | None = None


class Scenario(Strict):
    """A whole scenario."""

    id: Id
    title: str
    note: str | None = None
    horizon_years: float
    population: Population
    lines: tuple[Line, ...]
    after: After
    strategies: tuple[Strategy, ...]
    discount: Discount | None = None
    background_mortality: Mortality | None = None
    published: tuple[Published, ...] = ()
    structure: tuple[str, ...] = ()
    sources: dict[str, ScenarioSource] = Field(default_factory=dict)

    def line(self, name: str) -> Line:
        """Return a line by its id."""
        return next(line for line in self.lines if line.id == name)
