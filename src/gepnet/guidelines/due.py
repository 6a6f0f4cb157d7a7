"""What was read so long ago that somebody should look whether it still holds."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from gepnet.knowledge import Knowledge, Problem
from gepnet.knowledge.kinds import KINDS, ageing
from gepnet.knowledge.shapes import Ageing

_EXPECTED = "the day by which to look whether it still holds, such as 2027-02-28"


@dataclass(frozen=True)
class Due:
    """An entry past the day by which it should be looked at again.

    Attributes:
        kind: the field of the knowledge that it stands in.
        entry: its id.
        name: what people call it.
        date: from when it is, where that is known.
        source: where it was read.
        look_again: the day by which somebody was to look.
        days_past: how many days ago that was.
    """

    kind: str
    entry: str
    name: str
    date: str | None
    source: str
    look_again: datetime.date
    days_past: int


def due(knowledge: Knowledge, day: datetime.date) -> list[Due]:
    """Return what is past its day to be looked at again, the longest first."""
    found = [
        Due(
            KINDS[kind][0].owner or kind.removesuffix("s"),
            getattr(entry, "id", ""),
            _name(entry),
            _date(entry),
            getattr(entry, "source", ""),
            entry.look_again,
            (day - entry.look_again).days,
        )
        for kind, entry in ageing(knowledge)
        if entry.look_again is not None and entry.look_again < day
    ]
    return sorted(found, key=lambda one: (one.look_again, one.kind, one.entry))


def check_ageing(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a warning for everything that ages and has no day to be looked at again."""
    for _, entry in ageing(knowledge):
        if entry.look_again is None:
            yield Problem.at(entry, "look_again", "", _EXPECTED, severity="warning")


def _name(entry: Ageing) -> str:
    """Return a product with its region, or the short name of a text."""
    product = getattr(entry, "product", None) or getattr(entry, "option", None)
    if product is not None:
        return f"{product} ({getattr(entry, 'region', '')})"
    return str(getattr(entry, "short", "") or getattr(entry, "title", ""))


def _date(entry: Ageing) -> str | None:
    """Return the date of an event, of a document or of the beginning of an indication."""
    named = (getattr(entry, key, None) for key in ("date", "from_", "published", "year"))
    return next((str(one) for one in named if one), None)
