"""What a cell may hold: functions from its text to a value, which say what they expected.

Each function here returns a reader for a column; a reader raises ``ValueProblem`` for a text that
it cannot read, the empty text included. Numbers are exact, with a decimal point and never a comma.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from gepnet.knowledge import nearest
from gepnet.vocabulary import PartialDate, ValueProblem, other_readings, parse_date

Value = TypeVar("Value")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LARGEST = 2**31  # nothing that is counted here comes near
TRUTHS = {"true": True, "false": False}


def text(expected: str = "a value") -> Callable[[str], str]:
    """Read any text that is not empty."""

    def read(cell: str) -> str:
        if not cell:
            raise ValueProblem(cell, expected)
        return cell

    return read


def number(
    expected: str = "a number", least: int | None = None, above: int | None = None
) -> Callable[[str], Decimal]:
    """Read an exact number, at ``least`` or ``above`` a bound where one is given."""

    def read(cell: str) -> Decimal:
        if not _NUMBER.fullmatch(cell):
            raise ValueProblem(cell, expected + other_readings(cell))
        value = Decimal(cell)
        if (least is not None and value < least) or (above is not None and value <= above):
            raise ValueProblem(cell, expected)
        return value

    return read


def whole(expected: str, least: int = 0) -> Callable[[str], int]:
    """Read a whole number from ``least`` on, perhaps written as 2.0 by another program."""
    exact = number(expected, least)

    def read(cell: str) -> int:
        value = exact(cell)
        if value > _LARGEST or value != int(value):
            raise ValueProblem(cell, expected)
        return int(value)

    return read


def day(expected: str = "a date such as 2024-03-31") -> Callable[[str], datetime.date]:
    """Read a full ISO date."""

    def read(cell: str) -> datetime.date:
        try:
            if _DAY.fullmatch(cell):
                return datetime.date.fromisoformat(cell)
        except ValueError:
            pass
        raise ValueProblem(cell, expected)

    return read


def past_day(expected: str = "a date such as 2024-03-31") -> Callable[[str], datetime.date]:
    """Read a full ISO date of something that has been: one after today is a slip of the year."""
    in_form = day(expected)

    def read(cell: str) -> datetime.date:
        found, today = in_form(cell), datetime.date.today()
        if found > today:
            raise ValueProblem(cell, f"a date not after today ({today})")
        return found

    return read


def partial_day(
    expected: str = "a date such as 2024-03-31, 2024-03 or 2024",
) -> Callable[[str], PartialDate]:
    """Read a date of which only the month or the year may be known."""

    def read(cell: str) -> PartialDate:
        try:
            return parse_date(cell)
        except ValueError as error:
            raise ValueProblem(cell, expected) from error

    return read


def one_of(words: Iterable[str], expected: str | None = None) -> Callable[[str], str]:
    """Read one of some words, spelled as they are."""
    return coded({word: word for word in words}, expected)


def coded(
    codes: Mapping[str, Value], expected: str | None = None, fold: bool = False
) -> Callable[[str], Value]:
    """Read a word as what it means.

    Args:
        codes: the words and what they mean.
        expected: what to say of other words; by default which words there are.
        fold: take capital letters and small ones for the same.
    """
    told = expected or f"one of {', '.join(word for word in codes if word)}"
    meant = {word.casefold() if fold else word: value for word, value in codes.items()}

    def read(cell: str) -> Value:
        word = cell.casefold() if fold else cell
        if word not in meant:
            raise ValueProblem(cell, told, nearest(cell, codes))
        return meant[word]

    return read


def truth() -> Callable[[str], bool]:
    """Read true or false."""
    return coded(TRUTHS, "true or false", fold=True)
