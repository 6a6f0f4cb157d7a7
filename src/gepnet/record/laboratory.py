"""Laboratory values of events, as reported, each with the limits of normal that came with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gepnet.record.model import AnyEvent, Limits, Observation
from gepnet.vocabulary import Interval, PartialDate


@dataclass(frozen=True)
class Measured:
    """One value of one analyte with the limits of its laboratory; ``event`` is where it stands."""

    analyte: str
    date: PartialDate
    value: Interval
    lln: Decimal | None
    uln: Decimal | None
    event: str


def measured(
    events: Iterable[AnyEvent], kinds: Sequence[str] = ("laboratory",)
) -> Iterator[Measured]:
    """Yield the values of standing events of some kinds, in their order.

    An event without a date is left out.
    """
    for event in events:
        if event.kind not in kinds or event.withdrawn or event.date is None:
            continue
        given = event.limits if isinstance(event, Observation) else {}
        for name, value in event.values.items():
            if isinstance(value, Interval):
                limits = given.get(name, Limits())
                yield Measured(name, event.date, value, limits.lln, limits.uln, event.id)
