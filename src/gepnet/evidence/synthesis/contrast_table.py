"""A table of published contrasts: a row a study and two treatments, with its interval."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal

from gepnet.knowledge import InputError, Problem, check_known, refuse
from gepnet.tables import Cells, Column, Shown, Table, number, one_of, read_grid, text, truth

Measure = Literal["hr", "or", "rr", "md"]
#: What is pooled, by the name of its column: words, and whether it is a ratio.
MEASURES: Mapping[str, tuple[str, bool]] = {
    "hr": ("hazard ratio", True),
    "or": ("odds ratio", True),
    "rr": ("risk ratio", True),
    "md": ("mean difference", False),
}
#: What a reader did with an interval that is clearly off its middle is worth a look.
SKEWED = 0.15
_VERIFIED = ("primary", "secondary", "unverified")


@dataclass(frozen=True)
class ContrastRow:
    """One published contrast; ``effect`` and ``se`` are on the scale that is pooled.

    Attributes:
        value: as printed, with the ends of its interval at ``level`` percent, if it had one.
        verification: how far somebody checked the figure; None where the table does not say.
        precision: by how much rounding may have moved the effect.
        left_out: why it is not pooled; empty if it is.
    """

    study: str
    treat1: str
    treat2: str
    value: float
    low: float | None
    high: float | None
    level: float
    effect: float
    se: float
    source: str
    verification: str | None
    note: str
    line: Annotated[int, Shown(hidden=True)] = 0
    precision: Annotated[float, Shown(hidden=True)] = 0.0
    left_out: str = ""

    @property
    def interval(self) -> tuple[float, float]:
        """The interval as printed; of a standard error, the one at 95 % that it stands for."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        half = NormalDist().inv_cdf(0.975) * self.se
        if self.effect == self.value:
            return self.value - half, self.value + half
        return math.exp(self.effect - half), math.exp(self.effect + half)


@dataclass(frozen=True)
class ContrastTable:
    """The rows of a table, all of one measure.

    Attributes:
        file: where they were read.
        measure: what they are.
        rows: those that are pooled, and those that are left out.
        assumed: treatments that were taken for the same, as ``octreotide60 = octreotide30``.
        notes: what to know of the figures.
    """

    file: str
    measure: Measure
    rows: tuple[ContrastRow, ...]
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def used(self) -> tuple[ContrastRow, ...]:
        """The rows that are pooled."""
        return tuple(row for row in self.rows if not row.left_out)

    @property
    def is_ratio(self) -> bool:
        """Whether effects are logarithms of ratios."""
        return MEASURES[self.measure][1]

    @property
    def words(self) -> str:
        """What the measure is called."""
        return MEASURES[self.measure][0]

    @property
    def precision(self) -> float:
        """By how much printed contrasts of a trial of three arms may miss adding up."""
        return max(0.001, 3 * max((row.precision for row in self.used), default=0.0))

    def shown(self, effect: float) -> float:
        """Return an effect as people read it: a ratio, or the difference itself."""
        return math.exp(effect) if self.is_ratio else effect


def read_contrasts(
    source: Path,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    same: Iterable[str] = (),
    needs_treatments: bool = True,
) -> ContrastTable:
    """Read a table of contrasts.

    Columns: ``study``; ``treat1`` and ``treat2``; one of ``hr``, ``or``, ``rr`` and ``md`` with
    ``ci_low`` and ``ci_high`` (at ``ci_level`` percent, by default 95), or with ``se`` (of the
    logarithm for a ratio); perhaps ``source``, ``verification`` (primary, secondary, unverified),
    ``verified`` (true, false) and ``note``. Further columns are passed over.

    Args:
        source: CSV or Parquet.
        include: studies whose unverified figures are pooled all the same.
        exclude: studies to leave out.
        same: pairs of treatments to take for one, as ``octreotide60=octreotide30``: the first is
            called by the name of the second.
        needs_treatments: whether the table has to name treatments.

    Raises:
        InputError: with every faulty cell, and for a study or treatment that is not there.
    """
    grid = read_grid(source)
    there = [name for name, _ in grid.titles if name in MEASURES]
    if len(there) != 1:
        told = "one column hr, or, rr or md: what is pooled"
        raise InputError([Problem(grid.file, 1, "", " ".join(there), "", told)])
    measure: Measure = there[0]  # type: ignore[assignment]
    reading = _table(measure, needs_treatments).read(grid)
    if not reading.rows:
        raise InputError([Problem(grid.file, 1, "", "", "", "at least one study")])
    return table_of(grid.file, measure, reading.rows, include, exclude, same)


def table_of(
    file: str,
    measure: Measure,
    read: Iterable[ContrastRow],
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    same: Iterable[str] = (),
) -> ContrastTable:
    """Return rows as a table: those that are pooled, those that are not, and what was assumed.

    Raises:
        InputError: for a study or treatment that is not there, or if nothing is left to pool.
    """
    rows = list(read)
    for name, given in (("include", include), ("exclude", exclude)):
        check_known(name, given, {row.study for row in rows}, "a study of the table")
    rows = [_judged(row, include, exclude) for row in rows]
    renamed = [_same(pair, rows) for pair in same]
    for old, new in renamed:
        rows = [
            replace(
                row,
                treat1=new if row.treat1 == old else row.treat1,
                treat2=new if row.treat2 == old else row.treat2,
            )
            for row in rows
        ]
    table = ContrastTable(
        file,
        measure,
        tuple(rows),
        tuple(f"{old} is taken for {new}" for old, new in renamed),
        tuple(_notes(rows, MEASURES[measure][1])),
    )
    if not table.used:
        raise InputError([Problem(file, 1, "", "", "", _nothing_left(rows))])
    return table


def _table(measure: Measure, needs_treatments: bool) -> Table[ContrastRow]:
    ratio = MEASURES[measure][1]
    value = number("a ratio above 0", above=0) if ratio else number("a number")
    end = number("an end of the interval, above 0", above=0) if ratio else number()

    def make(cells: Cells) -> ContrastRow:
        return _row(cells, measure)

    return Table(
        columns=(
            Column("study", text("the name of a study")),
            Column("treat1", text("a treatment"), needs_treatments, default=""),
            Column("treat2", text("a treatment"), needs_treatments, default=""),
            Column(measure, value),
            Column("ci_low", end, False),
            Column("ci_high", end, False),
            Column("ci_level", number("a percentage such as 95", above=50), False),
            Column("se", number("a standard error above 0", above=0), False),
            Column("source", text(), False, default=""),
            Column("verification", one_of(_VERIFIED), False),
            Column("verified", truth(), False),
            Column("note", text(), False, default=""),
        ),
        make=make,
        checks=(_check_interval,),
        open=True,
        naming="{study}",
    )


def _check_interval(cells: Cells) -> None:
    low, high, se = cells["ci_low"], cells["ci_high"], cells["se"]
    measure = next(name for name in MEASURES if name in cells.values)
    value, level = cells[measure], cells["ci_level"]
    if cells["treat1"] and cells["treat1"] == cells["treat2"]:
        cells.fault("treat2", "another treatment than treat1")
    if level is not None and level >= 100:
        cells.fault("ci_level", "a percentage below 100")
    if (low is None) != (high is None):
        cells.fault("ci_low" if low is None else "ci_high", "both ends of the interval")
    elif low is None and se is None:
        cells.fault("ci_low", "an interval (ci_low, ci_high) or a standard error (se)")
    elif low is not None and not low < high:
        cells.fault("ci_high", "an end above ci_low")
    elif low is not None and value is not None and not low <= value <= high:
        cells.fault(measure, f"a value inside its interval {low} to {high}")


def _row(cells: Cells, measure: Measure) -> ContrastRow:
    verification = cells["verification"]
    if verification is None and cells["verified"] is not None:
        verification = "secondary" if cells["verified"] else "unverified"
    return contrast_row(
        MEASURES[measure][1],
        cells[measure],
        (cells["ci_low"], cells["ci_high"], cells["ci_level"] or 95),
        None if cells["ci_low"] is not None else float(cells["se"]),
        study=cells["study"],
        treat1=cells["treat1"],
        treat2=cells["treat2"],
        source=cells["source"],
        verification=verification,
        note=cells["note"],
        line=cells.line,
    )


def contrast_row(
    ratio: bool,
    value: Decimal,
    interval: tuple[Decimal | None, Decimal | None, Decimal | float],
    se: float | None = None,
    **told: Any,
) -> ContrastRow:
    """Return a contrast as it is pooled: on logarithms where it is a ratio.

    Args:
        ratio: whether it is one.
        value: as printed, by whose last digit the row knows how exact it is.
        interval: both ends and the level in percent; None where ``se`` is printed instead.
        se: the standard error.
        told: the other fields of the row.
    """
    from gepnet.numbers.meta import standard_error

    low, high, level = (None if end is None else float(end) for end in interval)
    assert level is not None
    if low is not None and high is not None:
        se = standard_error(low, high, level / 100, ratio)
    assert se is not None, "an interval or a standard error"
    step = value.as_tuple().exponent
    rounding = 0.5 * 10.0 ** (step if isinstance(step, int) else 0)
    number = float(value)
    effect, precision = (math.log(value), rounding / number) if ratio else (number, rounding)
    return ContrastRow(
        value=number, low=low, high=high, level=level, effect=effect, se=se, precision=precision,
        **told,
    )  # fmt: skip


def _judged(row: ContrastRow, include: Collection[str], exclude: Collection[str]) -> ContrastRow:
    if row.study in exclude:
        return replace(row, left_out="left out by name")
    if row.verification == "unverified" and row.study not in include:
        return replace(row, left_out="unverified, and not included by name")
    return row


def _same(pair: str, rows: Iterable[ContrastRow]) -> tuple[str, str]:
    old, mark, new = (part.strip() for part in pair.partition("="))
    known = {name for row in rows for name in (row.treat1, row.treat2)}
    if not mark or not old or not new or old == new:
        raise refuse("same", pair, "two treatments, as octreotide60=octreotide30")
    check_known("same", (old, new), known, "a treatment of the table")
    return old, new


def _notes(rows: Iterable[ContrastRow], ratio: bool) -> Iterable[str]:
    for row in rows:
        if row.low is None or row.high is None or row.left_out:
            continue
        ends = (math.log(row.low), math.log(row.high)) if ratio else (row.low, row.high)
        middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
        if abs(row.effect - middle) > SKEWED * half:
            scale = "on the logarithmic scale " if ratio else ""
            yield (
                f"{row.study}: {row.value:g} is {scale}not in the middle of its interval "
                f"{row.low:g} to {row.high:g}; one of the three may be misprinted"
            )
        if row.level != 95:
            yield f"{row.study}: its interval is at {row.level:g} %, and was read so"
        if row.verification == "unverified":
            yield f"{row.study}: its figure is unverified, and was included by name"


def _nothing_left(rows: Iterable[ContrastRow]) -> str:
    why = "; ".join(f"{row.study} is {row.left_out}" for row in rows)
    return f"a study that can be pooled ({why})"
