"""A table from outside: its columns in gepnet's own types, and every cell that cannot be used.

A cell that a fact cannot have (an unknown spelling, a number out of range, one bound without the
other) is unknown for the assessment and an error in the report: never a crash, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from gepnet.criteria.columns import absent_column, columns_of, high_column, low_column
from gepnet.facts.frame import column_type
from gepnet.knowledge import nearest
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import Fact, Vocabulary

ROW = "__row"
FAULTY = "__faulty"
_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
# A stored decimal times its power of ten is whole or half up to binary noise of this size.
_NOISE = 1e-6


@dataclass(frozen=True)
class Normal:
    """How the columns of a table become those of its facts.

    ``columns`` are expressions over the table, ``faults`` say for each of its columns whether a
    cell of it cannot be used.
    """

    columns: dict[str, pl.Expr]
    faults: dict[str, pl.Expr]


def supplied_columns(facts: Iterable[Fact], schema: Mapping[str, pl.DataType]) -> frozenset[str]:
    """Return the columns of facts that a table gives, a point column standing for both bounds."""
    found: set[str] = set()
    for fact in facts:
        names = set(columns_of(fact))
        if fact.entry.interval and fact.id in schema and low_column(fact) not in schema:
            found |= {name for name in names if name != absent_column(fact) or name in schema}
        elif {low_column(fact), high_column(fact)} <= set(schema):
            found |= names & set(schema)
    return frozenset(found)


def normal(facts: Iterable[Fact], schema: Mapping[str, pl.DataType]) -> Normal:
    """Return how to read the facts that the table gives."""
    columns: dict[str, pl.Expr] = {}
    faults: dict[str, pl.Expr] = {}
    for fact in facts:
        given = supplied_columns([fact], schema)
        if not given:
            continue
        if fact.type == "number":
            part = _number(fact, schema)
        elif fact.type == "enum":
            part = _enum(fact, schema)
        elif fact.type == "boolean":
            part = _boolean(fact.id, schema[fact.id])
        else:
            part = _date(fact, schema)
        absent = absent_column(fact)
        if absent is not None and absent in given:
            part = _with_absence(fact, absent, schema, part)
        columns |= part.columns
        faults |= part.faults
    return Normal(columns, faults)


def unknown_columns(schema: Iterable[str], vocabulary: Vocabulary) -> dict[str, str | None]:
    """Return the columns that are no column of any fact, each with the nearest fact."""
    known = {name for fact in vocabulary.values() for name in (*columns_of(fact), fact.id)}
    return {name: nearest(name, known) for name in schema if name not in known}


def _number(fact: Fact, schema: Mapping[str, pl.DataType]) -> Normal:
    names = [low_column(fact), high_column(fact)]
    sources = names if set(names) <= set(schema) else [fact.id, fact.id]
    read = [_read_number(fact, name, schema[name]) for name in dict.fromkeys(sources)]
    values = [value for value, _ in read]
    faults = {name: bad for name, (_, bad) in zip(dict.fromkeys(sources), read, strict=True)}
    if len(values) == 1:
        return Normal(dict.fromkeys(names, _unless(faults[sources[0]], values[0])), faults)
    low, high = values
    one_sided = low.is_null() != high.is_null()
    disordered = (one_sided | (low > high)).fill_null(False)
    bad = faults[names[0]] | faults[names[1]] | disordered
    faults[names[0]] = faults[names[0]] | disordered
    columns = {name: _unless(bad, value) for name, value in zip(names, values, strict=True)}
    return Normal(columns, faults)


def _read_number(fact: Fact, name: str, kind: pl.DataType) -> tuple[pl.Expr, pl.Expr]:
    """Return a number rounded to the precision of its fact, and where it cannot be used."""
    column = pl.col(name)
    if not (kind.is_numeric() or kind == pl.String):
        return pl.lit(None, dtype=pl.Float64), column.is_not_null()
    value = column if kind == pl.Float64 else column.cast(pl.Float64, strict=False)
    step, places = as_steps(fact.precision)
    scaled = value * 10**places / step if step != 1 else value * 10**places
    if kind.is_integer() and places == 0 and step == 1:
        rounded = value
    else:
        half = (scaled * 2).round()
        tie = (scaled * 2 - half).abs() <= _NOISE
        snapped = pl.when(tie).then(half / 2).otherwise(scaled)
        rounded = snapped.round(mode="half_to_even") * step / 10**places
    least, greatest = fact.entry.range or (None, None)
    usable = value.is_finite()
    if least is not None and greatest is not None:
        usable = rounded.is_between(float(least), float(greatest))
    if kind == pl.String:
        bad = column.is_not_null() & ~usable.fill_null(False)
    else:
        bad = (~usable | value.is_nan()).fill_null(False)
    return rounded, bad


def _enum(fact: Fact, schema: Mapping[str, pl.DataType]) -> Normal:
    column, kind = pl.col(fact.id), schema[fact.id]
    wanted = column_type(fact, fact.id)
    if kind == wanted:
        return Normal({fact.id: column}, {})
    if not (kind == pl.String or isinstance(kind, pl.Enum | pl.Categorical)):
        return Normal({fact.id: pl.lit(None, dtype=wanted)}, {fact.id: column.is_not_null()})
    value = column.cast(wanted, strict=False)
    return Normal({fact.id: value}, {fact.id: column.is_not_null() & value.is_null()})


def _boolean(name: str, kind: pl.DataType) -> Normal:
    column = pl.col(name)
    if kind == pl.Boolean:
        return Normal({name: column}, {})
    if kind != pl.String:
        return Normal({name: pl.lit(None, dtype=pl.Boolean)}, {name: column.is_not_null()})
    text = column.str.to_lowercase()
    value = pl.when(text == "true").then(True).when(text == "false").then(False)
    return Normal({name: value}, {name: column.is_not_null() & value.is_null()})


def _date(fact: Fact, schema: Mapping[str, pl.DataType]) -> Normal:
    column, kind = pl.col(fact.id), schema[fact.id]
    if kind == pl.Date:
        return Normal({fact.id: column.dt.to_string("%Y-%m-%d")}, {})
    if kind != pl.String:
        return Normal({fact.id: pl.lit(None, dtype=pl.String)}, {fact.id: column.is_not_null()})
    full = pl.concat_str([column, pl.lit("-01-01")]).str.slice(0, 10)
    good = column.str.contains(_DATE) & full.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    bad = ~good & column.is_not_null()
    return Normal({fact.id: _unless(bad, column)}, {fact.id: bad})


def _with_absence(
    fact: Fact, absent: str, schema: Mapping[str, pl.DataType], part: Normal
) -> Normal:
    """Add "not applicable", which a value beside it contradicts."""
    flag = _boolean(absent, schema[absent])
    marked = flag.columns[absent].fill_null(False)
    value = low_column(fact) if low_column(fact) in schema else fact.id
    both = marked & pl.col(value).is_not_null()
    bad = reduce(or_, [both, *flag.faults.values()])
    columns = {name: _unless(both, column) for name, column in part.columns.items()}
    columns[absent] = marked & ~both
    return Normal(columns, {**part.faults, absent: bad})


def _unless(bad: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(~bad).then(value)


__all__ = ["FAULTY", "ROW", "Normal", "normal", "supplied_columns", "unknown_columns"]
