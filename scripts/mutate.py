"""Make deliberate mistakes in a module, one at a time, and see which of them no test notices.

    python scripts/mutate.py gepnet.prrt.after.marrow
    python scripts/mutate.py                      # every module of tests/mutants.yaml

``tests/mutants.yaml`` names for each module the tests that have to notice, and the mistakes that
change nothing a caller can see, each with its reason. ``scripts/mistakes.py`` says what a mistake
is, ``scripts/mistaken.py`` runs the tests on it, with the random examples of the ``ci`` profile.
What no test notices is printed when it is found.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# What every process needs; nothing of gepnet, which may be imported with its mistake.
import hypothesis  # noqa: F401
import pydantic  # noqa: F401
import sqlglot  # noqa: F401

from scripts import mistaken
from scripts.mistaken import Change, Tested
from scripts.mistakes import Mistake, mistakes

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "mutants.yaml"
_TOLD_EVERY = 15
"""Seconds between two lines that say how far it is."""


@dataclass
class Outcome:
    """What became of the mistakes of a module."""

    module: str
    mistakes: int
    killed: int = 0
    equivalent: int = 0
    alive: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """What the list calls equivalent and is no longer there, or is noticed."""
    seconds: float = 0.0
    """Of the processor."""

    @property
    def done(self) -> int:
        """How many are decided."""
        return self.killed + self.equivalent + len(self.alive)

    def __str__(self) -> str:
        """One row of the table."""
        numbers = f"{self.mistakes:9}{self.killed:9}{self.equivalent:12}{len(self.alive):7}"
        return f"{self.module:40}{numbers}{self.seconds:9.0f}"


HEAD = f"{'module':40}{'mistakes':>9}{'noticed':>9}{'equivalent':>12}{'alive':>7}{'seconds':>9}"


def check(
    module: str, tests: list[str], equivalent: list[str], jobs: int, tell: Callable[[str], None]
) -> Outcome:
    """Make every mistake in a module and return what became of them.

    Raises:
        SystemExit: where the tests fail without any mistake.
    """
    begin = _processor()
    file = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    tested = Tested(module, file, tests)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    made = list(mistakes(tree))
    changes = [_change(one, tree, file) for one in made]
    outcome = Outcome(module, len(made))
    noticed: set[str] = set()
    last = time.monotonic()

    def became(number: int, code: int) -> None:
        nonlocal last
        one = made[number]
        if code != mistaken.ALIVE:
            noticed.add(one.name)
            outcome.killed += 1
        elif one.name in equivalent:
            outcome.equivalent += 1
        else:
            outcome.alive.append(one.name)
            tell(f"alive  {file.relative_to(ROOT)}:{one.line}: {one.name}")
        if time.monotonic() - last > _TOLD_EVERY or outcome.done == outcome.mistakes:
            last = time.monotonic()
            tell(f"{module}: {outcome.done} of {outcome.mistakes}, {len(outcome.alive)} alive")

    with mistaken.own_folders():
        answers = mistaken.answers(tested, tree, changes, jobs)
        if answers is None:
            raise SystemExit(f"{module}: the tests fail without any mistake: {' '.join(tests)}")
        ready, told = answers
        tell(
            f"{module}: {len(made)} mistakes, {len(ready.seconds)} tests of "
            f"{sum(ready.seconds.values()):.1f} s"
        )
        anew = dict.fromkeys(range(len(made)))
        for number, code in told:
            if code == mistaken.NOTICED:
                del anew[number]
                became(number, code)
        starts = [(n, partial(mistaken.start_anew, tested, changes[n], ready)) for n in anew]
        for number, code in mistaken.each(starts, jobs):
            became(number, code)
    outcome.unknown = sorted(set(equivalent) & noticed | set(equivalent) - {m.name for m in made})
    outcome.seconds = _processor() - begin
    return outcome


def _change(one: Mistake, tree: ast.Module, file: Path) -> Change:
    one.make()
    code = compile(tree, str(file), "exec", dont_inherit=True)
    one.mend()
    return Change(code, one.statement)


def _processor() -> float:
    """Return the processor seconds of this process and its children so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    """Check the chosen modules and print a table."""
    known: dict[str, dict[str, Any]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))["modules"]
    parser = argparse.ArgumentParser(description="Mistakes that no test notices.")
    parser.add_argument(
        "modules", nargs="*", metavar="module", help="of tests/mutants.yaml (default: all)"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if strange := set(given.modules) - set(known):
        parser.error(f"not in tests/mutants.yaml: {', '.join(sorted(strange))}")
    os.environ["HYPOTHESIS_PROFILE"] = "ci"
    os.chdir(ROOT)
    rows = []
    for module in given.modules or known:
        entry = known[module]
        equivalent = [item["mistake"] for item in entry.get("equivalent", [])]
        tell = lambda line: print(line, flush=True)  # noqa: E731
        rows.append(check(module, entry["tests"], equivalent, given.jobs, tell))
    print(HEAD)
    for row in rows:
        print(row)
        for name in row.unknown:
            print(f"  not equivalent, or no longer there: {name}")
    return int(any(row.alive or row.unknown for row in rows))


if __name__ == "__main__":
    sys.exit(main())
