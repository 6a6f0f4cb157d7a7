"""What stands in a column: how many cells, which texts, whether they look like numbers or days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from gepnet.io.mapping.cells import number_text
from gepnet.io.mapping.dates import read_date
from gepnet.io.mapping.model import Order
from gepnet.io.mapping.words import missing, words
from gepnet.vocabulary import ValueProblem, Vocabulary
from gepnet.vocabulary.fact import bounds_of
from gepnet.vocabulary.words import fold

_MOST_TEXTS = 400  # different texts that are looked at
_PARTS = re.compile(r"\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ].*)?")
_COMMA = re.compile(r"^[<>=~ ]*\d+,\d{1,2}$")


@dataclass(frozen=True)
class Seen:
    """The cells of one column.

    Attributes:
        name: of the column.
        label: what else the column is called, as in a data dictionary.
        counts: different texts that say something, with how often each; the most frequent first.
        filled: how many cells say something.
        rows: how many rows there are.
    """

    name: str
    counts: dict[str, int]
    filled: int
    rows: int
    label: str = ""

    @property
    def is_unique(self) -> bool:
        """Whether no text stands in two rows."""
        return all(count == 1 for count in self.counts.values())

    def share(self, reads: Callable[[str], bool]) -> float:
        """Return the share of the cells that something can read."""
        if not self.counts:
            return 0.0
        whole = sum(self.counts.values())
        return sum(count for text, count in self.counts.items() if reads(text)) / whole

    @cached_property
    def numbers(self) -> list[float]:
        """The numbers among the texts."""
        found = []
        for text in self.counts:
            number = number_in(text)
            if number is not None:
                found.append(number)
        return found

    @cached_property
    def numeric(self) -> float:
        """The share of cells that are numbers, ranges or bounds."""
        return self.share(lambda text: number_in(text) is not None)

    def dated(self, order: Order) -> float:
        """Return the share of cells that are days, in an order of day and month."""
        return self.share(lambda text: is_date(text, order))

    def shape(self) -> str:
        """Return what a column holds without quoting what may be somebody's name."""
        if self.numeric >= 0.9 and self.numbers:
            return f"{self.filled} numbers from {min(self.numbers):g} to {max(self.numbers):g}"
        often = [text for text, count in self.counts.items() if count > 2 and len(text) < 25]
        if often and len(self.counts) <= 12:
            return f"{self.filled} texts such as {', '.join(map(repr, often[:4]))}"
        return f"{self.filled} texts, {len(self.counts)} of them different"

    def told(self, most: int = 4) -> str:
        """Return the most frequent texts, to be shown."""
        shown = [f"'{text}'" for text in list(self.counts)[:most]]
        more = len(self.counts) - most
        return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def seen(table: pl.DataFrame, names: Iterable[str], labels: dict[str, str]) -> list[Seen]:
    """Return what stands in the columns of a table of texts."""
    silent = list(missing())
    found = []
    for name in names:
        cells = table[name].drop_nulls()
        cells = cells.filter(~cells.str.to_lowercase().is_in(silent))
        counted = cells.value_counts(sort=True).sort(["count", name], descending=[True, False])
        counts = dict(counted.head(_MOST_TEXTS).iter_rows())
        found.append(Seen(name, counts, len(cells), len(table), labels.get(name, "")))
    return found


def number_in(text: str) -> float | None:
    """Return a number of a text, of a range or a bound the first; None if it is none."""
    try:
        low, high, _ = bounds_of(number_text(text, ",").removesuffix("%").strip(), "")
    except ValueProblem:
        return None
    end = low if low is not None else high
    return None if end is None else float(end)


def is_date(text: str, order: Order) -> bool:
    """Return whether a text is a day, a month or a year."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{1,3})?", text):
        return False
    try:
        read_date(text, order, True)
    except ValueProblem:
        return False
    return True


def order_of(columns: Iterable[Seen]) -> tuple[Order, bool, str]:
    """Return the order of day and month in dates, whether years are short, and what shows it."""
    day_first = month_first = either = points = 0
    short = False
    for column in columns:
        for text in column.counts:
            parts = _PARTS.fullmatch(text)
            if parts is None:
                continue
            first, second = int(parts[1]), int(parts[2])
            short |= len(parts[3]) == 2
            points += "." in text
            day_first += first > 12 >= second
            month_first += second > 12 >= first
            either += first <= 12 and second <= 12
    if day_first and not month_first:
        return "dmy", short, f"{day_first} dates can only have the day first"
    if month_first and not day_first:
        return "mdy", short, f"{month_first} dates can only have the month first"
    if day_first and month_first:
        return (
            "dmy",
            short,
            (f"{day_first} dates have the day first and {month_first} the month: check"),
        )
    if either:
        likely: Order = "dmy" if points else "iso"
        told = f"{either} dates can be read both ways: say dates: dmy or mdy"
        return likely, short, told
    return "iso", short, ""


def has_decimal_comma(columns: Iterable[Seen]) -> bool:
    """Return whether numbers are written with a decimal comma."""
    return any(_COMMA.match(text) for column in columns for text in column.counts)


def flags(column: Seen, vocabulary: Vocabulary) -> dict[str, bool] | None:
    """Return what the texts of a column of yes and no mean; None if it is none."""
    yes, no = ({fold(word) or word for word in said} for said in (words().yes, words().no))
    found: dict[str, bool] = {}
    for text in column.counts:
        flag = vocabulary.words.flag(text)
        key = fold(text) or text
        if flag is None and key in yes:
            flag = True
        elif flag is None and key in no:
            flag = False
        if flag is None:
            return None
        found[text] = flag
    return found or None
