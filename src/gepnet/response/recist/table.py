"""Reading CSV tables with named columns: every fault with file, line, column and what was expected.

Values come as text; the functions here turn one cell into a value or say what was expected of it.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from gepnet.knowledge import InputError, Problem, nearest

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]+)?|\.[0-9]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST = 200  # problems told at once
Value = TypeVar("Value")


@dataclass
class Faults:
    """Problems of one file, each named once."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        line: int | None,
        entry: str,
        column: str,
        value: str,
        expected: str,
        near: str | None = None,
    ) -> None:
        """Add one problem."""
        if len(self.problems) < MOST:
            problem = Problem(self.file, line, entry, column, value, expected, near)
            self.problems.append(problem)

    def stop(self) -> None:
        """Raise what was found, if anything.

        Raises:
            InputError: with every problem.
        """
        if self.problems:
            raise InputError(self.problems)


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: its line and its cells that hold anything."""

    line: int
    values: Mapping[str, str]
    entry: str
    faults: Faults

    def text(self, column: str, required: bool = False) -> str:
        """Return the text of a cell; a required one that is empty is a fault."""
        value = self.values.get(column, "")
        if required and not value:
            self.fault(column, "a value")
        return value

    def fault(self, column: str, expected: str, near: str | None = None) -> None:
        """Say what was expected of a cell."""
        value = self.values.get(column, "")
        self.faults.add(self.line, self.entry, column, value, expected, near)

    def read(
        self, column: str, reader: Callable[[str], Value | None], expected: str
    ) -> Value | None:
        """Return the value of a cell, None if it is empty or (a fault) not as expected."""
        text = self.values.get(column, "")
        value = reader(text) if text else None
        if text and value is None:
            self.fault(column, expected)
        return value

    def word(self, column: str, words: Sequence[str], default: str = "") -> str | None:
        """Return one of ``words``; None is a fault."""
        text = self.values.get(column, default)
        if text in words or (not text and not default and column not in self.values):
            return text
        self.fault(column, f"one of {', '.join(words)}", nearest(text, words))
        return None

    def day(self, column: str) -> datetime.date | None:
        """Return a date."""
        return self.read(column, day, "a date such as 2024-03-31")


def day(text: str) -> datetime.date | None:
    """Return the date of an ISO text (``2024-03-31``)."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def truth(text: str) -> bool | None:
    """Return a truth value."""
    return {"true": True, "false": False}.get(text.casefold())


def hundredths(text: str, scale: int = 100) -> int | None:
    """Return a length as an integer of 0.01 mm, or None if it is no number or finer than that."""
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text) * scale
    return int(value) if value == int(value) else None


def number(text: str) -> Decimal | None:
    """Return a decimal number, perhaps negative."""
    return Decimal(text) if _NUMBER.fullmatch(text.removeprefix("-")) else None


def read_rows(
    path: Path, required: Sequence[str], optional: Sequence[str], faults: Faults
) -> Iterator[Cells]:
    """Yield the rows of a CSV file; what is wrong with its columns is told once, on line 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            if not check_header(header, required, optional, faults):
                return
            for cells in reader:
                if len(cells) > len(header):
                    told = f"at most {len(header)} cells, as in the header"
                    faults.add(reader.line_num, "", "", f"{len(cells)} cells", told)
                values = {
                    column: text.strip()
                    for column, text in zip(header, cells, strict=False)
                    if text.strip()
                }
                if values:
                    entry = values.get("patient_id", "")
                    yield Cells(reader.line_num, values, entry, faults)
    except OSError as error:
        faults.add(None, "", "", "", f"a readable file ({error.strerror or error})")
    except UnicodeDecodeError:
        faults.add(None, "", "", "", "a text file in UTF-8")
    except csv.Error as error:
        faults.add(reader.line_num, "", "", "", f"valid CSV ({error})")


def check_header(
    header: Sequence[str], required: Sequence[str], optional: Sequence[str], faults: Faults
) -> bool:
    """Note columns that are missing, doubled or unknown; return whether there are none."""
    known = [*required, *optional]
    count = len(faults.problems)
    for column in required:
        if column not in header:
            faults.add(1, "", column, "", f"a column '{column}'")
    for place, column in enumerate(header):
        if column in header[:place]:
            faults.add(1, "", column, "", "each column once")
        elif column not in known:
            told = f"one of {', '.join(known)}"
            faults.add(1, "", column, "", told, nearest(column, known))
    return len(faults.problems) == count
