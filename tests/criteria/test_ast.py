"""A tree outside the language fails when it is built, and says which types it has."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gepnet.criteria import (
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

A, B = Holds("a"), Holds("b")
X = (Term("x"),)
ONE = Decimal(1)
NAN, INFINITE = Decimal("nan"), Decimal("infinity")

WRONG: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (And, ((),), "And.operands is () (tuple)"),
    (Or, ((),), "Or.operands is () (tuple)"),
    (And, ((A,),), "expected a tuple of two or more nodes"),
    (Or, ([A, B],), "Or.operands is [Holds(fact='a'), Holds(fact='b')] (list)"),
    (And, ((A, "b"),), "expected a tuple of two or more nodes"),
    (Or, ((A, True),), "expected a tuple of two or more nodes"),
    (Not, (True,), "Not.operand is True (bool), expected a node"),
    (Not, (Term("a"),), "expected a node"),
    (Always, (1,), "Always.value is 1 (int), expected True or False"),
    (Certain, ("a",), "Certain.operand is 'a' (str), expected a node"),
    (Always, (None,), "Always.value is None (NoneType)"),
    (Holds, ("",), "the name of a fact"),
    (Holds, (A,), "the name of a fact"),
    (IsKnown, (None,), "IsKnown.fact is None (NoneType)"),
    (OneOf, ("a", ()), "OneOf.values is () (tuple), expected a tuple of values"),
    (OneOf, ("a", "red"), "OneOf.values is 'red' (str)"),
    (OneOf, ("a", ("red", 1)), "OneOf.values"),
    (OneOf, ("a", ("red",), ["blue"]), "OneOf.written is ['blue'] (list)"),
    (Term, (1,), "Term.fact is 1 (int)"),
    (Term, ("x", 2), "Term.factor is 2 (int), expected a Decimal, not 0"),
    (Term, ("x", Decimal(0)), "expected a Decimal, not 0"),
    (Term, ("x", NAN), "Term.factor is Decimal('NaN')"),
    (Compare, ((), "<", ONE), "Compare.terms is () (tuple), expected a tuple of Terms"),
    (Compare, (("x",), "<", ONE), "expected a tuple of Terms"),
    (Compare, (X, "!=", ONE), "Compare.operator is '!=' (str), expected = < <= > or >="),
    (Compare, (X, "<", 1), "Compare.constant is 1 (int), expected a finite Decimal"),
    (Compare, (X, "<", 1.5), "Compare.constant is 1.5 (float)"),
    (Compare, (X, "<", NAN), "Compare.constant is Decimal('NaN')"),
    (Compare, (X, "<", INFINITE), "Compare.constant is Decimal('Infinity')"),
]


@pytest.mark.parametrize(("kind", "arguments", "said"), WRONG)
def test_a_wrong_node_is_refused_when_it_is_built(
    kind: Callable[..., Node], arguments: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(TypeError) as refused:
        kind(*arguments)
    assert said in str(refused.value)
