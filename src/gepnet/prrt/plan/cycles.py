"""On which days the cycles lie: the interval of the profile, the slots, and what was given.

A cycle goes to the slot nearest to its target within the window of the profile (the later of two
equally near). The search looks ahead, so that no early choice closes the window of a later cycle.
Where no day of a window is a slot, the cycle goes to the nearest slot after it, as far as the
profile lets the interval stretch, and the window is named as not kept; past that it has no day.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gepnet.knowledge.course_models import Figure, Schedule
from gepnet.prrt.given import GivenCycle
from gepnet.prrt.plan.days import WorkingDays, outward
from gepnet.prrt.plan.model import PlannedCycle, Violation, ViolationKind, Window
from gepnet.prrt.plan.question import Request


@dataclass(frozen=True)
class Allowed:
    """When a cycle may lie: its target, the window around it, the last day after a toxicity.

    Window and last day are None where the profile states none.
    """

    target: datetime.date
    window: Window | None
    stretch: datetime.date | None


@dataclass(frozen=True)
class Wish:
    """What is asked of the days: the wished first day or what was given, and limits of today.

    ``not_before`` of ``asked`` holds for the next cycle (a toxicity that has to resolve first);
    ``time`` is the local start of each infusion; ``search_days`` how far the first cycle may move.
    """

    asked: Request
    schedule: Schedule
    days: WorkingDays
    time: datetime.time
    search_days: int

    @property
    def given(self) -> tuple[GivenCycle, ...]:
        """The cycles so far."""
        return self.asked.given

    @property
    def count(self) -> int:
        """Number of cycles, at least those given; no more of them once a course was stopped."""
        planned = 0 if self.asked.stopped else int(self.schedule.cycles.value)
        return max(planned, len(self.given))

    def not_before(self, number: int) -> datetime.date | None:
        """Return the first day allowed for a cycle: only the next one has such a limit."""
        return self.asked.not_before if number == len(self.given) + 1 else None

    def allowed(self, previous: datetime.date) -> Allowed:
        """Return what the profile allows for the cycle after one on ``previous``."""
        schedule, window, stretch = self.schedule, None, None
        target = previous + _days(schedule.interval_days)
        if schedule.window_days is not None:
            tolerance = _days(schedule.window_days)
            window = Window(target - tolerance, target + tolerance)
        if schedule.stretch_days is not None:
            stretch = previous + _days(schedule.stretch_days)
        return Allowed(target, window, stretch)


def _days(figure: Figure) -> datetime.timedelta:
    return datetime.timedelta(days=int(figure.value))


@dataclass(frozen=True)
class _Placed:
    day: datetime.date | None
    violation: Violation | None = None


def place_cycles(wish: Wish) -> tuple[list[PlannedCycle], list[Violation]]:
    """Return every cycle of the course with the windows that do not hold."""
    cycles: list[PlannedCycle] = []
    violations: list[Violation] = []
    previous = None
    for given in wish.given:
        cycle = _cycle(wish, given.number, given.day, previous, given.activity_gbq)
        cycles.append(cycle)
        violations.extend(_given_outside(cycle))
        previous = given.day
    for placed in _Search(wish).rest(len(cycles) + 1, previous):
        cycles.append(_cycle(wish, len(cycles) + 1, placed.day, previous))
        if placed.violation is not None:
            violations.append(placed.violation)
        previous = placed.day
    return cycles, violations


def _cycle(
    wish: Wish,
    number: int,
    day: datetime.date | None,
    previous: datetime.date | None,
    given_gbq: Decimal | None = None,
) -> PlannedCycle:
    """Return a cycle on a day: one that was given with an activity, or a planned one."""
    given, window, stretch = given_gbq is not None, None, None
    target = wish.asked.start if number == 1 and not given else None
    if previous is not None:
        allowed = wish.allowed(previous)
        target, window, stretch = allowed.target, allowed.window, allowed.stretch
    start = None if day is None else datetime.datetime.combine(day, wish.time)
    moved = 0 if target is None or day is None else (day - target).days
    reasons = () if given or not moved or target is None else _moved_for(wish, number, target)
    planned = wish.asked.released_gbq.get(number, wish.schedule.activity_gbq.value)
    activity = planned if given_gbq is None else given_gbq
    return PlannedCycle(number, start, activity, given, target, window, stretch, moved, reasons)


def _given_outside(cycle: PlannedCycle) -> Iterator[Violation]:
    day, window = cycle.day, cycle.window
    if window is not None and day is not None and day not in window:
        reason = "given outside the window of the profile"
        if cycle.stretch is not None and day > cycle.stretch:
            reason += f" and after {cycle.stretch}, the longest interval that it allows"
        yield Violation(f"cycle {cycle.number}", "given_outside_window", window, day, reason)


def _moved_for(wish: Wish, number: int, target: datetime.date) -> tuple[str, ...]:
    """Return why a cycle does not lie on its target."""
    found = []
    why = wish.days.why_no_slot(target)
    if why is not None:
        found.append(f"{target}: {why}")
    earliest = wish.not_before(number)
    if earliest is not None and target < earliest:
        found.append(f"not before {earliest}")
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
        earliest = wish.not_before(number)
        if previous is None:
            start = wish.asked.start
            assert start is not None
            first = max(start, earliest or start)
            last = first + datetime.timedelta(days=wish.search_days)
            free = [day for day in outward(first, first, last) if slot(day) is None]
            reason = f"no slot: {_reasons(wish, first, last)}"
            none = Violation(subject, "no_day_in_window", Window(first, last), None, reason)
            return [_Placed(free[0])] if free else [_Placed(None, none)]
        allowed = wish.allowed(previous)
        window = allowed.window
        if window is None:
            return [self._without_window(subject, allowed, earliest)]
        assert window.first is not None and window.last is not None
        begin = max(window.first, earliest or window.first)
        inside = [day for day in outward(allowed.target, begin, window.last) if slot(day) is None]
        if inside:
            return [_Placed(day) for day in inside]
        return [self._beyond(subject, window, allowed.stretch, earliest)]

    def _without_window(
        self, subject: str, allowed: Allowed, earliest: datetime.date | None
    ) -> _Placed:
        """The nearest slot from the target on: a shorter interval is never assumed allowed."""
        target = allowed.target
        begin = max(target, earliest or target)
        last = allowed.stretch or begin + datetime.timedelta(days=self.wish.search_days)
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
        stretch: datetime.date | None,
        earliest: datetime.date | None,
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
    reasons = map(wish.days.why_no_slot, outward(first, first, last))
    found = Counter(why for why in reasons if why is not None)
    return "; ".join(why if count == 1 else f"{why} ({count})" for why, count in found.items())
