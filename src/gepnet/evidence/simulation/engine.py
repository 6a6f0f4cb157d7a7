"""A block of simulated patients: from line to line until death or the horizon, as arrays.

Semi-Markov: how long a patient stays on a line depends on the line, on the draw of its parameters
and on the facts of the patient, and not on how long earlier lines lasted. Each patient of each draw
is one row; nothing loops over patients. The random numbers of a block follow from the seed and the
number of the block alone, and each line of a strategy takes as many as there are rows, dead or
alive: so strategies are compared on the same luck, and results do not hang on who works.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gepnet.evidence.simulation.eligibility import Eligibility, changed, coded
from gepnet.evidence.simulation.inputs import Draws
from gepnet.evidence.simulation.scenario import Cost, Line, Scenario, Strategy
from gepnet.evidence.simulation.tally import Tally
from gepnet.evidence.simulation.times import Duration, duration
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
    had: np.ndarray[Any, Any]
    progressed: np.ndarray[Any, Any]
    months: Array
    last: Array
    cycles: Array

    def of(self, rows: np.ndarray[Any, Any]) -> LineRows:
        """Return some of the rows."""
        return LineRows(
            self.options,
            self.had[rows],
            self.progressed[rows],
            self.months[rows],
            self.last[rows],
            self.cycles[rows],
        )


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
    rows = block.shape[0] * block.shape[1]
    random, vocabulary = block.random(seed, 0), model.eligibility.vocabulary
    return {
        item.fact: coded(vocabulary[item.fact], item, random, rows)
        for item in model.scenario.population.facts
    }


class Run:
    """One strategy on one block."""

    def __init__(self, model: Model, strategy: Strategy, block: Block, seed: int) -> None:
        """Start every patient at nought."""
        self.model, self.strategy, self.block, self.seed = model, strategy, block, seed
        self.shape = block.shape
        self.rows = block.draws
        self.facts = population(model, block, seed)
        self.now = np.zeros(self.shape)
        self.alive = np.ones(self.shape, bool)
        self.waiting = np.ones(self.shape, bool)  # not in a late state
        self.late_at = np.full(self.shape, np.inf)
        self.late_kind = np.full(self.shape, -1, np.int8)
        self.late: list[tuple[str, str]] = []  # place and id of each kind
        self.story: list[LineRows] = []
        self.tally = Tally(model, block)
        self.others = model.scenario.background_mortality is not None
        self.limit = self._background()
        # Factors of discounting at the present time of each patient.
        self.factor = np.ones(self.shape)
        self.cost_factor = self.factor if model.same_rate else np.ones(self.shape)

    def go(self) -> Tally:
        """Simulate the lines, what may follow them, and what comes after the last."""
        for position, name in enumerate(self.strategy.lines):
            self._line(self.model.scenario.line(name), position)
        random = self.block.random(self.seed, 2)
        self._end_state("after", "after", self.alive & self.waiting, random)
        for kind, (place, name) in enumerate(self.late):
            stays = self.alive & (self.late_kind == kind) & ~self.waiting
            self._end_state(place, name, stays, self.block.random(self.seed, 3, kind))
        self.tally.alive_at_end(self.alive)
        return self.tally

    def _background(self) -> Array:
        """Return when other causes would end each life, and the horizon."""
        mortality = self.model.scenario.background_mortality
        if mortality is None:
            return np.full(self.shape, self.model.horizon)
        ages = np.array([age for age, _ in mortality.rows])
        yearly = -np.log1p(-np.array([p for _, p in mortality.rows]))
        ends = np.append(ages, ages[-1] + 200)
        hazard = np.concatenate([[0.0], np.cumsum(np.diff(ends) * yearly)])
        age = self.facts["age_years"].reshape(self.shape)
        luck = self.block.random(self.seed, 1).standard_exponential(self.shape)
        died = np.interp(np.interp(age, ends, hazard) + luck, hazard, ends, right=np.inf)
        return np.asarray(np.minimum((died - age) * MONTHS, self.model.horizon), float)

    def _line(self, line: Line, position: int) -> None:
        model, place = self.model, f"lines.{line.id}"
        random = self.block.random(self.seed, 4, position)
        ready = self.alive & self.waiting
        on, unknown = self._eligible(line.eligible, ready)
        time = random.standard_exponential(self.shape)
        modifier = self._modifier(line, place, on)
        time = model.durations[place].months(time, self.rows, modifier)
        luck = random.random(self.shape)
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
        then = np.where(on, end, self.now)
        spent = then - self.now
        self.tally.line(line.id, on, unknown, ready)
        number = None if line.doses is None else line.doses.number
        self._pay(line.costs, number, place, on, spent)
        self._tox(line, place, on, random)
        worth = self.draws_or_none(f"{place}.utility")
        self._stay(line.id, then, spent, worth)
        self.tally.times(line.id, on, natural, spent)
        self.alive &= ~(died | survives)
        self.tally.deaths(died, then)
        self.tally.horizon(survives)
        if late is not None:
            self.waiting &= ~late
        self._remember(line, place, on, natural & ~died, spent)
        self._change(line, place, on, spent, random)

    def _eligible(
        self, text: str | None, ready: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        unknown = np.zeros(self.shape, bool)
        if text is None:
            return ready.copy(), unknown
        rows = np.flatnonzero(ready.ravel())
        on = np.zeros(self.shape, bool)
        if len(rows):
            truth, open_ = self._truth(text, rows)
            on.ravel()[rows] = truth
            unknown.ravel()[rows] = open_
        return on, unknown

    def _truth(
        self, text: str, rows: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        facts = {name: values[rows] for name, values in self.facts.items()}
        story = [one.of(rows) for one in self.story]
        return self.model.eligibility.holds(text, facts, story, self.now.ravel()[rows])

    def _modifier(self, line: Line, place: str, on: np.ndarray[Any, Any]) -> Array | None:
        if not line.time.modifiers:
            return None
        found = np.ones(self.shape)
        rows = np.flatnonzero(on.ravel())
        for at, one in enumerate(line.time.modifiers, 1):
            ratio = self.draws(f"{place}.time.modifiers.{at}.ratio")
            truth, _ = self._truth(one.when, rows)
            met = np.zeros(self.shape, bool)
            met.ravel()[rows] = truth
            found = np.where(met, found * ratio, found)
        return found

    def _late_events(
        self, line: Line, place: str, on: np.ndarray[Any, Any], random: np.random.Generator
    ) -> None:
        for late in line.late_events:
            at = f"{place}.late_events.{late.id}"
            if (at, late.id) not in self.late:
                self.late.append((at, late.id))
            kind = self.late.index((at, late.id))
            happens = random.random(self.shape) < self.draws(f"{at}.probability")
            onset = random.standard_exponential(self.shape)
            onset *= self.draws(f"{at}.onset_months") / np.log(2)
            when = np.where(on & happens, self.now + onset, np.inf)
            first = when < self.late_at
            self.late_at = np.where(first, when, self.late_at)
            self.late_kind = np.where(first, np.int8(kind), self.late_kind)

    def _stay(self, state: str, then: Array, spent: Array, worth: Array | None) -> None:
        """Count the months until ``then`` (rows elsewhere stay where they are), and go there."""
        model = self.model
        factor = self._later(self.factor, model.effect_rate, then)
        discounted = self._spent(self.factor, factor, model.effect_rate, spent)
        follow_up = self.draws_or_none(self._follow_up_place(state))
        self.tally.stay(state, self.now, then, spent, discounted, worth, follow_up)
        if model.same_rate:
            self.factor = self.cost_factor = factor
        else:
            self.cost_factor = self._later(self.cost_factor, model.cost_rate, then)
            self.factor = factor
        self.now = then

    def _follow_up_place(self, state: str) -> str:
        if state == "after":
            return "after.survival.follow_up_months"
        late = next((place for place, name in self.late if name == state), None)
        if late is not None:
            return f"{late}.survival.follow_up_months"
        return f"lines.{state}.time.follow_up_months"

    def _later(self, factor: Array, rate: Array, then: Array) -> Array:
        """Return the factor of discounting at a time."""
        monthly = rate[self.rows][:, None]
        return np.asarray(np.exp(-monthly * then), float) if monthly.any() else factor

    def _spent(self, before: Array, after: Array, rate: Array, spent: Array) -> Array:
        """Return discounted months: the integral of the factor over the stay."""
        monthly = rate[self.rows][:, None]
        if not monthly.any():
            return spent
        if monthly.all():
            return np.asarray((before - after) / monthly, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(monthly != 0, (before - after) / monthly, spent)

    def _pay(
        self,
        costs: tuple[Cost, ...],
        number: int | None,
        place: str,
        on: np.ndarray[Any, Any],
        spent: Array,
    ) -> None:
        model = self.model
        if not model.prices:
            return
        monthly = model.cost_rate[self.rows][:, None]
        safe = np.where(monthly > 0, monthly, 1.0)
        months = np.where(monthly > 0, -np.expm1(-safe * spent) / safe, spent)
        for cost in costs:
            price = model.prices[cost.item][self.rows][:, None] * cost.times
            if cost.per == "month":
                plain, discounted = price * spent, price * months * self.cost_factor
            elif cost.per == "once":
                plain = np.where(on, price, 0.0)
                discounted = plain * self.cost_factor
            else:
                plain, discounted = np.zeros(self.shape), np.zeros(self.shape)
                every = self.draws(f"{place}.doses.every_months")
                for dose in range(number or 0):
                    given = np.where(on & (spent >= dose * every), price, 0.0)
                    plain += given
                    discounted += given * self.cost_factor * np.exp(-monthly * dose * every)
            self.tally.cost(cost.item, plain, discounted)

    def _tox(
        self, line: Line, place: str, on: np.ndarray[Any, Any], random: np.random.Generator
    ) -> None:
        for one in line.toxicities:
            at = f"{place}.toxicities.{one.id}"
            has = on & (random.random(self.shape) < self.draws(f"{at}.probability"))
            self.tally.toxicity(f"{line.id}/{one.id}", has)
            loss = self.draws_or_none(f"{at}.qaly_loss")
            if loss is not None:
                self.tally.qaly_loss(has * loss, has * loss * self.factor)
            if one.cost_item and self.model.prices:
                price = self.model.prices[one.cost_item][self.rows][:, None] * has
                self.tally.cost(one.cost_item, price, price * self.cost_factor)

    def _remember(
        self,
        line: Line,
        place: str,
        on: np.ndarray[Any, Any],
        progressed: np.ndarray[Any, Any],
        spent: Array,
    ) -> None:
        cycles, last = np.zeros(self.shape), self.now
        if line.doses is not None:
            every = self.draws(f"{place}.doses.every_months")
            cycles = np.minimum(np.floor(spent / every) + 1, line.doses.number) * on
            last = self.now - spent + np.maximum(cycles - 1, 0) * every
        self.story.append(
            LineRows(
                line.options,
                on.ravel(),
                progressed.ravel(),
                spent.ravel(),
                np.broadcast_to(last, self.shape).ravel(),
                cycles.ravel(),
            )
        )

    def _change(
        self,
        line: Line,
        place: str,
        on: np.ndarray[Any, Any],
        spent: Array,
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
            chance = random.random(self.shape).ravel() if change.share is not None else None
            before = self.facts[change.fact]
            after = changed(change, fact, before, spent.ravel(), drawn, chance)
            self.facts[change.fact] = np.where(on.ravel(), after, before)

    def _end_state(
        self, place: str, state: str, on: np.ndarray[Any, Any], random: np.random.Generator
    ) -> None:
        """Let those who are in a last state live there until they die."""
        model = self.model
        luck = random.standard_exponential(self.shape)
        time = model.durations[place].months(luck, self.rows)
        time += self.now
        ends = np.minimum(time, self.limit)
        may_come = state == "after" and bool(self.late)
        if may_come:  # what follows earlier lines may still come
            ends = np.minimum(ends, self.late_at)
        late = on & (ends >= self.late_at) & may_come
        survives = on & ~late & (ends >= model.horizon)
        died = on & ~late & ~survives
        then = np.where(on, ends, self.now)
        spent = then - self.now
        costs = model.scenario.after.costs if state == "after" else ()
        self._pay(costs, None, place, on, spent)
        worth = self.draws_or_none(f"{place}.utility")
        self._stay(state, then, spent, worth)
        self.tally.times(state, on, died, spent)
        if state != "after":
            self.tally.toxicity(f"{place.split('.')[1]}/{state}", on)
        self.tally.deaths(died, then)
        self.tally.horizon(survives)
        self.alive &= ~(died | survives)
        self.waiting &= ~late

    def draws(self, place: str) -> Array:
        """Return the draws (d, 1) of an input for the rows of this block."""
        return self.model.draws[place][self.rows][:, None]

    def draws_or_none(self, place: str) -> Array | None:
        """Return the draws of an input; None if the scenario has none there."""
        found = self.model.draws.get(place)
        return None if found is None else found[self.rows][:, None]
