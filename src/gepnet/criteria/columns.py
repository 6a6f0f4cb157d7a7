"""How facts lie in a table: the one place that names columns for Polars, SQL and files.

A number that may be a range takes two columns, ``x__lo`` and ``x__hi``; any other fact one column
named as the fact. A fact that can be not applicable has a third, boolean column ``x__na``. Null is
unknown. An enumerated fact is a whole number with one bit for each value that it may be, the first
bit for the first of ``Fact.members``; a table that people make or read has the word, or several
with a semicolon between them. Numbers are stored on a fine step, a thousandth of the fact's own
(``Fact.kept``): a stored value and a literal of a criterion are the same binary number exactly when
they are the same decimal number, and a value lies on the same side of every literal as it did
before it was stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any, Protocol

from gepnet.criteria.algebra import Logic, compared
from gepnet.criteria.ast import Always, Atom, Compare, Holds, IsKnown, OneOf
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    SEPARATOR,
    Fact,
    Interval,
    Several,
    Value,
    Vocabulary,
)

Cell = float | str | bool | None
# Of an engine; arithmetic and the comparison of numbers work by its own operators.
Expression = Any


class ColumnLogic(Logic[Expression], Protocol):
    """What an engine of columns offers for the atoms of criteria."""

    vocabulary: Vocabulary

    def literal(self, value: bool | int | str | None) -> Expression:
        """Return a constant."""

    def column(self, name: str) -> Expression:
        """Return a column."""

    def number(self, value: Decimal, whole: bool) -> Expression:
        """Return a constant, to be compared with a column or with a whole number."""

    def whole(self, number: Expression, power: int) -> Expression:
        """Return the whole number nearest to ``number * power``."""

    def equal(self, left: Expression, right: Expression) -> Expression:
        """Return whether two numbers are equal."""

    def any_bit(self, mask: Expression, bits: int) -> Expression:
        """Return whether a whole number has one of some bits; unknown for null."""

    def bits(self, fact: Fact, bits: int) -> Expression:
        """Return a set of values of an enumerated fact as a constant of its column's type."""

    def missing(self, value: Expression) -> Expression:
        """Return whether a value is null."""

    def certainly(self, truth: Expression) -> Expression:
        """Return whether a truth is true, with unknown as false."""

    def choose(
        self, branches: Sequence[tuple[Expression, Expression]], otherwise: Expression
    ) -> Expression:
        """Return the value of the first branch whose condition is true."""


class ColumnAtoms:
    """The atoms of criteria over columns, the same for every engine of columns."""

    def atom(self: ColumnLogic, node: Atom) -> Expression:
        """Return the truth of an atom: null where it is unknown."""
        match node:
            case Always(value):
                return self.literal(value)
            case IsKnown(name):
                return known(self, self.vocabulary[name])
            case Holds(name):
                return _applicable(self, [self.vocabulary[name]], [], self.column(name))
            case OneOf(name, values, written):
                fact = self.vocabulary[name]
                mask, listed = self.column(name), bits_of(fact, values)
                among = among_bits(self, mask, listed, all_bits(fact, named=True) & ~listed)
                sets = [bits_of(fact, fact.spellings[word]) for word in written]
                just = [
                    (self.equal(mask, self.bits(fact, one)), self.literal(True)) for one in sets
                ]
                return _applicable(self, [fact], just, among)
            case Compare():
                return _compare(self, node)

    def by(
        self: ColumnLogic,
        truth: Expression,
        true: Callable[[], Expression],
        false: Callable[[], Expression],
        unknown: Callable[[], Expression],
    ) -> Expression:
        """Return the value of one of three cases; two may be the same object."""
        if unknown is false:
            return self.choose([(truth, true())], false())
        if unknown is true:
            return self.choose([(self.negate(truth), false())], true())
        # Whether a truth is unknown is asked first: columns say it faster than whether it is false.
        return self.choose([(self.missing(truth), unknown()), (truth, true())], false())


def among_bits(engine: ColumnLogic, mask: Expression, listed: int, others: int) -> Expression:
    """Return whether all that a value may be is listed: false if nothing is, else unknown."""
    some = engine.any_bit(mask, listed)
    if not others:
        return some
    none_else = engine.negate(engine.any_bit(mask, others))
    return engine.every([some, engine.either([none_else, engine.literal(None)])])


def bits_of(fact: Fact, values: Iterable[str]) -> int:
    """Return the bits of some values of an enumerated fact."""
    members = fact.members
    return sum(1 << members.index(value) for value in dict.fromkeys(values))


def all_bits(fact: Fact, named: bool = False) -> int:
    """Return the bits of all that a value can mean; with other words for it, if ``named``."""
    return bits_of(fact, fact.members if named else fact.meanings)


def known(engine: ColumnLogic, fact: Fact) -> Expression:
    """Return whether a fact has a value or is not applicable; never unknown."""
    has_value = engine.negate(engine.missing(engine.column(low_column(fact))))
    absent = absent_column(fact)
    if absent is None:
        return has_value
    return engine.either([has_value, engine.certainly(engine.column(absent))])


def _applicable(
    engine: ColumnLogic,
    facts: Sequence[Fact],
    branches: Sequence[tuple[Expression, Expression]],
    otherwise: Expression,
) -> Expression:
    """Choose a truth; it is false where a fact is not applicable."""
    absent = [name for name in map(absent_column, facts) if name is not None]
    none = [(engine.column(name), engine.literal(False)) for name in absent]
    chosen = [*none, *branches]
    return engine.choose(chosen, otherwise) if chosen else otherwise


def _compare(engine: ColumnLogic, node: Compare) -> Expression:
    facts = [engine.vocabulary[term.fact] for term in node.terms]
    if len(facts) == 1:
        names = low_column(facts[0]), high_column(facts[0])
        low = high = engine.column(names[0])
        if names[0] != names[1]:
            high = engine.column(names[1])
        limit = engine.number(node.constant, whole=False)
    else:
        terms, constant = scaled(node, engine.vocabulary)
        low, high = (_whole_sum(engine, terms, side) for side in (0, 1))
        limit = engine.number(Decimal(constant), whole=True)
    certain, impossible = compared(node.operator, low, high, limit, engine)
    if low is high:
        return _applicable(engine, facts, [], certain)
    settled = [(certain, engine.literal(True)), (impossible, engine.literal(False))]
    return _applicable(engine, facts, settled, engine.literal(None))


def _whole_sum(
    engine: ColumnLogic, terms: Sequence[tuple[Fact, int, int]], side: int
) -> Expression:
    """Return the least (side 0) or the greatest (1) that a sum of terms can be."""
    parts = []
    for fact, power, factor in terms:
        ends = low_column(fact), high_column(fact)
        name = ends[side] if factor > 0 else ends[1 - side]
        parts.append(engine.whole(engine.column(name), power) * factor)
    return reduce(add, parts)


def low_column(fact: Fact) -> str:
    """Return the column of the lower bound."""
    return f"{fact.id}__lo" if fact.entry.interval else fact.id


def high_column(fact: Fact) -> str:
    """Return the column of the upper bound."""
    return f"{fact.id}__hi" if fact.entry.interval else fact.id


def absent_column(fact: Fact) -> str | None:
    """Return the column that says "not applicable", or None if the fact always applies."""
    return f"{fact.id}__na" if fact.entry.absence == "not_applicable" else None


def columns_of(fact: Fact) -> dict[str, str]:
    """Return the columns of a fact with their type: number, set, text or boolean."""
    kind = {"number": "number", "boolean": "boolean", "enum": "set"}.get(fact.type, "text")
    columns = {low_column(fact): kind, high_column(fact): kind}
    absent = absent_column(fact)
    if absent is not None:
        columns[absent] = "boolean"
    return columns


def cells(fact: Fact, value: Value) -> dict[str, Cell]:
    """Return one patient's value of a fact as table cells.

    A range of a fact that has one column only is unknown there.
    """
    row: dict[str, Cell] = dict.fromkeys(columns_of(fact))
    absent = absent_column(fact)
    if absent is not None:
        row[absent] = value is NOT_APPLICABLE
    if isinstance(value, Interval):
        if value.is_point or fact.entry.interval:
            row[low_column(fact)] = float(fact.kept(value.low))
            row[high_column(fact)] = float(fact.kept(value.high))
    elif isinstance(value, str | Several) and fact.type == "enum":
        row[fact.id] = bits_of(fact, value.values if isinstance(value, Several) else [value])
    elif isinstance(value, str | bool):
        row[fact.id] = value
    return row


def from_bits(fact: Fact, mask: int) -> Value:
    """Return the value that a set of bits stands for."""
    return fact.among(one for bit, one in enumerate(fact.members) if mask >> bit & 1)


def word(fact: Fact, value: str | Several) -> str:
    """Return a value of an enumerated fact as a table shows it."""
    if isinstance(value, str):
        return value
    return value.word or SEPARATOR.join(value.values)


def decimals(number: Decimal) -> int:
    """Return how many decimal places a number has."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def scaled(node: Compare, vocabulary: Vocabulary) -> tuple[list[tuple[Fact, int, int]], int]:
    """Return a comparison in whole numbers, for engines that would otherwise add binary floats.

    Returns:
        For each term the fact, the power of ten that makes its stored value whole, and the whole
        factor that it is then multiplied with; and the constant on the same scale.
    """
    places = [decimals(vocabulary[term.fact].fine) for term in node.terms]
    scale = max(
        [decimals(node.constant)]
        + [p + decimals(term.factor) for p, term in zip(places, node.terms, strict=True)]
    )
    terms = [
        (vocabulary[term.fact], 10**place, int(term.factor * 10 ** (scale - place)))
        for place, term in zip(places, node.terms, strict=True)
    ]
    return terms, int(node.constant * 10**scale)
