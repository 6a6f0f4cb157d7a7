"""The criteria language as a tree: a few small frozen nodes.

A criterion is a boolean expression over facts in Kleene's three-valued logic. Every operation of
the language is one of the nodes below; whatever another spelling says (``between``, ``<>``,
``not in``, ``a + b < c``) is lowered to them by ``gepnet.criteria.parse``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Operator = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Always:
    """The constant ``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean fact."""

    fact: str


@dataclass(frozen=True, slots=True)
class IsKnown:
    """``fact is not null``: something is recorded or derived, whatever it is."""

    fact: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """An enumerated fact equals one of some values.

    ``possible`` holds unresolved values of which only some candidates are among ``values``: for
    them the question is open. It follows from the vocabulary and is computed when parsing.
    """

    fact: str
    values: tuple[str, ...]
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A numeric fact times a number."""

    fact: str
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Compare:
    """A sum of terms compared with a constant, all exact decimal numbers."""

    terms: tuple[Term, ...]
    operator: Operator
    constant: Decimal


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction of two or more parts."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction of two or more parts."""

    operands: tuple[Node, ...]


Atom = Always | Holds | IsKnown | OneOf | Compare
Node = Atom | Not | And | Or

FLIPPED: dict[Operator, Operator] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "="}


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node; none for an atom."""
    if isinstance(node, And | Or):
        return node.operands
    return (node.operand,) if isinstance(node, Not) else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, from the top and from the left."""
    yield node
    for child in children(node):
        yield from walk(child)


def atoms(node: Node) -> list[Atom]:
    """Return the distinct atoms of a criterion in reading order."""
    found = [n for n in walk(node) if isinstance(n, Always | Holds | IsKnown | OneOf | Compare)]
    return list(dict.fromkeys(found))


def facts_of(node: Node) -> tuple[str, ...]:
    """Return the distinct facts that a criterion names, in reading order."""
    names: dict[str, None] = {}
    for atom in atoms(node):
        if isinstance(atom, Compare):
            names.update(dict.fromkeys(term.fact for term in atom.terms))
        elif not isinstance(atom, Always):
            names[atom.fact] = None
    return tuple(names)
