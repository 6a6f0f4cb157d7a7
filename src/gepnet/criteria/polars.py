"""Criteria as Polars expressions: a truth is a nullable boolean, null where it is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from operator import and_, or_

import polars as pl

from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.ast import Node
from gepnet.criteria.columns import ColumnAtoms
from gepnet.vocabulary import Fact, Vocabulary


def to_polars(node: Node, vocabulary: Vocabulary) -> pl.Expr:
    """Return the expression of a criterion over the columns of ``gepnet.criteria.columns``."""
    found: pl.Expr = Evaluator(PolarsLogic(vocabulary))(node)
    return found


def mask_type(fact: Fact) -> pl.DataType:
    """Return the smallest type that holds a bit for each value of an enumerated fact."""
    width = len(fact.members)
    return pl.UInt16() if width <= 16 else pl.UInt32() if width <= 32 else pl.UInt64()


class PolarsLogic(ColumnAtoms):
    """Builds Polars expressions; see ``gepnet.criteria.columns.ColumnLogic``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Keep the vocabulary that criteria are about."""
        self.vocabulary = vocabulary

    def column(self, name: str) -> pl.Expr:
        """Return a column."""
        return pl.col(name)

    def literal(self, value: bool | int | str | None) -> pl.Expr:
        """Return a constant."""
        if value is None:
            return pl.lit(None, dtype=pl.Boolean)
        return pl.lit(value) if isinstance(value, bool | str) else pl.lit(value, dtype=pl.Int64)

    def number(self, value: Decimal, whole: bool) -> pl.Expr:
        """Return a constant, to be compared with a column or with a whole number."""
        return pl.lit(int(value) if whole else float(value))

    def negate(self, truth: pl.Expr) -> pl.Expr:
        """Return Kleene's not."""
        return ~truth

    def every(self, truths: Sequence[pl.Expr]) -> pl.Expr:
        """Return Kleene's and: false & null is false in Polars."""
        return reduce(and_, truths)

    def either(self, truths: Sequence[pl.Expr]) -> pl.Expr:
        """Return Kleene's or: true | null is true in Polars."""
        return reduce(or_, truths)

    def choose(self, branches: Sequence[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
        """Return the value of the first branch whose condition is true."""
        chosen = otherwise
        for condition, value in reversed(branches):
            chosen = pl.when(condition).then(value).otherwise(chosen)
        return chosen

    def certainly(self, truth: pl.Expr) -> pl.Expr:
        """Return whether a truth is true, with unknown as false."""
        return truth.fill_null(value=False)

    def any_bit(self, mask: pl.Expr, bits: int) -> pl.Expr:
        """Return whether a whole number has one of some bits; null for null."""
        return (mask & bits) != 0

    def bits(self, fact: Fact, bits: int) -> pl.Expr:
        """Return a set of values of an enumerated fact as a constant of its column's type."""
        return pl.lit(bits, dtype=mask_type(fact))

    def missing(self, value: pl.Expr) -> pl.Expr:
        """Return whether a value is null."""
        return value.is_null()

    def equal(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        """Return whether two numbers are equal."""
        return left == right

    def whole(self, number: pl.Expr, power: int) -> pl.Expr:
        """Return the whole number nearest to ``number * power``."""
        return (number * power).round().cast(pl.Int64)
