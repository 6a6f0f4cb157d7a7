"""The course of tumour markers (chromogranin A, 5-HIAA): shown, never progression by itself.

``markers.csv``: patient_id, date, marker, value, unit, uln (upper limit of normal in the same
unit). A value against another unit or without a limit is shown as it is, and compared with nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Annotated

from gepnet.response.recist.rules import Rules
from gepnet.tables import Column, Once, Shown, Table, also_shown, day, number, text


@dataclass(frozen=True, slots=True)
class MarkerValue:
    """One value of one marker."""

    line: Annotated[int, Shown(hidden=True)]
    patient: Annotated[str, Shown("patient_id")]
    marker: str
    date: datetime.date
    value: Annotated[Decimal, Shown(digits=4)]
    unit: str
    uln: Annotated[Decimal | None, Shown(hidden=True)]


@dataclass(frozen=True, slots=True)
class MarkerPoint:
    """A value in its course; changes in percent, None where units differ or the base is zero."""

    value: Annotated[MarkerValue, Shown(flat=True)]
    times_uln: Annotated[Fraction | None, Shown(digits=4)]
    from_first: Annotated[Fraction | None, Shown("change_from_first_pct", digits=4)]
    from_lowest: Annotated[Fraction | None, Shown("change_from_lowest_pct", digits=4)]

    @property
    @also_shown
    def is_elevated(self) -> Annotated[bool | None, Shown("elevated", after="times_uln")]:
        """Whether the value is above the limit of normal; None without a limit."""
        return None if self.times_uln is None else self.times_uln > 1


MARKERS = Table(
    columns=(
        Column("patient_id", text(), field="patient"),
        Column("date", day()),
        Column("marker", text()),
        Column("value", number("a number, 0 or more", least=0)),
        Column("unit", text()),
        Column("uln", number("a number above 0", above=0), needed=False),
    ),
    make=lambda cells: cells.into(MarkerValue, line=cells.line),
    once=(Once(("patient_id", "marker", "date"), "date", "each marker once a date"),),
)


def read_markers(path: Path) -> list[MarkerValue]:
    """Read ``markers.csv``.

    Raises:
        InputError: with every problem, each with file, line, column and expectation.
    """
    return list(MARKERS.read(path).rows)


def marker_courses(values: list[MarkerValue]) -> Iterator[MarkerPoint]:
    """Yield each value in the course of its marker, patient by patient in time."""
    ordered = sorted(values, key=lambda v: (v.patient, v.marker, v.date))
    for _, group in groupby(ordered, key=lambda v: (v.patient, v.marker)):
        past: list[MarkerValue] = []
        for value in group:
            same = [earlier for earlier in past if earlier.unit == value.unit]
            lowest = min(same, key=lambda earlier: earlier.value, default=None)
            uln = value.uln
            times = None if uln is None else Fraction(value.value) / Fraction(uln)
            first = past[0] if past and past[0].unit == value.unit else None
            yield MarkerPoint(value, times, _change(first, value), _change(lowest, value))
            past.append(value)


def _change(base: MarkerValue | None, value: MarkerValue) -> Fraction | None:
    if base is None or base.value == 0:
        return None
    return 100 * (Fraction(value.value) / Fraction(base.value) - 1)


def never_progression(rules: Rules) -> list[str]:
    """Return what has to stand beside every course: it is no progression by itself."""
    return [f"{item.says} ({item.source}, {item.locator})" for item in rules.never_progression]
