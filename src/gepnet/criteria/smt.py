"""The criteria language for the solver z3.

A fact is a value with a flag that it is known and one that it cannot exist for the patient; a
criterion is the pair "is true", "is false", so that unknown is neither. Numbers are whole steps of
the fact's precision, hence exact; a number known within bounds has a low and a high end. An
enumerated fact is an integer, the place of its value in the list of the vocabulary.

Parts that do not depend on a variable stay Python booleans: a patient about whom everything is
known gives formulas without any flag in them. z3 loads slowly; import this module where it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import z3

from gepnet.criteria.ast import Always, And, Compare, Holds, IsKnown, Node, Not, OneOf, Or
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Value, Vocabulary

# A Python boolean or a formula of the solver, and a Python integer or a term of it. z3 has no types
# that a checker could use.
Formula = Any
Number = Any


@dataclass(frozen=True)
class Symbol:
    """A fact for the solver.

    ``value`` is a formula for a boolean fact and the place in the list of values for an enumerated
    one; for a number ``low`` and ``high`` are its ends in steps of the precision, the same object
    where it is known exactly.
    """

    known: Formula
    absent: Formula = False
    value: Formula | Number = False
    low: Number = 0
    high: Number = 0


@dataclass(frozen=True)
class Pair:
    """When a criterion is true and when it is false; unknown is where it is neither."""

    true: Formula
    false: Formula


UNKNOWN = Symbol(False)


def conj(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction, a Python boolean where that settles it."""
    kept = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    return True if not kept else kept[0] if len(kept) == 1 else z3.And(kept)


def disj(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction, a Python boolean where that settles it."""
    kept = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)
    return False if not kept else kept[0] if len(kept) == 1 else z3.Or(kept)


def neg(part: Formula) -> Formula:
    """Return the negation."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def formula(part: Formula) -> Any:
    """Return a formula of the solver, also for a Python boolean."""
    return z3.BoolVal(part) if isinstance(part, bool) else part


def steps(fact: Fact, number: Decimal) -> int:
    """Return a value of a numeric fact in steps of its precision.

    Raises:
        ValueError: if the number is finer than the fact.
    """
    found = Fraction(number) / Fraction(fact.precision)
    if found.denominator != 1:
        raise ValueError(f"{number} is finer than {fact.id}, which has steps of {fact.precision}")
    return int(found)


def symbol(fact: Fact, name: str | None = None) -> Symbol:
    """Return a fact of which nothing is said yet: known or not, of any value or range."""
    name = name or fact.id
    known, absent = z3.Bool(f"{name}?"), z3.Bool(f"{name}#")
    if fact.type == "number":
        low = z3.Int(f"{name}<")
        return Symbol(
            known, absent, low=low, high=z3.Int(f"{name}>") if fact.entry.interval else low
        )
    value = z3.Int(name) if fact.type == "enum" else z3.Bool(name)
    return Symbol(known, absent, value=value)


def exactly(fact: Fact, name: str | None = None, absent: Formula = False) -> Symbol:
    """Return a fact that is known exactly and may have any value."""
    free = symbol(fact, name)
    return Symbol(True, absent, value=free.value, low=free.low, high=free.low)


def plausible(fact: Fact, one: Symbol) -> Formula:
    """Return that a value is one that the fact can have, and its ends are in order."""
    if fact.type == "enum":
        return conj([one.value >= 0, one.value < len(fact.values)])
    if fact.type != "number" or fact.entry.range is None:
        return True
    least, greatest = (Fraction(end) / Fraction(fact.precision) for end in fact.entry.range)
    inside = [one.low >= -(-least // 1), one.high <= greatest // 1]
    return conj(inside if one.low is one.high else [*inside, one.low <= one.high])


def constant(fact: Fact, value: Value) -> Symbol:
    """Return a fact with one value."""
    if value is None:
        return UNKNOWN
    if value is NOT_APPLICABLE:
        return Symbol(True, True)
    if isinstance(value, Interval):
        low = steps(fact, value.low)
        return Symbol(True, low=low, high=low if value.is_point else steps(fact, value.high))
    if isinstance(value, str):
        return Symbol(True, value=fact.values.index(value) if fact.type == "enum" else False)
    return Symbol(True, value=value)


def same(one: Symbol, other: Symbol) -> Formula:
    """Return that two symbols of a fact have the same value."""
    parts = [(one.known, other.known), (one.absent, other.absent)]
    parts += [(one.value, other.value), (one.low, other.low), (one.high, other.high)]
    return conj(_equal(left, right) for left, right in parts)


def _equal(left: Any, right: Any) -> Formula:
    if left is right:
        return True
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return left == right


class Translator:
    """Translates criteria about given symbols; equal parts only once."""

    def __init__(self, symbols: Mapping[str, Symbol], vocabulary: Vocabulary) -> None:
        """Keep the symbols; a fact without one is unknown."""
        self.symbols = symbols
        self.vocabulary = vocabulary
        self._made: dict[Node, Pair] = {}

    def __call__(self, node: Node) -> Pair:
        """Return when the criterion is true and when it is false."""
        pair = self._made.get(node)
        if pair is None:
            pair = self._made[node] = self._translate(node)
        return pair

    def _translate(self, node: Node) -> Pair:
        match node:
            case Always(value):
                return Pair(value, not value)
            case Holds(fact):
                one = self._symbol(fact)
                exists = conj([one.known, neg(one.absent)])
                return Pair(
                    conj([exists, one.value]),
                    conj([one.known, disj([one.absent, neg(one.value)])]),
                )
            case IsKnown(fact):
                known = self._symbol(fact).known
                return Pair(known, neg(known))
            case OneOf():
                return self._one_of(node)
            case Compare():
                return self._compare(node)
            case Not(operand):
                inner = self(operand)
                return Pair(inner.false, inner.true)
            case And(operands):
                pairs = [self(operand) for operand in operands]
                return Pair(conj(p.true for p in pairs), disj(p.false for p in pairs))
            case Or(operands):
                pairs = [self(operand) for operand in operands]
                return Pair(disj(p.true for p in pairs), conj(p.false for p in pairs))

    def _symbol(self, name: str) -> Symbol:
        return self.symbols.get(name, UNKNOWN)

    def _one_of(self, node: OneOf) -> Pair:
        one, values = self._symbol(node.fact), self.vocabulary[node.fact].values
        among = _among(one.value, [values.index(value) for value in node.values])
        possible = _among(one.value, [values.index(value) for value in node.possible])
        exists = conj([one.known, neg(one.absent)])
        return Pair(
            conj([exists, among, neg(possible)]),
            conj([one.known, disj([one.absent, conj([neg(among), neg(possible)])])]),
        )

    def _compare(self, node: Compare) -> Pair:
        scaled = []
        for term in node.terms:
            factor = Fraction(term.factor) * Fraction(self.vocabulary[term.fact].precision)
            scaled.append((self._symbol(term.fact), factor))
        wanted = Fraction(node.constant)
        whole = lcm(wanted.denominator, *(factor.denominator for _, factor in scaled))
        low: Number = 0
        high: Number = 0
        for one, factor in scaled:
            times = int(factor * whole)
            ends = (one.low, one.high) if times >= 0 else (one.high, one.low)
            first = _times(times, ends[0])
            is_point = ends[0] is ends[1] and low is high
            low = _plus(low, first)
            high = low if is_point else _plus(high, _times(times, ends[1]))
        limit = int(wanted * whole)
        certain, impossible = _settled(node.operator, low, high, limit)
        exists = conj(part for one, _ in scaled for part in (one.known, neg(one.absent)))
        cannot = disj(conj([one.known, one.absent]) for one, _ in scaled)
        return Pair(conj([exists, certain]), disj([cannot, conj([exists, impossible])]))


def _settled(operator: str, low: Number, high: Number, limit: int) -> tuple[Formula, Formula]:
    """Return when a comparison holds on all that lies between two ends, and when on none of it."""
    match operator:
        case "<":
            return high < limit, low >= limit
        case "<=":
            return high <= limit, low > limit
        case ">":
            return low > limit, high <= limit
        case ">=":
            return low >= limit, high < limit
    if low is high:
        return low == limit, neg(low == limit)
    return conj([low == limit, high == limit]), disj([low > limit, high < limit])


def _among(value: Number, places: list[int]) -> Formula:
    if isinstance(value, int):
        return value in places
    return disj(value == place for place in places)


def _times(factor: int, term: Number) -> Number:
    return term if factor == 1 else factor * term


def _plus(left: Number, right: Number) -> Number:
    return right if isinstance(left, int) and left == 0 else left + right


__all__ = [
    "UNKNOWN",
    "Formula",
    "Pair",
    "Symbol",
    "Translator",
    "conj",
    "constant",
    "disj",
    "exactly",
    "formula",
    "neg",
    "plausible",
    "same",
    "steps",
    "symbol",
]
