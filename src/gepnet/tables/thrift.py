"""Records in the compact form of Thrift, as Parquet keeps them: taken apart and put together.

Only of what kind a field is counts here, not what it means: what a library says of a column is
handed on as it was. The form is Apache Thrift's, "Thrift Compact protocol encoding".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

TRUE, FALSE, BYTE, _INT16, INT32, INT64, DOUBLE, BINARY, LIST, SET, _MAP, RECORD = range(1, 13)
_FLAGS = (TRUE, FALSE)
_FIXED = {BYTE: 1, DOUBLE: 8}
# The greatest length of a list, and step to the next field, that has room beside a kind.
_LONGEST, _FARTHEST = 14, 15
_AFTER = 15  # in place of a length: it comes after


class Field(NamedTuple):
    """A field of a record: of what kind it is, and it as written."""

    kind: int
    written: bytes


# Put together ------------------------------------------------------------------------------------


def count(number: int) -> bytes:
    """Return a number from 0 on, seven binary digits a byte, the lowest first."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)


def whole(number: int, kind: int = INT32) -> Field:
    """Return a whole number."""
    return Field(kind, count(number << 1 if number >= 0 else ~(number << 1)))


def binary(text: bytes) -> Field:
    """Return a text."""
    return Field(BINARY, count(len(text)) + text)


def listed(kind: int, written: Iterable[bytes]) -> Field:
    """Return a list of what is of one kind and written."""
    there = list(written)
    size = len(there)
    head = [size << 4 | kind] if size <= _LONGEST else [_AFTER << 4 | kind, *count(size)]
    return Field(LIST, bytes(head) + b"".join(there))


def record(fields: Mapping[int, Field]) -> bytes:
    """Return a record of fields by number."""
    found, last = bytearray(), 0
    for number, (kind, written) in sorted(fields.items()):
        step = number - last
        found += bytes([step << 4 | kind] if step <= _FARTHEST else [kind, *whole(number).written])
        found += written
        last = number
    return bytes(found) + b"\0"


# Taken apart -------------------------------------------------------------------------------------


def fields(written: bytes) -> dict[int, Field]:
    """Return the fields of a record by number."""
    return _fields(written, 0)[0]


def items(field: Field) -> list[bytes]:
    """Return what is in a list, each as written."""
    kind, size, at = _list_head(field.written, 0)
    found = []
    for _ in range(size):
        end = _end(field.written, at, kind)
        found.append(field.written[at:end])
        at = end
    return found


def number(field: Field) -> int:
    """Return a whole number."""
    found, _ = _count(field.written, 0)
    return found >> 1 ^ -(found & 1)


def _fields(written: bytes, at: int) -> tuple[dict[int, Field], int]:
    """Return the fields of a record that begins at a place, and where it ends."""
    found: dict[int, Field] = {}
    place = 0
    while head := written[at]:
        at += 1
        kind, step = head & 15, head >> 4
        if step:
            place += step
        else:
            end = _end(written, at, INT32)
            place, at = number(Field(INT32, written[at:end])), end
        # The kind of a truth says which it is.
        end = at if kind in _FLAGS else _end(written, at, kind)
        found[place] = Field(kind, written[at:end])
        at = end
    return found, at + 1


def _end(written: bytes, at: int, kind: int) -> int:
    """Return where what begins at a place ends; in a list a truth has a byte."""
    if kind == RECORD:
        return _fields(written, at)[1]
    if kind in (LIST, SET):
        kind, size, at = _list_head(written, at)
        for _ in range(size):
            at = _end(written, at, kind)
        return at
    if kind in _FLAGS:
        return at + 1
    if kind in _FIXED:
        return at + _FIXED[kind]
    if kind == _MAP:
        raise ValueError("a map, of which Parquet has none in its records")
    size, at = _count(written, at)
    return at + size if kind == BINARY else at


def _list_head(written: bytes, at: int) -> tuple[int, int, int]:
    kind, size = written[at] & 15, written[at] >> 4
    at += 1
    if size == _AFTER:
        size, at = _count(written, at)
    return kind, size, at


def _count(written: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while written[at] > 127:
        found |= (written[at] & 127) << shift
        shift += 7
        at += 1
    return found | written[at] << shift, at + 1
