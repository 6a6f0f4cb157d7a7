"""From what a profile says to dates: each step, each repetition, each window.

An appointment moves to the nearest working day within its window (or, where the document gives no
window, within the days of the product's setting, and says by how much it moved). A deadline never
moves: what has to be over by then is over by then, holiday or not.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gepnet.knowledge.course_models import PlanProfile, Step
from gepnet.prrt.plan.days import WorkingDays, outward
from gepnet.prrt.plan.model import PlannedCycle, PlannedStep, Violation, ViolationKind, Window

_IN_DAYS = {"days": 1, "weeks": 7}


@dataclass(frozen=True)
class Timetable:
    """What the steps hang on: the cycles, the days, and the end of what is shown.

    Before a cycle that lies ahead of ``today`` no appointment is planned into the past.
    """

    cycles: Sequence[PlannedCycle]
    days: WorkingDays
    search_days: int
    horizon: datetime.date
    today: datetime.date | None = None

    def anchors(self, step: Step) -> list[tuple[PlannedCycle, datetime.date | None]]:
        """Return the cycles that a step belongs to, each with the day of the next one."""
        pairs = [
            (cycle, self.cycles[place + 1].day if place + 1 < len(self.cycles) else None)
            for place, cycle in enumerate(self.cycles)
        ]
        if step.anchor == "first_cycle":
            pairs = pairs[:1]
        elif step.anchor == "last_cycle":
            pairs = pairs[-1:]
        if step.cycle is not None:
            pairs = [pair for pair in pairs if pair[0].number == step.cycle]
        return [pair for pair in pairs if pair[0].start is not None]

    def end(self, step: Step) -> datetime.date:
        """Return the last day on which a repetition is shown."""
        first = self.cycles[0].day
        if step.months_from_first is None or first is None:
            return self.horizon
        return min(self.horizon, add_months(first, int(step.months_from_first)))


def place_step(
    profile: PlanProfile, step: Step, table: Timetable, ticked: bool
) -> tuple[list[PlannedStep], list[Violation]]:
    """Return every date of a step; a date without a working day in its window is a violation."""
    steps: list[PlannedStep] = []
    violations: list[Violation] = []
    for cycle, following in table.anchors(step):
        assert cycle.start is not None
        for index, offset in enumerate(_offsets(step)):
            key = f"{profile.id}/{step.id}/{cycle.number}/{index}"
            placed = _place(profile, step, table, cycle, following, offset, key)
            if placed is None:
                break  # beyond what is shown
            if isinstance(placed, Violation):
                violations.append(placed)
            else:
                steps.append(placed if ticked else replace(placed, ticked=False))
    return steps, violations


def _offsets(step: Step) -> Iterator[Decimal | None]:
    """Yield the times of a step from its cycle, without end where the document gives none."""
    if step.at is None:
        yield None
        return
    yield step.at
    yield from step.also_at
    if step.every is None:
        return
    offset = step.at + step.every
    while step.until is None or offset <= step.until:
        yield offset
        offset += step.every


def _place(
    profile: PlanProfile,
    step: Step,
    table: Timetable,
    cycle: PlannedCycle,
    following: datetime.date | None,
    offset: Decimal | None,
    key: str,
) -> PlannedStep | Violation | None:
    assert cycle.start is not None
    timed = step.unit in ("minutes", "hours")
    window = _window(step, cycle.start, offset, following)
    if offset is None and step.latest is None:
        if window.last is None:
            return None  # nothing follows by which it could be done
        first = window.first or window.last - datetime.timedelta(days=table.search_days)
        day = table.days.nearest(window.last, first, window.last)
        start = None if day is None else datetime.datetime.combine(day, datetime.time())
        return PlannedStep(key, step, profile, cycle.number, start, None, window, False, True)
    deadline = offset is None
    moment = shifted(cycle.start, step.latest if offset is None else offset, step.unit)
    if moment is None or (step.every is not None and moment.date() > table.end(step)):
        return None
    wished = moment.date()
    day = wished
    reasons: tuple[str, ...] = ()
    if step.appointment and not timed and not _is_history(step, cycle):
        begin = _not_before(table, cycle)
        found = _working_day(step, table, wished, window, begin)
        if found is None:
            over = begin is not None and window.last is not None and window.last < begin
            why = "already past" if over else _closed(table, window, wished, begin)
            subject = f"{step.label}, cycle {cycle.number}"
            kind: ViolationKind = "already_past" if over else "no_day_for_step"
            return Violation(subject, kind, window, None, f"no working day: {why}")
        day = found
        closed = table.days.why_closed(wished)
        past = "already past" if begin is not None and wished < begin else None
        reasons = tuple(f"{wished}: {why}" for why in (past or closed,) if why and day != wished)
    start = moment if timed else datetime.datetime.combine(day, datetime.time())
    return PlannedStep(
        key,
        step,
        profile,
        cycle.number,
        start,
        step.minutes,
        window if step.earliest is not None or step.latest is not None else None,
        timed,
        deadline,
        (day - wished).days,
        reasons,
    )


def _is_history(step: Step, cycle: PlannedCycle) -> bool:
    """Whether a step lies before a cycle that was given: it is history and does not move."""
    return cycle.given and (step.at or step.latest or Decimal(0)) < 0


def _window(
    step: Step,
    start: datetime.datetime,
    offset: Decimal | None,
    following: datetime.date | None,
) -> Window:
    """The allowed days of one date; a repetition keeps the distances of the first one."""
    carried = Decimal(0) if offset is None or step.at is None else offset - step.at
    ends = (None if end is None else end + carried for end in (step.earliest, step.latest))
    moments = (shifted(start, end, step.unit) for end in ends)
    first, last = (None if moment is None else moment.date() for moment in moments)
    if step.by_next_cycle:
        last = None if following is None else following - datetime.timedelta(days=1)
    return Window(first, last)


def _not_before(table: Timetable, cycle: PlannedCycle) -> datetime.date | None:
    ahead = (
        not cycle.given and table.today is not None and (cycle.day or table.today) >= table.today
    )
    return table.today if ahead else None


def _working_day(
    step: Step,
    table: Timetable,
    wished: datetime.date,
    window: Window,
    begin: datetime.date | None,
) -> datetime.date | None:
    reach = datetime.timedelta(days=table.search_days)
    first, last = window.first or wished - reach, window.last or wished + reach
    if begin is not None:
        first = max(first, begin)
    return table.days.nearest(wished, first, last, step.prefer == "later")


def _closed(
    table: Timetable, window: Window, wished: datetime.date, begin: datetime.date | None
) -> str:
    first, last = window.first or wished, window.last or wished
    if begin is not None:
        first = max(first, begin)
    reasons = map(table.days.why_closed, outward(first, first, last))
    return "; ".join(dict.fromkeys(why for why in reasons if why))


def shifted(
    start: datetime.datetime, offset: Decimal | None, unit: str
) -> datetime.datetime | None:
    """Return ``start`` moved by an offset; months keep the day, cut to the end of the month."""
    if offset is None:
        return None
    if unit == "months":
        return datetime.datetime.combine(add_months(start.date(), int(offset)), start.time())
    if unit in _IN_DAYS:
        return start + datetime.timedelta(days=float(offset) * _IN_DAYS[unit])
    return start + datetime.timedelta(**{unit: float(offset)})


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Return the same day of a later month, or the last day of a month that is too short."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return day.replace(year=years, month=month + 1, day=min(day.day, last))
