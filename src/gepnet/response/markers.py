"""The course of tumour markers (chromogranin A, 5-HIAA): shown, never progression by itself.

``markers.csv``: patient_id, date, marker, value, unit, uln (upper limit of normal in the same
unit). A value may be a bound (``<5``) or a range, a limit of normal printed as one (``<40``).
A value against another unit or without a limit is shown as it is, and compared with nothing, and so
is a change of which only a bound is known.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Annotated

from gepnet.knowledge import Problem, refuse_all
from gepnet.response.recist.rules import Rules
from gepnet.response.toxicity.terms import one_spelling
from gepnet.tables import (
    Column,
    Once,
    Shown,
    Table,
    also_shown,
    number,
    number_or_text,
    past_day,
    text,
)
from gepnet.vocabulary import Asking, Interval, Reported, ValueProblem, bounds_of, plain


@dataclass(frozen=True, slots=True)
class MarkerValue:
    """One value of one marker."""

    line: Annotated[int, Shown(hidden=True)]
    patient: Annotated[str, Shown("patient_id")]
    marker: str
    date: datetime.date
    value: Annotated[Interval, Shown(by=number_or_text)]
    unit: str
    uln: Annotated[Decimal | None, Shown(hidden=True)]


def _rounded(times: Fraction | str | None) -> float | str | None:
    return round(float(times), 4) if isinstance(times, Fraction) else times


@dataclass(frozen=True, slots=True)
class MarkerPoint:
    """A value in its course; changes in percent, None where units differ or the base is zero."""

    value: Annotated[MarkerValue, Shown(flat=True)]
    times_uln: Annotated[Fraction | str | None, Shown(by=_rounded)]
    from_first: Annotated[Fraction | None, Shown("change_from_first_pct", digits=4)]
    from_lowest: Annotated[Fraction | None, Shown("change_from_lowest_pct", digits=4)]

    @property
    @also_shown
    def is_elevated(self) -> Annotated[bool | None, Shown("elevated", after="times_uln")]:
        """Whether the value is above the limit of normal; None if that is not known."""
        value, uln = self.value.value, self.value.uln
        if uln is None:
            return None
        beyond = value.low > uln or (value.low == uln and _bound(value, ">"))
        return True if beyond else False if value.high <= uln else None


_EXPECTED = "a number, 0 or more, a range or a bound such as <5"
_UNBOUNDED = Decimal("Infinity")


def _value(cell: str) -> Interval:
    low, high, sign = bounds_of(cell, _EXPECTED)
    least, most = low or Decimal(0), _UNBOUNDED if high is None else high
    if least < 0 or most < least:
        raise ValueProblem(cell, _EXPECTED)
    told = f"{sign}{plain(most if low is None else least)}" if low is None or high is None else ""
    if not told:
        return Interval(least, most)
    reported = Reported(cell, None, None, low, high, sign in {"<", ">"}, told)
    return Interval(least, most, reported=reported)


def _limit(cell: str) -> Decimal:
    """Read a limit of normal; a sign before it leaves the limit as it is."""
    return number("a number above 0", above=0)(cell.lstrip("<=\u2264 "))


def _bound(value: Interval, sign: str) -> bool:
    return value.reported is not None and value.reported.own == f"{sign}{plain(value.low)}"


MARKERS = Table(
    columns=(
        Column("patient_id", text(), field="patient"),
        Column("date", past_day()),
        Column("marker", text()),
        Column("value", _value),
        Column("unit", text()),
        Column("uln", _limit, needed=False),
    ),
    make=lambda cells: cells.into(MarkerValue, line=cells.line),
    once=(Once(("patient_id", "marker", "date"), "date", "each marker once a date"),),
)


def read_markers(path: Path, asking: Asking | None = None) -> list[MarkerValue]:
    """Read ``markers.csv``; ``cga`` and ``CgA`` are one marker.

    With ``asking`` a value that is likely to be in another unit than its limit or than the value
    before it is refused unless somebody accepts it.

    Raises:
        InputError: with every problem, each with file, line, column and expectation.
    """
    rows = MARKERS.read(path).rows
    name = one_spelling(row.marker for row in rows)
    found = [replace(row, marker=name[row.marker]) for row in rows]
    problems = list(_twice(found, str(path)))
    problems += [] if asking is None else _doubts(found, asking, str(path))
    refuse_all(problems)
    return found


def _twice(values: list[MarkerValue], file: str) -> Iterator[Problem]:
    """Yield the values of a date that has one of the marker already, in another spelling."""
    before: dict[tuple[str, str, datetime.date], int] = {}
    for one in values:
        first = before.setdefault((one.patient, one.marker, one.date), one.line)
        if first != one.line:
            told = f"each marker once a date (first on line {first})"
            yield Problem(file, one.line, one.patient, "date", str(one.date), told)


def _doubts(values: list[MarkerValue], asking: Asking, file: str) -> Iterator[Problem]:
    before: dict[tuple[str, str, str], MarkerValue] = {}
    for one in sorted(values, key=lambda value: value.date):
        key = (one.patient, one.marker, one.unit)
        against = {"marker_x_uln": one.uln, "marker_ratio": None}
        earlier = before.get(key)
        if earlier is not None and earlier.value.is_point:
            against["marker_ratio"] = earlier.value.low
        for quantity, base in against.items():
            if base and one.value.is_point:
                ratio = Decimal(f"{one.value.low / base:.3g}")
                told = asking.doubt(
                    quantity, Interval(ratio, ratio), plain(ratio),
                    patient=one.patient, part=one.marker,
                )  # fmt: skip
                if told is not None and one.value.low:
                    entry = f"{one.patient} {one.marker}"
                    said = f"{plain(one.value.low)} {one.unit}, {quantity} {plain(ratio)}"
                    yield Problem(file, one.line, entry, "value", said, told)
        if one.value.is_point and one.value.low:
            before[key] = one


def marker_courses(values: list[MarkerValue]) -> Iterator[MarkerPoint]:
    """Yield each value in the course of its marker, patient by patient in time."""
    ordered = sorted(values, key=lambda v: (v.patient, v.marker, v.date))
    for _, group in groupby(ordered, key=lambda v: (v.patient, v.marker)):
        past: list[MarkerValue] = []
        for value in group:
            same = [earlier for earlier in past if earlier.unit == value.unit]
            first = past[0] if past and past[0].unit == value.unit else None
            yield MarkerPoint(
                value, _times(value), _change(first, value), _change(_lowest(same), value)
            )
            past.append(value)


def _times(value: MarkerValue) -> Fraction | str | None:
    """Return how many times the limit of normal a value is; a text where only a bound is known."""
    if value.uln is None:
        return None
    low, high = value.value.low, value.value.high
    if value.value.is_point:
        return Fraction(low) / Fraction(value.uln)
    ends = [f"{end / value.uln:.4g}" for end in (low, high) if end != _UNBOUNDED]
    told = value.value.reported
    if told is None:
        return "-".join(ends)
    sign = told.own.rstrip("0123456789.")
    return f"{sign}{ends[-1] if sign.startswith('<') else ends[0]}"


def _lowest(values: list[MarkerValue]) -> MarkerValue | None:
    """Return the lowest value, if it is known which one it is."""
    lowest = min(values, key=lambda earlier: earlier.value.high, default=None)
    if lowest is None or any(one.value.low < lowest.value.high for one in values if one != lowest):
        return None
    return lowest


def _change(base: MarkerValue | None, value: MarkerValue) -> Fraction | None:
    if base is None or not (base.value.is_point and value.value.is_point) or not base.value.low:
        return None
    return 100 * (Fraction(value.value.low) / Fraction(base.value.low) - 1)


def never_progression(rules: Rules) -> list[str]:
    """Return what has to stand beside every course: it is no progression by itself."""
    return [f"{item.says} ({item.source}, {item.locator})" for item in rules.never_progression]
