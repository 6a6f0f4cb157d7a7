"""The statuses of a batch of rows from the truths of its atoms, by operations on sets of rows.

Polars reads a table, works out its facts and says of each atom where it is true, false and unknown;
criteria and statuses are logic on sets of rows from there on, a tenth of the work of columns with a
number for each row.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from threading import Lock
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

_DIGITS = max(code.code for code in CODES).bit_length()
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
        self._codes: dict[str, tuple[int, ...]] = {}
        self._lock = Lock()

    @cached_property
    def _layout(self) -> Layout[str]:
        """What has to be done; laid out for the first batch, while others are being read."""
        layout: Layout[str] = Layout()
        truth = Evaluator(layout)
        for name, column in self._columns.items():
            parts = spread(layout, tree(column.asked), column.truths(truth))
            self._codes[name] = tuple(parts)
            digits = (
                layout.join(part for code, part in parts.items() if code >> digit & 1)
                for digit in range(_DIGITS)
            )
            layout.give(name, [*parts.values(), *digits])
        return layout

    def statuses(self, batch: pl.DataFrame) -> tuple[dict[str, pl.Series], Counts]:
        """Return each distinct status column of a batch, and how often it has each code.

        Args:
            batch: with the columns of ``atoms``.
        """
        rows = len(batch)
        truths: pa.Table = batch.select(*self.atoms).rechunk().to_arrow()
        places = {node: name for name, node in self.atoms.items()}

        def given(node: Atom) -> Pair[Bits]:
            (truth,) = truths.column(places[node]).chunks or [None]
            return Pair(0, 0) if truth is None else _pair(truth.buffers(), truth.offset, rows)

        with self._lock:
            layout = self._layout
        found: dict[str, pl.Series] = {}
        counts: Counts = {}
        for name, sets in layout.run(rows, given):
            codes = self._codes[name]
            numbers = (part.bit_count() for part in sets)
            counts[name] = Counter(dict(zip(codes, numbers, strict=False)))
            found[name] = _written(sets[len(codes) :], rows)
        return found, counts


def _pair(buffers: list[bytes | None], offset: int, rows: int) -> Pair[Bits]:
    """Return where a column of truths is true and where it is false, from its two bit maps."""
    known, true = (_bits(buffer, offset, rows) for buffer in buffers)
    return Pair(true & known, known & ~true)


def _bits(buffer: bytes | None, offset: int, rows: int) -> Bits:
    everywhere = (1 << rows) - 1
    return everywhere if buffer is None else int.from_bytes(buffer, _ORDER) >> offset & everywhere


def _written(digits: tuple[Bits, ...], rows: int) -> pl.Series:
    """Return numbers from where each of their binary digits is 1."""
    some = [(place, where) for place, where in enumerate(digits) if where]
    size = -(-rows // 8)
    # All digits in one call: at each, threads may take turns, which takes longer than a digit.
    written = b"".join(where.to_bytes(size, _ORDER) for _, where in some)
    ones = np.frombuffer(written, np.uint8).reshape(len(some), size)
    bits = np.unpackbits(ones, axis=1, count=rows, bitorder=_ORDER)
    # Not shifted: numpy multiplies bytes ten times as fast.
    bits *= np.array([1 << place for place, _ in some], np.uint8).reshape(-1, 1)
    return pl.Series(np.bitwise_or.reduce(bits, axis=0, dtype=np.uint8))
