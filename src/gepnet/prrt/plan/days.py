"""Which days a department works, and which of them are slots for a cycle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from gepnet.knowledge import InputError, asked, nearest, refuse_all

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Working days, slots for cycles, and the public holidays of a country or region of it.

    ``country`` is an ISO 3166 code such as ``NO``, with a region of the country after a hyphen
    (``DE-BY``); None knows no holidays. ``closed`` are further days without work.
    """

    working: tuple[str, ...]
    slots: tuple[str, ...]
    country: str | None = None
    closed: frozenset[datetime.date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        given = (("working_days", self.working), ("slots", self.slots))
        wrong = [(name, day) for name, days in given for day in days if day not in WEEKDAYS]
        expected = f"weekdays among {', '.join(WEEKDAYS)}"
        faults = ((asked(name, repr(day), expected), day) for name, day in wrong)
        refuse_all(replace(f, nearest=nearest(day[:3], WEEKDAYS)) for f, day in faults)
        _ = self._holidays  # a country that is not known is a fault of the question

    @cached_property
    def _holidays(self) -> Any:
        if self.country is None:
            return {}
        import holidays

        code, _, region = self.country.partition("-")
        try:
            # Without a language the names would follow the machine, and so would the plan.
            return holidays.country_holidays(
                code.upper(), subdiv=region.upper() or None, language="en_US"
            )
        except NotImplementedError as error:
            known = holidays.list_supported_countries()
            if code.upper() in known:
                regions = known[code.upper()]
                expected = f"a region of {code}: {', '.join(regions)}"
                close = nearest(region, regions)
            else:
                expected = "a country code such as NO, DE, IT, UK or US"
                close = nearest(code.upper(), known)
            fault = asked("holidays", repr(self.country), expected)
            raise InputError([replace(fault, nearest=close)]) from error

    def why_closed(self, day: datetime.date) -> str | None:
        """Return why nothing is planned on a day, or None if it is a working day."""
        if WEEKDAYS[day.weekday()] not in self.working:
            return "weekend" if day.weekday() > 4 else "no working day"
        if day in self.closed:
            return "department closed"
        name = self._holidays.get(day)
        return None if name is None else f"holiday: {name}"

    def nearest(
        self,
        target: datetime.date,
        first: datetime.date,
        last: datetime.date,
        later_first: bool = True,
    ) -> datetime.date | None:
        """Return the working day from ``first`` to ``last`` that is nearest to ``target``."""
        days = outward(target, first, last, later_first)
        return next((day for day in days if self.why_closed(day) is None), None)

    def why_no_slot(self, day: datetime.date) -> str | None:
        """Return why no cycle is given on a day, or None if it is a slot."""
        closed = self.why_closed(day)
        if closed is not None:
            return closed
        return None if WEEKDAYS[day.weekday()] in self.slots else f"no slot on {day:%A}"


def outward(
    target: datetime.date, first: datetime.date, last: datetime.date, later_first: bool = True
) -> Iterator[datetime.date]:
    """Yield the days from ``first`` to ``last``, nearest to ``target`` first."""
    count = (last - first).days + 1
    days = [first + n * _ONE_DAY for n in range(max(0, count))]
    sign = -1 if later_first else 1
    yield from sorted(days, key=lambda day: (abs((day - target).days), sign * (day - target).days))
