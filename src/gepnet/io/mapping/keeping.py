"""Which rows of a table are somebody's, and what is told of cells that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from gepnet.io.mapping.cells import CellReaders
from gepnet.io.mapping.columns import Values, lines_of, split_key, texts_of
from gepnet.io.mapping.found import Counted, Found, Unused
from gepnet.io.mapping.model import ColumnMap, TableMap
from gepnet.io.mapping.words import missing
from gepnet.tables import ROW_LINE, Sheet


class RowKeeper:
    """The rows of a table that belong to patients; the others are told."""

    def __init__(self, table: TableMap, sheet: Sheet, readers: CellReaders, today: Any) -> None:
        """Note what is read.

        Args:
            table: the entry of the mapping.
            sheet: the table as columns of text.
            readers: make the readers of its columns.
            today: no event may be dated later.
        """
        self.table, self.sheet, self.readers, self.today = table, sheet, readers, today
        self.frame = sheet.columns
        self.found = Found(Counted(sheet.file, sheet.rows, notes=sheet.notes))
        self.found.complete = table.complete

    def _told_by_the_file(self) -> None:
        for problem in self.sheet.problems:
            told = Unused(
                self.sheet.file, problem.line or 0, "", "", problem.value, problem.expected,
                scope="row",
            )  # fmt: skip
            self.found.faults.append(told)
            self.found.lines.append((problem.line or 0, ""))

    def _keep_rows_of_patients(self) -> None:
        texts = texts_of(self.frame, self.table.patient)
        silent = missing() | {text.casefold() for text in self.table.missing}
        absent = texts.is_null() | texts.str.to_lowercase().is_in(list(silent))
        self.patients = texts
        self._refuse(absent, "the name of a patient", " / ".join(self.table.patient))
        again = pl.Series([False]).new_from_index(0, len(texts))
        if self.table.rows == "patient" and not texts.is_empty():
            again = ~texts.is_first_distinct() & ~absent
            first = dict(
                zip(texts.reverse(), self.frame[ROW_LINE].reverse(), strict=True)
            )  # the first line wins
            for line, patient in zip(lines_of(self.frame, again), texts.filter(again), strict=True):
                told = f"each patient once: {patient} is on line {first[patient]} already"
                self._fault(line, patient, self.table.patient[0], patient, told, row=True)
        other = pl.Series([False]).new_from_index(0, len(texts))
        for name, words in self.table.only.items():
            if name in self.frame.columns:
                wanted = [word.casefold() for word in words]
                cells = self.frame[name].str.to_lowercase().fill_null("")
                out = ~cells.is_in(wanted)
                out &= ~absent & ~again & ~other
                self._refuse(out, f"a row of {', '.join(words)}", name)
                other |= out
        lines = zip(self.frame[ROW_LINE], texts.fill_null(""), strict=True)
        self.found.lines += list(lines)
        keep = ~(absent | again | other)
        self.frame, self.patients = self.frame.filter(keep), texts.filter(keep)

    def _refuse(self, where: pl.Series, expected: str, column: str) -> None:
        names = [name for name in column.split(" / ") if name in self.frame.columns]
        cells = texts_of(self.frame, names).filter(where)
        rows = zip(lines_of(self.frame, where), self.patients.filter(where), cells, strict=True)
        for line, patient, cell in rows:
            told = f"expected {expected}"
            self._fault(line, patient or "", column, cell or "", told, row=True)

    def _fault(
        self, line: int, patient: str, column: str, value: str, reason: str, near: str = "",
        row: bool = False,
    ) -> None:  # fmt: skip
        scope = "row" if row else "cell"
        told = Unused(self.sheet.file, line, patient, column, value, reason, near, scope)  # type: ignore[arg-type]
        self.found.faults.append(told)

    def _tell(
        self, values: Values, column: ColumnMap, told: Iterable[str] = (), left: str = ""
    ) -> None:
        """Keep the cells that cannot be read, and the rows of other tumours."""
        for key, fault in values.faults.items():
            if key in told:
                continue
            where = values.texts == key
            text, unit = split_key(key)
            shown = f"{text} {unit}".strip()
            rows = zip(lines_of(self.frame, where), self.patients.filter(where), strict=True)
            for line, patient in rows:
                near = fault.suggestion or ""
                self._fault(
                    line, patient, column.name, shown, f"expected {fault.expected}{left}", near
                )
        for key, other in values.others.items():
            for line in lines_of(self.frame, values.texts == key):
                said = f"{column.name} '{split_key(key)[0]}' ({other})"
                self.found.other_tumour(line, said)
