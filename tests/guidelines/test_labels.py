"""When an indication is in force: from its first day, until the day on which it is withdrawn."""

import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gepnet.guidelines.assess import in_force

DAY = datetime.timedelta(days=1)


def holds(day: datetime.date, from_: str | None, to: str | None) -> bool:
    label: Any = SimpleNamespace(entry=SimpleNamespace(from_=from_, to=to))
    return cast(bool, in_force(label, day))


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ("2020-02-29", datetime.date(2020, 2, 29)),
        ("2020-02", datetime.date(2020, 2, 29)),
        ("2020", datetime.date(2020, 12, 31)),
    ],
)
def test_an_uncertain_beginning_counts_from_the_last_day_it_may_mean(
    written: str, last: datetime.date
) -> None:
    assert [holds(day, written, None) for day in (last - DAY, last, last + DAY)] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2024-03-01", datetime.date(2024, 3, 1)),
        ("2024-03", datetime.date(2024, 3, 1)),
        ("2024", datetime.date(2024, 1, 1)),
    ],
)
def test_an_uncertain_end_counts_from_the_first_day_it_may_mean(
    written: str, first: datetime.date
) -> None:
    assert [holds(day, None, written) for day in (first - DAY, first, first + DAY)] == [
        True,
        False,
        False,
    ]


def test_without_dates_an_indication_always_holds_and_both_dates_count() -> None:
    assert holds(datetime.date(1990, 1, 1), None, None) is True
    inside, before, after = (datetime.date(year, 6, 1) for year in (2021, 2019, 2025))
    assert holds(inside, "2020", "2024") is True
    assert holds(before, "2020", "2024") is False
    assert holds(after, "2020", "2024") is False
