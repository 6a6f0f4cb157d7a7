"""Laboratory values of a record as series, with the limits of normal that came with them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.record import Observation, Record
from gepnet.tables import Shown, also_shown
from gepnet.vocabulary import TRUTH_WORDS, Interval

#: The words for what holds, does not, or is open for this patient.
HOLDS = {True: "yes", False: "no", None: "open"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one analyte on a day; ``lln`` is the laboratory's lower limit of normal."""

    day: Annotated[datetime.date, Shown("date")]
    analyte: Annotated[str, Shown(hidden=True)]
    value: Decimal
    lln: Decimal | None
    event: Annotated[str, Shown(hidden=True)]

    @property
    @also_shown
    def low(self) -> Annotated[bool | None, Shown(by=TRUTH_WORDS)]:
        """Whether the value lies below normal; None where the limit is not known."""
        return None if self.lln is None else self.value < self.lln


def samples_of(record: Record, at: datetime.date) -> dict[str, list[Sample]]:
    """Return the exact, fully dated values of laboratory events up to ``at``, oldest first.

    A value given as a range and a value without a full date tell nothing of a course over time and
    are left out.
    """
    found: dict[str, list[Sample]] = {}
    for event in record.events:
        if event.kind not in ("laboratory", "body") or event.withdrawn or event.date is None:
            continue
        day = event.date.first
        if day != event.date.last or day > at:
            continue
        limits = event.limits if isinstance(event, Observation) else {}
        for name, value in event.values.items():
            if isinstance(value, Interval) and value.is_point:
                bounds = limits.get(name)
                lln = None if bounds is None else bounds.lln
                found.setdefault(name, []).append(Sample(day, name, value.low, lln, event.id))
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
