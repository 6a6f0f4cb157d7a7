"""The statuses of a batch of rows from the truths of its atoms, by operations on sets of rows.

Polars reads a table, works out its facts and says of each atom where it is true, false and unknown;
criteria and statuses are logic on sets of rows from there on, a tenth of the work of columns with a
number for each row.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property, reduce
from operator import or_
from threading import Lock, Timer
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from gepnet.criteria import Always, atoms
from gepnet.criteria.algebra import Evaluator, Pair
from gepnet.criteria.ast import Atom
from gepnet.criteria.layout import Bits, Layout
from gepnet.guidelines.asking import spread
from gepnet.guidelines.statuses import CODES, tree
from gepnet.guidelines.wide import Cohort, StatusColumn
from gepnet.tables.row_sets import RowSets

_DIGITS = max(code.code for code in CODES).bit_length()
_SIZE = 1 << 8  # of the numbers of a status column
_MOMENT_S = 0.05
_ORDER: Final = "little"  # the first row is the lowest bit, as Arrow has it


# By distinct status column, how often each code occurs.
Counts = dict[str, Counter[int]]


class StatusBits:
    """What has to be done to find every distinct status column of a cohort."""

    def __init__(self, cohort: Cohort) -> None:
        """Find the distinct columns, and the atoms that they may rest on."""
        #: By status column, the distinct column that it is the same as.
        self.results: dict[str, str] = {}
        self._columns: dict[str, StatusColumn] = {}
        names: dict[tuple[object, ...], str] = {}
        for column in cohort.columns:
            name = names.setdefault(column.content, f"__s{len(names)}")
            self._columns.setdefault(name, column)
            self.results[column.name] = name
        asked = (atom for node in cohort.nodes for atom in atoms(node))
        known = dict.fromkeys(atom for atom in asked if not isinstance(atom, Always))
        #: The atoms that ``statuses`` needs, by the name of the column of their truths.
        self.atoms: dict[str, Atom] = {f"__t{number}": node for number, node in enumerate(known)}
        # By distinct column, the set of rows of each code, by its number in the layout.
        self._parts: dict[str, dict[int, int]] = {}
        self._same: dict[str, str] = {}
        self._lock = Lock()

    def prepare(self) -> None:
        """Lay out what has to be done while the first batches are read, which asks nothing of us.

        In a moment, as the query has to be handed over first: two threads would take turns at it.
        """

        def lay_out() -> None:
            with self._lock:
                _ = self._layout.plan

        Timer(_MOMENT_S, lay_out).start()

    @cached_property
    def _layout(self) -> Layout[str]:
        """What has to be done for every batch; found out once."""
        layout: Layout[str] = Layout()
        truth = Evaluator(layout)
        made: dict[tuple[tuple[int, int], ...], str] = {}
        for name, column in self._columns.items():
            parts = spread(layout, tree(column.asked), column.truths(truth))
            # Of criteria that differ by their words alone, the sets turn out to be the same.
            self._same[name] = made.setdefault(tuple(sorted(parts.items())), name)
            if self._same[name] == name:
                self._parts[name] = parts
                layout.give(name, parts.values())
        return layout

    def sets(self, batch: pl.DataFrame) -> tuple[dict[str, RowSets], Counts]:
        """Return for each status column where each code is, and how often.

        One batch at a time: the interpreter lets only one thread work, and threads that take turns
        keep a processor from what needs no interpreter, such as reading.

        Args:
            batch: with the columns of ``atoms``.
        """
        rows = len(batch)
        truths: pa.Table = batch.select(*self.atoms).rechunk().to_arrow()
        places = {node: name for name, node in self.atoms.items()}

        def given(node: Atom) -> Pair[Bits]:
            (truth,) = truths.column(places[node]).chunks or [None]
            return Pair(0, 0) if truth is None else _pair(truth.buffers(), truth.offset, rows)

        found: dict[str, RowSets] = {}
        counts: Counts = {}
        counted: dict[int, int] = {}
        with self._lock:
            for name, sets in self._layout.run(rows, given):
                numbers = self._parts[name]
                found[name] = dict(zip(numbers, sets, strict=True))
                for code, where in found[name].items():
                    number = numbers[code]
                    if number not in counted:
                        counted[number] = where.bit_count()
                counts[name] = Counter({code: counted[number] for code, number in numbers.items()})
                if counts[name].total() != rows:
                    raise AssertionError(f"{name}: not one code for each row")
        return (
            {name: found[self._same[one]] for name, one in self.results.items()},
            {name: counts[same] for name, same in self._same.items()},
        )

    def statuses(self, batch: pl.DataFrame) -> tuple[dict[str, pl.Series], Counts]:
        """Return each status column of a batch, and how often each distinct one has each code."""
        sets, counts = self.sets(batch)
        made: dict[int, pl.Series] = {}
        with self._lock:
            for parts in sets.values():
                if id(parts) not in made:
                    made[id(parts)] = written(parts, len(batch))
        return {name: made[id(parts)].alias(name) for name, parts in sets.items()}, counts


def _pair(buffers: list[bytes | None], offset: int, rows: int) -> Pair[Bits]:
    """Return where a column of truths is true and where it is false, from its two bit maps."""
    known, true = (_bits(buffer, offset, rows) for buffer in buffers)
    return Pair(true & known, known & ~true)


def _bits(buffer: bytes | None, offset: int, rows: int) -> Bits:
    everywhere = (1 << rows) - 1
    return everywhere if buffer is None else int.from_bytes(buffer, _ORDER) >> offset & everywhere


def written(parts: RowSets, rows: int) -> pl.Series:
    """Return numbers from where each of them is; in every row is one."""
    first, terms = _as_sum({code: where for code, where in parts.items() if where})
    size = -(-rows // 8)
    # All terms in one call: at each, threads may take turns, which takes longer than a term.
    joined = b"".join(where.to_bytes(size, _ORDER) for _, where in terms)
    ones = np.frombuffer(joined, np.uint8).reshape(len(terms), size)
    bits = np.unpackbits(ones, axis=1, count=rows, bitorder=_ORDER)
    bits *= np.array([weight for weight, _ in terms], np.uint8).reshape(-1, 1)
    found = np.add.reduce(bits, axis=0, dtype=np.uint8)
    found += np.uint8(first)
    return pl.Series(found)


def _as_sum(parts: dict[int, Bits]) -> tuple[int, list[tuple[int, Bits]]]:
    """Return a number for all rows, and what has to be added to it where: as few terms as can be.

    Either for each code but one the step from that one (round the end of a byte, if downwards), or
    each binary digit of the codes.
    """
    first = next(iter(parts), 0)
    if len(parts) <= reduce(or_, parts, 0).bit_count() + 1:
        return first, [((c - first) % _SIZE, where) for c, where in parts.items() if c != first]
    weights = (1 << digit for digit in range(_DIGITS))
    ones = ((w, [where for code, where in parts.items() if code & w]) for w in weights)
    return 0, [(weight, reduce(or_, sets)) for weight, sets in ones if sets]
