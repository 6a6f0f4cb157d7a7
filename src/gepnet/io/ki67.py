"""Read the Ki-67 text of a published case: several values, each with what is known of its time.

The grammar is small on purpose. A text is split at semicolons, and at commas and "and" before
another value. Each part is a value with a percent sign (``15 %``, ``<1 %``, ``2-10 %``, ``about 15
%``, ``up to 5 %``), or with the name of the index before it, and words about specimen or time.
These are listed in ``knowledge/cases/words.yaml``, whole (``ki67_specimen``) or one by one
(``ki67_words``). What is not understood is not used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from gepnet.io.case_file import table

_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = rf"(?:[<>]=? ?|~ ?)?{_NUMBER}(?:-{_NUMBER})?"
_PART = re.compile(rf"^(?P<revised>revised to )?(?P<value>{_VALUE}) ?%(?P<tail>.*)$")
# A value may follow what names its specimen: "liver 5 %", and the name of the index.
_TURNED = re.compile(rf"^(?P<head>[a-z][a-z -]*?):? (?P<value>{_VALUE}) ?%(?P<tail>.*)$", re.I)
_INDEX = re.compile(
    r"\b(?:Ki-?67|MIB-?1)(?: (?:labell?ing )?(?:index|LI))?(?: of| was| is)?\s*[:=]?\s*",
    re.I,
)
_BARE = re.compile(rf"^{_VALUE}$")
_SPLIT = re.compile(rf";|(?:,|\band\b)\s*(?=(?:[a-z-]+ )?{_VALUE} ?%)", re.I)
# Words of a bound, as signs.
_SIGNS = (
    (re.compile(r"\u2264|\b(?:up to|at most|no more than)\b", re.I), "<="),
    (re.compile(r"\u2265|\b(?:at least|no less than)\b", re.I), ">="),
    (re.compile(r"\b(?:less than|lower than|below|under)\b", re.I), "<"),
    (re.compile(r"\b(?:more than|higher than|greater than|above|over)\b", re.I), ">"),
    (
        re.compile(r"\b(?:about|around|approximately|ca\.?|circa)(?= ?\d)|\u2248", re.I),
        "~",
    ),
    (re.compile(r"(?<=\d) ?(?:\u2013|\bto\b) ?(?=\d)"), "-"),
    (re.compile(r"(?<=\d) - (?=\d)"), "-"),
)
_YEAR = re.compile(r"^in (\d{4})$")
_HOT_SPOT = re.compile(rf"\(hot-spot ({_NUMBER})\)")
_REVIEW = re.compile(rf"\(review {_NUMBER} %\)")
_QUOTED = re.compile(r"\"[^\"]*\"")

# A year; known from the first decision point on; at a time left open; nothing said about time.
When = int | Literal["start", "unclear", "untold"]


@dataclass(frozen=True)
class Ki67Value:
    """One value as a fact takes it, with its specimen and when its report was made."""

    value: str
    when: When
    site: str | None = None
    revises: bool = False

    def covers(self, number: Decimal) -> bool:
        """Whether ``number`` equals this value, is a bound of it or lies inside it."""
        low, high = _bounds(self.value)
        return low <= number <= high


@dataclass(frozen=True)
class Ki67Text:
    """All values of a text in the order given, and what of the text was not used."""

    values: tuple[Ki67Value, ...] = ()
    losses: tuple[str, ...] = ()

    def index_of(self, number: Decimal) -> int | None:
        """Return which value ``number`` stands for: the same one if there is, else a range."""
        fitting = [index for index, item in enumerate(self.values) if item.covers(number)]
        same = [index for index in fitting if _bounds(self.values[index].value) == (number,) * 2]
        return next(iter([*same, *fitting]), None)

    def known(self, stated: Collection[int], year: int | None) -> tuple[Ki67Value, ...]:
        """Return the values known at a decision point.

        Args:
            stated: values that this or an earlier decision point states, by place in the text.
            year: year of the decision point; a report of an earlier year is known.

        A text lists reports as they came, so a known value makes those before it known.
        """
        last = -1
        for index, item in enumerate(self.values):
            by_year = isinstance(item.when, int) and year is not None and item.when < year
            if index in stated or by_year or item.when == "start":
                last = index
        return self.values[: last + 1]


def read_ki67(text: str, specimens: Mapping[str, Any]) -> Ki67Text:
    """Read a Ki-67 text.

    Args:
        text: as the case file gives it.
        specimens: words for specimen and time, each with ``known`` and perhaps ``site``.
    """
    values: list[Ki67Value] = []
    losses: list[str] = []
    for part in _parts(text):
        match = _PART.match(part) or _TURNED.match(part)
        item = None if match is None else _value(match, specimens, losses)
        if item is not None:
            values.append(item)
        elif not part.startswith("unknown"):
            losses.append("a part that gives no value, or one whose time and meaning are not clear")
    # A value alone in its text is the report; beside others it may be any of them.
    untold: When = "start" if len(values) == 1 else "unclear"
    values = [replace(v, when=untold) if v.when == "untold" else v for v in values]
    return Ki67Text(tuple(values), tuple(losses))


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a text, with signs for words and a percent sign after each value."""
    named = _INDEX.search(text) is not None
    for sign, mark in _SIGNS:
        text = sign.sub(mark, text)
    for piece in _SPLIT.split(_INDEX.sub("", text)):
        part = re.sub(r"([<>]=?|~) (?=\d)", r"\1", piece.strip())
        bare = _BARE.match(part) and (named or part == text.strip())
        # Below 1 without a percent sign it may be a fraction.
        yield f"{part} %" if bare and not part.startswith("0") else part


def _value(
    match: re.Match[str], specimens: Mapping[str, Any], losses: list[str]
) -> Ki67Value | None:
    value, tail = match["value"].replace(" ", ""), match["tail"]
    given = match.groupdict()
    if given.get("head"):
        tail = f"{given['head']} {tail}"
    hot_spot = _HOT_SPOT.search(tail)
    if hot_spot is not None:
        # The index is defined on the areas of highest labelling; the note keeps the range.
        value, tail = hot_spot[1], _HOT_SPOT.sub("", tail)
    for pattern, loss in (
        (_REVIEW, "a review value, because its time is not stated"),
        (_QUOTED, "the words beside the value"),
    ):
        if pattern.search(tail):
            losses.append(loss)
            tail = pattern.sub("", tail)
    tail = tail.replace("heterogeneous", "").strip(" ,")
    if value.startswith("~") and value.endswith("0") and "." not in value:
        losses.append("a round number, which does not say how near it is")
        return None
    revises = given.get("revised") is not None
    year = _YEAR.match(tail)
    if year is not None:
        return Ki67Value(value, int(year[1]), revises=revises)
    if not tail:
        return Ki67Value(value, "unclear" if revises else "untold", revises=revises)
    words = specimens.get(tail) or _one_by_one(tail)
    if words is None:
        return None
    return Ki67Value(value, words["known"], words.get("site"), revises)


def _one_by_one(tail: str) -> Mapping[str, Any] | None:
    """Return what words about a specimen say together; None if one of them is not known."""
    known = table("words")["ki67_words"]
    site, when = None, "unclear"
    for word in re.findall(r"[^\W_]+", tail.casefold()):
        entry = known.get(word)
        if entry is None or (site and entry.get("site", site) != site):
            return None
        site, when = entry.get("site", site), entry.get("known", when)
    return {"site": site, "known": when}


def _bounds(value: str) -> tuple[Decimal, Decimal]:
    if value[0] in "<>~":
        number = Decimal(value.lstrip("<>=~"))
        if value[0] == "~":
            return number, number
        return (Decimal(0), number) if value[0] == "<" else (number, Decimal(100))
    low, _, high = value.partition("-")
    return Decimal(low), Decimal(high or low)
