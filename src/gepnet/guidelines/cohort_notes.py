"""What is noticed about a table while it streams by: unusable cells, conflicts, statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any

import polars as pl

from gepnet.criteria.columns import from_bits, word
from gepnet.facts.table import ROW, Fault
from gepnet.vocabulary import Fact, Several, Vocabulary

COUNTED_AT_ONCE = 250_000  # rows
LISTED = 1000  # beyond this many, faults and conflicts are counted but not listed


@dataclass(frozen=True, order=True)
class Conflict:
    """A supplied value of a derived fact that its derivation excludes; the supplied one is used."""

    row: int
    fact: str
    supplied: str
    derived: str


@dataclass
class TableNotes:
    """Filled by the stream itself, so that no second reading is needed."""

    progress: Callable[[int], None] | None = None
    rows: int = 0
    faulty_rows: int = 0
    faulty_cells: int = 0
    faults: list[Fault] = field(default_factory=list)
    conflicts: Counter[str] = field(default_factory=Counter)
    conflict_list: list[Conflict] = field(default_factory=list)
    _codes: dict[str, Counter[int]] = field(default_factory=dict)
    _waiting: list[pl.DataFrame] = field(default_factory=list)
    _count_rest: Callable[[], None] = lambda: None
    _lock: Lock = field(default_factory=Lock)

    def watch(
        self,
        table: pl.LazyFrame,
        conflicts: Mapping[str, str],
        derived: Mapping[str, Mapping[str, str]],
        codes: Mapping[str, Sequence[int]],
        vocabulary: Vocabulary,
    ) -> pl.LazyFrame:
        """Let every batch pass by: list contradictions of derived facts, count statuses.

        Args:
            table: what passes by.
            conflicts: by fact, the column that says whether a supplied value contradicts it.
            derived: by fact, the columns of what was supplied and of what was derived.
            codes: by status column, the codes that it can have.
            vocabulary: says what the values of facts mean.
        """
        counts = _counts(codes)
        self._count_rest = partial(self._count, codes, counts)

        def look(batch: pl.DataFrame) -> pl.DataFrame:
            self._conflicts(conflicts, derived, vocabulary, batch)
            self._statuses(codes, counts, batch)
            return batch

        return table.map_batches(look, streamable=True, validate_output_schema=False)

    def note_batch(self, rows: int, faults: Sequence[Fault]) -> None:
        """Count a batch that was read, and keep its unusable cells."""
        with self._lock:
            self.rows += rows
            if faults:
                self.faulty_cells += len(faults)
                self.faulty_rows += len({fault.row for fault in faults})
                self.faults = sorted([*self.faults, *faults])[:LISTED]
            if self.progress is not None:
                self.progress(self.rows)

    def _conflicts(
        self,
        conflicts: Mapping[str, str],
        derived: Mapping[str, Mapping[str, str]],
        vocabulary: Vocabulary,
        batch: pl.DataFrame,
    ) -> None:
        found = []
        counts: Counter[str] = Counter()
        for fact, flag in conflicts.items():
            count = int(batch[flag].sum() or 0)
            if count:
                counts[fact] = count
                names = derived[fact]
                rows = batch.filter(flag).select(ROW, *names, *names.values()).head(LISTED)
                found += [_conflict(vocabulary[fact], len(names), row) for row in rows.iter_rows()]
        with self._lock:
            self.conflicts.update(counts)
            if found:
                self.conflict_list = sorted([*self.conflict_list, *found])[:LISTED]

    def _statuses(
        self, columns: Mapping[str, Sequence[int]], counts: Sequence[pl.Expr], batch: pl.DataFrame
    ) -> None:
        with self._lock:
            self._waiting.append(batch.select(list(columns)))
            due = sum(map(len, self._waiting)) >= COUNTED_AT_ONCE
        if due:
            self._count(columns, counts)

    def _count(self, columns: Mapping[str, Sequence[int]], counts: Sequence[pl.Expr]) -> None:
        """Count what waits; the many questions cost more than their answers on few rows."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        table = pl.concat(waiting)
        found = iter(table.select(counts).row(0))
        with self._lock:
            for name, codes in columns.items():
                *others, last = codes
                numbers = Counter({code: next(found) for code in others})
                numbers[last] = len(table) - numbers.total()
                self._codes.setdefault(name, Counter()).update(numbers)

    @property
    def codes(self) -> dict[str, Counter[int]]:
        """How often each code of each status column occurs, once the stream has ended."""
        self._count_rest()
        return self._codes


def _counts(columns: Mapping[str, Sequence[int]]) -> list[pl.Expr]:
    """Return how often each code but a column's last occurs; much faster than grouping."""
    wanted = [(name, code) for name, codes in columns.items() for code in codes[:-1]]
    return [(pl.col(n) == c).sum().alias(str(i)) for i, (n, c) in enumerate(wanted)]


def _conflict(fact: Fact, width: int, row: tuple[Any, ...]) -> Conflict:
    supplied, derived = row[1 : 1 + width], row[1 + width :]
    return Conflict(row[0], fact.id, _shown(fact, supplied), _shown(fact, derived))


def _shown(fact: Fact, cells: tuple[Any, ...]) -> str:
    if fact.type == "enum":
        found = from_bits(fact, cells[0])
        return word(fact, found) if isinstance(found, str | Several) else str(found)
    known = [cell for cell in cells if cell is not None and cell is not False] or [cells[0]]
    return " to ".join(str(cell) for cell in dict.fromkeys(known))
