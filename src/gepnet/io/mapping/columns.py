"""One column of a table as values: every different text is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gepnet.io.mapping.found import LINE
from gepnet.io.mapping.words import not_gep
from gepnet.tables import ROW_LINE
from gepnet.vocabulary import ValueProblem
from gepnet.vocabulary.words import fold

if TYPE_CHECKING:
    from gepnet.io.mapping.cells import Reader

_BETWEEN = "\x1e"  # of a text and its unit, while they are one key
_NEUROENDOCRINE = (
    "neuroendocrin",
    "carcinoid",
    "karzinoid",
    "carcinoide",
    "insulinom",
    "gastrinom",
)


@dataclass(frozen=True)
class Values:
    """The values of a column, null where a cell says nothing or cannot be read.

    ``faults`` are by the text of the cell; ``others`` texts that name a tumour that is no GEP-NET.
    """

    texts: pl.Series
    values: pl.Series
    faults: dict[str, ValueProblem]
    others: dict[str, str]

    def faulty(self) -> pl.Series:
        """Return which cells cannot be read."""
        if not self.faults:
            return pl.Series([False]).new_from_index(0, len(self.texts))
        return self.texts.is_in(list(self.faults)).fill_null(False)


def texts_of(frame: pl.DataFrame, names: Iterable[str], join: str | None = None) -> pl.Series:
    """Return the cells of a column; of several the first that says something, or all joined."""
    there = [name for name in names if name in frame.columns]
    if not there:
        return pl.Series("", [None], dtype=pl.String).new_from_index(0, len(frame))
    if len(there) == 1:
        return frame[there[0]]
    if join is not None:
        whole = pl.all_horizontal(pl.col(there).is_not_null())
        joined = pl.when(whole).then(pl.concat_str(there, separator=join))
        return frame.select(joined.alias("joined")).to_series()
    return frame.select(pl.coalesce(there).alias("first")).to_series()


def values_of(
    texts: pl.Series, units: pl.Series | None, read: Reader, site: bool = False
) -> Values:
    """Return the values of a column.

    Args:
        texts: its cells.
        units: their units; None where the reader knows the unit by itself.
        read: what reads a cell and its unit.
        site: whether the words for tumours that are no GEP-NET are looked for.
    """
    keys = texts
    if units is not None:
        keys = texts + _BETWEEN + units.fill_null("")
    meant: dict[str, str | None] = {}
    faults: dict[str, ValueProblem] = {}
    others: dict[str, str] = {}
    for key in keys.unique(maintain_order=True).drop_nulls():
        text, _, unit = key.partition(_BETWEEN)
        try:
            meant[key] = read(text, unit)
        except ValueProblem as fault:
            other = other_tumour(text) if site else None
            if other is None:
                faults[key] = fault
            else:
                others[key] = other
    values = (
        keys.replace_strict(meant, default=None, return_dtype=pl.String)
        if meant
        else (pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)))
    )
    return Values(keys, values, faults, others)


def other_tumour(text: str) -> str | None:
    """Return the tumour that a text names, if it is none of the neuroendocrine ones that are read.

    A word counts where it is the whole text, or a whole word of it.
    """
    folded, plain = fold(text), text.casefold()
    if any(word in folded for word in _NEUROENDOCRINE) or folded.endswith(("net", "nec")):
        return None
    known = not_gep()
    if folded in known:
        return known[folded]
    bare = "".join(mark if mark.isalnum() else " " for mark in plain)
    spaced = f" {' '.join(bare.split())} "
    for word in known.values():
        said = "".join(mark if mark.isalnum() else " " for mark in word.casefold())
        if f" {' '.join(said.split())} " in spaced:
            return word
    return None


def split_key(key: str) -> tuple[str, str]:
    """Return the text of a cell and its unit, from what was read as one."""
    text, _, unit = key.partition(_BETWEEN)
    return text, unit


def days_after(texts: pl.Series, days: pl.Series, read: Callable[[str], int]) -> Values:
    """Return the dates that cells give as days after a day; null where that day is not known.

    Args:
        texts: whole numbers of days, negative before the day.
        days: the day of each row, as text; only full dates count.
        read: returns the number of a text or raises ``ValueProblem``.
    """
    numbers: dict[str, int] = {}
    faults: dict[str, ValueProblem] = {}
    for text in texts.unique(maintain_order=True).drop_nulls():
        try:
            numbers[text] = read(text)
        except ValueProblem as fault:
            faults[text] = fault
    count = texts.replace_strict(numbers, default=None, return_dtype=pl.Int32)
    frame = pl.DataFrame({"day": days.str.to_date("%Y-%m-%d", strict=False), "count": count})
    moved = frame.select(
        (pl.col("day") + pl.duration(days=pl.col("count"))).dt.to_string("%Y-%m-%d").alias("date")
    ).to_series()
    return Values(texts, moved, faults, {})


def lines_of(frame: pl.DataFrame, mask: pl.Series) -> list[int]:
    """Return the lines of some rows."""
    name = LINE if LINE in frame.columns else ROW_LINE
    return frame[name].filter(mask).to_list()
