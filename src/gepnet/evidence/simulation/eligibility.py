"""Facts of simulated patients as columns, and criteria over them by the Polars engine.

The same criteria, derivations and three-valued logic as for the patients of a registry: a criterion
that cannot be decided for want of a fact is unknown, and nobody is treated for that.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl

from gepnet.criteria import Criteria, facts_of
from gepnet.criteria.columns import absent_column, bits_of, high_column, low_column
from gepnet.evidence.simulation.scenario import Change, PopulationFact
from gepnet.evidence.simulation.times import Rows
from gepnet.facts.frame import PolarsAlgebra, column_type
from gepnet.facts.given import Source
from gepnet.facts.wide import WidePlan
from gepnet.numbers.linear import Array
from gepnet.vocabulary import Fact, Vocabulary

#: What a line leaves behind, by the first words of a fact: `received_prrt`, `months_since_prrt`.
HISTORY = ("received", "progressed_on", "months_since", "benefit_months", "on")


_DAY = datetime.date(2000, 1, 1)  # of no meaning: simulated time is in months from the start


class Had(Protocol):
    """What happened to rows of patients on one line."""

    options: tuple[str, ...]
    had: Rows
    progressed: Rows
    months: Rows
    last: Rows
    cycles: Rows


@dataclass
class Criterion:
    """A criterion that is evaluated over columns."""

    text: str
    facts: tuple[str, ...]
    plan: WidePlan
    truth: pl.Expr


@dataclass
class Eligibility:
    """Evaluates the criteria of a scenario.

    Attributes:
        supplied: facts that the population gives.
        criteria: by their text.
    """

    knowledge: Criteria
    measures: Mapping[str, Any]
    supplied: frozenset[str]
    criteria: dict[str, Criterion] = field(default_factory=dict)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the criteria."""
        return self.knowledge.vocabulary

    def add(self, text: str) -> Criterion:
        """Lay out the evaluation of a criterion."""
        if text in self.criteria:
            return self.criteria[text]
        node = self.knowledge(text)
        source = Source(self.knowledge, self.measures, frozenset(), _DAY)
        needed = source.recorded(facts_of(node))
        given = [n for n in source.needed(facts_of(node)) if n in self.supplied]
        history = [n for n in needed if self._is_history(n)]
        names = tuple(dict.fromkeys([*given, *history]))
        columns = frozenset(c for name in names for c in self._columns(self.vocabulary[name]))
        source = Source(self.knowledge, self.measures, columns, _DAY)
        plan = WidePlan(source, PolarsAlgebra(self.vocabulary), [node])
        found = Criterion(text, names, plan, plan.truth(node))
        self.criteria[text] = found
        return found

    def _is_history(self, name: str) -> bool:
        family = self.vocabulary[name].family or ""
        return name in ("prrt_cycles", "prrt_cumulative_activity_gbq") or any(
            family == f"{start}_{{therapy}}" for start in HISTORY
        )

    def _columns(self, fact: Fact) -> list[str]:
        names = dict.fromkeys([low_column(fact), high_column(fact)])
        absent = absent_column(fact)
        return [*names, *([absent] if absent else [])]

    def unknown_facts(self, text: str) -> list[str]:
        """Return the facts of a criterion of which neither population nor lines give anything."""
        self.add(text)
        source = Source(self.knowledge, self.measures, frozenset(), _DAY)

        def told(name: str) -> bool:
            given = name in self.supplied or self._is_history(name)
            return given or any(told(below) for below in source.inputs(self.vocabulary[name]))

        return [name for name in facts_of(self.knowledge(text)) if not told(name)]

    def holds(
        self, text: str, facts: Mapping[str, Array], lines: Iterable[Had], now: Rows
    ) -> tuple[Rows, Rows]:
        """Return whether a criterion is true of each row, and whether it is unknown.

        Args:
            text: the criterion.
            facts: columns (n,) that the population gives, coded; NaN is unknown.
            lines: what happened on the lines so far.
            now: months (n,) from the start.
        """
        criterion = self.add(text)
        columns: dict[str, pl.Series] = {}
        story = list(lines)
        for name in criterion.facts:
            fact = self.vocabulary[name]
            if name in facts:
                columns |= _given(fact, facts[name])
            else:
                columns |= self._of_history(fact, story, now)
        frame = pl.DataFrame(columns) if columns else pl.DataFrame({"__row": np.arange(len(now))})
        lazy = frame.lazy()
        for stage in criterion.plan.stages:
            lazy = lazy.with_columns(**stage)
        truth = lazy.select(criterion.truth.alias("truth")).collect()["truth"]
        if len(truth) != len(now):  # a constant
            truth = truth.new_from_index(0, len(now))
        unknown = truth.is_null().to_numpy()
        return truth.fill_null(value=False).to_numpy(), unknown

    def _of_history(self, fact: Fact, lines: list[Had], now: Rows) -> dict[str, pl.Series]:
        options = self.vocabulary.options
        subject = fact.subject or "prrt"
        own = [one for one in lines if any(options.covers(subject, o) for o in one.options)]
        nobody = np.zeros(len(now), bool)
        had = np.logical_or.reduce([nobody, *(one.had for one in own)])
        family = (fact.family or fact.id).removesuffix("_{therapy}")
        if family == "received":
            return _boolean(fact, had)
        if family == "progressed_on":
            return _boolean(fact, np.logical_or.reduce([nobody, *(o.progressed for o in own)]))
        if family == "on":
            return _boolean(fact, nobody)
        value = np.full(len(now), np.nan)
        for one in own:  # the latest course counts
            if family == "months_since":
                found = now - one.last
            elif family == "benefit_months":
                found = one.months
            elif family == "prrt_cycles":
                found = np.where(np.isnan(value), 0, value) + one.cycles
            else:
                continue
            value = np.where(one.had, found, value)
        if family == "prrt_cycles":
            return _numbers(fact, np.where(np.isnan(value), 0, value))
        return _numbers(fact, value, ~had)


def coded(fact: Fact, item: PopulationFact, random: np.random.Generator, n: int) -> Array:
    """Return values (n,) of a fact: numbers, 0 and 1, or bits of a word; NaN where unknown."""
    values = np.empty(n)
    if item.shares is not None:
        words = list(item.shares)
        drawn = random.choice(len(words), size=n, p=np.array(list(item.shares.values())))
        values = np.array([code(fact, word) for word in words])[drawn]
    elif item.mean is not None and item.sd is not None:
        values = item.mean + item.sd * random.standard_normal(n)
        values = _in_steps(fact, values, item.low, item.high)
    else:
        values[:] = code(fact, item.value)
    if item.unknown_share:
        values = np.where(random.random(n) < item.unknown_share, np.nan, values)
    return values


def code(fact: Fact, value: object) -> float:
    """Return a value as the number that stands for it.

    Raises:
        ValueProblem: if the fact cannot have it.
    """
    if isinstance(value, bool):
        value = "true" if value else "false"
    parsed = fact.parse(f"{value:.12g}" if isinstance(value, float) else str(value))
    if fact.type == "boolean":
        return float(bool(parsed))
    if fact.type == "enum":
        words = [parsed] if isinstance(parsed, str) else list(getattr(parsed, "values", ()))
        return float(bits_of(fact, words))
    return float(getattr(parsed, "low", 0))


def changed(
    change: Change,
    fact: Fact,
    values: Array,
    months: Rows,
    drawn: Mapping[str, Rows],
    chance: Rows | None,
) -> Array:
    """Return the values of a fact after a line that lasted some months.

    Args:
        change: what it does.
        fact: the fact.
        values: (n,) before.
        months: (n,) on the line.
        drawn: (n,) of its parameters.
        chance: (n,) uniform numbers, for a share.
    """
    if change.becomes is not None:
        new = code(fact, change.becomes)
        if chance is None:
            return np.full_like(values, new)
        return np.where(chance < drawn["share"], new, values)
    found: Rows
    if change.add is not None:
        found = values + drawn["add"]
    elif change.multiply is not None:
        found = values * drawn["multiply"]
    else:
        found = values + drawn["per_month"] * months
    return _in_steps(fact, found)


def _in_steps(
    fact: Fact, values: Rows, low: float | None = None, high: float | None = None
) -> Rows:
    """Return numbers in the steps of a fact, within its range or closer ends."""
    least, most = (float(end) for end in fact.entry.range or (-1e12, 1e12))
    step = float(fact.precision)
    ends = least if low is None else low, most if high is None else high
    return np.clip(np.round(values / step) * step, *ends)


def _given(fact: Fact, values: Array) -> dict[str, pl.Series]:
    if fact.type == "number":
        return _numbers(fact, values)
    low = low_column(fact)
    kind = column_type(fact, low)
    missing = np.isnan(values)
    whole = pl.Series(np.where(missing, 0, values).astype(np.int64)).cast(kind)
    nothing = pl.Series([None], dtype=kind).new_from_index(0, len(values))
    found = {low: whole.zip_with(pl.Series(~missing), nothing)}
    absent = absent_column(fact)
    return found if absent is None else {**found, absent: pl.Series(np.zeros(len(values), bool))}


def _numbers(
    fact: Fact, values: Array, none: np.ndarray[Any, Any] | None = None
) -> dict[str, pl.Series]:
    step = float(fact.precision)
    # As stored values are: the nearest binary number of the decimal one.
    places = max(0, -int(np.floor(np.log10(step)))) if step < 1 else 0
    rounded = np.round(np.round(values / step) * step, places)
    column = pl.Series(rounded, nan_to_null=True)
    found = dict.fromkeys([low_column(fact), high_column(fact)], column)
    absent = absent_column(fact)
    if absent is not None:
        found[absent] = pl.Series(np.zeros(len(values), bool) if none is None else none)
    return found


def _boolean(fact: Fact, truth: np.ndarray[Any, Any]) -> dict[str, pl.Series]:
    found = {fact.id: pl.Series(truth)}
    absent = absent_column(fact)
    return found if absent is None else {**found, absent: pl.Series(np.zeros(len(truth), bool))}
