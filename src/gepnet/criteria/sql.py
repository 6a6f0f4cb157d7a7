"""Criteria as SQL over the columns of ``gepnet.criteria.columns``, printed by sqlglot.

SQL's own AND, OR and NOT are three-valued, so they carry over unchanged; the atoms are spelled as
CASE expressions because an interval, an unresolved value or a value that is not applicable has a
truth that a bare comparison would not give.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlglot import expressions as sql

from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.ast import Node
from gepnet.criteria.columns import ColumnAtoms
from gepnet.vocabulary import Fact, Vocabulary, plain

_KINDS = sql.DataType.Type


def to_sql(node: Node, vocabulary: Vocabulary, dialect: str = "duckdb") -> str:
    """Return the criterion as one SQL expression in ``dialect`` (any that sqlglot prints)."""
    found: sql.Expr = Evaluator(SqlLogic(vocabulary))(node)
    return found.sql(dialect=dialect, copy=False)


class SqlLogic(ColumnAtoms):
    """Builds sqlglot expressions; see ``gepnet.criteria.columns.ColumnLogic``.

    Everything given is copied, as an expression of sqlglot stands in one place only.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Keep the vocabulary that criteria are about."""
        self.vocabulary = vocabulary

    def column(self, name: str) -> sql.Expr:
        """Return a column."""
        return sql.column(name, quoted=True)

    def literal(self, value: bool | int | str | None) -> sql.Expr:
        """Return a constant."""
        if isinstance(value, int) and not isinstance(value, bool):
            return sql.cast(sql.convert(value), _KINDS.BIGINT)
        return sql.convert(value)

    def number(self, value: Decimal, whole: bool) -> sql.Expr:
        """Return a constant, to be compared with a column or with a whole number."""
        literal: sql.Expr = sql.Literal.number(plain(abs(value)))
        if value < 0:
            literal = sql.Neg(this=literal)
        # Stored values are binary floats; so must be the literal, or a decimal type would differ.
        return literal if whole else sql.cast(literal, _KINDS.DOUBLE, copy=False)

    def negate(self, truth: sql.Expr) -> sql.Expr:
        """Return Kleene's not."""
        return sql.Paren(this=sql.Not(this=sql.Paren(this=truth.copy())))

    def every(self, truths: Sequence[sql.Expr]) -> sql.Expr:
        """Return Kleene's and."""
        return sql.Paren(this=sql.and_(*truths))

    def either(self, truths: Sequence[sql.Expr]) -> sql.Expr:
        """Return Kleene's or."""
        return sql.Paren(this=sql.or_(*truths))

    def choose(
        self, branches: Sequence[tuple[sql.Expr, sql.Expr]], otherwise: sql.Expr
    ) -> sql.Expr:
        """Return the value of the first branch whose condition is true."""
        case = sql.Case()
        for condition, value in branches:
            case = case.when(condition.copy(), value.copy(), copy=False)
        return sql.Paren(this=case.else_(otherwise.copy(), copy=False))

    def certainly(self, truth: sql.Expr) -> sql.Expr:
        """Return whether a truth is true, with unknown as false."""
        return sql.Coalesce(this=truth.copy(), expressions=[sql.Boolean(this=False)])

    def any_bit(self, mask: sql.Expr, bits: int) -> sql.Expr:
        """Return whether a whole number has one of some bits; null for null."""
        both = sql.BitwiseAnd(this=mask.copy(), expression=sql.Literal.number(bits))
        return sql.Paren(this=sql.NEQ(this=sql.Paren(this=both), expression=sql.Literal.number(0)))

    def bits(self, fact: Fact, bits: int) -> sql.Expr:
        """Return a set of values of an enumerated fact as a constant."""
        return sql.Literal.number(bits)

    def missing(self, value: sql.Expr) -> sql.Expr:
        """Return whether a value is null."""
        return sql.Paren(this=sql.Is(this=grouped(value), expression=sql.Null()))

    def equal(self, left: sql.Expr, right: sql.Expr) -> sql.Expr:
        """Return whether two numbers are equal."""
        return sql.Paren(this=sql.EQ(this=grouped(left), expression=grouped(right)))

    def whole(self, number: sql.Expr, power: int) -> sql.Expr:
        """Return the whole number nearest to ``number * power``."""
        product = sql.Mul(this=grouped(number), expression=sql.Literal.number(power))
        return sql.cast(sql.Round(this=product), _KINDS.BIGINT)


def grouped(expression: sql.Expr) -> sql.Expr:
    """Return a copy that stands as one operand."""
    copied = expression.copy()
    return sql.Paren(this=copied) if isinstance(copied, sql.Binary) else copied
