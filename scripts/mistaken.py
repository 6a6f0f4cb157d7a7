"""Run tests on changed code of one module, quickly.

Importing and collecting costs more than most tests do. So one process imports everything and
collects the tests once (`answers`), and each change is put into the functions of a copy of it. A
first run without a change tells which test runs which statement: a change is shown to those tests
alone, the quickest first. That no such test noticed proves nothing, as the process may remember
what the code said before the change. So whatever is not noticed there, and a change of what runs
while the module is imported, is run anew (`start_anew`): in a process that has imported nothing of
gepnet, against every test.
"""

from __future__ import annotations

import ast
import copy
import gc
import importlib
import importlib.util
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from scripts.changed_code import RAN, CannotPut, Watched, at_import, functions_of, put

Statement = tuple[int, int]
"""Where a statement begins: line and column."""
NOTICED, ALIVE, ANEW = 1, 0, 3
_LONGEST = 600
"""Seconds of the clock after which a test waits for something that does not come."""


@dataclass(frozen=True)
class Change:
    """Changed code of the whole module, and the statement that is changed."""

    code: CodeType
    statement: Statement


@dataclass(frozen=True)
class Tested:
    """A module, its file and its tests."""

    module: str
    file: Path
    tests: Sequence[str]


# One process a change ----------------------------------------------------------------------------


@contextmanager
def own_folders() -> Iterator[None]:
    """Keep what tests write in a folder of its own, which is removed in the end."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cache", "tests"):
            Path(folder, name).mkdir()
        os.environ["GEPNET_CACHE_DIR"] = str(Path(folder, "cache"))
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(folder, "hypothesis"))
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(Path(folder, "tests"))
        yield


def _start(do: Callable[[], int], seconds: float | None = None) -> int:
    """Do something in a child and return its process id; its exit code is what ``do`` returns.

    Args:
        do: what the child does. What it prints is lost, what it writes to the cache too.
        seconds: of the processor, after which the child hangs and is ended. The clock says nothing
            on a machine that does something else as well.
    """
    if child := os.fork():
        return child
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1,) * 2)
            # Whatever changed code would keep is thrown away with its folder. A file of the cache
            # is replaced, never written into: a link is as good as a copy.
            cache = os.environ["GEPNET_CACHE_DIR"]
            own = Path(tempfile.mkdtemp(dir=Path(cache).parent), "cache")
            shutil.copytree(cache, own, copy_function=os.link)
            os.environ["GEPNET_CACHE_DIR"] = str(own)
        os._exit(do())
    except BaseException:  # a test may leave in any way
        os._exit(NOTICED)


def each(starts: Iterable[tuple[int, Callable[[], int]]], jobs: int) -> Iterator[tuple[int, int]]:
    """Start children, some at a time, and yield the number and the exit code of each."""
    running: dict[int, tuple[int, float]] = {}

    def ended() -> tuple[int, int]:
        while True:
            for child, (number, end) in running.items():
                done, status = os.waitpid(child, os.WNOHANG)
                if not done and time.monotonic() > end:
                    os.kill(child, signal.SIGKILL)
                    done, status = os.waitpid(child, 0)
                if done:
                    del running[child]
                    # Whoever was ended from outside noticed: the code hung.
                    return number, os.waitstatus_to_exitcode(status) % 256
            time.sleep(0.01)

    for number, start in starts:
        if len(running) >= jobs:
            yield ended()
        running[start()] = number, time.monotonic() + _LONGEST
    while running:
        yield ended()


# Everything imported once ------------------------------------------------------------------------


@dataclass(frozen=True)
class Ready:
    """The tests passed on the code as it is: the processor seconds of each."""

    seconds: dict[str, float]

    @property
    def limit(self) -> float:
        """After how many seconds a process that runs all of them hangs."""
        return 20 + 4 * sum(self.seconds.values())


def answers(
    tested: Tested, tree: ast.Module, changes: Sequence[Change], jobs: int
) -> tuple[Ready, Iterator[tuple[int, int]]] | None:
    """Return the tests and, while they come, the number of each change with `NOTICED` or `ANEW`.

    None where the tests fail on the code as it is.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    plugin = _Collected(tested, tree, changes, jobs, there)
    child = _start(lambda: _collect(tested, plugin, "-q"))
    there.close()
    try:
        return here.recv(), _received(here, child)
    except EOFError:
        os.waitpid(child, 0)
        return None


def _received(here: Connection, child: int) -> Iterator[tuple[int, int]]:
    with here, suppress(EOFError):
        while True:
            yield here.recv()
    os.waitpid(child, 0)


def _collect(tested: Tested, plugin: object, *more: str) -> int:
    arguments = ["-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", "--capture=sys"]
    return int(pytest.main([*arguments, *more, *tested.tests], plugins=[plugin]))


class _Collected:
    """A plugin of pytest that copies the process for each change, after the tests are collected."""

    def __init__(
        self,
        tested: Tested,
        tree: ast.Module,
        changes: Sequence[Change],
        jobs: int,
        told: Connection,
    ) -> None:
        self.tested, self.tree, self.changes = tested, tree, changes
        self.jobs, self.told = jobs, told

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        whole = compile(self.tree, str(self.tested.file), "exec", dont_inherit=True)
        functions = functions_of(importlib.import_module(self.tested.module))
        gc.collect()
        gc.freeze()
        ran = self._first_run(session, functions)
        if ran is None:
            return True
        items = sorted(session.items, key=lambda item: ran[item.nodeid][0])
        ready = Ready({name: seconds for name, (seconds, _) in ran.items()})

        def start(code: CodeType, chosen: Sequence[pytest.Item]) -> int:
            seconds = 5 + 4 * sum(ready.seconds[item.nodeid] for item in chosen)
            return _start(lambda: _run(session, chosen, functions, code), seconds)

        # In this order, and with functions that were put in, the tests still pass.
        if [code for _, code in each([(0, lambda: start(whole, items))], 1)] != [ALIVE]:
            return True
        self.told.send(ready)
        starts: list[tuple[int, Callable[[], int]]] = []
        for number, change in enumerate(self.changes):
            chosen = [item for item in items if change.statement in ran[item.nodeid][1]]
            if chosen and at_import(change.code) == at_import(whole):
                starts.append((number, partial(start, change.code, chosen)))
            else:
                self.told.send((number, ANEW))
        for number, code in each(starts, self.jobs):
            self.told.send((number, ANEW if code in (ALIVE, ANEW) else NOTICED))
        return True

    def _first_run(
        self, session: pytest.Session, functions: Sequence[FunctionType]
    ) -> dict[str, tuple[float, set[Statement]]] | None:
        """Return the seconds and the statements of each test; None where one fails."""
        here, there = multiprocessing.Pipe(duplex=False)
        watched = Watched().visit(copy.deepcopy(self.tree))
        ast.fix_missing_locations(watched)
        code = compile(watched, str(self.tested.file), "exec", dont_inherit=True)

        def do() -> int:
            statements: set[Statement] = set()
            sys.modules[self.tested.module].__dict__[RAN] = lambda *at: statements.add(at)
            put(functions, code)
            found = {}
            for item, following in _pairs(session.items):
                statements.clear()
                begin = time.process_time()
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                found[item.nodeid] = time.process_time() - begin, set(statements)
            there.send(None if session.testsfailed else found)
            return 0

        child = _start(do)
        there.close()
        try:
            found: dict[str, tuple[float, set[Statement]]] | None = here.recv()
        except EOFError:
            found = None
        os.waitpid(child, 0)
        return found


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _run(
    session: pytest.Session,
    items: Sequence[pytest.Item],
    functions: Sequence[FunctionType],
    code: CodeType,
) -> int:
    try:
        put(functions, code)
    except CannotPut:
        return ANEW
    for item, following in _pairs(items):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return NOTICED
    return ALIVE


# Imported anew -----------------------------------------------------------------------------------


class _Mistaken:
    """Imports one module from changed code and everything else as it is."""

    def __init__(self, tested: Tested, code: CodeType) -> None:
        self.tested, self.code = tested, code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.tested.module:
            return None
        code, file = self.code, self.tested.file

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType:
                return code

        return importlib.util.spec_from_file_location(name, file, loader=Loader(name, str(file)))


class _Quickest:
    """A plugin of pytest that begins with the tests that took least."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.seconds.get(item.nodeid, 0))


def start_anew(tested: Tested, change: Change, ready: Ready) -> int:
    """Start all tests on changed code, in a child that imports it; return its process id."""

    def do() -> int:
        sys.meta_path.insert(0, _Mistaken(tested, change.code))
        return _collect(tested, _Quickest(ready.seconds), "-x", "-q")

    return _start(do, ready.limit)
