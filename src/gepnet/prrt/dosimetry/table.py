"""Time-activity data: the CSV file, read as columns, with every problem named.

Columns: ``patient_id, cycle, region, time_h, activity_mbq, mass_g`` and, where known,
``decay_corrected`` (yes or no), ``activity_cv_percent``, ``mass_cv_percent``, ``administered_gbq``,
``sex``, ``liver_lesions`` (excluded, included or none), ``haematocrit``. What is the same for the
whole file may be stated once instead; it fills empty cells.

Units are those of the names. Whether activities are decay-corrected to the injection is never
guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gepnet.knowledge import InputError, Problem, refuse_all, unusable
from gepnet.prrt.dosimetry.data import DosimetryData, Physics, Region
from gepnet.prrt.dosimetry.decay import Array, uncorrected
from gepnet.prrt.dosimetry.doubts import breaches
from gepnet.prrt.dosimetry.doubts import problems as doubts
from gepnet.prrt.dosimetry.fit import Curves
from gepnet.prrt.dosimetry.question import Stated
from gepnet.prrt.dosimetry.words import LiverLesions, Sex
from gepnet.prrt.plausible import Band, Breach
from gepnet.tables import Column, Grid, Table, coded, read_grid, text, whole
from gepnet.vocabulary import Accepting, ValueProblem

_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
#: Columns that say the same in every row of a curve.
_CONSTANT = (
    "mass_g", "mass_cv_percent", "administered_gbq", "haematocrit", "sex", "liver_lesions",
    "decay_corrected",
)  # fmt: skip
_MBQ_PER_GBQ = 1000
# Python reads 1_000 and digits of other scripts as numbers; here somebody meant something else.
_ODD = re.compile(r"[^0-9A-Za-z.+-]")


@dataclass(frozen=True)
class Series:
    """c curves in n columns, each of one patient, cycle and region.

    Numbers that are not known are NaN, words that are not known are empty. ``curves`` holds the
    activities as they were (decay correction taken back), ``measured`` as they were written.
    ``breaches`` are numbers of a curve outside their plausible ranges, all accepted.
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
    breaches: Mapping[int, list[Breach]] = field(default_factory=dict)
    accepting: Accepting = field(default_factory=Accepting)

    def __len__(self) -> int:
        """Number of curves."""
        return len(self.patient)

    def by_region(self, physics: Physics) -> Iterator[tuple[Region | None, NDArray[np.bool_]]]:
        """Yield each region, None where the physics has none, with the curves that are of it."""
        names, places = np.unique(self.region.astype(str), return_inverse=True)
        for index, name in enumerate(names):
            yield physics.region(str(name)), places == index


def time_activity_table(data: DosimetryData, stated: Stated) -> Table[Any]:
    """Return the columns of time-activity data; what was stated stands for an empty cell."""
    ranges = data.checks.plausible_input
    haematocrit = data.physics.marrow.haematocrit_range
    mci = data.checks.mbq_per_mci.value
    in_mci = f"(1 mCi is {mci:g} MBq)"
    mbq_units = (("kBq", 1 / _MBQ_PER_GBQ), ("Bq", 1e-6))
    gbq_units = (("mCi", mci / _MBQ_PER_GBQ), ("MBq", 1 / _MBQ_PER_GBQ))
    time = _amount("a number of hours after the injection", ranges.time_h, needed=True)
    told = f"a number in MBq {in_mci}"
    activity = _amount(told, ranges.activity_mbq, mbq_units, needed=True)
    administered = _amount(f"a number in GBq {in_mci}", ranges.administered_gbq, gbq_units)
    percent = _amount("a number in percent", ranges.cv_percent)
    corrected = "yes (activities corrected to the time of injection) or no"

    def optional(name: str, read: Callable[[str], object], empty: object) -> Column:
        said = getattr(stated, name)
        return Column(name, read, needed=False, default=empty if said is None else read(str(said)))

    return Table(
        columns=(
            Column("patient_id", text("a patient id")),
            Column("cycle", whole("a whole number from 1", least=1)),
            Column("region", data.physics.region_reader()),
            Column("time_h", time),
            Column("activity_mbq", activity),
            Column("mass_g", _amount("a number in g", ranges.mass_g)),
            Column(
                "decay_corrected",
                coded(_YES, corrected, fold=True),
                needed=stated.decay_corrected is None,
                default=stated.decay_corrected,
                absent="a column 'decay_corrected' (yes or no) or the statement for the whole file "
                "(--decay-corrected or --not-decay-corrected); it is never guessed",
            ),
            optional("activity_cv_percent", percent, math.nan),
            optional("mass_cv_percent", percent, math.nan),
            optional("administered_gbq", administered, math.nan),
            optional("sex", coded({w: w for w in Sex}, fold=True), ""),
            optional("liver_lesions", coded({w: w for w in LiverLesions}, fold=True), ""),
            optional("haematocrit", _amount("a fraction such as 0.42", haematocrit), math.nan),
        ),
        make=lambda cells: cells.values,
        separators=(",",),
        short_rows=False,
        naming="{patient_id} {region} cycle {cycle}",
        shown=repr,
    )


def _amount(
    expected: str,
    band: Band,
    other_units: tuple[tuple[str, float], ...] = (),
    needed: bool = False,
) -> Callable[[str], float]:
    """Read a number within its band, NaN for an empty cell that is not needed.

    ``other_units`` are those, with their size, in which a number outside the band may be meant.
    """

    def read(cell: str) -> float:
        if not cell and not needed:
            return math.nan
        try:
            value = math.nan if _ODD.search(cell) else float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueProblem(cell, expected)
        if band.low < value <= band.high:
            return value
        told = f"{expected}, above {band.low:g} and up to {band.high:g}"
        for unit, size in other_units:
            if band.low < value * size <= band.high:
                told += f"; as {unit} it would be {value * size:g}: which unit is it in?"
                break
        raise ValueProblem(cell, told)

    return read


def read_series(path: Path, data: DosimetryData, stated: Stated | None = None) -> Series:
    """Read a CSV file of time-activity data.

    Raises:
        InputError: every problem of the file, each with row, column, value and what was expected.
    """
    stated = stated or Stated()
    refuse_all(_stated_problems(time_activity_table(data, Stated()), stated))
    grid, table = read_grid(path), time_activity_table(data, stated)
    table.check(grid)
    if not grid.rows:
        raise unusable(grid.file, "at least one row")
    accepting = Accepting.of(stated.accept, data.plausible.quantities)
    found = _Rows(grid, table, data).series()
    outside = breaches(found, data, accepting)
    refuse_all(doubts(found, outside, grid.file))
    return replace(found, breaches=outside, accepting=accepting)


def _stated_problems(table: Table[Any], stated: Stated) -> Iterator[Problem]:
    """Yield what cannot be: said once, not for every row that it would fill."""
    for column in table.columns:
        value = getattr(stated, column.name, None)
        if value is not None and not isinstance(value, bool):
            try:
                column.read(str(value))
            except ValueProblem as fault:
                told = (column.name, str(value), fault.expected, fault.suggestion)
                yield Problem("stated", None, "", *told)


class _Rows:
    """The rows of a file as columns of values, and as curves."""

    def __init__(self, grid: Grid, table: Table[Any], data: DosimetryData) -> None:
        values, self.problems = table.columns_of(grid)
        self.grid, self.table, self.data = grid, table, data
        self.columns = {name: _array(name, cells) for name, cells in values.items()}
        keys: dict[tuple[Any, ...], int] = {}
        names = (self.columns[name].tolist() for name in ("patient_id", "cycle", "region"))
        #: The curve of each row, and the rows by curve and time, whatever their order in the file.
        self.curve = np.array(
            [keys.setdefault(key, len(keys)) for key in zip(*names, strict=True)], dtype=np.intp
        )
        self.order = np.lexsort((self.columns["time_h"], self.curve))
        self.counts = np.bincount(self.curve, minlength=len(keys))
        self.first = np.concatenate([[0], np.cumsum(self.counts)[:-1]])

    def fault(self, row: int, name: str, expected: str) -> None:
        """Note a faulty cell."""
        cells = self.table.row(self.grid, row)
        cells.fault(name, expected)
        self.problems += cells.problems

    def series(self) -> Series:
        """Return the curves.

        Raises:
            InputError: where the cells do not make any.
        """
        self._check_times()
        constants = {name: self._constant(name) for name in _CONSTANT}
        self._check_stated_errors()
        self._check_total(constants["administered_gbq"])
        if self.problems:
            raise InputError(self.problems)
        curve = self.curve[self.order]
        place = np.arange(len(curve)) - self.first[curve]

        def wide(name: str) -> Array:
            found = np.full((len(self.counts), int(self.counts.max())), np.nan)
            found[curve, place] = self.columns[name][self.order]
            return found

        times, measured = wide("time_h"), wide("activity_mbq")
        used = np.isfinite(times)
        times = np.where(used, times, 1.0)
        corrected = constants["decay_corrected"].astype(bool)
        activity = uncorrected(
            np.where(used, measured, 1.0),
            times,
            np.broadcast_to(corrected[:, None], times.shape),
            self.data.physics.decay_per_h,
        )
        leads = self.order[self.first]
        return Series(
            patient=self.columns["patient_id"][leads],
            cycle=self.columns["cycle"][leads],
            region=self.columns["region"][leads],
            line=np.array(self.grid.lines, dtype=np.intp)[leads],
            curves=Curves(times, activity, used, wide("activity_cv_percent") / 100),
            measured=measured,
            corrected=corrected,
            mass_g=constants["mass_g"],
            mass_cv=constants["mass_cv_percent"] / 100,
            administered_gbq=constants["administered_gbq"],
            sex=constants["sex"],
            liver_lesions=constants["liver_lesions"],
            haematocrit=constants["haematocrit"],
        )

    def _check_times(self) -> None:
        time, curve = self.columns["time_h"][self.order], self.curve[self.order]
        with np.errstate(invalid="ignore"):
            again = np.flatnonzero((curve[1:] == curve[:-1]) & (time[1:] == time[:-1]))
        for row in again:
            before = f"{time[row]:g} h on line {self.grid.lines[self.order[row]]}"
            self.fault(int(self.order[row + 1]), "time_h", f"each time once (before it: {before})")

    def _constant(self, name: str) -> NDArray[Any]:
        """Return the one value of each curve; a cell that says something else is a problem."""
        values, curve = self.columns[name][self.order], self.curve[self.order]
        known = values != "" if values.dtype == object else ~np.isnan(values.astype(float))
        found: NDArray[Any] = values[self.first].copy()
        # The first known value of each curve: written backwards, so that the first one stays.
        rows = np.flatnonzero(known)[::-1]
        found[curve[rows]] = values[rows]
        for row in np.flatnonzero(known & (values != found[curve])):
            told = f"one value for the whole curve (before it: {found[curve[row]]})"
            self.fault(int(self.order[row]), name, told)
        return found

    def _check_stated_errors(self) -> None:
        stated = np.isfinite(self.columns["activity_cv_percent"])
        some = np.bincount(self.curve, weights=stated, minlength=len(self.counts))
        mixed = (some > 0) & (some < self.counts)
        for row in np.flatnonzero(mixed[self.curve] & ~stated):
            self.fault(int(row), "activity_cv_percent", "an error for each point or for none")

    def _check_total(self, administered: NDArray[Any]) -> None:
        with np.errstate(invalid="ignore"):
            more = self.columns["activity_mbq"] > administered[self.curve] * _MBQ_PER_GBQ
        for row in np.flatnonzero(more):
            self.fault(int(row), "activity_mbq", "no more in a region than was administered")


def _array(name: str, cells: list[Any]) -> NDArray[Any]:
    """Return a column; what a faulty cell leaves out is empty, 0 or not a number."""
    if name in ("patient_id", "region", "sex", "liver_lesions"):
        return np.array([cell or "" for cell in cells], dtype=object)
    if name == "cycle":
        return np.array([cell or 0 for cell in cells], dtype=np.intp)
    return np.array(cells, dtype=bool if name == "decay_corrected" else float)
