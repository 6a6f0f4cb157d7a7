"""When the next sample after a course is due, by each profile's own calendar."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.knowledge.course_models import PlanProfile, Step
from gepnet.prrt.after.samples import Sample
from gepnet.prrt.plan.days import WEEKDAYS, WorkingDays
from gepnet.prrt.plan.model import PlannedCycle
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.plan.steps import Timetable, add_months, place_step
from gepnet.tables import Shown


@dataclass(frozen=True, slots=True)
class Due:
    """The next date of a topic by one profile; ``overdue`` once it lies before today."""

    profile: Annotated[PlanProfile, Shown(take="id:profile title", flat=True)]
    topic: str
    step: Annotated[Step, Shown(take="label source locator verification", flat=True)]
    last_sample: datetime.date | None
    due: datetime.date
    overdue: bool


def last_sampled(
    samples: Mapping[str, Sequence[Sample]], analytes: Collection[str]
) -> datetime.date | None:
    """Return the latest day on which all of ``analytes`` were measured."""
    days = [{sample.day for sample in samples.get(name, ())} for name in analytes]
    common = set.intersection(*days) if days else set()
    return max(common, default=None)


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
    every_day = WorkingDays(WEEKDAYS, WEEKDAYS)
    start = datetime.datetime.combine(last_dose, datetime.time())
    cycle = PlannedCycle(1, start, Decimal(0), True, None, None, None)
    # Far enough for at least one date after today.
    horizon = add_months(max(today, last_dose), settings.horizon_months)
    table = Timetable([cycle], every_day, 0, horizon)
    early = datetime.timedelta(days=settings.sample_counts_early_days)
    found = []
    for topic, analytes in settings.topic_analytes.items():
        sampled = last_sampled(samples, analytes)
        dates: list[tuple[datetime.date, Step]] = []
        for step in profile.steps:
            if step.topic == topic and step.anchor == "last_cycle" and not step.choice:
                placed, _ = place_step(profile, step, table, ticked=True)
                dates += [(one.day, step) for one in placed if one.day is not None]
        open_dates = [
            pair for pair in sorted(dates, key=lambda p: p[0]) if not _done(pair[0], sampled, early)
        ]
        if open_dates:
            day, step = open_dates[0]
            found.append(Due(profile, topic, step, sampled, day, day < today))
    return found


def _done(day: datetime.date, sampled: datetime.date | None, early: datetime.timedelta) -> bool:
    return sampled is not None and day - early <= sampled
