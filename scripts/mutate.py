"""Make deliberate mistakes in a module, one at a time, and see which of them no test notices.

    python scripts/mutate.py gepnet.prrt.after.marrow
    python scripts/mutate.py                      # every module of tests/mutants.yaml

``tests/mutants.yaml`` names for each module the tests that have to notice, and the mistakes that
change nothing a caller can see, each with its reason. A mistake is one of: a comparison moved by
its limit or turned round, ``and`` for ``or``, a condition negated, ``+`` for ``-``, a number or a
truth changed, ``min`` for ``max``, a value not returned, a statement left out. Messages are not
changed. Each mistake runs the tests in a process of its own, from the first to the first that
fails, with the random examples of the ``ci`` profile.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "mutants.yaml"
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
_SLOWEST = 300


@dataclass
class Mistake:
    """One change of the tree: ``make`` does it, ``mend`` takes it back."""

    place: str
    line: int
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


@dataclass
class Outcome:
    """What became of the mistakes of a module."""

    module: str
    mistakes: int = 0
    killed: int = 0
    equivalent: int = 0
    alive: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """What the list calls equivalent and is no longer there, or is noticed."""


# Mistakes ----------------------------------------------------------------------------------------


def mistakes(tree: ast.Module) -> Iterator[Mistake]:
    """Yield every mistake; each is to be made and mended before the next."""
    seen: dict[str, int] = {}
    for place, node, parent, name, index in _nodes(tree, "", tree):
        for replacement in _replacements(node, parent):
            one = _mistake(place, node, replacement, parent, name, index)
            seen[one.name] = seen.get(one.name, 0) + 1
            one.number = seen[one.name]
            yield one


def _nodes(
    node: ast.AST, place: str, parent: ast.AST
) -> Iterator[tuple[str, ast.AST, ast.AST, str, int | None]]:
    """Yield what runs: no annotations, decorators, docstrings, imports or messages."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        listed = isinstance(value, list)
        for index, child in enumerate(value if listed else [value]):
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            inner = place
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{place}.{child.name}".lstrip(".")
            yield inner, child, node, name, index if listed else None
            if not isinstance(child, ast.JoinedStr):
                yield from _nodes(child, inner, node)


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


def _replacements(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, [operator], [right]):
            for other in _COMPARISONS.get(type(operator), ()):
                yield ast.Compare(left, [other()], [right])
        case ast.Compare(left, operators, rights):
            for place, operator in enumerate(operators):
                for other in _COMPARISONS.get(type(operator), ()):
                    changed = [*operators[:place], other(), *operators[place + 1 :]]
                    yield ast.Compare(left, changed, rights)
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


def _mistake(
    place: str, node: ast.AST, new: ast.AST, parent: ast.AST, name: str, index: int | None
) -> Mistake:
    ast.copy_location(new, node)
    ast.fix_missing_locations(new)

    def put(what: ast.AST) -> None:
        if index is None:
            setattr(parent, name, what)
        else:
            getattr(parent, name)[index] = what

    def said(what: ast.AST) -> str:
        text = ast.unparse(ast.fix_missing_locations(what)).strip().splitlines()[0]
        return text if len(text) <= 90 else f"{text[:87]}..."

    return Mistake(
        place or "module",
        getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0),
        said(node),
        said(new),
        lambda: put(new),
        lambda: put(node),
    )


# Running -----------------------------------------------------------------------------------------


class _Mistaken:
    """Imports one module from changed code and everything else as it is."""

    def __init__(self, module: str, file: Path, code: CodeType) -> None:
        self.module, self.file, self.code = module, file, code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        code = self.code

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType:
                return code

        return importlib.util.spec_from_file_location(
            name, self.file, loader=Loader(name, str(self.file))
        )


def _run(module: str, file: Path, code: CodeType, tests: list[str], cache: Path) -> int:
    """Run the tests on changed code in a child; return its process id."""
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sys.meta_path.insert(0, _Mistaken(module, file, code))  # type: ignore[arg-type]
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    # Whatever changed code would keep is thrown away with its folder.
    own = Path(tempfile.mkdtemp(dir=cache.parent))
    shutil.copytree(cache, own / "cache", dirs_exist_ok=True)
    os.environ["GEPNET_CACHE_DIR"] = str(own / "cache")
    import pytest

    chosen = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    chosen += ["--assert=plain", *tests]
    os._exit(int(pytest.main(chosen)))


def check(module: str, tests: list[str], equivalent: list[str], jobs: int, told: bool) -> Outcome:
    """Make every mistake in a module and return what became of them."""
    file = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    outcome = Outcome(module)
    running: dict[int, tuple[Mistake, float]] = {}
    survived: list[Mistake] = []
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cache.mkdir()
        os.environ["GEPNET_CACHE_DIR"] = str(cache)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(folder) / "hypothesis")
        limit = _time_of(module, file, tree, tests, cache)

        def collect() -> None:
            child, status = _finished(running)
            one, _ = running.pop(child)
            if status == 0:
                survived.append(one)
            else:
                outcome.killed += 1

        for one in mistakes(tree):
            one.make()
            code = compile(tree, str(file), "exec", dont_inherit=True)
            one.mend()
            if len(running) >= jobs:
                collect()
            running[_run(module, file, code, tests, cache)] = one, time.monotonic() + limit
            outcome.mistakes += 1
        while running:
            collect()
    for one in survived:
        if one.name in equivalent:
            outcome.equivalent += 1
        else:
            outcome.alive.append(f"{file.relative_to(ROOT)}:{one.line}: {one.name}")
    outcome.unknown = sorted(set(equivalent) - {one.name for one in survived})
    if told:
        print(*outcome.alive, sep="\n", flush=True)
    return outcome


def _time_of(module: str, file: Path, tree: ast.Module, tests: list[str], cache: Path) -> float:
    """Run the tests on the code as it is, and return after how many seconds a run hangs."""
    begin = time.monotonic()
    code = compile(tree, str(file), "exec", dont_inherit=True)
    # The first run fills the cache that the others begin with.
    os.environ["GEPNET_CACHE_DIR"] = str(cache)
    child = _run(module, file, code, tests, cache)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"{module}: the tests fail without any mistake: {' '.join(tests)}")
    return min(_SLOWEST, 10 + 4 * (time.monotonic() - begin))


def _finished(running: dict[int, tuple[Mistake, float]]) -> tuple[int, int]:
    """Wait for one child; end those that hang."""
    while True:
        for child, (_, end) in running.items():
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return child, status
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return child, -1
        time.sleep(0.02)


def main() -> int:
    """Check the chosen modules and print a table."""
    known: dict[str, dict[str, Any]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))["modules"]
    parser = argparse.ArgumentParser(description="Mistakes that no test notices.")
    parser.add_argument("modules", nargs="*", help="of tests/mutants.yaml (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    os.environ["HYPOTHESIS_PROFILE"] = "ci"
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    # What every child needs; nothing of gepnet, which a child reads with its mistake.
    import hypothesis  # noqa: F401
    import pydantic  # noqa: F401
    import sqlglot  # noqa: F401

    rows = []
    for module in chosen.modules or known:
        entry = known[module]
        equivalent = [item["mistake"] for item in entry.get("equivalent", [])]
        rows.append(check(module, entry["tests"], equivalent, chosen.jobs, told=True))
    print(f"{'module':44}{'mistakes':>9}{'noticed':>9}{'equivalent':>12}{'alive':>7}")
    for row in rows:
        numbers = f"{row.mistakes:9}{row.killed:9}{row.equivalent:12}{len(row.alive):7}"
        print(f"{row.module:44}{numbers}")
        for name in row.unknown:
            print(f"  not equivalent, or no longer there: {name}")
    return int(any(row.alive or row.unknown for row in rows))


if __name__ == "__main__":
    sys.exit(main())
