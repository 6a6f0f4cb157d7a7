"""The same tables as columns of text, for very many rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from gepnet.knowledge import InputError
from gepnet.tables.grid import Grid, read_grid
from gepnet.tables.table import Table

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
        _refuse(grid, table)
        raw = pl.DataFrame({name: grid.column(name) for name in grid.header})
        raw = raw.cast(pl.String).with_columns(pl.Series(LINE, grid.lines, dtype=pl.UInt32))
    names = [column.name for column in table.columns]
    absent = [pl.lit(None, dtype=pl.String).alias(n) for n in names if n not in raw.columns]
    texts = raw.with_columns(absent).select(LINE, pl.col(names).str.strip_chars())
    texts = texts.with_columns(pl.when(pl.col(n) != "").then(pl.col(n)).alias(n) for n in names)
    return texts.filter(pl.any_horizontal(pl.col(names).is_not_null()))


def grid_of(texts: pl.DataFrame, file: str) -> Grid:
    """Return rows of ``read_texts`` for the reader of single rows, which says what is wrong."""
    columns = texts.drop(LINE).fill_null("")
    rows = [list(row) for row in columns.iter_rows()]
    return Grid(file, columns.columns, rows, texts[LINE].to_list())


def _fast(path: Path, table: Table[Any]) -> pl.DataFrame | None:
    """Return the columns of a text whose rows are its lines; None where that is not sure."""
    head = read_grid(path, only_header=True)
    _refuse(head, table)
    try:
        content = path.read_bytes()
        raw = pl.read_csv(
            content, infer_schema=False, separator=head.separator, has_header=False, skip_rows=1
        )
    except (OSError, pl.exceptions.PolarsError):
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if len(raw) != lines - 1 or raw.width > len(head.header):
        return None
    raw.columns = head.header[: raw.width]
    return raw.with_row_index(LINE, offset=2)


def _refuse(grid: Grid, table: Table[Any]) -> None:
    problems = [*grid.problems, *table.header_problems(grid)] or table.shape_problems(grid)
    if problems:
        raise InputError(problems)
