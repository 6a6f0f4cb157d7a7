"""A tree printed back as a criterion that parses to the same tree."""

from __future__ import annotations

from collections.abc import Sequence

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
from gepnet.vocabulary import plain


def to_text(node: Node) -> str:
    """Return the criterion text of a node."""
    match node:
        case Always(value):
            return "true" if value else "false"
        case Holds(fact):
            return fact
        case IsKnown(fact):
            return f"{fact} is not null"
        case OneOf(fact, values, written):
            return _membership(fact, (*values, *written), "=", "in")
        case Compare(terms, operator, constant):
            return f"{_sum(terms)} {operator} {plain(constant)}"
        case Certain(operand):
            return _asked_of_what_is_known(operand, "is")
        case Not(Certain(operand)):
            return _asked_of_what_is_known(operand, "is not")
        case Not(IsKnown(fact)):
            return f"{fact} is null"
        case Not(OneOf(fact, values, written)):
            return _membership(fact, (*values, *written), "<>", "not in")
        case Not(Compare(terms, "=", constant)):
            return f"{_sum(terms)} <> {plain(constant)}"
        case Not(Holds() | Always() as operand):
            return f"not {to_text(operand)}"
        case Not(operand):
            return f"not ({to_text(operand)})"
        case And(operands):
            return " and ".join(_with_ranges(operands))
        case Or(operands):
            return " or ".join(_grouped(operand) for operand in operands)


def _asked_of_what_is_known(node: Node, word: str) -> str:
    """Write ``x is true``, and ``x is false`` for its negation."""
    operand, truth = (node.operand, "false") if isinstance(node, Not) else (node, "true")
    text = to_text(operand)
    return f"{text if isinstance(operand, Holds) else f'({text})'} {word} {truth}"


def _grouped(node: Node) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, And | Or) else text


def _with_ranges(operands: tuple[Node, ...]) -> list[str]:
    """Write a lower and an upper bound on one number as ``between``."""
    parts: list[str] = []
    rest = list(operands)
    while rest:
        match rest:
            case [Compare(terms, ">=", low), Compare(same, "<=", high), *_] if (
                terms == same and low <= high
            ):
                parts.append(f"{_sum(terms)} between {plain(low)} and {plain(high)}")
                rest = rest[2:]
            case _:
                parts.append(_grouped(rest[0]))
                rest = rest[1:]
    return parts


def _membership(fact: str, values: tuple[str, ...], single: str, several: str) -> str:
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{fact} {single} {quoted}" if len(values) == 1 else f"{fact} {several} ({quoted})"


def _sum(terms: Sequence[Term]) -> str:
    text = ""
    for term in terms:
        size = abs(term.factor)
        product = term.fact if size == 1 else f"{plain(size)} * {term.fact}"
        if not text:
            text = product if term.factor > 0 else f"-{product}"
        else:
            text = f"{text} {'+' if term.factor > 0 else '-'} {product}"
    return text
