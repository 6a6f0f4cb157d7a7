"""Cycles of which a record knows only a part: kept, counted, and nothing of them invented."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import facts_of_record
from gepnet.knowledge import InputError
from gepnet.prrt.after.cumulative import cumulated
from gepnet.prrt.given import course_given
from gepnet.record import record_to_data, record_to_yaml
from gepnet.vocabulary import Interval, Question, Several
from tests.record.test_cycles import cycle, fact, number, read

DAYS = ("2025-01-10", "2025-03-07", "2025-05-09", "2025-07-04")
#: What the cycles of a record settle, and what a part of it may never contradict.
SETTLED = (
    "prrt_cycles", "lu177_dotatate_cycles", "prrt_cumulative_activity_gbq",
    "prrt_last_activity_gbq", "days_since_last_prrt_dose", "received_prrt",
)  # fmt: skip


def less(event: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in keys}


def course() -> list[dict[str, Any]]:
    return [cycle(n, day, 7.0 + n / 10) for n, day in enumerate(DAYS, 1)]


def test_a_cycle_without_activity_is_a_cycle_whose_sum_is_open() -> None:
    cycles = course()
    record = read(*cycles[:2], less(cycles[2], "activity_gbq"), cycles[3])
    assert fact(record, "prrt_cycles") == number("4")
    assert fact(record, "prrt_last_activity_gbq") == number("7.4")
    total = fact(record, "prrt_cumulative_activity_gbq")
    assert not isinstance(total, Interval) or total.high > Decimal("29")
    base = api.base()
    facts = facts_of_record(record, base.knowledge, base.criteria, Question.read("2026-06-01"))
    seen = cumulated(record, facts, base.knowledge, base.vocabulary)
    assert seen.total.gbq is None
    assert [one.sum_gbq for one in seen.cycles][2:] == [None, None]
    # Over a limit is known from a part; below it is not.
    (lifetime,) = [one for one in seen.limits if one.limit.quantity == "activity"]
    assert lifetime.sum.at_least == Decimal("21.7")


def test_of_the_last_cycle_without_activity_nothing_is_taken_from_the_one_before() -> None:
    cycles = course()
    record = read(*cycles[:3], less(cycles[3], "activity_gbq"))
    assert fact(record, "prrt_last_activity_gbq") is None


def test_a_cycle_without_date_lies_between_its_neighbours() -> None:
    cycles = course()
    record = read(cycles[0], less(cycles[1], "date"), *cycles[2:])
    (found,) = [one for one in record.cycles if one.cycle == 2]
    assert (str(found.date.first), str(found.date.last)) == (DAYS[0], DAYS[2])
    assert fact(record, "prrt_cumulative_activity_gbq") == number("29.0")
    assert fact(record, "prrt_cycles", "2025-06-01") == number("3")
    assert any("cycle without a date" in told for told in record.readings)
    # Before its neighbour came, it may or may not have been given.
    assert fact(record, "prrt_cycles", "2025-02-01") != number("2")
    again = read(*record_to_data(record)["events"])
    assert again.cycles == record.cycles


def test_without_neighbours_it_was_given_by_the_day_of_the_record() -> None:
    record = read(less(cycle(1, "2025-01-10"), "date"))
    assert str(record.cycles[0].date.last) == "2026-06-01"
    assert fact(record, "prrt_cycles") == number("1")
    assert fact(record, "received_prrt") is True


@pytest.mark.parametrize("key", ["date", "activity_gbq"])
def test_what_counts_from_a_cycle_asks_for_what_it_lacks(key: str) -> None:
    cycles = course()[:2]
    record = read(cycles[0], less(cycles[1], key))
    with pytest.raises(InputError, match=f"field {key}"):
        course_given(record, record.cycles[0].date.last.replace(year=2026))


def test_a_treatment_event_that_says_less_than_the_cycles_is_refused() -> None:
    cycles = [less(course()[0], "activity_gbq"), *course()[1:]]
    told = {"kind": "treatment", "id": "t", "option": "lu177_dotatate", "start": "2025-01-01"}
    for total in (22.0, 29.6):  # 7.2 + 7.3 + 7.4 are known
        read(*cycles, {**told, "cumulative_activity_gbq": total})
    with pytest.raises(InputError, match=r"the cycles add up to at least 21\.9"):
        read(*cycles, {**told, "cumulative_activity_gbq": 21.0})


@settings(max_examples=30)
@given(st.lists(st.sampled_from([(), ("date",), ("activity_gbq",)]), min_size=4, max_size=4))
def test_a_part_never_contradicts_the_whole(gone: list[tuple[str, ...]]) -> None:
    cycles = course()
    whole = read(*cycles)
    part = read(*[less(one, *keys) for one, keys in zip(cycles, gone, strict=True)])
    base = api.base()
    for at in map(Question.read, ("2025-06-01", "2026-06-01")):
        known, less_known = (
            facts_of_record(one, base.knowledge, base.criteria, at) for one in (whole, part)
        )
        for name in SETTLED:
            assert _within(known[name].value, less_known[name].value), (name, at, gone)


def _within(value: Any, other: Any) -> bool:
    """Whether what the whole says is among what the part leaves open."""
    if other is None or value == other:
        return True
    if isinstance(value, Interval) and isinstance(other, Interval):
        return other.low <= value.low and value.high <= other.high
    return isinstance(other, Several) and value in other.values


def test_it_is_written_as_it_was_read() -> None:
    record = read(less(course()[0], "activity_gbq"), course()[1])
    assert "activity_gbq: 7.2" in record_to_yaml(record)
    assert record_to_yaml(record).count("activity_gbq") == 1
