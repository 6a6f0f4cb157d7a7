"""Time from a recorded date to the date of the question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from gepnet.vocabulary import Absent, Interval, PartialDate, Value, months_between, parse_date

HOURS_PER_DAY = 24


def _days(start: PartialDate, at: PartialDate) -> Interval:
    least = max(0, (at.first - start.last).days)
    return Interval(Decimal(least), Decimal(max(least, (at.last - start.first).days)))


def _only(values: Mapping[str, Value], at: PartialDate) -> PartialDate | Absent | None:
    """Return the date given as the only input; what lies after the question is not known yet."""
    value = next(iter(values.values()))
    if isinstance(value, Absent):
        return value
    start = parse_date(value) if isinstance(value, str) else None
    return None if start is None or start.first > at.last else start


def days_since(values: Mapping[str, Value], measures: Mapping[str, Any], at: PartialDate) -> Value:
    """Days from the date given as the only input."""
    start = _only(values, at)
    return _days(start, at) if isinstance(start, PartialDate) else start


def hours_since(values: Mapping[str, Value], measures: Mapping[str, Any], at: PartialDate) -> Value:
    """Hours from the date given as the only input, whole days as precise as the dates are.

    A date without a time can lie anywhere in its day, hence the range of up to two days.
    """
    start = _only(values, at)
    if not isinstance(start, PartialDate):
        return start
    days = _days(start, at)
    least = max(Decimal(0), days.low - 1) * HOURS_PER_DAY
    return Interval(least, (days.high + 1) * HOURS_PER_DAY)


def months_since(
    values: Mapping[str, Value], measures: Mapping[str, Any], at: PartialDate
) -> Value:
    """Months (of 30.4375 days) from the date given as the only input."""
    start = _only(values, at)
    return Interval(*months_between(start, at)) if isinstance(start, PartialDate) else start


def age_from_birth_date(
    values: Mapping[str, Value], measures: Mapping[str, Any], at: PartialDate
) -> Value:
    """Completed years from ``birth_date``."""
    born = _only(values, at)
    if not isinstance(born, PartialDate):
        return born

    least, most = _years(born.last, at.first), _years(born.first, at.last)
    return Interval(Decimal(max(0, least)), Decimal(max(0, most)))


def age_carried_forward(age: Interval, noted: PartialDate, at: PartialDate) -> Interval:
    """The age that was noted earlier with the whole years since; it may be one year more."""
    since = Decimal(max(0, _years(noted.last, at.first)))
    return Interval(age.low + since, age.high + since)


def _years(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
