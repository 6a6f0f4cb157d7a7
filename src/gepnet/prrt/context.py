"""The course so far as the review of one cycle sees it, built from the record by one path.

What is known on the date of the review counts, nothing later. The time since the first dose falls
into windows: after each dose up to and including the day of the next one, the last window up to the
day of the review. A sample of the day of a dose was taken before it and belongs to the window that
the dose ends. Rules read the values of one window only, so that an old value is never taken for one
after the last dose.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from gepnet.facts import Facts, facts_of_record, facts_with
from gepnet.knowledge import asked, refuse_all
from gepnet.prrt.given import without_activity
from gepnet.prrt.protocol import Protocols
from gepnet.record import AnyEvent, Cycle, Observation, Record, Release
from gepnet.vocabulary import (
    Interval,
    PartialDate,
    Question,
    Value,
    days_between,
    exact,
    in_order,
)

#: Kinds of event that a window is about: their values say how the last dose was borne.
SAMPLED = frozenset({"laboratory", "toxicity"})
CREATININE, CLEARANCE = "creatinine_umol_l", "creatinine_clearance_ml_min"
RISE, FALL = "creatinine_rise_percent", "clearance_fall_percent"
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Window:
    """The time after one dose: ``after`` is that cycle, ``until`` the last day."""

    after: Cycle | None
    until: PartialDate

    @property
    def start(self) -> datetime.date | None:
        """The day of the dose; only later days count."""
        return None if self.after is None else self.after.date.last


@dataclass(frozen=True)
class CourseSoFar:
    """One course up to the review of one of its cycles."""

    record: Record
    protocols: Protocols
    number: int
    at: PartialDate
    cycles: tuple[Cycle, ...]
    course: str | None
    question: Question

    @property
    def region(self) -> str | None:
        """Region of care: that of the question, else that of the record."""
        return self.question.region or self.record.region

    @property
    def patient(self) -> str:
        """Name of the patient."""
        return self.record.patient

    @property
    def last(self) -> Cycle | None:
        """The previous cycle of the course."""
        return self.cycles[-1] if self.cycles else None

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The time after each dose, the present window last."""
        if not self.cycles:
            return ()
        ends = [*(cycle.date for cycle in self.cycles[1:]), self.at]
        return tuple(Window(c, end) for c, end in zip(self.cycles, ends, strict=True))

    @property
    def window(self) -> Window:
        """The time since the last dose; before cycle 1 all time so far."""
        return self.windows[-1] if self.windows else Window(None, self.at)

    def asks(self, phase: str) -> bool:
        """Whether rules of a phase belong to this review."""
        return phase == "every" or (phase == "later") == bool(self.cycles)

    def samples(self, window: Window) -> tuple[Observation, ...]:
        """Return what was sampled in a window, oldest first."""
        found = [
            (event.date, event)
            for event in self.record.events
            if isinstance(event, Observation)
            and event.kind in SAMPLED
            and not event.withdrawn
            and event.date is not None
            and (window.start is None or event.date.last > window.start)
            and event.date.first <= window.until.last
        ]
        return tuple(in_order(found))

    def sampled_days(self, window: Window) -> list[tuple[Observation, ...]]:
        """Return what was sampled in a window, day by day, oldest first."""
        days: dict[datetime.date, list[Observation]] = {}
        for event in self.samples(window):
            assert event.date is not None
            days.setdefault(event.date.last, []).append(event)
        return [tuple(events) for events in days.values()]

    @cached_property
    def baseline(self) -> Facts | None:
        """The facts of the last samples up to the day of cycle 1; None before it."""
        if not self.cycles:
            return None
        return self._facts(self.record, exact(self.cycles[0].date.last))

    def facts(self, window: Window, at: PartialDate, without: Iterable[Observation] = ()) -> Facts:
        """Return the facts as of a day of a window, with those that only a review sets.

        ``without`` are samples to be left out, where several of one day are looked at one by one.
        """
        kept = set(map(id, self.samples(window))) - set(map(id, without))
        events = (e for e in self.record.events if e.kind not in SAMPLED or id(e) in kept)
        plain = self._facts(_with(self.record, events), at)
        protocols = self.protocols
        changes = self._context(plain, window, at)
        return facts_with(
            plain, changes, protocols.knowledge, protocols.criteria, only=protocols.needed
        )

    def _facts(self, record: Record, at: PartialDate) -> Facts:
        protocols = self.protocols
        return facts_of_record(
            record,
            protocols.knowledge,
            protocols.criteria,
            replace(self.question, at=at),
            wanted=protocols.needed,
            only=protocols.needed,
        )

    def _context(self, facts: Facts, window: Window, at: PartialDate) -> dict[str, Value]:
        number = Decimal(self.number)
        context: dict[str, Value] = {"release_cycle": Interval(number, number)}
        total = facts["prrt_cumulative_activity_gbq"].value
        if isinstance(total, Interval):
            full = self.protocols.full
            context["activity_after_cycle_gbq"] = Interval(total.low + full, total.high + full)
        if window.after is not None:
            context["days_since_last_dose_of_course"] = _days(window.after.date, at)
            context["sampled_at_nadir"] = self._sampled_at_nadir(window)
        if self.baseline is not None:
            rise = _percent(facts[CREATININE].value, self.baseline[CREATININE].value)
            change = _percent(facts[CLEARANCE].value, self.baseline[CLEARANCE].value)
            fall = None if change is None else Interval(-change.high, -change.low)
            for name, found in ((RISE, rise), (FALL, fall)):
                fact = self.protocols.criteria.vocabulary[name]
                context[name] = None if found is None else fact.worked_out(found)
        return context

    def _sampled_at_nadir(self, window: Window) -> bool:
        first = int(self.protocols.amount("nadir-from").value)
        last = int(self.protocols.amount("nadir-to").value)
        assert window.start is not None
        ages = [
            (event.date.last - window.start).days
            for event in self.samples(window)
            if event.date is not None and "platelets_10e9_l" in event.values
        ]
        return any(first <= age <= last for age in ages)


def course_so_far(
    record: Record,
    protocols: Protocols,
    number: int,
    at: PartialDate,
    course: str | None = None,
    known_by: PartialDate | None = None,
    question: Question | None = None,
) -> CourseSoFar:
    """Return the course of a record up to the review of cycle ``number`` at ``at``.

    Args:
        record: the patient.
        protocols: what the review goes by.
        number: the cycle under review.
        at: the date of the review.
        course: which course; by default the one with the latest cycle or release before the cycle
            under review, or a new one for cycle 1.
        known_by: the day up to which events are known, if that is before the date of the review.
        question: its region, where that is not the record's.

    Raises:
        InputError: if the cycle before is not there, or this one was given before the date.
    """
    told = known_by or at
    known = [cycle for cycle in record.cycles if cycle.date.first <= told.last]
    if course is None:
        course = _latest_course(record, known, number, at)
    members = tuple(c for c in known if c.course == course)
    before = tuple(c for c in members if c.cycle < number)
    problems = []
    given = next((c for c in members if c.cycle >= number and c.date.last < at.first), None)
    if given is not None:
        expected = (
            f"a cycle that was not given yet (cycle {given.cycle}: {given.date}); a further course "
            "needs a name of its own"
        )
        problems.append(asked("cycle", number, expected))
    missing = sorted(set(range(1, number)) - {c.cycle for c in before})
    if missing:
        names = ", ".join(map(str, missing))
        expected = f"the cycles before it in the record by {told}; not there: {names}"
        problems.append(asked("cycle", number, expected))
    problems += without_activity(record, before)
    refuse_all(problems)
    later = {c.id for c in record.cycles if c.course == course and c.cycle >= number}
    events = (
        event
        for event in record.events
        if not isinstance(event, Release)
        and event.id not in later
        and (event.date is None or event.date.first <= told.last)
    )
    asked_for = question or Question()
    return CourseSoFar(_with(record, events), protocols, number, at, before, course, asked_for)


def _latest_course(
    record: Record, known: Sequence[Cycle], number: int, at: PartialDate
) -> str | None:
    """Return the course of the latest decision about this cycle, or of the cycle before it."""
    releases = [r for r in record.releases if r.cycle == number and r.date.first <= at.last]
    named = [r.course for r in releases if r.course is not None]
    if named:
        return named[-1]
    before = (c for c in known if c.cycle == number - 1)
    latest = max(before, key=lambda c: c.date.last, default=None)
    return None if latest is None else latest.course


def _with(record: Record, events: Iterable[AnyEvent]) -> Record:
    return record.model_copy(update={"events": tuple(events)})


def _days(start: PartialDate, at: PartialDate) -> Interval:
    return Interval(*map(Decimal, days_between(start, at)))


def _percent(now: Value, before: Value) -> Interval | None:
    """Return the change from ``before`` to ``now`` in per cent of ``before``."""
    if not isinstance(now, Interval) or not isinstance(before, Interval) or before.low <= 0:
        return None
    low = (now.low - before.high) * _HUNDRED / before.high
    high = (now.high - before.low) * _HUNDRED / before.low
    return Interval(low, high)
