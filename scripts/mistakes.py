"""Deliberate mistakes in the tree of a module, each to be made and taken back.

A mistake is one of: a comparison moved by its limit or turned round, ``and`` for ``or``, a
condition negated, ``+`` for ``-``, a number or a truth changed, ``min`` for ``max``, a value not
returned, a statement left out. Messages are not changed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass
class Mistake:
    """One change of the tree: ``make`` does it, ``mend`` takes it back."""

    place: str
    line: int
    statement: tuple[int, int]
    """Where the innermost statement around it begins: who runs that statement can notice."""
    before: str
    after: str
    make: Callable[[], None]
    mend: Callable[[], None]
    number: int = 1

    @property
    def name(self) -> str:
        """The function, what it says and what the mistake says; no line, as lines move."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.place}: {self.before} -> {self.after}{again}"


def mistakes(tree: ast.Module) -> Iterator[Mistake]:
    """Yield every mistake; each is to be made and mended before the next."""
    seen: dict[str, int] = {}
    for at, node in _nodes(tree, _Place("", (0, 0), tree, "", None)):
        for replacement in _replacements(node):
            one = _mistake(at, node, replacement)
            seen[one.name] = seen.get(one.name, 0) + 1
            one.number = seen[one.name]
            yield one


@dataclass(frozen=True)
class _Place:
    """Where a node stands: its function and statement, and the field of the parent it is in."""

    function: str
    statement: tuple[int, int]
    parent: ast.AST
    name: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def _nodes(node: ast.AST, at: _Place) -> Iterator[tuple[_Place, ast.AST]]:
    """Yield what runs: no annotations, decorators, docstrings, imports or messages."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        listed = isinstance(value, list)
        for index, child in enumerate(value if listed else [value]):
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            function, statement = at.function, at.statement
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                function = f"{function}.{child.name}".lstrip(".")
            if isinstance(child, ast.stmt):
                statement = child.lineno, child.col_offset
            inner = _Place(function, statement, node, name, index if listed else None)
            yield inner, child
            if not isinstance(child, ast.JoinedStr):
                yield from _nodes(child, inner)


def _says_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return True  # of zip: a guard, never a value
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, [operator], [right]):
            for other in _COMPARISONS.get(type(operator), ()):
                yield ast.Compare(left, [other()], [right])
        case ast.Compare(left, operators, rights):
            for place, operator in enumerate(operators):
                for other in _COMPARISONS.get(type(operator), ()):
                    others = [*operators[:place], other(), *operators[place + 1 :]]
                    yield ast.Compare(left, others, rights)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(operator)](), right)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(float(value)):
            yield ast.Constant(value * 1.1 + 0.1)
        case ast.Call(ast.Name(str(name)), arguments, keywords) if name in _CALLS:
            yield ast.Call(ast.Name(_CALLS[name], ast.Load()), arguments, keywords)
        case ast.Call(ast.Name("reversed"), [argument]):
            yield argument
        case ast.If(test, body, orelse) if not isinstance(test, ast.Compare):
            yield ast.If(_negated(test), body, orelse)
        case ast.While(test, body, orelse) if not isinstance(test, ast.Compare):
            yield ast.While(_negated(test), body, orelse)
        case ast.IfExp(test, body, orelse) if not isinstance(test, ast.Compare):
            yield ast.IfExp(_negated(test), body, orelse)
        case ast.comprehension(target, source, conditions, is_async):
            for place, test in enumerate(conditions):
                if not isinstance(test, ast.Compare | ast.UnaryOp):
                    changed = [*conditions[:place], _negated(test), *conditions[place + 1 :]]
                    yield ast.comprehension(target, source, changed, is_async)
        case ast.Return(ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Expr(ast.Call()) | ast.AugAssign():
            yield ast.Pass()


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) else ast.UnaryOp(ast.Not(), test)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _mistake(at: _Place, node: ast.AST, new: ast.AST) -> Mistake:
    ast.copy_location(new, node)
    ast.fix_missing_locations(new)

    def said(what: ast.AST) -> str:
        text = ast.unparse(ast.fix_missing_locations(what)).strip().splitlines()[0]
        return text if len(text) <= 90 else f"{text[:87]}..."

    return Mistake(
        at.function or "module",
        getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0),
        at.statement,
        said(node),
        said(new),
        lambda: at.put(new),
        lambda: at.put(node),
    )
