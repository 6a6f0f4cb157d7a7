"""A tree printed back as a criterion that parses to the same tree."""

from __future__ import annotations

from gepnet.criteria.ast import Always, And, Compare, Holds, IsKnown, Node, Not, OneOf, Or
from gepnet.vocabulary import plain


def to_text(node: Node) -> str:  # noqa: PLR0911
    """Return the criterion text of a node."""
    match node:
        case Always(value):
            return "true" if value else "false"
        case Holds(fact):
            return fact
        case IsKnown(fact):
            return f"{fact} is not null"
        case OneOf(fact, values):
            quoted = ", ".join(f"'{value}'" for value in values)
            return f"{fact} = {quoted}" if len(values) == 1 else f"{fact} in ({quoted})"
        case Compare():
            return _comparison(node)
        case Not(IsKnown(fact)):
            return f"{fact} is null"
        case Not(operand):
            return f"not {_grouped(operand)}"
        case And(operands):
            return " and ".join(_grouped(operand) for operand in operands)
        case Or(operands):
            return " or ".join(_grouped(operand) for operand in operands)


def _grouped(node: Node) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, And | Or | Not) else text


def _comparison(node: Compare) -> str:
    parts: list[str] = []
    for index, term in enumerate(node.terms):
        factor = abs(term.factor)
        product = term.fact if factor == 1 else f"{plain(factor)} * {term.fact}"
        if index == 0:
            parts.append(product if term.factor > 0 else f"-{plain(factor)} * {term.fact}")
        else:
            parts.append(f"{'+' if term.factor > 0 else '-'} {product}")
    return f"{' '.join(parts)} {node.operator} {plain(node.constant)}"
