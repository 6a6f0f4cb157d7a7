"""The one reader of tables: which columns there are, what their cells hold, what a row becomes.

A table is read to its end whatever is wrong with it, and every fault is told with its place: file,
line, column, value, what was expected and the nearest spelling. A column that the table does not
know is never passed over in silence. What follows from a fault is one parameter: a format of
gepnet's own is refused as a whole, an import leaves out the faulty rows and names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from gepnet.knowledge import InputError, Problem, nearest, refuse_all
from gepnet.tables.grid import SEPARATORS, Grid, Rows, read_grid
from gepnet.vocabulary import ValueProblem

Row = TypeVar("Row")
MOST = 200  # problems told at once where a table is refused
_LISTED = 20  # columns that are listed where an unknown one is near none of them
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Column:
    """One column: its name, how a cell is read, and whether every row has to say something.

    Attributes:
        name: in the header.
        read: returns the value of a text or raises ``ValueProblem``.
        needed: the column has to be there, and ``read`` judges its empty cells too.
        default: the value of an empty cell of a column that is not needed.
        field: of the dataclass that a row becomes, where it has another name.
        in_unit: reads unit and text, where the header gives a unit as in
            ``haemoglobin[g/dL]``; a column without takes no unit.
        absent: what to say where a needed column is missing.
    """

    name: str
    read: Callable[[str], object]
    needed: bool = True
    default: object = None
    field: str = ""
    in_unit: Callable[[str, str], object] | None = None
    absent: str = "this column"


@dataclass(frozen=True)
class Once:
    """Columns whose values together stand in one row only.

    The fault is told at ``field``; ``told`` may name cells, as in ``one dose of {region}``.
    """

    columns: tuple[str, ...]
    field: str
    told: str


@dataclass
class Cells:
    """One row: its texts, their values, and the faults found in it.

    ``cells[column]`` is the value, and None where it is empty, absent or faulty.
    """

    table: Table[Any]
    file: str
    line: int
    texts: Mapping[str, str]
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, column: str) -> Any:
        """Return the value of a cell."""
        return self.values[column]

    @property
    def entry(self) -> str:
        """What the row is about, as its faults name it."""
        return self.table.naming.format_map(defaultdict(str, self.texts)).strip()

    def into(self, kind: Callable[..., Row], **more: object) -> Row:
        """Return the dataclass whose fields the columns are, with what is not in a column."""
        named = {c.field or c.name: self.values[c.name] for c in self.table.columns}
        return kind(**named, **more)

    def take(self, column: str, value: object) -> None:
        """Keep the value of a cell, or the problem that it is."""
        if isinstance(value, ValueProblem):
            self.fault(column, value.expected, value.suggestion)
            value = None
        self.values[column] = value

    def fault(
        self, column: str, expected: str, near: str | None = None, value: str | None = None
    ) -> None:
        """Note what was expected of a cell."""
        shown = self.table.shown(self.texts.get(column, "")) if value is None else value
        self.problems.append(
            Problem(self.file, self.line, self.entry, column, shown, expected, near)
        )


@dataclass(frozen=True)
class Reading(Generic[Row]):
    """What a table gave: the rows without a fault, every fault, and the columns left aside."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A kind of table.

    Attributes:
        columns: those it knows.
        make: makes a row of cells without a fault.
        checks: note what cannot go together in one row; they see faulty cells as empty.
        once: what may not be said twice.
        ignored: further columns that may be there and are not read.
        open: any further column may be there; those that were left aside are told.
        elsewhere: names that belong to another table, with what to say of them.
        separators: marks that may part the columns.
        short_rows: whether a row may leave out its last cells.
        naming: what a row is about, for messages, from its cells.
        shown: how messages show the text of a cell.
    """

    columns: tuple[Column, ...]
    make: Callable[[Cells], Row]
    checks: tuple[Callable[[Cells], None], ...] = ()
    once: tuple[Once, ...] = ()
    ignored: tuple[str, ...] = ()
    open: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    separators: tuple[str, ...] = SEPARATORS
    short_rows: bool = True
    naming: str = "{patient_id}"
    shown: Callable[[str], str] = str

    def read(
        self, source: Path | Grid | Rows, faults: Literal["refuse", "quarantine"] = "refuse"
    ) -> Reading[Row]:
        """Read a file, the rows of a program, or texts that were read before.

        Args:
            source: what to read.
            faults: ``refuse`` the table as a whole if anything is wrong with it, or put the faulty
                rows in ``quarantine``: they are left out and told.

        Raises:
            InputError: with every fault (the first ones, where there are very many), if the table
                is refused.
        """
        grid = source if isinstance(source, Grid) else read_grid(source)
        problems = [*grid.problems, *self.header_problems(grid)]
        rows: list[Row] = []
        usable = {name for name, *_ in self._readers(grid)}
        whole = all(c.name in usable for c in self.columns if c.needed)
        if not problems or (faults == "quarantine" and whole and grid.separator in self.separators):
            for cells in self.cells(grid):
                if not cells.problems:
                    rows.append(self.make(cells))
                problems += cells.problems
        if problems and faults == "refuse":
            raise InputError(problems[:MOST])
        left = tuple(name for name in grid.header if name and name not in self.known)
        return Reading(tuple(rows), tuple(problems), left)

    def cells(self, grid: Grid) -> Iterator[Cells]:
        """Yield the rows of a table, each with its values and faults."""
        readers = self._readers(grid)
        seen: dict[tuple[object, ...], int] = {}
        for place in range(len(grid.rows)):
            row = self.row(grid, place)
            for name, _, known in readers:
                row.take(name, known[row.texts.get(name, "")])
            for check in self.checks:
                check(row)
            for once in self.once:
                self._check_once(once, row, seen)
            yield row

    def columns_of(self, grid: Grid) -> tuple[dict[str, list[Any]], list[Problem]]:
        """Return the values of each column and the faults of single cells: for very many rows.

        What ``checks``, ``once`` and ``shape_problems`` say of rows is left to the caller.
        """
        found = {column.name: [column.default] * len(grid.rows) for column in self.columns}
        problems: list[Problem] = []
        shortest = min(map(len, grid.rows), default=0)
        for name, at, known in self._readers(grid):
            texts: Iterator[str] = (row[at] if at < len(row) else "" for row in grid.rows)
            if at < shortest:  # as in most tables: a third quicker
                texts = map(itemgetter(at), grid.rows)
            values = list(map(known.__getitem__, texts))
            for place, value in enumerate(values if known.faulty else ()):
                if isinstance(value, ValueProblem):
                    row = self.row(grid, place)
                    row.take(name, value)
                    problems += row.problems
                    values[place] = None
            found[name] = values
        return found, problems

    def check(self, grid: Grid) -> None:
        """Refuse a grid whose header or the length of whose rows is not that of the table."""
        told = [*grid.problems, *self.header_problems(grid)]
        refuse_all(told or self.shape_problems(grid))

    def shape_problems(self, grid: Grid) -> list[Problem]:
        """Return the rows with more cells than the header, or fewer where none may be left out."""
        odd = (at for at, texts in enumerate(grid.rows) if len(texts) != len(grid.header))
        return [problem for place in odd for problem in self.row(grid, place).problems]

    def row(self, grid: Grid, place: int) -> Cells:
        """Return one row, counted from 0: its texts, the values of empty cells, a wrong shape."""
        cells, there = grid.rows[place], len(grid.header)
        named = zip(grid.titles, cells, strict=False)
        texts = {name: text for (name, _), text in named if text}
        values = {column.name: column.default for column in self.columns}
        row = Cells(self, grid.file, grid.lines[place], texts, values)
        if len(cells) > there or (len(cells) < there and not self.short_rows):
            most = "at most " if self.short_rows else ""
            row.fault("", f"{most}{there}, as in the header", value=f"{len(cells)} cells")
        return row

    @cached_property
    def known(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    def header_problems(self, grid: Grid) -> list[Problem]:
        """Return what is wrong with the columns of a table."""
        if grid.problems and not grid.header:
            return []
        if grid.separator not in self.separators:
            marks = " or ".join(_MARKS[mark] for mark in self.separators)
            expected = f"columns separated by {marks}, and points in numbers"
            line = grid.separator.join(grid.header)
            return [Problem(grid.file, 1, "", "", line, expected)]
        strange = [name for name, _ in grid.titles if name not in self.known]
        problems = [
            Problem(grid.file, 1, "", column.name, "", column.absent, nearest(column.name, strange))
            for column in self._missing(grid)
        ]
        seen: set[str] = set()
        for title, (name, unit) in zip(grid.header, grid.titles, strict=True):
            told: str | None = None
            near: str | None = None
            if name not in self.known:
                told, near = self._unknown(name)
            elif name in seen:
                told = "each column once"
            elif unit and self.known[name].in_unit is None:
                told = "no unit here: only facts are given in other units"
            seen.add(name)
            if told is not None:
                problems.append(Problem(grid.file, 1, "", title, "", told, near))
        return problems

    def _unknown(self, name: str) -> tuple[str | None, str | None]:
        if self.open or name in self.ignored:
            return None, None
        if name in self.elsewhere:
            return self.elsewhere[name], None
        near = nearest(name, self.known)
        listed = "" if near or len(self.known) > _LISTED else f" ({', '.join(self.known)})"
        return f"a column of this table{listed}", near

    def _missing(self, grid: Grid) -> list[Column]:
        there = {name for name, _ in grid.titles}
        return [c for c in self.columns if c.needed and c.name not in there]

    def _readers(self, grid: Grid) -> list[tuple[str, int, _Memory]]:
        """Return name, place and values of each known column; each text is read only once."""
        found: dict[str, tuple[str, int, _Memory]] = {}
        for place, (name, unit) in enumerate(grid.titles):
            column = self.known.get(name)
            if column is None or name in found or (unit and column.in_unit is None):
                continue  # told by the header
            read = partial(column.in_unit, unit) if unit and column.in_unit else column.read
            found[name] = (name, place, _Memory(column, read))
        return list(found.values())

    def _check_once(self, once: Once, row: Cells, seen: dict[tuple[object, ...], int]) -> None:
        key = (once, *(row[name] for name in once.columns))
        if None in key:
            return
        first = seen.setdefault(key, row.line)
        if first != row.line:
            told = once.told.format_map(row.texts)
            row.fault(once.field, f"{told} (first on line {first})")


class _Memory(dict[str, object]):
    """The values of the texts of a column; a text that cannot be read is its problem.

    ``faulty`` says whether there was one.
    """

    def __init__(self, column: Column, read: Callable[[str], object]) -> None:
        super().__init__({} if column.needed else {"": column.default})
        self.read = read
        self.faulty = False

    def __missing__(self, text: str) -> object:
        try:
            value = self.read(text)
        except ValueProblem as problem:
            value = problem
            self.faulty = True
        self[text] = value
        return value
