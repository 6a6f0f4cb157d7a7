"""Time-activity data: the CSV file, read as columns, with every problem named.

Columns: ``patient_id, cycle, region, time_h, activity_mbq, mass_g`` and, where known,
``decay_corrected`` (yes or no), ``activity_cv_percent``, ``mass_cv_percent``, ``administered_gbq``,
``sex``, ``liver_lesions`` (excluded, included or none), ``haematocrit``. What is the same for the
whole file may be stated once instead; it fills empty cells.

Units are those of the names. Whether activities are decay-corrected to the injection is never
guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.prrt.dosimetry.csv_columns import Column, read_columns
from gepnet.prrt.dosimetry.data import Band, DosimetryData
from gepnet.prrt.dosimetry.decay import Array, uncorrected
from gepnet.prrt.dosimetry.fit import Curves

REQUIRED = ("patient_id", "cycle", "region", "time_h", "activity_mbq", "mass_g")
OPTIONAL = (
    "decay_corrected",
    "activity_cv_percent",
    "mass_cv_percent",
    "administered_gbq",
    "sex",
    "liver_lesions",
    "haematocrit",
)
SEXES = ("male", "female")
LIVER_LESIONS = ("excluded", "included", "none")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_MBQ_PER_GBQ = 1000


@dataclass(frozen=True)
class Stated:
    """What was stated once for the whole file; None: nothing."""

    decay_corrected: bool | None = None
    activity_cv_percent: float | None = None
    mass_cv_percent: float | None = None
    administered_gbq: float | None = None
    sex: str | None = None
    liver_lesions: str | None = None
    haematocrit: float | None = None

    def text(self, name: str) -> str:
        """Return the statement as a cell would hold it, empty where there is none."""
        value = getattr(self, name)
        if value is None:
            return ""
        return ("yes" if value else "no") if isinstance(value, bool) else str(value)

    def problems(self, data: DosimetryData) -> list[Problem]:
        """Return what cannot be: said once, not for every row that it would fill."""
        ranges = data.checks.plausible_input
        numbers: tuple[tuple[str, float | None, Band], ...] = (
            ("activity_cv_percent", self.activity_cv_percent, ranges.cv_percent),
            ("mass_cv_percent", self.mass_cv_percent, ranges.cv_percent),
            ("administered_gbq", self.administered_gbq, ranges.administered_gbq),
            ("haematocrit", self.haematocrit, data.physics.marrow.haematocrit_range),
        )
        words = (("sex", self.sex, SEXES), ("liver_lesions", self.liver_lesions, LIVER_LESIONS))
        return [
            Problem("stated", None, "", name, f"{value:g}", _above(band))
            for name, value, band in numbers
            if value is not None and not band.low < value <= band.high
        ] + [
            Problem(
                "stated", None, "", name, word, f"one of {', '.join(known)}", nearest(word, known)
            )
            for name, word, known in words
            if word is not None and word not in known
        ]


def _above(band: Band) -> str:
    unit = "" if band.unit == "1" else f" {band.unit}"
    return f"a number above {band.low:g} and up to {band.high:g}{unit}"


@dataclass(frozen=True)
class Series:
    """c curves in n columns, each of one patient, cycle and region.

    Numbers that are not known are NaN, words that are not known are empty. ``curves`` holds the
    activities as they were (decay correction taken back), ``measured`` as they were written.
    """

    patient: NDArray[np.object_]
    cycle: NDArray[np.intp]
    region: NDArray[np.object_]
    line: NDArray[np.intp]
    curves: Curves
    measured: Array
    corrected: NDArray[np.bool_]
    mass_g: Array
    mass_cv: Array
    administered_gbq: Array
    sex: NDArray[np.object_]
    liver_lesions: NDArray[np.object_]
    haematocrit: Array

    def __len__(self) -> int:
        """Number of curves."""
        return len(self.patient)


@dataclass
class _Reading:
    """The columns of one file and the problems found in them."""

    file: str
    columns: dict[str, Column]
    lines: NDArray[np.intp]
    problems: list[Problem] = field(default_factory=list)

    def fault(self, row: int, name: str, expected: str, near: str | None = None) -> None:
        """Note a faulty cell."""
        entry = " ".join(
            str(self.columns[key].text[row])
            for key in ("patient_id", "region")
            if key in self.columns
        )
        cycle = self.columns["cycle"].text[row] if "cycle" in self.columns else ""
        entry = f"{entry} cycle {cycle}" if cycle else entry
        value = repr(str(self.columns[name].text[row])) if name in self.columns else ""
        self.problems.append(
            Problem(self.file, int(self.lines[row]), entry, name, value, expected, near)
        )

    def faults(self, rows: NDArray[np.bool_], name: str, expected: str) -> None:
        """Note every faulty cell of a column."""
        for row in np.flatnonzero(rows):
            self.fault(int(row), name, expected)


def read_series(path: Path, data: DosimetryData, stated: Stated | None = None) -> Series:
    """Read a CSV file of time-activity data.

    Raises:
        InputError: every problem of the file, each with row, column, value and what was expected.
    """
    stated = stated or Stated()
    faults = stated.problems(data)
    if faults:
        raise InputError(faults)
    columns, lines = read_columns(path, REQUIRED, OPTIONAL)
    rows = len(lines)
    for name in OPTIONAL:
        text = stated.text(name)
        if text:
            own = columns[name].text if name in columns else np.full(rows, "", dtype=object)
            columns[name] = Column(name, np.where(own == "", text, own))
    reading = _Reading(str(path), columns, lines)
    series = _Checked(reading, data).series()
    if reading.problems:
        raise InputError(reading.problems)
    assert series is not None
    return series


class _Checked:
    """The cells as values, then as curves."""

    def __init__(self, reading: _Reading, data: DosimetryData) -> None:
        self.reading = reading
        self.data = data
        ranges = data.checks.plausible_input
        self.patient = self._named("patient_id")
        self.region = self._region()
        self.cycle = self._cycle()
        self.time = self._number("time_h", ranges.time_h, "hours after the injection", True)
        self.activity = self._number("activity_mbq", ranges.activity_mbq, "MBq", True)
        self.mass = self._number("mass_g", ranges.mass_g, "g")
        self.corrected = self._corrected()
        self.cv = self._number("activity_cv_percent", ranges.cv_percent, "percent") / 100
        self.mass_cv = self._number("mass_cv_percent", ranges.cv_percent, "percent") / 100
        self.administered = self._number("administered_gbq", ranges.administered_gbq, "GBq")
        self.haematocrit = self._number(
            "haematocrit", data.physics.marrow.haematocrit_range, "a fraction such as 0.42"
        )
        self.sex = self._word("sex", SEXES)
        self.liver_lesions = self._word("liver_lesions", LIVER_LESIONS)

    def _text(self, name: str) -> NDArray[np.object_]:
        column = self.reading.columns.get(name)
        return np.full(len(self.reading.lines), "", dtype=object) if column is None else column.text

    def _named(self, name: str) -> NDArray[np.object_]:
        text = self._text(name)
        self.reading.faults(text == "", name, f"a {name.replace('_', ' ')}")
        return text

    def _region(self) -> NDArray[np.object_]:
        names, places = np.unique(self._named("region").astype(str), return_inverse=True)
        plain = np.array(["_".join(name.lower().split()) for name in names], dtype=object)
        return np.asarray(plain[places], dtype=object)

    def _cycle(self) -> NDArray[np.intp]:
        column = self.reading.columns["cycle"]
        number = column.numbers()
        with np.errstate(invalid="ignore"):
            wrong = ~((number >= 1) & (number == np.floor(number)) & (number < 2**31))
        self.reading.faults(wrong, "cycle", "a whole number from 1")
        return np.where(wrong, 0, number).astype(np.intp)

    def _number(self, name: str, band: Band, unit: str, required: bool = False) -> Array:
        column = self.reading.columns.get(name)
        if column is None:
            return np.full(len(self.reading.lines), np.nan)
        number, there = column.numbers(), column.text != ""
        mci = (
            f" (1 mCi is {self.data.checks.mbq_per_mci.value:g} MBq)"
            if "bq" in unit.lower()
            else ""
        )
        expected = f"a number in {unit}{mci}" if "such as" not in unit else unit
        if "hours" in unit:
            expected = f"a number of {unit}"
        if required:
            self.reading.faults(~there, name, expected)
        self.reading.faults(there & ~np.isfinite(number), name, expected)
        with np.errstate(invalid="ignore"):
            outside = np.isfinite(number) & ((number <= band.low) | (number > band.high))
        if name.endswith("cv_percent") or name == "haematocrit":
            self.reading.faults(
                outside, name, f"{expected}, above {band.low:g} and up to {band.high:g}"
            )
        else:
            for row in np.flatnonzero(outside):
                hint = self._other_unit(name, float(number[row]), band)
                limits = f"above {band.low:g} and up to {band.high:g}"
                self.reading.fault(int(row), name, f"{expected}, {limits}{hint}")
        return np.where(outside, np.nan, number)

    def _other_unit(self, name: str, value: float, band: Band) -> str:
        """Say which unit would make sense of a value that does not fit."""
        mci = self.data.checks.mbq_per_mci.value
        tried = {
            "administered_gbq": (("mCi", mci / _MBQ_PER_GBQ), ("MBq", 1 / _MBQ_PER_GBQ)),
            "activity_mbq": (("kBq", 1 / _MBQ_PER_GBQ), ("Bq", 1e-6)),
        }.get(name, ())
        for unit, factor in tried:
            if band.low < value * factor <= band.high:
                return f"; as {unit} it would be {value * factor:g}: which unit is it in?"
        return ""

    def _word(self, name: str, known: tuple[str, ...]) -> NDArray[np.object_]:
        text = np.array([cell.lower() for cell in self._text(name)], dtype=object)
        wrong = (text != "") & ~np.isin(text.astype(str), known)
        for row in np.flatnonzero(wrong):
            expected = f"one of {', '.join(known)}"
            self.reading.fault(int(row), name, expected, nearest(str(text[row]), known))
        return text

    def _corrected(self) -> NDArray[np.bool_]:
        name = "decay_corrected"
        text = self._text(name)
        if name not in self.reading.columns:
            expected = (
                "a column 'decay_corrected' (yes or no) or the statement for the whole file "
                "(--decay-corrected or --not-decay-corrected); it is never guessed"
            )
            self.reading.problems.append(Problem(self.reading.file, 1, "", name, "", expected))
        else:
            wrong = ~np.isin(np.char.lower(text.astype(str)), list(_YES))
            self.reading.faults(
                wrong, name, "yes (activities corrected to the time of injection) or no"
            )
        return np.array([_YES.get(cell.lower(), False) for cell in text], dtype=bool)

    def series(self) -> Series | None:
        """Return the curves, or None where the cells do not make any."""
        keys: dict[tuple[Any, ...], int] = {}
        group = np.array(
            [
                keys.setdefault(key, len(keys))
                for key in zip(self.patient, self.cycle.tolist(), self.region, strict=True)
            ],
            dtype=np.intp,
        )
        if not keys:
            problem = Problem(self.reading.file, None, "", "", "", "at least one row")
            self.reading.problems.append(problem)
            return None
        order = np.argsort(group, kind="stable")
        counts = np.bincount(group, minlength=len(keys))
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        place = np.arange(len(group)) - np.repeat(first, counts)
        self._check_times(group, order)
        constants = {
            name: self._constant(name, values, group, order, first)
            for name, values in {
                "mass_g": self.mass,
                "mass_cv_percent": self.mass_cv,
                "administered_gbq": self.administered,
                "haematocrit": self.haematocrit,
                "sex": self.sex,
                "liver_lesions": self.liver_lesions,
                "decay_corrected": self.corrected,
            }.items()
        }
        self._check_stated_errors(group, order, counts)
        self._check_total(constants["administered_gbq"], group)
        if self.reading.problems:
            return None
        at = (group[order], place)

        def wide(values: Array, empty: float) -> Array:
            found = np.full((len(keys), int(counts.max())), empty)
            found[at] = values[order]
            return found

        times, measured = wide(self.time, np.nan), wide(self.activity, np.nan)
        used = np.isfinite(times)
        times = np.where(used, times, 1.0)
        corrected = constants["decay_corrected"].astype(bool)
        activity = uncorrected(
            np.where(used, measured, 1.0),
            times,
            np.broadcast_to(corrected[:, None], times.shape),
            self.data.physics.decay_per_h,
        )
        leads = order[first]
        return Series(
            self.patient[leads],
            self.cycle[leads],
            self.region[leads],
            self.reading.lines[leads],
            Curves(times, activity, used, wide(self.cv, np.nan)),
            measured,
            corrected,
            constants["mass_g"].astype(float),
            constants["mass_cv_percent"].astype(float),
            constants["administered_gbq"].astype(float),
            constants["sex"],
            constants["liver_lesions"],
            constants["haematocrit"].astype(float),
        )

    def _check_times(self, group: NDArray[np.intp], order: NDArray[np.intp]) -> None:
        time, same = self.time[order], group[order][1:] == group[order][:-1]
        with np.errstate(invalid="ignore"):
            later = time[1:] - time[:-1]
            for row in np.flatnonzero(same & (later <= 0)):
                before = f"{time[row]:g} h on line {self.reading.lines[order[row]]}"
                what = "each time once" if later[row] == 0 else "times in order"
                self.reading.fault(int(order[row + 1]), "time_h", f"{what} (before it: {before})")

    def _constant(
        self,
        name: str,
        values: NDArray[Any],
        group: NDArray[np.intp],
        order: NDArray[np.intp],
        first: NDArray[np.intp],
    ) -> NDArray[Any]:
        """Return the one value of each curve; a cell that says something else is a problem."""
        ordered, groups = values[order], group[order]
        known = ordered != "" if values.dtype == object else ~np.isnan(ordered.astype(float))
        found = ordered[first].copy()
        # The first known value of each curve: written backwards, so that the first one stays.
        rows = np.flatnonzero(known)[::-1]
        found[groups[rows]] = ordered[rows]
        wrong = known & (ordered != found[groups])
        for row in np.flatnonzero(wrong):
            self.reading.fault(
                int(order[row]),
                name,
                f"one value for the whole curve (before it: {found[groups[row]]})",
            )
        return found

    def _check_stated_errors(
        self, group: NDArray[np.intp], order: NDArray[np.intp], counts: NDArray[np.intp]
    ) -> None:
        stated = np.isfinite(self.cv)
        some = np.bincount(group, weights=stated, minlength=len(counts))
        mixed = (some > 0) & (some < counts)
        for row in np.flatnonzero(mixed[group] & ~stated):
            self.reading.fault(
                int(row), "activity_cv_percent", "an error for each point or for none"
            )

    def _check_total(self, administered: NDArray[Any], group: NDArray[np.intp]) -> None:
        with np.errstate(invalid="ignore"):
            more = self.activity > administered.astype(float)[group] * _MBQ_PER_GBQ
        self.reading.faults(
            np.asarray(more), "activity_mbq", "no more in a region than was administered"
        )
