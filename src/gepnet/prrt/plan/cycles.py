"""On which days the cycles lie: the interval of the profile, the slots, and what was given.

A cycle goes to the slot nearest to its target within the window of the profile (the later of two
equally near). The search looks ahead, so that no early choice closes the window of a later cycle.
Where no day of a window is a slot, the cycle goes to the nearest slot after it, as far as the
profile lets the interval stretch, and the window is named as not kept; past that it has no day.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gepnet.knowledge.course_models import Schedule
from gepnet.prrt.given import GivenCycle
from gepnet.prrt.plan.days import WorkingDays, outward
from gepnet.prrt.plan.model import PlannedCycle, Violation, ViolationKind, Window


@dataclass(frozen=True)
class Wish:
    """What is asked of the days: the wished first day or what was given, and limits of today.

    ``not_before`` holds for the next cycle (a toxicity that has to resolve first); ``time`` is the
    local start of each infusion; ``search_days`` how far the first cycle may move;
    ``released_gbq`` the activity that was released for a cycle; ``stopped`` ends the course.
    """

    schedule: Schedule
    days: WorkingDays
    time: datetime.time
    search_days: int
    start: datetime.date | None = None
    given: tuple[GivenCycle, ...] = ()
    not_before: datetime.date | None = None
    released_gbq: Mapping[int, Decimal] = field(default_factory=dict)
    stopped: bool = False

    @property
    def count(self) -> int:
        """Number of cycles, at least those given; no more of them once a course was stopped."""
        return len(self.given) if self.stopped else self.planned

    @property
    def planned(self) -> int:
        """Number of cycles that the profile plans, at least those given."""
        return max(int(self.schedule.cycles.value), len(self.given))

    @property
    def interval(self) -> datetime.timedelta:
        """Time from one cycle to the next."""
        return _days(self.schedule.interval_days.value)

    def window(self, previous: datetime.date) -> Window | None:
        """Return the window of the cycle after one on ``previous``; None if none is stated."""
        if self.schedule.window_days is None:
            return None
        tolerance = _days(self.schedule.window_days.value)
        target = previous + self.interval
        return Window(target - tolerance, target + tolerance)

    def stretch(self, previous: datetime.date) -> datetime.date | None:
        """Return the last day that the profile allows after a toxicity."""
        longest = self.schedule.stretch_days
        return None if longest is None else previous + _days(longest.value)


def _days(value: Decimal) -> datetime.timedelta:
    return datetime.timedelta(days=int(value))


@dataclass(frozen=True)
class _Placed:
    day: datetime.date | None
    violation: Violation | None = None


def place_cycles(wish: Wish) -> tuple[list[PlannedCycle], list[Violation]]:
    """Return every cycle of the course with the windows that do not hold."""
    violations: list[Violation] = []
    cycles = [_given_cycle(wish, index, violations) for index in range(len(wish.given))]
    previous = wish.given[-1].day if wish.given else None
    search = _Search(wish)
    for placed in search.rest(len(wish.given) + 1, previous):
        number = len(cycles) + 1
        cycles.append(_planned_cycle(wish, number, previous, placed))
        if placed.violation is not None:
            violations.append(placed.violation)
        previous = placed.day
    return cycles, violations


def _given_cycle(wish: Wish, index: int, violations: list[Violation]) -> PlannedCycle:
    given = wish.given[index]
    start = datetime.datetime.combine(given.day, wish.time)
    if index == 0:
        return PlannedCycle(given.number, start, given.activity_gbq, True, None, None, None)
    previous = wish.given[index - 1].day
    window, stretch = wish.window(previous), wish.stretch(previous)
    target = previous + wish.interval
    if window is not None and given.day not in window:
        past = stretch is not None and given.day > stretch
        reason = "given outside the window of the profile" + (
            f" and after {stretch}, the longest interval that it allows" if past else ""
        )
        subject = f"cycle {given.number}"
        violations.append(Violation(subject, "given_outside_window", window, given.day, reason))
    moved = (given.day - target).days
    return PlannedCycle(
        given.number, start, given.activity_gbq, True, target, window, stretch, moved
    )


def _planned_cycle(
    wish: Wish, number: int, previous: datetime.date | None, placed: _Placed
) -> PlannedCycle:
    target = wish.start if previous is None and number == 1 else None
    window = stretch = None
    if previous is not None:
        target = previous + wish.interval
        window, stretch = wish.window(previous), wish.stretch(previous)
    start = None if placed.day is None else datetime.datetime.combine(placed.day, wish.time)
    moved = 0 if target is None or placed.day is None else (placed.day - target).days
    reasons = _moved_for(wish, number, target) if moved else ()
    activity = wish.released_gbq.get(number, wish.schedule.activity_gbq.value)
    return PlannedCycle(number, start, activity, False, target, window, stretch, moved, reasons)


def _moved_for(wish: Wish, number: int, target: datetime.date | None) -> tuple[str, ...]:
    """Return why a cycle does not lie on its target."""
    if target is None:
        return ()
    found = []
    why = wish.days.why_no_slot(target)
    if why is not None:
        found.append(f"{target}: {why}")
    first_open = len(wish.given) + 1
    if number == first_open and wish.not_before is not None and target < wish.not_before:
        found.append(f"not before {wish.not_before}")
    return tuple(found) or ("so that later cycles stay in their windows",)


class _Search:
    """Days for the cycles that are left, fewest broken windows first, then nearest to target."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.known: dict[tuple[int, datetime.date | None], tuple[_Placed, ...]] = {}

    def rest(self, number: int, previous: datetime.date | None) -> tuple[_Placed, ...]:
        """Return a day, or none, for each cycle from ``number`` on."""
        if number > self.wish.count:
            return ()
        key = (number, previous)
        if key not in self.known:
            self.known[key] = self._rest(number, previous)
        return self.known[key]

    def _rest(self, number: int, previous: datetime.date | None) -> tuple[_Placed, ...]:
        best: tuple[_Placed, ...] | None = None
        for placed in self._options(number, previous):
            if placed.day is None:
                left = self.wish.count - number
                found = (placed, *(_Placed(None, _unplaced(number + n + 1)) for n in range(left)))
            else:
                found = (placed, *self.rest(number + 1, placed.day))
            if best is None or _broken(found) < _broken(best):
                best = found
            if _broken(best) == 0:
                break
        return best or ()

    def _options(self, number: int, previous: datetime.date | None) -> list[_Placed]:
        wish, slot = self.wish, self.wish.days.why_no_slot
        subject = f"cycle {number}"
        earliest = wish.not_before if number == len(wish.given) + 1 else None
        if previous is None:
            assert wish.start is not None
            first = max(wish.start, earliest or wish.start)
            last = first + datetime.timedelta(days=wish.search_days)
            free = [day for day in outward(first, first, last) if slot(day) is None]
            reason = f"no slot: {_reasons(wish, first, last)}"
            none = Violation(subject, "no_day_in_window", Window(first, last), None, reason)
            return [_Placed(free[0])] if free else [_Placed(None, none)]
        target = previous + wish.interval
        window = wish.window(previous)
        if window is None:
            return [self._without_window(subject, target, earliest, wish.stretch(previous))]
        assert window.first is not None and window.last is not None
        begin = max(window.first, earliest or window.first)
        inside = [day for day in outward(target, begin, window.last) if slot(day) is None]
        if inside:
            return [_Placed(day) for day in inside]
        return [self._beyond(subject, window, earliest, wish.stretch(previous))]

    def _without_window(
        self,
        subject: str,
        target: datetime.date,
        earliest: datetime.date | None,
        stretch: datetime.date | None,
    ) -> _Placed:
        """The nearest slot from the target on: a shorter interval is never assumed allowed."""
        begin = max(target, earliest or target)
        last = stretch or begin + datetime.timedelta(days=self.wish.search_days)
        for day in outward(begin, begin, last):
            if self.wish.days.why_no_slot(day) is None:
                if day == target:
                    return _Placed(day)
                reason = (
                    f"the profile states no window around {target}; the next slot is {day} "
                    f"({_reasons(self.wish, target, day) or f'not before {earliest}'})"
                )
                return _Placed(day, Violation(subject, "no_window_stated", None, day, reason))
        reason = f"no slot: {_reasons(self.wish, begin, last)}"
        window = Window(begin, last)
        return _Placed(None, Violation(subject, "no_day_in_window", window, None, reason))

    def _beyond(
        self,
        subject: str,
        window: Window,
        earliest: datetime.date | None,
        stretch: datetime.date | None,
    ) -> _Placed:
        """The first slot after the window, as far as the profile stretches the interval."""
        assert window.first is not None and window.last is not None
        delayed = earliest is not None and earliest > window.last
        if delayed:
            reason = f"not before {earliest}, after the window"
        else:
            reason = f"no slot in the window: {_reasons(self.wish, window.first, window.last)}"
        after = max(window.last + datetime.timedelta(days=1), earliest or window.first)
        last = stretch or window.last
        for day in outward(after, after, last):
            if self.wish.days.why_no_slot(day) is None:
                kind: ViolationKind = "not_before" if delayed else "no_day_in_window"
                told = f"{reason}; {day} lies outside it, allowed after a toxicity until {stretch}"
                return _Placed(day, Violation(subject, kind, window, day, told))
        if stretch is not None:
            told = f"{reason}; no slot until {stretch}, the longest interval of the profile"
            return _Placed(None, Violation(subject, "beyond_stretch", window, None, told))
        told = f"{reason}; the profile states no longer interval"
        return _Placed(None, Violation(subject, "no_day_in_window", window, None, told))


def _unplaced(number: int) -> Violation:
    reason = f"cycle {number - 1} has no day to count from"
    return Violation(f"cycle {number}", "no_day_in_window", None, None, reason)


def _broken(placed: Sequence[_Placed]) -> int:
    return sum(one.violation is not None for one in placed)


def _reasons(wish: Wish, first: datetime.date, last: datetime.date) -> str:
    """Return why the days from ``first`` to ``last`` are no slots, each reason once."""
    found: dict[str, int] = {}
    for n in range(max(0, (last - first).days + 1)):
        why = wish.days.why_no_slot(first + datetime.timedelta(days=n))
        if why is not None:
            found[why] = found.get(why, 0) + 1
    return "; ".join(why if count == 1 else f"{why} ({count})" for why, count in found.items())
