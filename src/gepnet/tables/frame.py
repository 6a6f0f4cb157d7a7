"""The same tables as columns of text, for very many rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.tables.grid import Grid, read_grid, read_header
from gepnet.tables.table import Table
from gepnet.vocabulary import ValueProblem

LINE = "line"


def read_texts(path: Path, table: Table[Any]) -> pl.DataFrame:
    """Return every column of ``table`` as texts, null where a cell is empty, and ``line``.

    The values are not judged; the header and the shape of the file are, as by ``Table.read``.

    Raises:
        InputError: with every fault of the file, if its columns or rows are no such table.
    """
    raw = None if path.suffix.casefold() == ".parquet" else _fast(path, table)
    if raw is None:
        # Whatever the fast reader does not understand the careful one reads or explains.
        grid = read_grid(path)
        table.check(grid)
        raw = pl.DataFrame({name: grid.column(name) for name in grid.header})
        raw = raw.cast(pl.String).with_columns(pl.Series(LINE, grid.lines, dtype=pl.UInt32))
    names = [column.name for column in table.columns]
    absent = [pl.lit(None, dtype=pl.String).alias(n) for n in names if n not in raw.columns]
    texts = raw.with_columns(absent).select(LINE, pl.col(names).str.strip_chars())
    texts = texts.with_columns(pl.when(pl.col(n) != "").then(pl.col(n)).alias(n) for n in names)
    return texts.filter(pl.any_horizontal(pl.col(names).is_not_null()))


def typed(
    texts: pl.DataFrame, table: Table[Any], kinds: Mapping[str, type[pl.DataType]]
) -> tuple[pl.DataFrame, pl.Series]:
    """Return some columns of ``read_texts`` as values, and which rows have a faulty cell.

    Each different text is read once, by the reader of its column. What cannot be read is null; all
    columns are looked at.
    """
    values: list[pl.Expr] = []
    faulty = pl.lit(False)
    for column in table.columns:
        cell, read, bad = pl.col(column.name), dict[str, object](), list[str]()
        for text in texts[column.name].unique().drop_nulls():
            try:
                read[text] = column.read(text)
            except ValueProblem:
                bad.append(text)
        faulty |= cell.is_null() if column.needed else pl.lit(False)
        faulty |= cell.is_in(bad) if bad else pl.lit(False)
        if column.name in kinds:
            kind = kinds[column.name]
            values.append(cell.replace_strict(read, default=None, return_dtype=kind))
    found = texts.select(*values, faulty.fill_null(True).alias("_faulty"))
    return found.drop("_faulty"), found["_faulty"]


def grid_of(texts: pl.DataFrame, file: str) -> Grid:
    """Return rows of ``read_texts`` for the reader of single rows, which says what is wrong."""
    columns = texts.drop(LINE).fill_null("")
    rows = [list(row) for row in columns.iter_rows()]
    return Grid(file, columns.columns, rows, texts[LINE].to_list())


def _fast(path: Path, table: Table[Any]) -> pl.DataFrame | None:
    """Return the columns of a text whose rows are its lines; None where that is not sure."""
    try:
        content = path.read_bytes()
        head = read_header(content.partition(b"\n")[0].decode(), str(path))
        if head.problems:
            return None
        table.check(head)
        raw = pl.read_csv(
            content, infer_schema=False, separator=head.separator, has_header=False, skip_rows=1
        )
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError):
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if len(raw) != lines - 1 or raw.width > len(head.header):
        return None
    raw.columns = head.header[: raw.width]
    return raw.with_row_index(LINE, offset=2)
