"""Cycles of radioligand therapy and their releases as events: what is read, and what is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import facts_of_record
from gepnet.knowledge import InputError
from gepnet.record import Cycle, Record, parse_record, record_to_yaml
from gepnet.vocabulary import Interval, Question

TODAY = datetime.date(2026, 11, 22)


def read(*events: dict[str, Any], complete: bool = True) -> Record:
    data: dict[str, Any] = {"gepnet": 1, "patient": "p", "as_of": "2026-06-01", "events": events}
    if complete:
        data["complete"] = {"treatments": "2026-06-01"}
    data["events"] = list(events)
    return parse_record(yaml.safe_dump(data), "p.yaml", api.base().vocabulary, TODAY)


def cycle(number: int, date: str, activity: Any = 7.4, **more: Any) -> dict[str, Any]:
    return {"kind": "prrt_cycle", "cycle": number, "date": date, "activity_gbq": activity, **more}


def release(number: int, date: str, **more: Any) -> dict[str, Any]:
    return {"kind": "prrt_release", "cycle": number, "date": date, **more}


def fact(record: Record, name: str, at: str = "2026-06-01") -> Any:
    base = api.base()
    return facts_of_record(record, base.knowledge, base.criteria, Question.read(at))[name].value


def number(text: str) -> Interval:
    return Interval(Decimal(text), Decimal(text))


TWO = (cycle(1, "2026-01-12", 7.3), cycle(2, "2026-03-09", 7.5))


def test_facts_come_from_the_cycles_known_by_the_date() -> None:
    record = read(*TWO)
    assert fact(record, "prrt_cycles") == number("2")
    assert fact(record, "prrt_cumulative_activity_gbq") == number("14.8")
    assert fact(record, "prrt_last_activity_gbq") == number("7.5")
    assert fact(record, "prrt_first_dose_date") == "2026-01-12"
    assert fact(record, "prrt_last_dose_date") == "2026-03-09"
    assert fact(record, "days_since_last_prrt_dose") == number("84")
    assert fact(record, "received_prrt") is True
    assert fact(record, "months_since_lu177_dotatate") == number("2.8")
    # Between two cycles nobody has said that the course is over, nor that it goes on.
    assert fact(record, "on_lu177_dotatate") is None
    assert fact(record, "prrt_cycles", "2026-02-01") == number("1")
    assert fact(record, "prrt_cumulative_activity_gbq", "2026-02-01") == number("7.3")
    assert fact(record, "prrt_cycles", "2026-01-01") == number("0")


def test_a_cycle_in_a_month_of_the_question_leaves_the_totals_open() -> None:
    record = read(*TWO)
    assert fact(read(cycle(1, "2026-01")), "prrt_cycles", "2026-01-10") is None
    assert fact(record, "prrt_cycles", "2026-03") == number("2")


def test_a_treatment_event_of_the_same_course_is_not_counted_twice() -> None:
    course = {
        "id": "c", "kind": "treatment", "option": "lu177_dotatate", "start": "2026-01-12",
        "stop": "2026-03-09", "cycles": 2, "cumulative_activity_gbq": 14.8, "best_response": "PR",
    }  # fmt: skip
    record = read(course, *TWO)
    assert fact(record, "prrt_cycles") == number("2")
    assert fact(record, "prrt_cumulative_activity_gbq") == number("14.8")
    assert fact(record, "prrt_best_response") == "PR"
    assert fact(record, "on_lu177_dotatate") is False


def test_an_earlier_course_told_by_its_totals_adds_to_the_cycles() -> None:
    course = {
        "id": "c", "kind": "treatment", "option": "lu177_dotatate", "start": "2020-01-12",
        "stop": "2020-07-09", "cycles": 4, "cumulative_activity_gbq": 29.6,
    }  # fmt: skip
    record = read(course, *(dict(event, course="second") for event in TWO))
    assert fact(record, "prrt_cycles") == number("6")
    assert fact(record, "prrt_cumulative_activity_gbq") == number("44.4")
    assert fact(record, "prrt_first_dose_date") == "2026-01-12"


@given(st.lists(st.integers(10, 150), min_size=1, max_size=6))
def test_the_cumulative_activity_is_the_sum_of_the_cycles(tenths: list[int]) -> None:
    day = datetime.date(2024, 1, 1)
    events = [
        cycle(i + 1, (day + datetime.timedelta(weeks=8 * i)).isoformat(), tenth / 10)
        for i, tenth in enumerate(tenths)
    ]
    total = fact(read(*reversed(events)), "prrt_cumulative_activity_gbq")
    assert total == number(str(Decimal(sum(tenths)) / 10))


def test_activities_are_read_in_the_unit_that_is_named() -> None:
    record = read(cycle(1, "2026-01-12", {"value": 200, "unit": "mCi"}))
    assert record.cycles[0].activity_gbq == Decimal("7.4")


def test_a_date_time_needs_its_offset_and_a_plain_date_is_local() -> None:
    record = read(cycle(1, "2026-01-12T23:30-05:00"))
    assert record.cycles[0].date.first == datetime.date(2026, 1, 12)
    assert record.cycles[0].date.moment is not None
    with pytest.raises(InputError, match="has no offset from UTC"):
        read(cycle(1, "2026-01-12T09:30"))
    short = {"kind": "clinical", "last_short_acting_ssa_at": "2026-01-11T10:00"}
    with pytest.raises(InputError, match="has no offset from UTC"):
        read(short)


def test_a_sample_by_the_clock_of_the_laboratory_counts_by_its_day() -> None:
    early = {"kind": "laboratory", "date": "2026-01-12T08:00", "platelets_10e9_l": 68}
    late = {**early, "date": "2026-01-12T16:00", "platelets_10e9_l": 90}
    for events in ((early, late), (late, early)):
        assert fact(read(*events), "platelets_10e9_l", "2026-01-12") == number("90")


def test_hours_are_exact_where_both_moments_are_known() -> None:
    short = {"kind": "clinical", "last_short_acting_ssa_at": "2026-01-11T10:00+01:00"}
    record = read({**short, "date": "2026-01-11"})
    hours = "hours_since_short_acting_ssa"
    assert str(fact(record, hours, "2026-01-12T09:59+01:00")) == "23.98"
    assert fact(record, hours, "2026-01-12T09:00+00:00") == number("24")
    # Without a time of the question: any moment of that day.
    assert fact(record, hours, "2026-01-12") == Interval(Decimal(14), Decimal(38))


def test_cycles_and_releases_are_written_and_read_back() -> None:
    record = read(
        *(dict(event, amino_acids=True, reaction_grade=0) for event in TWO),
        release(3, "2026-05-04", author="Dr A", decision="reduce", activity_gbq=3.7, review="ab12"),
        release(4, "2026-05-05", author="Dr A", decision="hold"),
    )
    again = parse_record(record_to_yaml(record), "p.yaml", api.base().vocabulary, TODAY)
    assert again == record
    assert [c.cycle for c in again.cycles] == [1, 2]
    assert all(isinstance(c, Cycle) for c in again.cycles)
    assert fact(record, "prior_hypersensitivity_grade") == number("0")


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            [cycle(1, "2026-01-12", 200)],
            "from 0.1 to 20 GBq .200 mCi would be 7.4 GBq.; another unit is",
        ),
        ([cycle(1, "2026-01-12", 7400)], "from 0.1 to 20 GBq"),
        ([cycle(1, "2026-01-12", activity_mbq=7400)], "field activity_mbq: expected activity_gbq"),
        ([cycle(1, "2026-01-12", activity_mci=200)], "did you mean 'activity_gbq'"),
        ([cycle(0, "2026-01-12")], "greater than or equal to 1"),
        ([cycle(1, "2026-01-12"), cycle(1, "2026-03-12")], "a number used once in a course"),
        ([cycle(2, "2026-01-12"), cycle(1, "2026-03-12")], "a day after cycle 1 .2026-03-12"),
        ([{"kind": "prrt_cycle", "date": "2026-01-12"}], "this key has to be there"),
        ([cycle(1, "2026-01-12", option="lu177")], "an option of the therapy tree"),
        ([release(1, "2026-01-12", decision="proceed", activity_gbq=7.4)], "field author"),
        ([release(1, "2026-01-12", author="A", decision="proceed")], "the activity that 'proceed'"),
        (
            [release(1, "2026-01-12", author="A", decision="hold", activity_gbq=7.4)],
            "none, since 'hold' frees none",
        ),
        ([release(1, "2026-01-12", author="A", decision="go")], "one of proceed, hold"),
        ([cycle(1, "2027-01-12")], "a date not after 2026-11-22"),
    ],
)
def test_faults_are_named(events: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(*events)


def test_limits_of_normal_are_read_in_their_unit_and_written_back() -> None:
    laboratory = {
        "kind": "laboratory", "date": "2026-01-12", "creatinine_umol_l": 92, "bilirubin_umol_l": 9,
        "limits": {
            "creatinine_umol_l": [{"value": 0.5, "unit": "mg/dL"}, 84],
            "bilirubin_umol_l": [None, 18],
        },
    }  # fmt: skip
    record = read(laboratory)
    again = parse_record(record_to_yaml(record), "p.yaml", api.base().vocabulary, TODAY)
    assert again == record
    limits = record.events[0].limits["creatinine_umol_l"]  # type: ignore[union-attr]
    assert (limits.lln, limits.uln) == (Decimal("44.2"), Decimal(84))
    assert fact(record, "bilirubin_x_uln") == number("0.5")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"limits": {"platelets": [150, 400]}}, "a laboratory value that is a number"),
        ({"limits": {"platelets_10e9_l": [400, 150]}}, "the lower limit first"),
        ({"limits": {"platelets_10e9_l": 150}}, "limit of normal, null for one that there is not"),
        ({"limits": {"platelets_10e9_l": [150, 400000]}}, "from 0 to 3000"),
        ({"kind": "body", "limits": {"weight_kg": [50, 90]}}, "in an event of kind 'laboratory'"),
    ],
)
def test_faults_of_limits_are_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read({"kind": "laboratory", "date": "2026-01-12", **change})


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ({"cycles": 4}, "4 cycles, as treatment 'c' says; 2 are here"),
        ({"cumulative_activity_gbq": 29.6}, "29.6 GBq in all, as treatment 'c' says"),
    ],
)
def test_a_contradiction_between_totals_and_cycles_is_a_problem(
    totals: dict[str, Any], told: str
) -> None:
    course = {"id": "c", "kind": "treatment", "option": "lu177_dotatate", "start": "2026-01-12"}
    with pytest.raises(InputError, match=told):
        read({**course, **totals}, *TWO)


def test_cycles_between_two_courses_ask_for_the_course() -> None:
    course = {"kind": "treatment", "option": "lu177_dotatate", "start": "2020"}
    with pytest.raises(InputError, match="the course that it belongs to"):
        read({"id": "a", **course}, {"id": "b", **course}, *TWO)


def test_a_withdrawn_cycle_was_not_given() -> None:
    record = read(TWO[0], {**TWO[1], "withdrawn": True})
    assert fact(record, "prrt_cycles") == number("1")
