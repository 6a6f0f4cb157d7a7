"""What an event with fields of its own cannot say, once it has been read."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gepnet.record.cycles import check_release
from gepnet.record.model import AdverseEvent, AnyEvent, Cycle, Progression, Release, Treatment
from gepnet.record.story import REFUSED, out_of_order
from gepnet.vocabulary import Fact, PartialDate, Value, Vocabulary
from gepnet.vocabulary.words import OPTION, without_dose

Path = tuple[str | int, ...]
# Fields of a treatment that are held to the range of the months of benefit.
_MONTHS = ("benefit_months", "benefit_from_last_dose_months", "duration_months")


@dataclass(frozen=True)
class EventChecks:
    """Checks of what was read; faults are told, nothing is changed.

    ``_fault`` tells a fault, ``_value`` reads a value of a fact, faults included.
    """

    _vocabulary: Vocabulary
    _today: datetime.date
    _fault: Callable[..., None]
    _value: Callable[[Fact, Any, Path], Value]

    def event(self, event: AnyEvent, path: Path) -> None:
        """Tell what an event with fields of its own cannot say."""
        if isinstance(event, Progression):
            self._progression(event, path)
        if isinstance(event, AdverseEvent):
            self.options(event.on, (*path, "on"))
            self.future(event.resolved, (*path, "resolved"))
        if isinstance(event, Treatment):
            self._treatment(event, path)
        if isinstance(event, Cycle):
            self.options((event.option,), (*path, "option"))
        if isinstance(event, Release):
            for release in check_release(event):
                self._fault((*path, release.field), release.value, release.expected)

    def _progression(self, event: Progression, path: Path) -> None:
        self.options(event.on, (*path, "on"))
        for name in set(event.types) & set(event.excluded):
            self._fault((*path, "excluded"), name, "a sign that 'types' does not name as well")

    def _treatment(self, event: Treatment, path: Path) -> None:
        self.options((event.option,), (*path, "option"))
        for name in ("start", "stop", "last_dose"):
            self.future(getattr(event, name), (*path, name))
        if event.ongoing and (event.stop or event.stop_reason):
            self._fault((*path, "ongoing"), True, "false, or no 'stop' and no 'stop_reason'")
        months = self._vocabulary.get(f"benefit_months_{event.option}")
        for name in _MONTHS:
            if months is not None and getattr(event, name) is not None:
                self._value(months, getattr(event, name), (*path, name))

    def options(self, options: tuple[str, ...], path: Path) -> None:
        """Tell what is no option of the therapy tree."""
        known = self._vocabulary.options
        for option in options:
            if option not in known:
                words = self._vocabulary.words.of(OPTION)
                near = words.suggest(option) or words.suggest(without_dose(option))
                self._fault(path, option, "an option of the therapy tree", near)

    def future(
        self, day: PartialDate | None, path: Path, named: tuple[str, str] | None = None
    ) -> None:
        """Tell a day that has not come yet."""
        if day is not None and day.first > self._today:
            self._fault(path, str(day), f"a date not after {self._today}", named=named)

    def order(self, events: Mapping[int, AnyEvent]) -> None:
        """Refuse what cannot have happened in this order."""
        for one in out_of_order(events, self._vocabulary, only=REFUSED):
            if isinstance(one.happening.place, tuple):
                place = ("events", *one.happening.place)
                self._fault(place, str(one.happening.date), one.expected)
