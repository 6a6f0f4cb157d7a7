"""A Parquet file from sets of rows: every reader finds the numbers that went in."""

from __future__ import annotations

import datetime
import io
import random
from pathlib import Path
from typing import get_args

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.tables.row_sets import Compression, RowSets, RowSetsFile

FORMS: tuple[Compression, ...] = get_args(Compression)
BESIDE = {"patient": pl.String(), "seen on": pl.Date(), "number": pl.Int64(), "x": pl.Float64()}
DAY = datetime.date(2026, 1, 1)


def sets_of(numbers: list[int]) -> RowSets:
    found: dict[int, int] = {}
    for row, number in enumerate(numbers):
        found[number] = found.get(number, 0) | 1 << row
    return found


def beside(first: int, rows: int) -> pl.DataFrame:
    """Return columns of several types, each with something that is not there."""
    numbers = range(first, first + rows)
    columns = {
        "patient": [None if n % 7 == 3 else f"päd-{n}" for n in numbers],
        "seen on": [None if n % 5 == 1 else DAY + datetime.timedelta(n) for n in numbers],
        "number": [None if n % 3 else n * 10**12 for n in numbers],
        "x": [None if n % 2 else n / 3 for n in numbers],
    }
    return pl.DataFrame(columns, schema=BESIDE)


def written(
    columns: dict[str, list[int]],
    pieces: list[int],
    form: Compression = "zstd",
    order: random.Random | None = None,
    keys: bool = True,
) -> bytes:
    """Return a file of columns that was written in pieces of so many rows."""
    found = io.BytesIO()
    file = RowSetsFile(found, BESIDE if keys else {}, list(columns), {"a": "b"}, form)
    starts = [sum(pieces[:place]) for place in range(len(pieces))]
    places = list(zip(starts, pieces, strict=True))
    if order is not None:
        order.shuffle(places)
    for first, rows in places:
        sets = {name: sets_of(all_[first : first + rows]) for name, all_ in columns.items()}
        file.add(first, rows, beside(first, rows).select(list(BESIDE) if keys else []), sets)
    file.close()
    return found.getvalue()


def expected(columns: dict[str, list[int]]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    return beside(0, rows).with_columns(
        pl.Series(name, numbers, dtype=pl.UInt8) for name, numbers in columns.items()
    )


#: As many different numbers as make places of one to eight binary digits, and one alone.
few = st.integers(1, 256).flatmap(
    lambda most: st.lists(st.integers(0, most - 1), min_size=1, max_size=70)
)


@given(st.lists(few, min_size=1, max_size=3), st.sampled_from(FORMS), st.randoms())
def test_numbers_come_back(
    groups: list[list[int]], form: Compression, order: random.Random
) -> None:
    numbers = [number for group in groups for number in group]
    columns = {"ä/b": numbers, "c": numbers[::-1], "constant": [7] * len(numbers)}
    pieces = [len(group) for group in groups]
    file = written(columns, pieces, form, order)
    assert pl.read_parquet(file).equals(expected(columns))
    arrow = pq.read_table(io.BytesIO(file))
    assert pl.DataFrame(arrow).equals(expected(columns))
    # Whatever the order in which pieces came.
    assert file == written(columns, pieces, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("different", [1, 2, 3, 4, 5, 8, 9, 16, 17, 64, 65, 128, 129, 256])
def test_every_reader_finds_them(tmp_path: Path, different: int, form: Compression) -> None:
    drawn = random.Random(different)
    numbers = [drawn.randrange(different) for _ in range(5_001)]
    path = tmp_path / "found.parquet"
    path.write_bytes(written({"a": numbers, "b": sorted(numbers)}, [5_000, 1], form))
    whole = expected({"a": numbers, "b": sorted(numbers)})
    assert pl.scan_parquet(path).filter(pl.col("a") == 0).collect().equals(
        whole.filter(pl.col("a") == 0)
    )  # fmt: skip
    assert duckdb.sql(f"from '{path}'").pl().equals(whole)
    assert duckdb.sql(f"select b, sum(a) n from '{path}' group by b order by b").fetchall() == [
        (b, n) for b, n in whole.group_by("b").agg(pl.col("a").sum()).sort("b").rows()
    ]


def test_what_the_file_says_of_itself_is_what_polars_says() -> None:
    numbers = [1, 2, 1]
    file = written({"a": numbers}, [3])
    beside_it = io.BytesIO()
    expected({"a": numbers}).write_parquet(beside_it, metadata={"a": "b"})
    ours, theirs = (pq.ParquetFile(io.BytesIO(one)) for one in (file, beside_it.getvalue()))
    assert ours.schema_arrow == theirs.schema_arrow
    assert ours.schema == theirs.schema
    assert pl.read_parquet_metadata(io.BytesIO(file))["a"] == "b"
    told = ours.metadata.row_group(0)
    assert told.num_rows == 3
    assert told.total_byte_size == sum(
        told.column(n).total_compressed_size for n in range(told.num_columns)
    )


def test_a_file_without_rows_and_one_without_other_columns() -> None:
    assert pl.read_parquet(written({"a": []}, [])).equals(expected({"a": []}))
    only = pl.read_parquet(written({"a": [3, 3, 4]}, [2, 1], keys=False))
    assert only.to_dict(as_series=False) == {"a": [3, 3, 4]}


def test_columns_that_are_the_same_are_read_as_two() -> None:
    found = io.BytesIO()
    file = RowSetsFile(found, {}, ["a", "b"], {}, "zstd")
    sets = sets_of([5, 0, 255])
    file.add(0, 3, pl.DataFrame(), {"a": sets, "b": sets})
    file.close()
    assert pl.read_parquet(found.getvalue()).to_dict(as_series=False) == {
        "a": [5, 0, 255],
        "b": [5, 0, 255],
    }


def test_rows_that_never_came_are_told() -> None:
    file = RowSetsFile(io.BytesIO(), {}, ["a"], {}, "zstd")
    for first in (0, 4):
        file.add(first, 2, pl.DataFrame(), {"a": {1: 3}})
    with pytest.raises(ValueError, match="rows 2 to 3 are not there"):
        file.close()
