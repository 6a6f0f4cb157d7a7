"""Laboratory values of a record as series, with the limits of normal that came with them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.record import Measured
from gepnet.tables import Shown, also_shown, number_or_text
from gepnet.vocabulary import TRUTH_WORDS, Interval, Place, in_order, places

#: The words for what holds, does not, or is open for this patient.
HOLDS = {True: "yes", False: "no", None: "open"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one analyte on a day; ``lln`` is the laboratory's lower limit of normal.

    A value may be known within bounds only, as ``<5`` is; in data it is then that text.
    """

    day: Annotated[datetime.date, Shown("date")]
    analyte: Annotated[str, Shown(hidden=True)]
    value: Annotated[Interval, Shown(by=number_or_text)]
    lln: Decimal | None
    event: Annotated[str, Shown(hidden=True)]

    @property
    @also_shown
    def low(self) -> Annotated[bool | None, Shown(by=TRUTH_WORDS)]:
        """Whether the value lies below normal; None where that is not known."""
        if self.lln is None:
            return None
        return True if self.value.high < self.lln else False if self.value.low >= self.lln else None


def series_of(values: Iterable[Measured], at: datetime.date) -> dict[str, list[Sample]]:
    """Return the fully dated values up to ``at`` by analyte, oldest first.

    A value without a full date tells nothing of a course over time and is left out. Values of one
    day are one where no time of day orders them: what they are together.
    """
    days: dict[tuple[str, datetime.date], list[Measured]] = {}
    for one in values:
        if one.date.first == one.date.last <= at:
            days.setdefault((one.analyte, one.date.first), []).append(one)
    found: dict[str, list[Sample]] = {}
    for (analyte, day), same in sorted(days.items(), key=lambda pair: pair[0][1]):
        found.setdefault(analyte, []).extend(_together(group, day) for group in _told_apart(same))
    return found


def _told_apart(values: Sequence[Measured]) -> list[list[Measured]]:
    """Return the values of a day in order, those together that nothing orders."""
    if any(one.date.moment is None for one in values):
        return [list(values)]
    placed = places([one.date for one in values])
    groups: dict[Place, list[Measured]] = {}
    for one in in_order([(one.date, one) for one in values]):
        groups.setdefault(placed[one.date], []).append(one)
    return list(groups.values())


def _together(values: Sequence[Measured], day: datetime.date) -> Sample:
    """Return one sample of values of one time, from the least to the greatest of them."""
    first = values[0]
    low, high = min(one.value.low for one in values), max(one.value.high for one in values)
    alone = all(one.value == first.value for one in values)
    limits = {one.lln for one in values if one.lln is not None}
    return Sample(
        day,
        first.analyte,
        first.value if alone else Interval(low, high),
        limits.pop() if len(limits) == 1 else None,
        first.event,
    )


def since(series: list[Sample], first_dose: datetime.date | None) -> list[Sample]:
    """Return a series from its baseline on: the last sample up to the first dose, if there is one.

    Without a first dose the whole series counts.
    """
    if first_dose is None:
        return series
    before = [sample for sample in series if sample.day <= first_dose]
    return before[-1:] + [sample for sample in series if sample.day > first_dose]
