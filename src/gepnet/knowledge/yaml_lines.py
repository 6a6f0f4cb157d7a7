"""YAML line by line: what a long file nearly always is, in a fraction of the time of a parser.

Each line is an entry of a mapping or a sequence, with its value on the same line or in lines that
stand further in. Only what YAML reads in one way is read here. Anything else (text over several
lines, anchors, tags, escapes, tabs) is left to the whole reader, with which this one has to agree:
an item of a sequence alone, such as the event that holds a note, else all of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from gepnet.knowledge.scalars import plain_scalar

# Far beyond what a file of lines nests.
_DEEPEST = 20
# Each odd item costs the start of a parser: of many of them the whole reader is faster.
_MOST_ODD = 1000
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


def read_lines(text: str, whole: Callable[[str], Any]) -> dict[str, Any]:
    """Return the mapping that a text of plain lines is.

    Args:
        text: of the file.
        whole: reads an item of a sequence in which a line is odd, such as a note over several
            lines: it is given the lines of the item, and returns None where it cannot judge them.

    Raises:
        NotPlain: if it is anything else, or has many odd items.
    """
    return _Lines(text.replace("\r\n", "\n"), whole).root()


class _Lines:
    def __init__(self, text: str, whole: Callable[[str], Any]) -> None:
        self.text = text
        self.whole = whole
        self.rows: list[Row] = _LINE.findall(text)
        self.odd = 0

    def root(self) -> dict[str, Any]:
        """Return the mapping that the whole text is."""
        at = self.next(0)
        if at == len(self.rows) or self.rows[at][0].endswith("- "):
            raise NotPlain
        data, end = self.mapping(at, self.rows[at][0], 1)
        if end < len(self.rows):
            raise NotPlain
        return data

    def next(self, at: int) -> int:
        """Return the place of the next row that says something."""
        while at < len(self.rows) and _is_empty(self.rows[at]):
            at += 1
        return at

    def mapping(self, at: int, indent: str, depth: int) -> tuple[dict[str, Any], int]:
        """Return the mapping of which the keys stand behind an indentation, and where it ends."""
        rows = self.rows
        found: dict[str, Any] = {}
        while at < len(rows):
            before, _, key, plain, other, odd = rows[at]
            if before != indent or not key:
                if _is_empty(rows[at]):
                    at += 1
                    continue
                if odd or len(before.removesuffix("- ")) >= len(indent):
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
                found[key], at = self.below(self.next(at), indent, depth)
        return found, at

    def below(self, at: int, indent: str, depth: int) -> tuple[Any, int]:
        """Return the value of a key that has none on its line, and where it ends."""
        if depth > _DEEPEST:
            raise NotPlain
        if at == len(self.rows):
            return None, at
        before, _, key, _, _, odd = self.rows[at]
        if odd:  # of an item, or beyond this reader
            line = self.lines[at].lstrip(" ")
            before = " " * (len(self.lines[at]) - len(line)) + line[:2]
        inner = before.removesuffix("- ")
        if inner != before and len(inner) >= len(indent):
            return self.sequence(at, before, depth + 1)
        if odd:
            raise NotPlain
        if len(inner) <= len(indent):
            return None, at
        if not key:
            raise NotPlain
        return self.mapping(at, before, depth + 1)

    def sequence(self, at: int, indent: str, depth: int) -> tuple[list[Any], int]:
        """Return the sequence of which the dashes end an indentation, and where it ends."""
        rows = self.rows
        found: list[Any] = []
        while at < len(rows):
            before, _, _, _, _, odd = rows[at]
            if before != indent:
                if _is_empty(rows[at]):
                    at += 1
                    continue
                if odd and self.lines[at].startswith(indent):
                    item, at = self.odd_item(at, indent)
                    found.append(item)
                    continue
                if odd or len(before.removesuffix("- ")) > len(indent) - 2:
                    raise NotPlain
                break
            try:
                item, end = self.item(at, indent, depth)
            except NotPlain:
                item, end = self.odd_item(at, indent)
            found.append(item)
            at = end
        return found, at

    def item(self, at: int, indent: str, depth: int) -> tuple[Any, int]:
        """Return an item of a sequence, and where it ends."""
        _, quotes, key, plain, other, odd = self.rows[at]
        if key:
            # As if the mapping began on a line of its own.
            inner = f"{indent[:-2]}  "
            self.rows[at] = (inner, quotes, key, plain, other, odd)
            return self.mapping(at, inner, depth + 1)
        if not plain and not other:
            raise NotPlain
        return (plain_scalar(plain) if plain else _one_line(other)), at + 1

    def odd_item(self, at: int, indent: str) -> tuple[Any, int]:
        """Return an item with an odd line as the whole reader has it, and where it ends.

        It goes on as long as lines stand further in than its dash. What began in it and goes on
        beyond, as text in quotes can, the whole reader refuses here and is given all of the file.
        """
        self.odd += 1
        if self.odd > _MOST_ODD:
            raise NotPlain
        inner = " " * (len(indent) - 1)
        end = at + 1
        while end < len(self.lines) and (
            self.lines[end].startswith(inner) or not self.lines[end].strip(" ")
        ):
            end += 1
        last = "" if end == len(self.lines) else "\n"
        found = self.whole("\n".join(self.lines[at:end]) + last)
        if not isinstance(found, list) or len(found) != 1:
            raise NotPlain
        return found[0], end

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, one for each row."""
        return self.text.split("\n")


def _is_empty(row: Row) -> bool:
    """Whether a row is empty or a comment."""
    return not any(row[1:]) and not row[0].endswith("- ")


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
