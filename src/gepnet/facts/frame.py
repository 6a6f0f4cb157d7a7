"""Polars as a column engine: facts and truths of many patients as lazy expressions."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from gepnet.criteria.columns import absent_column, low_column
from gepnet.criteria.polars import PolarsLogic, mask_type
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import Fact


def column_type(fact: Fact, column: str) -> pl.DataType:
    """Return the type of a column in gepnet's own tables."""
    if column == absent_column(fact) or fact.type == "boolean":
        return pl.Boolean()
    if fact.type == "number":
        return pl.Float64()
    return mask_type(fact) if fact.type == "enum" else pl.String()


class PolarsAlgebra(PolarsLogic):
    """Builds Polars expressions; see ``gepnet.facts.wide.WideAlgebra``."""

    def constant(self, fact: Fact, cell: Any) -> pl.Expr:
        """Return a cell as a constant of the type of its column."""
        return pl.lit(cell, dtype=column_type(fact, low_column(fact)))

    def shared_bits(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        """Return the bits that two whole numbers have both."""
        return one & other

    def joined_bits(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        """Return the bits that either of two whole numbers has."""
        return one | other

    def small(self, number: int) -> pl.Expr:
        """Return a whole number below 256 as a constant."""
        return _small(number)

    def nothing(self, fact: Fact, column: str) -> pl.Expr:
        """Return null of a column's type."""
        return pl.lit(None, dtype=column_type(fact, column))

    def floor_divide(self, number: pl.Expr, by: pl.Expr) -> pl.Expr:
        """Return the quotient of whole numbers, rounded down; null over zero."""
        quotient: pl.Expr = number // by
        return quotient

    def quotient(self, number: pl.Expr, by: pl.Expr) -> pl.Expr:
        """Return a quotient as a binary fraction; null over zero."""
        top, bottom = number.cast(pl.Float64), by.cast(pl.Float64)
        return pl.when(bottom != 0).then(top / bottom)

    def square_root(self, number: pl.Expr) -> pl.Expr:
        """Return the square root of a binary fraction."""
        return number.sqrt()

    def stored(self, steps: pl.Expr, step: Decimal) -> pl.Expr:
        """Return whole steps as the nearest binary fraction of their decimal number."""
        factor, places = as_steps(step)
        return divided((steps * factor).cast(pl.Float64), 10**places)

    def date(self, text: pl.Expr, last: bool) -> pl.Expr:
        """Return the first or the last day that a date text can mean."""
        first = first_day(text)
        return last_day(text, first) if last else first

    def day_number(self, date: pl.Expr) -> pl.Expr:
        """Return a date in days since 1970-01-01."""
        return date.cast(pl.Int32).cast(pl.Int64)


@cache
def _small(number: int) -> pl.Expr:
    """Return a code as a constant: thousands of places name one of some two hundred."""
    return pl.lit(number, dtype=pl.UInt8)


def divided(number: pl.Expr, by: int) -> pl.Expr:
    """Return an exactly rounded quotient.

    Polars divides by a constant through its reciprocal, which makes 2.9 of 29 / 10 another binary
    number than the literal 2.9; a divisor that is a column is divided by.
    """
    return number if by == 1 else number / (number * 0 + by)


def first_day(text: pl.Expr) -> pl.Expr:
    """Return the first day that a date text can mean; null if it is no date."""
    padded = pl.concat_str([text, pl.lit("-01-01")]).str.slice(0, 10)
    return padded.str.to_date("%Y-%m-%d", strict=False)


def last_day(text: pl.Expr, first: pl.Expr) -> pl.Expr:
    """Return the last day that a date text can mean, given the first."""
    length = text.str.len_bytes()
    year_end = first.dt.offset_by("1y") - pl.duration(days=1)
    month_end = first.dt.month_end()
    return pl.when(length == 4).then(year_end).when(length == 7).then(month_end).otherwise(first)
