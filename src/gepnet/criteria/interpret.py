"""The reference engine: one criterion, one patient, written to be read.

Every other engine (Polars, SQL and what comes later) is tested against this file. It is plain on
purpose: the meaning of the language is what is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from gepnet.criteria.ast import Always, And, Certain, Compare, Holds, IsKnown, Node, Not, OneOf, Or
from gepnet.vocabulary import NOT_APPLICABLE, Interval, Several, Truth, Value

Values = Mapping[str, Value]


def interpret(node: Node, values: Values) -> Truth:
    """Return whether the criterion holds: True, False, or None where the values leave it open.

    A fact that is absent from ``values`` is unknown.
    """
    match node:
        case Always(value):
            return value
        case Holds(fact):
            return _holds(values.get(fact))
        case IsKnown(fact):
            return values.get(fact) is not None
        case OneOf():
            return _one_of(node, values.get(node.fact))
        case Compare():
            return _compare(node, values)
        case Not(operand):
            return negation(interpret(operand, values))
        case Certain(operand):
            return interpret(operand, values) is True
        case And(operands):
            return conjunction(interpret(operand, values) for operand in operands)
        case Or(operands):
            return disjunction(interpret(operand, values) for operand in operands)


def negation(truth: Truth) -> Truth:
    """Kleene's not: unknown stays unknown."""
    return None if truth is None else not truth


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's and: one false settles it, otherwise one unknown leaves it open."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's or: one true settles it, otherwise one unknown leaves it open."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def _holds(value: Value) -> Truth:
    # What cannot exist for this patient does not hold.
    if value is NOT_APPLICABLE:
        return False
    return value if isinstance(value, bool) else None


def _one_of(node: OneOf, value: Value) -> Truth:
    """Whether all that the value may be is listed, or none of it; else the question is open."""
    if value is None:
        return None
    if not isinstance(value, Several):
        return value in node.values
    if value.word in node.written:
        return True
    listed = [one in node.values for one in value.values]
    return all(listed) if all(listed) or not any(listed) else None


def _compare(node: Compare, values: Values) -> Truth:
    low = high = Decimal(0)
    unknown = False
    for term in node.terms:
        value = values.get(term.fact)
        if value is NOT_APPLICABLE:
            return False
        if not isinstance(value, Interval):
            unknown = True
            continue
        ends = (value.low * term.factor, value.high * term.factor)
        low += min(ends)
        high += max(ends)
    return None if unknown else _interval_compare(low, high, node)


def _interval_compare(low: Decimal, high: Decimal, node: Compare) -> Truth:
    """Compare everything between ``low`` and ``high``; None if the answer differs within."""
    constant = node.constant
    match node.operator:
        case "<":
            certain, impossible = high < constant, low >= constant
        case "<=":
            certain, impossible = high <= constant, low > constant
        case ">":
            certain, impossible = low > constant, high <= constant
        case ">=":
            certain, impossible = low >= constant, high < constant
        case "=":
            certain = low == high == constant
            impossible = constant < low or constant > high
    if certain:
        return True
    return False if impossible else None
