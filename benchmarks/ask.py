"""Asking: how many questions until a question is settled, and how long a step takes.

    python -m benchmarks.ask [QUESTION ...]

The patients of ``tests/clinic`` answer from their records, starting with nothing. Printed: the
share of what gets settled that is settled after some questions, the questions until 90 % and until
all of it is, and the processor time of a step. A position that is settled otherwise than in the
assessment of the whole record is named, and the run fails.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from gepnet import api
from gepnet.guidelines.ask import UNKNOWN
from gepnet.guidelines.status import QUIET
from gepnet.vocabulary import Interval, Question, Several, Value

CLINIC = Path(__file__).parents[1] / "tests" / "clinic"
QUESTION = Question(knowledge_date=datetime.date(2026, 11, 28))
MARKS = (5, 8, 10, 12, 14, 16, 18, 20)


def main(wanted: list[str]) -> int:
    """Print a table for each question; return whether something is settled wrongly."""
    return int(sum(ask(name) for name in wanted or ["prrt"]) > 0)


def ask(name: str) -> int:
    """Interview every patient; return how many positions are settled wrongly."""
    base, wrong = api.base(), 0
    start = time.process_time()
    first = api.ask_step(base, {}, name, asked=QUESTION)
    print(f"{first.title}: {first.total} positions; made in {time.process_time() - start:.1f} s")
    curves: list[list[int]] = []
    times: list[float] = []
    for file in sorted(CLINIC.glob("*.yaml")):
        facts = api.facts_of(api.read_patient(file, base), base)
        assessment = api.assess_facts(facts, base, QUESTION)
        answers: dict[str, Any] = {}
        curve: list[int] = []
        while True:
            start = time.process_time()
            step = api.ask_step(base, answers, name, asked=QUESTION)
            times.append(time.process_time() - start)
            curve.append(step.settled)
            if step.next is None:
                break
            answers[step.next.fact] = _answer(facts.values.get(step.next.fact))
        curves.append(curve)
        for one in step.positions:
            cell = assessment.documents[one.document].cells[one.option, one.intent]
            same = one.status is cell.status or (one.status in QUIET and cell.status in QUIET)
            if one.settled and not same:
                wrong += 1
                print(f"WRONG {file.stem}: {one.document} {one.option} {one.status} {cell.status}")
    whole = sum(curve[-1] for curve in curves)
    for mark in MARKS:
        done = sum(curve[min(mark, len(curve) - 1)] for curve in curves)
        print(f"after {mark:>2} questions: {done / whole:.1%} of what gets settled")
    print("until 90 %:", _quartiles([_until(curve, 0.9) for curve in curves]))
    print("until all: ", _quartiles([_until(curve, 1.0) for curve in curves]))
    ordered = sorted(times)
    at = [1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 1.0)]
    print(f"step, ms of processor time: median {at[0]:.0f}, 95 % {at[1]:.0f}, most {at[2]:.0f}")
    print(f"{len(curves)} patients, {whole} settled positions, {wrong} wrong")
    return wrong


def _until(curve: list[int], share: float) -> int:
    return next(place for place, done in enumerate(curve) if done >= share * curve[-1])


def _quartiles(counts: list[int]) -> str:
    low, middle, high = statistics.quantiles(counts, n=4)
    return f"median {middle:g} [{low:g} to {high:g}], {min(counts)} to {max(counts)}"


def _answer(value: Value) -> Any:
    if isinstance(value, Several):
        return list(value.values)
    return UNKNOWN if value is None else str(value) if isinstance(value, Interval) else value


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
