"""The criteria language as a tree: a few small frozen nodes.

A criterion is a boolean expression over facts in Kleene's three-valued logic. Every operation of
the language is one of the nodes below; whatever another spelling says (``between``, ``<>``,
``not in``, ``a + b < c``) is lowered to them by ``gepnet.criteria.parse``.

A tree that is outside the language fails with a ``TypeError`` when it is built, in every engine
alike, and not when one of them happens to stumble over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Operator = Literal["=", "<", "<=", ">", ">="]

_OPERATORS = frozenset(get_args(Operator))


@dataclass(frozen=True, slots=True)
class Always:
    """The constant ``true`` or ``false``."""

    value: bool

    def __post_init__(self) -> None:
        """Refuse what is only equal to a truth, such as 1."""
        if not _all((self.value,), bool):
            _refuse(self, "value", "True or False")


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean fact."""

    fact: str

    def __post_init__(self) -> None:
        """Refuse what is no name."""
        _check_name(self)


@dataclass(frozen=True, slots=True)
class IsKnown:
    """``fact is not null``: something is recorded or derived, whatever it is."""

    fact: str

    def __post_init__(self) -> None:
        """Refuse what is no name."""
        _check_name(self)


@dataclass(frozen=True, slots=True)
class OneOf:
    """An enumerated fact equals one of some values.

    ``written`` are words for several values, such as a duodenum of which the part is not stated,
    that the criterion names without all that they leave open: it asks what was written, and holds
    of just that set.
    """

    fact: str
    values: tuple[str, ...]
    written: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty list and what is no value."""
        _check_name(self)
        if not ((self.values or self.written) and _all(self.values, str)):
            _refuse(self, "values", "a tuple of values")
        if not _all(self.written, str):
            _refuse(self, "written", "a tuple of values")


@dataclass(frozen=True, slots=True)
class Term:
    """A numeric fact times a number."""

    fact: str
    factor: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """Refuse a factor that is no exact number, or nought."""
        _check_name(self)
        if not (_is_number(self.factor) and self.factor):
            _refuse(self, "factor", "a Decimal, not 0")


@dataclass(frozen=True, slots=True)
class Compare:
    """A sum of terms compared with a constant, all exact decimal numbers."""

    terms: tuple[Term, ...]
    operator: Operator
    constant: Decimal

    def __post_init__(self) -> None:
        """Refuse a comparison of nothing, an unknown operator and what is no exact number."""
        if not (self.terms and _all(self.terms, Term)):
            _refuse(self, "terms", "a tuple of Terms")
        if self.operator not in _OPERATORS:
            _refuse(self, "operator", "= < <= > or >=")
        if not _is_number(self.constant):
            _refuse(self, "constant", "a finite Decimal")


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Node

    def __post_init__(self) -> None:
        """Refuse what is no criterion."""
        if type(self.operand) not in _NODES:
            _refuse(self, "operand", "a node")


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction of two or more parts."""

    operands: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Refuse fewer than two parts, and parts that are no criteria."""
        _check_parts(self)


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction of two or more parts."""

    operands: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Refuse fewer than two parts, and parts that are no criteria."""
        _check_parts(self)


@dataclass(frozen=True, slots=True)
class Certain:
    """``x is true``: true where ``x`` certainly holds, and false where it is false or unknown.

    Never unknown itself, so that nothing is asked for its sake. ``x is not false`` is its other
    spelling: whoever is not known to be otherwise.
    """

    operand: Node

    def __post_init__(self) -> None:
        """Refuse what is no criterion."""
        if type(self.operand) not in _NODES:
            _refuse(self, "operand", "a node")


Atom = Always | Holds | IsKnown | OneOf | Compare
Node = Atom | Not | Certain | And | Or

_NODES = frozenset(get_args(Node))

FLIPPED: dict[Operator, Operator] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "="}
#: The same comparison with its sides exchanged.
MIRRORED: dict[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


# Looked through for every criterion: a union made anew at each node would cost more than the look.
_JOINED, _NESTED, _ATOMS = (And, Or), (Not, Certain), (Always, Holds, IsKnown, OneOf, Compare)
_OF_ONE_FACT = (Holds, IsKnown, OneOf)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node; none for an atom."""
    if isinstance(node, _JOINED):
        return node.operands
    return (node.operand,) if isinstance(node, _NESTED) else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, from the top and from the left."""
    left = [node]
    while left:
        one = left.pop()
        yield one
        left.extend(reversed(children(one)))


def atoms(node: Node) -> list[Atom]:
    """Return the distinct atoms of a criterion in reading order."""
    found = [n for n in walk(node) if isinstance(n, _ATOMS)]
    return list(dict.fromkeys(found))


def facts_of(node: Node) -> tuple[str, ...]:
    """Return the distinct facts that a criterion names, in reading order."""
    if isinstance(node, _OF_ONE_FACT):
        return (node.fact,)
    names: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Compare):
            names.update(dict.fromkeys(term.fact for term in part.terms))
        elif isinstance(part, _OF_ONE_FACT):
            names[part.fact] = None
    return tuple(names)


def _refuse(node: Node | Term, field: str, expected: str) -> None:
    found = getattr(node, field)
    kind, wrong = type(node).__name__, type(found).__name__
    raise TypeError(f"{kind}.{field} is {found!r} ({wrong}), expected {expected}")


def _check_name(node: Holds | IsKnown | OneOf | Term) -> None:
    if not (node.fact and _all((node.fact,), str)):
        _refuse(node, "fact", "the name of a fact (str)")


def _check_parts(node: And | Or) -> None:
    parts = node.operands
    if type(parts) is not tuple or len(parts) < 2 or not _NODES.issuperset(map(type, parts)):
        _refuse(node, "operands", "a tuple of two or more nodes")


def _all(found: object, kind: type) -> bool:
    return type(found) is tuple and {kind}.issuperset(map(type, found))


def _is_number(found: object) -> bool:
    return isinstance(found, Decimal) and found.is_finite()
