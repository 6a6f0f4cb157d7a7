"""Text to tree: sqlglot reads the SQL, and everything outside the closed subset is refused.

sqlglot's own tree is lowered to ours at once and never optimised by it: our meaning of a criterion
must not depend on rewrites made for another purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from gepnet.criteria.ast import (
    FLIPPED,
    Always,
    And,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    OneOf,
    Operator,
    Or,
    Term,
)
from gepnet.knowledge.problems import nearest
from gepnet.vocabulary import Fact, Vocabulary, plain

if TYPE_CHECKING:
    from sqlglot import expressions as sql


@dataclass(frozen=True)
class Fault:
    """One fault in a criterion."""

    value: str
    expected: str
    suggestion: str | None = None


class CriterionError(ValueError):
    """A criterion that is not in the language; ``faults`` holds every reason."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        """Keep all faults."""
        self.text = text
        self.faults = faults
        reasons = "; ".join(f"{fault.value}: expected {fault.expected}" for fault in faults)
        super().__init__(f"{text!r}: {reasons}")


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """Read a criterion.

    Raises:
        CriterionError: with every fault: syntax, unknown facts, type mismatches, values outside an
            enumeration, numbers finer than the fact's precision.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect="duckdb")
    except SqlglotError as error:
        detail = error.errors[0]["description"] if getattr(error, "errors", None) else str(error)
        raise CriterionError(text, [Fault(text, f"a boolean expression ({detail})")]) from error
    selected = tree.expressions
    others = {
        name
        for name, value in tree.args.items()
        if value and name not in {"expressions", "kind", "hint"}
    }
    if len(selected) != 1 or others:
        raise CriterionError(text, [Fault(text, "one boolean expression and nothing else")])
    lowering = _Lowering(vocabulary)
    node = lowering.boolean(selected[0])
    if lowering.faults:
        raise CriterionError(text, lowering.faults)
    return node


_FAILED = Always(False)


@dataclass
class _Linear:
    """A sum of facts and a constant on one side of a comparison."""

    terms: dict[str, Decimal] = field(default_factory=dict)
    constant: Decimal = Decimal(0)

    def plus(self, other: _Linear, sign: int) -> _Linear:
        terms = dict(self.terms)
        for name, factor in other.terms.items():
            terms[name] = terms.get(name, Decimal(0)) + sign * factor
        return _Linear(terms, self.constant + sign * other.constant)

    def times(self, factor: Decimal) -> _Linear:
        terms = {name: value * factor for name, value in self.terms.items()}
        return _Linear(terms, self.constant * factor)


class _Lowering:
    """Lowers one sqlglot tree, collecting faults instead of stopping at the first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.faults: list[Fault] = []

    def fail(self, value: str, expected: str, suggestion: str | None = None) -> Node:
        self.faults.append(Fault(value, expected, suggestion))
        return _FAILED

    def boolean(self, node: sql.Expression) -> Node:  # noqa: PLR0911
        from sqlglot import expressions as sql

        if isinstance(node, sql.Paren):
            return self.boolean(node.this)
        if isinstance(node, sql.And | sql.Or):
            kind = And if isinstance(node, sql.And) else Or
            sides = (self.boolean(node.left), self.boolean(node.right))
            flat: list[Node] = []
            for side in sides:
                flat.extend(side.operands if isinstance(side, kind) else (side,))
            return kind(tuple(flat))
        if isinstance(node, sql.Not):
            return Not(self.boolean(node.this))
        if isinstance(node, sql.Boolean):
            return Always(bool(node.this))
        if isinstance(node, sql.Column):
            fact = self.fact(node)
            if fact is None:
                return _FAILED
            if fact.type != "boolean":
                return self.fail(fact.id, f"a comparison, because {fact.id} is a {fact.type}")
            return Holds(fact.id)
        if isinstance(node, sql.Is):
            return self.null_test(node)
        if isinstance(node, sql.In):
            return self.membership(node)
        if isinstance(node, sql.Between):
            low = self.comparison(node.this, ">=", node.args["low"])
            high = self.comparison(node.this, "<=", node.args["high"])
            return And((low, high))
        operators: dict[type[sql.Expression], Operator] = {
            sql.EQ: "=", sql.LT: "<", sql.LTE: "<=", sql.GT: ">", sql.GTE: ">=",
        }  # fmt: skip
        if isinstance(node, sql.NEQ):
            return Not(self.comparison(node.left, "=", node.right))
        if type(node) in operators:
            return self.comparison(node.left, operators[type(node)], node.right)
        return self.fail(node.sql(), "facts, literals, comparisons, and/or/not")

    def fact(self, node: sql.Expression) -> Fact | None:
        from sqlglot import expressions as sql

        name = node.name if isinstance(node, sql.Column) else node.sql()
        if isinstance(node, sql.Column) and not node.table and name in self.vocabulary:
            return self.vocabulary[name]
        self.fail(name, "a fact of the vocabulary", self.vocabulary.nearest(name))
        return None

    def null_test(self, node: sql.Is) -> Node:
        from sqlglot import expressions as sql

        if not isinstance(node.expression, sql.Null):
            return self.fail(node.sql(), "'is null' or 'is not null'")
        fact = self.fact(node.this)
        return _FAILED if fact is None else Not(IsKnown(fact.id))

    def membership(self, node: sql.In) -> Node:
        fact = self.fact(node.this)
        if fact is None:
            return _FAILED
        if fact.type == "number":
            values = [self.comparison(node.this, "=", value) for value in node.expressions]
            return values[0] if len(values) == 1 else Or(tuple(values))
        return self.one_of(fact, node.expressions)

    def one_of(self, fact: Fact, literals: list[sql.Expression]) -> Node:
        from sqlglot import expressions as sql

        if fact.type != "enum":
            return self.fail(fact.id, f"no list of texts, because {fact.id} is a {fact.type}")
        values: list[str] = []
        for literal in literals:
            if not (isinstance(literal, sql.Literal) and literal.is_string):
                self.fail(literal.sql(), f"a value of {fact.id} in single quotes")
            elif literal.name not in fact.values:
                self.fail(
                    f"'{literal.name}'", f"one of {', '.join(fact.values)}",
                    nearest(literal.name, fact.values),
                )  # fmt: skip
            else:
                values.append(literal.name)
        return one_of(fact, tuple(values))

    def comparison(self, left: sql.Expression, operator: Operator, right: sql.Expression) -> Node:
        from sqlglot import expressions as sql

        if isinstance(right, sql.Column) and not isinstance(left, sql.Column):
            left, right, operator = right, left, _mirrored(operator)
        if isinstance(left, sql.Column):
            fact = self.fact(left)
            if fact is None:
                return _FAILED
            if fact.type == "enum":
                if operator != "=":
                    return self.fail(operator, f"= or <>, because {fact.id} is an enumeration")
                return self.one_of(fact, [right])
            if fact.type == "boolean":
                if operator == "=" and isinstance(right, sql.Boolean):
                    return Holds(fact.id) if right.this else Not(Holds(fact.id))
                return self.fail(right.sql(), f"true or false, because {fact.id} is a boolean")
            if fact.type == "date":
                return self.fail(fact.id, "a duration fact (dates are for display only)")
        first, second = self.number(left), self.number(right)
        if first is None or second is None:
            return _FAILED
        return self.compare(first.plus(second, -1), operator)

    def compare(self, linear: _Linear, operator: Operator) -> Node:
        terms = tuple(Term(name, factor) for name, factor in linear.terms.items() if factor)
        constant = -linear.constant
        if not terms:
            return self.fail(str(constant), "a fact in the comparison")
        if len(terms) == 1:
            fact = self.vocabulary[terms[0].fact]
            factor = terms[0].factor
            bound = constant / factor
            if fact.round(bound) != bound:
                return self.fail(
                    plain(bound), f"a number no finer than {fact.precision} ({fact.id})"
                )
            if factor < 0:
                operator = _mirrored(operator)
            return Compare((Term(fact.id),), operator, bound)
        return Compare(terms, operator, constant)

    def number(self, node: sql.Expression) -> _Linear | None:
        from sqlglot import expressions as sql

        if isinstance(node, sql.Paren):
            return self.number(node.this)
        if isinstance(node, sql.Literal) and not node.is_string:
            return _Linear(constant=Decimal(node.name))
        if isinstance(node, sql.Neg):
            inner = self.number(node.this)
            return None if inner is None else inner.times(Decimal(-1))
        if isinstance(node, sql.Column):
            fact = self.fact(node)
            if fact is not None and fact.type != "number":
                self.fail(fact.id, "a numeric fact")
                return None
            return None if fact is None else _Linear({fact.id: Decimal(1)})
        if isinstance(node, sql.Add | sql.Sub | sql.Mul):
            return self.arithmetic(node)
        self.fail(node.sql(), "a number, a numeric fact, or + - * between them")
        return None

    def arithmetic(self, node: sql.Binary) -> _Linear | None:
        from sqlglot import expressions as sql

        left, right = self.number(node.left), self.number(node.right)
        if left is None or right is None:
            return None
        if isinstance(node, sql.Add):
            return left.plus(right, 1)
        if isinstance(node, sql.Sub):
            return left.plus(right, -1)
        if left.terms and right.terms:
            self.fail(node.sql(), "a product with a number (criteria stay linear)")
            return None
        return left.times(right.constant) if left.terms else right.times(left.constant)


def one_of(fact: Fact, values: tuple[str, ...]) -> OneOf:
    """Return the atom ``fact in values``, with the unresolved values that leave it open.

    An unresolved value all of whose candidates are listed is as good as listed.
    """
    certain = list(values)
    possible: list[str] = []
    for name, candidates in fact.entry.unresolved.items():
        if name in values or all(candidate in values for candidate in candidates):
            certain.append(name)
        elif any(candidate in values for candidate in candidates):
            possible.append(name)
    return OneOf(fact.id, tuple(dict.fromkeys(certain)), tuple(possible))


def _mirrored(operator: Operator) -> Operator:
    mirrored: dict[Operator, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}
    return mirrored[operator]


__all__ = ["FLIPPED", "CriterionError", "Fault", "one_of", "parse"]
