"""What is noticed about a table while it streams by: unusable cells, conflicts, statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import polars as pl

from gepnet.criteria.columns import from_bits, word
from gepnet.facts.table import ROW, Fault
from gepnet.vocabulary import Fact, Several, Vocabulary

# Looks at the columns that tell of conflicts in a batch, and at the numbers of its codes.
Look = Callable[[pl.DataFrame, Mapping[str, Counter[int]]], None]

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
    #: How often each code of each distinct status column occurs.
    codes: dict[str, Counter[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def watch(
        self,
        conflicts: Mapping[str, str],
        derived: Mapping[str, Mapping[str, str]],
        vocabulary: Vocabulary,
    ) -> Look:
        """Return what looks at each batch: lists contradictions of facts, counts statuses.

        Args:
            conflicts: by fact, the column that says whether a supplied value contradicts it.
            derived: by fact, the columns of what was supplied and of what was derived.
            vocabulary: says what the values of facts mean.
        """

        def look(facts: pl.DataFrame, counts: Mapping[str, Counter[int]]) -> None:
            self._conflicts(conflicts, derived, vocabulary, facts)
            with self._lock:
                for name, numbers in counts.items():
                    self.codes.setdefault(name, Counter()).update(numbers)

        return look

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
        numbers = batch.select(pl.col(*conflicts.values()).sum()).row(0) if conflicts else ()
        counts = Counter({fact: n for fact, n in zip(conflicts, numbers, strict=True) if n})
        found: list[Conflict] = []
        listed = self.conflict_list
        if len(listed) < LISTED or listed[-1].row > batch[ROW][0]:
            for fact in counts:
                names = derived[fact]
                rows = batch[conflicts[fact]].arg_true().head(LISTED)
                told = batch.select(ROW, *names, *names.values())[rows]
                found += [_conflict(vocabulary[fact], len(names), row) for row in told.iter_rows()]
        with self._lock:
            self.conflicts.update(counts)
            if found:
                self.conflict_list = sorted([*self.conflict_list, *found])[:LISTED]


def _conflict(fact: Fact, width: int, row: tuple[Any, ...]) -> Conflict:
    supplied, derived = row[1 : 1 + width], row[1 + width :]
    return Conflict(row[0], fact.id, _shown(fact, supplied), _shown(fact, derived))


def _shown(fact: Fact, cells: tuple[Any, ...]) -> str:
    if fact.type == "enum":
        found = from_bits(fact, cells[0])
        return word(fact, found) if isinstance(found, str | Several) else str(found)
    known = [cell for cell in cells if cell is not None and cell is not False] or [cells[0]]
    return " to ".join(str(cell) for cell in dict.fromkeys(known))
