"""The file of quality indicators: what counts, among whom, and who says so."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Id, SourceId, Strict, Verification


class Event(Strict):
    """The events that are counted: of a kind, each, or a patient's first or last."""

    kind: str
    which: Literal["each", "first", "last"] = "each"


class Found(Strict):
    """What has to be found around the day of an event, ends of the window included, in days.

    A window without an end goes on to the last day that its patient was observed.
    """

    kind: str
    has: tuple[str, ...] = ()
    is_true: tuple[str, ...] = ()
    days: tuple[int | None, int | None]


class Indicator(Strict):
    """One indicator: of patients by a criterion, or of events by what is found around them."""

    id: Id
    label: str
    met: str | None = None
    among: str | None = None
    event: Event | None = None
    found: Found | None = None
    source: SourceId
    locator: str
    verification: Verification
    note: str | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        of_events = self.event is not None and self.found is not None
        if (self.met is not None) == of_events or (self.event is None) != (self.found is None):
            raise ValueError("expected either 'met', or 'event' with 'found'")
        return self


class NotComputed(Strict):
    """An indicator that a registry cannot tell, and what it would need."""

    label: str
    needs: str
    source: SourceId


class QualityIndicators(MeasureFile):
    """The indicators, and those that cannot be computed."""

    files = ("quality_indicators",)
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    not_computed: tuple[NotComputed, ...] = ()
