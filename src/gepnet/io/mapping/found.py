"""What came of tables: events, the rows and cells that could not be used, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

#: Columns that every table of events in the making has besides its fields.
PATIENT_COLUMN, DATE, FILE, LINE = "patient", "date", "__file", "__line"


@dataclass(frozen=True, slots=True)
class Unused:
    """A row, or a cell of a row, that could not be used, and why."""

    file: str
    line: int
    patient: str
    column: str
    value: str
    reason: str
    nearest: str = ""
    scope: Literal["row", "cell"] = "cell"

    def __str__(self) -> str:
        """One line: place, column, value and reason."""
        cell = f" {self.column} '{self.value}'" if self.column else ""
        near = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        return f"{self.file}:{self.line}:{cell or ' row'}: {self.reason}{near}"


@dataclass
class Counted:
    """The rows of one table: those that came in, were used, and were quarantined."""

    file: str
    rows: int
    used: int = 0
    quarantined: int = 0
    cells: int = 0
    unused_columns: dict[str, str] = field(default_factory=dict)
    absent_columns: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass
class Found:
    """What came of the rows of one table, before its patients are looked at as a whole.

    Attributes:
        counted: the rows.
        events: of each kind one table or several: patient, date, file, line and fields as texts.
        lines: every line with its patient, in the order of the file.
        used: the lines that an event or a patient came of, besides those that stand with the
            events: a row may be merged with another.
        faults: cells and rows that could not be used.
        not_gep: lines of tumours that are no GEP-NET, with what was found.
        merged: which lines came into the event of another line, by kind.
    """

    counted: Counted
    events: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    heads: set[int] = field(default_factory=set)
    faults: list[Unused] = field(default_factory=list)
    not_gep: dict[int, str] = field(default_factory=dict)
    merged: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    complete: tuple[str, ...] = ()

    def other_tumour(self, line: int, said: str) -> None:
        """Note that a row tells of another tumour; what it says is told once."""
        before = self.not_gep.get(line)
        self.not_gep[line] = said if before is None or said in before else f"{before}, {said}"
