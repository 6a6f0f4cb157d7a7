"""The plan as an iCalendar file (RFC 5545), written by the icalendar library.

Appointments and the hours of a cycle are timed events, dates without an hour are whole days.
Without a time zone the times are floating: ten o'clock wherever the calendar is opened, which is
what a department means by it; with one, the zone is named and its rules are in the file.

The same plan gives the same bytes. ``UID`` names a step of a course for good, so that a later plan
moves its events instead of doubling them; ``DTSTAMP`` and ``SEQUENCE`` come from the day on which
the plan was made, so that the later plan wins.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any
from zoneinfo import ZoneInfo

from gepnet.prrt.plan.model import CoursePlan, PlannedCycle, PlannedStep
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.plan.words import moved_text

_NOTICE = "A plan, not a release: a named person releases each cycle. Not medical advice."


def to_icalendar(plan: CoursePlan, settings: Settings) -> bytes:
    """Return the calendar of a plan, in UTF-8."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//gepnet//PRRT course plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"PRRT course, {plan.patient}")
    writer = _Writer(plan, settings)
    for cycle in plan.cycles:
        if cycle.start is not None:
            calendar.add_component(writer.cycle(cycle))
    for step in plan.steps:
        if step.start is not None and step.step.topic != "infusion":
            calendar.add_component(writer.step(step))
    if plan.timezone is not None:
        calendar.add_missing_timezones()
    data: bytes = calendar.to_ical()
    return data


class _Writer:
    def __init__(self, plan: CoursePlan, settings: Settings) -> None:
        self.plan = plan
        self.settings = settings
        self.zone = None if plan.timezone is None else ZoneInfo(plan.timezone)
        self.infusion = next(
            (s.minutes for s in plan.steps if s.step.topic == "infusion" and s.minutes), None
        )

    def cycle(self, cycle: PlannedCycle) -> Any:
        """Return the event of a cycle: given ones are confirmed, planned ones tentative."""
        held = cycle.number in self.plan.held
        state = "given" if cycle.given else "held" if held else "planned"
        total = len(self.plan.cycles)
        title = f"PRRT cycle {cycle.number} of {total} ({state}), {cycle.activity_gbq} GBq"
        told = [] if cycle.window is None else [f"Window: {cycle.window.text}."]
        if cycle.stretch is not None and not cycle.given:
            told.append(f"After a toxicity, at the latest {cycle.stretch}.")
        told += [f"{moved_text(cycle.moved_days)}: {why}." for why in cycle.moved_for]
        told += [f"Window not kept: {v.reason}." for v in self._faults(f"cycle {cycle.number}")]
        assert cycle.start is not None
        event = self._event(f"cycle/{cycle.number}", title, told)
        self._timed(event, cycle.start, self.infusion)
        event.add("status", "CONFIRMED" if cycle.given else "TENTATIVE")
        event.add("categories", ["PRRT cycle"])
        if not cycle.given:
            event.add_component(self._alarm(title, self.settings.alarm_days_before))
        return event

    def step(self, planned: PlannedStep) -> Any:
        """Return the event of a step."""
        step = planned.step
        title = planned.title
        told = [f"{planned.profile.title}; {planned.place} ({step.verification})."]
        if step.amount:
            told.append(f"{step.amount}.")
        if planned.window is not None and not planned.deadline:
            told.append(f"Window: {planned.window_text}.")
        told += [f"{moved_text(planned.moved_days)}: {why}." for why in planned.moved_for]
        if step.note:
            told.append(" ".join(step.note.split()))
        event = self._event(planned.key, title, told)
        assert planned.start is not None
        if planned.timed:
            self._timed(event, planned.start, 0 if planned.deadline else planned.minutes)
        else:
            day = planned.start.date()
            event.add("dtstart", day)
            event.add("dtend", day + datetime.timedelta(days=1))
        if planned.deadline or not step.appointment:
            event.add("transp", "TRANSPARENT")
        event.add("categories", [step.topic.replace("_", " ")])
        if planned.deadline and step.holds == "by":
            event.add_component(self._alarm(title, self.settings.deadline_alarm_days_before))
        elif step.appointment:
            event.add_component(self._alarm(title, self.settings.alarm_days_before))
        return event

    def _faults(self, subject: str) -> list[Any]:
        return [fault for fault in self.plan.violations if fault.subject == subject]

    def _event(self, key: str, title: str, told: list[str]) -> Any:
        from icalendar import Event

        event = Event()
        name = f"{self.plan.patient}|{self.plan.course}|{key}"
        event.add("uid", f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@gepnet")
        stamp = datetime.datetime.combine(self.plan.made_on, datetime.time(), datetime.UTC)
        event.add("dtstamp", stamp)
        event.add("sequence", self.plan.made_on.toordinal())
        event.add("summary", title)
        patient = f"Patient: {self.plan.patient}."
        event.add("description", "\n".join([patient, *told, _NOTICE]))
        return event

    def _timed(self, event: Any, start: datetime.datetime, minutes: int | None) -> None:
        length = self.settings.appointment_minutes if minutes is None else minutes
        local = start.replace(tzinfo=self.zone)
        event.add("dtstart", local)
        if length:
            event.add("dtend", local + datetime.timedelta(minutes=length))

    def _alarm(self, title: str, days: int) -> Any:
        from icalendar import Alarm

        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", datetime.timedelta(days=-days))
        return alarm
