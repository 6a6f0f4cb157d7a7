"""Cycles that were given, as a plan and its totals need them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gepnet.knowledge import InputError, Problem


@dataclass(frozen=True, slots=True)
class GivenCycle:
    """One cycle that was given: its number in the course, local day and activity in GBq."""

    number: int
    day: datetime.date
    activity_gbq: Decimal


def in_order(cycles: Sequence[GivenCycle], file: str = "cycles") -> tuple[GivenCycle, ...]:
    """Return the cycles of one course by number.

    Raises:
        InputError: if a number is used twice or left out, or a day lies before the one before.
    """
    problems = []
    ordered = sorted(cycles, key=lambda cycle: cycle.number)
    for position, cycle in enumerate(ordered, 1):
        entry = f"cycle {cycle.number}"
        if cycle.number != position:
            value = str(cycle.number)
            expected = f"the numbers 1 to {len(ordered)}, each once"
            problems.append(Problem(file, None, entry, "cycle", value, expected))
            break
        if position > 1 and cycle.day <= ordered[position - 2].day:
            expected = f"a day after cycle {position - 1} ({ordered[position - 2].day})"
            problems.append(Problem(file, None, entry, "date", str(cycle.day), expected))
    if problems:
        raise InputError(problems)
    return tuple(ordered)
