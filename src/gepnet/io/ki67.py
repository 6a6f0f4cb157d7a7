"""Read the Ki-67 text of a published case: several values, each with what is known of its time.

The grammar is small on purpose. A text is split at semicolons; each part is a value with a percent
sign (``15 %``, ``<1 %``, ``2-10 %``, ``>20 %``) and words about specimen or time listed in
``knowledge/cases/words.yaml``. What is not understood is not used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

_NUMBER = r"\d+(?:\.\d+)?"
_PART = re.compile(
    rf"^(?P<revised>revised to )?(?P<value>(?:[<>] ?)?{_NUMBER}(?:-{_NUMBER})?) ?%(?P<tail>.*)$"
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
    for part in (piece.strip() for piece in text.split(";")):
        match = _PART.match(part)
        item = None if match is None else _value(match, specimens, losses)
        if item is not None:
            values.append(item)
        elif not part.startswith("unknown"):
            losses.append("a part that gives no value, or one whose time and meaning are not clear")
    # A value alone in its text is the report; beside others it may be any of them.
    untold: When = "start" if len(values) == 1 else "unclear"
    values = [replace(v, when=untold) if v.when == "untold" else v for v in values]
    return Ki67Text(tuple(values), tuple(losses))


def _value(
    match: re.Match[str], specimens: Mapping[str, Any], losses: list[str]
) -> Ki67Value | None:
    value, tail = match["value"].replace(" ", ""), match["tail"]
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
    revises = match["revised"] is not None
    year = _YEAR.match(tail)
    if year is not None:
        return Ki67Value(value, int(year[1]), revises=revises)
    if not tail:
        return Ki67Value(value, "unclear" if revises else "untold", revises=revises)
    words = specimens.get(tail)
    if words is None:
        return None
    return Ki67Value(value, words["known"], words.get("site"), revises)


def _bounds(value: str) -> tuple[Decimal, Decimal]:
    if value[0] in "<>":
        number = Decimal(value[1:])
        return (Decimal(0), number) if value[0] == "<" else (number, Decimal(100))
    low, _, high = value.partition("-")
    return Decimal(low), Decimal(high or low)
