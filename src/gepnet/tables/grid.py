"""A table as texts: its header, its rows and the line of each row.

Files may separate their columns by commas, semicolons or tabs, are read as UTF-8 with or without a
byte order mark, or are Parquet. A program may give its rows as mappings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gepnet.knowledge import InputError, Problem, need, read_text, unusable

SEPARATORS = (",", ";", "\t")
Rows = Iterable[Mapping[str, object]]


@dataclass
class Grid:
    """The cells of a table as texts, without the spaces around them and without empty rows.

    A row may be shorter or longer than the header. ``lines`` are those of the file, or count the
    rows of a program from 1. With ``problems`` the table could not be read to its end.
    """

    file: str
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    separator: str = ","
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def titles(self) -> list[tuple[str, str]]:
        """Name and unit of each column, as in ``haemoglobin_g_l [g/dL]``; mostly no unit."""
        return [_parted(title) for title in self.header]

    def add(self, line: int, cells: Iterable[str]) -> None:
        """Add a row, unless it is empty."""
        row = [cell.strip() for cell in cells]
        if any(row):
            self.rows.append(row)
            self.lines.append(line)

    def column(self, name: str) -> list[str]:
        """Return the cells of a column; those that a short row leaves out are empty."""
        place = self.header.index(name)
        return [row[place] if place < len(row) else "" for row in self.rows]


def read_grid(source: Path | Rows, only_header: bool = False) -> Grid:
    """Return the texts of a file or of the rows of a program, and what kept it from being read.

    Args:
        source: a file that ends in ``.parquet`` or is a text, or the rows of a program.
        only_header: of a text file, read the names of the columns only.
    """
    if not isinstance(source, Path):
        return _given(list(source))
    grid = Grid(str(source))
    try:
        if source.suffix.casefold() == ".parquet":
            _read_parquet(source, grid)
        else:
            _read_text(read_text(source), grid, only_header)
    except InputError as error:
        grid.problems += error.problems
    return grid


def read_header(text: str, file: str) -> Grid:
    """Return the names of the columns of a text that begins as given, and how they are parted."""
    grid = Grid(file)
    _read_text(text, grid, only_header=True)
    return grid


def separator_of(line: str) -> str:
    """Return what separates the columns of a header: the mark that stands there most often."""
    return max(SEPARATORS, key=line.count)


def _read_text(text: str, grid: Grid, only_header: bool) -> None:
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    grid.separator = separator_of(lines.readline())
    lines.seek(0)
    reader = csv.reader(lines, delimiter=grid.separator, strict=True)
    try:
        grid.header = [cell.strip() for cell in next(reader, [])]
        for cells in () if only_header else reader:
            grid.add(reader.line_num, cells)
    except csv.Error as error:
        expected = f"valid CSV ({error})"
        grid.problems.append(Problem(grid.file, reader.line_num, "", "", "", expected))


def _parted(title: str) -> tuple[str, str]:
    name, bracket, rest = title.partition("[")
    return (name.strip(), rest[:-1].strip()) if bracket and rest.endswith("]") else (title, "")


def _read_parquet(path: Path, grid: Grid) -> None:
    need("polars")
    import polars as pl

    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        told = f"a readable Parquet file ({str(error).splitlines()[0][:100]})"
        raise unusable(grid.file, told) from error
    grid.header = [name.strip() for name in table.columns]
    texts = table.select(pl.all().cast(pl.String).fill_null(""))
    for line, cells in enumerate(texts.iter_rows(), start=2):  # as if a header stood on line 1
        grid.add(line, cells)


def _given(rows: list[Mapping[str, object]]) -> Grid:
    header = list(dict.fromkeys(key for row in rows for key in row))
    grid = Grid("rows", header)
    for line, row in enumerate(rows, start=1):
        grid.add(line, (_text(row.get(key)) for key in header))
    return grid


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
