"""Time from a recorded date to the date of the question."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from gepnet.measures.inputs import Measures, Values
from gepnet.vocabulary import (
    Absent,
    Interval,
    PartialDate,
    Value,
    days_between,
    months_between,
    parse_date,
)

HOURS_PER_DAY = 24
#: UCUM unit of spans in months of 30.4375 days: an approximation, only as fine as its fact says.
MONTHS = "mo"


def _days(start: PartialDate, at: PartialDate) -> Interval:
    return Interval(*map(Decimal, days_between(start, at)))


def _only(values: Values, at: PartialDate) -> PartialDate | Absent | None:
    """Return the date given as the only input; what lies after the question is not known yet."""
    value = next(iter(values.values()))
    if isinstance(value, Absent):
        return value
    start = parse_date(value) if isinstance(value, str) else None
    return None if start is None or start.first > at.last else start


def days_since(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Days from the date given as the only input."""
    start = _only(values, at)
    return _days(start, at) if isinstance(start, PartialDate) else start


def hours_since(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Hours from the date given as the only input, whole days as precise as the dates are.

    A date without a time can lie anywhere in its day, hence the range of up to two days. Where one
    of the two dates has a time, the day of the other is taken to be local to it.
    """
    start = _only(values, at)
    if not isinstance(start, PartialDate):
        return start
    known = start.instant or at.instant
    if known is not None and known.tzinfo is not None:
        begun, asked = _moments(start, known.tzinfo), _moments(at, known.tzinfo)
        least = max(timedelta(0), asked[0] - begun[1])
        return Interval(_hours(least), _hours(max(least, asked[1] - begun[0])))
    days = _days(start, at)
    fewest = max(Decimal(0), days.low - 1) * HOURS_PER_DAY
    return Interval(fewest, (days.high + 1) * HOURS_PER_DAY)


def _moments(when: PartialDate, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a date can mean."""
    if when.instant is not None:
        return when.instant, when.instant
    midnight = time(tzinfo=zone)
    day_after = when.last + timedelta(days=1)
    return datetime.combine(when.first, midnight), datetime.combine(day_after, midnight)


def _hours(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(seconds=1)) / Decimal(3600)


def months_since(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Months (of 30.4375 days) from the date given as the only input."""
    start = _only(values, at)
    return Interval(*months_between(start, at)) if isinstance(start, PartialDate) else start


def age_from_birth_date(values: Values, measures: Measures, at: PartialDate) -> Value:
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
