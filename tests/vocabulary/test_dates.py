"""Dates as records give them, and the months between two of them."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gepnet.vocabulary import (
    DAYS_PER_MONTH,
    PartialDate,
    exact,
    in_order,
    months_between,
    parse_date,
    places,
    with_offset,
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-05", "2019-05-01", "2019-05-31"),
        ("2019-02", "2019-02-01", "2019-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12-01", "2019-12-31"),
        ("2019-05-17", "2019-05-17", "2019-05-17"),
        # EDTF beyond the plain dates
        ("201X", "2010-01-01", "2019-12-31"),
        ("2019-XX", "2019-01-01", "2019-12-31"),
        ("2019-05-XX", "2019-05-01", "2019-05-31"),
        ("2019-05/2019-07", "2019-05-01", "2019-07-31"),
        ("2019-05-03/2020", "2019-05-03", "2020-12-31"),
        ("2019?", "2019-01-01", "2019-12-31"),
        ("2019-05~", "2019-05-01", "2019-05-31"),
    ],
)
def test_a_date_is_the_days_that_it_can_mean(text: str, first: str, last: str) -> None:
    parsed = parse_date(text)
    assert (parsed.first.isoformat(), parsed.last.isoformat()) == (first, last)
    assert str(parsed) == text


def test_space_around_a_date_is_dropped() -> None:
    assert parse_date(" 2019-05 ") == parse_date("2019-05")


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "May 2019", "17.05.2019", "2019-5", "2019-00", "2019-13", "2019-02-30",
        "2019-05-00", "0000", "20190517", "2019/..", "../2019", "2019/", "/2019", "unknown/2019",
        "2019-21", "2019-05-17-03",
    ],
)  # fmt: skip
def test_what_is_no_bounded_date_is_refused(text: str) -> None:
    # "2019-21" is spring 2019 in EDTF: March to May in one hemisphere, September to November in
    # the other. "2019/.." has no end. Neither is guessed.
    with pytest.raises(ValueError, match="is no date"):
        parse_date(text)


def test_an_interval_must_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="'2019-07/2019-05' ends before it starts"):
        parse_date("2019-07/2019-05")


def test_an_exact_day_is_written_in_full() -> None:
    assert exact(date(2019, 5, 3)) == parse_date("2019-05-03")


days = st.dates(date(1950, 1, 1), date(2050, 12, 31))
partial = days.flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
).map(parse_date)


@given(days)
def test_a_day_lies_within_its_month_and_its_month_within_its_year(day: date) -> None:
    year, month = parse_date(f"{day.year:04}"), parse_date(f"{day:%Y-%m}")
    assert year.first <= month.first <= day <= month.last <= year.last


# Months ------------------------------------------------------------------------------------------


def test_a_month_has_the_mean_length_of_the_calendar() -> None:
    assert Decimal("365.25") / 12 == DAYS_PER_MONTH


@pytest.mark.parametrize(
    ("start", "end", "least", "most"),
    [
        ("2019-05-01", "2019-05-01", 0, 0),
        ("2019-05-01", "2019-05-31", 30, 30),
        ("2019-05", "2019-07-01", 31, 61),
        ("2019-05-01", "2019-07", 61, 91),
        ("2019-05", "2019-05", 0, 30),
        ("2019", "2020", 1, 730),
        ("2019-05-31", "2019-05-01", 0, 0),
    ],
)
def test_months_run_from_the_shortest_to_the_longest_possible_time(
    start: str, end: str, least: int, most: int
) -> None:
    found = months_between(parse_date(start), parse_date(end))
    assert found == (least / DAYS_PER_MONTH, most / DAYS_PER_MONTH)


@given(partial, partial)
def test_months_are_ordered_and_never_negative(start: PartialDate, end: PartialDate) -> None:
    least, most = months_between(start, end)
    assert 0 <= least <= most


@given(partial, partial, st.data())
def test_the_months_between_any_two_possible_days_lie_within(
    start: PartialDate, end: PartialDate, data: st.DataObject
) -> None:
    first = data.draw(st.dates(start.first, start.last))
    last = data.draw(st.dates(end.first, end.last))
    assume(first <= last)
    least, most = months_between(start, end)
    (months, same) = months_between(exact(first), exact(last))
    assert months == same
    assert least <= months <= most


@given(days, st.integers(0, 4000))
def test_months_between_two_days_are_their_days_divided(day: date, count: int) -> None:
    months, _ = months_between(exact(day), exact(day + timedelta(days=count)))
    assert months == count / DAYS_PER_MONTH


@given(
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.times(),
    st.times(),
    st.sampled_from(("", "Z", "+02:00", "-05:00")),
)
def test_the_clock_orders_what_is_of_one_local_day(
    day: date, one: time, other: time, offset: str
) -> None:
    """Whether the offset is told or not: the day is the local one, and no time comes first."""
    first, second = (parse_date(f"{day}T{at:%H:%M:%S}{offset}") for at in (one, other))
    untimed, after = parse_date(str(day)), exact(day + timedelta(days=1))
    assert first.first == first.last == day
    assume(
        offset or {one.replace(microsecond=0), other.replace(microsecond=0)}.isdisjoint({time()})
    )
    clock = (one.replace(microsecond=0), other.replace(microsecond=0))
    placed = places((first, second, untimed, after))
    assert (placed[first] < placed[second]) == (clock[0] < clock[1])
    assert placed[untimed] < placed[first] < placed[after]


@given(st.permutations(("08:00+02:00", "09:30+03:00", "08:30+00:00")), st.booleans())
def test_moments_order_what_is_of_one_local_day_where_each_is_told(
    times: list[str], with_clock: bool
) -> None:
    """06:00, 06:30 and 08:30 in UTC; a clock without an offset leaves nothing but clocks."""
    found = [parse_date(f"2024-01-05T{at}") for at in times]
    local = [parse_date("2024-01-05T08:45")] if with_clock else []
    ordered = in_order([(one, one) for one in (*found, *local)])
    assert [one.text[11:16] for one in ordered] == (
        ["08:00", "08:30", "08:45", "09:30"] if with_clock else ["08:00", "09:30", "08:30"]
    )
    same = [parse_date(f"2024-01-05T{at}") for at in ("08:00+00:00", "09:00+01:00")]
    assert len(set(places(same).values())) == 1


def test_midnight_without_an_offset_is_how_a_program_writes_a_day() -> None:
    dates = [parse_date("2024-01-05 00:00:00"), parse_date("2024-01-05")]
    assert len(set(places(dates).values())) == 1
    assert parse_date("2024-01-05T00:00Z").moment is not None


def test_where_hours_count_an_offset_is_needed() -> None:
    local, told, plain = map(
        parse_date, ("2026-01-12T09:30", "2026-01-12T09:30+01:00", "2026-01-12")
    )
    with pytest.raises(ValueError, match="no offset from UTC"):
        with_offset(local)
    assert (with_offset(told), with_offset(plain)) == (told, plain)
    assert (local.instant, plain.instant) == (None, None)
    assert told.instant == told.moment
