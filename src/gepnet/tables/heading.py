"""Where the header of somebody's sheet is: below a title, and below names of groups of columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

#: How many rows are looked at.
LOOKED_AT = 15
_FEW, _MOST = 0.5, 0.7  # of the width of a table: filled by a title at most, by a header at least
_NO_NAME = re.compile(r"^[<>=≤≥]*\s*[\d.,/:\-\s]+%?$")  # a number or a date heads no column


@dataclass(frozen=True)
class Heading:
    """The header of a sheet: how many rows stand above it, its titles, and what is said of them."""

    above: int
    titles: tuple[str, ...]
    notes: tuple[str, ...]


def heading_of(rows: Sequence[Sequence[str]], lines: Sequence[int]) -> Heading:
    """Return the header among the first rows of a sheet.

    It is the first row, unless that fills less than half of the columns and one below it has a
    text for most of them. A title that two columns share gets the name of its group before it;
    a column without one, of a cell that was merged downwards, the name above.

    Args:
        rows: the first rows that are not empty.
        lines: where they stand in the file.
    """
    first = _stripped(rows[0])
    plain = Heading(0, first, ())
    looked = [_stripped(row) for row in rows[:LOOKED_AT]]
    width = median(sum(map(bool, row)) for row in looked)  # one row that is too long tells nothing
    if sum(map(bool, first)) >= _FEW * width or len(looked) <= 2:
        return plain
    place = next((n for n, row in enumerate(looked) if n and _is_header(row, width)), None)
    if place is None:
        return plain
    titles = list(looked[place])
    notes = []
    for number in range(place):
        row, line = looked[number], lines[number]
        told = [cell for cell in row if cell]
        if len(told) == 1:
            notes.append(f"line {line} is no row of the table: '{told[0][:60]}'")
            continue
        notes.append(f"line {line} names groups of columns: {', '.join(told[:6])}"[:120])
        titles = _with_groups(titles, row)
    notes.append(f"the header is line {lines[place]}")
    return Heading(place, tuple(titles), tuple(notes))


def _stripped(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(str(cell or "").split()) for cell in row)


def _is_header(row: Sequence[str], width: float) -> bool:
    told = [cell for cell in row if cell]
    names = [cell for cell in told if not _NO_NAME.match(cell)]
    return len(told) >= _MOST * width and len(names) == len(told)


def _with_groups(titles: list[str], groups: Sequence[str]) -> list[str]:
    """Return titles, shared ones behind the name of their group, and the one above for none."""
    again = {title for title, count in Counter(titles).items() if title and count > 1}
    found, group = [], ""
    for place, title in enumerate(titles):
        own = groups[place] if place < len(groups) else ""
        group = own or group
        found.append(own if not title else f"{group} {title}".strip() if title in again else title)
    return found
