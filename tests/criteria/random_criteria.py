"""Random criteria and random patients over the vocabulary of the specification.

Values and thresholds come from the same few numbers, so that boundaries are met all the time, and
patients lack enough facts for true, false and unknown to be about equally common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from gepnet.criteria import (
    Always,
    And,
    Certain,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    OneOf,
    Or,
    Term,
)
from gepnet.criteria.interpret import Values
from gepnet.criteria.parse import one_of
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Several, Value, Vocabulary

OPERATORS = ("=", "<", "<=", ">", ">=")
FACTORS = tuple(map(Decimal, ("1", "1", "-1", "2", "-2", "0.5", "1.4", "-0.25")))


@dataclass(frozen=True)
class Maker:
    """Makes criteria in the form in which the parser gives them, and patients to ask about."""

    random: Random
    vocabulary: Vocabulary
    negation: float = 0.25

    def criterion(self, depth: int | None = None) -> Node:
        if depth is None:
            depth = self.random.randint(0, 4)
        if depth == 0 or self.random.random() < 0.15:
            return self.atom()
        if self.random.random() < self.negation:
            return Not(self.criterion(depth - 1))
        if self.random.random() < 0.04:
            return Certain(self.criterion(depth - 1))
        kind = self.random.choice((And, Or))
        parts: list[Node] = []
        for _ in range(self.random.choice((2, 2, 3))):
            part = self.criterion(depth - 1)
            parts.extend(part.operands if isinstance(part, kind) else (part,))
        return kind(tuple(parts))

    def atom(self) -> Node:
        fact = self.random.choice(list(self.vocabulary.values()))
        if self.random.random() < 0.03:
            return Always(self.random.random() < 0.5)
        if fact.type == "date" or self.random.random() < 0.06:
            return IsKnown(fact.id)
        if fact.type == "boolean":
            return Holds(fact.id)
        return self.choice(fact) if fact.type == "enum" else self.comparison(fact)

    def choice(self, fact: Fact) -> OneOf:
        count = self.random.randint(1, min(3, len(fact.values)))
        return one_of(fact, tuple(self.random.sample(fact.values, count)))

    def comparison(self, fact: Fact) -> Compare:
        operator = self.random.choice(OPERATORS)
        partners = [
            other
            for other in self.vocabulary.values()
            if other.type == "number" and other != fact and other.entry.unit == fact.entry.unit
        ]
        if not partners or self.random.random() < 0.6:
            return Compare((Term(fact.id),), operator, self.number(fact))
        other = self.random.choice(partners)
        factors = self.random.choice(FACTORS), self.random.choice(FACTORS)
        constant = factors[0] * self.number(fact) + factors[1] * self.number(other)
        return Compare((Term(fact.id, factors[0]), Term(other.id, factors[1])), operator, constant)

    def number(self, fact: Fact) -> Decimal:
        # A stretch of six steps in the middle of the plausible range.
        assert fact.entry.range is not None
        start = fact.round(sum(fact.entry.range, Decimal(0)) / 3)
        return start + self.random.randint(0, 5) * fact.precision

    def patient(self) -> Values:
        return {
            fact.id: self.value(fact)
            for fact in self.vocabulary.values()
            if self.random.random() < 0.72
        }

    def value(self, fact: Fact) -> Value:
        if fact.entry.absence == "not_applicable" and self.random.random() < 0.2:
            return NOT_APPLICABLE
        if fact.type == "boolean":
            return self.random.random() < 0.5
        if fact.type == "enum":
            return fact.among(self.words(fact, fact.values))
        if fact.type == "date":
            return "2024-05"
        ends = sorted((self.number(fact), self.number(fact)))
        ranges = fact.entry.interval and self.random.random() < 0.5
        return Interval(*ends) if ranges else Interval(ends[0], ends[0])

    def words(self, fact: Fact, values: Sequence[str]) -> list[str]:
        """One of some values, or several that leave it open which."""
        several = self.random.random() < 0.4
        count = self.random.randint(2, max(2, len(values) - 1)) if several else 1
        return self.random.sample(values, min(count, len(values)))

    def refined(self, values: Values) -> dict[str, Value]:
        """The same patient with more known: unknowns recorded, ranges narrowed, values resolved."""
        known: dict[str, Value] = dict(values)
        for fact in self.vocabulary.values():
            value = known.get(fact.id)
            if self.random.random() < 0.5:
                continue
            if value is None:
                known[fact.id] = self.value(fact)
            elif isinstance(value, Interval):
                steps = int((value.high - value.low) / fact.precision)
                picks = sorted(self.random.choices(range(steps + 1), k=2))
                low, high = (value.low + pick * fact.precision for pick in picks)
                known[fact.id] = Interval(low, high)
            elif isinstance(value, str | Several) and fact.type == "enum":
                known[fact.id] = fact.among(self.words(fact, fact.candidates(value)))
        return known

    def precise(self, fact: Fact, value: Value) -> Value:
        """One exact value that is compatible with what is known."""
        if isinstance(value, Interval):
            steps = int((value.high - value.low) / fact.precision)
            return _point(value.low + self.random.randint(0, steps) * fact.precision)
        if isinstance(value, str | Several) and fact.type == "enum":
            return self.random.choice(fact.candidates(value))
        if value is not None:
            return value
        if fact.entry.range is not None and self.random.random() < 0.3:
            return _point(self.random.choice(fact.entry.range))
        return self.precise(fact, self.value(fact))


def _point(number: Decimal) -> Interval:
    return Interval(number, number)


def names_unresolved(nodes: Sequence[Node], vocabulary: Vocabulary) -> bool:
    """Whether a criterion asks what was written ("duodenum") instead of what it may mean."""
    return any(
        bool(node.written)
        or any(
            name in node.values and not set(candidates) <= set(node.values)
            for name, candidates in vocabulary[node.fact].entry.unresolved.items()
        )
        for node in nodes
        if isinstance(node, OneOf)
    )
