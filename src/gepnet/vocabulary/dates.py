"""Dates as records give them: a day, a month, a year or nothing finer."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

_PLAIN = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")
_FIRST = datetime.min
T = TypeVar("T")
#: A place in time: the last day that a date can mean, and the seconds that order those of one day.
Place = tuple[date, float]
# The mean length of a month in the Gregorian calendar, 365.25 / 12 days.
DAYS_PER_MONTH = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written, with the first and last day that it can mean.

    A date-time is its local day, and ``moment`` the time: with its offset from UTC, or by the clock
    of the place, which says nothing of the hours between two places.
    """

    text: str
    first: date
    last: date
    moment: datetime | None = None

    @property
    def instant(self) -> datetime | None:
        """The moment as everybody reads it, where its offset from UTC is told."""
        return None if self.moment is None or self.moment.tzinfo is None else self.moment

    def __str__(self) -> str:
        """Return the date as it was written."""
        return self.text


@lru_cache(maxsize=1 << 14)
def parse_date(text: str) -> PartialDate:
    """Read ``2019``, ``2019-05``, ``2019-05-17`` or another EDTF date with a first and a last day.

    A date-time such as ``2019-05-17T08:30`` is of its local day; where hours count, it needs its
    offset from UTC as well (``with_offset``). Midnight without an offset is how a program writes a
    day. Seasons are refused, because their months depend on the hemisphere, and so are intervals
    without an end, because nothing bounds them.

    Raises:
        ValueError: if the text is no such date.
    """
    text = text.strip()
    if _MOMENT.match(text):
        moment = _moment(text)
        is_day = moment.tzinfo is None and moment.time() == time.min
        return PartialDate(text, moment.date(), moment.date(), None if is_day else moment)
    match = _PLAIN.match(text)
    try:
        first, last = _edtf_days(text) if match is None else _plain_days(*match.groups())
    except ValueError as error:
        raise ValueError(f"'{text}' is no date") from error
    if first > last:
        raise ValueError(f"'{text}' ends before it starts")
    return PartialDate(text, first, last)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no date-time") from error


def with_offset(date: PartialDate) -> PartialDate:
    """Return a date of which the hours count: without an offset they are others to every reader.

    Raises:
        ValueError: if it has a time and no offset from UTC.
    """
    if date.moment is not None and date.moment.tzinfo is None:
        raise ValueError(f"'{date}' has no offset from UTC, such as 2019-05-17T08:30+02:00")
    return date


def places(dates: Iterable[PartialDate]) -> dict[PartialDate, Place]:
    """Return the place in time of each date among these: its day, those without a time first.

    Times of one local day stand as they came where each has its offset from UTC, else by the clock.
    """
    known = set(dates)
    by_clock = {one.last for one in known if one.moment is not None and one.instant is None}
    return {one: (one.last, _seconds(one.moment, one.last in by_clock)) for one in known}


def in_order(dated: Sequence[tuple[PartialDate, T]]) -> list[T]:
    """Return what is dated, oldest first; what is of one place stays as it came."""
    placed = places([day for day, _ in dated])
    return [item for _, item in sorted(dated, key=lambda pair: placed[pair[0]])]


def _seconds(moment: datetime | None, by_clock: bool) -> float:
    if moment is None:
        return 0.0
    clock = (moment.replace(tzinfo=None) - _FIRST).total_seconds()
    offset = None if by_clock else moment.utcoffset()
    return clock if offset is None else clock - offset.total_seconds()


def _plain_days(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    first = date(int(year), int(month or 1), int(day or 1))
    if day is not None:
        return first, first
    last_month = int(month or 12)
    return first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1])


def _edtf_days(text: str) -> tuple[date, date]:
    # Loaded only for the rare spelling: the parser costs more than a whole assessment.
    from edtf import parse_edtf, struct_time_to_date
    from edtf.parser.edtf_exceptions import EDTFParseException

    if text.startswith("/") or text.endswith("/"):
        raise ValueError("an interval without an end")
    try:
        parsed = parse_edtf(text)
        first = struct_time_to_date(parsed.lower_strict())
        last = struct_time_to_date(parsed.upper_strict())
    except (EDTFParseException, AttributeError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return first, last


def exact(day: date) -> PartialDate:
    """Return a known day as a partial date."""
    return PartialDate(day.isoformat(), day, day)


def days_between(start: PartialDate, end: PartialDate) -> tuple[int, int]:
    """Return the least and the greatest number of days from ``start`` to ``end``, none below 0."""
    return max(0, (end.first - start.last).days), max(0, (end.last - start.first).days)


def months_between(start: PartialDate, end: PartialDate) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest number of months from ``start`` to ``end``.

    A month is 30.4375 days. Never below zero.
    """
    least, most = days_between(start, end)
    return least / DAYS_PER_MONTH, most / DAYS_PER_MONTH
