"""The calendar is read back by the icalendar library and says what the plan says."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import given as hypothesis_given
from hypothesis import settings as hypothesis_settings
from icalendar import Calendar

from gepnet.prrt.plan import CoursePlan, Request, plan_course
from gepnet.prrt.plan.calendar import to_icalendar
from tests.prrt.plans import d, given, knowledge, plan, requests, settings


def events(made: CoursePlan) -> list[Any]:
    return Calendar.from_ical(to_icalendar(made, settings())).walk("VEVENT")


def local(value: datetime.date) -> datetime.date:
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


@hypothesis_settings(max_examples=15)
@hypothesis_given(requests())
def test_a_parser_reads_the_dates_of_the_plan(request: Request) -> None:
    made = plan_course(request, knowledge().plan_profiles, settings())
    wanted: list[datetime.date] = [c.start for c in made.cycles if c.start is not None]
    for step in made.steps:
        if step.start is not None and step.step.topic != "infusion":
            wanted.append(step.start if step.timed else step.start.date())
    found = [local(event["DTSTART"].dt) for event in events(made)]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    uids = [str(event["UID"]) for event in events(made)]
    assert len(set(uids)) == len(uids)


def test_the_same_plan_gives_the_same_bytes() -> None:
    first, second = (plan(start=d("2026-02-02"), country="NO") for _ in range(2))
    assert to_icalendar(first, settings()) == to_icalendar(second, settings())


def test_times_float_unless_a_zone_is_named() -> None:
    floating = events(plan(start=d("2026-02-02")))[0]
    assert floating["DTSTART"].dt == datetime.datetime(2026, 2, 2, 10, 0)
    assert floating["DTSTART"].dt.tzinfo is None
    zoned = Calendar.from_ical(
        to_icalendar(plan(start=d("2026-02-02"), timezone="Europe/Oslo"), settings())
    )
    assert len(zoned.walk("VTIMEZONE")) == 1
    start = zoned.walk("VEVENT")[0]["DTSTART"].dt
    assert start.utcoffset() == datetime.timedelta(hours=1)
    summer = zoned.walk("VEVENT")[3]["DTSTART"].dt  # cycle 4, in July
    assert (summer.hour, summer.utcoffset()) == (10, datetime.timedelta(hours=2))


def test_a_later_plan_moves_its_events_instead_of_doubling_them() -> None:
    first = plan(start=d("2026-02-02"))
    later = plan(given=given("2026-02-03"), made_on=d("2026-02-04"))
    before = {str(e["UID"]): e for e in events(first)}
    after = {str(e["UID"]): e for e in events(later)}
    assert set(before) == set(after)
    for uid, event in after.items():
        assert event["SEQUENCE"] > before[uid]["SEQUENCE"]
        assert event["DTSTAMP"].dt > before[uid]["DTSTAMP"].dt


def test_given_cycles_are_confirmed_and_have_no_alarm() -> None:
    made = events(plan(given=given("2026-01-05"), made_on=d("2026-01-06")))
    cycles = [e for e in made if str(e["SUMMARY"]).startswith("PRRT cycle")]
    assert [str(e["STATUS"]) for e in cycles] == ["CONFIRMED", *["TENTATIVE"] * 3]
    assert [bool(e.walk("VALARM")) for e in cycles] == [False, True, True, True]


def test_a_whole_day_is_a_whole_day_and_a_deadline_blocks_nothing() -> None:
    made = events(plan(start=d("2026-02-02")))
    stop = next(e for e in made if "long-acting" in str(e["SUMMARY"]))
    assert stop["DTSTART"].dt == d("2026-01-05")
    assert stop["DTEND"].dt == d("2026-01-06")
    assert str(stop["TRANSP"]) == "TRANSPARENT"
    alarm = stop.walk("VALARM")[0]
    assert alarm["TRIGGER"].dt == datetime.timedelta(days=-3)


def test_every_event_names_its_document_and_that_it_releases_nothing() -> None:
    for event in events(plan(start=d("2026-02-02"))):
        text = str(event["DESCRIPTION"])
        assert "a named person releases each cycle" in text
        if not str(event["SUMMARY"]).startswith("PRRT cycle"):
            assert any(badge in text for badge in ("(primary)", "(secondary)", "(unverified)"))
