"""A CSV file as columns of text."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.prrt.dosimetry.decay import Array

# Python reads 1_000 and digits of other scripts as numbers; here somebody meant something else.
_ODD = re.compile(r"[^0-9A-Za-z.+-]")


@dataclass(frozen=True)
class Column:
    """The cells of one column, without the spaces around them."""

    name: str
    text: NDArray[np.object_]

    def numbers(self) -> Array:
        """Return the cells as numbers; NaN where a cell is none, or is empty."""
        cells = self.text.tolist()
        if _ODD.search("".join(cells)) is None:
            try:
                return np.array([float(cell) if cell else np.nan for cell in cells])
            except ValueError:
                pass
        return np.array([_number(cell) for cell in cells])


def _number(cell: str) -> float:
    try:
        return np.nan if _ODD.search(cell) else float(cell)
    except ValueError:
        return np.nan


@dataclass
class _Faults:
    """The problems of one file."""

    file: str
    problems: list[Problem]

    def add(
        self,
        line: int | None,
        expected: str,
        field: str = "",
        value: str = "",
        near: str | None = None,
    ) -> None:
        """Note one."""
        self.problems.append(Problem(self.file, line, "", field, value, expected, near))


def read_columns(
    path: Path, required: Sequence[str], optional: Sequence[str]
) -> tuple[dict[str, Column], NDArray[np.intp]]:
    """Return the columns of a CSV file, and the line of each row.

    Raises:
        InputError: no readable CSV, a column that is missing, unknown or there twice, a row with
            more or fewer cells than the header.
    """
    faults = _Faults(str(path), [])
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            for row in reader:
                cells = [cell.strip() for cell in row]
                if not any(cells):
                    continue
                if len(cells) == len(header):
                    rows.append(cells)
                    lines.append(reader.line_num)
                else:
                    expected = f"{len(header)} cells, as in the header"
                    faults.add(reader.line_num, expected, value=f"{len(cells)} cells")
    except OSError as error:
        faults.add(None, f"a readable file ({error.strerror or error})")
    except UnicodeDecodeError:
        faults.add(None, "a text file in UTF-8")
    except csv.Error as error:
        faults.add(None, f"valid CSV ({error})")
    if not faults.problems or header:
        _check_header(header, required, optional, faults)
    if faults.problems:
        raise InputError(faults.problems)
    table = np.array(rows, dtype=object).reshape(len(rows), len(header))
    columns = {name: Column(name, table[:, place]) for place, name in enumerate(header)}
    return columns, np.array(lines, dtype=np.intp)


def _check_header(
    header: Sequence[str], required: Sequence[str], optional: Sequence[str], faults: _Faults
) -> None:
    known = [*required, *optional]
    if len(header) == 1 and ";" in header[0]:
        faults.add(1, "columns separated by commas, and points in numbers", value=header[0])
        return
    for name in required:
        if name not in header:
            faults.add(1, "this column", name)
    for place, name in enumerate(header):
        if name in header[:place]:
            faults.add(1, "each column once", name)
        elif name not in known:
            faults.add(1, "a column of this table", name, near=nearest(name, known))
