"""SQL as a column engine: the same facts and truths as text for a warehouse, printed by sqlglot."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlglot import expressions as sql

from gepnet.criteria import Node
from gepnet.criteria.columns import columns_of
from gepnet.criteria.sql import expression
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import Fact, Vocabulary

_KINDS = sql.DataType.Type
_TYPES = {"number": _KINDS.DOUBLE, "text": _KINDS.VARCHAR, "boolean": _KINDS.BOOLEAN}


class SqlAlgebra:
    """Builds sqlglot expressions; see ``gepnet.measures.columns.Algebra``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Keep the vocabulary that criteria are about."""
        self.vocabulary = vocabulary

    def column(self, name: str) -> sql.Expr:
        """Return a column."""
        return sql.column(name, quoted=True)

    def atom(self, node: Node) -> sql.Expr:
        """Return the truth of an atom."""
        return sql.Paren(this=expression(node, self.vocabulary))

    def negate(self, truth: sql.Expr) -> sql.Expr:
        """Return Kleene's not."""
        return sql.Paren(this=sql.Not(this=sql.Paren(this=truth.copy())))

    def literal(self, value: bool | int | str | None) -> sql.Expr:
        """Return a constant."""
        if isinstance(value, int) and not isinstance(value, bool):
            return sql.cast(sql.convert(value), _KINDS.BIGINT)
        return sql.convert(value)

    def constant(self, fact: Fact, cell: Any) -> sql.Expr:
        """Return a cell as a constant."""
        value = sql.convert(cell)
        return sql.cast(value, _KINDS.DOUBLE) if fact.type == "number" else value

    def small(self, number: int) -> sql.Expr:
        """Return a whole number below 256 as a constant."""
        return sql.Literal.number(number)

    def nothing(self, fact: Fact, column: str) -> sql.Expr:
        """Return null of a column's type."""
        return sql.cast(sql.Null(), _TYPES[columns_of(fact)[column]])

    def equal(self, left: sql.Expr, right: sql.Expr) -> sql.Expr:
        """Return whether two numbers are equal."""
        return sql.Paren(this=sql.EQ(this=_group(left), expression=_group(right)))

    def choose(
        self, branches: Sequence[tuple[sql.Expr, sql.Expr]], otherwise: sql.Expr
    ) -> sql.Expr:
        """Return the value of the first branch whose condition is true."""
        case = sql.Case()
        for condition, value in branches:
            case = case.when(condition.copy(), value.copy(), copy=False)
        return sql.Paren(this=case.else_(otherwise.copy(), copy=False))

    def among(self, text: sql.Expr, values: Sequence[str]) -> sql.Expr:
        """Return whether a text is one of some values."""
        literals = [sql.Literal.string(value) for value in values]
        return sql.Paren(this=sql.In(this=text.copy(), expressions=literals))

    def every(self, truths: Sequence[sql.Expr]) -> sql.Expr:
        """Return Kleene's and."""
        return sql.Paren(this=sql.and_(*truths))

    def either(self, truths: Sequence[sql.Expr]) -> sql.Expr:
        """Return Kleene's or."""
        return sql.Paren(this=sql.or_(*truths))

    def missing(self, value: sql.Expr) -> sql.Expr:
        """Return whether a value is null."""
        return sql.Paren(this=sql.Is(this=_group(value), expression=sql.Null()))

    def whole(self, number: sql.Expr, power: int) -> sql.Expr:
        """Return the whole number nearest to ``number * power``."""
        product = sql.Mul(this=_group(number), expression=sql.Literal.number(power))
        return sql.cast(sql.Round(this=product), _KINDS.BIGINT)

    def floor_divide(self, number: sql.Expr, by: sql.Expr) -> sql.Expr:
        """Return the quotient of whole numbers; the functions never divide below zero."""
        divisor = sql.Nullif(this=_group(by), expression=sql.Literal.number(0))
        return sql.Paren(this=sql.IntDiv(this=_group(number), expression=divisor))

    def root(self, number: sql.Expr, by: sql.Expr) -> sql.Expr:
        """Return a whole number within one of the square root of a quotient."""
        quotient = sql.Div(
            this=sql.cast(number, _KINDS.DOUBLE), expression=sql.cast(by, _KINDS.DOUBLE), typed=True
        )
        return sql.cast(sql.Round(this=sql.Sqrt(this=quotient)), _KINDS.BIGINT)

    def stored(self, steps: sql.Expr, precision: Decimal) -> sql.Expr:
        """Return whole steps as the nearest binary fraction of their decimal number."""
        step, places = as_steps(precision)
        whole = sql.Mul(this=_group(steps), expression=sql.Literal.number(step))
        number = sql.cast(whole if step != 1 else steps, _KINDS.DOUBLE)
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

    def calendar(self, date: sql.Expr) -> sql.Expr:
        """Return a date as the whole number yyyymmdd."""
        parts = (sql.Year, sql.Month, sql.Day)
        year, month, day = (sql.cast(part(this=date.copy()), _KINDS.BIGINT) for part in parts)
        return sql.Paren(this=year * 10000 + month * 100 + day)


def _group(expression: sql.Expr) -> sql.Expr:
    """Return a copy that stands as one operand."""
    copied = expression.copy()
    return sql.Paren(this=copied) if isinstance(copied, sql.Binary) else copied
