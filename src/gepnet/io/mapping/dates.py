"""Dates as people write them: to an ISO date, of which month or day may be missing.

What can be two days is refused: the order of day and month is said by the mapping, never guessed.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

from gepnet.io.mapping.model import Order
from gepnet.io.mapping.words import month_names
from gepnet.vocabulary import ValueProblem, parse_date
from gepnet.vocabulary.words import fold

_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_PARTS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})[-. /]*)?([^\W\d]{3,12})[-., /]*(?:(\d{1,2})[, ]+)?(\d{4}|\d{2})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?$")
_UNKNOWN_PARTS = re.compile(r"^(\d{4})-?(?:(\d{2})-?)?(?:99|XX|xx|00|UN|--)?$")
_SHOWN = {"dmy": "17.05.2024", "mdy": "05/17/2024", "ymd": "2024-05-17", "iso": "2024-05-17"}


@lru_cache(maxsize=1 << 16)
def read_date(text: str, order: Order = "iso", short_years: bool = False) -> str:
    """Return a date as ``2024-05-17``, ``2024-05`` or ``2024``.

    Args:
        text: with or without a time, which is left out.
        order: of day and month in dates such as 03.04.2024.
        short_years: whether years may have two digits: the last such year that is not to come.

    Raises:
        ValueProblem: for what is no date, or may be two.
    """
    bare = _TIME.sub("", text.strip())
    found = _read(bare, order, short_years)
    if found is None:
        expected = f"a date such as {_SHOWN[order]}"
        if order == "iso" and _PARTS.fullmatch(bare):
            expected += ", or the order of day and month in the mapping (dates: dmy or mdy)"
        raise ValueProblem(text, expected)
    try:
        return str(parse_date(found))
    except ValueError as error:
        raise ValueProblem(text, f"a day that there is, as {_SHOWN[order]}") from error


def _read(text: str, order: Order, short_years: bool) -> str | None:
    for pattern in (_ISO, _PACKED):
        if match := pattern.fullmatch(text):
            year, month, day = match.groups()
            if int(year) < 1850:
                return None
            return _iso(year, month, day)
    if match := _UNKNOWN_PARTS.fullmatch(text):
        year, month = match.groups()
        return _iso(year, month, None)
    if match := _MONTH_YEAR.fullmatch(text):
        return _iso(match[2], match[1], None)
    if match := _PARTS.fullmatch(text):
        first, second, year = match.groups()
        whole = _year(year, short_years)
        if whole is None or order == "iso":
            return _only_way(first, second, whole) if order == "iso" else None
        day, month = (first, second) if order in ("dmy", "ymd") else (second, first)
        return _iso(whole, month, day)
    if match := _NAMED.fullmatch(text):
        before, name, after, year = match.groups()
        month_number = _month(name)
        whole = _year(year, short_years)
        if month_number is None or whole is None or (before and after):
            return None
        return _iso(whole, str(month_number), before or after)
    return None


def _only_way(first: str, second: str, year: str | None) -> str | None:
    """Return the day of two numbers of which only one can be the month."""
    if year is None:
        return None
    if int(first) > 12 >= int(second) or first == second:
        return _iso(year, second, first)
    return _iso(year, first, second) if int(second) > 12 >= int(first) else None


def _iso(year: str, month: str | None, day: str | None) -> str:
    """Return a date; a month or a day of 00 or 99 is not known."""
    unknown = ("0", "00", "99")
    if month is None or month in unknown:
        return year
    if day is None or day in unknown:
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _year(text: str, short_years: bool) -> str | None:
    if len(text) == 4:
        return text if int(text) >= 1850 else None
    if not short_years:
        return None
    now = datetime.date.today().year
    found = now // 100 * 100 + int(text)
    return str(found if found <= now else found - 100)


def _month(name: str) -> int | None:
    """Return the month that a word begins as the name of."""
    folded = fold(name)
    found = {number for word, number in month_names().items() if folded.startswith(word)}
    return found.pop() if len(found) == 1 else None
