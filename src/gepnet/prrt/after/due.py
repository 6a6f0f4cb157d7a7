"""When samples after a course are due, by each profile's own calendar, and which were taken."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from gepnet.knowledge.course_models import PlanProfile, Step
from gepnet.prrt.after.samples import Sample
from gepnet.prrt.plan.days import WEEKDAYS, WorkingDays
from gepnet.prrt.plan.model import PlannedCycle
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.plan.steps import Timetable, add_months, place_step
from gepnet.tables import Shown


@dataclass(frozen=True, slots=True)
class _Planned:
    profile: Annotated[PlanProfile, Shown(take="id:profile title", flat=True)]
    topic: str
    step: Annotated[Step, Shown(take="label source locator verification", flat=True)]


@dataclass(frozen=True, slots=True)
class Due(_Planned):
    """The next date of a topic by one profile; ``overdue`` once it lies before today."""

    last_sample: datetime.date | None
    due: datetime.date
    overdue: bool


@dataclass(frozen=True, slots=True)
class Appointment(_Planned):
    """One date of the time after a course by one profile, with the sample that it had.

    ``due`` is the last date that has come, if it had no sample; an earlier one was ``missed``.
    """

    day: datetime.date
    sampled: datetime.date | None
    standing: Literal["done", "missed", "due", "ahead"]


def sampled_days(
    samples: Mapping[str, Sequence[Sample]], analytes: Collection[str]
) -> list[datetime.date]:
    """Return the days on which all of ``analytes`` were measured, oldest first."""
    days = [{sample.day for sample in samples.get(name, ())} for name in analytes]
    return sorted(set.intersection(*days) if days else set())


def last_sampled(
    samples: Mapping[str, Sequence[Sample]], analytes: Collection[str]
) -> datetime.date | None:
    """Return the latest day on which all of ``analytes`` were measured."""
    return max(sampled_days(samples, analytes), default=None)


def next_due(
    profile: PlanProfile,
    last_dose: datetime.date,
    samples: Mapping[str, Sequence[Sample]],
    today: datetime.date,
    settings: Settings,
) -> list[Due]:
    """Return the next date of each topic on which a profile speaks.

    A date is done by a sample on it, after it, or a little before (``sample_counts_early_days``).
    """
    early = datetime.timedelta(days=settings.sample_counts_early_days)
    found = []
    for topic, dates in _calendar(profile, last_dose, today, settings).items():
        sampled = last_sampled(samples, settings.topic_analytes[topic])
        for day, step in dates:
            if sampled is None or sampled < day - early:
                found.append(Due(profile, topic, step, sampled, day, day < today))
                break
    return found


def timeline(
    profile: PlanProfile,
    last_dose: datetime.date,
    samples: Mapping[str, Sequence[Sample]],
    today: datetime.date,
    settings: Settings,
) -> list[Appointment]:
    """Return every date of a profile after a course, in order, with what became of each.

    A sample belongs to the last date that it is not too early for, so that one sample does for one
    date and a gap stays a gap, whatever was sampled later.
    """
    early = datetime.timedelta(days=settings.sample_counts_early_days)
    found = []
    for topic, dates in _calendar(profile, last_dose, today, settings).items():
        taken = sampled_days(samples, settings.topic_analytes[topic])
        for place, (day, step) in enumerate(dates):
            later = dates[place + 1][0] if place + 1 < len(dates) else None
            own = [
                one
                for one in taken
                if day - early <= one and (later is None or one < later - early)
            ]
            passed = later is not None and later <= today
            standing: Literal["done", "missed", "due", "ahead"] = (
                "done" if own else "ahead" if day > today else "missed" if passed else "due"
            )
            sampled = own[0] if own else None
            found.append(Appointment(profile, topic, step, day, sampled, standing))
    return sorted(found, key=lambda one: (one.day, one.topic))


def _calendar(
    profile: PlanProfile, last_dose: datetime.date, today: datetime.date, settings: Settings
) -> dict[str, list[tuple[datetime.date, Step]]]:
    """Return the dates of each topic that samples answer, oldest first."""
    every_day = WorkingDays(WEEKDAYS, WEEKDAYS)
    start = datetime.datetime.combine(last_dose, datetime.time())
    cycle = PlannedCycle(1, start, Decimal(0), True, None, None, None)
    # Far enough for at least one date after today.
    horizon = add_months(max(today, last_dose), settings.horizon_months)
    table = Timetable([cycle], every_day, 0, horizon)
    found: dict[str, list[tuple[datetime.date, Step]]] = {}
    for topic in settings.topic_analytes:
        dates: list[tuple[datetime.date, Step]] = []
        for step in profile.steps:
            if step.topic == topic and step.anchor == "last_cycle" and not step.choice:
                placed, _ = place_step(profile, step, table, ticked=True)
                dates += [(one.day, step) for one in placed if one.day is not None]
        found[topic] = sorted(dates, key=lambda pair: pair[0])
    return found
