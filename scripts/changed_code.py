"""Changed code put into the functions of a module that is imported already."""

from __future__ import annotations

import ast
import gc
import inspect
from collections.abc import Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

RAN = "__ran__"
"""What a watched statement calls, with its line and column, before it runs."""


class CannotPut(Exception):
    """The change needs the module imported anew."""


def functions_of(module: ModuleType) -> list[FunctionType]:
    """Return every function of the module that is anywhere, also inside of others."""
    return [
        one
        for one in gc.get_objects()
        if type(one) is FunctionType
        and one.__globals__ is module.__dict__
        and one.__code__.co_filename == module.__file__
    ]


def put(functions: Sequence[FunctionType], code: CodeType) -> None:
    """Give each function its code out of that of the whole module.

    Raises:
        CannotPut: where a function is no longer there, or closes over something else than before.
    """
    found = {(one.co_qualname, one.co_firstlineno): one for one in _inside(code)}
    try:
        for one in functions:
            one.__code__ = found[one.__code__.co_qualname, one.__code__.co_firstlineno]
    except (KeyError, ValueError) as problem:
        raise CannotPut from problem


def _inside(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _inside(one)


def at_import(code: CodeType) -> tuple[Any, ...]:
    """Return what runs while the module is imported: its own code and that of its classes."""
    inner = [
        (
            repr(one)
            if not isinstance(one, CodeType)
            else ""
            if _is_function(one)
            else at_import(one)
        )
        for one in code.co_consts
    ]
    return code.co_code, code.co_names, tuple(inner)


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


class Watched(ast.NodeTransformer):
    """Lets every statement of a function tell that it runs."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Put a call before each statement inside a function."""
        super().generic_visit(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            return node
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                told = [one for each in statements for one in (_tells(each), each)]
                setattr(node, name, told)
        return node


def _tells(statement: ast.stmt) -> ast.stmt:
    at: list[ast.expr] = [ast.Constant(statement.lineno), ast.Constant(statement.col_offset)]
    return ast.copy_location(ast.Expr(ast.Call(ast.Name(RAN, ast.Load()), at, [])), statement)
