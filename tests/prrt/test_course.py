"""The course as a state machine: stories from files, and laws on made-up courses."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import facts_of_record
from gepnet.knowledge import InputError
from gepnet.knowledge.load import PACKAGED
from gepnet.prrt.context import course_so_far
from gepnet.prrt.course import Course, replay
from gepnet.prrt.eligibility import default_profile
from gepnet.prrt.review import review
from gepnet.prrt.states import FINAL, FORCED, TRANSITIONS, State, Step, follow
from gepnet.record import RELEASING, Release, read_record
from gepnet.tables import plain
from gepnet.vocabulary import Interval, parse_date
from tests.prrt.course_data import (
    PERSON,
    PROTOCOLS,
    TODAY,
    TWO_CYCLES,
    Events,
    cycle,
    lab,
    record,
    release,
    ssa,
    weight,
)

COURSES = PACKAGED / "cases" / "courses"


def story(name: str) -> Course:
    found = read_record(COURSES / f"{name}.yaml", api.base().vocabulary, TODAY)
    (course,) = replay(found, PROTOCOLS)
    return course


def proposals(course: Course) -> list[str]:
    return [e.review.proposal for e in course.entries if e.review is not None]


def test_the_uneventful_course() -> None:
    course = story("uneventful")
    assert course.state is State.COMPLETED
    assert course.cumulative_gbq == Decimal("29.6")
    assert proposals(course) == ["proceed"] * 8
    assert course.findings == ()


def test_the_course_with_platelets_68_before_cycle_3() -> None:
    course = story("platelets")
    steps = [(e.event.cycle, e.after.value) for e in course.entries]
    assert steps[4:] == [
        (3, "held"), (3, "reduced"), (3, "given"), (4, "released"), (4, "completed"),
    ]  # fmt: skip
    assert proposals(course)[4:] == ["hold", "reduce", "reduce", "step_up", "step_up"]
    assert course.cumulative_gbq == Decimal("25.9")
    assert course.findings == ()


def test_the_course_with_a_clearance_down_by_40_percent() -> None:
    course = story("clearance")
    assert course.state is State.HELD
    seen = course.entries[-1].review
    assert seen is not None
    assert {rule.id for rule in seen.holding} == {"renal-creatinine-rise", "renal-clearance-fall"}
    fall = next(rule.because for rule in seen.holding if rule.id == "renal-clearance-fall")
    # Of clearances as they are worked out: a rounded one would be 40.0468 % below another.
    assert "Clearance fall from baseline 40 %" in fall


def two_cycles(*more: dict[str, Any]) -> Course:
    events = [*TWO_CYCLES, release(1, "2025-10-06", "proceed", 7.4)]
    events += [release(2, "2025-12-01", "proceed", 7.4), *more]
    (course,) = replay(record(events), PROTOCOLS)
    return course


LOW = lab("2026-01-23", platelets_10e9_l=68)
WEEK_8 = "2026-01-26"


def test_a_release_against_a_rule_is_named_with_its_reason() -> None:
    told = two_cycles(LOW, release(3, WEEK_8, "proceed", 7.4)).findings
    assert [(f.kind, f.rules) for f in told] == [("released against a rule", ("thrombocytopenia",))]
    assert "Dr A" in told[0].text
    assert "no reason is given" in told[0].text
    reason = two_cycles(LOW, release(3, WEEK_8, "proceed", 7.4, override="spleen")).findings
    assert "reason: spleen" in reason[0].text


def test_a_dose_against_a_rule_is_named_too() -> None:
    course = two_cycles(LOW, release(3, WEEK_8, "hold"), cycle(3, WEEK_8))
    kinds = [finding.kind for finding in course.findings]
    assert kinds == [
        "given without a release", "given against a decision", "given against a rule",
    ]  # fmt: skip
    assert course.state is State.GIVEN


def test_a_full_release_where_half_is_proposed_is_named() -> None:
    events = [lab("2026-01-07", platelets_10e9_l=60), lab("2026-01-23")]
    told = two_cycles(*events, release(3, WEEK_8, "proceed", 7.4)).findings
    assert [finding.kind for finding in told] == ["released above the proposal"]
    assert two_cycles(*events, release(3, WEEK_8, "reduce", 3.7)).findings == ()
    given = two_cycles(*events, release(3, WEEK_8, "reduce", 3.7), cycle(3, WEEK_8, 7.4))
    assert [finding.kind for finding in given.findings] == ["given above the release"]


def test_an_activity_beyond_a_tenth_above_the_proposal_is_named() -> None:
    clean = lab("2026-01-23")
    assert two_cycles(clean, release(3, WEEK_8, "proceed", 8.1)).findings == ()
    told = two_cycles(clean, release(3, WEEK_8, "proceed", 8.2)).findings
    assert [finding.kind for finding in told] == ["released above the proposal"]
    given = two_cycles(clean, release(3, WEEK_8, "proceed", 7.4), cycle(3, WEEK_8, 8.2)).findings
    assert [finding.kind for finding in given] == ["given above the release"]


def test_a_release_rests_on_the_review_that_it_names() -> None:
    clean = lab("2026-01-23")
    course = course_so_far(record([*TWO_CYCLES, clean]), PROTOCOLS, 3, parse_date(WEEK_8))
    digest = review(course, default_profile(PROTOCOLS, "EU")).digest
    assert two_cycles(clean, release(3, WEEK_8, "proceed", 7.4, review=digest)).findings == ()
    told = two_cycles(clean, release(3, WEEK_8, "proceed", 7.4, review="0" * 16)).findings
    assert [finding.kind for finding in told] == ["another review"]


def test_a_release_of_the_day_before_holds_for_the_planned_day() -> None:
    # The analogue of 2025-12-29 is 28 days back on the planned day, 27 on that of the release.
    day_before = ("2026-01-25", "proceed", 7.4)
    clean = lab("2026-01-23")
    early = two_cycles(clean, release(3, *day_before)).findings
    assert [finding.rules for finding in early] == [("long-acting-ssa",)]
    assert two_cycles(clean, release(3, *day_before, planned=WEEK_8)).findings == ()
    # What was sampled after the release was not known to it.
    after = lab(WEEK_8, platelets_10e9_l=60)
    late = two_cycles(clean, after, release(3, *day_before, planned=WEEK_8), cycle(3, WEEK_8))
    assert [f.kind for f in late.findings] == ["given against a rule"]


def test_a_decision_and_its_activity_belong_together() -> None:
    told = two_cycles(lab("2026-01-23"), release(3, WEEK_8, "reduce", 7.4)).findings
    assert [finding.kind for finding in told] == ["decision and activity differ"]


def test_a_further_course_starts_with_the_eligibility_profile() -> None:
    events = [*TWO_CYCLES, lab("2026-11-20"), weight("2026-11-20"), ssa("2026-10-20")]
    found = course_so_far(record(events), PROTOCOLS, 1, parse_date("2026-11-23"), "second")
    seen = review(found, default_profile(PROTOCOLS, "EU"))
    assert seen.profile == "eligibility-eu-label"
    # Nothing says that the disease progressed after the first course: the label asks for it.
    assert {rule.id for rule in seen.holding} == {"eligibility-eu-label/progressive"}
    assert "16-weeks" not in " ".join(rule.id for rule in seen.fired)


def test_nothing_reopens_a_course_that_was_stopped() -> None:
    course = two_cycles(
        lab("2026-01-23"), release(3, "2026-01-25", "stop"), release(3, WEEK_8, "proceed", 7.4)
    )
    assert course.state is State.STOPPED
    assert [f.kind for f in course.findings] == ["after the end of the course"]


def test_a_course_by_name_and_a_record_without_one() -> None:
    with pytest.raises(InputError, match="a course of the record"):
        replay(record(TWO_CYCLES), PROTOCOLS, course="second")
    with pytest.raises(InputError, match=r"a cycle \(prrt_cycle\) or a release"):
        replay(record(PERSON), PROTOCOLS)


def test_every_state_is_reached_and_every_step_leads_somewhere() -> None:
    reached = {State.PLANNED, *TRANSITIONS.values()}
    assert reached == set(State)
    for state in State:
        for step in Step:
            after, foreseen = follow(state, step)
            assert foreseen == ((state, step) in TRANSITIONS)
            assert after == (
                TRANSITIONS.get((state, step)) or (state if state in FINAL else FORCED[step])
            )
    assert not any(state in FINAL for state, _ in TRANSITIONS)


# --- made-up courses ------------------------------------------------------------------------------

DECISIONS = st.sampled_from(["proceed", "proceed", "proceed", "hold", "reduce", "stop"])
VALUES = st.fixed_dictionaries(
    {
        "platelets_10e9_l": st.sampled_from([160, 160, 120, 80, 75.0, 74.9, 60]),
        "neutrophils_10e9_l": st.sampled_from([3, 3, 3, 1.0, 0.99]),
        "creatinine_umol_l": st.sampled_from([84, 84, 90, 117.5, 117.6, 140]),
    }
)
ONE_CYCLE = st.tuples(
    st.integers(6, 17),  # weeks since the last dose
    VALUES,  # nadir
    VALUES,  # before the cycle
    DECISIONS,
    st.sampled_from([7.4, 7.4, 3.7]),  # given
    st.sampled_from([True, True, False]),  # analogue in time
    st.booleans(),  # whether it is given after a decision against it
)


def made_up(cycles: list[Any]) -> Events:
    """Return the events of a course in which people decide as they please."""
    events: Events = [*PERSON, lab("2025-10-02", creatinine_umol_l=84), weight("2025-10-02")]
    day = datetime.date(2025, 10, 6)
    last: datetime.date | None = None
    for place, (weeks, nadir, before, decision, activity_given, in_time, anyway) in enumerate(
        cycles
    ):
        if last is not None:
            day = last + datetime.timedelta(weeks=weeks)
            events.append(lab((last + datetime.timedelta(days=35)).isoformat(), **nadir))
        if place:
            events.append(lab((day - datetime.timedelta(days=3)).isoformat(), **before))
            events.append(weight((day - datetime.timedelta(days=3)).isoformat()))
        events.append(ssa((day - datetime.timedelta(days=28 if in_time else 20)).isoformat()))
        activity = None if decision in ("hold", "stop") else 3.7 if decision == "reduce" else 7.4
        events.append(release(place + 1, day.isoformat(), decision, activity))
        if decision in RELEASING or anyway:
            events.append(cycle(place + 1, day.isoformat(), activity_given))
            last = day
        else:
            break
    return events


@settings(max_examples=15, deadline=None)
@given(st.lists(ONE_CYCLE, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_laws_of_every_course(cycles: list[Any], order: random.Random) -> None:
    events = made_up(cycles)
    found = record(events)
    (course,) = replay(found, PROTOCOLS)
    # 1. No cycle is released or given against a firing rule without being named.
    named = {(finding.event, finding.kind) for finding in course.findings}
    for entry in course.entries:
        assert entry.review is not None
        against = entry.review.proposal not in RELEASING
        if isinstance(entry.event, Release):
            releases = entry.event.decision in RELEASING
            assert ((entry.event.id, "released against a rule") in named) == (against and releases)
        else:
            assert ((entry.event.id, "given against a rule") in named) == bool(entry.review.holding)
    # 2. The cumulative activity is the sum of the cycles given, here and among the facts.
    total = sum(
        (Decimal(str(e["activity_gbq"])) for e in events if e["kind"] == "prrt_cycle"), Decimal(0)
    )
    assert course.cumulative_gbq == total
    base = api.base()
    facts = facts_of_record(found, base.knowledge, base.criteria)
    assert facts["prrt_cumulative_activity_gbq"].value == Interval(total, total)
    # 3. The same events give the same course, in whatever order the file has them.
    shuffled = list(events)
    order.shuffle(shuffled)
    (again,) = replay(record(shuffled), PROTOCOLS)
    assert plain(again) == plain(course)


def test_the_laws_are_not_empty() -> None:
    clean = {"platelets_10e9_l": 160, "neutrophils_10e9_l": 3, "creatinine_umol_l": 84}
    low = {**clean, "platelets_10e9_l": 60}
    held = made_up(
        [(8, clean, clean, "proceed", 7.4, True, True), (8, clean, low, "proceed", 7.4, True, True)]
    )
    (course,) = replay(record(held), PROTOCOLS)
    assert {f.kind for f in course.findings} == {"released against a rule", "given against a rule"}
    (other,) = replay(record(made_up([(8, clean, clean, "proceed", 7.4, True, True)])), PROTOCOLS)
    assert other.findings == ()
