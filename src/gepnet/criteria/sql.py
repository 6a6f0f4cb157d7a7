"""A criterion as SQL over the columns of ``gepnet.criteria.columns``, printed by sqlglot.

SQL's own AND, OR and NOT are three-valued, so they carry over unchanged; the atoms are spelled as
CASE expressions because an interval, an unresolved value or a value that is not applicable has a
truth that a bare comparison would not give.
"""

from __future__ import annotations

from decimal import Decimal

from sqlglot import expressions as sql

from gepnet.criteria.ast import Always, And, Compare, Holds, IsKnown, Node, Not, OneOf, Or
from gepnet.criteria.columns import absent_column, high_column, low_column, scaled
from gepnet.vocabulary import Fact, Vocabulary, plain


def to_sql(node: Node, vocabulary: Vocabulary, dialect: str = "duckdb") -> str:
    """Return the criterion as one SQL expression in ``dialect`` (any that sqlglot prints)."""
    return expression(node, vocabulary).sql(dialect=dialect, copy=False)


def expression(node: Node, vocabulary: Vocabulary) -> sql.Expr:
    """Return the criterion as a sqlglot expression."""
    match node:
        case Always(value):
            return sql.Boolean(this=value)
        case Holds(name):
            fact = vocabulary[name]
            return _case(_absent([fact]), default=_column(fact.id))
        case IsKnown(name):
            return _known(vocabulary[name])
        case OneOf():
            return _one_of(node, vocabulary[node.fact])
        case Compare():
            return _compare(node, vocabulary)
        case Not(operand):
            return sql.Not(this=sql.Paren(this=expression(operand, vocabulary)))
        case And(operands):
            parts = [expression(operand, vocabulary) for operand in operands]
            return sql.Paren(this=sql.and_(*parts, copy=False))
        case Or(operands):
            parts = [expression(operand, vocabulary) for operand in operands]
            return sql.Paren(this=sql.or_(*parts, copy=False))


Branch = tuple[sql.Expr, bool | None]


def _column(name: str) -> sql.Column:
    return sql.column(name, quoted=True)


def _truth(value: bool | None) -> sql.Expr:
    return sql.Null() if value is None else sql.Boolean(this=value)


def _case(branches: list[Branch], default: sql.Expr | None = None) -> sql.Expr:
    if not branches and default is not None:
        return default
    case = sql.Case()
    for condition, value in branches:
        case = case.when(condition, _truth(value), copy=False)
    return case if default is None else case.else_(default, copy=False)


def _absent(facts: list[Fact]) -> list[Branch]:
    names = [name for name in map(absent_column, facts) if name is not None]
    return [(_column(name), False) for name in names]


def _is_null(column: str) -> sql.Expr:
    return sql.Is(this=_column(column), expression=sql.Null())


def _known(fact: Fact) -> sql.Expr:
    known: sql.Expr = sql.Not(this=_is_null(low_column(fact)))
    absent = absent_column(fact)
    if absent is not None:
        flag = sql.Coalesce(this=_column(absent), expressions=[sql.Boolean(this=False)])
        known = sql.Paren(this=sql.or_(known, flag, copy=False))
    return known


def _in(fact: Fact, values: tuple[str, ...]) -> sql.Expr:
    return sql.In(this=_column(fact.id), expressions=[sql.Literal.string(v) for v in values])


def _one_of(node: OneOf, fact: Fact) -> sql.Expr:
    branches = _absent([fact])
    if node.possible:
        branches.append((_in(fact, node.possible), None))
    return _case(branches, default=_in(fact, node.values))


def _compare(node: Compare, vocabulary: Vocabulary) -> sql.Expr:
    facts = [vocabulary[term.fact] for term in node.terms]
    if len(facts) == 1:
        low: sql.Expr = _column(low_column(facts[0]))
        high: sql.Expr = _column(high_column(facts[0]))
        # Stored values are binary floats; so must be the literal, or a decimal type would differ.
        constant: sql.Expr = sql.cast(_number(node.constant), "DOUBLE", copy=False)
    else:
        low, high, constant = _whole_sums(node, vocabulary)
    certain, impossible = _bounds(node.operator, low, high, constant)
    return _case([*_absent(facts), (certain, True), (impossible, False)])


def _number(value: Decimal) -> sql.Expr:
    literal = sql.Literal.number(plain(abs(value)))
    return sql.Neg(this=literal) if value < 0 else literal


def _bounds(
    operator: str, low: sql.Expr, high: sql.Expr, constant: sql.Expr
) -> tuple[sql.Expr, sql.Expr]:
    def compare(kind: type[sql.Binary], side: sql.Expr) -> sql.Expr:
        return kind(this=side.copy(), expression=constant.copy())

    match operator:
        case "<":
            return compare(sql.LT, high), compare(sql.GTE, low)
        case "<=":
            return compare(sql.LTE, high), compare(sql.GT, low)
        case ">":
            return compare(sql.GT, low), compare(sql.LTE, high)
        case ">=":
            return compare(sql.GTE, low), compare(sql.LT, high)
    return (
        sql.and_(compare(sql.EQ, low), compare(sql.EQ, high), copy=False),
        sql.or_(compare(sql.GT, low), compare(sql.LT, high), copy=False),
    )


def _whole_sums(node: Compare, vocabulary: Vocabulary) -> tuple[sql.Expr, sql.Expr, sql.Expr]:
    terms, constant = scaled(node, vocabulary)
    sums: list[sql.Expr] = []
    for side in (0, 1):
        total: sql.Expr | None = None
        for fact, power, factor in terms:
            ends = (low_column(fact), high_column(fact))
            column = ends[side] if factor > 0 else ends[1 - side]
            scaled_column = sql.Mul(this=_column(column), expression=sql.Literal.number(power))
            whole = sql.cast(sql.Round(this=scaled_column), "BIGINT", copy=False)
            part = sql.Mul(this=whole, expression=sql.Paren(this=_number(Decimal(factor))))
            total = part if total is None else sql.Add(this=total, expression=part)
        assert total is not None
        sums.append(sql.Paren(this=total))
    return sums[0], sums[1], _number(Decimal(constant))
