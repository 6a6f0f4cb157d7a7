"""Tables whose columns have drifted from the types of their kind: read as far as they can be.

A registry is written in the types of its kinds. One that another program wrote, or an older
version, may have a date as text or a number as words: what can be read so is, what cannot is set
aside by row.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass

import polars as pl

from gepnet.facts.events.schema import PATIENT
from gepnet.vocabulary import SEPARATOR

_TOLD = 1000  # beyond this many, rows set aside are counted but not listed
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class SetAside:
    """One row that is not used; row -1 is a whole column or table, whose ``rows`` are told."""

    kind: str
    patient: str
    row: int
    field: str
    value: str
    why: str
    rows: int = 1


def fitted(
    kind: str,
    table: pl.DataFrame,
    schema: Mapping[str, pl.DataType],
    aside: MutableSequence[SetAside],
) -> pl.DataFrame:
    """Return a table in the types of its kind, without the rows that cannot be read so.

    Args:
        kind: of the table.
        table: as it was read.
        schema: the type of each column that is looked at; others stay as they are.
        aside: gets what is set aside.
    """
    if PATIENT not in table.columns:
        if len(table):
            told = f"a column '{PATIENT}'"
            aside.append(SetAside(kind, "", -1, PATIENT, "", told, len(table)))
        return pl.DataFrame(schema={PATIENT: pl.String()})
    if kind == "treatment" and "start" not in table.columns:
        table = table.with_columns(start=pl.lit(None, dtype=pl.Date))
    lost = pl.repeat(False, len(table), eager=True)
    for name, wanted in schema.items():
        if name not in table.columns or table[name].dtype == wanted:
            continue
        column = table[name]
        read = _read(column, wanted)
        bad = column.is_not_null() & read.is_null() & ~lost
        names = table[PATIENT].cast(pl.String)
        for row in bad.arg_true().head(_TOLD).to_list():
            patient = names[row] or ""
            aside.append(SetAside(kind, patient, row, name, str(column[row]), _expected(wanted)))
        beyond = int(bad.sum()) - _TOLD
        if beyond > 0:
            told = f"{_expected(wanted)}; as many further rows"
            aside.append(SetAside(kind, "", -1, name, "", told, beyond))
        lost |= bad
        table = table.with_columns(read.alias(name))
    return table.filter(~lost) if lost.any() else table


def _read(column: pl.Series, wanted: pl.DataType) -> pl.Series:
    """Return a column in another type; what cannot be read so is null."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        text = column.str.strip_chars()
        if wanted == pl.Date:
            return text.str.to_date("%Y-%m-%d", strict=False)
        if wanted == pl.Boolean:
            low = text.str.to_lowercase()
            return low.replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean)
        if wanted == pl.List(pl.String):
            return text.str.split(SEPARATOR).list.eval(pl.element().str.strip_chars())
    elif wanted in (pl.Date, pl.Boolean) and column.dtype.is_numeric():
        return pl.Series(column.name, [None] * len(column), dtype=wanted)  # nobody says what 1 is
    try:
        return column.cast(wanted, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(column.name, [None] * len(column), dtype=wanted)


def _expected(wanted: pl.DataType) -> str:
    if wanted == pl.Date:
        return "a day, as 2026-01-31"
    if wanted == pl.Boolean:
        return "true or false"
    if wanted.is_numeric():
        return "a number"
    return "words with a semicolon between them" if wanted == pl.List(pl.String) else "a text"
