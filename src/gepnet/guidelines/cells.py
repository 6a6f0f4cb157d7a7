"""The cells of one document: those with positions worked out, the quiet rest made when asked for.

Most documents speak about few of the options; making a cell for every one of them cost more than
everything else in an assessment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

Row = tuple[str, str]
Cell = TypeVar("Cell")


class Cells(Mapping[Row, Cell]):
    """Cells by (option, intent), for every row on which some document takes a position."""

    def __init__(
        self, rows: Mapping[Row, int], spoken: Mapping[Row, Cell], quiet: Callable[[Row], Cell]
    ) -> None:
        """Keep the cells with positions, and how to make one without."""
        self._rows = rows
        self._spoken = spoken
        self._quiet = quiet
        self._made: dict[Row, Cell] = {}

    @property
    def spoken(self) -> Mapping[Row, Cell]:
        """The cells of options on which the document takes a position for somebody."""
        return self._spoken

    def __getitem__(self, row: Row) -> Cell:
        """Return the cell of a row."""
        found = self._spoken.get(row) or self._made.get(row)
        if found is None:
            if row not in self._rows:
                raise KeyError(row)
            found = self._made[row] = self._quiet(row)
        return found

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows in tree order."""
        return iter(self._rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)
