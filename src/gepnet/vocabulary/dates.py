"""Dates as records give them: a day, a month, a year or nothing finer."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_PLAIN = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
# The mean length of a month in the Gregorian calendar, 365.25 / 12 days.
DAYS_PER_MONTH = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written, with the first and last day that it can mean."""

    text: str
    first: date
    last: date

    def __str__(self) -> str:
        """Return the date as it was written."""
        return self.text


def parse_date(text: str) -> PartialDate:
    """Read ``2019``, ``2019-05``, ``2019-05-17`` or any other EDTF level 0-1 date.

    Raises:
        ValueError: if the text is no date.
    """
    text = text.strip()
    match = _PLAIN.match(text)
    if match is None:
        return _parse_edtf(text)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return PartialDate(text, date(year, 1, 1), date(year, 12, 31))
    if day is None:
        last_day = calendar.monthrange(year, month)[1]
        return PartialDate(text, date(year, month, 1), date(year, month, last_day))
    return PartialDate(text, date(year, month, day), date(year, month, day))


def _parse_edtf(text: str) -> PartialDate:
    # Loaded only for the rare spelling: the parser costs more than a whole assessment.
    from edtf import parse_edtf, struct_time_to_date
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parsed = parse_edtf(text)
        first = struct_time_to_date(parsed.lower_strict())
        last = struct_time_to_date(parsed.upper_strict())
    except (EDTFParseException, AttributeError, TypeError, OverflowError) as error:
        raise ValueError(f"'{text}' is no date") from error
    return PartialDate(text, first, last)


def exact(day: date) -> PartialDate:
    """Return a known day as a partial date."""
    return PartialDate(day.isoformat(), day, day)


def months_between(start: PartialDate, end: PartialDate) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest number of months from ``start`` to ``end``.

    A month is 30.4375 days. Never below zero.
    """
    least = Decimal((end.first - start.last).days) / DAYS_PER_MONTH
    most = Decimal((end.last - start.first).days) / DAYS_PER_MONTH
    zero = Decimal(0)
    return max(least, zero), max(most, zero)
