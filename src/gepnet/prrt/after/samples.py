"""Laboratory values of a record as series, with the limits of normal that came with them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.record import Record, measured
from gepnet.tables import Shown, also_shown, number_or_text
from gepnet.vocabulary import TRUTH_WORDS, Interval

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


def samples_of(record: Record, at: datetime.date) -> dict[str, list[Sample]]:
    """Return the fully dated values of laboratory events up to ``at``, oldest first.

    A value without a full date tells nothing of a course over time and is left out.
    """
    found: dict[str, list[Sample]] = {}
    for one in measured(record.events, ("laboratory", "body")):
        day = one.date.first
        if day == one.date.last and day <= at:
            sample = Sample(day, one.analyte, one.value, one.lln, one.event)
            found.setdefault(one.analyte, []).append(sample)
    for series in found.values():
        series.sort(key=lambda sample: sample.day)
    return found


def add_samples(found: dict[str, list[Sample]], more: Iterable[Sample]) -> None:
    """Add values; one that is known already for the same day stays."""
    for sample in more:
        series = found.setdefault(sample.analyte, [])
        if sample.day not in {one.day for one in series}:
            series.append(sample)
    for series in found.values():
        series.sort(key=lambda sample: sample.day)


def since(series: list[Sample], first_dose: datetime.date | None) -> list[Sample]:
    """Return a series from its baseline on: the last sample up to the first dose, if there is one.

    Without a first dose the whole series counts.
    """
    if first_dose is None:
        return series
    before = [sample for sample in series if sample.day <= first_dose]
    return before[-1:] + [sample for sample in series if sample.day > first_dose]
