"""What a reader holds cycles of radioligand therapy and their releases to.

The numbers of a course follow its dates, no number is used twice, and what a treatment event says
of the same course agrees with the cycles: a contradiction is a problem, never a choice.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from gepnet.record.model import RELEASING, AnyEvent, Cycle, Release, Treatment
from gepnet.vocabulary import (
    Interval,
    OptionTree,
    PartialDate,
    ValueProblem,
    Vocabulary,
    parse_date,
)

#: The fact whose unit, step and range an activity is read by.
ACTIVITY = "prrt_last_activity_gbq"
TOTAL = "prrt_cumulative_activity_gbq"
# Nobody who is cared for was treated before: where nothing else bounds a day, this does.
_LONG_AGO = datetime.date(1900, 1, 1)


@dataclass(frozen=True)
class Fault:
    """One fault of an event: its place among the events, the field, and what is told of it."""

    index: int
    field: str
    value: object
    expected: str


def read_activity(raw: Any, vocabulary: Vocabulary) -> Decimal:
    """Return an activity in GBq, given as a number or as ``{value: 200, unit: mCi}``.

    Raises:
        ValueProblem: if it is none, or outside what one cycle can be.
    """
    fact = vocabulary.get(ACTIVITY)
    if fact is None:
        return Decimal(str(raw))
    try:
        value = fact.parse(raw)
    except ValueProblem as fault:
        how = "another unit is written {value: 200, unit: mCi}"
        expected = f"{fault.expected}{vocabulary.slip(fact, raw)}; {how}"
        raise ValueProblem(fault.value, expected, fault.suggestion) from fault
    if not isinstance(value, Interval) or not value.is_point:
        raise ValueProblem(raw, "one number")
    return value.low


def check_release(event: Release) -> Iterator[Fault]:
    """Yield a fault where the decision and the activity do not belong together."""
    frees = event.decision in RELEASING
    if event.planned is not None and event.planned.last < event.date.first:
        yield Fault(-1, "planned", str(event.planned), f"a day not before {event.date}")
    if frees and event.activity_gbq is None:
        yield Fault(-1, "activity_gbq", None, f"the activity that '{event.decision}' frees")
    if not frees and event.activity_gbq is not None:
        expected = f"none, since '{event.decision}' frees none"
        yield Fault(-1, "activity_gbq", str(event.activity_gbq), expected)


def check_cycles(events: Mapping[int, AnyEvent], vocabulary: Vocabulary) -> Iterator[Fault]:
    """Yield every fault of the cycles of a record, given with the places of its events."""
    placed = [(i, e) for i, e in events.items() if type(e) is Cycle and not e.withdrawn]
    courses: dict[str | None, list[tuple[int, Cycle]]] = {}
    for index, cycle in placed:
        courses.setdefault(cycle.course, []).append((index, cycle))
    for members in courses.values():
        yield from _numbers(members)
        yield from _order(members)
    treatments = [e for e in events.values() if type(e) is Treatment and not e.withdrawn]
    places = {cycle.id: index for index, cycle in placed}
    for group in group_cycles([cycle for _, cycle in placed]):
        index = places[group[0].id]
        covering = covering_courses(group, treatments, vocabulary.options)
        if len(covering) > 1:
            names = ", ".join(course.id for course in covering)
            expected = f"the course that it belongs to, since several are possible: {names}"
            yield Fault(index, "course", group[0].course, expected)
        elif covering:
            yield from _contradictions(index, group, covering[0], vocabulary)


def _numbers(members: Sequence[tuple[int, Cycle]]) -> Iterator[Fault]:
    first: dict[int, str] = {}
    for index, cycle in members:
        if cycle.cycle in first:
            expected = f"a number used once in a course (first in {first[cycle.cycle]})"
            yield Fault(index, "cycle", cycle.cycle, expected)
        first.setdefault(cycle.cycle, cycle.id)


def _order(members: Sequence[tuple[int, Cycle]]) -> Iterator[Fault]:
    ordered = sorted(members, key=lambda pair: pair[1].cycle)
    for (_, before), (index, after) in pairwise(ordered):
        if before.cycle < after.cycle and after.date.last <= before.date.first:
            expected = f"a day after cycle {before.cycle} ({before.date})"
            yield Fault(index, "date", str(after.date), expected)
        elif before.option != after.option:
            expected = f"{before.option}, as in cycle {before.cycle}, or another 'course'"
            yield Fault(index, "option", after.option, expected)


def _contradictions(
    index: int, group: Sequence[Cycle], course: Treatment, vocabulary: Vocabulary
) -> Iterator[Fault]:
    count = number_of(group)
    if course.cycles is not None and course.cycles != count:
        expected = f"{course.cycles} cycles, as treatment '{course.id}' says; {count} are here"
        yield Fault(index, "cycle", count, expected)
    total, whole = activity_of(group)
    if course.cumulative_activity_gbq is None:
        return
    told = Decimal(str(course.cumulative_activity_gbq))
    ends = _rounded(told, vocabulary), _rounded(total, vocabulary)
    if ends[0] < ends[1] or (whole and ends[0] != ends[1]):
        expected = (
            f"{course.cumulative_activity_gbq} GBq in all, as treatment '{course.id}' says; "
            f"the cycles add up to {'' if whole else 'at least '}{total}"
        )
        yield Fault(index, "activity_gbq", str(total), expected)


def number_of(group: Sequence[Cycle]) -> int:
    """Return how many cycles a course has had: before a third one there was a second."""
    return max((cycle.cycle for cycle in group), default=0)


def first_dose(group: Sequence[Cycle]) -> PartialDate:
    """Return when a course began: by the day of the first cycle that the record has.

    Args:
        group: in order of number.
    """
    first = group[0]
    if first.cycle == 1:
        return first.date
    return parse_date(f"{_LONG_AGO}/{first.date.last}")


def activity_of(group: Sequence[Cycle]) -> tuple[Decimal, bool]:
    """Return the activity of a course in GBq as far as it is known, and whether that is all of it.

    A cycle whose number is left out was given as well, and its activity is not known.
    """
    told = [cycle.activity_gbq for cycle in group]
    known = [activity for activity in told if activity is not None]
    return sum(known, Decimal(0)), len(known) == number_of(group)


def undated(number: Any, others: Iterable[Mapping[str, Any]], by: PartialDate) -> PartialDate:
    """Return when a cycle without a date was given: after those before it, before those after it.

    Args:
        number: of the cycle.
        others: the cycles of its course as they were written, those without a date included.
        by: the day that the record speaks of; what it tells was given by then.
    """
    first, last = _LONG_AGO, by.last
    for other in others:
        try:
            day, place = parse_date(str(other["date"])), int(other["cycle"])
            before, after = place < int(number), place > int(number)
        except (KeyError, TypeError, ValueError):  # told where it stands
            continue
        first = max(first, day.first) if before else first
        last = min(last, day.last) if after else last
    return parse_date(f"{first}/{max(first, last)}")


def _rounded(total: Decimal, vocabulary: Vocabulary) -> Decimal:
    fact = vocabulary.get(TOTAL)
    return total if fact is None else fact.round(total)


def group_cycles(cycles: Sequence[Cycle]) -> list[list[Cycle]]:
    """Return cycles by course and option, each group in order of number."""
    groups: dict[tuple[str | None, str], list[Cycle]] = {}
    for cycle in sorted(cycles, key=lambda cycle: cycle.cycle):
        groups.setdefault((cycle.course, cycle.option), []).append(cycle)
    return list(groups.values())


def covering_courses(
    group: Sequence[Cycle], treatments: Sequence[Treatment], options: OptionTree
) -> list[Treatment]:
    """Return the treatment events that tell of the same course as a group of cycles.

    A course named by the cycles is that treatment. Otherwise it is a treatment with the same
    option, or a class of it, within whose dates all cycles may lie.
    """
    named = [course for course in treatments if course.id == group[0].course]
    if named:
        return named
    option = group[0].option
    lineage = set(options.lineage(option)) if option in options else {option}
    return [
        course
        for course in treatments
        if course.option in lineage
        and all(_may_lie(cycle.date, course.start, course.stop) for cycle in group)
    ]


def _may_lie(day: PartialDate, start: PartialDate | None, stop: PartialDate | None) -> bool:
    return (start is None or day.last >= start.first) and (stop is None or day.first <= stop.last)
