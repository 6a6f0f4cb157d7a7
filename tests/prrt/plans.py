"""Plans and patients that several tests of the course use."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from gepnet.knowledge import Knowledge, load_knowledge
from gepnet.prrt.given import GivenCycle
from gepnet.prrt.plan import WEEKDAYS, CoursePlan, Request, Settings, plan_course

DAY = datetime.timedelta(days=1)
MADE_ON = datetime.date(2026, 1, 5)


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return load_knowledge()


@lru_cache(maxsize=1)
def settings() -> Settings:
    return Settings.read(knowledge().measures)


def plan(profile: str = "eu-label", **asked: Any) -> CoursePlan:
    request = Request(**{"profile": profile, "made_on": MADE_ON, **asked})
    return plan_course(request, knowledge().plan_profiles, settings())


def d(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def given(*days: str, gbq: str = "7.4") -> tuple[GivenCycle, ...]:
    return tuple(GivenCycle(n, d(day), Decimal(gbq)) for n, day in enumerate(days, 1))


dates = st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 12, 31))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any question: starts, given cycles at any distance, holidays, few slots, closed weeks."""
    start = draw(dates)
    gaps = draw(st.lists(st.integers(20, 130), max_size=4))
    cycles = []
    day = start
    for number, gap in enumerate(gaps, 1):
        cycles.append(
            GivenCycle(number, day, draw(st.sampled_from([Decimal("7.4"), Decimal("3.7")])))
        )
        day += gap * DAY
    closed_from = draw(dates)
    closed = draw(st.integers(0, 40))
    made_on = cycles[-1].day if cycles else start
    later = draw(st.sampled_from([None, 30, 70, 90, 112, 113, 140]))
    return Request(
        profile=draw(st.sampled_from(["eu-label", "us-label", "review-gi-net-2025"])),
        made_on=made_on,
        start=None if cycles else start,
        given=tuple(cycles),
        not_before=None if later is None else made_on + later * DAY,
        country=draw(st.sampled_from([None, "NO", "DE", "US"])),
        slots=tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True))),
        closed=frozenset(closed_from + n * DAY for n in range(closed)),
        timezone=draw(st.sampled_from([None, "Europe/Oslo", "America/Chicago"])),
    )
