"""The table of measurements after a treatment: dose rates or retained activities, as intervals.

Columns: ``time_h`` (hours after the treatment), ``value`` (a number, a range, or a bound such as
``<5``), ``unit`` (in UCUM: uSv/h, mSv/h, MBq, GBq, mCi, ...) and, for a dose rate that was not
measured at 1 m, ``distance_m``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from gepnet.knowledge import unusable
from gepnet.prrt.discharge.data import RadiationProtection
from gepnet.prrt.plausible import Band
from gepnet.tables import Cells, Column, Once, Shown, Table, number, text
from gepnet.vocabulary import Asking, Interval, UnitReader, ValueProblem, bounds_of

Quantity = Literal["dose_rate", "retained_activity"]
UNITS: dict[Quantity, str] = {"dose_rate": "uSv/h", "retained_activity": "MBq"}
#: What is asked about, at 1 m; its plausible range is one of ``measures/plausibility.yaml``.
_ASKED: dict[Quantity, str] = {
    "dose_rate": "dose_rate_usv_h", "retained_activity": "retained_activity_mbq",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A number known to lie between two, ends included."""

    low: Annotated[float, Shown(digits=2)]
    high: Annotated[float, Shown(digits=2)]


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: of the dose rate in uSv/h as if at 1 m, or of the activity in MBq."""

    time_h: float
    quantity: Quantity
    value: Span


def read_readings(
    path: Path,
    data: RadiationProtection,
    units: UnitReader,
    asking: Asking | None = None,
) -> tuple[Reading, ...]:
    """Read a table of measurements, in the order of their times.

    With ``asking`` a value that is likely to be in another unit is refused unless somebody accepts
    it.

    Raises:
        InputError: with every fault of the table, its place and what was expected.
    """
    rows = _table(data, units, asking).read(path).rows
    kinds = sorted({row.quantity for row in rows})
    if len(kinds) > 1:
        expected = "dose rates or activities, not both"
        raise unusable(path, expected, field="unit", value=", ".join(kinds))
    return tuple(sorted(rows, key=lambda row: row.time_h))


def _table(data: RadiationProtection, units: UnitReader, asking: Asking | None) -> Table[Reading]:
    distances = data.measured_distance_m
    return Table(
        columns=(
            Column("time_h", _within("a number of hours after the treatment",
                                     data.plausible_time_h)),
            Column("value", _value),
            Column("unit", text("a unit of dose rate (uSv/h) or activity (MBq)")),
            Column("distance_m", _within("a distance in m", distances, ends=True),
                   needed=False),
        ),
        make=lambda cells: _reading(cells, data, units),
        checks=(lambda cells: _check(cells, data, units, asking),),
        once=(Once(("time_h",), "time_h", "one measurement at {time_h} h"),),
        naming="",
    )  # fmt: skip


def _value(cell: str) -> Interval:
    low, high, _ = bounds_of(cell, "a number, a range such as 20-25, or a bound such as <5")
    if high is None:
        raise ValueProblem(cell, "an upper end: of a value above a bound no limit can be kept")
    if (low is not None and low < 0) or high < 0 or (low or 0) > high:
        raise ValueProblem(cell, "a value from 0 up, the lower end first")
    return Interval(low or high * 0, high)


def _within(expected: str, band: Band, ends: bool = False) -> Callable[[str], float]:
    read = number(expected)

    def within(cell: str) -> float:
        value = float(read(cell))
        if not (band.holds(value) and (ends or value != band.high)):
            raise ValueProblem(cell, f"{expected}, from {band.low:g} to {band.high:g}")
        return value

    return within


def _check(
    cells: Cells, data: RadiationProtection, units: UnitReader, asking: Asking | None
) -> None:
    """Note a unit of something else, a value that cannot be, and a distance of an activity."""
    if cells["unit"] is None or cells["value"] is None:
        return
    reading = _converted(cells["value"], cells["unit"], units)
    if reading is None:
        cells.fault("unit", "a unit of dose rate (uSv/h) or activity (MBq)")
        return
    quantity, value = reading
    band = data.plausible_dose_rate if quantity == "dose_rate" else data.plausible_activity
    if not 0 < value.high <= band.high:
        told = f"a {quantity.replace('_', ' ')} above 0 and up to {band.high:g} {UNITS[quantity]}"
        cells.fault("value", f"{told} (read as {value.high:g} {UNITS[quantity]})")
    if quantity == "retained_activity" and cells["distance_m"] is not None:
        cells.fault("distance_m", "nothing: an activity has no distance")
    if asking is not None and not cells.problems:
        at_one = _at_one_metre(value, cells, data)
        span = Interval(Decimal(str(at_one.low)), Decimal(str(at_one.high)))
        written, unit = cells.texts["value"], cells["unit"]
        asked = asking.doubt(_ASKED[quantity], span, written, unit=UNITS[quantity])
        if asked is not None:
            read_as = f" (read as {value.high:g} {UNITS[quantity]})"
            cells.fault("value", asked + (read_as if unit != UNITS[quantity] else ""))


def _converted(value: Interval, unit: str, units: UnitReader) -> tuple[Quantity, Span] | None:
    for quantity, target in UNITS.items():
        try:
            low, high = (units.convert(end, unit, target) for end in (value.low, value.high))
        except ValueError:
            continue
        return quantity, Span(float(low), float(high))
    return None


def _reading(cells: Cells, data: RadiationProtection, units: UnitReader) -> Reading:
    found = _converted(cells["value"], cells["unit"], units)
    assert found is not None, "checked before"
    quantity, value = found
    return Reading(cells["time_h"], quantity, _at_one_metre(value, cells, data))


def _at_one_metre(value: Span, cells: Cells, data: RadiationProtection) -> Span:
    distance = cells["distance_m"]
    if distance in (None, 1.0):  # at one metre the value stays as it was written
        return value
    return Span(value.low / data.at(distance), value.high / data.at(distance))
