"""A criterion as a Polars expression: a nullable boolean column, null where it is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import polars as pl

from gepnet.criteria.ast import Always, And, Compare, Holds, IsKnown, Node, Not, OneOf, Or
from gepnet.criteria.columns import absent_column, high_column, low_column, scaled
from gepnet.vocabulary import Fact, Vocabulary

_UNKNOWN = pl.lit(None, dtype=pl.Boolean)


def to_polars(node: Node, vocabulary: Vocabulary) -> pl.Expr:
    """Return the expression of a criterion over the columns of ``gepnet.criteria.columns``."""
    match node:
        case Always(value):
            return pl.lit(value)
        case Holds(name):
            fact = vocabulary[name]
            return _applicable(pl.col(fact.id), [fact])
        case IsKnown(name):
            return _known(vocabulary[name])
        case OneOf():
            return _one_of(node, vocabulary[node.fact])
        case Compare():
            return _compare(node, vocabulary)
        case Not(operand):
            return ~to_polars(operand, vocabulary)
        case And(operands):
            # & and | are Kleene's in Polars: false & null is false, true | null is true.
            return reduce(operator.and_, (to_polars(part, vocabulary) for part in operands))
        case Or(operands):
            return reduce(operator.or_, (to_polars(part, vocabulary) for part in operands))


def _applicable(expression: pl.Expr, facts: list[Fact]) -> pl.Expr:
    """Make the atom false where a fact of it is not applicable."""
    for fact in facts:
        absent = absent_column(fact)
        if absent is not None:
            absence = pl.col(absent).fill_null(False)
            expression = pl.when(absence).then(pl.lit(False)).otherwise(expression)
    return expression


def _known(fact: Fact) -> pl.Expr:
    known = pl.col(low_column(fact)).is_not_null()
    absent = absent_column(fact)
    return known if absent is None else known | pl.col(absent).fill_null(False)


def _one_of(node: OneOf, fact: Fact) -> pl.Expr:
    column = pl.col(fact.id)
    matches = column.is_in(list(node.values))
    if node.possible:
        matches = pl.when(column.is_in(list(node.possible))).then(_UNKNOWN).otherwise(matches)
    matches = pl.when(column.is_null()).then(_UNKNOWN).otherwise(matches)
    return _applicable(matches, [fact])


_CERTAIN: dict[str, Callable[[Any, Any, Any], tuple[Any, Any]]] = {
    "<": lambda low, high, c: (high < c, low >= c),
    "<=": lambda low, high, c: (high <= c, low > c),
    ">": lambda low, high, c: (low > c, high <= c),
    ">=": lambda low, high, c: (low >= c, high < c),
    "=": lambda low, high, c: ((low == c) & (high == c), (low > c) | (high < c)),
}


def _compare(node: Compare, vocabulary: Vocabulary) -> pl.Expr:
    facts = [vocabulary[term.fact] for term in node.terms]
    constant: float | int
    if len(facts) == 1:
        low, high = pl.col(low_column(facts[0])), pl.col(high_column(facts[0]))
        constant = float(node.constant)
    else:
        low, high, constant = _whole_sums(node, vocabulary)
    certain, impossible = _CERTAIN[node.operator](low, high, constant)
    settled = (
        pl.when(certain).then(pl.lit(True)).when(impossible).then(pl.lit(False)).otherwise(_UNKNOWN)
    )
    return _applicable(settled, facts)


def _whole_sums(node: Compare, vocabulary: Vocabulary) -> tuple[pl.Expr, pl.Expr, int]:
    terms, constant = scaled(node, vocabulary)
    lows: list[pl.Expr] = []
    highs: list[pl.Expr] = []
    for fact, power, factor in terms:
        ends = [low_column(fact), high_column(fact)]
        if factor < 0:
            ends.reverse()
        for column, sums in zip(ends, (lows, highs), strict=True):
            sums.append((pl.col(column) * power).round().cast(pl.Int64) * factor)
    return reduce(operator.add, lows), reduce(operator.add, highs), constant
