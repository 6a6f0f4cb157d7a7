"""SQL as a column engine: the same facts and truths as text for a warehouse, printed by sqlglot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlglot import expressions as sql

from gepnet.criteria.columns import all_bits, bits_of, columns_of
from gepnet.criteria.sql import SqlLogic, grouped
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import SEPARATOR, Fact

_KINDS = sql.DataType.Type
_TYPES = {
    "number": _KINDS.DOUBLE,
    "set": _KINDS.BIGINT,
    "text": _KINDS.VARCHAR,
    "boolean": _KINDS.BOOLEAN,
}


class SqlAlgebra(SqlLogic):
    """Builds sqlglot expressions; see ``gepnet.facts.wide.WideAlgebra``."""

    def constant(self, fact: Fact, cell: Any) -> sql.Expr:
        """Return a cell as a constant."""
        value = sql.convert(cell)
        return sql.cast(value, _KINDS.DOUBLE) if fact.type == "number" else value

    def shared_bits(self, one: sql.Expr, other: sql.Expr) -> sql.Expr:
        """Return the bits that two whole numbers have both."""
        return sql.Paren(this=sql.BitwiseAnd(this=grouped(one), expression=grouped(other)))

    def joined_bits(self, one: sql.Expr, other: sql.Expr) -> sql.Expr:
        """Return the bits that either of two whole numbers has."""
        return sql.Paren(this=sql.BitwiseOr(this=grouped(one), expression=grouped(other)))

    def mask(self, fact: Fact, column: str) -> sql.Expr:
        """Return the bits of a column that holds words, or several with a mark between them."""
        text = self.column(column)
        whole = [
            (value, bits_of(fact, fact.candidates(value) if value in fact.spellings else [value]))
            for value in fact.values
        ]
        marked = sql.Concat(
            expressions=[sql.Literal.string(SEPARATOR), text, sql.Literal.string(SEPARATOR)]
        )
        number = sql.Literal.number
        several: sql.Expr = number(0)
        for value in fact.values:
            bits = bits_of(fact, fact.candidates(value))
            named = sql.StrPosition(
                this=marked.copy(), substr=sql.Literal.string(f"{SEPARATOR}{value}{SEPARATOR}")
            )
            there = sql.GT(this=named, expression=number(0))
            several = self.joined_bits(several, self.choose([(there, number(bits))], number(0)))
        is_word = [
            (sql.EQ(this=text, expression=sql.Literal.string(v)), number(b)) for v, b in whole
        ]
        ends = [
            (sql.EQ(this=several.copy(), expression=number(n)), sql.Null())
            for n in (0, all_bits(fact))
        ]
        known = self.choose(ends, several)
        return self.choose([(self.missing(text), sql.Null()), *is_word], known)

    def small(self, number: int) -> sql.Expr:
        """Return a whole number below 256 as a constant."""
        return sql.Literal.number(number)

    def nothing(self, fact: Fact, column: str) -> sql.Expr:
        """Return null of a column's type."""
        return sql.cast(sql.Null(), _TYPES[columns_of(fact)[column]])

    def floor_divide(self, number: sql.Expr, by: sql.Expr) -> sql.Expr:
        """Return the quotient of whole numbers; the functions never divide below zero."""
        divisor = sql.Nullif(this=grouped(by), expression=sql.Literal.number(0))
        return sql.Paren(this=sql.IntDiv(this=grouped(number), expression=divisor))

    def quotient(self, number: sql.Expr, by: sql.Expr) -> sql.Expr:
        """Return a quotient as a binary fraction; null over zero."""
        bottom = sql.Nullif(
            this=sql.cast(by, _KINDS.DOUBLE),
            expression=sql.cast(sql.Literal.number(0), _KINDS.DOUBLE),
        )
        return sql.Paren(
            this=sql.Div(this=sql.cast(number, _KINDS.DOUBLE), expression=bottom, typed=True)
        )

    def square_root(self, number: sql.Expr) -> sql.Expr:
        """Return the square root of a binary fraction."""
        return sql.Sqrt(this=number.copy())

    def stored(self, steps: sql.Expr, step: Decimal) -> sql.Expr:
        """Return whole steps as the nearest binary fraction of their decimal number."""
        factor, places = as_steps(step)
        whole = sql.Mul(this=grouped(steps), expression=sql.Literal.number(factor))
        number = sql.cast(whole if factor != 1 else steps, _KINDS.DOUBLE)
        scale = sql.cast(sql.Literal.number(10**places), _KINDS.DOUBLE)
        return sql.Paren(this=sql.Div(this=number, expression=scale)) if places else number

    def date(self, text: sql.Expr, last: bool) -> sql.Expr:
        """Return the first or the last day that a date text can mean."""

        def dated(suffix: str) -> sql.Expr:
            full = sql.Concat(expressions=[text.copy(), sql.Literal.string(suffix)])
            return sql.TryCast(this=full, to=sql.DataType.build(_KINDS.DATE))

        length = sql.Length(this=text.copy())
        month = sql.LastDay(this=dated("-01")) if last else dated("-01")
        year = dated("-12-31" if last else "-01-01")
        day = sql.TryCast(this=text.copy(), to=sql.DataType.build(_KINDS.DATE))
        number = sql.Literal.number
        return self.choose(
            [(length.eq(number(4)), year), (length.eq(number(7)), month)],
            day,
        )

    def day_number(self, date: sql.Expr) -> sql.Expr:
        """Return a date in days since 1970-01-01."""
        epoch = sql.cast(sql.Literal.string("1970-01-01"), _KINDS.DATE)
        return sql.cast(
            sql.DateDiff(this=date.copy(), expression=epoch, unit=sql.var("DAY")), _KINDS.BIGINT
        )
