"""Criteria as plain JSON lists, for the cache and for other programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gepnet.criteria.ast import (
    Always,
    And,
    Certain,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    OneOf,
    Or,
    Term,
)


def encode(node: Node) -> list[Any]:
    """Return a JSON-ready list; ``decode`` gives the same node back."""
    match node:
        case Always(value):
            return ["always", value]
        case Holds(fact):
            return ["holds", fact]
        case IsKnown(fact):
            return ["known", fact]
        case OneOf(fact, values, written):
            return ["among", fact, list(values), list(written)]
        case Compare(terms, operator, constant):
            sums = [[term.fact, str(term.factor)] for term in terms]
            return ["compare", sums, operator, str(constant)]
        case Not(operand):
            return ["not", encode(operand)]
        case Certain(operand):
            return ["certain", encode(operand)]
        case And(operands):
            return ["and", *(encode(operand) for operand in operands)]
        case Or(operands):
            return ["or", *(encode(operand) for operand in operands)]


def decode(data: list[Any]) -> Node:
    """Return the node that ``encode`` made ``data`` from.

    Raises:
        ValueError: if the list is no criterion.
    """
    try:
        return _decode(data)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ValueError(f"no criterion: {data!r}") from error


def _decode(data: list[Any]) -> Node:
    match data:
        case ["always", bool(value)]:
            return Always(value)
        case ["holds", str(fact)]:
            return Holds(fact)
        case ["known", str(fact)]:
            return IsKnown(fact)
        case ["among", str(fact), list(values), list(written)]:
            return OneOf(fact, tuple(values), tuple(written))
        case ["compare", list(terms), operator, str(constant)]:
            sums = tuple(Term(fact, Decimal(factor)) for fact, factor in terms)
            return Compare(sums, operator, Decimal(constant))
        case ["not", operand]:
            return Not(_decode(operand))
        case ["certain", operand]:
            return Certain(_decode(operand))
        case ["and", *operands]:
            return And(tuple(_decode(operand) for operand in operands))
        case ["or", *operands]:
            return Or(tuple(_decode(operand) for operand in operands))
    raise ValueError(f"no criterion: {data!r}")
