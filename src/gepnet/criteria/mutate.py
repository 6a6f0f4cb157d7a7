"""Small mistakes made on purpose in a criterion, to see whether its examples would notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gepnet.criteria.ast import (
    And,
    Certain,
    Compare,
    Holds,
    Node,
    Not,
    OneOf,
    Operator,
    Or,
    children,
)

# The neighbour differs only exactly at the threshold; the opposite on both sides of it.
_NEIGHBOUR: dict[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": ">="}
_OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed criterion and what was changed."""

    node: Node
    change: str
    atom: Node


def mutants(node: Node) -> list[Mutant]:
    """Return the criterion with each comparison flipped and with each atom dropped."""
    return list(_mutate(node))


def _mutate(node: Node) -> Iterator[Mutant]:
    match node:
        case Compare(_, operator, _):
            yield Mutant(replace(node, operator=_NEIGHBOUR[operator]), "boundary moved", node)
            yield Mutant(replace(node, operator=_OPPOSITE[operator]), "comparison flipped", node)
        case OneOf() | Holds():
            yield Mutant(Not(node), "negated", node)
        case Not(operand) | Certain(operand):
            for mutant in _mutate(operand):
                yield replace(mutant, node=type(node)(mutant.node))
        case And(operands) | Or(operands):
            for index, operand in enumerate(operands):
                rest = operands[:index] + operands[index + 1 :]
                if not children(operand) or isinstance(operand, Not | Certain):
                    yield Mutant(_join(node, rest), "dropped", operand)
                for mutant in _mutate(operand):
                    changed = (*operands[:index], mutant.node, *operands[index + 1 :])
                    yield replace(mutant, node=_join(node, changed))


def _join(node: And | Or, operands: tuple[Node, ...]) -> Node:
    return operands[0] if len(operands) == 1 else type(node)(operands)
