"""Text to tree: sqlglot reads the SQL, and everything outside the closed subset is refused.

sqlglot's own tree is lowered to ours at once and never optimised by it: our meaning of a criterion
must not depend on rewrites made for another purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlglot import Dialect
from sqlglot import expressions as sql
from sqlglot.errors import ParseError, SqlglotError

from gepnet.criteria.ast import (
    MIRRORED,
    Always,
    And,
    Certain,
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
from gepnet.criteria.compiled import CriterionError, Fault
from gepnet.knowledge.problems import nearest
from gepnet.vocabulary import Fact, Vocabulary, plain


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """Read a criterion.

    Raises:
        CriterionError: with every fault: syntax, unknown facts, type mismatches, values outside an
            enumeration, numbers finer than the fact's precision.
    """
    lowering = _Lowering(vocabulary)
    node = lowering.boolean(_expression(text))
    if lowering.faults:
        raise CriterionError(text, list(dict.fromkeys(lowering.faults)))
    return node


def _expression(text: str) -> sql.Expr:
    """Return sqlglot's tree of the one expression that ``text`` is."""
    query = f"SELECT {text}"
    dialect = Dialect.get_or_raise("duckdb")
    try:
        tokens = dialect.tokenize(query)
        trees = dialect.parser().parse(tokens, query)
    except SqlglotError as error:
        errors = error.errors if isinstance(error, ParseError) else []
        detail = str(errors[0]["description"] if errors else error)
        if detail.startswith("Required keyword"):
            detail = "a part is missing"
        raise CriterionError(text, [Fault(text, f"a boolean expression ({detail})")]) from error
    # In a folded YAML text "--" would silently swallow the rest of the criterion.
    if any(token.comments for token in tokens):
        raise CriterionError(text, [Fault(text, "no comment inside a criterion")])
    tree = trees[0]
    others = [] if tree is None else [n for n, arg in tree.args.items() if arg]
    if len(trees) != 1 or tree is None or others != ["expressions"] or len(tree.expressions) != 1:
        raise CriterionError(text, [Fault(text, "one boolean expression and nothing else")])
    expression: sql.Expr = tree.expressions[0]
    return expression


_FAILED = Always(False)
# Beyond this many digits a binary float, as tables hold it, is no longer the decimal number.
_DIGITS = 15


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

    def boolean(self, node: sql.Expr) -> Node:
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
            operand = self.boolean(node.this)
            # `x is not null` reaches us as `not (x is null)`, which is `not (not known)`.
            if isinstance(node.this, sql.Is) and isinstance(operand, Not):
                return operand.operand
            return Not(operand)
        if isinstance(node, sql.Boolean):
            return Always(bool(node.this))
        if isinstance(node, sql.Column):
            fact = self.fact(node)
            if fact is None:
                return _FAILED
            if fact.type != "boolean":
                return self.fail(fact.id, f"a comparison, because {_kind(fact)}")
            return Holds(fact.id)
        if isinstance(node, sql.Is):
            return self.asked_of_what_is_known(node)
        if isinstance(node, sql.In):
            return self.membership(node)
        if isinstance(node, sql.Between):
            return self.between(node)
        operators: dict[type[sql.Expr], Operator] = {
            sql.EQ: "=",
            sql.LT: "<",
            sql.LTE: "<=",
            sql.GT: ">",
            sql.GTE: ">=",
        }
        if isinstance(node, sql.NEQ):
            return Not(self.comparison(node.left, "=", node.right))
        if type(node) in operators:
            return self.comparison(node.this, operators[type(node)], node.expression)
        return self.fail(node.sql(), "facts, literals, comparisons, and/or/not")

    def fact(self, node: sql.Expr) -> Fact | None:
        node = node.unnest()
        plain_name = isinstance(node, sql.Column) and not node.table
        name = node.name if plain_name else node.sql()
        if plain_name and name in self.vocabulary:
            return self.vocabulary[name]
        self.fail(name, "a fact of the vocabulary", self.vocabulary.nearest(name))
        return None

    def asked_of_what_is_known(self, node: sql.Is) -> Node:
        if isinstance(node.expression, sql.Boolean):
            operand = self.boolean(node.this)
            return Certain(operand if node.expression.this else Not(operand))
        if not isinstance(node.expression, sql.Null):
            return self.fail(node.sql(), "'is null', 'is true', 'is false', or one with 'not'")
        fact = self.fact(node.this)
        return _FAILED if fact is None else Not(IsKnown(fact.id))

    def between(self, node: sql.Between) -> Node:
        ends = node.args["low"], node.args["high"]
        if node.args.get("symmetric"):
            return self.fail(node.sql(), "'between' with the lower bound first")
        low = self.comparison(node.this, ">=", ends[0])
        high = self.comparison(node.this, "<=", ends[1])
        if (
            isinstance(low, Compare)
            and isinstance(high, Compare)
            and low.terms == high.terms
            and low.constant > high.constant
        ):
            return self.fail(node.sql(), "the lower bound first")
        return And((low, high))

    def membership(self, node: sql.In) -> Node:
        fact = self.fact(node.this)
        if fact is None:
            return _FAILED
        if not node.expressions:
            return self.fail(node.sql(), "a list of values in parentheses after 'in'")
        if fact.type == "number":
            values = [self.comparison(node.this, "=", value) for value in node.expressions]
            return values[0] if len(values) == 1 else Or(tuple(values))
        return self.one_of(fact, node.expressions)

    def one_of(self, fact: Fact, literals: list[sql.Expr]) -> Node:
        if fact.type != "enum":
            return self.fail(fact.id, f"no list of values, because {_kind(fact)}")
        values: list[str] = []
        for literal in literals:
            if not (isinstance(literal, sql.Literal) and literal.is_string):
                self.fail(literal.sql(), f"a value of {fact.id} in single quotes")
            elif literal.name not in fact.values:
                self.fail(
                    f"'{literal.name}'",
                    f"one of {', '.join(fact.values)}",
                    nearest(literal.name, fact.values),
                )
            else:
                values.append(literal.name)
        return one_of(fact, tuple(values)) if values else _FAILED

    def comparison(self, left: sql.Expr, operator: Operator, right: sql.Expr) -> Node:
        left, right = left.unnest(), right.unnest()
        if isinstance(right, sql.Column) and not isinstance(left, sql.Column):
            left, right, operator = right, left, MIRRORED[operator]
        if isinstance(left, sql.Column):
            fact = self.fact(left)
            if fact is None:
                return _FAILED
            if fact.type in {"enum", "boolean"} and operator != "=":
                return self.fail(operator, f"= or <>, because {_kind(fact)}")
            if fact.type == "enum":
                return self.one_of(fact, [right])
            if fact.type == "boolean":
                if isinstance(right, sql.Boolean):
                    return Holds(fact.id) if right.this else Not(Holds(fact.id))
                return self.fail(right.sql(), f"true or false, because {_kind(fact)}")
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
                operator = MIRRORED[operator]
            return Compare((Term(fact.id),), operator, bound)
        units = {self.vocabulary[term.fact].entry.unit or "1" for term in terms}
        if len(units) > 1:
            names = ", ".join(term.fact for term in terms)
            return self.fail(names, f"facts of one unit in a sum (here {', '.join(sorted(units))})")
        return Compare(terms, operator, constant)

    def number(self, node: sql.Expr) -> _Linear | None:
        if isinstance(node, sql.Paren):
            return self.number(node.this)
        if isinstance(node, sql.Literal) and not node.is_string:
            number = Decimal(node.name)
            if len(number.as_tuple().digits) > _DIGITS or abs(number.adjusted()) > _DIGITS:
                self.fail(node.name, f"a number of at most {_DIGITS} digits")
                return None
            return _Linear(constant=number)
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
    """Return the atom ``fact in values``.

    Another word for a value that is listed is as good as listed; a word for several values says
    nothing more where all of them are.
    """
    named = [value for value in values if value in fact.members]
    for name, candidates in fact.entry.unresolved.items():
        if name in fact.members and all(candidate in named for candidate in candidates):
            named.append(name)
    asked = (value for value in values if value in fact.spellings)
    written = [name for name in asked if not set(fact.spellings[name]) <= set(named)]
    return OneOf(fact.id, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(written)))


def _kind(fact: Fact) -> str:
    return f"{fact.id} is {'an enumeration' if fact.type == 'enum' else f'a {fact.type}'}"
