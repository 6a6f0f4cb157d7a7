"""What of a file of time-activity data is likely to be a slip: of a unit, or of a patient.

Every range is data (:mod:`gepnet.prrt.plausible`). What was accepted stays with its curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gepnet.knowledge import Problem
from gepnet.prrt.dosimetry.data import DosimetryData
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.plausible import Breach, PlausibleRange, accepted, told
from gepnet.vocabulary import Accepting, how_to_accept

if TYPE_CHECKING:
    from gepnet.prrt.dosimetry.table import Series

#: The column that a quantity is read from, where it has another name.
_COLUMN = {
    "last_time_h": "time_h",
    "only_time_h": "time_h",
    "uptake_percent": "activity_mbq",
    "blood_percent_per_g": "activity_mbq",
}
_MBQ_PER_GBQ = 1000


def breaches(series: Series, data: DosimetryData, accepting: Accepting) -> dict[int, list[Breach]]:
    """Return the values of each curve that lie outside their plausible ranges."""
    found: dict[int, list[Breach]] = {}
    for quantity, values in _quantities(series).items():
        for row, band in _outside(series, data, quantity, values):
            value, region = float(values[row]), str(series.region[row])
            who = accepted(accepting, quantity, value, str(series.patient[row]), region)
            usual = band.doubt(value, region if band.regions else "")
            found.setdefault(row, []).append(Breach(quantity, value, usual, who))
    return found


def _quantities(series: Series) -> dict[str, Array]:
    """Return what is judged of each curve; NaN where it is not known."""
    curves = series.curves
    last = np.where(curves.used, curves.times, -np.inf).max(axis=1)
    single = curves.points == 1
    highest = np.where(curves.used, curves.activity, -np.inf).max(axis=1)
    with np.errstate(all="ignore"):
        uptake = 100 * highest / (series.administered_gbq * _MBQ_PER_GBQ)
        cv = 100 * np.nanmax(np.where(curves.used, curves.cv, -np.inf), axis=1, initial=-np.inf)
        least = 100 * np.nanmin(np.where(curves.used, curves.cv, np.inf), axis=1, initial=np.inf)
    return {
        "mass_g": series.mass_g,
        "last_time_h": np.where(single, np.nan, last),
        "only_time_h": np.where(single, last, np.nan),
        "administered_gbq": series.administered_gbq,
        "uptake_percent": uptake,
        "blood_percent_per_g": uptake / series.mass_g,
        "activity_cv_percent": _either(least, cv),
        "mass_cv_percent": 100 * series.mass_cv,
    }


def _either(least: Array, most: Array) -> Array:
    """Return the end of a range of errors that is further from usual; NaN where none is known."""
    known = np.isfinite(least) & np.isfinite(most)
    return np.where(known, np.where(least < 1, least, most), np.nan)


def _outside(
    series: Series, data: DosimetryData, quantity: str, values: Array
) -> Iterator[tuple[int, PlausibleRange]]:
    for region, rows in series.by_region(data.physics):
        band = data.plausible.of(quantity, None if region is None else region.id)
        if band is None:
            continue
        with np.errstate(invalid="ignore"):
            away = (values < band.low) | (values > band.high)
        for row in np.flatnonzero(away & rows):
            yield int(row), band


def problems(series: Series, found: dict[int, list[Breach]], file: str) -> Iterator[Problem]:
    """Yield what has to be confirmed or corrected before the file is used."""
    for row, items in sorted(found.items()):
        for item in items:
            if item.accepted is None:
                column = _COLUMN.get(item.quantity, item.quantity)
                said = told(item.value)
                expected = f"{item.usual}{how_to_accept(item.quantity, said)}"
                if column != item.quantity:
                    said = f"{item.quantity} {said}"
                yield Problem(
                    file, int(series.line[row]), _entry(series, row), column, said, expected
                )
    yield from _different(series, series.patient.astype(str), "sex", series.sex, file, "patient")
    course = np.char.add(np.char.add(series.patient.astype(str), "/"), series.cycle.astype(str))
    given = np.where(np.isnan(series.administered_gbq), "", series.administered_gbq.astype(str))
    yield from _different(series, course, "administered_gbq", given, file, "cycle of a patient")


def _entry(series: Series, row: int) -> str:
    return f"{series.patient[row]} {series.region[row]} cycle {series.cycle[row]}"


def _different(
    series: Series, who: NDArray[Any], field: str, values: NDArray[Any], file: str, what: str
) -> Iterator[Problem]:
    """Yield curves that say something else of a patient or cycle than one before them."""
    first: dict[str, tuple[str, int]] = {}
    for row, (name, value) in enumerate(zip(who.tolist(), values.tolist(), strict=True)):
        if value == "":
            continue
        said, line = first.setdefault(name, (value, int(series.line[row])))
        if value != said:
            expected = f"one {field} of a {what} ({said} on line {line})"
            yield Problem(file, int(series.line[row]), _entry(series, row), field, value, expected)
