"""How adverse events are counted: ``measures/adverse_events.yaml``, checked."""

from __future__ import annotations

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Verification


class CountingSpec(MeasureFile):
    """Grades, what counts as severe, editions, and the unit of a rate."""

    files = ("adverse_events",)
    grades: tuple[int, ...]
    any_from: int
    severe_from: int
    fatal: int
    editions: tuple[str, ...]
    confidence: float = Field(gt=0, lt=1)
    rate_per_years: float = Field(gt=0)
    days_per_year: float = Field(gt=0)
    american: dict[str, str] = Field(default_factory=dict)
    source: SourceId
    verification: Verification
    note: str
