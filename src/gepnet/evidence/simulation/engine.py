"""A block of simulated patients: from line to line until death or the horizon, as arrays.

Semi-Markov: how long a patient stays on a line depends on the line, on the draw of its parameters
and on the facts of the patient, and not on how long earlier lines lasted. Each patient of each draw
is one row; nothing loops over patients. The random numbers of a block follow from the seed and the
number of the block alone, and each line of a strategy takes as many as there are rows, dead or
alive: so strategies are compared on the same luck, and results do not hang on who works.

Rows are single-precision numbers: a month to seven figures is finer than a minute, and half the
memory is twice the speed. Sums of each draw are added up in double precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gepnet.evidence.simulation.eligibility import Eligibility, changed, coded
from gepnet.evidence.simulation.inputs import Draws
from gepnet.evidence.simulation.scenario import Cost, Line, Scenario, Strategy
from gepnet.evidence.simulation.tally import Tally
from gepnet.evidence.simulation.times import (
    LN2,
    REAL,
    Duration,
    Rows,
    duration,
    exponential,
    uniform,
)
from gepnet.numbers.linear import Array

_BLOCK = 1  # first word of the spawn key of blocks
MONTHS = 12.0


@dataclass(frozen=True)
class Block:
    """Rows that are simulated together: some draws, and some patients of each."""

    number: int
    draws: slice
    patients: int

    @property
    def shape(self) -> tuple[int, int]:
        """Draws and patients of each."""
        return self.draws.stop - self.draws.start, self.patients

    def random(self, seed: int, *key: int) -> np.random.Generator:
        """Return a stream of the block."""
        spawned = np.random.SeedSequence(seed, spawn_key=(_BLOCK, self.number, *key))
        return np.random.Generator(np.random.SFC64(spawned))


@dataclass
class LineRows:
    """What happened to the rows of a block on one line."""

    options: tuple[str, ...]
    had: Rows
    progressed: Rows
    months: Rows
    last: Rows
    cycles: Rows

    def of(self, rows: Rows) -> LineRows:
        """Return some of the rows."""
        parts = (self.had, self.progressed, self.months, self.last, self.cycles)
        return LineRows(self.options, *(part[rows] for part in parts))


@dataclass
class Model:
    """A scenario with the draws of its parameters, ready to be simulated."""

    scenario: Scenario
    draws: Draws
    eligibility: Eligibility
    prices: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out the durations of every line in every draw."""
        scenario, draws = self.scenario, self.draws
        self.durations: dict[str, Duration] = {}
        for line in scenario.lines:
            place = f"lines.{line.id}"
            self.durations[place] = duration(scenario, draws, line.time, f"{place}.time")
            for late in line.late_events:
                at = f"{place}.late_events.{late.id}"
                self.durations[at] = duration(scenario, draws, late.survival, f"{at}.survival")
        after = scenario.after
        self.durations["after"] = duration(scenario, draws, after.survival, "after.survival")
        effects = draws.get("discount.effects_per_year")
        costs = draws.get("discount.costs_per_year")
        none = np.zeros(draws.draws)
        self.effect_rate = np.log1p(none if effects is None else effects) / MONTHS
        self.cost_rate = np.log1p(none if costs is None else costs) / MONTHS
        self.same_rate = bool((self.effect_rate == self.cost_rate).all())
        self.horizon = scenario.horizon_years * MONTHS
        self.states = [*(line.id for line in scenario.lines), "after"]
        self.states += [late.id for line in scenario.lines for late in line.late_events]
        self.states = list(dict.fromkeys(self.states))


def population(model: Model, block: Block, seed: int) -> dict[str, Array]:
    """Return the facts (rows,) of the patients of a block."""
    facts = model.scenario.population.facts
    if not facts:
        return {}
    rows = block.shape[0] * block.shape[1]
    random, vocabulary = block.random(seed, 0), model.eligibility.vocabulary
    return {item.fact: coded(vocabulary[item.fact], item, random, rows) for item in facts}


@dataclass
class Stay:
    """How long rows are in a state: when it ends, its months, and both discounted.

    ``factor`` and ``cost_factor`` are those of discounting at the end of it.
    """

    then: Rows
    spent: Rows
    factor: Rows
    months: Rows
    cost_factor: Rows
    cost_months: Rows


class Run:
    """One strategy on one block."""

    def __init__(self, model: Model, strategy: Strategy, block: Block, seed: int) -> None:
        """Start every patient at nought."""
        self.model, self.strategy, self.block, self.seed = model, strategy, block, seed
        self.shape = block.shape
        self.rows = block.draws
        self.facts = population(model, block, seed)
        self.now: Rows = np.zeros(self.shape, REAL)
        self.alive = np.ones(self.shape, bool)
        self.survived = np.zeros(self.shape, bool)  # until the horizon
        self.waiting = np.ones(self.shape, bool)  # not in a late state
        self.late_at: Rows = np.full(self.shape, np.inf, REAL)
        self.late_kind = np.full(self.shape, -1, np.int8)
        self.late: list[tuple[str, str]] = []  # place and id of each kind
        self.story: list[LineRows] = []
        self.tally = Tally(model, block)
        self.others = model.scenario.background_mortality is not None
        self.limit = self._background()
        # Factors of discounting at the present time of each patient.
        self.factor: Rows = np.ones(self.shape, REAL)
        self.cost_factor = self.factor
        self.effect_rate, self.cost_rate = (
            rate[self.rows][:, None].astype(REAL) for rate in (model.effect_rate, model.cost_rate)
        )

    def go(self) -> Tally:
        """Simulate the lines, what may follow them, and what comes after the last."""
        for position, name in enumerate(self.strategy.lines):
            self._line(self.model.scenario.line(name), position)
        random = self.block.random(self.seed, 2)
        self._end_state("after", "after", self.alive & self.waiting, random)
        for kind, (place, name) in enumerate(self.late):
            stays = self.alive & (self.late_kind == kind) & ~self.waiting
            self._end_state(place, name, stays, self.block.random(self.seed, 3, kind))
        self.tally.lives(self.alive, self.survived, self.now)
        return self.tally

    def _background(self) -> Rows:
        """Return when other causes would end each life, and the horizon."""
        mortality = self.model.scenario.background_mortality
        if mortality is None:
            return np.full(self.shape, self.model.horizon, REAL)
        ages = np.array([age for age, _ in mortality.rows])
        yearly = -np.log1p(-np.array([p for _, p in mortality.rows]))
        ends = np.append(ages, ages[-1] + 200)
        hazard = np.concatenate([[0.0], np.cumsum(np.diff(ends) * yearly)])
        age = self.facts["age_years"].reshape(self.shape)
        luck = self.block.random(self.seed, 1).standard_exponential(self.shape)
        died = np.interp(np.interp(age, ends, hazard) + luck, hazard, ends, right=np.inf)
        return np.asarray(np.minimum((died - age) * MONTHS, self.model.horizon), REAL)

    def _line(self, line: Line, position: int) -> None:
        model, place = self.model, f"lines.{line.id}"
        random = self.block.random(self.seed, 4, position)
        ready = self.alive & self.waiting
        on, unknown = self._eligible(line.eligible, ready)
        modifier = self._modifier(line, place, on)
        time = model.durations[place].months(random, self.shape, self.rows, modifier)
        luck = uniform(random, self.shape)
        self._late_events(line, place, on, random)
        time += self.now  # when the line would end by itself
        end = np.minimum(time, self.limit)
        if self.late:
            end = np.minimum(end, self.late_at)
        natural = on & (end >= time)
        cut = on & ~natural
        late = cut & (end >= self.late_at) & (self.late_at < self.limit) if self.late else None
        stopped = cut if late is None else cut & ~late
        died = natural & (luck < self.draws(f"{place}.death_share"))
        survives = stopped
        if self.others:
            died |= stopped & (self.limit < model.horizon)
            survives = stopped & (self.limit >= model.horizon)
        stay = self._stay(end, on)
        self.tally.line(line.id, on, unknown, ready)
        number = None if line.doses is None else line.doses.number
        self._pay(line.costs, number, place, on, stay)
        self._tox(line, place, on, random)
        self._go(line.id, stay, self.draws_or_none(f"{place}.utility"))
        self.tally.times(line.id, on, natural, stay.spent)
        self.alive &= ~(died | survives)
        self.survived |= survives
        if late is not None:
            self.waiting &= ~late
        self._remember(line, place, on, natural & ~died, stay.spent)
        self._change(line, place, on, stay.spent, random)

    def _eligible(self, text: str | None, ready: Rows) -> tuple[Rows, Rows | None]:
        """Return who may begin a line, and of whom it is unknown; None where nothing is asked."""
        if text is None:
            return ready, None
        unknown = np.zeros(self.shape, bool)
        rows = np.flatnonzero(ready)
        on = np.zeros(self.shape, bool)
        if len(rows):
            truth, open_ = self._truth(text, rows)
            on.ravel()[rows] = truth
            unknown.ravel()[rows] = open_
        return on, unknown

    def _truth(self, text: str, rows: Rows) -> tuple[Rows, Rows]:
        facts = {name: values[rows] for name, values in self.facts.items()}
        story = [one.of(rows) for one in self.story]
        return self.model.eligibility.holds(text, facts, story, self.now.ravel()[rows])

    def _modifier(self, line: Line, place: str, on: Rows) -> Rows | None:
        if not line.time.modifiers:
            return None
        found: Rows = np.ones(self.shape, REAL)
        rows = np.flatnonzero(on)
        for at, one in enumerate(line.time.modifiers, 1):
            ratio = self.draws(f"{place}.time.modifiers.{at}.ratio")
            truth, _ = self._truth(one.when, rows)
            met = np.zeros(self.shape, bool)
            met.ravel()[rows] = truth
            found = np.where(met, found * ratio, found)
        return found

    def _late_events(self, line: Line, place: str, on: Rows, random: np.random.Generator) -> None:
        for late in line.late_events:
            at = f"{place}.late_events.{late.id}"
            if (at, late.id) not in self.late:
                self.late.append((at, late.id))
            kind = self.late.index((at, late.id))
            happens = uniform(random, self.shape) < self.draws(f"{at}.probability")
            rows = np.flatnonzero(on & happens)  # few: the onset of the others is not worked out
            onset = exponential(random, self.shape) * (self.draws(f"{at}.onset_months") / LN2)
            when = (self.now + onset).ravel()[rows]
            first = when < self.late_at.ravel()[rows]
            self.late_at.ravel()[rows[first]] = when[first]
            self.late_kind.ravel()[rows[first]] = kind

    def _stay(self, end: Rows, on: Rows) -> Stay:
        """Return the stay of some rows until an end; the others spend no time."""
        spent = (end - self.now) * on
        then = np.minimum(self.now + spent, self.limit)  # no rounding takes a life beyond it
        effects = self._discounted(self.factor, self.effect_rate, then, spent)
        same = self.model.same_rate
        costs = effects if same else self._discounted(self.cost_factor, self.cost_rate, then, spent)
        return Stay(then, spent, *effects, *costs)

    def _discounted(self, factor: Rows, rate: Rows, then: Rows, spent: Rows) -> tuple[Rows, Rows]:
        """Return the factor at the end of a stay, and its integral over the stay."""
        if not rate.any():
            return factor, spent
        later = np.exp(-rate * then)
        if rate.all():
            return later, (factor - later) / rate
        with np.errstate(divide="ignore", invalid="ignore"):
            return later, np.where(rate != 0, (factor - later) / rate, spent)

    def _go(self, state: str, stay: Stay, worth: Rows | None) -> None:
        """Count the months of a stay in a state, and go to its end."""
        follow_up = self.draws_or_none(self._follow_up_place(state))
        self.tally.stay(state, self.now, stay, worth, follow_up)
        self.factor, self.cost_factor, self.now = stay.factor, stay.cost_factor, stay.then

    def _follow_up_place(self, state: str) -> str:
        if state == "after":
            return "after.survival.follow_up_months"
        late = next((place for place, name in self.late if name == state), None)
        if late is not None:
            return f"{late}.survival.follow_up_months"
        return f"lines.{state}.time.follow_up_months"

    def _pay(
        self, costs: tuple[Cost, ...], number: int | None, place: str, on: Rows, stay: Stay
    ) -> None:
        model = self.model
        if not model.prices:
            return
        for cost in costs:
            price = model.prices[cost.item][self.rows][:, None].astype(REAL) * REAL(cost.times)
            if cost.per == "month":
                plain, discounted = price * stay.spent, price * stay.cost_months
            elif cost.per == "once":
                plain = on * price
                discounted = plain * self.cost_factor
            else:
                plain, discounted = np.zeros(self.shape, REAL), np.zeros(self.shape, REAL)
                every = self.draws(f"{place}.doses.every_months")
                for dose in range(number or 0):
                    given = (on & (stay.spent >= dose * every)) * price
                    plain += given
                    discounted += given * self.cost_factor * np.exp(-self.cost_rate * dose * every)
            self.tally.cost(cost.item, plain, discounted)

    def _tox(self, line: Line, place: str, on: Rows, random: np.random.Generator) -> None:
        for one in line.toxicities:
            at = f"{place}.toxicities.{one.id}"
            has = on & (uniform(random, self.shape) < self.draws(f"{at}.probability"))
            self.tally.toxicity(f"{line.id}/{one.id}", has)
            loss = self.draws_or_none(f"{at}.qaly_loss")
            if loss is not None:
                self.tally.qaly_loss(has * loss, has * loss * self.factor)
            if one.cost_item and self.model.prices:
                price = self.model.prices[one.cost_item][self.rows][:, None].astype(REAL) * has
                self.tally.cost(one.cost_item, price, price * self.cost_factor)

    def _remember(
        self,
        line: Line,
        place: str,
        on: Rows,
        progressed: Rows,
        spent: Rows,
    ) -> None:
        cycles, last = np.zeros(self.shape, REAL), self.now
        if line.doses is not None:
            every = self.draws(f"{place}.doses.every_months")
            cycles = np.minimum(np.floor(spent / every) + 1, REAL(line.doses.number)) * on
            last = self.now - spent + np.maximum(cycles - 1, 0) * every
        parts = (on, progressed, spent, last, cycles)
        self.story.append(LineRows(line.options, *(part.ravel() for part in parts)))

    def _change(
        self,
        line: Line,
        place: str,
        on: Rows,
        spent: Rows,
        random: np.random.Generator,
    ) -> None:
        for change in line.changes:
            fact = self.model.eligibility.vocabulary[change.fact]
            at = f"{place}.changes.{change.fact}"
            drawn = {
                name: np.broadcast_to(values, self.shape).ravel()
                for name in ("add", "multiply", "per_month", "share")
                if (values := self.draws_or_none(f"{at}.{name}")) is not None
            }
            chance = uniform(random, self.shape).ravel() if change.share is not None else None
            before = self.facts[change.fact]
            after = changed(change, fact, before, spent.ravel(), drawn, chance)
            self.facts[change.fact] = np.where(on.ravel(), after, before)

    def _end_state(self, place: str, state: str, on: Rows, random: np.random.Generator) -> None:
        """Let those who are in a last state live there until they die."""
        model = self.model
        time = model.durations[place].months(random, self.shape, self.rows)
        time += self.now
        ends = np.minimum(time, self.limit)
        going = on
        if state == "after" and self.late:  # what follows earlier lines may still come
            ends = np.minimum(ends, self.late_at)
            late = on & (ends >= self.late_at)
            going = on & ~late
            self.waiting &= ~late
        survives = going & (ends >= model.horizon)
        died = going & ~survives
        stay = self._stay(ends, on)
        costs = model.scenario.after.costs if state == "after" else ()
        self._pay(costs, None, place, on, stay)
        self._go(state, stay, self.draws_or_none(f"{place}.utility"))
        self.tally.times(state, on, died, stay.spent)
        if state != "after":
            self.tally.toxicity(f"{place.split('.')[1]}/{state}", on)
        self.alive &= ~(died | survives)
        self.survived |= survives

    def draws(self, place: str) -> Rows:
        """Return the draws (d, 1) of an input for the rows of this block."""
        return self.model.draws[place][self.rows][:, None].astype(REAL)

    def draws_or_none(self, place: str) -> Rows | None:
        """Return the draws of an input; None if the scenario has none there."""
        found = self.model.draws.get(place)
        return None if found is None else found[self.rows][:, None].astype(REAL)
