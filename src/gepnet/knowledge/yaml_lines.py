"""YAML line by line: what a long file nearly always is, in a fraction of the time of a parser.

Each line is an entry of a mapping or a sequence, with its value on the same line or in lines that
stand further in. Only what YAML reads in one way is read here; a file with anything else (text over
several lines, anchors, tags, escapes, tabs) is left to the whole reader, with which this one has to
agree.
"""

from __future__ import annotations

import re
from typing import Any

from gepnet.knowledge.scalars import plain_scalar

# Far beyond what a file of lines nests.
_DEEPEST = 20
# Neither space nor control character, nor anything that YAML refuses or takes for a line's end.
_BAD = r"\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_FIRST = r"(?:[\w./(+<~]|-(?=[\w.]))"
_PLAIN = rf"{_FIRST}(?:[^ :#{_BAD}]++|:(?=[^ {_BAD}])|(?<=[^ ])#| ++(?=[^ #{_BAD}]))*+"
_KEY = r"[A-Za-z_]\w{0,99}+"
_QUOTED = rf'"[^"\\{_BAD}]*+"|\'[^\'{_BAD}]*+\''
_FLOW = rf"[\[{{][^#\\{_BAD}]*[\]}}]"
# Indentation with its dash, quotes of the key, key, plain value, other value; else what is odd.
_LINE = re.compile(
    rf"^( *+(?:- )?)(?:([\"']?)({_KEY})\2:(?: ++|$))?(?:({_PLAIN})|({_QUOTED}|{_FLOW}))?"
    rf" *+(?:(?<![^ \n])#[^{_BAD}]*+)?$|^(.+)$",
    re.MULTILINE,
)
# Within brackets: a bracket or comma, quotes of the key, key, plain value, value in quotes; else
# what is odd.
_IN_FLOW = rf"{_FIRST}(?:[^ :#,\[\]{{}}?\"'{_BAD}]++|(?<=\d):(?=\d)| ++(?=[^ :#,\[\]{{}}?\"']))*+"
_TOKEN = re.compile(
    rf" *+(?:([\[\]{{}},])|([\"']?)({_KEY})\2: ++|({_IN_FLOW})(?= *[,\]}}])"
    rf"|({_QUOTED})(?= *[,\]}}])) *+|(.)"
)
Row = tuple[str, str, str, str, str, str]
Token = tuple[str, str, str, str, str, str]
_END: Token = ("", "", "", "", "", "end")


class NotPlain(Exception):
    """Something that only the whole reader can judge."""


def read_lines(text: str) -> dict[str, Any]:
    """Return the mapping that a text of plain lines is.

    Raises:
        NotPlain: if it is anything else.
    """
    rows: list[Row] = _LINE.findall(text.replace("\r\n", "\n"))
    at = _next(rows, 0)
    if at == len(rows) or rows[at][0].endswith("- "):
        raise NotPlain
    data, end = _mapping(rows, at, rows[at][0], 1)
    if end < len(rows):
        raise NotPlain
    return data


def _is_empty(row: Row) -> bool:
    """Whether a row is empty or a comment."""
    return not any(row[1:]) and not row[0].endswith("- ")


def _next(rows: list[Row], at: int) -> int:
    """Return the place of the next row that says something."""
    while at < len(rows) and _is_empty(rows[at]):
        at += 1
    return at


def _mapping(rows: list[Row], at: int, indent: str, depth: int) -> tuple[dict[str, Any], int]:
    """Return the mapping of which the keys stand behind an indentation, and where it ends."""
    found: dict[str, Any] = {}
    while at < len(rows):
        before, _, key, plain, other, _ = rows[at]
        if before != indent or not key:
            if _is_empty(rows[at]):
                at += 1
                continue
            if len(before.removesuffix("- ")) >= len(indent):
                raise NotPlain
            break
        if key in found:
            raise NotPlain
        at += 1
        if plain:
            found[key] = plain_scalar(plain)
        elif other:
            found[key] = _one_line(other)
        else:
            found[key], at = _below(rows, _next(rows, at), indent, depth)
    return found, at


def _below(rows: list[Row], at: int, indent: str, depth: int) -> tuple[Any, int]:
    """Return the value of a key that has none on its line, and where it ends."""
    if depth > _DEEPEST:
        raise NotPlain
    if at == len(rows):
        return None, at
    before, _, key, *_ = rows[at]
    inner = before.removesuffix("- ")
    if inner != before and len(inner) >= len(indent):
        return _sequence(rows, at, before, depth + 1)
    if len(inner) <= len(indent):
        return None, at
    if not key:
        raise NotPlain
    return _mapping(rows, at, before, depth + 1)


def _sequence(rows: list[Row], at: int, indent: str, depth: int) -> tuple[list[Any], int]:
    """Return the sequence of which the dashes end an indentation, and where it ends."""
    found: list[Any] = []
    inner = f"{indent[:-2]}  "
    while at < len(rows):
        before, quotes, key, plain, other, odd = rows[at]
        if before != indent or odd:
            if _is_empty(rows[at]):
                at += 1
                continue
            if odd or len(before.removesuffix("- ")) > len(indent) - 2:
                raise NotPlain
            break
        if key:
            # As if the mapping began on a line of its own.
            rows[at] = (inner, quotes, key, plain, other, odd)
            item, at = _mapping(rows, at, inner, depth + 1)
            found.append(item)
            continue
        at += 1
        if not plain and not other:
            raise NotPlain
        found.append(plain_scalar(plain) if plain else _one_line(other))
    return found, at


def _one_line(text: str) -> Any:
    """Return a value in quotes, or what stands in brackets."""
    if text[0] in "\"'":
        return text[1:-1]
    tokens: list[Token] = [*_TOKEN.findall(text), _END]
    value, end = _brackets(tokens, 0, 1)
    if tokens[end] is not _END:
        raise NotPlain
    return value


def _brackets(tokens: list[Token], at: int, depth: int) -> tuple[Any, int]:
    """Return what stands between a bracket and the one that closes it, and where it ends."""
    is_mapping = tokens[at][0] == "{"
    closing = "}" if is_mapping else "]"
    mapping: dict[str, Any] = {}
    items: list[Any] = []
    at += 1
    if tokens[at][0] == closing:
        return (mapping if is_mapping else items), at + 1
    while depth < _DEEPEST:
        mark, _, key, plain, quoted, odd = tokens[at]
        if odd or bool(key) is not is_mapping or key in mapping:
            raise NotPlain
        if is_mapping:
            at += 1
            mark, _, again, plain, quoted, odd = tokens[at]
            if again or odd:
                raise NotPlain
        value: Any
        if mark in ("[", "{"):
            value, at = _brackets(tokens, at, depth + 1)
        elif mark:
            raise NotPlain
        else:
            value, at = (plain_scalar(plain) if plain else quoted[1:-1]), at + 1
        if is_mapping:
            mapping[key] = value
        else:
            items.append(value)
        if tokens[at][0] == closing:
            return (mapping if is_mapping else items), at + 1
        if tokens[at][0] != ",":
            raise NotPlain
        at += 1
    raise NotPlain
