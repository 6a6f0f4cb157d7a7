"""One plan, date by date, and what a question may not ask."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from gepnet.knowledge import InputError
from gepnet.prrt.given import in_order
from gepnet.prrt.plan import CoursePlan, PlannedStep
from gepnet.prrt.plan.steps import add_months
from tests.prrt.plans import d, given, knowledge, plan


def days(made: CoursePlan, topic: str) -> list[str]:
    return [str(step.day) for step in made.steps if step.step.topic == topic]


def told(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


# Whit Monday of 2026 is 25 May: Easter Sunday is 5 April, Pentecost 24 May.
@pytest.fixture(scope="module")
def norway() -> CoursePlan:
    return plan(start=d("2026-02-02"), country="NO", slots=("mon", "tue"))


def test_cycles_lie_eight_weeks_apart_and_step_aside_for_a_holiday(norway: CoursePlan) -> None:
    assert [str(c.day) for c in norway.cycles] == [
        "2026-02-02",
        "2026-03-30",
        "2026-05-26",
        "2026-07-21",
    ]
    third = norway.cycles[2]
    assert str(third.window) == "2026-05-18 to 2026-06-01"
    assert third.stretch == d("2026-03-30") + datetime.timedelta(weeks=16)
    assert third.moved_days == 1
    assert "Pentecost" in third.moved_for[0] or "Whit" in third.moved_for[0]
    assert "pinse" not in third.moved_for[0], "names in one language, whatever the machine speaks"
    assert norway.total_gbq == Decimal("29.6")
    assert not norway.violations


def test_the_steps_of_the_eu_label_with_what_stands_beside_it(norway: CoursePlan) -> None:
    assert days(norway, "ssa_long_acting_stop")[1] == "2026-03-02"  # 28 days before 30 March
    short = [s for s in norway.steps if s.step.topic == "ssa_short_acting_stop"]
    assert short[0].start == datetime.datetime(2026, 2, 1, 10, 0)
    assert days(norway, "laboratory_before")[0] == "2026-01-19"
    assert days(norway, "laboratory_nadir") == [
        "2026-03-09",
        "2026-05-04",
        "2026-06-30",
        "2026-08-25",
    ]
    assert days(norway, "imaging_after") == ["2026-10-13"]  # 12 weeks after 21 July
    assert days(norway, "blood_after")[:3] == ["2026-08-18", "2026-09-15", "2026-10-13"]
    assert days(norway, "kidney_after")[:4] == [
        "2026-10-21",
        "2027-01-21",
        "2027-04-21",
        "2027-07-21",
    ]
    assert days(norway, "kidney_after")[4] == "2028-01-21"  # every 6 months from the second year
    amino = next(s for s in norway.steps if s.step.topic == "amino_acids")
    assert amino.start == datetime.datetime(2026, 2, 2, 9, 30)
    assert amino.minutes == 240
    assert amino.profile.id == "eu-label"
    nadir = next(s for s in norway.steps if s.step.topic == "laboratory_nadir")
    assert nadir.profile.id == "review-gi-net-2025"
    contraception = next(s for s in norway.steps if s.step.topic == "contraception")
    assert contraception.day == d("2027-01-21")


def test_the_us_label_differs_where_it_differs() -> None:
    us = plan("us-label", start=d("2026-02-02"), sex="female")
    assert days(us, "contraception") == [str(add_months(us.cycles[-1].day or d("2026-01-01"), 7))]
    assert days(us, "observation")[0] == "2026-02-02"
    assert {s.profile.id for s in us.steps if s.step.topic == "contact"} == {"radiation-safety-jnm"}
    men = plan("us-label", start=d("2026-02-02"), sex="male")
    assert days(men, "contraception") == [str(add_months(men.cycles[-1].day or d("2026-01-01"), 4))]
    assert not days(men, "pregnancy")
    both = plan("us-label", start=d("2026-02-02"))
    assert len(days(both, "contraception")) == 2, "an unknown sex leaves nobody out"


def test_a_somatostatin_analogue_is_never_restarted_by_the_plan(norway: CoursePlan) -> None:
    assert not days(norway, "ssa_after_dose")
    assert not days(norway, "imaging_midcourse")
    offered = {f"{s.profile.id}/{s.step.id}" for s in norway.choices}
    assert "us-label-2018/octreotide-lar-after-dose" in offered
    assert "halperin-2024/midcourse-imaging" in offered


def test_a_ticked_choice_is_planned() -> None:
    ticked = plan(
        start=d("2026-02-02"),
        ticked=(
            "us-label-2018/octreotide-lar-after-dose",
            "us-label-2018/octreotide-lar-after-course",
            "halperin-2024/midcourse-imaging",
        ),
    )
    doses = [s for s in ticked.steps if s.step.id == "octreotide-lar-after-dose"]
    assert [s.start for s in doses[:1]] == [datetime.datetime(2026, 2, 2, 14, 0)]
    after = [s.day for s in ticked.steps if s.step.id == "octreotide-lar-after-course"]
    assert after and max(filter(None, after)) <= d("2027-08-02"), "18 months from the first dose"
    scan = next(s for s in ticked.steps if s.step.topic == "imaging_midcourse")
    second, third = ticked.cycles[1].day, ticked.cycles[2].day
    assert second is not None and third is not None and scan.day is not None
    assert second < scan.day < third


def test_cycles_given_anchor_the_rest() -> None:
    made = plan(given=given("2026-01-05", "2026-03-09"), made_on=d("2026-03-10"))
    assert [c.given for c in made.cycles] == [True, True, False, False]
    assert made.cycles[2].day == d("2026-05-04")
    assert not made.violations, "63 days lie within 8 weeks and a week"


def test_a_given_cycle_out_of_its_window_is_named() -> None:
    made = plan(given=given("2026-01-05", "2026-03-17"), made_on=d("2026-03-18"))
    assert [(v.subject, v.kind) for v in made.violations] == [("cycle 2", "given_outside_window")]


def test_a_delay_by_toxicity_goes_up_to_sixteen_weeks_and_no_further() -> None:
    first = given("2026-01-05")
    held = plan(given=first, made_on=d("2026-03-02"), not_before=d("2026-04-27"))
    assert held.cycles[1].day == d("2026-04-27")  # exactly 112 days
    assert [(v.subject, v.kind) for v in held.violations] == [("cycle 2", "not_before")]
    beyond = plan(given=first, made_on=d("2026-03-02"), not_before=d("2026-04-28"))
    assert beyond.cycles[1].day is None
    assert beyond.violations[0].kind == "beyond_stretch"
    assert "2026-04-27" in beyond.violations[0].reason
    assert [c.day for c in beyond.cycles[2:]] == [None, None]
    assert {v.subject for v in beyond.violations} == {"cycle 2", "cycle 3", "cycle 4"}


def test_a_window_without_a_slot_is_named_with_the_reason() -> None:
    closed = frozenset(d("2026-03-20") + datetime.timedelta(days=n) for n in range(20))
    made = plan(start=d("2026-02-02"), closed=closed)
    fault = next(v for v in made.violations if v.subject == "cycle 2")
    assert fault.kind == "no_day_in_window"
    assert str(fault.window) == "2026-03-23 to 2026-04-06"
    assert "department closed" in fault.reason
    assert made.cycles[1].day == d("2026-04-09")


def test_a_profile_without_a_window_names_every_move() -> None:
    made = plan("review-gi-net-2025", start=d("2026-02-02"), country="NO")
    assert [(v.subject, v.kind) for v in made.violations] == [("cycle 3", "no_window_stated")]


def test_a_long_acting_analogue_too_near_is_named() -> None:
    near = plan(start=d("2026-02-02"), last_long_acting_ssa=d("2026-01-06"))
    fault = next(v for v in near.violations if v.kind == "ssa_too_late")
    assert fault.window is not None and fault.window.first == d("2026-02-03")
    exactly = plan(start=d("2026-02-02"), last_long_acting_ssa=d("2026-01-05"))
    assert not exactly.violations, "28 days are enough"


def test_no_sample_is_planned_into_the_past() -> None:
    late = plan(start=d("2026-02-02"), made_on=d("2026-01-28"))
    sample = next(s for s in late.steps if s.step.topic == "laboratory_before")
    assert sample.day == d("2026-01-28")
    assert sample.moved_for == ("2026-01-19: already past",)
    # Sunday before a Monday: from tomorrow on there is no working day before the cycle.
    too_late = plan(start=d("2026-02-02"), made_on=d("2026-01-31"))
    assert {(v.kind, v.subject.split(",")[0]) for v in too_late.violations} >= {
        ("no_day_for_step", "Haemoglobin"),
        ("no_day_for_step", "SSTR-PET within 4 weeks before the course"),
    }
    gone = plan(start=d("2026-02-02"), made_on=d("2026-02-02"))
    assert {v.kind for v in gone.violations} == {"already_past"}


def test_a_stopped_course_plans_no_cycle_and_still_the_time_after() -> None:
    made = plan(given=given("2026-01-05", "2026-03-02"), made_on=d("2026-04-20"), stopped=True)
    assert len(made.cycles) == 2
    assert days(made, "kidney_after")[0] == "2026-06-02"


def test_an_activity_that_was_released_is_planned() -> None:
    made = plan(
        given=given("2026-01-05"), made_on=d("2026-02-20"), released_gbq={2: Decimal("3.7")}
    )
    assert [str(c.activity_gbq) for c in made.cycles] == ["7.4", "3.7", "7.4", "7.4"]


def test_amino_acids_are_the_same_whatever_the_activity() -> None:
    full = plan(start=d("2026-01-05"))
    half = plan(given=given("2026-01-05", gbq="3.7"), made_on=d("2026-01-06"))
    amounts = [
        [(s.start, s.minutes, s.step.amount) for s in p.steps if s.step.topic == "amino_acids"]
        for p in (full, half)
    ]
    assert amounts[0] == amounts[1]


@pytest.mark.parametrize(
    ("asked", "field", "expected"),
    [
        ({"profile": "eu-lable"}, "profile", "did you mean 'eu-label'"),
        ({"profile": "imperial-protocol"}, "profile", "a profile that states a schedule"),
        ({"start": None}, "start", "the wished day of cycle 1"),
        ({"country": "XX"}, "holidays", "a country code"),
        ({"country": "DE-XX"}, "holidays", "a region of DE"),
        ({"slots": ("mon", "tusday")}, "slots", "did you mean 'tue'"),
        ({"timezone": "Oslo"}, "timezone", "a time zone such as"),
        ({"ticked": ("halperin-2024/midcourse",)}, "tick", "did you mean"),
        ({"beside": ("nobody",)}, "beside", "expected one of"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    asked: dict[str, object], field: str, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        plan(**{"profile": "eu-label", "start": d("2026-02-02"), **asked})
    (problem,) = told(caught)
    assert f"field {field}" in problem
    assert expected in problem


def test_cycles_given_have_to_be_a_course() -> None:
    first, second = given("2026-01-05", "2026-03-05")
    with pytest.raises(InputError, match="numbers 1 to 2, each once"):
        in_order([first, replace(second, number=3)])
    with pytest.raises(InputError, match="a day after cycle 1"):
        in_order([first, replace(second, day=first.day)])
    assert in_order([second, first]) == (first, second)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-07-21", 6, "2027-01-21"),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(day: str, months: int, expected: str) -> None:
    assert add_months(d(day), months) == d(expected)


def test_every_step_carries_its_source_and_every_number_of_a_schedule_too() -> None:
    sources = {source.id for source in knowledge().sources}
    for profile in knowledge().plan_profiles:
        figures = [] if profile.schedule is None else [f for _, f in profile.schedule if f]
        for stated in (*profile.steps, *figures):
            assert stated.source in sources
            assert stated.locator, f"{profile.id}: where was it read?"


def key_of(step: PlannedStep) -> tuple[str, object]:
    return step.key, step.start


def test_the_language_of_the_machine_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []
    for language in ("C", "nb_NO.UTF-8", "de_DE.UTF-8"):
        for name in ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
            monkeypatch.setenv(name, language)
        plans.append(plan(start=d("2026-02-02"), country="NO"))
    assert plans[0] == plans[1] == plans[2]


def test_the_same_question_gives_the_same_plan() -> None:
    first, second = (plan(start=d("2026-02-02"), country="NO") for _ in range(2))
    assert first == second
    assert len({key_of(s) for s in first.steps}) == len(first.steps)
