"""Cells of a table: what is gathered by place is what Polars gathers, in slices and with gaps."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from gepnet.facts.cells import gathered

PLACES = st.lists(st.none() | st.integers(0, 4), max_size=70)


@given(PLACES, st.integers(0, 20), st.booleans())
def test_what_stands_at_a_place_is_gathered(
    places: list[int | None], skipped: int, gap: bool
) -> None:
    values = pl.Series([1, 2, 4, None if gap else 8, 16], dtype=pl.UInt16)
    where = pl.Series(places, dtype=pl.UInt8).slice(skipped)
    assert_series_equal(gathered(values, where), values.gather(where), check_names=False)


def test_no_value_stands_anywhere() -> None:
    where = pl.Series([None, None], dtype=pl.UInt8)
    found = gathered(pl.Series([], dtype=pl.UInt8), where)
    assert found.to_list() == [None, None]
