"""Records of Parquet's foot: what is taken apart is put together again as it was."""

from __future__ import annotations

import io

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.tables import thrift
from gepnet.tables.thrift import Field

numbers = st.integers(-(2**63), 2**63 - 1)
simple = st.one_of(
    st.sampled_from([Field(thrift.TRUE, b""), Field(thrift.FALSE, b"")]),
    numbers.map(lambda number: thrift.whole(number, thrift.INT64)),
    st.binary(max_size=200).map(thrift.binary),
    st.binary(min_size=8, max_size=8).map(lambda eight: Field(thrift.DOUBLE, eight)),
    st.binary(min_size=1, max_size=1).map(lambda one: Field(thrift.BYTE, one)),
    st.lists(st.sampled_from([b"\1", b"\2"])).map(lambda all_: thrift.listed(thrift.TRUE, all_)),
)


def records(field: st.SearchStrategy[Field]) -> st.SearchStrategy[dict[int, Field]]:
    return st.dictionaries(st.integers(1, 300), field, max_size=20)


def nested(field: st.SearchStrategy[Field]) -> st.SearchStrategy[Field]:
    one = records(field).map(thrift.record)
    return st.one_of(
        one.map(lambda written: Field(thrift.RECORD, written)),
        st.lists(one, max_size=20).map(lambda several: thrift.listed(thrift.RECORD, several)),
    )


@given(records(st.recursive(simple, nested, max_leaves=30)))
def test_a_record_comes_back(fields: dict[int, Field]) -> None:
    assert thrift.fields(thrift.record(fields)) == fields


@given(numbers)
def test_a_whole_number_comes_back(number: int) -> None:
    assert thrift.number(thrift.whole(number)) == number


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_a_list_comes_back(texts: list[bytes]) -> None:
    written = [thrift.binary(text).written for text in texts]
    assert thrift.items(thrift.listed(thrift.BINARY, written)) == written


def _written(table: pl.DataFrame, by: str) -> bytes:
    found = io.BytesIO()
    if by == "polars":
        table.write_parquet(found, statistics=True, metadata={"a": "b"})
    else:
        pq.write_table(table.to_arrow(), found, row_group_size=2, write_page_index=True)
    return found.getvalue()


@pytest.mark.parametrize("by", ["polars", "arrow"])
def test_the_foot_of_a_file_comes_back_whoever_wrote_it(by: str) -> None:
    columns = {f"column {number}": [1.5, None, number, True] for number in range(40)}
    file = _written(pl.DataFrame(columns, strict=False), by)
    size = int.from_bytes(file[-8:-4], "little")
    foot = file[-8 - size : -8]
    fields = thrift.fields(foot)
    assert thrift.record(fields) == foot
    assert thrift.number(fields[3]) == 4
    # Its schema, the table itself as the first.
    assert len(thrift.items(fields[2])) == 41
