"""A table from outside: its columns in gepnet's own types, and every cell that cannot be used.

A cell that a fact cannot have (an unknown spelling, a number out of range, one bound without the
other) is unknown for the assessment and an error in the report: never a crash, never silence.
Batches are read column by column, and what is only needed for a faulty column is only done there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from gepnet.criteria.columns import absent_column, columns_of, high_column, low_column
from gepnet.facts.frame import column_type, first_day
from gepnet.facts.wide import supplied_columns
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import Fact

ROW = "__row"
Schema = Mapping[str, pl.DataType]
_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
# A decimal number times its power of ten is whole or half up to binary noise of this size.
_NOISE = 1e-6


@dataclass(frozen=True, order=True)
class Fault:
    """A cell that cannot be used; rows count from 0."""

    row: int
    column: str
    value: str


class Reader:
    """Reads batches of one schema into the columns of some facts."""

    def __init__(self, facts: Iterable[Fact], schema: Schema, kept: Iterable[str] = ()) -> None:
        """Note what the table gives.

        Args:
            facts: to read.
            schema: of the table.
            kept: other columns to pass on as they are.
        """
        self.kept = tuple(kept)
        self.facts = tuple(fact for fact in facts if supplied_columns([fact], schema))
        self.given = supplied_columns(self.facts, schema)
        self.sources = tuple(
            name
            for fact in self.facts
            for name in dict.fromkeys([*columns_of(fact), fact.id])
            if name in schema
        )
        self.schema = {name: schema[name] for name in self.kept}
        for fact in self.facts:
            names = [name for name in columns_of(fact) if name in self.given]
            self.schema |= {name: column_type(fact, name) for name in names}

    def read(self, batch: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Return a batch in gepnet's own types, and its faults (rows from column ``__row``)."""
        work = _Batch(batch)
        for fact in self.facts:
            work.read(fact, self.given)
        kept = [batch[name] for name in self.kept]
        columns = [work.columns[name] for name in self.schema if name not in self.kept]
        return pl.DataFrame([*kept, *columns]), work.faults


@dataclass
class _Batch:
    table: pl.DataFrame
    columns: dict[str, pl.Series] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, fact: Fact, given: frozenset[str]) -> None:
        if fact.type == "number":
            found = self._number(fact)
        elif fact.type == "enum":
            found = {fact.id: self._enum(fact)}
        elif fact.type == "boolean":
            found = {fact.id: self._boolean(fact.id)}
        else:
            found = {fact.id: self._date(fact)}
        absent = absent_column(fact)
        if absent is not None and absent in given:
            found = self._absence(fact, absent, found)
        self.columns |= {name: column.rename(name) for name, column in found.items()}

    def _fault(self, name: str, bad: pl.Series, value: pl.Series) -> pl.Series:
        """List the cells of ``name`` where ``bad`` is true, and make them unknown."""
        bad = bad.fill_null(False)
        if not bad.any():
            return value
        rows = self.table[ROW] if ROW in self.table.columns else pl.int_range(len(bad), eager=True)
        for row, cell in zip(rows.filter(bad), self.table[name].filter(bad), strict=True):
            self.faults.append(Fault(row, name, str(cell)))
        return _hidden(value, bad)

    def _number(self, fact: Fact) -> dict[str, pl.Series]:
        names = [low_column(fact), high_column(fact)]
        if names[0] == names[1] or not set(names) <= set(self.table.columns):
            return dict.fromkeys(names, self._measured(fact, fact.id))
        low, high = (self._measured(fact, name) for name in names)
        if low.null_count() or high.null_count():
            alone = low.is_null() != high.is_null()
            low = self._fault(names[0], alone & low.is_not_null(), low)
            high = self._fault(names[1], alone & high.is_not_null(), high)
        disordered = low > high
        if disordered.any():
            low, high = self._fault(names[0], disordered, low), _hidden(high, disordered)
        return dict(zip(names, (low, high), strict=True))

    def _measured(self, fact: Fact, name: str) -> pl.Series:
        """Return a number rounded to the precision of its fact."""
        column = self.table[name]
        if not (column.dtype.is_numeric() or column.dtype == pl.String):
            empty = pl.Series(name, [None] * len(column), dtype=pl.Float64)
            return self._fault(name, column.is_not_null(), empty)
        value = column.cast(pl.Float64, strict=False)
        if column.dtype == pl.String:
            value = self._fault(name, column.is_not_null() & value.is_null(), value)
        value = _rounded(fact, value)
        assert fact.entry.range is not None
        least, greatest = (float(end) for end in fact.entry.range)
        return self._fault(name, ~value.is_between(least, greatest), value)

    def _enum(self, fact: Fact) -> pl.Series:
        column = self.table[fact.id]
        wanted = column_type(fact, fact.id)
        if column.dtype == wanted:
            return column
        if not (column.dtype == pl.String or isinstance(column.dtype, pl.Enum | pl.Categorical)):
            column = column.cast(pl.String, strict=False)
        value = column.cast(wanted, strict=False)
        if value.null_count() == column.null_count():
            return value
        return self._fault(fact.id, column.is_not_null() & value.is_null(), value)

    def _boolean(self, name: str) -> pl.Series:
        column = self.table[name]
        if column.dtype == pl.Boolean:
            return column
        if column.dtype != pl.String:
            empty = pl.Series(name, [None] * len(column), dtype=pl.Boolean)
            return self._fault(name, column.is_not_null(), empty)
        text = column.str.to_lowercase()
        value = _hidden(text == "true", ~text.is_in(["true", "false"]))
        return self._fault(name, column.is_not_null() & value.is_null(), value)

    def _date(self, fact: Fact) -> pl.Series:
        column = self.table[fact.id]
        if column.dtype == pl.Date:
            return column.dt.to_string("%Y-%m-%d")
        if column.dtype != pl.String:
            empty = pl.Series(fact.id, [None] * len(column), dtype=pl.String)
            return self._fault(fact.id, column.is_not_null(), empty)
        day = pl.select(first_day(pl.lit(column))).to_series()
        good = column.str.contains(_DATE) & day.is_not_null()
        return self._fault(fact.id, column.is_not_null() & ~good, column)

    def _absence(
        self, fact: Fact, absent: str, found: dict[str, pl.Series]
    ) -> dict[str, pl.Series]:
        """Add "not applicable", which a value beside it contradicts."""
        marked = self._boolean(absent).fill_null(False)
        both = marked & found[low_column(fact)].is_not_null()
        if both.any():
            marked = self._fault(absent, both, marked).fill_null(False)
            found = {name: _hidden(column, both) for name, column in found.items()}
        return {**found, absent: marked}


def _hidden(value: pl.Series, where: pl.Series) -> pl.Series:
    nothing = pl.Series([None], dtype=value.dtype)
    return value.zip_with(~where.fill_null(True), nothing.new_from_index(0, len(value)))


def _rounded(fact: Fact, value: pl.Series) -> pl.Series:
    """Round to the precision of a fact, half to even in decimal; stored values are so already."""
    step, places = as_steps(fact.precision)
    scaled = value * 10**places if step == 1 else value * 10**places / step
    rounded = _stored(scaled.round(), step, places)
    if (rounded == value).all():
        return value
    half = (scaled * 2).round()
    tie = ((scaled * 2 - half).abs() <= _NOISE).fill_null(False)
    snapped = (half / 2).zip_with(tie, scaled)
    return _stored(snapped.round(mode="half_to_even"), step, places)


def _stored(steps: pl.Series, step: int, places: int) -> pl.Series:
    number = steps if step == 1 else steps * step
    if not places:
        return number
    # A column of divisors: by a constant Polars would multiply with its reciprocal.
    return number / pl.Series([10.0**places]).new_from_index(0, len(number))


__all__ = ["ROW", "Fault", "Reader"]
