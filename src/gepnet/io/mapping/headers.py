"""What a header may be called after: its words, its unit, and the parts that only say which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gepnet.io.mapping.words import words
from gepnet.vocabulary.words import fold

_BRACKET = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[\s_:;,/.-]+")
_UNIT = re.compile(
    r"(.*?)[\s_,]+((?:x?10[\^*e]?\d+[_/]?[lL]"
    r"|[munpk\u00b5\u03bc]?(?:g|mol|U|IU|L|l|kat|kU)[/_ ](?:d?[lL]|m[lL]|24 ?h|d|day)"
    r"|[UMNPK]?MOL[/_]D?L|[UMNK]?G[/_]D?L"
    r"|%|pct|percent|mm|cm|kg|GBq|gbq|mg|months?|mo|ml[/_]min|mL/min|ULN|xULN|x ?ULN))$"
)
_NUMBERED = re.compile(r"^(?:(\d{1,2})(?:st|nd|rd|th|\.|°|ª|º|ère|e|a|o)?)$")


@dataclass(frozen=True)
class Header:
    """A header: its words without brackets, the brackets, and a unit at its end."""

    text: str
    bare: str
    brackets: tuple[str, ...]
    unit: str | None

    def called(self) -> Iterator[tuple[str, float]]:
        """Yield what the column may be called, the most exact first, each with how sure that is."""
        yield self.text, 1.0
        for inner in self.brackets:
            yield f"{self.bare} {inner}", 0.98
        yield self.bare, 0.95
        if self.unit:
            match = _UNIT.fullmatch(self.bare)
            yield (match[1] if match else self.bare), 0.94
        parts = self.words()
        which = {word.casefold() for word in words().which}
        kept = [part for part in parts if part.casefold() not in which]
        if kept and kept != parts:
            yield " ".join(kept), 0.85
        for size in range(len(kept) - 1, 0, -1):
            for start in range(len(kept) - size + 1):
                piece = " ".join(kept[start : start + size])
                if len(fold(piece)) > 2:
                    yield piece, 0.35 + 0.4 * size / len(kept)

    def words(self) -> list[str]:
        """Return the words of the header."""
        plain = _CAMEL.sub(" ", self.bare)
        return [part for part in _SPLIT.split(plain) if part]


@cache
def header_of(text: str) -> Header:
    """Return a header taken apart."""
    brackets = tuple(found.strip() for found in _BRACKET.findall(text) if found.strip())
    bare = _BRACKET.sub(" ", text).strip(" :*?-_")
    bare = re.sub(r"\s+", " ", bare) or text
    match = _UNIT.fullmatch(bare)
    unit = None if match is None else match[2]
    return Header(text, bare, brackets, unit)


def is_called(text: str, names: Iterable[str]) -> bool:
    """Whether a header is one of some words."""
    wanted = {fold(name) for name in names}
    head = header_of(text)
    return fold(head.text) in wanted or fold(head.bare) in wanted


def without(text: str, names: Iterable[str]) -> str | None:
    """Return a header without one of some words at its beginning or end; None if it has none."""
    head = header_of(text)
    parts = head.words()
    folded = [fold(part) for part in parts]
    for name in sorted(names, key=len, reverse=True):
        wanted = [fold(part) for part in _SPLIT.split(name) if fold(part)]
        size = len(wanted)
        if not size or size >= len(parts) + 1:
            continue
        if folded[-size:] == wanted:
            return " ".join(parts[:-size])
        if folded[:size] == wanted:
            return " ".join(parts[size:])
        joined = "".join(folded)
        if size == 1 and len(wanted[0]) > 3 and joined.endswith(wanted[0]) and len(parts) == 1:
            return head.bare[: -len(name)]
    return None


def part_of(text: str, said: Mapping[str, Iterable[str]]) -> tuple[str, str] | None:
    """Return which part of something a header names, and the rest of it; longest word first."""
    every = sorted(
        ((name, part) for part, names in said.items() for name in names),
        key=lambda item: -len(item[0]),
    )
    for name, part in every:
        rest = without(text, [name])
        if rest is not None:
            return part, rest
    return None


def line_of(text: str) -> int | None:
    """Return the number of the line of treatment that a header is about, as in ``2nd line``."""
    parts = [fold(part) for part in header_of(text).words()]
    lines = {fold(word) for word in words().line}
    found = [int(m[1]) for part in parts if (m := _NUMBERED.match(part))]
    tight = re.fullmatch(r"([a-z]+?)(\d{1,2})", parts[0]) if parts else None
    if tight and tight[1] in lines:
        return int(tight[2])
    rest = [part for part in parts if not _NUMBERED.match(part)]
    return found[0] if len(found) == 1 and any(part in lines for part in rest) else None
