"""The criteria language for the solver z3.

A fact is a value with a flag that it is known and one that it cannot exist for the patient; a
criterion is the pair "is true", "is false", so that unknown is neither. Numbers are whole steps of
the fact's precision, hence exact (a constant may lie between two steps, where no variable can be);
a number known within bounds has a low and a high end. An
enumerated fact is an integer, the place of its value in the list of the vocabulary; a constant may
be several values.

Parts that do not depend on a variable stay Python booleans: a patient about whom everything is
known gives formulas without any flag in them. z3 loads slowly; import this module where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import eq
from typing import Any

import z3

from gepnet.criteria.algebra import Pair, PairLogic, compared
from gepnet.criteria.ast import Always, Atom, Compare, Holds, IsKnown, OneOf
from gepnet.criteria.interpret import interpret
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Several, Value, Vocabulary

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


UNKNOWN = Symbol(False)


def conj(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction, a Python boolean where that settles it."""
    return _joined(parts, False, z3.And)


def disj(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction, a Python boolean where that settles it."""
    return _joined(parts, True, z3.Or)


def _joined(
    parts: Iterable[Formula], settling: bool, join: Callable[[list[Formula]], Formula]
) -> Formula:
    idle = not settling
    kept = []
    for part in parts:
        if part is settling:
            return settling
        if part is not idle:
            kept.append(part)
    return idle if not kept else kept[0] if len(kept) == 1 else join(kept)


def neg(part: Formula) -> Formula:
    """Return the negation."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def formula(part: Formula) -> Any:
    """Return a formula of the solver, also for a Python boolean."""
    return z3.BoolVal(part) if isinstance(part, bool) else part


def is_true(model: z3.ModelRef, part: Formula) -> bool:
    """Whether a formula is true in a model; what the model leaves open is false or nought."""
    if isinstance(part, bool):
        return part
    # The solver's own method makes objects of what is looked at once.
    context, found = model.ctx.ref(), (z3.Ast * 1)()
    settled = z3.Z3_model_eval(context, model.model, part.as_ast(), True, found)
    return bool(settled and z3.Z3_get_bool_value(context, found[0]) == z3.Z3_L_TRUE)


def integer(model: z3.ModelRef, term: Number) -> int:
    """Return a whole number in a model."""
    if isinstance(term, int):
        return term
    found: int = model.eval(term, model_completion=True).as_long()
    return found


def steps(fact: Fact, number: Decimal) -> int:
    """Return a value of a numeric fact in steps of its precision.

    Raises:
        ValueError: if the number is finer than the fact.
    """
    found = Fraction(number) / Fraction(fact.precision)
    if found.denominator != 1:
        raise ValueError(f"{number} is finer than {fact.id}, which has steps of {fact.precision}")
    return int(found)


def _exact_steps(fact: Fact, number: Decimal) -> int | Fraction:
    found = Fraction(number) / Fraction(fact.precision)
    return int(found) if found.denominator == 1 else found


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
        words = (fact.values.index(word) for word in fact.spellings)
        within = [one.value >= 0, one.value < len(fact.values)]
        return conj([*within, *(neg(one.value == place) for place in words)])
    if fact.type != "number" or fact.entry.range is None:
        return True
    least, greatest = (Fraction(end) / Fraction(fact.precision) for end in fact.entry.range)
    inside = [one.low >= -(-least // 1), one.high <= greatest // 1]
    return conj(inside if one.low is one.high else [*inside, one.low <= one.high])


def constant(fact: Fact, value: Value) -> Symbol:
    """Return a fact with one value, which may lie between two steps."""
    if value is None:
        return UNKNOWN
    if value is NOT_APPLICABLE:
        return Symbol(True, True)
    if isinstance(value, Interval):
        low = _exact_steps(fact, value.low)
        return Symbol(True, low=low, high=low if value.is_point else _exact_steps(fact, value.high))
    if isinstance(value, str):
        return Symbol(True, value=fact.values.index(value) if fact.type == "enum" else False)
    if isinstance(value, Several):
        return Symbol(True, value=value)
    return Symbol(True, value=value)


def same(one: Symbol, other: Symbol) -> Formula:
    """Return that two symbols of a fact have the same value."""
    parts = [(one.known, other.known), (one.absent, other.absent)]
    parts += [(one.value, other.value), (one.low, other.low), (one.high, other.high)]
    return conj(left is right or left == right for left, right in parts)


class SolverLogic(PairLogic[Formula]):
    """Criteria as formulas about given symbols."""

    everywhere, nowhere = True, False

    def __init__(self, symbols: Mapping[str, Symbol], vocabulary: Vocabulary) -> None:
        """Keep the symbols; a fact without one is unknown."""
        self.symbols = symbols
        self.vocabulary = vocabulary

    def meet(self, parts: Iterable[Formula]) -> Formula:
        """Return the conjunction."""
        return conj(parts)

    def join(self, parts: Iterable[Formula]) -> Formula:
        """Return the disjunction."""
        return disj(parts)

    def outside(self, part: Formula) -> Formula:
        """Return the negation."""
        return neg(part)

    def is_empty(self, part: Formula) -> bool:
        """Whether a formula is the constant false."""
        return part is False

    def atom(self, node: Atom) -> Pair[Formula]:
        """Return when an atom is true and when it is false."""
        match node:
            case Always(value):
                return self.literal(value)
            case Holds(name):
                one = self._symbol(name)
                return _applicable([one], Pair(one.value, neg(one.value)))
            case IsKnown(name):
                known = self._symbol(name).known
                return Pair(known, neg(known))
            case OneOf(name, listed, written):
                one, fact = self._symbol(name), self.vocabulary[name]
                return _applicable([one], _one_of(fact, one.value, listed, written))
            case Compare():
                return self._compare(node)

    def _symbol(self, name: str) -> Symbol:
        return self.symbols.get(name, UNKNOWN)

    def _compare(self, node: Compare) -> Pair[Formula]:
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
        truth = Pair(*compared(node.operator, low, high, limit, _FORMULAS))
        return _applicable([one for one, _ in scaled], truth)


class _Formulas:
    """How the solver compares."""

    equal = staticmethod(eq)
    negate = staticmethod(neg)
    every = staticmethod(conj)
    either = staticmethod(disj)


_FORMULAS = _Formulas()


def _applicable(symbols: Sequence[Symbol], truth: Pair[Formula]) -> Pair[Formula]:
    """Return a truth about facts: unknown as one of them is, false where one cannot be."""
    exist = conj(part for one in symbols for part in (one.known, neg(one.absent)))
    cannot = disj(conj([one.known, one.absent]) for one in symbols)
    return Pair(conj([exist, truth.true]), disj([cannot, conj([exist, truth.false])]))


def _one_of(
    fact: Fact, value: Number, listed: Sequence[str], written: Sequence[str]
) -> Pair[Formula]:
    """Return a truth about a value: a variable has one, a constant may be several."""
    if isinstance(value, Several):
        truth = interpret(OneOf(fact.id, tuple(listed), tuple(written)), {fact.id: value})
        return Pair(truth is True, truth is False)
    places = [fact.values.index(one) for one in listed]
    among = value in places if isinstance(value, int) else disj(value == at for at in places)
    return Pair(among, neg(among))


def _times(factor: int, term: Number) -> Number:
    return term if factor == 1 else factor * term


def _plus(left: Number, right: Number) -> Number:
    return right if isinstance(left, int) and left == 0 else left + right
