"""A Parquet file whose columns come as sets of rows: where each of a few numbers stands.

Parquet keeps a column of few different numbers as places in a list of them, in as few binary digits
as the list needs. From sets of rows that is a matter of putting digits side by side. A library
wants a number for each row and looks for runs of equal ones, which takes longer than all that finds
the sets. Columns that do not come as sets, and what the file says of itself, Polars writes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from operator import or_
from threading import Lock
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from gepnet.tables import thrift
from gepnet.tables.thrift import Field, whole

Compression = Literal["zstd", "lz4", "snappy", "uncompressed"]
#: Numbers from 0 to 255 and where each of them is: the first row is the lowest bit.
RowSets = Mapping[int, int]

_LEVELS = {"zstd": 1}
# Names of Arrow for forms of compression that Parquet calls otherwise.
_ARROW_NAMES = {"lz4": "lz4_raw"}
_ORDER: Final = "little"
_WIDEST = 8  # binary digits of a place: there are no more numbers

# What follows is said so by the Parquet format (parquet.thrift): numbers of its fields and kinds.
_MARK = b"PAR1"
_TAIL = 8  # how long the end of a file is, which says how long its foot is
_FOOT_ROWS, _FOOT_GROUPS = 3, 4
_CODECS = {"uncompressed": 0, "snappy": 1, "zstd": 6, "lz4": 7}
_NUMBERS = whole(1)  # of 32 bits
_PLAIN, _RLE, _PLACES = 0, 3, 8
_ENCODINGS = thrift.listed(thrift.INT32, [whole(n).written for n in (_PLAIN, _RLE, _PLACES)])
# Of a page: its kind, and the field that is about pages of the kind.
_ROWS_PAGE, _NUMBERS_PAGE = (0, 5), (2, 7)
_SIZE, _FIRST_PAGE, _LIST_PAGE = 7, 9, 11


class _Column(NamedTuple):
    """A column of some rows as written, the length of its list, and its size if not compressed."""

    written: bytes
    list_length: int
    bare_size: int


class _Group(NamedTuple):
    """Some rows as Polars wrote what does not come as sets, and the other columns by name."""

    rows: int
    beside: bytes
    columns: Mapping[str, _Column]


class RowSetsFile:
    """A Parquet file that is written some rows at a time, from any thread, in any order.

    It is the same file whatever the order; ``close`` writes its end.
    """

    def __init__(
        self,
        file: BinaryIO,
        beside: Mapping[str, pl.DataType],
        columns: Sequence[str],
        about: Mapping[str, str],
        compression: Compression,
    ) -> None:
        """Begin a file.

        Args:
            file: where to write, from its beginning on.
            beside: the columns that come as they are; they are the first.
            columns: those that come as sets of rows.
            about: what the file says of itself.
            compression: of every page.
        """
        self._file = file
        self._compression = compression
        self._codec = whole(_CODECS[compression])
        self._level = _LEVELS.get(compression)
        schema = {**beside, **dict.fromkeys(columns, pl.UInt8())}
        # What Polars says of a table without rows is true of one with rows, but for its rows.
        self._foot = _foot(self._by_polars(pl.DataFrame(schema=schema), dict(about)))
        texts = {name: thrift.binary(name.encode()).written for name in columns}
        self._paths = {name: thrift.listed(thrift.BINARY, [t]) for name, t in texts.items()}
        self._lists: dict[tuple[int, ...], tuple[bytes, int]] = {}
        self._groups: list[bytes] = []
        self._waiting: dict[int, _Group] = {}
        self._lock = Lock()
        self._rows = 0
        self._at = file.write(_MARK)

    def add(
        self, first: int, rows: int, beside: pl.DataFrame, columns: Mapping[str, RowSets]
    ) -> None:
        """Add some rows.

        Args:
            first: the number of the first of them; the first of all is 0.
            rows: how many there are, at least one.
            beside: the columns of these rows that come as they are.
            columns: the sets of every other column; every row is in one of them. What is the same
                object for two columns is worked out once.
        """
        made: dict[int, _Column] = {}
        for sets in columns.values():
            if id(sets) not in made:
                made[id(sets)] = self._column(sets, rows)
        as_is = self._by_polars(beside) if beside.width else b""
        group = _Group(rows, as_is, {name: made[id(sets)] for name, sets in columns.items()})
        with self._lock:
            self._waiting[first] = group
            while self._rows in self._waiting:
                self._write(self._waiting.pop(self._rows))

    def close(self) -> None:
        """Write the end of the file.

        Raises:
            ValueError: if rows between others were never added.
        """
        if self._waiting:
            raise ValueError(f"rows {self._rows} to {min(self._waiting) - 1} are not there")
        groups = thrift.listed(thrift.RECORD, self._groups)
        rows = whole(self._rows, thrift.INT64)
        foot = thrift.record({**self._foot, _FOOT_ROWS: rows, _FOOT_GROUPS: groups})
        self._file.write(foot + len(foot).to_bytes(4, _ORDER) + _MARK)

    def _write(self, group: _Group) -> None:
        """Write the rows that follow those that are written."""
        parts, chunks, at = [], [], self._at
        for about in _columns_of(group.beside) if group.beside else []:
            starts = {n: thrift.number(about[n]) for n in (_FIRST_PAGE, _LIST_PAGE) if n in about}
            start, size = min(starts.values()), thrift.number(about[_SIZE])
            parts.append(group.beside[start : start + size])
            moved = {n: whole(at + place - start, thrift.INT64) for n, place in starts.items()}
            chunks.append(_chunk(at, {**about, **moved}))
            at += size
        rows = whole(group.rows, thrift.INT64)
        for name, column in group.columns.items():
            parts.append(column.written)
            about = {
                1: _NUMBERS,
                2: _ENCODINGS,
                3: self._paths[name],
                4: self._codec,
                5: rows,
                6: whole(column.bare_size, thrift.INT64),
                _SIZE: whole(len(column.written), thrift.INT64),
                _FIRST_PAGE: whole(at + column.list_length, thrift.INT64),
                _LIST_PAGE: whole(at, thrift.INT64),
            }
            chunks.append(_chunk(at, about))
            at += len(column.written)
        self._groups.append(
            thrift.record({
                1: thrift.listed(thrift.RECORD, chunks),
                2: whole(at - self._at, thrift.INT64),
                3: rows,
            })
        )  # fmt: skip
        self._file.write(b"".join(parts))
        self._at = at
        self._rows += group.rows

    def _column(self, sets: RowSets, rows: int) -> _Column:
        there = {number: where for number, where in sets.items() if where}
        numbers = tuple(there)
        if numbers not in self._lists:
            body = np.array(numbers, "<i4").tobytes()
            self._lists[numbers] = self._page(_NUMBERS_PAGE, [len(numbers), _PLAIN], body)
        listed, bare = self._lists[numbers]
        body = _all_there(rows) + places(list(there.values()), rows)
        page, size = self._page(_ROWS_PAGE, [rows, _PLACES, _RLE, _RLE], body)
        return _Column(listed + page, len(listed), bare + size)

    def _page(self, page: tuple[int, int], about: list[int], body: bytes) -> tuple[bytes, int]:
        """Return a page, and its size if it were not compressed."""
        packed = self._compressed(body)
        kind, place = page
        fields = {number: whole(value) for number, value in enumerate(about, 1)}
        head = thrift.record({
            1: whole(kind), 2: whole(len(body)), 3: whole(len(packed)),
            place: Field(thrift.RECORD, thrift.record(fields)),
        })  # fmt: skip
        return head + packed, len(head) + len(body)

    def _compressed(self, body: bytes) -> bytes:
        if self._compression == "uncompressed":
            return body
        name = _ARROW_NAMES.get(self._compression, self._compression)
        found: bytes = pa.Codec(name, self._level).compress(body, asbytes=True)
        return found

    def _by_polars(self, table: pl.DataFrame, about: dict[str, str] | None = None) -> bytes:
        found = io.BytesIO()
        table.write_parquet(
            found,
            compression=self._compression,
            compression_level=self._level,
            statistics=False,
            row_group_size=max(1, len(table)),
            metadata=about,
        )
        return found.getvalue()


def places(sets: Sequence[int], rows: int) -> bytes:
    """Return for each row the place of the set that it is in, as Parquet has it in a page.

    In front stands of how many binary digits a place is; of one set there is one run, of several
    as many digits as there are rows (Parquet format, "Run Length Encoding / Bit-Packing Hybrid").

    Args:
        sets: at least one and at most 256, none of them empty; every row is in one of them.
        rows: how many there are.
    """
    width = (len(sets) - 1).bit_length()
    if not width:
        return bytes([1]) + thrift.count(rows << 1) + bytes([0])
    bytes_each = -(-rows // 8)
    digits = (
        reduce(or_, (where for place, where in enumerate(sets) if place >> digit & 1))
        for digit in range(width)
    )
    ones = (np.frombuffer(digit.to_bytes(bytes_each, _ORDER), np.uint8) for digit in digits)
    together = reduce(or_, map(np.take, _spread(width), ones))
    return bytes([width]) + thrift.count(bytes_each << 1 | 1) + _without_rest(together, width)


def _without_rest(words: npt.NDArray[np.unsignedinteger[Any]], size: int) -> bytes:
    """Return the first bytes of each word."""
    if words.itemsize == size:
        return words.tobytes()
    apart = words.view(np.uint8).reshape(-1, words.itemsize)
    # Column by column: of rows of a few bytes each would be copied by itself.
    found = np.empty((len(words), size), np.uint8)
    for place in range(size):
        found[:, place] = apart[:, place]
    return found.tobytes()


@cache
def _spread(width: int) -> list[npt.NDArray[np.unsignedinteger[Any]]]:
    """Return for each digit of a place, by byte of eight rows, where the ones of the digit come.

    Eight places of ``width`` digits stand side by side, that of the first row first.
    """
    word = next(f"<u{size}" for size in (1, 2, 4, _WIDEST) if size >= width)
    where = [[bit * width for bit in range(8) if byte >> bit & 1] for byte in range(256)]
    return [
        np.array([sum(1 << place + digit for place in ones) for ones in where], word)
        for digit in range(width)
    ]


def _all_there(rows: int) -> bytes:
    """Return that no row of a page is null: one run, after its length in bytes."""
    run = thrift.count(rows << 1) + bytes([1])
    return len(run).to_bytes(4, _ORDER) + run


def _chunk(at: int, about: Mapping[int, Field]) -> bytes:
    """Return what the foot of a file says of a column of some rows, which begins at a place."""
    return thrift.record({
        2: whole(at, thrift.INT64), 3: Field(thrift.RECORD, thrift.record(about))
    })  # fmt: skip


def _foot(file: bytes) -> dict[int, Field]:
    size = int.from_bytes(file[-_TAIL:-4], _ORDER)
    return thrift.fields(file[-_TAIL - size : -_TAIL])


def _columns_of(file: bytes) -> list[dict[int, Field]]:
    """Return what a file says of its columns; its rows are in one group."""
    (group,) = thrift.items(_foot(file)[_FOOT_GROUPS])
    chunks = thrift.items(thrift.fields(group)[1])
    return [thrift.fields(thrift.fields(chunk)[3].written) for chunk in chunks]
